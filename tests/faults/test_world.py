"""A simulated month from a seed, in which everything fails that can: what always holds, and what holds in the end."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

import attrs
import pytest

from expressplatform.case.guards import GUARDS
from expressplatform.errors import LedgerBroken, StoreUnusable
from expressplatform.lifecycle import Guard
from expressplatform.memory import MemoryStore
from expressplatform.ports import Commit, Leaf, Placed, Receipt
from tests.faults.seeds import seeds, telling
from tests.faults.world import World


def _wrong(world: World) -> list[str]:
    """Everything that should not be."""
    return [*world.look(), *world.ask_again(), *world.unfinished(), *world.ledger()]


def _months(runs: range) -> Counter[str]:
    """So many months, of which none shows anything wrong; what failed in them."""
    trouble: Counter[str] = Counter()
    for seed in runs:
        with telling(seed):
            world = World(seed)
            world.run()
            assert _wrong(world) == []
            trouble += world.trouble
            trouble["acknowledged"] += len(world.acks)
            wires = (*world.traders.values(), world.complainants, world.witness)
            trouble["repeats"] += sum(wire.repeats for wire in wires)
            trouble["notes"] += len(world.witness.notes)
    return trouble


def test_whatever_fails_in_a_month_nothing_is_lost_and_everything_comes_to_its_end() -> None:
    """Every history legal, headers what they replay to, promises kept, nothing shown without consent; then at rest."""
    trouble = _months(runs := seeds(50))
    if len(runs) >= 50:
        assert all(trouble[f"append {fault}"] for fault in ("refuses", "loses_answer", "delays"))
        assert min(trouble["crash"], trouble["repeats"], trouble["acknowledged"], trouble["notes"]) > len(runs)


@pytest.mark.prove
def test_nor_in_two_thousand_months() -> None:
    _months(seeds(2_000))


def test_the_same_seed_is_the_same_month() -> None:
    """Events with all that is sealed in them, and everything that was delivered, to the microsecond."""
    for seed in seeds(5):
        with telling(seed):
            one, other = World(seed), World(seed)
            one.run()
            other.run()
            assert one.digest() == other.digest()
            assert one.digest() != World(seed + 1).digest()


class TestTheWorldSees:
    """Each of these platforms is broken in one place, and a month or some show it."""

    def _found(self) -> str:
        for seed in range(1, 9):
            world = World(seed)
            try:
                world.run()
                found = _wrong(world)
            except (AssertionError, LedgerBroken, StoreUnusable) as error:
                return f"the ledger: {error.code}" if isinstance(error, LedgerBroken) else str(error)
            if found:
                return " | ".join(found)
        return ""

    def test_a_store_that_forgets_receipts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def forgets(self: MemoryStore, case_id: str, key: str, /) -> Receipt | None:
            return None

        monkeypatch.setattr(MemoryStore, "receipt", forgets)
        found = self._found()  # what is asked again is refused, or a case was lodged and nobody learns its number
        assert "again: " in found or found == "an acknowledged case is not there"

    def test_a_store_that_loses_a_step(self, monkeypatch: pytest.MonkeyPatch) -> None:
        kept = MemoryStore._append

        def loses(self: MemoryStore, commit: Commit) -> Any:
            answer = kept(self, commit)
            if commit.header.version == 4:
                case, lost = self._cases[commit.case_id], len(commit.events)
                self._cases[commit.case_id] = attrs.evolve(case, events=case.events[:-lost])
                del self._places.rows[-lost:]
            return answer

        monkeypatch.setattr(MemoryStore, "_append", loses)
        assert "rows_missing" in self._found()

    def test_a_header_that_is_not_its_history(self, monkeypatch: pytest.MonkeyPatch) -> None:
        kept = MemoryStore._append

        def wrong(self: MemoryStore, commit: Commit) -> Any:
            return kept(self, attrs.evolve(commit, header=attrs.evolve(commit.header, due_at=None)))

        monkeypatch.setattr(MemoryStore, "_append", wrong)
        assert "its header is not what its events replay to" in self._found()

    def test_a_trader_that_is_shown_what_nobody_agreed_to(self, monkeypatch: pytest.MonkeyPatch) -> None:
        deciding = importlib.import_module("expressplatform.case.decide")
        monkeypatch.setattr(deciding, "GUARDS", {**GUARDS, Guard.CONSENT: lambda step: None})
        assert "without consent" in self._found()

    def test_a_store_that_spoils_a_row_that_has_its_place(self, monkeypatch: pytest.MonkeyPatch) -> None:
        kept = MemoryStore.placed

        def spoilt(self: MemoryStore, start: int, limit: int, /) -> Sequence[Placed]:
            (first, *others) = kept(self, start, limit) or (None,)
            return [] if first is None else [_spoilt(first), *others]

        monkeypatch.setattr(MemoryStore, "placed", spoilt)
        assert "the ledger: row_differs" in self._found()

    def test_a_store_that_forgets_where_a_row_stands(self, monkeypatch: pytest.MonkeyPatch) -> None:
        kept = MemoryStore.place

        def forgets(self: MemoryStore, start: int, leaves: Sequence[Leaf], /) -> bool:
            placed = kept(self, start, leaves)
            if placed and start > 40:
                del self._places.rows[start - 1], self._places.hashes[start - 1]
            return placed

        monkeypatch.setattr(MemoryStore, "place", forgets)
        assert "the ledger: root_differs" in self._found()


def _spoilt(row: Placed) -> Placed:
    return attrs.evolve(row, event=attrs.evolve(row.event, sealed=row.event.sealed + b"x"))
