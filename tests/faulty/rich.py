"""Stores that keep most rows and not some: what is empty, odd, long ago or twice; what is read another way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs

from expressplatform.ports import (
    Answer,
    Appended,
    CaseStore,
    Commit,
    EffectRow,
    FeedRow,
    Header,
    Page,
    Placed,
    Receipt,
    StoredCase,
    StoredEvent,
    Wanted,
)
from tests.faulty.good import LastingStore, Store

_SESSION = timezone(timedelta(hours=8))


# --- what is empty, or twice --------------------------------------------------------------------------------------


class NoRecipientNoWork(Store):
    """Work without a recipient is not handed out."""

    breaks = ("S24",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return [row for row in super().claim(now, limit, lease) if row.recipient]


class NoTextIsADash(Store):
    """A status or a nature that is empty comes back as a dash."""

    breaks = ("S1",)

    def _append(self, commit: Commit) -> Answer:
        header = commit.header
        header = attrs.evolve(header, status=header.status or "-", nature=header.nature or "-")
        return super()._append(attrs.evolve(commit, header=header))


class FormerOnce(Store):
    """A former trader that is named twice comes back once."""

    breaks = ("S1",)

    def _append(self, commit: Commit) -> Answer:
        former = tuple(dict.fromkeys(commit.header.former))
        return super()._append(attrs.evolve(commit, header=attrs.evolve(commit.header, former=former)))


class SameEventsOnce(Store):
    """Events of a case that differ in nothing but their version are kept once."""

    breaks = ("S2",)

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        if isinstance(answer, Appended):
            case = self._cases[commit.case_id]
            once = {(one.kind, one.schema, one.facts, one.sealed): one for one in reversed(case.events)}
            events = tuple(one for one in case.events if one in once.values())
            self._cases[commit.case_id] = attrs.evolve(case, events=events)
        return answer


# --- what is read another way -------------------------------------------------------------------------------------


class DigestIsAView(Store):
    """The digest of a receipt is a view of memory."""

    breaks = ("S1",)

    def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        found = super().receipt(case_id, key)
        view: Any = memoryview(found.digest) if found else b""
        return found and attrs.evolve(found, digest=view)


class PlacedByteArrays(Store):
    """The facts of a placed row can be changed by whoever is given them."""

    breaks = ("S45",)

    def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        return [attrs.evolve(row, event=self._array(row.event)) for row in super().placed(start, limit)]

    def _array(self, event: StoredEvent) -> StoredEvent:
        facts: Any = bytearray(event.facts)
        return attrs.evolve(event, facts=facts)


class TruthIsANumber(Store):
    """Whether a case is provisional comes back as a nought or a one."""

    breaks = ("S1",)

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        found = super().load(case_id, organisation)
        if found is None:
            return None
        header: Any = found.header
        return attrs.evolve(found, header=attrs.evolve(header, provisional=int(header.provisional)))


class ListsInTheSessionsZone(Store):
    """A list tells instants in the zone of the session."""

    breaks = ("S3",)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        page = super().headers(organisation, wanted, after, limit)
        shown = (attrs.evolve(one, lodged_at=one.lodged_at.astimezone(_SESSION)) for one in page.headers)
        return Page(tuple(shown), page.after)


class DueInTheSessionsZone(Store):
    """What is due tells since when in the zone of the session."""

    breaks = ("S3",)

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        found = super().due(now, limit)
        return [attrs.evolve(one, due_at=one.due_at and one.due_at.astimezone(_SESSION)) for one in found]


class FeedWithoutAlarms(Store):
    """The headers of a feed say nothing of alarms."""

    breaks = ("S47", "S4")

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        rows = super().feed(organisation, start, limit)
        return [attrs.evolve(row, header=row.header and attrs.evolve(row.header, alarms=0)) for row in rows]


class DueHeaderOfThen(Store):
    """What is due comes with the header of the step that said so."""

    breaks = ("S20", "S13", "S4")

    def __init__(self) -> None:
        super().__init__()
        self._then: dict[str, Header] = {}

    def _append(self, commit: Commit) -> Answer:
        answer, header = super()._append(commit), commit.header
        then = self._then.get(commit.case_id)
        if isinstance(answer, Appended) and (then is None or then.due_at != header.due_at):
            self._then[commit.case_id] = header
        return answer

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return [self._then[one.case_id] for one in super().due(now, limit)]


class ShownWhileAnswered(Store):
    """Who asks for a scan stands in the store while it is answered, and another may take the place."""

    breaks = ("S33",)

    def __init__(self) -> None:
        super().__init__()
        self._asking = ""

    def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        self._asking = organisation
        found = [case for case in super().scan("*", after, 10**9) if self._asks(case)]
        return found[:limit]

    def _asks(self, case: StoredCase) -> bool:
        header = case.header
        return self._asking in ({"*", header.council, header.trader, *header.former} - {""})


# --- by night ---------------------------------------------------------------------------------------------------------


class SecondHourIsTheFirst(Store):
    """An instant of a header in the second of two hours is kept as one in the first."""

    breaks = ("S3", "S31")

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return super().append([attrs.evolve(one, header=self._first(one.header)) for one in commits])

    def _first(self, header: Header) -> Header:
        due, owed = header.due_at, header.owed_since
        return attrs.evolve(
            header,
            lodged_at=header.lodged_at.replace(fold=0),
            changed_at=header.changed_at.replace(fold=0),
            due_at=due and due.replace(fold=0),
            owed_since=owed and owed.replace(fold=0),
        )


class ZoneThatTellsNothing(Store):
    """A zone that does not tell how far it is from UTC is taken for this machine's."""

    breaks = ("S51",)

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        if at.tzinfo is None:
            raise TypeError("an instant must know its zone")
        super().retry(effect_id, at.astimezone(UTC), attempts)


