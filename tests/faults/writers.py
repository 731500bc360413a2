"""Writers that get in each other's way on purpose, in threads or, run by itself, in processes.

``python -m tests.faults.writers FILE --writers 16 --calls 50`` writes to an SQLite file from so many forks, and checks
what they were told: it is a process of its own, with one thread, so that it may fork.
"""

from __future__ import annotations

import argparse
import os
import pickle
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random
from threading import Barrier
from typing import Final

import attrs

from expressplatform.ports import CaseStore
from expressplatform.testing.stores.rows import Mine
from expressplatform_sqlite.store import SqliteStore
from tests.linearizable import Call, Recorder, violations

WRITERS: Final = 16
CASES: Final = range(8)


def write(store: CaseStore, mine: Mine, writer: int, calls: int) -> list[Call]:
    """One writer's calls: it appends where it believes cases to stand, reads now and then, and repeats what it sent."""
    chance, recorder = Random(f"{mine.mark} {writer}"), Recorder(store)
    heads = dict.fromkeys(CASES, 0)
    for number in range(calls):
        case = chance.choice(CASES)
        if chance.random() < 0.3:
            heads[case] = recorder.read(mine.case(case))
            continue
        commit = mine.commit(case, heads[case], events=chance.randint(1, 2), key=f"{writer}-{number}")
        mark = f"{writer}-{number}".encode()
        events = tuple(attrs.evolve(event, facts=mark + bytes([at])) for at, event in enumerate(commit.events))
        commit = attrs.evolve(commit, events=events)
        heads[case] = recorder.append(commit).version
        if chance.random() < 0.15:
            heads[case] = max(heads[case], recorder.append(commit).version)
    return recorder.calls


def in_threads(store: CaseStore, mine: Mine, calls: int, writers: int = WRITERS) -> list[Call]:
    """What so many threads were told, all of them starting at once."""
    start = Barrier(writers)

    def run(writer: int) -> list[Call]:
        start.wait()
        return write(store, mine, writer, calls)

    with ThreadPoolExecutor(writers) as pool:
        return [call for own in pool.map(run, range(writers)) for call in own]


def in_processes(make_store: Callable[[], CaseStore], mine: Mine, calls: int, writers: int) -> list[Call]:
    """What so many forks of this process were told."""
    pipes = []
    for writer in range(writers):
        into, out = os.pipe()
        if os.fork() == 0:
            try:
                with closing(make_store()) as store, open(out, "wb") as told:
                    pickle.dump([attrs.astuple(call) for call in write(store, mine, writer, calls)], told)
            finally:
                os._exit(0)
        os.close(out)
        pipes.append(into)
    found = []
    for into in pipes:
        with open(into, "rb") as told:
            found += [Call(*call) for call in pickle.load(told)]  # noqa: S301  what this process's own forks wrote
        os.wait()
    return found


def main(arguments: list[str]) -> None:
    """Writes, checks, and tells how many calls there were and how many of them won."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--writers", type=int, required=True)
    parser.add_argument("--calls", type=int, required=True)
    asked, mine = parser.parse_args(arguments), Mine()
    SqliteStore(asked.file).close()
    calls = in_processes(lambda: SqliteStore(asked.file), mine, asked.calls, asked.writers)
    with closing(SqliteStore(asked.file)) as store:
        said = violations(calls, store)
    assert not said, said[:5]
    sys.stdout.write(f"{len(calls)} {sum(call.told == 'appended' for call in calls)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
