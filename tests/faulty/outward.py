"""Messengers, gateways and witnesses with one fault each."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import ClassVar

import attrs

from expressplatform.errors import Unreachable
from expressplatform.ports import Alert, Message
from expressplatform.testing.fakes import ScriptedMessenger, ScriptedTrader, contact_of
from expressplatform.testing.outward import Sent

# --- messengers -------------------------------------------------------------------------------------------------------


class Letters(ScriptedMessenger):
    """A good messenger in memory."""

    breaks: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        super().__init__()
        self.broken = False

    def _check(self) -> None:
        if self.broken:
            raise ConnectionError("the way is broken")

    def send(self, message: Message, /) -> None:
        self._check()
        super().send(message)

    def outbox(self) -> Sequence[Sent]:
        return [Sent(contact_of(one), one.id, one.subject, one.text) for one in self.sent]

    def break_way(self) -> bool:
        self.broken = not self.broken
        return self.broken


class DropsMessages(Letters):
    """Every second message is lost."""

    breaks = ("M1", "M6")

    def outbox(self) -> Sequence[Sent]:
        return super().outbox()[::2]


class ShortMessages(Letters):
    """A message is cut off after a thousand letters."""

    breaks = ("M1",)

    def outbox(self) -> Sequence[Sent]:
        return [attrs.evolve(one, text=one.text[:1000]) for one in super().outbox()]


class PlainLetters(Letters):
    """What is not in ASCII is a question mark."""

    breaks = ("M1",)

    def outbox(self) -> Sequence[Sent]:
        return [attrs.evolve(one, text=one.text.encode("ascii", "replace").decode()) for one in super().outbox()]


class NobodyIsUnreachable(Letters):
    """Who has no address is written to nowhere, and nobody hears of it."""

    breaks = ("M2",)

    def send(self, message: Message, /) -> None:
        self._check()
        self.sent.append(message)


class SentOnce(Letters):
    """To send a message again is an error."""

    breaks = ("M3",)

    def send(self, message: Message, /) -> None:
        if message in self.sent:
            raise ValueError("known")
        super().send(message)


class NewIdEachTime(Letters):
    """A message that is sent again has another id."""

    breaks = ("M3", "M1")

    def outbox(self) -> Sequence[Sent]:
        return [attrs.evolve(one, id=f"{one.id}-{at}") for at, one in enumerate(super().outbox())]


class SplitsAddresses(Letters):
    """A line break in an address ends it and begins another."""

    breaks = ("M4",)

    def send(self, message: Message, /) -> None:
        self.sent.append(message)

    def outbox(self) -> Sequence[Sent]:
        return [
            attrs.evolve(one, address=part.removeprefix("Bcc: "))
            for one in super().outbox()
            for part in one.address.splitlines()
        ]


class QuotesTheMessage(Letters):
    """An error quotes the message."""

    breaks = ("M5",)

    def send(self, message: Message, /) -> None:
        if not contact_of(message):
            error = Unreachable()
            error.add_note(message.text)
            error.__dict__["args"] = (message.text,)
            raise _Quoting(message.text) from error
        super().send(message)


class _Quoting(Unreachable):
    def __init__(self, said: str) -> None:
        super().__init__()
        self.__dict__["said"] = said

    def __repr__(self) -> str:
        return f"Unreachable({self.__dict__['said']!r})"


class FailureIsUnreachable(Letters):
    """A broken way is taken for a person who cannot be reached."""

    breaks = ("M7",)

    def _check(self) -> None:
        if self.broken:
            raise Unreachable


class FailureIsSilence(Letters):
    """A broken way is not told."""

    breaks = ("M7",)

    def send(self, message: Message, /) -> None:
        if not self.broken:
            super().send(message)


class PlainSubjects(Letters):
    """A subject loses what is not in ASCII."""

    breaks = ("M1",)

    def outbox(self) -> Sequence[Sent]:
        return [attrs.evolve(one, subject=one.subject.encode("ascii", "ignore").decode()) for one in super().outbox()]


class DecodesSubjects(Letters):
    """What looks like an encoded word in a subject is decoded."""

    breaks = ("M1",)

    def outbox(self) -> Sequence[Sent]:
        return [attrs.evolve(one, subject=one.subject.replace("=?utf-8?q?x=41?=", "xA")) for one in super().outbox()]


class NoIndents(Letters):
    """Lines lose the white space at their beginning."""

    breaks = ("M1",)

    def outbox(self) -> Sequence[Sent]:
        return [
            attrs.evolve(one, text="\n".join(line.lstrip() for line in one.text.split("\n")))
            for one in super().outbox()
        ]


class AddressByName(Letters):
    """Whoever has the name of a former reader is written to at that one's address."""

    breaks = ("M1",)

    def outbox(self) -> Sequence[Sent]:
        book: dict[object, str] = {}
        return [
            Sent(
                book.setdefault(one.reader.values.get("particulars.name"), contact_of(one)),
                one.id,
                one.subject,
                one.text,
            )
            for one in self.sent
        ]


