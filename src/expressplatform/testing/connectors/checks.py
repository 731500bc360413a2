"""The checks of a connector: its shops' authorisations, purchases, hand-overs, promised money.

Laws of this file: those of `contracts`. What arrived at the platform, and what its people see, is looked at there.
"""

from __future__ import annotations

import traceback
import uuid
from contextlib import AbstractContextManager
from datetime import timedelta

from expressplatform.errors import InvalidInput
from expressplatform.money import Money
from expressplatform.ports import (
    WARN_BEFORE,
    Authorised,
    Compared,
    HandedOver,
    Paid,
    Promise,
    Purchase,
    ShopConnector,
    VerifiedPurchase,
)
from expressplatform.shops import BusinessError, Disconnected, GatewayError, Ok, Result, Throttled
from expressplatform.testing.connectors.stage import BACK, MONEY, Stage, claim, good, notice
from expressplatform.testing.connectors.world import Fault, Moved
from expressplatform.testing.doors import racing, raised
from expressplatform.testing.guarantees import NotRun, proves

CALLS = ("verify_purchase", "hand_over", "changes", "performance")
"""What asks a shop's platform."""


def every_call(connector: ShopConnector, shop: str, order: str) -> list[Result[object]]:
    """What each of the four says."""
    return [
        connector.verify_purchase(shop, claim(order)),
        connector.hand_over(shop, notice(order)),
        connector.changes(shop, "", 10),
        connector.performance(shop, Promise(order, MONEY)),
    ]


class Tried:
    """Where checks find a connector; contracts fill it in."""

    def staged(self) -> AbstractContextManager[Stage]:
        """A world with a connector in it."""
        raise NotImplementedError


class Connecting(Tried):
    """How shops come, stay and go."""

    @proves("C1")
    def test_a_shop_is_connected_by_its_own_answer_to_our_own_link(self) -> None:
        """Another's answer, a refusal, and an answer that was used already connect nobody."""
        with self.staged() as stage:
            shop, state = stage.unconnected()
            link = stage.connector.authorise(BACK, state)
            assert state in link
            query = stage.world.answer_link(shop, link, yes=True)
            assert stage.connector.connect(query, uuid.uuid4().hex) == GatewayError("other_state")
            assert not stage.connector.connection(shop).usable
            assert good(stage.connector.connect(query, state)).state is Authorised.CONNECTED
            assert not isinstance(stage.connector.connect(query, state), Ok)
            other, _ = stage.unconnected()
            refusal = stage.world.answer_link(other, link, yes=False)
            assert isinstance(stage.connector.connect(refusal, state), Disconnected | BusinessError)
            raised(InvalidInput, lambda: stage.connector.authorise(BACK, "short"))

    @proves("C2")
    def test_a_shop_is_shown_as_it_stands(self) -> None:
        """Connected; about to end, fourteen days before; ended, and then not asked for."""
        with self.staged() as stage:
            shop = stage.connected()
            ends = stage.connector.connection(shop).ends_at
            assert ends is not None
            stage.world.pass_time(ends - stage.world.now() - WARN_BEFORE - timedelta(seconds=1))
            assert stage.connector.connection(shop).state is Authorised.CONNECTED
            stage.later(seconds=1)
            assert stage.connector.connection(shop).state is Authorised.ENDING
            assert [one.shop for one in stage.connector.connections()] == [shop]
            stage.world.pass_time(ends - stage.world.now())
            assert stage.connector.connection(shop).state is Authorised.ENDED
            before = len(stage.world.seen())
            answers = every_call(stage.connector, shop, "1")
            assert all(isinstance(answer, Disconnected) for answer in answers), answers
            assert len(stage.world.seen()) == before

    @proves("C3")
    def test_a_shop_that_never_connected_is_told_so_without_asking(self) -> None:
        """Disconnected, whatever is asked, and nothing reaches the platform."""
        with self.staged() as stage:
            shop = stage.world.open_shop()
            before = len(stage.world.seen())
            answers = [*every_call(stage.connector, shop, "1"), stage.connector.refresh(shop)]
            assert all(isinstance(answer, Disconnected) for answer in answers), answers
            assert stage.connector.connection(shop).state is Authorised.DISCONNECTED
            assert len(stage.world.seen()) == before
            assert stage.connector.connections() == ()

    @proves("C4")
    def test_a_shop_that_withdraws_is_disconnected_until_it_connects_again(self) -> None:
        """In the middle of a run it is shown as disconnected and not asked for any more; its owner can come back."""
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            assert good(stage.connector.verify_purchase(shop, claim(order))).found
            stage.world.revoke(shop)
            assert isinstance(stage.connector.verify_purchase(shop, claim(order)), Disconnected)
            assert stage.connector.connection(shop).state is Authorised.DISCONNECTED
            before = len(stage.world.seen())
            assert all(isinstance(one, Disconnected) for one in every_call(stage.connector, shop, order))
            assert len(stage.world.seen()) == before
            stage.connect(shop)
            assert good(stage.connector.verify_purchase(shop, claim(order))).found

    @proves("C5")
    def test_a_shop_that_is_forgotten_here_leaves_no_token(self) -> None:
        """Disconnecting deletes what was kept; nothing is asked with it any more."""
        with self.staged() as stage:
            shop = stage.connected()
            assert stage.connector.disconnect(shop).state is Authorised.DISCONNECTED
            before = len(stage.world.seen())
            assert isinstance(stage.connector.verify_purchase(shop, claim("1")), Disconnected)
            assert isinstance(stage.connector.refresh(shop), Disconnected)
            assert len(stage.world.seen()) == before
            assert stage.connector.disconnect(shop).state is Authorised.DISCONNECTED

    @proves("C6")
    def test_connections_outlive_the_connector(self) -> None:
        """What one connector was given another uses, over the same shelf."""
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            with stage.again() as other:
                assert good(other.verify_purchase(shop, claim(order))).found
                assert other.connection(shop) == stage.connector.connection(shop)

    @proves("C7")
    def test_tokens_are_renewed_by_one_at_a_time(self) -> None:
        """Whoever asks at once is told how it stands; afterwards the shop is asked under the new tokens."""
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            ends = stage.connector.connection(shop).ends_at
            assert ends is not None
            stage.world.pass_time(ends - stage.world.now() - timedelta(hours=2))
            before, secrets = len(stage.world.seen()), set(stage.world.secrets())
            with stage.again() as other:
                answers = racing(*(lambda by=by: by.refresh(shop) for by in (stage.connector, other) * 2))
            if all(isinstance(answer, BusinessError) for answer in answers):
                raise NotRun("the platform renews nothing")
            late = BusinessError("too_early", "")  # who came once the new tokens were there
            assert all(isinstance(answer, Ok) or answer == late for answer in answers), answers
            assert len(stage.world.seen()) == before + 1
            assert set(stage.world.secrets()) - secrets
            renewed = stage.connector.connection(shop)
            assert (renewed.state, renewed.ends_at) != (Authorised.ENDING, ends)
            stage.later(hours=3)
            assert good(stage.connector.verify_purchase(shop, claim(order))).found


