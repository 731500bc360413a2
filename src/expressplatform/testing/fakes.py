"""What stands in, in tests, for those outside: a clock, a trader, a key store, a messenger, a witness and a scanner.

Laws of this file: a fake says what it was told to say, and remembers what it was asked. Faults are scripted: each call
takes the next entry of its script. None belongs into a running desk.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, final

from expressplatform import commands as c
from expressplatform.codes import Channel, Outcome, Redress, Role
from expressplatform.commands import Command
from expressplatform.complaint import Actor
from expressplatform.errors import Refused, Unreachable
from expressplatform.memory import MemoryKeyStore
from expressplatform.platform import Platform
from expressplatform.ports import Alert, KeyStore, Message, Scanned
from expressplatform.testing.fitting import START

Script = Sequence[Exception | None]
"""What becomes of each call in turn: an exception is raised, None lets it pass. After the last all calls pass."""


class _Faults:
    """A script, and how far it has come."""

    def __init__(self, script: Script) -> None:
        self._left = list(script)
        self._lock = threading.Lock()

    def next(self) -> None:
        """Raises what the script has for this call."""
        with self._lock:
            fault = self._left.pop(0) if self._left else None
        if fault is not None:
            raise fault


@final
class ScriptedScan:
    """A `Scan` that gives the answers it was given, in their order, and after them the last again and again.

    An answer that is an exception is raised. ``asked`` holds, for each call, the media type, the number of bytes and
    their SHA-256 in hexadecimal digits.
    """

    def __init__(self, answers: Sequence[Scanned | Exception] = (Scanned.CLEAN,)) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int, str]] = []

    def scan(self, content: Iterable[bytes], media_type: str, /) -> Scanned:
        """The next answer."""
        size, digest = 0, sha256()
        for piece in content:
            size += len(piece)
            digest.update(piece)
        self.asked.append((media_type, size, digest.hexdigest()))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@final
class ScriptedClock:
    """A clock that goes as it is told: it stands, and each reading adds the next step of its script.

    Steps may lead back. After the last the clock stands until it is set. ``readings`` holds what it showed.
    """

    def __init__(self, at: datetime = START, steps: Iterable[timedelta] = ()) -> None:
        self.at = at
        self.readings: list[datetime] = []
        self._steps = list(steps)

    def __call__(self) -> datetime:
        if self._steps:
            self.at += self._steps.pop(0)
        self.readings.append(self.at)
        return self.at

    def wait(self, **span: float) -> datetime:
        """Later by so many days, hours, minutes, seconds; earlier where they are less than nought."""
        self.at += timedelta(**span)
        return self.at


SETTLES: Final[tuple[Command, ...]] = (
    c.Obtain(),
    c.ReportContact(Channel.PHONE),
    c.ReportResolution(Outcome.SETTLED_NON_MONETARY, (Redress.EXCHANGE,)),
)
"""What a trader does that reads, calls and settles."""
GIVES_UP: Final[tuple[Command, ...]] = (c.Obtain(), c.ReportContact(Channel.PHONE), c.ReportImpasse())
"""What a trader does that reads, calls and cannot settle."""
NEVER_ANSWERS: Final[tuple[Command, ...]] = ()
"""What a trader does that is alerted and stays silent."""


class ScriptedTrader:
    """A trader: a gateway that hears of cases, and somebody who goes through a plan with each of them.

    ``plan`` holds the commands in their order; one is sent at each `answer`. ``faults`` is the script of the alerts.
    ``alerts`` holds what arrived, each once; ``refused`` the commands that were refused, with their codes. A case that
    refuses a command is left alone.
    """

    def __init__(
        self,
        organisation: str = "taobao",
        plan: Sequence[Command] = SETTLES,
        *,
        faults: Script = (),
        staff: str = "agent-1",
    ) -> None:
        self.actor = Actor(Role.TRADER, staff, organisation)
        self.alerts: list[Alert] = []
        self.refused: list[tuple[str, str, str]] = []
        self._plan = tuple(plan)
        self._at: dict[str, int] = {}
        self._faults = _Faults(faults)
        self._lock = threading.Lock()

    def alert(self, alert: Alert, /) -> None:
        """Hears of a case; what it heard before it drops."""
        self._faults.next()
        with self._lock:
            if not any(one.id == alert.id for one in self.alerts):
                self.alerts.append(alert)
                self._at.setdefault(alert.case_id, 0)

    def waiting(self) -> Sequence[tuple[str, Command, str]]:
        """For each case that is not at its end: its id, the next command and the key to send it under."""
        return [
            (case_id, self._plan[at], f"{self.actor.organisation}-{case_id}-{at}")
            for case_id, at in self._at.items()
            if at < len(self._plan)
        ]

    def taken(self, case_id: str) -> None:
        """A command was accepted: the next one follows. For those who send `waiting` themselves."""
        self._at[case_id] += 1

    def answer(self, platform: Platform) -> int:
        """Sends the next command of each case to a platform: how many were accepted."""
        accepted = 0
        for case_id, command, key in self.waiting():
            try:
                if isinstance(command, c.Obtain):
                    platform.obtain(case_id, by=self.actor, key=key)
                else:
                    platform.act(case_id, command, by=self.actor, key=key)
            except Refused as refused:
                self.refused.append((case_id, type(command).__name__, refused.code))
                self._at[case_id] = len(self._plan)
            else:
                self.taken(case_id)
                accepted += 1
        return accepted


class ScriptedMessenger:
    """A `Messenger` that keeps what it is given. ``sent`` holds the messages, each once, the earliest first.

    Whoever has no e-mail address, telephone number or postal address is unreachable, and so is whoever has a contact
    in ``gone`` or one that breaks its line, which might lead to somebody else.
    """

    def __init__(self, *, faults: Script = (), gone: Iterable[str] = ()) -> None:
        self.sent: list[Message] = []
        self._gone = frozenset(gone)
        self._faults = _Faults(faults)
        self._lock = threading.Lock()

    def send(self, message: Message, /) -> None:
        """Keeps the message."""
        self._faults.next()
        contact = contact_of(message)
        if contact in ("", *self._gone) or not contact.isprintable():
            raise Unreachable
        with self._lock:
            if not any(one.id == message.id for one in self.sent):
                self.sent.append(message)


@final
class ScriptedWitness:
    """A `Witness` that keeps what it is given. ``notes`` holds each note by organisation and id, the first of each."""

    def __init__(self, *, faults: Script = ()) -> None:
        self.notes: dict[tuple[str, str], bytes] = {}
        self._faults = _Faults(faults)

    def checkpoint(self, organisation: str, id: str, note: bytes, /) -> None:
        """Keeps the note."""
        self._faults.next()
        self.notes.setdefault((organisation, id), note)


def contact_of(message: Message) -> str:
    """Where a message goes: the first of e-mail address, telephone number and postal address that is told."""
    values = message.reader.values
    told = (values.get(f"particulars.{name}", "") for name in ("email", "phone", "address"))
    return next((str(one) for one in told if one), "")


class ScriptedKeys:
    """A key store that fails by script, over another one, in memory where none is named.

    Each call of any method takes the next entry of ``faults``. ``asked`` holds the names of the methods called.
    """

    def __init__(self, inner: KeyStore | None = None, *, faults: Script = ()) -> None:
        self.asked: list[str] = []
        self._inner: KeyStore = inner if inner is not None else MemoryKeyStore()
        self._faults = _Faults(faults)

    def _next(self, name: str) -> KeyStore:
        self.asked.append(name)
        self._faults.next()
        return self._inner

    def create(self, case_ids: Sequence[str], /) -> None:
        """As the store beneath does."""
        self._next("create").create(case_ids)

    def get(self, case_id: str, /) -> bytes:
        """As the store beneath does."""
        return self._next("get").get(case_id)

    def destroy(self, *case_ids: str) -> None:
        """As the store beneath does."""
        self._next("destroy").destroy(*case_ids)

    def secret(self, name: str, /) -> bytes:
        """As the store beneath does."""
        return self._next("secret").secret(name)

    def forget(self, name: str, /) -> None:
        """As the store beneath does."""
        self._next("forget").forget(name)

    def destroyed(self) -> Sequence[str]:
        """As the store beneath does."""
        return self._next("destroyed").destroyed()

    def close(self) -> None:
        """As the store beneath does; never fails."""
        self._inner.close()
