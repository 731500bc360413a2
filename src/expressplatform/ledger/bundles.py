"""A bundle: rows of one case with all that somebody needs to check them, offline and without this library.

Laws of this file: one JSON document (format 1 in ``v``), read through `reading` like any document from outside. It
carries the public key so that a reader can tell which key is meant; the key by which it is judged comes from
elsewhere, always. It carries facts and hashes, and no sealed part. A bundle shows that its rows stand in the log, in
this order; which versions between them are left out can be told (`left_out`), and that no later row of the case exists
cannot be shown.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import attrs
import orjson

from expressplatform.errors import InvalidInput, LedgerBroken, Problem, SignatureInvalid, StoreUnusable
from expressplatform.fields import Checked, Constraint, several, text, whole
from expressplatform.ledger.notes import (
    NOTE_BYTES,
    Checkpoint,
    Verify,
    base64,
    claimed_checkpoint,
    read_checkpoint,
)
from expressplatform.ledger.rows import Row, row_bytes, row_of
from expressplatform.ledger.tree import MOST, Tree, leaf_hash, verify_consistency, verify_inclusion
from expressplatform.ports import StoredEvent
from expressplatform.reading import Limits, Reader, parse

VERSION: Final = 1
LIMITS: Final = Limits(bytes=33_554_432, depth=6)
"""How much of a bundle is read: 32 MiB."""
ROWS: Final = 10_000
"""The most rows in a bundle."""


@attrs.frozen
class ProvenRow:
    """A row, its place in the log, and the proof that it stands there."""

    place: int
    row: Row
    proof: tuple[bytes, ...]


@attrs.frozen
class Earlier:
    """A checkpoint of before, as it was signed, and the proof that the log still begins with it."""

    checkpoint: bytes
    proof: tuple[bytes, ...]


@attrs.frozen
class Bundle:
    """Rows of one case under one signed checkpoint. ``public`` has 32 bytes; ``checkpoint`` is the note."""

    public: bytes
    checkpoint: bytes
    rows: tuple[ProvenRow, ...]
    earlier: Earlier | None = None


def make_bundle(
    rows: Sequence[tuple[int, StoredEvent]],
    *,
    tree: Tree,
    checkpoint: bytes,
    public: bytes,
    earlier: bytes | None = None,
) -> Bundle:
    """The bundle of a case's rows, each with its place, under a checkpoint and beside an earlier one.

    Both are notes of the log itself. Raises InvalidInput where they are none, or where a place or the earlier
    checkpoint lies beyond ``checkpoint``, and StoreUnusable as `Tree` does.
    """
    size = claimed_checkpoint(checkpoint).size
    proven = tuple(ProvenRow(place, row_of(event), tree.inclusion_proof(place, size)) for place, event in rows)
    if earlier is None:
        return Bundle(public, checkpoint, proven)
    still = tree.consistency_proof(claimed_checkpoint(earlier).size, size)
    return Bundle(public, checkpoint, proven, Earlier(earlier, still))


def verify_bundle(bundle: Bundle, *, origin: str, public: bytes, verify: Verify) -> Checkpoint:
    """Returns the checkpoint under which every row of the bundle is proven.

    ``origin`` and ``public`` say which log and key are expected; they must not come from the bundle. Raises
    what `read_checkpoint` raises, SignatureInvalid (``unknown_key``) where the bundle names another key, and
    LedgerBroken: ``not_one_case`` (rows of two cases, or out of order), ``not_included``, ``not_consistent``.
    """
    if bundle.public != public:
        raise SignatureInvalid("unknown_key")
    signed = read_checkpoint(bundle.checkpoint, origin=origin, public=public, verify=verify)
    if not bundle.rows or not all(_follows(*two) for two in pairwise(bundle.rows)):
        raise LedgerBroken("not_one_case")
    for row in bundle.rows:
        verify_inclusion(leaf_hash(row_bytes(row.row)), row.place, signed.size, row.proof, signed.root)
    if bundle.earlier:
        old = read_checkpoint(bundle.earlier.checkpoint, origin=origin, public=public, verify=verify)
        verify_consistency(old.size, old.root, signed.size, signed.root, bundle.earlier.proof)
    return signed


def _follows(one: ProvenRow, other: ProvenRow) -> bool:
    same = one.row.case_id == other.row.case_id
    return same and one.row.version < other.row.version and one.place < other.place


def left_out(bundle: Bundle) -> tuple[tuple[int, int], ...]:
    """The versions of the case between those of a bundle that are not in it: the first and the last of each stretch."""
    versions = pairwise(row.row.version for row in bundle.rows)
    return tuple((one + 1, other - 1) for one, other in versions if one + 1 < other)


# --- the document -------------------------------------------------------------------------------------------

_HASH: Final = r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="
_NO_HASH: Final = "must be 32 bytes in base64"
_STEPS: Final = 64
"""The most hashes that a proof can need."""


def _matching(pattern: str, wanted: str, shortest: int = 0) -> Checked:
    return Checked(Constraint(shortest, pattern=pattern, wanted=wanted), (str,), "must be text")


@attrs.frozen
class _Row:
    place: int = attrs.field(validator=whole(0, MOST))
    case_id: str = attrs.field(validator=text(LIMITS.bytes))
    version: int = attrs.field(validator=whole(0, MOST))
    kind: str = attrs.field(validator=text(LIMITS.bytes))
    schema: int = attrs.field(validator=whole(0, 2**32 - 1))
    facts: str = attrs.field(validator=text(LIMITS.bytes))
    sealed_sha256: str = attrs.field(validator=_matching(_HASH, _NO_HASH, 1))
    proof: tuple[str, ...] = attrs.field(validator=several(_STEPS))


@attrs.frozen
class _Earlier:
    checkpoint: str = attrs.field(validator=text(NOTE_BYTES))
    proof: tuple[str, ...] = attrs.field(validator=several(_STEPS))


@attrs.frozen
class _Document:
    v: int = attrs.field(validator=whole(VERSION, VERSION))
    public_key: str = attrs.field(validator=_matching(_HASH, _NO_HASH, 1))
    checkpoint: str = attrs.field(validator=text(NOTE_BYTES))
    rows: tuple[_Row, ...] = attrs.field(validator=several(ROWS, shortest=1))
    earlier: _Earlier | None


_READER: Final = Reader()
_is_hash: Final = re.compile(_HASH).fullmatch


def write_bundle(bundle: Bundle) -> bytes:
    """The bundle as a document that `read_bundle` reads, indented for people.

    Raises StoreUnusable (``corrupt_event``) where a row's facts are not text, and InvalidInput where the bundle holds
    anything else that its document cannot.
    """
    earlier = bundle.earlier
    try:
        document = {
            "v": VERSION,
            "public_key": base64(bundle.public),
            "checkpoint": bundle.checkpoint.decode(),
            "rows": [_written(row) for row in bundle.rows],
            "earlier": earlier and {"checkpoint": earlier.checkpoint.decode(), "proof": [*map(base64, earlier.proof)]},
        }
    except UnicodeError:
        raise StoreUnusable("corrupt_event", "what stands in a bundle must be text") from None
    if wrong := _problems(document):
        raise InvalidInput(wrong)
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _written(row: ProvenRow) -> dict[str, Any]:
    said = row.row
    return {
        "place": row.place,
        "case_id": said.case_id,
        "version": said.version,
        "kind": said.kind,
        "schema": said.schema,
        "facts": said.facts.decode(),
        "sealed_sha256": base64(said.sealed_sha256),
        "proof": [*map(base64, row.proof)],
    }


def read_bundle(data: bytes, *, limits: Limits = LIMITS) -> Bundle:
    """The bundle of a document; nothing of it is verified yet. Raises InvalidInput with every problem by its path."""
    document: Any = parse(data, limits)
    if wrong := _problems(document):
        raise InvalidInput(wrong)
    earlier = document["earlier"]
    return Bundle(
        b64decode(document["public_key"]),
        document["checkpoint"].encode(),
        tuple(map(_read, document["rows"])),
        Earlier(earlier["checkpoint"].encode(), _hashes(earlier["proof"])) if earlier else None,
    )


def _read(row: Mapping[str, Any]) -> ProvenRow:
    facts, sealed = row["facts"].encode(), b64decode(row["sealed_sha256"])
    said = Row(row["case_id"], row["version"], row["kind"], row["schema"], facts, sealed)
    return ProvenRow(row["place"], said, _hashes(row["proof"]))


def _hashes(proof: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(map(b64decode, proof))


def _problems(document: Any) -> tuple[Problem, ...]:
    """Everything wrong with a document; whether the entries of its proofs are hashes once all else is well."""
    if wrong := _READER.problems(document, _Document):
        return wrong
    proofs = [(f"$.rows[{at}].proof", row["proof"]) for at, row in enumerate(document["rows"])]
    if document["earlier"]:
        proofs.append(("$.earlier.proof", document["earlier"]["proof"]))
    return tuple(
        Problem(f"{path}[{at}]", "text", _NO_HASH)
        for path, proof in proofs
        for at, one in enumerate(proof)
        if not _is_hash(one)
    )
