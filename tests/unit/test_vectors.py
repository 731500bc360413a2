"""The published vectors: what is in them opens, what is broken in them does not, and others read them as we do.

The second readers are written against the formats' descriptions: HPKE by another library, and files of evidence by
hand, with nothing of ours in between.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from hashlib import sha256
from hmac import digest
from importlib import resources
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKey, OpenError

from expressplatform.chunks import name_beside, name_of, open_file
from expressplatform.errors import SealBroken, SignatureInvalid
from expressplatform.sealing import CaseKey, DisclosureContext, EncryptionPair, open_for, seal_for
from expressplatform.signing import SigningKey, VerifyingKey


def vectors(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(resources.files("expressplatform").joinpath(f"vectors/{name}").read_text("utf-8"))
    return read


CHUNKS = vectors("chunks-1.json")
ENVELOPES = vectors("envelopes-1.json")
HPKE = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES256_GCM)


def content_of(file: dict[str, Any]) -> bytes:
    return bytes(file["content"]["zeros"]) + bytes.fromhex(file["content"]["then"])


def chunk_of(written: str | list[int]) -> bytes:
    """A chunk as it is written: itself, or which one of which file."""
    if isinstance(written, str):
        return base64.b64decode(written)
    file, place = written
    return base64.b64decode(CHUNKS["files"][file]["chunks"][place])


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises((SealBroken, SignatureInvalid)) as caught:
        call()
    return caught.value.code


def framed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


class TestFilesOfEvidence:
    @pytest.mark.parametrize("file", CHUNKS["files"], ids=lambda file: file["label"])
    def test_a_valid_file_opens(self, file: dict[str, Any]) -> None:
        key = CaseKey(bytes.fromhex(file["data_key"]))
        chunks = [base64.b64decode(chunk) for chunk in file["chunks"]]
        assert b"".join(open_file(key, file["case_id"], file["name"], chunks)) == content_of(file)
        assert name_beside(key, file["name"], "scan") == file["note_name"]
        if "edition" not in file["label"]:
            assert name_of(key, [content_of(file)]) == file["name"]

    @pytest.mark.parametrize("case", CHUNKS["invalid"], ids=lambda case: case["why"])
    def test_a_broken_one_does_not_and_says_why(self, case: dict[str, Any]) -> None:
        key = CaseKey(bytes.fromhex(case["data_key"]))
        chunks = [chunk_of(chunk) for chunk in case["chunks"]]
        assert code_of(lambda: list(open_file(key, case["case_id"], case["name"], chunks))) == case["code"]

    @pytest.mark.parametrize("file", CHUNKS["files"], ids=lambda file: file["label"])
    def test_they_are_read_by_hand(self, file: dict[str, Any]) -> None:
        """As the description has it: HKDF, the commitment, and the context of each chunk byte by byte."""
        derived = HKDF(hashes.SHA256(), 96, None, b"expressplatform case key 1").derive(bytes.fromhex(file["data_key"]))
        encryption, commitment, addressing = derived[:32], derived[32:64], derived[64:]
        found, before, name = b"", b"", file["name"].encode()
        for place, chunk in enumerate(base64.b64decode(one) for one in file["chunks"]):
            last = place == len(file["chunks"]) - 1
            facts = bytes((last,)) + before
            lengths = (len(b"evidence"), len(file["case_id"]), len(name), len(facts))
            context = b"\1" + place.to_bytes(8, "big") + (1).to_bytes(4, "big")
            context += b"".join(length.to_bytes(4, "big") for length in lengths)
            context += b"evidence" + file["case_id"].encode() + name + facts
            assert chunk[:33] == b"\1" + commitment
            found += AESGCM(encryption).decrypt(chunk[33:45], chunk[45:], context)
            before = chunk[-16:]
        assert found == content_of(file)
        if "edition" not in file["label"]:
            hashed = b"expressplatform evidence name 1" + sha256(found).digest()
            assert digest(addressing, hashed, "sha256").hex() == file["name"]


class TestDetailsForARecipient:
    @pytest.mark.parametrize("case", ENVELOPES["valid"], ids=lambda case: case["context"]["case_id"])
    def test_a_valid_envelope_opens(self, case: dict[str, Any]) -> None:
        details = open_for(
            bytes.fromhex(case["private"]),
            bytes.fromhex(case["envelope"]),
            expected=DisclosureContext(**case["context"]),
            council=VerifyingKey.from_bytes(bytes.fromhex(case["council_public"])),
        )
        assert details.hex() == case["details"]

    @pytest.mark.parametrize("case", ENVELOPES["invalid"], ids=lambda case: case["why"])
    def test_a_broken_one_does_not_and_says_why(self, case: dict[str, Any]) -> None:
        private, envelope = bytes.fromhex(case["private"]), bytes.fromhex(case["envelope"])
        council = VerifyingKey.from_bytes(bytes.fromhex(case["council_public"]))
        expected = DisclosureContext(**case["context"])
        assert code_of(lambda: open_for(private, envelope, expected=expected, council=council)) == case["code"]

    @pytest.mark.parametrize("case", ENVELOPES["valid"], ids=lambda case: case["context"]["case_id"])
    def test_another_library_opens_it(self, case: dict[str, Any]) -> None:
        envelope, info = bytes.fromhex(case["envelope"]), bound(case)
        assert info.hex() == case["info"]
        signature, sealed = envelope[1:65], envelope[65:]
        signer = Ed25519PublicKey.from_public_bytes(bytes.fromhex(case["council_public"]))
        signer.verify(signature, framed(b"expressplatform signed disclosure 1", info, sealed))
        assert opened_elsewhere(sealed, bytes.fromhex(case["private"]), info).hex() == case["details"]

    @pytest.mark.parametrize("case", ENVELOPES["valid"], ids=lambda case: case["context"]["case_id"])
    def test_we_open_what_another_library_sealed(self, case: dict[str, Any]) -> None:
        council, info = SigningKey.from_bytes(bytes.fromhex(case["council_seed"])), bound(case)
        enc, sender = HPKE.create_sender_context(KEMKey.from_pyca_cryptography_key(public_of(case)), info)
        sealed = enc + sender.seal(bytes.fromhex(case["details"]))
        signature = council.sign(framed(b"expressplatform signed disclosure 1", info, sealed))
        details = open_for(
            bytes.fromhex(case["private"]),
            b"\1" + signature + sealed,
            expected=DisclosureContext(**case["context"]),
            council=council.verifying_key,
        )
        assert details.hex() == case["details"]

    def test_another_library_opens_what_is_sealed_today_and_nothing_that_was_moved(self) -> None:
        case = ENVELOPES["valid"][0]
        council = SigningKey.from_bytes(bytes.fromhex(case["council_seed"]))
        pair = EncryptionPair.of(bytes.fromhex(case["private"]))
        envelope = seal_for(pair.public, b"today", info=DisclosureContext(**case["context"]), signer=council)
        assert opened_elsewhere(envelope[65:], pair.private, bound(case)) == b"today"
        with pytest.raises(OpenError):
            opened_elsewhere(envelope[65:], pair.private, bound(ENVELOPES["valid"][1]))


def bound(case: dict[str, Any]) -> bytes:
    """What an envelope is bound to, written by hand."""
    context = case["context"]
    council = bytes.fromhex(case["council_public"])
    head = (b"expressplatform disclosure 1", b"\1", council, str(context["schema"]).encode())
    names = ("case_id", "recipient", "key_id", "disclosure_id", "purpose")
    return framed(*head, *(context[name].encode() for name in names))


def public_of(case: dict[str, Any]) -> X25519PublicKey:
    return X25519PublicKey.from_public_bytes(bytes.fromhex(case["public"]))


def opened_elsewhere(sealed: bytes, private: bytes, info: bytes) -> bytes:
    key = KEMKey.from_pyca_cryptography_key(X25519PrivateKey.from_private_bytes(private))
    return HPKE.create_recipient_context(sealed[:32], key, info=info).open(sealed[32:])
