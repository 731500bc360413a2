"""The contracts from the command line: ``python -m expressplatform.testing check my_store:make_store``.

Exit codes: 0, everything that could be run passed; 1, something failed; 2, nothing could be run; 3, nothing failed, but
the time was over before the end; 130, it was stopped.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import random
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import attrs

if importlib.util.find_spec("hypothesis") is None:
    print('Hypothesis is missing: pip install "expressplatform[testing]"', file=sys.stderr)
    sys.exit(2)

from expressplatform.testing.checking import KINDS, UnknownTargetError, contract_of
from expressplatform.testing.guarantees import CONTRACT_VERSION, GUARANTEES
from expressplatform.testing.running import Found, Report, Run, by_name

_READABLE: Final = 6000
"""Characters of a program that somebody still reads on a terminal."""


def heading(checks: Any, start: int) -> Iterator[str]:
    """What is going to be checked."""
    able = ", ".join(f"{name} {'yes' if name in checks.helpers else 'no'}" for name in KINDS[checks.kind].helpers)
    yield f"{checks.target}: contract {checks.kind} {CONTRACT_VERSION}"
    yield f"capabilities: {'awaited' if checks.awaited else 'not awaited'}" + (f", {able}" if able else "")
    yield f"seed: {start}"
    if checks.notes:
        yield f"mend this first; {KINDS[checks.kind].port.__name__} of expressplatform.ports has it so:"
        yield from (f"  {note}" for note in checks.notes)
    yield ""


def outcome(name: str, word: str, seconds: float) -> str:
    """What became of one check, as a line; it says how long it took where somebody had to wait."""
    word, _, reason = word.partition(": ")
    took = f" ({seconds:.0f} s)" if seconds >= 1 and word != "not run" else ""
    return f"  {word:<8} {name}{took}" + (f": {reason}" if reason else "")


def lines(report: Report) -> Iterator[str]:
    """What came of a run, as text, after the lines of its checks."""
    for found in report.failed:
        yield from _told(report, found)
    yield ""
    if report.histories:
        yield f"random histories: {report.histories}"
    yield (
        f"passed {len(report.passed)}, failed {len(report.failed)}, not run {len(report.not_run)},"
        f" in {report.seconds:.0f} s"
    )
    if report.failed:
        first = report.failed[0].check
        yield f"failed: {', '.join(found.check for found in report.failed)}"
        yield f"one of them again: --only {first} --seed {report.seed}"
    if report.failed and report.notes:
        yield f"mend this first: {'; '.join(report.notes)}"
    if report.stopped:
        yield "the run was stopped before its end"
    if report.cut:
        yield "the time was over before the end of the run"


def _told(report: Report, found: Found) -> Iterator[str]:
    yield ""
    yield f"FAILED {found.check} [{' '.join(found.guarantees)}]"
    yield f"  {found.sentence}"
    for number in found.guarantees:
        yield f"  {number}: {GUARANTEES[number]}"
    yield f"  {found.error}"
    yield f"  seed: {found.seed}"
    yield ""
    program = found.program.splitlines()
    if len(found.program) > _READABLE:
        yield "  What was found is too long to be read here, --json FILE keeps it. The check by itself:"
        program = list(by_name(report.target, report.contract, found.check))
    yield from (f"    {line}" for line in program)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if seconds >= 0:
        return seconds
    raise argparse.ArgumentTypeError("a number of seconds is wanted, 0 or more")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m expressplatform.testing", description="Hold an adapter to its contract."
    )
    check = parser.add_subparsers(dest="command", required=True).add_parser("check", help="run a contract")
    check.add_argument("target", help="module:maker, a function or class that makes what is checked")
    check.add_argument(
        "--contract",
        choices=sorted(KINDS),
        default="",
        metavar="KIND",
        help=f"which contract ({', '.join(sorted(KINDS))}); told by the methods otherwise",
    )
    check.add_argument(
        "--awaited", action="store_true", default=None, help="the methods are awaited, though nothing shows it"
    )
    check.add_argument(
        "--budget", type=_seconds, default=20.0, metavar="SECONDS", help="how long random histories are tried (20)"
    )
    check.add_argument(
        "--within", type=_seconds, default=math.inf, metavar="SECONDS", help="how long all of it may take (no end)"
    )
    check.add_argument("--only", default="", metavar="PART", help="only checks whose name holds this")
    check.add_argument("--seed", type=int, default=None, help="where random histories begin")
    check.add_argument("--json", type=Path, default=None, metavar="FILE", help="write the report as JSON too")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one contract; the exit code."""
    options = _options(arguments)
    try:
        return _checked(options)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read has gone: there is nobody to be told
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - the interpreter flushes it at its end
        return 1


@contextmanager
def _stopped_by_ctrl_c(run: Run) -> Iterator[None]:
    """The first Ctrl-C ends the run, wherever it strikes; a second one ends the program."""

    def stop(number: int, frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        run.stop()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _checked(options: argparse.Namespace) -> int:
    start = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        checks = contract_of(options.target, options.contract, awaited=options.awaited)
        if options.json is not None:
            options.json.open("a", encoding="utf-8").close()
    except UnknownTargetError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"--json {options.json} cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    print("\n".join(heading(checks, start)), flush=True)
    # What the maker's own methods do not await is told in a sentence above, not once for each call.
    warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
    run = Run(
        checks, options.budget, start, within=options.within, only=options.only,
        tell=lambda name, word, seconds: print(outcome(name, word, seconds), flush=True),
    )  # fmt: skip
    with _stopped_by_ctrl_c(run):
        report = run.report()
    if options.json is not None:
        options.json.write_text(json.dumps(attrs.asdict(report), indent=2, ensure_ascii=False) + "\n", "utf-8")
    print("\n".join(lines(report)), flush=True)
    if report.exit_code == 2:
        known = "" if report.not_run else f": no check of this contract is called like {options.only!r}"
        print(f"nothing was run{known}", file=sys.stderr)
    if report.stuck:
        # A thread that never comes back would keep the interpreter from ending.
        os._exit(report.exit_code)
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
