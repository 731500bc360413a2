"""Complainants get in: by a link to one case, a code that is sent to them, and for half an hour."""

from __future__ import annotations

import pickle
import re
import threading
from datetime import timedelta
from typing import Final

import attrs
import pytest

from expressplatform import commands as c
from expressplatform.codes import Channel, Reading, Role, Status
from expressplatform.complaint import Actor, Particulars
from expressplatform.errors import HeldBack, NoSuchCase, Refused
from expressplatform.memory import MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.platform import Platform, SignedIn
from expressplatform.platform.admitting import CODES_AN_HOUR, SESSION_LASTS, TRIES
from expressplatform.platform.keeping import context_of
from expressplatform.ports import EVERYONE, Shelf, ShelfRow, Sought
from expressplatform.schemes import HK_CCA
from expressplatform.testing.fakes import ScriptedMessenger
from expressplatform_sqlite.shelf import SqliteShelf
from tests.walking import OFFICER, PERSON, TAOBAO
from tests.whole_life import ASSESSED, ELSEWHERE, SECOND, WHO, Clock, complaint, live, say, seeded

PREFIX: Final = "https://council.example/case#"
MINUTE: Final = timedelta(minutes=1)


class Desk:
    """A platform with pages for complainants, and what it wrote to them."""

    def __init__(self, shelf: Shelf | None = None, messenger: ScriptedMessenger | None = None) -> None:
        self.clock, self.shelf, self.post = Clock(), shelf or MemoryShelf(), messenger or ScriptedMessenger()
        self.keys = MemoryKeyStore()
        self.platform = Platform(
            scheme=HK_CCA,
            store=MemoryStore(),
            keys=self.keys,
            shelf=self.shelf,
            now=self.clock,
            draw=seeded,
            messenger=self.post,
            link=PREFIX,
        )
        self.platform.record_impact_assessment(ASSESSED, by=OFFICER)
        self.count = 0

    def lodge(self, channel: Channel = Channel.EMAIL) -> str:
        """The id of a new case."""
        self.count += 1
        whole = complaint()
        whole = attrs.evolve(whole, complainant=attrs.evolve(whole.complainant, channel=channel))
        return self.platform.lodge(whole, by=OFFICER, key=f"form-{self.count}").id

    def link(self, case_id: str) -> str:
        """The token of a new link, as an officer hands it out."""
        return self.platform.open_link(case_id, by=OFFICER).removeprefix(PREFIX)

    def codes(self) -> list[str]:
        """The codes that were sent, the earliest first."""
        found = [re.search(r"Your code is (\d{6})\.", one.text) for one in self.post.sent]
        return [one[1] for one in found if one is not None]

    def code(self, link: str) -> str:
        """The code that is sent for a link now."""
        before = len(self.codes())
        self.platform.send_code(link)
        (code,) = self.codes()[before:]
        return code

    def enter(self, case_id: str) -> SignedIn:
        """A session on a case."""
        link = self.link(case_id)
        return self.platform.sign_in(link, self.code(link))

    def records(self, kind: str) -> list[ShelfRow]:
        """What stands on the shelf of a kind."""
        return list(self.shelf.list(EVERYONE, kind, Sought(), "", 999).rows)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def other(code: str) -> str:
    """Another code than this one."""
    return f"{(int(code) + 1) % 10**6:06}"


def refused(call: object) -> Refused:
    """How somebody is not let in."""
    with pytest.raises(Refused) as caught:
        call()  # type: ignore[operator]
    return caught.value


