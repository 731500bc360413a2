"""What the commands say to a running sandbox: where it is, one request each, and how it stands as a `Box`.

Laws of this file: the sandbox is found by an address that was given or by the file in its folder, never by guessing.
It is asked without following anything, on this machine alone.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, final
from urllib.parse import quote, urlsplit

import click

from expressplatform.errors import NoSuchCase
from expressplatform.transport import HttpResponse
from expressplatform_cli.exits import Exit, Message
from expressplatform_http.protocol.problems import read_problem
from expressplatform_http.sandbox.acceptance import Seen

ABOUT: Final = "sandbox.json"
_HERE: Final = ("127.0.0.1", "::1", "localhost")
_SECONDS: Final = 600.0
NOT_THERE: Final = Message(
    Exit.OTHER, "no_sandbox", "No sandbox answers there.", "Start one: expressplatform sandbox --folder DIR."
)


class NoSandbox(Exception):
    """Nobody answers where a sandbox should be."""


def address(folder: Path | None, at: str | None) -> str:
    """Where the sandbox is; raises click.UsageError where nobody said, or it would not be on this machine."""
    if at is not None:
        parts = urlsplit(at)
        if parts.scheme != "http" or parts.hostname not in _HERE or parts.port is None:
            raise click.UsageError("--at names a sandbox on this machine, such as http://127.0.0.1:8000.")
        return at.rstrip("/")
    about = (folder or Path()) / ABOUT
    if not about.is_file():
        raise click.UsageError("Name the sandbox: --folder DIR (the one it was started with), or --at URL.")
    found: str = json.loads(about.read_text("utf-8"))["at"]
    return found


@final
class Control:
    """A running sandbox, asked over its own addresses; it is the `Box` of the acceptance list."""

    def __init__(self, base: str) -> None:
        self.base = base

    def state(self) -> dict[str, Any]:
        """How it stands."""
        return self._asked("GET", "/sandbox/state")

    def ask(self, deed: str, /, **fields: object) -> dict[str, Any]:
        """Has something done; raises the error of the problem document where it is refused."""
        return self._asked("POST", f"/sandbox/{deed}", {"v": 1, **fields})

    def _asked(self, method: str, path: str, document: Mapping[str, object] | None = None) -> dict[str, Any]:
        where = urlsplit(self.base)
        line = http.client.HTTPConnection(where.hostname or "", where.port, timeout=_SECONDS)
        try:
            body = None if document is None else json.dumps(document).encode()
            line.request(method, path, body, {"content-type": "application/json"} if body else {})
            answer = line.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException):
            raise NoSandbox from None
        finally:
            line.close()
        if answer.status != 200:
            error = read_problem(HttpResponse(answer.status, (), data))
            if isinstance(error, NoSuchCase) and answer.status == 404 and "case" not in (document or {}):
                raise NoSandbox
            raise error
        found: dict[str, Any] = json.loads(data)
        return found

    # --- as the acceptance list needs it --------------------------------------------------------------------------

    def new_case(self, ask: str) -> str:
        """A complaint that asks for something of the system that is tried."""
        return str(self.ask("new-complaint", ask=ask)["cases"][0]["case_id"])

    def case(self, case_id: str) -> Seen:
        """How a case stands, and what happened in it."""
        found = self._asked("GET", f"/sandbox/case?id={quote(case_id, safe='')}")
        events = tuple((one["kind"], one["role"], one["asked"]) for one in found["events"])
        return Seen(found["case"]["case_id"], found["case"]["reference"], found["case"]["status"], events)

    def does(self, deed: str, case_id: str) -> None:
        """The complainant does something."""
        self.ask("does", deed=deed, case=case_id)

    def asked(self, after: int) -> Sequence[tuple[int, str, str]]:
        """What the trader's system has asked since."""
        found = self._asked("GET", f"/sandbox/asked?after={after}")
        return [(one["number"], one["method"], one["path"]) for one in found["asked"]]

    def endpoints(self) -> int:
        """At how many addresses the trader is told."""
        return int(self.state()["endpoints"])

    def hold(self) -> None:
        """Webhooks wait."""
        self.ask("hold")

    def shuffle(self, first: str, second: str) -> Sequence[tuple[str, str, int]]:
        """Webhooks go out in another order, one of them twice."""
        found = self.ask("shuffle", first=first, second=second)
        return [(one["case_id"], one["outcome"], one["status"]) for one in found["attempts"]]
