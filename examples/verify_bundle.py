"""Verify it: check rows of a case against a signed checkpoint, offline and without trusting anybody's library.

    python verify_bundle.py BUNDLE PUBLIC_KEY ORIGIN [CHECKPOINT]

BUNDLE is the file you were given. PUBLIC_KEY (base64) and ORIGIN name the log that you expect; take them from where the
council publishes them, never from the bundle. CHECKPOINT is a file that the council sent you before, if you kept one:
what it was signed over must still stand. Without arguments the script makes a bundle of its own and checks that.

The verifier needs Python and `cryptography`; read it before you believe it. Proofs: RFC 9162 section 2.1, here from
the top of the tree down, as they are defined. Signatures: c2sp.org/signed-note and c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
from base64 import b64decode, b64encode
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# ---- the verifier ----------------------------------------------------------------------------------------------------


class NotProven(Exception):
    """What is claimed does not follow from what is there."""


def need(truth: object, otherwise: str) -> None:
    if not truth:
        raise NotProven(otherwise)


def digest(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def unbase64(text: str) -> bytes:
    data = b64decode(text, validate=True)
    need(b64encode(data).decode() == text, "base64 that says the same in two ways")
    return data


def leaf(row: Any) -> bytes:
    """A row's hash: a label, two numbers, three texts, each after its length, and the hash of what is sealed."""
    need({type(row[name]) for name in ("place", "version", "schema")} == {int}, "a row's numbers are no numbers")
    texts, sealed = [row[name].encode() for name in ("case_id", "kind", "facts")], unbase64(row["sealed_sha256"])
    need(len(sealed) == 32, "a row's sealed part is named by no hash")
    head = b"expressplatform row 1" + struct.pack(">QI", row["version"], row["schema"])
    return digest(b"\x00", head, *(struct.pack(">I", len(text)) + text for text in texts), sealed)


def half(size: int) -> int:
    """The largest power of two smaller than size: the leaves on the left of a tree."""
    return 1 << (size - 1).bit_length() - 1


def root_with(node: bytes, place: int, size: int, proof: list[bytes]) -> bytes:
    """The root of the tree in which this leaf stands at this place."""
    need(0 <= place < size and bool(proof) == (size > 1), "a proof of another tree")
    if size == 1:
        return node
    left, other = half(size), proof[-1]
    if place < left:
        return digest(b"\x01", root_with(node, place, left, proof[:-1]), other)
    return digest(b"\x01", other, root_with(node, place - left, size - left, proof[:-1]))


def roots_of(old: int, size: int, proof: list[bytes], known: bytes | None) -> tuple[bytes, bytes]:
    """The roots of a tree's beginning and of the whole; `known` is that of the beginning while it starts at 0."""
    if old == size:
        need(len(proof) == (known is None), "a proof of other trees")
        node = known or proof[0]
        return node, node
    need(proof, "a proof that is too short")
    left, other = half(size), proof[-1]
    if old <= left:
        first, whole = roots_of(old, left, proof[:-1], known)
        return first, digest(b"\x01", whole, other)
    first, whole = roots_of(old - left, size - left, proof[:-1], None)
    return digest(b"\x01", other, first), digest(b"\x01", other, whole)


def signed_root(note: str, key: bytes, origin: str) -> tuple[int, bytes]:
    """Size and root of a log, as its key signed them."""
    text, _, signatures = note.rpartition("\n\n")
    name = digest(origin.encode(), b"\n\x01", key)[:4]
    *lines, end = signatures.split("\n")
    parts = [line.removeprefix("— ").split(" ") for line in lines]
    ours = [unbase64(code)[4:] for who, code in parts if who == origin and unbase64(code)[:4] == name]
    need(ours and not end, "this key has not signed the checkpoint")
    for signature in ours:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, f"{text}\n".encode())
    log, size, root = text.split("\n")[:3]
    need(log == origin, "a checkpoint of another log")
    return int(size), unbase64(root)


