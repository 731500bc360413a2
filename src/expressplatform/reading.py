"""From bytes to a plain document, and from a document or an object to the list of everything wrong with it.

Laws of this file:

- Size and depth are bounded before anything is parsed; the scan is linear in the bytes, whatever they are.
- A document is walked against the attrs classes before anything is built from it, because validators stop at
  the first fault and converters turn 1 into "1" without a word. Every fault is found, each with its path.
- No problem ever quotes what was found: neither a value nor the name of a field that is not ours.
- A constraint is read from the field that declares it (`fields`); none is written here again. The one
  exception is the entries of a list of identifiers, which no field can carry a constraint for.
"""

from __future__ import annotations

import math
import re
import types
import typing
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Final, cast

import attrs
import orjson

from expressplatform.complaint import Erased
from expressplatform.errors import InvalidInput, Problem
from expressplatform.fields import Constraint, constraint_of, refuse

ENTRY: Final = Constraint(shortest=1, longest=200, pattern=r"[!-~]+", wanted="must be an identifier without spaces")
"""What an entry of a tuple of text may hold: identifiers, so that free text does not pass as a fact."""

_BROKEN: Final = object()
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_ALIKE: Final = bytes.maketrans(b"{}", b"[]")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)


# --- bytes -> document --------------------------------------------------------------------------------------


@attrs.frozen
class Limits:
    """How much of somebody else's document is read: ``bytes`` in all, ``depth`` of lists and objects (to 200)."""

    bytes: int = 262_144
    depth: int = attrs.field(default=20, validator=attrs.validators.le(200))


STANDARD: Final = Limits()
"""The limits for everybody who has no reason for others."""


def parse(data: bytes, limits: Limits = STANDARD) -> object:
    """The plain document in JSON bytes from outside (RFC 8259, and strictly UTF-8).

    Raises InvalidInput of kind ``too_large``, ``too_deep``, ``json`` (malformed, not UTF-8, NaN, a lone
    surrogate) or ``duplicate_key``.
    """
    if len(data) > limits.bytes:
        raise refuse("$", "too_large", f"must have at most {limits.bytes} bytes")
    if _deeper(data, limits.depth):
        raise refuse("$", "too_deep", f"must not nest more than {limits.depth} levels")
    if (document := _decoded(data)) is _BROKEN:
        raise refuse("$", "json", "must be JSON in UTF-8")
    # The parser keeps the last of two equal keys and says nothing: then there are fewer strings than there were.
    if _unescaped(data).count(b'"') != _unescaped(orjson.dumps(document)).count(b'"'):
        raise refuse("$", "duplicate_key", "must not have a key twice in one object")
    return document


