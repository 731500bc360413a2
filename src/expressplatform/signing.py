"""Ed25519 signatures: by them a trader knows that a sealed disclosure is the council's.

Laws of this module
- Only ``sealing`` and ``signing`` import ``cryptography``.
- It signs bytes and knows nothing of what they say; whoever asks puts a label of the use in front.
- Keys come from the operating system; printing one shows its key id and nothing else.
"""

from __future__ import annotations

from hashlib import sha256
from typing import final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from expressplatform.errors import SignatureInvalid


def key_id(public: bytes) -> str:
    """The name of a public key: the first 8 bytes of its SHA-256, in hex."""
    return sha256(public).hexdigest()[:16]


@final
class VerifyingKey:
    """The public half (32 bytes): whoever holds it can check a signature. Two with equal bytes are equal."""

    __slots__ = ("_key", "key_id", "public")

    def __init__(self, public: bytes) -> None:
        try:
            self._key = Ed25519PublicKey.from_public_bytes(public)
        except ValueError:
            raise SignatureInvalid("unusable_key") from None
        self.public = public
        self.key_id = key_id(public)

    @classmethod
    def from_bytes(cls, public: bytes) -> VerifyingKey:
        """The key of these 32 bytes; raises ``SignatureInvalid`` (``unusable_key``) for others."""
        return cls(public)

    def verify(self, data: bytes, signature: bytes) -> None:
        """Return if ``signature`` is this key's over exactly ``data``; raise ``SignatureInvalid`` if not."""
        try:
            self._key.verify(signature, data)
        except InvalidSignature:
            raise SignatureInvalid(key_id=self.key_id) from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerifyingKey) and other.public == self.public

    def __hash__(self) -> int:
        return hash(self.public)

    def __repr__(self) -> str:
        return f"<VerifyingKey {self.key_id}>"


@final
class SigningKey:
    """The private half (a seed of 32 bytes). It has no equality, so no comparison can leak it."""

    __slots__ = ("_key", "verifying_key")

    def __init__(self, seed: bytes) -> None:
        try:
            self._key = Ed25519PrivateKey.from_private_bytes(seed)
        except ValueError:
            raise SignatureInvalid("unusable_key") from None
        self.verifying_key = VerifyingKey(self._key.public_key().public_bytes_raw())

    @classmethod
    def from_bytes(cls, seed: bytes) -> SigningKey:
        """The key of a kept seed; raises ``SignatureInvalid`` (``unusable_key``) unless it has 32 bytes."""
        return cls(seed)

    @classmethod
    def generate(cls) -> SigningKey:
        """A new key from the operating system."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def public(self) -> bytes:
        """The 32-byte public key."""
        return self.verifying_key.public

    @property
    def key_id(self) -> str:
        """The name of the public key, for logs and headers."""
        return self.verifying_key.key_id

    def seed(self) -> bytes:
        """The 32 secret bytes, to be kept in a key store and nowhere else."""
        return self._key.private_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature over ``data``: the same for the same data."""
        return self._key.sign(data)

    def __repr__(self) -> str:
        return f"<SigningKey {self.key_id}>"
