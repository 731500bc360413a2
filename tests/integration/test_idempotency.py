"""The same request twice changes nothing the second time; batches answer each request for itself."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import KeptGround, Status
from expressplatform.commands import Command
from expressplatform.complaint import Particulars, Remark
from expressplatform.errors import InvalidInput, KeyDestroyed, KeyReused, NoSuchCase, Refused, StaleVersion
from expressplatform.memory import MemoryKeyStore, MemoryStore
from expressplatform.platform import Platform, Request
from expressplatform.ports import EVERYONE, Answer, Commit, StoredCase, Wanted
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.store import SqliteStore
from tests.walking import JD, OFFICER, PERSON, START, TAOBAO, UPLOAD
from tests.whole_life import HOUR, SECOND, Clock, complaint, dump, live, long_life, platform_of, requests, short_life

ANOTHER = Particulars(name="B. Person", email="b@example.org", order_number="2-34", statement="So.", request="It.")
NOTE = c.AddNote(Remark("A note."))
OTHER = c.AddNote(Remark("Another note."))


def _all(store: MemoryStore) -> list[StoredCase]:
    return list(store.scan(EVERYONE, "", 1000))


# --- one request, again and again ------------------------------------------------------------------------------


def test_every_request_of_a_whole_life_sent_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    """Each step of two lives, and the Lodge before them, repeated at once: no row differs, the answer is the same."""
    path, clock = tmp_path / "cases.db", Clock()
    platform = platform_of(clock, SqliteStore(path), LocalKeyStore(tmp_path / "keys.db"))
    for form, steps in (("form-1", long_life()), ("form-2", short_life())):
        case = platform.lodge(complaint(), by=OFFICER, key=form, at=clock.at)
        before = dump(path)
        assert platform.lodge(complaint(), by=OFFICER, key=form, at=clock.at) == case
        assert dump(path) == before
        for request in requests(steps, case.id, clock):
            clock.wait(minutes=20)
            (first,) = platform.submit((request,))
            assert isinstance(first, Case), request.command
            before = dump(path)
            assert platform.submit((request,)) == [first], request.command
            assert dump(path) == before
    platform.close()


@settings(max_examples=8)
@given(data=st.data())
def test_requests_repeated_at_any_time_leave_the_life_as_it_was(data: st.DataObject) -> None:
    """Earlier requests come in again between the steps, one by one or in batches: the events are the same."""
    clock, store = Clock(), MemoryStore()
    platform = platform_of(clock, store)
    case = platform.lodge(complaint(), by=OFFICER, key="form-1")
    steps = requests(long_life(), case.id, clock)
    for place, request in enumerate(steps):
        again = data.draw(st.lists(st.integers(0, place), max_size=3))
        clock.wait(hours=1)
        answers = platform.submit([*(steps[one] for one in again), request])
        assert all(isinstance(answer, Case) for answer in answers), answers
    plain = Clock()
    whole = platform_of(plain)
    assert live(whole, plain, long_life()) == platform.facts(case.id, by=OFFICER).case
    history = whole.history(case.id, by=OFFICER, reason="compare")
    assert platform.history(case.id, by=OFFICER, reason="compare") == history


@settings(max_examples=8)
@given(cuts=st.lists(st.integers(1, 60), max_size=8))
def test_a_life_in_batches_is_the_same_life(cuts: list[int]) -> None:
    """Several steps of one case in one batch, cut anywhere, come to the same events; so does the whole, repeated."""
    clock = Clock()
    platform = platform_of(clock)
    case = platform.lodge(complaint(), by=OFFICER, key="form-1")
    steps = requests(long_life(), case.id, clock)
    edges = [0, *sorted(cuts), len(steps)]
    for start, end in pairwise(edges):
        answers = platform.submit(steps[start:end])
        assert all(isinstance(answer, Case) for answer in answers), answers
    plain = Clock()
    whole = live(platform_of(plain), plain, long_life())
    assert platform.facts(case.id, by=OFFICER).case == whole
    assert platform.submit(steps) == [whole] * len(steps)


def test_a_whole_life_may_be_lodged_and_lived_in_one_batch() -> None:
    """The Lodge and all that follows, in one append."""
    clock, store = Clock(), MemoryStore()
    platform = platform_of(clock, store)
    expected = live(platform_of(Clock()), Clock(), ())
    lodge = Request(c.Lodge(complaint()), OFFICER, "form-1", at=START)
    answers = platform.submit([lodge, *requests(long_life(), expected.id, clock)])
    assert all(isinstance(answer, Case) for answer in answers), answers
    assert len(_all(store)) == 1
    assert isinstance(answers[-1], Case)
    assert answers[-1].status is Status.CLOSED


def test_the_same_request_many_times_in_one_batch_is_carried_out_once() -> None:
    """A batch that holds its own repetitions, of a Lodge and of steps that could be taken again."""
    clock = Clock()
    platform = platform_of(clock)
    lodge = Request(c.Lodge(complaint()), OFFICER, "form-1")
    answers = platform.submit([lodge] * 30)
    assert len({repr(answer) for answer in answers}) == 1
    assert isinstance(answers[0], Case)
    note = Request(NOTE, OFFICER, "note", answers[0].id)
    accept = Request(c.Accept(), OFFICER, "accept", answers[0].id)
    told = platform.submit([note, accept, *[note, accept] * 20])
    assert all(isinstance(answer, Case) for answer in told)
    assert platform.facts(answers[0].id, by=OFFICER).case.version == 3


# --- keys ------------------------------------------------------------------------------------------------------


def test_a_key_names_one_command_for_ever() -> None:
    """The same key with another command, from the same status or a later one, is KeyReused and changes nothing."""
    clock, store = Clock(), MemoryStore()
    platform = platform_of(clock, store)
    case = live(platform, clock, long_life())
    before = _all(store)
    commands: list[Command] = [NOTE, c.Acknowledge(), c.Accept(), c.Obtain(), UPLOAD]
    for number, (sent, by) in enumerate(long_life(), 1):
        for other in commands:
            if other != sent:
                with pytest.raises(KeyReused):
                    platform.act(case.id, other, by=by, key=f"key-{number}")
    with pytest.raises(KeyReused):
        platform.act(case.id, NOTE, by=OFFICER, key="form-1")
    assert _all(store) == before


def test_a_key_is_its_role_s_and_organisation_s_own() -> None:
    """Somebody else with the same key and command has not sent it before."""
    clock = Clock()
    platform = platform_of(clock)
    case = platform.lodge(complaint(), by=OFFICER, key="form-1")
    message = c.AddMessage(Remark("A message."))
    platform.act(case.id, message, by=OFFICER, key="m")
    assert platform.act(case.id, message, by=PERSON, key="m").version == 3
    assert platform.act(case.id, message, by=SECOND, key="m").version == 3


def test_a_lodge_with_the_same_key_and_another_complaint_is_refused() -> None:
    """One form number, two complaints: the second is KeyReused, and the first stays."""
    platform = platform_of(Clock())
    case = platform.lodge(complaint(), by=OFFICER, key="form-1")
    with pytest.raises(KeyReused):
        platform.lodge(complaint(Particulars(name="B. Person")), by=OFFICER, key="form-1")
    assert platform.facts(case.id, by=OFFICER).case == case


def test_two_councils_may_use_the_same_key() -> None:
    """A key is its organisation's own: two cases come of it."""
    platform = platform_of(Clock())
    one = platform.lodge(complaint(), by=OFFICER, key="form-1")
    other = platform.lodge(complaint(), by=OFFICER.__class__(OFFICER.role, "o", "macao"), key="form-1")
    assert one.id != other.id


