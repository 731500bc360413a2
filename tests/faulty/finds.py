"""Stores that are wrong about what is due and what a token finds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from expressplatform.ports import Answer, Appended, Commit, Header, Page, Wanted
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


class TokensOfFormerStand(Store):
    """Where the case has former traders, its tokens are not dropped."""

    breaks = ("S22", "S23")

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(attrs.evolve(commit, drop_tokens=commit.drop_tokens and not commit.header.former))


class KeyForgottenWithTokens(Store):
    """The receipt of a step that drops tokens and leaves work is not kept."""

    breaks = ("S12", "S5")

    def _keep_beside(self, commit: Commit) -> None:
        both = commit.drop_tokens and commit.effects
        super()._keep_beside(attrs.evolve(commit, receipt=None) if both else commit)


class DueAtTheInstantWhereFiltered(Store):
    """Where a status is asked for as well, due_before means at the instant too."""

    breaks = ("S18",)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        if wanted.status and wanted.due_before is not None:
            wanted = attrs.evolve(wanted, due_before=wanted.due_before + timedelta.resolution)
        return super().headers(organisation, wanted, after, limit)


class KeyOfWhatRestsUnknown(Store):
    """A key is not known to a step after which its case waits for nothing."""

    breaks = ("S11",)

    def _append(self, commit: Commit) -> Answer:
        known = commit.receipt and self._receipts.get((commit.case_id, commit.receipt.key))
        if not known or commit.header.due_at is not None:
            return super()._append(commit)
        del self._receipts[commit.case_id, known.key]
        answer = super()._append(commit)
        self._receipts[commit.case_id, known.key] = known
        return answer


class OwedOfNewCasesAlone(Store):
    """Of a case that has taken its second step owed_before asks only whether something is owed."""

    breaks = ("S18",)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        if wanted.owed_before is None or wanted.due_before is None:
            return super().headers(organisation, wanted, after, limit)
        loose = super().headers(organisation, attrs.evolve(wanted, owed_before=None), after, 10**9).headers
        found = [one for one in loose if one.owed_since and (one.version > 1 or one.owed_since < wanted.owed_before)]
        shown = tuple(found[:limit])
        return Page(shown, shown[-1].case_id if shown and len(found) > limit else "")


class NotAlarmedAmongTwo(Store):
    """Where two statuses are asked for, alarms are not looked at."""

    breaks = ("S18",)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        return super().headers(
            organisation, attrs.evolve(wanted, alarmed=wanted.alarmed and len(wanted.status) < 2), after, limit
        )


class ZoneStaysWithTokens(Store):
    """A step with tokens has its instants told in the zone in which they were written."""

    breaks = ("S3",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        with self._open():
            answers = super().append(commits)
            for commit, answer in zip(commits, answers, strict=True):
                case = self._cases.get(commit.case_id)
                if isinstance(answer, Appended) and commit.tokens and case and case.header == commit.header:
                    self._cases[commit.case_id] = attrs.evolve(case, header=commit.header)
            return answers


class DueToFillTheLimit(_Due):
    """Where less is due than is asked for, what is due next is told as well, as long as few are asked for."""

    breaks = ("S20",)

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        if not 1 < limit < 10:
            return super().due(now, limit)
        return self._found(now + timedelta(days=30))[:limit]
