"""Documents through a whole case: taken in, scanned, listed, read, masked, shared, handed over, erased."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.chunks import name_of, seal_file
from expressplatform.codes import EvidenceKind, MediaType, Reading, Role, Status
from expressplatform.complaint import Actor, Evidence
from expressplatform.errors import EvidenceMissing, InvalidInput, KeyReused, NoSuchCase, Refused, StoreUnusable
from expressplatform.events import Obtained
from expressplatform.media import strip_jpeg, strip_png
from expressplatform.memory import MemoryEvidence, MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.platform import AsyncPlatform, Document, DocumentCopy, Platform
from expressplatform.platform.faces.aio_evidence import AsyncEvidenceFace
from expressplatform.platform.faces.lifted import Lifted
from expressplatform.platform.faces.sync_evidence import EvidenceFace
from expressplatform.ports import EvidenceStore, Filed, Scan, Scanned
from expressplatform.schemes import HK_CCA
from expressplatform.sealing import CaseKey
from expressplatform.testing.fakes import ScriptedScan
from expressplatform.threads import ThreadedEvidence
from expressplatform_files.evidence import AsyncDirectoryEvidence, DirectoryEvidence
from expressplatform_files.pdf import PdfStrip, plain_pdf
from expressplatform_sqlite.aio import AsyncSqliteStore
from expressplatform_sqlite.aio_shelf import AsyncSqliteShelf
from expressplatform_sqlite.evidence import SqliteEvidence
from tests.papers import paper
from tests.pictures import CANARY, METADATA, TEXTS, TRAILER, jpeg, png
from tests.walking import JD, OFFICER, PERSON, TAOBAO, UPLOAD
from tests.whole_life import ASSESSED, ELSEWHERE, SECOND, Clock, complaint, seeded

PHOTO: Final = jpeg(b"".join(METADATA.values()), after=TRAILER)
PAPER: Final = paper()
CHAT: Final = "卡號 4111 1111 1111 1111，訂單 1-17\n".encode()
AUDITOR: Final = Actor(Role.AUDITOR, "auditor-1", OFFICER.organisation)


class Desk:
    """A platform with a store of evidence and a scan, and a clock that stands."""

    def __init__(self, evidence: EvidenceStore | None = None, scan: Scan | None = None, **more: Any) -> None:
        self.clock, self.keys, self.store, self.shelf = Clock(), MemoryKeyStore(), MemoryStore(), MemoryShelf()
        self.evidence = evidence if evidence is not None else MemoryEvidence()
        self.scan = scan if scan is not None else ScriptedScan()
        self.platform = Platform(
            scheme=more.pop("scheme", HK_CCA),
            store=self.store,
            keys=self.keys,
            shelf=self.shelf,
            evidence=self.evidence,
            scan=self.scan,
            strip=more.pop("strip", None),
            now=self.clock,
            draw=seeded,
            **more,
        )
        self.platform.record_impact_assessment(ASSESSED, by=OFFICER)
        self.id = self.platform.lodge(complaint(), by=OFFICER, key="form-1").id

    def act(self, command: c.Command, by: Actor = OFFICER) -> Case:
        self.clock.wait(hours=1)
        return self.platform.act(self.id, command, by=by, key=f"k-{self.clock.at}")

    def add(
        self,
        content: Any = PHOTO,
        kind: EvidenceKind = EvidenceKind.PHOTOGRAPH,
        name: str = "IMG_1.jpg",
        by: Actor = PERSON,
        key: str = "",
    ) -> str:
        """Adds a document; its id."""
        self.clock.wait(minutes=1)
        case = self.platform.add_evidence(
            self.id, content, kind=kind, name=name, by=by, key=key or f"a-{self.clock.at}"
        )
        return case.file.evidence[-1].id

    def clean(self, *given: Any, **named: Any) -> str:
        """Adds a document and has it scanned; its id."""
        added = self.add(*given, **named)
        assert self.platform.work().failed == ()
        return added

    def with_taobao(self, *shared: str) -> None:
        """The case is with a trader that has read it, some documents shared with it."""
        self.act(c.Accept())
        self.act(UPLOAD)
        self.act(c.Obtain(), TAOBAO)
        if shared:
            self.act(c.ShareEvidence("taobao", shared))

    def obtain(self, evidence_id: str, by: Actor = TAOBAO, key: str = "read-1") -> DocumentCopy:
        self.clock.wait(minutes=1)
        return self.platform.obtain_evidence(self.id, evidence_id, by=by, key=key)

    def read(self, evidence_id: str, by: Actor = OFFICER, reason: str = "to look") -> DocumentCopy:
        return self.platform.read_evidence(self.id, evidence_id, by=by, reason=reason)

    def listed(self, by: Actor = OFFICER) -> dict[str, Document]:
        return {one.id: one for one in self.platform.evidence_list(self.id, by=by)}

    def filed(self) -> list[Filed]:
        return list(self.evidence.list("", "", 1000))


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        call()
    assert CANARY.decode() not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value.code


def kinds(call: Callable[[], object]) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        call()
    return [f"{problem.path} {problem.kind}" for problem in caught.value.problems]


class TestTakingIn:
    @pytest.mark.parametrize(
        ("content", "kind"),
        [(PHOTO, MediaType.JPEG), (png(), MediaType.PNG), (PAPER, MediaType.PDF), (CHAT, MediaType.TEXT)],
    )
    def test_a_document_is_described_from_its_bytes(self, content: bytes, kind: MediaType) -> None:
        desk = Desk()
        added = desk.add(content)
        document = desk.listed()[added]
        assert (document.media_type, document.size, document.held) == (kind, len(content), True)
        assert document.scanned is None
        assert desk.clean(content, key="again") != added

    def test_in_pieces_it_is_the_same(self) -> None:
        desk = Desk()
        whole = desk.clean(PHOTO)
        pieces = desk.clean(iter([PHOTO[:7], b"", PHOTO[7:]]))
        assert desk.read(whole).content == desk.read(pieces).content == PHOTO

    def test_the_same_key_and_content_add_one_document(self) -> None:
        desk = Desk()
        first = desk.add(key="k")
        assert desk.add(key="k") == first
        assert len(desk.listed()) == 2  # beside the one that the complaint describes
        with pytest.raises(KeyReused):
            desk.add(png(), key="k")

    def test_equal_content_meets_in_one_file_of_a_case_and_in_none_of_two(self) -> None:
        desk = Desk()
        desk.add(PHOTO)
        desk.add(PHOTO, by=OFFICER)
        assert len({one.name for one in desk.filed()}) == 1
        other = desk.platform.lodge(complaint(), by=OFFICER, key="form-2").id
        desk.platform.add_evidence(other, PHOTO, kind=EvidenceKind.ORDER, name="", by=OFFICER, key="k")
        assert len({one.name for one in desk.filed()}) == 2

    def test_nothing_stored_shows_what_was_handed_in(self) -> None:
        desk = Desk()
        added = desk.add(png(TEXTS["text"]), name=f"{CANARY.decode()}.png")
        for filed in desk.filed():
            assert all(CANARY[:8] not in chunk for chunk in desk.evidence.get(filed.case_id, filed.name))
        stored = desk.store.load(desk.id, OFFICER.organisation)
        assert CANARY.decode() not in repr(stored)
        desk.platform.work()
        copy = desk.read(added)
        assert copy.name == f"{CANARY.decode()}.png"
        assert CANARY.decode() not in repr(copy) + str(copy)

    def test_the_file_is_there_before_the_event_that_names_it(self) -> None:
        desk = Desk()

        class Watched(MemoryEvidence):  # type: ignore[misc]
            """Looks at the case whenever a file comes in."""

            def put(self, case_id: str, name: str, chunks: Any, now: Any, /) -> None:
                assert name not in {one.file for one in desk.platform.facts(case_id, by=OFFICER).case.file.evidence}
                MemoryEvidence.put(self, case_id, name, chunks, now)

        desk.platform._flow.evidence = _lifted(Watched())
        desk.add()

    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (b"", "$.content media_type"),
            (b"MZ\x90\x00", "$.content media_type"),
            (PHOTO[:90], "$.content damaged"),
            (b"a\x00b", "$.content text"),
            ("text", "$.content type"),
            ([PHOTO, "text"], "$.content type"),
        ],
    )
    def test_what_is_no_document_is_refused_and_not_kept(self, content: Any, kind: str) -> None:
        desk = Desk()
        assert kinds(lambda: desk.add(content)) == [kind]
        assert desk.filed() == []

    def test_a_file_without_end_is_refused_before_it_is_read_to_its_end(self) -> None:
        desk = Desk(scheme=attrs.evolve(HK_CCA, largest_file=1000))
        taken = 0

        def endless() -> Iterator[bytes]:
            nonlocal taken
            while True:
                taken += 1
                yield bytes(100)

        assert kinds(lambda: desk.add(endless())) == ["$.content too_large"]
        assert taken == 11
        assert desk.add(b"x" * 1000)

    def test_a_case_holds_so_many_files_as_the_scheme_says(self) -> None:
        desk = Desk(scheme=attrs.evolve(HK_CCA, most_files=2))
        first = desk.add(b"one")
        desk.platform.redact(desk.id, first, b"o..", by=OFFICER, key="r")
        assert refused(lambda: desk.add(b"three")) == "too_many"
        assert refused(lambda: desk.platform.redact(desk.id, first, b"...", by=OFFICER, key="s")) == "too_many"
        desk.act(c.AddEvidence(Evidence("described", EvidenceKind.ORDER)))

    def test_whoever_may_not_add_leaves_no_file(self) -> None:
        desk = Desk()
        assert refused(lambda: desk.add(by=AUDITOR)) == "wrong_role"
        with pytest.raises(NoSuchCase):
            desk.add(by=ELSEWHERE)
        with pytest.raises(NoSuchCase):
            desk.platform.add_evidence("c" + "0" * 31, b"x", kind=EvidenceKind.ORDER, name="", by=OFFICER, key="k")
        assert desk.filed() == []

    def test_a_name_or_kind_or_key_of_another_sort_is_refused(self) -> None:
        desk = Desk()
        assert kinds(lambda: desk.add(name="n" * 201)) == ["$.name value"]
        assert kinds(lambda: desk.add(name=b"n")) == ["$.name type"]  # type: ignore[arg-type]
        assert kinds(lambda: desk.add(kind="photo"))  # type: ignore[arg-type]
        assert kinds(lambda: desk.platform.redact(desk.id, "order-1", b"x", by=OFFICER, key="")) == ["$.key text"]

    def test_a_command_cannot_name_a_file_that_is_not_there(self) -> None:
        """Whoever sends the command by itself, or a complaint with documents, describes them or names what is kept."""
        desk = Desk()
        desk.add()
        foreign = Evidence("x", EvidenceKind.ORDER, file="ab" * 32)
        assert refused(lambda: desk.act(c.AddEvidence(foreign))) == "no_such_file"
        assert refused(lambda: desk.act(c.Redact("order-1", foreign))) == "no_such_file"
        with_file = attrs.evolve(complaint(), evidence=(foreign,))
        assert refused(lambda: desk.platform.lodge(with_file, by=OFFICER, key="form-2")) == "no_such_file"

    def test_what_is_described_again_stays_held(self) -> None:
        desk = Desk()
        added = desk.clean()
        desk.act(c.RequestInformation(("$.purchase.paid",)))
        again = attrs.evolve(complaint(), evidence=(Evidence(added, EvidenceKind.OTHER),))
        desk.act(c.SupplyInformation(again), PERSON)
        assert desk.read(added).content == PHOTO

    def test_without_a_store_documents_are_described_only(self) -> None:
        desk = Desk()
        desk.platform._flow.evidence = None
        desk.act(c.AddEvidence(Evidence("described", EvidenceKind.ORDER)))
        with pytest.raises(StoreUnusable) as caught:
            desk.add()
        assert caught.value.code == "no_evidence_store"
        assert not desk.listed()["described"].held
        assert refused(lambda: desk.read("described")) == "not_held"


class TestScanning:
    def test_each_file_is_scanned_once_as_it_is(self) -> None:
        scan = ScriptedScan()
        desk = Desk(scan=scan)
        added = desk.add()
        assert desk.platform.work().done == 2  # and what the complainant is told of the complaint
        assert desk.platform.work().done == 0
        assert [(kind, size) for kind, size, _ in scan.asked] == [("image/jpeg", len(PHOTO))]
        assert desk.listed()[added].scanned is Scanned.CLEAN

    @pytest.mark.parametrize(
        ("answer", "code"), [(Scanned.HARMFUL, "harmful"), (Scanned.UNKNOWN, "scan_unsure"), (None, "not_scanned")]
    )
    def test_what_is_not_clean_is_handed_to_nobody_and_shown_as_such(self, answer: Scanned | None, code: str) -> None:
        desk = Desk(scan=ScriptedScan([answer or Scanned.CLEAN]))
        added = desk.add(CHAT)
        if answer is not None:
            desk.platform.work()
        assert desk.listed()[added].scanned is answer
        for by in (OFFICER, PERSON):
            assert refused(lambda by=by: desk.read(added, by)) == code  # type: ignore[misc]
        desk.platform._flow.scan = ScriptedScan([answer or Scanned.CLEAN])
        desk.with_taobao(added)
        assert refused(lambda: desk.obtain(added)) == code
        case = desk.platform.facts(desk.id, by=OFFICER)
        assert not [one for one in case.events if isinstance(one, Obtained) and one.asked.evidence]

    def test_a_scan_that_fails_is_asked_again(self) -> None:
        desk = Desk(scan=ScriptedScan([RuntimeError("engine"), Scanned.CLEAN]))
        added = desk.add()
        assert [code for _, code in desk.platform.work().failed] == ["RuntimeError"]
        assert refused(lambda: desk.read(added)) == "not_scanned"
        desk.clock.wait(hours=1)
        assert desk.platform.work().failed == ()
        assert desk.read(added).content == PHOTO

    def test_without_a_scan_files_wait(self) -> None:
        desk = Desk()
        desk.platform._flow.scan = None
        desk.add()
        assert [code for _, code in desk.platform.work().failed] == ["no_scan"]
        desk.clock.wait(hours=1)
        desk.platform._flow.scan = desk.scan
        assert desk.platform.work().done == 1

    def test_a_file_added_again_is_scanned_again(self) -> None:
        desk = Desk(scan=ScriptedScan([Scanned.UNKNOWN, Scanned.CLEAN]))
        first = desk.clean()
        assert refused(lambda: desk.read(first)) == "scan_unsure"
        desk.clean()
        assert desk.read(first).content == PHOTO

    def test_an_answer_from_another_file_or_case_is_none(self) -> None:
        """What a scan found is sealed, and bound to the content: it cannot be moved by whoever holds the store."""
        desk = Desk()
        desk.clean()
        clean = {one.name for one in desk.filed()}
        dirty = desk.add(png())
        fresh = {one.name for one in desk.filed()} - clean
        desk.platform._flow.scan = ScriptedScan([Scanned.HARMFUL])
        desk.platform.work()
        (note,) = {one.name for one in desk.filed()} - clean - fresh
        (clean_note,) = [one for one in clean if sum(map(len, desk.evidence.get(desk.id, one))) < 200]
        desk.evidence.put(desk.id, note, list(desk.evidence.get(desk.id, clean_note)), desk.clock())
        with pytest.raises(Exception) as caught:  # noqa: PT011
            desk.read(dirty)
        assert type(caught.value).__name__ == "SealBroken"


class TestReading:
    def test_it_needs_a_reason_and_is_on_record_before_it_is_shown(self) -> None:
        desk = Desk()
        added = desk.clean()
        assert refused(lambda: desk.read(added, reason=" ")) == "reason_missing"
        assert desk.platform.access_log(by=OFFICER) == ()
        copy = desk.read(added)
        assert (copy.content, copy.kind, copy.media_type) == (PHOTO, EvidenceKind.PHOTOGRAPH, MediaType.JPEG)
        (entry,) = desk.platform.access_log(by=OFFICER)
        assert (entry.how, entry.cases, entry.fields) == (Reading.EVIDENCE, (desk.id,), (f"evidence.{added}",))
        assert desk.read(added, PERSON).use_until is None

    def test_only_those_who_read_particulars_read_documents(self) -> None:
        desk = Desk()
        added = desk.clean()
        desk.with_taobao(added)
        for by in (TAOBAO, AUDITOR):
            assert refused(lambda by=by: desk.read(added, by)) == "not_a_reader"  # type: ignore[misc]
        assert refused(lambda: desk.platform.evidence_list(desk.id, by=AUDITOR)) == "not_a_reader"
        for by in (JD, ELSEWHERE):
            with pytest.raises(NoSuchCase):
                desk.read(added, by)

    def test_what_is_not_there_is_refused_by_name(self) -> None:
        desk = Desk()
        assert refused(lambda: desk.read("nothing")) == "no_such_evidence"
        assert refused(lambda: desk.read("order-1")) == "not_held"

    def test_a_file_that_is_lost_is_missing_until_it_is_handed_in_again(self) -> None:
        desk = Desk()
        added = desk.clean()
        desk.evidence.delete(desk.id, [one.name for one in desk.filed() if one.size > 1000])
        with pytest.raises(EvidenceMissing):
            desk.read(added)
        desk.clean()
        assert desk.read(added).content == PHOTO


class TestHandingOver:
    def test_a_trader_gets_the_picture_and_not_where_it_was_taken(self) -> None:
        desk = Desk()
        added = desk.clean(PHOTO)
        drawn = desk.clean(png(b"".join(TEXTS.values())))
        desk.with_taobao(added, drawn)
        copy = desk.obtain(added)
        assert copy.content == strip_jpeg(PHOTO)
        assert CANARY[:4] not in copy.content
        assert (copy.name, copy.use_until is not None) == ("", True)
        assert desk.obtain(drawn, key="read-2").content == strip_png(png(b"".join(TEXTS.values())))

    def test_text_is_masked_but_for_the_order_s_own_number(self) -> None:
        desk = Desk()
        added = desk.clean(CHAT, EvidenceKind.PAYMENT)
        desk.with_taobao(added)
        assert desk.obtain(added).content.decode() == "卡號 •••• •••• •••• 1111，訂單 1-17\n"

    def test_a_document_of_pages_is_copied_anew(self) -> None:
        desk = Desk(strip=PdfStrip())
        added = desk.clean(PAPER, EvidenceKind.ORDER)
        desk.with_taobao(added)
        assert desk.obtain(added).content == plain_pdf(PAPER)

    @pytest.mark.parametrize("strip", [None, PdfStrip(seconds=0.01)], ids=["nothing to strip with", "too slow"])
    def test_one_that_cannot_be_copied_is_not_handed_over(self, strip: PdfStrip | None) -> None:
        desk = Desk(strip=strip)
        added = desk.clean(PAPER, EvidenceKind.ORDER)
        desk.with_taobao(added)
        assert refused(lambda: desk.obtain(added)) == "cannot_be_stripped"
        assert desk.read(added).content == PAPER

    @pytest.mark.parametrize("kind", [EvidenceKind.PAYMENT, EvidenceKind.REFUND_PROOF])
    def test_a_picture_of_a_payment_goes_as_a_masked_copy_only(self, kind: EvidenceKind) -> None:
        desk = Desk()
        added = desk.clean(PHOTO, kind)
        desk.platform.redact(desk.id, added, png(TEXTS["exif"]), by=OFFICER, key="mask")
        desk.platform.work()
        masked = next(one.id for one in desk.listed().values() if one.copy_of == added)
        desk.with_taobao(added, masked)
        assert refused(lambda: desk.obtain(added)) == "masked_copy_needed"
        copy = desk.obtain(masked)
        assert (copy.kind, copy.content) == (kind, strip_png(png(TEXTS["exif"])))

    def test_only_what_was_shared_with_this_trader(self) -> None:
        desk = Desk()
        shared, kept = desk.clean(), desk.clean(png())
        desk.with_taobao(shared)
        desk.act(c.ShareEvidence("jd", (kept,)))
        for other in (kept, "nothing", "order-1"):
            assert refused(lambda other=other: desk.obtain(other)) == "not_shared"  # type: ignore[misc]
        assert list(desk.listed(TAOBAO)) == [shared]
        assert desk.listed(TAOBAO)[shared].shared == ("taobao",)
        assert set(desk.listed()) == {"order-1", shared, kept}

    def test_only_after_the_details_and_only_while_it_may_read(self) -> None:
        desk = Desk()
        added = desk.clean()
        desk.act(c.Accept())
        desk.act(c.ShareEvidence("taobao", (added,)))
        with pytest.raises(NoSuchCase):
            desk.obtain(added)
        desk.act(UPLOAD)
        assert refused(lambda: desk.obtain(added)) == "details_first"
        assert refused(lambda: desk.listed(TAOBAO)) == "wrong_status"
        desk.act(c.Obtain(), TAOBAO)
        assert desk.obtain(added).content
        desk.act(c.Recall())
        for key in ("read-1", "read-2"):
            assert refused(lambda key=key: desk.obtain(added, key=key)) == "wrong_status"  # type: ignore[misc]
        assert refused(lambda: desk.listed(TAOBAO)) == "wrong_status"

    def test_each_reading_is_a_disclosure_of_documents_on_record(self) -> None:
        desk = Desk()
        added = desk.clean()
        desk.with_taobao(added)
        details = desk.platform.obtain(desk.id, by=TAOBAO, key="details")
        copy = desk.obtain(added)
        assert desk.obtain(added).content == copy.content  # the same key: the same reading
        desk.obtain(added, key="read-2")
        readings = [one for one in desk.platform.facts(desk.id, by=OFFICER).events if isinstance(one, Obtained)]
        assert [one.asked.evidence for one in readings] == [(), (), (added,), (added,)]
        assert readings[-1].disclosure.fields == ("evidence",)
        assert readings[-1].disclosure.use_until == copy.use_until
        given = desk.platform.disclosures(by=OFFICER, to="taobao")
        assert [one.record.fields for one in given][-1] == ("evidence",)
        again = desk.platform.obtain(desk.id, by=TAOBAO, key="details")
        assert again.fields == details.fields

    def test_a_document_read_does_not_answer_a_correction(self) -> None:
        desk = Desk()
        added = desk.clean()
        desk.with_taobao(added)
        desk.act(c.Correct(complaint().particulars), PERSON)
        desk.obtain(added)
        assert desk.platform.facts(desk.id, by=OFFICER).case.file.holdings[0].must_renew_since is not None
        desk.act(c.Obtain(), TAOBAO)
        assert desk.platform.facts(desk.id, by=OFFICER).case.file.holdings[0].must_renew_since is None

    def test_withdrawn_consent_ends_it_at_once(self) -> None:
        desk = Desk()
        added = desk.clean()
        desk.with_taobao(added)
        desk.obtain(added)
        desk.act(c.WithdrawConsent("taobao"), PERSON)
        for key in ("read-1", "read-3"):
            assert refused(lambda key=key: desk.obtain(added, key=key)) == "wrong_status"  # type: ignore[misc]

    def test_a_trader_s_own_document_is_scanned_like_any_other(self) -> None:
        desk = Desk()
        desk.with_taobao()
        added = desk.clean(CHAT, EvidenceKind.CORRESPONDENCE, by=TAOBAO)
        assert desk.read(added, PERSON).content == CHAT
        assert desk.listed(TAOBAO) == {}


class TestMasking:
    def test_a_text_is_masked_by_rule(self) -> None:
        desk = Desk()
        added = desk.add(CHAT, EvidenceKind.PAYMENT)
        for _ in range(2):
            desk.platform.redact(desk.id, added, None, by=PERSON, key="mask")
        desk.platform.work()
        (masked,) = [one for one in desk.listed().values() if one.copy_of == added]
        assert desk.read(masked.id).content.decode() == "卡號 •••• •••• •••• 1111，訂單 1-17\n"
        assert desk.read(masked.id).name == ""

    def test_a_copy_in_which_nothing_is_masked_is_none(self) -> None:
        desk = Desk()
        plain, photo = desk.add(b"nothing to hide"), desk.add()
        assert refused(lambda: desk.platform.redact(desk.id, plain, None, by=OFFICER, key="1")) == "not_masked"
        assert refused(lambda: desk.platform.redact(desk.id, photo, PHOTO, by=OFFICER, key="2")) == "not_masked"

    def test_only_text_is_masked_by_rule(self) -> None:
        desk = Desk()
        photo = desk.add()
        redact = desk.platform.redact
        assert kinds(lambda: redact(desk.id, photo, None, by=OFFICER, key="1")) == ["$.content missing"]
        assert refused(lambda: redact(desk.id, "order-1", None, by=OFFICER, key="2")) == "not_held"
        assert refused(lambda: redact(desk.id, "nothing", b"x", by=OFFICER, key="3")) == "no_such_evidence"
        after = desk.platform.redact(desk.id, "order-1", b"described before", by=OFFICER, key="4")
        assert after.file.evidence[-1].file

    def test_a_trader_masks_nothing(self) -> None:
        desk = Desk()
        added = desk.clean(CHAT)
        desk.with_taobao(added)
        assert refused(lambda: desk.platform.redact(desk.id, added, None, by=TAOBAO, key="1")) == "wrong_role"


class TestTheEnd:
    def erase(self, desk: Desk) -> None:
        desk.act(c.Withdraw(), PERSON)
        desk.platform.erase(desk.id, by=OFFICER, approved_by=SECOND)

    def test_erasing_a_case_erases_its_files_and_no_others(self) -> None:
        desk = Desk()
        added = desk.clean()
        other = desk.platform.lodge(complaint(), by=OFFICER, key="form-2").id
        desk.platform.add_evidence(other, PHOTO, kind=EvidenceKind.ORDER, name="", by=OFFICER, key="k")
        self.erase(desk)
        assert refused(lambda: desk.read(added)) == "erased"
        desk.platform.work()
        assert {one.case_id for one in desk.filed()} == {other}
        assert refused(lambda: desk.read(added)) == "erased"
        document = desk.listed()[added]
        assert (document.held, document.scanned, document.size) == (False, None, len(PHOTO))
        assert refused(lambda: desk.add()) == "wrong_status"
        assert desk.filed()[0].case_id == other

    def test_a_worker_without_the_files_leaves_them_to_the_sweep(self) -> None:
        desk = Desk()
        desk.clean()
        self.erase(desk)
        store, desk.platform._flow.evidence = desk.platform._flow.evidence, None
        assert desk.platform.work().failed == ()
        desk.platform._flow.evidence = store
        assert len(desk.filed()) == 2
        assert desk.platform.sweep_evidence() == 2
        assert desk.filed() == []

    def test_what_was_added_and_not_yet_scanned_is_let_go(self) -> None:
        desk = Desk()
        desk.add()
        self.erase(desk)
        assert desk.platform.work().failed == ()
        assert desk.platform.work().done == 0


class TestOrphans:
    def test_a_file_that_no_event_named_goes_after_its_time(self) -> None:
        desk = Desk()
        kept = desk.clean()
        desk.evidence.put(desk.id, "ab" * 32, [b"orphan"], desk.clock())
        assert desk.platform.sweep_evidence() == 0
        desk.clock.wait(days=2)
        assert desk.platform.sweep_evidence(timedelta(days=3)) == 0
        assert desk.platform.sweep_evidence() == 1
        assert "ab" * 32 not in {one.name for one in desk.filed()}
        assert desk.read(kept).content == PHOTO

    def test_files_of_a_case_that_is_not_here_are_not_touched(self) -> None:
        """Two stores that do not belong together: nothing is lost by it."""
        desk = Desk()
        desk.evidence.put("c" + "1" * 31, "ab" * 32, [b"another council's"], desk.clock())
        desk.clock.wait(days=9)
        assert desk.platform.sweep_evidence() == 0

    def test_without_its_key_a_case_keeps_its_files(self) -> None:
        desk = Desk()
        desk.add()
        desk.clock.wait(days=9)
        desk.keys._keys.clear()
        desk.platform._flow.ring.forget(desk.id)
        assert desk.platform.sweep_evidence() == 0

    @pytest.mark.parametrize("moment", range(4))
    def test_a_sweep_gives_back_what_an_event_comes_to_name(self, moment: int) -> None:
        """An earlier try left a file; the same is handed in again between two steps of the sweep that takes it away."""
        desk = Desk(evidence := Meddled())
        evidence.put(desk.id, _name(desk, PHOTO), _sealed(desk, PHOTO), desk.clock())
        desk.clock.wait(days=2)
        added: list[str] = []
        evidence.before(moment, lambda: added.append(desk.add(PHOTO)))
        desk.platform.sweep_evidence()
        assert len(added) == 1
        desk.platform.work()
        assert desk.read(added[0]).content == PHOTO

    def test_a_file_swept_just_before_its_event_is_stored_again(self) -> None:
        """A sweep that saw the file of an earlier try takes away the one that has just been stored in its place."""
        desk = Desk(evidence := Meddled())
        evidence.after_put = lambda: desk.platform.sweep_evidence(timedelta(days=-1))
        added = desk.add(PHOTO)
        assert not evidence.waiting
        desk.platform.work()
        assert desk.read(added).content == PHOTO

    def test_nor_one_that_is_swept_while_its_event_is_stored(self, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = Desk()
        swept: list[int] = []

        def append(store: MemoryStore, commits: Any, /, real: Any = MemoryStore.append) -> Any:
            swept.append(desk.platform.sweep_evidence(timedelta(days=-1)))
            return real(store, commits)

        with monkeypatch.context() as patch:
            patch.setattr(MemoryStore, "append", append)
            added = desk.add(PHOTO)
        assert swept == [1]
        desk.platform.work()
        assert desk.read(added).content == PHOTO


def _name(desk: Desk, content: bytes) -> str:
    return name_of(CaseKey(desk.keys.get(desk.id)), [content])


def _sealed(desk: Desk, content: bytes) -> list[bytes]:
    return list(seal_file(CaseKey(desk.keys.get(desk.id)), desk.id, _name(desk, content), [content]))


class Meddled(MemoryEvidence):  # type: ignore[misc]
    """A store in which something happens once: before its n-th call from now on, or after the next file came in."""

    __slots__ = ("_happens", "_left", "after_put")

    def __init__(self) -> None:
        super().__init__()
        self._left, self._happens = -1, list[Callable[[], object]]()
        self.after_put: Callable[[], object] | None = None

    @property
    def waiting(self) -> bool:
        """Whether what was to happen has not happened yet."""
        return bool(self._happens) or self.after_put is not None

    def before(self, calls: int, happens: Callable[[], object]) -> None:
        self._left, self._happens = calls, [happens]

    def _called(self) -> None:
        if self._left == 0 and self._happens:
            self._happens.pop()()
        self._left -= 1

    def put(self, case_id: str, name: str, chunks: Any, now: Any, /) -> None:
        self._called()
        MemoryEvidence.put(self, case_id, name, chunks, now)
        happens, self.after_put = self.after_put, None
        if happens is not None:
            happens()

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        self._called()
        return MemoryEvidence.get(self, case_id, name)

    def list(self, case_id: str, after: str, limit: int, /) -> Any:
        self._called()
        return MemoryEvidence.list(self, case_id, after, limit)

    def delete(self, case_id: str, names: Any, /) -> None:
        self._called()
        MemoryEvidence.delete(self, case_id, names)


def _lifted(store: EvidenceStore) -> Any:
    from expressplatform.platform.faces.lifted import LiftedEvidence

    return LiftedEvidence(store)


class TestBothFaces:
    def test_they_have_the_same_methods(self) -> None:
        for name, method in inspect.getmembers(EvidenceFace, inspect.isfunction):
            assert inspect.signature(method) == inspect.signature(getattr(AsyncEvidenceFace, name))
            assert method.__doc__ == getattr(AsyncEvidenceFace, name).__doc__

    @pytest.mark.parametrize("made", [DirectoryEvidence, SqliteEvidence])
    def test_over_stores_that_last(self, tmp_path: Path, made: Callable[[Path], EvidenceStore]) -> None:
        desk = Desk(made(tmp_path / "evidence"))
        big = png(data=None) + bytes(200_000)
        added = desk.clean(big)
        desk.with_taobao(added)
        assert desk.read(added).content == big
        assert desk.obtain(added).content == png()
        desk.platform.close()

    def test_awaited(self, tmp_path: Path) -> None:
        async def live() -> None:
            clock = Clock()
            platform = AsyncPlatform(
                scheme=HK_CCA,
                store=AsyncSqliteStore(tmp_path / "cases.db"),
                shelf=AsyncSqliteShelf(tmp_path / "cases.db"),
                evidence=AsyncDirectoryEvidence(tmp_path / "evidence"),
                scan=ScriptedScan(),
                keys=MemoryKeyStore(),
                now=clock,
                draw=seeded,
            )
            await platform.record_impact_assessment(ASSESSED, by=OFFICER)
            case = await platform.lodge(complaint(), by=OFFICER, key="form-1")
            case = await platform.add_evidence(
                case.id, PHOTO, kind=EvidenceKind.ORDER, name="a.jpg", by=PERSON, key="k"
            )
            added = case.file.evidence[-1].id
            assert (await platform.work()).done == 2  # and what the complainant is told of the complaint
            for number, (command, by) in enumerate(
                (
                    (c.Accept(), OFFICER),
                    (UPLOAD, OFFICER),
                    (c.Obtain(), TAOBAO),
                    (c.ShareEvidence("taobao", (added,)), OFFICER),
                )
            ):
                clock.wait(hours=1)
                case = await platform.act(case.id, command, by=by, key=f"k-{number}")
            assert [one.id for one in await platform.evidence_list(case.id, by=TAOBAO)] == [added]
            assert (await platform.read_evidence(case.id, added, by=OFFICER, reason="r")).name == "a.jpg"
            assert (await platform.obtain_evidence(case.id, added, by=TAOBAO, key="r")).content == strip_jpeg(PHOTO)
            await platform.redact(case.id, added, png(), by=OFFICER, key="m")
            assert await platform.sweep_evidence() == 0
            assert case.status is Status.OBTAINED
            await platform.close()

        asyncio.run(live())

    def test_a_document_that_is_given_again_after_its_giver_was_cancelled_is_whole(self) -> None:
        """Also where a thread still writes for whoever was cancelled, and ends after the other was answered."""
        asyncio.run(_given_again())


class _Overtaken(MemoryEvidence):  # type: ignore[misc]
    """Keeps the first file only once it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go_on, self.ended = threading.Event(), threading.Event(), threading.Event()

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        first = not self.begun.is_set()
        self.begun.set()
        try:
            if first:
                assert self.go_on.wait(10)
            super().put(case_id, name, chunks, now)
        finally:
            if first:
                self.ended.set()


