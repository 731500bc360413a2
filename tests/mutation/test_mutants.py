"""Every change of the disclosure table, and of what guards consent, is noticed by a test that states a rule.

A mutant that nobody notices is a row or a check without a reason in the tests: write the reason down as a rule, or
take the row away. Copies of the table (the mark ``snapshot``) are left out, for they notice everything and say
nothing. Everyday a sample is tried; `make prove` tries all.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import pytest

from expressplatform.codes import Basis
from tests.mutation import targets
from tests.mutation.mutants import Mutant, unchanged
from tests.mutation.suites import RULES, SUITES, checks, killer
from tests.mutation.worlds import source

KINDS: Final[Mapping[Callable[[], Iterator[Mutant]], tuple[int, Sequence[str]]]] = MappingProxyType(
    {
        # A change of the table has to be noticed by the rules of disclosure alone.
        targets.cells: (101, (RULES,)),
        targets.rows: (37, (RULES,)),
        targets.rulings: (11, (RULES,)),
        targets.settings: (5, SUITES),
        targets.functions: (7, SUITES),
        targets.guards: (7, SUITES),
    }
)
"""For each kind of mutant: of how many one is tried everyday, and which tests have to notice."""

_NOTICE: Final = "not informed(given, step.scheme)"
_FUTURE: Final = "given.given_at > step.at"
_TAKEN_BACK: Final = "not still_given(given, step.stands.file.withdrawn)"
EQUIVALENT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "privacy.table: on the condition represented: particulars.representative_contact, trader, handling, "
        "handling": "A representative's contact is the one where somebody acts, and never where nobody does.",
        "privacy.disclosure: _met: if not conditions: return tuple(fields) -> pass": (
            "A short way for audiences without conditions: the long one admits the same fields."
        ),
        **{
            f"privacy.disclosure: ground {basis} of public: admitted where it was not, and not where it was": (
                "The public has no row, which is asked before the ground."
            )
            for basis in Basis
        },
        "privacy.disclosure: an outsider: public is where it was not, and is not where it was": (
            "The public has no row, so there is nothing to mask, and no time of use to be over."
        ),
        **{
            f"case.guards_of_admission: current_notice: given is not None and {held} -> {alone}": (
                "Only GiveConsent asks this guard, and it always has a consent: the type cannot say so."
            )
            for held, alone in (
                (f"({_NOTICE})", _NOTICE),
                (_FUTURE, _FUTURE),
                (f"({_TAKEN_BACK})", _TAKEN_BACK),
            )
        },
    }
)
"""Mutants that change nothing anybody could notice, and why. A new one is argued here or it is a missing rule."""


def survivors(mutants: Iterable[Mutant], suites: Sequence[str]) -> list[str]:
    """The mutants that no test notices."""
    return [str(one) for one in mutants if one.name not in EQUIVALENT and killer(one.make(), suites) is None]


def told(alive: list[str]) -> str:
    """What to print of them."""
    return "\n".join(("nobody noticed:", *(f"  {one}" for one in alive)))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_a_sample_of_the_mutants_is_noticed(kind: Callable[[], Iterator[Mutant]]) -> None:
    """One in many, spread over all of them."""
    share, suites = KINDS[kind]
    alive = survivors(list(kind())[::share], suites)
    assert not alive, told(alive)


@pytest.mark.prove
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_every_mutant_is_noticed(kind: Callable[[], Iterator[Mutant]]) -> None:
    """All of them, with the copies of the table left out."""
    alive = survivors(kind(), KINDS[kind][1])
    assert not alive, told(alive)


@pytest.mark.parametrize("module", ["expressplatform.privacy.table", *targets.FUNCTIONS])
def test_where_nothing_is_changed_nothing_is_noticed(module: str) -> None:
    """What fails in a mutant's world fails for the mutant, not for the world."""
    assert killer(unchanged(module)) is None


@pytest.mark.parametrize("suite", SUITES)
def test_each_suite_says_something(suite: str) -> None:
    """A suite that runs nothing would let everything live."""
    world = unchanged("expressplatform.privacy.table")
    assert len(list(checks(world.module(suite)))) > 5


def test_what_is_said_to_change_nothing_is_little_and_is_tried() -> None:
    """Each is a mutant of today, survives as it should, and they are few beside the thousands."""
    tried = {one.name: (one, suites) for kind, (_, suites) in KINDS.items() for one in kind()}
    assert EQUIVALENT.keys() <= tried.keys(), sorted(EQUIVALENT.keys() - tried.keys())
    assert len(set(EQUIVALENT.values())) <= 6
    assert len(EQUIVALENT) <= 24
    for name in EQUIVALENT:
        mutant, suites = tried[name]
        assert killer(mutant.make(), suites) is None, name


@pytest.mark.parametrize("suite", [RULES, "tests.unit.test_rules_of_consent"])
def test_the_rules_never_read_the_table(suite: str) -> None:
    """A rule that asked the table what it says would agree with every mutant."""
    for node in ast.walk(ast.parse(source(suite))):
        if isinstance(node, ast.ImportFrom):
            names = {one.name for one in node.names}
            assert node.module != "expressplatform.privacy.table"
            assert not names & {"TABLE", "WITHHELD", "DisclosureRow", "table"}
