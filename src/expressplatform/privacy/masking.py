"""Numbers of cards and accounts, masked in what people wrote.

Laws of this file: text in, text out. Numbers of financial accounts are sensitive (PIPL Art 28) and no conciliation
needs them: all but the last four digits give way to bullets. Masking too much is the lesser harm; the order's own
number and plain dates stay readable, because the matter turns on them. No law here can tell every such number from
every other: it narrows a leak, it does not replace the person who reads a document before sharing it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import Final

_BETWEEN: Final = r"[\s\-\u2010-\u2015\u2212\uff0d\u00b7.]{0,3}"
_DATE: Final = r"(?:19|20)\d\d[-.](?:0[1-9]|1[0-2])[-.](?:0[1-9]|[12]\d|3[01])(?![\d\-.])"
_RUN: Final = re.compile(rf"(?P<date>(?<!\d){_DATE})|\d(?:{_BETWEEN}\d){{11,}}")
_GROUP: Final = re.compile(r"\d+")
_CARD: Final = range(12, 20)
_LONG: Final = 16
_KEEP: Final = 4
_DOT: Final = "•"


def mask_numbers(text: str, *, order_number: str = "") -> str:
    """The text with numbers of cards and accounts masked but for their last four digits (PIPL Art 28).

    Masked: 12 to 19 digits, single or grouped by spaces, dots or dashes, whose check digit holds; 16 digits or more in
    one piece; groups joined by single dashes with 12 digits or more in all. ``order_number`` stays as it is.
    """
    own = "".join(_GROUP.findall(order_number))
    return _RUN.sub(lambda run: run[0] if run["date"] else _mask_run(run[0], own), text)


def _mask_run(run: str, own: str) -> str:
    """A run of digits and what stands between them, with what reads like a card or an account hidden.

    Whatever somebody sends is looked through in time that grows with its length alone: no stretch is added up twice.
    """
    groups = [found.span() for found in _GROUP.finditer(run)]
    digits = "".join(run[start:end] for start, end in groups)
    edges = [0] * (len(digits) + 1)  # where hiding begins (+1) and ends (-1), by digit
    for begin, end in _suspect(run, groups, digits):
        if end - begin != len(own) or digits[begin:end] != own:
            edges[begin] += 1
            edges[end - _KEEP] -= 1
    hidden = iter([depth > 0 for depth in accumulate(edges)])
    return "".join(_DOT if one.isdecimal() and next(hidden) else one for one in run)


def _suspect(run: str, groups: list[tuple[int, int]], digits: str) -> Iterator[tuple[int, int]]:
    """The stretches of whole groups, from one digit to another (not included), that read like a card or an account."""
    ends = list(accumulate(end - start for start, end in groups))
    others = [0, *accumulate(run[one[1] : two[0]] != "-" for one, two in pairwise(groups))]  # joints that are no dash
    sums = sums_of(digits)
    begin, last = 0, 0
    for first, after in enumerate(ends):
        last = max(first, last)
        while last < len(ends) and ends[last] - begin < _CARD.start:
            last += 1
        for at in range(last, len(ends)):
            length, joined = ends[at] - begin, at > first
            dashed = others[at] == others[first] and length >= (_CARD.start if joined else _LONG)
            if dashed or (length < _CARD.stop and luhn(sums, begin, ends[at])):
                yield begin, ends[at]
            if length >= _CARD.stop:
                break
        begin = after


def sums_of(digits: str) -> tuple[list[int], list[int]]:
    """Sums from the beginning to each digit, doubled as for a check digit: those at even places, and those at odd.

    What is to be masked for PIPL Art 28 is found by them.
    """
    plain = [int(digit) for digit in digits]
    doubled = [2 * digit - 9 * (digit > 4) for digit in plain]
    even = [doubled[at] if at % 2 == 0 else digit for at, digit in enumerate(plain)]
    odd = [doubled[at] if at % 2 else digit for at, digit in enumerate(plain)]
    return [0, *accumulate(even)], [0, *accumulate(odd)]


def luhn(sums: tuple[list[int], list[int]], begin: int, end: int) -> bool:
    """Whether the last digit of a stretch is the check digit of those before it (ISO/IEC 7812-1; PIPL Art 28)."""
    of = sums[end % 2]
    return (of[end] - of[begin]) % 10 == 0
