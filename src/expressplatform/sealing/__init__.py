"""Seals what must not be read or moved, and makes the digests that stand beside it.

Laws of this package
- Only ``sealing`` and ``signing`` import ``cryptography``; nobody else picks an algorithm.
- It knows bytes and a `Context`; it knows no case, store, consent or status.
- Keys and nonces come from the operating system, always; a nonce is drawn for each seal and never pooled.
- Everything sealed begins with a suite id and is bound to where it stands: moved, it does not open.
- A failure says *which* case and what sort of failure, and never shows plaintext, key or digest.
"""

from expressplatform.sealing.cases import OVERHEAD, CaseKey, Context
from expressplatform.sealing.envelopes import (
    DisclosureContext,
    EncryptionPair,
    RecipientKey,
    Signer,
    Verifier,
    check_public_key,
    new_encryption_pair,
    open_for,
    open_with,
    seal_for,
    seal_to,
    verify_envelope,
)
from expressplatform.sealing.keys import WRAPPED_BYTES, new_key, normalised, token, unwrap_key, wrap_key
from expressplatform.sealing.parts import KEY_BYTES, SUITE
from expressplatform.sealing.ring import KeyRing, KeySource, Secrets

__all__ = [
    "KEY_BYTES",
    "OVERHEAD",
    "SUITE",
    "WRAPPED_BYTES",
    "CaseKey",
    "Context",
    "DisclosureContext",
    "EncryptionPair",
    "KeyRing",
    "KeySource",
    "RecipientKey",
    "Secrets",
    "Signer",
    "Verifier",
    "check_public_key",
    "new_encryption_pair",
    "new_key",
    "normalised",
    "open_for",
    "open_with",
    "seal_for",
    "seal_to",
    "token",
    "unwrap_key",
    "verify_envelope",
    "wrap_key",
]
