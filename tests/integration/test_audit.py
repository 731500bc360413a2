"""What a commissioner takes away: everything of a span, nothing personal, and checked by code that is not ours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from expressplatform.codes import Channel, RefusalSection, Right, Role
from expressplatform.complaint import Actor, Particulars
from expressplatform.errors import Refused
from expressplatform.platform import Platform
from expressplatform_cli.commands import group
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.store import SqliteStore
from tests.walking import OFFICER, START, TAOBAO
from tests.whole_life import ASSESSED, SECOND, Clock, live, long_life, platform_of, short_life

CANARY = "Qx7Lm2Zp9Tw4Rk8V"
WHO = Particulars(name=CANARY, email=f"{CANARY}@example.org", order_number=CANARY, statement=CANARY, request=CANARY)


def audited(clock: Clock, platform: Platform) -> Mapping[str, bytes]:
    live(platform, clock, long_life(who=lambda: WHO), "form-1", WHO)
    ended = live(platform, clock, short_life(), "form-2", WHO)
    asked = platform.open_request(
        Right.ACCESS, name=CANARY, contact=CANARY, channel=Channel.WEB, by=OFFICER, key="letter-1"
    )
    platform.refuse_request(asked.id, section=RefusalSection.PDPO_20_1_A, reasons=CANARY, by=OFFICER)
    platform.record_impact_assessment(attrs.evolve(ASSESSED, id="pia-2", made_on=START.date()), by=OFFICER)
    platform.erase(ended.id, by=OFFICER, approved_by=SECOND)
    return platform.audit_bundle(by=OFFICER, since=START - timedelta(days=9), until=clock.at + timedelta(hours=1))


def lines(files: Mapping[str, bytes], name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[name].splitlines()]


def test_a_bundle_holds_every_disclosure_consent_deletion_and_erasure_of_the_span() -> None:
    """Handlers audit themselves and keep the record for three years (PIPL Arts 54-56)."""
    clock = Clock()
    platform = platform_of(clock)
    files = audited(clock, platform)
    given = platform.disclosures(by=OFFICER)
    assert [one["id"] for one in lines(files, "disclosures.jsonl")] == [one.record.id for one in given]
    consents = lines(files, "consents.jsonl")
    assert [(one["what"], one.get("recipient")) for one in consents if one["what"] == "withdrawn"] == [
        ("withdrawn", "taobao")
    ]
    assert {one["recipient"] for one in consents if "recipient" in one} == {"taobao", "cca", "jd"}
    assert [one["ground"] for one in lines(files, "deletions.jsonl")] == ["nothing_kept", "nothing_kept"]
    (erased,) = lines(files, "erasures.jsonl")
    assert (erased["by"]["person"], erased["approved_by"]) == (OFFICER.person, SECOND.person)
    (refused,) = lines(files, "refusals.jsonl")
    assert (refused["section"], refused["by"]) == ("pdpo_20_1_a", OFFICER.person)
    assert [one["id"] for one in lines(files, "impact_assessments.jsonl")] == ["pia-2"]  # the other is older
    assert not any(CANARY.encode() in content for content in files.values())


def test_a_span_holds_what_happened_in_it_alone() -> None:
    clock = Clock()
    platform = platform_of(clock)
    audited(clock, platform)
    before = platform.audit_bundle(by=OFFICER, since=START - timedelta(days=9), until=START - timedelta(days=8))
    assert all(not content for name, content in before.items() if name.endswith(".jsonl"))


def test_a_bundle_is_checked_by_a_few_lines_that_are_not_ours() -> None:
    clock = Clock()
    platform = platform_of(clock)
    files = audited(clock, platform)
    manifest = files["manifest.json"]
    public = Ed25519PublicKey.from_public_bytes(platform.audit_key())
    public.verify(bytes.fromhex(files["manifest.sig"].decode()), b"expressplatform signed files 1\n" + manifest)
    listed = {one["name"]: one["sha256"] for one in json.loads(manifest)["files"]}
    assert listed == {name: hashlib.sha256(files[name]).hexdigest() for name in files if name.endswith(".jsonl")}


def test_it_is_for_watchers() -> None:
    platform = platform_of(Clock())
    for by in (TAOBAO, Actor(Role.OPERATOR, "operator-1", "hkcc")):
        with pytest.raises(Refused, match="not_a_watcher"):
            platform.audit_bundle(by=by, since=START, until=START)


@pytest.fixture
def place(tmp_path: Path) -> list[str]:
    """The options that name a place in which two cases were lived."""
    store, keys, clock = tmp_path / "cases.db", tmp_path / "keys.db", Clock()
    platform = platform_of(clock, SqliteStore(store), LocalKeyStore(keys))
    audited(clock, platform)
    platform.close()
    return ["--store", str(store), "--keys", str(keys)]


def told(*line: str, code: int = 0) -> str:
    done = CliRunner().invoke(group, line)
    assert done.exit_code == code, done.output
    return done.output


def test_the_command_line_writes_a_bundle_and_checks_it_without_a_store(place: list[str], tmp_path: Path) -> None:
    folder = str(tmp_path / "bundle")
    span = ["--from", "2025-06-01", "--until", "2025-06-30", "--as", "auditor-1", "--auditor"]
    made = json.loads(told("audit-bundle", folder, *span, "--json", *place))
    assert "Whole, and as signed: 6 files." in told("audit-check", folder, "--key", made["public_key"])
    (tmp_path / "bundle" / "erasures.jsonl").write_bytes(b"")
    assert "erasures.jsonl: must be as it was" in told("audit-check", folder, "--key", made["public_key"], code=4)
    told("audit-check", folder, "--key", "00" * 32, code=8)
    told("audit-bundle", folder, *span, *place, code=2)


def test_the_command_line_tells_disclosures_readings_and_what_waits(place: list[str]) -> None:
    asks = ["--as", "officer-1", *place]
    found = json.loads(told("disclosures", "--to", "jd", "--json", *asks))["disclosures"]
    assert [one["recipient"] for one in found] == ["jd"]
    assert "4 disclosures." in told("disclosures", "--from", "2025-06-01", *asks)
    assert "0 disclosures." in told("disclosures", "--until", "2025-06-01", *asks)
    assert "Nobody has read anything." in told("access-log", *asks)
    case = found[0]["case"]
    told("show", case, "--reason", "call back", *asks)
    readings = json.loads(told("access-log", "--case", case, "--json", *asks))["readings"]
    assert [(one["by"]["person"], one["reason"]) for one in readings] == [("officer-1", "call back")]
    assert "call back" in told("access-log", "--by", "officer-1", *asks)
    assert "A deletion is overdue" in told("queue", *asks)
