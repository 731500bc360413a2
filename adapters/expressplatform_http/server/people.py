"""Complainants come in: a link, a code that is sent for it, a session for one case.

Laws of this file: whoever asks for a code is answered at once and alike, whether one is sent or not. A token stands in
a body or in the header for it, never in an address. A session is for one case; to it every other is not there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, final

from expressplatform.complaint import Actor
from expressplatform.errors import ExpressPlatformError, Refused, Unauthenticated
from expressplatform.platform import AsyncPlatform
from expressplatform_http.protocol import documents as o
from expressplatform_http.protocol import queries as q
from expressplatform_http.server.logs import log, place_of
from expressplatform_http.server.service import Asked, Handler, Reply

_DONE: Final = o.HealthShown("ok")


@final
class PlatformSessions:
    """The sessions that the platform keeps."""

    def __init__(self, platform: AsyncPlatform) -> None:
        self._platform = platform

    async def complainant(self, token: str, case_id: str, /) -> Actor:
        """The complainant as they act on their case; raises Unauthenticated for no session, NoSuchCase elsewhere."""
        try:
            session = await self._platform.session(token)
        except Refused as refused:
            raise Unauthenticated(refused.code) from None
        return session.of(case_id)


async def send_code(asked: Asked) -> Reply:
    """Has a code sent, after the answer."""
    service, link = asked.service, asked.body_as(q.AskCode).link

    async def send() -> None:
        code, reason = "", ""
        try:
            await (service.send_code or asked.platform.send_code)(link)
        except ExpressPlatformError as error:
            code = error.code
        except Exception as error:  # noqa: BLE001  a messenger may raise anything; nobody waits for it
            code, reason = "unexpected", place_of(error)
        if code:
            log(service.now(), route="complainant.send_code", code=code, reason=reason)

    task = asyncio.create_task(send())
    service.under_way.add(task)
    task.add_done_callback(service.under_way.discard)
    return Reply(_DONE)


async def sign_in(asked: Asked) -> Reply:
    """A session, by a link and its code."""
    body = asked.body_as(q.SignIn)
    made = await asked.platform.sign_in(body.link, body.code)
    return Reply(o.SessionShown(made.token, made.case_id, made.until))


async def sign_out(asked: Asked) -> Reply:
    """Ends a session."""
    await asked.platform.sign_out(asked.body_as(q.SignOut).token)
    return Reply(_DONE)


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {"complainant.send_code": send_code, "complainant.sign_in": sign_in, "complainant.sign_out": sign_out}
)
