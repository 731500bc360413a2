"""A month of a council from a seed: people, two traders, a clock, and everything that can fail, failing.

Laws of this file
- Everything random comes from the seed, and time from the world's own clock: the same seed is the same month.
- What outlives a crash is what would: the stores and the keys. A process is a `Platform`; when it crashes another one
  takes its place. Whoever had asked and heard nothing asks again, with the same key.
- Nothing is looked up behind the platform's back but by `observer`, which only looks.
- When the month is over the world becomes `calm`: nothing fails any more, and what was under way comes to its end.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from random import Random
from typing import Final

import attrs

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import Instrument, Role
from expressplatform.commands import Command
from expressplatform.complaint import Actor, Remark
from expressplatform.errors import ExpressPlatformError, LedgerBroken, NoSuchCase, Refused, StoreUnusable
from expressplatform.memory import MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.platform import Platform
from expressplatform.platform.rows import fold, fold_opened
from expressplatform.ports import EVERYONE, Alert, CaseStore, Message, StoredCase
from expressplatform.scheme import Assessment
from expressplatform.schemes import HK_CCA
from expressplatform.sealing import KeyRing
from expressplatform.testing.faults import Fault, FaultyStore
from expressplatform_cli.simulated_lives import IMPACT_ASSESSMENT, Answer, Life, Move, Script, Step
from expressplatform_cli.simulation import live, seeded_draw
from tests.faults.looking import at_rest, look_at

CASES: Final = 8
DAYS: Final = 30
FAULTS: Final = 0.04
FAULTS_OF_APPEND: Final = 0.15
"""The share of calls to the store that fail; gateways and messengers fail more often still."""
SKEW: Final = timedelta(minutes=10)
"""How far the clocks of two machines may be apart."""
COUNCIL: Final = HK_CCA.council
_ANY: Final = tuple(Fault)
_FIRST: Final = datetime(2025, 1, 6, tzinfo=UTC)


class Crash(BaseException):
    """The process is gone. No `Exception`, because nothing in it lives to handle it."""


@attrs.frozen
class Ack:
    """What somebody was told: that a command was carried out, and to which version it led."""

    step: Step
    key: str
    case_id: str
    version: int


@attrs.define
class _Played:
    """A case on the stage, or not lodged yet; without a script somebody does one thing and no more."""

    name: str
    script: Script | None
    case_id: str = ""
    sent: int = 0
    steps: list[Step] = attrs.field(factory=list)
    refused: str = ""


class Wire:
    """What reaches a trader, a complainant or whoever keeps checkpoints: it may fail before or after it was sent. The
    receiver drops repeats."""

    def __init__(self, world: World, name: str) -> None:
        self._world, self._name = world, name
        self.got: dict[str, datetime] = {}
        self.notes: dict[str, bytes] = {}
        self.repeats = 0

    def alert(self, alert: Alert, /) -> None:
        """To a trader."""
        self._world.check_alert(alert)
        self._carry(alert.id)

    def send(self, message: Message, /) -> None:
        """To a complainant."""
        self._carry(message.id)

    def checkpoint(self, organisation: str, id: str, note: bytes, /) -> None:
        """To an organisation, of which each keeps what it was sent."""
        self._world.check_note(self.notes.setdefault(id, note) == note, id)
        self._carry(f"{organisation} {id}")

    def _carry(self, id: str) -> None:
        fails = self._world.happens(0.3)
        if fails and self._world.happens(0.5):
            raise self._world.failure(OSError("no route"))
        self.repeats += id in self.got
        self.got.setdefault(id, self._world.now)
        if fails:
            raise self._world.failure(TimeoutError())


class World:
    """The month of one seed. With ``jumps`` the worker's clock is now and then a day or a year off, either way."""

    def __init__(self, seed: int, *, jumps: bool = False) -> None:
        self.chance = Random(f"world {seed}")
        self.seed, self.calm = seed, False
        self.now = self.begun = _FIRST + timedelta(days=self.chance.randrange(330), hours=1)
        self.store, self.keys, self.shelf = MemoryStore(), MemoryKeyStore(), MemoryShelf()
        self.traders = {name: Wire(self, name) for name in ("taobao", "jd")}
        self.complainants, self.witness = Wire(self, "complainants"), Wire(self, "witness")
        self.acks: list[Ack] = []
        self.trouble: Counter[str] = Counter()
        self._jumps, self._off = jumps, timedelta()
        self._faulty: list[FaultyStore] = []
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = 0
        self._wrong: list[str] = []
        self._unanswered: set[str] = set()
        self.observer = self._platform(self.store, timedelta())
        self.observer.record_impact_assessment(IMPACT_ASSESSMENT, by=Actor(Role.COUNCIL, "officer-1", COUNCIL))
        self.desk, self.worker = self._started(timedelta()), self._started(self._skew(), worker=True)

    # ---- what fails -------------------------------------------------------------------------------------------------

    def happens(self, share: float) -> bool:
        """Whether something that fails so often fails now; when all is calm, never."""
        return not self.calm and self.chance.random() < share

    def failure(self, error: Exception) -> BaseException:
        """How a failure shows: as an error, or as the end of the process."""
        return Crash() if self.happens(0.2) else error

    def _script(self, method: str) -> Fault | None:
        if not self.happens(FAULTS_OF_APPEND if method == "append" else FAULTS):
            return None
        fault = self.chance.choice(_ANY)
        self.trouble[f"{method} {fault}"] += 1
        return fault

    def _skew(self) -> timedelta:
        return SKEW * self.chance.uniform(-1, 1)

    def _started(self, skew: timedelta, *, worker: bool = False) -> Platform:
        """A new process over what the last one left."""
        faulty = FaultyStore(
            self.store,
            self._script,
            error=lambda: self.failure(StoreUnusable("failed", "as the world has it")),
            late=self.chance.randint(1, 3),
        )
        self._faulty.append(faulty)
        return self._platform(faulty, skew, worker=worker)

    def _platform(self, store: CaseStore, skew: timedelta, *, worker: bool = False) -> Platform:
        return Platform(
            scheme=HK_CCA,
            store=store,
            keys=self.keys,
            shelf=self.shelf,
            now=lambda: self.now + skew + (self._off if worker else timedelta()),
            draw=seeded_draw(self.seed),
            gateways=self.traders,
            messenger=self.complainants,
            witness=self.witness,
        )

    # ---- time -------------------------------------------------------------------------------------------------------

    def at(self, when: datetime, what: Callable[[], None]) -> None:
        """Something is to happen."""
        self._order += 1
        heapq.heappush(self._agenda, (max(when, self.now), self._order, what))

    def run(self) -> None:
        """The month, and then the calm after it until nothing is under way."""
        end = self.begun + timedelta(days=DAYS)
        for number in range(1, CASES + 1):
            lodged = self.begun + timedelta(hours=self.chance.uniform(0, 24 * DAYS * 0.6))
            life = Life(self.seed, number, lodged, HK_CCA, self._assessed)
            played = _Played(f"{number}", script := live(life))
            self.at(lodged, partial(self._begin, played, next(script)))
            for _ in range(3):
                self.at(lodged + timedelta(hours=self.chance.uniform(1, 400)), partial(self._meddle, played))
        self.at(self.begun, self._tick)
        self.at(self.begun, self._work)
        self.at(self.begun, self._sequence)
        if self._jumps:
            self.at(self.begun, self._jump)
        while self._agenda and self._agenda[0][0] < end:
            self.now, _, what = heapq.heappop(self._agenda)
            what()
        self.calm, self._off = True, timedelta()
        for faulty in self._faulty:
            faulty.settle()
        self._come_to_rest()

    def _come_to_rest(self) -> None:
        """Whoever waits for an answer gets one; the clock and the work go on until both are quiet."""
        until = self.now + timedelta(days=3)
        while self._unanswered or self.now < until:
            if not self._agenda:
                break
            self.now, _, what = heapq.heappop(self._agenda)
            what()
        officer = Actor(Role.COUNCIL, "officer-1", COUNCIL)
        for letter in self.worker.dead_letters(by=officer):
            assert self.worker.replay_dead_letter(letter.id, by=officer)
        if self._jumps:  # what a clock a year ahead has put off comes when it said
            self.now += timedelta(days=370)
        for _ in range(3):  # what has failed often waits for up to half a day
            self.now += timedelta(hours=13)
            while self.worker.tick().steps or self.worker.work().done or self.worker.sequence().placed:
                self.now += timedelta(minutes=6)

    # ---- the machines -----------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        self._try(lambda: self.worker.tick())
        self.at(self.now + timedelta(hours=self.chance.uniform(1, 8)), self._tick)

    def _jump(self) -> None:
        """Somebody sets the worker's clock, mostly right."""
        off = self.chance.choice((0, 0, 0, -1, 1, -365, 365))
        self._off = timedelta() if self.calm else timedelta(days=off)
        self.trouble[f"clock {off:+} days"] += 1
        self.at(self.now + timedelta(hours=self.chance.uniform(2, 40)), self._jump)

    def _work(self) -> None:
        self._try(lambda: self.worker.work(limit=self.chance.randint(1, 20)))
        self.at(self.now + timedelta(minutes=self.chance.uniform(2, 400)), self._work)

    def _sequence(self) -> None:
        self._try(lambda: self.worker.sequence(limit=self.chance.randint(1, 40)))
        self.at(self.now + timedelta(hours=self.chance.uniform(1, 30)), self._sequence)

    def _try(self, call: Callable[[], object]) -> None:
        try:
            call()
        except Crash:
            self.trouble["crash"] += 1
            self.worker = self._started(self._skew(), worker=True)
        except StoreUnusable:
            self.trouble["no answer"] += 1

    # ---- people -----------------------------------------------------------------------------------------------------

    def _assessed(self, case_id: str) -> Assessment:
        return self.observer.assess(case_id, by=Actor(Role.COUNCIL, "officer-1", COUNCIL))

    def _begin(self, played: _Played, move: Move) -> None:
        """People set about a move: its steps one after the other, each when its time has come."""
        played.steps, played.refused = list(move.steps), ""
        self._next(played)

    def _next(self, played: _Played) -> None:
        if played.steps:
            step = played.steps.pop(0)
            played.sent += 1
            key = f"{played.name}-{played.sent}"
            self.at(step.at, lambda: self._send(played, step, key))
            return
        if played.script is None:
            return
        try:
            move = played.script.send(Answer(self._stands(played.case_id), played.refused))
        except StopIteration:
            return
        # Whoever was refused thinks about it for a while, also where a script would try again at once.
        earliest = self.now + timedelta(hours=2) if played.refused else self.now
        self.at(max(move.at, earliest), lambda: self._begin(played, move))

    def _send(self, played: _Played, step: Step, key: str) -> None:
        """One command, until there is an answer; then whatever comes next."""
        try:
            case = self._asked(step, key, played.case_id)
        except (Crash, StoreUnusable) as error:
            if self.calm:
                raise
            if isinstance(error, Crash):
                self.trouble["crash"] += 1
                self.desk = self._started(timedelta())
            self._unanswered.add(key)
            self.at(self.now + timedelta(minutes=self.chance.uniform(0.1, 90)), lambda: self._send(played, step, key))
            return
        except (Refused, NoSuchCase) as refused:
            played.refused = played.refused or refused.code
        else:
            played.case_id = case.id
            self.acks.append(Ack(step, key, case.id, case.version))
        self._unanswered.discard(key)
        self._next(played)

    def _asked(self, step: Step, key: str, case_id: str) -> Case:
        if isinstance(step.command, c.Lodge):
            return self.desk.lodge(step.command.complaint, by=step.by, key=key)
        if isinstance(step.command, c.Obtain):
            self.desk.obtain(case_id, by=step.by, key=key)
        return self.desk.act(case_id, step.command, by=step.by, key=key)

    def _meddle(self, played: _Played) -> None:
        """Somebody does what no script foresaw, mostly what they may not."""
        if not played.case_id:
            return
        case = self._stands(played.case_id)
        trader = case.turn.trader if case.turn is not None else case.trader
        person, officer = (Actor(role, "somebody", COUNCIL) for role in (Role.COMPLAINANT, Role.COUNCIL))
        desk, said = Actor(Role.TRADER, "somebody", trader), Remark("As it came to mind.")
        upload = c.Upload(Instrument.COLLABORATION_AGREEMENT, IMPACT_ASSESSMENT.id)
        steps: tuple[tuple[Actor, Command], ...] = self.chance.choice(
            (
                ((person, c.WithdrawConsent(trader)), (officer, upload), (desk, c.Obtain())),
                ((person, c.AddMessage(said)), (officer, c.AddNote(said))),
                ((officer, c.Recall(said)), (officer, upload)),
                ((desk, c.Obtain()), (desk, c.Obtain())),
                ((person, c.Withdraw(said)),),
            )
        )
        hours = [timedelta(hours=number) for number in range(len(steps))]
        self._order += 1
        beside = _Played(f"meddled-{self._order}", None, played.case_id)
        beside.steps = [Step(self.now + later, by, command) for later, (by, command) in zip(hours, steps, strict=True)]
        self._next(beside)

    def _stands(self, case_id: str) -> Case:
        stored = self.store.load(case_id, EVERYONE)
        assert stored is not None, "an acknowledged case is not there"
        return fold(stored)

    # ---- what always holds ------------------------------------------------------------------------------------------

    def check_alert(self, alert: Alert) -> None:
        """Nobody is told of a case that is not theirs: it waits for them by the live consent, or they owe something."""
        case = self._stands(alert.case_id)
        waits = case.turn is not None and case.turn.trader == alert.organisation
        consents = {one.recipient for one in case.file.consents}
        owes = alert.organisation in {*(one.organisation for one in case.file.holdings), *case.file.told}
        if not owes and not (waits and alert.organisation in consents):  # raised, it would only be work that comes back
            self._wrong.append(f"{alert.case_id}: an alert to {alert.organisation}, which has nothing to do with it")

    def check_note(self, same: bool, id: str) -> None:
        """A checkpoint that is sent again is the same one."""
        if not same:
            self._wrong.append(f"{id}: another checkpoint under the same name")

    def ledger(self) -> list[str]:
        """What is wrong with the places of rows: every row has one, and what was sent out still stands."""
        try:
            verified = self.observer.verify(tuple(self.witness.notes.values()))
        except LedgerBroken as broken:
            return [f"the ledger: {broken.code}"]
        rows = sum(one.header.version for one in self.store.scan(EVERYONE, "", 1000))
        whole = (verified.rows, verified.waiting) == (rows, 0) and verified.kept and verified.exported
        return [] if whole else [f"the ledger: {verified} for {rows} rows"]

    def look(self) -> list[str]:
        """Everything that is wrong with the cases as they are stored, and with what was promised about them."""
        cases = {one.header.case_id: one for one in self.store.scan(EVERYONE, "", 1000)}
        said = self._wrong + [one for stored in cases.values() for one in look_at(stored)]
        return said + [one for ack in self.acks for one in self._kept(ack, cases.get(ack.case_id))]

    def _kept(self, ack: Ack, stored: StoredCase | None) -> Iterator[str]:
        """What was acknowledged stands in the history where it was said to stand, with its receipt."""
        rows = stored.events[: ack.version] if stored is not None else ()
        by = ack.step.by
        receipt = self.store.receipt(ack.case_id, f"{by.role}:{by.organisation}:{ack.key}")
        if receipt is None or len(rows) < receipt.version:
            yield f"{ack.case_id}: an acknowledged {type(ack.step.command).__name__} is lost"

    def ask_again(self) -> list[str]:
        """Everything that was acknowledged, asked once more under its key: nothing happens."""
        said = []
        for ack in self.acks:
            before = self._stands(ack.case_id).version
            try:
                step = ack.step
                if isinstance(step.command, c.Lodge):
                    self.desk.lodge(step.command.complaint, by=step.by, key=ack.key)
                else:
                    self.desk.act(ack.case_id, step.command, by=step.by, key=ack.key)
            except ExpressPlatformError as error:
                said.append(f"{ack.case_id}: {type(ack.step.command).__name__} again: {error.code}")
            if self._stands(ack.case_id).version != before:
                said.append(f"{ack.case_id}: {type(ack.step.command).__name__} was carried out twice")
        return said

    def unfinished(self) -> list[str]:
        """Cases that nobody owns, and work that nobody will do."""
        cases = self.store.scan(EVERYONE, "", 1000)
        work = [row.id for row in self.store.claim(self.now + timedelta(days=999), 1000, timedelta(0))]
        return [one.header.case_id for one in cases if not at_rest(one) or _overdue(one, self.now - SKEW)] + work

    def digest(self) -> str:
        """All that happened, opened, and all that was delivered: the same for the same seed."""
        told = sha256()
        ring = KeyRing(self.keys)
        for stored in self.store.scan(EVERYONE, "", 1000):
            events = fold_opened(stored, ring, everything=True)[1]
            told.update(repr((stored.header, [_opened(one) for one in events])).encode())
        told.update(repr([(name, wire.got) for name, wire in self.traders.items()]).encode())
        told.update(repr((self.complainants.got, self.witness.got, sorted(self.trouble.items()))).encode())
        return told.hexdigest()


def _overdue(stored: StoredCase, now: datetime) -> bool:
    return stored.header.due_at is not None and stored.header.due_at <= now


def _opened(value: object) -> object:
    """A value with what it veils when it is printed."""
    kind = type(value)
    if attrs.has(kind):
        return kind.__name__, [_opened(getattr(value, one)) for one in attrs.fields_dict(kind)]
    if isinstance(value, tuple):
        return [_opened(one) for one in value]
    return value
