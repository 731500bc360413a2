"""The rows are the design's, no more and no less, and whatever is not among them is refused by name."""

from __future__ import annotations

import typing
from collections import Counter
from collections.abc import Iterable
from typing import Final

import attrs
import pytest

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.case import allowed, apply, decide
from expressplatform.case.apply import AT_REST
from expressplatform.case.guards import GUARDS
from expressplatform.codes import END, OPEN, OWNER, Role, Status
from expressplatform.commands import Command
from expressplatform.deadlines.duties import LIVE, SOLE
from expressplatform.errors import Refused
from expressplatform.events import Event
from expressplatform.lifecycle import BY_COMMAND, BY_EVENT, MOVES, ROWS, Guard, commands_for, roles_for
from expressplatform.schemes import HK_CCA
from tests.unit import lifecycle_table as by_hand
from tests.unit.lifecycle_table import Line, lines
from tests.walking import ACTORS, EXAMPLES, NUMBERS, in_status

TABLE: Final = [*lines(by_hand.MOVES), *lines(by_hand.STAYS)]
STANDS: Final[tuple[Status | None, ...]] = (None, *Status)
TARGETS: Final = {(line.source, line.command, line.role): line.target for line in TABLE}
ROLES: Final = {(line.source, line.command): {o.role for o in TABLE if o[:2] == line[:2]} for line in TABLE}


def name(status: Status | None) -> str:
    return "-" if status is None else status.name


def subclasses(module: object, root: type) -> set[type]:
    return {one for one in vars(module).values() if isinstance(one, type) and issubclass(one, root) and one is not root}


class TestTheRows:
    """What moves a case and what leaves it where it is stands in one table, and the rows are that table."""

    def test_they_are_the_table_typed_by_hand(self) -> None:
        rows = [Line(name(row.source), row.command.__name__, row.by.value, row.target.name) for row in ROWS]
        assert Counter(rows) == Counter(TABLE)

    def test_what_moves_a_case_stands_apart_from_what_leaves_it_where_it_is(self) -> None:
        moves = {Line(name(row.source), row.command.__name__, row.by.value, row.target.name) for row in MOVES}
        stay = {line for line in moves if line.source == line.target}
        assert moves == set(lines(by_hand.MOVES))
        assert stay == {Line("LODGED", "SupplyInformation", role, "LODGED") for role in ("complainant", "council")}

    def test_each_status_command_and_role_leads_to_one_place(self) -> None:
        assert len(BY_COMMAND) == len(ROWS) == len(TARGETS)

    def test_each_status_and_event_leads_to_one_place(self) -> None:
        for row in ROWS:
            assert BY_EVENT[row.source, row.event] is row.target

    def test_each_command_becomes_one_event_which_holds_it(self) -> None:
        events: dict[type[Command], type[Event]] = {}
        for row in ROWS:
            assert events.setdefault(row.command, row.event) is row.event
            assert typing.get_type_hints(row.event)["asked"] is row.command
        assert len(set(events.values())) == len(events)

    def test_every_command_and_every_event_occurs(self) -> None:
        assert {row.command for row in ROWS} == subclasses(c, Command)
        assert {row.event for row in ROWS} == subclasses(e, Event)

    def test_every_guard_has_one_function_and_a_row_that_asks_it(self) -> None:
        assert set(GUARDS) == set(Guard)
        assert {guard for row in ROWS for guard in row.guards} == set(Guard)

    def test_no_row_is_open_to_the_operator_or_the_auditor(self) -> None:
        assert not {Role.OPERATOR, Role.AUDITOR} & {row.by for row in ROWS}

    def test_whose_case_it_is_is_asked_wherever_somebody_acts_on_one(self) -> None:
        asked = {
            Role.COUNCIL: {Guard.OWN_COUNCIL},
            Role.COMPLAINANT: {Guard.OWN_CASE},
            Role.TRADER: {Guard.HOLDS_CASE, Guard.HELD_CASE, Guard.OWES_DELETION},
        }
        for row in ROWS:
            if row.source is not None and row.by in asked:
                assert asked[row.by] & set(row.guards), (row.source, row.command, row.by)

    def test_roles_and_commands_are_read_from_the_same_rows(self) -> None:
        for status in STANDS:
            for command in EXAMPLES:
                expected = ROLES.get((name(status), command.__name__), set())
                assert {role.value for role in roles_for(status, command)} == expected
            for role in Role:
                listed = [line.command for line in TABLE if line.source == name(status) and line.role == role.value]
                assert {one.__name__ for one in commands_for(status, role)} == set(listed)


