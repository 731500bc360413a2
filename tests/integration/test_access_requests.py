"""Requests about one's own data and impact assessments on the command line, over real files."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from expressplatform import HK_CCA, AsyncPlatform, Channel, IdentityProof, MemoryKeyStore, Right, RightsAnswer
from expressplatform_sqlite.aio import AsyncSqliteStore
from expressplatform_sqlite.aio_shelf import AsyncSqliteShelf
from tests.integration.test_cli import ASSESSMENT, CANARY, OFFICER, UPLOAD, Desk, desk, later, until_conciliation
from tests.walking import OFFICER as STAFF
from tests.whole_life import WHO, Clock, complaint, platform_of, seeded

__all__ = ["desk"]

NAME = CANARY
EMAIL = "person@example.org"
PERSON = f"{NAME}\n{EMAIL}\n"


def opened(desk: Desk, *more: str, given: str = PERSON) -> dict[str, Any]:
    """The document of a new request."""
    found: dict[str, Any] = desk.document("access-request", "open", "--channel", "post", *OFFICER, *more, given=given)
    return found


def answered(desk: Desk, request: str, into: Path, *more: str) -> dict[str, Any]:
    """The document of an answer."""
    found: dict[str, Any] = desk.document(
        "access-request", "answer", request, "--identity", "called_back", "--into", str(into), *OFFICER, *more
    )
    return found


def test_an_access_request_goes_from_the_prompt_to_two_files(desk: Desk, tmp_path: Path) -> None:
    """Name and contact come from standard input; the copies lie in files of their owner, named for the request."""
    reference = until_conciliation(desk)
    request = opened(desk)
    assert len(request["cases"]) == 1
    assert desk.document("access-request", "list", "--open")["requests"][0]["id"] == request["id"]
    into = tmp_path / "answers"
    done = answered(desk, request["id"], into)
    assert done["status"] == "answered"
    files = sorted(into.iterdir())
    assert [one.name for one in files] == [f"{request['id']}.json", f"{request['id']}.txt"]
    assert all(stat.S_IMODE(one.stat().st_mode) == 0o600 for one in files)
    document, text = json.loads(files[0].read_bytes()), files[1].read_text("utf-8")
    assert document["cases"][0]["data"]["particulars.name"] == NAME
    assert [one["recipient"] for one in document["cases"][0]["disclosures"]] == ["taobao", "complainant"]
    assert reference in text
    assert NAME in text
    for copy in (text, json.dumps(document)):
        assert "officer-1" not in copy
        assert "agent-3" not in copy
    assert desk.document("access-request", "list", "--open")["requests"] == []


def test_nothing_but_the_files_tells_who_asked(desk: Desk, tmp_path: Path) -> None:
    """Neither what the commands write nor what the files of the place hold in clear has the person's name."""
    until_conciliation(desk)
    request = opened(desk)
    told = [
        json.dumps(request),
        desk.ok("access-request", "open", "--channel", "web", *OFFICER, given=PERSON),
        desk.ok("access-request", "list"),
        desk.ok(
            "access-request", "answer", request["id"], "--identity", "account", "--into", str(tmp_path / "a"), *OFFICER
        ),
        desk.ok("access-request", "list", "--refusals"),
    ]
    assert not [one for one in told if NAME in one or EMAIL in one]
    written = b"".join(one.read_bytes() for one in desk.folder.iterdir())
    assert NAME.encode() not in written


def test_that_nothing_is_held_is_written_too(desk: Desk, tmp_path: Path) -> None:
    """An answer all the same, in both files."""
    request = opened(desk, given="Nobody\nnobody@example.org\n")
    done = answered(desk, request["id"], tmp_path)
    assert done["cases"] == []
    assert "No personal data are held" in (tmp_path / f"{request['id']}.txt").read_text("utf-8")
    assert json.loads((tmp_path / f"{request['id']}.json").read_bytes())["held"] is False


