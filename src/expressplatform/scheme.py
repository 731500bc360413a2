"""What a scheme is made of: types only.

A `Scheme` is a value: who takes part, which criteria a complaint must meet, how long each duty runs, who may
lodge, what a transfer needs. Rules are dated; a change is a new row, never an edit, so that a case can always
be judged by the edition it was lodged under. No scheme stands here (see `schemes`), and nothing here judges.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, tzinfo
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform.citations import Citation
from expressplatform.codes import Duty, Effect, Instrument, RejectionRule, Result, Role, Verdict
from expressplatform.complaint import ERASED, USUAL_EVIDENCE, CallCode, Complaint, Erased
from expressplatform.notices import Notice
from expressplatform.workdays import WorkingCalendar


def _within(first: date | None, day: date, last: date | None) -> bool:
    """Whether a day lies between two that belong to the span; None: no bound on that side."""
    return (first is None or first <= day) and (last is None or day <= last)


@attrs.frozen(eq=False)
class Term:
    """A length in somebody's days.

    ``calendar`` says which days count, ``zone`` where a day begins and ends. Day 0 is the local day of the
    start and never counts; the deadline ends with its day. An instant at or after the local hour ``cutoff``
    counts as the next day's; None: no cut-off.
    """

    days: int
    calendar: WorkingCalendar
    zone: tzinfo
    cutoff: time | None = None


@attrs.frozen(eq=False)
class DutyTerm:
    """How long one duty runs, and how many days before its end a reminder is due (None: no reminder)."""

    duty: Duty
    term: Term
    remind_before: int | None = None


@attrs.frozen(eq=False)
class ServiceLevel:
    """A named set of lengths with its source, in force for duties that start on its days (None: no bound)."""

    id: str
    title: str
    citation: Citation
    terms: tuple[DutyTerm, ...]
    valid_from: date | None = None
    valid_until: date | None = None

    def in_force(self, on: date) -> bool:
        """Whether the set holds on a local day; both bounds belong to it."""
        return _within(self.valid_from, on, self.valid_until)


@attrs.frozen
class Participant:
    """A trader that takes part, from one day to another (both included; None: no bound).

    ``organisation`` is its id, ``name`` what people call it, ``city`` where it is registered (the GBA
    standard contract asks), ``platform`` whether shops trade on it.
    """

    organisation: str
    name: str
    member_from: date | None = None
    member_until: date | None = None
    city: str = ""
    platform: bool = True

    def member_on(self, day: date) -> bool:
        """Whether it takes part on that day."""
        return _within(self.member_from, day, self.member_until)


ANY_RECIPIENT: Final = "*"
"""The recipient of an impact assessment that covers whoever takes part."""


@attrs.frozen
class ImpactAssessmentRef:
    """What a transfer must know of an impact assessment: whom and which instrument it covers, from when until when.

    ``recipient`` is an organisation's id or `ANY_RECIPIENT`; both days belong to the span.
    """

    id: str
    recipient: str
    instrument: Instrument
    made_on: date
    valid_until: date

    def covers(self, recipient: str, instrument: Instrument, day: date) -> bool:
        """Whether it holds for a transfer to an organisation under an instrument on a local day (PIPL Art 55)."""
        return (
            self.recipient in (ANY_RECIPIENT, recipient)
            and self.instrument is instrument
            and _within(self.made_on, day, self.valid_until)
        )


@attrs.frozen
class Known:
    """What the shell looked up before asking the core to decide.

    ``duplicates`` are the ids of other open cases over the same order; ``participants`` those of the store, live on the
    date, and ``settled`` the organisations of which they tell every day: of these the scheme's own list is not asked.
    ``case_id`` and ``reference`` are the numbers drawn for a complaint that is being lodged, ``call_code`` the
    one for an upload, ``assessments`` what is on record under the impact assessment that it names (None: nobody
    looked). ``key_destroyed``: the key store says that nothing opens the case any more.
    """

    case_id: str = ""
    reference: str = ""
    duplicates: tuple[str, ...] = ()
    participants: tuple[Participant, ...] = ()
    settled: tuple[str, ...] = ()
    call_code: CallCode | Erased = ERASED
    assessments: tuple[ImpactAssessmentRef, ...] | None = None
    key_destroyed: bool = False


NOTHING_KNOWN: Final = Known()
"""Where nobody looked anything up."""


@attrs.define(eq=False)
class Question:
    """What a criterion is asked about: the complaint, the filing day, the trader as a participant on that day.

    ``participant`` is None where the trader takes no part on that day; ``scheme`` holds the lengths, amounts
    and recipients that criteria read.
    It lives as long as one assessment, which is why it alone is not frozen: that is a third of its cost.
    """

    complaint: Complaint
    on: date
    participant: Participant | None
    known: Known
    scheme: Scheme


Check = Callable[[Question], Result]
"""A criterion as a plain function: MET, NOT_MET, or UNKNOWN where nobody has said."""


@attrs.frozen(eq=False)
class Criterion:
    """A rule of admission: its id, the function that judges, what follows when it is not met, and its source.

    ``unmet`` and ``unknown`` are the sentences for people; ``paths`` name what to ask for when it is unknown, and of
    each group in ``choices`` one of them is enough.
    ``if_met``, ``if_unmet`` and ``if_unknown`` are the three findings there can be: a finding holds nothing
    of the complaint, so all complaints share them.
    """

    id: str
    check: Check
    effect: Effect
    citation: Citation
    unmet: str
    unknown: str = ""
    paths: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    choices: tuple[tuple[str, ...], ...] = ()
    if_met: Finding = attrs.field(init=False, repr=False)
    if_unmet: Finding = attrs.field(init=False, repr=False)
    if_unknown: Finding = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "if_met", Finding(self, Result.MET))
        object.__setattr__(self, "if_unmet", Finding(self, Result.NOT_MET))
        object.__setattr__(self, "if_unknown", Finding(self, Result.UNKNOWN))

    def in_force(self, on: date) -> bool:
        """Whether the criterion holds on a local day; both bounds belong to it."""
        return _within(self.valid_from, on, self.valid_until)


@attrs.frozen(eq=False)
class Finding:
    """How one criterion stands for one complaint; the sentence is built when it is read."""

    criterion: Criterion
    result: Result

    @property
    def id(self) -> str:
        """The criterion's id."""
        return self.criterion.id

    @property
    def effect(self) -> Effect:
        """What follows where the criterion is not met."""
        return self.criterion.effect

    @property
    def citation(self) -> Citation:
        """Where the rule stands."""
        return self.criterion.citation

    @property
    def sentence(self) -> str:
        """The finding for people, in English."""
        if self.result is Result.MET:
            return "Met."
        if self.result is Result.UNKNOWN:
            return self.criterion.unknown or f"Not known yet: {self.criterion.unmet}"
        return self.criterion.unmet


