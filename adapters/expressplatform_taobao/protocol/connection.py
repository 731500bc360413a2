"""How a shop is connected: the way to the platform and back, tokens, the clock, and messages that say it is over.

Laws of this file:

- A code, a token and an application's secret travel in the body of a signed call, never in an address. The platform's
  plain way to exchange a code sends the secret along; it is not used, though its answer would be read.
- A shop is known by its account's number: the name changes. The name is not kept.
- A message is a hint. Of what it says only the numbers are kept, by which the record is read again.

Source: API metadata of the methods 120, 21985, 21986, 21990, 25387 and 25388; OAuth by copies of article 102635.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from hmac import compare_digest
from typing import ClassVar, Final
from urllib.parse import parse_qs, urlencode

import attrs

from expressplatform.errors import InvalidInput
from expressplatform.fields import Checked, refuse, several, text, whole
from expressplatform.shops import Disconnected, GatewayError, Ok, Result
from expressplatform_taobao.protocol.codes import Topic, shown
from expressplatform_taobao.protocol.envelope import MALFORMED
from expressplatform_taobao.protocol.values import Fields, Malformed, document, identifier, later
from expressplatform_taobao.signing import Value

AUTHORISE: Final = "https://oauth.taobao.com/authorize"
"""Where a shop's owner says yes."""
_STATE: Final = re.compile(r"[A-Za-z0-9_-]{16,128}")
_BACK: Final = re.compile(r"(https://|http://(127\.0\.0\.1|localhost)[:/])[^\s?#@]+")


def _opaque(longest: int) -> Checked:
    return text(longest, shortest=1)


# --- the way there and back ---------------------------------------------------------------------------------


def authorise_link(app_key: str, redirect_uri: str, state: str) -> str:
    """The address at which a shop's owner authorises the application, in a browser.

    ``redirect_uri`` is where the platform sends the browser afterwards, as registered with it: https without a query.
    ``state`` is an unguessable word of one use, 16 to 128 characters of the URL-safe alphabet, which must come back.
    Raises InvalidInput for any other.
    """
    if not _STATE.fullmatch(state):
        raise refuse("$.state", "value", "must be 16 to 128 characters of the URL-safe alphabet")
    if not _BACK.fullmatch(redirect_uri):
        raise refuse("$.redirect_uri", "address", "must be an https address without a query")
    query = {"response_type": "code", "client_id": app_key, "redirect_uri": redirect_uri, "state": state, "view": "web"}
    return f"{AUTHORISE}?{urlencode(query)}"


@attrs.frozen
class Grant:
    """The code that a browser brought back. It is exchanged once, within minutes, and never prints."""

    code: str = attrs.field(repr=False)


def read_callback(query: str, state: str) -> Result[Grant]:
    """What the browser brought back: ``query`` is the address's query, ``state`` the word that was sent along.

    `Disconnected` where the owner said no; `GatewayError` ``other_state`` where the word is not the one that was sent
    (an answer to somebody else's question), ``malformed`` where there is no code. Never raises.
    """
    try:
        found = {name: values[0] for name, values in parse_qs(query, max_num_fields=32).items()}
    except ValueError:
        return GatewayError(MALFORMED)
    if not compare_digest(found.get("state", "").encode(errors="replace"), state.encode(errors="replace")):
        return GatewayError("other_state")
    if "error" in found:
        return Disconnected("denied")
    return Ok(Grant(found["code"])) if found.get("code") else GatewayError(MALFORMED)


# --- tokens -------------------------------------------------------------------------------------------------


@attrs.frozen
class Token:
    """A shop's authorisation. Nothing of it prints but when it ends.

    ``shop_id`` is the number of the seller's account, ``staff_id`` that of the sub-account that said yes, if it was
    one. A token may still read when it has stopped writing: ``r1_until`` and ``r2_until`` are the ends for reading,
    ``w1_until`` and ``w2_until`` for writing, each for methods of the lower and the higher risk.
    """

    access_token: str = attrs.field(repr=False)
    refresh_token: str = attrs.field(repr=False)
    shop_id: str = attrs.field(repr=False)
    staff_id: str = attrs.field(repr=False)
    expires_at: datetime | None
    refresh_until: datetime | None
    r1_until: datetime | None
    r2_until: datetime | None
    w1_until: datetime | None
    w2_until: datetime | None


def _token(found: Fields, now: datetime) -> Token:
    """From ``token_result``, which is JSON inside a string, or from the same fields without it."""
    if "token_result" in found:
        inner = document(found.text("token_result"))
        found = Fields(inner) if isinstance(inner, dict) else found.part("token_result") or Fields({})
    if not (access := found.text("access_token")):
        raise Malformed
    ends = (later(now, found.count(f"{risk}expires_in")) for risk in ("", "re_", "r1_", "r2_", "w1_", "w2_"))
    shop, staff = found.text("taobao_user_id"), found.text("sub_taobao_user_id")
    return Token(access, found.text("refresh_token"), shop, staff, *ends)


