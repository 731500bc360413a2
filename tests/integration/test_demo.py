"""The demo: a year that can be played again, told in full, with nothing personal in anything it leaves behind."""

from __future__ import annotations

import base64
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner, Result

from expressplatform.codes import Role, Status
from expressplatform.complaint import Actor, Particulars
from expressplatform.indicators import Dimension, Mark, Tally
from expressplatform.platform import Platform
from expressplatform.schemes import HK_CCA
from expressplatform_cli.config import find_place, open_platform
from expressplatform_cli.demo import MARK, REPORT, demo, prepare
from expressplatform_cli.output import program
from expressplatform_cli.simulated_people import invent, tell
from expressplatform_cli.simulation import Plan, lodgings

COMPLAINTS = 200
OFFICER = Actor(Role.COUNCIL, "officer-1", "hkcc")


def run(*args: str) -> Result:
    return CliRunner().invoke(demo, list(args))


@attrs.frozen
class Played:
    place: Path
    result: Result

    def platform(self) -> Platform:
        return open_platform(find_place(self.place / "expressplatform.toml", None, None))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """A demo told to people."""
    place = tmp_path_factory.mktemp("told") / "demo"
    return Played(place, run(str(place), "--complaints", str(COMPLAINTS)))


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The same demo again, as a document."""
    place = tmp_path_factory.mktemp("document") / "demo"
    return Played(place, run(str(place), "--complaints", str(COMPLAINTS), "--json"))


def references(played: Played) -> list[tuple[str, str, int, str]]:
    platform = played.platform()
    try:
        page = platform.cases(by=OFFICER, limit=1000)
        return [(one.case_id, one.reference, one.version, one.status) for one in page.headers]
    finally:
        platform.close()


def test_the_same_seed_gives_the_same_year(told: Played, document: Played) -> None:
    """Ids, references, versions and statuses are those of the first run, and so are all figures."""
    assert told.result.exit_code == document.result.exit_code == 0, (told.result.output, document.result.output)
    assert references(told) == references(document)
    reports = [(one.place / REPORT).read_text(encoding="utf-8") for one in (told, document)]
    assert reports[0] == reports[1]


def test_the_document_holds_the_figures(document: Played) -> None:
    """With --json, standard output is one document, whose figures are those of the stored cases."""
    answer = json.loads(document.result.stdout)
    assert answer["indicators"]["complaints"] == COMPLAINTS
    assert answer["indicators"]["uploaded"] > COMPLAINTS / 2
    assert answer["steps"] > 5 * COMPLAINTS
    assert (Path(answer["directory"]) / REPORT).is_file()


def test_it_is_told_month_by_month(told: Played) -> None:
    """Every month has its line, and the end says where the report is and what to try next."""
    for month in ("January", "June", "December"):
        assert month in told.result.output
    assert str(told.place / REPORT) in told.result.output
    for command in ("cases", "show", "indicators", "diagram"):
        assert f"expressplatform {command}" in told.result.output


def test_what_to_try_next_is_told_as_the_shell_would_find_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name of the program where that is on the path; else the way by which it was called."""
    monkeypatch.setattr("sys.argv", [".venv/bin/expressplatform", "demo"])
    monkeypatch.setenv("PATH", "")
    assert program() == ".venv/bin/expressplatform"
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert program() == "expressplatform"
    monkeypatch.setattr("sys.argv", ["-m"])
    monkeypatch.setenv("PATH", "")
    assert program() == "expressplatform"


def test_the_report_is_one_file_that_fetches_nothing(told: Played) -> None:
    """No address, no script, no import: the page opens where there is no network."""
    page = (told.place / REPORT).read_text(encoding="utf-8")
    for fetched in ("http://", "https://", "<script", "<link", "@import", "url(", "src="):
        assert fetched not in page
    assert page.count("<svg") >= 6
    for heading in ("The way of a case", "個案的流程", "投诉的流程", "One case, day by day", "Answered in time"):
        assert heading in page


def shapes(text: str) -> list[bytes]:
    """A text as it would stand in a file: plain, in UTF-16, in hexadecimal, in base64 at each alignment."""
    raw = text.encode()
    encoded = [base64.b64encode(b"\0" * pad + raw)[4 if pad else 0 : -4] for pad in range(3)]
    return [raw, text.encode("utf-16-le"), raw.hex().encode(), *encoded]


def test_nothing_personal_is_left_behind(told: Played) -> None:
    """No name, contact, order number or word of a made-up person stands in the report, a data file or the output."""
    files = [path for path in told.place.iterdir() if path.is_file()]
    left = b"\0".join(path.read_bytes() for path in files) + told.result.output.encode()
    for number in range(1, COMPLAINTS + 1, 7):
        nature = tell(7, number, datetime(2025, 6, 2, 2, tzinfo=UTC), HK_CCA).complaint.nature
        person = invent(number, number, nature)
        names = tuple(one.name for one in person.evidence_names)
        for value in (person.name, person.email, person.phone, person.address, person.order_number, *names):
            assert not any(shape in left for shape in shapes(value))
        assert not any(shape in left for shape in shapes(person.statement))
    for word in ("Please put this right.", "This is still missing.", "of a simulation"):
        assert not any(shape in left for shape in shapes(word))


