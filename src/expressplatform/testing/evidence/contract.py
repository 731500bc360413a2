"""The contract of a store of evidence, as tests: give it a store, and it says whether files are safe in it.

    class TestMyStore(EvidenceContract):
        def make_store(self) -> EvidenceStore:
            return MyStore(...)

Laws of this file: those of `contracts`.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from expressplatform.errors import EvidenceMissing, InvalidInput, StoreUnusable
from expressplatform.ports import AsyncEvidenceStore, EvidenceStore, Filed
from expressplatform.testing.cancelling import cancelled, put_at, served, whole_or_none
from expressplatform.testing.doors import ODD, Dump, entered, given, joined, turned_away
from expressplatform.testing.evidence.checks import FilesInNumber
from expressplatform.testing.evidence.edges import FilesAtEdges, FilesCopied
from expressplatform.testing.evidence.walk import BrokenError, MyFiles, calls_of, error_of, raising
from expressplatform.testing.guarantees import proves
from expressplatform.testing.lifting import evidence_lift_of, lift
from expressplatform.testing.stores.rows import EVERY_BYTE, MANY, NOON

CHUNKS: Final = (EVERY_BYTE * 300, b"", b"x", EVERY_BYTE[::-1])
NAMES: Final = tuple(f"{number:064x}" for number in (1, 2, 10, 255))
_NO_REOPEN: Final = "what outlives the store is not known"
_NO_SECOND: Final = "what two connections do to each other is not known"


class _EvidenceChecks(FilesInNumber, FilesAtEdges):
    """All checks; what follows says how a store comes to them."""

    def dumped(self, store: EvidenceStore) -> bytes:
        """All bytes that the store keeps; raises NotRun."""
        raise NotImplementedError

    @proves("E1")
    def test_a_file_comes_back_chunk_by_chunk(self) -> None:
        """Bytes and borders of chunks come back as they were given, also empty ones, and as often as asked."""
        case = MyFiles().case(1)
        with self.opened() as store:
            store.put(case, NAMES[0], iter(CHUNKS), NOON)
            store.put(case, NAMES[1], (), NOON)
            assert tuple(store.get(case, NAMES[0])) == CHUNKS
            assert tuple(store.get(case, NAMES[0])) == CHUNKS
            assert tuple(store.get(case, NAMES[1])) == ()

    @proves("E2")
    def test_what_is_not_there_is_missing(self) -> None:
        """Another name, another case, and what was deleted raise EvidenceMissing, which names the case alone."""
        mine = MyFiles()
        with self.opened() as store:
            store.put(mine.case(1), NAMES[0], CHUNKS, NOON)
            for case, name in ((mine.case(1), NAMES[1]), (mine.case(2), NAMES[0])):
                error = error_of(EvidenceMissing, lambda case=case, name=name: list(store.get(case, name)))  # type: ignore[misc]
                assert isinstance(error, EvidenceMissing)
                assert error.case_id == case
            store.delete(mine.case(1), [NAMES[0]])
            error_of(EvidenceMissing, lambda: list(store.get(mine.case(1), NAMES[0])))

    @proves("E3")
    def test_a_list_tells_case_name_size_and_instant(self) -> None:
        """Size is that of all chunks; the instant comes back in UTC to the microsecond, in whatever zone it came."""
        case = MyFiles().case(1)
        odd = datetime(2086, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
        with self.opened() as store:
            store.put(case, NAMES[0], CHUNKS, odd.astimezone(None))
            (filed,) = store.list(case, "", MANY)
        assert filed == Filed(case, NAMES[0], sum(map(len, CHUNKS)), odd)
        assert filed.stored_at.utcoffset() == timedelta(0)

    @proves("E4", "E5")
    def test_a_list_is_in_order_and_continues_after_its_cursor(self) -> None:
        """By case and name; of one case or of all; no page repeats or skips a file, wherever it was cut."""
        mine = MyFiles()
        with self.opened() as store:
            for number in (2, 1, 3):
                for name in reversed(NAMES):
                    store.put(mine.case(number), name, [b"x"], NOON)
            everything = [(mine.case(number), name) for number in (1, 2, 3) for name in NAMES]
            assert mine.listed(store) == everything
            assert mine.listed(store, 3) == everything
            assert [one.name for one in store.list(mine.case(2), "", MANY)] == list(NAMES)
            after = f"{mine.case(2)}/{NAMES[1]}"
            assert [one.name for one in store.list(mine.case(2), after, 1)] == [NAMES[2]]
            assert list(store.list(mine.case(1), after, MANY)) == []
            assert list(store.list(mine.case(9), "", MANY)) == []

    @proves("E6")
    def test_the_same_name_takes_the_place_of_the_first(self) -> None:
        """Content and instant are the later ones, and there is one file."""
        case, later = MyFiles().case(1), NOON + timedelta(hours=1)
        with self.opened() as store:
            store.put(case, NAMES[0], CHUNKS, NOON)
            store.put(case, NAMES[0], [b"later"], later)
            assert list(store.get(case, NAMES[0])) == [b"later"]
            assert list(store.list(case, "", MANY)) == [Filed(case, NAMES[0], 5, later)]

    @proves("E7")
    def test_what_fails_half_way_leaves_what_was_there(self) -> None:
        """Where the chunks raise, their error comes out, nothing of them is kept, and the former file stands."""
        case = MyFiles().case(1)
        with self.opened() as store:
            store.put(case, NAMES[0], CHUNKS, NOON)
            for name in NAMES[:2]:
                error_of(BrokenError, lambda name=name: store.put(case, name, raising(BrokenError()), NOON))  # type: ignore[misc]
            assert tuple(store.get(case, NAMES[0])) == CHUNKS
            assert [one.name for one in store.list(case, "", MANY)] == [NAMES[0]]

    @proves("E8")
    def test_a_reader_reads_what_it_began_with(self) -> None:
        """A file that is replaced or deleted while it is read is read to its end as it was."""
        case = MyFiles().case(1)
        with self.opened() as store:
            for replaced in (True, False):
                store.put(case, NAMES[0], CHUNKS, NOON)
                reading = store.get(case, NAMES[0])
                first = next(reading)
                if replaced:
                    store.put(case, NAMES[0], [b"later"], NOON)
                else:
                    store.delete(case, NAMES[:1])
                assert (first, *reading) == CHUNKS

    @proves("E9")
    def test_only_what_is_named_is_deleted(self) -> None:
        """Other names and other cases stay; deleting again, or what never was, is harmless."""
        mine = MyFiles()
        with self.opened() as store:
            for number in (1, 2):
                for name in NAMES:
                    store.put(mine.case(number), name, [b"x"], NOON)
            for _ in range(2):
                store.delete(mine.case(1), [NAMES[0], NAMES[2]])
            store.delete(mine.case(3), NAMES)
            store.delete(mine.case(2), [])
            left = [(mine.case(1), NAMES[1]), (mine.case(1), NAMES[3])]
            assert mine.listed(store) == left + [(mine.case(2), name) for name in NAMES]
            store.delete(mine.case(1), NAMES)
            store.put(mine.case(1), NAMES[0], [b"again"], NOON)
            assert list(store.get(mine.case(1), NAMES[0])) == [b"again"]

    @proves("E11")
    def test_names_that_lead_elsewhere_are_refused(self) -> None:
        """No part of a name is taken for a place: what is not small letters, digits and hyphens is InvalidInput."""
        case = MyFiles().case(1)
        wrong = ("", ".", "..", "../x", "a/b", "a\\b", "A", "-a", "a.b", "a\0", "a\n", "é", "a" * 101, "~", " a")
        with self.opened() as store:
            for name in wrong:
                for call in calls_of(store, case, name) + (calls_of(store, name, NAMES[0]) if name else ()):
                    assert "small letters" in str(error_of(InvalidInput, call))
                if name:
                    error_of(InvalidInput, partial(store.list, name, "", MANY))
            error_of(InvalidInput, lambda: store.put("", NAMES[0], [b"x"], NOON))

    @proves("E20", "E21")
    def test_what_no_store_takes_is_refused(self) -> None:
        """A file of an instant without a zone is not kept, and a cursor that is no text is no cursor."""
        case = MyFiles().case(1)
        with self.opened() as store:
            store.put(case, NAMES[0], [b"x"], NOON)
            turned_away(TypeError, case, partial(store.put, case, NAMES[0], [b"y"], NOON.replace(tzinfo=None)))
            assert list(store.get(case, NAMES[0])) == [b"x"]
            for odd in ODD:
                for asked in (case, ""):
                    turned_away(ValueError, case, partial(store.list, asked, f"{case}/{odd}", MANY))

    @proves("E12")
    def test_threads_do_not_disturb_each_other(self) -> None:
        """Four threads write, read and delete at once; each finds its own files whole."""
        mine = MyFiles()

        def work(number: int) -> list[str]:
            case = mine.case(number)
            for round_ in range(2):
                for name in NAMES:
                    store.put(case, name, [bytes([number, round_]) * 999] * 3, NOON)
                    assert list(store.get(case, name)) == [bytes([number, round_]) * 999] * 3
                store.delete(case, NAMES[1:])
            return [one.name for one in store.list(case, "", MANY)]

        with self.opened() as store, ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, range(4))) == [[NAMES[0]]] * 4

    @proves("E7", "E12")
    def test_a_reader_beside_writers_never_sees_half_a_file(self) -> None:
        """While one file is replaced again and again, whoever reads it gets one of its editions, whole."""
        case = MyFiles().case(1)
        editions = [[bytes([number]) * 5000] * 5 for number in range(12)]
        with self.opened() as store, ThreadPoolExecutor(2) as pool:
            store.put(case, NAMES[0], editions[0], NOON)
            writing = [pool.submit(store.put, case, NAMES[0], one, NOON) for one in editions]
            seen = [list(store.get(case, NAMES[0])) for _ in range(12)]
            for one in writing:
                one.result()
        assert all(one in editions for one in seen)

    @proves("E14")
    def test_a_closed_store_says_so(self) -> None:
        """Every call after close raises StoreUnusable with the code ``closed``; closing twice is harmless."""
        case = MyFiles().case(1)
        with self.opened() as store:
            store.put(case, NAMES[0], CHUNKS, NOON)
            store.close()
            calls = (*calls_of(store, case, NAMES[0]), lambda: store.list("", "", 1), lambda: store.delete(case, []))
            for call in calls:
                error = error_of(StoreUnusable, call)
                assert isinstance(error, StoreUnusable)
                assert error.code == "closed"

    @proves("E15")
    def test_what_was_acknowledged_is_there_after_reopening(self) -> None:
        """Files outlive the store that wrote them, and so do deletions."""
        mine = MyFiles()
        with self.opened() as store:
            for name in NAMES:
                store.put(mine.case(1), name, CHUNKS, NOON)
            store.delete(mine.case(1), NAMES[:1])
            with self.reopened(store) as again:
                assert mine.listed(again) == [(mine.case(1), name) for name in NAMES[1:]]
                assert tuple(again.get(mine.case(1), NAMES[3])) == CHUNKS

    @proves("E16", "E8")
    def test_two_connections_see_the_same_files(self) -> None:
        """What one keeps, replaces or deletes, the other reads at once; what it had begun to read stays as it was."""
        case = MyFiles().case(1)
        with self.opened() as store, self.beside(store) as other:
            store.put(case, NAMES[0], CHUNKS, NOON)
            changes: tuple[Callable[[], None], ...] = (
                lambda: store.put(case, NAMES[0], [b"later"], NOON),
                lambda: store.delete(case, NAMES),
            )
            for change in changes:
                before = list(store.get(case, NAMES[0]))
                reading = other.get(case, NAMES[0])
                first = next(reading)
                change()
                assert [first, *reading] == before
                assert list(other.list(case, "", MANY)) == list(store.list(case, "", MANY))
            error_of(EvidenceMissing, lambda: list(other.get(case, NAMES[0])))

    @proves("E12", "E16")
    def test_connections_that_write_one_file_leave_one_of_theirs(self) -> None:
        """Two write and delete the same file at once: what stands at the end is one writer's file, whole, or none."""
        case = MyFiles().case(1)
        editions = [[bytes([number]) * 5000] * 5 for number in range(8)]
        with self.opened() as store, self.beside(store) as other, ThreadPoolExecutor(2) as pool:
            for one, another in zip(editions[::2], editions[1::2], strict=True):
                doing = [pool.submit(store.put, case, NAMES[0], one, NOON)]
                doing.append(pool.submit(other.put, case, NAMES[0], another, NOON))
                doing.append(pool.submit(store.delete, case, NAMES[:1]))
                for each in doing:
                    each.result()
                left = [list(store.get(case, filed.name)) for filed in store.list(case, "", MANY)]
                assert left in ([], [one], [another])

    @proves("E17")
    def test_what_was_deleted_or_replaced_is_not_in_the_bytes_that_are_kept(self) -> None:
        """A chunk that nobody can ask for any more is gone, not only hidden; what stands is there to be found."""
        case = MyFiles().case(1)
        gone, replaced, stands = (uuid.uuid4().bytes * 100 for _ in range(3))
        with self.opened() as store:
            store.put(case, NAMES[0], [gone], NOON)
            store.put(case, NAMES[1], [replaced], NOON)
            store.put(case, NAMES[1], [stands], NOON)
            store.delete(case, NAMES[:1])
            dump = self.dumped(store)
        assert stands[:200] in dump, "the dump does not hold what is kept"
        assert not any(one[:200] in dump for one in (gone, replaced))