class Verifying(Tried):
    """Whether somebody bought what they say."""

    @proves("C8")
    def test_a_purchase_that_agrees_is_matched(self) -> None:
        """Number, amount, day and shop; and what the claim does not say is untold, not a mismatch."""
        with self.staged() as stage:
            shop = stage.connected()
            order, name = stage.ordered(shop), stage.world.shop_name(shop)
            found = good(stage.connector.verify_purchase(shop, claim(order, MONEY, stage.today(), name)))
            assert found.purchase is Purchase.MATCHED
            assert found.order_number is found.amount is found.day is Compared.MATCHED
            assert found.shop_name is not Compared.MISMATCH
            bare = good(stage.connector.verify_purchase(shop, claim(order, None)))
            assert (bare.purchase, bare.amount, bare.day) == (Purchase.MATCHED, Compared.UNTOLD, Compared.UNTOLD)

    @proves("C9")
    def test_each_field_that_does_not_agree_is_named_and_no_other(self) -> None:
        """An amount a cent off, a day one off, another shop's name; other currencies are not compared."""
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            ask = stage.connector.verify_purchase
            off = good(ask(shop, claim(order, Money("CNY", MONEY.minor_units + 1), stage.today())))
            assert (off.purchase, off.amount, off.day) == (Purchase.MISMATCH, Compared.MISMATCH, Compared.MATCHED)
            off = good(ask(shop, claim(order, MONEY, stage.today() - timedelta(days=1))))
            assert (off.purchase, off.amount, off.day) == (Purchase.MISMATCH, Compared.MATCHED, Compared.MISMATCH)
            named = good(ask(shop, claim(order, MONEY, None, "某某某某 another shop altogether")))
            assert named.shop_name is not Compared.MATCHED
            foreign = good(ask(shop, claim(order, Money("HKD", MONEY.minor_units))))
            assert (foreign.purchase, foreign.amount) == (Purchase.MATCHED, Compared.UNTOLD)

    @proves("C10")
    def test_an_order_that_is_not_this_shops_is_not_found(self) -> None:
        """A number that nobody has, one that is no number of the platform's, and another shop's."""
        with self.staged() as stage:
            shop, other = stage.connected(), stage.connected()
            theirs = stage.ordered(other)
            last = int(stage.ordered(shop))
            for number in (str(last + 7_000_000), "A-1", theirs):
                assert good(stage.connector.verify_purchase(shop, claim(number))) == VerifiedPurchase(found=False), (
                    number
                )


