"""How checks make threads meet where it hurts, and hear all that an adapter tells: of errors, logs and what it prints.

Laws of this file: it knows no port. Threads are held up in the midst of the adapter, wherever that is, so that a
lock that is missing shows; how fast a machine is, or how busy, changes little.

Python 3.12 cannot be asked to stop within a line: a thread whose tracing ends, by itself or for an error, while another
is traced, dies with the whole process at the next opcode of a frame that had asked for opcodes, and so does whoever
goes on with a generator that had (its handler of opcodes calls the thread's tracer without looking whether there is
one; python/cpython#103615 mended it, in 3.13 and not in 3.12). There, threads are held up between lines only, as much
more often as a line has more than one opcode. What races within one line shows under 3.11 and from 3.13 on.
"""

from __future__ import annotations

import contextlib
import functools
import io
import logging
import os
import random
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any, Final, TypeVar

import attrs

T = TypeVar("T")

_BY_LINES: Final = sys.version_info[:2] == (3, 12)
_STOPS: Final = "line" if _BY_LINES else "opcode"
_PACES: Final = (0.0, 0.0, 0.15, 0.8) if _BY_LINES else (0.0, 0.0, 0.02, 0.2)
"""How often a thread is held up at a stop; it changes its pace, so that one runs past another that stands still."""
_STRETCH: Final = 16 if _BY_LINES else 60
"""So many stops at most go by at one pace."""
_HELD_UP: Final = 1e-4
_MOST: Final = 3000
_WAIT: Final = 60.0
_OURS: Final = os.path.dirname(__file__)
_PYTHONS: Final = os.path.dirname(os.__file__)


def side_by_side(together: threading.Barrier, *jobs: Callable[[], T]) -> list[T]:
    """What each job returns, each in a thread of its own. One that fails lets nobody wait for it at the barrier.

    Raises the error of the first that failed by itself, and not for want of another at the barrier.
    """

    def freeing(job: Callable[[], T]) -> T:
        try:
            return job()
        except BaseException:
            together.abort()
            raise

    with ThreadPoolExecutor(len(jobs)) as pool:
        begun = [pool.submit(freeing, job) for job in jobs]
    errors = [error for one in begun if (error := one.exception()) is not None]
    for error in sorted(errors, key=lambda one: isinstance(one, threading.BrokenBarrierError)):
        raise error
    return [one.result() for one in begun]


def jostled(*jobs: Callable[[], T], together: threading.Barrier | None = None) -> list[T]:
    """What each job returns; all begin at once, each in a thread of its own that is held up at random, anywhere.

    By Python 3.12 between any two lines, and by others within a line too.
    ``together`` is where the jobs wait for each other, if they do.
    """
    start = threading.Barrier(len(jobs))

    def begun(job: Callable[[], T]) -> T:
        luck, left = random.Random(), iter(range(_MOST))
        paces = _paces(luck)

        def step(frame: FrameType, event: str, given: Any) -> Any:
            if event == "call" and _known(frame.f_code.co_filename):
                return None
            frame.f_trace_opcodes = not _BY_LINES
            if event == _STOPS and luck.random() < next(paces):
                if next(left, None) is None:
                    sys.settrace(None)
                    return None
                time.sleep(_HELD_UP)
            return step

        start.wait(_WAIT)
        before = sys.gettrace()
        sys.settrace(step)
        try:
            return job()
        finally:
            sys.settrace(before)

    return side_by_side(together or start, *(functools.partial(begun, job) for job in jobs))


def _paces(luck: random.Random) -> Iterator[float]:
    """How likely it is at each stop in turn to be held up."""
    while True:
        pace = luck.choice(_PACES)
        for _ in range(luck.randrange(1, _STRETCH)):
            yield pace


@functools.cache
def _known(file: str) -> bool:
    """Whether code is the kit's or Python's own, where nobody is held up."""
    folder = os.path.dirname(file)
    return folder.startswith(_OURS) or (folder.startswith(_PYTHONS) and "-packages" not in folder)


_PLAIN: Final = vars(logging.makeLogRecord({})).keys()
"""What every record of a log holds."""


@attrs.define
class Heard:
    """What was logged and printed meanwhile."""

    said: str = ""


class _Ear:
    """Hears what is logged in some threads, and in those that begin meanwhile, wherever it is to go from there.

    Whoever receives may be in this process too, and logs for itself, in a thread that was there before.
    """

    def __init__(self, threads: tuple[int, ...]) -> None:
        self.lines: list[str] = []
        self._records: list[logging.LogRecord] = []
        self._others = {one.ident for one in threading.enumerate()} - {threading.get_ident(), *threads}
        self._made = logging.getLogRecordFactory()

    def __call__(self, *given: Any, **named: Any) -> logging.LogRecord:
        record = self._made(*given, **named)
        if threading.get_ident() not in self._others:
            error = record.exc_info[1] if record.exc_info else None
            self.lines.append(f"{record.getMessage()} {told_by(error)} {record.stack_info or ''}")
            self._records.append(record)
        return record

    def beside(self) -> list[str]:
        """What was laid beside the messages (``extra``), as somebody may write it who writes logs as data."""
        return [repr(vars(record)[name]) for record in self._records for name in vars(record).keys() - _PLAIN]


@contextlib.contextmanager
def listening(*threads: int) -> Iterator[Heard]:
    """Hears what this thread logs, those named and those that begin meanwhile, at whatever level, and what is printed
    or warned of, by whichever way; told once it is over."""
    root, ear, printed, heard = logging.getLogger(), _Ear(threads), io.StringIO(), Heard()
    level, made = root.level, logging.getLogRecordFactory()
    beneath: list[str] = []
    warned: list[warnings.WarningMessage] | None = None
    logging.setLogRecordFactory(ear)
    root.setLevel(1)
    try:
        with _beneath() as beneath, warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                yield heard
    finally:
        logging.setLogRecordFactory(made)
        root.setLevel(level)
        told = [str(one.message) for one in warned or ()]
        heard.said = "\n".join([*ear.lines, *ear.beside(), printed.getvalue(), *told, *beneath])


@contextlib.contextmanager
def _beneath() -> Iterator[list[str]]:
    """What is written to the process's own outputs, past Python's; nothing where there are none."""
    written: list[str] = []
    with contextlib.ExitStack() as stack, tempfile.TemporaryFile() as file:
        for stream in (sys.__stdout__, sys.__stderr__):
            if stream is not None:
                stream.flush()
                stack.callback(stream.flush)
        with contextlib.suppress(OSError):
            for number in (1, 2):
                kept = os.dup(number)
                stack.callback(_put_back, kept, number)
                os.dup2(file.fileno(), number)
        yield written
        for stream in (sys.__stdout__, sys.__stderr__):
            if stream is not None:
                stream.flush()
        file.seek(0)
        written.append(file.read().decode(errors="replace"))


def _put_back(kept: int, number: int) -> None:
    os.dup2(kept, number)
    os.close(kept)


def told_by(error: BaseException | None) -> str:
    """All that an error tells whoever looks at it: its words, notes and fields, and those of the errors behind it."""
    said: list[str] = []
    seen: set[int] = set()
    behind = [error]
    while behind:
        one = behind.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        said += [repr(one), str(one), *map(str, one.args), *getattr(one, "__notes__", ())]
        said += [str(value) for value in vars(one).values()]
        behind += [one.__cause__, None if one.__suppress_context__ else one.__context__]
    return "\n".join(said)