class TestGettingIn:
    def test_the_link_of_a_letter_and_the_code_open_a_session_on_that_case(self, desk: Desk) -> None:
        """The complainant then acts and reads as themselves."""
        case_id = desk.lodge()
        desk.platform.work()
        (letter,) = desk.post.sent
        found = re.search(rf"{re.escape(PREFIX)}(\S{{43}})\n", letter.text)
        assert found is not None
        signed = desk.platform.sign_in(found[1], desk.code(found[1]))
        assert (signed.case_id, signed.until) == (case_id, desk.clock.at + SESSION_LASTS)
        session = desk.platform.session(signed.token)
        actor = session.of(case_id)
        assert (actor.role, actor.organisation) == (Role.COMPLAINANT, HK_CCA.council)
        assert desk.platform.case(case_id, by=actor, reason="my own").particulars == WHO
        assert desk.platform.act(case_id, c.Withdraw(), by=actor, key="w").status is Status.WITHDRAWN

    def test_a_session_is_for_one_case(self, desk: Desk) -> None:
        """Another case of the same council is not there for it."""
        one, another = desk.lodge(), desk.lodge()
        session = desk.platform.session(desk.enter(one).token)
        with pytest.raises(NoSuchCase):
            session.of(another)

    def test_the_code_may_be_typed_with_spaces(self, desk: Desk) -> None:
        case_id = desk.lodge()
        link = desk.link(case_id)
        code = desk.code(link)
        assert desk.platform.sign_in(link, f" {code[:3]} {code[3:]}\n").case_id == case_id

    def test_each_letter_has_a_link_of_its_own_and_earlier_ones_still_lead_there(self, desk: Desk) -> None:
        """For thirty days each."""
        case_id = desk.lodge()
        desk.platform.work()
        desk.clock.wait(days=20)
        desk.platform.act(case_id, c.Accept(), by=OFFICER, key="a")
        desk.platform.work()
        links = [one.text.partition(PREFIX)[2].partition("\n")[0] for one in desk.post.sent]
        assert len(set(links)) == 2
        for link in links:
            assert desk.platform.sign_in(link, desk.code(link)).case_id == case_id
        desk.clock.wait(days=10)
        desk.platform.send_code(links[0])
        assert len(desk.codes()) == 2
        assert desk.platform.sign_in(links[1], desk.code(links[1])).case_id == case_id

    def test_the_code_goes_to_the_contact_that_stands_now(self, desk: Desk) -> None:
        """In their language, with nothing of the case but its number; it stands on record as a reading."""
        case_id = desk.lodge()
        desk.platform.act(case_id, c.Correct(Particulars(name=WHO.name, email="new@example.org")), by=PERSON, key="c")
        desk.code(desk.link(case_id))
        message = desk.post.sent[-1]
        assert message.reader.values["particulars.email"] == "new@example.org"
        assert WHO.name not in message.text + message.subject
        assert message.id.startswith(f"{case_id}.0.code-")
        entries = [one for one in desk.platform.access_log(by=OFFICER) if one.how is Reading.MESSAGE]
        assert [(one.cases, one.reason) for one in entries] == [((case_id,), "code")]

    def test_it_ends_when_they_sign_out(self, desk: Desk) -> None:
        signed = desk.enter(desk.lodge())
        desk.platform.sign_out(signed.token)
        assert refused(lambda: desk.platform.session(signed.token)).code == "not_admitted"
        desk.platform.sign_out(signed.token)
        desk.platform.sign_out("never was")


