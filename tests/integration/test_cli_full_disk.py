"""The command line where a file cannot be written to its end, or a run was killed: told, and done again."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from expressplatform.errors import StoreUnusable
from expressplatform.platform import Reapplied
from expressplatform_cli import folders
from expressplatform_cli.commands import group
from expressplatform_cli.exits import Exit, is_of_the_answer
from expressplatform_cli.putting_back import must_be_done
from expressplatform_sqlite import notes

LINES = {
    "init": ("init", "{}"),
    "agent init": ("agent", "init", "{}"),
    "make-keys": ("make-keys", "{}/keys.json", "--organisation", "taobao", "--person", "agent-3"),
    "new-recovery-pair": ("keys", "new-recovery-pair", "--private", "{}/private", "--public", "{}/public"),
}
"""Commands that make files of their own in a folder; the last two need it to be there."""


def run(name: str, folder: Path) -> Result:
    if name in ("make-keys", "new-recovery-pair"):
        folder.mkdir(exist_ok=True)
    return CliRunner().invoke(group, [part.format(folder) for part in LINES[name]])


def left(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


@contextmanager
def no_room(monkeypatch: pytest.MonkeyPatch, after: int, error: Callable[[], BaseException]) -> Iterator[None]:
    """``os.fsync`` of this process fails once it was called so often: the bytes of a file may not be there."""
    calls, sync = iter(range(after)), os.fsync

    def fails(number: int) -> None:
        if next(calls, None) is None:
            raise error()
        sync(number)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fails)
        yield


def full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("after", range(3))
@pytest.mark.parametrize("name", LINES)
def test_what_a_full_disk_cut_short_is_nowhere_and_the_same_line_works_once_there_is_room(
    name: str, after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of its files cannot be made durable: the message says to make room, and nothing is in the way."""
    folder = tmp_path / "place"
    with no_room(monkeypatch, after, full):
        result = run(name, folder)
    if result.exit_code == 0:
        assert after > 0, "the command makes no file durable"
        return
    assert (result.exit_code, left(folder)) == (Exit.STORE, [])
    assert "Make room on the disk and try again" in result.stderr
    assert str(folder) not in result.stderr
    again = run(name, folder)
    assert (again.exit_code, bool(left(folder))) == (0, True), again.output


def test_what_somebody_else_put_there_meanwhile_stays(tmp_path: Path) -> None:
    def cut_short() -> None:
        with folders.new_place(tmp_path, "first", "second", "last"):
            for name in ("first", "first-wal", ".last.part", "last", "theirs"):
                (tmp_path / name).touch()
            (tmp_path / "their folder").mkdir()
            raise full()

    with pytest.raises(OSError, match="No space"):
        cut_short()
    assert left(tmp_path) == ["their folder", "theirs"]


def test_keys_are_not_written_over_and_the_message_says_what_to_do(tmp_path: Path) -> None:
    """It does not send anybody to look at the rights of the file."""
    assert run("make-keys", tmp_path).exit_code == 0
    made = (tmp_path / "keys.json").read_bytes()
    result = run("make-keys", tmp_path)
    assert (result.exit_code, (tmp_path / "keys.json").read_bytes()) == (Exit.STORE, made)
    assert "Name another file; nothing is written over." in result.stderr


@pytest.mark.parametrize(("name", "first"), [("init", "cases.db"), ("agent init", "signing.key")])
def test_what_a_killed_run_left_is_named_file_by_file(name: str, first: str, tmp_path: Path) -> None:
    """Everything but the configuration is there. Nothing is deleted by itself; once it is, the line works."""
    folder = tmp_path / "place"
    assert run(name, folder).exit_code == 0
    next(folder.glob("*.toml")).unlink()
    names = left(folder)
    result = run(name, folder)
    assert (result.exit_code, left(folder)) == (Exit.USAGE, names)
    assert first in names
    assert f"{', '.join(names)} in that directory. Delete these files" in " ".join(result.stderr.split())
    for one in names:
        (folder / one).unlink()
    assert run(name, folder).exit_code == 0


@pytest.mark.parametrize("held", [("register.txt",), ("cases.db", "letter.txt"), ("cases.db", "expressplatform.toml")])
def test_nobody_is_told_to_delete_what_a_killed_run_cannot_have_left(held: tuple[str, ...], tmp_path: Path) -> None:
    """A register alone, another's file, a whole place."""
    for name in held:
        (tmp_path / name).write_text("kept", encoding="utf-8")
    result = run("init", tmp_path)
    assert (result.exit_code, left(tmp_path)) == (Exit.USAGE, sorted(held))
    assert "Delete" not in result.stderr


