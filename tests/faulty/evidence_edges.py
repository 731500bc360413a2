"""Stores of evidence with one fault each, at their edges."""

from __future__ import annotations

import asyncio
import builtins
import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from expressplatform.errors import EvidenceMissing, StoreUnusable
from expressplatform.ports import Filed
from expressplatform.testing.doors import Dump
from tests.faulty.evidence import AwaitedFiles, Files

_64K = 64 * 1024


class NoEmptyEnd(Files):
    """Empty chunks at the end of a file are dropped."""

    breaks = ("E1",)

    def _kept(self, chunks: Iterable[bytes]) -> tuple[bytes, ...]:
        kept = [*chunks]
        while len(kept) > 1 and not kept[-1]:
            kept.pop()
        return tuple(kept)


class TwoHalves(Files):
    """A chunk of twice sixty-four kilobytes comes back as two."""

    breaks = ("E1",)

    def _kept(self, chunks: Iterable[bytes]) -> tuple[bytes, ...]:
        halves = ((one[:_64K], one[_64K:]) if len(one) == 2 * _64K else (one,) for one in chunks)
        return tuple(part for parts in halves for part in parts)


class OneByteTooMany(Files):
    """A chunk that goes one byte beyond a border loses it."""

    breaks = ("E1",)

    def _kept(self, chunks: Iterable[bytes]) -> tuple[bytes, ...]:
        return tuple(one[:-1] if len(one) > _64K and len(one) % _64K == 1 else one for one in chunks)


class ViewsOfLargeChunks(Files):
    """A large chunk is a view of the store's own memory."""

    breaks = ("E1",)

    def get(self, case_id: str, name: str, /) -> Iterator[Any]:
        kept = super().get(case_id, name)
        return (one if len(one) < 60_000 else memoryview(one) for one in kept)


class NoMarksOfOrder(Files):
    """A mark of the order of bytes at the beginning of a chunk is dropped."""

    breaks = ("E1",)

    def _kept(self, chunks: Iterable[bytes]) -> tuple[bytes, ...]:
        return tuple(one.removeprefix(b"\xef\xbb\xbf") for one in chunks)


class AlikeIsTheSame(Files):
    """Large chunks that begin and end alike are one."""

    breaks = ("E1",)

    def __init__(self, rows: AlikeIsTheSame | None = None) -> None:
        super().__init__(rows)
        self.pool: dict[tuple[bytes, bytes, int], bytes] = rows.pool if rows else {}

    def _kept(self, chunks: Iterable[bytes]) -> tuple[bytes, ...]:
        pool = self.pool
        return tuple(
            one if len(one) < 9000 else pool.setdefault((one[:1024], one[-1024:], len(one)), one) for one in chunks
        )


class InstantsAreFloats(Files):
    """An instant is kept as a number that is not exact for those far away."""

    breaks = ("E3",)

    def _at(self, now: datetime) -> datetime:
        return datetime.fromtimestamp(super()._at(now).timestamp(), UTC)


class LaterPagesAreShort(Files):
    """Each page but the first has fifty files at most."""

    breaks = ("E4",)

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        begun = bool(after.partition("/")[2])
        return super().list(case_id, after, min(limit, 50) if begun else limit)


class TheListIsOld(Files):
    """The list of all cases tells of a file what it was at first."""

    breaks = ("E6", "E18")

    def __init__(self, rows: TheListIsOld | None = None) -> None:
        super().__init__(rows)
        self.first: dict[tuple[str, str], Filed] = rows.first if rows else {}

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        super().put(case_id, name, chunks, now)
        self.first.setdefault((case_id, name), self.files[case_id, name][0])

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        super().delete(case_id, names)
        for name in names:
            self.first.pop((case_id, name), None)

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        found = super().list(case_id, after, limit)
        return found if case_id else [self.first.get((one.case_id, one.name), one) for one in found]


class IndexIsHidden(Files):
    """A file called index is taken for the store's own, and not listed."""

    breaks = ("E4",)

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        return [one for one in super().list(case_id, after, limit + 1) if one.name != "index"][:limit]


class TheDraftGoesToo(Files):
    """Where a file is replaced or deleted, what is called as its draft would be goes with it."""

    breaks = ("E9", "E10")

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        super().put(case_id, name, chunks, now)
        self.files.pop((case_id, f"{name}-tmp"), None)


class NumbersAreOne(Files):
    """Names that are one number are one file."""

    breaks = ("E10",)

    def _number(self, name: str) -> str:
        try:
            return str(float(name)).replace(".", "-")
        except ValueError:
            return name

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        super().put(case_id, self._number(name), chunks, now)

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        return super().get(case_id, self._number(name))


class OneThreadReads(Files):
    """A file is read on by the thread that has begun, and by no other."""

    breaks = ("E12", "E8")

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        return self._read(super().get(case_id, name), threading.get_ident())

    def _read(self, kept: Iterator[bytes], thread: int) -> Iterator[bytes]:
        for one in kept:
            if threading.get_ident() != thread:
                raise StoreUnusable("failed")
            yield one


