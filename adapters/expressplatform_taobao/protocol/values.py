"""The values in a reply, and those in a request: text, amounts, instants, lists.

Laws of this file:

- Every number of a document is kept as its digits: identifiers have 64 bits and are text here, never arithmetic.
- An amount is yuan with two decimals, or it is not an amount: a bare whole number may be cents, so nobody guesses.
- An instant is the platform's wall clock, GMT+8 all the year round, and knows it.
- A list stands alone, inside one more object, or not at all. A row that is no object makes the reply malformed.
- What is not asked for, absent or of another shape reads as empty or None; only what a reply cannot do without is
  demanded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Final, Never

import attrs

from expressplatform.fields import Checked, Constraint, refuse
from expressplatform.money import Money
from expressplatform_taobao.protocol.codes import E, known

GMT8: Final = timezone(timedelta(hours=8), "GMT+8")
"""The zone of every time of the platform."""

_MOMENT: Final = re.compile(r"(2[0-9]{3})-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_YUAN: Final = re.compile(r"([0-9]{1,12})\.([0-9]{2})")
_IDENTIFIER: Final = re.compile(r"[0-9]{1,20}")
_COUNT: Final = re.compile(r"[0-9]{1,12}")
_TRUTH: Final[Mapping[str, bool]] = {"true": True, "false": False}


class Malformed(Exception):
    """A reply lacks what it cannot do without. Never leaves the protocol: the result says ``malformed``."""


# --- of a request -------------------------------------------------------------------------------------------


def identifier() -> Checked:
    """The digits of an order, a refund or a message; 64 bits, as text."""
    wanted = "must be the digits of an identifier"
    return Checked(Constraint(shortest=1, longest=20, pattern=_IDENTIFIER.pattern, wanted=wanted), (str,), wanted)


def stamp(at: datetime) -> str:
    """An instant as the platform writes it, to the second: ``2024-02-29 12:00:00`` in GMT+8.

    >>> from datetime import UTC
    >>> stamp(datetime(2024, 2, 29, 4, 0, tzinfo=UTC))
    '2024-02-29 12:00:00'

    Raises InvalidInput where it does not know its offset from UTC or is not of this millennium.
    """
    if at.utcoffset() is None or not 2000 <= at.year < 2999:
        raise refuse("$.at", "instant", "must be a date and time with an offset from UTC")
    return at.astimezone(GMT8).isoformat(" ", "seconds")[:19]


# --- of a reply ---------------------------------------------------------------------------------------------


def _no_constant(_: str) -> Never:
    raise ValueError


def document(data: str) -> object:
    """What JSON text says, None where it is no JSON. Raw control characters are let pass; numbers stay digits."""
    try:
        read: object = json.loads(data, strict=False, parse_int=str, parse_float=str, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return read


def moment(text: str) -> datetime | None:
    """The instant that ``yyyy-MM-dd HH:mm:ss`` names in GMT+8; None for anything else."""
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=GMT8)
    except ValueError:
        return None


def yuan(text: str) -> Money | None:
    """An amount in yuan with exactly two decimals; None for anything else, such as a bare number of cents."""
    if not (found := _YUAN.fullmatch(text)):
        return None
    return Money("CNY", int(found[1] + found[2]))


def later(now: datetime, seconds: int | None) -> datetime | None:
    """The instant that many seconds from now; None where it is not said or beyond the calendar."""
    try:
        return None if seconds is None else now + timedelta(seconds=seconds)
    except OverflowError:
        return None


@attrs.frozen
class Fields:
    """One object of a reply, read by name. It never prints."""

    _of: Mapping[str, object] = attrs.field(repr=False)

    def __contains__(self, name: str) -> bool:
        return name in self._of

    def names(self) -> tuple[str, ...]:
        """The names of everything in it."""
        return tuple(self._of)

    def text(self, name: str) -> str:
        """Text or a number's digits; empty where there is none."""
        value = self._of.get(name)
        return value if isinstance(value, str) else ""

    def demand(self, name: str) -> str:
        """An identifier without which the reply says nothing. Raises Malformed where it is none."""
        if not _IDENTIFIER.fullmatch(found := self.text(name)):
            raise Malformed
        return found

    def one(self, name: str, kind: type[E]) -> E | str:
        """A member of an enumeration, or the text it came in."""
        return known(kind, self.text(name))

    def yuan(self, name: str) -> Money | None:
        """An amount of a method that speaks of yuan."""
        return yuan(self.text(name))

    def moment(self, name: str) -> datetime | None:
        """An instant in GMT+8."""
        return moment(self.text(name))

    def count(self, name: str) -> int | None:
        """A whole number, not negative."""
        text = self.text(name)
        return int(text) if _COUNT.fullmatch(text) else None

    def flag(self, name: str) -> bool | None:
        """True or false, as such or as the word."""
        value = self._of.get(name)
        return value if isinstance(value, bool) else _TRUTH.get(self.text(name).lower())

    def part(self, name: str) -> Fields | None:
        """An object inside this one."""
        value = self._of.get(name)
        return Fields(value) if isinstance(value, dict) else None

    def rows(self, name: str, inner: str) -> tuple[Fields, ...]:
        """A list: nested twice (``{"refunds": {"refund": [...]}}``), simplified, of one, or absent.

        ``inner`` is the key of the second nesting; another key that holds the only list does as well, since some
        are not documented. Raises Malformed for a list of anything but objects.
        """
        value = self._of.get(name)
        if isinstance(value, dict):
            value = _inside(value, inner)
        rows = value if isinstance(value, list) else []
        if not (value is None or value == "" or isinstance(value, list)) or not all(isinstance(r, dict) for r in rows):
            raise Malformed
        return tuple(Fields(row) for row in rows)


def _inside(value: dict[str, object], inner: str) -> object:
    """The list in an object that holds a list. An object that holds none is the only row itself."""
    if inner in value:
        found = value[inner]
        return [found] if isinstance(found, dict) else found
    lists = [one for one in value.values() if isinstance(one, list)]
    if len(lists) == 1:
        return lists[0]
    return [value] if value else []
