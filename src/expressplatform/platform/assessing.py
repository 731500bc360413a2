"""Impact assessments on record: written down once, looked up at each transfer, told to those who watch.

Laws of this file: an assessment is recorded by the council and never changed; it stands under a secret of its own kind,
so that no erasure of a case reaches it, and for three years after its end (PIPL Art 56).
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from expressplatform.complaint import Actor
from expressplatform.errors import Refused
from expressplatform.fields import refuse
from expressplatform.platform.changing import assessment_id
from expressplatform.platform.inquiring import check_watcher
from expressplatform.platform.keeping import IMPACT, Keeping, place_of
from expressplatform.platform.rights import council_only
from expressplatform.privacy.impact import ImpactAssessment


class Assessing(Keeping):
    """What keeps impact assessments."""

    async def record_impact_assessment(self, assessment: ImpactAssessment, *, by: Actor) -> ImpactAssessment:
        """Puts an impact assessment on record; the same one again changes nothing (PIPL Arts 55-56)."""
        if type(assessment) is not ImpactAssessment:
            raise refuse("$", "type", "must be an ImpactAssessment")
        council_only(by)
        own, council = assessment_id(by.organisation, assessment.id), by.organisation
        over = datetime.combine(assessment.valid_until + timedelta(days=1), time(), self.scheme.zone).astimezone(UTC)
        if not await self.keep(IMPACT, own, assessment, owner=council, place=place_of(over)):
            standing = await self.kept(IMPACT, own, council)
            if standing is None or standing.value != assessment:
                raise Refused(
                    "impact_assessment_exists", "", by.role, (), "Another assessment of that name is on record."
                )
        return assessment

    async def impact_assessments(self, *, by: Actor) -> tuple[ImpactAssessment, ...]:
        """The impact assessments on record, in the order of their ends (PIPL Art 56): for those who watch."""
        check_watcher(by)
        return tuple([one.value async for one in self.shelved(IMPACT, by.organisation)])
