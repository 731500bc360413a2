"""Where a question or a row is easily got wrong: at nought, at a whole second, beside what looks alike.

Laws of this file: those of `commits`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

import attrs

from expressplatform.ports import (
    EVERYONE,
    Appended,
    CaseStore,
    Commit,
    Conflict,
    Header,
    Receipt,
    Replayed,
    StoredCase,
    Wanted,
)
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.checks.keeping import TEXTS
from expressplatform.testing.stores.checks.placing import sequence
from expressplatform.testing.stores.checks.questions import walked
from expressplatform.testing.stores.checks.work import DAY, Working
from expressplatform.testing.stores.doors import Doors
from expressplatform.testing.stores.rows import MANY, TICK, Mine, apart, kept

BYTES: Final = (
    b"\r\n",
    b"\n\r",
    b"\x89PNG\r\n\x1a\n",
    b"\xef\xbb\xbf{}",
    b"{}",
    b"null",
    b"\\x00",
    b"\\000'\"",
    b"\0",
    b"\0\0 ",
    "e\u0301".encode(),
    b"\xed\xa0\x80",
    b"0",
    b"AA==",
    b"\x80\x04\x95.",
)
"""Bytes that are easily taken for a text, a number, or the end of something."""
KEYS: Final = ("k", "K", "k ", " k", "k\u0301", "%", "_", "", "k\n", "1", "01", "1.0", "\u00e9", "e\u0301", "k" * 300)
"""Keys that look alike."""
ENDS: Final = ("10", "2", "B", "Z", "_", "a", "a b", "aB", "aa", "b", "é", "電", "\uff21", "🛒", "🛒\ufe0f")
"""Ends of ids in the order of their code points, which is not that of any language nor of UTF-16."""


class _Autumn(tzinfo):
    """The zone of a night in which the clock is put back by an hour: ``fold`` tells which of two hours is meant."""

    def utcoffset(self, at: datetime | None) -> timedelta:
        return timedelta(hours=0 if at is not None and at.fold else 1)

    def dst(self, at: datetime | None) -> timedelta:
        return self.utcoffset(at)

    def tzname(self, at: datetime | None) -> str:
        return "late" if at is not None and at.fold else "early"


def folded(at: datetime, fold: int) -> datetime:
    """An instant as the clock of that night shows it in the first of the two hours, or in the second."""
    return (at + timedelta(hours=1 - fold)).replace(tzinfo=_Autumn(), fold=fold)


class Alike(Doors):
    """Rows that look alike, and fields that change by themselves."""

    @proves("S1")
    def test_bytes_of_any_kind_come_back(self) -> None:
        """Whatever they look like: in facts, in sealed parts, and as the digest of a receipt."""
        mine = Mine.apart()
        with self.opened() as store:
            for number, some in enumerate(BYTES):
                step = mine.commit(number)
                events = (attrs.evolve(step.events[0], facts=some, sealed=some[::-1]),)
                receipt = Receipt(mine.case(number), "k", some, 1)
                store.append([attrs.evolve(step, events=events, receipt=receipt)])
                assert kept(store, mine.case(number)) == StoredCase(step.header, events)
                assert store.receipt(mine.case(number), "k") == receipt

    @proves("S2", "S1", "S43")
    def test_rows_that_are_the_same_are_kept_each_by_itself(self) -> None:
        """Events that differ in nothing but their version or their case are as many as there were."""
        mine = Mine.apart()
        with self.opened() as store:
            for number in (1, 2):
                for expected in (0, 3):
                    step = mine.commit(number, expected, events=3)
                    same = tuple(attrs.evolve(one, kind="SAME", facts=b"same", sealed=b"same") for one in step.events)
                    store.append([attrs.evolve(step, events=same)])
            sequence(store)
            for number in (1, 2):
                events = kept(store, mine.case(number)).events
                assert [one.version for one in events] == [*range(1, 7)]
                assert {one.facts for one in events} == {b"same"}
                assert [row.event for row in store.places(mine.case(number), EVERYONE)] == list(events)

    @proves("S4", "S13", "S20", "S47")
    def test_each_field_of_a_header_changes_by_itself(self) -> None:
        """Where one field is another and all else is as it was, that field is another, and back again."""
        mine = Mine.apart()
        header = attrs.evolve(mine.header(1, 1), trader=mine.trader, former=("a", "b"), owed_since=mine.noon)
        changed: dict[str, Any] = {
            "status": "OTHER", "trader": f"other-{mine.mark}", "former": ("b", "a"), "assignee": "officer 8",
            "reference": f"EP-{mine.mark}-other", "scheme": "OTHER", "edition": "2026", "nature": "DELIVERY",
            "category": "c", "lodged_at": mine.noon + TICK, "changed_at": mine.noon - DAY, "due_at": mine.noon + TICK,
            "duty": "OTHER", "provisional": False, "owed_since": mine.noon + TICK, "alarms": 1,
        }  # fmt: skip
        with self.opened() as store:
            store.append([attrs.evolve(mine.commit(1), header=header)])
            sequence(store)
            version = 1
            for name, value in changed.items():
                for one in ({name: value}, {name: getattr(header, name)}):
                    version += 1
                    wanted = attrs.evolve(header, version=version, **one)
                    store.append([attrs.evolve(mine.commit(1, version - 1), header=wanted)])
                    assert _headers(store, mine) == [wanted] * (5 if wanted.trader == mine.trader else 4), (
                        f"after a change of {name}"
                    )
            store.append([mine.changed(1, version, due_at=None)])

    @proves("S12", "S11")
    def test_keys_that_look_alike_are_different_ones(self) -> None:
        """In other letters, with blanks, composed otherwise, longer: each has its own receipt, and years later too."""
        mine = Mine.apart()
        with self.opened() as store:
            receipts = []
            for expected, key in enumerate(KEYS):
                receipt = Receipt(mine.case(1), key, key.encode(), expected + 1)
                later = mine.changed(1, expected, changed_at=mine.noon + 400 * expected * DAY)
                answers = store.append([attrs.evolve(later, receipt=receipt)])
                assert list(answers) == [Appended(mine.case(1), expected + 1)], f"the key {key!r} was new"
                receipts.append(receipt)
            for key, receipt in zip(KEYS, receipts, strict=True):
                assert store.receipt(mine.case(1), key) == receipt
                known = attrs.evolve(receipt, version=len(KEYS) + 1)
                again = attrs.evolve(mine.commit(1, len(KEYS)), receipt=known)
                assert list(store.append([again])) == [Replayed(mine.case(1), receipt)]

    @proves("S7", "S5", "S8")
    @apart
    def test_neighbours_in_a_call_are_whole(self) -> None:
        """Beside conflicts and replays, of the same cases too, each commit that is kept has all that it had."""
        mine = Mine.apart()
        with self.opened() as store:
            mine.clear(store)
            store.append([self._full(mine, 1, 0)])
            lost, again = self._full(mine, 2, 7), mine.commit(1, 1, key="k0")
            new = [self._full(mine, 2, 0), self._full(mine, 3, 0), self._full(mine, 2, 1), self._full(mine, 1, 1)]
            calls = [lost, new[0], again, new[1], lost, again, new[2], again, new[3], lost]
            answers = store.append(calls)
            assert [type(one) for one in answers] == [
                Conflict, Appended, Replayed, Appended, Conflict, Replayed, Appended, Replayed, Appended, Conflict
            ]  # fmt: skip
            for commit in (self._full(mine, 1, 0), *new):
                assert commit.receipt is not None
                assert store.receipt(commit.case_id, commit.receipt.key) == commit.receipt
                for token in commit.tokens:
                    assert list(store.find(mine.council, [token.value])) == [commit.case_id]
                    assert token.quarter in store.quarters()
            made = [effect for commit in (self._full(mine, 1, 0), *new) for effect in commit.effects]
            mine.claims(store, mine.noon + DAY, made)
            assert [len(kept(store, mine.case(n)).events) for n in (1, 2, 3)] == [2, 2, 1]
            store.done(mine.made)

    def _full(self, mine: Mine, number: int, expected: int) -> Commit:
        name = f"{number}.{expected}"
        return attrs.evolve(
            mine.commit(number, expected, key=f"k{expected}"),
            effects=(mine.effect(number, expected + 1), mine.effect(number, expected + 1, "B")),
            tokens=(mine.token(name, f"q{name}"), mine.token(f"x{name}")),
        )

    @proves("S22", "S21", "S23")
    def test_a_token_that_was_dropped_may_be_brought_again(self) -> None:
        """In the step that drops it or in a later one: then it stands, in the quarter that it is brought with."""
        mine = Mine.apart()
        token = mine.token("t", "q1")
        with self.opened() as store:
            for expected, (drop, tokens, there) in enumerate(
                (
                    (False, (token,), True), (True, (), False), (False, (token,), True), (True, (token,), True),
                    (True, (), False), (True, (), False), (False, (token, mine.token("u", "q2")), True),
                )
            ):  # fmt: skip
                store.append([attrs.evolve(mine.commit(1, expected), drop_tokens=drop, tokens=tokens)])
                assert list(store.find(mine.council, [token.value])) == ([mine.case(1)] if there else [])
                assert (token.quarter in store.quarters()) is there


def _headers(store: CaseStore, mine: Mine) -> list[Header | None]:
    """The header of the first case by every question; by the feed of its trader where that sees it."""
    return [
        kept(store, mine.case(1)).header,
        *store.headers(mine.council, Wanted(), "", 1).headers,
        *(case.header for case in store.scan(mine.council, "", 1)),
        *(one for one in store.due(mine.noon + 30 * DAY, MANY) if one.case_id == mine.case(1)),
        *(row.header for row in store.feed(mine.trader, 0, 1) if row.header is not None),
    ]


class Asked(Working):
    """Questions at their edges."""

    @proves("S16", "S20", "S27", "S41", "S45", "S46")
    def test_nought_is_nothing(self) -> None:
        """Whoever asks for at most none is given none, whatever there is."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.changed(n, trader=mine.trader, due_at=mine.noon) for n in range(3)])
            assert store.headers(mine.council, Wanted(), "", 0).headers == ()
            nothing = (
                store.scan(mine.council, "", 0), store.due(mine.noon, 0), store.claim(mine.noon, 0, DAY),
                store.dead(EVERYONE, "", 0), store.unplaced(0).events, store.placed(0, 0), store.leaves(0, 0),
                store.feed(mine.trader, 0, 0), store.find(mine.council, []),
            )  # fmt: skip
            assert [list(one) for one in nothing] == [[]] * len(nothing)
            store.append([mine.changed(n, 1, due_at=None) for n in range(3)])

    @proves("S16", "S17", "S19", "S21", "S1")
    def test_every_list_is_in_the_order_of_code_points(self) -> None:
        """Lists, scans and what tokens find, beyond two bytes too, and from any of the ids on."""
        mine = Mine.apart()
        ids, token = [f"{mine.mark}-{end}" for end in ENDS], mine.token("t")
        with self.opened() as store:
            for case_id in reversed(ids):
                commit = mine.commit(1)
                header = attrs.evolve(commit.header, case_id=case_id)
                events = (attrs.evolve(commit.events[0], case_id=case_id),)
                store.append([attrs.evolve(commit, case_id=case_id, header=header, events=events, tokens=(token,))])
            assert [case.header.case_id for case in store.scan(mine.council, "", MANY)] == ids
            assert list(store.find(mine.council, [token.value])) == ids
            for limit in (1, 4, MANY):
                assert mine.ids(walked(store, mine.council, Wanted(), limit)) == ids, f"in pages of {limit}"
            for at, case_id in enumerate(ids):
                assert mine.cases(store.scan(mine.council, case_id, 2)) == ids[at + 1 : at + 3]
                assert kept(store, case_id).header.case_id == case_id

    @proves("S18")
    def test_a_filter_takes_what_it_is_given_for_what_it_is(self) -> None:
        """No character of it stands for others, whoever asks; what looks alike is another value."""
        mine = Mine.apart()
        step = mine.changed(1, trader=mine.trader, assignee=f"Ab-{mine.mark}", status=f"ST-{mine.mark}")
        wilds = ("%", "_", "*", "?", "[a-z0-9]", ".", "\\", "' OR 1=1 --", "")
        with self.opened() as store:
            store.append([step, attrs.evolve(mine.changed(2, alarms=1, owed_since=mine.noon), tokens=())])
            for organisation in (mine.council, EVERYONE):
                for name, value in (
                    ("reference", step.header.reference), ("assignee", step.header.assignee),
                    ("trader", mine.trader), ("status", step.header.status),
                ):  # fmt: skip
                    self._narrows(store, mine, organisation, name, value, [mine.case(1)])
                    others = {value[:-1] + wild for wild in wilds} | {wild + value[1:] for wild in wilds}
                    for other in {*others, value.swapcase(), value + " ", value + "%", value[:-1]} - {value}:
                        self._narrows(store, mine, organisation, name, other, [])

    def _narrows(self, store: CaseStore, mine: Mine, party: str, name: str, value: str, ids: list[str]) -> None:
        wanted = Wanted(**{name: (value,) if name == "status" else value})  # type: ignore[arg-type]
        found = mine.ids(store.headers(party, wanted, "", MANY).headers)
        assert found == ids, f"{name} {value!r} gives {found}"

    @proves("S14", "S15")
    def test_who_sees_other_cases_does_not_see_this_one(self) -> None:
        """Councils, traders and any number of former traders see what is theirs, and nothing of each other's."""
        mine = Mine.apart()
        names = [f"{mine.mark}-{kind}{n}" for kind in ("council", "trader", "former") for n in range(2)]
        formers = [tuple(f"{names[4 + n]}-{turn}" for turn in range(12)) for n in range(2)]
        with self.opened() as store:
            steps = [
                mine.changed(n, council=names[n], trader=names[2 + n], former=formers[n], due_at=None) for n in range(2)
            ]
            store.append([attrs.evolve(one, tokens=(mine.token("t"),)) for one in steps])
            sequence(store)
            for n in range(2):
                for party in (names[n], names[2 + n], *formers[n]):
                    self._sees_only(store, mine, party, n)
                for wild in (names[n][:-1] + "*", names[n][:-1] + "?", names[n][:-1] + "_", f"{mine.mark}*", names[4]):
                    assert store.load(mine.case(n), wild) is None, f"load for {wild!r}"
                    assert store.headers(wild, Wanted(), "", MANY).headers == (), f"headers for {wild!r}"
                    assert list(store.scan(wild, "", MANY)) == []
                    assert list(store.places(mine.case(n), wild)) == []

    def _sees_only(self, store: CaseStore, mine: Mine, party: str, own: int) -> None:
        assert (store.load(mine.case(own), party), store.load(mine.case(1 - own), party)) == (
            store.load(mine.case(own), EVERYONE), None,
        ), f"load for {party!r}"  # fmt: skip
        ids = [mine.case(own)]
        assert mine.ids(store.headers(party, Wanted(), "", MANY).headers) == ids, f"headers for {party!r}"
        assert mine.cases(store.scan(party, "", MANY)) == ids, f"scan for {party!r}"
        assert list(store.find(party, [mine.token("t").value])) == ids, f"find for {party!r}"
        assert len(store.places(ids[0], party)) == 1, f"places for {party!r}"
        assert list(store.places(mine.case(1 - own), party)) == [], f"places for {party!r}"

    @proves("S20", "S18", "S31", "S3")
    def test_a_whole_second_is_an_instant_like_any_other(self) -> None:
        """Due, owed and in order to the microsecond around it, whatever the duty is called, in a folded hour too."""
        mine = Mine.apart()
        noon = mine.noon.replace(microsecond=0)
        offsets = (0, -1, 1, 500_000, -500_000, 100_000, 10)
        dues = {number: noon + offset * TICK for number, offset in enumerate(offsets)}
        with self.opened() as store:
            store.append(
                [
                    mine.changed(n, due_at=at, owed_since=at, lodged_at=at, duty=TEXTS[n] if n else "")
                    for n, at in dues.items()
                ]
            )
            for at in dues.values():
                wanted = [mine.case(n) for n, due in sorted(dues.items(), key=lambda one: one[1]) if due <= at]
                for now in (at, folded(at, 0), folded(at, 1)):
                    assert mine.ids(store.due(now, MANY)) == wanted, "not what is due, or not in order"
                    before = sorted(mine.case(n) for n, due in dues.items() if due < at)
                    for asked in (Wanted(due_before=now), Wanted(owed_before=now)):
                        assert mine.ids(store.headers(mine.council, asked, "", MANY).headers) == before
            assert [kept(store, mine.case(n)).header.lodged_at for n in dues] == list(dues.values())
            store.append([mine.changed(n, 1, due_at=None) for n in dues])

    @proves("S3", "S31", "S20", "S24")
    @apart
    def test_an_hour_that_comes_twice_is_kept_as_the_one_that_is_meant(self) -> None:
        """Each instant of a header that is handed in from such a night, and what is due and ready by it."""
        with self.at_work() as (store, mine):
            for fold in (0, 1):
                at = mine.noon + fold * 5 * DAY
                step = mine.working(fold, folded(at, fold))
                names = ("lodged_at", "changed_at", "due_at", "owed_since")
                there: dict[str, Any] = dict.fromkeys(names, folded(at, fold))
                store.append([attrs.evolve(step, header=attrs.evolve(step.header, **there))])
                header = kept(store, mine.case(fold)).header
                assert [getattr(header, name) for name in names] == [at] * 4, "another hour came back than was meant"
                assert mine.ids(store.due(at - TICK, MANY)) == []
                assert mine.ids(store.due(at, MANY)) == [mine.case(fold)]
                mine.claims(store, at - TICK, [])
                mine.claims(store, at, step.effects, 9 * DAY)
                store.append([mine.changed(fold, 1, due_at=None)])

    @proves("S24", "S25", "S29", "S41")
    @apart
    def test_work_of_a_whole_second_is_ready_then(self) -> None:
        """Made, leased, put off or given up at a whole second; put off into the past as well."""
        self._works(lambda at: at)

    @proves("S31", "S25", "S29", "S41")
    @apart
    def test_an_hour_that_comes_twice_makes_no_lease_longer(self) -> None:
        """Where a clock on the wall is put back, leases and retries end after as long as they were to last."""
        for fold in (0, 1):
            self._works(functools.partial(folded, fold=fold))

    def _works(self, written: Callable[[datetime], datetime]) -> None:
        """Work around a whole second, where instants are written in some way."""
        with self.at_work() as (store, mine):
            noon, second = mine.noon.replace(microsecond=0) + timedelta(seconds=1), timedelta(seconds=1)
            step = mine.working(1, noon)
            (effect,) = step.effects
            store.append([step])
            mine.claims(store, written(noon - TICK), [])
            mine.claims(store, written(noon), [effect], second)
            mine.claims(store, noon + second - TICK, [])
            mine.claims(store, written(noon + second), [effect], DAY)
            store.bury(effect.id, written(noon), "c")
            letters = store.dead(mine.council, "", MANY)
            assert [one.since.astimezone(UTC) for one in letters] == [noon], "dead since another instant"
            store.retry(effect.id, written(noon + second), 0)
            mine.claims(store, noon + second - TICK, [])
            mine.claims(store, noon + second, [effect], DAY)
            store.bury(effect.id, noon + DAY, "c")
            store.retry(effect.id, written(noon - DAY), 0)
            mine.claims(store, noon - DAY - TICK, [])
            mine.claims(store, noon - DAY, [effect])
