"""Files of evidence as the flow keeps them: sealed on the way in, opened on the way out, scanned between the two.

Laws of this file: a file is whole in the store before an event names it, and goes when its case is erased or when no
event has named it for long. What a scan found is sealed under the case's key, bound to the content that was scanned;
where there is no answer, nobody has one, and nothing is handed out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import orjson

from expressplatform import events as e
from expressplatform.chunks import Opening, name_beside, seal_file
from expressplatform.codes import Status
from expressplatform.errors import EvidenceMissing, KeyDestroyed, KeyMissing, StoreUnusable
from expressplatform.platform import rows
from expressplatform.platform.keeping import Keeping
from expressplatform.ports import EVERYONE, AsyncEvidenceStore, EffectRow, Filed, Scanned, StoredCase
from expressplatform.sealing import CaseKey
from expressplatform.spools import Spool

SCAN: Final = "scan"
GRACE: Final = timedelta(days=1)
"""How long a file may wait for the event that names it."""
_BATCH: Final = 500


class Filing(Keeping):
    """What keeps files."""

    @property
    def files(self) -> AsyncEvidenceStore:
        """The store of evidence; raises StoreUnusable (``no_evidence_store``) where the platform was given none."""
        if self.evidence is None:
            raise StoreUnusable("no_evidence_store", "the platform was given no store of evidence")
        return self.evidence

    async def keep_file(self, case_id: str, name: str, content: Iterable[bytes]) -> None:
        """Keeps a file under the name that its content has. Whole and durable when this returns."""
        key = self.ring.get(case_id)
        await self.files.put(case_id, name, seal_file(key, case_id, name, content), self.now())

    async def is_kept(self, case_id: str, name: str) -> bool:
        """Whether a file is in the store."""
        before = f"{case_id}/{name[:-1]}"  # the place before it: no name of 64 digits stands between the two
        found = await self.files.list(case_id, before, 1) if self.evidence is not None else ()
        return [one.name for one in found] == [name]

    async def file(self, case_id: str, name: str) -> bytes:
        """The content of a file; raises EvidenceMissing, SealBroken."""
        return b"".join(await self._pieces(self.ring.get(case_id), case_id, name))

    async def spooled(self, case_id: str, name: str) -> Spool:
        """The same, proven to be whole, of which no more than a few pieces are in memory."""
        spool, opening = Spool(), Opening(self.ring.get(case_id), case_id, name)
        async for chunk in self.files.get(case_id, name):
            spool.write(opening.take(chunk))
        spool.write(opening.end())
        return spool

    async def _pieces(self, key: CaseKey, case_id: str, name: str) -> list[bytes]:
        opening = Opening(key, case_id, name)
        pieces = [opening.take(chunk) async for chunk in self.files.get(case_id, name)]
        return [*pieces, opening.end()]

    # --- scans -----------------------------------------------------------------------------------------------------

    async def found(self, case_id: str, name: str) -> Scanned | None:
        """What a scan found in a file; None where none has looked."""
        key = self.ring.get(case_id)
        try:
            note = b"".join(await self._pieces(key, case_id, name_beside(key, name, SCAN)))
        except EvidenceMissing:
            return None
        return Scanned(orjson.loads(note)["found"])

    async def scan_file(self, effect: EffectRow, stored: StoredCase) -> None:
        """Has the file looked into that the effect's step added; raises what keeps it from being done."""
        event = rows.fact_of(stored.events[effect.version - 1])
        if stored.header.status == Status.ERASED or not isinstance(event, e.EvidenceAdded | e.Redacted):
            return
        if self.scan is None:
            raise StoreUnusable("no_scan", "the platform was given nothing to scan files with")
        added, case_id = rows.file_added(event), effect.case_id
        key = self.ring.get(case_id)
        with await self.spooled(case_id, added.file) as content:
            answer = Scanned(self.scan.scan(iter(content), added.media_type or ""))
        note = orjson.dumps({"found": answer, "at": self.now()})
        beside = name_beside(key, added.file, SCAN)
        await self.files.put(case_id, beside, seal_file(key, case_id, beside, (note,)), self.now())

    # --- the end ---------------------------------------------------------------------------------------------------

    async def drop_files(self, case_id: str) -> int:
        """Deletes every file of a case: how many there were."""
        dropped = 0
        while names := [one.name for one in await self.files.list(case_id, "", _BATCH)]:
            await self.files.delete(case_id, names)
            dropped += len(names)
        return dropped

    async def sweep_files(self, grace: timedelta) -> int:
        """Deletes files that no event has named for longer than ``grace``, and those of erased cases: how many."""
        until, after, swept = self.now() - grace, "", 0
        while filed := await self.files.list("", after, _BATCH):
            for case_id in dict.fromkeys(one.case_id for one in filed):
                swept += await self._sweep(case_id, [one for one in filed if one.case_id == case_id], until)
            after = f"{filed[-1].case_id}/{filed[-1].name}"
        return swept

    async def _sweep(self, case_id: str, filed: Iterable[Filed], until: datetime) -> int:
        named = await self._named(case_id)
        if named is None:
            names = [one.name for one in filed]
            await self.files.delete(case_id, names)
            return len(names)
        swept = 0
        for one in filed:
            if one.name not in named and one.stored_at <= until:
                swept += await self._sweep_one(one)
        return swept

    async def _sweep_one(self, filed: Filed) -> bool:
        """Deletes a file; puts it back where an event has come to name it meanwhile (`add_evidence` does its part)."""
        try:
            chunks = [chunk async for chunk in self.files.get(filed.case_id, filed.name)]
        except EvidenceMissing:
            return False
        await self.files.delete(filed.case_id, [filed.name])
        named = await self._named(filed.case_id)
        if named is None or filed.name not in named:
            return True
        await self.files.put(filed.case_id, filed.name, chunks, filed.stored_at)
        return False

    async def _named(self, case_id: str) -> set[str] | None:
        """The names that belong to a case: of its documents, and of what scans found; None for one that was erased.

        Of a case that is not here, or whose key is not, nobody can tell: every file belongs to it. Stores that were
        put together by mistake lose nothing.
        """
        stored = await self.store.load(case_id, EVERYONE)
        if stored is not None and stored.header.status == Status.ERASED:
            return None
        try:
            if stored is not None:
                key, evidence = self.ring.get(case_id), rows.fold(stored).file.evidence
                files = {one.file for one in evidence if one.file}
                return files | {name_beside(key, name, SCAN) for name in files}
        except (KeyDestroyed, KeyMissing):
            pass
        return {one.name for one in await self.files.list(case_id, "", 10 * _BATCH)}
