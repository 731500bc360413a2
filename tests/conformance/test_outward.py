"""The fakes of messenger, trader and witness keep the contracts that real ones are held to, and so do ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from expressplatform.ports import Alert, AsyncMessenger, Message, Messenger, TraderGateway, Witness
from expressplatform.testing.contracts import (
    AsyncMessengerContract,
    GatewayContract,
    MessengerContract,
    WitnessContract,
)
from expressplatform.testing.fakes import ScriptedMessenger, ScriptedTrader, ScriptedWitness, contact_of
from expressplatform.testing.messengers.letters import Sent
from expressplatform.threads import ThreadedMessenger
from expressplatform_files.checkpoints import CheckpointFolder
from expressplatform_smtp import SmtpMessenger
from expressplatform_smtp.letters import id_of
from tests.mail import Post, serving, trust


class Breaking:
    """A way that can be broken and mended."""

    broken = False

    def turn(self) -> bool:
        """Broken if it was whole, whole if it was broken."""
        self.broken = not self.broken
        return self.broken

    def check(self) -> None:
        """Raises while it is broken."""
        if self.broken:
            raise ConnectionError("the way is broken")


class BreakingMessenger(Breaking):
    """A messenger whose way can be broken."""

    def __init__(self) -> None:
        self.inner = ScriptedMessenger()

    def send(self, message: Message, /) -> None:
        self.check()
        self.inner.send(message)


class BreakingGateway(Breaking):
    """A gateway whose way can be broken."""

    def __init__(self) -> None:
        self.inner = ScriptedTrader()

    def alert(self, alert: Alert, /) -> None:
        self.check()
        self.inner.alert(alert)


class TestScriptedMessenger(MessengerContract):
    def make_messenger(self) -> BreakingMessenger:
        return BreakingMessenger()

    def outbox(self, messenger: Messenger) -> Sequence[Sent]:
        assert isinstance(messenger, BreakingMessenger)
        return [Sent(contact_of(one), one.id, one.subject, one.text) for one in messenger.inner.sent]

    def break_way(self, messenger: Messenger) -> bool:
        assert isinstance(messenger, BreakingMessenger)
        return messenger.turn()


class TestScriptedTrader(GatewayContract):
    def make_gateway(self) -> BreakingGateway:
        return BreakingGateway()

    def received(self, gateway: TraderGateway) -> Sequence[Alert]:
        assert isinstance(gateway, BreakingGateway)
        return gateway.inner.alerts

    def break_way(self, gateway: TraderGateway) -> bool:
        assert isinstance(gateway, BreakingGateway)
        return gateway.turn()


class BeforeAMailServer:
    """A messenger that speaks SMTP, before a mail server of its own on loopback, secured by STARTTLS."""

    @pytest.fixture(autouse=True)
    def _server(self, tmp_path: Path) -> Iterator[None]:
        self.post, trusted = Post(), trust(tmp_path)
        self.read = list[Sent]()
        with serving(self.post, tls=trusted.server) as port:
            self.way = SmtpMessenger("127.0.0.1", port, sender="no-reply@council.example", tls=trusted.client)
            yield

    post: Post

    read: list[Sent]

    def outbox(self, messenger: object) -> Sequence[Sent]:
        """What was taken, each letter read once."""
        self.read += [
            Sent(to, f"{id_of(letter['Message-ID'])}", str(letter["Subject"]), str(letter.get_content()))
            for to, letter in self.post.taken[len(self.read) :]
        ]
        return self.read

    def break_way(self, messenger: object) -> bool:
        if self.post.replies.pop("MAIL", None) is None:
            self.post.replies["MAIL"] = "451 not now"
        return bool(self.post.replies)


class TestSmtpMessenger(BeforeAMailServer, MessengerContract):
    def make_messenger(self) -> SmtpMessenger:
        return self.way


class TestSmtpMessengerAwaited(BeforeAMailServer, AsyncMessengerContract):
    @contextmanager
    def make_messenger(self) -> Iterator[ThreadedMessenger]:
        with closing(ThreadedMessenger(self.way)) as messenger:
            yield messenger


class TestScriptedMessengerAwaited(AsyncMessengerContract):
    """The awaited messenger over one in memory."""

    @contextmanager
    def make_messenger(self) -> Iterator[ThreadedMessenger]:
        self.inner = BreakingMessenger()
        with closing(ThreadedMessenger(self.inner)) as messenger:
            yield messenger

    def outbox(self, messenger: AsyncMessenger) -> Sequence[Sent]:
        return [Sent(contact_of(one), one.id, one.subject, one.text) for one in self.inner.inner.sent]

    async def break_way(self, messenger: AsyncMessenger) -> bool:
        return self.inner.turn()


class BreakingWitness(Breaking):
    """A witness whose way can be broken."""

    def __init__(self) -> None:
        self.inner = ScriptedWitness()

    def checkpoint(self, organisation: str, id: str, note: bytes, /) -> None:
        self.check()
        self.inner.checkpoint(organisation, id, note)


class TestScriptedWitness(WitnessContract):
    def make_witness(self) -> BreakingWitness:
        return BreakingWitness()

    def received(self, witness: Witness, organisation: str) -> Sequence[bytes]:
        assert isinstance(witness, BreakingWitness)
        return [note for (who, _), note in witness.inner.notes.items() if who == organisation]

    def break_way(self, witness: Witness) -> bool:
        assert isinstance(witness, BreakingWitness)
        return witness.turn()


class TestCheckpointFolder(WitnessContract):
    """The witness that writes files: its way is broken where something else stands in the place of its folder."""

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "checkpoints"

    def make_witness(self) -> CheckpointFolder:
        return CheckpointFolder(self.folder)

    def received(self, witness: Witness, organisation: str) -> Sequence[bytes]:
        return [one.read_bytes() for one in (self.folder / organisation).glob("*.checkpoint")]

    def break_way(self, witness: Witness) -> bool:
        if self.folder.is_file():
            self.folder.unlink()
        else:
            self.folder.write_text("no folder", encoding="utf-8")
        return self.folder.is_file()
