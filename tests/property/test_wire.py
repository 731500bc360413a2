"""Documents and stored events: what holds for all of them."""

from __future__ import annotations

import json
import string
import traceback
from typing import Any, Final

import attrs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform import records, wire
from expressplatform.commands import Command, Lodge
from expressplatform.complaint import ERASED, Actor, Complaint
from expressplatform.errors import InvalidInput, StoreUnusable
from expressplatform.events import Event
from expressplatform.money import Money
from expressplatform.reading import Limits, parse
from expressplatform.testing import strategies as own
from tests.paths import places, put

AWKWARD: Final = st.text('ab"\\\\:{}[], /u', max_size=4)
"""Texts of what tells a document's parts from each other."""


class Pairs(list[tuple[str, Any]]):
    """An object as its text has it: pairs, of which two may have the same key."""


DOUBLED: Final = st.recursive(
    st.none() | st.integers(-9, 9) | AWKWARD,
    lambda inside: st.lists(inside, max_size=3) | st.lists(st.tuples(AWKWARD, inside), max_size=3).map(Pairs),
    max_leaves=12,
)
"""Documents of awkward texts, with keys that may stand twice."""
CANARIES: Final = st.text(string.ascii_letters + string.digits, min_size=16, max_size=16)
JSON: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | own.texts(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(own.texts(), inside, max_size=3),
    max_leaves=8,
)


def told(error: BaseException) -> str:
    """Everything that an error says, in any way, and what it was raised from."""
    behind = error.__context__
    return "".join([str(error), repr(error), repr(behind), *traceback.format_exception(error, chain=True)])


def text_of(value: object, draw: st.DataObject) -> str:
    """The JSON text of a document of pairs, with space between its parts and any letter escaped."""
    space = draw.draw(st.sampled_from(["", " ", "\n\t"]))
    if isinstance(value, Pairs):
        members = (f"{text_of(key, draw)}{space}:{space}{text_of(one, draw)}" for key, one in value)
        return f"{{{space}{f'{space},'.join(members)}}}"
    if isinstance(value, list):
        return f"[{f',{space}'.join(text_of(one, draw) for one in value)}{space}]"
    if isinstance(value, str) and draw.draw(st.booleans()):
        return '"' + "".join(f"\\u{ord(one):04x}" for one in value) + '"'
    return json.dumps(value)


def depth_of(value: object) -> int:
    """How deep lists and objects nest."""
    inside = [one for _, one in value] if isinstance(value, Pairs) else value
    return 1 + max(map(depth_of, inside), default=0) if isinstance(inside, list) else 0


def has_a_key_twice(value: object) -> bool:
    """Whether an object in it has one."""
    if isinstance(value, Pairs):
        keys = [key for key, _ in value]
        return len({*keys}) < len(keys) or any(has_a_key_twice(one) for _, one in value)
    return isinstance(value, list) and any(map(has_a_key_twice, value))


def refusal(document: object) -> InvalidInput | None:
    """The error that a document of a command gets, if any."""
    try:
        wire.command_from_document(document)
    except InvalidInput as error:
        return error
    return None


class TestRoundTrip:
    """What is written is read back as the same value; equal values have equal bytes."""

    @given(own.commands())
    def test_every_command_is_sound_and_comes_back_from_its_document(self, command: Command) -> None:
        wire.check(command)
        data = wire.write_command(command)
        assert wire.read_command(data) == command
        assert wire.write_command(wire.read_command(data)) == data

    @given(own.complaints())
    def test_every_complaint_comes_back_from_its_document(self, complaint: Complaint) -> None:
        assert wire.read_complaint(wire.write_complaint(complaint)) == complaint

    @given(own.events())
    def test_an_event_comes_back_from_its_facts_and_its_particulars(self, event: Event) -> None:
        kind, facts, personal = records.event_row(event)
        read = records.read_event(kind, records.SCHEMA, facts)
        assert read == records.without_particulars(event)
        assert records.particulars_of(read) is ERASED
        assert (personal is None) == (records.particulars_of(event) is ERASED)
        assert (records.with_particulars(read, personal) if personal else read) == event

    @given(own.events())
    def test_facts_are_canonical_and_do_not_depend_on_the_particulars(self, event: Event) -> None:
        kind, facts, _ = records.event_row(event)
        assert facts == orjson.dumps(orjson.loads(facts), option=orjson.OPT_SORT_KEYS)
        assert records.event_row(records.without_particulars(event)) == (kind, facts, None)
        assert records.event_row(records.read_event(kind, records.SCHEMA, facts))[1] == facts

    @given(own.actors() | own.moneys(), st.dictionaries(st.text(string.ascii_uppercase, min_size=1), JSON, max_size=3))
    def test_a_newer_document_survives_a_client_that_does_not_know_it(
        self, value: Actor | Money, more: dict[str, Any]
    ) -> None:
        newer = {**json.loads(wire.write(value)), "v": wire.VERSION + 1, **more}
        read = wire.read_tolerant(orjson.dumps(newer), type(value))
        assert read.value == value
        assert json.loads(wire.write_tolerant(read)) == json.loads(orjson.dumps(newer))


