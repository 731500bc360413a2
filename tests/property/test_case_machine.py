"""Random histories of a case keep every rule of the core: longer and more of them under the profile ``prove``."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
from hypothesis import HealthCheck, settings

from expressplatform.scheme import Participant
from expressplatform.schemes import CONSUMIDOR_BR
from expressplatform.testing.fitting import whole_complaint
from expressplatform.testing.machines import CaseMachine

_CURRENT = settings()
_UNANNOUNCED = datetime(2060, 12, 20, 2, tzinfo=UTC)
_WORLD_CUP = datetime(2014, 6, 10, 15, tzinfo=UTC)
"""The consumer's days to comment change while these cases are under way."""
_FIRMS = attrs.evolve(CONSUMIDOR_BR, participants=(Participant("firm-1", "A firm"), Participant("firm-2", "Another")))


class InAYearNobodyHasAnnounced(CaseMachine):
    """Ends are provisional, and computed again."""

    start = _UNANNOUNCED
    complaint = whole_complaint(at=_UNANNOUNCED)


class InBrazil(CaseMachine):
    """Another scheme: calendar days, no consent but the firm's, levels that change."""

    scheme = _FIRMS
    start = _WORLD_CUP
    complaint = whole_complaint(_FIRMS, "firm-1", _WORLD_CUP)


def _some(share: int) -> settings:
    return settings(
        max_examples=max(5, _CURRENT.max_examples // share),
        stateful_step_count=_CURRENT.stateful_step_count,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


TestHongKong = CaseMachine.TestCase
TestHongKong.settings = _some(2)
TestUnannounced = InAYearNobodyHasAnnounced.TestCase
TestUnannounced.settings = _some(5)
TestBrazil = InBrazil.TestCase
TestBrazil.settings = _some(5)
