"""How the store on PostgreSQL fails and recovers, what it does under many callers, and that its faces are equal."""

from __future__ import annotations

import asyncio
import inspect
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import attrs
import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from expressplatform.errors import StoreUnusable
from expressplatform.ports import (
    EVERYONE,
    Appended,
    AsyncCaseStore,
    AsyncEvidenceStore,
    AsyncShelf,
    CaseStore,
    Commit,
    Conflict,
    EvidenceStore,
    Shelf,
    Wanted,
)
from expressplatform.testing.shelves.checks import MyShelf
from expressplatform.testing.stores.rows import MANY, NOON, Mine
from expressplatform_postgres import sql
from expressplatform_postgres.aio import AsyncPostgresStore
from expressplatform_postgres.aio_evidence import AsyncPostgresEvidence
from expressplatform_postgres.aio_shelf import AsyncPostgresShelf
from expressplatform_postgres.evidence import PostgresEvidence
from expressplatform_postgres.shelf import PostgresShelf
from expressplatform_postgres.store import PostgresStore
from tests.blocking import holding, until_blocked
from tests.servers import KINDS, Server, running

SECRET = "Qx7ZbWm2KpLr9TvE"


def refused(call: Callable[[], object]) -> StoreUnusable:
    with pytest.raises(StoreUnusable) as caught:
        call()
    return caught.value


