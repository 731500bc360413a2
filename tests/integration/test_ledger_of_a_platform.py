"""A platform's ledger: places, daily checkpoints that are sent out, proofs that others check, feeds, and erasure."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from examples.verify_bundle import NotProven, check
from expressplatform import commands as c
from expressplatform import ledger
from expressplatform.codes import Role, Status
from expressplatform.complaint import Actor, Particulars
from expressplatform.errors import HeldBack, InvalidInput, LedgerBroken, NoSuchCase, Refused, SignatureInvalid
from expressplatform.memory import MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.platform import AsyncPlatform, Feed, Platform
from expressplatform.platform.faces.lifted import Lifted, LiftedShelf
from expressplatform.ports import EVERYONE, CaseStore, StoredCase
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.shelf import SqliteShelf
from expressplatform_sqlite.store import SqliteStore
from tests.walking import JD, OFFICER, PERSON, TAOBAO, UPLOAD, consent_to
from tests.whole_life import ASSESSED, SECOND, Clock, complaint, live, long_life, say, seeded, short_life

AUDITOR = Actor(Role.AUDITOR, "auditor-1", OFFICER.organisation)


class Letters:
    """A witness that keeps what it is handed, and fails for whom it is told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, bytes]] = []
        self.failing: dict[str, Exception] = {}

    def checkpoint(self, organisation: str, id: str, note: bytes, /) -> None:
        if organisation in self.failing:
            raise self.failing[organisation]
        self.sent.append((organisation, id, note))


@attrs.define
class Council:
    """A platform with everything that it stands on."""

    platform: Platform
    clock: Clock
    letters: Letters
    store: CaseStore

    def sequenced(self) -> None:
        """Everything has a place."""
        while self.platform.sequence().placed:
            pass

    def verified(self, bundle: bytes, **asked: Any) -> int:
        """What the independent code says of a bundle."""
        origin, key = self.platform.ledger_key()
        return check(json.loads(bundle), key, origin, **asked)


@pytest.fixture(params=["memory", "sqlite"])
def council(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Council]:
    clock, letters = Clock(), Letters()
    kept = request.param == "sqlite"
    store = SqliteStore(tmp_path / "council.db") if kept else MemoryStore()
    platform = Platform(
        scheme=_scheme(),
        store=store,
        keys=LocalKeyStore(tmp_path / "keys.db") if kept else MemoryKeyStore(),
        shelf=SqliteShelf(tmp_path / "council.db") if kept else MemoryShelf(),
        now=clock,
        draw=seeded,
        witness=letters,
    )
    with closing(platform):
        platform.record_impact_assessment(ASSESSED, by=OFFICER)
        yield Council(platform, clock, letters, store)


def _scheme() -> Any:
    from expressplatform.schemes import HK_CCA

    return HK_CCA


def test_a_checkpoint_is_signed_once_a_day_and_sent_once_to_every_organisation(council: Council) -> None:
    """Also where many run it, and also on a day on which nothing happened."""
    platform, letters = council.platform, council.letters
    assert platform.sequence() == attrs.evolve(platform.sequence(), placed=0, signed="", sent=0)
    assert platform.checkpoint() is None
    live(platform, council.clock, short_life())
    first = platform.sequence()
    assert (first.placed, first.failed) == (8, ())
    assert first.signed == platform.scheme.day(council.clock.at).isoformat()
    members = {one.organisation for one in platform.scheme.participants if one.member_on(council.clock.at.date())}
    assert {organisation for organisation, _, _ in letters.sent} == {OFFICER.organisation, *members}
    assert first.sent == len(letters.sent)
    assert platform.sequence() == attrs.evolve(first, placed=0, signed="", sent=0)
    origin, key = platform.ledger_key()
    assert {id for _, id, _ in letters.sent} == {f"{origin}/{first.signed}"}
    (note,) = {note for _, _, note in letters.sent}
    assert note == platform.checkpoint()
    assert ledger.claimed_checkpoint(note).size == 8
    council.clock.wait(days=1)
    again = platform.sequence()
    assert (again.placed, again.sent) == (0, first.sent)
    assert again.signed > first.signed
    assert platform.verify([note]) == attrs.evolve(platform.verify(), exported=1)
    assert platform.verify().rows == 8
    assert key == platform.audit_key()


