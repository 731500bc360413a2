"""Frozen values, made quickly of what was judged before: one function for each class, written when first needed.

Laws of this file:

- What is filled here has been judged: no validator, no converter and no comparison of parts runs. What comes from
  outside is judged by `reading` first, or made by its class.
- A value is filled while it is of its class's *open* subclass, which adds no field and can be written to; then it takes
  its class and is frozen. Nobody has seen it before.
- The text of a function holds names alone, of fields and of what stands ready for it: nothing that was ever read.
- What is made equals what the class would have made; only the microseconds differ. Tests hold that for every class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar, cast

import attrs

P = ParamSpec("P")
T = TypeVar("T")


class Names:
    """What the text of a function may speak of: objects, each under a name that no other has."""

    __slots__ = ("known",)

    def __init__(self) -> None:
        self.known: dict[str, object] = {}

    def of(self, thing: object) -> str:
        """The name of a thing."""
        name = f"_{len(self.known)}"
        self.known[name] = thing
        return name


def written(name: str, takes: str, lines: list[str], names: Names) -> Callable[..., Any]:
    """The function of these lines: ``name`` for tracebacks, ``takes`` its parameters."""
    text = "\n    ".join((f"def function({takes}):", *lines))
    known = dict(names.known)
    exec(compile(text, f"<written for {name}>", "exec"), known)  # noqa: S102 - names alone, by the third law
    return cast(Callable[..., Any], known["function"])


def opening(cls: type[T]) -> type[T]:
    """The open subclass: the same slots, and they may be set."""
    body = {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    return type(f"Open{cls.__name__}", (cls,), body)


def filler(cls: type[T], takes: str, values: Mapping[str, str], names: Names, *before: str) -> Callable[..., T]:
    """A function that takes ``takes`` and fills each field by its expression, after the lines ``before``."""
    new, open_class, own = names.of(object.__new__), names.of(opening(cls)), names.of(cls)
    filled = [f"made.{field} = {expression}" for field, expression in values.items()]
    lines = [*before, f"made = {new}({open_class})", *filled, f"made.__class__ = {own}", "return made"]
    return written(cls.__name__, takes, lines, names)


def maker(cls: Callable[P, T]) -> Callable[P, T]:
    """Makes a value as its class does, by position or by name, of values that were judged."""
    names = Names()
    fields = attrs.fields(cast(type[Any], cls))
    takes = [one.name if one.default is attrs.NOTHING else f"{one.name}={names.of(one.default)}" for one in fields]
    return cast(Callable[P, T], filler(cast(type[Any], cls), ", ".join(takes), {f.name: f.name for f in fields}, names))


def copier(cls: type[T]) -> Callable[[T], T]:
    """Makes an open copy: whoever asked changes it, and then gives it its class."""
    names = Names()
    new, open_class = names.of(object.__new__), names.of(opening(cls))
    copied = [f"made.{one.name} = value.{one.name}" for one in attrs.fields(cast(Any, cls))]
    return written(cls.__name__, "value", [f"made = {new}({open_class})", *copied, "return made"], names)
