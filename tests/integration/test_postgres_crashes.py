"""The server, or a worker, is killed in the middle of its work: nothing acknowledged is lost, and it goes on by itself.

Here the server waits for the disk, as it does in a council's hands.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Self

import attrs
import pytest

from expressplatform.errors import StoreUnusable
from expressplatform.ports import EVERYONE, Appended, Commit, Replayed
from expressplatform.testing.stores.rows import MANY, NOON, Mine
from expressplatform_postgres.store import PostgresStore
from tests.servers import KINDS, Server, running

WRITERS = 4
LONG = timedelta(days=400)


@pytest.fixture(scope="module", params=[KINDS[0], pytest.param(KINDS[1], marks=pytest.mark.prove)])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with running(request.param) as started:
        yield started


def step(mine: Mine, number: int, expected: int) -> Commit:
    """Two events of one case, each with its effect, under a key."""
    return attrs.evolve(
        mine.commit(number, expected, events=2, key=f"step {expected}"),
        effects=tuple(mine.effect(number, version) for version in (expected + 1, expected + 2)),
    )


class Writing:
    """Writers, each with a store of its own, who ask again until they are answered."""

    def __init__(self, dsn: str) -> None:
        self.mine = Mine()
        self.acknowledged: dict[int, int] = {}
        self.codes: set[str] = set()
        self._dsn = dsn
        self._over = threading.Event()
        self._heard = threading.Condition()
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(120)

    def _write(self, writer: int) -> None:
        with PostgresStore(self._dsn, busy_seconds=20) as store:
            number, expected = writer, 0
            while self._answered(store, step(self.mine, number, expected)):
                expected += 2
                with self._heard:
                    self.acknowledged[number] = expected
                    self._heard.notify_all()
                if expected == 10:
                    number, expected = number + WRITERS, 0

    def _answered(self, store: PostgresStore, commit: Commit) -> bool:
        """Whether the step has been kept; False where writing is over."""
        while not self._over.is_set():
            try:
                (answer,) = store.append([commit])
            except StoreUnusable as error:
                self.codes.add(error.code)
            else:
                assert isinstance(answer, Appended | Replayed), answer
                return True
        return False

    def wait_for(self, more: int) -> None:
        """Until so many more steps have been acknowledged."""
        with self._heard:
            goal = self._sum() + 2 * more
            assert self._heard.wait_for(lambda: self._sum() >= goal, 90), "nobody was answered any more"

    def _sum(self) -> int:
        return sum(self.acknowledged.values())


def verify(dsn: str, mine: Mine, acknowledged: dict[int, int]) -> None:
    """Every acknowledged step is there with its receipt; every event that is there has its effect."""
    with PostgresStore(dsn) as store:
        claimed = {effect.id for effect in store.claim(NOON + LONG, MANY, timedelta(0))}
        for number, version in acknowledged.items():
            kept = store.load(mine.case(number), EVERYONE)
            assert kept is not None
            assert kept.header.version >= version
            assert store.receipt(mine.case(number), f"step {version - 2}") is not None
        for case in store.scan(mine.council, "", MANY):
            number = int(case.header.case_id[-4:])
            versions = [event.version for event in case.events]
            assert versions == [*range(1, case.header.version + 1)]
            assert {mine.effect(number, version).id for version in versions} <= claimed


def _survives(server: Server, rounds: int, seed: int) -> None:
    print(f"seed {seed}")
    dice = random.Random(seed)
    dsn = server.database()
    with Writing(dsn) as writing:
        for _ in range(rounds):
            writing.wait_for(dice.randint(1, 40))
            server.kill()
            server.start()
        writing.wait_for(WRITERS)
    assert writing.codes <= {"unreachable"}
    verify(dsn, writing.mine, writing.acknowledged)


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(server: Server) -> None:
    """Four writers go on by themselves each time the server is back; each step is kept once and whole."""
    _survives(server, 3, random.randrange(10**9))


@pytest.mark.prove
def test_nothing_acknowledged_is_lost_however_often_the_server_is_killed(server: Server) -> None:
    """The same, 250 times on each server."""
    _survives(server, 250, random.randrange(10**9))


_WORKER = """
import sys
from expressplatform.ports import Appended
from expressplatform.testing.stores.rows import Mine
from expressplatform_postgres.store import PostgresStore
from tests.integration.test_postgres_crashes import step
store, mine = PostgresStore(sys.argv[1]), Mine(sys.argv[2])
for number in range(100_000):
    (answer,) = store.append([step(mine, number, 0)])
    assert isinstance(answer, Appended)
    print(number, flush=True)
"""


def _killed_worker(dsn: str, mine: Mine, after: int) -> dict[int, int]:
    """The cases that a working process had reported when it was killed, after so many of them."""
    command = [sys.executable, "-c", _WORKER, dsn, mine.mark]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        reported = [child.stdout.readline() for _ in range(after)]
        child.send_signal(signal.SIGKILL)
        reported += [line for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    assert all(reported)
    return {int(number): 2 for number in reported}


def test_nothing_acknowledged_is_lost_when_a_worker_is_killed(server: Server) -> None:
    """Whatever the process was doing, its steps are whole or absent, and it holds up nobody afterwards."""
    dsn, mine = server.database(), Mine()
    acknowledged = _killed_worker(dsn, mine, 17)
    verify(dsn, mine, acknowledged)
    with PostgresStore(dsn, busy_seconds=5) as store:
        number = max(acknowledged) + 1
        answer = store.append([step(mine, number, 0)])[0]
        assert isinstance(answer, Appended | Replayed)


@pytest.mark.prove
def test_nothing_acknowledged_is_lost_however_often_workers_are_killed(server: Server) -> None:
    """The same, at forty moments."""
    dsn = server.database()
    for after in range(1, 41):
        mine = Mine()
        verify(dsn, mine, _killed_worker(dsn, mine, after))
