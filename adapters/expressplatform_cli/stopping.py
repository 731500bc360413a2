"""Who goes on until told to stop: the first signal asks for that, the next one ends the process.

Laws of this module: what is under way when somebody says stop is ended, and nothing new is begun. What does not end in
its time is cut off, as a kill would: whoever uses this must survive one. Signals are heard by a thread of their own,
because the main one may stand in a call that lets no handler run.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

GRACE: Final = 15.0
"""Seconds that what is under way has to end, once somebody has said stop."""
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def _say(seconds: float) -> None:
    sentence = f"What was under way did not end within {seconds:g} seconds: it was cut off, and the next run goes on."
    os.write(2, f"{sentence}\n".encode())


@contextmanager
def stopping(seconds: float = GRACE, cut_off: Callable[[float], object] = _say) -> Iterator[threading.Event]:
    """What Ctrl-C or SIGTERM sets; so many seconds later, or at a second one, the process is ended by that signal.

    ``cut_off`` is called where the seconds are over, before that.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def asked(_: int, __: FrameType | None) -> None:
        for one in _SIGNALS:
            signal.signal(one, signal.SIG_DFL)

    heard, told = socket.socketpair()
    with heard, told:
        told.setblocking(False)
        listening = threading.Thread(target=_listen, args=(heard, stop, seconds, cut_off), daemon=True)
        listening.start()
        woken = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        before = [(one, signal.signal(one, asked)) for one in _SIGNALS]
        try:
            yield stop
        finally:
            for one, handler in before:
                signal.signal(one, handler)
            signal.set_wakeup_fd(woken)
            told.shutdown(socket.SHUT_WR)
            listening.join()


def _listen(heard: socket.socket, stop: threading.Event, seconds: float, cut_off: Callable[[float], object]) -> None:
    """Until it hears that all is over, or ends the process."""
    if not (first := _next(heard)):
        return
    stop.set()
    heard.settimeout(seconds)
    try:
        if not _next(heard):
            return
    except TimeoutError:
        cut_off(seconds)
    signal.raise_signal(first)
    os._exit(128 + first)  # where the main thread has not come to its handler, the signal does nothing


def _next(heard: socket.socket) -> int:
    """The next signal that says stop; 0: all is over."""
    while (said := heard.recv(1)) and said[0] not in _SIGNALS:
        pass
    return said[0] if said else 0
