"""What the commands share: their options, and the one place where an error becomes a message and an exit code.

Laws of this module
- No message quotes what somebody typed or what a file holds, and no traceback is ever shown.
- Every error says what is wrong, every place of it, and what to do next; with ``--json`` as a document.
- Exit codes are a promise to scripts: `Exit` is their table, drawn into the help and the reference from here.
"""

from __future__ import annotations

import functools
import json
import re
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from types import MappingProxyType
from typing import Concatenate, Final, NoReturn, ParamSpec, TypeVar

import attrs
import click

from expressplatform import errors as e
from expressplatform_cli.config import Place, find_place, place_or_none

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., object])


class Exit(IntEnum):
    """How a command ends."""

    OK = 0
    OTHER = 1
    USAGE = 2
    EXTRA = 3
    INPUT = 4
    REFUSED = 5
    NO_CASE = 6
    CONFLICT = 7
    STORE = 8


EXITS: Final = MappingProxyType(
    {
        Exit.OK: "done",
        Exit.OTHER: "something unexpected, or interrupted",
        Exit.USAGE: "the command line is not right",
        Exit.EXTRA: "an extra is not installed",
        Exit.INPUT: "a document is not right; every problem is told by its path",
        Exit.REFUSED: "a rule says no; nothing has changed",
        Exit.NO_CASE: "there is no such case",
        Exit.CONFLICT: "somebody wrote first, or a key came back with another command",
        Exit.STORE: "the store or the keys cannot be used, or doctor found something",
    }
)
"""What each exit code means."""

_EXIT_OF: Final = (
    (e.InvalidInput, Exit.INPUT),
    (e.Refused, Exit.REFUSED),
    (e.NoSuchCase, Exit.NO_CASE),
    (e.StaleVersion, Exit.CONFLICT),
    (e.KeyReused, Exit.CONFLICT),
    (e.OperatorMustAct, Exit.STORE),
)

_NEXT: Final = MappingProxyType(
    {
        "invalid_input": "Correct the document and send it again; nothing was stored.",
        "no_such_case": "'expressplatform cases' lists the cases that are there.",
        "stale_version": "Look again with 'expressplatform show CASE --facts', then decide again.",
        "key_reused": "Use a new --key for a new command.",
        "corrupt": "Stop writing, keep a copy of the file, and put back the last good backup.",
        "newer_schema": "Install a release at least as new as the one that wrote the file.",
        "not_ours": "Check the path: this file was made by another program.",
        "foreign": "Check the path: this file was made by another program.",
        "locked": "Another process is writing; try again in a moment.",
        "busy": "Another process is writing; try again in a moment.",
        "disk_full": "Make room on the disk and try again; nothing was half-written.",
        "read_only": "Check that the file and its directory may be read and written.",
        "not_writable": "Check that the file and its directory may be read and written.",
        "missing": "Check the paths, or make a new place with 'expressplatform init DIR'.",
        "no_scheme": "Make a new place with 'expressplatform init DIR --scheme ID'.",
        "other_scheme": "Correct the line 'scheme' of the configuration, or use the store that belongs to it.",
        "unknown_scheme": "Install the release that the store was made with, or a newer one.",
        "key_missing": "Check that store and keys belong together, then run 'expressplatform doctor'.",
        "key_destroyed": "Nothing opens an erased case; 'show CASE --facts' still tells its facts.",
        "person_on_command_line": "Put the document in a file (--file FILE) or on standard input (-).",
    }
)
"""What to do next, by the code of an error."""


_TYPED: Final = re.compile(r": '.*' (is|does)\b", re.DOTALL)


# ---- errors -------------------------------------------------------------------------------------------------------


def exit_of(error: e.ExpressPlatformError) -> Exit:
    """The exit code of an error of ours."""
    return next((code for kind, code in _EXIT_OF if isinstance(error, kind)), Exit.OTHER)


@attrs.frozen
class Message:
    """An error as people and programs read it."""

    exit: Exit
    code: str
    text: str
    next: str = ""
    problems: tuple[e.Problem, ...] = ()
    case_id: str = ""
    who_must_act: str = ""
    allowed: tuple[str, ...] = ()

    def document(self) -> dict[str, object]:
        """The message for ``--json``, without what is empty."""
        said = {
            "exit": int(self.exit),
            "code": self.code,
            "message": self.text,
            "next": self.next,
            "problems": [attrs.asdict(problem) for problem in self.problems],
            "case": self.case_id,
            "who_must_act": self.who_must_act,
            "allowed": list(self.allowed),
        }
        return {"error": {name: value for name, value in said.items() if value}}

    def lines(self) -> list[str]:
        """The message for people: a sentence, every problem, what may be done, what to do next."""
        listed = [f"  {problem.path}: {problem.message}" for problem in self.problems]
        may = [f"Allowed now: {', '.join(self.allowed)}."] if self.allowed else []
        return [f"Error: {self.text}", *listed, *may, *([self.next] if self.next else [])]


