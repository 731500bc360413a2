"""Shelves with one fault each, at their edges."""

from __future__ import annotations

import asyncio
import fnmatch
import json
from collections.abc import Sequence
from typing import Any

import attrs

from expressplatform.errors import StoreUnusable
from expressplatform.memory import cursor_of
from expressplatform.ports import EVERYONE, ShelfPage, ShelfRow, Sought
from tests.faulty.shelves import AwaitedRecords, Locked, Records


class NumbersAreOne(Locked):
    """Ids that are one number are one record."""

    breaks = ("H6",)

    def _word(self, word: str) -> str:
        try:
            return str(float(word))
        except ValueError:
            return word


class NoSpaceBefore(Locked):
    """Spaces before an id do not count."""

    breaks = ("H6",)

    def _word(self, word: str) -> str:
        return word.lstrip()


class Cursors(Locked):
    """A good shelf whose cursors are chosen by the faulty ones."""

    def _cursor(self, row: ShelfRow) -> str:
        return f"{len(row.place)}|{row.place}{row.id}"

    def _stood(self, after: str) -> tuple[str, str]:
        length, _, both = after.partition("|")
        return both[: int(length)], both[int(length) :]

    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        self._open(after)
        whole = super().list(owner, kind, sought, "", 1_000_000).rows
        left = [row for row in whole if not after or (row.place, row.id) > self._stood(after)]
        return ShelfPage(tuple(left[:limit]), self._cursor(left[limit - 1]) if len(left) > limit > 0 else "")


class CursorsWithColons(Cursors):
    """A cursor is split at its first colon, wherever that comes from."""

    breaks = ("H9",)

    def _cursor(self, row: ShelfRow) -> str:
        return f"{row.place}:{row.id}"

    def _stood(self, after: str) -> tuple[str, str]:
        place, _, id_ = after.partition(":")
        return place, id_


class CursorsWithBars(Cursors):
    """A cursor is split at its last bar, wherever that comes from."""

    breaks = ("H9",)

    def _cursor(self, row: ShelfRow) -> str:
        return f"{row.place}|{row.id}"

    def _stood(self, after: str) -> tuple[str, str]:
        place, _, id_ = after.rpartition("|")
        return place, id_


class CursorsOfAConnection(Cursors):
    """A cursor means something to the connection that gave it, and to no other."""

    breaks = ("H15", "H9")

    def __init__(self, before: Records | None = None) -> None:
        super().__init__(before)
        self.given: dict[str, tuple[str, str]] = {}

    def _cursor(self, row: ShelfRow) -> str:
        name = f"{len(self.given)}"
        self.given[name] = row.place, row.id
        return name

    def _stood(self, after: str) -> tuple[str, str]:
        return self.given.get(after, ("", ""))


class ListsViews(Locked):
    """What is listed has views of the shelf's own memory."""

    breaks = ("H1",)

    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        page = super().list(owner, kind, sought, after, limit)
        views: Any = (attrs.evolve(row, body=memoryview(row.body)) for row in page.rows)  # type: ignore[arg-type]
        return ShelfPage(tuple(views), page.after)


class LabelsInOneText(Locked):
    """Labels are one text with a sign between them, which is looked into."""

    breaks = ("H6", "H8")

    def _sought(self, row: ShelfRow, sought: Sought) -> bool:
        found = f"\x1f{sought.label}\x1f" in "".join(("\x1f", "\x1f".join(row.labels), "\x1f"))
        return super()._sought(row, attrs.evolve(sought, label="")) and (not sought.label or found)


class LabelsInAList(Locked):
    """Labels are a list that is written as text, in which what stands between two is found too."""

    breaks = ("H6", "H8")

    def _sought(self, row: ShelfRow, sought: Sought) -> bool:
        found = json.dumps(sought.label) in json.dumps(row.labels)
        return super()._sought(row, attrs.evolve(sought, label="")) and (not sought.label or found)


class LabelsArePatterns(Locked):
    """A star in a label that is sought stands for anything."""

    breaks = ("H6", "H8")

    def _sought(self, row: ShelfRow, sought: Sought) -> bool:
        found = any(fnmatch.fnmatchcase(one, sought.label) for one in row.labels)
        return super()._sought(row, attrs.evolve(sought, label="")) and (not sought.label or found)


