"""Work that fails comes back by itself, ever later, and is given up in the end; many workers may run at once."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
from click.testing import CliRunner

from expressplatform import commands as c
from expressplatform.codes import EffectKind, EvidenceKind, Role
from expressplatform.complaint import Actor, Particulars
from expressplatform.errors import HeldBack, Refused, StoreUnusable
from expressplatform.memory import MemoryKeyStore, MemoryStore
from expressplatform.platform import Platform, Ticked, Worked, utc_now
from expressplatform.platform.running import ATTEMPTS, LEASE, LONGEST, RETRY
from expressplatform.ports import EVERYONE, Alert, Answer, CaseStore, Commit, KeyStore, Scanned
from expressplatform_cli.commands import group
from expressplatform_cli.config import find_place, open_platform
from expressplatform_cli.exits import Exit
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.store import SqliteStore
from tests.integration.test_server_killed import _complaint
from tests.walking import AUDITOR, OFFICER, PERSON, TAOBAO
from tests.whole_life import ELSEWHERE, WHO, Clock, complaint, live, platform_of, short_life

UPLOADED = short_life()[:2]
OPERATOR = Actor(Role.OPERATOR, "operator-1", OFFICER.organisation)
FAR = timedelta(days=30)
ANOTHER = Particulars(
    name="B. Person", email="b@example.org", order_number="2-18", statement="It broke.", request="Refund."
)


class Gateway:
    """Raises what it is told to; something may happen whenever it was not."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error
        self.told: list[str] = []
        self.happens: Callable[[], object] = lambda: None

    def alert(self, alert: Alert, /) -> None:
        if self.error is not None:
            raise self.error
        self.told.append(alert.id)
        self.happens()


class Noting(MemoryStore):
    """Remembers from when on failed work may be claimed again."""

    again: datetime | None = None

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        self.again = at
        super().retry(effect_id, at, attempts)


class Desk:
    """A platform, its clock and the gateway of its trader."""

    def __init__(self, error: Exception | None = None) -> None:
        self.clock, self.gateway, self.store = Clock(), Gateway(error), Noting()
        self.platform = platform_of(self.clock, self.store, gateways={"taobao": self.gateway})

    def upload(self, key: str = "form-1", who: Particulars = WHO) -> str:
        """The id of the effect that is to alert the trader of a new case."""
        case = live(self.platform, self.clock, UPLOADED, key, who)
        return f"{case.id}.{case.version}.{EffectKind.ALERT_TRADER.value}"

    def attempts(self) -> list[timedelta]:
        """After how long each attempt comes, until none comes any more."""
        waited = []
        while self.platform.work().failed:
            assert self.store.again is not None
            waited.append(self.store.again - self.clock.at)
            self.clock.at = self.store.again - timedelta.resolution
            assert self.platform.work() == Worked(0)
            self.clock.at = self.store.again
        return waited


class TestBackoff:
    """What fails is tried again, later each time, and not at the same moment as its neighbours."""

    def test_each_wait_is_about_twice_the_last_and_never_longer_than_half_a_day(self) -> None:
        desk = Desk(OSError())
        desk.upload()
        waited = desk.attempts()
        assert len(waited) == ATTEMPTS - 1
        for number, span in enumerate(waited):
            longest = min(RETRY * 2**number, LONGEST)
            assert longest / 2 <= span <= longest
        assert timedelta(days=2) < sum(waited, timedelta()) < timedelta(days=4)

    def test_neighbours_spread_and_the_same_luck_gives_the_same_waits(self) -> None:
        def spans(case: str) -> list[timedelta]:
            desk = Desk(OSError())
            desk.upload(case)
            return desk.attempts()

        assert spans("form-1") == spans("form-1")
        assert spans("form-1") != spans("form-2")


