"""The reference page of the HTTP interface says what the table of routes says."""

from __future__ import annotations

from expressplatform_http.protocol.routes import ROUTES
from tools.make_http_page import PAGE, written


def test_the_page_is_what_the_table_says() -> None:
    """Run `python tools/make_http_page.py` after a change of a route, a document or a constraint."""
    assert PAGE.read_text("utf-8") == written()[PAGE]


def test_every_operation_stands_on_it() -> None:
    """By method and address."""
    text = PAGE.read_text("utf-8")
    assert all(f"`{route.method} {route.path}`" in text for route in ROUTES)
