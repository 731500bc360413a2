"""Copies of a key store for whoever holds the recovery key, so that no key lies in clear in a backup.

Laws of this file: a copy is sealed to one public key and bound to the backup that it belongs to. Whoever makes copies
needs the public half alone; the private half is kept offline, and is seen here only while a copy is opened. Both
halves are written as text of one line behind a line that says which half it is, so that neither is taken for the other.

One sealed copy: ``suite (1) | encapsulated key (32) | AES-256-GCM ciphertext | tag (16)`` (HPKE, RFC 9180, base mode,
X25519, HKDF-SHA256), with ``info`` the label, the suite and the backup's id, each after its length in four bytes.
"""

from __future__ import annotations

import re
from typing import Final

from expressplatform.errors import InvalidInput, Problem, SealBroken, StoreUnusable
from expressplatform.sealing import SUITE, EncryptionPair, open_with, seal_to

_LABEL: Final = b"expressplatform key copy 1"
_PUBLIC: Final = "expressplatform recovery key, public half"
_PRIVATE: Final = "expressplatform recovery key, PRIVATE half: keep it offline"
_HEX: Final = re.compile(r"[0-9a-fA-F]{64}")


def seal_keys(public: bytes, copy: bytes, backup_id: str) -> bytes:
    """A copy of a key store, sealed to the recovery key whose public half is ``public`` (32 bytes).

    Raises StoreUnusable (``unusable_recovery_key``) for what is no such key.
    """
    try:
        return bytes((SUITE,)) + seal_to(public, copy, _info(backup_id))
    except SealBroken:
        raise StoreUnusable("unusable_recovery_key", "the recovery key is no key that one can seal to") from None


def open_keys(private: bytes, sealed: bytes, backup_id: str) -> bytes:
    """The copy that was sealed for this backup; ``private`` is the recovery key's private half (32 bytes).

    Raises StoreUnusable: ``unknown_suite``, or ``wrong_recovery_key`` where key, backup or copy is another one.
    """
    if sealed[:1] != bytes((SUITE,)):
        raise StoreUnusable("unknown_suite", "the copy of the keys was sealed in a way that this release does not know")
    try:
        return open_with(private, sealed[1:], _info(backup_id))
    except SealBroken:
        raise StoreUnusable("wrong_recovery_key", "the copy of the keys does not open with this private key") from None


def _info(backup_id: str) -> bytes:
    parts = (_LABEL, bytes((SUITE,)), backup_id.encode())
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


# -- the two halves as text ----------------------------------------------------------------------------------


def public_text(pair: EncryptionPair) -> str:
    """The public half as a file holds it."""
    return f"{_PUBLIC}\n{pair.public.hex()}\n"


def private_text(pair: EncryptionPair) -> str:
    """The private half as a file holds it. Whoever has it can open every sealed copy of the keys."""
    return f"{_PRIVATE}\n{pair.private.hex()}\n"


def read_public(text: str) -> bytes:
    """The public half: from the text of its file, or from its 64 hexadecimal digits alone.

    Raises InvalidInput for anything else, the private half above all.
    """
    return _read(text, _PUBLIC, "the public half")


def read_private(text: str) -> bytes:
    """The private half: from the text of its file, or from its 64 hexadecimal digits alone; InvalidInput as above."""
    return _read(text, _PRIVATE, "the private half")


def _read(text: str, head: str, wanted: str) -> bytes:
    lines = [line.strip() for line in text.strip().splitlines()]
    if len(lines) == 2 and lines[0] == head:
        del lines[0]
    if len(lines) == 1 and _HEX.fullmatch(lines[0]):
        return bytes.fromhex(lines[0])
    message = f"must be {wanted} of a recovery key: its file, or 64 hexadecimal digits"
    raise InvalidInput((Problem("$", "recovery_key", message),))
