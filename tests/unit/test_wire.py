"""Documents and stored events: the fixed points, example by example."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from pathlib import Path
from typing import Any

import attrs
import orjson
import pytest

from expressplatform import commands as c
from expressplatform import events, records, wire
from expressplatform.codes import Category, Channel, Duty, Language, Nature, Redress, Role, StopReason
from expressplatform.commands import Command
from expressplatform.complaint import (
    ERASED,
    Actor,
    Complaint,
    Erased,
    Particulars,
    Purchase,
    Remark,
    TraderRef,
    is_personal,
)
from expressplatform.errors import InvalidInput, StoreUnusable
from expressplatform.events import Event
from expressplatform.money import Money
from expressplatform.reading import ENTRY, Limits, Reader, parse
from tests.samples import write_events

SAMPLES = sorted(write_events.FOLDER.glob("*.json"))
AT = datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=8)))
OFFICER = Actor(Role.COUNCIL, "officer-1", "council-1")
ACKNOWLEDGED = (
    b'{"asked":{},"at":"%s","by":{"acting_for":null,"organisation":"council-1","person":"officer-1","role":"council"},'
    b'"timers":[]}'
)
"""The facts of an event that happened at some instant."""
COMPLAINT: dict[str, Any] = {
    "trader": {"organisation": "trader-1"},
    "category": "clothing",
    "nature": "defective",
    "purchase": {"ordered_on": "2026-02-01", "paid": {"currency": "HKD", "minor_units": 100}},
}


def found(document: object) -> set[tuple[str, str]]:
    """Path and kind of every problem of a command's document."""
    with pytest.raises(InvalidInput) as caught:
        wire.command_from_document(document)
    return {(one.path, one.kind) for one in caught.value.problems}


def common(document: Any, like: Any) -> Any:
    """A document without the names that another one, of the same things, does not have."""
    if isinstance(document, dict) and isinstance(like, dict):
        return {name: common(one, like[name]) for name, one in document.items() if name in like}
    if isinstance(document, list) and isinstance(like, list):
        return [common(one, other) for one, other in zip(document, like, strict=True)]
    return document


def lodge(**changes: object) -> dict[str, Any]:
    return {"v": 1, "command": "lodge", "complaint": {**COMPLAINT, **changes}}


def kinds(data: bytes, limits: Limits | None = None) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse(data, limits or Limits())
    return [one.kind for one in caught.value.problems]


class TestBytes:
    """Size and depth are bounded before anything is parsed, and only strict JSON passes."""

    def test_a_document_at_the_limit_of_bytes_passes_and_one_byte_more_is_refused(self) -> None:
        assert parse(b"[1]", Limits(bytes=3)) == [1]
        assert kinds(b"[1] ", Limits(bytes=3)) == ["too_large"]

    @pytest.mark.parametrize("data", [b"[[[]]]", b'{"a":{"b":{}}}', b'[{"]":[]}, [], []]'])
    def test_depth_counts_lists_and_objects_alike(self, data: bytes) -> None:
        assert parse(data, Limits(depth=3)) is not None
        assert kinds(data, Limits(depth=2)) == ["too_deep"]

    def test_the_deepest_document_that_limits_allow_is_still_judged(self) -> None:
        assert parse(b'{"a":' * 200 + b"1" + b"}" * 200, Limits(depth=200))
        with pytest.raises(ValueError, match="depth"):
            Limits(depth=201)

    def test_brackets_inside_strings_do_not_count(self) -> None:
        assert parse(b'["[[[[", "\\"[[[[", "\\\\", "[[{{\\\\\\""]', Limits(depth=1)) == [
            "[[[[",
            '"[[[[',
            "\\",
            '[[{{\\"',
        ]

    @pytest.mark.parametrize("data", [b"[" * 200_000, b'"' + b'\\"' * 120_000, b"[]" * 120_000, b"{}}{" * 60_000])
    def test_hostile_bytes_are_refused_in_linear_time(self, data: bytes) -> None:
        assert kinds(data) in (["too_deep"], ["json"])

    @pytest.mark.parametrize(
        "data", [b"", b"{", b"[NaN]", b"[Infinity]", b'["\xff"]', b'["\\ud800"]', b"[01]", b"[1,]", b"\xef\xbb\xbf[]"]
    )
    def test_what_is_not_strict_json_is_refused(self, data: bytes) -> None:
        assert kinds(data) == ["json"]

    @pytest.mark.parametrize("data", [b'{"a":1,"a":1}', b'[{"b":{"a":1, "\\u0061":2}}]', b'{"a:":1,"b":{":":1,":":2}}'])
    def test_a_key_that_comes_twice_is_refused_wherever_it_stands(self, data: bytes) -> None:
        assert kinds(data) == ["duplicate_key"]

    def test_one_key_in_two_objects_is_no_duplicate(self) -> None:
        assert parse(b'{"a":{"a":":"},"b":[{"a":1},{"a":"\\":"}]}')


