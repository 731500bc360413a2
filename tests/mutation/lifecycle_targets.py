"""What is changed of the lifecycle: each row dropped, led elsewhere, or given to another role."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import attrs

from expressplatform.codes import Role, Status
from expressplatform.lifecycle import ROWS, Row
from tests.mutation.mutants import Mutant, of_value

_LIFECYCLE = "expressplatform.lifecycle"

Rows = tuple[Row, ...]


def _said(row: Row) -> str:
    return f"{row.command.__name__} from {row.source.value if row.source else 'nothing'} by {row.by}"


def _changed(index: int, change: Callable[[Row], Row]) -> Callable[[Rows], Rows]:
    return lambda old: (*old[:index], change(old[index]), *old[index + 1 :])


def _without(index: int, old: Rows) -> Rows:
    return (*old[:index], *old[index + 1 :])


def dropped() -> Iterator[Mutant]:
    """Each row gone: what it allowed is refused."""
    for index, row in enumerate(ROWS):
        yield of_value(_LIFECYCLE, "ROWS", f"no {_said(row)}", functools.partial(_without, index))


def led_elsewhere() -> Iterator[Mutant]:
    """Each row with each other target."""
    for index, row in enumerate(ROWS):
        for target in Status:
            if target is not row.target:
                change = functools.partial(attrs.evolve, target=target)
                said = f"{_said(row)} leads to {target.value}"
                yield of_value(_LIFECYCLE, "ROWS", said, _changed(index, change))


def given_to_another() -> Iterator[Mutant]:
    """Each row for each other role."""
    for index, row in enumerate(ROWS):
        for role in Role:
            if role is not row.by:
                change = functools.partial(attrs.evolve, by=role)
                yield of_value(_LIFECYCLE, "ROWS", f"{_said(row)} is for {role}", _changed(index, change))
