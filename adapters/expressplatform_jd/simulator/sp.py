"""The SP-API: its headers, paths and replies.

Laws of this file: a path is one of `METHODS`; the signature covers three headers, the path's parameters by their
names in the template, the query as it is decoded, and the body's exact text. Refusals of the gateway have an HTTP
status of their own, refusals of a service come under 200.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import attrs

from expressplatform_jd.protocol.clock import millis
from expressplatform_jd.simulator import codes
from expressplatform_jd.simulator.checking import Signed, refusal
from expressplatform_jd.simulator.faults import Fault, Kind
from expressplatform_jd.simulator.manners import Manners
from expressplatform_jd.simulator.records import AfterSale
from expressplatform_jd.simulator.router_methods import No, Surface, changed, text
from expressplatform_jd.simulator.sessions import Sessions
from expressplatform_jd.simulator.statuses import MAIN_OF_SERVICE
from expressplatform_jd.simulator.world import World

T = TypeVar("T")
Reply = dict[str, object]
Paths = Mapping[str, str]
_SIGNED: Final = ("x-jos-app-key", "x-jos-access-token", "x-jos-timestamp", "x-jos-sign-method")
_NAMES: Final = ("X-JOS-App-Key", "X-JOS-Access-Token", "X-JOS-Timestamp", "X-JOS-Sign-Method")


@attrs.frozen
class SpRequest:
    """A request as it came; header names in lower case, the query decoded."""

    verb: str
    path: str
    headers: Mapping[str, str] = attrs.field(repr=False)
    query: Mapping[str, str] = attrs.field(repr=False)
    body: str = attrs.field(repr=False)


@attrs.frozen
class SpGateway:
    """Answers calls below ``/rest``."""

    world: World
    sessions: Sessions
    luck: random.Random

    def answer(self, request: SpRequest, manners: Manners, fault: Fault | None) -> tuple[int, Reply]:
        """HTTP status and document, whatever came."""
        name, paths = route(request.verb, request.path)
        code = self._refusal(request, name, paths, manners)
        if fault is not None and fault.kind in (Kind.GATEWAY, Kind.WITHIN):
            return 200, manners.sp(_no(fault.code), self.luck)
        if code:
            status, shown = codes.SP[code]
            return status, manners.sp(_no(shown), self.luck)
        surface = Surface(self.world, self.sessions.vender_of(*self._caller(request)), manners, self.luck)
        try:
            if fault is not None and fault.kind in (Kind.VERDICT, Kind.SUCCESS_VALUE):
                raise No(fault.code)
            found = METHODS[name](surface, paths, request)
        except No as no:
            return 200, manners.sp(_no(no.code), self.luck)
        except (KeyError, ValueError, TypeError, OverflowError, RecursionError):
            status, shown = codes.SP[codes.BAD_ARGUMENT]
            return status, manners.sp(_no(shown), self.luck)
        reply = {"success": manners.yes(True, self.luck), **found, "errorList": [], "extension": {"requestId": "s"}}
        return 200, manners.sp(reply, self.luck)

    def _caller(self, request: SpRequest) -> tuple[str, str]:
        return request.headers.get(_SIGNED[0], ""), request.headers.get(_SIGNED[1], "")

    def _refusal(self, request: SpRequest, name: str, paths: Paths, manners: Manners) -> str:
        if name not in METHODS:
            return codes.BAD_METHOD
        headers = {
            own: request.headers[low] for own, low in zip(_NAMES, _SIGNED, strict=True) if low in request.headers
        }
        body = {"body": request.body} if request.body not in ("", "{}", "null") else {}
        key, token = self._caller(request)
        timestamp = request.headers.get("x-jos-timestamp", "")
        if timestamp and not re.fullmatch(r"[0-9]{13}", timestamp):
            return codes.BAD_TIME
        signed = Signed(
            app_key=key,
            token=token,
            name=name,
            timestamp=timestamp,
            method=request.headers.get("x-jos-sign-method", ""),
            signature=request.headers.get("x-jos-sign", ""),
            params={**headers, **paths, **request.query, **body},
        )
        code = refusal(signed, self.sessions, self.world.now())
        if not code and manners.cloud_only and "/sp-aftercare/" in name:
            return codes.CLOUD_ONLY
        return code


def route(verb: str, path: str) -> tuple[str, Paths]:
    """The name of a call, as JD's documentation has it, and the parameters in its path."""
    for name in METHODS:
        own, template = name.split(" ")
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
        if own == verb and (found := re.fullmatch(pattern, path)):
            return name, found.groupdict()
    return f"{verb} {path}", {}


def _no(code: str) -> Reply:
    told = {"code": code, "message": "refused", "details": ""}
    return {"success": False, "data": None, "errorList": [told], "extension": {"requestId": "s"}}


# --- methods ---


def _shop(surface: Surface, _: Paths, __: SpRequest) -> Reply:
    shop = surface.world.shops[surface.vender]
    return {
        "data": {
            "venderId": int(shop.vender_id),
            "shopBaseInfo": {"shopId": int(shop.shop_id), "shopName": shop.name},
            "venderBaseInfo": {"companyName": "<company>"},
        }
    }