class SixtyFourLabels(Locked):
    """A record is found by its first sixty-four labels."""

    breaks = ("H1", "H2")

    def _sought(self, row: ShelfRow, sought: Sought) -> bool:
        return super()._sought(attrs.evolve(row, labels=row.labels[:64]), sought)


class BeginsAgainAtLast(Locked):
    """After many versions a record may begin again."""

    breaks = ("H2", "H1")

    def _next(self, row: ShelfRow, standing: ShelfRow) -> bool:
        return super()._next(row, standing) or (row.version == 1 and standing.version > 255)


class HundredAreJudged(Locked):
    """What comes after a hundred records in a call is kept as it is."""

    breaks = ("H2", "H3")

    def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        first = super().put(rows[:100])
        self.rows |= {(row.kind, row.id): row for row in rows[100:]}
        return [*first, *(True for _ in rows[100:])]


class OwnerOfTheFirst(Locked):
    """Of what a call deletes the owner of the first is looked at."""

    breaks = ("H5", "H12")

    def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        self._open(owner, kind, *ids)
        if any(self.get(owner, kind, one) is not None for one in ids[:1]):
            for one in ids:
                self.rows.pop((kind, one), None)
        super().delete(owner, kind, ids)


class FirstOwnerForEver(Locked):
    """An id is for ever whoever's it was at first."""

    breaks = ("H12",)

    def __init__(self, before: Records | None = None) -> None:
        super().__init__(before)
        self.first: dict[tuple[str, str], str] = before.first if isinstance(before, FirstOwnerForEver) else {}

    def _follows(self, row: ShelfRow, standing: ShelfRow | None) -> bool:
        follows = super()._follows(row, standing)
        return follows and self.first.setdefault((row.kind, row.id), row.owner) == row.owner


class LostSinceARefusal(Locked):
    """What was kept after a call that was none is lost when the shelf is opened again."""

    breaks = ("H14",)

    def __init__(self, before: Records | None = None) -> None:
        super().__init__(before)
        self.then: dict[tuple[str, str], ShelfRow] | None = None

    def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        try:
            return super().put(rows)
        except ValueError:
            self.then = dict(self.rows)
            raise

    def reopen(self) -> Records:
        for one in set(self.rows) - set(self.rows if self.then is None else self.then):
            del self.rows[one]
        return super().reopen()


class AThousandLast(Locked):
    """A thousand records are there when the shelf is opened again."""

    breaks = ("H14",)

    def reopen(self) -> Records:
        for one in list(self.rows)[1000:]:
            del self.rows[one]
        return super().reopen()


class SinceAsALanguageSorts(Locked):
    """A stretch begins and ends without regard to large and small letters."""

    breaks = ("H8",)

    def _sought(self, row: ShelfRow, sought: Sought) -> bool:
        place, since, until = row.place.lower(), sought.since.lower(), sought.until.lower()
        return super()._sought(row, Sought(sought.label)) and place >= since and (not until or place < until)


class IdsAsALanguageSorts(Cursors):
    """Records of one place are listed without regard to large and small letters in their ids."""

    breaks = ("H7",)

    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        page = super().list(owner, kind, sought, after, limit)
        return attrs.evolve(page, rows=tuple(sorted(page.rows, key=lambda row: (row.place, row.id.lower(), row.id))))


class YearsRemembered(Locked):
    """Years are remembered until this connection changes something itself."""

    breaks = ("H15", "H11")

    def __init__(self, before: Records | None = None) -> None:
        super().__init__(before)
        self.told: dict[str, Sequence[str]] = {}

    def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        self.told.clear()
        return super().put(rows)

    def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        self.told.clear()
        super().delete(owner, kind, ids)

    def years(self, kind: str, /) -> Sequence[str]:
        self._open(kind)
        if kind not in self.told:
            self.told[kind] = super().years(kind)
        return self.told[kind]


class YearsOfTheDeleted(Locked):
    """A year stays where all of its records were deleted in one call of many."""

    breaks = ("H11", "H12")
    left: frozenset[str] = frozenset()

    def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        self.left = frozenset(super().years(kind)) if len(ids) > 20 else self.left
        super().delete(owner, kind, ids)

    def years(self, kind: str, /) -> Sequence[str]:
        return sorted({*super().years(kind), *self.left})


