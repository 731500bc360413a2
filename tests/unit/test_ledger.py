"""The ledger on examples: published vectors, and everything that is refused, one by one."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Any, Final

import attrs
import pytest

from expressplatform import ledger
from expressplatform.errors import ExpressPlatformError, InvalidInput, LedgerBroken, SignatureInvalid
from expressplatform.ports import StoredEvent
from expressplatform.signing import VerifyingKey
from tests.ledgers import KEY, ORIGIN, OTHER_KEY, leaves, naive_root, rows, signed, tree_of

# The vectors of the Certificate Transparency reference implementation (github.com/google/certificate-transparency,
# and github.com/transparency-dev/merkle, testonly/constants.go).
CT_LEAVES: Final = tuple(
    map(
        bytes.fromhex,
        ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"),
    )
)
CT_ROOTS: Final = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
CT_INCLUSION: Final[dict[tuple[int, int], tuple[str, ...]]] = {
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
}
CT_CONSISTENCY: Final[dict[tuple[int, int], tuple[str, ...]]] = {
    (1, 8): CT_INCLUSION[0, 8],
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
# A checkpoint of the Go checksum database as it was served, and its key as the go command carries it
# (cmd/go/internal/modfetch/key.go).
GO_KEY: Final = b64decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
GO_NOTE: Final = (
    "go.sum database tree\n6476701\nmb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=\n\n"
    "— sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=\n"
).encode()

LOG: Final = rows(300)
TREE: Final = tree_of([ledger.leaf_of(row) for row in LOG])
CHECKPOINT, NOTE = signed(LOG)
SOME: Final = [(at, LOG[at]) for at in (3, 10, 17)]


def why(error: ExpressPlatformError) -> list[str]:
    return [f"{one.path} {one.kind}" for one in error.problems] if isinstance(error, InvalidInput) else [error.code]


def refused(act: Any, *args: Any, **more: Any) -> list[str]:
    with pytest.raises(ExpressPlatformError) as caught:
        act(*args, **more)
    return why(caught.value)


def read(note: bytes, **changes: Any) -> ledger.Checkpoint:
    asked: dict[str, Any] = {"origin": ORIGIN, "public": KEY.public, "verify": KEY.verifying_key.verify}
    return ledger.read_checkpoint(note, **{**asked, **changes})


def made(**changes: Any) -> ledger.Bundle:
    asked: dict[str, Any] = {"tree": TREE, "checkpoint": NOTE, "public": KEY.public}
    return ledger.make_bundle(SOME, **{**asked, **changes})


def verified(bundle: ledger.Bundle, **changes: Any) -> ledger.Checkpoint:
    asked: dict[str, Any] = {"origin": ORIGIN, "public": KEY.public, "verify": KEY.verifying_key.verify}
    return ledger.verify_bundle(bundle, **{**asked, **changes})


class TestPublishedVectors:
    """The tree is that of RFC 6962 and RFC 9162, the note that of C2SP: others' logs come out the same."""

    def test_roots_of_every_size(self) -> None:
        hashes = [ledger.leaf_hash(leaf) for leaf in CT_LEAVES]
        for size, root in enumerate(CT_ROOTS):
            assert naive_root(hashes[:size]).hex() == root
            assert ledger.EMPTY.extend(hashes[:size]).root().hex() == root
            assert tree_of(hashes).root(size).hex() == root

    def test_proofs(self) -> None:
        tree = tree_of([ledger.leaf_hash(leaf) for leaf in CT_LEAVES])
        for (place, size), proof in CT_INCLUSION.items():
            assert tuple(one.hex() for one in tree.inclusion_proof(place, size)) == proof
        for (old, size), proof in CT_CONSISTENCY.items():
            assert tuple(one.hex() for one in tree.consistency_proof(old, size)) == proof

    def test_a_note_that_another_log_signed_verifies(self) -> None:
        kind, public = GO_KEY[:1], GO_KEY[1:]
        note = ledger.read_note(GO_NOTE)
        (one,) = note.signatures
        assert kind == b"\x01"
        assert one.name == "sum.golang.org"
        assert one.key_hash.hex() == "033de0ae"
        assert ledger.key_hash(one.name, public) == one.key_hash
        VerifyingKey(public).verify(note.text.encode(), one.value)
        with pytest.raises(SignatureInvalid):
            VerifyingKey(public).verify(note.text.upper().encode(), one.value)

    def test_a_log_whose_origin_is_no_name_is_not_ours(self) -> None:
        public = GO_KEY[1:]
        asked = {"origin": "sum.golang.org", "public": public, "verify": VerifyingKey(public).verify}
        assert refused(read, GO_NOTE, **asked) == ["$.origin value"]


