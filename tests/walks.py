"""How long machines walk: a share of what the profile in use gives to a property."""

from __future__ import annotations

from typing import Final

from hypothesis import HealthCheck, settings

_CURRENT: Final = settings()


def walking(share: int, *, least: int = 5, longest: int = 10_000) -> settings:
    """One ``share``-th of the profile's examples, never fewer than ``least``, each of the profile's steps or fewer."""
    return settings(
        max_examples=max(least, _CURRENT.max_examples // share),
        stateful_step_count=min(longest, _CURRENT.stateful_step_count),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
