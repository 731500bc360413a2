"""Full, failing, read-only disks and no more files: an error that says which, nothing lost."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from random import Random
from typing import Final, NoReturn

import pytest

from expressplatform.errors import KeyMissing, StoreUnusable
from expressplatform.ports import EVERYONE, Appended, ShelfRow
from expressplatform.testing.stores.rows import Mine
from expressplatform_sqlite.aio import AsyncSqliteStore
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.shelf import SqliteShelf
from expressplatform_sqlite.store import SqliteStore
from tests.faults.deeds import Said, act, commit_at, verify, versions
from tests.faults.disk import Disk
from tests.faults.seeds import enough, seeds, telling
from tests.small_disk import remount, small_disk

CASES: Final = range(4)
NOBODY: Final = 65534
CODES: Final = {
    "SQLITE_FULL": {"disk_full"},
    "SQLITE_IOERR_WRITE": {"disk_full"},
    "SQLITE_IOERR_FSYNC": {"failed"},
    "SQLITE_READONLY": {"read_only"},
}


# ---- each change in turn ------------------------------------------------------------------------------------------


def _once(seed: int, code: str, folder: Path) -> bool:
    """A life in which one change, or some in a row, fail: whether anybody noticed."""
    chance, mine, said = Random(seed), Mine(f"broken-{seed}"), Said()
    begins, lasts = chance.randint(40, 200), chance.choice((1, 1, 5, 40))
    disk = Disk(chance, fails=lambda what, at: code if begins <= at < begins + lasts else None)
    folder.mkdir()
    told = set[str]()
    with disk.connected(pragmas="PRAGMA wal_autocheckpoint = 20" if chance.random() < 0.5 else ""):
        store, heads = _opened(folder / "cases.db", code), dict.fromkeys(CASES, 0)
        while disk.changes < begins + lasts + 60:
            try:
                act(store, mine, heads, chance, lambda word: said.hear(*word))
            except StoreUnusable as error:
                told.add(error.code)
                heads = versions(store, mine, CASES)  # it can be read all the while
        verify(store, mine, CASES, said)
        store.close()
    with closing(SqliteStore(disk.after_the_cut(folder / "back") / "cases.db")) as store:
        verify(store, mine, CASES, said)
    assert told <= CODES[code], told
    return bool(told)


def _opened(path: Path, code: str) -> SqliteStore:
    """The store, opened again until the disk takes it."""
    while True:
        try:
            return SqliteStore(path)
        except StoreUnusable as error:
            if error.code not in CODES[code]:
                raise


def _fail(code: str, runs: range, folder: Path) -> None:
    noticed = 0
    for seed in runs:
        with telling(seed):
            noticed += _once(seed, code, folder / str(seed))
    assert enough(runs, noticed, 1)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("runs", [25, pytest.param(1_000, marks=pytest.mark.prove)])
def test_whichever_change_fails_the_error_says_so_and_nothing_is_lost(tmp_path: Path, code: str, runs: int) -> None:
    """At any write, truncation, sync or deletion, once or for a while; a cut afterwards loses nothing either."""
    _fail(code, seeds(runs), tmp_path)


# ---- full ---------------------------------------------------------------------------------------------------------


def _fill(store: SqliteStore, mine: Mine, said: Said, least: int) -> None:
    """Appends until there is no room."""
    heads = versions(store, mine, CASES)
    with pytest.raises(StoreUnusable, match="disk_full"):
        _go_on(store, mine, heads, said)
    assert said.count >= least


def _go_on(store: SqliteStore, mine: Mine, heads: dict[int, int], said: Said) -> NoReturn:
    while True:
        for number in CASES:
            store.append([commit := commit_at(mine, number, heads[number])])
            heads[number] = commit.header.version
            said.hear("appended", number, str(heads[number]))


def test_a_file_that_may_grow_no_more_can_be_read_and_goes_on_when_it_may(tmp_path: Path) -> None:
    """Full is an error of its own; reading goes on, and so does writing once there is room."""
    mine, said = Mine(), Said()
    with SqliteStore(tmp_path / "cases.db") as store:
        (pages,) = store._db.execute("PRAGMA page_count").fetchone()
        store._db.execute(f"PRAGMA max_page_count = {pages + 60}")
        _fill(store, mine, said, 20)
        _fill(store, mine, said, 20)
        verify_reads(store, mine, said)
        store._db.execute("PRAGMA max_page_count = 1000000")
        verify(store, mine, CASES, said)
        act(store, mine, versions(store, mine, CASES), Random(1), lambda word: None)


def verify_reads(store: SqliteStore, mine: Mine, said: Said) -> None:
    """Everything acknowledged can be read."""
    assert versions(store, mine, CASES) == said.versions
    assert len(store.scan(EVERYONE, "", 100)) == len(CASES)


def test_a_full_disk_takes_nothing_and_loses_nothing(tmp_path: Path) -> None:
    """On a real file system of half a megabyte; with more room, everything goes on."""
    mine, said = Mine(), Said()
    with small_disk(tmp_path / "disk", "512k") as disk:
        with SqliteStore(disk / "cases.db") as store:
            _fill(store, mine, said, 5)
            verify_reads(store, mine, said)
            with pytest.raises(StoreUnusable, match="disk_full"):
                LocalKeyStore(disk / "keys.db")
            remount(disk, "size=8m")
            with closing(LocalKeyStore(disk / "keys.db")) as keys:
                keys.create(["case-1"])
            act(store, mine, versions(store, mine, CASES), Random(1), lambda word: said.hear(*word))
            verify(store, mine, CASES, said)
        with closing(sqlite3.connect(disk / "cases.db")) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_keys_that_find_no_room_are_not_there_by_half(tmp_path: Path) -> None:
    """A batch of keys is whole or absent, and those that were made before are untouched."""
    with small_disk(tmp_path / "disk", "256k") as disk, closing(LocalKeyStore(disk / "keys.db")) as keys:
        made: dict[str, bytes] = {}
        with pytest.raises(StoreUnusable, match="disk_full"):
            _make_keys(keys, made)
        assert made
        remount(disk, "size=8m")
        assert all(keys.get(case_id) == key for case_id, key in made.items())
        ids = _batch(len(made) // 50)
        with pytest.raises(KeyMissing):
            keys.get(ids[0])
        keys.create(ids)
        assert len({keys.get(case_id) for case_id in ids}) == 50


def _batch(number: int) -> list[str]:
    return [f"case-{number}-{place}" for place in range(50)]


def _make_keys(keys: LocalKeyStore, made: dict[str, bytes]) -> NoReturn:
    for number in count():
        keys.create(_batch(number))
        made |= {case_id: keys.get(case_id) for case_id in _batch(number)}
    raise AssertionError


# ---- read-only ----------------------------------------------------------------------------------------------------


@contextmanager
def _as_nobody() -> Iterator[None]:
    """Rights bind whoever runs the tests: for root, as somebody else for a while."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that anybody can reach and everything in it belongs to nobody."""
    folder = Path("/tmp") / f"expressplatform-{os.getpid()}-{tmp_path.name}"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    try:
        yield folder
    finally:
        folder.chmod(0o777)
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_may_only_be_read_is_told_and_is_right_again_when_it_may_be_written(open_folder: Path, what: str) -> None:
    """Where file or folder is read-only nothing is written; nothing has changed when they are so no more."""
    mine, said, path = Mine(), Said(), open_folder / "cases.db"
    with _as_nobody():
        with SqliteStore(path) as store:
            heads = dict.fromkeys(CASES, 0)
            for _ in range(5):
                act(store, mine, heads, Random(2), lambda word: said.hear(*word))
        bound, rights = (path, 0o400) if what == "file" else (open_folder, 0o500)
        was = bound.stat().st_mode
    bound.chmod(rights)
    with _as_nobody(), pytest.raises(StoreUnusable) as told, SqliteStore(path) as store:
        store.append([commit_at(mine, 0, heads[0])])
    assert told.value.code == "read_only"
    bound.chmod(was)
    with _as_nobody(), SqliteStore(path) as store:
        verify(store, mine, CASES, said)
        act(store, mine, versions(store, mine, CASES), Random(1), lambda word: None)


