"""What a store of evidence must do with large files, many files, names that look alike and those who read and write at
once.

Laws of this file: those of `contracts`. Cases are each check's own.
"""

from __future__ import annotations

import contextlib
import os
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier
from typing import Final

from expressplatform.errors import EvidenceMissing
from expressplatform.ports import EvidenceStore
from expressplatform.testing.doors import raised
from expressplatform.testing.evidence.walk import ALIKE, BrokenError, FileDoors, MyFiles, Walk, raising
from expressplatform.testing.guarantees import NotRun, proves
from expressplatform.testing.jostling import jostled
from expressplatform.testing.stores.rows import EVERY_BYTE, MANY, NOON

_FILES: Final = 130
_CHUNKS: Final = 2_100
_PIECE: Final = 64 * 1024
_PATIENCE: Final = 0.5
_TURNS: Final = 3
_ROUNDS: Final = 12
_LONG_AGO: Final = datetime(2031, 2, 3, 23, 30, 1, 1, tzinfo=UTC)


class CutOff(BaseException):
    """What the chunks of a check raise where it is no ordinary error: as where a program is told to end."""


class FilesInNumber(FileDoors):
    """Large and many files, names that look alike, and those who read and write at once."""

    @proves("E1", "E6", "E9")
    def test_a_file_of_many_chunks_comes_back_chunk_by_chunk(self) -> None:
        """Thousands of chunks, in their order; some differ from others in a single byte, and no sign is changed. A
        short file that takes the place of a long one, or of one that was deleted, has none of its chunks."""
        case = MyFiles().case(1)
        like = os.urandom(5000)
        chunks = [
            *(b"%d" % number for number in range(_CHUNKS)),
            *(like[:at] + bytes([like[at] ^ 1]) + like[at + 1 :] for at in (0, 63, 64, 2500, 4999)),
            *(
                b"\r\n",
                b"\n",
                b"\r",
                b"\0",
                b" ",
                b"\xff\xfe",
                b"",
                b"",
                EVERY_BYTE,
                b"\x1a",
                b"\xef\xbb\xbfa",
                b"a\0",
                b"a\0\0",
                b"a ",
            ),
        ]
        with self.opened() as store:
            store.put(case, "many", iter(chunks), NOON)
            store.put(case, "empty", [b""], NOON)
            assert _same(store.get(case, "many"), chunks)
            assert list(store.get(case, "empty")) == [b""]
            assert [one.size for one in store.list(case, "", MANY)] == [0, sum(map(len, chunks))]
            store.put(case, "many", [b"few"], NOON)
            assert _same(store.get(case, "many"), [b"few"]), "chunks of the file that was replaced are left"
            store.put(case, "many", iter(chunks), NOON)
            store.delete(case, ["many"])
            store.put(case, "many", [b"few"], NOON)
            assert _same(store.get(case, "many"), [b"few"]), "chunks of the file that was deleted are left"

    @proves("E1", "E3")
    def test_a_large_file_comes_back_chunk_by_chunk(self) -> None:
        """Some megabytes, in chunks of usual size and in large ones, whose last is as long as the others."""
        case = MyFiles().case(1)
        whole = os.urandom(_PIECE)
        usual = [number.to_bytes(4, "big") + whole[4:] for number in range(80)]
        large = [bytes([number]) + os.urandom(1_300_000) for number in range(2)]
        with self.opened() as store:
            for name, chunks in (("usual", usual), ("large", large)):
                store.put(case, name, chunks, NOON)
                assert _same(store.get(case, name), chunks), f"of {name} chunks"
            assert [one.size for one in store.list(case, "", MANY)] == [2_600_002, 80 * _PIECE]

    @proves("E1")
    def test_what_is_handed_over_and_handed_out_is_nobody_elses(self) -> None:
        """A list that its owner changes afterwards changes no file; two who read one file do not share a place."""
        case = MyFiles().case(1)
        chunks = [b"one", b"two", b"three"]
        with self.opened() as store:
            store.put(case, "a", chunks, NOON)
            chunks[0] = b"changed"
            chunks.append(b"more")
            one, other = store.get(case, "a"), store.get(case, "a")
            read = [next(one), next(other), next(one), next(other), *one, *other]
            assert read == [b"one", b"one", b"two", b"two", b"three", b"three"]
            assert {type(chunk) for chunk in read} == {bytes}

    @proves("E3")
    def test_an_instant_is_the_one_that_was_given(self) -> None:
        """In whatever zone it was written; another one where the file is replaced."""
        case = MyFiles().case(1)
        zones = (UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=3, minutes=30)))
        with self.opened() as store:
            for number, zone in enumerate(zones):
                at = _LONG_AGO + timedelta(days=number)
                store.put(case, "a", [b"x"], at.astimezone(zone))
                (filed,) = store.list(case, "", MANY)
                assert (filed.stored_at, filed.stored_at.utcoffset()) == (at, timedelta(0))

    @proves("E4", "E9")
    def test_many_files_are_listed_and_deleted_in_one_call(self) -> None:
        """All of them, whatever number; a page is as long as its limit, as far as there are files."""
        mine = MyFiles()
        names = [f"{number:064x}" for number in range(_FILES)]
        with self.opened() as store:
            for name in reversed(names):
                store.put(mine.case(1), name, [b"x"], NOON)
            store.put(mine.case(2), names[0], [b"x"], NOON)
            assert [one.name for one in store.list(mine.case(1), "", MANY)] == names
            assert [one.name for one in store.list(mine.case(1), "", _FILES - 1)] == names[:-1]
            assert list(store.list(mine.case(1), "", 0)) == []
            assert [one.name for one in store.list(mine.case(2), f"{mine.case(1)}/{names[-1]}", MANY)] == names[:1]
            assert list(store.list(mine.case(1), f"{mine.case(2)}/{names[0]}", MANY)) == []
            assert mine.listed(store, 101) == [*((mine.case(1), name) for name in names), (mine.case(2), names[0])]
            store.delete(mine.case(1), ["not-there", *names[1:-1], "nor-this", names[-1]])
            assert mine.listed(store) == [(mine.case(1), names[0]), (mine.case(2), names[0])]

    @proves("E4", "E9", "E10")
    def test_names_that_look_alike_are_others(self) -> None:
        """Where one begins as another, or a hyphen stands elsewhere: each case and name has a file of its own."""
        mine = MyFiles()
        places = [(f"{mine.mark}-{case}", f"{mine.mark}-{name}") for case in (*ALIKE[::2], ALIKE[11]) for name in ALIKE]
        places += [(mine.mark, ALIKE[0]), (mine.mark, f"{ALIKE[0]}-{ALIKE[0]}"), (f"{mine.mark}-{ALIKE[0]}", ALIKE[0])]
        with self.opened() as store:
            for case, name in places:
                store.put(case, name, [f"{case}/{name}".encode()], NOON)
            left = sorted(places)
            for gone in places[::7]:
                store.delete(gone[0], [gone[1]])
                left.remove(gone)
                assert mine.listed(store) == left, "since a file was deleted, others are not listed as they should be"
                raised(EvidenceMissing, lambda gone=gone: list(store.get(*gone)))  # type: ignore[misc]
            for case, name in left:
                assert list(store.get(case, name)) == [f"{case}/{name}".encode()]
            assert mine.listed(store, 2) == left
            for case in {case for case, _ in places}:
                listed = [(one.case_id, one.name) for one in store.list(case, "", MANY)]
                assert listed == [place for place in left if place[0] == case]

    @proves("E5")
    def test_a_cursor_outlives_the_file_that_it_names(self) -> None:
        """What is deleted, kept or replaced while somebody reads a list makes nothing be skipped or told twice."""
        mine = MyFiles()
        names = [f"n{number:03}" for number in range(12)]
        for case in ("", mine.case(1)):
            with self.opened() as store:
                for name in names:
                    store.put(mine.case(1), name, [b"x"], NOON)
                seen: list[str] = []
                after = f"{mine.mark}/"
                for _ in range(8):
                    page = [one for one in store.list(case, after, 3) if one.case_id == mine.case(1)]
                    seen += [one.name for one in page]
                    if not page:
                        break
                    after = f"{page[-1].case_id}/{page[-1].name}"
                    store.delete(mine.case(1), [page[-1].name, page[0].name])
                    store.put(mine.case(1), f"a{len(seen)}", [b"x"], NOON)
                    store.put(mine.case(1), page[1].name, [b"y"], NOON + timedelta(hours=1))
                assert seen == names
                store.delete(mine.case(1), [one.name for one in store.list(mine.case(1), "", MANY)])

    @proves("E7")
    def test_whatever_the_chunks_raise_comes_out(self) -> None:
        """As it is, whatever it is, also where it is no Exception; nothing of them is kept."""
        case = MyFiles().case(1)
        with self.opened() as store:
            store.put(case, "a", [b"first"], NOON)
            for error in (
                ValueError("ours"),
                KeyError("ours"),
                OSError(5, "ours"),
                CutOff("ours"),
                BrokenError("ours"),
            ):
                for name in ("a", "b"):
                    with contextlib.suppress(type(error)):
                        store.put(case, name, raising(error), NOON)
                        raise AssertionError(f"{type(error).__name__} did not come out")
                assert [one.name for one in store.list(case, "", MANY)] == ["a"]
                assert list(store.get(case, "a")) == [b"first"]
                raised(EvidenceMissing, lambda: list(store.get(case, "b")))

    @proves("E7", "E13")
    def test_nothing_is_seen_of_a_file_that_is_not_whole(self) -> None:
        """Whoever looks while chunks are still to come finds what stood before, or waits; nobody is turned away."""
        mine = MyFiles()
        with self.opened() as store:
            store.put(mine.case(1), "old", [b"old", b"old"], NOON)
            for name, before in (("old", ([b"old", b"old"], [6])), ("new", (None, []))):
                seen: list[tuple[object, object]] = []
                look = threading.Thread(target=_look_into, args=(seen, store, mine.case(1), name))
                store.put(mine.case(1), name, _looked_at(look), NOON)
                look.join(30)
                ((read, listed),) = seen
                assert read in (before[0], [b"new"] * 4), f"half a file was read, or none could be: {read}"
                assert listed in (before[1], [12]), f"half a file was listed, or none could be: {listed}"
                assert _look(store, mine.case(1), name) == ([b"new"] * 4, [12])

    @proves("E13")
    def test_who_stops_half_way_holds_up_nobody(self) -> None:
        """Fifty who read the beginning of a file and no more: it is still read, replaced and deleted by others."""
        case = MyFiles().case(1)
        with self.opened() as store:
            for number in range(50):
                store.put(case, "a", [b"1", b"2", b"%d" % number], NOON)
                assert next(store.get(case, "a")) == b"1"
            assert list(store.get(case, "a")) == [b"1", b"2", b"49"]
            store.delete(case, ["a"])
            raised(EvidenceMissing, lambda: list(store.get(case, "a")))

    @proves("E12")
    def test_threads_in_the_same_breath_leave_whole_files(self) -> None:
        """However two threads interleave that write one file, and others of its case, each file is one writer's."""
        case = MyFiles().case(1)
        together = Barrier(2)
        with self.opened() as store:

            def write(who: int) -> None:
                for number in range(_ROUNDS):
                    together.wait(60)
                    for name in ("both", f"own-{who}"):
                        store.put(case, f"{name}-{number}", [bytes([who])] * (3 + who), NOON)

            jostled(lambda: write(1), lambda: write(2), together=together)
            for number in range(_ROUNDS):
                assert list(store.get(case, f"both-{number}")) in ([b"\1"] * 4, [b"\2"] * 5)
                for who in (1, 2):
                    assert list(store.get(case, f"own-{who}-{number}")) == [bytes([who])] * (3 + who)
            sizes = {one.name: one.size for one in store.list(case, "", MANY)}
            assert all(size == sum(map(len, store.get(case, name))) for name, size in sizes.items())

    @proves("E15")
    def test_whatever_was_said_last_is_kept(self) -> None:
        """A file, another in its place and a deletion each outlive the store that was closed right after it."""
        case = MyFiles().case(1)
        with ExitStack() as stack:
            store = stack.enter_context(self.reopened(stack.enter_context(self.opened())))
            store.put(case, "a", [b"one"], NOON)
            store = stack.enter_context(self.reopened(store))
            assert list(store.get(case, "a")) == [b"one"]
            store.put(case, "a", [b"two"], NOON)
            store = stack.enter_context(self.reopened(store))
            assert list(store.get(case, "a")) == [b"two"]
            store.delete(case, ["a"])
            store = stack.enter_context(self.reopened(store))
            raised(EvidenceMissing, lambda: list(store.get(case, "a")))
            assert list(store.list(case, "", MANY)) == []

    @proves("E18")
    def test_whatever_is_asked_in_whatever_order_is_answered_as_the_reference_store_answers(self) -> None:
        """Calls at random, over two connections and after reopening where there are such."""
        for _ in range(_TURNS):
            seed = random.SystemRandom().randrange(10**9)
            walk = Walk(random.Random(seed))
            with self.opened() as store, ExitStack() as stack:
                try:
                    walk.take(self._doors(store, stack))
                except Exception as error:
                    raise AssertionError(f"{type(error).__name__}: {error} after {'; '.join(walk.asked)}") from error

    def _doors(self, store: EvidenceStore, stack: ExitStack) -> Callable[[bool], list[EvidenceStore]]:
        """The open stores; the last of them reopened first, if that is said and can be done."""
        doors = [store]
        with contextlib.suppress(NotRun):
            doors.append(stack.enter_context(self.beside(store)))

        def ways(reopen: bool) -> list[EvidenceStore]:
            if reopen:
                with contextlib.suppress(NotRun):
                    doors[-1] = stack.enter_context(self.reopened(doors[-1]))
            return doors

        return ways


def _same(read: Iterator[bytes], chunks: Sequence[bytes]) -> bool:
    """Whether chunks are bytes, and the same ones; without showing megabytes where they are not."""
    found = list(read)
    return {type(one) for one in found} == {bytes} and found == list(chunks)


def _looked_at(look: threading.Thread) -> Iterator[bytes]:
    """Four chunks; after the second somebody looks, for whom they wait a while."""
    yield b"new"
    yield b"new"
    look.start()
    look.join(_PATIENCE)
    yield b"new"
    yield b"new"


def _look_into(seen: list[tuple[object, object]], store: EvidenceStore, case: str, name: str) -> None:
    seen.append(_look(store, case, name))


def _look(store: EvidenceStore, case: str, name: str) -> tuple[object, object]:
    """What a file holds (None: it is not there) and its size in the list; an error, should there be one."""
    read: object = None
    listed: object
    try:
        with contextlib.suppress(EvidenceMissing):
            read = list(store.get(case, name))
    except Exception as error:  # noqa: BLE001 - it is shown
        read = error
    try:
        listed = [one.size for one in store.list(case, "", MANY) if one.name == name]
    except Exception as error:  # noqa: BLE001 - it is shown
        listed = error
    return read, listed
