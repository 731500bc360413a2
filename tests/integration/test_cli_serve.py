"""`serve` and `organisations` on the command line: an operator lets a trader in, and it is served over a socket."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from expressplatform.codes import Role
from expressplatform.sealing import new_encryption_pair
from expressplatform.signing import SigningKey
from expressplatform_cli.commands import group
from expressplatform_cli.config import find_place, open_platform
from tests.served import Caller, free_port
from tests.servers import Server, postgres
from tests.walking import OFFICER
from tests.whole_life import complaint

__all__ = ["postgres"]
BY = ("--as", "op-1")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A place of its own, by its configuration."""
    folder = tmp_path / "desk"
    assert _run("init", str(folder)).exit_code == 0
    return folder / "expressplatform.toml"


def _run(*args: str) -> Result:
    return CliRunner().invoke(group, args, catch_exceptions=False)


def _json(*args: str) -> Any:
    result = _run(*args, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


@contextmanager
def _serving(place: Path, *more: str) -> Iterator[tuple[str, Path]]:
    """The server in a process of its own, as somebody would start it; its address and the file of its log."""
    with _process(place, *more) as (_, address, log):
        yield address, log


@contextmanager
def _process(place: Path, *more: str) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    """The same, and its process."""
    port, log = free_port(), place.with_name("log")
    command = [sys.executable, "-m", "expressplatform_cli", "serve", "--port", str(port), "--config", str(place), *more]
    with log.open("wb") as stream, subprocess.Popen(command, stdout=stream, stderr=stream, env=os.environ) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            deadline = time.monotonic() + 30
            while True:
                try:
                    if httpx.get(f"{address}/ready", timeout=5).status_code == 200:
                        break
                except httpx.TransportError:
                    pass
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield process, address, log
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _caller(http: httpx.Client, code: str) -> Caller:
    caller = Caller(
        http, "taobao", "agent-1", Role.TRADER, SigningKey.generate(), new_encryption_pair(), lambda: datetime.now(UTC)
    )
    keys = {"signing": caller.key.public.hex(), "sealing": caller.sealing.public.hex()}
    answer = caller.post("/v1/public/register", {"v": 1, "code": code, **keys})
    assert answer.status_code == 201, answer.text
    return caller


def test_an_operator_lets_a_trader_in_and_shuts_a_key_out(place: Path) -> None:
    """Invited, registered over the socket, listed; a revoked key is refused at once, by the running server."""
    config = ("--config", str(place))
    code = _json("organisations", "invite", "taobao", "--role", "trader", "--called", "T.", *BY, *config)["code"]
    with _serving(place) as (address, log), httpx.Client(base_url=address, timeout=30) as http:
        caller = _caller(http, code)
        assert caller.get("/v1/trader/cases").json()["cases"] == []
        (listed,) = _json("organisations", "list", *BY, *config)["organisations"]
        assert (listed["id"], listed["role"]) == ("taobao", "trader")
        held = _json("organisations", "keys", "taobao", *BY, *config)["keys"]
        assert {one["use"] for one in held} == {"signing", "sealing"}
        assert _run("organisations", "revoke", caller.key.key_id, *BY, *config).exit_code == 0
        assert caller.get("/v1/trader/cases").status_code == 401
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    assert [one["reason"] for one in lines if one.get("status") == 401] == ["revoked_key"]
    assert {one.get("route") for one in lines} >= {"public.register", "trader.cases"}


def test_an_organisation_that_lost_its_keys_is_given_a_new_code(place: Path) -> None:
    """The old keys stay good for the overlap, the new ones are good at once."""
    config = ("--config", str(place))
    code = _json("organisations", "invite", "taobao", "--role", "trader", "--called", "T.", *BY, *config)["code"]
    with _serving(place, "--no-worker") as (address, _), httpx.Client(base_url=address, timeout=30) as http:
        first = _caller(http, code)
        told = _json("organisations", "rotate", "taobao", *BY, *config)
        assert set(told["ended"]) == {first.key.key_id, first.sealing.key_id}
        second = _caller(http, told["code"])
        assert first.get("/v1/trader/cases").status_code == second.get("/v1/trader/cases").status_code == 200
        none = _json("organisations", "rotate", "taobao", "--overlap", "0", *BY, *config)
        assert len(none["ended"]) == 4
        assert {one.get("/v1/trader/cases").status_code for one in (first, second)} == {401}


def test_people_read_the_same_in_words(place: Path) -> None:
    """Each command says what came of it, and what to do next."""
    config = ("--config", str(place))
    assert "Nobody is connected" in _run("organisations", "list", *BY, *config).output
    said = _run("organisations", "invite", "taobao", "--role", "trader", "--called", "T.", *BY, *config).output
    assert re.search(r"Code: [0-9A-Z]{5}(-[0-9A-Z]{5}){3}", said)
    assert "No keys" in _run("organisations", "keys", "taobao", *BY, *config).output
    assert _run("organisations", "rotate", "taobao", *BY, *config).exit_code == 2
    assert _run("organisations", "revoke", "0" * 16, *BY, *config).exit_code != 0


def test_a_server_that_is_stopped_closes_what_it_stood_on(place: Path) -> None:
    """At once where nothing is under way, and nothing is wrong: no log of SQLite's is left beside a file."""
    with _process(place) as (process, address, log), httpx.Client(base_url=address) as http:
        assert http.get("/health").status_code == 200  # and the connection is kept
        process.terminate()
        assert process.wait(8) == 0
        assert not [*place.parent.glob("*-wal")]
        assert all(line.startswith(("{", "Serving")) for line in log.read_text().splitlines())


def test_a_second_signal_ends_it_at_once(place: Path) -> None:
    """Whoever is being waited for."""
    with _process(place) as (process, address, _):
        _, _, port = address.rpartition(":")
        with socket.create_connection(("127.0.0.1", int(port))) as line:
            line.sendall(b"POST /v1/complainant/codes HTTP/1.1\r\nhost: here\r\ncontent-length: 10\r\n\r\n")
            time.sleep(0.2)
            process.send_signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.5)
            process.send_signal(signal.SIGINT)
            assert process.wait(5) == -signal.SIGINT