def _bill_row(sale: AfterSale, scopes: Sequence[str]) -> Reply:
    row: Reply = {
        "afsOrderId": int(sale.bill_id),
        "orderId": int(sale.order_id),
        "afsOrderBaseInfo": {
            "buId": int(sale.vender_id),
            "createTime": int(millis(sale.applied_at)),
            "modifiedTime": int(millis(sale.modified_at)),
        },
        "orderInfo": {"orderId": int(sale.order_id), "orderType": 22},
        "afsOrderStatusInfo": {
            "mainStatus": int(MAIN_OF_SERVICE.get(sale.status, "20")),
            "mainStatusDesc": "已完成" if sale.status in MAIN_OF_SERVICE else "處理中",
        },
        "afsOrderFlagInfo": {"jdDisputeFlag": sale.disputed},
        "relationInfo": {"serviceIdList": [int(sale.service_id)], "orderId": int(sale.order_id)},
    }
    if "refundInfo" in scopes:
        refund: Reply = {
            "refundStatus": int(sale.refund_status),
            "estimateRefundDetail": {"maxRefundAmount": sale.estimate / 100, "payAmount": sale.estimate / 100},
        }
        if sale.refunded is not None:
            refund |= {"actualRefundAmount": sale.refunded / 100}
        row["refundInfo"] = refund
    if "customerInfo" in scopes:
        row["customerInfo"] = {"customerName": "<ciphertext>", "customerPin": "<ciphertext>"}
    return row


def _paged(rows: Sequence[T], query: Mapping[str, str]) -> tuple[list[T], Reply]:
    page, size = int(query.get("page", "1")), int(query.get("pageSize", "20"))
    if page < 1 or not 1 <= size <= 50:
        raise ValueError("page")
    told: Reply = {
        "currentPage": page,
        "pageSize": size,
        "totalItems": len(rows),
        "totalPages": -(-len(rows) // size),
    }
    return list(rows[(page - 1) * size : page * size]), told


def _bills(surface: Surface, _: Paths, request: SpRequest) -> Reply:
    query = request.query
    since, until = _window(query)
    order_id, status, refund = (query.get(name, "") for name in ("orderId", "mainStatus", "refundStatus"))
    rows = [
        one
        for one in changed(surface, since, until)
        if order_id in ("", one.order_id)
        and status in ("", MAIN_OF_SERVICE.get(one.status, "20"))
        and refund in ("", one.refund_status)
    ]
    page, told = _paged(rows, query)
    shown = [_bill_row(one, ()) for one in surface.manners.rows(page, surface.luck)]
    return {"data": surface.manners.listed(shown, surface.luck), "paginationData": told}


def _window(query: Mapping[str, str]) -> tuple[datetime, datetime]:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    ends = [query.get(name, "") for name in ("updateStartTime", "updateEndTime")]
    if not any(ends):
        return epoch, epoch + timedelta(days=365 * 200)
    since, until = (epoch + timedelta(milliseconds=int(end)) for end in ends)
    if since > until:
        raise ValueError("updateStartTime")
    return since, until


def _bill(surface: Surface, paths: Paths, request: SpRequest) -> Reply:
    found = surface.world.sale(surface.vender, bill_id=paths["afsOrderId"])
    if found is None:
        raise No(codes.UNKNOWN_BILL)
    return {"data": _bill_row(found, request.query.get("scopeSet", "").split(","))}


def _log(surface: Surface, paths: Paths, request: SpRequest) -> Reply:
    found = surface.world.sale(surface.vender, bill_id=paths["afsOrderId"])
    if found is None:
        raise No(codes.UNKNOWN_BILL)
    rows: list[Reply] = [
        {"operateRemark": line.text, "operateTime": int(millis(line.at)), "operatePin": "<ciphertext>"}
        for line in reversed(found.log)
    ]
    page, told = _paged(rows, request.query)
    return {"data": surface.manners.listed(page, surface.luck), "paginationData": told}


def _thing(value: object) -> Reply:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _note(surface: Surface, paths: Paths, request: SpRequest) -> Reply:
    note = _thing(_thing(json.loads(request.body)).get("afsOrderNoteDTO"))
    title, said = text(note, "title"), text(note, "trackContext")
    if not title or not said or len(said) > 500:
        raise ValueError("trackContext")
    if surface.world.sale(surface.vender, bill_id=paths["afsOrderId"]) is None:
        raise No(codes.UNKNOWN_BILL)
    surface.world.note(paths["afsOrderId"], title, said)
    return {"data": {"venderId": int(surface.vender), "title": title, "trackContext": said}}


_AFS: Final = "/sp-aftercare/v0/afs-orders"
METHODS: Final[Mapping[str, Callable[[Surface, Paths, SpRequest], Reply]]] = {
    "GET /sp-seller/v0/venderinfo": _shop,
    f"GET {_AFS}": _bills,
    f"GET {_AFS}/{{afsOrderId}}": _bill,
    f"GET {_AFS}/{{afsOrderId}}/logs": _log,
    f"POST {_AFS}/{{afsOrderId}}/notes": _note,
}
"""The calls that are simulated, by verb and template."""
