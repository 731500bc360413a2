"""What may be handed to a store, judged in one place for all of them.

Laws of this file
- An instant knows its zone. One that does not is a TypeError: each store would guess another zone.
- A text is Unicode without U+0000. Half of a surrogate pair has no UTF-8, and PostgreSQL keeps no U+0000 in a text:
  either is a ValueError, as documents that hold one are refused (`fields`).
- A commit is of one case. Its events follow each other from the version that it builds on to its header's, its effects
  are of these events, each there once, and its receipt is of the last of them: anything else is a ValueError.
- An entry of the register holds ids and codes, and a recipient where a consent was taken back: else a ValueError.
- No error holds what was handed in. Where one is raised, nothing of the call has been written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Final

import attrs

from expressplatform.ports.cases import Commit
from expressplatform.ports.register import ENTRY_ID, RegisterEntry, Undone
from expressplatform.ports.shelf import ShelfRow

_texts_of: Final = attrgetter(
    "case_id", "status", "council", "trader", "assignee", "reference", "scheme", "edition", "nature", "category", "duty"
)
_ID: Final = re.compile(ENTRY_ID)


def aware(at: datetime) -> datetime:
    """The instant itself; raises TypeError where it does not know its zone."""
    if at.utcoffset() is None:
        raise TypeError("an instant must know its zone")
    return at


def check_texts(texts: Iterable[str]) -> None:
    """Raises ValueError where one of these is a text that not every store can keep."""
    whole = "".join(texts)
    if "\0" in whole or not (whole.isascii() or _has_utf8(whole)):
        raise ValueError("a text must be Unicode without U+0000")


def _has_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # it holds the text, so nothing is raised from it
        return False
    return True


def checked(commits: Sequence[Commit]) -> tuple[Commit, ...]:
    """The commits; raises ValueError where one is not one step of one case, or holds a text that is none."""
    own = tuple(commits)
    for commit in own:
        case_id, header, events, receipt = commit.case_id, commit.header, commit.events, commit.receipt
        texts = [*_texts_of(header), *header.former]
        one, version, in_turn = header.case_id == case_id, commit.expected, True
        for event in events:
            version += 1
            texts.append(event.kind)
            one = one and event.case_id == case_id
            in_turn = in_turn and event.version == version
        for effect in commit.effects:
            texts += (effect.id, effect.kind, effect.recipient)
            one = one and effect.case_id == case_id
            in_turn = in_turn and commit.expected < effect.version <= version
        for token in commit.tokens:
            texts.append(token.quarter)
        if receipt:
            texts.append(receipt.key)
            one = one and receipt.case_id == case_id
        check_texts(texts)
        if not one:
            raise ValueError("a commit is of one case")
        if not in_turn or header.version != version:
            raise ValueError("a commit's events lead, one by one, from the version it expects to its header's")
        if len(commit.effects) > 1 and len({effect.id for effect in commit.effects}) < len(commit.effects):
            raise ValueError("a commit leaves an effect once")
        if receipt and not (events and events[-1].version == receipt.version):
            raise ValueError("a receipt names the version of its commit's last event")
    return own


def recorded(rows: Sequence[ShelfRow]) -> tuple[ShelfRow, ...]:
    """The records; raises ValueError where one of them holds a text that is none."""
    own = tuple(rows)
    for row in own:
        check_texts((row.owner, row.kind, row.id, row.place, row.year, *row.labels))
    return own


def noted(entries: Sequence[RegisterEntry]) -> tuple[RegisterEntry, ...]:
    """The entries, their instants in UTC; raises TypeError and ValueError where one of them is none."""
    own = tuple(attrs.evolve(entry, at=aware(entry.at).astimezone(UTC)) for entry in entries)
    for entry in own:
        ids = (entry.case_id, entry.recipient) if entry.what is Undone.WITHDRAWN else (entry.case_id,)
        if not all(map(_ID.fullmatch, ids)) or (entry.recipient and len(ids) == 1):
            raise ValueError("an entry holds ids and codes")
    return own
