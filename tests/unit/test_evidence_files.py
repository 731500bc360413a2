"""What a folder, and a file, of evidence promise: whose they are, what survives, and how they fail."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import inspect
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from expressplatform.errors import StoreUnusable
from expressplatform.ports import AsyncEvidenceStore
from expressplatform.testing.stores.rows import NOON
from expressplatform.threads import ThreadedEvidence
from expressplatform_files.evidence import AsyncDirectoryEvidence, DirectoryEvidence
from expressplatform_sqlite.evidence import AsyncSqliteEvidence, SqliteEvidence
from expressplatform_sqlite.store import SqliteStore

NAME = "ab" * 32
CHUNKS = [bytes([number]) * 4000 for number in range(20)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


def filled(root: Path) -> Path:
    """A folder with one file; where that stands."""
    with DirectoryEvidence(root) as store:
        store.put("case-1", NAME, CHUNKS, NOON)
    return root / "case-1" / NAME


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(StoreUnusable) as caught:
        call()
    assert "case-1" not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value.code


class TestWhoseFolderItIs:
    def test_it_is_for_its_owner_alone(self, root: Path) -> None:
        place = filled(root)
        if os.name != "nt":
            assert [stat.S_IMODE(one.stat().st_mode) for one in (root, place.parent, place)] == [0o700, 0o700, 0o600]

    def test_a_folder_of_anything_else_is_refused_and_left_alone(self, root: Path) -> None:
        root.mkdir()
        (root / "letter.txt").write_text("mine")
        assert refused(lambda: DirectoryEvidence(root)) == "not_ours"
        assert [one.name for one in root.iterdir()] == ["letter.txt"]

    def test_an_empty_folder_becomes_one(self, root: Path) -> None:
        root.mkdir()
        with DirectoryEvidence(root) as store:
            assert list(store.list("", "", 9)) == []

    def test_another_programs_mark_and_a_newer_layout_are_refused(self, root: Path) -> None:
        filled(root)
        (root / "expressplatform-evidence").write_text("2\n")
        assert refused(lambda: DirectoryEvidence(root)) == "newer_schema"
        for theirs in ("mine\n", "1" * 5000):
            (root / "expressplatform-evidence").write_text(theirs)
            assert refused(lambda: DirectoryEvidence(root)) == "not_ours"

    def test_a_place_that_cannot_be_one_is_refused(self, root: Path, tmp_path: Path) -> None:
        root.write_text("a file")
        assert refused(lambda: DirectoryEvidence(root)) == "not_ours"
        assert refused(lambda: DirectoryEvidence(tmp_path / "no" / "such" / "folder")) == "read_only"

    def test_a_link_in_a_cases_place_leads_nowhere(self, root: Path, tmp_path: Path) -> None:
        with DirectoryEvidence(root) as store:
            (tmp_path / "elsewhere").mkdir()
            (root / "case-1").symlink_to(tmp_path / "elsewhere")
            assert refused(lambda: store.put("case-1", NAME, CHUNKS, NOON)) == "not_ours"
            assert list((tmp_path / "elsewhere").iterdir()) == []


class TestWhatIsOnTheDisk:
    def test_nothing_but_whole_files_stands_in_a_cases_folder(self, root: Path) -> None:
        """While a file is being written, readers and listers see what was there before."""
        with DirectoryEvidence(root) as store:
            store.put("case-1", NAME, [b"before"], NOON)

            def chunks() -> Iterator[bytes]:
                for chunk in CHUNKS:
                    assert list(store.get("case-1", NAME)) == [b"before"]
                    assert [one.name for one in (root / "case-1").iterdir()] == [NAME]
                    yield chunk

            store.put("case-1", NAME, chunks(), NOON)
            assert list(store.get("case-1", NAME)) == CHUNKS
        assert list((root / ".drafts").iterdir()) == []

    @pytest.mark.skipif(os.name == "nt", reason="folders are synced by the system there")
    def test_a_file_is_synced_before_it_is_moved_and_its_folders_after(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[str] = []

        def fsync(number: int, real: Callable[[int], None] = os.fsync) -> None:
            seen.append(Path(os.readlink(f"/proc/self/fd/{number}")).name)
            real(number)

        def replace(source: Path, place: Path, real: Callable[[Path, Path], None] = os.replace) -> None:
            seen.append("moved")
            real(source, place)

        with DirectoryEvidence(root) as store:
            monkeypatch.setattr(os, "fsync", fsync)
            monkeypatch.setattr(os, "replace", replace)
            store.put("case-1", NAME, CHUNKS, NOON)
            store.delete("case-1", [NAME])
        assert seen[0].endswith(".part")
        assert seen[1:] == ["moved", "case-1", "evidence", "case-1"]

    def test_nothing_acknowledged_is_lost_when_the_process_is_killed(self, root: Path) -> None:
        """Four times a writer is killed at some moment; every file that it had reported is there, whole."""
        DirectoryEvidence(root).close()
        reported: list[str] = []
        for round_ in range(4):
            reported += _killed_writer(root, round_, after=round_ * 5 + 3)
        with DirectoryEvidence(root) as store:
            for filed in store.list("", "", 10_000):
                assert len(b"".join(store.get(filed.case_id, filed.name))) == filed.size == 80_000
            names = {filed.name for filed in store.list("", "", 10_000)}
        assert len(reported) >= 42
        assert set(reported) <= names

    def test_what_a_dead_writer_left_is_taken_away_after_a_day(self, root: Path) -> None:
        filled(root)
        old, new = root / ".drafts" / "old.part", root / ".drafts" / "new.part"
        for draft in (old, new):
            draft.write_bytes(b"half")
        os.utime(old, (1, 1))
        with DirectoryEvidence(root) as store:
            assert [one.name for one in store.list("", "", 9)] == [NAME]
        assert (old.exists(), new.exists()) == (False, True)

    def test_a_case_without_files_has_no_folder(self, root: Path) -> None:
        place = filled(root)
        with DirectoryEvidence(root) as store:
            store.delete("case-1", [NAME])
            assert not place.parent.exists()
            store.put("case-1", NAME, CHUNKS, NOON)
            assert list(store.get("case-1", NAME)) == CHUNKS


class TestWhatOthersDid:
    def test_a_file_that_was_cut_off_or_lengthened_says_so(self, root: Path) -> None:
        place = filled(root)
        content = place.read_bytes()
        with DirectoryEvidence(root) as store:
            for length in (0, 5, 21, 23, 30, 4029, len(content) - 4004, len(content) - 1):
                place.write_bytes(content[:length])
                assert refused(lambda: list(store.get("case-1", NAME))) == "corrupt"
            for more in (b"\x00", b"\x00\x00\x00\x01x"):
                place.write_bytes(content + more)
                assert refused(lambda: list(store.get("case-1", NAME))) == "corrupt"
            for begin in (b"no such file", content[:5] + b"\x7f" + bytes(7) + content[13:]):  # after all calendars
                place.write_bytes(begin)
                assert refused(lambda: store.list("", "", 9)) == "corrupt"
            place.write_bytes(content[:4] + b"\x02" + content[5:])
            assert refused(lambda: list(store.get("case-1", NAME))) == "newer_schema"

    @pytest.mark.parametrize(
        ("number", "code"), [(errno.ENOSPC, "disk_full"), (errno.EROFS, "read_only"), (errno.EIO, "failed")]
    )
    def test_a_disk_that_fails_leaves_what_was_there(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
    ) -> None:
        def broken(_: int) -> None:
            raise OSError(number, "no", "/case-1/secret")

        with DirectoryEvidence(root) as store:
            store.put("case-1", NAME, CHUNKS, NOON)
            with monkeypatch.context() as patch:
                patch.setattr(os, "fsync", broken)
                assert refused(lambda: store.put("case-1", NAME, [b"later"], NOON)) == code
            assert list(store.get("case-1", NAME)) == CHUNKS
        assert list((root / ".drafts").iterdir()) == []

    def test_a_file_that_goes_while_it_is_listed_is_not_listed(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        filled(root)
        with DirectoryEvidence(root) as store:
            monkeypatch.setattr(os, "listdir", lambda path: ["case-1"] if Path(path) == root else [NAME, "cd" * 32])
            assert [one.name for one in store.list("", "", 9)] == [NAME]

    def test_a_folder_that_somebody_takes_away_is_made_again(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The last file of a case is deleted at the very moment at which another comes in."""
        calls: list[Path] = []

        def replace(source: Path, place: Path, real: Callable[[Path, Path], None] = os.replace) -> None:
            if not calls:
                place.parent.rmdir()
            calls.append(place)
            real(source, place)

        with DirectoryEvidence(root) as store:
            monkeypatch.setattr(os, "replace", replace)
            store.put("case-1", NAME, CHUNKS, NOON)
            assert (len(calls), list(store.get("case-1", NAME))) == (2, CHUNKS)


