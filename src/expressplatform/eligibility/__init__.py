"""Eligibility: every finding about a complaint, and the one verdict that they come to.

Laws of this package
- Every criterion in force is judged, whatever the others say: people see all reasons at once.
- The worst finding decides, in this order: a BLOCK not met is INELIGIBLE; something to ask for (an ASK not
  met, or an unknown BLOCK or ASK) is NEEDS_INFORMATION; something for a person (an OFFICER not met or
  unknown) is OFFICER; else ELIGIBLE. WARN and FLAG are told and never decide.
- No criteria at all is no ground to let everything in: an officer decides.
- Everything is as at the official filing date, membership of the trader included.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from expressplatform.codes import Effect, Result, Verdict
from expressplatform.complaint import Complaint
from expressplatform.eligibility.catalogue import BR_CRITERIA, HK_CRITERIA
from expressplatform.scheme import NOTHING_KNOWN, Assessment, Criterion, Finding, Known, Question, Scheme

__all__ = ["BR_CRITERIA", "HK_CRITERIA", "assess", "verdict_of"]

# Bound once: before Python 3.12 an enum looks its members up slowly.
_MET: Final = Result.MET
_NOT_MET: Final = Result.NOT_MET
_BLOCK: Final = Effect.BLOCK
_ASK: Final = Effect.ASK
_OFFICER: Final = Effect.OFFICER
_ELIGIBLE: Final = Verdict.ELIGIBLE
_NEEDS_INFORMATION: Final = Verdict.NEEDS_INFORMATION


def assess(complaint: Complaint, *, scheme: Scheme, on: date, known: Known = NOTHING_KNOWN) -> Assessment:
    """Judges a complaint by the scheme's criteria in force on ``on``, its official filing date in local days.

    ``known`` brings what the shell looked up: other open cases over the same order, and participants of the
    store. Nothing is raised: what cannot be judged is UNKNOWN.
    """
    participant = scheme.participant(complaint.trader.organisation, on, known)
    question = Question(complaint, on, participant, known, scheme)
    criteria = scheme.criteria_on(on)
    results = [one.check(question) for one in criteria]
    if not results:
        return Assessment(on, (), Verdict.OFFICER)
    if results.count(_MET) == len(results):
        return Assessment(on, scheme.met_on(on), _ELIGIBLE)
    pairs = zip(criteria, results, strict=True)
    findings = tuple([one.if_met if result is _MET else _against(one, result) for one, result in pairs])
    return Assessment(on, findings, verdict_of([one for one in findings if one.result is not _MET]))


def _against(criterion: Criterion, result: Result) -> Finding:
    return criterion.if_unmet if result is _NOT_MET else criterion.if_unknown


def verdict_of(against: list[Finding]) -> Verdict:
    """What the findings that are not MET come to: the worst of them decides."""
    worst = _ELIGIBLE
    for finding in against:
        effect = finding.criterion.effect
        if effect is _BLOCK and finding.result is _NOT_MET:
            return Verdict.INELIGIBLE
        if effect is _BLOCK or effect is _ASK:
            worst = _NEEDS_INFORMATION
        elif effect is _OFFICER and worst is _ELIGIBLE:
            worst = Verdict.OFFICER
    return worst