@attrs.frozen
class TokenCreate:
    """Exchange a code for a token (25388). Not repeated: a code is good for one exchange."""

    method: ClassVar[str] = "taobao.top.auth.token.create"
    reads: ClassVar[bool] = False
    session: ClassVar[bool] = False

    code: str = attrs.field(validator=_opaque(512), repr=False)

    def parameters(self) -> Mapping[str, Value]:
        """The code."""
        return {"code": self.code}

    def answer(self, found: Fields, now: datetime) -> Token:
        """The token; its ends are counted from ``now``."""
        return _token(found, now)


@attrs.frozen
class TokenRefresh:
    """Exchange a refresh token for a new token (25387).

    The platform lets only applications of its service market do so; the others ask the shop again.
    """

    method: ClassVar[str] = "taobao.top.auth.token.refresh"
    reads: ClassVar[bool] = False
    session: ClassVar[bool] = False

    refresh_token: str = attrs.field(validator=_opaque(512), repr=False)

    def parameters(self) -> Mapping[str, Value]:
        """The refresh token."""
        return {"refresh_token": self.refresh_token}

    def answer(self, found: Fields, now: datetime) -> Token:
        """The token; its ends are counted from ``now``."""
        return _token(found, now)


# --- the clock and the messages -----------------------------------------------------------------------------


@attrs.frozen
class TimeGet:
    """The platform's clock (120), for when it finds ours wrong (code 31)."""

    method: ClassVar[str] = "taobao.time.get"
    reads: ClassVar[bool] = True
    session: ClassVar[bool] = False

    def parameters(self) -> Mapping[str, Value]:
        """None."""
        return {}

    def answer(self, found: Fields, now: datetime) -> datetime:
        """The instant there, in GMT+8."""
        if (time := found.moment("time")) is None:
            raise Malformed
        return time


@attrs.frozen
class UserPermit:
    """Have messages about a shop sent to the application (21990): of every topic that the application has.

    Naming topics would replace the earlier ones, so none is named.
    """

    method: ClassVar[str] = "taobao.tmc.user.permit"
    reads: ClassVar[bool] = False
    session: ClassVar[bool] = True

    def parameters(self) -> Mapping[str, Value]:
        """None."""
        return {}

    def answer(self, found: Fields, now: datetime) -> bool:
        """Whether it was done."""
        return bool(found.flag("is_success"))


@attrs.frozen
class Message:
    """A hint that something has changed: about which shop, refund and order, in numbers. It may come twice."""

    id: str = attrs.field(repr=False)
    topic: Topic | str = attrs.field(repr=shown)
    shop_id: str = attrs.field(repr=False)
    published: datetime | None
    refund_id: str = attrs.field(repr=False)
    tid: str = attrs.field(repr=False)


def _message(row: Fields) -> Message:
    inner = document(row.text("content"))
    content = Fields(inner if isinstance(inner, dict) else {})
    return Message(
        id=row.demand("id"),
        topic=row.one("topic", Topic),
        shop_id=row.text("user_id"),
        published=row.moment("pub_time"),
        refund_id=content.text("refund_id"),
        tid=content.text("tid"),
    )


@attrs.frozen
class MessagesConsume:
    """Take up to ``quantity`` messages, for all shops of the application (21986). They come again until confirmed."""

    method: ClassVar[str] = "taobao.tmc.messages.consume"
    reads: ClassVar[bool] = True
    session: ClassVar[bool] = False

    quantity: int = attrs.field(default=100, validator=whole(10, 200))

    def parameters(self) -> Mapping[str, Value]:
        """How many."""
        return {"quantity": self.quantity}

    def answer(self, found: Fields, now: datetime) -> tuple[Message, ...]:
        """The messages."""
        return tuple(_message(row) for row in found.rows("messages", "tmc_message"))


@attrs.frozen
class MessagesConfirm:
    """Say that messages have been dealt with (21985). Saying so twice does no harm."""

    method: ClassVar[str] = "taobao.tmc.messages.confirm"
    reads: ClassVar[bool] = False
    session: ClassVar[bool] = False

    ids: tuple[str, ...] = attrs.field(validator=several(200, shortest=1), repr=False)

    def __attrs_post_init__(self) -> None:
        for index, one in enumerate(self.ids):
            try:
                identifier()(None, attrs.fields(MessagesConfirm).ids, one)
            except InvalidInput as error:
                raise refuse(f"$.ids[{index}]", "value", error.problems[0].message) from None

    def parameters(self) -> Mapping[str, Value]:
        """The messages."""
        return {"s_message_ids": ",".join(self.ids)}

    def answer(self, found: Fields, now: datetime) -> bool:
        """Whether it was done."""
        return bool(found.flag("is_success"))
