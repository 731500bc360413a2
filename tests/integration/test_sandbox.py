"""The sandbox on a socket: a trader's system works in it, and commands ask for what happens outside of it."""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

import expressplatform as ep
from expressplatform import commands as c
from expressplatform.codes import Channel, Nature
from expressplatform.platform import KeyUse
from expressplatform.ports import Alert
from expressplatform.signing import SigningKey, VerifyingKey
from expressplatform.transport import HttpRequest, HttpxTransport
from expressplatform_cli.commands import group
from expressplatform_cli.exits import Exit
from expressplatform_cli.sandbox_control import Control
from expressplatform_cli.sandbox_place import Sandbox
from expressplatform_cli.sandboxing import seconds_of
from expressplatform_http.client import MemoryKeys, TraderClient, Trust, new_key
from expressplatform_http.protocol.signatures import sign
from expressplatform_http.sandbox import HeldGateways, Outcome, PushedClock, certify
from expressplatform_http.server import WebhookGateways

ROOT = Path(__file__).resolve().parents[2]
_BOUND = 30.0


def _example() -> ModuleType:
    """The desk that is shipped as an example."""
    spec = importlib.util.spec_from_file_location("sandbox_desk", ROOT / "examples" / "sandbox_desk.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


desks: Any = _example()


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox that the tests of this file share: each makes its own cases."""
    with Sandbox(tmp_path_factory.mktemp("box") / "sandbox") as running:
        yield running


@pytest.fixture
def client(box: Sandbox) -> Iterator[TraderClient]:
    """The trader's own client, by its file of keys."""
    with httpx.Client() as http:
        yield desks.client_of(box.keys_file, http)


def _say(box: Sandbox, *words: str, where: tuple[str, ...] = ()) -> Result:
    return CliRunner().invoke(group, ["sandbox", *words, *(where or ("--at", box.base))], catch_exceptions=False)


def _told(box: Sandbox, *words: str) -> Any:
    result = _say(box, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def _new(box: Sandbox) -> str:
    return str(_told(box, "new-complaint")["cases"][0]["case_id"])


def _spoken(client: TraderClient, case_id: str) -> None:
    client.obtain(case_id, key=new_key())
    client.act(case_id, c.ReportContact(Channel.PHONE, code_given=True), key=new_key())


def _reported(client: TraderClient, case_id: str) -> None:
    _spoken(client, case_id)
    client.act(case_id, c.ReportResolution(ep.Outcome.SETTLED_NON_MONETARY, (ep.Redress.EXCHANGE,)), key=new_key())


# --- what happens when it is asked for ------------------------------------------------------------------------


def test_complaints_come_in_accepted_and_uploaded(box: Sandbox, client: TraderClient) -> None:
    """As many as were asked for, of the nature that was asked for, and the trader finds and reads them."""
    made = _told(box, "new-complaint", "--nature", "counterfeit", "-n", "12")["cases"]
    assert {(one["status"], one["nature"]) for one in made} == {("uploaded", "counterfeit")}
    found = {row.case_id for row in client.cases(status=(ep.Status.UPLOADED,))}
    assert {one["case_id"] for one in made} <= found
    details = client.obtain(made[0]["case_id"], key=new_key())
    assert details.nature is Nature.COUNTERFEIT
    assert details.email.endswith(".invalid") or details.phone.startswith("+852 0000")


@pytest.mark.parametrize("nature", list(Nature))
def test_a_complaint_of_every_nature_is_taken(box: Sandbox, nature: Nature) -> None:
    """Nothing that may be asked for is refused by a rule."""
    assert box.world.new_complaints(1, nature)[0].status is ep.Status.UPLOADED


@pytest.mark.parametrize(
    ("deed", "before", "after"),
    [
        (("confirm", "--rating", "5"), _reported, "resolved"),
        (("dispute", "--rating", "1"), _reported, "referred_back"),
        (("stay-silent",), _reported, "resolved"),
        (("stay-silent",), _spoken, "referred_back"),
        (("withdraw-consent",), _spoken, "referred_back"),
        (("withdraw",), _spoken, "withdrawn"),
    ],
)
def test_the_complainant_does_as_told(
    box: Sandbox,
    client: TraderClient,
    deed: tuple[str, ...],
    before: Callable[[TraderClient, str], None],
    after: str,
) -> None:
    """And the case moves as the rules say."""
    case_id = _new(box)
    before(client, case_id)
    assert _told(box, deed[0], case_id, *deed[1:])["case"]["status"] == after


@pytest.mark.parametrize(("deed", "after"), [("accept-offer", "resolved"), ("decline-offer", "in_conciliation")])
def test_an_offer_is_answered(box: Sandbox, client: TraderClient, deed: str, after: str) -> None:
    """By whoever it was made to; a case without one says so."""
    case_id = _new(box)
    _spoken(client, case_id)
    early = _say(box, deed, case_id)
    assert early.exit_code == Exit.REFUSED
    assert "makes one first" in early.output
    expires = box.world.clock() + timedelta(days=2)
    client.act(case_id, c.MakeOffer((ep.Redress.REFUND,), expires), key=new_key())
    assert _told(box, deed, case_id)["case"]["status"] == after


def test_a_case_is_named_by_its_reference_or_not_at_all_where_only_one_will_do(tmp_path: Path) -> None:
    """And where several will do, they are listed."""
    with Sandbox(tmp_path / "sandbox") as box, httpx.Client() as http:
        client = desks.client_of(box.keys_file, http)
        assert "No case" in _say(box, "confirm").output
        first, second = _new(box), _new(box)
        _reported(client, first)
        assert _told(box, "confirm")["case"]["case_id"] == first
        reference = _told(box, "stay-silent", client.case(second).reference.lower())["case"]["reference"]
        assert reference == client.case(second).reference
        _told(box, "new-complaint", "-n", "2")
        several = _say(box, "withdraw-consent")
        assert several.exit_code == Exit.USAGE
        assert "2 would do" in several.output


def test_a_client_in_plain_python_works_in_it(box: Sandbox) -> None:
    """The example that imports nothing of this library lists its cases and opens their details."""
    reference = _told(box, "new-complaint")["cases"][0]["reference"]
    done = subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / "examples" / "speak_it.py"), box.base, str(box.keys_file)],
        capture_output=True, text=True, timeout=90,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (line,) = (one for one in done.stdout.splitlines() if one.startswith(reference))
    assert int(line.split()[2]) > 10
    assert Control(box.base).case(reference).status == "obtained"


