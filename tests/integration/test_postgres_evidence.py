"""Files of evidence in PostgreSQL: what is in memory, who waits for whom, and what a failure leaves behind."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any, Final

import psycopg
import pytest

from expressplatform.chunks import CHUNK
from expressplatform.errors import EvidenceMissing, StoreUnusable
from expressplatform.sealing import OVERHEAD
from expressplatform.testing.contracts import EvidenceContract
from expressplatform.testing.stores.rows import MANY, NOON, Mine
from expressplatform.threads import ThreadedEvidence
from expressplatform_postgres import sql
from expressplatform_postgres.aio import AsyncPostgresStore
from expressplatform_postgres.aio_evidence import AsyncPostgresEvidence
from expressplatform_postgres.evidence import PostgresEvidence
from expressplatform_postgres.evidence_talks import PIECE, delete
from tests.servers import Server

NAME: Final = "0" * 64
LARGE: Final = 160
"""Chunks of 64 KiB in a file of 10 MiB."""
_SERIALIZABLE: Final = {"options": "-c default_transaction_isolation=serializable"}


def chunks(number: int, mark: int = 0) -> Iterator[bytes]:
    """So many sealed chunks, each made when it is asked for."""
    for place in range(number):
        yield bytes([mark, place % 256]) * ((CHUNK + OVERHEAD) // 2)


def rows(dsn: str, case_id: str) -> tuple[int, int]:
    """How many files and how many chunks of a case the tables hold."""
    with psycopg.connect(dsn) as db:
        found = [
            db.execute(f"SELECT count(*) FROM {table} WHERE case_id = %s".encode(), (case_id,)).fetchone()
            for table in ("files", "chunks")
        ]
    assert found[0] is not None
    assert found[1] is not None
    return int(found[0][0]), int(found[1][0])


class TestLargeFiles:
    def test_a_file_of_ten_mebibytes_is_never_whole_in_memory(self, database: str) -> None:
        """Neither while it is kept nor while it is read: a few pieces of it are, however long it is."""
        case = Mine().case(1)
        with PostgresEvidence(database) as store:
            store.put(case, NAME, chunks(PIECE), NOON)  # what is loaded once is loaded
            tracemalloc.start()
            try:
                store.put(case, NAME, chunks(LARGE), NOON)
                read = sum(map(len, store.get(case, NAME)))
                most = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            (filed,) = store.list(case, "", MANY)
        assert filed.size == read == sum(map(len, chunks(LARGE)))
        assert most < 4 * PIECE * CHUNK

    @pytest.mark.parametrize("number", [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
    def test_files_of_whole_pieces_and_of_broken_ones_come_back_whole(self, number: int, database: str) -> None:
        case = Mine().case(1)
        with PostgresEvidence(database) as store:
            store.put(case, NAME, chunks(number), NOON)
            assert list(store.get(case, NAME)) == list(chunks(number))

    def test_a_reader_reads_on_through_replacement_and_deletion_piece_by_piece(self, database: str) -> None:
        """Also what is far away from what it has read: all pieces are of one moment."""
        case = Mine().case(1)
        with PostgresEvidence(database) as store, PostgresEvidence(database) as other:
            store.put(case, NAME, chunks(3 * PIECE, 1), NOON)
            reading = store.get(case, NAME)
            read = [next(reading)]
            other.put(case, NAME, chunks(4 * PIECE, 2), NOON)
            read += [next(reading) for _ in range(PIECE)]
            other.delete(case, [NAME])
            assert [*read, *reading] == list(chunks(3 * PIECE, 1))
            with pytest.raises(EvidenceMissing):
                next(store.get(case, NAME))


class TestWhatIsLeftBehind:
    def test_neither_a_failed_file_nor_a_replaced_or_deleted_one_leaves_a_chunk(self, database: str) -> None:
        case = Mine().case(1)

        def failing() -> Iterator[bytes]:
            yield from chunks(2 * PIECE)
            raise LookupError

        with PostgresEvidence(database) as store:
            with pytest.raises(LookupError):
                store.put(case, NAME, failing(), NOON)
            assert rows(database, case) == (0, 0)
            store.put(case, NAME, chunks(2 * PIECE), NOON)
            store.put(case, NAME, chunks(3), NOON)
            assert rows(database, case) == (1, 3)
            store.delete(case, [NAME])
            assert rows(database, case) == (0, 0)

    def test_a_reader_that_stops_half_way_gives_its_connection_back(self, database: str) -> None:
        """Ten of them, and one connection: each is closed before the next begins."""
        case = Mine().case(1)
        with PostgresEvidence(database, connections=1, busy_seconds=5) as store:
            store.put(case, NAME, chunks(2 * PIECE), NOON)
            for _ in range(10):
                reading = store.get(case, NAME)
                next(reading)
                reading.close()  # type: ignore[attr-defined]

        async def main() -> None:
            async with AsyncPostgresEvidence(database, connections=1, busy_seconds=5) as awaited:
                for _ in range(10):
                    reading = awaited.get(case, NAME)
                    await anext(reading)
                    await reading.aclose()  # type: ignore[attr-defined]

        asyncio.run(main())

    def test_a_process_that_is_killed_in_the_middle_leaves_the_former_file(self, database: str) -> None:
        """What stood there before stands, whole, and whoever comes next waits for nobody."""
        case = Mine().case(1)
        with PostgresEvidence(database, busy_seconds=20) as store:
            store.put(case, NAME, chunks(3, 1), NOON)
            with subprocess.Popen(
                [sys.executable, "-c", _STOPS_HALF_WAY, database, case, NAME], stdout=subprocess.PIPE
            ) as child:
                assert child.stdout is not None
                assert child.stdout.readline() == b"half\n"
                child.send_signal(signal.SIGKILL)
            assert list(store.get(case, NAME)) == list(chunks(3, 1))
            store.put(case, NAME, chunks(2, 2), NOON)
            assert rows(database, case) == (1, 2)

    def test_a_cancelled_file_is_not_kept_and_the_store_goes_on(self, database: str) -> None:
        case = Mine().case(1)

        async def main() -> None:
            async with AsyncPostgresEvidence(database) as store:
                for pauses in range(0, 40, 3):
                    task = asyncio.ensure_future(store.put(case, NAME, chunks(3 * PIECE, pauses), NOON))
                    for _ in range(pauses):
                        await asyncio.sleep(0)
                    task.cancel()
                    await asyncio.wait([task])
                    left = [chunk async for chunk in store.get(case, NAME)] if not task.cancelled() else []
                    assert left in ([], list(chunks(3 * PIECE, pauses)))
                await store.delete(case, [NAME])

        asyncio.run(main())
        assert rows(database, case) == (0, 0)

    def test_who_is_cancelled_while_the_store_opens_leaves_nothing_open(self, database: str) -> None:
        """Neither a task nor a connection, once it is closed; and whoever asks next is answered."""

        async def main() -> None:
            async with AsyncPostgresEvidence(database) as store:
                for pauses in range(6):
                    task = asyncio.ensure_future(store.list("", "", 1))
                    for _ in range(pauses):
                        await asyncio.sleep(0)
                    task.cancel()
                    await asyncio.wait([task])
                    assert task.cancelled()
                await store.list("", "", 1)
            assert asyncio.all_tasks() == {asyncio.current_task()}

        asyncio.run(main())

    def test_more_readers_and_writers_than_threads_and_connections_wait_for_each_other(self, database: str) -> None:
        """None holds a connection while all threads wait for one: twenty at once were told `unreachable`, all."""

        async def crowd() -> None:
            store = ThreadedEvidence(PostgresEvidence(database, busy_seconds=5, connections=2), threads=3)
            await store.put("crowd", "0", chunks(PIECE + 1), NOON)

            async def one(number: int) -> None:
                assert [chunk async for chunk in store.get("crowd", "0")] == [*chunks(PIECE + 1)]
                await store.put("crowd", f"{number + 1}", chunks(2), NOON)
                assert await store.list("crowd", "", 1)

            await asyncio.gather(*(one(number) for number in range(20)))
            await store.close()

        asyncio.run(crowd())

    def test_callers_that_are_cancelled_take_no_connection_with_them(self, postgres: Server) -> None:
        """Wherever they stand, and once or twice: the store, which has few, answers, and leaves none open behind it."""
        _crowded(postgres.database(), range(24))

    @pytest.mark.prove
    def test_nor_do_thousands(self, postgres: Server) -> None:
        _crowded(postgres.database(), range(2_000))

    def test_a_store_that_is_closed_by_callers_who_are_cancelled_is_closed(self, postgres: Server) -> None:
        """Wherever they stand, and whoever asks beside them: no task and no connection is left."""
        _crowded(postgres.database(), range(50), _closed)

    @pytest.mark.prove
    def test_and_so_are_thousands(self, postgres: Server) -> None:
        _crowded(postgres.database(), range(2_000), _closed)


def _crowded(dsn: str, seeds: range, one: Callable[[str, Random], Coroutine[Any, Any, int]] | None = None) -> None:
    """Stores one after the other, whose callers come together and are cancelled by lot."""
    with psycopg.connect(dsn, autocommit=True) as db:
        for seed in seeds:
            assert asyncio.run((one or _cancelled)(dsn, Random(seed))) == 1
            ended = time.monotonic() + 5
            while db.execute(_OTHERS).fetchone() != (0,):
                assert time.monotonic() < ended, f"a connection is left open after {seed}"
                time.sleep(0.01)


async def _cancelled(dsn: str, luck: Random) -> int:
    """How many tasks there are once the store is closed: this one."""
    case = Mine().case(1)
    async with AsyncPostgresEvidence(dsn, connections=luck.choice((1, 2, 3, 10)), busy_seconds=10) as store:
        for _ in range(luck.randint(1, 5)):
            asked = luck.choices(
                (lambda: store.list(case, "", 1), lambda: store.delete(case, [NAME])), k=luck.randint(2, 9)
            )
            calls = [asyncio.ensure_future(ask()) for ask in asked]
            await asyncio.sleep(0.01 * luck.random() * luck.randint(0, 1))
            for call in calls:
                for _ in range(luck.choice((0, 1, 1, 2))):
                    call.cancel()
                    await asyncio.sleep(0)
            await asyncio.wait(calls)
        await store.list(case, "", 1)
    return len(asyncio.all_tasks())


async def _closed(dsn: str, luck: Random) -> int:
    """How many tasks there are once the last of those who close the store has come back."""
    mine = Mine()
    store = AsyncPostgresStore(dsn, connections=luck.choice((1, 1, 2)), busy_seconds=5)
    if luck.randint(0, 3):
        await store.unplaced(1)
    asked = luck.choices((lambda: store.append([mine.changed(1)]), lambda: store.unplaced(1)), k=luck.randint(0, 9))
    calls = [asyncio.ensure_future(ask()) for ask in asked]
    for _ in range(luck.choice((0, 1, 3, 5, 10))):
        await asyncio.sleep(0)
    for call in calls:
        for _ in range(luck.choice((0, 0, 0, 1, 2))):
            call.cancel()
            await asyncio.sleep(0)
    for _ in range(2):
        calls.append(asyncio.ensure_future(store.close()))
        for _ in range(luck.randint(1, 6)):
            await asyncio.sleep(0)
        calls[-1].cancel()
    await store.close()
    for told in await asyncio.gather(*calls, return_exceptions=True):
        assert not isinstance(told, StoreUnusable) or told.code == "closed"
    return len(asyncio.all_tasks())


_OTHERS: Final = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


_STOPS_HALF_WAY = """
import sys, time
from tests.integration.test_postgres_evidence import NOON, PIECE, PostgresEvidence, chunks
def slow():
    yield from chunks(2 * PIECE + 1)
    print("half", flush=True)
    time.sleep(60)
