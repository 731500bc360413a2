"""What happens by itself: the clock, the alerts, destroyed keys, announced years; and what erasure leaves."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import attrs
import orjson
import pytest

from expressplatform import commands as c
from expressplatform.case import Case, replay
from expressplatform.codes import Channel, Duty, Role, Status
from expressplatform.complaint import ERASED, Actor
from expressplatform.errors import KeyDestroyed, NoSuchCase, Refused, StoreUnusable
from expressplatform.events import Lapsed, Rescheduled
from expressplatform.indicators import document
from expressplatform.memory import MemoryKeyStore, MemoryStore
from expressplatform.platform import Platform, Request, Ticked, Worked
from expressplatform.platform.rows import quarter_of, secret_name
from expressplatform.ports import EVERYONE, Alert, Wanted
from expressplatform.scheme import DutyTerm, Scheme, ServiceLevel
from expressplatform.schemes import HK_CCA
from expressplatform.workdays import MAINLAND, Names, WorkingCalendar
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.store import SqliteStore
from tests.walking import EXAMPLES, OFFICER, PERSON, RESOLUTION, START, TAOBAO, UPLOAD
from tests.whole_life import SECOND, WHO, Clock, Step, complaint, dump, live, long_life, platform_of, short_life, tally

KEYS = orjson.OPT_NON_STR_KEYS
MOMENT = timedelta(microseconds=1)
REPORTED: list[Step] = [
    (c.Accept(), OFFICER),
    (UPLOAD, OFFICER),
    (c.Obtain(), TAOBAO),
    (c.ReportContact(Channel.PHONE), TAOBAO),
    (RESOLUTION, TAOBAO),
]


def _due(platform: Platform, case_id: str) -> datetime | None:
    (header,) = [one for one in platform.cases(by=OFFICER).headers if one.case_id == case_id]
    return header.due_at


# --- the clock -------------------------------------------------------------------------------------------------


def test_time_alone_carries_a_reported_case_to_its_erasure() -> None:
    """Reminded, silent, closed, erased: each step at its instant, none a moment early, none twice."""
    clock = Clock()
    platform = platform_of(clock)
    case = live(platform, clock, REPORTED)
    passed = []
    while (due := _due(platform, case.id)) is not None:
        clock.at = due - MOMENT
        assert platform.tick() == Ticked(0)
        clock.at = due
        assert platform.tick().steps >= 1
        assert platform.tick() == Ticked(0)
        passed.append(platform.facts(case.id, by=OFFICER).case.status)
    assert passed[-1] is Status.ERASED
    assert Status.RESOLVED in passed
    assert Status.CLOSED in passed
    facts = platform.facts(case.id, by=OFFICER)
    assert facts.case.silent
    assert [type(event).__name__ for event in facts.events[6:]] == ["Reminded", "Lapsed", "Lapsed", "Erased"]


@pytest.mark.parametrize("steps", [REPORTED, REPORTED[:1], REPORTED[:2], REPORTED[:4], []], ids=len)
def test_advancing_is_ticking_punctually(steps: list[Step]) -> None:
    """`advance` takes up to an instant what `tick` takes when it is called at each instant that is due."""
    until = START + timedelta(days=400)
    clock, other = Clock(), Clock()
    ticking, advancing = platform_of(clock), platform_of(other)
    case = live(ticking, clock, steps)
    assert live(advancing, other, steps) == case
    taken = 0
    while (due := _due(ticking, case.id)) is not None and due <= until:
        clock.at = due
        taken += ticking.tick().steps
    assert advancing.advance([case.id, case.id], until) == taken
    assert advancing.advance([case.id], until) == 0
    assert advancing.facts(case.id, by=OFFICER).case == ticking.facts(case.id, by=OFFICER).case
    history = ticking.history(case.id, by=OFFICER, reason="compare")
    assert advancing.history(case.id, by=OFFICER, reason="compare") == history


def test_a_late_clock_catches_up_and_no_event_goes_back() -> None:
    """After a year without a tick what is due happens now; a late reminder still leaves its time to answer."""
    clock = Clock()
    platform = platform_of(clock)
    case = live(platform, clock, REPORTED)
    for days, status in ((400, Status.RESOLUTION_REPORTED), (60, Status.RESOLVED), (60, Status.CLOSED)):
        clock.wait(days=days)
        while platform.tick().steps:
            pass
        facts = platform.facts(case.id, by=OFFICER)
        assert facts.case.status is status
        instants = [event.at for event in facts.events]
        assert instants == sorted(instants)
        assert instants[-1] == clock.at
        assert replay(facts.events) == facts.case


def test_one_case_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    """A case with a broken event, due first, is named with its code; those behind it move on, however small a look."""
    clock, path = Clock(), tmp_path / "cases.db"
    platform = platform_of(clock, SqliteStore(path), LocalKeyStore(tmp_path / "keys.db"))
    broken = [platform.lodge(complaint(), by=OFFICER, key=f"bad-{number}").id for number in range(3)]
    clock.wait(hours=1)
    sound = platform.lodge(complaint(), by=OFFICER, key="good").id
    with sqlite3.connect(path) as db:
        for case_id in broken:
            db.execute("UPDATE events SET facts = x'00' WHERE case_id = ?", (case_id,))
    db.close()
    clock.wait(days=30)
    before = {row for row in dump(path) if any(case_id in row for case_id in broken)}
    ticked = platform.tick(limit=1)
    assert ticked.steps >= 1
    assert dict(ticked.failed) == dict.fromkeys(broken, "corrupt_event")
    assert [event.__class__.__name__ for event in platform.facts(sound, by=OFFICER).events][1:] == (
        ["DeadlineMissed"] * ticked.steps
    )
    again = platform.tick()
    assert set(dict(again.failed)) == set(broken)
    assert {row for row in dump(path) if any(case_id in row for case_id in broken)} == before
    assert dict(platform.reschedule().failed).keys() <= set(broken)
    platform.close()


def test_clocks_that_run_at_the_same_time_take_each_step_once(tmp_path: Path) -> None:
    """Several processes may look at the clock: every step is taken by one of them."""
    clock, path = Clock(), tmp_path / "cases.db"
    keys = LocalKeyStore(tmp_path / "keys.db")
    platform = platform_of(clock, SqliteStore(path), keys)
    ids = [platform.lodge(complaint(), by=OFFICER, key=f"form-{number}").id for number in range(6)]
    clock.wait(days=20)

    def tick(_: int) -> Ticked:
        with closing(SqliteStore(path)) as store:
            return platform_of(clock, store, keys).tick()

    with ThreadPoolExecutor(4) as pool:
        looked = list(pool.map(tick, range(4)))
    versions = [platform.facts(case_id, by=OFFICER).case.version for case_id in ids]
    assert sum(one.steps for one in looked) == sum(version - 1 for version in versions)
    assert all(dict(one.failed).keys() <= set(ids) for one in looked)
    assert platform.tick() == Ticked(0)
    platform.close()


def test_a_hold_stops_the_clock_of_keeping() -> None:
    """A case on hold is not erased by time; released, it is."""
    clock = Clock()
    platform = platform_of(clock)
    case = live(platform, clock, short_life())
    case = platform.act(case.id, EXAMPLES[c.Hold], by=OFFICER, key="hold")
    clock.wait(days=4000)
    assert platform.tick() == Ticked(0)
    platform.act(case.id, c.ReleaseHold(), by=OFFICER, key="release")
    assert platform.tick() == Ticked(1)
    assert platform.facts(case.id, by=OFFICER).case.status is Status.ERASED


# --- announced years -------------------------------------------------------------------------------------------


def _with_calendar(scheme: Scheme, calendar: WorkingCalendar) -> Scheme:
    def newer(term: DutyTerm) -> DutyTerm:
        if term.term.calendar.id != calendar.id:
            return term
        return attrs.evolve(term, term=attrs.evolve(term.term, calendar=calendar))

    def renewed(level: ServiceLevel) -> ServiceLevel:
        return attrs.evolve(level, terms=tuple(map(newer, level.terms)))

    return attrs.evolve(scheme, service_levels=tuple(map(renewed, scheme.service_levels)))


YEAR_END = datetime(2026, 12, 28, 2, tzinfo=UTC)
DAY_OFF = Names("A day off", "假日", "假日")


def _uploaded_at_year_end(store: MemoryStore, keys: MemoryKeyStore, clock: Clock) -> Case:
    platform = platform_of(clock, store, keys)
    case = live(platform, clock, REPORTED[:3])
    timer = case.timer(Duty.RESOLVE)
    assert timer is not None
    assert timer.provisional
    return case


@pytest.mark.parametrize(
    ("off", "worked", "moves"),
    [
        ([date(2027, 1, day) for day in (4, 5, 6, 7)], [], True),
        ([], [date(2027, 1, 2), date(2027, 1, 3)], False),
        ([date(2027, 1, 1)], [], False),
    ],
    ids=["more days off", "more days worked", "as computed"],
)
def test_an_announced_year_never_brings_an_end_forward(off: list[date], worked: list[date], moves: bool) -> None:
    """Days off move a provisional end back and not only for show; worked weekends leave it where a party was told."""
    store, keys, clock = MemoryStore(), MemoryKeyStore(), Clock(YEAR_END)
    case = _uploaded_at_year_end(store, keys, clock)
    told = {timer.duty: timer for timer in case.timers}
    assert platform_of(clock, store, keys).reschedule() == Ticked(0)
    newer = MAINLAND.announce(2027, holidays=dict.fromkeys(off, DAY_OFF), make_up=worked, edition="2027")
    renewed = platform_of(clock, store, keys, scheme=_with_calendar(HK_CCA, newer))
    assert renewed.reschedule().failed == ()
    after = renewed.facts(case.id, by=OFFICER)
    timer, before = after.case.timer(Duty.RESOLVE), told[Duty.RESOLVE]
    assert timer is not None
    assert timer.due > before.due if moves else timer.due == before.due
    assert not timer.provisional
    assert all(one.due >= told[one.duty].due for one in after.case.timers)
    assert any(isinstance(event, Rescheduled) for event in after.events)
    assert renewed.reschedule() == Ticked(0)
    (header,) = store.headers(EVERYONE, Wanted(), "", 10).headers
    assert header.due_at == _due(renewed, case.id)


# --- the work --------------------------------------------------------------------------------------------------


class Inbox:
    """A trader's gateway that can be out of order."""

    def __init__(self) -> None:
        self.alerts: list[Alert] = []
        self.broken: Exception | None = None

    def alert(self, alert: Alert, /) -> None:
        if self.broken is not None:
            raise self.broken
        self.alerts.append(alert)


