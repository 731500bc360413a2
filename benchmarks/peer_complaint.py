"""The peer's aggregate, in a module of its own: the peer looks its classes up by their names. Imports the peer."""

from __future__ import annotations

from eventsourcing.domain import Aggregate, event


class PeerComplaint(Aggregate):  # type: ignore[misc]
    """A complaint that is lodged and then noted upon."""

    @event("Lodged")  # type: ignore[untyped-decorator]
    def __init__(self, facts: str, said: str) -> None:
        self.facts, self.said, self.steps = facts, said, 1

    @event("Noted")  # type: ignore[untyped-decorator]
    def note(self, facts: str, said: str) -> None:
        """A step, with something personal in it."""
        self.facts, self.said, self.steps = facts, said, self.steps + 1
