"""Whole lives of cases as the commands that lead through them, and a platform whose clock is set by hand."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import attrs

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import (
    Audience,
    Basis,
    Channel,
    DeclineReason,
    Duty,
    EvidenceKind,
    Instrument,
    KeptGround,
    Outcome,
    Purpose,
    Redress,
    RejectionRule,
    StopReason,
)
from expressplatform.commands import Command
from expressplatform.complaint import Actor, Complaint, Evidence, Particulars, Remark
from expressplatform.indicators import Tally
from expressplatform.memory import MemoryKeyStore, MemoryStore
from expressplatform.money import Money
from expressplatform.platform import Platform, Request
from expressplatform.ports import CaseStore, KeyStore, TraderGateway
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform.scheme import Scheme
from expressplatform.schemes import HK_CCA
from tests.walking import JD, OFFICER, PERSON, START, TAOBAO, UPLOAD, consent_to
from tests.whole_complaint import WHOLE

Step = tuple[Command, Actor]
Say = Callable[[], Remark]
Who = Callable[[], Particulars]

HOUR: Final = timedelta(hours=1)
WHO: Final = Particulars(
    name="A. Person", email="a@example.org", order_number="1-17", statement="It broke.", request="Refund."
)
SECOND: Final = Actor(OFFICER.role, "officer-2", OFFICER.organisation)
ELSEWHERE: Final = Actor(OFFICER.role, "officer-9", "macao")
ASSESSED: Final = ImpactAssessment(
    UPLOAD.impact_assessment,
    "*",
    Instrument.COLLABORATION_AGREEMENT,
    date(2025, 1, 1),
    date(2035, 12, 31),
    "Without it nobody can conciliate.",
    "A stranger might call.",
    "One contact, a code to be said, an end of use.",
    "officer-2",
)
"""The impact assessment that `UPLOAD` names."""
REFUND: Final = ((Redress.REFUND,), Money("HKD", 60000))


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def wait(self, **span: float) -> datetime:
        """Later by so many hours or days."""
        self.at += timedelta(**span)
        return self.at


def seeded(purpose: str, case_id: str, version: int) -> bytes:
    """The same bytes for the same arguments."""
    return hashlib.sha256(f"{purpose}|{case_id}|{version}".encode()).digest()


def platform_of(
    clock: Clock,
    store: CaseStore | None = None,
    keys: KeyStore | None = None,
    *,
    scheme: Scheme = HK_CCA,
    gateways: dict[str, TraderGateway] | None = None,
) -> Platform:
    """A platform over a store, in memory where none is named."""
    platform = Platform(
        scheme=scheme,
        store=store if store is not None else MemoryStore(),
        keys=keys if keys is not None else MemoryKeyStore(),
        now=clock,
        draw=seeded,
        gateways=gateways or {},
    )
    platform.record_impact_assessment(ASSESSED, by=attrs.evolve(OFFICER, organisation=scheme.council))
    return platform


def say() -> Remark:
    """What somebody says where it does not matter what."""
    return Remark("Because it is so.")


def complaint(who: Particulars = WHO) -> Complaint:
    """The whole complaint, of somebody with an order number."""
    return attrs.evolve(WHOLE, particulars=who)


def _offer(say: Say) -> Command:
    redress, amount = REFUND
    return c.MakeOffer(redress, START + timedelta(days=40), amount, date(2025, 7, 30), say())


def _taken_in(say: Say, who: Who) -> Sequence[Step]:
    return (
        (c.Acknowledge(), OFFICER),
        (c.AddNote(say()), OFFICER),
        (c.AddMessage(say()), PERSON),
        (c.AddEvidence(Evidence("photo-1", EvidenceKind.PHOTOGRAPH), say()), PERSON),
        (c.Redact("order-1", Evidence("order-1-masked", EvidenceKind.ORDER)), OFFICER),
        (c.SetReference("F-2025/11"), OFFICER),
        (c.Assign("officer-3"), OFFICER),
        (c.RequestInformation(("$.purchase.paid",), say()), OFFICER),
        (c.SupplyInformation(complaint(who())), PERSON),
        (c.Correct(who()), PERSON),
        (c.SetResearchConsent(True), PERSON),
        (c.ShareEvidence("taobao", ("order-1",)), OFFICER),
        (c.Accept(say()), OFFICER),
    )


def _with_taobao(say: Say) -> Sequence[Step]:
    redress, amount = REFUND
    return (
        (UPLOAD, OFFICER),
        (c.Obtain(), TAOBAO),
        (c.ReportAttempt(Channel.PHONE, say()), TAOBAO),
        (c.ReportContact(Channel.PHONE, True, say()), TAOBAO),
        (c.AskInformation(say()), TAOBAO),
        (c.AskTime(5, say()), TAOBAO),
        (c.GrantTime(3), OFFICER),
        (c.AskTime(2), TAOBAO),
        (c.RefuseTime(say()), OFFICER),
        (c.StopClock(Duty.RESOLVE, StopReason.TESTING, START + timedelta(days=9)), OFFICER),
        (c.ResumeClock(Duty.RESOLVE), OFFICER),
        (_offer(say), TAOBAO),
        (c.DeclineOffer(1, say()), PERSON),
        (c.ReportImpostor(Channel.PHONE, say()), PERSON),
        (c.ReportImpasse(Outcome.NOT_SETTLED, say()), TAOBAO),
        (c.Dispute(2, say()), PERSON),
        (c.TakeUp(), OFFICER),
        (c.ReportResolution(Outcome.SETTLED_MONETARY, redress, amount, particulars=say()), TAOBAO),
        (c.ReportPerformance(("order-1",)), TAOBAO),
        (c.ContradictPerformance(("order-1",), say()), OFFICER),
        (UPLOAD, OFFICER),
        (c.Reject(RejectionRule.NOT_OUR_CUSTOMER, say()), TAOBAO),
        (c.ConfirmDeletion(KeptGround.NOTHING_KEPT), TAOBAO),
    )


def _with_jd(say: Say) -> Sequence[Step]:
    return (
        (c.GiveConsent(consent_to("jd")), PERSON),
        (c.Redirect("jd"), OFFICER),
        (c.Accept(say()), OFFICER),
        (UPLOAD, OFFICER),
        (c.Obtain(), JD),
        (c.ReportContact(Channel.PHONE, False, say()), JD),
        (_offer(say), JD),
        (c.AcceptOffer(1), PERSON),
        (c.Confirm(4, say()), PERSON),
        (c.ReportBreach(say()), PERSON),
        (c.Disclose(*_TO_CCA, particulars=say()), OFFICER),
        (c.Record(Outcome.NOT_SETTLED, say()), OFFICER),
        (c.Reopen(say()), OFFICER),
        (c.Decline(DeclineReason.NO_INFORMATION, particulars=say()), OFFICER),
        (c.TakeUp(), OFFICER),
        (c.Close(Outcome.PARTLY_SETTLED, particulars=say()), OFFICER),
        (c.Hold("officer-2", say()), OFFICER),
        (c.ReleaseHold(), OFFICER),
    )


_TO_CCA: Final = (Audience.CCA, "cca", ("category", "claimed"), Purpose.HANDLING, Basis.SEPARATE_CONSENT)


def long_life(say: Say = say, who: Who = lambda: WHO) -> list[Step]:
    """From taking in through two traders to the end: most commands that people send, after the Lodge."""
    return [*_taken_in(say, who), *_with_taobao(say), *_with_jd(say)]


def short_life(say: Say = say, who: Who = lambda: WHO) -> list[Step]:
    """Uploaded, recalled, consent taken back and given again, resolved late by nobody, and taken back."""
    return [
        (c.Accept(), OFFICER),
        (UPLOAD, OFFICER),
        (c.Obtain(), TAOBAO),
        (c.Recall(say()), OFFICER),
        (c.WithdrawConsent("taobao"), PERSON),
        (c.Withdraw(say()), PERSON),
        (c.ConfirmDeletion(KeptGround.NOTHING_KEPT), TAOBAO),
    ]


def requests(steps: Sequence[Step], case_id: str, clock: Clock) -> list[Request]:
    """A life as requests, an hour apart, each under a key of its own; the clock is set to the last of them."""
    begun = clock.at
    clock.wait(hours=len(steps))
    return [
        Request(command, by, f"key-{number}", case_id, at=begun + number * HOUR)
        for number, (command, by) in enumerate(steps, 1)
    ]


def live(platform: Platform, clock: Clock, steps: Sequence[Step], key: str = "form-1", who: Particulars = WHO) -> Case:
    """Lodges and takes each step an hour after the last; the case at the end."""
    case = platform.lodge(complaint(who), by=OFFICER, key=key)
    for number, (command, by) in enumerate(steps, 1):
        clock.wait(hours=1)
        case = platform.act(case.id, command, by=by, key=f"key-{number}")
    return case


def tally(clock: Clock) -> Tally:
    """A count of everything up to now."""
    return Tally(as_at=clock.at, zone=HK_CCA.zone)


def dump(path: Path) -> list[tuple[object, ...]]:
    """Every row of a SQLite store, table by table."""
    with sqlite3.connect(path) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        rows = [(table, *row) for table in tables for row in db.execute(f"SELECT * FROM {table}")]
    db.close()
    return sorted(rows, key=repr)