def _uploaded(clock: Clock, inbox: Inbox, store: MemoryStore | None = None) -> tuple[Platform, Case]:
    platform = platform_of(clock, store, gateways={"taobao": inbox})
    return platform, live(platform, clock, REPORTED[:2])


def test_an_upload_alerts_its_trader_once_with_a_number_and_a_date() -> None:
    """What the trader is told unasked holds nothing else."""
    clock, inbox = Clock(), Inbox()
    platform, case = _uploaded(clock, inbox)
    assert platform.work() == Worked(4)  # and what the complainant is told, for whom there is no messenger
    (alert,) = inbox.alerts
    assert (alert.case_id, alert.organisation, alert.reference) == (case.id, "taobao", case.file.reference)
    assert alert.due_at == _due(platform, case.id)
    assert set(attrs.asdict(alert)) == {"id", "case_id", "organisation", "reference", "due_at", "at"}
    assert platform.work() == Worked(0)


@pytest.mark.parametrize("error", [OSError("no route"), StoreUnusable("failed"), ValueError()], ids=repr)
def test_an_alert_that_fails_comes_back(error: Exception) -> None:
    """A gateway may raise anything: the alert waits a minute, and is delivered under the same id."""
    clock, inbox = Clock(), Inbox()
    platform, _ = _uploaded(clock, inbox)
    inbox.broken = error
    worked = platform.work()
    assert worked.done == 3  # what the complainant is told is not held up
    ((effect_id, code),) = worked.failed
    assert code in (type(error).__name__, "failed")
    assert platform.work() == Worked(0)
    inbox.broken = None
    clock.wait(minutes=1)
    assert platform.work() == Worked(1)
    assert [alert.id for alert in inbox.alerts] == [effect_id]


