"""Every contract by its name: what a tester derives from, and what the kit finds for an adapter.

    class TestMyStore(StoreContract):
        def make_store(self) -> CaseStore:
            return MyStore(...)

Laws of all contracts: pytest is not imported; every check is a method whose docstring is the promise it holds, and
cites the numbers of `guarantees`. No check assumes an empty store: each works with ids of its own, so a shared database
will do, and runs may go side by side. What was not run says why.
"""

from expressplatform.testing.connectors.contract import AsyncConnectorContract, ConnectorContract
from expressplatform.testing.evidence.contract import AsyncEvidenceContract, EvidenceContract
from expressplatform.testing.keys.contract import KeyStoreContract
from expressplatform.testing.messengers.contract import AsyncMessengerContract, MessengerContract
from expressplatform.testing.outward import GatewayContract, WitnessContract
from expressplatform.testing.registers import RegisterContract
from expressplatform.testing.scans import ScanContract
from expressplatform.testing.shelves.contract import AsyncShelfContract, ShelfContract
from expressplatform.testing.stores.contract import AsyncStoreContract, StoreContract
from expressplatform.testing.strips.contract import StripContract

__all__ = [
    "AsyncConnectorContract",
    "AsyncEvidenceContract",
    "AsyncMessengerContract",
    "AsyncShelfContract",
    "AsyncStoreContract",
    "ConnectorContract",
    "EvidenceContract",
    "GatewayContract",
    "KeyStoreContract",
    "MessengerContract",
    "RegisterContract",
    "ScanContract",
    "ShelfContract",
    "StoreContract",
    "StripContract",
    "WitnessContract",
]
