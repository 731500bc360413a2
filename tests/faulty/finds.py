"""Stores that are wrong about what is due and what a token finds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from expressplatform.ports import Commit, Header
from tests.faulty.good import Store

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


class TwentyQuarters(Store):
    """No more than twenty quarters are listed."""

    breaks = ("S23",)

    def quarters(self) -> Sequence[str]:
        return super().quarters()[:20]
