"""Checkpoints: the size and root of the log, signed, as a text that travels by mail.

Laws of this file: a checkpoint is a C2SP tlog-checkpoint in a C2SP signed note (c2sp.org/tlog-checkpoint,
c2sp.org/signed-note, v1.0.0), signed with Ed25519 (signature type 0x01) under the log's own name, which is its origin
line. What a note says is not looked at before a signature of the expected key has been verified. Whoever signs and
verifies is handed in. Base64 is that of RFC 4648 section 4, padded, and in its one canonical form.

A checkpoint::

    expressplatform.example/ledger
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — expressplatform.example/ledger <base64 of key hash (4) and signature (64)>
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Final

import attrs

from expressplatform.errors import InvalidInput, LedgerBroken, Problem, SignatureInvalid
from expressplatform.fields import refuse
from expressplatform.ledger.tree import EMPTY_ROOT, HASH_BYTES, MOST

Sign = Callable[[bytes], bytes]
"""Signs bytes: 64 bytes of Ed25519 (`signing.SigningKey.sign`)."""
Verify = Callable[[bytes, bytes], None]
"""Given bytes and a signature, returns or raises SignatureInvalid (`signing.VerifyingKey.verify`)."""

NOTE_BYTES: Final = 131_072
"""The longest note that is read. It holds the 16 signatures that a verifier must accept, also large ones."""

_ED25519: Final = b"\x01"
_SIGNATURE_BYTES: Final = 64
_KEY_BYTES: Final = 32
_KEY_HASH_BYTES: Final = 4
_NAMED: Final = "must be a name without spaces, plus signs or control characters"
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
CODED: Final = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)?"
"""Canonical base64 as a pattern: the bits that a last group has too many are zero."""
_CODED: Final = re.compile(CODED)


def base64(data: bytes) -> str:
    """Bytes in base64."""
    return b64encode(data).decode()


def unbase64(text: str) -> bytes | None:
    """The bytes of canonical base64; None for any other text."""
    return b64decode(text) if _CODED.fullmatch(text) else None


# --- notes --------------------------------------------------------------------------------------------------


@attrs.frozen
class NoteSignature:
    """One signature line: whose (``name``, and the first 4 bytes of the key's hash) and the signature itself."""

    name: str
    key_hash: bytes
    value: bytes


@attrs.frozen
class Note:
    """A text that ends with a newline, and its signatures. Nobody has verified it yet."""

    text: str
    signatures: tuple[NoteSignature, ...]


def key_hash(name: str, public: bytes) -> bytes:
    """By what 4 bytes a signature names its key: SHA-256 of name, newline, 0x01 and the 32-byte public key.

    Raises InvalidInput for a name that names no key, or a key of another length.
    """
    if not is_key_name(name):
        raise refuse("$.origin", "value", _NAMED)
    if len(public) != _KEY_BYTES:
        raise refuse("$.public", "value", "must have 32 bytes")
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_KEY_HASH_BYTES]


def is_key_name(name: str) -> bool:
    """Whether a text may name a key: not empty, and no space of any kind, plus sign or control character in it."""
    try:
        name.encode()
    except UnicodeError:
        return False
    return bool(name) and not _CONTROL.search(name) and not any(one.isspace() or one == "+" for one in name)


def read_note(data: bytes) -> Note:
    """The parts of a signed note; raises InvalidInput unless it is one, to the byte."""
    if len(data) > NOTE_BYTES:
        raise refuse("$", "too_large", f"must have at most {NOTE_BYTES} bytes")
    try:
        whole = data.decode()
    except UnicodeError:
        raise refuse("$", "text", "must be UTF-8") from None
    if _CONTROL.search(whole):
        raise refuse("$", "text", "must hold no control character but the newline")
    text, blank, below = whole.rpartition("\n\n")
    if not blank or not below.endswith("\n"):
        raise refuse("$", "note", "must be a text, an empty line, and lines of signatures")
    lines = below.removesuffix("\n").split("\n")
    signatures = [_signature(line) for line in lines]
    if wrong := tuple(_not_a_signature(at) for at, found in enumerate(signatures) if found is None):
        raise InvalidInput(wrong)
    return Note(text + "\n", tuple(found for found in signatures if found is not None))


