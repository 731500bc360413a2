"""A durable append: sealed events with their header, receipt and effects; beside raw statements and a peer.

Both sides wait for the disk at each commit, in the same way: SQLite with a write-ahead log and ``synchronous`` at FULL,
PostgreSQL with ``fsync`` and ``synchronous_commit``. Ours seals and asks; the raw side is handed sealed rows and
asks nothing: no version is compared, no key looked up. Beside the peer ours also writes its events as JSON, as it does.
Before anything is timed, both sides have stored the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from benchmarks.measure import Effort, Row, Work, row
from benchmarks.ours import Ours
from benchmarks.places import PEER, folder, has_peer, server
from benchmarks.racing import raced
from benchmarks.raw_sqlite import RawSqlite
from benchmarks.raw_sqlite import stored as stored_in_sqlite
from benchmarks.steps import LIFE
from expressplatform_sqlite.schema import connect
from expressplatform_sqlite.store import SqliteStore

if TYPE_CHECKING:
    from tests.serving import Server


class Side(Protocol):
    """Whoever writes."""

    def ready(self, operations: int) -> Work: ...
    def close(self) -> None: ...


@attrs.frozen
class Size:
    """So many events a commit and commits a transaction, by so many threads; and the goals beside each other side."""

    events: int
    batch: int
    beside_raw: float | None
    beside_peer: float | None
    threads: int = 1

    @property
    def each(self) -> int:
        """Events of a transaction."""
        return self.events * self.batch

    @property
    def name(self) -> str:
        """What is done, in words."""
        many = f"{self.each} event{'s' if self.each > 1 else ''} a commit"
        return many if self.threads == 1 else f"{many}, {self.threads} threads"


IN_SQLITE: Final = (Size(1, 1, 0.9, 1.8), Size(LIFE, 1, 0.75, 2.0), Size(LIFE, 64, 0.6, 2.0))
IN_POSTGRES: Final = (Size(1, 1, 0.9, 3.3), Size(LIFE, 64, 0.65, 3.0), Size(1, 1, 0.85, None, threads=8))
_OURS, _WHOLE = "ours", "ours, events written too"


def in_sqlite(size: Size, place: Path) -> dict[str, Side]:
    """Who writes files."""
    sides: dict[str, Side] = {
        _OURS: Ours(SqliteStore(place / "ours"), size.events, size.batch),
        "raw sqlite3": RawSqlite(place / "raw", size.events, size.batch),
    }
    if has_peer():
        from benchmarks.peer_store import Peer
        from benchmarks.peer_store import in_sqlite as settings

        sides[_WHOLE] = Ours(SqliteStore(place / "whole"), size.events, size.batch, whole=True)
        sides[PEER] = Peer(settings(place / "peer"), size.events, size.batch)
    return sides


def in_postgres(size: Size, of: Server) -> dict[str, Side]:
    """Who writes databases."""
    from benchmarks.raw_postgres import RawPostgres
    from expressplatform_postgres.store import PostgresStore

    sides: dict[str, Side] = {
        _OURS: Ours(PostgresStore(of.database()), size.events, size.batch, threads=size.threads),
        "raw psycopg": RawPostgres(of.database(), size.events, size.batch, size.threads),
    }
    if size.beside_peer is not None and has_peer():
        from benchmarks.peer_store import Peer
        from benchmarks.peer_store import in_postgres as settings

        sides[_WHOLE] = Ours(PostgresStore(of.database()), size.events, size.batch, whole=True)
        sides[PEER] = Peer(settings(of.empty_database()), size.events, size.batch)
    return sides


def _contest(what: str, size: Size, sides: Mapping[str, Side], effort: Effort) -> Iterator[Row]:
    """One size: beside raw statements, and beside the peer where it takes part; and what the peer leaves room for.

    The raw statements seal and write nothing of what the peer does, so that ours cannot be as far ahead of it as they.
    """
    try:
        for side in sides.values():  # once, so that every thread has its connection before a turn is measured out
            side.ready(LIFE * size.threads)()
        times = raced({name: side.ready for name, side in sides.items()}, effort, each=size.each)
    finally:
        for side in sides.values():
            side.close()
    name, raw = f"{what}, {size.name}", next(side for side in sides if side.startswith("raw"))
    yield row(name, times, ours=_OURS, theirs=raw, goal=size.beside_raw)
    if PEER in sides:
        yield row(name, times, ours=_WHOLE, theirs=PEER, goal=size.beside_peer)
        yield row(f"the raw statements of {name}", times, ours=raw, theirs=PEER)


def check_sqlite(place: Path) -> None:
    """Raises LookupError unless both sides store the same, whatever the size."""
    for events, batch in ((1, 1), (LIFE, 1), (LIFE, 3)):
        here = place / f"check{events}-{batch}"
        here.mkdir()
        ours, raw = Ours(SqliteStore(here / "ours"), events, batch), RawSqlite(here / "raw", events, batch)
        _both(ours, raw, 3 * LIFE)
        ours.close()
        db = connect(str(here / "ours"), 1.0)
        _same(stored_in_sqlite(db), raw.stored())
        db.close()
        raw.close()


def check_postgres(of: Server) -> None:
    """Raises LookupError unless both sides store the same, whatever the size."""
    import psycopg

    from benchmarks.raw_postgres import RawPostgres, stored
    from expressplatform_postgres.store import PostgresStore

    for events, batch, threads in ((1, 1, 1), (LIFE, 3, 1), (1, 1, 2)):
        one, other = of.database(), of.database()
        ours = Ours(PostgresStore(one), events, batch, threads=threads)
        raw = RawPostgres(other, events, batch, threads)
        _both(ours, raw, 3 * LIFE)
        with psycopg.connect(one) as db:
            _same(stored(db), raw.stored())
        ours.close()
        raw.close()


def _both(ours: Side, raw: Side, operations: int) -> None:
    for side in (ours, raw):
        side.ready(operations)()


def _same(ours: Mapping[str, Sequence[object]], theirs: Mapping[str, Sequence[object]]) -> None:
    if ours != theirs or not all(ours.values()):
        raise LookupError("the two sides have not stored the same")


def check_peer(place: Path) -> None:
    """Raises LookupError unless the peer gives back what it was given, and keeps no word of it in clear."""
    from benchmarks.peer_store import Peer, gives_back
    from benchmarks.peer_store import in_sqlite as settings

    side = Peer(settings(place / "check-peer"), LIFE, 2)
    side.ready(2)()
    gives_back(side.app)
    side.close()


def rows(effort: Effort) -> Iterator[Row]:
    """SQLite and PostgreSQL, each in three sizes."""
    effort = attrs.evolve(effort, seconds=2 * effort.seconds)
    with folder() as place:
        check_sqlite(place)
        if has_peer():
            check_peer(place)
        for size in IN_SQLITE:
            here = place / str(size.each)
            here.mkdir()
            yield from _contest("an append to SQLite", size, in_sqlite(size, here), effort)
    with server() as of:
        if of is None:
            return
        check_postgres(of)
        for size in IN_POSTGRES:
            yield from _contest("an append to PostgreSQL", size, in_postgres(size, of), effort)
