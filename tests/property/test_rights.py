"""What people ask about their own data, whatever happens: the table, the days, and what a copy holds."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressplatform.codes import Channel, IdentityProof, RefusalSection, Right, RightsStatus, RightsStep
from expressplatform.complaint import ERASED, Actor, EvidenceName, Particulars, Remark
from expressplatform.errors import ExpressPlatformError, Refused
from expressplatform.memory import MemoryKeyStore, MemoryStore
from expressplatform.platform.person_copy import OTHERS
from expressplatform.privacy.rights import (
    RIGHTS,
    Correction,
    Requester,
    RightsRequest,
    answered,
    is_overdue,
    refused,
    requested,
    rights_due,
)
from expressplatform.records import particulars_of, write_whole
from expressplatform.schemes import HK_CCA
from tests.walking import OFFICER
from tests.whole_life import SECOND, Clock, Step, complaint, live, long_life, platform_of, short_life

ROWS: Final = {(row.source, row.step): row.target for row in RIGHTS}
SECTIONS: Final = {
    Right.ACCESS: RefusalSection.PDPO_20_3_A,
    Right.CORRECTION: RefusalSection.PDPO_24_3_B,
    Right.ERASURE: RefusalSection.PIPL_47,
    Right.OBJECTION: RefusalSection.PIPL_44,
}
WHO: Final = Requester("A. Person", "a@example.org", (Correction("email", "b@example.org"),))
START: Final = datetime(2020, 1, 1, tzinfo=UTC)
instants = st.integers(0, 15 * 366 * 86_400).map(lambda second: START + timedelta(seconds=second))


def asked(kind: Right, at: datetime) -> RightsRequest:
    """An open request."""
    return requested(
        kind, id="r1", particulars=WHO, channel=Channel.WEB, by="officer-1", at=at, scheme=HK_CCA, cases=(),
        recipients=("taobao",),
    )  # fmt: skip


def stepped(request: RightsRequest, step: RightsStep, at: datetime) -> RightsRequest:
    """The request after a step."""
    if step is RightsStep.ANSWER:
        return answered(request, identity=IdentityProof.ACCOUNT, by="officer-1", at=at, key="k")
    return refused(request, section=SECTIONS[request.kind], reasons="So it is.", by="officer-1", at=at)


@given(
    kind=st.sampled_from(Right),
    at=instants,
    steps=st.lists(st.sampled_from([RightsStep.ANSWER, RightsStep.REFUSE]), max_size=6),
)
def test_every_history_of_steps_stays_in_the_table(kind: Right, at: datetime, steps: Sequence[RightsStep]) -> None:
    """A step is taken where there is a row, leads where the row says, and changes nothing where there is none."""
    request = asked(kind, at)
    assert request.status is ROWS[None, RightsStep.REQUEST_RIGHT]
    for step in steps:
        target = ROWS.get((request.status, step))
        if target is None:
            with pytest.raises(Refused, match="wrong_status"):
                stepped(request, step, at)
            continue
        after = stepped(request, step, at)
        assert after.status is target
        assert (after.id, after.kind, after.due, after.cases) == (request.id, kind, request.due, request.cases)
        request = after
    assert (request.ended_at is None) is (request.status is RightsStatus.OPEN)


@given(at=instants, days=st.integers(1, 90), late=st.timedeltas(timedelta(), timedelta(days=200)))
def test_the_time_is_so_many_whole_local_days_after_the_day_of_receipt(
    at: datetime, days: int, late: timedelta
) -> None:
    """PDPO s.19(1): not later than 40 days after receiving the request; over with the last day, not before."""
    scheme = attrs.evolve(HK_CCA, rights_days=days)
    due = rights_due(at, scheme)
    local = due.astimezone(scheme.zone)
    assert (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)
    assert scheme.day(due - timedelta(microseconds=1)) - scheme.day(at) == timedelta(days=days)
    request = attrs.evolve(asked(Right.ACCESS, at), due=due)
    assert is_overdue(request, at + late) is (at + late >= due)


# --- what a copy holds ------------------------------------------------------------------------------------------------

TEXTS: Final = tuple(
    one.name
    for one in attrs.fields(Particulars)  # type: ignore[arg-type]
    if one.name not in ("evidence_names", "name", "email")
)
canary = st.text(string.ascii_letters, min_size=16, max_size=16)


class Canaries:
    """Words that occur once in the world each, sorted by whose they are."""

    def __init__(self, seed: str) -> None:
        self.seed, self.count = seed, 0
        self.own: list[str] = []
        self.foreign: list[str] = []

    def word(self, kept: list[str]) -> str:
        """A new one."""
        self.count += 1
        kept.append(f"{self.seed}{self.count:04d}x")
        return kept[-1]

    def person(self, fields: frozenset[str], kept: list[str], **fixed: str) -> Particulars:
        """Somebody with a canary in some of their fields; a representative is somebody else."""
        others = {one.removeprefix("particulars.") for one in OTHERS}
        given = sorted(fields | {"order_number", "statement", "request"})
        made = {name: self.word(self.foreign if name in others else kept) for name in given}
        return Particulars(**{**made, **fixed}, evidence_names=(EvidenceName("order-1", self.word(kept)),))


def _under(steps: Sequence[Step], canaries: Canaries) -> Iterator[Step]:
    """The steps, each by somebody whose id is nobody else's business."""
    for command, by in steps:
        yield command, Actor(by.role, canaries.word(canaries.foreign), by.organisation, by.acting_for)