def _signature(line: str) -> NoteSignature | None:
    dash, _, rest = line.partition(" ")
    name, _, coded = rest.partition(" ")
    data = unbase64(coded)
    if dash != "—" or not is_key_name(name) or data is None or len(data) <= _KEY_HASH_BYTES:
        return None
    return NoteSignature(name, data[:_KEY_HASH_BYTES], data[_KEY_HASH_BYTES:])


def _not_a_signature(at: int) -> Problem:
    return Problem(f"$.signatures[{at}]", "signature", "must be a dash, a name, and a signature in base64")


# --- checkpoints --------------------------------------------------------------------------------------------


@attrs.frozen
class Checkpoint:
    """That the log of a name had so many rows, and this root over them.

    ``origin`` names the log for ever: an address without its scheme, such as ``council.example/ledger``. ``size`` is
    the number of rows. ``root`` has 32 bytes, those of `EMPTY_ROOT` where there are no rows. Raises InvalidInput with
    every part that cannot be.
    """

    origin: str
    size: int
    root: bytes

    def __attrs_post_init__(self) -> None:
        found = (
            (is_key_name(self.origin), "origin", _NAMED),
            (0 <= self.size <= MOST, "size", f"must be from 0 to {MOST}"),
            (self._root_fits(), "root", "must have 32 bytes, and be that of the empty tree where there are no rows"),
        )
        if wrong := tuple(Problem(f"$.{name}", "value", what) for fine, name, what in found if not fine):
            raise InvalidInput(wrong)

    def _root_fits(self) -> bool:
        return len(self.root) == HASH_BYTES and (self.size != 0 or self.root == EMPTY_ROOT)

    def text(self) -> str:
        """The lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64(self.root)}\n"


def write_checkpoint(checkpoint: Checkpoint, *, public: bytes, sign: Sign) -> bytes:
    """The checkpoint as a note signed under the log's name; ``public`` (32 bytes) is the key that goes with ``sign``.

    Raises InvalidInput for a key of another length.
    """
    text, name = checkpoint.text(), checkpoint.origin
    signature = base64(key_hash(name, public) + sign(text.encode()))
    return f"{text}\n— {name} {signature}\n".encode()


def read_checkpoint(data: bytes, *, origin: str, public: bytes, verify: Verify) -> Checkpoint:
    """The checkpoint that the key of a log signed.

    ``origin`` and ``public`` (32 bytes) say which log and which key are expected; they must not come from where the
    note came from. Signatures by others are passed over. Raises InvalidInput where the bytes are no note or what was
    signed is no checkpoint, SignatureInvalid (``unknown_key``) where that key has not signed, SignatureInvalid where
    its signature is wrong, and LedgerBroken (``other_log``) where it signed for another log.
    """
    note = read_note(data)
    expected = key_hash(origin, public)
    ours = [one for one in note.signatures if one.name == origin and one.key_hash == expected]
    if not ours:
        raise SignatureInvalid("unknown_key", expected.hex())
    for one in ours:
        if len(one.value) != _SIGNATURE_BYTES:
            raise SignatureInvalid(key_id=expected.hex())
        verify(note.text.encode(), one.value)
    checkpoint = _checkpoint(note.text)
    if checkpoint.origin != origin:
        raise LedgerBroken("other_log", checkpoint.size)
    return checkpoint


def claimed_checkpoint(data: bytes) -> Checkpoint:
    """What a note says, whoever signed it: for a log's own notes. Raises InvalidInput."""
    return _checkpoint(read_note(data).text)


def _checkpoint(text: str) -> Checkpoint:
    """The first three lines; any more are extensions, which are opaque and may not be empty."""
    origin, *lines = text.removesuffix("\n").split("\n")
    size, root, *extensions = [*lines, *[""] * (2 - len(lines))]
    if not all(extensions):
        raise refuse("$.extensions", "value", "must have no empty line")
    return Checkpoint(origin, int(size) if _SIZE.fullmatch(size) else -1, unbase64(root) or b"")
