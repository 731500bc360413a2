"""The schemes as values, and the service levels that they are made of."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from expressplatform.citations import Citation
from expressplatform.codes import Duty, Language, Role
from expressplatform.deadlines import deadline
from expressplatform.errors import InvalidInput
from expressplatform.scheme import DutyTerm, Known, Participant, Scheme, ServiceLevel
from expressplatform.schemes import CONSUMIDOR_BR, HK_CCA, SCHEMES, scheme_of
from expressplatform.schemes.levels import LEVELS, MACAO_2019_LEVEL, UTC_PLUS_8
from expressplatform.workdays import CALENDAR_DAYS, HONG_KONG, MAINLAND

BOTH = (HK_CCA, CONSUMIDOR_BR)
EVERY_DAY = [date(2010, 1, 1) + timedelta(days=n) for n in range(9000)]


def term(scheme: Scheme, duty: Duty, on: date) -> DutyTerm:
    """A duty's term, which must be there."""
    found = scheme.duty_term(duty, on)
    assert found is not None
    return found


class TestEveryScheme:
    """What holds for each."""

    @pytest.mark.parametrize("scheme", BOTH, ids=lambda scheme: scheme.id)
    @pytest.mark.parametrize("duty", Duty)
    def test_every_duty_has_a_length_on_every_day(self, scheme: Scheme, duty: Duty) -> None:
        """No case ever waits for somebody without an end."""
        assert all(scheme.duty_term(duty, day) for day in EVERY_DAY)

    @pytest.mark.parametrize("scheme", BOTH, ids=lambda scheme: scheme.id)
    def test_whose_silence_has_consequences_is_reminded_first(self, scheme: Scheme) -> None:
        """Supplying information and confirming an outcome lapse only after a reminder."""
        for duty in (Duty.SUPPLY, Duty.CONFIRM):
            found = term(scheme, duty, date(2025, 6, 3))
            assert found.remind_before is not None
            assert 0 < found.remind_before < found.term.days

    @pytest.mark.parametrize("scheme", BOTH, ids=lambda scheme: scheme.id)
    def test_every_scheme_is_named_in_three_scripts(self, scheme: Scheme) -> None:
        """English, Traditional and Simplified Chinese."""
        wanted = {Language.ENGLISH, Language.TRADITIONAL_CHINESE, Language.SIMPLIFIED_CHINESE}
        assert wanted <= scheme.title.keys()
        assert all(scheme.title.values())

    @pytest.mark.parametrize("scheme", BOTH, ids=lambda scheme: scheme.id)
    def test_numbers_of_criteria_are_unique_on_every_day(self, scheme: Scheme) -> None:
        """A number means one rule."""
        numbers = [criterion.id for criterion in scheme.criteria_on(date(2025, 6, 3))]
        assert len(set(numbers)) == len(numbers) > 0

    def test_a_trader_is_never_given_less_than_the_published_days(self) -> None:
        """A default for obtaining or contacting must not end before the published term for the whole."""
        for scheme in BOTH:
            whole = term(scheme, Duty.RESOLVE, date(2025, 6, 3)).term.days
            for duty in (Duty.OBTAIN, Duty.CONTACT):
                assert term(scheme, duty, date(2025, 6, 3)).term.days >= whole


class TestFinding:
    """A case names the scheme and edition that judge it."""

    def test_a_scheme_is_found_by_id_and_edition(self) -> None:
        """What stands in a case leads back to the value."""
        assert set(SCHEMES) == {"hk-cca", "consumidor-br"}
        for one in BOTH:
            assert scheme_of(one.id, one.edition) is one

    def test_an_unknown_scheme_or_edition_is_refused_without_quoting_it(self) -> None:
        """The message names the place only."""
        with pytest.raises(InvalidInput, match=r"^\$\.scheme: no scheme has this id$"):
            scheme_of("elsewhere", "2019.1")
        with pytest.raises(InvalidInput, match=r"^\$\.edition: the scheme has no such edition$"):
            scheme_of("hk-cca", "1999.1")

    def test_the_list_of_schemes_cannot_be_changed(self) -> None:
        """No process changes the rules of another."""
        with pytest.raises(TypeError):
            SCHEMES["mine"] = HK_CCA  # type: ignore[index]