class TestProblems:
    """Every problem is found at once, each with its path."""

    def test_a_sound_document_has_none(self) -> None:
        assert wire.problems(COMPLAINT, Complaint) == ()

    @pytest.mark.parametrize(
        ("changes", "path", "kind"),
        [
            ({"trader": {"organisation": ""}}, ".trader.organisation", "text"),
            ({"trader": {"organisation": 1}}, ".trader.organisation", "type"),
            ({"trader": {}}, ".trader.organisation", "missing"),
            ({"trader": None}, ".trader", "type"),
            ({"trader": []}, ".trader", "type"),
            ({"category": "cars"}, ".category", "code"),
            ({"category": 1}, ".category", "code"),
            ({"nonsense": 1}, "", "unknown_field"),
            ({"redress": "refund"}, ".redress", "type"),
            ({"redress": ["refund", "x"]}, ".redress[1]", "code"),
            ({"redress": ["refund"] * 11}, ".redress", "count"),
            ({"research_consent": 1}, ".research_consent", "type"),
            ({"research_consent": None}, ".research_consent", "type"),
            ({"flags": {"injury": "yes"}}, ".flags.injury", "type"),
            ({"purchase": {"ordered_on": "2026-02-30"}}, ".purchase.ordered_on", "date"),
            ({"purchase": {"ordered_on": "20260201"}}, ".purchase.ordered_on", "date"),
            ({"purchase": {"ordered_on": 20260201}}, ".purchase.ordered_on", "date"),
            ({"purchase": {"paid": {"currency": "hkd", "minor_units": 1}}}, ".purchase.paid.currency", "currency"),
            ({"purchase": {"paid": {"currency": "HKD", "minor_units": -1}}}, ".purchase.paid.minor_units", "amount"),
            ({"purchase": {"paid": {"currency": "HKD", "minor_units": 1.0}}}, ".purchase.paid.minor_units", "type"),
            ({"purchase": {"paid": {"currency": "HKD", "minor_units": "1"}}}, ".purchase.paid.minor_units", "type"),
            ({"purchase": {"paid": {"currency": "HKD", "minor_units": True}}}, ".purchase.paid.minor_units", "type"),
            ({"purchase": {"paid": {"currency": 1, "minor_units": 1}}}, ".purchase.paid.currency", "type"),
            ({"dates": {"delivered_on": "2026-01-01"}}, ".dates.delivered_on", "date_order"),
            ({"claimed": {"currency": "CNY", "minor_units": 1}}, ".claimed.currency", "currency_mismatch"),
            ({"particulars": "erased"}, ".particulars", "type"),
            ({"particulars": {"name": "x" * 201}}, ".particulars.name", "text"),
            ({"particulars": {"name": "\x00"}}, ".particulars.name", "text"),
        ],
    )
    def test_each_fault_is_named_by_path_and_kind(self, changes: dict[str, Any], path: str, kind: str) -> None:
        assert found(lodge(**changes)) == {(f"$.complaint{path}", kind)}

    def test_all_are_found_together_and_contradictions_of_a_sound_part_with_them(self) -> None:
        document = lodge(dates={"delivered_on": "2026-01-01"}, claimed={"currency": "CNY", "minor_units": 1})
        document |= {"v": "1", "more": 1}
        assert found(document) == {
            ("$.v", "type"),
            ("$", "unknown_field"),
            ("$.complaint.dates.delivered_on", "date_order"),
            ("$.complaint.claimed.currency", "currency_mismatch"),
        }

    @pytest.mark.parametrize(
        "text",
        ["2026-03-02T04:05:06", "2026-03-02", "2026-13-02T04:05:06Z", 5, "0001-01-01T00:00:00+14:00", "2026-03-02T04Z"],
    )
    def test_an_instant_needs_a_date_a_time_and_an_offset_and_must_exist_in_utc(self, text: object) -> None:
        document = {"v": 1, "command": "stop_clock", "duty": "resolve", "reason": "testing", "until": text}
        assert found(document) == {("$.until", "instant")}

    def test_numbers_keep_their_bounds(self) -> None:
        assert found({"v": 1, "command": "ask_time", "days": 61}) == {("$.days", "range")}
        assert found({"v": 1, "command": "confirm", "rating": True}) == {("$.rating", "type")}

    def test_free_text_does_not_pass_as_an_identifier_in_a_list(self) -> None:
        document = {"v": 1, "command": "share_evidence", "recipient": "x", "evidence": ["e1", "Chan Tai Man", 1]}
        assert found(document) == {("$.evidence[1]", "text"), ("$.evidence[2]", "type")}
        assert ENTRY.complaint("e1") is None

    def test_a_tuple_of_fixed_length_needs_each_entry_in_its_place(self) -> None:
        reader = Reader()
        span = ["2026-03-02T04:05:06Z", "2026-03-03T04:05:06Z"]
        timer = {"duty": "resolve", "owner": "trader", "started": span[0], "due": span[1]}
        paths = [
            [one.path for one in reader.problems({**timer, "stops": stops}, events.Timer)]
            for stops in ([span], [span[:1]], [[span[0], 1]])
        ]
        assert paths == [[], ["$.stops[0]"], ["$.stops[0][1]"]]

    def test_a_field_without_a_constraint_is_still_judged_by_type(self) -> None:
        wrong = Reader().problems({"criterion": 1, "result": "met"}, events.FindingCode)
        assert [(one.path, one.kind) for one in wrong] == [("$.criterion", "type")]

    def test_types_that_no_document_can_hold_are_a_mistake_of_ours(self) -> None:
        @attrs.frozen
        class Odd:
            one: int | str

        @attrs.frozen
        class Odder:
            one: list[int]

        @attrs.frozen
        class Oddest:
            one: float

        for cls in (Odd, Odder, Oddest):
            with pytest.raises(TypeError, match="no plan for"):
                Reader().judge(cls)