def message_of(error: e.ExpressPlatformError) -> Message:
    """What an error of ours says on the command line."""
    code = error.code
    if isinstance(error, e.InvalidInput):
        count = len(error.problems)
        text = f"The document is not right: {count} problem{'s' if count != 1 else ''}."
        return Message(Exit.INPUT, code, text, _NEXT.get(code, _NEXT["invalid_input"]), error.problems)
    if isinstance(error, e.Refused):
        who = f"It is for the {error.who_must_act} to act." if error.who_must_act else ""
        text = error.reason or f"A rule says no [{code}]."
        return Message(Exit.REFUSED, code, text, who, (), error.case_id, error.who_must_act, tuple(error.allowed))
    case_id = getattr(error, "case_id", "")
    detail = error.detail if isinstance(error, e.StoreUnusable) else ""
    text = f"{_sentence(detail)} [{code}]" if detail else _sentence(str(error))
    return Message(exit_of(error), code, text, _NEXT.get(code, "Run 'expressplatform doctor'."), (), case_id)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}."


def unexpected(error: Exception) -> Message:
    """An error that is nobody's: its kind and its place in the code, never its text, which may quote a value."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    text = f"Something unexpected went wrong ({type(error).__name__}{where})."
    return Message(Exit.OTHER, "unexpected", text, "If it happens again, report this line; it holds nothing personal.")


def unquoted(text: str) -> str:
    """A complaint about a command line, without what was typed there."""
    if text.startswith("Got unexpected extra argument"):
        return "There are more arguments than the command takes."
    if text.startswith("No such command"):
        return "There is no such command."
    return _TYPED.sub(r": the value \1", text)


def leave(message: Message, *, as_json: bool) -> NoReturn:
    """Says what went wrong on standard error and ends the command."""
    if as_json:
        click.echo(json.dumps(message.document(), ensure_ascii=False, indent=2), err=True)
    else:
        first, *rest = message.lines()
        click.secho(first, fg="red", bold=True, err=True)
        for line in rest:
            click.echo(line, err=True)
    sys.exit(int(message.exit))


def answers(function: Callable[P, R]) -> Callable[P, R]:
    """The outermost layer of every command: errors of the library become a message and an exit code."""

    @functools.wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        as_json = bool(kwargs.get("as_json", False))
        try:
            return function(*args, **kwargs)
        except e.ExpressPlatformError as error:
            leave(message_of(error), as_json=as_json)
        except click.UsageError as error:
            if not as_json:
                raise
            leave(Message(Exit.USAGE, "usage", error.format_message()), as_json=True)
        except (click.exceptions.Exit, click.Abort, click.ClickException, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001  the last fence: a traceback might show what is personal
            leave(unexpected(error), as_json=as_json)

    return inner


# ---- options ------------------------------------------------------------------------------------------------------

_FILE: Final = click.Path(dir_okay=False, path_type=Path)


def place_options(function: Callable[Concatenate[Place, P], R]) -> Callable[P, R]:
    """``--config FILE``, or ``--store DB --keys KEYS``: the command is given the `Place` as its first argument."""
    return _with_place(function, find_place)


def place_if_any(function: Callable[Concatenate[Place | None, P], R]) -> Callable[P, R]:
    """The same options for a command that can do without: it is given None where there is no place."""
    return _with_place(function, place_or_none)


def _with_place(
    function: Callable[Concatenate[T, P], R], find: Callable[[Path | None, Path | None, Path | None], T]
) -> Callable[P, R]:
    @click.option("--config", type=_FILE, help="The configuration [default: expressplatform.toml in this directory].")
    @click.option("--store", type=_FILE, help="The store's file, with --keys instead of --config.")
    @click.option("--keys", type=_FILE, help="The key store's file.")
    @functools.wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        config, store, keys = (_taken(kwargs, name) for name in ("config", "store", "keys"))
        return function(find(config, store, keys), *args, **kwargs)

    return inner


def _taken(kwargs: dict[str, object], name: str) -> Path | None:
    path = kwargs.pop(name, None)
    return path if isinstance(path, Path) else None


def json_option(function: F) -> F:
    """``--json``: the answer, and any error, as a JSON document (argument ``as_json``)."""
    return click.option("--json", "as_json", is_flag=True, help="Answer as a JSON document, errors too.")(function)


def staff_option(function: F) -> F:
    """``--as STAFF``: who acts, by an opaque staff id, never a name (argument ``staff``)."""
    return click.option("--as", "staff", metavar="STAFF", required=True, help="Who acts: a staff id, not a name.")(
        function
    )


def reason_option(function: F) -> F:
    """``--reason TEXT``: why particulars are read (argument ``reason``)."""
    return click.option("--reason", metavar="TEXT", default="", help="Why particulars are read; kept on record.")(
        function
    )
