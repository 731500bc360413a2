"""What a messenger must do, by whichever door it is come to.

Laws of this file: those of `contracts`. What left is looked at where it arrives, if somebody shows where that is.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

import attrs

from expressplatform.errors import Unreachable
from expressplatform.ports import Message, Messenger
from expressplatform.testing.doors import given, racing, raised
from expressplatform.testing.guarantees import proves
from expressplatform.testing.jostling import jostled, listening, told_by
from expressplatform.testing.messengers.letters import (
    ODD,
    SUBJECTS,
    TEXTS,
    UNSEEN,
    Sent,
    all_by,
    lines_of,
    reached,
    reader,
    spelt,
)

T = TypeVar("T")


class MessengerChecks:
    """All checks of a messenger that are the same whether it is awaited or not."""

    contact: str = "email"
    """Which of email, phone and address the messenger writes to."""

    def opened(self) -> AbstractContextManager[Messenger]:
        """The messenger under test, let go of when the check is over."""
        raise NotImplementedError

    def left(self, messenger: Messenger) -> Sequence[Sent] | None:
        """What has left so far, the earliest first; None where nobody can look."""
        raise NotImplementedError

    def turned(self, messenger: Messenger) -> bool | None:
        """The way, broken or mended: whether it is broken now; None where it cannot be."""
        raise NotImplementedError

    def threads(self, messenger: Messenger) -> tuple[int, ...]:
        """The threads, besides the check's, in which it sends."""
        return ()

    def _message(self, text: str = TEXTS[0], subject: str = SUBJECTS[0], **particulars: str) -> Message:
        told = particulars or {"name": "A. Person", self.contact: self._address()}
        return Message(f"kit-{uuid.uuid4().hex}", reader(**told), "en", subject, text)

    def _address(self) -> str:
        where = {"email": "a.person@example.org", "phone": "+852 2929 2222", "address": "1 Some Street, Hong Kong"}
        return where[self.contact]

    def _sent(self, messenger: Messenger, message: Message) -> list[Sent]:
        found = given(self.left(messenger), "outbox", UNSEEN)
        return [one for one in found if one.id == message.id]

    @proves("M1")
    def test_a_message_to_somebody_with_a_contact_is_sent(self) -> None:
        """It goes out, in any script and at any length, and arrives as it was written, line by line."""
        messages = [self._message(text) for text in TEXTS] + [self._message(subject=one) for one in SUBJECTS[1:]]
        with self.opened() as messenger:
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
        mark = uuid.uuid4().hex
        addresses = [self._address()] * 2 + [*(ODD if self.contact == "email" else ()), self._address()]
        # the first two ids begin alike, the longer one before the shorter
        numbers = ("11", "1", *map(str, range(20, 20 + len(addresses))))
        messages = [
            Message(f"kit-{mark}.{number}", reader(name="A. Person", **{self.contact: one}), "en", f"On {mark}", "Same")
            for number, one in zip(numbers, addresses, strict=False)
        ]
        with self.opened() as messenger:
            taken = [message for message in messages if reached(messenger, message)]
            assert {messages[0], messages[-1]} <= set(taken), "a plain address was not reached"
            for message, address in zip(messages, addresses, strict=True):
                sent = self._sent(messenger, message)
                assert [one.address for one in sent] == ([address] if message in taken else [])

    @proves("M1")
    def test_of_several_contacts_the_messengers_own_is_written_to(self) -> None:
        """Whoever has an e-mail address, a telephone number and a postal address gets one letter, where it is sent."""
        contacts = {"email": "a.person@example.org", "phone": "+852 2929 2222", "address": "1 Some Street, Hong Kong"}
        message = self._message(name="A. Person", **contacts)
        with self.opened() as messenger:
            messenger.send(message)
            assert [one.address for one in self._sent(messenger, message)] == [self._address()]

    @proves("M2")
    def test_somebody_without_a_contact_is_unreachable(self) -> None:
        """Unreachable is raised, and nothing leaves."""
        message = self._message(name="A. Person")
        with self.opened() as messenger:
            raised(Unreachable, lambda: messenger.send(message))
            raised(Unreachable, lambda: messenger.send(message))
            seen = self.left(messenger)
            assert seen is None or not [one for one in seen if one.id == message.id]
            messenger.send(self._message())  # whoever has the same name is not out of reach for that

    @proves("M3")
    def test_a_message_may_be_sent_again(self) -> None:
        """The second sending is no error, and whatever arrives of the two has one id."""
        message, again = self._message(), self._message(f"again {uuid.uuid4().hex}")
        with self.opened() as messenger:
            messenger.send(message)
            messenger.send(message)
            arrived = self._sent(messenger, message)
            assert 1 <= len(arrived) <= 2
            assert len(set(arrived)) == 1
            messenger.send(again)
            messenger.send(again)
            found = [one for one in given(self.left(messenger), "outbox", UNSEEN) if again.text in one.text]
            assert {one.id for one in found} == {again.id}, "a second sending has another id"

    @proves("M4")
    def test_a_line_break_in_a_contact_makes_no_second_address(self) -> None:
        """Whoever writes headers into their name or address reaches nobody else by it."""
        with self.opened() as messenger:
            for sign in ("\r\n", "\n", "\r", ",", ";", "\x0b", "\u2028"):
                told = {
                    "name": f"A{sign}Bcc: b@example.org",
                    self.contact: f"{self._address()}{sign}Bcc: b@example.org",
                }
                message = self._message(**told)
                try:
                    messenger.send(message)
                except Exception:  # noqa: BLE001 - to refuse it is right
                    continue
                for sent in self._sent(messenger, message):
                    assert not {"\n", "\r"} & set(sent.address), (
                        "a line break stands in the address that was written to"
                    )
                    assert sent.address in (self._address(), told[self.contact])

    @proves("M4")
    def test_no_subject_and_no_text_leads_to_somebody_else(self) -> None:
        """Whoever writes headers into a subject, a text or an id reaches nobody by it, and the text still arrives."""
        other = f"b-{uuid.uuid4().hex}@example.org"
        with self.opened() as messenger:
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
            seen = given(self.left(messenger), "outbox", UNSEEN)
            assert not [one for one in seen if other.lower() in one.address.lower()], "somebody else was written to"

    @proves("M5", "M8")
    def test_nothing_tells_an_address_or_a_word_of_the_message(self) -> None:
        """Neither what a messenger prints and logs nor what it raises, nor the errors behind that."""
        message, lost = self._message("secretword", "hiddenword"), self._message("secretword", name="A. Nobody")
        with self.opened() as messenger:
            with listening(*self.threads(messenger)) as heard:
                messenger.send(message)
                said = [told_by(raised(Unreachable, lambda: messenger.send(lost)))]
                if self.turned(messenger):
                    said.append(told_by(raised(Exception, lambda: messenger.send(message))))
                    self.turned(messenger)
                said += [repr(messenger), str(messenger)]
            for text in (*said, heard.said):
                words = ("secretword", "hiddenword", self._address(), "A. Person", "A. Nobody")
                found = [word for word in words if any(one.lower() in text.lower() for one in spelt(word))]
                assert not found, "it is told where nobody should read it"

    @proves("M6")
    def test_threads_share_a_messenger(self) -> None:
        """Of what several threads send at once nothing is lost or mixed up."""
        addresses = [self._address()] * 4
        if self.contact == "email":
            addresses = [f"reader.{number}@example.org" for number in range(4)]
        messages = [
            [self._message(f"{address} {number}", name="A. Person", **{self.contact: address}) for number in range(13)]
            for address in addresses
        ]
        with self.opened() as messenger:
            racing(*(functools.partial(all_by, messenger.send, own[1:]) for own in messages))
            jostled(*(functools.partial(all_by, messenger.send, own[:1]) for own in messages))
            for address, own in zip(addresses, messages, strict=True):
                for message in own:
                    (sent,) = self._sent(messenger, message)
                    assert (sent.address, sent.text.split()) == (address, message.text.split())

    @proves("M7")
    def test_a_failure_on_the_way_is_raised_and_passes(self) -> None:
        """It is not taken for a person who cannot be reached, however often; once it is over the message goes out."""
        message, other = self._message(f"failed {uuid.uuid4().hex}"), self._message()
        with self.opened() as messenger:
            broken = given(self.turned(messenger), "break_way", "what a failure does is not known")
            assert broken
            for one in (message, message, other, message):
                error = raised(Exception, lambda one=one: messenger.send(one))  # type: ignore[misc]
                assert not isinstance(error, Unreachable)
            assert not self.turned(messenger)
            messenger.send(message)
            messenger.send(other)
            if (seen := self.left(messenger)) is not None:
                assert {one.id for one in seen if message.text in one.text} == {message.id}, "it left under another id"
                assert [one.address for one in seen if one.id == other.id] == [self._address()]

    @proves("M7", "M1")
    def test_what_is_sent_after_a_failure_is_what_is_given_then(self) -> None:
        """Who has moved since, or reads another language, is written to as the message says now, and once."""
        message = self._message()
        moved = {"email": "moved@example.org", "phone": "+852 2929 3333", "address": "2 Another Street, Hong Kong"}
        later = attrs.evolve(
            self._message("Another text", "Another subject", name="A. Person", **{self.contact: moved[self.contact]}),
            id=message.id,
        )
        with self.opened() as messenger:
            given(self.turned(messenger), "break_way", "what a failure does is not known")
            raised(Exception, lambda: messenger.send(message))
            self.turned(messenger)
            messenger.send(later)
            (sent,) = self._sent(messenger, message)
            assert (sent.address, sent.subject) == (moved[self.contact], later.subject)
            assert lines_of(sent.text) == lines_of(later.text)
