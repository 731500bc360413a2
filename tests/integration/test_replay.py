"""The main job on real input: open data carried through the lifecycle, and figures computed from what is stored."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from expressplatform.case import Case
from expressplatform.codes import Duty, Status, Word
from expressplatform.events import Event
from expressplatform.platform import rows
from expressplatform.ports import EVERYONE
from expressplatform.sealing import KeyRing
from expressplatform_cli.commands import group
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.store import SqliteStore

SHARED = Path(__file__).parents[3] / "shared" / "data" / "consumidor_ecommerce_2014-2015.csv"
COLUMNS = (
    "source_file,region,uf,city,sex,age_band,year_opened,month_opened,date_opened,date_responded,date_closed,"
    "response_days,trader,market_segment,area,subject,problem_group,problem,how_bought,contacted_trader,responded,"
    "status,consumer_evaluation,consumer_rating"
)
TAIL = "Comércio Eletrônico,Demais Produtos,Livros,Entrega do Produto,Não entrega / demora,Internet,S"


def row(opened: str, responded: str, closed: str, days: str, answered: str, word: str, rating: str = "") -> str:
    """One made-up row of the published layout."""
    status = "Finalizada não avaliada" if word == "Não Avaliada" else "Finalizada avaliada"
    head = f"2014-08,SE,SP,Campinas,F,entre 21 a 30 anos,2014,8,{opened},{responded},{closed},{days},Loja Modelo"
    return f"{head},{TAIL},{answered},{status},{word},{rating}"


HISTORIES = {
    "answered and resolved": row("2014-08-04", "2014-08-06", "2014-08-07", "2", "S", "Resolvida", "5"),
    "answered and not resolved": row("2014-08-04", "2014-08-14", "2014-08-14", "10", "S", "Não Resolvida", "1"),
    "answered and silent": row("2014-08-04", "2014-08-05", "2014-08-26", "1", "S", "Não Avaliada"),
    "not answered but resolved": row("2014-08-04", "", "2014-08-16", "", "N", "Resolvida", "3"),
    "not answered, not resolved": row("2014-08-04", "", "2014-09-05", "", "N", "Não Resolvida", "1"),
    "not answered and silent": row("2014-08-04", "", "2014-09-05", "", "N", "Não Avaliada"),
    "answered with a stopped clock": row("2014-08-04", "2014-08-19", "2014-08-20", "3", "S", "Resolvida", "4"),
    "a clock stopped for months": row("2014-08-04", "2014-12-31", "2015-01-09", "5", "S", "Não Resolvida", "2"),
}


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join([COLUMNS, *lines]) + "\n", encoding="utf-8")
    return path


def run(*arguments: str | Path) -> Any:
    result = CliRunner().invoke(group, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    return result


def replayed(file: Path, folder: Path, *more: str) -> dict[str, Any]:
    places = ("--store", folder / "a.db", "--keys", folder / "a.keys")
    document: dict[str, Any] = json.loads(run("replay", file, *places, "--json", *more).stdout)
    return document


def everything(folder: Path) -> Iterator[tuple[Case, tuple[Event, ...]]]:
    """Every case of a store with its events, opened."""
    store, keys = SqliteStore(folder / "a.db"), LocalKeyStore(folder / "a.keys")
    try:
        ring, after = KeyRing(keys), ""
        while stretch := store.scan(EVERYONE, after, 500):
            for stored in stretch:
                yield rows.fold_opened(stored, ring, everything=True)
            after = stretch[-1].header.case_id
    finally:
        store.close()
        keys.close()


class TestHistories:
    """Answered or not, evaluated or not, resolved or not: all six have their way through the rows."""

    @pytest.fixture(scope="class")
    @classmethod
    def cases(cls, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Case]:
        folder = tmp_path_factory.mktemp("histories")
        replayed(write(folder / "six.csv", list(HISTORIES.values())), folder)
        by_line = {opened[1][0].by.person: opened[0] for opened in everything(folder)}
        return {name: by_line[f"line-{at + 2}"] for at, name in enumerate(HISTORIES)}

    @pytest.mark.parametrize(
        ("history", "status", "word"),
        [
            ("answered and resolved", Status.RESOLVED, Word.CONFIRMED),
            ("answered and not resolved", Status.RECORDED, Word.DISPUTED),
            ("answered and silent", Status.RESOLVED, Word.SILENT),
            ("not answered but resolved", Status.RESOLVED, Word.CONFIRMED),
            ("not answered, not resolved", Status.RECORDED, Word.DISPUTED),
            ("not answered and silent", Status.RECORDED, Word.SILENT),
        ],
    )
    def test_each_history_ends_where_it_should(
        self, cases: Mapping[str, Case], history: str, status: Status, word: Word
    ) -> None:
        """The status and the complainant's word follow from the row."""
        assert (cases[history].status, cases[history].word) == (status, word)

    def test_a_reply_claims_nothing(self, cases: Mapping[str, Case]) -> None:
        """The data do not say what the firm claimed, so claimed_by stays empty."""
        assert {case.claimed_by for case in cases.values()} == {None}

    def test_counted_days_come_from_the_stop_not_from_the_dates(self, cases: Mapping[str, Case]) -> None:
        """Fifteen days passed, three were counted; a stop may be longer than any that was seen."""
        assert cases["answered with a stopped clock"].account.days_used == 3
        assert cases["a clock stopped for months"].account.days_used == 5

    def test_a_reply_on_the_last_day_is_in_time(self, cases: Mapping[str, Case]) -> None:
        """The deadline ends with its day."""
        account = cases["answered and not resolved"].account
        assert (account.days_used, account.late) == (10, False)

    def test_every_open_case_has_a_live_duty(self, cases: Mapping[str, Case]) -> None:
        """Somebody owes something wherever a case has not come to its end."""
        assert all(case.timers for case in cases.values() if case.is_open)

    def test_silence_came_after_a_reminder(self, cases: Mapping[str, Case]) -> None:
        """The complainant was reminded before silence counted."""
        silent = cases["answered and silent"]
        assert silent.account.lapsed_silent
        assert silent.timer(Duty.BREACH_WINDOW) is not None


