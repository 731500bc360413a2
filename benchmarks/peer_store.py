"""The peer that stores events: `eventsourcing`, its AES cipher on, on either database.

Laws of this file: its events hold the same facts and the same words as ours, and are made beforehand, as ours are.
Timed is `save`: writing them as JSON, sealing, and the rows, until they are on the disk. Its log is its outbox: it
writes one row an event, where we write four.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.measure import Work
from benchmarks.steps import LIFE, SAID, noted
from expressplatform.records import event_row

Made = Any
"""What the peer makes: an application, an aggregate, an event."""


def in_sqlite(path: Path) -> dict[str, str]:
    """Its settings for a file."""
    return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}


def in_postgres(dsn: str) -> dict[str, str]:
    """Its settings for a database."""
    parts = urlsplit(dsn)
    at = parse_qs(parts.query)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_DBNAME": parts.path.lstrip("/"),
        "POSTGRES_HOST": at["host"][0], "POSTGRES_PORT": at["port"][0], "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD": "none",
    }  # fmt: skip


def application(settings: Mapping[str, str]) -> Made:
    """Its application over a store, each event sealed."""
    from eventsourcing.application import Application
    from eventsourcing.cryptography import AESCipher

    sealing = {"CIPHER_TOPIC": "eventsourcing.cryptography:AESCipher", "CIPHER_KEY": AESCipher.create_key(32)}
    return Application(env={**settings, **sealing})


class Peer:
    """The peer over a store: so many events a save of one complaint, so many complaints a save."""

    def __init__(self, settings: Mapping[str, str], events: int, batch: int) -> None:
        self.app = application(settings)
        self._events, self._batch, self._next = events, batch, 0
        self._left: list[Made] = []

    def ready(self, operations: int) -> Work:
        """So many saves; see `racing.Ready`."""
        wanted = operations * self._batch * self._events
        while len(self._left) < wanted:
            self._left += life(self._next)
            self._next += 1
        made, self._left = self._left[:wanted], self._left[wanted:]
        size = self._batch * self._events
        batches = [made[begin : begin + size] for begin in range(0, wanted, size)]
        return lambda: [self.app.save(*batch) for batch in batches]

    def close(self) -> None:
        """Close the application."""
        self.app.close()


def life(case: int) -> Sequence[Made]:
    """The events of a complaint's eight steps."""
    from benchmarks.peer_complaint import PeerComplaint

    one = PeerComplaint(written(case, 1), SAID)
    for version in range(2, LIFE + 1):
        one.note(written(case, version), SAID)
    found: Sequence[Made] = one.collect_events()
    return found


def written(case: int, version: int) -> str:
    """The facts of our event, as text."""
    return event_row(noted(case, version))[1].decode()


def gives_back(app: Made) -> None:
    """Raises LookupError unless its log holds whole complaints, sealed, that come back as they were."""
    stored = app.recorder.select_notifications(1, LIFE * 2)
    if len(stored) != LIFE * 2 or any(SAID[:20].encode() in one.state for one in stored):
        raise LookupError("the peer has not stored what it was given, or not sealed it")
    back = app.repository.get(stored[0].originator_id)
    if (back.steps, back.said, back.facts) != (LIFE, SAID, written(0, LIFE)):
        raise LookupError("the peer gives back something else")
