"""The fakes of messenger and trader keep the contracts that real ones are held to."""

from __future__ import annotations

from collections.abc import Sequence

from expressplatform.ports import Alert, Message, Messenger, TraderGateway
from expressplatform.testing.fakes import ScriptedMessenger, ScriptedTrader, contact_of
from expressplatform.testing.outward_contracts import GatewayContract, MessengerContract, Sent


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
