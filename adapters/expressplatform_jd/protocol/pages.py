"""Pages of a list, as both gateways number them: from 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

import attrs

from expressplatform.fields import whole as between
from expressplatform_jd.protocol.values import Json, Thing, Unreadable, things, whole, yes_or_no

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")

MOST: Final = 50
"""Rows of one page: the most that routerjson's after-sales lists give; the SP-API's own limit is written nowhere."""


NUMBER: Final = between(1, 10_000)
"""Holds a field to the number of a page."""
SIZE: Final = between(1, MOST)
"""Holds a field to the rows of a page."""


@attrs.frozen
class Page(Generic[T_co]):
    """Some rows of a list. ``total`` counts the rows of all pages, None where JD does not tell.

    Rows move between pages while a list changes: walk from the last page to the first, and drop what was seen.
    """

    items: tuple[T_co, ...]
    number: int
    size: int
    total: int | None
    more: bool | None
    """Whether JD says that a page follows; None where it does not tell."""

    @property
    def last(self) -> int | None:
        """The number of the last page, 1 for an empty list; None where nobody knows."""
        return None if self.total is None else max(1, -(-self.total // self.size))


def page_of(
    rows: Json, told: Thing, names: tuple[str, str, str], asked: tuple[int, int], make: Callable[[Thing], T]
) -> Page[T]:
    """The page that ``told`` describes by its ``names`` (of total, number and size), as ``asked`` where it is silent.

    Raises Unreadable where there are neither rows nor a total of 0: a reply cut short is no empty list.
    """
    total, number, size = (whole(told.get(name)) for name in names)
    found = things(rows)
    if found is None and total != 0:
        raise Unreadable
    more = yes_or_no(told.get("hasNextPage"))
    items = tuple(make(row) for row in found or ())
    return Page(items, number or asked[0], size or asked[1], total, more)
