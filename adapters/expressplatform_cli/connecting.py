"""`organisations`: who is connected, by whom they were invited, and which keys are good.

Laws of this module: an invitation's code is shown once, and kept nowhere. Keys here are public halves. The operator
lets organisations in and shuts keys out; it reads no case.
"""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import Final

import attrs
import click

from expressplatform.codes import Role
from expressplatform.complaint import Actor
from expressplatform.platform import Invited, MemberKey, Platform, utc_now
from expressplatform.platform.membership import CONNECTED, INVITATION_DAYS
from expressplatform_cli.config import Place, open_platform
from expressplatform_cli.options import answers, one_of, place_options, staff_option
from expressplatform_cli.output import console, grid, say_json, when

OVERLAP: Final = 7
"""For how many days old keys stay good beside new ones, where nobody says otherwise."""


@click.group()
def organisations() -> None:
    """Who is connected over HTTP: councils and traders, their invitations and their keys."""


@organisations.command()
@click.argument("organisation")
@click.option("--role", type=one_of(CONNECTED), required=True, help="In which role.")
@click.option("--called", metavar="NAME", required=True, help="What people call the organisation.")
@click.option(
    "--days", type=click.IntRange(1, 90), default=INVITATION_DAYS, show_default=True, help="Good for so long."
)
@staff_option
@answers
@place_options
def invite(place: Place, organisation: str, role: str, called: str, days: int, staff: str, as_json: bool) -> None:
    """Invite ORGANISATION (its id in the scheme) to connect. The code is shown this once: pass it on safely."""
    with closing(open_platform(place)) as platform:
        invited = platform.invite(organisation, role=Role(role), name=called, by=_operator(platform, staff), days=days)
        zone = platform.scheme.zone
    if as_json:
        _say_invited(invited)
        return
    click.echo(f"{organisation} may connect as a {role} until {when(invited.invitation.expires_at, zone)}.")
    click.echo(f"Code: {invited.code}")


@organisations.command("list")
@staff_option
@answers
@place_options
def list_(place: Place, staff: str, as_json: bool) -> None:
    """Everybody who is connected, in order of registration."""
    with closing(open_platform(place)) as platform:
        found = platform.organisations(by=_operator(platform, staff))
        zone = platform.scheme.zone
    if as_json:
        say_json({"organisations": [attrs.asdict(one) for one in found]})
    elif not found:
        click.echo("Nobody is connected. 'expressplatform organisations invite' lets an organisation in.")
    else:
        rows = [[one.id, one.role.value, one.name, when(one.registered_at, zone)] for one in found]
        console().print(grid(("Id", "Role", "Called", "Since"), rows, wide="Called"))


@organisations.command()
@click.argument("organisation")
@staff_option
@answers
@place_options
def keys(place: Place, organisation: str, staff: str, as_json: bool) -> None:
    """The keys of ORGANISATION, those that are good no more too."""
    with closing(open_platform(place)) as platform:
        found = platform.member_keys(organisation, by=_operator(platform, staff))
        zone = platform.scheme.zone
    if as_json:
        say_json({"keys": [attrs.asdict(one) for one in found]})
    elif not found:
        click.echo("No keys are registered for that organisation.")
    else:
        now = utc_now()
        rows = [
            [one.id, one.use.value, when(one.registered_at, zone), when(one.ends_at, zone) if one.ends_at else "-",
             "yes" if one.good_at(now) else "no"]
            for one in found
        ]  # fmt: skip
        console().print(grid(("Key", "For", "Since", "Ends", "Good"), rows, wide="Key"))


@organisations.command()
@click.argument("key")
@staff_option
@answers
@place_options
def revoke(place: Place, key: str, staff: str, as_json: bool) -> None:
    """End KEY at once, in every process: what it signs from now on is refused."""
    with closing(open_platform(place)) as platform:
        ended = platform.end_key(key, by=_operator(platform, staff))
    if as_json:
        say_json(attrs.asdict(ended))
    else:
        click.echo(f"Key {ended.id} of {ended.organisation} is good no more.")


@organisations.command()
@click.argument("organisation")
@click.option(
    "--overlap", type=click.IntRange(0, 90), default=OVERLAP, show_default=True,
    help="For how many days the old keys stay good; 0: not a moment longer.",
)  # fmt: skip
@staff_option
@answers
@place_options
def rotate(place: Place, organisation: str, overlap: int, staff: str, as_json: bool) -> None:
    """Have ORGANISATION change all its keys: invite it anew, and end the keys that it has now after the overlap.

    An organisation that still has its keys adds new ones by itself; this is for one that has lost them.
    """
    with closing(open_platform(place)) as platform:
        by = _operator(platform, staff)
        known = next((one for one in platform.organisations(by=by) if one.id == organisation), None)
        if known is None:
            raise click.UsageError("No such organisation is connected: 'organisations list' names them.")
        until = utc_now() + timedelta(days=overlap)
        ended = [platform.end_key(one.id, by=by, at=until) for one in _good(platform, organisation, by)]
        invited = platform.invite(organisation, role=known.role, name=known.name, by=by)
        zone = platform.scheme.zone
    if as_json:
        _say_invited(invited, ended)
        return
    click.echo(f"{len(ended)} key{'' if len(ended) == 1 else 's'} of {organisation} end on {when(until, zone)}.")
    click.echo(f"Code for new ones: {invited.code}")


def _good(platform: Platform, organisation: str, by: Actor) -> list[MemberKey]:
    now = utc_now()
    return [one for one in platform.member_keys(organisation, by=by) if one.good_at(now)]


def _operator(platform: Platform, staff: str) -> Actor:
    return Actor(Role.OPERATOR, staff, platform.scheme.council)


def _say_invited(invited: Invited, ended: list[MemberKey] | None = None) -> None:
    told = {"code": invited.code, **attrs.asdict(invited.invitation)}
    say_json({**told, "ended": [one.id for one in ended]} if ended is not None else told)
