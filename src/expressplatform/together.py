"""Threads that append at the same time share transactions, and so waits for the disk.

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
from typing import final

from expressplatform.ports import Answer, Commit

Outcome = Sequence[Answer] | Exception
"""What became of one caller's commits."""


class _Ticket:
    """One caller's commits. ``turn`` opens when they have an outcome, or when it is theirs to write."""

    __slots__ = ("commits", "outcome", "turn", "writes")

    def __init__(self, commits: Sequence[Commit]) -> None:
        self.commits = commits
        self.outcome: Outcome | None = None
        self.turn = Lock()
        self.writes = False


@final
class Together:
    """Calls ``write`` with the commits of all who wait; it answers each caller in turn, and locks by itself."""

    __slots__ = ("_free", "_gate", "_waiting", "_write")

    def __init__(self, write: Callable[[Sequence[Sequence[Commit]]], Sequence[Outcome]], *, lanes: int = 1) -> None:
        self._write = write
        self._gate = Lock()
        self._waiting: list[_Ticket] = []
        self._free = lanes

    def append(self, commits: Sequence[Commit]) -> Sequence[Answer]:
        """The answers to these commits, or the error that is theirs."""
        outcome = self._alone(commits)
        if outcome is None:
            outcome = self._in_turn(_Ticket(commits))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _alone(self, commits: Sequence[Commit]) -> Outcome | None:
        """Write at once, where a lane is free."""
        writes = False
        try:
            with self._gate:
                if self._free:
                    writes = True
                    self._free -= 1
            return self._write((commits,))[0] if writes else None
        finally:
            if writes:
                self._hand_on()

    def _in_turn(self, ticket: _Ticket) -> Outcome:
        """Wait for company, or for one's turn to write."""
        try:
            self._queue_up(ticket)
            ticket.turn.acquire()
            if ticket.writes:
                return self._carry(ticket)
        except BaseException:
            self._leave(ticket)
            raise
        return self._in_turn(_Ticket(ticket.commits)) if ticket.outcome is None else ticket.outcome

    def _queue_up(self, ticket: _Ticket) -> None:
        with self._gate:
            if self._free:
                self._free -= 1
                ticket.writes = True
            else:
                ticket.turn.acquire()
                self._waiting.append(ticket)

    def _carry(self, own: _Ticket) -> Outcome:
        """Write what waits, this ticket first; the next to write is woken before those who are served."""
        others: list[_Ticket] = []
        try:
            with self._gate:
                others, self._waiting = self._waiting, []
            outcome, *outcomes = self._write([own.commits, *(ticket.commits for ticket in others)])
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

    def _leave(self, ticket: _Ticket) -> None:
        """The caller has been interrupted: its commits are not to be written, and its turn goes to the next."""
        with self._gate:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
        if ticket.writes:
            self._hand_on()