def _decoded(data: bytes) -> object:
    """The document, or `_BROKEN`: the parser's own error holds the whole text, so nothing is raised from it."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return _BROKEN


def _unescaped(data: bytes) -> bytes:
    """The same without escaped quotes, so that each quote that is left begins or ends a string."""
    return data.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in data else data


def _deeper(data: bytes, depth: int) -> bool:
    """Whether brackets nest deeper: each round takes the innermost pairs away. Unpaired ones do not count."""
    if data.count(b"[") + data.count(b"{") <= depth:
        return False
    outside_strings = b"".join(_unescaped(data).split(b'"')[::2])
    brackets = outside_strings.translate(_ALIKE, _NOT_BRACKETS)
    for _ in range(depth):
        fewer = brackets.replace(b"[]", b"")
        if len(fewer) == len(brackets):
            return False
        brackets = fewer
    return b"[]" in brackets


# --- what is wrong ------------------------------------------------------------------------------------------

Fault = tuple[str, str, str]
"""A problem seen from the value itself: path below it (empty: the value), kind, sentence."""
Judge = Callable[[Any], Sequence[Fault]]
"""Everything wrong with one value and its parts; empty where all is well."""
Build = Callable[[Any, type], object]
"""Makes a value from a sound document; raises InvalidInput where its parts contradict each other."""

_TEXT: Final = (("", "type", "must be text"),)
_WHOLE: Final = (("", "type", "must be a whole number"),)
_TRUTH: Final = (("", "type", "must be true or false"),)
_LIST: Final = (("", "type", "must be a list"),)
_OBJECT: Final = (("", "type", "must be an object"),)
_DAY: Final = (("", "date", "must be a date such as 2026-01-31"),)
_MOMENT: Final = (
    ("", "instant", "must be a date and time with an offset from UTC, such as 2026-01-31T09:30:00+08:00"),
)
_UNKNOWN: Final = ("", "unknown_field", "has a field that is not known here")
_MISSING: Final = "must be given"


def _below(step: str, faults: Sequence[Fault]) -> list[Fault]:
    return [(step + path, kind, message) for path, kind, message in faults]


def _has_utc(value: datetime) -> bool:
    """Whether it has an offset and is still a date when read in UTC."""
    try:
        return value.utcoffset() is not None and bool(value.astimezone(UTC))
    except (OverflowError, ValueError):
        return False


def _instant_text(value: object) -> Sequence[Fault]:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return _MOMENT
    try:
        return () if _has_utc(datetime.fromisoformat(value)) else _MOMENT
    except ValueError:
        return _MOMENT


def _instant(value: object) -> Sequence[Fault]:
    return () if type(value) is datetime and _has_utc(value) else _MOMENT


def _day_text(value: object) -> Sequence[Fault]:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return _DAY
    try:
        date.fromisoformat(value)
    except ValueError:
        return _DAY
    return ()


def _worded(wrong: Sequence[Fault], found: str, constraint: Constraint) -> Judge:
    """Plain text that fits is told quickly; whatever else is for the constraint to judge."""
    least, most = constraint.shortest, math.inf if constraint.longest is None else constraint.longest
    fits = re.compile(constraint.pattern).fullmatch if constraint.pattern else bool

    def judge(value: object) -> Sequence[Fault]:
        if type(value) is not str:
            return wrong
        if least <= len(value) <= most and value.isascii() and "\x00" not in value and (not value or fits(value)):
            return ()
        message = constraint.complaint(value)
        return (("", found, message),) if message else ()

    return judge


def _bounded(kind: type, wrong: Sequence[Fault], found: str, constraint: Constraint) -> Judge:
    def judge(value: object) -> Sequence[Fault]:
        if type(value) is not kind:
            return wrong
        message = constraint.complaint(value)
        return (("", found, message),) if message else ()

    return judge


def _validated(kind: type, wrong: Sequence[Fault], of: attrs.Attribute[Any]) -> Judge:
    """For a field whose rule is a validator of its own class, such as an amount's currency."""
    validate: Any = of.validator

    def judge(value: object) -> Sequence[Fault]:
        if type(value) is not kind:
            return wrong
        try:
            validate(None, of, value)
        except InvalidInput as error:
            return [("", one.kind, one.message) for one in error.problems]
        return ()

    return judge


def _typed(kind: type, wrong: Sequence[Fault]) -> Judge:
    return lambda value: () if type(value) is kind else wrong


_SETTLED: Final = _typed(object, ())
"""Of a field whose own validator has judged it: nobody asks again."""


def _choice(enum: type[Enum]) -> Sequence[Fault]:
    return (("", "code", "must be one of: " + ", ".join(str(one.value) for one in enum)),)


def _one_of(enum: type[Enum]) -> Judge:
    values, wrong = frozenset(one.value for one in enum), _choice(enum)
    return lambda value: () if isinstance(value, str) and value in values else wrong


def _emptied(judge: Judge, empty: frozenset[type]) -> Judge:
    return lambda value: () if type(value) in empty else judge(value)


def _sequence(kind: type[Any], parts: Sequence[Judge], more: bool, constraint: Constraint | None) -> Judge:
    """Of ``parts`` each in its place or, where ``more``, any number of the first."""

    def judge(value: Any) -> Sequence[Fault]:
        if type(value) is not kind:
            return _LIST
        if not more and len(value) != len(parts):
            return (("", "count", f"must have {len(parts)} entries"),)
        if constraint and (message := constraint.complaint(value)):
            return (("", "count", message),)
        found: list[Fault] = []
        for index, one in enumerate(value):
            if faults := parts[0 if more else index](one):
                found += _below(f"[{index}]", faults)
        return found

    return judge


