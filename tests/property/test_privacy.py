"""What holds of every disclosure, whatever the complaint."""

from __future__ import annotations

import string
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.codes import Audience, Basis, Category, Channel, Nature, Purpose, Stage
from expressplatform.complaint import Complainant, Complaint, Consent, EvidenceName, Particulars, TraderRef
from expressplatform.errors import Refused
from expressplatform.privacy import (
    Disclosure,
    Holding,
    confirmed,
    disclose,
    fields_for,
    mask_numbers,
    missing_for_upload,
    obtained,
    owes,
    told_to_delete,
)
from tests.disclosing import SCHEME, WHOM

NOW: Final = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
PARTICULARS: Final[Any] = Particulars
TEXTS: Final = tuple(one.name for one in attrs.fields(PARTICULARS) if one.name != "evidence_names")

canaries = st.text(string.ascii_letters, min_size=16, max_size=16)
instants = st.integers(-100, 100).map(lambda hours: NOW + timedelta(hours=hours))
consents = st.lists(
    st.builds(
        Consent,
        recipient=st.sampled_from(sorted(WHOM.values())),
        purpose=st.sampled_from([Purpose.HANDLING, Purpose.RESEARCH]),
        notice=st.sampled_from(["v1", "v2"]),
        given_at=instants,
        channel=st.sampled_from(Channel),
    ),
    max_size=6,
)


@st.composite
def complaints(draw: st.DrawFn) -> Complaint:
    """A complaint with a canary in some of its personal fields."""
    some = draw(st.sets(st.sampled_from(TEXTS)))
    texts = {name: draw(canaries) for name in sorted(some)}
    names = draw(st.lists(canaries.map(lambda name: EvidenceName("e", name)), max_size=2))
    return Complaint(
        trader=TraderRef("shop"),
        category=Category.OTHER_GOODS,
        nature=draw(st.sampled_from(Nature)),
        complainant=Complainant(channel=draw(st.sampled_from(Channel)), represented=draw(st.booleans())),
        research_consent=draw(st.booleans()),
        particulars=PARTICULARS(**texts, evidence_names=tuple(names)),
    )


@attrs.frozen
class Attempt:
    """Somebody asks for a disclosure."""

    complaint: Complaint
    audience: Audience
    purpose: Purpose
    stage: Stage
    consents: Sequence[Consent]
    basis: Basis | None = None

    @property
    def table(self) -> tuple[str, ...]:
        """The fields that the table has for it."""
        return fields_for(self.audience, self.purpose, self.stage)

    def made(self) -> Disclosure | Refused:
        """What comes of it."""
        try:
            return disclose(
                self.complaint,
                audience=self.audience,
                recipient=WHOM[self.audience],
                purpose=self.purpose,
                stage=self.stage,
                consents=self.consents,
                scheme=SCHEME,
                at=NOW,
                use_until=NOW + timedelta(days=1),
                basis=self.basis,
                fields=self.table or None,
            )
        except Refused as refusal:
            return refusal


def texts_of(complaint: Complaint) -> list[str]:
    held = complaint.particulars
    assert isinstance(held, Particulars)
    names = [one.name for one in held.evidence_names]
    return [text for text in (*(getattr(held, name) for name in TEXTS), *names) if text]


attempts = st.builds(
    Attempt,
    complaints(),
    st.sampled_from(Audience),
    st.sampled_from(Purpose),
    st.sampled_from(Stage),
    consents,
    st.none() | st.sampled_from(Basis),
)


