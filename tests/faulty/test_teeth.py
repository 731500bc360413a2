"""The contract has teeth: it finds each of the faulty stores, and names a guarantee that fits; good stores pass."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from types import ModuleType
from typing import Final

import pytest

from expressplatform.testing.checking import contract_of
from expressplatform.testing.doors import checks_of
from expressplatform.testing.guarantees import GUARANTEES, NotRun, proved_by
from expressplatform.testing.running import Report, Run
from expressplatform.testing.stores.contract import CaseStoreChecks, walk
from expressplatform.testing.stores.machine import Unlike
from tests.faulty import (
    awaited,
    combining,
    commits,
    connectors,
    edges,
    evidence,
    evidence_edges,
    finds,
    histories,
    keys,
    keys_edges,
    lasting,
    ledger,
    likeness,
    lists,
    many,
    outward,
    outward_awaited,
    outward_edges,
    placing,
    questions,
    receipts,
    refusing,
    registers,
    rich,
    rows,
    scans,
    shelves,
    shelves_edges,
    stepping,
    strips,
    trying,
    whole,
    work,
)
from tests.faulty.awaited import AwaitedStore
from tests.faulty.good import GOOD, GoesOnFromNone, Store

MODULES: Final = (
    rows,
    commits,
    receipts,
    questions,
    lists,
    finds,
    work,
    trying,
    whole,
    lasting,
    placing,
    edges,
    ledger,
    refusing,
    many,
    combining,
    likeness,
    rich,
    stepping,
)


def faults(module: ModuleType) -> list[type[Store]]:
    """The faulty stores of a module, in the order in which they are written."""
    own = (one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__)
    return [one for one in own if issubclass(one, Store) and not one.__name__.startswith("_")]


Any = (
    type[Store]
    | type[AwaitedStore]
    | type[keys.Keys]
    | type[outward.Letters]
    | type[outward.Bell]
    | type[outward.Shelves]
    | type[outward_awaited.AwaitedLetters]
    | type[registers.Lines]
    | type[scans.Looks]
    | type[strips.Pages]
    | type[connectors.Tried]
    | type[evidence.Files]
    | type[evidence.AwaitedFiles]
    | type[shelves.Records]
    | type[shelves.AwaitedRecords]
)
FAULTY: Final[list[Any]] = [
    *(one for module in MODULES for one in faults(module)),
    *awaited.FAULTY,
    *keys.FAULTY,
    *keys_edges.FAULTY,
    *outward.FAULTY,
    *outward_edges.FAULTY,
    *outward_awaited.FAULTY,
    *registers.FAULTY,
    *scans.FAULTY,
    *strips.FAULTY,
    *connectors.FAULTY,
    *evidence.FAULTY,
    *evidence_edges.FAULTY,
    *shelves.FAULTY,
    *shelves_edges.FAULTY,
]


def target(store: Any) -> str:
    """A store as the command line names it."""
    return f"{store.__module__}:{store.__name__}"


def numbers_found(store: Any, wanted: Iterable[str]) -> set[str]:
    """The numbers of the first check that fails; those that hold the wanted guarantees and few others come first."""
    checks = contract_of(target(store))
    for _, check in sorted(checks_of(checks), key=lambda one: _turn(proved_by(one[1]), set(wanted))):
        with contextlib.suppress(NotRun):
            try:
                check()
            except NotRun:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a faulty store raises fails the check
                return {*proved_by(check), *(error.numbers if isinstance(error, Unlike) else ())}
    return set()


def _turn(numbers: tuple[str, ...], wanted: set[str]) -> tuple[bool, float]:
    """The random histories come last, and what fits best comes first."""
    return "S37" in numbers, -len(wanted & set(numbers)) / len(wanted | set(numbers))


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is beside a faulty store, and it answers at once or never: what a check waits for does not come.

    It waits all the same lest it blame a good store that is slow or shared: `make prove` waits too.
    """
    monkeypatch.setattr("expressplatform.testing.stores.rows._PAUSES", (0.0,))
    monkeypatch.setattr("expressplatform.testing.stores.checks.cancelling._LOOKS", 4)
    monkeypatch.setattr("expressplatform.testing.stores.checks.cancelling._SECONDS", 1.0)
    monkeypatch.setattr("expressplatform.testing.cancelling._SECONDS", 1.0)
    monkeypatch.setattr("expressplatform.testing.cancelling._PATIENCE", 0.15)


@pytest.mark.parametrize("store", FAULTY, ids=lambda store: str(store.__name__))
@pytest.mark.usefixtures("alone")
def test_the_contract_finds_the_fault_and_names_a_guarantee_that_fits(store: Any) -> None:
    assert numbers_found(store, store.breaks) & set(store.breaks), store.__doc__


@pytest.mark.parametrize("store", faults(histories), ids=lambda store: str(store.__name__))
def test_a_history_finds_what_no_check_looks_for(store: type[Store]) -> None:
    """Each check by itself passes; a walk along the ledger beside the reference store does not."""
    checks = contract_of(target(store))
    assert isinstance(checks, CaseStoreChecks)
    for _, check in checks_of(checks):
        if "S37" not in proved_by(check):
            with contextlib.suppress(NotRun):
                check()
    with pytest.raises(Unlike) as found:
        walk(checks, 200, start=1)
    assert set(found.value.numbers) & set(store.breaks)


@pytest.mark.prove
@pytest.mark.parametrize("store", FAULTY, ids=lambda store: str(store.__name__))
def test_a_whole_run_finds_the_fault(store: Any) -> None:
    """As from the command line: it fails, and among what it names is a guarantee that fits."""
    report = Run(contract_of(target(store)), budget=2, start=1).report()
    assert report.exit_code == 1
    assert {number for found in report.failed for number in found.guarantees} & set(store.breaks)


@pytest.mark.parametrize(
    "store",
    [
        *GOOD,
        AwaitedStore,
        *keys.GOOD,
        *outward.GOOD,
        *outward_awaited.GOOD,
        *registers.GOOD,
        *scans.GOOD,
        *strips.GOOD,
        *connectors.GOOD,
        *evidence.GOOD,
        *shelves.GOOD,
    ],
    ids=lambda store: str(store.__name__),
)
def test_good_stores_pass(store: Any) -> None:
    report: Report = Run(contract_of(target(store)), budget=1, start=1).report()
    assert report.failed == ()
    assert report.exit_code == 0


def test_a_page_of_none_may_lead_on() -> None:
    """Where nothing is said, nothing is guaranteed: here, whether a page that may hold nothing has a cursor."""
    checks = contract_of(target(GoesOnFromNone))
    assert isinstance(checks, CaseStoreChecks)
    walk(checks, 20, start=13)


def test_each_fault_is_said_in_one_sentence_and_breaks_what_is_guaranteed() -> None:
    for store in (*FAULTY, *faults(histories)):
        assert store.__doc__ is not None
        assert store.__doc__.strip().count(".") >= 1, store
        assert "\n" not in store.__doc__.strip(), store
        assert store.breaks, store
        assert set(store.breaks) <= set(GUARANTEES), store


def test_every_guarantee_is_broken_by_some_fault() -> None:
    """But what no store can break alone: it never sees a particular."""
    assert set(GUARANTEES) - {number for store in FAULTY for number in store.breaks} == {"S36"}