class TestARow:
    """A row's bytes are written down: a change of them would break every proof there is."""

    def test_the_bytes_of_a_row(self) -> None:
        row = StoredEvent("c-1", 2, "lodged", 1, b"{}", b"\x00\xff")
        assert ledger.row_bytes(ledger.row_of(row)) == (
            b"expressplatform row 1"
            b"\x00\x00\x00\x00\x00\x00\x00\x02"
            b"\x00\x00\x00\x01"
            b"\x00\x00\x00\x03c-1"
            b"\x00\x00\x00\x06lodged"
            b"\x00\x00\x00\x02{}" + sha256(b"\x00\xff").digest()
        )
        assert ledger.leaf_of(row) == sha256(b"\x00" + ledger.row_bytes(ledger.row_of(row))).digest()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"version": -1},
            {"version": 2**64},
            {"schema": 2**32},
            {"case_id": "\ud800"},
            {"kind": "\udfff"},
            {"sealed_sha256": bytes(31)},
            {"facts": "{}"},
            {"case_id": b"c-1"},
            {"version": "1"},
        ],
    )
    def test_what_no_row_can_hold_is_the_operators_to_see_to(self, wrong: dict[str, Any]) -> None:
        assert refused(ledger.row_bytes, attrs.evolve(ledger.row_of(LOG[0]), **wrong)) == ["corrupt_event"]

    def test_a_sealed_part_that_is_no_bytes_has_no_row(self) -> None:
        wrong = attrs.evolve(LOG[0], sealed="text")  # type: ignore[arg-type]
        assert refused(ledger.leaf_of, wrong) == ["corrupt_event"]


class TestAFrontier:
    """What is kept between two runs is small, and nothing else passes for it."""

    def test_a_million_leaves_leave_a_few_hashes(self) -> None:
        frontier = ledger.Frontier(1_000_000, (bytes(32),) * (1_000_000).bit_count())
        assert len(frontier.save()) == 26 + 8 + 32 * 7
        assert ledger.Frontier.resume(frontier.save()) == frontier

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda saved: b"",
            lambda saved: saved[:30],
            lambda saved: saved[:-1],
            lambda saved: saved[:-32],
            lambda saved: saved + bytes(32),
            lambda saved: b"E" + saved[1:],
            lambda saved: saved[:26] + b"\xff" * 8 + bytes(32 * 64),
        ],
    )
    def test_what_is_not_a_saved_frontier_does_not_resume(self, spoil: Any) -> None:
        saved = ledger.EMPTY.extend(leaves(5)).save()
        assert refused(ledger.Frontier.resume, spoil(saved)) == ["corrupt_ledger"]

    def test_a_hash_of_another_length_is_not_added(self) -> None:
        assert refused(ledger.EMPTY.extend, [bytes(31)]) == ["corrupt_ledger"]
        assert refused(ledger.Frontier, 1, (bytes(33),)) == ["corrupt_ledger"]
        assert refused(ledger.Frontier, -1, (bytes(32),)) == ["corrupt_ledger"]


