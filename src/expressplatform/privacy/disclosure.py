"""The one maker of a disclosure: the only shape in which a complaint leaves the core.

Laws of this file: what goes out is read off the table and never more; a trader and the association get nothing without
the person's live consent to that very recipient (PIPL Art 23); sensitive numbers are masked in free text (PIPL Art 28);
what is gone is not made up. A `Disclosure` cannot be written by hand, only by `disclose`, so that whatever accepts one
knows that the rules were asked. It knows complaints and consents, never a case.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from types import MappingProxyType
from typing import Final, NoReturn

import attrs

from expressplatform.codes import Audience, Basis, Channel, Purpose, Stage
from expressplatform.complaint import (
    ERASED,
    CallCode,
    Complaint,
    Consent,
    Erased,
    EvidenceName,
    Particulars,
    Remark,
    Said,
    Veiled,
)
from expressplatform.complaint import Evidence as EvidenceItem
from expressplatform.errors import Refused
from expressplatform.money import Money
from expressplatform.privacy.consent import informed, live
from expressplatform.privacy.masking import mask_numbers
from expressplatform.privacy.purposes import needs_fresh_consent
from expressplatform.privacy.table import CONDITIONS, EVERY_FIELD, FREE_TEXT, Condition, fields_for
from expressplatform.scheme import Scheme

__all__ = ["PARTS", "Disclosure", "disclose", "fields_for", "one_contact"]

# On what ground each audience may be given something; the first is taken where none is named.
_GROUNDS: Final[Mapping[Audience, Mapping[Basis, str]]] = MappingProxyType(
    {
        Audience.COMPLAINANT: {Basis.DATA_SUBJECT_REQUEST: "PDPO DPP6, s.18; PIPL Art 45"},
        Audience.COUNCIL: {Basis.DATA_SUBJECT_REQUEST: "PDPO DPP3"},
        Audience.TRADER: {Basis.SEPARATE_CONSENT: "PDPO DPP3; PIPL Arts 23, 39"},
        Audience.CCA: {Basis.SEPARATE_CONSENT: "PDPO DPP3; PIPL Arts 23, 39"},
        Audience.AUTHORITY: {
            Basis.SEPARATE_CONSENT: "PDPO DPP3; PIPL Art 23",
            Basis.STATUTORY_DUTY: "PDPO s.58",
        },
        Audience.PUBLIC: {},
    }
)
# What goes to these is masked: they have no need of a card's or an account's number (PIPL Art 28).
_OUTSIDE: Final = frozenset({Audience.TRADER, Audience.CCA, Audience.AUTHORITY, Audience.PUBLIC})
_TRADER: Final = Audience.TRADER
_ONE_CONTACT: Final = Condition.ONE_CONTACT
_PLAIN: Final = frozenset({str, int, bool, type(None)})
_PERSONAL: Final = frozenset(field for field in EVERY_FIELD if field.startswith("particulars."))
_CALL_CODE: Final = "call_code"
_MESSAGES: Final = "messages"
_TURN: Final = frozenset({_CALL_CODE, _MESSAGES})
# The table as it is read for one disclosure: how to reach each field, and what else must hold for an audience.
_GETTERS: Final[Mapping[str, Callable[[Complaint], object]]] = MappingProxyType(
    {field: operator.attrgetter(field) for field in EVERY_FIELD if field not in _TURN}
)
_CONDITIONS: Final[Mapping[Audience, Mapping[str, Condition]]] = MappingProxyType(
    {
        audience: MappingProxyType({field: held for (field, whom), held in CONDITIONS.items() if whom is audience})
        for audience in Audience
    }
)
# The parts of each listed thing that are shown with it; a test holds this complete over the classes, together with
# those that are shown to nobody.
UNSHOWN: Final[Mapping[type, tuple[str, ...]]] = MappingProxyType({EvidenceItem: ("file",)})
PARTS: Final[Mapping[type, tuple[str, ...]]] = MappingProxyType(
    {
        Money: ("currency", "minor_units"),
        EvidenceItem: ("id", "kind", "media_type", "size"),
        EvidenceName: ("id", "name"),
        Consent: ("recipient", "purpose", "notice", "given_at", "channel"),
    }
)


@attrs.define(frozen=True, init=False, repr=False, str=False)
class Disclosure(Veiled):
    """What one recipient is shown of one complaint, for what, on what ground, until when. Never prints a value.

    ``fields`` are the paths that carry something, in the table's order; ``values`` holds for each a plain value fit for
    JSON (text, number, list, mapping). ``article`` names the provisions, ``notice`` the version of the privacy notice
    that the person agreed under (without a consent, the one in use), ``use_until`` the instant after which the
    recipient may use none of it.
    """

    audience: Audience
    recipient: str
    purpose: Purpose
    stage: Stage
    fields: tuple[str, ...]
    values: MappingProxyType[str, object] = attrs.field(hash=False)
    basis: Basis
    article: str
    notice: str
    use_until: datetime

    def __init__(self, *_: object, **__: object) -> None:
        raise TypeError("a Disclosure is made by disclose() alone")

    def __repr__(self) -> str:
        return f"Disclosure({self.audience.value}, fields={self.fields!r})"

    __str__ = __repr__


def disclose(
    complaint: Complaint,
    *,
    audience: Audience,
    recipient: str,
    purpose: Purpose,
    stage: Stage,
    consents: Sequence[Consent],
    scheme: Scheme,
    at: datetime,
    use_until: datetime,
    basis: Basis | None = None,
    fields: Sequence[str] | None = None,
    code: CallCode | Erased = ERASED,
    messages: Sequence[Said] = (),
    case_id: str = "",
) -> Disclosure:
    """What a recipient may be shown of a complaint, and nothing else (PIPL Arts 6, 23; PDPO DPP3).

    ``consents`` are those not withdrawn (not the complaint's own list, which is as old as the complaint);
    ``at`` and ``use_until`` are aware instants; ``fields`` asks for some of the paths only, and must for a
    statutory request; ``code`` is what the trader's callers must say, ``messages`` what was written to it. Raises
    Refused, with one of the codes ``wrong_audience``, ``no_row``, ``field_withheld``, ``fields_missing``,
    ``basis_missing``, ``basis_not_admitted``, ``no_consent``, ``notice_outdated``, ``no_research_consent``,
    ``use_over`` or ``erased``.
    """
    _check_recipient(complaint, audience, recipient, scheme, case_id)
    admitted = _admitted(audience, purpose, stage, fields, case_id)
    ground = _ground(audience, purpose, basis, case_id)
    notice = scheme.notice
    if ground is Basis.SEPARATE_CONSENT:
        notice = _consent(consents, recipient, purpose, scheme, at, case_id).notice
    if needs_fresh_consent(purpose) and not complaint.research_consent:  # PDPO DPP3; PIPL Art 16
        _refuse("no_research_consent", case_id, "complainant", "The person has not agreed to research.")
    if audience in _OUTSIDE and use_until <= at:  # PIPL Art 19
        _refuse("use_over", case_id, "council", "The time in which the recipient may use it is over.")
    values = _values(complaint, audience, _met(complaint, audience, admitted), code, messages, case_id)
    made: Disclosure = object.__new__(Disclosure)
    made.__attrs_init__(
        audience=audience,
        recipient=recipient,
        purpose=purpose,
        stage=stage,
        fields=tuple(values),
        values=MappingProxyType(values),
        basis=ground,
        article=_GROUNDS[audience][ground],
        notice=notice,
        use_until=use_until,
    )
    return made


def _refuse(code: str, case_id: str, who: str, reason: str) -> NoReturn:
    raise Refused(code=code, case_id=case_id, who_must_act=who, reason=reason)


def _check_recipient(complaint: Complaint, audience: Audience, recipient: str, scheme: Scheme, case_id: str) -> None:
    """PIPL Art 23: no recipient is reached under another's name, and so without the consent that it needs."""
    other = recipient in scheme.recipients
    if audience is _TRADER:
        wrong = other
    else:
        traders = (complaint.trader.organisation, *(one.organisation for one in scheme.participants))
        wrong = recipient in traders or (other and audience is not Audience.CCA)
    if wrong and not (audience is Audience.COUNCIL and recipient == scheme.council):
        _refuse("wrong_audience", case_id, "council", "The recipient is of another kind.")


def _admitted(
    audience: Audience, purpose: Purpose, stage: Stage, asked: Sequence[str] | None, case_id: str
) -> tuple[str, ...]:
    """PIPL Art 6: the fields of the table, or those of them that were asked for."""
    admitted = fields_for(audience, purpose, stage)
    if not admitted:
        _refuse("no_row", case_id, "", "Nothing may be shown to this audience, for this purpose, at this stage.")
    if asked is None:
        if purpose is Purpose.LAW_ENFORCEMENT:  # PDPO s.58: no more than the request needs
            _refuse("fields_missing", case_id, "council", "A statutory request must name its fields.")
        return admitted
    if not set(asked) <= set(admitted):
        _refuse("field_withheld", case_id, "council", "A field was asked for that may not be shown.")
    return tuple(field for field in admitted if field in asked)


def _ground(audience: Audience, purpose: Purpose, basis: Basis | None, case_id: str) -> Basis:
    """PDPO DPP3, s.58; PIPL Art 13: each disclosure stands on one ground that the audience admits."""
    grounds = _GROUNDS[audience]
    if basis is None:
        if len(grounds) > 1:
            _refuse("basis_missing", case_id, "council", "The ground of the disclosure must be named.")
        return next(iter(grounds))
    statutory = purpose is Purpose.LAW_ENFORCEMENT
    if basis not in grounds or (basis is Basis.STATUTORY_DUTY) is not statutory:
        _refuse("basis_not_admitted", case_id, "council", "That ground does not carry this disclosure.")
    return basis


def _consent(
    consents: Sequence[Consent], recipient: str, purpose: Purpose, scheme: Scheme, at: datetime, case_id: str
) -> Consent:
    """PIPL Arts 14, 23; PDPO DPP3: a live consent to this recipient, under the terms of the notice in use."""
    found = live(consents, recipient, at, purpose)
    if found is None:
        _refuse("no_consent", case_id, "complainant", "The person has not agreed to this recipient.")
    if not informed(found, scheme):
        _refuse("notice_outdated", case_id, "complainant", "The notice has changed since the person agreed.")
    return found


def one_contact(complaint: Complaint) -> str | None:
    """The path of the one means of reaching the person that a trader needs (PIPL Art 6); None: there is none.

    A representative's, where one acts; else that of the channel chosen for messages; else the first given of e-mail,
    telephone and postal address. So a postal address is shown only to somebody who must write a letter.
    """
    held = complaint.particulars
    if isinstance(held, Erased):
        return None
    chosen = {Channel.PHONE: "phone", Channel.POST: "address"}.get(complaint.complainant.channel, "email")
    order = [chosen, "email", "phone", "address"]
    if complaint.complainant.represented:
        order.insert(0, "representative_contact")
    return next((f"particulars.{name}" for name in order if getattr(held, name).strip()), None)


def _met(complaint: Complaint, audience: Audience, fields: Sequence[str]) -> tuple[str, ...]:
    """The fields whose conditions hold."""
    conditions = _CONDITIONS[audience]
    if not conditions:
        return tuple(fields)
    contact, represented = one_contact(complaint), complaint.complainant.represented
    return tuple(
        field
        for field in fields
        if (condition := conditions.get(field)) is None
        or (field == contact if condition is _ONE_CONTACT else represented)
    )


def _values(
    complaint: Complaint,
    audience: Audience,
    fields: Sequence[str],
    code: CallCode | Erased,
    messages: Sequence[Said],
    case_id: str,
) -> dict[str, object]:
    """By path, the plain values of those fields that carry something."""
    held = complaint.particulars
    if isinstance(held, Erased) and not _PERSONAL.isdisjoint(fields):
        _refuse("erased", case_id, "", "The particulars have been erased.")
    own = held.order_number if isinstance(held, Particulars) else ""
    masked = FREE_TEXT if audience in _OUTSIDE else frozenset[str]()
    values: dict[str, object] = {}
    for field in fields:
        value = _at(complaint, field, code, messages)
        if value is None or value == "" or value == ():
            continue
        value = _plain(value)
        values[field] = _masked(value, own) if field in masked else value
    return values


def _at(complaint: Complaint, field: str, code: CallCode | Erased, messages: Sequence[Said]) -> object:
    """The value at a path; None where something on the way is not there. A turn's own are no part of the complaint."""
    if field == _CALL_CODE:
        return code.digits if isinstance(code, CallCode) else None
    if field == _MESSAGES:
        return tuple(messages)
    try:
        return _GETTERS[field](complaint)
    except AttributeError:
        return None


def _plain(value: object) -> object:
    """A value in the terms of JSON."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Said):
        text = value.particulars.text if isinstance(value.particulars, Remark) else ""
        return {"number": value.number, "at": value.at.isoformat(), "by": value.by.value, "text": text}
    if type(value) in PARTS:
        return {name: _plain(getattr(value, name)) for name in PARTS[type(value)]}
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _masked(value: object, own: str) -> object:
    """A plain value with the numbers of cards and accounts in it masked (PIPL Art 28)."""
    if isinstance(value, list):
        return [_masked(one, own) for one in value]
    if isinstance(value, dict):
        return {name: _masked(one, own) if name in ("name", "text") else one for name, one in value.items()}
    return mask_numbers(str(value), order_number=own)
