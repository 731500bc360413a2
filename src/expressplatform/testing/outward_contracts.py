"""The contracts of what reaches people, traders and witnesses: messengers, gateways and witnesses, as tests.

    class TestMyMessenger(MessengerContract):
        def make_messenger(self) -> Messenger:
            return MyMessenger(...)

        def outbox(self, messenger: Messenger) -> Sequence[Sent]:
            return [Sent(...) for ... in the letters that left]

Laws of this file: those of `contracts`. What left is looked at where it arrives, if somebody shows where that is.
"""

from __future__ import annotations

import functools
import uuid
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, TypeVar

import attrs

from expressplatform.errors import Unreachable
from expressplatform.ports import Alert, Message, Messenger, TraderGateway, Witness
from expressplatform.testing.fitting import START
from expressplatform.testing.guarantees import NotRun, proves
from expressplatform.testing.jostling import jostled, listening, told_by
from expressplatform.testing.letters import ODD, SUBJECTS, TEXTS, lines_of, reached, reader
from expressplatform.testing.store_doors import given, racing, raised
from expressplatform.testing.store_rows import EVERY_BYTE

T = TypeVar("T")
_UNSEEN: Final = "what arrives is not known"


@attrs.frozen
class Sent:
    """What left a messenger: to which address, under which id, with which subject and text."""

    address: str
    id: str
    subject: str
    text: str


