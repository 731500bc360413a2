"""Answers of a platform of shops with something odd in them: for tests that expect an outcome of whatever comes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st

from expressplatform.shops import BusinessError, Disconnected, GatewayError, Ok, Throttled
from expressplatform.transport import HttpRequest, HttpResponse
from tests.in_process import InProcess

OUTCOMES: Final = (Ok, Throttled, Disconnected, BusinessError, GatewayError)
ODD: Final[st.SearchStrategy[Any]] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["", " ", "\x00", "\ud800", "9" * 400, "a.b-c", "2031-02-30 00:00:00", "19.999"]),
    st.sampled_from(["SUCCESS", "100", "20", "10010", "-1", "１", "{", "[]", "{}", "true", "abc", "7" * 30]),
    st.sampled_from(["9999999999999.99", 9999999999999.0, 999999999999999]),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


class Spoiling:
    """A transport that changes something in each answer on its way, as long as it is told how."""

    def __init__(self, inner: InProcess) -> None:
        self.inner = inner
        self.spoil: Callable[[bytes], tuple[int, bytes]] | None = None

    def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
        answer = self.inner.send(request, seconds)
        if self.spoil is None:
            return answer
        status, body = self.spoil(answer.body)
        return HttpResponse(status, (), body)


def changed(value: Any, odd: Any, luck: random.Random) -> Any:
    """The document with one thing in it replaced or taken away."""
    if isinstance(value, str) and value.startswith(("{", "[")) and luck.random() < 0.7:
        return json.dumps(changed(json.loads(value), odd, luck))
    if isinstance(value, dict) and value and luck.random() < 0.92:
        name = luck.choice(list(value))
        if luck.random() < 0.1:
            return {key: one for key, one in value.items() if key != name}
        return {**value, name: changed(value[name], odd, luck)}
    if isinstance(value, list) and value and luck.random() < 0.92:
        at = luck.randrange(len(value))
        return [*value[:at], changed(value[at], odd, luck), *value[at + 1 :]]
    return odd
