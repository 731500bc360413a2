"""Every row of the lifecycle has a reason: dropped, led elsewhere or given to another role, a rule notices.

Neither the copy of the table that is typed by hand nor the tests that hold the rows to it are asked: they would notice
everything and say nothing. Everyday a sample is tried; the profile ``prove`` tries all.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

import pytest

from tests.mutation.lifecycle_targets import dropped, given_to_another, led_elsewhere
from tests.mutation.mutants import Mutant, unchanged
from tests.mutation.suites import checks, killer
from tests.mutation.worlds import source

LIFECYCLE: Final = "expressplatform.lifecycle"
RULES: Final = "tests.unit.test_rules_of_the_lifecycle"
KINDS: Final[Mapping[Callable[[], Iterator[Mutant]], int]] = MappingProxyType(
    {dropped: 29, led_elsewhere: 397, given_to_another: 149}
)
"""For each kind of mutant: of how many one is tried everyday."""


def survivors(mutants: Iterable[Mutant]) -> list[str]:
    """The mutants that no rule notices."""
    return [str(one) for one in mutants if killer(one.make(), (RULES,)) is None]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_a_sample_of_the_changed_rows_is_noticed(kind: Callable[[], Iterator[Mutant]]) -> None:
    """One in many, spread over all of them."""
    assert survivors(list(kind())[:: KINDS[kind]]) == []


@pytest.mark.prove
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_every_changed_row_is_noticed(kind: Callable[[], Iterator[Mutant]]) -> None:
    """All of them: with 447 rows 447 dropped, 6,258 led elsewhere and 2,235 given to another role."""
    assert survivors(kind()) == []


def test_where_nothing_is_changed_nothing_is_noticed() -> None:
    """What fails in a mutant's world fails for the mutant, not for the world."""
    assert killer(unchanged(LIFECYCLE), (RULES,)) is None
    assert len(list(checks(unchanged(LIFECYCLE).module(RULES)))) > 30


def test_the_rules_read_neither_the_rows_nor_their_groups_nor_a_copy() -> None:
    """A rule that asked the table what it says would agree with every mutant."""
    taken = {
        (node.module, one.name)
        for node in ast.walk(ast.parse(source(RULES)))
        if isinstance(node, ast.ImportFrom)
        for one in node.names
    }
    assert {name for module, name in taken if module == LIFECYCLE} == {"BY_COMMAND"}
    assert not [module for module, _ in taken if module and module.startswith("tests")]
