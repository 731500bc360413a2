"""The platform served over a real socket, and callers that sign what they send."""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import attrs
import httpx
import orjson
import uvicorn
from starlette.applications import Starlette

from expressplatform.codes import Role
from expressplatform.commands import Command
from expressplatform.complaint import Actor
from expressplatform.memory import MemoryEvidence, MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.platform import AsyncPlatform, Platform
from expressplatform.platform.faces.lifted import Lifted, LiftedEvidence, LiftedShelf
from expressplatform.ports import Scan
from expressplatform.scheme import Scheme
from expressplatform.schemes import HK_CCA
from expressplatform.sealing import EncryptionPair, new_encryption_pair
from expressplatform.signing import SigningKey
from expressplatform.testing.fakes import ScriptedScan
from expressplatform.threads import ThreadedEvidence
from expressplatform.transport import HttpRequest
from expressplatform.wire import NAMES, command_document
from expressplatform_http.protocol.editions import EDITIONS, Edition
from expressplatform_http.protocol.signatures import sign
from expressplatform_http.server import Sessions, Settings, WebhookGateways, create_app
from expressplatform_http.server.running import TAKE_SECONDS, serve, server_of
from expressplatform_sqlite.aio import AsyncSqliteStore
from expressplatform_sqlite.aio_shelf import AsyncSqliteShelf
from expressplatform_sqlite.evidence import SqliteEvidence
from expressplatform_sqlite.shelf import SqliteShelf
from expressplatform_sqlite.store import SqliteStore
from tests.walking import OFFICER, OPERATOR
from tests.whole_life import ASSESSED, Clock, seeded

PLENTY: Final = Settings(scheme="http", per_minute=1_000_000, burst=1_000_000, anybody_per_minute=1_000_000)
"""Settings under which nobody is asked to wait."""
PEOPLE: Final = {
    "hkcc": ("officer-1", Role.COUNCIL), "macao": ("officer-9", Role.COUNCIL), "taobao": ("agent-1", Role.TRADER),
    "jd": ("agent-2", Role.TRADER),
}  # fmt: skip
"""Who is connected: councils and traders, with the person who acts for each."""


@attrs.frozen
class SessionsByName:
    """Sessions whose token is the number of the case itself: whoever it is, it is its complainant."""

    council: str = "hkcc"

    async def complainant(self, token: str, case_id: str, /) -> Actor:
        """The person of that case."""
        from expressplatform.errors import Unauthenticated

        if not case_id or token != f"session-{case_id}":
            raise Unauthenticated("unknown_session")
        return Actor(Role.COMPLAINANT, "account-1", self.council)


@attrs.define
class Caller:
    """An organisation that signs its requests: over a socket, or in the same process."""

    http: httpx.Client
    organisation: str
    person: str
    role: Role
    key: SigningKey
    sealing: EncryptionPair
    now: Callable[[], datetime]
    more: Mapping[str, str] = attrs.Factory(dict)

    def request(
        self,
        method: str,
        path: str,
        document: object = None,
        *,
        key: str = "",
        headers: Sequence[tuple[str, str]] = (),
        body: bytes | None = None,
        nonce: str = "",
    ) -> httpx.Response:
        """Signs a request and sends it."""
        if body is None:
            body = b"" if document is None else orjson.dumps(document)
        pairs = [*self.more.items(), *headers]
        if self.person:
            pairs.append(("expressplatform-person", self.person))
        if body and not any(name == "content-type" for name, _ in pairs):
            pairs.append(("content-type", "application/json"))
        if key:
            pairs.append(("idempotency-key", key))
        request = HttpRequest(method, f"{self.http.base_url}".rstrip("/") + path, tuple(pairs), body)
        signed = sign(request, signer=self.key, created=self.now(), nonce=nonce or secrets.token_hex(16))
        return self.http.request(method, signed.url, content=body, headers=list(signed.headers))

    def get(self, path: str) -> httpx.Response:
        """Asks something."""
        return self.request("GET", path)

    def post(self, path: str, document: object = None, *, key: str = "", **more: Any) -> httpx.Response:
        """Writes something, under a key of its own unless one is named."""
        return self.request("POST", path, document, key=key or secrets.token_hex(8), **more)

    def act(self, case_id: str, command: Command, *, key: str = "") -> httpx.Response:
        """Sends a step of a case."""
        document = command_document(command)
        name = document.pop("command").replace("_", "-")
        assert name == NAMES[type(command)].replace("_", "-")
        return self.post(f"/v1/{self.role}/cases/{case_id}/{name}", document, key=key)


