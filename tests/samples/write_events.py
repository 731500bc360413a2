"""Writes a sample for every kind of event that has none: ``python -m tests.samples.write_events``.

A sample is never written again: it stands for rows that somebody has already stored.
"""

from __future__ import annotations

import types
import typing
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final

import attrs
import orjson

from expressplatform.complaint import Erased
from expressplatform.fields import constraint_of
from expressplatform.money import Money
from expressplatform.records import EVENTS, SCHEMA, event_row

FOLDER: Final = Path(__file__).parent / f"events_v{SCHEMA}"


def invented(kind: Any, name: str, least: int = 0) -> Any:
    """A value of a type, every optional part present, texts named after their fields."""
    if isinstance(kind, types.UnionType):
        (kind,) = (one for one in typing.get_args(kind) if one not in (types.NoneType, Erased))
    if typing.get_origin(kind) is tuple:
        return tuple(invented(one, name) for one in typing.get_args(kind) if one is not Ellipsis)
    if kind is Money:
        return Money("HKD", 129_900)
    if attrs.has(kind):
        return whole(kind)
    if issubclass(kind, Enum):
        return list(kind)[-1]
    simple = {str: f"invented-{name}", int: least + 1, bool: True, date: date(2026, 3, 2)}
    return simple[kind] if kind in simple else datetime(2026, 3, 2, 4, 5, 6, 789, tzinfo=UTC)


def whole(cls: Any) -> Any:
    """A value of a class with every field given."""
    fields: Any = attrs.fields(attrs.resolve_types(cls))
    bounds = {one.name: constraint_of(one) for one in fields}
    return cls(**{one.name: invented(one.type, one.name, getattr(bounds[one.name], "least", 0) or 0) for one in fields})


def main() -> None:
    """Writes what is missing."""
    FOLDER.mkdir(exist_ok=True)
    for kind, cls in EVENTS.items():
        path = FOLDER / f"{kind}.json"
        if not path.exists():
            _, facts, personal = event_row(whole(cls))
            parts = {"facts": orjson.loads(facts), "particulars": personal and orjson.loads(personal)}
            path.write_bytes(orjson.dumps({"schema": SCHEMA, **parts}, option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main()
