"""Sealing and signing on examples; the same laws over all inputs are among the property tests."""

from __future__ import annotations

import json
import pickle
import threading
from collections.abc import Callable
from functools import partial
from importlib import resources

import attrs
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from expressplatform.errors import KeyDestroyed, KeyMissing, SealBroken, SignatureInvalid
from expressplatform.sealing import (
    OVERHEAD,
    CaseKey,
    Context,
    DisclosureContext,
    EncryptionPair,
    KeyRing,
    RecipientKey,
    new_encryption_pair,
    new_key,
    open_for,
    seal_for,
    token,
    unwrap_key,
    wrap_key,
)
from expressplatform.signing import SigningKey, VerifyingKey, key_id

PLACE = {
    "case_id": "case-1",
    "version": 3,
    "kind": "uploaded",
    "schema": 1,
    "facts": b'{"status":"UPLOADED"}',
    "label": "particulars",
}
ELSEWHERE = {
    "case_id": "case-2",
    "version": 4,
    "kind": "obtained",
    "schema": 2,
    "facts": b'{"status":"OBTAINED"}',
    "label": "evidence",
}


def at(**changes: object) -> Context:
    """The usual place, with these parts of it changed."""
    return Context(**{**PLACE, **changes})  # type: ignore[arg-type]


HERE = at()
CANARY = "Wq7ZkT2vLx9RbN4c"
ENVELOPE = DisclosureContext("case-1", "trader-1", "k1", "d1", "HANDLING", 1)
OTHER_ENVELOPES = {
    "case_id": "case-2",
    "recipient": "trader-2",
    "key_id": "k2",
    "disclosure_id": "d2",
    "purpose": "RESEARCH",
    "schema": 2,
}


def broken(act: Callable[..., object], *arguments: object) -> str:
    """The code with which ``act`` refuses; no canary in the error, and no cause that could hold one."""
    with pytest.raises(SealBroken) as caught:
        act(*arguments)
    assert CANARY not in str(caught.value) + repr(caught.value)
    assert caught.value.__cause__ is None
    return caught.value.code