def test_what_could_not_be_sent_is_sent_later_and_the_others_are_not_kept_waiting(council: Council) -> None:
    """Ever later, and with the newest checkpoint; one that is held back is asked at the instant that it names."""
    platform, letters, clock = council.platform, council.letters, council.clock
    live(platform, clock, short_life())
    letters.failing = {"taobao": OSError("full"), "jd": HeldBack(clock.at + timedelta(minutes=30))}
    first = platform.sequence()
    assert first.failed == (("jd", "held_back"), ("taobao", "OSError"))
    assert first.sent == len(letters.sent) > 0
    letters.failing = {}
    assert platform.sequence().sent == 0
    clock.wait(minutes=6)
    assert platform.sequence().sent == 1
    clock.wait(minutes=25)
    assert platform.sequence().sent == 1
    assert [organisation for organisation, _, _ in letters.sent[-2:]] == ["taobao", "jd"]
    letters.failing = {"taobao": OSError("full")}
    for _ in range(3):
        clock.wait(days=1)
        platform.sequence()
    letters.failing = {}
    clock.wait(hours=1)
    count = len(letters.sent)
    assert platform.sequence().sent == 1
    assert letters.sent[count:] == [("taobao", letters.sent[-2][1], platform.checkpoint())]


def test_every_reader_proves_the_rows_that_it_may_know(council: Council) -> None:
    """Council and complainant all of them, a trader its own and what was addressed to it; each by independent code."""
    platform, clock = council.platform, council.clock
    case = live(platform, clock, long_life()[:31])
    with pytest.raises(Refused) as told:
        platform.ledger_bundle(case.id, by=OFFICER)
    assert told.value.code == "not_placed"
    council.sequenced()
    for by in (OFFICER, PERSON, AUDITOR):
        assert council.verified(platform.ledger_bundle(case.id, by=by)) == case.version
    bundle = platform.ledger_bundle(case.id, by=TAOBAO)
    council.verified(bundle)
    shown = [row["kind"] for row in json.loads(bundle)["rows"]]
    assert shown == [
        "uploaded", "obtained", "attempt_reported", "contact_reported", "information_asked", "time_asked",
        "time_granted", "time_asked", "time_refused", "clock_stopped", "clock_resumed", "offer_made", "offer_declined",
        "impasse_reported", "resolution_reported",
    ]  # fmt: skip
    with pytest.raises(NoSuchCase):
        platform.ledger_bundle(case.id, by=JD)
    with pytest.raises(Refused):
        platform.ledger_bundle(case.id, by=Actor(Role.OPERATOR, "operator", OFFICER.organisation))
    altered = json.loads(bundle)
    altered["rows"][3]["facts"] = altered["rows"][3]["facts"].replace("true", "false")
    with pytest.raises(NotProven):
        council.verified(json.dumps(altered).encode())


def test_a_traders_bundle_names_no_other_trader(council: Council) -> None:
    """The case went from one to the other; neither learns of the other from what it is handed."""
    platform, clock = council.platform, council.clock
    steps = [step for step in long_life() if not isinstance(step[0], c.ConfirmDeletion)]
    case = live(platform, clock, steps[: [command for command, _ in steps].index(c.AcceptOffer(1))])
    council.sequenced()
    for by, other in ((TAOBAO, "jd"), (JD, "taobao")):
        bundle = platform.ledger_bundle(case.id, by=by)
        council.verified(bundle)
        facts = "".join(row["facts"] for row in json.loads(bundle)["rows"])
        assert f'"{by.organisation}"' in facts
        assert f'"{other}"' not in facts
    assert {one.header.former for one in platform.feed(by=JD).moved if one.header} == {()}
    assert {one.header.trader for one in platform.feed(by=TAOBAO).moved if one.header} == {""}