@attrs.frozen(eq=False, slots=False)
class Assessment:
    """Every finding about a complaint, and the one verdict that they come to, as at a day."""

    on: date
    findings: tuple[Finding, ...]
    verdict: Verdict

    @property
    def against(self) -> tuple[Finding, ...]:
        """The findings that are not MET."""
        return tuple(finding for finding in self.findings if finding.result is not Result.MET)

    @property
    def ask_for(self) -> tuple[str, ...]:
        """The paths into the complaint that would settle what is unknown, or supply what is missing."""
        open_ones = (finding for finding in self.against if _can_be_asked(finding))
        return tuple(dict.fromkeys(path for finding in open_ones for path in finding.criterion.paths))


def _can_be_asked(finding: Finding) -> bool:
    return finding.result is Result.UNKNOWN or finding.effect is Effect.ASK


DELETE_DAYS: Final = 10
"""Days in which a deletion is confirmed, where a scheme says nothing else: a default of this library."""
RIGHTS_DAYS: Final = 40
"""Calendar days in which a request about one's own data is answered or refused (PDPO ss.19(1), 21(1), 23(1))."""
BREACH_AUTHORITY_HOURS: Final = 24
"""Hours in which an authority is told of a breach: a default of this library (PIPL Art 57 says: immediately)."""
BREACH_PERSONS_HOURS: Final = 72
"""Hours in which those affected are told of a breach: a default of this library (PIPL Art 57 says: immediately)."""
NO_CEILINGS: Final[Mapping[str, int]] = MappingProxyType({})