class TestCommands:
    """A command document says its version and its name."""

    @pytest.mark.parametrize(
        ("document", "path", "kind"),
        [
            ([], "$", "type"),
            ({"command": "obtain"}, "$.v", "missing"),
            ({"v": 2, "command": "obtain"}, "$.v", "version"),
            ({"v": 0, "command": "obtain"}, "$.v", "type"),
            ({"v": 1}, "$.command", "missing"),
            ({"v": 1, "command": "fly"}, "$.command", "command"),
            ({"v": 1, "command": ["obtain"]}, "$.command", "command"),
            ({"v": 1, "command": "add_note"}, "$.particulars", "missing"),
        ],
    )
    def test_a_faulty_envelope_is_refused(self, document: object, path: str, kind: str) -> None:
        assert found(document) == {(path, kind)}

    def test_every_command_and_event_of_the_modules_has_its_name(self) -> None:
        assert set(wire.COMMANDS.values()) == set(_classes(c, Command))
        assert set(records.EVENTS.values()) == set(_classes(events, Event))
        assert wire.COMMANDS["request_information"] is c.RequestInformation
        assert wire.NAMES[c.Lodge] == "lodge"
        assert records.KINDS[events.Lodged] == "lodged"

    def test_no_field_of_a_command_is_called_like_a_part_of_the_envelope(self) -> None:
        for cls in wire.COMMANDS.values():
            assert not {"v", "command"} & set(attrs.fields_dict(cls))

    def test_instants_are_written_in_utc_so_that_equal_commands_have_equal_bytes(self) -> None:
        one = c.StopClock(*_stop(), until=AT)
        other = c.StopClock(*_stop(), until=AT.astimezone(UTC))
        assert wire.write_command(one) == wire.write_command(other)
        assert b'"until":"2026-03-02T04:00:00+00:00"' in wire.write_command(one)

    def test_null_stands_for_particulars_that_are_not_there(self) -> None:
        assert wire.read_command(b'{"v":1,"command":"add_note","particulars":null}') == c.AddNote(ERASED)

    def test_a_complaint_travels_alone_too(self) -> None:
        complaint = wire.read_complaint(orjson.dumps({"v": 1, **COMPLAINT}))
        assert wire.read_complaint(wire.write_complaint(complaint)) == complaint


def _stop() -> tuple[Any, Any]:
    return Duty.RESOLVE, StopReason.TESTING


