"""Random histories of a case keep every rule of the core: longer and more of them under the profile ``prove``."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs

from expressplatform.scheme import Participant
from expressplatform.schemes import CONSUMIDOR_BR
from expressplatform.testing.fitting import whole_complaint
from expressplatform.testing.machines import CaseMachine
from tests.walks import walking

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


TestHongKong = CaseMachine.TestCase
TestHongKong.settings = walking(2)
TestUnannounced = InAYearNobodyHasAnnounced.TestCase
TestUnannounced.settings = walking(5)
TestBrazil = InBrazil.TestCase
TestBrazil.settings = walking(5)