@pytest.mark.parametrize("key", ["", "x" * 201, "\ud800", "a\x00b"])
def test_a_command_needs_a_key_that_can_be_kept(key: str) -> None:
    """An empty key would make every Lodge the same case; one that no file can hold is refused by its path."""
    platform = platform_of(Clock())
    with pytest.raises(InvalidInput) as caught:
        platform.lodge(complaint(), by=OFFICER, key=key)
    assert [problem.path for problem in caught.value.problems] == ["$.key"]


def test_repetition_survives_erasure() -> None:
    """After the key is gone, what was sent before is answered with the erased case; nothing is made anew."""
    clock, store, keys = Clock(), MemoryStore(), MemoryKeyStore()
    platform = platform_of(clock, store, keys)
    case = live(platform, clock, short_life())
    platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    platform.work()
    before = _all(store)
    assert platform.lodge(complaint(), by=OFFICER, key="form-1").status is Status.ERASED
    assert platform.erase(case.id, by=OFFICER, approved_by=SECOND).status is Status.ERASED
    assert platform.act(case.id, c.Accept(), by=OFFICER, key="key-1").status is Status.ERASED
    assert _all(store) == before
    with pytest.raises(KeyDestroyed):
        keys.get(case.id)


def test_a_deletion_is_confirmed_once_after_erasure_too() -> None:
    """The trader that still owes a deletion confirms it though the key is gone; repeated and reused keys are told."""
    clock = Clock()
    platform = platform_of(clock)
    case = live(platform, clock, short_life()[:-1])
    platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    platform.work()
    confirmed = c.ConfirmDeletion(KeptGround.NOTHING_KEPT)
    done = platform.act(case.id, confirmed, by=TAOBAO, key="deleted")
    assert platform.act(case.id, confirmed, by=TAOBAO, key="deleted") == done
    with pytest.raises(KeyReused):
        platform.act(case.id, c.ConfirmDeletion(KeptGround.NOTHING_KEPT, ("x",)), by=TAOBAO, key="deleted")