# ---- no more files ------------------------------------------------------------------------------------------------


@contextmanager
def _no_more_files() -> Iterator[None]:
    """This process may open nothing more (EMFILE)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    spare = os.dup(0)  # the lowest that is free: from here on there is none
    os.close(spare)
    resource.setrlimit(resource.RLIMIT_NOFILE, (spare, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_process_that_may_open_no_more_files_is_told_and_goes_on_afterwards(tmp_path: Path) -> None:
    """What is open still writes; a new reader, a new store, a new key store and a new shelf say that they cannot."""
    mine, said, heads = Mine(), Said(), dict.fromkeys(CASES, 0)
    with SqliteStore(tmp_path / "cases.db") as store:
        act(store, mine, heads, Random(2), lambda word: said.hear(*word))
        with _no_more_files():
            for open_one in (
                lambda: store.load(mine.case(0), EVERYONE),
                lambda: SqliteStore(tmp_path / "cases.db"),
                lambda: SqliteStore(tmp_path / "new.db"),
                lambda: LocalKeyStore(tmp_path / "keys.db"),
                lambda: SqliteShelf(tmp_path / "cases.db"),
            ):
                with pytest.raises(StoreUnusable) as told:
                    open_one()
                assert told.value.code == "read_only"
            commit = commit_at(mine, 0, heads[0])
            assert list(store.append([commit])) == [Appended(commit.case_id, commit.header.version)]
        verify(store, mine, CASES, said)
        with SqliteShelf(tmp_path / "cases.db") as shelf:
            assert list(shelf.put([ShelfRow("hkcc", "k", "1", 1, "p", (), "2026", b"")])) == [True]


def test_an_asynchronous_store_without_files_answers_and_goes_on(tmp_path: Path) -> None:
    """The error reaches the caller, not the thread that met it."""
    mine = Mine()

    async def run() -> None:
        async with AsyncSqliteStore(tmp_path / "cases.db", readers=1) as store:
            await store.append([commit_at(mine, 0, 0)])
            await store.load("nobody's", "")  # a thread and its connection are there
            with _no_more_files():
                assert (await store.load(mine.case(0), EVERYONE)) is not None
            readers = AsyncSqliteStore(tmp_path / "cases.db")
            with _no_more_files(), pytest.raises(StoreUnusable):
                await readers.load(mine.case(0), EVERYONE)
            assert (await readers.load(mine.case(0), EVERYONE)) is not None
            await readers.close()

    asyncio.run(run())
