"""What a database administrator, a pooler, a network or a fork does to a store on PostgreSQL, and that it goes on."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from expressplatform.errors import StoreUnusable
from expressplatform.ports import EVERYONE, Appended
from expressplatform.testing.stores.rows import NOON, Mine
from expressplatform_postgres import aio_connections, connections
from expressplatform_postgres.aio import AsyncPostgresStore
from expressplatform_postgres.evidence import PostgresEvidence
from expressplatform_postgres.store import PostgresStore
from tests.blocking import WAITING, holding, until_blocked
from tests.servers import Server
from tests.wire import Wire

SOON = 20.0
NAME = f"{7:064x}"


@pytest.fixture
def own(postgres: Server) -> str:
    """A database of one test."""
    return postgres.database()


def told(dsn: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn, autocommit=True) as db:
        asked = db.execute(query.encode())
        return asked.fetchall() if asked.description else []


def refused(call: Callable[[], object]) -> StoreUnusable:
    with pytest.raises(StoreUnusable) as caught:
        call()
    return caught.value


@contextmanager
def always(server: Server, dsn: str, setting: str) -> Iterator[None]:
    """Every new connection to the database has a setting."""
    name = dsn.split("@/")[1].split("?")[0]
    told(server.dsn("postgres"), f'ALTER DATABASE "{name}" SET {setting}')
    try:
        yield
    finally:
        told(server.dsn("postgres"), f'ALTER DATABASE "{name}" RESET ALL')


class TestStatementsThatAreLost:
    """What was prepared may be gone, or of no use any more: nobody hears of it."""

    def test_statements_that_the_server_has_dropped_are_carried_out_all_the_same(self, database: str) -> None:
        mine = Mine()
        with PostgresStore(database, connections=1) as store:
            store.append([mine.commit(1)])
            store.load(mine.case(1), EVERYONE)
            with store._connection() as line:
                line.execute("DISCARD ALL")
            for version in range(1, 4):
                kept = store.load(mine.case(1), EVERYONE)
                assert kept is not None
                assert kept.header.version == version
                assert list(store.append([mine.commit(1, version)])) == [Appended(mine.case(1), version + 1)]

        async def main() -> None:
            async with AsyncPostgresStore(database, connections=1) as awaited:
                await awaited.load(mine.case(1), EVERYONE)
                async with awaited._connection(await awaited._opened()) as awaited_line:
                    await awaited_line.execute("DISCARD ALL")
                for _ in range(3):
                    assert (await awaited.load(mine.case(1), EVERYONE)) is not None

        asyncio.run(main())

    def test_a_table_that_is_changed_meanwhile_is_read_all_the_same(self, own: str) -> None:
        """As a migration changes it under a running process: the server's plan is of no use then."""
        mine = Mine()
        with PostgresStore(own, connections=1) as store:
            store.append([mine.commit(1, key="k")])
            assert store.receipt(mine.case(1), "k") is not None
            told(own, "ALTER TABLE receipts ALTER version TYPE bigint")
            for _ in range(3):
                found = store.receipt(mine.case(1), "k")
                assert found is not None
                assert found.version == 1

    def test_a_name_is_of_one_statement_whoever_prepares_it(self, database: str) -> None:
        """A pooler may carry out by its name what another client prepared: it has to be the same."""
        mine = Mine()
        texts: dict[str, str] = {}
        with PostgresStore(database, connections=1) as one, PostgresStore(database, connections=1) as two:
            calls: list[Callable[[PostgresStore], object]] = [
                lambda store: store.load(mine.case(1), EVERYONE),
                lambda store: store.receipt(mine.case(1), "k"),
                lambda store: store.quarters(),
            ]
            for store, order in ((one, calls), (two, calls[::-1])):
                for call in order:
                    call(store)
                with store._connection() as line:
                    for name, text in line.execute("SELECT name, statement FROM pg_prepared_statements").fetchall():
                        assert texts.setdefault(name, text) == text
        assert len(texts) == 3

    def test_within_a_transaction_nothing_is_prepared(self, database: str) -> None:
        """Where a pooler had given it to another connection of the server, the whole would be undone."""
        case = Mine().case(1)
        with PostgresEvidence(database, connections=1) as store:
            store.put(case, NAME, [b"x"] * 20, NOON)
            assert list(store.get(case, NAME)) == [b"x"] * 20
            with store._connection() as line:
                assert line.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)


