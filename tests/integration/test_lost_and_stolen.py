"""Lost and stolen: what was erased is unreadable everywhere, what was put back is put right, nothing is left half."""

from __future__ import annotations

import copy
import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from click.testing import CliRunner, Result

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.case import Case
from expressplatform.codes import EvidenceKind, Status
from expressplatform.complaint import ERASED
from expressplatform.errors import SealBroken, StoreUnusable
from expressplatform.platform import Platform
from expressplatform.platform import rows as shell_rows
from expressplatform.ports import EVERYONE
from expressplatform.recovery import private_text, public_text
from expressplatform.sealing import CaseKey, new_encryption_pair
from expressplatform_cli.commands import group
from expressplatform_cli.config import open_platform, read_configuration
from expressplatform_cli.exits import Exit
from expressplatform_sqlite.evidence import SqliteEvidence
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.store import SqliteStore
from tests import whole_life as life
from tests.integration.test_canaries import Aviary
from tests.walking import OFFICER, PERSON, TAOBAO, UPLOAD, consent_to
from tests.whole_life import SECOND, Clock, Step, live, long_life, short_life

STAFF: Final = ("--as", "officer-7")
OBTAINED: Final = ((c.Accept(), OFFICER), (UPLOAD, OFFICER), (c.Obtain(), TAOBAO))
PAIR: Final = new_encryption_pair()


def run(*arguments: object, given: str | None = None) -> Result:
    """One command."""
    return CliRunner().invoke(group, [str(one) for one in arguments], input=given, env={"COLUMNS": "100"})


def ok(*arguments: object, given: str | None = None) -> str:
    """What a command that succeeds writes."""
    result = run(*arguments, given=given)
    assert result.exit_code == 0, result.output
    return result.stdout


