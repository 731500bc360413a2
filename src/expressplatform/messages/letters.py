"""The words of a letter, from the event it is about and the case as it stands when it is written.

Laws of this file: pure. Every place of a text is filled from facts and from the call code, never from what somebody
wrote. A letter says what happened, what happens next, by when, who must act, and how to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform import events as e
from expressplatform.case import Case
from expressplatform.codes import DeclineReason, Duty, Effect, Outcome, Result
from expressplatform.complaint import CallCode, Veiled
from expressplatform.deadlines.duties import LIVE
from expressplatform.eligibility import assess
from expressplatform.events import Event
from expressplatform.messages.standing import Happened
from expressplatform.scheme import NOTHING_KNOWN, Criterion, Known, Scheme
from expressplatform.wording import label, letter, name_of
from expressplatform.wording.criteria import UNMET
from expressplatform.wording.letter_bodies import NO_RESULT, WHY
from expressplatform.wording.letters import ANSWER, NEXT
from expressplatform.wording.scripts import read

LINK_DAYS: Final = 30
"""For how many days the link in a letter opens the case's page."""
_NONE: Final = "-"
_UNDER_CRITERIA: Final = frozenset({DeclineReason.CRITERIA_NOT_MET, DeclineReason.TRADER_NOT_PARTICIPANT})


@attrs.frozen(repr=False, str=False)
class Letter(Veiled):
    """A subject and a text, in their reader's language. Never prints: a letter on upload holds the call code."""

    subject: str
    text: str


@attrs.frozen
class _Writing:
    """What places are filled from."""

    event: Event
    case: Case
    scheme: Scheme
    known: Known
    language: str


def letter_of(
    occasion: str, step: Happened, case: Case, *, scheme: Scheme, known: Known = NOTHING_KNOWN, link: str = ""
) -> Letter | None:
    """The letter about a step; ``case`` is opened, and as it stands now.

    ``known`` brings the store's participants, ``link`` the address of the case's own page (empty: there is none).
    None: a day that it would name runs no more. Raises LookupError for an occasion that has no text.
    """
    language = case.complaint.complainant.language.value
    writing = _Writing(step.event, case, scheme, known, language)
    places = {"reference": case.reference, "trader": _name(writing, step.trader)}
    for name, fill in _PLACES.items():
        if name in _WANTED.get(occasion, ()):
            places[name] = fill(writing)
    if places.get("due") == _NONE:
        return None
    subject, body = letter(occasion, language)
    parts = (body.format(**places), _next(writing), _answer(writing, link), _title(writing))
    return Letter(subject.format(**places), "\n\n".join(parts))


def named_in(step: Happened, case: Case) -> tuple[str, ...]:
    """The organisations that the letter about a step may call by name."""
    recipient: str = getattr(step.event.asked, "recipient", "")
    return tuple(dict.fromkeys(one for one in (case.trader, step.trader, recipient) if one))


def _next(of: _Writing) -> str:
    """What happens next, by when, who must act: in the status that the case has now."""
    duties = LIVE[of.case.status]
    due = _day_of(of, duties[-1]) if duties else _NONE
    return read(NEXT[of.case.status.value], of.language).format(due=due, trader=_name(of, of.case.trader))


def _answer(of: _Writing, link: str) -> str:
    name = "by_link" if link else "by_other_means"
    return read(ANSWER[name], of.language).format(link=link, days=LINK_DAYS, reference=of.case.reference)


def _title(of: _Writing) -> str:
    return of.scheme.title.get(of.language) or of.scheme.title["en"]


def _name(of: _Writing, organisation: str) -> str:
    """What people call an organisation: a participant as of now, a class of the notice, else its id."""
    called = of.scheme.called(organisation, of.scheme.day(of.case.at), of.known)
    if called is not None:
        return called
    notice = of.scheme.notice_of(of.scheme.notice)
    named = [one.texts for one in (notice.terms.transferees if notice is not None else ()) if one.code == organisation]
    return read(named[0], of.language) if named else organisation


