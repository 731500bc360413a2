"""What else is asked of a connector: odd links, days, numbers and notes, several refunds of one order, many at once.

Laws of this file: those of `connectors.checks`.
"""

from __future__ import annotations

from datetime import timedelta

from expressplatform.money import Money
from expressplatform.ports import Authorised, Compared, HandedOver, Paid, Promise, Purchase
from expressplatform.shops import BusinessError, GatewayError, Ok, Throttled
from expressplatform.testing.connectors.checks import Tried
from expressplatform.testing.connectors.stage import BACK, MONEY, Stage, claim, good, notice
from expressplatform.testing.connectors.world import Fault, Moved
from expressplatform.testing.doors import racing
from expressplatform.testing.guarantees import NotRun, proves


class Further(Tried):
    """Odd cases of what `connectors.checks` asks."""

    @proves("C1", "C20")
    def test_only_the_whole_word_makes_an_answer_ours(self) -> None:
        """Not its beginning, not one that begins alike, nor none; and a link holds no secret."""
        with self.staged() as stage:
            shop, state = stage.unconnected()
            query = stage.world.answer_link(shop, stage.connector.authorise(BACK, state), yes=True)
            for other in (state[:-1], f"{state}x", state.upper()):
                assert stage.connector.connect(query.replace(state, other), state) == GatewayError("other_state"), (
                    "taken"
                )
            assert state in query
            bare = "&".join(one for one in query.split("&") if not one.startswith("state="))
            assert stage.connector.connect(bare, state) == GatewayError("other_state"), "an answer without the word"
            assert not stage.connector.connection(shop).usable
            assert good(stage.connector.connect(query, state)).usable
            assert not [one for one in stage.world.secrets() if one in stage.connector.authorise(BACK, state)]

    @proves("C5")
    def test_who_is_forgotten_is_forgotten_alone(self) -> None:
        """Other shops stay connected, and are told in the order of their numbers."""
        with self.staged() as stage:
            shops = [stage.connected() for _ in range(4)]
            stage.connector.disconnect(shops[1])
            left = [one.shop for one in stage.connector.connections() if one.state is Authorised.CONNECTED]
            assert left == sorted(one for one in shops if one != shops[1])
            order = stage.ordered(shops[2])
            assert good(stage.connector.verify_purchase(shops[2], claim(order))).found

    @proves("C7")
    def test_what_was_renewed_can_be_renewed_again(self) -> None:
        """The new tokens take the place of the old ones, those for renewing too."""
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            for turn in range(3):
                ends = stage.connector.connection(shop).ends_at
                assert ends is not None
                stage.world.pass_time(ends - stage.world.now() - timedelta(hours=2))
                answer = stage.connector.refresh(shop)
                if isinstance(answer, BusinessError) and not turn:
                    raise NotRun("the platform renews nothing")
                assert good(answer).ends_at != ends
                assert good(stage.connector.verify_purchase(shop, claim(order))).found

    @proves("C8", "C9")
    def test_a_day_is_that_of_the_shops_calendar(self) -> None:
        """By GMT+8, also for what was bought shortly before and shortly after midnight there, or in UTC."""
        with self.staged() as stage:
            shop = stage.connected()
            for _ in range(8):
                stage.later(hours=3, minutes=1)
                order, today = stage.ordered(shop), stage.today()
                found = good(stage.connector.verify_purchase(shop, claim(order, MONEY, today)))
                assert (found.purchase, found.day) == (Purchase.MATCHED, Compared.MATCHED), stage.world.now()
                off = good(stage.connector.verify_purchase(shop, claim(order, MONEY, today + timedelta(days=1))))
                assert off.day is Compared.MISMATCH, stage.world.now()

    @proves("C10", "C16")
    def test_a_number_that_is_nearly_an_orders_is_another(self) -> None:
        """A nought before or after it, or a figure less, is no order; neither to be compared nor to be written to."""
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            for number in (f"0{order}", f"{order}0", order[:-1]):
                assert not good(stage.connector.verify_purchase(shop, claim(number))).found, number
                assert isinstance(stage.connector.hand_over(shop, notice(number)), BusinessError), number
            assert stage.world.note(shop, order) == ""

    @proves("C12")
    def test_white_space_of_the_sellers_people_stays_too(self) -> None:
        """Lines that are indented or empty, and what stands at the beginning and at the end."""
        theirs = "  indented\n\n\n\tand so on:\n - last  "
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            stage.world.write_note(shop, order, theirs)
            good(stage.connector.hand_over(shop, notice(order)))
            note = stage.world.note(shop, order)
            assert note.startswith(theirs)
            assert note.count("0123-0001-M") == 1

    @proves("C14", "C15")
    def test_a_note_is_written_in_one_request(self) -> None:
        """One where all goes well, and no second one where only the answer was lost: it is read back first."""
        with self.staged() as stage:
            shop = stage.connected()
            for kind in (None, Fault.LOST_REPLY, Fault.GARBAGE):
                order, before = stage.ordered(shop), len(stage.world.seen())
                if kind is not None:
                    stage.world.fault(kind, writing=True)
                assert good(stage.connector.hand_over(shop, notice(order))) is HandedOver.WRITTEN
                assert len(_carrying(stage, "0123-0001-M", before)) == 1, f"{kind}: not written once"

    @proves("C17", "C18")
    def test_what_is_missing_may_still_come_while_a_bill_is_open(self) -> None:
        """Half of the money has gone back and the other half is asked for: that is neither paid nor contradicted."""
        half = Money("CNY", MONEY.minor_units // 2 + 1)
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            promise = Promise(order, MONEY, stage.world.now())
            stage.later(minutes=1)
            bills = [stage.world.bill(shop, order, half) for _ in range(2)]
            stage.later(minutes=1)
            stage.world.move(bills[0], Moved.PAID)
            assert good(stage.connector.performance(shop, promise)).paid is Paid.UNKNOWN

    @proves("C23")
    def test_a_change_tells_what_its_bill_is_about(self) -> None:
        """The order, and the amount as it was asked for, where an amount is told."""
        with self.staged() as stage:
            shop = stage.connected()
            _, cursor = stage.changes(shop, "")
            told = {}
            for amount in (Money("CNY", 1), Money("CNY", 12345), MONEY):
                order = stage.ordered(shop)
                stage.later(seconds=1)
                told[stage.world.bill(shop, order, amount)] = order, amount
            found, _ = stage.changes(shop, cursor)
            assert {one.bill: one.order_number for one in found} == {bill: order for bill, (order, _) in told.items()}
            assert all(one.amount in (None, told[one.bill][1]) for one in found), "another amount"

    @proves("C31")
    def test_a_ban_at_whatever_page_loses_nothing(self) -> None:
        """Before the first, between any two and after the last: either it is told, or every change is."""
        with self.staged() as stage:
            shop = stage.connected()
            _, begin = stage.changes(shop, "")
            order = stage.ordered(shop)
            bills = sorted(stage.world.bill(shop, order, MONEY) for _ in range(30))
            for after in range(8):
                stage.world.ban(shop, 120, after=after)
                page = stage.connector.changes(shop, begin, 100)
                assert isinstance(page, Ok | Throttled)
                if isinstance(page, Ok) and not page.value.more:
                    assert sorted(one.bill for one in page.value.suggestions) == bills, f"banned after {after} calls"
                stage.world.ban(shop, 0)
                stage.later(seconds=121)

    @proves("C35")
    def test_threads_with_questions_of_their_own_get_answers_of_their_own(self) -> None:
        """Four threads, half of them with claims that do not agree: nobody hears what another asked."""
        with self.staged() as stage:
            shop = stage.connected()
            orders = [[stage.ordered(shop, Money("CNY", 100 + who)) for _ in range(5)] for who in range(4)]

            def ask(who: int) -> list[Purchase]:
                amount = Money("CNY", 100 + who + who % 2)
                asked = [claim(order, amount) for order in orders[who]]
                return [good(stage.connector.verify_purchase(shop, one)).purchase for one in asked]

            answers = racing(*(lambda who=who: ask(who) for who in range(4)))
            wanted = [Purchase.MATCHED, Purchase.MISMATCH] * 2
            assert answers == [[one] * 5 for one in wanted]


def _carrying(stage: Stage, word: str, after: int) -> list[str]:
    """The methods of the requests that held a word."""
    return [one.method for one in stage.world.seen()[after:] if word.encode() in one.body or word in one.address]
