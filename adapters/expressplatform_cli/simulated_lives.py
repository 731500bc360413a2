"""What people do about one complaint, from the day it is lodged: one script a case.

Laws of this module
- A script says who does what and when; it never says how a case stands. It looks at the status that the platform
  gives back and goes on from there, so whatever the clock did in between is taken as it is.
- A `Move` holds steps between which no term can end: those of one day (terms end at midnight), or of days that the
  scheme's terms are longer than.
- People act in their own working days and office hours; a complainant writes any day until late.
- Shares are guesses unless a source stands beside them; see `simulated_traders` for those of the traders.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final, TypeAlias

import attrs

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import DeclineReason, Duty, Instrument, Outcome, Role, Verdict
from expressplatform.commands import Command
from expressplatform.complaint import Actor, Consent, Remark
from expressplatform.events import Timer
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform.scheme import Assessment, Scheme
from expressplatform.workdays import HONG_KONG, WorkingCalendar
from expressplatform_cli.simulated_people import Told, consent_to, pick, tell
from expressplatform_cli.simulated_traders import MANNERS

OFFICERS: Final = 6
IMPACT_ASSESSMENT: Final = ImpactAssessment(
    id="pia-2025-1",
    recipient="*",
    instrument=Instrument.COLLABORATION_AGREEMENT,
    made_on=date(2000, 1, 1),
    valid_until=date(2099, 12, 31),
    lawful="Made up for a simulation: a trader cannot conciliate without knowing who complains of what.",
    effect="Made up for a simulation: nobody is real, and nobody is affected.",
    measures="Made up for a simulation: the fewest fields, one contact, an end of use.",
    approved_by="officer-2",
)
"""The assessment on which every simulated upload stands."""
MINUTE: Final = timedelta(minutes=1)


@attrs.frozen
class Step:
    """Somebody sends a command at an instant."""

    at: datetime
    by: Actor
    command: Command


@attrs.frozen
class Move:
    """Steps in order; with none, a look at the case at that instant."""

    at: datetime
    steps: tuple[Step, ...] = ()


@attrs.frozen
class Answer:
    """The case as it stands after a move, and the code of the refusal of its last step, if it was refused."""

    case: Case
    refused: str = ""


Script: TypeAlias = Generator[Move, Answer, None]
Turn: TypeAlias = Generator[Move, Answer, Case]


class Life:
    """One complaint's people: the complainant, the officer who has the case, and the trader's desk."""

    def __init__(
        self, seed: int, number: int, at: datetime, scheme: Scheme, assess: Callable[[str], Assessment]
    ) -> None:
        self.chance = Random(f"life {seed} {number}")
        self.number, self.lodged_at, self.scheme, self.assess = number, at, scheme, assess
        self.told: Told = tell(seed, number, at, scheme)
        self.person = Actor(Role.COMPLAINANT, f"account-{number:05d}", scheme.council)
        self.officer = Actor(Role.COUNCIL, f"officer-{self.chance.randint(1, OFFICERS)}", scheme.council)
        self.sent_again = False
        self.misdirected = False
        self.comes_between = 1.0
        self.papers = 1

    # --- when ------------------------------------------------------------------------------------------------------

    def happens(self, share: float) -> bool:
        """Whether something that comes about so often comes about now."""
        return self.chance.random() < share

    def office(self, after: datetime, days: int, calendar: WorkingCalendar = HONG_KONG) -> datetime:
        """An instant in office hours, so many working days after another; on the same day, a while later."""
        day = self.scheme.day(after)
        if days == 0 and calendar.is_working_day(day):
            return self.soon(after)
        at = datetime.combine(calendar.add(day, max(days, 1)), time(9), self.scheme.zone)
        return at + timedelta(seconds=self.chance.randrange(9 * 3600))

    def home(self, after: datetime, days: int) -> datetime:
        """An instant on which a complainant writes, so many days after another."""
        if days == 0:
            return self.soon(after)
        at = datetime.combine(self.scheme.day(after) + timedelta(days), time(8), self.scheme.zone)
        return at + timedelta(seconds=self.chance.randrange(14 * 3600))

    def soon(self, after: datetime) -> datetime:
        """Some minutes later, on the same day."""
        midnight = datetime.combine(self.scheme.day(after) + timedelta(1), time(), self.scheme.zone)
        return after + (midnight - after) * self.chance.uniform(0.02, 0.15)

    def after(self, timer: Timer | None, default: datetime) -> datetime:
        """A look just after a duty has run out."""
        return max(timer.due + MINUTE if timer is not None else default, default + MINUTE)

    # --- moving ----------------------------------------------------------------------------------------------------

    def send(self, at: datetime, by: Actor, *commands: Command) -> Turn:
        """Sends commands one after the other on one day; the case afterwards, refused or not."""
        steps = []
        for command in commands:
            steps.append(Step(at, by, command))
            at = self.soon(at)
        return (yield from self.move(*steps))

    def move(self, *steps: Step) -> Turn:
        """Several people's steps, between which no term ends; the case afterwards."""
        answer = yield Move(steps[0].at, steps)
        return answer.case

    def look(self, at: datetime) -> Turn:
        """Waits."""
        answer = yield Move(at)
        return answer.case

    def words(self, text: str) -> Remark:
        """What somebody wrote."""
        return Remark(f"{text} (complaint {self.number:05d} of a simulation)")

    def consents(self, at: datetime, trader: str) -> tuple[Consent, ...]:
        """Leave for everybody who must have it."""
        return tuple(consent_to(one, at, self.scheme) for one in (trader, *self.scheme.recipients))


