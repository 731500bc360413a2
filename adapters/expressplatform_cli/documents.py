"""What the commands read and write: complaints and bodies of commands, cases and events as documents.

Laws of this module
- Everything that comes in goes through `wire`; only whole-line ``//`` comments are taken out before.
- A case's document holds facts alone; particulars are put beside it by whoever may show them.
"""

from __future__ import annotations

import re
import sys
import types
import typing
from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, cast

import attrs
import click
import orjson

from expressplatform import wire
from expressplatform.case import Case
from expressplatform.codes import Channel, Role
from expressplatform.commands import Command
from expressplatform.complaint import ActingFor, Actor, Complaint, Erased, Particulars, Remark
from expressplatform.errors import InvalidInput, Problem, StoreUnusable
from expressplatform.events import Event
from expressplatform.platform import Platform
from expressplatform.reading import parse
from expressplatform.records import event_row
from expressplatform.references import read_reference
from expressplatform.scheme import Scheme

PERSONAL_FIELDS: Final = tuple(field.name for field in attrs.fields(cast(Any, Particulars)))
"""The fields of the particulars, in their order."""
LARGEST: Final = 1_048_576
"""More bytes than this are not read from a file or a pipe; `wire` has its own, narrower limit."""
_COMMENT: Final = re.compile(rb"^[ \t]*//[^\n]*$", re.MULTILINE)
_CASE_ID: Final = re.compile(r"c[0-9a-f]{31}")
_PERSONAL: Final = frozenset({"particulars", "complaint"})


_KINDS: Final = MappingProxyType(
    {
        str: "an identifier",
        int: "a whole number",
        bool: "true or false",
        date: "a day, such as 2026-11-24",
        datetime: "an instant with its offset, such as 2026-11-24T09:00:00+08:00",
        Remark: 'words, as {"text": "..."}; from a file or standard input',
        Complaint: "a whole complaint, as 'lodge --template' prints one; from a file or standard input",
    }
)


# ---- in -----------------------------------------------------------------------------------------------------------


