"""Stores of evidence with one fault each."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import pickle
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import ClassVar

import attrs

from expressplatform.errors import EvidenceMissing, InvalidInput, StoreUnusable
from expressplatform.ports import Filed, aware, check_place, check_texts
from expressplatform.testing.doors import Dump

Kept = dict[tuple[str, str], tuple[Filed, tuple[bytes, ...]]]


class Files:
    """A good store of evidence whose files are there for whoever opens it again, or twice."""

    breaks: ClassVar[tuple[str, ...]] = ()

    def __init__(self, rows: Files | None = None) -> None:
        self.files: Kept = rows.files if rows else {}
        self.closed = False

    def _open(self, *texts: str) -> None:
        if self.closed:
            raise StoreUnusable("closed")
        check_texts(texts)

    def _kept(self, chunks: Iterable[bytes]) -> tuple[bytes, ...]:
        return tuple(chunks)

    def _at(self, now: datetime) -> datetime:
        return aware(now).astimezone(UTC)

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        check_place(case_id, name)
        at = self._at(now)
        kept = self._kept(chunks)
        self._open()
        self.files[case_id, name] = Filed(case_id, name, sum(map(len, kept)), at), kept

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        check_place(case_id, name)
        self._open()
        if (case_id, name) not in self.files:
            raise EvidenceMissing(case_id)
        return iter(self.files[case_id, name][1])

    def _after(self, filed: Filed, after: str) -> bool:
        case, _, name = after.partition("/")
        return (filed.case_id, filed.name) > (case, name)

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        if case_id:
            check_place(case_id)
        self._open(after)
        found = [self.files[place][0] for place in sorted(self.files)]
        return [one for one in found if self._after(one, after) and case_id in ("", one.case_id)][:limit]

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        check_place(case_id, *names)
        self._open()
        for name in names:
            self.files.pop((case_id, name), None)

    def close(self) -> None:
        self.closed = True

    def reopen(self) -> Files:
        self.close()
        return type(self)(self)

    def second_connection(self) -> Files:
        return type(self)(self)

    def dump_bytes(self) -> Dump:
        return [*(chunk for _, kept in self.files.values() for chunk in kept), b"end"]


class PlacesAreText(Files):
    """Chunks are ordered by their number as text, so that the tenth comes before the second."""

    breaks = ("E1",)

    def _kept(self, chunks: Iterable[bytes]) -> tuple[bytes, ...]:
        kept = tuple(chunks)
        return tuple(kept[int(at)] for at in sorted(map(str, range(len(kept)))))


class ThreeDigits(Files):
    """Places have three digits, so that what comes after a thousand chunks goes astray."""

    breaks = ("E1",)

    def _kept(self, chunks: Iterable[bytes]) -> tuple[bytes, ...]:
        kept = tuple(chunks)
        return tuple(kept[int(at)] for at in sorted(f"{at:03}" for at in range(len(kept))))


class FourMegabytes(Files):
    """What comes after four megabytes is lost."""

    breaks = ("E1",)

    def _kept(self, chunks: Iterable[bytes]) -> tuple[bytes, ...]:
        kept, left = [], 4 * 1024 * 1024
        for chunk in chunks:
            kept.append(chunk[: max(0, left)])
            left -= len(chunk)
        return tuple(kept)


class LineEnds(Files):
    """Line ends are made those of this machine."""

    breaks = ("E1",)

    def _kept(self, chunks: Iterable[bytes]) -> tuple[bytes, ...]:
        return tuple(chunk.replace(b"\r\n", b"\n") for chunk in chunks)


class StoredInLocalTime(Files):
    """An instant without a zone is taken for one of this machine's."""

    breaks = ("E20",)

    def _at(self, now: datetime) -> datetime:
        return now.astimezone(UTC)


class CursorToItsNought(Files):
    """A cursor ends where a nought is in it."""

    breaks = ("E21",)

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        return super().list(case_id, after.partition("\0")[0], limit)


class ListsOfAnyCase(Files):
    """Who asks for the files of what is no case is told that there are none."""

    breaks = ("E11",)

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        with contextlib.suppress(InvalidInput):
            return super().list(case_id, after, limit)
        return []