@attrs.define
class Served:
    """A platform over a socket, the same platform at hand, its clock, and callers by organisation."""

    platform: Platform
    clock: Clock
    base_url: str
    gateways: WebhookGateways
    callers: dict[str, Caller]
    http: httpx.Client
    keys: MemoryKeyStore

    def complainant(
        self, case_id: str, method: str, path: str, document: object = None, key: str = ""
    ) -> httpx.Response:
        """What the person whose case it is asks, under their session."""
        headers = {"authorization": f"Bearer session-{case_id}"}
        if document is not None:
            headers["content-type"] = "application/json"
        if method != "GET":
            headers["idempotency-key"] = key or secrets.token_hex(8)
        content = b"" if document is None else orjson.dumps(document)
        return self.http.request(method, path, content=content, headers=headers)

    def says(self, case_id: str, command: Command, key: str = "") -> httpx.Response:
        """A step by the complainant."""
        document = command_document(command)
        name = document.pop("command").replace("_", "-")
        return self.complainant(case_id, "POST", f"/v1/complainant/cases/{case_id}/{name}", document, key)


Stores = Callable[[], tuple[Any, Any]]
"""Makes a store and a shelf."""


@attrs.frozen
class Place:
    """Where the data of a served platform are: how its stores are made, for both faces."""

    sync: Stores
    aio: Stores
    folder: Path


def sqlite_place(folder: Path) -> Place:
    """Files of SQLite."""
    path = folder / "cases.db"
    SqliteStore(path).close()
    return Place(
        lambda: (SqliteStore(path), SqliteShelf(path)), lambda: (AsyncSqliteStore(path), AsyncSqliteShelf(path)), folder
    )


def postgres_place(dsn: str, folder: Path) -> Place:
    """A database of PostgreSQL."""
    from expressplatform_postgres.aio import AsyncPostgresStore
    from expressplatform_postgres.aio_shelf import AsyncPostgresShelf
    from expressplatform_postgres.shelf import PostgresShelf
    from expressplatform_postgres.store import PostgresStore

    return Place(
        lambda: (PostgresStore(dsn), PostgresShelf(dsn)),
        lambda: (AsyncPostgresStore(dsn), AsyncPostgresShelf(dsn)),
        folder,
    )


class Direct:
    """Asks an application in this process, without a socket: what `httpx.Client` would answer."""

    def __init__(self, app: Starlette, base_url: str = "http://platform.test") -> None:
        self.base_url = base_url
        self._app, self._loop = app, asyncio.new_event_loop()

    def request(self, method: str, url: str, *, content: bytes = b"", headers: Any = ()) -> httpx.Response:
        """One request, answered."""
        path, _, query = url.removeprefix(self.base_url).partition("?")
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers)
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in pairs]
        if content and not any(name == b"content-length" for name, _ in raw):
            raw.append((b"content-length", str(len(content)).encode()))
        if not any(name == b"host" for name, _ in raw):
            raw.append((b"host", self.base_url.partition("//")[2].encode()))
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode("latin-1"), "root_path": "",
            "headers": raw, "client": ("127.0.0.1", 1), "server": ("platform.test", 80),
        }  # fmt: skip
        sent: list[dict[str, Any]] = []
        left = [content]

        async def receive() -> dict[str, Any]:
            if not left:
                await asyncio.sleep(3600)  # whoever asks for more waits for somebody to go away, which nobody does
            return {"type": "http.request", "body": left.pop(), "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        self._loop.run_until_complete(self._app(scope, receive, send))
        body = b"".join(message.get("body", b"") for message in sent[1:])
        asked = httpx.Request(method, self.base_url)
        answer = httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=body, request=asked)
        answer.elapsed = timedelta(0)
        return answer

    def get(self, path: str) -> httpx.Response:
        """Asks something without a signature."""
        return self.request("GET", path)

    def close(self) -> None:
        """Lets go of the loop."""
        self._loop.close()


