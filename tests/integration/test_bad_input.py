"""Whatever comes in wrong is a typed error with a code, every problem by its path, and nothing is half written."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import orjson
import pytest

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import EvidenceKind, Role, Status
from expressplatform.complaint import ERASED, Actor, Complaint, Evidence, Particulars, Purchase, Remark
from expressplatform.errors import (
    ExpressPlatformError,
    InvalidInput,
    KeyDestroyed,
    KeyMissing,
    NoSuchCase,
    OperatorMustAct,
    Refused,
    SealBroken,
    StaleVersion,
    StoreUnusable,
)
from expressplatform.money import Money
from expressplatform.platform import Platform, Request
from expressplatform.schemes import CONSUMIDOR_BR
from expressplatform.wire import read_command, read_complaint, write_complaint
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.store import SqliteStore
from tests.walking import EXAMPLES, JD, OFFICER, PERSON, START, TAOBAO, UPLOAD, consent_to
from tests.whole_complaint import WHOLE
from tests.whole_life import ELSEWHERE, SECOND, Clock, complaint, dump, live, long_life, platform_of, short_life

Way = Callable[[Platform, Case], object]


BOUGHT_ELSE = Particulars(name="B. Person", email="b@example.org", order_number="2-34", statement="So.", request="It.")


class Desk:
    """A platform over files, some cases in it, and every row as it stood before."""

    def __init__(self, folder: Path) -> None:
        self.path, self.keys, self.clock = folder / "cases.db", folder / "keys.db", Clock()
        self.platform = self.opened()
        self.case = live(self.platform, self.clock, ())
        self.other = live(self.platform, self.clock, long_life()[:16], "form-2")
        self.before = dump(self.path)

    def opened(self, keys: Path | None = None) -> Platform:
        """Another platform over the same files."""
        return platform_of(self.clock, SqliteStore(self.path), LocalKeyStore(keys or self.keys))

    def unchanged(self) -> bool:
        """Whether every row is as it was."""
        return dump(self.path) == self.before

    def change(self, statement: str, *values: object) -> None:
        """Somebody else writes into the file."""
        with sqlite3.connect(self.path) as db:
            db.execute(statement, values)
        db.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = Desk(tmp_path)
    yield found
    found.platform.close()


# --- documents -------------------------------------------------------------------------------------------------


def _document() -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(write_complaint(complaint()))
    return document


def _with(path: str, value: object) -> bytes:
    document = _document()
    whole: Any = document
    *ahead, last = path.split(".")
    for step in ahead:
        whole = whole[int(step) if step.isdigit() else step]
    whole[int(last) if last.isdigit() else last] = value
    return orjson.dumps(document)


NESTED = b"[" * 60 + b"]" * 60

DOCUMENTS: dict[str, tuple[bytes, list[tuple[str, str]]]] = {
    "malformed": (b'{"v": 1,', [("$", "json")]),
    "empty": (b"", [("$", "json")]),
    "not UTF-8": (b'{"v": "\xff"}', [("$", "json")]),
    "not an object": (b"[]", [("$", "type")]),
    "not a number": (b'{"v": NaN}', [("$", "json")]),
    "oversized": (b" " * 300_000, [("$", "too_large")]),
    "deeply nested": (NESTED, [("$", "too_deep")]),
    "deeply nested, unclosed": (b"[" * 100_000, [("$", "json")]),
    "a key twice": (b'{"v": 1, "v": 1}', [("$", "duplicate_key")]),
    "a lone surrogate": (b'{"v": 1, "x": "\\ud800"}', [("$", "json")]),
    "no version": (orjson.dumps({k: v for k, v in _document().items() if k != "v"}), [("$.v", "missing")]),
    "a later version": (_with("v", 2), [("$.v", "version")]),
    "unknown enum": (_with("category", "spaceships"), [("$.category", "code")]),
    "negative minor units": (_with("purchase.paid.minor_units", -1), [("$.purchase.paid.minor_units", "amount")]),
    "fractional minor units": (_with("purchase.paid.minor_units", 1.5), [("$.purchase.paid.minor_units", "type")]),
    "minor units as text": (_with("purchase.paid.minor_units", "1"), [("$.purchase.paid.minor_units", "type")]),
    "true for a number": (_with("purchase.paid.minor_units", True), [("$.purchase.paid.minor_units", "type")]),
    "an unknown currency": (_with("purchase.paid.currency", "hkd"), [("$.purchase.paid.currency", "currency")]),
    "currency mismatch": (
        _with("claimed", {"currency": "CNY", "minor_units": 5}),
        [("$.claimed.currency", "currency_mismatch")],
    ),
    "dates out of order": (_with("dates.promised_on", "2025-04-01"), [("$.dates.promised_on", "date_order")]),
    "no such day": (_with("dates.promised_on", "2025-02-30"), [("$.dates.promised_on", "date")]),
    "naive datetime": (_with("consents.0.given_at", "2025-06-01T09:00:00"), [("$.consents[0].given_at", "instant")]),
    "duplicate ids": (
        _with("evidence", [{"id": "x", "kind": "order"}, {"id": "x", "kind": "order"}]),
        [("$.evidence[1].id", "duplicate")],
    ),
    "an unknown field": (_with("surprise", 1), [("$", "unknown_field")]),
    "null for text": (_with("particulars.name", None), [("$.particulars.name", "type")]),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_bad_document_is_told_by_path(name: str) -> None:
    """Each fault with its place and its kind."""
    data, expected = DOCUMENTS[name]
    with pytest.raises(InvalidInput) as caught:
        read_complaint(data)
    assert [(one.path, one.kind) for one in caught.value.problems] == expected
    assert caught.value.code == "invalid_input"


def test_every_problem_of_a_document_is_told_at_once() -> None:
    """Faults in different parts are all there, each with its path."""
    document = _document()
    document["category"] = "spaceships"
    document["purchase"]["paid"]["minor_units"] = -1
    document["consents"][0]["given_at"] = "yesterday"
    document["particulars"]["name"] = 5
    with pytest.raises(InvalidInput) as caught:
        read_complaint(orjson.dumps(document))
    paths = {one.path for one in caught.value.problems}
    expected = {"$.category", "$.purchase.paid.minor_units", "$.consents[0].given_at", "$.particulars.name"}
    assert paths == expected


@pytest.mark.parametrize("data", [b'{"v": 1}', b'{"v": 1, "command": "explode"}', b'{"v": 1, "command": 5}', NESTED])
def test_a_bad_command_is_told(data: bytes) -> None:
    """No command, an unknown one, one that is no text, one too deep."""
    with pytest.raises(InvalidInput):
        read_command(data)


# --- values made in Python -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: Money("HKD", -1), "$.minor_units"),
        (
            lambda: Money("HKD", 1.5),  # type: ignore[arg-type]
            "$.minor_units",
        ),
        (lambda: Money("HKD", True), "$.minor_units"),
        (lambda: Money("", 1), "$.currency"),
        (lambda: consent_to("taobao", datetime(2025, 6, 1)), "$.given_at"),  # noqa: DTZ001
        (lambda: Remark(""), "$.text"),
        (lambda: Remark("\ud800"), "$.text"),
        (lambda: Remark("x" * 8001), "$.text"),
        (lambda: Particulars(name="\udfff"), "$.name"),
        (lambda: Actor(Role.COUNCIL, "two words", "hkcc"), "$.person"),
        (lambda: Actor(Role.COUNCIL, "officer-1", "*"), "$.organisation"),
        (lambda: Actor(Role.COUNCIL, "officer-1", ""), "$.organisation"),
        (lambda: c.AskTime(0), "$.days"),
        (lambda: attrs.evolve(WHOLE, claimed=Money("CNY", 5)), "$.claimed.currency"),
        (lambda: attrs.evolve(WHOLE, evidence=(Evidence("x", EvidenceKind.ORDER),) * 2), "$.evidence[1].id"),
        (lambda: attrs.evolve(WHOLE, consents=(consent_to("a"),) * 2), "$.consents[1].recipient"),
    ],
)
def test_a_bad_value_is_told_by_its_field(make: Callable[[], object], path: str) -> None:
    """Nobody, the platform's own code included, can make it."""
    with pytest.raises(InvalidInput) as caught:
        make()
    assert [one.path for one in caught.value.problems] == [path]