@attrs.frozen(eq=False)
class Scheme:
    """A whole scheme. ``id`` and ``edition`` are written into every case that it judges.

    ``zone`` is where its days begin; ``recipients`` names, besides the trader, each organisation that needs a consent
    of its own before an upload; ``instruments`` what may bind a recipient abroad; ``notice`` the version of the privacy
    notice in use, ``notices`` every version whose text is known, the newest last; ``stop_cap_days`` how many days in
    all the clock of one duty may stand still; ``ceilings`` the amounts in dispute above which an officer decides
    (currency to minor units; an amount in a currency that is not there is the officer's too; none at all: no ceiling);
    ``use_days`` how many calendar days a trader may use what it obtained, after its deadline; ``delete_days`` how many
    it has to confirm a deletion, or to read what was corrected; ``rights_days`` how many calendar days the council has
    to answer a request about one's own data; ``breach_authority_hours`` and ``breach_persons_hours`` in how many hours
    after a breach was noticed an authority, and those affected, are told of it; ``most_files`` how many documents of a
    case are held as files, masked copies among them, ``largest_file`` the bytes of the largest. How long an ended case
    is kept is the length of the duty to retain.
    """

    id: str
    edition: str
    title: Mapping[str, str]
    council: str
    zone: tzinfo
    currency: str
    lodged_by: frozenset[Role]
    participants: tuple[Participant, ...]
    criteria: tuple[Criterion, ...]
    service_levels: tuple[ServiceLevel, ...]
    recipients: tuple[str, ...]
    instruments: frozenset[Instrument]
    rejection_rules: frozenset[RejectionRule]
    notice: str
    article: str
    stop_cap_days: int = 30
    limit_years: int = 3
    ceilings: Mapping[str, int] = NO_CEILINGS
    use_days: int = 30
    most_files: int = 20
    largest_file: int = USUAL_EVIDENCE
    delete_days: int = DELETE_DAYS
    rights_days: int = RIGHTS_DAYS
    breach_authority_hours: int = BREACH_AUTHORITY_HOURS
    breach_persons_hours: int = BREACH_PERSONS_HOURS
    notices: tuple[Notice, ...] = ()
    # Looked up on every step: what is found where all is met, participants by organisation, each duty's terms with the
    # last level first, and the versions of the notice that were shown, and that told today's terms.
    _dated: bool = attrs.field(init=False, repr=False)
    _all_met: tuple[Finding, ...] = attrs.field(init=False, repr=False)
    _members: Mapping[str, tuple[Participant, ...]] = attrs.field(init=False, repr=False)
    _terms: Mapping[Duty, tuple[tuple[ServiceLevel, DutyTerm], ...]] = attrs.field(init=False, repr=False)
    _versions: frozenset[str] = attrs.field(init=False, repr=False)
    _informing: frozenset[str] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        bounded = any(one.valid_from or one.valid_until for one in self.criteria)
        members: dict[str, tuple[Participant, ...]] = {}
        for one in self.participants:
            members[one.organisation] = (*members.get(one.organisation, ()), one)
        terms: dict[Duty, tuple[tuple[ServiceLevel, DutyTerm], ...]] = {}
        for level in self.service_levels:
            for term in level.terms:
                terms[term.duty] = ((level, term), *terms.get(term.duty, ()))
        object.__setattr__(self, "_dated", bounded)
        object.__setattr__(self, "_all_met", tuple(one.if_met for one in self.criteria))
        object.__setattr__(self, "_members", MappingProxyType(members))
        object.__setattr__(self, "_terms", MappingProxyType(terms))
        today = self.notice_of(self.notice)
        alike = (one.version for one in self.notices if today is not None and one.terms == today.terms)
        object.__setattr__(self, "_versions", frozenset((self.notice, *(one.version for one in self.notices))))
        object.__setattr__(self, "_informing", frozenset((self.notice, *alike)))

    def day(self, instant: datetime) -> date:
        """The local day of an instant."""
        return instant.astimezone(self.zone).date()

    def notice_of(self, version: str) -> Notice | None:
        """The privacy notice of a version; None where its text is not known here."""
        return next((one for one in self.notices if one.version == version), None)

    def has_notice(self, version: str) -> bool:
        """Whether a version is one of the scheme's: in use, or listed."""
        return version in self._versions

    def informed_by(self, version: str) -> bool:
        """Whether whoever was shown that version of the privacy notice was told today's terms (PIPL Art 14).

        The version in use tells them, and any listed one whose purposes, methods, kinds of data and transferees are the
        same. Of a version that is not listed nobody knows: it must be the one in use.
        """
        return version in self._informing

    def participant(self, organisation: str, on: date, known: Known) -> Participant | None:
        """The trader as it takes part on that day, from the scheme's own list or the store's on top."""
        for one in known.participants:
            if one.organisation == organisation and one.member_on(on):
                return one
        if organisation in known.settled:
            return None
        for one in self._members.get(organisation, ()):
            if one.member_on(on):
                return one
        return None

    def listed(self, organisation: str) -> tuple[Participant, ...]:
        """The rows of an organisation in the scheme's own list, in its order."""
        return self._members.get(organisation, ())

    def called(self, organisation: str, on: date, known: Known) -> str | None:
        """What people call a trader: by its row of that day, else by the last there is; None where there is none."""
        row = self.participant(organisation, on, known)
        told = [one for one in known.participants if one.organisation == organisation] or self.listed(organisation)
        return row.name if row is not None else told[-1].name if told else None

    def criteria_on(self, on: date) -> tuple[Criterion, ...]:
        """The criteria in force on a local day."""
        if not self._dated:
            return self.criteria
        return tuple(criterion for criterion in self.criteria if criterion.in_force(on))

    def met_on(self, on: date) -> tuple[Finding, ...]:
        """The findings of a complaint that meets every criterion in force on a local day; all such share them."""
        if not self._dated:
            return self._all_met
        return tuple(criterion.if_met for criterion in self.criteria_on(on))

    def duty_term(self, duty: Duty, on: date) -> DutyTerm | None:
        """How long a duty runs that starts on that day: the last level in force that names it wins."""
        for level, term in self._terms.get(duty, ()):
            if level.in_force(on):
                return term
        return None
