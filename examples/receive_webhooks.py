"""A receiver of webhooks: what is not from the platform is turned away, what came before is not done twice.

Run it as a script. A webhook says that a case waits and nothing else; so the receiver verifies it, answers at once, and
leaves the work to whoever fetches cases (`trader_desk.py`). It takes whatever is sent to it: anything that is not a
webhook is one kind of error, and is answered by 400.

In earnest it stands behind HTTPS at the address that you registered, and ``SEEN`` is a table of your database. Here
`FakePlatform` sends.
"""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from expressplatform.errors import WebhookInvalid
from expressplatform_http.client import Secret, Webhook, verify_webhook
from expressplatform_http.testing import FakePlatform

LONGEST = 16_384
DIGITS = re.compile("[0-9]{1,9}")


class Receiver:
    """Takes webhooks that one of the secrets signed; each id once, for the queue."""

    def __init__(self, secrets: Sequence[Secret], now: Callable[[], datetime]) -> None:
        self.waiting: queue.Queue[str] = queue.Queue()
        self._secrets, self._now = secrets, now
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def take(self, body: bytes, headers: Sequence[tuple[str, str]]) -> int:
        """The status to answer with: 204 for a webhook, known or new, and 400 for everything else."""
        try:
            webhook: Webhook = verify_webhook(body, headers, self._now(), secrets=self._secrets)
        except WebhookInvalid:
            return 400
        with self._lock:
            if webhook.id not in self._seen:
                self._seen.add(webhook.id)
                self.waiting.put(webhook.case_id)
        return 204


class Server(ThreadingHTTPServer):
    """A server on this machine that hands everything to a receiver."""

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.receiver = receiver


class Handler(BaseHTTPRequestHandler):
    """Reads one request: its body as it is, to the byte, no more of it than a webhook has, and not for ever."""

    timeout = 10.0

    def do_POST(self) -> None:
        """Answers before anything is done: the platform waits a few seconds, and sends again if it hears nothing."""
        assert isinstance(self.server, Server)
        length = self.headers.get("Content-Length", "")
        if DIGITS.fullmatch(length):
            body = self.rfile.read(min(int(length), LONGEST + 1))
            self.send_response(self.server.receiver.take(body, list(self.headers.items())))
        else:  # also one below nothing, which would be read until the sender hangs up
            self.send_response(400)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def main() -> None:
    """Two cases, one of them told twice, and somebody who would like to be the platform."""
    secret = Secret(b"told once, when it was made")
    with FakePlatform() as council, httpx.Client() as sender:
        receiver = Receiver([secret], council.clock)
        with Server(receiver) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            url = f"http://127.0.0.1:{server.server_port}/express"
            cases = [council.new_complaint() for _ in range(2)]
            told = council.webhooks(secret)
            for body, headers in (*told, told[0]):
                assert sender.post(url, content=body, headers=list(headers)).status_code == 204
            forged = council.webhooks(Secret(b"somebody else's, and as long"))[0]
            assert sender.post(url, content=forged[0], headers=list(forged[1])).status_code == 400
            assert sender.post(url, content=b"hello").status_code == 400
            server.shutdown()
            thread.join()
    assert [receiver.waiting.get_nowait() for _ in range(2)] == cases
    assert receiver.waiting.empty()
    print("two cases wait, each told once")


if __name__ == "__main__":
    main()
