"""What the commands share: their options, and the one place where an error becomes a message and an exit code.

Laws of this module
- No traceback is ever shown: it might hold what is personal.
- Every error says what is wrong, every place of it, and what to do next; with ``--json`` as a document.
"""

from __future__ import annotations

import errno
import functools
import os
import secrets
import traceback
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Concatenate, Final, ParamSpec, TypeVar

import click

from expressplatform import errors as e
from expressplatform_cli.config import Place, find_place, place_or_none
from expressplatform_cli.exits import Exit, ExtraMissing, Message, is_of_the_answer, leave, of_answer

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., object])


_EXIT_OF: Final = (
    (e.InvalidInput, Exit.INPUT),
    (e.Refused, Exit.REFUSED),
    (e.NoSuchCase, Exit.NO_CASE),
    (e.StaleVersion, Exit.CONFLICT),
    (e.KeyReused, Exit.CONFLICT),
    (e.OperatorMustAct, Exit.STORE),
    (e.Unauthenticated, Exit.REFUSED),
    (e.LimitReached, Exit.REFUSED),
)

_NEXT: Final = MappingProxyType(
    {
        "invalid_input": "Correct the document and send it again; nothing was stored.",
        "no_such_case": "'expressplatform cases' lists the cases that are there.",
        "stale_version": "Look again with 'expressplatform show CASE --facts', then decide again.",
        "key_reused": "Use a new --key for a new command.",
        "corrupt": "Stop writing, keep a copy of the file, and put back the last good backup.",
        "newer_schema": "Install a release at least as new as the one that wrote the store.",
        "older_schema": "Back the database up, then run 'expressplatform migrate'.",
        "not_ours": "Check the path or the address: what is there was made by another program.",
        "locked": "Another process is writing; try again in a moment.",
        "disk_full": "Make room on the disk and try again; nothing was half-written.",
        "there_already": "Name another file; nothing is written over.",
        "read_only": "Check that the file and its directory, or the database, may be read and written.",
        "unreachable": "Check that the database runs and lets this role in, and its address in the configuration.",
        "failed": "Look whether the disk is full or broken, or into the database's log; nothing was half-written.",
        "missing": "Check the paths, or make a new place with 'expressplatform init DIR'.",
        "no_scheme": "Make a new place with 'expressplatform init DIR --scheme ID'.",
        "other_scheme": "Install that edition, or correct the line 'scheme' of the configuration.",
        "unknown_scheme": "Install what brings it, in the release that the store was made with or a newer one.",
        "broken_scheme": "Mend or take away the distribution that brings it; nothing was opened.",
        "key_missing": "Check that store and keys belong together, then run 'expressplatform doctor'.",
        "key_destroyed": "Nothing opens an erased case; 'show CASE --facts' still tells its facts.",
        "not_restored": "Put the backup back with 'expressplatform restore', which erases again what was erased since.",
        "no_backup": "Name the two directories that 'expressplatform backup' made.",
        "backup_damaged": "Take another backup; keep this one as it is, for whoever finds out what happened to it.",
        "not_one_backup": "Name the store and the keys of one backup; their manifests carry the same id.",
        "wrong_recovery_key": "Use the private half of the recovery key that the manifest of the keys names.",
        "no_register": "Name the register with --register FILE; without it, what was erased since would come back.",
        "not_reapplied": "Run the same line again; where it ends so again, keep the backup and take an older one.",
        "letters": "Correct the table 'letters' of the configuration, or the file of the password that it names.",
        "register": "Check that the register's file and its directory may be read and written.",
        "not_authenticated": "Compare what was signed with docs/reference/protocol.md; check the clock and the key.",
        "limit_reached": "Wait, then ask again under the same --key.",
        "server_failed": "Ask again later, under the same --key.",
        "root_differs": "Run 'expressplatform verify', which says where and what to do; stop writing until then.",
        "rows_missing": "Stop writing, and run 'expressplatform verify' and 'expressplatform doctor'.",
        "corrupt_event": "Stop writing, and run 'expressplatform verify' and 'expressplatform doctor'.",
        "person_on_command_line": "Put the document in a file (--file FILE) or on standard input (-).",
    }
)
"""What to do next, by the code of an error."""

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CODE_OF: Final = MappingProxyType(
    {**dict.fromkeys(_NO_ROOM, "disk_full"), errno.EEXIST: "there_already", errno.EIO: "failed"}
)
"""Which of them goes with an error of the system, by its number."""


# ---- errors -------------------------------------------------------------------------------------------------------


