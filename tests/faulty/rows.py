"""Stores that do not give back what they were given."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

import attrs

from expressplatform.ports import Answer, Appended, Commit, Header, StoredCase, StoredEvent
from tests.faulty.good import Store


class _Changes(Store):
    def _row(self, event: StoredEvent) -> StoredEvent:
        return event

    def _head(self, header: Header) -> Header:
        return header

    def _append(self, commit: Commit) -> Answer:
        events = tuple(map(self._row, commit.events))
        return super()._append(attrs.evolve(commit, header=self._head(commit.header), events=events))


class _Instants(_Changes):
    def _at(self, at: datetime) -> datetime:
        return at

    def _head(self, header: Header) -> Header:
        due, owed = header.due_at, header.owed_since
        return attrs.evolve(
            header,
            lodged_at=self._at(header.lodged_at),
            changed_at=self._at(header.changed_at),
            due_at=due and self._at(due),
            owed_since=owed and self._at(owed),
        )


class _Loads(Store):
    def _case(self, case: StoredCase) -> StoredCase:
        return case

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        case = super().load(case_id, organisation)
        return case and self._case(case)

    def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        return [self._case(case) for case in super().scan(organisation, after, limit)]


class TruncatedFacts(_Changes):
    """Facts are cut off after 65,535 bytes."""

    breaks = ("S1",)

    def _row(self, event: StoredEvent) -> StoredEvent:
        return attrs.evolve(event, facts=event.facts[:65_535])


class SealOfThreeBytesLength(_Changes):
    """A sealed part is cut off where three bytes cannot count on."""

    breaks = ("S1",)

    def _row(self, event: StoredEvent) -> StoredEvent:
        return attrs.evolve(event, sealed=event.sealed[: 2**24 - 1])


class StrippedSeal(_Changes):
    """Noughts at the end of a sealed part are lost."""

    breaks = ("S1",)

    def _row(self, event: StoredEvent) -> StoredEvent:
        return attrs.evolve(event, sealed=event.sealed.rstrip(b"\0"))


class TextualFacts(_Changes):
    """Facts are kept as text, and what is no text is lost."""

    breaks = ("S1",)

    def _row(self, event: StoredEvent) -> StoredEvent:
        return attrs.evolve(event, facts=event.facts.decode("utf-8", "ignore").encode())


class SchemaOne(_Changes):
    """Every event is said to be of schema 1."""

    breaks = ("S1",)

    def _row(self, event: StoredEvent) -> StoredEvent:
        return attrs.evolve(event, schema=1)


class NoSealBecomesNothing(_Changes):
    """An empty sealed part comes back as one nought."""

    breaks = ("S1",)

    def _row(self, event: StoredEvent) -> StoredEvent:
        return attrs.evolve(event, sealed=event.sealed or b"\0")


class ByteArrays(_Loads):
    """Facts come back as a view of memory, which is no bytes."""

    breaks = ("S1",)

    def _case(self, case: StoredCase) -> StoredCase:
        views = tuple(attrs.evolve(event, facts=cast(bytes, memoryview(event.facts))) for event in case.events)
        return attrs.evolve(case, events=views)


class TrimmedText(_Changes):
    """Blanks at the end of a name are lost."""

    breaks = ("S1",)

    def _head(self, header: Header) -> Header:
        return attrs.evolve(header, assignee=header.assignee.rstrip())


class ComposedText(_Changes):
    """Texts are composed by Unicode's rules."""

    breaks = ("S1",)

    def _head(self, header: Header) -> Header:
        return attrs.evolve(header, assignee=unicodedata.normalize("NFC", header.assignee))


class ShortText(_Changes):
    """A category is cut off after 255 characters."""

    breaks = ("S1",)

    def _head(self, header: Header) -> Header:
        return attrs.evolve(header, category=header.category[:255])


class NarrowText(_Changes):
    """Characters beyond the basic plane are lost."""

    breaks = ("S1",)

    def _head(self, header: Header) -> Header:
        return attrs.evolve(header, duty="".join(one for one in header.duty if ord(one) < 0x10000))


class SortedFormer(_Changes):
    """Former traders come back in the order of the alphabet."""

    breaks = ("S1", "S4")

    def _head(self, header: Header) -> Header:
        return attrs.evolve(header, former=tuple(sorted(header.former)))


class OneAlarm(_Changes):
    """That there is an alarm is kept, not how many."""

    breaks = ("S1", "S4")

    def _head(self, header: Header) -> Header:
        return attrs.evolve(header, alarms=min(header.alarms, 1))


class ReorderedStream(_Loads):
    """Events come in the order of their versions written out: ten before two."""

    breaks = ("S2",)

    def _case(self, case: StoredCase) -> StoredCase:
        return attrs.evolve(case, events=tuple(sorted(case.events, key=lambda event: str(event.version))))


class ReorderedScan(Store):
    """A scan gives the latest event first."""

    breaks = ("S2", "S19")

    def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        found = super().scan(organisation, after, limit)
        return [attrs.evolve(case, events=case.events[::-1]) for case in found]


class HistoryCut(_Loads):
    """Of a long history the first thousand events come back."""

    breaks = ("S2",)

    def _case(self, case: StoredCase) -> StoredCase:
        return attrs.evolve(case, events=case.events[:1000])