class EmptyIsMissing(Files):
    """A file without a chunk is said to be missing."""

    breaks = ("E1", "E2")

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        kept = list(super().get(case_id, name))
        if not kept:
            raise EvidenceMissing(case_id)
        return iter(kept)


class MissingIsEmpty(Files):
    """A file that is not there is read as an empty one."""

    breaks = ("E2",)

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        with contextlib.suppress(EvidenceMissing):
            return super().get(case_id, name)
        return iter(())


class ZoneDropped(Files):
    """An instant is taken for UTC, whatever its zone."""

    breaks = ("E3",)

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        super().put(case_id, name, chunks, now.replace(tzinfo=UTC))


class OneText(Files):
    """A cursor is compared as one text, in which a slash comes after a hyphen."""

    breaks = ("E4", "E5")

    def _after(self, filed: Filed, after: str) -> bool:
        return f"{filed.case_id}/{filed.name}" > after


class HundredFiles(Files):
    """No list has more than a hundred files."""

    breaks = ("E4",)

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        return super().list(case_id, after, min(limit, 100))


class CursorGone(Files):
    """Where the file that a cursor names is gone, a list begins anew."""

    breaks = ("E5",)

    def _after(self, filed: Filed, after: str) -> bool:
        case, _, name = after.partition("/")
        return super()._after(filed, after) if not name or (case, name) in self.files else True


class FirstStays(Files):
    """The same name again is no error and changes nothing."""

    breaks = ("E6",)

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        if (case_id, name) in self.files:
            self._open()
            list(chunks)
            return
        super().put(case_id, name, chunks, now)


class SeenInTheMaking(Files):
    """A file is read and listed while its chunks still come."""

    breaks = ("E7",)

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        check_place(case_id, name)
        before = self.files.get((case_id, name))
        kept: builtins.list[bytes] = []
        try:
            for chunk in chunks:
                kept.append(chunk)
                super().put(case_id, name, kept, now)
        except BaseException:
            self.files.pop((case_id, name), None)
            if before is not None:
                self.files[case_id, name] = before
            raise
        super().put(case_id, name, kept, now)


class FailureRenamed(Files):
    """A broken line of whoever hands the chunks over is called a fault of the store."""

    breaks = ("E7",)

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        try:
            super().put(case_id, name, chunks, now)
        except OSError:
            raise StoreUnusable("failed") from None


class ReadAsItStands(Files):
    """A reader goes on in whatever file stands there now."""

    breaks = ("E8",)

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        super().get(case_id, name)
        return self._onward(case_id, name)

    def _onward(self, case_id: str, name: str) -> Iterator[bytes]:
        at = 0
        while (case_id, name) in self.files and at < len(self.files[case_id, name][1]):
            yield self.files[case_id, name][1][at]
            at += 1


class DeletesWhatBeginsSo(Files):
    """Whatever begins with a name is deleted with it."""

    breaks = ("E9", "E10")

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        begin = tuple(names)
        super().delete(case_id, [name for case, name in self.files if case == case_id and name.startswith(begin)])


class StopsAtTheUnknown(Files):
    """Deleting ends at the first name that is not there."""

    breaks = ("E9",)

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        known = [(case_id, name) in self.files for name in names]
        super().delete(case_id, names[: known.index(False) if False in known else None])


class LongNamesCut(Files):
    """A name has sixty-four characters."""

    breaks = ("E10",)

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        super().put(case_id, name[:64], chunks, now)

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        return super().get(case_id, name[:64])


class AnyPlace(Files):
    """No name is refused where a file is read."""

    breaks = ("E11",)

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        self._open()
        if (case_id, name) not in self.files:
            raise EvidenceMissing(case_id)
        return iter(self.files[case_id, name][1])


class OneDraft(Files):
    """Whoever writes at once writes into one draft."""

    breaks = ("E12", "E7")

    def __init__(self, rows: Files | None = None) -> None:
        super().__init__(rows)
        self.draft: list[bytes] = []

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        self.draft = []
        for chunk in chunks:
            self.draft.append(chunk)
        super().put(case_id, name, self.draft, now)


