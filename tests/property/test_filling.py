"""Values that are filled quickly are those that their classes make; and a history replayed is a history applied."""

from __future__ import annotations

import copy
import pickle
import types
import typing
import weakref
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final

import attrs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform import records
from expressplatform.case import Account, Case, File, Turn, apply, replay
from expressplatform.complaint import ERASED
from expressplatform.errors import Refused, StoreUnusable
from expressplatform.events import Acknowledged, Event
from expressplatform.filling import Names, copier, maker, written
from expressplatform.platform.rows import header_of
from expressplatform.ports import StoredEvent
from expressplatform.records import EVENTS, KINDS, SCHEMA, event_row, read_event
from expressplatform.testing import strategies as own
from expressplatform.testing.histories import histories
from tests.paths import places, put
from tests.property.test_wire import JSON
from tests.walking import Walk

_CASE: Final = Walk().conciliating().case
MADE: Final[tuple[Any, ...]] = (
    _CASE,
    _CASE.file,
    _CASE.turn,
    _CASE.account,
    header_of(_CASE),
    StoredEvent(_CASE.id, 1, "acknowledged", SCHEMA, b"{}", b""),
)
SAMPLES: Final = sorted((Path(__file__).parents[1] / "samples" / "events_v1").glob("*.json"))
UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError)


def slowly(kind: Any, value: Any) -> Any:
    """A stored value by its type alone, each class filled field by field: what the written functions must equal."""
    if isinstance(kind, types.UnionType):
        (kind,) = (one for one in typing.get_args(kind) if one is not types.NoneType)
        return None if value is None else slowly(kind, value)
    if typing.get_origin(kind) is tuple:
        of = typing.get_args(kind)
        return tuple(
            slowly(one, entry) for one, entry in zip(of[:1] * len(value) if of[-1] is ... else of, value, strict=True)
        )
    if attrs.has(kind):
        return filled_slowly(kind, value)
    if issubclass(kind, Enum):
        return {one.value: one for one in kind}[value]
    if kind is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    return date.fromisoformat(value) if kind is date else value


def filled_slowly(cls: Any, document: Any) -> Any:
    """A class of a document that has its fields and no other; what is left out is the field's default."""
    made = object.__new__(cls)
    hints, left = typing.get_type_hints(cls), dict(document.items())
    for one in attrs.fields(cls):
        if one.name == "particulars":
            value: Any = ERASED
        elif one.name in left or one.default is attrs.NOTHING:
            value = slowly(hints[one.name], left.pop(one.name))
        else:
            value = one.default
        object.__setattr__(made, one.name, value)
    if left:
        raise KeyError
    return made


def outcome(read: Callable[[], Any]) -> Any:
    """What comes of reading: an event, or nothing."""
    try:
        return read()
    except (StoreUnusable, *UNREADABLE):
        return None


class TestAnEvent:
    """A written function reads what its class says, and nothing that its class would not hold."""

    @pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
    def test_of_every_stored_kind_and_shape_is_what_its_fields_say(self, path: Path) -> None:
        sample = orjson.loads(path.read_bytes())
        cls = EVENTS[path.stem.partition("-")[0]]
        read = read_event(KINDS[cls], sample["schema"], orjson.dumps(sample["facts"]))
        assert type(read) is cls
        assert read == filled_slowly(cls, sample["facts"])
        assert copy.deepcopy(read) == read

    @given(own.events())
    def test_of_any_class_is_what_its_fields_say(self, event: Event) -> None:
        kind, facts, _ = event_row(event)
        assert read_event(kind, SCHEMA, facts) == filled_slowly(type(event), orjson.loads(facts))

    @given(own.events(), st.data(), JSON)
    def test_with_anything_in_one_place_is_read_alike_or_refused_alike(
        self, event: Event, data: st.DataObject, what: object
    ) -> None:
        kind, facts, _ = event_row(event)
        document = orjson.loads(facts)
        damaged = put(document, data.draw(st.sampled_from(places(document))), what)
        quick = outcome(lambda: read_event(kind, SCHEMA, orjson.dumps(damaged)))
        assert quick == outcome(lambda: filled_slowly(type(event), damaged))

    @given(own.events(), st.data())
    def test_with_a_part_left_out_or_one_too_many_is_read_alike_or_refused_alike(
        self, event: Event, data: st.DataObject
    ) -> None:
        kind, facts, _ = event_row(event)
        document = orjson.loads(facts)
        objects: list[tuple[Any, ...]] = [
            (),
            *(path for path in places(document) if isinstance(_at(document, path), dict)),
        ]
        path = data.draw(st.sampled_from(objects))
        inside: dict[str, Any] = dict(_at(document, path))
        dropping: bool = data.draw(st.booleans())
        if inside and dropping:
            inside.pop(data.draw(st.sampled_from(sorted(inside))))
        adding: bool = data.draw(st.booleans())
        if adding:
            inside[data.draw(st.sampled_from(("particulars", "later", "")))] = data.draw(st.sampled_from((None, 1)))
        damaged = put(document, path, inside)
        quick = outcome(lambda: read_event(kind, SCHEMA, orjson.dumps(damaged)))
        assert quick == outcome(lambda: filled_slowly(type(event), damaged))

    @pytest.mark.parametrize("what", [[], "", None, 0, {"later": 1}], ids=repr)
    def test_whose_command_has_no_field_does_not_take_what_is_empty_for_it(self, what: object) -> None:
        sample = orjson.loads((SAMPLES[0].parent / "acknowledged.json").read_bytes())
        assert sample["facts"]["asked"] == {}
        with pytest.raises(StoreUnusable) as refused:
            read_event("acknowledged", 1, orjson.dumps(sample["facts"] | {"asked": what}))
        assert refused.value.code == "corrupt_event"