class SameContentGoesTogether(Files):
    """Files of the same content are one, which goes with the first of them that is deleted."""

    breaks = ("E9", "E18")

    def __init__(self, rows: SameContentGoesTogether | None = None) -> None:
        super().__init__(rows)
        self.gone: set[bytes] = rows.gone if rows else set()

    def _digest(self, place: tuple[str, str]) -> bytes:
        return sha256(b"|".join(self.files[place][1])).digest()

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        super().put(case_id, name, chunks, now)
        self.gone.discard(self._digest((case_id, name)))

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        kept = super().get(case_id, name)
        if self._digest((case_id, name)) in self.gone:
            raise EvidenceMissing(case_id)
        return kept

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        self.gone.update(self._digest((case_id, name)) for name in names if (case_id, name) in self.files)
        super().delete(case_id, names)


class _TakesAThousand(Files):
    """Of what is taken away, what is beyond a thousand chunks stays, and stands behind what comes after it."""

    def __init__(self, rows: Files | None = None) -> None:
        super().__init__(rows)
        self.left: dict[tuple[str, str], tuple[bytes, ...]] = {}

    def _taken(self, case_id: str, name: str) -> None:
        _, chunks = self.files.get((case_id, name), (None, ()))
        self.left[case_id, name] = chunks[1000:]

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        return iter([*super().get(case_id, name), *self.left.get((case_id, name), ())])


class ReplacesAThousand(_TakesAThousand):
    """A file that is replaced leaves what it had beyond a thousand chunks."""

    breaks = ("E6",)

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        self._taken(case_id, name)
        super().put(case_id, name, chunks, now)


class DeletesAThousand(_TakesAThousand):
    """A file that is deleted leaves what it had beyond a thousand chunks."""

    breaks = ("E9",)

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        for name in names:
            self._taken(case_id, name)
        super().delete(case_id, names)


class CursorOfAnotherCase(Files):
    """Where files of a case are asked for, of a cursor the name alone counts."""

    breaks = ("E4",)

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        _, stroke, name = after.partition("/")
        return super().list(case_id, f"{case_id}/{name}" if case_id and stroke else after, limit)


class LeavesBytes(Files):
    """A good store with a place for what is left of files, which the faulty ones fill."""

    def __init__(self, rows: LeavesBytes | None = None) -> None:
        super().__init__(rows)
        self.left: builtins.list[bytes] = rows.left if rows else []

    def dump_bytes(self) -> Dump:
        return [*self.left, *(chunk for _, kept in self.files.values() for chunk in kept)]


class FirstChunkAlone(LeavesBytes):
    """Of a file that is deleted the first chunk is wiped."""

    breaks = ("E17",)

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        self.left += [one for name in names for one in self.files.get((case_id, name), (None, ()))[1][1:]]
        super().delete(case_id, names)


class FirstNameAlone(LeavesBytes):
    """Of files that are deleted in one call the first is wiped."""

    breaks = ("E17",)

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        self.left += [one for name in names[1:] for one in self.files.get((case_id, name), (None, ()))[1]]
        super().delete(case_id, names)


class BrokenOffStays(LeavesBytes):
    """What came of a file before its chunks broke off stays."""

    breaks = ("E17", "E7")

    def _kept(self, chunks: Iterable[bytes]) -> tuple[bytes, ...]:
        kept: builtins.list[bytes] = []
        try:
            kept.extend(chunks)
        except BaseException:
            self.left += kept
            raise
        return tuple(kept)


class ReplacedUntilTheNextDeletion(LeavesBytes):
    """What was replaced is still there until something is deleted."""

    breaks = ("E17",)

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        self.left += self.files.get((case_id, name), (None, ()))[1]
        super().put(case_id, name, chunks, now)

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        super().delete(case_id, names)
        self.left.clear()


class DeletedUntilTheNextFile(LeavesBytes):
    """What was deleted is still there until another file is kept."""

    breaks = ("E17",)

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        super().put(case_id, name, chunks, now)
        self.left.clear()

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        self.left[:] = [one for name in names for one in self.files.get((case_id, name), (None, ()))[1]]
        super().delete(case_id, names)


class FirstNameIsLookedAt(Files):
    """Of names that are deleted in one call the first is looked at, whether it is one."""

    breaks = ("E11",)

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        super().delete(case_id, names[:1])
        for name in names[1:]:
            self.files.pop((case_id, name), None)


class AThousandAtMost(Files):
    """A page has no more than a thousand files, whatever its limit."""

    breaks = ("E4",)

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        return super().list(case_id, after, min(limit, 1000))


class HalfIsDeleted(AwaitedFiles):
    """Files are deleted one by one, and whoever is cancelled leaves the rest."""

    breaks = ("E19",)

    async def delete(self, case_id: str, names: Sequence[str], /) -> None:
        self.inner.delete(case_id, [])
        for name in names:
            self.inner.delete(case_id, [name])
            await asyncio.sleep(0)


class OpenedByHalf(AwaitedFiles):
    """Whoever asks first opens it under a lock, which they keep where they are cancelled."""

    breaks = ("E19",)
    opened = taken = False

    async def _opened(self) -> None:
        while self.taken:
            await asyncio.sleep(0.01)
        if not self.opened:
            self.taken = True
            await asyncio.sleep(0)
            self.opened, self.taken = True, False

    async def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        await self._opened()
        return await super().list(case_id, after, limit)

    async def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        await self._opened()
        await super().put(case_id, name, chunks, now)


GOOD = (LeavesBytes,)
FAULTY: tuple[type[Files | AwaitedFiles], ...] = tuple(
    one
    for one in list(vars().values())
    if isinstance(one, type) and issubclass(one, Files | AwaitedFiles) and one.__module__ == __name__ and one.breaks
)