class TestNotGettingIn:
    """Whatever does not fit is refused alike."""

    def test_wrong_old_and_unknown_are_one_answer(self, desk: Desk) -> None:
        """A link that never was or is over, a code that is wrong, old, used, void or was never asked for."""
        case_id = desk.lodge()
        old = desk.link(case_id)
        desk.clock.wait(days=30)
        link = desk.link(case_id)
        answers = [refused(lambda: desk.platform.sign_in(link, "123456"))]
        code = desk.code(link)
        answers += [
            refused(lambda one=one, typed=typed: desk.platform.sign_in(one, typed))
            for one, typed in (
                (link, other(code)),
                ("x" * 43, code),
                (old, code),
                ("", ""),
                (link, ""),
                (link, "x" * 999),
            )
        ]
        desk.platform.sign_in(link, code)
        answers.append(refused(lambda: desk.platform.sign_in(link, code)))
        code = desk.code(link)
        desk.clock.wait(minutes=10)
        answers.append(refused(lambda: desk.platform.sign_in(link, code)))
        answers += [refused(lambda: desk.platform.session("x")), refused(lambda: desk.platform.session(link))]
        assert {pickle.dumps(one) for one in answers} == {pickle.dumps(answers[0])}
        assert (answers[0].code, answers[0].case_id) == ("not_admitted", "")

    def test_asking_for_a_code_says_nothing_whoever_asks(self, desk: Desk) -> None:
        """No answer, no code: for what leads nowhere, and for whoever reads no messages."""
        by_phone = desk.link(desk.lodge(Channel.PHONE))
        for link in ("", "x" * 43, "é\ud800", by_phone):
            assert desk.platform.send_code(link) is None  # type: ignore[func-returns-value]
        assert desk.post.sent == []

    def test_after_five_tries_a_code_is_void(self, desk: Desk) -> None:
        """The right one too; a new one must be asked for."""
        link = desk.link(desk.lodge())
        code = desk.code(link)
        for _ in range(TRIES):
            refused(lambda: desk.platform.sign_in(link, other(code)))
        refused(lambda: desk.platform.sign_in(link, code))
        assert desk.platform.sign_in(link, desk.code(link)).case_id

    def test_five_tries_are_five_however_many_try_at_once(self) -> None:
        """A try is counted before it is judged: no guess is free."""
        desk = Desk()
        link = desk.link(desk.lodge())
        code = desk.code(link)
        judged: list[str] = []
        compare = desk.platform._flow._digest

        def counting(case_id: str, digits: str) -> str:
            judged.append(digits)
            return compare(case_id, digits)

        desk.platform._flow._digest = counting  # type: ignore[method-assign]
        guesses = [f"{(int(code) + number) % 10**6:06}" for number in range(1, 25)]
        barrier = threading.Barrier(len(guesses))

        def guess(digits: str) -> None:
            barrier.wait(10)
            refused(lambda: desk.platform.sign_in(link, digits))

        threads = [threading.Thread(target=guess, args=(digits,)) for digits in guesses]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(judged) <= TRIES

    def test_at_most_five_codes_an_hour_are_sent_for_a_case(self, desk: Desk) -> None:
        """Over whichever link they are asked; whoever asks is not told."""
        case_id = desk.lodge()
        for _ in range(CODES_AN_HOUR):
            desk.code(desk.link(case_id))
            desk.clock.at += MINUTE
        for _ in range(3):
            desk.platform.send_code(desk.link(case_id))
        assert len(desk.codes()) == CODES_AN_HOUR
        last = desk.codes()[-1]
        assert desk.platform.sign_in(desk.link(case_id), last).case_id
        desk.clock.at += timedelta(hours=1) - CODES_AN_HOUR * MINUTE
        desk.code(desk.link(case_id))
        desk.platform.send_code(desk.link(case_id))
        assert len(desk.codes()) == CODES_AN_HOUR + 1

    def test_a_new_code_takes_the_place_of_the_last_one(self, desk: Desk) -> None:
        link = desk.link(desk.lodge())
        first, second = desk.code(link), desk.code(link)
        if first != second:
            refused(lambda: desk.platform.sign_in(link, first))
        assert desk.platform.sign_in(link, second).case_id

    def test_a_code_of_one_case_opens_no_other(self, desk: Desk) -> None:
        one, another = desk.link(desk.lodge()), desk.link(desk.lodge())
        code = desk.code(one)
        desk.code(another)
        if code != desk.codes()[-1]:
            refused(lambda: desk.platform.sign_in(another, code))

    def test_a_messenger_that_is_away_is_heard_of(self) -> None:
        """Whoever asks may try again; nothing is queued for an officer."""
        desk = Desk(messenger=ScriptedMessenger(faults=[HeldBack()]))
        link = desk.link(desk.lodge())
        with pytest.raises(HeldBack):
            desk.platform.send_code(link)
        assert desk.code(link)

    def test_a_code_that_reaches_nobody_is_nobodys_work(self) -> None:
        """Whoever cannot be written to is told so by no answer either."""
        desk = Desk(messenger=ScriptedMessenger(gone=[WHO.email]))
        desk.platform.send_code(desk.link(desk.lodge()))
        assert desk.platform.queue(by=OFFICER) == ()

    def test_links_are_handed_out_by_the_council_that_has_the_case(self, desk: Desk) -> None:
        case_id = desk.lodge()
        for by in (PERSON, TAOBAO):
            assert refused(lambda by=by: desk.platform.open_link(case_id, by=by)).code == "not_the_council"
        with pytest.raises(NoSuchCase):
            desk.platform.open_link(case_id, by=ELSEWHERE)