with PostgresEvidence(sys.argv[1]) as store:
    store.put(sys.argv[2], sys.argv[3], slow(), NOON)
"""


class TestWritersOfOneFile:
    def test_a_writer_waits_for_the_other_and_then_takes_its_place(self, database: str) -> None:
        """The later file stands whole, with no chunk of the earlier one."""
        case, half, go_on = Mine().case(1), threading.Event(), threading.Event()

        def slow() -> Iterator[bytes]:
            yield from chunks(2 * PIECE, 1)
            half.set()
            assert go_on.wait(30)

        with PostgresEvidence(database) as store, ThreadPoolExecutor(2) as pool:
            first = pool.submit(store.put, case, NAME, slow(), NOON)
            assert half.wait(30)
            second = pool.submit(store.put, case, NAME, chunks(2, 2), NOON)
            with pytest.raises(EvidenceMissing):  # nobody sees half a file
                next(store.get(case, NAME))
            go_on.set()
            first.result(30)
            second.result(30)
            assert list(store.get(case, NAME)) == list(chunks(2, 2))
        assert rows(database, case) == (1, 2)

    def test_a_writer_that_is_waited_for_too_long_is_told(self, database: str) -> None:
        case, half, go_on = Mine().case(1), threading.Event(), threading.Event()

        def slow() -> Iterator[bytes]:
            yield b"x"
            half.set()
            assert go_on.wait(30)

        with (
            PostgresEvidence(database) as store,
            PostgresEvidence(database, busy_seconds=0.2) as hasty,
            ThreadPoolExecutor(1) as pool,
        ):
            first = pool.submit(store.put, case, NAME, slow(), NOON)
            assert half.wait(30)
            with pytest.raises(StoreUnusable) as caught:
                hasty.put(case, NAME, [b"y"], NOON)
            assert caught.value.code == "locked"
            go_on.set()
            first.result(30)
            assert list(store.get(case, NAME)) == [b"x"]

    def test_a_file_that_comes_between_the_halves_of_a_deletion_stands_whole(self, database: str) -> None:
        """Chunks go with the row that was deleted, and never with one that came after it."""
        case = Mine().case(1)
        deleting = delete(case, [NAME])
        with PostgresEvidence(database) as store, PostgresEvidence(database) as other:
            with store._together_in(sql.ONE_AFTER_ANOTHER) as ask:
                found = ask(next(deleting))  # there is no such file yet
                other.put(case, NAME, chunks(3), NOON)
                with pytest.raises(StopIteration):
                    ask(deleting.send(found))
            assert list(store.get(case, NAME)) == list(chunks(3))

    def test_deletions_in_any_order_never_lock_each_other_out(self, database: str) -> None:
        case = Mine().case(1)
        names = [f"{number:064x}" for number in range(12)]
        with PostgresEvidence(database) as store, ThreadPoolExecutor(4) as pool:
            for _ in range(5):
                for name in names:
                    store.put(case, name, [b"x"], NOON)
                list(pool.map(lambda turned: store.delete(case, turned), [names, names[::-1]] * 2))
        assert rows(database, case) == (0, 0)


class TestWhereTheServerIsSerializable(EvidenceContract):
    """A server whose transactions are serializable unless they say otherwise serves no worse."""

    @pytest.fixture(autouse=True)
    def where(self, database: str) -> None:
        self.dsn = database

    dsn: str

    def make_store(self) -> PostgresEvidence:
        return PostgresEvidence(self.dsn, settings=_SERIALIZABLE)

    def second_connection(self, store: object) -> PostgresEvidence:
        return self.make_store()


def test_a_connection_that_is_cut_while_a_file_is_read_is_told_and_replaced(database: str) -> None:
    """The reader hears of it, whatever it had read; the next one is served."""
    case = Mine().case(1)
    with PostgresEvidence(database) as store:
        store.put(case, NAME, chunks(3 * PIECE), NOON)
        reading = store.get(case, NAME)
        next(reading)
        with psycopg.connect(database, autocommit=True) as db:
            db.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND state = 'idle in transaction'"""
            )
        with pytest.raises(StoreUnusable) as caught:
            list(reading)
        assert caught.value.code == "unreachable"
        assert len(list(store.get(case, NAME))) == 3 * PIECE
