"""Whoever can write to the files cannot change a row at or below a checkpoint that somebody else keeps, unseen.

The everyday run makes some hundred random edits, the profile ``prove`` 10,000; a failure names its seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

import attrs
import pytest

from expressplatform import ledger
from expressplatform.errors import LedgerBroken, SignatureInvalid
from expressplatform.ports import StoredEvent
from tests.ledgers import KEY, ORIGIN, OTHER_KEY, rows, signed, tree_of

LOG: Final = rows(2_000, cases=150)
EXPORTED: Final = {size: signed(LOG, size) for size in (1, 2, 255, 256, 257, 1_024, 1_999, 2_000)}
"""Checkpoints that left the house, by their size."""

Edit = Callable[[random.Random, list[StoredEvent], int], None]
"""Changes a log at or below a checkpoint's size."""


def flip(chance: random.Random, log: list[StoredEvent], size: int) -> None:
    """One bit of one field."""
    at = chance.randrange(size)
    row, bit = log[at], 1 << chance.randrange(32)
    changed = (
        attrs.evolve(row, case_id=flipped(chance, row.case_id.encode()).decode()),
        attrs.evolve(row, version=row.version ^ bit),
        attrs.evolve(row, kind=flipped(chance, row.kind.encode()).decode()),
        attrs.evolve(row, schema=row.schema ^ bit),
        attrs.evolve(row, facts=flipped(chance, row.facts)),
        attrs.evolve(row, sealed=flipped(chance, row.sealed or b"\x00")),
    )
    log[at] = chance.choice(changed)


def flipped(chance: random.Random, data: bytes) -> bytes:
    """Other bytes by one bit; the highest is left alone, so that text stays text."""
    at = chance.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << chance.randrange(7),)) + data[at + 1 :]


def delete(chance: random.Random, log: list[StoredEvent], size: int) -> None:
    del log[chance.randrange(size)]


def empty(chance: random.Random, log: list[StoredEvent], size: int) -> None:
    """A sealed part taken out of its row, as if erasing meant that."""
    at = 3 * chance.randrange((size + 2) // 3)
    log[at] = attrs.evolve(log[at], sealed=b"")


def swap(chance: random.Random, log: list[StoredEvent], size: int) -> None:
    at = chance.randrange(size)
    other = chance.choice([one for one in range(len(log)) if one != at])
    log[at], log[other] = log[other], log[at]


def insert(chance: random.Random, log: list[StoredEvent], size: int) -> None:
    """A row of the log, a second time."""
    at = chance.randrange(size)
    log.insert(at, chance.choice([row for row in log if row != log[at]]))


def truncate(chance: random.Random, log: list[StoredEvent], size: int) -> None:
    del log[chance.randrange(size) :]


def shift(chance: random.Random, log: list[StoredEvent], size: int) -> None:
    """The end of the facts moved to the front of the sealed part."""
    at, cut = chance.randrange(size), chance.randrange(1, 5)
    row = log[at]
    log[at] = attrs.evolve(row, facts=row.facts[:-cut], sealed=row.facts[-cut:] + row.sealed)


def replace(chance: random.Random, log: list[StoredEvent], size: int) -> None:
    """Everything from a row on, written anew."""
    at = chance.randrange(size)
    log[at:] = [attrs.evolve(row, facts=b'{"new":%d}' % chance.randrange(9)) for row in log[at:]]


EDITS: Final = (flip, delete, empty, swap, insert, truncate, shift, replace)


def tampered(seed: int) -> tuple[list[StoredEvent], int, str]:
    """The log after an edit, the size of the checkpoint it lies below, and what was done."""
    chance = random.Random(seed)
    size, edit = chance.choice(list(EXPORTED)), EDITS[seed % len(EDITS)]
    log = list(LOG)
    edit(chance, log, size)
    assert log[:size] != LOG[:size], f"seed {seed} changed nothing"
    return log, size, edit.__name__


def read(note: bytes) -> ledger.Checkpoint:
    return ledger.read_checkpoint(note, origin=ORIGIN, public=KEY.public, verify=KEY.verifying_key.verify)


def broken(check: Callable[..., object], *args: object) -> bool:
    """Whether a check says that the ledger is broken or its signature is not the log's."""
    try:
        check(*args)
    except (LedgerBroken, SignatureInvalid):
        return True
    return False


def every_edit_is_found(seeds: range) -> None:
    """By whoever keeps a checkpoint; it helps nobody to sign the altered log anew, with any key."""
    for seed in seeds:
        log, size, edit = tampered(seed)
        kept = read(EXPORTED[size][1])
        assert broken(ledger.verify_rows, log, [kept]), f"seed {seed}: {edit} below {size} was not found"
        hashes = [ledger.leaf_of(row) for row in log]
        resigned = ledger.Checkpoint(ORIGIN, len(log), ledger.EMPTY.extend(hashes).root())
        for named in (OTHER_KEY.public, KEY.public):
            note = ledger.write_checkpoint(resigned, public=named, sign=OTHER_KEY.sign)
            assert broken(read, note), f"seed {seed}: another key passed for the log's"
        assert broken(is_still_there, kept, resigned, hashes), f"seed {seed}: {edit}, signed by the log, was not found"


def is_still_there(kept: ledger.Checkpoint, resigned: ledger.Checkpoint, hashes: list[bytes]) -> None:
    """Returns if the altered log, signed by the log's own key, can be proven to begin with what was kept."""
    ledger.verify_consistency(kept.size, kept.root, resigned.size, resigned.root, proof_from(hashes, kept.size))


def proof_from(hashes: list[bytes], old: int) -> tuple[bytes, ...]:
    return tree_of(hashes).consistency_proof(min(old, len(hashes)), len(hashes))


class TestTampering:
    """10,000 random edits that change a row at or below an exported checkpoint: all found."""

    def test_an_untouched_log_holds_at_every_checkpoint(self) -> None:
        assert ledger.verify_rows(LOG, [read(note) for _, note in EXPORTED.values()]).size == 2_000

    def test_some_hundred_random_edits_are_all_found(self) -> None:
        every_edit_is_found(range(320))

    @pytest.mark.prove
    def test_ten_thousand_random_edits_are_all_found(self) -> None:
        every_edit_is_found(range(320, 10_320))

    def test_what_comes_after_a_checkpoint_is_not_its_business(self) -> None:
        """The check can say yes: rows above a checkpoint may still change under it, and are found by the next."""
        log = [*LOG[:1_024], *reversed(LOG[1_024:])]
        assert ledger.verify_rows(log, [EXPORTED[1_024][0]]).size == 2_000
        with pytest.raises(LedgerBroken):
            ledger.verify_rows(log, [EXPORTED[1_024][0], EXPORTED[1_999][0]])

    def test_erasing_a_case_as_it_is_done_leaves_every_proof_standing(self) -> None:
        """Its key is destroyed and a row is added; no stored row changes, so nothing has to be forgiven."""
        erased = StoredEvent("case-0", 99, "erased", 1, b"{}", b"")
        frontier = ledger.verify_rows([*LOG, erased], [EXPORTED[2_000][0]])
        assert frontier.size == 2_001
        tree = tree_of([ledger.leaf_of(row) for row in [*LOG, erased]])
        proof = tree.inclusion_proof(0, 2_001)
        ledger.verify_inclusion(ledger.leaf_of(LOG[0]), 0, 2_001, proof, frontier.root())
