"""What the stores are given: steps of cases, each with an event, a header and a receipt, an upload with two effects.

Laws of this file: a step is made from its number alone, so that every side is given the same. The event is one of the
library's with something personal in it, and nothing of it is written or sealed yet: that belongs to our time. The
rows of the raw side are those that ours come to, made from our own commits and therefore sealed already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, TypeVar

import attrs

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.codes import Role
from expressplatform.complaint import Actor, Remark
from expressplatform.events import Event
from expressplatform.platform.rows import commit_of, sealed_as
from expressplatform.ports import Commit, EffectRow, Header, Receipt
from expressplatform.records import event_row
from expressplatform.sealing import CaseKey

START: Final = datetime(2025, 6, 3, 2, tzinfo=UTC)
OFFICER: Final = Actor(Role.COUNCIL, "officer-1", "hkcc")
LIFE: Final = 8
"""Events of a case."""
UPLOADED: Final = 3
"""The version of a case's upload, the one step in a life that leaves effects."""
LEFT: Final = (("alert_trader", "taobao"), ("tell_upload", ""))
"""The effects of an upload: kind and recipient."""
SAID: Final = "The jacket came with a torn lining; the shop says that it was worn, and does not answer any more. " * 2
KEY: Final = CaseKey(b"k" * 32)
"""The data key, opened, as a key ring keeps it for a minute."""


@attrs.frozen
class Step:
    """One commit, before anything of it is written or sealed."""

    case_id: str
    expected: int
    header: Header
    events: tuple[Event, ...]
    effects: tuple[EffectRow, ...]
    receipt: Receipt


def case_id(number: int) -> str:
    """The id of a case: spread like those that the library derives."""
    return "c" + sha256(str(number).encode()).hexdigest()[:31]


def steps(first: int, number: int, events: int) -> list[Step]:
    """So many commits from the number ``first`` on: of one event each, or of whole lives."""
    if events == 1:
        return [_step(which // LIFE, which % LIFE, 1) for which in range(first, first + number)]
    return [_step(which, 0, events) for which in range(first, first + number)]


def _step(case: int, expected: int, events: int) -> Step:
    name, version = case_id(case), expected + events
    versions = range(expected + 1, version + 1)
    return Step(
        name,
        expected,
        header(name, version, START + timedelta(minutes=case % 500_000)),
        tuple(noted(case, one) for one in versions),
        tuple(EffectRow(f"{name}.{UPLOADED}.{kind}", name, UPLOADED, kind, who) for kind, who in LEFT)
        if UPLOADED in versions
        else (),
        Receipt(name, f"council:hkcc:form-{version}", sha256(name.encode()).digest(), version),
    )


def header(name: str, version: int, lodged: datetime) -> Header:
    """Where a case stands after so many steps; due in a week."""
    at = lodged + timedelta(hours=version)
    return Header(
        name, version, "in_conciliation", "hkcc", "taobao", (), "officer-1", "0123-4567-M", "HK_CCA", "2025-01",
        "quality", "clothing", lodged, at, at + timedelta(days=7), "result", False,
    )  # fmt: skip


def noted(case: int, version: int) -> Event:
    """An event with something personal in it."""
    at = START + timedelta(minutes=case % 500_000, hours=version)
    return e.NoteAdded(at, OFFICER, (), c.AddNote(Remark(SAID)))


Unsealed = tuple[str, bytes, bytes | None]
"""An event as it is written: its kind, its facts, and what is personal in it."""


def written(step: Step) -> list[Unsealed]:
    """The events of a step as they are written."""
    return list(map(event_row, step.events))


def sealed(step: Step, events: Sequence[Unsealed]) -> Commit:
    """The commit of a step whose events are written: what is personal in them is sealed."""
    rows = tuple([sealed_as(step.case_id, at, one, KEY) for at, one in enumerate(events, step.expected + 1)])
    return commit_of(step.case_id, step.expected, step.header, rows, step.effects, step.receipt)


def commit(step: Step) -> Commit:
    """The commit of a step: its events written and sealed."""
    return sealed(step, written(step))


T = TypeVar("T")


def in_batches(made: Sequence[T], size: int) -> list[Sequence[T]]:
    """So many for each transaction."""
    return [made[begin : begin + size] for begin in range(0, len(made), size)]


def shared(batches: Sequence[Sequence[T]], threads: int, case_of: Callable[[T], str]) -> list[list[Sequence[T]]]:
    """Each thread's share: all steps of a case by one thread, in their order."""
    shares: list[list[Sequence[T]]] = [[] for _ in range(threads)]
    places: dict[str, int] = {}
    for batch in batches:
        shares[places.setdefault(case_of(batch[0]), len(places) % threads)].append(batch)
    return shares
