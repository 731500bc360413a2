"""A case store gives back what it was given.

Laws of this file: those of `commits`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import attrs

from expressplatform.ports import Appended, Receipt, StoredCase, StoredEvent, Wanted
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.doors import Doors
from expressplatform.testing.stores.rows import EVERY_BYTE, MANY, TICK, Mine, kept

LONG = EVERY_BYTE * 8192 + b"\0 \n\0"
"""Two megabytes and a little, of every byte, with an end that somebody might strip."""
LONGEST = LONG * 8
"""More than a length of three bytes counts."""
TEXTS = (
    "é",
    "e\u0301",
    "电器 電器",
    "a  b ",
    'O\'Neil "Q" \\ % _ ; --',
    "🛒\u200d",
    "A" * 300,
    "null",
    "[]",
    "\u2028\r\n\t",
    "007",
    "1.0",
    "1e3",
    "true",
    "2026-03-02",
)
"""Texts that are easily changed on their way: composed or not, with quotes, blanks, wildcards, beyond two bytes."""
WRITTEN = ("status", "trader", "assignee", "reference", "scheme", "edition", "nature", "category", "duty")
"""The fields of a header that hold text, but its case's id and its council's, by which the checks are kept apart."""
INSTANTS = (
    datetime(1, 1, 2, 0, 0, 0, 1, tzinfo=UTC),
    datetime(987, 6, 5, 4, 3, 2, 1, tzinfo=UTC),
    datetime(1901, 2, 3, 4, 5, 6, 7, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2016, 2, 29, 0, 0, 0, 1, tzinfo=UTC),
    datetime(2038, 1, 19, 3, 14, 8, 500_001, tzinfo=UTC),
    datetime(2086, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2255, 6, 30, 12, 0, 0, 123_456, tzinfo=UTC),
    datetime(9998, 12, 30, 23, 59, 59, 999_998, tzinfo=UTC),
)


class Keeping(Doors):
    """Rows as they were given."""

    @proves("S1", "S2")
    def test_a_case_comes_back_byte_for_byte(self) -> None:
        """Header and events come back as they were given, also bytes that are no text and an empty sealed part."""
        mine = Mine.apart()
        commit = mine.commit(1, events=3)
        with self.opened() as store:
            assert list(store.append([commit])) == [Appended(mine.case(1), 3)]
            assert kept(store, mine.case(1), mine.council) == StoredCase(commit.header, commit.events)
            (scanned,) = store.scan(mine.council, "", MANY)
        assert scanned == StoredCase(commit.header, commit.events)
        assert all(type(event.facts) is type(event.sealed) is bytes for event in scanned.events)

    @proves("S1")
    def test_nothing_is_too_long_to_be_kept(self) -> None:
        """Facts of two megabytes, and a sealed part of more than sixteen, come back to their last byte."""
        mine = Mine.apart()
        events = (
            StoredEvent(mine.case(1), 1, "LONG", 1, LONG, LONG[::-1]),
            StoredEvent(mine.case(1), 2, "LONGEST", 1, b"", LONGEST),
            StoredEvent(mine.case(1), 3, "BARE", 2, b"", b" \0"),
        )
        with self.opened() as store:
            store.append([attrs.evolve(mine.commit(1, events=3), events=events)])
            assert kept(store, mine.case(1)).events == events

    @proves("S1")
    def test_every_text_comes_back_as_it_was_written(self) -> None:
        """Texts in any script, with quotes, wildcards or blanks at the end, in header, event, receipt and effect."""
        mine = Mine.apart()
        with self.opened() as store:
            for number, text in enumerate(TEXTS):
                fields = dict.fromkeys(WRITTEN, text)
                commit = mine.changed(number, 0, **fields, former=(text, "x"))
                commit = attrs.evolve(
                    commit,
                    events=(attrs.evolve(commit.events[0], kind=text),),
                    receipt=Receipt(mine.case(number), text, text.encode(), 1),
                )
                store.append([commit])
                assert kept(store, mine.case(number)) == StoredCase(commit.header, commit.events)
                assert store.receipt(mine.case(number), text) == commit.receipt
                found = store.headers(mine.council, Wanted(assignee=text), "", MANY).headers
                assert found == (commit.header,)

    @proves("S1", "S18")
    def test_no_field_of_a_header_knows_better_how_its_text_is_written(self) -> None:
        """Each text of a header comes back, and is found, as it was written: case, blanks, composition and length."""
        mine = Mine.apart()
        with self.opened() as store:
            for number, text in enumerate(TEXTS):
                own = f"{mine.mark}{text}"
                former = tuple(f"{own}{n}" for n in range(40))
                step = mine.changed(number, 0, **dict.fromkeys(WRITTEN, own), former=former)
                store.append([step])
                assert kept(store, mine.case(number)).header == step.header
                for wanted in (Wanted(reference=own), Wanted(trader=own), Wanted(status=(own,))):
                    assert store.headers(mine.council, wanted, "", MANY).headers == (step.header,)
                for other in {own.swapcase(), own.strip(), f"{own} "} - {own}:
                    assert store.headers(mine.council, Wanted(reference=other), "", MANY).headers == ()

    @proves("S1")
    def test_numbers_come_back_at_their_edges(self) -> None:
        """No number is cut to fewer bits than a whole number of four bytes has."""
        mine = Mine.apart()
        with self.opened() as store:
            for number, most in enumerate((127, 128, 255, 256, 32_768, 65_536, 2**31 - 1)):
                step = mine.changed(number, alarms=most)
                step = attrs.evolve(step, events=(attrs.evolve(step.events[0], schema=most),))
                store.append([step])
                assert kept(store, mine.case(number)) == StoredCase(step.header, step.events)

    @proves("S2")
    def test_events_come_back_in_the_order_of_their_versions(self) -> None:
        """Many steps, some of many events, are one history in order of number, loaded or scanned."""
        mine = Mine.apart()
        with self.opened() as store:
            for expected in range(0, 24, 2):
                store.append([mine.commit(1, expected, events=2)])
            store.append([mine.commit(1, 24, events=1176)])
            (scanned,) = store.scan(mine.council, "", MANY)
            for case in (kept(store, mine.case(1)), scanned):
                assert [event.version for event in case.events] == list(range(1, 1201))
                assert [event.kind for event in case.events] == [f"KIND_{version}" for version in range(1, 1201)]

    @proves("S3")
    def test_instants_come_back_in_utc_to_the_microsecond(self) -> None:
        """No instant is rounded or shifted, in no year and from no zone; absence of one stays absence."""
        mine = Mine.apart()
        east = timezone(timedelta(hours=8))
        with self.opened() as store:
            for number, odd in enumerate(INSTANTS):
                near, later = odd - TICK, odd.astimezone(east)
                step = mine.changed(number, lodged_at=odd, changed_at=near, due_at=later, owed_since=odd + TICK)
                store.append([step])
                header = kept(store, mine.case(number)).header
                assert (header.lodged_at, header.changed_at) == (odd, near)
                assert (header.due_at, header.owed_since) == (later, odd + TICK)
                told = (header.lodged_at, header.changed_at, header.due_at, header.owed_since)
                assert {at and at.utcoffset() for at in told} == {timedelta(0)}, "an instant is not told in UTC"
            store.append([mine.changed(9, due_at=None, owed_since=None)])
            header = kept(store, mine.case(9)).header
        assert (header.due_at, header.owed_since) == (None, None)

    @proves("S4", "S13")
    def test_the_header_is_replaced_by_each_step(self) -> None:
        """Every field of the header is what the last step said, and nothing of the former one is left."""
        mine = Mine.apart()
        full = attrs.evolve(
            mine.changed(1, 1).header, status="UPLOADED", council="other" + mine.mark, trader=mine.trader,
            former=("b", '"a"', "丙"), assignee="", reference="", scheme="OTHER", edition="1", nature="DELIVERY",
            category="", lodged_at=mine.noon - TICK, due_at=None, duty="", provisional=False, owed_since=mine.noon,
            alarms=3,
        )  # fmt: skip
        bare = attrs.evolve(mine.header(1, 3), due_at=mine.noon)
        with self.opened() as store:
            store.append([mine.commit(1)])
            for header in (full, bare):
                step = attrs.evolve(mine.commit(1, header.version - 1), header=header)
                store.append([step])
                assert kept(store, mine.case(1)).header == header
                assert store.headers(header.council, Wanted(), "", MANY).headers == (header,)
                assert [case.header for case in store.scan(header.council, "", MANY)] == [header]
            assert [one for one in store.due(mine.noon, MANY) if one.case_id == mine.case(1)] == [bare]