# --- the clock ------------------------------------------------------------------------------------------------


def test_the_clock_is_pushed_and_what_falls_due_happens(tmp_path: Path) -> None:
    """Reminders, lapses, all; and requests signed by the wall's clock are good as before."""
    with Sandbox(tmp_path / "sandbox") as box, httpx.Client() as http:
        client = desks.client_of(box.keys_file, http)
        case_id = _new(box)
        told = _told(box, "advance", "30d")
        assert [one["case_id"] for one in told["moved"]] == [case_id]
        assert client.case(case_id).status is ep.Status.REFERRED_BACK
        ahead = datetime.fromisoformat(told["clock"]) - datetime.now(UTC)
        assert timedelta(days=30) - timedelta(minutes=1) < ahead <= timedelta(days=30)


def test_keys_and_nonces_go_by_the_walls_clock(tmp_path: Path) -> None:
    """A key that is added after a push is good at once, one that was ended is not, and nothing can be sent twice."""
    with Sandbox(tmp_path / "sandbox") as box, httpx.Client() as http:
        client = desks.client_of(box.keys_file, http)
        _told(box, "advance", "40d")
        fresh = SigningKey.generate()
        client.add_key(KeyUse.SIGNING, fresh.public, key=new_key())
        again = _client_by(box, http, fresh)
        assert again.keys()
        request = HttpRequest("GET", f"{box.base}/v1/trader/cases", (("expressplatform-person", "desk-1"),), b"")
        signed = sign(request, signer=fresh, created=datetime.now(UTC), nonce="n" * 20)
        assert http.get(signed.url, headers=list(signed.headers)).status_code == 200
        box.world.settle()
        assert http.get(signed.url, headers=list(signed.headers)).status_code == 401
        client.end_key(fresh.key_id, key=new_key())
        with pytest.raises(ep.errors.Unauthenticated):
            again.keys()


def _client_by(box: Sandbox, http: httpx.Client, key: SigningKey) -> TraderClient:
    client: TraderClient = desks.client_of(box.keys_file, http)
    trust = Trust(box.trader, (VerifyingKey(box.council_key()),))
    return TraderClient(box.base, HttpxTransport(http), keys=MemoryKeys(key), trust=trust, options=client.options)


