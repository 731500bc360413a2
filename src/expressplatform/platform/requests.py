"""What callers bring and what they get back: requests, judged before anything is looked up, and plain results.

Laws of this file: whatever a caller may have got wrong in Python is one problem with its path here, not a fault
further in; no problem and no error repeats what was brought, a case number that is none included.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import Channel, IdentityProof, RefusalSection, Right, Status
from expressplatform.commands import Command
from expressplatform.complaint import Actor, Particulars
from expressplatform.enrolment import Asked, ChangeParticipant, Enrol, LetLeave
from expressplatform.errors import InvalidInput, NoSuchCase, Problem
from expressplatform.events import Event
from expressplatform.fields import CODE, Constraint, constraint_of, refuse
from expressplatform.ports import Header, Wanted
from expressplatform.privacy.rights import Correction, Requester, RightsRequest
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
    """What one round of work did: effects carried out, those to be tried again, and those given up, with codes."""

    done: int
    failed: tuple[tuple[str, str], ...] = ()
    dead: tuple[tuple[str, str], ...] = ()

    def then(self, after: Worked) -> Worked:
        """Both, one after the other."""
        return Worked(self.done + after.done, self.failed + after.failed, self.dead + after.dead)


@attrs.frozen
class Sequenced:
    """What one round of the sequencer did: rows that got a place, the day whose checkpoint was signed (empty: none),
    organisations that were sent it, and those that could not be reached, with codes."""

    placed: int
    signed: str = ""
    sent: int = 0
    failed: tuple[tuple[str, str], ...] = ()


@attrs.frozen
class Verified:
    """Everything holds: so many rows, under so many checkpoints kept here and so many handed in.

    ``waiting`` is how many rows have no place yet, for which no checkpoint speaks; ``unreadable`` how many checkpoints
    are kept that open no more (their keys were lost, or somebody spoilt them).
    """

    rows: int
    waiting: int
    kept: int
    exported: int
    unreadable: int = 0


@attrs.frozen
class Moved:
    """That a case moved, as a trader is told: to which version. ``gone``: it may not see the case any more.

    ``header`` is where the case stands now, without what concerns others, and with an empty ``status`` while another
    trader has it; None where it is gone.
    """

    case_id: str
    version: int
    gone: bool
    header: Header | None


@attrs.frozen
class Feed:
    """A stretch of a trader's feed, and the cursor from which it goes on, also where there is no more for now."""

    moved: tuple[Moved, ...]
    after: str


@attrs.frozen
class DeadLetter:
    """Work that was given up: of which case, what (a code of `EffectKind`) and for whom, and what failed last.

    ``attempts`` is how often it was tried, ``since`` when it was given up, ``code`` an error's. Nothing personal.
    """

    id: str
    case_id: str
    kind: str
    recipient: str
    attempts: int
    since: datetime
    code: str


@attrs.frozen
class Reapplied:
    """What was undone again: cases erased, consents taken back, and what could not be, by case with codes."""

    erased: int
    withdrawn: int
    left: tuple[tuple[str, str], ...] = ()


@attrs.frozen
class Opened:
    """A case read with its particulars, and everything that happened in it."""

    case: Case
    events: tuple[Event, ...]


@attrs.frozen
class RightsAnswer:
    """The answer to a request about one's own data: what it came to, as a document of plain values and as text.

    Both hold the person's particulars, and never print.
    """

    request: RightsRequest
    document: Mapping[str, object] = attrs.field(repr=False)
    text: str = attrs.field(repr=False)


KEY: Final = Constraint(shortest=1, longest=200)
"""What an idempotency key may be: text that says nothing about a person (it is stored in clear)."""
LIST_LIMIT: Final = 1000
_CASE_ID: Final = re.compile(r"c[0-9a-f]{31}")
_NAME: Final = Constraint(longest=200)
ACTORS: Final = Reader(objects=True)
"""Walks values that a caller made."""


def numbered(case_id: str) -> str:
    """A case id as the platform makes them; anything else is no case, and is not repeated."""
    if type(case_id) is str and _CASE_ID.fullmatch(case_id):
        return case_id
    raise NoSuchCase("")


def judged(request: Request) -> None:
    """Raises InvalidInput for a request that holds anything of another type or shape than its fields say."""
    check(request.command)
    found = list(ACTORS.problems(request.by, Actor, "$.by"))
    found += text_problems(request.key, KEY, "$.key")
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