class Council:
    """A place with cases full of canaries, a backup of it, and what happened since."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.aviary, self.clock = folder, Aviary(), Clock()
        (folder / "recovery.pub").write_text(public_text(PAIR))
        (folder / "recovery.key").write_text(private_text(PAIR))
        ok("init", self.place, "--recovery-key", folder / "recovery.pub", "--register", folder / "register.txt")
        self.lived: dict[str, Case] = {}
        with closing(self.open()) as platform:
            platform.record_impact_assessment(life.ASSESSED, by=OFFICER)

    @property
    def place(self) -> Path:
        return self.folder / "place"

    @property
    def config(self) -> tuple[str, Path]:
        return "--config", self.place / "expressplatform.toml"

    def open(self, place: Path | None = None) -> Platform:
        where = read_configuration((place or self.place) / "expressplatform.toml")
        return open_platform(where, now=self.clock, draw=life.seeded)

    def live(self, name: str, steps: Sequence[Step]) -> Case:
        """A case of that name, lived as far as its steps go."""
        with closing(self.open()) as platform:
            self.lived[name] = live(platform, self.clock, steps, name, self.aviary.who())
        return self.lived[name]

    def act(self, name: str, command: c.Command) -> None:
        with closing(self.open()) as platform:
            self.clock.wait(hours=1)
            platform.act(self.lived[name].id, command, by=PERSON, key=f"later-{type(command).__name__}")

    def erase(self, *names: str) -> None:
        with closing(self.open()) as platform:
            for name in names:
                platform.erase(self.lived[name].id, by=OFFICER, approved_by=SECOND)
            assert platform.work().failed == ()

    def backup(self) -> None:
        ok("backup", self.folder / "b", *self.config)

    def restore(self, to: str = "new", *more: object) -> Path:
        ok(*self.restoring(to), *more)
        return self.folder / to

    def restoring(self, to: str = "new") -> tuple[object, ...]:
        """The command line that puts the backup back."""
        key = ("--private-key", self.folder / "recovery.key", "--register", self.folder / "register.txt")
        return (
            "restore",
            self.folder / "b",
            "--keys-from",
            self.folder / "b-keys",
            "--to",
            self.folder / to,
            *STAFF,
            *key,
        )

    def read(self, name: str, place: Path | None = None) -> tuple[Case, tuple[e.Event, ...]]:
        """Everything that an officer can read of a case."""
        with closing(self.open(place)) as platform:
            opened = platform.read(self.lived[name].id, by=OFFICER, reason="look")
        return opened.case, opened.events


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Council:
    """Four cases: two at an end, two with a trader."""
    made = Council(tmp_path_factory.mktemp("template"))
    say, who = made.aviary.say, made.aviary.who
    made.live("ended", long_life(say, who))
    made.live("withdrawn", short_life(say, who))
    made.live("obtained", OBTAINED)
    made.live("bystander", [*OBTAINED, (c.AddNote(say()), OFFICER)])
    return made


@pytest.fixture
def council(template: Council, tmp_path: Path) -> Council:
    """A copy of it, in a folder of its own."""
    shutil.copytree(template.folder, tmp_path, dirs_exist_ok=True)
    made = copy.deepcopy(template)
    made.folder = tmp_path
    config = made.config[1]
    config.write_text(config.read_text().replace(str(template.folder), str(tmp_path)))
    return made


def files(*folders: Path) -> dict[Path, bytes]:
    """Every file below some folders."""
    return {path: path.read_bytes() for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()}


def shown(council: Council, name: str, place: Path | None = None) -> bytes:
    """All that reading a case gives, as bytes that canaries are looked for in."""
    case, events = council.read(name, place)
    told = [attrs.asdict(case), *(attrs.asdict(event) for event in events)]
    return repr(told).encode()


def faults(place: Path) -> set[str]:
    """What doctor finds to be wrong with a place."""
    told = json.loads(run("doctor", "--deep", "--json", "--config", place / "expressplatform.toml").stdout)
    return {one["check"] for one in told["findings"] if one["level"] == "fault"}


# ---- erase a case -------------------------------------------------------------------------------------------------


def test_an_erased_case_is_unreadable_live_in_an_older_backup_and_after_restore(council: Council) -> None:
    """And the others are readable in all of them."""
    council.backup()
    with closing(LocalKeyStore(council.place / "keys.db")) as keys:
        gone = {name: keys.get(council.lived[name].id) for name in ("ended", "obtained")}
    assert council.aviary.found_in(shown(council, "ended"))
    council.act("obtained", c.Withdraw())
    council.erase("ended", "obtained")
    new = council.restore()
    for name in ("ended", "obtained"):
        for place in (council.place, new):
            case, _ = council.read(name, place)
            assert (case.status, case.particulars) == (Status.ERASED, ERASED)
            assert council.aviary.found_in(shown(council, name, place)) == []
    for path, data in files(council.folder).items():
        assert council.aviary.found_in(data) == [], path
        for key in gone.values():
            assert key not in data, path
            assert key.hex().encode() not in data, path
    for name in ("withdrawn", "bystander"):
        for place in (council.place, new):
            assert council.aviary.found_in(shown(council, name, place))


def test_no_key_that_remains_opens_it_in_the_older_backup(council: Council) -> None:
    """Every sealed part of the backup's rows, tried with every key and secret of the place; the others open."""
    council.backup()
    council.erase("ended")
    lost, kept = council.lived["ended"].id, council.lived["bystander"].id
    with (
        closing(LocalKeyStore(council.place / "keys.db")) as keys,
        closing(SqliteStore(council.folder / "b" / "cases.db", restoring=True)) as store,
    ):
        cases, secrets = keys.names()
        held = [*(CaseKey(keys.get(one)) for one in cases), *(CaseKey(keys.secret(one)) for one in secrets)]
        opened = {one: _opened(store, one, held) for one in (lost, kept)}
    assert lost not in cases
    assert opened[lost] == 0
    assert opened[kept] > 0


def _opened(store: SqliteStore, case_id: str, keys: Sequence[CaseKey]) -> int:
    """How many sealed rows of a case open with any of the keys."""
    stored = store.load(case_id, EVERYONE)
    assert stored is not None
    assert any(row.sealed for row in stored.events)
    found = 0
    for row in stored.events:
        for key in keys if row.sealed else ():
            try:
                shell_rows.opened(row, key)
            except SealBroken:
                continue
            found += 1
    return found


