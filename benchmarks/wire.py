"""A signed request answered, and a disclosure sealed; beside Starlette and HPKE with nothing around them.

Both applications are asked in this process, without a socket, by the same requests, signed beforehand. The bare one
checks the same signature by the same code, knows keys and nonces from two dictionaries, and answers the same document,
which it has ready; ours finds the key on the shelf, notes the nonce there, finds the case, sees whose it is, reads it
off its events and writes what its trader may see. Ours stands on stores in memory: what a disk costs is told elsewhere.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any, Final

import attrs
import orjson
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.measure import Contest, Effort, Row, held, row
from expressplatform import commands as c
from expressplatform.codes import Instrument, Role
from expressplatform.complaint import Actor, Remark
from expressplatform.memory import MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.platform import AsyncPlatform, KeyUse, Platform
from expressplatform.platform.faces.lifted import Lifted, LiftedShelf
from expressplatform.ports import EVERYONE, Sought
from expressplatform.privacy.disclosure import Disclosure
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform.schemes import HK_CCA
from expressplatform.sealing import new_encryption_pair
from expressplatform.signing import SigningKey, VerifyingKey
from expressplatform.transport import HttpRequest
from expressplatform_http.protocol.details import Recipient, seal_details
from expressplatform_http.protocol.signatures import KnownKey, claim, sign, verify
from expressplatform_http.server import Settings, create_app
from tests.whole_complaint import WHOLE

NOW: Final = datetime(2025, 6, 3, 2, tzinfo=UTC)
BASE: Final = "http://platform.test"
OFFICER: Final = Actor(Role.COUNCIL, "officer-1", HK_CCA.council)
TRADER: Final = Actor(Role.TRADER, "agent-1", "taobao")
_LONG: Final = "Without it nobody can conciliate."
_ASSESSED: Final = ImpactAssessment(
    "pia-1", "*", Instrument.COLLABORATION_AGREEMENT, date(2025, 1, 1), date(2035, 1, 1), _LONG, _LONG, _LONG, "o-2"
)
EACH: Final = 200
"""So many requests make one call: each is sent once in it, for a nonce is good once."""
Scope = dict[str, Any]


def rows(effort: Effort) -> Iterator[Row]:
    """The two contests of this suite."""
    yield from _reading(effort)
    yield from _sealing(effort)


# --- a read of a case -----------------------------------------------------------------------------------------


@attrs.frozen
class _World:
    """A platform in memory behind our application, a case that its trader has read, and the trader's key."""

    app: Any
    shelf: MemoryShelf
    case_id: str
    key: SigningKey
    shown: Disclosure


def _world() -> _World:
    store, shelf, keys = MemoryStore(), MemoryShelf(), MemoryKeyStore()
    platform = Platform(scheme=HK_CCA, store=store, shelf=shelf, keys=keys, now=lambda: NOW)
    platform.record_impact_assessment(_ASSESSED, by=OFFICER)
    case = platform.lodge(WHOLE, by=OFFICER, key="form-1")
    upload = c.Upload(Instrument.COLLABORATION_AGREEMENT, _ASSESSED.id)
    for number, command in enumerate((c.Accept(Remark("It is so.")), upload)):
        platform.act(case.id, command, by=OFFICER, key=f"k{number}")
    key = SigningKey.generate()
    platform.add_key(KeyUse.SIGNING, key.public, by=TRADER)
    shown = platform.obtain(case.id, by=TRADER, key="o")
    aio = AsyncPlatform(scheme=HK_CCA, store=Lifted(store), shelf=LiftedShelf(shelf), keys=keys, now=lambda: NOW)
    plenty = Settings(scheme="http", per_minute=10**9, burst=10**9)
    return _World(create_app(aio, now=lambda: NOW, settings=plenty), shelf, case.id, key, shown)


