"""Stores that look at one filter alone, see one part of an organisation, or forget where a list was."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import attrs

from expressplatform.memory.cases import _is_wanted
from expressplatform.ports import EVERYONE, Header, Page, StoredCase, Wanted
from tests.faulty.good import LastingStore, Store


class _Asks(Store):
    """Looks for something else than was wanted."""

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        return super().headers(organisation, self._asked(organisation, wanted, after), after, limit)

    def _asked(self, organisation: str, wanted: Wanted, after: str) -> Wanted:
        return wanted


class TraderBesideDue(_Asks):
    """Where it is asked what is due, whose it is is not looked at."""

    breaks = ("S18",)

    def _asked(self, organisation: str, wanted: Wanted, after: str) -> Wanted:
        return attrs.evolve(wanted, trader="") if wanted.due_before is not None else wanted


class AlarmedBesideAReference(_Asks):
    """Where a reference is asked, alarms are not looked at."""

    breaks = ("S18",)

    def _asked(self, organisation: str, wanted: Wanted, after: str) -> Wanted:
        return attrs.evolve(wanted, alarmed=False) if wanted.reference else wanted


class OwedBesideAnAssignee(_Asks):
    """Where it is asked what is owed, whose task it is is not looked at."""

    breaks = ("S18",)

    def _asked(self, organisation: str, wanted: Wanted, after: str) -> Wanted:
        return attrs.evolve(wanted, assignee="") if wanted.owed_before is not None else wanted


class StatusForTraders(_Asks):
    """Who asks as a trader for what is due is shown it in every status."""

    breaks = ("S18",)

    def _asked(self, organisation: str, wanted: Wanted, after: str) -> Wanted:
        other = organisation != EVERYONE and wanted.due_before is not None and not self._is_council(organisation)
        return attrs.evolve(wanted, status=()) if other else wanted

    def _is_council(self, organisation: str) -> bool:
        return any(case.header.council == organisation for case in self._cases.values())


class SecondPageOfTwoFilters(_Asks):
    """From the second page on the second of two filters is not looked at."""

    breaks = ("S18",)

    def _asked(self, organisation: str, wanted: Wanted, after: str) -> Wanted:
        return attrs.evolve(wanted, trader="") if after and wanted.trader and wanted.assignee else wanted


class StatusesInOneText(_Asks):
    """The statuses that are wanted are written after each other, and taken apart at their commas."""

    breaks = ("S18",)

    def _asked(self, organisation: str, wanted: Wanted, after: str) -> Wanted:
        return attrs.evolve(wanted, status=tuple(",".join(wanted.status).split(","))) if wanted.status else wanted


class ListedForEachPart(Store):
    """Who is both trader and former trader of a case is listed it twice."""

    breaks = ("S16",)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        page = super().headers(organisation, wanted, after, limit)
        twice = [one for one in page.headers for _ in range(1 + (organisation == one.trader in one.former))]
        return Page(tuple(twice), page.after)


class TraderFirst(Store):
    """A list begins with what one has as its trader."""

    breaks = ("S16", "S17")

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        page = super().headers(organisation, wanted, after, limit)
        return Page(tuple(sorted(page.headers, key=lambda one: one.trader != organisation)), page.after)


class CouncilsAlone(Store):
    """Who is the council of some case is listed those alone."""

    breaks = ("S15",)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        own = [one for one in self._all(organisation, wanted, after) if one.council == organisation]
        if not own:
            return super().headers(organisation, wanted, after, limit)
        return Page(tuple(own[:limit]), own[limit - 1].case_id if len(own) > limit > 0 else "")

    def _all(self, organisation: str, wanted: Wanted, after: str) -> Sequence[Header]:
        found = [case.header for case in self._visible(organisation, after)]
        return [one for one in found if _is_wanted(one, wanted)]


class ScanFormerLast(Store):
    """A scan ends with what one has as a former trader."""

    breaks = ("S16",)

    def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        found = super().scan(organisation, after, limit)
        return sorted(found, key=lambda case: organisation in case.header.former)


class ScanCutFirst(Store):
    """A scan is cut off first, and what is not to be seen is left out then."""

    breaks = ("S19", "S16")

    def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        whole = super().scan(organisation, after, limit)
        stretch = super().scan(EVERYONE, after, limit)
        return [case for case in whole if case in stretch]


class _Cursors(LastingStore):
    """Hands out a name for a cursor, and remembers what it stands for."""

    def __init__(self, rows: LastingStore | None = None) -> None:
        super().__init__(rows)
        known = rows is not None and not rows._closed and isinstance(rows, _Cursors)
        self._known: dict[str, str] = rows._known if known and isinstance(rows, _Cursors) else {"": ""}

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        with self._open(after):
            begin = self._known.get(after, "")
        page = super().headers(organisation, wanted, begin, limit)
        return Page(page.headers, self._named(page.after) if page.after else "")

    def _named(self, after: str) -> str:
        name = uuid.uuid4().hex
        self._known[name] = after
        return name


class CursorsOfAnOpenStore(_Cursors):
    """What a cursor stands for is forgotten when the store is closed."""

    breaks = ("S17",)


class FiftyCursors(_Cursors):
    """What the last fifty cursors stand for is remembered."""

    breaks = ("S17",)

    def _named(self, after: str) -> str:
        name = super()._named(after)
        while len(self._known) > 51:
            del self._known[list(self._known)[1]]
        return name


class CursorOfTwoBytes(Store):
    """Characters beyond two bytes are lost from a cursor."""

    breaks = ("S17",)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        page = super().headers(organisation, wanted, after, limit)
        return Page(page.headers, "".join(one for one in page.after if ord(one) < 0x10000))
