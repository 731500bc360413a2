"""Details for one recipient: sealed to its X25519 key (HPKE, RFC 9180) and signed by the council.

Laws of this file: an envelope is bound to what it is for and to who signs it, and is refused before it is opened where
either is another.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final, Protocol, final

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from expressplatform.errors import SealBroken
from expressplatform.sealing.parts import KEY_BYTES, SUITE, TAG, checked, framed, why_not

_SIGNATURE: Final = 64
_ENVELOPE: Final = 1 + _SIGNATURE + 32 + TAG  # with an encapsulated key and nothing inside
_DISCLOSURE: Final = framed(b"expressplatform disclosure 1", bytes((SUITE,)))
_SIGNED: Final = framed(b"expressplatform signed disclosure 1")
_hpke: Final = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class Signer(Protocol):
    """Who signs a disclosure, with the public key to name: ``signing.SigningKey`` is one."""

    @property
    def public(self) -> bytes: ...

    @property
    def key_id(self) -> str:
        """The first 8 bytes of the SHA-256 of ``public``, in hex."""

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
        return _DISCLOSURE + framed(
            council,
            str(self.schema).encode(),
            self.case_id.encode(),
            self.recipient.encode(),
            self.key_id.encode(),
            self.disclosure_id.encode(),
            self.purpose.encode(),
        )


@final
class RecipientKey:
    """The public half of a recipient's pair: whoever has it can seal to whoever has the other half.

    ``public`` has 32 bytes: raises ``SealBroken`` (``unusable_key``) for others. ``key_id`` is the first 8 bytes of its
    SHA-256, in hex.
    """

    __slots__ = ("_key", "key_id", "public")

    def __init__(self, public: bytes, case_id: str = "") -> None:
        try:
            self._key = X25519PublicKey.from_public_bytes(public)
        except ValueError:
            raise SealBroken("unusable_key", case_id) from None
        self.public = public
        self.key_id = _key_id(public)

    def seal(self, plaintext: bytes, info: bytes, case_id: str = "") -> bytes:
        """HPKE as RFC 9180 has it, base mode; raises ``SealBroken`` (``unusable_key``) for a point of low order."""
        try:
            return _hpke.encrypt(plaintext, self._key, info=info)
        except ValueError:
            raise SealBroken("unusable_key", case_id) from None

    def __repr__(self) -> str:
        return f"<RecipientKey {self.key_id}>"


def _key_id(public: bytes) -> str:
    return sha256(public).hexdigest()[:16]


@attrs.frozen(eq=False)
class EncryptionPair:
    """A recipient's X25519 pair, each half 32 bytes. Printing it shows the key id only."""

    private: bytes = attrs.field(repr=False)
    public: bytes = attrs.field(repr=False)
    key_id: str

    @classmethod
    def of(cls, private: bytes) -> EncryptionPair:
        """The pair of a kept private half (``ValueError`` unless it has 32 bytes)."""
        public = X25519PrivateKey.from_private_bytes(checked(private)).public_key().public_bytes_raw()
        return cls(private, public, _key_id(public))


def new_encryption_pair() -> EncryptionPair:
    """A pair for a recipient; its key id is the first 8 bytes of SHA-256 of the public half, in hex."""
    return EncryptionPair.of(X25519PrivateKey.generate().private_bytes_raw())


def seal_for(recipient: bytes | RecipientKey, details: bytes, *, info: DisclosureContext, signer: Signer) -> bytes:
    """``details`` for the holder of one X25519 key alone, signed: ``suite | signature (64) | enc (32) | ct``.

    HPKE as RFC 9180 has it, base mode; the signature covers the bound context and ``enc | ct``. ``recipient`` is the
    key, or its 32 bytes. Raises ``SealBroken`` with the code ``unusable_key`` when it is none one can seal to.
    """
    key = RecipientKey(recipient, info.case_id) if isinstance(recipient, bytes) else recipient
    bound = info.bound(signer.public)
    sealed = key.seal(details, bound, info.case_id)
    return bytes((SUITE,)) + signer.sign(_SIGNED + framed(bound, sealed)) + sealed


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
        raise SealBroken(why_not(envelope, _ENVELOPE, "altered"), expected.case_id)
    bound, sealed = expected.bound(council.public), envelope[1 + _SIGNATURE :]
    council.verify(_SIGNED + framed(bound, sealed), envelope[1 : 1 + _SIGNATURE])
    return sealed, bound


def seal_to(public: bytes, plaintext: bytes, info: bytes, case_id: str = "") -> bytes:
    """``plaintext`` for the holder of one X25519 key, unsigned: HPKE as above; raises ``SealBroken`` as `seal_for`."""
    return RecipientKey(public, case_id).seal(plaintext, info, case_id)


def open_with(private: bytes, sealed: bytes, info: bytes, case_id: str = "") -> bytes:
    """What `seal_to` sealed with exactly this ``info``; raises ``SealBroken`` (``unusable_key``, ``wrong_key``)."""
    try:
        return _hpke.decrypt(sealed, X25519PrivateKey.from_private_bytes(private), info=info)
    except (InvalidTag, ValueError):
        raise SealBroken("wrong_key" if len(private) == KEY_BYTES else "unusable_key", case_id) from None


def check_public_key(public: bytes) -> None:
    """Raises ``SealBroken`` (``unusable_key``) unless one can seal to these bytes (a point of low order is none)."""
    seal_to(public, b"", b"expressplatform key check 1")
