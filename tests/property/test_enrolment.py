"""Who takes part, whatever is entered in whatever order: on each day the last word holds, and no day is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.case import decide
from expressplatform.codes import Status
from expressplatform.commands import Accept, Command, Redirect, Upload
from expressplatform.enrolment import (
    Asked,
    ChangeParticipant,
    Enrol,
    Enrolment,
    Entry,
    EntryKind,
    LetLeave,
    entry_of,
    rows_of,
    same_asked,
)
from expressplatform.errors import Refused
from expressplatform.lifecycle import ROWS, Guard
from expressplatform.platform.enrolling import asked_about
from expressplatform.records import read_whole, write_whole
from expressplatform.scheme import Known, Participant, Scheme
from expressplatform.schemes import HK_CCA
from expressplatform.testing import strategies as some
from tests.walking import ACTORS, EXAMPLES, in_status

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
EDGE: Final = timedelta(days=1)
NAMES: Final = st.sampled_from(["One", "Another"])
DAYS: Final = st.dates(date(2020, 1, 1), date(2020, 3, 1))


def changes() -> st.SearchStrategy[ChangeParticipant]:
    """Changes that change something."""
    whole = st.tuples(DAYS, st.none() | NAMES, st.none() | st.sampled_from(["", "Shenzhen"]), st.none() | st.booleans())
    return whole.filter(lambda told: told[1:] != (None, None, None)).map(lambda told: ChangeParticipant(*told))


def enrolments() -> st.SearchStrategy[Enrol]:
    """Enrolments within a few weeks, so that they meet."""
    spans = st.tuples(DAYS, st.none() | st.integers(0, 30))
    return st.builds(
        lambda span, name, platform: Enrol(
            "toys", name, span[0], None if span[1] is None else span[0] + span[1] * EDGE, platform=platform
        ),
        spans,
        NAMES,
        st.booleans(),
    )


ONE: Final[st.SearchStrategy[Asked]] = st.one_of(enrolments(), changes(), st.builds(LetLeave, DAYS))
ASKED: Final = st.lists(ONE, max_size=12)
BELOW: Final = st.lists(
    st.builds(
        lambda first, longer, name: Participant("toys", name, first, first + longer * EDGE if first else None),
        st.none() | DAYS,
        st.integers(0, 40),
        NAMES,
    ),
    max_size=3,
)


def entered(below: Sequence[Participant], asked: Sequence[Asked]) -> list[Entry]:
    """What was entered of a list of wishes, those refused left out."""
    found: list[Entry] = []
    for number, one in enumerate(asked):
        with suppress(Refused):
            entry = entry_of(rows_of("toys", below, found), one, at=NOW, by="officer-1", key=f"k{number}")
            found += [entry] if entry is not None else []
    return found


def every_day(*rows: Participant | Entry) -> list[date]:
    """Every day on which something may begin or end, and those beside it."""
    bounds = {date(2019, 1, 1), date(2020, 1, 1), date(2021, 1, 1)}
    for one in rows:
        pair = (one.member_from, one.member_until) if isinstance(one, Participant) else (one.since, one.until)
        bounds |= {bound for bound in pair if bound is not None}
    return sorted({day + step * EDGE for day in bounds for step in (-1, 0, 1)})


def told(row: Participant | Entry | None) -> tuple[str, str, bool] | None:
    """What is told of an organisation by a row; None where it takes no part."""
    if row is None or (isinstance(row, Entry) and row.kind is EntryKind.LEFT):
        return None
    return row.name, row.city, row.platform


def by_the_law(day: date, below: Sequence[Participant], entries: Sequence[Entry]) -> tuple[str, str, bool] | None:
    """The law, word for word: the last entry that speaks of the day, else the first of the rows below."""
    speaking = [one for one in entries if (one.since or day) <= day <= (one.until or day)]
    return told(speaking[-1] if speaking else next((row for row in below if row.member_on(day)), None))


class TestRows:
    """On each day the last entry that speaks of it holds, and the scheme's row on a day of which none speaks."""

    @given(BELOW, ASKED)
    def test_each_day_is_as_the_last_word_on_it_says(self, below: list[Participant], asked: list[Asked]) -> None:
        entries = entered(below, asked)
        rows = rows_of("toys", below, entries)
        for day in every_day(*below, *entries):
            standing = [row for row in rows if row.member_on(day)]
            assert len(standing) <= 1
            assert told(standing[0] if standing else None) == by_the_law(day, below, entries)

    @given(BELOW, ASKED)
    def test_rows_are_in_order_and_as_few_as_can_be(self, below: list[Participant], asked: list[Asked]) -> None:
        rows = rows_of("toys", below, entered(below, asked))
        for one, after in pairwise(rows):
            assert one.member_until is not None
            assert after.member_from is not None
            assert one.member_until < after.member_from
            assert one.member_until + EDGE < after.member_from or told(one) != told(after)

    @given(some.enrolments("toys"))
    def test_a_stranger_that_is_enrolled_has_the_row_that_was_asked_for(self, asked: Enrol) -> None:
        (row,) = rows_of("toys", (), entered((), [asked]))
        assert row == Participant("toys", asked.name, asked.member_from, asked.member_until, asked.city, asked.platform)

    @given(BELOW, ASKED)
    def test_rows_laid_on_nothing_again_are_the_same_rows(self, below: list[Participant], asked: list[Asked]) -> None:
        rows = rows_of("toys", below, entered(below, asked))
        assert rows_of("toys", rows, ()) == rows

    @given(st.lists(some.participants("toys"), max_size=4), some.participants("other"))
    def test_rows_of_others_are_no_rows_of_it(self, below: list[Participant], other: Participant) -> None:
        assert rows_of("toys", [other, *below], ()) == rows_of("toys", below, ())
        assert all(row.organisation == "toys" for row in rows_of("toys", [other, *below], ()))

    def test_the_first_and_the_last_day_that_there_are_bound_nothing(self) -> None:
        """A row up to the last day of all is one without an end; cutting it leaves no day beyond."""
        below = [Participant("toys", "One", date.min, date.max)]
        left = entered(below, [LetLeave(date(2020, 1, 1))])
        assert rows_of("toys", below, ()) == (Participant("toys", "One"),)
        assert rows_of("toys", below, left) == (Participant("toys", "One", None, date(2020, 1, 1)),)

    def test_a_row_that_ends_before_it_begins_is_none(self) -> None:
        below = [Participant("toys", "One", date(2020, 2, 1), date(2020, 1, 1))]
        assert rows_of("toys", below, ()) == ()