@pytest.mark.parametrize(
    ("command", "by"),
    [(c.Obtain(), TAOBAO), (c.Recall(), OFFICER), (c.WithdrawConsent("taobao"), PERSON), (c.Withdraw(), PERSON)],
    ids=lambda one: type(one).__name__,
)
def test_an_alert_is_dropped_when_the_case_has_moved_on(command: c.Command, by: Actor) -> None:
    """Read, recalled, without consent or taken back: nobody is told of a case that does not wait for them."""
    clock, inbox = Clock(), Inbox()
    platform, case = _uploaded(clock, inbox)
    platform.act(case.id, command, by=by, key="k")
    registered = 1 if isinstance(command, c.WithdrawConsent) else 0
    told = 0 if isinstance(command, c.Obtain) else 1
    assert platform.work() == Worked(4 + registered + told)
    assert inbox.alerts == []


def test_an_alert_goes_to_the_trader_that_has_the_case() -> None:
    """After a rejection and a new upload elsewhere, the first trader's waiting alert is dropped."""
    clock, first, second = Clock(), Inbox(), Inbox()
    platform = platform_of(clock, gateways={"taobao": first, "jd": second})
    steps = long_life()
    until_jd = next(place for place, (command, _) in enumerate(steps) if isinstance(command, c.Redirect)) + 3
    live(platform, clock, steps[:until_jd])
    platform.work()
    assert first.alerts == []
    assert [alert.organisation for alert in second.alerts] == ["jd"]