def test_a_bundle_holds_nothing_sealed_and_proves_what_was_not_signed_that_day(council: Council) -> None:
    """Rows after the day's checkpoint are proven under a fresh one, which is shown to begin with the day's."""
    platform, clock = council.platform, council.clock
    case = live(platform, clock, short_life()[:2])
    platform.sequence()
    daily = platform.checkpoint()
    assert daily is not None
    live(platform, clock, short_life(), "form-2", OTHER)
    platform.act(case.id, c.Recall(WORDS), by=OFFICER, key="on")
    platform.sequence()
    assert platform.checkpoint() == daily
    bundle = platform.ledger_bundle(case.id, by=PERSON)
    assert council.verified(bundle, kept=daily.decode()) == 12
    stored = council.store.load(case.id, EVERYONE)
    assert stored is not None
    sealed = [row.sealed for row in stored.events if row.sealed]
    assert sealed
    assert not any(b64encode(one)[:40] in bundle or one.hex().encode()[:40] in bundle for one in sealed)
    assert council.verified(platform.ledger_bundle(case.id, by=PERSON, earlier=daily), kept=daily.decode()) == 12
    with pytest.raises(InvalidInput):
        platform.ledger_bundle(case.id, by=PERSON, earlier=b"no note")


WORDS = say()
OTHER = Particulars(
    name="B. Person", email="b@example.org", order_number="2-18", statement="It broke.", request="Refund."
)


def test_proofs_hold_after_erasure(council: Council) -> None:
    """The key is destroyed and a row is added: what was proven before is proven now, and every row still verifies."""
    platform, clock = council.platform, council.clock
    case = live(platform, clock, short_life())
    council.sequenced()
    note, before = platform.checkpoint(), platform.ledger_bundle(case.id, by=OFFICER)
    assert note is not None
    platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    while platform.work().done:
        pass
    council.sequenced()
    assert council.verified(before) == 8
    assert council.verified(platform.ledger_bundle(case.id, by=OFFICER, earlier=note), kept=note.decode()) == 9
    clock.wait(days=1)
    council.sequenced()
    assert platform.verify([note]).rows == 9


def test_proofs_of_places_are_handed_out(council: Council) -> None:
    """Inclusion and consistency, to be checked by anybody's code; not of more rows than there are."""
    platform = council.platform
    live(platform, council.clock, short_life())
    council.sequenced()
    hashes = council.store.leaves(0, 99)
    root = ledger.EMPTY.extend(hashes).root()
    ledger.verify_inclusion(hashes[3], 3, 8, platform.inclusion_proof(3, 8), root)
    old = ledger.EMPTY.extend(hashes[:5]).root()
    ledger.verify_consistency(5, old, 8, root, platform.consistency_proof(5, 8))
    with pytest.raises(InvalidInput):
        platform.inclusion_proof(0, 9)
    with pytest.raises(InvalidInput):
        platform.consistency_proof(1, 9)