async def _given_again() -> None:
    files, keys = _Overtaken(), MemoryKeyStore()
    evidence = ThreadedEvidence(files)
    platform = AsyncPlatform(
        scheme=HK_CCA, store=Lifted(MemoryStore()), evidence=evidence, scan=ScriptedScan(), keys=keys, now=Clock()
    )
    case = await platform.lodge(complaint(), by=OFFICER, key="form-1")

    async def give() -> Case:
        return await platform.add_evidence(case.id, PHOTO, kind=EvidenceKind.ORDER, name="a.jpg", by=PERSON, key="k")

    giving = asyncio.ensure_future(give())
    assert await asyncio.to_thread(files.begun.wait, 10)
    giving.cancel()
    await asyncio.wait([giving])
    assert giving.cancelled()
    added = (await give()).file.evidence[-1].id
    files.go_on.set()
    assert await asyncio.to_thread(files.ended.wait, 10)
    assert (await platform.work()).failed == ()
    assert (await platform.read_evidence(case.id, added, by=OFFICER, reason="to look")).content == PHOTO
    await evidence.close()


class _Counted(MemoryEvidence):  # type: ignore[misc]
    """Knows how many files were read at once, at most."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.most = 0, 0

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            yield from super().get(case_id, name)
        finally:
            self.now -= 1


def test_whoever_reads_a_document_may_ask_and_write_meanwhile() -> None:
    """As many at once as there are threads: none of them waits for a turn that the others have."""

    async def crowd() -> None:
        async with ThreadedEvidence(MemoryEvidence(), threads=2) as evidence:
            await evidence.put("case", "a", (b"1", b"2"), Clock()())

            async def copied(name: str) -> None:
                async for chunk in evidence.get("case", "a"):
                    await evidence.put("case", name, (chunk,), Clock()())

            await asyncio.wait_for(asyncio.gather(copied("b"), copied("c")), 10)

    asyncio.run(crowd())


def test_no_more_documents_are_read_at_once_than_there_are_threads() -> None:
    """However many ask, in whichever loop; whoever stops half-way makes room for the next."""
    files = _Counted()
    files.put("case", "a", (b"1", b"2", b"3"), Clock()())
    evidence = ThreadedEvidence(files, threads=2)

    async def whole() -> bytes:
        return b"".join([chunk async for chunk in evidence.get("case", "a")])

    async def begun() -> None:
        async with aclosing(evidence.get("case", "a")) as chunks:  # type: ignore[type-var]
            assert await anext(chunks) == b"1"

    async def crowd() -> None:
        await asyncio.gather(*(begun() for _ in range(10)))
        assert await asyncio.gather(*(whole() for _ in range(10))) == [b"123"] * 10

    for _ in range(2):
        asyncio.run(crowd())
    asyncio.run(evidence.close())
    assert files.most == 2