class SubjectIsAHeader(Letters):
    """What follows a line break in a subject is taken for a header."""

    breaks = ("M4",)

    def outbox(self) -> Sequence[Sent]:
        sent = super().outbox()
        lines = [(one, line) for one in sent for line in one.subject.splitlines()[1:] if line.startswith("Bcc: ")]
        return [*sent, *(attrs.evolve(one, address=line.removeprefix("Bcc: ")) for one, line in lines)]


class CauseQuotes(Letters):
    """The error behind an error holds the address."""

    breaks = ("M5",)

    def send(self, message: Message, /) -> None:
        try:
            super().send(message)
        except ConnectionError as error:
            raise ConnectionError("the way is broken") from LookupError(f"{contact_of(message)}: {error}")


class LogsAddresses(Letters):
    """An address is logged when it is written to."""

    breaks = ("M8",)

    def send(self, message: Message, /) -> None:
        super().send(message)
        logging.getLogger("letters").info("sent to %s", contact_of(message))


# --- gateways ---------------------------------------------------------------------------------------------------------


class Bell(ScriptedTrader):
    """A good gateway in memory."""

    breaks: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        super().__init__()
        self.broken = False

    def alert(self, alert: Alert, /) -> None:
        if self.broken:
            raise ConnectionError("the way is broken")
        super().alert(alert)

    def received(self) -> Sequence[Alert]:
        return self.alerts

    def break_way(self) -> bool:
        self.broken = not self.broken
        return self.broken


class DueToTheSecond(Bell):
    """A due date loses its microseconds."""

    breaks = ("G1",)

    def received(self) -> Sequence[Alert]:
        return [attrs.evolve(one, due_at=one.due_at and one.due_at.replace(microsecond=0)) for one in self.alerts]


class AlwaysDue(Bell):
    """Without a due date nothing is told."""

    breaks = ("G1",)

    def alert(self, alert: Alert, /) -> None:
        if alert.due_at is not None:
            super().alert(alert)


class ToldOnce(Bell):
    """To send an alert again is an error."""

    breaks = ("G2",)

    def alert(self, alert: Alert, /) -> None:
        if alert in self.alerts:
            raise ValueError("known")
        super().alert(alert)


class SilentFailure(Bell):
    """A broken way is not told."""

    breaks = ("G3",)

    def alert(self, alert: Alert, /) -> None:
        if not self.broken:
            super().alert(alert)


class OneAlertACase(Bell):
    """Of a case the first alert is told and no later one."""

    breaks = ("G5",)

    def alert(self, alert: Alert, /) -> None:
        if alert.case_id not in {one.case_id for one in self.alerts}:
            super().alert(alert)


class LosesInACrowd(Bell):
    """Of forty alerts the first ten are kept."""

    breaks = ("G4",)

    def received(self) -> Sequence[Alert]:
        return self.alerts[:10]


