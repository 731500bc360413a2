"""Cases walked by hand through `decide` and `apply`: who acts, one example of each command, a way to each status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest

from expressplatform import commands as c
from expressplatform.case import Case, allowed, apply, decide, due, next_due, replay
from expressplatform.codes import (
    Audience,
    Basis,
    Channel,
    DeclineReason,
    Duty,
    ErasureReason,
    EvidenceKind,
    Instrument,
    KeptGround,
    Outcome,
    Purpose,
    Redress,
    RejectionRule,
    Role,
    Status,
    StopReason,
)
from expressplatform.commands import Command
from expressplatform.complaint import Actor, Complaint, Consent, Evidence, Particulars, Remark, clock_of
from expressplatform.errors import Refused
from expressplatform.events import Event
from expressplatform.money import Money
from expressplatform.scheme import Known, Scheme
from expressplatform.schemes import HK_CCA
from tests.whole_complaint import WHOLE

START: Final = datetime(2025, 6, 3, 2, tzinfo=UTC)
"""A Tuesday, ten in the morning in Hong Kong: the filing day of the whole complaint."""
NUMBERS: Final = Known(case_id="case-1", reference="0123-4567-M")
SAID: Final = Remark("Because it is so.")

OFFICER: Final = Actor(Role.COUNCIL, "officer-1", "hkcc")
PERSON: Final = Actor(Role.COMPLAINANT, "account-1", "hkcc")
TAOBAO: Final = Actor(Role.TRADER, "agent-1", "taobao")
JD: Final = Actor(Role.TRADER, "agent-2", "jd")
CLOCK: Final = clock_of("hkcc")
OPERATOR: Final = Actor(Role.OPERATOR, "operator-1", "association")
AUDITOR: Final = Actor(Role.AUDITOR, "auditor-1", "association")
ACTORS: Final[Mapping[Role, Actor]] = {one.role: one for one in (OFFICER, PERSON, TAOBAO, CLOCK, OPERATOR, AUDITOR)}


def consent_to(recipient: str, at: datetime = START, notice: str = HK_CCA.notice) -> Consent:
    """A consent to one recipient, for handling."""
    return Consent(recipient, Purpose.HANDLING, notice, at, Channel.WEB)


UPLOAD: Final = c.Upload(Instrument.COLLABORATION_AGREEMENT, "pia-2025-1")
OFFER: Final = c.MakeOffer(
    (Redress.REFUND,),
    START + timedelta(days=20),
    amount=Money("HKD", 60000),
    perform_by=date(2025, 6, 30),
    particulars=SAID,
)
RESOLUTION: Final = c.ReportResolution(Outcome.SETTLED_MONETARY, (Redress.REFUND,), Money("HKD", 60000))

_EXAMPLES: Final[tuple[Command, ...]] = (
    c.Lodge(WHOLE),
    c.Acknowledge(),
    c.RequestInformation(("$.purchase.paid",), SAID),
    c.SupplyInformation(WHOLE),
    c.Accept(SAID),
    c.Decline(DeclineReason.NO_INFORMATION),
    UPLOAD,
    c.Redirect("jd"),
    c.TakeUp(),
    c.Record(Outcome.NOT_SETTLED),
    c.Obtain(),
    c.ReportAttempt(Channel.PHONE),
    c.ReportContact(Channel.PHONE),
    c.AskInformation(SAID),
    c.AskTime(5),
    c.GrantTime(3),
    c.RefuseTime(SAID),
    OFFER,
    c.AcceptOffer(1),
    c.DeclineOffer(1),
    RESOLUTION,
    c.ReportPerformance(("order-1",)),
    c.ContradictPerformance(("order-1",)),
    c.ReportImpasse(),
    c.Reject(RejectionRule.NOT_OUR_CUSTOMER),
    c.Recall(),
    c.Confirm(4),
    c.Dispute(2),
    c.ReportBreach(SAID),
    c.Withdraw(),
    c.GiveConsent(consent_to("jd")),
    c.WithdrawConsent("cca"),
    c.SetResearchConsent(True),
    c.Disclose(Audience.CCA, "cca", ("category", "claimed"), Purpose.HANDLING, Basis.SEPARATE_CONSENT),
    c.ShareEvidence("taobao", ("order-1",)),
    c.Redact("order-1", Evidence("order-1-masked", EvidenceKind.ORDER)),
    c.Correct(Particulars(name="B. Person", email="b@example.org")),
    c.ConfirmDeletion(KeptGround.NOTHING_KEPT),
    c.Erase(ErasureReason.PURPOSE_SPENT, "officer-2"),
    c.Lapse(Duty.RESOLVE),
    c.Remind(Duty.CONFIRM),
    c.MissDeadline(Duty.SCREEN),
    c.Reschedule(Duty.RESOLVE),
    c.StopClock(Duty.RESOLVE, StopReason.TESTING, START + timedelta(days=9)),
    c.ResumeClock(Duty.RESOLVE),
    c.Close(Outcome.PARTLY_SETTLED),
    c.Reopen(SAID),
    c.SetReference("F-2025/11"),
    c.AddMessage(SAID),
    c.AddEvidence(Evidence("photo-1", EvidenceKind.PHOTOGRAPH)),
    c.AddNote(SAID),
    c.Assign("officer-3"),
    c.Hold("officer-2", SAID),
    c.ReleaseHold(),
    c.ReportImpostor(Channel.PHONE),
)
EXAMPLES: Final[Mapping[type[Command], Command]] = {type(one): one for one in _EXAMPLES}
"""One example of each command."""


def tells_well(refused: Refused) -> None:
    """A refusal tells why in a sentence, and names a role that can change the answer, or nobody."""
    reason = refused.reason
    assert isinstance(reason, str)
    assert reason.endswith(".")
    assert reason[0].isupper()
    assert not reason.isupper()
    assert refused.who_must_act in ("", *Role)
    assert refused.code.replace("_", "").islower()


class Walk:
    """One case on its way. A step takes an hour unless it says otherwise; what happened is kept."""

    def __init__(
        self,
        complaint: Complaint = WHOLE,
        *,
        scheme: Scheme = HK_CCA,
        at: datetime = START,
        by: Actor = OFFICER,
        known: Known = NUMBERS,
    ) -> None:
        self.scheme, self.at, self.known = scheme, at, known
        self.events: tuple[Event, ...] = decide(None, c.Lodge(complaint), by=by, at=at, scheme=scheme, known=known)
        self.case: Case = replay(self.events)

    def do(self, *commands: Command, by: Actor = OFFICER, after: timedelta = timedelta(hours=1)) -> Walk:
        """One step after another by the same person."""
        for command in commands:
            self.at += after
            events = decide(self.case, command, by=by, at=self.at, scheme=self.scheme, known=self.known)
            for event in events:
                self.case = apply(self.case, event)
            self.events = (*self.events, *events)
        return self

    def refused(self, command: Command, by: Actor = OFFICER, after: timedelta = timedelta(hours=1)) -> Refused:
        """How a step is refused, with a sentence and with who can change that; the case stays as it is."""
        with pytest.raises(Refused) as caught:
            decide(self.case, command, by=by, at=self.at + after, scheme=self.scheme, known=self.known)
        assert caught.value.allowed == tuple(one.__name__ for one in allowed(self.case, by))
        tells_well(caught.value)
        return caught.value

    def until(self, at: datetime) -> Walk:
        """The clock runs: whatever is due up to an instant happens, late by nothing."""
        while (instant := self.next) is not None and instant <= at:
            self.at = max(self.at, instant)
            command = due(self.case, self.at)
            assert command is not None
            self.do(command, by=CLOCK, after=timedelta())
        self.at = max(self.at, at)
        return self

    def until_over(self) -> Walk:
        """The clock runs until it has moved the case."""
        status = self.case.status
        while self.case.status is status:
            instant = self.next
            assert instant is not None
            self.until(instant)
        return self

    @property
    def next(self) -> datetime | None:
        """When the clock next has something to ask."""
        return next_due(self.case)

    @property
    def status(self) -> Status:
        """Where the case stands."""
        return self.case.status

    def due(self, duty: Duty) -> datetime:
        """Until when a duty runs."""
        timer = self.case.timer(duty)
        assert timer is not None
        return timer.due

    # --- ways that many tests go ----------------------------------------------------------------------------

    def uploaded(self) -> Walk:
        """Accepted, and made available to the trader."""
        return self.do(c.Accept(), UPLOAD)

    def obtained(self) -> Walk:
        """Read by the trader."""
        return self.uploaded().do(c.Obtain(), by=TAOBAO)

    def conciliating(self) -> Walk:
        """The trader speaks with the complainant."""
        return self.obtained().do(c.ReportContact(Channel.PHONE), by=TAOBAO)

    def reported(self, resolution: c.ReportResolution = RESOLUTION) -> Walk:
        """The trader has uploaded its result."""
        return self.conciliating().do(resolution, by=TAOBAO)

    def referred_back(self) -> Walk:
        """The trader could not settle."""
        return self.conciliating().do(c.ReportImpasse(), by=TAOBAO)


_WAYS: Final[Mapping[Status, Callable[[Walk], Walk]]] = {
    Status.LODGED: lambda walk: walk,
    Status.NEEDS_INFORMATION: lambda walk: walk.do(EXAMPLES[c.RequestInformation]),
    Status.ELIGIBLE: lambda walk: walk.do(c.Accept()),
    Status.OUTSIDE_SCHEME: lambda walk: walk.do(EXAMPLES[c.Decline]),
    Status.UPLOADED: lambda walk: walk.uploaded(),
    Status.OBTAINED: lambda walk: walk.obtained(),
    Status.IN_CONCILIATION: lambda walk: walk.conciliating(),
    Status.RESOLUTION_REPORTED: lambda walk: walk.reported(),
    Status.RESOLVED: lambda walk: walk.reported().do(c.Confirm(5), by=PERSON),
    Status.REFERRED_BACK: lambda walk: walk.referred_back(),
    Status.FURTHER_HANDLING: lambda walk: walk.referred_back().do(c.TakeUp()),
    Status.RECORDED: lambda walk: walk.referred_back().do(c.Record()),
    Status.CLOSED: lambda walk: walk.referred_back().do(c.TakeUp(), EXAMPLES[c.Close]),
    Status.WITHDRAWN: lambda walk: walk.conciliating().do(c.Withdraw(), by=PERSON),
    Status.ERASED: lambda walk: walk.conciliating().do(c.Withdraw(), by=PERSON).do(EXAMPLES[c.Erase]),
}


def in_status(status: Status) -> Walk:
    """A case that stands in a status, by a short way there."""
    walk = _WAYS[status](Walk())
    assert walk.status is status
    return walk
