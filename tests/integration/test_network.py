"""Who is connected: invitations are used once, keys are changed without a gap and ended at once, requests seen once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import attrs
import pytest

from expressplatform import commands as c
from expressplatform.codes import Channel, Outcome, Role, Status
from expressplatform.complaint import Actor
from expressplatform.errors import InvalidInput, NoSuchCase, Refused
from expressplatform.memory import MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.platform import Delivery, KeyUse, Platform, TraderCase, trading
from expressplatform.ports import Shelf
from expressplatform.schemes import HK_CCA
from expressplatform.sealing import new_encryption_pair
from expressplatform.signing import SigningKey
from expressplatform_sqlite.shelf import SqliteShelf
from expressplatform_sqlite.store import SqliteStore
from tests.walking import JD, OFFICER, OPERATOR, PERSON, TAOBAO, UPLOAD, consent_to
from tests.whole_life import ASSESSED, Clock, complaint, say, seeded

REASON: Final = "a call"


@attrs.frozen
class Desk:
    """A platform, its clock, its shelf and its keys."""

    platform: Platform
    clock: Clock
    shelf: Shelf
    keys: MemoryKeyStore


@pytest.fixture(params=["memory", "sqlite"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A platform in memory, and one on files."""
    clock = Clock()
    if request.param == "sqlite":
        SqliteStore(tmp_path / "cases.db").close()
        store: object = SqliteStore(tmp_path / "cases.db")
        shelf: Shelf = SqliteShelf(tmp_path / "cases.db")
    else:
        store, shelf = MemoryStore(), MemoryShelf()
    keys = MemoryKeyStore()
    platform = Platform(
        scheme=HK_CCA,
        store=store,  # type: ignore[arg-type]
        keys=keys,
        shelf=shelf,
        now=clock,
        draw=seeded,
    )
    with closing(platform):
        platform.record_impact_assessment(ASSESSED, by=OFFICER)
        yield Desk(platform, clock, shelf, keys)


def _keys() -> tuple[bytes, bytes]:
    return SigningKey.generate().public, new_encryption_pair().public


def _code(desk: Desk, organisation: str = "taobao", role: Role = Role.TRADER) -> str:
    return desk.platform.invite(organisation, role=role, name="T. Trader", by=OPERATOR).code