class TestSilence:
    """A network that goes dead holds nobody for ever: the call ends, and once it carries again the store serves."""

    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for where in (connections, aio_connections):
            monkeypatch.setattr(where, "patience_of", lambda _: 0.3)

    def test_a_call_ends_when_the_server_has_been_silent_for_long(self, postgres: Server, database: str) -> None:
        mine = Mine()
        with Wire(postgres) as wire, PostgresStore(wire.of(database), busy_seconds=2) as store:
            store.append([mine.commit(1)])
            wire.dead.set()
            begin = time.monotonic()
            assert refused(lambda: store.load(mine.case(1), EVERYONE)).code == "unreachable"
            assert time.monotonic() - begin < SOON
            wire.dead.clear()
            assert store.load(mine.case(1), EVERYONE) is not None
            assert list(store.append([mine.commit(1, 1)])) == [Appended(mine.case(1), 2)]

    def test_so_does_one_that_is_awaited_or_cancelled(self, postgres: Server, database: str) -> None:
        mine = Mine()

        async def main(store: AsyncPostgresStore, wire: Wire) -> None:
            await store.append([mine.commit(1)])
            wire.dead.set()
            with pytest.raises(StoreUnusable) as caught:
                await store.append([mine.commit(1, 1, key="k")])
            assert caught.value.code == "unreachable"
            wire.dead.clear()
            await store.append([mine.commit(1, 1, key="k")])
            if psycopg.capabilities.has_cancel_safe():  # an older libpq asks for the cancelling itself without an end
                await given_up(store, wire)
            kept = await store.load(mine.case(1), EVERYONE)
            assert kept is not None
            assert kept.header.version == 2
            await store.close()

        async def given_up(store: AsyncPostgresStore, wire: Wire) -> None:
            wire.dead.set()
            reading = asyncio.create_task(store.load(mine.case(1), EVERYONE))
            await asyncio.sleep(0.1)
            reading.cancel()
            await asyncio.wait([reading], timeout=SOON)
            assert reading.cancelled()
            wire.dead.clear()

        with Wire(postgres) as wire:
            asyncio.run(main(AsyncPostgresStore(wire.of(database), busy_seconds=2), wire))

    def test_who_closes_a_store_does_not_wait_until_it_is_opened(self, postgres: Server, database: str) -> None:
        """Its callers, cancelled or not, hear of that at once; a minute is what it would have been given."""

        async def main(store: AsyncPostgresStore) -> None:
            calls = [asyncio.ensure_future(store.load(Mine().case(1), EVERYONE)) for _ in range(2)]
            await asyncio.sleep(0.1)
            calls[0].cancel()
            await store.close()
            _, closed = await asyncio.gather(*calls, return_exceptions=True)
            assert isinstance(closed, StoreUnusable)
            assert closed.code == "closed"

        with Wire(postgres) as wire:
            store = AsyncPostgresStore(wire.of(database), busy_seconds=60)
            wire.dead.set()
            begin = time.monotonic()
            asyncio.run(main(store))
            assert time.monotonic() - begin < SOON


