"""Effects, the scheme, the end of a store, and what many at once may do.

Laws of this file: those of `commits`. Work is claimed through `Mine`, which says so where it took another's.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone

import attrs

from expressplatform.ports import CaseStore, EffectRow, Wanted
from expressplatform.testing.doors import racing, refused
from expressplatform.testing.guarantees import NotRun, proves
from expressplatform.testing.stores.checks.placing import leaves_of
from expressplatform.testing.stores.doors import Doors
from expressplatform.testing.stores.rows import HOUR, MANY, TICK, Mine, apart, kept

DAY = timedelta(days=1)


class Working(Doors):
    """Effects: claimed, done, put off."""

    @contextmanager
    def at_work(self) -> Iterator[tuple[CaseStore, Mine]]:
        """A store without older work of others; what is made is done at the end."""
        mine = Mine.apart()
        with self.opened() as store:
            mine.clear(store)
            yield store, mine
            store.done(mine.made)

    @proves("S24", "S31")
    @apart
    def test_an_effect_waits_for_its_instant_and_comes_as_it_was_given(self) -> None:
        """Work is ready from its step's changed_at on and not a moment before, whatever other instants there are."""
        with self.at_work() as (store, mine):
            step = mine.working(1, mine.noon, "ALERT", "訊 é")
            header = attrs.evolve(step.header, lodged_at=mine.noon - DAY, due_at=mine.noon + DAY)
            store.append([attrs.evolve(step, header=header)])
            mine.claims(store, mine.noon - HOUR, [])
            store.append([mine.changed(1, 1, changed_at=mine.noon + 9 * HOUR)])
            mine.claims(store, mine.noon - TICK, [])
            mine.claims(store, mine.noon, step.effects)

    @proves("S25")
    @apart
    def test_an_effect_is_claimed_once_for_each_lease(self) -> None:
        """Claimed work is nobody else's until the lease is over, and then comes back by itself, at that instant."""
        with self.at_work() as (store, mine):
            now, lease = mine.noon + HOUR, timedelta(seconds=30)
            step = mine.working(1, mine.noon, "ALERT", "MESSAGE")
            store.append([step])
            for _ in range(3):
                mine.claims(store, now, step.effects, lease)
                mine.claims(store, now, [], lease)
                mine.claims(store, now + lease - TICK, [], lease)
                now += lease
            mine.claims(store, now + DAY, step.effects, timedelta(0))
            mine.claims(store, now + DAY, step.effects)

    @proves("S25", "S31")
    @apart
    def test_a_lease_counts_from_the_instant_of_the_claim(self) -> None:
        """Not from the step's, nor from a clock; each claim has a lease of its own length."""
        with self.at_work() as (store, mine):
            one, two = mine.working(1, mine.noon), mine.working(2, mine.noon + 10 * HOUR)
            store.append([one, two])
            mine.claims(store, mine.noon + 5 * HOUR, one.effects, 20 * HOUR)
            mine.claims(store, mine.noon + 10 * HOUR, two.effects, HOUR)
            mine.claims(store, mine.noon + 11 * HOUR, two.effects, 20 * HOUR)
            mine.claims(store, mine.noon + 25 * HOUR - TICK, [])
            mine.claims(store, mine.noon + 25 * HOUR, one.effects)

    @proves("S28")
    @apart
    def test_work_that_is_done_does_not_come_back(self) -> None:
        """Done is done, also when it is said twice or of what is not there; and only of what was named."""
        with self.at_work() as (store, mine):
            step = mine.working(1, mine.noon, "A", "B", "C", "D")
            other = mine.working(2, mine.noon, "A")
            a, b, c, d = step.effects
            store.append([step, other])
            store.done([d.id])
            mine.claims(store, mine.noon, [a, b, c, *other.effects])
            store.done([a.id, b.id])
            store.done([a.id, f"unknown-{mine.mark}"])
            store.done([])
            mine.claims(store, mine.noon + 2 * HOUR, [c, *other.effects])
            store.append([attrs.evolve(mine.commit(1, 1), effects=(mine.effect(1, 2, "A"),))])
            mine.claims(store, mine.noon + 5 * HOUR, [c, *other.effects, mine.effect(1, 2, "A")])

    @proves("S28", "S24")
    @apart
    def test_much_work_is_done_at_once(self) -> None:
        """Of more than a thousand effects of one step all are handed out as they were given, and all are done."""
        with self.at_work() as (store, mine):
            texts = ("é", "e\u0301", "a ", "A" * 200)
            step = mine.working(1, mine.noon, *(f"{texts[n % 4]}{n:04}" for n in range(1_100)))
            effects = [attrs.evolve(one, recipient=f"{one.kind} ") for one in step.effects]
            store.append([attrs.evolve(step, effects=tuple(effects))])
            mine.claims(store, mine.noon, effects, HOUR)
            store.done([one.id for one in effects])
            mine.claims(store, mine.noon + DAY, [])

    @proves("S29")
    @apart
    def test_failed_work_may_be_claimed_from_the_instant_that_was_named(self) -> None:
        """A retry puts an effect off until its instant, sooner or later than the lease; one that is done stays done."""
        with self.at_work() as (store, mine):
            now = mine.noon + HOUR
            step = mine.working(1, mine.noon, "A", "B")
            a, b = step.effects
            store.append([step])
            mine.claims(store, now, [a, b], HOUR)
            store.retry(a.id, now + 5 * HOUR, 1)
            mine.claims(store, now + HOUR, [b], 9 * HOUR)
            mine.claims(store, now + 5 * HOUR - TICK, [])
            mine.claims(store, now + 5 * HOUR, [a], 9 * HOUR)
            store.retry(a.id, now + 5 * HOUR + TICK, 2)
            mine.claims(store, now + 5 * HOUR, [])
            mine.claims(store, now + 5 * HOUR + TICK, [a])
            store.done([a.id])
            store.retry(a.id, now, 3)
            store.retry(f"unknown-{mine.mark}", now, 1)
            mine.claims(store, now + DAY, [b])

    @proves("S29", "S31")
    @apart
    def test_an_instant_of_work_is_the_same_in_whatever_zone_it_is_written(self) -> None:
        """Claims, leases and retries compare instants, not how they are written."""
        with self.at_work() as (store, mine):
            for number, hours in enumerate((-11, -3.5, 8, 14)):
                zone = timezone(timedelta(hours=hours))
                step = mine.working(number, mine.noon.astimezone(zone))
                store.append([step])
                mine.claims(store, (mine.noon - TICK).astimezone(zone), [])
                mine.claims(store, mine.noon.astimezone(zone), step.effects, HOUR)
                mine.claims(store, mine.noon + HOUR - TICK, [])
                mine.claims(store, mine.noon + HOUR, step.effects, HOUR)
                store.bury(step.effects[0].id, mine.noon.astimezone(zone), "no_route")
                (letter,) = store.dead(mine.council, "", MANY)
                assert (letter.since, letter.since.utcoffset()) == (mine.noon, timedelta(0)), (
                    "dead since another instant"
                )
                store.retry(step.effects[0].id, mine.noon.astimezone(zone), 2)
                mine.claims(store, mine.noon - TICK, [])
                mine.claims(store, mine.noon, step.effects)
                store.done([step.effects[0].id])

    @proves("S27")
    @apart
    def test_what_waited_longest_is_claimed_first(self) -> None:
        """Work is handed out in the order in which it became ready: first made, put off, or back from a lease."""
        with self.at_work() as (store, mine):
            for number in (3, 1, 2):
                store.append([mine.working(number, mine.noon + timedelta(minutes=number))])
            first, second, third = (mine.effect(number, 1).id for number in (1, 2, 3))
            minute = mine.noon + timedelta(minutes=1)
            self._in_order(store, mine, minute, HOUR, [first])
            self._in_order(store, mine, minute + timedelta(minutes=2), timedelta(minutes=50), [second, third])
            store.retry(third, minute + timedelta(minutes=5), 1)
            self._in_order(store, mine, mine.noon + 2 * HOUR, HOUR, [third, second, first])

    def _in_order(
        self, store: CaseStore, mine: Mine, now: datetime, lease: timedelta, wanted: list[str], most: int = 40
    ) -> None:
        """What is claimed one by one is this, in this order; claimed until there is no more, or this is found."""
        found: list[str] = []
        for _ in range(40):
            if len(found) == most:
                break
            rows = mine.taken(store, now, lease, 1)
            assert len(rows) <= 1, "more was claimed than the limit"
            found += [row.id for row in rows if row.case_id.startswith(mine.mark)]
            if not rows:
                break
        if found != wanted:
            mine.unless_taken(store)
        assert found == wanted, "not in the order in which they became ready"

    @proves("S27")
    @apart
    def test_no_more_is_claimed_than_the_limit(self) -> None:
        """Of ten that are ready two are claimed by two, none by nought; the rest stays ready, and all come out."""
        with self.at_work() as (store, mine):
            store.append([mine.working(n, mine.noon + n * TICK, "A", "B") for n in range(5)])
            now, found = mine.noon + HOUR, list[str]()
            assert list(store.claim(now, 0, HOUR)) == []
            for limit in (1, 3, 2, 4):
                rows = mine.taken(store, now, HOUR, limit)
                assert len(rows) <= limit, "more was claimed than the limit"
                found += [row.id for row in rows if row.case_id.startswith(mine.mark)]
            rest = [mine.effect(n, 1, kind) for n in range(5) for kind in "AB"]
            mine.claims(store, now, [effect for effect in rest if effect.id not in found])
            if len(found) != len(set(found)):
                mine.unless_taken(store)
            assert len(found) == len(set(found))
            versions = [effect_id.split("/")[0] for effect_id in found]
            if versions != sorted(versions):
                mine.unless_taken(store)
            assert versions == sorted(versions), "not in the order in which they became ready"

    @proves("S26", "S25")
    @apart
    def test_two_workers_never_hold_the_same_effect(self) -> None:
        """Four threads that claim at once share the work out between them, and leave none."""
        with self.at_work() as (store, mine):
            store.append([mine.working(n, mine.noon) for n in range(60)])
            claimed = _shared_out(mine, mine.noon + HOUR, [store] * 4)
            claimed += [row.id for row in mine.effects(store, mine.noon + HOUR, HOUR)]
            assert len(claimed) == len(set(claimed)), "work was handed out twice"
            if len(claimed) < 60:
                mine.unless_taken(store)
            assert sorted(claimed) == sorted(set(mine.made))

    @proves("S26", "S35")
    @apart
    def test_workers_on_two_connections_never_hold_the_same_effect(self) -> None:
        """What is claimed, done or put off through one connection is so through the other."""
        with self.at_work() as (store, mine), self.beside(store) as other:
            store.append([mine.working(n, mine.noon) for n in range(40)])
            claimed = _shared_out(mine, mine.noon + HOUR, [store, other] * 2)
            assert len(claimed) == len(set(claimed)), "work was handed out twice"
            if len(claimed) < 40:
                mine.unless_taken(store)
            assert sorted(claimed) == sorted(set(mine.made))
            first, second, *rest = (mine.effect(n, 1) for n in range(40))
            store.done([first.id])
            other.retry(second.id, mine.noon, 1)
            mine.claims(store, mine.noon, [second])
            mine.claims(other, mine.noon, [])
            mine.claims(other, mine.noon + 2 * HOUR, [second, *rest])


