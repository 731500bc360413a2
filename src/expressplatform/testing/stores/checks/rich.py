"""Rows of every kind, by every question: as they were written, after the store was opened again, by another connection.

Laws of this file: those of `commits`. Whatever may be in a row is in one of these, so that what is read in one way
rightly and in another way not is missed.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from expressplatform.ports import EVERYONE, CaseStore, Commit, Receipt, StoredCase, Token, Wanted
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.checks.edges import BYTES, KEYS
from expressplatform.testing.stores.checks.keeping import INSTANTS, TEXTS, WRITTEN
from expressplatform.testing.stores.checks.placing import placed, sequence, told
from expressplatform.testing.stores.checks.trying import CODE, dead, lists
from expressplatform.testing.stores.checks.work import Working
from expressplatform.testing.stores.rows import HOUR, MANY, TICK, Mine, apart, kept

ODD_TEXTS: Final = (
    *TEXTS, "", " a", "\ufeffa", "a\x85b", "a\x1cb\x0bc", "a\rb", "a\nb", "{a} {0} $1 ?1 :a %s %(a)s", "no", "~", "-0",
    "0x1F", "\u0130\u0131\u017f", "\U0001f1ed\U0001f1f0", "\ufdd0\uffff", "a" * 5000,
)  # fmt: skip
"""Texts that somebody might take for the end of a line, for a number, or for nothing."""
_STEPS: Final = 12
_NUMBERS: Final = (0, 255, 32_768, 65_536, 2**31 - 1)


class Rich(Working):
    """Rows of every kind."""

    @proves("S1", "S2", "S3", "S12", "S21", "S23", "S24", "S41")
    @apart
    def test_rows_of_every_kind_come_back_by_every_question(self) -> None:
        """Texts, bytes, instants and numbers at their edges, in headers, events, receipts, tokens and work."""
        with self.at_work() as (store, mine):
            commits = self._written(store, mine)
            self._comes_back(store, mine, commits)
            self._worked(store, mine, commits)

    @proves("S34", "S1", "S2", "S3", "S12", "S21", "S23", "S24", "S41", "S43")
    @apart
    def test_rows_of_every_kind_come_back_after_reopening(self) -> None:
        """Opened again, the store has them all as they were given."""
        mine = Mine.apart()
        with self.opened() as store:
            mine.clear(store)
            commits = self._written(store, mine)
            with self.reopened(store) as again:
                self._comes_back(again, mine, commits)
                self._worked(again, mine, commits)
                again.done(mine.made)

    @proves("S35", "S1", "S2", "S3", "S12", "S21", "S23", "S24", "S41")
    @apart
    def test_rows_of_every_kind_are_seen_by_another_connection(self) -> None:
        """What one connection wrote the other reads as it was given."""
        with self.at_work() as (store, mine), self.beside(store) as other:
            commits = self._written(store, mine)
            self._comes_back(other, mine, commits)
            self._worked(other, mine, commits)

    def _written(self, store: CaseStore, mine: Mine) -> list[Commit]:
        commits = rich(mine)
        store.append(commits[:-1])
        for step in (commits[-1], *(mine.changed(0, expected, trader=mine.trader) for expected in range(1, _STEPS))):
            store.append([step])
        return commits

    def _comes_back(self, store: CaseStore, mine: Mine, commits: list[Commit]) -> None:
        sequence(store, MANY)
        last = mine.changed(0, _STEPS - 1, trader=mine.trader)
        events = {commit.case_id: commit.events for commit in commits}
        events[mine.case(0)] += tuple(e for n in range(1, _STEPS) for e in mine.commit(0, n).events)
        headers = {commit.case_id: commit.header for commit in commits} | {mine.case(0): last.header}
        cases = [StoredCase(headers[case_id], events[case_id]) for case_id in sorted(events)]
        for case in cases:
            assert kept(store, case.header.case_id, case.header.council) == case
            assert tuple(row.event for row in placed(store, case.header.case_id)) == case.events
        for commit in commits:
            assert commit.receipt is not None
            assert store.receipt(commit.case_id, commit.receipt.key) == commit.receipt
            for token in commit.tokens:
                assert list(store.find(mine.trader, [token.value])) == [commit.case_id]
        assert list(store.scan(mine.trader, "", MANY)) == cases
        assert list(store.headers(mine.trader, Wanted(), "", MANY).headers) == [case.header for case in cases]
        due = [one for one in store.due(INSTANTS[-1] + TICK, MANY) if one.case_id.startswith(mine.mark)]
        assert [one.due_at for one in due] == sorted(one.due_at for one in due if one.due_at), "not the earliest first"
        assert sorted(one.case_id for one in due) == [case.header.case_id for case in cases]
        assert {token.quarter for commit in commits for token in commit.tokens} <= set(store.quarters())
        told_of = {(case.header.case_id, e.version, False) for case in cases for e in case.events}
        assert set(told(store, mine.trader)) == told_of

    def _worked(self, store: CaseStore, mine: Mine, commits: list[Commit]) -> None:
        effects = [effect for commit in commits for effect in commit.effects]
        mine.claims(store, mine.noon, effects, HOUR)
        for effect in effects:
            store.bury(effect.id, mine.noon, effect.kind)
        rows = [dead(effect, 1, mine.noon, effect.kind) for effect in sorted(effects, key=lambda one: one.id)]
        lists(store, mine, mine.trader, rows)
        store.append([mine.changed(n, c.header.version, due_at=None) for n, c in enumerate(commits) if n])
        store.append([mine.changed(0, _STEPS, due_at=None)])

    @proves("S1", "S3", "S24", "S41", "S45", "S46")
    @apart
    def test_every_answer_is_made_of_plain_values(self) -> None:
        """Bytes are bytes and no view of memory, truths no numbers, and each instant is in UTC, whatever is asked."""
        with self.at_work() as (store, mine):
            step = attrs.evolve(full_step(mine), tokens=(mine.token("t"),))
            answers: list[object] = [store.append([step]), store.append([step]), store.unplaced(MANY)]
            sequence(store)
            place = store.places(mine.case(1), EVERYONE)[0].place
            answers += [mine.effects(store, mine.noon, HOUR)]
            store.bury(step.effects[0].id, mine.noon, CODE)
            answers += [
                store.load(mine.case(1), mine.council), store.receipt(mine.case(1), "k"),
                store.headers(mine.council, Wanted(), "", MANY), store.due(mine.noon, MANY),
                store.scan(mine.council, "", MANY), store.find(mine.council, [mine.token("t").value]),
                store.quarters(), store.dead(mine.council, "", MANY), store.ledger(), store.placed(place, 1),
                store.leaves(place, place + 1), store.places(mine.case(1), mine.council),
                store.feed(mine.trader, 0, MANY), store.scheme(),
            ]  # fmt: skip
            for answer in answers:
                plain(answer)
            store.append([mine.changed(1, 1, due_at=None)])

    @proves("S1", "S12", "S18", "S21", "S23", "S24", "S28", "S41", "S46")
    @apart
    def test_what_has_a_name_may_have_a_long_one(self) -> None:
        """A thousand characters without a pattern, of which the last tells it apart: each is known by all of them."""
        with self.at_work() as (store, mine):
            long = mine.mark + "".join(uuid.uuid4().hex for _ in range(30))
            steps = [_long(mine, long + end) for end in "ab"]
            store.append(steps)
            sequence(store)
            mine.claims(store, mine.noon, [step.effects[0] for step in steps], HOUR)
            for step, end in zip(steps, "ab", strict=True):
                name = long + end
                assert kept(store, step.case_id, name) == StoredCase(step.header, step.events)
                assert store.receipt(step.case_id, name) == step.receipt
                for wanted in (
                    Wanted(status=(name,)),
                    Wanted(trader=name),
                    Wanted(assignee=name),
                    Wanted(reference=name),
                ):
                    assert store.headers(name, wanted, "", 2).headers == (step.header,)
                assert list(store.find(name, [name.encode()])) == [step.case_id]
                assert name in store.quarters()
                assert told(store, name) == [(step.case_id, 1, False)]
                store.bury(step.effects[0].id, mine.noon, name)
                lists(store, mine, name, [dead(step.effects[0], 1, mine.noon, name)])
            store.done([steps[0].effects[0].id])
            assert [len(store.dead(long + end, "", MANY)) for end in "ab"] == [0, 1]

    @proves("S27", "S29")
    @apart
    def test_work_that_was_put_off_long_ago_comes_first(self) -> None:
        """In the order of the instants that were named, in whatever year, by one claim and by many."""
        with self.at_work() as (store, mine):
            store.append([mine.working(number, mine.noon) for number in range(len(_PAST))])
            ids = [mine.effect(number, 1).id for number in range(len(_PAST))]
            mine.claims(store, mine.noon, [mine.effect(number, 1) for number in range(len(_PAST))], HOUR)
            for turn in (0, 1):
                for one, at in zip(ids, _PAST, strict=True):
                    store.retry(one, at, 0)
                wanted = [one for _, one in sorted(zip(_PAST, ids, strict=True))]
                if turn:
                    self._in_order(store, mine, mine.noon, HOUR, wanted, most=len(wanted))
                else:
                    found = [row.id for row in mine.effects(store, mine.noon, HOUR)]
                    if found != wanted:
                        mine.unless_taken(store)
                    assert found == wanted, "what was claimed is not in the order in which it became ready"


_PAST: Final[tuple[datetime, ...]] = (
    INSTANTS[4],
    *reversed(INSTANTS[:4]),
    INSTANTS[3] + timedelta(days=12_000),
    INSTANTS[5],
)


def rich(mine: Mine) -> list[Commit]:
    """First steps of cases that hold, each at its turn, every odd text, key, row of bytes, instant and number."""
    digits = f"{int(mine.mark, 16)}"
    return [_rich(mine, number, f"00{digits}{number:02}") for number in range(len(ODD_TEXTS))]


def _rich(mine: Mine, number: int, digits: str) -> Commit:
    text, at = ODD_TEXTS[number], INSTANTS[number % len(INSTANTS)]
    some, most = BYTES[number % len(BYTES)], _NUMBERS[number % len(_NUMBERS)]
    fields: dict[str, Any] = {**dict.fromkeys(WRITTEN, text), "trader": mine.trader}
    step = mine.changed(
        number, **fields, council=(f"{mine.mark}{text}", digits)[number % 2],
        former=(text, f"{text}+", "x", "x"), lodged_at=at, changed_at=mine.noon, due_at=at - TICK,
        owed_since=at + TICK, alarms=most, provisional=number % 2 == 0,
    )  # fmt: skip
    events = tuple(attrs.evolve(event, kind=text, schema=most, facts=some, sealed=some[::-1]) for event in step.events)
    key = f"{KEYS[number % len(KEYS)]}{text[:50]}"
    effects = (
        attrs.evolve(mine.effect(number, 1), kind=text[:200], recipient=text[:200]),
        attrs.evolve(mine.effect(number, 1, f"B{text[:200]}"), recipient=""),
    )
    tokens = (mine.token(f"{text[:50]}{number}", text[:50]), attrs.evolve(mine.token("", ""), quarter=digits))
    tokens = (tokens[0], attrs.evolve(tokens[1], value=mine.mark.encode() + some + bytes([number])))
    return attrs.evolve(
        step, events=events, receipt=Receipt(mine.case(number), key, some, 1), tokens=tokens, effects=effects
    )


def _long(mine: Mine, name: str) -> Commit:
    """A step of a case that has this name, with nothing in it that has another."""
    effect = attrs.evolve(mine.effect(1, 1), id=name, case_id=name, kind=name, recipient=name)
    mine.made.append(name)
    texts: dict[str, Any] = dict.fromkeys(WRITTEN, name)
    step = mine.changed(1, **texts, case_id=name, council=name, changed_at=mine.noon, due_at=None)
    return attrs.evolve(
        step,
        case_id=name,
        events=tuple(attrs.evolve(event, case_id=name) for event in step.events),
        effects=(effect,),
        receipt=Receipt(name, name, b"d", 1),
        tokens=(Token(name.encode(), name),),
    )


def full_step(mine: Mine) -> Commit:
    """A step with a value in every field."""
    step = mine.changed(1, trader=mine.trader, former=("x",), changed_at=mine.noon, due_at=mine.noon, alarms=1)
    step = attrs.evolve(step, header=attrs.evolve(step.header, owed_since=mine.noon))
    key = mine.commit(1, key="k").receipt
    return attrs.evolve(step, receipt=key, effects=(mine.effect(1, 1),))


def plain(answer: object) -> None:
    """All that is in an answer is what the port says: no relative of it, which others cannot keep or compare."""
    for name, value in _within("", answer):
        if isinstance(value, datetime):
            assert value.utcoffset() == timedelta(0), f"{name} is not told in UTC"
        else:
            truth = name in ("provisional", "gone")
            assert isinstance(value, bool) is truth, f"{name} is a {type(value).__name__}"
            assert value is None or isinstance(value, str | int) or type(value) is bytes, (
                f"{name} is a {type(value).__name__}"
            )


def _within(name: str, value: Any) -> Iterator[tuple[str, object]]:
    if attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from _within(field.name, getattr(value, field.name))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _within(name, one)
    else:
        yield name, value
