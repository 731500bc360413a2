"""The scans keep their contract: a command, and the one that the page on scans writes."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from expressplatform.ports import Scan, Scanned
from expressplatform.testing.contracts import ScanContract
from expressplatform.testing.scans import TRIAL
from expressplatform_files.scanning import CommandScan

LOOKS = """
import pathlib, sys
here = pathlib.Path(sys.argv[1])
sys.exit(9 if here.exists() else int(bytes.fromhex(sys.argv[2]) in sys.stdin.buffer.read()))
"""


class TestCommandScan(ScanContract):
    """Its way is broken where its scanner ends with a code that is no answer."""

    @pytest.fixture(autouse=True)
    def place(self, tmp_path: Path) -> None:
        self.away = tmp_path / "away"

    def make_scan(self) -> CommandScan:
        return CommandScan((sys.executable, "-S", "-c", LOOKS, str(self.away), TRIAL.hex()))

    def break_way(self, scan: Scan) -> bool:
        if self.away.exists():
            self.away.unlink()
        else:
            self.away.touch()
        return self.away.exists()


class TrialScan:
    """Knows the trial file, wherever it is cut."""

    def scan(self, content: Iterable[bytes], media_type: str, /) -> Scanned:
        return Scanned.HARMFUL if TRIAL in b"".join(content) else Scanned.CLEAN


class TestTrialScan(ScanContract):
    def make_scan(self) -> TrialScan:
        return TrialScan()
