"""Sequencers beside writers, and killed in between: every row gets one place, whatever happens to whoever gives it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import attrs
import pytest

from expressplatform.memory import MemoryStore
from expressplatform.ports import Appended, CaseStore, Commit
from expressplatform.testing.lifting import lifted
from expressplatform.testing.stores.rows import Mine
from expressplatform_postgres.store import PostgresStore
from expressplatform_sqlite.aio import AsyncSqliteStore
from expressplatform_sqlite.store import SqliteStore
from tests.faults.placing import look, opened, place_some
from tests.servers import Server

ROOT = Path(__file__).parents[2]
TRADERS = ("alpha", "beta", "")


def step(mine: Mine, number: int, expected: int) -> Commit:
    """A step after which another trader may have the case."""
    trader, former = TRADERS[(number + expected) % 3], TRADERS[(number * expected) % 3]
    commit = mine.commit(number, expected, events=1 + (number + expected) % 2)
    return attrs.evolve(commit, header=attrs.evolve(commit.header, trader=trader, former=(former,) if former else ()))


def write(store: CaseStore, mine: Mine, writer: int, steps: int) -> None:
    """One writer, which takes its own cases further in turn."""
    heads = {writer * 10 + one: 0 for one in range(3)}
    for turn in range(steps):
        number = writer * 10 + turn % 3
        (answer,) = store.append([step(mine, number, heads[number])])
        assert isinstance(answer, Appended)
        heads[number] = answer.version


def in_threads(store: CaseStore, writers: int, steps: int) -> dict[int, str]:
    """So many writers and two sequencers at once; the places that these have given."""
    mine, over, promised = Mine(), threading.Event(), dict[int, str]()

    def keep_placing() -> None:
        while not over.is_set():
            place_some(store, 3, promised.__setitem__)

    with ThreadPoolExecutor(writers + 2) as pool:
        placing = [pool.submit(keep_placing) for _ in range(2)]
        for one in [pool.submit(write, store, mine, writer, steps) for writer in range(writers)]:
            one.result(120)
        over.set()
        for one in placing:
            one.result(60)
    return promised


@pytest.fixture(scope="module")
def database(postgres: Server) -> str:
    """One of these tests' own: the kit's checks give places with hashes of their own making."""
    return postgres.database()


@contextmanager
def made(kind: str, folder: Path, database: str) -> Iterator[CaseStore]:
    if kind == "memory":
        with MemoryStore() as memory:
            yield memory
    elif kind == "sqlite":
        with SqliteStore(folder / "cases.db") as file:
            yield file
    elif kind == "sqlite awaited":
        with lifted(AsyncSqliteStore(folder / "cases.db")) as awaited:
            yield awaited
    else:
        with PostgresStore(database, connections=8) as store:
            yield store


@pytest.mark.parametrize("kind", ["memory", "sqlite", "sqlite awaited", "postgres"])
@pytest.mark.parametrize(("writers", "steps"), [(6, 20), pytest.param(8, 1_500, marks=pytest.mark.prove)])
def test_two_sequencers_beside_writers(kind: str, writers: int, steps: int, tmp_path: Path, database: str) -> None:
    """None is skipped, none placed twice, each case's versions are in order, and feeds have no gap."""
    with made(kind, tmp_path, database) as store:
        promised = in_threads(store, writers, steps)
        assert look(store, promised) >= writers * steps


# ---- killed ---------------------------------------------------------------------------------------------------------


def killed(address: str, dice: random.Random, after: int) -> dict[int, str]:
    """The places that a sequencer had given when it was killed, some moment after it had given so many."""
    command = [sys.executable, "-m", "tests.faults.placing", address]
    with subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(after)]
        time.sleep(dice.uniform(0, 0.01))
        child.kill()
        said += [line for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    return {int(place): hash_ for place, hash_ in (line.split() for line in said)}


def survives(address: str, kills: int, seed: int) -> None:
    """Two sequencers at a time are killed, while a writer goes on; then everything is looked at."""
    dice, mine, promised = random.Random(seed), Mine(), dict[int, str]()
    print(f"seed {seed}")
    over = threading.Event()

    def keep_writing() -> None:
        with closing(opened(address)) as store:
            heads = dict.fromkeys(range(4), 0)
            while not over.is_set():
                commits = [step(mine, number, heads[number]) for number in heads]
                for number, answer in enumerate(store.append(commits)):
                    assert isinstance(answer, Appended)
                    heads[number] = answer.version
                time.sleep(0.002)

    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(3))
        stack.callback(over.set)
        writer = pool.submit(keep_writing)
        for _ in range(kills):
            for one in [pool.submit(killed, address, dice, dice.randint(1, 30)) for _ in range(2)]:
                found = one.result(60)
                assert not found.keys() & promised.keys(), "a place was given twice"
                promised |= found
        over.set()
        writer.result(60)
    with closing(opened(address)) as store:
        assert look(store, promised) >= len(promised) > 0


@pytest.mark.parametrize("kills", [2, pytest.param(100, marks=pytest.mark.prove)])
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_sequencers_that_are_killed_leave_every_place_as_it_was(
    kind: str, kills: int, tmp_path: Path, database: str
) -> None:
    """A place that was told is the same for ever; the next sequencer goes on where the killed one was."""
    address = database
    if kind == "sqlite":
        address = str(tmp_path / "cases.db")
        SqliteStore(address).close()
    survives(address, kills, random.randrange(10**9))
