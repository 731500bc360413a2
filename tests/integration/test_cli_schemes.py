"""Schemes that are installed beside the library, and places whose scheme has moved on to another edition."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result
from starlette.applications import Starlette

from expressplatform.platform import AsyncPlatform
from expressplatform.schemes import SCHEMES
from expressplatform_cli.commands import group
from expressplatform_cli.exits import Exit
from expressplatform_cli.schemes import OWN
from expressplatform_sqlite.store import SqliteStore
from tests.typed import Typed
from tests.walking import OFFICER as DESK
from tests.whole_life import complaint

FIRST: Final = """
from datetime import timedelta, timezone
import attrs
from expressplatform.schemes import HK_CCA

FIRST = attrs.evolve(HK_CCA, id="toys", edition="2025.1", title={"en": "Toy shops' pledge"}, council="portside")
"""
SECOND: Final = (
    FIRST
    + """
SECOND = attrs.evolve(FIRST, edition="2026.1", title={"en": "The new pledge"}, participants=())
EDITIONS = FIRST, SECOND
"""
)
MUTE: Final = """
class Mute(BaseException):
    def __str__(self):
        raise RuntimeError
"""
OFFICER: Final = ("--as", "officer-1")


class Site:
    """A folder of installed distributions, of which one can be put in, or in the place of its older release."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._patch = monkeypatch

    def install(self, code: str, value: str, *, name: str = "toys", called: str = "toy-shops") -> None:
        """``called`` brings the scheme ``name``: what ``value`` names in its one module of that ``code``."""
        module = called.replace("-", "_")
        self._patch.delitem(sys.modules, module, raising=False)
        (self.folder / f"{module}.py").write_text(code, encoding="utf-8")
        about = self.folder / f"{module}-1.dist-info"
        about.mkdir(exist_ok=True)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {called}\nVersion: 1\n", encoding="utf-8")
        entry = f"[expressplatform.schemes]\n{name} = {module}:{value}\n"
        (about / "entry_points.txt").write_text(entry, encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Where distributions are installed for one test; no bytes are compiled, since files change within a second."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return Site(folder, monkeypatch)


class Place(Typed):
    """A place that is begun."""

    def __init__(self, folder: Path, scheme: str = "toys") -> None:
        assert begun(folder, scheme).exit_code == 0
        self.where = ("--config", str(folder / "expressplatform.toml"))
        self.lodged = 0

    def lodge(self) -> str:
        """Lodges what the template says; the case's id."""
        template = self.ok("lodge", "--template").replace('"a-trader"', '"taobao"')
        self.lodged += 1
        template = template.replace("EX-0000-0001", f"EX-0000-{self.lodged:04}")
        return str(self.document("lodge", "-", *OFFICER, given=template)["id"])

    def edition(self, case: str) -> str:
        """The edition that judges a case."""
        return str(self.document("show", case, "--facts")["edition"])


def begun(folder: Path, scheme: str) -> Result:
    """What `init` answers."""
    return CliRunner().invoke(group, ["init", str(folder), "--scheme", scheme])


def test_the_ids_of_the_library_s_schemes_are_all_of_them() -> None:
    """They are written out for the help's sake."""
    assert {*OWN} == {*SCHEMES}


def test_an_installed_scheme_has_a_place_of_its_own(site: Site, tmp_path: Path) -> None:
    """From `init` to a case on its way, by the scheme's id alone; its own council is who acts."""
    site.install(FIRST, "FIRST")
    place = Place(tmp_path / "desk")
    case = place.lodge()
    place.ok("act", case, "Accept", *OFFICER)
    shown = place.document("show", case, "--facts")
    assert (shown["scheme"], shown["edition"], shown["council"]) == ("toys", "2025.1", "portside")
    assert "belongs to toys 2025.1" in " ".join(place.run("doctor").stdout.split())


def test_the_schemes_that_are_there_are_listed_with_who_brings_them(site: Site) -> None:
    site.install(SECOND, "EDITIONS")
    told = json.loads(CliRunner().invoke(group, ["schemes", "--json"]).stdout)["schemes"]
    assert [one["id"] for one in told] == [*OWN, "toys"]
    assert told[-1] == {
        "id": "toys", "title": {"en": "The new pledge"}, "editions": ["2025.1", "2026.1"],
        "council": "portside", "from": "toy-shops",
    }  # fmt: skip
    page = CliRunner().invoke(group, ["schemes"]).stdout
    assert "toy-shops" in page
    assert "2025.1, 2026.1" in page


def test_a_scheme_that_cannot_be_used_hides_none_of_the_others(site: Site) -> None:
    site.install("raise ValueError('no rules [today]')", "FIRST", name="games", called="game-shops")
    site.install(FIRST, "FIRST")
    listed = CliRunner().invoke(group, ["schemes", "--json"])
    told = json.loads(listed.stdout)["schemes"]
    assert [one["id"] for one in told] == [*OWN, "games", "toys"]
    assert {*told[2]} == {"id", "broken", "from"}
    assert "game_shops:FIRST cannot be loaded: ValueError: no rules [today]" in told[2]["broken"]
    page = CliRunner().invoke(group, ["schemes"], env={"COLUMNS": "200"}).stdout
    assert "no rules [today]" in page
    assert "Toy shops' pledge" in page


def test_after_a_new_edition_cases_go_on_under_theirs_and_new_ones_come_in_under_it(site: Site, tmp_path: Path) -> None:
    """The new edition names no trader: what it judged would not be accepted."""
    site.install(FIRST, "FIRST")
    place = Place(tmp_path / "desk")
    old = place.lodge()
    site.install(SECOND, "EDITIONS")
    assert "2025.1; the next command takes it to 2026.1" in " ".join(place.run("doctor").stdout.split())
    new = place.lodge()
    assert [place.edition(one) for one in (old, new)] == ["2025.1", "2026.1"]
    place.ok("act", old, "Accept", *OFFICER)
    assert place.run("act", new, "Accept", *OFFICER).exit_code == Exit.REFUSED
    assert "Toy shops' pledge" not in place.ok("show", new, "--facts")
    place.ok("tick")
    findings = place.document("doctor")["findings"]
    assert not [one for one in findings if one["check"] in ("scheme", "cases") and one["level"] != "ok"]


def test_a_server_that_was_there_before_takes_the_store_back_to_no_edition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first step comes after somebody else has taken the store to the next edition."""
    place = Place(tmp_path / "desk", "hk-cca")
    made: list[AsyncPlatform] = []
    noted = []

    async def steps(server: object, close: Callable[[], Awaitable[None]]) -> None:
        with closing(SqliteStore(tmp_path / "desk" / "cases.db")) as store:
            store.adopt("hk-cca", "next")
            await made[0].lodge(complaint(), by=DESK, key="form-1")
            noted.append(store.scheme())
        await close()

    def taken(platform: AsyncPlatform, **_: object) -> Starlette:
        made.append(platform)
        return Starlette()

    monkeypatch.setattr("expressplatform_http.server.create_app", taken)
    monkeypatch.setattr("expressplatform_http.server.running.serve", steps)
    place.ok("serve", "--no-worker")
    assert noted == [("hk-cca", "next")]


def test_without_the_edition_of_a_case_it_is_read_and_every_step_on_it_refused(site: Site, tmp_path: Path) -> None:
    site.install(FIRST, "FIRST")
    place = Place(tmp_path / "desk")
    old = place.lodge()
    site.install(SECOND, "EDITIONS")
    place.lodge()
    site.install(SECOND, "SECOND")
    assert place.edition(old) == "2025.1"
    refused = place.run("act", old, "Acknowledge", *OFFICER)
    assert refused.exit_code == Exit.STORE
    assert "toys 2025.1" in refused.stderr
    assert "Install that edition" in refused.stderr
    assert "an edition that is not installed here" in " ".join(place.ok("show", old, "--facts").split())
    deadline = place.document("show", old, "--facts")["deadlines"][0]
    assert deadline["due"] is not None
    assert (deadline["days"], deadline["calendar"], deadline["explained"]) == (None, None, None)
    assert "an edition that is not installed here" in " ".join(place.run("doctor").stdout.split())


def test_a_store_of_an_edition_that_is_gone_is_not_opened(site: Site, tmp_path: Path) -> None:
    """An older release, put in by mistake, changes nothing."""
    site.install(SECOND, "EDITIONS")
    place = Place(tmp_path / "desk")
    site.install(FIRST, "FIRST")
    for command in (("cases",), ("lodge", "--template"), ("work",)):
        result = place.run(*command)
        assert result.exit_code == Exit.STORE
        assert "not installed here" in " ".join(result.stderr.split())


def test_who_brings_a_scheme_of_the_library_s_brings_all_its_editions(site: Site, tmp_path: Path) -> None:
    """A council that runs the library's scheme in an edition of its own."""
    own = "import attrs\nfrom expressplatform.schemes import HK_CCA\nOWN = HK_CCA, attrs.evolve(HK_CCA, edition='own')"
    old = Place(tmp_path / "old", "hk-cca")
    case = old.lodge()
    site.install(own, "OWN", name="hk-cca")
    assert old.edition(old.lodge()) == "own"
    old.ok("act", case, "Acknowledge", *OFFICER)
    assert Place(tmp_path / "new", "hk-cca").ok("cases")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise ValueError('no rules today')", "cannot be loaded: ValueError: no rules today"),
        ("raise SystemExit(0)", "cannot be loaded: SystemExit: 0"),
        (f"{MUTE}\nraise Mute", "cannot be loaded: Mute"),
        ("import nothing_of_that_name", "cannot be loaded: ModuleNotFoundError"),
        ("OTHER = 1", "cannot be loaded: AttributeError"),
        ("FIRST = 'toys'", "neither a Scheme nor a tuple of its editions"),
        ("FIRST = ()", "neither a Scheme nor a tuple of its editions"),
        (f"{FIRST}\nFIRST = attrs.evolve(FIRST, id='games')", "a scheme of another id"),
        (f"{FIRST}\nFIRST = FIRST, attrs.evolve(FIRST)", "has an edition twice"),
        (f"{FIRST}\nFIRST = FIRST, attrs.evolve(FIRST, edition='2', council='x')", "editions of several councils"),
    ],
)
def test_what_cannot_be_used_is_refused_with_who_brings_it(site: Site, tmp_path: Path, code: str, said: str) -> None:
    """Nothing is made, and the distribution is named."""
    site.install(code, "FIRST")
    result = begun(tmp_path / "desk", "toys")
    told = " ".join(result.stderr.split())
    assert result.exit_code == Exit.STORE
    assert "distribution toy-shops" in told
    assert said in told
    assert not (tmp_path / "desk").exists()


