"""The README's two terminals: a sandbox in one, a trader's desk in the other, as they stand there."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from expressplatform_cli.commands import group
from expressplatform_cli.sandbox_control import Control, NoSandbox, address
from tests.docs.fences import ROOT, blocks

_LONGEST = 90.0


def _terminal(number: int) -> list[list[str]]:
    """The commands of a terminal, in words."""
    (block,) = (
        one for one in blocks((ROOT / "README.md").read_text("utf-8")) if one.above == f"<!-- terminal {number} -->"
    )
    return [shlex.split(line[2:]) for line in block.text.splitlines() if line.startswith("$ ")]


@contextmanager
def _running(words: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, *words, "--for", "240"], cwd=folder, env=os.environ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def _until_there(process: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + _LONGEST
    while True:
        try:
            Control(address(folder, None)).state()
        except (NoSandbox, OSError, click.UsageError):
            assert process.poll() is None, "the sandbox ended"
            assert time.monotonic() < end, "the sandbox did not start"
            time.sleep(0.1)
        else:
            return


def test_the_two_terminals_of_the_readme_do_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command ends well, some after a moment in which the desk works; the list ends with everything done."""
    monkeypatch.chdir(tmp_path)
    (sandbox,) = _terminal(1)
    desk, *commands = _terminal(2)
    assert sandbox[0] == "expressplatform"
    assert desk[0] == "python"
    assert desk[-1] == "&"
    assert commands[-1][1:3] == ["sandbox", "certify"]
    with _running(["-m", "expressplatform_cli", *sandbox[1:]], tmp_path) as process:
        _until_there(process, tmp_path / "sandbox")
        with _running([str(ROOT / desk[1]), *desk[2:-1]], tmp_path) as worker:
            said = [_said(command[1:]) for command in commands]
            assert worker.poll() is None
    assert "9 of 9 done." in said[-1]


def _said(words: list[str]) -> str:
    """What a command says in the end: a complainant has nothing to confirm before the desk has reported."""
    end = time.monotonic() + _LONGEST
    while True:
        outcome = CliRunner().invoke(group, words)
        if outcome.exit_code == 0:
            return outcome.output
        assert words[1] == "confirm", outcome.output
        assert time.monotonic() < end, outcome.output
        time.sleep(0.2)
