"""Ways around the rules that a case must not offer: each was tried, each is shut."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from expressplatform import commands as c
from expressplatform.codes import (
    Audience,
    Basis,
    Channel,
    DeclineReason,
    Duty,
    EvidenceKind,
    KeptGround,
    Outcome,
    Purpose,
    Role,
    Status,
    StopReason,
)
from expressplatform.complaint import ActingFor, Authority, Complainant, Evidence, Shop
from expressplatform.deadlines import duties
from expressplatform.errors import InvalidInput
from expressplatform.indicators.marks import Mark, outcome_of
from expressplatform.scheme import Participant
from expressplatform.schemes import CONSUMIDOR_BR
from tests.walking import CLOCK, PERSON, SAID, TAOBAO, UPLOAD, Walk, consent_to
from tests.whole_complaint import WHOLE

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def photo(number: int) -> c.AddEvidence:
    """One more document."""
    return c.AddEvidence(Evidence(f"photo-{number}", EvidenceKind.PHOTOGRAPH))


class TestAStoppedClock:
    """A clock that stands still does not run out."""

    def _stopped_on_the_last_day(self) -> Walk:
        walk = Walk().conciliating()
        last = walk.due(Duty.RESOLVE) - 4 * HOUR
        stop = c.StopClock(Duty.RESOLVE, StopReason.TESTING, last + 10 * DAY)
        return walk.until(last).do(stop, after=timedelta())

    def test_on_its_last_day(self) -> None:
        """A duty that is stopped on its last day does not lapse while it is stopped."""
        walk = self._stopped_on_the_last_day()
        walk.until(walk.at + 9 * DAY)
        assert walk.status is Status.IN_CONCILIATION
        assert walk.refused(c.Lapse(Duty.RESOLVE), by=CLOCK).code in ("not_due", "clock_stands_still")

    def test_then_runs_out(self) -> None:
        """When the stop is over, whoever owes the duty has the rest of that day, and then it lapses."""
        walk = self._stopped_on_the_last_day()
        end = walk.at + 10 * DAY
        walk.until(end + HOUR)
        assert walk.case.timer(Duty.RESOLVE) is not None
        walk.until(end + DAY)
        assert walk.status is Status.REFERRED_BACK

    def test_by_the_council_s_word(self) -> None:
        """Started again earlier, the last day is that day."""
        walk = self._stopped_on_the_last_day()
        walk.until(walk.at + 2 * DAY).do(c.ResumeClock(Duty.RESOLVE))
        assert walk.at < walk.due(Duty.RESOLVE) <= walk.at + DAY


class TestTheLastWordCounts:
    """What was said after a promise broke outweighs that it broke."""

    def test_confirmed_after_a_contradiction(self) -> None:
        """A complainant who confirms after relief was contradicted is counted as resolved."""
        walk = Walk().reported().do(c.ContradictPerformance(("order-1",)))
        assert outcome_of(walk.do(c.Confirm(4), by=PERSON).case) is Mark.RESOLVED

    def test_confirmed_after_a_breach(self) -> None:
        """A complainant who reported a breach and then confirms is counted as resolved."""
        walk = Walk().reported().do(c.Confirm(4), c.ReportBreach(SAID), c.Confirm(4), by=PERSON)
        assert outcome_of(walk.case) is Mark.RESOLVED

    def test_contradicted_after_a_confirmation(self) -> None:
        """Relief that is contradicted after the complainant confirmed is counted as not resolved."""
        walk = Walk().reported().do(c.Confirm(4), by=PERSON).do(c.ContradictPerformance(("order-1",)))
        assert outcome_of(walk.case) is Mark.UNRESOLVED


class TestACaseIsNeverTooFull:
    """What a case may hold is refused when it comes, so that nothing on it stands still later."""

    def test_of_evidence(self) -> None:
        """A fifty-first document is refused, and the trader reads the fifty."""
        walk = Walk().do(*(photo(number) for number in range(49))).uploaded()
        assert walk.refused(photo(49)).code == "too_many"
        assert walk.do(c.Obtain(), by=TAOBAO).status is Status.OBTAINED

    def test_of_supplied_evidence(self) -> None:
        """A complaint supplied anew counts together with what is on the case."""
        many = tuple(Evidence(f"scan-{number}", EvidenceKind.PHOTOGRAPH) for number in range(40))
        walk = Walk().do(*(photo(number) for number in range(20)))
        assert walk.refused(c.SupplyInformation(attrs.evolve(WHOLE, evidence=many))).code == "too_many"

    def test_of_consents(self) -> None:
        """An eleventh recipient is refused; a new consent to a known one is not."""
        walk = Walk().do(*(c.GiveConsent(consent_to(f"firm-{number}")) for number in range(8)))
        assert walk.refused(c.GiveConsent(consent_to("firm-9"))).code == "too_many"
        assert walk.do(c.GiveConsent(consent_to("firm-1"))).do(c.Accept()).status is Status.ELIGIBLE


class TestATakenBackConsent:
    """Taken back, a consent is not brought back by the paper that gave it (PIPL Art 15)."""

    def test_by_giving_the_old_one(self) -> None:
        """A consent dated before it was taken back is refused; one given afterwards stands."""
        walk = Walk().conciliating().do(c.WithdrawConsent("taobao"), by=PERSON)
        assert walk.refused(c.GiveConsent(consent_to("taobao"))).code == "consent_withdrawn"
        fresh = consent_to("taobao", walk.at + HOUR)
        assert walk.do(c.GiveConsent(fresh), after=2 * HOUR).do(UPLOAD).status is Status.UPLOADED

    def test_by_supplying_the_old_complaint(self) -> None:
        """The complaint supplied anew, with its old consents, does not give again what was taken back."""
        walk = Walk().do(c.WithdrawConsent("taobao"), by=PERSON).do(c.Record(), c.Reopen(SAID))
        walk.do(c.SupplyInformation(WHOLE))
        assert "taobao" not in {one.recipient for one in walk.case.file.consents}
        assert walk.refused(c.Accept()).code == "information_missing"


def test_a_representative_does_not_widen_the_authority() -> None:
    """What a representative supplies leaves the authority on the case as the complainant gave it."""
    narrow = Complainant(represented=True, authority=Authority(until=date(2026, 1, 1)))
    wide = attrs.evolve(narrow, authority=Authority(True, date(2030, 1, 1)))
    agent = attrs.evolve(PERSON, acting_for=ActingFor(Role.COMPLAINANT, Channel.WEB))
    walk = Walk(attrs.evolve(WHOLE, complainant=narrow))
    supplied = c.SupplyInformation(attrs.evolve(WHOLE, complainant=wide))
    assert walk.refused(supplied, by=agent).code == "authority_too_narrow"
    assert walk.do(supplied).case.complaint.complainant == wide


def test_no_participant_is_reached_as_an_authority() -> None:
    """A trader that takes part by the store's own list is no authority, whatever ground is named."""
    walk = Walk()
    walk.known = attrs.evolve(walk.known, participants=(Participant("newcomer", "Newcomer"),))
    sent = c.Disclose(
        Audience.AUTHORITY, "newcomer", ("particulars.phone",), Purpose.LAW_ENFORCEMENT, Basis.STATUTORY_DUTY
    )
    assert walk.refused(sent).code == "wrong_audience"


