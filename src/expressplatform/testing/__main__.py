"""The contracts from the command line: ``python -m expressplatform.testing check my_store:make_store``.

Exit codes: 0, everything that could be run passed; 1, something failed; 2, nothing could be run.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

if importlib.util.find_spec("hypothesis") is None:
    print('Hypothesis is missing: pip install "expressplatform[testing]"', file=sys.stderr)
    sys.exit(2)

from expressplatform.testing.checking import KINDS, UnknownTargetError, contract_of
from expressplatform.testing.guarantees import GUARANTEES
from expressplatform.testing.running import Found, Report, Run


def lines(report: Report) -> Iterator[str]:
    """A report as text."""
    able = ", ".join(f"{name} {'yes' if given else 'no'}" for name, given in report.capabilities.items())
    yield f"{report.target}: contract {report.contract} {report.version}"
    yield f"capabilities: {'awaited' if report.awaited else 'not awaited'}" + (f", {able}" if able else "")
    yield f"seed: {report.seed}"
    if report.histories:
        yield f"random histories: {report.histories}"
    yield ""
    yield f"passed {len(report.passed)}, failed {len(report.failed)}, not run {len(report.not_run)}"
    for name in report.passed:
        yield f"  passed   {name}"
    for found in report.failed:
        yield f"  FAILED   {found.check} [{' '.join(found.guarantees)}]"
    for name, reason in report.not_run.items():
        yield f"  not run  {name}: {reason}"
    for found in report.failed:
        yield from _told(found)


def _told(found: Found) -> Iterator[str]:
    yield ""
    yield f"FAILED {found.check}"
    yield f"  {found.sentence}"
    for number in found.guarantees:
        yield f"  {number}: {GUARANTEES[number]}"
    yield f"  {found.error}"
    yield f"  seed: {found.seed}"
    yield ""
    yield from (f"    {line}" for line in found.program.splitlines())


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m expressplatform.testing", description="Hold an adapter to its contract."
    )
    check = parser.add_subparsers(dest="command", required=True).add_parser("check", help="run a contract")
    check.add_argument("target", help="module:maker, a function or class that makes what is checked")
    check.add_argument(
        "--contract", choices=sorted(KINDS), default="", help="which contract; told by the methods otherwise"
    )
    check.add_argument(
        "--awaited", action="store_true", default=None, help="the methods are awaited, though nothing shows it"
    )
    check.add_argument(
        "--budget", type=float, default=20.0, metavar="SECONDS", help="how long random histories are tried"
    )
    check.add_argument("--seed", type=int, default=None, help="where random histories begin")
    check.add_argument("--json", type=Path, default=None, metavar="FILE", help="write the report as JSON too")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one contract; the exit code."""
    options = _options(arguments)
    start = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        checks = contract_of(options.target, options.contract, awaited=options.awaited)
    except UnknownTargetError as error:
        print(error, file=sys.stderr)
        return 2
    report = Run(checks, options.budget, start).report()
    print("\n".join(lines(report)))
    if options.json is not None:
        options.json.write_text(json.dumps(attrs.asdict(report), indent=2, ensure_ascii=False) + "\n", "utf-8")
    if report.exit_code == 2:
        print("nothing was run", file=sys.stderr)
    if report.stuck:
        # A thread that never comes back would keep the interpreter from ending.
        sys.stdout.flush()
        os._exit(report.exit_code)
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