class TestInput:
    """What cannot be read is told by line, column and reason, and the rest goes on."""

    def test_identical_rows_are_different_complaints(self, tmp_path: Path) -> None:
        """The key is file and line."""
        same = HISTORIES["answered and resolved"]
        assert replayed(write(tmp_path / "twice.csv", [same, same]), tmp_path)["indicators"]["complaints"] == 2

    def test_unreadable_rows_are_reported_and_the_rest_goes_on(self, tmp_path: Path) -> None:
        """A bad date, a missing column and a rating out of range leave the good rows alone."""
        good = HISTORIES["answered and resolved"]
        bad = [good.replace("2014-08-04", "2014-13-04"), good.rsplit(",", 3)[0], good[:-1] + "9"]
        document = replayed(write(tmp_path / "bad.csv", [good, *bad, good]), tmp_path)
        assert (document["rows"], document["played"]) == (5, 2)
        assert [fault["line"] for fault in document["unreadable"]] == [3, 4, 5]
        assert document["unreadable"][0]["column"] == "date_opened"
        assert document["refused"] == []

    def test_a_second_run_adds_nothing(self, tmp_path: Path) -> None:
        """Same keys, same commands, same store."""
        file = write(tmp_path / "six.csv", list(HISTORIES.values()))
        first = replayed(file, tmp_path)
        before = list(everything(tmp_path))
        second = replayed(file, tmp_path)
        assert list(everything(tmp_path)) == before
        kept = [{k: v for k, v in one["indicators"].items() if k != "as_at"} for one in (first, second)]
        assert kept[0] == kept[1]

    def test_a_place_is_named_by_its_configuration_too(self, tmp_path: Path) -> None:
        """As for every command; a place of another scheme is refused."""
        file = write(tmp_path / "six.csv", list(HISTORIES.values()))
        for scheme, code in (("consumidor-br", 0), ("hk-cca", 8)):
            place = tmp_path / scheme
            run("init", place, "--scheme", scheme)
            configuration = str(place / "expressplatform.toml")
            result = CliRunner().invoke(group, ["replay", str(file), "--config", configuration, "--json"])
            assert result.exit_code == code, result.output

    def test_a_file_of_another_kind_is_refused_in_one_sentence(self, tmp_path: Path) -> None:
        """Neither layout: the exit code for input."""
        path = tmp_path / "other.csv"
        path.write_text("a,b\n1,2\n", encoding="utf-8")
        result = CliRunner().invoke(
            group, ["replay", str(path), "--store", str(tmp_path / "a.db"), "--keys", str(tmp_path / "a.keys")]
        )
        assert result.exit_code == 4


