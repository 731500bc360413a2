"""Events as they are stored: facts that stay readable for ever, and the particulars apart, to be sealed.

Laws of this file:

- Facts are everything outside fields named ``particulars``; what stands in that one field is written apart.
  Nothing here seals, and nothing here prints a particular.
- Facts are canonical: UTF-8, keys in order, no space, instants in UTC (``+00:00``, six digits of a second
  where it is not a whole one). Equal events have equal bytes.
- A row was checked when it was made, so it is read back by a straight path (`filling`): no validator runs again. What
  comes from outside never takes this path; it takes `wire`.
- A stored kind or field never changes its meaning. A new field with a default needs nothing; any other change
  of shape is a new `SCHEMA` and a step in `UPGRADES`.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast

import attrs
import orjson

from expressplatform import events
from expressplatform.commands import Command
from expressplatform.complaint import ERASED, Complaint, Erased, Veiled
from expressplatform.errors import StoreUnusable
from expressplatform.events import Event
from expressplatform.filling import Names, copier, filler, written

T = TypeVar("T")
E = TypeVar("E", bound=Event)
Document = dict[str, Any]
Step = Callable[[Document], Document]
"""Turns the facts of one kind from one schema into the next."""

SCHEMA: Final = 1
"""The shape in which events are stored now."""
UPGRADES: Final[Mapping[tuple[str, int], Step]] = MappingProxyType({})
"""By kind and schema: the step to the next schema. A kind that a schema did not change has no step."""

_UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
"""What comes of loading a document that holds no value of a class, such as an instant before the year 1 in UTC."""

_PERSONAL: Final = "particulars"


def snake(name: str) -> str:
    """``RequestInformation`` as ``request_information``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


EVENTS: Final[Mapping[str, type[Event]]] = MappingProxyType(
    {
        snake(name): one
        for name, one in vars(events).items()
        if isinstance(one, type) and issubclass(one, Event) and one is not Event
    }
)
"""Every event by its stored kind."""
KINDS: Final[Mapping[type[Event], str]] = MappingProxyType({one: kind for kind, one in EVENTS.items()})
"""Every event's stored kind."""


# --- the straight path --------------------------------------------------------------------------------------

Convert = Callable[[Any], Any]
"""Turns what is stored into what is meant, or back."""


_parsed: Final = datetime.fromisoformat


def _instant(value: str) -> datetime:
    found = _parsed(value)
    return found if found.tzinfo is UTC else found.astimezone(UTC)


def _utc(value: datetime) -> datetime:
    return value if value.tzinfo is UTC else value.astimezone(UTC)


class Records:
    """Values of our classes to plain documents and back, without ``particulars``; plans made once a class."""

    __slots__ = ("_copies", "_dumps", "_loads")

    def __init__(self) -> None:
        self._loads: dict[type, Convert] = {}
        self._dumps: dict[type, Convert] = {}
        self._copies: dict[type, Convert] = {}

    def load(self, cls: type) -> Convert:
        """From a document to a value of the class; one of `_UNREADABLE` where it is none."""
        if (found := self._loads.get(cls)) is None:
            found = self._loads[cls] = self._loader(cls)
        return found

    def dump(self, cls: type) -> Convert:
        """From a value of the class to its document, keys in order."""
        if (found := self._dumps.get(cls)) is None:
            found = self._dumps[cls] = self._dumper(cls)
        return found

    def replaced(self, value: T, name: str, by: object) -> T:
        """The same value but for one field. Neither it nor the new part is judged again."""
        cls: Any = type(value)
        if (copy := self._copies.get(cls)) is None:
            copy = self._copies[cls] = copier(cls)
        made = copy(value)
        setattr(made, name, by)
        made.__class__ = cls
        return cast(T, made)

    def _facts(self, cls: type) -> dict[str, Any]:
        """The fields that are read, in order, each with its type."""
        return _fields(cls)

    def _loader(self, cls: type) -> Convert:
        """Takes each field from its place in the document; a document that leaves some out is completed first."""
        facts, names = self._facts(cls), Names()
        values = {name: self._read(kind, f"document[{name!r}]", names) for name, kind in facts.items()}
        if _PERSONAL in attrs.fields_dict(cls) and _PERSONAL not in facts:
            values[_PERSONAL] = names.of(ERASED)
        whole = names.of(_completed(len(facts), self._defaults(cls, facts)))
        # Where there is no field to take, nothing else would tell an object from an empty list.
        other = f"len(document) != {len(facts)}" if facts else "document != {}"
        return filler(cls, "document", values, names, f"if {other}: document = {whole}(document)")

    def _defaults(self, cls: type, facts: Mapping[str, Any]) -> Document:
        """What older rows mean by the fields that they do not have, as a document would hold it."""
        defaults = {one.name: one.default for one in attrs.fields(cast(Any, cls)) if one.default is not attrs.NOTHING}
        return {name: self._stored(kind, defaults[name]) for name, kind in facts.items() if name in defaults}

    def _stored(self, kind: Any, default: object) -> object:
        hook = self._writing(kind)
        return default if default is None or hook is None else hook(default)

    def _dumper(self, cls: type) -> Convert:
        names = Names()
        fields = _fields(cls).items()
        pairs = [f"{name!r}: {_told(self._writing(kind), kind, f'value.{name}', names)}" for name, kind in fields]
        return written(cls.__name__, "value", [f"return {{{', '.join(pairs)}}}"], names)

    def _read(self, kind: Any, place: str, names: Names) -> str:
        """The expression that makes a value of the kind of what stands in a place of a document."""
        hook = self._reading(kind)
        if isinstance(hook, Mapping):
            return f"{names.of(hook)}[{place}]"
        if typing.get_origin(kind) is tuple and typing.get_args(kind)[-1] is Ellipsis:
            # Most are empty.
            return f"() if (many := {place}) == [] else {names.of(hook)}(many)"
        return _told(hook, kind, place, names)

    def _reading(self, kind: Any) -> Convert | Mapping[Any, Any] | None:
        """What turns what is stored into what is meant: a function, a table, or nothing where both are the same."""
        solid = _solid(kind)
        if typing.get_origin(solid) is tuple:
            hooks = [self._reading(one) for one in typing.get_args(solid) if one is not Ellipsis]
            return _each([one.__getitem__ if isinstance(one, Mapping) else one for one in hooks], solid, tuple)
        if attrs.has(solid):
            return self.load(solid)
        if issubclass(solid, Enum):
            nobody = {} if solid is kind else {None: None}
            return {one.value: one for one in solid} | nobody
        return _READINGS.get(solid)

    def _writing(self, kind: Any) -> Convert | None:
        kind = _solid(kind)
        if typing.get_origin(kind) is tuple:
            hooks = [self._writing(one) for one in typing.get_args(kind) if one is not Ellipsis]
            return _each(hooks, kind, list) if any(hooks) else None
        if attrs.has(kind):
            return self.dump(kind)
        return _utc if kind is datetime else None


