"""After a copy was put back, what was undone since is undone again: once, and nothing else is touched."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import pytest

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.case import Case
from expressplatform.codes import EffectKind, ErasureReason, Status
from expressplatform.complaint import ERASED, Particulars, clock_of
from expressplatform.errors import KeyDestroyed, Refused, StoreUnusable
from expressplatform.memory import MemoryKeyStore, MemoryRegister, MemoryShelf, MemoryStore
from expressplatform.platform import AsyncPlatform, Platform, Reapplied
from expressplatform.platform.faces.lifted import Lifted
from expressplatform.ports import Answer, Commit, Conflict, RegisterEntry, Undone
from expressplatform.schemes import HK_CCA
from tests.walking import OFFICER, PERSON, SAID, TAOBAO, UPLOAD, consent_to
from tests.whole_life import ASSESSED, SECOND, WHO, Clock, Step, complaint, live, seeded, short_life

BEFORE_UPLOAD: Final = ((c.Accept(), OFFICER),)
OBTAINED: Final = ((c.Accept(), OFFICER), (UPLOAD, OFFICER), (c.Obtain(), TAOBAO))
NOTHING: Final = Reapplied(0, 0)


class Council:
    """A platform in memory whose store and keys can be put back as they were; the register never is."""

    def __init__(self) -> None:
        self.clock, self.register = Clock(), MemoryRegister()
        self.store, self.keys = MemoryStore(), MemoryKeyStore()
        self.shelf = MemoryShelf()
        self.platform = self.opened()
        self.platform.record_impact_assessment(ASSESSED, by=OFFICER)

    def opened(self) -> Platform:
        return Platform(
            scheme=HK_CCA,
            store=self.store,
            keys=self.keys,
            shelf=self.shelf,
            register=self.register,
            now=self.clock,
            draw=seeded,
        )

    def backup(self) -> tuple[object, object]:
        return _contents(self.store), _contents(self.keys)

    def put_back(self, taken: tuple[object, object], store: MemoryStore | None = None) -> Reapplied:
        """The store and the keys as they were, and then what puts them right."""
        self.store, self.keys = store or MemoryStore(), MemoryKeyStore()
        _fill(self.store, taken[0])
        _fill(self.keys, taken[1])
        self.platform = self.opened()
        self.clock.wait(days=1)
        return self.platform.reapply(person="officer-7")

    def stands(self, case: Case) -> Case:
        return self.platform.facts(case.id, by=OFFICER).case

    def last(self, case: Case) -> e.Event:
        return self.platform.facts(case.id, by=OFFICER).events[-1]


def _contents(store: object) -> dict[str, object]:
    kept = {name: getattr(store, name) for name in type(store).__slots__ if name != "_lock"}  # type: ignore[attr-defined]
    return copy.deepcopy(kept)


def _fill(store: object, taken: object) -> None:
    for name, value in copy.deepcopy(taken).items():  # type: ignore[attr-defined]
        setattr(store, name, value)


def lived(council: Council, steps: Sequence[Step], key: str) -> Case:
    """A case about an order of its own."""
    who = Particulars(name=WHO.name, email=WHO.email, order_number=key, statement=WHO.statement, request=WHO.request)
    return live(council.platform, council.clock, steps, key, who)


@pytest.fixture
def council() -> Council:
    return Council()


# ---- what goes on the register ------------------------------------------------------------------------------------


def test_an_erasure_is_on_the_register_before_its_key_is_destroyed(council: Council) -> None:
    """Where the register cannot be written, the key stays, and the work comes back."""
    case = live(council.platform, council.clock, short_life())
    council.platform.erase(case.id, by=OFFICER, approved_by=SECOND)

    class Full:
        def note(self, entries: object, /) -> None:
            raise StoreUnusable("register", "no room")

        def entries(self) -> tuple[RegisterEntry, ...]:
            return ()

    platform = Platform(scheme=HK_CCA, store=council.store, keys=council.keys, register=Full(), now=council.clock)
    assert "register" in dict(platform.work().failed).values()
    assert len(council.keys.get(case.id)) == 32
    council.clock.wait(hours=1)
    assert council.platform.work().failed == ()
    with pytest.raises(KeyDestroyed):
        council.keys.get(case.id)
    at = council.platform.facts(case.id, by=OFFICER).events[-1].at
    assert RegisterEntry(Undone.ERASED, case.id, at) in council.register.entries()


def test_each_consent_that_is_taken_back_is_on_the_register(council: Council) -> None:
    """With its recipient and its instant; the one to research by itself; and nothing else is."""
    case = live(council.platform, council.clock, BEFORE_UPLOAD)
    council.platform.work()
    assert council.register.entries() == ()
    council.platform.act(case.id, c.SetResearchConsent(True), by=PERSON, key="r-1")
    council.platform.act(case.id, c.SetResearchConsent(False), by=PERSON, key="r-2")
    council.platform.act(case.id, c.WithdrawConsent("cca"), by=PERSON, key="w")
    council.platform.work()
    at = council.clock.at
    assert set(council.register.entries()) == {
        RegisterEntry(Undone.WITHDRAWN, case.id, at, "cca"),
        RegisterEntry(Undone.RESEARCH_WITHDRAWN, case.id, at),
    }


def test_an_effect_that_is_carried_out_twice_writes_the_same_line(council: Council) -> None:
    """Repeats are harmless: the instant is the event's, not the worker's."""
    case = live(council.platform, council.clock, BEFORE_UPLOAD)
    council.platform.act(case.id, c.WithdrawConsent("cca"), by=PERSON, key="w")
    taken = council.backup()
    council.platform.work()
    council.clock.wait(days=2)
    again = Council()
    again.clock, again.register = council.clock, council.register
    _fill(again.store, taken[0])
    _fill(again.keys, taken[1])
    again.platform = again.opened()
    again.platform.work()
    assert len(council.register.entries()) == 2
    assert len(set(council.register.entries())) == 1


# ---- what is undone again -----------------------------------------------------------------------------------------


def test_what_was_erased_since_is_erased_again_wherever_it_stood(council: Council) -> None:
    """At an end, open, or on hold when the copy was made: no key, no particular, and the reason on record."""
    ended = lived(council, short_life(), "form-1")
    opened = lived(council, OBTAINED, "form-2")
    held = lived(council, short_life(), "form-3")
    other = lived(council, OBTAINED, "form-4")
    council.platform.act(held.id, c.Hold("officer-2", SAID), by=OFFICER, key="h")
    taken = council.backup()
    council.platform.act(opened.id, c.Withdraw(), by=PERSON, key="w")
    council.platform.act(held.id, c.ReleaseHold(), by=OFFICER, key="rh")
    for case in (ended, opened, held):
        council.platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    council.platform.work()
    before = council.stands(ended)
    assert council.put_back(taken) == Reapplied(3, 0)
    for case in (ended, opened, held):
        read = council.platform.case(case.id, by=OFFICER, reason="look")
        assert (read.status, read.particulars) == (Status.ERASED, ERASED)
        last = council.last(case)
        assert isinstance(last, e.Erased)
        assert (last.asked.reason, last.by) == (ErasureReason.KEY_DESTROYED, clock_of(OFFICER.organisation))
        with pytest.raises(KeyDestroyed):
            council.keys.get(case.id)
    assert council.stands(ended).account == before.account
    assert council.platform.case(other.id, by=OFFICER, reason="look").particulars is not ERASED
    assert not council.store._tokens.get(ended.id)


def test_doing_it_again_changes_nothing(council: Council) -> None:
    """Once more, and once more after the work that it left."""
    case = live(council.platform, council.clock, short_life())
    taken = council.backup()
    council.platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    council.platform.work()
    assert council.put_back(taken) == Reapplied(1, 0)
    version = council.stands(case).version
    assert council.platform.reapply(person="officer-7") == NOTHING
    council.platform.work()
    assert council.platform.reapply(person="officer-7") == NOTHING
    assert council.stands(case).version == version


def test_a_key_that_came_back_alone_is_destroyed_again(council: Council) -> None:
    """An older key store beside the newer store, and without any register: the store says what is erased."""
    case = live(council.platform, council.clock, short_life())
    taken = council.backup()
    council.platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    council.platform.work()
    _fill(council.keys, taken[1])
    council.register = MemoryRegister()
    council.platform = council.opened()
    assert len(council.keys.get(case.id)) == 32
    assert council.platform.reapply(person="officer-7") == NOTHING
    with pytest.raises(KeyDestroyed):
        council.keys.get(case.id)


def test_a_store_that_came_back_alone_is_put_right_by_its_keys(council: Council) -> None:
    """An older store beside the newer key store: what has no key any more is on record as erased."""
    case = live(council.platform, council.clock, short_life())
    taken = council.backup()
    council.platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    council.platform.work()
    _fill(council.store, taken[0])
    council.register = MemoryRegister()
    council.platform = council.opened()
    assert council.platform.reapply(person="officer-7") == Reapplied(1, 0)
    assert council.stands(case).status is Status.ERASED


def test_a_consent_taken_back_since_is_taken_back_again(council: Council) -> None:
    """By the council, in the name of whoever restored; the case comes back from the trader, who is told to delete."""
    case = live(council.platform, council.clock, OBTAINED)
    taken = council.backup()
    council.clock.wait(hours=1)
    council.platform.act(case.id, c.WithdrawConsent("taobao"), by=PERSON, key="w")
    council.platform.work()
    assert council.put_back(taken) == Reapplied(0, 1)
    stands, last = council.stands(case), council.last(case)
    assert (stands.status, stands.file.holdings[0].owed) == (Status.REFERRED_BACK, True)
    assert isinstance(last, e.ConsentWithdrawn)
    assert (last.by.role, last.by.person, last.asked.recipient) == (OFFICER.role, "officer-7", "taobao")
    with pytest.raises(Refused):
        council.platform.act(case.id, UPLOAD, by=OFFICER, key="u")
    assert council.platform.reapply(person="officer-7") == NOTHING


def test_a_consent_given_since_stands(council: Council) -> None:
    """Taken back and given anew, both before the copy was made: the register is older than the consent."""
    case = live(council.platform, council.clock, BEFORE_UPLOAD)
    council.platform.act(case.id, c.WithdrawConsent("taobao"), by=PERSON, key="w")
    council.platform.act(case.id, c.SetResearchConsent(False), by=PERSON, key="r-1")
    council.platform.work()
    at = council.clock.wait(hours=1)
    council.platform.act(case.id, c.GiveConsent(consent_to("taobao", at)), by=PERSON, key="g")
    council.platform.act(case.id, c.SetResearchConsent(True), by=PERSON, key="r-2")
    taken = council.backup()
    assert council.put_back(taken) == NOTHING
    assert "taobao" in {one.recipient for one in council.stands(case).file.consents}
    assert council.stands(case).file.research_consent


def test_the_consent_to_research_is_taken_back_again(council: Council) -> None:
    """It is a consent like the others, and apart from them."""
    case = live(council.platform, council.clock, BEFORE_UPLOAD)
    council.platform.act(case.id, c.SetResearchConsent(True), by=PERSON, key="r-1")
    taken = council.backup()
    council.clock.wait(hours=1)
    council.platform.act(case.id, c.SetResearchConsent(False), by=PERSON, key="r-2")
    council.platform.work()
    assert council.put_back(taken) == Reapplied(0, 1)
    assert not council.stands(case).file.research_consent


def test_a_consent_is_taken_back_also_where_the_case_had_ended(council: Council) -> None:
    """Opened again after the copy was made, and the consent taken back then: the ended case does not keep it."""
    case = live(council.platform, council.clock, short_life()[:4])
    council.platform.act(case.id, c.Record(), by=OFFICER, key="rec")
    taken = council.backup()
    council.platform.act(case.id, c.Reopen(SAID), by=OFFICER, key="re")
    council.platform.act(case.id, c.WithdrawConsent("cca"), by=PERSON, key="w")
    council.platform.work()
    assert council.put_back(taken) == Reapplied(0, 1)
    assert council.stands(case).status is Status.RECORDED
    assert "cca" not in {one.recipient for one in council.stands(case).file.consents}


def test_a_case_that_the_copy_does_not_have_can_never_come_to_be_under_its_old_key(council: Council) -> None:
    """Lodged and erased after the copy was made: its id is spent."""
    taken = council.backup()
    case = live(council.platform, council.clock, short_life())
    council.platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    council.platform.work()
    assert council.put_back(taken) == NOTHING
    with pytest.raises(KeyDestroyed):
        council.platform.lodge(complaint(), by=OFFICER, key="form-1")


def test_one_case_that_fails_does_not_stop_the_others(council: Council) -> None:
    """A case without a key is told of, and the next one is put right."""
    lost = lived(council, BEFORE_UPLOAD, "form-1")
    sound = lived(council, BEFORE_UPLOAD, "form-2")
    taken = council.backup()
    council.clock.wait(hours=1)
    for case in (lost, sound):
        council.platform.act(case.id, c.WithdrawConsent("cca"), by=PERSON, key="w")
    council.platform.work()
    del taken[1]["_keys"][lost.id]  # type: ignore[index]
    assert council.put_back(taken) == Reapplied(0, 1, ((lost.id, "key_missing"),))
    assert "cca" not in {one.recipient for one in council.stands(sound).file.consents}


def test_a_key_that_cannot_be_destroyed_does_not_keep_the_others(
    council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are destroyed all the same, and their cases erased; the one that fails is told, and stands."""
    cases = [lived(council, short_life(), f"form-{number}") for number in range(3)]
    taken = council.backup()
    for case in cases:
        council.platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    council.platform.work()
    sticks, destroy = cases[1].id, MemoryKeyStore.destroy

    def sticking(self: MemoryKeyStore, *case_ids: str) -> None:
        if sticks in case_ids:
            raise StoreUnusable("disk_full", "no room")
        destroy(self, *case_ids)

    monkeypatch.setattr(MemoryKeyStore, "destroy", sticking)
    assert council.put_back(taken) == Reapplied(2, 0, ((sticks, "disk_full"),))
    statuses = [council.stands(case).status for case in cases]
    assert statuses == [Status.ERASED, cases[1].status, Status.ERASED]


