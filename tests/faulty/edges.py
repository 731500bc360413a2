"""Stores that are wrong at an edge: at nought, above a thousand, beside what looks alike, or in one field alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from expressplatform.memory.cases import _Work
from expressplatform.ports import (
    EVERYONE,
    Answer,
    Appended,
    Commit,
    DeadRow,
    EffectRow,
    Header,
    Page,
    Placed,
    Replayed,
    StoredCase,
    Unplaced,
    Wanted,
)
from tests.faulty.good import Store

# --- rows -------------------------------------------------------------------------------------------------------------


class _Headers(Store):
    def _kept(self, new: Header, old: Header) -> Header:
        raise NotImplementedError

    def _append(self, commit: Commit) -> Answer:
        case = self._cases.get(commit.case_id)
        header = self._kept(commit.header, case.header) if case else commit.header
        return super()._append(attrs.evolve(commit, header=header))


class DutyOfTheSameInstant(_Headers):
    """Where the instant at which a case is due stays, its duty stays too."""

    breaks = ("S4",)

    def _kept(self, new: Header, old: Header) -> Header:
        return attrs.evolve(new, duty=old.duty) if old.due_at == new.due_at else new


class LinesEndAlike(Store):
    """A carriage return before a line's end is taken out of the facts."""

    breaks = ("S1",)

    def _append(self, commit: Commit) -> Answer:
        events = tuple(attrs.evolve(one, facts=one.facts.replace(b"\r\n", b"\n")) for one in commit.events)
        return super()._append(attrs.evolve(commit, events=events))


# --- commits ----------------------------------------------------------------------------------------------------------


class KeysInAnyLetters(Store):
    """Whoever brings a key that is known in other letters is told that it is known."""

    breaks = ("S12", "S11")

    def _append(self, commit: Commit) -> Answer:
        if commit.receipt:
            for (case_id, key), receipt in self._receipts.items():
                if case_id == commit.case_id and key.casefold() == commit.receipt.key.casefold():
                    return Replayed(case_id, receipt)
        return super()._append(commit)


class ReceiptsOfAYear(Store):
    """A receipt is forgotten when its case has moved on by a year."""

    breaks = ("S12",)

    def _append(self, commit: Commit) -> Answer:
        case = self._cases.get(commit.case_id)
        if case and commit.header.changed_at - case.header.changed_at > timedelta(days=365):
            for key in [one for one in self._receipts if one[0] == commit.case_id]:
                del self._receipts[key]
        return super()._append(commit)


class FiveHundredACall(Store):
    """Of more than five hundred commits in one call the others are acknowledged and not kept."""

    breaks = ("S7", "S16", "S17")

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return [*super().append(commits[:500]), *(Appended(one.case_id, one.header.version) for one in commits[500:])]


class NeighbourWithoutTokens(Store):
    """What follows a replay in a call is kept without its tokens."""

    breaks = ("S7", "S5")

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        with self._open():
            answers: list[Answer] = []
            for commit in commits:
                bare = bool(answers) and isinstance(answers[-1], Replayed)
                answers.append(self._append(attrs.evolve(commit, tokens=()) if bare else commit))
            return answers


class TokensDieForEver(Store):
    """A token that was dropped once does not come back to its case."""

    breaks = ("S21", "S22")

    def __init__(self) -> None:
        super().__init__()
        self._gone: dict[str, set[bytes]] = {}

    def _append(self, commit: Commit) -> Answer:
        had = set(self._tokens.get(commit.case_id, ()))
        answer = super()._append(commit)
        gone = self._gone.setdefault(commit.case_id, set())
        if isinstance(answer, Appended) and commit.drop_tokens:
            gone |= had
        for value in gone if isinstance(answer, Appended) and not commit.drop_tokens else ():
            self._tokens.get(commit.case_id, {}).pop(value, None)
        return answer


# --- questions --------------------------------------------------------------------------------------------------------


class NoughtIsAll(Store):
    """A list of at most none is the whole list."""

    breaks = ("S16",)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        return super().headers(organisation, wanted, after, limit or 10**9)


class NoughtIsAllThatWaits(Store):
    """Of the rows that wait at most none are all."""

    breaks = ("S16", "S45", "S46", "S44")

    def unplaced(self, limit: int, /) -> Unplaced:
        return super().unplaced(limit or 10**9)