class YearsOfKindsInAnyLetters(Locked):
    """The years of a kind are told with those of kinds that are the same in small letters."""

    breaks = ("H11",)

    def years(self, kind: str, /) -> Sequence[str]:
        self._open(kind)
        return sorted({row.year for row in self.rows.values() if row.kind.lower() == kind.lower()})


class PlacesOf255(Locked):
    """A place has two hundred and fifty-five characters."""

    breaks = ("H1",)

    def _kept(self, row: ShelfRow) -> ShelfRow:
        return attrs.evolve(row, place=row.place[:255])


class BlankIsEmpty(Locked):
    """Who seeks a blank label is shown what has an empty one."""

    breaks = ("H6", "H8")

    def _word(self, word: str) -> str:
        return "" if word == " " else word


class SameBodySameYear(Locked):
    """Where nothing but the year is new the year that stood stays."""

    breaks = ("H2", "H10")

    def _put(self, row: ShelfRow) -> bool:
        before = self.rows.get((row.kind, row.id))
        kept = super()._put(row)
        if kept and before and before == attrs.evolve(row, year=before.year, version=before.version):
            self.rows[row.kind, row.id] = attrs.evolve(row, year=before.year)
        return kept


class HalfIsDeleted(AwaitedRecords):
    """Records are deleted one by one, and whoever is cancelled leaves the rest."""

    breaks = ("H19",)

    async def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        self.inner.delete(owner, kind, [])
        for one in ids:
            self.inner.delete(owner, kind, [one])
            await asyncio.sleep(0)


class OneQuestion(AwaitedRecords):
    """Of those who ask at once all are answered what the last one asked."""

    breaks = ("H19", "H18")
    asked: tuple[str, str, Sought, str, int] = (EVERYONE, "", Sought(), "", 1)

    async def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        self.asked = owner, kind, sought, after, limit
        await asyncio.sleep(0)
        return self.inner.list(*self.asked)


class OpenedByHalf(AwaitedRecords):
    """Whoever asks first opens it, and where they are cancelled nobody can ask."""

    breaks = ("H19",)
    begun = opened = False

    async def _opened(self) -> None:
        if not self.begun:
            self.begun = True
            await asyncio.sleep(0)
            self.opened = True
        if not self.opened:
            raise StoreUnusable("failed", "there is no table")

    async def get(self, owner: str, kind: str, id: str, /) -> ShelfRow | None:
        await self._opened()
        return await super().get(owner, kind, id)

    async def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        await self._opened()
        return await super().put(rows)


class FirstPageOfAStretch(Locked):
    """A list that has a beginning and an end ends with its first page."""

    breaks = ("H9", "H8")

    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        page = super().list(owner, kind, sought, after, limit)
        return attrs.evolve(page, after="") if sought.since and sought.until else page


class StretchBeginsAgain(Locked):
    """Where a list has an end, a page begins with the last record of the one before."""

    breaks = ("H9",)

    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        page = super().list(owner, kind, sought, after, limit)
        if not (after and sought.until and sought.since):
            return page
        whole = super().list(owner, kind, sought, "", 1_000_000).rows
        return attrs.evolve(page, rows=(whole[len(whole) - len(page.rows) - 1], *page.rows)[:limit])


class KindsOfALabel(Locked):
    """Who seeks a label until a place is shown what carries it, of whatever kind."""

    breaks = ("H8", "H6")

    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        if not (sought.label and sought.until):
            return super().list(owner, kind, sought, after, limit)
        rows = [row for one in sorted({row.kind for row in self.rows.values()}) for row in self._of(owner, one, sought)]
        rows.sort(key=lambda row: (row.place, row.id))
        found = [row for row in rows if self._after(row, after)]
        return ShelfPage(tuple(found[:limit]), cursor_of(found[limit - 1]) if len(found) > limit > 0 else "")

    def _of(self, owner: str, kind: str, sought: Sought) -> Sequence[ShelfRow]:
        return super().list(owner, kind, sought, "", 1_000_000).rows


GOOD = (Cursors,)
FAULTY: tuple[type[Records | AwaitedRecords], ...] = tuple(
    one
    for one in list(vars().values())
    if isinstance(one, type) and issubclass(one, Records | AwaitedRecords) and one.__module__ == __name__ and one.breaks
)