def _classes(module: object, root: type) -> Iterator[type]:
    for one in vars(module).values():
        if isinstance(one, type) and issubclass(one, root) and one is not root:
            yield one


class TestCheck:
    """A command made in Python is judged by type, as a type checker would have."""

    def test_a_sound_command_passes(self) -> None:
        wire.check(c.MakeOffer((Redress.REFUND,), AT, Money("HKD", 1), date(2026, 3, 9), Remark("x")))

    @pytest.mark.parametrize(
        ("command", "path", "kind"),
        [
            (c.ReportContact("phone"), "$.channel", "code"),  # type: ignore[arg-type]
            (c.ReportContact(Channel.PHONE, 1), "$.code_given", "type"),  # type: ignore[arg-type]
            (c.Confirm(5, "thanks"), "$.particulars", "type"),  # type: ignore[arg-type]
            (c.Confirm(5, None), "$.particulars", "type"),  # type: ignore[arg-type]
            (c.MakeOffer((Redress.REFUND,), AT, perform_by=AT), "$.perform_by", "date"),
            (c.MakeOffer(("refund",), AT), "$.redress[0]", "code"),  # type: ignore[arg-type]
            (c.ShareEvidence("x", ("two words",)), "$.evidence[0]", "text"),
            (c.Lodge("x"), "$.complaint", "type"),  # type: ignore[arg-type]
            (
                c.StopClock(*_stop(), until=datetime.max.replace(tzinfo=timezone(-timedelta(hours=1)))),
                "$.until",
                "instant",
            ),
        ],
    )
    def test_a_value_of_another_type_is_named_by_path(self, command: Command, path: str, kind: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            wire.check(command)
        assert [(one.path, one.kind) for one in caught.value.problems] == [(path, kind)]

    def test_what_is_no_command_is_refused(self) -> None:
        with pytest.raises(InvalidInput):
            wire.check(OFFICER)  # type: ignore[arg-type]


class _Colour(Enum):
    RED = "red"


@attrs.frozen
class _Part:
    at: datetime
    number: int


@attrs.frozen
class _Less:
    at: datetime
    until: datetime | None
    parts: tuple[_Part, ...]
    names: tuple[str, ...]
    number: int | None
    colour: _Colour | None
    part: _Part | None


@attrs.frozen
class _More:
    at: datetime
    until: datetime | None
    parts: tuple[_Part, ...]
    names: tuple[str, ...]
    number: int | None
    colour: _Colour | None
    part: _Part | None
    beyond: str


class TestOtherValues:
    """What is written for programs holds no particulars unless the caller says so."""

    def test_a_value_is_written_with_its_version(self) -> None:
        assert json.loads(wire.write(OFFICER)) == {
            "v": 1,
            "role": "council",
            "person": "officer-1",
            "organisation": "council-1",
            "acting_for": None,
        }

    def test_particulars_are_refused_unless_asked_for(self) -> None:
        complaint = attrs.evolve(_complaint(), particulars=Particulars(name="Chan Tai Man"))
        for personal in (complaint, Remark("x")):
            with pytest.raises(TypeError):
                wire.write(typing.cast(attrs.AttrsInstance, personal))
        assert b"Chan Tai Man" in wire.write(complaint, particulars=True)
        assert json.loads(wire.write(_complaint()))["particulars"] is None

    def test_a_document_is_read_off_any_value_that_has_its_fields(self) -> None:
        """As if the value had been copied into the class first: nothing more, instants in UTC, absent parts null."""
        east = datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=8)))
        part = _Part(east, 1)
        whole = _More(east, None, (part, part), ("a",), None, _Colour.RED, part, "more")
        found = wire.document_as(_Less, whole)
        assert orjson.dumps({"v": 1, **found}) == wire.write(
            _Less(east, None, (part, part), ("a",), None, _Colour.RED, part)
        )
        at = "2026-03-02T04:00:00+00:00"
        assert json.loads(orjson.dumps(found)) == {
            "at": at, "until": None, "parts": [{"at": at, "number": 1}] * 2, "names": ["a"], "number": None,
            "colour": "red", "part": {"at": at, "number": 1},
        }  # fmt: skip

    def test_a_document_of_a_class_with_particulars_is_refused(self) -> None:
        with pytest.raises(TypeError):
            wire.document_as(Remark, Remark("x"))

    def test_a_newer_document_keeps_what_is_not_known_here(self) -> None:
        newer = {
            "v": 2,
            "role": "trader",
            "person": "p",
            "organisation": "o",
            "acting_for": {"whom": "trader", "channel": "web", "own_word": True, "new": None},
            "more": {"a": [1, None]},
        }
        read = wire.read_tolerant(orjson.dumps(newer), Actor)
        assert read.value.person == "p"
        assert json.loads(wire.write_tolerant(read)) == newer
        assert "more" not in repr(read)

    def test_unknown_fields_of_list_entries_go_back_to_their_places(self) -> None:
        evidence = [
            {"id": "e1", "kind": "order"},
            {"id": "e2", "kind": "order", "new": 5},
            {"id": "e3", "kind": "order"},
        ]
        read = wire.read_tolerant(orjson.dumps({"v": 3, **COMPLAINT, "evidence": evidence}), Complaint)
        written = json.loads(wire.write_tolerant(read, particulars=True))
        assert [one.get("new") for one in written["evidence"]] == [None, 5, None]
        assert written["v"] == 3

    @pytest.mark.parametrize("v", [1, None, "2"])
    def test_a_document_of_our_version_or_of_none_is_read_strictly(self, v: object) -> None:
        data = orjson.dumps({"v": v, "role": "trader", "person": "p", "organisation": "o", "more": 1})
        with pytest.raises(InvalidInput) as caught:
            wire.read_tolerant(data, Actor)
        assert "unknown_field" in {one.kind for one in caught.value.problems}