class EarlierIsOld(Bell):
    """What is due earlier than a case's last alert is taken for an old one and dropped."""

    breaks = ("G5",)

    def alert(self, alert: Alert, /) -> None:
        last = [one.due_at for one in self.alerts if one.case_id == alert.case_id and one.due_at]
        if alert.due_at is None or not last or alert.due_at >= last[-1]:
            super().alert(alert)


class ReferencesInCapitals(Bell):
    """A reference arrives in capitals."""

    breaks = ("G1",)

    def received(self) -> Sequence[Alert]:
        return [attrs.evolve(one, reference=one.reference.upper()) for one in self.alerts]


# --- witnesses --------------------------------------------------------------------------------------------------------


class Shelves:
    """A good witness in memory."""

    breaks: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        self.notes: list[tuple[str, str, bytes]] = []
        self.broken = False

    def checkpoint(self, organisation: str, id: str, note: bytes, /) -> None:
        if self.broken:
            raise ConnectionError("the way is broken")
        if (organisation, id) not in {one[:2] for one in self.notes}:
            self.notes.append((organisation, id, note))

    def received(self, organisation: str) -> Sequence[bytes]:
        return [note for who, _, note in self.notes if who == organisation]

    def break_way(self) -> bool:
        self.broken = not self.broken
        return self.broken


class NoteAsText(Shelves):
    """A note is kept as text without its last line break."""

    breaks = ("W1",)

    def received(self, organisation: str) -> Sequence[bytes]:
        return [note.rstrip() for note in super().received(organisation)]


class EverybodysNotes(Shelves):
    """An organisation holds what all the others were sent."""

    breaks = ("W1", "W2")

    def received(self, organisation: str) -> Sequence[bytes]:
        return [note for _, _, note in self.notes]


class TwiceSentTwiceHeld(Shelves):
    """What is sent again is held twice."""

    breaks = ("W2",)

    def checkpoint(self, organisation: str, id: str, note: bytes, /) -> None:
        self.notes.append((organisation, id, note))


class OncePerId(Shelves):
    """Of an id only the first organisation is handed anything."""

    breaks = ("W2",)

    def checkpoint(self, organisation: str, id: str, note: bytes, /) -> None:
        if id not in {one[1] for one in self.notes}:
            super().checkpoint(organisation, id, note)


class NewestAlone(Shelves):
    """The newest checkpoint takes the place of the one before."""

    breaks = ("W3",)

    def received(self, organisation: str) -> Sequence[bytes]:
        return super().received(organisation)[-1:]


class SmallIds(Shelves):
    """Ids that differ in their capitals are one."""

    breaks = ("W3",)

    def checkpoint(self, organisation: str, id: str, note: bytes, /) -> None:
        super().checkpoint(organisation, id.lower(), note)


class SilentWitness(Shelves):
    """A broken way is not told."""

    breaks = ("W4",)

    def checkpoint(self, organisation: str, id: str, note: bytes, /) -> None:
        if not self.broken:
            super().checkpoint(organisation, id, note)


class HeldWhenItFailed(Shelves):
    """What failed once is taken for sent and never carried again."""

    breaks = ("W4",)

    def __init__(self) -> None:
        super().__init__()
        self.tried: set[tuple[str, str]] = set()

    def checkpoint(self, organisation: str, id: str, note: bytes, /) -> None:
        if (organisation, id) not in self.tried:
            self.tried.add((organisation, id))
            super().checkpoint(organisation, id, note)


class FewPlaces(Shelves):
    """Of forty checkpoints the first ten are kept."""

    breaks = ("W5",)

    def received(self, organisation: str) -> Sequence[bytes]:
        return super().received(organisation)[:10]


GOOD = (Letters, Bell, Shelves)
FAULTY = tuple(
    one
    for one in list(vars().values())
    if isinstance(one, type) and issubclass(one, Letters | Bell | Shelves) and one.breaks
)
