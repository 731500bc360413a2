"""What may be handed to a store, judged in one place for all of them.

Laws of this file
- An instant knows its zone. One that does not is a TypeError: each store would guess another zone.
- A text is Unicode without U+0000. Half of a surrogate pair has no UTF-8, and PostgreSQL keeps no U+0000 in a text:
  either is a ValueError, as documents that hold one are refused (`fields`).
- A commit is of one case, and its receipt of its last event, to which the command led: anything else is a ValueError.
- No error holds what was handed in. Where one is raised, nothing of the call has been written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from expressplatform.ports.cases import Commit
from expressplatform.ports.shelf import ShelfRow


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
    """The commits; raises ValueError where one is of several cases, or holds a text or a receipt that is none."""
    own = tuple(commits)
    for commit in own:
        cases, texts = _named(commit)
        check_texts(texts)
        if cases.count(commit.case_id) != len(cases):
            raise ValueError("a commit is of one case")
        receipt, events = commit.receipt, commit.events
        if receipt and not (events and events[-1].version == receipt.version):
            raise ValueError("a receipt names the version of its commit's last event")
    return own


def recorded(rows: Sequence[ShelfRow]) -> tuple[ShelfRow, ...]:
    """The records; raises ValueError where one of them holds a text that is none."""
    own = tuple(rows)
    for row in own:
        check_texts((row.owner, row.kind, row.id, row.place, row.year, *row.labels))
    return own


def _named(commit: Commit) -> tuple[list[str], list[str]]:
    """The case of each row of a commit, and every text; asked at every step, and so of one row after the other."""
    header, receipt = commit.header, commit.receipt
    cases = [header.case_id]
    texts = [
        commit.case_id, header.status, header.council, header.trader, *header.former, header.assignee,
        header.reference, header.scheme, header.edition, header.nature, header.category, header.duty,
    ]  # fmt: skip
    for event in commit.events:
        cases.append(event.case_id)
        texts.append(event.kind)
    for effect in commit.effects:
        cases.append(effect.case_id)
        texts += (effect.id, effect.kind, effect.recipient)
    for token in commit.tokens:
        texts.append(token.quarter)
    if receipt:
        cases.append(receipt.case_id)
        texts.append(receipt.key)
    return cases, texts