class TestCutOff:
    """A run killed half-way and started again ends as an uninterrupted one."""

    def test_killed_and_started_again(self, tmp_path: Path) -> None:
        """The same events, opened, in the same order within each case, and nothing twice."""
        lines = [HISTORIES[name] for name in HISTORIES] * 120
        file = write(tmp_path / "many.csv", lines)
        whole, cut = tmp_path / "whole", tmp_path / "cut"
        for folder in (whole, cut):
            folder.mkdir()
        replayed(file, whole)
        self.killed(file, cut)
        replayed(file, cut)
        assert {case.id: (case, events) for case, events in everything(cut)} == {
            case.id: (case, events) for case, events in everything(whole)
        }

    def killed(self, file: Path, folder: Path) -> None:
        """Kills a run as soon as it has stored something but not all."""
        command = [sys.executable, "-m", "expressplatform_cli", "replay", str(file)]
        command += ["--store", str(folder / "a.db"), "--keys", str(folder / "a.keys")]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and child.poll() is None and self.stored(folder / "a.db") < 1000:
            time.sleep(0.01)
        assert child.poll() is None, "the run ended before it could be killed"
        os.kill(child.pid, signal.SIGKILL)
        child.wait()

    @staticmethod
    def stored(path: Path) -> int:
        if not path.exists():
            return 0
        try:
            reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            try:
                count: int = reader.execute("SELECT count(*) FROM events").fetchone()[0]
                return count
            finally:
                reader.close()
        except sqlite3.Error:
            return 0


@pytest.mark.skipif(not SHARED.exists(), reason="the open data lie beside the project, not in it")
class TestPublishedFigures:
    """6,483 real complaints: what the service counted comes out of the stored cases."""

    GOLDEN: Mapping[str, Any] = {
        "complaints": 6483,
        "answered": 6412,
        "evaluated": 4528,
        "resolved": 2268,
        "unresolved": 2260,
        "silent": 1955,
        "mean_rating": 2.591,
        "resolved_of_evaluated": 0.5009,
        "resolved_or_silent_of_all": 0.6514,
    }

    def test_the_figures_of_the_whole_file(self, tmp_path: Path) -> None:
        """Replayed, stored, read back and counted; and the statuses are those that the histories imply."""
        document = replayed(SHARED, tmp_path)
        assert (document["unreadable"], document["refused"]) == ([], [])
        places = ("--store", tmp_path / "a.db", "--keys", tmp_path / "a.keys")
        figures = json.loads(run("indicators", *places, "--json").stdout)
        assert {key: figures[key] for key in self.GOLDEN} == self.GOLDEN
        assert (figures["response_days"]["mean"], figures["response_days"]["median"]) == (6.375, 7)
        store = SqliteStore(tmp_path / "a.db")
        try:
            statuses = self.counted(store)
        finally:
            store.close()
        assert statuses == {"resolved": 2268 + 1917, "recorded": 2260 + 38}

    @staticmethod
    def counted(store: SqliteStore) -> dict[str, int]:
        counts: dict[str, int] = {}
        after = ""
        while stretch := store.scan(EVERYONE, after, 1000):
            for stored in stretch:
                counts[stored.header.status] = counts.get(stored.header.status, 0) + 1
            after = stretch[-1].header.case_id
        return counts

    def test_the_raw_layout_gives_the_same_figures(self, tmp_path: Path) -> None:
        """Semicolons, no header, cp1252, day first: the official form of the first five hundred rows."""
        raw, plain = tmp_path / "raw", tmp_path / "plain"
        for folder in (raw, plain):
            folder.mkdir()
        lines = SHARED.read_text(encoding="utf-8").splitlines()[:501]
        (plain / "f.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (raw / "f.csv").write_bytes(official(lines))
        figures = [replayed(folder / "f.csv", folder)["indicators"] for folder in (plain, raw)]
        assert {key: figures[0][key] for key in self.GOLDEN} == {key: figures[1][key] for key in self.GOLDEN}


def official(lines: list[str]) -> bytes:
    """Rows of the layout with a header as the official raw file has them."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for cells in list(csv.reader(lines))[1:]:
        dated = [day_first(cell) if at in (8, 9, 10) else cell for at, cell in enumerate(cells)]
        writer.writerow(dated[1:])
    return out.getvalue().encode("cp1252")


def day_first(day: str) -> str:
    return "/".join(reversed(day.split("-"))) if day else ""
