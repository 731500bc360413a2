"""The trader's turn and the complainant's word: what comes of a case between its upload and its end.

Laws of this module: as `simulated_lives`. The trader acts in working days of the Mainland; whatever it says of the
outcome, the complainant confirms, disputes or says nothing, and only that is the outcome.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import (
    Channel,
    Duty,
    EvidenceKind,
    KeptGround,
    Nature,
    Outcome,
    Redress,
    RejectionRule,
    StopReason,
    Word,
)
from expressplatform.commands import Command
from expressplatform.complaint import Evidence
from expressplatform.events import Timer
from expressplatform.money import Money
from expressplatform.workdays import MAINLAND
from expressplatform_cli.simulated_lives import Life, Step, Turn
from expressplatform_cli.simulated_people import pick
from expressplatform_cli.simulated_traders import MANNERS, Manner

_TESTED: Final = frozenset({Nature.DEFECTIVE, Nature.COUNTERFEIT, Nature.SAFETY, Nature.NOT_AS_DESCRIBED})
_WITH_MONEY: Final = frozenset({Outcome.SETTLED_MONETARY, Outcome.PARTLY_SETTLED})


def _manner(case: Case) -> Manner:
    return MANNERS[case.trader]


def uploaded(life: Life, case: Case) -> Turn:
    """The trader reads the details, calls and answers; or never looks; or does not know the customer."""
    manner = _manner(case)
    if life.happens(manner.ignores):
        return (yield from life.look(life.after(case.timer(Duty.OBTAIN), case.at)))
    desk, at = manner.desk(life.chance), life.office(case.at, pick(life.chance, manner.obtains_in), MAINLAND)
    first = case.account.first_uploaded_at == case.at
    if first and life.happens(manner.misdirected):
        life.misdirected = True
        return (yield from life.send(at, desk, c.Obtain(), c.Reject(RejectionRule.NOT_OUR_CUSTOMER)))
    if life.happens(0.12):
        return (yield from life.send(at, desk, c.Obtain(), c.ReportAttempt(Channel.PHONE)))
    called = c.ReportContact(Channel.PHONE, code_given=life.happens(0.8))
    life.comes_between = life.chance.random()
    if life.comes_between < BETWEEN or life.happens(manner.forgets):
        return (yield from life.send(at, desk, c.Obtain(), called))
    calls = life.soon(at)
    answers = max(life.office(case.at, manner.answer_day(life.chance), MAINLAND), life.soon(calls))
    answer = Step(answers, manner.desk(life.chance), _answer(life, case, answers, manner))
    return (yield from life.move(Step(at, desk, c.Obtain()), Step(calls, desk, called), answer))


def obtained(life: Life, case: Case) -> Turn:
    """Read, and nobody reached yet."""
    manner = _manner(case)
    if life.happens(manner.forgets):
        return (yield from life.look(life.after(case.timer(Duty.CONTACT), case.at)))
    at = _in_time(life, case, life.office(case.at, life.chance.randint(0, 2), MAINLAND))
    return (yield from life.send(at, manner.desk(life.chance), c.ReportContact(Channel.PHONE, code_given=True)))


def in_conciliation(life: Life, case: Case) -> Turn:
    """The two talk: an offer waits for its answer, something comes between, or the trader comes to its result."""
    manner, turn = _manner(case), case.turn
    if turn is not None and turn.offers and turn.offers[-1].open:
        return (yield from _answered(life, case, len(turn.offers)))
    if life.comes_between < BETWEEN:
        return (yield from _between(life, case))
    if life.happens(manner.forgets / 2):
        return (yield from life.look(life.after(_resolve(case), case.at)))
    since = turn.uploaded_at if turn is not None else case.at
    planned = life.office(since, manner.answer_day(life.chance), MAINLAND)
    at = _in_time(life, case, planned if planned > case.at else life.office(case.at, 1, MAINLAND))
    command = _answer(life, case, at, manner) if turn is None or not turn.offers else _second(life, case, at)
    return (yield from life.send(at, manner.desk(life.chance), command))


def _resolve(case: Case) -> Timer | None:
    return case.timer(Duty.RESOLVE)


def _in_time(life: Life, case: Case, at: datetime) -> datetime:
    """The instant, or one on the last day where it would be too late."""
    timer = _resolve(case)
    if timer is None or at < timer.due:
        return at
    return max(timer.due - timedelta(hours=life.chance.uniform(6, 14)), life.soon(case.at))


# ---- what comes between ---------------------------------------------------------------------------------------------

BETWEEN: Final = 0.165


def _between(life: Life, case: Case) -> Turn:
    """A test, more time, somebody who only says to be the trader, a change of mind."""
    draw, life.comes_between = life.comes_between, 1.0
    soon = life.office(case.at, 1, MAINLAND)
    if draw < (0.12 if case.complaint.nature in _TESTED else 0.005):
        return (yield from _tested(life, case))
    if draw < 0.14:
        return (yield from _more_time(life, case))
    if draw < 0.15:
        return (yield from life.send(soon, life.person, c.ReportImpostor(Channel.PHONE)))
    if draw < 0.16:
        return (yield from life.send(soon, life.person, c.Withdraw()))
    return (yield from life.send(soon, life.person, c.WithdrawConsent(case.trader)))


def _tested(life: Life, case: Case) -> Turn:
    """The days of a test do not count (SAMR Order 20, Art 20): the clock stands still until the result is there."""
    tested = case.complaint.nature in _TESTED
    reason = StopReason.TESTING if tested else StopReason.WAITING_FOR_COMPLAINANT
    at = _in_time(life, case, life.office(case.at, 1))
    last = life.scheme.day(at) + timedelta(days=life.chance.randint(5, 14))
    until = datetime.combine(last, time(), life.scheme.zone)
    case = yield from life.send(at, life.officer, c.StopClock(Duty.RESOLVE, reason, until))
    return (yield from life.look(until + timedelta(hours=9)))


def _more_time(life: Life, case: Case) -> Turn:
    """The trader asks for some days more; mostly it gets them."""
    days = life.chance.randint(2, 5)
    at, desk = _in_time(life, case, life.office(case.at, 1, MAINLAND)), _manner(case).desk(life.chance)
    answer: Command = c.GrantTime(days) if life.happens(0.75) else c.RefuseTime(life.words("Not this time."))
    ask = Step(at, desk, c.AskTime(days, life.words("A part is on its way.")))
    return (yield from life.move(ask, Step(life.soon(at), life.officer, answer)))


# ---- the trader's answer --------------------------------------------------------------------------------------------


def _answer(life: Life, case: Case, at: datetime, manner: Manner) -> Command:
    """No way, an offer, or a result."""
    if life.happens(manner.impasse):
        return c.ReportImpasse()
    if life.happens(manner.offers):
        return _offer(life, case, at, Outcome.PARTLY_SETTLED)
    return _result(life, case, at, manner)


def _relief(life: Life, case: Case, outcome: Outcome) -> tuple[tuple[Redress, ...], Money | None]:
    """What is given: the amount claimed, or a part of it, where money is given at all."""
    claimed = case.complaint.claimed
    if outcome not in _WITH_MONEY or claimed is None:
        return case.complaint.redress, None
    part = 1.0 if outcome is Outcome.SETTLED_MONETARY and life.happens(0.7) else life.chance.uniform(0.2, 0.8)
    return (Redress.REFUND,), Money(claimed.currency, 100 * max(1, round(claimed.minor_units * part / 100)))


def _result(life: Life, case: Case, at: datetime, manner: Manner) -> Command:
    """The trader's result; relief that is promised has its day."""
    outcome = pick(life.chance, manner.claims)
    redress, amount = _relief(life, case, outcome)
    promised = amount is not None and life.happens(0.4)
    by = life.scheme.day(at) + timedelta(days=life.chance.randint(3, 10)) if promised else None
    return c.ReportResolution(outcome, redress, amount, by)


