"""The ledger over all inputs: trees of every size, proofs and their alterations, hostile bytes, a second verifier."""

from __future__ import annotations

import copy
import json
import struct
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from examples.verify_bundle import NotProven, check
from expressplatform import ledger
from expressplatform.errors import ExpressPlatformError, InvalidInput, LedgerBroken, StoreUnusable
from expressplatform.ports import StoredEvent
from tests.ledgers import KEY, ORIGIN, leaves, naive_path, naive_proof, naive_root, rows, signed, tree_of

HASHES: Final = leaves(1_200)
TREE: Final = tree_of(HASHES)
ROOTS: Final = [TREE.root(size) for size in range(1_201)]

sizes = st.integers(1, 1_200)
hashes = st.binary(min_size=32, max_size=32)
words = st.text(st.characters(codec="utf-8"), max_size=20)
events = st.builds(
    StoredEvent,
    case_id=words,
    version=st.integers(0, 2**64 - 1),
    kind=words,
    schema=st.integers(0, 2**32 - 1),
    facts=st.binary(max_size=30),
    sealed=st.binary(max_size=30),
)


def altered(proof: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Every proof that is one small step away from this one: a bit, one more, one fewer, two exchanged."""
    for at, one in enumerate(proof):
        for byte in (0, 31):
            yield [*proof[:at], one[:byte] + bytes((one[byte] ^ 1,)) + one[byte + 1 :], *proof[at + 1 :]]
        yield [*proof[:at], *proof[at + 1 :]]
        yield [*proof[:at], one, *proof[at:]]
        yield [*proof[:at], one[:-1], *proof[at + 1 :]]
        if at:
            yield [*proof[: at - 1], one, proof[at - 1], *proof[at + 1 :]]
    yield [*proof, bytes(32)]
    yield [bytes(32), *proof]


def holds(verify: Callable[..., None], *args: Any) -> bool:
    """Whether it verifies; any error but the one that it may raise goes through."""
    try:
        verify(*args)
    except LedgerBroken:
        return False
    return True


class TestTheTreeIsTheOneOfTheRfc:
    """MTH, PATH and PROOF of RFC 9162 section 2.1, word for word, are the other side of every comparison."""

    def test_adding_one_by_one_gives_the_root_of_every_size(self) -> None:
        frontier = ledger.EMPTY
        for size in range(400):
            assert frontier.root() == naive_root(HASHES[:size]) == TREE.root(size)
            frontier = ledger.Frontier.resume(frontier.extend([HASHES[size]]).save())

    @given(size=st.integers(0, 1_200), cuts=st.lists(st.integers(0, 1_200), max_size=4))
    def test_adding_in_portions_makes_no_difference(self, size: int, cuts: list[int]) -> None:
        frontier, at = ledger.EMPTY, 0
        for cut in sorted({min(cut, size) for cut in cuts} | {size}):
            frontier = ledger.Frontier.resume(frontier.extend(HASHES[at:cut]).save())
            at = cut
        assert frontier == ledger.EMPTY.extend(HASHES[:size])
        assert frontier.root() == naive_root(HASHES[:size])
        assert len(frontier.peaks) <= size.bit_length()

    @given(size=sizes, data=st.data())
    def test_proofs_are_as_defined(self, size: int, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, size - 1))
        assert list(TREE.inclusion_proof(place, size)) == naive_path(place, HASHES[:size])
        assert list(TREE.consistency_proof(place + 1, size)) == naive_proof(place + 1, HASHES[:size])

    @given(size=sizes, places=st.lists(st.integers(0, 1_199), min_size=1, max_size=5))
    def test_what_a_tree_keeps_changes_no_proof(self, size: int, places: list[int]) -> None:
        tree = tree_of(HASHES)
        for place in places:
            assert tree.inclusion_proof(place % size, size) == TREE.inclusion_proof(place % size, size)


class TestEveryProofHoldsAndNoAlteredOne:
    """A proof convinces of one leaf in one place of one tree, and of one beginning of it."""

    def test_for_all_places_in_all_small_trees(self) -> None:
        for size in range(1, 34):
            for place in range(size):
                proof = TREE.inclusion_proof(place, size)
                leaf, root = HASHES[place], ROOTS[size]
                assert holds(ledger.verify_inclusion, leaf, place, size, proof, root)
                assert not holds(ledger.verify_inclusion, HASHES[place + 1], place, size, proof, root)
                assert not holds(ledger.verify_inclusion, leaf, place, size, proof, ROOTS[size + 1])
                for elsewhere in {*range(-1, size + 2)} - {place}:
                    assert not holds(ledger.verify_inclusion, leaf, elsewhere, size, proof, root)
                for other in altered(proof):
                    assert not holds(ledger.verify_inclusion, leaf, place, size, other, root)

    def test_for_all_beginnings_of_all_small_trees(self) -> None:
        for size in range(1, 34):
            for old in range(size + 1):
                proof = TREE.consistency_proof(old, size)
                assert holds(ledger.verify_consistency, old, ROOTS[old], size, ROOTS[size], proof)
                assert not holds(ledger.verify_consistency, old, ROOTS[old + 1], size, ROOTS[size], proof)
                for other in altered(proof):
                    assert not holds(ledger.verify_consistency, old, ROOTS[old], size, ROOTS[size], other)
                if old:
                    assert not holds(ledger.verify_consistency, old, ROOTS[old], size, ROOTS[size + 1], proof)

    @given(size=sizes, data=st.data())
    def test_in_large_trees(self, size: int, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, size - 1))
        path, proof = TREE.inclusion_proof(place, size), TREE.consistency_proof(place + 1, size)
        assert holds(ledger.verify_inclusion, HASHES[place], place, size, path, ROOTS[size])
        assert holds(ledger.verify_consistency, place + 1, ROOTS[place + 1], size, ROOTS[size], proof)
        for other in altered(path):
            assert not holds(ledger.verify_inclusion, HASHES[place], place, size, other, ROOTS[size])
        for other in altered(proof):
            assert not holds(ledger.verify_consistency, place + 1, ROOTS[place + 1], size, ROOTS[size], other)

    @given(
        numbers=st.tuples(st.integers(), st.integers()),
        proof=st.lists(st.binary(max_size=33), max_size=70),
        root=hashes,
    )
    def test_nonsense_is_a_broken_ledger_and_nothing_else(
        self, numbers: tuple[int, int], proof: list[bytes], root: bytes
    ) -> None:
        first, second = numbers
        assert not holds(ledger.verify_inclusion, bytes(32), first, second, proof, root)
        assume(first != second)
        assert not holds(ledger.verify_consistency, first, bytes(32), second, root, proof)


class TestARowHasItsOwnBytes:
    """The canonical encoding is injective: from the bytes alone the row can be told."""

    @staticmethod
    def told(data: bytes) -> ledger.Row:
        label, rest = data[:21], data[21:]
        version, schema = struct.unpack(">QI", rest[:12])
        parts, rest = list[bytes](), rest[12:]
        while len(parts) < 3:
            (length,) = struct.unpack(">I", rest[:4])
            parts.append(rest[4 : 4 + length])
            rest = rest[4 + length :]
        case_id, kind, facts = parts
        assert label == b"expressplatform row 1"
        return ledger.Row(case_id.decode(), version, kind.decode(), schema, facts, rest)

    @given(event=events)
    def test_the_row_can_be_told_from_its_bytes(self, event: StoredEvent) -> None:
        row = ledger.row_of(event)
        assert self.told(ledger.row_bytes(row)) == row
        assert row.sealed_sha256 == sha256(event.sealed).digest()


# --- hostile bytes ------------------------------------------------------------------------------------------------

LOG: Final = rows(70)
CHECKPOINT, NOTE = signed(LOG)
_, EARLIER = signed(LOG, 30)
BUNDLE: Final = ledger.make_bundle(
    [(at, LOG[at]) for at in (2, 9, 16)],
    tree=tree_of([ledger.leaf_of(row) for row in LOG]),
    checkpoint=NOTE,
    public=KEY.public,
    earlier=EARLIER,
)
DOCUMENT: Final = ledger.write_bundle(BUNDLE)
SAVED: Final = ledger.EMPTY.extend(HASHES[:11]).save()


@st.composite
def spoilt(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes with a stretch replaced by others; they may come out the same."""
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(len(data), start + 8)))
    return data[:start] + draw(st.binary(max_size=8)) + data[end:]


