"""Documents to values and back: what clients, files and pages send and receive.

Laws of this file:

- What comes from outside goes through `reading` first: limits, every problem with its path, then a value.
- A document says its version in ``v``. A field that is not known is refused at our version or below; a client
  that reads tolerantly keeps what a newer version added and sends it back unharmed.
- Particulars travel in commands, because that is how they arrive. Whatever else is written holds none, unless
  the caller says so.

Stored events take another path, `records`.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar, cast

import attrs
import orjson
from cattrs import BaseConverter
from cattrs.fns import identity
from cattrs.preconf.orjson import make_converter

from expressplatform import commands
from expressplatform.commands import Command
from expressplatform.complaint import ERASED, Complaint, Erased, is_personal
from expressplatform.errors import InvalidInput, Problem
from expressplatform.fields import refuse
from expressplatform.filling import Names
from expressplatform.reading import STANDARD, Limits, Reader, parse
from expressplatform.records import Records, snake

__all__ = [
    "COMMANDS",
    "NAMES",
    "VERSION",
    "Tolerant",
    "check",
    "command_document",
    "command_from_document",
    "complaint_document",
    "document_as",
    "problems",
    "read_command",
    "read_complaint",
    "read_tolerant",
    "write",
    "write_command",
    "write_complaint",
    "write_tolerant",
]
T = TypeVar("T")
Document = dict[str, Any]

VERSION: Final = 1
"""The version of the documents that are written here."""
COMMANDS: Final[Mapping[str, type[Command]]] = MappingProxyType(
    {
        snake(name): one
        for name, one in vars(commands).items()
        if isinstance(one, type) and issubclass(one, Command) and one is not Command
    }
)
"""Every command by the name that documents give it."""
NAMES: Final[Mapping[type[Command], str]] = MappingProxyType({one: name for name, one in COMMANDS.items()})
"""Every command's name in documents."""


# --- conversion ---------------------------------------------------------------------------------------------


def _utc(value: datetime) -> datetime:
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def _utc_or_none(value: datetime | None) -> datetime | None:
    return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


def _or_none(kind: Any) -> bool:
    arms = typing.get_args(kind) if isinstance(kind, types.UnionType) else ()
    return len(arms) == 2 and types.NoneType in arms


def _optional(kind: Any, converter: BaseConverter) -> Callable[[Any], Any]:
    """What may be None is written as it is wherever its other kind is; else by that kind's hook."""
    (solid,) = (one for one in typing.get_args(kind) if one is not types.NoneType)
    hook = converter.get_unstructure_hook(solid)
    if hook is _utc:
        return _utc_or_none
    return identity if hook is identity else lambda value: None if value is None else hook(value)


def _entries(kind: Any) -> bool:
    return typing.get_origin(kind) is tuple and typing.get_args(kind)[1:] == (Ellipsis,)


def _many(kind: Any, converter: BaseConverter) -> Callable[[Any], Any]:
    """The JSON writer takes tuples: where its entries are written as they are, so is the whole."""
    hook = converter.get_unstructure_hook(typing.get_args(kind)[0])
    return identity if hook is identity else lambda value: [hook(one) for one in value]


def _or_erased(kind: Any) -> bool:
    return Erased in typing.get_args(kind)


def _erasable(kind: Any, converter: BaseConverter) -> Callable[[Any, Any], Any]:
    (solid,) = (one for one in typing.get_args(kind) if one is not Erased)
    hook = converter.get_structure_hook(solid)
    return lambda value, _: ERASED if value is None else hook(value, solid)


def _refuse_personal(_: object) -> object:
    raise TypeError("particulars are not written unless it is asked for")


class _Conversion:
    """Values to documents and back. Hooks are fetched once a class.

    It trusts the walk that came before: values are converted, and judged by nothing but their own validators.
    Without ``personal`` it refuses to write any class of particulars.
    """

    __slots__ = ("_converter", "_readers", "_writers")

    def __init__(self, *, personal: bool) -> None:
        self._converter = converter = make_converter(detailed_validation=False)
        self._readers: dict[type, Callable[[Any, Any], Any]] = {}
        self._writers: dict[type, Callable[[Any], Any]] = {}
        converter.register_unstructure_hook(datetime, _utc)
        converter.register_unstructure_hook_factory(_or_none, _optional)
        converter.register_unstructure_hook_factory(_entries, _many)
        converter.register_structure_hook(datetime, lambda value, _: _utc(datetime.fromisoformat(value)))
        converter.register_structure_hook_factory(_or_erased, _erasable)
        converter.register_unstructure_hook(Erased, lambda _: None)
        if not personal:
            converter.register_unstructure_hook_factory(is_personal, lambda _: _refuse_personal)

    def read(self, document: object, cls: type[T]) -> T:
        """A value from a sound document; raises InvalidInput where its parts contradict each other."""
        if (hook := self._readers.get(cls)) is None:
            hook = self._readers[cls] = self._converter.get_structure_hook(cls)
        return cast(T, hook(document, cls))

    def write(self, value: object, cls: type) -> Document:
        """The document of a value as one of a class; its enums and dates are left to the JSON writer."""
        if (hook := self._writers.get(cls)) is None:
            hook = self._writers[cls] = self._converter.get_unstructure_hook(cls)
        return cast(Document, hook(value))