def judged_entry(organisation: str, asked: Asked, by: Actor, key: str, expected: int | None) -> None:
    """Raises InvalidInput for what cannot be entered about an organisation, with every problem."""
    if type(asked) not in (Enrol, ChangeParticipant, LetLeave):
        raise refuse("$", "type", "must be an Enrol, a ChangeParticipant or a LetLeave")
    found = [*ACTORS.problems(asked, type(asked), "$"), *ACTORS.problems(by, Actor, "$.by")]
    found += [*text_problems(organisation, _RECIPIENT, "$.organisation"), *text_problems(key, KEY, "$.key")]
    if expected is not None and type(expected) is not int:
        found.append(Problem("$.expected", "type", "must be a whole number"))
    if found:
        raise InvalidInput(tuple(dict.fromkeys(found)))


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
    found = [problem for name, value in texts.items() for problem in text_problems(value, _NAME, f"$.{name}")]
    if type(limit) is not int or not 1 <= limit <= LIST_LIMIT:
        found.append(Problem("$.limit", "range", f"must be from 1 to {LIST_LIMIT}"))
    if found:
        raise InvalidInput(tuple(found))


def text_problems(value: object, shape: Constraint, path: str) -> list[Problem]:
    """What is wrong with a value that is to be text of that shape."""
    if type(value) is not str:
        return [Problem(path, "type", "must be text")]
    message = shape.complaint(value)
    return [Problem(path, "text", message)] if message else []


# --- what people ask about their own data -------------------------------------------------------------------------

REQUEST_ID: Final = re.compile(r"r[0-9a-f]{31}")
"""The number of a request."""
CORRECTABLE: Final = ("name", "email", "phone", "address")
"""What a request corrects in every case of a person; what belongs to one case is corrected there, by `Correct`."""
_PERSON: Final = Constraint(shortest=1, longest=200)
_CONTACT: Final = Constraint(shortest=1, longest=500)
_RECIPIENT: Final = Constraint(shortest=1, longest=80, pattern=CODE, wanted="must be the id of an organisation")
_REASONS: Final = Constraint(longest=8000)


def judged_right(
    kind: Right,
    channel: Channel,
    by: Actor,
    key: str,
    name: str,
    contact: str,
    recipients: Sequence[str],
    corrections: Mapping[str, str],
) -> Requester:
    """Who asks; raises InvalidInput with every problem of a request."""
    found = [*_code(kind, Right, "$.kind"), *_code(channel, Channel, "$.channel")]
    found += [*ACTORS.problems(by, Actor, "$.by"), *text_problems(key, KEY, "$.key")]
    found += [*_words(name, _PERSON, "$.name"), *_words(contact, _CONTACT, "$.contact")]
    for one in recipients:
        found += text_problems(one, _RECIPIENT, "$.recipients")
    for field, value in corrections.items():
        found += _correction(field, value)
    if found:
        raise InvalidInput(tuple(found))
    return Requester(name, contact, tuple(Correction(field, value) for field, value in sorted(corrections.items())))


def judged_ending(by: Actor, key: str, identity: IdentityProof) -> None:
    """Raises InvalidInput for the arguments of an answer that is none."""
    found = [*_code(identity, IdentityProof, "$.identity_checked"), *text_problems(key, KEY, "$.key")]
    if found := [*found, *ACTORS.problems(by, Actor, "$.by")]:
        raise InvalidInput(tuple(found))


def judged_refusal(by: Actor, section: RefusalSection, reasons: str) -> None:
    """Raises InvalidInput for the arguments of a refusal that is none."""
    found = [*_code(section, RefusalSection, "$.section"), *text_problems(reasons, _REASONS, "$.reasons")]
    if found := [*found, *ACTORS.problems(by, Actor, "$.by")]:
        raise InvalidInput(tuple(found))


def _correction(field: str, value: str) -> list[Problem]:
    if field not in CORRECTABLE:
        return [Problem("$.corrections", "field", "must name one of: " + ", ".join(CORRECTABLE))]
    own = constraint_of(attrs.fields_dict(Particulars)[field])  # type: ignore[arg-type]
    shape = attrs.evolve(own, shortest=1) if own is not None else _PERSON
    return _words(value, shape, f"$.corrections.{field}")


def _code(value: object, kind: type[StrEnum], path: str) -> list[Problem]:
    return [] if type(value) is kind else [Problem(path, "code", "must be one of: " + ", ".join(kind))]


def _words(value: object, shape: Constraint, path: str) -> list[Problem]:
    """Text that holds more than space."""
    found = text_problems(value, shape, path)
    return found or ([] if str(value).strip() else [Problem(path, "text", "must not be blank")])