def test_dates_out_of_order_are_all_told() -> None:
    """Each day before the day of the order."""
    early = date(2025, 4, 1)
    with pytest.raises(InvalidInput) as caught:
        attrs.evolve(
            WHOLE,
            dates=attrs.evolve(WHOLE.dates, promised_on=early, delivered_on=early),
            prior_contact=attrs.evolve(WHOLE.prior_contact, on=early),
        )
    assert {one.path for one in caught.value.problems} == {
        "$.dates.promised_on",
        "$.dates.delivered_on",
        "$.prior_contact.on",
    }


def test_several_faults_of_a_command_made_in_python_are_all_told(desk: Desk) -> None:
    """What a type checker would have found, found at the door."""
    wrong: Any = attrs.evolve(WHOLE, purchase=Purchase(subject="goods"), research_consent="yes")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as caught:
        desk.platform.lodge(wrong, by=OFFICER, key="form-9")
    paths = {one.path for one in caught.value.problems}
    assert paths == {"$.complaint.purchase.subject", "$.complaint.research_consent"}
    assert desk.unchanged()


# --- requests that must not pass -------------------------------------------------------------------------------


def _refusals() -> dict[str, tuple[Way, type[ExpressPlatformError], str]]:
    later = c.StopClock(EXAMPLES[c.StopClock].duty, EXAMPLES[c.StopClock].reason, START)  # type: ignore[attr-defined]
    naive = datetime(2025, 6, 3)  # noqa: DTZ001
    return {
        "wrong role": (lambda p, x: p.act(x.id, c.Accept(), by=PERSON, key="k"), Refused, "wrong_role"),
        "wrong status": (lambda p, x: p.act(x.id, UPLOAD, by=OFFICER, key="k"), Refused, "wrong_status"),
        "stale version": (
            lambda p, x: p.act(x.id, c.Acknowledge(), by=OFFICER, key="k", expected=0),
            StaleVersion,
            "stale_version",
        ),
        "no particulars": (
            lambda p, x: p.lodge(
                Complaint(trader=WHOLE.trader, category=WHOLE.category, nature=WHOLE.nature), by=OFFICER, key="k"
            ),
            Refused,
            "particulars_missing",
        ),
        "at going back": (
            lambda p, x: p.act(x.id, c.Acknowledge(), by=OFFICER, key="k", at=START - timedelta(microseconds=1)),
            Refused,
            "at_goes_back",
        ),
        "naive at": (
            lambda p, x: p.act(x.id, c.Acknowledge(), by=OFFICER, key="k", at=naive),
            InvalidInput,
            "invalid_input",
        ),
        "naive at of a lodge": (
            lambda p, x: p.lodge(complaint(), by=OFFICER, key="k", at=naive),
            InvalidInput,
            "invalid_input",
        ),
        "no such case": (
            lambda p, x: p.act("c" + "0" * 31, c.Acknowledge(), by=OFFICER, key="k"),
            NoSuchCase,
            "no_such_case",
        ),
        "surrogates for a number": (
            lambda p, x: p.act("\ud800", c.Acknowledge(), by=OFFICER, key="k"),
            NoSuchCase,
            "no_such_case",
        ),
        "no text": (
            lambda p, x: p.act(x.id, c.AddNote(ERASED), by=OFFICER, key="k"),
            Refused,
            "text_missing",
        ),
        "a clock that cannot stop": (lambda p, x: p.act(x.id, later, by=OFFICER, key="k"), Refused, "wrong_status"),
        "the clock's command by an officer": (
            lambda p, x: p.act(x.id, EXAMPLES[c.Lapse], by=OFFICER, key="k"),
            Refused,
            "wrong_status",
        ),
        "a trader who reads": (lambda p, x: p.case(x.id, by=TAOBAO, reason="look"), NoSuchCase, "no_such_case"),
        "reading without a reason": (lambda p, x: p.case(x.id, by=OFFICER, reason=" "), Refused, "reason_missing"),
        "one person erasing": (
            lambda p, x: p.erase(x.id, by=OFFICER, approved_by=OFFICER),
            Refused,
            "wrong_role",
        ),
        "a stranger approving": (
            lambda p, x: p.erase(x.id, by=OFFICER, approved_by=ELSEWHERE),
            Refused,
            "second_person_needed",
        ),
        "a list without end": (lambda p, x: p.cases(by=OFFICER, limit=-1), InvalidInput, "invalid_input"),
        "a list by surrogates": (lambda p, x: p.cases(by=OFFICER, trader="\ud800"), InvalidInput, "invalid_input"),
    }