@pytest.mark.parametrize("after", range(4))
def test_a_folder_that_cannot_be_made_durable_is_nowhere(
    after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files, itself, and at last its name: a backup or a copy that ended with an error is in nobody's way."""
    place = tmp_path / "made"
    with no_room(monkeypatch, after, full), pytest.raises(OSError, match="No space"), folders.whole_folder(place) as it:
        folders.write_private(it / "one", b"one")
    assert left(tmp_path) == []
    with folders.whole_folder(place) as it:
        folders.write_private(it / "one", b"one")
    assert (left(tmp_path), left(place)) == (["made"], ["one"])


@pytest.mark.parametrize("after", range(8))
def test_two_folders_that_belong_together_are_both_there_or_neither(
    after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the first has its name already, and the second cannot have it."""
    places = tmp_path / "data", tmp_path / "keys"

    def fill() -> None:
        with folders.whole_folders(*places) as (one, other):
            folders.write_private(one / "one", b"one")
            folders.write_private(other / "other", b"other")

    with no_room(monkeypatch, after, full), pytest.raises(OSError, match="No space"):
        fill()
    assert left(tmp_path) == []
    fill()
    assert (left(tmp_path), left(places[0]), left(places[1])) == (["data", "keys"], ["one"], ["other"])


@pytest.fixture
def config(tmp_path: Path) -> tuple[str, ...]:
    """How commands are told of a place that is there."""
    assert run("init", tmp_path / "desk").exit_code == 0
    return ("--config", str(tmp_path / "desk" / "expressplatform.toml"))


def typed(*line: str | Path) -> Result:
    return CliRunner().invoke(group, [str(part) for part in line])


def test_a_backup_that_could_not_be_noted_is_whole_and_says_so(
    config: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk of the store is full, and that of the backup is not."""

    def note(*about: object) -> None:
        raise StoreUnusable("disk_full")

    with monkeypatch.context() as patched:
        patched.setattr(notes, "note", note)
        result = typed("backup", tmp_path / "b", "--keys-to", tmp_path / "k", *config)
    assert result.exit_code == Exit.STORE
    assert "The backup is whole" in result.stderr
    assert "Make room on the disk" in result.stderr
    again = tmp_path / "again"
    taken = typed("restore", tmp_path / "b", "--keys-from", tmp_path / "k", "--to", again, "--as", "officer-1", *config)
    assert taken.exit_code == 0


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("after", range(4))
def test_keys_that_could_not_be_recovered_durably_are_recovered_by_the_same_line(
    after: int, error: int, config: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy, its place, and the folder that lists it."""
    assert typed("backup", tmp_path / "b", "--keys-to", tmp_path / "k", *config).exit_code == 0
    for path in (tmp_path / "desk").glob("keys.db*"):
        path.unlink()
    line = ("keys", "recover", str(tmp_path / "k"), "--as", "officer-1", *config)
    before = left(tmp_path / "desk")
    with no_room(monkeypatch, after, lambda: OSError(error, os.strerror(error))):
        result = typed(*line)
    if result.exit_code == 0:
        assert after > 0, "the command makes nothing durable"
        return
    assert (result.exit_code, left(tmp_path / "desk")) == (Exit.STORE, before)
    assert "disk" in result.stderr
    assert typed(*line).exit_code == 0
    assert "keys.db" in left(tmp_path / "desk")


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        ((), ""),
        (("key_missing",), ""),
        (("corrupt_event", "disk_full"), "disk_full"),
        (("corrupt_event", "corrupt_event"), "not_reapplied"),
    ],
)
def test_what_could_not_be_put_right_is_told_by_what_hinders_the_store_first(codes: tuple[str, ...], told: str) -> None:
    """A full disk passes, and needs no older backup; a case without a key can be shown to nobody."""
    done = Reapplied(0, 0, tuple((f"case-{number}", code) for number, code in enumerate(codes)))
    if not told:
        must_be_done(done)
        return
    with pytest.raises(StoreUnusable) as caught:
        must_be_done(done)
    assert caught.value.code == told


def test_a_file_that_is_written_anew_stays_as_it_was_where_there_is_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that is written once more is the old one or the new one, never half of it."""
    path = tmp_path / "answer.txt"
    folders.put_private(path, b"the first")
    with no_room(monkeypatch, 0, full), pytest.raises(OSError, match="No space"):
        folders.put_private(path, b"the second")
    assert (left(tmp_path), path.read_bytes()) == (["answer.txt"], b"the first")
    folders.put_private(path, b"the second")
    assert (left(tmp_path), path.read_bytes()) == (["answer.txt"], b"the second")


def said_into(where: str, *line: str | Path) -> subprocess.CompletedProcess[str]:
    """A command whose answer goes to a file of the system."""
    with Path(where).open("w", encoding="utf-8") as answer:
        command = [sys.executable, "-m", "expressplatform_cli", *map(str, line)]
        return subprocess.run(command, stdout=answer, stderr=subprocess.PIPE, text=True, check=False)


@pytest.mark.parametrize(
    "line", [("schemes",), ("schemes", "--json"), ("--help",), ("doctor", "--help"), ("--version",)]
)
def test_an_answer_that_could_not_be_written_is_told_as_such(line: tuple[str, ...]) -> None:
    """And not as a file that cannot be used, nor by a traceback."""
    result = said_into("/dev/full", *line)
    assert (result.returncode, "Traceback" in result.stderr) == (Exit.STORE, False)
    assert "The answer could not be written: No space left on device. What was asked for may be done." in result.stderr


def test_what_was_done_before_its_answer_was_lost_is_done_once(config: tuple[str, ...], tmp_path: Path) -> None:
    """The same line under the same key gives the answer."""
    template = typed("lodge", "--template", *config).stdout
    (tmp_path / "complaint.json").write_text(template, encoding="utf-8")
    line = ("lodge", str(tmp_path / "complaint.json"), "--as", "officer-1", "--key", "form-1", "--json", *config)
    lost = said_into("/dev/full", *line)
    assert (lost.returncode, json.loads(lost.stderr)["error"]["code"]) == (Exit.STORE, "answer")
    assert json.loads(typed(*line).stdout)["version"] == 1
    assert len(json.loads(typed("cases", "--json", *config).stdout)["cases"]) == 1


def test_a_file_that_cannot_be_written_is_no_lost_answer(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file") as caught:
        (tmp_path / "nowhere" / "file").write_bytes(b"")
    assert not is_of_the_answer(caught.value)
    assert not is_of_the_answer(full())