class TestTheSealOfACase:
    def test_what_is_sealed_opens_in_its_place(self) -> None:
        key = CaseKey(new_key())
        assert key.open(key.seal(CANARY.encode(), HERE), HERE) == CANARY.encode()

    def test_an_empty_plaintext_costs_exactly_the_overhead(self) -> None:
        key = CaseKey(new_key())
        blob = key.seal(b"", HERE)
        assert (len(blob), key.open(blob, HERE)) == (OVERHEAD, b"")

    @pytest.mark.parametrize("field", list(ELSEWHERE))
    def test_a_blob_moved_to_another_place_never_opens(self, field: str) -> None:
        key = CaseKey(new_key())
        blob = key.seal(CANARY.encode(), HERE)
        moved = at(**{field: ELSEWHERE[field]})
        assert broken(key.open, blob, moved) == "altered"

    def test_text_that_slides_from_one_field_into_the_next_makes_another_place(self) -> None:
        places = {at(case_id="case", kind="ab", facts=b"c"), at(case_id="casea", kind="b", facts=b"c")}
        places.add(at(case_id="case", kind="a", facts=b"bc"))
        assert len({place.associated_data for place in places}) == 3

    @pytest.mark.parametrize("damage", [{"version": -1}, {"schema": 1 << 40}, {"case_id": "\ud800"}])
    def test_a_place_that_cannot_be_written_down_is_none(self, damage: dict[str, object]) -> None:
        assert broken(partial(at, **damage)) == "no_such_place"

    def test_each_flipped_bit_breaks_the_seal(self) -> None:
        key = CaseKey(new_key())
        blob = key.seal(CANARY.encode(), HERE)
        for bit in range(8 * len(blob)):
            flipped = bytearray(blob)
            flipped[bit // 8] ^= 1 << bit % 8
            expected = "unknown_suite" if bit < 8 else "wrong_key" if bit < 8 * 33 else "altered"
            assert broken(key.open, bytes(flipped), HERE) == expected

    def test_each_truncation_and_each_addition_breaks_the_seal(self) -> None:
        key = CaseKey(new_key())
        blob = key.seal(CANARY.encode(), HERE)
        for length in range(len(blob)):
            expected = "truncated" if length < OVERHEAD else "altered"
            assert broken(key.open, blob[:length], HERE) == expected
        assert broken(key.open, blob + b"\0", HERE) == "altered"

    def test_another_cases_key_is_told_apart_before_anything_is_opened(self) -> None:
        blob = CaseKey(new_key()).seal(CANARY.encode(), HERE)
        assert broken(CaseKey(new_key()).open, blob, HERE) == "wrong_key"

    def test_no_nonce_comes_twice_in_ten_thousand_seals(self) -> None:
        key = CaseKey(new_key())
        assert len({key.seal(b"", HERE)[33:45] for _ in range(10_000)}) == 10_000

    @pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
    def test_a_key_of_another_length_is_no_key(self, length: int) -> None:
        for act in (CaseKey, lambda key: token(key, "x")):
            with pytest.raises(ValueError, match="32 bytes"):
                act(bytes(length))

    def test_one_key_serves_many_threads(self) -> None:
        key, wrong = CaseKey(new_key()), list[int]()

        def work(number: int) -> None:
            place = at(version=number)
            for turn in range(300):
                text = f"{number}/{turn}".encode()
                if key.open(key.seal(text, place), place) != text:
                    wrong.append(number)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong

    def test_evidence_of_two_cases_never_shares_an_address(self) -> None:
        one, other = CaseKey(b"1" * 32), CaseKey(b"2" * 32)
        assert one.address(b"photo") == CaseKey(b"1" * 32).address(b"photo")
        assert len({one.address(b"photo"), other.address(b"photo"), one.address(b"photo2")}) == 3


# -- the collision that the commitment is there for --------------------------------------------------------


def times(x: int, y: int) -> int:
    """Multiplication in GCM's field (NIST SP 800-38D, 6.3)."""
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = y >> 1 ^ (0xE1 << 120 if y & 1 else 0)
    return product


def inverse(x: int) -> int:
    power, result = x, 1 << 127
    for _ in range(127):
        power = times(power, power)
        result = times(result, power)
    return result


def encrypted(key: bytes, block: bytes) -> int:
    encryptor = Cipher(algorithms.AES256(key), modes.ECB()).encryptor()
    return int.from_bytes(encryptor.update(block), "big")


def opens_under_both(keys: tuple[bytes, bytes], nonce: bytes, aad: bytes) -> bytes:
    """A ciphertext of two blocks, and its tag, that AES-256-GCM accepts under both keys."""
    padded = aad + bytes(-len(aad) % 16)
    known = [padded[at : at + 16] for at in range(0, len(padded), 16)] + [b"a chosen block.."]
    lengths = (8 * len(aad)).to_bytes(8, "big") + (8 * 32).to_bytes(8, "big")
    hashes_, rest = [], []
    for key in keys:
        h, ghash = encrypted(key, bytes(16)), 0
        for block in (*known, bytes(16), lengths):
            ghash = times(ghash ^ int.from_bytes(block, "big"), h)
        hashes_.append(times(h, h))
        rest.append(ghash ^ encrypted(key, nonce + b"\0\0\0\1"))
    free = times(rest[0] ^ rest[1], inverse(hashes_[0] ^ hashes_[1]))
    tag = rest[0] ^ times(free, hashes_[0])
    return known[-1] + free.to_bytes(16, "big") + tag.to_bytes(16, "big")


class TestTheCommitment:
    """One ciphertext that opens under two keys can be built for GCM; the commitment refuses it."""

    def test_a_ciphertext_built_for_two_keys_opens_under_the_committed_one_only(self) -> None:
        data_keys = (new_key(), new_key())
        derived = [HKDF(hashes.SHA256(), 96, None, b"expressplatform case key 1").derive(k) for k in data_keys]
        nonce, aad = new_key()[:12], HERE.associated_data
        sealed = opens_under_both((derived[0][:32], derived[1][:32]), nonce, aad)
        texts = {AESGCM(key[:32]).decrypt(nonce, sealed, aad) for key in derived}
        assert len(texts) == 2  # the collision is real: bare GCM opens it to two texts

        for mine, other in ((0, 1), (1, 0)):
            blob = b"\1" + derived[mine][32:64] + nonce + sealed
            assert CaseKey(data_keys[mine]).open(blob, HERE) in texts
            assert broken(CaseKey(data_keys[other]).open, blob, HERE) == "wrong_key"

    def test_a_blob_under_another_keys_commitment_opens_under_neither(self) -> None:
        one, other = CaseKey(new_key()), CaseKey(new_key())
        mixed = other.seal(b"", HERE)[:33] + one.seal(CANARY.encode(), HERE)[33:]
        assert broken(one.open, mixed, HERE) == "wrong_key"
        assert broken(other.open, mixed, HERE) == "altered"


class TestWrappedKeys:
    def test_a_wrapped_key_comes_back_for_its_case(self) -> None:
        kek, key = new_key(), new_key()
        assert unwrap_key(kek, wrap_key(kek, key, "case-1"), "case-1") == key

    def test_a_wrapped_key_moved_to_another_case_use_or_wrapping_key_does_not_unwrap(self) -> None:
        kek = new_key()
        wrapped = wrap_key(kek, new_key(), "case-1")
        assert broken(unwrap_key, kek, wrapped, "case-2") == "altered"
        assert broken(lambda: unwrap_key(kek, wrapped, "case-1", label="secret")) == "altered"
        assert broken(unwrap_key, new_key(), wrapped, "case-1") == "altered"

    def test_a_damaged_wrapped_key_does_not_unwrap(self) -> None:
        kek = new_key()
        wrapped = wrap_key(kek, new_key(), "case-1")
        for length in range(len(wrapped)):
            assert broken(unwrap_key, kek, wrapped[:length], "case-1") == "truncated"
        assert broken(unwrap_key, kek, b"\2" + wrapped[1:], "case-1") == "unknown_suite"
        assert broken(unwrap_key, kek, wrapped[:-1] + bytes((wrapped[-1] ^ 1,)), "case-1") == "altered"


# -- opened keys -------------------------------------------------------------------------------------------


class Keys:
    """A key source that counts, and may be interrupted half-way."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def get(self, case_id: str) -> bytes:
        self.calls.append(case_id)
        if case_id == "missing":
            raise KeyMissing(case_id)
        if case_id == "erased":
            raise KeyDestroyed(case_id)
        self.meanwhile()
        return case_id.encode().ljust(32)


class TestTheKeyRing:
    def ring(self, capacity: int = 2, seconds: float = 60.0) -> tuple[KeyRing, Keys, list[float]]:
        keys, now = Keys(), [0.0]
        return KeyRing(keys, capacity, seconds, clock=lambda: now[0]), keys, now

    def test_a_key_is_fetched_once_and_served_for_its_time(self) -> None:
        ring, keys, now = self.ring()
        first = ring.get("a")
        now[0] = 59.9
        assert ring.get("a") is first
        assert keys.calls == ["a"]

    def test_a_key_is_not_served_after_its_minute(self) -> None:
        ring, keys, now = self.ring()
        first = ring.get("a")
        now[0] = 60.0
        assert ring.get("a") is not first
        assert keys.calls == ["a", "a"]

    def test_being_used_does_not_prolong_a_keys_life(self) -> None:
        ring, keys, now = self.ring()
        for now[0] in (0.0, 30.0, 59.0, 61.0):
            ring.get("a")
        assert keys.calls == ["a", "a"]

    def test_the_least_recently_used_key_makes_room(self) -> None:
        ring, keys, _ = self.ring(capacity=2)
        for case_id in ("a", "b", "a", "c", "a", "b"):
            ring.get(case_id)
        assert (keys.calls, len(ring)) == (["a", "b", "c", "b"], 2)

    def test_a_forgotten_key_is_fetched_again(self) -> None:
        ring, keys, _ = self.ring()
        ring.get("a")
        ring.forget("a")
        ring.forget("never seen")
        assert len(ring) == 0
        ring.get("a")
        assert keys.calls == ["a", "a"]

    def test_a_key_forgotten_while_it_was_being_fetched_is_not_kept(self) -> None:
        ring, keys, _ = self.ring()
        keys.meanwhile = lambda: ring.forget("a")
        ring.get("a")
        assert len(ring) == 0

    def test_keys_whose_time_is_over_leave_at_a_sweep_or_at_the_next_fetch(self) -> None:
        ring, _, now = self.ring(capacity=10)
        ring.get("a")
        now[0] = 30.0
        ring.get("b")
        now[0] = 61.0
        ring.get("c")
        assert len(ring) == 2
        now[0] = 200.0
        ring.sweep()
        assert len(ring) == 0

    @pytest.mark.parametrize(("case_id", "error"), [("missing", KeyMissing), ("erased", KeyDestroyed)])
    def test_what_the_key_store_refuses_is_passed_on(self, case_id: str, error: type[Exception]) -> None:
        ring, _, _ = self.ring()
        with pytest.raises(error):
            ring.get(case_id)
        assert len(ring) == 0

    @pytest.mark.parametrize(("capacity", "seconds"), [(0, 60.0), (1, 0.0), (1, -1.0), (1, 60.1)])
    def test_no_ring_holds_a_key_for_more_than_a_minute(self, capacity: int, seconds: float) -> None:
        with pytest.raises(ValueError, match="a minute"):
            self.ring(capacity, seconds)

    def test_a_ring_shared_by_threads_hands_each_its_own_key(self) -> None:
        ring = KeyRing(Keys(), capacity=3)
        blobs = {name: CaseKey(name.encode().ljust(32)).seal(name.encode(), HERE) for name in "abcdef"}
        wrong = list[str]()

        def work() -> None:
            for _ in range(50):
                for name, blob in blobs.items():
                    if ring.get(name).open(blob, HERE) != name.encode():
                        wrong.append(name)
                    ring.forget(name)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong


# -- details for one recipient -----------------------------------------------------------------------------


class TestEnvelopes:
    trader = new_encryption_pair()
    council = SigningKey.generate()

    def sealed(self) -> bytes:
        return seal_for(self.trader.public, CANARY.encode(), info=ENVELOPE, signer=self.council)

    def opened(self, envelope: bytes, expected: DisclosureContext = ENVELOPE) -> bytes:
        return open_for(self.trader.private, envelope, expected=expected, council=self.council.verifying_key)

    def test_the_recipient_opens_what_the_council_sealed(self) -> None:
        assert self.opened(self.sealed()) == CANARY.encode()

    @pytest.mark.parametrize("field", list(OTHER_ENVELOPES))
    def test_an_envelope_opens_for_exactly_what_it_was_sealed_for(self, field: str) -> None:
        other = attrs.evolve(ENVELOPE, **{field: OTHER_ENVELOPES[field]})  # type: ignore[arg-type]
        envelope = self.sealed()
        with pytest.raises(SignatureInvalid):
            self.opened(envelope, other)

    @pytest.mark.parametrize("field", list(OTHER_ENVELOPES))
    def test_the_ciphertext_itself_is_bound_even_when_it_is_signed_anew(self, field: str) -> None:
        other = attrs.evolve(ENVELOPE, **{field: OTHER_ENVELOPES[field]})  # type: ignore[arg-type]
        inner = self.sealed()[65:]
        donor = seal_for(self.trader.public, b"x", info=other, signer=Resigning(self.council, inner))
        assert broken(self.opened, donor[:65] + inner, other) == "wrong_key"

    def test_another_council_cannot_pass_the_envelope_on_as_its_own(self) -> None:
        inner, thief = self.sealed()[65:], SigningKey.generate()
        donor = seal_for(self.trader.public, b"x", info=ENVELOPE, signer=Resigning(thief, inner))
        stolen = donor[:65] + inner
        act = partial(open_for, self.trader.private, stolen, expected=ENVELOPE, council=thief.verifying_key)
        assert broken(act) == "wrong_key"

    def test_another_councils_signature_is_refused(self) -> None:
        foreign = seal_for(self.trader.public, b"x", info=ENVELOPE, signer=SigningKey.generate())
        with pytest.raises(SignatureInvalid):
            self.opened(foreign)

    def test_another_recipients_key_opens_nothing(self) -> None:
        envelope, other = self.sealed(), new_encryption_pair()
        for private, code in ((other.private, "wrong_key"), (b"short", "unusable_key")):
            act = partial(open_for, expected=ENVELOPE, council=self.council.verifying_key)
            assert broken(act, private, envelope) == code

    def test_each_damaged_byte_and_each_truncation_is_refused(self) -> None:
        envelope = self.sealed()
        for at in range(len(envelope)):
            flipped = envelope[:at] + bytes((envelope[at] ^ 1,)) + envelope[at + 1 :]
            for damaged in (flipped, envelope[:at]):
                with pytest.raises((SealBroken, SignatureInvalid)):
                    self.opened(damaged)
        assert broken(self.opened, b"\7" + envelope[1:]) == "unknown_suite"
        assert broken(self.opened, envelope[:112]) == "truncated"

    @pytest.mark.parametrize("public", [b"", bytes(31), bytes(32), b"\1" + bytes(31)])
    def test_nothing_is_sealed_to_what_is_no_key(self, public: bytes) -> None:
        act = partial(seal_for, public, CANARY.encode(), info=ENVELOPE, signer=self.council)
        assert broken(act) == "unusable_key"

    @pytest.mark.parametrize("public", [b"", bytes(31), bytes(33)])
    def test_what_is_no_key_is_refused_when_it_is_made_ready(self, public: bytes) -> None:
        assert broken(RecipientKey, public) == "unusable_key"

    @pytest.mark.parametrize("public", [bytes(32), b"\1" + bytes(31)])
    def test_a_key_that_everybody_could_open_is_refused_when_it_is_used(self, public: bytes) -> None:
        assert broken(RecipientKey(public).seal, CANARY.encode(), b"") == "unusable_key"

    def test_a_key_made_ready_seals_to_the_same_holder_again_and_again(self) -> None:
        key = RecipientKey(self.trader.public)
        sealed = [seal_for(key, CANARY.encode(), info=ENVELOPE, signer=self.council) for _ in range(3)]
        assert [self.opened(one) for one in sealed] == [CANARY.encode()] * 3
        assert len(set(sealed)) == 3
        assert (key.public, key.key_id) == (self.trader.public, self.trader.key_id)
        assert repr(key) == f"<RecipientKey {self.trader.key_id}>"

    def test_a_kept_private_half_gives_the_same_pair(self) -> None:
        again = EncryptionPair.of(self.trader.private)
        assert (again.public, again.key_id) == (self.trader.public, key_id(self.trader.public))


class Resigning:
    """A signer that puts its signature over another ciphertext than the one it is given."""

    def __init__(self, key: SigningKey, inner: bytes) -> None:
        self.key, self.inner, self.public, self.key_id = key, inner, key.public, key.key_id

    def sign(self, data: bytes) -> bytes:
        head, at = b"", 0
        for _ in range(2):
            length = int.from_bytes(data[at : at + 4], "big")
            head += data[at : at + 4 + length]
            at += 4 + length
        return self.key.sign(head + len(self.inner).to_bytes(4, "big") + self.inner)


class TestSignatures:
    def test_a_signature_holds_for_exactly_its_data_and_its_key(self) -> None:
        key = SigningKey.generate()
        signature = key.sign(b"data")
        key.verifying_key.verify(b"data", signature)
        for verifier, data, given in (
            (key.verifying_key, b"Data", signature),
            (SigningKey.generate().verifying_key, b"data", signature),
            (key.verifying_key, b"data", signature[:-1]),
            (key.verifying_key, b"data", b""),
        ):
            with pytest.raises(SignatureInvalid) as caught:
                verifier.verify(data, given)
            assert caught.value.key_id == verifier.key_id

    def test_each_flipped_bit_of_a_signature_is_refused(self) -> None:
        key = SigningKey.generate()
        signature = key.sign(b"data")
        for bit in range(8 * len(signature)):
            flipped = bytearray(signature)
            flipped[bit // 8] ^= 1 << bit % 8
            with pytest.raises(SignatureInvalid):
                key.verifying_key.verify(b"data", bytes(flipped))

    def test_a_kept_seed_and_kept_public_bytes_give_the_same_keys(self) -> None:
        key = SigningKey.generate()
        again, public = SigningKey.from_bytes(key.seed()), VerifyingKey.from_bytes(key.public)
        assert again.sign(b"x") == key.sign(b"x")
        assert {again.verifying_key, key.verifying_key} == {public}
        assert public != key.public
        assert again.key_id == public.key_id == key_id(public.public)

    @pytest.mark.parametrize("make", [SigningKey.from_bytes, VerifyingKey.from_bytes])
    def test_bytes_of_another_length_are_no_key(self, make: Callable[[bytes], object]) -> None:
        with pytest.raises(SignatureInvalid) as caught:
            make(CANARY.encode())
        assert caught.value.code == "unusable_key"
        assert CANARY not in repr(caught.value)


class TestNothingSecretIsShown:
    def test_no_representation_shows_a_key(self) -> None:
        secret = CANARY.encode() * 2
        shown = [
            CaseKey(secret),
            SigningKey(secret),
            EncryptionPair.of(secret),
            SigningKey(secret).verifying_key,
        ]
        for thing in shown:
            for text in (repr(thing), str(thing)):
                assert CANARY not in text
                assert secret.hex() not in text
                assert len(text) < 60

    def test_a_context_does_not_print_the_facts(self) -> None:
        assert CANARY not in repr(at(facts=CANARY.encode()))

    def test_opened_keys_cannot_be_pickled(self) -> None:
        for thing in (CaseKey(new_key()), SigningKey.generate(), SigningKey.generate().verifying_key):
            with pytest.raises(TypeError):
                pickle.dumps(thing)


class TestSuiteOneNeverChanges:
    """What was once sealed must open for as long as its case is kept: frozen bytes, opened and made again."""

    vectors = json.loads(resources.files("expressplatform").joinpath("vectors/sealing-1.json").read_text("utf-8"))

    def test_a_frozen_blob_opens_in_its_place(self) -> None:
        frozen = self.vectors["sealed"]
        place = Context(**{**frozen["context"], "facts": bytes.fromhex(frozen["context"]["facts"])})
        key = CaseKey(bytes.fromhex(frozen["data_key"]))
        assert place.associated_data.hex() == frozen["associated_data"]
        assert key.open(bytes.fromhex(frozen["blob"]), place).hex() == frozen["plaintext"]
        assert key.address(bytes.fromhex(frozen["plaintext"])).hex() == frozen["address"]

    def test_a_frozen_wrapped_key_unwraps(self) -> None:
        frozen = self.vectors["wrapped"]
        kek, wrapped = bytes.fromhex(frozen["kek"]), bytes.fromhex(frozen["wrapped"])
        assert unwrap_key(kek, wrapped, frozen["case_id"], label=frozen["label"]).hex() == frozen["key"]

    def test_tokens_come_out_as_they_did(self) -> None:
        for frozen in self.vectors["tokens"]:
            assert token(bytes.fromhex(frozen["secret"]), *frozen["parts"]).hex() == frozen["token"]
        one, same, other = (frozen["token"] for frozen in self.vectors["tokens"])
        assert one == same != other

    def test_a_frozen_envelope_opens_for_its_recipient(self) -> None:
        frozen = self.vectors["envelope"]
        council = VerifyingKey.from_bytes(bytes.fromhex(frozen["council_public"]))
        details = open_for(
            bytes.fromhex(frozen["private"]),
            bytes.fromhex(frozen["envelope"]),
            expected=DisclosureContext(**frozen["context"]),
            council=council,
        )
        assert details.hex() == frozen["details"]
        assert SigningKey.from_bytes(bytes.fromhex(frozen["council_seed"])).verifying_key == council
