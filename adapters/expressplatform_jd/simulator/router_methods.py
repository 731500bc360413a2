"""What each simulated method of routerjson does, and how its family wraps the answer.

Laws of this file: a method sees its caller's shop and no other. Numbers of JD's may come as numbers or as text. An
argument that is missing or no such raises KeyError, ValueError or TypeError, a refusal of the service `No`. Buyers'
data is ciphertext, and is there so that a caller who reads it is seen to.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeVar

import attrs

from expressplatform_jd.protocol.clock import CHINA, civil, millis
from expressplatform_jd.simulator import codes
from expressplatform_jd.simulator.checking import instant_of
from expressplatform_jd.simulator.manners import Manners
from expressplatform_jd.simulator.records import AfterSale, RefundApplication, ShopOrder
from expressplatform_jd.simulator.statuses import SERVICE_NAMES
from expressplatform_jd.simulator.world import World

Business = Mapping[str, object]
Found = dict[str, object]
T = TypeVar("T")


class No(Exception):
    """The service says no, with a code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@attrs.frozen
class Surface:
    """What a method sees: the world, whose shop it is called for, and how replies are spelt."""

    world: World
    vender: str
    manners: Manners
    luck: random.Random

    def order(self, number: str) -> ShopOrder:
        """An order of the caller's shop."""
        found = self.world.order(self.vender, number)
        if found is None:
            raise No(codes.UNKNOWN_ORDER)
        return found

    def operated(self, business: Business) -> None:
        """After-sales calls name who makes them."""
        if not (text(business, "operatePin") and text(business, "operateNick")):
            raise KeyError("operatePin")
        if text(business, "buId") != self.vender:
            raise No(codes.NOT_YOURS)

    def sale(self, business: Business, name: str = "serviceId") -> AfterSale:
        """A service bill of the caller's shop."""
        found = self.world.sale(self.vender, service_id=number(business, name))
        if found is None:
            raise No(codes.UNKNOWN_BILL)
        return found


@attrs.frozen
class Method:
    """A method and its family: the object that holds the answer, the one in it that says yes, the code of a yes."""

    do: Callable[[Surface, Business], Found]
    container: str
    verdict: str = ""
    code_name: str = "code"
    good: str = "00000"
    says: bool = True

    def said(self, yes: bool, code: str, found: Found, spelt: object) -> Found:
        """The container: its verdict and what was found."""
        told: Found = {"success": spelt, self.code_name: code} if self.says or not yes else {}
        if self.verdict == "apiResult":
            told |= {"englishErrCode": "" if yes else "refused", "chineseErrCode": "" if yes else "被拒絕"}
        return {self.container: {self.verdict: told, **found} if self.verdict else {**told, **found}}


def text(business: Business, name: str) -> str:
    """A text or a number, as text; empty where there is none."""
    value = business.get(name)
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""


def number(business: Business, *names: str) -> str:
    """A number of JD's under the first of the names that is there."""
    found = next((value for name in names if (value := text(business, name))), "")
    if not found.isdigit() or not found.isascii() or len(found) > 19:
        raise ValueError(names[0])
    return found


def window(business: Business, begin: str, end: str) -> tuple[datetime, datetime]:
    """Two instants in order."""
    since, until = (instant_of(text(business, name)) for name in (begin, end))
    if since is None or until is None or since > until:
        raise ValueError(begin)
    return since, until


def cut(rows: Sequence[T], business: Business, names: tuple[str, str], most: int = 50) -> tuple[list[T], int, int]:
    """The rows of the page that is asked for, and its number and size."""
    page, size = (int(text(business, name) or default) for name, default in zip(names, ("1", "20"), strict=True))
    if page < 1 or not 1 <= size <= most:
        raise ValueError(names[0])
    return list(rows[(page - 1) * size : page * size]), page, size


# --- shop and orders ---


def _shop(surface: Surface, _: Business) -> Found:
    shop = surface.world.shops[surface.vender]
    return {"vender_id": int(shop.vender_id), "shop_id": int(shop.shop_id), "shop_name": shop.name}


def _order_row(order: ShopOrder, wanted: str) -> Found:
    row: Found = {
        "orderId": order.order_id,
        "venderId": order.vender_id,
        "orderState": order.state,
        "orderPayment": yuan(order.paid),
        "orderSellerPrice": yuan(order.paid),
        "orderStartTime": civil(order.ordered_at),
        "modified": civil(order.modified_at),
        "open_id_buyer": "o*AAT_ciphertext",
        "consigneeInfo": {"fullname": "<ciphertext>", "mobile": "<ciphertext>", "fullAddress": "<ciphertext>"},
        "venderRemark": order.remark or "",
    }
    names = {name.strip() for name in wanted.split(",")}
    return {name: value for name, value in row.items() if name in names}