class TestDisclosure:
    """To another handler only with separate consent, and no more than the purpose needs (PIPL Arts 6, 23)."""

    @given(attempts)
    def test_what_is_shown_stands_in_the_table(self, attempt: Attempt) -> None:
        made = attempt.made()
        if isinstance(made, Disclosure):
            assert set(made.fields) <= set(attempt.table)
            assert tuple(made.values) == made.fields

    @given(attempts)
    def test_a_value_that_has_no_row_is_nowhere_in_it(self, attempt: Attempt) -> None:
        made = attempt.made()
        if isinstance(made, Disclosure):
            carried = str(dict(made.values))
            written = {f"particulars.{name}": getattr(attempt.complaint.particulars, name) for name in TEXTS}
            shown = " ".join(text for path, text in written.items() if path in made.fields)
            for path, value in written.items():
                if value and path not in made.fields and value not in shown:  # the same may be written twice
                    assert value not in carried

    @given(attempts)
    def test_neither_a_disclosure_nor_a_refusal_prints_a_value(self, attempt: Attempt) -> None:
        made = attempt.made()
        for text in texts_of(attempt.complaint):
            assert text not in f"{made!r}{made}{made!s:>1}"

    @given(attempts, st.sampled_from([Audience.TRADER, Audience.CCA]))
    def test_there_is_none_without_a_live_consent_under_the_notice_in_use(
        self, attempt: Attempt, audience: Audience
    ) -> None:
        asked = attrs.evolve(attempt, audience=audience, purpose=Purpose.HANDLING, basis=None)
        if isinstance(asked.made(), Disclosure):
            assert any(
                one.recipient == WHOM[audience]
                and one.purpose is Purpose.HANDLING
                and one.notice == SCHEME.notice
                and one.given_at <= NOW
                for one in asked.consents
            )

    @given(complaint=complaints(), given_consents=consents)
    def test_withdrawing_a_consent_blocks_what_comes_later(
        self, complaint: Complaint, given_consents: list[Consent]
    ) -> None:
        left = [one for one in given_consents if one.recipient != "shop"]
        made = Attempt(complaint, Audience.TRADER, Purpose.HANDLING, Stage.HANDLING, left).made()
        assert isinstance(made, Refused)
        assert made.code == "no_consent"
        assert "shop" in missing_for_upload(left, trader="shop", scheme=SCHEME, at=NOW)

    @given(complaint=complaints(), given_consents=consents)
    def test_a_trader_is_given_one_contact_at_most(self, complaint: Complaint, given_consents: list[Consent]) -> None:
        ours = [*given_consents, Consent("shop", Purpose.HANDLING, "v2", NOW, Channel.WEB)]
        made = Attempt(complaint, Audience.TRADER, Purpose.HANDLING, Stage.HANDLING, ours).made()
        assert isinstance(made, Disclosure)
        contacts = ("email", "phone", "address", "representative_contact")
        assert sum(f"particulars.{name}" in made.fields for name in contacts) <= 1


class TestMasking:
    """Masking hides digits and changes nothing else (PIPL Art 28)."""

    @given(st.text(st.sampled_from("0123456789 -.x中\n"), max_size=80))
    def test_only_digits_give_way_and_doing_it_again_changes_nothing(self, text: str) -> None:
        masked = mask_numbers(text)
        assert len(masked) == len(text)
        assert all(new == old or (new == "•" and old.isdigit()) for new, old in zip(masked, text, strict=True))

    @given(
        st.text("0123456789", min_size=15, max_size=15),
        st.sampled_from(["", " ", "-", " - "]),
        st.text("abc中 ", max_size=5),
    )
    def test_no_card_number_gets_through(self, start: str, between: str, around: str) -> None:
        doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(start)]
        card = start + str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)
        written = between.join(card[place : place + 4] for place in range(0, 16, 4))
        masked = mask_numbers(f"{around}x{written}x{around}")
        assert written not in masked
        assert sum(character.isdigit() for character in masked) <= 4


class TestDeletion:
    """Whoever was told to delete owes it until it confirms (PIPL Art 47)."""

    @given(
        st.lists(
            st.tuples(st.sampled_from("otcT"), st.sampled_from(["shop", "north"]), st.integers(0, 9)),
            max_size=12,
        )
    )
    def test_only_who_obtained_and_was_told_since_owes(self, steps: list[tuple[str, str, int]]) -> None:
        holdings: tuple[Holding, ...] = ()
        owed: set[str] = set()
        held: set[str] = set()
        for kind, organisation, hours in steps:
            at = NOW + timedelta(hours=hours)
            if kind == "o":
                holdings = obtained(holdings, organisation, at)
                held.add(organisation)
                owed.discard(organisation)
            elif kind == "c":
                holdings = confirmed(holdings, organisation, at)
                held -= owed & {organisation}
                owed.discard(organisation)
            else:
                named = organisation if kind == "t" else None
                holdings = told_to_delete(holdings, named, at)
                owed |= held if named is None else held & {named}
        assert {one for one in ("shop", "north") if owes(holdings, one)} == owed


@pytest.mark.parametrize("stage", Stage)
def test_more_is_shown_to_nobody_than_to_the_council(stage: Stage) -> None:
    """No audience sees a field that the council, which answers for it, does not."""
    council = set(fields_for(Audience.COUNCIL, Purpose.HANDLING, stage))
    assert all(set(fields_for(a, p, stage)) <= council for a in Audience for p in Purpose)
