"""Filters that are asked together, and organisations that have several parts.

Laws of this file: those of `commits`. A case lacks exactly one of what is asked: whichever is not looked at shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations
from typing import Any, Final

import attrs

from expressplatform.ports import EVERYONE, CaseStore, Wanted
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.checks.questions import walked
from expressplatform.testing.stores.doors import Doors
from expressplatform.testing.stores.rows import MANY, Mine

_DAY: Final = timedelta(days=1)
_CURSORS: Final = 150


class Combining(Doors):
    """Lists that are asked for in more than one way at once."""

    @proves("S18", "S17", "S48")
    def test_filters_narrow_together_in_every_combination(self) -> None:
        """Whichever of them are asked together, each is looked at: on the first page and the next, whoever asks."""
        mine = Mine.apart()
        asked = _asked(mine)
        with self.opened() as store:
            store.append([mine.changed(n, **_but(mine, name)) for n, name in enumerate(("", *asked))])
            for names in _sets(asked):
                self._together(store, mine, mine.council, names)
                if len(names) == 2:
                    for organisation in (mine.trader, f"former-{mine.mark}", EVERYONE):
                        self._together(store, mine, organisation, names)

    def _together(self, store: CaseStore, mine: Mine, organisation: str, names: tuple[str, ...]) -> None:
        asked = _asked(mine)
        wanted = Wanted(**{name: asked[name] for name in names})
        hidden = "trader" if organisation == mine.trader else ""
        expected = [
            mine.case(n) for n, name in enumerate(("", *asked)) if name not in names and (n == 0 or name != hidden)
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


def _asked(mine: Mine) -> dict[str, Any]:
    """Every filter, with what is asked by it."""
    return {
        "status": (f"S-{mine.mark}",), "trader": mine.trader, "assignee": f"a-{mine.mark}",
        "reference": f"R-{mine.mark}", "due_before": mine.noon, "owed_before": mine.noon, "alarmed": True,
    }  # fmt: skip


def _but(mine: Mine, lacks: str) -> dict[str, Any]:
    """The header of a case that meets every filter but one."""
    met: dict[str, object] = {
        "status": f"S-{mine.mark}", "trader": mine.trader, "assignee": f"a-{mine.mark}",
        "reference": f"R-{mine.mark}", "due_at": mine.noon - _DAY, "owed_since": mine.noon - _DAY, "alarms": 1,
    }  # fmt: skip
    not_met = {
        "status": "OTHER", "trader": "other", "assignee": "other", "reference": "other",
        "due_before": mine.noon + _DAY, "owed_before": None, "alarmed": 0,
    }  # fmt: skip
    names = dict(zip(_asked(mine), met, strict=True))
    return {**met, "former": (f"former-{mine.mark}",), **({names[lacks]: not_met[lacks]} if lacks else {})}


def _sets(names: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Two filters and more."""
    for size in range(2, len(names) + 1):
        yield from combinations(names, size)
