"""Stores to which names are the same that are not: in other letters, by their beginning, trimmed, composed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

import attrs

from expressplatform.ports import Answer, Commit, DeadRow, FeedRow, Placed, Receipt, StoredCase
from tests.faulty.good import Store


class _Councils(Store):
    """Writes the name of a council in its own way."""

    def _append(self, commit: Commit) -> Answer:
        header = commit.header
        return super()._append(attrs.evolve(commit, header=attrs.evolve(header, council=self._written(header.council))))

    def _written(self, name: str) -> str:
        return name


class CouncilTrimmed(_Councils):
    """Blanks at either end of a council's name are lost."""

    breaks = ("S1",)

    def _written(self, name: str) -> str:
        return name.strip()


class CouncilComposed(_Councils):
    """A council's name is composed by Unicode's rules."""

    breaks = ("S1",)

    def _written(self, name: str) -> str:
        return unicodedata.normalize("NFC", name)


class CouncilOf64(_Councils):
    """A council's name has sixty-four characters."""

    breaks = ("S1",)

    def _written(self, name: str) -> str:
        return name[:64]


class _Ids(Store):
    """Knows a case by another id than its own."""

    def _known(self, case_id: str) -> str:
        return case_id

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(attrs.evolve(commit, case_id=self._known(commit.case_id)))
        return attrs.evolve(answer, case_id=commit.case_id)

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        return super().load(self._known(case_id), organisation)

    def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        return super().receipt(self._known(case_id), key)


class IdsTrimmed(_Ids):
    """Cases whose ids differ in blanks at the end are one."""

    breaks = ("S1", "S6")

    def _known(self, case_id: str) -> str:
        return case_id.rstrip(" ")


class IdsComposed(_Ids):
    """Cases whose ids are composed in two ways are one."""

    breaks = ("S1", "S6")

    def _known(self, case_id: str) -> str:
        return unicodedata.normalize("NFC", case_id)


class AnotherIfNone(Store):
    """Where there is no case of an id, one is loaded whose id is composed otherwise."""

    breaks = ("S1", "S14")

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        found = super().load(case_id, organisation)
        composed = unicodedata.normalize("NFC", case_id)
        others = [one for one in self._cases if unicodedata.normalize("NFC", one) == composed]
        return found or (super().load(others[0], organisation) if others else None)


class _Drops(Store):
    """Where a case drops its tokens others lose theirs, too."""

    alike: Callable[[str, str], bool]

    def _keep_beside(self, commit: Commit) -> None:
        if commit.drop_tokens:
            for one in [one for one in self._tokens if type(self).alike(one, commit.case_id)]:
                del self._tokens[one]
        super()._keep_beside(commit)


class DropByBeginning(_Drops):
    """Tokens are dropped of every case whose id begins with the case's."""

    breaks = ("S22",)

    @staticmethod
    def alike(one: str, other: str) -> bool:
        return one.startswith(other)


class DropInAnyLetters(_Drops):
    """Tokens are dropped of every case whose id is the same in small letters."""

    breaks = ("S22",)

    @staticmethod
    def alike(one: str, other: str) -> bool:
        return one.lower() == other.lower()


class PlacesByBeginning(Store):
    """With the placed rows of a case come those of cases whose ids begin with its own."""

    breaks = ("S45", "S14")

    def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        found = list(super().places(case_id, organisation))
        others = [case for one, case in self._cases.items() if one.startswith(case_id) and one != case_id]
        return [*found, *(row for case in others for row in self._places.of_case(case))] if found else found


class FeedInAnyLetters(Store):
    """Traders whose names are the same in small letters share a feed."""

    breaks = ("S46",)

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        shared = [one for one in self._places.feeds if one.lower() == organisation.lower()]
        return super().feed(next(iter(shared), organisation), start, limit)


class FeedHeaderForTheTrader(Store):
    """The rows of a former trader's feed come without a header."""

    breaks = ("S47",)

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        rows = super().feed(organisation, start, limit)
        return [row if row.header and row.header.trader == organisation else _bare(row) for row in rows]


def _bare(row: FeedRow) -> FeedRow:
    return attrs.evolve(row, header=None)


class DeadInAnyLetters(Store):
    """Dead letters are shown to whoever writes a name in other letters."""

    breaks = ("S14", "S41")

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        names = {one for case in self._cases.values() for one in (case.header.council, case.header.trader) if one}
        shared = sorted(one for one in names if one.lower() == organisation.lower())
        return super().dead(next(iter(shared), organisation), after, limit)


class DeadToTheFirstFormer(Store):
    """Of former traders the first is shown dead letters."""

    breaks = ("S41", "S15")

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        found = super().dead(organisation, after, limit)
        return [row for row in found if organisation not in self._cases[row.effect.case_id].header.former[1:]]


class DeadInOrderOfTwoBytes(Store):
    """Dead letters are listed in the order of UTF-16."""

    breaks = ("S41",)

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        found = super().dead(organisation, after, limit)
        return sorted(found, key=lambda row: row.effect.id.encode("utf-16-be"))


class DeadInOrderOfADictionary(Store):
    """Dead letters are listed with large letters among small ones."""

    breaks = ("S41",)

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        return sorted(super().dead(organisation, after, limit), key=lambda row: row.effect.id.lower())


class DoneInAnyLetters(Store):
    """With an effect all are done whose ids are the same in small letters."""

    breaks = ("S28",)

    def done(self, effect_ids: Sequence[str], /) -> None:
        named = {one.lower() for one in effect_ids}
        super().done([*effect_ids, *(one for one in self._work if one.lower() in named)])


class DoneByItsParts(Store):
    """An effect whose kind has a stroke is not found when it is done: its id is taken apart at strokes."""

    breaks = ("S28",)

    def done(self, effect_ids: Sequence[str], /) -> None:
        super().done([one for one in effect_ids if one.count("/") <= 2])


class QuartersInAnyLetters(Store):
    """Quarters whose names are the same in small letters are listed once."""

    breaks = ("S23",)

    def quarters(self) -> Sequence[str]:
        return sorted({one.lower(): one for one in super().quarters()}.values())


class QuartersAsNumbers(Store):
    """A quarter of digits is a number, and loses the noughts at its beginning."""

    breaks = ("S23",)

    def quarters(self) -> Sequence[str]:
        return [str(int(one)) if one.isdecimal() else one for one in super().quarters()]