def test_a_sandbox_goes_on_where_it_was(tmp_path: Path) -> None:
    """Its cases, its keys and its clock are in its folder, which is nobody else's."""
    folder = tmp_path / "sandbox"
    with Sandbox(folder) as box:
        case_id = _new(box)
        _told(box, "advance", "2d")
        key_id = box.signing.key_id
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "trader.json").stat().st_mode) == 0o600
    with Sandbox(folder) as box, httpx.Client() as http:
        assert box.signing.key_id == key_id
        assert box.world.clock.ahead >= timedelta(days=2)
        assert desks.client_of(box.keys_file, http).case(case_id).case_id == case_id
        assert _new(box) != case_id
    refused = CliRunner().invoke(group, ["sandbox", "--folder", str(folder), "--trader", "jd", "--for", "1"])
    assert refused.exit_code == Exit.USAGE


def test_the_clock_never_goes_back() -> None:
    """It is ahead by what was pushed, and by nothing less."""
    clock = PushedClock(wall=lambda: datetime(2025, 6, 3, tzinfo=UTC))
    clock.push(timedelta(hours=5))
    assert clock() == datetime(2025, 6, 3, 5, tzinfo=UTC)
    with pytest.raises(ValueError, match="back"):
        clock.push(-timedelta(seconds=1))


@pytest.mark.parametrize(
    ("span", "seconds"), [("3d", 259_200), ("12h", 43_200), ("1d12h", 129_600), ("30m", 1800), ("2D", 172_800)]
)
def test_a_span_is_read(span: str, seconds: int) -> None:
    """Days, hours, minutes."""
    assert seconds_of(span) == seconds


@pytest.mark.parametrize("span", ["", "3", "0d", "-1d", "3w", "d", "1h2d"])
def test_what_is_no_span_is_refused(span: str) -> None:
    """With an example of one."""
    result = CliRunner().invoke(group, ["sandbox", "advance", "--at", "http://127.0.0.1:1", "--", span])
    assert result.exit_code == Exit.USAGE
    assert "such as 3d" in result.output


# --- answers that are lost, and webhooks ----------------------------------------------------------------------


def test_a_lost_reply_is_done_once_and_asked_for_again(box: Sandbox) -> None:
    """The connection is cut after the step; the client repeats it under its key, and it has happened once."""
    case_id = _new(box)
    attempts: list[object] = []
    with httpx.Client() as http:
        client = desks.client_of(box.keys_file, http)
        client = client.with_options(ep_options(client, attempts.append))
        _say(box, "lose-reply")
        assert client.cases()  # what changes nothing is answered
        client.obtain(case_id, key="the-one-key")
    assert len(attempts) == 1
    kinds = [kind for kind, _, _ in Control(box.base).case(case_id).events]
    assert kinds.count("obtained") == 1
    asked = [one for one in box_asked(box) if one["path"].endswith(f"{case_id}/obtain")]
    assert [(one["status"], one["lost"]) for one in asked] == [(200, True), (200, False)]


def ep_options(client: TraderClient, on_retry: Callable[[object], None]) -> Any:
    """The client's options, with a hook."""
    import attrs

    return attrs.evolve(client.options, on_retry=on_retry)


def box_asked(box: Sandbox) -> list[dict[str, Any]]:
    """Every request of the trader's system so far."""
    return list(httpx.get(f"{box.base}/sandbox/asked").json()["asked"])


def test_a_lost_reply_is_no_answer_at_all(box: Sandbox) -> None:
    """Not a byte: the connection ends."""
    case_id = _new(box)
    _say(box, "lose-reply")
    url = f"{box.base}/v1/trader/cases/{case_id}/obtain"
    headers = (("expressplatform-person", "desk-1"), ("content-type", "application/json"), ("idempotency-key", "k-1"))
    signed = sign(
        HttpRequest("POST", url, headers, b'{"v":1}'), signer=box.signing, created=datetime.now(UTC), nonce="m" * 20
    )
    line = http.client.HTTPConnection(box.base.removeprefix("http://"), timeout=_BOUND)
    try:
        line.request("POST", f"/v1/trader/cases/{case_id}/obtain", signed.body, dict(signed.headers))
        with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
            line.getresponse()
    finally:
        line.close()
    assert "obtained" in [kind for kind, _, _ in Control(box.base).case(case_id).events]


