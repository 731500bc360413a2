"""Commands that fit a case: they name what it has, lie around its last instant, and are refused now and then.

Beside them `whole_complaint`, which `HK_CCA` admits: where most histories begin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from expressplatform import codes
from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import Duty
from expressplatform.commands import Command
from expressplatform.complaint import (
    ERASED,
    Complainant,
    Complaint,
    Consent,
    Evidence,
    Flags,
    NoticeShown,
    Particulars,
    PriorContact,
    Purchase,
    Shop,
    TraderRef,
)
from expressplatform.scheme import Scheme
from expressplatform.schemes import HK_CCA
from expressplatform.testing.strategies import moneys, remarks, values

START: Final = datetime(2025, 6, 3, 2, tzinfo=UTC)
"""When the complaint comes in: a Tuesday morning in Hong Kong."""


def whole_complaint(scheme: Scheme = HK_CCA, trader: str = "taobao", at: datetime = START) -> Complaint:
    """A complaint over a purchase a month before ``at``, with nothing missing that `HK_CCA` asks for."""
    day = scheme.day(at)
    recipients = dict.fromkeys((trader, *scheme.recipients))
    return Complaint(
        trader=TraderRef(trader, Shop(trader, "shop-1")),
        category=codes.Category.CLOTHING,
        nature=codes.Nature.DEFECTIVE,
        purchase=Purchase(
            ordered_on=day - timedelta(days=30),
            bought_by=codes.BoughtBy.WEB,
            subject=codes.Subject.GOODS,
            supplier=codes.Supplier.BUSINESS,
        ),
        redress=(codes.Redress.REFUND,),
        prior_contact=PriorContact(contacted=True),
        proceedings=codes.Proceedings.NONE,
        flags=Flags(injury=False, crime=False, testing_needed=False, suspected_abuse=False),
        complainant=Complainant(codes.Buyer.PRIVATE, codes.AgeBand.ADULT, codes.Residence.HONG_KONG),
        evidence=(Evidence("order-1", codes.EvidenceKind.ORDER),),
        consents=tuple(_consent(one, scheme, at) for one in recipients),
        notice_shown=NoticeShown(scheme.notice, codes.Language.ENGLISH, at, codes.Channel.WEB),
        particulars=Particulars(
            name="A. Person", email="a@example.org", order_number="1-17", statement="It broke.", request="Refund."
        ),
    )


def _consent(recipient: str, scheme: Scheme, at: datetime) -> Consent:
    return Consent(recipient, codes.Purpose.HANDLING, scheme.notice, at, codes.Channel.WEB)


# --- commands that fit a case -------------------------------------------------------------------------------


def _some(ids: tuple[str, ...], least: int = 0) -> SearchStrategy[tuple[str, ...]]:
    if not ids:
        return st.just(("nothing",) if least else ())
    return st.lists(st.sampled_from(ids), min_size=least, max_size=3, unique=True).map(tuple)


def _day_near(case: Case) -> SearchStrategy[date]:
    near = case.at.date()
    return st.dates(near - timedelta(days=10), near + timedelta(days=90))


def _instant_near(case: Case) -> SearchStrategy[datetime]:
    return st.integers(-1, 25).map(lambda days: case.at + timedelta(days=days, hours=1))


Fields = dict[str, SearchStrategy[Any]]
_OFFICERS: Final = st.sampled_from(("officer-2", "officer-1"))
_MAYBE_WORDS: Final = remarks() | st.just(ERASED)


def _evidence(case: Case) -> tuple[str, ...]:
    return tuple(one.id for one in case.file.evidence)


def _new_evidence(case: Case) -> SearchStrategy[Evidence]:
    return values(
        Evidence,
        id=st.just(f"evidence-{len(case.file.evidence) + 1}"),
        file=st.sampled_from(("", f"{len(case.file.evidence):064x}")),
    )


def _offer(case: Case, scheme: Scheme) -> Fields:
    made = len(case.turn.offers) if case.turn is not None else 0
    return {"offer": st.integers(max(1, made - 1), made + 1)}


def _promise(case: Case, scheme: Scheme) -> Fields:
    return {"perform_by": st.none() | _day_near(case), "amount": st.none() | moneys(scheme.currency)}


def _recipient(case: Case, scheme: Scheme) -> SearchStrategy[str]:
    return st.sampled_from((case.trader, *scheme.recipients))


def _duty(case: Case, scheme: Scheme) -> Fields:
    return {"duty": st.sampled_from(tuple(timer.duty for timer in case.timers) or tuple(Duty))}


def _granted(case: Case, scheme: Scheme) -> Fields:
    asked = case.turn.asked_days if case.turn is not None else None
    return {"days": st.integers(1, asked or 1)}


def _shown(case: Case, scheme: Scheme) -> Fields:
    return {"evidence": _some(_evidence(case), 1)}


def _read(case: Case, scheme: Scheme) -> Fields:
    shared = tuple(dict.fromkeys(item for trader, item in case.file.shared if trader == case.trader))
    return {"evidence": st.just(()) | _some(shared)}


def _words(case: Case, scheme: Scheme) -> Fields:
    return {"particulars": remarks()}


# For each command whose fields must fit the case: the fields, mostly as they should be.
_GIVEN: Final[Mapping[type[Command], Callable[[Case, Scheme], Fields]]] = MappingProxyType(
    {
        c.SupplyInformation: lambda case, _: {
            "complaint": st.just(attrs.evolve(case.complaint, particulars=_particulars()))
        },
        c.Accept: lambda *_: {"particulars": _MAYBE_WORDS},
        c.Upload: lambda _, scheme: {
            "instrument": st.sampled_from(sorted(scheme.instruments)),
            "impact_assessment": st.just("pia-1"),
        },
        c.Redirect: lambda _, scheme: {
            "trader": st.sampled_from(tuple(one.organisation for one in scheme.participants[:3]) or ("nobody",))
        },
        c.AskTime: lambda *_: {"days": st.integers(1, 12)},
        c.GrantTime: _granted,
        c.MakeOffer: lambda case, scheme: {"expires": _instant_near(case), **_promise(case, scheme)},
        c.AcceptOffer: _offer,
        c.DeclineOffer: _offer,
        c.ReportResolution: lambda case, scheme: {"evidence": _some(_evidence(case)), **_promise(case, scheme)},
        c.Obtain: _read,
        c.ReportPerformance: _shown,
        c.ContradictPerformance: _shown,
        c.GiveConsent: lambda case, scheme: {
            "consent": st.builds(_consent, _recipient(case, scheme), st.just(scheme), st.just(case.at))
        },
        c.WithdrawConsent: lambda case, scheme: {"recipient": _recipient(case, scheme)},
        c.Disclose: lambda _, scheme: _hand_over(scheme),
        c.ShareEvidence: _shown,
        c.AddEvidence: lambda case, _: {"evidence": _new_evidence(case)},
        c.Redact: lambda case, _: {
            "evidence": st.sampled_from(_evidence(case) or ("nothing",)),
            "copy": _new_evidence(case),
        },
        c.Correct: lambda *_: {"particulars": st.just(_particulars())},
        c.Erase: lambda *_: {"approved_by": _OFFICERS},
        c.Hold: lambda *_: {"approved_by": _OFFICERS, "particulars": remarks()},
        c.StopClock: lambda case, scheme: {"until": _instant_near(case), **_duty(case, scheme)},
        c.ResumeClock: _duty,
        c.AskInformation: _words,
        c.AddMessage: _words,
        c.AddNote: _words,
        c.Reopen: _words,
    }
)


def _particulars() -> Particulars:
    return Particulars(name="A. Person", email="a@example.org", order_number="1-17", statement="So.", request="It.")


def _hand_over(scheme: Scheme) -> Fields:
    return {
        "audience": st.just(codes.Audience.CCA),
        "recipient": st.sampled_from(scheme.recipients or ("nobody",)),
        "fields": st.just(("category", "claimed")),
        "purpose": st.just(codes.Purpose.HANDLING),
        "basis": st.just(codes.Basis.SEPARATE_CONSENT),
    }


def fitting(case: Case, command: type[Command], scheme: Scheme) -> SearchStrategy[Command]:
    """Commands of a class that mostly fit a case: they name what it has, and instants around its last one."""
    given = _GIVEN.get(command)
    return values(command, **given(case, scheme) if given is not None else {})