# --- versions --------------------------------------------------------------------------------------------------


def test_a_stale_version_is_told_and_changes_nothing() -> None:
    """A decision made on another version than the one that stands is not taken."""
    store = MemoryStore()
    platform = platform_of(Clock(), store)
    case = platform.lodge(complaint(), by=OFFICER, key="form-1")
    now = platform.act(case.id, NOTE, by=OFFICER, key="a", expected=case.version)
    before = _all(store)
    for stale in (0, case.version, now.version + 1):
        with pytest.raises(StaleVersion) as caught:
            platform.act(case.id, OTHER, by=OFFICER, key="b", expected=stale)
        assert (caught.value.expected, caught.value.found) == (stale, now.version)
    assert _all(store) == before
    assert platform.act(case.id, NOTE, by=OFFICER, key="a", expected=case.version) == now


def test_a_case_brought_along_must_still_stand() -> None:
    """A request on an answer's case spares a reading; where the case has moved, that is told, not overwritten."""
    platform = platform_of(Clock())
    case = platform.lodge(complaint(), by=OFFICER, key="form-1")
    (second,) = platform.submit([Request(NOTE, OFFICER, "a", case.id, on=case)])
    assert isinstance(second, Case)
    (stale,) = platform.submit([Request(OTHER, OFFICER, "b", case.id, on=case)])
    assert isinstance(stale, StaleVersion)
    (again,) = platform.submit([Request(NOTE, OFFICER, "a", case.id, on=case)])
    assert again == second
    accepted = platform.submit(
        [Request(OTHER, OFFICER, "b", case.id, on=second), Request(c.Accept(), OFFICER, "c", case.id)]
    )
    assert [answer.status for answer in accepted if isinstance(answer, Case)] == [Status.LODGED, Status.ELIGIBLE]
    other = platform.lodge(complaint(), by=OFFICER, key="form-2")
    (wrong,) = platform.submit([Request(NOTE, OFFICER, "d", other.id, on=case)])
    assert isinstance(wrong, InvalidInput)


# --- batches ---------------------------------------------------------------------------------------------------


def test_a_refused_request_does_not_disturb_its_neighbours() -> None:
    """Refusals of every kind in one batch, and every sound request is carried out as if alone."""
    platform = platform_of(Clock())
    first = platform.lodge(complaint(), by=OFFICER, key="form-1")
    second = platform.lodge(complaint(ANOTHER), by=OFFICER, key="form-2")
    answers = platform.submit(
        [
            Request(NOTE, OFFICER, "a", first.id),
            Request(UPLOAD, OFFICER, "b", first.id),
            Request(NOTE, OFFICER, "c", "c" + "0" * 31),
            Request(NOTE, JD, "d", first.id),
            Request(NOTE, OFFICER, "e", second.id, expected=7),
            Request(OTHER, OFFICER, "a", first.id),
            Request(OTHER, OFFICER, "f", first.id),
            Request(c.Lodge(complaint()), OFFICER, "form-1", first.id),
            Request(c.Accept(), OFFICER, "g", second.id),
            Request(c.Lodge(complaint()), OFFICER, "form-3"),
            Request(NOTE, OFFICER, "", second.id),
            Request(NOTE, OFFICER, "h", second.id, at=START.replace(tzinfo=None)),
        ]
    )
    kinds = [type(answer) for answer in answers]
    assert kinds == [
        Case,
        Refused,
        NoSuchCase,
        NoSuchCase,
        StaleVersion,
        KeyReused,
        Case,
        InvalidInput,
        Case,
        Case,
        InvalidInput,
        InvalidInput,
    ]
    assert platform.facts(first.id, by=OFFICER).case.version == 3
    assert platform.facts(second.id, by=OFFICER).case.version == 2


