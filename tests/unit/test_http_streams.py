"""A document as a stream of sealed chunks: what arrives is exactly what was sent, or nothing is."""

from __future__ import annotations

import contextlib
import json
from base64 import b64decode
from datetime import UTC, datetime
from importlib import resources
from typing import Any, Final

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKey

from expressplatform.chunks import CHUNK
from expressplatform.codes import EvidenceKind, MediaType
from expressplatform.errors import ExpressPlatformError, InvalidInput, SealBroken, SignatureInvalid, Unauthenticated
from expressplatform.sealing import OVERHEAD, EncryptionPair, open_with
from expressplatform.signing import SigningKey, VerifyingKey
from expressplatform.transport import HttpRequest
from expressplatform_http.protocol import signatures
from expressplatform_http.protocol.details import Recipient, open_details, read_sealed
from expressplatform_http.protocol.digests import RunningDigest, written
from expressplatform_http.protocol.streams import Expected, Incoming, Outgoing, seal_stream
from expressplatform_http.protocol.uploads import Described, Masked, Unwrapping, head_of, write_upload

NOW: Final = datetime(2026, 3, 2, 2, tzinfo=UTC)
CASE: Final = "c" + "1" * 31
PAIR: Final = EncryptionPair.of(bytes(range(32, 64)))
COUNCIL: Final = SigningKey.from_bytes(bytes(range(64, 96)))
KEY: Final = bytes(range(32))
REFUSALS: Final = (SealBroken, SignatureInvalid, InvalidInput)
VECTORS: Final[dict[str, Any]] = json.loads(
    resources.files("expressplatform").joinpath("vectors/streams-1.json").read_text("utf-8")
)
BY_LABEL: Final = {one["label"]: one for one in VECTORS["valid"]}


@attrs.frozen
class Copy:
    """A copy of a document as the platform makes it for a trader."""

    id: str = "e7"
    kind: EvidenceKind = EvidenceKind.PHOTOGRAPH
    media_type: MediaType = MediaType.JPEG
    use_until: datetime | None = NOW


class Keys:
    """The trader's one key."""

    def open(self, key_id: str, sealed: bytes, info: bytes, /) -> bytes:
        if key_id != PAIR.key_id:
            raise SealBroken("unknown_key", "")
        return open_with(PAIR.private, sealed, info)


def outgoing(size: int, copy: Copy = Copy(), key: bytes = KEY) -> Outgoing:
    to = Recipient("taobao", PAIR.public)
    return seal_stream(copy, size=size, case_id=CASE, disclosure_id=f"{CASE}.6", to=to, signer=COUNCIL, key=key)


def incoming(**change: Any) -> Incoming:
    asked = Expected(CASE, "e7", "taobao", (COUNCIL.verifying_key,))
    return Incoming(attrs.evolve(asked, **change), Keys())


def received(data: bytes, step: int, coming: Incoming | None = None) -> bytes:
    coming = coming or incoming()
    pieces = [coming.feed(data[at : at + step]) for at in range(0, len(data), step)]
    return b"".join(pieces) + coming.end()


THREE: Final = bytes(range(251)) * 530
PARTS: Final = tuple(outgoing(len(THREE)).chunks([THREE]))


