"""``python -m benchmarks [--quick] [--keep] [SUITE ...]``: holds the contests and keeps their results.

With ``--quick`` everything runs once and for moments, and nothing is kept: that is to see that it runs. With the names
of suites only those are held; what they come to is kept with ``--keep``, beside what is kept of the others.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from benchmarks import days, documents, groups, growth, loading, rules, stores, ways, wire
from benchmarks.measure import Effort, Row, Suite
from benchmarks.page import document, keep

SUITES: Final[Mapping[str, Suite]] = {
    "ways": ways.rows,
    "rules": rules.rows,
    "documents": documents.rows,
    "days": days.rows,
    "stores": stores.rows,
    "loading": loading.rows,
    "groups": groups.rows,
    "growth": growth.rows,
    "wire": wire.rows,
}
QUICK: Final = Effort(rounds=2, seconds=0.004)


def main(arguments: Sequence[str]) -> int:
    """Holds the contests; 0 whether or not the goals are met, since a shared machine is no judge."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="The library beside its peers.")
    parser.add_argument("--quick", action="store_true", help="a moment of each, nothing kept")
    parser.add_argument("--keep", action="store_true", help="keep the results of the suites that are named")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"of {', '.join(SUITES)}; all when none is named")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.suites) - set(SUITES):
        parser.error(f"no such suite: {', '.join(sorted(unknown))}")
    effort = QUICK if asked.quick else Effort()
    rows: dict[str, list[Row]] = {}
    for number, name in enumerate(asked.suites or SUITES, 1):
        print(f"[{number}/{len(asked.suites or SUITES)}] {name}", flush=True)
        for one in SUITES[name](effort):
            rows.setdefault(name, []).append(one)
            print(_line(one), flush=True)
    if not asked.quick and (asked.keep or not asked.suites):
        keep(document(rows, effort), tuple(SUITES))
        print("kept: benchmarks/results.json, and the table and picture of docs/explanation/performance.md")
    return 0


def _line(one: Row) -> str:
    goal = "" if one.met is None else f"  goal {one.goal:g}: {'met' if one.met else 'not met'}"
    what = f"{one.name}, beside {one.peer}"
    return f"  {what:<70} {one.ratio:>7.3g}  ({one.least:.3g} to {one.greatest:.3g}){goal}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