def check(bundle: Any, key: bytes, origin: str, kept: str | None = None) -> int:
    """Returns for how many rows the log speaks, or raises NotProven."""
    try:
        size, root = signed_root(bundle["checkpoint"], key, origin)
        rows, earlier = bundle["rows"], bundle["earlier"]
        need(bundle["v"] == 1 and unbase64(bundle["public_key"]) == key and rows, "another key, or another document")
        for one, other in pairwise(rows):
            need(one["case_id"] == other["case_id"] and one["place"] < other["place"], "two cases, or rows in disorder")
            need(one["version"] < other["version"], "rows in disorder")
        for row in rows:
            proof = [unbase64(one) for one in row["proof"]]
            need(root_with(leaf(row), row["place"], size, proof) == root, f"the row at {row['place']} is another one")
        if earlier:
            old, before = signed_root(earlier["checkpoint"], key, origin)
            proof = [unbase64(one) for one in earlier["proof"]]
            need(old <= size and bool(old) >= bool(proof), "a proof of other trees")
            need(old == 0 or roots_of(old, size, proof, before) == (before, root), "the log was rewritten")
        notes = (bundle["checkpoint"], earlier and earlier["checkpoint"])
        need(kept is None or kept in notes, "not about the checkpoint that you kept: ask for a bundle that is")
    except (InvalidSignature, KeyError, IndexError, TypeError, AttributeError, ValueError, struct.error) as error:
        raise NotProven(f"unreadable, or signed by somebody else ({type(error).__name__})") from None
    return size


# ---- a bundle of our own: the one part that needs the library --------------------------------------------------------


def sample() -> tuple[bytes, bytes, str]:
    """A log of a thousand rows, a checkpoint at 700 and one over all, and a bundle of one case's three rows."""
    from expressplatform import ledger
    from expressplatform.ports import StoredEvent
    from expressplatform.signing import SigningKey

    key, origin = SigningKey.generate(), "council.example/ledger"
    rows = [StoredEvent(f"case-{at % 331}", at // 331 + 1, "noted", 1, b'{"at":%d}' % at, b"") for at in range(1000)]
    leaves = [ledger.leaf_of(row) for row in rows]
    tree = ledger.Tree(lambda start, end: leaves[start:end])

    def signed(size: int) -> bytes:
        checkpoint = ledger.Checkpoint(origin, size, tree.root(size))
        return ledger.write_checkpoint(checkpoint, public=key.public, sign=key.sign)

    case = [(at, rows[at]) for at in (7, 338, 669)]
    bundle = ledger.make_bundle(case, tree=tree, checkpoint=signed(1000), public=key.public, earlier=signed(700))
    return ledger.write_bundle(bundle), key.public, origin


def said_of(rows: Any, size: int) -> str:
    """What is proven, and which versions of the case between the rows are not among them."""
    versions = pairwise(row["version"] for row in rows)
    missing = [f"{one + 1} to {other - 1}" for one, other in versions if one + 1 < other]
    left_out = f", without versions {', '.join(missing)} of the case" if missing else ""
    return f"proven: {len(rows)} rows of {size}{left_out}"


def main(arguments: list[str]) -> str:
    """What there is to say about a bundle."""
    if arguments:
        path, coded, origin, *kept = arguments
        bundle = json.loads(Path(path).read_text("utf-8"))
        note = Path(kept[0]).read_text("utf-8") if kept else None
        size = check(bundle, unbase64(coded), origin, note)
        return said_of(bundle["rows"], size)
    document, key, origin = sample()
    bundle = json.loads(document)
    said = said_of(bundle["rows"], check(bundle, key, origin))
    bundle["rows"][1]["facts"] = '{"at":339}'
    try:
        check(bundle, key, origin)
    except NotProven as reason:
        return f"{said}; with one digit changed, not proven: {reason}"
    raise SystemExit("an altered row passed")


if __name__ == "__main__":
    try:
        print(main(sys.argv[1:]))
    except NotProven as reason:
        sys.exit(f"NOT PROVEN: {reason}")
