"""Tolerant reading of what JD sends: JSON in which every number is text until somebody says what it counts.

Laws of this file:

- A number is kept as it was written: 64-bit ids lose no digit, and money never passes through a float.
- A JSON text inside JSON is opened where a structure is asked for; ``""`` is nothing.
- What cannot be read is `Unreadable`, which holds nothing of what was read; `replies` turns it into a result.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from expressplatform.money import LARGEST, Money

Json: TypeAlias = "bool | str | list[Json] | dict[str, Json] | None"
Thing: TypeAlias = dict[str, Json]
"""A JSON object."""

CURRENCY: Final = "CNY"

_ID: Final = re.compile(r"[A-Za-z0-9._*-]{1,64}")
_YUAN: Final = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,2})0*)?")
_WHOLE: Final = re.compile(r"[0-9]{1,15}")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


class Unreadable(Exception):
    """A reply is not what it should be; nothing of it is kept here."""


def parse(body: bytes) -> Json:
    """The JSON of a reply, control characters in its texts allowed. Raises Unreadable where it is none."""
    return _loads(body.decode("utf-8-sig", "replace"))


def _loads(text: str) -> Json:
    try:
        found: Json = json.loads(text, strict=False, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise Unreadable from None
    return found


def opened(value: Json) -> Json:
    """A structure, where it was sent as a JSON text; nothing, where it was sent as ``""``; else the value itself."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text[:1] in ("{", "["):
        return _loads(text)
    return value if text else None


def thing(value: Json) -> Thing | None:
    """An object, or None where there is nothing. Raises Unreadable for anything else."""
    found = opened(value)
    if found is None or isinstance(found, dict):
        return found
    raise Unreadable


def within(value: Thing, *names: str) -> Thing:
    """The object at the end of a path of names; empty where it is not there."""
    for name in names:
        value = thing(value.get(name)) or {}
    return value


def things(value: Json) -> list[Thing] | None:
    """A list of objects, one object standing for a list of one; None where there is nothing."""
    found = opened(value)
    if found is None:
        return None
    rows = found if isinstance(found, list) else [found]
    made = [thing(row) for row in rows]
    if None in made:
        raise Unreadable
    return [row for row in made if row is not None]


def shown(value: str) -> str:
    """How a status or a number of JD's prints: as it is, unless somebody put a sentence there."""
    return repr(value) if not value or _ID.fullmatch(value) else "•••"


def text(value: Json) -> str:
    """A text as it was sent; empty for nothing and for a structure."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _SURROGATES.sub("\ufffd", value) if isinstance(value, str) else ""


def first(value: Thing, names: Sequence[str]) -> str:
    """The first text under any of the names, space around it left out; empty where none has one."""
    return next((found for name in names if (found := text(value.get(name)).strip())), "")


def identifier(value: Json) -> str:
    """An id as text; empty where there is none. Raises Unreadable for what is no id."""
    found = text(value).strip()
    if found and not _ID.fullmatch(found):
        raise Unreadable
    return found


def required(value: Json) -> str:
    """An id as text. Raises Unreadable where there is none."""
    found = identifier(value)
    if not found:
        raise Unreadable
    return found


def true(value: Json) -> bool:
    """Whether JD says yes: ``true``, or the text of it."""
    return value is True or value == "true"


def yes_or_no(value: Json) -> bool | None:
    """What `true` says; None where JD says nothing."""
    return None if value is None else true(value)


def whole(value: Json) -> int | None:
    """A whole number from 0 of at most fifteen digits; None for anything else."""
    found = text(value).strip()
    return int(found) if _WHOLE.fullmatch(found) else None


def yuan(value: Json) -> Money | None:
    """An amount of a method that counts yuan: ``89``, ``89.0``, ``"89.00"``; None for what is no such amount."""
    found = _YUAN.fullmatch(text(value).strip())
    if not found:
        return None
    return Money(CURRENCY, int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")))


def fen(value: Json) -> Money | None:
    """An amount of a method that counts fen; None for what is no whole number of them."""
    found = whole(value)
    return Money(CURRENCY, found) if found is not None and found <= LARGEST else None


def yuan_if_shown(value: Json) -> Money | None:
    """An amount of a method whose unit is written nowhere: yuan where a decimal point shows it; else nobody knows."""
    return yuan(value) if "." in text(value) else None


def compact(document: Mapping[str, object]) -> str:
    """The one JSON text of a document, for signature and body alike; entries of None are left out."""
    kept = {name: value for name, value in document.items() if value is not None}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
