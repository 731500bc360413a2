"""Logs to test with: rows, their tree, their checkpoints, and the tree hash as RFC 9162 defines it, word for word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

from expressplatform import ledger
from expressplatform.ports import StoredEvent
from expressplatform.signing import SigningKey

ORIGIN: Final = "council.example/ledger"
KEY: Final = SigningKey.from_bytes(b"k" * 32)
OTHER_KEY: Final = SigningKey.from_bytes(b"o" * 32)


def rows(count: int, cases: int = 7) -> list[StoredEvent]:
    """Rows of a few cases that take turns, each with versions from 1 on; every third holds a sealed part."""
    return [
        StoredEvent(
            f"case-{at % cases}",
            at // cases + 1,
            "noted",
            1,
            b'{"at":%d}' % at,
            sha256(b"%d" % at).digest() if at % 3 == 0 else b"",
        )
        for at in range(count)
    ]


def leaves(count: int) -> list[bytes]:
    """Leaf hashes of as many different rows."""
    return [ledger.leaf_hash(b"%d" % at) for at in range(count)]


def tree_of(hashes: Sequence[bytes]) -> ledger.Tree:
    return ledger.Tree(lambda start, end: hashes[start:end])


def signed(
    log: Iterable[StoredEvent], size: int | None = None, key: SigningKey = KEY, origin: str = ORIGIN
) -> tuple[ledger.Checkpoint, bytes]:
    """The checkpoint of a log's first rows, and the note in which a key signed it."""
    taken = list(log)[:size]
    frontier = ledger.EMPTY.extend(map(ledger.leaf_of, taken))
    checkpoint = ledger.Checkpoint(origin, frontier.size, frontier.root())
    return checkpoint, ledger.write_checkpoint(checkpoint, public=key.public, sign=key.sign)


# --- the definitions of RFC 9162, section 2.1, over lists --------------------------------------------------------


def naive_root(hashes: Sequence[bytes]) -> bytes:
    """MTH, 2.1.1, from the leaf hashes on."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = _k(len(hashes))
    return sha256(b"\x01" + naive_root(hashes[:k]) + naive_root(hashes[k:])).digest()


def naive_path(m: int, hashes: Sequence[bytes]) -> list[bytes]:
    """PATH, 2.1.3.1."""
    if len(hashes) == 1:
        return []
    k = _k(len(hashes))
    if m < k:
        return [*naive_path(m, hashes[:k]), naive_root(hashes[k:])]
    return [*naive_path(m - k, hashes[k:]), naive_root(hashes[:k])]


def naive_proof(m: int, hashes: Sequence[bytes], known: bool = True) -> list[bytes]:
    """PROOF and SUBPROOF, 2.1.4.1."""
    if m == len(hashes):
        return [] if known else [naive_root(hashes)]
    k = _k(len(hashes))
    if m <= k:
        return [*naive_proof(m, hashes[:k], known), naive_root(hashes[k:])]
    return [*naive_proof(m - k, hashes[k:], False), naive_root(hashes[:k])]


def _k(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    k = 1
    while 2 * k < size:
        k *= 2
    return k
