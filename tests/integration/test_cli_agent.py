"""`expressplatform agent`: a configuration, files of secrets, a round against the real server and a simulated shop."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner, Result

from expressplatform.codes import Role, Status
from expressplatform.complaint import Actor
from expressplatform.errors import InvalidInput
from expressplatform_cli.agent_config import secret_of
from expressplatform_cli.agenting import agent
from tests.trader_side import Side, trader_side

OPERATOR = Actor(Role.OPERATOR, "operator-1", "operator")


def run(*args: str, said: str = "") -> Result:
    return CliRunner().invoke(agent, list(args), input=said)


@attrs.frozen
class Desk:
    side: Side
    folder: Path

    @property
    def config(self) -> str:
        return str(self.folder / "agent.toml")

    def ask(self, *args: str, said: str = "") -> Result:
        return run(*args, "--config", self.config, said=said)

    def json(self, *args: str) -> Any:
        result = self.ask(*args, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


def secret(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)


def write(folder: Path, side: Side, *, more: str = "") -> None:
    council = side.council.trust("taobao").councils[0].public.hex()
    keys = side.council.keys("taobao")
    secret(folder / "signing.key", keys.signing.seed().hex())
    secret(folder / "sealing.key", keys.sealing[0].private.hex())
    secret(folder / "taobao.secret", side.taobao.app.secret)
    (folder / "agent.toml").write_text(
        f'platform = "{side.council.base}"\norganisation = "taobao"\nperson = "agent-1"\n'
        f'council_keys = ["{council}"]\nsigning_key = "signing.key"\nsealing_keys = ["sealing.key"]\n'
        f'store = "agent.db"\nkeys = "agent-keys.db"\n{more}\n'
        f'[taobao]\napp_key = "{side.taobao.app.key}"\nsecret = "taobao.secret"\n'
        f'redirect_uri = "https://agent.example/back"\ngateway = "{side.top}/router/rest"\n',
        encoding="utf-8",
    )


@pytest.fixture(name="desk", scope="module")
def _desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    with trader_side(start=datetime.now(UTC)) as side:
        write(folder, side)
        yield Desk(side, folder)


def test_a_shop_is_connected_with_what_the_browser_brings_back(desk: Desk) -> None:
    """In a process of its own, without a terminal: what is asked for is read from its standard input."""
    shop = next(iter(desk.side.taobao.world.shops))
    assert "No shop was ever connected" in desk.ask("status").output
    command = [sys.executable, "-m", "expressplatform_cli", "agent", "connect", "taobao", "--config", desk.config]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        link = next(line.strip() for line in process.stderr if "https://oauth.taobao.com/" in line)
        address = link.replace("https://oauth.taobao.com", desk.side.top)
        back = desk.side.http.get(address, follow_redirects=False).headers["location"]
        told, said = process.communicate(f"{back}\n", timeout=60)
    assert process.returncode == 0, said
    assert back not in told + said
    found = desk.json("status")
    assert [(one["shop"], one["state"]) for one in found["shops"]] == [(shop, "connected")]
    assert f"taobao:{shop}" in desk.ask("status").output


def test_a_round_takes_a_case_in_and_its_line_is_read_and_put_aside(desk: Desk) -> None:
    side = desk.side
    order = side.buy(next(iter(side.taobao.world.shops)))
    case_id = side.complain(order.number)
    done = desk.json("run", "--once")
    assert (done["taken_in"], done["lines"]) == (1, 1)
    case = side.case(case_id)
    assert case.status is Status.OBTAINED
    assert case.reference in order.memo
    (line,) = desk.json("suggestions")["lines"]
    assert (line["about"], line["reference"]) == ("matched", case.reference)
    assert case.reference in desk.ask("suggestions").output
    assert desk.ask("suggestions", "--done", line["id"][:12]).exit_code == 0
    assert "Nothing waits" in desk.ask("suggestions").output
    assert desk.ask("suggestions", "--done", line["id"][:12]).exit_code == 2
    assert "nothing new; 0 for a person" in desk.ask("run", "--once").output


def test_a_disconnected_shop_stays_visible(desk: Desk) -> None:
    shop = next(iter(desk.side.taobao.world.shops))
    assert desk.ask("disconnect", "taobao:1").exit_code == 2
    assert desk.ask("disconnect", f"taobao:{shop}").exit_code == 0
    assert "Disconnected" in desk.ask("status").output
    desk.ask("run", "--once")
    assert [one["about"] for one in desk.json("suggestions")["lines"]] == ["shop_gone"]


def test_what_the_browser_brings_for_another_question_connects_nothing(desk: Desk) -> None:
    result = desk.ask("connect", "taobao", said="https://agent.example/back?code=x&state=another\n")
    assert result.exit_code == 5
    assert "code=x" not in result.output


def test_a_secret_that_others_could_read_is_refused(desk: Desk, tmp_path: Path) -> None:
    write(tmp_path, desk.side)
    (tmp_path / "taobao.secret").chmod(0o640)
    result = run("status", "--config", str(tmp_path / "agent.toml"))
    assert result.exit_code == 4
    assert "0600" in result.output
    assert desk.side.taobao.app.secret not in result.output


def test_a_secret_that_is_no_text_is_refused_and_not_held(desk: Desk, tmp_path: Path) -> None:
    write(tmp_path, desk.side)
    (tmp_path / "taobao.secret").write_bytes(b"sesame\xff")
    with pytest.raises(InvalidInput) as caught:
        secret_of(tmp_path / "taobao.secret", "$.taobao.secret")
    assert caught.value.__context__ is None
    result = run("status", "--config", str(tmp_path / "agent.toml"))
    assert result.exit_code == 4
    assert "$.taobao.secret: the file must hold text" in " ".join(result.output.split())
    assert "sesame" not in result.output


def test_every_mistake_of_a_configuration_is_told_by_its_path_and_none_is_quoted(tmp_path: Path) -> None:
    path = tmp_path / "agent.toml"
    path.write_text('platform = ""\nperson = 3\ncouncil_keys = ["sesame"]\nmore = 1\nobtains = 1\n[jd]\nsp = 1\n')
    result = run("status", "--config", str(path))
    assert result.exit_code == 4
    for told in ("platform", "person", "organisation", "council_keys", "obtains", "jd.app_key", "jd.sp"):
        assert f"$.{told}:" in result.output
    assert "$: only" in result.output
    assert "sesame" not in result.output


def test_a_new_desk_registers_with_the_code_of_its_invitation(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    made = run("init", str(folder), "--json")
    assert made.exit_code == 0
    assert run("init", str(folder)).exit_code == 2
    assert (folder / "signing.key").stat().st_mode & 0o077 == 0
    text = (folder / "agent.toml").read_text("utf-8")
    council = desk.side.council.trust("taobao").councils[0].public.hex()
    text = text.replace("https://express.council.example", desk.side.council.base).replace("0" * 64, council)
    (folder / "agent.toml").write_text(text, encoding="utf-8")
    invited = desk.side.council.platform.invite("taobao", role=Role.TRADER, name="Taobao", by=OPERATOR)
    result = run("register", "--config", str(folder / "agent.toml"), said=f"{invited.code}\n")
    assert result.exit_code == 0, result.output
    assert invited.code not in result.output
    assert run("run", "--once", "--config", str(folder / "agent.toml")).exit_code == 0