class SecondsOnly(_Instants):
    """Instants are kept to the second."""

    breaks = ("S3",)

    def _at(self, at: datetime) -> datetime:
        return at.replace(microsecond=0)


class MillisecondsOnly(_Instants):
    """Instants are kept to the millisecond."""

    breaks = ("S3",)

    def _at(self, at: datetime) -> datetime:
        return at.replace(microsecond=at.microsecond // 1000 * 1000)


class FloatingInstants(_Instants):
    """Instants are kept as seconds in a float of four bytes too few."""

    breaks = ("S3",)

    def _at(self, at: datetime) -> datetime:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=round(at.timestamp(), 5))


class ShiftedZone(_Instants):
    """Instants lose their zone and come back as if they had been Hong Kong's."""

    breaks = ("S3",)

    def _at(self, at: datetime) -> datetime:
        return at.astimezone(UTC) - timedelta(hours=8)


class ToldInItsZone(Store):
    """An instant comes back in the zone in which it was handed in."""

    breaks = ("S3",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        with self._open():
            answers = super().append(commits)
            for commit, answer in zip(commits, answers, strict=True):
                if isinstance(answer, Appended):
                    case = self._cases[commit.case_id]
                    header = attrs.evolve(case.header, due_at=commit.header.due_at)
                    self._cases[commit.case_id] = attrs.evolve(case, header=header)
            return answers


class WrittenZone(_Instants):
    """An instant from another zone is taken for one in UTC."""

    breaks = ("S3",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return super().append([attrs.evolve(one, header=self._head(one.header)) for one in commits])

    def _at(self, at: datetime) -> datetime:
        return at.replace(tzinfo=UTC)


class MachinesZone(_Instants):
    """Instants are kept in the machine's zone and read as UTC, which nobody sees where they are the same."""

    breaks = ("S3", "S31")

    def _at(self, at: datetime) -> datetime:
        return datetime.fromtimestamp(at.timestamp()).replace(microsecond=at.microsecond, tzinfo=UTC)  # noqa: DTZ006


class SignedSeconds(_Instants):
    """Instants after January 2038 are the last one that fits into 32 bits."""

    breaks = ("S3",)

    def _at(self, at: datetime) -> datetime:
        return min(at, datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC))


class NeverBefore1970(_Instants):
    """Instants before 1970 are the first of January 1970."""

    breaks = ("S3",)

    def _at(self, at: datetime) -> datetime:
        return max(at, datetime(1970, 1, 1, tzinfo=UTC))


class NoDueIsEpoch(_Changes):
    """A case that waits for nothing is due in 1970."""

    breaks = ("S3", "S20")

    def _head(self, header: Header) -> Header:
        return attrs.evolve(header, due_at=header.due_at or datetime(1970, 1, 1, tzinfo=UTC))


class _Keeps(Store):
    """Keeps some field of the header that stood."""

    def _kept(self, before: Header, after: Header) -> Header:
        return after

    def _append(self, commit: Commit) -> Answer:
        case = self._cases.get(commit.case_id)
        return super()._append(attrs.evolve(commit, header=self._kept(case.header, commit.header)) if case else commit)


class HeaderBehind(_Keeps):
    """The header's version is that of the step before."""

    breaks = ("S4",)

    def _kept(self, before: Header, after: Header) -> Header:
        return after

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        case = super().load(case_id, organisation)
        if case is None or len(case.events) < 2:
            return case
        return attrs.evolve(case, header=attrs.evolve(case.header, version=case.header.version - 1))


class OldDueStays(_Keeps):
    """A case that waits for nothing any more is due when it was."""

    breaks = ("S4", "S20")

    def _kept(self, before: Header, after: Header) -> Header:
        return attrs.evolve(after, due_at=after.due_at or before.due_at)


class CouncilStays(_Keeps):
    """The council of the first step stays, whatever a later header says."""

    breaks = ("S4",)

    def _kept(self, before: Header, after: Header) -> Header:
        return attrs.evolve(after, council=before.council)


class EmptyFieldsStay(_Keeps):
    """An assignee is replaced by another one, never taken away."""

    breaks = ("S4",)

    def _kept(self, before: Header, after: Header) -> Header:
        return attrs.evolve(after, assignee=after.assignee or before.assignee)


class ComposedReferences(_Changes):
    """References are brought to one Unicode form."""

    breaks = ("S1", "S18")

    def _head(self, header: Header) -> Header:
        return attrs.evolve(header, reference=unicodedata.normalize("NFC", header.reference))


class TrimmedReferences(_Changes):
    """Blanks at the end of a reference are lost."""

    breaks = ("S1", "S18")

    def _head(self, header: Header) -> Header:
        return attrs.evolve(header, reference=header.reference.rstrip())


class FewFormer(_Changes):
    """No more than eight former traders are kept."""

    breaks = ("S1",)

    def _head(self, header: Header) -> Header:
        return attrs.evolve(header, former=header.former[:8])


class SmallAlarms(_Changes):
    """Alarms are counted up to 127."""

    breaks = ("S1",)

    def _head(self, header: Header) -> Header:
        return attrs.evolve(header, alarms=min(header.alarms, 127))


class ShortSchema(_Changes):
    """The schema of an event has fifteen bits."""

    breaks = ("S1",)

    def _row(self, event: StoredEvent) -> StoredEvent:
        return attrs.evolve(event, schema=event.schema & 0x7FFF)
