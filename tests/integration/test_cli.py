"""The command line on real files: a whole life of a case, every exit code, nothing personal where it must not be."""

from __future__ import annotations

import json
import re
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import click
import pytest
from click.testing import CliRunner

import expressplatform.platform
from expressplatform import wire
from expressplatform.platform import utc_now
from expressplatform.schemes import HK_CCA
from expressplatform_cli import privacy as privacy_command
from expressplatform_cli.commands import COMMANDS, group
from expressplatform_cli.exits import EXITS, Exit
from expressplatform_cli.template import template
from expressplatform_sqlite.keys import LocalKeyStore
from tests.typed import Typed

CANARY = "Qx7ZbWm2KpLr9TvE"
OFFICER = ("--as", "officer-1")
TRADER = ("--as", "agent-3", "--role", "trader", "--organisation", "taobao")
PERSON = ("--as", "officer-1", "--role", "complainant")
ASSESSMENT = json.dumps(
    {
        "v": 1,
        "id": "ia-7",
        "recipient": "taobao",
        "instrument": "pcpd_model_clauses",
        "made_on": "2025-01-02",
        "valid_until": "2099-01-01",
        "lawful": "Without it nobody can conciliate.",
        "effect": "A stranger might call.",
        "measures": "One contact, a code to be said, an end of use.",
        "approved_by": "officer-2",
    }
)
UPLOAD = '{"instrument": "pcpd_model_clauses", "impact_assessment": "ia-7"}'


class Desk(Typed):
    """A place made by `init`, and its commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.where = ("--store", str(folder / "cases.db"), "--keys", str(folder / "keys.db"))

    def lodge(self, order: str = "EX-0000-0001") -> str:
        """The reference of a new case."""
        filled = self.ok("lodge", "--template").replace("EX-0000-0001", order).replace("Example Person", CANARY)
        reference = self.document("lodge", "-", *OFFICER, given=filled)["reference"]
        assert isinstance(reference, str)
        return reference


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A new place."""
    folder = tmp_path / "place"
    assert CliRunner().invoke(group, ["init", str(folder)]).exit_code == 0
    desk = Desk(folder)
    desk.ok("impact-assessment", "add", "-", *OFFICER, given=ASSESSMENT)
    return desk


def until_conciliation(desk: Desk) -> str:
    """A case that a trader has obtained and spoken about."""
    reference = desk.lodge()
    desk.ok("act", reference, "Acknowledge", *OFFICER)
    desk.ok("act", reference, "accept", *OFFICER)
    desk.ok("act", reference, "upload", UPLOAD, *OFFICER)
    desk.ok("act", reference, "Obtain", *TRADER)
    desk.ok("act", reference, "report_contact", '{"channel": "phone"}', *TRADER)
    return reference


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """From now on the platform's clock is ahead."""

    def ahead() -> datetime:
        return utc_now() + timedelta(days=days)

    monkeypatch.setattr(expressplatform.platform, "utc_now", ahead)


# ---- a life -------------------------------------------------------------------------------------------------------


