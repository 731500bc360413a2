"""What a case store must do with commits.

Laws of this file: pytest is not imported; every check is a method whose docstring is the promise it holds. No check
assumes an empty store, and none believes the answer that acknowledged a row: it asks for the row by another way.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Final, overload

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
from expressplatform.testing.doors import racing
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.doors import Doors
from expressplatform.testing.stores.rows import MANY, Mine, apart, kept


class Committing(Doors):
    """Commits: whole or absent, each on the version that it names."""

    @proves("S6")
    def test_a_stale_commit_is_told_where_the_case_stands(self) -> None:
        """A commit on another version, older or newer, conflicts and names the version found."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.commit(1, events=2)])
            for expected in (0, 1, 3, 9):
                answers = store.append([mine.commit(1, expected)])
                assert list(answers) == [Conflict(mine.case(1), expected, 2)]
            assert list(store.append([mine.commit(2, 4)])) == [Conflict(mine.case(2), 4, 0)]
            assert len(kept(store, mine.case(1)).events) == 2
            assert store.load(mine.case(2), EVERYONE) is None
            assert list(store.append([mine.commit(2)])) == [Appended(mine.case(2), 1)]

    @proves("S6", "S5")
    @apart
    def test_a_conflict_leaves_nothing_of_its_commit(self) -> None:
        """Neither header nor event, effect, receipt or token of a losing commit is kept; nothing of it is dropped."""
        mine = Mine.apart()
        won = attrs.evolve(mine.commit(1, key="won"), tokens=(mine.token("won"),), effects=(mine.effect(1, 1, "WON"),))
        with self.opened() as store:
            store.append([won])
            for expected in (0, 4):
                lost = attrs.evolve(
                    mine.changed(1, expected, status="LOST", council="lost" + mine.mark, due_at=mine.noon - HOURS),
                    effects=(mine.effect(1, expected + 1, "LOST"),),
                    receipt=Receipt(mine.case(1), "lost", b"d", expected + 1),
                    tokens=(mine.token("lost", "lost"),),
                    drop_tokens=True,
                )
                assert isinstance(store.append([lost])[0], Conflict)
                self._stands(store, mine, won)
            mine.claims(store, mine.noon + timedelta(days=1), won.effects)
            store.done(mine.made)

    @proves("S11", "S5")
    @apart
    def test_a_replay_leaves_nothing_of_its_commit(self) -> None:
        """A commit whose key is known changes nothing at all, also where it stands on the right version."""
        mine = Mine.apart()
        won = attrs.evolve(mine.commit(1, key="k"), tokens=(mine.token("won"),), effects=(mine.effect(1, 1, "WON"),))
        with self.opened() as store:
            store.append([won])
            again = attrs.evolve(
                mine.changed(1, 1, status="LOST", council="lost" + mine.mark, due_at=mine.noon - HOURS),
                effects=(mine.effect(1, 2, "LOST"),),
                receipt=Receipt(mine.case(1), "k", b"another", 2),
                tokens=(mine.token("lost", "lost"),),
                drop_tokens=True,
            )
            assert won.receipt is not None
            assert list(store.append([again])) == [Replayed(mine.case(1), won.receipt)]
            self._stands(store, mine, won)
            assert store.receipt(mine.case(1), "k") == won.receipt
            mine.claims(store, mine.noon + timedelta(days=1), won.effects)
            store.done(mine.made)

    def _stands(self, store: CaseStore, mine: Mine, won: Commit) -> None:
        assert kept(store, mine.case(1)) == StoredCase(won.header, won.events)
        assert mine.ids(store.headers(mine.council, Wanted(), "", MANY).headers) == [mine.case(1)]
        assert list(store.scan("lost" + mine.mark, "", MANY)) == []
        assert mine.ids(store.due(mine.noon, MANY)) == []
        assert store.receipt(mine.case(1), "lost") is None
        assert list(store.find(EVERYONE, [mine.token("lost").value])) == []
        assert list(store.find(EVERYONE, [mine.token("won").value])) == [mine.case(1)]
        assert mine.token("lost", "lost").quarter not in store.quarters()

    @proves("S5")
    @apart
    def test_all_of_a_commit_is_there_at_once(self) -> None:
        """Header, every event, every effect, the receipt and every token are there when the commit is acknowledged."""
        mine = Mine.apart()
        kinds = ("ALERT", "MESSAGE", "OTHER")
        with self.opened() as store:
            steps = [
                attrs.evolve(
                    mine.commit(1, expected, events=3, key=f"k{expected}"),
                    effects=tuple(mine.effect(1, expected + 3, kind) for kind in kinds),
                    tokens=tuple(mine.token(f"{name}{expected}", f"q{expected}") for name in "xyz"),
                )
                for expected in (0, 3, 6)
            ]
            for step in steps:
                store.append([step])
                assert kept(store, mine.case(1)).header == step.header
                assert step.receipt is not None
                assert store.receipt(mine.case(1), step.receipt.key) == step.receipt
                for token in step.tokens:
                    assert list(store.find(mine.council, [token.value])) == [mine.case(1)]
                    assert token.quarter in store.quarters()
                mine.claims(store, step.header.changed_at, step.effects)
            assert kept(store, mine.case(1)).events == tuple(event for step in steps for event in step.events)
            store.done(mine.made)

    @proves("S7")
    def test_a_conflict_does_not_undo_its_neighbours(self) -> None:
        """In one call, what comes before and after a conflict is kept; the answers are in the order of the commits."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.commit(4, key="k")])
            calls = [mine.commit(3), mine.commit(2, 5), mine.commit(1, key="k"), mine.commit(4, 9, key="k")]
            answers = store.append([*calls, mine.commit(5)])
            assert [type(answer) for answer in answers] == [Appended, Conflict, Appended, Replayed, Appended]
            assert [answer.case_id for answer in answers] == [mine.case(number) for number in (3, 2, 1, 4, 5)]
            there = mine.ids(store.headers(mine.council, Wanted(), "", MANY).headers)
            assert there == [mine.case(number) for number in (1, 3, 4, 5)]
            assert all(len(kept(store, case_id).events) == 1 for case_id in there)

    @proves("S8")
    def test_commits_of_one_call_see_each_other(self) -> None:
        """In one call a case takes two steps, but no second first one, and a key counts once."""
        mine = Mine.apart()
        first, second = mine.commit(1, key="k"), mine.commit(1, 1)
        with self.opened() as store:
            answers = store.append((first, second, mine.commit(1), mine.commit(1, 2, key="k")))
            assert first.receipt is not None
            assert list(answers) == [
                Appended(mine.case(1), 1), Appended(mine.case(1), 2), Conflict(mine.case(1), 0, 2),
                Replayed(mine.case(1), first.receipt),
            ]  # fmt: skip
            assert kept(store, mine.case(1)) == StoredCase(second.header, first.events + second.events)

    @proves("S7")
    def test_nothing_is_appended_for_no_commits(self) -> None:
        """No commits, no answers."""
        with self.opened() as store:
            assert list(store.append([])) == []

    @proves("S7", "S16", "S20", "S21", "S27")
    @apart
    def test_many_commits_in_one_call_are_all_kept(self) -> None:
        """Three hundred cases lodged in one call are answered one by one, and every question shows all of them."""
        mine = Mine.apart()
        token, ids = mine.token("t"), [mine.case(number) for number in range(300)]
        with self.opened() as store:
            mine.clear(store)
            commits = [mine.working(number, mine.noon) for number in range(300)]
            commits = [
                attrs.evolve(one, receipt=Receipt(one.case_id, "k", b"d", 1), tokens=(token,)) for one in commits
            ]
            assert list(store.append(commits)) == [Appended(case_id, 1) for case_id in ids]
            assert mine.ids(store.headers(mine.council, Wanted(), "", MANY).headers) == ids
            assert mine.cases(store.scan(mine.council, "", MANY)) == ids
            assert sorted(mine.ids(store.due(mine.header(1, 1).due_at or mine.noon, MANY))) == ids
            assert list(store.find(mine.council, [token.value])) == ids
            assert all(store.receipt(case_id, "k") is not None for case_id in ids)
            mine.claims(store, mine.noon, [effect for one in commits for effect in one.effects])
            store.done(mine.made)

    @proves("S10", "S5")
    def test_a_call_that_fails_half_way_leaves_whole_commits(self) -> None:
        """Where the commits themselves fail to come, what was written is whole, and the store goes on."""
        mine = Mine.apart()
        first = attrs.evolve(mine.commit(1, key="k"), tokens=(mine.token("t"),))
        with self.opened() as store:
            with suppress(_BrokenOffError):
                store.append(_BrokenOff([first, mine.commit(2)]))
            _goes_on(store, mine, [first])

    @proves("S10", "S5")
    def test_a_call_that_is_interrupted_leaves_whole_commits(self) -> None:
        """Wherever it is struck while it reads an instant, by what is no ordinary error, as where a program is told to
        end: what was written is whole, and the store goes on."""
        with self.opened() as store:
            for readings in range(_MOST_READINGS):
                mine, zone = Mine.apart(), _Striking(readings)
                whole = [
                    attrs.evolve(
                        mine.commit(number, key="k"),
                        tokens=(mine.token(f"t{number}"),),
                        effects=(mine.effect(number, 1),),
                    )
                    for number in (1, 2)
                ]
                struck = [attrs.evolve(one, header=_in_zone(one.header, zone)) for one in whole]
                with suppress(_StruckError, CancelledError):  # as a caller is told whose answer never comes
                    store.append(struck)
                zone.left = -1
                racing(partial(_goes_on, store, mine, whole))  # in another thread: no lock was taken along
                if not zone.has_struck:
                    break

    @proves("S11")
    def test_a_known_key_is_replayed_even_where_the_version_is_stale(self) -> None:
        """The receipt that stands is the answer, before versions are compared, and nothing is written again."""
        mine = Mine.apart()
        first = mine.commit(1, key="form 1")
        with self.opened() as store:
            store.append([first, mine.commit(1, 1)])
            for expected in (0, 1, 2, 7):
                assert first.receipt is not None
                receipt = Receipt(mine.case(1), "form 1", b"another", expected + 1)
                answers = store.append([attrs.evolve(mine.commit(1, expected), receipt=receipt)])
                assert list(answers) == [Replayed(mine.case(1), first.receipt)]
            assert store.receipt(mine.case(1), "form 1") == first.receipt
            assert kept(store, mine.case(1)).header.version == len(kept(store, mine.case(1)).events) == 2

    @proves("S12")
    def test_a_key_belongs_to_its_case(self) -> None:
        """One key on two cases is two keys, and a key that was never used has no receipt."""
        mine = Mine.apart()
        with self.opened() as store:
            assert store.receipt(mine.case(1), "k") is None
            answers = store.append([mine.commit(1, key="k"), mine.commit(2, events=2, key="k"), mine.commit(3)])
            assert [type(answer) for answer in answers] == [Appended] * 3
            assert store.receipt(mine.case(1), "other") is None
            assert store.receipt(mine.case(3), "k") is None
            for key in ("K", "k ", " k", "%", "_", ""):
                assert store.receipt(mine.case(1), key) is None
            assert store.receipt(mine.case(1), "k") == mine.commit(1, key="k").receipt
            assert store.receipt(mine.case(2), "k") == mine.commit(2, events=2, key="k").receipt

    @proves("S12", "S1")
    def test_where_a_case_id_ends_its_key_begins(self) -> None:
        """Ids and keys that look alike when written after each other are different ones."""
        mine = Mine.apart()
        with self.opened() as store:
            for sign in "-:/|,. ":
                for case_id, key in ((f"{mine.mark}{sign}1", f"2{sign}k"), (f"{mine.mark}{sign}1{sign}2", "k")):
                    commit = mine.commit(1, key=key)
                    events = (attrs.evolve(commit.events[0], case_id=case_id),)
                    commit = attrs.evolve(
                        commit,
                        case_id=case_id,
                        header=attrs.evolve(commit.header, case_id=case_id),
                        events=events,
                        receipt=Receipt(case_id, key, key.encode(), 1),
                    )
                    assert list(store.append([commit])) == [Appended(case_id, 1)]
                    assert store.receipt(case_id, key) == commit.receipt
                    assert kept(store, case_id) == StoredCase(commit.header, commit.events)

    @proves("S12", "S11")
    def test_no_receipt_is_ever_forgotten(self) -> None:
        """After hundreds of other steps, keys and cases, and after the tokens were dropped, a key is known."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.commit(1, key="first")])
            store.append([mine.commit(1, n, key=f"k{n}") for n in range(1, 300)])
            store.append([mine.commit(n, key="first") for n in range(2, 300)])
            store.append([attrs.evolve(mine.commit(1, 300), drop_tokens=True)])
            for key in ("first", "k1", "k150", "k299"):
                assert isinstance(store.append([mine.commit(1, 301, key=key)])[0], Replayed)
            assert store.receipt(mine.case(1), "first") == mine.commit(1, key="first").receipt
            assert store.receipt(mine.case(1), "k299") == mine.commit(1, 299, key="k299").receipt
            assert all(store.receipt(mine.case(n), "first") is not None for n in range(2, 300))


