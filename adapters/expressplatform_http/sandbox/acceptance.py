"""The acceptance list: what a trader's own system must do before it meets real people, tried one by one.

Laws of this file
- The system under test is never asked what it did: it is read off the cases, the requests and the webhooks.
- A scene makes its situation, and asks for what it wants in the words of the complaint, behind a mark of its own
  (`MARK`), which a test desk may read and a person can. Then it looks until it is decided or told that time is over.
- Done, not done, or done wrong: each says what was seen, and what to do next.
- Scenes that push the clock or hold webhooks run after the others, alone.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from enum import StrEnum
from typing import Final, Protocol

import attrs

from expressplatform.errors import Refused

MARK: Final = "[certify:{}]"
"""How the words of a complaint begin that asks for something: ``[certify:offer] ...``."""


_LOOKS: Final = 10
"""How often a scene looks again once everything is there that must be there once."""


class Outcome(StrEnum):
    """How an item of the list ended."""

    DONE = "done"
    NOT_DONE = "not_done"
    WRONG = "wrong"


@attrs.frozen
class Result:
    """An item of the list: its name, how it ended, what was seen, and what to do next (empty where it is done)."""

    item: str
    outcome: Outcome
    seen: str
    next: str = ""


@attrs.frozen
class Seen:
    """A case as it stands: its status, and its events, each a kind, who did it by role, and what was asked."""

    case_id: str
    reference: str
    status: str
    events: tuple[tuple[str, str, Mapping[str, object]], ...]

    def of(self, kind: str) -> tuple[Mapping[str, object], ...]:
        """What was asked in the events of a kind."""
        return tuple(asked for one, _, asked in self.events if one == kind)

    def by_trader(self) -> tuple[str, ...]:
        """The kinds of the trader's events."""
        return tuple(kind for kind, role, _ in self.events if role == "trader")


class Box(Protocol):
    """What a scene needs of a running sandbox; each may raise an error of the tree."""

    def new_case(self, ask: str) -> str:
        """A complaint that asks for something comes in and is uploaded: the id of its case."""

    def case(self, case_id: str) -> Seen:
        """How a case stands."""

    def does(self, deed: str, case_id: str) -> None:
        """The complainant does something, or stays silent."""

    def asked(self, after: int) -> Sequence[tuple[int, str, str]]:
        """The requests of the trader's system after a number: number, method, path."""

    def endpoints(self) -> int:
        """At how many addresses the trader is told."""

    def hold(self) -> None:
        """Webhooks wait."""

    def shuffle(self, first: str, second: str) -> Sequence[tuple[str, str, int]]:
        """The first goes out, the second, and the second again: cases, outcomes and statuses of all attempts."""


Play = Generator[None, bool, tuple[Result, ...]]
"""A scene that is looked at again and again; it is sent whether time is over, and must end then."""


@attrs.frozen
class Scene:
    """Items of the list that are tried together: their names, what is wanted, and how it is played.

    ``alone``: it pushes the clock or holds webhooks, so that it runs after the others.
    """

    items: tuple[str, ...]
    wanted: str
    play: Callable[[Box], Play]
    alone: bool = False


WANTED: Final[Mapping[str, str]] = {
    "contact": "Obtain this case, speak with the complainant, and report the contact with the code said.",
    "offer": "Obtain this case, report the contact, and make an offer.",
    "resolve_with_evidence": "Obtain this case, report the contact, hand in a document, and report the resolution "
    "naming it.",
    "reject": "Reject this case by one of the rules: it is not yours.",
    "deletion_confirmed": "Obtain this case and leave it. The complainant will take the consent back: then do no more "
    "with it but delete what you have, and confirm that.",
    "late": "Obtain this case and leave it until it has gone back to the council for lateness. Then report the "
    "resolution all the same.",
    "webhook": "You are told of this case by webhook, twice and after a later one. Obtain it once.",
}
"""What each scene asks for, by its last item."""


def _ask(item: str) -> str:
    return f"{MARK.format(item)} {WANTED[item]}"


# --- the scenes -----------------------------------------------------------------------------------------------


def _obtain_and_contact(box: Box) -> Play:
    case_id = box.new_case(_ask("contact"))
    while True:
        over = yield
        seen = box.case(case_id)
        told = seen.of("contact_reported")
        if not over and not told:
            continue
        read = (
            Result("obtain", Outcome.DONE, "It obtained the details.")
            if seen.of("obtained")
            else _undone("obtain", seen, "obtain the details", "POST /v1/trader/cases/{case_id}/obtain")
        )
        if not told:
            return read, _undone("contact", seen, "report a contact", ".../report-contact")
        if not told[-1].get("code_given"):
            return read, Result(
                "contact", Outcome.WRONG, "It reported a contact without the code having been said.",
                "Say the call code of the details first, and report it: code_given is true.",
            )  # fmt: skip
        return read, Result("contact", Outcome.DONE, "It reported the contact, with the code said.")


