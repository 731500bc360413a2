"""What connectors share and is pure: comparing, judging, the note, the cursor, the evidence."""

from __future__ import annotations

import base64
import hmac
import inspect
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.codes import Language, Role
from expressplatform.commands import ContradictPerformance, ReportPerformance
from expressplatform.complaint import Actor
from expressplatform.connectors import (
    AsyncConnector,
    Bill,
    Connector,
    Found,
    Note,
    Proof,
    Record,
    Tokens,
    command_of,
    evidence_of,
    file_performance,
)
from expressplatform.connectors.comparing import compare
from expressplatform.connectors.cursor import Change, Cursor, changes_of, handed_out, read_cursor, whole_second
from expressplatform.connectors.judging import (
    NO_AMOUNT,
    NO_INSTANT,
    NO_RECORD,
    OTHER_CURRENCY,
    SHORT,
    STILL_OPEN,
    judge,
)
from expressplatform.connectors.noting import line_of, stands
from expressplatform.errors import InvalidInput
from expressplatform.money import Money
from expressplatform.ports import (
    AsyncShopConnector,
    Compared,
    HandOver,
    Paid,
    Performance,
    Promise,
    Purchase,
    PurchaseClaim,
    ShopConnector,
    Suggestion,
    Suggests,
)
from tests.walking import TAOBAO

NOW = datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC)
OVERLAP = timedelta(minutes=10)
FEN = st.integers(1, 10**6)
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


def digest(content: bytes) -> bytes:
    """A keyed digest, as a shop has one."""
    return hmac.digest(b"key", content, "sha256")


class TestComparing:
    """It compares and never displays: each field agrees, does not, or is untold."""

    @given(FEN, st.dates(), names)
    def test_what_is_the_same_agrees(self, fen: int, day: date, name: str) -> None:
        record = Record("1", (Money("CNY", fen),), (day,), (f" {name.upper()}　", "other"))
        found = compare(PurchaseClaim("1", Money("CNY", fen), day, name.upper()), record)
        assert found.purchase is Purchase.MATCHED
        assert (found.order_number, found.amount, found.day) == (Compared.MATCHED,) * 3
        assert found.shop_name is (Compared.MATCHED if name.strip() else Compared.UNTOLD)

    @given(FEN, FEN)
    def test_an_amount_agrees_where_it_is_the_same_to_the_cent(self, claimed: int, recorded: int) -> None:
        found = compare(PurchaseClaim("1", Money("CNY", claimed)), Record("1", (Money("CNY", recorded),)))
        assert (found.amount is Compared.MATCHED) == (claimed == recorded)
        assert (found.purchase is Purchase.MATCHED) == (claimed == recorded)

    def test_what_either_does_not_say_is_untold(self) -> None:
        bare = compare(PurchaseClaim("1"), Record("1", (Money("CNY", 1),), (NOW.date(),), ("Shop",)))
        assert (bare.amount, bare.day, bare.shop_name) == (Compared.UNTOLD,) * 3
        asked = PurchaseClaim("1", Money("CNY", 1), NOW.date(), "Shop")
        found = compare(asked, Record("1"))
        assert (found.amount, found.day, found.shop_name) == (Compared.UNTOLD,) * 3
        assert compare(asked, Record("1", (Money("HKD", 1),))).amount is Compared.UNTOLD
        assert compare(asked, Record("1", shop_names=(" ",))).shop_name is Compared.UNTOLD
        assert compare(asked, Record("2")).purchase is Purchase.MISMATCH

    def test_nothing_of_it_prints(self) -> None:
        for value in (
            Record("5550001", (Money("CNY", 42),), (NOW.date(),), ("Shop",)),
            PurchaseClaim("5550001", Money("CNY", 42), NOW.date(), "Shop"),
            HandOver("5550001", "0123-4567-M"),
            Promise("5550001", Money("CNY", 42)),
            Performance(Paid.PAID, "basis", NOW, Money("CNY", 42), NOW),
            Tokens("5550001", "5550001", "5550001"),
            Bill("5550001", "5550001", Suggests.LOOK, "5550001", NOW),
            Suggestion("i", "5550001", "5550001", Suggests.LOOK, "5550001", NOW),
            Note("5550001", "5550001"),
            Proof(Found.PAID, "5550001", Money("CNY", 42), NOW),
            Cursor(NOW, ((NOW, b"5550001"),)),
            Change(NOW, b"5550001", Bill("5550001", "5550001", Suggests.LOOK, "5550001", NOW)),
        ):
            assert "555" not in repr(value) + str(value)
            assert "42" not in repr(value) + str(value)