# ---- the council's turns ------------------------------------------------------------------------------------------


def begin(life: Life) -> Turn:
    """Lodged by the complainant or at the counter, acknowledged, judged; now and then acknowledged too late."""
    by = life.person if life.happens(0.7) else life.officer
    lodge = Step(life.lodged_at, by, c.Lodge(life.told.complaint))
    if life.happens(0.02):
        case = yield from life.move(lodge)
        return (yield from life.send(life.office(case.at, 6), life.officer, c.Acknowledge()))
    at = life.office(life.lodged_at, pick(life.chance, {0: 3.0, 1: 5.0, 2: 3.0, 3: 1.0}))
    acknowledge = Step(at, life.officer, c.Acknowledge())
    if life.happens(0.006):
        return (yield from life.move(lodge, acknowledge, Step(life.home(at, 1), life.person, c.Withdraw())))
    # Within 3 and 4 of the Council's 5 and 9 working days: both terms of its pledge are longer.
    accept = Step(life.office(at, life.chance.randint(0, 4)), life.officer, c.Accept())
    answer = yield Move(lodge.at, (lodge, acknowledge, accept))
    return (yield from _not_taken(life, answer.case, accept.at)) if answer.refused else answer.case


def lodged(life: Life, case: Case) -> Turn:
    """The officer judges it, or judges it again."""
    at = life.office(case.at, life.chance.randint(0, 4))
    answer = yield Move(at, (Step(at, life.officer, c.Accept()),))
    return (yield from _not_taken(life, answer.case, at)) if answer.refused else answer.case


def _not_taken(life: Life, case: Case, at: datetime) -> Turn:
    """What stands against it: something to ask for, something to look at by hand, or a criterion that is not met."""
    found, at = life.assess(case.id), life.soon(at)
    if found.verdict is Verdict.NEEDS_INFORMATION:
        asked = c.RequestInformation(found.ask_for, life.words("This is still missing."))
        return (yield from life.send(at, life.officer, asked))
    against = tuple(one.id for one in found.against)
    if found.verdict is Verdict.OFFICER and "E19" not in against and life.happens(0.75):
        why = life.words("Looked at by hand: it can be settled between the two.")
        return (yield from life.send(at, life.officer, c.Accept(why)))
    reason = DeclineReason.TRADER_NOT_PARTICIPANT if "E1" in against else DeclineReason.CRITERIA_NOT_MET
    return (yield from life.send(at, life.officer, c.Decline(reason, against)))


