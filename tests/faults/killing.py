"""Kills processes that write to SQLite, and looks at what they leave: run as ``python -m tests.faults.killing``.

Laws of this file
- It is a process of its own with one thread, so that a child is a fork of it and begins to write within milliseconds;
  a test process may have threads, which a fork would lose in the middle of whatever they did.
- A child says each answer on a pipe before it goes on. What has been read from the pipe, to its very end, was
  promised. The signal is SIGKILL, at an instant that nobody chose: a few answers and a moment after the start.
- Several children in turn write to one file, each to what the one before it left.
"""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from random import Random
from threading import Thread
from typing import Final, NoReturn

import attrs

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.complaint import Complaint, Particulars
from expressplatform.platform import Platform
from expressplatform.platform.rows import fold, header_of
from expressplatform.ports import EVERYONE
from expressplatform.schemes import HK_CCA
from expressplatform.testing.stores.rows import Mine
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.store import SqliteStore
from tests.faults.deeds import Said, Word, act, verify, versions
from tests.faults.seeds import telling
from tests.walking import OFFICER, PERSON, START
from tests.whole_complaint import WHOLE

LIVES: Final = 10
"""So many children write to one file in turn."""
CASES: Final = range(6)
THREADS: Final = 3
_WHO: Final = Particulars(name="A. Person", email="a@example.org", statement="It broke.", request="Refund.")


# ---- what a child does --------------------------------------------------------------------------------------------


def _write(path: Path, mine: Mine, chance: Random, say: Callable[[Word], None]) -> NoReturn:
    """Writes for ever, from one thread or from several, each with cases of its own."""
    store = SqliteStore(path)
    heads = versions(store, mine, CASES)

    def go_on(numbers: Iterable[int], own: Random) -> NoReturn:
        mine_alone = {number: heads[number] for number in numbers}
        while True:
            act(store, mine, mine_alone, own, say)

    if chance.random() < 0.5:
        for part in range(1, THREADS):
            Thread(target=go_on, args=(CASES[part::THREADS], Random(chance.random())), daemon=True).start()
        go_on(CASES[::THREADS], chance)
    go_on(CASES, chance)


def _live(folder: Path, life: int, chance: Random, say: Callable[[Word], None]) -> NoReturn:
    """Lodges complaints and takes them further, through the platform, with keys in a file of their own."""
    platform = _platform(folder)
    number = 0
    while True:
        number += 1
        key = f"form-{life}-{number}"
        case = platform.lodge(_complaint(key), by=OFFICER, key=key, at=START)
        say((key, case.version, case.id))
        for command, by in ((c.Acknowledge(), OFFICER), (c.Withdraw(), PERSON)):
            case = platform.act(case.id, command, by=by, key=type(command).__name__)
            say((key, case.version, case.id))


def _complaint(key: str) -> Complaint:
    return attrs.evolve(WHOLE, particulars=attrs.evolve(_WHO, order_number=key))  # type: ignore[misc]


def _platform(folder: Path) -> Platform:
    return Platform(
        scheme=HK_CCA, store=SqliteStore(folder / "cases.db"), keys=LocalKeyStore(folder / "keys.db"), now=lambda: START
    )


# ---- what is looked for afterwards --------------------------------------------------------------------------------


def _verify_lives(folder: Path, said: dict[str, tuple[int, str]]) -> None:
    """Every case is whole and opens; none is older than was said."""
    with closing(_platform(folder)) as platform, closing(SqliteStore(folder / "cases.db")) as store:
        for key, (version, case_id) in said.items():
            opened = platform.case(case_id, by=OFFICER, reason="looking")
            assert opened.version >= version, "an acknowledged step is lost"
            assert isinstance(given := opened.particulars, Particulars)
            assert given.order_number == key
            again: Case = platform.lodge(_complaint(key), by=OFFICER, key=key, at=START)
            assert again.version == opened.version, "a receipt is lost"
        for stored in store.scan(EVERYONE, "", 1_000_000):
            assert header_of(fold(stored)) == stored.header, "a header is not what the events replay to"
            platform.case(stored.header.case_id, by=OFFICER, reason="looking")


def _sound(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "the file is not sound"


# ---- killing ------------------------------------------------------------------------------------------------------


def _killed(child: Callable[[Callable[[Word], None]], NoReturn], chance: Random) -> list[Word]:
    """What a child said until it was killed."""
    into, out = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(into)
        _child(child, out)
    os.close(out)
    said, wanted, until = b"", chance.randint(0, 25), time.monotonic() + 30
    while said.count(b"\n") < wanted and (more := os.read(into, 4096)):
        said += more
        assert time.monotonic() < until
    moment = time.perf_counter() + chance.uniform(0, 0.003)
    while time.perf_counter() < moment:
        pass
    os.kill(pid, signal.SIGKILL)
    while more := os.read(into, 65536):
        said += more
    os.close(into)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), "the child ended by itself"
    return [(word[0], int(word[1]), word[2]) for line in said.decode().splitlines() if (word := line.split("|"))]


def _child(child: Callable[[Callable[[Word], None]], NoReturn], out: int) -> NoReturn:
    """One write a word: a pipe takes so short a one whole or not at all."""

    def say(word: Word) -> None:
        os.write(out, f"{word[0]}|{word[1]}|{word[2]}\n".encode())

    try:
        child(say)
    finally:
        os._exit(1)


def kill(folder: Path, seed: int, life: int, said: Said, lives: dict[str, tuple[int, str]]) -> None:
    """One child, killed, and everything that was ever promised of its folder looked for."""
    chance, mine = Random(f"{seed} {life}"), Mine(f"killed-{seed}")
    if seed % 4:
        path = folder / "cases.db"
        for word in _killed(lambda say: _write(path, mine, chance, say), chance):
            said.hear(*word)
        with closing(SqliteStore(path)) as store:
            verify(store, mine, CASES, said)
    else:
        for key, version, case_id in _killed(lambda say: _live(folder, life, chance, say), chance):
            lives[key] = (version, case_id)
        _verify_lives(folder, lives)
        _sound(folder / "keys.db")
    _sound(folder / "cases.db")


def main(arguments: list[str]) -> None:
    """Kills so many, and tells how many promises were kept."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    asked = parser.parse_args(arguments)
    promised = 0
    for seed in range(asked.seed, asked.seed + max(1, asked.kills // LIVES)):
        (folder := asked.folder / str(seed)).mkdir()
        said, lives = Said(), dict[str, tuple[int, str]]()
        with telling(seed):
            for life in range(min(LIVES, asked.kills)):
                kill(folder, seed, life, said, lives)
        promised += said.count + sum(version for version, _ in lives.values())
    sys.stdout.write(f"{promised}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