@pytest.mark.parametrize("name", _refusals())
def test_a_bad_request_is_refused_whole(desk: Desk, name: str) -> None:
    """The error is typed and coded, and no row of any table differs."""
    way, kind, code = _refusals()[name]
    with pytest.raises(kind) as caught:
        way(desk.platform, desk.case)
    assert caught.value.code == code
    assert desk.unchanged()


def test_without_a_live_consent_nothing_is_obtained_or_uploaded(desk: Desk) -> None:
    """A consent taken back closes the reading that was open; the next upload names what is missing and who must act."""
    desk.platform.act(desk.other.id, c.WithdrawConsent("taobao"), by=PERSON, key="w")
    before = dump(desk.path)
    with pytest.raises(Refused):
        desk.platform.obtain(desk.other.id, by=TAOBAO, key="o")
    with pytest.raises(Refused) as caught:
        desk.platform.act(desk.other.id, UPLOAD, by=OFFICER, key="u")
    assert (caught.value.code, caught.value.who_must_act) == ("no_consent", Role.COMPLAINANT)
    assert dump(desk.path) == before


# --- files that are not what they were -------------------------------------------------------------------------


def _read(platform: Platform, case_id: str) -> None:
    platform.case(case_id, by=OFFICER, reason="look")


def test_a_seal_moved_to_another_case_does_not_open(desk: Desk) -> None:
    """The sealed part of one complaint put beside another's facts is told, and shows nothing."""
    ((sealed,),) = _rows(desk, "SELECT sealed FROM events WHERE case_id = ? AND version = 1", desk.other.id)
    desk.change("UPDATE events SET sealed = ? WHERE case_id = ? AND version = 1", sealed, desk.case.id)
    _broken(desk, desk.case.id)


