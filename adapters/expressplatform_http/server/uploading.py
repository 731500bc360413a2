"""A file as it comes in: read in pieces, hashed and set aside as it passes, and nowhere to be found unless it is right.

Laws of this file: whoever sends it is known before its first byte is read, and its digest was signed. Of its bytes a
few pieces are in memory; the rest is sealed under a key that nobody keeps. A body that is cut, too long, too slow, or
not what its digest says, leaves nothing. Where something else was wrong with the request the rest of the body
is let pass, within the same bounds, so that its sender hears what.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import ClientDisconnect

from expressplatform.errors import Unauthenticated
from expressplatform.fields import refuse
from expressplatform.spools import Spool
from expressplatform_http.protocol.digests import RunningDigest
from expressplatform_http.protocol.signatures import Reason
from expressplatform_http.protocol.uploads import Unwrapping
from expressplatform_http.server.asking import Unsuitable, too_large
from expressplatform_http.server.incoming import Incoming
from expressplatform_http.server.service import Upload

SLOWEST: Final = 32 * 1024
"""Bytes a second below which a body is too slow, once its first seconds are over."""


async def pieces_of(request: Incoming, most: int, seconds: float) -> AsyncIterator[bytes]:
    """The body in pieces; raises InvalidInput (``too_large``), Unsuitable (408) for one that does not come."""
    said = request.header("content-length", "0")
    if said.isdecimal() and int(said[:12]) > most:
        raise too_large(most)
    body, size = request.stream(), 0
    begun = asyncio.get_running_loop().time()
    while True:
        try:
            async with asyncio.timeout_at(begun + seconds + size / SLOWEST):
                piece = await anext(body)
        except StopAsyncIteration:
            return
        except (TimeoutError, ClientDisconnect):
            raise Unsuitable(408, "too_slow") from None
        size += len(piece)
        if size > most:
            raise too_large(most)
        yield piece


async def upload_of(request: Incoming, most: int, seconds: float, *, signed: bool) -> Upload:
    """The file in a body; raises InvalidInput, Unsuitable, and Unauthenticated where it is not what was signed."""
    digest, head, content = RunningDigest(), Unwrapping(), Spool()
    try:
        async for piece in pieces_of(request, most, seconds):
            digest.update(piece)
            content.write(head.feed(piece))
        said = request.header("content-digest")
        if (said or signed) and not digest.agrees(said):
            raise Unauthenticated(Reason.DIGEST) if signed else _wrong_digest()
    except BaseException:
        content.close()
        raise
    return Upload(head, content)


def _wrong_digest() -> Exception:
    return refuse("$header.content-digest", "digest", "must be the SHA-256 of the body")


async def let_pass(request: Incoming, most: int, seconds: float) -> None:
    """Reads what is left of a body and keeps nothing of it, so that the answer to it arrives."""
    with contextlib.suppress(Exception):
        async for _ in pieces_of(request, most, seconds):
            pass