class TestTheEnd:
    def test_a_session_lasts_half_an_hour(self, desk: Desk) -> None:
        signed = desk.enter(desk.lodge())
        desk.clock.at += SESSION_LASTS - timedelta.resolution
        assert desk.platform.session(signed.token).case_id
        desk.clock.at += timedelta.resolution
        refused(lambda: desk.platform.session(signed.token))

    def test_withdrawing_ends_it_for_good_and_the_link_opens_another(self, desk: Desk) -> None:
        """Their rights stay theirs; a case that is reopened gives an old session nothing back."""
        case_id = desk.lodge()
        signed = desk.enter(case_id)
        desk.platform.act(case_id, c.Withdraw(), by=PERSON, key="w")
        refused(lambda: desk.platform.session(signed.token))
        again = desk.enter(case_id)
        assert desk.platform.session(again.token).case_id
        desk.platform.act(case_id, c.Reopen(say()), by=OFFICER, key="r")
        refused(lambda: desk.platform.session(signed.token))
        assert desk.platform.session(again.token).case_id

    def test_erasing_ends_everything(self, desk: Desk) -> None:
        """Sessions and links at once, and what stands on the shelf with the key."""
        case_id = live(desk.platform, desk.clock, [(c.Withdraw(), PERSON)]).id
        link = desk.link(case_id)
        signed = desk.platform.sign_in(link, desk.code(link))
        code = desk.code(link)
        sent = len(desk.post.sent)
        desk.platform.erase(case_id, by=OFFICER, approved_by=SECOND)
        refused(lambda: desk.platform.session(signed.token))
        refused(lambda: desk.platform.sign_in(link, code))
        desk.platform.send_code(link)
        assert refused(lambda: desk.platform.open_link(case_id, by=OFFICER)).code == "wrong_status"
        desk.platform.work()
        assert [desk.records(kind) for kind in ("link", "code", "session")] == [[], [], []]
        assert len(desk.post.sent) == sent

    def test_a_key_that_is_lost_lets_nobody_in(self, desk: Desk) -> None:
        """And says nothing else to them."""
        case_id = desk.lodge()
        link = desk.link(case_id)
        code = desk.code(link)
        desk.keys.destroy(case_id)
        desk.platform._flow.ring.forget(case_id)
        refused(lambda: desk.platform.sign_in(link, code))
        desk.platform.send_code(link)
        assert len(desk.codes()) == 1

    def test_what_is_over_is_swept_away(self, desk: Desk) -> None:
        """Links after their thirty days, codes after their hour, sessions after their half."""
        desk.enter(desk.lodge())
        assert [len(desk.records(kind)) for kind in ("link", "code", "session")] == [1, 1, 1]
        desk.clock.wait(hours=1, seconds=1)
        desk.platform.work()
        assert [len(desk.records(kind)) for kind in ("link", "code", "session")] == [2, 0, 0]
        desk.clock.wait(days=30, seconds=1)
        desk.platform.work()
        assert desk.records("link") == []

    def test_a_link_over_the_turn_of_the_year_still_opens(self) -> None:
        """The secret of a year goes only when nothing of that year stands any more."""
        desk = Desk()
        desk.clock.at = desk.clock.at.replace(month=12, day=30)
        case_id = desk.lodge()
        link = desk.link(case_id)
        desk.clock.wait(days=4)
        desk.platform.work()
        assert desk.platform.sign_in(link, desk.code(link)).case_id == case_id


class TestNothingIsKept:
    def test_neither_links_nor_codes_nor_tokens_stand_anywhere(self) -> None:
        """Not in the shelf's rows, opened or sealed, and in nothing that prints."""
        desk = Desk()
        case_id = desk.lodge()
        link = desk.link(case_id)
        code = desk.code(link)
        signed = desk.platform.sign_in(link, code)
        rows = [row for kind in ("link", "code", "session") for row in desk.records(kind)]
        assert len(rows) == 3
        seen = pickle.dumps(rows)
        flow = desk.platform._flow
        for secret in (link, signed.token):
            assert secret.encode() not in seen
        opened = [flow.secrets.get(f"shelf:{row.kind}:{row.year}").open(row.body, context_of(row)) for row in rows]
        assert not [one for one in opened if code.encode() in one or link.encode() in one]
        assert signed.token not in f"{signed!r} {signed} {desk.platform.session(signed.token)!r}"

    def test_a_session_is_found_on_a_shelf_that_lasts(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        """By another process, over the same file."""
        folder = tmp_path_factory.mktemp("shelf")
        shelf = SqliteShelf(folder / "cases.db")
        desk = Desk(shelf)
        case_id = desk.lodge()
        link = desk.link(case_id)
        code = desk.code(link)
        for typed in (other(code), other(code)):
            refused(lambda typed=typed: desk.platform.sign_in(link, typed))
        signed = desk.platform.sign_in(link, code)
        assert desk.platform.session(signed.token).case_id == case_id
        desk.platform.sign_out(signed.token)
        refused(lambda: desk.platform.session(signed.token))
        shelf.close()


def test_the_actor_of_a_session_is_opaque() -> None:
    """No name, and no other complainant's."""
    desk = Desk()
    one, another = desk.lodge(), desk.lodge()
    actors = [desk.platform.session(desk.enter(case_id).token).actor for case_id in (one, another)]
    assert actors[0] != actors[1]
    assert actors[0] == Actor(Role.COMPLAINANT, f"of:{one}", HK_CCA.council)
