"""The reference store keeps the contract."""

from expressplatform.memory import MemoryStore
from expressplatform.testing.contracts import StoreContract


class TestMemoryStore(StoreContract):
    def make_store(self) -> MemoryStore:
        return MemoryStore()