def test_a_request_without_a_case_is_about_none() -> None:
    """The key of a Lodge does not stand in for a case's number."""
    platform = platform_of(Clock())
    platform.lodge(complaint(), by=OFFICER, key="form-1")
    (answer,) = platform.submit([Request(NOTE, OFFICER, "form-1")])
    assert isinstance(answer, NoSuchCase)


def test_a_new_step_beside_a_repeated_one_is_carried_out() -> None:
    """A repeated step in a batch does not make its neighbour stale."""
    platform = platform_of(Clock())
    case = platform.lodge(complaint(), by=OFFICER, key="form-1")
    platform.act(case.id, NOTE, by=OFFICER, key="a")
    answers = platform.submit(
        [
            Request(NOTE, OFFICER, "a", case.id),
            Request(OTHER, OFFICER, "b", case.id, expected=2),
            Request(c.Accept(), OFFICER, "c", case.id),
        ]
    )
    assert all(isinstance(answer, Case) for answer in answers), answers
    assert platform.facts(case.id, by=OFFICER).case.version == 4


def test_a_lodge_whose_key_was_destroyed_does_not_disturb_its_neighbours() -> None:
    """Where key store and store have come apart, only the case in question is refused."""
    keys = MemoryKeyStore()
    lost = live(platform_of(Clock(), keys=MemoryKeyStore()), Clock(), ())
    keys.destroy(lost.id)
    platform = platform_of(Clock(), MemoryStore(), keys)
    answers = platform.submit([Request(c.Lodge(complaint()), OFFICER, f"form-{n}") for n in (1, 2, 3)])
    assert [type(answer) for answer in answers] == [KeyDestroyed, Case, Case]


def test_a_refused_lodge_leaves_no_key() -> None:
    """Keys are made for cases that come to be, not for what is refused."""
    keys = MemoryKeyStore()
    platform = platform_of(Clock(), MemoryStore(), keys)
    with pytest.raises(Refused):
        platform.lodge(complaint(), by=TAOBAO, key="form-1")
    assert repr(keys) == "<MemoryKeyStore of 0>"


# --- at the same time ------------------------------------------------------------------------------------------


class Racing:
    """A store in front of which somebody else is always a little faster, a number of times."""

    def __init__(self, store: MemoryStore, keys: MemoryKeyStore, times: int) -> None:
        self.store, self.times = store, times
        self.rival = platform_of(Clock(START + HOUR), store, keys)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        if self.times and commits and commits[0].expected:
            self.times -= 1
            self.rival.act(commits[0].case_id, NOTE, by=SECOND, key=f"rival-{commits[0].expected}")
        return self.store.append(commits)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def test_who_names_no_version_is_not_told_of_a_race() -> None:
    """What was decided on a case that has moved is decided again; with a version named, or without end, it is told."""
    keys, store, clock = MemoryKeyStore(), MemoryStore(), Clock(START + HOUR)
    case = platform_of(Clock(), store, keys).lodge(complaint(), by=OFFICER, key="form-1")

    def racing(times: int) -> Platform:
        return platform_of(clock, Racing(store, keys, times), keys)

    assert racing(3).act(case.id, OTHER, by=OFFICER, key="a").version == 5
    with pytest.raises(StaleVersion):
        racing(1).act(case.id, OTHER, by=OFFICER, key="b", expected=5)
    with pytest.raises(StaleVersion):
        racing(99).act(case.id, OTHER, by=OFFICER, key="c")
    assert racing(0).act(case.id, OTHER, by=OFFICER, key="a").version == 16


def test_many_threads_with_the_same_requests_carry_each_out_once(tmp_path: Path) -> None:
    """Eight threads lodge the same form and send the same and their own notes: each key stands once."""
    path, keys = tmp_path / "cases.db", LocalKeyStore(tmp_path / "keys.db")
    store = SqliteStore(path)
    start = threading.Barrier(8)

    def work(number: int) -> None:
        platform = platform_of(Clock(), store, keys)
        start.wait()
        case = platform.lodge(complaint(), by=OFFICER, key="form-1")
        platform.act(case.id, NOTE, by=OFFICER, key="shared")
        platform.act(case.id, OTHER, by=OFFICER, key=f"own-{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    (header,) = store.headers(EVERYONE, Wanted(), "", 10).headers
    assert header.version == 1 + 1 + 8
    assert len([row for row in dump(path) if row[0] == "steps" and row[4]]) == 10
    store.close()
    keys.close()
