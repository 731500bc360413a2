"""The reference page of the HTTP interface says what the table of routes says."""

from __future__ import annotations

import re

from expressplatform import errors
from expressplatform.errors import ExpressPlatformError
from expressplatform_http.protocol.problems import STATUSES
from expressplatform_http.protocol.routes import ROUTES
from tests.docs.fences import ROOT
from tools.make_http_page import PAGE, written


def test_the_page_is_what_the_table_says() -> None:
    """Run `python tools/make_http_page.py` after a change of a route, a document or a constraint."""
    assert PAGE.read_text("utf-8") == written()[PAGE]


def test_every_operation_stands_on_it() -> None:
    """By method and address."""
    text = PAGE.read_text("utf-8")
    assert all(f"`{route.method} {route.path}`" in text for route in ROUTES)


def test_the_page_of_errors_names_each_and_says_what_the_server_answers() -> None:
    """Every class that is raised has a line, with the status of the server's table where one fits."""
    text = (ROOT / "docs" / "reference" / "errors.md").read_text("utf-8")
    told: dict[str, str] = {}
    for line in re.findall(r"^\| `.*", text, re.MULTILINE):
        first, *_, last = line.strip("| ").split("|")
        told |= dict.fromkeys(re.findall(r"`(\w+)`", first), last.strip())
    kinds = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, ExpressPlatformError)]
    raised = {one.__name__: one for one in kinds if sum(issubclass(other, one) for other in kinds) == 1}
    assert told == {name: _status(one) for name, one in raised.items()}


def _status(one: type[ExpressPlatformError]) -> str:
    return next((str(code) for kind, code, _ in STATUSES if issubclass(one, kind)), "-")
