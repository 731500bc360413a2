"""The ledger: a log of stored rows in which no row can be changed, moved or left out unseen.

Laws of this package: pure. It hashes with SHA-256 and nothing else; whoever signs or verifies is handed in, and no
module here imports `cryptography`. Rows are hashed as they are stored, sealed parts by their own hash, so that a proof
still holds after the case's key has been destroyed. A proof is about places: the first row of the log has place 0.

- `rows`: a stored row as the one string of bytes that is hashed;
- `tree`: the Merkle tree of RFC 9162, its proofs, and what it takes to add to it;
- `notes`: signed checkpoints as C2SP writes them;
- `bundles`: rows with their proofs as one document that is checked offline.
"""

from expressplatform.ledger.bundles import (
    Bundle,
    Earlier,
    ProvenRow,
    left_out,
    make_bundle,
    read_bundle,
    verify_bundle,
    write_bundle,
)
from expressplatform.ledger.notes import (
    Checkpoint,
    Note,
    NoteSignature,
    claimed_checkpoint,
    key_hash,
    read_checkpoint,
    read_note,
    write_checkpoint,
)
from expressplatform.ledger.rows import Row, leaf_of, row_bytes, row_of, verify_rows
from expressplatform.ledger.tree import (
    EMPTY,
    EMPTY_ROOT,
    HASH_BYTES,
    MOST,
    TILE,
    Frontier,
    Tree,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

__all__ = [
    "EMPTY",
    "EMPTY_ROOT",
    "HASH_BYTES",
    "MOST",
    "TILE",
    "Bundle",
    "Checkpoint",
    "Earlier",
    "Frontier",
    "Note",
    "NoteSignature",
    "ProvenRow",
    "Row",
    "Tree",
    "claimed_checkpoint",
    "key_hash",
    "leaf_hash",
    "leaf_of",
    "left_out",
    "make_bundle",
    "node_hash",
    "read_bundle",
    "read_checkpoint",
    "read_note",
    "row_bytes",
    "row_of",
    "verify_bundle",
    "verify_consistency",
    "verify_inclusion",
    "verify_rows",
    "write_bundle",
    "write_checkpoint",
]
