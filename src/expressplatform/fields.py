"""A field's constraint, written once.

Each helper returns a validator that carries the `Constraint` it was made from: ``attrs.field(validator=text(80))``.
Whoever reads documents walks the same constraints before structuring (`wire`), and whoever describes them
(an OpenAPI document, a form) reads them too. A message says what is wanted and never quotes what was found.
"""

from __future__ import annotations

import re
from typing import Any, Final

import attrs

from expressplatform.errors import InvalidInput, Problem

CODE: Final = r"[A-Za-z0-9](?:[A-Za-z0-9._:/-]*[A-Za-z0-9])?"
"""An identifier that somebody's system gave: letters, digits and ``._:/-`` inside, so that no e-mail address is one.

Identifiers are facts, which stay readable for ever.
"""

_SURROGATES: Final = re.compile("[\ud800-\udfff]")


@attrs.frozen
class Constraint:
    """What a field may hold: text of a length and shape, or a whole number in a range."""

    shortest: int = 0
    longest: int | None = None
    pattern: str | None = None
    least: int | None = None
    most: int | None = None
    wanted: str = ""
    _shape: re.Pattern[str] | None = attrs.field(init=False, eq=False, repr=False)

    @_shape.default
    def _compiled(self) -> re.Pattern[str] | None:
        return re.compile(self.pattern) if self.pattern else None

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
        if not value.isascii() and _SURROGATES.search(value):
            return "must not contain lone surrogates"
        if "\x00" in value:
            return "must not contain the NUL character"
        if self._shape is not None and value and not self._shape.fullmatch(value):
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


@attrs.frozen
class Checked:
    """A validator that carries the constraint it was made from."""

    constraint: Constraint
    kinds: tuple[type, ...]
    wanted: str
    optional: bool = False

    def __call__(self, _: object, attribute: attrs.Attribute[Any], value: Any) -> None:
        """Raises InvalidInput unless the value is of the kind and fits the constraint."""
        if value is None and self.optional:
            return
        if type(value) not in self.kinds and not self._is_kind(value):
            raise refuse(f"$.{attribute.name}", "type", self.wanted)
        if message := self.constraint.complaint(value):
            raise refuse(f"$.{attribute.name}", "value", message)

    def _is_kind(self, value: object) -> bool:
        return isinstance(value, self.kinds) and not isinstance(value, bool)


@attrs.frozen
class Aware:
    """A validator of instants: they must know their offset from UTC."""

    optional: bool = False
    constraint: Constraint = Constraint()

    def __call__(self, _: object, attribute: attrs.Attribute[Any], value: Any) -> None:
        """Raises InvalidInput unless the value is a date and time with an offset."""
        if value is None and self.optional:
            return
        if getattr(value, "utcoffset", lambda: None)() is None:
            message = "must be a date and time with an offset from UTC"
            raise refuse(f"$.{attribute.name}", "instant", message)


def constraint_of(attribute: attrs.Attribute[Any]) -> Constraint | None:
    """The constraint that a field carries, if any."""
    found = getattr(attribute.validator, "constraint", None)
    return found if isinstance(found, Constraint) else None


def refuse(path: str, kind: str, message: str) -> InvalidInput:
    """One problem as an error."""
    return InvalidInput((Problem(path, kind, message),))


def text(longest: int, *, shortest: int = 0) -> Checked:
    """Free text of at most ``longest`` characters (code points)."""
    return Checked(Constraint(shortest=shortest, longest=longest), (str,), "must be text")


def code(longest: int = 80, *, empty: bool = False) -> Checked:
    """An identifier; ``empty`` says whether there may be none."""
    wanted = "must be an identifier of letters, digits and . _ : / -"
    shape = Constraint(shortest=0 if empty else 1, longest=longest, pattern=CODE, wanted=wanted)
    return Checked(shape, (str,), "must be text")


def whole(least: int, most: int, *, optional: bool = False) -> Checked:
    """A whole number from ``least`` to ``most``; True and 1.0 are not whole numbers here."""
    return Checked(Constraint(least=least, most=most), (int,), "must be a whole number", optional)


def several(longest: int, *, shortest: int = 0) -> Checked:
    """A tuple of at most ``longest`` entries."""
    return Checked(Constraint(shortest=shortest, longest=longest), (tuple,), "must be a tuple")


def instant(*, optional: bool = False) -> Aware:
    """A point in time that knows its offset from UTC."""
    return Aware(optional)
