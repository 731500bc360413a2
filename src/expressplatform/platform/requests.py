"""What callers bring and what they get back: requests, judged before anything is looked up, and plain results.

Laws of this file: whatever a caller may have got wrong in Python is one problem with its path here, not a fault
further in; no problem and no error repeats what was brought, a case number that is none included.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import attrs

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import Status
from expressplatform.commands import Command
from expressplatform.complaint import Actor
from expressplatform.errors import InvalidInput, NoSuchCase, Problem
from expressplatform.events import Event
from expressplatform.fields import Constraint, refuse
from expressplatform.ports import Wanted
from expressplatform.reading import Reader
from expressplatform.wire import check


@attrs.frozen
class Request:
    """One command of a batch: on which case (empty for a Lodge), by whom, under which idempotency key, and when.

    ``expected`` is the version it was decided on, None to take whatever stands. ``at`` is when it happened, None
    for now: only imports and simulations set it, and it lies neither before the case's last event nor in the future.
    ``on`` is the case as an earlier answer showed it, which spares a reading; if it has moved since, the answer is
    StaleVersion.
    """

    command: Command
    by: Actor
    key: str
    case_id: str = ""
    expected: int | None = None
    at: datetime | None = None
    on: Case | None = None


@attrs.frozen
class Ticked:
    """What one look at the clock did: steps taken, and the cases where a step was refused or failed, with codes."""

    steps: int
    failed: tuple[tuple[str, str], ...] = ()


@attrs.frozen
class Worked:
    """What one round of work did: effects carried out, and those that will be tried again, with codes."""

    done: int
    failed: tuple[tuple[str, str], ...] = ()


@attrs.frozen
class Opened:
    """A case read with its particulars, and everything that happened in it."""

    case: Case
    events: tuple[Event, ...]


KEY: Final = Constraint(shortest=1, longest=200)
"""What an idempotency key may be: text that says nothing about a person (it is stored in clear)."""
LIST_LIMIT: Final = 1000
_CASE_ID: Final = re.compile(r"c[0-9a-f]{31}")
_NAME: Final = Constraint(longest=200)
_ACTORS: Final = Reader(objects=True)


def numbered(case_id: str) -> str:
    """A case id as the platform makes them; anything else is no case, and is not repeated."""
    if type(case_id) is str and _CASE_ID.fullmatch(case_id):
        return case_id
    raise NoSuchCase("")


def judged(request: Request) -> None:
    """Raises InvalidInput for a request that holds anything of another type or shape than its fields say."""
    check(request.command)
    found = list(_ACTORS.problems(request.by, Actor, "$.by"))
    found += _text(request.key, KEY, "$.key")
    if request.expected is not None and type(request.expected) is not int:
        found.append(Problem("$.expected", "type", "must be a whole number"))
    if request.at is not None and type(request.at) is not datetime:
        found.append(Problem("$.at", "instant", "must be a date and time with an offset from UTC"))
    if request.case_id and isinstance(request.command, c.Lodge):
        found.append(Problem("$.case_id", "value", "must be empty: a Lodge makes the number"))
    if request.on is not None and (type(request.on) is not Case or request.on.id != request.case_id):
        found.append(Problem("$.on", "value", "must be the case of that number"))
    if found:
        raise InvalidInput(tuple(found))


def wanted_of(
    status: Status | Sequence[Status], trader: str, assignee: str, reference: str, due_before: datetime | None
) -> Wanted:
    """Which cases a list should hold; one status may stand for itself."""
    several = (status,) if isinstance(status, Status) else status
    if not set(several) <= set(Status):
        raise refuse("$.status", "code", "must be one of: " + ", ".join(Status))
    return Wanted(tuple(Status(one).value for one in several), trader, assignee, reference, due_before)


def judged_list(limit: int, **texts: str) -> None:
    """Raises InvalidInput for the arguments of a list that no list can be made of."""
    found = [problem for name, value in texts.items() for problem in _text(value, _NAME, f"$.{name}")]
    if type(limit) is not int or not 1 <= limit <= LIST_LIMIT:
        found.append(Problem("$.limit", "range", f"must be from 1 to {LIST_LIMIT}"))
    if found:
        raise InvalidInput(tuple(found))


def _text(value: object, shape: Constraint, path: str) -> list[Problem]:
    if type(value) is not str:
        return [Problem(path, "type", "must be text")]
    message = shape.complaint(value)
    return [Problem(path, "text", message)] if message else []
