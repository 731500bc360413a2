"""Shelves with one fault each."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import ClassVar

import attrs

from expressplatform.errors import StoreUnusable
from expressplatform.memory import cursor_of, split_cursor
from expressplatform.ports import EVERYONE, ShelfPage, ShelfRow, Sought, check_texts, recorded


class Records:
    """A shelf, good for one thread, whose records are there for whoever opens it again, or twice."""

    breaks: ClassVar[tuple[str, ...]] = ()

    def __init__(self, before: Records | None = None) -> None:
        self.rows: dict[tuple[str, str], ShelfRow] = before.rows if before else {}
        self.closed = False

    def _open(self, *texts: str) -> None:
        if self.closed:
            raise StoreUnusable("closed")
        check_texts(texts)

    def _follows(self, row: ShelfRow, standing: ShelfRow | None) -> bool:
        return row.version == 1 if standing is None else self._next(row, standing)

    def _next(self, row: ShelfRow, standing: ShelfRow) -> bool:
        return row.version == standing.version + 1 and row.owner == standing.owner

    def _word(self, word: str) -> str:
        return word

    def _kept(self, row: ShelfRow) -> ShelfRow:
        return row

    def _sees(self, owner: str, row: ShelfRow) -> bool:
        return bool(owner) and owner in (EVERYONE, row.owner)

    def _sought(self, row: ShelfRow, sought: Sought) -> bool:
        return (
            (not sought.label or self._word(sought.label) in map(self._word, row.labels))
            and row.place >= sought.since
            and (not sought.until or row.place < sought.until)
        )

    def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        self._open()
        return [self._put(row) for row in recorded(rows)]

    def _put(self, row: ShelfRow) -> bool:
        key = (row.kind, self._word(row.id))
        if not self._follows(row, self.rows.get(key)):
            return False
        self.rows[key] = self._kept(row)
        return True

    def get(self, owner: str, kind: str, id: str, /) -> ShelfRow | None:
        self._open(owner, kind, id)
        row = self.rows.get((kind, self._word(id)))
        return row if row is not None and self._sees(owner, row) else None

    def _after(self, row: ShelfRow, after: str) -> bool:
        return not after or (row.place, row.id) > split_cursor(after)

    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        self._open(owner, kind, sought.label, sought.since, sought.until, after)
        mine = [row for row in list(self.rows.values()) if row.kind == kind and self._sees(owner, row)]
        mine.sort(key=lambda row: (row.place, row.id))
        found = [row for row in mine if self._sought(row, sought) and self._after(row, after)]
        more = len(found) > limit > 0
        return ShelfPage(tuple(found[:limit]), cursor_of(found[limit - 1]) if more else "")

    def years(self, kind: str, /) -> Sequence[str]:
        self._open(kind)
        return sorted({row.year for row in self.rows.values() if row.kind == kind})

    def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        self._open(owner, kind, *ids)
        for one in ids:
            if self.get(owner, kind, one) is not None:
                del self.rows[kind, self._word(one)]

    def close(self) -> None:
        self.closed = True

    def reopen(self) -> Records:
        self.close()
        return type(self)(self)

    def second_connection(self) -> Records:
        return type(self)(self)


class Locked(Records):
    """A good shelf for threads: one call after another."""

    def __init__(self, before: Records | None = None) -> None:
        super().__init__(before)
        self.lock: AbstractContextManager[bool] = before.lock if isinstance(before, Locked) else threading.RLock()

    def _put(self, row: ShelfRow) -> bool:
        with self.lock:
            return super()._put(row)


class ShortBodies(Locked):
    """A body has eight thousand bytes."""

    breaks = ("H1",)

    def _kept(self, row: ShelfRow) -> ShelfRow:
        return attrs.evolve(row, body=row.body[:8000])


class EachLabelOnce(Locked):
    """A label that is given twice is kept once."""

    breaks = ("H1",)

    def _kept(self, row: ShelfRow) -> ShelfRow:
        return attrs.evolve(row, labels=tuple(dict.fromkeys(row.labels)))


class AnyLaterVersion(Locked):
    """Any later version replaces the one that stands."""

    breaks = ("H2",)

    def _next(self, row: ShelfRow, standing: ShelfRow) -> bool:
        return row.version > standing.version and row.owner == standing.owner


class AllOrNone(Locked):
    """One record that is refused undoes its neighbours."""

    breaks = ("H3",)

    def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        before = dict(self.rows)
        answers = super().put(rows)
        if not all(answers):
            self.rows.clear()
            self.rows.update(before)
        return answers


class NoLock(Records):
    """Between looking at a version and replacing it nothing keeps others out."""

    breaks = ("H4", "H15")


class NobodySeesAll(Locked):
    """The empty name sees everything."""

    breaks = ("H5",)

    def _sees(self, owner: str, row: ShelfRow) -> bool:
        return owner in ("", EVERYONE, row.owner)


class LabelsOfAnyKind(Locked):
    """A label is kept without its noughts."""

    breaks = ("H20",)

    def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        return super().put(
            [attrs.evolve(row, labels=tuple(one.replace("\0", "") for one in row.labels)) for row in rows]
        )


class KeptUntilItIsNone(Locked):
    """What comes before a record that is none is kept."""

    breaks = ("H20",)

    def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        return [kept for row in rows for kept in super(KeptUntilItIsNone, self).put([row])]


class NoTextNoRecord(Locked):
    """Who asks for a record by half of a pair is told that there is none."""

    breaks = ("H20",)

    def get(self, owner: str, kind: str, id: str, /) -> ShelfRow | None:
        try:
            return super().get(owner, kind, id)
        except ValueError:
            return None


class SmallLetters(Locked):
    """Large and small letters are the same."""

    breaks = ("H6",)

    def _word(self, word: str) -> str:
        return word.lower()


class NoSpaceAtTheEnd(Locked):
    """Spaces at the end of a word do not count."""

    breaks = ("H6",)

    def _word(self, word: str) -> str:
        return word.rstrip(" ")


class HundredRecords(Locked):
    """A list ends after a hundred records."""

    breaks = ("H7",)

    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        return attrs.evolve(super().list(owner, kind, sought, after, min(limit, 100)), after="")


class UntilIncluded(Locked):
    """A list holds what stands at the place until which it goes."""

    breaks = ("H8",)

    def _sought(self, row: ShelfRow, sought: Sought) -> bool:
        return super()._sought(row, attrs.evolve(sought, until=sought.until and f"{sought.until}\0"))


class SoughtAfterTheLimit(Locked):
    """A label is looked for among the first records of a list."""

    breaks = ("H8",)

    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        page = super().list(owner, kind, attrs.evolve(sought, label=""), after, limit)
        return attrs.evolve(page, rows=tuple(row for row in page.rows if self._sought(row, sought)))


class CursorGone(Locked):
    """Where the record that a cursor names is gone, a list begins anew."""

    breaks = ("H9",)

    def _after(self, row: ShelfRow, after: str) -> bool:
        known = any(cursor_of(one) == after for one in self.rows.values())
        return super()._after(row, after) if known else True


class OldLabels(Locked):
    """The labels of former versions still find a record."""

    breaks = ("H10", "H2")

    def __init__(self, before: Records | None = None) -> None:
        super().__init__(before)
        self.old: dict[tuple[str, str], set[str]] = before.old if isinstance(before, OldLabels) else {}

    def _put(self, row: ShelfRow) -> bool:
        kept = super()._put(row)
        if kept:
            self.old.setdefault((row.kind, row.id), set()).update(row.labels)
        return kept

    def _sought(self, row: ShelfRow, sought: Sought) -> bool:
        known = {*self.old.get((row.kind, row.id), ()), *row.labels}
        return super()._sought(row, attrs.evolve(sought, label="")) and (not sought.label or sought.label in known)


class YearsOfAllKinds(Locked):
    """The years of every kind are told."""

    breaks = ("H11",)

    def years(self, kind: str, /) -> Sequence[str]:
        self._open()
        return sorted({row.year for row in self.rows.values()})


class DeletesAHundred(Locked):
    """Of the ids of a call a hundred are deleted."""

    breaks = ("H12",)

    def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        super().delete(owner, kind, ids[:100])


class ClosedTellsYears(Locked):
    """A closed shelf still tells years."""

    breaks = ("H13",)

    def years(self, kind: str, /) -> Sequence[str]:
        return sorted({row.year for row in self.rows.values() if row.kind == kind})


class LosesTheLast(Locked):
    """What was put last is lost when the shelf is opened again."""

    breaks = ("H14",)

    def reopen(self) -> Records:
        if self.rows:
            self.rows.popitem()
        return super().reopen()


class Remembers(Locked):
    """What was read once is read so again, whatever another connection does."""

    breaks = ("H15",)

    def __init__(self, before: Records | None = None) -> None:
        super().__init__(before)
        self.read: dict[tuple[str, str, str], ShelfRow | None] = {}

    def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        self.read.clear()
        return super().put(rows)

    def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        self.read.clear()
        super().delete(owner, kind, ids)
        self.read.clear()

    def get(self, owner: str, kind: str, id: str, /) -> ShelfRow | None:
        self._open()
        if (owner, kind, id) not in self.read:
            self.read[owner, kind, id] = super().get(owner, kind, id)
        return self.read[owner, kind, id]


class OneThread(Locked):
    """Any thread but the first is turned away."""

    breaks = ("H16", "H4")

    def __init__(self, before: Records | None = None) -> None:
        super().__init__(before)
        self.thread: int | None = None

    def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        self.thread = self.thread or threading.get_ident()
        if self.thread != threading.get_ident():
            raise StoreUnusable("failed", "another thread")
        return super().put(rows)


class ByTheWall(Locked):
    """What is older than ten years, by the wall's clock, is not shown."""

    breaks = ("H17",)

    def _sees(self, owner: str, row: ShelfRow) -> bool:
        old = row.year.isdigit() and int(row.year) < datetime.now(UTC).year - 10
        return super()._sees(owner, row) and not old


