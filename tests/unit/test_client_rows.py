"""Lists as the clients hand them out, against a server that leads nowhere."""

from __future__ import annotations

import asyncio
from itertools import islice

import pytest

from expressplatform.errors import ServerFailed
from expressplatform_http.client.rows import AsyncRows, Rows, Stretch


@pytest.mark.parametrize("after", ["", "here"])
def test_a_list_that_leads_on_from_nowhere_ends_in_an_error(after: str) -> None:
    """More is promised behind the very cursor that was asked by, or behind none: nobody asks for ever."""
    stretch = Stretch[str]((), after, more=True)
    with pytest.raises(ServerFailed):
        list(islice(Rows[str](lambda _: stretch, "here"), 1))

    async def fetch(_: str) -> Stretch[str]:
        return stretch

    async def first() -> list[str]:
        return [row async for row in AsyncRows[str](fetch, "here")]

    with pytest.raises(ServerFailed):
        asyncio.run(asyncio.wait_for(first(), 5))


def test_a_page_without_rows_may_lead_on() -> None:
    """What filters leave of a page may be nothing."""
    pages = {"": Stretch[str]((), "a", more=True), "a": Stretch(("row",), "b", more=False)}
    rows = Rows[str](lambda after: pages[after], "")
    assert (list(rows), rows.after) == (["row"], "b")
