"""`demo --traders`: three complaints the whole way over sockets, their ends read from the council's own store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from expressplatform.case import Case
from expressplatform.codes import EvidenceKind, Outcome, Role, Status, Word
from expressplatform.complaint import Actor
from expressplatform.events import PerformanceContradicted, PerformanceReported
from expressplatform.platform import Opened
from expressplatform_cli.config import find_place, open_platform
from expressplatform_cli.demo import demo

OFFICER = Actor(Role.COUNCIL, "officer-1", "hkcc")


@pytest.fixture(name="played", scope="module")
def _played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    place = tmp_path_factory.mktemp("traders") / "demo"
    return place, CliRunner().invoke(demo, [str(place), "--traders"])


def _cases(place: Path) -> dict[str, Opened]:
    """The cases by what they came to, from the files that the demo left."""
    platform = open_platform(find_place(place / "expressplatform.toml", None, None))
    try:
        headers = platform.cases(by=OFFICER).headers
        return {one.case_id: platform.facts(one.case_id, by=OFFICER) for one in headers}
    finally:
        platform.close()


def _proofs(case: Case) -> int:
    return sum(one.kind is EvidenceKind.REFUND_PROOF for one in case.file.evidence)


def test_two_are_confirmed_with_the_refund_proved_and_one_is_back_with_the_council(
    played: tuple[Path, Result],
) -> None:
    place, result = played
    assert result.exit_code == 0, result.output
    found = list(_cases(place).values())
    assert len(found) == 3
    resolved = [one for one in found if one.case.status is Status.RESOLVED]
    assert {one.case.trader for one in resolved} == {"taobao", "jd"}
    for one in resolved:
        account = one.case.account
        assert (account.claimed, account.claimed_by) == (Outcome.SETTLED_MONETARY, Role.TRADER)
        assert (account.confirmed_by, one.case.word) == (Role.COMPLAINANT, Word.CONFIRMED)
        assert account.proved
        assert not account.contradicted
        assert _proofs(one.case) == 1
        (said,) = [event for event in one.events if isinstance(event, PerformanceReported)]
        assert (said.by.role, said.by.person, said.by.organisation) == (Role.TRADER, "agent-1", one.case.trader)
    (back,) = [one for one in found if one not in resolved]
    assert back.case.status is Status.FURTHER_HANDLING
    assert back.case.account.claimed is Outcome.SETTLED_MONETARY
    assert (back.case.account.confirmed_by, back.case.word) == (None, None)
    assert (back.case.account.proved, back.case.account.contradicted) == (False, True)
    assert _proofs(back.case) == 1
    assert back.case.account.referred_back == 1
    (denied,) = [event for event in back.events if isinstance(event, PerformanceContradicted)]
    assert (denied.by.role, denied.by.person) == (Role.TRADER, "agent-1")


def test_it_is_told_as_it_happens_and_names_nobody(played: tuple[Path, Result]) -> None:
    place, result = played
    for said in ("eligible, uploaded", "the money arrived", "the money did not come", "no money has moved", "【"):
        assert said in result.output
    page = (place / "report.html").read_text("utf-8")
    for one in ("A. Person", "example.org", "second day", "300000000001"):
        assert one not in result.output
        assert one not in page
    assert page.count("day by day") >= 3


def test_it_can_be_played_again_in_its_place_and_tells_programs_a_document(played: tuple[Path, Result]) -> None:
    place, _ = played
    result = CliRunner().invoke(demo, [str(place), "--traders", "--json"])
    assert result.exit_code == 0, result.output
    cases = json.loads(result.stdout)["cases"]
    assert [(one["trader"], one["status"], one["proved"]) for one in cases] == [
        ("taobao", "resolved", True),
        ("jd", "resolved", True),
        ("taobao", "further_handling", False),
    ]


def test_the_councils_files_hold_no_token_of_a_shop(played: tuple[Path, Result]) -> None:
    place, _ = played
    for name in ("cases.db", "keys.db", "evidence.db"):
        content = (place / name).read_bytes()
        assert b"shop_tokens" not in content
        assert b"agent_case" not in content
    assert b"shop_tokens" in (place / "taobao-agent.db").read_bytes()
