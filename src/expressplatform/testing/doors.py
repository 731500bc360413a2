"""What the checks of every contract do alike: let in and closed, raced for, refused; and how their promises are read.

Laws of this file: pytest is not imported. What cannot be tried without help from whoever brings the store is not run,
with the reason, and never left out in silence.
"""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any, Final, Protocol, TypeVar

from expressplatform.errors import StoreUnusable
from expressplatform.testing.guarantees import NotRun

T = TypeVar("T")

ODD: Final = ("\0", "\ud800", "\udfff")
"""What no text has: PostgreSQL keeps no nought in one, and half of a pair has no UTF-8."""


class Closes(Protocol):
    """Whatever can be closed."""

    def close(self) -> None:
        """Lets go of everything."""


Port = TypeVar("Port", bound=Closes)


@contextmanager
def entered(made: Port | AbstractContextManager[Port]) -> Iterator[Port]:
    """What a maker gave: a context manager is entered, anything else closed at the end."""
    with made if isinstance(made, AbstractContextManager) else closing(made) as port:
        yield port


def given(port: T | None, name: str, untold: str) -> T:
    """What an optional maker gave; NotRun where it gave nothing."""
    if port is None:
        raise NotRun(f"{name} is not given: {untold}")
    return port


Dump = bytes | Iterable[bytes] | None
"""All bytes that a store keeps, in one piece or several."""


def joined(dump: Dump) -> bytes:
    """A dump in one piece; NotRun where there is none."""
    if dump is None:
        raise NotRun("dump_bytes is not given: what the kept bytes tell is not known")
    return dump if isinstance(dump, bytes) else b"\0".join(dump)


def racing(*jobs: Callable[[], T]) -> list[T]:
    """What each job returns; all begin at once, each in a thread of its own, which give way to each other often."""
    start = threading.Barrier(len(jobs))

    def begun(job: Callable[[], T]) -> T:
        start.wait(30)
        return job()

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(len(jobs)) as pool:
            return list(pool.map(begun, jobs))
    finally:
        sys.setswitchinterval(before)


def refused(code: str, call: Callable[[], object]) -> None:
    """The call raises StoreUnusable with this code."""
    said = raised(StoreUnusable, call).code
    assert said == code, f"StoreUnusable has the code {said!r}, not {code!r}"


def raised(expected: type[Exception], call: Callable[[], object]) -> Any:
    """The error of a type that the call raises."""
    try:
        call()
    except expected as error:
        return error
    except Exception as error:
        raise AssertionError(f"{type(error).__name__} was raised, not {expected.__name__}") from error
    raise AssertionError(f"{expected.__name__} was not raised")


def turned_away(expected: type[Exception], mark: str, call: Callable[[], object]) -> None:
    """The call raises an error of a type; no mark of what was handed in is in it, nor in what is printed with it."""
    one: BaseException | None = raised(expected, call)
    while one is not None:
        assert mark not in f"{one} {one.args!r}", f"{type(one).__name__} quotes what was handed in"
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def checks_of(contract: object) -> Sequence[tuple[str, Callable[[], None]]]:
    """The checks of a contract by name, in the order in which they are written."""
    names: dict[str, None] = {}
    for cls in type(contract).__mro__:
        names |= dict.fromkeys(name for name in vars(cls) if name.startswith("test_"))
    return [(name, getattr(contract, name)) for name in names if callable(getattr(contract, name))]


def sentence(check: object) -> str:
    """The promise that a check holds: the first paragraph of its docstring."""
    return " ".join((inspect.getdoc(check) or "").split("\n\n", maxsplit=1)[0].split())