class TurnsReadersAway(Files):
    """While somebody writes, whoever reads is told that the store is locked."""

    breaks = ("E13", "E7")
    writing = 0

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        self.writing += 1
        try:
            super().put(case_id, name, chunks, now)
        finally:
            self.writing -= 1

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        if self.writing:
            raise StoreUnusable("locked")
        return super().get(case_id, name)


class TenReaders(Files):
    """Whoever stops half way holds one of ten places for ever."""

    breaks = ("E13",)

    def __init__(self, rows: Files | None = None) -> None:
        super().__init__(rows)
        self.reading = 0

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        return self._read(super().get(case_id, name))

    def _read(self, kept: Iterator[bytes]) -> Iterator[bytes]:
        if self.reading == 10:
            raise StoreUnusable("failed")
        self.reading += 1
        yield from kept
        self.reading -= 1


class ClosedReads(Files):
    """A closed store is still listed."""

    breaks = ("E14",)

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        self.closed, closed = False, self.closed
        try:
            return super().list(case_id, after, limit)
        finally:
            self.closed = closed


class DeletedInMemory(Files):
    """What was deleted is back when the store is opened again."""

    breaks = ("E15",)

    def __init__(self, rows: Files | None = None) -> None:
        super().__init__(rows)
        self.gone: Kept = {}

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        for name in names:
            if (case_id, name) in self.files:
                self.gone[case_id, name] = self.files[case_id, name]
        super().delete(case_id, names)

    def reopen(self) -> Files:
        self.files.update(self.gone)
        return super().reopen()


class OwnCopy(Files):
    """A second connection sees what was there when it was opened."""

    breaks = ("E16",)

    def second_connection(self) -> Files:
        other = type(self)(self)
        other.files = dict(self.files)
        return other


class KeptAside(Files):
    """A file that was replaced is kept aside."""

    breaks = ("E17",)

    def __init__(self, rows: Files | None = None) -> None:
        super().__init__(rows)
        self.aside: list[bytes] = []

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        if (case_id, name) in self.files:
            self.aside.append(pickle.dumps(self.files[case_id, name][1]))
        super().put(case_id, name, chunks, now)

    def dump_bytes(self) -> Dump:
        return [*self.aside, *(chunk for _, kept in self.files.values() for chunk in kept)]


class SizeOfTheFirst(Files):
    """A file that is replaced keeps the size of the first."""

    breaks = ("E6", "E18")

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        before = self.files.get((case_id, name))
        super().put(case_id, name, chunks, now)
        if before is not None:
            filed, kept = self.files[case_id, name]
            self.files[case_id, name] = attrs.evolve(filed, size=before[0].size), kept


class AwaitedFiles:
    """A good store of evidence that is awaited."""

    breaks: ClassVar[tuple[str, ...]] = ()

    def __init__(self, inner: Files | None = None) -> None:
        self.inner = inner or Files()

    async def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        await asyncio.sleep(0)
        self.inner.put(case_id, name, chunks, now)

    async def get(self, case_id: str, name: str, /) -> AsyncIterator[bytes]:
        for chunk in self.inner.get(case_id, name):
            yield chunk
            await asyncio.sleep(0)

    async def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        return self.inner.list(case_id, after, limit)

    async def delete(self, case_id: str, names: Sequence[str], /) -> None:
        self.inner.delete(case_id, names)

    async def close(self) -> None:
        self.inner.close()

    async def reopen(self) -> AwaitedFiles:
        return type(self)(self.inner.reopen())

    async def second_connection(self) -> AwaitedFiles:
        return type(self)(self.inner.second_connection())


class HalfWhereCancelled(AwaitedFiles):
    """A call that is cancelled keeps what had come."""

    breaks = ("E19",)

    async def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        kept: list[bytes] = []
        try:
            for chunk in chunks:
                kept.append(chunk)
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.inner.put(case_id, name, kept, now)
            raise
        self.inner.put(case_id, name, kept, now)


GOOD = (Files, AwaitedFiles)
FAULTY: tuple[type[Files | AwaitedFiles], ...] = tuple(
    one
    for one in list(vars().values())
    if isinstance(one, type) and issubclass(one, Files | AwaitedFiles) and one.breaks
)
