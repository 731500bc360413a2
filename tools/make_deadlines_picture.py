"""Draw the worked example of `docs/explanation/deadlines.md`: one upload, counted in the days of two places.

    python tools/make_deadlines_picture.py        writes the picture

`written` returns it without writing, so a test holds the tree equal to what would be written.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from expressplatform.deadlines.arithmetic import Stop, deadline
from expressplatform.scheme import Term
from expressplatform.workdays import HONG_KONG, MAINLAND
from expressplatform_cli.drawing import Mark, timeline
from expressplatform_cli.report_case import drawn

PICTURE: Final = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "deadlines.svg"
UPLOADED: Final = datetime(2025, 9, 26, 7, 30, tzinfo=UTC)
TESTING: Final = Stop(datetime(2025, 9, 28, 2, tzinfo=UTC), datetime(2025, 10, 10, 2, tzinfo=UTC), "testing")
HERE: Final = Term(7, HONG_KONG, ZoneInfo("Asia/Hong_Kong"))
THERE: Final = Term(7, MAINLAND, ZoneInfo("Asia/Shanghai"))


def written() -> dict[Path, str]:
    """The picture, and what should stand in it."""
    lines = [
        drawn("Hong Kong's days", deadline(UPLOADED, HERE)),
        drawn("The Mainland's", deadline(UPLOADED, THERE)),
        drawn("The same, stopped", deadline(UPLOADED, THERE, [TESTING])),
    ]
    marks = [Mark("council", UPLOADED.astimezone(HERE.zone).date(), "Case uploaded to the trader")]
    drawing = timeline(marks, lines, title="Seven working days from 26 September 2025")
    return {PICTURE: f"{drawing.picture}\n"}


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
