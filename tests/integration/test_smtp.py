"""Letters by e-mail over real sockets: secured, told apart by how they fail, and without a word where none belongs."""

from __future__ import annotations

import logging
import pickle
import smtplib
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.codes import Audience, Purpose, Stage
from expressplatform.errors import ExpressPlatformError, HeldBack, TransportFailed, Unreachable
from expressplatform.ports import Message, Messenger
from expressplatform.privacy.disclosure import disclose
from expressplatform.schemes import HK_CCA
from expressplatform.testing.messengers.letters import reader
from expressplatform_smtp import SmtpMessenger, bounced
from expressplatform_smtp.letters import id_of, name_of
from tests.mail import PASSWORD, USER, Post, Trust, serving, trust
from tests.walking import START
from tests.whole_complaint import WHOLE

SENDER: Final = "no-reply@council.example"
NOON: Final = datetime(2026, 3, 2, 4, tzinfo=UTC)
CASE: Final = "c" + "0" * 31
# aiosmtpd warns of what it is asked for here, and of itself
pytestmark = [
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
    pytest.mark.filterwarnings("ignore:Session.login_data is deprecated"),
]


def message(text: str = "你的投訴 0123-4567-M\n.\n..\nline\n", email: str = "a.person@example.org") -> Message:
    """A message to somebody with an address."""
    return Message(f"{CASE}.3.tell", reader(name="A. Person", email=email), "zh-Hant", "投訴 0123-4567-M", text)


def messenger(port: int, **more: object) -> SmtpMessenger:
    """A messenger to the server at a port of this machine."""
    asked: dict[str, object] = {"sender": SENDER, "tls": None, "timeout": 5.0, "now": lambda: NOON, **more}
    return SmtpMessenger("127.0.0.1", port, **asked)  # type: ignore[arg-type]


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return trust(tmp_path_factory.mktemp("trust"))


def failing(call: Callable[[], object]) -> ExpressPlatformError:
    """How a letter fails: an error of ours, with no other behind it and no particular in it."""
    with pytest.raises(ExpressPlatformError) as caught:
        call()
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    told = "".join(traceback.format_exception(error)) + repr(error) + str(error) + str(pickle.dumps(error))
    for particular in ("a.person", "A. Person", "投訴", PASSWORD, "secret answer"):
        assert particular not in told
    return error


@contextmanager
def dripping(answers: Sequence[bytes], drop: bytes) -> Iterator[int]:
    """A server that says these things, one after each line or letter that it hears, and then a little for ever."""

    def speak(listening: socket.socket) -> None:
        line, _ = listening.accept()
        with line, line.makefile("rb") as heard, suppress(OSError):
            for said in answers:
                line.sendall(said + b"\r\n")
                heard.readline()
            while not over.wait(0.02):
                line.sendall(drop)

    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=speak, args=(listening,))
        thread.start()
        yield listening.getsockname()[1]
        over.set()
        thread.join()