class TestDeadLetters:
    """After the last attempt work is given up, seen by whoever sees to it, and tried again when they say so."""

    @pytest.fixture
    def desk(self) -> Desk:
        """A desk on which one alert has been given up."""
        desk = Desk(StoreUnusable("no_route"))
        self.id = desk.upload()
        desk.attempts()
        return desk

    def test_it_tells_what_failed_how_often_and_since_when(self, desk: Desk) -> None:
        (letter,) = desk.platform.dead_letters(by=OFFICER)
        assert (letter.id, letter.kind, letter.recipient) == (self.id, "alert_trader", "taobao")
        assert (letter.attempts, letter.code) == (ATTEMPTS, "no_route")
        assert letter.since == desk.clock.at
        assert desk.platform.dead_letters(by=OPERATOR) == (letter,)

    def test_it_is_the_last_attempt_that_says_so(self) -> None:
        desk = Desk(OSError())
        effect_id = desk.upload()
        desk.platform.work()
        desk.store.retry(effect_id, desk.clock.at, ATTEMPTS - 1)
        assert desk.platform.work() == Worked(0, (), ((effect_id, "OSError"),))

    def test_replayed_it_is_delivered_under_the_same_id(self, desk: Desk) -> None:
        desk.gateway.error = None
        assert desk.platform.work() == Worked(0)
        assert desk.platform.replay_dead_letter(self.id, by=OPERATOR)
        assert desk.platform.dead_letters(by=OFFICER) == ()
        assert desk.platform.work() == Worked(1)
        assert desk.gateway.told == [self.id]

    def test_replayed_in_vain_it_goes_the_whole_way_again(self, desk: Desk) -> None:
        assert desk.platform.replay_dead_letter(self.id, by=OFFICER)
        assert len(desk.attempts()) == ATTEMPTS - 1
        assert [letter.attempts for letter in desk.platform.dead_letters(by=OFFICER)] == [ATTEMPTS]

    def test_what_is_no_dead_letter_of_the_askers_is_not_replayed(self, desk: Desk) -> None:
        other = desk.upload("form-2", ANOTHER)
        assert not desk.platform.replay_dead_letter(other, by=OFFICER)
        assert not desk.platform.replay_dead_letter("no-such-thing", by=OFFICER)
        assert desk.platform.dead_letters(by=ELSEWHERE) == ()
        assert not desk.platform.replay_dead_letter(self.id, by=ELSEWHERE)

    @pytest.mark.parametrize("by", [TAOBAO, PERSON, AUDITOR], ids=lambda by: by.role.value)
    def test_it_is_for_the_council_and_the_operator(self, desk: Desk, by: Actor) -> None:
        with pytest.raises(Refused, match="wrong_role"):
            desk.platform.dead_letters(by=by)
        with pytest.raises(Refused, match="wrong_role"):
            desk.platform.replay_dead_letter(self.id, by=by)


def test_a_key_that_should_be_destroyed_is_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """An erasure is owed to a person: its work never becomes a dead letter."""

    def broken(self: MemoryKeyStore, case_id: str) -> None:
        raise OSError("out of order")

    monkeypatch.setattr(MemoryKeyStore, "destroy", broken)
    clock = Clock()
    platform = platform_of(clock)
    case = live(platform, clock, [(c.Withdraw(), PERSON)])
    platform.erase(case.id, by=OFFICER, approved_by=Actor(Role.COUNCIL, "officer-2", OFFICER.organisation))
    for _ in range(3 * ATTEMPTS):
        assert len(platform.work().failed) == 1
        clock.wait(hours=12)
    assert platform.dead_letters(by=OFFICER) == ()


def test_what_is_held_back_counts_as_no_attempt() -> None:
    """A gateway that does not send now is asked again after a minute, or at the instant it names, however often."""
    desk = Desk(HeldBack())
    effect_id = desk.upload()
    desk.platform.work()
    for _ in range(3 * ATTEMPTS):
        desk.clock.wait(minutes=1)
        assert desk.platform.work().failed == ((effect_id, "held_back"),)
    desk.gateway.error = HeldBack(until=desk.clock.at + timedelta(hours=9))
    desk.clock.wait(minutes=1)
    assert desk.platform.work().failed == ((effect_id, "held_back"),)
    desk.gateway.error = None
    desk.clock.wait(hours=8)
    assert desk.platform.work() == Worked(0)
    desk.clock.wait(hours=1)
    assert desk.platform.work() == Worked(1)


def test_work_that_ends_every_worker_is_given_up_too() -> None:
    """Nobody lives to say that it failed; the claims are counted all the same."""
    desk = Desk()
    effect_id = desk.upload()
    for _ in range(ATTEMPTS):
        assert effect_id in {
            row.id for row in desk.store.claim(desk.clock.at, 10, LEASE)
        }  # and then the worker is gone
        desk.clock.wait(minutes=5)
    assert (effect_id, "NoAnswer") in desk.platform.work().dead
    assert desk.gateway.told == []


