"""Several callers over few connections to PostgreSQL: who waits for whom, and what is asked of the server."""

from __future__ import annotations

import asyncio
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import attrs
import psycopg
import pytest
from psycopg.generators import execute

from expressplatform.errors import StoreUnusable
from expressplatform.ports import EVERYONE, Appended, Conflict, Replayed, Wanted
from expressplatform.testing.stores.rows import MANY, NOON, Mine
from expressplatform_postgres import at_hand, case_talks, prepared
from expressplatform_postgres.aio import AsyncPostgresStore
from expressplatform_postgres.store import PostgresStore
from tests.blocking import holding, until_blocked
from tests.servers import Server

SOON = 20.0


class TestAppendsAtOnce:
    """Several transactions of one store are under way at a time, and each caller hears what became of its own."""

    def test_a_case_that_somebody_holds_holds_up_no_other(self, database: str) -> None:
        mine = Mine()
        with PostgresStore(database) as store, ThreadPoolExecutor(1) as pool:
            store.append([mine.commit(1)])
            with holding(database, mine.case(1)):
                held = pool.submit(store.append, [mine.commit(1, 1)])
                until_blocked(database)
                assert list(store.append([mine.commit(2)])) == [Appended(mine.case(2), 1)]
                assert not held.done()
            assert list(held.result(SOON)) == [Appended(mine.case(1), 2)]

    def test_nor_for_awaited_appends(self, database: str) -> None:
        mine = Mine()

        async def main() -> None:
            async with AsyncPostgresStore(database) as store:
                await store.append([mine.commit(1)])
                with holding(database, mine.case(1)):
                    held = asyncio.create_task(store.append([mine.commit(1, 1)]))
                    await asyncio.to_thread(until_blocked, database)
                    async with asyncio.timeout(SOON):
                        assert await store.append([mine.commit(2)]) == [Appended(mine.case(2), 1)]
                    assert not held.done()
                async with asyncio.timeout(SOON):
                    assert await held == [Appended(mine.case(1), 2)]

        asyncio.run(main())

    def test_callers_who_step_one_case_at_once_win_each_version_once(self, database: str) -> None:
        """The others are told the version that won, and one that brings a key again is told what it led to."""
        mine = Mine()
        start = threading.Barrier(8)

        def steps(worker: int) -> list[int]:
            won, version = [], 0
            start.wait(SOON)
            while version < 15:
                answer = store.append([mine.commit(1, version, key=f"{worker} from {version}")])[0]
                if isinstance(answer, Appended):
                    won.append(version := answer.version)
                    (again,) = store.append([mine.commit(1, version - 1, key=f"{worker} from {version - 1}")])
                    assert isinstance(again, Replayed)
                    assert again.receipt.version == version
                else:
                    assert isinstance(answer, Conflict)
                    assert answer.found > version
                    version = answer.found
            return won

        with PostgresStore(database) as store, ThreadPoolExecutor(8) as pool:
            won = sorted(version for part in pool.map(steps, range(8)) for version in part)
        assert won[:15] == [*range(1, 16)]
        assert len(won) == len(set(won))

    def test_a_key_that_many_bring_at_once_is_kept_once(self, database: str) -> None:
        mine = Mine()
        start = threading.Barrier(8)

        def lodged(_: int) -> object:
            start.wait(SOON)
            return store.append([mine.commit(1, key="the same")])[0]

        with PostgresStore(database) as store, ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lodged, range(8)))
        assert sorted(type(answer).__name__ for answer in answers) == ["Appended", *["Replayed"] * 7]

    def test_a_value_that_cannot_be_written_is_the_error_of_whoever_brought_it(self, database: str) -> None:
        """It never reaches the server, and those who share the transaction are kept, on either face."""
        mine = Mine()
        wrong = mine.changed(1, nature=7)

        async def awaited() -> list[object]:
            async with AsyncPostgresStore(database) as store:
                return list(await store._append_all([[mine.changed(3, alarms=2**31)], [mine.commit(4)]]))

        with PostgresStore(database) as store:
            outcomes = [*store._append_all([[wrong], [mine.commit(2)]]), *asyncio.run(awaited())]
            assert isinstance(outcomes[0], TypeError)
            assert isinstance(outcomes[2], OverflowError)
            assert outcomes[1::2] == [[Appended(mine.case(2), 1)], [Appended(mine.case(4), 1)]]
            assert mine.ids(store.headers(mine.council, Wanted(), "", MANY).headers) == [mine.case(2), mine.case(4)]
            with pytest.raises(TypeError):
                store.append([wrong])


