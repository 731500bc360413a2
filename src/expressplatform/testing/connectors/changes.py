"""The checks of a connector: what has changed, and what becomes of it under bans, faults, wrong clocks and deaths.

Laws of this file: those of `contracts`. A schedule is drawn from a seed, which a failure names.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Sequence
from datetime import timedelta

from expressplatform.errors import InvalidInput
from expressplatform.money import Money
from expressplatform.ports import MOST_CHANGES, HandedOver, Suggestion, Suggests
from expressplatform.shops import BusinessError, GatewayError, Throttled
from expressplatform.testing.connectors.checks import Tried, every_call
from expressplatform.testing.connectors.stage import MONEY, Stage, claim, good, notice
from expressplatform.testing.connectors.world import Fault, Moved
from expressplatform.testing.doors import racing, raised
from expressplatform.testing.guarantees import proves


def told_of(found: Sequence[Suggestion], bill: str) -> list[Suggests]:
    """What was suggested about a bill, in order."""
    return [one.suggests for one in found if one.bill == bill]


class Changing(Tried):
    """Changes, from cursor to cursor."""

    @proves("C23")
    def test_every_change_is_told_once_and_as_a_suggestion(self) -> None:
        """With its order and its amount, the earliest first; read again from the cursor there is nothing."""
        with self.staged() as stage:
            shop, other = stage.connected(), stage.connected()
            _, cursor = stage.changes(shop, "")
            bills = []
            for number in range(5):
                stage.later(seconds=40)
                order = stage.ordered(shop)
                bills.append((order, stage.world.bill(shop, order, Money("CNY", 100 + number))))
            theirs = stage.world.bill(other, stage.ordered(other), MONEY)
            found, cursor = stage.changes(shop, cursor)
            assert [(one.order_number, one.bill) for one in found] == bills
            assert {one.suggests for one in found} == {Suggests.LOOK}
            assert theirs not in [one.bill for one in found]
            assert stage.changes(shop, cursor)[0] == []
            stage.later(minutes=1)
            stage.world.move(bills[1][1], Moved.PAID)
            stage.world.move(bills[2][1], Moved.CLOSED)
            again, cursor = stage.changes(shop, cursor)
            assert told_of(again, bills[1][1]) == [Suggests.MONEY_BACK]
            assert told_of(again, bills[2][1]) == [Suggests.ENDED]
            assert len(again) == 2
            assert len({one.id for one in (*found, *again)}) == 7

    @proves("C24")
    def test_a_page_is_no_longer_than_its_limit_and_the_next_continues(self) -> None:
        """However small the pages, all changes come, each once, those of one second too."""
        with self.staged() as stage:
            shop = stage.connected()
            _, cursor = stage.changes(shop, "")
            stage.later(seconds=10)
            order = stage.ordered(shop)
            bills = {stage.world.bill(shop, order, MONEY) for _ in range(7)}
            for limit in (1, 2, 3, 100):
                found, _ = stage.changes(shop, cursor, limit)
                assert sorted(one.bill for one in found) == sorted(bills), limit
            raised(InvalidInput, lambda: stage.connector.changes(shop, cursor, 0))
            raised(InvalidInput, lambda: stage.connector.changes(shop, cursor, MOST_CHANGES + 1))

    @proves("C25")
    def test_rows_that_move_between_pages_are_neither_lost_nor_doubled(self) -> None:
        """Bills change while the pages of a list are read, and stand on other pages then."""
        with self.staged() as stage:
            shop = stage.connected()
            _, cursor = stage.changes(shop, "")
            bills = self._crowd(stage, shop, 60)
            stage.later(minutes=30)  # beyond what is read twice
            luck = random.Random(1)

            def moves() -> None:
                stage.world.pass_time(timedelta(seconds=1))
                stage.world.move(luck.choice(bills), Moved.REFUSED)

            stage.world.meanwhile(moves)
            found, cursor = stage.changes(shop, cursor)
            stage.world.meanwhile(None)
            stage.later(seconds=2)
            rest, _ = stage.changes(shop, cursor)
            every = [*found, *rest]
            assert {one.bill for one in every} == set(bills)
            assert len({one.id for one in every}) == len(every)

    @proves("C26")
    def test_the_last_state_of_a_bill_is_told_last(self) -> None:
        """Whatever happened meanwhile, whoever follows the changes knows in the end how each bill stands."""
        with self.staged() as stage:
            shop = stage.connected()
            _, cursor = stage.changes(shop, "")
            bills = self._crowd(stage, shop, 6)
            first, cursor = stage.changes(shop, cursor)
            for bill, to in zip(bills, (Moved.PAID, Moved.CLOSED, Moved.REFUSED) * 2, strict=True):
                stage.later(seconds=3)
                stage.world.move(bill, to)
            second, _ = stage.changes(shop, cursor)
            for bill, to in zip(bills, (Moved.PAID, Moved.CLOSED, Moved.REFUSED) * 2, strict=True):
                assert told_of([*first, *second], bill)[-1] in MEANS[to], to

    @proves("C27")
    def test_who_dies_before_keeping_the_cursor_reads_the_same_again(self) -> None:
        """Another connector over the same shelf tells the same changes from the same cursor."""
        with self.staged() as stage:
            shop = stage.connected()
            _, cursor = stage.changes(shop, "")
            self._crowd(stage, shop, 8)
            first = good(stage.connector.changes(shop, cursor, 3))
            with stage.again() as other:
                again = good(other.changes(shop, cursor, 3))
                assert [one.id for one in again.suggestions] == [one.id for one in first.suggestions]
                rest = good(other.changes(shop, first.cursor, 100))
            ids = [one.id for one in (*first.suggestions, *rest.suggestions)]
            assert len(set(ids)) == len(ids) == 8

    @proves("C28")
    def test_a_cursor_of_another_shop_or_of_nobody_is_refused(self) -> None:
        """InvalidInput, and nothing reaches the platform."""
        with self.staged() as stage:
            shop, other = stage.connected(), stage.connected()
            cursor = good(stage.connector.changes(shop, "", 10)).cursor
            before = len(stage.world.seen())
            turned = cursor[:-2] + ("A" if cursor[-2] != "A" else "B") + cursor[-1]
            for bad in ("x", "é", cursor[:-4], turned, "A" * 64):
                raised(InvalidInput, functools.partial(stage.connector.changes, shop, bad, 10))
            raised(InvalidInput, lambda: stage.connector.changes(other, cursor, 10))
            assert len(stage.world.seen()) == before

    @proves("C29")
    def test_what_happened_while_nobody_read_is_told_afterwards(self) -> None:
        """A shop that was away for days is read to its present, a stretch at a time."""
        with self.staged() as stage:
            shop = stage.connected()
            _, cursor = stage.changes(shop, "")
            bills = []
            for _ in range(5):
                stage.later(hours=17)
                bills.append(stage.world.bill(shop, stage.ordered(shop), MONEY))
            found, _ = stage.changes(shop, cursor)
            assert [one.bill for one in found] == bills

    def _crowd(self, stage: Stage, shop: str, many: int) -> list[str]:
        """So many new bills, a few in each second."""
        order, bills = stage.ordered(shop), []
        for number in range(many):
            if number % 3 == 0:
                stage.later(seconds=1)
            bills.append(stage.world.bill(shop, order, MONEY))
        stage.later(seconds=1)
        return bills


MEANS = {
    Moved.PAID: {Suggests.MONEY_BACK},
    Moved.CLOSED: {Suggests.ENDED},
    Moved.REFUSED: {Suggests.REFUSAL, Suggests.LOOK},
}


class Suffering(Tried):
    """Bans, faults, wrong clocks, crowds."""

    @proves("C30")
    def test_a_ban_parks_its_shop_until_it_is_over_and_no_other(self) -> None:
        """Nothing is asked for that shop meanwhile, by no connector over the shelf; other shops go on."""
        with self.staged() as stage:
            shop, other = stage.connected(), stage.connected()
            order, theirs = stage.ordered(shop), stage.ordered(other)
            stage.world.ban(shop, 300)
            assert isinstance(stage.connector.verify_purchase(shop, claim(order)), Throttled)
            parked = stage.connector.connection(shop).parked_until
            assert parked is not None
            assert parked > stage.world.now()
            before = len(stage.world.seen())
            with stage.again() as again:
                answers = [*every_call(stage.connector, shop, order), *every_call(again, shop, order)]
            assert answers == [Throttled(parked)] * len(answers)
            assert len(stage.world.seen()) == before
            assert good(stage.connector.verify_purchase(other, claim(theirs))).found
            stage.later(seconds=301)
            assert good(stage.connector.verify_purchase(shop, claim(order))).found
            assert stage.connector.connection(shop).parked_until is None

    @proves("C31")
    def test_a_ban_in_the_middle_of_a_list_loses_nothing(self) -> None:
        """The cursor stays where it was; afterwards every change is told, each once."""
        with self.staged() as stage:
            shop = stage.connected()
            _, cursor = stage.changes(shop, "")
            order = stage.ordered(shop)
            bills = {stage.world.bill(shop, order, MONEY) for _ in range(60)}
            stage.world.ban(shop, 120, after=1)
            assert isinstance(stage.connector.changes(shop, cursor, 100), Throttled)
            stage.later(seconds=121)
            found, _ = stage.changes(shop, cursor)
            assert sorted(one.bill for one in found) == sorted(bills)

    @proves("C32")
    def test_a_read_is_repeated_where_a_fault_passes(self) -> None:
        """A broken line, or a platform that cannot now: the answer comes by itself."""
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            for kind in (Fault.BUSY, Fault.LOST_REQUEST, Fault.LOST_REPLY):
                stage.world.fault(kind)
                assert good(stage.connector.verify_purchase(shop, claim(order))).found, kind

    @proves("C33")
    def test_what_cannot_be_read_is_an_answer_and_no_exception(self) -> None:
        """Whatever is asked; and once the platform speaks again, so does the connector."""
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            for kind in Fault:
                stage.world.fault(kind, times=1000)
                for answer in every_call(stage.connector, shop, order):
                    assert isinstance(answer, GatewayError | Throttled | BusinessError), (kind, answer)
                stage.world.fault(kind, times=0)
                stage.later(seconds=120)
            assert good(stage.connector.verify_purchase(shop, claim(order))).found

    @proves("C34")
    def test_a_clock_that_is_wrong_is_set_right(self) -> None:
        """Hours ahead or behind: purchases are compared, notes written and changes told all the same."""
        with self.staged() as stage:
            shop = stage.connected()
            for by in (timedelta(hours=-3), timedelta(minutes=47), timedelta(0)):
                stage.world.skew(by)
                with stage.again() as other:
                    order = stage.ordered(shop)
                    assert good(other.verify_purchase(shop, claim(order))).found, by
                    cursor = good(other.changes(shop, "", 10)).cursor
                    bill = stage.world.bill(shop, order, MONEY)
                    stage.later(seconds=5)
                    page = good(other.changes(shop, cursor, 100))
                    assert bill in [one.bill for one in page.suggestions], by
                    assert good(other.hand_over(shop, notice(order))) is HandedOver.WRITTEN

    @proves("C35")
    def test_threads_share_a_connector(self) -> None:
        """Those who ask at once are answered each for its own shop and order."""
        with self.staged() as stage:
            shops = [stage.connected() for _ in range(4)]
            orders = [(shop, stage.ordered(shop, Money("CNY", 100 + at))) for at, shop in enumerate(shops)]

            def asked(at: int) -> Callable[[], bool]:
                shop, order = orders[at]
                mine = claim(order, Money("CNY", 100 + at))

                def ask() -> bool:
                    found = [good(stage.connector.verify_purchase(shop, mine)).purchase.value for _ in range(4)]
                    return (
                        found == ["matched"] * 4 and good(stage.connector.hand_over(shop, notice(order))) in HandedOver
                    )

                return ask

            assert racing(*map(asked, range(4))) == [True] * 4
            assert [stage.world.note(shop, order).count("0123-0001-M") for shop, order in orders] == [1] * 4
