"""The Merkle tree of RFC 9162 section 2.1 over leaf hashes, with SHA-256.

Laws of this file: it knows hashes and places, and nothing of what a leaf says. A leaf and a node begin with different
bytes (0x00, 0x01), so that neither passes for the other. A proof that fails raises `LedgerBroken`, whatever is wrong
with it; hashes that a store gives back in another length or number raise `StoreUnusable`.

Two things are kept, both small. A `Frontier` is what it takes to add leaves: the roots of the complete subtrees, at
most 63 hashes. A `Tree` reads leaf hashes to prove places: each complete subtree of `TILE` leaves or more is computed
once and kept, which is a hash for every 128 leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping, Sequence
from hashlib import sha256
from typing import Final, final

import attrs

from expressplatform.errors import LedgerBroken, StoreUnusable
from expressplatform.fields import refuse

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256().digest()
"""The root of a tree without leaves: the hash of nothing (RFC 9162 section 2.1.1)."""
MOST: Final = 2**63 - 1
"""The largest tree: what a signed 64-bit column counts."""
TILE: Final = 256
"""The smallest complete subtree that a `Tree` keeps: as many leaves as one C2SP tile."""

_SAVED: Final = b"expressplatform frontier 1"
_COUNT: Final = 8

Leaves = Callable[[int, int], Iterable[bytes]]
"""Reads leaf hashes in order, from the first place to before the second."""


def leaf_hash(row: bytes) -> bytes:
    """The hash of a leaf: SHA-256 of 0x00 and the row's bytes."""
    return sha256(b"\x00" + row).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node: SHA-256 of 0x01 and its two children's hashes."""
    return sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """How many leaves stand on the left of a tree: the largest power of two smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1


# --- adding -------------------------------------------------------------------------------------------------


@attrs.frozen
class Frontier:
    """All that it takes to add to a tree and to know its root.

    ``size`` is the number of leaves, ``peaks`` are the roots of the complete subtrees that they make up, the largest
    first: one for each bit that is set in ``size``. Raises StoreUnusable (``corrupt_ledger``) where they do not fit.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __attrs_post_init__(self) -> None:
        fits = 0 <= self.size <= MOST and len(self.peaks) == self.size.bit_count()
        if not fits or any(len(peak) != HASH_BYTES for peak in self.peaks):
            raise _corrupt("a frontier does not fit its number of leaves")

    def extend(self, leaves: Iterable[bytes]) -> Frontier:
        """The frontier with more leaf hashes after those that are there; two hashes a leaf at most, on average."""
        size, peaks = self.size, list(self.peaks)
        for leaf in leaves:
            if len(leaf) != HASH_BYTES:
                raise _corrupt("a leaf hash must have 32 bytes")
            full, node = size, leaf
            while full & 1:
                node = sha256(b"\x01" + peaks.pop() + node).digest()
                full >>= 1
            peaks.append(node)
            size += 1
        return Frontier(size, tuple(peaks))

    def root(self) -> bytes:
        """The root of the tree, of 32 bytes."""
        if not self.peaks:
            return EMPTY_ROOT
        *larger, root = self.peaks
        for peak in reversed(larger):
            root = node_hash(peak, root)
        return root

    def save(self) -> bytes:
        """The frontier as bytes: a label, the size (8 bytes, big-endian), the peaks."""
        return b"".join((_SAVED, self.size.to_bytes(_COUNT, "big"), *self.peaks))

    @classmethod
    def resume(cls, saved: bytes) -> Frontier:
        """The frontier that was saved; raises StoreUnusable (``corrupt_ledger``) for anything else.

        Bytes altered within a hash pass: what resumes holds its root against the last signed checkpoint.
        """
        head, body = saved[: len(_SAVED)], saved[len(_SAVED) :]
        hashes = body[_COUNT:]
        if head != _SAVED or len(body) < _COUNT or len(hashes) % HASH_BYTES:
            raise _corrupt("this is not a saved frontier")
        return cls(int.from_bytes(body[:_COUNT], "big"), _cut(hashes))


EMPTY: Final = Frontier()
"""The frontier of a log without rows."""


def _cut(hashes: bytes) -> tuple[bytes, ...]:
    return tuple(hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES))


def _corrupt(detail: str) -> StoreUnusable:
    return StoreUnusable("corrupt_ledger", detail)


# --- proving ------------------------------------------------------------------------------------------------