def _offer(life: Life, case: Case, at: datetime, outcome: Outcome) -> Command:
    redress, amount = _relief(life, case, outcome)
    day = life.scheme.day(at)
    expires = datetime.combine(day + timedelta(days=5), time(), life.scheme.zone)
    return c.MakeOffer(redress, expires, amount, day + timedelta(days=6))


def _second(life: Life, case: Case, at: datetime) -> Command:
    """After an offer that was declined: a better one, once."""
    turn = case.turn
    if turn is not None and len(turn.offers) < 2 and life.happens(0.7):
        return _offer(life, case, at, Outcome.SETTLED_MONETARY)
    return c.ReportImpasse()


def _answered(life: Life, case: Case, number: int) -> Turn:
    """The complainant takes the offer, or does not; a second one more often than a first."""
    at = _in_time(life, case, life.home(case.at, life.chance.randint(0, 2)))
    if life.happens(0.45 if number == 1 else 0.75):
        return (yield from life.send(at, life.person, c.AcceptOffer(number)))
    declined = c.DeclineOffer(number, life.words("That is not enough."))
    return (yield from life.send(at, life.person, declined))


# ---- the complainant's word -----------------------------------------------------------------------------------------


def resolution_reported(life: Life, case: Case) -> Turn:
    """Confirmed, disputed, or no word at all: then comes the reminder, and after it silence counts."""
    claimed = case.account.claimed or Outcome.EXPLANATION_ONLY
    word = MANNERS[case.trader].word(life.chance, claimed)
    if word is Word.SILENT:
        return (yield from life.look(life.after(case.timer(Duty.CONFIRM), case.at)))
    at = life.home(case.at, life.chance.randint(0, 9))
    if word is Word.CONFIRMED:
        return (yield from life.send(at, life.person, c.Confirm(pick(life.chance, {3: 2.0, 4: 4.0, 5: 4.0}))))
    return (yield from life.send(at, life.person, c.Dispute(pick(life.chance, {1: 6.0, 2: 3.0, 3: 1.0}))))


