"""What the simulated platform's methods do, for a shop and its application.

Laws of this file: a method answers with the fields that were asked for and no others. What it lacks or cannot read it
names. Reading changes nothing.

Source: the platform's API metadata of the methods 47, 49, 52 to 54, 120, 124, 25387 and 25388.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform_taobao.protocol.values import moment, stamp
from expressplatform_taobao.simulator.answers import Document, Refusal, rows, yuan
from expressplatform_taobao.simulator.checking import Admitted
from expressplatform_taobao.simulator.records import LineRecord, RefundRecord, TradeRecord
from expressplatform_taobao.simulator.sessions import Sessions
from expressplatform_taobao.simulator.world import World

_NUMBER: Final = re.compile(r"[0-9]{1,20}")
_LONGEST_MEMO: Final = 1000
_LARGEST_PAGE: Final = 100
_USUAL_PAGE: Final = 40


@attrs.frozen(repr=False)
class Asked:
    """A call on its way to its method: who asks, with which parameters, of which world."""

    who: Admitted
    params: Mapping[str, str]
    world: World
    sessions: Sessions

    @property
    def shop(self) -> str:
        """The shop whose session it is."""
        return self.who.session.shop if self.who.session else ""

    def needed(self, name: str) -> str:
        """A parameter that must be there."""
        value = self.params.get(name, "")
        if not value.strip():
            raise Refusal(40, f"isv.missing-parameter:{name}", about=name)
        return value

    def number(self, name: str) -> str:
        """The digits of an identifier."""
        value = self.needed(name)
        if not _NUMBER.fullmatch(value):
            raise _invalid(name)
        return value

    def count(self, name: str, usual: int, most: int) -> int:
        """A whole number from 1 on."""
        value = self.params.get(name, "")
        if not value:
            return usual
        if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= most:
            raise _invalid(name)
        return int(value)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self.params.get(name, "false")
        if value.lower() not in ("true", "false"):
            raise _invalid(name)
        return value.lower() == "true"

    def time(self, name: str) -> datetime | None:
        """An instant, None where there is none."""
        value = self.params.get(name, "")
        if value and (found := moment(value)) is None:
            raise _invalid(name)
        return found if value else None

    def fields(self, row: Document) -> Document:
        """Of a row what was asked for; a field within another may be named by its path."""
        wanted = {one.strip().partition(".")[0] for one in self.needed("fields").split(",")}
        return {name: value for name, value in row.items() if name in wanted}


def _invalid(name: str) -> Refusal:
    return Refusal(41, f"isv.invalid-parameter:{name}", about=name)


def _at(instant: datetime) -> str:
    return stamp(instant)


# --- orders ---------------------------------------------------------------------------------------------------


def _trade_of(asked: Asked) -> TradeRecord:
    found = asked.world.trade(asked.shop, asked.number("tid"))
    if found is None:
        raise Refusal(15, "isv.trade-not-exist", "交易不存在")
    return found


def _line(line: LineRecord, *, refunds: bool) -> Document:
    found: dict[str, object] = {
        "oid": int(line.number),
        "title": line.title,
        "num": 1,
        "payment": yuan(line.payment),
        "refund_status": "NO_REFUND" if line.refund is None else line.refund.status,
    }
    return {**found, "refund_id": line.refund.number} if refunds and line.refund is not None else found


def _trade(asked: Asked) -> Document:
    """What `taobao.trade.get` knows."""
    trade = _trade_of(asked)
    shop = asked.world.shops[trade.shop]
    return {
        "tid": int(trade.number),
        "title": shop.title,
        "seller_nick": shop.nick,
        "status": trade.status,
        "created": _at(trade.created),
        "modified": _at(trade.modified),
        "payment": yuan(trade.payment),
        "buyer_open_uid": trade.buyer,
        "receiver_name": trade.receiver,
        "receiver_mobile": trade.mobile,
        "receiver_address": trade.address,
        "orders": rows("order", [_line(one, refunds=True) for one in trade.lines]),
        **({"seller_memo": trade.memo} if trade.memo else {}),
    }


def trade_get(asked: Asked) -> Document:
    """47."""
    return {"trade": asked.fields(_trade(asked))}


def trade_fullinfo_get(asked: Asked) -> Document:
    """54."""
    return {"trade": asked.fields({**_trade(asked), "seller_flag": _trade_of(asked).flag})}


def memo_update(asked: Asked) -> Document:
    """49, and 48, which adds what is not there yet."""
    trade = _trade_of(asked)
    memo = asked.params.get("memo", "")
    if asked.flag("reset"):
        memo = ""
    elif not memo.strip():
        raise Refusal(40, "isv.missing-parameter:memo", about="memo")
    flag = asked.params.get("flag", "")
    if len(memo.encode()) > _LONGEST_MEMO or (flag and flag not in "012345"):
        raise _invalid("flag" if flag and flag not in "012345" else "memo")
    asked.world.write_memo(trade, memo, int(flag) if flag else None)
    return {"trade": {"tid": int(trade.number), "modified": _at(trade.modified)}}


# --- refunds --------------------------------------------------------------------------------------------------


def _refund(asked: Asked, one: RefundRecord) -> Document:
    trade = asked.world.trade(one.shop, one.trade)
    return {
        "refund_id": one.number,
        "tid": int(one.trade),
        "oid": int(one.line),
        "seller_nick": asked.world.shops[one.shop].nick,
        "buyer_open_uid": trade.buyer if trade else "",
        "status": one.status,
        "order_status": trade.status if trade else "",
        "refund_phase": one.phase,
        "refund_fee": yuan(one.fee),
        "dispute_type": one.kind,
        "cs_status": int(one.staff.value),
        "reason": one.reason,
        "desc": one.words,
        "created": _at(one.created),
        "modified": _at(one.modified),
    }


def refund_get(asked: Asked) -> Document:
    """53."""
    one = asked.world.refund(asked.shop, asked.number("refund_id"))
    if one is None:
        raise Refusal(15, "isv.refund-not-exist", "退款不存在")
    return {"refund": asked.fields(_refund(asked, one))}


def refunds_receive_get(asked: Asked) -> Document:
    """52: the last changed first."""
    asked.needed("fields")
    now = asked.world.now()
    since = asked.time("start_modified") or now.replace(year=now.year - 1, day=1)
    until = asked.time("end_modified") or now
    if until < since:
        raise _invalid("end_modified")
    size = asked.count("page_size", _USUAL_PAGE, _LARGEST_PAGE)
    page = asked.count("page_no", 1, 10**6)
    status = asked.params.get("status", "")
    found = [one for one in asked.world.changed(asked.shop, since, until) if not status or one.status == status]
    shown = [asked.fields(_refund(asked, one)) for one in found[(page - 1) * size : page * size]]
    answer: dict[str, object] = {"refunds": rows("refund", shown)} if shown else {}
    if asked.flag("use_has_next"):
        return {**answer, "has_next": page * size < len(found)}
    return {**answer, "total_results": len(found)}


def refund_messages_get(asked: Asked) -> Document:
    """124: what buyer and seller wrote to each other, which no connector asks for."""
    one = asked.world.refund(asked.shop, asked.number("refund_id"))
    if one is None:
        raise Refusal(15, "isv.refund-not-exist", "退款不存在")
    asked.needed("fields")
    message = {"id": int(one.number) + 1, "owner_role": "1", "content": one.words, "created": _at(one.created)}
    return {"refund_messages": rows("refund_message", [message]), "total_results": 1}


# --- tokens and the clock -------------------------------------------------------------------------------------


def time_get(asked: Asked) -> Document:
    """120."""
    return {"time": _at(asked.world.now())}


def token_create(asked: Asked) -> Document:
    """25388."""
    found = asked.sessions.exchange(asked.who.app.key, asked.needed("code"))
    if found is None:
        raise Refusal(15, "isv.invalid-code", "授权码无效")
    return {"token_result": json.dumps(found)}


def token_refresh(asked: Asked) -> Document:
    """25387."""
    renewal = asked.needed("refresh_token")
    if not asked.who.app.renews:
        raise Refusal(15, "isv.refresh-token-not-allowed", "应用无刷新权限")
    found = asked.sessions.renew(asked.who.app.key, renewal)
    if found is None:
        raise Refusal(15, "isv.invalid-refresh-token", "刷新令牌无效")
    return {"token_result": json.dumps(found)}


METHODS: Final[Mapping[str, Callable[[Asked], Document]]] = MappingProxyType(
    {
        "taobao.time.get": time_get,
        "taobao.trade.get": trade_get,
        "taobao.trade.fullinfo.get": trade_fullinfo_get,
        "taobao.trade.memo.add": memo_update,
        "taobao.trade.memo.update": memo_update,
        "taobao.refund.get": refund_get,
        "taobao.refunds.receive.get": refunds_receive_get,
        "taobao.refund.messages.get": refund_messages_get,
        "taobao.top.auth.token.create": token_create,
        "taobao.top.auth.token.refresh": token_refresh,
    }
)
"""The methods that the simulator has."""
