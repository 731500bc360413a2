"""The shops of the simulated JD and what happens in them: orders, after-sales bills and refunds that move.

Laws of this file: every change is a legal move of `statuses` and gets the world's time. The world has one lock; the
clock is handed in, so that a test owns the time. `happen` lets something happen by a seeded chance.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from expressplatform_jd.protocol.clock import CHINA
from expressplatform_jd.simulator.records import AfterSale, Line, RefundApplication, ShopOrder, SimulatedShop
from expressplatform_jd.simulator.statuses import APPLICATION, ORDER, REFUND, SERVICE, moved


class World:
    """Shops and their records by number. Safe to share between threads."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.lock = threading.RLock()
        self._shops: dict[str, SimulatedShop] = {}
        self._orders: dict[str, ShopOrder] = {}
        self._sales: dict[str, AfterSale] = {}
        self._applications: dict[str, RefundApplication] = {}

    def now(self) -> datetime:
        """The time in GMT+8, in whole milliseconds: JD tells no finer."""
        at = self._now().astimezone(CHINA)
        return at.replace(microsecond=at.microsecond // 1000 * 1000)

    # --- what is there ---

    @property
    def shops(self) -> Mapping[str, SimulatedShop]:
        """Every shop, by vender id."""
        return self._shops

    @property
    def orders(self) -> Mapping[str, ShopOrder]:
        """Every order, by its number."""
        return self._orders

    @property
    def sales(self) -> Sequence[AfterSale]:
        """Every after-sales bill, the oldest first."""
        return tuple(self._sales.values())

    @property
    def applications(self) -> Sequence[RefundApplication]:
        """Every refund before dispatch, the oldest first."""
        return tuple(self._applications.values())

    def order(self, vender_id: str, order_id: str) -> ShopOrder | None:
        """An order of a shop; None where it is not that shop's."""
        found = self._orders.get(order_id)
        return found if found and found.vender_id == vender_id else None

    def sale(self, vender_id: str, *, bill_id: str = "", service_id: str = "") -> AfterSale | None:
        """An after-sales bill of a shop by either of its numbers."""
        for one in self._sales.values():
            if one.vender_id == vender_id and (one.bill_id == bill_id or one.service_id == service_id):
                return one
        return None

    # --- what happens ---

    def open_shop(self, vender_id: str, shop_id: str, name: str) -> SimulatedShop:
        """A new shop."""
        with self.lock:
            made = self._shops[vender_id] = SimulatedShop(vender_id, shop_id, name)
        return made

    def place_order(
        self, vender_id: str, order_id: str, paid: int, *, ordered_at: datetime | None = None, state: str = "NOT_PAY"
    ) -> ShopOrder:
        """A new order; ``paid`` in fen."""
        with self.lock:
            at = ordered_at.astimezone(CHINA) if ordered_at else self.now()
            made = self._orders[order_id] = ShopOrder(order_id, vender_id, state, paid, at, self.now())
        return made

    def move_order(self, order_id: str, state: str) -> None:
        """The order goes on to another state. Raises IllegalMove."""
        with self.lock:
            order = self._orders[order_id]
            order.state, order.modified_at = moved(ORDER, order.state, state), self.now()

    def write_remark(self, order_id: str, remark: str, flag: int) -> None:
        """The shop's own remark is replaced: by its staff, or by a connector."""
        with self.lock:
            order = self._orders[order_id]
            order.remark, order.flag, order.modified_at = remark, flag, self.now()
            order.writes += 1

    def ask_after_sale(self, order_id: str, *, estimate: int | None = None, expects: str = "10") -> AfterSale:
        """The customer asks for a return (10), a refund (11), an exchange (20) or a repair (30)."""
        with self.lock:
            order, at, number = self._orders[order_id], self.now(), len(self._sales)
            amount = order.paid if estimate is None else estimate
            made = AfterSale(
                str(1001 + number),
                str(1234567890 + number),
                order_id,
                order.vender_id,
                expects,
                "10001",
                amount,
                at,
                at,
            )
            self._sales[made.bill_id] = made
        return made

    def move_sale(self, bill_id: str, status: str) -> None:
        """The bill goes on to another ``serviceStatus``. Raises IllegalMove. No money moves by it."""
        with self.lock:
            sale = self._sales[bill_id]
            sale.status = moved(SERVICE, sale.status, status)
            sale.modified_at = self.now()
            sale.log.append(Line("", sale.modified_at))

    def pay_back(self, bill_id: str, amount: int | None = None) -> None:
        """The money of a bill is paid back, ``amount`` in fen. Raises IllegalMove where it was before."""
        with self.lock:
            sale = self._sales[bill_id]
            sale.refund_status = moved(REFUND, sale.refund_status, "20")
            sale.refunded = sale.estimate if amount is None else amount
            sale.completed_at = sale.modified_at = self.now()

    def dispute(self, bill_id: str) -> None:
        """JD takes a dispute over the bill."""
        with self.lock:
            self._sales[bill_id].disputed, self._sales[bill_id].modified_at = True, self.now()

    def note(self, bill_id: str, title: str, text: str) -> None:
        """A note of the shop's own people on a bill."""
        with self.lock:
            sale = self._sales[bill_id]
            sale.log.append(Line(text, self.now(), title))

    def apply_for_refund(self, order_id: str, sum: int) -> RefundApplication:
        """The customer asks for the money back before dispatch; ``sum`` in fen."""
        with self.lock:
            number = str(5001 + len(self._applications))
            order = self._orders[order_id]
            made = RefundApplication(number, order_id, order.vender_id, sum, self.now())
            self._applications[number] = made
        return made

    def move_application(self, application_id: str, status: str) -> None:
        """The application goes on to another ``status``. Raises IllegalMove; only 3 means that money went back."""
        with self.lock:
            one = self._applications[application_id]
            one.status, one.checked_at = moved(APPLICATION, one.status, status), self.now()

    def happen(self, luck: random.Random) -> str:
        """Something happens by chance: the number of the bill that changed, empty where none did."""
        with self.lock:
            open_sales = [one for one in self._sales.values() if SERVICE[one.status] or one.refund_status == "10"]
            if self._orders and (not open_sales or luck.random() < 0.2):
                return self.ask_after_sale(luck.choice(list(self._orders))).bill_id
            if not open_sales:
                return ""
            sale = luck.choice(open_sales)
            ways = SERVICE[sale.status]
            if ways and (sale.refund_status == "20" or luck.random() < 0.7):
                self.move_sale(sale.bill_id, luck.choice(ways))
            else:
                self.pay_back(sale.bill_id)
            return sale.bill_id

    def __repr__(self) -> str:
        return f"<World of {len(self._shops)} shops, {len(self._orders)} orders, {len(self._sales)} after-sales bills>"
