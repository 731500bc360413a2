"""Rows of the port to rows of the tables, and back.

Laws of this file: an instant is kept as whole microseconds since 1970 in UTC, so that nothing is rounded and order
is order of integers; it comes back aware, in UTC. Nothing is looked up and nothing decided here. A file takes any value
in any column, so that whoever edits it can put one there that is none: StoreUnusable, ``corrupt``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import starmap
from typing import Any, Final

from expressplatform.errors import StoreUnusable
from expressplatform.filling import maker
from expressplatform.ports import EffectRow, Header, StoredEvent

Row = tuple[Any, ...]
"""A row as sqlite3 hands it out."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
HEADER: Final = (
    "case_id, version, status, council, trader, former, assignee, reference, scheme, edition, nature, category, "
    "lodged_at, changed_at, due_at, duty, provisional, owed_since, alarms"
)
EVENT: Final = "case_id, version, kind, schema, facts, sealed"
EVENT_OF: Final = ", ".join(f"events.{name}" for name in EVENT.split(", "))
EVENTS_OF: Final = """cases JOIN steps USING (number)
    JOIN events ON events.row = steps.row AND events.case_id = cases.case_id AND events.version = steps.version"""
"""Cases with their events: a step's event is in the row that it names, as long as that holds what it should."""
EFFECT: Final = "id, case_id, version, kind, recipient, attempts"

_NOBODY: Final = "[]"
_MICROSECOND: Final = timedelta(microseconds=1)
_OR_NONE: Final = (int, type(None))
_HEADER_TYPES: Final[tuple[type | tuple[type, ...], ...]] = (
    str,
    int,
    *[str] * 10,
    int,
    int,
    _OR_NONE,
    str,
    int,
    _OR_NONE,
    int,
)
_header: Final = maker(Header)
_event: Final = maker(StoredEvent)


def micros(at: datetime) -> int:
    """Microseconds since 1970 of an aware instant, exactly."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def instant(value: int) -> datetime:
    """The instant of `micros`, in UTC."""
    try:
        return EPOCH + value * _MICROSECOND
    except (TypeError, OverflowError):
        raise corrupt() from None


def words(written: str) -> tuple[str, ...]:
    """The words of a JSON list."""
    try:
        found = json.loads(written)
    except (TypeError, ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise corrupt()
    return tuple(found)


def corrupt() -> StoreUnusable:
    """A row of the file holds what none can hold."""
    return StoreUnusable("corrupt", "a row of the file holds what none can hold")


def event_row(event: StoredEvent) -> Row:
    """An event in the order of `EVENT`. The driver takes a bytearray as it is; for bytes it looks for a converter."""
    return (
        event.case_id,
        event.version,
        event.kind,
        event.schema,
        bytearray(event.facts),
        bytearray(event.sealed),
    )


def header_row(header: Header) -> Row:
    """A header in the order of `HEADER`."""
    return (
        header.case_id,
        header.version,
        header.status,
        header.council,
        header.trader,
        json.dumps(header.former) if header.former else _NOBODY,
        header.assignee,
        header.reference,
        header.scheme,
        header.edition,
        header.nature,
        header.category,
        micros(header.lodged_at),
        micros(header.changed_at),
        None if header.due_at is None else micros(header.due_at),
        header.duty,
        header.provisional,
        None if header.owed_since is None else micros(header.owed_since),
        header.alarms,
    )


def header_of(row: Row) -> Header:
    """The header of a row in the order of `HEADER`."""
    if not all(map(isinstance, row, _HEADER_TYPES)):
        raise corrupt()
    values = list(row)
    values[5] = () if row[5] == _NOBODY else words(row[5])
    values[12:15] = instant(row[12]), instant(row[13]), None if row[14] is None else instant(row[14])
    values[16] = bool(row[16])
    if row[17] is not None:
        values[17] = instant(row[17])
    return _header(*values)


def events_of(rows: Iterable[Row]) -> tuple[StoredEvent, ...]:
    """The events of rows in the order of `EVENT`."""
    return tuple(starmap(_event, rows))


def effects_of(rows: Iterable[Row]) -> list[EffectRow]:
    """The effects of rows in the order of `EFFECT`."""
    return [EffectRow(*row) for row in rows]