def _order(surface: Surface, business: Business) -> Found:
    wanted = text(business, "optional_fields")
    if not wanted:
        raise KeyError("optional_fields")
    return {"orderInfo": _order_row(surface.order(number(business, "order_id")), wanted)}


def _orders(surface: Surface, business: Business) -> Found:
    states, wanted = text(business, "order_state").split(","), text(business, "optional_fields")
    by_birth = text(business, "dateType") == "1"
    ends = (text(business, "start_date"), text(business, "end_date"))
    since, until = window(business, "start_date", "end_date") if any(ends) else (None, None)
    rows = [
        one
        for one in surface.world.orders.values()
        if one.vender_id == surface.vender
        and one.state in states
        and (since is None or until is None or since <= (one.ordered_at if by_birth else one.modified_at) <= until)
    ]
    page, _, __ = cut(rows, business, ("page", "page_size"), 100)
    return {"orderTotal": len(rows), "orderInfoList": [_order_row(one, wanted or "orderId,venderId") for one in page]}


def _remark(surface: Surface, business: Business) -> Found:
    order = surface.order(number(business, "order_id", "orderId"))
    if order.remark is None:
        return {"vender_remark": None}
    at = millis(order.modified_at)
    return {
        "vender_remark": {
            "order_id": int(order.order_id),
            "remark": order.remark,
            "flag": order.flag,
            "created": at,
            "modified": at,
        }
    }


def _set_remark(surface: Surface, business: Business) -> Found:
    order = surface.order(number(business, "order_id", "orderId"))
    remark, flag = text(business, "remark"), int(text(business, "flag"))
    if not remark or not 0 <= flag <= 5:
        raise ValueError("remark")
    if len(remark) > 500:
        raise No(codes.REMARK_TOO_LONG)
    surface.world.write_remark(order.order_id, remark, flag)
    return {}


# --- after-sales service bills ---


def _service_row(sale: AfterSale) -> Found:
    return {
        "serviceId": int(sale.service_id),
        "orderId": int(sale.order_id),
        "applyTime": int(millis(sale.applied_at)),
        "serviceStatus": int(sale.status),
        "serviceStatusName": SERVICE_NAMES[sale.status],
        "customerExpect": int(sale.expects),
        "updateDate": int(millis(sale.modified_at)),
        "questionDesc": "<text of the customer>",
        "customerInfo": {"customerPin": "<ciphertext>", "customerName": "<ciphertext>"},
    }


def changed(surface: Surface, since: datetime, until: datetime) -> list[AfterSale]:
    """The after-sales bills of the caller's shop that changed in a window, the newest first."""
    rows = [one for one in surface.world.sales if one.vender_id == surface.vender and since <= one.modified_at <= until]
    return sorted(rows, key=lambda one: (one.modified_at, one.bill_id), reverse=True)


def _paged(surface: Surface, business: Business, rows: list[AfterSale]) -> Found:
    page, at, size = cut(rows, business, ("pageNumber", "pageSize"))
    shown = [_service_row(one) for one in surface.manners.rows(page, surface.luck)]
    listed = surface.manners.listed(shown, surface.luck)
    return {"totalCount": len(rows), "pageNumber": at, "pageSize": size, "data": listed}


def _services(surface: Surface, business: Business) -> Found:
    surface.operated(business)
    return _paged(surface, business, changed(surface, *window(business, "updateTimeBegin", "updateTimeEnd")))


def _service_list(surface: Surface, business: Business) -> Found:
    surface.operated(business)
    since, until = datetime.min.replace(tzinfo=CHINA), datetime.max.replace(tzinfo=CHINA)
    ids = {name: text(business, name) for name in ("serviceId", "orderId") if text(business, name)}
    rows = [
        one
        for one in changed(surface, since, until)
        if ids.get("serviceId", one.service_id) == one.service_id and ids.get("orderId", one.order_id) == one.order_id
    ]
    return _paged(surface, business, rows)


def _service(surface: Surface, business: Business) -> Found:
    surface.operated(business)
    found = surface.world.sale(surface.vender, service_id=number(business, "serviceId"))
    if found is None or found.order_id != number(business, "orderId"):
        return {"data": None}
    return {"data": _service_row(found)}


def _tracks(surface: Surface, business: Business) -> Found:
    surface.operated(business)
    rows = [
        {"serviceId": int(sale.service_id), "operateRemark": line.text, "operateTime": int(millis(line.at))}
        for sale in [surface.sale(business)]
        for line in sale.log
    ]
    return {"data": rows}


