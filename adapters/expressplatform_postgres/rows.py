"""Rows of the port to values of the statements, and back.

Laws of this file: an instant goes in aware and comes back in UTC, whatever the time zone of the connection. Nothing is
looked up and nothing decided here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Final

import psycopg
from psycopg import errors
from psycopg.adapt import AdaptersMap, Buffer, Loader
from psycopg.pq import Format

from expressplatform.filling import maker
from expressplatform.ports import Commit, EffectRow, Header, ShelfRow, StoredCase, StoredEvent
from expressplatform_postgres.asking import Row, Values
from expressplatform_postgres.columns import OF_TYPE, teach
from expressplatform_postgres.sql import COMMIT, EFFECTS, EVENTS, HEADER, SHELF, TOKENS, Shape

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_microseconds: Final = struct.Struct("!q").unpack
_header_row: Final = attrgetter(*HEADER)
_header: Final = maker(Header)
_event: Final = maker(StoredEvent)


class _InUtc(Loader):
    """An instant in binary form: microseconds since 2000, in UTC."""

    format = Format.BINARY

    def load(self, data: Buffer) -> datetime:
        """The instant, aware; DataCorrupted where no instant of ours can be meant."""
        since: int = _microseconds(data)[0]
        try:
            return _EPOCH + since * _MICROSECOND
        except OverflowError:
            raise errors.DataCorrupted("an instant is out of range") from None


def adapters() -> AdaptersMap:
    """How values travel: as psycopg does it, but instants come in UTC, and columns go whole."""
    own = AdaptersMap(psycopg.adapters)
    own.register_loader("timestamptz", _InUtc)
    teach(own)
    return own


def listed(names: Sequence[str]) -> str:
    """Names as the text of an array."""
    if not names:
        return "{}"
    return "{" + ",".join('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in names) + "}"


# ---- what goes in ---------------------------------------------------------------------------------------------------


def commit_row(commit: Commit) -> Row:
    """A commit without its events, effects and tokens, in the order of `sql.COMMIT`."""
    header, receipt = commit.header, commit.receipt
    values = list(_header_row(header))
    values[0] = commit.case_id
    values[5] = listed(header.former)
    stands = (receipt.key, receipt.digest, receipt.version) if receipt else (None, None, None)
    return (*values, commit.expected, *stands, commit.drop_tokens)


def shape_of(commit: Commit) -> Shape:
    """What this commit brings, each row of it."""
    return Shape(
        commit.expected == 0,
        commit.receipt is not None,
        len(commit.events),
        len(commit.effects),
        len(commit.tokens),
        commit.drop_tokens,
    )


def shape_of_many(commits: Sequence[Commit]) -> Shape:
    """What these commits bring, whether any of them brings it."""
    return Shape(
        fresh=False,
        keyed=any(commit.receipt for commit in commits),
        events=any(commit.events for commit in commits),
        effects=any(commit.effects for commit in commits),
        tokens=any(commit.tokens for commit in commits),
        drops=any(commit.drop_tokens for commit in commits),
    )


def one_commit(commit: Commit) -> list[object]:
    """The values of the statement that keeps one commit, in the order of the names of `sql.append_one`."""
    values: list[object] = [*commit_row(commit)]
    for event in commit.events:
        values += (event.version, event.kind, event.schema, event.facts, event.sealed)
    for effect in commit.effects:
        values += (effect.version, effect.id, effect.kind, effect.recipient, effect.attempts)
    for token in commit.tokens:
        values += (token.value, token.quarter)
    return values


def many_commits(commits: Sequence[Commit]) -> dict[str, object]:
    """The values of the statement that keeps commits of several cases."""
    events = [(c.case_id, e.version, e.kind, e.schema, e.facts, e.sealed) for c in commits for e in c.events]
    effects = [(c.case_id, e.version, e.id, e.kind, e.recipient, e.attempts) for c in commits for e in c.effects]
    tokens = [(c.case_id, t.value, t.quarter) for c in commits for t in c.tokens]
    return (
        _columns("", COMMIT, [commit_row(commit) for commit in commits])
        | _columns("event_", EVENTS, events)
        | _columns("effect_", EFFECTS, effects)
        | _columns("token_", TOKENS, tokens)
    )  # fmt: skip


def what_asked(commits: Sequence[Commit]) -> dict[str, object]:
    """The values of the question what stands in the way of commits: their cases, and their keys where they have one."""
    keys = [commit.receipt.key if commit.receipt else None for commit in commits]
    return {"case_id": [commit.case_id for commit in commits], "key": keys}


def shelf_rows(rows: Sequence[ShelfRow]) -> Values:
    """The values of the statement that keeps records."""
    given = [(r.kind, r.id, r.owner, r.version, r.place, listed(r.labels), r.year, r.body) for r in rows]
    return _columns("", SHELF, given)


def _columns(prefix: str, types: Mapping[str, str], rows: Sequence[Row]) -> dict[str, object]:
    """Rows turned into a column for each name."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(types)
    return {prefix + name: OF_TYPE[kind](column) for (name, kind), column in zip(types.items(), columns, strict=True)}


# ---- what comes out -------------------------------------------------------------------------------------------------


def header_of(row: Row) -> Header:
    """The header of a row that begins in the order of `sql.HEADER`."""
    values = list(row[:19])
    values[5] = tuple(values[5])
    return _header(*values)


def case_of(row: Row) -> StoredCase:
    """The case of a row: the header, then a list for each column of its events."""
    header = header_of(row)
    versions, *columns = row[19:]
    events = zip(versions or (), *(column or () for column in columns), strict=True)
    return StoredCase(header, tuple([_event(header.case_id, *event) for event in events]))


def effects_of(rows: Iterable[Row]) -> list[EffectRow]:
    """The effects of rows in the order of `sql.EFFECTS`."""
    return [
        EffectRow(id_, case_id, version, kind, recipient, attempts)
        for case_id, version, id_, kind, recipient, attempts in rows
    ]


def shelf_row_of(row: Row) -> ShelfRow:
    """The record of a row in the order of `sql.SHELF`."""
    kind, id_, owner, version, place, labels, year, body = row
    return ShelfRow(owner, kind, id_, version, place, tuple(labels), year, body)
