"""Sealed files of evidence in one PostgreSQL database, chunk by chunk; what is asked stands in `evidence_talks`.

Laws of this module
- A file is there whole or not at all: it is written in one transaction, committed before it is acknowledged.
- A reader sees a file as it was when reading began; writers never wait for readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import final

from expressplatform.ports import Filed, check_place
from expressplatform_postgres import evidence_talks, sql
from expressplatform_postgres.connections import Connections


@final
class PostgresEvidence(Connections):
    """Files of evidence in the database at ``dsn``, mostly that of a `PostgresStore`; same arguments, same errors.

    Whoever reads or writes a file holds one of the ``connections`` until its last chunk, and a reader that stops
    before it, until its iterator is closed.
    """

    __slots__ = ()

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        """Keeps a file, whole and durable when this returns; the same name again takes the place of the first."""
        check_place(case_id, name)
        self._ask_together(evidence_talks.put(case_id, name, chunks, now), sql.ONE_AFTER_ANOTHER)

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        """The chunks of a file in their order; raises EvidenceMissing where it is not there."""
        check_place(case_id, name)
        with self._together_in(sql.ONE_MOMENT) as ask:
            place = 0
            while chunks := evidence_talks.chunks_of(case_id, ask(evidence_talks.piece_from(case_id, name, place))[0]):
                yield from chunks
                if len(chunks) < evidence_talks.PIECE:
                    return
                place += evidence_talks.PIECE

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        """Files of a case, or of all where ``case_id`` is empty, by case and name."""
        if case_id:
            check_place(case_id)
        return self._ask(evidence_talks.listed(case_id, after, limit))

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        """Deletes files of a case; harmless when repeated."""
        check_place(case_id, *names)
        self._ask_together(evidence_talks.delete(case_id, names), sql.ONE_AFTER_ANOTHER)

    def __repr__(self) -> str:
        return "<PostgresEvidence>"
