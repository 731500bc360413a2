"""`agent`: what runs at a trader's side, between the council's platform and the trader's own shops.

Laws of this module: options and words. What an agent does is in `expressplatform_agent`; nothing here reads a case or a
shop beside it. What somebody pastes (the answer of a browser, an invitation) is read from a prompt that shows none of
it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import attrs
import click

from expressplatform.errors import ExpressPlatformError, Refused
from expressplatform_cli.agent_config import (
    DEFAULT,
    PLATFORMS,
    SEALING,
    SIGNING,
    AgentPlace,
    Opened,
    agent_configuration,
    opened,
    read_agent_configuration,
)
from expressplatform_cli.options import FILE, FOLDER, answers
from expressplatform_cli.output import console, grid, plain, say_json, when, words
from expressplatform_cli.stopping import stopping

if TYPE_CHECKING:
    from expressplatform.ports import Connection, ShopConnector
    from expressplatform.shops import Result
    from expressplatform_agent import Line

_SHOPS: Final = ("Shop", "State", "Ends", "Asks again", "Why")
_LINES: Final = ("Id", "Since", "Case", "About", "What")
_PATIENCE: Final = 300
GRACE: Final = 20.0
"""Seconds that a round has to end, once somebody has said stop: longer than a connector waits for an answer, so that no
token that a shop's platform gives out meanwhile is lost."""


@click.group()
def agent() -> None:
    """A trader's own side: cases are obtained, compared with your shop's record, and promised money is watched.

    Everything is read from agent.toml of this directory, or from --config FILE. It runs at the trader's, with the
    trader's keys and its shops' tokens; no council holds them.
    """


def _config(function: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "--config", type=FILE, default=DEFAULT, show_default=True,
        help="The agent's configuration.",
    )(function)  # fmt: skip


def _place(config: Path) -> AgentPlace:
    if not config.is_file():
        raise click.UsageError("There is no such configuration. 'expressplatform agent init DIR' makes one.")
    return read_agent_configuration(config)


@agent.command()
@click.argument("directory", metavar="DIR", type=FOLDER)
@answers
def init(directory: Path, as_json: bool) -> None:
    """Make DIR with a configuration to fill in, and new private keys. Refuses a directory that holds anything."""
    from expressplatform.sealing import new_encryption_pair
    from expressplatform.signing import SigningKey
    from expressplatform_cli.folders import new_place, put_private, write_private

    signing, sealing = SigningKey.generate(), new_encryption_pair()
    with new_place(directory, SIGNING, SEALING, DEFAULT.name):
        write_private(directory / SIGNING, signing.seed().hex().encode())
        write_private(directory / SEALING, sealing.private.hex().encode())
        put_private(directory / DEFAULT, agent_configuration().encode())
    public = {"signing": signing.public.hex(), "sealing": sealing.public.hex()}
    if as_json:
        say_json({"config": str(directory / DEFAULT), "public_keys": public})
        return
    click.echo(f"Made {directory / DEFAULT}, and two private keys beside it: back them up, and show them to nobody.")
    click.echo("Fill the configuration in, then 'expressplatform agent register' with the code of your invitation.")


@agent.command()
@_config
@answers
def register(config: Path, as_json: bool) -> None:
    """Register your public keys with the council's platform, by the code of an invitation (asked for, not shown)."""
    from expressplatform.sealing import EncryptionPair
    from expressplatform.signing import SigningKey
    from expressplatform_cli.agent_config import key_of

    place = _place(config)
    signing = SigningKey.from_bytes(key_of(place.signing_key, "$.signing_key"))
    sealing = EncryptionPair.of(key_of(place.sealing_keys[0], "$.sealing_keys"))
    code = click.prompt("The code of the invitation", hide_input=True, err=True)
    with opened(place) as made:
        known = made.client.register(code, signing=signing.public, sealing=sealing.public, key=signing.key_id)
    if as_json:
        say_json({"organisation": known.id, "signing_key": signing.key_id, "sealing_key": sealing.key_id})
    else:
        click.echo(f"{known.id} is connected, with key {signing.key_id}.")


@agent.command()
@click.option("--once", is_flag=True, help="One round, and no more.")
@click.option(
    "--every", type=click.IntRange(5, 86_400), default=_PATIENCE, show_default=True, help="Seconds between rounds."
)
@_config
@answers
def run(config: Path, once: bool, every: int, as_json: bool) -> None:
    """Do what waits, again and again, until stopped (Ctrl-C, or SIGTERM).

    The case that is under way is ended first, for at most 20 seconds; a second signal ends it at once. Either does no
    harm: the next run goes on.

    What passes by itself is tried again in the next round. A line tells what each round came to, in counts.
    """
    with opened(_place(config)) as made, stopping(GRACE) as stop:
        while not stop.is_set():
            _round(made, stop.is_set, as_json=as_json, once=once)
            if once or stop.wait(every):
                return


