"""What both clients can do: their organisation's keys, steps of cases, documents, and what everybody may ask."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, Self, cast

import attrs

from expressplatform.codes import EvidenceKind, Role
from expressplatform.commands import Command
from expressplatform.errors import InvalidInput, ServerFailed
from expressplatform.fields import refuse
from expressplatform.platform import KeyUse
from expressplatform.reading import parse
from expressplatform.transport import AsyncTransport, HttpResponse, Supply, Surroundings
from expressplatform.wire import NAMES
from expressplatform_http.client.calling import Caller, Options, Sent, World
from expressplatform_http.client.files import Content, digested, supply_of
from expressplatform_http.protocol import documents as o
from expressplatform_http.protocol import queries as q
from expressplatform_http.protocol.answers import LARGE
from expressplatform_http.protocol.routes import BY_NAME
from expressplatform_http.protocol.signatures import RequestSigner
from expressplatform_http.protocol.uploads import Described, Masked, head_of, write_upload

Progress = Callable[[int, int], None]
"""Hears how many bytes of how many were sent, at every attempt anew."""


def utc_now() -> datetime:
    """The instant, in UTC."""
    return datetime.now(UTC)


def new_nonce() -> str:
    """128 bits from the operating system."""
    return secrets.token_urlsafe(16)


def new_key() -> str:
    """An idempotency key that was never used: keep it with what you are about to ask, and ask again under it."""
    return secrets.token_hex(16)


AWAKE: Final = Surroundings(pause=asyncio.sleep, now=utc_now)
"""The world of asynchronous callers."""
ALL_FIGURES: Final = q.FiguresQuery()
"""Figures over everything."""
ALL_PUBLISHED: Final = q.PublishedQuery()
"""Published figures over everything."""


class AsyncMember:
    """A connected organisation's calls: the same whatever its role. Safe to share between tasks."""

    _role: Role
    __slots__ = ("_caller",)

    def __init__(
        self,
        base: str,
        transport: AsyncTransport,
        *,
        signer: RequestSigner,
        options: Options,
        around: Surroundings = AWAKE,
        nonce: Callable[[], str] = new_nonce,
    ) -> None:
        self._caller = Caller(base, transport, signer, options, World(around, nonce))

    def _with(self, caller: Caller) -> Self:
        made = type(self).__new__(type(self))
        made._caller = caller
        return made

    @property
    def options(self) -> Options:
        """How its calls are made."""
        return self._caller.options

    def with_options(self, options: Options) -> Self:
        """The same client, with other options: another member of staff, another deadline."""
        return self._with(self._caller.with_options(options))

    def _name(self, name: str) -> str:
        return f"{self._role.value}.{name}"

    # --- steps ----------------------------------------------------------------------------------------------------

    async def act(self, case_id: str, command: Command, *, key: str, expected: int | None = None) -> o.Acted:
        """Sends a command on a case; where the case stands afterwards, as facts.

        ``key`` makes the call safe to repeat, in another process too: one key names one command, for ever. Make it of
        something of your own, such as the number of a ticket and of the step in it; it must say nothing about a person.
        ``expected`` is the version that the decision was made on; None takes whatever stands. Raises Refused,
        InvalidInput, NoSuchCase, StaleVersion, KeyReused, Unauthenticated, LimitReached, ServerFailed, TransportFailed.
        """
        name = self._name(NAMES.get(type(command), ""))
        route = BY_NAME.get(name)
        if route is None or route.command is not type(command) or route.parameters != ("case_id",):
            raise refuse("$.command", "command", "must be one of this role's steps that is sent as it is")
        return await self._caller.read(o.Acted, name, Sent(case_of(case_id), body=command, key=key, expected=expected))

    # --- documents ------------------------------------------------------------------------------------------------

    async def evidence(self, case_id: str) -> tuple[o.DocumentShown, ...]:
        """The documents of a case, described; for a trader, those that were shared with it."""
        shown = await self._caller.read(o.DocumentsShown, self._name("evidence"), Sent(case_of(case_id)))
        return shown.documents

    async def upload_evidence(
        self, case_id: str, content: Content, *, kind: EvidenceKind, name: str = "", key: str,
        progress: Progress | None = None,
    ) -> o.Acted:  # fmt: skip
        """Hands a document in; ``name`` is what you call it. Raises as `act` does.

        ``content`` is its bytes, the path where it lies, or an open file that can be read again from where it stands;
        of a path or file little is in memory at a time: it is read once for its digest and once at each attempt, and
        must not change meanwhile. A large one may need more than the seconds that `Options` give to an attempt.
        """
        return await self._upload("upload_evidence", case_of(case_id), Described(kind, name), content, key, progress)

    async def _upload(
        self, name: str, places: Mapping[str, str], described: Described | Masked, content: Content, key: str,
        progress: Progress | None,
    ) -> o.Acted:  # fmt: skip
        body: bytes | Supply
        if isinstance(content, bytes):
            body, digest = write_upload(described, content), ""
            size = len(body)
        else:
            body = supply_of(head_of(described), content)
            size, digest = body.size, await digested(body, self._caller.around.pause)
        heard = None if progress is None else lambda sent: progress(sent, size)
        sent = Sent(places, body=body, digest=digest, key=key, progress=heard)
        return await self._caller.read(o.Acted, self._name(name), sent)

    # --- keys -----------------------------------------------------------------------------------------------------

    async def register(
        self, code: str, *, signing: bytes, sealing: bytes | None = None, key: str
    ) -> o.OrganisationShown:
        """Connects the organisation by the code of its invitation, with its first public keys (32 bytes each).

        The client signs with the private half of ``signing``. ``sealing`` is the key that details are sealed to.
        """
        body = q.Register(code, signing.hex(), sealing.hex() if sealing is not None else None)
        return await self._caller.read(o.OrganisationShown, "public.register", Sent(body=body, key=key))

    async def keys(self) -> tuple[o.KeyShown, ...]:
        """The organisation's own keys, ended ones too."""
        return (await self._caller.read(o.KeysShown, self._name("keys"))).keys

    async def add_key(self, use: KeyUse, public: bytes, *, key: str) -> o.KeyShown:
        """One more public key (32 bytes); the older ones stay good until they are ended."""
        body = q.NewKey(use, public.hex())
        return await self._caller.read(o.KeyShown, self._name("add_key"), Sent(body=body, key=key))

    async def end_key(self, key_id: str, *, key: str, at: datetime | None = None) -> o.KeyShown:
        """Ends a key of the organisation's own, at once or from the instant ``at`` on."""
        sent = Sent({"key_id": key_id}, body=q.EndKey(at), key=key)
        return await self._caller.read(o.KeyShown, self._name("end_key"), sent)

    # --- figures, and what everybody may ask ----------------------------------------------------------------------

    async def indicators(self, query: q.FiguresQuery = ALL_FIGURES) -> Mapping[str, object]:
        """Counts and rates over the organisation's own cases, as a document of figures."""
        return await self._open(self._name("indicators"), query)

    async def published_indicators(self, query: q.PublishedQuery = ALL_PUBLISHED) -> Mapping[str, object]:
        """The published figures: small counts are left out."""
        return await self._open("public.indicators", query)

    async def participants(self) -> o.ParticipantsShown:
        """The traders that take part."""
        return await self._caller.read(o.ParticipantsShown, "public.participants")

    async def diagram(self) -> o.DiagramShown:
        """The machine by which cases move."""
        return await self._caller.read(o.DiagramShown, "public.diagram")

    async def privacy_statement(self) -> Mapping[str, object]:
        """How personal data are handled."""
        return await self._open("public.privacy_statement")

    async def _open(self, name: str, query: attrs.AttrsInstance | None = None) -> Mapping[str, object]:
        return plain(await self._caller.ask(name, Sent(query=query)))


def case_of(case_id: str) -> Mapping[str, str]:
    """What fills the address of a case."""
    return {"case_id": case_id}


def plain(answer: HttpResponse) -> Mapping[str, object]:
    """An answer whose fields the library's reference tells, as it came."""
    try:
        found = parse(answer.body, LARGE)
    except InvalidInput:
        found = None
    if not isinstance(found, dict):
        raise ServerFailed(answer.status, answer.header("request-id")[:100], "unreadable_answer")
    return cast("Mapping[str, object]", found)
