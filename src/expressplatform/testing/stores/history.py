"""What was asked of a store, written down as a program that can be pasted and run.

Laws of this file: a history is a list of plain calls. Ids carry a mark that no two runs share; the program makes one of
its own, so that it may be run again on the same rows.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from expressplatform import ports
from expressplatform.ledger import leaf_of
from expressplatform.ports import Commit, Header, Placed
from expressplatform.testing.stores.model_ledger import Anew, Next
from expressplatform.testing.stores.rows import EVERY_BYTE

REOPEN: Final = "reopen"
SECOND: Final = "second_connection"
DOORS: Final = ("store", "other")
_LONG: Final = 200
_UNITS: Final = (
    (EVERY_BYTE, "bytes(range(256))"),
    (EVERY_BYTE[::-1], "bytes(range(255, -1, -1))"),
    *((bytes([one]), f"{bytes([one])!r}") for one in (0, 32, 255)),
)
"""What long rows of the checks are made of, and how that is written."""


@attrs.frozen
class Call:
    """One call: to which of the stores that were opened, by which name, with what."""

    door: int
    name: str
    given: tuple[Any, ...] = ()


class Left(BaseException):
    """The check was left before it came to its end: it asks nothing any more, and nothing of the kit catches this."""


class Calls(list[Call]):
    """What was asked of the store that was opened last.

    ``asked`` counts all calls, also of stores that were opened before. After `leave`, whoever came to a store before
    that is answered with `Left`, and opens no other.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.turn = 0
        self._own = threading.local()

    def begin(self) -> None:
        """A check begins, in this thread."""
        self._own.turn = self.turn

    def open(self) -> None:
        """A store is opened: what is asked from now on is written down. Raises Left in the thread of a check left."""
        if getattr(self._own, "turn", self.turn) != self.turn:
            raise Left
        self.clear()

    def add(self, call: Call, turn: int) -> None:
        """Writes a call down; raises Left where its turn is over, unless it is to close."""
        if turn == self.turn:
            self.asked += 1
            self.append(call)
        elif call.name != "close":
            raise Left

    def leave(self) -> None:
        """Whoever asks now asks no more."""
        self.turn += 1


class Recorder:
    """A store, or anything with methods, that writes down what is asked of it; answers go through, awaited or not."""

    def __init__(self, inner: Any, calls: Calls, door: int = 0) -> None:
        self.inner, self.calls, self.door = inner, calls, door
        self._turn = calls.turn
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if not inspect.ismethod(found) and not inspect.isfunction(found):
            return found

        @functools.wraps(found)
        def asked(*given: Any, **named: Any) -> Any:
            with self._lock:
                self.calls.add(Call(self.door, name, given), self._turn)
            return found(*given, **named)

        return asked

    def __repr__(self) -> str:
        return repr(self.inner)

    def __str__(self) -> str:
        return str(self.inner)


def bare(store: Any) -> Any:
    """The store that a recorder stands for."""
    return store.inner if isinstance(store, Recorder) else store


def recorded(made: Any, calls: Calls, door: int, method: str) -> Any:
    """What a maker gave, recorded: a port (it has ``method``), or what gives one: a context manager, an awaitable."""
    if made is None or hasattr(made, method):
        return made and Recorder(made, calls, door)
    if inspect.isawaitable(made):
        return _later(made, calls, door, method)
    if hasattr(made, "__aenter__"):
        return _Entered(made, calls, door)
    return _within(made, calls, door) if isinstance(made, AbstractContextManager) else made


async def _later(made: Any, calls: Calls, door: int, method: str) -> Any:
    return recorded(await made, calls, door, method)


@contextmanager
def _within(made: AbstractContextManager[Any], calls: Calls, door: int) -> Iterator[Recorder]:
    with made as port:
        yield Recorder(port, calls, door)


class _Entered:
    """An asynchronous context manager whose port is recorded."""

    def __init__(self, made: Any, calls: Calls, door: int) -> None:
        self._made, self._calls, self._door = made, calls, door

    async def __aenter__(self) -> Recorder:
        return Recorder(await self._made.__aenter__(), self._calls, self._door)

    async def __aexit__(self, *given: object) -> Any:
        return await self._made.__aexit__(*given)


# --- as a program -----------------------------------------------------------------------------------------------