def _reading(effort: Effort) -> Iterator[Row]:
    world, loop = _world(), asyncio.new_event_loop()
    scopes = [_scope(world.key, f"/v1/trader/cases/{world.case_id}") for _ in range(EACH)]
    answers: list[bytes] = []
    ours = _asking(loop, world.app, scopes, _forgetting(world.shelf), answers)
    ours()
    seen: set[str] = set()
    bare = _asking(loop, _bare(world.key, orjson.loads(answers[-1]), seen), scopes, seen.clear, [])
    times = held(Contest({"ours": ours, "bare Starlette": bare}, each=EACH), effort)
    loop.close()
    note = "signed, authorised, shown; the peer checks the same signature and has its document ready"
    yield row("read of a case over HTTP", times, ours="ours", theirs="bare Starlette", goal=0.8, note=note)


def _scope(key: SigningKey, path: str) -> Scope:
    """A signed request as an ASGI server hands it over."""
    asked = HttpRequest("GET", f"{BASE}{path}", (("expressplatform-person", "agent-1"),))
    signed = sign(asked, signer=key, created=NOW, nonce=secrets.token_hex(16))
    headers = [(b"host", b"platform.test"), *((n.encode(), v.encode()) for n, v in signed.headers)]
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("platform.test", 80),
    }  # fmt: skip


def _forgetting(shelf: MemoryShelf) -> Callable[[], None]:
    """Takes the nonces off the shelf again, so that the same requests may come once more."""

    def forget() -> None:
        while found := shelf.list(EVERYONE, "nonce", Sought(), "", 1000).rows:
            shelf.delete(EVERYONE, "nonce", [one.id for one in found])

    return forget


def _asking(
    loop: asyncio.AbstractEventLoop,
    app: Any,
    scopes: list[Scope],
    forget: Callable[[], object],
    answers: list[bytes],
) -> Callable[[], None]:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def all_of_them() -> None:
        sent: list[Any] = []
        for scope in scopes:
            sent = []

            async def send(message: Any, sent: list[Any] = sent) -> None:
                sent.append(message)

            await app(dict(scope), receive, send)
            assert sent[0]["status"] == 200, sent
        answers[:] = [sent[1]["body"]]

    def ask() -> None:
        forget()
        loop.run_until_complete(all_of_them())

    return ask


def _bare(key: SigningKey, document: object, seen: set[str]) -> Starlette:
    keys = {key.key_id: KnownKey(VerifyingKey(key.public))}

    async def case(request: Request) -> Response:
        body = await request.body()
        url = f"http://{request.headers['host']}{request.scope['raw_path'].decode()}"
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw)
        claimed = claim(HttpRequest(request.method, url, headers, body))
        signed = verify(claimed, keys.get(claimed.key_id), at=NOW)
        if signed.nonce in seen:
            return Response(status_code=401)
        seen.add(signed.nonce)
        return Response(orjson.dumps(document), media_type="application/json")

    return Starlette(routes=[Route("/v1/trader/cases/{case_id}", case)])


# --- sealing --------------------------------------------------------------------------------------------------


def _sealing(effort: Effort) -> Iterator[Row]:
    world = _world()
    shown, case_id = world.shown, world.case_id
    pair, signer = new_encryption_pair(), SigningKey.generate()
    to = Recipient("taobao", pair.public)

    def ours() -> bytes:
        return seal_details(shown, case_id=case_id, disclosure_id="d-1", to=to, signer=signer).envelope

    suite = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    public, plain, info = X25519PublicKey.from_public_bytes(pair.public), b"x" * (len(ours()) - 113), b"i" * 200

    def bare() -> bytes:
        return suite.encrypt(plain, public, info=info)

    def with_signature() -> bytes:
        sealed = suite.encrypt(plain, public, info=info)
        return signer.sign(info + sealed) + sealed

    times = held(Contest({"ours": ours, "HPKE and Ed25519": with_signature, "HPKE": bare}), effort)
    note = "JSON, HPKE and the council's signature; bare HPKE signs nothing, so the peer of the goal signs as well"
    yield row(
        "a disclosure sealed", times, ours="ours", theirs="HPKE and Ed25519", goal=0.9, others=("HPKE",), note=note
    )