class TestATree:
    """Proofs come from leaves that stand elsewhere; what cannot be proven is refused."""

    def test_a_proof_reads_few_leaves_once_the_others_have_been_read(self) -> None:
        hashes, asked = leaves(20_000), list[int]()

        def read_leaves(start: int, end: int) -> list[bytes]:
            asked.append(end - start)
            return hashes[start:end]

        kept: dict[tuple[int, int], bytes] = {}
        ledger.Tree(read_leaves, kept).inclusion_proof(4_000, 20_000)
        assert sum(asked) == 19_999
        for again in (ledger.Tree(read_leaves, kept), ledger.Tree(read_leaves, dict(kept))):
            for place in (0, 4_000, 4_001, 12_345, 19_999):
                asked.clear()
                again.inclusion_proof(place, 20_000)
                again.consistency_proof(place + 1, 20_000)
                assert sum(asked) <= 2 * 3 * ledger.TILE
        assert len(kept) <= 20_000 // 128

    def test_a_store_that_lacks_leaves_is_found_out(self) -> None:
        assert refused(tree_of(leaves(9)).root, 10) == ["corrupt_ledger"]
        assert refused(ledger.Tree(lambda start, end: [bytes(3)] * (end - start)).root, 2) == ["corrupt_ledger"]

    def test_a_place_beyond_the_tree_is_refused(self) -> None:
        assert refused(TREE.root, -1) == ["$.size range"]
        assert refused(TREE.inclusion_proof, 0, 0) == ["$.size range"]
        assert refused(TREE.inclusion_proof, 5, 5) == ["$.place range"]
        assert refused(TREE.inclusion_proof, -1, 5) == ["$.place range"]
        assert refused(TREE.consistency_proof, 6, 5) == ["$.old range"]
        assert refused(TREE.consistency_proof, 0, 2**63) == ["$.size range"]


class TestVerifying:
    """A proof holds or the ledger is broken; there is no third answer."""

    @pytest.mark.parametrize(("place", "size"), [(-1, 5), (5, 5), (0, 0), (0, -1)])
    def test_a_place_outside_the_tree_is_not_included(self, place: int, size: int) -> None:
        assert refused(ledger.verify_inclusion, bytes(32), place, size, [], bytes(32)) == ["not_included"]

    def test_every_tree_begins_with_the_empty_one_and_with_itself(self) -> None:
        five, none = TREE.root(5), ledger.EMPTY_ROOT
        ledger.verify_consistency(0, none, 5, five, [])
        ledger.verify_consistency(5, five, 5, five, [])
        ledger.verify_consistency(0, none, 0, none, [])

    @pytest.mark.parametrize(
        ("old", "old_root", "size", "proof"),
        [
            (0, TREE.root(5), 5, ()),
            (0, ledger.EMPTY_ROOT, 5, (bytes(32),)),
            (0, TREE.root(5), 0, ()),
            (5, TREE.root(4), 5, ()),
            (5, TREE.root(5), 5, (bytes(32),)),
            (6, TREE.root(6), 5, TREE.consistency_proof(5, 6)),
            (-5, TREE.root(5), -5, ()),
            (3, TREE.root(3), 5, ()),
            (4, TREE.root(4), 5, ()),
        ],
    )
    def test_and_with_no_other(self, old: int, old_root: bytes, size: int, proof: tuple[bytes, ...]) -> None:
        assert refused(ledger.verify_consistency, old, old_root, size, TREE.root(5), proof) == ["not_consistent"]

    def test_rows_are_held_against_every_checkpoint_in_one_pass(self) -> None:
        half, _ = signed(LOG, 150)
        assert ledger.verify_rows(iter(LOG), [CHECKPOINT, half]) == ledger.EMPTY.extend(map(ledger.leaf_of, LOG))
        assert ledger.verify_rows([], []) == ledger.EMPTY

    def test_rows_after_the_last_checkpoint_are_nobodys_claim_yet(self) -> None:
        half, _ = signed(LOG, 150)
        assert ledger.verify_rows([*LOG[:150], *LOG[200:]], [half]).size == 250

    def test_the_first_checkpoint_that_does_not_match_is_named(self) -> None:
        points = [signed(LOG, size)[0] for size in (100, 200, 300)]
        with pytest.raises(LedgerBroken) as caught:
            ledger.verify_rows([*LOG[:150], *LOG[151:]], points)
        assert (caught.value.code, caught.value.place) == ("root_differs", 200)
        assert str(caught.value) == "the ledger does not hold at 200 [root_differs]"

    def test_missing_rows_are_counted(self) -> None:
        with pytest.raises(LedgerBroken) as caught:
            ledger.verify_rows(LOG[:299], [CHECKPOINT])
        assert (caught.value.code, caught.value.place) == ("rows_missing", 299)


