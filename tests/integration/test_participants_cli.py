"""`participants` on real files: a place whose scheme names nobody takes its first case; backups carry everybody."""

from __future__ import annotations

import importlib
import json
import pkgutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import expressplatform.platform as platform_package
from expressplatform.platform import utc_now
from expressplatform.platform.keeping import Kind
from expressplatform.schemes import CONSUMIDOR_BR
from expressplatform_cli.commands import group
from expressplatform_cli.config import open_platform, read_configuration
from expressplatform_cli.exits import Exit
from expressplatform_cli.keeping_keys import ON_THE_SHELF
from tests.integration.test_cli_on_postgres import Desk as PostgresDesk
from tests.servers import Server
from tests.typed import Typed

OFFICER = ("--as", "officer-1")
TODAY = CONSUMIDOR_BR.day(utc_now())
DAY = timedelta(days=1)


class Desk(Typed):
    """A place of a scheme, and its commands."""

    def __init__(self, folder: Path, scheme: str = "consumidor-br") -> None:
        self.folder = folder
        result = CliRunner().invoke(group, ["init", str(folder), "--scheme", scheme])
        assert result.exit_code == 0, result.output
        self.config = folder / "expressplatform.toml"
        self.where = ("--config", str(self.config))

    def error(self, *arguments: str) -> dict[str, Any]:
        """How a command that fails ends."""
        result = self.run(*arguments, "--json")
        found: dict[str, Any] = json.loads(result.stderr)["error"]
        assert found["exit"] == result.exit_code
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A place whose scheme names nobody."""
    return Desk(tmp_path / "place")


def toys(*more: str) -> tuple[str, ...]:
    """The line that enrols a trader."""
    return ("participants", "enrol", "toys", "--called", "Toys 玩具", "--city", "Shenzhen", *more, *OFFICER)


def test_a_place_whose_scheme_names_nobody_takes_a_case_once_a_trader_is_enrolled(desk: Desk) -> None:
    """The template names the trader; the complaint is judged, lodged, accepted, and shown with the trader's name."""
    assert "participants enrol" in desk.ok("participants", "list")
    before = desk.ok("lodge", "--template")
    assert json.loads(desk.ok("assess", "--file", "-", "--json", given=before))["verdict"] == "ineligible"
    assert "toys takes part as Toys 玩具 (platform, Shenzhen) from" in desk.ok(*toys())
    filled = desk.ok("lodge", "--template")
    assert '"organisation": "toys"' in filled
    lodged = json.loads(desk.ok("lodge", "-", *OFFICER, "--json", given=filled))
    desk.ok("act", lodged["reference"], "accept", *OFFICER)
    shown = desk.ok("show", lodged["reference"], "--facts")
    assert "Toys 玩具 (toys)" in shown
    assert "eligible" in shown


def test_what_init_says_comes_next_is_enough_for_the_first_case(tmp_path: Path) -> None:
    """The lines are taken as they stand."""
    result = CliRunner().invoke(group, ["init", str(tmp_path / "new"), "--scheme", "consumidor-br", "--json"])
    first = json.loads(result.stdout)["next"][0].rpartition("&& ")[2]
    assert first == "expressplatform participants enrol a-trader --called 'A Trader' --as officer-1"
    hong_kong = CliRunner().invoke(group, ["init", str(tmp_path / "hk"), "--json"])
    assert not any("participants" in line for line in json.loads(hong_kong.stdout)["next"])


def test_doctor_says_whether_anybody_takes_part_today(desk: Desk) -> None:
    """Where nobody does, no complaint can be accepted: that is advice, with the command that mends it."""

    def found() -> dict[str, str]:
        findings = desk.document("doctor")["findings"]
        (told,) = [one for one in findings if one["check"] == "participants"]
        return {name: told[name] for name in ("level", "sentence", "next")}

    assert found()["level"] == "advice"
    assert "participants enrol" in found()["next"]
    desk.ok(*toys("--until", str(TODAY)))
    assert found() == {"level": "ok", "sentence": "1 trader takes part today.", "next": ""}


def test_a_participant_is_enrolled_changed_and_let_go(desk: Desk) -> None:
    """Each answer tells the rows and the version; the list tells both, and who entered what."""
    made = desk.document(*toys("--from", "2026-01-01", "--expected", "0"))
    assert (made["version"], made["rows"][0]["member_from"], made["entries"][0]["by"]) == (1, "2026-01-01", "officer-1")
    assert "key" not in made["entries"][0]
    desk.ok("participants", "change", "toys", "--from", "2026-02-01", "--sells-itself", "--city", "", *OFFICER)
    left = desk.ok("participants", "leave", "toys", "--last-day", "2026-03-31", "--expected", "2", *OFFICER)
    assert left.splitlines() == [
        "toys takes part as Toys 玩具 (platform, Shenzhen) from 2026-01-01 until 2026-01-31.",
        "toys takes part as Toys 玩具 (sells itself) from 2026-02-01 until 2026-03-31.",
        "Version 3.",
    ]
    listed = desk.ok("participants", "list")
    assert [line.split() for line in listed.splitlines()[1:]] == [
        ["toys", "Toys", "玩具", "2026-01-01", "2026-01-31", "platform", "3"],
        ["toys", "Toys", "玩具", "2026-02-01", "2026-03-31", "sells", "itself", "3"],
    ]
    entries = desk.ok("participants", "list", "--entries")
    assert [line.split()[4:6] for line in entries.splitlines()[1:]] == [
        ["takes", "part"], ["changed", "2026-02-01"], ["takes", "no"],
    ]  # fmt: skip
    assert "2026-01-31" in desk.ok("participants", "list", "--on", "2026-01-15")
    assert "Nobody takes part on that day" in desk.ok("participants", "list", "--on", "2026-04-01")
    (document,) = desk.document("participants", "list", "--on", "2026-03-01")["participants"]
    assert document == json.loads(desk.ok("participants", "list", "--json"))["participants"][0]