class TestStream:
    """What was sent arrives, however it is cut on its way."""

    @given(
        st.sampled_from([0, 1, 15, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 9]), st.integers(700, 200_000)
    )
    def test_it_arrives_as_it_was_sent(self, size: int, step: int) -> None:
        content = (bytes(range(256)) * 520)[:size]
        out = outgoing(size)
        data = b"".join(out.chunks(content[at : at + step] for at in range(0, size, step)))
        assert len(data) == out.size
        coming = incoming()
        assert received(data, step, coming) == content
        assert coming.shown is not None
        told = coming.shown
        assert (told.kind, told.media_type, told.use_until, told.size) == ("photograph", "image/jpeg", NOW, size)

    def test_nothing_is_handed_out_that_is_not_proven(self) -> None:
        """A chunk is held until the next one, or the end, says that it is not the last, or is."""
        coming = incoming()
        assert coming.feed(PARTS[0] + PARTS[1]) == b""
        assert coming.feed(PARTS[2]) == THREE[:CHUNK]

    def test_no_more_than_two_chunks_are_held(self) -> None:
        coming = incoming()
        coming.feed(PARTS[0])
        for start in range(0, len(PARTS[1]), 1000):
            coming.feed(PARTS[1][start : start + 1000])
            assert len(coming._held) <= CHUNK + OVERHEAD + 1000

    @given(st.integers(len(PARTS[0]), len(b"".join(PARTS)) - 1), st.sampled_from([1, 0x80]))
    def test_any_change_of_a_chunk_is_found(self, at: int, bit: int) -> None:
        """Of every byte, wherever it stands: what is refused may have been handed out before, and never to its end."""
        data = bytearray(b"".join(PARTS))
        data[at] ^= bit
        with pytest.raises(REFUSALS):
            received(bytes(data), 30_000)

    @given(st.integers(0, len(PARTS[0]) - 1), st.sampled_from([1, 2, 0x20, 0x80]))
    def test_no_change_of_what_stands_in_front_changes_what_arrives(self, at: int, bit: int) -> None:
        """What is not sealed there is believed by nobody: it is refused, or makes no difference."""
        data = bytearray(b"".join(PARTS))
        data[at] ^= bit
        with contextlib.suppress(*REFUSALS):
            assert received(bytes(data), 30_000) == THREE

    @given(st.integers(0, len(b"".join(PARTS)) - 1))
    def test_any_cut_is_found(self, at: int) -> None:
        with pytest.raises(REFUSALS):
            received(b"".join(PARTS)[:at], 50_000)

    @given(st.lists(st.integers(1, 3), max_size=5))
    def test_any_other_order_is_found(self, places: list[int]) -> None:
        if places != [1, 2, 3]:
            with pytest.raises(REFUSALS):
                received(b"".join((PARTS[0], *(PARTS[place] for place in places))), 70_000)

    @given(st.integers(1, 3))
    def test_a_chunk_of_another_answer_of_the_same_document_is_found(self, place: int) -> None:
        others = tuple(outgoing(len(THREE), key=bytes(32)).chunks([THREE]))
        spliced = [*PARTS]
        spliced[place] = others[place]
        with pytest.raises(SealBroken):
            received(b"".join(spliced), 70_000)

    @given(st.binary(max_size=60) | st.builds(lambda one: len(one).to_bytes(4, "big") + one, st.binary(max_size=60)))
    def test_any_bytes_are_refused(self, data: bytes) -> None:
        with pytest.raises(REFUSALS):
            received(data, 7)

    @pytest.mark.parametrize(
        "change", [{"case_id": "c" + "2" * 31}, {"recipient": "jd"}, {"evidence_id": "e8"}, {"councils": ()}]
    )
    def test_what_was_not_asked_for_is_not_taken_for_it(self, change: dict[str, Any]) -> None:
        with pytest.raises((SealBroken, SignatureInvalid)):
            received(b"".join(PARTS), 70_000, incoming(**change))

    def test_a_copy_for_somebody_else_is_not_sealed(self) -> None:
        with pytest.raises(InvalidInput):
            outgoing(1, Copy(use_until=None))

    def test_it_is_not_taken_for_details(self) -> None:
        """The envelope in front of a document is of another edition than that of details."""
        sealed = read_sealed(json.loads(PARTS[0][4:]))
        with pytest.raises(InvalidInput):
            open_details(sealed, case_id=CASE, recipient="taobao", opener=Keys(), councils=(COUNCIL.verifying_key,))

    def test_the_key_opens_with_another_make_of_hpke(self) -> None:
        """`pyhpke` opens the envelope, and the signature holds by `cryptography` alone."""
        sealed = json.loads(PARTS[0][4:])
        envelope = b64decode(sealed["envelope"])

        def frame(*parts: bytes) -> bytes:
            return b"".join(len(part).to_bytes(4, "big") + part for part in parts)

        names = (CASE, "taobao", PAIR.key_id, f"{CASE}.6#e7", "handling")
        info = frame(b"expressplatform disclosure 1", b"\1", COUNCIL.public, b"2", *(name.encode() for name in names))
        signed = frame(b"expressplatform signed disclosure 1", info, envelope[65:])
        Ed25519PublicKey.from_public_bytes(COUNCIL.public).verify(envelope[1:65], signed)
        suite = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES256_GCM)
        key = KEMKey.from_pyca_cryptography_key(X25519PrivateKey.from_private_bytes(PAIR.private))
        plain = json.loads(suite.create_recipient_context(envelope[65:97], key, info=info).open(envelope[97:]))
        assert (plain["key"], plain["size"]) == (KEY.hex(), len(THREE))