class TestACheckpoint:
    """A signed note by C2SP, byte for byte; the text is believed only under the expected key."""

    def test_the_bytes_of_a_checkpoint(self) -> None:
        checkpoint, note = signed(LOG, 3)
        root = b64encode(checkpoint.root).decode()
        text = f"council.example/ledger\n3\n{root}\n"
        named = sha256(b"council.example/ledger\n\x01" + KEY.public).digest()[:4]
        signature = b64encode(named + KEY.sign(text.encode())).decode()
        assert note.decode() == f"{text}\n\u2014 council.example/ledger {signature}\n"
        assert read(note) == checkpoint
        assert ledger.claimed_checkpoint(note) == checkpoint

    def test_an_empty_log_has_one_root(self) -> None:
        checkpoint, note = signed([])
        assert read(note) == checkpoint
        assert refused(ledger.Checkpoint, ORIGIN, 0, bytes(32)) == ["$.root value"]

    def test_signatures_of_strangers_are_passed_over(self) -> None:
        _, theirs = signed(LOG, key=OTHER_KEY)
        witness = b"\xe2\x80\x94 witness.example/w " + b64encode(b"1234" + b"s" * 40) + b"\n"
        same_name = theirs.split(b"\n\n")[1]
        assert read(NOTE + witness + same_name) == CHECKPOINT
        assert refused(read, theirs) == ["unknown_key"]
        assert refused(read, NOTE, origin="other.example/ledger") == ["unknown_key"]
        assert refused(read, NOTE, public=OTHER_KEY.public) == ["unknown_key"]

    def test_a_wrong_signature_under_the_right_name_spoils_the_note(self) -> None:
        named = ledger.key_hash(ORIGIN, KEY.public)
        for forged in (OTHER_KEY.sign(CHECKPOINT.text().encode()), b"s" * 64, b"s" * 63, b"s"):
            line = f"— {ORIGIN} {b64encode(named + forged).decode()}\n".encode()
            assert refused(read, NOTE.split(b"\n\n")[0] + b"\n\n" + line) == ["signature_invalid"]
            assert refused(read, NOTE + line) == ["signature_invalid"]

    def test_a_checkpoint_of_another_log_under_our_key_is_not_ours(self) -> None:
        text = CHECKPOINT.text().replace("council", "harbour")
        assert refused(read, sign_text(text)) == ["other_log"]

    def test_extension_lines_are_opaque(self) -> None:
        assert read(sign_text(CHECKPOINT.text() + "anything\nat all\n")) == CHECKPOINT

    @pytest.mark.parametrize(
        ("text", "problems"),
        [
            ("\n", ["$.origin value", "$.size value", "$.root value"]),
            ("a\n", ["$.size value", "$.root value"]),
            ("a\n1\n", ["$.root value"]),
            ("a\n01\n" + "A" * 43 + "=\n", ["$.size value"]),
            ("a\n-1\n" + "A" * 43 + "=\n", ["$.size value"]),
            ("a\n١\n" + "A" * 43 + "=\n", ["$.size value"]),
            ("a\n1_0\n" + "A" * 43 + "=\n", ["$.size value"]),
            ("a\n9223372036854775808\n" + "A" * 43 + "=\n", ["$.size value"]),
            ("a\n1\n" + "A" * 42 + "B=\n", ["$.root value"]),
            ("a\n1\n" + "A" * 43 + "\n", ["$.root value"]),
            ("a\n1\nAAAA\n", ["$.root value"]),
            ("a\n1\n" + "A" * 43 + "=\n\nx\n", ["$.extensions value"]),
            ("a b\n1\n" + "A" * 43 + "=\n", ["$.origin value"]),
            ("a+b\n1\nAAAA\n", ["$.origin value", "$.root value"]),
        ],
    )
    def test_what_was_signed_must_be_a_checkpoint(self, text: str, problems: list[str]) -> None:
        assert refused(read, sign_text(text)) == problems
        assert refused(ledger.claimed_checkpoint, sign_text(text)) == problems

    @pytest.mark.parametrize(
        ("note", "problem"),
        [
            (b"", "$ note"),
            (b"text\n", "$ note"),
            (b"text\n\n", "$ note"),
            (b"text\n\n\xe2\x80\x94 name AAAAAAA=", "$ note"),
            (b"text\r\n\n\xe2\x80\x94 name AAAAAAA=\n", "$ text"),
            (b"te\x00xt\n\n\xe2\x80\x94 name AAAAAAA=\n", "$ text"),
            (b"text\xff\n\n\xe2\x80\x94 name AAAAAAA=\n", "$ text"),
            (b"text\n\n- name AAAAAAA=\n", "$.signatures[0] signature"),
            (b"text\n\n\xe2\x80\x94  AAAAAAA=\n", "$.signatures[0] signature"),
            (b"text\n\n\xe2\x80\x94 na+me AAAAAAA=\n", "$.signatures[0] signature"),
            (b"text\n\n\xe2\x80\x94 na\xc2\xa0me AAAAAAA=\n", "$.signatures[0] signature"),
            (b"text\n\n\xe2\x80\x94 name AAAAAA==\n", "$.signatures[0] signature"),
            (b"text\n\n\xe2\x80\x94 name AAAAAAB=\n", "$.signatures[0] signature"),
            (b"text\n\n\xe2\x80\x94 name AAAA AAA=\n", "$.signatures[0] signature"),
            (b"text\n\n\xe2\x80\x94 name\n", "$.signatures[0] signature"),
            (b"x" * 131_073, "$ too_large"),
        ],
    )
    def test_what_is_not_a_note_is_refused(self, note: bytes, problem: str) -> None:
        assert refused(ledger.read_note, note) == [problem]

    def test_every_line_that_is_no_signature_is_named(self) -> None:
        assert refused(ledger.read_note, NOTE + b"x\n" + b"y\n") == [
            "$.signatures[1] signature",
            "$.signatures[2] signature",
        ]

    def test_a_note_of_nothing_but_signatures_has_an_empty_line_for_text(self) -> None:
        assert ledger.read_note(b"\n\n\xe2\x80\x94 name AAAAAAA=\n").text == "\n"

    @pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\x01b", "a\u2003b", "\ud800"])
    def test_a_name_that_no_key_can_have_is_refused(self, name: str) -> None:
        assert refused(ledger.Checkpoint, name, 1, bytes(32)) == ["$.origin value"]
        assert refused(read, NOTE, origin=name) == ["$.origin value"]

    def test_every_part_that_cannot_be_is_named(self) -> None:
        assert refused(ledger.Checkpoint, "a b", -1, b"") == ["$.origin value", "$.size value", "$.root value"]
        assert refused(read, NOTE, public=b"short") == ["$.public value"]


