"""The command line over a store in PostgreSQL: a place made by `migrate`, a life of a case, and no password shown."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import psycopg
import pytest
from click.testing import CliRunner, Result

from expressplatform.testing.stores.rows import Mine
from expressplatform_cli import databases
from expressplatform_cli.commands import group
from expressplatform_cli.exits import Exit
from expressplatform_postgres.migrating import migrations
from expressplatform_postgres.store import PostgresStore
from tests.integration.test_cli import ASSESSMENT, OFFICER, UPLOAD
from tests.pictures import METADATA, jpeg
from tests.servers import Server, bytes_in
from tests.typed import Typed

PASSWORD = "Qx7ZbWm2KpLr9TvE"
LAST = len(migrations())
PHOTO = jpeg(b"".join(METADATA.values()))
SCAN = f"scan = {json.dumps([sys.executable, '-c', 'import sys; sys.stdin.buffer.read()'])}\n"


class Desk(Typed):
    """A configuration that names a database, and commands that read it."""

    def __init__(self, folder: Path, dsn: str) -> None:
        self.dsn, self.keys = dsn, folder / "keys.db"
        self.config = folder / "expressplatform.toml"
        self.where = ("--config", str(self.config))
        self.write(dsn)

    def write(self, dsn: str, scheme: str = "hk-cca", more: str = "") -> None:
        """The configuration, with this address."""
        named = f'scheme = "{scheme}"\n' if scheme else ""
        self.config.write_text(f'{named}store = "{dsn}"\nkeys = "keys.db"\n{more}', "utf-8")

    def run(self, *arguments: str, given: str | bytes | None = None) -> Result:
        """One command; whatever it says, it never says the password."""
        result = super().run(*arguments, given=given)
        assert PASSWORD not in result.output
        return result

    def error(self, *arguments: str) -> tuple[int, str]:
        """How a command that fails ends: its exit code, and the error's."""
        result = self.run(*arguments, "--json")
        return result.exit_code, json.loads(result.stderr)["error"]["code"]


@pytest.fixture
def desk(tmp_path: Path, postgres: Server) -> Desk:
    """A new database, not migrated yet; its address has a password, which this server does not ask for."""
    return Desk(tmp_path, postgres.empty_database().replace("postgres@", f"postgres:{PASSWORD}@"))


def test_a_place_is_made_by_migrate_and_then_carries_a_case(desk: Desk) -> None:
    """Tables, scheme and keys are there after one command; everything else works as it does over files."""
    made = desk.document("migrate")
    assert (made["found"], made["reached"], made["scheme"]) == (0, LAST, "hk-cca")
    assert desk.keys.is_file()
    filled = desk.ok("lodge", "--template")
    reference = desk.document("lodge", "-", *OFFICER, given=filled)["reference"]
    desk.ok("act", reference, "Accept", *OFFICER)
    desk.ok("impact-assessment", "add", "-", *OFFICER, given=ASSESSMENT)
    desk.ok("act", reference, "Upload", UPLOAD, *OFFICER)
    assert [case["status"] for case in desk.document("cases")["cases"]] == ["uploaded"]
    assert "pieces of work to be done" in desk.ok("doctor")
    assert desk.document("work", "--until-quiet")["failed"] == []
    assert desk.document("tick")["steps"] == 0
    assert "No work is waiting" in desk.ok("doctor")
    assert desk.document("doctor", "--deep")["well"]
    assert desk.document("show", reference, *OFFICER, "--reason", "call back")["particulars"]


def test_doctor_tells_of_dead_letters_and_what_is_tried_again(desk: Desk) -> None:
    """What was given up in the database is a fault there too, and is tried again from the command line."""
    desk.ok("migrate")
    mine, now = Mine(), datetime.now(UTC)
    with PostgresStore(desk.dsn) as store:
        store.append([attrs.evolve(mine.commit(1), effects=(mine.effect(1, 1), mine.effect(1, 1, "MESSAGE")))])
        store.bury(mine.effect(1, 1).id, now, "connection_error")
        store.retry(mine.effect(1, 1, "MESSAGE").id, now + timedelta(days=9), 3)
    said = " ".join(desk.run("doctor").output.split())
    assert "1 given up after many attempts" in said
    assert "1 tried more than twice" in said
    assert "put off until" in said


