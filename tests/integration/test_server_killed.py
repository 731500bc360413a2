"""The server is killed at any moment while clients go on: what it acknowledged is there, once, and signed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

import attrs
import httpx
import pytest
from click.testing import CliRunner

from expressplatform import commands as c
from expressplatform.codes import Channel, Outcome, Role, Status
from expressplatform.commands import Command
from expressplatform.complaint import Complaint, Consent
from expressplatform.platform import Platform
from expressplatform.wire import command_document
from expressplatform_cli.commands import group
from expressplatform_cli.config import find_place, open_platform
from tests.served import Caller, connected, free_port
from tests.walking import OFFICER, UPLOAD
from tests.whole_complaint import WHOLE
from tests.whole_life import ASSESSED, REFUND, WHO, say

LIFE: Final[tuple[tuple[str, Command], ...]] = (
    ("hkcc", c.Accept(say())),
    ("hkcc", UPLOAD),
    ("taobao", c.ReportContact(Channel.PHONE, True, say())),
    ("taobao", c.ReportResolution(Outcome.SETTLED_MONETARY, *REFUND, particulars=say())),
)
"""What each client takes its cases through; the trader obtains after the upload."""
CLIENTS: Final = 3


@attrs.define
class Server:
    """A server in a process of its own, that can be killed and started again at the same address."""

    config: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        command = [sys.executable, "-m", "expressplatform_cli", "serve", "--config", str(self.config)]
        command += ["--port", str(self.port), "--per-minute", "1000000"]
        with self.config.with_name("log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ)
        deadline = time.monotonic() + 40
        while True:
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/ready", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            assert self.process.poll() is None, self.config.with_name("log").read_text()[-2000:]
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Ends it."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(40)
            self.process = None


@attrs.define
class Client:
    """Takes cases through their life, one after the other, and asks again whenever there was no answer."""

    number: int
    callers: dict[str, Caller]
    stop: threading.Event
    acknowledged: dict[str, list[int]] = attrs.Factory(dict)
    keys: dict[str, str] = attrs.Factory(dict)
    repeated: int = 0
    wrong: list[str] = attrs.Factory(list)

    def run(self) -> None:
        """Goes on until it is stopped, and then to the end of the case in hand."""
        lives = 0
        while not self.stop.is_set() and not self.wrong:
            lives += 1
            self._life(f"client-{self.number}-{lives}")

    def _life(self, key: str) -> None:
        body = command_document(c.Lodge(_complaint(key)))
        body.pop("command")
        case_id = str(self._answered(lambda: self.callers["hkcc"].post("/v1/council/cases", body, key=key))["case_id"])
        self.acknowledged[case_id], self.keys[key] = [1], case_id
        for step, (who, command) in enumerate(LIFE):
            caller = self.callers[who]
            if isinstance(command, c.ReportContact):
                path = f"/v1/trader/cases/{case_id}/obtain"
                self._answered(lambda: caller.post(path, {"v": 1}, key=f"o-{case_id}"))  # noqa: B023
            found = self._answered(lambda: caller.act(case_id, command, key=f"s-{step}"))  # noqa: B023
            self.acknowledged[case_id].append(int(str(found["version"])))

    def _answered(self, ask: Callable[[], httpx.Response]) -> dict[str, object]:
        """Asks until there is an answer, under the same key; raises where it is no good one."""
        deadline = time.monotonic() + 120
        while True:
            try:
                answer = ask()
            except httpx.TransportError:
                self.repeated += 1
                assert time.monotonic() < deadline
                time.sleep(0.02)
                continue
            if answer.status_code == 503:
                time.sleep(0.02)
                continue
            if answer.status_code >= 300:
                self.wrong.append(answer.text)
                raise AssertionError(answer.text)
            found: dict[str, object] = answer.json()
            return found


def _complaint(key: str) -> Complaint:
    now = datetime.now(UTC)
    today = now.date()
    given = [
        Consent(one.recipient, one.purpose, one.notice, now - timedelta(hours=1), one.channel) for one in WHOLE.consents
    ]
    assert WHOLE.notice_shown is not None
    return attrs.evolve(
        WHOLE,
        purchase=attrs.evolve(WHOLE.purchase, ordered_on=today - timedelta(days=30)),
        dates=attrs.evolve(WHOLE.dates, known_on=today - timedelta(days=20)),
        consents=tuple(given),
        notice_shown=attrs.evolve(WHOLE.notice_shown, at=now - timedelta(hours=2)),
        particulars=attrs.evolve(cast(Any, WHO), order_number=key),
    )


@contextmanager
def _place(folder: Path) -> Iterator[tuple[Path, int]]:
    made = CliRunner().invoke(group, ["init", str(folder)], catch_exceptions=False)
    assert made.exit_code == 0, made.output
    config = folder / "expressplatform.toml"
    with closing(open_platform(find_place(config, None, None))) as platform:
        platform.record_impact_assessment(ASSESSED, by=OFFICER)
    yield config, free_port()


def _kill(kills: int, folder: Path, chance: random.Random) -> None:
    with _place(folder) as (config, port):
        server = Server(config, port)
        server.start()
        base_url = f"http://127.0.0.1:{port}"
        stop, clients = threading.Event(), []
        with (
            closing(open_platform(find_place(config, None, None))) as platform,
            httpx.Client(base_url=base_url, timeout=30) as http,
        ):
            people = {"hkcc": ("officer-1", Role.COUNCIL), "taobao": ("agent-1", Role.TRADER)}
            callers = {
                name: connected(platform, http, lambda: datetime.now(UTC), name, *who) for name, who in people.items()
            }
            clients = [Client(number, callers, stop) for number in range(CLIENTS)]
            threads = [threading.Thread(target=client.run) for client in clients]
            for thread in threads:
                thread.start()
            try:
                for _ in range(kills):
                    time.sleep(chance.uniform(0.2, 1.5))
                    server.kill()
                    server.start()
                time.sleep(0.5)
            finally:
                stop.set()
                for thread in threads:
                    thread.join(150)
                server.kill(signal.SIGTERM)
            assert not any(thread.is_alive() for thread in threads)
            assert [client.wrong for client in clients] == [[]] * CLIENTS
            assert sum(client.repeated for client in clients) >= kills // 2, "the server died while nobody asked"
            for client in clients:
                _look(platform, client)
            _nothing_else(platform, clients)


def _look(platform: Platform, client: Client) -> None:
    """Everything that a client was told is there, once, and what the trader said is there as it signed it."""
    for case_id, versions in client.acknowledged.items():
        opened = platform.facts(case_id, by=OFFICER)
        kinds = Counter(type(event).__name__ for event in opened.events if event.by.role is not Role.CLOCK)
        assert kinds == {
            "Lodged": 1, "Accepted": 1, "Uploaded": 1, "Obtained": 1, "ContactReported": 1, "ResolutionReported": 1,
        }, case_id  # fmt: skip
        assert opened.case.status is Status.RESOLUTION_REPORTED
        assert versions == sorted(set(versions))
        said = platform.statements(case_id, by=OFFICER, reason="look")
        assert [one.signed.version for one in said] == [4, 5, 6]


def _nothing_else(platform: Platform, clients: list[Client]) -> None:
    """No case was lodged twice."""
    wanted = {case_id for client in clients for case_id in client.acknowledged}
    found, after = [], ""
    while True:
        page = platform.cases(by=OFFICER, after=after)
        found += [header.case_id for header in page.headers]
        if not (after := page.after):
            break
    assert sorted(found) == sorted(wanted)
    assert len(wanted) >= CLIENTS


def test_a_server_that_is_killed_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    """Three times, while three clients go on under the same keys."""
    _kill(3, tmp_path / "desk", random.Random(5))


@pytest.mark.prove
def test_nor_does_one_that_is_killed_sixty_times(tmp_path: Path) -> None:
    """The same for long."""
    _kill(60, tmp_path / "desk", random.Random(6))
