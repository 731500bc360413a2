"""A scanner that is a command: two exit codes are answers, the rest is a failure."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from expressplatform.errors import StoreUnusable
from expressplatform.ports import Scan, Scanned
from expressplatform_files.scanning import CommandScan

LOOKS = "import sys; data = sys.stdin.buffer.read(); sys.exit(data.count(b'harm') if data else 2)"
LOOK = (sys.executable, "-c", LOOKS)


@pytest.mark.parametrize(
    ("content", "found"), [((b"fine",), Scanned.CLEAN), ((b"ha", b"rm"), Scanned.HARMFUL)], ids=["clean", "harmful"]
)
def test_the_exit_code_is_the_answer(content: tuple[bytes, ...], found: Scanned) -> None:
    scan = CommandScan(LOOK)
    assert isinstance(scan, Scan)
    assert scan.scan(iter(content), "text/plain") is found


@pytest.mark.parametrize(
    ("scan", "content"),
    [
        (CommandScan(LOOK), b""),
        (CommandScan(LOOK), b"harm harm"),
        (CommandScan((str(Path("/no/such/scanner")),)), b"x"),
        (CommandScan((sys.executable, "-c", "import sys; sys.stdin.read(); input()"), seconds=0.01), b"x"),
    ],
    ids=["another code", "a third code", "no program", "too slow"],
)
def test_anything_else_is_a_failure_and_asked_again(scan: CommandScan, content: bytes) -> None:
    with pytest.raises(StoreUnusable) as caught:
        scan.scan((content,), "text/plain")
    assert caught.value.code == "scan_failed"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("command", [(), "clamdscan -"])
def test_a_command_is_a_list_of_words(command: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="list"):
        CommandScan(command)