_READINGS: Final[Mapping[Any, Convert]] = MappingProxyType({datetime: _instant, date: date.fromisoformat})


def _told(hook: Convert | None, kind: Any, place: str, names: Names) -> str:
    """The expression that converts what stands in a place, None left as it is where the kind may be None."""
    if hook is None:
        return place
    if _solid(kind) is kind:
        return f"{names.of(hook)}({place})"
    return f"None if (one := {place}) is None else {names.of(hook)}(one)"


def _completed(count: int, defaults: Document) -> Step:
    """Gives a document the fields that it leaves out; KeyError where it then has not exactly those it should."""

    def completed(document: Document) -> Document:
        whole = {**defaults, **document}
        if len(whole) != count:
            raise KeyError("fields are missing, or not known")
        return whole

    return completed


def _fields(cls: Any) -> dict[str, Any]:
    """Names of a class's facts, in order, each with its type."""
    attrs.resolve_types(cls)
    facts = {one.name: one.type for one in attrs.fields(cls) if one.name != _PERSONAL}
    return dict(sorted(facts.items()))


def _solid(kind: Any) -> Any:
    """The one type in ``X | None``."""
    if isinstance(kind, types.UnionType):
        (kind,) = (one for one in typing.get_args(kind) if one is not types.NoneType)
    return kind


def _each(hooks: Sequence[Convert | None], kind: Any, into: type[Any]) -> Convert:
    """Converts the entries of a tuple: each by the same hook, or each in its place by its own."""
    if typing.get_args(kind)[-1] is not Ellipsis:
        return lambda value: into(hook(one) if hook else one for hook, one in zip(hooks, value, strict=True))
    hook = hooks[0]
    return into if hook is None else lambda value: into(map(hook, value))


_RECORDS: Final = Records()


# --- the particulars of an event ----------------------------------------------------------------------------


class _Place(Enum):
    """Where the particulars of an event stand."""

    EVENT = "event"
    COMMAND = "command"
    COMPLAINT = "complaint"


def _particulars_class(event: type[Event]) -> tuple[_Place, type | None]:
    """Where they stand, and of which class they are; None where it has none."""
    attrs.resolve_types(event)
    if _PERSONAL in attrs.fields_dict(event):
        return _Place.EVENT, _particulars_type(event)
    cls = attrs.resolve_types(cast(type[Command], attrs.fields_dict(event)["asked"].type))
    names = attrs.fields_dict(cls)
    if "complaint" in names:
        return _Place.COMPLAINT, _particulars_type(Complaint)
    return _Place.COMMAND, _particulars_type(cls) if _PERSONAL in names else None


def _particulars_type(cls: type[Any]) -> type:
    attrs.resolve_types(cls)
    (found,) = (one for one in typing.get_args(attrs.fields_dict(cls)[_PERSONAL].type) if one is not Erased)
    return cast(type, found)


_PLACES: Final = MappingProxyType({cls: _particulars_class(cls) for cls in EVENTS.values()})


