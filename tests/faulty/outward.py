"""Key stores, messengers and gateways with one fault each."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from typing import ClassVar

import attrs

from expressplatform.errors import KeyDestroyed, KeyMissing, StoreUnusable, Unreachable
from expressplatform.ports import Alert, KeyStore, Message
from expressplatform.testing.fakes import ScriptedMessenger, ScriptedTrader, contact_of
from expressplatform.testing.outward_contracts import Sent
from expressplatform.testing.store_doors import Dump


class Keys:
    """A good key store whose keys are there for whoever opens them again, or opens them twice."""

    breaks: ClassVar[tuple[str, ...]] = ()

    def __init__(self, rows: Keys | None = None) -> None:
        self.keys: dict[str, bytes] = rows.keys if rows else {}
        self.gone: set[str] = rows.gone if rows else set()
        self.secrets: dict[str, bytes] = rows.secrets if rows else {}
        self.closed = False

    def _open(self) -> None:
        if self.closed:
            raise StoreUnusable("closed")

    def _new(self, name: str) -> bytes:
        return os.urandom(32)

    def create(self, case_ids: Sequence[str], /) -> None:
        self._open()
        for case_id in case_ids:
            if case_id in self.gone:
                raise KeyDestroyed(case_id)
        for case_id in case_ids:
            self.keys.setdefault(case_id, self._new(case_id))

    def get(self, case_id: str, /) -> bytes:
        self._open()
        if case_id in self.gone:
            raise KeyDestroyed(case_id)
        if case_id not in self.keys:
            raise KeyMissing(case_id)
        return self.keys[case_id]

    def destroy(self, case_id: str, /) -> None:
        self._open()
        self.keys.pop(case_id, None)
        self.gone.add(case_id)

    def secret(self, name: str, /) -> bytes:
        self._open()
        return self.secrets.setdefault(name, self._new(name))

    def forget(self, name: str, /) -> None:
        self._open()
        self.secrets.pop(name, None)

    def destroyed(self) -> Sequence[str]:
        self._open()
        return sorted(self.gone)

    def close(self) -> None:
        self.closed = True

    def reopen(self) -> KeyStore:
        self.close()
        return type(self)(self)

    def second_connection(self) -> KeyStore:
        return type(self)(self)

    def dump_bytes(self) -> Dump:
        return [*self.keys.values(), *self.secrets.values(), b"end"]


class ShortKeys(Keys):
    """Keys have sixteen bytes."""

    breaks = ("K1",)

    def _new(self, name: str) -> bytes:
        return os.urandom(16)


class OneKey(Keys):
    """All cases of one batch share a key."""

    breaks = ("K1",)

    def create(self, case_ids: Sequence[str], /) -> None:
        super().create(case_ids)
        shared = os.urandom(32)
        self.keys |= dict.fromkeys((one for one in case_ids if len(case_ids) > 2), shared)


class KeysMadeAnew(Keys):
    """Whoever creates again gets another key."""

    breaks = ("K1",)

    def create(self, case_ids: Sequence[str], /) -> None:
        super().create(case_ids)
        self.keys |= {case_id: os.urandom(32) for case_id in case_ids}


class HalfABatch(Keys):
    """Of a batch with a destroyed case the keys before it are made."""

    breaks = ("K2",)

    def create(self, case_ids: Sequence[str], /) -> None:
        for case_id in case_ids:
            super().create([case_id])


class DestroyedIsMissing(Keys):
    """A destroyed key is said to be missing."""

    breaks = ("K3", "K4")

    def get(self, case_id: str, /) -> bytes:
        try:
            return super().get(case_id)
        except KeyDestroyed:
            raise KeyMissing(case_id) from None


class MadeAfterDeath(Keys):
    """A key that was destroyed is made again when somebody creates it."""

    breaks = ("K3",)

    def create(self, case_ids: Sequence[str], /) -> None:
        self.gone.difference_update(case_ids)
        super().create(case_ids)


class OnlyTheKnownDie(Keys):
    """A case without a key cannot be destroyed."""

    breaks = ("K3",)

    def destroy(self, case_id: str, /) -> None:
        if case_id in self.keys:
            super().destroy(case_id)


class AskingMakes(Keys):
    """Whoever asks for a key that is not there gets a new one."""

    breaks = ("K4",)

    def get(self, case_id: str, /) -> bytes:
        self.create([case_id])
        return super().get(case_id)


class NamesNobody(Keys):
    """An error does not say of which case it speaks."""

    breaks = ("K2", "K3", "K4")

    def create(self, case_ids: Sequence[str], /) -> None:
        try:
            super().create(case_ids)
        except KeyDestroyed:
            raise KeyDestroyed("") from None


class SecretFromItsName(Keys):
    """A secret is made from its name, so that the next of that name is the same."""

    breaks = ("K5",)

    def secret(self, name: str, /) -> bytes:
        self._open()
        return hashlib.sha256(name.encode()).digest()


class SecretNeverForgotten(Keys):
    """What was forgotten is still there."""

    breaks = ("K5",)

    def forget(self, name: str, /) -> None:
        self._open()


class OneDrawer(Keys):
    """Cases and secrets lie in one drawer."""

    breaks = ("K6",)

    def secret(self, name: str, /) -> bytes:
        self._open()
        return self.keys.setdefault(name, os.urandom(32))


class FasterIsAnother(Keys):
    """Whoever asks second gets what was made second."""

    breaks = ("K7",)

    def create(self, case_ids: Sequence[str], /) -> None:
        new = {case_id: os.urandom(32) for case_id in case_ids if case_id not in self.keys}
        time.sleep(0.0001)
        super().create(case_ids)
        self.keys |= new

    def get(self, case_id: str, /) -> bytes:
        key = super().get(case_id)
        return key if self.keys[case_id] is key else self.keys[case_id]


class ClosedGives(Keys):
    """A closed key store still gives keys."""

    breaks = ("K8",)

    def close(self) -> None:
        return


class LostSecrets(Keys):
    """Secrets are lost when the store is opened again."""

    breaks = ("K9",)

    def reopen(self) -> KeyStore:
        self.secrets.clear()
        return super().reopen()


class ForgottenDeath(Keys):
    """What was destroyed is merely missing when the store is opened again."""

    breaks = ("K9", "K3")

    def reopen(self) -> KeyStore:
        self.gone.clear()
        return super().reopen()


class KeyLeftInTheFile(Keys):
    """A destroyed key stays among the bytes that are kept."""

    breaks = ("K10",)

    def __init__(self, rows: Keys | None = None) -> None:
        super().__init__(rows)
        self.old: list[bytes] = []

    def destroy(self, case_id: str, /) -> None:
        self.old += [self.keys[case_id]] if case_id in self.keys else []
        super().destroy(case_id)

    def dump_bytes(self) -> Dump:
        return [*self.old, b"end"]


class PrintsKeys(Keys):
    """A key store prints what it holds."""

    breaks = ("K11",)

    def __repr__(self) -> str:
        return f"Keys({self.keys})"


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


GOOD = (Keys, Letters, Bell)
FAULTY = tuple(
    one
    for one in list(vars().values())
    if isinstance(one, type) and issubclass(one, Keys | Letters | Bell) and one.breaks
)