class MessengerContract:
    """The contract of `Messenger`. Give `make_messenger`; `outbox` and `break_way` unlock more checks.

    The messenger must be able to reach ``self.contact``; an adapter for another way than e-mail says so there.
    """

    contact: str = "email"
    """Which of email, phone and address the messenger writes to."""

    def make_messenger(self) -> Messenger:
        """A messenger that sends to somewhere harmless."""
        raise NotImplementedError

    def outbox(self, messenger: Messenger) -> Sequence[Sent] | None:
        """What has left so far, the earliest first; None where nobody can look."""
        return None

    def break_way(self, messenger: Messenger) -> bool | None:
        """Breaks the way, or mends it when it was broken: whether it is broken now; None where it cannot be."""
        return None

    def _message(self, text: str = TEXTS[0], subject: str = SUBJECTS[0], **particulars: str) -> Message:
        told = particulars or {"name": "A. Person", self.contact: self._address()}
        return Message(f"kit-{uuid.uuid4().hex}", reader(**told), "en", subject, text)

    def _address(self) -> str:
        where = {"email": "a.person@example.org", "phone": "+852 2929 2222", "address": "1 Some Street, Hong Kong"}
        return where[self.contact]

    def _sent(self, messenger: Messenger, message: Message) -> list[Sent]:
        found = given(self.outbox(messenger), "outbox", _UNSEEN)
        return [one for one in found if one.id == message.id]

    @proves("M1")
    def test_a_message_to_somebody_with_a_contact_is_sent(self) -> None:
        """It goes out, in any script and at any length, and arrives as it was written, line by line."""
        messenger = self.make_messenger()
        messages = [self._message(text) for text in TEXTS] + [self._message(subject=one) for one in SUBJECTS[1:]]
        for message in messages:
            messenger.send(message)
        for message in messages:
            (sent,) = self._sent(messenger, message)
            assert (sent.address, sent.subject) == (self._address(), message.subject)
            assert lines_of(sent.text) == lines_of(message.text), "another text"

    @proves("M1")
    def test_each_message_reaches_its_own_reader(self) -> None:
        """Readers of one name, with messages that are alike or ids that begin alike, are still others; so are odd
        addresses, which are written to as they are or are Unreachable."""
        messenger, mark = self.make_messenger(), uuid.uuid4().hex
        addresses = [self._address(), *(ODD if self.contact == "email" else ()), self._address()]
        messages = [
            Message(f"kit-{mark}.{number}", reader(name="A. Person", **{self.contact: one}), "en", f"On {mark}", "Same")
            for number, one in enumerate(addresses)
        ]
        taken = [message for message in messages if reached(messenger, message)]
        assert {messages[0], messages[-1]} <= set(taken), "a plain address was not reached"
        for message, address in zip(messages, addresses, strict=True):
            sent = self._sent(messenger, message)
            assert [one.address for one in sent] == ([address] if message in taken else [])

    @proves("M2")
    def test_somebody_without_a_contact_is_unreachable(self) -> None:
        """Unreachable is raised, and nothing leaves."""
        messenger = self.make_messenger()
        message = self._message(name="A. Person")
        raised(Unreachable, lambda: messenger.send(message))
        raised(Unreachable, lambda: messenger.send(message))
        seen = self.outbox(messenger)
        assert seen is None or not [one for one in seen if one.id == message.id]

    @proves("M3")
    def test_a_message_may_be_sent_again(self) -> None:
        """The second sending is no error, and whatever arrives of the two has one id."""
        messenger, message = self.make_messenger(), self._message()
        messenger.send(message)
        messenger.send(message)
        arrived = self._sent(messenger, message)
        assert 1 <= len(arrived) <= 2
        assert len(set(arrived)) == 1
        again = self._message(f"again {uuid.uuid4().hex}")
        messenger.send(again)
        messenger.send(again)
        found = [one for one in given(self.outbox(messenger), "outbox", _UNSEEN) if again.text in one.text]
        assert {one.id for one in found} == {again.id}, "a second sending has another id"

    @proves("M4")
    def test_a_line_break_in_a_contact_makes_no_second_address(self) -> None:
        """Whoever writes headers into their name or address reaches nobody else by it."""
        messenger = self.make_messenger()
        for sign in ("\r\n", "\n", "\r", ",", ";", "\x0b", "\u2028"):
            told = {"name": f"A{sign}Bcc: b@example.org", self.contact: f"{self._address()}{sign}Bcc: b@example.org"}
            message = self._message(**told)
            try:
                messenger.send(message)
            except Exception:  # noqa: BLE001 - to refuse it is right
                continue
            for sent in self._sent(messenger, message):
                assert not {"\n", "\r"} & set(sent.address)
                assert sent.address in (self._address(), told[self.contact])

    @proves("M4")
    def test_no_subject_and_no_text_leads_to_somebody_else(self) -> None:
        """Whoever writes headers into a subject, a text or an id reaches nobody by it, and the text still arrives."""
        messenger = self.make_messenger()
        other = f"b-{uuid.uuid4().hex}@example.org"
        for sign in ("\r\n", "\n", "\r", "\n\n", "\r\n ", "\u2028", "\x0b", "\x85"):
            for header in ("Bcc", "Cc", "To"):
                evil = f"{sign}{header}: {other}{sign}"
                message = self._message(f"{header}: {other}{evil}end", f"Hello{evil}")
                message = attrs.evolve(message, id=f"{message.id}{evil if header == 'To' else ''}")
                if not reached(messenger, message):
                    continue
                for sent in self._sent(messenger, message):
                    assert sent.address == self._address()
                    assert sent.text.split() == message.text.split(), "the text did not arrive whole"
        seen = given(self.outbox(messenger), "outbox", _UNSEEN)
        assert not [one for one in seen if other.lower() in one.address.lower()], "somebody else was written to"

    @proves("M5", "M8")
    def test_nothing_tells_an_address_or_a_word_of_the_message(self) -> None:
        """Neither what a messenger prints and logs nor what it raises, nor the errors behind that."""
        messenger = self.make_messenger()
        message, lost = self._message("secretword", "hiddenword"), self._message("secretword", name="A. Nobody")
        with listening() as heard:
            messenger.send(message)
            said = [repr(messenger), str(messenger), told_by(raised(Unreachable, lambda: messenger.send(lost)))]
            if self.break_way(messenger):
                said.append(told_by(raised(Exception, lambda: messenger.send(message))))
                self.break_way(messenger)
        for text in (*said, heard.said):
            words = ("secretword", "hiddenword", self._address(), "A. Person", "A. Nobody")
            found = [number for number, word in enumerate(words) if word.lower() in text.lower()]
            assert not found, "it is told where nobody should read it"

    @proves("M6")
    def test_threads_share_a_messenger(self) -> None:
        """Of what several threads send at once nothing is lost or mixed up."""
        messenger = self.make_messenger()
        addresses = [self._address()] * 4
        if self.contact == "email":
            addresses = [f"reader.{number}@example.org" for number in range(4)]
        messages = [
            [self._message(f"{address} {number}", name="A. Person", **{self.contact: address}) for number in range(13)]
            for address in addresses
        ]
        racing(*(functools.partial(_all, messenger.send, own[1:]) for own in messages))
        jostled(*(functools.partial(_all, messenger.send, own[:1]) for own in messages))
        for address, message in (
            (address, one) for address, own in zip(addresses, messages, strict=True) for one in own
        ):
            (sent,) = self._sent(messenger, message)
            assert (sent.address, sent.text.split()) == (address, message.text.split())

    @proves("M7")
    def test_a_failure_on_the_way_is_raised_and_passes(self) -> None:
        """It is not taken for a person who cannot be reached, and once it is over the message goes out."""
        messenger, message = self.make_messenger(), self._message()
        broken = given(self.break_way(messenger), "break_way", "what a failure does is not known")
        assert broken
        error = raised(Exception, lambda: messenger.send(message))
        assert not isinstance(error, Unreachable)
        assert not self.break_way(messenger)
        messenger.send(message)