def test_an_officer_can_read_whom_a_case_is_about(told: Played) -> None:
    """The data directory opens with the configuration that the demo wrote, particulars and all."""
    platform = told.platform()
    try:
        header = platform.cases(by=OFFICER, limit=1).headers[0]
        opened = platform.case(header.case_id, by=OFFICER, reason="a test")
        assert isinstance(opened.particulars, Particulars)
        assert opened.particulars.email.endswith("@people.invalid")
    finally:
        platform.close()


def test_every_open_case_has_a_live_duty(told: Played) -> None:
    """At the end of the year nothing open is forgotten, and nothing that was due before is left undone."""
    platform = told.platform()
    year_end = datetime(2025, 12, 31, 15, 59, tzinfo=UTC)
    try:
        for header in platform.cases(by=OFFICER, limit=1000).headers:
            case = platform.facts(header.case_id, by=OFFICER).case
            if case.is_open:
                assert case.timers
                assert all(timer.due > year_end or timer.paused_until is not None for timer in case.timers)
    finally:
        platform.close()


def test_each_trader_settles_some_and_not_others(told: Played) -> None:
    """Both simulated traders have cases that complainants call resolved, and cases that they do not."""
    platform = told.platform()
    try:
        tally = Tally(as_at=datetime(2026, 1, 1, tzinfo=UTC), zone=HK_CCA.zone, by=(Dimension.TRADER,))
        groups = {group.key: group.figures for group in platform.indicators(tally, by=OFFICER).groups}
    finally:
        platform.close()
    for trader in ("taobao", "jd"):
        for mark in (Mark.RESOLVED, Mark.UNRESOLVED, Mark.SILENT, Mark.ANSWERED):
            assert groups[trader].count(mark) > 0, (trader, mark)


def test_what_people_and_the_clock_do_is_all_there(told: Played) -> None:
    """The year holds what the scheme is for: sent back, turned to another trader, stopped clocks, lapses, reminders."""
    platform = told.platform()
    try:
        seen = set()
        for header in platform.cases(by=OFFICER, limit=1000).headers:
            opened = platform.facts(header.case_id, by=OFFICER)
            seen |= {type(event).__name__ for event in opened.events} | {opened.case.status}
    finally:
        platform.close()
    wanted = {
        "Acknowledged", "InformationRequested", "InformationSupplied", "Declined", "Redirected", "TakenUp", "Recorded",
        "Rejected", "ImpasseReported", "OfferMade", "OfferAccepted", "OfferDeclined", "ResolutionReported", "Confirmed",
        "Disputed", "ClockStopped", "ClockResumed", "Lapsed", "Reminded", "Withdrawn", "PerformanceReported",
        "TimeAsked",
    }  # fmt: skip
    assert wanted <= seen
    assert {Status.CLOSED, Status.RECORDED, Status.WITHDRAWN} <= seen


def test_an_earlier_demo_is_replaced(told: Played, tmp_path: Path) -> None:
    """A demo may be played again in its own directory."""
    place = tmp_path / "demo"
    for complaints in ("3", "2"):
        result = run(str(place), "--complaints", complaints, "--json")
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["indicators"]["complaints"] == int(complaints)


@pytest.mark.parametrize("mark", [False, True])
def test_what_is_not_a_demo_is_never_touched(tmp_path: Path, mark: bool) -> None:
    """A directory that holds anything else is refused, even beside an earlier demo's files."""
    kept = tmp_path / "letters.txt"
    kept.write_text("keep me", encoding="utf-8")
    if mark:
        (tmp_path / MARK).write_text("", encoding="utf-8")
    result = run(str(tmp_path), "--complaints", "1")
    assert result.exit_code == 2
    assert kept.read_text(encoding="utf-8") == "keep me"
    assert not (tmp_path / REPORT).exists()


def test_a_directory_that_is_not_there_is_made(tmp_path: Path) -> None:
    """The directory is made, for its owner alone."""
    prepare(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o077 == 0


def test_complaints_are_lodged_on_working_days_in_office_hours() -> None:
    """Nobody lodges on a Sunday or a general holiday, and nobody before nine or after six."""
    instants = lodgings(Plan(500, 3, 2025), HK_CCA)
    assert len(instants) == 500
    assert instants == sorted(instants)
    for at in (one.astimezone(HK_CCA.zone) for one in instants):
        assert at.weekday() < 5
        assert 9 <= at.hour < 18
