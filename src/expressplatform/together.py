"""Threads that write at the same time share transactions, and so waits for the disk.

Laws of this file
- A store has so many lanes, each for one transaction at a time: one where writers exclude each other.
- Nobody waits for company: who comes while a lane is free writes at once, in its own thread.
- Who comes while all lanes are taken waits, and the next to write takes along all who wait. A lane is handed on before
  those who were served wake up, so that one that comes back early cannot push in and write alone.
- Who is interrupted while waiting is written by nobody, or whole; it never holds up the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar, final

Item = TypeVar("Item")
"""What callers bring: commits of cases, records of a shelf."""
Told = TypeVar("Told")
"""What each is answered."""
Outcome = Sequence[Told] | Exception
"""What became of one caller's items."""


class _Ticket(Generic[Item, Told]):
    """One caller's items. ``turn`` opens when they have an outcome, or when it is theirs to write."""

    __slots__ = ("items", "outcome", "turn", "writes")

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.outcome: Outcome[Told] | None = None
        self.turn = Lock()
        self.writes = False


@final
class Together(Generic[Item, Told]):
    """Calls ``write`` with the items of all who wait; it answers each caller in turn, and locks by itself."""

    __slots__ = ("_free", "_gate", "_waiting", "_write")

    def __init__(self, write: Callable[[Sequence[Sequence[Item]]], Sequence[Outcome[Told]]], *, lanes: int = 1) -> None:
        self._write = write
        self._gate = Lock()
        self._waiting: list[_Ticket[Item, Told]] = []
        self._free = lanes

    def append(self, items: Sequence[Item]) -> Sequence[Told]:
        """The answers to these items, or the error that is theirs."""
        outcome = self._alone(items)
        if outcome is None:
            outcome = self._in_turn(_Ticket(items))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _alone(self, items: Sequence[Item]) -> Outcome[Told] | None:
        """Write at once, where a lane is free."""
        writes = False
        try:
            with self._gate:
                if self._free:
                    writes = True
                    self._free -= 1
            return self._write((items,))[0] if writes else None
        finally:
            if writes:
                self._hand_on()

    def _in_turn(self, ticket: _Ticket[Item, Told]) -> Outcome[Told]:
        """Wait for company, or for one's turn to write."""
        try:
            self._queue_up(ticket)
            ticket.turn.acquire()
            if ticket.writes:
                return self._carry(ticket)
        except BaseException:
            self._leave(ticket)
            raise
        return self._in_turn(_Ticket(ticket.items)) if ticket.outcome is None else ticket.outcome

    def _queue_up(self, ticket: _Ticket[Item, Told]) -> None:
        with self._gate:
            if self._free:
                self._free -= 1
                ticket.writes = True
            else:
                ticket.turn.acquire()
                self._waiting.append(ticket)

    def _carry(self, own: _Ticket[Item, Told]) -> Outcome[Told]:
        """Write what waits, this ticket first; the next to write is woken before those who are served."""
        others: list[_Ticket[Item, Told]] = []
        try:
            with self._gate:
                others, self._waiting = self._waiting, []
            outcome, *outcomes = self._write([own.items, *(ticket.items for ticket in others)])
            for ticket, theirs in zip(others, outcomes, strict=True):
                ticket.outcome = theirs
        finally:  # after an interruption each of the others queues up again
            self._hand_on()
            own.writes = False
            for ticket in others:
                ticket.turn.release()
        return outcome

    def _hand_on(self) -> None:
        with self._gate:
            if self._waiting:
                following = self._waiting.pop(0)
                following.writes = True
                following.turn.release()
            else:
                self._free += 1

    def _leave(self, ticket: _Ticket[Item, Told]) -> None:
        """The caller has been interrupted: its items are not to be written, and its turn goes to the next."""
        with self._gate:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
        if ticket.writes:
            self._hand_on()
