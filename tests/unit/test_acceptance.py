"""The acceptance list: each item is found done, not done, or done wrong, by what is there to be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import pytest

from expressplatform.errors import Refused
from expressplatform_http.sandbox.acceptance import MARK, WANTED, Outcome, Result, Scene, Seen, certify, scenes

SPOKEN = ("contact_reported", {"code_given": True})
Said = tuple[str, Mapping[str, object]]


@attrs.define
class Board:
    """A sandbox that is played: what a system does to the case of each item is written down here beforehand."""

    does_: Mapping[str, Sequence[Said]] = attrs.Factory(dict)
    asks: Sequence[tuple[str, str]] = (("GET", "/v1/trader/cases"),)
    answers: Sequence[tuple[str, int]] = (("delivered", 204),) * 3
    told: int = 1
    refuses: str = ""
    deeds: list[tuple[str, str]] = attrs.Factory(list)
    made: list[str] = attrs.Factory(list)
    held: bool = False

    def new_case(self, ask: str) -> str:
        assert ask.startswith("[certify:")
        self.made.append(ask.partition("]")[0].removeprefix("[certify:"))
        return f"{self.made[-1]}-{len(self.made)}"

    def case(self, case_id: str) -> Seen:
        item = case_id.rpartition("-")[0]
        gone = ("stay-silent", case_id) in self.deeds
        events: list[tuple[str, str, Mapping[str, object]]] = [("uploaded", "council", {})]
        for kind, asked in self.does_.get(item, ()):
            if kind == "(late)":
                if not gone:
                    break
                events.append(("lapsed", "clock", {}))
                continue
            events.append((kind, "trader", dict(asked)))
        return Seen(case_id, "R", "obtained" if not gone else "referred_back", tuple(events))

    def does(self, deed: str, case_id: str) -> None:
        if self.refuses == deed:
            raise Refused("expired", case_id, "trader", (), "The offer has run out.")
        self.deeds.append((deed, case_id))

    def asked(self, after: int) -> Sequence[tuple[int, str, str]]:
        before = [(1, "POST", "/v1/trader/cases/x/obtain")]  # on record before consent was taken back
        since = [(number, *one) for number, one in enumerate(self.asks, 2)]
        return [one for one in (*before, *(since if after else ())) if one[0] > after]

    def endpoints(self) -> int:
        return self.told

    def hold(self) -> None:
        self.held = True

    def shuffle(self, first: str, second: str) -> Sequence[tuple[str, str, int]]:
        assert self.held
        assert (first, second) == tuple(reversed([f"{one}-{at}" for at, one in enumerate(self.made, 1)][-2:]))
        return [(second, *one) for one in self.answers]


GOOD: Mapping[str, Sequence[Said]] = {
    "contact": (("obtained", {}), SPOKEN),
    "offer": (("obtained", {}), SPOKEN, ("offer_made", {})),
    "resolve_with_evidence": (("obtained", {}), ("resolution_reported", {"evidence": ["e1"], "outcome": "settled"})),
    "reject": (("rejected", {"rule": "duplicate"}),),
    "deletion_confirmed": (("obtained", {}), ("deletion_confirmed", {})),
    "late": (("obtained", {}), ("(late)", {}), ("resolution_reported", {"outcome": "settled"})),
    "webhook": (("obtained", {}),),
}


def tried(board: Board, chosen: Sequence[Scene] | None = None, looks: int = 30) -> dict[str, Result]:
    """Every item's result, after so many looks at most for each part."""
    passed = 0

    def pause() -> None:
        nonlocal passed
        passed += 1

    told: list[Result] = []
    found = certify(board, wait=looks, pause=pause, clock=lambda: passed, told=told.append, chosen=chosen)
    assert sorted(told, key=lambda one: one.item) == sorted(found, key=lambda one: one.item)
    return {one.item: one for one in found}


def test_a_system_that_does_everything_has_done_every_item() -> None:
    """And the complainant answered where one had to."""
    board = Board(GOOD)
    found = tried(board)
    assert list(found) == [
        "obtain", "contact", "offer", "resolve_with_evidence", "reject", "late", "consent_withdrawn",
        "deletion_confirmed", "webhook",
    ]  # fmt: skip
    assert {one.outcome for one in found.values()} == {Outcome.DONE}
    assert not any(one.next for one in found.values())
    assert sorted(deed for deed, _ in board.deeds) == ["accept-offer", "confirm", "stay-silent", "withdraw-consent"]


def test_a_system_that_does_nothing_has_done_nothing() -> None:
    """And each item says what to do next."""
    found = tried(Board(told=0))
    assert {one.outcome for one in found.values()} == {Outcome.NOT_DONE}
    assert all(one.next for one in found.values())