def _offer(box: Box) -> Play:
    case_id = box.new_case(_ask("offer"))
    while True:
        over = yield
        seen = box.case(case_id)
        if seen.of("offer_made"):
            box.does("accept-offer", case_id)
            return (Result("offer", Outcome.DONE, "It made an offer, which the complainant took."),)
        if wrong := _other_way("offer", seen, "resolution_reported", "impasse_reported", "rejected"):
            return (wrong,)
        if over:
            return (_undone("offer", seen, "make an offer", ".../make-offer"),)


def _resolve(box: Box) -> Play:
    item = "resolve_with_evidence"
    case_id = box.new_case(_ask(item))
    while True:
        over = yield
        seen = box.case(case_id)
        if told := seen.of("resolution_reported"):
            if not told[-1].get("evidence"):
                return (
                    Result(
                        item, Outcome.WRONG, "It reported a resolution that names no document.",
                        "Hand a document in (POST .../evidence) and name its id in 'evidence' of report-resolution.",
                    ),
                )  # fmt: skip
            if not told[-1].get("outcome"):
                return (
                    Result(
                        item, Outcome.WRONG, "It reported a resolution without an outcome.",
                        "Say in 'outcome' what was settled.",
                    ),
                )  # fmt: skip
            box.does("confirm", case_id)
            return (Result(item, Outcome.DONE, "It reported the resolution with a document; it was confirmed."),)
        if wrong := _other_way(item, seen, "impasse_reported", "rejected"):
            return (wrong,)
        if over:
            return (_undone(item, seen, "report a resolution", ".../report-resolution"),)


def _reject(box: Box) -> Play:
    case_id = box.new_case(_ask("reject"))
    while True:
        over = yield
        seen = box.case(case_id)
        if told := seen.of("rejected"):
            return (Result("reject", Outcome.DONE, f"It rejected the case by the rule {told[-1].get('rule')}."),)
        if wrong := _other_way("reject", seen, "resolution_reported", "impasse_reported"):
            return (wrong,)
        if over:
            return (_undone("reject", seen, "reject the case", ".../reject with a rule"),)


def _consent(box: Box) -> Play:
    case_id = box.new_case(_ask("deletion_confirmed"))
    while not box.case(case_id).of("obtained"):
        if (yield):
            seen = box.case(case_id)
            what = ("obtain the details, so that no consent could be taken back", "POST .../obtain")
            return tuple(_undone(item, seen, *what) for item in ("consent_withdrawn", "deletion_confirmed"))
    box.does("withdraw-consent", case_id)
    mark = max((number for number, _, _ in box.asked(0)), default=0)
    while True:
        over = yield
        seen, asked = box.case(case_id), box.asked(mark)
        deleted = bool(seen.of("deletion_confirmed"))
        if not over and not deleted:
            continue
        return _left_alone(case_id, asked, deleted=deleted), _deleted(seen, deleted=deleted)


def _left_alone(case_id: str, asked: Sequence[tuple[int, str, str]], *, deleted: bool) -> Result:
    """Whether nothing more was tried on a case once the system could know that consent was gone."""
    item = "consent_withdrawn"
    told = next((number for number, method, _ in asked if method == "GET"), None)
    after = [path for number, method, path in asked if told is not None and number > told and method == "POST"]
    tried = [one for one in after if case_id in one and not one.endswith("/confirm-deletion")]
    if tried:
        return Result(
            item, Outcome.WRONG, f"It went on with the case: {tried[0].rpartition('/')[2]}.",
            "When a case is in 'gone', or has 'delete_by', do no more with it.",
        )  # fmt: skip
    if told is None and not deleted:
        return Result(
            item, Outcome.NOT_DONE, "It has asked nothing since, and does not know.",
            "Fetch GET /v1/trader/cases and GET /v1/trader/duties every few minutes.",
        )  # fmt: skip
    return Result(item, Outcome.DONE, "It did no more with the case.")


def _deleted(seen: Seen, *, deleted: bool) -> Result:
    if deleted:
        return Result("deletion_confirmed", Outcome.DONE, "It confirmed that it deleted what it had.")
    return _undone("deletion_confirmed", seen, "confirm the deletion", "POST .../confirm-deletion")


def _late(box: Box) -> Play:
    case_id = box.new_case(_ask("late"))
    while not box.case(case_id).of("obtained"):
        if (yield):
            what = ("obtain the details, so that it could not be late", "POST .../obtain")
            return (_undone("late", box.case(case_id), *what),)
    if box.case(case_id).status in ("obtained", "in_conciliation"):
        box.does("stay-silent", case_id)
    while True:
        seen = box.case(case_id)
        if seen.of("resolution_reported"):
            if not seen.of("lapsed"):
                return (
                    Result(
                        "late", Outcome.NOT_DONE, "It reported before it was late, so that lateness was not tried.",
                        "Obtain the case and leave it until its status is 'referred_back'.",
                    ),
                )  # fmt: skip
            return (Result("late", Outcome.DONE, "It reported the resolution after the deadline."),)
        if (yield):
            return (_undone("late", seen, "report a resolution", ".../report-resolution, which stays allowed"),)


