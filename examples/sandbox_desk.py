"""A trader's system in the sandbox: it polls, is told by webhook, and does everything on the acceptance list.

Run it as a script: without arguments it starts a sandbox of its own, works in it and is certified. With a file of keys,
`python sandbox_desk.py sandbox/trader.json`, it works against the sandbox that wrote the file until it is stopped
(``--for SECONDS``: by itself).

A real desk has people who decide. This one reads what is wanted from the first words of a complaint, which in a sandbox
may carry a mark such as ``[certify:offer]``; everything else is as it would be in earnest. Where nothing is wanted in
particular, it settles: it calls, and reports a refund of what was paid.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

import expressplatform as ep
from expressplatform import commands as c
from expressplatform.codes import Channel, EvidenceKind, KeptGround, Outcome, Redress, RejectionRule
from expressplatform.errors import WebhookInvalid
from expressplatform.sealing import EncryptionPair
from expressplatform.signing import SigningKey, VerifyingKey
from expressplatform.transport import HttpxTransport
from expressplatform_http.client import MemoryKeys, Options, ReceivedDetails, Secret, TraderClient, Trust
from expressplatform_http.client import verify_webhook as verified
from expressplatform_http.protocol.documents import TraderRow

PROOF = "退款已完成。 The refund has been made.\n".encode()
Step = Callable[[TraderRow, ReceivedDetails], None]


def client_of(keys_file: Path, http: httpx.Client) -> TraderClient:
    """A client for the sandbox that wrote a file of keys."""
    known = json.loads(keys_file.read_text("utf-8"))
    signing, sealing, council = (bytes.fromhex(known[name]) for name in ("signing", "sealing", "council"))
    return TraderClient(
        known["at"],
        HttpxTransport(http),
        keys=MemoryKeys(SigningKey.from_bytes(signing), (EncryptionPair.of(sealing),)),
        trust=Trust(known["organisation"], (VerifyingKey(council),)),
        options=Options(known["person"]),
    )


class Desk:
    """Fetches what has moved since it last looked, and does what is wanted. Every write has a key of case and step."""

    def __init__(self, platform: TraderClient) -> None:
        self.platform, self.after = platform, ""
        self.wanted: dict[str, str] = {}
        self.told = threading.Event()
        self.secrets: tuple[Secret, ...] = ()
        self._seen: set[str] = set()

    def be_told(self, url: str) -> None:
        """Has webhooks sent to an address; keeps the secret that they are signed with."""
        made = self.platform.add_endpoint(url, key="desk-endpoint")
        self.secrets = tuple(Secret.of(one) for one in made.secrets)

    def take(self, body: bytes, headers: list[tuple[str, str]]) -> int:
        """A webhook came: the status to answer with. One that is known already is good, and nothing new."""
        try:
            webhook = verified(body, headers, datetime.now(UTC), secrets=self.secrets)
        except WebhookInvalid:
            return 400
        if webhook.id not in self._seen:
            self._seen.add(webhook.id)
            self.told.set()
        return 204

    def run(self, stop: threading.Event, every: float = 1.0) -> None:
        """Looks again and again: when a webhook came, and now and then all the same."""
        while not stop.is_set():
            try:
                self.round()
            except ep.ExpressPlatformError as error:
                if not error.retryable:
                    raise
            self.told.wait(every)
            self.told.clear()

    def round(self) -> None:
        """Everything that waits, once."""
        rows = self.platform.cases(after=self.after)
        for row in rows:
            try:
                self.handle(row)
            except ep.Refused:
                continue  # somebody was quicker: the list shows where it stands now
        self.after = rows.after
        for owed in self.platform.duties():
            if owed.delete_by is not None:
                self.delete(owed.case_id)

    def handle(self, row: TraderRow) -> None:
        """One case: read it where it is new, then do what is wanted, if that is still open."""
        if row.status is ep.Status.UPLOADED:
            details = self.platform.obtain(row.case_id, key=f"{row.case_id}-read")
            marked = details.statement.startswith("[certify:")
            wanted = details.statement.partition("]")[0].removeprefix("[certify:") if marked else "settle"
            self.wanted[row.case_id] = wanted
            step = self.steps().get(wanted)
            if step is not None:
                step(row, details)
        elif row.status is ep.Status.REFERRED_BACK and self.wanted.get(row.case_id) == "late":
            self.resolve(row)

    def steps(self) -> dict[str, Step]:
        """What is done with a case, by what is wanted of it."""
        return {
            "settle": self.settle,
            "contact": lambda row, details: self.contact(row),
            "offer": self.offer,
            "resolve_with_evidence": self.resolve_with_evidence,
            "reject": lambda row, details: self.act(row, c.Reject(RejectionRule.NOT_OUR_SHOP)),
        }

    def contact(self, row: TraderRow) -> None:
        """Somebody has called, and said the code first."""
        self.act(row, c.ReportContact(Channel.PHONE, code_given=True))

    def settle(self, row: TraderRow, details: ReceivedDetails) -> None:
        """A refund of what was paid."""
        self.contact(row)
        self.resolve(row, amount=details.paid)

    def offer(self, row: TraderRow, details: ReceivedDetails) -> None:
        """An offer of what was paid, open until the case is due."""
        self.contact(row)
        expires = (row.due_at or datetime.now(UTC)) + timedelta(days=1)
        self.act(row, c.MakeOffer((Redress.REFUND,), expires, details.paid))

    def resolve_with_evidence(self, row: TraderRow, details: ReceivedDetails) -> None:
        """A result with a document that shows it."""
        self.contact(row)
        added = self.platform.upload_evidence(
            row.case_id, PROOF, kind=EvidenceKind.REFUND_PROOF, name="receipt", key=f"{row.case_id}-proof"
        )
        self.resolve(row, added.evidence, details.paid)

    def resolve(self, row: TraderRow, evidence: tuple[str, ...] = (), amount: ep.Money | None = None) -> None:
        """The result."""
        outcome = Outcome.SETTLED_MONETARY if amount is not None else Outcome.SETTLED_NON_MONETARY
        redress = (Redress.REFUND,) if amount is not None else (Redress.EXCHANGE,)
        self.act(row, c.ReportResolution(outcome, redress, amount, evidence=evidence))

    def act(self, row: TraderRow, command: c.Command) -> None:
        """A step, under a key that is the same whenever it is tried."""
        self.platform.act(row.case_id, command, key=f"{row.case_id}-{type(command).__name__}")

    def delete(self, case_id: str) -> None:
        """Deletes what is here of a case, and says so."""
        self.wanted.pop(case_id, None)
        self.platform.confirm_deletion(case_id, ground=KeptGround.NOTHING_KEPT, key=f"{case_id}-deleted")


class Receiver(ThreadingHTTPServer):
    """Takes webhooks on this machine for a desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.desk = desk