def test_a_participant_of_the_schemes_own_list_leaves_too(tmp_path: Path) -> None:
    """Its row has no end in code."""
    desk = Desk(tmp_path / "hk", "hk-cca")
    told = desk.ok("participants", "leave", "jd", "--last-day", "2026-06-30", *OFFICER)
    assert "until 2026-06-30" in told
    rows = {one["organisation"]: one for one in desk.document("participants", "list")["participants"]}
    assert rows["jd"]["rows"][0]["member_until"] == "2026-06-30"
    assert rows["taobao"]["version"] == 0
    assert len(rows) == 18


def test_the_same_key_enters_once(desk: Desk) -> None:
    """And carries nothing else."""
    first = desk.document(*toys("--key", "k"))
    assert desk.document(*toys("--key", "k")) == first
    found = desk.error("participants", "leave", "toys", "--last-day", f"{TODAY}", "--key", "k", *OFFICER)
    assert (found["code"], found["exit"]) == ("key_reused", Exit.CONFLICT)


def test_what_is_refused_says_why_and_what_to_do(desk: Desk) -> None:
    """A code, a sentence and an exit code for each."""
    desk.ok(*toys())
    last = ("--last-day", f"{TODAY}")
    for line, code, exit_ in (
        (toys(), "takes_part", Exit.REFUSED),
        (("participants", "leave", "nobody", *last, *OFFICER), "no_such_participant", Exit.REFUSED),
        (("participants", "leave", "toys", "--last-day", "2020-01-01", *OFFICER), "takes_no_part", Exit.REFUSED),
        (("participants", "leave", "toys", *last, "--expected", "7", *OFFICER), "stale_version", Exit.CONFLICT),
        (("participants", "change", "toys", *OFFICER), "usage", Exit.USAGE),
        (("participants", "change", "toys", "--called", " ", *OFFICER), "invalid_input", Exit.INPUT),
    ):
        found = desk.error(*line)
        assert (found["code"], found["exit"]) == (code, exit_)
        assert found["message"]
    found = desk.error("participants", "enrol", "no id", "--called", "", "--city", "x" * 200, *OFFICER)
    assert [one["path"] for one in found["problems"]] == ["$.organisation", "$.name", "$.city"]


def test_a_backup_carries_who_takes_part(desk: Desk) -> None:
    """Rows, entries and versions are there after the place was put back elsewhere."""
    desk.ok(*toys("--from", "2026-01-01"))
    desk.ok("participants", "change", "toys", "--from", "2026-02-01", "--called", "Toys Ltd", *OFFICER)
    before = desk.document("participants", "list")
    folder = desk.folder.parent
    pair = ("--private", str(folder / "r.key"), "--public", str(folder / "r.pub"))
    assert CliRunner().invoke(group, ["keys", "new-recovery-pair", *pair]).exit_code == 0
    desk.ok("keys", "use-recovery-key", str(folder / "r.pub"))
    desk.ok("backup", str(folder / "b"))
    desk.ok("participants", "leave", "toys", "--last-day", "2026-03-01", *OFFICER)
    restored = CliRunner().invoke(
        group,
        [
            "restore", str(folder / "b"), "--keys-from", str(folder / "b-keys"), "--to", str(folder / "new"),
            "--private-key", str(folder / "r.key"), "--register", str(desk.folder / "register.txt"), *OFFICER,
        ],
    )  # fmt: skip
    assert restored.exit_code == 0, restored.output
    with closing(open_platform(read_configuration(folder / "new" / "expressplatform.toml"))) as platform:
        (row, later) = platform.participants()
    assert (row.name, later.name, later.member_until) == ("Toys 玩具", "Toys Ltd", None)
    found = CliRunner().invoke(
        group, ["participants", "list", "--json", "--config", str(folder / "new" / "expressplatform.toml")]
    )
    assert json.loads(found.stdout) == before


def test_every_kind_of_small_record_is_known_to_whoever_drops_what_nothing_opens() -> None:
    """A kind that is not in the list would stay where its secret is lost, and be in the way for ever."""
    names = (f"expressplatform.platform.{one.name}" for one in pkgutil.iter_modules(platform_package.__path__))
    values = [value for name in names for value in vars(importlib.import_module(name)).values()]
    assert {one.name for one in values if isinstance(one, Kind)} == {*ON_THE_SHELF}


def test_a_place_that_lost_its_keys_goes_on_with_the_schemes_own_list(tmp_path: Path, postgres: Server) -> None:
    """What was enrolled was sealed under a secret that is gone: it is dropped, and can be entered again."""
    desk = PostgresDesk(tmp_path, postgres.empty_database())
    desk.ok("migrate")
    desk.ok(*toys("--from", "2026-01-01"))
    desk.keys.unlink()
    desk.ok("keys", "give-up", "--yes", *OFFICER)
    assert len(desk.document("participants", "list")["participants"]) == 18
    assert desk.document(*toys("--from", "2026-01-01"))["version"] == 1


def test_the_commands_work_over_postgresql(tmp_path: Path, postgres: Server) -> None:
    """Over the same tables as everything else."""
    desk = PostgresDesk(tmp_path, postgres.empty_database())
    desk.ok("migrate")
    desk.ok(*toys("--from", "2026-01-01"))
    desk.ok("participants", "leave", "toys", "--last-day", "2026-03-01", *OFFICER)
    found = {one["organisation"]: one for one in desk.document("participants", "list")["participants"]}
    assert found["toys"]["rows"][0]["member_until"] == "2026-03-01"
