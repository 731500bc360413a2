"""Stores that answer questions wrongly: to whom, and with what they knew before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

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
