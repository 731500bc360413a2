"""The steps that the kit draws by lot are what it says of them."""

from __future__ import annotations

from itertools import combinations, product

from expressplatform.testing.stores.checks.parts import _PARTS, _steps
from expressplatform.testing.stores.rows import Mine


def test_each_three_parts_of_a_step_occur_in_every_combination() -> None:
    drawn = [step.parts for step in _steps(Mine.apart())]
    for three in combinations(_PARTS, 3):
        ways = {tuple(part in parts for part in three) for parts in drawn}
        assert ways == set(product((False, True), repeat=3)), three
