"""New keys, keys wrapped under another, and tokens: digests by which equal things are found without being kept."""

from __future__ import annotations

import os
import struct
import unicodedata
from hmac import digest
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from expressplatform.errors import SealBroken
from expressplatform.sealing.parts import KEY_BYTES, NONCE, SUITE, TAG, checked, framed, why_not

WRAPPED_BYTES: Final = 1 + NONCE + KEY_BYTES + TAG
"""The length of every wrapped key."""
_WRAPPED: Final = b"expressplatform wrapped key 1"
_TOKEN: Final = b"expressplatform token 1"
_wrapping_head = struct.Struct(">BII").pack


def new_key() -> bytes:
    """32 bytes from the operating system: a data key, a wrapping key or a secret."""
    return os.urandom(KEY_BYTES)


def wrap_key(kek: bytes, key: bytes, case_id: str, *, label: str = "case") -> bytes:
    """``key`` sealed under the key-encryption key ``kek`` for one case (``label``: for one use of the id).

    GCM and not AES key wrap, because key wrap has no place to bind the case. The nonce is random: change the
    key-encryption key before it has wrapped 2**32 keys.
    """
    nonce = os.urandom(NONCE)
    sealed = AESGCM(checked(kek)).encrypt(nonce, checked(key), _wrapping_context(case_id, label))
    return bytes((SUITE,)) + nonce + sealed


def unwrap_key(kek: bytes, wrapped: bytes, case_id: str, *, label: str = "case") -> bytes:
    """The key that was wrapped for exactly this case and label.

    Raises ``SealBroken`` (``truncated``, ``unknown_suite``, ``altered``) for anything else.
    """
    cipher, context = AESGCM(checked(kek)), _wrapping_context(case_id, label)
    try:
        if wrapped[0] == SUITE:
            return cipher.decrypt(wrapped[1 : 1 + NONCE], wrapped[1 + NONCE :], context)
    except (InvalidTag, ValueError, IndexError):
        pass
    raise SealBroken(why_not(wrapped, WRAPPED_BYTES, "altered"), case_id)


def _wrapping_context(case_id: str, label: str) -> bytes:
    purpose, case = label.encode(), case_id.encode()
    return b"".join((_WRAPPED, _wrapping_head(SUITE, len(purpose), len(case)), purpose, case))


def token(secret: bytes, *parts: str) -> bytes:
    """32 bytes by which equal parts are found again without being kept (duplicates, a person's cases).

    ``secret`` has 32 bytes and belongs to one quarter. Each part is first :func:`normalised`; the first
    should say what sort of token this is. The caller never makes one over a contact alone: such a token
    could be tried against a list of telephone numbers by whoever holds the secret.
    """
    texts = (normalised(part).encode("utf-8", "surrogatepass") for part in parts)
    return digest(checked(secret), framed(_TOKEN, *texts), "sha256")


def normalised(text: str) -> str:
    """``text`` as tokens compare it: width, composition, case and white space make no difference.

    Caseless matching after Unicode D146 (NFKC and case folding, twice over because either may undo the
    other), then each run of white space as one space and none at the ends.
    """
    for _ in range(2):
        text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", text).split())
