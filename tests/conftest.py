"""What every test shares: the Hypothesis profiles, chosen by the variable HYPOTHESIS_PROFILE, PostgreSQL, the gate."""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.gate import Gate
from tests.servers import database, postgres

__all__ = ["database", "postgres"]

settings.register_profile(
    "default",
    max_examples=60,
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
)
settings.register_profile(
    "prove",
    max_examples=2_000,
    stateful_step_count=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# mutmut runs a test several times in one process, which Hypothesis takes for several executors.
settings.register_profile(
    "mutants",
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_configure(config: pytest.Config) -> None:
    """Tells coverage where to look, and which tests come first."""
    config.pluginmanager.register(Gate())
