"""Plays the histories of a file through the platform, in batches, so that each step is stored with others.

Laws of this file: nothing here knows what a row means (see `histories`) or how a case moves. Histories of a batch
go in step: each gives its next request, one append stores them all, each is sent its case. A run that was cut off
and starts again asks for the same steps under the same keys, and so adds only what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from attrs import Factory, define, frozen

from expressplatform.codes import Role
from expressplatform.complaint import Actor
from expressplatform.errors import ExpressPlatformError
from expressplatform.platform import Platform, Request
from expressplatform_cli.consumidor import HistoryRow, Unreadable
from expressplatform_cli.histories import ASSESSED, History, Teller

BATCH: Final = 256


@frozen
class NotPlayed:
    """A row that the rules refused, by line and code."""

    line: int
    code: str


@define
class Played:
    """What a run came to: rows read, histories played to their end, and everything that was left out, with why."""

    rows: int = 0
    played: int = 0
    steps: int = 0
    unreadable: list[Unreadable] = Factory(list)
    refused: list[NotPlayed] = Factory(list)


def play(
    rows: Iterable[HistoryRow | Unreadable],
    platform: Platform,
    teller: Teller,
    progress: Callable[[Played], None] = lambda _: None,
) -> Played:
    """Plays every readable row to its end; ``progress`` hears of each batch."""
    platform.record_impact_assessment(ASSESSED, by=Actor(Role.COUNCIL, "replay", platform.scheme.council))
    done = Played()
    lines: set[int] = set()
    for batch in _batches(iter(rows)):
        readable = []
        for row in batch:
            if row.line not in lines:
                done.rows += 1
                lines = {row.line}
            if isinstance(row, Unreadable):
                done.unreadable.append(row)
            else:
                readable.append((row.line, teller.tell(row)))
        _play_together(readable, platform, done)
        progress(done)
    return done


def _batches(rows: Iterator[HistoryRow | Unreadable]) -> Iterator[list[HistoryRow | Unreadable]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _play_together(histories: list[tuple[int, History]], platform: Platform, done: Played) -> None:
    """Histories in step: one request of each, one append for all, until every one has ended."""
    running = [(line, history, next(history)) for line, history in histories]
    while running:
        answers = platform.submit([request for _, _, request in running])
        done.steps += len(running)
        following: list[tuple[int, History, Request]] = []
        for (line, history, _), answer in zip(running, answers, strict=True):
            if isinstance(answer, ExpressPlatformError):
                history.close()
                done.refused.append(NotPlayed(line, answer.code))
                continue
            try:
                following.append((line, history, history.send(answer)))
            except StopIteration:
                done.played += 1
        running = following