def crowd(happens: Callable[[Desk], object]) -> tuple[Desk, set[str]]:
    """A desk on which many alerts wait, and something happens whenever one was told; the ids of the alerts."""
    desk = Desk()
    waiting = set()
    for number in range(40):
        who = Particulars(
            name="B", email="b@example.org", order_number=f"3-{number}", statement="It broke.", request="Refund."
        )
        waiting.add(desk.upload(f"form-{number}", who))
    desk.gateway.happens = lambda: happens(desk)
    return desk, waiting


def test_a_process_that_ends_in_the_midst_leaves_little_that_is_done_twice() -> None:
    """What was carried out is told to the store after every few, not at the end of all."""

    def ends(desk: Desk) -> None:
        if len(desk.gateway.told) == 35:
            raise KeyboardInterrupt

    desk, waiting = crowd(ends)
    with pytest.raises(KeyboardInterrupt):
        desk.platform.work(1000)
    desk.clock.at += LEASE
    desk.platform.work(1000)
    assert {*desk.gateway.told} == waiting
    assert len(desk.gateway.told) <= len(waiting) + 10


def test_no_work_is_taken_from_a_worker_whose_trader_is_slow() -> None:
    """Each answer is waited for half a minute; what waits behind it is free for others, and nobody does it twice."""

    def waits(desk: Desk) -> None:
        desk.clock.wait(seconds=29)
        taken = [row.id for row in desk.store.claim(desk.clock.at, 3, LEASE)]
        desk.store.done(taken)
        others.extend(taken)

    others: list[str] = []
    desk, waiting = crowd(waits)
    desk.platform.work(1000)
    done = desk.gateway.told
    assert len({*done}) == len(done)
    assert not {*done} & {*others}
    assert waiting <= {*done, *others}


class TestWhoStops:
    """Work that is broken off is taken up again at once by the next who comes, and nothing of it is done twice."""

    @pytest.fixture
    def desk(self) -> Desk:
        desk, who = Desk(), cast(Any, WHO)
        self.ids = sorted(
            desk.upload(f"form-{number}", attrs.evolve(who, order_number=f"n-{number}")) for number in range(3)
        )
        return desk

    def test_what_was_not_begun_when_somebody_said_stop_is_left_to_the_next(self, desk: Desk) -> None:
        desk.platform.work(stopped=lambda: len(desk.gateway.told) == 2)
        assert len(desk.gateway.told) == 2
        desk.platform.work()
        assert sorted(desk.gateway.told) == self.ids

    def test_whoever_takes_long_leaves_the_rest_to_others_in_time(self, desk: Desk) -> None:
        """Nobody takes for left lying what somebody slow has done, and not said yet."""
        alert = desk.gateway.alert

        def slowly(one: Alert, /) -> None:
            desk.clock.wait(minutes=2)
            alert(one)
            desk.gateway.alert = alert  # type: ignore[method-assign]
            desk.platform.work()  # somebody else
            desk.gateway.alert = slowly  # type: ignore[method-assign]

        desk.gateway.alert = slowly  # type: ignore[method-assign]
        desk.platform.work()
        desk.platform.work()
        assert sorted(desk.gateway.told) == self.ids

    @pytest.mark.parametrize("how", [KeyboardInterrupt, asyncio.CancelledError])
    def test_whoever_is_interrupted_does_not_do_again_what_was_done(self, desk: Desk, how: type[BaseException]) -> None:
        alert = desk.gateway.alert

        def interrupted(one: Alert, /) -> None:
            if len(desk.gateway.told) == 2:
                raise how
            alert(one)

        desk.gateway.alert = interrupted  # type: ignore[method-assign]
        with pytest.raises(how):
            desk.platform.work()
        desk.gateway.alert = alert  # type: ignore[method-assign]
        desk.clock.wait(minutes=5)
        desk.platform.work()
        assert sorted(desk.gateway.told) == self.ids


class Overtaken(MemoryStore):
    """Just before it appends, somebody else does something."""

    first: Callable[[], object] | None = None

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        first, self.first = self.first, None
        if first is not None:
            first()
        return super().append(commits)


