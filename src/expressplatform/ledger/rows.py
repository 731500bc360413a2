"""A stored row as the bytes that are hashed, and rows held against checkpoints.

Laws of this file: two rows have the same bytes exactly when they are the same row. The bytes are those of the store:
nothing is opened and nothing is parsed. Facts go in whole; a sealed part goes in as its SHA-256, so that whoever checks
a row needs no ciphertext.

A row (format 1)::

    "expressplatform row 1" | version (8) | schema (4) | case id | kind | facts | SHA-256 of the sealed part (32)

Numbers are unsigned and big-endian. Case id, kind and facts are each their length in bytes (4) and then their bytes;
case id and kind are UTF-8. A row without a sealed part has the SHA-256 of nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import islice
from typing import Final

import attrs

from expressplatform.errors import LedgerBroken, StoreUnusable
from expressplatform.ledger.notes import Checkpoint
from expressplatform.ledger.tree import EMPTY, HASH_BYTES, Frontier, leaf_hash
from expressplatform.ports import StoredEvent

_LABEL: Final = b"expressplatform row 1"
_numbers: Final = struct.Struct(">QI").pack
_length: Final = struct.Struct(">I").pack


@attrs.frozen
class Row:
    """A stored row as the ledger knows it: with the SHA-256 of its sealed part (32 bytes) in the place of that part."""

    case_id: str
    version: int
    kind: str
    schema: int
    facts: bytes
    sealed_sha256: bytes


def row_of(event: StoredEvent) -> Row:
    """The row of a stored event; raises StoreUnusable (``corrupt_event``) where its sealed part is no bytes."""
    try:
        sealed = sha256(event.sealed).digest()
    except TypeError:
        raise _corrupt() from None
    return Row(event.case_id, event.version, event.kind, event.schema, event.facts, sealed)


def row_bytes(row: Row) -> bytes:
    """The bytes of a row.

    Raises StoreUnusable (``corrupt_event``) for a number out of range, text that is not Unicode, a hash of another
    length, and what is of another type: somebody who changes a file can change that too.
    """
    if len(row.sealed_sha256) != HASH_BYTES:
        raise _corrupt()
    try:
        head = _LABEL + _numbers(row.version, row.schema)
        parts = (row.case_id.encode(), row.kind.encode(), row.facts)
        return head + b"".join(_length(len(part)) + part for part in parts) + row.sealed_sha256
    except (struct.error, UnicodeError, TypeError, AttributeError):
        raise _corrupt() from None


def _corrupt() -> StoreUnusable:
    return StoreUnusable("corrupt_event", "a stored row holds a number or a text that no row can hold")


def leaf_of(event: StoredEvent) -> bytes:
    """The leaf hash of a stored event's row."""
    return leaf_hash(row_bytes(row_of(event)))


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
