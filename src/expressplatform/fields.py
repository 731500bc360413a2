"""A field's constraint, written once.

Each helper returns an attrs field that carries a `Constraint` in its metadata *and* the validator made from it.
Whoever reads documents walks the same constraints before structuring (`wire`), and whoever describes them
(an OpenAPI document, a form) reads them too. A message says what is wanted and never quotes what was found.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import attrs

from expressplatform.errors import InvalidInput, Problem

KEY: Final = "expressplatform"
CODE: Final = r"[A-Za-z0-9](?:[A-Za-z0-9._:/@-]*[A-Za-z0-9])?"
"""An identifier that somebody's system gave: letters, digits and ``._:/@-`` inside."""


@attrs.frozen
class Constraint:
    """What a field may hold: text of a length and shape, or a whole number in a range."""

    shortest: int = 0
    longest: int | None = None
    pattern: str | None = None
    least: int | None = None
    most: int | None = None
    wanted: str = ""

    def complaint(self, value: object) -> str | None:
        """What is wrong with a value of the right type, as a sentence without the value; None if nothing."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, tuple | list):
            return self._many(len(value))
        if isinstance(value, int) and not isinstance(value, bool):
            return self._number(value)
        return None

    def _text(self, value: str) -> str | None:
        if len(value) < self.shortest:
            return "must not be empty" if self.shortest == 1 else f"must have at least {self.shortest} characters"
        if self.longest is not None and len(value) > self.longest:
            return f"must have at most {self.longest} characters"
        if value and not value.isascii() and any("\ud800" <= c <= "\udfff" or c == "\x00" for c in value):
            return "must not contain lone surrogates"
        if "\x00" in value:
            return "must not contain the NUL character"
        if self.pattern and value and not re.fullmatch(self.pattern, value):
            return self.wanted
        return None

    def _many(self, count: int) -> str | None:
        if count < self.shortest:
            return f"must have at least {self.shortest} entries"
        if self.longest is not None and count > self.longest:
            return f"must have at most {self.longest} entries"
        return None

    def _number(self, value: int) -> str | None:
        if self.least is not None and value < self.least:
            return f"must be at least {self.least}"
        if self.most is not None and value > self.most:
            return f"must be at most {self.most}"
        return None


def constraint_of(attribute: attrs.Attribute[Any]) -> Constraint | None:
    """The constraint that a field carries, if any."""
    found = attribute.metadata.get(KEY)
    return found if isinstance(found, Constraint) else None


def refuse(path: str, kind: str, message: str) -> InvalidInput:
    """One problem as an error: for validators."""
    return InvalidInput((Problem(path, kind, message),))


def _text_validator(constraint: Constraint) -> Callable[[object, attrs.Attribute[str], str], None]:
    def check(_: object, attribute: attrs.Attribute[str], value: str) -> None:
        if not isinstance(value, str):
            raise refuse(f"$.{attribute.name}", "type", "must be text")
        if message := constraint.complaint(value):
            raise refuse(f"$.{attribute.name}", "text", message)

    return check


def _field(constraint: Constraint, validator: Any, default: Any) -> Any:
    metadata = {KEY: constraint}
    if default is attrs.NOTHING:
        return attrs.field(validator=validator, metadata=metadata)
    return attrs.field(validator=validator, metadata=metadata, default=default)


def text(longest: int, *, shortest: int = 0, default: Any = attrs.NOTHING) -> Any:
    """Free text of at most ``longest`` characters (code points)."""
    constraint = Constraint(shortest=shortest, longest=longest)
    return _field(constraint, _text_validator(constraint), default)


def code(longest: int = 80, *, default: Any = attrs.NOTHING) -> Any:
    """An identifier; empty only where the default is empty."""
    shortest = 0 if default == "" else 1
    wanted = "must be an identifier of letters, digits and . _ : / @ -"
    constraint = Constraint(shortest=shortest, longest=longest, pattern=CODE, wanted=wanted)
    return _field(constraint, _text_validator(constraint), default)


def whole(least: int, most: int, *, default: Any = attrs.NOTHING, optional: bool = False) -> Any:
    """A whole number from ``least`` to ``most``; True and 1.0 are not whole numbers here."""
    constraint = Constraint(least=least, most=most)

    def check(_: object, attribute: attrs.Attribute[int], value: int | None) -> None:
        if value is None and optional:
            return
        if type(value) is not int:
            raise refuse(f"$.{attribute.name}", "type", "must be a whole number")
        if message := constraint.complaint(value):
            raise refuse(f"$.{attribute.name}", "range", message)

    return _field(constraint, check, default)


def several(longest: int, *, shortest: int = 0, default: Any = attrs.NOTHING) -> Any:
    """A tuple of at most ``longest`` entries."""
    constraint = Constraint(shortest=shortest, longest=longest)

    def check(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
        if not isinstance(value, tuple):
            raise refuse(f"$.{attribute.name}", "type", "must be a tuple")
        if message := constraint.complaint(value):
            raise refuse(f"$.{attribute.name}", "count", message)

    return _field(constraint, check, default)


def instant(*, default: Any = attrs.NOTHING, optional: bool = False) -> Any:
    """A point in time that knows its offset from UTC."""

    def check(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
        if value is None and optional:
            return
        if getattr(value, "utcoffset", lambda: None)() is None:
            raise refuse(f"$.{attribute.name}", "instant", "must be a date and time with an offset from UTC")

    return _field(Constraint(), check, default)
