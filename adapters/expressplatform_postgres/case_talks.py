"""What is asked about cases, written once for both faces.

Laws of this file
- The statement judges; here commits are only laid out for it. Commits of one case follow each other in rounds, and all
  rounds are one transaction.
- Those that were not kept ask what stands in their way, once the winner's rows are there to be seen. Where that is
  nothing, they are asked to be kept again.
- Rows that cannot be kept are the error of the caller who brought them, and of no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Final

import psycopg

from expressplatform.errors import StoreUnusable
from expressplatform.filling import maker
from expressplatform.ports import (
    Answer,
    Appended,
    Commit,
    Conflict,
    DeadRow,
    EffectRow,
    Header,
    Page,
    Receipt,
    Replayed,
    StoredCase,
    Wanted,
)
from expressplatform.together import Outcome
from expressplatform_postgres import sql
from expressplatform_postgres.asking import Asked, Row, Talk, in_rounds, once
from expressplatform_postgres.faults import MALFORMED, unusable
from expressplatform_postgres.rows import (
    aware,
    case_of,
    effects_of,
    header_of,
    many_commits,
    one_commit,
    shape_of,
    shape_of_many,
    what_asked,
)

_appended: Final = maker(Appended)
_ASKED: Final = 5
"""A commit that lost a race is asked again; the second time the winner is seen, at any level of isolation the last."""

# ---- writing --------------------------------------------------------------------------------------------------------


def append_all(groups: Sequence[Sequence[Commit]]) -> Talk[list[Outcome[Answer]]]:
    """Several callers' appends in one transaction: for each its answers, or the error that is its own."""
    try:
        if len(groups) == 1 and len(groups[0]) == 1:  # which is how most come
            answers = [(yield from _append_one(groups[0][0]))]
        else:
            answers = yield from _append([commit for group in groups for commit in group])
    except (psycopg.Error, *MALFORMED) as error:
        if len(groups) > 1 and isinstance(error, MALFORMED):
            outcomes: list[Outcome[Answer]] = []
            for group in groups:
                outcomes += yield from append_all([group])
            return outcomes
        return [unusable(error) if isinstance(error, psycopg.Error) else error for _ in groups]
    return _split(answers, groups)


def _append_one(commit: Commit) -> Talk[Answer | None]:
    """The answer of a commit by itself: as `_append`, without the laying out."""
    for _ in range(_ASKED):
        (kept,) = yield _asked_one(commit)
        if kept:
            return _appended(commit.case_id, commit.header.version)
        (row,) = yield from once(sql.STANDS, case_id=commit.case_id, key=commit.receipt and commit.receipt.key)
        if (answer := _answer(commit, row)) is not None:
            return answer
    return None


def _asked_one(commit: Commit) -> Asked:
    shape = shape_of(commit)
    if max(shape.events, shape.effects, shape.tokens) > sql.MOST:
        return _asked([[commit]])
    statement, names = sql.append_one(shape)
    return Asked(statement, (one_commit(commit),), names)


def _append(commits: Sequence[Commit]) -> Talk[list[Answer | None]]:
    """An answer for each commit; None where the server failed after some of the others had been kept."""
    answers: list[Answer | None] = [None] * len(commits)
    waiting = list(range(len(commits)))
    for _ in range(_ASKED if commits else 0):
        rounds = _in_rounds(commits, waiting)
        try:
            results = yield _asked([[commits[place] for place in places] for places in rounds])
            _answered(answers, commits, rounds, results)
            if len(rounds) == 1 and (lost := [place for place in waiting if answers[place] is None]):
                results = yield Asked(sql.STAND, [what_asked([commits[place] for place in lost])])
                _answered(answers, commits, [lost], results)
        except psycopg.Error:
            if not any(answers):
                raise
            break
        waiting = [place for place in waiting if answers[place] is None]
        if not waiting:
            break
    return answers


def _answered(
    answers: list[Answer | None], commits: Sequence[Commit], rounds: Sequence[Sequence[int]], results: list[list[Row]]
) -> None:
    """Notes what each round's rows say about its commits."""
    for places, rows in zip(rounds, results, strict=True):
        found = {row[0]: row for row in rows}
        for place in places:
            if (row := found.get(commits[place].case_id)) is not None:
                answers[place] = _answer(commits[place], row)


def _in_rounds(commits: Sequence[Commit], waiting: Sequence[int]) -> list[list[int]]:
    """The places of commits that wait, so that no round holds a case twice."""
    return [[waiting[turn] for turn in turns] for turns in in_rounds([commits[place].case_id for place in waiting])]


def _asked(rounds: Sequence[Sequence[Commit]]) -> Asked:
    """One statement for all rounds."""
    shape = shape_of_many([commit for one in rounds for commit in one])
    in_order = (sorted(one, key=attrgetter("case_id")) for one in rounds)  # so that no two lock each other out
    return Asked(sql.append_many(shape, tells=len(rounds) > 1), [many_commits(one) for one in in_order])


