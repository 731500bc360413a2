"""What `Platform` does about people's rights and impact assessments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from expressplatform.codes import Channel, IdentityProof, RefusalSection, Right
from expressplatform.complaint import Actor
from expressplatform.driving import run
from expressplatform.platform.flow import Flow
from expressplatform.platform.requests import RightsAnswer
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform.privacy.rights import Refusal, RightsRequest


class RightsFace:
    """The part of the face that is about people's rights; the platform gives it its flow."""

    _flow: Flow

    def open_request(
        self,
        kind: Right,
        *,
        name: str,
        contact: str,
        channel: Channel,
        by: Actor,
        key: str,
        recipients: Sequence[str] = (),
        corrections: Mapping[str, str] = MappingProxyType({}),
    ) -> RightsRequest:
        """Takes in what a person asks about their own data, and finds their cases (PDPO ss.18-24; PIPL Arts 44-47).

        ``name`` and one ``contact`` are compared with those given in complaints, as tokens: no case is opened, and the
        search stands in the access log. ``channel`` is how the request came in. A correction says what should stand in
        which field (``name``, ``email``, ``phone``, ``address``), an objection the ``recipients`` whose use it is
        about. The request is ``due`` when the scheme's ``rights_days`` (40: PDPO s.19(1)) are over. The same ``key``
        and arguments give the same request. For the council alone: raises Refused (``not_the_council``,
        ``nothing_to_correct``, ``no_recipient``), InvalidInput (every problem by path), KeyReused.
        """
        return run(
            self._flow.open_request(
                kind,
                name=name,
                contact=contact,
                channel=channel,
                by=by,
                key=key,
                recipients=recipients,
                corrections=corrections,
            )
        )

    def answer_request(self, request_id: str, *, identity_checked: IdentityProof, by: Actor, key: str) -> RightsAnswer:
        """Answers a request by doing what it asks; ``identity_checked`` says how ``by`` made sure who asks.

        Access (PDPO s.19; PIPL Art 45): a copy of each case, recorded on it as a disclosure before anything is shown,
        with what was said, who was given what, who read it, and what recipients confirmed; what tells who somebody
        else is stays out (PDPO s.20(1)(b), (2)(b)). Correction (PDPO s.23; PIPL Art 46): carried out on each case.
        Erasure (PDPO s.26; PIPL Art 47): tells which cases may be erased; `erase` needs two persons. Objection (PIPL
        Art 44): the consents are taken back. That nothing is held is an answer too. The same ``key`` gives the same
        answer, of a case erased since its facts alone. For the council alone: raises Refused (``not_the_council``,
        ``no_such_request``, ``wrong_status``, or what refuses a step on a case), InvalidInput.
        """
        return run(self._flow.answer_request(request_id, identity_checked=identity_checked, by=by, key=key))

    def refuse_request(self, request_id: str, *, section: RefusalSection, reasons: str, by: Actor) -> RightsRequest:
        """Refuses a request on a section that speaks of such requests, with reasons in words; it enters the log.

        PDPO ss.20-21, 24-25, 27; PIPL Art 50. Sections stand in `privacy.rights.GROUNDS`. The same refusal again
        changes nothing. For the council alone: raises Refused (``not_the_council``, ``no_such_request``,
        ``wrong_status``, ``reasons_missing``, ``section_not_applicable``), InvalidInput.
        """
        return run(self._flow.refuse_request(request_id, section=section, reasons=reasons, by=by))

    def requests(self, *, by: Actor, open_only: bool = False, overdue: bool = False) -> tuple[RightsRequest, ...]:
        """Where requests stand, without who asked: those that have ended in order of time, then open ones by due date.

        ``overdue``: only open ones whose time is over (PDPO s.19(1)). For the council alone: raises Refused.
        """
        return run(self._flow.requests(by=by, open_only=open_only, overdue=overdue))

    def refusals(self, *, by: Actor) -> tuple[Refusal, ...]:
        """The log of refusals in order of time, kept four years and open to inspection (PDPO s.27).

        It does not say who asked. For the council's people and its auditors: raises Refused (``not_a_watcher``).
        """
        return run(self._flow.refusals(by=by))

    def record_impact_assessment(self, assessment: ImpactAssessment, *, by: Actor) -> ImpactAssessment:
        """Puts an impact assessment on record; an upload names it by its ``id`` (PIPL Arts 55-56).

        Kept until three years after its end, under a secret of its own. The same one again changes nothing. For the
        council alone: raises Refused (``not_the_council``; ``impact_assessment_exists`` for another of that id).
        """
        return run(self._flow.record_impact_assessment(assessment, by=by))

    def impact_assessments(self, *, by: Actor) -> tuple[ImpactAssessment, ...]:
        """The impact assessments on record, in the order of their ends (PIPL Art 56).

        For the council's people and its auditors: raises Refused (``not_a_watcher``).
        """
        return run(self._flow.impact_assessments(by=by))