HOURS = timedelta(hours=5)
_MOST_READINGS: Final = 80


def _goes_on(store: CaseStore, mine: Mine, commits: Sequence[Commit]) -> None:
    """Each commit of a call that failed is there whole or not at all, and can be said again; others can be kept."""
    for one in commits:
        case_id, there = one.case_id, StoredCase(one.header, one.events)
        found = store.load(case_id, EVERYONE)
        assert found in (None, there), "a part of a commit is kept"
        assert (store.receipt(case_id, "k") is None) is (found is None), "a receipt without its commit, or none with it"
        for token in one.tokens:
            assert bool(store.find(EVERYONE, [token.value])) is (found is not None), "a token is not with its commit"
        for effect in one.effects:
            store.bury(effect.id, mine.noon, "no_route")
            dead = [letter.effect.id for letter in store.dead(mine.council, "", MANY)]
            assert (effect.id in dead) is (found is not None), "an effect is not with its commit"
    assert list(store.append([mine.commit(3)])) == [Appended(mine.case(3), 1)]
    for one in commits:
        found = store.load(one.case_id, EVERYONE)
        assert isinstance(store.append([one])[0], Appended if found is None else Replayed)
        assert kept(store, one.case_id) == StoredCase(one.header, one.events)


class _StruckError(BaseException):
    """No ordinary error; it says nothing."""