def _webhook(box: Box) -> Play:
    if not box.endpoints():
        yield
        return (
            Result(
                "webhook", Outcome.NOT_DONE, "It is told nowhere.",
                "Register an endpoint: POST /v1/trader/endpoints, or 'expressplatform sandbox webhook --to URL'.",
            ),
        )  # fmt: skip
    box.hold()
    older, newer = box.new_case(_ask("webhook")), box.new_case(_ask("webhook"))
    attempts = box.shuffle(newer, older)
    late = [f"{status or outcome}" for _, outcome, status in attempts if outcome != "delivered"]
    looks = 0
    while True:
        over = yield
        seen = box.case(older), box.case(newer)
        looks += all(one.of("obtained") for one in seen)
        if not over and looks < _LOOKS:
            continue  # what is done twice is done a moment later
        if late or len(attempts) < 3:
            return (
                Result(
                    "webhook", Outcome.WRONG, f"It did not take every webhook: {', '.join(late) or 'one is missing'}.",
                    "Answer 204 to each webhook that verifies, one that you know already too.",
                ),
            )  # fmt: skip
        for one in seen:
            kinds = one.by_trader()
            twice = sorted({kind for kind in kinds if kinds.count(kind) > 1})
            if twice:
                return (
                    Result(
                        "webhook", Outcome.WRONG, f"Told twice, it did this twice: {', '.join(twice)}.",
                        "Drop a webhook-id that you know, and make the idempotency key of case and step.",
                    ),
                )  # fmt: skip
        if not all(one.of("obtained") for one in seen):
            return (_undone("webhook", seen[0], "obtain each case that it was told of", "POST .../obtain"),)
        return (Result("webhook", Outcome.DONE, "Told twice and out of order, it did everything once."),)


def _undone(item: str, seen: Seen, what: str, how: str) -> Result:
    did = ", ".join(dict.fromkeys(seen.by_trader())) or "nothing"
    return Result(item, Outcome.NOT_DONE, f"It did not {what} ({seen.reference}; it did: {did}).", f"Next: {how}.")


def _other_way(item: str, seen: Seen, *kinds: str) -> Result | None:
    """The result where the case has ended by another step than the one that was asked for."""
    did = next((kind for kind in kinds if seen.of(kind)), None)
    if did is None:
        return None
    said = f"It did something else ({seen.reference}: {did})."
    return Result(item, Outcome.WRONG, said, f"Wanted: {WANTED[item]}")


def scenes() -> tuple[Scene, ...]:
    """The acceptance list, in its order."""
    return (
        Scene(("obtain", "contact"), WANTED["contact"], _obtain_and_contact),
        Scene(("offer",), WANTED["offer"], _offer),
        Scene(("resolve_with_evidence",), WANTED["resolve_with_evidence"], _resolve),
        Scene(("reject",), WANTED["reject"], _reject),
        Scene(("late",), WANTED["late"], _late, alone=True),
        Scene(("consent_withdrawn", "deletion_confirmed"), WANTED["deletion_confirmed"], _consent),
        Scene(("webhook",), WANTED["webhook"], _webhook, alone=True),
    )


# --- trying them ----------------------------------------------------------------------------------------------


def certify(
    box: Box,
    *,
    wait: float,
    pause: Callable[[], None],
    clock: Callable[[], float],
    told: Callable[[Result], None] = lambda _: None,
    chosen: Sequence[Scene] | None = None,
) -> tuple[Result, ...]:
    """Tries the list on the system behind a sandbox, and says how each item ended.

    The scenes that may go on side by side have ``wait`` seconds in all, each of the others as many again. ``pause``
    passes between two looks; ``told`` hears of each result as it is found.
    """
    listed = scenes() if chosen is None else chosen
    beside = [one for one in listed if not one.alone]
    groups = [*([beside] if beside else []), *([one] for one in listed if one.alone)]
    found: dict[str, Result] = {}
    for group in groups:
        for result in _tried(box, group, clock() + wait, pause, clock):
            found[result.item] = result
            told(result)
    return tuple(found[item] for one in listed for item in one.items)


def _tried(
    box: Box, group: Sequence[Scene], until: float, pause: Callable[[], None], clock: Callable[[], float]
) -> Generator[Result, None, None]:
    playing = [(one, one.play(box)) for one in group]
    begun = False
    while playing:
        over, going = clock() >= until, []
        for scene, play in playing:
            try:
                play.send(over) if begun else next(play)
                going.append((scene, play))
            except StopIteration as end:
                yield from end.value
            except Refused as refused:
                yield from (_refused(item, refused) for item in scene.items)
        playing, begun = going, True
        if playing and not over:
            pause()


def _refused(item: str, refused: Refused) -> Result:
    said = f"What should have followed was refused: {refused.reason or refused.code}"
    return Result(item, Outcome.WRONG, said, f"Wanted: {WANTED.get(item, 'the case as the list asks for it')}")