def _complaint() -> Complaint:
    return Complaint(trader=TraderRef("trader-1"), category=Category.CLOTHING, nature=Nature.DEFECTIVE)


class TestStoredEvents:
    """Rows of schema 1 are read for ever, and what is personal in an event stands in one place."""

    @pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
    def test_a_stored_sample_reads_and_writes_the_same(self, path: Path) -> None:
        """To the same bytes in the shape of today; of an older shape all that it says, beside later fields."""
        sample = orjson.loads(path.read_bytes())
        kind = path.stem.partition("-")[0]
        facts = orjson.dumps(sample["facts"], option=orjson.OPT_SORT_KEYS)
        event = records.read_event(kind, sample["schema"], facts)
        _, written, personal = records.event_row(event)
        assert personal is None
        assert common(orjson.loads(written), sample["facts"]) == sample["facts"]
        assert records.read_event(kind, records.SCHEMA, written) == event
        if path == write_events.samples_of(kind)[-1]:
            assert written == facts
        if sample["particulars"] is not None:
            opened = records.with_particulars(event, orjson.dumps(sample["particulars"]))
            _, again, personal = records.event_row(opened)
            assert again == written
            assert orjson.loads(personal or b"") == sample["particulars"]
            assert records.without_particulars(opened) == event

    @pytest.mark.parametrize("kind", ["lodged", "information_supplied"])
    def test_a_row_from_before_notices_were_noted_says_that_nobody_said(self, kind: str) -> None:
        first, second, *_ = (orjson.loads(path.read_bytes())["facts"] for path in write_events.samples_of(kind))
        assert "notice_shown" not in first["asked"]["complaint"]
        old, new = (records.read_event(kind, 1, orjson.dumps(facts)) for facts in (first, second))
        assert isinstance(old, events.Lodged | events.InformationSupplied)
        assert isinstance(new, events.Lodged | events.InformationSupplied)
        assert old.asked.complaint.notice_shown is None
        assert new.asked.complaint.notice_shown is not None

    def test_a_field_that_a_stored_row_does_not_have_means_its_default(self) -> None:
        sample = orjson.loads((write_events.FOLDER / "lodged.json").read_bytes())
        del sample["facts"]["asked"]["complaint"]["complainant"]["language"]
        del sample["facts"]["asked"]["complaint"]["purchase"]
        event = records.read_event("lodged", 1, orjson.dumps(sample["facts"]))
        assert isinstance(event, events.Lodged)
        assert event.asked.complaint.complainant.language is Language.ENGLISH
        assert event.asked.complaint.purchase == Purchase()

    def test_every_kind_has_a_sample(self) -> None:
        assert {path.stem.partition("-")[0] for path in SAMPLES} == set(records.EVENTS)

    def test_facts_are_canonical(self) -> None:
        event = events.Confirmed(at=AT, by=OFFICER, timers=(), asked=c.Confirm(5, Remark("thanks")))
        kind, facts, personal = records.event_row(event)
        assert kind == "confirmed"
        assert facts == (
            b'{"asked":{"rating":5},"at":"2026-03-02T04:00:00+00:00","by":{"acting_for":null,'
            b'"organisation":"council-1","person":"officer-1","role":"council"},"timers":[]}'
        )
        assert personal == b'{"text":"thanks"}'

    @pytest.mark.parametrize(
        ("kind", "schema", "facts", "code"),
        [
            ("confirmed", 2, b"{}", "newer_schema"),
            ("dreamt", 1, b"{}", "unknown_event"),
            ("confirmed", 1, b"{}", "corrupt_event"),
            ("confirmed", 1, b"[]", "corrupt_event"),
            ("confirmed", 1, b"null", "corrupt_event"),
            ("confirmed", 1, b"{", "corrupt_event"),
            (
                "acknowledged",
                1,
                b'{"asked":{},"at":"2026-03-02T04:00:00+00:00","by":null,"timers":[]}',
                "corrupt_event",
            ),
            ("confirmed", 0, b"{}", "corrupt_event"),
            ("confirmed", -(2**63), b"{}", "corrupt_event"),
            ("confirmed", "1", b"{}", "corrupt_event"),
            ("acknowledged", 1, ACKNOWLEDGED % b"0001-01-01T00:00:00+14:00", "corrupt_event"),
            ("acknowledged", 1, ACKNOWLEDGED % b"9999-12-31T23:59:59-12:00", "corrupt_event"),
        ],
    )
    def test_a_row_that_cannot_be_read_is_the_operators_concern(
        self, kind: str, schema: int, facts: bytes, code: str
    ) -> None:
        with pytest.raises(StoreUnusable) as caught:
            records.read_event(kind, schema, facts)
        assert caught.value.code == code

    def test_particulars_of_another_shape_or_place_are_refused_without_being_held(self) -> None:
        remarked = events.Confirmed(at=AT, by=OFFICER, timers=(), asked=c.Confirm(5))
        bare = events.Acknowledged(at=AT, by=OFFICER, timers=(), asked=c.Acknowledge())
        for event, data in ((remarked, b'{"name":"secret"}'), (remarked, b'"secret'), (bare, b'{"text":"secret"}')):
            with pytest.raises(StoreUnusable) as caught:
                records.with_particulars(event, data)
            assert caught.value.code == "corrupt_particulars"
            assert caught.value.__context__ is None
        assert records.without_particulars(bare) is bare

    def test_older_facts_climb_one_step_at_a_time(self) -> None:
        steps = {
            ("confirmed", 1): lambda old: {**old, "steps": ["one"]},
            ("confirmed", 3): lambda old: {**old, "steps": [*old["steps"], "three"]},
        }
        assert records.upgrade("confirmed", 1, {}, to=4, steps=steps) == {"steps": ["one", "three"]}
        assert records.upgrade("disputed", 1, {"a": 1}, to=4, steps=steps) == {"a": 1}
        assert records.upgrade("confirmed", 1, {"a": 1}) == {"a": 1}


