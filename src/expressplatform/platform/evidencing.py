"""Documents: added, listed, read, masked, and handed to a trader as a copy that tells nothing but its content.

Laws of this file
- A file is told from its bytes and stored before the event that names it; the same key and content add it once.
- Nobody is handed a file that no scan has found clean. Whoever reads one stands in the access log, or, a trader, in the
  case's own record, before anything is shown.
- A document passes through in pieces. It is whole in memory only where nothing else will do, and then aside, one of
  few: a picture that is looked through, a picture or PDF document of which a copy without notes is made, a text.
- A trader is handed the documents that were shared with it, one by one, while it may read the case (PIPL Art 6), each
  as a copy without what cameras and programs wrote beside the content. Numbers of cards and accounts are masked (PIPL
  Art 28): in text by rule, in pictures and PDF documents of a payment by a person, in a copy that `redact` took in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.case import Case, allowed
from expressplatform.chunks import name_of_digest
from expressplatform.codes import Audience, EvidenceKind, MediaType, Purpose, Reading, Role, Stage, Status
from expressplatform.commands import Command
from expressplatform.complaint import ERASED, Actor, Erased, Evidence, EvidenceName, Particulars, Remark, Veiled
from expressplatform.errors import InvalidInput, Refused
from expressplatform.fields import refuse
from expressplatform.media import begins_as, check_length, masked_text, media_type, strip_image
from expressplatform.media.parts import PATH
from expressplatform.platform import rows
from expressplatform.platform.changing import NO_SUCH_FILE, Changing, check_reading
from expressplatform.platform.requests import Request, judged
from expressplatform.platform.showing import Showing, check_reader
from expressplatform.ports import Scanned, StoredCase
from expressplatform.privacy.disclosure import disclose
from expressplatform.privacy.masking import mask_numbers
from expressplatform.spools import Spool

SHOWS_ACCOUNTS: Final = frozenset({EvidenceKind.PAYMENT, EvidenceKind.REFUND_PROOF})
"""Kinds of document that show numbers of cards or accounts (PIPL Art 28)."""


@attrs.frozen
class Document:
    """A document of a case as it stands: what it is, and what may be done with it. No particular.

    ``held``: there is a file. ``scanned`` is what a scan found in it, None where none has looked yet. ``copy_of`` is
    the id of the document that this is a masked copy of, ``shared`` the organisations that it was shared with.
    """

    id: str
    kind: EvidenceKind
    media_type: MediaType | None
    size: int | None
    held: bool
    scanned: Scanned | None
    copy_of: str
    shared: tuple[str, ...]


@attrs.frozen(repr=False, str=False)
class DocumentCopy(Veiled):
    """A document as somebody is handed it. Never prints.

    ``name`` is what the giver called it, empty where nobody said or the reader is a trader. ``content`` is the whole
    file. ``use_until`` is the instant after which a trader may use it no more, None for other readers.
    """

    id: str
    kind: EvidenceKind
    media_type: MediaType
    name: str
    content: bytes
    use_until: datetime | None = None
    disclosure_id: str = ""


@attrs.frozen(repr=False, str=False)
class DocumentFile(Veiled):
    """The same as a `DocumentCopy`, its ``content`` in pieces: whoever is handed it closes that. Never prints."""

    id: str
    kind: EvidenceKind
    media_type: MediaType
    name: str
    content: Spool
    use_until: datetime | None = None
    disclosure_id: str = ""

    def copied(self) -> DocumentCopy:
        """All of it at once; the pieces are let go."""
        with self.content as content:
            whole = content.whole()
        return DocumentCopy(self.id, self.kind, self.media_type, self.name, whole, self.use_until, self.disclosure_id)


class Evidencing(Changing, Showing):
    """What takes documents in and hands them out."""

    async def add_evidence(
        self, case_id: str, content: bytes | Iterable[bytes], *, kind: EvidenceKind, name: str, by: Actor, key: str
    ) -> Case:
        """Takes a document in."""
        words, case = _words(name), rows.fold(await self._stored(case_id, by.organisation))
        with self._gathered(content, case) as whole:
            return await self._take_in(case_id, whole, kind, lambda one: c.AddEvidence(one, words), by, key)

    async def redact(
        self, case_id: str, evidence_id: str, content: bytes | Iterable[bytes] | None, *, by: Actor, key: str
    ) -> Case:
        """Takes in a masked copy of a document, or makes one of a text."""
        case = rows.fold_opened(await self._stored(case_id, by.organisation), self.ring)[0]
        document = _held(case, evidence_id, by) if content is None else _document(case, evidence_id, by)
        given = await self._masked(case, document) if content is None else content
        with self._gathered(given, case) as whole:
            return await self._take_in(case_id, whole, document.kind, lambda one: c.Redact(evidence_id, one), by, key)

    async def _take_in(
        self, case_id: str, whole: Spool, kind: EvidenceKind, asked: Callable[[Evidence], Command], by: Actor, key: str
    ) -> Case:
        """Stores a file, then says so in the case."""
        judged(Request(c.Assign(), by, key, case_id))
        media = await self._type_of(whole)
        case = rows.fold(await self._stored(case_id, by.organisation))
        name, named = "", ""
        if case.status is not Status.ERASED:
            opened = self.ring.get(case_id)
            name, named = name_of_digest(opened, whole.sha256), rows.evidence_id(opened, by, key)
        command = asked(Evidence(named or "erased", kind, media, whole.size, name))
        if type(command) in allowed(case, by):
            await self.keep_file(case_id, name, whole)
        try:
            after = await self.act(Request(command, by, key, case_id))
        except Refused as refused:
            if refused.code != NO_SUCH_FILE:
                raise
            await self.keep_file(case_id, name, whole)  # it was swept away as the orphan of an earlier try, just now
            after = await self.act(Request(command, by, key, case_id))
        if not await self.is_kept(case_id, name):  # or even later, by a sweep that had looked before the event
            await self.keep_file(case_id, name, whole)
        return after

    async def evidence_added(self, case_id: str, *, by: Actor, key: str) -> str:
        """The id of the document that somebody added under an idempotency key."""
        await self._stored(case_id, by.organisation)
        return rows.evidence_id(self.ring.get(case_id), by, key)

    @contextmanager
    def _gathered(self, content: bytes | Iterable[bytes], case: Case) -> Iterator[Spool]:
        """A whole file; raises InvalidInput as soon as it is larger than the scheme of the case allows."""
        most = self._scheme_of(case).largest_file
        if isinstance(content, Spool):
            _check_size(content.size, most)
            yield content
            return
        with Spool() as spool:
            for piece in (content,) if isinstance(content, bytes) else content:
                if not isinstance(piece, bytes):
                    raise refuse(PATH, "type", "must be bytes, whole or in pieces")
                _check_size(spool.size + len(piece), most)
                spool.write(piece)
            yield spool

    async def _type_of(self, content: Spool) -> MediaType:
        """What a file is: pictures are looked through whole, text is small, of a PDF document the beginning tells."""
        kind = begins_as(content.head)
        if kind is MediaType.PDF:
            return kind
        if kind is MediaType.TEXT:
            check_length(content.size)
        return await self.aside.whole(lambda: media_type(content.whole()))

    async def _masked(self, case: Case, document: Evidence) -> bytes:
        """A text with the numbers of cards and accounts masked (PIPL Art 28); the order's own number stays."""
        if document.media_type is not MediaType.TEXT:
            raise refuse(PATH, "missing", "must be given: only text is masked by rule")
        given = case.particulars
        own = given.order_number if isinstance(given, Particulars) else ""
        content = await self.file(case.id, document.file)
        return masked_text(content, lambda text: mask_numbers(text, order_number=own))

    # --- reading ---------------------------------------------------------------------------------------------------

    async def evidence_list(self, case_id: str, *, by: Actor) -> tuple[Document, ...]:
        """The documents of a case; for a trader, those that were shared with it."""
        stored = await self._stored(case_id, by.organisation)
        case = rows.fold(stored)
        trader = by.role is Role.TRADER
        check_reading(case, by) if trader else check_reader(case_id, by)
        copies, shared = _copies(stored), case.file.shared
        found = []
        for one in case.file.evidence:
            to = tuple(whom for whom, which in shared if which == one.id and (not trader or whom == by.organisation))
            if to or not trader:
                held = bool(one.file) and case.status is not Status.ERASED
                scanned = await self.found(case_id, one.file) if held else None
                known = one.id, one.kind, one.media_type, one.size
                found.append(Document(*known, held, scanned, "" if trader else copies.get(one.id, ""), to))
        return tuple(found)

    async def read_evidence(self, case_id: str, evidence_id: str, *, by: Actor, reason: str) -> DocumentCopy:
        """A document for the council or the complainant."""
        return (await self.read_evidence_file(case_id, evidence_id, by=by, reason=reason)).copied()

    async def read_evidence_file(self, case_id: str, evidence_id: str, *, by: Actor, reason: str) -> DocumentFile:
        """The same, in pieces; proven to be whole before the reading is noted."""
        stored = await self._stored(case_id, by.organisation)
        check_reader(case_id, by)
        if not reason.strip():
            raise Refused("reason_missing", case_id, by.role, (), "Reading particulars needs a reason.")
        case, events = rows.fold_opened(stored, self.ring, everything=True)
        document = _held(case, evidence_id, by)
        await self._check_clean(case_id, document)
        content = await self.spooled(case_id, document.file)
        kind = document.media_type or await self._type_of(content)
        await self.log(by, Reading.EVIDENCE, (case_id,), (f"evidence.{evidence_id}",), reason)
        return DocumentFile(document.id, document.kind, kind, _name_of(case, events, evidence_id), content)

    async def obtain_evidence(self, case_id: str, evidence_id: str, *, by: Actor, key: str) -> DocumentCopy:
        """A trader is handed a copy."""
        return (await self.obtain_evidence_file(case_id, evidence_id, by=by, key=key)).copied()

    async def obtain_evidence_file(
        self, case_id: str, evidence_id: str, *, by: Actor, key: str, expected: int | None = None
    ) -> DocumentFile:
        """The same, in pieces: made first, so that nothing stands on record that could not be had."""
        request = Request(c.Obtain((evidence_id,)), by, key, case_id, expected)
        stored = await self._stored(case_id, by.organisation)
        case = rows.fold_opened(stored, self.ring)[0]
        if c.Obtain not in allowed(case, by) or (by.organisation, evidence_id) not in case.file.shared:
            await self.act(request)  # refuses, unless it was read under this key before
            check_reading(case, by)
        document = _held(case, evidence_id, by)
        await self._check_clean(case_id, document)
        copy = await self._copy(case, document, _copies(stored))
        await self.act(request)
        until, number = self._disclosed(await self._stored(case_id, by.organisation), by, evidence_id)
        media = document.media_type or await self._type_of(copy)
        return DocumentFile(document.id, document.kind, media, "", copy, until, number)

    async def _copy(self, case: Case, document: Evidence, copies: Mapping[str, str]) -> Spool:
        """What a trader is handed of a document (PIPL Arts 6, 28)."""
        kind = document.media_type
        if kind is MediaType.TEXT:
            return Spool((await self._masked(case, document),))
        if document.kind in SHOWS_ACCOUNTS and document.id not in copies:
            why = "A document of a payment goes to a trader as a masked copy only: make one, and share that."
            raise Refused("masked_copy_needed", case.id, Role.COUNCIL, ("Redact",), why)
        with await self.spooled(case.id, document.file) as content:
            if kind is not MediaType.PDF:
                known = kind or await self._type_of(content)
                return await self.aside.whole(lambda: Spool((strip_image(content.whole(), known),)))
            try:
                if (strip := self.strip) is not None:
                    return await self.aside.whole(lambda: Spool((strip.strip(content.whole(), kind.value),)))
            except InvalidInput:
                pass
        why = "No copy without notes can be made of that document: put in one that was printed anew."
        raise Refused("cannot_be_stripped", case.id, Role.COUNCIL, ("Redact",), why)

    async def _check_clean(self, case_id: str, document: Evidence) -> None:
        """Nobody is handed a file in which a scan has not looked, or found harm."""
        found = await self.found(case_id, document.file)
        if found is Scanned.CLEAN:
            return
        code, why = _NOT_CLEAN[found]
        raise Refused(code, case_id, Role.COUNCIL, (), why)

    def _disclosed(self, stored: StoredCase, by: Actor, evidence_id: str) -> tuple[datetime, str]:
        """Until when the trader may use what its reading showed, and that reading's number (PIPL Art 23).

        Raises where it may not read it now.
        """
        case, events = rows.fold_opened(stored, self.ring)
        check_reading(case, by)
        readings = (
            one for one in reversed(events) if isinstance(one, e.Obtained) and evidence_id in one.asked.evidence
        )
        record = next(one.disclosure for one in readings)
        shown = disclose(
            attrs.evolve(case.complaint, evidence=case.file.evidence),
            audience=Audience.TRADER,
            recipient=case.trader,
            purpose=Purpose.HANDLING,
            stage=Stage.HANDLING,
            consents=case.file.consents,
            scheme=self._scheme_of(case),
            at=max(self.now(), case.at),
            use_until=record.use_until,
            fields=record.fields,
            case_id=case.id,
        )
        return shown.use_until, record.id