def _all(send: Callable[[T], None], what: Sequence[T]) -> None:
    for one in what:
        send(one)


class GatewayContract:
    """The contract of `TraderGateway`. Give `make_gateway`; `received` and `break_way` unlock more checks."""

    organisation: str = "taobao"
    """The trader that the gateway leads to."""

    def make_gateway(self) -> TraderGateway:
        """A gateway that leads to a trader of this check's own."""
        raise NotImplementedError

    def received(self, gateway: TraderGateway) -> Sequence[Alert] | None:
        """What the trader has received so far, the earliest first; None where nobody can look."""
        return None

    def break_way(self, gateway: TraderGateway) -> bool | None:
        """Breaks the way, or mends it when it was broken: whether it is broken now; None where it cannot be."""
        return None

    def _alert(self, number: int = 1, due_at: datetime | None = None, reference: str = "0123-4567-M") -> Alert:
        id = f"c{uuid.uuid4().hex[:31]}"
        return Alert(f"{id}.{number}.alert_trader", id, self.organisation, reference, due_at)

    def _arrived(self, gateway: TraderGateway, alert: Alert) -> list[Alert]:
        found = given(self.received(gateway), "received", _UNSEEN)
        return [one for one in found if one.id == alert.id]

    @proves("G1")
    def test_an_alert_arrives_as_it_was_given(self) -> None:
        """Every field of it, a due date to the microsecond, and that there is none."""
        gateway = self.make_gateway()
        odd = datetime(2031, 2, 3, 4, 5, 6, 700_001, tzinfo=UTC)
        alerts = [self._alert(due_at=due) for due in (odd, None, odd + timedelta(days=400))]
        alerts += [self._alert(due_at=odd.astimezone(timezone(timedelta(hours=8))))]
        alerts += [self._alert(reference=one) for one in ("a-0123/x", "2031-02-000123-HK-MACAO-GZ-7", "")]
        for alert in alerts:
            gateway.alert(alert)
        for alert in alerts:
            assert self._arrived(gateway, alert) == [alert]

    @proves("G2")
    def test_an_alert_may_be_sent_again(self) -> None:
        """The second sending is no error, and the receiver can tell by the id that it knows the alert."""
        gateway, alert = self.make_gateway(), self._alert()
        gateway.alert(alert)
        gateway.alert(alert)
        arrived = self._arrived(gateway, alert)
        assert 1 <= len(arrived) <= 2
        assert set(arrived) == {alert}

    @proves("G3")
    def test_a_failure_on_the_way_is_raised_and_passes(self) -> None:
        """Whoever sends hears of it, and once it is over the alert arrives."""
        gateway, alert = self.make_gateway(), self._alert()
        broken = given(self.break_way(gateway), "break_way", "what a failure does is not known")
        assert broken
        raised(Exception, lambda: gateway.alert(alert))
        assert not self.break_way(gateway)
        gateway.alert(alert)
        if self.received(gateway) is None:
            raise NotRun(f"received is not given: {_UNSEEN}")
        assert alert in self._arrived(gateway, alert)

    @proves("G4")
    def test_threads_share_a_gateway(self) -> None:
        """Of what several threads send at once nothing is lost or mixed up."""
        gateway = self.make_gateway()
        alerts = [[self._alert(number) for number in range(40)] for _ in range(4)]
        racing(*(functools.partial(_all, gateway.alert, own[8:]) for own in alerts))
        jostled(*(functools.partial(_all, gateway.alert, own[:8]) for own in alerts))
        assert all(self._arrived(gateway, alert) == [alert] for own in alerts for alert in own)

    @proves("G5")
    def test_alerts_come_in_any_order(self) -> None:
        """A later step's alert before an earlier one's, and the earlier one again after it."""
        gateway = self.make_gateway()
        first = self._alert(3)
        second = attrs.evolve(first, id=f"{first.case_id}.9.alert_duty", due_at=START)
        moved = attrs.evolve(
            first, id=f"{first.case_id}.10.alert_duty", due_at=START - timedelta(days=3), reference="N-2"
        )
        for alert in (second, first, second, moved):
            gateway.alert(alert)
        arrived = [one for alert in (first, second, moved) for one in self._arrived(gateway, alert)]
        assert set(arrived) == {first, second, moved}


