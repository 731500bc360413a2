"""`python -m expressplatform.testing check`: what it prints, what it writes, how it exits, and what can be pasted."""

from __future__ import annotations

import asyncio
import ctypes
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import unittest
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from expressplatform.memory import MemoryStore
from expressplatform.ports import Answer, AsyncCaseStore, CaseStore, Commit, EffectRow, Header
from expressplatform.testing.__main__ import main, outcome
from expressplatform.testing.checking import UnknownTargetError, contract_of
from expressplatform.testing.contracts import StoreContract
from expressplatform.testing.guarantees import GUARANTEES
from expressplatform.testing.running import Found, Run
from expressplatform.testing.stores.contract import CaseStoreChecks, walk
from expressplatform.testing.stores.machine import Unlike
from expressplatform.testing.stores.shortening import shortest, told
from expressplatform_sqlite.aio import AsyncSqliteStore
from tests.faulty.awaited import AwaitedStore
from tests.faulty.commits import LostUpdate
from tests.faulty.good import LastingStore, Store
from tests.faulty.histories import RowsOfAReplayWait
from tests.faulty.lasting import LastStepLost, StaleConnection
from tests.faulty.outward import Letters
from tests.faulty.outward_awaited import AwaitedLetters
from tests.faulty.placing import GoneIsTakenBack, HashNotTheRows, PlaceSkipped
from tests.faulty.registers import Lines
from tests.faulty.rich import NoRecipientNoWork
from tests.faulty.scans import Looks
from tests.faulty.strips import InACircle

MY_STORE: Final = """
import sys
from expressplatform.memory import MemoryStore

class Faulty(MemoryStore):
    def claim(self, now, limit, lease):
        return super().claim(now, limit, lease * 0)

class Short(MemoryStore):
    def scan(self, organisation, after, limit):
        return super().scan(organisation, after, min(limit, 1000))

class Half:
    def append(self, commits):
        return []

    def load(self, case_id):
        return None

    def scan(self, organisation, after, limit):
        return []

    def close(self):
        pass

class Broken:
    def __init__(self):
        raise OSError("no such place")

def make_store():
    return MemoryStore()

def ends():
    raise SystemExit(3)

def forgotten():
    MemoryStore()

def unmade():
    return MemoryStore

number = 7
"""


HISTORIES: Final = "test_random_histories_are_answered_as_the_reference_store_answers"
INSTANT: Final = re.compile(r"datetime\.datetime\([\d, ]+")