def test_a_step_that_somebody_else_took_first_is_no_failure() -> None:
    """Two that look at the clock at once: one takes the step, the other neither takes it nor complains."""
    clock, store = Clock(), Overtaken()
    one = platform_of(clock, store, keys := MemoryKeyStore())
    other = platform_of(clock, store, keys)
    case_id = one.lodge(complaint(), by=OFFICER, key="form-1").id
    clock.wait(days=30)
    taken: list[Ticked] = []
    store.first = lambda: taken.append(other.tick())
    assert one.tick() == Ticked(0)
    assert taken == [Ticked(len(one.facts(case_id, by=OFFICER).events) - 1)]
    assert taken[0].steps > 0


# ---- on the command line ------------------------------------------------------------------------------------------


def _platform(folder: Path, clock: Clock, gateway: Gateway | None = None) -> Platform:
    store: CaseStore = SqliteStore(folder / "cases.db")
    keys: KeyStore = LocalKeyStore(folder / "keys.db")
    return platform_of(clock, store, keys, gateways={} if gateway is None else {"taobao": gateway})


def _place(folder: Path) -> tuple[str, ...]:
    return ("--store", str(folder / "cases.db"), "--keys", str(folder / "keys.db"))


def test_dead_letters_are_told_by_work_and_doctor_and_replayed_by_name(tmp_path: Path) -> None:
    """Whoever runs the platform sees what was given up without asking for it."""
    with closing(_platform(tmp_path, clock := Clock(), Gateway(OSError()))) as platform:
        case = live(platform, clock, UPLOADED)
        effect_id = f"{case.id}.{case.version}.alert_trader"
        for _ in range(ATTEMPTS):
            platform.work()
            clock.wait(hours=12)
    run, place = CliRunner().invoke, _place(tmp_path)
    told = run(group, ["work", *place])
    assert f"Given up after {ATTEMPTS} attempts: {effect_id} [OSError]" in told.stderr
    assert json.loads(run(group, ["work", "--json", *place]).stdout)["dead"][0]["id"] == effect_id
    assert "1 given up after many attempts" in run(group, ["doctor", *place]).stdout
    listed = json.loads(run(group, ["dead-letters", "--as", "officer-1", "--json", *place]).stdout)["dead"]
    assert [(one["id"], one["attempts"], one["code"]) for one in listed] == [(effect_id, ATTEMPTS, "OSError")]
    assert "OSError" in run(group, ["dead-letters", "--as", "officer-1", *place], env={"COLUMNS": "160"}).stdout
    wrong = run(group, ["dead-letters", "--as", "officer-1", "--replay", "x", *place])
    assert wrong.exit_code == Exit.USAGE
    again = run(group, ["dead-letters", "--as", "officer-1", "--replay", effect_id, *place])
    assert "Nothing has been given up" in again.stdout
    done = json.loads(run(group, ["work", "--json", *place]).stdout)
    assert (done["done"], done["failed"], done["dead"]) == (1, [], [])


def test_doctor_tells_of_work_that_is_put_off_for_days_and_of_work_that_keeps_failing(tmp_path: Path) -> None:
    """A gateway asked for it, or a clock was ahead: nobody would miss it otherwise."""
    clock = Clock(utc_now())
    gateway = Gateway(HeldBack(until=clock.at + timedelta(days=9)))
    with closing(_platform(tmp_path, clock, gateway)) as platform:
        live(platform, clock, UPLOADED)
        platform.work()
        told = CliRunner().invoke(group, ["doctor", *_place(tmp_path)], env={"COLUMNS": "200"}).stdout
        assert f"Some is put off until {gateway.error.until:%Y-%m-%d}" in told  # type: ignore[union-attr]
        gateway.error = OSError()
        clock.wait(days=9)
        for _ in range(3):
            platform.work()
            clock.wait(hours=1)
    told = CliRunner().invoke(group, ["doctor", *_place(tmp_path)], env={"COLUMNS": "200"}).stdout
    assert "1 tried more than twice" in told


