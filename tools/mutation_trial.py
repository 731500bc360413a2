"""Try mutants one at a time, each in a process of its own: the far end of `tools.mutation_score`.

    python tools/mutation_trial.py [PLACE...]        in the tree that mutmut wrote, with it first on the path

Lines of JSON. The first that goes out lists the functions that ran at import. Then one comes in for each trial: the
mutant's name, the tests, and how many seconds of processor time they may take; one goes out: how it ended, which test
failed.

With PLACES, files or folders of tests, the process that forks has imported them and the library beforehand: quick, but
what runs at import has run without the mutant. Without any it has imported neither, so that a mutant is there from the
first import on.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from typing import IO, Final, TextIO

import attrs
import cattrs
import cryptography
import hypothesis.strategies
import orjson
import psycopg
import pytest

PRELOADED: Final = (attrs, cattrs, cryptography, hypothesis.strategies, orjson, psycopg, pytest)
"""Imported once for all children; nothing among them imports the library."""

_PASSED: Final = 0
_BROKEN: Final = 99
_NO_SUCH_TEST: Final = "(no match in any of ["
# The warning: pytest would have liked to import its plugins itself.
_OPTIONS: Final = (
    "-x", "-q", "--tb=no", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip
_FIRST_FAILURE: Final = ("FAILED ", "ERROR ")
_WAITS: Final = 20
"""A trial may take this many times its processor time by the clock: the machine may be busy."""


def first_failure(output: str, tests: Sequence[str]) -> str:
    """The first of these tests that the summary of a run names as failed; empty where none was reached."""
    for line in output.splitlines():
        if line.startswith(_FIRST_FAILURE):
            said = f"{line.split(' ', 1)[1]} - "
            return max((one for one in tests if said.startswith(f"{one} - ")), key=len, default="")
    return ""


def _child(mutant: str, tests: Sequence[str], seconds: int, output: IO[bytes]) -> int:
    os.setsid()
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    os.environ["MUTANT_UNDER_TEST"] = mutant
    return int(pytest.main([*_OPTIONS, *tests]))


def _forked(mutant: str, tests: Sequence[str], seconds: int, output: IO[bytes]) -> int:
    """The child's process id; the child never returns."""
    sys.stdout.flush()
    if child := os.fork():
        return child
    code = _BROKEN
    try:
        code = _child(mutant, tests, seconds, output)
    except BaseException:  # noqa: BLE001  whatever it is, this child must end here and say so
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _ended(child: int, seconds: int) -> int:
    """How a child ended, as `os.wait` tells it."""
    until = time.monotonic() + seconds * _WAITS
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        if time.monotonic() > until:
            os.killpg(child, signal.SIGKILL)
        time.sleep(0.01)


def _verdict(status: int, text: str) -> str:
    if os.WIFSIGNALED(status):
        return "timed_out"
    code = os.WEXITSTATUS(status)
    if code == _BROKEN or _NO_SUCH_TEST in text:
        return "broken"
    return "survived" if code == _PASSED else "killed"


def trial(mutant: str, tests: Sequence[str], seconds: int) -> dict[str, str]:
    """How the tests end with one mutant in place, and what failed.

    ``survived``, ``killed``, ``timed_out``, or ``broken``: the trial itself went wrong.
    """
    with tempfile.TemporaryFile() as output:
        status = _ended(_forked(mutant, tests, seconds, output), seconds)
        output.seek(0)
        text = output.read().decode(errors="replace")
    how = _verdict(status, text)
    failed = first_failure(text, tests) if how == "killed" else ""
    return {"how": how, "failed": failed, "said": "" if failed or how == "survived" else text[-500:]}


def warmed(places: Sequence[str]) -> list[str]:
    """Import the tests and with them the library, without a mutant; the functions that have run by then, sorted."""
    os.environ["MUTANT_UNDER_TEST"] = "stats"  # as mutmut calls it: each function notes that it ran
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = pytest.main([*_OPTIONS, "--collect-only", *places])
    if code:
        raise SystemExit(f"The tests cannot be collected. {said.getvalue()[-2000:]}")
    os.environ["MUTANT_UNDER_TEST"] = ""
    gc.freeze()
    return sorted(importlib.import_module("mutmut.state").state()._stats)


def main(places: Sequence[str], asked: TextIO, answers: TextIO) -> None:
    """Tell what ran at import, then answer every line until there are no more."""
    ran = warmed(places) if places else []
    if not places and "expressplatform" in sys.modules:
        raise SystemExit("The library was imported before the first mutant was in place.")
    print(json.dumps(ran), file=answers, flush=True)
    for line in asked:
        one = json.loads(line)
        print(json.dumps(trial(one["mutant"], one["tests"], one["seconds"])), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:], sys.stdin, sys.stdout)
