"""Numbers of cards and accounts, masked in what people wrote.

Laws of this file: text in, text out. Numbers of financial accounts are sensitive (PIPL Art 28) and no conciliation
needs them: all but the last four digits give way to bullets. Masking too much is the lesser harm; the order's own
number and plain dates stay readable, because the matter turns on them. No law here can tell every such number from
every other: it narrows a leak, it does not replace the person who reads a document before sharing it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_BETWEEN: Final = r"[\s\-\u2010-\u2015\u2212\uff0d\u00b7.]{0,3}"
_DATE: Final = r"(?:19|20)\d\d[-.](?:0[1-9]|1[0-2])[-.](?:0[1-9]|[12]\d|3[01])(?![\d\-.])"
_RUN: Final = re.compile(rf"(?P<date>(?<!\d){_DATE})|\d(?:{_BETWEEN}\d){{11,}}")
_GROUP: Final = re.compile(r"\d+")
_CARD: Final = range(12, 20)
_LONG: Final = 16
_KEEP: Final = 4
_DOT: Final = "•"


def luhn(digits: str) -> bool:
    """Whether the check digit of a card number holds (ISO/IEC 7812-1); what such numbers are is PIPL Art 28's."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + index % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def mask_numbers(text: str, *, order_number: str = "") -> str:
    """The text with numbers of cards and accounts masked but for their last four digits (PIPL Art 28).

    Masked: 12 to 19 digits, single or grouped by spaces, dots or dashes, whose check digit holds; 16 digits or more in
    one piece; groups joined by single dashes with 12 digits or more in all. ``order_number`` stays as it is.
    """
    own = "".join(_GROUP.findall(order_number))
    return _RUN.sub(lambda run: run[0] if run["date"] else _mask_run(run[0], own), text)


def _mask_run(run: str, own: str) -> str:
    groups = [(found.start(), found.end()) for found in _GROUP.finditer(run)]
    hidden: set[int] = set()
    for first, last in _suspect(run, groups, own):
        places = [place for start, end in groups[first : last + 1] for place in range(start, end)]
        hidden.update(places[:-_KEEP])
    return "".join(_DOT if place in hidden else character for place, character in enumerate(run))


def _suspect(run: str, groups: list[tuple[int, int]], own: str) -> Iterator[tuple[int, int]]:
    """The spans of groups (first and last, both included) that read like a card or an account."""
    for first in range(len(groups)):
        digits = ""
        for last in range(first, len(groups)):
            start, end = groups[last]
            digits += run[start:end]
            if digits != own and _reads_like_one(digits, run[groups[first][0] : end]):
                yield first, last
            if len(digits) >= _CARD.stop:
                break


def _reads_like_one(digits: str, written: str) -> bool:
    if len(digits) in _CARD and luhn(digits):
        return True
    if written == digits:
        return len(digits) >= _LONG
    return len(digits) >= _CARD.start and re.fullmatch(r"\d+(?:-\d+)+", written) is not None