class TestTheFileOfTheEmbeddedStore:
    def test_a_store_of_cases_is_no_store_of_evidence(self, tmp_path: Path) -> None:
        SqliteStore(tmp_path / "cases.db").close()
        assert refused(lambda: SqliteEvidence(tmp_path / "cases.db")) == "not_ours"
        SqliteEvidence(tmp_path / "evidence.db").close()
        assert refused(lambda: SqliteStore(tmp_path / "evidence.db")) == "not_ours"

    def test_a_file_of_a_newer_release_is_refused(self, tmp_path: Path) -> None:
        SqliteEvidence(tmp_path / "evidence.db").close()
        db = sqlite3.connect(tmp_path / "evidence.db")
        db.execute("PRAGMA user_version = 2")
        db.close()
        assert refused(lambda: SqliteEvidence(tmp_path / "evidence.db")) == "newer_schema"

    @pytest.mark.parametrize(
        "change", ["chunks SET chunk = 7", "chunks SET chunk = 'x'", "files SET stored_at = 1 << 62"]
    )
    def test_a_value_that_its_column_cannot_hold_is_reported(self, tmp_path: Path, change: str) -> None:
        """SQLite takes any value in any column: whoever edited the file, the error is ours."""
        with SqliteEvidence(tmp_path / "evidence.db") as store:
            store.put("case-1", NAME, CHUNKS, NOON)
            with closing(sqlite3.connect(tmp_path / "evidence.db")) as db, db:
                db.execute(f"UPDATE {change}")
            assert refused(lambda: [*store.get("case-1", NAME), *store.list("", "", 9)]) == "corrupt"

    def test_who_writes_within_a_write_of_its_own_is_refused_and_neither_file_is_kept(self, tmp_path: Path) -> None:
        with SqliteEvidence(tmp_path / "evidence.db", busy_seconds=0.05) as store:

            def handing_over() -> Iterator[bytes]:
                yield CHUNKS[0]
                store.put("case-1", NAME, CHUNKS, NOON)

            assert refused(lambda: store.put("case-2", NAME, handing_over(), NOON)) == "locked"
            assert list(store.list("", "", 9)) == []
            store.put("case-2", NAME, CHUNKS, NOON)
            assert list(store.get("case-2", NAME)) == CHUNKS

    def test_who_waits_too_long_for_a_slow_sender_is_refused_and_the_sender_goes_on(self, tmp_path: Path) -> None:
        begun, waited = threading.Event(), threading.Event()

        def slow() -> Iterator[bytes]:
            yield CHUNKS[0]
            begun.set()
            assert waited.wait(30)
            yield CHUNKS[1]

        with (
            SqliteEvidence(tmp_path / "evidence.db", busy_seconds=0.05) as store,
            ThreadPoolExecutor(1) as other,
        ):
            sent = other.submit(store.put, "case-1", NAME, slow(), NOON)
            assert begun.wait(30)
            try:
                assert refused(lambda: store.put("case-2", NAME, CHUNKS, NOON)) == "locked"
            finally:
                waited.set()
            sent.result(30)
            assert list(store.get("case-1", NAME)) == CHUNKS[:2]


