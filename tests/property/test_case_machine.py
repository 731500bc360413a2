"""Random histories of a case keep every rule of the core: longer and more of them under the profile ``prove``."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from expressplatform.testing.machines import CaseMachine

_CURRENT = settings()

TestCaseMachine = CaseMachine.TestCase
TestCaseMachine.settings = settings(
    max_examples=_CURRENT.max_examples,
    stateful_step_count=_CURRENT.stateful_step_count,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