def resolved(life: Life, case: Case) -> Turn:
    """Relief that was promised is proved, or contradicted, or does not come; then the case rests and is closed."""
    at = life.office(case.at, life.chance.randint(2, 9))
    promised = case.turn is not None and case.turn.perform_by is not None and not case.account.proved
    draw = life.chance.random()
    if promised and draw < 0.63:
        return (yield from _prove(life, at, c.ReportPerformance if draw < 0.60 else c.ContradictPerformance))
    if promised and draw < 0.66:
        return (yield from life.send(life.home(case.at, 20), life.person, c.ReportBreach()))
    if case.account.word is None and case.account.lapsed_silent and draw > 0.97:
        return (yield from life.send(life.home(case.at, 5), life.person, c.Confirm(4)))
    return (yield from life.look(life.after(case.timer(Duty.BREACH_WINDOW), case.at)))


def _prove(life: Life, at: datetime, says: type[c.ReportPerformance | c.ContradictPerformance]) -> Turn:
    """A document comes in, and the officer puts down what it shows: the trader adds none to a case that is resolved."""
    life.papers += 1
    paper = Evidence(f"e{life.papers}", EvidenceKind.REFUND_PROOF)
    return (yield from life.send(at, life.officer, c.AddEvidence(paper), says((paper.id,))))


def clear(life: Life, case: Case) -> Turn:
    """After the end: whoever obtained the details says that it has deleted them; some days later, and not everybody."""
    for holding in case.file.holdings:
        if holding.owed and life.happens(0.8):
            at = life.office(case.at, life.chance.randint(1, 10), MAINLAND)
            by = MANNERS[holding.organisation].desk(life.chance)
            case = yield from life.send(at, by, c.ConfirmDeletion(KeptGround.NOTHING_KEPT))
    return case