def exit_of(error: e.ExpressPlatformError) -> Exit:
    """The exit code of an error of ours."""
    return next((code for kind, code in _EXIT_OF if isinstance(error, kind)), Exit.OTHER)


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
    if isinstance(error, e.Unreachable):  # a person, not a database
        return Message(exit_of(error), code, text)
    return Message(exit_of(error), code, text, _NEXT.get(code, "Run 'expressplatform doctor'."), (), case_id)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}."


def unexpected(error: Exception) -> Message:
    """An error that is nobody's: its kind and its place in the code, never its text, which may quote a value."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    text = f"Something unexpected went wrong ({type(error).__name__}{where})."
    return Message(Exit.OTHER, "unexpected", text, "If it happens again, report this line; it holds nothing personal.")


def of_extra(error: ExtraMissing) -> Message:
    """What needs to be installed."""
    text = f"This needs the extra '{error.extra}', which is not installed."
    return Message(Exit.EXTRA, "extra_missing", text, f"Install expressplatform[{error.extra}].")


def of_system(error: OSError) -> Message:
    """A file that cannot be used, in the system's words, without its name."""
    said = os.strerror(error.errno) if error.errno else type(error).__name__
    then = _NEXT[_CODE_OF.get(error.errno or 0, "read_only")]
    return Message(Exit.STORE, "file", f"A file cannot be used: {said}.", then)


def answers(function: Callable[P, R]) -> Callable[P, R]:
    """The outermost layer of every command: errors of the library become a message and an exit code.

    With ``--json`` (argument ``as_json``) both they and the answer are JSON documents.
    """

    @click.option("--json", "as_json", is_flag=True, help="Answer as a JSON document, errors too.")
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
        except ExtraMissing as error:
            leave(of_extra(error), as_json=as_json)
        except (click.exceptions.Exit, click.Abort, click.ClickException, BrokenPipeError):
            raise
        except OSError as error:
            leave(of_answer(error) if is_of_the_answer(error) else of_system(error), as_json=as_json)
        except Exception as error:  # noqa: BLE001  the last fence: a traceback might show what is personal
            leave(unexpected(error), as_json=as_json)

    return inner


# ---- options ------------------------------------------------------------------------------------------------------

FILE: Final = click.Path(dir_okay=False, path_type=Path)
FOLDER: Final = click.Path(file_okay=False, path_type=Path)
DAY: Final = click.DateTime(["%Y-%m-%d"])


def one_of(codes: Iterable[StrEnum]) -> click.Choice[str]:
    """One of some codes, as it is written."""
    return click.Choice([code.value for code in codes])


def place_options(function: Callable[Concatenate[Place, P], R]) -> Callable[P, R]:
    """``--config FILE``, or ``--store DB --keys KEYS``: the command is given the `Place` as its first argument."""
    return _with_place(function, find_place)


def place_if_any(function: Callable[Concatenate[Place | None, P], R]) -> Callable[P, R]:
    """The same options for a command that can do without: it is given None where there is no place."""
    return _with_place(function, place_or_none)


def _with_place(
    function: Callable[Concatenate[T, P], R], find: Callable[[Path | None, Path | None, Path | None], T]
) -> Callable[P, R]:
    @click.option("--config", type=FILE, help="The configuration [default: expressplatform.toml in this directory].")
    @click.option("--store", type=FILE, help="The store's file, with --keys instead of --config.")
    @click.option("--keys", type=FILE, help="The key store's file.")
    @functools.wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        config, store, keys = (_taken(kwargs, name) for name in ("config", "store", "keys"))
        return function(find(config, store, keys), *args, **kwargs)

    return inner


def _taken(kwargs: dict[str, object], name: str) -> Path | None:
    path = kwargs.pop(name, None)
    return path if isinstance(path, Path) else None


def staff_option(function: F) -> F:
    """``--as STAFF``: who acts, by an opaque staff id, never a name (argument ``staff``)."""
    return click.option("--as", "staff", metavar="STAFF", required=True, help="Who acts: a staff id, not a name.")(
        function
    )


def key_option(function: F) -> F:
    """``--key KEY``: what makes a command safe to repeat; a new one where nobody names it (argument ``key``)."""
    return click.option(
        "--key",
        metavar="KEY",
        callback=lambda _context, _option, key: key or f"cli-{secrets.token_hex(12)}",
        help="Repeat with the same KEY and nothing happens twice [default: random].",
    )(function)


def auditor_option(function: F) -> F:
    """``--auditor``: an auditor asks, not an officer (argument ``auditor``)."""
    return click.option("--auditor", is_flag=True, help="STAFF is an auditor, not an officer.")(function)


def reason_option(function: F) -> F:
    """``--reason TEXT``: why particulars are read (argument ``reason``)."""
    return click.option("--reason", metavar="TEXT", default="", help="Why particulars are read.")(function)