@pytest.mark.parametrize("told", ["a.person@example.org", "A. Person", "陳大文"])
def test_an_identifier_is_no_address_and_no_name(told: str) -> None:
    """Where a fact is an identifier (a shop, a document, a file number, a person), no e-mail address or name fits."""
    for make in (
        lambda: Shop("taobao", told),
        lambda: Evidence(told, EvidenceKind.ORDER),
        lambda: c.SetReference(told),
        lambda: attrs.evolve(PERSON, person=told),
        lambda: attrs.evolve(WHOLE, council_reference=told),
    ):
        with pytest.raises(InvalidInput):
            make()


class TestWords:
    """What stands in clear for ever is taken from known words (the facts of an event)."""

    def test_of_a_request(self) -> None:
        """The paths of a request for information are paths of a complaint."""
        walk = Walk()
        assert walk.refused(c.RequestInformation(("Chan.Tai.Man@example.com",))).code == "not_a_path"
        assert walk.do(c.RequestInformation(("$.trader.shop", "$.claimed"))).status is Status.NEEDS_INFORMATION

    def test_of_a_refusal(self) -> None:
        """The criteria of a refusal are the scheme's."""
        walk = Walk()
        assert walk.refused(c.Decline(DeclineReason.CRITERIA_NOT_MET, ("ChanTaiMan",))).code == "no_such_criterion"
        assert walk.do(c.Decline(DeclineReason.CRITERIA_NOT_MET, ("E3",))).status is Status.OUTSIDE_SCHEME

    def test_of_a_deletion(self) -> None:
        """What a trader says that it kept is named as fields that a disclosure may hold."""
        walk = Walk().obtained().do(c.Recall())
        kept = c.ConfirmDeletion(KeptGround.LEGAL_DUTY, ("ChanTaiMan",))
        assert walk.refused(kept, by=TAOBAO).code == "not_a_path"
        walk.do(c.ConfirmDeletion(KeptGround.LEGAL_DUTY, ("purchase.paid", "particulars.name")), by=TAOBAO)


class TestTheEndOfTheCalendar:
    """What reaches beyond the calendar is a problem with a path, not a fault."""

    def test_of_a_promise(self) -> None:
        """A performance promised for the last day there is, is refused as an input."""
        walk = Walk().conciliating()
        with pytest.raises(InvalidInput):
            walk.do(c.ReportResolution(Outcome.SETTLED_MONETARY, perform_by=date.max), by=TAOBAO)

    def test_of_a_stop(self) -> None:
        """So is a stop until the last instant there is."""
        walk = Walk().conciliating()
        stop = c.StopClock(Duty.RESOLVE, StopReason.TESTING, datetime.max.replace(tzinfo=UTC))
        with pytest.raises(InvalidInput) as caught:
            walk.do(stop)
        assert [(one.path, one.kind) for one in caught.value.problems] == [("$", "range")]

    def test_of_a_lodging(self) -> None:
        """So is a complaint lodged at the last instant there is."""
        with pytest.raises(InvalidInput):
            Walk(at=datetime.max.replace(tzinfo=UTC))


def test_a_window_is_as_long_as_on_the_day_it_opens() -> None:
    """The complainant's window after a promise is that of the level in force when it opens, and explains itself."""
    at = datetime(2014, 6, 20, 15, tzinfo=UTC)
    timer = duties.start(Duty.CONFIRM, at, CONSUMIDOR_BR, date(2014, 7, 10))
    assert timer is not None
    assert duties.explained(timer, CONSUMIDOR_BR).due == timer.due