def particulars_of(event: Event) -> Veiled | Erased:
    """What is personal in an event: ERASED where it holds none, or not any more, or not here."""
    place, cls = _PLACES[type(event)]
    if cls is None:
        return ERASED
    holder: Any = event if place is _Place.EVENT else event.asked
    found: Veiled | Erased = (holder.complaint if place is _Place.COMPLAINT else holder).particulars
    return found


def _holding(event: E, particulars: object) -> E:
    place, _ = _PLACES[type(event)]
    if place is _Place.EVENT:
        return _RECORDS.replaced(event, _PERSONAL, particulars)
    asked: Any = event.asked
    if place is _Place.COMPLAINT:
        return _RECORDS.replaced(
            event,
            "asked",
            _RECORDS.replaced(asked, "complaint", _RECORDS.replaced(asked.complaint, _PERSONAL, particulars)),
        )
    return _RECORDS.replaced(event, "asked", _RECORDS.replaced(asked, _PERSONAL, particulars))


# --- rows ---------------------------------------------------------------------------------------------------


def event_row(event: Event) -> tuple[str, bytes, bytes | None]:
    """An event as it is stored: kind, facts, and the particulars (None where it has none) to be sealed."""
    kind = KINDS[type(event)]
    facts = orjson.dumps(_RECORDS.dump(type(event))(event))
    personal = particulars_of(event)
    if personal is ERASED:
        return kind, facts, None
    return kind, facts, orjson.dumps(_RECORDS.dump(type(personal))(personal))


def read_event(kind: str, schema: int, facts: bytes) -> Event:
    """The event of a stored row, its particulars ERASED until `with_particulars` puts them back.

    Raises StoreUnusable: ``newer_schema`` (a later edition wrote it), ``unknown_event``, ``corrupt_event``.
    """
    try:  # a file of SQLite holds any value in any column
        cls = _class_of(kind, schema)
        document = orjson.loads(facts)
        if schema < SCHEMA:
            document = upgrade(kind, schema, document)
        event: Event = _RECORDS.load(cls)(document)
    except _UNREADABLE:
        raise StoreUnusable("corrupt_event", f"the facts of a stored {kind} cannot be read") from None
    return event


def _class_of(kind: str, schema: int) -> type[Event]:
    if schema > SCHEMA:
        raise StoreUnusable("newer_schema", f"events of schema {schema} need a later edition")
    if (cls := EVENTS.get(kind)) is None:
        raise StoreUnusable("unknown_event", "the kind of a stored event is not known here")
    return cls


def upgrade(
    kind: str,
    schema: int,
    document: Document,
    *,
    to: int = SCHEMA,
    steps: Mapping[tuple[str, int], Step] = UPGRADES,
) -> Document:
    """The facts of a kind as schema ``to`` would have stored them, one step after the other.

    Raises ValueError for a schema that never was.
    """
    if schema < 1:
        raise ValueError("there is no such schema")
    for at in range(schema, to):
        if step := steps.get((kind, at)):
            document = step(document)
    return document


def with_particulars(event: E, data: bytes) -> E:
    """The event with its particulars, opened from their seal.

    Raises StoreUnusable ``corrupt_particulars`` where they are not what the event holds.
    """
    _, cls = _PLACES[type(event)]
    if cls is None or (opened := _opened(cls, data)) is None:
        raise StoreUnusable("corrupt_particulars", "what was sealed with a stored event cannot be read")
    return _holding(event, opened)


def _opened(cls: type, data: bytes) -> object:
    """The particulars, or None. Errors of the parser hold the text itself, so nothing is raised from them."""
    try:
        return _RECORDS.load(cls)(orjson.loads(data))
    except _UNREADABLE:
        return None


def without_particulars(event: E) -> E:
    """The event as it stands once its particulars are sealed away or gone."""
    return event if particulars_of(event) is ERASED else _holding(event, ERASED)


# --- values that are sealed as a whole -----------------------------------------------------------------------


def write_whole(value: attrs.AttrsInstance) -> bytes:
    """The JSON document of a value, its particulars beside its facts: for what is sealed as a whole."""
    document = _RECORDS.dump(type(value))(value)
    personal = getattr(value, _PERSONAL, ERASED)
    if personal is not ERASED:
        document[_PERSONAL] = _RECORDS.dump(type(personal))(personal)
    return orjson.dumps(document)


def read_whole(cls: type[T], data: bytes) -> T:
    """The value in such a document; raises StoreUnusable (``corrupt_record``) where it holds no ``cls``."""
    try:
        document = orjson.loads(data)
        personal = document.pop(_PERSONAL, None)
        value = cast(T, _RECORDS.load(cls)(document))
        if personal is None:
            return value
        return _RECORDS.replaced(value, _PERSONAL, _RECORDS.load(_particulars_type(cls))(personal))
    except _UNREADABLE:
        raise StoreUnusable("corrupt_record", f"a kept {cls.__name__} cannot be read") from None
