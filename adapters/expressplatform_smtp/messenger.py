"""A `Messenger` that hands letters to a mail server: SMTP, over TLS.

Laws of this file
- A letter goes over TLS or not at all; a server of the same machine alone may be spoken to in the clear.
- Whoever the server has no way to is unreachable. What it refuses for now comes back. A server that is away holds
  letters back, which counts as no attempt. What is refused for another reason comes back until an operator sees it.
- What the server says is judged by its codes and goes no further: it may hold the address. No error holds one, nor the
  one behind it.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, final

from expressplatform.errors import ExpressPlatformError, HeldBack, TransportFailed, Unreachable
from expressplatform.ports import Message
from expressplatform_smtp.letters import address, is_plain, letter, reader_of

TIMEOUT: Final = 30.0
"""Seconds to wait for each answer of the server."""
SAME_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_GREETED: Final = "expressplatform.invalid"
"""What the server is told of this machine's name, unless somebody says another: nothing."""
_CLOSING: Final = 421
# RFC 3463: X.1 is about an address, X.2 about the mailbox; X.7 is about rules of the server's, which are nobody's fault
_ENHANCED: Final = re.compile(rb"\s*5\.(\d{1,3})\.(\d{1,3})")
_OF_THE_READER: Final = frozenset({b"1", b"2"})
_OF_THE_SENDER: Final = frozenset({(b"1", b"7"), (b"1", b"8")})
_OF_THE_SERVER: Final = frozenset({500, 501, 502, 503, 504, 530, 534, 535, 538, 555})
"""Answers about the command or the login, not about whom it names (RFC 5321, 4.2.2; RFC 4954, 6)."""

_RECIPIENT: Final = "recipient"
_LETTER: Final = "letter"

Reply = tuple[int, bytes]


def _utc_now() -> datetime:
    return datetime.now(UTC)