@pytest.mark.parametrize(
    ("item", "did", "outcome", "says"),
    [
        ("contact", (("obtained", {}), ("contact_reported", {"code_given": False})), Outcome.WRONG, "code"),
        ("contact", (("obtained", {}),), Outcome.NOT_DONE, "report a contact"),
        ("offer", (("obtained", {}), SPOKEN), Outcome.NOT_DONE, "make an offer"),
        ("offer", (("obtained", {}), ("resolution_reported", {})), Outcome.WRONG, "something else"),
        ("resolve_with_evidence", (("resolution_reported", {"outcome": "x"}),), Outcome.WRONG, "no document"),
        ("resolve_with_evidence", (("resolution_reported", {"evidence": ["e"]}),), Outcome.WRONG, "without an outcome"),
        ("resolve_with_evidence", (("impasse_reported", {}),), Outcome.WRONG, "something else"),
        ("reject", (("obtained", {}), ("resolution_reported", {})), Outcome.WRONG, "something else"),
        ("reject", (("obtained", {}),), Outcome.NOT_DONE, "reject the case"),
        ("deletion_confirmed", (("obtained", {}),), Outcome.NOT_DONE, "confirm the deletion"),
        ("late", (("obtained", {}), ("resolution_reported", {})), Outcome.NOT_DONE, "before it was late"),
        ("late", (("obtained", {}), ("(late)", {})), Outcome.NOT_DONE, "report a resolution"),
        ("webhook", (("obtained", {}), ("obtained", {})), Outcome.WRONG, "twice"),
        ("webhook", (), Outcome.NOT_DONE, "obtain each case"),
    ],
)
def test_what_is_left_out_or_done_otherwise_is_seen(
    item: str, did: Sequence[Said], outcome: Outcome, says: str
) -> None:
    """Only that item of an otherwise good system is not done."""
    found = tried(Board({**GOOD, item: did}))
    assert found[item].outcome is outcome
    assert says in found[item].seen
    assert found[item].next
    others = {name: one.outcome for name, one in found.items() if name not in (item, "obtain", "consent_withdrawn")}
    assert set(others.values()) == {Outcome.DONE}


@pytest.mark.parametrize(
    ("asks", "did", "outcome"),
    [
        ((("GET", "/v1/trader/cases"),), GOOD["deletion_confirmed"], Outcome.DONE),
        ((("GET", "/v1/trader/cases"),), (("obtained", {}),), Outcome.DONE),
        ((), (("obtained", {}),), Outcome.NOT_DONE),
        ((), GOOD["deletion_confirmed"], Outcome.DONE),
        ((("GET", "/v1/trader/duties"), ("POST", "{case}/report-contact")), (("obtained", {}),), Outcome.WRONG),
        ((("POST", "{case}/report-contact"), ("GET", "/v1/trader/cases")), (("obtained", {}),), Outcome.DONE),
        ((("GET", "/v1/trader/cases"), ("POST", "{case}/confirm-deletion")), GOOD["deletion_confirmed"], Outcome.DONE),
        ((("GET", "/v1/trader/cases"), ("POST", "/other/report-contact")), (("obtained", {}),), Outcome.DONE),
    ],
)
def test_going_on_after_consent_is_gone_is_wrong_once_the_system_could_know(
    asks: Sequence[tuple[str, str]], did: Sequence[Said], outcome: Outcome
) -> None:
    """A request that was under way before it asked for its list is nobody's fault."""
    scene = next(one for one in scenes() if "consent_withdrawn" in one.items)
    asked = [(method, path.replace("{case}", "/v1/trader/cases/deletion_confirmed-1")) for method, path in asks]
    assert tried(Board({"deletion_confirmed": did}, asked), [scene])["consent_withdrawn"].outcome is outcome


@pytest.mark.parametrize(
    "answers", [(("delivered", 204), ("refused", 500), ("delivered", 204)), (("delivered", 204),) * 2]
)
def test_a_webhook_that_is_not_taken_is_wrong(answers: Sequence[tuple[str, int]]) -> None:
    """One that is known already too."""
    assert tried(Board(GOOD, answers=answers))["webhook"].outcome is Outcome.WRONG


def test_a_rule_against_what_should_follow_is_told() -> None:
    """Such as an offer that nobody can take any more."""
    found = tried(Board(GOOD, refuses="accept-offer"))
    assert found["offer"].outcome is Outcome.WRONG
    assert "run out" in found["offer"].seen


def test_every_scene_says_what_it_wants_behind_a_mark_of_its_own() -> None:
    """So that a person can do it as well as a program."""
    marks = [MARK.format(one.items[-1]) for one in scenes()]
    assert len(set(marks)) == len(marks)
    assert {one.items[-1] for one in scenes()} == set(WANTED)
    assert all(WANTED.values())
