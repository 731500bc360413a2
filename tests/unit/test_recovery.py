"""A copy of the keys opens for the holder of the recovery key, for its own backup, and for nobody else."""

from __future__ import annotations

import json
from importlib import resources

import pyhpke
import pytest

from expressplatform.errors import InvalidInput, StoreUnusable
from expressplatform.recovery import open_keys, private_text, public_text, read_private, read_public, seal_keys
from expressplatform.sealing import EncryptionPair, new_encryption_pair

COPY = b"a key store" * 100
PAIR = EncryptionPair.of(bytes(range(32)))


def refused(private: bytes, sealed: bytes, backup_id: str = "b1") -> str:
    with pytest.raises(StoreUnusable) as caught:
        open_keys(private, sealed, backup_id)
    return caught.value.code


class TestSealedCopies:
    def test_the_private_half_opens_what_was_sealed_to_the_public_one(self) -> None:
        sealed = seal_keys(PAIR.public, COPY, "b1")
        assert open_keys(PAIR.private, sealed, "b1") == COPY
        assert COPY[:11] not in sealed
        assert seal_keys(PAIR.public, COPY, "b1") != sealed

    def test_it_opens_with_an_independent_implementation(self) -> None:
        """RFC 9180, base mode: X25519, HKDF-SHA256, AES-256-GCM; the info is what the module says."""
        sealed = seal_keys(PAIR.public, COPY, "b1")
        suite = pyhpke.CipherSuite.new(
            pyhpke.KEMId.DHKEM_X25519_HKDF_SHA256, pyhpke.KDFId.HKDF_SHA256, pyhpke.AEADId.AES256_GCM
        )
        private = suite.kem.deserialize_private_key(PAIR.private)
        parts = (b"expressplatform key copy 1", b"\x01", b"b1")
        info = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        assert suite.create_recipient_context(sealed[1:33], private, info=info).open(sealed[33:]) == COPY

    def test_another_key_and_another_backup_open_nothing(self) -> None:
        sealed = seal_keys(PAIR.public, COPY, "b1")
        assert refused(new_encryption_pair().private, sealed) == "wrong_recovery_key"
        assert refused(PAIR.private[:31], sealed) == "wrong_recovery_key"
        assert refused(PAIR.private, sealed, "b2") == "wrong_recovery_key"

    def test_each_damaged_byte_and_each_truncation_is_refused(self) -> None:
        sealed = seal_keys(PAIR.public, b"keys", "b1")
        for at in range(len(sealed)):
            damaged = sealed[:at] + bytes((sealed[at] ^ 1,)) + sealed[at + 1 :]
            assert refused(PAIR.private, damaged) in ("wrong_recovery_key", "unknown_suite")
            assert refused(PAIR.private, sealed[:at]) in ("wrong_recovery_key", "unknown_suite")

    @pytest.mark.parametrize("public", [b"", bytes(31), bytes(32)])
    def test_nothing_is_sealed_to_what_is_no_key(self, public: bytes) -> None:
        with pytest.raises(StoreUnusable) as caught:
            seal_keys(public, COPY, "b1")
        assert caught.value.code == "unusable_recovery_key"


class TestHalvesAsText:
    def test_each_half_comes_back_from_its_file_and_from_its_digits(self) -> None:
        assert read_public(public_text(PAIR)) == read_public(PAIR.public.hex().upper()) == PAIR.public
        assert read_private(private_text(PAIR)) == read_private(f" {PAIR.private.hex()}\n") == PAIR.private

    def test_neither_half_is_taken_for_the_other(self) -> None:
        for read, text in ((read_public, private_text(PAIR)), (read_private, public_text(PAIR))):
            with pytest.raises(InvalidInput) as caught:
                read(text)
            assert PAIR.private.hex() not in str(caught.value)

    @pytest.mark.parametrize("text", ["", "00" * 31, "zz" * 32, "00" * 32 + "\n" + "00" * 32])
    def test_anything_else_is_no_key(self, text: str) -> None:
        for read in (read_public, read_private):
            with pytest.raises(InvalidInput):
                read(text)


class TestSuiteOneNeverChanges:
    """Whoever keeps a sealed copy can open it with every later release."""

    def test_a_frozen_copy_opens_and_its_spoilt_ones_do_not(self) -> None:
        path = resources.files("expressplatform").joinpath("vectors/recovery-1.json")
        frozen = json.loads(path.read_text("utf-8"))
        private = read_private(frozen["private"])
        assert EncryptionPair.of(private).public == read_public(frozen["public"])
        for one in frozen["valid"]:
            assert open_keys(private, bytes.fromhex(one["sealed"]), one["backup"]).hex() == one["copy"]
        for one in frozen["invalid"]:
            assert refused(private, bytes.fromhex(one["sealed"]), one["backup"]) == one["code"], one["why"]