class Handing(Tried):
    """How the seller's people hear of a case."""

    @proves("C11")
    def test_a_case_is_written_once_however_often_it_is_handed_over(self) -> None:
        """The second time it was there, also for another connector, and with another last day."""
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            assert good(stage.connector.hand_over(shop, notice(order))) is HandedOver.WRITTEN
            written = stage.world.note(shop, order)
            assert written.count("0123-0001-M") == 1
            with stage.again() as other:
                assert good(other.hand_over(shop, notice(order))) is HandedOver.WAS_THERE
            assert stage.world.note(shop, order) == written
            assert good(stage.connector.hand_over(shop, notice(order, 2))) is HandedOver.WRITTEN
            assert good(stage.connector.hand_over(shop, notice(order))) is HandedOver.WAS_THERE

    @proves("C12")
    def test_what_the_sellers_people_wrote_stays_letter_for_letter(self) -> None:
        """Their note is still there, before ours; and where ours does not fit, nothing is written."""
        theirs = "客人說尺碼不對 call back <b>&amp; 'quoted' 100%\n second line"
        with self.staged() as stage:
            shop = stage.connected()
            order, full = stage.ordered(shop), stage.ordered(shop)
            stage.world.write_note(shop, order, theirs)
            good(stage.connector.hand_over(shop, notice(order)))
            assert stage.world.note(shop, order).startswith(theirs)
            assert stage.world.note(shop, order) != theirs
            long = "滿" * 320
            stage.world.write_note(shop, full, long)
            answer = stage.connector.hand_over(shop, notice(full))
            assert isinstance(answer, BusinessError) or long in stage.world.note(shop, full), answer

    @proves("C13")
    def test_a_note_says_that_a_case_waits_and_nothing_about_anybody(self) -> None:
        """The reference and a date; not the order's number, not an amount."""
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            good(stage.connector.hand_over(shop, notice(order)))
            note = stage.world.note(shop, order)
            assert "2031-02-28" in note
            assert order not in note
            assert not [word for word in stage.world.particulars() if word in note]

    @proves("C14")
    def test_a_write_whose_answer_was_lost_is_read_back(self) -> None:
        """Whether the request or the reply was lost, or the reply cannot be read: it stands there once."""
        with self.staged() as stage:
            shop = stage.connected()
            for kind in (Fault.LOST_REPLY, Fault.LOST_REQUEST, Fault.GARBAGE, Fault.BUSY):
                order = stage.ordered(shop)
                stage.world.write_note(shop, order, "theirs")
                stage.world.fault(kind, writing=True)
                assert good(stage.connector.hand_over(shop, notice(order))) is HandedOver.WRITTEN, kind
                note = stage.world.note(shop, order)
                assert note.count("0123-0001-M") == 1, kind
                assert note.startswith("theirs"), kind

    @proves("C15")
    def test_a_write_that_is_lost_again_and_again_is_given_up_without_harm(self) -> None:
        """It is not repeated without end; it can be handed over afterwards, and stands there once."""
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            stage.world.fault(Fault.LOST_REQUEST, writing=True, times=20)
            before = len(stage.world.seen())
            assert isinstance(stage.connector.hand_over(shop, notice(order)), GatewayError)
            assert len(stage.world.seen()) - before < 20
            stage.world.fault(Fault.LOST_REQUEST, writing=True, times=0)
            assert good(stage.connector.hand_over(shop, notice(order))) in HandedOver
            assert stage.world.note(shop, order).count("0123-0001-M") == 1

    @proves("C16")
    def test_an_order_that_is_not_there_is_no_fault(self) -> None:
        """BusinessError, and nothing is written anywhere."""
        with self.staged() as stage:
            shop, other = stage.connected(), stage.connected()
            theirs = stage.ordered(other)
            for number in (theirs, "A-1"):
                assert isinstance(stage.connector.hand_over(shop, notice(number)), BusinessError), number
                judged = stage.connector.performance(shop, Promise(number, MONEY))
                assert isinstance(judged, BusinessError) or good(judged).paid is Paid.UNKNOWN, number
            assert stage.world.note(other, theirs) == ""


