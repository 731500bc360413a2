"""A process that writes is killed at any moment: what it was promised stays, and nothing is there by half."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.killing import LIVES
from tests.faults.seeds import enough, seeds

ROOT = Path(__file__).parents[2]


def _kill(kills: int, folder: Path) -> None:
    """So many kills, each of which leaves what it should; together they were promised something."""
    runs = seeds(kills // LIVES)
    asked = ["--seed", str(runs[0]), "--kills", str(len(runs) * LIVES)]
    command = [sys.executable, "-m", "tests.faults.killing", str(folder), *asked]
    ended = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert enough(runs, int(ended.stdout), len(runs) * LIVES)


def test_a_hundred_killed_writers_leave_all_that_they_were_promised(tmp_path: Path) -> None:
    """No acknowledged commit is lost, none is there by half, the files are sound, and the next process goes on."""
    _kill(100, tmp_path)


@pytest.mark.prove
def test_so_do_two_thousand(tmp_path: Path) -> None:
    _kill(2_000, tmp_path)