def _with_a_document(desk: Desk, photo: Path) -> str:
    """A case to which a document was added, and the document's id."""
    desk.ok("migrate")
    reference = desk.document("lodge", "-", *OFFICER, given=desk.ok("lodge", "--template"))["reference"]
    photo.write_bytes(PHOTO)
    added = desk.document("evidence", "add", reference, str(photo), "--kind", "photograph", *OFFICER, given="receipt")
    desk.ok("work", "--until-quiet")
    got = photo.with_name("got.jpg")
    desk.ok("evidence", "get", reference, added["id"], "--output", str(got), "--reason", "to compare", *OFFICER)
    assert got.read_bytes() == PHOTO
    return str(reference)


def test_documents_are_kept_in_the_database_and_go_with_the_case(desk: Desk, tmp_path: Path) -> None:
    """Added, scanned, read, and erased, without a file beside the keys; nothing of them is there in clear."""
    desk.write(desk.dsn, more=SCAN)
    reference = _with_a_document(desk, tmp_path / "photo.jpg")
    assert not [*tmp_path.glob("evidence.db*")]
    kept = b"".join(bytes_in(desk.dsn, ("files", "chunks")))
    assert len(kept) > len(PHOTO)
    assert PHOTO[:64] not in kept
    assert "Documents are kept in the database" in desk.ok("doctor")
    desk.ok("act", reference, "Withdraw", *OFFICER)
    desk.ok("erase", reference, *OFFICER, "--approved-by", "officer-2")
    desk.ok("work", "--until-quiet")
    with psycopg.connect(desk.dsn) as db:
        assert db.execute("SELECT count(*) FROM files").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM chunks").fetchone() == (0,)
    assert desk.document("evidence", "sweep")["swept"] == 0


def test_documents_are_kept_in_the_file_that_a_configuration_names(desk: Desk, tmp_path: Path) -> None:
    desk.write(desk.dsn, more=f'{SCAN}evidence = "papers.db"\n')
    _with_a_document(desk, tmp_path / "photo.jpg")
    assert (tmp_path / "papers.db").is_file()
    with psycopg.connect(desk.dsn) as db:
        assert db.execute("SELECT count(*) FROM files").fetchone() == (0,)
    assert "The file of documents opens" in desk.ok("doctor")
    (tmp_path / "papers.db").chmod(0o644)
    assert "Others on this machine may read the file of documents" in " ".join(desk.ok("doctor").split())
    (tmp_path / "papers.db").write_bytes(b"no database" * 100)
    assert desk.run("doctor").exit_code == Exit.STORE


def test_doctor_says_where_the_database_may_lose_what_it_acknowledged(desk: Desk) -> None:
    """The servers of these tests do not wait for the disk; the role's own settings are looked at too."""
    desk.ok("migrate")
    assert "The database has fsync off" in " ".join(desk.ok("doctor").split())
    assert "synchronous_commit" not in desk.ok("doctor")
    name = desk.dsn.split("@/")[1].split("?")[0]
    with psycopg.connect(desk.dsn, autocommit=True) as db:
        db.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off'.encode())
    assert "Set synchronous_commit on, for the server and for this role." in " ".join(desk.ok("doctor").split())


def test_a_database_is_backed_up_with_its_own_tools(desk: Desk, tmp_path: Path) -> None:
    desk.ok("migrate")
    assert desk.error("backup", str(tmp_path / "copy"))[0] == Exit.USAGE
    assert not (tmp_path / "copy").exists()


def test_cases_whose_keys_are_lost_are_given_up(desk: Desk) -> None:
    """A case whose key is lost is erased, and its place is well again."""
    desk.ok("migrate")
    reference = desk.document("lodge", "-", *OFFICER, given=desk.ok("lodge", "--template"))["reference"]
    desk.keys.unlink()
    assert desk.document("keys", "give-up", "--yes", *OFFICER)["records_dropped"] >= 0
    assert desk.document("show", reference, "--facts")["status"] == "erased"


def test_before_it_is_migrated_every_command_names_the_command(desk: Desk) -> None:
    for arguments in (("cases",), ("tick",), ("doctor",)):
        result = desk.run(*arguments)
        assert result.exit_code == Exit.STORE
        assert "missing" in result.output or "expressplatform migrate" in result.output
    desk.keys.write_bytes(b"something")
    assert desk.error("cases") == (Exit.STORE, "older_schema")
    assert "run 'expressplatform migrate'" in desk.run("cases").stderr


