"""Writes a sample for every kind of event that has none of its shape: ``python -m tests.samples.write_events``.

A sample is never written again: it stands for rows that somebody has already stored. A kind that has got a field since
then has a second sample beside the first, ``lodged-2`` beside ``lodged``.
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


def samples_of(kind: str) -> list[Path]:
    """The samples of a kind, oldest shape first."""
    later = sorted(FOLDER.glob(f"{kind}-*.json"), key=lambda path: int(path.stem.rpartition("-")[2]))
    return [path for path in (FOLDER / f"{kind}.json", *later) if path.exists()]


def shape(document: Any) -> Any:
    """The names in a document, and in what is inside it."""
    if isinstance(document, dict):
        return {name: shape(one) for name, one in document.items()}
    return [shape(one) for one in document] if isinstance(document, list) else None


def main() -> None:
    """Writes what is missing."""
    FOLDER.mkdir(exist_ok=True)
    for kind, cls in EVENTS.items():
        _, facts, personal = event_row(whole(cls))
        parts = {"facts": orjson.loads(facts), "particulars": personal and orjson.loads(personal)}
        made, there = {"schema": SCHEMA, **parts}, samples_of(kind)
        if not there or shape(orjson.loads(there[-1].read_bytes())) != shape(made):
            path = FOLDER / (f"{kind}-{len(there) + 1}.json" if there else f"{kind}.json")
            path.write_bytes(orjson.dumps(made, option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main()
