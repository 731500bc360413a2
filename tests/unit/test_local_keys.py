"""The key stores beyond their contract: what is sealed goes with its key; what the file of the local one promises."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from expressplatform.errors import KeyDestroyed, KeyMissing, SealBroken, StoreUnusable
from expressplatform.memory import MemoryKeyStore
from expressplatform.sealing import CaseKey, Context, KeyRing, wrap_key
from expressplatform_sqlite.keys import SCHEMA, LocalKeyStore

CANARY = "Wq7ZkT2vLx9RbN4c"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.db"


def wrapped_keys(path: Path) -> dict[str, bytes]:
    """What the file holds for each name, read by a second route."""
    db = sqlite3.connect(path)
    try:
        return dict(db.execute("SELECT name, wrapped FROM sealed"))
    finally:
        db.close()


def changed(path: Path, statement: str, *values: object) -> None:
    db = sqlite3.connect(path)
    with db:
        db.execute(statement, values)
    db.close()


def refused(path: Path) -> str:
    with pytest.raises(StoreUnusable) as caught:
        LocalKeyStore(path)
    assert str(path) not in str(caught.value)
    return caught.value.code


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, path: Path) -> Iterator[MemoryKeyStore | LocalKeyStore]:
    with MemoryKeyStore() if request.param == "memory" else LocalKeyStore(path) as made:
        yield made


class TestEveryKeyStore:
    def test_nothing_sealed_for_a_case_opens_once_its_key_is_destroyed(
        self, store: MemoryKeyStore | LocalKeyStore
    ) -> None:
        place = Context("a", 1, "lodged", 1, b"", "particulars")
        store.create(["a", "b"])
        ring = KeyRing(store)
        blob = ring.get("a").seal(CANARY.encode(), place)
        store.destroy("a")
        ring.forget("a")
        with pytest.raises(KeyDestroyed):
            ring.get("a")
        with pytest.raises(SealBroken):
            CaseKey(store.get("b")).open(blob, place)


class TestTheFile:
    def test_only_its_owner_may_read_the_file(self, path: Path) -> None:
        LocalKeyStore(path).close()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o644)
        LocalKeyStore(path).close()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_no_key_stands_in_the_file_in_clear(self, path: Path) -> None:
        with LocalKeyStore(path) as store:
            store.create(["a"])
            clear = (store.get("a"), store.secret("s"))
        raw = path.read_bytes()
        assert not [key for key in clear if key in raw]

    def test_the_bytes_of_destroyed_keys_are_nowhere_in_the_files(self, path: Path) -> None:
        names = [os.urandom(8).hex() for _ in range(1500)]  # random order: the index splits again and again
        with LocalKeyStore(path) as store:
            for at in range(0, len(names), 50):
                store.create(names[at : at + 50])
            secret = store.secret("quarter")
            held = wrapped_keys(path)
            before = path.read_bytes()
            assert all(before.count(wrapped) == 1 for wrapped in held.values())
            gone = sorted(names)[::3]  # live neighbours on both sides
            for name in gone:
                store.destroy(name)
            store.forget("quarter")
            left = b"".join(file.read_bytes() for file in path.parent.iterdir())
            assert not [name for name in (*gone, "quarter") if held[name][13:] in left]
            assert all(held[name] in left for name in set(names) - set(gone))
            assert secret not in left

    def test_rotation_keeps_every_live_key_and_leaves_no_old_wrapping_behind(self, path: Path) -> None:
        with LocalKeyStore(path) as store:
            store.create([f"case-{number}" for number in range(300)])
            store.destroy("case-7")
            keys = {name: store.get(name) for name in wrapped_keys(path) if name != "case-7"}
            secret, held = store.secret("s"), wrapped_keys(path)
            assert (store.rotate(), store.rotate()) == (2, 3)
            assert {name: store.get(name) for name in keys} == keys
            assert (store.secret("s"), store.destroyed()) == (secret, ("case-7",))
        raw = path.read_bytes()
        assert not [name for name in keys if held[name][13:] in raw]

    def test_the_last_generation_that_can_be_counted_is_told_and_stays(self, path: Path) -> None:
        with LocalKeyStore(path) as store:
            store.create(["a"])
            key = store.get("a")
            with closing(sqlite3.connect(path)) as db, db:
                db.execute("UPDATE wrapping SET generation = ?", (2**63 - 1,))
            with pytest.raises(StoreUnusable) as raised:
                store.rotate()
            assert (raised.value.code, store.get("a")) == ("corrupt", key)

    def test_an_open_store_follows_a_rotation_done_by_another(self, path: Path) -> None:
        with LocalKeyStore(path) as one, LocalKeyStore(path) as other:
            one.create(["a"])
            key = one.get("a")
            other.rotate()
            one.create(["b"])
            assert (one.get("a"), other.get("b")) == (key, one.get("b"))

    def test_no_journal_keeps_what_was_written(self, path: Path) -> None:
        with LocalKeyStore(path) as store:
            store.create(["a"])
            others = [file for file in path.parent.iterdir() if file != path]
            assert all(file.stat().st_size == 0 for file in others)

    def test_processes_that_create_the_same_cases_get_one_key_each(self, path: Path) -> None:
        program = (
            "import sys, hashlib; from expressplatform_sqlite.keys import LocalKeyStore\n"
            "store = LocalKeyStore(sys.argv[1]); names = [f'case-{n}' for n in range(60)]\n"
            "for name in names: store.create([name])\n"
            "print(hashlib.sha256(b''.join(map(store.get, names)) + store.secret('s')).hexdigest())"
        )
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", program, str(path)]
        running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(3)]
        answers = [process.communicate(timeout=60)[0] for process in running]
        assert [process.returncode for process in running] == [0, 0, 0]
        assert len(set(answers)) == 1

    def test_a_writer_that_waits_too_long_is_told_that_the_store_is_locked(self, path: Path) -> None:
        with LocalKeyStore(path, busy_seconds=0.01) as store:
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnusable) as caught:
                store.create([CANARY])
            assert caught.value.code == "locked"
            assert CANARY not in str(caught.value)
            other.close()
            store.create([CANARY])

    def test_a_newer_schema_is_refused_and_left_as_it_is(self, path: Path) -> None:
        LocalKeyStore(path).close()
        changed(path, f"PRAGMA user_version = {SCHEMA + 1}")
        before = path.read_bytes()
        assert refused(path) == "newer_schema"
        assert path.read_bytes() == before

    def test_another_programs_database_is_refused_and_left_as_it_is(self, path: Path) -> None:
        changed(path, "CREATE TABLE notes (text)")
        before = path.read_bytes()
        assert refused(path) == "not_ours"
        assert path.read_bytes() == before

    @pytest.mark.parametrize("damage", ["noise", "cut", "page", "no wrapping key", "no tables"])
    def test_a_corrupt_file_is_refused(self, path: Path, damage: str) -> None:
        with LocalKeyStore(path) as store:
            store.create([f"case-{number}" for number in range(300)])
        raw = path.read_bytes()
        match damage:
            case "noise":
                path.write_bytes(b"noise " * 1000)
            case "cut":
                path.write_bytes(raw[: len(raw) // 2])
            case "page":
                path.write_bytes(raw[:8192] + b"\xff" * 4096 + raw[12288:])
            case "no wrapping key":
                changed(path, "DELETE FROM wrapping")
            case _:
                changed(path, "DROP TABLE wrapping")
        assert refused(path) == "corrupt"

    def test_a_wrapped_key_that_was_moved_or_altered_is_reported(self, path: Path) -> None:
        with LocalKeyStore(path) as store:
            store.create(["a", "b"])
            changed(path, "UPDATE sealed SET wrapped = (SELECT wrapped FROM sealed WHERE name = 'b')")
            assert len(store.get("b")) == 32
            with pytest.raises(StoreUnusable) as caught:
                store.get("a")
            assert caught.value.code == "corrupt"
            with pytest.raises(StoreUnusable):
                store.rotate()
            assert len(store.get("b")) == 32  # the rotation that failed changed nothing
            changed(path, "UPDATE sealed SET wrapped = ?", wrap_key(bytes(32), bytes(32), "b"))
            with pytest.raises(StoreUnusable):
                store.get("b")

    @pytest.mark.parametrize("change", [
        "wrapping SET kek = 7", "wrapping SET kek = x'00'", "wrapping SET since = 'x'", "wrapping SET since = 1 << 62",
        "sealed SET wrapped = 'x'", "sealed SET label = x'63617365'", "about SET value = 1 << 62",
    ])  # fmt: skip
    def test_a_value_that_its_column_cannot_hold_is_answered_or_reported(self, path: Path, change: str) -> None:
        """SQLite takes any value in any column: whoever edited the file, the error is ours."""
        with LocalKeyStore(path) as store:
            store.create(["a"])
            store.secret("b")
            store.name_recovery_key(bytes(32))
        changed(path, f"UPDATE {change}")
        asked: tuple[Callable[[LocalKeyStore], object], ...] = (
            lambda store: store.get("a"), lambda store: store.secret("b"), LocalKeyStore.about, LocalKeyStore.names,
            LocalKeyStore.rotate,
        )  # fmt: skip
        for ask in asked:
            with suppress(KeyMissing, StoreUnusable), LocalKeyStore(path) as store:
                ask(store)

    @pytest.mark.parametrize("place", ["missing/keys.db", "."])
    def test_a_place_where_no_file_can_be_is_reported(self, tmp_path: Path, place: str) -> None:
        assert refused(tmp_path / place) == "read_only"


class TestCopies:
    """A copy is a whole key store that is marked, and opens only for whoever puts it right."""

    def restored(self, path: Path, image: bytes) -> LocalKeyStore:
        path.write_bytes(image)
        assert refused(path) == "not_restored"
        assert path.read_bytes() == image  # looking changed nothing
        return LocalKeyStore(path, restoring=True)

    def test_everything_is_in_it(self, tmp_path: Path, path: Path) -> None:
        with LocalKeyStore(path) as store:
            store.create(["a", "b"])
            store.destroy("b")
            key, secret = store.get("a"), store.secret("s")
            image = store.copy("b1")
            store.create(["later"])
        with self.restored(tmp_path / "copy.db", image) as copy:
            assert (copy.get("a"), copy.secret("s"), copy.destroyed()) == (key, secret, ("b",))
            with pytest.raises(KeyMissing):
                copy.get("later")
            copy.restored()
        with LocalKeyStore(tmp_path / "copy.db") as copy:
            assert copy.get("a") == key

    def test_the_store_that_was_copied_is_not_marked(self, path: Path) -> None:
        with LocalKeyStore(path) as store:
            store.copy("b1")
        LocalKeyStore(path).close()

    def test_it_is_made_while_others_write(self, tmp_path: Path, path: Path) -> None:
        with LocalKeyStore(path) as store, LocalKeyStore(path) as other:
            start = threading.Barrier(2)

            def write() -> None:
                start.wait()
                for number in range(30):
                    other.create([f"case-{number}"])

            thread = threading.Thread(target=write)
            thread.start()
            start.wait()
            images = [store.copy("b1") for _ in range(5)]
            thread.join()
        for image in images:
            target = tmp_path / "copy.db"
            with self.restored(target, image) as copy:
                assert all(len(copy.get(case_id)) == 32 for case_id in copy.names()[0])
            target.unlink()


class TestWhatMayBeTold:
    def test_counts_generation_and_names_and_never_a_key(self, path: Path) -> None:
        with LocalKeyStore(path) as store:
            store.create(["b", "a", "c"])
            store.destroy("c")
            store.secret("s")
            about = store.about()
            assert (about.generation, about.cases, about.destroyed, about.secrets) == (1, 2, 1, 1)
            assert about.since is not None
            assert about.recovery is None
            assert store.names() == (("a", "b"), ("s",))
            assert store.rotate() == store.about().generation == 2
            assert store.get("a").hex() not in repr(store.about())

    def test_a_recovery_key_stays_named(self, path: Path) -> None:
        with LocalKeyStore(path) as store:
            store.name_recovery_key(bytes(range(32)))
            with pytest.raises(ValueError, match="32 bytes"):
                store.name_recovery_key(bytes(31))
        with LocalKeyStore(path) as store:
            assert store.about().recovery == bytes(range(32))


def test_a_file_of_the_first_schema_is_brought_to_this_one_with_its_keys(path: Path) -> None:
    """Its key-encryption key is of unknown age, and everything else is as it was."""
    with LocalKeyStore(path) as store:
        store.create(["a"])
        store.destroy("b")
        key = store.get("a")
    changed(path, "ALTER TABLE wrapping DROP COLUMN since")
    changed(path, "DROP TABLE about")
    changed(path, "PRAGMA user_version = 1")
    with LocalKeyStore(path) as store:
        assert (store.get("a"), store.destroyed(), store.about().since) == (key, ("b",), None)
        store.rotate()
        assert (store.get("a"), store.about().since is None) == (key, False)
