"""Breaches through the platform: counted from facts, told once to each person affected, closed; over both stores."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from expressplatform import commands as c
from expressplatform.codes import Attention, BreachOf, BreachStatus, Channel, KeptGround, Language, Reading, Role
from expressplatform.complaint import Actor, Complaint, Particulars
from expressplatform.errors import InvalidInput, KeyReused, NoSuchCase, Refused, StoreUnusable, Unreachable
from expressplatform.memory import MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.platform import Platform, Told
from expressplatform.ports import EVERYONE, Message, Sought
from expressplatform.privacy.breaches import Breach
from expressplatform.schemes import HK_CCA
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.shelf import SqliteShelf
from expressplatform_sqlite.store import SqliteStore
from tests.walking import OFFICER, PERSON, START, TAOBAO, UPLOAD
from tests.whole_life import ASSESSED, SECOND, Clock, complaint, say, seeded

DAY: Final = timedelta(days=1)
AUDITOR: Final = Actor(Role.AUDITOR, "auditor-1", "hkcc")
ANN: Final = Particulars(name="Ann Ng", email="ann@example.org", phone="5550 1", statement="It broke.")
BOB: Final = Particulars(name="Bob Ho", email="bob@example.org", order_number="2-1", statement="Late.")
CAT: Final = Particulars(name="Cat Li", phone="5550 3", order_number="3-1", statement="Gone.")
TERSE: Final = Particulars(name="Dot Ip", email="dot@example.org", order_number="4-1")
WORDS: Final = {"cause": "A laptop was stolen.", "harm": "Fraud.", "measures": "The disk was locked."}
OBTAINED: Final = ((c.Accept(), OFFICER), (UPLOAD, OFFICER), (c.Obtain(), TAOBAO))
HANDED_BACK: Final = (*OBTAINED, (c.Recall(say()), OFFICER))
ENDED: Final = (*OBTAINED, (c.Withdraw(say()), PERSON))


class Outbox:
    """Keeps what it is to send; whom ``broken`` names by e-mail, it cannot write to now."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.broken: dict[str, Exception] = {}

    def send(self, message: Message, /) -> None:
        to = str(message.reader.values.get("particulars.email", ""))
        if to in self.broken:
            raise self.broken[to]
        self.sent.append(message)

    @property
    def to(self) -> list[str]:
        """To whom, in order of their address."""
        return sorted(str(one.reader.values.get("particulars.email", "")) for one in self.sent)


class Desk:
    """A platform over stores of one kind, its clock, its shelf and what it sent."""

    def __init__(self, place: Path | None) -> None:
        self.clock, self.outbox = Clock(), Outbox()
        self.shelf = MemoryShelf() if place is None else SqliteShelf(place / "cases.db")
        self.keys = MemoryKeyStore() if place is None else LocalKeyStore(place / "keys.db")
        self.platform = Platform(
            scheme=HK_CCA,
            store=MemoryStore() if place is None else SqliteStore(place / "cases.db"),
            keys=self.keys,
            shelf=self.shelf,
            now=self.clock,
            draw=seeded,
            messenger=self.outbox,
        )
        self.platform.record_impact_assessment(ASSESSED, by=OFFICER)
        self.count = 0

    def live(
        self,
        who: Particulars,
        steps: Any = (),
        *,
        language: Language = Language.ENGLISH,
        channel: Channel = Channel.EMAIL,
    ) -> str:
        """The id of a case of somebody after these steps, an hour each."""
        self.count += 1
        whole: Complaint = complaint(who)
        person = attrs.evolve(whole.complainant, language=language, channel=channel)
        case = self.platform.lodge(attrs.evolve(whole, complainant=person), by=OFFICER, key=f"form-{self.count}")
        for number, (command, by) in enumerate(steps):
            self.clock.wait(hours=1)
            case = self.platform.act(case.id, command, by=by, key=f"k-{number}")
        return case.id

    def act(self, case_id: str, command: c.Command, by: Actor) -> None:
        self.clock.wait(hours=1)
        self.platform.act(case_id, command, by=by, key=f"k-{self.clock.at}")

    def erase(self, case_id: str) -> None:
        self.clock.wait(hours=1)
        self.platform.erase(case_id, by=OFFICER, approved_by=SECOND)
        self.platform.work()

    def open(self, what: BreachOf = BreachOf.BACKUP, **changes: Any) -> Breach:
        """A breach of the first month, unless something else is said."""
        asked = {"since": START, "until": START + 30 * DAY, "by": OFFICER, "key": f"b-{self.count}", **WORDS}
        return self.platform.open_breach(what, **{**asked, **changes})

    def readings(self, how: Reading) -> list[Any]:
        return [one for one in self.platform.access_log(by=OFFICER) if one.how is how]


