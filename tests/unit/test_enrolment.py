"""Enrolling, changing, letting go: what is asked, what it comes to, and what is refused, with every problem by path."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

import orjson
import pytest

from expressplatform.enrolment import (
    FIRST_DAY,
    LAST_DAY,
    MOST_ENTRIES,
    Asked,
    ChangeParticipant,
    Enrol,
    Entry,
    EntryKind,
    LetLeave,
    check_room,
    entry_of,
    rows_of,
)
from expressplatform.errors import InvalidInput, Refused
from expressplatform.scheme import Participant
from expressplatform.wire import read

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
JANUARY: Final = date(2026, 1, 1)
JUNE: Final = date(2026, 6, 1)
TOYS: Final = Participant("toys", "Toys", JANUARY, date(2026, 12, 31), "Shenzhen", False)


def entered(rows: tuple[Participant, ...], asked: Asked) -> Entry | None:
    """What a request comes to."""
    return entry_of(rows, asked, at=NOW, by="officer-1", key="k")


def after(rows: tuple[Participant, ...], asked: Asked) -> tuple[Participant, ...]:
    """The rows after a request."""
    entry = entered(rows, asked)
    return rows_of("toys", rows, () if entry is None else (entry,))


def paths(document: dict[str, Any], cls: type) -> list[tuple[str, str]]:
    """What is wrong with a document, and where."""
    with pytest.raises(InvalidInput) as caught:
        read(orjson.dumps({"v": 1, **document}), cls)
    return sorted((one.path, one.kind) for one in caught.value.problems)


class TestWhatIsAsked:
    def test_every_problem_of_an_enrolment_is_told_by_its_path(self) -> None:
        document = {"organisation": "no id!", "name": "", "member_from": "soon", "city": "x" * 101, "platform": 1}
        assert paths(document, Enrol) == [
            ("$.city", "text"), ("$.member_from", "date"), ("$.name", "text"), ("$.organisation", "text"),
            ("$.platform", "type"),
        ]  # fmt: skip

    def test_days_in_the_wrong_order_and_blank_names_are_told_together(self) -> None:
        document = {"organisation": "toys", "name": "  ", "member_from": "2026-02-01", "member_until": "2026-01-31"}
        assert paths(document, Enrol) == [("$.member_until", "date_order"), ("$.name", "text")]

    def test_days_that_no_scheme_has_are_refused(self) -> None:
        assert paths({"organisation": "toys", "name": "T", "member_from": "1899-01-01"}, Enrol) == [
            ("$.member_from", "range")
        ]
        assert paths({"last_day": "9999-12-31"}, LetLeave) == [("$.last_day", "range")]
        assert paths({"from_day": "9999-12-31", "name": " "}, ChangeParticipant) == [
            ("$.from_day", "range"), ("$.name", "text"),
        ]  # fmt: skip
        assert Enrol("toys", "T", FIRST_DAY, LAST_DAY).member_until == LAST_DAY

    def test_a_change_changes_something(self) -> None:
        assert paths({"from_day": "2026-01-01"}, ChangeParticipant) == [("$", "missing")]
        assert paths({"from_day": "2026-01-01", "city": "x" * 101}, ChangeParticipant) == [("$.city", "text")]
        assert ChangeParticipant(JANUARY, city="").city == ""

    def test_what_was_sent_is_never_quoted(self) -> None:
        with pytest.raises(InvalidInput) as caught:
            read(orjson.dumps({"v": 1, "organisation": "Zq7 Vx", "name": "N", "member_from": "Zq7"}), Enrol)
        assert "Zq7" not in repr(caught.value) + str(caught.value.problems)


class TestEnrolling:
    def test_a_stranger_takes_part_from_the_day_named(self) -> None:
        asked = Enrol("toys", "Toys", JANUARY, date(2026, 12, 31), "Shenzhen", platform=False)
        entry = entered((), asked)
        assert entry == Entry(
            EntryKind.ENROLLED, JANUARY, date(2026, 12, 31), "Toys", "Shenzhen", False, NOW, "officer-1", "k"
        )
        assert after((), asked) == (TOYS,)

    @pytest.mark.parametrize(
        ("first", "last"), [(JUNE, None), (date(2025, 1, 1), JANUARY), (date(2025, 1, 1), None), (JUNE, JUNE)]
    )
    def test_whoever_takes_part_is_not_enrolled_for_the_same_days(self, first: date, last: date | None) -> None:
        with pytest.raises(Refused) as caught:
            entered((TOYS,), Enrol("toys", "Toys", first, last))
        assert (caught.value.code, caught.value.who_must_act) == ("takes_part", "council")

    def test_whoever_has_left_comes_back_and_both_spans_stay(self) -> None:
        back = after((TOYS,), Enrol("toys", "Toys again", date(2027, 3, 1)))
        assert back == (TOYS, Participant("toys", "Toys again", date(2027, 3, 1)))

    def test_a_time_before_the_rows_can_be_told_afterwards(self) -> None:
        earlier = after((TOYS,), Enrol("toys", "Old Toys", date(2025, 1, 1), date(2025, 12, 31)))
        assert earlier == (Participant("toys", "Old Toys", date(2025, 1, 1), date(2025, 12, 31)), TOYS)


class TestChanging:
    def test_a_change_holds_from_its_day_and_leaves_the_days_before(self) -> None:
        old, new = after((TOYS,), ChangeParticipant(JUNE, city="Guangzhou"))
        assert (old.city, old.member_from, old.member_until) == ("Shenzhen", JANUARY, date(2026, 5, 31))
        assert (new.city, new.member_from, new.member_until) == ("Guangzhou", JUNE, date(2026, 12, 31))
        assert (new.name, new.platform) == ("Toys", False)

    def test_a_change_from_the_first_day_puts_the_row_right(self) -> None:
        (row,) = after((TOYS,), ChangeParticipant(JANUARY, name="Toys Ltd", platform=True))
        assert (row.name, row.platform, row.member_from, row.member_until) == (
            "Toys Ltd", True, TOYS.member_from, TOYS.member_until,
        )  # fmt: skip

    def test_a_change_to_what_is_so_already_enters_nothing(self) -> None:
        assert entered((TOYS,), ChangeParticipant(JUNE, name="Toys", city="Shenzhen", platform=False)) is None

    def test_a_change_from_a_day_on_which_it_takes_no_part_is_refused(self) -> None:
        with pytest.raises(Refused) as caught:
            entered((TOYS,), ChangeParticipant(date(2027, 1, 1), name="Toys Ltd"))
        assert caught.value.code == "takes_no_part"


class TestLeaving:
    def test_a_participant_takes_part_until_the_end_of_its_last_day(self) -> None:
        (row,) = after((TOYS,), LetLeave(JUNE))
        assert (row.member_on(JUNE), row.member_on(date(2026, 6, 2))) == (True, False)

    def test_a_participant_of_the_schemes_own_list_leaves_too(self) -> None:
        """Its row has no end in code; the entry lies on top of it."""
        (row,) = after((Participant("toys", "Toys"),), LetLeave(JUNE))
        assert (row.member_from, row.member_until) == (None, JUNE)

    def test_leaving_takes_whatever_was_to_come_with_it(self) -> None:
        rows = (TOYS, Participant("toys", "Toys again", date(2027, 3, 1)))
        assert [row.member_until for row in after(rows, LetLeave(JUNE))] == [JUNE]

    def test_leaving_with_the_day_that_is_the_last_already_enters_nothing(self) -> None:
        assert entered((TOYS,), LetLeave(date(2026, 12, 31))) is None
        later = Participant("toys", "Toys again", date(2027, 3, 1))
        assert after((TOYS, later), LetLeave(date(2026, 12, 31))) == (TOYS,)

    @pytest.mark.parametrize("day", [date(2025, 12, 31), date(2027, 1, 1)])
    def test_whoever_takes_no_part_does_not_leave(self, day: date) -> None:
        with pytest.raises(Refused) as caught:
            entered((TOYS,), LetLeave(day))
        assert caught.value.code == "takes_no_part"


def test_there_is_room_for_so_many_entries_and_no_more() -> None:
    """One that is refused says who can see to it."""
    entry = Entry(EntryKind.LEFT, JUNE, None, "", "", False, NOW, "officer-1", "k")
    check_room((entry,) * (MOST_ENTRIES - 1))
    with pytest.raises(Refused) as caught:
        check_room((entry,) * MOST_ENTRIES)
    assert (caught.value.code, caught.value.who_must_act) == ("too_many_entries", "operator")