@final
class SmtpMessenger:
    """A `Messenger` that hands letters to the mail server at ``host`` and ``port``.

    ``sender`` is the address that letters come from and bounces go back to. ``tls`` says whom to trust
    (`ssl.create_default_context()`): the connection is secured by STARTTLS, or from its first byte where ``implicit``
    (port 465). Without ``tls`` only a server of the same machine is spoken to. ``user`` and ``password`` log in,
    ``timeout`` is how many seconds each answer may take, ``now`` tells the day that letters carry, ``local_name`` is
    what the server is told of this machine. Threads may share one; each letter has a connection of its own. Raises
    ValueError for a sender that is no address, and for a server elsewhere without ``tls``.
    """

    __slots__ = ("_host", "_implicit", "_local", "_login", "_now", "_port", "_sender", "_timeout", "_tls")

    def __init__(
        self,
        host: str,
        port: int,
        *,
        sender: str,
        tls: ssl.SSLContext | None,
        implicit: bool = False,
        user: str = "",
        password: str = "",
        timeout: float = TIMEOUT,
        now: Callable[[], datetime] = _utc_now,
        local_name: str = _GREETED,
    ) -> None:
        found = address(sender)
        if found is None:
            raise ValueError("the sender must be an e-mail address")
        if tls is None and host not in SAME_MACHINE:
            raise ValueError("letters hold particulars: give tls for a mail server on another machine")
        self._host, self._port, self._tls, self._implicit = host, port, tls, implicit
        self._sender, self._login, self._timeout = found, (user, password), timeout
        self._now, self._local = now, local_name

    def send(self, message: Message, /) -> None:
        """Hands the message to the server; returns once the server has taken it over.

        Raises Unreachable for a reader without an address that this server takes, HeldBack where the server is away,
        and TransportFailed where it takes no letter for now (``refused_for_now``) or by a rule of its own
        (``refused``), where it cannot be made sure of (``no_secure_connection``) or does not know who logs in
        (``login_refused``), and where it did not say whether it took the letter (``broken``).
        """
        reader = reader_of(message)
        if reader is None:
            raise Unreachable
        made = letter(message, sender=self._sender, reader=reader, at=self._now())
        # raised here, where no other error is under way: what the server said must not hang on it
        error = self._handed_over(reader.addr_spec, made, plain=is_plain(reader) and is_plain(self._sender))
        if error is not None:
            raise error

    def _handed_over(self, reader: str, made: bytes, *, plain: bool) -> ExpressPlatformError | None:
        """Speaks with the server: what went wrong, if anything did."""
        smtp: smtplib.SMTP | None = None
        data: list[bool] = []
        try:
            smtp = self._connected()
            return self._greeted(smtp) or self._carried(smtp, reader, made, plain, data)
        except ssl.SSLError:
            return TransportFailed("broken", True) if data else TransportFailed("no_secure_connection", False)
        except smtplib.SMTPNotSupportedError:
            return TransportFailed("no_secure_connection", False)
        except smtplib.SMTPAuthenticationError as refused:
            return HeldBack() if refused.smtp_code < 500 else TransportFailed("login_refused", False)
        except (OSError, EOFError, ValueError):  # no route, no answer, an answer that is none
            return TransportFailed("broken", True) if data else HeldBack()
        finally:
            if smtp is not None:
                smtp.close()

    def _connected(self) -> smtplib.SMTP:
        if self._implicit and self._tls is not None:
            return _SecureLine(self._host, self._port, self._local, timeout=self._timeout, context=self._tls)
        return _Line(self._host, self._port, self._local, timeout=self._timeout)

    def _greeted(self, smtp: smtplib.SMTP) -> ExpressPlatformError | None:
        """Greets, secures, logs in."""
        smtp.ehlo_or_helo_if_needed()
        if self._tls is not None and not self._implicit:
            code, _ = smtp.starttls(context=self._tls)
            if code != 220:
                return TransportFailed("no_secure_connection", False)
            smtp.ehlo_or_helo_if_needed()
        user, password = self._login
        if user:
            if not smtp.has_extn("auth"):
                return TransportFailed("login_refused", False)
            smtp.login(user, password)
        return None

    def _carried(
        self, smtp: smtplib.SMTP, reader: str, made: bytes, plain: bool, data: list[bool]
    ) -> ExpressPlatformError | None:
        """The letter itself; ``data`` is filled once the server may have got it."""
        options = [] if plain else ["SMTPUTF8"]
        if not plain and not smtp.has_extn("smtputf8"):
            return Unreachable()
        reply = smtp.mail(self._sender.addr_spec, options)
        if reply[0] != 250:
            return _judged(reply)
        reply = smtp.rcpt(reader)
        if reply[0] not in (250, 251):
            return _judged(reply, at=_RECIPIENT)
        reply = smtp.docmd("DATA")
        if reply[0] != 354:
            return _judged(reply)
        data.append(True)
        smtp.send(_dotted(made))
        reply = smtp.getreply()
        if reply[0] != 250:
            return _judged(reply, at=_LETTER)
        data.clear()
        _said_goodbye(smtp)
        return None

    def __repr__(self) -> str:
        return "<SmtpMessenger>"


class _Line(smtplib.SMTP):
    """The library's own, but for an answer that does not end: it would wait as long again for each of its bytes."""

    def getreply(self) -> Reply:
        """The whole of an answer, within the seconds that it may take."""
        watch = threading.Timer(self.timeout, self._cut)
        watch.daemon = True
        watch.start()
        try:
            return super().getreply()
        finally:
            watch.cancel()

    def _cut(self) -> None:
        if (line := self.sock) is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class _SecureLine(_Line, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


def _dotted(made: bytes) -> bytes:
    """A letter as DATA carries it: a line that begins with a dot has one more, and a dot alone ends it."""
    lines = re.sub(rb"(?m)^\.", b"..", made)
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _said_goodbye(smtp: smtplib.SMTP) -> None:
    """The letter is the server's now: whatever comes of a goodbye changes nothing."""
    try:
        smtp.quit()
    except OSError:
        return


def _judged(reply: Reply, *, at: str = "") -> ExpressPlatformError:
    """What an answer that is no yes means: to the reader's address, to the letter, or to another command."""
    code, said = reply
    if code == _CLOSING or code < 400:  # below: no answer of the protocol's, the server is not itself
        return HeldBack()
    if code < 500:
        return TransportFailed("refused_for_now", False)
    return Unreachable() if at and _of_the_reader(code, said, at) else TransportFailed("refused", False)


def _of_the_reader(code: int, said: bytes, at: str) -> bool:
    """Whether a refusal is about whoever the letter is for: by its enhanced code, or by the plain one alone."""
    found, named = _ENHANCED.match(said), at == _RECIPIENT
    if found is None:
        return named and code not in _OF_THE_SERVER
    if found.groups() in _OF_THE_SENDER:
        return False
    return found[1] in _OF_THE_READER or (named and found[1] != b"7")