class TestInvitations:
    """An operator invites; whoever has the code registers once."""

    def test_a_code_connects_the_organisation_with_its_keys(self, desk: Desk) -> None:
        """Role and name are those of the invitation, and both keys are good."""
        signing, sealing = _keys()
        made = desk.platform.register_organisation(_code(desk), signing=signing, sealing=sealing, person="agent-1")
        assert (made.id, made.role, made.name) == ("taobao", Role.TRADER, "T. Trader")
        held = desk.platform.member_keys(by=TAOBAO)
        assert {(one.use, one.public) for one in held} == {
            (KeyUse.SIGNING, signing.hex()),
            (KeyUse.SEALING, sealing.hex()),
        }
        assert desk.platform.organisations(by=OPERATOR) == (made,)

    def test_a_code_is_read_however_it_is_typed(self, desk: Desk) -> None:
        """Small letters, spaces and missing hyphens do not matter."""
        signing, sealing = _keys()
        code = _code(desk).lower().replace("-", " ")
        assert desk.platform.register_organisation(code, signing=signing, sealing=sealing, person="a").id == "taobao"

    def test_the_same_code_and_keys_again_change_nothing(self, desk: Desk) -> None:
        """Whoever lost the answer asks again."""
        code, (signing, sealing) = _code(desk), _keys()
        first = desk.platform.register_organisation(code, signing=signing, sealing=sealing, person="agent-1")
        desk.clock.wait(hours=1)
        assert desk.platform.register_organisation(code, signing=signing, sealing=sealing, person="agent-1") == first
        assert len(desk.platform.member_keys(by=TAOBAO)) == 2

    def test_other_keys_a_wrong_code_and_a_late_one_are_refused_alike(self, desk: Desk) -> None:
        """Nobody learns whether a code was ever there."""
        code, (signing, sealing) = _code(desk), _keys()
        desk.platform.register_organisation(code, signing=signing, sealing=sealing, person="agent-1")
        late = _code(desk)
        desk.clock.wait(days=14)
        told = set()
        for tried in (code, late, "0" * 20, "", "\ud800"):
            signing, sealing = _keys()
            with pytest.raises(Refused) as caught:
                desk.platform.register_organisation(tried, signing=signing, sealing=sealing, person="agent-1")
            told.add((caught.value.code, caught.value.reason))
        assert {code for code, _ in told} == {"not_invited"}
        assert len(told) == 1

    @pytest.mark.parametrize("by", [OFFICER, TAOBAO, PERSON], ids=lambda by: by.role.value)
    def test_only_the_operator_invites(self, desk: Desk, by: Actor) -> None:
        """A council does not let traders in, and a trader nobody."""
        with pytest.raises(Refused, match="operator"):
            desk.platform.invite("amazon", role=Role.TRADER, name="A.", by=by)

    def test_what_is_no_invitation_is_not_made(self, desk: Desk) -> None:
        """Roles that connect, days from 1 to 90, and never the platform's own name."""
        for organisation, role, days in (
            ("*", Role.TRADER, 1),
            ("platform", Role.TRADER, 1),
            ("amazon", Role.CLOCK, 1),
            ("amazon", Role.TRADER, 0),
            ("amazon", Role.TRADER, 91),
        ):
            with pytest.raises(InvalidInput):
                desk.platform.invite(organisation, role=role, name="A.", by=OPERATOR, days=days)

    def test_a_trader_without_a_key_for_details_is_not_connected(self, desk: Desk) -> None:
        """Details are sealed to it; a council needs none."""
        with pytest.raises(InvalidInput, match="sealed"):
            desk.platform.register_organisation(_code(desk), signing=_keys()[0], person="agent-1")
        code = _code(desk, "hkcc", Role.COUNCIL)
        assert desk.platform.register_organisation(code, signing=_keys()[0], person="o").role is Role.COUNCIL

    def test_bytes_that_are_no_key_are_refused(self, desk: Desk) -> None:
        """Of the wrong length, or a point that one cannot seal to."""
        for signing, sealing in ((b"short", _keys()[1]), (_keys()[0], b"short"), (_keys()[0], bytes(32))):
            with pytest.raises(InvalidInput, match="public key"):
                desk.platform.register_organisation(_code(desk), signing=signing, sealing=sealing, person="a")

    def test_neither_code_nor_invitation_prints_the_code(self, desk: Desk) -> None:
        """It is for whoever is handed it."""
        invited = desk.platform.invite("jd", role=Role.TRADER, name="J.", by=OPERATOR)
        assert invited.code not in f"{invited!r}{invited}{invited.invitation!r}"


