"""An agent's own memory: records on its shelf, sealed.

Laws of this file

- In clear stand the trader, the kind, ids of cases and keyed digests; all else is sealed under a secret of its year.
- A record is replaced by whoever read the one that stands; who was second leaves it alone and comes again.
- An order is found by a keyed digest of its number, never by the number.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Final, Generic, TypeVar

import attrs
import orjson

from expressplatform.errors import HeldBack
from expressplatform.ports import AsyncShelf, KeyStore, ShelfRow, Sought, shelf_rows
from expressplatform.records import read_whole, write_whole
from expressplatform.sealing import CaseKey, Context, KeyRing, Secrets
from expressplatform_agent.values import CaseNote, Line, Place

T = TypeVar("T", CaseNote, Line, Place)

CASES: Final = "agent_case"
LINES: Final = "agent_line"
PLACES: Final = "agent_place"
OPEN: Final = "open"
TODO: Final = "todo"
AWAITS: Final = "awaits"
_SCHEMA: Final = 1


@attrs.frozen
class Held(Generic[T]):
    """A record as it stands, and the version that the next one follows (0: there is none yet)."""

    value: T
    version: int


class Books:
    """The records of one trader's agent."""

    def __init__(self, shelf: AsyncShelf, keys: KeyStore, owner: str, now: Callable[[], datetime]) -> None:
        self._shelf, self._owner, self._now = shelf, owner, now
        self._ring = KeyRing(Secrets(keys))

    # --- cases ------------------------------------------------------------------------------------------------

    async def case(self, case_id: str) -> Held[CaseNote]:
        """What is remembered of a case; of one that is new, an empty note."""
        return await self._read(CASES, case_id, CaseNote(case_id))

    async def keep_case(self, held: Held[CaseNote], note: CaseNote) -> Held[CaseNote]:
        """Puts a note in the place of the one that was read; raises HeldBack where somebody was first."""
        labels = [name for name, is_so in ((TODO, note.todo), (AWAITS, note.awaits)) if is_so]
        if note.order:
            labels.append(self._order_label(note.platform, note.order))
        return await self._keep(CASES, note.case_id, held, note, tuple(labels))

    def cases(self, label: str = "") -> AsyncIterator[CaseNote]:
        """Every case that is remembered, or those with a label."""
        return self._all(CASES, CaseNote, label)

    def cases_of_order(self, platform: str, order: str) -> AsyncIterator[CaseNote]:
        """The cases over an order."""
        return self._all(CASES, CaseNote, self._order_label(platform, order))

    async def forget(self, case_id: str) -> None:
        """Deletes what is remembered of a case, its lines too."""
        lines = [one.id async for one in self._all(LINES, Line, _case_label(case_id))]
        await self._shelf.delete(self._owner, LINES, lines)
        await self._shelf.delete(self._owner, CASES, (case_id,))

    # --- lines ------------------------------------------------------------------------------------------------

    def line_id(self, *parts: str) -> str:
        """The id of a line about this: the same for the same, and telling nothing."""
        return self._key(LINES, "ids").address(orjson.dumps(parts)).hex()[:32]

    async def tell(self, line: Line) -> bool:
        """Keeps a line; False: it was there before, seen or not."""
        place = f"{line.at:%Y-%m-%dT%H:%M:%S}"
        labels = (OPEN, *((_case_label(line.case_id),) if line.case_id else ()))
        return await self._put(LINES, line.id, 0, line, labels, place)

    async def done(self, line_id: str) -> bool:
        """Has a line that a person has seen say no more; False: there is none of that id that is open."""
        row = await self._shelf.get(self._owner, LINES, line_id)
        if row is None or OPEN not in row.labels:
            return False
        line = self._opened(row, Line)
        left = Line(line.id, line.about, line.at, line.case_id, done=True)
        labels = (_case_label(line.case_id),) if line.case_id else ()
        return await self._put(LINES, line.id, row.version, left, labels, row.place)

    def lines(self) -> AsyncIterator[Line]:
        """The lines that nobody has seen, the oldest first."""
        return self._all(LINES, Line, OPEN)

    # --- places -----------------------------------------------------------------------------------------------

    async def place(self, name: str) -> Held[Place]:
        """Where a list goes on."""
        return await self._read(PLACES, self._name(name), Place())

    async def keep_place(self, name: str, held: Held[Place], place: Place) -> Held[Place]:
        """Notes it; raises HeldBack where somebody was first."""
        return await self._keep(PLACES, self._name(name), held, place, ())

    # --- records ----------------------------------------------------------------------------------------------

    async def _read(self, kind: str, id: str, empty: T) -> Held[T]:
        row = await self._shelf.get(self._owner, kind, id)
        return Held(empty, 0) if row is None else Held(self._opened(row, type(empty)), row.version)

    async def _keep(self, kind: str, id: str, held: Held[T], value: T, labels: tuple[str, ...]) -> Held[T]:
        if value == held.value and held.version:
            return held
        if not await self._put(kind, id, held.version, value, labels, ""):
            raise HeldBack(None)
        return Held(value, held.version + 1)

    async def _put(
        self, kind: str, id: str, version: int, value: CaseNote | Line | Place, labels: tuple[str, ...], place: str
    ) -> bool:
        year = str(self._now().year)
        clear = ShelfRow(self._owner, kind, id, version + 1, place, labels, year, b"")
        sealed = self._key(kind, year).seal(write_whole(value), _context(clear))
        (done,) = await self._shelf.put((attrs.evolve(clear, body=sealed),))
        return done

    async def _all(self, kind: str, cls: type[T], label: str) -> AsyncIterator[T]:
        async for row in shelf_rows(self._shelf, self._owner, kind, Sought(label)):
            yield self._opened(row, cls)

    def _opened(self, row: ShelfRow, cls: type[T]) -> T:
        return read_whole(cls, self._key(row.kind, row.year).open(row.body, _context(row)))

    def _order_label(self, platform: str, order: str) -> str:
        return "order:" + self._key(CASES, "orders").address(orjson.dumps([platform, order])).hex()

    def _name(self, name: str) -> str:
        return self._key(PLACES, "ids").address(name.encode()).hex()

    def _key(self, kind: str, use: str) -> CaseKey:
        return self._ring.get(f"shelf:{kind}:{use}")


def _case_label(case_id: str) -> str:
    return f"case:{case_id}"


def _context(row: ShelfRow) -> Context:
    """Where a record is sealed: its id, version and kind, and the rest of what stands in clear."""
    facts = orjson.dumps([row.owner, row.year, row.place, row.labels])
    return Context(row.id, row.version, row.kind, _SCHEMA, facts, "agent")
