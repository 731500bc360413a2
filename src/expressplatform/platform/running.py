"""The clock and the work: what time asks of cases, and what steps have left to be done.

Laws of this file: the clock's steps go through `decide` like everybody's. One case that fails does not stop the
others. Many may run this at once: a step that somebody else took first is no failure. Work that fails comes back, ever
later and never at the same moment as its neighbours, until it is given up and waits for a person; the destruction of a
key is never given up (PIPL Art 47; PDPO s.26).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from expressplatform import commands as c
from expressplatform.case import Case, apply, decide, due, next_due
from expressplatform.codes import EffectKind, Role
from expressplatform.commands import Command
from expressplatform.complaint import Actor, clock_of
from expressplatform.errors import ExpressPlatformError, HeldBack, Refused, StaleVersion
from expressplatform.platform import rows
from expressplatform.platform.delivering import Delivering
from expressplatform.platform.desk import Decided
from expressplatform.platform.requests import DeadLetter, Request, Ticked, Worked
from expressplatform.ports import EVERYONE, Commit, Conflict, DeadRow, EffectRow, Header, Wanted
from expressplatform.scheme import Known

LEASE: Final = timedelta(minutes=5)
_FRESH: Final = LEASE / 2
"""For how long what was claimed may be begun: the other half of the lease is there to end it before others claim it."""
RETRY: Final = timedelta(minutes=1)
"""How long failed work waits the first time; twice as long each time after."""
LONGEST: Final = timedelta(hours=12)
"""The longest that failed work waits for its next attempt."""
ATTEMPTS: Final = 16
"""How often work is tried before it is given up: about three days and a quarter, a long week-end."""
SEES_TO_IT: Final = frozenset({Role.COUNCIL, Role.OPERATOR})
"""Who sees what was given up, and has it tried again."""
_NEVER_GIVEN_UP: Final = frozenset({EffectKind.DESTROY_KEY})
_AT_A_TIME: Final = 10
"""How much work is taken at once: so much is done within its lease even where every answer is waited for half a minute,
and no more of it is done twice where a process ends in the midst."""
_ASKED: Final = 500


def never() -> bool:
    """Whoever works is not told to stop."""
    return False


class _NoAnswer(Exception):
    """Every attempt ended its worker before it could say what was wrong."""


class Running(Delivering):
    """What happens by itself."""

    async def tick(self, limit: int) -> Ticked:
        """Takes every step that time asks for, at most ``limit`` cases at once; call again while it takes any."""
        now = self.now()
        failed: dict[str, str] = {}
        steps = 0
        while steps == 0:
            # Cases that fail stay due, and first: they must not hide those behind them.
            waiting = await self.store.due(now, limit + len(failed))
            if not (waiting := [header for header in waiting if header.case_id not in failed]):
                break
            for header in waiting:
                try:
                    steps += await self._advance(header, now)
                except StaleVersion:
                    failed[header.case_id] = ""  # somebody else has moved it: it is looked at anew next time
                except ExpressPlatformError as error:
                    failed[header.case_id] = error.code
        return Ticked(steps, tuple((case_id, code) for case_id, code in failed.items() if code))

    async def _advance(self, header: Header, now: datetime) -> int:
        stored = await self._stored(header.case_id, EVERYONE)
        case, commits = rows.fold(stored), []
        while (command := due(case, now)) is not None:
            case, commit = self._clocked(case, command, now)
            commits.append(commit)
        return await self._append_all(commits)

    def _clocked(self, case: Case, command: Command, at: datetime) -> tuple[Case, Commit]:
        """One step of the clock."""
        return self._stepped(case, command, clock_of(case.file.council), at)

    def _stepped(self, case: Case, command: Command, by: Actor, at: datetime) -> tuple[Case, Commit]:
        """One step that nobody asked for under a key of its own."""
        request = Request(command, by, "", case.id)
        gone = isinstance(command, c.Erase) and self._key_destroyed(case.id)
        known = Known(key_destroyed=gone)
        scheme = self._scheme_of(case)
        (event,) = decide(case, command, by=request.by, at=max(at, case.at), scheme=scheme, known=known)
        after = apply(case, event)
        return after, self._commit(Decided(case, after, event), request)

    async def _append_all(self, commits: Sequence[Commit]) -> int:
        for answer in await self.store.append(commits) if commits else ():
            if isinstance(answer, Conflict):
                raise StaleVersion(answer.case_id, answer.expected, answer.found)
        return len(commits)

    async def advance(self, case_ids: Sequence[str], until: datetime) -> int:
        """The clock's steps on some cases up to an instant, each at the instant it was due."""
        commits: list[Commit] = []
        for case_id in dict.fromkeys(case_ids):
            case = rows.fold(await self._stored(case_id, EVERYONE))
            while (instant := next_due(case)) is not None and instant <= until:
                command = due(case, max(instant, case.at))
                if command is None:
                    break
                case, commit = self._clocked(case, command, instant)
                commits.append(commit)
        return await self._append_all(commits)

    async def reschedule(self) -> Ticked:
        """Computes every provisional end again, for after a year was announced: how many ends moved."""
        moved, failed = 0, []
        async for header in self._headers(EVERYONE, Wanted()):
            if rows.is_open(header):
                try:
                    moved += await self._rescheduled(header.case_id)
                except ExpressPlatformError as error:
                    failed.append((header.case_id, error.code))
        return Ticked(moved, tuple(failed))

    async def _rescheduled(self, case_id: str) -> int:
        stored = await self._stored(case_id, EVERYONE)
        case, moved = rows.fold(stored), 0
        for timer in case.timers:
            if not timer.provisional:
                continue
            after, commit = self._clocked(case, c.Reschedule(timer.duty), self.now())
            if after.timer(timer.duty) != timer:
                case = after
                moved += await self._append_all((commit,))
        return moved

    async def work(self, limit: int, stopped: Callable[[], bool]) -> Worked:
        """Carries out what steps left to be done: alerts, messages, scans, destroyed keys. What fails comes back."""
        worked = Worked(0)
        more = True
        while more and limit > 0 and not stopped():
            asked = min(limit, _AT_A_TIME)
            effects = await self.store.claim(self.now(), asked, LEASE)
            worked = worked.then(await self._carried_out(effects, stopped))
            limit, more = limit - asked, len(effects) == asked
        await self.clear_shelf(self.now())
        self.ring.sweep()
        self.secrets.sweep()
        return worked

    async def _carried_out(self, effects: Sequence[EffectRow], stopped: Callable[[], bool]) -> Worked:
        now = self.now()
        done: list[str] = []
        failed: list[tuple[str, str]] = []
        dead: list[tuple[str, str]] = []
        try:
            for effect in effects:
                if stopped() or self.now() - now > _FRESH:
                    await self.store.retry(effect.id, now, effect.attempts - 1)
                    continue
                try:
                    if effect.attempts > ATTEMPTS and effect.kind not in _NEVER_GIVEN_UP:
                        raise _NoAnswer
                    await self.deliver(effect)
                    done.append(effect.id)
                except Exception as error:  # noqa: BLE001  a gateway may raise anything; the effect must come back
                    code = error.code if isinstance(error, ExpressPlatformError) else type(error).__name__.lstrip("_")
                    given_up = await self._put_back(effect, now, error, code)
                    (dead if given_up else failed).append((effect.id, code))
            if any(effect.kind == EffectKind.DESTROY_KEY for effect in effects):
                await self._forget_quarters()
        finally:  # whoever is interrupted does not do again what they have done
            await self.store.done(done)
        return Worked(len(done), tuple(failed), tuple(dead))

    async def _put_back(self, effect: EffectRow, now: datetime, error: Exception, code: str) -> bool:
        """The effect will be tried again, or is given up: whether it is."""
        if isinstance(error, HeldBack):
            await self.store.retry(effect.id, error.until or now + RETRY, effect.attempts - 1)
        elif effect.attempts < ATTEMPTS or effect.kind in _NEVER_GIVEN_UP:
            await self.store.retry(effect.id, now + self._backoff(effect), effect.attempts)
        else:
            await self.store.bury(effect.id, now, code)
            return True
        return False

    def _backoff(self, effect: EffectRow) -> timedelta:
        """How long to wait: twice as long after each attempt, and of that between the half and the whole, by lot."""
        longest = min(RETRY * (1 << min(effect.attempts - 1, 16)), LONGEST)
        drawn = self.draw(f"backoff:{effect.id}:{effect.attempts}", effect.case_id, effect.version)
        return longest / 2 + longest / 2 * (int.from_bytes(drawn[:4], "big") / 2**32)

    async def dead_letters(self, *, by: Actor) -> tuple[DeadLetter, ...]:
        """What was given up, of the cases that the asker's organisation may see."""
        _check_sees_to_it(by)
        found: list[DeadRow] = []
        while stretch := await self.store.dead(by.organisation, found[-1].effect.id if found else "", _ASKED):
            found += stretch
        return tuple(_letter(row) for row in found)

    async def replay_dead_letter(self, id: str, *, by: Actor) -> bool:
        """Has a dead letter tried again, its attempts counted anew; False where it is none (any more)."""
        known = {letter.id for letter in await self.dead_letters(by=by)}
        if id in known:
            await self.store.retry(id, self.now(), 0)
        return id in known

    async def _forget_quarters(self) -> None:
        """The secret of a quarter's tokens goes with the quarter's last case."""
        standing = {*(await self.store.quarters()), rows.quarter_of(self.now())}
        for quarter in rows.earlier_quarters(rows.quarter_of(self.now())):
            if quarter not in standing:
                self.keys.forget(rows.secret_name(quarter))


def _letter(row: DeadRow) -> DeadLetter:
    of = row.effect
    return DeadLetter(of.id, of.case_id, of.kind, of.recipient, of.attempts, row.since, row.code)


def _check_sees_to_it(by: Actor) -> None:
    if by.role not in SEES_TO_IT:
        raise Refused("wrong_role", "", Role.COUNCIL, (), "What was given up is for the council or the operator.")
