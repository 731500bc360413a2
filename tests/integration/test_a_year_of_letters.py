"""A simulated year: complainants are told, in their language, what happened, what comes next, and what silence means.

People and traders are those of the demonstration; time passes step by step, and the work is done as it comes up, as by
a worker that runs every few minutes. What must have been told is read off the events of each case and off the scheme,
never off the letters.
"""

from __future__ import annotations

import contextlib
import heapq
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs
import pytest

from expressplatform import events as e
from expressplatform.case import Case, apply
from expressplatform.codes import Attention, Audience, Duty, Language, Reading, Role, Status
from expressplatform.complaint import Actor
from expressplatform.errors import Refused
from expressplatform.events import Event
from expressplatform.memory import MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.messages import Tell, answer_for
from expressplatform.platform import Platform
from expressplatform.ports import Message
from expressplatform.scheme import Known
from expressplatform.schemes import HK_CCA
from expressplatform.wording import label
from expressplatform.wording.criteria import UNMET
from expressplatform.wording.scripts import COLUMN
from expressplatform_cli.simulated_lives import IMPACT_ASSESSMENT, Answer, Life, Move, Script
from expressplatform_cli.simulation import SimulatedClock, live, seeded_draw

OFFICER: Final = Actor(Role.COUNCIL, "officer-1", HK_CCA.council)
LINK: Final = "https://council.example/case#"
READ: Final = frozenset({"email", "web", "app"})