def test_a_trader_without_a_gateway_is_not_waited_for() -> None:
    """It reads its cases by itself; the work is done."""
    clock = Clock()
    platform = platform_of(clock)
    live(platform, clock, REPORTED[:2])
    assert platform.work() == Worked(4)


def test_work_is_shared_and_taken_once() -> None:
    """Effects claimed by one worker are not claimed by another while the lease lasts, and come back after it."""
    clock, inbox, store = Clock(), Inbox(), MemoryStore()
    platform, _ = _uploaded(clock, inbox, store)
    claimed = store.claim(clock.at, 10, timedelta(minutes=5))  # a worker that dies
    assert platform.work() == Worked(0)
    clock.wait(minutes=5)
    assert platform.work() == Worked(4)
    assert [alert.id for alert in inbox.alerts] == [one.id for one in claimed if one.kind == "alert_trader"]


# --- erasure ---------------------------------------------------------------------------------------------------


def _ended(platform: Platform, clock: Clock) -> tuple[Case, Case]:
    return (
        live(platform, clock, short_life(), "form-1"),
        live(platform, clock, [(c.Withdraw(), PERSON)], "form-2"),
    )


def test_erasure_needs_two_officers_of_the_council_and_an_ended_case() -> None:
    """One person twice, a stranger, another role, an open case, a case on hold: refused, and nothing is gone."""
    clock = Clock()
    platform = platform_of(clock)
    ended, _ = _ended(platform, clock)
    still_open = platform.lodge(complaint(), by=OFFICER, key="form-3")
    for case, second in (
        (ended, OFFICER),
        (ended, Actor(Role.COUNCIL, "officer-2", "macao")),
        (ended, PERSON),
        (ended, Actor(Role.OPERATOR, "operator-1", "hkcc")),
        (still_open, SECOND),
    ):
        with pytest.raises(Refused):
            platform.erase(case.id, by=OFFICER, approved_by=second)
    platform.act(ended.id, EXAMPLES[c.Hold], by=OFFICER, key="hold")
    with pytest.raises(Refused) as caught:
        platform.erase(ended.id, by=OFFICER, approved_by=SECOND)
    assert caught.value.code == "on_hold"
    for case in (ended, still_open):
        assert platform.case(case.id, by=OFFICER, reason="look").particulars == WHO