_WHOLE: Final = _Conversion(personal=True)
_CLEAR: Final = _Conversion(personal=False)


class _Judged(Records):
    """Documents that the walk found sound, made values: particulars too, and parts compared with each other.

    The walk has asked every field's constraint, so no validator asks it again.
    """

    __slots__ = ()

    def _facts(self, cls: type) -> dict[str, Any]:
        attrs.resolve_types(cls)
        return {one.name: one.type for one in attrs.fields(cast(Any, cls))}

    def _loader(self, cls: type) -> Callable[[Any], Any]:
        load = super()._loader(cls)
        compare = getattr(cls, "__attrs_post_init__", None)
        if compare is None:
            return load

        def compared(document: Document) -> object:
            made = load(document)
            compare(made)
            return made

        return compared

    def _read(self, kind: Any, place: str, names: Names) -> str:
        if not _or_erased(kind):
            return super()._read(kind, place, names)
        (solid,) = (one for one in typing.get_args(kind) if one is not Erased)
        erased = names.of(ERASED)
        return f"{erased} if (one := {place}) is None or one is {erased} else {names.of(self.load(solid))}(one)"

    def _stored(self, kind: Any, default: object) -> object:
        return default if _or_erased(kind) else super()._stored(kind, default)


_JUDGED: Final = _Judged()
_QUICK: Final = Reader()
_FULL: Final = Reader(build=_WHOLE.read)
_TOLERANT: Final = Reader(build=_WHOLE.read, tolerant=True)
_OBJECTS: Final = Reader(objects=True)


def problems(document: object, cls: type, path: str = "$") -> tuple[Problem, ...]:
    """Everything that keeps a plain document from being a ``cls``, contradictions between its parts included.

    ``path`` is where the document stands in a larger one. No problem quotes a value or an unknown name.
    """
    return _FULL.problems(document, cls, path)


def check(command: Command) -> None:
    """Raises InvalidInput where a command made in Python holds a value of another type than its field says.

    Lengths, ranges and shapes were judged when it was made; this is what a type checker would have found.
    """
    if type(command) not in NAMES:
        raise refuse("$", "command", "must be a command")
    if found := _OBJECTS.problems(command, type(command)):
        raise InvalidInput(found)


# --- envelopes ----------------------------------------------------------------------------------------------


def _version(document: Document) -> tuple[Problem, ...]:
    if "v" not in document:
        return (Problem("$.v", "missing", "must be given"),)
    if type(document["v"]) is not int or document["v"] < 1:
        return (Problem("$.v", "type", "must be the version of the document, a whole number from 1"),)
    if document["v"] > VERSION:
        return (Problem("$.v", "version", f"must be at most {VERSION}: a later version is not known here"),)
    return ()


def _object(document: object) -> Document:
    if type(document) is not dict:
        raise refuse("$", "type", "must be an object")
    return document


def _inside(document: Document, *envelope: str) -> Document:
    return {key: value for key, value in document.items() if key not in envelope}


def _built(fields: Document, cls: type[T], found: tuple[Problem, ...] = ()) -> T:
    """The value, or InvalidInput with what was ``found`` before and everything wrong with the fields."""
    if not found and not _QUICK.problems(fields, cls):
        try:
            return cast(T, _JUDGED.load(cls)(fields))
        except InvalidInput:
            pass
    raise InvalidInput((*found, *_FULL.problems(fields, cls)))


# --- commands and complaints --------------------------------------------------------------------------------


def read_command(data: bytes, *, limits: Limits = STANDARD) -> Command:
    """The command in a JSON document such as ``{"v": 1, "command": "grant_time", "days": 5}``.

    Raises InvalidInput with every problem at once, each by its path.
    """
    return command_from_document(parse(data, limits))


def command_from_document(document: object) -> Command:
    """The command in a plain document, as `read_command` gives it; raises InvalidInput likewise."""
    whole = _object(document)
    found = _version(whole)
    name = whole.get("command")
    cls = COMMANDS.get(name) if isinstance(name, str) else None
    if cls is None:
        kind, message = (
            ("command", "must be the name of a command") if "command" in whole else ("missing", "must be given")
        )
        raise InvalidInput((*found, Problem("$.command", kind, message)))
    return _built(_inside(whole, "v", "command"), cls, found)


