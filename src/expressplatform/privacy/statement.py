"""The privacy statement as data: what is held and done with it, openly (PDPO DPP5; PIPL Arts 7, 17).

Laws of this file: nothing is told here that stands elsewhere. The statement is read off the scheme, its notices, the
register of purposes, the register of fields, the disclosure table, what is kept, and the instruments; only what no rule
of this library enforces, and why, is written here, because no rule could say it.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any, Final, cast

import attrs

from expressplatform.citations import (
    GBA_CONTRACT,
    PDPO_S33,
    PIPL_6,
    PIPL_28,
    PIPL_36,
    PIPL_38,
    PIPL_47,
    PIPL_54,
    PIPL_55,
    Citation,
)
from expressplatform.codes import Audience, Duty, Instrument, Purpose, Stage
from expressplatform.notices import Notice, RightTold
from expressplatform.privacy.fields import FieldEntry, entries
from expressplatform.privacy.purposes import REGISTER, PurposeEntry
from expressplatform.privacy.retention import KEPT, Kept
from expressplatform.privacy.table import TABLE, Condition, DisclosureRow
from expressplatform.privacy.transfer import TransferWarning, transfer_warnings
from expressplatform.scheme import Scheme
from expressplatform.wording import LABELS
from expressplatform.wording.scripts import SCRIPTS, Texts
from expressplatform.workdays import CALENDAR_DAYS


@attrs.frozen
class NotEnforced:
    """What no rule here holds: the matter, why not, and the article that it belongs to."""

    matter: str
    reason: str
    citation: Citation


NOT_ENFORCED: Final = (
    NotEnforced("transfers out of Hong Kong", "Enacted and not in operation: it warns and never blocks.", PDPO_S33),
    NotEnforced(
        "account numbers in words, pictures and exact fields",
        "Numbers are found by shape and check digit in free text alone; somebody reads a document before sharing it.",
        PIPL_28,
    ),
    NotEnforced("how good an impact assessment is", "Its reference is asked for; people judge it.", PIPL_55),
    NotEnforced("deletion at a recipient's", "It is asked for and the answer noted; the answer is its word.", PIPL_47),
    NotEnforced(
        "the area of the GBA contract for recipients beside the trader",
        "The trader's city is looked at; the other recipients of a scheme are for its author.",
        GBA_CONTRACT,
    ),
    NotEnforced(
        "filing and onward transfer under the GBA contract", "They happen elsewhere: they are warnings.", GBA_CONTRACT
    ),
    NotEnforced(
        "whether the association is a body with public functions", "An open question of law.", PIPL_36
    ),
    NotEnforced("thresholds of export", "They are counted over all that a body exports, not only here.", PIPL_38),
    NotEnforced("audits of compliance", "They are made by people, from the records.", PIPL_54),
    NotEnforced(
        "third persons in free text", "No rule finds their names; somebody reads a document before sharing it.", PIPL_6
    ),
)  # fmt: skip
"""What is deliberately not enforced."""


@attrs.frozen
class Shown:
    """Fields that an audience may be shown, for one purpose, at these stages; ``condition``: what else must hold."""

    audience: Audience
    purpose: Purpose
    stages: tuple[Stage, ...]
    condition: Condition | None
    citation: Citation
    fields: tuple[str, ...]


@attrs.frozen
class Length:
    """How long something lasts: so many days of a calendar (by its id)."""

    what: str
    days: int
    calendar: str


@attrs.frozen
class InstrumentTold:
    """An instrument of transfer that the scheme admits, and what to mind about it."""

    instrument: Instrument
    label: Texts
    warnings: tuple[TransferWarning, ...]


@attrs.frozen
class NoticeTold:
    """A version of the notice: from which day, whether it is in use, and whether consents under it still hold."""

    version: str
    valid_from: date
    in_use: bool
    consents_hold: bool


@attrs.frozen(eq=False)
class Statement:
    """The privacy statement of a scheme, as at a local day of it.

    ``handler`` and ``contact`` are None, and ``rights`` empty, where the scheme brings no text of the notice in use.
    """

    scheme: str
    edition: str
    as_at: date
    title: Mapping[str, str]
    council: str
    handler: Texts | None
    contact: Texts | None
    purposes: tuple[PurposeEntry, ...]
    fields: tuple[FieldEntry, ...]
    audiences: tuple[Shown, ...]
    lengths: tuple[Length, ...]
    kept: tuple[Kept, ...]
    instruments: tuple[InstrumentTold, ...]
    rights: tuple[RightTold, ...]
    notices: tuple[NoticeTold, ...]
    not_enforced: tuple[NotEnforced, ...] = NOT_ENFORCED


def statement(scheme: Scheme, *, on: date) -> Statement:
    """The privacy statement of a scheme: PDPO DPP5, PIPL Arts 7 and 17.

    ``on`` is the local day of the scheme as at which criteria and lengths are told.
    """
    notice = scheme.notice_of(scheme.notice)
    return Statement(
        scheme=scheme.id,
        edition=scheme.edition,
        as_at=on,
        title=scheme.title,
        council=scheme.council,
        handler=notice.handler if notice else None,
        contact=notice.contact if notice else None,
        purposes=tuple(REGISTER.values()),
        fields=entries(scheme.criteria_on(on)),
        audiences=_audiences(),
        lengths=_lengths(scheme, on),
        kept=KEPT,
        instruments=_instruments(scheme, notice),
        rights=notice.rights if notice else (),
        notices=tuple(
            NoticeTold(one.version, one.valid_from, one is notice, scheme.informed_by(one.version))
            for one in scheme.notices
        ),
    )


def _audiences() -> tuple[Shown, ...]:
    """The disclosure table, its rows joined where they differ in the field alone (PIPL Art 6; PDPO DPP3)."""
    joined: dict[tuple[object, ...], list[DisclosureRow]] = {}
    for row in TABLE:
        joined.setdefault((row.audience, row.purpose, row.stages, row.condition, row.citation), []).append(row)
    return tuple(_shown(rows) for rows in joined.values())


def _shown(rows: list[DisclosureRow]) -> Shown:
    first = rows[0]
    stages = tuple(stage for stage in Stage if stage in first.stages)
    fields = tuple(row.field for row in rows)
    return Shown(first.audience, first.purpose, stages, first.condition, first.citation, fields)


def _lengths(scheme: Scheme, on: date) -> tuple[Length, ...]:
    """How long an ended case is kept, and how long a trader may use what it obtained (PDPO DPP2(2); PIPL Art 19)."""
    retain = scheme.duty_term(Duty.RETAIN, on)
    kept = () if retain is None else (Length("kept_after_end", retain.term.days, retain.term.calendar.id),)
    return (*kept, Length("use_after_deadline", scheme.use_days, CALENDAR_DAYS.id))


def _instruments(scheme: Scheme, notice: Notice | None) -> tuple[InstrumentTold, ...]:
    """What may bind a recipient abroad (PIPL Art 38), with what to mind."""
    seat = notice.seat if notice else ""
    return tuple(
        InstrumentTold(one, LABELS["Instrument"][one.value], transfer_warnings(one, exporter_city=seat))
        for one in Instrument
        if one in scheme.instruments
    )


def document(value: object) -> Any:
    """A statement, or any part of one, as plain values fit for JSON: PDPO DPP5, so that a program can read it.

    Texts become mappings by language, codes their values, days ISO dates.
    """
    if attrs.has(type(value)):
        fields = attrs.fields(attrs.resolve_types(cast(Any, type(value))))
        return {one.name: _said(one.type, getattr(value, one.name)) for one in fields}
    if isinstance(value, Mapping):
        return {str(key): document(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [document(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _said(kind: Any, value: object) -> Any:
    kinds = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    if value is not None and Texts in kinds:
        return dict(zip(SCRIPTS, cast(Texts, value), strict=True))
    return document(value)