def read(note: bytes) -> ledger.Checkpoint:
    return ledger.read_checkpoint(note, origin=ORIGIN, public=KEY.public, verify=KEY.verifying_key.verify)


class TestHostileBytes:
    """Whatever the bytes: a value, or an error of the library's tree that says who must act."""

    @given(note=st.binary(max_size=300) | spoilt(NOTE) | spoilt(NOTE + NOTE.split(b"\n\n")[1]))
    def test_as_a_note(self, note: bytes) -> None:
        try:
            found = ledger.read_note(note)
        except InvalidInput:
            return
        lines = (
            f"\u2014 {one.name} {b64encode(one.key_hash + one.value).decode()}\n".encode() for one in found.signatures
        )
        assert found.text.encode() + b"\n" + b"".join(lines) == note

    @given(note=st.binary(max_size=300) | spoilt(NOTE))
    def test_as_a_checkpoint(self, note: bytes) -> None:
        try:
            found = read(note)
        except ExpressPlatformError:
            assert note != NOTE
            return
        assert found == CHECKPOINT
        assert note.startswith(CHECKPOINT.text().encode())

    @given(text=st.lists(words, max_size=5).map("\n".join))
    def test_as_what_a_checkpoint_signs(self, text: str) -> None:
        signature = b64encode(ledger.key_hash(ORIGIN, KEY.public) + KEY.sign(f"{text}\n".encode())).decode()
        try:
            found = read(f"{text}\n\n\u2014 {ORIGIN} {signature}\n".encode())
        except ExpressPlatformError:
            return
        assert f"{text}\n".startswith(found.text())

    @given(saved=st.binary(max_size=120) | spoilt(SAVED))
    def test_as_a_saved_frontier(self, saved: bytes) -> None:
        try:
            found = ledger.Frontier.resume(saved)
        except StoreUnusable:
            assert saved != SAVED
            return
        assert found.save() == saved

    @given(data=st.binary(max_size=300) | spoilt(DOCUMENT))
    def test_as_a_bundle(self, data: bytes) -> None:
        try:
            found = ledger.read_bundle(data)
        except InvalidInput:
            assert data != DOCUMENT
            return
        assert ledger.read_bundle(ledger.write_bundle(found)) == found


