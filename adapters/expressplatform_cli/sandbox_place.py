"""A sandbox's folder and its server: stores in files, keys for one trader, a clock, and everything stopped at the end.

Laws of this file: private keys are written for their owner alone. A folder that holds anything but a sandbox is never
touched; one that holds a sandbox goes on where it was, its clock too. The server listens on this machine alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
import time
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self, final

import click

from expressplatform.errors import ExpressPlatformError
from expressplatform.platform import Platform
from expressplatform.schemes import HK_CCA
from expressplatform.sealing import EncryptionPair, new_encryption_pair
from expressplatform.signing import SigningKey
from expressplatform.threads import ThreadedEvidence
from expressplatform_cli.config import DEFAULT, EVIDENCE, REGISTER, configuration
from expressplatform_cli.folders import write_private
from expressplatform_cli.sandbox_people import complaints
from expressplatform_files.letters import EmlFolder
from expressplatform_files.pdf import PdfStrip
from expressplatform_files.register import FileRegister
from expressplatform_http.sandbox import HeldGateways, NothingFound, PushedClock, Served, WallSigned, World, sandbox_app
from expressplatform_http.server import WebhookGateways
from expressplatform_sqlite.aio import AsyncSqliteStore
from expressplatform_sqlite.aio_shelf import AsyncSqliteShelf
from expressplatform_sqlite.evidence import SqliteEvidence
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.shelf import SqliteShelf
from expressplatform_sqlite.store import SqliteStore

ABOUT: Final = "sandbox.json"
"""Where a sandbox says where it listens; the file that makes a folder one."""
KEYS_OF_TRADER: Final = "trader.json"
"""The trader's private keys, and what it needs to know of the council."""
STORE: Final = "cases.db"
KEYS: Final = "keys.db"
LETTERS: Final = "letters"
"""What complainants are told, as .eml files that nobody sends."""
_SENDER: Final = "council@council.invalid"
TRADER: Final = "taobao"
PERSON: Final = "desk-1"
_EVERY: Final = 0.2
_LONGEST_START: Final = 30.0
_DEPTH: Final = 128