def test_a_trader_follows_its_feed_from_cursor_to_cursor(council: Council) -> None:
    """Each row once, with where the case stands now and nothing of others; a case that has left it is gone."""
    platform, clock = council.platform, council.clock
    case = live(platform, clock, short_life()[:1])
    council.sequenced()
    assert platform.feed(by=TAOBAO) == Feed((), "f0")
    for number, (command, by) in enumerate(short_life()[1:3]):
        platform.act(case.id, command, by=by, key=f"next-{number}")
    council.sequenced()
    page = platform.feed(by=TAOBAO, limit=1)
    assert [(one.version, one.gone) for one in page.moved] == [(3, False)]
    rest = platform.feed(by=TAOBAO, after=page.after)
    assert [(one.version, one.gone) for one in rest.moved] == [(4, False)]
    assert rest.moved[0].header is not None
    assert (rest.moved[0].header.status, rest.moved[0].header.trader) == ("obtained", "taobao")
    assert (rest.moved[0].header.assignee, rest.moved[0].header.alarms) == ("", 0)
    assert platform.feed(by=TAOBAO, after=rest.after) == attrs.evolve(rest, moved=())
    assert platform.feed(by=JD).moved == ()
    for by in (OFFICER, PERSON, AUDITOR):
        with pytest.raises(Refused):
            platform.feed(by=by)
    for after in ("1", "f", "f-1", "fx", "f1.0", "f" + "9" * 40, "f٣"):
        with pytest.raises(InvalidInput):
            platform.feed(by=TAOBAO, after=after)
    with pytest.raises(InvalidInput):
        platform.feed(by=TAOBAO, limit=0)


def test_a_case_that_left_a_trader_is_gone_from_its_feed_once(council: Council) -> None:
    """It is recalled before it was obtained, and goes to another trader: nothing of that is told to the first."""
    platform, clock = council.platform, council.clock
    case = live(platform, clock, short_life()[:2])
    council.sequenced()
    page = platform.feed(by=TAOBAO)
    moved = list(page.moved)
    on = [(c.Recall(WORDS), OFFICER), (c.GiveConsent(consent_to("jd")), PERSON), (c.Redirect("jd"), OFFICER)]
    for number, (command, by) in enumerate([*on, (c.Accept(WORDS), OFFICER), (UPLOAD, OFFICER)]):
        clock.wait(hours=1)
        platform.act(case.id, command, by=by, key=f"on-{number}")
        council.sequenced()
        page = platform.feed(by=TAOBAO, after=page.after)
        moved += page.moved
    assert [one.gone for one in moved] == [*[False] * (len(moved) - 1), True]
    assert moved[-1].header is None
    assert {one.gone for one in platform.feed(by=TAOBAO).moved} == {True}
    assert [one.gone for one in platform.feed(by=JD).moved] == [False]


def test_a_former_trader_is_not_told_how_it_goes_on_with_another(council: Council) -> None:
    """It obtained the case and still sees that there is one; who has it now, and where it stands, it does not."""
    platform, clock = council.platform, council.clock
    commands = [command for command, _ in long_life()]
    live(platform, clock, long_life()[: commands.index(c.AcceptOffer(1))])
    council.sequenced()
    for one in platform.feed(by=TAOBAO).moved:
        assert one.header is not None
        assert (one.header.status, one.header.trader, one.header.due_at, one.header.duty) == ("", "", None, "")
    assert {one.header.status for one in platform.feed(by=JD).moved if one.header} == {"in_conciliation"}


def test_a_former_traders_list_tells_no_more_than_its_feed(council: Council) -> None:
    """Neither what it shows nor what it finds says where the case stands with another, nor with whom."""
    platform, other, former = council.platform, JD, TAOBAO
    commands = [command for command, _ in long_life()]
    live(platform, council.clock, long_life()[: commands.index(c.AcceptOffer(1))])
    (header,) = platform.cases(by=OFFICER).headers
    assert (header.trader, header.former) == (JD.organisation, (TAOBAO.organisation,))
    (own,) = platform.cases(by=other).headers
    assert (own.status, own.trader) == (header.status, other.organisation)
    (shown,) = platform.cases(by=former).headers
    assert (shown.status, shown.trader, shown.former, shown.assignee, shown.due_at) == (
        "", "", (former.organisation,), "", None,
    )  # fmt: skip
    assert platform.cases(by=former, status=Status(header.status)).headers == ()
    assert platform.cases(by=former, trader=other.organisation).headers == ()
    assert platform.cases(by=former, assignee=header.assignee or "x").headers == ()
    assert platform.cases(by=other, status=Status(header.status)).headers == (own,)
    due = (header.due_at or council.clock.at) + timedelta(days=1)
    assert platform.cases(by=former, due_before=due).headers == ()


