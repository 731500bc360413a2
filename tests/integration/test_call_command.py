"""`make-keys` and `call`: one signed request by hand, everything that was signed to be seen, no private key ever."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from expressplatform.codes import Role
from expressplatform.complaint import Actor
from expressplatform_cli.commands import group
from expressplatform_cli.exits import Exit
from expressplatform_http.testing import FakePlatform

OPERATOR = Actor(Role.OPERATOR, "operator-1", "operator")


@pytest.fixture(scope="module")
def platform() -> Iterator[FakePlatform]:
    """A platform whose clock shows the time: the command has no other."""
    with FakePlatform(start=datetime.fromtimestamp(int(time.time()), UTC)) as running:
        yield running


@pytest.fixture
def keys(platform: FakePlatform, tmp_path: Path) -> Path:
    """The file of keys of a trader that has cases."""
    held = platform.keys()
    path = tmp_path / "keys.json"
    document = {
        "organisation": "taobao",
        "person": "desk-1",
        "signing": held.signing.seed().hex(),
        "sealing": held.sealing[0].private.hex(),
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def said(*words: object) -> Result:
    return CliRunner().invoke(group, [str(word) for word in words])


def test_keys_are_made_into_a_file_of_their_owners_alone_and_their_public_halves_shown(tmp_path: Path) -> None:
    path = tmp_path / "new.json"
    done = said("make-keys", path, "--organisation", "shop-9", "--person", "desk-1", "--json")
    assert done.exit_code == Exit.OK
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    held, shown = json.loads(path.read_text("utf-8")), json.loads(done.stdout)
    assert held["organisation"] == "shop-9"
    assert len(bytes.fromhex(shown["signing"])) == len(bytes.fromhex(shown["sealing"])) == 32
    assert held["signing"] not in done.output
    assert held["sealing"] not in done.output


def test_keys_that_are_there_are_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "new.json"
    path.write_bytes(b"precious")
    assert said("make-keys", path, "--organisation", "shop-9", "--person", "desk-1").exit_code == Exit.STORE
    assert path.read_bytes() == b"precious"


def test_an_organisation_connects_and_asks_by_hand(platform: FakePlatform, tmp_path: Path) -> None:
    path, body = tmp_path / "new.json", tmp_path / "register.json"
    shown = json.loads(said("make-keys", path, "--organisation", "shop-9", "--person", "desk-1", "--json").stdout)
    code = platform.platform.invite("shop-9", role=Role.TRADER, name="Shop 9", by=OPERATOR).code
    body.write_text(json.dumps({"v": 1, "code": code, "signing": shown["signing"], "sealing": shown["sealing"]}))
    told = ("--base", platform.base, "--member-keys", path)
    assert said("call", "POST", "/v1/public/register", *told, "--body", body).exit_code == Exit.OK
    listed = said("call", "GET", "/v1/trader/cases", *told)
    assert json.loads(listed.stdout)["cases"] == []


def test_what_was_signed_is_shown_and_no_private_key_is(platform: FakePlatform, keys: Path) -> None:
    case_id = platform.new_complaint()
    path = f"/v1/trader/cases/{case_id}/obtain"
    done = said("call", "post", path, "--base", platform.base, "--member-keys", keys, "--key", "k-1", "--if-match", 3)
    assert done.exit_code == Exit.OK
    assert json.loads(done.stdout)["case_id"] == case_id
    lines = done.stderr.splitlines()
    assert lines[0] == '"@method": POST'
    assert lines[2] == f'"@path": {path}'
    assert '"idempotency-key": k-1' in lines
    assert '"if-match": "3"' in lines
    assert any(line.startswith("signature-input: sig1=(") for line in lines)
    held = json.loads(keys.read_text("utf-8"))
    assert held["signing"] not in done.output
    assert held["sealing"] not in done.output


def test_a_dry_run_sends_nothing(platform: FakePlatform, keys: Path) -> None:
    case_id = platform.new_complaint()
    before = platform.platform.facts(case_id, by=platform._officer).case.version
    path = f"/v1/trader/cases/{case_id}/obtain"
    done = said("call", "POST", path, "--base", platform.base, "--member-keys", keys, "--dry-run")
    assert (done.exit_code, done.stdout) == (Exit.OK, "")
    assert platform.platform.facts(case_id, by=platform._officer).case.version == before


@pytest.mark.parametrize(
    ("path", "exit_code"),
    [
        ("/v1/trader/cases/c" + "0" * 31, Exit.NO_CASE),
        ("/v1/trader/cases?limit=0", Exit.INPUT),
        ("/nothing", Exit.NO_CASE),
    ],
)
def test_what_goes_wrong_has_the_exit_code_that_it_has_everywhere(
    platform: FakePlatform, keys: Path, path: str, exit_code: Exit
) -> None:
    done = said("call", "GET", path, "--base", platform.base, "--member-keys", keys)
    assert done.exit_code == exit_code
    assert json.loads(done.stdout)["code"]


def test_all_of_it_is_one_document_for_a_program(platform: FakePlatform, keys: Path) -> None:
    """What was signed, what was sent, what was answered; and nothing else on standard error."""
    told = ("--base", platform.base, "--member-keys", keys, "--json")
    done = said("call", "GET", "/v1/trader/cases", *told)
    document = json.loads(done.stdout)
    assert document["signed"].startswith('"@method": GET')
    assert dict(document["sent"]["headers"])["signature"].startswith("sig1=:")
    assert (document["answer"]["status"], done.stderr) == (200, "")
    assert "cases" in document["answer"]["body"]
    assert json.loads(said("call", "GET", "/v1/trader/cases", *told, "--dry-run").stdout)["answer"] is None
    refused = said("call", "GET", "/v1/trader/cases/c" + "0" * 31, *told)
    assert refused.exit_code == Exit.NO_CASE
    assert json.loads(refused.stderr)["error"]["code"] == "no_such_case"


def test_where_the_platform_is_stands_in_the_file_of_keys_or_must_be_said(platform: FakePlatform, keys: Path) -> None:
    """A sandbox writes it there."""
    missing = said("call", "GET", "/v1/trader/cases", "--member-keys", keys)
    assert missing.exit_code == Exit.USAGE
    assert "--base" in missing.stderr
    held = json.loads(keys.read_text("utf-8"))
    keys.write_text(json.dumps({**held, "at": platform.base, "council": "00" * 32}), encoding="utf-8")
    assert said("call", "GET", "/v1/trader/cases", "--member-keys", keys).exit_code == Exit.OK


def test_a_key_that_nobody_knows_is_refused(platform: FakePlatform, tmp_path: Path) -> None:
    path = tmp_path / "new.json"
    said("make-keys", path, "--organisation", "taobao", "--person", "desk-1")
    done = said("call", "GET", "/v1/trader/cases", "--base", platform.base, "--member-keys", path)
    assert done.exit_code == Exit.REFUSED
    assert "check the clock and the key" in done.stderr


@pytest.mark.parametrize("held", ["", "[]", "{}", '{"organisation":"a","person":"b","signing":"zz","sealing":""}'])
def test_a_file_that_holds_no_keys_is_refused_unquoted(tmp_path: Path, held: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(held, encoding="utf-8")
    done = said("call", "GET", "/v1/x", "--base", "http://127.0.0.1:9", "--member-keys", path)
    assert done.exit_code == Exit.INPUT
    assert not held or held not in done.output
