"""Stores that list wrongly: in which order, from where on, by which filter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import attrs

from expressplatform.ports import EVERYONE, Header, Page, StoredCase, Wanted
from tests.faulty.good import Store

# --- lists ------------------------------------------------------------------------------------------------------------


class OffsetCursor(Store):
    """A cursor is how many cases were shown: what is lodged meanwhile moves the rest along."""

    breaks = ("S17",)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        whole = super().headers(organisation, wanted, "", 10**9).headers
        start = int(after or 0)
        shown = whole[start : start + limit]
        return Page(shown, str(start + limit) if start + limit < len(whole) else "")


class CursorIncluded(Store):
    """A page begins with the last case of the one before."""

    breaks = ("S16", "S17")

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        whole = super().headers(organisation, wanted, "", 10**9).headers
        found = [header for header in whole if header.case_id >= after]
        return Page(tuple(found[:limit]), found[limit - 1].case_id if len(found) > limit else "")


class CursorSkips(Store):
    """A page of a filtered list leaves out the case after the cursor."""

    breaks = ("S16", "S17", "S18")

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        page = super().headers(organisation, wanted, after, limit + bool(after and wanted.status))
        return attrs.evolve(page, headers=page.headers[1:]) if after and wanted.status else page


class EndsWithACursor(Store):
    """A page that is full has a cursor, though there is no more."""

    breaks = ("S17",)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        page = super().headers(organisation, wanted, after, limit)
        full = len(page.headers) == limit
        return Page(page.headers, page.headers[-1].case_id if full else "")


class EndsTooSoon(Store):
    """Where exactly one case is left, the page before it is the last."""

    breaks = ("S16", "S17")

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        page = super().headers(organisation, wanted, after, limit)
        left = super().headers(organisation, wanted, page.after, 2).headers if page.after else ()
        return Page(page.headers, page.after if len(left) > 1 else "")


class FrozenList(Store):
    """A list is that of the first time it was asked for."""

    breaks = ("S13", "S17")

    def __init__(self) -> None:
        super().__init__()
        self._lists: dict[tuple[object, ...], Page] = {}

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        return self._lists.setdefault(
            (organisation, wanted, after, limit), super().headers(organisation, wanted, after, limit)
        )


class NoLimit(Store):
    """A list ignores its limit."""

    breaks = ("S16",)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        return super().headers(organisation, wanted, after, 10**9)


class LimitBeforeFilter(Store):
    """A page is cut off first and filtered then."""

    breaks = ("S17", "S18", "S16")

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        page = super().headers(organisation, Wanted(), after, limit)
        ids = {one.case_id for one in super().headers(organisation, wanted, "", 10**9).headers}
        return attrs.evolve(page, headers=tuple(one for one in page.headers if one.case_id in ids))


class InOrderOfArrival(Store):
    """Cases come in the order in which they were lodged."""

    breaks = ("S16",)

    def _visible(self, organisation: str, after: str) -> list[StoredCase]:
        seen = {case.header.case_id for case in super()._visible(organisation, "")}
        found = [case for case_id, case in self._cases.items() if case_id in seen]
        ids = [case.header.case_id for case in found]
        return (
            found[ids.index(after) + 1 :] if after in ids else [case for case in found if case.header.case_id > after]
        )


class AlphabetOfALanguage(Store):
    """Ids are ordered as a dictionary does, large letters among small ones."""

    breaks = ("S16",)

    def _visible(self, organisation: str, after: str) -> list[StoredCase]:
        found = [case for case in super()._visible(organisation, "") if case.header.case_id.lower() > after.lower()]
        return sorted(found, key=lambda case: case.header.case_id.lower())


class ScanIncludesItsStart(Store):
    """A scan begins with the case that it was to begin after."""

    breaks = ("S16", "S17", "S19")

    def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        found = [case for case in self._visible(organisation, "") if case.header.case_id >= after]
        return found[:limit]


class ScanWithoutLimit(Store):
    """A scan ignores its limit."""

    breaks = ("S16", "S19")

    def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        return super().scan(organisation, after, 10**9)


class ScanOfEvents(Store):
    """The limit of a scan counts events, so the last case comes in half."""

    breaks = ("S19",)

    def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        found, left = [], limit * 5
        for case in super().scan(organisation, after, limit):
            if left > 0:
                found.append(attrs.evolve(case, events=case.events[:left]))
            left -= len(case.events)
        return found


# --- filters ----------------------------------------------------------------------------------------------------------


class _Filters(Store):
    """Filters otherwise: asks for all and keeps what pleases it."""

    def _pleases(self, header: Header, wanted: Wanted) -> bool:
        return True

    def _plain(self, wanted: Wanted) -> Wanted:
        return wanted

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        found = super().headers(organisation, self._plain(wanted), after, 10**9).headers
        kept = tuple(header for header in found if self._pleases(header, wanted))
        shown = kept[:limit]
        return Page(shown, shown[-1].case_id if len(kept) > limit and shown else "")


class FirstStatusOnly(_Filters):
    """Of several statuses that are wanted the first is looked for."""

    breaks = ("S18",)

    def _plain(self, wanted: Wanted) -> Wanted:
        return attrs.evolve(wanted, status=wanted.status[:1])


class AnyFilter(_Filters):
    """A case is listed that meets one of two filters."""

    breaks = ("S18",)

    def _plain(self, wanted: Wanted) -> Wanted:
        return Wanted() if wanted.status and wanted.assignee else wanted

    def _pleases(self, header: Header, wanted: Wanted) -> bool:
        return (
            not (wanted.status and wanted.assignee)
            or header.status in wanted.status
            or header.assignee == wanted.assignee
        )


class BeginningOfAReference(_Filters):
    """A reference is met by its beginning."""

    breaks = ("S18",)

    def _plain(self, wanted: Wanted) -> Wanted:
        return attrs.evolve(wanted, reference="")

    def _pleases(self, header: Header, wanted: Wanted) -> bool:
        return header.reference.startswith(wanted.reference)


class AssigneeInAnyLetters(_Filters):
    """An assignee is met in large and small letters alike."""

    breaks = ("S18",)

    def _plain(self, wanted: Wanted) -> Wanted:
        return attrs.evolve(wanted, assignee="")

    def _pleases(self, header: Header, wanted: Wanted) -> bool:
        return not wanted.assignee or header.assignee.lower() == wanted.assignee.lower()


class TraderIgnored(_Filters):
    """Which trader is wanted is not looked at."""

    breaks = ("S18",)

    def _plain(self, wanted: Wanted) -> Wanted:
        return attrs.evolve(wanted, trader="")


class DueBeforeIsAt(_Filters):
    """What is due at an instant is due before it."""

    breaks = ("S18",)

    def _plain(self, wanted: Wanted) -> Wanted:
        return attrs.evolve(wanted, due_before=wanted.due_before and wanted.due_before + timedelta.resolution)


class OwedBeforeIsAt(_Filters):
    """What is owed since an instant was owed before it."""

    breaks = ("S18",)

    def _plain(self, wanted: Wanted) -> Wanted:
        return attrs.evolve(wanted, owed_before=wanted.owed_before and wanted.owed_before + timedelta.resolution)


class OwedIgnored(_Filters):
    """Since when something is owed is not looked at."""

    breaks = ("S18",)

    def _plain(self, wanted: Wanted) -> Wanted:
        return attrs.evolve(wanted, owed_before=None)


class NothingOwedIsOwed(_Filters):
    """A case in which nothing is owed is taken for one in which it has been for ever."""

    breaks = ("S18",)

    def _plain(self, wanted: Wanted) -> Wanted:
        return attrs.evolve(wanted, owed_before=None)

    def _pleases(self, header: Header, wanted: Wanted) -> bool:
        return wanted.owed_before is None or header.owed_since is None or header.owed_since < wanted.owed_before


class AlarmsIgnored(_Filters):
    """Whether there is an alarm is not looked at."""

    breaks = ("S18",)

    def _plain(self, wanted: Wanted) -> Wanted:
        return attrs.evolve(wanted, alarmed=False)


class OneAlarmIsNone(_Filters):
    """One alarm does not count."""

    breaks = ("S18",)

    def _pleases(self, header: Header, wanted: Wanted) -> bool:
        return not wanted.alarmed or header.alarms > 1


class TradersInTheirTurn(Store):
    """A trader's cases are listed in the order in which they were lodged."""

    breaks = ("S16", "S19")

    def _visible(self, organisation: str, after: str) -> list[StoredCase]:
        found = super()._visible(organisation, after)
        if any(organisation in (EVERYONE, case.header.council) for case in found):
            return found
        return [case for case in self._cases.values() if case in found]