def test_webhooks_go_where_they_were_asked_to(tmp_path: Path) -> None:
    """Signed with the secret that was shown, by the wall's clock whatever the pushed one says."""
    with Sandbox(tmp_path / "sandbox") as box, httpx.Client() as http:
        desk = desks.Desk(desks.client_of(box.keys_file, http))
        with desks.Receiver(desk) as receiver:
            thread = threading.Thread(target=receiver.serve_forever, args=(0.05,))
            thread.start()
            try:
                url = f"http://127.0.0.1:{receiver.server_port}/express"
                desk.secrets = (desks.Secret.of(_told(box, "webhook", "--to", url)["secret"]),)
                _told(box, "advance", "9d")
                _new(box)
                assert desk.told.wait(_BOUND)
            finally:
                receiver.shutdown()
                thread.join()
        assert _told(box, "state")["endpoints"] == 1


def test_webhooks_are_not_held_for_ever(tmp_path: Path) -> None:
    """Whoever asked for it may have been stopped before it let them go."""
    now = 0.0
    with Sandbox(tmp_path / "sandbox") as box:
        platform, by = box.world.platform, ep.Actor(ep.Role.TRADER, "desk-1", box.trader)
        box.world.webhook("http://127.0.0.1:9/nobody")
        sending = WebhookGateways(loopback=True)
        sending.bind(platform)
        held = HeldGateways(sending, longest=60, ticks=lambda: now)
        held.hold()
        held[box.trader].alert(Alert("a-1", "c" + "0" * 31, box.trader, "R-1", None))
        now = 59.0
        held.lapse()
        assert platform.deliveries(by=by) == ()
        now = 60.0
        held.lapse()
        assert [one.outcome for one in platform.deliveries(by=by)] == ["unreachable"]


# --- the acceptance list --------------------------------------------------------------------------------------


class Lazy(desks.Desk):  # type: ignore[misc]
    """A desk that reads, calls and makes offers, and does none of the rest."""

    rounds = 0

    def steps(self) -> dict[str, Any]:
        """Half of the list."""
        return {name: step for name, step in super().steps().items() if name in ("contact", "offer")}

    def delete(self, case_id: str) -> None:
        """It keeps everything."""

    def resolve(self, row: Any, evidence: tuple[str, ...] = (), amount: Any = None) -> None:
        """It reports nothing."""

    def run(self, stop: threading.Event, every: float = 0.05) -> None:
        """It looks often, so that its rounds pass quickly."""
        super().run(stop, every)

    def round(self) -> None:
        """It is counted."""
        super().round()
        self.rounds += 1


def test_a_lazy_desk_is_not_certified(tmp_path: Path) -> None:
    """What it did is done; what it did not do is named, with what to do next. (The whole list: the example itself.)"""
    desk: Lazy | None = None

    def made(client: TraderClient) -> Lazy:
        nonlocal desk
        desk = Lazy(client)
        return desk

    stop, end, looks = threading.Event(), time.monotonic() + 3 * _BOUND, 0

    def pause() -> None:
        """Between two looks the desk goes round once, whole: how quick the machine is changes nothing."""
        nonlocal looks
        looks += 1
        seen = desk.rounds if desk is not None else 0
        while (desk.rounds if desk is not None else 0) < seen + 2:
            assert time.monotonic() < end, "the desk stands still"
            time.sleep(0.02)

    with Sandbox(tmp_path / "sandbox") as box:
        thread = threading.Thread(target=desks.work, args=(box.keys_file, stop, made))
        thread.start()
        try:
            found = certify(
                Control(box.base),
                wait=7,
                pause=pause,
                clock=lambda: looks,
            )
        finally:
            stop.set()
            thread.join(_BOUND)
    outcomes = {one.item: one.outcome for one in found}
    done = {item for item, outcome in outcomes.items() if outcome is Outcome.DONE}
    assert done == {"obtain", "contact", "offer", "consent_withdrawn", "webhook"}, found
    assert {outcomes[item] for item in outcomes.keys() - done} == {Outcome.NOT_DONE}
    assert all(one.next for one in found if one.item not in done)


def test_nobody_at_all_is_not_certified_and_the_command_says_so(box: Sandbox) -> None:
    """With an exit code of its own, in words and as a document."""
    said = _say(box, "certify", "--wait", "1")
    assert said.exit_code == Exit.NOT_DONE
    assert "0 of 9 done" in said.output
    assert "POST" in said.output
    listed = _told(box, "certify", "--list")["list"]
    assert sum(len(one["items"]) for one in listed) == 9
    assert "[certify:offer]" in _say(box, "certify", "--list").output