class TestHongKong:
    """Council and CCA on the Express Platform."""

    def test_the_trader_has_seven_working_days_of_the_mainland(self) -> None:
        """ "Closed within 7 working days" (CCA 2016): from 26 September 2025 to 13 October, past Golden Week."""
        found = term(HK_CCA, Duty.RESOLVE, date(2025, 9, 26))
        due = deadline(datetime(2025, 9, 26, 4, tzinfo=UTC), found.term).due
        assert (due - timedelta(seconds=1)).astimezone(UTC_PLUS_8).date() == date(2025, 10, 13)

    def test_the_council_acknowledges_in_five_and_tells_in_nine_working_days(self) -> None:
        """The Council's pledge, in days of Hong Kong."""
        for duty, days in ((Duty.ACKNOWLEDGE, 5), (Duty.SCREEN, 9)):
            found = term(HK_CCA, duty, date(2025, 6, 3)).term
            assert (found.days, found.calendar) == (days, HONG_KONG)
        assert term(HK_CCA, Duty.RESOLVE, date(2025, 6, 3)).term.calendar == MAINLAND

    def test_seventeen_took_part_from_the_start_and_one_from_2018(self) -> None:
        """The 17 of March 2016, and Tuhu in September 2018."""
        taking_part = [
            sum(one.member_on(day) for one in HK_CCA.participants)
            for day in (date(2016, 3, 14), date(2016, 3, 15), date(2018, 9, 30))
        ]
        assert taking_part == [0, 17, 18]

    def test_both_the_council_and_the_complainant_may_lodge(self) -> None:
        """Somebody lodges for oneself, or the council does."""
        assert HK_CCA.lodged_by == {Role.COUNCIL, Role.COMPLAINANT}

    def test_a_row_of_the_store_comes_before_the_list_in_code(self) -> None:
        """A participant's row tells the city that the list does not."""
        row = Participant("taobao", "Taobao", city="Guangzhou")
        on = date(2025, 6, 3)
        assert HK_CCA.participant("taobao", on, Known(participants=(row,))) is row
        listed = HK_CCA.participant(
            "taobao", on, Known(participants=(attrs.evolve(row, member_until=date(2020, 1, 1)),))
        )
        assert listed is not None
        assert listed.city == "Hangzhou"
        assert HK_CCA.participant("taobao", date(2010, 1, 1), Known()) is None

    def test_one_who_left_and_came_back_takes_part_in_both_spans(self) -> None:
        """Two rows of one organisation are two spans."""
        spans = (
            Participant("one", "One", date(2020, 1, 1), date(2020, 12, 31)),
            Participant("one", "One", date(2022, 1, 1)),
        )
        scheme = attrs.evolve(HK_CCA, participants=spans)
        taking_part = [scheme.participant("one", date(year, 6, 1), Known()) for year in (2020, 2021, 2022)]
        assert taking_part == [spans[0], None, spans[1]]


class TestBrazil:
    """consumidor.gov.br."""

    def test_the_firm_answers_in_ten_days_whatever_the_year(self) -> None:
        """ "10 days to answer", all days counted."""
        for year in (2014, 2025):
            found = term(CONSUMIDOR_BR, Duty.RESOLVE, date(year, 6, 1)).term
            assert (found.days, found.calendar) == (10, CALENDAR_DAYS)

    @pytest.mark.parametrize(
        ("replied", "days"), [(date(2014, 6, 28), 10), (date(2014, 6, 29), 10), (date(2014, 6, 30), 20)]
    )
    def test_the_days_for_feedback_doubled_on_30_june_2014(self, replied: date, days: int) -> None:
        """In the open data the last 10-day window opened on 28 June, the first of 20 days on the 30th."""
        assert term(CONSUMIDOR_BR, Duty.CONFIRM, replied).term.days == days

    def test_a_day_ends_at_midnight_in_brasilia(self) -> None:
        """A reply at half past eleven at night in Brazil belongs to that day, not to London's next."""
        found = term(CONSUMIDOR_BR, Duty.RESOLVE, date(2014, 7, 1)).term
        due = deadline(datetime(2014, 7, 2, 2, 30, tzinfo=UTC), found).due
        assert due == datetime(2014, 7, 12, 3, tzinfo=UTC)

    def test_an_instant_belongs_to_the_local_day(self) -> None:
        """The day of a step is that of the scheme's zone, wherever the instant was written down."""
        instant = datetime(2014, 7, 2, 2, 30, tzinfo=UTC)
        assert (CONSUMIDOR_BR.day(instant), HK_CCA.day(instant)) == (date(2014, 7, 1), date(2014, 7, 2))


class TestLevels:
    """Named sets."""

    def test_each_set_has_a_name_a_source_and_at_least_one_length(self) -> None:
        """A length without a text behind it stands in the house's defaults alone."""
        assert len({level.id for level in LEVELS}) == len(LEVELS)
        assert all(level.title and level.citation.text and level.terms for level in LEVELS)
        wanted = {"cca_express_2016", "macao_2019", "hkcc_pledge", "odr_12315", "consumidor_br", "cfpb"}
        assert wanted <= {level.id for level in LEVELS}

    def test_a_source_names_text_article_and_edition(self) -> None:
        """What is shown beside a deadline, without gaps where a part is unknown."""
        assert str(MACAO_2019_LEVEL.citation).endswith("within 3 working days of receipt, 2019")
        assert str(Citation("A text")) == "A text"

    def test_both_bounds_belong_to_a_level(self) -> None:
        """First and last day included; a level without bounds always holds."""
        level = ServiceLevel("x", "x", MACAO_2019_LEVEL.citation, (), date(2020, 1, 2), date(2020, 1, 4))
        holding = [level.in_force(date(2020, 1, day)) for day in range(1, 6)]
        assert holding == [False, True, True, True, False]
        assert attrs.evolve(level, valid_from=None, valid_until=None).in_force(date(1900, 1, 1))

    def test_the_last_level_that_names_a_duty_wins(self) -> None:
        """A council lays its own level over those it picked."""
        own = attrs.evolve(MACAO_2019_LEVEL, valid_until=date(2020, 1, 1))
        scheme = attrs.evolve(HK_CCA, service_levels=(*HK_CCA.service_levels, own))
        ids = [term(scheme, Duty.UPLOAD, date(year, 1, 1)).term.calendar.id for year in (2019, 2020, 2021)]
        assert ids == ["hong_kong", "macao", "hong_kong"]

    def test_a_duty_that_no_level_names_has_no_length(self) -> None:
        """Absent is None, never zero days."""
        scheme = attrs.evolve(HK_CCA, service_levels=(MACAO_2019_LEVEL,))
        assert scheme.duty_term(Duty.RESOLVE, date(2020, 1, 1)) is None
        assert scheme.duty_term(Duty.UPLOAD, date(2019, 11, 17)) is None