class MovedStaysToo(Locked):
    """A record that has moved is listed by a label at its first place."""

    breaks = ("H10", "H18")

    def __init__(self, before: Records | None = None) -> None:
        super().__init__(before)
        self.first: dict[tuple[str, str], str] = before.first if isinstance(before, MovedStaysToo) else {}

    def _put(self, row: ShelfRow) -> bool:
        kept = super()._put(row)
        if kept and row.version == 1:
            self.first[row.kind, row.id] = row.place
        return kept

    def _sought(self, row: ShelfRow, sought: Sought) -> bool:
        at = self.first.get((row.kind, row.id), row.place) if sought.label else row.place
        return super()._sought(attrs.evolve(row, place=at), sought)


class AwaitedRecords:
    """A good shelf that is awaited."""

    breaks: ClassVar[tuple[str, ...]] = ()

    def __init__(self, inner: Records | None = None) -> None:
        self.inner = inner or Records()

    async def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        await asyncio.sleep(0)
        return self.inner.put(rows)

    async def get(self, owner: str, kind: str, id: str, /) -> ShelfRow | None:
        return self.inner.get(owner, kind, id)

    async def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        return self.inner.list(owner, kind, sought, after, limit)

    async def years(self, kind: str, /) -> Sequence[str]:
        return self.inner.years(kind)

    async def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        self.inner.delete(owner, kind, ids)

    async def close(self) -> None:
        self.inner.close()

    async def reopen(self) -> AwaitedRecords:
        return type(self)(self.inner.reopen())

    async def second_connection(self) -> AwaitedRecords:
        return type(self)(self.inner.second_connection())


class LooksThenWaits(AwaitedRecords):
    """Between looking at a version and replacing it other tasks have their turn."""

    breaks = ("H19", "H4")

    async def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        answers = []
        for row in rows:
            standing = self.inner.get(EVERYONE, row.kind, row.id)
            await asyncio.sleep(0)
            answers.append(self.inner._follows(row, standing))
            if answers[-1]:
                self.inner._open()
                self.inner.rows[row.kind, row.id] = row
        return answers


GOOD = (Locked, AwaitedRecords)
FAULTY: tuple[type[Records | AwaitedRecords], ...] = tuple(
    one
    for one in list(vars().values())
    if isinstance(one, type) and issubclass(one, Records | AwaitedRecords) and one.breaks
)