def test_what_a_scheme_prints_as_it_is_loaded_is_no_part_of_an_answer(site: Site, tmp_path: Path) -> None:
    site.install(f"print('Toys!')\n{FIRST}", "FIRST")
    result = CliRunner().invoke(group, ["init", str(tmp_path / "desk"), "--scheme", "toys", "--json"])
    assert json.loads(result.stdout)["scheme"] == "toys"
    assert result.stderr == "Toys!\n"


def test_entry_points_that_cannot_be_read_are_told_as_such(site: Site, tmp_path: Path) -> None:
    site.install(FIRST, "FIRST")
    (site.folder / "toy_shops-1.dist-info" / "entry_points.txt").write_text("[expressplatform.schemes]\ntoys\n")
    result = CliRunner().invoke(group, ["init", str(tmp_path / "desk"), "--json"])
    assert json.loads(result.stderr)["error"]["code"] == "broken_scheme"
    assert result.exit_code == Exit.STORE


def test_an_id_of_any_characters_is_written_into_the_configuration_as_it_is(site: Site, tmp_path: Path) -> None:
    name = 'to"y\\s'
    site.install(FIRST.replace('id="toys"', f"id={name!r}"), "FIRST", name=name)
    assert Place(tmp_path / "desk", name).ok("cases")


def test_a_scheme_that_two_distributions_bring_is_nobody_s(site: Site, tmp_path: Path) -> None:
    site.install(FIRST, "FIRST")
    site.install(FIRST, "FIRST", called="more-toys")
    result = begun(tmp_path / "desk", "toys")
    assert result.exit_code == Exit.STORE
    assert "more-toys and toy-shops" in " ".join(result.stderr.split())


def test_a_scheme_that_is_not_there_is_a_wrong_command_line_that_names_those_that_are(tmp_path: Path) -> None:
    result = begun(tmp_path / "desk", "toys")
    assert result.exit_code == Exit.USAGE
    assert "hk-cca, consumidor-br" in result.stderr
    assert not (tmp_path / "desk").exists()
