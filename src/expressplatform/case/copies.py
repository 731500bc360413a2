"""Copies of a case's parts with some fields changed, made quickly: every step makes a few.

Laws of this file: `changed` means what `attrs.evolve` means, and a type checker reads it as that. A part holds no
validator or converter, so nothing is left out: the values of a copy were fields of a checked event. How a copy is
filled while it is open, and becomes frozen, is told in `filling`.

While a whole history is replayed its case stays open, with its parts: nobody sees it before the last event. `changed`
then writes into the part itself, and gives it back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from expressplatform.case.state import Account, Case, File, Turn
from expressplatform.filling import copier, maker

__all__ = ["changed", "frozen", "merged", "new_account", "new_case", "new_file", "new_turn", "opened"]

T = TypeVar("T")

_COPIERS: Final[Mapping[type[Any], Callable[[Any], Any]]] = MappingProxyType(
    {cls: copier(cls) for cls in (File, Turn, Account, Case)}
)
new_case: Final = maker(Case)
new_file: Final = maker(File)
new_turn: Final = maker(Turn)
new_account: Final = maker(Account)


def _changed(value: T, /, **fields: object) -> T:
    """The same part with these fields changed; an open one itself. Raises AttributeError for what is no part."""
    cls = type(value)
    copy = _COPIERS.get(cls)
    made = value if copy is None else copy(value)
    for name, new in fields.items():
        setattr(made, name, new)
    if copy is not None:
        made.__class__ = cls
    return made


if TYPE_CHECKING:
    from attrs import evolve as changed
else:
    changed = _changed


def opened(value: Any) -> Any:
    """An open copy of a case or a part that nobody else holds; nothing, or what is open already, as it is."""
    copy = _COPIERS.get(type(value))
    return value if copy is None else copy(value)


def frozen(case: Any) -> Case:
    """An open case, closed with its parts: from now on nothing of it changes."""
    for part, cls in ((case.file, File), (case.turn, Turn), (case.account, Account), (case, Case)):
        if part is not None:
            part.__class__ = cls
    made: Case = case
    return made


def merged(old: tuple[Any, ...], new: tuple[Any, ...], key: str) -> tuple[Any, ...]:
    """What was there, replaced or joined by what is new, by a key."""
    replaced = {getattr(item, key) for item in new}
    return (*(item for item in old if getattr(item, key) not in replaced), *new)
