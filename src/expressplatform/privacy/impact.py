"""Impact assessments: why transfers to a recipient under an instrument are in order, written down beforehand.

Laws of this file: an assessment says the three things that PIPL Art 56 asks for, whom and what it covers, and from
when until when; whether it says them well is for people to judge. It is recorded once and never changed: what changes
is a new assessment. It belongs to no case and outlives the erasure of any.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import attrs

from expressplatform.codes import Instrument
from expressplatform.fields import CODE, Checked, Constraint, code, refuse, text
from expressplatform.scheme import ANY_RECIPIENT, ImpactAssessmentRef

_RECIPIENT: Final = Checked(
    Constraint(
        shortest=1, longest=80, pattern=rf"\*|{CODE}", wanted=f"must be the id of an organisation, or {ANY_RECIPIENT}"
    ),
    (str,),
    "must be text",
)
_LONG: Final = 20_000


@attrs.frozen
class ImpactAssessment:
    """An impact assessment before a transfer (PIPL Arts 55-56).

    ``id`` is the code that an upload names, ``recipient`` an organisation or ``*`` for whoever takes part. Both days
    are local to the scheme and belong to the span. The contents: why purpose and method are ``lawful``, proper and
    necessary; the ``effect`` on the person, and the risk; that the protective ``measures`` are lawful, work, and fit
    the risk. ``approved_by`` is a staff id. Raises InvalidInput for a span that ends before it begins.
    """

    id: str = attrs.field(validator=code(60))
    recipient: str = attrs.field(validator=_RECIPIENT)
    instrument: Instrument
    made_on: date
    valid_until: date
    lawful: str = attrs.field(validator=text(_LONG, shortest=1))
    effect: str = attrs.field(validator=text(_LONG, shortest=1))
    measures: str = attrs.field(validator=text(_LONG, shortest=1))
    approved_by: str = attrs.field(validator=code())

    def __attrs_post_init__(self) -> None:
        if self.valid_until < self.made_on:
            raise refuse("$.valid_until", "date_order", "must not be before the day on which it was made")

    @property
    def ref(self) -> ImpactAssessmentRef:
        """What a transfer must know of it (PIPL Art 55)."""
        return ImpactAssessmentRef(self.id, self.recipient, self.instrument, self.made_on, self.valid_until)
