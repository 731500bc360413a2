"""The usual transaction as one statement: commits of one event each, as commands leave them.

Laws of this file
- A step is one row that is inserted into a view; triggers put each part of it where it belongs. So a transaction is one
  call of the driver, which lets go of the interpreter's lock once, and not for every row: what other threads do
  meanwhile keeps nobody waiting in the middle of a transaction.
- The view and its triggers belong to the connection alone. No file holds them, and its schema knows nothing of them.
- A step that meets something in its way, or that cannot be kept, ends the statement, and with it the transaction:
  nothing of it has been written.
- A statement is made for 1, 2, 4, ... steps, so that a connection keeps a few of them ready; rows without a step fill
  it up. What it was given last stays with it until it is asked again, so that long events do not go this way.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Final

from expressplatform.ports import Commit
from expressplatform_sqlite.rows import EVENT, HEADER, Row, event_row, header_row

MOST: Final = 64
"""Steps of one statement. For more than that it gains nothing over one statement for each table."""
LONGEST: Final = 16_384
"""Bytes of one of its events, facts and sealed part together."""

_NAMES: Final = HEADER.split(", ")
_OF_EVENT: Final = EVENT.split(", ")[2:]
_COLUMNS: Final = (*_NAMES, "expected", *_OF_EVENT, "key", "digest", "effects", "tokens", "marks")
_NOTHING: Final = "no step"
"""What no version is, in place of the one that a step builds on."""
_NO_STEP: Final = tuple(_NOTHING if name == "expected" else None for name in _COLUMNS)
_KEEP: Final = f"""SELECT RAISE(ABORT, 'something is in the way') WHERE changes() = 0;
    INSERT INTO events ({EVENT}) VALUES (NEW.case_id, NEW.version, {", ".join(f"NEW.{name}" for name in _OF_EVENT)});
    INSERT INTO steps (number, version, row, key, digest) VALUES (
        (SELECT number FROM cases WHERE case_id = NEW.case_id), NEW.version, last_insert_rowid(), NEW.key, NEW.digest);
    INSERT INTO effects (case_id, version, id, kind, recipient, ready_at)
        SELECT NEW.case_id, NEW.version, json_extract(value, '$[0]'), json_extract(value, '$[1]'),
            json_extract(value, '$[2]'), NEW.changed_at FROM json_each(NEW.effects);
    INSERT INTO tokens (case_id, value, quarter)
        SELECT NEW.case_id, ifnull(substr(NEW.marks, json_extract(value, '$[0]'), json_extract(value, '$[1]')), x''),
            json_extract(value, '$[2]') FROM json_each(NEW.tokens) WHERE true
            ON CONFLICT (case_id, value) DO NOTHING;"""
PREPARED: Final = (
    "PRAGMA temp_store = MEMORY",
    f"CREATE TEMP VIEW taken AS SELECT {', '.join(f'NULL AS {name}' for name in _COLUMNS)}",
    f"""CREATE TEMP TRIGGER begun INSTEAD OF INSERT ON taken WHEN NEW.expected IS 0 BEGIN
        INSERT INTO cases ({HEADER}) VALUES ({", ".join(f"NEW.{name}" for name in _NAMES)})
            ON CONFLICT (case_id) DO NOTHING;
        {_KEEP} END""",
    f"""CREATE TEMP TRIGGER moved INSTEAD OF INSERT ON taken
            WHEN NEW.expected IS NOT 0 AND NEW.expected IS NOT '{_NOTHING}' BEGIN
        UPDATE cases SET {", ".join(f"{name} = NEW.{name}" for name in _NAMES[1:])}
            WHERE case_id = NEW.case_id AND version = NEW.expected
                AND NOT EXISTS (SELECT 1 FROM steps WHERE steps.number = cases.number AND key = NEW.key);
        {_KEEP} END""",
)
"""What a connection is told before `kept` is asked."""


def single(commits: Sequence[Commit]) -> bool:
    """Whether `kept` may be asked: a few commits, each of one event that is not long, that drop no tokens."""
    return 0 < len(commits) <= MOST and all(map(_is_single, commits))


def _is_single(commit: Commit) -> bool:
    if len(commit.events) != 1 or commit.drop_tokens:
        return False
    (event,) = commit.events
    return len(event.facts) + len(event.sealed) <= LONGEST


def kept(db: sqlite3.Connection, commits: Sequence[Commit]) -> bool:
    """Write `single` commits as a transaction of their own; False where one met something: then none is written."""
    size = 1 << (len(commits) - 1).bit_length()
    rows = [_row(commit) for commit in commits] + [_NO_STEP] * (size - len(commits))
    try:
        db.execute(_statement(size), list(chain.from_iterable(rows)) if size > 1 else rows[0])
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorname != "SQLITE_CONSTRAINT_TRIGGER":
            raise
        return False
    return True


@cache
def _statement(size: int) -> str:
    row = f"({', '.join('?' * len(_COLUMNS))})"
    return f"INSERT INTO taken VALUES {', '.join([row] * size)}"


def _row(commit: Commit) -> Row:
    """A step in the order of `_COLUMNS`."""
    receipt = commit.receipt
    key, digest = (receipt.key, bytearray(receipt.digest)) if receipt else (None, None)
    effects = json.dumps([(one.id, one.kind, one.recipient) for one in commit.effects]) if commit.effects else None
    tokens, marks = _tokens(commit) if commit.tokens else (None, None)
    row = (*header_row(commit.header), commit.expected, *event_row(commit.events[0])[2:])
    return (*row, key, digest, effects, tokens, marks)


def _tokens(commit: Commit) -> tuple[str, bytes]:
    """Where each token begins in the bytes of all, how long it is, and its quarter; and these bytes."""
    begin, found = 1, []
    for one in commit.tokens:
        found.append((begin, len(one.value), one.quarter))
        begin += len(one.value)
    return json.dumps(found), b"".join([one.value for one in commit.tokens])