def command_document(command: Command) -> Document:
    """The plain document of a command, particulars included; enums, dates and instants as Python has them."""
    return {"v": VERSION, "command": NAMES[type(command)], **_WHOLE.write(command, type(command))}


def complaint_document(complaint: Complaint) -> Document:
    """The plain document of a complaint, particulars included; enums, dates and instants as Python has them."""
    return {"v": VERSION, **_WHOLE.write(complaint, type(complaint))}


def write_command(command: Command) -> bytes:
    """The JSON document of a command, particulars included: for whoever sends it, never for a log."""
    return orjson.dumps(command_document(command))


def read(data: bytes, cls: type[T], *, limits: Limits = STANDARD) -> T:
    """The value of a class in a JSON document ``{"v": 1, ...}``; raises InvalidInput with every problem at once."""
    document = _object(parse(data, limits))
    return _built(_inside(document, "v"), cls, _version(document))


def read_complaint(data: bytes, *, limits: Limits = STANDARD) -> Complaint:
    """The complaint in a JSON document ``{"v": 1, ...}``; raises InvalidInput with every problem at once."""
    return read(data, Complaint, limits=limits)


def write_complaint(complaint: Complaint) -> bytes:
    """The JSON document of a complaint, particulars included."""
    return write(complaint, particulars=True)


# --- other values -------------------------------------------------------------------------------------------


def write(value: attrs.AttrsInstance, *, particulars: bool = False) -> bytes:
    """The JSON document ``{"v": 1, ...}`` of any value of ours.

    Raises TypeError where there is a class of particulars in it, unless ``particulars`` says that it may be.
    """
    conversion = _WHOLE if particulars else _CLEAR
    return orjson.dumps({"v": VERSION, **conversion.write(value, type(value))})


def document_as(cls: type, value: object) -> Document:
    """The plain document of a class, read off any value that has its fields, so that none is copied into it first.

    Enums and dates are as Python has them. Raises TypeError where the class has particulars in it.
    """
    return _CLEAR.write(value, cls)


@attrs.frozen
class Tolerant(Generic[T]):
    """A value read from a document of any ``version``, and those of its fields that are ``unknown`` here."""

    value: T
    version: int = VERSION
    unknown: object = attrs.field(factory=dict, repr=False)


def read_tolerant(data: bytes, cls: type[T], *, limits: Limits = STANDARD) -> Tolerant[T]:
    """For clients: the value, and whatever a newer version added to it, so that it survives a round trip.

    A field that is not known is refused where the document's version is ours or older. Raises InvalidInput.
    """
    document = _object(parse(data, limits))
    found = tuple(one for one in _version(document) if one.kind != "version")
    fields = _inside(document, "v")
    reader = _TOLERANT if not found and document["v"] > VERSION else _FULL
    if wrong := (*found, *reader.problems(fields, cls)):
        raise InvalidInput(wrong)
    value = _WHOLE.read(fields, cls)
    return Tolerant(value, document["v"], _beyond(fields, _WHOLE.write(value, type(value))))


def write_tolerant(read: Tolerant[Any], *, particulars: bool = False) -> bytes:
    """The document of a value that was read tolerantly, with what was not known put back in its place."""
    conversion = _WHOLE if particulars else _CLEAR
    return orjson.dumps(
        {"v": read.version, **cast(Document, _merged(conversion.write(read.value, type(read.value)), read.unknown))}
    )


def _beyond(document: object, known: object) -> object:
    """What a document says beyond the known part, in the same shape; empty or None where it says no more."""
    if isinstance(document, dict) and isinstance(known, dict):
        more = {key: _beyond(one, known[key]) for key, one in document.items() if key in known}
        rest = {key: one for key, one in document.items() if key not in known}
        return rest | {key: one for key, one in more.items() if one}
    if isinstance(document, list) and isinstance(known, list | tuple):
        entries = [_beyond(one, other) for one, other in zip(document, known, strict=True)]
        return entries if any(entries) else None
    return None


def _merged(known: object, more: object) -> object:
    """The known part with what `_beyond` found put back."""
    if not more:
        return known
    if isinstance(known, dict) and isinstance(more, dict):
        return {
            **known,
            **{key: _merged(known[key], one) if key in known else one for key, one in more.items()},
        }
    entries, additions = cast(list[object], known), cast(list[object], more)
    return [*map(_merged, entries, additions), *entries[len(additions) :]]
