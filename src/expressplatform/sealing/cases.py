"""The seal of a case: its data key, opened, and the place that everything sealed is bound to.

One sealed blob (suite 1, :data:`OVERHEAD` bytes more than its plaintext)::

    suite (1) | key commitment (32) | nonce (12) | AES-256-GCM ciphertext | tag (16)

GCM alone does not commit to its key: one ciphertext can be built that opens under two keys, to two texts.
Hence the commitment, derived beside the encryption key and compared before opening. It has 32 bytes because
whoever looks for a collision may choose both keys, which halves its strength in bits.
"""

from __future__ import annotations

import os
import struct
from hmac import compare_digest, digest
from typing import Final, final

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from expressplatform.errors import SealBroken
from expressplatform.sealing.parts import KEY_BYTES, NONCE, SUITE, TAG, checked, why_not

_HEAD: Final = 1 + KEY_BYTES  # suite and commitment
_BODY: Final = _HEAD + NONCE
OVERHEAD: Final = _BODY + TAG
"""Bytes by which a sealed blob is longer than its plaintext."""
_CASE_KEY: Final = b"expressplatform case key 1"
_context_head = struct.Struct(">BQIIIII").pack
urandom = os.urandom


@final
@attrs.frozen(init=False)
class Context:
    """Where a sealed part stands; every argument is bound into the seal and none is stored in it.

    ``case_id`` and ``kind`` (the event's) are text, ``version`` (the event's, 0 to 2**64 - 1) and ``schema``
    (of the bytes inside, 0 to 2**32 - 1) numbers; ``facts`` are the readable bytes beside which the sealed
    ones stand; ``label`` says which use of the case's key this is (``"particulars"``, ``"evidence"``, ...).
    Raises ``SealBroken`` (``no_such_place``) for a number out of range or text that is not Unicode.

    ``associated_data`` is the suite, the numbers, the length of each text, then the texts: no two contexts
    share one. The facts go in whole, not as their SHA-256: GCM reads them faster than they could be digested
    first, and the binding then rests on one primitive instead of two.
    """

    case_id: str
    associated_data: bytes = attrs.field(repr=False)

    def __init__(self, case_id: str, version: int, kind: str, schema: int, facts: bytes, label: str) -> None:
        try:
            use, case, what = label.encode(), case_id.encode(), kind.encode()
            head = _context_head(SUITE, version, schema, len(use), len(case), len(what), len(facts))
        except (struct.error, UnicodeError):
            raise SealBroken("no_such_place", case_id) from None
        _set_case_id(self, case_id)
        _set_associated_data(self, b"".join((head, use, case, what, facts)))


_set_case_id = Context.case_id.__set__  # type: ignore[attr-defined]  # the slots: one call less for each seal
_set_associated_data = Context.associated_data.__set__  # type: ignore[attr-defined]


@final
class CaseKey:
    """A case's data key, opened: seals, opens and addresses. Safe to share between threads.

    ``data_key`` has 32 bytes (``ValueError`` otherwise). One HKDF-SHA256 gives three keys of 32 bytes: for
    encryption, for the commitment and for addresses. The data key itself is not kept.
    """

    __slots__ = ("_addressing", "_decrypt", "_encrypt", "_head")

    def __init__(self, data_key: bytes) -> None:
        derived = HKDF(hashes.SHA256(), 3 * KEY_BYTES, None, _CASE_KEY).derive(checked(data_key))
        cipher = AESGCM(derived[:KEY_BYTES])
        self._encrypt, self._decrypt = cipher.encrypt, cipher.decrypt
        self._head = bytes((SUITE,)) + derived[KEY_BYTES : 2 * KEY_BYTES]
        self._addressing = derived[2 * KEY_BYTES :]

    def seal(self, plaintext: bytes, context: Context) -> bytes:
        """The sealed blob: another one each time, even of the same plaintext."""
        nonce = urandom(NONCE)
        return self._head + nonce + self._encrypt(nonce, plaintext, context.associated_data)

    def open(self, blob: bytes, context: Context) -> bytes:
        """The plaintext that was sealed under this key at exactly ``context``.

        Raises ``SealBroken`` with the code ``truncated``, ``unknown_suite``, ``wrong_key`` (its commitment is
        another key's) or ``altered`` (the blob, or anything in the context, is not what was sealed).
        """
        if not compare_digest(blob[:_HEAD], self._head):
            raise SealBroken(why_not(blob, OVERHEAD, "wrong_key"), context.case_id)
        try:
            return self._decrypt(blob[_HEAD:_BODY], blob[_BODY:], context.associated_data)
        except (InvalidTag, ValueError):
            raise SealBroken(why_not(blob, OVERHEAD, "altered"), context.case_id) from None

    def address(self, content: bytes) -> bytes:
        """The 32-byte address of evidence: equal content of one case meets, that of two cases never does."""
        return digest(self._addressing, content, "sha256")

    def __repr__(self) -> str:
        return "<CaseKey>"
