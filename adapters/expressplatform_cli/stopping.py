"""Who goes on until told to stop: the first signal asks for that, the next one ends the process.

Laws of this module: what is under way when somebody says stop is ended, and nothing new is begun.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """What Ctrl-C or SIGTERM sets; whoever sends a second one ends the process at once."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def asked(_: int, __: FrameType | None) -> None:
        stop.set()
        for one in _SIGNALS:
            signal.signal(one, signal.SIG_DFL)

    before = [(one, signal.signal(one, asked)) for one in _SIGNALS]
    try:
        yield stop
    finally:
        for one, handler in before:
            signal.signal(one, handler)
