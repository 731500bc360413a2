"""A stored row as the bytes that are hashed, and rows held against checkpoints.

Laws of this file: two rows have the same bytes exactly when they are the same row. The bytes are those of the store:
nothing is opened, nothing is parsed, and facts and sealed parts go in whole.

A row (format 1)::

    "expressplatform row 1" | version (8) | schema (4) | case id | kind | facts | sealed

Numbers are unsigned and big-endian. Each of the last four is its length in bytes (4) and then its bytes; case id and
kind are UTF-8.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from expressplatform.errors import LedgerBroken, StoreUnusable
from expressplatform.ledger.notes import Checkpoint
from expressplatform.ledger.tree import EMPTY, Frontier, leaf_hash
from expressplatform.ports import StoredEvent

_LABEL: Final = b"expressplatform row 1"
_numbers: Final = struct.Struct(">QI").pack
_length: Final = struct.Struct(">I").pack


def row_bytes(event: StoredEvent) -> bytes:
    """The bytes of a row; raises StoreUnusable (``corrupt_event``) for a number out of range or text not Unicode."""
    try:
        head = _LABEL + _numbers(event.version, event.schema)
        parts = (event.case_id.encode(), event.kind.encode(), event.facts, event.sealed)
        return head + b"".join(_length(len(part)) + part for part in parts)
    except (struct.error, UnicodeError):
        raise StoreUnusable("corrupt_event", "a stored row holds a number or a text that no row can hold") from None


def leaf_of(event: StoredEvent) -> bytes:
    """The leaf hash of a row."""
    return leaf_hash(row_bytes(event))


def verify_rows(rows: Iterable[StoredEvent], checkpoints: Sequence[Checkpoint]) -> Frontier:
    """Returns the frontier over all rows if they are those that every checkpoint was signed over.

    ``rows`` come in the order of their places, from the first on; they are read once. ``checkpoints`` were read by
    `read_checkpoint`, in any order. Raises LedgerBroken: ``rows_missing`` with the number of rows that are there, or
    ``root_differs`` with the size of the smallest checkpoint that does not match. What was changed then stands below
    that size, and no lower than the largest checkpoint that still matches.
    """
    frontier, leaves = EMPTY, map(leaf_of, rows)
    for checkpoint in sorted(checkpoints, key=lambda one: one.size):
        frontier = frontier.extend(islice(leaves, checkpoint.size - frontier.size))
        if frontier.size < checkpoint.size:
            raise LedgerBroken("rows_missing", frontier.size)
        if frontier.root() != checkpoint.root:
            raise LedgerBroken("root_differs", checkpoint.size)
    return frontier.extend(leaves)
