"""Editions of the wire side by side: the one of today, and the one before it, each by its number.

Laws of this file: the server speaks the newest edition; a request of the one before is raised to it, and its answer
lowered back, by two functions a route. A client names its edition in a header; who names none speaks the newest. An
edition that is not served is refused, never guessed at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import attrs

from expressplatform.fields import refuse

__all__ = ["EDITIONS", "HEADER", "Edition", "edition_of"]

Document = dict[str, Any]
Step = Callable[[Document], Document]
"""Turns the plain document of a request of an older edition into the newest, or an answer of the newest back."""
HEADER: Final = "expressplatform-version"
NO_STEPS: Final[Mapping[str, Step]] = MappingProxyType({})


@attrs.frozen
class Edition:
    """An edition by its number; by the name of a route, how its requests are raised and its answers lowered."""

    number: int
    raise_body: Mapping[str, Step] = NO_STEPS
    lower_answer: Mapping[str, Step] = NO_STEPS


EDITIONS: Final[Sequence[Edition]] = (Edition(1),)
"""What is served, the newest first: two at most. There has been one so far."""


def edition_of(written: str, editions: Sequence[Edition] = EDITIONS) -> Edition:
    """The edition that a request names; raises InvalidInput (``version``) for one that is not served."""
    if not written:
        return editions[0]
    for one in editions:
        if written == str(one.number):
            return one
    served = " or ".join(str(one.number) for one in editions)
    raise refuse(f"$header.{HEADER}", "version", f"must be {served}")