class TestWhateverComes:
    """Any bytes and any document give a value or InvalidInput, and nothing else."""

    @given(st.binary(max_size=200) | JSON.map(lambda one: json.dumps(one).encode()))
    def test_any_bytes(self, data: bytes) -> None:
        for read in (wire.read_command, wire.read_complaint):
            with pytest.raises(InvalidInput):
                read(data)

    @given(document=DOUBLED, depth=st.integers(0, 8), draw=st.data())
    def test_a_text_is_read_unless_it_nests_too_deep_or_has_a_key_twice(
        self, document: object, depth: int, draw: st.DataObject
    ) -> None:
        text, limits = text_of(document, draw).encode(), Limits(depth=depth)
        wanted = "too_deep" if depth_of(document) > depth else "duplicate_key" if has_a_key_twice(document) else ""
        if not wanted:
            assert parse(text, limits) == json.loads(text)
            return
        with pytest.raises(InvalidInput) as caught:
            parse(text, limits)
        assert [one.kind for one in caught.value.problems] == [wanted]

    @given(st.data())
    def test_a_sound_document_with_anything_in_one_place(self, data: st.DataObject) -> None:
        document = data.draw(own.documents())
        document = put(document, data.draw(st.sampled_from(places(document))), data.draw(JSON))
        if error := refusal(document):
            assert error.problems
        else:
            command = wire.command_from_document(document)
            wire.check(command)
            assert wire.read_command(wire.write_command(command)) == command

    @given(st.sampled_from(sorted(records.EVENTS)), JSON | own.documents())
    def test_any_stored_facts_are_an_event_or_the_operators_concern(self, kind: str, facts: object) -> None:
        with pytest.raises(StoreUnusable):
            records.read_event(kind, records.SCHEMA, json.dumps(facts).encode())

    @given(st.data())
    def test_a_document_without_one_of_its_parts_names_the_place_or_takes_the_default(
        self, data: st.DataObject
    ) -> None:
        document = data.draw(own.documents(Lodge))
        path = data.draw(st.sampled_from([one for one in places(document) if isinstance(one[-1], str)]))
        inside: Any = document
        for step in path[:-1]:
            inside = inside[step]
        del inside[path[-1]]
        if error := refusal(document):
            steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
            assert [(one.path, one.kind) for one in error.problems] == [("$" + steps, "missing")]


class TestCanaries:
    """Nothing that somebody typed is ever told in an error: no value, no name of a field."""

    @given(st.data(), CANARIES)
    def test_in_any_place_of_any_type(self, data: st.DataObject, canary: str) -> None:
        document = data.draw(own.documents())
        path = data.draw(st.sampled_from(places(document)))
        value = data.draw(st.sampled_from([canary, [canary], {canary: canary}, canary + "\x00", canary * 1000]))
        if error := refusal(put(document, path, value)):
            assert canary not in told(error)

    @given(own.documents(), CANARIES, st.sampled_from(["{}", "{}x", '{{"{}": 1, "{}": 2}}', '["{}\\ud800"]']))
    def test_in_bytes_that_are_not_even_a_document(self, document: object, canary: str, around: str) -> None:
        data = around.replace("{}", canary).encode() + orjson.dumps(document)
        with pytest.raises(InvalidInput) as caught:
            wire.read_command(data)
        assert canary not in told(caught.value)

    @given(own.commands(), CANARIES, st.booleans())
    def test_in_a_command_made_in_python(self, command: Command, canary: str, listed: bool) -> None:
        for one in attrs.fields(type(command)):
            forged = wire.read_command(wire.write_command(command))
            object.__setattr__(forged, one.name, [canary] if listed else canary)
            if one.type not in (str, int, int | None):  # their own validators judged these when it was made
                with pytest.raises(InvalidInput) as caught:
                    wire.check(forged)
                assert canary not in told(caught.value)

    @given(own.events(), CANARIES)
    def test_in_opened_particulars_of_another_shape(self, event: Event, canary: str) -> None:
        for data in (canary, f'"{canary}"', f'{{"{canary}":"{canary}"}}'):
            with pytest.raises(StoreUnusable) as caught:
                records.with_particulars(event, data.encode())
            assert canary not in told(caught.value)