class TestKeys:
    """Keys are changed without a gap, and ended at once."""

    def test_a_new_key_is_good_beside_the_old_one(self, desk: Desk) -> None:
        """The newest is the one that details are sealed to."""
        first = desk.platform.add_key(KeyUse.SEALING, _keys()[1], by=TAOBAO)
        desk.clock.wait(hours=1)
        second = desk.platform.add_key(KeyUse.SEALING, _keys()[1], by=TAOBAO)
        assert desk.platform.sealing_key("taobao") == second
        desk.platform.end_key(second.id, by=TAOBAO)
        assert desk.platform.sealing_key("taobao") == first
        desk.platform.end_key(first.id, by=TAOBAO)
        assert desk.platform.sealing_key("taobao") is None

    def test_a_key_ends_when_it_was_said_to_and_never_later(self, desk: Desk) -> None:
        """An end to come may be brought forward, not put off."""
        made = desk.platform.add_key(KeyUse.SIGNING, _keys()[0], by=TAOBAO)
        soon = desk.clock.at + timedelta(days=2)
        assert desk.platform.end_key(made.id, by=TAOBAO, at=soon).ends_at == soon
        assert desk.platform.end_key(made.id, by=TAOBAO, at=soon + timedelta(days=1)).ends_at == soon
        held = desk.platform.member_key(made.id)
        assert held is not None
        assert held.good_at(desk.clock.at)
        assert not held.good_at(soon)
        assert desk.platform.end_key(made.id, by=OFFICER).ends_at == desk.clock.at

    def test_a_trader_neither_sees_nor_ends_the_keys_of_another(self, desk: Desk) -> None:
        """To it there is no such key."""
        made = desk.platform.add_key(KeyUse.SIGNING, _keys()[0], by=TAOBAO)
        with pytest.raises(Refused, match="no key"):
            desk.platform.end_key(made.id, by=JD)
        assert desk.platform.member_keys("taobao", by=JD) == ()
        assert desk.platform.member_keys("taobao", by=OPERATOR) == (made,)
        assert desk.platform.end_key(made.id, by=OPERATOR).ended_by == OPERATOR.person

    def test_no_council_locks_another_one_out(self, desk: Desk) -> None:
        """Where several share a server, each ends its own keys and those of traders; the operator ends any."""
        other = attrs.evolve(OFFICER, organisation="another-council")
        made = desk.platform.add_key(KeyUse.SIGNING, _keys()[0], by=OFFICER)
        with pytest.raises(Refused, match="no key"):
            desk.platform.end_key(made.id, by=other)
        assert desk.platform.end_key(made.id, by=OFFICER).ended_by == OFFICER.person

    def test_a_key_belongs_to_one_organisation_for_ever(self, desk: Desk) -> None:
        """Nobody registers another's, nor one that was ended."""
        public = _keys()[0]
        made = desk.platform.add_key(KeyUse.SIGNING, public, by=TAOBAO)
        with pytest.raises(Refused, match="before"):
            desk.platform.add_key(KeyUse.SIGNING, public, by=JD)
        desk.platform.end_key(made.id, by=TAOBAO)
        with pytest.raises(Refused, match="before"):
            desk.platform.add_key(KeyUse.SIGNING, public, by=TAOBAO)

    @pytest.mark.parametrize("by", [OPERATOR, PERSON], ids=lambda by: by.role.value)
    def test_others_have_no_keys_here(self, desk: Desk, by: Actor) -> None:
        """Complainants come by links, operators by the command line."""
        with pytest.raises(Refused):
            desk.platform.add_key(KeyUse.SIGNING, _keys()[0], by=by)


class TestNonces:
    """A signed request is seen once."""

    def test_a_request_seen_before_is_told(self, desk: Desk) -> None:
        """Under the same key; another key's nonces are its own."""
        until = desk.clock.at + timedelta(seconds=300)
        assert desk.platform.remember("k1", "n", until)
        assert not desk.platform.remember("k1", "n", until)
        assert desk.platform.remember("k2", "n", until)

    def test_work_forgets_what_is_over_and_nothing_else(self, desk: Desk) -> None:
        """A nonce is remembered exactly until its signature is over."""
        until = desk.clock.at + timedelta(seconds=300)
        desk.platform.remember("k1", "n", until)
        desk.clock.wait(seconds=299)
        desk.platform.work()
        assert not desk.platform.remember("k1", "n", until)
        desk.clock.wait(seconds=2)
        desk.platform.work()
        assert desk.platform.remember("k1", "n", until)


class TestTheCouncilsOwnKey:
    """What signs disclosures and checkpoints: as the key store has it at that moment."""

    def test_it_is_made_of_its_seed_once_and_is_another_when_the_seed_is(self, desk: Desk) -> None:
        """Whoever destroys it in the key store has changed it at once."""
        first = desk.platform.disclosure_key()
        assert desk.platform.disclosure_key() is first
        assert desk.platform.audit_key() == first.public
        desk.keys.forget("signing:council")
        assert desk.platform.disclosure_key().public == desk.platform.audit_key() != first.public