@pytest.fixture(params=["memory", "sqlite"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A platform over each kind of stores."""
    made = Desk(tmp_path if request.param == "sqlite" else None)
    yield made
    made.platform.close()


class TestWhomItConcerns:
    """Cases, people, kinds of data and languages are counted from what was stored and given out."""

    def test_a_trader_s_copies_and_exactly_the_fields_on_record(self, desk: Desk) -> None:
        had, again = desk.live(ANN, OBTAINED), desk.live(ANN, OBTAINED)
        desk.live(BOB)
        made = desk.open(BreachOf.TRADER, about="taobao")
        records = [one.record for one in desk.platform.disclosures(by=OFFICER, to="taobao")]
        assert (made.scope.cases, made.scope.people) == (2, 1)
        assert {*made.scope.fields} == {field for one in records for field in one.fields}
        assert "particulars.phone" not in made.scope.fields
        assert made.scope.traders == (("taobao", 2),)
        assert made.scope.languages == ((Language.ENGLISH, 1),)
        assert {"name", "contact", "claim", "account"} <= {*made.scope.kinds}
        (reading,) = desk.readings(Reading.BREACH)
        assert {*reading.cases} == {had, again}

    def test_a_copy_whose_deletion_was_confirmed_before_is_there_no_more(self, desk: Desk) -> None:
        case_id = desk.live(ANN, HANDED_BACK)
        desk.act(case_id, c.ConfirmDeletion(KeptGround.NOTHING_KEPT), TAOBAO)
        late = desk.clock.at + DAY
        assert desk.open(BreachOf.TRADER, about="taobao").scope.cases == 1
        gone = desk.open(BreachOf.TRADER, about="taobao", key="later", since=late, until=late + DAY)
        assert (gone.scope.cases, gone.scope.people, gone.scope.fields) == (0, 0, ())

    def test_a_backup_holds_what_stood_in_the_span_and_was_not_erased_before(self, desk: Desk) -> None:
        ann, bob = desk.live(ANN, ENDED), desk.live(BOB, OBTAINED, language=Language.TRADITIONAL_CHINESE)
        desk.erase(ann)
        late = desk.clock.at + DAY
        desk.clock.at = late + 2 * DAY
        desk.live(CAT)
        during = desk.open()
        assert (during.scope.cases, during.scope.erased, during.scope.people) == (3, 1, 2)
        assert during.scope.languages == ((Language.ENGLISH, 1), (Language.TRADITIONAL_CHINESE, 1))
        after = desk.open(key="after", since=late, until=late + DAY)
        assert (after.scope.cases, after.scope.people, after.scope.erased) == (1, 1, 0)
        assert "particulars.order_number" in after.scope.fields
        assert all(bob in one.cases and ann not in one.cases for one in desk.readings(Reading.BREACH))

    def test_the_key_store_concerns_all_and_a_case_s_key_that_case(self, desk: Desk) -> None:
        ann = desk.live(ANN)
        desk.live(BOB)
        assert desk.open(BreachOf.KEY).scope.cases == 2
        one = desk.open(BreachOf.KEY, about=ann, key="one")
        assert (one.scope.cases, one.scope.people, one.about) == (1, 1, ann)
        assert [ann] in [[*one.cases] for one in desk.readings(Reading.BREACH)]
        with pytest.raises(NoSuchCase):
            desk.open(BreachOf.KEY, about="c" + "0" * 31, key="none")
        with pytest.raises(NoSuchCase):
            desk.open(BreachOf.KEY, about="taobao", key="none")

    def test_a_person_is_found_by_tokens_and_nobody_else_s_case_is_opened(self, desk: Desk) -> None:
        first, second = desk.live(ANN), desk.live(Particulars(name=ANN.name, email="ANN@example.org", phone=ANN.phone))
        desk.live(BOB)
        for contact in ("ann@example.org", "5550 1"):
            made = desk.open(BreachOf.SUBJECT, name="ann  NG", contact=contact, key=contact.replace(" ", ""))
            assert (made.scope.cases, made.scope.people) == (2, 1)
        assert all({*one.cases} == {first, second} for one in desk.readings(Reading.BREACH))
        assert all({*one.cases} == {first, second} for one in desk.readings(Reading.SEARCH))
        nobody = desk.open(BreachOf.SUBJECT, name="Nobody", contact="ann@example.org", key="nobody")
        assert nobody.scope.cases == nobody.scope.people == 0

    def test_one_person_is_counted_once_and_nameless_ones_each_for_themselves(self, desk: Desk) -> None:
        for who in (ANN, Particulars(name=" ANN ng", email=ANN.email), Particulars(), Particulars(name="X")):
            desk.live(who)
        made = desk.open()
        assert (made.scope.cases, made.scope.people) == (4, 3)

    def test_where_keys_are_lost_the_cases_are_counted_and_said_to_be_unreadable(self, desk: Desk) -> None:
        ann = desk.live(ANN)
        desk.live(BOB)
        desk.keys.destroy(ann)
        desk.platform._flow.ring.forget(ann)
        made = desk.open(BreachOf.KEY)
        assert (made.scope.cases, made.scope.unreadable, made.scope.people) == (2, 1, 1)
        assert "trader.organisation" in made.scope.fields

    def test_what_was_corrected_supplied_and_said_since_counts_from_its_own_time_on(self, desk: Desk) -> None:
        case_id = desk.live(TERSE)
        before = desk.clock.at + timedelta(minutes=30)
        desk.act(case_id, c.Correct(ANN), OFFICER)
        desk.act(case_id, c.AddNote(say()), OFFICER)
        early = desk.open(until=before, key="early")
        assert "particulars.order_number" in early.scope.fields
        assert "particulars.phone" not in early.scope.fields
        assert "account" not in early.scope.kinds
        whole = desk.open()
        assert "particulars.phone" in whole.scope.fields
        assert {"account", "documents"} <= {*whole.scope.kinds}

    def test_the_reading_is_on_record_before_anything_is_opened(self, desk: Desk) -> None:
        desk.live(ANN)
        desk.shelf.close()
        with pytest.raises(StoreUnusable):
            desk.open()

    def test_progress_tells_how_many_cases_were_looked_at(self, desk: Desk) -> None:
        desk.live(ANN)
        desk.live(BOB)
        told: list[int] = []
        desk.open(progress=told.append)
        assert told[-1] == 2


class TestMessages:
    """Each person affected is told once, in their language, and nobody else (PIPL Art 57)."""

    def test_one_message_a_person_to_those_affected_alone(self, desk: Desk) -> None:
        desk.live(ANN, OBTAINED)
        latest = desk.live(ANN, OBTAINED)
        desk.live(BOB)
        made = desk.open(BreachOf.TRADER, about="taobao")
        told = desk.platform.breach_messages(made.id, by=OFFICER)
        assert told == Told(sent=1, done=True)
        assert desk.outbox.to == ["ann@example.org"]
        assert desk.outbox.sent[0].id == f"{made.id}.{latest}"
        (after,) = desk.platform.breaches(by=OFFICER)
        assert (after.status, after.persons.done_by) == (BreachStatus.PERSONS_TOLD, OFFICER.person)
        assert desk.platform.breach_messages(made.id, by=OFFICER) == Told(earlier=1, done=True)
        assert len(desk.outbox.sent) == 1
        assert [[*one.cases] for one in desk.readings(Reading.MESSAGE)] == [[latest]]

    @pytest.mark.parametrize("language", list(Language))
    def test_the_text_says_what_and_when_in_their_language_and_nothing_of_the_person(
        self, desk: Desk, language: Language
    ) -> None:
        desk.live(ANN, language=language)
        made = desk.open()
        desk.platform.breach_messages(made.id, by=OFFICER)
        (message,) = desk.outbox.sent
        assert message.language == language
        for said in ("2025-06-03", "2025-07-03", WORDS["measures"]):
            assert said in message.text
        for private in (ANN.name, ANN.email, ANN.phone, ANN.statement, WORDS["cause"]):
            assert private not in message.text + message.subject
        assert "{" not in message.text
        assert ("私隱" in message.text or "個人資料" in message.text) is (language is Language.TRADITIONAL_CHINESE)

    def test_what_fails_is_tried_again_and_nobody_is_told_twice(self, desk: Desk) -> None:
        desk.live(ANN)
        bob = desk.live(BOB)
        made = desk.open()
        desk.outbox.broken[BOB.email] = OSError("no route")
        told = desk.platform.breach_messages(made.id, by=OFFICER)
        assert (told.sent, told.failed, told.done) == (1, ((bob, "OSError"),), False)
        assert desk.platform.breaches(by=OFFICER)[0].status is BreachStatus.OPEN
        desk.outbox.broken.clear()
        assert desk.platform.breach_messages(made.id, by=OFFICER) == Told(sent=1, earlier=1, done=True)
        assert desk.outbox.to == ["ann@example.org", "bob@example.org"]

    def test_what_stops_the_batch_leaves_on_record_who_was_told(self, desk: Desk) -> None:
        desk.live(ANN)
        desk.live(BOB)
        made = desk.open()
        desk.outbox.broken[BOB.email] = _Stop()  # type: ignore[assignment]
        with pytest.raises(_Stop):
            desk.platform.breach_messages(made.id, by=OFFICER)
        before = desk.outbox.to
        desk.outbox.broken.clear()
        desk.platform.breach_messages(made.id, by=OFFICER)
        assert desk.outbox.to == ["ann@example.org", "bob@example.org"]
        assert before in ([], ["ann@example.org"])

    def test_whoever_no_message_reaches_is_told_by_an_officer_and_only_then_all_are(self, desk: Desk) -> None:
        cat = desk.live(CAT, channel=Channel.PHONE)
        desk.live(BOB)
        desk.outbox.broken[BOB.email] = Unreachable()
        made = desk.open()
        told = desk.platform.breach_messages(made.id, by=OFFICER)
        assert (told.sent, told.untold, told.done) == (0, 2, False)
        waits = [one for one in desk.platform.queue(by=OFFICER) if one.what is Attention.UNTOLD]
        assert cat in [one.case_id for one in waits]
        assert desk.platform.breach_messages(made.id, by=OFFICER) == Told(earlier=2)
        for one in waits:
            desk.platform.told(one.id, by=OFFICER)
        assert desk.platform.breach_messages(made.id, by=OFFICER) == Told(earlier=2, done=True)
        assert desk.outbox.sent == []

    def test_whose_case_was_erased_since_is_written_to_under_another_or_not_at_all(self, desk: Desk) -> None:
        first, last, bob = desk.live(ANN), desk.live(ANN, ENDED), desk.live(BOB, ENDED)
        made = desk.open()
        for gone in (last, bob):
            desk.erase(gone)
        assert desk.platform.breach_messages(made.id, by=OFFICER) == Told(sent=1, gone=1, done=True)
        assert [one.id for one in desk.outbox.sent if one.id.startswith(made.id)] == [f"{made.id}.{first}"]

    def test_a_case_whose_key_is_lost_is_passed_over(self, desk: Desk) -> None:
        ann = desk.live(ANN)
        made = desk.open()
        desk.keys.destroy(ann)
        desk.platform._flow.ring.forget(ann)
        assert desk.platform.breach_messages(made.id, by=OFFICER) == Told(gone=1, done=True)

    def test_nothing_is_sent_before_it_is_said_what_was_done(self, desk: Desk) -> None:
        desk.live(ANN)
        made = desk.open(measures="")
        with pytest.raises(Refused, match="measures_missing"):
            desk.platform.breach_messages(made.id, by=OFFICER)
        desk.platform.describe_breach(made.id, measures="Locked.", by=OFFICER)
        assert desk.platform.breach_messages(made.id, by=OFFICER).sent == 1

    def test_without_a_messenger_nothing_is_done(self, desk: Desk) -> None:
        desk.live(ANN)
        made = desk.open()
        desk.platform._flow.messenger = None
        with pytest.raises(Refused, match="no_messenger"):
            desk.platform.breach_messages(made.id, by=OFFICER)

    def test_a_list_that_is_not_whole_is_never_taken_for_everybody(self, desk: Desk) -> None:
        desk.live(ANN)
        made = desk.open()
        rows = desk.shelf.list(EVERYONE, "affected", Sought(), "", 9).rows
        desk.shelf.delete(EVERYONE, "affected", [row.id for row in rows])
        with pytest.raises(StoreUnusable, match="list_incomplete"):
            desk.platform.breach_messages(made.id, by=OFFICER)

    def test_progress_tells_how_many_people_were_dealt_with(self, desk: Desk) -> None:
        desk.live(ANN)
        desk.live(BOB)
        told: list[int] = []
        desk.platform.breach_messages(desk.open().id, by=OFFICER, progress=told.append)
        assert told[-1] == 2


class _Stop(BaseException):
    """Somebody pulled the plug."""


class TestRecord:
    """A breach is a record with clocks of its own; only the table moves it."""

    def test_the_same_key_opens_one_breach_and_another_question_is_refused(self, desk: Desk) -> None:
        desk.live(ANN)
        made = desk.open()
        assert desk.open() == made
        assert len(desk.readings(Reading.BREACH)) == 1
        with pytest.raises(KeyReused):
            desk.open(BreachOf.KEY)
        desk.live(BOB)
        one = desk.open(BreachOf.SUBJECT, name=ANN.name, contact=ANN.email, key="s")
        assert desk.open(BreachOf.SUBJECT, name=ANN.name, contact=ANN.phone, key="s") == one
        with pytest.raises(KeyReused):
            desk.open(BreachOf.SUBJECT, name=BOB.name, contact=BOB.email, key="s")

    def test_two_who_open_it_at_once_have_one_breach_and_one_list(self, desk: Desk) -> None:
        desk.live(ANN)
        found: list[Breach] = []

        def meanwhile(_: int) -> None:
            if not found:
                found.append(desk.open(progress=None, key="twice"))

        made = desk.open(progress=meanwhile, key="twice")
        assert made == found[0]
        assert len(desk.shelf.list(EVERYONE, "affected", Sought(), "", 9).rows) == 1
        assert desk.platform.breach_messages(made.id, by=OFFICER).sent == 1

    def test_overdue_tellings_stand_in_the_queue_until_they_are_done(self, desk: Desk) -> None:
        desk.live(ANN)
        made = desk.open(BreachOf.TRADER, about="taobao")
        desk.clock.at = made.authority.due - timedelta.resolution
        assert desk.platform.queue(by=OFFICER) == ()
        desk.clock.at = made.persons.due
        first, second = desk.platform.queue(by=OFFICER)
        assert {one.what for one in (first, second)} == {Attention.BREACH_OVERDUE}
        assert [one.since for one in (first, second)] == [made.authority.due, made.persons.due]
        assert (first.id, first.organisation, first.case_id) == (made.id, "taobao", "")
        desk.platform.told_authority(made.id, at=desk.clock.at - DAY, by=OFFICER)
        desk.platform.breach_messages(made.id, by=OFFICER)
        assert desk.platform.queue(by=OFFICER) == ()
        done = desk.platform.close_breach(made.id, by=SECOND)
        assert (done.status, done.closed_by) == (BreachStatus.CLOSED, SECOND.person)

    def test_it_is_not_closed_before_all_are_told_but_for_a_reason(self, desk: Desk) -> None:
        made = desk.open()
        with pytest.raises(Refused, match="reason_missing"):
            desk.platform.close_breach(made.id, by=OFFICER)
        done = desk.platform.close_breach(made.id, reason="The disk was sealed.", by=OFFICER)
        assert done.reason == "The disk was sealed."
        refused: list[Callable[[], object]] = [
            lambda: desk.platform.close_breach(made.id, by=OFFICER),
            lambda: desk.platform.told_authority(made.id, by=OFFICER),
            lambda: desk.platform.breach_messages(made.id, by=OFFICER),
            lambda: desk.platform.describe_breach(made.id, harm="x", by=OFFICER),
        ]
        for attempt in refused:
            with pytest.raises(Refused, match="wrong_status"):
                attempt()

    def test_officers_act_auditors_read_and_everybody_else_does_neither(self, desk: Desk) -> None:
        desk.live(ANN)
        made = desk.open()
        assert desk.platform.breaches(by=AUDITOR) == (made,)
        assert desk.platform.breach_report(made.id, by=AUDITOR)["breach"] == made.id
        for by in (AUDITOR, PERSON, TAOBAO):
            for attempt in (
                lambda by=by: desk.open(by=by, key="x"),
                lambda by=by: desk.platform.breach_messages(made.id, by=by),
                lambda by=by: desk.platform.describe_breach(made.id, harm="x", by=by),
                lambda by=by: desk.platform.told_authority(made.id, by=by),
                lambda by=by: desk.platform.close_breach(made.id, reason="x", by=by),
            ):
                with pytest.raises(Refused, match="wrong_role"):
                    attempt()
        for by in (PERSON, TAOBAO):
            with pytest.raises(Refused, match="not_a_watcher"):
                desk.platform.breaches(by=by)
        elsewhere = Actor(Role.COUNCIL, "officer-9", "macao")
        assert desk.platform.breaches(by=elsewhere) == ()
        for number in (made.id, "b", "", 7):
            with pytest.raises(Refused, match="no_such_breach"):
                desk.platform.close_breach(number, by=elsewhere)  # type: ignore[arg-type]

    def test_closed_ones_are_listed_before_open_ones_and_left_out_where_asked(self, desk: Desk) -> None:
        first, second = desk.open(key="1"), desk.open(key="2")
        desk.clock.wait(hours=1)
        done = desk.platform.close_breach(second.id, reason="No harm.", by=OFFICER)
        assert desk.platform.breaches(by=OFFICER) == (done, first)
        assert desk.platform.breaches(by=OFFICER, open_only=True) == (first,)

    def test_a_closed_breach_goes_when_its_years_are_over_and_an_open_one_stays(self, desk: Desk) -> None:
        desk.live(ANN)
        made = desk.open(key="1")
        desk.platform.close_breach(desk.open(key="2").id, reason="No harm.", by=OFFICER)
        desk.clock.at += timedelta(days=3 * 365 + 2)
        desk.platform.work()
        assert [one.id for one in desk.platform.breaches(by=OFFICER)] == [made.id]

    def test_nobody_s_name_contact_or_word_stands_on_the_shelf_or_in_an_answer(self, desk: Desk) -> None:
        desk.live(ANN)
        made = desk.open(BreachOf.SUBJECT, name=ANN.name, contact=ANN.email)
        told = desk.platform.breach_messages(made.id, by=OFFICER)
        kinds = ("breach", "affected", "breach_told", "access")
        rows = [row for kind in kinds for row in desk.shelf.list(EVERYONE, kind, Sought(), "", 99).rows]
        assert {row.kind for row in rows} == {*kinds}
        answers = [rows, made, told, desk.platform.breach_report(made.id, by=OFFICER)]
        for one in answers:
            for private in (ANN.name, ANN.email, ANN.phone):
                assert private.encode() not in pickle.dumps(one)
        assert WORDS["cause"].encode() not in pickle.dumps(rows)
        assert WORDS["cause"] not in repr(made)


class TestInput:
    """Whatever is wrong is told by its path, all at once, and never repeated."""

    def test_every_problem_has_its_path(self, desk: Desk) -> None:
        with pytest.raises(InvalidInput) as caught:
            desk.platform.open_breach(
                "canary",  # type: ignore[arg-type]
                since=START.replace(tzinfo=None),
                until=START,
                noticed_at=desk.clock.at + DAY,
                cause=" ",
                harm="canary" * 5000,
                by=OFFICER,
                key="",
            )
        paths = [one.path for one in caught.value.problems]
        assert paths == ["$.what", "$.key", "$.since", "$.noticed_at", "$.cause", "$.harm"]
        assert "canary" not in str(caught.value)

    @pytest.mark.parametrize(
        ("what", "changes", "path"),
        [
            (BreachOf.TRADER, {}, "$.about"),
            (BreachOf.TRADER, {"about": "not an id"}, "$.about"),
            (BreachOf.BACKUP, {"about": "taobao"}, "$.about"),
            (BreachOf.SUBJECT, {"name": "Ann"}, "$.contact"),
            (BreachOf.SUBJECT, {"contact": "a@example.org"}, "$.name"),
            (BreachOf.BACKUP, {"name": "Ann"}, "$.name"),
            (BreachOf.BACKUP, {"until": START}, "$.until"),
            (BreachOf.BACKUP, {"noticed_at": "now"}, "$.noticed_at"),
            (BreachOf.BACKUP, {"about": 7}, "$.about"),
            (BreachOf.BACKUP, {"measures": 7}, "$.measures"),
        ],
    )
    def test_what_does_not_fit_the_kind_is_refused(
        self, desk: Desk, what: BreachOf, changes: dict[str, Any], path: str
    ) -> None:
        with pytest.raises(InvalidInput) as caught:
            desk.open(what, **changes)
        assert path in [one.path for one in caught.value.problems]

    def test_an_authority_is_told_in_the_past(self, desk: Desk) -> None:
        made = desk.open()
        for at in (desk.clock.at + DAY, START.replace(tzinfo=None)):
            with pytest.raises(InvalidInput, match=r"\$\.at"):
                desk.platform.told_authority(made.id, at=at, by=OFFICER)
        with pytest.raises(InvalidInput, match=r"\$\.harm"):
            desk.platform.describe_breach(made.id, harm="x" * 9000, by=OFFICER)
