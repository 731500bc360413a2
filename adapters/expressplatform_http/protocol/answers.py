"""Answers read by clients: typed, and tolerant of a newer server.

Laws of this file
- A field that is not known is kept (`beyond`) and written again (`write_answer`); a code that is not known is kept as
  plain text in its place (`is_known`).
- What is known must be of its type, and what is needed must be there: otherwise the answer is InvalidInput, by path.
- Nothing found here is quoted.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast

import attrs
import orjson

from expressplatform.errors import InvalidInput
from expressplatform.fields import refuse
from expressplatform.reading import Limits, parse
from expressplatform_http.protocol.received import instant

__all__ = ["LARGE", "Answer", "Answers", "is_known", "write_answer"]

T = TypeVar("T")
Read = Callable[[Any, str], Any]
"""Reads a plain value that stands at a path; raises InvalidInput."""
LARGE: Final = Limits(bytes=32 * 1024 * 1024, depth=24)
"""How much of an answer is read: an obtained hundred of cases fits."""
_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


class Answer:
    """What every document of an answer is: fields that this edition does not know stay with it, in `beyond`."""

    __slots__ = ("_beyond",)

    @property
    def beyond(self) -> Mapping[str, object]:
        """The fields that a newer server sent besides, as they came."""
        return cast("Mapping[str, object]", getattr(self, "_beyond", _NOTHING))

    def __reduce__(self) -> tuple[object, ...]:
        values = tuple(getattr(self, one.name) for one in attrs.fields(cast(Any, type(self))))
        return _rebuilt, (type(self), values, dict(self.beyond))


def _rebuilt(cls: type[Answer], values: tuple[object, ...], more: Mapping[str, object]) -> Answer:
    return _with(cast(Any, cls)(*values), more)


def _with(made: Answer, more: Mapping[str, object]) -> Answer:
    if more:
        object.__setattr__(made, "_beyond", MappingProxyType(dict(more)))
    return made


def is_known(code: object) -> bool:
    """Whether a code of an answer is one that this edition knows: a newer one is plain text in its place."""
    return isinstance(code, StrEnum)


def write_answer(value: Answer) -> bytes:
    """The JSON document of an answer, with everything in it that was not known."""
    return orjson.dumps({"v": 1, **_document(value)})


def _document(value: Answer) -> dict[str, object]:
    written = {one.name: _plain(getattr(value, one.name)) for one in attrs.fields(cast(Any, type(value)))}
    return {**written, **value.beyond}


def _plain(value: object) -> object:
    if isinstance(value, Answer):
        return _document(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if attrs.has(type(value)):
        return {one.name: _plain(getattr(value, one.name)) for one in attrs.fields(cast(Any, type(value)))}
    return dict(value) if isinstance(value, Mapping) else value


class Answers:
    """Reads answers; how each class is read is worked out once, at its first use."""

    __slots__ = ("_readers",)

    def __init__(self) -> None:
        self._readers: dict[type, Read] = {}

    def read(self, body: bytes, cls: type[T]) -> T:
        """The value of a class in a JSON document; raises InvalidInput where it is none."""
        document = parse(body, LARGE)
        if isinstance(document, dict):
            document.pop("v", None)
        return cast(T, self._of(cls)(document, "$"))

    def _of(self, cls: type) -> Read:
        if (found := self._readers.get(cls)) is None:
            found = self._readers[cls] = self._object(cls)
        return found

    def _object(self, cls: Any) -> Read:
        attrs.resolve_types(cls)
        fields = [(one.name, self._kind(one.type), one.default is attrs.NOTHING) for one in attrs.fields(cls)]
        names = frozenset(name for name, *_ in fields)

        def read(value: Any, path: str) -> object:
            if type(value) is not dict:
                raise refuse(path, "type", "must be an object")
            found: dict[str, object] = {}
            for name, part, needed in fields:
                if name in value:
                    found[name] = part(value[name], f"{path}.{name}")
                elif needed:
                    raise refuse(f"{path}.{name}", "missing", "must be given")
            return _made(cls, found, {name: one for name, one in value.items() if name not in names}, path)

        return read

    def _kind(self, kind: Any) -> Read:
        members = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
        solid = [one for one in members if one is not types.NoneType]
        if len(solid) != 1:
            raise TypeError(f"no reader for {kind}")
        read = self._solid(solid[0])
        return read if len(members) == 1 else lambda value, path: None if value is None else read(value, path)

    def _solid(self, kind: Any) -> Read:
        origin = typing.get_origin(kind)
        if origin is tuple:
            return _several(self._kind(typing.get_args(kind)[0]))
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return _typed(dict, "an object")
        if attrs.has(kind):
            return lambda value, path: self._of(kind)(value, path)
        if issubclass(kind, StrEnum):
            return _code(kind)
        return _PLAIN[kind]


def _made(cls: Any, found: Mapping[str, object], more: Mapping[str, object], path: str) -> object:
    try:
        made = cls(**found)
    except InvalidInput:
        raise refuse(path, "value", "is not what it must be") from None
    return _with(made, more) if isinstance(made, Answer) else made


def _typed(kind: type, wanted: str) -> Read:
    def read(value: object, path: str) -> object:
        if type(value) is not kind:
            raise refuse(path, "type", f"must be {wanted}")
        return value

    return read


def _several(part: Read) -> Read:
    def read(value: object, path: str) -> object:
        if not isinstance(value, list):
            raise refuse(path, "type", "must be a list")
        return tuple(part(one, f"{path}[{index}]") for index, one in enumerate(value))

    return read


def _code(kind: type[StrEnum]) -> Read:
    members = {one.value: one for one in kind}

    def read(value: object, path: str) -> object:
        if not isinstance(value, str):
            raise refuse(path, "type", "must be text")
        return members.get(value, value)

    return read


def _read_instant(value: object, path: str) -> datetime:
    try:
        return instant(value)
    except (TypeError, ValueError):
        raise refuse(path, "instant", "must be a date and time with an offset from UTC") from None


def _read_day(value: object, path: str) -> date:
    try:
        return date.fromisoformat(cast(str, value))
    except (TypeError, ValueError):
        raise refuse(path, "date", "must be a date") from None


_PLAIN: Final[Mapping[type, Read]] = MappingProxyType(
    {
        str: _typed(str, "text"),
        int: _typed(int, "a whole number"),
        bool: _typed(bool, "true or false"),
        datetime: _read_instant,
        date: _read_day,
    }
)
