"""What is asked about files of evidence, written once for both faces.

Laws of this file
- Whoever writes or deletes a file holds its row first: files are written one after another, each whole.
- A piece is so many chunks: however large a file is, no more of it is in memory at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from expressplatform.errors import EvidenceMissing
from expressplatform.ports import Filed, aware
from expressplatform_postgres import sql
from expressplatform_postgres.asking import Asked, Row, Talk, once

PIECE: Final = 8
"""So many chunks travel together."""


def put(case_id: str, name: str, chunks: Iterable[bytes], now: datetime) -> Talk[None]:
    """Keeps a file; in one transaction, `sql.ONE_AFTER_ANOTHER`."""
    yield from once(sql.HOLD_FILE, case_id=case_id, name=name, stored_at=aware(now))
    yield from once(sql.DROP_CHUNKS, case_id=case_id, names=[name])
    place = size = 0
    for piece in _pieces(chunks):
        places = list(range(place, place + len(piece)))
        yield from once(sql.ADD_CHUNKS, case_id=case_id, name=name, places=places, chunks=piece)
        place, size = place + len(piece), size + sum(map(len, piece))
    yield from once(sql.END_FILE, case_id=case_id, name=name, size=size)


def _pieces(chunks: Iterable[bytes]) -> Iterator[list[bytes]]:
    piece: list[bytes] = []
    for chunk in chunks:
        piece.append(chunk)
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def piece_from(case_id: str, name: str, place: int) -> Asked:
    """Asks for the piece that begins at a place; all pieces in one transaction, `sql.ONE_MOMENT`."""
    return Asked(sql.READ_CHUNKS, ({"case_id": case_id, "name": name, "place": place, "until": place + PIECE},))


def chunks_of(case_id: str, rows: Sequence[Row]) -> list[bytes]:
    """The chunks of a piece, none at the end of the file; raises EvidenceMissing where there is no file."""
    if not rows:
        raise EvidenceMissing(case_id)
    return [chunk for (chunk,) in rows if chunk is not None]


def listed(case_id: str, after: str, limit: int) -> Talk[list[Filed]]:
    """Files of a case, or of all where ``case_id`` is empty, by case and name."""
    after_case, _, after_name = after.partition("/")
    query = sql.LIST_FILES_OF_CASE if case_id else sql.LIST_FILES
    rows = yield from once(query, case_id=case_id, after_case=after_case, after_name=after_name, limit=limit)
    return [Filed(*row) for row in rows]


def delete(case_id: str, names: Sequence[str]) -> Talk[None]:
    """Deletes files of a case; in one transaction, `sql.ONE_AFTER_ANOTHER`."""
    in_order = sorted(set(names))  # so that no two lock each other out
    if not in_order:
        return
    results = yield Asked(sql.DROP_FILE, [{"case_id": case_id, "name": name} for name in in_order])
    if gone := [name for rows in results for (name,) in rows]:
        yield from once(sql.DROP_CHUNKS, case_id=case_id, names=gone)