def test_work_refuses_tables_of_another_release_and_names_the_command(desk: Desk) -> None:
    """Nothing is claimed from a database that was not migrated, and nothing from a later release's."""
    desk.ok("migrate")
    with psycopg.connect(desk.dsn, autocommit=True) as db:
        for version, code in ((LAST - 1, "older_schema"), (LAST + 1, "newer_schema")):
            db.execute("UPDATE expressplatform_schema SET version = %s", (version,))
            assert desk.error("work") == (Exit.STORE, code)
            if code == "older_schema":
                assert "run 'expressplatform migrate'" in desk.run("work").stderr
        db.execute("UPDATE expressplatform_schema SET version = %s", (LAST,))
    desk.ok("work")


def test_check_dry_run_and_to(desk: Desk) -> None:
    """A check tells by its exit code, a dry run shows the statements, and neither changes anything."""
    assert desk.error("migrate", "--check") == (Exit.STORE, "older_schema")
    shown = desk.ok("migrate", "--dry-run")
    assert "CREATE TABLE events" in shown
    assert "Nothing was changed" in shown
    assert desk.error("migrate", "--check") == (Exit.STORE, "older_schema")
    assert [step["number"] for step in desk.document("migrate", "--to", "1")["steps"]] == [1]
    assert not desk.keys.exists()
    assert "Took the database from 1 to" in desk.ok("migrate")
    assert "nothing to do" in desk.ok("migrate", "--check")
    assert desk.document("migrate")["steps"] == []
    assert desk.error("migrate", "--to", "1")[0] == Exit.INPUT
    assert desk.error("migrate", "--to", str(LAST + 1))[0] == Exit.INPUT
    assert desk.error("migrate", "--check", "--dry-run")[0] == Exit.USAGE


def test_a_configuration_without_a_scheme_gets_no_scheme(desk: Desk) -> None:
    """It says what to add; a scheme that is not there is refused; the one that stands is told."""
    desk.write(desk.dsn, scheme="")
    assert "add a line 'scheme'" in desk.ok("migrate")
    desk.write(desk.dsn, scheme="nowhere")
    assert desk.error("migrate") == (Exit.STORE, "unknown_scheme")
    desk.write(desk.dsn)
    assert desk.document("migrate")["scheme"] == "hk-cca"
    desk.write(desk.dsn, scheme="")
    assert desk.document("migrate")["scheme"] == "hk-cca"


def test_a_database_of_another_program_is_left_alone(desk: Desk) -> None:
    with psycopg.connect(desk.dsn, autocommit=True) as db:
        db.execute("CREATE TABLE cases (theirs integer)")
    assert desk.error("migrate") == (Exit.STORE, "not_ours")


def test_a_database_that_is_not_there_is_told_without_its_address(desk: Desk) -> None:
    desk.write(f"postgresql://user:{PASSWORD}@/x?host=/nowhere")
    assert desk.error("migrate") == (Exit.STORE, "unreachable")
    desk.keys.write_bytes(b"something")
    assert desk.error("cases") == (Exit.STORE, "unreachable")


def test_an_address_is_not_taken_from_the_command_line() -> None:
    """Others on the machine would read the password in the list of processes."""
    address = f"postgresql://user:{PASSWORD}@host/x"
    result = CliRunner().invoke(group, ["cases", "--store", address, "--keys", "keys.db"])
    assert result.exit_code == Exit.USAGE
    assert "configuration file" in result.output
    assert PASSWORD not in result.output


def test_a_store_in_a_file_is_not_migrated(tmp_path: Path) -> None:
    CliRunner().invoke(group, ["init", str(tmp_path / "place")])
    result = CliRunner().invoke(group, ["migrate", "--config", str(tmp_path / "place" / "expressplatform.toml")])
    assert result.exit_code == Exit.USAGE


def test_without_the_extra_it_says_what_to_install(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the driver is missing, or the library that the driver stands on."""
    for missing in (ModuleNotFoundError("no", name="psycopg.pq"), ImportError("no pq wrapper available")):

        def raising(*_: object, error: ImportError = missing, **__: object) -> None:
            raise databases._needed(error)

        monkeypatch.setattr("expressplatform_cli.migrating.migrated", raising)
        assert desk.error("migrate") == (Exit.EXTRA, "extra_missing")
        assert "expressplatform[postgres]" in desk.run("migrate").stderr
    other = ModuleNotFoundError("no", name="expressplatform_postgres.nothing")
    assert databases._needed(other) is other