class WitnessContract:
    """The contract of `Witness`. Give `make_witness`; `received` and `break_way` unlock more checks."""

    organisations: tuple[str, str] = ("hkcc", "taobao")
    """Two organisations that the witness can reach."""

    def make_witness(self) -> Witness:
        """A witness that hands checkpoints to organisations of this check's own."""
        raise NotImplementedError

    def received(self, witness: Witness, organisation: str) -> Sequence[bytes] | None:
        """The notes that an organisation holds, one for each id, in any order; None where nobody can look."""
        return None

    def break_way(self, witness: Witness) -> bool | None:
        """Breaks the way, or mends it when it was broken: whether it is broken now; None where it cannot be."""
        return None

    def _note(self) -> tuple[str, bytes]:
        """A checkpoint that nobody has been sent, by its id."""
        log, root = "council.example/ledger", b64encode(uuid.uuid4().bytes * 2).decode()
        return f"{log}/{uuid.uuid4().hex}", f"{log}\n1200\n{root}\n\n\u2014 {log} {root}\n".encode()

    def _held(self, witness: Witness, organisation: str, note: bytes) -> int:
        """How often an organisation holds a note."""
        return list(given(self.received(witness, organisation), "received", _UNSEEN)).count(note)

    @proves("W1")
    def test_a_checkpoint_arrives_where_it_is_sent(self) -> None:
        """To the byte, at the organisation that is named, and at no other."""
        witness, (first, second) = self.make_witness(), self.organisations
        (one, note), (other, theirs) = self._note(), self._note()
        witness.checkpoint(first, one, note)
        witness.checkpoint(second, other, theirs)
        assert [self._held(witness, who, what) for who in (first, second) for what in (note, theirs)] == [1, 0, 0, 1]

    @proves("W2")
    def test_a_checkpoint_may_be_sent_again(self) -> None:
        """The second sending is no error, and whoever receives it has one."""
        witness, (first, second) = self.make_witness(), self.organisations
        id, note = self._note()
        for organisation in (first, second, first):
            witness.checkpoint(organisation, id, note)
        assert [self._held(witness, organisation, note) for organisation in (first, second)] == [1, 1]

    @proves("W3")
    def test_an_earlier_checkpoint_stays(self) -> None:
        """What was handed over is there when later ones have come, of the same log and of others."""
        witness, organisation = self.make_witness(), self.organisations[0]
        notes = [self._note() for _ in range(5)]
        (id, note), (_, another) = notes[0], self._note()
        notes += [(id.swapcase(), another), (f"{id}-long", note + b"\n" + EVERY_BYTE * 8 + b"\r\n \n")]
        for id, note in notes:
            witness.checkpoint(organisation, id, note)
        assert [self._held(witness, organisation, note) for _, note in notes] == [1] * len(notes)

    @proves("W4")
    def test_a_failure_on_the_way_is_raised_and_passes(self) -> None:
        """Whoever sends hears of it, and once it is over the checkpoint arrives."""
        witness, organisation = self.make_witness(), self.organisations[0]
        id, note = self._note()
        assert given(self.break_way(witness), "break_way", "what a failure does is not known")
        raised(Exception, lambda: witness.checkpoint(organisation, id, note))
        assert not self.break_way(witness)
        witness.checkpoint(organisation, id, note)
        assert self._held(witness, organisation, note) == 1

    @proves("W5")
    def test_threads_share_a_witness(self) -> None:
        """Of what several threads send at once nothing is lost or mixed up."""
        witness, organisation = self.make_witness(), self.organisations[0]
        notes = [[self._note() for _ in range(15)] for _ in range(4)]

        def send(sent: tuple[str, bytes]) -> None:
            witness.checkpoint(organisation, *sent)

        jostled(*(functools.partial(_all, send, own) for own in notes))
        assert all(self._held(witness, organisation, note) == 1 for own in notes for _, note in own)