FACT_TYPES = (str, int, bool, date, datetime)


def _solid(kind: Any) -> list[Any]:
    inside = [one for part in typing.get_args(kind) for one in _solid(part)]
    return inside or [kind]


def _fields(cls: Any, path: str) -> Iterator[tuple[str, str, Any]]:
    for one in attrs.fields(attrs.resolve_types(cls)):
        for kind in _solid(one.type):
            yield path, one.name, kind
            if isinstance(kind, type) and attrs.has(kind) and not is_personal(kind):
                yield from _fields(kind, f"{path}.{one.name}")


@pytest.mark.parametrize("cls", records.EVENTS.values(), ids=lambda cls: cls.__name__)
def test_every_field_that_an_event_reaches_is_a_fact_or_a_particular(cls: type[Event]) -> None:
    """Nothing personal is reached but through one field named ``particulars``, and that holds nothing else."""
    places = set()
    for path, name, kind in _fields(cls, "$"):
        if name == "particulars":
            assert kind is Erased or is_personal(kind), (path, name)
            places.add(path)
        elif kind not in (type(None), Ellipsis):
            assert not is_personal(kind), (path, name)
            assert kind in FACT_TYPES or attrs.has(kind) or issubclass(kind, Enum), (path, name)
    assert len(places) <= 1
