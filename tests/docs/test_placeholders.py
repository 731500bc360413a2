"""No page holds a mark that somebody meant to come back to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.docs.fences import ROOT, name

MARKS: Final = re.compile(r"@[\w-]+@|\{\{.*?\}\}|\?\?\?|\b(?:TODO|TBD|TBC|FIXME|XXX+|WIP|HACK)\b|[Ll]orem ipsum")
PAGES: Final = sorted(
    page
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*"))
    if page.suffix in {".md", ".rst", ".svg", ".txt"} and "_build" not in page.relative_to(ROOT).parts
)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_page_holds_a_leftover_mark(page: Path) -> None:
    """A figure that was to be filled in, a sentence that was to be written: the page names the line."""
    lines = page.read_text("utf-8").splitlines()
    found = [f"line {number}: {mark[0]}" for number, line in enumerate(lines, 1) for mark in MARKS.finditer(line)]
    assert not found, f"{name(page)}, {'; '.join(found)}"


@pytest.mark.parametrize(
    "line", ["It took @median@ ms.", "TODO: say why", "(TBD)", "FIXME", "XXX", "{{ version }}", "how many???"]
)
def test_the_marks_that_people_leave_are_found(line: str) -> None:
    assert MARKS.search(line)


@pytest.mark.parametrize("line", ["mail a@example.org", "@attrs.frozen", "EXXN-71SC-N", "the todo of an officer"])
def test_what_only_looks_like_a_mark_is_left_alone(line: str) -> None:
    assert not MARKS.search(line)


def test_the_pages_are_looked_at() -> None:
    """The README, the changelog and every page below docs."""
    names = {page.relative_to(ROOT).as_posix() for page in PAGES}
    assert {"README.md", "CHANGELOG.md", "docs/index.md", "docs/explanation/reliability.md"} <= names
