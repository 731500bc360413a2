"""`sandbox`: a council, complainants and a clock on this machine, for whoever builds a trader's system.

Laws of this module: the sandbox runs in the foreground until it is stopped; every other command asks a running one.
What it prints is enough to go on: who you are, where your keys are, and a first call.
"""

from __future__ import annotations

import re
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import wraps
from pathlib import Path
from types import FrameType, MappingProxyType
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec

import click

from expressplatform.codes import Nature
from expressplatform_cli.exits import ExtraMissing, leave
from expressplatform_cli.options import FOLDER, answers, one_of
from expressplatform_cli.output import console, grid, pairs, progress, say_json, when, words

if TYPE_CHECKING:
    from expressplatform_cli.sandbox_control import Control
    from expressplatform_cli.sandbox_place import Sandbox

P = ParamSpec("P")
HOSTS: Final = ("127.0.0.1", "::1", "localhost")
_BROUGHT: Final = ("starlette", "uvicorn", "anyio", "pypdf")
_SPAN: Final = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?")
_DAY: Final = 86_400
_AT_ONCE: Final = 10
_FITS: Final = MappingProxyType(
    {
        "confirm": ("resolution_reported", "uploaded", "obtained", "in_conciliation", "referred_back"),
        "dispute": ("resolution_reported", "resolved"),
        "accept-offer": ("in_conciliation",),
        "decline-offer": ("in_conciliation",),
        "withdraw-consent": ("uploaded", "obtained", "in_conciliation", "resolution_reported"),
        "withdraw": ("uploaded", "obtained", "in_conciliation", "resolution_reported", "referred_back"),
        "stay-silent": ("resolution_reported", "uploaded", "obtained", "in_conciliation", "resolved"),
    }
)
"""The statuses in which somebody does a thing; the first is the usual one."""


# ---- the running sandbox ------------------------------------------------------------------------------------------


@click.group(invoke_without_command=True)
@click.option("--folder", type=FOLDER, help="Where its files are, and stay [default: a folder that goes with it].")
@click.option("--host", default="127.0.0.1", show_default=True, help="An address of this machine; no other is taken.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port [default: one that is free].")
@click.option("--trader", metavar="ID", default="taobao", show_default=True, help="The participant whose system it is.")
@click.option("--for", "seconds", metavar="SECONDS", type=click.FloatRange(0.1), help="Stop by itself after so long.")
@click.pass_context
@answers
def sandbox(
    context: click.Context, folder: Path | None, host: str, port: int, trader: str, seconds: float | None, as_json: bool
) -> None:
    """Run a sandbox on this machine: a council, complainants, and a clock that you push, for one trader's system.

    It is the real server, on loopback alone, with people who do not exist. It prints where the trader's keys are and a
    first call. The commands below push it on from another terminal; Ctrl-C stops it.
    """
    if context.invoked_subcommand is not None:
        context.obj = folder
        return
    if host not in HOSTS:
        raise click.UsageError("A sandbox listens on this machine alone: --host is 127.0.0.1, ::1 or localhost.")
    try:
        from expressplatform.schemes import HK_CCA
        from expressplatform_cli.sandbox_place import Sandbox
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in _BROUGHT:
            raise ExtraMissing("server") from None
        raise
    if trader not in {one.organisation for one in HK_CCA.participants}:
        raise click.UsageError("No participant has that id: leave --trader out, or name one such as jd.")
    with ExitStack() as stack:
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="expressplatform-sandbox-"))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        box = stack.enter_context(Sandbox(folder, trader=trader, host=host, port=port))
        _say_started(box, as_json=as_json)
        _until_stopped(seconds)
    if not as_json:
        click.echo("Stopped.")


def _until_stopped(seconds: float | None) -> None:
    """Waits for Ctrl-C, SIGTERM or the end of the time."""
    stop = threading.Event()

    def ask(_: int, __: FrameType | None) -> None:
        stop.set()

    before = {one: signal.signal(one, ask) for one in (signal.SIGINT, signal.SIGTERM)} if _is_main() else {}
    try:
        stop.wait(seconds)
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()