@pytest.mark.parametrize("awaited", [ThreadedEvidence, AsyncDirectoryEvidence, AsyncSqliteEvidence])
def test_awaited_stores_have_the_methods_of_the_port(awaited: type) -> None:
    for name, method in inspect.getmembers(AsyncEvidenceStore, inspect.isfunction):
        if not name.startswith("_"):
            theirs = inspect.signature(getattr(awaited, name)).parameters
            assert list(theirs) == list(inspect.signature(method).parameters)


def test_a_writer_that_is_interrupted_while_it_waits_keeps_nobody_from_writing(root: Path) -> None:
    """By an exception that is raised in its thread from outside, which strikes when its turn has come."""
    begun, go_on, told = threading.Event(), threading.Event(), list[BaseException]()

    def slow() -> Iterator[bytes]:
        begun.set()
        assert go_on.wait(10)
        yield from CHUNKS

    def waits(store: SqliteEvidence) -> None:
        try:
            store.put("case-1", NAME, CHUNKS, NOON)
        except BaseException as error:  # noqa: BLE001
            told.append(error)

    store = SqliteEvidence(root, busy_seconds=1)  # closing it would wait for the lock too
    first = threading.Thread(target=store.put, args=("case-1", NAME, slow(), NOON))
    second = threading.Thread(target=waits, args=(store,))
    first.start()
    assert begun.wait(10)
    second.start()
    time.sleep(0.1)
    assert second.ident is not None
    interruption = ctypes.py_object(KeyboardInterrupt)
    assert ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(second.ident), interruption) == 1
    go_on.set()
    first.join(10)
    second.join(10)
    assert [type(one) for one in told] == [KeyboardInterrupt]
    store.put("case-1", NAME, CHUNKS, NOON)
    assert list(store.get("case-1", NAME)) == CHUNKS
    store.close()


