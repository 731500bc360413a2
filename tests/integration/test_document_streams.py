"""Documents over real sockets, in pieces both ways: whole or not at all, and never whole in memory."""

from __future__ import annotations

import asyncio
import io
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, cast

import attrs
import httpx
import httpx2
import pytest

from expressplatform import commands as c
from expressplatform.codes import EvidenceKind, MediaType, Reading
from expressplatform.errors import (
    InvalidInput,
    NoSuchCase,
    SealBroken,
    TransportFailed,
)
from expressplatform.events import Obtained
from expressplatform.memory import MemoryEvidence, MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.platform import AsyncPlatform
from expressplatform.platform.faces.lifted import Lifted, LiftedEvidence, LiftedShelf
from expressplatform.schemes import HK_CCA
from expressplatform.signing import VerifyingKey
from expressplatform.testing.fakes import ScriptedScan
from expressplatform.transport import (
    AsyncHttpxTransport,
    Attempt,
    HttpRequest,
    HttpResponse,
    HttpxTransport,
    RetryPolicy,
    Take,
    Transport,
)
from expressplatform_http.client import (
    AsyncTraderClient,
    CouncilClient,
    MemoryKeys,
    Options,
    TraderClient,
    Trust,
    new_key,
)
from expressplatform_http.protocol.signatures import content_digest, sign
from expressplatform_http.protocol.uploads import MEDIA_TYPE, Described, write_upload
from tests.pictures import jpeg
from tests.served import PLENTY, Caller, Served, served, sqlite_place
from tests.walking import OFFICER, TAOBAO, UPLOAD
from tests.whole_life import ASSESSED, Clock, complaint, say, seeded