class Proving(Tried):
    """Whether promised money arrived."""

    @proves("C17")
    def test_money_arrived_where_the_record_says_so_and_not_before(self) -> None:
        """Unknown while nothing is recorded or a bill is open; paid, with the amount, once the money went back."""
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            promise = Promise(order, MONEY, stage.world.now())
            ask = stage.connector.performance
            assert good(ask(shop, promise)).paid is Paid.UNKNOWN
            stage.later(minutes=1)
            bill = stage.world.bill(shop, order, MONEY)
            assert good(ask(shop, promise)).paid is Paid.UNKNOWN
            stage.later(minutes=1)
            stage.world.move(bill, Moved.PAID)
            found = good(ask(shop, promise))
            assert (found.paid, found.amount) == (Paid.PAID, MONEY), found.basis
            assert found.basis
            assert found.read_at == stage.world.now()

    @proves("C18")
    def test_a_promise_is_contradicted_by_a_record_and_by_nothing_less(self) -> None:
        """By a payment of less; never by a bill that was closed, which proves nothing, nor by one that is open."""
        with self.staged() as stage:
            shop = stage.connected()
            ask = stage.connector.performance
            short, closed, refused = (stage.ordered(shop) for _ in range(3))
            stage.world.move(stage.world.bill(shop, short, Money("CNY", 100)), Moved.PAID)
            assert good(ask(shop, Promise(short, MONEY))).paid is Paid.NOT_PAID
            stage.world.move(stage.world.bill(shop, closed, MONEY), Moved.CLOSED)
            assert good(ask(shop, Promise(closed, MONEY))).paid is Paid.UNKNOWN
            stage.world.move(stage.world.bill(shop, refused, MONEY), Moved.REFUSED)
            assert good(ask(shop, Promise(refused, MONEY))).paid is not Paid.PAID

    @proves("C19")
    def test_a_payment_from_before_the_promise_was_for_something_else(self) -> None:
        """It does not count; nor does one in another currency than the promise names."""
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            stage.world.move(stage.world.bill(shop, order, MONEY), Moved.PAID)
            stage.later(minutes=5)
            ask = stage.connector.performance
            assert good(ask(shop, Promise(order, MONEY, stage.world.now()))).paid is not Paid.PAID
            assert good(ask(shop, Promise(order, MONEY))).paid is Paid.PAID
            assert good(ask(shop, Promise(order, Money("HKD", MONEY.minor_units)))).paid is Paid.UNKNOWN


class Secretive(Tried):
    """What a connector tells nobody."""

    @proves("C20")
    def test_nothing_prints_keeps_or_addresses_a_secret_or_a_particular(self) -> None:
        """No token, code or secret in what is kept, printed or raised; nothing of an order in an address."""
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            stage.world.bill(shop, order, MONEY)
            cursor = good(stage.connector.changes(shop, "", 10)).cursor
            answers = [*every_call(stage.connector, shop, order), stage.connector.changes(shop, cursor, 10)]
            said = [repr(answer) + str(answer) for answer in answers]
            said += [repr(stage.connector), repr(stage.connector.connections()), repr(claim(order)), cursor]
            try:
                stage.connector.changes(shop, cursor + "x", 10)
            except InvalidInput as error:
                said.append("".join(traceback.format_exception(error)) + repr(error))
            stage.world.revoke(shop)
            said.append(repr(stage.connector.verify_purchase(shop, claim(order))))
            hidden = [*stage.world.secrets(), *stage.world.particulars(), order]
            for text in [*said, stage.kept().decode("latin-1")]:
                assert not [word for word in hidden if word in text], "something is told"

    @proves("C21")
    def test_no_address_holds_a_token_or_an_order(self) -> None:
        """What goes to the platform about an order goes in a body or, where it is so made, in a path of its own."""
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            after = len(stage.world.seen())
            every_call(stage.connector, shop, order)
            for seen in stage.world.seen()[after:]:
                assert not [one for one in stage.world.secrets() if one in seen.address], seen.method

    @proves("C22")
    def test_a_word_of_patience_is_no_word_of_refusal(self) -> None:
        """A ban is Throttled, and no shop is disconnected and no order lost by it."""
        with self.staged() as stage:
            shop = stage.connected()
            order = stage.ordered(shop)
            stage.world.ban(shop, 600)
            assert isinstance(stage.connector.verify_purchase(shop, claim(order)), Throttled)
            assert stage.connector.connection(shop).usable
