"""Breaches over random histories: the scope is an independent recount, and each person affected is told once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from expressplatform import commands as c
from expressplatform.codes import BreachOf, KeptGround, Language, Reading
from expressplatform.complaint import Actor, Particulars
from expressplatform.errors import NoSuchCase, Refused
from expressplatform.memory import MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.platform import Platform, Told
from expressplatform.ports import Message
from expressplatform.schemes import HK_CCA
from tests.walking import EXAMPLES, OFFICER, PERSON, START, TAOBAO, UPLOAD
from tests.whole_life import ASSESSED, SECOND, Clock, complaint, say, seeded

DAY: Final = timedelta(days=1)
END: Final = START + 40 * DAY
PEOPLE: Final = tuple(
    Particulars(name=f"Person {n}", email=f"p{n}@example.org", statement="It broke.") for n in range(4)
)
MOVES: Final[dict[str, tuple[c.Command, Actor]]] = {
    "accept": (c.Accept(), OFFICER),
    "upload": (UPLOAD, OFFICER),
    "obtain": (c.Obtain(), TAOBAO),
    "recall": (c.Recall(say()), OFFICER),
    "deleted": (c.ConfirmDeletion(KeptGround.NOTHING_KEPT), TAOBAO),
    "kept": (c.ConfirmDeletion(KeptGround.LEGAL_DUTY, ("order",)), TAOBAO),
    "disclose": (EXAMPLES[c.Disclose], OFFICER),
    "withdraw": (c.Withdraw(say()), PERSON),
    "erase": (c.AddNote(say()), OFFICER),
}
"""What may happen to a case; what is not open to it then is passed over."""

lives = st.tuples(st.sampled_from(PEOPLE), st.lists(st.sampled_from(sorted(MOVES)), max_size=6))
instants = st.integers(0, 39 * 24).map(lambda hours: START + timedelta(hours=hours))


class Outbox:
    """Keeps to whom it wrote; every third sending fails."""

    def __init__(self) -> None:
        self.to: list[str] = []
        self.tried = 0

    def send(self, message: Message, /) -> None:
        self.tried += 1
        if self.tried % 3 == 2:
            raise OSError
        self.to.append(str(message.reader.values["particulars.email"]))


@attrs.frozen
class Lived:
    """A platform in which some cases have lived, and by case whose it is."""

    platform: Platform
    outbox: Outbox
    owner: dict[str, Particulars]


def _lived(asked: list[tuple[Particulars, list[str]]]) -> Lived:
    clock, outbox, owner = Clock(), Outbox(), {}
    platform = Platform(
        scheme=HK_CCA,
        store=MemoryStore(),
        keys=MemoryKeyStore(),
        shelf=MemoryShelf(),
        now=clock,
        draw=seeded,
        messenger=outbox,
    )
    platform.record_impact_assessment(ASSESSED, by=OFFICER)
    for number, (who, moves) in enumerate(asked):
        clock.wait(hours=7)
        case_id = platform.lodge(complaint(who), by=OFFICER, key=f"form-{number}").id
        owner[case_id] = who
        for step, name in enumerate(["accept", "upload", "obtain"] * (number % 2) + moves):
            clock.wait(hours=5)
            _moved(platform, case_id, name, f"k-{step}")
    clock.at = END
    outbox.to, outbox.tried = [], 0  # what cases were told of themselves is no part of a breach
    return Lived(platform, outbox, owner)


def _moved(platform: Platform, case_id: str, name: str, key: str) -> None:
    command, by = MOVES[name]
    try:
        if name == "erase":
            platform.erase(case_id, by=OFFICER, approved_by=SECOND, key=key)
            platform.work()
        else:
            platform.act(case_id, command, by=by, key=key)
    except (Refused, NoSuchCase):
        return


def _recount(lived: Lived, organisation: str, since: datetime, until: datetime) -> dict[str, set[str]]:
    """By case what an organisation had, from the facts of its events, written another way: as spans of time."""
    found: dict[str, set[str]] = {}
    for case_id in lived.owner:
        events = lived.platform.facts(case_id, by=OFFICER).events
        ends = [
            one.at
            for one in events
            if type(one).__name__ == "DeletionConfirmed"
            and one.by.organisation == organisation
            and getattr(one.asked, "ground", None) == KeptGround.NOTHING_KEPT
        ]
        for one in events:
            record: Any = getattr(one, "disclosure", None)
            if record is None or record.recipient != organisation:
                continue
            gone = min((at for at in ends if at >= one.at), default=datetime.max.replace(tzinfo=START.tzinfo))
            if one.at < until and since <= gone:
                found.setdefault(case_id, set()).update(record.fields)
    return found


def test_every_second_case_of_these_lives_is_obtained() -> None:
    """Otherwise the properties below would speak of nothing."""
    lived = _lived([(who, []) for who in PEOPLE])
    assert len(_recount(lived, "taobao", START, END)) == len(PEOPLE) // 2


class TestScope:
    """Whom a breach concerns is what an independent recount of the events finds (PIPL Art 57(1))."""

    @settings(max_examples=30)
    @given(st.lists(lives, max_size=4), instants, instants, st.sampled_from(["taobao", "cca", "jd"]))
    def test_a_trader_s_scope_is_the_recount(
        self, asked: list[tuple[Particulars, list[str]]], one: datetime, other: datetime, whose: str
    ) -> None:
        lived = _lived(asked)
        since, until = min(one, other), max(one, other) + timedelta(hours=1)
        made = lived.platform.open_breach(
            BreachOf.TRADER, about=whose, since=since, until=until, cause="x", measures="y", by=OFFICER, key="b"
        )
        found = _recount(lived, whose, since, until)
        erased = {one for one in found if lived.platform.facts(one, by=OFFICER).case.status == "erased"}
        assert made.scope.cases == len(found)
        assert {*made.scope.fields} == set().union(*found.values())
        assert made.scope.erased == len(erased)
        assert made.scope.people == len({lived.owner[one].email for one in {*found} - erased})
        assert sum(count for _, count in made.scope.languages) == made.scope.people
        log = [one for one in lived.platform.access_log(by=OFFICER) if one.how is Reading.BREACH]
        read = [case for one in log for case in one.cases]
        assert Counter(read) == Counter({*found} - erased)

    @settings(max_examples=25)
    @given(st.lists(lives, max_size=4), instants, st.sampled_from([BreachOf.KEY, BreachOf.BACKUP]))
    def test_a_copy_holds_what_had_been_lodged_and_not_been_erased(
        self, asked: list[tuple[Particulars, list[str]]], since: datetime, what: BreachOf
    ) -> None:
        lived = _lived(asked)
        until = since + DAY
        made = lived.platform.open_breach(what, since=since, until=until, cause="x", by=OFFICER, key="b")
        stood = 0
        for case_id in lived.owner:
            events = lived.platform.facts(case_id, by=OFFICER).events
            gone = [one.at for one in events if type(one).__name__ == "Erased"]
            stood += events[0].at < until and not [at for at in gone if at < since]
        assert made.scope.cases == stood


class TestTelling:
    """Each person affected is told once, and nobody else (PIPL Art 57)."""

    @settings(max_examples=30)
    @given(st.lists(lives, min_size=1, max_size=4), instants)
    def test_everybody_affected_once_and_nobody_else(
        self, asked: list[tuple[Particulars, list[str]]], until: datetime
    ) -> None:
        lived = _lived(asked)
        made = lived.platform.open_breach(
            BreachOf.TRADER,
            about="taobao",
            since=START - DAY,
            until=until,
            cause="x",
            measures="y",
            by=OFFICER,
            key="b",
        )
        told = Told()
        for _ in range(20):
            if (told := lived.platform.breach_messages(made.id, by=OFFICER)).done:
                break
        assert told.done
        lived.platform.breach_messages(made.id, by=OFFICER)
        affected = {
            lived.owner[one].email
            for one in _recount(lived, "taobao", START - DAY, until)
            if lived.platform.facts(one, by=OFFICER).case.status != "erased"
        }
        assert Counter(lived.outbox.to) == Counter(affected)
        assert lived.platform.breaches(by=OFFICER)[0].persons.done_at is not None
        assert {one for one, _ in made.scope.languages} <= {Language.ENGLISH}