class _Striking(tzinfo):
    """The zone of clocks eight hours ahead, which strikes when it has been read so often."""

    def __init__(self, left: int) -> None:
        self.left, self.has_struck = left, False

    def utcoffset(self, at: datetime | None) -> timedelta:
        self.left -= 1
        if self.left == -1:
            self.has_struck = True
            raise _StruckError
        return timedelta(hours=8)

    def dst(self, at: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, at: datetime | None) -> str:
        return "ahead"


def _in_zone(header: Header, zone: tzinfo) -> Header:
    """The header with its instants as the clocks of a zone eight hours ahead show them."""
    return attrs.evolve(
        header,
        lodged_at=(header.lodged_at + timedelta(hours=8)).replace(tzinfo=zone),
        changed_at=(header.changed_at + timedelta(hours=8)).replace(tzinfo=zone),
        due_at=header.due_at and (header.due_at + timedelta(hours=8)).replace(tzinfo=zone),
    )


class _BrokenOffError(Exception):
    """The commits of a call do not come."""


class _BrokenOff(Sequence[Commit]):
    """Commits of which the last cannot be had."""

    def __init__(self, commits: Sequence[Commit]) -> None:
        self._commits = commits

    def __len__(self) -> int:
        return len(self._commits)

    @overload
    def __getitem__(self, index: int, /) -> Commit: ...
    @overload
    def __getitem__(self, index: slice, /) -> Sequence[Commit]: ...
    def __getitem__(self, index: int | slice, /) -> Commit | Sequence[Commit]:
        if isinstance(index, slice) or index % len(self) == len(self) - 1:
            raise _BrokenOffError
        return self._commits[index]
