"""Stores that take what no store takes, or refuse it in another way than all others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import attrs

from expressplatform.errors import StoreUnusable
from expressplatform.ports import (
    Answer,
    Commit,
    Conflict,
    DeadRow,
    EffectRow,
    FeedRow,
    Header,
    Leaf,
    Page,
    Receipt,
    StoredCase,
    Wanted,
    check_texts,
    checked,
)
from tests.faulty.good import Store


def _here(at: datetime) -> datetime:
    """The instant; one without a zone is one of this machine's."""
    return at.astimezone(UTC)


# --- instants ---------------------------------------------------------------------------------------------------------


class BuriedInLocalTime(Store):
    """An instant without a zone is taken for one of this machine's where work is given up."""

    breaks = ("S51",)

    def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        super().bury(effect_id, _here(at), code)


class RetriedInLocalTime(Store):
    """An instant without a zone is taken for one of this machine's where work is put off."""

    breaks = ("S51",)

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        super().retry(effect_id, _here(at), attempts)


class KeptInLocalTime(Store):
    """An instant without a zone is taken for one of this machine's where it stands in a header."""

    breaks = ("S51",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return super().append([attrs.evolve(one, header=self._read(one.header)) for one in commits])

    def _read(self, header: Header) -> Header:
        return attrs.evolve(header, due_at=header.due_at and _here(header.due_at))


class ZoneAskedWhereWorkWaits(Store):
    """Whether an instant knows its zone shows where there is something to compare it with."""

    breaks = ("S51",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return super().claim(now, limit, lease) if limit else []


class DueWhereverItIs(Store):
    """What is due is asked by this machine's clock on the wall."""

    breaks = ("S51",)

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return super().due(_here(now), limit)


class FilteredInLocalTime(Store):
    """A filter by an instant without a zone finds what it would find here."""

    breaks = ("S51",)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        owed = wanted.owed_before and _here(wanted.owed_before)
        return super().headers(organisation, attrs.evolve(wanted, owed_before=owed), after, limit)


class ZoneIsTheStoresTrouble(Store):
    """An instant without a zone is said to be a trouble of the store's."""

    breaks = ("S51",)

    def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        try:
            super().bury(effect_id, at, code)
        except TypeError:
            raise StoreUnusable("failed") from None


class FirstHalfKept(Store):
    """What stands in a call before an instant without a zone is kept."""

    breaks = ("S51", "S50")

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return [answer for one in commits for answer in super(FirstHalfKept, self).append([one])]


# --- receipts ---------------------------------------------------------------------------------------------------------


class ReceiptOfAnyVersion(Store):
    """A receipt may name whatever version it likes."""

    breaks = ("S52",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        with self._open():
            for one in commits:
                if one.receipt and one.events and one.receipt.case_id == one.case_id:
                    self._receipts.setdefault((one.case_id, one.receipt.key), one.receipt)
            return super().append([self._led(one) for one in commits])

    def _led(self, one: Commit) -> Commit:
        right = one.receipt and one.events and one.receipt.version == one.events[-1].version
        return one if right else attrs.evolve(one, receipt=None)


class ReceiptWithoutAStep(Store):
    """A receipt is taken with a commit that has no events."""

    breaks = ("S52",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return super().append([one if one.events else attrs.evolve(one, receipt=None) for one in commits])


class ReceiptOfAnotherCase(Store):
    """A receipt is the commit's, whatever case it names."""

    breaks = ("S52",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return super().append([attrs.evolve(one, receipt=self._own(one)) for one in commits])

    def _own(self, one: Commit) -> Receipt | None:
        return one.receipt and attrs.evolve(one.receipt, case_id=one.case_id)


class HeaderOfAnotherCase(Store):
    """A header is the commit's, whatever case it names."""

    breaks = ("S52",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return super().append(
            [attrs.evolve(one, header=attrs.evolve(one.header, case_id=one.case_id)) for one in commits]
        )


class EffectsOfAnyCase(Store):
    """Work may be left behind for other cases."""

    breaks = ("S52",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return super().append([attrs.evolve(one, effects=self._own(one)) for one in commits])

    def _own(self, one: Commit) -> tuple[EffectRow, ...]:
        return tuple(effect for effect in one.effects if effect.case_id == one.case_id)


class ReceiptRefusedAlone(Store):
    """Of a call with a receipt of another step everything else is kept."""

    breaks = ("S52",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        good: list[Commit] = []
        for one in commits:
            try:
                good += checked([one])
            except ValueError:
                continue
        answers = super().append(good)
        checked(commits)
        return answers


# --- steps ------------------------------------------------------------------------------------------------------------


def _in_turn(one: Commit, versions: Sequence[int]) -> Commit:
    """The commit, its events and its effects renumbered as the reference store takes them."""
    events = tuple(attrs.evolve(event, version=v) for event, v in zip(one.events, versions, strict=True))
    return attrs.evolve(one, events=events, header=attrs.evolve(one.header, version=one.expected + len(events)))


class VersionsAsTheyCome(Store):
    """Events are kept in the order in which they stand in their commit, whatever their numbers."""

    breaks = ("S54",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return super().append(
            [_in_turn(one, [one.expected + n + 1 for n in range(len(one.events))]) for one in commits]
        )


class GapAtTheEnd(Store):
    """That events follow each other is judged, and not that they lead to the header."""

    breaks = ("S54",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return super().append([_in_turn(one, [event.version for event in one.events]) for one in commits])


class GapIsAConflict(Store):
    """A commit whose events begin somewhere else than it says is told as a conflict."""

    breaks = ("S54",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        first = next((one for one in commits if one.events and one.events[0].version != one.expected + 1), None)
        if first is not None:
            return [Conflict(first.case_id, first.expected, first.events[0].version - 1) for _ in commits]
        return super().append(commits)


class EffectsOfAnyStep(Store):
    """Work may be left behind for any step of the case."""

    breaks = ("S55",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return super().append([attrs.evolve(one, effects=self._own(one)) for one in commits])

    def _own(self, one: Commit) -> tuple[EffectRow, ...]:
        return tuple(effect for effect in one.effects if one.expected < effect.version <= one.header.version)


class EffectsWithoutAnEvent(Store):
    """Where there is no event, nobody asks of which one the work is."""

    breaks = ("S55",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return super().append([one if one.events else attrs.evolve(one, effects=()) for one in commits])


class EffectTwiceIsOne(Store):
    """Of two effects with one id the last is left behind."""

    breaks = ("S55",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        own = [attrs.evolve(one, effects=tuple({each.id: each for each in one.effects}.values())) for one in commits]
        return super().append(own)


# --- texts ------------------------------------------------------------------------------------------------------------


class TextEndsAtNought(Store):
    """A text ends where a nought is in it, and nobody is told."""

    breaks = ("S53", "S50")

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return super().append([attrs.evolve(one, header=self._ended(one.header)) for one in commits])

    def _ended(self, header: Header) -> Header:
        return attrs.evolve(header, nature=header.nature.partition("\0")[0])


class HalvesAreReplaced(Store):
    """Half of a pair is kept as a question mark."""

    breaks = ("S53",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return super().append([attrs.evolve(one, effects=tuple(map(self._whole, one.effects))) for one in commits])

    def _whole(self, effect: EffectRow) -> EffectRow:
        return attrs.evolve(effect, recipient=effect.recipient.encode("utf-8", "replace").decode())


class ErrorQuotesItsCommit(Store):
    """Who brings a text that cannot be kept is shown the whole commit in the error."""

    breaks = ("S53", "S50")

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        try:
            return super().append(commits)
        except ValueError:
            raise ValueError(f"cannot keep {commits!r}") from None


class ErrorHoldsItsText(Store):
    """Half of a pair is the error of whatever writes it down, which holds the text."""

    breaks = ("S53", "S50")

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        for one in commits:
            one.header.reference.encode()
        return super().append(commits)


class HalfOfWhatCannotBeKept(Store):
    """Where an event cannot be kept, the header of its commit is kept all the same."""

    breaks = ("S53", "S50", "S5", "S10")

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        try:
            return super().append(commits)
        except ValueError:
            for one in commits:
                if any("\0" in event.kind or "\ud800" in event.kind for event in one.events):
                    self._cases.setdefault(one.case_id, StoredCase(one.header, ()))
            raise


class NoTextNoCase(Store):
    """Who asks for a case by what is no text is told that there is none."""

    breaks = ("S53",)

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        try:
            check_texts([case_id])
        except ValueError:
            return None
        return super().load(case_id, organisation)


class CursorToItsNought(Store):
    """A cursor ends where a nought is in it."""

    breaks = ("S53",)

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        return super().dead(organisation, after.partition("\0")[0], limit)


class NoTextNoFeed(Store):
    """Who asks for a feed by half of a pair is told that the store is broken."""

    breaks = ("S53",)

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        try:
            return super().feed(organisation, start, limit)
        except ValueError:
            raise StoreUnusable("failed") from None


class DoneUntilItIsNone(Store):
    """What is named before what is no text is done."""

    breaks = ("S53",)

    def done(self, effect_ids: Sequence[str], /) -> None:
        for effect_id in effect_ids:
            super().done([effect_id])


class NothingPlacedByNought(Store):
    """Where rows of no case are to be placed it is said that somebody else was first."""

    breaks = ("S53",)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        return not any("\0" in leaf.case_id for leaf in leaves) and super().place(start, leaves)


class BuriedUnderAnyCode(Store):
    """The code of a dead letter is kept without its noughts."""

    breaks = ("S53",)

    def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        super().bury(effect_id, at, code.replace("\0", ""))