class Handler(BaseHTTPRequestHandler):
    """Reads one webhook and answers at once; the work is the loop's."""

    timeout = 10.0

    def do_POST(self) -> None:
        """Its body as it is, to the byte; `receive_webhooks.py` says more of it."""
        assert isinstance(self.server, Receiver)
        length = self.headers.get("Content-Length", "")
        body = self.rfile.read(min(int(length), 16_384)) if re.fullmatch("[0-9]{1,9}", length) else b""
        self.send_response(self.server.desk.take(body, list(self.headers.items())))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def work(keys_file: Path, stop: threading.Event, make: Callable[[TraderClient], Desk] = Desk) -> None:
    """A desk and its receiver, until it is told to stop."""
    with httpx.Client() as http:
        desk = make(client_of(keys_file, http))
        with Receiver(desk) as receiver:
            thread = threading.Thread(target=receiver.serve_forever, args=(0.05,))
            thread.start()
            try:
                desk.be_told(f"http://127.0.0.1:{receiver.server_port}/express")
                desk.run(stop)
            finally:
                receiver.shutdown()
                thread.join()


def main() -> None:
    """Works against a sandbox, or is certified in one of its own."""
    asked = argparse.ArgumentParser(description="A trader's desk in the sandbox.")
    asked.add_argument("keys", nargs="?", type=Path, help="the file of keys that a sandbox wrote")
    asked.add_argument("--for", dest="seconds", type=float, help="stop by itself after so many seconds")
    options = asked.parse_args()
    stop = threading.Event()
    if options.keys is not None:
        if options.seconds is not None:
            threading.Timer(options.seconds, stop.set).start()
        work(options.keys, stop)
        return
    certified(stop)


def certified(stop: threading.Event) -> None:
    """A sandbox, a desk in it, and the acceptance list."""
    from expressplatform_cli.sandbox_control import Control
    from expressplatform_cli.sandbox_place import Sandbox
    from expressplatform_http.sandbox import certify

    with tempfile.TemporaryDirectory() as folder, Sandbox(Path(folder) / "sandbox") as sandbox:
        desk = threading.Thread(target=work, args=(sandbox.keys_file, stop))
        desk.start()
        try:
            found = certify(Control(sandbox.base), wait=60, pause=lambda: time.sleep(0.1), clock=time.monotonic)
        finally:
            stop.set()
            desk.join()
    print(*(f"{one.item}: {one.outcome}" for one in found), sep="\n")
    assert all(one.outcome == "done" for one in found), found


if __name__ == "__main__":
    main()
