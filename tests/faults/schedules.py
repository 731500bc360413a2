"""Deliveries that come again, in another order and late, and what the receivers make of them.

Laws of this file
- The steps are taken once; a schedule stores the same rows again, and only the work between them differs. In order,
  each step's work is done at once and everything arrives; else workers come when they like, are ended in the middle,
  hear nothing or the wrong thing, and what was sent is copied, kept back for up to three days and overtaken.
- A receiver drops what it has by the id that a delivery carries, and does nothing else about it.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Final

import attrs

from expressplatform import commands as c
from expressplatform.codes import Status
from expressplatform.complaint import Particulars
from expressplatform.errors import HeldBack, KeyDestroyed, StoreUnusable
from expressplatform.lifecycle import WITH_TRADER
from expressplatform.memory import MemoryKeyStore, MemoryStore
from expressplatform.platform import Platform
from expressplatform.platform.rows import fold
from expressplatform.ports import EVERYONE, Alert, Answer, Commit, KeyStore, Message, StoredCase
from expressplatform.schemes import HK_CCA
from expressplatform.testing.faults import Fault, FaultyStore
from tests.walking import JD, OFFICER, PERSON, TAOBAO, UPLOAD, consent_to
from tests.whole_life import SECOND, Clock, Step, live, platform_of, say, seeded

LATEST: Final = timedelta(hours=72)
_OTHER: Final = Particulars(
    name="B. Person", email="b@example.org", order_number="2", statement="So.", request="Refund."
)
_READ: Final[Sequence[Step]] = ((c.Accept(say()), OFFICER), (UPLOAD, OFFICER), (c.Obtain(), TAOBAO))
_LIVES: Final[Sequence[Sequence[Step]]] = (
    _READ[:2],
    (*_READ, (c.Correct(_OTHER), PERSON)),
    (*_READ, (c.Recall(say()), OFFICER), (c.WithdrawConsent("taobao"), PERSON)),
    (
        *_READ[:2],
        (c.Recall(say()), OFFICER),
        (c.GiveConsent(consent_to("jd")), PERSON),
        (c.Redirect("jd"), OFFICER),
        *_READ[:2],
        (c.Obtain(), JD),
    ),
    (*_READ, (c.Withdraw(), PERSON)),
)
"""What happens to five cases: waiting, corrected, taken back, sent on, ended and then erased."""


@attrs.frozen
class _Done:
    """A step as the store was handed it, and when."""

    at: datetime
    commit: Commit


class _Recording(MemoryStore):
    """Remembers what it was handed."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock, self.done_steps = clock, list[_Done]()

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        self.done_steps += [_Done(self.clock.at, commit) for commit in commits]
        return super().append(commits)


@cache
def steps() -> tuple[tuple[_Done, ...], MemoryKeyStore]:
    """Everything that happens, in order of time, and the keys of it."""
    clock, keys = Clock(), MemoryKeyStore()
    platform = platform_of(clock, store := _Recording(clock), keys)
    begun, ended = clock.at, None
    for number, life in enumerate(_LIVES):
        clock.at = begun + timedelta(minutes=7 * number)
        who = Particulars(
            name=f"P{number}", email="p@example.org", order_number=f"{number}", statement="S", request="R"
        )
        ended = live(platform, clock, life, f"form-{number}", who)
    assert ended is not None
    clock.wait(hours=1)
    platform.erase(ended.id, by=OFFICER, approved_by=SECOND)
    return tuple(sorted(store.done_steps, key=lambda one: one.at)), keys