@contextmanager
def asking(dsn: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(dsn, autocommit=True) as db:
        yield db


@pytest.fixture(scope="class")
def own(postgres: Server) -> str:
    """A database of one class of tests, which put right what they spoil."""
    return postgres.database()


class TestCallersOfOneTransaction:
    def test_malformed_rows_are_the_error_of_whoever_brought_them(self, database: str) -> None:
        """An append whose rows cannot be kept fails whole; one that shares its transaction does not."""
        mine = Mine()
        good, twice = mine.commit(1), attrs.evolve(mine.commit(2), events=mine.commit(2).events * 2)
        naive = mine.changed(3, lodged_at=NOON.replace(tzinfo=None))
        nul = mine.changed(4, nature="\0")
        with PostgresStore(database) as store:
            outcomes = store._append_all([[mine.commit(5), twice], [good], [naive], [nul]])
            assert isinstance(outcomes[0], StoreUnusable)
            assert outcomes[0].code == "failed"
            assert outcomes[1] == [Appended(mine.case(1), 1)]
            assert isinstance(outcomes[2], TypeError)
            assert isinstance(outcomes[3], StoreUnusable)
            assert mine.ids(store.headers(mine.council, Wanted(), "", MANY).headers) == [mine.case(1)]

    def test_an_error_never_quotes_a_row(self, database: str) -> None:
        mine = Mine()
        twice = attrs.evolve(mine.commit(2), events=mine.commit(2).events * 2)
        with PostgresStore(database) as store:
            (error,) = store._append_all([[twice]])
        assert isinstance(error, StoreUnusable)
        assert mine.mark not in str(error)
        assert error.__cause__ is error.__context__ is None

    def test_a_commit_of_many_rows_goes_in_one_statement(self, database: str) -> None:
        """More events, effects and tokens than the statement for one commit takes are kept all the same."""
        mine, number = Mine(), 3 * sql.MOST
        commit = attrs.evolve(
            mine.commit(1, events=number, key="k"),
            effects=tuple(mine.effect(1, version) for version in range(1, number + 1)),
            tokens=tuple(mine.token(f"{n}") for n in range(number)),
        )
        with PostgresStore(database) as store:
            store.append([commit])
            kept = store.load(mine.case(1), EVERYONE)
            assert kept is not None
            assert kept.events == commit.events
            assert len(mine.claimed(store, NOON + timedelta(days=1))) == number
            assert list(store.find(EVERYONE, [commit.tokens[-1].value])) == [mine.case(1)]

    @pytest.mark.parametrize("number", [1, 3 * sql.MOST])
    @pytest.mark.parametrize("others", [0, 1])
    def test_a_token_that_is_dropped_and_brought_again_stands_in_its_new_quarter(
        self, database: str, number: int, others: int
    ) -> None:
        """In a commit of its own, of many tokens, and beside others; only where its case drops its tokens."""
        mine = Mine()
        old, new = (tuple(mine.token(f"{n}", quarter) for n in range(number)) for quarter in ("old", "new"))
        with PostgresStore(database) as store:
            store.append([attrs.evolve(mine.commit(n), tokens=old) for n in range(1 + others)])
            drops = [attrs.evolve(mine.commit(n, 1), drop_tokens=n == 0, tokens=new) for n in range(1 + others)]
            store.append(drops)
            assert list(store.find(EVERYONE, [new[-1].value])) == [mine.case(n) for n in range(1 + others)]
            quarters = {one for one in store.quarters() if mine.mark in one}
            assert quarters == {new[0].quarter, *([old[0].quarter] if others else [])}

    def test_a_commit_is_one_statement_and_so_are_many(self, postgres: Server) -> None:
        """By what the server writes into its log: one commit, a batch of fifty, and one that others share."""
        dsn, mine = postgres.database(), Mine()

        def whole(number: int, expected: int = 0) -> Commit:
            return attrs.evolve(
                mine.commit(number, expected, events=2, key=f"from {expected}"),
                effects=(mine.effect(number, expected + 1), mine.effect(number, expected + 2)),
                tokens=(mine.token(f"{number} {expected}"),),
            )

        appends = (
            [[whole(1)]],
            [[whole(1, 2)]],
            [[whole(number) for number in range(10, 60)]],
            [[whole(70)], [whole(71)], [whole(10, 2)]],
        )
        with PostgresStore(dsn, settings={"options": "-c log_statement=all"}, connections=1) as store:
            for groups in appends:
                before = _logged(postgres)
                outcomes = store._append_all(groups)
                assert all(isinstance(one, Appended) for own in outcomes for one in _answers(own))
                (said,) = _logged(postgres)[len(before) :]
                assert "WITH" in said

    def test_a_thousand_awaited_appends_share_few_transactions(self, database: str) -> None:
        """Counted by the transactions that the rows name as theirs."""
        mine = Mine()

        async def main() -> None:
            async with AsyncPostgresStore(database) as store:
                written = await asyncio.gather(*(store.append([mine.commit(n)]) for n in range(1000)))
                assert [answers[0] for answers in written] == [Appended(mine.case(n), 1) for n in range(1000)]

        asyncio.run(main())
        with asking(database) as db:
            counted = db.execute(
                "SELECT count(*), count(DISTINCT xmin::text) FROM cases WHERE council = %s", (mine.council,)
            )
            cases, transactions = counted.fetchone() or (0, 0)
        assert cases == 1000
        assert transactions < 20

    def test_one_wait_for_a_row_holds_up_nobody_elses_reading(self, database: str) -> None:
        """While an append waits for somebody's lock, cases are read, and the append is answered afterwards."""
        mine = Mine()
        with PostgresStore(database) as store, ThreadPoolExecutor(1) as pool:
            store.append([mine.commit(1)])
            with holding(database, mine.case(1)):
                appending = pool.submit(store.append, [mine.commit(1, 1)])
                until_blocked(database)
                kept = store.load(mine.case(1), EVERYONE)
                assert kept is not None
                assert kept.header.version == 1
                assert not appending.done()
            assert list(appending.result(30)) == [Appended(mine.case(1), 2)]


def _answers(outcome: object) -> list[object]:
    assert isinstance(outcome, list), outcome
    return outcome


def _logged(server: Server) -> list[str]:
    """The statements of the server's log, whether they came with their values or as text."""
    lines = (server.folder / "log").read_text("utf-8", "replace").splitlines()
    return [line for line in lines if re.search(r"LOG:  (execute [^:]*|statement):", line)]


class TestManyStores:
    @pytest.mark.parametrize("isolation", ["read committed", "repeatable read", "serializable"])
    def test_however_stores_meet_each_version_has_one_winner(self, database: str, isolation: str) -> None:
        """Four stores, as of four processes, on three cases: no gap, no fork, no error, at any level of isolation."""
        mine = Mine()
        settings = {"options": f"-c default_transaction_isolation={isolation.replace(' ', chr(92) + ' ')}"}

        def steps(store: PostgresStore) -> list[tuple[str, int]]:
            won = []
            for case in range(3):
                version = 0
                while version < 12:
                    answer = store.append([mine.commit(case, version)])[0]
                    if isinstance(answer, Appended):
                        won.append((answer.case_id, answer.version))
                        version = answer.version
                    else:
                        assert isinstance(answer, Conflict)
                        assert answer.found > version
                        version = answer.found
            return won

        stores = [PostgresStore(database, settings=settings) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            won = [one for part in pool.map(steps, stores) for one in part]
        for store in stores:
            store.close()
        assert sorted(won) == [(mine.case(case), version) for case in range(3) for version in range(1, 13)]

    def test_batches_that_cross_each_other_are_all_kept(self, database: str) -> None:
        """Two stores that step the same cases in opposite orders lock each other out at most for a moment."""
        mine = Mine()

        def steps(store: PostgresStore, order: list[int]) -> int:
            won = 0
            for expected in range(12):
                answers = store.append([mine.commit(case, expected) for case in order])
                won += sum(isinstance(answer, Appended) for answer in answers)
            return won

        with PostgresStore(database) as one, PostgresStore(database) as two, ThreadPoolExecutor(2) as pool:
            parts = pool.map(steps, (one, two), ([*range(20)], [*range(20)][::-1]))
            assert sum(parts) == 20 * 12
            assert {case.header.version for case in one.scan(mine.council, "", MANY)} == {12}


@contextmanager
def _failing(own: str, state: str, times: int) -> Iterator[None]:
    """So many writes of an event fail with an SQLSTATE, in the server's words, which quote a value."""
    with asking(own) as db:
        db.execute("CREATE SEQUENCE failures")
        db.execute(
            f"""CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('failures') <= {times} THEN
                    RAISE EXCEPTION '{SECRET}' USING ERRCODE = '{state}';
                END IF;
                RETURN NEW; END $$""".encode()
        )
        db.execute("CREATE TRIGGER fails BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION fail()")
        try:
            yield
        finally:
            db.execute("DROP TRIGGER fails ON events")
            db.execute("DROP FUNCTION fail")
            db.execute("DROP SEQUENCE failures")


class TestHowItFails:
    @pytest.mark.parametrize(
        ("state", "code"),
        [
            ("53100", "disk_full"),
            ("25006", "read_only"),
            ("42501", "read_only"),
            ("55P03", "locked"),
            ("XX001", "corrupt"),
            ("42P01", "corrupt"),
            ("57P03", "unreachable"),
            ("58030", "failed"),
            ("57014", "failed"),
            ("25P03", "unreachable"),
            ("25P04", "unreachable"),
        ],
    )
    def test_each_condition_has_its_code_and_leaves_a_usable_store(self, own: str, state: str, code: str) -> None:
        """Nothing of the failed commit is kept, the server's words do not travel, and the next try goes through."""
        mine = Mine()
        with _failing(own, state, 1), PostgresStore(own) as store:
            error = refused(lambda: store.append([mine.commit(1, key="k")]))
            assert error.code == code
            assert SECRET not in str(error)
            assert store.load(mine.case(1), EVERYONE) is None
            assert list(store.append([mine.commit(1, key="k")])) == [Appended(mine.case(1), 1)]

    @pytest.mark.parametrize("state", ["40001", "40P01"])
    def test_what_the_server_undid_for_another_is_tried_again(self, own: str, state: str) -> None:
        """A few times nobody hears of it; where it does not end, the answer is that the case is locked."""
        mine = Mine()
        with _failing(own, state, 5), PostgresStore(own) as store:
            assert list(store.append([mine.commit(1)])) == [Appended(mine.case(1), 1)]

        async def awaited() -> object:
            async with AsyncPostgresStore(own) as store:
                return await store.append([mine.commit(2)])

        with _failing(own, state, 5):
            assert asyncio.run(awaited()) == [Appended(mine.case(2), 1)]
        with _failing(own, state, 1000), PostgresStore(own) as store:
            assert refused(lambda: store.append([mine.commit(3)])).code == "locked"
            assert store.load(mine.case(3), EVERYONE) is None

    def test_a_lock_that_is_held_too_long_is_told_and_then_it_works_again(self, database: str) -> None:
        mine = Mine()
        with PostgresStore(database, busy_seconds=0.3) as store:
            store.append([mine.commit(1)])
            with holding(database, mine.case(1)):
                assert refused(lambda: store.append([mine.commit(1, 1)])).code == "locked"
            assert list(store.append([mine.commit(1, 1)])) == [Appended(mine.case(1), 2)]

    def test_a_server_that_only_reads_is_read(self, database: str) -> None:
        mine = Mine()
        with PostgresStore(database) as store:
            store.append([mine.commit(1)])
        with PostgresStore(database, settings={"options": "-c default_transaction_read_only=on"}) as store:
            assert refused(lambda: store.append([mine.commit(2)])).code == "read_only"
            assert refused(lambda: store.claim(NOON, 1, timedelta(1))).code == "read_only"
            assert store.load(mine.case(1), EVERYONE) is not None

    def test_a_table_that_is_gone_is_told(self, own: str) -> None:
        with PostgresStore(own) as store:
            with asking(own) as db:
                db.execute("ALTER TABLE tokens RENAME TO elsewhere")
                assert refused(store.quarters).code == "corrupt"
                db.execute("ALTER TABLE elsewhere RENAME TO tokens")
            assert isinstance(store.quarters(), list)

    def test_an_address_that_leads_nowhere_is_told_without_its_password(self) -> None:
        """The address never shows, wherever it is wrong."""
        for dsn in (
            f"postgresql://user:{SECRET}@/x?host=/nowhere",
            f"postgresql://user:{SECRET}@/x?nonsense=1",
            f"postgresql://{SECRET}:{SECRET}:{SECRET}",
        ):
            for make in (PostgresStore, AsyncPostgresStore):
                with pytest.raises(StoreUnusable) as caught:
                    make(dsn, busy_seconds=1)
                assert caught.value.code == "unreachable"
                assert SECRET not in f"{caught.value}{caught.value!r}"
                assert caught.value.__cause__ is None

    def test_an_asynchronous_store_that_was_never_used_is_closed_too(self, database: str) -> None:
        async def main() -> None:
            store = AsyncPostgresStore(database)
            await store.close()
            with pytest.raises(StoreUnusable) as caught:
                await store.scheme()
            assert caught.value.code == "closed"

        asyncio.run(main())

    def test_what_was_being_appended_is_kept_when_the_store_is_closed(self, database: str) -> None:
        mine = Mine()

        async def main() -> object:
            store = AsyncPostgresStore(database)
            append = asyncio.create_task(store.append([mine.commit(1)]))
            await asyncio.sleep(0)
            await store.close()
            return await append

        assert asyncio.run(main()) == [Appended(mine.case(1), 1)]

    def test_a_store_belongs_to_the_event_loop_that_used_it_first(self, database: str) -> None:
        store = AsyncPostgresStore(database)

        async def main() -> None:
            await store.scheme()
            loop = asyncio.new_event_loop()
            with ThreadPoolExecutor(1) as pool:
                error = refused(lambda: pool.submit(loop.run_until_complete, _awaited(store)).result(30))
            loop.close()
            assert error.code == "failed"
            await store.close()

        asyncio.run(main())


async def _awaited(store: AsyncPostgresStore) -> object:
    return await store.scheme()


class TestConnectionsThatBreak:
    def test_a_connection_cut_in_the_middle_is_told_and_replaced(self, database: str) -> None:
        """An append whose connection is cut while it waits is unreachable; nothing of it stays, the next is kept."""
        mine = Mine()
        with PostgresStore(database) as store, ThreadPoolExecutor(1) as pool:
            store.append([mine.commit(1)])
            with holding(database, mine.case(1)):
                appending = pool.submit(store.append, [mine.commit(1, 1)])
                _cut(database, until_blocked(database))
                assert refused(lambda: appending.result(30)).code == "unreachable"
            kept = store.load(mine.case(1), EVERYONE)
            assert kept is not None
            assert kept.header.version == 1
            assert list(store.append([mine.commit(1, 1)])) == [Appended(mine.case(1), 2)]

    def test_an_awaited_append_whose_connection_is_cut_is_told_too(self, database: str) -> None:
        mine = Mine()

        async def main() -> object:
            async with AsyncPostgresStore(database) as store:
                await store.append([mine.commit(1)])
                with holding(database, mine.case(1)):
                    appending = asyncio.create_task(store.append([mine.commit(1, 1)]))
                    _cut(database, await asyncio.to_thread(until_blocked, database))
                    with pytest.raises(StoreUnusable) as caught:
                        await appending
                    assert caught.value.code == "unreachable"
                return await store.append([mine.commit(1, 1)])

        assert asyncio.run(main()) == [Appended(mine.case(1), 2)]

    def test_a_connection_cut_while_it_lay_idle_costs_nobody_an_error(self, own: str) -> None:
        mine = Mine()
        with PostgresStore(own) as store:
            for version in range(5):
                assert list(store.append([mine.commit(1, version)])) == [Appended(mine.case(1), version + 1)]
                _cut_all(own)

        async def main() -> None:
            async with AsyncPostgresStore(own) as store:
                for version in range(5):
                    assert list(await store.append([mine.commit(2, version)])) == [Appended(mine.case(2), version + 1)]
                    await asyncio.to_thread(_cut_all, own)

        asyncio.run(main())


def _cut(dsn: str, pids: list[int]) -> None:
    with asking(dsn) as db:
        db.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::integer[]) AS p (pid)", (pids,))


def _cut_all(dsn: str) -> None:
    """Every other connection to the database is cut; comes back when they are gone."""
    others = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
    with asking(dsn) as db:
        while db.execute(others).fetchall():  # also those that a pool opens meanwhile
            threading.Event().wait(0.002)


class TestBothFaces:
    @pytest.mark.parametrize(
        ("sync", "aio", "port", "async_port"),
        [
            (PostgresStore, AsyncPostgresStore, CaseStore, AsyncCaseStore),
            (PostgresShelf, AsyncPostgresShelf, Shelf, AsyncShelf),
            (PostgresEvidence, AsyncPostgresEvidence, EvidenceStore, AsyncEvidenceStore),
        ],
    )
    def test_both_have_the_methods_of_their_ports_and_the_same_arguments(
        self, sync: type, aio: type, port: type, async_port: type
    ) -> None:
        assert _public(sync) == _public(aio) == _public(port) == _public(async_port)
        assert inspect.signature(sync) == inspect.signature(aio)
        for name in _public(aio):
            plain, awaited = getattr(sync, name), getattr(aio, name)
            if inspect.isasyncgenfunction(awaited):  # what is iterated is iterated asynchronously
                assert inspect.signature(plain).parameters == inspect.signature(awaited).parameters
                continue
            assert inspect.signature(plain) == inspect.signature(awaited)
            assert inspect.iscoroutinefunction(awaited)

    def test_neither_shows_its_address(self, database: str) -> None:
        with (
            PostgresStore(database) as store,
            PostgresShelf(database) as shelf,
            PostgresEvidence(database) as evidence,
        ):
            awaited = AsyncPostgresStore(database), AsyncPostgresShelf(database), AsyncPostgresEvidence(database)
            for one in (store, shelf, evidence, *awaited):
                assert repr(one) == f"<{type(one).__name__}>"

    def test_instants_are_utc_whatever_the_time_zone_of_the_connection(self, database: str) -> None:
        mine, records = Mine(), MyShelf()
        settings = {"options": "-c timezone=Asia/Hong_Kong"}
        with PostgresStore(database, settings=settings) as store, PostgresShelf(database, settings=settings) as shelf:
            commit = mine.commit(1)
            store.append([commit])
            shelf.put([records.row(1)])
            kept = store.load(mine.case(1), EVERYONE)
            assert kept is not None
            assert kept.header == commit.header
            assert kept.header.due_at is not None
            assert kept.header.due_at.utcoffset() == timedelta(0)


def _public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


class TestTls:
    """What is asked for over TLS is asked for by the driver, with the address's own settings."""

    @pytest.fixture(scope="class")
    @classmethod
    def certified(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, Path]]:
        """A database that is reached over TLS only by name, its certificate, and another one."""
        folder = tmp_path_factory.mktemp("tls")
        for name in ("server", "other"):
            _certificate(folder, name)
        with running(KINDS[1]) as server:
            dsn = server.database()
            port = server.serve_tls(folder / "server.crt", folder / "server.key")
            name = dsn.split("@/")[1].split("?")[0]
            yield f"postgresql://postgres@127.0.0.1:{port}/{name}", folder / "server.crt", folder / "other.crt"

    def test_settings_ask_for_tls_and_check_the_certificate(self, certified: tuple[str, Path, Path]) -> None:
        """With the right authority the store works, with another it does not open, whether by setting or address."""
        dsn, right, wrong = certified
        mine = Mine()
        with PostgresStore(dsn, settings={"sslmode": "verify-full", "sslrootcert": str(right)}) as store:
            assert list(store.append([mine.commit(1)])) == [Appended(mine.case(1), 1)]
            with psycopg.connect(dsn, sslmode="require") as db:
                encrypted = db.execute("SELECT count(*) FROM pg_stat_ssl WHERE ssl").fetchone()
            assert encrypted is not None
            assert encrypted[0] >= 2
        for address in (f"{dsn}?sslmode=verify-full&sslrootcert={wrong}", f"{dsn}?sslmode=disable"):
            assert refused(lambda address=address: PostgresStore(address)).code == "unreachable"  # type: ignore[misc]


def _certificate(folder: Path, name: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
