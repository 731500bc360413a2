"""A simulated year of a council: days pass, people act, the clock ticks; all of it through `Platform`.

Laws of this module
- Nothing goes around the platform: what people do is submitted in batches, what time does is asked of the clock, what
  is left to do is worked off, and how a case stands is what the platform answered.
- The same seed gives the same commands at the same instants, the same ids and references. Keys come from the operating
  system, so the files differ.
- Of each case everything happens in its order, the clock first where it is due before people act. Cases do not wait for
  each other: many moves go into one append, because each append costs a write to the disk.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from random import Random
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform.case import Case, next_due
from expressplatform.codes import Role, Status
from expressplatform.commands import Lodge
from expressplatform.complaint import Actor
from expressplatform.errors import Refused
from expressplatform.platform import Platform, Request
from expressplatform.platform.rows import derive_case_id
from expressplatform.ports import Draw
from expressplatform.scheme import Assessment, Scheme
from expressplatform.workdays import HONG_KONG
from expressplatform_cli import simulated_conciliation as conciliation
from expressplatform_cli import simulated_lives as lives
from expressplatform_cli.simulated_lives import Answer, Life, Move, Script, Turn

BATCH: Final = 400
MOMENT: Final = timedelta.resolution
NEVER: Final = datetime.max.replace(tzinfo=UTC)
TURNS: Final[Mapping[Status, Callable[[Life, Case], Turn]]] = MappingProxyType(
    {
        Status.LODGED: lives.lodged,
        Status.NEEDS_INFORMATION: lives.needs_information,
        Status.ELIGIBLE: lives.eligible,
        Status.OUTSIDE_SCHEME: lives.outside_scheme,
        Status.UPLOADED: conciliation.uploaded,
        Status.OBTAINED: conciliation.obtained,
        Status.IN_CONCILIATION: conciliation.in_conciliation,
        Status.RESOLUTION_REPORTED: conciliation.resolution_reported,
        Status.RESOLVED: conciliation.resolved,
        Status.REFERRED_BACK: lives.referred_back,
        Status.FURTHER_HANDLING: lives.further_handling,
    }
)
# More is bought, and complained of, around the sales of 11 November and 12 December, and before the New Year: a guess.
BUSY: Final[Mapping[int, float]] = MappingProxyType({1: 1.1, 2: 0.8, 6: 1.1, 7: 1.1, 11: 1.25, 12: 1.3})


class SimulatedClock:
    """The time of the simulation; whoever owns it sets it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def seeded_draw(seed: int) -> Draw:
    """Bytes for references, the same for the same seed; keys never come from here."""

    def draw(purpose: str, case_id: str, version: int, /) -> bytes:
        return sha256(f"{seed}|{purpose}|{case_id}|{version}".encode()).digest()

    return draw


@attrs.frozen
class Plan:
    """What is simulated: how many complaints, in which year, from which seed."""

    complaints: int
    seed: int
    year: int


@attrs.frozen
class Month:
    """One month that has passed: how many cases came into each status in it, and how many stand open at its end."""

    first: date
    entered: Mapping[Status, int]
    open_at_end: int


@attrs.define
class _Played:
    """A case on the stage: its script, what its people do next (None: nothing more), and how it stands."""

    script: Script
    move: Move | None
    case: Case | None = None
    steps: int = 0

    @property
    def acts_at(self) -> datetime:
        """When its people next do something."""
        return self.move.at if self.move is not None else NEVER

    @property
    def due_at(self) -> datetime:
        """When the clock next has something to ask of it."""
        return (next_due(self.case) if self.case is not None else None) or NEVER


