"""What goes wrong on request: lost lines, cut replies, refusals of every layer, slow answers.

Laws of this file: a fault is asked for beforehand and used up by the calls that it names; nothing goes wrong by itself.
A lost reply is lost after the deed is done, a lost request before.
"""

from __future__ import annotations

import threading
from enum import Enum
from typing import Final

import attrs


class Kind(Enum):
    """What goes wrong."""

    LOST_REQUEST = "lost_request"
    """The line breaks before anything is done."""
    LOST_REPLY = "lost_reply"
    """It is done, and the line breaks."""
    CUT_SHORT = "cut_short"
    """It is done, and half of the reply's text comes, under HTTP 200."""
    NO_JSON = "no_json"
    """A page of HTML under HTTP 200."""
    STATUS = "status"
    """An HTTP status (``code``) without a reply; nothing is done."""
    GATEWAY = "gateway"
    """First layer: ``error_response`` with ``code``; at the SP-API an ``errorList``."""
    WITHIN = "within"
    """Second layer: the ``code`` inside routerjson's envelope."""
    VERDICT = "verdict"
    """Third layer: the method's own mark of success says no, with ``code``."""
    SUCCESS_VALUE = "success_value"
    """Fourth layer: a yes with a ``code`` that is not this family's of success."""
    SLOW = "slow"
    """Everything is done, after ``seconds``."""


@attrs.frozen
class Fault:
    """One thing that goes wrong: at calls whose name begins with ``method``, after ``skip`` of them, so many times.

    ``method`` may be several beginnings (`WRITES`); empty: any call.
    """

    kind: Kind
    method: str | tuple[str, ...] = ""
    skip: int = 0
    times: int = 1
    code: str = ""
    seconds: float = 0.0


WRITES: Final = ("jingdong.pop.order.modifyVenderRemark", "jingdong.asc.track.save", "POST ", "PUT ", "PATCH ")
"""How the names of the calls begin that change something."""


class Faults:
    """The faults that were asked for. Safe to share between threads."""

    __slots__ = ("_lock", "_waiting")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def ask(self, *faults: Fault) -> None:
        """Faults to come, each for itself; at one call the first asked for counts."""
        with self._lock:
            self._waiting += faults

    def forget(self, kind: Kind | None = None) -> None:
        """Nothing of a kind (None: nothing at all) goes wrong any more."""
        with self._lock:
            self._waiting = [one for one in self._waiting if kind is not None and one.kind is not kind]

    @property
    def waiting(self) -> tuple[Fault, ...]:
        """The faults that have not happened yet."""
        return tuple(self._waiting)

    def at(self, name: str) -> Fault | None:
        """The fault of this call, used up by asking."""
        with self._lock:
            due: Fault | None = None
            left: list[Fault] = []
            for one in self._waiting:
                if not name.startswith(one.method) or due is not None:
                    left.append(one)
                elif one.skip:
                    left.append(attrs.evolve(one, skip=one.skip - 1))
                else:
                    due = one
                    if one.times > 1:
                        left.append(attrs.evolve(one, times=one.times - 1))
            self._waiting = left
        return due
