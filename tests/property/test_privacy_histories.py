"""Privacy over whole histories: whatever anybody does, in whatever order, and however late the clock comes.

The machine is that of `expressplatform.testing.machines`; what it adds is an account of its own of who agreed to
what, who took it back, who read and who confirmed, told from the events alone, by which it judges the case's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from hypothesis.strategies import DataObject

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.codes import END, Basis, Channel, KeptGround, Purpose, Role, Stage, Status
from expressplatform.commands import Command
from expressplatform.complaint import Actor, Consent
from expressplatform.events import DisclosureRecord, Event
from expressplatform.privacy import fields_for, overdue
from expressplatform.testing.machines import CaseMachine
from tests.walks import walking

_MOMENT: Final = timedelta.resolution
_RECIPIENTS: Final = ("taobao", "jd", "cca")


@attrs.define
class Agreed:
    """Who may be sent the case by the person's own word, told from the events: the last word to each recipient."""

    given: dict[str, Consent] = attrs.field(factory=dict)
    taken_back: dict[str, datetime] = attrs.field(factory=dict)

    def hear(self, event: Event) -> None:
        """One event more."""
        match event:
            case e.InformationSupplied():
                self.agree(event.asked.complaint.consents)
            case e.ConsentGiven():
                self.agree((event.asked.consent,))
            case e.ConsentWithdrawn():
                self.taken_back[event.asked.recipient] = event.at
                self.given.pop(event.asked.recipient, None)
            case _:
                pass

    def agree(self, consents: Iterable[Consent]) -> None:
        """The person agrees; what is older than the taking back brings nothing back."""
        for one in consents:
            if one.recipient not in self.taken_back or one.given_at > self.taken_back[one.recipient]:
                self.given[one.recipient] = one

    def covers(self, shown: DisclosureRecord, at: datetime, notice: str) -> bool:
        """Whether the person had agreed to it at that instant, under the notice in use."""
        one = self.given.get(shown.recipient)
        return one is not None and one.given_at <= at and one.notice == notice == shown.notice


class PrivacyMachine(CaseMachine):
    """What holds of every disclosure in every history that `decide` admits."""

    agreed: Agreed
    shown: list[DisclosureRecord]
    confirmed: dict[str, bool]

    def __init__(self) -> None:
        super().__init__()
        self.agreed, self.shown, self.confirmed = Agreed(), [], {}
        self.agreed.agree(self.complaint.consents)

    def take(self, event: Event) -> None:
        """One event more: a disclosure is judged by what had been agreed to before it."""
        if isinstance(event, e.Obtained | e.Disclosed):
            self.is_agreed_to(event.disclosure, event.at)
            self.shown.append(event.disclosure)
        if isinstance(event, e.Obtained):
            self.confirmed[event.trader] = False
        if isinstance(event, e.DeletionConfirmed):
            self.confirmed[event.by.organisation] = True
        self.agreed.hear(event)
        super().take(event)

    def is_agreed_to(self, shown: DisclosureRecord, at: datetime) -> None:
        """No disclosure outside live consent (PIPL Art 23), and none of more than its row opens (PIPL Art 6)."""
        if shown.basis is Basis.SEPARATE_CONSENT:
            assert self.agreed.covers(shown, at, self.scheme.notice)
        assert set(shown.fields) <= set(fields_for(shown.audience, shown.purpose, Stage.HANDLING))

    # --- steps that are rare elsewhere ----------------------------------------------------------------------

    @rule(recipient=st.sampled_from(_RECIPIENTS), rare=st.integers(0, 3))
    def take_back(self, recipient: str, rare: int) -> None:
        """The person takes back the leave to one recipient; the paper that gave it does not bring it back."""
        paper = self.agreed.given.get(recipient)
        if not rare and paper is not None and self.send(c.WithdrawConsent(recipient), self.actor(Role.COMPLAINANT)):
            assert not self.send(c.GiveConsent(paper), self.actor(Role.COMPLAINANT))

    @rule(recipient=st.sampled_from(_RECIPIENTS), days=st.integers(0, 2))
    def agree_again(self, recipient: str, days: int) -> None:
        """The person agrees; now and then by a paper that is older than the taking back."""
        at = self.now - timedelta(days=days)
        consent = Consent(recipient, Purpose.HANDLING, self.scheme.notice, at, Channel.WEB)
        self.send(c.GiveConsent(consent), self.actor(Role.COMPLAINANT))

    @precondition(lambda self: any(one.owed for one in self.case.file.holdings))
    @rule(data=st.data())
    def whoever_owes_it_confirms(self, data: DataObject) -> None:
        """A trader that was told to delete says that its copy is gone, wherever the case is now."""
        owing = [one.organisation for one in self.case.file.holdings if one.owed]
        trader = Actor(Role.TRADER, "agent-1", data.draw(st.sampled_from(owing)))
        assert self.send(c.ConfirmDeletion(KeptGround.NOTHING_KEPT), trader)

    @precondition(lambda self: self.case.file.holdings)
    @rule(way=st.sampled_from((c.Record(), c.Recall(), c.Redirect("jd"), c.Withdraw())), rare=st.integers(0, 1))
    def use_ends(self, way: Command, rare: int) -> None:
        """The council takes the case from whoever obtained it, for another trader or for good."""
        if not rare:
            self.send(way, self.actor(Role.COUNCIL))

    # --- what always holds ----------------------------------------------------------------------------------

    @invariant()
    def the_case_knows_what_was_agreed_to(self) -> None:
        """The last word to each recipient stands, and no older paper brings back what was taken back (PIPL Art 15)."""
        assert {one.recipient: one for one in self.case.file.consents} == self.agreed.given

    @invariant()
    def what_was_shown_stays_on_record(self) -> None:
        """Taking back blocks what comes later, never what came before (PIPL Art 15)."""
        assert self.case.file.disclosures == len(self.shown)
        recorded = [event.disclosure for event in self.events if isinstance(event, e.Obtained | e.Disclosed)]
        assert recorded == self.shown

    @invariant()
    def nobody_reads_what_was_taken_back(self) -> None:
        """Without the trader's own consent the next reading is refused, whatever came before (PIPL Arts 15, 23)."""
        turn = self.case.turn
        if turn is not None and turn.trader not in self.agreed.given:
            events, _ = self.decided(c.Obtain(), self.actor(Role.TRADER), self.now)
            assert not events

    @invariant()
    def whoever_obtained_is_asked_for_it(self) -> None:
        """Every organisation that obtained has confirmed that it deleted, or owes it, or is at work (PIPL Art 47)."""
        holdings = {one.organisation: one for one in self.case.file.holdings}
        assert holdings.keys() == self.confirmed.keys()
        ended = self.case.status in END | {Status.ERASED}
        for organisation, done in self.confirmed.items():
            holding = holdings[organisation]
            assert holding.held is not done
            at_work = self.case.turn is not None and self.case.turn.trader == organisation and not ended
            assert done or at_work or holding.must_delete_since is not None

    @invariant()
    def what_is_owed_comes_to_be_overdue(self) -> None:
        """From the instant at which its time is over an organisation is overdue, and not a moment before."""
        days = self.scheme.delete_days
        for holding in self.case.file.holdings:
            due = holding.due(days)
            assert (due is not None) is holding.owed
            if due is not None:
                assert holding in overdue(self.case.file.holdings, due, days)
                assert holding not in overdue(self.case.file.holdings, due - _MOMENT, days)


TestPrivacy = PrivacyMachine.TestCase
TestPrivacy.settings = walking(3)