def _track(surface: Surface, business: Business) -> Found:
    surface.operated(business)
    sale, remark = surface.sale(business), text(business, "operateRemark")
    if not remark or len(remark) > 500:
        raise ValueError("operateRemark")
    surface.world.note(sale.bill_id, "", remark)
    return {"data": True}


# --- money ---


def _refund_views(surface: Surface, business: Business) -> Found:
    order_id = number(business, "orderId")
    rows: list[dict[str, object]] = [
        {
            "afsRefundId": int(sale.service_id) + 7,
            "status": 13 if sale.refunded is not None else 12,
            "refoundAmount": yuan(sale.refunded) if sale.refunded is not None else None,
            "completeTime": int(millis(sale.completed_at)) if sale.completed_at else None,
            "sameOrderServiceBill": {"serviceId": int(sale.service_id), "orderId": int(sale.order_id)},
        }
        for sale in surface.world.sales
        if (sale.vender_id, sale.order_id) == (surface.vender, order_id)
    ]
    page, at, size = cut(rows, business, ("pageNumber", "pageSize"))
    listed = surface.manners.listed(page, surface.luck)
    return {"totalCount": len(rows), "pageNumber": at, "pageSize": size, "data": listed}


def _actual_refund(surface: Surface, business: Business) -> Found:
    sale = surface.sale(business, "afsServiceId")
    row: Found = {"orderId": int(sale.order_id), "afsServiceId": int(sale.service_id)}
    if sale.refunded is None:
        return {"data": row | {"afsEstimateRefundDetail": {"maxRefundAmount": sale.estimate / 100}}}
    return {"data": row | {"afsActualRefundDetail": {"actualRefundAmount": sale.refunded / 100}}}


def _applications(surface: Surface, business: Business) -> Found:
    order_id = text(business, "orderId")
    rows: list[dict[str, object]] = [
        {
            "id": int(one.application_id),
            "orderId": one.order_id,
            "status": int(one.status),
            "applyRefundSum": one.sum,
            "applyTime": civil(one.applied_at),
            "checkTime": civil(one.checked_at) if one.checked_at else "",
            "buyerName": "<ciphertext>",
        }
        for one in surface.world.applications
        if one.vender_id == surface.vender and order_id in ("", one.order_id) and _in_windows(one, business)
    ]
    page, _, __ = cut(rows, business, ("pageIndex", "pageSize"))
    return {"totalCount": len(rows), "result": surface.manners.listed(page, surface.luck)}


def _in_windows(one: RefundApplication, business: Business) -> bool:
    for name, at in (("applyTime", one.applied_at), ("checkTime", one.checked_at)):
        if business.get(f"{name}Start") or business.get(f"{name}End"):
            since, until = window(business, f"{name}Start", f"{name}End")
            if at is None or not since <= at.replace(microsecond=0) <= until:
                return False
    return True


def yuan(fen: int) -> str:
    """An amount as routerjson writes it."""
    return f"{fen // 100}.{fen % 100:02d}"


_API: Final = ("apiResult", "numberCode", "0")
METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        "jingdong.vender.shop.query": Method(_shop, "shop_jos_result", says=False),
        "jingdong.seller.vender.info.get": Method(_shop, "vender_info_result", says=False),
        "jingdong.pop.order.get": Method(_order, "orderDetailInfo", *_API),
        "jingdong.pop.order.search": Method(_orders, "searchorderinfo_result", *_API),
        "jingdong.order.venderRemark.queryByOrderId": Method(
            _remark, "venderRemarkQueryResult", "api_jos_result", "error_code", "0"
        ),
        "jingdong.pop.order.modifyVenderRemark": Method(
            _set_remark, "modifyvenderremark_result", "", "numberCode", "0"
        ),
        "jingdong.asc.sync.list": Method(_services, "pageResult"),
        "jingdong.asc.query.list": Method(_service_list, "pageResult"),
        "jingdong.asc.query.view": Method(_service, "result"),
        "jingdong.asc.track.list": Method(_tracks, "result"),
        "jingdong.asc.track.save": Method(_track, "result"),
        "jingdong.asc.serviceAndRefund.view": Method(_refund_views, "pageResult"),
        "jingdong.b2c.shop.aftersales.refund.get": Method(_actual_refund, "result", "", "errorCode", "200"),
        "jingdong.pop.afs.soa.refundapply.queryPageList": Method(_applications, "queryResult", says=False),
    }
)
"""The methods that are simulated, by name."""