@settings(max_examples=12)
@given(
    seed=canary,
    fields=st.frozensets(st.sampled_from(TEXTS)),
    length=st.integers(0, 60),
    short=st.booleans(),
    reason=st.booleans(),
)
def test_a_copy_holds_every_particular_of_the_person_and_nothing_of_anybody_else(
    seed: str, fields: frozenset[str], length: int, short: bool, reason: bool
) -> None:
    """PDPO DPP6, s.18, s.20(1)(b), (2)(b); PIPL Art 45: all of one's own, and nobody else."""
    canaries, clock = Canaries(seed), Clock()
    platform = platform_of(clock, MemoryStore(), MemoryKeyStore())
    name, email = canaries.word(canaries.own), canaries.word(canaries.own)
    me = canaries.person(fields, canaries.own, name=name, email=email)

    def say() -> Remark:
        return Remark(canaries.word(canaries.own))

    def again() -> Particulars:
        return canaries.person(fields, canaries.own, name=name, email=email)

    life = short_life(say, again) if short else long_life(say, again)
    case = live_as(platform, clock, tuple(_under(life[:length], canaries)), me)
    said = {word for word in canaries.own if word in _told(platform, case)}
    # Of somebody else, at the same desk.
    other = canaries.person(frozenset(TEXTS), canaries.foreign, name=canaries.word(canaries.foreign), email=email)
    platform.lodge(complaint(other), by=OFFICER, key="form-2")
    if reason:
        reader = Actor(OFFICER.role, canaries.word(canaries.foreign), OFFICER.organisation)
        platform.read(case, by=reader, reason=canaries.word(canaries.own))
        said.add(canaries.own[-1])
    clock.wait(hours=1)
    request = platform.open_request(
        Right.ACCESS, name=name, contact=email, channel=Channel.WEB, by=OFFICER, key="letter-1"
    )
    assert request.cases == (case,)
    done = platform.answer_request(request.id, identity_checked=IdentityProof.ACCOUNT, by=SECOND, key="answer-1")
    written = json.dumps(done.document, ensure_ascii=False)
    assert {name, email} <= said
    for copy in (written, done.text):
        assert [word for word in said if word not in copy] == []
        assert [word for word in canaries.foreign if word in copy] == []
        assert "officer-" not in copy


def live_as(platform: Any, clock: Clock, steps: Sequence[Step], who: Particulars) -> str:
    """The id of a case that has taken the steps; those that a rule refuses are left out."""
    case_id: str = live(platform, clock, (), "form-1", who).id
    for number, (command, by) in enumerate(steps, 1):
        clock.wait(hours=1)
        try:
            platform.act(case_id, command, by=by, key=f"key-{number}")
        except ExpressPlatformError:
            continue
    return case_id


def _told(platform: Any, case_id: str) -> str:
    """Everything that the case holds, as an officer reads it."""
    opened = platform.read(case_id, by=OFFICER, reason="compare")
    held: list[Any] = [particulars_of(event) for event in opened.events]
    return " ".join(write_whole(one).decode() for one in held if one is not ERASED)
