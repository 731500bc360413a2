"""The shops of the simulated platform and what happens in them.

Laws of this file: what moves takes a step that `statuses` knows, at the platform's time, to the second, which is as
fine as it tells. One lock guards everything; the clock and the luck are handed in.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from expressplatform_taobao.protocol.codes import MONEY_BACK, RefundStatus, TradeStatus
from expressplatform_taobao.protocol.values import GMT8
from expressplatform_taobao.simulator.records import LineRecord, RefundRecord, ShopRecord, TradeRecord
from expressplatform_taobao.simulator.statuses import REFUND, TRADE

_SHOP: Final = 2_200_000_001
_TRADE: Final = 2_231_958_349_000_000_001
_REFUND: Final = 987_654_321_000_000_001


class World:
    """Shops, orders and refunds by their numbers. Safe to share between threads."""

    def __init__(self, now: Callable[[], datetime], luck: random.Random) -> None:
        self._now, self._luck = now, luck
        self.lock = threading.RLock()
        self._shops: dict[str, ShopRecord] = {}
        self._trades: dict[str, TradeRecord] = {}
        self._refunds: dict[str, RefundRecord] = {}

    def now(self) -> datetime:
        """The platform's time, to the second, in GMT+8."""
        return self._now().astimezone(GMT8).replace(microsecond=0)

    # --- what is there ----------------------------------------------------------------------------------------

    @property
    def shops(self) -> Mapping[str, ShopRecord]:
        """Every shop by the number of its account."""
        return self._shops

    def trade(self, shop: str, number: str) -> TradeRecord | None:
        """An order of a shop; None where it is not that shop's."""
        found = self._trades.get(number)
        return found if found is not None and found.shop == shop else None

    def refund(self, shop: str, number: str) -> RefundRecord | None:
        """A refund of a shop; None where it is not that shop's."""
        found = self._refunds.get(number)
        return found if found is not None and found.shop == shop else None

    def changed(self, shop: str, since: datetime, until: datetime) -> Sequence[RefundRecord]:
        """The shop's refunds that were changed in a time, both ends included, the last changed first."""
        found = [one for one in self._refunds.values() if one.shop == shop and since <= one.modified <= until]
        return sorted(found, key=lambda one: (one.modified, one.number), reverse=True)

    # --- what happens -----------------------------------------------------------------------------------------

    def open_shop(self, title: str = "示範店鋪") -> ShopRecord:
        """A new shop."""
        with self.lock:
            number = str(_SHOP + len(self._shops))
            made = self._shops[number] = ShopRecord(number, title, f"{title}{number[-4:]}")
        return made

    def place(self, shop: str, *amounts: int, status: TradeStatus | None = None) -> TradeRecord:
        """A new order, with a line for each amount in fen; delivered, but not yet confirmed, unless said otherwise."""
        with self.lock:
            at = self.now()
            number = str(_TRADE + 1000 * len(self._trades))
            lines = [LineRecord(str(int(number) + 1 + i), "示範商品", fen) for i, fen in enumerate(amounts)]
            status = status or TradeStatus.WAIT_BUYER_CONFIRM_GOODS
            made = TradeRecord(number, shop, sum(amounts), at, at, lines, status)
            self._trades[number] = made
        return made

    def ask_back(self, trade: TradeRecord, fen: int, *, line: int = 0, kind: str = "REFUND") -> RefundRecord:
        """The buyer asks for so much back, for a line of an order."""
        with self.lock:
            at = self.now()
            number = str(_REFUND + len(self._refunds))
            made = RefundRecord(number, trade.shop, trade.number, trade.lines[line].number, fen, at, at, kind=kind)
            self._refunds[number] = made
            trade.lines[line].refund = made
            trade.modified = at
        return made

    def move(self, refund: RefundRecord, to: RefundStatus) -> None:
        """One step of a refund; raises ValueError where there is no such step from where it stands."""
        with self.lock:
            if to not in REFUND.get(RefundStatus(refund.status), ()):
                raise ValueError("there is no such step")
            refund.status, refund.modified = to, self.now()

    def agree(self, refund: RefundRecord) -> None:
        """The seller agrees, and the refund runs to its end: the goods come back where they must, the money goes."""
        with self.lock:
            if refund.status == RefundStatus.SELLER_REFUSE_BUYER:
                self.move(refund, RefundStatus.WAIT_SELLER_AGREE)
            if refund.kind != "REFUND" and refund.kind in MONEY_BACK:
                self.move(refund, RefundStatus.WAIT_BUYER_RETURN_GOODS)
                self.move(refund, RefundStatus.WAIT_SELLER_CONFIRM_GOODS)
            self.move(refund, RefundStatus.SUCCESS)

    def refuse(self, refund: RefundRecord) -> None:
        """The seller refuses; once more where the buyer insisted."""
        with self.lock:
            if refund.status == RefundStatus.SELLER_REFUSE_BUYER:
                self.move(refund, RefundStatus.WAIT_SELLER_AGREE)
            self.move(refund, RefundStatus.SELLER_REFUSE_BUYER)

    def advance(self, trade: TradeRecord, to: TradeStatus) -> None:
        """One step of an order; raises ValueError where there is no such step from where it stands."""
        with self.lock:
            if to not in TRADE.get(TradeStatus(trade.status), ()):
                raise ValueError("there is no such step")
            trade.status, trade.modified = to, self.now()

    def write_memo(self, trade: TradeRecord, memo: str, flag: int | None) -> None:
        """The seller's memo on an order, in the place of the one that is there."""
        with self.lock:
            trade.memo, trade.modified = memo, self.now()
            trade.flag = trade.flag if flag is None else flag

    def happen(self, shop: str) -> None:
        """Something that may happen in a shop happens, by chance: an order, a request for money, a step of a refund."""
        with self.lock:
            moving = [one for one in self._refunds.values() if one.shop == shop and REFUND[RefundStatus(one.status)]]
            trades = [one for one in self._trades.values() if one.shop == shop]
            what = self._luck.random()
            if not trades or what < 0.3:
                self.place(shop, self._luck.randint(1, 100_000))
            elif not moving or what < 0.6:
                self.ask_back(self._luck.choice(trades), self._luck.randint(1, 100_000))
            else:
                one = self._luck.choice(moving)
                self.move(one, self._luck.choice(REFUND[RefundStatus(one.status)]))

    def __repr__(self) -> str:
        return f"<World of {len(self._shops)} shops, {len(self._trades)} orders, {len(self._refunds)} refunds>"
