"""Every command line that the documentation shows could be typed: its commands and options are there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pytest

from expressplatform_cli.commands import group
from tests.docs.fences import ROOT, blocks, name, pages

TABLE = ROOT / "docs" / "reference" / "command-line.md"
_EVERYWHERE = frozenset({"--config", "--store", "--keys", "--json"})
"""What the page says of every command, once."""
_OF_A_RUNNING_ONE = frozenset({"--folder", "--at"})
_TOLD_BY_HELP = frozenset({"demo"})


def _command(words: Sequence[str]) -> tuple[tuple[str, ...], click.Command]:
    """The command that words begin with, and what it is called."""
    found: click.Command = group
    called: list[str] = []
    for word in words:
        below = found.get_command(click.Context(found), word) if isinstance(found, click.Group) else None
        if below is None:
            break
        found = below
        called.append(word)
    return tuple(called), found


def _options(command: click.Command) -> set[str]:
    return {name for one in command.params for name in (*one.opts, *one.secondary_opts) if name.startswith("--")}


def _lines(page: Path) -> Iterator[list[str]]:
    for block in blocks(page.read_text("utf-8")):
        for line in block.text.replace("\\\n", " ").splitlines() if block.language == "console" else ():
            if line.startswith("$ expressplatform "):
                yield shlex.split(line[2:], comments=True)[1:]


@pytest.mark.parametrize("page", pages("console"), ids=name)
def test_every_option_that_is_shown_is_one_of_its_command(page: Path) -> None:
    """Those that no page runs, too."""
    for words in _lines(page):
        called, command = _command(words)
        shown = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert shown <= _options(command) | {"--help", "--version"}, (called, words)


def test_the_table_of_commands_tells_every_option_and_no_other() -> None:
    """Each command of its own, beside those that the page tells of all."""
    rows = re.findall(r"^\| `([^|]*)` \| .* \| (.*) \|$", TABLE.read_text("utf-8"), re.MULTILINE)
    told = {}
    for called, options in rows:
        found, command = _command(re.findall(r"[a-z][a-z-]*", called.partition("`")[0]))
        if found and not _TOLD_BY_HELP & {*found}:
            told[found] = _options(command)
            shown = {*re.findall(r"--[a-z][a-z-]*", f"{called} {options}")}
            elsewhere = _EVERYWHERE | (_OF_A_RUNNING_ONE if found[:1] == ("sandbox",) and len(found) > 1 else set())
            assert shown - elsewhere == _options(command) - elsewhere, found
    assert len(told) > 50