class EvidenceContract(_EvidenceChecks, FilesCopied):
    """The contract of `EvidenceStore`. Give `make_store`, and whichever of the others your store can do.

    ``reopen`` unlocks the check of what lasts, ``second_connection`` those of two connections, ``dump_bytes`` the one
    that looks for what was deleted. What is not given is reported as not run.
    """

    def make_store(self) -> EvidenceStore | AbstractContextManager[EvidenceStore]:
        """A store, or a context manager that gives one; it need not be empty."""
        raise NotImplementedError

    def reopen(self, store: EvidenceStore) -> EvidenceStore | None:
        """Close the store and open what it has kept; None where it keeps nothing."""
        return None

    def second_connection(self, store: EvidenceStore) -> EvidenceStore | None:
        """Another store over the files of the first, which stays open; None where there is no such thing."""
        return None

    def dump_bytes(self, store: EvidenceStore) -> Dump:
        """All bytes that the store keeps (its files, or a dump of its database); None where they cannot be had."""
        return None

    def opened(self) -> AbstractContextManager[EvidenceStore]:
        """The store of `make_store`, closed when the check is over."""
        return entered(self.make_store())

    def reopened(self, store: EvidenceStore) -> AbstractContextManager[EvidenceStore]:
        """The store of `reopen`, closed when the check is over."""
        return entered(given(self.reopen(store), "reopen", _NO_REOPEN))

    def beside(self, store: EvidenceStore) -> AbstractContextManager[EvidenceStore]:
        """The store of `second_connection`, closed when the check is over."""
        return entered(given(self.second_connection(store), "second_connection", _NO_SECOND))

    def dumped(self, store: EvidenceStore) -> bytes:
        """The bytes of `dump_bytes`."""
        return joined(self.dump_bytes(store))