def _at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


class TestAHistory:
    """`replay` is `apply`, event by event: only nobody sees the cases between."""

    @given(histories(most=16))
    def test_replayed_is_applied_and_leaves_its_events_as_they_were(self, history: tuple[Event, ...]) -> None:
        before = pickle.dumps(history)
        case: Case | None = None
        for number, event in enumerate(history, 1):
            case = apply(case, event)
            assert replay(history[:number]) == case
        assert repr(replay(history)) == repr(case)
        assert pickle.dumps(history) == before

    @given(histories(most=16))
    def test_leaves_nothing_open(self, history: tuple[Event, ...]) -> None:
        case = replay(history)
        parts: list[Any] = [case, case.file, case.account, *([] if case.turn is None else [case.turn])]
        assert {type(part) for part in parts} <= {Case, File, Turn, Account}
        for part in parts:
            with pytest.raises(attrs.exceptions.FrozenInstanceError):
                setattr(part, attrs.fields(type(part))[0].name, "")

    @given(histories(most=6), own.events())
    def test_with_an_event_out_of_turn_is_refused_alike(self, history: tuple[Event, ...], event: Event) -> None:
        case = replay(history)
        assert _refusal(lambda: apply(case, event)) == _refusal(lambda: replay((*history, event)))


def _refusal(step: Callable[[], Case]) -> object:
    try:
        return step()
    except Refused as refused:
        return refused.code


@pytest.mark.parametrize("value", MADE, ids=lambda value: type(value).__name__)
class TestAMaker:
    """What it makes is what the class makes."""

    def test_by_position_and_by_name(self, value: Any) -> None:
        cls = type(value)
        fields = {one.name: getattr(value, one.name) for one in attrs.fields(cls)}
        for made in (maker(cls)(*fields.values()), maker(cls)(**fields)):
            assert type(made) is cls
            assert made == value
            assert repr(made) == repr(value)

    def test_defaults_stand_for_themselves_and_the_rest_must_be_given(self, value: Any) -> None:
        cls: Any = type(value)
        needed = [one.name for one in attrs.fields(cls) if one.default is attrs.NOTHING]
        assert maker(cls)(*needed) == cls(*needed)
        if needed:
            with pytest.raises(TypeError):
                maker(cls)(*needed[1:])
        with pytest.raises(TypeError):
            maker(cls)(*needed, nobody_has_this=1)

    def test_it_is_frozen_and_may_be_referred_to_weakly(self, value: Any) -> None:
        cls: Any = type(value)
        first = attrs.fields(cls)[0].name
        made = maker(cls)(**{one.name: getattr(value, one.name) for one in attrs.fields(cls)})
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(made, first, 1)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            delattr(made, first)
        assert weakref.ref(made)() is made


@given(own.events(Acknowledged))
def test_a_copy_is_open_until_it_takes_its_class_and_the_value_does_not_change(event: Event) -> None:
    before = repr(event)
    made: Any = copier(type(event))(event)
    made.at = None
    made.__class__ = type(event)
    assert repr(event) == before
    assert made == attrs.evolve(event, at=None)  # type: ignore[arg-type]


def test_a_written_function_knows_what_it_was_given_and_says_for_which_class_it_is() -> None:
    names = Names()
    first, second = names.of(1), names.of([2])
    function = written("Something", "given", [f"return given, {first}, {second}"], names)
    assert function(0) == (0, 1, [2])
    assert function.__code__.co_filename == "<written for Something>"


def test_what_is_written_holds_names_alone() -> None:
    for cls in EVENTS.values():
        load = records._RECORDS.load(cls)
        constants = {one for one in load.__code__.co_consts if isinstance(one, str)}
        assert constants <= {one.name for one in attrs.fields(cls)}