class TestEveryTriple:
    """Every status x command x role: what the table has is open, everything else is refused by name."""

    def test_there_is_an_example_of_every_command(self) -> None:
        assert set(EXAMPLES) == subclasses(c, Command)

    @pytest.mark.parametrize("status", STANDS, ids=name)
    def test_what_is_not_in_the_table_is_refused_as_wrong_role_or_wrong_status(self, status: Status | None) -> None:
        walk = in_status(status) if status is not None else None
        stands = walk.case if walk is not None else None
        at = walk.at if walk is not None else in_status(Status.LODGED).at
        for command in EXAMPLES.values():
            kind = type(command).__name__
            for role, actor in ACTORS.items():
                target = TARGETS.get((name(status), kind, role.value))
                try:
                    events = decide(stands, command, by=actor, at=at, scheme=HK_CCA, known=NUMBERS)
                except Refused as refused:
                    self.check_refusal(refused, name(status), kind, target)
                else:
                    assert target is not None, (status, kind, role)
                    after = stands
                    for event in events:
                        after = apply(after, event)
                    assert after is not None
                    assert after.status.name == target

    def check_refusal(self, refused: Refused, status: str, kind: str, target: str | None) -> None:
        roles = ROLES.get((status, kind), set())
        if target is not None:
            assert refused.code not in ("wrong_role", "wrong_status"), (status, kind)
        elif roles:
            assert refused.code == "wrong_role"
            assert refused.who_must_act in roles
        else:
            assert refused.code == "wrong_status"
            assert not refused.who_must_act

    @pytest.mark.parametrize("status", list(Status), ids=name)
    def test_what_is_allowed_is_what_the_table_has_for_the_role(self, status: Status) -> None:
        stands = in_status(status).case
        for role, actor in ACTORS.items():
            listed = {line.command for line in TABLE if line.source == status.name and line.role == role.value}
            # A trader acts only where it was sent the case, and confirms a deletion only where it owes one.
            if role is Role.TRADER:
                owes = any(one.owed for one in stands.file.holdings)
                listed = (listed if stands.turn else set()) - {"ConfirmDeletion"}
                listed |= {"ConfirmDeletion"} if owes else set()
            assert {one.__name__ for one in allowed(stands, actor)} == listed


class TestEveryStatus:
    """Nothing gets stuck: every open status has an owner and a live duty, and every status reaches an end."""

    def test_every_open_status_has_a_live_duty_with_an_owner(self) -> None:
        for status in OPEN:
            assert LIVE[status], status
            assert all(OWNER[duty] in (Role.COUNCIL, Role.COMPLAINANT, Role.TRADER) for duty in LIVE[status])
        assert set(OWNER) == {duty for duties in LIVE.values() for duty in duties}

    def test_when_its_duty_is_over_the_clock_has_a_row(self) -> None:
        for status in OPEN:
            assert {(status, c.Lapse, Role.CLOCK), (status, c.MissDeadline, Role.CLOCK)} & set(BY_COMMAND), status
        for status in END:
            assert (status, c.Erase, Role.CLOCK) in BY_COMMAND

    def test_the_scheme_must_give_a_length_to_what_keeps_a_status_alive(self) -> None:
        assert {LIVE[status][-1] for status in Status if LIVE[status]} == SOLE
        assert all(HK_CCA.duty_term(duty, HK_CCA.day(in_status(Status.LODGED).at)) for duty in SOLE)

    def test_from_every_status_an_end_can_be_reached(self) -> None:
        for status in OPEN:
            assert END & reached(status), status

    def test_from_every_status_an_end_can_be_reached_by_the_council_and_the_clock_alone(self) -> None:
        for status in OPEN:
            assert END & reached(status, {Role.COUNCIL, Role.CLOCK}), status

    def test_from_referred_back_there_is_a_way_to_uploaded_and_to_resolved(self) -> None:
        direct = {row.target for row in ROWS if row.source is Status.REFERRED_BACK}
        assert {Status.UPLOADED, Status.RESOLVED} <= direct

    def test_every_status_can_be_reached_from_nothing(self) -> None:
        assert reached(None) == set(Status)

    def test_open_ends_and_erased_are_all_there_is(self) -> None:
        assert OPEN | END | {Status.ERASED} == set(Status)
        assert not OPEN & END
        assert {name(status) for status in END} == set(by_hand.GROUPS["END"].split())
        assert END | {Status.RESOLVED} == AT_REST

    def test_an_erased_case_only_hears_that_a_copy_was_deleted(self) -> None:
        assert {(row.command, row.by) for row in ROWS if row.source is Status.ERASED} == {
            (c.ConfirmDeletion, Role.TRADER)
        }
        assert reached(Status.ERASED) == {Status.ERASED}
        assert not LIVE[Status.ERASED]

    def test_only_an_ended_case_is_erased_by_anybody_but_the_clock(self) -> None:
        erasing = [row for row in ROWS if row.target is Status.ERASED is not row.source]
        assert {row.source for row in erasing if row.by is not Role.CLOCK} == END
        assert {row.source for row in erasing if Guard.KEY_DESTROYED in row.guards} == OPEN


def reached(status: Status | None, roles: Iterable[Role] = tuple(Role)) -> set[Status]:
    """Where a case can get to from a status, the status itself included, by the steps of these roles."""
    found: set[Status | None] = {status}
    while True:
        more = {row.target for row in ROWS if row.source in found and row.by in roles} - found
        if not more:
            return {one for one in found if one is not None}
        found |= more


def test_rows_are_plain_values() -> None:
    """A row is frozen, and equal to one that is written the same way."""
    row = ROWS[0]
    assert row == attrs.evolve(row)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        row.target = Status.CLOSED  # type: ignore[misc]
