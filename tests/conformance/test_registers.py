"""The registers keep their contract: in memory, and in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from expressplatform.memory import MemoryRegister
from expressplatform.ports import Register
from expressplatform.testing.contracts import RegisterContract
from expressplatform_files.register import FileRegister


class TestMemoryRegister(RegisterContract):
    def make_register(self) -> MemoryRegister:
        return MemoryRegister()


class TestFileRegister(RegisterContract):
    @pytest.fixture(autouse=True)
    def file(self, tmp_path: Path) -> None:
        self.path = tmp_path / "register.txt"

    def make_register(self) -> FileRegister:
        return FileRegister(self.path)

    def reopen(self, register: Register) -> FileRegister:
        return FileRegister(self.path)

    def second_connection(self, register: Register) -> FileRegister:
        return FileRegister(self.path)

    def tear(self, register: Register, lost: int) -> bool:
        self.path.write_bytes(self.path.read_bytes()[:-lost])
        return True