def test_the_figures_are_byte_for_byte_the_same(council: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the erasure, after it, and after the backup was put back."""

    class Standing(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime(2026, 1, 1, tzinfo=UTC)

    monkeypatch.setattr("expressplatform_cli.figures.datetime", Standing)
    asked = ("indicators", "--by", "trader", "--json")
    before = ok(*asked, *council.config).encode()
    assert json.loads(before)["complaints"] == 4
    council.backup()
    council.erase("ended", "withdrawn")
    assert ok(*asked, *council.config).encode() == before
    new = council.restore()
    assert ok(*asked, "--config", new / "expressplatform.toml").encode() == before


def test_an_erased_case_replays_to_the_same_outcome(council: Council) -> None:
    """Live and after restore: erased, and everything that was said of the outcome as it was."""
    council.backup()
    council.erase("ended", "withdrawn")
    new = council.restore()
    for name in ("ended", "withdrawn"):
        before = council.lived[name]
        for place in (council.place, new):
            after, _ = council.read(name, place)
            assert (after.status, after.account) == (Status.ERASED, before.account)
            assert (after.file.lodged_at, after.file.filed_at) == (before.file.lodged_at, before.file.filed_at)
            assert after.word is before.word
            assert {one.organisation for one in after.file.holdings} == {
                one.organisation for one in before.file.holdings
            }


# ---- consents -----------------------------------------------------------------------------------------------------


def test_a_consent_that_was_taken_back_since_is_taken_back_again(council: Council) -> None:
    """The restored case has left the trader, which must delete, and cannot be sent to it again."""
    council.backup()
    council.act("obtained", c.WithdrawConsent("taobao"))
    ok("work", *council.config)
    told = json.loads(ok(*council.restoring(), "--json"))
    assert (told["erased_again"], told["withdrawn_again"], told["left"]) == (0, 1, [])
    case, events = council.read("obtained", council.folder / "new")
    assert (case.status, case.file.holdings[0].owed) == (Status.REFERRED_BACK, True)
    assert (events[-1].by.person, type(events[-1])) == ("officer-7", e.ConsentWithdrawn)
    assert "taobao" in {one.recipient for one in council.read("bystander", council.folder / "new")[0].file.consents}


def test_a_consent_given_anew_before_the_backup_stands_after_it(council: Council) -> None:
    """The register knows of an older taking back, which the consent outlives."""
    council.act("obtained", c.WithdrawConsent("taobao"))
    ok("work", *council.config)
    council.act("obtained", c.GiveConsent(consent_to("taobao", council.clock.wait(hours=1))))
    council.backup()
    council.restore()
    assert "taobao" in {one.recipient for one in council.read("obtained", council.folder / "new")[0].file.consents}


# ---- a backup -----------------------------------------------------------------------------------------------------


def test_a_backup_holds_no_key_in_clear_and_its_two_halves_lie_apart(council: Council) -> None:
    """With a recovery key named, the copy of the keys opens for its private half alone."""
    council.backup()
    data, keys = council.folder / "b", council.folder / "b-keys"
    assert {path.name for path in data.iterdir()} == {"cases.db", "manifest.json"}
    assert {path.name for path in keys.iterdir()} == {"keys.sealed", "manifest.json"}
    for path in (data, keys):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert all(stat.S_IMODE(one.stat().st_mode) == 0o600 for one in path.iterdir())
    with closing(sqlite3.connect(council.place / "keys.db")) as db:
        held = [kek for (kek,) in db.execute("SELECT kek FROM wrapping")]
        held += [wrapped for (wrapped,) in db.execute("SELECT wrapped FROM sealed WHERE live")]
    for path, content in files(data, keys).items():
        assert not any(one in content for one in held), path
        assert council.aviary.found_in(content) == [], path


def test_a_backup_without_a_recovery_key_says_so(tmp_path: Path) -> None:
    """The keys are copied in clear, to their own directory, and opened without being asked for anything."""
    ok("init", tmp_path / "place")
    config = ("--config", tmp_path / "place" / "expressplatform.toml")
    ok("lodge", "-", *STAFF, *config, given=ok("lodge", "--template"))
    said = ok("backup", tmp_path / "b", "--keys-to", tmp_path / "k", *config)
    assert "in clear" in said
    assert {path.name for path in (tmp_path / "k").iterdir()} == {"keys.db", "manifest.json"}
    ok("restore", tmp_path / "b", "--keys-from", tmp_path / "k", "--to", tmp_path / "n", *STAFF, *config)
    assert "1 case" in ok("doctor", "--deep", "--config", tmp_path / "n" / "expressplatform.toml")


@pytest.mark.parametrize("apart", ["b", "b/keys", "."])
def test_keys_never_go_where_the_data_goes(council: Council, apart: str) -> None:
    """Not to the same directory, not into it, not around it."""
    result = run("backup", council.folder / "b", "--keys-to", council.folder / apart, *council.config)
    assert result.exit_code == Exit.USAGE
    assert not (council.folder / "b").exists()


def test_nothing_is_written_over(council: Council) -> None:
    """A directory that holds something is refused by both commands, which say which it is, and stays as it is."""
    council.backup()
    before = files(council.folder / "b", council.folder / "b-keys", council.place)
    assert run("backup", council.folder / "b", *council.config).exit_code == Exit.USAGE
    other = run("backup", council.folder / "c", "--keys-to", council.folder / "b-keys", *council.config)
    assert other.exit_code == Exit.USAGE
    assert "for the keys (DIR2) is there already" in other.stderr
    assert run(*council.restoring("place")).exit_code == Exit.USAGE
    assert files(council.folder / "b", council.folder / "b-keys", council.place) == before


def test_a_copy_of_a_running_store_shows_one_moment(council: Council) -> None:
    """A writer goes on while it is copied: every case in the copy is whole, and its header is what it replays to."""
    config = str(council.place / "expressplatform.toml")
    writer = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(_WRITES), config],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    assert writer.stdin is not None
    assert writer.stdout.readline() == "begun\n"
    council.backup()
    writer.stdin.close()
    written = int(writer.stdout.readline())
    assert writer.wait() == 0
    writer.stdout.close()
    new = council.restore()
    assert not faults(new) & {"files", "cases", "shelf", "register"}
    assert written > 0


_WRITES: Final = """
    import sys, threading
    from pathlib import Path
    from expressplatform_cli.config import open_platform, read_configuration
    from tests import whole_life as life
    from tests.walking import OFFICER

    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    clock, count = life.Clock(), 0
    platform = open_platform(read_configuration(Path(sys.argv[1])), now=clock, draw=life.seeded)
    print("begun", flush=True)
    while not over.is_set() or count < 3:
        case = life.live(platform, clock, life.short_life()[1:1], f"written-{count}")
        count += 1
    platform.close()
    print(count)
"""


def test_documents_come_along_and_go_with_their_case(council: Council) -> None:
    """Copied with the store, read in the restored place; those of a case that was erased since are gone from it."""
    content, config = b"The order as plain text.", council.config[1]
    config.write_text(config.read_text() + 'scan = ["true"]\n')
    with closing(open_platform(read_configuration(config), now=council.clock, documents=True)) as platform:
        case = council.lived["bystander"]
        for case_id in (council.lived["obtained"].id, case.id):
            case = platform.add_evidence(case_id, content, kind=EvidenceKind.ORDER, name="", by=PERSON, key="d")
        assert platform.work().failed == ()
    council.backup()
    assert content not in (council.folder / "b" / "evidence.db").read_bytes()
    council.act("obtained", c.Withdraw())
    council.erase("obtained")
    new = council.restore()
    with closing(council.open(new)) as platform:
        read = platform.read_evidence(case.id, case.file.evidence[-1].id, by=OFFICER, reason="look")
        assert read.content == content
        council.clock.at = datetime.now(UTC)  # restoring is done by the clock of the machine
        assert platform.work().failed == ()
    with closing(SqliteEvidence(new / "evidence.db")) as evidence:
        assert {one.case_id for one in evidence.list("", "", 10)} == {council.lived["bystander"].id}


# ---- what is not put back -----------------------------------------------------------------------------------------


def test_a_copy_is_not_served_before_it_was_put_back(council: Council) -> None:
    """No command opens the files of a backup, and the refusal leaves them as they were."""
    council.backup()
    before = files(council.folder / "b", council.folder / "b-keys")
    shutil.copy(council.folder / "b" / "cases.db", council.folder / "by-hand.db")
    for store in (council.folder / "b" / "cases.db", council.folder / "by-hand.db"):
        result = run("cases", "--json", "--store", store, "--keys", council.place / "keys.db")
        assert result.exit_code == Exit.STORE
        assert json.loads(result.stderr)["error"]["code"] == "not_restored"
        assert "expressplatform restore" in result.stderr
        with pytest.raises(StoreUnusable):
            SqliteStore(store)
    assert files(council.folder / "b", council.folder / "b-keys") == before


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        ("flip", "backup_damaged"),
        ("cut", "backup_damaged"),
        ("lose", "backup_damaged"),
        ("lose keys", "backup_damaged"),
        ("mix", "not_one_backup"),
        ("swap", "no_backup"),
        ("no manifest", "no_backup"),
        ("no register", "no_register"),
        ("wrong key", "wrong_recovery_key"),
        ("no key", "invalid_input"),
        ("no text", "invalid_input"),
        ("not a manifest", "invalid_input"),
        ("leads out", "invalid_input"),
        ("twice", "invalid_input"),
        ("keys among the data", "invalid_input"),
        ("a configuration", "invalid_input"),
    ],
)
def test_what_is_not_a_whole_backup_is_refused_and_nothing_is_made(council: Council, harm: str, code: str) -> None:
    """Each kind of damage has a code of its own."""
    council.backup()
    data, keys, folder = council.folder / "b", council.folder / "b-keys", council.folder
    content, manifest = (data / "cases.db").read_bytes(), json.loads((data / "manifest.json").read_text())
    match harm:
        case "flip":
            (data / "cases.db").write_bytes(content[:5000] + bytes((content[5000] ^ 1,)) + content[5001:])
        case "cut":
            (data / "cases.db").write_bytes(content[:-1])
        case "lose":
            (data / "cases.db").unlink()
        case "lose keys":
            (keys / "keys.sealed").unlink()
        case "mix":
            ok("backup", folder / "c", *council.config)
            shutil.rmtree(keys)
            (folder / "c-keys").rename(keys)
        case "swap":
            data.rename(folder / "x"), keys.rename(data), (folder / "x").rename(keys)
        case "no manifest":
            (data / "manifest.json").unlink()
        case "no register":
            (folder / "register.txt").unlink()
        case "wrong key":
            (folder / "recovery.key").write_text(private_text(new_encryption_pair()))
        case "no key" | "no text":
            other = {"no key": public_text(PAIR).encode(), "no text": private_text(PAIR).encode("utf-16")}
            (folder / "recovery.key").write_bytes(other[harm])
        case "not a manifest":
            (data / "manifest.json").write_text(json.dumps({**manifest, "made_at": "yesterday"}))
        case _:
            first = manifest["files"][0]
            names = {
                "leads out": "../cases.db", "twice": first["name"], "keys among the data": "./keys.db",
                "a configuration": "expressplatform.toml",
            }  # fmt: skip
            shutil.copy(data / first["name"], data / "expressplatform.toml")
            shutil.copy(data / first["name"], data / "keys.db")
            manifest["files"].append({**first, "name": names[harm]})
            (data / "manifest.json").write_text(json.dumps(manifest))
    result = run(*council.restoring(), "--json")
    assert result.exit_code in (Exit.STORE, Exit.INPUT), result.output
    assert json.loads(result.stderr)["error"]["code"] == code
    assert not [path for path in folder.iterdir() if "new" in path.name]


def test_without_a_register_somebody_has_to_say_that_there_is_none(
    council: Council, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise nothing is restored: it is what keeps erased cases erased."""
    council.backup()
    council.erase("ended")
    line = council.restoring()[:-2]
    monkeypatch.chdir(tmp_path)
    assert run(*line).exit_code == Exit.USAGE
    assert run(*line, "--without-register", "--register", tmp_path / "register.txt").exit_code == Exit.USAGE
    ok(*line, "--without-register")
    assert council.read("ended", council.folder / "new")[0].particulars is not ERASED
    assert (council.folder / "new" / "register.txt").read_bytes() == b""


def test_a_restored_place_goes_on_with_the_register_that_there_was(council: Council) -> None:
    """An erasure after the restore stands beside those before it."""
    council.backup()
    council.erase("ended")
    new = council.restore()
    with closing(council.open(new)) as platform:
        platform.work()
        platform.erase(council.lived["withdrawn"].id, by=OFFICER, approved_by=SECOND)
        platform.work()
    named = {line.split()[1] for line in (council.folder / "register.txt").read_text().splitlines() if "erased" in line}
    assert named == {council.lived["ended"].id, council.lived["withdrawn"].id}


def test_the_private_half_may_come_from_a_prompt_or_from_standard_input(council: Council) -> None:
    """And is shown in neither case."""
    council.backup()
    line = [one for one in council.restoring() if one not in ("--private-key", council.folder / "recovery.key")]
    said = run(*line, given=f"{PAIR.private.hex()}\n")
    assert said.exit_code == 0, said.output
    piped = run(*council.restoring("other")[:8], "--private-key", "-", *line[8:], given=private_text(PAIR))
    assert piped.exit_code == 0, piped.output
    assert PAIR.private.hex() not in said.output + piped.output


# ---- by other means -----------------------------------------------------------------------------------------------


def test_files_put_back_by_other_means_are_found_by_doctor_and_put_right_by_reapply(council: Council) -> None:
    """A snapshot of the whole place, older than an erasure and a taking back; the register was elsewhere."""
    snapshot = council.folder / "snapshot"
    shutil.copytree(council.place, snapshot)
    council.erase("ended")
    council.act("obtained", c.WithdrawConsent("taobao"))
    ok("work", *council.config)
    shutil.rmtree(council.place)
    snapshot.rename(council.place)
    found = run("doctor", *council.config)
    assert found.exit_code == Exit.STORE
    assert "expressplatform reapply" in " ".join(found.stdout.split())
    assert json.loads(ok("reapply", *STAFF, "--json", *council.config))["erased_again"] == 1
    assert council.read("ended")[0].particulars is ERASED
    assert council.read("obtained")[0].status is Status.REFERRED_BACK
    assert "Erased again: 0. Consents taken back again: 0." in ok("reapply", *STAFF, *council.config)
    assert not faults(council.place) & {"register", "cases"}


# ---- keys ---------------------------------------------------------------------------------------------------------


def test_lost_keys_come_back_from_a_copy_without_those_of_erased_cases(council: Council) -> None:
    """Cases that are younger than the copy are named; giving them up puts on record that they are unreadable."""
    council.backup()
    council.erase("ended")
    young = council.live("young", OBTAINED)
    (council.place / "keys.db").unlink()
    assert run("cases", *council.config).exit_code == Exit.STORE
    recover = ("keys", "recover", council.folder / "b-keys", "--private-key", council.folder / "recovery.key", *STAFF)
    told = json.loads(ok(*recover, "--json", *council.config))
    assert told["without_key"] == [young.id]
    assert run(*recover, *council.config).exit_code == Exit.USAGE  # there is one again: it is not written over
    assert council.read("ended")[0].particulars is ERASED
    with closing(LocalKeyStore(council.place / "keys.db")) as keys:
        assert council.lived["ended"].id in keys.destroyed()
    assert council.aviary.found_in(shown(council, "bystander"))
    assert run("doctor", *council.config).exit_code == Exit.STORE
    assert run("keys", "give-up", *STAFF, *council.config, given="n\n").exit_code == Exit.OTHER
    assert json.loads(ok("keys", "give-up", "--yes", "--json", *STAFF, *council.config))["erased_again"] == 1
    with closing(council.open()) as platform:
        assert platform.facts(young.id, by=OFFICER).case.status is Status.ERASED
    assert faults(council.place) <= {"calendars", "clock", "work"}


def test_without_any_copy_the_facts_stay_and_the_place_goes_on(council: Council) -> None:
    """Every key lost for good: nothing is readable, every figure stands, and new complaints can be handled."""
    (council.place / "keys.db").unlink()
    told = json.loads(ok("keys", "give-up", "--yes", "--json", *STAFF, *council.config))
    assert told["erased_again"] == 4
    for name in ("ended", "withdrawn", "obtained", "bystander"):
        assert council.read(name)[0].particulars is ERASED
    assert council.read("ended")[0].account == council.lived["ended"].account
    with closing(council.open()) as platform:  # the record of it was sealed under a secret that is lost
        platform.record_impact_assessment(life.ASSESSED, by=OFFICER)
    council.live("new", OBTAINED)
    assert council.aviary.found_in(shown(council, "new"))


def test_rotation_wraps_every_key_anew_and_touches_no_case(council: Council) -> None:
    """The rows stay as they are; what was wrapped before opens as before."""
    before = life.dump(council.place / "cases.db")
    told = json.loads(ok("keys", "rotate", "--json", *council.config))
    assert (told["generation"], told["cases"]) == (2, 4)
    assert life.dump(council.place / "cases.db") == before
    assert council.aviary.found_in(shown(council, "ended"))


def test_no_command_about_keys_shows_one(council: Council) -> None:
    """Counts, ids and public halves; a private half goes to its file, once."""
    with closing(LocalKeyStore(council.place / "keys.db")) as keys:
        held = [keys.get(one) for one in keys.names()[0]] + [keys.secret(one) for one in keys.names()[1]]
    said = ok("keys", "list", "--ids", *council.config) + ok("keys", "list", "--ids", "--json", *council.config)
    assert council.lived["ended"].id in said
    pair = (council.folder / "one.key", council.folder / "one.pub")
    made = ("keys", "new-recovery-pair", "--private", pair[0], "--public", pair[1])
    said += ok(*made)
    assert run(*made).exit_code == Exit.USAGE
    said += ok("keys", "use-recovery-key", pair[1], *council.config)
    (council.folder / "no.pub").write_bytes(pair[1].read_bytes() + b"\xff")
    for other in (pair[0], council.folder / "no.pub"):
        assert run("keys", "use-recovery-key", other, *council.config).exit_code == Exit.INPUT
    held.append(bytes.fromhex(pair[0].read_text().splitlines()[1]))
    assert stat.S_IMODE(pair[0].stat().st_mode) == 0o600
    assert not any(one.hex() in said for one in held)


# ---- doctor -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("harm", "level", "said"),
    [
        ("lose register", "fault", "not on the register"),
        ("lose its folder", "fault", "cannot be written"),
        ("spoil register", "fault", "could not be checked"),
        ("open register", "advice", "may read the register"),
        ("strange line", "advice", "1 line of the register cannot be read"),
        ("old wrapping", "advice", "key-encryption key 1, since 20"),
        ("old backup", "advice", "The last backup was made on 2020-01-01"),
        ("strange backup", "fault", "the store does not say when its last backup was made"),
        ("no backup", "advice", "No backup has been made"),
        ("lost secret", "fault", "Secrets are not in the key store"),
    ],
)
def test_doctor_sees_what_stands_apart(council: Council, harm: str, level: str, said: str) -> None:
    """Each finding is a sentence of its own, with what to do."""
    council.erase("ended")
    register = council.folder / "register.txt"
    store, keys = (sqlite3.connect(council.place / name) for name in ("cases.db", "keys.db"))
    with closing(store), closing(keys), store, keys:
        match harm:
            case "lose register":
                register.unlink()
            case "lose its folder":
                config = council.config[1]
                config.write_text(config.read_text().replace("register.txt", "nowhere/register.txt"))
            case "spoil register":
                register.unlink()
                register.mkdir()
            case "open register":
                register.chmod(0o644)
            case "strange line":
                register.write_bytes(register.read_bytes() + b"erased\n")
            case "old wrapping":
                keys.execute("UPDATE wrapping SET since = since - 400 * 86400")
            case "old backup" | "strange backup":
                at = "2020-01-01T00:00:00+00:00" if harm == "old backup" else "0001-01-01T00:00:00+14:00"
                store.execute("INSERT INTO meta VALUES ('backed_up', ?)", (at,))
            case "lost secret":
                keys.execute("DELETE FROM sealed WHERE label = 'secret'")
    told = json.loads(run("doctor", "--json", *council.config).stdout)
    (found,) = [one for one in told["findings"] if said in one["sentence"]]
    assert (found["level"], bool(found["next"])) == (level, True)


