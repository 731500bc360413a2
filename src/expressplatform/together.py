"""Threads that write at the same time share transactions, and so waits for the disk.

Laws of this file
- A store has so many lanes, each for one transaction at a time: one where writers exclude each other.
- Nobody waits for company: who comes while a lane is free writes at once, in its own thread.
- Who comes while all lanes are taken waits, and the next to write takes along all who wait. A lane is handed on before
  those who were served wake up, so that one that comes back early cannot push in and write alone.
- Who is interrupted while waiting is written by nobody, or whole; it never holds up the others.
- An interruption may strike whoever is just handing a lane on or waking others, which nothing in Python prevents. So
  who waits looks up now and then: where nobody comes any more it writes by itself, and the lane is back.
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


class _Company(Generic[Item, Told]):
    """Those who wait together. ``carried`` is locked by whoever has taken them along, for as long as it is at it."""

    __slots__ = ("carried", "tickets")

    def __init__(self) -> None:
        self.tickets: list[_Ticket[Item, Told]] = []
        self.carried: Lock | None = None


class _Ticket(Generic[Item, Told]):
    """One caller's items. ``turn`` opens when they have an outcome, or when it is theirs to write."""

    __slots__ = ("company", "items", "outcome", "turn", "writes")

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.outcome: Outcome[Told] | None = None
        self.turn = Lock()
        self.writes = False
        self.company: _Company[Item, Told]


@final
class Together(Generic[Item, Told]):
    """Calls ``write`` with the items of all who wait; it answers each caller in turn, and locks by itself.

    Who has waited for ``patience`` seconds for a lane takes one: where none was lost there is one too many until nobody
    waits any more.
    """

    __slots__ = ("_free", "_gate", "_lanes", "_patience", "_waiting", "_write")

    def __init__(
        self,
        write: Callable[[Sequence[Sequence[Item]]], Sequence[Outcome[Told]]],
        *,
        lanes: int = 1,
        patience: float = 5.0,
    ) -> None:
        self._write = write
        self._gate = Lock()
        self._waiting: _Company[Item, Told] = _Company()
        self._free = self._lanes = lanes
        self._patience = patience

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
            while not (ticket.turn.acquire(timeout=self._patience) or self._is_left(ticket)):
                pass
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
                ticket.company = self._waiting
                ticket.company.tickets.append(ticket)

    def _is_left(self, ticket: _Ticket[Item, Told]) -> bool:
        """Whether to wait no longer: no lane has come, so that it takes one, or who took it along was interrupted."""
        with self._gate:
            company = ticket.company
            if not (ticket.writes or company.carried):
                company.tickets.remove(ticket)
                ticket.writes = True
            return ticket.writes or not (company.carried and company.carried.locked())

    def _carry(self, own: _Ticket[Item, Told]) -> Outcome[Told]:
        """Write what waits, this ticket first; the next to write is woken before those who are served."""
        company: _Company[Item, Told] = _Company()
        carried = Lock()
        with carried:
            try:
                with self._gate:
                    self._waiting.carried = carried
                    company, self._waiting = self._waiting, company
                outcome, *outcomes = self._write([own.items, *(ticket.items for ticket in company.tickets)])
                for ticket, theirs in zip(company.tickets, outcomes, strict=True):
                    ticket.outcome = theirs
            finally:  # after an interruption each of the others queues up again
                own.writes = False
                self._hand_on()
                for ticket in company.tickets:
                    ticket.turn.release()
        return outcome

    def _hand_on(self) -> None:
        """The lane is the next one's, or free. Behind the gate nothing is called before that one knows: there an
        interruption could strike."""
        with self._gate:
            if self._waiting.tickets:
                following = self._waiting.tickets[0]
                del self._waiting.tickets[0]
                following.writes = True
                following.turn.release()
            elif self._free < self._lanes:
                self._free += 1

    def _leave(self, ticket: _Ticket[Item, Told]) -> None:
        """The caller has been interrupted: its items are not to be written, and its turn goes to the next."""
        with self._gate:
            if ticket in self._waiting.tickets:
                self._waiting.tickets.remove(ticket)
        if ticket.writes:
            self._hand_on()