# --- the second verifier ------------------------------------------------------------------------------------------

Path = tuple[str | int, ...]


def parts_of(document: Any, path: Path = ()) -> Iterator[Path]:
    """Where something stands in a document that can be altered: every part of it but the whole."""
    if path:
        yield path
    if isinstance(document, dict | list):
        for step in document if isinstance(document, dict) else range(len(document)):
            yield from parts_of(document[step], (*path, step))


PATHS: Final = sorted(parts_of(json.loads(DOCUMENT)), key=str)


def text_altered(draw: st.DrawFn, text: str) -> str:
    at = draw(st.integers(0, len(text)))
    put = draw(st.sampled_from(["", "A", "0", "=", "/", "\n", " ", "+", text[:at], "\u2014"]))
    return text[:at] + put + text[at + draw(st.integers(0, 2)) :]


def bytes_altered(draw: st.DrawFn, text: str) -> str:
    """Base64 of other bytes; text that is none is altered as text."""
    try:
        data = bytearray(b64decode(text, validate=True))
    except ValueError:
        return text_altered(draw, text)
    if data:
        data[draw(st.integers(0, len(data) - 1))] ^= 1 << draw(st.integers(0, 7))
    return b64encode(data).decode()


def list_altered(draw: st.DrawFn, entries: list[Any]) -> list[Any]:
    at, to = (draw(st.integers(0, len(entries))) for _ in range(2))
    changed = [*entries[:at], *entries[at + 1 :]]
    changed[to:to] = draw(st.sampled_from([[], entries[at : at + 1], entries[:1], [b64encode(bytes(32)).decode()]]))
    return changed


