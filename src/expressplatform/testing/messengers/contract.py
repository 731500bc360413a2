"""The contracts of messengers, as tests: give them yours, and they say whether its letters arrive.

    class TestMyMessenger(MessengerContract):
        def make_messenger(self) -> Messenger:
            return MyMessenger(...)

        def outbox(self, messenger: Messenger) -> Sequence[Sent]:
            return [Sent(...) for ... in the letters that left]

Laws of this file: those of `contracts`.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager, nullcontext
from typing import Final, cast

from expressplatform.ports import AsyncMessenger, Message, Messenger
from expressplatform.testing.guarantees import proves
from expressplatform.testing.lifting import Lift, lift, messenger_lift_of
from expressplatform.testing.messengers.checks import MessengerChecks
from expressplatform.testing.messengers.letters import Sent, lines_of

MadeMessenger = AsyncMessenger | AbstractContextManager[AsyncMessenger] | AbstractAsyncContextManager[AsyncMessenger]
"""What may make an awaited messenger: it, or a context manager, awaited or not, that gives one."""
_HELD_UP: Final = 0.05
_TURN: Final = 0.001
_TRIES: Final = 5


class MessengerContract(MessengerChecks):
    """The contract of `Messenger`. Give `make_messenger`; `outbox` and `break_way` unlock more checks.

    The messenger must be able to reach ``self.contact``; an adapter for another way than e-mail says so there.
    """

    def make_messenger(self) -> Messenger | AbstractContextManager[Messenger]:
        """A messenger that sends to somewhere harmless, or a context manager that gives one."""
        raise NotImplementedError

    def outbox(self, messenger: Messenger) -> Sequence[Sent] | None:
        """What has left so far, the earliest first; None where nobody can look."""
        return None

    def break_way(self, messenger: Messenger) -> bool | None:
        """Breaks the way, or mends it when it was broken: whether it is broken now; None where it cannot be."""
        return None

    def opened(self) -> AbstractContextManager[Messenger]:
        """The messenger of `make_messenger`."""
        made = self.make_messenger()
        return made if isinstance(made, AbstractContextManager) else nullcontext(made)

    def left(self, messenger: Messenger) -> Sequence[Sent] | None:
        """What `outbox` shows."""
        return self.outbox(messenger)

    def turned(self, messenger: Messenger) -> bool | None:
        """What `break_way` does."""
        return self.break_way(messenger)


class AsyncMessengerContract(MessengerChecks):
    """The contract of `AsyncMessenger`: the same checks, each sending awaited in one event loop beside the check.

    The optional methods are those of `MessengerContract`; they may be coroutine functions, which run in that loop.
    """

    def make_messenger(self) -> MadeMessenger | Awaitable[MadeMessenger]:
        """A messenger, which is used in the event loop alone, or what gives one."""
        raise NotImplementedError

    def outbox(self, messenger: AsyncMessenger) -> Sequence[Sent] | Awaitable[Sequence[Sent] | None] | None:
        """What has left so far, the earliest first; None where nobody can look."""
        return None

    def break_way(self, messenger: AsyncMessenger) -> bool | Awaitable[bool | None] | None:
        """Breaks the way, or mends it when it was broken: whether it is broken now; None where it cannot be."""
        return None

    @contextmanager
    def opened(self) -> Iterator[Messenger]:
        """The messenger of `make_messenger`, behind a face that waits until it has sent."""
        with lift() as loop:
            made = cast(MadeMessenger, loop.awaited(self.make_messenger()))
            with loop.messenger(made) as messenger:
                yield messenger

    def left(self, messenger: Messenger) -> Sequence[Sent] | None:
        """What `outbox` shows."""
        loop, behind = messenger_lift_of(messenger)
        return loop.awaited(self.outbox(behind))

    def turned(self, messenger: Messenger) -> bool | None:
        """What `break_way` does."""
        loop, behind = messenger_lift_of(messenger)
        return loop.awaited(self.break_way(behind))

    def threads(self, messenger: Messenger) -> tuple[int, ...]:
        """The event loop's."""
        return (messenger_lift_of(messenger)[0].wait(_thread()),)

    @proves("M9")
    def test_tasks_in_the_same_breath_each_send_their_own(self) -> None:
        """Of what twelve tasks of one event loop send at once nothing is lost or mixed up."""
        messages = [self._message(f"number {number}") for number in range(12)]
        with self.opened() as messenger:
            loop, behind = messenger_lift_of(messenger)
            loop.wait(_all_at_once(behind, messages))
            for message in messages:
                (sent,) = self._sent(messenger, message)
                assert (sent.address, sent.text.split()) == (self._address(), message.text.split())

    @proves("M9")
    def test_what_is_cancelled_is_sent_whole_or_not_at_all_and_the_messenger_goes_on(self) -> None:
        """Sooner or later cancelled, a sending is told as cancelled or done, and the message can be sent again."""
        with self.opened() as messenger:
            loop, behind = messenger_lift_of(messenger)
            for ticks in range(8):
                message = self._message(f"cancelled after {ticks}")
                if loop.wait(_cancelled(behind, message, ticks)):
                    assert self._sent(messenger, message), "it was told as sent, and was not"
                messenger.send(message)
                for sent in self._sent(messenger, message):
                    assert (sent.address, lines_of(sent.text)) == (self._address(), lines_of(message.text))
                assert self._sent(messenger, message), "what was cancelled cannot be sent any more"

    @proves("M10")
    def test_the_event_loop_goes_on_while_a_message_is_sent(self) -> None:
        """However long a sending takes, other tasks have their turn meanwhile."""
        with self.opened() as messenger:
            loop, behind = messenger_lift_of(messenger)
            # a machine may be busy once; a messenger that blocks does so each time
            held = [_held_up(loop, behind, self._message(f"slowly {number}")) for number in range(_TRIES)]
            assert min(held) < _HELD_UP, "nothing else has its turn while a message is sent"


async def _thread() -> int:
    return threading.get_ident()


def _held_up(loop: Lift, messenger: AsyncMessenger, message: Message) -> float:
    """The longest time, in seconds, for which nothing else had its turn."""
    return loop.wait(_watched(messenger, message))


async def _watched(messenger: AsyncMessenger, message: Message) -> float:
    clock = asyncio.get_running_loop().time
    sending = asyncio.ensure_future(messenger.send(message))
    longest, last = 0.0, clock()
    while not sending.done():
        await asyncio.sleep(_TURN)
        last, longest = clock(), max(longest, clock() - last)
    await sending
    return longest


async def _all_at_once(messenger: AsyncMessenger, messages: Sequence[Message]) -> None:
    await asyncio.gather(*(messenger.send(message) for message in messages))


async def _cancelled(messenger: AsyncMessenger, message: Message, ticks: int) -> bool:
    """Sends a message, and gives it up after so many turns of the loop: whether it is told as sent all the same."""
    task = asyncio.ensure_future(messenger.send(message))
    for _ in range(ticks):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    if task.cancelled():
        return False
    task.result()  # whatever else it raises comes out
    return True
