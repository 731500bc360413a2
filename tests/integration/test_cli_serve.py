"""`serve` and `organisations` on the command line: an operator lets a trader in, and it is served over a socket."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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
from expressplatform_cli import serving
from expressplatform_cli.commands import group
from expressplatform_cli.config import find_place, open_platform
from expressplatform_http.server import running
from expressplatform_http.server.worker import EVERY
from tests.served import Caller, free_port
from tests.servers import Server, postgres
from tests.walking import OFFICER
from tests.whole_life import complaint
from tests.wire import Wire

__all__ = ["postgres"]
BY = ("--as", "op-1")
_HURRIED = """
import sys
from expressplatform_cli import commands, serving
from expressplatform_http.server import running
serving.GRACE = float(sys.argv.pop(1))
running.GRACE, running.SOON = serving.GRACE * 0.6, serving.GRACE * 0.1
commands.main()
"""


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
def _process(place: Path, *more: str, grace: float = 0) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    """The same, and its process; ``grace``: seconds that it has in all once it is told to stop, where it is hurried."""
    port, log = free_port(), place.with_name("log")
    program = ["-c", _HURRIED, str(grace)] if grace else ["-m", "expressplatform_cli"]
    command = [sys.executable, *program, "serve", "--port", str(port), "--config", str(place), *more]
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


def _told(log: Path) -> list[tuple[str, str]]:
    """What the log tells of anything out of the way, by route and code; each line but the first is one of ours."""
    lines = [json.loads(line) for line in log.read_text().splitlines()[1:]]
    return [(line["route"], line["code"]) for line in lines if "code" in line]


def test_work_that_does_not_end_is_cut_off_in_one_line(place: Path) -> None:
    """Where somebody else writes to the file for ever: it ends as a second signal would end it, and in its time."""
    with closing(sqlite3.connect(place.with_name("cases.db"), isolation_level=None)) as writer:
        with _process(place, grace=1.5) as (process, _, log):
            writer.execute("BEGIN IMMEDIATE")
            time.sleep(2 * EVERY)  # so that a round has begun
            process.terminate()
            assert process.wait(10) == -signal.SIGTERM
        assert _told(log) == [("worker", "cut_off")]


def test_a_step_that_waits_for_its_turn_to_write_is_cut_off(place: Path) -> None:
    """It stands in a thread that nobody can interrupt, and which the end of the process would wait for."""
    config = ("--config", str(place))
    code = _json("organisations", "invite", "taobao", "--role", "trader", "--called", "T.", *BY, *config)["code"]
    with (
        closing(sqlite3.connect(place.with_name("cases.db"), isolation_level=None)) as writer,
        ThreadPoolExecutor() as pool,
        _process(place, "--no-worker", grace=1.5) as (process, address, log),
        httpx.Client(base_url=address, timeout=30) as http,
    ):
        writer.execute("BEGIN IMMEDIATE")
        asked = pool.submit(_caller, http, code)
        time.sleep(1)
        process.terminate()
        process.wait(10)
        assert asked.exception(10)
        assert set(_told(log)) == {("server", "cut_off")}  # the request, and what was left of it


def test_a_database_that_is_silent_does_not_hold_up_the_end(place: Path, postgres: Server) -> None:
    """Neither those who wait for an answer, nor the work, nor closing; and every line of the log is one of ours."""
    with Wire(postgres) as wire, ThreadPoolExecutor() as pool:
        text, dsn = place.read_text(), wire.of(postgres.empty_database())
        place.write_text(text.replace('store = "cases.db"', f'store = "{dsn}"'))
        config = ("--config", str(place))
        assert _run("migrate", *config).exit_code == 0
        code = _json("organisations", "invite", "taobao", "--role", "trader", "--called", "T.", *BY, *config)["code"]
        with _process(place, grace=3) as (process, address, log), httpx.Client(base_url=address, timeout=30) as http:
            caller = _caller(http, code)
            wire.dead.set()
            asked = [pool.submit(caller.get, "/v1/trader/cases"), pool.submit(http.get, "/ready")]
            time.sleep(1)
            process.terminate()
            process.wait(10)
            assert all(one.exception(10) for one in asked)
        told = _told(log)
    assert ("server", "cut_off") in told
    assert {code for _, code in told} <= {"cut_off", "warning"}


def test_its_parts_end_within_the_grace_of_the_whole() -> None:
    """Requests have theirs first, and some is left to close what they stood on."""
    assert running.GRACE + 2 * running.SOON < serving.GRACE <= 15


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


_HELD_UP = """
import sys
from expressplatform_cli import commands, config, serving

def held_up(*asked):
    print("held up", flush=True)
    sys.stdin.readline()
    return config.open_async_platform(*asked)

serving.open_async_platform = held_up
commands.main()
"""


def test_a_server_that_is_told_to_stop_before_it_listens_does_not_begin(place: Path) -> None:
    """Nor does it wait for its grace: nothing is under way."""
    command = [sys.executable, "-c", _HELD_UP, "serve", "--port", str(free_port()), "--config", str(place)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        while process.stdout.readline() != "held up\n":
            assert process.poll() is None
        process.terminate()
        time.sleep(0.2)
        process.stdin.write("go on\n")
        process.stdin.flush()
        assert process.wait(10) == 0


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