def test_a_seal_moved_to_another_event_does_not_open(desk: Desk) -> None:
    """The same case's key, another place: two remarks exchanged, or an old complaint over the new one."""
    ((sealed,),) = _rows(desk, "SELECT sealed FROM events WHERE case_id = ? AND version = 3", desk.other.id)
    desk.change("UPDATE events SET sealed = ? WHERE case_id = ? AND version = 4", sealed, desk.other.id)
    with pytest.raises(SealBroken) as caught:
        desk.platform.history(desk.other.id, by=OFFICER, reason="look")
    assert caught.value.code


@pytest.mark.parametrize("version", [1, 10, 11])
def test_a_changed_fact_does_not_open_what_it_was_sealed_with(desk: Desk, version: int) -> None:
    """Facts are part of what their seal covers."""
    ((facts,),) = _rows(desk, "SELECT facts FROM events WHERE case_id = ? AND version = ?", desk.other.id, version)
    changed = bytes(facts).replace(b'"hkcc"', b'"hkcd"')
    assert changed != facts
    desk.change("UPDATE events SET facts = ? WHERE case_id = ? AND version = ?", changed, desk.other.id, version)
    _broken(desk, desk.other.id)


@pytest.mark.parametrize("version", [1, 10, 11])
def test_a_cut_or_altered_seal_does_not_open(desk: Desk, version: int) -> None:
    """One bit, one byte fewer, or another text."""
    ((sealed,),) = _rows(desk, "SELECT sealed FROM events WHERE case_id = ? AND version = ?", desk.other.id, version)
    for changed in (sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1]), b"x", b"\0" + sealed[1:]):
        desk.change("UPDATE events SET sealed = ? WHERE case_id = ? AND version = ?", changed, desk.other.id, version)
        _broken(desk, desk.other.id)


def test_a_wrong_key_store_opens_nothing(desk: Desk, tmp_path: Path) -> None:
    """Another key store has no key for the case; one with another key does not open it; neither writes a row."""
    for keys in (tmp_path / "foreign.db", tmp_path / "other.db"):
        if keys.name == "other.db":
            made = LocalKeyStore(keys)
            made.create((desk.case.id,))
            made.close()
        platform = desk.opened(keys)
        expected = SealBroken if keys.name == "other.db" else KeyMissing
        with pytest.raises(expected):
            _read(platform, desk.case.id)
        with pytest.raises(expected):
            platform.act(desk.case.id, c.Accept(), by=OFFICER, key="k")
        with pytest.raises(KeyMissing):
            platform.act(desk.other.id, EXAMPLES[c.AddMessage], by=OFFICER, key="k")
        assert platform.facts(desk.case.id, by=OFFICER).case == desk.case
        platform.close()
    assert desk.unchanged()


