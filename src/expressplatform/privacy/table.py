"""The disclosure table: which field of a complaint which audience may be shown, for what, and when.

Laws of this file: every field of a complaint has a ruling for every audience, either rows here or a reason
why it is withheld (a test walks the classes, so a new field waits for its ruling). No row, no field. A ruling
names the article that it follows: the smallest scope that the purpose needs (PIPL Art 6), no purpose but the
complaint's own (PDPO DPP3). The table knows fields by their path, never a value, a consent or a case.

A path is dotted (``purchase.paid``). Amounts, and each list (``evidence``, ``consents``), are one field. The code that
a caller must say (``call_code``) and ``messages`` belong to the turn of a trader, not to the complaint.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform.citations import (
    PDPO_DPP3,
    PDPO_DPP6,
    PDPO_S58,
    PIPL_6,
    PIPL_16,
    PIPL_23,
    PIPL_25,
    PIPL_28,
    Citation,
)
from expressplatform.codes import Audience, Purpose, Stage


class Condition(StrEnum):
    """What else a row asks of the complaint before the field is shown."""

    ONE_CONTACT = "one_contact"
    """Only where this is the one means of reaching the person that they prefer."""
    REPRESENTED = "represented"
    """Only where a representative acts."""


@attrs.frozen
class DisclosureRow:
    """One audience may be shown one field, for one purpose, at these stages."""

    field: str
    audience: Audience
    purpose: Purpose
    stages: frozenset[Stage]
    citation: Citation
    condition: Condition | None = None


@attrs.frozen
class Withheld:
    """One audience is never shown one field: why, and on what article that rests."""

    reason: str
    citation: Citation


ALWAYS: Final = frozenset(Stage)
HANDLING: Final = frozenset({Stage.HANDLING})
BEFORE: Final = frozenset({Stage.BEFORE, Stage.HANDLING})
NOT_BEFORE: Final = frozenset({Stage.HANDLING, Stage.AFTER})

# --- the fields, grouped by what they tell ------------------------------------------------------------

CLAIM: Final = (
    "trader.organisation",
    "trader.shop.platform",
    "trader.shop.shop_id",
    "category",
    "purchase.ordered_on",
    "purchase.paid",
    "purchase.subject",
    "dates.promised_on",
    "dates.delivered_on",
    "dates.known_on",
    "dates.warranty_until",
    "redress",
    "claimed",
    "prior_contact.contacted",
    "prior_contact.on",
    "prior_contact.outcome",
    "evidence",
)
"""What is claimed, over what, from whom."""
ORDER: Final = (
    "purchase.bought_by",
    "purchase.supplier",
    "purchase.intended_market",
    "purchase.forwarder_used",
)
"""How the purchase came about: the trader keeps its own record of it (E-Commerce Law, Art 62)."""
SCREENING: Final = ("proceedings", "complainant.buyer", "flags.testing_needed")
"""What only the criteria of admission ask."""
CHARACTER: Final = ("flags.injury", "flags.crime", "flags.suspected_abuse")
"""Health, crime, suspicion: the most harm if they go astray."""
PERSON: Final = ("complainant.age", "complainant.residence", "complainant.guardian_acts")
"""What describes the person."""
SPEAKING: Final = ("complainant.language", "complainant.channel", "complainant.represented")
"""How to speak with the person."""
AUTHORITY_GIVEN: Final = (
    "complainant.authority.may_settle",
    "complainant.authority.until",
)
"""What a representative may do."""
SHOWN: Final = ("notice_shown.version", "notice_shown.language", "notice_shown.at", "notice_shown.channel")
"""The privacy notice as it was shown."""
FILE: Final = ("consents", "research_consent", *SHOWN, "council_reference")
"""The council's own file keeping."""
CONTACTS: Final = (
    "particulars.email",
    "particulars.phone",
    "particulars.address",
    "particulars.representative_contact",
)
"""The means of reaching the person."""
STORY: Final = ("particulars.statement", "particulars.request")
"""What happened and what is asked, in the person's words."""
ASIDE: Final = ("particulars.prior_contact", "particulars.other_proceedings", "particulars.trader_contact")
"""What the person told besides."""
EVIDENCE_NAMES: Final = ("particulars.evidence_names",)
NAME: Final = ("particulars.name",)
REPRESENTATIVE: Final = ("particulars.representative_name", "particulars.authority_matter")
CALL_CODE: Final = ("call_code",)
"""What whoever calls in the trader's name must say first: the person is asked to hang up on anybody who does not."""
MESSAGES: Final = ("messages",)
"""What others wrote on the case while it was with the trader."""
TRACE: Final = ("particulars.order_number", "particulars.shop_page")
"""What finds the purchase in the trader's books."""

