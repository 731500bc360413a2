"""The results as they are kept: a JSON document, and the table and the picture of the page that explains them.

Laws of this file: table and picture are written from the document and nowhere else, the table between two marks of the
page; a test holds them together. Of the machine it says cores and the version of Python, nothing that names it.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.chart import drawn
from benchmarks.measure import Effort, Row

RESULTS: Final = Path(__file__).with_name("results.json")
PAGE: Final = Path(__file__).parent.parent / "docs" / "explanation" / "performance.md"
PICTURE: Final = PAGE.with_suffix(".svg")
BEGIN: Final = "<!-- written by python -m benchmarks: begin -->"
END: Final = "<!-- written by python -m benchmarks: end -->"

Document = dict[str, Any]


def document(rows: Mapping[str, Sequence[Row]], effort: Effort) -> Document:
    """The results by suite, with the machine they were made on and how they were made."""
    return {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "method": {
            "rounds": effort.rounds,
            "seconds": effort.seconds,
            "clock": "CPU time of the process; where a disk or a server is waited for, the clock on the wall",
        },
        "rows": [{"suite": suite, **one.document()} for suite, found in rows.items() for one in found],
    }


def joined(kept: Document, new: Document, suites: Sequence[str]) -> Document:
    """The new results, and of suites that were not held this time those that were kept; in the order of ``suites``."""
    held = {one["suite"] for one in new["rows"]}
    rows = [*new["rows"], *(one for one in kept["rows"] if one["suite"] not in held)]
    return {**new, "rows": sorted(rows, key=lambda one: suites.index(one["suite"]))}


def table(results: Document) -> str:
    """The results as a table in Markdown."""
    lines = [
        "| what | beside | ours | theirs | ratio | least to greatest | goal |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for one in results["rows"]:
        spread = f"{one['least']:g} to {one['greatest']:g}"
        cells = (one["name"], one["peer"], _time(one, "ours"), _time(one, "theirs"), f"{one['ratio']:g}", spread)
        lines.append(f"| {' | '.join(cells)} | {_goal(one)} |")
    machine, method = results["machine"], results["method"]
    how = f"{method['rounds']} rounds of {method['seconds']:g} s each, {machine['cores']} cores"
    return "\n".join([*lines, "", f"{how}, Python {machine['python']}."])


def _time(one: Document, side: str) -> str:
    return f"{one[side]:g} {one['unit']}"


def _goal(one: Document) -> str:
    if one["goal"] is None:
        return "none"
    return f"{one['goal']:g}, {'met' if one['met'] else 'not met'}"


def written(page: str, results: Document) -> str:
    """The page with the table of these results."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table(results)}\n\n{END}{after}"


def keep(new: Document, suites: Sequence[str]) -> None:
    """Writes the results, the table into the page, and the picture beside it; see `joined`."""
    results = joined(json.loads(RESULTS.read_text(encoding="utf-8")), new, suites)
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
    PICTURE.write_text(drawn(results["rows"]), encoding="utf-8")
