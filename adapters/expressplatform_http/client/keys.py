"""An organisation's own private keys: held in memory, or by something of its own that answers the same questions.

Laws of this file: a private key never prints and is never sent. What a key service must do is small: sign bytes, and
open what was sealed to a key of a given id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, final

from expressplatform.errors import SealBroken
from expressplatform.sealing import EncryptionPair, new_encryption_pair, open_with
from expressplatform.signing import SigningKey


class KeyHolder(Protocol):
    """Who holds a trader's keys. Called from the thread that makes the call; both methods are safe to share."""

    @property
    def key_id(self) -> str:
        """The id of the Ed25519 key that signs: the first 8 bytes of the public key's SHA-256, in hex."""

    def sign(self, data: bytes, /) -> bytes:
        """The 64-byte Ed25519 signature over ``data``."""

    def open(self, key_id: str, sealed: bytes, info: bytes, /) -> bytes:
        """The plaintext of ``encapsulated key | ciphertext`` (HPKE base mode, RFC 9180), opened with ``info``.

        ``key_id`` names the X25519 key it was sealed to. Raises SealBroken: ``unknown_key`` where there is no key of
        that id, ``wrong_key`` where it does not open.
        """


@final
class MemoryKeys:
    """Keys held in memory: one that signs, and those that open, older ones too while details come sealed to them."""

    __slots__ = ("_pairs", "_signing")

    def __init__(self, signing: SigningKey, sealing: Sequence[EncryptionPair] = ()) -> None:
        self._signing = signing
        self._pairs = {pair.key_id: pair for pair in sealing}

    @classmethod
    def generate(cls) -> MemoryKeys:
        """New keys from the operating system: keep their private halves before you register them."""
        return cls(SigningKey.generate(), (new_encryption_pair(),))

    @property
    def key_id(self) -> str:
        """The id of the key that signs."""
        return self._signing.key_id

    @property
    def signing(self) -> SigningKey:
        """The key that signs, to be kept and registered."""
        return self._signing

    @property
    def sealing(self) -> tuple[EncryptionPair, ...]:
        """The keys that open, to be kept and registered."""
        return tuple(self._pairs.values())

    def sign(self, data: bytes, /) -> bytes:
        """The 64-byte signature over ``data``."""
        return self._signing.sign(data)

    def open(self, key_id: str, sealed: bytes, info: bytes, /) -> bytes:
        """What was sealed to one of the keys; raises SealBroken (``unknown_key``, ``wrong_key``)."""
        pair = self._pairs.get(key_id)
        if pair is None:
            raise SealBroken("unknown_key", "")
        return open_with(pair.private, sealed, info)

    def __repr__(self) -> str:
        return f"<MemoryKeys {self.key_id}>"
