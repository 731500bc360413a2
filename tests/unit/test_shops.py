"""The five outcomes of a call to a trading platform."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest

from expressplatform.errors import InvalidInput
from expressplatform.shops import UNREADABLE, BusinessError, Disconnected, GatewayError, Ok, Result, Throttled

NOW = datetime(2026, 2, 2, 4, 0, tzinfo=UTC)


def test_what_is_shaped_like_a_code_is_kept() -> None:
    assert BusinessError("15", "isv.missing-parameter:refund_id").sub_code == "isv.missing-parameter:refund_id"
    assert BusinessError("15", "").sub_code == ""


@pytest.mark.parametrize("words", ["陳先生 9123 4567", "wong@example.com", "no such order", "x" * 121, "\x00", "a\n"])
def test_a_sentence_never_becomes_a_code(words: str) -> None:
    results = (Disconnected(words), BusinessError(words, words), GatewayError(words))
    assert [one.reason if isinstance(one, Disconnected) else one.code for one in results] == [UNREADABLE] * 3
    assert not any(words in repr(one) for one in results)


def test_a_ban_ends_at_an_instant_that_knows_its_zone_or_nobody_knows_when() -> None:
    assert Throttled(NOW).until == NOW
    assert Throttled(None).until is None
    with pytest.raises(InvalidInput):
        Throttled(NOW.replace(tzinfo=None))


def test_results_are_values_that_travel() -> None:
    results: list[Result[int]] = [
        Ok(3), Throttled(NOW), Disconnected("gone"), BusinessError("1", "2"), GatewayError("3"),
    ]  # fmt: skip
    assert pickle.loads(pickle.dumps(results)) == results  # noqa: S301