def _answer(commit: Commit, row: Row) -> Answer | None:
    """What became of a commit; None where it lost a race: it is neither kept, nor is the winner to be seen yet."""
    case_id, kept, found, digest, led_to = row
    if kept:
        return _appended(case_id, commit.header.version)
    if commit.receipt and led_to is not None:
        return Replayed(case_id, Receipt(case_id, commit.receipt.key, digest, led_to))
    return Conflict(case_id, commit.expected, found or 0) if (found or 0) != commit.expected else None


def _split(answers: Sequence[Answer | None], groups: Sequence[Sequence[Commit]]) -> list[Outcome[Answer]]:
    """Each caller's own; an error where one of its commits has no answer."""
    outcomes: list[Outcome[Answer]] = []
    begin = 0
    for group in groups:
        own = answers[begin : begin + len(group)]
        begin += len(group)
        told = [answer for answer in own if answer is not None]
        outcomes.append(told if len(told) == len(group) else _lost())
    return outcomes


def _lost() -> StoreUnusable:
    return StoreUnusable("locked", "others kept winning the case, or the database failed meanwhile")


def claim(now: datetime, limit: int, lease: timedelta) -> Talk[list[EffectRow]]:
    """Effects that nobody works on, leased until ``now + lease``."""
    until = aware(now).astimezone(UTC) + lease
    return effects_of((yield from once(sql.CLAIM, now=aware(now), limit=limit, until=until)))


def done(effect_ids: Sequence[str]) -> Talk[None]:
    """The effects have been carried out."""
    yield from once(sql.DONE, ids=list(effect_ids))


def retry(effect_id: str, at: datetime, attempts: int) -> Talk[None]:
    """The effect may be claimed again from ``at`` on, a dead letter too."""
    yield from once(sql.RETRY, id=effect_id, at=aware(at), attempts=attempts)


def bury(effect_id: str, at: datetime, code: str) -> Talk[None]:
    """The effect is a dead letter from now on."""
    yield from once(sql.BURY, id=effect_id, at=aware(at), code=code)


def adopt(scheme: str, edition: str) -> Talk[None]:
    """The store belongs to this scheme from now on."""
    if not (yield from once(sql.ADOPT, scheme=scheme, edition=edition)):
        raise StoreUnusable("other_scheme", "the store belongs to another scheme")


# ---- reading --------------------------------------------------------------------------------------------------------


def load(case_id: str, organisation: str) -> Talk[StoredCase | None]:
    """A case with its events in order."""
    rows = yield from once(sql.LOAD, case_id=case_id, org=organisation)
    return case_of(rows[0]) if rows else None


def receipt(case_id: str, key: str) -> Talk[Receipt | None]:
    """The receipt of a key on a case."""
    rows = yield from once(sql.RECEIPT, case_id=case_id, key=key)
    return Receipt(case_id, key, *rows[0]) if rows else None


def headers(organisation: str, wanted: Wanted, after: str, limit: int) -> Talk[Page]:
    """Headers by case id, from a cursor on."""
    values = {
        "org": organisation, "after": after, "limit": limit + 1, "status": list(wanted.status),
        "trader": wanted.trader, "assignee": wanted.assignee, "reference": wanted.reference,
        "due_before": wanted.due_before and aware(wanted.due_before),
        "owed_before": wanted.owed_before and aware(wanted.owed_before),
    }  # fmt: skip
    rows = yield from once(sql.headers(wanted), **values)
    shown = tuple(header_of(row) for row in rows[:limit])
    return Page(shown, shown[-1].case_id if shown and len(rows) > limit else "")


def due(now: datetime, limit: int) -> Talk[list[Header]]:
    """Headers whose ``due_at`` is ``now`` or earlier, the earliest first."""
    return [header_of(row) for row in (yield from once(sql.DUE, now=aware(now), limit=limit))]


def scan(organisation: str, after: str, limit: int) -> Talk[list[StoredCase]]:
    """Whole cases by case id, after a case id."""
    return [case_of(row) for row in (yield from once(sql.SCAN, org=organisation, after=after, limit=limit))]


def find(organisation: str, tokens: Sequence[bytes]) -> Talk[list[str]]:
    """The ids of cases that carry one of these tokens, in order."""
    return [case_id for (case_id,) in (yield from once(sql.FIND, org=organisation, tokens=list(tokens)))]


def quarters() -> Talk[list[str]]:
    """The quarters whose secrets still stand behind a token, in order."""
    return [quarter for (quarter,) in (yield from once(sql.QUARTERS))]


def dead(organisation: str, after: str, limit: int) -> Talk[list[DeadRow]]:
    """Dead letters of the cases that the organisation may see, by effect id, after an effect id."""
    rows = yield from once(sql.DEAD, org=organisation, after=after, limit=limit)
    effects = effects_of(row[:-2] for row in rows)
    return [DeadRow(effect, row[-2], row[-1]) for effect, row in zip(effects, rows, strict=True)]


def scheme() -> Talk[tuple[str, str] | None]:
    """The scheme that the store belongs to."""
    rows = yield from once(sql.SCHEME)
    return (rows[0][0], rows[0][1]) if rows else None