def test_what_cannot_be_kept_of_one_case_does_not_keep_the_others(council: Council) -> None:
    """An append of many that fails is tried case by case; a case that somebody moved meanwhile is told."""
    cases = [lived(council, short_life(), f"form-{number}") for number in range(4)]
    taken = council.backup()
    for case in cases:
        council.platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    council.platform.work()
    broken, moved = cases[0].id, cases[2].id

    class Breaking(MemoryStore):
        __slots__ = ()

        def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
            if any(commit.case_id == broken for commit in commits):
                raise StoreUnusable("corrupt", "a page is damaged")
            answers = iter(super().append([commit for commit in commits if commit.case_id != moved]))
            return [Conflict(moved, one.expected, 9) if one.case_id == moved else next(answers) for one in commits]

    done = council.put_back(taken, Breaking())
    assert (done.erased, dict(done.left)) == (2, {broken: "corrupt", moved: "stale_version"})
    assert [council.stands(case).status is Status.ERASED for case in cases] == [False, True, False, True]


def test_many_are_put_right_in_few_steps(council: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step waits for the disk: so many cases take one, where each took two of its own."""
    cases = [lived(council, short_life(), f"form-{number}") for number in range(20)]
    taken = council.backup()
    for case in cases:
        council.platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    while council.platform.work().done:
        pass
    appended, destroyed = [], []

    class Counting(MemoryStore):
        __slots__ = ()

        def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
            appended.append(len(commits))
            return super().append(commits)

    def counting(self: MemoryKeyStore, *case_ids: str) -> None:
        destroyed.append(len(case_ids))
        destroy(self, *case_ids)

    destroy = MemoryKeyStore.destroy
    monkeypatch.setattr(MemoryKeyStore, "destroy", counting)
    assert council.put_back(taken, Counting()) == Reapplied(20, 0)
    assert (appended, destroyed) == ([20], [20])


def test_progress_hears_of_every_case_looked_at(council: Council) -> None:
    """One call for each, with how many there have been."""
    for number in range(3):
        case = lived(council, short_life(), f"form-{number}")
        council.platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    council.platform.work()
    heard: list[int] = []
    council.platform.reapply(person="officer-7", progress=heard.append)
    assert heard == [1, 2, 3]


def test_the_awaited_face_does_the_same(council: Council) -> None:
    """One flow with two faces."""
    case = live(council.platform, council.clock, short_life())
    taken = council.backup()
    council.platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    council.platform.work()
    _fill(council.store, taken[0])
    _fill(council.keys, taken[1])

    async def main() -> Reapplied:
        platform = AsyncPlatform(
            scheme=HK_CCA, store=Lifted(council.store), keys=council.keys, register=council.register, now=council.clock
        )
        return await platform.reapply(person="officer-7")

    assert asyncio.run(main()) == Reapplied(1, 0)
    assert council.stands(case).status is Status.ERASED


def test_the_clock_erases_a_live_case_only_where_its_key_is_gone(council: Council) -> None:
    """What the key store says is looked up, whoever asks: the reason alone destroys nothing."""
    case = live(council.platform, council.clock, BEFORE_UPLOAD)
    erase, clock = c.Erase(ErasureReason.KEY_DESTROYED), clock_of(OFFICER.organisation)
    with pytest.raises(Refused) as caught:
        council.platform.act(case.id, erase, by=clock, key="k")
    assert caught.value.code == "key_there"
    council.keys.destroy(case.id)
    assert council.platform.act(case.id, erase, by=clock, key="k").status is Status.ERASED
    assert council.platform.act(case.id, erase, by=clock, key="k").status is Status.ERASED


def test_a_consent_withdrawn_leaves_work_for_the_register_and_nobody_else() -> None:
    """The effect names the recipient, which is no particular."""
    council = Council()
    case = live(council.platform, council.clock, BEFORE_UPLOAD)
    council.platform.act(case.id, c.WithdrawConsent("cca"), by=PERSON, key="w")
    claimed = council.store.claim(council.clock.at, 10, timedelta(minutes=5))
    (effect,) = [one for one in claimed if one.kind != "tell"]
    assert (effect.kind, effect.recipient) == (EffectKind.REGISTER_WITHDRAWAL, "cca")
