"""The key stores keep their contract: in memory, in a file, and under a script without faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from expressplatform.memory import MemoryKeyStore
from expressplatform.ports import KeyStore
from expressplatform.testing.contracts import KeyStoreContract
from expressplatform.testing.fakes import ScriptedKeys
from expressplatform_sqlite.keys import LocalKeyStore


class TestMemoryKeyStore(KeyStoreContract):
    def make_store(self) -> MemoryKeyStore:
        return MemoryKeyStore()


class TestScriptedKeys(KeyStoreContract):
    def make_store(self) -> ScriptedKeys:
        return ScriptedKeys()


class TestLocalKeyStore(KeyStoreContract):
    @pytest.fixture(autouse=True)
    def file(self, tmp_path: Path) -> None:
        self.path = tmp_path / "keys.db"

    def make_store(self) -> LocalKeyStore:
        return LocalKeyStore(self.path)

    def reopen(self, store: KeyStore) -> KeyStore:
        store.close()
        return LocalKeyStore(self.path)

    def second_connection(self, store: KeyStore) -> KeyStore:
        return LocalKeyStore(self.path)

    def dump_bytes(self, store: KeyStore) -> list[bytes]:
        return [path.read_bytes() for path in self.path.parent.iterdir()]