MEBI: Final = 1024 * 1024
ROOMY: Final = attrs.evolve(HK_CCA, largest_file=64 * MEBI)
SLOW: Final = attrs.evolve(PLENTY, body_seconds=0.4)
PHOTO: Final = jpeg(coded=bytes(range(1, 250)) * 5000)
"""A picture of more than a megabyte: several chunks, and more than a spool keeps in memory."""
LIBRARIES: Final = [(httpx.Client, httpx.AsyncClient), (httpx2.Client, httpx2.AsyncClient)]
QUICK: Final = RetryPolicy(attempts=3, first=0.01)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A platform on a socket that takes large documents."""
    with served(sqlite_place(tmp_path_factory.mktemp("served")), scheme=ROOMY) as running:
        running.platform.record_impact_assessment(ASSESSED, by=OFFICER)
        yield running


@attrs.frozen
class Sides:
    """A council and a trader over clients of one library."""

    world: Served
    council: CouncilClient
    trader: TraderClient

    def shared(self, content: bytes = PHOTO, kind: EvidenceKind = EvidenceKind.PHOTOGRAPH) -> tuple[str, str]:
        """A case with the trader, and a document that was shared with it."""
        case_id = case_with_trader(self.world)
        return case_id, share(self.world, case_id, content, kind)


@pytest.fixture(params=[pair[0] for pair in LIBRARIES], ids=["httpx", "httpx2"])
def sides(world: Served, request: pytest.FixtureRequest) -> Iterator[Sides]:
    with request.param(trust_env=False) as client:
        transport = HttpxTransport(client)
        yield Sides(world, council_of(world, transport), trader_of(world, transport))


def options(policy: RetryPolicy = QUICK, **more: Any) -> Options:
    return Options("desk-1", policy=policy, deadline=60, attempt_seconds=60, **more)


def keys_of(caller: Caller) -> MemoryKeys:
    return MemoryKeys(caller.key, (caller.sealing,))


def around(world: Served) -> Any:
    from expressplatform.transport import Surroundings

    async def pause(seconds: float) -> None:
        time.sleep(min(seconds, 0.01))

    return Surroundings(pause=pause, now=world.clock)


def trust(world: Served) -> Trust:
    key = world.http.get("/v1/public/participants").json()["council_key"]
    return Trust("taobao", (VerifyingKey(bytes.fromhex(key)),))


def trader_of(world: Served, transport: Transport, base: str = "", **more: Any) -> TraderClient:
    said = options(**more)
    keys = keys_of(world.callers["taobao"])
    return TraderClient(
        base or world.base_url, transport, keys=keys, trust=trust(world), options=said, around=around(world)
    )


def council_of(world: Served, transport: Transport, base: str = "", **more: Any) -> CouncilClient:
    signer = world.callers["hkcc"].key
    return CouncilClient(
        base or world.base_url, transport, signer=signer, options=options(**more), around=around(world)
    )


def case_with_trader(world: Served) -> str:
    """A case that the trader has obtained."""
    case = world.platform.lodge(complaint(), by=OFFICER, key=new_key())
    for number, (command, by) in enumerate(((c.Accept(say()), OFFICER), (UPLOAD, OFFICER), (c.Obtain(), TAOBAO))):
        world.clock.wait(minutes=1)
        world.platform.act(case.id, command, by=by, key=f"k{number}")
    return case.id


def share(world: Served, case_id: str, content: Any, kind: EvidenceKind = EvidenceKind.PHOTOGRAPH) -> str:
    case = world.platform.add_evidence(case_id, content, kind=kind, name="IMG_1.jpg", by=OFFICER, key=new_key())
    evidence_id = case.file.evidence[-1].id
    world.clock.wait(minutes=1)
    world.platform.act(case_id, c.ShareEvidence("taobao", (evidence_id,)), by=OFFICER, key=new_key())
    world.platform.work()
    return evidence_id


def held(world: Served, case_id: str) -> list[str]:
    """The ids of the documents of which there is a file."""
    return [one.id for one in world.platform.evidence_list(case_id, by=OFFICER) if one.held]


def files_of(world: Served, case_id: str) -> int:
    """How many files the store of evidence has of a case."""
    store = cast(Any, world.platform)._flow.files._store
    return len(store.list(case_id, "", 100))


class TestGoingOut:
    """A document leaves in pieces, sealed to a trader, as it is to a council."""

    def test_a_trader_saves_what_was_shared(self, sides: Sides, tmp_path: Path) -> None:
        case_id, evidence_id = sides.shared()
        with sides.trader.obtain_evidence_file(case_id, evidence_id, key=new_key()) as file:
            assert (file.kind, file.media_type, file.size) == (EvidenceKind.PHOTOGRAPH, MediaType.JPEG, len(PHOTO))
            assert file.use_until is not None
            assert b"".join(file) == file.whole() == PHOTO
            file.save(tmp_path / "photo.jpg")
            written = io.BytesIO()
            file.save(written)
        assert (tmp_path / "photo.jpg").read_bytes() == written.getvalue() == PHOTO
        assert [one.name for one in tmp_path.iterdir()] == ["photo.jpg"]
        assert (tmp_path / "photo.jpg").stat().st_mode & 0o777 == 0o600
        assert "JPEG" not in repr(file)

    def test_each_reading_is_on_record_once_before_it_is_answered(self, sides: Sides) -> None:
        case_id, evidence_id = sides.shared()
        key = new_key()
        for _ in range(2):
            sides.trader.obtain_evidence_file(case_id, evidence_id, key=key).close()
        sides.world.clock.wait(minutes=1)
        sides.council.read_evidence_file(case_id, evidence_id, reason="a call").close()
        events = sides.world.platform.history(case_id, by=OFFICER, reason="test")
        readings = [one for one in events if isinstance(one, Obtained) and one.asked.evidence == (evidence_id,)]
        assert len(readings) == 1
        entries = sides.world.platform.access_log(by=OFFICER)
        (entry,) = [one for one in entries if one.how is Reading.EVIDENCE and case_id in one.cases]
        assert (entry.reason, entry.fields) == ("a call", (f"evidence.{evidence_id}",))

    def test_a_council_reads_it_as_it_was_handed_in(self, sides: Sides) -> None:
        noted = jpeg(coded=bytes(range(1, 250)) * 900, after=b"hidden")
        case_id, evidence_id = sides.shared(noted)
        with sides.council.read_evidence_file(case_id, evidence_id, reason="a call") as file:
            assert (file.whole(), file.media_type, file.kind, file.use_until) == (noted, MediaType.JPEG, None, None)
        assert sides.council.read_evidence(case_id, evidence_id, reason="a call") == noted

    def test_the_answer_says_how_long_it_is_and_what_it_comes_to(self, world: Served) -> None:
        case_id = case_with_trader(world)
        evidence_id = share(world, case_id, PHOTO)
        path = f"/v1/council/cases/{case_id}/evidence/{evidence_id}/reading"
        answer = world.callers["hkcc"].post(path, {"v": 1, "reason": "a call"})
        assert (answer.headers["content-length"], answer.headers["content-type"]) == (str(len(PHOTO)), "image/jpeg")
        assert answer.headers["content-digest"] == content_digest(PHOTO)
        assert answer.headers["content-disposition"] == "attachment"

    def test_a_complainant_reads_their_own(self, world: Served) -> None:
        case_id = case_with_trader(world)
        evidence_id = share(world, case_id, PHOTO)
        path = f"/v1/complainant/cases/{case_id}/evidence/{evidence_id}/reading"
        answer = world.complainant(case_id, "POST", path, {"v": 1, "reason": "mine"})
        assert (answer.status_code, answer.content) == (200, PHOTO)
        other = case_with_trader(world)
        refusals = {
            world.complainant(other, "POST", path.replace(case_id, one), {"v": 1, "reason": "mine"}).content
            for one in (case_id, "c" + "0" * 31)
        }
        assert len(refusals) == 1

    @pytest.mark.parametrize("library", [pair[1] for pair in LIBRARIES], ids=["httpx", "httpx2"])
    def test_awaited_it_is_the_same(self, world: Served, library: Any, tmp_path: Path) -> None:
        case_id = case_with_trader(world)
        evidence_id = share(world, case_id, PHOTO)
        (tmp_path / "proof.jpg").write_bytes(PHOTO)
        heard: list[tuple[int, int]] = []

        async def day() -> bytes:
            async with library(trust_env=False) as client:
                trader = AsyncTraderClient(
                    world.base_url, AsyncHttpxTransport(client), keys=keys_of(world.callers["taobao"]),
                    trust=trust(world), options=options(), around=around(world),
                )  # fmt: skip
                await trader.upload_evidence(
                    case_id, tmp_path / "proof.jpg", kind=EvidenceKind.REFUND_PROOF, key=new_key(),
                    progress=lambda sent, size: heard.append((sent, size)),
                )  # fmt: skip
                with await trader.obtain_evidence_file(case_id, evidence_id, key=new_key()) as file:
                    return file.whole()

        assert asyncio.run(day()) == PHOTO
        assert heard[-1][0] == heard[-1][1] > len(PHOTO)
        assert len(heard) > 15


class Meddled:
    """A transport that changes the pieces of good answers on their way."""

    def __init__(self, beneath: Transport, change: Callable[[int, bytes], bytes]) -> None:
        self._beneath, self._change = beneath, change

    def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
        def taker() -> Take:
            assert request.taker is not None
            take, at = request.taker(), 0

            def changed(piece: bytes) -> None:
                nonlocal at
                at += len(piece)
                take(self._change(at, piece))

            return changed

        return self._beneath.send(attrs.evolve(request, taker=taker if request.taker else None), seconds)


def _bit(at: int, piece: bytes) -> bytes:
    """One bit of whatever comes after half a megabyte."""
    return piece[:-1] + bytes((piece[-1] ^ 1,)) if at > MEBI // 2 and piece else piece


def _nothing_more(at: int, piece: bytes) -> bytes:
    return piece if at < MEBI // 2 else b""


class TestBrokenOnTheWay:
    """What is cut, changed or not what was asked for is one family of refusal, and nobody is handed a byte of it."""

    @pytest.mark.parametrize("change", [_bit, _nothing_more])
    def test_a_traders_document_that_was_changed_or_cut_is_not_opened(
        self, world: Served, change: Callable[[int, bytes], bytes], tmp_path: Path
    ) -> None:
        case_id = case_with_trader(world)
        evidence_id = share(world, case_id, PHOTO)
        with httpx.Client(trust_env=False) as client:
            trader = trader_of(world, Meddled(HttpxTransport(client), change))
            with pytest.raises(SealBroken):
                trader.obtain_evidence_file(case_id, evidence_id, key=new_key()).save(tmp_path / "x")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("change", [_bit, _nothing_more])
    def test_a_councils_is_not_handed_over(self, world: Served, change: Callable[[int, bytes], bytes]) -> None:
        case_id = case_with_trader(world)
        evidence_id = share(world, case_id, PHOTO)
        with httpx.Client(trust_env=False) as client:
            council = council_of(world, Meddled(HttpxTransport(client), change))
            with pytest.raises(SealBroken):
                council.read_evidence_file(case_id, evidence_id, reason="a call")

    @pytest.mark.parametrize("library", [pair[0] for pair in LIBRARIES], ids=["httpx", "httpx2"])
    def test_where_the_line_breaks_it_is_asked_for_again(self, world: Served, library: Any) -> None:
        """From the beginning, under the same key: one reading stands on record."""
        case_id = case_with_trader(world)
        evidence_id = share(world, case_id, PHOTO)
        heard: list[Attempt] = []
        with cutting(world.base_url, after=[600_000, 700_000]) as line, library(trust_env=False) as client:
            trader = trader_of(world, HttpxTransport(client), line.base_url, on_retry=heard.append)
            with trader.obtain_evidence_file(case_id, evidence_id, key=new_key()) as file:
                assert file.whole() == PHOTO
        assert [(one.status, one.code) for one in heard] == [(0, "broken"), (0, "broken")]
        events = world.platform.history(case_id, by=OFFICER, reason="test")
        assert len([one for one in events if isinstance(one, Obtained) and one.asked.evidence]) == 1

    def test_where_it_breaks_each_time_it_is_a_line_that_failed(self, world: Served, tmp_path: Path) -> None:
        case_id = case_with_trader(world)
        evidence_id = share(world, case_id, PHOTO)
        with cutting(world.base_url, after=[600_000] * 3) as line, httpx.Client(trust_env=False) as client:
            trader = trader_of(world, HttpxTransport(client), line.base_url)
            with pytest.raises(TransportFailed) as caught:
                trader.obtain_evidence_file(case_id, evidence_id, key=new_key()).save(tmp_path / "x")
        assert caught.value.retryable
        assert list(tmp_path.iterdir()) == []

    def test_a_transport_that_knows_no_pieces_carries_it_whole(self, world: Served) -> None:
        """Whatever its owner made it of: the answer is opened all the same."""
        case_id = case_with_trader(world)
        evidence_id = share(world, case_id, PHOTO)
        with httpx.Client(trust_env=False) as client:
            beneath = HttpxTransport(client)

            class Plain:
                def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
                    return beneath.send(attrs.evolve(request, taker=None), seconds)

            trader = trader_of(world, Plain())
            assert trader.obtain_evidence(case_id, evidence_id, key=new_key()).content == PHOTO


@attrs.define
class Line:
    """A loopback line to a server that breaks, connection by connection, after so many bytes of answer."""

    base_url: str
    after: list[int]


@contextmanager
def cutting(base_url: str, *, after: list[int]) -> Iterator[Line]:
    """A line whose first connections break; the others hold."""
    host, _, port = base_url.removeprefix("http://").partition(":")
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.1)
        line, closed = Line(f"http://127.0.0.1:{door.getsockname()[1]}", [*after]), threading.Event()

        def carry(near: socket.socket) -> None:
            left = line.after.pop(0) if line.after else 1 << 40
            with near, socket.create_connection((host, int(port)), timeout=10) as far, suppress(OSError):
                near.settimeout(10)
                up = threading.Thread(target=_pump, args=(near, far), daemon=True)
                up.start()
                while left > 0 and (piece := far.recv(min(left, 65536))):
                    near.sendall(piece)
                    left -= len(piece)
                for one in (near, far):
                    with suppress(OSError):
                        one.shutdown(socket.SHUT_RDWR)
                up.join(10)

        def listen() -> None:
            while not closed.is_set():
                with suppress(TimeoutError):
                    thread = threading.Thread(target=carry, args=(door.accept()[0],), daemon=True)
                    threads.append(thread)
                    thread.start()

        listening = threading.Thread(target=listen, daemon=True)
        listening.start()
        try:
            yield line
        finally:
            closed.set()
            listening.join(10)
            for thread in threads:
                thread.join(10)


def _pump(source: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            to.sendall(piece)
    with suppress(OSError):
        to.shutdown(socket.SHUT_RDWR)


class TestComingIn:
    """A document is read from where it lies and taken in as it comes: whole, as it was signed, or not at all."""

    def test_from_a_path_and_from_a_file_that_is_open(self, sides: Sides, tmp_path: Path) -> None:
        case_id = case_with_trader(sides.world)
        (tmp_path / "a.jpg").write_bytes(PHOTO)
        heard: list[tuple[int, int]] = []
        by_path = sides.council.upload_evidence(
            case_id, tmp_path / "a.jpg", kind=EvidenceKind.PHOTOGRAPH, name="a.jpg", key=new_key(),
            progress=lambda sent, size: heard.append((sent, size)),
        )  # fmt: skip
        assert heard[-1][0] == heard[-1][1]
        assert [sent for sent, _ in heard] == sorted(sent for sent, _ in heard)
        with io.BytesIO(b"before" + PHOTO) as opened:
            opened.seek(6)
            by_file = sides.trader.upload_evidence(case_id, opened, kind=EvidenceKind.PHOTOGRAPH, key=new_key())
        sides.world.platform.work()
        for acted in (by_path, by_file):
            (evidence_id,) = acted.evidence
            assert sides.council.read_evidence(case_id, evidence_id, reason="a call") == PHOTO

    def test_a_masked_copy_too(self, sides: Sides, tmp_path: Path) -> None:
        case_id, evidence_id = sides.shared(kind=EvidenceKind.PAYMENT)
        (tmp_path / "masked.jpg").write_bytes(jpeg(coded=bytes(range(1, 240)) * 5000))
        acted = sides.council.mask_evidence(case_id, evidence_id, tmp_path / "masked.jpg", key=new_key())
        assert len(acted.evidence) == 1

    def test_a_file_that_cannot_be_read_again_is_not_begun(self, sides: Sides) -> None:
        class Once(io.RawIOBase):
            def seekable(self) -> bool:
                return False

        with pytest.raises(InvalidInput):
            sides.trader.upload_evidence("c" + "0" * 31, cast(Any, Once()), kind=EvidenceKind.PHOTOGRAPH, key=new_key())

    def test_a_file_that_shrinks_meanwhile_is_not_handed_in(self, sides: Sides, tmp_path: Path) -> None:
        case_id = case_with_trader(sides.world)
        place = tmp_path / "a.jpg"
        place.write_bytes(PHOTO)
        before = files_of(sides.world, case_id)

        def emptied(sent: int, size: int) -> None:
            place.write_bytes(b"")

        with pytest.raises(InvalidInput):
            sides.trader.upload_evidence(
                case_id, place, kind=EvidenceKind.PHOTOGRAPH, key=new_key(),
                progress=emptied,
            )  # fmt: skip
        assert files_of(sides.world, case_id) == before

    def test_an_answer_that_is_lost_is_asked_for_again_and_adds_it_once(self, world: Served, tmp_path: Path) -> None:
        """The line breaks before a byte of the answer: the document is read anew, under the same key."""
        case_id = case_with_trader(world)
        (tmp_path / "a.jpg").write_bytes(PHOTO)
        heard: list[int] = []
        with cutting(world.base_url, after=[1]) as line, httpx.Client(trust_env=False) as client:
            trader = trader_of(world, HttpxTransport(client), line.base_url)
            acted = trader.upload_evidence(
                case_id, tmp_path / "a.jpg", kind=EvidenceKind.PHOTOGRAPH, key=new_key(),
                progress=lambda sent, _: heard.append(sent),
            )  # fmt: skip
        assert heard.count(heard[0]) == 2
        assert held(world, case_id) == list(acted.evidence)

    def test_what_is_not_what_was_signed_is_not_believed_and_leaves_nothing(self, world: Served) -> None:
        """A byte more, a byte less, one changed, or another document altogether: one refusal, the same to the byte."""
        case_id, caller = case_with_trader(world), world.callers["taobao"]
        body = write_upload(Described(EvidenceKind.PHOTOGRAPH, "x"), PHOTO)
        said = (("content-type", MEDIA_TYPE), ("content-digest", content_digest(body)))
        path, refusals = f"/v1/trader/cases/{case_id}/evidence", set()
        other = write_upload(Described(EvidenceKind.PHOTOGRAPH, "x"), jpeg())
        for wrong in (body + b"\0", body[:-1], body[:-1] + b"\xd8", other, b"x", b""):
            answer = caller.request("POST", path, body=wrong, headers=said, key=new_key())
            refusals.add((answer.status_code, answer.content))
        unsaid = caller.request("POST", path, body=b"", headers=said[:1], key=new_key())
        assert refusals == {(401, unsaid.content)}
        assert files_of(world, case_id) == 0
        assert held(world, case_id) == []

    def test_a_body_that_is_cut_or_too_long_leaves_nothing(self, world: Served) -> None:
        case_id, caller = case_with_trader(world), world.callers["taobao"]
        path = f"/v1/trader/cases/{case_id}/evidence"
        body = write_upload(Described(EvidenceKind.PHOTOGRAPH, "x"), PHOTO)

        def pieces() -> Iterator[bytes]:
            yield body
            for _ in range(66 * 16):
                yield bytes(65536)

        chunked = _sent(caller, path, pieces(), ())
        assert (chunked.status_code, chunked.json()["problems"][0]["kind"]) == (413, "too_large")
        for cut in (0, 3, 60, 700_000):
            _cut(caller, path, body, cut)
        assert b" 413 " in _cut(caller, path, body, 10, said=65 * MEBI)
        assert files_of(world, case_id) == 0

    def test_a_stranger_hears_what_they_hear_of_a_case_that_is_not_there(self, sides: Sides, tmp_path: Path) -> None:
        (tmp_path / "a.jpg").write_bytes(PHOTO)
        case_id = case_with_trader(sides.world)
        jd = sides.world.callers["jd"]
        body = write_upload(Described(EvidenceKind.PHOTOGRAPH, "x"), PHOTO)
        answers = {
            jd.post(f"/v1/trader/cases/{one}/evidence", body=body, headers=(("content-type", MEDIA_TYPE),)).content
            for one in (case_id, "c" + "0" * 31)
        }
        assert len(answers) == 1
        with pytest.raises(NoSuchCase):
            sides.trader.upload_evidence(
                "c" + "0" * 31, tmp_path / "a.jpg", kind=EvidenceKind.PHOTOGRAPH, key=new_key()
            )
        assert files_of(sides.world, case_id) == 0

    def test_a_complainants_is_taken_in_and_held_against_its_digest(self, world: Served) -> None:
        case_id = case_with_trader(world)
        body = write_upload(Described(EvidenceKind.PHOTOGRAPH, "x"), PHOTO)
        path = f"{world.base_url}/v1/complainant/cases/{case_id}/evidence"

        def hand_in(said: str) -> httpx.Response:
            headers = {"authorization": f"Bearer session-{case_id}", "content-type": MEDIA_TYPE}
            headers |= {"idempotency-key": new_key()} | ({"content-digest": said} if said else {})
            return world.http.post(path, content=body, headers=headers)

        assert hand_in("").status_code == 201
        assert hand_in(content_digest(body)).status_code == 201
        wrong = hand_in(content_digest(b"another"))
        assert (wrong.status_code, wrong.json()["problems"][0]["path"]) == (422, "$header.content-digest")
        assert len(held(world, case_id)) == 2

    def test_one_that_comes_too_slowly_is_let_go(self, tmp_path: Path) -> None:
        """So many seconds, and more as more has come; then an answer, and nothing is kept."""
        with served(sqlite_place(tmp_path), settings=SLOW) as world:
            world.platform.record_impact_assessment(ASSESSED, by=OFFICER)
            case_id = case_with_trader(world)
            body = write_upload(Described(EvidenceKind.PHOTOGRAPH, "x"), jpeg())

            def slowly() -> Iterator[bytes]:
                yield body[:100]
                time.sleep(1.5)
                yield body[100:]

            path = f"/v1/trader/cases/{case_id}/evidence"
            answer = _sent(world.callers["taobao"], path, slowly(), (("content-length", str(len(body))),))
            assert (answer.status_code, answer.json()["code"]) == (408, "too_slow")
            assert files_of(world, case_id) == 0

    def test_a_wrong_clock_is_told_before_the_document_is_read(self, world: Served) -> None:
        """Who sends it is known before its first byte is looked at."""
        case_id, caller = case_with_trader(world), world.callers["taobao"]
        late = attrs.evolve(caller, now=lambda: world.clock() - (world.clock() - world.clock().replace(year=2020)))
        body = write_upload(Described(EvidenceKind.PHOTOGRAPH, "x"), b"no picture")
        answer = late.post(f"/v1/trader/cases/{case_id}/evidence", body=body, headers=(("content-type", MEDIA_TYPE),))
        assert answer.status_code == 401


def _signed(caller: Caller, path: str, body: bytes) -> HttpRequest:
    """An upload whose digest is that of ``body``, without it."""
    headers = (
        ("content-type", MEDIA_TYPE), ("content-digest", content_digest(body)), ("idempotency-key", new_key()),
        ("expressplatform-person", caller.person),
    )  # fmt: skip
    request = HttpRequest("POST", f"{caller.http.base_url}".rstrip("/") + path, headers)
    return sign(request, signer=caller.key, created=caller.now(), nonce=new_key())


def _sent(caller: Caller, path: str, pieces: Iterator[bytes], more: tuple[tuple[str, str], ...]) -> httpx.Response:
    """Sends a body in pieces that its digest says nothing of."""
    signed = _signed(caller, path, b"")
    with httpx.Client(trust_env=False, timeout=20) as client:
        return client.post(signed.url, content=pieces, headers=[*signed.headers, *more])


def _cut(caller: Caller, path: str, body: bytes, at: int, *, said: int = 0) -> bytes:
    """Sends the beginning of a body under its rightful digest, and hangs up; what was answered."""
    signed = _signed(caller, path, body)
    where = httpx.URL(signed.url)
    lines = [f"POST {path} HTTP/1.1", f"host: {where.netloc.decode()}", f"content-length: {said or len(body)}"]
    lines += [f"{name}: {value}" for name, value in signed.headers]
    with socket.create_connection((where.host, where.port or 80), timeout=10) as line:
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + body[:at])
        if not said:
            line.shutdown(socket.SHUT_WR)
        answer = b""
        with suppress(OSError):
            while b"}" not in answer and (piece := line.recv(4096)):
                answer += piece
    return answer


# --- how much of it is in memory --------------------------------------------------------------------------------


LARGE: Final = 50 * MEBI
ROOM: Final = 8 * MEBI


@contextmanager
def _traced() -> Iterator[Callable[[], int]]:
    """How much memory was held at most since this began, or since it was last asked."""
    tracemalloc.start()
    try:
        start = tracemalloc.get_traced_memory()[0]

        def most() -> int:
            found = tracemalloc.get_traced_memory()[1] - start
            tracemalloc.reset_peak()
            return found

        yield most
    finally:
        tracemalloc.stop()


class TestMemory:
    """Server and client in one process: both of them together hold little of a document of 50 MB."""

    def test_it_goes_in_and_comes_out_in_pieces(self, world: Served, tmp_path: Path) -> None:
        case_id = case_with_trader(world)
        place = tmp_path / "large.pdf"
        with place.open("wb") as file:
            file.write(b"%PDF-1.7\n")
            for number in range(LARGE // MEBI):
                file.write(bytes((number,)) * MEBI)
        with httpx.Client(trust_env=False) as client, _traced() as most:
            council = council_of(world, HttpxTransport(client))
            acted = council.upload_evidence(case_id, place, kind=EvidenceKind.OTHER, key=new_key())
            assert most() < ROOM
            world.platform.work()
            assert most() < ROOM
            with council.read_evidence_file(case_id, acted.evidence[0], reason="a call") as received:
                received.save(tmp_path / "back.pdf")
            assert most() < ROOM
        assert _same(place, tmp_path / "back.pdf")

    def test_a_traders_copy_is_made_of_the_whole_and_leaves_in_pieces(self, world: Served, tmp_path: Path) -> None:
        """Notes are taken out of a picture that is whole in memory, once; from then on it is pieces."""
        case_id = case_with_trader(world)
        picture = jpeg(coded=bytes(range(1, 251)) * (16 * MEBI // 250))
        evidence_id = share(world, case_id, picture)
        with httpx.Client(trust_env=False) as client, _traced() as most:
            made: list[int] = []

            def first(at: int, piece: bytes) -> bytes:
                if not made:
                    made.append(most())
                return piece

            trader = trader_of(world, Meddled(HttpxTransport(client), first))
            with trader.obtain_evidence_file(case_id, evidence_id, key=new_key()) as received:
                received.save(tmp_path / "back.jpg")
            assert most() < ROOM
            assert made[0] < 4 * len(picture)
        assert (tmp_path / "back.jpg").read_bytes() == picture


def _same(one: Path, other: Path) -> bool:
    with one.open("rb") as left, other.open("rb") as right:
        while piece := left.read(MEBI):
            if right.read(MEBI) != piece:
                return False
        return not right.read(1)


# --- nobody is kept waiting -------------------------------------------------------------------------------------


class SlowStrip:
    """Holds each document until it is let go, and notes how many it has at once."""

    def __init__(self) -> None:
        self.at_once = self.most = 0
        self.let_go = threading.Event()
        self._lock = threading.Lock()

    def strip(self, content: bytes, media_type: str, /) -> bytes:
        with self._lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        assert self.let_go.wait(60), "whoever lets it go had no turn"
        with self._lock:
            self.at_once -= 1
        return content


class SlowKeys:
    """A key store that makes no key until it is let go, as a disk may."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self._keys = MemoryKeyStore()

    def create(self, case_ids: Sequence[str], /) -> None:
        assert self.let_go.wait(60), "whoever lets it go had no turn"
        self._keys.create(case_ids)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._keys, name)