FACTS: Final = (
    "nature", *CLAIM, *ORDER, *SCREENING, *CHARACTER, *PERSON, *SPEAKING, *AUTHORITY_GIVEN, *FILE,
)  # fmt: skip
PARTICULARS: Final = (*NAME, *CONTACTS, *REPRESENTATIVE, *TRACE, *STORY, *ASIDE, *EVIDENCE_NAMES, *CALL_CODE, *MESSAGES)
EVERY_FIELD: Final = (*FACTS, *PARTICULARS)

FREE_TEXT: Final = frozenset({*STORY, *ASIDE, *EVIDENCE_NAMES, *MESSAGES, "particulars.authority_matter"})
"""What people type at will: numbers of cards and accounts are masked in it (PIPL Art 28)."""


@attrs.frozen
class _Grant:
    """Several rows at once: the same audience, purpose, stages, source and condition."""

    audience: Audience
    purpose: Purpose
    stages: frozenset[Stage]
    citation: Citation
    fields: tuple[str, ...]
    condition: Condition | None = None

    def rows(self) -> tuple[DisclosureRow, ...]:
        return tuple(
            DisclosureRow(field, self.audience, self.purpose, self.stages, self.citation, self.condition)
            for field in self.fields
        )


A = Audience
P = Purpose

# Who supervises or helps beside the trader sees the claim; the person's own words once the trader has it.
_OVERVIEW: Final = ("nature", *CLAIM, *ORDER, "proceedings")
_STUDIED: Final = ("nature", *CLAIM, *ORDER, *SCREENING, "complainant.residence")
_CONCILIATED: Final = (*CLAIM, *SPEAKING, *NAME, *TRACE, *STORY, *EVIDENCE_NAMES, *CALL_CODE, *MESSAGES)
_WITH_WHOM: Final = (*AUTHORITY_GIVEN, *REPRESENTATIVE)

_GRANTS: Final = (
    # The person: everything of their own (PDPO DPP6, s.18; PIPL Art 45).
    _Grant(A.COMPLAINANT, P.HANDLING, ALWAYS, PDPO_DPP6, EVERY_FIELD),
    _Grant(A.COMPLAINANT, P.RIGHTS, ALWAYS, PDPO_DPP6, EVERY_FIELD),
    # The council: it collected the data for this (PDPO DPP3); its staff's readings are logged.
    _Grant(A.COUNCIL, P.HANDLING, ALWAYS, PDPO_DPP3, EVERY_FIELD),
    _Grant(A.COUNCIL, P.DIRECTLY_RELATED, ALWAYS, PDPO_DPP3, EVERY_FIELD),
    _Grant(A.COUNCIL, P.RIGHTS, ALWAYS, PDPO_DPP6, EVERY_FIELD),
    # Research: facts that describe no person, and only where that consent was given (PIPL Art 16).
    _Grant(A.COUNCIL, P.RESEARCH, ALWAYS, PIPL_16, _STUDIED),
    # The trader, before it obtains: what the matter is, so that the right desk takes it; nothing personal.
    _Grant(A.TRADER, P.HANDLING, BEFORE, PIPL_6, ("nature",)),
    # The trader, while it conciliates: what finds the purchase, reaches the person and answers the claim.
    _Grant(A.TRADER, P.HANDLING, HANDLING, PIPL_6, _CONCILIATED),
    _Grant(A.TRADER, P.HANDLING, HANDLING, PIPL_6, CONTACTS, Condition.ONE_CONTACT),
    # It must know with whom it may settle (SAMR Order 20, Art 10).
    _Grant(A.TRADER, P.HANDLING, HANDLING, PIPL_6, _WITH_WHOM, Condition.REPRESENTED),
    # The association: the facts; the person's words once a trader has them, to press it (PIPL Arts 6, 23).
    _Grant(A.CCA, P.HANDLING, ALWAYS, PIPL_23, _OVERVIEW),
    _Grant(A.CCA, P.HANDLING, NOT_BEFORE, PIPL_23, STORY),
    # A body that is asked to help, with the person's consent to that body.
    _Grant(A.AUTHORITY, P.HANDLING, ALWAYS, PIPL_23, (*_OVERVIEW, *STORY)),
    # A body with a statutory duty: of these, the fields that its request names (PDPO s.58).
    _Grant(
        A.AUTHORITY,
        P.LAW_ENFORCEMENT,
        ALWAYS,
        PDPO_S58,
        (
            *_OVERVIEW, *SCREENING[1:], *CHARACTER, *PERSON, *SPEAKING, *AUTHORITY_GIVEN, "council_reference",
            *(field for field in PARTICULARS if field not in (*CALL_CODE, *MESSAGES)),
        ),
    ),
)  # fmt: skip