def needs_information(life: Life, case: Case) -> Turn:
    """Three in four send what was missing; the others let it lie, and it is kept for record."""
    if life.happens(0.75):
        at = life.home(case.at, life.chance.randint(1, 12))
        complaint = attrs.evolve(life.told.whole, consents=life.consents(at, life.told.whole.trader.organisation))
        return (yield from life.send(at, life.person, c.SupplyInformation(complaint)))
    return (yield from life.look(life.after(case.timer(Duty.SUPPLY), case.at)))


def eligible(life: Life, case: Case) -> Turn:
    """It goes to the trader within three working days, unless the complainant thinks better of it."""
    if life.happens(0.004):
        return (yield from life.send(life.home(case.at, 1), life.person, c.WithdrawConsent(case.trader)))
    return (yield from _upload(life, life.office(case.at, life.chance.randint(0, 2))))


def _upload(life: Life, at: datetime) -> Turn:
    upload = c.Upload(Instrument.COLLABORATION_AGREEMENT, IMPACT_ASSESSMENT.id)
    return (yield from life.send(at, life.officer, upload))


def outside_scheme(life: Life, case: Case) -> Turn:
    """What is outside the scheme is taken up by hand, or kept for record."""
    at = life.office(case.at, life.chance.randint(1, 5))
    command: Command = c.TakeUp() if life.happens(0.4) else c.Record()
    return (yield from life.send(at, life.officer, command))


def referred_back(life: Life, case: Case) -> Turn:
    """It came back: to the right trader, to the same one again, to the officer's own desk, or on record."""
    if life.happens(0.015):
        return (yield from life.send(life.home(case.at, 1), life.person, c.Withdraw()))
    at = life.office(case.at, life.chance.randint(1, 6))
    if life.misdirected:
        return (yield from _redirect(life, case, at))
    consents = any(one.recipient == case.trader for one in case.file.consents)
    if consents and not life.sent_again and life.happens(0.2):
        life.sent_again = True
        return (yield from _upload(life, at))
    if life.happens(0.6):
        return (yield from life.send(at, life.officer, c.TakeUp()))
    outcome = Outcome.NO_RESPONSE if case.account.answered_at is None else Outcome.NOT_SETTLED
    return (yield from life.send(at, life.officer, c.Record(outcome)))


def _redirect(life: Life, case: Case, at: datetime) -> Turn:
    """The same case, with its number and its filing date, goes to the other trader; the complainant agrees first."""
    life.misdirected = False
    other = next(one for one in MANNERS if one != case.trader)
    case = yield from life.send(at, life.officer, c.Redirect(other))
    at = life.home(case.at, life.chance.randint(0, 2))
    return (yield from life.send(at, life.person, c.GiveConsent(consent_to(other, at, life.scheme))))


def further_handling(life: Life, case: Case) -> Turn:
    """The officer works on it for some weeks; now and then the trader comes round after all."""
    if case.turn is not None and case.turn.obtained_at is not None and life.happens(0.05):
        at, by = life.office(case.at, life.chance.randint(1, 10)), MANNERS[case.turn.trader].desk(life.chance)
        return (yield from life.send(at, by, c.ReportResolution(Outcome.PARTLY_SETTLED)))
    at = life.office(case.at, life.chance.randint(8, 40))
    if life.happens(0.45):
        outcome = pick(life.chance, {Outcome.SETTLED_MONETARY: 6.0, Outcome.PARTLY_SETTLED: 4.0})
        return (yield from life.send(at, life.officer, c.Close(outcome, Role.COMPLAINANT)))
    return (yield from life.send(at, life.officer, c.Close(Outcome.NOT_SETTLED)))
