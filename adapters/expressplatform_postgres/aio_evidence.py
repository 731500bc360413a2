"""Sealed files of evidence in one PostgreSQL database, for asynchronous callers; see `evidence` for its laws."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import final

from expressplatform.ports import Filed, check_place
from expressplatform_postgres import evidence_talks, sql
from expressplatform_postgres.aio_connections import AsyncConnections


@final
class AsyncPostgresEvidence(AsyncConnections):
    """`PostgresEvidence` with methods that are awaited: the same database, the same promises, the same errors.

    What is handed to `put` is iterated in the event loop.
    """

    __slots__ = ()

    async def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        """Keeps a file, whole and durable when this returns; the same name again takes the place of the first."""
        check_place(case_id, name)
        await self._ask_together(evidence_talks.put(case_id, name, chunks, now), sql.ONE_AFTER_ANOTHER)

    async def get(self, case_id: str, name: str, /) -> AsyncIterator[bytes]:
        """The chunks of a file in their order; raises EvidenceMissing where it is not there."""
        check_place(case_id, name)
        async with self._together_in(sql.ONE_MOMENT) as ask:
            place = 0
            while chunks := evidence_talks.chunks_of(
                case_id, (await ask(evidence_talks.piece_from(case_id, name, place)))[0]
            ):
                for chunk in chunks:
                    yield chunk
                if len(chunks) < evidence_talks.PIECE:
                    return
                place += evidence_talks.PIECE

    async def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        """Files of a case, or of all where ``case_id`` is empty, by case and name."""
        if case_id:
            check_place(case_id)
        return await self._ask(evidence_talks.listed(case_id, after, limit))

    async def delete(self, case_id: str, names: Sequence[str], /) -> None:
        """Deletes files of a case; harmless when repeated."""
        check_place(case_id, *names)
        await self._ask_together(evidence_talks.delete(case_id, names), sql.ONE_AFTER_ANOTHER)

    def __repr__(self) -> str:
        return "<AsyncPostgresEvidence>"
