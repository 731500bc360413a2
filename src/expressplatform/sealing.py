"""Seals what must not be read or moved, and makes the digests that stand beside it.

Laws of this module
- Only ``sealing`` and ``signing`` import ``cryptography``; nobody else picks an algorithm.
- It knows bytes and a :class:`Context`; it knows no case, store, consent or status.
- Keys and nonces come from the operating system, always; a nonce is drawn for each seal and never pooled.
- Everything sealed begins with a suite id and is bound to where it stands: moved, it does not open.
- A failure says *which* case and what sort of failure, and never shows plaintext, key or digest.

One sealed blob (suite 1, :data:`OVERHEAD` bytes more than its plaintext)::

    suite (1) | key commitment (32) | nonce (12) | AES-256-GCM ciphertext | tag (16)

GCM alone does not commit to its key: one ciphertext can be built that opens under two keys, to two texts.
Hence the commitment, derived beside the encryption key and compared before opening. It has 32 bytes because
whoever looks for a collision may choose both keys, which halves its strength in bits.
"""

from __future__ import annotations

import os
import struct
import threading
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Protocol, final

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from expressplatform.errors import SealBroken

SUITE = 1
"""HKDF-SHA256, AES-256-GCM; for a recipient HPKE X25519 / HKDF-SHA256 / AES-256-GCM and Ed25519."""

KEY_BYTES = 32
_NONCE, _TAG, _SIGNATURE = 12, 16, 64
_HEAD = 1 + KEY_BYTES  # suite and commitment
_BODY = _HEAD + _NONCE
_ENVELOPE = 1 + _SIGNATURE + 32 + _TAG  # with an encapsulated key and nothing inside
OVERHEAD = _BODY + _TAG
"""Bytes by which a sealed blob is longer than its plaintext."""
WRAPPED_BYTES = 1 + _NONCE + KEY_BYTES + _TAG
"""The length of every wrapped key."""

_CASE_KEY = b"expressplatform case key 1"
_WRAPPED = b"expressplatform wrapped key 1"
_TOKEN = b"expressplatform token 1"
_DISCLOSURE = b"expressplatform disclosure 1"
_SIGNED = b"expressplatform signed disclosure 1"
_LONGEST_LIFE = 60.0  # an opened key is kept for a minute at most
_urandom = os.urandom
_hpke = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_context_head = struct.Struct(">BQIIIII").pack
_wrapping_head = struct.Struct(">BII").pack


# -- the seal of a case ------------------------------------------------------------------------------------


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
        self.__attrs_init__(case_id, b"".join((head, use, case, what, facts)))


@final
class CaseKey:
    """A case's data key, opened: seals, opens and addresses. Safe to share between threads.

    ``data_key`` has 32 bytes (``ValueError`` otherwise). One HKDF-SHA256 gives three keys of 32 bytes: for
    encryption, for the commitment and for addresses. The data key itself is not kept.
    """

    __slots__ = ("_addressing", "_decrypt", "_encrypt", "_head")

    def __init__(self, data_key: bytes) -> None:
        derived = HKDF(hashes.SHA256(), 3 * KEY_BYTES, None, _CASE_KEY).derive(_checked(data_key))
        cipher = AESGCM(derived[:KEY_BYTES])
        self._encrypt, self._decrypt = cipher.encrypt, cipher.decrypt
        self._head = bytes((SUITE,)) + derived[KEY_BYTES : 2 * KEY_BYTES]
        self._addressing = derived[2 * KEY_BYTES :]

    def seal(self, plaintext: bytes, context: Context) -> bytes:
        """The sealed blob: another one each time, even of the same plaintext."""
        nonce = _urandom(_NONCE)
        return self._head + nonce + self._encrypt(nonce, plaintext, context.associated_data)

    def open(self, blob: bytes, context: Context) -> bytes:
        """The plaintext that was sealed under this key at exactly ``context``.

        Raises ``SealBroken`` with the code ``truncated``, ``unknown_suite``, ``wrong_key`` (its commitment is
        another key's) or ``altered`` (the blob, or anything in the context, is not what was sealed).
        """
        if not compare_digest(blob[:_HEAD], self._head):
            raise SealBroken(_why_not(blob, OVERHEAD, "wrong_key"), context.case_id)
        try:
            return self._decrypt(blob[_HEAD:_BODY], blob[_BODY:], context.associated_data)
        except (InvalidTag, ValueError):
            raise SealBroken(_why_not(blob, OVERHEAD, "altered"), context.case_id) from None

    def address(self, content: bytes) -> bytes:
        """The 32-byte address of evidence: equal content of one case meets, that of two cases never does."""
        return digest(self._addressing, content, "sha256")

    def __repr__(self) -> str:
        return "<CaseKey>"


