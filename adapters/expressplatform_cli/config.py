"""Where the command line finds its store, its keys and its scheme: one file, or two paths.

Laws of this module
- The file says what a caller in Python would write: a store, keys, a scheme. Nothing is wired by environment.
- Paths in the file are relative to the file, paths on the command line to the current directory.
- The store names its own scheme; a file that says otherwise is a mistake, told before anything is read.
- A command never makes a store by the way: only `init`, and whoever passes a scheme, makes a new one.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs
import click

from expressplatform.errors import InvalidInput, Problem, StoreUnusable
from expressplatform_cli import letters
from expressplatform_cli.databases import Database, is_address, open_async, open_evidence, open_shelf, open_store
from expressplatform_cli.letters import Letters, read_letters
from expressplatform_cli.schemes import editions_of

if TYPE_CHECKING:  # what the help needs none of: loaded when a store is opened
    from expressplatform.platform import AsyncPlatform, Platform
    from expressplatform.ports import (
        AsyncCaseStore,
        AsyncShelf,
        CaseStore,
        Draw,
        EvidenceStore,
        Messenger,
        Shelf,
        Strip,
        TraderGateway,
    )
    from expressplatform.scheme import Participant, Scheme

DEFAULT: Final = Path("expressplatform.toml")
KEYS: Final = ("store", "keys", "scheme", "register", "evidence", "scan", "origin", "checkpoints", "letters")
_NO_TEXT: Final = frozenset({"scan", "letters"})
REGISTER: Final = "register.txt"
"""What must stay undone, beside the configuration where it names no other."""
EVIDENCE: Final = "evidence.db"
"""The file of documents, beside a store in a file where a configuration names no other."""
CHECKPOINTS: Final = "checkpoints"
"""The folder of what organisations are to be handed, beside the configuration."""
NO_PLACE: Final = (
    f"There is no {DEFAULT} in this directory. Make one with 'expressplatform init DIR', or give --store and --keys."
)
_NEEDED: Final = ("store", "keys")


@attrs.frozen
class Place:
    """Where the files are. ``scheme`` is the id that a configuration file names, None where nobody says.

    ``store`` is a file, or a database, which a configuration file names by its address; keys are always a file.

    ``evidence`` is the file of documents, None for the usual place; ``scan`` the command that looks into them, if any.
    ``origin`` is what the ledger is called in checkpoints (empty: by the council), ``checkpoints`` the folder into
    which the day's is written for every organisation, None for nowhere. ``letters`` says how complainants are written
    to, None: they are not.
    ``register`` holds what must stay undone, apart from store and keys: beside the store's file where nobody
    says, and beside that of the keys where the store is a database.
    """

    store: Path | Database
    keys: Path
    scheme: str | None = None
    evidence: Path | None = None
    scan: tuple[str, ...] = ()
    origin: str = ""
    checkpoints: Path | None = None
    letters: Letters | None = None
    register: Path = attrs.field()

    @register.default
    def _beside_the_store(self) -> Path:
        return self._beside.with_name(REGISTER)

    @property
    def _beside(self) -> Path:
        return self.keys if isinstance(self.store, Database) else self.store

    @property
    def file(self) -> Path:
        """The file of the store; raises click.UsageError where it is a database."""
        if isinstance(self.store, Database):
            raise click.UsageError("This is for a store in a file; a database is backed up with tools of its own.")
        return self.store

    @property
    def documents(self) -> Path | Database:
        """Where documents are, or would be: the file that is named, else beside the store's, or in its database."""
        if self.evidence is not None:
            return self.evidence
        return self.store if isinstance(self.store, Database) else self.store.with_name(EVIDENCE)


def find_place(config: Path | None, store: Path | None, keys: Path | None) -> Place:
    """The place that the options name: a store and keys, else a configuration file, else the one that lies here.

    Raises click.UsageError where there is none or only half of one, InvalidInput for a file that cannot be read
    as a configuration.
    """
    if store is not None and is_address(store):
        raise click.UsageError("Name a database in a configuration file: its address may hold a password.")
    if store is not None and keys is not None:
        if config is not None:
            raise click.UsageError("Give --config, or --store and --keys, not both.")
        return Place(store, keys)
    if store is not None or keys is not None:
        raise click.UsageError("--store and --keys go together: give both.")
    path = config or DEFAULT
    if not path.is_file():
        raise click.UsageError("There is no such configuration file." if config else NO_PLACE)
    return read_configuration(path)


def place_or_none(config: Path | None, store: Path | None, keys: Path | None) -> Place | None:
    """The same, but None where nobody named a place and none lies here."""
    if config is None and store is None and keys is None and not DEFAULT.is_file():
        return None
    return find_place(config, store, keys)


