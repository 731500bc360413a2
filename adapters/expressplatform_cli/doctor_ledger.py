"""What `doctor` says of the ledger: whether rows wait for a place, and how old the last checkpoint is.

Laws of this module: those of `doctor`. Whether the rows are as they were signed is for `verify`, which reads them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Final

from expressplatform.errors import ExpressPlatformError
from expressplatform.platform.sequencing import CHECKPOINT
from expressplatform.ports import EVERYONE, CaseStore, Shelf, Sought
from expressplatform_cli.config import Place, case_shelf
from expressplatform_cli.doctor_apart import Finding, Level, of_error

OLD: Final = timedelta(days=2)
"""A last checkpoint that is older than this is too old: one is due a day."""
_BATCH: Final = 500
_RUN: Final = "Run 'expressplatform work --until-quiet', and have it run regularly."
_HAND_ON: Final = "Name a folder for 'checkpoints' in the configuration, and hand on what is written there every day."


def ledger(place: Place, store: CaseStore, now: datetime) -> Iterator[Finding]:
    """Rows without a place, the age of the last checkpoint, and whether anybody is handed one."""
    try:
        size = store.ledger()
        with closing(case_shelf(place)) as shelf:
            signed = _last(shelf)
    except ExpressPlatformError as error:
        yield of_error("ledger", error)
        return
    if size.waiting:
        sentence = f"{size.waiting:,} row{'s have' if size.waiting != 1 else ' has'} no place in the ledger yet."
        yield Finding(Level.ADVICE, "ledger", sentence, _RUN)
    else:
        yield Finding(Level.OK, "ledger", f"Every row has its place in the ledger: {size.placed:,}.")
    if size.placed and signed is None:
        yield Finding(Level.ADVICE, "ledger", "No checkpoint of the ledger has been signed yet.", _RUN)
    elif signed is not None:
        level = Level.FAULT if now - signed > OLD else Level.OK
        yield Finding(level, "ledger", f"The last checkpoint was signed at {signed:%Y-%m-%d %H:%M} UTC.", _RUN)
    if size.placed and place.checkpoints is None:
        yield Finding(Level.ADVICE, "ledger", "No checkpoint leaves the house: changed rows could be hidden.", _HAND_ON)


def _last(shelf: Shelf) -> datetime | None:
    """When the newest checkpoint was signed: its place on the shelf says so."""
    last, after = "", ""
    while True:
        page = shelf.list(EVERYONE, CHECKPOINT.name, Sought(), after, _BATCH)
        last = page.rows[-1].place if page.rows else last
        if not page.after:
            return datetime.fromisoformat(last) if last else None
        after = page.after