def test_a_destroyed_key_opens_nothing(desk: Desk, tmp_path: Path) -> None:
    """A case whose key was destroyed without erasure tells so wherever its particulars are needed."""
    with closing(LocalKeyStore(desk.keys)) as keys:
        keys.destroy(desk.case.id)
    fresh = desk.opened()
    for attempt in (
        lambda: _read(fresh, desk.case.id),
        lambda: fresh.act(desk.case.id, c.Accept(), by=OFFICER, key="k"),
        lambda: fresh.act(desk.case.id, EXAMPLES[c.AddNote], by=OFFICER, key="k"),
        lambda: fresh.assess(desk.case.id, by=OFFICER),
    ):
        with pytest.raises(KeyDestroyed):
            attempt()
    _read(fresh, desk.other.id)
    fresh.close()
    assert desk.unchanged()


OTHER_ROW = """UPDATE steps SET row = (
    SELECT row FROM events JOIN cases USING (case_id) WHERE number <> steps.number AND events.version = 1)
    WHERE version = 1"""
"""Each case's first step names the row of another's."""
LODGED_AGAIN = """UPDATE events SET kind = 'lodged', sealed = x'', facts = (
    SELECT facts FROM events AS first WHERE first.case_id = events.case_id AND first.version = 1) WHERE version = 4"""
"""A case is said to have been lodged twice."""


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE events SET facts = x'7b7d' WHERE version = 1", "corrupt_event"),
        ("UPDATE events SET facts = x'00' WHERE version = 1", "corrupt_event"),
        ("UPDATE events SET kind = 'exploded' WHERE version = 1", "unknown_event"),
        ("UPDATE events SET schema = 99 WHERE version = 1", "newer_schema"),
        ("UPDATE events SET schema = 'one' WHERE version = 1", "corrupt_event"),
        (f"UPDATE events SET schema = {-(2**63)} WHERE version = 1", "corrupt_event"),
        ("UPDATE cases SET former = '[7'", "corrupt"),
        (f"UPDATE cases SET lodged_at = {2**63 - 1}", "corrupt"),
        ("UPDATE cases SET version = 'one'", "corrupt"),
        ("DELETE FROM events WHERE version = (SELECT max(version) FROM events)", "rows_missing"),
        ("DELETE FROM events", "rows_missing"),
        ("DELETE FROM events WHERE version = 1", "rows_missing"),
        (LODGED_AGAIN, "corrupt_event"),
        (OTHER_ROW, "rows_missing"),
        ("UPDATE steps SET row = row + 1 WHERE version = 2", "rows_missing"),
        ("DELETE FROM steps WHERE version = 1", "rows_missing"),
    ],
)
def test_rows_that_are_not_what_they_were_are_told(desk: Desk, statement: str, code: str) -> None:
    """A corrupt, unknown, newer or missing event is the operator's to mend: typed, and nothing is written over it."""
    desk.change(statement)
    before = dump(desk.path)
    with pytest.raises(StoreUnusable) as caught:
        desk.platform.act(desk.other.id, EXAMPLES[c.AddMessage], by=OFFICER, key="k")
    assert caught.value.code == code
    with pytest.raises(StoreUnusable):
        _read(desk.platform, desk.other.id)
    assert dump(desk.path) == before


@pytest.mark.parametrize("change", ["sealed = 7", "facts = CAST(facts AS TEXT)"])
def test_a_row_that_is_no_bytes_is_told_when_its_particulars_are_opened(desk: Desk, change: str) -> None:
    """SQLite takes any value in any column."""
    desk.change(f"UPDATE events SET {change} WHERE version = 1")
    with pytest.raises(StoreUnusable) as caught:
        _read(desk.platform, desk.other.id)
    assert caught.value.code == "corrupt_event"