class FormerOfHalves(Store):
    """Half of a pair is taken in the name of a former trader, where noughts are refused."""

    breaks = ("S53",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return super().append([attrs.evolve(one, header=self._whole(one.header)) for one in commits])

    def _whole(self, header: Header) -> Header:
        former = tuple("".join(one for one in name if not 0xD800 <= ord(one) < 0xE000) for name in header.former)
        return attrs.evolve(header, former=former)


# --- what is read when the store is opened again ---------------------------------------------------------------------


class _Read(LastingStore):
    """Reads each case in its own way when it is opened again."""

    def reopen(self) -> CaseStore:
        for case_id, case in self._cases.items():
            self._cases[case_id] = self._case(case)
        return super().reopen()

    def _case(self, case: StoredCase) -> StoredCase:
        header: Any = case.header
        return attrs.evolve(case, header=attrs.evolve(header, nature=self._text(header.nature)))

    def _text(self, text: str) -> str:
        return text


class ReadInOrderOfDigits(_Read):
    """Opened again, the tenth event of a case comes before its second."""

    breaks = ("S34", "S2")

    def _case(self, case: StoredCase) -> StoredCase:
        return attrs.evolve(case, events=tuple(sorted(case.events, key=lambda one: str(one.version))))


class WaitsInOrderOfDigits(LastingStore):
    """Opened again, the tenth event of a case waits for its place before its second."""

    breaks = ("S34", "S43")

    def reopen(self) -> CaseStore:
        begin = len(self._places.hashes)
        waiting = sorted(self._places.rows[begin:], key=lambda row: (row[0], str(row[1])))
        self._places.rows[begin:] = waiting
        return super().reopen()


class ReadLineByLine(_Read):
    """Opened again, a text ends at what ends a line somewhere."""

    breaks = ("S34", "S1")

    def _text(self, text: str) -> str:
        return (text.splitlines() or [""])[0]


class ReadWithoutItsMark(_Read):
    """Opened again, a text has lost the mark at its beginning that tells the order of bytes."""

    breaks = ("S34", "S1")

    def _text(self, text: str) -> str:
        return text.removeprefix("\ufeff")


class ReadInTwoBytes(_Read):
    """Opened again, a character beyond two bytes is a question mark."""

    breaks = ("S34", "S1")

    def _text(self, text: str) -> str:
        return "".join(one if ord(one) < 0x10000 else "?" for one in text)


class ReadAsANumber(_Read):
    """Opened again, a text of digits has lost the noughts at its beginning."""

    breaks = ("S34", "S1")

    def _text(self, text: str) -> str:
        return str(int(text)) if text.isdecimal() else text


class ReadWithItsDefault(_Read):
    """Opened again, what was empty is what it is by default."""

    breaks = ("S34", "S1")

    def _text(self, text: str) -> str:
        return text or "OTHER"


class ReadFrom1970(_Read):
    """Opened again, what was lodged before 1970 was lodged in 1970."""

    breaks = ("S34", "S3")

    def _case(self, case: StoredCase) -> StoredCase:
        lodged_at = max(case.header.lodged_at, datetime(1970, 1, 1, tzinfo=UTC))
        return attrs.evolve(case, header=attrs.evolve(case.header, lodged_at=lodged_at))


class ReadFromFloats(_Read):
    """Opened again, instants are what a float of their seconds tells."""

    breaks = ("S34", "S3")

    def _case(self, case: StoredCase) -> StoredCase:
        lodged_at = datetime.fromtimestamp(case.header.lodged_at.timestamp(), UTC)
        return attrs.evolve(case, header=attrs.evolve(case.header, lodged_at=lodged_at))


class ReadIn16Bits(_Read):
    """Opened again, there are no more alarms than sixteen bits hold."""

    breaks = ("S34", "S1")

    def _case(self, case: StoredCase) -> StoredCase:
        return attrs.evolve(case, header=attrs.evolve(case.header, alarms=min(case.header.alarms, 2**15 - 1)))


class TokensReadAsText(LastingStore):
    """Opened again, a token has lost the noughts at its end."""

    breaks = ("S34", "S21")

    def reopen(self) -> CaseStore:
        for own in self._tokens.values():
            for value in list(own):
                own[value.rstrip(b"\0")] = own.pop(value)
        return super().reopen()