class TestVectors:
    """What is published holds."""

    def asked(self, case: dict[str, Any]) -> tuple[Incoming, bytes]:
        councils = (VerifyingKey(bytes.fromhex(VECTORS["council_public"])),)
        coming = Incoming(Expected(case["case_id"], case["evidence_id"], case["recipient"], councils), Keys())
        parts = (
            b64decode(BY_LABEL[one["of"]]["stream"][one["part"]] if isinstance(one, dict) else one)
            for one in case["stream"]
        )
        return coming, b"".join(parts)

    def test_they_are_for_the_key_of_these_tests(self) -> None:
        assert VECTORS["private"] == PAIR.private.hex()

    @pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda case: case["label"])
    def test_what_is_valid_opens(self, case: dict[str, Any]) -> None:
        coming, data = self.asked(case)
        unit, size = b64decode(case["content"]["repeat"]), case["content"]["size"]
        assert received(data, 9999, coming) == (unit * (size // len(unit) + 1))[:size]
        told = coming.shown
        assert told is not None
        assert (told.kind, told.media_type, told.size) == (case["kind"], case["media_type"], size)
        assert told.use_until == datetime.fromisoformat(case["use_until"])

    @pytest.mark.parametrize("case", VECTORS["invalid"], ids=lambda case: case["why"])
    @pytest.mark.parametrize("step", [333, 1_000_000])
    def test_what_is_not_does_not(self, case: dict[str, Any], step: int) -> None:
        coming, data = self.asked(case)
        with pytest.raises(REFUSALS) as caught:
            received(data, step, coming)
        assert isinstance(caught.value, ExpressPlatformError)
        assert (type(caught.value).__name__, caught.value.code) == (case["error"], case["code"])


class TestUpload:
    """The body of a document on its way in, read as it comes."""

    @given(st.binary(max_size=300), st.integers(1, 40), st.text(max_size=20))
    def test_head_and_content_come_apart(self, content: bytes, step: int, name: str) -> None:
        described = Described(EvidenceKind.PHOTOGRAPH, "".join(one for one in name if one.isprintable()))
        body, reading = write_upload(described, content), Unwrapping()
        got = b"".join(reading.feed(body[at : at + step]) for at in range(0, len(body), step))
        assert (got, reading.described(Described)) == (content, described)

    def test_it_is_the_head_before_the_content(self) -> None:
        assert write_upload(Masked(), b"x") == head_of(Masked()) + b"x"

    @given(st.binary(max_size=40), st.integers(1, 9))
    def test_any_other_body_is_refused(self, body: bytes, step: int) -> None:
        reading = Unwrapping()

        def read() -> None:
            for at in range(0, len(body), step):
                reading.feed(body[at : at + step])
            reading.described(Described)

        with pytest.raises(InvalidInput):
            read()

    @given(st.lists(st.binary(max_size=50), max_size=8))
    def test_the_digest_of_pieces_is_that_of_the_whole(self, pieces: list[bytes]) -> None:
        running = RunningDigest()
        for piece in pieces:
            running.update(piece)
        said = signatures.content_digest(b"".join(pieces))
        assert running.written() == said
        assert running.agrees(said)
        assert not any(running.agrees(other) for other in ("", said[:-1], said.upper(), f"{said} ", "é"))
        assert written(bytes(32)).startswith("sha-256=:AAAA")

    def test_a_request_is_believed_before_its_body_is_here_by_the_digest_that_it_signs(self) -> None:
        signer = SigningKey.generate()
        said = ("content-digest", signatures.content_digest(b"the body"))
        bare = HttpRequest("POST", "https://a.example/x", (said,))
        signed = signatures.sign(bare, signer=signer, created=NOW, nonce="n" * 16)
        known = signatures.KnownKey(signer.verifying_key)
        assert signatures.verify(signatures.claim(signed, body_follows=True), known, at=NOW).nonce == "n" * 16
        with pytest.raises(Unauthenticated):
            signatures.claim(signed)
        none = signatures.sign(attrs.evolve(bare, headers=()), signer=signer, created=NOW, nonce="n" * 16)
        with pytest.raises(Unauthenticated) as caught:
            signatures.claim(none, body_follows=True)
        assert caught.value.reason == signatures.Reason.DIGEST