def test_a_case_lives_from_the_template_to_its_erasure(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step of an ordinary case can be taken on the command line, and its figures outlive it."""
    reference = until_conciliation(desk)
    answer = '{"outcome": "settled_monetary", "redress": ["refund"], "particulars": {"text": "Paid back."}}'
    assert "Resolution reported" in desk.ok("act", reference, "ReportResolution", "-", *TRADER, given=answer)
    desk.ok("act", reference, "Confirm", '{"rating": 5}', *PERSON)
    later(monkeypatch, 60)
    assert desk.document("tick", "--until-quiet")["steps"] == 1
    before = desk.document("indicators")
    assert (before["complaints"], before["resolved"], before["mean_rating"]) == (1, 1, 5.0)
    assert desk.document("cases", "--status", "closed")["cases"][0]["reference"] == reference
    erased = desk.document("erase", reference, *OFFICER, "--approved-by", "officer-2")
    assert (erased["status"], erased["key_destroyed"]) == ("erased", True)
    after = desk.document("indicators")
    assert {name: after[name] for name in after if name != "as_at"} == {
        name: before[name] for name in before if name != "as_at"
    }
    shown = desk.document("show", reference, *OFFICER, "--reason", "a last look")
    assert shown["particulars"] is None
    assert CANARY not in json.dumps(shown)


def test_show_tells_the_story_and_counts_the_days(desk: Desk) -> None:
    """One page holds what happened, the particulars, each deadline as a calendar, and who may do what."""
    reference = until_conciliation(desk)
    page = desk.ok("show", reference.lower().replace("-", " "), *OFFICER, "--reason", "call back")
    for said in (reference, CANARY, "Trader made contact", "week of", "Mainland working days", "ReportResolution"):
        assert said in page
    assert re.search(r"week of +Mon +Tue", page)


def test_a_word_taken_by_telephone_says_so(desk: Desk) -> None:
    """A confirmation that staff wrote down is not shown as if the complainant had sent it."""
    reference = until_conciliation(desk)
    taken = ("--role", "complainant", "--taken-by", "phone", *OFFICER)
    desk.ok("act", reference, "confirm", *taken)
    assert "complainant officer-1 (phone)" in desk.ok("show", reference, "--facts")


def test_show_without_a_reason_shows_facts_alone(desk: Desk) -> None:
    """Without a name and a reason there is ``--facts``, which holds nothing personal, and nothing else."""
    reference = desk.lodge()
    assert desk.run("show", reference).exit_code == Exit.USAGE
    assert desk.run("show", reference, *OFFICER).exit_code == Exit.USAGE
    facts = desk.ok("show", reference, "--facts")
    document = desk.document("show", reference, "--facts")
    assert CANARY not in facts + json.dumps(document)
    assert document["particulars"] is None
    assert [event["kind"] for event in document["events"]] == ["lodged"]
    assert {one["duty"] for one in document["deadlines"]} == {"acknowledge", "screen"}
    assert document["deadlines"][0]["explained"][0]["role"] == "day_zero"
    assert "Accept" in document["allowed"]["council"]


def test_what_a_trader_obtained_is_shown_with_a_reason_only(desk: Desk) -> None:
    """Obtain is on record once; without a reason only the names of the fields are written."""
    reference = desk.lodge()
    desk.ok("act", reference, "accept", *OFFICER)
    desk.ok("act", reference, "upload", UPLOAD, *OFFICER)
    bare = desk.document("act", reference, "Obtain", *TRADER)
    assert "particulars.name" in bare["disclosure"]["fields"]
    assert CANARY not in json.dumps(bare)
    whole = desk.document("act", reference, "Obtain", *TRADER, "--reason", "to call")
    assert whole["disclosure"]["values"]["particulars.name"] == CANARY
    assert (bare["version"], whole["version"]) == (4, 5)


@pytest.mark.parametrize("name", [*wire.COMMANDS])
def test_the_fields_of_every_command_can_be_listed(name: str) -> None:
    """Anybody can see what a command takes, without a place and without a name."""
    page = CliRunner().invoke(group, ["act", "any", name, "--fields"])
    listed = json.loads(CliRunner().invoke(group, ["act", "any", name, "--fields", "--json"]).stdout)["fields"]
    assert page.exit_code == 0
    assert all(field["name"] in page.stdout for field in listed)
    assert {field["name"] for field in listed} == {one.name for one in attrs.fields(wire.COMMANDS[name])}


@pytest.mark.parametrize("typed", ["ReportContact", "report_contact", "report-contact", "reportcontact"])
def test_a_command_is_known_however_it_is_spelt(desk: Desk, typed: str) -> None:
    """Capitals, underlines and hyphens do not matter."""
    assert desk.document("act", "any", typed, "--fields")["command"] == "report_contact"


def test_the_template_is_a_document_without_its_notes(desk: Desk) -> None:
    """With --json there is nothing in it that a reader of JSON does not know, and it is lodged as it stands."""
    plain = desk.document("lodge", "--template")
    assert plain["particulars"]["name"] == "Example Person"
    assert desk.document("lodge", "-", *OFFICER, given=json.dumps(plain))["status"] == "lodged"


def test_the_template_shows_the_notice_before_the_first_field(desk: Desk) -> None:
    """Whoever fills it in has the whole notice before their eyes first, and the document says so (PDPO DPP1(3))."""
    text = desk.ok("lodge", "--template")
    notice = HK_CCA.notices[-1].text("en")
    before, _, after = text.partition("{\n")
    notes = "\n".join(line.removeprefix("//").strip() for line in before.splitlines())
    assert " ".join(notice.split()) in " ".join(notes.split())
    assert all(line.startswith("//") for line in before.splitlines())
    assert after.index("notice_shown") < after.index("trader")
    shown = desk.document("lodge", "--template")["notice_shown"]
    assert (shown["version"], shown["language"]) == (HK_CCA.notice, "en")


def test_a_template_of_a_scheme_without_a_text_shows_none() -> None:
    """There is nothing to show; the version is named all the same."""
    scheme = attrs.evolve(HK_CCA, notices=(), notice="own-1")
    text = template(scheme, date(2026, 3, 2))
    assert "Privacy notice" not in text
    assert '"version": "own-1"' in text


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Privacy notice"), ("zh-Hant", "私隱聲明"), ("zh-Hans", "个人信息处理告知书")],
)
def test_the_notice_to_be_shown_is_printed_in_each_language(desk: Desk, language: str, title: str) -> None:
    """The page as text, or the same as a document with its version."""
    printed = desk.ok("privacy", "--notice", language)
    assert printed.startswith(f"{title} {HK_CCA.notice}")
    told = desk.document("privacy", "--notice", language)
    assert told["text"] == printed.removesuffix("\n")
    assert (told["version"], told["language"], told["valid_from"]) == (HK_CCA.notice, language, "2019-11-18")


def test_the_privacy_statement_is_a_page_and_a_document(desk: Desk) -> None:
    """Every part of it, with or without a place; of another place, that place's scheme."""
    page = desk.ok("privacy")
    assert page == CliRunner().invoke(group, ["privacy"]).stdout
    for heading in ("Who handles the data", "What for", "Which fields", "Who may be shown what", "How long", "Rights"):
        assert f"\n{heading}\n" in f"\n{page}"
    assert "Section 33" in page
    assert f"{HK_CCA.notice}: from 2019-11-18, in use; consents under it hold" in page
    made = desk.document("privacy")
    assert (made["scheme"], made["edition"]) == (HK_CCA.id, HK_CCA.edition)
    assert made["rights"][0]["days"] == 40


def test_a_place_of_another_scheme_has_that_scheme_s_statement(tmp_path: Path) -> None:
    """Brazil's firm, without a warning of Hong Kong's section 33."""
    folder = tmp_path / "br"
    assert CliRunner().invoke(group, ["init", str(folder), "--scheme", "consumidor-br"]).exit_code == 0
    page = Desk(folder).ok("privacy")
    assert "Senacon" in page
    assert "Section 33" not in page


def test_a_scheme_without_a_text_has_a_statement_and_no_notice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not there is said to be not there."""
    bare = attrs.evolve(HK_CCA, notices=(), notice="own-1")
    monkeypatch.setattr(privacy_command, "HK_CCA", bare)
    page = CliRunner().invoke(group, ["privacy"])
    assert page.exit_code == 0
    assert "Whom to ask" not in page.stdout
    refused = CliRunner().invoke(group, ["privacy", "--notice", "en"])
    assert refused.exit_code == 2
    assert "no text" in refused.stderr


def test_the_same_key_does_nothing_twice(desk: Desk) -> None:
    """A repeated key gives the same answer, with another command a conflict."""
    reference = desk.lodge()
    first = desk.document("act", reference, "Acknowledge", *OFFICER, "--key", "one")
    assert desk.document("act", reference, "Acknowledge", *OFFICER, "--key", "one")["version"] == first["version"]
    assert desk.run("act", reference, "assign", '{"officer": "o-9"}', *OFFICER, "--key", "one").exit_code == 7


def test_assess_judges_files_and_stored_cases(desk: Desk, tmp_path: Path) -> None:
    """The verdict with every finding, before and after lodging; what is missing is named by its path."""
    example = tmp_path / "c.json"
    example.write_text(desk.ok("lodge", "--template"), encoding="utf-8")
    assert "Eligible" in desk.ok("assess", "--file", str(example))
    assert desk.document("assess", desk.lodge())["verdict"] == "eligible"
    example.write_text(example.read_text(encoding="utf-8").replace('"buyer": "private", ', ""), encoding="utf-8")
    found = desk.document("assess", "--file", str(example))
    assert (found["verdict"], found["ask_for"]) == ("needs_information", ["$.complainant.buyer"])
    assert "Ask for: $.complainant.buyer" in desk.ok("assess", "--file", str(example))


def test_an_officers_decision_needs_its_words_from_a_file_or_a_pipe(desk: Desk) -> None:
    """A second complaint over one order is for an officer, whose reason does not stand on the command line."""
    desk.lodge()
    second = desk.lodge()
    words = json.dumps({"particulars": {"text": CANARY}})
    refused = desk.run("act", second, "Accept", words, *OFFICER)
    assert refused.exit_code == Exit.USAGE
    assert CANARY not in refused.output
    assert desk.document("act", second, "Accept", "-", *OFFICER, given=words)["status"] == "eligible"


def test_a_place_without_a_case_says_how_one_is_lodged(desk: Desk) -> None:
    """Nobody who has just made a place is told that they asked for the wrong thing."""
    assert "lodge --template" in desk.ok("cases")


def test_lists_filter_and_go_on_from_a_cursor(desk: Desk) -> None:
    """A list can be narrowed, and read in stretches that do not overlap."""
    references = {desk.lodge("A-1"), desk.lodge("B-2")}
    first = desk.document("cases", "--limit", "1")
    second = desk.document("cases", "--limit", "1", "--after", first["after"])
    assert {page["cases"][0]["reference"] for page in (first, second)} == references
    assert second["after"] is None
    assert desk.document("cases", "--assignee", "nobody")["cases"] == []
    assert desk.document("cases", "--due-before", "2000-01-01")["cases"] == []
    assert "No case answers" in desk.ok("cases", "--trader", "taobao")
    assert all(reference in desk.ok("cases") for reference in references)


def test_a_list_longer_than_any_is_a_wrong_command_line(desk: Desk) -> None:
    """The limit of a list is told by --help, not as a fault of a document."""
    assert desk.run("cases", "--limit", "1001").exit_code == Exit.USAGE
    assert desk.document("cases", "--limit", "1000")["cases"] == []


def test_figures_are_given_for_people_by_group_and_for_the_public(desk: Desk) -> None:
    """The same figures as a page, by group, and with small cells left out."""
    desk.lodge()
    assert "clothing" in desk.ok("indicators", "--by", "category", "--since", "2000-01-01")
    assert desk.document("indicators", "--by", "nature")["groups"][0]["key"] == "not_as_described"
    assert desk.document("indicators", "--public")["complaints"] is None
    assert "may not be published" in desk.ok("indicators", "--public")


@pytest.mark.parametrize(("form", "begins"), [("mermaid", "stateDiagram-v2"), ("dot", "digraph"), ("svg", "<svg ")])
def test_the_lifecycle_is_drawn_in_three_languages(form: str, begins: str) -> None:
    """The diagram needs no place."""
    result = CliRunner().invoke(group, ["diagram", "--format", form])
    assert result.exit_code == 0
    assert result.stdout.startswith(begins)
    document = json.loads(CliRunner().invoke(group, ["diagram", "--format", form, "--json"]).stdout)
    assert document == {"format": form, "diagram": result.stdout}


def test_work_is_done_and_erasing_leaves_other_work_alone(desk: Desk) -> None:
    """Erase carries out its own work; an alert that waits is left to whoever can send it."""
    waiting = desk.lodge("A-1")
    desk.ok("act", waiting, "accept", *OFFICER)
    desk.ok("act", waiting, "upload", UPLOAD, *OFFICER)
    gone = desk.lodge("B-2")
    desk.ok("act", gone, "Withdraw", *PERSON)
    assert desk.document("erase", gone, *OFFICER, "--approved-by", "officer-2")["key_destroyed"]
    assert "1 piece of work" in desk.ok("doctor")
    assert desk.document("work", "--until-quiet")["failed"] == []


def test_an_erasure_is_told_when_the_key_is_gone_and_not_before(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends in the midst keeps the work to itself for a while: whoever erases again hears of it."""

    def ends(*_: object) -> None:
        raise KeyboardInterrupt

    gone = desk.lodge()
    desk.ok("act", gone, "Withdraw", *PERSON)
    erase = ("erase", gone, *OFFICER, "--approved-by", "officer-2")
    with monkeypatch.context() as cut:
        cut.setattr(LocalKeyStore, "destroy", ends)
        assert desk.run(*erase).exit_code == Exit.OTHER
    told = desk.run(*erase)
    assert (told.exit_code, "its key is still there" in told.stdout) == (Exit.STORE, True)
    told = desk.run(*erase, "--json")
    assert (told.exit_code, json.loads(told.stdout)["key_destroyed"]) == (Exit.STORE, False)
    later(monkeypatch, 1)
    assert "nothing opens what was personal" in desk.ok(*erase)
    assert desk.document(*erase)["key_destroyed"]


# ---- doctor -------------------------------------------------------------------------------------------------------


def test_doctor_finds_nothing_wrong_with_a_sound_place(desk: Desk) -> None:
    """A sound place is well, looked at whole, in part, and under its seals."""
    desk.lodge()
    assert desk.document("doctor", "--deep")["well"]
    assert desk.document("doctor", "--sample", "1")["well"]
    assert "1 case replays" in desk.ok("doctor")


def test_doctor_finds_keys_that_do_not_belong_to_the_store(desk: Desk, tmp_path: Path) -> None:
    """With another place's keys every case lacks its own, and doctor says what to put back."""
    desk.lodge()
    CliRunner().invoke(group, ["init", str(tmp_path / "other")])
    mixed = CliRunner().invoke(
        group, ["doctor", "--store", str(desk.folder / "cases.db"), "--keys", str(tmp_path / "other" / "keys.db")]
    )
    assert mixed.exit_code == Exit.STORE
    assert "belong together" in mixed.stdout


def test_doctor_finds_time_that_nobody_took(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps that wait for more than a day are a fault; doctor names the command."""
    desk.lodge()

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + timedelta(days=40)

    monkeypatch.setattr("expressplatform_cli.doctor.datetime", Later)
    result = desk.run("doctor")
    assert result.exit_code == Exit.STORE
    assert "tick --until-quiet" in result.stdout


@pytest.mark.parametrize(
    ("file", "harm", "said"),
    [
        ("cases.db", "UPDATE cases SET status = 'closed'", "not what the events replay to"),
        ("cases.db", "UPDATE cases SET changed_at = changed_at + 864000000000", "lies in the future"),
        ("cases.db", "UPDATE cases SET edition = '1999.1'", "an edition that is not installed here"),
        ("cases.db", "UPDATE events SET sealed = zeroblob(length(sealed))", "does not open"),
        ("cases.db", "UPDATE events SET facts = x'7b7d'", "cannot be read or replayed"),
        ("cases.db", "UPDATE cases SET status = 'erased', changed_at = 0", "its key is still there"),
        ("cases.db", "DELETE FROM meta", "belongs to no scheme"),
        ("keys.db", "UPDATE sealed SET live = 0", "though the case is not erased"),
        ("keys.db", "DELETE FROM sealed", "not in the key store"),
    ],
)
def test_doctor_finds_what_was_done_to_the_files(desk: Desk, file: str, harm: str, said: str) -> None:
    """Each kind of damage is a sentence of its own, and ends with 8."""
    desk.lodge()
    with closing(sqlite3.connect(desk.folder / file)) as db, db:
        db.execute(harm)
    result = desk.run("doctor", "--deep")
    assert result.exit_code == Exit.STORE, result.output
    assert said in " ".join(result.stdout.split())
    assert CANARY not in result.output


def test_doctor_makes_every_check_that_a_broken_file_allows(desk: Desk) -> None:
    """A damaged page is a finding and not the end of the answer."""
    desk.lodge()
    with closing(sqlite3.connect(desk.folder / "cases.db")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = db.execute("PRAGMA page_size").fetchone()[0]
        roots = [page for (page,) in db.execute("SELECT rootpage FROM sqlite_master WHERE name != 'meta'") if page]
    with (desk.folder / "cases.db").open("r+b") as file:
        for page in roots:
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)
    result = desk.run("doctor", "--json")
    assert result.exit_code == Exit.STORE
    faults = [one["check"] for one in json.loads(result.stdout)["findings"] if one["level"] == "fault"]
    assert faults == ["files", "participants", "cases", "clock", "work", "ledger", "shelf"]


@pytest.mark.parametrize("file", ["cases.db", "keys.db"])
def test_an_emptied_file_is_not_taken_for_a_new_one(desk: Desk, file: str) -> None:
    """Doctor changes nothing, and no command writes into a place whose file was lost."""
    (desk.folder / file).write_bytes(b"")
    for command in ("doctor", "cases"):
        assert desk.run(command).exit_code == Exit.STORE
        assert (desk.folder / file).stat().st_size == 0


def test_the_reference_page_says_what_the_program_says() -> None:
    """Commands and exit codes of the page are those of the tables."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    assert all(f"| {int(code)} | {meaning} |" in page for code, meaning in EXITS.items())
    assert all(f"| `{name}" in page for name in COMMANDS)


# ---- places -------------------------------------------------------------------------------------------------------


def test_init_makes_a_private_place_and_says_what_comes_next(tmp_path: Path) -> None:
    """The files are the owner's alone, the configuration is found, and four commands are printed.

    One of them enrols a trader, where the scheme names none.
    """
    folder = tmp_path / "new"
    result = CliRunner().invoke(group, ["init", str(folder), "--scheme", "consumidor-br"])
    assert result.exit_code == 0
    assert result.stdout.count("expressplatform ") == 4
    assert "participants enrol a-trader" in result.stdout
    assert not any(stat.S_IMODE((folder / name).stat().st_mode) & 0o077 for name in ("cases.db", "keys.db"))
    config = str(folder / "expressplatform.toml")
    assert "There is no case" in CliRunner().invoke(group, ["cases", "--config", config]).stdout
    template = CliRunner().invoke(group, ["lodge", "--template", "--config", config]).stdout
    lodged = CliRunner().invoke(group, ["lodge", "-", *OFFICER, "--config", config], input=template)
    assert lodged.exit_code == 0, lodged.output


def test_init_refuses_a_place_that_holds_something(desk: Desk) -> None:
    """Nothing is ever written over."""
    assert CliRunner().invoke(group, ["init", str(desk.folder)]).exit_code == Exit.USAGE


def test_the_configuration_of_this_directory_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside a place no option is needed; outside, the message says how to make one."""
    monkeypatch.chdir(desk.folder)
    assert CliRunner().invoke(group, ["cases"]).exit_code == 0
    monkeypatch.chdir(desk.folder.parent)
    lost = CliRunner().invoke(group, ["cases"])
    assert lost.exit_code == Exit.USAGE
    assert "expressplatform init DIR" in lost.stderr


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("store = 5\n", Exit.INPUT, "$.keys: must be given"),
        ("not toml at all", Exit.INPUT, "must be TOML"),
        ('store = "cases.db"\nkeys = "keys.db"\ncolour = "red"\n', Exit.INPUT, "only store, keys, scheme"),
        ('store = "cases.db"\nkeys = "keys.db"\nscheme = "consumidor-br"\n', Exit.STORE, "another scheme"),
        ('store = "nowhere.db"\nkeys = "keys.db"\n', Exit.STORE, "not there"),
    ],
)
def test_a_configuration_that_is_not_right_is_told_so(desk: Desk, text: str, code: int, said: str) -> None:
    """Every problem of the file, by path; and a store is never made by the way."""
    config = desk.folder / "expressplatform.toml"
    config.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(group, ["cases", "--config", str(config)])
    assert (result.exit_code, said in result.stderr) == (code, True), result.output
    assert not (desk.folder / "nowhere.db").exists()


def test_half_a_place_is_no_place(desk: Desk) -> None:
    """A store without keys, or both ways of naming a place at once, is a mistake on the command line."""
    config = ("--config", str(desk.folder / "expressplatform.toml"))
    assert CliRunner().invoke(group, ["cases", *desk.where[:2]]).exit_code == Exit.USAGE
    assert desk.run("cases", *config).exit_code == Exit.USAGE


# ---- errors -------------------------------------------------------------------------------------------------------


def wrong(desk: Desk, reference: str) -> Iterator[tuple[int, Sequence[str], str | None]]:
    """An exit code, the command line that ends with it, and what stands on standard input."""
    yield Exit.USAGE, ("cases", "--status", CANARY), None
    yield Exit.USAGE, ("cases", CANARY), None
    yield Exit.USAGE, (CANARY,), None
    yield Exit.USAGE, ("act", reference, CANARY, *OFFICER), None
    yield Exit.USAGE, ("lodge", "-"), "{}"
    yield Exit.USAGE, ("lodge", f"/nowhere/{CANARY}", *OFFICER), None
    yield Exit.USAGE, ("act", reference, "Accept", "--role", "trader", "--as", "a-1"), None
    yield Exit.INPUT, ("lodge", "-", *OFFICER), json.dumps({"v": 1, "trader": CANARY, CANARY: 1})
    yield Exit.INPUT, ("lodge", "-", *OFFICER), f'{{"v": 1, "particulars": {{"name": ["{CANARY}"]}}'
    yield Exit.INPUT, ("lodge", "-", *OFFICER), '"' + CANARY * 100_000 + '"'
    yield Exit.INPUT, ("act", reference, "assign", json.dumps({"officer": [CANARY]}), *OFFICER), None
    yield Exit.INPUT, ("act", reference, "assign", json.dumps({"command": CANARY}), *OFFICER), None
    yield Exit.INPUT, ("act", reference, "Accept", "--as", f"{CANARY} {CANARY}"), None
    yield Exit.INPUT, ("show", CANARY, "--facts"), None
    yield Exit.REFUSED, ("act", reference, "TakeUp", *OFFICER), None
    yield Exit.REFUSED, ("erase", reference, *OFFICER, "--approved-by", "officer-1"), None
    yield Exit.NO_CASE, ("show", "c" + "0" * 31, "--facts"), None
    yield Exit.NO_CASE, ("act", reference, "Obtain", "--as", "a", "--role", "trader", "--organisation", "jd"), None
    yield Exit.CONFLICT, ("act", reference, "Acknowledge", *OFFICER, "--expected", "9"), None


def test_every_error_has_its_exit_code_and_quotes_nothing(desk: Desk) -> None:
    """The code is the documented one, the message is not empty, there is no traceback and no value in it."""
    reference = desk.lodge()
    for code, line, given in wrong(desk, reference):
        for form in ((), ("--json",)):
            result = desk.run(*line, *form, given=given)
            assert result.exit_code == code, (code, line[0], result.output)
            assert result.stderr.strip()
            assert "Traceback" not in result.output
            assert CANARY not in result.output, line[0]
            if form:
                error = json.loads(result.stderr)["error"]
                assert (error["exit"], bool(error["code"]), bool(error["message"])) == (code, True, True)


def test_a_refusal_says_who_must_act_and_what_may_be_done(desk: Desk) -> None:
    """A refusal as a document holds the code, the case, and the commands that are open."""
    reference = desk.lodge()
    error = json.loads(desk.run("act", reference, "TakeUp", *OFFICER, "--json").stderr)["error"]
    assert (error["code"], "Accept" in error["allowed"]) == ("wrong_status", True)
    assert error["case"].startswith("c")


def test_what_nobody_foresaw_is_told_by_its_kind_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of nobody's making ends with 1: its kind and place, never its text."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("expressplatform_cli.looking.show_case", broken)
    result = desk.run("show", desk.lodge(), "--facts")
    assert result.exit_code == Exit.OTHER
    assert "RuntimeError" in result.stderr
    assert CANARY not in result.output


def test_a_store_that_is_no_store_is_told_so(desk: Desk) -> None:
    """A corrupt file and another program's file each end with 8, and with what to do."""
    (desk.folder / "cases.db").write_bytes(b"no database at all" * 100)
    result = desk.run("cases")
    assert result.exit_code == Exit.STORE
    assert "backup" in result.stderr
    assert desk.run("doctor").exit_code == Exit.STORE


def test_a_place_that_cannot_be_made_is_told_so(tmp_path: Path) -> None:
    """What the system refuses ends with 8, in the system's words."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = CliRunner().invoke(group, ["init", str(tmp_path / "file" / CANARY)])
    assert result.exit_code == Exit.STORE
    assert "Not a directory" in result.stderr
    assert CANARY not in result.output


def test_typed_text_cannot_move_the_cursor(desk: Desk) -> None:
    """Control characters in what somebody wrote are shown as what they are not."""
    reference = desk.lodge()
    note = json.dumps({"particulars": {"text": "before\x1b[2Jafter\u202eend"}})
    desk.ok("act", reference, "AddNote", "--file", "-", *OFFICER, given=note)
    page = desk.ok("show", reference, *OFFICER, "--reason", "check")
    assert "before\ufffd[2Jafter\ufffdend" in page
    assert "\x1b" not in page


# ---- help ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*COMMANDS])
def test_every_command_explains_itself(name: str) -> None:
    """Each command of the table has a help of its own, and takes ``--json`` where it answers with data."""
    found = group.get_command(click.Context(group), name)
    below = [[one] for one in found.commands] if isinstance(found, click.Group) else [[]]
    for more in below:
        result = CliRunner().invoke(group, [name, *more, "--help"])
        assert result.exit_code == 0, result.output
        assert "Usage: " in result.stdout
        # What writes a page, a drawing or a document's own bytes has no other form.
        assert [name, *more] in (["diagram"], ["demo"], ["evidence", "get"]) or "--json" in result.stdout


def test_the_help_lists_commands_and_exit_codes() -> None:
    """The first page names every command and every exit code."""
    page = CliRunner().invoke(group, ["--help"]).stdout
    assert all(f"  {name} " in page for name in COMMANDS)
    assert all(f"  {int(code)}  {meaning.split(';')[0]}" in page for code, meaning in EXITS.items())


def test_the_help_loads_neither_the_library_nor_the_tables() -> None:
    """Help stays quick because it imports click and little else."""
    script = (
        "import sys; from click.testing import CliRunner; from expressplatform_cli.commands import group; "
        "CliRunner().invoke(group, ['--help']); "
        "sys.exit(bool({'expressplatform', 'rich', 'sqlite3', 'cryptography'} & sys.modules.keys()))"
    )
    began = time.perf_counter()
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(("absent", "line"), [("click", "--help"), ("rich", "cases")])
def test_a_missing_extra_is_named_in_one_sentence(absent: str, line: str) -> None:
    """Without click or rich the program ends with 3 and says what to install."""
    script = (
        f"import sys; sys.modules[{absent!r}] = None; sys.argv = ['expressplatform', {line!r}]; "
        "from expressplatform_cli.__main__ import main; main()"
    )
    ended = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert ended.returncode == Exit.EXTRA
    assert ended.stderr == "The command line needs the extra 'cli': install expressplatform[cli].\n"
