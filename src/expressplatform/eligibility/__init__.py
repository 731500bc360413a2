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

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from expressplatform.codes import Effect, Result, Verdict
from expressplatform.complaint import Complaint
from expressplatform.eligibility.catalogue import BR_CRITERIA, HK_CRITERIA
from expressplatform.scheme import Assessment, Finding, Known, Question, Scheme

__all__ = ["BR_CRITERIA", "HK_CRITERIA", "assess", "verdict_of"]

NOTHING_KNOWN: Final = Known()
_MET: Final = Result.MET
_NOT_MET: Final = Result.NOT_MET

_UNMET: Final[Mapping[Effect, Verdict]] = MappingProxyType(
    {
        Effect.BLOCK: Verdict.INELIGIBLE,
        Effect.ASK: Verdict.NEEDS_INFORMATION,
        Effect.OFFICER: Verdict.OFFICER,
        Effect.WARN: Verdict.ELIGIBLE,
        Effect.FLAG: Verdict.ELIGIBLE,
    }
)
_UNKNOWN: Final[Mapping[Effect, Verdict]] = MappingProxyType(
    {**_UNMET, Effect.BLOCK: Verdict.NEEDS_INFORMATION}
)
_WORST_FIRST: Final = (Verdict.INELIGIBLE, Verdict.NEEDS_INFORMATION, Verdict.OFFICER)


def assess(complaint: Complaint, *, scheme: Scheme, on: date, known: Known = NOTHING_KNOWN) -> Assessment:
    """Judges a complaint by the scheme's criteria in force on ``on``, its official filing date in local days.

    ``known`` brings what the shell looked up: other open cases over the same order, and participants of the
    store. Nothing is raised: what cannot be judged is UNKNOWN.
    """
    participant = scheme.participant(complaint.trader.organisation, on, known)
    question = Question(complaint, on, participant, known, scheme)
    findings: list[Finding] = []
    against: list[Finding] = []
    for criterion in scheme.criteria_on(on):
        result = criterion.check(question)
        if result is _MET:
            findings.append(criterion.if_met)
        else:
            finding = criterion.if_unmet if result is _NOT_MET else criterion.if_unknown
            findings.append(finding)
            against.append(finding)
    verdict = verdict_of(against) if findings else Verdict.OFFICER
    return Assessment(on, tuple(findings), verdict)


def verdict_of(against: list[Finding]) -> Verdict:
    """What the findings that are not MET come to: the worst of them decides."""
    if not against:
        return Verdict.ELIGIBLE
    reached = {_verdict(finding) for finding in against}
    return next((verdict for verdict in _WORST_FIRST if verdict in reached), Verdict.ELIGIBLE)


def _verdict(finding: Finding) -> Verdict:
    """What one finding that is not MET would come to alone."""
    return (_UNMET if finding.result is _NOT_MET else _UNKNOWN)[finding.effect]
