"""How often an organisation may ask: a bucket for each, filled at a steady rate.

Laws of this file: time is seconds that never run backwards, handed in. The limit is each process's own: several
processes together let through as many times more. Memory is bounded: whoever has not asked for long is forgotten.
"""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from typing import Final, final

from expressplatform.errors import LimitReached

MOST: Final = 10_000
"""How many callers are remembered."""


def caller_of(address: str) -> str:
    """Who draws on a bucket from an address: it alone or, in IPv6, the 2**64 of them that one line is given."""
    if ":" not in address:
        return address
    try:
        found = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:  # whatever a proxy wrote
        return address
    return str(found.ipv4_mapped or found.packed[:8].hex())


@final
class Buckets:
    """A bucket of ``burst`` requests for each caller, filled with ``per_minute``. For one event loop."""

    __slots__ = ("_burst", "_held", "_rate")

    def __init__(self, per_minute: int, burst: int) -> None:
        self._rate, self._burst = per_minute / 60, float(burst)
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, now: float, weight: int = 1) -> None:
        """One request of a caller, or several at once; raises LimitReached where there are none left."""
        held, since = self._held.pop(caller, (self._burst, now))
        held = min(self._burst, held + (now - since) * self._rate)
        enough = held >= min(weight, self._burst)
        self._held[caller] = (held - weight if enough else held, now)
        if len(self._held) > MOST:
            self._held.popitem(last=False)
        if not enough:
            raise LimitReached(max(1, math.ceil((min(weight, self._burst) - held) / self._rate)))
