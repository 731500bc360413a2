"""What of the figures may be published: no small count, shown or found by subtraction.

Laws of this file: a count from 1 to one below the smallest cell is *small*; whoever knows the case could find the
person. Nought names nobody: it is not shown, but nothing else is hidden for its sake. What is published is a tree:
each mark but the first belongs to one `Split` of a larger one, whatever the split leaves over (the *rest*) included,
and marks that fit into no tree are not published at all. Then two rules are enough:

1. in the total, the small parts of a split are merged with the next larger ones until the merged part is not small;
2. in a dimension, the groups in which a part is small are merged with others until each merged part is not small.

So every count that can be subtracted from what is shown is nought or large, and belongs to at least two parts or two
groups between which a case could be moved without changing anything that is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from expressplatform.indicators.marks import Mark
from expressplatform.indicators.tally import Dimension, Figures

SMALLEST_CELL: Final = 10
"""No count below this is published, unless a council asks for more."""


@attrs.frozen
class Split:
    """A mark and parts of it that exclude each other; what they leave over is the rest."""

    parent: Mark
    parts: tuple[Mark, ...]

    def values(self, figures: Figures) -> tuple[int, ...]:
        """How many bear each part, and last the rest."""
        counts = tuple(map(figures.count, self.parts))
        return (*counts, figures.count(self.parent) - sum(counts))


# Parents come before their parts.
SPLITS: Final = (
    Split(Mark.COMPLAINTS, (Mark.EVALUATED, Mark.SILENT)),
    Split(Mark.COMPLAINTS, (Mark.DUE,)),
    Split(Mark.DUE, (Mark.ANSWERED,)),
    Split(Mark.ANSWERED, (Mark.ON_TIME,)),
    Split(Mark.ANSWERED, (Mark.TIMED,)),
    Split(Mark.EVALUATED, (Mark.RESOLVED, Mark.UNRESOLVED)),
    Split(Mark.EVALUATED, (Mark.RATED,)),
    Split(Mark.RESOLVED, (Mark.CLAIMED_CONFIRMED,)),
    Split(Mark.UNRESOLVED, (Mark.CLAIMED_DISPUTED,)),
    Split(Mark.SILENT, (Mark.CLAIMED_SILENT,)),
)
PUBLISHED: Final = (Mark.COMPLAINTS, *(part for split in SPLITS for part in split.parts))
"""The marks that a public document may hold."""

Columns = tuple[tuple[int, ...], ...]
"""Which parts of a split (by place) stand together: each alone, or those that the total merges."""


@attrs.frozen
class Visible:
    """What may be shown: marks of the total, and of each group in the figures' order."""

    total: frozenset[Mark]
    groups: tuple[frozenset[Mark], ...]


def visible(figures: Figures, smallest_cell: int = SMALLEST_CELL) -> Visible:
    """What may be shown of figures where no count below ``smallest_cell`` may be found."""
    if _small(figures.complaints, smallest_cell):
        return Visible(frozenset(), tuple(frozenset() for _ in figures.groups))
    kept, columns = _columns(figures, smallest_cell)
    hidden: dict[int, frozenset[Mark]] = {}
    for dimension in figures.frame.by:
        hidden.update(_hidden_in(figures, dimension, columns, smallest_cell))
    groups = enumerate(figures.groups)
    return Visible(
        _large(figures, kept, smallest_cell),
        tuple(_large(group.figures, kept - hidden[place], smallest_cell) for place, group in groups),
    )


def _small(count: int, cell: int) -> bool:
    return 0 < count < cell


def _large(figures: Figures, marks: Iterable[Mark], cell: int) -> frozenset[Mark]:
    return frozenset(mark for mark in marks if figures.count(mark) >= cell)


def _columns(total: Figures, cell: int) -> tuple[frozenset[Mark], dict[Split, Columns]]:
    """Which marks the total shows, and how each split whose parent it shows is merged (rule 1)."""
    shown = {Mark.COMPLAINTS}
    columns: dict[Split, Columns] = {}
    for split in SPLITS:
        if split.parent in shown:
            columns[split] = _merged(split.values(total), cell)
            shown.update(split.parts[at] for (at, *more) in columns[split] if not more and at < len(split.parts))
    return frozenset(shown), columns


def _merged(values: Sequence[int], cell: int) -> Columns:
    """The places of the parts, small ones together with the next larger until they are not small together."""
    order = sorted(range(len(values)), key=lambda place: (values[place], place))
    together: list[int] = []
    if any(_small(value, cell) for value in values):
        for place in order:
            if values[place] >= cell and sum(values[at] for at in together) >= cell:
                break
            together.append(place)
    alone = tuple((place,) for place in range(len(values)) if place not in together)
    return (*alone, tuple(together)) if together else alone


def _hidden_in(
    figures: Figures, dimension: Dimension, columns: dict[Split, Columns], cell: int
) -> dict[int, frozenset[Mark]]:
    """Which marks each group of a dimension must not show, by the group's place (rule 2)."""
    places = [place for place, group in enumerate(figures.groups) if group.by is dimension]
    rows = [figures.groups[place].figures for place in places]
    sizes = [row.complaints for row in rows]
    where = {Mark.COMPLAINTS: _widened(set(), [sizes], sizes, cell)}
    for split, of in columns.items():
        values = [split.values(row) for row in rows]
        table = [[sum(line[at] for at in column) for line in values] for column in of]
        where.update(dict.fromkeys(split.parts, _widened(where[split.parent], table, sizes, cell)))
    return {
        place: frozenset(mark for mark, rows_hidden in where.items() if row in rows_hidden)
        for row, place in enumerate(places)
    }


def _widened(hidden: set[int], table: Sequence[Sequence[int]], sizes: Sequence[int], cell: int) -> set[int]:
    """The rows to hide: ``hidden``, those with a small count, and the smallest others until no column's sum over
    them is small. It ends: over all rows no sum is small, because the total does not show one.
    """
    rows = range(len(sizes))
    hidden = hidden | {row for row in rows for column in table if _small(column[row], cell)}
    while short := [column for column in table if _small(sum(column[row] for row in hidden), cell)]:
        hidden.add(min((row for row in rows if row not in hidden and short[0][row]), key=lambda row: (sizes[row], row)))
    return hidden