def test_an_erased_case_is_unreadable_and_the_others_are_not() -> None:
    """At once through every method, for ever after the work; status, outcome and dates replay as before."""
    clock, keys = Clock(), MemoryKeyStore()
    platform = platform_of(clock, keys=keys)
    erased, kept = _ended(platform, clock)
    before = platform.facts(erased.id, by=OFFICER)
    platform.erase(erased.id, by=OFFICER, approved_by=SECOND)
    for round_of_work in (0, 1):
        case = platform.case(erased.id, by=OFFICER, reason="look")
        assert case.particulars is ERASED
        for event in platform.history(erased.id, by=OFFICER, reason="look"):
            assert getattr(event.asked, "particulars", ERASED) is ERASED
            assert getattr(getattr(event.asked, "complaint", None), "particulars", ERASED) is ERASED
        with pytest.raises((Refused, NoSuchCase)):
            platform.obtain(erased.id, by=TAOBAO, key="key-3")
        facts = platform.facts(erased.id, by=OFFICER)
        assert replay(facts.events) == facts.case
        assert facts.events[:-1] == before.events
        assert (facts.case.account, facts.case.turn) == (before.case.account, before.case.turn)
        assert platform.case(kept.id, by=OFFICER, reason="look").particulars == WHO
        if round_of_work == 0:
            assert platform.work().failed == ()
    with pytest.raises(KeyDestroyed):
        keys.get(erased.id)
    assert keys.get(kept.id)
    assert keys.destroyed() == (erased.id,)


def test_erasing_changes_no_figure() -> None:
    """The whole document of indicators, public and internal, is byte for byte the same."""
    clock = Clock()
    platform = platform_of(clock)
    cases = [live(platform, clock, steps, f"form-{n}") for n, steps in enumerate((short_life(), REPORTED))]
    platform.advance([case.id for case in cases], clock.wait(days=200))

    def figures() -> list[bytes]:
        found = platform.indicators(tally(clock), by=OFFICER)
        return [orjson.dumps(document(found, public=public), option=KEYS) for public in (True, False)]

    before = figures()
    for case in cases:
        platform.erase(case.id, by=OFFICER, approved_by=SECOND)
        assert figures() == before
        platform.work()
        assert figures() == before
    assert b"2" in before[1]


def test_the_secret_of_a_quarter_goes_with_its_last_case() -> None:
    """While one case of the quarter stands, tokens can be made again; after the last, never; this quarter's stays."""
    clock, keys = Clock(), MemoryKeyStore()
    platform = platform_of(clock, keys=keys)
    first, second = _ended(platform, clock)
    name = secret_name(quarter_of(START))
    secret = keys.secret(name)
    clock.wait(days=100)
    this = secret_name(quarter_of(clock.at))
    standing = keys.secret(this)
    platform.erase(first.id, by=OFFICER, approved_by=SECOND)
    platform.work()
    assert keys.secret(name) == secret
    platform.erase(second.id, by=OFFICER, approved_by=SECOND)
    platform.work()
    assert keys.secret(name) != secret
    assert keys.secret(this) == standing