def ran(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, as somebody runs it beside their own module; pytest is out of its reach."""
    (place / "my_store.py").write_text(MY_STORE, "utf-8")
    (place / "pytest.py").write_text("raise ImportError\n", "utf-8")
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "expressplatform.testing", *arguments],
        cwd=place,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )


@attrs.frozen
class Ended:
    """How the command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Ended]


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here is somebody's own module, and this process imports it as one that was started here would."""
    (tmp_path / "my_store.py").write_text(MY_STORE, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    monkeypatch.delitem(sys.modules, "my_store", raising=False)
    importlib.invalidate_caches()


@pytest.fixture
def command(beside: None, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command in this process, for what does not take one of its own."""

    def run(*arguments: str) -> Ended:
        code = main(arguments)
        return Ended(code, *capsys.readouterr())

    return run


class TestTheCommand:
    def test_a_good_store_passes_and_what_was_not_run_is_said(self, tmp_path: Path) -> None:
        done = ran(tmp_path, "check", "my_store:make_store", "--budget", "0.1", "--seed", "5", "--json", "report.json")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "failed 0" in done.stdout
        assert "not run  test_no_particular_is_in_the_bytes_that_are_kept: dump_bytes is not given" in done.stdout
        report = json.loads((tmp_path / "report.json").read_text("utf-8"))
        assert (report["contract"], report["seed"], report["failed"]) == ("store", 5, [])
        assert report["capabilities"] == {"reopen": False, "second_connection": False, "dump_bytes": False}
        assert report["histories"] > 0
        assert len(report["passed"]) > 40
        assert len(report["not_run"]) == 21

    def test_a_faulty_store_fails_with_sentence_number_seed_and_a_program_to_paste(
        self, tmp_path: Path, beside: None
    ) -> None:
        done = ran(tmp_path, "check", "my_store:Faulty", "--only", "lease", "--seed", "5", "--json", "report.json")
        assert done.returncode == 1, done.stdout + done.stderr
        assert "FAILED test_an_effect_is_claimed_once_for_each_lease" in done.stdout
        assert f"S25: {GUARANTEES['S25']}" in done.stdout
        assert "seed: 5" in done.stdout
        report = json.loads((tmp_path / "report.json").read_text("utf-8"))
        assert len(report["failed"]) > 3
        for found in report["failed"]:
            pasted = found["program"]
            assert "    " + pasted.splitlines()[-1] in done.stdout
            with pytest.raises(AssertionError):
                exec(pasted, {})  # noqa: S102
            exec(pasted.replace("Faulty", "make_store"), {})  # noqa: S102
        assert fails(tmp_path, report["failed"][0]["program"])

    @pytest.mark.parametrize(
        ("target", "said"),
        [
            ("my_store", "say module:maker"),
            ("no_such_module:make", "cannot be imported"),
            ("my_store:no_such_maker", "cannot be imported"),
            ("my_store.py:make_store", "leave out .py: my_store:make_store"),
            ("my_store:number", "nothing that can be called"),
            ("my_store:Broken", "could not be called: OSError: no such place (line "),
            ("my_store:ends", "could not be called: SystemExit"),
            ("my_store:forgotten", "gives None: it must return what is to be checked"),
            ("my_store:unmade", "gives the class MemoryStore itself: return MemoryStore(...), made"),
            ("my_store:sys.getrecursionlimit", "has not the methods"),
        ],
    )
    def test_what_cannot_be_run_is_an_error_of_its_own(self, command: Command, target: str, said: str) -> None:
        done = command("check", target)
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_report_that_cannot_be_written_is_said_before_anything_is_run(self, tmp_path: Path) -> None:
        done = ran(tmp_path, "check", "my_store:make_store", "--json", "no/such/folder/report.json")
        assert (done.returncode, done.stdout) == (2, "")
        assert (
            done.stderr == f"--json {Path('no/such/folder/report.json')} cannot be written: No such file or directory\n"
        )

    def test_some_checks_alone_are_run_by_a_part_of_their_name(self, command: Command) -> None:
        done = command("check", "my_store:make_store", "--only", "a_known_key_is_replayed")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "passed 1, failed 0, not run 0" in done.stdout
        done = command("check", "my_store:make_store", "--only", "no_such_check")
        assert done.returncode == 2
        assert "no check of this contract is called like 'no_such_check'" in done.stderr

    def test_each_check_is_told_when_it_is_over_and_a_run_that_is_stopped_tells_what_it_found(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "my_store.py").write_text(MY_STORE, "utf-8")
        command = [sys.executable, "-m", "expressplatform.testing", "check", "my_store:make_store", "--budget", "300"]
        run = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert run.stdout is not None
        try:
            while not run.stdout.readline().startswith("  passed   test_"):
                assert run.poll() is None
            run.send_signal(signal.SIGINT)
            said = run.communicate(timeout=60)[0]
        finally:
            run.kill()
        assert run.returncode == 130, said
        assert "not run  test_random_histories_are_answered_as_the_reference_store_answers: the run was stopped" in said
        assert said.endswith("the run was stopped before its end\n")
        assert "Traceback" not in said

    def test_a_store_that_is_written_by_half_is_told_what_it_lacks_first_and_last(self, command: Command) -> None:
        """It is a store all the same, whatever else has one of its methods."""
        done = command("check", "my_store:Half", "--only", "byte_for_byte")
        assert done.returncode == 1, done.stdout + done.stderr
        assert "contract store" in done.stdout
        assert "  claim(now, limit, lease) is missing\n" in done.stdout
        assert "  load(case_id) cannot be called as load(case_id, organisation)\n" in done.stdout
        assert done.stdout.splitlines()[-1].startswith("mend this first: load(case_id) cannot be called as")

    def test_what_is_too_long_to_be_read_is_in_the_file_and_not_on_the_terminal(
        self, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("expressplatform.testing.running.SHORTENING", 0.2)  # no time makes a thousand cases few
        done = command("check", "my_store:Short", "--only", "a_thousand_cases_are_one_list", "--json", "report.json")
        assert done.returncode == 1
        (found,) = json.loads((tmp_path / "report.json").read_text("utf-8"))["failed"]
        assert len(found["program"]) > 6000
        assert len(done.stdout) < 6000
        assert "contract_of('my_store:Short').test_more_than_a_thousand_cases_are_one_list()" in done.stdout

    def test_an_unknown_option_or_contract_is_an_error_too(self, capsys: pytest.CaptureFixture[str]) -> None:
        for arguments in (
            [],
            ["check"],
            ["check", "a:b", "--contract", "nothing"],
            ["check", "a:b", "--budget", "x"],
            ["check", "a:b", "--within", "-1"],
        ):
            with pytest.raises(SystemExit) as caught:
                main(arguments)
            assert caught.value.code == 2
        assert "usage" in capsys.readouterr().err


def fails(place: Path, program: str) -> bool:
    """Whether a pasted program ends with a failed assertion, and with no other error."""
    done = subprocess.run([sys.executable, "-c", program], cwd=place, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 or "AssertionError" in done.stderr.splitlines()[-1], done.stderr
    return done.returncode != 0


def name(maker: type[object]) -> str:
    """A maker as the command line names it."""
    return f"{maker.__module__}:{maker.__qualname__}"


def failed(maker: type[object], check: str, start: int = 1) -> Sequence[Found]:
    """What one check alone finds."""
    return Run(contract_of(name(maker)), 0.1, start, only=check).report().failed


def program_of(maker: type[object], check: str) -> str:
    """The program that shows what one check finds, which is one thing."""
    (found,) = failed(maker, check)
    return found.program


# --- makers of every shape --------------------------------------------------------------------------------------


@contextmanager
def entered() -> Iterator[CaseStore]:
    with MemoryStore() as store:
        yield store


@asynccontextmanager
async def entered_in_a_loop() -> AsyncIterator[AsyncCaseStore]:
    async with AsyncSqliteStore(":memory:") as store:
        yield store


async def made_in_a_loop() -> AsyncCaseStore:
    return AsyncSqliteStore(":memory:")


class Contract(StoreContract):
    def make_store(self) -> CaseStore:
        return LastingStore()

    def reopen(self, store: CaseStore) -> CaseStore:
        assert isinstance(store, LastingStore)
        return store.reopen()


class Hidden:
    """A store of whose methods nobody sees that they are awaited."""

    def __init__(self) -> None:
        self._inner = AwaitedStore()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return lambda *given: found(*given)


class TestWhatIsMade:
    @pytest.mark.parametrize(
        ("maker", "awaited"),
        [
            (MemoryStore, False),
            (entered, False),
            (AwaitedStore, True),
            (entered_in_a_loop, True),
            (made_in_a_loop, True),
            (Hidden, True),
            (Contract, False),
        ],
        ids=lambda one: getattr(one, "__name__", str(one)),
    )
    def test_stores_come_by_any_door(self, maker: Any, awaited: bool) -> None:
        """As they are, in a context manager, awaited, or by a contract of their own; each is asked and answers."""
        checks = contract_of(maker)
        assert (checks.kind, checks.awaited) == ("store", awaited)
        checks.test_a_case_comes_back_byte_for_byte()
        checks.test_an_effect_is_claimed_once_for_each_lease()
        assert [call.name for call in checks.calls if call.name == "claim"]

    @pytest.mark.parametrize(
        ("maker", "kind", "awaited", "helpers"),
        [
            (AwaitedLetters, "messenger", True, {"outbox", "break_way"}),
            (Letters, "messenger", False, {"outbox", "break_way"}),
            (Lines, "register", False, {"reopen", "second_connection", "tear"}),
            (Looks, "scan", False, {"break_way"}),
            (InACircle, "strip", False, {"patience"}),
        ],
        ids=["awaited messenger", "messenger", "register", "scan", "strip"],
    )
    def test_other_adapters_are_known_by_their_methods(
        self, maker: Any, kind: str, awaited: bool, helpers: set[str]
    ) -> None:
        checks = contract_of(maker)
        assert (checks.kind, checks.awaited, set(checks.helpers)) == (kind, awaited, helpers)
        assert contract_of(name(maker), kind).kind == kind

    def test_helpers_are_found_on_the_maker_beside_it_or_in_the_contract(self) -> None:
        assert set(contract_of(LastingStore).helpers) == {"reopen", "second_connection"}
        assert set(contract_of(Contract).helpers) == {"reopen"}
        contract_of(Contract).test_what_was_acknowledged_is_there_after_reopening()

    def test_a_contract_that_does_not_fit_is_refused(self) -> None:
        with pytest.raises(UnknownTargetError, match="has not the methods of keys"):
            contract_of(MemoryStore, "keys")
        with pytest.raises(UnknownTargetError, match="has not the methods of one of"):
            contract_of(dict)


class TestFailures:
    """What a run makes of stores that fail in ways that are hard to tell."""

    def test_what_does_not_last_is_shown_with_the_store_opened_again(self) -> None:
        program = program_of(LastStepLost, "test_what_was_acknowledged_is_there_after_reopening")
        assert "checks.reopened(store)" in program
        with pytest.raises(AssertionError):
            exec(program, {})  # noqa: S102
        exec(program.replace(name(LastStepLost), name(LastingStore)), {})  # noqa: S102

    def test_what_two_connections_do_is_shown_with_both(self) -> None:
        program = program_of(StaleConnection, "test_what_one_connection_wrote_the_other_sees")
        assert "other = opened.enter_context(checks.beside(store))" in program
        with pytest.raises(AssertionError):
            exec(program, {})  # noqa: S102

    @pytest.mark.parametrize("ending", [SystemExit(0), KeyboardInterrupt(), asyncio.CancelledError()], ids=repr)
    def test_a_store_that_tells_the_program_to_end_has_failed_and_the_run_goes_on(self, ending: BaseException) -> None:
        class Ends(MemoryStore):
            def quarters(self) -> Sequence[str]:
                raise ending

        heard: list[tuple[str, str]] = []
        run = Run(contract_of(Ends), 0.1, 1, only="token", tell=lambda name, word, seconds: heard.append((word, name)))
        report = run.report()
        assert f"EndedError: {type(ending).__name__} ended it, as if the program were to end" in {
            found.error for found in report.failed
        }
        assert (report.exit_code, report.stopped) == (1, False)
        first, *others = heard
        assert first == ("FAILED", "test_a_token_finds_its_cases")
        assert ("passed", "test_tokens_are_bytes_of_any_kind") in others

    def test_a_quarter_that_tells_nobodys_mark_is_nobodys_fault(self) -> None:
        """What a history does not know for its own is not held against the store: here it is the work that is wrong."""
        (found,) = failed(NoRecipientNoWork, "test_rows_of_every_kind_come_back_by_every_question")
        assert "S24" in found.guarantees
        assert "got = store.claim(" in found.program
        with pytest.raises(AssertionError):
            exec(found.program, {})  # noqa: S102
        exec(found.program.replace("NoRecipientNoWork", "Store"), {})  # noqa: S102

    def test_what_breaks_off_is_shown_as_far_as_it_came(self) -> None:
        """A check that hands in commits of which the last cannot be had is told like any other."""
        program = program_of(TakesListsAlone, "test_a_call_that_fails_half_way_leaves_whole_commits")
        assert ", ...])" in program
        with pytest.raises(TimeoutError):
            exec(program, {})  # noqa: S102

    def test_a_history_is_as_short_as_it_can_be(self) -> None:
        """A lost update is two steps, the second of which was to be refused: nothing else is left in the program."""
        program = program_of(LostUpdate, HISTORIES)
        assert program.count("store.append(") == 2
        assert all(word not in program for word in ("effects=", "tokens=", "receipt=", "claim("))

    @pytest.mark.parametrize(
        "store",
        [GoneIsTakenBack, RowsOfAReplayWait, HashNotTheRows, PlaceSkipped],
        ids=lambda store: str(store.__name__),
    )
    def test_a_walk_along_the_ledger_is_told_as_a_program_for_any_ledger(self, store: type[Store]) -> None:
        """Places, hashes and rows are asked for anew: it fails where the store is faulty, and nowhere else."""
        checks = contract_of(name(store))
        assert isinstance(checks, CaseStoreChecks)
        with pytest.raises(Unlike) as unlike:
            walk(checks, 200, start=1)
        found = shortest(checks, unlike.value.calls, 2)
        assert found is not None
        program = told(name(store), found, awaited=False)
        with pytest.raises(AssertionError):
            exec(program, {})  # noqa: S102
        good = program.replace(
            f"from {store.__module__} import {store.__name__}", "from tests.faulty.good import Store"
        )
        exec(good.replace(f"store = {store.__name__}()", "store = Store()"), {})  # noqa: S102

    def test_the_same_seed_finds_the_same(self) -> None:
        """The same history, told by the same program; only when it plays is another day."""
        (one,), (other,) = (failed(LostUpdate, HISTORIES, start=3) for _ in range(2))
        assert (one.seed, one.guarantees) == (other.seed, other.guarantees) == (3, one.guarantees)
        assert INSTANT.sub("", one.program) == INSTANT.sub("", other.program)

    def test_a_store_that_never_answers_has_failed(self) -> None:
        report = Run(contract_of(NeverAnswers), 0.1, 1, patience=0.5, only="an_effect_is_claimed").report()
        (found,) = report.failed
        assert report.stuck
        assert found.check == "test_an_effect_is_claimed_once_for_each_lease"
        assert "did not come back" in found.error
        NeverAnswers.go_on.set()

    def test_a_slow_store_is_waited_for_as_long_as_it_is_asked(self) -> None:
        """Patience counts from the last call: what takes longer in all is slow, and not wrong."""
        report = Run(contract_of(Slow), 0.1, 1, patience=0.5, only="test_an_effect_is_claimed_once").report()
        assert (report.failed, len(report.passed), report.stuck) == ((), 1, False)
        assert report.seconds > 1

    def test_a_machine_that_stood_still_says_nothing_of_the_store(self) -> None:
        report = Run(contract_of(StandsStill), 0.1, 1, patience=0.2, only="test_an_effect_is_claimed_once").report()
        assert (report.failed, len(report.passed), report.stuck) == ((), 1, False)
        assert report.seconds > 0.5

    def test_who_waits_for_a_slow_check_hears_how_it_goes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("expressplatform.testing.running._BEAT", 0.2)
        heard: list[str] = []
        Run(
            contract_of(Slow), 0.1, 1, patience=4, only="test_an_effect_is_claimed_once",
            tell=lambda name, word, seconds: heard.append(outcome(name, word, seconds)),
        ).report()  # fmt: skip
        assert re.fullmatch(r"  running  test_an_effect_is_claimed_once\w+(?: \(\d+ s\))?: \d+ calls so far", heard[0])
        assert heard[-1].startswith("  passed   test_an_effect_is_claimed_once")

    def test_a_check_that_goes_round_in_a_circle_has_failed(self) -> None:
        report = Run(contract_of(Circle), 0.1, 1, patience=0.2, only="round_and_round").report()
        (found,) = report.failed
        assert "still asked after 0.2 seconds" in found.error
        assert not report.stuck

    def test_a_run_ends_when_its_time_is_over_and_says_what_was_not_run(self) -> None:
        report = Run(contract_of(Slow), 60, 1, within=1).report()
        assert report.seconds < 20
        assert (report.failed, report.stuck, report.exit_code) == ((), False, 3)
        assert {*report.not_run.values()} >= {"the 1 seconds of the whole run were over"}
        assert report.passed

    def test_random_histories_end_with_the_run_too(self) -> None:
        report = Run(contract_of(MemoryStore), 60, 1, within=1, only="random_histories").report()
        assert report.seconds < 20
        assert (report.failed, report.stuck, len(report.not_run), report.exit_code) == ((), False, 1, 3)

    def test_a_store_that_hangs_once_it_has_failed_does_not_hang_the_run(self) -> None:
        report = Run(contract_of(HangsAfterwards), 0.1, 1, patience=1, only="an_effect_is_claimed_once").report()
        (found,) = report.failed
        assert "RuntimeError: no" in found.error
        assert "test_an_effect_is_claimed_once_for_each_lease()" in found.program
        HangsAfterwards.go_on.set()

    def test_what_is_odd_about_methods_is_noted(self) -> None:
        assert contract_of(MemoryStore).notes == contract_of(AwaitedStore).notes == contract_of(Hidden).notes == ()
        (note,) = contract_of(OneIsAwaited).notes
        assert note.startswith("quarters is a coroutine function, the others are not")
        (note,) = contract_of(DueAlone).notes
        assert note == "due(now) cannot be called as due(now, limit)"

    def test_unittest_reports_what_was_not_run(self) -> None:
        """A contract is a test case for whoever derives it from one."""

        class MyCase(StoreContract, unittest.TestCase):
            def make_store(self) -> CaseStore:
                return MemoryStore()

        result = unittest.TestResult()
        MyCase("test_what_was_acknowledged_is_there_after_reopening").run(result)
        MyCase("test_a_case_comes_back_byte_for_byte").run(result)
        assert (result.testsRun, result.failures, result.errors) == (2, [], [])
        ((_, reason),) = result.skipped
        assert "reopen is not given" in reason


class TakesListsAlone(MemoryStore):
    """What is no list takes it too long."""

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        if not isinstance(commits, list):
            raise TimeoutError
        return super().append(commits)


class Slow(MemoryStore):
    """Takes a tenth of a second for a claim."""

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        time.sleep(0.1)
        return super().claim(now, limit, lease)


class StandsStill(MemoryStore):
    """For half a second of its first claim no thread of the program goes on."""

    def __init__(self) -> None:
        super().__init__()
        self._stood = False

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        if not self._stood:
            self._stood = True
            time.sleep(0.05)
            ctypes.PyDLL(None).usleep(500_000)
        return super().claim(now, limit, lease)


class Circle(StoreContract):
    """A check that never has enough."""

    def make_store(self) -> CaseStore:
        return MemoryStore()

    def test_round_and_round(self) -> None:
        """It asks."""
        with self.opened() as store:
            while True:
                store.quarters()


class HangsAfterwards(MemoryStore):
    """Fails once, and is never heard of again."""

    go_on = threading.Event()
    failed = False

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        if HangsAfterwards.failed:
            self.go_on.wait()
        HangsAfterwards.failed = True
        raise RuntimeError("no")


class OneIsAwaited(MemoryStore):
    """One of many."""

    async def quarters(self) -> Sequence[str]:  # type: ignore[override]
        return super().quarters()


class DueAlone(MemoryStore):
    """Knows no limit."""

    def due(self, now: datetime) -> Sequence[Header]:  # type: ignore[override]
        return super().due(now, 10)


class NeverAnswers(MemoryStore):
    """Waits for ever where thirty seconds are leased."""

    go_on = threading.Event()

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        if lease == timedelta(seconds=30):
            self.go_on.wait()
        return super().claim(now, limit, lease)