class TestDatesAreKept:
    """Nothing is taken away: what was so on a day stays so after whatever speaks of later days."""

    @given(BELOW, ASKED, st.one_of(changes(), st.builds(LetLeave, DAYS)))
    def test_days_before_a_change_or_a_leaving_stay_as_they_were(
        self, below: list[Participant], asked: list[Asked], more: ChangeParticipant | LetLeave
    ) -> None:
        before = entered(below, asked)
        after = entered(below, [*asked, more])
        first = more.from_day if isinstance(more, ChangeParticipant) else more.last_day + EDGE
        old, new = rows_of("toys", below, before), rows_of("toys", below, after)
        for day in every_day(*below, *after):
            if day < first:
                assert [told(row) for row in old if row.member_on(day)] == [
                    told(row) for row in new if row.member_on(day)
                ]

    @given(BELOW, ASKED)
    def test_whoever_was_enrolled_took_part_for_a_day_at_least(
        self, below: list[Participant], asked: list[Asked]
    ) -> None:
        entries = entered(below, asked)
        assert bool(rows_of("toys", below, entries)) == bool([*below, *entries])

    @given(BELOW, ASKED, ONE, ONE)
    def test_an_entry_is_known_by_what_it_was_asked_for(
        self, below: list[Participant], asked: list[Asked], one: Asked, other: Asked
    ) -> None:
        """A request that comes again is known by its entry, and another is not taken for it."""
        for entry in entered(below, [*asked, one])[len(entered(below, asked)) :]:
            assert same_asked(entry, one)
            if isinstance(one, ChangeParticipant) and isinstance(other, ChangeParticipant):
                assert one.from_day == other.from_day or not same_asked(entry, other)
            else:
                assert same_asked(entry, other) is (one == other)

    @given(BELOW, ASKED)
    def test_what_is_kept_is_read_back_whole(self, below: list[Participant], asked: list[Asked]) -> None:
        kept = Enrolment("toys", tuple(entered(below, asked)))
        assert read_whole(Enrolment, write_whole(kept)) == kept


