"""An agent that is told to stop in the midst of a round: a process of its own, the real server, a simulated shop."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import attrs
import pytest

from expressplatform.codes import Status
from expressplatform.errors import Refused, Unauthenticated
from expressplatform.events import Obtained
from expressplatform.memory import MemoryKeyStore, MemoryShelf
from expressplatform.shops import Ok
from expressplatform_agent import Agent
from expressplatform_cli.agent_config import opened, read_agent_configuration
from expressplatform_http.client.rows import Rows, Stretch
from expressplatform_taobao.simulator.records import TradeRecord
from tests.trader_side import BACK, OFFICER, STATE, Side, trader_side

CASES: Final = 4
_BOUND: Final = 30.0
_RUN: Final = (
    "import sys; from expressplatform_cli import agenting, commands; agenting.GRACE = float(sys.argv.pop(1)); "
    "commands.main()"
)


@attrs.frozen
class Desk:
    """A trader's side with cases that wait, by the orders that they are over, and the configuration of its agent."""

    side: Side
    config: Path
    orders: Mapping[str, TradeRecord]

    @contextmanager
    def running(self, *more: str, grace: float = 2 * _BOUND) -> Iterator[subprocess.Popen[str]]:
        """`agent run`, ended at the latest when the block ends."""
        command = [sys.executable, "-c", _RUN, str(grace), "agent", "run", "--config", str(self.config), "--json"]
        with subprocess.Popen([*command, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                yield process
            finally:
                process.kill()

    def obtained(self) -> int:
        """How many cases were obtained."""
        return sum(self.side.case(one).status is Status.OBTAINED for one in self.orders)

    def is_done_once(self) -> None:
        """Every case was obtained once, and handed over once."""
        assert self.obtained() == CASES
        for case_id, order in self.orders.items():
            events = self.side.council.platform.history(case_id, by=OFFICER, reason="a test")
            assert sum(isinstance(one, Obtained) for one in events) == 1
            assert (order.memo or "").count(self.side.case(case_id).reference) == 1


class Door:
    """Where the shop's platform lets a question wait, from the moment that it is shut."""

    def __init__(self, side: Side) -> None:
        self.asked, self._open = threading.Event(), threading.Event()
        side.taobao.before = self._before

    def _before(self, method: str) -> None:
        if method.startswith("taobao.trade."):
            self.asked.set()
            self._open.wait(_BOUND)

    def open(self) -> None:
        """Whoever waits is answered, and everybody after them."""
        self._open.set()


def _secret(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[Desk]:
    with trader_side(start=datetime.now(UTC)) as side:
        keys, council = side.council.keys("taobao"), side.council.trust("taobao").councils[0].public.hex()
        _secret(tmp_path / "signing.key", keys.signing.seed().hex())
        _secret(tmp_path / "sealing.key", keys.sealing[0].private.hex())
        _secret(tmp_path / "taobao.secret", side.taobao.app.secret)
        config = tmp_path / "agent.toml"
        config.write_text(
            f'platform = "{side.council.base}"\norganisation = "taobao"\nperson = "agent-1"\n'
            f'council_keys = ["{council}"]\nsigning_key = "signing.key"\nsealing_keys = ["sealing.key"]\n'
            f'store = "agent.db"\nkeys = "agent-keys.db"\n[taobao]\napp_key = "{side.taobao.app.key}"\n'
            f'secret = "taobao.secret"\nredirect_uri = "{BACK}"\ngateway = "{side.top}/router/rest"\n'
        )
        with opened(read_agent_configuration(config)) as made:
            link = made.connectors["taobao"].authorise(BACK, STATE)
            answer = side.http.get(f"{side.top}/authorize?{urlsplit(link).query}", follow_redirects=False)
            assert isinstance(made.connectors["taobao"].connect(urlsplit(answer.headers["location"]).query, STATE), Ok)
        shop = next(iter(side.taobao.world.shops))
        orders = [side.buy(shop) for _ in range(CASES)]
        yield Desk(side, config, {side.complain(order.number): order for order in orders})


def _told(process: subprocess.Popen[str]) -> Any:
    """What the one round came to."""
    return json.loads(process.communicate(timeout=_BOUND)[0])


@pytest.mark.parametrize("said", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_with_the_case_that_is_under_way_and_the_next_goes_on(desk: Desk, said: signal.Signals) -> None:
    """The round is told as far as it came; what it had not begun waits, and nothing is done twice."""
    door = Door(desk.side)
    with desk.running() as process:
        assert door.asked.wait(_BOUND)
        process.send_signal(said)
        time.sleep(0.2)  # so that it is heard
        door.open()
        told = _told(process)
    assert (process.returncode, told["taken_in"]) == (0, 1)
    assert desk.obtained() == 1
    with desk.running("--once") as process:
        told = _told(process)
    assert told["taken_in"] == CASES - 1
    desk.is_done_once()


def test_it_ends_at_once_between_two_rounds(desk: Desk) -> None:
    """It does not wait until the next."""
    with desk.running() as process:
        assert process.stdout is not None
        while process.stdout.readline() != "}\n":
            assert process.poll() is None
        begun = time.monotonic()
        process.terminate()
        assert process.wait(_BOUND) == 0
    assert time.monotonic() - begun < _BOUND / 3
    desk.is_done_once()


def test_it_ends_within_its_grace_where_nobody_answers(desk: Desk) -> None:
    """As a second signal would end it, and one sentence says so; the next goes on from there."""
    door = Door(desk.side)
    with desk.running(grace=0.5) as process:
        assert door.asked.wait(_BOUND)
        process.terminate()
        begun = time.monotonic()
        _, said = process.communicate(timeout=_BOUND)
        assert time.monotonic() - begun < _BOUND / 3
    assert process.returncode == -signal.SIGTERM
    assert said == "What was under way did not end within 0.5 seconds: it was cut off, and the next run goes on.\n"
    door.open()
    with desk.running("--once") as process:
        _told(process)
    desk.is_done_once()


@attrs.frozen
class Moved:
    """A case in the list of a trader."""

    case_id: str
    reference: str = "R"
    status: Status | None = Status.UPLOADED
    uploaded_at: datetime | None = None
    since: datetime | None = None
    due_at: datetime | None = None
    allowed: tuple[str, ...] = ()
    delete_by: datetime | None = None
    read_again_by: datetime | None = None
    claim: None = None


class Council:
    """The trader's side of a council that refuses every case, and breaks down over one."""

    def __init__(self, *pages: Stretch[Moved]) -> None:
        self._pages = pages

    def cases(self, *, after: str = "", limit: int = 100) -> Rows[Moved]:
        return Rows(lambda after: self._pages[int(after or 0)], after)

    def obtain(self, case_id: str, *, key: str) -> Any:
        raise Unauthenticated() if case_id == "broken" else Refused("not_allowed", case_id, "", ())


def test_what_is_the_traders_no_more_is_forgotten_before_the_list_goes_on() -> None:
    """A round that ends in the midst of the list leaves nothing on the books that was to be deleted."""
    page = Stretch((Moved("one"),), "1", more=False)
    books: Any = {"shelf": MemoryShelf(), "keys": MemoryKeyStore(), "owner": "taobao"}
    council: Any = Council(page)
    agent = Agent(council, {}, **books)
    agent.round()
    assert agent.standing().cases == 1
    gone = Stretch[Moved]((), "2", more=True, gone=("one",))
    council = Council(page, gone, Stretch((Moved("two"), Moved("broken")), "3", more=False))
    with pytest.raises(Unauthenticated):
        Agent(council, {}, **books).round()
    assert agent.standing().cases == 2
