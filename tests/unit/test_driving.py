"""The one `send` under every synchronous face."""

from __future__ import annotations

import asyncio

import pytest

from expressplatform.driving import run


class TestRun:
    """A flow over ports that answer at once needs no event loop."""

    def test_the_value_of_the_flow_is_returned(self) -> None:
        async def flow() -> int:
            return 7

        assert run(flow()) == 7

    def test_an_error_of_the_flow_is_raised(self) -> None:
        async def flow() -> None:
            raise KeyError

        with pytest.raises(KeyError):
            run(flow())

    def test_a_flow_that_waits_is_ended_and_told_of(self) -> None:
        ended = []

        async def flow() -> None:
            try:
                await asyncio.sleep(0)
            finally:
                ended.append(True)

        with pytest.raises(RuntimeError, match="at once"):
            run(flow())
        assert ended == [True]
