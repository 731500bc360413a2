"""How a place writes to complainants: the part `letters` of a configuration, and the messenger that it names.

Laws of this module
- A table names a folder, from which something else sends, or a mail server; never both. What is wrong is told by path,
  and no value of it is.
- A password stands in a file of its own, which its owner alone should read; never in the configuration.
- A server elsewhere is spoken to over TLS. Only one of the same machine may be spoken to in the clear.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from expressplatform.errors import Problem, StoreUnusable
from expressplatform_cli.folders import text_of

if TYPE_CHECKING:
    from expressplatform.ports import Messenger

KEYS: Final = ("folder", "server", "port", "sender", "security", "user", "password_file", "link")
_PATH: Final = "$.letters"
_SERVER_ALONE: Final = ("port", "security", "user", "password_file")


class Security(StrEnum):
    """How the way to a mail server is secured: by STARTTLS, from the first byte, or not at all (the same machine)."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


_PORTS: Final[Mapping[Security, int]] = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


@attrs.frozen
class Letters:
    """Where letters go: into a folder, or to a mail server; ``link`` is how the address of a case's page begins."""

    folder: Path | None = None
    server: str = ""
    port: int = 0
    sender: str = ""
    security: Security = Security.STARTTLS
    user: str = ""
    password_file: Path | None = None
    link: str = ""

    def messenger(self) -> Messenger | None:
        """What sends them; None where only a link is named. Raises StoreUnusable (``letters``) where it cannot."""
        if self.folder is not None:
            from expressplatform_cli.outbox import Outbox

            return Outbox(self.folder)
        if not self.server:
            return None
        from expressplatform_smtp import SmtpMessenger

        try:
            return SmtpMessenger(
                self.server,
                self.port or _PORTS[self.security],
                sender=self.sender,
                tls=None if self.security is Security.NONE else ssl.create_default_context(),
                implicit=self.security is Security.TLS,
                user=self.user,
                password=_password(self.password_file) if self.password_file is not None else "",
            )
        except OSError:
            raise StoreUnusable("letters", "the file that should hold the password cannot be read") from None
        except ValueError as wrong:
            raise StoreUnusable("letters", str(wrong)) from None


def _password(file: Path) -> str:
    if (text := text_of(file)) is None:
        raise StoreUnusable("letters", "the file that should hold the password must be text in UTF-8")
    return text.strip()


def read_letters(table: object, folder: Path) -> Letters:
    """The table of a configuration that `problems` found nothing wrong with; paths are relative to ``folder``."""
    assert isinstance(table, dict)
    paths = {key: folder / table[key] for key in ("folder", "password_file") if key in table}
    given = {key: table[key] for key in table if key not in paths and key != "security"}
    return Letters(**{**given, **paths}, security=Security(table.get("security", Security.STARTTLS)))


def written(letters: Letters) -> str:
    """The same as an inline table of a configuration that may stand anywhere: paths are whole."""
    paths = {"folder": letters.folder, "password_file": letters.password_file}
    given: dict[str, str | int] = {key: path.resolve().as_posix() for key, path in paths.items() if path is not None}
    given |= {
        key: getattr(letters, key) for key in ("server", "port", "sender", "user", "link") if getattr(letters, key)
    }
    if letters.security is not Security.STARTTLS:
        given["security"] = letters.security.value
    return "{ " + ", ".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in given.items()) + " }"


def problems(table: object) -> list[Problem]:
    """Everything that is wrong with such a table, by path."""
    if not isinstance(table, dict):
        return [Problem(_PATH, "type", f"must be a table of {', '.join(KEYS)}")]
    found = [Problem(_PATH, "unknown_field", f"only {', '.join(KEYS)} are known")] if {*table} - {*KEYS} else []
    for key in KEYS:
        text = isinstance(table.get(key), str) and table[key] and table[key].isprintable()
        if key in table and key != "port" and not text:
            found.append(Problem(f"{_PATH}.{key}", "type", "must be text that is not empty"))
    port = table.get("port", 1)
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        found.append(Problem(f"{_PATH}.port", "range", "must be the number of a port"))
    if table.get("security", Security.STARTTLS.value) not in [one.value for one in Security]:
        found.append(Problem(f"{_PATH}.security", "code", f"must be one of {', '.join(Security)}"))
    return found or _at_odds(table)


def _at_odds(table: Mapping[str, object]) -> list[Problem]:
    if "folder" in table and "server" in table:
        return [Problem(_PATH, "too_many", "name a folder or a server, not both")]
    if "server" not in table:
        lost = [key for key in (*_SERVER_ALONE, "sender") if key in table]
        return [Problem(f"{_PATH}.{key}", "unexpected", "is for a mail server, and none is named") for key in lost]
    if "sender" not in table:
        return [Problem(f"{_PATH}.sender", "missing", "must be given: the address that letters come from")]
    if ("user" in table) != ("password_file" in table):
        return [Problem(_PATH, "missing", "user and password_file go together: give both")]
    return []
