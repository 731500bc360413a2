"""The simulated Taobao as a world for the contract of connectors, behind a real socket."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

import httpx

from expressplatform.money import Money
from expressplatform.testing.connectors.world import Fault, Moved, Seen
from expressplatform_taobao.protocol import RefundStatus
from expressplatform_taobao.simulator import Arrived, Kind, TaobaoSimulator
from expressplatform_taobao.simulator.records import RefundRecord, TradeRecord
from tests.asgi_server import served
from tests.shop_clock import ShopClock

KINDS: Final[Mapping[Fault, Kind]] = MappingProxyType(
    {
        Fault.LOST_REQUEST: Kind.LOST_REQUEST,
        Fault.LOST_REPLY: Kind.LOST_REPLY,
        Fault.BUSY: Kind.BUSY,
        Fault.GARBAGE: Kind.NO_JSON,
    }
)


class TaobaoWorld:
    """A `ShopWorld`: a simulator, its address, and a browser."""

    def __init__(self, simulator: TaobaoSimulator, clock: ShopClock, base: str, browser: httpx.Client) -> None:
        self.simulator, self._clock, self.base, self._browser = simulator, clock, base, browser
        self.world = simulator.world

    @property
    def gateway(self) -> str:
        """Where calls go."""
        return f"{self.base}/router/rest"

    def now(self) -> datetime:
        return self._clock.now()

    def pass_time(self, by: timedelta) -> None:
        self._clock.pass_time(by)

    def skew(self, by: timedelta) -> None:
        self._clock.skew(by)

    def open_shop(self) -> str:
        return self.world.open_shop().number

    def shop_name(self, shop: str) -> str:
        return self.world.shops[shop].title

    def answer_link(self, shop: str, link: str, *, yes: bool) -> str:
        self.simulator.owner, self.simulator.consents = shop, yes
        answer = self._browser.get(f"{self.base}/authorize?{urlsplit(link).query}", follow_redirects=False)
        return urlsplit(answer.headers["location"]).query

    def revoke(self, shop: str) -> None:
        self.simulator.sessions.revoke(shop)

    def order(self, shop: str, amount: Money) -> str:
        return self.world.place(shop, amount.minor_units).number

    def bill(self, shop: str, order: str, amount: Money) -> str:
        return self.world.ask_back(self._trade(shop, order), amount.minor_units).number

    def move(self, bill: str, to: Moved) -> None:
        refund = self._refund(bill)
        if to is Moved.PAID:
            self.world.agree(refund)
        elif to is Moved.REFUSED:
            self.world.refuse(refund)
        else:
            self.world.move(refund, RefundStatus.CLOSED)

    def note(self, shop: str, order: str) -> str:
        return self._trade(shop, order).memo

    def write_note(self, shop: str, order: str, text: str) -> None:
        self.world.write_memo(self._trade(shop, order), text, None)

    def ban(self, shop: str, seconds: int, *, after: int = 0) -> None:
        for access in self.simulator.sessions.of(shop):
            self.simulator.faults.ban(access, seconds, after=after)

    def fault(self, kind: Fault, *, writing: bool = False, times: int = 1) -> None:
        self.simulator.faults.set(KINDS[kind], writing=writing, times=times)

    def meanwhile(self, happens: Callable[[], None] | None) -> None:
        self.simulator.before = None if happens is None else lambda _: happens()

    def seen(self) -> Sequence[Seen]:
        return [_seen(one) for one in self.simulator.arrived]

    def secrets(self) -> Sequence[str]:
        return self.simulator.sessions.secrets

    def particulars(self) -> Sequence[str]:
        trade = TradeRecord("", "", 0, self.now(), self.now(), [])
        refund = RefundRecord("", "", "", "", 0, self.now(), self.now())
        return [trade.receiver, trade.mobile, trade.address, trade.buyer, refund.reason, refund.words]

    def _trade(self, shop: str, order: str) -> TradeRecord:
        found = self.world.trade(shop, order)
        assert found is not None
        return found

    def _refund(self, bill: str) -> RefundRecord:
        (found,) = (one for shop in self.world.shops if (one := self.world.refund(shop, bill)) is not None)
        return found


def _seen(one: Arrived) -> Seen:
    method = one.parameters().get("method", "")
    assert re.fullmatch(r"[a-z.]*", method)
    return Seen(method, f"{one.path}?{one.query}", repr(dict(one.headers)), one.body)


@contextmanager
def taobao_world() -> Iterator[TaobaoWorld]:
    """A world of its own, behind an address of this machine."""
    clock = ShopClock()
    simulator = TaobaoSimulator(now=clock.theirs)
    with served(simulator) as base, httpx.Client() as browser:
        yield TaobaoWorld(simulator, clock, base, browser)
