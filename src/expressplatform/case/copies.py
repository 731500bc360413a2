"""Copies of a case's parts with some fields changed, made quickly: every step makes a few.

Laws of this file: `changed` means what `attrs.evolve` means, and a type checker reads it as that. A part holds no
validator or converter, so nothing is left out: the values of a copy were fields of a checked event. How a copy is
filled while it is open, and becomes frozen, is told in `filling`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from expressplatform.case.state import Account, Case, File, Turn
from expressplatform.filling import copier, maker

__all__ = ["changed", "merged", "new_case"]

T = TypeVar("T")

_COPIERS: Final[Mapping[type[Any], Callable[[Any], Any]]] = MappingProxyType(
    {cls: copier(cls) for cls in (File, Turn, Account)}
)


def _changed(value: T, /, **fields: object) -> T:
    """The same part with these fields changed. Raises KeyError for a class that is no part of a case."""
    cls = type(value)
    made = _COPIERS[cls](value)
    for name, new in fields.items():
        setattr(made, name, new)
    made.__class__ = cls
    copy: T = made
    return copy


if TYPE_CHECKING:
    from attrs import evolve as changed

    from expressplatform.case.state import Case as new_case  # noqa: N813 - a maker at run time
else:
    changed = _changed
    new_case = maker(Case)


def merged(old: tuple[Any, ...], new: tuple[Any, ...], key: str) -> tuple[Any, ...]:
    """What was there, replaced or joined by what is new, by a key."""
    replaced = {getattr(item, key) for item in new}
    return (*(item for item in old if getattr(item, key) not in replaced), *new)