def _checked(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes")
    return key


def _why_not(blob: bytes, least: int, otherwise: str) -> str:
    if len(blob) < least:
        return "truncated"
    return otherwise if blob[0] == SUITE else "unknown_suite"


def _framed(*parts: bytes) -> bytes:
    """Each part after its length in four bytes: no two lists of parts give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


# -- keys and digests --------------------------------------------------------------------------------------


def new_key() -> bytes:
    """32 bytes from the operating system: a data key, a wrapping key or a secret."""
    return _urandom(KEY_BYTES)


def wrap_key(kek: bytes, key: bytes, case_id: str, *, label: str = "case") -> bytes:
    """``key`` sealed under the key-encryption key ``kek`` for one case (``label``: for one use of the id).

    GCM and not AES key wrap, because key wrap has no place to bind the case. The nonce is random: change the
    key-encryption key before it has wrapped 2**32 keys.
    """
    nonce = _urandom(_NONCE)
    sealed = AESGCM(_checked(kek)).encrypt(nonce, _checked(key), _wrapping_context(case_id, label))
    return bytes((SUITE,)) + nonce + sealed


def unwrap_key(kek: bytes, wrapped: bytes, case_id: str, *, label: str = "case") -> bytes:
    """The key that was wrapped for exactly this case and label.

    Raises ``SealBroken`` (``truncated``, ``unknown_suite``, ``altered``) for anything else.
    """
    cipher, context = AESGCM(_checked(kek)), _wrapping_context(case_id, label)
    try:
        if wrapped[0] == SUITE:
            return cipher.decrypt(wrapped[1 : 1 + _NONCE], wrapped[1 + _NONCE :], context)
    except (InvalidTag, ValueError, IndexError):
        pass
    raise SealBroken(_why_not(wrapped, WRAPPED_BYTES, "altered"), case_id)


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
    return digest(_checked(secret), _framed(_TOKEN, *texts), "sha256")


def normalised(text: str) -> str:
    """``text`` as tokens compare it: width, composition, case and white space make no difference.

    Caseless matching after Unicode D146 (NFKC and case folding, twice over because either may undo the
    other), then each run of white space as one space and none at the ends.
    """
    for _ in range(2):
        text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", text).split())


# -- opened keys -------------------------------------------------------------------------------------------


class KeySource(Protocol):
    """Where a ring fetches data keys: the part of a key store that it needs."""

    def get(self, case_id: str, /) -> bytes:
        """The case's 32-byte data key; raises ``KeyMissing`` or ``KeyDestroyed``."""


@final
class KeyRing:
    """The few keys in use, opened, each for ``seconds`` at most (a minute or less). Thread-safe.

    ``clock`` gives seconds that never run backwards. The least recently used key makes room. Call
    :meth:`forget` on Erase; a key that was being fetched meanwhile is then handed over but not kept.
    """

    __slots__ = ("_capacity", "_clock", "_forgotten", "_keys", "_lock", "_opened", "_seconds", "_sweep_at")

    def __init__(
        self,
        keys: KeySource,
        capacity: int = 1024,
        seconds: float = _LONGEST_LIFE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if capacity < 1 or not 0 < seconds <= _LONGEST_LIFE:
            raise ValueError("a key ring holds at least one key, each for a minute at most")
        self._keys, self._capacity, self._seconds, self._clock = keys, capacity, seconds, clock
        self._lock = threading.Lock()
        self._opened: OrderedDict[str, tuple[float, CaseKey]] = OrderedDict()
        self._forgotten = 0
        self._sweep_at = clock() + seconds

    def get(self, case_id: str) -> CaseKey:
        """The case's key, opened. Raises what the key source raises: ``KeyMissing``, ``KeyDestroyed``."""
        now = self._clock()
        with self._lock:
            found = self._opened.get(case_id)
            if found is not None and now < found[0]:
                self._opened.move_to_end(case_id)
                return found[1]
            forgotten = self._forgotten
        key = CaseKey(self._keys.get(case_id))
        self._keep(case_id, key, now, forgotten)
        return key

    def _keep(self, case_id: str, key: CaseKey, now: float, forgotten: int) -> None:
        with self._lock:
            if now >= self._sweep_at:
                self._drop_expired(now)
            if forgotten != self._forgotten:
                return
            self._opened[case_id] = (now + self._seconds, key)
            self._opened.move_to_end(case_id)
            if len(self._opened) > self._capacity:
                self._opened.popitem(last=False)

    def forget(self, case_id: str) -> None:
        """Drop the case's key, if it is here."""
        with self._lock:
            self._forgotten += 1
            self._opened.pop(case_id, None)

    def sweep(self) -> None:
        """Drop every key whose time is over: for a periodic job, as a ring at rest drops nothing itself."""
        with self._lock:
            self._drop_expired(self._clock())

    def _drop_expired(self, now: float) -> None:
        for case_id in [case_id for case_id, (until, _) in self._opened.items() if until <= now]:
            del self._opened[case_id]
        self._sweep_at = now + self._seconds / 4

    def __len__(self) -> int:
        return len(self._opened)


# -- details for one recipient -----------------------------------------------------------------------------


class Signer(Protocol):
    """Who signs a disclosure, with the public key to name: ``signing.SigningKey`` is one."""

    @property
    def public(self) -> bytes: ...

    def sign(self, data: bytes, /) -> bytes:
        """The 64-byte signature over ``data``."""


class Verifier(Protocol):
    """Whose signature is expected, by which public key: ``signing.VerifyingKey`` is one."""

    public: bytes

    def verify(self, data: bytes, signature: bytes, /) -> None:
        """Return if the signature is right; raise ``SignatureInvalid`` otherwise."""


@attrs.frozen
class DisclosureContext:
    """What an envelope is for; both sides must name the same, or it does not open.

    ``recipient`` is an organisation, ``key_id`` says which of its keys, ``disclosure_id`` the one
    disclosure that this envelope carries, ``purpose`` its code, ``schema`` the edition of the details inside.
    """

    case_id: str
    recipient: str
    key_id: str
    disclosure_id: str
    purpose: str
    schema: int

    def bound(self, council: bytes) -> bytes:
        """The bytes that bind the envelope: this context and the public key of the council that signs it.

        With the council's key inside, nobody can strip the signature and pass the same envelope on as theirs.
        """
        texts = (self.case_id, self.recipient, self.key_id, self.disclosure_id, self.purpose)
        head = (_DISCLOSURE, bytes((SUITE,)), council, str(self.schema).encode())
        return _framed(*head, *(text.encode() for text in texts))


@attrs.frozen(eq=False)
class EncryptionPair:
    """A recipient's X25519 pair, each half 32 bytes. Printing it shows the key id only."""

    private: bytes = attrs.field(repr=False)
    public: bytes = attrs.field(repr=False)
    key_id: str

    @classmethod
    def of(cls, private: bytes) -> EncryptionPair:
        """The pair of a kept private half (``ValueError`` unless it has 32 bytes)."""
        public = X25519PrivateKey.from_private_bytes(_checked(private)).public_key().public_bytes_raw()
        return cls(private, public, sha256(public).hexdigest()[:16])


def new_encryption_pair() -> EncryptionPair:
    """A pair for a recipient; its key id is the first 8 bytes of SHA-256 of the public half, in hex."""
    return EncryptionPair.of(X25519PrivateKey.generate().private_bytes_raw())


def seal_for(recipient_public: bytes, details: bytes, *, info: DisclosureContext, signer: Signer) -> bytes:
    """``details`` for the holder of one X25519 key alone, signed: ``suite | signature (64) | enc (32) | ct``.

    HPKE as RFC 9180 has it, base mode; the signature covers the bound context and ``enc | ct``. Raises
    ``SealBroken`` with the code ``unusable_key`` when ``recipient_public`` is no key one can seal to.
    """
    bound = info.bound(signer.public)
    sealed = seal_to(recipient_public, details, bound, info.case_id)
    return bytes((SUITE,)) + signer.sign(_framed(_SIGNED, bound, sealed)) + sealed


def open_for(private: bytes, envelope: bytes, *, expected: DisclosureContext, council: Verifier) -> bytes:
    """The details in an envelope that ``council`` sealed for exactly ``expected``; ``private`` has 32 bytes.

    The signature is checked first. Raises ``SignatureInvalid`` when council, context or content differ, and
    ``SealBroken`` (``truncated``, ``unknown_suite``, ``unusable_key``, ``wrong_key``) for the rest.
    """
    sealed, bound = verify_envelope(envelope, expected=expected, council=council)
    return open_with(private, sealed, bound, expected.case_id)


def verify_envelope(envelope: bytes, *, expected: DisclosureContext, council: Verifier) -> tuple[bytes, bytes]:
    """The first half of `open_for`, for keys that are kept elsewhere: the sealed bytes, and ``info`` to open them with.

    Raises ``SignatureInvalid`` and ``SealBroken`` (``truncated``, ``unknown_suite``) as `open_for` does.
    """
    if len(envelope) < _ENVELOPE or envelope[0] != SUITE:
        raise SealBroken(_why_not(envelope, _ENVELOPE, "altered"), expected.case_id)
    bound, sealed = expected.bound(council.public), envelope[1 + _SIGNATURE :]
    council.verify(_framed(_SIGNED, bound, sealed), envelope[1 : 1 + _SIGNATURE])
    return sealed, bound


def seal_to(public: bytes, plaintext: bytes, info: bytes, case_id: str = "") -> bytes:
    """``plaintext`` for the holder of one X25519 key, unsigned: HPKE as above; raises ``SealBroken`` as `seal_for`."""
    try:
        return _hpke.encrypt(plaintext, X25519PublicKey.from_public_bytes(public), info=info)
    except ValueError:
        raise SealBroken("unusable_key", case_id) from None


def open_with(private: bytes, sealed: bytes, info: bytes, case_id: str = "") -> bytes:
    """What `seal_to` sealed with exactly this ``info``; raises ``SealBroken`` (``unusable_key``, ``wrong_key``)."""
    try:
        return _hpke.decrypt(sealed, X25519PrivateKey.from_private_bytes(private), info=info)
    except (InvalidTag, ValueError):
        raise SealBroken("wrong_key" if len(private) == KEY_BYTES else "unusable_key", case_id) from None


def check_public_key(public: bytes) -> None:
    """Raises ``SealBroken`` (``unusable_key``) unless one can seal to these bytes (a point of low order is none)."""
    seal_to(public, b"", b"expressplatform key check 1")