@final
class Tree:
    """The tree over leaf hashes that stand elsewhere, for any number of them from the first on.

    ``leaves`` reads them. ``kept`` maps (first place, leaves) of complete subtrees to their roots; it may be any
    mapping that outlives the process, since what is in it never changes, and it starts empty where none is given. A
    proof reads those leaves that none has needed before, and at most 3 x `TILE` others. Safe to share between threads
    as far as ``leaves`` and ``kept`` are.

    Every method raises InvalidInput (path ``$.place`` or ``$.size``) for a place or size that cannot be, and
    StoreUnusable (``corrupt_ledger``) where the leaves read are not as many as asked for, or no hashes.
    """

    __slots__ = ("_kept", "_leaves")

    def __init__(self, leaves: Leaves, kept: MutableMapping[tuple[int, int], bytes] | None = None) -> None:
        self._leaves = leaves
        self._kept = {} if kept is None else kept

    def root(self, size: int) -> bytes:
        """The root of the tree over the first ``size`` leaves."""
        _within("$.size", size, 0, MOST)
        return self._node(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, place: int, size: int) -> tuple[bytes, ...]:
        """Shows that a leaf stands at ``place`` among the first ``size``: PATH of RFC 9162 section 2.1.3.1."""
        _within("$.size", size, 1, MOST)
        _within("$.place", place, 0, size - 1)
        start, end, proof = 0, size, list[bytes]()
        while end - start > 1:
            middle = start + _split(end - start)
            if place < middle:
                proof.append(self._node(middle, end))
                end = middle
            else:
                proof.append(self._node(start, middle))
                start = middle
        return tuple(reversed(proof))

    def consistency_proof(self, old: int, size: int) -> tuple[bytes, ...]:
        """Shows that the first ``size`` leaves begin with the first ``old``: PROOF of RFC 9162 section 2.1.4.1.

        Empty where ``old`` is 0 or ``size``: every tree begins with the empty one, and with itself.
        """
        _within("$.size", size, 0, MOST)
        _within("$.old", old, 0, size)
        start, end, proof = 0, size, list[bytes]()
        while old not in (0, end):
            middle = start + _split(end - start)
            if old <= middle:
                proof.append(self._node(middle, end))
                end = middle
            else:
                proof.append(self._node(start, middle))
                start = middle
        if start:
            proof.append(self._node(start, end))
        return tuple(reversed(proof))

    def _node(self, start: int, end: int) -> bytes:
        """The root over the places from ``start`` to before ``end``, which is a subtree."""
        size = end - start
        complete = size >= TILE and size.bit_count() == 1
        if complete and (kept := self._kept.get((start, size))) is not None:
            return kept
        if size <= TILE:
            root = self._read(start, end)
        else:
            middle = start + _split(size)
            root = node_hash(self._node(start, middle), self._node(middle, end))
        if complete:
            self._kept[start, size] = root
        return root

    def _read(self, start: int, end: int) -> bytes:
        found = EMPTY.extend(self._leaves(start, end))
        if found.size != end - start:
            raise _corrupt("the store has not as many leaves as were asked for")
        return found.root()


def _within(path: str, number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise refuse(path, "range", f"must be from {least} to {most}")


# --- verifying ----------------------------------------------------------------------------------------------


def verify_inclusion(leaf: bytes, place: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Returns if a leaf hash stands at a place of the tree of this size and root (RFC 9162 section 2.1.3.2).

    Raises LedgerBroken (``not_included``) otherwise. Size and root must come from one signed checkpoint: a proof
    says nothing of a size that goes with another root.
    """
    if not 0 <= place < size:
        raise LedgerBroken("not_included", place)
    node, at, last = leaf, place, size - 1
    for sibling in proof:
        if not last:
            raise LedgerBroken("not_included", place)
        if at & 1 or at == last:
            node = node_hash(sibling, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        at, last = at >> 1, last >> 1
    if last or node != root:
        raise LedgerBroken("not_included", place)


def verify_consistency(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Returns if the tree of ``size`` and ``root`` begins with that of ``old`` and ``old_root``.

    RFC 9162 section 2.1.4.2, and for ``old`` 0 or ``size`` an empty proof. Raises LedgerBroken (``not_consistent``)
    otherwise: whoever signed both showed different rows at different times.
    """
    if not _is_consistent(old, old_root, size, root, proof):
        raise LedgerBroken("not_consistent", old)


def _is_consistent(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    if not 0 <= old <= size:
        return False
    if old in (0, size):
        known = EMPTY_ROOT if old < size else root
        return not proof and old_root == known and (size > 0 or root == EMPTY_ROOT)
    if not proof:
        return False
    # The last complete subtree that both trees share; where it is the whole old tree, its root is known.
    shared = (old & -old).bit_length() - 1
    at, last = old - 1 >> shared, size - 1 >> shared
    first, *rest = (old_root, *proof) if at == 0 else proof
    before = after = first
    for sibling in rest:
        if not last:
            return False
        if at & 1 or at == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        at, last = at >> 1, last >> 1
    return not last and before == old_root and after == root