def test_the_same_key_does_nothing_twice(desk: Desk, tmp_path: Path) -> None:
    """Opened and answered again under the same keys: the same request, one disclosure, the same files."""
    reference = desk.lodge()
    first, again = opened(desk, "--key", "letter-1"), opened(desk, "--key", "letter-1")
    assert first == again
    answered(desk, first["id"], tmp_path, "--key", "answer-1")
    before = (tmp_path / f"{first['id']}.json").read_bytes()
    answered(desk, first["id"], tmp_path, "--key", "answer-1")
    assert (tmp_path / f"{first['id']}.json").read_bytes() == before
    events = desk.document("show", reference, "--facts")["events"]
    assert [one["kind"] for one in events].count("disclosed") == 1
    other = desk.run("access-request", "open", "--channel", "web", *OFFICER, "--key", "letter-1", given=PERSON)
    assert other.exit_code == 7


def test_an_answer_that_could_not_be_written_is_written_by_asking_again(desk: Desk, tmp_path: Path) -> None:
    """It is on record before it is written, and nobody has its words but the next run of the same command."""
    reference = desk.lodge()
    request = opened(desk)["id"]
    (tmp_path / f"{request}.txt").mkdir()  # where a file would have to be
    answer = ("access-request", "answer", request, "--identity", "called_back", *OFFICER, "--into")
    assert desk.run(*answer, str(tmp_path)).exit_code != 0
    desk.ok(*answer, str(tmp_path / "other"))
    assert reference in (tmp_path / "other" / f"{request}.txt").read_text("utf-8")
    events = desk.document("show", reference, "--facts")["events"]
    assert [one["kind"] for one in events].count("disclosed") == 1


def test_corrections_erasures_and_objections_do_what_they_say(desk: Desk, tmp_path: Path) -> None:
    """Each kind of answer tells what it came to in each case."""
    reference = until_conciliation(desk)
    given = PERSON + "other@example.org\n"
    correction = opened(desk, "--kind", "correction", "--correct", "email", given=given)
    assert answered(desk, correction["id"], tmp_path)["results"][0]["result"] == "corrected"
    shown = desk.document("show", reference, *OFFICER, "--reason", "check")
    assert shown["particulars"]["email"] == "other@example.org"
    erasure = opened(desk, "--kind", "erasure")
    assert answered(desk, erasure["id"], tmp_path)["results"][0]["result"] == "not_ended"
    objection = opened(desk, "--kind", "objection", "--recipient", "taobao")
    assert answered(desk, objection["id"], tmp_path)["results"][0]["result"] == "consent_withdrawn"
    assert desk.document("show", reference, "--facts")["status"] == "referred_back"
    desk.ok("act", reference, "withdraw", *OFFICER)
    erasure = opened(desk, "--kind", "erasure")
    said = desk.ok(
        "access-request", "answer", erasure["id"], "--identity", "account", "--into", str(tmp_path), *OFFICER
    )
    assert "expressplatform erase CASE" in said


def test_a_refusal_enters_the_log_with_its_reasons(desk: Desk) -> None:
    """Reasons come from standard input, the section from the list; the log shows both, and nobody's name."""
    request = opened(desk)
    refuse = ("access-request", "refuse", request["id"], *OFFICER, "--section")
    said = desk.ok(*refuse, "pdpo_20_3_b", given="There are two of that name.\n")
    assert "s.20(3)(b)" in said
    assert "There are two of that name." in desk.ok("access-request", "list", "--refusals")
    (entry,) = desk.document("access-request", "list", "--refusals")["refusals"]
    assert (entry["request"], entry["section"], entry["by"]) == (request["id"], "pdpo_20_3_b", "officer-1")
    assert desk.run(*refuse, "pdpo_24_3_b", given="Other.\n").exit_code == 5
    assert desk.run(*refuse, "no_section", given="Other.\n").exit_code == 2
    sections = desk.document("access-request", "list", "--sections")["sections"]
    assert {"section", "kinds", "citation", "verified"} == sections[0].keys()
    assert "pdpo_20_1_a" in desk.ok("access-request", "list", "--sections")