# ---- killed half-way ----------------------------------------------------------------------------------------------

_KILLED: Final = """
    import os, signal, sys

    left = int(sys.argv[1])

    def struck(function):
        def inner(*arguments, **named):
            global left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **named)
        return inner

    for name in ("fsync", "rename", "replace", "open"):
        setattr(os, name, struck(getattr(os, name)))
    from expressplatform_cli.commands import group
    try:
        group(sys.argv[2:], standalone_mode=False)
    finally:
        print("left", left)
"""


def struck_at(moment: int, *arguments: object) -> int | None:
    """Runs a command that is killed at its so-many-th call of the system; None where it was, else calls not made."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_KILLED), str(moment), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    if done.returncode == -signal.SIGKILL:
        return None
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1])


def test_a_backup_that_is_killed_leaves_the_place_whole_and_never_half_a_backup(council: Council) -> None:
    """At any moment: the store's half is there whole or not at all, and the next backup goes through."""
    calls = 1000 - (struck_at(1000, "backup", council.folder / "dry", *council.config) or 0)
    assert calls > 8
    for moment in _moments(calls):
        assert struck_at(moment, "backup", council.folder / "b", *council.config) is None
        assert council.aviary.found_in(shown(council, "bystander"))
        if (council.folder / "b").exists():
            council.restore(f"after-{moment}")
        for name in ("b", "b-keys"):
            shutil.rmtree(council.folder / name, ignore_errors=True)
    council.backup()
    assert not [path for path in council.folder.iterdir() if path.name.endswith(".part")]
    council.restore()


