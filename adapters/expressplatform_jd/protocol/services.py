"""After-sales service bills by routerjson: the second way, where the SP-API is closed to callers outside JD's cloud.

Laws of this file: those of `bills`. Every call names an `Operator`, because ``jingdong.asc.*`` asks for one.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final

import attrs

from expressplatform.fields import instant as instant_field
from expressplatform.shops import Result
from expressplatform_jd.protocol.calls import ID, Operator, RouterCall, words
from expressplatform_jd.protocol.clock import civil, instant
from expressplatform_jd.protocol.pages import MOST, NUMBER, SIZE, Page, page_of
from expressplatform_jd.protocol.replies import Family, read_router
from expressplatform_jd.protocol.values import Thing, Unreadable, required, shown, text, thing

COMPLETE: Final = "10010"
"""``serviceStatus`` of a bill that is finished, which says nothing about money."""

PAGES: Final = Family(("pageResult",), good=frozenset({"0", "00000"}))
ONE: Final = Family(("result",), good=frozenset({"0", "00000"}))


@attrs.frozen
class Service:
    """A service bill. ``status`` is JD's ``serviceStatus``, ``expects`` what the customer asked for (10 return,
    11 refund only, 20 exchange, 30 repair), both numbers as text, unknown ones included."""

    service_id: str = attrs.field(repr=False)
    order_id: str = attrs.field(repr=False)
    status: str = attrs.field(repr=shown)
    status_text: str = attrs.field(repr=False)
    expects: str = attrs.field(repr=shown)
    updated_at: datetime | None

    @property
    def key(self) -> tuple[str, datetime | None]:
        """What makes one change of a bill one: repeats of a poll have the same."""
        return self.service_id, self.updated_at


@attrs.frozen
class ListServices:
    """``jingdong.asc.sync.list``: the bills that changed in a window; its two ends are required together."""

    operator: Operator
    since: datetime = attrs.field(validator=instant_field())
    until: datetime = attrs.field(validator=instant_field())
    page: int = attrs.field(default=1, validator=NUMBER)
    size: int = attrs.field(default=MOST, validator=SIZE)
    reads: ClassVar[bool] = True

    def call(self) -> RouterCall:
        """Times are civil, GMT+8."""
        business = {
            **self.operator.parameters(),
            "updateTimeBegin": civil(self.since),
            "updateTimeEnd": civil(self.until),
            "pageNumber": self.page,
            "pageSize": self.size,
        }
        return RouterCall("jingdong.asc.sync.list", business)

    def read(self, status: int, body: bytes) -> Result[Page[Service]]:
        """A page; a row without its numbers makes the whole unreadable."""
        return read_router(status, body, PAGES, self._page)

    def _page(self, found: Thing) -> Page[Service]:
        names = ("totalCount", "pageNumber", "pageSize")
        return page_of(found.get("data"), found, names, (self.page, self.size), _service)


@attrs.frozen
class GetService:
    """``jingdong.asc.query.view``: one service bill of an order."""

    operator: Operator
    service_id: str = attrs.field(repr=False, validator=ID)
    order_id: str = attrs.field(repr=False, validator=ID)
    reads: ClassVar[bool] = True

    def call(self) -> RouterCall:
        """Both numbers are required."""
        business = {
            **self.operator.parameters(),
            "serviceId": int(self.service_id),
            "orderId": int(self.order_id),
        }
        return RouterCall("jingdong.asc.query.view", business)

    def read(self, status: int, body: bytes) -> Result[Service | None]:
        """The bill; Ok(None) where JD says yes and shows none; another one than asked is no answer."""
        return read_router(status, body, ONE, self._service)

    def _service(self, found: Thing) -> Service | None:
        row = thing(found.get("data"))
        if row is None:
            return None
        made = _service(row)
        if (made.service_id, made.order_id) != (self.service_id, self.order_id):
            raise Unreadable
        return made


@attrs.frozen
class SaveTrack:
    """``jingdong.asc.track.save``: a note of the shop's own on a service bill."""

    operator: Operator
    service_id: str = attrs.field(repr=False, validator=ID)
    note: str = attrs.field(repr=False, validator=words(500))
    reads: ClassVar[bool] = False

    def call(self) -> RouterCall:
        """The shape of its reply is assumed from its siblings': read back before repeating."""
        business = {
            **self.operator.parameters(),
            "serviceId": int(self.service_id),
            "operateRemark": self.note,
        }
        return RouterCall("jingdong.asc.track.save", business)

    def read(self, status: int, body: bytes) -> Result[None]:
        """Nothing but that it was done."""
        return read_router(status, body, ONE, lambda _: None)


def _service(row: Thing) -> Service:
    return Service(
        required(row.get("serviceId")),
        required(row.get("orderId")),
        text(row.get("serviceStatus")),
        text(row.get("serviceStatusName")),
        text(row.get("customerExpect")),
        instant(text(row.get("updateDate"))),
    )
