"""What a store of evidence must do at its edges: where chunks are cut, what lies beside a file, what is left of one.

Laws of this file: those of `contracts`. Cases are each check's own.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from expressplatform.errors import InvalidInput
from expressplatform.ports import EvidenceStore, Filed
from expressplatform.testing.doors import raised
from expressplatform.testing.evidence.walk import BrokenError, FileDoors, MyFiles, raising
from expressplatform.testing.guarantees import NotRun, proves
from expressplatform.testing.stores.rows import MANY, NOON

_KIB: Final = 1024
_THOUSAND: Final = 1_010
_HANDS: Final = 8
_SECONDS: Final = 10.0
"""How many files are kept by how many threads, and how long they may take for it."""
_BORDERS: Final = (
    512,
    4 * _KIB,
    8 * _KIB,
    16 * _KIB,
    32 * _KIB,
    64 * _KIB,
    128 * _KIB,
    192 * _KIB,
    256 * _KIB,
    1024 * _KIB,
)
"""Sizes at which something is often cut; each is tried, and one byte less, and one more."""
_ENDS: Final = ((b"a", b""), (b"", b"a"), (b"", b"", b"a", b"", b""), (b"", b""), (b"a", b"", b"", b"b"), (b"\0",))
_NUMBERS: Final = ("1", "01", "001", "10", "1e2", "100", "1e02", "0x1", "0", "00", "1-0", "0e0", "inf", "nan")
_BESIDE: Final = (
    "tmp", "temp", "part", "new", "old", "lock", "draft", "index", "list", "meta", "size", "chunks", "data", "bak",
    "aside", "0", "1", "00", "000", "json", "files", "stored-at", "deleted",
)  # fmt: skip
"""Names that a store might give to what it keeps for itself."""
_INSTANTS: Final = (
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2000, 2, 29, 0, 0, 0, 1, tzinfo=UTC),
    datetime(2031, 2, 3, tzinfo=UTC),
    datetime(2999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(9998, 1, 1, 1, 1, 1, 123_457, tzinfo=UTC),
)


class FilesAtEdges(FileDoors):
    """Where chunks are cut, what lies beside a file, and what is left of it."""

    def dumped(self, store: EvidenceStore) -> bytes:
        """All bytes that the store keeps; raises NotRun."""
        raise NotImplementedError

    @proves("E1", "E3")
    def test_a_chunk_may_end_anywhere(self) -> None:
        """At a border where things are often cut, one byte before it and one after it; each alone and all together."""
        case = MyFiles().case(1)
        chunks = [os.urandom(border + more) for border in _BORDERS for more in (-1, 0, 1)]
        with self.opened() as store:
            store.put(case, "all", iter(chunks), NOON)
            assert _same(store.get(case, "all"), chunks), "of all of them"
            for chunk in chunks[::4]:
                store.put(case, "one", [chunk], NOON)
                assert _same(store.get(case, "one"), [chunk]), f"of {len(chunk)} bytes"
                assert [one.size for one in store.list(case, "", MANY)] == [sum(map(len, chunks)), len(chunk)]

    @proves("E1")
    def test_large_chunks_that_differ_in_one_byte_are_others(self) -> None:
        """Wherever that byte stands, in one file and in several, of one case and of another."""
        mine = MyFiles()
        like = bytearray(os.urandom(70_000))
        places = (0, 1, 1024, 4096, 35_000, 65_535, 65_536, 69_998, 69_999)
        chunks = [bytes(like[:at] + bytes([like[at] ^ 1]) + like[at + 1 :]) for at in places]
        with self.opened() as store:
            store.put(mine.case(1), "all", chunks, NOON)
            for number, chunk in enumerate(chunks):
                store.put(mine.case(number % 2 + 1), f"n{number}", [chunk, chunk], NOON)
            assert _same(store.get(mine.case(1), "all"), chunks)
            for number, chunk in enumerate(chunks):
                assert _same(store.get(mine.case(number % 2 + 1), f"n{number}"), [chunk, chunk]), f"file {number}"

    @proves("E1", "E2")
    def test_empty_chunks_stand_where_they_stood(self) -> None:
        """At the beginning, at the end, alone, several of them: none is dropped and none is added."""
        case = MyFiles().case(1)
        with self.opened() as store:
            for number, chunks in enumerate(_ENDS):
                store.put(case, f"n{number}", iter(chunks), NOON)
            for number, chunks in enumerate(_ENDS):
                assert tuple(store.get(case, f"n{number}")) == chunks
            assert [one.size for one in store.list(case, "", MANY)] == [sum(map(len, chunks)) for chunks in _ENDS]

    @proves("E3")
    def test_an_instant_may_be_far_away(self) -> None:
        """Before the clocks of machines began and thousands of years from now: to the microsecond."""
        case = MyFiles().case(1)
        with self.opened() as store:
            for number, at in enumerate(_INSTANTS):
                store.put(case, f"n{number}", [b"x"], at)
            assert [one.stored_at for one in store.list(case, "", MANY)] == list(_INSTANTS)

    @proves("E4", "E5")
    def test_each_page_is_full_while_there_are_files(self) -> None:
        """The first, those that follow, of one case and of all: as long as the limit, whatever that is."""
        mine = MyFiles()
        places = [(mine.case(1), f"{number:03}") for number in range(130)]
        places += [(mine.case(2), f"{number:03}") for number in range(20)]
        with self.opened() as store:
            for place in places:
                store.put(*place, [b"x"], NOON)
            for limit in (9, 64, 120):
                for case, wanted in ((mine.case(1), places[:130]), (mine.case(2), places[130:]), ("", places)):
                    after = f"{mine.mark}/"
                    for at in range(0, len(wanted), limit):
                        page = [(one.case_id, one.name) for one in store.list(case, after, limit)]
                        left = wanted[at : at + limit]
                        assert page[: len(left)] == left, f"a page of {limit} is not full after {at}"
                        after = "/".join(left[-1])

    @proves("E6", "E18")
    def test_a_list_of_all_tells_a_file_as_that_of_its_case_does(self) -> None:
        """Kept, replaced by a longer and a shorter one, deleted and kept again: both lists tell what stands."""
        case = MyFiles().case(1)
        with self.opened() as store:
            for number, chunks in enumerate(([b"12345"], [b"1", b"234567890"], [], None, [b"1"])):
                at = NOON + timedelta(hours=number, microseconds=1)
                if chunks is None:
                    store.delete(case, ["a"])
                else:
                    store.put(case, "a", chunks, at)
                wanted = [] if chunks is None else [Filed(case, "a", sum(map(len, chunks)), at)]
                assert list(store.list(case, "", MANY)) == wanted
                assert [one for one in store.list("", f"{case}/", 1) if one.case_id == case] == wanted

    @proves("E8", "E12")
    def test_a_file_may_be_read_on_in_another_thread(self) -> None:
        """What one thread begins to read another goes on with; so it is kept, listed and deleted."""
        case = MyFiles().case(1)
        with self.opened() as store, ThreadPoolExecutor(1) as pool:
            store.put(case, "a", [b"1", b"2", b"3"], NOON)
            reading = store.get(case, "a")
            assert [next(reading), pool.submit(next, reading).result(), *reading] == [b"1", b"2", b"3"]
            there = pool.submit(store.get, case, "a").result()
            assert list(there) == [b"1", b"2", b"3"]
            pool.submit(store.delete, case, ["a"]).result()
            assert list(store.list(case, "", MANY)) == []

    @proves("E10")
    def test_numbers_are_names_like_others(self) -> None:
        """Where two would be one number, they are two names, of files and of cases."""
        mine = MyFiles()
        number = f"{int(mine.mark[1:14], 16):017}"
        cases = (number, f"0{number}", f"{number}e0", f"{number}-0")
        with self.opened() as store:
            for case, name in itertools.product(cases, _NUMBERS):
                store.put(case, name, [f"{case} {name}".encode()], NOON)
            for case in cases:
                assert [one.name for one in store.list(case, "", MANY)] == sorted(_NUMBERS)
                assert [list(store.get(case, name)) for name in _NUMBERS] == [
                    [f"{case} {one}".encode()] for one in _NUMBERS
                ]
            for case in cases:
                store.delete(case, _NUMBERS)  # these ids are no other check's, but no mark of this one either

    @proves("E4", "E9", "E10")
    def test_whatever_a_store_keeps_for_itself_has_no_name_that_a_file_may_have(self) -> None:
        """Files named as drafts, locks and lists often are: kept, listed, and not touched when others come and go."""
        mine = MyFiles()
        names = sorted({*_BESIDE, *(f"a-{one}" for one in _BESIDE), *(f"{one}-a" for one in _BESIDE)})
        wanted = {name: [name.encode()] for name in names}
        with self.opened() as store:
            for name in (*names, "a-tmp", "index", "tmp"):
                store.put(mine.case(1), name, wanted[name], NOON)
            for content in ([b"a"], [b"later"]):
                store.put(mine.case(1), "a", content, NOON)
                raised(BrokenError, lambda: store.put(mine.case(1), "a", raising(BrokenError()), NOON))
                assert list(store.get(mine.case(1), "a")) == content
            store.delete(mine.case(1), ["a", "b"])
            assert [one.name for one in store.list(mine.case(1), "", MANY)] == names
            assert {name: list(store.get(mine.case(1), name)) for name in names} == wanted

    @proves("E6", "E9")
    def test_files_of_the_same_content_are_others(self) -> None:
        """Where one of them is deleted or replaced, the others are read as they were."""
        mine = MyFiles()
        content = [b"the same", b"", os.urandom(5000)]
        places = [(mine.case(case), name) for case in (1, 2) for name in ("a", "b", "c")]
        with self.opened() as store:
            for place in places:
                store.put(*place, content, NOON)
            store.put(mine.case(3), "a", content[::-1], NOON)
            store.delete(mine.case(1), ["a"])
            store.put(mine.case(2), "a", [b"another"], NOON)
            store.put(mine.case(2), "b", list(store.get(mine.case(2), "c")), NOON)
            for place in places:
                if place[1] != "a":
                    assert list(store.get(*place)) == content
            assert list(store.get(mine.case(3), "a")) == content[::-1]

    @proves("E7", "E9", "E17")
    def test_no_part_of_what_is_gone_is_in_the_bytes_that_are_kept(self) -> None:
        """Each chunk of what was deleted, alone or with others, or replaced, or broke off, is gone."""
        case = MyFiles().case(1)
        chunks = [os.urandom(3000) for _ in range(18)]
        stands = os.urandom(3000)
        with self.opened() as store:
            for at, name in enumerate("abcd"):
                store.put(case, name, chunks[3 * at : 3 * at + 3], NOON)
            store.put(case, "stands", [stands], NOON)
            raised(BrokenError, lambda: store.put(case, "e", raising(BrokenError(), chunks[12:15]), NOON))
            raised(BrokenError, lambda: store.put(case, "d", raising(BrokenError(), chunks[15:]), NOON))
            store.put(case, "d", [b"short"], NOON)
            store.delete(case, ["a"])
            store.delete(case, ["not-there", "b", "c"])
            dump = self.dumped(store)
        assert stands[:100] in dump, "the dump does not hold what is kept"
        assert not [number for number, one in enumerate(chunks) if one[:100] in dump or one[-100:] in dump]

    @proves("E11", "E9")
    def test_where_one_name_is_none_nothing_is_deleted(self) -> None:
        """Wherever it stands among others in a call: it is InvalidInput, and they stay."""
        case = MyFiles().case(1)
        with self.opened() as store:
            for name in "ab":
                store.put(case, name, [b"x"], NOON)
            for wrong in ("", "A", "a/b", "..", "é", "a" * 101):
                for names in ([wrong, "a", "b"], ["a", wrong, "b"], ["a", "b", wrong]):
                    raised(InvalidInput, partial(store.delete, case, names))
            assert [one.name for one in store.list(case, "", MANY)] == ["a", "b"]

    @proves("E17", "E9", "E6", "E7")
    def test_what_is_gone_is_gone_at_once(self) -> None:
        """And not with whatever is done next: what was deleted, alone or with others, was replaced, or broke off."""
        for last in _LAST:
            case = MyFiles().case(1)
            gone, stands = [os.urandom(3000) for _ in range(2)], os.urandom(3000)
            with self.opened() as store:
                store.put(case, "stands", [stands], NOON)
                last(store, case, gone)
                dump = self.dumped(store)
            assert stands[:100] in dump, "the dump does not hold what is kept"
            assert not [one for one in gone if one[:100] in dump or one[-100:] in dump], "it is there still"

    @proves("E4", "E9")
    def test_more_than_a_thousand_files_are_one_page(self) -> None:
        """Listed whole to whoever asks for so many, of their case and of all; and deleted in one call."""
        mine = MyFiles()
        names = [f"n{number:04}" for number in range(_THOUSAND)]
        until = time.monotonic() + _SECONDS

        def kept(name: str) -> None:
            if time.monotonic() > until:
                raise NotRun(f"a thousand files were not kept within {_SECONDS:g} seconds")
            store.put(mine.case(1), name, [b"x"], NOON)

        with self.opened() as store:
            with ThreadPoolExecutor(_HANDS) as pool:
                list(pool.map(kept, names))
            for case, after in ((mine.case(1), ""), ("", f"{mine.mark}/")):
                page = [one.name for one in store.list(case, after, _THOUSAND) if one.case_id == mine.case(1)]
                assert page == names, f"{len(page)} of {len(names)} files are listed"
            store.delete(mine.case(1), names)
            assert list(store.list(mine.case(1), "", MANY)) == []


class FilesCopied(FileDoors):
    """What holds where chunks are asked for in the thread that keeps them; in an event loop nobody may wait."""

    @proves("E8", "E13")
    def test_a_file_may_be_kept_from_the_reading_of_another(self) -> None:
        """Of its own case, of another, and of itself; and whoever hands chunks over may look around meanwhile."""
        mine = MyFiles()
        content = [os.urandom(70_000), b"", b"end"]
        with self.opened() as store:
            store.put(mine.case(1), "a", content, NOON)
            for place in ((mine.case(1), "b"), (mine.case(2), "a"), (mine.case(1), "a")):
                store.put(*place, store.get(mine.case(1), "a"), NOON)
                assert _same(store.get(*place), content)
            store.put(mine.case(2), "b", _read_all(store, mine.case(1)), NOON)
            assert _same(store.get(mine.case(2), "b"), [*content, *content])


def _read_all(store: EvidenceStore, case: str) -> Iterator[bytes]:
    """The chunks of all files of a case, which are looked for once the first is asked for."""
    for one in store.list(case, "", MANY):
        yield from store.get(case, one.name)


def _same(read: Iterator[bytes], chunks: list[bytes]) -> bool:
    """Whether chunks are bytes, and the same ones; without showing megabytes where they are not."""
    found = list(read)
    return {type(one) for one in found} == {bytes} and found == chunks


def _broken_off(store: EvidenceStore, case: str, chunks: Sequence[bytes]) -> None:
    raised(BrokenError, lambda: store.put(case, "a", raising(BrokenError(), list(chunks)), NOON))


def _deleted(store: EvidenceStore, case: str, chunks: Sequence[bytes]) -> None:
    store.put(case, "a", chunks, NOON)
    store.delete(case, ["a"])


def _deleted_together(store: EvidenceStore, case: str, chunks: Sequence[bytes]) -> None:
    for name, chunk in zip("ab", chunks, strict=True):
        store.put(case, name, [chunk], NOON)
    store.delete(case, ["a", "b"])


def _replaced(store: EvidenceStore, case: str, chunks: Sequence[bytes]) -> None:
    store.put(case, "a", chunks, NOON)
    store.put(case, "a", [b"short"], NOON)


def _replaced_by_nothing(store: EvidenceStore, case: str, chunks: Sequence[bytes]) -> None:
    store.put(case, "a", chunks, NOON)
    store.put(case, "a", [], NOON)


_LAST: Final[Sequence[Callable[[EvidenceStore, str, Sequence[bytes]], None]]] = (
    _deleted,
    _deleted_together,
    _replaced,
    _replaced_by_nothing,
    _broken_off,
)
"""What is done last before somebody looks at the bytes that are kept."""
