"""Messengers, gateways and witnesses with one fault each, at their edges."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import unicodedata
import warnings
from base64 import b64encode
from collections.abc import Sequence

import attrs

from expressplatform.errors import Unreachable
from expressplatform.ports import Alert, Message
from expressplatform.testing.fakes import contact_of
from expressplatform.testing.fitting import START
from expressplatform.testing.messengers.letters import Sent
from tests.faulty.outward import Bell, Letters, Shelves
from tests.faulty.outward_awaited import AwaitedLetters

# --- messengers -------------------------------------------------------------------------------------------------------


class Retold(Letters):
    """A good messenger; the faulty ones tell a text otherwise."""

    def _text(self, text: str) -> str:
        return text

    def outbox(self) -> Sequence[Sent]:
        return [attrs.evolve(one, text=self._text(one.text)) for one in super().outbox()]


class NoSignatures(Retold):
    """What looks like a signature is cut off."""

    breaks = ("M1",)

    def _text(self, text: str) -> str:
        return text.partition("\n-- \n")[0]


class ComposedSigns(Retold):
    """A letter and its accent become one sign."""

    breaks = ("M1",)

    def _text(self, text: str) -> str:
        return unicodedata.normalize("NFC", text)


class OneBlank(Retold):
    """Several blanks within a line become one."""

    breaks = ("M1",)

    def _text(self, text: str) -> str:
        return re.sub(r"(?<=\S) +", " ", text)


class LongTextsAreSpaced(Retold):
    """The lines of a text that has many are set apart."""

    breaks = ("M1",)

    def _text(self, text: str) -> str:
        return text.replace("\n", "\n\n") if text.count("\n") > 50 else text


class BrokenSigns(Retold):
    """A text is decoded in pieces, and what stands at a border is lost."""

    breaks = ("M1",)

    def _text(self, text: str) -> str:
        raw = text.encode()
        return "".join(raw[at : at + 65536].decode(errors="replace") for at in range(0, len(raw), 65536))


class BeginsLikeOne(Letters):
    """A message whose id another begins with is taken for known."""

    breaks = ("M1",)

    def send(self, message: Message, /) -> None:
        if self.broken or not any(one.id.startswith(message.id) for one in self.sent if one.id != message.id):
            super().send(message)


class ByTelephone(Letters):
    """Whoever has a telephone number is written to there, whatever else they have."""

    breaks = ("M1",)

    def outbox(self) -> Sequence[Sent]:
        phones = [one.reader.values.get("particulars.phone") for one in self.sent]
        return [
            attrs.evolve(one, address=str(phone or one.address))
            for one, phone in zip(super().outbox(), phones, strict=True)
        ]


class OutOfReachByName(Letters):
    """Whoever has the name of somebody without an address is out of reach too."""

    breaks = ("M2", "M1")

    def __init__(self) -> None:
        super().__init__()
        self.gone: set[object] = set()

    def send(self, message: Message, /) -> None:
        name = message.reader.values.get("particulars.name")
        if not contact_of(message):
            self.gone.add(name)
        if name in self.gone:
            raise Unreachable
        super().send(message)


class FirstAddressStands(Letters):
    """A message that failed is tried again where it was to go at first."""

    breaks = ("M7", "M1")

    def __init__(self) -> None:
        super().__init__()
        self.drafts: dict[str, Message] = {}

    def send(self, message: Message, /) -> None:
        super().send(self.drafts.setdefault(message.id, message))


class SecondFailureIsSilent(Letters):
    """A way that is known to be broken is not told again."""

    breaks = ("M7",)
    known = False

    def _check(self) -> None:
        self.known, known = self.broken, self.known
        if not known:
            super()._check()

    def send(self, message: Message, /) -> None:
        self._check()
        if not self.broken:
            super().send(message)


class SecondFailureIsUnreachable(Letters):
    """Whoever could not be written to twice is taken for out of reach."""

    breaks = ("M7",)
    failed = 0

    def _check(self) -> None:
        if self.broken and self.failed:
            raise Unreachable
        self.failed += self.broken
        super()._check()


class QueuedUnderAnotherId(Letters):
    """What failed is sent by itself later, under an id of its own, and again when it is sent again."""

    breaks = ("M7",)

    def __init__(self) -> None:
        super().__init__()
        self.queue: list[Message] = []

    def send(self, message: Message, /) -> None:
        if self.broken:
            self.queue.append(attrs.evolve(message, id=f"{message.id}-again"))
        super().send(message)
        while self.queue:
            super().send(self.queue.pop())


class TellsInBase64(Letters):
    """The error of a broken way holds the address in base64."""

    breaks = ("M5",)

    def send(self, message: Message, /) -> None:
        if self.broken:
            raise ConnectionError(b64encode(contact_of(message).encode()).decode())
        super().send(message)


class PrintsTheLast(Letters):
    """A messenger prints whom it could not write to."""

    breaks = ("M5",)
    last = ""

    def send(self, message: Message, /) -> None:
        self.last = contact_of(message) if self.broken else self.last
        super().send(message)

    def __repr__(self) -> str:
        return f"<PrintsTheLast {self.last}>"


class LogsAside(Letters):
    """An address is logged in a log that leads nowhere else."""

    breaks = ("M8",)

    def send(self, message: Message, /) -> None:
        super().send(message)
        log = logging.getLogger("tests.faulty.outward_edges")
        log.propagate = False
        log.debug("sent to %s", contact_of(message))


class LogsBeside(Letters):
    """An address lies beside what is logged, for whoever writes logs as data."""

    breaks = ("M8",)

    def send(self, message: Message, /) -> None:
        super().send(message)
        logging.getLogger("letters").info("sent", extra={"to": contact_of(message)})


class WritesBeneath(Letters):
    """An address is written to the process's own output, past Python's."""

    breaks = ("M8",)

    def send(self, message: Message, /) -> None:
        super().send(message)
        if message.text == "secretword":  # the kit listens then, and nothing reaches whoever runs the tests
            os.write(2, f"sent to {contact_of(message)}\n".encode())


class WarnsOfReaders(Letters):
    """A warning says to whom a letter went."""

    breaks = ("M8",)

    def send(self, message: Message, /) -> None:
        super().send(message)
        with contextlib.suppress(UserWarning):
            warnings.warn(f"sent to {contact_of(message)}", stacklevel=1)


class CancelledIsDone(AwaitedLetters):
    """A sending that is cancelled is told as done, and was not."""

    breaks = ("M9",)

    async def send(self, message: Message, /) -> None:
        try:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            return
        self.inner.send(message)


# --- gateways ---------------------------------------------------------------------------------------------------------


class SinceWhenIsUntilWhen(Bell):
    """Where there is no due date, when the case came to where it stands is told as one."""

    breaks = ("G1",)

    def received(self) -> Sequence[Alert]:
        return [attrs.evolve(one, due_at=one.due_at or one.at) for one in self.alerts]


class TenYearsAtMost(Bell):
    """What is due in more than ten years is due never."""

    breaks = ("G1",)

    def received(self) -> Sequence[Alert]:
        return [
            attrs.evolve(one, due_at=None) if one.due_at and one.due_at.year > START.year + 10 else one
            for one in self.alerts
        ]


class TrimmedReferences(Bell):
    """A reference loses the blanks around it."""

    breaks = ("G1",)

    def received(self) -> Sequence[Alert]:
        return [attrs.evolve(one, reference=one.reference.strip()) for one in self.alerts]


class SecondSilence(Bell):
    """A way that is known to be broken is not told again."""

    breaks = ("G3",)
    known = False

    def alert(self, alert: Alert, /) -> None:
        self.known, known = self.broken, self.known
        if not (known and self.broken):
            super().alert(alert)


class StepsThatBeginAlike(Bell):
    """A step whose number begins another's is taken for known."""

    breaks = ("G5",)

    def alert(self, alert: Alert, /) -> None:
        step = alert.id.rpartition(".")[0]
        if not any(one.id != alert.id and one.id.startswith(step) for one in self.alerts):
            super().alert(alert)


