"""The registers: what all promise, then what the file promises."""

from __future__ import annotations

import stat
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from expressplatform.errors import StoreUnusable
from expressplatform.memory import MemoryRegister
from expressplatform.ports import Register, RegisterEntry, Undone
from expressplatform_files.register import FileRegister

AT = datetime(2026, 8, 1, 2, 3, 4, 5, tzinfo=UTC)
ERASED = RegisterEntry(Undone.ERASED, "c1", AT)
WITHDRAWN = RegisterEntry(Undone.WITHDRAWN, "c2", AT, "taobao")
RESEARCH = RegisterEntry(Undone.RESEARCH_WITHDRAWN, "c3", AT)
ALL = (ERASED, WITHDRAWN, RESEARCH)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.txt"


@pytest.fixture(params=["memory", "file"])
def register(request: pytest.FixtureRequest, path: Path) -> Register:
    return MemoryRegister() if request.param == "memory" else FileRegister(path)


class TestEveryRegister:
    def test_a_new_one_holds_nothing(self, register: Register) -> None:
        assert tuple(register.entries()) == ()

    def test_entries_come_back_in_the_order_in_which_they_were_noted(self, register: Register) -> None:
        register.note(ALL[:2])
        register.note(())
        register.note(ALL[2:])
        assert tuple(register.entries()) == ALL

    def test_the_same_entry_twice_does_no_harm(self, register: Register) -> None:
        register.note((ERASED, ERASED))
        register.note((ERASED,))
        assert set(register.entries()) == {ERASED}

    def test_threads_may_share_it(self, register: Register) -> None:
        def work(number: int) -> None:
            for one in range(20):
                register.note((RegisterEntry(Undone.ERASED, f"c{number}-{one}", AT),))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {entry.case_id for entry in register.entries()} == {f"c{n}-{one}" for n in range(4) for one in range(20)}

    def test_an_instant_without_a_zone_is_refused_and_nothing_noted(self, register: Register) -> None:
        with pytest.raises(TypeError):
            register.note((ERASED, RegisterEntry(Undone.ERASED, "c1", AT.replace(tzinfo=None))))
        assert tuple(register.entries()) == ()

    def test_instants_come_back_in_utc(self, register: Register) -> None:
        register.note((RegisterEntry(Undone.ERASED, "c1", AT.astimezone(timezone(timedelta(hours=8)))),))
        (entry,) = register.entries()
        assert (entry.at, entry.at.utcoffset()) == (AT, timedelta(0))

    def test_printing_it_names_no_case(self, register: Register) -> None:
        register.note((ERASED,))
        assert "c1" not in repr(register)


class TestTheFile:
    def test_each_entry_is_a_line_that_says_what_it_is(self, path: Path) -> None:
        FileRegister(path).note(ALL)
        assert path.read_text() == (
            "erased c1 2026-08-01T02:03:04.000005Z\n"
            "withdrawn c2 taobao 2026-08-01T02:03:04.000005Z\n"
            "research-withdrawn c3 2026-08-01T02:03:04.000005Z\n"
        )

    def test_it_is_its_owners_alone(self, path: Path) -> None:
        FileRegister(path).note(ALL)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_two_that_share_a_file_see_each_others_entries(self, path: Path) -> None:
        one, other = FileRegister(path), FileRegister(str(path))
        one.note((ERASED,))
        other.note((WITHDRAWN,))
        assert one.entries() == other.entries() == (ERASED, WITHDRAWN)

    def test_a_line_cut_off_anywhere_costs_nothing_but_itself(self, path: Path) -> None:
        """However much of it a crash has left, the entries before and after it are there, and it is no other entry."""
        register = FileRegister(path)
        register.note((ERASED, WITHDRAWN))
        whole, first = path.read_bytes(), len(path.read_bytes().splitlines(keepends=True)[0])
        for end in range(first + 1, len(whole)):
            path.write_bytes(whole[:end])
            cut = register.entries()
            assert cut in ((ERASED,), (ERASED, WITHDRAWN))  # whole but for its end, it is an entry
            register.note((RESEARCH,))
            assert register.entries() == (*cut, RESEARCH)
            assert register.strange() == (2 - len(cut))

    @pytest.mark.parametrize(
        "line",
        [
            "erased c1",
            "erased c1 yesterday",
            "erased c1 2026-13-01T02:03:04.000005Z",
            "erased c1 c2 2026-08-01T02:03:04.000005Z",
            "withdrawn c1 2026-08-01T02:03:04.000005Z",
            "restored c1 2026-08-01T02:03:04.000005Z",
            "erased 蘋果 2026-08-01T02:03:04.000005Z",
        ],
    )
    def test_what_is_no_entry_is_passed_over_and_counted(self, path: Path, line: str) -> None:
        register = FileRegister(path)
        register.note((ERASED,))
        path.write_bytes(path.read_bytes() + f"{line}\n\n".encode())
        assert (register.entries(), register.strange()) == ((ERASED,), 1)

    @pytest.mark.parametrize(
        "entry",
        [
            RegisterEntry(Undone.ERASED, "A. Person", AT),
            RegisterEntry(Undone.ERASED, "c1\nerased c2", AT),
            RegisterEntry(Undone.WITHDRAWN, "c1", AT, ""),
        ],
    )
    def test_nothing_but_ids_and_instants_is_ever_written(self, path: Path, entry: RegisterEntry) -> None:
        with pytest.raises(ValueError, match="an entry holds ids"):
            FileRegister(path).note((ERASED, entry))
        assert not path.exists()

    def test_a_file_that_cannot_be_used_is_told_without_its_name(self, tmp_path: Path) -> None:
        for place in (tmp_path, tmp_path / "nowhere" / "register.txt"):
            with pytest.raises(StoreUnusable) as caught:
                FileRegister(place).note((ERASED,))
            assert caught.value.code == "register"
            assert str(tmp_path) not in str(caught.value)
        with pytest.raises(StoreUnusable):
            FileRegister(tmp_path).entries()
