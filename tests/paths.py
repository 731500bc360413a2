"""The paths of a class, walked: what rules about every field go through, so that a new field waits for them."""

from __future__ import annotations

import typing
from collections.abc import Iterator

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