class Writer:
    """Values as Python: the mark of a run is the variable ``m``, and a header is told by what is new in it."""

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._header: Header | None = None
        self._door = DOORS[0]
        self.names: set[str] = set()

    def line(self, call: Call) -> str:
        """One call."""
        self._door = DOORS[call.door]
        return f"{self._door}.{call.name}({', '.join(map(self.value, call.given))})"

    def value(self, value: Any) -> str:
        """One value."""
        if isinstance(value, Anew):
            self.names |= {"leaves_of"} if isinstance(value, Next) else set()
            return value.told(self._door)
        if isinstance(value, Header):
            return self._told(value)
        if isinstance(value, Placed) and value.hash == leaf_of(value.event):  # which is another one under another mark
            self.names |= {"Placed", "leaf_of"}
            return f"Placed({value.place}, leaf_of(e := {self._made(value.event)}), e)"
        if attrs.has(type(value)):
            return self._made(value)
        if isinstance(value, tuple):
            return f"({', '.join(map(self.value, value))}{',' if len(value) == 1 else ''})"
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            return f"[{', '.join(self._items(value))}]"
        if isinstance(value, datetime | timedelta):
            return repr(value).replace("datetime.timezone.utc", "datetime.UTC")
        return self._marked(value)

    def _items(self, value: Sequence[Any]) -> Iterator[str]:
        """What can be had of it: checks hand in what breaks off, too."""
        items = iter(value)
        while True:
            try:
                item = next(items)
            except StopIteration:
                return
            except Exception:  # noqa: BLE001  whatever a check lets it break off with
                yield "..."
                return
            yield self.value(item)

    def _marked(self, value: Any) -> str:
        if isinstance(value, str) and self._mark and self._mark in value:
            parts = (part.replace("{", "{{").replace("}", "}}") for part in value.split(self._mark))
            return "f" + repr("{m}".join(parts))
        if isinstance(value, bytes) and (value.startswith(EVERY_BYTE) or len(value) > _LONG):
            return _bytes(value)
        if isinstance(value, str) and len(value) > _LONG and value == value[0] * len(value):
            return f"{value[0]!r} * {len(value)}"
        if isinstance(value, bytes) and self._mark and self._mark.encode() in value:
            before, _, after = value.partition(self._mark.encode())
            return " + ".join([repr(before), "m.encode()", *([repr(after)] if after else [])])
        return repr(value)

    def _made(self, value: Any) -> str:
        """A value of ours, without what it holds by default."""
        cls = type(value)
        self.names.add(cls.__name__)
        parts = [
            f"{field.name}={self.value(getattr(value, field.name))}"
            for field in attrs.fields(cls)
            if field.default is attrs.NOTHING or getattr(value, field.name) != field.default
        ]
        return f"{cls.__name__}({', '.join(parts)})"

    def _told(self, header: Header) -> str:
        if self._header is None:
            self._header = header
            return f"(h := {self._made(header)})"
        names = [field.name for field in attrs.fields(Header)]
        new = {name: getattr(header, name) for name in names if getattr(header, name) != getattr(self._header, name)}
        told = "".join(f", {name}={self.value(value)}" for name, value in new.items())
        return f"attrs.evolve(h{told})" if new else "h"


def _bytes(value: bytes) -> str:
    """Bytes with what repeats in them told once: a long row is a line of a program, not its megabytes."""
    parts: list[str] = []
    while value:
        for unit, told in _UNITS:
            times = _times(value, unit)
            if times * len(unit) >= len(EVERY_BYTE):
                parts.append(told if times == 1 else f"{told} * {times}")
                value = value[times * len(unit) :]
                break
        else:
            ends = [at for unit, _ in _UNITS if (at := value.find(unit * (len(EVERY_BYTE) // len(unit)), 1)) > 0]
            end = min(ends, default=len(value))
            parts.append(repr(value[:end]))
            value = value[end:]
    return " + ".join(parts)


def _times(value: bytes, unit: bytes) -> int:
    """How often bytes begin with a unit."""
    times = 0
    while value.startswith(unit, times * len(unit)):
        times += 1
    return times


def mark_of(calls: Iterable[Call]) -> str:
    """The mark of whoever appended first; empty where nobody did."""
    for call in calls:
        for commit in call.given[0] if call.name == "append" and call.given else ():
            if isinstance(commit, Commit):
                return commit.case_id.rpartition("-")[0]
    return ""


def program(
    target: str, calls: Sequence[Call], ending: Callable[[Writer, Call], Sequence[str]], *, contract: bool
) -> str:
    """The calls as a program on what ``target`` (``module:maker``) makes; ``ending`` writes the last of them.

    With ``contract`` the store comes by the doors of its contract (it is awaited, opened again or opened twice),
    without it is simply made.
    """
    writer = Writer(mark_of(calls))
    lines = [_opened(call) if call.name in (REOPEN, SECOND) else writer.line(call) for call in calls[:-1]]
    lines += ending(writer, calls[-1])
    module, _, maker = target.partition(":")
    imports = ["import datetime", "import uuid", *(["from contextlib import ExitStack"] if contract else [])]
    imports += ["", "import attrs", ""]
    imports += ["from expressplatform.errors import StoreUnusable"] if "StoreUnusable" in writer.names else []
    known = sorted(name for name in writer.names if hasattr(ports, name))
    imports += [f"from expressplatform.ports import {', '.join(known)}"] if known else []
    imports += [told for name, told in _HELPERS if name in writer.names]
    if not contract:
        return "\n".join([*imports, f"from {module} import {maker}", "", _MARK, f"store = {maker}()", *lines, ""])
    imports += ["from expressplatform.testing.checking import contract_of", "", _MARK]
    opening = [f"checks = contract_of({target!r})", "with ExitStack() as opened:"]
    inner = ["store = opened.enter_context(checks.opened())", *lines]
    return "\n".join([*imports, *opening, *(f"    {line}" for line in inner), ""])


_HELPERS: Final = (
    ("leaf_of", "from expressplatform.ledger import leaf_of"),
    ("leaves_of", "from expressplatform.testing.stores.checks.placing import leaves_of"),
)
_MARK: Final = "m = uuid.uuid4().hex"


def _opened(call: Call) -> str:
    if call.name == REOPEN:
        return f"{DOORS[call.door]} = opened.enter_context(checks.reopened({DOORS[call.door]}))"
    return f"{DOORS[1]} = opened.enter_context(checks.beside({DOORS[call.door]}))"