def sign_text(text: str) -> bytes:
    """Any text, signed as our log signs."""
    signature = b64encode(ledger.key_hash(ORIGIN, KEY.public) + KEY.sign(text.encode())).decode()
    return f"{text}\n— {ORIGIN} {signature}\n".encode()


class TestABundle:
    """What a complainant or a trader is given: it stands by itself, and is judged by a key from elsewhere."""

    def test_it_is_read_as_it_was_written(self) -> None:
        _, before = signed(LOG, 100)
        for bundle in (made(), made(earlier=before)):
            again = ledger.read_bundle(ledger.write_bundle(bundle))
            assert again == bundle
            assert verified(again) == CHECKPOINT

    def test_it_names_its_key_but_is_judged_by_the_expected_one(self) -> None:
        _, theirs = signed(LOG, key=OTHER_KEY)
        forged = made(checkpoint=theirs, public=OTHER_KEY.public)
        assert refused(verified, forged) == ["unknown_key"]
        assert refused(verified, attrs.evolve(forged, public=KEY.public)) == ["unknown_key"]

    def test_rows_are_one_cases_in_order(self) -> None:
        one, two, three = made().rows
        stranger = ledger.make_bundle([(4, LOG[4])], tree=TREE, checkpoint=NOTE, public=KEY.public).rows[0]
        for wrong in ((), (two, one), (one, one), (one, stranger)):
            assert refused(verified, attrs.evolve(made(), rows=wrong)) == ["not_one_case"]
        assert verified(attrs.evolve(made(), rows=(two, three))) == CHECKPOINT

    def test_versions_that_are_left_out_are_told(self) -> None:
        one, two, three = made().rows
        gap = attrs.evolve(made(), rows=(one, three))
        assert verified(gap) == CHECKPOINT
        assert ledger.left_out(gap) == ((two.row.version, two.row.version),)
        assert ledger.left_out(made()) == ledger.left_out(attrs.evolve(made(), rows=())) == ()

    def test_versions_may_not_rise_while_places_fall(self) -> None:
        log = [LOG[7], LOG[0]]
        _, note = signed(log)
        tree = tree_of([ledger.leaf_of(row) for row in log])
        bundle = ledger.make_bundle([(1, log[1]), (0, log[0])], tree=tree, checkpoint=note, public=KEY.public)
        assert refused(verified, bundle) == ["not_one_case"]

    def test_a_row_that_is_not_in_the_log_is_found(self) -> None:
        one, *others = made().rows
        altered = attrs.evolve(one, row=attrs.evolve(one.row, facts=b'{"at":4}'))
        assert refused(verified, attrs.evolve(made(), rows=(altered, *others))) == ["not_included"]

    def test_a_log_that_was_rewritten_after_an_earlier_checkpoint_is_found(self) -> None:
        _, before = signed([*LOG[:99], LOG[7]])
        assert refused(verified, made(earlier=before)) == ["not_consistent"]

    def test_what_lies_beyond_the_checkpoint_cannot_be_proven(self) -> None:
        _, early = signed(LOG, 12)
        assert refused(made, checkpoint=early) == ["$.place range"]
        assert refused(made, earlier=signed(rows(301))[1]) == ["$.old range"]
        assert refused(made, checkpoint=b"x") == ["$ note"]

    def test_facts_that_are_no_text_cannot_be_bundled(self) -> None:
        one = attrs.evolve(made().rows[0], row=attrs.evolve(ledger.row_of(LOG[3]), facts=b"\xff"))
        assert refused(ledger.write_bundle, attrs.evolve(made(), rows=(one,))) == ["corrupt_event"]

    def test_a_document_that_could_not_be_read_is_not_written(self) -> None:
        assert refused(ledger.write_bundle, attrs.evolve(made(), rows=())) == ["$.rows count"]
        assert refused(ledger.write_bundle, attrs.evolve(made(), public=b"")) == ["$.public_key text"]

    @pytest.mark.parametrize(
        ("change", "problems"),
        [
            ({"v": 2}, ["$.v range"]),
            ({"v": None}, ["$.v type"]),
            ({"public_key": "AAAA"}, ["$.public_key text"]),
            ({"public_key": ""}, ["$.public_key text"]),
            ({"public_key": "A" * 42 + "B="}, ["$.public_key text"]),
            ({"checkpoint": 1}, ["$.checkpoint type"]),
            ({"rows": []}, ["$.rows count"]),
            ({"rows": [{}], "x": 1}, ["$.rows[0].place missing", "$.rows[0].proof missing", "$ unknown_field"]),
            ({"earlier": {"checkpoint": ""}}, ["$.earlier.proof missing"]),
            ({"earlier": {"checkpoint": "", "proof": ["AAAA"]}}, ["$.earlier.proof[0] text"]),
            ({"earlier": {"checkpoint": "", "proof": ["A" * 43 + "="] * 65}}, ["$.earlier.proof count"]),
        ],
    )
    def test_every_problem_of_a_document_is_named(self, change: dict[str, Any], problems: list[str]) -> None:
        document = json.loads(ledger.write_bundle(made())) | change
        assert set(problems) <= set(refused(ledger.read_bundle, json.dumps(document).encode()))

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            ({"place": -1}, "$.rows[0].place range"),
            ({"version": 1.0}, "$.rows[0].version type"),
            ({"schema": True}, "$.rows[0].schema type"),
            ({"sealed_sha256": "A" * 42 + "B="}, "$.rows[0].sealed_sha256 text"),
            ({"sealed_sha256": ""}, "$.rows[0].sealed_sha256 text"),
            ({"proof": ["A" * 43]}, "$.rows[0].proof[0] text"),
            ({"proof": [""]}, "$.rows[0].proof[0] text"),
            ({"facts": None}, "$.rows[0].facts type"),
            ({"more": 1}, "$.rows[0] unknown_field"),
        ],
    )
    def test_also_of_its_rows(self, change: dict[str, Any], problem: str) -> None:
        document = json.loads(ledger.write_bundle(made()))
        document["rows"][0] |= change
        assert refused(ledger.read_bundle, json.dumps(document).encode()) == [problem]
