"""What connectors to trading platforms share: everything but the platform's own words.

Laws of this package: an adapter brings a `Tongue`; tokens, waiting, repeating, comparing, judging and remembering are
here, once. `Connector` and `AsyncConnector` are the port; the pure parts (`comparing`, `judging`, `noting`, `cursor`)
know neither clock nor network.
"""

from expressplatform.connectors.faces import AWAITED, BLOCKING, AsyncConnector, Connector
from expressplatform.connectors.line import Terms
from expressplatform.connectors.reporting import (
    AsyncCaseDesk,
    CaseDesk,
    command_of,
    evidence_of,
    file_performance,
    file_performance_awaited,
)
from expressplatform.connectors.tongue import (
    Asked,
    Bill,
    BillPage,
    Found,
    Line,
    Make,
    Note,
    Proof,
    Record,
    Tokens,
    Tongue,
    Window,
)

__all__ = [
    "AWAITED",
    "BLOCKING",
    "Asked",
    "AsyncCaseDesk",
    "AsyncConnector",
    "Bill",
    "BillPage",
    "CaseDesk",
    "Connector",
    "Found",
    "Line",
    "Make",
    "Note",
    "Proof",
    "Record",
    "Terms",
    "Tokens",
    "Tongue",
    "Window",
    "command_of",
    "evidence_of",
    "file_performance",
    "file_performance_awaited",
]
