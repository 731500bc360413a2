"""What the kit draws is what it says: valid, valid together, or wrong in the one place that is named."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import attrs
import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

import expressplatform
from expressplatform import ports
from expressplatform.case import Case, decide, replay
from expressplatform.commands import Command, Lodge
from expressplatform.complaint import Actor
from expressplatform.errors import InvalidInput
from expressplatform.events import Event
from expressplatform.scheme import Known, Scheme
from expressplatform.testing.fakes import ScriptedClock
from expressplatform.testing.fitting import START, whole_complaint
from expressplatform.testing.histories import Flawed, any_of, clocks, histories, nearly_valid_complaints, schemes
from expressplatform.testing.strategies import commands, documents, events, values
from expressplatform.wire import read_command, read_complaint

NOT_DRAWN = {"Disclosure"}
"""Made by disclose() alone, from a complaint and a scheme."""
ATTRS = [name for name in expressplatform.__all__ if isinstance(getattr(expressplatform, name), type)]
ATTRS = [name for name in ATTRS if attrs.has(getattr(expressplatform, name)) and name not in NOT_DRAWN]


@settings(max_examples=3, phases=(Phase.generate,), suppress_health_check=list(HealthCheck), deadline=None)
@pytest.mark.parametrize("name", ATTRS)
@given(data=st.data())
def test_every_public_value_can_be_drawn(name: str, data: DataObject) -> None:
    cls: type[object] = getattr(expressplatform, name)
    assert type(data.draw(any_of(cls))) is cls


@settings(max_examples=max(25, settings().max_examples // 2))
@given(flawed=nearly_valid_complaints())
def test_a_nearly_valid_complaint_is_refused_for_its_flaw(flawed: Flawed) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_complaint(orjson.dumps(flawed.document))
    assert (flawed.path, flawed.kind) in {(one.path, one.kind) for one in caught.value.problems}


@given(document=documents())
def test_a_command_s_document_is_read(document: dict[str, object]) -> None:
    assert isinstance(read_command(orjson.dumps(document)), Command)


@given(history=histories())
def test_a_history_replays_to_a_case_that_stands_at_its_last_event(history: tuple[Event, ...]) -> None:
    case: Case = replay(history)
    assert (case.version, case.at) == (len(history), history[-1].at)


@settings(max_examples=25, deadline=None)
@given(scheme=schemes(), data=st.data())
def test_a_scheme_takes_in_the_whole_complaint_and_has_histories(scheme: Scheme, data: DataObject) -> None:
    clerk = Actor(expressplatform.Role.COUNCIL, "officer-1", scheme.council)
    lodge = Lodge(whole_complaint(scheme))
    assert decide(None, lodge, by=clerk, at=START, scheme=scheme, known=Known("case-1", "0123-4567-M"))
    assert replay(data.draw(histories(scheme, most=4))).scheme == scheme.id


@given(clock=clocks())
def test_a_clock_never_goes_back_unless_it_was_told_to(clock: ScriptedClock) -> None:
    readings = [clock() for _ in range(20)]
    assert readings == sorted(readings)
    assert clock.readings == readings


@given(data=st.data())
def test_a_clock_that_may_go_back_goes_back_by_minutes_at_most(data: DataObject) -> None:
    clock = data.draw(clocks(back=True))
    readings = [clock() for _ in range(60)]
    assert all(later - earlier > -timedelta(minutes=16) for earlier, later in pairwise(readings))


def test_commands_events_and_rows_are_among_what_is_drawn() -> None:
    """`values` follows the fields of any class of ours, those of the ports' rows too."""
    for one in (commands(), events(), values(ports.EffectRow), values(ports.Receipt), values(ports.Header)):
        assert one.validate() is None