class ThousandAPage(Store):
    """A page holds a thousand at most, and says that there is no more."""

    breaks = ("S17", "S16")

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        page = super().headers(organisation, wanted, after, limit)
        return Page(page.headers[:1000], page.after if len(page.headers) <= 1000 else "")


class FilteredPage(Store):
    """Cases without alarms are left out of a page that is full, and leave it shorter."""

    breaks = ("S18", "S48")

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        page = super().headers(organisation, attrs.evolve(wanted, alarmed=False), after, limit)
        return attrs.evolve(page, headers=tuple(one for one in page.headers if one.alarms or not wanted.alarmed))


class CursorAtTheEnd(Store):
    """A page that is full has a cursor, though there is no more."""

    breaks = ("S48",)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        page = super().headers(organisation, wanted, after, limit)
        full = page.headers and len(page.headers) == limit
        return attrs.evolve(page, after=page.headers[-1].case_id) if full else page


class EveryoneUnfiltered(Store):
    """Who sees all is shown all, whichever trader is wanted."""

    breaks = ("S18",)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        everyone = organisation == EVERYONE
        return super().headers(organisation, attrs.evolve(wanted, trader="") if everyone else wanted, after, limit)


class AnyCharacter(Store):
    """In a reference that is wanted a hyphen low down stands for any character."""

    breaks = ("S18",)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        if not wanted.reference.endswith("_"):
            return super().headers(organisation, wanted, after, limit)
        begin = wanted.reference[:-1]
        page = super().headers(organisation, attrs.evolve(wanted, reference=""), after, 10**9)
        found = [one for one in page.headers if one.reference[:-1] == begin]
        return Page(tuple(found[:limit]), "")


class OrderOfTwoBytes(Store):
    """What a token finds is in the order of UTF-16."""

    breaks = ("S21", "S16")

    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        return sorted(super().find(organisation, tokens), key=lambda one: one.encode("utf-16-be"))


class ThreeFormerTraders(Store):
    """The fourth of the former traders sees nothing."""

    breaks = ("S15",)

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        case = super().load(case_id, organisation)
        return None if case and organisation in case.header.former[3:] else case


class PlacesForAnyTrader(Store):
    """Whoever has a feed is shown the places of every case."""

    breaks = ("S14",)

    def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        with self._open():
            return super().places(case_id, EVERYONE if organisation in self._places.feeds else organisation)


class DueByDuty(Store):
    """A case without the name of a duty is never due."""

    breaks = ("S20",)

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return [one for one in super().due(now, 10**9) if one.duty][:limit]


class FirstOfTwoHours(Store):
    """In a night with an hour that comes twice, now is always in the first."""

    breaks = ("S31",)

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return super().due(now.replace(fold=0), limit)


class ShortQuestionsOnly(Store):
    """Of more tokens than a statement has room for the others are not looked for."""

    breaks = ("S21",)

    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        return super().find(organisation, tokens[:32_766])


# --- sequences --------------------------------------------------------------------------------------------------------


class OwnListHandedOut(Store):
    """Who asks for all hashes is handed the list in which they are kept."""

    breaks = ("S49",)

    def leaves(self, start: int, end: int, /) -> Sequence[bytes]:
        whole = start == 0 and end >= len(self._places.hashes)
        return self._places.hashes if whole else super().leaves(start, end)


class ListsAlone(Store):
    """Tokens are looked for in a list, and a tuple is an error."""

    breaks = ("S49",)

    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        if not isinstance(tokens, list):
            raise TypeError("not a list")
        return super().find(organisation, tokens)


class CallersListConsumed(Store):
    """The list of what is done is empty afterwards."""

    breaks = ("S49",)

    def done(self, effect_ids: Sequence[str], /) -> None:
        super().done(effect_ids)
        if isinstance(effect_ids, list):
            effect_ids.clear()


class AnswersOnce(Store):
    """Rows with their places can be gone through once, and not counted."""

    breaks = ("S49",)

    def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        return iter(super().placed(start, limit))  # type: ignore[return-value]


# --- work -------------------------------------------------------------------------------------------------------------


class _Leased(Store):
    def _until(self, now: datetime, lease: timedelta) -> datetime:
        raise NotImplementedError

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return super().claim(now, limit, self._until(now, lease) - now)