def test_a_corrupt_or_newer_file_is_refused_when_it_is_opened(desk: Desk, tmp_path: Path) -> None:
    """A file cut short, overwritten, of a later edition, or another program's."""
    desk.platform.close()
    for name, spoil, code in (
        ("noise", _noise, "corrupt"),
        ("newer", lambda path: _pragma(path, "user_version = 99"), "newer_schema"),
        ("foreign", lambda path: _pragma(path, "application_id = 7"), "not_ours"),
    ):
        copy = tmp_path / f"{name}.db"
        shutil.copy(desk.path, copy)
        spoil(copy)
        whole = copy.read_bytes()
        with pytest.raises(StoreUnusable) as caught:
            SqliteStore(copy)
        assert caught.value.code == code
        assert copy.read_bytes() == whole
    desk.platform = desk.opened()


def test_a_file_whose_pages_are_noise_is_told_when_it_is_read(desk: Desk, tmp_path: Path) -> None:
    """The header is sound and the rest is not: the code is `corrupt`, on whichever method comes upon it."""
    desk.platform.close()
    data = desk.path.read_bytes()
    copy = tmp_path / "noisy.db"
    copy.write_bytes(data[:4096] + b"\x55" * (len(data) - 4096))
    with closing(platform_of(desk.clock, SqliteStore(copy))) as noisy, pytest.raises(StoreUnusable) as caught:
        noisy.facts(desk.case.id, by=OFFICER)
    assert caught.value.code == "corrupt"
    desk.platform = desk.opened()


def _noise(path: Path) -> None:
    path.write_bytes(b"\x55" * 8192)


def _pragma(path: Path, pragma: str) -> None:
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA {pragma}")
    db.close()


def test_a_store_of_another_scheme_is_refused(desk: Desk) -> None:
    """A store belongs to one scheme; a platform of another does not open it, and judges none of its cases."""
    desk.platform.open()
    other = platform_of(desk.clock, SqliteStore(desk.path), LocalKeyStore(desk.keys), scheme=CONSUMIDOR_BR)
    with pytest.raises(StoreUnusable) as caught:
        other.open()
    assert caught.value.code == "other_scheme"
    with pytest.raises(StoreUnusable):
        other.act(desk.case.id, c.Acknowledge(), by=OFFICER, key="k")
    other.close()


def _rows(desk: Desk, query: str, *values: object) -> list[tuple[Any, ...]]:
    with sqlite3.connect(desk.path) as db:
        found = db.execute(query, values).fetchall()
    db.close()
    return found


def _broken(desk: Desk, case_id: str) -> None:
    before = dump(desk.path)
    for attempt in (
        lambda: _read(desk.platform, case_id),
        lambda: desk.platform.assess(case_id, by=OFFICER),
        lambda: desk.platform.history(case_id, by=OFFICER, reason="look"),
    ):
        with pytest.raises(OperatorMustAct) as caught:
            attempt()
        assert caught.value.code
    if desk.case.id == case_id:
        with pytest.raises(OperatorMustAct):
            desk.platform.act(case_id, c.Accept(), by=OFFICER, key="k")
    else:
        with pytest.raises(OperatorMustAct):
            desk.platform.obtain(case_id, by=TAOBAO, key="k")
    assert dump(desk.path) == before


# --- isolation -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [ELSEWHERE, JD, Actor(Role.COMPLAINANT, "account-9", "macao")], ids=lambda by: by.role)
def test_what_is_not_theirs_does_not_exist_for_them(desk: Desk, by: Actor) -> None:
    """Through every method, another council or trader gets the very answer that a case gets which is not there."""
    empty = platform_of(Clock())
    for case_id in (desk.case.id, desk.other.id):
        for way in (
            lambda p, i: p.act(i, EXAMPLES[c.AddMessage], by=by, key="k"),
            lambda p, i: p.act(i, EXAMPLES[c.AddMessage], by=by, key="k", expected=1),
            lambda p, i: p.act(i, c.Acknowledge(), by=by, key="form-1"),
            lambda p, i: p.obtain(i, by=by, key="k"),
            lambda p, i: p.case(i, by=by, reason="look"),
            lambda p, i: p.case(i, by=by, reason=""),
            lambda p, i: p.history(i, by=by, reason="look"),
            lambda p, i: p.facts(i, by=by),
            lambda p, i: p.assess(i, by=by),
            lambda p, i: p.allowed(i, by=by),
            lambda p, i: p.erase(i, by=by, approved_by=Actor(Role.COUNCIL, "officer-8", by.organisation)),
        ):
            there, nowhere = _answer(way, desk.platform, case_id), _answer(way, empty, case_id)
            assert there == nowhere
            assert there.startswith("NoSuchCase")
    assert desk.platform.cases(by=by) == empty.cases(by=by)
    assert desk.unchanged()