class Post:
    """Keeps what is sent, with the instant at which it was."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.sent: dict[str, tuple[datetime, Message]] = {}
        self._clock = clock

    def send(self, message: Message, /) -> None:
        assert message.id not in self.sent, "told twice"
        self.sent[message.id] = (self._clock(), message)


@attrs.frozen
class Told:
    """One step of a case and the letter about it, if there was one."""

    version: int
    event: Event
    before: Case | None
    after: Case
    letter: Message | None
    at: datetime | None

    def text(self) -> str:
        """The words of the letter; there must be one."""
        assert self.letter is not None, (type(self.event).__name__, self.after.status)
        return self.letter.text


class Year:
    """Some complaints from a day on, until nobody does anything any more or the days are over."""

    def __init__(self, complaints: int, days: int, seed: int = 11) -> None:
        self.begun = datetime(2025, 1, 6, 1, tzinfo=UTC)
        self.clock = SimulatedClock(self.begun)
        self.post = Post(self.clock)
        self.platform = Platform(
            scheme=HK_CCA,
            store=MemoryStore(),
            keys=MemoryKeyStore(),
            shelf=MemoryShelf(),
            now=self.clock,
            draw=seeded_draw(seed),
            messenger=self.post,
            link=LINK,
        )
        self.platform.record_impact_assessment(IMPACT_ASSESSMENT, by=OFFICER)
        self.ids: list[str] = []
        self._agenda: list[tuple[datetime, int]] = []
        self._scripts: dict[int, Script] = {}
        self._moves: dict[int, list[object]] = {}
        self._of: dict[int, str] = {}
        for number in range(1, complaints + 1):
            at = self.begun + timedelta(days=days * 0.6) * (number / complaints)
            life = Life(seed, number, at, HK_CCA, lambda case_id: self.platform.assess(case_id, by=OFFICER))
            self._scripts[number] = script = live(life)
            self._plan(number, next(script))
        self._play(self.begun + timedelta(days=days))

    def _plan(self, number: int, move: Move) -> None:
        self._moves[number] = list(move.steps)
        heapq.heappush(self._agenda, (move.at, number))

    def _play(self, end: datetime) -> None:
        """Time passes from one instant to the next, half a day at most; what time asks of cases comes first."""
        while self.clock.at < end:
            later = self.clock.at + timedelta(hours=12)
            upto = min(later, self._agenda[0][0] if self._agenda else later)
            self.clock.at = max(upto, self.clock.at)
            while self.platform.tick(1000).steps:
                self._work()
            if self._agenda and self._agenda[0][0] <= self.clock.at:
                self._act(heapq.heappop(self._agenda)[1])

    def _work(self) -> None:
        while self.platform.work(1000).done:
            pass

    def _act(self, number: int) -> None:
        steps, refused = self._moves[number], ""
        if steps:
            step = steps.pop(0)
            refused = self._send(number, step)
            self._work()
        if steps and not refused:
            heapq.heappush(self._agenda, (max(steps[0].at, self.clock.at), number))  # type: ignore[attr-defined]
            return
        case = self.platform.facts(self._of[number], by=OFFICER).case
        with contextlib.suppress(StopIteration):
            self._plan(number, self._scripts[number].send(Answer(case, refused)))

    def _send(self, number: int, step: object) -> str:
        command, by = step.command, step.by  # type: ignore[attr-defined]
        key = f"{number}-{self.clock.at.timestamp()}-{type(command).__name__}"
        try:
            if number not in self._of:
                case = self.platform.lodge(command.complaint, by=by, key=key)
                self._of[number] = case.id
                self.ids.append(case.id)
            else:
                self.platform.act(self._of[number], command, by=by, key=key)
        except Refused as error:
            return error.code
        return ""

    # ---- what was told ----------------------------------------------------------------------------------------------

    def lives(self) -> Iterator[list[Told]]:
        """Every step of each case, with its letter."""
        for case_id in self.ids:
            case: Case | None = None
            steps = []
            for version, event in enumerate(self.platform.facts(case_id, by=OFFICER).events, start=1):
                before, case = case, apply(case, event)
                at, letter = self.post.sent.get(f"{case_id}.{version}.tell", (None, None))
                steps.append(Told(version, event, before, case, letter, at))
            yield steps


def day(instant: datetime) -> str:
    """The last local day of a time that ends at an instant."""
    return f"{HK_CCA.day(instant - timedelta.resolution)}"


def due(case: Case, duty: Duty) -> str:
    """The last local day of a duty."""
    timer = case.timer(duty)
    assert timer is not None
    return day(timer.due)


def name(case: Case) -> str:
    """The trader as people call it."""
    found = HK_CCA.participant(case.trader, HK_CCA.day(case.at), Known())
    return found.name if found is not None else case.trader


def check(year: Year) -> dict[str, int]:
    """Every promise of the platform to its complainants, case by case: how often each was kept."""
    kept: dict[str, int] = {}
    queue = {one.id: one for one in year.platform.queue(by=OFFICER) if one.what is Attention.UNTOLD}
    for told in (told for life in year.lives() for told in life):
        case = told.after
        language = case.complaint.complainant.language
        if case.complaint.complainant.channel not in READ:
            assert told.letter is None
            kept["by an officer"] = kept.get("by an officer", 0) + (f"{case.id}.{told.version}.tell" in queue)
            continue
        told_of = isinstance(answer_for(told.event, case.status, Audience.COMPLAINANT), Tell)
        assert told_of is (told.letter is not None), type(told.event).__name__
        if told.letter is not None:
            assert told.letter.language == language
            assert case.reference in told.letter.subject
            assert LINK in told.letter.text
        if (promise := _promise(told, language)) is not None:
            kept[promise] = kept.get(promise, 0) + 1
    _reminders(year, kept)
    _access(year)
    return kept


def _promise(told: Told, language: Language) -> str | None:
    """Which promise a step brings with it; its letter must keep it."""
    case, event = told.after, told.event
    if isinstance(event, e.Lodged):
        assert due(case, Duty.SCREEN) in told.text()
        return "receipt"
    if isinstance(event, e.Accepted):
        assert name(case) in told.text()
        assert due(case, Duty.UPLOAD) in told.text()
        return "acceptance"
    if isinstance(event, e.Declined):
        text, column = told.text(), COLUMN[language]
        assert label(event.asked.reason, language) in text
        assert all(UNMET[one][column] in text for one in event.asked.criteria)
        return "refusal, with every reason"
    if isinstance(event, e.Uploaded):
        text = told.text()
        assert name(case) in text
        assert due(case, Duty.RESOLVE) in text
        assert re.search(r"[:：] ?\d{6}\n", text)
        return "upload: the trader, its day, the code"
    if isinstance(event, e.ResolutionReported) and event.asked.outcome is not None:
        text = told.text()
        assert label(event.asked.outcome, language) in text
        assert due(case, Duty.CONFIRM) in text
        assert {"en": "counts as resolved", "zh-Hant": "視作已解決", "zh-Hans": "视为已解决"}[language] in text
        return "the result, how to answer it, what silence means"
    before = told.before.status if told.before is not None else None
    if case.status is Status.REFERRED_BACK and before is not Status.REFERRED_BACK:
        assert due(case, Duty.FOLLOW_UP) in told.text()
        return "the return to the council"
    return None


def _reminders(year: Year, kept: dict[str, int]) -> None:
    """Whoever's silence counted had been told the rule twice, the second time some days before."""
    for steps in year.lives():
        for told in steps:
            silent = isinstance(told.event, e.Lapsed) and told.after.status is Status.RESOLVED
            if not silent or told.after.complaint.complainant.channel not in READ:
                continue
            reminders = [one for one in steps if isinstance(one.event, e.Reminded) and one.version < told.version]
            last = reminders[-1]
            assert last.at is not None
            assert told.event.at - last.at >= timedelta(days=2)
            assert due(last.after, Duty.CONFIRM) in last.text()
            assert told.text()
            kept["reminded before silence counted"] = kept.get("reminded before silence counted", 0) + 1


def _access(year: Year) -> None:
    """Each letter stands in the access log, once, before it went out (PDPO DPP4; PIPL Art 51)."""
    logged = [one for one in year.platform.access_log(by=OFFICER) if one.how is Reading.MESSAGE]
    assert len(logged) == len(year.post.sent)
    assert {one.cases for one in logged} == {(id.partition(".")[0],) for id in year.post.sent}


PROMISES: Final = {
    "receipt",
    "acceptance",
    "refusal, with every reason",
    "upload: the trader, its day, the code",
    "the result, how to answer it, what silence means",
    "reminded before silence counted",
    "the return to the council",
    "by an officer",
}


def test_some_months_of_a_council() -> None:
    """Every promise is kept, and each of them came about."""
    kept = check(Year(complaints=70, days=110))
    assert set(kept) == PROMISES, kept


@pytest.mark.prove
@pytest.mark.parametrize("seed", [1, 2])
def test_a_year_of_a_council(seed: int) -> None:
    """The same over a year and six hundred complaints, from several seeds."""
    kept = check(Year(complaints=600, days=365, seed=seed))
    assert set(kept) == PROMISES, kept
