"""How a command ends: exit codes, and the message that goes with all but the first.

Laws of this module
- Exit codes are a promise to scripts: `Exit` is their table, drawn into the help and the reference from here.
- No message quotes what somebody typed or what a file holds.
- The library is not imported here: the help needs none of it, and is quick for that.
"""

from __future__ import annotations

import json
import os
import re
import sys
import traceback
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NoReturn

import attrs
import click

if TYPE_CHECKING:
    from expressplatform.errors import Problem


class Exit(IntEnum):
    """How a command ends."""

    OK = 0
    OTHER = 1
    USAGE = 2
    EXTRA = 3
    INPUT = 4
    REFUSED = 5
    NO_CASE = 6
    CONFLICT = 7
    STORE = 8
    NOT_DONE = 9


EXITS: Final = MappingProxyType(
    {
        Exit.OK: "done",
        Exit.OTHER: "something unexpected, or interrupted",
        Exit.USAGE: "the command line is not right",
        Exit.EXTRA: "an extra is not installed",
        Exit.INPUT: "a document is not right; every problem is told by its path",
        Exit.REFUSED: "a rule says no; nothing has changed",
        Exit.NO_CASE: "there is no such case",
        Exit.CONFLICT: "somebody wrote first, or a key came back with another command",
        Exit.STORE: "the store or the keys cannot be used, or doctor found something; or a part is left undone",
        Exit.NOT_DONE: "something on the acceptance list was not done, or done wrong",
    }
)
"""What each exit code means."""


class ExtraMissing(Exception):
    """What was asked for needs an extra that is not installed."""

    def __init__(self, extra: str) -> None:
        super().__init__(extra)
        self.extra = extra


_TYPED: Final = re.compile(r""": (['"]).*\1 (is|does)\b""", re.DOTALL)


@attrs.frozen
class Message:
    """An error as people and programs read it."""

    exit: Exit
    code: str
    text: str
    next: str = ""
    problems: tuple[Problem, ...] = ()
    case_id: str = ""
    who_must_act: str = ""
    allowed: tuple[str, ...] = ()

    def document(self) -> dict[str, object]:
        """The message for ``--json``, without what is empty."""
        said = {
            "exit": int(self.exit),
            "code": self.code,
            "message": self.text,
            "next": self.next,
            "problems": [attrs.asdict(problem) for problem in self.problems],
            "case": self.case_id,
            "who_must_act": self.who_must_act,
            "allowed": list(self.allowed),
        }
        return {"error": {name: value for name, value in said.items() if value}}

    def lines(self) -> list[str]:
        """The message for people: a sentence, every problem, what may be done, what to do next."""
        listed = [f"  {problem.path}: {problem.message}" for problem in self.problems]
        may = [f"Allowed now: {', '.join(self.allowed)}."] if self.allowed else []
        return [f"Error: {self.text}", *listed, *may, *([self.next] if self.next else [])]


def is_of_the_answer(error: OSError) -> bool:
    """Whether an error came of what is said, and not of what is done: click and rich say it, and nobody else."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and str(frames[-1].f_globals.get("__name__")).partition(".")[0] in ("click", "rich")


def of_answer(error: OSError) -> Message:
    """An answer that could not be written; what was asked for may be done all the same."""
    said = os.strerror(error.errno) if error.errno else type(error).__name__
    text = f"The answer could not be written: {said}. What was asked for may be done."
    return Message(Exit.STORE, "answer", text, "See to where the answer goes, and look before you ask again.")


def unquoted(text: str) -> str:
    """A complaint about a command line, without what was typed there."""
    if text.startswith("Got unexpected extra argument"):
        return "There are more arguments than the command takes."
    if text.startswith("No such command"):
        return "There is no such command."
    return _TYPED.sub(r": the value \2", text)


def leave(message: Message, *, as_json: bool) -> NoReturn:
    """Says what went wrong on standard error and ends the command."""
    if as_json:
        click.echo(json.dumps(message.document(), ensure_ascii=False, indent=2), err=True)
    else:
        first, *rest = message.lines()
        click.secho(first, fg="red", bold=True, err=True)
        for line in rest:
            click.echo(line, err=True)
    sys.exit(int(message.exit))