def _round(made: Opened, stopped: Callable[[], bool], *, as_json: bool, once: bool) -> None:
    from expressplatform.platform import utc_now

    try:
        done = attrs.asdict(made.agent.round(stopped=stopped))
    except ExpressPlatformError as error:
        if once or not error.retryable:
            raise
        done = {"error": error.code}
    waiting = made.agent.standing().lines
    if as_json:
        say_json({"at": utc_now(), **done, "lines": waiting})
        return
    said = ", ".join(f"{words(name)} {count}" for name, count in done.items() if count) or "nothing new"
    click.echo(f"{utc_now():%Y-%m-%d %H:%M:%S}Z  {said}; {waiting} for a person to read")


@agent.command()
@_config
@answers
def status(config: Path, as_json: bool) -> None:
    """How the agent stands: every shop, those that are not connected any more too, and what is under way."""
    with opened(_place(config)) as made:
        standing = made.agent.standing()
    if as_json:
        say_json(attrs.asdict(standing))
        return
    if standing.shops:
        console().print(grid(_SHOPS, [_shop_row(one) for one in standing.shops], wide="Why"))
    else:
        click.echo("No shop was ever connected. 'expressplatform agent connect SHOP' connects one.")
    click.echo(
        f"\n{standing.cases} cases: {standing.unfinished} to be taken in, money awaited for {standing.awaiting}. "
        f"{standing.lines} lines to read: 'expressplatform agent suggestions'."
    )


def _shop_row(one: Connection) -> list[str]:
    from expressplatform_agent.base import GMT8

    ends = when(one.ends_at, GMT8) if one.ends_at is not None else "-"
    parked = when(one.parked_until, GMT8) if one.parked_until is not None else "-"
    return [f"{one.platform}:{one.shop}", words(one.state), ends, parked, one.reason or "-"]


@agent.command()
@click.argument("shop", metavar="SHOP", type=click.Choice(PLATFORMS))
@_config
@answers
def connect(config: Path, shop: str, as_json: bool) -> None:
    """Connect a shop on SHOP (taobao or jd).

    Its owner opens a link in a browser, and the whole address to which that leads back is pasted here.
    """
    with opened(_place(config)) as made:
        connector, app = _connector(made, shop), made.place.apps[shop]
        state = secrets.token_urlsafe(24)
        link = connector.authorise(app.redirect_uri, state)
        click.echo(f"Have the shop's owner open this, and say yes:\n\n  {link}\n", err=True)
        back = click.prompt("The whole address that the browser was sent to", hide_input=True, err=True)
        try:
            query = urlsplit(back.strip()).query
        except ValueError:
            query = ""
        _told(connector.connect(query, state), as_json=as_json)


@agent.command()
@click.argument("shop", metavar="SHOP")
@_config
@answers
def disconnect(config: Path, shop: str, as_json: bool) -> None:
    """Forget the tokens of SHOP (such as taobao:2200000001, as 'agent status' shows it), here.

    The owner withdraws them on the platform, too.
    """
    from expressplatform.shops import Ok

    platform, _, number = shop.partition(":")
    with opened(_place(config)) as made:
        connector = _connector(made, platform)
        if number not in {one.shop for one in connector.connections()}:
            raise click.UsageError("No such shop was ever connected: 'expressplatform agent status' names them.")
        _told(Ok(connector.disconnect(number)), as_json=as_json)


def _connector(made: Opened, platform: str) -> ShopConnector:
    connector = made.connectors.get(platform)
    if connector is None:
        raise click.UsageError("The configuration has no application at that platform.")
    return connector


def _told(result: Result[Connection], *, as_json: bool) -> None:
    from expressplatform.shops import Ok
    from expressplatform_agent.base import code_of

    if not isinstance(result, Ok):
        sentence = f"The platform did not connect the shop [{code_of(result)}]. Begin anew, with a new link."
        raise Refused("not_connected", "", "trader", (), sentence)
    one = result.value
    if as_json:
        say_json({"platform": one.platform, "shop": one.shop, "state": one.state, "ends_at": one.ends_at})
    else:
        click.echo(f"{one.platform}:{one.shop} is {words(one.state)}.")


@agent.command()
@click.option("--done", "done", metavar="ID", multiple=True, help="You have seen to this one; may be repeated.")
@_config
@answers
def suggestions(config: Path, done: tuple[str, ...], as_json: bool) -> None:
    """What waits for a person to read, the oldest first. Nothing of it is ever sent by itself."""
    with opened(_place(config)) as made:
        for begin in done:
            meant = [one.id for one in made.agent.lines() if one.id.startswith(begin)]
            if len(meant) != 1 or not made.agent.done(meant[0]):
                raise click.UsageError("No line of that id waits: 'expressplatform agent suggestions' names them.")
        lines = made.agent.lines()
    if as_json:
        say_json({"lines": [attrs.asdict(one) for one in lines]})
    elif not lines:
        click.echo("Nothing waits to be read.")
    else:
        console().print(grid(_LINES, [_line_row(one) for one in lines], wide="What"))


def _line_row(one: Line) -> list[str]:
    from expressplatform_agent.base import GMT8

    ends = when(one.ends_at, GMT8) if one.ends_at is not None else ""
    where = f"{one.platform}:{one.shop}" if one.shop and not one.reference else ""
    said = [where, words(one.suggests), one.status, str(one.amount) if one.amount is not None else "", one.detail, ends]
    what = ", ".join(plain(each) for each in said if each)
    return [one.id[:12], when(one.at, GMT8), one.reference or "-", words(one.about), what or "-"]