def test_a_duplicate_is_found_by_its_order_and_not_after_erasure() -> None:
    """Another open case over the same order asks for an officer's word; an ended or erased one does not."""
    clock = Clock()
    platform = platform_of(clock)
    first = platform.lodge(complaint(), by=OFFICER, key="form-1")
    second = platform.lodge(complaint(), by=OFFICER, key="form-2")
    with pytest.raises(Refused) as caught:
        platform.act(second.id, c.Accept(), by=OFFICER, key="a")
    assert caught.value.code == "officer_must_say_why"
    platform.act(first.id, c.Withdraw(), by=PERSON, key="w")
    assert platform.act(second.id, c.Accept(), by=OFFICER, key="a").status is Status.ELIGIBLE


def test_a_case_brought_along_does_not_hide_a_duplicate() -> None:
    """A batch whose first step stands on the caller's case still opens the particulars for the judgement after it."""
    platform = platform_of(Clock())
    case = platform.lodge(complaint(), by=OFFICER, key="form-1")
    answers = platform.submit(
        [
            Request(c.Acknowledge(), OFFICER, "a", case.id, on=case),
            Request(c.Accept(), OFFICER, "b", case.id),
        ]
    )
    assert all(isinstance(answer, Case) for answer in answers), answers


def test_figures_and_lists_are_each_organisation_s_own() -> None:
    """A trader counts its own cases, a council its own; progress is told on long counts."""
    clock = Clock()
    platform = platform_of(clock)
    live(platform, clock, REPORTED)
    platform.lodge(complaint(), by=Actor(Role.COUNCIL, "o", "macao"), key="form-1")
    counted = {by.organisation: platform.indicators(tally(clock), by=by).complaints for by in (OFFICER, TAOBAO)}
    assert counted == {"hkcc": 1, "taobao": 1}
    assert [one.council for one in platform.cases(by=OFFICER).headers] == ["hkcc"]
    told: list[int] = []
    tell: Callable[[int], None] = told.append
    assert platform.indicators(tally(clock), by=OFFICER, progress=tell).complaints == 1


def test_a_list_is_paged_and_filtered() -> None:
    """Cursor after cursor, every case once; by status, reference and due date."""
    clock = Clock()
    platform = platform_of(clock)
    cases = [platform.lodge(complaint(), by=OFFICER, key=f"form-{number}") for number in range(5)]
    platform.act(cases[0].id, c.Withdraw(), by=PERSON, key="w")
    found, after = [], ""
    while True:
        page = platform.cases(by=OFFICER, limit=2, after=after)
        found += [header.case_id for header in page.headers]
        if not (after := page.after):
            break
    assert found == sorted(case.id for case in cases)
    assert [one.case_id for one in platform.cases(by=OFFICER, status=[Status.WITHDRAWN]).headers] == [cases[0].id]
    assert platform.cases(by=OFFICER, reference=cases[1].file.reference).headers[0].case_id == cases[1].id
    assert platform.cases(by=OFFICER, due_before=clock.at).headers == ()


def test_silence_is_the_last_of_a_case_that_nobody_answers() -> None:
    """Lapsed is an event of the clock, in the council's name."""
    clock = Clock()
    platform = platform_of(clock)
    case = live(platform, clock, REPORTED)
    platform.advance([case.id], clock.at + timedelta(days=300))
    lapsed = [event for event in platform.facts(case.id, by=OFFICER).events if isinstance(event, Lapsed)]
    assert {event.by.role for event in lapsed} == {Role.CLOCK}
    assert {event.by.organisation for event in lapsed} == {"hkcc"}


def test_a_list_may_be_asked_for_one_status_by_itself() -> None:
    """`status=Status.LODGED` reads as `status=[Status.LODGED]`."""
    platform = platform_of(Clock())
    case = platform.lodge(complaint(), by=OFFICER, key="one")
    assert [one.case_id for one in platform.cases(by=OFFICER, status=Status.LODGED).headers] == [case.id]
    assert not platform.cases(by=OFFICER, status=[Status.UPLOADED]).headers