@pytest.fixture
def interrupting() -> Iterator[None]:
    """SIGINT interrupts, whatever runs the tests has made of it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class TestWhoIsInterrupted:
    """What was asked is withdrawn, the row that it waited for is free for others, and the same connection goes on."""

    @pytest.mark.usefixtures("interrupting")
    def test_an_append_that_waits_for_somebody_can_be_interrupted(self, own: str) -> None:
        mine, main = Mine(), threading.get_ident()

        def interrupt() -> None:
            until_blocked(own)
            signal.pthread_kill(main, signal.SIGINT)

        with PostgresStore(own, connections=1, busy_seconds=SOON) as store:
            store.append([mine.commit(1)])
            other = threading.Thread(target=interrupt)
            with holding(own, mine.case(1)):
                other.start()
                with pytest.raises(KeyboardInterrupt):
                    store.append([mine.commit(1, 1, key="k")])
                other.join(SOON)
                assert not told(own, WAITING)
                assert store.load(mine.case(1), EVERYONE) is not None
            assert list(store.append([mine.commit(1, 1)])) == [Appended(mine.case(1), 2)]

    def test_a_question_that_is_awaited_can_be_cancelled(self, own: str) -> None:
        mine = Mine()

        async def main() -> None:
            async with AsyncPostgresStore(own, connections=1, busy_seconds=SOON) as store:
                await store.append([mine.commit(1)])
                with psycopg.connect(own) as other:
                    other.execute("LOCK TABLE cases IN ACCESS EXCLUSIVE MODE")
                    reading = asyncio.create_task(store.load(mine.case(1), EVERYONE))
                    await asyncio.to_thread(until_blocked, own)
                    reading.cancel()
                    await asyncio.wait([reading], timeout=SOON)
                    assert reading.cancelled()
                    assert not told(own, WAITING)
                assert await store.load(mine.case(1), EVERYONE) is not None

        asyncio.run(main())


class TestConnectionsThatMustNotBeLost:
    @asynccontextmanager
    async def _waited_for(self, store: AsyncPostgresStore) -> AsyncIterator[None]:
        """Somebody asks the pool, so that whoever has a connection gives it back there; and the pool is busy."""
        pool = await store._opened()
        with store._at_hand.asked():
            async with pool._lock:
                yield

    def test_a_caller_who_is_cancelled_while_giving_back_gives_it_back(self, database: str) -> None:
        """The only connection serves the next caller, however often that happens."""

        async def main() -> None:
            async with AsyncPostgresStore(database, connections=1, busy_seconds=2) as store:
                standing = await store.scheme()
                for _ in range(3):
                    async with self._waited_for(store):
                        reading = asyncio.create_task(store.scheme())
                        while store._at_hand._lines or not reading._fut_waiter:  # type: ignore[attr-defined]
                            await asyncio.sleep(0)
                        await asyncio.sleep(0.05)
                        reading.cancel()
                        await asyncio.wait([reading])
                        assert reading.cancelled()
                    assert await store.scheme() == standing

        asyncio.run(main())

    def test_after_a_server_that_only_read_the_one_that_writes_is_found(self, postgres: Server, own: str) -> None:
        """As in a failover: a connection that answers so is not used again, and at most its successor answers alike."""
        mine = Mine()
        with always(postgres, own, "default_transaction_read_only = on"):
            store = PostgresStore(own, connections=1)
            assert refused(lambda: store.append([mine.commit(1)])).code == "read_only"
        with store:
            with suppress(StoreUnusable):
                store.append([mine.commit(1)])
            assert list(store.append([mine.commit(2)])) == [Appended(mine.case(2), 1)]

        async def main() -> None:
            with always(postgres, own, "default_transaction_read_only = on"):
                awaited = AsyncPostgresStore(own, connections=1)
                with pytest.raises(StoreUnusable) as caught:
                    await awaited.append([mine.commit(3)])
                assert caught.value.code == "read_only"
            with suppress(StoreUnusable):
                await awaited.append([mine.commit(3)])
            assert list(await awaited.append([mine.commit(4)])) == [Appended(mine.case(4), 1)]
            await awaited.close()

        asyncio.run(main())


_FORKED = """
import os, sys
from expressplatform.errors import StoreUnusable
from expressplatform_postgres.store import PostgresStore

store = PostgresStore(sys.argv[1])
store.scheme()
child = os.fork()
if child == 0:
    codes = []
    for call in (store.scheme, lambda: store.append([])):
        try:
            call()
        except StoreUnusable as error:
            codes.append(error.code)
    store.close()
    os._exit(0 if codes == ["failed", "failed"] else 1)  # as multiprocessing does
told = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
(line,) = store._at_hand._lines
store.scheme()
assert store._at_hand._lines == [line] and not line.closed
store.close()
sys.exit(told)
"""


def test_a_process_that_was_forked_off_is_told_and_its_parent_goes_on(database: str, tmp_path: Path) -> None:
    """The child would read its parent's answers; the parent keeps its connection when the child ends."""
    script = tmp_path / "forked.py"
    script.write_text(_FORKED, "utf-8")
    ended = subprocess.run([sys.executable, "-W", "ignore", script, database], timeout=60, capture_output=True)
    assert ended.returncode == 0, ended.stderr


class TestSettings:
    """What a role, a database or the server sets for everybody."""

    @pytest.mark.parametrize(
        ("said", "options", "stands"),
        [("off", "", "on"), ("local", "", "local"), ("remote_apply", "", "remote_apply"),
         ("on", "-c synchronous_commit=off", "off")],
    )  # fmt: skip
    def test_a_commit_waits_for_the_disk_unless_the_address_says_otherwise(
        self, said: str, options: str, stands: str, postgres: Server, own: str
    ) -> None:
        """What asks for more than the disk stands too."""
        settings = {"options": options}
        with always(postgres, own, f"synchronous_commit = {said}"):
            with PostgresStore(own, settings=settings) as store, store._connection() as line:
                assert line.execute("SHOW synchronous_commit").fetchone() == (stands,)

            async def main() -> object:
                async with (
                    AsyncPostgresStore(own, settings=settings) as awaited,
                    awaited._connection(await awaited._opened()) as awaited_line,
                ):
                    return await (await awaited_line.execute("SHOW synchronous_commit")).fetchone()

            assert asyncio.run(main()) == (stands,)

    def test_settings_of_display_change_nothing(self, postgres: Server, own: str) -> None:
        mine = Mine()
        with (
            always(postgres, own, "client_encoding = 'LATIN1'"),
            always(postgres, own, "\"bytea_output\" = 'escape'"),
        ):
            for setting in ("DateStyle = German", "standard_conforming_strings = off", "array_nulls = off"):
                told(own, f'ALTER DATABASE "{own.split("@/")[1].split("?")[0]}" SET {setting}')
            with PostgresStore(own) as store, PostgresEvidence(own) as evidence:
                commit = mine.changed(1, nature="網購 \\ ' é", former=("Ö", "NULL", 'a"b\\'))
                store.append([commit])
                evidence.put(mine.case(1), NAME, [b"\\x00\0'"] * 9, NOON)
                kept = store.load(mine.case(1), EVERYONE)
                assert kept is not None
                assert kept.header == commit.header
                assert list(evidence.get(mine.case(1), NAME)) == [b"\\x00\0'"] * 9

    def test_a_limit_of_time_that_ends_the_connection_is_told_and_the_next_call_is_served(
        self, postgres: Server, own: str
    ) -> None:
        case = Mine().case(1)
        with always(postgres, own, "idle_in_transaction_session_timeout = '150ms'"), PostgresEvidence(own) as store:

            def slowly() -> Iterator[bytes]:
                for _ in range(9):
                    yield b"x"
                time.sleep(0.6)
                yield b"x"

            assert refused(lambda: store.put(case, NAME, slowly(), NOON)).code == "unreachable"
            store.put(case, NAME, [b"y"], NOON)
            assert list(store.get(case, NAME)) == [b"y"]

    def test_an_instant_that_no_release_wrote_is_told_as_corrupt(self, own: str) -> None:
        mine = Mine()
        with PostgresStore(own) as store:
            store.append([mine.commit(1)])
            told(own, "UPDATE cases SET due_at = 'infinity'")
            assert refused(lambda: store.load(mine.case(1), EVERYONE)).code == "corrupt"
            assert store.claim(NOON, 1, timedelta(1)) == []
