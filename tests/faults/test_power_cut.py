"""The power goes at any moment: whatever a store has acknowledged is there when it comes back."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Final

import pytest

from expressplatform.errors import KeyDestroyed
from expressplatform.testing.stores.rows import Mine
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.store import SqliteStore
from tests.faults.deeds import Said, act, verify, versions
from tests.faults.disk import Disk, PowerCut
from tests.faults.seeds import enough, seeds, telling

CASES: Final = range(5)
EVERYDAY: Final = 200
SMALL_LOG: Final = "PRAGMA wal_autocheckpoint = 15"
"""Lets the log be copied into the file often, which otherwise happens after a thousand pages."""


def _cut(seed: int, folder: Path, synchronous: str = "FULL") -> Said:
    """One life of a store, from its making to a cut somewhere; what it promised, once that has been found kept."""
    chance, mine, said = Random(seed), Mine(f"cut-{seed}"), Said()
    disk = Disk(chance, cut_at=chance.randint(1, chance.choice((60, 600))))
    folder.mkdir()
    with disk.connected(synchronous, SMALL_LOG if chance.random() < 0.5 else ""), suppress(PowerCut):
        store = SqliteStore(folder / "cases.db")
        heads = dict.fromkeys(CASES, 0)
        while True:
            act(store, mine, heads, chance, lambda word: said.hear(*word))
            if chance.random() < 0.03:  # as a program that is started again: the log is emptied, and its file goes
                store.close()
                store = SqliteStore(folder / "cases.db")
    path = disk.after_the_cut(folder / "back") / "cases.db"
    with closing(SqliteStore(path)) as store:
        verify(store, mine, CASES, said)
        heads = versions(store, mine, CASES)
        act(store, mine, heads, Random(0), lambda word: None)  # and it can be written to
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return said


def _cuts(runs: range, folder: Path) -> int:
    """Many lives: how many commits were acknowledged in them, of which none was lost."""
    acknowledged = 0
    for seed in runs:
        with telling(seed):
            acknowledged += _cut(seed, folder / str(seed)).count
    return acknowledged


def test_no_acknowledged_commit_is_lost_when_the_power_goes(tmp_path: Path) -> None:
    """Every commit is there or was never acknowledged, and whole or absent; the file is sound and goes on."""
    runs = seeds(EVERYDAY)
    assert enough(runs, _cuts(runs, tmp_path), len(runs))


@pytest.mark.prove
def test_nor_in_a_thousand_cuts(tmp_path: Path) -> None:
    runs = seeds(1_000)
    assert enough(runs, _cuts(runs, tmp_path), len(runs))


def test_the_disk_would_show_a_store_that_does_not_sync(tmp_path: Path) -> None:
    """The same lives with ``synchronous=NORMAL`` lose what was acknowledged: the harness bites."""
    lost = 0
    for seed in range(1, 81):
        try:
            _cut(seed, tmp_path / str(seed), "NORMAL")
        except AssertionError:
            lost += 1
    assert lost >= 5


def _cut_keys(seed: int, folder: Path) -> int:
    """One life of a key store: keys that it made open what they sealed, and destroyed ones stay so."""
    chance = Random(seed)
    disk = Disk(chance, cut_at=chance.randint(1, chance.choice((40, 300))))
    folder.mkdir()
    keys: dict[str, bytes] = {}
    begun: set[str] = set()
    gone: set[str] = set()
    with disk.connected(), suppress(PowerCut):
        store = LocalKeyStore(folder / "keys.db")
        while True:
            case_id = f"case-{len(keys)}"
            store.create([case_id])
            keys[case_id] = store.get(case_id)
            if chance.random() < 0.2:
                begun.add(destroyed := chance.choice(sorted(keys)))
                store.destroy(destroyed)
                gone.add(destroyed)
            if chance.random() < 0.05:
                store.rotate()
    back = disk.after_the_cut(folder / "back")
    with closing(LocalKeyStore(back / "keys.db")) as store:
        for case_id, key in keys.items():
            found = _key(store, case_id)
            assert found in (key, b""), "a key is another one"
            assert found or case_id in begun, "a key is lost"
            assert not found or case_id not in gone, "a destroyed key is back"
    return len(keys)


def _key(store: LocalKeyStore, case_id: str) -> bytes:
    """A case's key, empty where it has been destroyed."""
    try:
        return store.get(case_id)
    except KeyDestroyed:
        return b""


def test_no_key_is_lost_and_none_comes_back_when_the_power_goes(tmp_path: Path) -> None:
    """A key that was made is there for its case; one that was destroyed is destroyed, whatever the disk kept."""
    made, runs = 0, seeds(EVERYDAY // 2)
    for seed in runs:
        with telling(seed):
            made += _cut_keys(seed, tmp_path / str(seed))
    assert enough(runs, made, len(runs))
