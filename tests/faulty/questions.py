"""Stores that answer questions wrongly: to whom, in which order, from where on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from expressplatform.ports import EVERYONE, Commit, Header, Page, StoredCase, Wanted
from tests.faulty.good import Store

# --- who sees what ----------------------------------------------------------------------------------------------------


class StrangersLoad(Store):
    """Whoever knows a case's id loads it."""

    breaks = ("S14",)

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        return super().load(case_id, EVERYONE)


class StrangersScan(Store):
    """A scan is everybody's."""

    breaks = ("S14",)

    def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        return super().scan(EVERYONE, after, limit)


class StrangersFind(Store):
    """A token finds the cases of all organisations."""

    breaks = ("S14", "S21")

    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        return super().find(EVERYONE, tokens)


class StrangersLookUp(Store):
    """Whoever asks for a reference is shown its case."""

    breaks = ("S14",)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        return super().headers(EVERYONE if wanted.reference else organisation, wanted, after, limit)


class _Sees(Store):
    """Decides itself who sees a case."""

    def _may_see(self, organisation: str, header: Header) -> bool:
        return organisation in ({EVERYONE, header.council, header.trader, *header.former} - {""})

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        case = super().load(case_id, EVERYONE)
        return case if case and self._may_see(organisation, case.header) else None

    def _visible(self, organisation: str, after: str) -> list[StoredCase]:
        return [case for case in super()._visible(EVERYONE, after) if self._may_see(organisation, case.header)]


class NobodySees(_Sees):
    """Who gives no name sees every case that has no trader."""

    breaks = ("S14",)

    def _may_see(self, organisation: str, header: Header) -> bool:
        return super()._may_see(organisation, header) or organisation == header.trader


class PartOfAName(_Sees):
    """Former traders are looked for in their names written after each other."""

    breaks = ("S14",)

    def _may_see(self, organisation: str, header: Header) -> bool:
        return super()._may_see(organisation, header) or bool(organisation and organisation in ",".join(header.former))


class BeginningOfAName(_Sees):
    """A council is known by the beginning of its name."""

    breaks = ("S14",)

    def _may_see(self, organisation: str, header: Header) -> bool:
        return super()._may_see(organisation, header) or bool(organisation and header.council.startswith(organisation))


class AnyLetters(_Sees):
    """Large and small letters are the same."""

    breaks = ("S14",)

    def _may_see(self, organisation: str, header: Header) -> bool:
        names = {header.council, header.trader, *header.former} - {""}
        return organisation == EVERYONE or organisation.lower() in {name.lower() for name in names}


class BlanksAreNothing(_Sees):
    """Blanks at the end of a name do not count."""

    breaks = ("S14",)

    def _may_see(self, organisation: str, header: Header) -> bool:
        return super()._may_see(organisation.rstrip(), header)


class OnceSeenAlwaysSeen(_Sees):
    """Who was a case's trader sees it for ever."""

    breaks = ("S14", "S15")

    def __init__(self) -> None:
        super().__init__()
        self._ever: dict[str, set[str]] = {}

    def _keep_beside(self, commit: Commit) -> None:
        self._ever.setdefault(commit.case_id, set()).update({commit.header.trader, *commit.header.former} - {""})
        super()._keep_beside(commit)

    def _may_see(self, organisation: str, header: Header) -> bool:
        return super()._may_see(organisation, header) or organisation in self._ever.get(header.case_id, ())


class FormerAreForgotten(_Sees):
    """Only the first of several former traders sees the case."""

    breaks = ("S15",)

    def _may_see(self, organisation: str, header: Header) -> bool:
        return super()._may_see(organisation, attrs.evolve(header, former=header.former[:1]))


class FormerCannotFind(Store):
    """Former traders see the case, but no token finds it for them."""

    breaks = ("S15", "S21")

    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        found = super().find(organisation, tokens)
        return [one for one in found if organisation not in self._cases[one].header.former]


class EveryoneIsNobody(_Sees):
    """The platform itself sees no more than a stranger."""

    breaks = ("S15",)

    def _may_see(self, organisation: str, header: Header) -> bool:
        return organisation != EVERYONE and super()._may_see(organisation, header)


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


# --- due --------------------------------------------------------------------------------------------------------------


class _Due(Store):
    def _found(self, now: datetime) -> list[Header]:
        return list(super().due(now, 10**9))


class DueOffByOne(_Due):
    """What is due now is due in a moment."""

    breaks = ("S20",)

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return super().due(now - timedelta.resolution, limit)


class DueToTheSecond(_Due):
    """What is due later in this second is due."""

    breaks = ("S20",)

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return super().due(now.replace(microsecond=999_999), limit)


class LatestDueFirst(_Due):
    """The latest is due first."""

    breaks = ("S20",)

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return self._found(now)[::-1][:limit]


class DueByCase(_Due):
    """What is due comes in the order of the cases."""

    breaks = ("S20",)

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return sorted(self._found(now), key=lambda header: header.case_id)[:limit]


class DueCutBeforeOrdered(_Due):
    """The limit takes whatever cases come first, and orders them then."""

    breaks = ("S20",)

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        some = sorted(self._found(now), key=lambda header: header.case_id)[:limit]
        return sorted(some, key=lambda header: (header.due_at is None, header.due_at))


class OneDueAnInstant(_Due):
    """Of two cases that are due at one instant one is shown."""

    breaks = ("S20",)

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return list({header.due_at: header for header in self._found(now)}.values())[:limit]


class DueWithoutLimit(_Due):
    """What is due ignores the limit."""

    breaks = ("S20",)

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return self._found(now)


class NoughtIsNoLimit(_Due):
    """A limit of nought is taken for none."""

    breaks = ("S20",)

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return super().due(now, limit or 10**9)