class TestConnectionsAtHand:
    """A connection that lies at hand is nobody's: whoever has to wait for one gets it."""

    def test_nobody_waits_in_vain_for_the_only_connection(self, database: str) -> None:
        """While an append holds it readers wait, and each is answered once it is free."""
        mine = Mine()
        with PostgresStore(database, connections=1) as store, ThreadPoolExecutor(6) as pool:
            for turn in range(5):
                number = 10 * turn
                store.append([mine.commit(number)])
                with holding(database, mine.case(number)):
                    appending = pool.submit(store.append, [mine.commit(number, 1)])
                    until_blocked(database)
                    reading = [pool.submit(store.load, mine.case(number), EVERYONE) for _ in range(5)]
                    while len(store._at_hand._asking) < 5:
                        threading.Event().wait(0.001)
                assert list(appending.result(SOON)) == [Appended(mine.case(number), 2)]
                for one in reading:
                    kept = one.result(SOON)
                    assert kept is not None
                    assert kept.header.version == 2

    def test_nobody_awaits_the_only_connection_in_vain(self, database: str) -> None:
        mine = Mine()

        async def main() -> None:
            async with AsyncPostgresStore(database, connections=1) as store:
                await store.append([mine.commit(1)])
                with holding(database, mine.case(1)):
                    appending = asyncio.create_task(store.append([mine.commit(1, 1)]))
                    await asyncio.to_thread(until_blocked, database)
                    reading = [asyncio.create_task(store.load(mine.case(1), EVERYONE)) for _ in range(5)]
                    await asyncio.sleep(0.01)
                async with asyncio.timeout(SOON):
                    assert await appending == [Appended(mine.case(1), 2)]
                    found = await asyncio.gather(*reading)
                assert [one.header.version for one in found if one] == [2] * 5

        asyncio.run(main())

    def test_many_threads_over_few_connections_are_all_answered(self, database: str) -> None:
        mine = Mine()

        def busy(worker: int) -> int:
            for turn in range(40):
                number = worker * 100 + turn
                store.append([mine.commit(number)])
                assert store.load(mine.case(number), EVERYONE) is not None
            return worker

        with PostgresStore(database, connections=2, busy_seconds=SOON) as store, ThreadPoolExecutor(8) as pool:
            assert list(pool.map(busy, range(8))) == [*range(8)]

    def test_one_that_has_been_at_hand_for_long_goes_back_to_the_pool(
        self, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """So that the pool may replace and close it; until then it is the one that is used, on either face."""
        with PostgresStore(database) as store:
            store.scheme()
            (line,) = store._at_hand._lines
            store.scheme()
            assert store._at_hand._lines == [line]
            monkeypatch.setattr(at_hand, "LONG", -1.0)
            store.scheme()
            assert store._at_hand._lines == []
            assert store._pool.get_stats()["pool_available"] == store._pool.get_stats()["pool_size"]

        async def main() -> None:
            async with AsyncPostgresStore(database) as store:
                await store.scheme()
                assert store._at_hand._lines == []

        asyncio.run(main())

    def test_closing_a_store_closes_what_lies_at_hand(self, database: str) -> None:
        with PostgresStore(database) as store:
            store.scheme()
            lines = list(store._at_hand._lines)
        assert [line.closed for line in lines] == [True]

        async def main() -> list[bool]:
            async with AsyncPostgresStore(database) as store:
                await store.scheme()
                awaited = list(store._at_hand._lines)
            return [line.closed for line in awaited]

        assert asyncio.run(main()) == [True]


def logged(server: Server) -> list[str]:
    """The statements of the server's log."""
    lines = (server.folder / "log").read_text("utf-8", "replace").splitlines()
    return [line for line in lines if re.search(r"LOG:  (execute [^:]*|statement):", line)]


class TestStatements:
    """What is asked of the server."""

    def test_losers_alone_ask_what_stands_in_their_way(self, postgres: Server) -> None:
        """Two statements where somebody lost, however many did; by what the server writes into its log."""
        dsn, mine = postgres.database(), Mine()
        with PostgresStore(dsn, settings={"options": "-c log_statement=all"}, connections=1) as store:
            store.append([mine.commit(number, key="k") for number in range(9)])
            for commits, answers in (
                ([mine.commit(0)], [Conflict(mine.case(0), 0, 1)]),
                ([mine.commit(99, 3)], [Conflict(mine.case(99), 3, 0)]),
                (
                    [mine.commit(1), mine.commit(2, 1), mine.commit(3, 7), mine.commit(98, 1)],
                    [
                        Conflict(mine.case(1), 0, 1),
                        Appended(mine.case(2), 2),
                        Conflict(mine.case(3), 7, 1),
                        Conflict(mine.case(98), 1, 0),
                    ],
                ),
            ):
                before = len(logged(postgres))
                assert list(store.append(commits)) == answers
                assert len(logged(postgres)) - before == 2
            (one,) = store.append([mine.commit(4, 1, key="k")])
            many = store.append([mine.commit(5, 1, key="k"), mine.commit(6, 1, key="new")])
        assert isinstance(one, Replayed)
        assert isinstance(many[0], Replayed)
        assert many[0].receipt.version == 1
        assert many[1] == Appended(mine.case(6), 2)

    def test_where_asking_what_stands_fails_the_winners_are_told(self, database: str) -> None:
        """A group of which some were kept and the rest cannot be explained: no answer says that nothing was kept."""
        mine = Mine()
        settings = {"options": "-c statement_timeout=300"}
        with PostgresStore(database, settings=settings) as store:
            store.append([mine.commit(1)])
            with psycopg.connect(database) as other:
                other.execute(
                    "LOCK TABLE receipts IN ACCESS EXCLUSIVE MODE"
                )  # the question reads it, the commits do not
                kept, lost = store._append_all([[mine.commit(2)], [mine.commit(1)]])
                alone = store._append_all([[mine.commit(1)]])[0]
                other.rollback()
            assert kept == [Appended(mine.case(2), 1)]
            for outcome in (lost, alone):
                assert isinstance(outcome, StoreUnusable)
            assert list(store.append([mine.commit(1, 1)])) == [Appended(mine.case(1), 2)]

    def test_more_statements_than_a_connection_keeps_are_answered_all_the_same(
        self, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(prepared, "MOST", 2)
        mine = Mine()
        with PostgresStore(database, connections=1) as store:
            for turn in range(3):
                commit = attrs.evolve(mine.commit(1, turn, key=f"{turn}"), effects=(mine.effect(1, turn + 1),))
                assert list(store.append([commit])) == [Appended(mine.case(1), turn + 1)]
                kept = store.load(mine.case(1), EVERYONE)
                assert kept is not None
                assert kept.events[turn : turn + 1] == commit.events
                assert store.find(EVERYONE, [b"x"]) == []
            with store._connection() as line:
                (number,) = line.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() or (0,)
            assert len(mine.claimed(store, NOON + timedelta(days=1))) == 3
        assert number == 2

    def test_who_is_interrupted_while_a_statement_is_prepared_leaves_a_usable_connection(self, database: str) -> None:
        """The server knows a statement then that the connection has not noted; it is taken for prepared afterwards."""
        mine = Mine()
        with PostgresStore(database, connections=1) as store:
            asked = next(case_talks.load(mine.case(1), EVERYONE))
            with store._connection() as line:
                for _ in range(3):
                    assert line._statements().prepares(asked)
                    line.wait(execute(line.pgconn))
            assert store.load(mine.case(1), EVERYONE) is None
            store.append([mine.commit(1)])
            assert store.load(mine.case(1), EVERYONE) is not None
