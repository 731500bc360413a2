"""A complaint that meets every criterion of HK_CCA, to be spoilt one field at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import attrs

from expressplatform.codes import (
    AgeBand,
    BoughtBy,
    Buyer,
    Category,
    Channel,
    EvidenceKind,
    Language,
    Nature,
    Proceedings,
    Purpose,
    Redress,
    Residence,
    Subject,
    Supplier,
)
from expressplatform.complaint import (
    Complainant,
    Complaint,
    Consent,
    Evidence,
    Flags,
    KeyDates,
    NoticeShown,
    Particulars,
    PriorContact,
    Purchase,
    Shop,
    TraderRef,
)
from expressplatform.money import Money
from expressplatform.schemes import HK_CCA

FILED = date(2025, 6, 3)
NOTICE = HK_CCA.notice


def consent(recipient: str, notice: str = NOTICE, purpose: Purpose = Purpose.HANDLING) -> Consent:
    """A consent to one recipient, by default for handling and under the notice in use."""
    given_at = datetime(2025, 6, 1, 9, tzinfo=UTC)
    return Consent(recipient=recipient, purpose=purpose, notice=notice, given_at=given_at, channel=Channel.WEB)


WHOLE = Complaint(
    trader=TraderRef("taobao", Shop("taobao", "shop-1")),
    category=Category.CLOTHING,
    nature=Nature.DEFECTIVE,
    purchase=Purchase(
        ordered_on=date(2025, 5, 1),
        paid=Money("HKD", 129900),
        bought_by=BoughtBy.WEB,
        subject=Subject.GOODS,
        supplier=Supplier.BUSINESS,
    ),
    dates=KeyDates(known_on=date(2025, 5, 9)),
    redress=(Redress.REFUND,),
    prior_contact=PriorContact(contacted=True),
    proceedings=Proceedings.NONE,
    flags=Flags(injury=False, crime=False, testing_needed=False),
    complainant=Complainant(buyer=Buyer.PRIVATE, age=AgeBand.ADULT, residence=Residence.HONG_KONG),
    evidence=(Evidence(id="order-1", kind=EvidenceKind.ORDER),),
    consents=(consent("taobao"), consent("cca")),
    notice_shown=NoticeShown(NOTICE, Language.ENGLISH, datetime(2025, 6, 1, 8, 45, tzinfo=UTC), Channel.WEB),
    particulars=Particulars(name="A. Person", email="a@example.org", statement="It broke.", request="Refund."),
)


def put(complaint: Complaint, path: str, value: Any) -> Complaint:
    """The complaint with one field changed, named by a dotted path."""
    changed: Complaint = _put(complaint, path, value)
    return changed


def _put(whole: Any, path: str, value: Any) -> Any:
    head, _, rest = path.partition(".")
    return attrs.evolve(whole, **{head: _put(getattr(whole, head), rest, value) if rest else value})