class Simulation:
    """One year. ``platform`` must be made with ``clock`` as its ``now``."""

    def __init__(self, platform: Platform, clock: SimulatedClock, plan: Plan) -> None:
        self._platform, self._clock, self._plan = platform, clock, plan
        self._scheme: Scheme = platform.scheme
        self._officer = Actor(Role.COUNCIL, "officer-1", self._scheme.council)
        platform.record_impact_assessment(lives.IMPACT_ASSESSMENT, by=self._officer)
        self._played: dict[int, _Played] = {}
        self._agenda: list[tuple[datetime, int]] = []
        self._timers: list[tuple[datetime, int]] = []
        self._entered: Counter[Status] = Counter()
        self.steps = 0
        self.refused: Counter[str] = Counter()

    def run(self, told: Callable[[date, int], None] = lambda day, steps: None) -> Iterator[Month]:
        """Plays the year month by month; ``told`` hears which month it is, and of how many steps so far."""
        for number, at in enumerate(lodgings(self._plan, self._scheme), start=1):
            script = live(Life(self._plan.seed, number, at, self._scheme, self._assess))
            self._played[number] = _Played(script, next(script))
            heapq.heappush(self._agenda, (at, number))
        day = date(self._plan.year, 1, 1)
        while day.year == self._plan.year:
            following = _next_month(day)
            until = datetime.combine(following, time(), self._scheme.zone).astimezone(UTC)
            for _ in self._play(until):
                told(day, self.steps)
            yield self._month(day)
            day = following

    def _assess(self, case_id: str) -> Assessment:
        return self._platform.assess(case_id, by=self._officer)

    def _month(self, day: date) -> Month:
        cases = (played.case for played in self._played.values())
        open_now = sum(1 for case in cases if case is not None and case.is_open)
        month = Month(day, MappingProxyType(dict(self._entered)), open_now)
        self._entered.clear()
        return month

    # --- a month ---------------------------------------------------------------------------------------------------

    def _play(self, until: datetime) -> Iterator[None]:
        """Round after round: the clock where it is first, then one move of each case, until nobody does anything."""
        self._clock.at = until - MOMENT
        self._tick(until)
        while numbers := self._free(until):
            for at in range(0, len(numbers), BATCH):
                self._act(numbers[at : at + BATCH], until)
                yield
            self._tick(until)

    def _free(self, until: datetime) -> list[int]:
        """The cases whose people act before an instant; all of a case's time before its move has passed."""
        numbers = []
        while self._agenda and self._agenda[0][0] < until:
            numbers.append(heapq.heappop(self._agenda)[1])
        return numbers

    def _tick(self, until: datetime) -> None:
        """The steps that time asks for, of cases whose people do nothing before."""
        groups: dict[datetime, list[int]] = {}
        later = []
        while self._timers and self._timers[0][0] < until:
            at, number = heapq.heappop(self._timers)
            played = self._played[number]
            if played.due_at != at:
                continue
            if played.acts_at < at:
                later.append((at, number))
                continue
            groups.setdefault(self._limit(played, until), []).append(number)
        for entry in later:
            heapq.heappush(self._timers, entry)
        for limit, numbers in sorted(groups.items()):
            ids = {number: case.id for number in numbers if (case := self._played[number].case) is not None}
            self.steps += self._platform.advance(tuple(ids.values()), limit)
            for number, case_id in ids.items():
                self._stands(number, self._platform.facts(case_id, by=self._officer).case)
            self._work()

    def _work(self) -> None:
        """What steps have left to be done, done before anything else happens: whoever is told is told in time."""
        while self._platform.work(limit=BATCH).done == BATCH:
            pass

    def _limit(self, played: _Played, until: datetime) -> datetime:
        """How far the clock may go on alone: to the day of the next move; to the end where that is only a look."""
        move = played.move
        if move is None or not move.steps or move.at >= until:
            return until - MOMENT
        return datetime.combine(self._scheme.day(move.at), time(), self._scheme.zone).astimezone(UTC)

    def _stands(self, number: int, case: Case) -> None:
        """Takes down how a case stands now, and when the clock next looks at it."""
        played = self._played[number]
        if played.case is None or played.case.status is not case.status:
            self._entered[case.status] += 1
        played.case = case
        heapq.heappush(self._timers, (played.due_at, number))

    # --- what people do --------------------------------------------------------------------------------------------

    def _act(self, numbers: list[int], until: datetime) -> None:
        """The moves of several cases in one append, the answer to each case's script, and the work that is left."""
        requests = [(number, request) for number in numbers for request in self._requests(number, until)]
        answers = self._platform.submit([request for _, request in requests]) if requests else []
        refused: dict[int, str] = {}
        for (number, request), answer in zip(requests, answers, strict=True):
            if isinstance(answer, Case):
                self.steps += 1
                self._stands(number, answer)
            elif isinstance(answer, Refused):
                refused.setdefault(number, answer.code)
                self.refused[type(request.command).__name__] += 1
            else:
                raise answer
        for number in numbers:
            if (rest := self._played[number].move) is not None:
                heapq.heappush(self._agenda, (rest.at, number))
            else:
                self._go_on(number, refused.get(number, ""))
        if requests:
            self._work()

    def _requests(self, number: int, until: datetime) -> Iterator[Request]:
        """The steps of a case's move that lie before an instant; the others stay for later."""
        played = self._played[number]
        case_id = played.case.id if played.case is not None else ""
        steps = played.move.steps if played.move is not None else ()
        now = tuple(step for step in steps if step.at < until)
        rest = steps[len(now) :]
        played.move = Move(rest[0].at, rest) if rest else None
        for step in now:
            played.steps += 1
            if isinstance(step.command, Lodge):
                key = f"form-{number:05d}"
                yield Request(step.command, step.by, key, at=step.at)
                case_id = derive_case_id(step.by.organisation, key)
            else:
                key = f"step-{played.steps}"
                yield Request(step.command, step.by, key, case_id, at=step.at, on=played.case)

    def _go_on(self, number: int, refused: str) -> None:
        played = self._played[number]
        if played.case is None:
            raise RuntimeError("a complaint of the simulation was not lodged")
        try:
            played.move = played.script.send(Answer(played.case, refused))
        except StopIteration:
            played.move = None
        else:
            heapq.heappush(self._agenda, (played.move.at, number))


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def live(life: Life) -> Script:
    """The whole life of one complaint."""
    case = yield from lives.begin(life)
    while case.is_open:
        case = yield from TURNS[case.status](life, case)
    yield from conciliation.clear(life, case)


def lodgings(plan: Plan, scheme: Scheme) -> list[datetime]:
    """When each complaint is lodged: in the office hours of the council's working days, busier months busier."""
    chance = Random(f"year {plan.seed}")
    first = date(plan.year, 1, 1)
    days = [first + timedelta(days=at) for at in range((date(plan.year + 1, 1, 1) - first).days)]
    days = [day for day in days if HONG_KONG.is_working_day(day)]
    weights = [BUSY.get(day.month, 1.0) for day in days]
    drawn = chance.choices(days, weights, k=plan.complaints)
    opening = timedelta(hours=9)
    instants = [
        datetime.combine(day, time(), scheme.zone) + opening + timedelta(seconds=chance.randrange(9 * 3600))
        for day in drawn
    ]
    return sorted(one.astimezone(UTC) for one in instants)