class TestTheScheme:
    """A case is judged by the row of the day: the store's where it speaks, the scheme's where it does not."""

    @given(BELOW, ASKED)
    def test_a_scheme_finds_the_row_of_the_day(self, below: list[Participant], asked: list[Asked]) -> None:
        entries = entered(below, asked)
        scheme: Scheme = attrs.evolve(HK_CCA, participants=tuple(below))
        known = Known(participants=rows_of("toys", scheme.listed("toys"), entries), settled=("toys",))
        for day in every_day(*below, *entries):
            assert told(scheme.participant("toys", day, known)) == by_the_law(day, below, entries)

    def test_who_is_settled_is_not_looked_for_in_the_scheme(self) -> None:
        day = date(2026, 1, 1)
        assert HK_CCA.participant("taobao", day, Known()) is not None
        assert HK_CCA.participant("taobao", day, Known(settled=("taobao",))) is None

    def test_a_trader_is_called_by_its_last_name_once_it_has_left(self) -> None:
        rows = (Participant("toys", "One", None, date(2020, 1, 1)), Participant("toys", "Two", date(2021, 1, 1)))
        scheme = attrs.evolve(HK_CCA, participants=rows)
        assert scheme.called("toys", date(2019, 1, 1), Known()) == "One"
        assert scheme.called("toys", date(2020, 6, 1), Known()) == "Two"
        newer = Known(participants=(Participant("toys", "Three", None, date(2018, 1, 1)),))
        assert scheme.called("toys", date(2020, 6, 1), newer) == "Three"
        assert scheme.called("nobody", date(2020, 6, 1), Known()) is None


class _Asked(Exception):
    """Somebody asked who takes part."""


class _Watched(tuple[Participant, ...]):
    """Rows that cannot be read without being noticed."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Participant]:
        raise _Asked


ASKING: Final = {Guard.ELIGIBLE, Guard.PARTICIPATION, Guard.TRANSFER, Guard.ANOTHER_PARTICIPANT, Guard.AUDIENCE}
"""The guards that ask who takes part."""


class TestWhoIsAsked:
    """The shelf is asked for the steps alone that turn on who takes part."""

    @pytest.mark.parametrize("command", sorted({row.command for row in ROWS}, key=str))
    def test_a_step_names_an_organisation_where_one_of_its_guards_asks(self, command: type[Command]) -> None:
        case = in_status(Status.LODGED).case
        asks = any(ASKING & set(row.guards) for row in ROWS if row.command is command)
        assert bool(asked_about(EXAMPLES[command], case)) is asks

    @pytest.mark.parametrize("status", list(Status), ids=str)
    def test_no_other_step_looks_at_who_takes_part(self, status: Status) -> None:
        """Every row of the table, tried in its status: a step that names nobody is decided without the rows."""
        walk = in_status(status)
        watched, looked = Known(participants=_Watched()), set()
        for row in ROWS:
            if row.source is not status:
                continue
            command = EXAMPLES[row.command]
            try:
                decide(walk.case, command, by=ACTORS[row.by], at=walk.at + HOUR, scheme=HK_CCA, known=watched)
            except Refused:
                continue
            except _Asked:
                looked.add(row.command)
        assert {one for one in looked if not asked_about(EXAMPLES[one], walk.case)} == set()
        wanted = {Status.LODGED: Accept, Status.ELIGIBLE: Upload, Status.REFERRED_BACK: Redirect}
        assert status not in wanted or wanted[status] in looked
