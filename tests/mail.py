"""A mail server on loopback for the tests: aiosmtpd, in the clear, with STARTTLS or with TLS from the first byte.

It keeps what it is given, and answers as it is told to: a reply for a command takes the place of its own.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

import attrs
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER: Final = "council"
PASSWORD: Final = "a password for tests"


@attrs.define
class Post:
    """What the server was given, and what it is to say. ``replies`` are by command: MAIL, RCPT, DATA."""

    taken: list[tuple[str, EmailMessage]] = attrs.Factory(list)
    raw: list[bytes] = attrs.Factory(list)
    replies: dict[str, str] = attrs.Factory(dict)
    secured: list[bool] = attrs.Factory(list)
    logins: list[bytes] = attrs.Factory(list)
    drop: bool = False

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A sender is named."""
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.replies.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A reader is named."""
        if "RCPT" in self.replies:
            return self.replies["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """A letter has come."""
        if self.drop and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        if "DATA" not in self.replies:
            content = envelope.content
            assert isinstance(content, bytes)
            self.raw.append(content)
            self.secured.append(server.transport is not None and server.transport.get_extra_info("cipher") is not None)
            for reader in envelope.rcpt_tos:
                self.taken.append((reader, message_from_bytes(content, policy=policy.default)))
        return self.replies.get("DATA", "250 OK")

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        """Who logs in."""
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login)
        known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=known)


@contextmanager
def serving(
    post: Post, *, tls: ssl.SSLContext | None = None, implicit: bool = False, login: bool = False, utf8: bool = True
) -> Iterator[int]:
    """A server for the time of a block: its port. ``login``: nobody sends without."""

    def protocol() -> SMTP:
        return SMTP(
            post,
            hostname="mail.test",
            tls_context=None if implicit else tls,
            require_starttls=tls is not None and not implicit,
            auth_required=login,
            auth_require_tls=tls is not None and not implicit,
            authenticator=post.authenticate if login else None,
            enable_SMTPUTF8=utf8,
            decode_data=False,
            loop=loop,
        )

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", 0, ssl=tls if implicit else None))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(_closed(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _closed(server: asyncio.Server) -> None:
    """Nobody is let in any more, and whoever is in goes."""
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0.01)


@attrs.frozen
class Trust:
    """What a server shows, and whom its clients trust."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def trust(folder: Path, name: str = "mail") -> Trust:
    """A certificate for 127.0.0.1 that lives for two days, made now, and a client that trusts it alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    shown, kept = folder / f"{name}.crt", folder / f"{name}.key"
    shown.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    kept.write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(shown, kept)
    return Trust(server, ssl.create_default_context(cafile=shown))