def _shared_out(mine: Mine, now: datetime, stores: list[CaseStore]) -> list[str]:
    """What workers claim that begin at once, each through a store of its own or the same."""

    def worker(store: CaseStore) -> Callable[[], list[EffectRow]]:
        return lambda: [row for _ in range(12) for row in mine.effects(store, now, HOUR, 3)]

    return [row.id for part in racing(*map(worker, stores)) for row in part]


class Standing(Doors):
    """The store as a whole: its scheme, its clock, its end."""

    @proves("S30")
    def test_a_store_belongs_to_one_scheme(self) -> None:
        """A scheme is adopted once, its editions follow each other, and another scheme is refused."""
        with self.opened() as store:
            for _ in range(8):
                if self._adopts(store):
                    return
        raise AssertionError("an edition that was adopted is not the one that stands")

    def _adopts(self, store: CaseStore) -> bool:
        """Whether what was adopted stood each time. Another run may adopt an edition of its own in between."""
        scheme, edition = store.scheme() or ("HK_CCA", "1")
        later = f"kit-{uuid.uuid4().hex}"
        store.adopt(scheme, later)
        stood = [store.scheme()]
        for another in (f"{scheme}_X", scheme.swapcase(), ""):
            refused("other_scheme", lambda another=another: store.adopt(another, f"{later} {another}"))  # type: ignore[misc]
        stood.append(store.scheme())
        store.adopt(scheme, edition)
        stood.append(store.scheme())
        assert {one and one[0] for one in stood} == {scheme}, "the scheme is another one"
        return stood == [(scheme, later), (scheme, later), (scheme, edition)]

    @proves("S31")
    @apart
    def test_now_is_never_a_clock(self) -> None:
        """Long ago and long hence, what is due and what is ready follow from the instant that is handed in."""
        for year in (1975, 2003, 2150, 2250):
            mine = Mine(noon=datetime(year, 5, 6, 7, 8, 9, 101_112, tzinfo=UTC) + uuid.uuid4().int % 10**13 * TICK)
            with self.opened() as store:
                mine.clear(store)
                step = mine.working(1, mine.noon)
                store.append([attrs.evolve(step, header=attrs.evolve(step.header, due_at=mine.noon))])
                assert mine.ids(store.due(mine.noon - TICK, MANY)) == []
                assert mine.ids(store.due(mine.noon, MANY)) == [mine.case(1)]
                mine.claims(store, mine.noon - TICK, [])
                mine.claims(store, mine.noon, step.effects, HOUR)
                mine.claims(store, mine.noon + HOUR - TICK, [])
                mine.claims(store, mine.noon + HOUR, step.effects, HOUR)
                store.retry(step.effects[0].id, mine.noon + 2 * TICK, 2)
                mine.claims(store, mine.noon + TICK, [])
                mine.claims(store, mine.noon + 2 * TICK, step.effects)
                store.done(mine.made)
                store.append([mine.changed(1, 1, due_at=None)])

    @proves("S31", "S3")
    @apart
    def test_the_machines_zone_changes_nothing(self) -> None:
        """Where the machine stands in another zone, instants come back and are compared all the same."""
        with _elsewhere():
            mine = Mine.apart()
            with self.opened() as store:
                mine.clear(store)
                step = mine.working(1, mine.noon)
                step = attrs.evolve(step, header=attrs.evolve(step.header, due_at=mine.noon, owed_since=mine.noon))
                store.append([step])
                header = kept(store, mine.case(1)).header
                assert header == step.header
                assert header.changed_at.utcoffset() == timedelta(0)
                assert mine.ids(store.due(mine.noon - TICK, MANY)) == []
                assert mine.ids(store.due(mine.noon, MANY)) == [mine.case(1)]
                assert mine.ids(store.headers(mine.council, Wanted(due_before=mine.noon), "", MANY).headers) == []
                mine.claims(store, mine.noon - TICK, [])
                mine.claims(store, mine.noon, step.effects, HOUR)
                mine.claims(store, mine.noon + HOUR - TICK, [])
                mine.claims(store, mine.noon + HOUR, step.effects)
                store.done(mine.made)

    @proves("S32")
    def test_a_closed_store_says_so(self) -> None:
        """Every call after close raises StoreUnusable with the code ``closed``; closing twice is harmless."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([attrs.evolve(mine.commit(1, key="k"), effects=(mine.effect(1, 1),))])
            store.done(mine.made)
            store.close()
            calls: tuple[Callable[[], object], ...] = (
                lambda: store.append([mine.commit(2)]),
                lambda: store.load(mine.case(1), mine.council),
                lambda: store.receipt(mine.case(1), "k"),
                lambda: store.headers(mine.council, Wanted(), "", 1),
                lambda: store.due(mine.noon, 1),
                lambda: store.scan(mine.council, "", 1),
                lambda: store.find(mine.council, [b"t"]),
                store.quarters,
                lambda: store.claim(mine.noon, 1, HOUR),
                lambda: store.done(["x"]),
                lambda: store.retry("x", mine.noon, 1),
                lambda: store.bury("x", mine.noon, "no_route"),
                lambda: store.dead(mine.council, "", 1),
                store.scheme,
                lambda: store.adopt("HK_CCA", "1"),
                store.ledger,
                lambda: store.unplaced(1),
                lambda: store.place(0, leaves_of(mine.commit(1).events)),
                lambda: store.placed(0, 1),
                lambda: store.leaves(0, 1),
                lambda: store.places(mine.case(1), mine.council),
                lambda: store.feed(mine.trader, 0, 1),
            )
            nothing: tuple[Callable[[], object], ...] = (
                lambda: store.append([]),
                lambda: store.headers("", Wanted(), "", 0),
                lambda: store.due(mine.noon, 0),
                lambda: store.scan("", "", 0),
                lambda: store.find(mine.council, []),
                lambda: store.claim(mine.noon, 0, HOUR),
                lambda: store.done([]),
                lambda: store.dead("", "", 0),
                lambda: store.unplaced(0),
                lambda: store.place(0, []),
                lambda: store.placed(0, 0),
                lambda: store.leaves(0, 0),
                lambda: store.feed("", 0, 0),
            )
            for call in (*calls, *nothing):
                refused("closed", call)
            store.close()


@contextmanager
def _elsewhere() -> Iterator[None]:
    """The machine stands in Nepal for a while, whose zone is no whole number of hours."""
    if not hasattr(time, "tzset"):
        raise NotRun("this machine's zone cannot be changed for a while")
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Asia/Kathmandu"
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()