def _say_started(box: Sandbox, *, as_json: bool) -> None:
    keys, where = box.keys_file, f"--folder {box.folder}"
    steps = [
        f"expressplatform sandbox new-complaint {where}",
        f"expressplatform call GET /v1/trader/cases --member-keys {keys}",
        f"expressplatform sandbox certify {where}",
    ]
    if as_json:
        say_json(
            {
                "at": box.base, "folder": str(box.folder), "trader": box.trader, "keys": str(keys),
                "signing_key": box.signing.key_id, "sealing_key": box.sealing.key_id,
                "council_key": box.council_key().hex(), "clock": box.world.clock(), "next": steps,
            }
        )  # fmt: skip
        sys.stdout.flush()
        return
    out = console()
    out.print(f"A sandbox of the scheme {box.world.platform.scheme.id} at {box.base} (this machine alone).\n")
    zone = box.world.platform.scheme.zone
    rows = [
        ("Trader", f"{box.trader}; everybody in here is made up"),
        ("Keys", f"{keys} (private: mode 0600)"),
        ("", f"{box.signing.key_id} signs, details are sealed to {box.sealing.key_id}"),
        ("Council", f"{box.council_key().hex()} signs what it seals"),
        ("Clock", f"{when(box.world.clock(), zone)}, with yours until you push it"),
        ("Files", f"{box.folder} (what complainants are told: in letters/)"),
    ]
    for name, value in rows:
        out.print(f"  {name:<8} {value}", soft_wrap=True)
    out.print("\nIn another terminal:")
    for step in steps:
        out.print(f"  {step}", soft_wrap=True)
    out.print("\nCtrl-C stops it.")
    sys.stdout.flush()


# ---- asking a running one -----------------------------------------------------------------------------------------


def asks(function: Callable[Concatenate[Control, P], None]) -> Callable[P, None]:
    """``--folder DIR`` or ``--at URL``: the command is given the running sandbox as its first argument."""

    @click.option("--folder", type=FOLDER, help="The sandbox's folder [default: this directory].")
    @click.option("--at", metavar="URL", help="Its address, in place of a folder.")
    @answers
    @wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> None:
        from expressplatform_cli.sandbox_control import NOT_THERE, Control, NoSandbox, address

        folder, at = kwargs.pop("folder", None), kwargs.pop("at", None)
        context = click.get_current_context(silent=True)
        given = folder if isinstance(folder, Path) else (context.obj if context is not None else None)
        control = Control(address(given, at if isinstance(at, str) else None))
        try:
            function(control, *args, **kwargs)
        except NoSandbox:
            leave(NOT_THERE, as_json=bool(kwargs.get("as_json", False)))

    return inner