@pytest.mark.parametrize("kind", [AsyncDirectoryEvidence, AsyncSqliteEvidence])
def test_readers_that_are_cancelled_are_cancelled_and_leave_no_file_open(
    root: Path, kind: type[AsyncDirectoryEvidence | AsyncSqliteEvidence]
) -> None:
    """Also while a thread is reading for them."""

    async def main() -> None:
        async with kind(root) as store:
            await store.put("case-1", NAME, CHUNKS, NOON)
            for number in range(300):
                reading = asyncio.ensure_future(_read(store))
                await asyncio.sleep(number / 300 * 0.003)
                reading.cancel()
                await asyncio.wait([reading])
                assert reading.cancelled() or reading.result() == CHUNKS

    asyncio.run(main())


async def _read(store: AsyncEvidenceStore) -> list[bytes]:
    return [chunk async for chunk in store.get("case-1", NAME)]


WRITER = """
import sys
from expressplatform.testing.stores.rows import NOON
from expressplatform_files.evidence import DirectoryEvidence
store, round_ = DirectoryEvidence(sys.argv[1]), int(sys.argv[2])
for number in range(100_000):
    name = f"{round_:02x}{number:08x}"
    store.put(f"case-{number % 7}", name, [bytes([number % 256]) * 4000] * 20, NOON)
    print(name, flush=True)
"""


def _killed_writer(root: Path, round_: int, after: int) -> list[str]:
    """What a writer had reported when it was killed, somewhere after its n-th report."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(root), str(round_)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    reported = [writer.stdout.readline().strip() for _ in range(after)]
    writer.send_signal(signal.SIGKILL)
    reported += [line.strip() for line in writer.stdout if line.endswith("\n")]
    writer.wait()
    writer.stdout.close()
    return reported
