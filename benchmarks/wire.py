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
from contextlib import ExitStack
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.measure import Contest, Effort, Row, held, row
from expressplatform import commands as c
from expressplatform.sealing import new_encryption_pair
from expressplatform.signing import SigningKey, VerifyingKey
from expressplatform.transport import HttpRequest
from expressplatform_http.protocol.details import Recipient, seal_details
from expressplatform_http.protocol.signatures import KnownKey, claim, sign, verify
from tests.served import Caller, Served, in_process
from tests.walking import OFFICER, TAOBAO, UPLOAD
from tests.whole_life import complaint, say

EACH: Final = 200
"""So many requests make one call: each is sent once in it, for a nonce is good once."""
Scope = dict[str, Any]


def rows(effort: Effort) -> Iterator[Row]:
    """The two contests of this suite."""
    yield from _reading(effort)
    yield from _sealing(effort)


# --- a read of a case -----------------------------------------------------------------------------------------


def _reading(effort: Effort) -> Iterator[Row]:
    with ExitStack() as stack:
        world = stack.enter_context(in_process())
        case_id = _obtained(world)
        caller = world.callers["taobao"]
        document = caller.get(f"/v1/trader/cases/{case_id}").json()
        scopes = [_scope(caller, f"/v1/trader/cases/{case_id}") for _ in range(EACH)]
        http: Any = world.http
        loop = http._loop
        ours = _asking(loop, http._app, scopes, _forgetting(world))
        seen: set[str] = set()
        bare = _asking(loop, _bare(caller, document, seen), scopes, seen.clear)
        times = held(Contest({"ours": ours, "bare Starlette": bare}, each=EACH), effort)
    note = "signed, authorised, shown; the peer checks the same signature and has its document ready"
    yield row("read of a case over HTTP", times, ours="ours", theirs="bare Starlette", goal=0.8, note=note)


def _obtained(world: Served) -> str:
    case = world.platform.lodge(complaint(), by=OFFICER, key="form-1")
    for number, command in enumerate((c.Accept(say()), UPLOAD)):
        world.platform.act(case.id, command, by=OFFICER, key=f"k{number}")
    world.platform.obtain(case.id, by=TAOBAO, key="o")
    return case.id


def _scope(caller: Caller, path: str) -> Scope:
    """A signed request as an ASGI server hands it over."""
    asked = HttpRequest("GET", f"{caller.http.base_url}{path}", (("expressplatform-person", "agent-1"),))
    signed = sign(asked, signer=caller.key, created=caller.now(), nonce=secrets.token_hex(16))
    headers = [(b"host", b"platform.test"), *((n.encode(), v.encode()) for n, v in signed.headers)]
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("platform.test", 80),
    }  # fmt: skip


def _forgetting(world: Served) -> Callable[[], None]:
    """Takes the nonces off the shelf again, so that the same requests may come once more."""
    shelf: Any = world.platform._flow.shelf

    def forget() -> None:
        records = shelf._shelf._rows
        for key in [key for key in records if key[0] == "nonce"]:
            del records[key]

    return forget


def _asking(
    loop: asyncio.AbstractEventLoop, app: Any, scopes: list[Scope], forget: Callable[[], object]
) -> Callable[[], None]:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def all_of_them() -> None:
        for scope in scopes:
            sent: list[Any] = []

            async def send(message: Any, sent: list[Any] = sent) -> None:
                sent.append(message)

            await app(dict(scope), receive, send)
            assert sent[0]["status"] == 200, sent

    def ask() -> None:
        forget()
        loop.run_until_complete(all_of_them())

    return ask


def _bare(caller: Caller, document: object, seen: set[str]) -> Starlette:
    keys = {caller.key.key_id: KnownKey(VerifyingKey(caller.key.public))}

    async def case(request: Request) -> Response:
        body = await request.body()
        url = f"http://{request.headers['host']}{request.scope['raw_path'].decode()}"
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw)
        claimed = claim(HttpRequest(request.method, url, headers, body))
        signed = verify(claimed, keys.get(claimed.key_id), at=caller.now())
        if signed.nonce in seen:
            return Response(status_code=401)
        seen.add(signed.nonce)
        return Response(orjson.dumps(document), media_type="application/json")

    return Starlette(routes=[Route("/v1/trader/cases/{case_id}", case)])


# --- sealing --------------------------------------------------------------------------------------------------


def _sealing(effort: Effort) -> Iterator[Row]:
    with in_process() as world:
        case_id = _obtained(world)
        shown = world.platform.obtain(case_id, by=TAOBAO, key="o")
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