class Reader:
    """Judges documents and objects against our classes. Plans are made once a class, at its first use.

    ``build`` makes a value from a sound document; it is asked only for classes that compare their parts when
    they are made. With ``tolerant`` a field that is not known is not a fault. ``objects`` judges values made
    in Python in place of documents: the types of their fields, since their validators have already run.
    """

    __slots__ = ("_build", "_judges", "_objects", "_tolerant")

    def __init__(self, *, build: Build | None = None, tolerant: bool = False, objects: bool = False) -> None:
        self._build, self._tolerant, self._objects = build, tolerant, objects
        self._judges: dict[type, Judge] = {}

    def problems(self, value: object, cls: type, path: str = "$") -> tuple[Problem, ...]:
        """Everything that keeps a value from being a ``cls``, each with its path from ``path`` on."""
        faults = self.judge(cls)(value)
        return tuple(Problem(path + below, kind, message) for below, kind, message in faults)

    def judge(self, cls: type) -> Judge:
        """The judge of a class."""
        if (found := self._judges.get(cls)) is None:
            found = self._judges[cls] = self._object(cls) if self._objects else self._document(cls)
        return found

    def _fields(self, cls: Any) -> list[tuple[str, Judge, bool]]:
        attrs.resolve_types(cls)
        return [(one.name, self._of(one.type, one), one.default is attrs.NOTHING) for one in attrs.fields(cls)]

    def _document(self, cls: type) -> Judge:
        fields = [(name, part, required, not part(None)) for name, part, required in self._fields(cls)]
        names = frozenset(name for name, *_ in fields)
        whole = self._whole(cls)

        def judge(value: Any) -> Sequence[Fault]:
            if type(value) is not dict:
                return _OBJECT
            found: list[Fault] = []
            known = 0
            for name, part, required, may_be_null in fields:
                if name in value:
                    known += 1
                    one = value[name]
                    if one is None and may_be_null:
                        continue
                    if faults := part(one):
                        found += _below(f".{name}", faults)
                elif required:
                    found.append((f".{name}", "missing", _MISSING))
            if known < len(value) and not self._tolerant and not names.issuperset(value):
                found.append(_UNKNOWN)
            return found or whole(value)

        return judge

    def _whole(self, cls: type) -> Judge:
        build = self._build
        if build is None or not hasattr(cls, "__attrs_post_init__"):
            return lambda _: ()

        def judge(value: object) -> Sequence[Fault]:
            try:
                build(value, cls)
            except InvalidInput as error:
                return [(one.path.removeprefix("$"), one.kind, one.message) for one in error.problems]
            return ()

        return judge

    def _object(self, cls: type) -> Judge:
        fields = [(name, judge) for name, judge, _ in self._fields(cls) if judge is not _SETTLED]
        wrong = (("", "type", f"must be a {cls.__name__}"),)

        def judge(value: object) -> Sequence[Fault]:
            if type(value) is not cls:
                return wrong
            found: list[Fault] = []
            for name, part in fields:
                if faults := part(getattr(value, name)):
                    found += _below(f".{name}", faults)
            return found

        return judge

    def _of(self, kind: Any, of: attrs.Attribute[Any] | None) -> Judge:
        union = isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union
        members = typing.get_args(kind) if union else (kind,)
        empty: frozenset[type] = frozenset(one for one in members if one in (types.NoneType, Erased))
        solid = [one for one in members if one not in empty]
        if len(solid) != 1:
            raise TypeError(f"no plan for {kind}")
        judge = self._solid(solid[0], of)
        if not empty or judge is _SETTLED:
            return judge
        return _emptied(judge, empty if self._objects else frozenset({types.NoneType}))

    def _solid(self, kind: Any, of: attrs.Attribute[Any] | None) -> Judge:
        if typing.get_origin(kind) is tuple:
            return self._tuple(typing.get_args(kind), of)
        if not isinstance(kind, type):
            raise TypeError(f"no plan for {kind}")
        if attrs.has(kind):
            return self.judge(kind)
        if issubclass(kind, Enum):
            return _typed(kind, _choice(kind)) if self._objects else _one_of(kind)
        return self._scalar(kind, of)

    def _tuple(self, parts: tuple[Any, ...], of: attrs.Attribute[Any] | None) -> Judge:
        more = parts[-1] is Ellipsis
        judges = [self._of(part, None) for part in parts if part is not Ellipsis]
        constraint = constraint_of(of) if of is not None and not self._objects else None
        return _sequence(tuple if self._objects else list, judges, more, constraint)

    def _scalar(self, kind: type, of: attrs.Attribute[Any] | None) -> Judge:
        if kind is datetime:
            return _instant if self._objects else _instant_text
        if kind is date:
            return _typed(date, _DAY) if self._objects else _day_text
        if kind is bool:
            return _typed(bool, _TRUTH)
        if kind is str:
            return self._limited(str, _TEXT, "text", of)
        if kind is int:
            return self._limited(int, _WHOLE, "range", of)
        raise TypeError(f"no plan for {kind}")

    def _limited(self, kind: type, wrong: Sequence[Fault], found: str, of: attrs.Attribute[Any] | None) -> Judge:
        if of is not None and of.validator is not None and self._objects:
            return _SETTLED
        bare = of is None or of.validator is None
        constraint = (ENTRY if of is None else Constraint()) if bare else constraint_of(cast(Any, of))
        if constraint is None:
            return _validated(kind, wrong, cast(Any, of))
        if kind is str:
            return _worded(wrong, found, constraint)
        return _bounded(kind, wrong, found, constraint)
