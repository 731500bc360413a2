"""Counters in the text that Prometheus reads: by operation and status, never by who or what.

Laws of this file: a label is the name of a route, a status, or a code of ours; whatever came from outside is none. One
instance belongs to one application.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from typing import Final, final

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histogram of durations, in seconds."""
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class _Told:
    """What came of one operation: how often by status, how long in all, and how often within each bound."""

    __slots__ = ("buckets", "seconds", "statuses")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0
        self.statuses: dict[int, int] = {}


@final
class Metrics:
    """What was asked and how long it took. Thread-safe."""

    __slots__ = ("_lock", "_named", "_told")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[str, _Told] = {}
        self._named: Counter[tuple[str, str]] = Counter()

    def answered(self, route: str, status: int, seconds: float) -> None:
        """One request was answered."""
        with self._lock:
            told = self._told.get(route)
            if told is None:
                told = self._told[route] = _Told()
            told.statuses[status] = told.statuses.get(status, 0) + 1
            told.seconds += seconds
            told.buckets[bisect_left(BUCKETS, seconds)] += 1

    def count(self, what: str, code: str) -> None:
        """One more of something that has a code: ``refused_signatures``, ``problems``, ``webhooks``."""
        with self._lock:
            self._named[what, code] += 1

    def text(self) -> str:
        """Everything counted so far."""
        with self._lock:
            lines = ["# TYPE expressplatform_http_requests_total counter"]
            for route, told in sorted(self._told.items()):
                for status, count in sorted(told.statuses.items()):
                    lines.append(f'expressplatform_http_requests_total{{route="{route}",status="{status}"}} {count}')
            lines.append("# TYPE expressplatform_http_request_seconds histogram")
            for route, told in sorted(self._told.items()):
                lines += _histogram(route, told.buckets, told.seconds)
            for what in sorted({name for name, _ in self._named}):
                lines.append(f"# TYPE expressplatform_http_{what}_total counter")
                for (name, code), count in sorted(self._named.items()):
                    if name == what:
                        lines.append(f'expressplatform_http_{what}_total{{code="{code}"}} {count}')
        return "\n".join(lines) + "\n"


def _histogram(route: str, buckets: list[int], seconds: float) -> list[str]:
    name, lines, total = "expressplatform_http_request_seconds", [], 0
    for bound, count in zip((*map(str, BUCKETS), "+Inf"), buckets, strict=True):
        total += count
        lines.append(f'{name}_bucket{{route="{route}",le="{bound}"}} {total}')
    return [*lines, f'{name}_sum{{route="{route}"}} {seconds:.6f}', f'{name}_count{{route="{route}"}} {total}']