# --- who is let in, and what goes wrong -----------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{"origin": "https://example.org"}, {"host": "example.org:80"}])
def test_a_page_in_a_browser_pushes_nothing(box: Sandbox, headers: dict[str, str]) -> None:
    """Neither by its origin nor by a name that points here."""
    before = box.world.clock.ahead
    answer = httpx.post(f"{box.base}/sandbox/advance", json={"v": 1, "seconds": 86_400}, headers=headers)
    assert answer.status_code == 404
    assert httpx.get(f"{box.base}/sandbox/state", headers=headers).status_code == 404
    assert box.world.clock.ahead == before


@pytest.mark.parametrize(
    ("deed", "document", "status"),
    [
        ("advance", {"v": 1, "seconds": 0}, 422),
        ("advance", {"v": 1, "seconds": 10, "more": 1}, 422),
        ("does", {"v": 1, "deed": "explode", "case": "x"}, 422),
        ("does", {"v": 1, "deed": "confirm", "case": "c" + "0" * 31}, 404),
        ("new-complaint", {"v": 1, "count": 100_000}, 422),
        ("webhook", {"v": 1, "to": "nowhere"}, 422),
        ("unheard-of", {"v": 1}, 404),
    ],
)
def test_what_is_asked_wrongly_is_refused(box: Sandbox, deed: str, document: dict[str, Any], status: int) -> None:
    """By the same problem documents as everywhere."""
    assert httpx.post(f"{box.base}/sandbox/{deed}", json=document).status_code == status


def test_no_sandbox_and_no_case_are_told_apart(box: Sandbox, tmp_path: Path) -> None:
    """Each says what to do next."""
    nobody = _say(box, "state", where=("--at", "http://127.0.0.1:9"))
    assert nobody.exit_code == Exit.OTHER
    assert "Start one" in nobody.output
    assert _say(box, "confirm", "c" + "0" * 31).exit_code == Exit.NO_CASE
    assert _say(box, "state", where=("--folder", str(tmp_path))).exit_code == Exit.USAGE
    assert _say(box, "state", where=("--at", "http://example.org:80")).exit_code == Exit.USAGE
    as_json = _say(box, "state", "--json", where=("--at", "http://127.0.0.1:9"))
    assert json.loads(as_json.stderr)["error"]["code"] == "no_sandbox"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--host", "0.0.0.0"), "this machine alone"),
        (("--host", "example.org"), "this machine alone"),
        (("--trader", "nobody"), "No participant"),
        (("--folder", "{full}"), "not a sandbox"),
    ],
)
def test_a_sandbox_that_should_not_start_does_not(tmp_path: Path, options: tuple[str, ...], says: str) -> None:
    """It listens nowhere else, for nobody else, and touches no other folder."""
    (tmp_path / "something").write_text("mine")
    words = [one.replace("{full}", str(tmp_path)) for one in options]
    result = CliRunner().invoke(group, ["sandbox", "--for", "1", *words], catch_exceptions=False)
    assert result.exit_code == Exit.USAGE
    assert says in result.output
    assert [one.name for one in tmp_path.iterdir()] == ["something"]


@contextmanager
def _process(*words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "expressplatform_cli", "sandbox", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ) as one:
        try:
            yield one
        finally:
            if one.poll() is None:
                one.kill()


def _first_words(process: subprocess.Popen[str], last: str) -> str:
    assert process.stdout is not None
    said = ""
    while last not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return said


def test_it_stops_by_itself_and_its_folder_goes_with_it() -> None:
    """After the time that was given, where nobody named a folder."""
    with _process("--for", "0.5", "--json") as process:
        out, _ = process.communicate(timeout=90)
    assert process.returncode == 0
    told = json.loads(out)
    assert told["at"].startswith("http://127.0.0.1:")
    assert not Path(told["folder"]).exists()


def test_ctrl_c_stops_it_and_its_folder_stays(tmp_path: Path) -> None:
    """Where somebody named it; what it printed shows the way on."""
    folder = tmp_path / "sandbox"
    with _process("--folder", str(folder)) as process:
        said = _first_words(process, "Ctrl-C stops")
        keys = json.loads((folder / "trader.json").read_text())
        assert {keys["at"], keys["council"]} <= set(said.split())
        assert keys["signing"] not in said
        assert keys["sealing"] not in said
        called = CliRunner().invoke(
            group, ["call", "GET", "/v1/trader/cases", "--member-keys", str(folder / "trader.json")]
        )
        assert called.exit_code == 0, called.output
        assert json.loads(called.stdout)["cases"] == []
        assert '"@signature-params"' in called.stderr
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Stopped." in out
    assert (folder / "sandbox.json").is_file()
