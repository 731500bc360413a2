"""How a question travels: written once, carried by either face.

Laws of this file
- A talk is a generator: it hands out what is to be asked of the server, is handed the rows, and returns its answer. It
  knows neither connection nor event loop, so the sync and the async face carry the same talk.
- What a talk hands out is one statement, or one statement several times, and one transaction: whole or absent.
- A failure is thrown into the talk at the place where it asked; what the talk does not answer, the caller hears.
"""

from __future__ import annotations

from collections.abc import Generator, Hashable, Mapping, Sequence
from typing import Any, TypeVar

import attrs

T = TypeVar("T")

Row = tuple[Any, ...]
"""A row as psycopg hands it out."""

Values = Mapping[str, object] | Sequence[object]
"""The values of a statement's parameters: by their names, or in an order of names that is told beside them."""


@attrs.frozen
class Asked:
    """One statement with its values; with several sets of values it is carried out once for each, in their order.

    The one set of a statement that is asked often may come as a sequence, in the order of ``names``.
    """

    sql: str = attrs.field(repr=False)
    rounds: Sequence[Values] = attrs.field(repr=False)
    names: Sequence[str] = attrs.field(default=(), repr=False)


Talk = Generator[Asked, list[list[Row]], T]
"""For each thing asked, the rows of every round; at the end, an answer."""


def once(sql: str, **values: object) -> Generator[Asked, list[list[Row]], list[Row]]:
    """Ask one statement; its rows."""
    (rows,) = yield Asked(sql, (values,))
    return rows


def in_rounds(keys: Sequence[Hashable]) -> list[list[int]]:
    """The places of keys, so that no round holds a key twice: the first of each in one, the second in the next."""
    rounds: list[list[int]] = []
    taken: dict[Hashable, int] = {}
    for place, key in enumerate(keys):
        turn = taken.get(key, 0)
        taken[key] = turn + 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(place)
    return rounds