@contextmanager
def in_process(
    *,
    scheme: Scheme = HK_CCA,
    settings: Settings = PLENTY,
    sessions: Sessions | None = None,
    own_sessions: bool = False,
    editions: Sequence[Edition] = EDITIONS,
    people: Mapping[str, tuple[str, Role]] = PEOPLE,
) -> Iterator[Served]:
    """The same in memory and without a socket: for very many requests."""
    clock, keys, gateways = Clock(), MemoryKeyStore(), WebhookGateways(loopback=True)
    store, shelf, evidence = MemoryStore(), MemoryShelf(), MemoryEvidence()
    parts: Any = {"scheme": scheme, "keys": keys, "now": clock, "draw": seeded, "scan": ScriptedScan()}
    platform = Platform(store=store, shelf=shelf, evidence=evidence, gateways=gateways, **parts)
    gateways.bind(platform)
    aio = AsyncPlatform(store=Lifted(store), shelf=LiftedShelf(shelf), evidence=LiftedEvidence(evidence), **parts)
    known = None if own_sessions else sessions or SessionsByName()
    app = create_app(aio, now=clock, settings=settings, sessions=known, editions=editions)
    http: Any = Direct(app)
    try:
        callers = {name: connected(platform, http, clock, name, *who) for name, who in people.items()}
        platform.record_impact_assessment(ASSESSED, by=OFFICER)
        yield Served(platform, clock, http.base_url, gateways, callers, http, keys)
    finally:
        http.close()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(
    place: Place,
    *,
    scheme: Scheme = HK_CCA,
    settings: Settings = PLENTY,
    sessions: Sessions | None = None,
    scan: Scan | None = None,
    editions: Sequence[Edition] = EDITIONS,
    people: Mapping[str, tuple[str, Role]] = PEOPLE,
    take_seconds: float = TAKE_SECONDS,
) -> Iterator[Served]:
    """A platform served by uvicorn on loopback, everybody connected; all of it gone at the end."""
    clock, keys = Clock(), MemoryKeyStore()
    gateways = WebhookGateways(now=clock, loopback=True)
    with ExitStack() as stack:
        platform = _desk(place, scheme, clock, keys, gateways, scan or ScriptedScan())
        stack.callback(platform.close)
        platform.open()
        gateways.bind(platform)

        def made() -> AsyncPlatform:
            store, shelf = place.aio()
            evidence = ThreadedEvidence(SqliteEvidence(place.folder / "evidence.db"))
            return AsyncPlatform(
                scheme=scheme, store=store, shelf=shelf, keys=keys, now=clock, draw=seeded, evidence=evidence
            )

        base_url = stack.enter_context(
            _running(made, clock, settings, sessions or SessionsByName(), gateways, editions, take_seconds)
        )
        http = stack.enter_context(httpx.Client(base_url=base_url, timeout=30))
        callers = {name: connected(platform, http, clock, name, *who) for name, who in people.items()}
        yield Served(platform, clock, base_url, gateways, callers, http, keys)


def _desk(
    place: Place, scheme: Scheme, clock: Clock, keys: MemoryKeyStore, gateways: WebhookGateways, scan: Scan
) -> Platform:
    store, shelf = place.sync()
    return Platform(
        scheme=scheme, store=store, shelf=shelf, keys=keys, now=clock, draw=seeded, gateways=gateways, scan=scan,
        evidence=SqliteEvidence(place.folder / "evidence.db"),
    )  # fmt: skip


def connected(
    platform: Platform,
    http: httpx.Client,
    clock: Callable[[], datetime],
    organisation: str,
    person: str,
    role: Role,
) -> Caller:
    """An organisation that registers by its invitation, as it would."""
    invited = platform.invite(organisation, role=role, name=organisation.upper(), by=OPERATOR)
    caller = Caller(http, organisation, person, role, SigningKey.generate(), new_encryption_pair(), clock)
    body = {"v": 1, "code": invited.code, "signing": caller.key.public.hex()}
    if role is Role.TRADER:
        body["sealing"] = caller.sealing.public.hex()
    answer = caller.post("/v1/public/register", body)
    assert answer.status_code == 201, answer.text
    return caller


@contextmanager
def _running(
    make: Callable[[], AsyncPlatform], clock: Clock, settings: Settings, sessions: Sessions,
    gateways: WebhookGateways, editions: Sequence[Edition], take_seconds: float,
) -> Iterator[str]:  # fmt: skip
    port, found = free_port(), list[uvicorn.Server]()

    async def run() -> None:
        platform = make()

        async def replay(delivery: Any) -> Any:
            return await asyncio.to_thread(gateways.send_again, delivery)

        app = create_app(platform, now=clock, settings=settings, sessions=sessions, replay=replay, editions=editions)
        found.append(server_of(app, host="127.0.0.1", port=port, take_seconds=take_seconds))
        await serve(found[0], platform.close)

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not (found and found[0].started):
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server did not start in time"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        found[0].should_exit = True
        thread.join(20)
        assert not thread.is_alive()
