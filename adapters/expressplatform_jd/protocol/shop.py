"""Which shop an access token belongs to.

Laws of this file: the numbers and the name of the shop are read, and no person's.

Gateway: the SP-API; routerjson's ``jingdong.vender.shop.query`` where that does not answer.
"""

from __future__ import annotations

from typing import ClassVar, Final

import attrs

from expressplatform.shops import Result
from expressplatform_jd.protocol.calls import RouterCall, SpCall
from expressplatform_jd.protocol.replies import Family, read_router, read_sp
from expressplatform_jd.protocol.values import Json, Thing, Unreadable, identifier, required, text, thing, within

QUERY: Final = Family(("shop_jos_result", "vender_info_result"), says=False)


@attrs.frozen
class Shop:
    """A shop: ``vender_id`` is what orders carry; ``shop_id`` and the name are empty where JD does not tell."""

    vender_id: str
    shop_id: str
    name: str = attrs.field(repr=False)


@attrs.frozen
class GetShop:
    """``GET /sp-seller/v0/venderinfo``."""

    reads: ClassVar[bool] = True

    def call(self) -> SpCall:
        """Takes nothing: the token says whose."""
        return SpCall("GET", "/sp-seller/v0/venderinfo")

    def read(self, status: int, body: bytes) -> Result[Shop]:
        """The shop."""
        return read_sp(status, body, self._shop)

    def _shop(self, data: Json, _: Thing) -> Shop:
        row = thing(data)
        if row is None:
            raise Unreadable
        base = within(row, "shopBaseInfo")
        return Shop(required(row.get("venderId")), identifier(base.get("shopId")), text(base.get("shopName")))


@attrs.frozen
class QueryShop:
    """``jingdong.vender.shop.query``; the reply of ``jingdong.seller.vender.info.get`` is read as well."""

    reads: ClassVar[bool] = True

    def call(self) -> RouterCall:
        """Takes nothing: the token says whose."""
        return RouterCall("jingdong.vender.shop.query")

    def read(self, status: int, body: bytes) -> Result[Shop]:
        """The shop."""
        return read_router(status, body, QUERY, self._shop)

    def _shop(self, found: Thing) -> Shop:
        return Shop(required(found.get("vender_id")), identifier(found.get("shop_id")), text(found.get("shop_name")))