def _last_day(of: _Writing, due: datetime) -> str:
    """The last local day of a time that ends at an instant, as an ISO date."""
    return of.scheme.day(due - timedelta.resolution).isoformat()


def _day_of(of: _Writing, duty: Duty) -> str:
    timer = of.case.timer(duty)
    return _last_day(of, timer.due) if timer is not None else _NONE


# ---- the places -----------------------------------------------------------------------------------------------------


def _due(of: _Writing) -> str:
    """The day that the event itself is about."""
    if isinstance(of.event, e.OfferMade):
        return _last_day(of, of.event.asked.expires)
    return _day_of(of, getattr(of.event.asked, "duty", Duty.RESOLVE))


def _code(of: _Writing) -> str:
    code = of.case.turn.particulars if of.case.turn is not None else None
    return code.digits if isinstance(code, CallCode) else _NONE


def _missing(of: _Writing) -> str:
    """What was asked for, by the labels of its fields."""
    asked = of.event.asked
    paths = getattr(asked, "paths", ())
    return "\n".join(f"- {name_of(path.removeprefix('$.'), of.language)}" for path in paths) or _NONE


def _outcome(of: _Writing) -> str:
    """The trader's word for the result, or the council's."""
    said: Outcome | None = getattr(of.event.asked, "outcome", of.case.account.claimed)
    return label(said, of.language) if said is not None else read(NO_RESULT, of.language)


def _why(of: _Writing) -> str:
    asked = of.event.asked
    text = read(WHY[type(of.event).__name__], of.language)
    labels = {name: getattr(asked, name, None) for name in ("rule", "duty", "reason")}
    return text.format(**{name: label(code, of.language) for name, code in labels.items() if code is not None})


def _recipient(of: _Writing) -> str:
    return _name(of, getattr(of.event.asked, "recipient", ""))


def _duty(of: _Writing) -> str:
    duty: Duty | None = getattr(of.event.asked, "duty", None)
    return label(duty, of.language) if duty is not None else _NONE


def _reasons(of: _Writing) -> str:
    """Every reason: the officer's, the criteria that the officer named, and those that the complaint does not meet."""
    if not isinstance(of.event, e.Declined):
        return _NONE
    asked = of.event.asked
    named = {*asked.criteria, *(_blocking(of) if asked.reason in _UNDER_CRITERIA else ())}
    sentences = [_sentence(one, of.language) for one in of.scheme.criteria if one.id in named]
    return "\n".join(f"- {one}" for one in dict.fromkeys((label(asked.reason, of.language), *sentences)))


def _blocking(of: _Writing) -> tuple[str, ...]:
    """The criteria that rule the complaint out, as at its filing date."""
    file = of.case.file
    complaint = attrs.evolve(of.case.complaint, consents=file.consents, evidence=file.evidence)
    found = assess(complaint, scheme=of.scheme, on=of.scheme.day(file.filed_at), known=of.known)
    return tuple(one.id for one in found.against if one.effect is Effect.BLOCK and one.result is Result.NOT_MET)


def _sentence(criterion: Criterion, language: str) -> str:
    """What is told of a criterion that is not met: in the reader's language, unless a scheme words it by itself."""
    texts = UNMET.get(criterion.id)
    return read(texts, language) if texts is not None and texts[0] == criterion.unmet else criterion.unmet


_PLACES: Final[Mapping[str, Callable[[_Writing], str]]] = MappingProxyType(
    {
        "due": _due,
        "code": _code,
        "missing": _missing,
        "outcome": _outcome,
        "why": _why,
        "recipient": _recipient,
        "duty": _duty,
        "reasons": _reasons,
    }
)
_WANTED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "uploaded": ("code",),
        "information_requested": ("missing",),
        "declined": ("reasons",),
        "date_moved": ("why", "due"),
        "offer_made": ("due",),
        "resolution_reported": ("outcome",),
        "remind_confirm": ("outcome",),
        "returned": ("why",),
        "consent_withdrawn": ("recipient",),
        "deadline_missed": ("duty",),
        "closed": ("outcome",),
    }
)
"""The places of each body beside the number and the trader: what is not wanted is not looked up."""