def test_what_is_late_is_listed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """After 40 days and a day."""
    request = opened(desk)
    assert desk.document("access-request", "list", "--overdue")["requests"] == []
    later(monkeypatch, 42)
    assert desk.document("access-request", "list", "--overdue")["requests"][0]["id"] == request["id"]


@pytest.mark.parametrize("given", ["", "Only a name\n", f"{PERSON}and more\n"])
def test_standard_input_holds_what_is_asked_for_and_no_more(desk: Desk, given: str) -> None:
    """A line for each, and the message quotes none."""
    result = desk.run("access-request", "open", "--channel", "post", *OFFICER, given=given)
    assert result.exit_code == 2
    assert "2 lines" in result.stderr
    assert NAME not in result.stderr


def test_awaited_answers_are_those_of_the_other_face(tmp_path: Path) -> None:
    """A request taken in and answered over awaited files reads the same as one in memory."""

    async def awaited() -> RightsAnswer:
        platform = AsyncPlatform(
            scheme=HK_CCA,
            store=AsyncSqliteStore(tmp_path / "cases.db"),
            keys=MemoryKeyStore(),
            shelf=AsyncSqliteShelf(tmp_path / "cases.db"),
            now=Clock(),
            draw=seeded,
        )
        await platform.open()
        await platform.lodge(complaint(), by=STAFF, key="form-1")
        request = await platform.open_request(
            Right.ACCESS, name=WHO.name, contact=WHO.email, channel=Channel.WEB, by=STAFF, key="letter-1"
        )
        answer = await platform.answer_request(
            request.id, identity_checked=IdentityProof.ACCOUNT, by=STAFF, key="answer-1"
        )
        assert [one.id for one in await platform.requests(by=STAFF)] == [request.id]
        await platform.close()
        return answer

    platform = platform_of(Clock())
    platform.lodge(complaint(), by=STAFF, key="form-1")
    request = platform.open_request(
        Right.ACCESS, name=WHO.name, contact=WHO.email, channel=Channel.WEB, by=STAFF, key="letter-1"
    )
    answer = platform.answer_request(request.id, identity_checked=IdentityProof.ACCOUNT, by=STAFF, key="answer-1")
    told = asyncio.run(awaited())
    assert told.request == answer.request
    assert sorted(told.text.splitlines()) == sorted(answer.text.splitlines())


# --- impact assessments ----------------------------------------------------------------------------------------------


def test_an_assessment_is_added_listed_and_named_by_an_upload(desk: Desk) -> None:
    """One that is not on record is refused; the same again changes nothing, another of that id is refused."""
    (found,) = desk.document("impact-assessment", "list")["impact_assessments"]
    assert (found["id"], found["recipient"], found["approved_by"]) == ("ia-7", "taobao", "officer-2")
    assert "ia-7" in desk.ok("impact-assessment", "list")
    assert desk.document("impact-assessment", "add", "-", *OFFICER, given=ASSESSMENT)["id"] == "ia-7"
    other = ASSESSMENT.replace("A stranger might call.", "Another.")
    assert desk.run("impact-assessment", "add", "-", *OFFICER, given=other).exit_code == 5
    reference = desk.lodge()
    desk.ok("act", reference, "accept", *OFFICER)
    unknown = desk.run("act", reference, "upload", UPLOAD.replace("ia-7", "ia-8"), *OFFICER, "--json")
    assert (unknown.exit_code, json.loads(unknown.stderr)["error"]["code"]) == (5, "impact_assessment_unknown")
    desk.ok("act", reference, "upload", UPLOAD, *OFFICER)


def test_an_assessment_that_says_too_little_is_told_by_every_problem(desk: Desk) -> None:
    """By path, as any document."""
    document = {**json.loads(ASSESSMENT), "lawful": "", "recipient": "two words", "more": 1}
    result = desk.run("impact-assessment", "add", "-", *OFFICER, "--json", given=json.dumps(document))
    assert result.exit_code == 4
    paths = {one["path"] for one in json.loads(result.stderr)["error"]["problems"]}
    assert {"$.lawful", "$.recipient", "$"} <= paths