class TestJudging:
    """PAID needs proofs of the whole amount; NOT_PAID a record that says so; everything else is UNKNOWN."""

    promise = Promise("1", Money("CNY", 1000), NOW)

    def judged(self, *proofs: Proof, promise: Promise | None = None) -> tuple[Paid, str]:
        found = judge(promise or self.promise, proofs, NOW)
        assert found.read_at == NOW
        return found.paid, found.basis

    @given(st.lists(FEN, min_size=1, max_size=5), FEN)
    def test_payments_are_added_and_compared_with_the_promise(self, parts: list[int], promised: int) -> None:
        proofs = [Proof(Found.PAID, "b", Money("CNY", fen), NOW) for fen in parts]
        found = judge(Promise("1", Money("CNY", promised), NOW), proofs, NOW)
        assert found.paid is (Paid.PAID if sum(parts) >= promised else Paid.NOT_PAID)
        assert found.amount == Money("CNY", sum(parts))
        assert found.at == NOW
        assert found.basis == ("b" if found.paid is Paid.PAID else SHORT)

    def test_a_record_that_does_not_suffice_says_nothing(self) -> None:
        paid = Proof(Found.PAID, "b", Money("CNY", 1000), NOW)
        assert self.judged() == (Paid.UNKNOWN, NO_RECORD)
        assert self.judged(attrs.evolve(paid, amount=None)) == (Paid.UNKNOWN, NO_AMOUNT)
        assert self.judged(attrs.evolve(paid, at=None)) == (Paid.UNKNOWN, NO_INSTANT)
        assert self.judged(attrs.evolve(paid, amount=Money("HKD", 1000))) == (Paid.UNKNOWN, OTHER_CURRENCY)
        assert self.judged(attrs.evolve(paid, at=NOW - timedelta(seconds=1))) == (Paid.UNKNOWN, "b")
        assert self.judged(Proof(Found.NOTHING, "closed")) == (Paid.UNKNOWN, "closed")
        part = attrs.evolve(paid, amount=Money("CNY", 1))
        assert self.judged(part, Proof(Found.OPEN, "o")) == (Paid.UNKNOWN, STILL_OPEN)
        assert self.judged(Proof(Found.OPEN, "o"), Proof(Found.REFUSED, "r")) == (Paid.UNKNOWN, STILL_OPEN)

    def test_a_refusal_contradicts(self) -> None:
        assert self.judged(Proof(Found.NOTHING, "n"), Proof(Found.REFUSED, "r")) == (Paid.NOT_PAID, "r")

    def test_a_refusal_from_before_the_promise_is_no_answer_to_it(self) -> None:
        earlier = Proof(Found.REFUSED, "r", at=NOW - timedelta(seconds=1))
        assert self.judged(earlier) == (Paid.UNKNOWN, NO_RECORD)
        assert self.judged(earlier, Proof(Found.REFUSED, "s", at=NOW)) == (Paid.NOT_PAID, "s")
        always = Promise("1", Money("CNY", 1000))
        assert self.judged(earlier, promise=always) == (Paid.NOT_PAID, "r")

    def test_without_since_every_payment_counts(self) -> None:
        undated = Proof(Found.PAID, "b", Money("CNY", 1000))
        found = judge(Promise("1", Money("CNY", 1000)), [undated], NOW)
        assert (found.paid, found.at) == (Paid.PAID, None)


class TestNote:
    """The line holds the case's reference and a date, and is known again by the reference."""

    @pytest.mark.parametrize("language", [Language.ENGLISH, Language.TRADITIONAL_CHINESE, Language.SIMPLIFIED_CHINESE])
    def test_it_is_one_line_that_stands_where_it_was_written(self, language: Language) -> None:
        for due in (None, date(2031, 2, 28)):
            line = line_of(HandOver("1", "0123-4567-M", due, language))
            assert line.isprintable()
            assert ("2031-02-28" in line) == (due is not None)
            assert stands(f"theirs\n{line}", "0123-4567-M")
            assert not stands(line, "123-4567-M")
            assert not stands(line, "0123-4567")

    def test_a_reference_is_no_pattern(self) -> None:
        assert not stands("0123x4567", "0123.4567")
        assert stands("(0123.4567)", "0123.4567")


