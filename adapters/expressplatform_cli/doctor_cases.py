"""What the doctor finds in cases: whether each replays, has the key that it should, and an edition that judges it.

Laws of this file: nothing personal is shown; a seal that is opened for it is closed again at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from expressplatform.codes import Status
from expressplatform.errors import ExpressPlatformError, KeyDestroyed, KeyMissing, StoreUnusable
from expressplatform.platform import rows
from expressplatform.ports import EVERYONE, CaseStore, Header, StoredCase
from expressplatform.scheme import Scheme
from expressplatform.sealing import KeyRing
from expressplatform_cli.doctor_apart import Finding, Level, of_error
from expressplatform_cli.output import progress
from expressplatform_sqlite.keys import LocalKeyStore

WAITS: Final = timedelta(days=1)
"""Time and work that wait for longer than this are a fault: nobody runs `tick` or `work`."""
AHEAD: Final = timedelta(minutes=5)
"""A last change that lies further ahead than this says that a clock is wrong."""
_BATCH: Final = 500


@attrs.define
class _Seen:
    """What the cases came to: how many, and those that are not as they should be, by what is wrong."""

    editions: frozenset[tuple[str, str]]
    count: int = 0
    provisional: int = 0
    wrong: dict[str, list[str]] = attrs.field(factory=dict)

    def note(self, what: str, case_id: str) -> None:
        self.wrong.setdefault(what, []).append(case_id)


_WRONG: Final = {
    "header": (
        "The header is not what the events replay to.",
        "Stop writing and put back the last good backup; keep a copy of the file as it is.",
    ),
    "replay": (
        "The events cannot be read or replayed.",
        "Install the newest release; if it stays, put back the last good backup.",
    ),
    "scheme": (
        "Cases were lodged under another scheme, or under an edition that is not installed here.",
        "Install what brings their edition beside today's; they are readable, and cannot be changed until then.",
    ),
    "key_missing": (
        "The key is not in the key store: what is personal in these cases cannot be opened.",
        "Check that store and keys belong together; put the keys' backup back.",
    ),
    "key_gone_early": (
        "The key is destroyed, though the case is not erased.",
        "A store older than its keys was put back: run 'expressplatform reapply', which puts it right.",
    ),
    "key_left": (
        "The case was erased long ago, and its key is still there.",
        "Run 'expressplatform work --until-quiet'; if it stays, keys were put back: 'expressplatform reapply'.",
    ),
    "seal": (
        "What is sealed does not open with the case's key.",
        "Check that store and keys belong together; put back the last good backup of the store.",
    ),
    "future": (
        "The last change lies in the future.",
        "Set this machine's clock right; until then the cases refuse every step.",
    ),
}


def found_in_cases(
    store: CaseStore,
    keys: LocalKeyStore,
    now: datetime,
    sample: int | None,
    editions: Sequence[Scheme],
    *,
    deep: bool,
) -> Iterator[Finding]:
    """What is wrong with cases, each kind with the ids of its cases; ``editions`` are those that are here.

    ``sample`` is how many cases are looked at, None for all; with ``deep`` every seal is opened, too.
    """
    try:
        seen, ring = _Seen(frozenset((one.id, one.edition) for one in editions)), KeyRing(keys)
        with progress("Cases checked", sample) as show:
            for stored in _stored(store, sample):
                _check(stored, ring, keys, now, seen, deep=deep)
                show(seen.count)
    except StoreUnusable as error:
        yield of_error("cases", error)
        return
    for what, case_ids in seen.wrong.items():
        sentence, then = _WRONG[what]
        yield Finding(Level.FAULT, "cases", f"{len(case_ids)}: {sentence}", then, tuple(case_ids))
    if not seen.wrong:
        told = "and every seal opens" if deep else "and every case has the key that it should"
        cases = "1 case replays to its header" if seen.count == 1 else f"{seen.count:,} cases replay to their headers"
        yield Finding(Level.OK, "cases", f"{cases}, {told}.")
    if seen.provisional:
        sentence = f"{seen.provisional:,} cases have a provisional deadline: a year is not announced yet."
        yield Finding(Level.OK, "cases", sentence)


def _stored(store: CaseStore, sample: int | None) -> Iterator[StoredCase]:
    """Every case, or the first so many by their ids, which are as good as drawn by lot."""
    after, left = "", sample
    while left is None or left > 0:
        wanted = _BATCH if left is None else min(_BATCH, left)
        stretch = store.scan(EVERYONE, after, wanted)
        yield from stretch
        if len(stretch) < wanted:
            return
        after, left = stretch[-1].header.case_id, None if left is None else left - wanted


def _check(
    stored: StoredCase,
    ring: KeyRing,
    keys: LocalKeyStore,
    now: datetime,
    seen: _Seen,
    *,
    deep: bool,
) -> None:
    """One case: does it replay, has it its key, is its time sane."""
    header = stored.header
    seen.count += 1
    seen.provisional += header.provisional
    try:
        if rows.header_of(rows.fold(stored)) != header:
            seen.note("header", header.case_id)
    except (ExpressPlatformError, LookupError, TypeError, ValueError):
        seen.note("replay", header.case_id)
    if seen.editions and (header.scheme, header.edition) not in seen.editions:
        seen.note("scheme", header.case_id)
    if header.changed_at > now + AHEAD:
        seen.note("future", header.case_id)
    if (wrong := _key(header, keys, now)) is not None:
        seen.note(wrong, header.case_id)
    elif deep and header.status != Status.ERASED:
        _open(stored, ring, seen)


def _key(header: Header, keys: LocalKeyStore, now: datetime) -> str | None:
    """What is wrong with a case's key; None: nothing."""
    erased = header.status == Status.ERASED
    try:
        keys.get(header.case_id)
    except KeyMissing:
        return None if erased else "key_missing"
    except KeyDestroyed:
        return None if erased else "key_gone_early"
    except StoreUnusable:
        return "seal"
    return "key_left" if erased and now - header.changed_at > WAITS else None


def _open(stored: StoredCase, ring: KeyRing, seen: _Seen) -> None:
    try:
        rows.fold_opened(stored, ring, everything=True)
    except ExpressPlatformError:
        seen.note("seal", stored.header.case_id)
    ring.forget(stored.header.case_id)
