"""The ports: what the shell asks of stores, key stores, gateways and messengers, and the rows that they exchange.

Laws of this package: ports speak rows and bytes, and stores never see a particular. Instants are UTC to the
microsecond; `now` is always an argument. Sync and async are equals: each port of a store has both.
"""

from expressplatform.ports.cases import (
    EVERYONE,
    Answer,
    Appended,
    AsyncCaseStore,
    CaseStore,
    Commit,
    Conflict,
    DeadRow,
    EffectRow,
    FeedRow,
    Header,
    Leaf,
    LedgerSize,
    Page,
    Placed,
    Receipt,
    Replayed,
    StoredCase,
    StoredEvent,
    Token,
    Unplaced,
    Wanted,
)
from expressplatform.ports.evidence import AsyncEvidenceStore, EvidenceStore, Filed, check_place
from expressplatform.ports.keys import KeyStore
from expressplatform.ports.outward import Alert, Draw, Message, Messenger, Scan, Scanned, Strip, TraderGateway, Witness
from expressplatform.ports.register import Register, RegisterEntry, Undone
from expressplatform.ports.shelf import AsyncShelf, Shelf, ShelfPage, ShelfRow, Sought

__all__ = [
    "EVERYONE",
    "Alert",
    "Answer",
    "Appended",
    "AsyncCaseStore",
    "AsyncEvidenceStore",
    "AsyncShelf",
    "CaseStore",
    "Commit",
    "Conflict",
    "DeadRow",
    "Draw",
    "EffectRow",
    "EvidenceStore",
    "FeedRow",
    "Filed",
    "Header",
    "KeyStore",
    "Leaf",
    "LedgerSize",
    "Message",
    "Messenger",
    "Page",
    "Placed",
    "Receipt",
    "Register",
    "RegisterEntry",
    "Replayed",
    "Scan",
    "Scanned",
    "Shelf",
    "ShelfPage",
    "ShelfRow",
    "Sought",
    "StoredCase",
    "StoredEvent",
    "Strip",
    "Token",
    "TraderGateway",
    "Undone",
    "Unplaced",
    "Wanted",
    "Witness",
    "check_place",
]
