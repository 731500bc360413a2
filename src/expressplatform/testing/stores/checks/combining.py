"""Filters that are asked together, and organisations that have several parts.

Laws of this file: those of `commits`. A case lacks exactly one of what is asked: whichever is not looked at shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

import attrs

from expressplatform.ports import EVERYONE, CaseStore, Wanted
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.checks.questions import walked
from expressplatform.testing.stores.doors import Doors
from expressplatform.testing.stores.rows import MANY, TICK, Mine

_CURSORS: Final = 150


class Combining(Doors):
    """Lists that are asked for in more than one way at once."""

    @proves("S18", "S17", "S48")
    def test_filters_narrow_together_in_every_combination(self) -> None:
        """Whichever of them are asked together, each is looked at: on the first page and the next, whoever asks."""
        mine = Mine.apart()
        asked = _asked(mine)
        with self.opened() as store:
            store.append([mine.changed(n, **_but(mine, *lack)) for n, lack in enumerate(_LACKS)])
            store.append([mine.commit(n + len(_LACKS)) for n in range(len(_LACKS))])
            store.append([mine.changed(n + len(_LACKS), 1, **_but(mine, *lack)) for n, lack in enumerate(_LACKS)])
            for names in _sets(asked):
                self._together(store, mine, mine.council, names)
                if len(names) == 2:
                    for organisation in (mine.trader, f"former-{mine.mark}", EVERYONE):
                        self._together(store, mine, organisation, names)

    def _together(self, store: CaseStore, mine: Mine, organisation: str, names: tuple[str, ...]) -> None:
        asked = _asked(mine, 1 + len(names) % 2)
        wanted = Wanted(**{name: asked[name] for name in names})
        hidden = "trader" if organisation == mine.trader else ""
        expected = [
            mine.case(n) for n, (name, _) in enumerate(_LACKS * 2) if name not in names and (not name or name != hidden)
        ]
        found = mine.ids(store.headers(organisation, wanted, "", MANY).headers)
        assert found == expected, f"{' and '.join(names)} give {found} to {organisation}"
        if len(names) == 2 and organisation != EVERYONE:
            found = mine.ids(walked(store, organisation, wanted, 2))
            assert found == expected, f"{' and '.join(names)} give {found} from page to page"

    @proves("S15", "S16", "S17", "S19", "S21")
    def test_whoever_has_several_parts_sees_one_list(self) -> None:
        """Council of this case, trader of that, former trader of a third, both of a fourth: each once, by id."""
        mine = Mine.apart()
        me, other = f"me-{mine.mark}", (f"other-{mine.mark}",)
        parts: tuple[dict[str, Any], ...] = (
            {"former": (me,)}, {"trader": me}, {"council": me}, {"trader": me, "former": (me,)}, {},
            {"council": me, "trader": me, "former": (*other, me, me)}, {"former": (*other, me)},
        )  # fmt: skip
        numbers = range(3 * len(parts))
        ids = [mine.case(n) for n in numbers if parts[n % len(parts)]]
        with self.opened() as store:
            steps = [mine.changed(n, **parts[n % len(parts)]) for n in numbers]
            store.append([attrs.evolve(one, tokens=(mine.token("t"),)) for one in steps])
            for limit in (1, 2, 5, MANY):
                assert mine.ids(walked(store, me, Wanted(), limit)) == ids, f"in pages of {limit}"
            assert mine.cases(store.scan(me, "", MANY)) == ids
            assert mine.cases(store.scan(me, ids[3], 4)) == ids[4:8]
            assert list(store.find(me, [mine.token("t").value])) == ids
            assert mine.ids(store.headers(me, Wanted(trader=me), "", MANY).headers) == [
                mine.case(n) for n in numbers if parts[n % len(parts)].get("trader") == me
            ]

    @proves("S17")
    def test_a_cursor_is_good_however_many_others_there_are(self) -> None:
        """A list that was begun is gone on with after a hundred others were begun, and more than once."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.commit(number) for number in range(4)])
            page = store.headers(mine.council, Wanted(), "", 2)
            for _ in range(_CURSORS):
                store.headers(mine.council, Wanted(), "", 1)
            for _ in range(2):
                found = mine.ids(store.headers(mine.council, Wanted(), page.after, MANY).headers)
                assert found == [mine.case(2), mine.case(3)], "a cursor was forgotten"

    @proves("S17", "S34")
    def test_a_cursor_leads_on_after_reopening(self) -> None:
        """A list that was begun before the store was closed is gone on with when it is open again."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.commit(number) for number in range(4)])
            page = store.headers(mine.council, Wanted(), "", 2)
            with self.reopened(store) as again:
                found = mine.ids(again.headers(mine.council, Wanted(), page.after, MANY).headers)
                assert found == [mine.case(2), mine.case(3)], "a cursor was forgotten"


def _asked(mine: Mine, statuses: int = 1) -> dict[str, Any]:
    """Every filter, with what is asked by it; so many statuses."""
    return {
        "status": (f"S-{mine.mark}", "S")[:statuses], "trader": mine.trader, "assignee": f"a-{mine.mark}",
        "reference": f"R-{mine.mark}", "due_before": mine.noon, "owed_before": mine.noon, "alarmed": True,
    }  # fmt: skip


_LACKS: Final = (
    ("", ""), ("status", "OTHER"), ("trader", "other"), ("assignee", "other"), ("reference", "other"),
    ("due_before", "at"), ("due_before", None), ("owed_before", "at"), ("owed_before", None), ("alarmed", 0),
)  # fmt: skip
"""What the cases lack of what is asked: the first nothing, each other one thing, and what is there in its place."""


def _but(mine: Mine, lacks: str, value: object) -> dict[str, Any]:
    """The header of a case that meets every filter but one."""
    met: dict[str, object] = {
        "status": f"S-{mine.mark}", "trader": mine.trader, "assignee": f"a-{mine.mark}",
        "reference": f"R-{mine.mark}", "due_at": mine.noon - TICK, "owed_since": mine.noon - TICK, "alarms": 1,
    }  # fmt: skip
    names = dict(zip(_asked(mine), met, strict=True))
    not_met = {names[lacks]: mine.noon if value == "at" else value} if lacks else {}
    return {**met, "former": (f"former-{mine.mark}",), **not_met}


def _sets(names: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Two filters and more."""
    for size in range(2, len(names) + 1):
        yield from combinations(names, size)
