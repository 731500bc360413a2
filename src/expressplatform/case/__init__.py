"""A case: what it is (`state`), what an event does to it (`apply`), what may happen next (`decide`)."""

from expressplatform.case.apply import apply, replay
from expressplatform.case.decide import allowed, decide, due, next_due
from expressplatform.case.guards import brought
from expressplatform.case.state import Account, Case, File, Offer, Turn

__all__ = [
    "Account",
    "Case",
    "File",
    "Offer",
    "Turn",
    "allowed",
    "apply",
    "brought",
    "decide",
    "due",
    "next_due",
    "replay",
]
