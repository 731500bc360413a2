"""Copies of a case's parts with some fields changed, made quickly: every step makes a few.

Laws of this file: `changed` means what `attrs.evolve` means, and a type checker reads it as that. A part holds no
validator or converter, so nothing is left out: the values of a copy were fields of a checked event. A copy is filled
while it is of an open twin class with the same slots, and becomes frozen by taking its own class; that needs both
without a slot for weak references, which is why the parts have none.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from expressplatform.case.state import Account, Case, File, Turn

__all__ = ["changed", "new_case"]

T = TypeVar("T")


def _twin(cls: type[Any]) -> type[Any]:
    """An open class with the same slots in the same order."""
    fields = {one.name: attrs.field() for one in attrs.fields(cls)}
    made: type[Any] = attrs.make_class(f"Open{cls.__name__}", fields, eq=False, slots=True, weakref_slot=False)
    return made


def _plan(cls: type[Any]) -> tuple[type[Any], Callable[[Any], tuple[Any, ...]]]:
    return _twin(cls), operator.attrgetter(*(one.name for one in attrs.fields(cls)))


_PLANS: Final[Mapping[type[Any], tuple[type[Any], Callable[[Any], tuple[Any, ...]]]]] = MappingProxyType(
    {cls: _plan(cls) for cls in (File, Turn, Account)}
)
_OPEN_CASE: Final = _twin(Case)


def _changed(value: T, /, **fields: object) -> T:
    """The same part with these fields changed. Raises KeyError for a class that is no part of a case."""
    cls = type(value)
    twin, values_of = _PLANS[cls]
    made = twin(*values_of(value))
    for name, new in fields.items():
        setattr(made, name, new)
    made.__class__ = cls
    copy: T = made
    return copy


def _new_case(*fields: object) -> Case:
    made = _OPEN_CASE(*fields)
    made.__class__ = Case
    case: Case = made
    return case


if TYPE_CHECKING:
    from attrs import evolve as changed

    from expressplatform.case.state import Case as new_case  # noqa: N813 - a maker at run time
else:
    changed = _changed
    new_case = _new_case


def merged(old: tuple[Any, ...], new: tuple[Any, ...], key: str) -> tuple[Any, ...]:
    """What was there, replaced or joined by what is new, by a key."""
    replaced = {getattr(item, key) for item in new}
    return (*(item for item in old if getattr(item, key) not in replaced), *new)
