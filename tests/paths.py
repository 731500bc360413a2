"""The paths of a class or a document, walked: what rules about every field go through, so that a new one waits."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

import attrs

from expressplatform.money import Money


def leaves(cls: type, path: str = "") -> Iterator[str]:
    """Every path of a class that holds a value; amounts and lists are one field."""
    hints = typing.get_type_hints(cls)
    for attribute in attrs.fields(cls):
        kinds = typing.get_args(hints[attribute.name]) or (hints[attribute.name],)
        inside = [kind for kind in kinds if attrs.has(kind) and kind is not Money]
        listed = typing.get_origin(hints[attribute.name]) is tuple
        here = f"{path}{attribute.name}"
        if inside and not listed:
            yield from leaves(inside[0], f"{here}.")
        else:
            yield here


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a plain document, its own root left out."""
    steps = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [found for step, one in steps for found in ((*path, step), *places(one, (*path, step)))]


def put(document: Any, path: tuple[Any, ...], value: object) -> Any:
    """The same document with another value in one place."""
    if not path:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = put(copy[path[0]], path[1:], value)
    return copy