def test_two_workers_on_one_file_share_all_that_is_to_be_done(tmp_path: Path) -> None:
    """Two processes at once take every step that is due and every piece of work, each once, and lose none."""
    cases = 25
    with closing(_platform(tmp_path, clock := Clock())) as platform:
        for number in range(cases):
            platform.lodge(complaint(), by=OFFICER, key=f"late-{number}")  # one step of the clock: not acknowledged
            gone = live(platform, clock, [(c.Withdraw(), PERSON)], f"gone-{number}")
            platform.erase(gone.id, by=OFFICER, approved_by=Actor(Role.COUNCIL, "officer-2", OFFICER.organisation))
    command = [sys.executable, "-m", "expressplatform_cli", "work", "--until-quiet", "--json", *_place(tmp_path)]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [json.loads(worker.communicate()[0]) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert [one["failed"] for one in told] == [[], []]
    letters = 4 * cases  # lodged twice, withdrawn, and that the council is late; of an erasure nobody can be told
    assert sum(one["done"] for one in told) == cases + letters
    with closing(SqliteStore(tmp_path / "cases.db")) as store, closing(LocalKeyStore(tmp_path / "keys.db")) as keys:
        events = sum(len(stored.events) for stored in store.scan(EVERYONE, "", 1000))
        assert sum(one["steps"] for one in told) == events - 4 * cases  # lodged twice, withdrawn, erased
        assert len(keys.destroyed()) == cases
        assert not store.claim(clock.at + FAR * 1000, 10, LEASE)


_SLOW_SCAN = """
import sys, time
sys.stdin.buffer.read()
with open(sys.argv[1], "a") as file:
    print("looked", file=file, flush=True)
time.sleep(1)
"""


def test_work_that_is_told_to_stop_ends_what_it_has_begun_and_leaves_the_rest(tmp_path: Path) -> None:
    """SIGTERM in the midst of a scan: that one is done and on record, the next run does the others, none twice."""
    assert CliRunner().invoke(group, ["init", str(tmp_path / "desk")]).exit_code == 0
    config, looked = tmp_path / "desk" / "expressplatform.toml", tmp_path / "looked"
    looked.touch()
    scan = json.dumps([sys.executable, "-c", _SLOW_SCAN, str(looked)])
    config.write_text(f"{config.read_text()}scan = {scan}\n")
    with closing(open_platform(find_place(config, None, None), documents=True)) as platform:
        case_id = platform.lodge(_complaint("form-1"), by=OFFICER, key="form-1").id
        for key in ("a", "b", "c"):
            given: Any = {"kind": EvidenceKind.PHOTOGRAPH, "name": "", "by": OFFICER, "key": key}
            platform.add_evidence(case_id, f"%PDF-1.7 {key}".encode(), **given)
        command = [sys.executable, "-m", "expressplatform_cli", "work", "--json", "--config", str(config)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            while not looked.stat().st_size:
                assert process.poll() is None
                time.sleep(0.02)
            process.terminate()
            told = process.communicate(timeout=30)[0]
        assert (process.returncode, json.loads(told)["failed"]) == (0, [])
        assert len(looked.read_text().split()) == 1
        platform.work()
        assert len(looked.read_text().split()) == 3
        assert all(one.scanned is Scanned.CLEAN for one in platform.evidence_list(case_id, by=OFFICER) if one.held)


_HELD_UP = """
import sqlite3, sys
from functools import partial
from expressplatform_cli import commands, config, working

def held_up(place, **asked):
    platform = config.open_platform(place, **asked)
    writers.append(sqlite3.connect(place.store, isolation_level=None))
    writers[0].execute("BEGIN IMMEDIATE")
    print("held up", flush=True)
    return platform

writers = []
working.open_platform, working.stopping = held_up, partial(working.stopping, float(sys.argv.pop(1)))
commands.main()
"""


@pytest.mark.parametrize("again", [False, True])
def test_work_that_waits_for_its_turn_to_write_is_cut_off_in_its_time(tmp_path: Path, again: bool) -> None:
    """In a call of the file's own code, in which no handler of a signal runs; a second signal ends it there, too."""
    assert CliRunner().invoke(group, ["init", str(tmp_path / "desk")]).exit_code == 0
    config, grace = tmp_path / "desk" / "expressplatform.toml", "15" if again else "0.5"
    command = [sys.executable, "-c", _HELD_UP, grace, "work", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held up\n"
        time.sleep(1)  # until it waits
        process.terminate()
        if again:
            time.sleep(0.2)
            process.terminate()
        begun, said = time.monotonic(), process.communicate(timeout=30)[1]
    assert time.monotonic() - begun < 10
    assert process.returncode == 128 + signal.SIGTERM
    cut = "What was under way did not end within 0.5 seconds: it was cut off, and the next run goes on.\n"
    assert said == ("" if again else cut)