def test_half_a_certificate_is_refused(place: Path, tmp_path: Path) -> None:
    """Both halves, or none."""
    (tmp_path / "c.pem").write_text("x")
    result = _run("serve", "--certificate", str(tmp_path / "c.pem"), "--config", str(place))
    assert result.exit_code == 2
    assert "go together" in result.output


def test_a_database_of_another_schema_is_not_served(place: Path, postgres: Server) -> None:
    """And the command that brings it up to date is named."""
    text = place.read_text().replace('store = "cases.db"', f'store = "{postgres.empty_database()}"')
    place.write_text(text)
    result = _run("serve", "--config", str(place))
    assert result.exit_code != 0
    assert "expressplatform migrate" in result.output


def test_a_complainant_is_written_to_and_comes_in(place: Path) -> None:
    """The running server's worker writes the letters; the code for a link comes by letter, and opens the case."""
    letters = place.parent / "letters"
    place.write_text(place.read_text() + '\nletters = { folder = "letters" }\n')
    with closing(open_platform(find_place(place, None, None))) as platform:
        case = platform.lodge(complaint(), by=OFFICER, key="form-1")
        link = platform.open_link(case.id, by=OFFICER)
        with _serving(place) as (address, _), httpx.Client(base_url=address, timeout=30) as http:
            _until(lambda: _texts(letters))
            before = len(_texts(letters))
            assert http.post("/v1/complainant/codes", json={"v": 1, "link": link}).status_code == 200
            _until(lambda: len(_texts(letters)) > before)
            (code,) = {found for text in _texts(letters) for found in re.findall(r"(?<![0-9])[0-9]{6}(?![0-9])", text)}
            signed_in = http.post("/v1/complainant/sessions", json={"v": 1, "link": link, "code": code})
            bearer = {"authorization": f"Bearer {signed_in.json()['token']}"}
            own = http.get(f"/v1/complainant/cases/{case.id}", headers=bearer)
            assert own.json()["reference"] == case.reference


def _texts(folder: Path) -> list[str]:
    """The letters in a folder, as they are read."""
    found = [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml"))]
    parts = [message.get_body(("plain",)) for message in found]
    return [str(part.get_content()) for part in parts if part is not None]


def _until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
