"""Several editions of one scheme on one platform."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import Final

import attrs
import pytest

from expressplatform import commands as c
from expressplatform.codes import DeclineReason, Duty, EvidenceKind, Status
from expressplatform.errors import InvalidInput, Refused, StoreUnusable
from expressplatform.memory import MemoryEvidence, MemoryKeyStore, MemoryStore
from expressplatform.platform import Platform
from expressplatform.ports import EvidenceStore
from expressplatform.scheme import Scheme
from expressplatform.schemes import HK_CCA
from expressplatform.testing.fakes import ScriptedMessenger
from tests.walking import OFFICER, START, TAOBAO, UPLOAD
from tests.whole_life import ASSESSED, Clock, complaint, seeded

LATER: Final = attrs.evolve(HK_CCA, edition="later", title={"en": "The later edition"}, participants=())
"""An edition in which nobody takes part: nothing is accepted under it."""


class World:
    """One store, and platforms over it that come one after the other."""

    def __init__(self) -> None:
        self.clock, self.store, self.keys, self.post = Clock(), MemoryStore(), MemoryKeyStore(), ScriptedMessenger()

    def platform(self, scheme: Scheme, *earlier: Scheme, evidence: EvidenceStore | None = None) -> Platform:
        """The next platform."""
        made = Platform(
            scheme=scheme, earlier=earlier, store=self.store, keys=self.keys, now=self.clock, draw=seeded,
            messenger=self.post, evidence=evidence,
        )  # fmt: skip
        made.record_impact_assessment(ASSESSED, by=OFFICER)
        return made


@pytest.fixture
def world() -> World:
    """A world before its first complaint."""
    return World()


def uploaded(platform: Platform) -> str:
    """A case that waits for its trader."""
    case = platform.lodge(complaint(), by=OFFICER, key="form-1")
    platform.act(case.id, c.Accept(), by=OFFICER, key="accept")
    return platform.act(case.id, UPLOAD, by=OFFICER, key="upload").id


class TestSeveral:
    """A case is judged for ever by the edition that it was lodged under."""

    def test_a_case_goes_on_by_its_edition_and_the_next_comes_in_under_the_present_one(self, world: World) -> None:
        case = world.platform(HK_CCA).lodge(complaint(), by=OFFICER, key="form-1")
        later = world.platform(LATER, HK_CCA)
        assert later.act(case.id, c.Accept(), by=OFFICER, key="accept").status is Status.ELIGIBLE
        second = later.lodge(complaint(), by=OFFICER, key="form-2")
        assert (case.edition, second.edition) == (HK_CCA.edition, "later")
        with pytest.raises(Refused):
            later.act(second.id, c.Accept(), by=OFFICER, key="accept-2")
        assert [later.edition_of(one) for one in (case, second)] == [HK_CCA, LATER]
        assert (later.scheme, later.earlier) == (LATER, (HK_CCA,))

    def test_time_is_taken_from_cases_of_every_edition(self, world: World) -> None:
        case = uploaded(world.platform(HK_CCA))
        later = world.platform(LATER, HK_CCA)
        due = later.facts(case, by=OFFICER).case.timer(Duty.OBTAIN)
        assert due is not None
        world.clock.at = due.due + timedelta(hours=1)
        ticked = later.tick()
        assert (ticked.steps > 0, ticked.failed) == (True, ())
        assert later.facts(case, by=OFFICER).case.status is Status.REFERRED_BACK

    def test_a_trader_reads_again_what_the_case_s_edition_disclosed(self, world: World) -> None:
        """The later edition has no trader at all."""
        first = world.platform(HK_CCA)
        case = uploaded(first)
        read = first.obtain(case, by=TAOBAO, key="read")
        assert repr(world.platform(LATER, HK_CCA).obtain(case, by=TAOBAO, key="read")) == repr(read)

    def test_letters_call_the_scheme_as_the_case_s_edition_does(self, world: World) -> None:
        uploaded(world.platform(HK_CCA))
        later = world.platform(LATER, HK_CCA)
        second = later.lodge(complaint(), by=OFFICER, key="form-2")
        assert not later.work().failed
        assert len(world.post.sent) > 1
        for letter in world.post.sent:
            by_which = LATER if second.reference in letter.text else HK_CCA
            assert [one.title["en"] in letter.text for one in (LATER, HK_CCA)] == [
                by_which is LATER,
                by_which is HK_CCA,
            ]
        assert any(second.reference in one.text for one in world.post.sent)

    def test_a_document_is_as_large_as_the_case_s_edition_lets_it_be(self, world: World) -> None:
        evidence = MemoryEvidence()
        case = world.platform(HK_CCA).lodge(complaint(), by=OFFICER, key="form-1")
        smaller = world.platform(attrs.evolve(LATER, largest_file=10), HK_CCA, evidence=evidence)
        second = smaller.lodge(complaint(), by=OFFICER, key="form-2")
        for one, held in ((case, True), (second, False)):
            with nullcontext() if held else pytest.raises(InvalidInput, match="at most 10 bytes"):
                smaller.add_evidence(
                    one.id, b"The crane has no hook.", kind=EvidenceKind.CORRESPONDENCE, name="", by=OFFICER, key="chat"
                )

    def test_a_trader_that_only_an_earlier_edition_lists_keeps_its_name(self, world: World) -> None:
        assert world.platform(LATER, HK_CCA).called("taobao") == world.platform(HK_CCA).called("taobao") != "taobao"
        assert world.platform(LATER).called("taobao") == "taobao"


class TestOneThatIsNotHere:
    """A case whose edition was not given is read and counted, and nothing is done to it."""

    def test_it_is_read_and_every_step_is_refused(self, world: World) -> None:
        first = world.platform(HK_CCA)
        case = uploaded(first)
        first.obtain(case, by=TAOBAO, key="read")
        alone = world.platform(LATER)
        seen = alone.facts(case, by=OFFICER).case
        assert (seen.edition, alone.edition_of(seen)) == (HK_CCA.edition, LATER)
        assert alone.trader_case(case, by=TAOBAO).status is Status.OBTAINED
        assert alone.case(case, by=OFFICER, reason="call back").version == seen.version
        for refused in (
            lambda: alone.act(case, c.Acknowledge(), by=OFFICER, key="ack"),
            lambda: alone.obtain(case, by=TAOBAO, key="read"),
            lambda: alone.assess(case, by=OFFICER),
        ):
            with pytest.raises(StoreUnusable, match=f"^other_scheme: the case belongs to hk-cca {HK_CCA.edition}$"):
                refused()

    def test_it_empties_no_trader_s_list_and_no_other_edition_counts_its_days(self, world: World) -> None:
        """The present edition gave the duty that runs no length on the day on which it began."""
        case = uploaded(world.platform(HK_CCA))
        levels = tuple(attrs.evolve(one, valid_from=START.date() + timedelta(days=30)) for one in HK_CCA.service_levels)
        alone = world.platform(attrs.evolve(LATER, service_levels=levels))
        alone.sequence()
        (row,) = alone.trader_cases(by=TAOBAO).rows
        assert (row.case_id, row.duty, row.working_days_left) == (case, Duty.OBTAIN, None)
        (row,) = world.platform(LATER, HK_CCA).trader_cases(by=TAOBAO).rows
        assert row.working_days_left is not None

    def test_what_is_told_of_it_waits_for_its_edition(self, world: World) -> None:
        """By the present edition, the letter would give another reason than the officer had."""
        first = world.platform(HK_CCA)
        case = first.lodge(complaint(), by=OFFICER, key="form-1")
        first.act(case.id, c.Decline(DeclineReason.CRITERIA_NOT_MET), by=OFFICER, key="no")
        assert {code for _, code in world.platform(LATER).work().failed} == {"other_scheme"}
        assert not world.post.sent
        world.clock.wait(days=1)
        assert not world.platform(LATER, HK_CCA).work().failed
        assert not [one for one in world.post.sent if "does not take part" in one.text]
        assert len(world.post.sent) == 2

    def test_the_clock_names_it_as_failed(self, world: World) -> None:
        case = uploaded(world.platform(HK_CCA))
        world.clock.wait(days=100)
        assert world.platform(LATER).tick().failed == ((case, "other_scheme"),)


class TestWhatIsNoEdition:
    """Editions are of one scheme and one council, and each is there once."""

    def test_every_problem_is_told_by_its_path(self, world: World) -> None:
        others = (
            attrs.evolve(HK_CCA, id="elsewhere", edition="1", council="macao"),
            attrs.evolve(HK_CCA, title={"en": "Not the same"}),
        )
        with pytest.raises(InvalidInput) as caught:
            world.platform(HK_CCA, *others)
        assert [(one.path, one.kind) for one in caught.value.problems] == [
            ("$.earlier[0].id", "value"),
            ("$.earlier[0].council", "value"),
            ("$.earlier[1].edition", "duplicate"),
        ]

    def test_the_present_edition_may_be_given_again(self, world: World) -> None:
        assert world.platform(HK_CCA, HK_CCA).earlier == ()
