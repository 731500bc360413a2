"""The server's disk is full: the error says so, nothing acknowledged is lost, and with more room everything goes on.

Where tables find no room the server refuses the statement; where its log finds none it stops, and comes back by itself.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import attrs
import psycopg

from expressplatform.errors import StoreUnusable
from expressplatform.ports import EVERYONE, Appended, Commit, Replayed
from expressplatform.testing.stores.rows import Mine
from expressplatform_postgres.migrating import migrate
from expressplatform_postgres.store import PostgresStore
from tests.servers import KINDS, Server, running
from tests.small_disk import remount, small_disk

MOST = 5_000
"""So many commits fill any disk here."""


def step(mine: Mine, number: int) -> Commit:
    """A first step of twenty kilobytes, which cannot be made smaller."""
    commit = mine.commit(number, key="first")
    return attrs.evolve(commit, events=(attrs.evolve(commit.events[0], sealed=os.urandom(20_000)),))


def fill(store: PostgresStore, mine: Mine, first: int) -> tuple[int, str]:
    """Appends until there is no room: the case that was not kept, and the code of the error."""
    for number in range(first, first + MOST):
        try:
            (answer,) = store.append([step(mine, number)])
        except StoreUnusable as error:
            return number, error.code
        assert type(answer) is Appended
    raise AssertionError("the disk does not fill")


def verify(store: PostgresStore, mine: Mine, cases: int) -> None:
    """Every case below is there with its receipt."""
    for number in range(cases):
        kept = store.load(mine.case(number), EVERYONE)
        assert kept is not None
        assert len(kept.events) == 1
        assert store.receipt(mine.case(number), "first") is not None


def goes_on(store: PostgresStore, mine: Mine, number: int) -> None:
    """The step that found no room is kept now, and the next one too."""
    (answer,) = store.append([step(mine, number)])
    assert isinstance(answer, Appended | Replayed)
    (answer,) = store.append([step(mine, number + 1)])
    assert type(answer) is Appended
    verify(store, mine, number + 2)


def given(disk: Path, server: Server) -> Path:
    """The disk, in the hands of whoever runs the server."""
    for path in (disk, *disk.rglob("*")):
        if server.user is not None:
            shutil.chown(path, server.user)
    disk.chmod(0o700)
    return disk


def test_tables_that_find_no_room_keep_what_they_have_and_go_on_when_there_is_some() -> None:
    """Full is an error of its own; reading goes on meanwhile."""
    with running(KINDS[0], "fsync=off") as server, small_disk(server.folder / "small", "24m") as disk:
        dsn = server.empty_database()
        name = psycopg.conninfo.conninfo_to_dict(dsn)["dbname"]
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as db:
            db.execute(f"CREATE TABLESPACE small LOCATION '{given(disk, server)}'")
            db.execute(f'ALTER DATABASE "{name}" SET TABLESPACE small')
        migrate(dsn)
        mine = Mine()
        with PostgresStore(dsn) as store:
            first, code = fill(store, mine, 0)
            assert (first > 100, code) == (True, "disk_full")
            again, code = fill(store, mine, first)
            assert code == "disk_full"
            verify(store, mine, again)
            assert store.load(mine.case(again), EVERYONE) is None
            remount(disk, "size=64m")
            goes_on(store, mine, again)


def until_it_is_noticed(server: Server) -> None:
    """Until the server knows that one of its processes is gone: before that it still lets somebody in, to no avail."""
    end = time.monotonic() + 30
    while b"terminating any other active server processes" not in (server.folder / "log").read_bytes():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_log_that_finds_no_room_stops_the_server_and_loses_nothing() -> None:
    """What was acknowledged stands when it is back; once there is room, the same store goes on."""
    never = "checkpoint_timeout=1d"  # a checkpoint would make room
    with running(KINDS[0], "fsync=off", never) as server, small_disk(server.folder / "small", "44m") as disk:
        dsn, mine = server.database(), Mine()
        server.stop()
        log = server.folder / "data" / "pg_wal"
        shutil.copytree(log, disk, dirs_exist_ok=True)
        shutil.rmtree(log)
        log.symlink_to(given(disk, server))
        server.start()
        with PostgresStore(dsn) as store:
            number, code = fill(store, mine, 0)
            assert code in ("disk_full", "unreachable")
            assert b"PANIC" in (server.folder / "log").read_bytes()
            until_it_is_noticed(server)
            remount(disk, "size=256m")
            server.start()
            goes_on(store, mine, number)
