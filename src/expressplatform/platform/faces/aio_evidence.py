"""What `AsyncPlatform` does with documents: `sync_evidence`, awaited."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from expressplatform.case import Case
from expressplatform.codes import EvidenceKind
from expressplatform.complaint import Actor
from expressplatform.platform.evidencing import Document, DocumentCopy, DocumentFile
from expressplatform.platform.filing import GRACE
from expressplatform.platform.flow import Flow


class AsyncEvidenceFace:
    """The part of the face that is about documents; the platform gives it its flow."""

    _flow: Flow

    async def add_evidence(
        self, case_id: str, content: bytes | Iterable[bytes], *, kind: EvidenceKind, name: str, by: Actor, key: str
    ) -> Case:
        """Takes a document in: told from its bytes, sealed, and kept before the case says that it has it.

        ``content`` is the whole file, at once or in pieces; ``name`` what its giver calls it (sealed; empty: nothing).
        The same key and content add one document. The case as it stands afterwards has its id among ``file.evidence``;
        until a scan has found it clean (see `work`), nobody is handed it. Raises InvalidInput (``$.content``, of kind
        ``too_large``, ``media_type``, ``damaged``, ``text`` or ``too_long``), Refused (``too_many`` beside those of the
        lifecycle), KeyReused, NoSuchCase, StoreUnusable (``no_evidence_store``).
        """
        return await self._flow.add_evidence(case_id, content, kind=kind, name=name, by=by, key=key)

    async def evidence_added(self, case_id: str, *, by: Actor, key: str) -> str:
        """The id that a document has which is added under this key: the same before and after.

        Raises NoSuchCase, KeyDestroyed.
        """
        return await self._flow.evidence_added(case_id, by=by, key=key)

    async def redact(
        self, case_id: str, evidence_id: str, content: bytes | Iterable[bytes] | None, *, by: Actor, key: str
    ) -> Case:
        """Takes in a masked copy that stands in for a document; of a text, makes one by rule where ``content`` is None.

        The copy is a document of its own, to be shared like any other (PIPL Art 28). Raises what `add_evidence` raises,
        and Refused: ``no_such_evidence``, ``not_held``, ``not_masked`` where nothing in the copy is masked.
        """
        return await self._flow.redact(case_id, evidence_id, content, by=by, key=key)

    async def evidence_list(self, case_id: str, *, by: Actor) -> tuple[Document, ...]:
        """The documents of a case, described without anything personal; for a trader, those shared with it.

        Raises Refused (``not_a_reader``, or ``wrong_status`` for a trader that may not read), NoSuchCase.
        """
        return await self._flow.evidence_list(case_id, by=by)

    async def read_evidence(self, case_id: str, evidence_id: str, *, by: Actor, reason: str) -> DocumentCopy:
        """A document as it was handed in, for the council or the complainant, with a reason.

        The reading is on record before anything is shown.

        Raises Refused: ``not_a_reader``, ``reason_missing``, ``no_such_evidence``, ``not_held``, ``erased``, and
        ``not_scanned``, ``harmful`` or ``scan_unsure`` unless a scan has found it clean; EvidenceMissing, SealBroken
        where the store of evidence does not have what the case names; NoSuchCase.
        """
        return await self._flow.read_evidence(case_id, evidence_id, by=by, reason=reason)

    async def read_evidence_file(self, case_id: str, evidence_id: str, *, by: Actor, reason: str) -> DocumentFile:
        """The same in pieces, of which few are in memory at once: close its ``content`` when you are done.

        It is proven to be whole before anything is on record or shown. What is on its way lies sealed, under a key that
        nobody keeps, in memory or in a file without a name.
        """
        return await self._flow.read_evidence_file(case_id, evidence_id, by=by, reason=reason)

    async def obtain_evidence(self, case_id: str, evidence_id: str, *, by: Actor, key: str) -> DocumentCopy:
        """A trader reads a document that was shared with it: a copy that tells nothing but its content.

        Place and device are taken out of pictures and PDF documents, numbers of cards and accounts are masked in text;
        a picture or PDF document of a payment is handed over as a masked copy only (PIPL Arts 6, 28). The reading is in
        the case's record before anything is shown; the same key shows the same again, as long as the trader may read.
        Raises Refused: ``details_first``, ``not_shared``, ``masked_copy_needed``, ``cannot_be_stripped``, those of
        `read_evidence` and of `obtain`; NoSuchCase, KeyReused.
        """
        return await self._flow.obtain_evidence(case_id, evidence_id, by=by, key=key)

    async def obtain_evidence_file(
        self, case_id: str, evidence_id: str, *, by: Actor, key: str, expected: int | None = None
    ) -> DocumentFile:
        """The same in pieces: close its ``content`` when you are done.

        A copy without notes is made of the whole document in memory; the copy itself is handed over in pieces.
        """
        return await self._flow.obtain_evidence_file(case_id, evidence_id, by=by, key=key, expected=expected)

    async def sweep_evidence(self, grace: timedelta = GRACE) -> int:
        """Deletes files that no case has named for longer than ``grace``, and those of erased cases: how many.

        Such files are left where a document was stored and never added. Call it now and then, from one process.
        """
        return await self._flow.sweep_files(grace)