TABLE: Final[tuple[DisclosureRow, ...]] = tuple(row for grant in _GRANTS for row in grant.rows())
"""Every row. What is not in it is not shown."""

_HELD_BACK: Final[tuple[tuple[Audience, str, Citation, tuple[str, ...]], ...]] = (
    (A.PUBLIC, "Nothing of a single case is published; figures are, from several.", PIPL_25, EVERY_FIELD),
    (A.TRADER, "The trader's own record of the order tells it.", PIPL_6, ORDER),
    (A.TRADER, "It was asked to judge admission; conciliating does not need it.", PIPL_6, SCREENING),
    (A.TRADER, "Sensitive, or a suspicion; conciliating does not need it.", PIPL_28, CHARACTER),
    (A.TRADER, "It describes the person; the claim does not turn on it.", PIPL_6, PERSON),
    (A.TRADER, "It is the council's file keeping.", PIPL_6, FILE),
    (A.TRADER, "The coded facts of it are shown; the account of it is not needed.", PIPL_6, ASIDE),
    (A.CCA, "It was asked to judge admission; supervising does not need it.", PIPL_6, SCREENING[1:]),
    (A.CCA, "Sensitive, or a suspicion; supervising does not need it.", PIPL_28, CHARACTER),
    (A.CCA, "It describes the person; supervising does not need it.", PIPL_6, PERSON),
    (
        A.CCA,
        "The association does not speak with the person.",
        PIPL_6,
        (*SPEAKING, *AUTHORITY_GIVEN, *CONTACTS),
    ),
    (A.CCA, "It is the council's file keeping.", PIPL_6, FILE),
    (A.CCA, "The case number says which case is meant.", PIPL_6, (*NAME, *REPRESENTATIVE, *TRACE)),
    (A.CCA, "The coded facts of it are shown; more is not needed.", PIPL_6, (*ASIDE, *EVIDENCE_NAMES)),
    (A.CCA, "It is between the trader and the person.", PIPL_6, (*CALL_CODE, *MESSAGES)),
    (A.AUTHORITY, "It is between the trader and the person.", PIPL_6, (*CALL_CODE, *MESSAGES)),
    (A.AUTHORITY, "It is the council's file keeping; no statutory request turns on it.", PIPL_6, FILE[:-1]),
)

WITHHELD: Final[Mapping[tuple[str, Audience], Withheld]] = MappingProxyType(
    {
        (field, audience): Withheld(reason, citation)
        for audience, reason, citation, fields in _HELD_BACK
        for field in fields
    }
)
"""By field and audience: why the audience is never shown it, whatever the purpose and stage."""


def _shown(audience: Audience, purpose: Purpose, stage: Stage) -> tuple[str, ...]:
    allowed = {
        row.field for row in TABLE if row.audience is audience and row.purpose is purpose and stage in row.stages
    }
    return tuple(field for field in EVERY_FIELD if field in allowed)


_FIELDS: Final[Mapping[tuple[Audience, Purpose, Stage], tuple[str, ...]]] = MappingProxyType(
    {(a, p, s): _shown(a, p, s) for a in Audience for p in Purpose for s in Stage}
)
CONDITIONS: Final[Mapping[tuple[str, Audience], Condition]] = MappingProxyType(
    {(row.field, row.audience): row.condition for row in TABLE if row.condition is not None}
)
"""By field and audience: what else must hold before the field is shown."""


def fields_for(audience: Audience, purpose: Purpose, stage: Stage) -> tuple[str, ...]:
    """The fields that an audience may at most be shown for a purpose at a stage (PIPL Arts 6, 25, 28, 45; PDPO DPP3).

    The person is shown everything (PDPO DPP6, s.18), the public nothing of one case.
    In the table's order, empty where there is no row. Rows with a condition are counted in.
    """
    return _FIELDS[audience, purpose, stage]