@sandbox.command("new-complaint")
@click.option("--nature", type=one_of(Nature), help="Over what [default: as it comes].")
@click.option("-n", "count", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many.")
@asks
def new_complaint(control: Control, nature: str | None, count: int, as_json: bool) -> None:
    """Complaints come in; the council accepts them and uploads them to the trader."""
    made: list[dict[str, Any]] = []
    fields = {} if nature is None else {"nature": nature}
    with progress("Complaints", count) as show:
        while len(made) < count:
            some = control.ask("new-complaint", count=min(_AT_ONCE, count - len(made)), **fields)
            made += some["cases"]
            show(len(made))
    if as_json:
        say_json({"cases": made})
        return
    _show_cases(made)
    click.echo("\nYour system finds them in GET /v1/trader/cases.")


@sandbox.command()
@click.argument("span", metavar="SPAN")
@asks
def advance(control: Control, span: str, as_json: bool) -> None:
    """Push the clock on by SPAN, such as 3d, 12h or 1d12h; what falls due in it happens."""
    left = seconds_of(span)
    total, moved = left, dict[str, dict[str, Any]]()
    clock = ""
    with progress("Days", -(-total // _DAY)) as show:
        while left > 0:
            step = min(left, _AT_ONCE * _DAY)
            told = control.ask("advance", seconds=step)
            left -= step
            clock = told["clock"]
            moved |= {one["case_id"]: one for one in told["moved"]}
            show((total - left) // _DAY)
    if as_json:
        say_json({"clock": clock, "moved": [*moved.values()]})
        return
    click.echo(f"It is {_when(clock)} now; {len(moved)} case{'' if len(moved) == 1 else 's'} moved.")
    if moved:
        _show_cases([*moved.values()])


def seconds_of(span: str) -> int:
    """The seconds of a span such as ``3d`` or ``1d12h``; raises click.UsageError for anything else."""
    found = _SPAN.fullmatch(span.strip().lower()) if span else None
    days, hours, minutes = (int(one or 0) for one in found.groups()) if found else (0, 0, 0)
    seconds = days * _DAY + hours * 3600 + minutes * 60
    if not seconds:
        raise click.UsageError("SPAN is how far to go on, such as 3d, 12h, 30m or 1d12h.")
    return seconds


def _deed(name: str, says: str, *, rated: bool = False) -> click.Command:
    """The command by which a complainant does something."""

    def done(control: Control, case: str | None, as_json: bool, rating: int | None = None) -> None:
        fields = {} if rating is None else {"rating": rating}
        named = case if case is not None else _only(control, name)
        told = control.ask("does", deed=name, case=named, **fields)
        if as_json:
            say_json({"case": told["case"], "clock": told["clock"]})
            return
        shown = told["case"]
        click.echo(f"{shown['reference']} is now: {words(shown['status'])} ({_when(told['clock'])}).")

    made = asks(done)
    made.__doc__ = says
    if rated:
        made = click.option("--rating", type=click.IntRange(1, 5), help="How content they are, from 1 to 5.")(made)
    return click.argument("case", required=False)(click.command(name, help=says)(made))


def _only(control: Control, deed: str) -> str:
    """The one case on which a deed may be done; raises click.UsageError where there are more, or none."""
    cases = control.state()["cases"]
    for statuses in ((_FITS[deed][0],), _FITS[deed]):
        fitting = [one for one in cases if one["status"] in statuses]
        if len(fitting) == 1:
            return str(fitting[0]["case_id"])
        if fitting:
            some = ", ".join(one["reference"] for one in fitting[:5])
            raise click.UsageError(f"Name the case: {len(fitting)} would do ({some}{', ...' * (len(fitting) > 5)}).")
    raise click.UsageError("No case is where that could be done: 'expressplatform sandbox state' shows where each is.")


for _command in (
    _deed("confirm", "The complainant of CASE says that it is resolved.", rated=True),
    _deed("dispute", "The complainant of CASE says that it is not resolved.", rated=True),
    _deed("accept-offer", "The complainant of CASE takes the offer that stands."),
    _deed("decline-offer", "The complainant of CASE does not take it."),
    _deed("withdraw-consent", "The complainant of CASE takes back the consent to the trader."),
    _deed("withdraw", "The complainant withdraws the complaint of CASE."),
    _deed("stay-silent", "Nobody does anything about CASE: the clock is pushed until it moves by itself."),
):
    sandbox.add_command(_command)


@sandbox.command("lose-reply")
@click.option("-n", "count", type=click.IntRange(1, 100), default=1, show_default=True, help="How many.")
@asks
def lose_reply(control: Control, count: int, as_json: bool) -> None:
    """The answer to your next write is lost: it is done, and the connection is cut."""
    told = control.ask("lose-reply", count=count)
    if as_json:
        say_json({"losing": told["losing"]})
        return
    click.echo("Your system's next write will be done, and its answer lost.")
    click.echo("It should ask again under the same Idempotency-Key; nothing happens twice then.")


@sandbox.command()
@click.option("--to", "url", metavar="URL", required=True, help="An address of your system on this machine, or https.")
@asks
def webhook(control: Control, url: str, as_json: bool) -> None:
    """Tell the trader's system at URL when a case waits; prints the secret that webhooks are signed with."""
    told = control.ask("webhook", to=url)
    if as_json:
        say_json({"id": told["id"], "url": told["url"], "secret": told["secret"]})
        return
    click.echo("From now on a webhook goes there whenever a case waits.")
    click.echo(f"Secret: {told['secret']}")


@sandbox.command()
@asks
def state(control: Control, as_json: bool) -> None:
    """How the sandbox stands: its clock, and where each case is."""
    told = control.state()
    if as_json:
        say_json({name: value for name, value in told.items() if name != "v"})
        return
    days = told["ahead"] / _DAY
    rows = [
        ("Address", control.base),
        ("Trader", told["trader"]),
        ("Clock", f"{_when(told['clock'])}" + (f", {days:.1f} days ahead of yours" if days else "")),
        ("Webhooks", f"to {told['endpoints']} address{'' if told['endpoints'] == 1 else 'es'}"),
    ]
    console().print(pairs(rows))
    if told["cases"]:
        click.echo()
        _show_cases(told["cases"])
    else:
        click.echo("\nNo case yet: 'expressplatform sandbox new-complaint' makes one.")


def _show_cases(cases: list[dict[str, Any]]) -> None:
    rows = [[one["reference"], words(one["status"]), _when(one["due_at"])[:10], one["case_id"]] for one in cases]
    console().print(grid(("Case", "Status", "Due", "Id"), rows))


def _when(written: str | None) -> str:
    from expressplatform.schemes import HK_CCA

    return when(datetime.fromisoformat(written) if written else None, HK_CCA.zone)


# ---- the acceptance list ------------------------------------------------------------------------------------------


@sandbox.command()
@click.option("--wait", type=click.FloatRange(1, 3600), default=60.0, show_default=True, metavar="SECONDS",
              help="How long your system has for each part of the list.")  # fmt: skip
@click.option("--list", "listed", is_flag=True, help="Only tell what is asked of your system.")
@asks
def certify(control: Control, wait: float, listed: bool, as_json: bool) -> None:
    """Try the acceptance list on your own system, which must be running against this sandbox.

    Each complaint of the list says in its words what is asked, behind a mark such as [certify:offer]. What your system
    did and did not do is read off the cases. Pushes the clock.
    """
    from expressplatform_cli.certifying import listing, try_system

    if listed:
        listing(as_json=as_json)
        return
    try_system(control, wait=wait, as_json=as_json)