_NOT_CLEAN: Final[Mapping[Scanned | None, tuple[str, str]]] = MappingProxyType(
    {
        None: ("not_scanned", "No scan has looked into that document yet."),
        Scanned.HARMFUL: ("harmful", "A scan found something harmful in that document."),
        Scanned.UNKNOWN: ("scan_unsure", "The scan could not tell whether that document is harmless."),
    }
)


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise refuse(PATH, "too_large", f"must have at most {most} bytes")


def _words(name: str) -> Remark | Erased:
    """What somebody calls a document, as the event keeps it."""
    if type(name) is not str:
        raise refuse("$.name", "type", "must be text")
    EvidenceName("name", name)
    return Remark(name) if name.strip() else ERASED


def _document(case: Case, evidence_id: str, by: Actor) -> Evidence:
    for one in case.file.evidence:
        if one.id == evidence_id:
            return one
    raise Refused("no_such_evidence", case.id, by.role, (), "Evidence of that id is not on the case.")


def _held(case: Case, evidence_id: str, by: Actor) -> Evidence:
    """A document of which there is a file."""
    document = _document(case, evidence_id, by)
    if case.status is Status.ERASED:
        raise Refused("erased", case.id, "", (), "The documents have been erased.")
    if not document.file:
        raise Refused("not_held", case.id, by.role, (), "That document is described; there is no file of it.")
    return document


def _copies(stored: StoredCase) -> dict[str, str]:
    """The masked copies of a case, each with the document that it is of."""
    events = (rows.fact_of(row) for row in stored.events if row.kind == "redacted")
    return {one.asked.copy.id: one.asked.evidence for one in events if isinstance(one, e.Redacted)}


def _name_of(case: Case, events: Sequence[e.Event], evidence_id: str) -> str:
    """What the giver called a document; empty where nobody said."""
    for one in events:
        if isinstance(one, e.EvidenceAdded) and one.asked.evidence.id == evidence_id:
            return one.asked.particulars.text if isinstance(one.asked.particulars, Remark) else ""
    given = case.particulars
    names = given.evidence_names if isinstance(given, Particulars) else ()
    return next((one.name for one in names if one.id == evidence_id), "")