class TestOthers:
    """Whatever one asks for, the event loop goes on."""

    def test_a_document_that_is_stripped_and_a_key_that_is_made_keep_nobody_waiting(self) -> None:
        strip, keys, clock = SlowStrip(), SlowKeys(), Clock()

        async def lived() -> None:
            platform = AsyncPlatform(
                scheme=HK_CCA, store=Lifted(MemoryStore()), keys=cast(Any, keys),
                shelf=LiftedShelf(MemoryShelf()),
                evidence=LiftedEvidence(MemoryEvidence()), scan=ScriptedScan(), strip=strip, now=clock, draw=seeded,
            )  # fmt: skip
            await platform.record_impact_assessment(ASSESSED, by=OFFICER)
            made = asyncio.create_task(platform.lodge(complaint(), by=OFFICER, key="form-1"))
            await asyncio.sleep(0.05)
            assert not made.done()
            keys.let_go.set()
            case_id, ids = (await made).id, []
            for number in range(4):
                clock.wait(minutes=1)
                case = await platform.add_evidence(
                    case_id, b"%PDF-1.7 " + bytes((65 + number,)), kind=EvidenceKind.OTHER, name="", by=OFFICER,
                    key=f"a{number}",
                )  # fmt: skip
                ids.append(case.file.evidence[-1].id)
            await platform.work()
            for number, (command, by) in enumerate(
                ((c.Accept(), OFFICER), (UPLOAD, OFFICER), (c.Obtain(), TAOBAO),
                 (c.ShareEvidence("taobao", tuple(ids)), OFFICER))
            ):  # fmt: skip
                clock.wait(minutes=1)
                await platform.act(case_id, command, by=by, key=f"k{number}")
            reading = asyncio.gather(
                *(platform.obtain_evidence(case_id, one, by=TAOBAO, key=f"r-{one}") for one in ids)
            )
            while strip.at_once < 2:
                await asyncio.sleep(0.005)
            await asyncio.sleep(0.1)
            assert strip.most == 2
            strip.let_go.set()
            await reading

        asyncio.run(asyncio.wait_for(lived(), 60))
        assert strip.most == 2
