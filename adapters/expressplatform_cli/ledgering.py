"""`verify`, `checkpoint`, `ledger-bundle`: whether every row is as it was signed, and what others check by themselves.

Laws of this module: nothing is opened and nothing personal is shown. What was found is drawn as a line of rows, so that
whoever must act sees where; what to do next follows.
"""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Final, NoReturn

import attrs
import click

from expressplatform.errors import InvalidInput, LedgerBroken, Problem, SignatureInvalid
from expressplatform.ledger.notes import NOTE_BYTES, unbase64
from expressplatform.ports import LedgerSize
from expressplatform_cli import documents
from expressplatform_cli.config import Place, open_platform
from expressplatform_cli.evidence import actor_options
from expressplatform_cli.exits import Exit, Message, leave
from expressplatform_cli.folders import write_private
from expressplatform_cli.options import answers, place_options
from expressplatform_cli.output import progress, say_json

_FILE: Final = click.Path(dir_okay=False, exists=True, path_type=Path)
_KEY_BYTES: Final = 32
_NEW_FILE: Final = click.Path(dir_okay=False, path_type=Path)
_KEEP: Final = (
    "Stop writing and keep a copy of the store as it is, for whoever finds out what happened. Then put back the last "
    "backup that verifies: 'expressplatform verify' tells of each."
)
_FOUND: Final = MappingProxyType(
    {
        "row_missing": ("The row at place {place:,} is not in the store any more.", _KEEP),
        "row_differs": ("The row at place {place:,} is not the one that was placed there.", _KEEP),
        "root_differs": ("A row was changed, moved or put in another's place between {since:,} and {last:,}.", _KEEP),
        "rows_missing": (
            "There are {place:,} rows where a checkpoint, or the ledger itself, speaks of more.",
            "If a backup was put back, this is what it lacks: look for what happened since, by the copies that others "
            "hold. If not, rows were removed. " + _KEEP,
        ),
        "other_log": (
            "A checkpoint speaks of another ledger.",
            "Check that the file and the line 'origin' of the configuration belong to this council.",
        ),
    }
)
_SIGNED_BY_ANOTHER: Final = "A checkpoint was not signed by this platform's key."
_EXCHANGED: Final = (
    "Check that file and keys belong to this council. If they do, the key store or the checkpoint was exchanged: treat "
    "the store as altered until a checkpoint that somebody else holds says otherwise."
)


@click.command()
@click.option("--checkpoint", "files", metavar="FILE", type=_FILE, multiple=True, help="One that was handed out.")
@click.option("--key", metavar="BASE64", help="The key as it was published, to judge FILE by [default: the one here].")
@answers
@place_options
def verify(place: Place, files: tuple[Path, ...], key: str | None, as_json: bool) -> None:
    """Hold every stored row against every checkpoint that was signed here, and those in FILE (any number of times).

    A checkpoint that somebody else has kept shows what nobody here can hide: give at least one. Changes nothing.
    """
    notes, public = [_note(path) for path in files], _public(key)
    with closing(open_platform(place)) as platform:
        size = platform.ledger_size()
        try:
            with progress("Rows checked", size.placed) as show:
                found = platform.verify(notes, public=public, progress=show)
        except LedgerBroken as broken:
            _tell_broken(broken, size, as_json)
        except SignatureInvalid as error:
            leave(Message(Exit.STORE, error.code, _SIGNED_BY_ANOTHER, _EXCHANGED), as_json=as_json)
    if as_json:
        say_json({"holds": True, **attrs.asdict(found)})
        return
    under = f"{_many(found.kept, 'checkpoint')} kept here and {found.exported:,} handed in"
    click.echo(f"Every row is as it was signed: {_many(found.rows, 'row')}, under {under}.")
    if found.waiting:
        click.echo(f"{_many(found.waiting, 'row')} without a place yet; 'expressplatform work' gives them theirs.")
    if found.unreadable:
        click.echo(f"{_many(found.unreadable, 'checkpoint')} kept here cannot be opened any more.")
    if not found.exported:
        click.echo("Nobody else's checkpoint was looked at: --checkpoint FILE shows what could be hidden here.")


def _public(key: str | None) -> bytes | None:
    """The key as it is typed; raises click.UsageError."""
    public = None if key is None else unbase64(key)
    if key is not None and (public is None or len(public) != _KEY_BYTES):
        raise click.UsageError("--key must be 32 bytes in base64.")
    return public