@final
class Sandbox:
    """A sandbox in a folder: ``with Sandbox(folder) as box: ...``.

    ``base`` is its address while it runs. ``trader`` is the organisation whose system is tried; ``host`` and ``port``
    are where it listens (port 0: one that is free).
    """

    def __init__(self, folder: Path, *, trader: str = TRADER, host: str = "127.0.0.1", port: int = 0) -> None:
        self.folder, self.trader = folder, trader
        self.base = ""
        self.signing, self.sealing = SigningKey.generate(), new_encryption_pair()
        self._host, self._port = host, port
        self._stack = ExitStack()
        self._stop = threading.Event()
        self._ready = threading.Event()
        self._served: Served | None = None
        self._failed: BaseException | None = None

    @property
    def keys_file(self) -> Path:
        """Where the trader's keys are."""
        return self.folder / KEYS_OF_TRADER

    @property
    def world(self) -> World:
        """What happens outside of the trader's system."""
        return self._world

    def council_key(self) -> bytes:
        """The public key by which the council signs what it seals."""
        return self._platform.audit_key()

    # --- its life -------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        with ExitStack() as undone:
            known = _prepared(self.folder)
            self._clock = PushedClock(timedelta(seconds=known.get("ahead", 0)))
            self._gateways = WebhookGateways(loopback=True)
            held = HeldGateways(self._gateways)
            self._platform = self._opened(held)
            undone.callback(self._platform.close)
            self._gateways.bind(self._platform)
            self._world = World(
                self._platform, self._clock, held, trader=self.trader, tell=complaints(HK_CCA, self.trader)
            )
            self._world.open()
            self._connect()
            listening = undone.enter_context(self._listening())
            self.base = f"http://{_shown(self._host)}:{listening.getsockname()[1]}"
            self._write()
            undone.callback(self._end)
            self._start(listening)
            self._stack = undone.pop_all()
        return self

    def __exit__(self, *raised: object) -> None:
        self._stack.close()

    def _opened(self, gateways: HeldGateways) -> Platform:
        folder = self.folder
        platform = Platform(
            scheme=HK_CCA,
            store=SqliteStore(folder / STORE),
            keys=LocalKeyStore(folder / KEYS),
            shelf=SqliteShelf(folder / STORE),
            evidence=SqliteEvidence(folder / EVIDENCE),
            scan=NothingFound(),
            strip=PdfStrip(),
            register=FileRegister(folder / REGISTER),
            messenger=EmlFolder(folder / LETTERS, sender=_SENDER, now=self._clock),
            now=self._clock,
            gateways=gateways,
        )
        platform.open()
        return platform

    def _connect(self) -> None:
        """The trader's keys: those of the folder, or new ones that are let in."""
        if self.keys_file.exists():
            kept = json.loads(self.keys_file.read_text("utf-8"))
            if kept["organisation"] != self.trader:
                raise click.UsageError("That sandbox is another trader's: leave --trader out, or name a new folder.")
            self.signing = SigningKey.from_bytes(bytes.fromhex(kept["signing"]))
            self.sealing = EncryptionPair.of(bytes.fromhex(kept["sealing"]))
            return
        self._world.connect(self.signing.public, self.sealing.public)

    def _listening(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        # with its protocol named: only then does the event loop send answers without waiting for more
        made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind((self._host, self._port))
            made.listen(_DEPTH)
        except OSError:
            made.close()
            raise click.UsageError("That port is taken: name another one, or none.") from None
        return made

    def _start(self, listening: socket.socket) -> None:
        self._threads = (
            threading.Thread(target=self._serve, args=(listening,), name="sandbox", daemon=True),
            threading.Thread(target=self._work, name="sandbox-work", daemon=True),
        )
        for thread in self._threads:
            thread.start()
        until = time.monotonic() + _LONGEST_START
        while not (self._ready.wait(0.01) and self._served is not None and self._served.server.started):
            if self._failed is not None or time.monotonic() > until:
                raise click.ClickException("The sandbox did not start: look into its folder with 'doctor'.")

    def _end(self) -> None:
        self._stop.set()
        if self._served is not None:
            self._served.server.should_exit = True
        for thread in self._threads:
            thread.join(_LONGEST_START)
        self._write()

    def _serve(self, listening: socket.socket) -> None:
        try:
            asyncio.run(self._served_until_stopped(listening))
        except BaseException as failed:
            self._failed = failed
            raise

    async def _served_until_stopped(self, listening: socket.socket) -> None:
        folder = self.folder
        platform = WallSigned(
            scheme=HK_CCA,
            store=AsyncSqliteStore(folder / STORE),
            shelf=AsyncSqliteShelf(folder / STORE),
            keys=LocalKeyStore(folder / KEYS),
            evidence=ThreadedEvidence(SqliteEvidence(folder / EVIDENCE)),
            scan=NothingFound(),
            strip=PdfStrip(),
            register=FileRegister(folder / REGISTER),
            now=self._clock,
        ).by(self._clock)
        try:
            self._served = sandbox_app(platform, self._world, self._gateways, host=self._host)
            self._ready.set()
            await self._served.server.serve(sockets=[listening])
        finally:
            await platform.close()

    def _work(self) -> None:
        """What happens by itself, and the clock written down where it was pushed."""
        ahead = self._clock.ahead
        while not self._stop.wait(_EVERY):
            with suppress(ExpressPlatformError):  # the next round comes; 'doctor' tells what is wrong with a file
                self._world.settle()
            if self._clock.ahead != ahead:
                ahead = self._clock.ahead
                self._write()

    # --- its files ------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        about = {
            "v": 1, "at": self.base, "trader": self.trader, "scheme": HK_CCA.id,
            "ahead": int(self._clock.ahead.total_seconds()),
        }  # fmt: skip
        keys = {
            "v": 1, "at": self.base, "organisation": self.trader, "person": PERSON,
            "signing": self.signing.seed().hex(), "sealing": self.sealing.private.hex(),
            "council": self.council_key().hex(),
        }  # fmt: skip
        _replace(self.folder / ABOUT, about)
        _replace(self.keys_file, keys)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _replace(path: Path, document: dict[str, object]) -> None:
    """Writes a document in the place of the one before, whole or not at all, for its owner alone."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    write_private(beside, json.dumps(document, indent=2).encode())
    os.replace(beside, path)


def _prepared(folder: Path) -> dict[str, Any]:
    """Makes the folder, or reads what an earlier sandbox left in it; raises UsageError where there is anything else."""
    about = folder / ABOUT
    if about.is_file():
        known: dict[str, Any] = json.loads(about.read_text("utf-8"))
        return known
    if folder.is_dir() and any(folder.iterdir()):
        raise click.UsageError("That folder holds something that is not a sandbox. Name a new one, or an empty one.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / DEFAULT).write_text(configuration(HK_CCA.id, STORE, KEYS), encoding="utf-8")
    return {}