class AsyncEvidenceContract(_EvidenceChecks):
    """The contract of `AsyncEvidenceStore`: the same checks, each call awaited in one event loop beside the check.

    The optional methods are those of `EvidenceContract`; they may be coroutine functions, which run in that loop.
    """

    def make_store(self) -> AsyncEvidenceStore:
        """A store; it is made in the check's thread and used in the event loop's. It need not be empty."""
        raise NotImplementedError

    def reopen(self, store: AsyncEvidenceStore) -> AsyncEvidenceStore | Awaitable[AsyncEvidenceStore | None] | None:
        """Close the store and open what it has kept; None where it keeps nothing."""
        return None

    def second_connection(
        self, store: AsyncEvidenceStore
    ) -> AsyncEvidenceStore | Awaitable[AsyncEvidenceStore | None] | None:
        """Another store over the files of the first, which stays open; None where there is no such thing."""
        return None

    def dump_bytes(self, store: AsyncEvidenceStore) -> Dump | Awaitable[Dump]:
        """All bytes that the store keeps, in one piece or several; None where they cannot be had."""
        return None

    @contextmanager
    def opened(self) -> Iterator[EvidenceStore]:
        """The store of `make_store`, behind a face that waits for its answers."""
        with lift() as loop, loop.evidence(self.make_store()) as store:
            yield store

    def reopened(self, store: EvidenceStore) -> AbstractContextManager[EvidenceStore]:
        """The store of `reopen`, in the same event loop, closed when the check is over."""
        loop, behind = evidence_lift_of(store)
        return loop.evidence(given(loop.awaited(self.reopen(behind)), "reopen", _NO_REOPEN))

    def beside(self, store: EvidenceStore) -> AbstractContextManager[EvidenceStore]:
        """The store of `second_connection`, in the same event loop, closed when the check is over."""
        loop, behind = evidence_lift_of(store)
        return loop.evidence(given(loop.awaited(self.second_connection(behind)), "second_connection", _NO_SECOND))

    def dumped(self, store: EvidenceStore) -> bytes:
        """The bytes of `dump_bytes`."""
        loop, behind = evidence_lift_of(store)
        return joined(loop.awaited(self.dump_bytes(behind)))

    @proves("E19")
    def test_what_is_cancelled_is_done_whole_or_not_at_all(self) -> None:
        """Sooner or later cancelled, what is kept leaves the former file or itself, and the store goes on."""
        case = MyFiles().case(1)
        with self.opened() as store:
            store.put(case, NAMES[0], [b"old"] * 2, NOON)
            loop, behind = evidence_lift_of(store)
            for ticks in range(12):
                loop.wait(cancelled(put_at(behind, case, NAMES[0], [b"new"] * 3), ticks))
                assert list(store.get(case, NAMES[0])) in ([b"old"] * 2, [b"new"] * 3)
            assert [one.size for one in store.list(case, "", MANY)] in ([6], [9])
            store.delete(case, NAMES[:1])
            store.put(case, NAMES[1], [b"after"], NOON)
            assert list(store.get(case, NAMES[1])) == [b"after"]

    @proves("E19")
    def test_a_store_whose_first_call_is_cancelled_serves_the_next(self) -> None:
        """Whatever has to be opened first: sooner or later cancelled, it is opened for whoever comes next."""
        for ticks in range(10):
            with self.opened() as store:
                (loop, behind), case = evidence_lift_of(store), MyFiles().case(1)
                loop.wait(served(behind.list(case, "", MANY), put_at(behind, case, NAMES[0], [b"x"]), ticks))
                assert list(store.get(case, NAMES[0])) == [b"x"]

    @proves("E19")
    def test_deleting_that_is_cancelled_is_done_whole_or_not_at_all(self) -> None:
        """Of files that are deleted in one call all are gone or none is, sooner or later, and the store goes on."""
        case, names = MyFiles().case(1), [f"n{number}" for number in range(6)]
        with self.opened() as store:
            loop, behind = evidence_lift_of(store)
            for ticks in range(8):
                for name in names:
                    store.put(case, name, [b"x"], NOON)
                loop.wait(cancelled(behind.delete(case, names), ticks))
                whole_or_none(lambda: [one.name for one in store.list(case, "", MANY)], names)
            store.delete(case, names)
            assert list(store.list(case, "", MANY)) == []