class TestCursor:
    """Nothing is left out, nothing comes twice, and the cursor is all the memory there is."""

    @given(st.lists(st.integers(0, 600), max_size=30), st.data())
    def test_every_change_is_handed_out_once_whatever_the_pages(self, offsets: list[int], data: st.DataObject) -> None:
        bills = [
            ("f", Bill(str(n), "1", Suggests.LOOK, "s", NOW + timedelta(seconds=offset)))
            for n, offset in enumerate(offsets)
        ]
        until, cursor, told, more = NOW + timedelta(seconds=600), Cursor(NOW), list[str](), True
        while more:
            since = cursor.place - OVERLAP
            window = [one for one in bills if one[1].changed_at is not None and since <= one[1].changed_at <= until]
            doubled = data.draw(st.permutations(window + window[:3]))
            limit = data.draw(st.integers(1, 5))
            out, cursor, more = handed_out(cursor, changes_of(doubled, until, digest), until, OVERLAP, limit)
            assert len(out) <= limit
            told += [one.bill.id for one in out]
            cursor = read_cursor(cursor.text(digest), digest)
        assert sorted(told) == sorted(str(n) for n in range(len(offsets)))
        assert cursor.place == until

    @given(st.lists(st.tuples(st.integers(-600, 600), st.binary(min_size=8, max_size=8)), max_size=9), st.integers())
    def test_it_comes_back_as_it_was(self, seen: list[tuple[int, bytes]], seconds: int) -> None:
        place = NOW + timedelta(seconds=seconds % 10**8)
        rows = tuple(sorted((place + timedelta(seconds=at), one) for at, one in seen))
        assert read_cursor(Cursor(place, rows).text(digest), digest) == Cursor(place, rows)

    @given(st.text(max_size=60))
    def test_what_is_no_cursor_is_refused_without_being_quoted(self, text: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            read_cursor(text, digest)
        assert len(text) < 8 or text not in str(caught.value)

    @given(st.integers(0, 10**6), st.integers(1, 255))
    def test_a_turned_bit_or_another_key_is_refused(self, at: int, bits: int) -> None:
        text = Cursor(NOW, ((NOW, b"12345678"),)).text(digest)
        raw = bytearray(base64.urlsafe_b64decode(text))
        raw[at % len(raw)] ^= bits
        for bad in (base64.urlsafe_b64encode(raw).decode(), text[:-1] + ("A" if text[-1] != "A" else "B")):
            with pytest.raises(InvalidInput):
                read_cursor(bad, digest)
        with pytest.raises(InvalidInput):
            read_cursor(text, lambda content: hmac.digest(b"other", content, "sha256"))

    def test_the_same_bytes_in_another_spelling_or_too_many_are_refused(self) -> None:
        text = Cursor(NOW).text(digest)
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        other = alphabet[alphabet.index(text[-2]) ^ 1]
        assert base64.urlsafe_b64decode(f"{text[:-2]}{other}=") == base64.urlsafe_b64decode(text)
        for bad in (f"{text[:-2]}{other}=", "A" * 3_000_000):
            with pytest.raises(InvalidInput):
                read_cursor(bad, digest)

    def test_an_edition_or_a_length_that_is_not_ours_is_refused(self) -> None:
        for body in (b"\x02" + bytes(12), b"\x01" + bytes(11) + b"\x01", b"\x01\x7f" + b"\xff" * 7 + bytes(4), b""):
            text = base64.urlsafe_b64encode(body + digest(body)[:16]).decode()
            with pytest.raises(InvalidInput):
                read_cursor(text, digest)

    def test_a_bill_without_an_instant_counts_as_changed_at_the_end(self) -> None:
        bill = Bill("1", "1", Suggests.LOOK, "s", None)
        (one,) = changes_of([("f", bill), ("f", bill)], NOW, digest)
        assert one.at == NOW
        assert one.suggestion().changed_at == NOW
        assert whole_second(NOW + timedelta(milliseconds=999)) == NOW


class TestReporting:
    """It is the trader's word, under the id of one of its own people."""

    def test_each_record_has_its_command(self) -> None:
        paid = Performance(Paid.PAID, "b", NOW, Money("CNY", 1), NOW)
        assert command_of(paid, "e") == ReportPerformance(("e",), Money("CNY", 1))
        assert command_of(attrs.evolve(paid, paid=Paid.NOT_PAID), "e") == ContradictPerformance(("e",))
        assert command_of(attrs.evolve(paid, paid=Paid.UNKNOWN), "e") is None

    def test_the_evidence_says_what_is_known_and_nothing_of_the_order(self) -> None:
        bare = evidence_of("taobao", Performance(Paid.NOT_PAID, "seller_refused", NOW)).decode()
        assert bare.splitlines() == [
            "platform: taobao",
            "the record says: not_paid",
            "basis: seller_refused",
            "read at: 2031-02-03T04:05:06Z",
        ]

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.TRADER])
    def test_nobody_but_the_trader_sends_it(self, role: Role) -> None:
        class Desk:
            def add_evidence(self, *_: object, **__: object) -> None:
                raise AssertionError("it was sent")

            act = add_evidence

        performance = Performance(Paid.PAID, "b", NOW, Money("CNY", 1))
        with pytest.raises(InvalidInput):
            file_performance(Desk(), "c", "p", performance, by=Actor(role, "a", "taobao"), key="k")  # type: ignore[arg-type]
        unknown = attrs.evolve(performance, paid=Paid.UNKNOWN)
        assert file_performance(Desk(), "c", "p", unknown, by=TAOBAO, key="k") is None  # type: ignore[arg-type]


def _signatures(cls: type) -> dict[str, list[str]]:
    own = {name: one for name, one in vars(cls).items() if not name.startswith("_") and callable(one)}
    return {name: list(inspect.signature(one).parameters) for name, one in own.items()}


def test_the_faces_have_the_methods_of_the_ports_and_of_each_other() -> None:
    """A method set is written three times, and is one."""
    wanted = _signatures(ShopConnector)
    assert _signatures(AsyncShopConnector) == wanted
    assert _signatures(Connector) == _signatures(AsyncConnector) == wanted