class TestSending:
    def test_it_is_a_messenger(self) -> None:
        assert isinstance(messenger(25), Messenger)

    def test_the_letter_arrives_as_it_was_written(self, post: Post) -> None:
        """In its script, with a dot alone on a line, under a Message-ID that is the message's id."""
        with serving(post) as port:
            messenger(port).send(message())
        ((to, letter),) = post.taken
        assert to == "a.person@example.org"
        assert letter["Subject"] == "投訴 0123-4567-M"
        assert letter.get_content().split() == message().text.split()
        assert (letter["From"], letter["To"]) == (SENDER, "a.person@example.org")
        assert letter["Message-ID"] == f"<{CASE}.3.tell@council.example>"
        assert letter["Content-Language"] == "zh-Hant"
        assert letter["Auto-Submitted"] == "auto-generated"
        assert letter["Date"].datetime == NOON
        assert all(line.isascii() for line in post.raw[0].split(b"\n"))

    def test_sent_again_it_is_the_same_letter(self, post: Post) -> None:
        """Byte for byte, where the clock stands."""
        with serving(post) as port:
            for _ in range(2):
                messenger(port).send(message())
        assert post.raw[0] == post.raw[1]

    @pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "TLS from the first byte"])
    def test_over_tls_with_a_login(self, post: Post, trusted: Trust, implicit: bool) -> None:
        with serving(post, tls=trusted.server, implicit=implicit, login=True) as port:
            way = messenger(port, tls=trusted.client, implicit=implicit, user=USER, password=PASSWORD)
            way.send(message())
        assert post.secured == [True]
        assert len(post.taken) == 1
        assert post.logins == [USER.encode()]

    def test_addresses_in_any_script_go_where_the_server_takes_them(self, post: Post) -> None:
        """RFC 6531; elsewhere there is no way to that person."""
        with serving(post) as port:
            messenger(port).send(message(email="陳大文@例子.example"))
        assert [to for to, _ in post.taken] == ["陳大文@例子.example"]
        with serving(post, utf8=False) as port:
            assert isinstance(failing(lambda: messenger(port).send(message(email="陳@x.example"))), Unreachable)
        assert len(post.taken) == 1

    @pytest.mark.parametrize(
        "email", ["", "nobody", "a@b@c", "a b@x.example", "a@x.example, b@x.example", "a@x.example\r\nBcc: b@x.example",
                  "<a@x.example>", '"a"@x.example', "a@[127.0.0.1]", "a.@x.example", "a@-x.example"]
    )  # fmt: skip
    def test_what_is_no_address_reaches_nobody(self, post: Post, email: str) -> None:
        """Nothing leaves, and no second reader is named."""
        with serving(post) as port:
            assert isinstance(failing(lambda: messenger(port).send(message(email=email))), Unreachable)
        assert post.taken == []

    def test_what_was_shown_to_somebody_else_is_no_letter(self, post: Post) -> None:
        """An address is taken from a disclosure to the complainant alone."""
        shown = disclose(
            WHOLE,
            audience=Audience.TRADER,
            recipient="taobao",
            purpose=Purpose.HANDLING,
            stage=Stage.HANDLING,
            consents=WHOLE.consents,
            scheme=HK_CCA,
            at=START,
            use_until=START + timedelta(days=9),
        )
        with serving(post) as port:
            failing(lambda: messenger(port).send(attrs.evolve(message(), reader=shown)))
        assert post.taken == []

    @pytest.mark.parametrize(
        "subject",
        [
            "Your case =?utf-8?q?x=41?= now", "=?utf-8?b?5Lit5paH?=", "=?utf-8?q?b?= =?utf-8?q?c?=", "投訴=?x?q?a?=",
            "=?utf-8?q?never ends", "?= =?", "=?us-ascii*en?q?hi?= " * 40 + "end", "投" * 90 + " =?utf-8?q?a?= 訴",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("email", ["a.person@example.org", "陳大文@例子.example"])
    def test_what_looks_like_an_encoded_word_stays_what_it_is(self, post: Post, subject: str, email: str) -> None:
        """RFC 2047: whoever reads the letter decodes a subject once, and once is what it is encoded."""
        with serving(post) as port:
            messenger(port).send(attrs.evolve(message(email=email), subject=subject))
        ((_, letter),) = post.taken
        assert letter["Subject"] == subject
        assert all(len(line) <= 998 for line in post.raw[0].splitlines())

    def test_line_breaks_in_a_subject_make_no_header(self, post: Post) -> None:
        with serving(post) as port:
            messenger(port).send(attrs.evolve(message(), subject="One\r\nBcc: b@x.example\nTwo"))
        ((_, letter),) = post.taken
        assert letter["Subject"] == "One Bcc: b@x.example Two"
        assert letter["Bcc"] is None


class TestFailing:
    """Each failure is told by what follows from it."""

    @pytest.mark.parametrize(
        ("command", "reply", "code"),
        [
            ("RCPT", "550 5.1.1 secret answer: no such user", "unreachable"),
            ("RCPT", "550 secret answer", "unreachable"),
            ("RCPT", "553 5.1.3 secret answer", "unreachable"),
            ("RCPT", "552 5.2.2 secret answer: mailbox full", "unreachable"),
            ("RCPT", "551 secret answer", "unreachable"),
            ("DATA", "550 5.1.1 secret answer", "unreachable"),
            ("RCPT", "450 4.2.1 secret answer", "refused_for_now"),
            ("RCPT", "451 secret answer: greylisted", "refused_for_now"),
            ("MAIL", "452 4.3.1 secret answer", "refused_for_now"),
            ("DATA", "451 4.7.1 secret answer", "refused_for_now"),
            ("RCPT", "421 4.3.2 secret answer: shutting down", "held_back"),
            ("RCPT", "550 5.7.1 secret answer: relaying denied", "refused"),
            ("RCPT", "550 5.1.8 secret answer: bad sender", "refused"),
            ("RCPT", "530 secret answer: log in first", "refused"),
            ("MAIL", "550 5.1.1 secret answer", "refused"),
            ("MAIL", "550 secret answer", "refused"),
            ("DATA", "554 5.6.0 secret answer", "refused"),
            ("DATA", "550 secret answer: looks like spam", "refused"),
        ],
    )
    def test_an_answer_is_told_apart_by_whom_it_is_about(self, post: Post, command: str, reply: str, code: str) -> None:
        """The reader: an officer's. For now: again. The server's rules: an operator's. Going down: held back."""
        post.replies[command] = reply
        with serving(post) as port:
            assert failing(lambda: messenger(port).send(message())).code == code
        assert post.taken == []

    def test_a_server_that_is_away_holds_letters_back(self) -> None:
        """Nobody listens, nobody answers, somebody else answers."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            assert isinstance(failing(lambda: messenger(port, timeout=0.2).send(message())), HeldBack)
        assert isinstance(failing(lambda: messenger(port).send(message())), HeldBack)
        nowhere = SmtpMessenger("no-such-host.invalid", 25, sender=SENDER, tls=ssl.create_default_context(), timeout=1)
        assert isinstance(failing(lambda: nowhere.send(message())), HeldBack)
        for said in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"554 go away\r\n", b"\xff\xfe" * 3000, b""):
            with answering(said) as port:
                assert isinstance(failing(lambda port=port: messenger(port).send(message())), HeldBack)  # type: ignore[misc]

    @pytest.mark.parametrize("drop", [b"2", b"220-wait\r\n"])
    @pytest.mark.parametrize("taken", [0, 5])
    def test_a_server_whose_answer_does_not_end_is_not_waited_for(self, drop: bytes, taken: int) -> None:
        """With one line or with many, before the letter or after it."""
        before = (b"220 here", b"250 OK", b"250 OK", b"250 OK", b"354 go on")[:taken]
        with dripping(before, drop) as port:
            begun = time.monotonic()
            error = failing(lambda: messenger(port, timeout=0.3).send(message()))
        assert time.monotonic() - begun < 5
        assert error.code in {"broken", "held_back"}

    def test_a_server_that_goes_away_after_the_letter_may_have_taken_it(self, post: Post) -> None:
        """Sent again it is the same letter, so that whoever gets two sees one."""
        post.drop = True
        with serving(post) as port:
            error = failing(lambda: messenger(port).send(message()))
        assert isinstance(error, TransportFailed)
        assert (error.code, error.maybe_done) == ("broken", True)

    def test_a_server_that_cannot_be_made_sure_of_gets_nothing(
        self, post: Post, trusted: Trust, tmp_path: Path
    ) -> None:
        """Another's certificate, no STARTTLS, no TLS at all: never in the clear instead."""
        other = trust(tmp_path, "other").client
        with serving(post, tls=trusted.server) as port:
            assert failing(lambda: messenger(port, tls=other).send(message())).code == "no_secure_connection"
        with serving(post, tls=trusted.server, implicit=True) as port:
            wrong = messenger(port, tls=other, implicit=True)
            assert failing(lambda: wrong.send(message())).code == "no_secure_connection"
        with serving(post) as port:
            assert failing(lambda: messenger(port, tls=trusted.client).send(message())).code == "no_secure_connection"
            wrong = messenger(port, tls=trusted.client, implicit=True)
            assert failing(lambda: wrong.send(message())).code == "no_secure_connection"
        assert post.taken == []

    def test_who_is_not_known_there_sends_nothing(self, post: Post, trusted: Trust) -> None:
        """A wrong password is an operator's matter, and stands in no error."""
        with serving(post, tls=trusted.server, login=True) as port:
            wrong = messenger(port, tls=trusted.client, user=USER, password=f"not {PASSWORD}")
            assert failing(lambda: wrong.send(message())).code == "login_refused"
            none = messenger(port, tls=trusted.client)
            assert failing(lambda: none.send(message())).code == "refused"
        with serving(post) as port:
            assert failing(lambda: messenger(port, user=USER, password="x").send(message())).code == "login_refused"
        assert post.taken == []

    def test_nothing_is_logged(self, post: Post, caplog: pytest.LogCaptureFixture) -> None:
        """Not by us, whatever happens."""
        caplog.set_level(logging.DEBUG)
        post.replies["RCPT"] = "550 5.1.1 secret answer"
        with serving(post) as port:
            failing(lambda: messenger(port).send(message()))
        ours = [one for one in caplog.records if one.name.startswith("expressplatform")]
        assert ours == []

    def test_a_misuse_is_told_at_once(self) -> None:
        """No sender; a server elsewhere in the clear."""
        with pytest.raises(ValueError, match="sender"):
            messenger(25, sender="nobody")
        with pytest.raises(ValueError, match="tls"):
            SmtpMessenger("mail.example", 25, sender=SENDER, tls=None)
        assert repr(messenger(25, user=USER, password=PASSWORD)) == "<SmtpMessenger>"


class answering:  # noqa: N801  a context, named as what it does
    """Somebody who answers every caller with the same bytes and goes away."""

    def __init__(self, said: bytes) -> None:
        self._said, self._socket = said, socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._answer)

    def _answer(self) -> None:
        try:
            caller, _ = self._socket.accept()
        except OSError:
            return
        with caller:
            caller.sendall(self._said)

    def __enter__(self) -> int:
        self._thread.start()
        return int(self._socket.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._thread.join(10)
        self._socket.close()


REPORT: Final = """\
From: MAILER-DAEMON@mx.example
To: no-reply@council.example
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

I could not deliver your letter.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; a.person@example.org
Action: {action}
Status: 5.1.1

--B
Content-Type: {kind}

{headers}

--B--
"""
HEADERS: Final = f"From: {SENDER}\nTo: a.person@example.org\nMessage-ID: <{CASE}.3.tell@council.example>\nSubject: x"


def report(action: str = "failed", kind: str = "message/rfc822", headers: str = HEADERS) -> bytes:
    """A report of delivery as mail servers write them."""
    return REPORT.format(action=action, kind=kind, headers=headers).encode()


def _parts_in_parts(depth: int) -> str:
    """The beginning of a mail whose parts stand one in another."""
    return "".join(f"Content-Type: multipart/mixed; boundary={at}\n\n--{at}\n" for at in range(depth))


class TestBounces:
    @pytest.mark.parametrize("kind", ["message/rfc822", "message/rfc822-headers", "text/rfc822-headers"])
    def test_a_report_names_the_message_that_nobody_got(self, kind: str) -> None:
        """Whether the letter comes back whole or by its headers alone."""
        assert bounced(report(kind=kind)) == (f"{CASE}.3.tell",)

    @pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
    def test_what_has_not_failed_is_no_bounce(self, action: str) -> None:
        """A letter that is late may still arrive."""
        assert bounced(report(action)) == ()

    def test_a_report_that_does_not_say_of_what_is_no_use(self) -> None:
        assert bounced(report(headers="From: x@y.example")) == ()
        assert bounced(report(headers="Message-ID: nothing of ours")) == ()

    def test_any_other_mail_is_no_report(self, post: Post) -> None:
        """Our own letter, an answer by a person, nothing."""
        with serving(post) as port:
            messenger(port).send(message())
        assert bounced(post.raw[0]) == ()
        assert bounced(b"Subject: Re: your letter\n\nThank you.") == ()
        assert bounced(b"") == ()
        assert bounced(b"x" * (10 * 1024 * 1024 + 1)) == ()

    @given(st.binary(max_size=400) | st.tuples(st.binary(max_size=60), st.integers(0, 700)).map(lambda it: _torn(*it)))
    def test_whatever_comes_in_raises_nothing(self, mail: bytes) -> None:
        """Reports that are torn, mixed up or nothing at all."""
        assert isinstance(bounced(mail), tuple)

    @pytest.mark.parametrize("hostile", [
        _parts_in_parts(400).ljust(65_536, "\n"),
        _parts_in_parts(29).ljust(3_000_000, "\n"),
        'Content-Type: multipart/report; a="' + ";" * 65_000 + "\n\n",
        REPORT.format(action="failed", kind="message/rfc822", headers='Content-Type: multipart/a; b="' + ";" * 64_000),
    ], ids=["parts", "lines", "a long description", "a long one inside"])  # fmt: skip
    def test_what_is_built_to_take_long_does_not(self, hostile: str) -> None:
        """Some tens of kilobytes kept a processor busy for seconds, a few megabytes for hours."""
        begun = process_time()
        assert bounced(hostile.encode()) == ()
        assert process_time() - begun < 1

    @given(st.text(st.characters(), min_size=1, max_size=60) | st.just(f"{CASE}.3.tell") | st.just("x--61"))
    def test_every_id_comes_back_out_of_its_name(self, id: str) -> None:
        """Two ids never share a name, and a name needs no quoting."""
        assert id_of(f"<{name_of(id)}@council.example>") == id
        assert name_of(id).isascii()

    @pytest.mark.parametrize("text", ["", "<>", "<a>", "a@b", "<a b@c>", "<x--zz@c>", "<x--6@c>", "<x--ff@c>", "<ü@c>"])
    def test_what_is_no_message_id_of_ours_is_none(self, text: str) -> None:
        assert id_of(text) is None


def _torn(noise: bytes, at: int) -> bytes:
    whole = report()
    return whole[:at] + noise + whole[at:]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Nobody has turned the conversation's own printing on."""
    yield
    assert smtplib.SMTP.debuglevel == 0