class DueWhileLodged(_Due):
    """Only cases in the status that they were lodged in are ever due."""

    breaks = ("S20",)

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return [header for header in self._found(now) if header.status == "LODGED"][:limit]


class DueByTheClock(_Due):
    """What is due is judged by the machine's clock where that is ahead."""

    breaks = ("S31",)

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return super().due(max(now, datetime.now(now.tzinfo)), limit)


# --- tokens -----------------------------------------------------------------------------------------------------------


class FirstTokenOnly(Store):
    """Of several tokens the first is looked for."""

    breaks = ("S21",)

    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        return super().find(organisation, tokens[:1])


class FoundTwice(Store):
    """A case that carries two of the tokens is found twice."""

    breaks = ("S21",)

    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        return sorted(one for token in tokens for one in super(FoundTwice, self).find(organisation, [token]))


class FoundUnordered(Store):
    """Cases are found in the order of the tokens."""

    breaks = ("S21",)

    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        return list(
            dict.fromkeys(one for token in tokens for one in super(FoundUnordered, self).find(organisation, [token]))
        )


class OneCaseAToken(Store):
    """A token belongs to the case that brought it last."""

    breaks = ("S21",)

    def _keep_beside(self, commit: Commit) -> None:
        for token in commit.tokens:
            for kept in self._tokens.values():
                kept.pop(token.value, None)
        super()._keep_beside(commit)


class TokensReplaced(Store):
    """A step that brings tokens takes the former ones away."""

    breaks = ("S21", "S22", "S37", "S5")

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(attrs.evolve(commit, drop_tokens=commit.drop_tokens or bool(commit.tokens)))


class TokenAsText(Store):
    """A token ends at its first nought."""

    breaks = ("S21",)

    def _keep_beside(self, commit: Commit) -> None:
        cut = tuple(attrs.evolve(token, value=token.value.split(b"\0")[0]) for token in commit.tokens)
        super()._keep_beside(attrs.evolve(commit, tokens=cut))

    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        return super().find(organisation, [token.split(b"\0")[0] for token in tokens])


class KeyLeftBehind(Store):
    """Tokens that were dropped still find their case."""

    breaks = ("S22",)

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(attrs.evolve(commit, drop_tokens=False))


class OneTokenLeftBehind(Store):
    """Of several tokens that are dropped one stays."""

    breaks = ("S22",)

    def _keep_beside(self, commit: Commit) -> None:
        kept = list(self._tokens.get(commit.case_id, {}).values())
        super()._keep_beside(commit)
        if commit.drop_tokens and len(kept) > 1:
            self._tokens.setdefault(commit.case_id, {})[kept[0].value] = kept[0]


class DropTakesOthers(Store):
    """A token that one case drops is taken from every case that carries it."""

    breaks = ("S22",)

    def _keep_beside(self, commit: Commit) -> None:
        if commit.drop_tokens:
            for value in list(self._tokens.get(commit.case_id, {})):
                for kept in self._tokens.values():
                    kept.pop(value, None)
        super()._keep_beside(commit)


class DropTakesTheNew(Store):
    """Tokens that come with a step that drops are dropped too."""

    breaks = ("S22",)

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(attrs.evolve(commit, tokens=() if commit.drop_tokens else commit.tokens))


class QuartersStay(Store):
    """A quarter that was ever seen is listed for ever."""

    breaks = ("S23",)

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[str] = set()

    def quarters(self) -> Sequence[str]:
        self._seen.update(super().quarters())
        return sorted(self._seen)


class QuartersTwice(Store):
    """A quarter is listed once for each case."""

    breaks = ("S23",)

    def quarters(self) -> Sequence[str]:
        return sorted(token.quarter for kept in self._tokens.values() for token in kept.values())


class QuarterGoesWithTheFirst(Store):
    """A quarter is no longer listed when one of its cases has dropped its tokens."""

    breaks = ("S23",)

    def __init__(self) -> None:
        super().__init__()
        self._gone: set[str] = set()

    def _keep_beside(self, commit: Commit) -> None:
        if commit.drop_tokens:
            self._gone.update(token.quarter for token in self._tokens.get(commit.case_id, {}).values())
        super()._keep_beside(commit)

    def quarters(self) -> Sequence[str]:
        return [quarter for quarter in super().quarters() if quarter not in self._gone]


# --- what is remembered -----------------------------------------------------------------------------------------------


class StaleAfterAppend(Store):
    """A case that was loaded once is given out as it was."""

    breaks = ("S13",)

    def __init__(self) -> None:
        super().__init__()
        self._loaded: dict[tuple[str, str], StoredCase | None] = {}

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        case = super().load(case_id, organisation)
        return self._loaded.setdefault((case_id, organisation), case) if case else None


class AbsenceRemembered(Store):
    """A case that was asked for before it was lodged is never there for whoever asked."""

    breaks = ("S13",)

    def __init__(self) -> None:
        super().__init__()
        self._loaded: dict[tuple[str, str], StoredCase | None] = {}

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        case = super().load(case_id, organisation)
        if (case_id, organisation) in self._loaded or case is None:
            return self._loaded.setdefault((case_id, organisation), None)
        return case


class OneStepBehind(Store):
    """What is due is what was due at the question before."""

    breaks = ("S13", "S20")

    def __init__(self) -> None:
        super().__init__()
        self._before: Sequence[Header] = ()

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        before, self._before = self._before, super().due(now, limit)
        return before


class FindsWhatItFound(Store):
    """What a token found is remembered."""

    breaks = ("S13", "S21", "S22")

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[tuple[str, ...], Sequence[str]] = {}

    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        asked = (organisation, *map(bytes.hex, tokens))
        return self._found.setdefault(asked, super().find(organisation, tokens))