class TestEndpoints:
    """Where an organisation is told that something waits."""

    def test_an_endpoint_is_its_organisations_own(self, desk: Desk) -> None:
        """Others see none of it; the same address again is the same one."""
        made = desk.platform.add_endpoint("https://trader.example/hook", by=TAOBAO)
        assert desk.platform.add_endpoint("https://trader.example/hook", by=TAOBAO) == made
        assert desk.platform.endpoints(by=JD) == ()
        with pytest.raises(Refused, match="no endpoint"):
            desk.platform.rotate_secret(made.id, by=JD)
        assert made.secrets[0] not in repr(made)

    def test_two_secrets_stand_while_they_are_changed(self, desk: Desk) -> None:
        """The newest first; a third takes the place of the oldest."""
        first = desk.platform.add_endpoint("https://trader.example/hook", by=TAOBAO)
        second = desk.platform.rotate_secret(first.id, by=TAOBAO)
        third = desk.platform.rotate_secret(first.id, by=TAOBAO)
        assert second.secrets[1] == first.secrets[0]
        assert third.secrets[1] == second.secrets[0]
        assert len(third.secrets) == 2

    def test_an_endpoint_that_was_removed_comes_back_with_a_new_secret(self, desk: Desk) -> None:
        """Whoever kept the old one learns nothing."""
        first = desk.platform.add_endpoint("https://trader.example/hook", by=TAOBAO)
        removed = desk.platform.remove_endpoint(first.id, by=TAOBAO)
        assert removed.disabled_at == desk.clock.at
        assert desk.platform.remove_endpoint(first.id, by=TAOBAO) == removed
        again = desk.platform.add_endpoint("https://trader.example/hook", by=TAOBAO)
        assert again.disabled_at is None
        assert not {*again.secrets} & {*first.secrets}

    def test_there_are_five_endpoints_at_most(self, desk: Desk) -> None:
        """A sixth is refused until one is removed."""
        made = [desk.platform.add_endpoint(f"https://trader.example/{n}", by=TAOBAO) for n in range(5)]
        with pytest.raises(Refused, match="remove one"):
            desk.platform.add_endpoint("https://trader.example/5", by=TAOBAO)
        desk.platform.remove_endpoint(made[0].id, by=TAOBAO)
        desk.platform.add_endpoint("https://trader.example/5", by=TAOBAO)

    def test_an_address_with_spaces_is_none(self, desk: Desk) -> None:
        """It would end up in a line of a log, or in a header."""
        for url in ("https://a.example/\nx", "https://a.example/ x", "https://b\u00fccher.example/"):
            with pytest.raises(InvalidInput, match="ASCII"):
                desk.platform.add_endpoint(url, by=TAOBAO)

    def test_the_log_shows_the_latest_first_and_only_ones_own(self, desk: Desk) -> None:
        """Each attempt is a line of its own."""
        made = desk.platform.add_endpoint("https://trader.example/hook", by=TAOBAO)
        for number, outcome in enumerate(("unreachable", "delivered")):
            desk.platform.note_delivery(
                Delivery(f"d{number}", made.id, "taobao", "m", "case.uploaded", "c1", "r", None, desk.clock.at, outcome)
            )
            desk.clock.wait(hours=1)
        assert [one.outcome for one in desk.platform.deliveries(by=TAOBAO)] == ["delivered", "unreachable"]
        assert desk.platform.delivery("d0", by=TAOBAO).outcome == "unreachable"
        assert desk.platform.deliveries(by=JD) == ()
        with pytest.raises(Refused, match="no delivery"):
            desk.platform.delivery("d0", by=JD)

    def test_a_complainant_has_no_endpoints(self, desk: Desk) -> None:
        """They are for organisations."""
        with pytest.raises(Refused):
            desk.platform.add_endpoint("https://a.example/", by=PERSON)