def read_configuration(path: Path) -> Place:
    """The place that a configuration file names; raises InvalidInput with every problem by path."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise InvalidInput((Problem("$", "toml", "the configuration file must be TOML in UTF-8"),)) from None
    if found := _problems(document):
        raise InvalidInput(found)
    folder, store = path.parent, document["store"]
    return Place(
        Database(store) if is_address(store) else folder / store,
        folder / document["keys"],
        document.get("scheme"),
        folder / document["evidence"] if "evidence" in document else None,
        tuple(document.get("scan", ())),
        document.get("origin", ""),
        folder / document["checkpoints"] if "checkpoints" in document else None,
        read_letters(document["letters"], folder) if "letters" in document else None,
        folder / document.get("register", REGISTER),
    )


def _problems(document: dict[str, object]) -> tuple[Problem, ...]:
    unknown = [Problem("$", "unknown_field", f"only {', '.join(KEYS)} are known")] if {*document} - {*KEYS} else []
    missing = [Problem(f"$.{key}", "missing", "must be given") for key in _NEEDED if key not in document]
    wrong = [
        Problem(f"$.{key}", "type", "must be text that is not empty")
        for key in KEYS
        if key in document and key not in _NO_TEXT and not (isinstance(document[key], str) and document[key])
    ]
    words = document.get("scan", ["-"])
    if not (isinstance(words, list) and words and all(isinstance(word, str) and word for word in words)):
        wrong.append(Problem("$.scan", "type", "must be a list of words that are not empty: a command"))
    if "letters" in document:
        wrong += letters.problems(document["letters"])
    return (*unknown, *missing, *wrong)


def configuration(
    scheme: str,
    store: str,
    keys: str,
    register: str = REGISTER,
    scan: Sequence[str] = (),
    origin: str = "",
    written_to: Letters | None = None,
) -> str:
    """The text of a configuration file; ``written_to`` says how complainants are."""
    looks = f"scan = {json.dumps([*scan])}" if scan else '# scan = ["clamdscan", "--no-summary", "-"]'
    named = json.dumps(register, ensure_ascii=False)
    called = f"origin = {json.dumps(origin, ensure_ascii=False)}" if origin else '# origin = "council.example/ledger"'
    sent = f"letters = {letters.written(written_to)}" if written_to else '# letters = { folder = "letters" }'
    return (
        "# Where the commands of expressplatform find their files. Paths are relative to this file.\n"
        f"scheme = {json.dumps(scheme, ensure_ascii=False)}\n"
        f'store = "{store}"  # or the address of a PostgreSQL database: postgresql://...\n'
        f'keys = "{keys}"  # whoever has this file can open every case: back it up apart from the store\n'
        f"register = {named}  # what was erased or taken back: keep it where no restore touches it\n"
        f'# evidence = "{EVIDENCE}"  # the file of documents; none named: this, or the database of the store\n'
        f"{looks}  # looks into each of them: 0 is clean, 1 harmful\n"
        f'checkpoints = "{CHECKPOINTS}"  # what the ledger came to, by the day, for every organisation: hand it on\n'
        f"{called}  # what the ledger is called: never change it once handed out\n"
        f"{sent}  # how complainants are written to; or a mail server:\n"
        '# letters = { server = "mail.example", sender = "no-reply@council.example" }\n'
    )


def open_platform(
    place: Place,
    *,
    now: Callable[[], datetime] | None = None,
    draw: Draw | None = None,
    scheme: Scheme | None = None,
    participants: Sequence[Participant] = (),
    gateways: Mapping[str, TraderGateway] | None = None,
    messenger: Messenger | None = None,
    writes: bool = False,
    documents: bool = False,
    restoring: bool = False,
) -> Platform:
    """The platform over the files of a place.

    Without a ``scheme`` the files must be there, and the store names its scheme: complaints come in under its newest
    edition, and cases go on under theirs. With one they are made where they are not, and belong to it from then on.
    ``now`` and ``draw`` are those of the system unless given; ``gateways`` tell
    traders that a case waits (none: nobody is told), ``messenger`` writes to complainants; for whoever says ``writes``
    it is the one that the place names, unless another is given. A file of documents is opened where it is there, and
    made for whoever asks for ``documents``. ``restoring`` opens copies, for `Platform.reapply` and nothing else. Raises
    StoreUnusable, with the codes of the stores, or ``missing``, ``no_scheme``, ``other_scheme``, ``unknown_scheme``,
    ``broken_scheme``, ``letters``.
    """
    from expressplatform.platform import Platform, system_draw, utc_now
    from expressplatform.platform.flow import NO_GATEWAYS
    from expressplatform_files.checkpoints import CheckpointFolder
    from expressplatform_files.register import FileRegister
    from expressplatform_files.scanning import CommandScan
    from expressplatform_sqlite.keys import LocalKeyStore

    if scheme is None:
        must_be_there(place)
    if writes and messenger is None and place.letters is not None:
        messenger = place.letters.messenger()
    with ExitStack() as undone:
        store = undone.enter_context(closing(case_store(place, restoring=restoring)))
        *earlier, scheme = (scheme,) if scheme is not None else editions_named_by(store.scheme(), place)
        keys = undone.enter_context(closing(LocalKeyStore(place.keys, restoring=restoring)))
        shelf = undone.enter_context(closing(case_shelf(place)))
        evidence = case_evidence(place, make=documents)
        undone.callback(evidence.close if evidence is not None else lambda: None)
        platform = Platform(
            scheme=scheme,
            earlier=earlier,
            store=store,
            keys=keys,
            shelf=shelf,
            evidence=evidence,
            scan=CommandScan(place.scan) if place.scan else None,
            strip=_strip() if documents else None,
            register=FileRegister(place.register),
            now=now or utc_now,
            draw=draw or system_draw,
            participants=participants,
            gateways=gateways if gateways is not None else NO_GATEWAYS,
            messenger=messenger,
            link=place.letters.link if place.letters is not None else "",
            witness=CheckpointFolder(place.checkpoints) if place.checkpoints is not None else None,
            origin=place.origin,
        )
        platform.open()
        undone.pop_all()
    return platform


def open_async_platform(place: Place, scheme: Scheme, earlier: Sequence[Scheme] = ()) -> AsyncPlatform:
    """The same for an event loop, which it is made in: over connections of its own, with documents.

    The place has been opened by `open_platform` before, which said whatever is wrong with it; ``scheme`` and
    ``earlier`` are those of the platform that it gave.
    """
    from expressplatform.platform import AsyncPlatform
    from expressplatform.threads import ThreadedEvidence
    from expressplatform_files.register import FileRegister
    from expressplatform_sqlite.keys import LocalKeyStore

    store: AsyncCaseStore
    shelf: AsyncShelf
    if isinstance(place.store, Database):
        store, shelf = open_async(place.store)
    else:
        from expressplatform_sqlite.aio import AsyncSqliteStore
        from expressplatform_sqlite.aio_shelf import AsyncSqliteShelf

        store, shelf = AsyncSqliteStore(place.store), AsyncSqliteShelf(place.store)
    evidence = case_evidence(place, make=True)
    return AsyncPlatform(
        scheme=scheme,
        earlier=earlier,
        store=store,
        shelf=shelf,
        keys=LocalKeyStore(place.keys),
        evidence=ThreadedEvidence(evidence) if evidence is not None else None,
        strip=_strip(),
        register=FileRegister(place.register),
        link=place.letters.link if place.letters is not None else "",
        origin=place.origin,
    )


def case_store(place: Place, *, restoring: bool = False) -> CaseStore:
    """The store of a place, without its keys; ``restoring`` as for `open_platform`."""
    if isinstance(place.store, Database):
        return open_store(place.store)
    from expressplatform_sqlite.store import SqliteStore

    return SqliteStore(place.store, restoring=restoring)


def case_shelf(place: Place) -> Shelf:
    """The shelf of a place, in the same file or database as its store."""
    if isinstance(place.store, Database):
        return open_shelf(place.store)
    from expressplatform_sqlite.shelf import SqliteShelf

    return SqliteShelf(place.store)


def case_evidence(place: Place, *, make: bool = False) -> EvidenceStore | None:
    """The documents of a place. A file that is not there is made for whoever says ``make``, and None for others."""
    where = place.documents
    if isinstance(where, Database):
        return open_evidence(where)
    from expressplatform_sqlite.evidence import SqliteEvidence

    return SqliteEvidence(where) if make or where.is_file() else None


def _strip() -> Strip:
    from expressplatform_files.pdf import PdfStrip

    return PdfStrip()


def must_be_there(place: Place) -> None:
    """Raises StoreUnusable unless the files are there (``missing``) and hold something (``corrupt``).

    Opening a file that is not there, or is empty, would make a new one of it.
    """
    for name, path in (("store", place.store), ("keys", place.keys)):
        if isinstance(path, Database):
            continue  # opening one that is not there says so
        if not path.is_file():
            raise StoreUnusable("missing", f"the file that should hold the {name} is not there")
        if not path.stat().st_size:
            raise StoreUnusable("corrupt", f"the file that should hold the {name} is empty")


def editions_named_by(named: tuple[str, str] | None, place: Place) -> tuple[Scheme, ...]:
    """The editions of the scheme that a store names (``named``: id and edition), the newest last.

    Raises StoreUnusable as `open_platform` says.
    """
    if named is None:
        raise StoreUnusable("no_scheme", "the store belongs to no scheme yet")
    scheme_id, edition = named
    if place.scheme not in (None, scheme_id):
        raise StoreUnusable("other_scheme", "the configuration names another scheme than the store")
    editions = editions_of(scheme_id)
    if edition not in {one.edition for one in editions}:
        raise StoreUnusable("unknown_scheme", "the edition of its scheme that the store names is not installed here")
    return editions
