"""Who read what: every reading of particulars is an entry, sealed, found again, and gone when its years are over."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from expressplatform.codes import Reading
from expressplatform.complaint import Actor, Particulars
from expressplatform.errors import NoSuchCase, Refused, SealBroken
from expressplatform.memory import MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.platform import Platform
from expressplatform.ports import EVERYONE, Sought
from expressplatform.schemes import HK_CCA
from tests.walking import OFFICER, PERSON, TAOBAO
from tests.whole_life import SECOND, Clock, complaint, seeded


class Desk:
    """A platform, its shelf and its clock."""

    def __init__(self) -> None:
        self.clock, self.shelf = Clock(), MemoryShelf()
        self.platform = Platform(
            scheme=HK_CCA,
            store=MemoryStore(),
            keys=MemoryKeyStore(),
            shelf=self.shelf,
            now=self.clock,
            draw=seeded,
        )

    def lodge(self, key: str = "form-1") -> str:
        """The id of a new case."""
        return self.platform.lodge(complaint(), by=OFFICER, key=key).id


def test_every_reading_is_an_entry_with_who_which_case_and_why() -> None:
    """Kept from unauthorised access, by people whose reach is known (PDPO DPP4; PIPL Art 51)."""
    desk = Desk()
    one, other = desk.lodge("form-1"), desk.lodge("form-2")
    desk.platform.case(one, by=OFFICER, reason="call back")
    desk.clock.wait(hours=1)
    desk.platform.history(one, by=PERSON, reason="my own")
    desk.clock.wait(hours=1)
    desk.platform.read(other, by=SECOND, reason="check")
    entries = desk.platform.access_log(by=OFFICER)
    assert [(entry.by, entry.cases, entry.reason, entry.how) for entry in entries] == [
        (OFFICER, (one,), "call back", Reading.CASE),
        (PERSON, (one,), "my own", Reading.CASE),
        (SECOND, (other,), "check", Reading.CASE),
    ]
    assert [entry.by for entry in desk.platform.access_log(by=OFFICER, case_id=one)] == [OFFICER, PERSON]
    assert [entry.cases for entry in desk.platform.access_log(by=OFFICER, staff=SECOND.person)] == [(other,)]
    assert [entry.by for entry in desk.platform.access_log(by=OFFICER, case_id=one, staff=PERSON.person)] == [PERSON]
    since = desk.clock.at
    assert len(desk.platform.access_log(by=OFFICER, since=since)) == 1
    assert len(desk.platform.access_log(by=OFFICER, until=since)) == 2


def test_a_reading_that_is_refused_or_shows_facts_alone_is_no_entry() -> None:
    desk = Desk()
    case_id = desk.lodge()
    with pytest.raises(Refused):
        desk.platform.case(case_id, by=OFFICER, reason=" ")
    with pytest.raises(NoSuchCase):
        desk.platform.case(case_id, by=Actor(OFFICER.role, "x", "elsewhere"), reason="look")
    desk.platform.facts(case_id, by=OFFICER)
    desk.platform.cases(by=OFFICER)
    assert desk.platform.access_log(by=OFFICER) == ()


def test_nothing_is_shown_where_the_reading_cannot_be_put_on_record() -> None:
    desk = Desk()
    case_id = desk.lodge()
    desk.shelf.close()
    with pytest.raises(Exception, match="closed"):
        desk.platform.case(case_id, by=OFFICER, reason="look")


def test_the_log_is_for_the_councils_people_and_its_auditors() -> None:
    desk = Desk()
    for who in (PERSON, TAOBAO):
        with pytest.raises(Refused, match="not_a_watcher"):
            desk.platform.access_log(by=who)
    assert desk.platform.access_log(by=attrs.evolve(OFFICER, organisation="macao")) == ()


def test_why_somebody_read_stands_nowhere_in_clear_and_opens_in_its_own_place_alone() -> None:
    desk = Desk()
    desk.platform.case(desk.lodge(), by=OFFICER, reason="canary-canary")
    (row,) = desk.shelf.list(EVERYONE, "access", Sought(), "", 9).rows
    assert "canary" not in repr(row)
    assert b"canary" not in row.body
    desk.shelf.delete(EVERYONE, "access", [row.id])
    assert desk.shelf.put([attrs.evolve(row, labels=(*row.labels, "case:c0"))]) == [True]
    with pytest.raises(SealBroken):
        desk.platform.access_log(by=OFFICER)


def test_readings_of_a_person_are_found_by_name_and_any_contact_and_the_search_is_an_entry() -> None:
    desk = Desk()
    one, other = desk.lodge("form-1"), desk.lodge("form-2")
    stranger = desk.platform.lodge(complaint(Particulars(name="B", email="b@example.org")), by=OFFICER, key="form-3")
    for case_id in (one, other, stranger.id):
        desk.clock.wait(hours=1)
        desk.platform.case(case_id, by=SECOND, reason="look")
    desk.clock.wait(hours=1)
    found = desk.platform.access_log(by=OFFICER, name=" a.  PERSON ", contact="A@example.org")
    assert [entry.cases for entry in found] == [(one,), (other,), found[-1].cases]
    assert (found[-1].how, {*found[-1].cases}) == (Reading.SEARCH, {one, other})
    assert desk.platform.access_log(by=OFFICER, name="A. Person", contact="nobody@example.org") == ()


def test_entries_and_their_secrets_go_when_their_years_are_over() -> None:
    desk = Desk()
    desk.platform.case(desk.lodge(), by=OFFICER, reason="look")
    desk.clock.at += timedelta(days=3 * 365)
    desk.platform.work()
    assert len(desk.platform.access_log(by=OFFICER)) == 1
    before = desk.platform._flow.keys.secret("shelf:access:2025")
    desk.clock.at += timedelta(days=2)
    desk.platform.work()
    assert desk.platform.access_log(by=OFFICER) == ()
    assert desk.platform._flow.keys.secret("shelf:access:2025") != before
