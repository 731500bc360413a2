"""A client that knows nothing but the standard library and `cryptography` is understood by the real server."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from expressplatform_http.testing import FakePlatform
from tests.docs.fences import ROOT

SPEAK = ROOT / "examples" / "speak_it.py"
WHOLE = ("details", "streams", "webhooks")
LIBRARY = sys.stdlib_module_names | {"cryptography"}


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    """A platform whose clock shows the time: the other client has its own."""
    with FakePlatform(start=datetime.fromtimestamp(int(time.time()), UTC)) as running:
        yield running


def keys_of(platform: FakePlatform, tmp_path: Path) -> Path:
    keys = platform.keys()
    (pair,) = keys.sealing
    written = {
        "organisation": "taobao",
        "person": "desk-1",
        "signing": keys.signing.seed().hex(),
        "sealing": pair.private.hex(),
        "council": platform.trust().councils[0].public.hex(),
    }
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(written), encoding="utf-8")
    return path


def spoken(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", str(SPEAK), *words], capture_output=True, text=True, timeout=60, cwd=cwd
    )


def test_it_imports_nothing_else_and_is_short() -> None:
    tree = ast.parse(SPEAK.read_text("utf-8"))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {one.partition(".")[0] for one in named} <= LIBRARY
    assert len(SPEAK.read_text("utf-8").splitlines()) <= 150


def test_it_passes_the_vectors() -> None:
    """All that is published: requests, details, documents and webhooks, what is valid and what is not."""
    command = [sys.executable, "-W", "error", "-m", "examples.speak_vectors"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{_published()} vectors hold\n"


def _published() -> int:
    folder = ROOT / "src" / "expressplatform" / "vectors"
    found = {name: json.loads((folder / f"{name}-1.json").read_text("utf-8")) for name in WHOLE}
    requests = json.loads((folder / "requests-1.json").read_text("utf-8"))
    return len(requests["valid"]) + sum(len(one["valid"]) + len(one["invalid"]) for one in found.values())


def test_it_reads_the_cases_of_the_real_server(platform: FakePlatform, tmp_path: Path) -> None:
    case_id, path = platform.new_complaint(), keys_of(platform, tmp_path)
    first = spoken(platform.base, str(path), cwd=tmp_path)
    assert (first.returncode, first.stderr) == (0, "")
    reference, status, count, _ = first.stdout.split()
    assert (status, int(count) > 10) == ("uploaded", True)
    second = spoken(platform.base, str(path), cwd=tmp_path)
    assert second.stdout.split() == [reference, "obtained", "0", "fields"]
    shared = platform.share_evidence(case_id, b"The parcel was empty.\n" * 5000)
    third = spoken(platform.base, str(path), cwd=tmp_path)
    assert third.stdout.split() == [reference, "obtained", "0", "fields", str(22 * 5000), "bytes"]
    assert shared in {one.id for one in platform.platform.facts(case_id, by=platform._officer).case.file.evidence}
    assert platform.platform.facts(case_id, by=platform._officer).case.status == "obtained"


def test_a_key_that_is_not_its_own_is_turned_away(platform: FakePlatform, tmp_path: Path) -> None:
    path = keys_of(platform, tmp_path)
    keys = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**keys, "signing": "11" * 32}), encoding="utf-8")
    done = spoken(platform.base, str(path), cwd=tmp_path)
    assert done.returncode == 1
    assert "not known to be yours" in done.stderr