class SameDueDateOnce(Bell):
    """An alert that says of a case what the last one said is dropped."""

    breaks = ("G5",)

    def alert(self, alert: Alert, /) -> None:
        last = self.alerts[-1] if self.alerts and not self.broken else None
        if last is None or attrs.evolve(alert, id=last.id) != last or alert.due_at is None:
            super().alert(alert)


# --- witnesses --------------------------------------------------------------------------------------------------------


class Under(Shelves):
    """A good witness; the faulty ones keep a note under another id."""

    def _id(self, id: str) -> str:
        return id

    def checkpoint(self, organisation: str, id: str, note: bytes, /) -> None:
        super().checkpoint(organisation, self._id(id), note)


class OneSign(Under):
    """Whatever is no letter and no digit in an id is one sign."""

    breaks = ("W3",)

    def _id(self, id: str) -> str:
        return re.sub(r"[^A-Za-z0-9]+", "_", id)


class LastPartAlone(Under):
    """Of an id the last part counts, whichever log it is of."""

    breaks = ("W3",)

    def _id(self, id: str) -> str:
        return id.rpartition("/")[2]


class EightyLetters(Under):
    """An id ends after eighty letters."""

    breaks = ("W3",)

    def _id(self, id: str) -> str:
        return id[:80]


class LaterTakesThePlace(Shelves):
    """Another note under a known id takes the place of the first."""

    breaks = ("W2", "W3")

    def checkpoint(self, organisation: str, id: str, note: bytes, /) -> None:
        if not self.broken:
            self.notes = [one for one in self.notes if one[:2] != (organisation, id)]
        super().checkpoint(organisation, id, note)


class LineEndAdded(Shelves):
    """A note that does not end with a line break is given one."""

    breaks = ("W1", "W3")

    def received(self, organisation: str) -> Sequence[bytes]:
        return [note if note.endswith(b"\n") else note + b"\n" for note in super().received(organisation)]


class SecondSilentWitness(Shelves):
    """A way that is known to be broken is not told again."""

    breaks = ("W4",)
    known = False

    def checkpoint(self, organisation: str, id: str, note: bytes, /) -> None:
        self.known, known = self.broken, self.known
        if not (known and self.broken):
            super().checkpoint(organisation, id, note)


GOOD = (Retold, Under)
FAULTY = tuple(
    one
    for one in list(vars().values())
    if isinstance(one, type)
    and issubclass(one, Letters | Bell | Shelves | AwaitedLetters)
    and one.__module__ == __name__
    and one.breaks
)
