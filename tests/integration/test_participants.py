"""Who takes part, over every store, by both faces and over HTTP: what was entered holds from the next step on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from expressplatform import commands as c
from expressplatform.codes import Audience, Basis, Purpose, Status, Verdict
from expressplatform.commands import Command
from expressplatform.complaint import Actor, Complaint, TraderRef
from expressplatform.enrolment import ChangeParticipant, Enrol, EntryKind, LetLeave, Participation
from expressplatform.errors import InvalidInput, KeyReused, Refused, StaleVersion
from expressplatform.memory import MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.platform import AsyncPlatform, Platform, Request
from expressplatform.platform.faces.lifted import Lifted, LiftedShelf
from expressplatform.ports import ShelfPage, ShelfRow, Sought
from expressplatform.scheme import Participant, Scheme
from expressplatform.schemes import CONSUMIDOR_BR, HK_CCA
from expressplatform.testing.fakes import ScriptedMessenger
from tests.served import Place, postgres_place, sqlite_place
from tests.servers import Server
from tests.walking import OFFICER, OPERATOR, PERSON, START, TAOBAO, UPLOAD, consent_to
from tests.whole_life import ASSESSED, ELSEWHERE, SECOND, Clock, complaint, live, long_life, say, seeded, short_life

TODAY: Final = HK_CCA.day(START)
DAY: Final = timedelta(days=1)
TOYS: Final = Enrol("toys", "Toys 玩具", TODAY, city="Shenzhen", platform=False)
AGENT: Final = Actor(TAOBAO.role, "agent-7", "toys")


def about(organisation: str) -> Complaint:
    """The whole complaint, about a trader."""
    whole = complaint()
    consents = (consent_to(organisation), *(one for one in whole.consents if one.recipient != "taobao"))
    return attrs.evolve(whole, trader=TraderRef(organisation), consents=consents)


@attrs.define
class Desk:
    """Platforms over one place, as if each were a process of its own; closed at the end."""

    place: Place
    clock: Clock = attrs.Factory(Clock)
    keys: MemoryKeyStore = attrs.Factory(MemoryKeyStore)
    opened: ExitStack = attrs.Factory(ExitStack)
    lasts: bool = False

    def platform(self, scheme: Scheme = HK_CCA, **more: Any) -> Platform:
        """One more platform, with its own connections and whatever it remembers."""
        store, shelf = self.place.sync()
        made = Platform(scheme=scheme, store=store, shelf=shelf, keys=self.keys, now=self.clock, draw=seeded, **more)
        self.lasts = not isinstance(store, MemoryStore)
        if self.lasts:
            self.opened.enter_context(closing(made))
        council = attrs.evolve(OFFICER, organisation=scheme.council)
        made.record_impact_assessment(ASSESSED, by=council)
        return made

    def filed(self, platform: Platform, organisation: str, key: str = "form") -> str:
        """The id of a new case about a trader."""
        return platform.lodge(about(organisation), by=OFFICER, key=f"{key}-{organisation}-{self.clock.at}").id


def refused(ask: Callable[[], object]) -> str:
    """The code of a refusal."""
    with pytest.raises(Refused) as caught:
        ask()
    return caught.value.code


class WhatIsEntered:
    """Officers of the scheme's council enter; whoever asks for the same again changes nothing."""

    def test_a_trader_takes_part_changes_and_leaves_and_everything_stays_on_record(self, desk: Desk) -> None:
        platform = desk.platform()
        made = platform.enrol(TOYS, by=OFFICER, key="enrol", expected=0)
        assert made.rows == (Participant("toys", "Toys 玩具", TODAY, None, "Shenzhen", False),)
        desk.clock.wait(days=10)
        moved = platform.change_participant(
            "toys", ChangeParticipant(TODAY + 10 * DAY, city="Guangzhou"), by=SECOND, key="change", expected=1
        )
        assert [row.city for row in moved.rows] == ["Shenzhen", "Guangzhou"]
        left = platform.let_leave("toys", LetLeave(TODAY + 20 * DAY), by=OFFICER, key="leave", expected=2)
        assert left == platform.participation("toys", by=OFFICER) == desk.platform().participation("toys", by=OPERATOR)
        assert (left.version, [row.member_until for row in left.rows]) == (3, [TODAY + 9 * DAY, TODAY + 20 * DAY])
        told = [(one.kind, one.by, one.at) for one in left.entries]
        assert told == [
            (EntryKind.ENROLLED, "officer-1", START),
            (EntryKind.CHANGED, "officer-2", START + 10 * DAY),
            (EntryKind.LEFT, "officer-1", START + 10 * DAY),
        ]

    def test_a_trader_of_the_schemes_own_list_changes_and_leaves_too(self, desk: Desk) -> None:
        platform = desk.platform()
        assert platform.participation("jd", by=OFFICER).version == 0
        left = platform.let_leave("jd", LetLeave(TODAY), by=OFFICER, key="leave", expected=0)
        (row,) = left.rows
        own = HK_CCA.listed("jd")[0]
        assert row == attrs.evolve(own, member_until=TODAY)
        assert platform.participant("jd") == row
        assert platform.participant("jd", on=TODAY + DAY) is None
        assert platform.participant("taobao") == HK_CCA.listed("taobao")[0]

    def test_the_same_key_and_request_enter_once_and_another_request_under_it_is_refused(self, desk: Desk) -> None:
        platform = desk.platform()
        first = platform.enrol(TOYS, by=OFFICER, key="k", expected=0)
        platform.let_leave("toys", LetLeave(TODAY + DAY), by=OFFICER, key="k2")
        again = desk.platform().enrol(TOYS, by=OFFICER, key="k", expected=0)
        assert (first.version, again.version) == (1, 2)
        with pytest.raises(KeyReused):
            platform.let_leave("toys", LetLeave(TODAY), by=OFFICER, key="k")

    def test_what_is_so_already_is_not_entered_again(self, desk: Desk) -> None:
        platform = desk.platform()
        platform.enrol(TOYS, by=OFFICER, key="k")
        same = platform.change_participant("toys", ChangeParticipant(TODAY, city="Shenzhen"), by=OFFICER, key="k2")
        assert same.version == 1

    def test_whoever_decided_on_an_older_version_is_told_so(self, desk: Desk) -> None:
        platform = desk.platform()
        platform.enrol(TOYS, by=OFFICER, key="k")
        with pytest.raises(StaleVersion) as caught:
            platform.let_leave("toys", LetLeave(TODAY), by=OFFICER, key="k2", expected=0)
        assert (caught.value.expected, caught.value.found, str(caught.value)[:16]) == (0, 1, "it is at version")

    @pytest.mark.parametrize("by", [ELSEWHERE, OPERATOR, PERSON, TAOBAO], ids=lambda one: f"{one.role}-{one.person}")
    def test_nobody_else_enters_anything(self, desk: Desk, by: Actor) -> None:
        platform = desk.platform()
        for ask in (
            lambda: platform.enrol(TOYS, by=by, key="k"),
            lambda: platform.change_participant("jd", ChangeParticipant(TODAY, city="X"), by=by, key="k"),
            lambda: platform.let_leave("jd", LetLeave(TODAY), by=by, key="k"),
        ):
            assert refused(ask) == "not_the_schemes_council"
        assert platform.participants() == HK_CCA.participants

    @pytest.mark.parametrize("by", [PERSON, TAOBAO], ids=lambda one: one.role)
    def test_who_entered_what_is_not_for_everybody(self, desk: Desk, by: Actor) -> None:
        platform = desk.platform()
        assert refused(lambda: platform.participations(by=by)) == "wrong_role"
        assert refused(lambda: platform.participation("jd", by=by)) == "wrong_role"

    def test_an_organisation_that_never_took_part_is_not_there(self, desk: Desk) -> None:
        platform = desk.platform()
        for ask in (
            lambda: platform.participation("toys", by=OFFICER),
            lambda: platform.let_leave("toys", LetLeave(TODAY), by=OFFICER, key="k"),
            lambda: platform.change_participant("toys", ChangeParticipant(TODAY, city="X"), by=OFFICER, key="k"),
        ):
            assert refused(ask) == "no_such_participant"

    @pytest.mark.parametrize("organisation", ["hkcc", "cca"])
    def test_the_council_and_other_recipients_of_the_scheme_are_no_traders(self, desk: Desk, organisation: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            desk.platform().enrol(attrs.evolve(TOYS, organisation=organisation), by=OFFICER, key="k")
        assert [one.path for one in caught.value.problems] == ["$.organisation"]

    def test_every_problem_of_what_is_asked_in_python_is_told_by_its_path(self, desk: Desk) -> None:
        platform: Any = desk.platform()
        wrong: Any = attrs.evolve(TOYS)
        object.__setattr__(wrong, "platform", "yes")
        object.__setattr__(wrong, "member_from", "today")
        with pytest.raises(InvalidInput) as caught:
            platform.enrol(wrong, by=OFFICER, key="", expected="1")
        paths = [one.path for one in caught.value.problems]
        assert sorted(paths) == ["$.expected", "$.key", "$.member_from", "$.platform"]
        with pytest.raises(InvalidInput):
            platform.let_leave("no id", LetLeave(TODAY), by=OFFICER, key="k")
        with pytest.raises(InvalidInput):
            platform.let_leave("jd", TODAY, by=OFFICER, key="k")

    def test_two_that_enter_at_once_leave_both_entries_or_one_refusal(self, desk: Desk) -> None:
        """Eight threads over four platforms let a participant change; each change that is answered is on record."""
        platforms = [desk.platform() for _ in range(4)]
        platforms[0].enrol(TOYS, by=OFFICER, key="enrol")
        answered: list[Participation | Refused] = []

        def change(number: int) -> None:
            asked = ChangeParticipant(TODAY + number * DAY, city=f"City {number}")
            try:
                answered.append(platforms[number % 4].change_participant("toys", asked, by=OFFICER, key=f"k{number}"))
            except Refused as error:
                answered.append(error)

        threads = [threading.Thread(target=change, args=(number,)) for number in range(1, 9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done = [one for one in answered if isinstance(one, Participation)]
        found = desk.platform().participation("toys", by=OFFICER)
        assert len(answered) == 8
        assert {one.code for one in answered if isinstance(one, Refused)} <= {"changed_meanwhile"}
        assert found.version == 1 + len(done) == len(found.entries)
        assert {one.version for one in done} == set(range(2, found.version + 1))


class TheList:
    """One list for everybody: what stands in code in its order, then those who were enrolled, in theirs."""

    def test_the_merged_list_keeps_its_order(self, desk: Desk) -> None:
        given = (Participant("given", "Given"), Participant("jd", "JD of the platform", date(2024, 1, 1)))
        platform = desk.platform(participants=given)
        for organisation in ("zebra", "apple"):
            desk.clock.wait(days=1)
            platform.enrol(attrs.evolve(TOYS, organisation=organisation), by=OFFICER, key="k")
        platform.let_leave("taobao", LetLeave(TODAY), by=OFFICER, key="k")
        found = platform.participants()
        order = list(dict.fromkeys(row.organisation for row in found))
        assert order == [*(one.organisation for one in HK_CCA.participants), "given", "zebra", "apple"]
        assert [row.name for row in found if row.organisation == "jd"] == [HK_CCA.listed("jd")[0].name, given[1].name]
        assert [row.member_until for row in found if row.organisation == "taobao"] == [TODAY]
        shown = platform.participations(by=OFFICER)
        assert tuple(row for one in shown for row in one.rows) == found
        assert [one.organisation for one in shown if one.version] == ["taobao", "zebra", "apple"]

    def test_many_are_all_there(self, desk: Desk) -> None:
        """More than a shelf lists at once, and none twice."""
        platform = desk.platform()
        for number in range(12 if desk.lasts else 510):
            platform.enrol(attrs.evolve(TOYS, organisation=f"t-{number:03}"), by=OFFICER, key="k")
        found = [row.organisation for row in platform.participants() if row.organisation.startswith("t-")]
        assert found == sorted(set(found))
        assert len(found) in (510, 12)

    def test_a_place_of_a_scheme_that_names_nobody_takes_cases(self, desk: Desk) -> None:
        officer = attrs.evolve(OFFICER, organisation=CONSUMIDOR_BR.council)
        platform = desk.platform(CONSUMIDOR_BR)
        filed = attrs.evolve(about("toys"), consents=(consent_to("toys", notice=CONSUMIDOR_BR.notice),))
        assert platform.assess_unlodged(filed).verdict is not Verdict.ELIGIBLE
        platform.enrol(attrs.evolve(TOYS, member_from=TODAY - DAY), by=officer, key="k")
        assert platform.assess_unlodged(filed).verdict is Verdict.ELIGIBLE
        case = platform.lodge(filed, by=officer, key="form")
        assert platform.act(case.id, c.Accept(), by=officer, key="k").status is Status.ELIGIBLE


class Cases:
    """A case is judged as at its filing date, and goes on with whoever holds it."""

    def test_a_case_about_an_enrolled_trader_goes_its_whole_way(self, desk: Desk) -> None:
        platform, other = desk.platform(), desk.platform()
        platform.enrol(TOYS, by=OFFICER, key="k")
        case_id = desk.filed(other, "toys")
        assert other.assess(case_id, by=OFFICER).verdict is Verdict.ELIGIBLE
        other.act(case_id, c.Accept(), by=OFFICER, key="accept")
        other.act(case_id, UPLOAD, by=OFFICER, key="upload")
        assert other.obtain(case_id, by=AGENT, key="obtain").recipient == "toys"

    def test_what_was_filed_before_it_left_stays_eligible_and_is_not_uploaded(self, desk: Desk) -> None:
        """What one process entered holds in another from its next step on."""
        one, other = desk.platform(), desk.platform()
        one.enrol(TOYS, by=OFFICER, key="k")
        first, held = desk.filed(other, "toys", "a"), desk.filed(other, "toys", "b")
        other.act(held, c.Accept(say()), by=OFFICER, key="accept")
        other.act(held, UPLOAD, by=OFFICER, key="upload")
        one.let_leave("toys", LetLeave(TODAY), by=OFFICER, key="leave")
        desk.clock.wait(days=2)
        late = desk.filed(other, "toys", "c")
        other.act(first, c.Accept(say()), by=OFFICER, key="accept")
        assert refused(lambda: other.act(first, UPLOAD, by=OFFICER, key="upload")) == "trader_takes_no_part"
        assert refused(lambda: other.act(late, c.Accept(say()), by=OFFICER, key="accept")) == "not_eligible"
        assert other.act(held, c.Obtain(), by=AGENT, key="obtain").status is Status.OBTAINED
        one.enrol(attrs.evolve(TOYS, member_from=TODAY + 2 * DAY), by=OFFICER, key="back")
        assert other.act(first, UPLOAD, by=OFFICER, key="upload").status is Status.UPLOADED

    def test_a_case_is_redirected_to_whoever_takes_part_today(self, desk: Desk) -> None:
        platform = desk.platform()
        case_id = live(platform, desk.clock, short_life()[:4]).id
        assert refused(lambda: platform.act(case_id, c.Redirect("toys"), by=OFFICER, key="r")) == "trader_takes_no_part"
        platform.enrol(TOYS, by=OFFICER, key="k")
        platform.let_leave("jd", LetLeave(TODAY - DAY), by=OFFICER, key="k")
        assert refused(lambda: platform.act(case_id, c.Redirect("jd"), by=OFFICER, key="r")) == "trader_takes_no_part"
        assert platform.act(case_id, c.Redirect("toys"), by=OFFICER, key="r").trader == "toys"

    def test_an_enrolled_trader_is_not_reached_as_an_authority(self, desk: Desk) -> None:
        """One that has left is a trader still."""
        platform = desk.platform()
        case_id = desk.filed(platform, "taobao")
        to_toys = c.Disclose(
            Audience.AUTHORITY, "toys", ("particulars.phone",), Purpose.LAW_ENFORCEMENT, Basis.STATUTORY_DUTY
        )
        platform.enrol(attrs.evolve(TOYS, member_from=TODAY - 9 * DAY), by=OFFICER, key="k")
        platform.let_leave("toys", LetLeave(TODAY - DAY), by=OFFICER, key="l")
        assert refused(lambda: platform.act(case_id, to_toys, by=OFFICER, key="d")) == "wrong_audience"

    def test_letters_call_a_trader_by_its_name_and_by_its_last_one_when_it_has_left(self, desk: Desk) -> None:
        post = ScriptedMessenger()
        platform = desk.platform(messenger=post)
        platform.enrol(TOYS, by=OFFICER, key="k")
        case_id = desk.filed(platform, "toys")
        platform.act(case_id, c.Accept(), by=OFFICER, key="accept")
        platform.act(case_id, UPLOAD, by=OFFICER, key="upload")
        platform.let_leave("toys", LetLeave(TODAY), by=OFFICER, key="leave")
        desk.clock.wait(days=3)
        platform.act(case_id, c.Obtain(), by=AGENT, key="obtain")
        platform.act(case_id, c.ReportImpasse(), by=AGENT, key="impasse")
        while platform.work().done:
            pass
        assert len([one for one in post.sent if "Toys 玩具" in one.text]) >= 2
        assert not any("toys" in one.text for one in post.sent)
        assert platform.called("toys") == "Toys 玩具"
        assert platform.called("nobody") == "nobody"

    def test_checkpoints_go_to_whoever_takes_part_on_the_day(self, desk: Desk) -> None:
        sent: list[str] = []

        class Witness:
            def checkpoint(self, organisation: str, id: str, note: bytes, /) -> None:
                sent.append(organisation)

        platform = desk.platform(witness=Witness())
        platform.enrol(TOYS, by=OFFICER, key="k")
        platform.let_leave("jd", LetLeave(TODAY - DAY), by=OFFICER, key="l")
        desk.filed(platform, "toys")
        platform.sequence()
        assert "toys" in sent
        assert "taobao" in sent
        assert "jd" not in sent


class BothFaces:
    """Sync and async are equals."""

    def test_both_faces_enter_and_tell_the_same(self, desk: Desk) -> None:
        """Awaited or not: the same answers, and what one entered the other has."""
        renamed, left = ChangeParticipant(TODAY + DAY, name="T"), LetLeave(TODAY + 2 * DAY)
        parts: Any = {"scheme": HK_CCA, "keys": desk.keys, "now": desk.clock, "draw": seeded}

        async def awaited() -> list[object]:
            store, shelf = desk.place.aio()
            platform = AsyncPlatform(store=store, shelf=shelf, **parts)
            told: list[object] = [
                await platform.enrol(TOYS, by=OFFICER, key="a"),
                await platform.change_participant("toys", renamed, by=OFFICER, key="b"),
                await platform.let_leave("toys", left, by=OFFICER, key="c", expected=2),
                await platform.participants(),
                await platform.participant("toys"),
                await platform.called("toys"),
                await platform.participations(by=OFFICER),
                await platform.participation("toys", by=OFFICER),
                (await platform.assess_unlodged(about("toys"))).verdict,
            ]
            if not isinstance(store, Lifted):
                await store.close()
                await shelf.close()
            return told

        enrolled, changed, *rest = asyncio.run(awaited())
        platform = desk.platform()
        assert isinstance(enrolled, Participation)
        assert isinstance(changed, Participation)
        assert (enrolled.version, changed.version) == (1, 2)
        assert rest == [
            platform.let_leave("toys", left, by=OFFICER, key="c", expected=2),
            platform.participants(),
            platform.participant("toys"),
            platform.called("toys"),
            platform.participations(by=OFFICER),
            platform.participation("toys", by=OFFICER),
            platform.assess_unlodged(about("toys")).verdict,
        ]


class Everything(WhatIsEntered, TheList, Cases, BothFaces):
    """All of it, over a place."""

    @pytest.fixture
    def desk(self, place: Place) -> Iterator[Desk]:
        """A place and its clock."""
        made = Desk(place)
        with made.opened:
            yield made


class TestInMemory(Everything):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        store, shelf = MemoryStore(), MemoryShelf()
        return Place(lambda: (store, shelf), lambda: (Lifted(store), LiftedShelf(shelf)), tmp_path)


class TestInAFile(Everything):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        return sqlite_place(tmp_path)


class TestInADatabase(Everything):
    @pytest.fixture
    def place(self, tmp_path: Path, postgres: Server) -> Place:
        return postgres_place(postgres.database(), tmp_path)


class Counted:
    """A shelf that remembers what it is asked about participants; so often, somebody else was first."""

    def __init__(self, *, late: int = 0) -> None:
        self.shelf, self.asked, self.late = MemoryShelf(), list[str](), late

    def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        if self.late and rows[0].kind == "participant":
            self.late -= 1
            return [False] * len(rows)
        return self.shelf.put(rows)

    def get(self, owner: str, kind: str, id: str, /) -> ShelfRow | None:
        self.asked += [id] if kind == "participant" else []
        return self.shelf.get(owner, kind, id)

    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        self.asked += ["*"] if kind == "participant" else []
        return self.shelf.list(owner, kind, sought, after, limit)

    def years(self, kind: str, /) -> Sequence[str]:
        return self.shelf.years(kind)

    def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        self.shelf.delete(owner, kind, ids)

    def close(self) -> None:
        self.shelf.close()


def test_the_shelf_is_asked_once_for_the_steps_that_turn_on_who_takes_part_and_for_no_other() -> None:
    """Four commands of more than forty; the clock never asks, and a batch asks once for an organisation."""
    shelf, clock = Counted(), Clock()
    platform = Platform(scheme=HK_CCA, store=MemoryStore(), keys=MemoryKeyStore(), shelf=shelf, now=clock, draw=seeded)
    platform.record_impact_assessment(ASSESSED, by=OFFICER)
    case = platform.lodge(complaint(), by=OFFICER, key="form")
    told: dict[type[Command], list[str]] = {}
    for number, (command, by) in enumerate(long_life(), 1):
        clock.wait(hours=1)
        shelf.asked.clear()
        case = platform.act(case.id, command, by=by, key=f"key-{number}")
        told.setdefault(type(command), []).extend(shelf.asked)
    assert {command: asked for command, asked in told.items() if asked} == {
        c.Accept: ["taobao", "jd"], c.Upload: ["taobao", "taobao", "jd"], c.Redirect: ["jd"], c.Disclose: ["cca"],
    }  # fmt: skip
    shelf.asked.clear()
    other = platform.lodge(complaint(), by=OFFICER, key="form-2")
    clock.wait(days=400)
    while platform.tick().steps:
        pass
    assert shelf.asked == []
    clock.at = START + timedelta(days=500)
    ids = [platform.lodge(complaint(), by=OFFICER, key=f"batch-{number}").id for number in range(5)]
    platform.submit([Request(c.Accept(say()), OFFICER, "a", case_id) for case_id in ids])
    assert shelf.asked == ["taobao"]
    assert platform.facts(other.id, by=OFFICER).case.version > 1


@pytest.mark.parametrize("late", [1, 7, 8])
def test_whoever_is_late_tries_again_and_is_told_when_it_does_not_end(late: int) -> None:
    """Seven times somebody else was first: it is entered all the same; at the eighth, the officer is asked again."""
    shelf = Counted(late=late)
    parts: Any = {"store": MemoryStore(), "keys": MemoryKeyStore(), "now": Clock(), "draw": seeded}
    platform = Platform(scheme=HK_CCA, shelf=shelf, **parts)
    if late < 8:
        assert platform.enrol(TOYS, by=OFFICER, key="k").version == 1
    else:
        assert refused(lambda: platform.enrol(TOYS, by=OFFICER, key="k")) == "changed_meanwhile"
        assert platform.participants() == HK_CCA.participants


def test_what_stood_is_opened_once_and_what_stands_is_read_anew() -> None:
    """A platform that remembers thousands of organisations forgets them all before it remembers more."""
    shelf, keys, clock = MemoryShelf(), MemoryKeyStore(), Clock()
    one, other = (
        Platform(scheme=HK_CCA, store=MemoryStore(), keys=keys, shelf=shelf, now=clock, draw=seeded) for _ in range(2)
    )
    one.enrol(TOYS, by=OFFICER, key="a")
    assert other.called("toys") == "Toys 玩具"
    one.change_participant("toys", ChangeParticipant(TODAY, name="Toys Ltd"), by=OFFICER, key="b")
    assert other.called("toys") == "Toys Ltd"
    known = other._flow.known_members
    assert list(known) == ["toys"]
    held = known["toys"]
    assert other.called("toys") == "Toys Ltd"
    assert known["toys"] is held
    known.update({f"t-{number}": held for number in range(5000)})
    one.enrol(attrs.evolve(TOYS, organisation="new"), by=OFFICER, key="a")
    other.called("new")
    assert list(known) == ["new"]
