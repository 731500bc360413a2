"""The working-day tables and calendars, held to published dates."""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path

import attrs
import pytest

from expressplatform.calendars import hong_kong, macao, mainland
from expressplatform.errors import InvalidInput
from expressplatform.workdays import CALENDAR_DAYS, HONG_KONG, MACAO, MAINLAND, DayKind, Names, WorkingCalendar
from tools.make_calendars import generate

TABLES = Path(hong_kong.__file__).parent


def off(calendar: WorkingCalendar, year: int) -> str:
    """The weekday holidays of a year, as month-day."""
    days = (date.fromordinal(each) for each in sorted(calendar.closed))
    return " ".join(f"{day:%m-%d}" for day in days if day.year == year)


class TestTables:
    """The modules are exactly what the generator writes, and what the authorities announced."""

    def test_the_modules_in_the_tree_are_those_that_the_generator_writes(self) -> None:
        """The modules in the tree are those that the generator writes for their edition."""
        written = generate(date.fromisoformat(hong_kong.EDITION))
        assert {name: (TABLES / name).read_text(encoding="utf-8") for name in written} == written

    def test_all_tables_carry_one_source_and_edition(self) -> None:
        """All tables carry one source and one edition, and stop being certain at the year they state."""
        assert {module.EDITION for module in (hong_kong, macao, mainland)} == {hong_kong.EDITION}
        assert {module.SOURCE for module in (hong_kong, macao, mainland)} == {"holidays 0.109"}
        announced = [each.announced_through for each in (HONG_KONG, MAINLAND, MACAO)]
        assert announced == [2027, 2026, 2026]

    def test_hong_kong_2014_is_the_gazetted_list(self) -> None:
        """Hong Kong's table of 2014 is the gazetted list of general holidays, without weekends."""
        assert off(HONG_KONG, 2014) == (
            "01-01 01-31 02-03 04-18 04-21 05-01 05-06 06-02 07-01 09-09 10-01 10-02 12-25 12-26"
        )

    def test_hong_kong_2026_has_substitutes_and_no_sunday(self) -> None:
        """In 2026 the days after Ching Ming, Buddha's birthday and Chung Yeung stand for Sundays."""
        assert off(HONG_KONG, 2026) == (
            "01-01 02-17 02-18 02-19 04-03 04-06 04-07 05-01 05-25 06-19 07-01 10-01 10-19 12-25"
        )

    def test_hong_kong_2027_is_the_gazetted_list(self) -> None:
        """Hong Kong's table of 2027 has the fourth day of Lunar New Year for the second, a Sunday."""
        assert off(HONG_KONG, 2027) == ("01-01 02-08 02-09 03-26 03-29 04-05 05-13 06-09 07-01 09-16 10-01 10-08 12-27")

    def test_the_mainland_2026_is_the_notice_of_the_state_council(self) -> None:
        """The Mainland's 2026 is the notice of 4 November 2025: its days off and its worked weekends."""
        assert off(MAINLAND, 2026) == (
            "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 "
            "10-01 10-02 10-05 10-06 10-07"
        )
        assert mainland.MAKE_UP[2026] == "01-04 02-14 02-28 05-09 09-20 10-10"

    def test_the_mainland_has_no_worked_weekend_of_another_year(self) -> None:
        """No make-up day lies outside the years of the table, and each is a Saturday or a Sunday."""
        days = [date.fromordinal(each) for each in MAINLAND.make_up]
        assert {day.year for day in days} == set(range(2014, 2027))
        assert {day.weekday() for day in days} == {5, 6}

    def test_an_afternoon_off_in_macao_is_a_working_day(self) -> None:
        """In Macao the eve of Lunar New Year, half a day off, is a working day; Good Friday is not."""
        assert MACAO.is_working_day(date(2026, 2, 16))
        assert not MACAO.is_working_day(date(2026, 4, 3))
        assert not MACAO.is_working_day(date(2026, 12, 21))