def test_a_store_that_is_older_than_a_checkpoint_that_was_sent_out_is_found() -> None:
    """A copy of yesterday was put back: what is missing is told, and what comes in its place is found too."""
    clock, keys = Clock(), MemoryKeyStore()
    newer, older = (
        Platform(scheme=_scheme(), store=MemoryStore(), keys=keys, now=clock, draw=seeded) for _ in range(2)
    )
    for platform in (newer, older):
        platform.record_impact_assessment(ASSESSED, by=OFFICER)
        platform.lodge(complaint(), by=OFFICER, key="form-1")
        platform.sequence()
    for number in range(5):
        newer.lodge(complaint(), by=OFFICER, key=f"form-{number + 2}")
    clock.wait(days=1)
    newer.sequence()
    note = newer.checkpoint()
    assert note is not None
    with pytest.raises(LedgerBroken) as missing:
        older.verify([note])
    assert (missing.value.code, missing.value.place, missing.value.since) == ("rows_missing", 1, 1)
    for number in range(9):
        older.lodge(complaint(), by=OFFICER, key=f"other-{number}")
    older.sequence()
    with pytest.raises(LedgerBroken) as forked:
        older.verify([note])
    assert (forked.value.code, forked.value.place, forked.value.since) == ("root_differs", 6, 1)
    stranger = Platform(scheme=_scheme(), store=MemoryStore(), keys=MemoryKeyStore(), now=clock, draw=seeded)
    with pytest.raises(SignatureInvalid):
        stranger.verify([note])


class Altered(MemoryStore):
    """A store whose first row says something else than when it was placed."""

    def falsify(self) -> None:
        ((case_id, case),) = self._cases.items()
        first, *others = case.events
        self._cases[case_id] = StoredCase(case.header, (attrs.evolve(first, facts=b"{}"), *others))


def test_a_row_that_was_changed_is_named_and_no_bundle_is_made_of_it() -> None:
    clock, store = Clock(), Altered()
    platform = Platform(scheme=_scheme(), store=store, keys=MemoryKeyStore(), now=clock, draw=seeded)
    case = platform.lodge(complaint(), by=OFFICER, key="form-1")
    platform.sequence()
    fine = platform.ledger_bundle(case.id, by=OFFICER)
    store.falsify()
    with pytest.raises(LedgerBroken) as found:
        platform.verify()
    assert (found.value.code, found.value.place) == ("row_differs", 0)
    with pytest.raises(LedgerBroken):
        platform.ledger_bundle(case.id, by=OFFICER)
    assert fine


def test_an_awaited_platform_does_the_same() -> None:
    async def lived() -> None:
        clock, letters = Clock(), Letters()
        platform = AsyncPlatform(
            scheme=_scheme(), store=Lifted(MemoryStore()), keys=MemoryKeyStore(), shelf=LiftedShelf(MemoryShelf()),
            now=clock, draw=seeded, witness=letters,
        )  # fmt: skip
        await platform.record_impact_assessment(ASSESSED, by=OFFICER)
        case = await platform.lodge(complaint(), by=OFFICER, key="form-1")
        await platform.act(case.id, c.Accept(), by=OFFICER, key="a")
        await platform.act(case.id, UPLOAD, by=OFFICER, key="b")
        done = await platform.sequence()
        assert (done.placed, done.sent) == (3, len(letters.sent))
        assert (await platform.verify()).rows == 3
        origin, key = platform.ledger_key()
        bundle = await platform.ledger_bundle(case.id, by=OFFICER)
        assert check(json.loads(bundle), key, origin) == 3
        assert [one.version for one in (await platform.feed(by=TAOBAO)).moved] == [1, 2, 3]
        assert await platform.checkpoint() == letters.sent[0][2]
        assert await platform.inclusion_proof(0, 3)
        assert await platform.consistency_proof(1, 3)
        await platform.close()

    asyncio.run(lived())