class TestTradersCases:
    """What a trader sees of what it holds."""

    def _uploaded(self, desk: Desk, key: str = "form-1") -> str:
        case = desk.platform.lodge(complaint(), by=OFFICER, key=key)
        for number, command in enumerate((c.Accept(say()), UPLOAD)):
            desk.platform.act(case.id, command, by=OFFICER, key=f"{key}-{number}")
        return case.id

    def test_a_row_says_what_waits(self, desk: Desk) -> None:
        """Status, the duty that is owed, working days left, what may be done; unread until the trader acts."""
        case_id = self._uploaded(desk)
        row = desk.platform.trader_case(case_id, by=TAOBAO)
        assert row.status is Status.UPLOADED
        assert row.unread
        assert row.duty == "obtain"
        assert row.working_days_left is not None
        assert row.working_days_left >= 0
        assert set(row.allowed) == {"Obtain", "Reject"}
        assert row.shop == "shop-1"
        desk.platform.obtain(case_id, by=TAOBAO, key="k")
        assert not desk.platform.trader_case(case_id, by=TAOBAO).unread
        desk.platform.act(case_id, c.SetReference("T-1"), by=TAOBAO, key="k2")
        assert desk.platform.trader_case(case_id, by=TAOBAO).their_reference == "T-1"

    def test_the_days_that_are_left_are_those_of_the_moment(self, desk: Desk) -> None:
        """Whenever a row is asked for, in whatever order, it says what a platform says that never looked before."""
        case_id, start = self._uploaded(desk), desk.clock.at
        due = desk.platform.trader_case(case_id, by=TAOBAO).due_at
        assert due is not None
        midnight = datetime(start.year, start.month, start.day, 16, tzinfo=UTC)  # in Hong Kong
        edges = [one + timedelta(microseconds=by) for one in (midnight, due) for by in (-1, 0, 1)]
        moments = [start, *edges, *(start + timedelta(hours=7 * n) for n in range(40)), *reversed(edges), start]
        found = set()
        for moment in moments:
            desk.clock.at = moment
            row = desk.platform.trader_case(case_id, by=TAOBAO)
            desk.platform._flow.seen_rows.clear()
            assert row == desk.platform.trader_case(case_id, by=TAOBAO)
            found.add(row.working_days_left)
        assert {-1, 0, 1} <= found

    def test_the_councils_own_work_makes_nothing_unread(self, desk: Desk) -> None:
        """A note or an assignment is the council's alone; a message is for the trader too."""
        case_id = self._uploaded(desk)
        desk.platform.obtain(case_id, by=TAOBAO, key="k")
        desk.clock.wait(hours=1)
        desk.platform.act(case_id, c.AddNote(say()), by=OFFICER, key="n")
        desk.platform.act(case_id, c.ShareEvidence("cca", ("order-1",)), by=OFFICER, key="s")
        assert not desk.platform.trader_case(case_id, by=TAOBAO).unread
        desk.platform.act(case_id, c.AddMessage(say()), by=PERSON, key="m")
        assert desk.platform.trader_case(case_id, by=TAOBAO).unread

    def test_nobody_else_sees_a_row(self, desk: Desk) -> None:
        """To another trader there is no such case, and its list is empty."""
        case_id = self._uploaded(desk)
        with pytest.raises(NoSuchCase):
            desk.platform.trader_case(case_id, by=JD)
        assert desk.platform.trader_cases(by=JD).rows == ()
        for by in (OFFICER, PERSON):
            with pytest.raises(Refused):
                desk.platform.trader_case(case_id, by=by)
            with pytest.raises(Refused):
                desk.platform.trader_cases(by=by)

    def test_a_list_goes_on_where_it_stopped(self, desk: Desk) -> None:
        """Each case once, and filters hold whatever the size of a page."""
        ids = sorted(self._uploaded(desk, f"form-{n}") for n in range(5))
        desk.platform.obtain(ids[1], by=TAOBAO, key="k")
        desk.platform.sequence()
        for limit in (1, 2, 5, 100):
            seen, after, more = set(), "", True
            while more:
                page = desk.platform.trader_cases(by=TAOBAO, after=after, limit=limit)
                assert len(page.rows) <= limit
                seen |= {row.case_id for row in page.rows}
                after, more = page.after, page.more
            assert sorted(seen) == ids
            assert desk.platform.trader_cases(by=TAOBAO, after=after, limit=limit).rows == ()
            page = desk.platform.trader_cases(by=TAOBAO, status=(Status.OBTAINED,), limit=limit)
            assert [row.case_id for row in page.rows] == [ids[1]]
        assert len(desk.platform.trader_cases(by=TAOBAO, unread=True).rows) == 4
        assert len(desk.platform.trader_cases(by=TAOBAO, shop="shop-2").rows) == 0
        soon = desk.clock.at + timedelta(days=1)
        assert desk.platform.trader_cases(by=TAOBAO, due_before=soon).rows == ()
        assert len(desk.platform.trader_cases(by=TAOBAO, due_before=soon + timedelta(days=90)).rows) == 5
        assert desk.platform.trader_cases(by=TAOBAO, changed_since=soon).rows == ()

    def test_a_page_ends_however_little_of_the_list_is_wanted(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One question looks at so many lines and no more; what is wanted is found by going on."""
        ids = [self._uploaded(desk, f"form-{n}") for n in range(6)]
        desk.platform.sequence()
        monkeypatch.setattr(trading, "_MOST_LOOKED", 2)
        pages, after, more = 0, "", True
        while more and pages < 10:
            page = desk.platform.trader_cases(by=TAOBAO, shop="shop-2", after=after, limit=1)
            assert page.rows == ()
            pages, after, more = pages + 1, page.after, page.more
        assert 3 <= pages < 10
        last, after, more = ids[-1], "", True
        found: list[TraderCase] = []
        desk.platform.obtain(last, by=TAOBAO, key="k")
        while more:
            page = desk.platform.trader_cases(by=TAOBAO, status=(Status.OBTAINED,), after=after, limit=1)
            found, after, more = [*found, *page.rows], page.after, page.more
        assert {one.case_id for one in found} == {last}

    def test_a_cursor_leads_on_for_ever(self, desk: Desk) -> None:
        """What moves later is told after it, a case with a small number as well; one that is lost is told as gone."""
        first = self._uploaded(desk, "form-1")
        desk.platform.sequence()
        after = desk.platform.trader_cases(by=TAOBAO).after
        others = {self._uploaded(desk, f"form-{n}") for n in range(2, 9)}
        desk.platform.act(first, c.Recall(say()), by=OFFICER, key="recall")
        desk.platform.sequence()
        page = desk.platform.trader_cases(by=TAOBAO, after=after)
        assert {row.case_id for row in page.rows} | {*page.gone} == {first, *others}
        desk.platform.act(first, c.GiveConsent(consent_to("jd", desk.clock.at)), by=PERSON, key="jd")
        desk.platform.act(first, c.Redirect("jd"), by=OFFICER, key="r")
        for number, command in enumerate((c.Accept(say()), UPLOAD)):
            desk.platform.act(first, command, by=OFFICER, key=f"again-{number}")
        desk.platform.sequence()
        assert desk.platform.trader_cases(by=TAOBAO, after=page.after).gone == (first,)
        with pytest.raises(InvalidInput):
            desk.platform.trader_cases(by=TAOBAO, after="elsewhere")

    def test_of_a_case_that_is_anothers_by_now_a_trader_sees_what_it_owes_alone(self, desk: Desk) -> None:
        """Not where it stands, nor that anything moves."""
        case_id = self._uploaded(desk)
        desk.platform.obtain(case_id, by=TAOBAO, key="k")
        desk.clock.wait(hours=1)
        desk.platform.act(case_id, c.Recall(say()), by=OFFICER, key="recall")
        desk.platform.act(case_id, c.WithdrawConsent("taobao"), by=PERSON, key="wc")
        desk.platform.act(case_id, c.GiveConsent(consent_to("jd", desk.clock.at)), by=PERSON, key="jd")
        for number, command in enumerate((c.Redirect("jd"), c.Accept(say()), UPLOAD)):
            desk.platform.act(case_id, command, by=OFFICER, key=f"again-{number}")
        before = desk.platform.trader_case(case_id, by=TAOBAO)
        assert (before.status, before.version, before.allowed) == (None, 0, ("ConfirmDeletion",))
        assert before.delete_by is not None
        desk.clock.wait(hours=1)
        desk.platform.obtain(case_id, by=JD, key="k")
        assert desk.platform.trader_case(case_id, by=TAOBAO) == before
        desk.platform.sequence()
        assert desk.platform.trader_cases(by=TAOBAO, status=(Status.OBTAINED,)).rows == ()

    def test_after_the_end_a_trader_sees_what_it_owes(self, desk: Desk) -> None:
        """A deletion, until when; confirmed, the case is gone from its list."""
        case_id = self._uploaded(desk)
        desk.platform.obtain(case_id, by=TAOBAO, key="k")
        desk.clock.wait(hours=1)
        desk.platform.act(case_id, c.Withdraw(), by=PERSON, key="w")
        row = desk.platform.trader_case(case_id, by=TAOBAO)
        assert row.delete_by is not None
        assert row.allowed == ("ConfirmDeletion",)


class TestSigned:
    """What a trader signed stands beside the step that it led to."""

    def _obtained(self, desk: Desk) -> str:
        case = desk.platform.lodge(complaint(), by=OFFICER, key="form-1")
        for number, command in enumerate((c.Accept(say()), UPLOAD)):
            desk.platform.act(case.id, command, by=OFFICER, key=f"k{number}")
        desk.platform.obtain(case.id, by=TAOBAO, key="o")
        desk.platform.act(case.id, c.ReportContact(Channel.PHONE), by=TAOBAO, key="c")
        desk.platform.act(case.id, c.ReportResolution(Outcome.SETTLED_MONETARY), by=TAOBAO, key="r")
        return case.id

    def _keep(self, desk: Desk, case_id: str, body: bytes = b'{"v":1}', key: str = "r") -> bool:
        return desk.platform.keep_signed(
            case_id, by=TAOBAO, key=key, key_id="k", base='"@method": POST', signature="s", body=body
        )

    def test_it_is_kept_once_and_read_with_a_reason(self, desk: Desk) -> None:
        """The first of a step stands, and the reading is on record."""
        case_id = self._obtained(desk)
        assert self._keep(desk, case_id)
        assert not self._keep(desk, case_id, b"other")
        (one,) = desk.platform.statements(case_id, by=OFFICER, reason=REASON)
        assert one.body == b'{"v":1}'
        assert (one.signed.version, one.signed.organisation, one.signed.person) == (6, "taobao", "agent-1")
        assert desk.platform.access_log(by=OFFICER, case_id=case_id)[-1].fields == ("signed",)

    def test_it_is_kept_of_a_step_alone(self, desk: Desk) -> None:
        """A key that led to nothing has no record."""
        with pytest.raises(NoSuchCase):
            self._keep(desk, self._obtained(desk), key="never")

    def test_only_the_council_reads_it(self, desk: Desk) -> None:
        """With a reason."""
        case_id = self._obtained(desk)
        for by, reason in ((TAOBAO, REASON), (PERSON, REASON), (OFFICER, " ")):
            with pytest.raises(Refused):
                desk.platform.statements(case_id, by=by, reason=reason)
        with pytest.raises(NoSuchCase):
            desk.platform.statements(case_id, by=JD, reason=REASON)

    def test_it_goes_when_the_case_is_erased(self, desk: Desk) -> None:
        """The body opens no more at once, and the record goes with the key."""
        case_id = self._obtained(desk)
        self._keep(desk, case_id)
        desk.clock.wait(hours=1)
        desk.platform.act(case_id, c.Withdraw(), by=PERSON, key="w")
        second = Actor(OFFICER.role, "officer-2", OFFICER.organisation)
        desk.platform.erase(case_id, by=OFFICER, approved_by=second)
        desk.platform.work()
        assert desk.platform.statements(case_id, by=OFFICER, reason=REASON) == ()
        assert not self._keep(desk, case_id)
