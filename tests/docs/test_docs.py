"""What the documentation shows is what the library does."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from expressplatform_cli.commands import COMMANDS, group
from tests.docs.fences import ROOT, RUN, blocks, name, pages, run
from tools import make_deadlines_picture, make_lifecycle_page

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
DOCS = ROOT / "docs"
DRAWN = {**make_lifecycle_page.written(), **make_deadlines_picture.written()}


@pytest.mark.parametrize("page", pages("python"), ids=name)
def test_every_python_block_runs_and_prints_what_the_page_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The blocks of a page run in their order, in one namespace, in an empty directory."""
    monkeypatch.chdir(tmp_path)
    for block, printed, shown in run(page):
        where = f"{name(page)}, line {block.line}"
        assert printed == (shown or ""), f"{where}: the page shows something else than the block prints"


@pytest.mark.parametrize("page", pages("console"), ids=name)
def test_commands_that_are_named_exist_and_those_marked_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make` names a target, `expressplatform` a command; a block under the mark runs to exit code 0, line by line."""
    monkeypatch.chdir(tmp_path)
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for block in blocks(page.read_text("utf-8")):
        if block.language != "console":
            continue
        for line in _commands(block.text):
            words = shlex.split(line, comments=True)
            if words[0] == "make":
                assert set(words[1:2]) <= targets, line
            elif words[0] == "expressplatform":
                first = next((word for word in words[1:] if not word.startswith("-")), "")
                assert not first or first in COMMANDS, line
                if block.above == RUN:
                    _run(words[1:], line)
            elif words[0] == "mv" and block.above == RUN:
                Path(words[1]).rename(words[2])


def _run(words: list[str], line: str) -> None:
    """One command of `expressplatform`, its answer into a file where the line says so."""
    words, into = (words[:-2], words[-1]) if ">" in words else (words, None)
    outcome = CliRunner().invoke(group, words)
    if words[0] == "doctor":
        # What it finds depends on the day: a year that nobody has announced yet is a fault to it.
        found = json.loads(CliRunner().invoke(group, [*words, "--json"]).stdout)["findings"]
        assert {one["check"] for one in found if one["level"] == "fault"} <= {"calendars"}, f"{line}\n{outcome.output}"
    else:
        assert outcome.exit_code == 0, f"{line}\n{outcome.output}"
    if into is not None:
        Path(into).write_text(outcome.stdout, encoding="utf-8")


def _commands(text: str) -> list[str]:
    joined = text.replace("\\\n", " ")
    return [line[2:] for line in joined.splitlines() if line.startswith("$ ")]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: str(path.name))
def test_every_example_runs_as_a_script(example: Path, tmp_path: Path) -> None:
    """By itself, in an empty directory, with every warning an error."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(example)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", list(DRAWN), ids=name)
def test_what_is_drawn_is_up_to_date(path: Path) -> None:
    """Run `tools/make_lifecycle_page.py` and `tools/make_deadlines_picture.py` after a change of rows or drawings."""
    assert path.read_text("utf-8") == DRAWN[path]


def test_every_page_is_in_a_table_of_contents() -> None:
    """Nobody has to guess an address: a page is reached from the index of its part."""
    for index in DOCS.rglob("index.md"):
        listed = [line.strip() for block in blocks(index.read_text("utf-8")) for line in block.text.splitlines()]
        for page in index.parent.glob("*.md"):
            assert page.name == "index.md" or page.stem in listed or "*" in listed, name(page)


def test_every_public_module_is_in_the_reference() -> None:
    """A module of the library that is neither there nor in a package whose members are is not documented."""
    reference = "\n".join(page.read_text("utf-8") for page in (DOCS / "reference").glob("*.md"))
    named = set(re.findall(r"automodule:: (\S+)", reference))
    opened = set(re.findall(r"automodule:: (\S+)\n +:members:", reference))
    source = ROOT / "src"
    modules = {
        ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__")
        for path in (source / "expressplatform").rglob("*.py")
    }
    covered = {one for one in modules if one in named or any(one.startswith(f"{other}.") for other in opened)}
    assert modules - covered == {"expressplatform"}
