"""Runs test modules inside a world: the functions and classes that pytest would, parameters and all.

Whatever carries the mark ``snapshot`` states the table a second time and is left out. Tests that ask for a fixture
are left out too; a world has none.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, Final

import pytest

from tests.mutation.worlds import World

RULES: Final = "tests.unit.test_rules_of_disclosure"
SUITES: Final = (
    RULES,
    "tests.unit.test_privacy",
    "tests.unit.test_rules_of_consent",
    "tests.unit.test_criteria",
    "tests.unit.test_notices",
    "tests.unit.test_case_taking_in",
    "tests.unit.test_case_with_the_trader",
    "tests.unit.test_case_under_attack",
    "tests.unit.test_case_erasing",
)
"""In the order in which they are asked: what says most of what leaves first."""

Check = tuple[str, Callable[[], object]]


def killer(world: World, suites: Iterable[str] = SUITES) -> str | None:
    """The first test that fails in a world; None: every one passes, so nobody noticed the change."""
    for suite in suites:
        for name, run in checks(world.module(suite)):
            try:
                run()
            except (Exception, pytest.fail.Exception):  # noqa: BLE001 - whatever stops a test has noticed
                return f"{suite}::{name}"
    return None


def checks(module: ModuleType) -> Iterator[Check]:
    """Every test of a module, once for each of its parameters."""
    for name, value in vars(module).copy().items():
        if inspect.isfunction(value) and name.startswith("test_"):
            yield from _expanded(name, value, ())
        elif inspect.isclass(value) and name.startswith("Test") and not _is_snapshot(_marks(value)):
            for inner, function in vars(value).items():
                if inspect.isfunction(function) and inner.startswith("test_"):
                    yield from _expanded(f"{name}::{inner}", function, _marks(value), value)


def _expanded(
    name: str, function: Callable[..., object], above: Sequence[pytest.Mark], owner: type | None = None
) -> Iterator[Check]:
    marks = (*above, *_marks(function))
    if _is_snapshot(marks):
        return
    asked = set(inspect.signature(function).parameters) - {"self"}
    rows = [list(_rows(mark)) for mark in marks if mark.name == "parametrize"]
    for chosen in itertools.product(*rows):
        given = {key: value for row in chosen for key, value in row.items()}
        if asked == given.keys():
            yield name, _call(function, owner, given)


def _call(function: Callable[..., object], owner: type | None, given: Mapping[str, object]) -> Callable[[], object]:
    return lambda: function(owner(), **given) if owner is not None else function(**given)


def _rows(mark: pytest.Mark) -> Iterator[dict[str, object]]:
    names, rows = mark.args[:2]
    names = [one.strip() for one in names.split(",")] if isinstance(names, str) else list(names)
    for row in rows:
        values = getattr(row, "values", row) if not isinstance(row, Mapping) else row
        yield dict(zip(names, [values] if len(names) == 1 else values, strict=True))


def _marks(of: Any) -> tuple[pytest.Mark, ...]:
    found = getattr(of, "pytestmark", [])
    return tuple(found) if isinstance(found, list) else (found,)


def _is_snapshot(marks: Iterable[pytest.Mark]) -> bool:
    return any(mark.name == "snapshot" for mark in marks)