def read_bytes(source: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``, without comment lines.

    Raises InvalidInput where there are too many of them, click.UsageError where the file cannot be read.
    """
    if source == "-":
        if sys.stdin.isatty():
            click.echo("Paste the document, then press Ctrl-D on a line of its own.", err=True)
        data = sys.stdin.buffer.read(LARGEST + 1)
    else:
        try:
            with Path(source).open("rb") as file:
                data = file.read(LARGEST + 1)
        except OSError:
            raise click.UsageError("The file cannot be read. Name a file, or - for standard input.") from None
    if len(data) > LARGEST:
        raise InvalidInput((Problem("$", "too_large", f"must be at most {LARGEST} bytes"),))
    return without_notes(data)


def read_text(source: str) -> str:
    """The text of a file, or of standard input for ``-``; raises InvalidInput where it is not UTF-8."""
    try:
        return read_bytes(source).decode()
    except UnicodeDecodeError:
        raise InvalidInput((Problem("$", "encoding", "must be text in UTF-8"),)) from None


def ask(asked: Sequence[str]) -> list[str]:
    """What is asked for about a person, one after the other: from a prompt, or a line each of standard input."""
    if sys.stdin.isatty():
        return [str(click.prompt(one, err=True)) for one in asked]
    given = [line.strip() for line in read_text("-").splitlines() if line.strip()]
    if len(given) != len(asked):
        raise click.UsageError(f"Standard input must hold {len(asked)} lines: {'; '.join(asked)}.")
    return given


def without_notes(data: bytes) -> bytes:
    """The document without the lines that begin with ``//``; a line stays where it was."""
    return _COMMENT.sub(b"", data)


def read_complaint(source: str) -> Complaint:
    """The complaint in a file or on standard input."""
    return wire.read_complaint(read_bytes(source))


def command_name(typed: str) -> str:
    """The name of a command in documents, however it is spelt: ``ReportContact``, ``report_contact``."""
    plain = re.sub(r"[-_]", "", typed).lower()
    name = next((one for one in wire.COMMANDS if one.replace("_", "") == plain), None)
    if name is None:
        raise click.UsageError("There is no command of that name. 'show CASE --facts' lists those allowed now.")
    return name


def read_body(name: str, body: str | None, file: str | None) -> Command:
    """The command of a name with the fields of its body: on the command line, in a file, or on standard input.

    Raises click.UsageError where words about a person stand on the command line, InvalidInput for the rest.
    """
    if body is not None and file is not None:
        raise click.UsageError("Give the fields once: on the command line, or with --file.")
    inline = body is not None and body != "-"
    if inline:
        data = (body or "").encode("utf-8", "surrogateescape")
    else:
        source = file if file is not None else body
        data = read_bytes(source) if source is not None else b"{}"
    document = parse(data)
    if not isinstance(document, dict):
        raise InvalidInput((Problem("$", "type", "must be an object with the command's fields"),))
    if inline and _PERSONAL & document.keys():
        raise click.UsageError(
            "Words about a person do not belong on the command line, where others on this machine can read them. "
            "Put the document in a file (--file FILE) or on standard input (-)."
        )
    if document.get("command", name) != name:
        raise InvalidInput((Problem("$.command", "command", "must be the command that was asked for"),))
    return wire.command_from_document({"v": wire.VERSION, "command": name, **document})


@attrs.frozen
class Field:
    """One field of a command: its name, what it holds in words, and whether it must be given."""

    name: str
    kind: str
    required: bool


def fields_of(name: str) -> tuple[Field, ...]:
    """The fields that a command of a name takes in documents."""
    cls: Any = attrs.resolve_types(wire.COMMANDS[name])
    return tuple(Field(one.name, _kind(one.type), one.default is attrs.NOTHING) for one in attrs.fields(cls))


def _kind(kind: Any) -> str:
    """A type in words."""
    if isinstance(kind, types.UnionType):
        (kind,) = (one for one in typing.get_args(kind) if one not in (types.NoneType, Erased))
    if typing.get_origin(kind) is tuple:
        return f"a list, each {_kind(typing.get_args(kind)[0])}"
    if kind in _KINDS:
        return _KINDS[kind]
    if issubclass(kind, Enum):
        return f"one of {', '.join(one.value for one in kind)}"
    inside = ", ".join(f'"{one.name}"' for one in attrs.fields(attrs.resolve_types(kind)))
    return f"an object with {inside}"


def staff_actor(platform: Platform, staff: str = "command-line") -> Actor:
    """An officer of the scheme's council."""
    return Actor(Role.COUNCIL, staff, platform.scheme.council)


def with_everybody(scheme: Scheme, platform: Platform) -> Scheme:
    """A scheme with everybody who takes part in its own list: for whoever shows names."""
    today = platform.participants()
    known = {one.organisation for one in today}
    former = tuple(one for one in scheme.participants if one.organisation not in known)
    return attrs.evolve(scheme, participants=(*today, *former))


def actor_of(
    platform: Platform, staff: str, role: str, organisation: str, channel: str, *, own_word: bool = False
) -> Actor:
    """Who acts: staff of the council, of a trader, or the complainant.

    ``channel`` is given where somebody speaks for the complainant: staff who wrote down their ``own_word``, or a
    representative.
    """
    who = Role(role)
    if who is Role.TRADER and not organisation:
        raise click.UsageError("--role trader needs --organisation, the trader's id.")
    if channel and who is not Role.COMPLAINANT:
        raise click.UsageError("--representative and --taken-by go with --role complainant.")
    acting_for = ActingFor(Role.COMPLAINANT, Channel(channel), own_word) if channel else None
    return Actor(who, staff, organisation or platform.scheme.council, acting_for)


def find_case(platform: Platform, typed: str, by: Actor) -> str:
    """The id of the case that somebody named by its id or its reference.

    Raises InvalidInput for what is neither; NoSuchCase is left to whoever loads it.
    """
    if _CASE_ID.fullmatch(typed.strip().lower()):
        return typed.strip().lower()
    found = platform.cases(by=by, reference=read_reference(typed), limit=2).headers
    if len(found) > 1:
        raise StoreUnusable("reference_twice", "two cases carry that reference: name the case by its id")
    return found[0].case_id if found else read_reference(typed)


# ---- out ----------------------------------------------------------------------------------------------------------


def facts_of(value: Any) -> dict[str, Any]:
    """The document of any value of ours that holds no particular."""
    document: dict[str, Any] = orjson.loads(wire.write(value))
    return {name: one for name, one in document.items() if name != "v"}


def case_document(case: Case) -> dict[str, Any]:
    """Where a case stands, from its facts."""
    file, turn = case.file, case.turn
    return {
        "id": case.id,
        "reference": file.reference,
        "version": case.version,
        "status": case.status,
        "scheme": case.scheme,
        "edition": case.edition,
        "council": file.council,
        "trader": case.trader,
        "nature": file.complaint.nature,
        "category": file.complaint.category,
        "assignee": file.assignee,
        "on_hold": file.on_hold,
        "lodged_at": file.lodged_at,
        "filed_at": file.filed_at,
        "changed_at": case.at,
        "word": case.word,
        "timers": [facts_of(timer) for timer in case.timers],
        "offers": [{"number": one.number, "open": one.open} for one in turn.offers] if turn else [],
        "account": facts_of(case.account),
    }


def particulars_document(given: Particulars | Erased) -> dict[str, Any] | None:
    """The particulars as a document, or None where they are not open: for whoever may show them."""
    return attrs.asdict(cast(Any, given)) if isinstance(given, Particulars) else None


def event_document(event: Event) -> dict[str, Any]:
    """One event: its kind, its facts, and what is personal in it where it was opened."""
    kind, facts, personal = event_row(event)
    return {"kind": kind, **orjson.loads(facts), **({"particulars": orjson.loads(personal)} if personal else {})}