class _Shadow:
    """The same keys, of which those that are destroyed here are destroyed only here."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys, self.gone = keys, set[str]()

    def create(self, case_ids: Sequence[str]) -> None:
        self._keys.create(case_ids)

    def get(self, case_id: str) -> bytes:
        if case_id in self.gone:
            raise KeyDestroyed(case_id)
        return self._keys.get(case_id)

    def destroy(self, *case_ids: str) -> None:
        self.gone.update(case_ids)

    def destroyed(self) -> tuple[str, ...]:
        return tuple(sorted(self.gone))

    def secret(self, name: str) -> bytes:
        return self._keys.secret(name)

    def forget(self, name: str) -> None:
        return

    def close(self) -> None:
        return


class Killed(BaseException):
    """The worker is gone in the middle of its work."""


@attrs.define
class Outcome:
    """What a schedule came to: what each receiver has by id, which keys are gone, and the rows."""

    got: dict[str, dict[str, tuple[str, ...]]]
    gone: set[str]
    cases: dict[str, StoredCase]
    left: list[str]
    copies: int
    wrong: list[str]


class Schedule:
    """One order of things; without a seed, the right one."""

    def __init__(self, seed: int | None) -> None:
        self.chance = Random(seed)
        self.ordered, self.prompt = seed is None, seed is None or seed % 16 == 0
        self.calm = self.ordered
        done, keys = steps()
        self._done, self.keys = list(done), _Shadow(keys)
        self.store, self.clock = MemoryStore(), Clock(done[0].at)
        self._way: list[tuple[datetime, int, str, str, tuple[str, ...]]] = []
        self._got: dict[str, dict[str, tuple[str, ...]]] = {"taobao": {}, "jd": {}, "complainants": {}}
        self._copies = 0
        self._wrong: list[str] = []  # what a gateway raises is work that comes back, so it is noted here instead
        self._faulty = FaultyStore(self.store, self._fault, late=self.chance.randint(1, 4))

    # ---- sending ----------------------------------------------------------------------------------------------------

    def alert(self, alert: Alert, /) -> None:
        """The gateway of both traders."""
        stored = self.store.load(alert.case_id, EVERYONE)
        assert stored is not None
        waits = (stored.header.status, stored.header.trader) == (Status.UPLOADED, alert.organisation)
        if not waits and ".alert_duty." not in alert.id:
            self._wrong.append(f"{alert.organisation} is told of a case that does not wait for it")
        self._send(alert.organisation, alert.id, (alert.case_id, alert.reference))

    def send(self, message: Message, /) -> None:
        """The messenger. A letter that is tried again is about the same step, and may say more of what is next."""
        self._send("complainants", message.id, (message.language, message.subject))

    def _send(self, whom: str, id: str, what: tuple[str, ...]) -> None:
        trouble = self._trouble()
        if trouble == "before":
            raise self._error()
        for _ in range(1 if self.ordered else self.chance.randint(1, 5)):
            late = timedelta() if self.ordered else LATEST * self.chance.random()
            self._copies += 1
            heapq.heappush(self._way, (self.clock.at + late, self._copies, whom, id, what))
        if trouble == "after":
            raise self._error()

    def _trouble(self) -> str:
        return "" if self.calm else self.chance.choice(("", "", "before", "after"))

    def _error(self) -> BaseException:
        return self.chance.choice((OSError(), TimeoutError(), HeldBack(), Killed()))

    def _fault(self, method: str) -> Fault | None:
        unsure = method in ("done", "retry") and not self.calm and self.chance.random() < 0.3
        return self.chance.choice(tuple(Fault)) if unsure else None

    # ---- working ----------------------------------------------------------------------------------------------------

    def _work(self) -> int:
        """One round of one worker, which may not live to its end."""
        worker = Platform(
            scheme=HK_CCA,
            store=self._faulty,
            keys=self.keys,
            now=self.clock,
            draw=seeded,
            gateways={"taobao": self, "jd": self},
            messenger=self,
        )
        with suppress(Killed, StoreUnusable):
            return worker.work(limit=100 if self.calm else self.chance.randint(1, 4)).done
        return 0

    def _until_quiet(self, troubled: int) -> None:
        """So many rounds in which much goes wrong, then as many as it takes until nothing waits any more."""
        for _ in range(0 if self.ordered else troubled):
            self._work()
            self.clock.wait(minutes=self.chance.choice((1, 6, 60, 800)))
        was, self.calm = self.calm, True
        self._faulty.settle()
        self.clock.wait(minutes=0 if self.ordered else 800)  # longer than anything that failed is put off
        while self._work():
            pass
        self.calm = was

    def run(self) -> Outcome:
        """All steps, with work between them and after them, and everything that was sent received."""
        for number, one in enumerate(self._done):
            self.clock.at = max(self.clock.at, one.at)
            self.store.append([one.commit])
            if self.prompt:
                at = self.clock.at
                self._until_quiet(2)
                self.clock.at = at  # whatever it took: nothing happened meanwhile
            elif self.chance.random() < 0.3 or number == 5:
                self._work()
        self._until_quiet(8)
        while self._way:
            _, _, whom, id, what = heapq.heappop(self._way)
            assert self._got[whom].setdefault(id, what) == what, "the same id carries something else"
        cases = {one.header.case_id: one for one in self.store.scan(EVERYONE, "", 100)}
        left = [row.effect.id for row in self.store.dead(EVERYONE, "", 100)]
        return Outcome(self._got, self.keys.gone, cases, left, self._copies, self._wrong)


_FOR_GOOD: Final = frozenset({"lodged", "accepted", "withdrawn", "confirmed", "taken_up", "recorded", "closed"})
"""What happened to a complaint and stays so: its newest letter is written however late."""


def stands(effect_id: str, whom: str, stored: StoredCase) -> bool:
    """Whether what a delivery says is still so when all is over, told by the case and not by the platform."""
    case = fold(stored)
    version = int(effect_id.split(".")[1])
    kind = stored.events[version - 1].kind
    newest = version == max(row.version for row in stored.events if row.kind == kind)
    if whom == "complainants":
        told = kind in _FOR_GOOD or (kind == "uploaded" and case.status in WITH_TRADER)
        return newest and told and case.status is not Status.ERASED
    if ".alert_trader" in effect_id:
        return newest and case.status is Status.UPLOADED
    return any(one.organisation == whom and one.owed for one in case.file.holdings)


def standing(outcome: Outcome) -> dict[str, set[str]]:
    """What each receiver has of that which is still so."""
    return {
        whom: {one for one in ids if stands(one, whom, outcome.cases[one.split(".")[0]])}
        for whom, ids in outcome.got.items()
    }
