"""What people ask about their own data: a small table of rows beside the lifecycle, and the value that it moves.

Laws of this file: a request runs beside any status of any case and moves none. Only the rows of `RIGHTS` move one;
absent means illegal. It is due so many calendar days after the day on which it came in, whoever is late; overdue
follows from that and an instant, no event says so. A refusal stands on a section of the list and on words; the list
says for which kind of request a section speaks, and where. Pure: instants come in as arguments, and what is done to
cases is somebody else's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from typing import Final, NoReturn

import attrs

from expressplatform.citations import PDPO, PDPO_S20, PDPO_S58, PIPL, PIPL_44, PIPL_47, Citation, article
from expressplatform.codes import (
    Channel,
    IdentityProof,
    RefusalSection,
    Right,
    RightsResult,
    RightsStatus,
    RightsStep,
    Role,
    Withholding,
)
from expressplatform.complaint import ERASED, Erased, Veiled, personal
from expressplatform.errors import Refused
from expressplatform.fields import code, several, text
from expressplatform.scheme import Scheme

# --- the table --------------------------------------------------------------------------------------------------


@attrs.frozen
class RightsRow:
    """One legal step of a request: ``source`` is None for the first, ``target`` is where it stands afterwards."""

    step: RightsStep
    source: RightsStatus | None
    target: RightsStatus


RIGHTS: Final[tuple[RightsRow, ...]] = (
    RightsRow(RightsStep.REQUEST_RIGHT, None, RightsStatus.OPEN),
    RightsRow(RightsStep.ANSWER, RightsStatus.OPEN, RightsStatus.ANSWERED),
    RightsRow(RightsStep.REFUSE, RightsStatus.OPEN, RightsStatus.REFUSED),
)
"""Every step that there is."""

_TARGETS: Final[Mapping[tuple[RightsStatus | None, RightsStep], RightsStatus]] = MappingProxyType(
    {(row.source, row.step): row.target for row in RIGHTS}
)


def steps_from(source: RightsStatus | None) -> tuple[RightsStep, ...]:
    """The steps that a request may take from where it stands (PDPO ss.19-25); none: it has come to its end."""
    return tuple(row.step for row in RIGHTS if row.source is source)


def moved(source: RightsStatus | None, step: RightsStep) -> RightsStatus:
    """Where a step leads; raises Refused (``wrong_status``) where the table has no row (PDPO ss.19-25; PIPL Art 50)."""
    target = _TARGETS.get((source, step))
    if target is None:
        where = "that does not exist yet" if source is None else f"that is {source.value}"
        may = tuple(one.value for one in steps_from(source))
        raise Refused("wrong_status", "", Role.COUNCIL, may, f"The step {step.value} is not open to a request {where}.")
    return target


# --- refusals ---------------------------------------------------------------------------------------------------


@attrs.frozen
class RefusalGround:
    """A section on which some kinds of request are refused. A citation that was not read is not ``verified``."""

    section: RefusalSection
    kinds: frozenset[Right]
    citation: Citation


_ACCESS: Final = frozenset({Right.ACCESS})
_CORRECTION: Final = frozenset({Right.CORRECTION})
_ERASURE: Final = frozenset({Right.ERASURE})
_S: Final = RefusalSection

_GROUNDS: Final = (
    RefusalGround(_S.PDPO_20_1_A, _ACCESS, article(PDPO, "s.20(1)(a): who asks could not be made sure of")),
    RefusalGround(_S.PDPO_20_1_B, _ACCESS, article(PDPO, "s.20(1)(b): only with another person's data")),
    RefusalGround(_S.PDPO_20_1_C, _ACCESS, article(PDPO, "s.20(1)(c): an ordinance forbids it for now")),
    RefusalGround(_S.PDPO_20_3_A, _ACCESS, article(PDPO, "s.20(3)(a): not in writing in Chinese or English")),
    RefusalGround(_S.PDPO_20_3_B, _ACCESS, article(PDPO, "s.20(3)(b): too little to find the data by")),
    RefusalGround(_S.PDPO_20_3_C, _ACCESS, article(PDPO, "s.20(3)(c): after two or more like it, unreasonable")),
    RefusalGround(_S.PDPO_20_3_D, _ACCESS, article(PDPO, "s.20(3)(d): another data user controls the use")),
    RefusalGround(_S.PDPO_58, _ACCESS, PDPO_S58),
    RefusalGround(_S.PDPO_24_1, _CORRECTION, article(PDPO, "s.24(1): who asks could not be made sure of")),
    RefusalGround(_S.PDPO_24_3_A, _CORRECTION, article(PDPO, "s.24(3)(a): not in writing in Chinese or English")),
    RefusalGround(_S.PDPO_24_3_B, _CORRECTION, article(PDPO, "s.24(3)(b): the data are not shown to be wrong")),
    RefusalGround(_S.PDPO_24_3_C, _CORRECTION, article(PDPO, "s.24(3)(c): not told in what way they are wrong")),
    RefusalGround(_S.PDPO_24_3_D, _CORRECTION, article(PDPO, "s.24(3)(d): the correction is not shown to be right")),
    RefusalGround(_S.PDPO_24_3_E, _CORRECTION, article(PDPO, "s.24(3)(e): another data user controls them")),
    RefusalGround(_S.PDPO_26_1_A, _ERASURE, article(PDPO, "s.26(1)(a): a law forbids erasing")),
    RefusalGround(_S.PDPO_26_1_B, _ERASURE, article(PDPO, "s.26(1)(b): the public interest asks to keep")),
    RefusalGround(_S.PIPL_47, _ERASURE, PIPL_47),
    RefusalGround(_S.PIPL_44, frozenset({Right.OBJECTION}), PIPL_44),
    # No article says in so many words that a person who is not known is turned away: this library reads it so.
    RefusalGround(
        _S.PIPL_50,
        _ERASURE | {Right.OBJECTION},
        attrs.evolve(article(PIPL, "Art 50: who asks could not be made sure of"), verified=False),
    ),
)

GROUNDS: Final[Mapping[RefusalSection, RefusalGround]] = MappingProxyType({one.section: one for one in _GROUNDS})
"""Every section on which a request is refused."""

WITHHELD_FROM_COPIES: Final[Mapping[Withholding, Citation]] = MappingProxyType(
    {Withholding.REPRESENTATIVE: PDPO_S20, Withholding.STAFF: PDPO_S20}
)
"""What is left out of a copy, and on what article that rests."""


# --- the value --------------------------------------------------------------------------------------------------


@personal
class Correction(Veiled):
    """One field of the particulars, by its name, and what should stand there."""

    field: str = attrs.field(validator=code(40))
    value: str = attrs.field(validator=text(500, shortest=1))


@personal
class Requester(Veiled):
    """Who asks, by name and one contact; what should be put right; and why the request was refused, in words."""

    name: str = attrs.field(validator=text(200, shortest=1))
    contact: str = attrs.field(validator=text(500, shortest=1))
    corrections: tuple[Correction, ...] = attrs.field(default=(), validator=several(10))
    reasons: str = attrs.field(default="", validator=text(8000))


@attrs.frozen
class CaseResult:
    """What an answer came to in one case, and the version of the case that a copy was made from (0: no copy)."""

    case: str
    result: RightsResult
    version: int = 0


@attrs.frozen(kw_only=True)
class RightsRequest:
    """What a person asked about their own data, and what became of it (PDPO ss.18-25; PIPL Arts 44-50).

    ``due`` is the instant at which the time is over, ``cases`` the ids of those found under name and contact,
    ``recipients`` the organisations whose use is objected to. ``identity`` says how the person was made sure of, and
    ``ended_by`` by whom: the staff id of whoever answered or refused, at ``ended_at``. ``withheld`` is what a copy
    leaves out; why stands in `WITHHELD_FROM_COPIES`. No number of a document stands anywhere.
    """

    id: str = attrs.field(validator=code(40))
    kind: Right
    status: RightsStatus
    channel: Channel
    opened_at: datetime
    opened_by: str = attrs.field(validator=code())
    due: datetime
    cases: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    identity: IdentityProof | None = None
    ended_at: datetime | None = None
    ended_by: str = ""
    ended_key: str = ""
    section: RefusalSection | None = None
    results: tuple[CaseResult, ...] = ()
    withheld: tuple[Withholding, ...] = ()
    particulars: Requester | Erased = ERASED


@attrs.frozen
class Refusal:
    """An entry of the log of refusals: which request, of what kind, on what section, why, when, by whom (PDPO s.27).

    The log is open to inspection, so nothing in it says who asked. ``reasons`` are somebody's own words.
    """

    request: str
    kind: Right
    section: RefusalSection
    reasons: str = attrs.field(repr=False)
    at: datetime
    by: str


def rights_due(opened_at: datetime, scheme: Scheme) -> datetime:
    """The instant (UTC) at which the time to answer is over (PDPO ss.19(1), 21(1), 23(1): 40 days after receiving).

    The local day on which the request came in does not count; the time ends with its last day.
    """
    last = scheme.day(opened_at) + timedelta(days=scheme.rights_days)
    return datetime.combine(last + timedelta(days=1), time(), scheme.zone).astimezone(UTC)


def requested(
    kind: Right,
    *,
    id: str,
    particulars: Requester,
    channel: Channel,
    by: str,
    at: datetime,
    scheme: Scheme,
    cases: Sequence[str],
    recipients: Sequence[str] = (),
) -> RightsRequest:
    """The request that a person has made (PDPO ss.18, 22; PIPL Arts 44-47): open, and due. ``by`` is a staff id.

    Raises Refused (``nothing_to_correct``, ``no_recipient``) for a correction that does not say what, and an objection
    that does not say to whose use.
    """
    if kind is Right.CORRECTION and not particulars.corrections:
        _refuse("nothing_to_correct", "A request for correction says which field, and what should stand there.")
    if kind is Right.OBJECTION and not recipients:
        _refuse("no_recipient", "An objection says to whose use: name the recipients.")
    return RightsRequest(
        id=id,
        kind=kind,
        status=moved(None, RightsStep.REQUEST_RIGHT),
        channel=channel,
        opened_at=at,
        opened_by=by,
        due=rights_due(at, scheme),
        cases=tuple(cases),
        recipients=tuple(recipients),
        particulars=particulars,
    )


def answered(
    request: RightsRequest,
    *,
    identity: IdentityProof,
    by: str,
    at: datetime,
    key: str,
    results: Sequence[CaseResult] = (),
    withheld: Sequence[Withholding] = (),
) -> RightsRequest:
    """The request after its answer (PDPO ss.19, 23; PIPL Arts 45-47). That nothing is held is an answer too.

    ``by`` is the staff id of whoever made sure who asks and answered. Raises Refused (``wrong_status``).
    """
    return attrs.evolve(
        request,
        status=moved(request.status, RightsStep.ANSWER),
        identity=identity,
        ended_at=at,
        ended_by=by,
        ended_key=key,
        results=tuple(results),
        withheld=tuple(withheld),
    )


def refused(request: RightsRequest, *, section: RefusalSection, reasons: str, by: str, at: datetime) -> RightsRequest:
    """The request after its refusal, on a section and with reasons in words (PDPO ss.20-21, 24-25; PIPL Art 50).

    Raises Refused: ``wrong_status``, ``reasons_missing``, ``section_not_applicable`` (it speaks of other requests).
    """
    status = moved(request.status, RightsStep.REFUSE)
    if not reasons.strip():
        _refuse("reasons_missing", "A refusal tells its reasons in words.")
    if request.kind not in GROUNDS[section].kinds:
        _refuse("section_not_applicable", "That section does not speak of such requests.")
    held = request.particulars
    told = held if isinstance(held, Erased) else Requester(held.name, held.contact, held.corrections, reasons)
    return attrs.evolve(request, status=status, section=section, ended_at=at, ended_by=by, particulars=told)


def refusal_of(request: RightsRequest) -> Refusal | None:
    """The entry that a refused request makes in the log (PDPO s.27); None for a request that was not refused."""
    held = request.particulars
    if request.section is None or request.ended_at is None or isinstance(held, Erased):
        return None
    return Refusal(request.id, request.kind, request.section, held.reasons, request.ended_at, request.ended_by)


def is_overdue(request: RightsRequest, now: datetime) -> bool:
    """Whether a request is still open though its time is over (PDPO s.19(1))."""
    return request.status is RightsStatus.OPEN and request.due <= now


def _refuse(code: str, reason: str) -> NoReturn:
    raise Refused(code, "", Role.COUNCIL, (), reason)