def _answer(way: Callable[[Platform, str], object], platform: Platform, case_id: str) -> str:
    with pytest.raises(ExpressPlatformError) as caught:
        way(platform, case_id)
    return f"{caught.value!r} {caught.value}"


def test_a_batch_does_not_show_a_neighbour_s_case(desk: Desk) -> None:
    """In one batch with its council, a stranger still finds nothing; the trader finds it from the upload on."""

    message = EXAMPLES[c.AddMessage]
    case_id = desk.case.id
    answers = desk.platform.submit(
        [
            Request(message, OFFICER, "1", case_id),
            Request(message, ELSEWHERE, "2", case_id),
            Request(c.Obtain(), TAOBAO, "3", case_id),
            Request(c.Accept(Remark("It is one of its own.")), OFFICER, "4", case_id),
            Request(UPLOAD, OFFICER, "5", case_id),
            Request(c.Obtain(), TAOBAO, "6", case_id),
            Request(c.Obtain(), JD, "7", case_id),
        ]
    )
    assert [type(one) for one in answers] == [Case, NoSuchCase, NoSuchCase, Case, Case, Case, NoSuchCase]


def test_a_repeated_reading_shows_nothing_once_the_case_has_gone(desk: Desk) -> None:
    """The key of an old reading opens neither a case that was recalled, nor one that came again or went to another."""
    platform, case_id = desk.platform, desk.other.id
    assert platform.obtain(case_id, by=TAOBAO, key="read").fields
    assert platform.obtain(case_id, by=TAOBAO, key="read").fields
    platform.act(case_id, c.Recall(), by=OFFICER, key="recall")
    with pytest.raises(Refused):
        platform.obtain(case_id, by=TAOBAO, key="read")
    platform.act(case_id, UPLOAD, by=OFFICER, key="again")
    with pytest.raises(Refused):
        platform.obtain(case_id, by=TAOBAO, key="read")
    assert platform.facts(case_id, by=OFFICER).case.status is Status.UPLOADED
    platform.act(case_id, c.Recall(), by=OFFICER, key="recall-2")
    platform.act(case_id, c.GiveConsent(consent_to("jd")), by=PERSON, key="consent")
    platform.act(case_id, c.Redirect("jd"), by=OFFICER, key="redirect")
    platform.act(case_id, c.Accept(Remark("It is one of its own.")), by=OFFICER, key="accept")
    platform.act(case_id, UPLOAD, by=OFFICER, key="to-jd")
    assert platform.obtain(case_id, by=JD, key="read-jd").recipient == "jd"
    with pytest.raises((Refused, NoSuchCase)):
        platform.obtain(case_id, by=TAOBAO, key="read")


def test_only_readers_are_shown_an_assessment(desk: Desk) -> None:
    """It rests on particulars and names the council's other cases: a trader that has the case does not see it."""
    with pytest.raises(Refused) as caught:
        desk.platform.assess(desk.other.id, by=TAOBAO)
    assert caught.value.code == "not_a_reader"
    with pytest.raises(Refused):
        desk.platform.case(desk.other.id, by=TAOBAO, reason="look")


def test_an_erased_case_is_closed_to_everything(desk: Desk) -> None:
    """From the step on, before and after its key is destroyed, nothing opens and nobody may write."""
    clock = Clock(desk.clock.at)
    with closing(platform_of(clock, SqliteStore(desk.path), LocalKeyStore(desk.keys))) as one:
        case = live(one, clock, short_life(), "form-4", BOUGHT_ELSE)
    desk.clock.at = clock.at
    desk.platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    for _ in range(2):
        assert desk.platform.case(case.id, by=OFFICER, reason="look").status is Status.ERASED
        with pytest.raises(Refused):
            desk.platform.act(case.id, EXAMPLES[c.AddNote], by=OFFICER, key="k")
        with pytest.raises((Refused, NoSuchCase)):
            desk.platform.obtain(case.id, by=TAOBAO, key="key-3")
        desk.platform.work()
