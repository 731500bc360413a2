"""Guarantees, checks and the page that numbers them hold to each other, both ways."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest

from expressplatform.testing.checking import KINDS
from expressplatform.testing.doors import checks_of, sentence
from expressplatform.testing.guarantees import CONTRACT_VERSION, GUARANTEES, proved_by, proves
from tests.docs.fences import ROOT

LETTERS: Final = {
    "store": "S", "keys": "K", "evidence": "E", "shelf": "H",
    "messenger": "M", "gateway": "G", "witness": "W", "register": "R", "scan": "D", "strip": "P",
    "connector": "C",
}  # fmt: skip
CONTRACTS: Final[list[Any]] = [
    contract for name in LETTERS for contract in (KINDS[name].contract, KINDS[name].awaited) if contract is not None
]


def test_every_guarantee_is_proved_by_a_check() -> None:
    proved = {number for contract in CONTRACTS for _, check in checks_of(contract()) for number in proved_by(check)}
    assert proved == set(GUARANTEES)


@pytest.mark.parametrize("name", LETTERS)
def test_every_check_cites_what_it_proves_among_its_own_kind(name: str) -> None:
    for contract in (KINDS[name].contract, KINDS[name].awaited):
        for check_name, check in checks_of(contract()) if contract is not None else ():
            assert proved_by(check), check_name
            assert {number[0] for number in proved_by(check)} == {LETTERS[name]}, check_name


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_check_says_its_promise_in_a_sentence(kind: Any) -> None:
    for contract in (kind.contract, kind.awaited):
        for name, check in checks_of(contract()) if contract is not None else ():
            assert sentence(check).endswith("."), name


def test_the_page_says_the_same_with_the_same_numbers() -> None:
    page = (ROOT / "docs" / "reference" / "store-guarantees.md").read_text("utf-8")
    assert dict(re.findall(r"^- \*\*(\w+)\*\* (.+)$", page, re.MULTILINE)) == GUARANTEES


def test_numbers_run_on_without_a_gap() -> None:
    for letter in LETTERS.values():
        numbers = [int(number[1:]) for number in GUARANTEES if number[0] == letter]
        assert numbers == list(range(1, len(numbers) + 1))


def test_the_contracts_have_a_version() -> None:
    assert re.fullmatch(r"\d+\.\d+", CONTRACT_VERSION)


def test_an_unknown_number_cannot_be_cited() -> None:
    with pytest.raises(KeyError):
        proves("S0")