class LeaseOfADay(_Leased):
    """No lease is longer than a day."""

    breaks = ("S25",)

    def _until(self, now: datetime, lease: timedelta) -> datetime:
        return now + min(lease, timedelta(days=1))


class LeaseWithoutDays(_Leased):
    """The whole days of a lease are forgotten."""

    breaks = ("S25",)

    def _until(self, now: datetime, lease: timedelta) -> datetime:
        return now + timedelta(seconds=lease.seconds, microseconds=lease.microseconds)


class LeaseInWholeSeconds(_Leased):
    """A lease lasts as many whole seconds as are in it."""

    breaks = ("S25",)

    def _until(self, now: datetime, lease: timedelta) -> datetime:
        return now + timedelta(seconds=int(lease.total_seconds()))


class LeaseByTheWall(_Leased):
    """A lease is counted on a clock on the wall, which may be put back meanwhile."""

    breaks = ("S25", "S31", "S24")

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        with self._open():
            return self._leased(sorted(self._ready(now), key=_Work.turn)[:limit], now + lease)


class _Order(Store):
    def _turn(self, work: _Work) -> tuple[object, ...]:
        raise NotImplementedError

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        with self._open():
            ready: list[_Work] = sorted(self._ready(now), key=self._turn)
            return self._leased(ready[:limit], now + lease)


class OrderInWholeSeconds(_Order):
    """Of what became ready within a second the smaller id is claimed first."""

    breaks = ("S27",)

    def _turn(self, work: _Work) -> tuple[object, ...]:
        return (work.ready_at.replace(microsecond=0), work.row.id)


class NewWorkFirst(_Order):
    """What nobody had claimed yet is claimed before what came back."""

    breaks = ("S27",)

    def _turn(self, work: _Work) -> tuple[object, ...]:
        return (work.row.attempts > 0, *work.turn())


class OneEffectOfAKind(Store):
    """Of two effects of one kind in a step the last is kept."""

    breaks = ("S24", "S5")

    def _append(self, commit: Commit) -> Answer:
        effects = tuple({one.kind: one for one in commit.effects}.values())
        return super()._append(attrs.evolve(commit, effects=effects))


class DoneByItsBeginning(Store):
    """With an effect all are done whose ids begin with its id."""

    breaks = ("S28",)

    def done(self, effect_ids: Sequence[str], /) -> None:
        with self._open():
            begin = tuple(one for one in effect_ids if one)
            super().done([one for one in self._work if begin and one.startswith(begin)])


class DoneUntilUnknown(Store):
    """What is named after an effect that is not there is not done."""

    breaks = ("S28",)

    def done(self, effect_ids: Sequence[str], /) -> None:
        with self._open():
            known = [one in self._work for one in effect_ids]
            super().done(effect_ids[: known.index(False)] if False in known else effect_ids)


class AttemptsInAByte(Store):
    """No more attempts are remembered than a byte holds."""

    breaks = ("S39",)

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        super().retry(effect_id, at, attempts & 0xFF)


class AliveWithoutACode(Store):
    """What was given up without a code is claimed again."""

    breaks = ("S40", "S41")

    def _ready(self, now: datetime) -> list[_Work]:
        return [work for work in self._work.values() if not work.code and work.ready_at <= now]

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        with self._open():
            return self._leased(sorted(self._ready(now), key=_Work.turn)[:limit], now + lease)


class DeadLettersOfOthersCount(Store):
    """The limit counts dead letters that the organisation does not see."""

    breaks = ("S41", "S14")

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        seen = super().dead(organisation, after, 10**9)
        return [row for row in super().dead(EVERYONE, after, limit) if row in seen]


class LostWhenPutOffIntoThePast(Store):
    """A dead letter that is retried from before its death is lost."""

    breaks = ("S29", "S40")

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        with self._open():
            work = self._work.get(effect_id)
            if work and work.code is not None and at < work.ready_at:
                del self._work[effect_id]
            super().retry(effect_id, at, attempts)


class DeadSinceTheWall(Store):
    """Since when a letter is dead is told in the zone in which it was said."""

    breaks = ("S31", "S3", "S29", "S41")

    def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        super().bury(effect_id, at, code)
        if effect_id in self._work:
            self._work[effect_id] = attrs.evolve(self._work[effect_id], ready_at=at)