def test_a_restore_that_is_killed_leaves_no_place_or_the_whole_one(council: Council) -> None:
    """At any moment: what is there is put right; the next run clears the rest away and goes through."""
    council.backup()
    council.erase("ended")
    calls = 1000 - (struck_at(1000, *council.restoring("dry")) or 0)
    assert calls > 8
    for moment in _moments(calls):
        assert struck_at(moment, *council.restoring()) is None
        if (council.folder / "new").exists():
            assert council.read("ended", council.folder / "new")[0].particulars is ERASED
            shutil.rmtree(council.folder / "new")
    assert council.read("ended", council.restore())[0].particulars is ERASED
    assert not [path for path in council.folder.iterdir() if path.name.endswith(".part")]


def test_a_recovery_of_keys_that_is_killed_leaves_no_key_store_or_the_whole_one(council: Council) -> None:
    """At any moment; what is left of a file that was being made is never played into the next one."""
    council.backup()
    council.erase("ended")
    (council.place / "keys.db").unlink()
    key = ("--private-key", council.folder / "recovery.key")
    recover = ("keys", "recover", council.folder / "b-keys", *key, *STAFF, *council.config)
    calls = 1000 - (struck_at(1000, *recover) or 0)
    for moment in _moments(calls):
        (council.place / "keys.db").unlink()
        assert struck_at(moment, *recover) is None
        if not (council.place / "keys.db").exists():
            ok(*recover)
        assert council.read("ended")[0].particulars is ERASED
        assert council.aviary.found_in(shown(council, "bystander"))
        assert not [path for path in council.place.iterdir() if ".part" in path.name] or moment == calls


def _moments(calls: int) -> Sequence[int]:
    """A few moments, the last ones among them; under the profile ``prove`` all."""
    if os.environ.get("HYPOTHESIS_PROFILE") == "prove":
        return range(1, calls + 1)
    return sorted({calls // 2, calls - 3, calls - 1})
