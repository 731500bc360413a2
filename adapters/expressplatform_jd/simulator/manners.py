"""How the simulated JD spells what it says: the freedoms that its replies are known to take.

Laws of this file: manners never change what is said. Each is a probability with which a reply, a value or a row takes
that form, drawn from the simulator's own seeded luck.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Final

import attrs

from expressplatform_jd.simulator.records import AfterSale


@attrs.frozen
class Manners:
    """Probabilities from 0 to 1, but ``cloud_only``: whether after-sales calls of the SP-API are closed to outsiders.

    ``wrapped``: an SP reply stands in ``{"Response": ...}``. ``as_text``: the object in routerjson's envelope is a
    JSON text. ``lone``: a list of one is its one object. ``text_true``: ``success`` is ``"true"``. ``renamed``: the
    envelope's key is another. ``twice``: a row of a page stands in it twice. ``shuffled``: a page is in no order.
    """

    wrapped: float = 0.0
    as_text: float = 0.0
    lone: float = 0.0
    text_true: float = 0.0
    renamed: float = 0.0
    twice: float = 0.0
    shuffled: float = 0.0
    cloud_only: bool = False

    def rows(self, rows: list[AfterSale], luck: random.Random) -> list[AfterSale]:
        """The rows of a page, some twice, in some order."""
        made = [one for row in rows for one in ([row, row] if luck.random() < self.twice else [row])]
        if luck.random() < self.shuffled:
            luck.shuffle(made)
        return made

    def listed(self, rows: list[dict[str, object]], luck: random.Random) -> object:
        """A list, or the one object in it."""
        return rows[0] if len(rows) == 1 and luck.random() < self.lone else rows

    def yes(self, said: bool, luck: random.Random) -> object:
        """``success``, as a word or as its text."""
        return json.dumps(said) if luck.random() < self.text_true else said

    def router(self, method: str, inside: dict[str, object], luck: random.Random) -> dict[str, object]:
        """routerjson's envelope, its name misspelt as JD does."""
        name = method.replace(".", "_")
        key = f"{name}_response" if luck.random() < self.renamed else f"{name}_responce"
        shown: Callable[[object], object] = _as_text if luck.random() < self.as_text else lambda value: value
        return {key: {name: shown(value) if isinstance(value, dict) else value for name, value in inside.items()}}

    def sp(self, reply: dict[str, object], luck: random.Random) -> dict[str, object]:
        """The SP-API's reply, wrapped or not."""
        return {"Response": reply} if luck.random() < self.wrapped else reply


def _as_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


PLAIN: Final = Manners()
"""Every reply as documented."""
ROUGH: Final = Manners(0.5, 0.3, 0.7, 0.5, 0.2, 0.3, 0.5)
"""Every freedom at once, now and then."""