class TestCalendars:
    """One notice has another last day in another place."""

    @pytest.mark.parametrize(
        ("calendar", "last"),
        [
            (MAINLAND, date(2025, 10, 13)),
            (HONG_KONG, date(2025, 10, 9)),
            (CALENDAR_DAYS, date(2025, 10, 3)),
        ],
    )
    def test_seven_days_after_the_same_notice(self, calendar: WorkingCalendar, last: date) -> None:
        """Seven days after 26 September 2025 end on three dates, by whose days they are."""
        assert calendar.add(date(2025, 9, 26), 7) == last
        assert calendar.between(date(2025, 9, 26), last) == 7

    @pytest.mark.parametrize(
        ("calendar", "day", "kind", "name"),
        [
            (MAINLAND, date(2025, 9, 28), DayKind.MAKE_UP, "調休上班日"),
            (MAINLAND, date(2025, 10, 8), DayKind.HOLIDAY, "調休放假（2025-10-11 上班）"),
            (MAINLAND, date(2025, 10, 12), DayKind.WEEKEND, None),
            (HONG_KONG, date(2025, 9, 28), DayKind.WEEKEND, None),
            (HONG_KONG, date(2026, 4, 3), DayKind.HOLIDAY, "耶穌受難節"),
            (HONG_KONG, date(2026, 4, 2), DayKind.WORKING, None),
            (CALENDAR_DAYS, date(2026, 4, 5), DayKind.WORKING, None),
        ],
    )
    def test_a_date_says_what_it_is(
        self, calendar: WorkingCalendar, day: date, kind: DayKind, name: str | None
    ) -> None:
        """A date says what it is and how it is called, and whether it is worked follows from that."""
        found = calendar.day_kind(day)
        assert (found.kind, found.names and found.names.zh_hk, found.announced) == (kind, name, True)
        assert calendar.is_working_day(day) is kind.works

    def test_a_year_that_nobody_announced_is_computed_and_provisional(self) -> None:
        """A year that nobody has announced is computed from the law of the place and marked provisional."""
        assert MAINLAND.provisional(date(2027, 1, 4))
        assert not HONG_KONG.provisional(date(2027, 12, 31))
        assert HONG_KONG.provisional(date(2028, 1, 3))
        assert MAINLAND.day_kind(date(2027, 10, 1))[::2] == (DayKind.HOLIDAY, False)
        assert MAINLAND.provisional(date(2013, 12, 31))
        assert not CALENDAR_DAYS.provisional(date(2900, 1, 1))

    def test_beyond_the_table_the_plain_week_goes_on(self) -> None:
        """Beyond the table Monday to Friday are worked, with no gap where the table begins and ends."""
        assert HONG_KONG.add(date(2028, 12, 29), 1) == date(2029, 1, 1)
        assert HONG_KONG.add(date(2040, 6, 1), 5) == date(2040, 6, 8)
        assert HONG_KONG.add(date(2014, 1, 2), -1) == date(2013, 12, 31)
        assert HONG_KONG.add(date(1999, 12, 31), 1) == date(2000, 1, 3)

    def test_calendar_days_are_certain_before_any_table(self) -> None:
        """Nobody has to announce them."""
        assert not attrs.evolve(CALENDAR_DAYS, first=2020, last=2026).provisional(date(1990, 1, 1))

    def test_a_calendar_prints_its_id_and_edition_only(self) -> None:
        """A calendar prints its id and edition, not its table, and survives pickling as an equal."""
        assert repr(MAINLAND) == f"WorkingCalendar(id='mainland', edition='{mainland.EDITION}')"
        copy = pickle.loads(pickle.dumps(MAINLAND))  # noqa: S301 - our own bytes
        assert copy == MAINLAND
        assert hash(copy) == hash(MAINLAND)
        assert copy.add(date(2025, 9, 26), 7) == date(2025, 10, 13)


class TestAnnouncing:
    """Whoever cannot wait for a release can settle the next year."""

    LABOUR = Names("Labour Day", "勞動節", "劳动节")

    def test_an_announced_year_replaces_what_was_computed(self) -> None:
        """The announced year is certain, its days off and worked weekends hold, and other years stay."""
        newer = MAINLAND.announce(
            2027,
            holidays={date(2027, 5, 1): self.LABOUR, date(2027, 5, 3): self.LABOUR},
            make_up=[date(2027, 5, 8)],
            edition="made up",
        )
        assert newer != MAINLAND
        assert newer.announced_through == 2027
        assert newer.day_kind(date(2027, 5, 3)) == (DayKind.HOLIDAY, self.LABOUR, True)
        assert newer.day_kind(date(2027, 5, 8)).kind is DayKind.MAKE_UP
        assert newer.is_working_day(date(2027, 10, 1))
        assert newer.add(date(2025, 9, 26), 7) == date(2025, 10, 13)
        assert MAINLAND.day_kind(date(2027, 10, 1)).kind is DayKind.HOLIDAY

    def test_a_year_after_the_table_widens_it(self) -> None:
        """Announcing year after year goes on beyond the years that the table came with."""
        calendar = HONG_KONG
        for year in (2028, 2029):
            calendar = calendar.announce(year, holidays={date(year, 5, 1): self.LABOUR}, edition=str(year))
        assert calendar.last == 2029
        assert not calendar.provisional(date(2029, 12, 31))
        assert calendar.add(date(2029, 4, 30), 1) == date(2029, 5, 2)

    def test_every_mistake_of_an_announcement_is_told_at_once(self) -> None:
        """A wrong year, a date outside it and a make-up day on a weekday are refused together, by path."""
        with pytest.raises(InvalidInput) as caught:
            MAINLAND.announce(2029, holidays={date(2028, 5, 1): self.LABOUR}, make_up=[date(2029, 5, 8)], edition="x")
        assert [(one.path, one.kind, one.message) for one in caught.value.problems] == [
            ("$.year", "order", "must be 2027"),
            ("$.holidays", "range", "every day must lie in the year that is announced"),
            ("$.make_up", "range", "a make-up day is a day of the weekend"),
        ]
