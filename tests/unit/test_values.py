"""Small values: amounts, references, and what a field may hold."""

from __future__ import annotations

from datetime import UTC, date, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.codes import Channel, EvidenceKind, Outcome, Purpose, Redress
from expressplatform.complaint import (
    ERASED,
    Complaint,
    Consent,
    Evidence,
    KeyDates,
    Particulars,
    Purchase,
    Remark,
    is_personal,
)
from expressplatform.errors import InvalidInput, Problem
from expressplatform.fields import Aware, Checked, Constraint, code, constraint_of, instant, several, text, whole
from expressplatform.money import LARGEST, Money
from expressplatform.references import ALPHABET, LENGTH, read_reference, reference
from tests.whole_complaint import WHOLE, consent

AMOUNTS = st.integers(0, LARGEST // 2)


def kinds(make: object) -> list[tuple[str, str]]:
    assert callable(make)
    with pytest.raises(InvalidInput) as caught:
        make()
    for problem in caught.value.problems:  # the rest of a sentence that begins with the path
        assert isinstance(problem.message, str)
        assert problem.message[0].islower()
        assert not problem.message.endswith(".")
    return [(problem.path, problem.kind) for problem in caught.value.problems]


class TestMoney:
    """Whole numbers of the smallest unit, of one currency: no rounding, no mixing, no guessing."""

    @pytest.mark.parametrize(
        ("amount", "told"),
        [
            (Money("HKD", 129900), "HKD 1299.00"),
            (Money("CNY", 5), "CNY 0.05"),
            (Money("JPY", 1299), "JPY 1299"),
            (Money("KWD", 1299), "KWD 1.299"),
            (Money("BRL", 0), "BRL 0.00"),
        ],
    )
    def test_it_is_told_in_the_units_of_its_currency(self, amount: Money, told: str) -> None:
        assert str(amount) == told

    @pytest.mark.parametrize("currency", ["", "HK", "hkd", "HKDD", "HK1", "ＨＫＤ", "HKD\n", None, 7])
    def test_a_currency_is_three_capital_letters(self, currency: str) -> None:
        assert kinds(lambda: Money(currency, 1)) == [("$.currency", "currency")]

    def test_there_is_a_largest_amount(self) -> None:
        assert Money("HKD", LARGEST).minor_units == LARGEST

    @pytest.mark.parametrize("units", [-1, LARGEST + 1, 1.0, True, "1", None])
    def test_an_amount_is_a_whole_number_that_is_not_negative(self, units: int) -> None:
        assert kinds(lambda: Money("HKD", units)) == [("$.minor_units", "amount")]

    @given(AMOUNTS, AMOUNTS)
    def test_amounts_of_one_currency_are_added(self, one: int, other: int) -> None:
        a, b = Money("HKD", one), Money("HKD", other)
        assert (a + b).minor_units == one + other
        assert a + b == b + a

    def test_amounts_of_two_currencies_never_meet(self) -> None:
        dollars, yuan = Money("HKD", 1), Money("CNY", 1)
        assert kinds(lambda: dollars + yuan) == [("$.currency", "currency_mismatch")]

    def test_amounts_have_no_order_of_their_own(self) -> None:
        with pytest.raises(TypeError):
            Money("HKD", 1) < Money("HKD", 2)  # type: ignore[operator]  # noqa: B015


class TestReferences:
    """A reference is said aloud and typed; one wrong character, or two of one kind, are found."""

    @given(st.binary(min_size=LENGTH))
    def test_what_was_drawn_is_read_back_however_it_is_typed(self, drawn: bytes) -> None:
        made = reference(drawn)
        assert read_reference(made) == made
        assert read_reference(f"  {made.lower().replace('-', ' ')} ") == made
        assert read_reference(made.replace("1", "l").replace("0", "O")) == made
        assert set(made) <= {*ALPHABET, "-"}

    @given(st.binary(min_size=LENGTH, max_size=LENGTH), st.integers(0, LENGTH), st.integers(1, 31))
    def test_every_single_wrong_character_is_found(self, drawn: bytes, place: int, by: int) -> None:
        made = reference(drawn).replace("-", "")
        wrong = ALPHABET[(ALPHABET.index(made[place]) + by) % 32]
        assert kinds(lambda: read_reference(made[:place] + wrong + made[place + 1 :])) == [("$.reference", "reference")]

    @pytest.mark.parametrize("typed", ["", "0123", "0123-4567", "0123-4567-MM", "0123-4567-?", "零123-4567-M"])
    def test_what_is_no_reference_is_refused(self, typed: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            read_reference(typed)
        looks = "must be a case reference such as 0123-4567-M: check each character"
        assert caught.value.problems == (Problem("$.reference", "reference", looks),)

    def test_it_needs_enough_random_bytes(self) -> None:
        with pytest.raises(ValueError, match="eight"):
            reference(b"1234567")

    @given(st.binary(min_size=LENGTH, max_size=LENGTH), st.binary(max_size=4))
    def test_more_bytes_than_needed_change_nothing(self, drawn: bytes, more: bytes) -> None:
        assert reference(drawn + more) == reference(drawn)


@attrs.frozen
class Held:
    """One field of each kind."""

    name: str = attrs.field(default="a", validator=text(3, shortest=1))
    id: str = attrs.field(default="a", validator=code(4))
    other: str = attrs.field(default="", validator=code(4, empty=True))
    count: int = attrs.field(default=1, validator=whole(1, 5))
    maybe: int | None = attrs.field(default=None, validator=whole(1, 5, optional=True))
    parts: tuple[str, ...] = attrs.field(default=("a",), validator=several(2, shortest=1))
    at: datetime = attrs.field(default=datetime(2025, 6, 3, tzinfo=UTC), validator=instant())
    since: datetime | None = attrs.field(default=None, validator=instant(optional=True))
    free: str = ""


class TestFields:
    """A constraint is written once; a message says what is wanted and never what was found."""

    @pytest.mark.parametrize(
        ("field", "value", "kind"),
        [
            ("name", "", "value"),
            ("name", "abcd", "value"),
            ("name", "a\x00", "value"),
            ("name", "é\x00", "value"),
            ("name", "\ud800", "value"),
            ("name", b"a", "type"),
            ("name", None, "type"),
            ("id", "", "value"),
            ("id", "a b", "value"),
            ("id", ".a", "value"),
            ("id", "é", "value"),
            ("other", "a ", "value"),
            ("count", 0, "value"),
            ("count", 6, "value"),
            ("count", True, "type"),
            ("count", 1.0, "type"),
            ("count", None, "type"),
            ("maybe", 9, "value"),
            ("parts", (), "value"),
            ("parts", ("a", "b", "c"), "value"),
            ("parts", ["a"], "type"),
            ("at", datetime(2025, 6, 3), "instant"),  # noqa: DTZ001
            ("at", None, "instant"),
            ("at", "2025-06-03T00:00:00Z", "instant"),
            ("since", date(2025, 6, 3), "instant"),
        ],
    )
    def test_what_does_not_fit_is_refused_by_its_place(self, field: str, value: object, kind: str) -> None:
        changes: dict[str, object] = {field: value}
        assert kinds(lambda: Held(**changes)) == [(f"$.{field}", kind)]  # type: ignore[arg-type]

    def test_what_fits_is_taken(self) -> None:
        Held(name="é", id="a:b", other="", maybe=3, parts=("a", "b"), since=datetime(2025, 1, 1, tzinfo=UTC))

    def test_a_number_of_a_class_of_its_own_is_a_number(self) -> None:
        class Count(int):
            pass

        assert Held(count=Count(3)).count == 3

    @pytest.mark.parametrize(
        ("constraint", "value", "told"),
        [
            (Constraint(shortest=2), "a", "must have at least 2 characters"),
            (Constraint(shortest=1), "", "must not be empty"),
            (Constraint(longest=1), "ab", "must have at most 1 characters"),
            (Constraint(), "\x00", "must not contain the NUL character"),
            (Constraint(), "é\x00", "must not contain the NUL character"),
            (Constraint(), "\udfff", "must not contain lone surrogates"),
            (Constraint(shortest=1), (), "must have at least 1 entries"),
            (Constraint(longest=1), [1, 2], "must have at most 1 entries"),
            (Constraint(least=1), 0, "must be at least 1"),
            (Constraint(most=1), 2, "must be at most 1"),
            (Constraint(least=1), True, None),
            (Constraint(), 7, None),
            (Constraint(), "é", None),
            (Constraint(pattern="a"), "", None),
            (Constraint(shortest=9), None, None),
        ],
    )
    def test_a_message_says_what_is_wanted(self, constraint: Constraint, value: object, told: str | None) -> None:
        assert constraint.complaint(value) == told

    def test_a_field_tells_its_constraint_to_whoever_asks(self) -> None:
        fields = attrs.fields_dict(Held)
        assert constraint_of(fields["count"]) == Constraint(least=1, most=5)
        assert constraint_of(fields["name"]) == Constraint(shortest=1, longest=3)
        assert constraint_of(fields["free"]) is None
        assert isinstance(fields["count"].validator, Checked)
        assert isinstance(fields["at"].validator, Aware)


class TestComplaint:
    """A complaint is checked once, as a whole; what contradicts itself is told by path, all of it at once."""

    def test_dates_lie_in_order(self) -> None:
        dates = KeyDates(promised_on=date(2025, 4, 30), delivered_on=date(2025, 4, 1))
        contact = attrs.evolve(WHOLE.prior_contact, on=date(2025, 4, 29))
        assert kinds(lambda: attrs.evolve(WHOLE, dates=dates, prior_contact=contact)) == [
            ("$.dates.promised_on", "date_order"),
            ("$.dates.delivered_on", "date_order"),
            ("$.prior_contact.on", "date_order"),
        ]
        assert attrs.evolve(WHOLE, dates=dates, purchase=Purchase()).dates == dates

    def test_amounts_are_of_one_currency(self) -> None:
        assert kinds(lambda: attrs.evolve(WHOLE, claimed=Money("CNY", 1))) == [
            ("$.claimed.currency", "currency_mismatch")
        ]
        assert attrs.evolve(WHOLE, claimed=Money("HKD", 1)).claimed == Money("HKD", 1)

    def test_an_id_names_one_document_and_a_recipient_has_one_consent(self) -> None:
        twice = (*WHOLE.evidence, Evidence("order-1", EvidenceKind.OTHER))
        assert kinds(lambda: attrs.evolve(WHOLE, evidence=twice, consents=(consent("a"), consent("a")))) == [
            ("$.evidence[1].id", "duplicate"),
            ("$.consents[1].recipient", "duplicate"),
        ]

    def test_the_smallest_complaint_says_whom_and_over_what(self) -> None:
        complaint = Complaint(trader=WHOLE.trader, category=WHOLE.category, nature=WHOLE.nature)
        assert complaint.particulars is ERASED
        assert repr(ERASED) == str(ERASED) == "ERASED"

    @pytest.mark.parametrize("held", [Particulars(name="secret"), Remark("secret")])
    def test_particulars_never_print(self, held: object) -> None:
        assert is_personal(type(held))
        assert "secret" not in repr(held) + str(held)
        assert str(held) == f"{type(held).__name__}(•••)"

    def test_what_is_no_class_is_not_personal(self) -> None:
        assert not is_personal(Particulars())
        assert not is_personal(Complaint)
        assert not is_personal(Outcome)
        assert not is_personal("Particulars")

    @pytest.mark.parametrize(
        ("held", "contact"),
        [
            (Particulars(email="e@x", phone="1", address="a"), "e@x"),
            (Particulars(phone="1", address="a"), "1"),
            (Particulars(address="a"), "a"),
            (Particulars(), ""),
        ],
    )
    def test_the_first_means_of_reaching_somebody(self, held: Particulars, contact: str) -> None:
        assert held.contact == contact

    def test_a_consent_knows_when_it_was_given(self) -> None:
        given_at = datetime(2025, 6, 3)  # noqa: DTZ001
        assert kinds(lambda: Consent("cca", Purpose.HANDLING, "n-1", given_at, Channel.WEB)) == [
            ("$.given_at", "instant")
        ]
        assert Redress.REFUND in WHOLE.redress
