"""Messengers that are awaited, with one fault each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import ClassVar

import attrs

from expressplatform.errors import Unreachable
from expressplatform.ports import Message
from expressplatform.testing.messengers.letters import Sent
from tests.faulty.outward import Letters


class AwaitedLetters:
    """A good messenger that is awaited."""

    breaks: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        self.inner = Letters()

    async def send(self, message: Message, /) -> None:
        await asyncio.sleep(0)
        self.inner.send(message)

    def outbox(self) -> Sequence[Sent]:
        return self.inner.outbox()

    async def break_way(self) -> bool:
        return self.inner.break_way()


class OneEnvelope(AwaitedLetters):
    """There is one envelope, which whoever comes next writes on before it has gone."""

    breaks = ("M9",)
    envelope: Message

    async def send(self, message: Message, /) -> None:
        self.envelope = message
        await asyncio.sleep(0)
        self.inner.send(self.envelope)


class CancelledIsUnreachable(AwaitedLetters):
    """Where a sending is cancelled, its reader is said to be out of reach."""

    breaks = ("M9",)

    async def send(self, message: Message, /) -> None:
        try:
            await super().send(message)
        except BaseException as error:
            raise Unreachable from error


class LockedWhenCancelled(AwaitedLetters):
    """A sending that is cancelled leaves its turn taken, and whoever comes next is turned away."""

    breaks = ("M9",)
    turn = False

    async def send(self, message: Message, /) -> None:
        if self.turn:
            raise ConnectionError("somebody else is sending")
        self.turn = True
        await asyncio.sleep(0)
        await super().send(message)
        self.turn = False


class HalfALetter(AwaitedLetters):
    """A sending that is cancelled has sent the beginning of its letter."""

    breaks = ("M9",)

    async def send(self, message: Message, /) -> None:
        try:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.inner.send(attrs.evolve(message, text=message.text[:5]))
            raise
        self.inner.send(message)


class HoldsUpTheLoop(AwaitedLetters):
    """A letter is sent in the event loop's thread, where nothing else has its turn meanwhile."""

    breaks = ("M10",)

    async def send(self, message: Message, /) -> None:
        time.sleep(0.06 if message.text.startswith("slowly") else 0)
        await super().send(message)


GOOD = (AwaitedLetters,)
FAULTY = (OneEnvelope, CancelledIsUnreachable, LockedWhenCancelled, HalfALetter, HoldsUpTheLoop)
