"""A case, from its rows to the frozen case with everything that is sealed in it; beside raw rows and a peer.

A real life: eight steps of HK_CCA from Lodge to a declined offer, as the library writes them. Ours loads the rows for
the organisation that asks, opens each sealed part with the case's key (kept open, as a key ring keeps it for a minute),
makes typed events and applies them to frozen cases. The peer is given the same bytes, as text: it decrypts each event
and sets three attributes. Neither keeps a case in memory. Loading from a file waits for nothing and is counted in CPU
time, loading from a server on the clock on the wall.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any, Final

import attrs

from benchmarks import ways
from benchmarks.measure import Contest, Effort, Row, Work, held, row
from benchmarks.places import PEER, folder, has_peer, server
from benchmarks.racing import raced
from benchmarks.steps import KEY
from expressplatform.case import Case, apply, decide
from expressplatform.platform.rows import effects_of, fold_opened, header_of, sealed_row
from expressplatform.ports import Commit
from expressplatform.records import event_row
from expressplatform.schemes import HK_CCA
from expressplatform.sealing import KeyRing
from expressplatform_sqlite.rows import EVENT_OF, EVENTS_OF, HEADER
from expressplatform_sqlite.schema import connect
from expressplatform_sqlite.store import SqliteStore

CASES: Final = 64
WAY: Final = ways.TAKEN_IN + ways.WAY[:5]
"""Lodge, Acknowledge, Accept, Upload, Obtain, ReportContact, MakeOffer, DeclineOffer."""
COUNCIL: Final = "hkcc"
_EVENTS: Final = f"SELECT {EVENT_OF} FROM {EVENTS_OF} WHERE cases.case_id = ? ORDER BY steps.version"
_CASE: Final = f"SELECT {HEADER} FROM cases WHERE case_id = ?"


class Keys:
    """Where the ring fetches keys: one for all, since what is fetched is not measured."""

    def get(self, case_id: str, /) -> bytes:
        """The data key."""
        return b"k" * 32


def lived(case_id: str) -> list[Commit]:
    """The commits of a case's eight steps."""
    known = attrs.evolve(ways.NUMBERS, case_id=case_id)
    case: Case | None = None
    commits = []
    for command, by, at in WAY:
        (event,) = decide(case, command, by=by, at=at, scheme=HK_CCA, known=known)
        version = 0 if case is None else case.version
        case = apply(case, event)
        made = sealed_row(event, case, KEY)
        commits.append(Commit(case_id, version, header_of(case), (made,), effects_of(event, case)))
    return commits


def names() -> list[str]:
    """The cases' ids."""
    return [f"case-{number}" for number in range(CASES)]


def fill(store: Any) -> None:
    """Every case, step by step."""
    for commits in zip(*map(lived, names()), strict=True):
        store.append(commits)


def loads(store: Any) -> Work:
    """One case after the other: loaded, opened, replayed."""
    ring, turn, load = KeyRing(Keys()), cycle(names()), store.load
    return lambda: fold_opened(load(next(turn), COUNCIL), ring, everything=True)


def fetches(store: Any) -> Work:
    """One case after the other: its rows."""
    turn, load = cycle(names()), store.load
    return lambda: load(next(turn), COUNCIL)


def check(store: Any) -> None:
    """Raises LookupError unless a case comes back with what it was lodged with."""
    case, _ = fold_opened(store.load(names()[0], COUNCIL), KeyRing(Keys()), everything=True)
    lodged: Any = WAY[0][0]
    if (case.version, case.particulars) != (len(WAY), lodged.complaint.particulars):
        raise LookupError("a case comes back as something else")


def _peer(settings: Mapping[str, str]) -> tuple[Work, Callable[[], None]]:
    """The peer's cases, and how they are let go."""
    from benchmarks.peer_complaint import PeerComplaint
    from benchmarks.peer_store import application

    app = application(settings)
    texts = [tuple(map(_text, event_row(_opened(one))[1:])) for one in lived(names()[0])]
    made = []
    for _ in range(CASES):
        one = PeerComplaint(*texts[0])
        for facts, said in texts[1:]:
            one.note(facts, said)
        app.save(one)
        made.append(one.id)
    back = app.repository.get(made[0])
    if (back.steps, back.facts, back.said) != (len(WAY), *texts[-1]):
        raise LookupError("the peer gives back something else")
    turn, get = cycle(made), app.repository.get
    return lambda: get(next(turn)), app.close


def _opened(commit: Commit) -> Any:
    from expressplatform.platform.rows import opened

    return opened(commit.events[0], KEY)


def _text(data: bytes | None) -> str:
    return (data or b"").decode()


def from_sqlite(effort: Effort) -> Iterator[Row]:
    """Rows alone beside sqlite3; whole cases beside the peer."""
    with folder() as place:
        store = SqliteStore(place / "ours")
        fill(store)
        check(store)
        db, turn = connect(str(place / "ours"), 1.0), cycle(names())

        def raw() -> Sequence[object]:
            asked = (next(turn),)
            return [db.execute(_CASE, asked).fetchone(), *db.execute(_EVENTS, asked)]

        work: dict[str, Work] = {"rows": fetches(store), "raw sqlite3": raw, "ours": loads(store)}
        closing: list[Callable[[], None]] = [db.close, store.close]
        if has_peer():
            from benchmarks.peer_store import in_sqlite

            work[PEER], let_go = _peer(in_sqlite(place / "peer"))
            closing.append(let_go)
        times = held(Contest(work), effort)
        yield row("a case's rows from SQLite", times, ours="rows", theirs="raw sqlite3")
        if PEER in work:
            yield row("a case from SQLite, opened and replayed", times, ours="ours", theirs=PEER, goal=6.0)
        for close in closing:
            close()


def from_postgres(effort: Effort) -> Iterator[Row]:
    """Whole cases beside the peer."""
    with server() as of:
        if of is None or not has_peer():
            return
        from benchmarks.peer_store import in_postgres
        from expressplatform_postgres.store import PostgresStore

        store = PostgresStore(of.database())
        fill(store)
        check(store)
        peer, let_go = _peer(in_postgres(of.empty_database()))
        work = {"ours": loads(store), PEER: peer}
        times = raced({name: _times(one) for name, one in work.items()}, effort)
        yield row("a case from PostgreSQL, opened and replayed", times, ours="ours", theirs=PEER, goal=2.5)
        let_go()
        store.close()


def _times(work: Work) -> Callable[[int], Work]:
    return lambda operations: lambda: [work() for _ in range(operations)]


def rows(effort: Effort) -> Iterator[Row]:
    """Both databases."""
    yield from from_sqlite(effort)
    yield from from_postgres(effort)