def _many(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _note(path: Path) -> bytes:
    if path.stat().st_size > NOTE_BYTES:
        raise InvalidInput((Problem("$", "too_large", f"must have at most {NOTE_BYTES} bytes"),))
    return path.read_bytes()


def _tell_broken(broken: LedgerBroken, size: LedgerSize, as_json: bool) -> NoReturn:
    sentence, then = _FOUND[broken.code]
    text = sentence.format(place=broken.place, since=broken.since, last=max(broken.place - 1, broken.since))
    if as_json:
        said = Message(Exit.STORE, broken.code, text, then).document()
        said["error"] |= {"place": broken.place, "since": broken.since}  # type: ignore[operator]
        click.echo(json.dumps(said, indent=2), err=True)
        raise click.exceptions.Exit(Exit.STORE)
    if broken.code != "other_log":
        for line in drawn(broken, size.placed):
            click.echo(line, err=True)
    leave(Message(Exit.STORE, broken.code, f"{text} [{broken.code}]", then), as_json=False)


def drawn(broken: LedgerBroken, placed: int) -> list[str]:
    """The rows as a line: what is as it was signed, where something is wrong, and what nobody can tell."""
    exact = broken.code in ("row_missing", "row_differs")
    last = broken.place + 1 if exact else broken.place
    rest = max(placed - last, 0) if broken.code != "rows_missing" else 0
    parts = [
        (broken.since, "─", "as signed"),
        (last - broken.since, "x", "missing" if broken.code == "row_missing" else "wrong"),
        (rest, "·", "not known"),
    ]
    if broken.code == "rows_missing":
        parts[1:] = [(last - broken.since, "·", "not known"), (1, "x", "missing")]
    shown = [(count, mark, word) for count, mark, word in parts if count]
    ends: list[int] = []
    for count, _, _ in shown:
        ends.append((ends[-1] if ends else 0) + count)
    starts = [0, *ends[:-1]]
    cells = [f"{start:,}" for start in starts]
    width = max(12, *(len(one) + 2 for one in (*cells, *(word for _, _, word in shown))))
    return [
        "place  " + "".join(cell.ljust(width) for cell in cells),
        "       " + "".join((mark * (width - 1) + " ") for _, mark, _ in shown),
        "       " + "".join(word.ljust(width) for _, _, word in shown),
    ]


# ---- what others check ----------------------------------------------------------------------------------------------


@click.command()
@click.option("--out", metavar="FILE", type=_NEW_FILE, help="Write the note into a new file.")
@answers
@place_options
def checkpoint(place: Place, out: Path | None, as_json: bool) -> None:
    """Show the newest signed checkpoint, and by which name and key it is judged."""
    with closing(open_platform(place)) as platform:
        note, (origin, key) = platform.checkpoint(), platform.ledger_key()
    if note is None:
        raise click.UsageError("There is no checkpoint yet: 'expressplatform work' signs one a day.")
    if out is not None:
        _write(out, note)
    if as_json:
        say_json({"checkpoint": note.decode(), "origin": origin, "public_key": b64encode(key).decode()})
        return
    click.echo(f"Written to {out}." if out is not None else note.decode().rstrip("\n"))
    _say_judged(origin, key)


@click.command("ledger-bundle")
@click.argument("case")
@click.option("--out", metavar="FILE", type=_NEW_FILE, required=True, help="The new file.")
@click.option("--checkpoint", "earlier", metavar="FILE", type=_FILE, help="One that the reader holds.")
@actor_options
@answers
@place_options
def ledger_bundle(
    place: Place, case: str, out: Path, earlier: Path | None, staff: str, role: str, organisation: str, as_json: bool
) -> None:
    """Write the rows of CASE with their proofs into FILE, for somebody who checks them without this program.

    The rows are those that whoever asks may know: with --role trader and --organisation, the trader's own.
    """
    note = _note(earlier) if earlier is not None else None
    with closing(open_platform(place)) as platform:
        by = documents.actor_of(platform, staff, role, organisation, "")
        made = platform.ledger_bundle(documents.find_case(platform, case, by), by=by, earlier=note)
        origin, key = platform.ledger_key()
    _write(out, made)
    rows = len(json.loads(made)["rows"])
    if as_json:
        say_json({"file": str(out), "rows": rows, "origin": origin, "public_key": b64encode(key).decode()})
        return
    click.echo(f"{_many(rows, 'row')} with proofs in {out}.")
    _say_judged(origin, key)
    click.echo(f"Whoever checks it runs:\n  python verify_bundle.py {out} {b64encode(key).decode()} {origin}")


def _write(path: Path, content: bytes) -> None:
    if path.exists():
        raise click.UsageError("That file is there already. Name a new one.")
    write_private(path, content)


def _say_judged(origin: str, key: bytes) -> None:
    click.echo(f"Judged by the name {origin} and the key {b64encode(key).decode()}")
    click.echo("Tell both to whoever checks, by another way.")