@st.composite
def other_documents(draw: st.DrawFn) -> Any:
    """The bundle with one part altered; some alterations leave it sound."""
    document = copy.deepcopy(json.loads(DOCUMENT))
    *way, last = draw(st.sampled_from(PATHS))
    place = document
    for step in way:
        place = place[step]
    value = place[last]
    if isinstance(value, int):
        place[last] = value + draw(st.integers(-3, 3))
    elif isinstance(value, str):
        place[last] = draw(st.sampled_from([text_altered, bytes_altered]))(draw, value)
    elif isinstance(value, list):
        place[last] = list_altered(draw, value)
    else:
        place[last] = None
    return document


def library_says(document: Any) -> bool:
    try:
        bundle = ledger.read_bundle(json.dumps(document).encode())
        ledger.verify_bundle(bundle, origin=ORIGIN, public=KEY.public, verify=KEY.verifying_key.verify)
    except ExpressPlatformError:
        return False
    return True


def example_says(document: Any, **changes: Any) -> bool:
    try:
        check(document, **{"key": KEY.public, "origin": ORIGIN, **changes})
    except NotProven:
        return False
    return True


class TestTheSecondVerifierAgrees:
    """`examples/verify_bundle.py` shares no line with the library, walks the tree the other way, and finds the same."""

    def test_on_a_sound_bundle(self) -> None:
        assert library_says(json.loads(DOCUMENT))
        assert check(json.loads(DOCUMENT), KEY.public, ORIGIN) == 70

    @given(document=other_documents())
    def test_on_altered_bundles(self, document: Any) -> None:
        assert library_says(document) == example_says(document)

    @given(size=st.integers(1, 300), data=st.data())
    def test_on_logs_of_any_size(self, size: int, data: st.DataObject) -> None:
        place, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
        log = rows(size)
        bundle = ledger.make_bundle(
            [(place, log[place])],
            tree=tree_of([ledger.leaf_of(row) for row in log]),
            checkpoint=signed(log)[1],
            public=KEY.public,
            earlier=signed(log, old)[1],
        )
        document = json.loads(ledger.write_bundle(bundle))
        assert library_says(document)
        assert check(document, KEY.public, ORIGIN) == size

    def test_a_checkpoint_that_was_kept_must_be_in_the_bundle(self) -> None:
        document = json.loads(DOCUMENT)
        assert example_says(document, kept=NOTE.decode())
        assert example_says(document, kept=EARLIER.decode())
        assert not example_says(document, kept=signed(LOG, 31)[1].decode())

    @pytest.mark.parametrize("changes", [{"key": bytes(32)}, {"key": b"short"}, {"origin": "other.example/ledger"}])
    def test_another_key_or_log_proves_nothing(self, changes: dict[str, Any]) -> None:
        assert not example_says(json.loads(DOCUMENT), **changes)

    @given(
        document=st.recursive(
            st.none() | st.booleans() | st.integers() | words, lambda inner: st.lists(inner), max_leaves=5
        )
    )
    def test_it_survives_what_is_no_bundle(self, document: Any) -> None:
        assert not example_says(document)
        assert not example_says({"checkpoint": NOTE.decode(), "rows": document, "earlier": None, "v": 1})
