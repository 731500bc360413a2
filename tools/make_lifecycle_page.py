"""Write from the rows of the lifecycle whatever the documentation shows of them.

    python tools/make_lifecycle_page.py        writes the pages and the picture

- `docs/reference/lifecycle.md`, whole: every row, every guard, every duty;
- `docs/explanation/lifecycle.svg`, whole: the picture;
- the text between the marks in `docs/explanation/lifecycle.md` and in `README.md`: the picture as Mermaid.

`written` returns all of it without writing, so a test holds the tree equal to what would be written.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from expressplatform import commands as c
from expressplatform.case.guards import GUARDS
from expressplatform.codes import OWNER, Role, Status
from expressplatform.deadlines.duties import LIVE
from expressplatform.lifecycle import MOVES, ROWS, STAYS, Guard, Row
from expressplatform.wording import label
from expressplatform_cli.drawing import mermaid, state_diagram

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "reference" / "lifecycle.md"
PICTURE: Final = ROOT / "docs" / "explanation" / "lifecycle.svg"
EXPLAINED: Final = ROOT / "docs" / "explanation" / "lifecycle.md"
README: Final = ROOT / "README.md"
BEGIN: Final = "<!-- drawn from the rows: begin -->\n"
END: Final = "<!-- drawn from the rows: end -->\n"

_FROM_NEARLY_EVERYWHERE: Final = (c.Withdraw, c.WithdrawConsent, c.Recall, c.Reject, c.Reopen, c.Erase)
_COUNCILS: Final = (Status.REFERRED_BACK, Status.FURTHER_HANDLING)
_HEAD: Final = """# The table of steps

<!-- Written by tools/make_lifecycle_page.py; never edited by hand. -->

Every legal step of a case. A row says from which status, on which command, sent by which role, which event comes to be,
and where the case then stands. What is not here is refused. `expressplatform.lifecycle.ROWS` is this table; diagrams,
permissions, the command line and the tests read the same rows. Why they are so: {doc}`../explanation/lifecycle`.
"""


def written() -> dict[Path, str]:
    """Every file that shows the rows, and what should stand in it."""
    return {
        PAGE: page(),
        PICTURE: str(state_diagram(ROWS, {})) + "\n",
        EXPLAINED: _between(EXPLAINED, f"```text\n{mermaid(ROWS).strip()}\n```\n"),
        README: _between(README, f"```mermaid\n{mermaid(main_way()).strip()}\n```\n"),
    }


def main_way() -> list[Row]:
    """The rows without what can happen nearly everywhere and without late arrivals: the picture of the README."""
    return [
        row
        for row in MOVES
        if row.command not in _FROM_NEARLY_EVERYWHERE
        and not (row.command is c.Confirm and row.source is not Status.RESOLUTION_REPORTED)
        and not (row.command is c.ReportResolution and row.source in _COUNCILS)
        and not (row.command is c.Decline and row.source is not Status.LODGED)
    ]


def _between(path: Path, text: str) -> str:
    before, _, rest = path.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{text}{END}{after}"


def page() -> str:
    """The page of the reference; the same rows give the same text."""
    parts = (_HEAD, *_table("What moves a case", MOVES), *_table("What leaves it where it is", STAYS))
    return "\n".join((*parts, *_guards(), *_duties())).rstrip("\n") + "\n"


def _table(title: str, rows: Iterable[Row]) -> Iterator[str]:
    head = "| from | command | by | event | to | must hold besides |"
    yield from (f"## {title}", "", head, "|---|---|---|---|---|---|")
    merged: dict[tuple[object, ...], tuple[list[str], list[str], Row, str]] = {}
    for row in rows:
        to = "stays" if row in STAYS else f"`{row.target.name}`"
        sources, roles, _, _ = merged.setdefault((row.command, to, _own(row)), ([], [], row, to))
        _add(sources, "–" if row.source is None else f"`{row.source.name}`")
        _add(roles, row.by.value)
    for sources, roles, row, to in merged.values():
        held = ", ".join(f"[{guard}](#must-hold)" for guard in _own(row))
        cells = (", ".join(sources), row.command.__name__, ", ".join(roles), row.event.__name__, to, held)
        yield f"| {' | '.join(cells)} |"
    yield ""


def _add(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)


_WHOSE: Final = (Guard.OWN_CASE, Guard.AUTHORITY, Guard.OWN_COUNCIL, Guard.HOLDS_CASE)


def _own(row: Row) -> tuple[str, ...]:
    """The guards of the row itself; those of its role are said once."""
    return tuple(guard.value for guard in row.guards if guard not in _WHOSE)


def _guards() -> Iterator[str]:
    yield from (
        "(must-hold)=",
        "## What must hold besides",
        "",
        "Of every row of a role, so that no row can forget it:",
        "",
        "| role | guard | |",
        "|---|---|---|",
        f"| complainant | own_case | {_said(Guard.OWN_CASE)} |",
        f"| complainant | authority | {_said(Guard.AUTHORITY)} |",
        f"| council | own_council | {_said(Guard.OWN_COUNCIL)} |",
        f"| trader | holds_case | {_said(Guard.HOLDS_CASE)} Not of held_case and owes_deletion, which ask otherwise. |",
        "",
        "Of the rows that name them:",
        "",
        "| guard | |",
        "|---|---|",
    )
    yield from (f"| {guard.value} | {_said(guard)} |" for guard in Guard if guard not in _WHOSE)
    yield ""


def _said(guard: Guard) -> str:
    return " ".join((inspect.getdoc(GUARDS[guard]) or "").split())


def _duties() -> Iterator[str]:
    yield from (
        "## Who owes what",
        "",
        "In each status the duties that run, and whose they are; the last one keeps the case alive. How long each",
        "runs is the scheme's.",
        "",
        "| status | | duties |",
        "|---|---|---|",
    )
    for status, duties in LIVE.items():
        owed = ", ".join(f"{duty.value} ({_whose(OWNER[duty])})" for duty in duties)
        yield f"| `{status.name}` | {label(status, 'en')} | {owed or 'none'} |"


def _whose(role: Role) -> str:
    return "nobody's: time only" if role is Role.CLOCK else role.value


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
