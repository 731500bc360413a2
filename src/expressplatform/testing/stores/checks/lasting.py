"""What outlives the store object that wrote it, what another connection sees, and what the kept bytes tell.

Laws of this file: those of `commits`. Each of these needs help from whoever brings the store, and says so where
there is none.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Mapping

import attrs

from expressplatform.codes import Role
from expressplatform.complaint import Actor, Particulars
from expressplatform.memory import MemoryKeyStore
from expressplatform.platform import Platform
from expressplatform.ports import Appended, CaseStore, Conflict, Replayed, StoredCase, Wanted
from expressplatform.schemes import HK_CCA
from expressplatform.testing.fitting import START, whole_complaint
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.checks.keeping import LONG
from expressplatform.testing.stores.checks.trying import CODE, dead, lists
from expressplatform.testing.stores.doors import Doors
from expressplatform.testing.stores.rows import HOUR, MANY, TICK, Mine, apart, kept


class Lasting(Doors):
    """After the store was closed and opened again."""

    @proves("S34")
    @apart
    def test_what_was_acknowledged_is_there_after_reopening(self) -> None:
        """Rows, receipts, tokens, work with its leases and attempts, dead letters and the scheme outlive the store."""
        mine = Mine.apart()
        first = attrs.evolve(mine.commit(1, events=3, key="k"), tokens=(mine.token("t"), mine.token("u", "q")))
        first = attrs.evolve(first, effects=tuple(mine.effect(1, 3, kind) for kind in "ABCDE"))
        a, b, c, d, e = first.effects
        now = first.header.changed_at
        with self.opened() as store:
            mine.clear(store)
            store.append([first, attrs.evolve(mine.commit(2), tokens=(mine.token("t"), mine.token("v", "r")))])
            mine.claims(store, now, first.effects, HOUR)
            store.done([a.id])
            store.retry(b.id, now + 2 * TICK, 4)
            store.retry(c.id, now + 9 * HOUR, 1)
            store.bury(e.id, now, CODE)
            store.append([attrs.evolve(mine.commit(2, 1), drop_tokens=True)])
            store.adopt(*(store.scheme() or ("HK_CCA", "1")))
            scheme = store.scheme()
            with self.reopened(store) as again:
                assert again.load(mine.case(1), mine.council) == StoredCase(first.header, first.events)
                self._known(again, mine)
                assert again.scheme() == scheme
                mine.claims(again, now + TICK, [])
                mine.tried(again, now + 2 * TICK, 20 * HOUR, 5)
                mine.claims(again, now + HOUR - TICK, [])
                mine.claims(again, now + HOUR, [d], 20 * HOUR)
                mine.claims(again, now + 9 * HOUR, [c])
                lists(again, mine, mine.council, [dead(e, 1, now)])
                assert list(again.append([mine.commit(1, 3)])) == [Appended(mine.case(1), 4)]
                again.done(mine.made)

    def _known(self, store: CaseStore, mine: Mine) -> None:
        receipt = mine.commit(1, events=3, key="k").receipt
        assert receipt is not None
        assert store.receipt(mine.case(1), "k") == receipt
        assert list(store.append([mine.commit(1, events=3, key="k")])) == [Replayed(mine.case(1), receipt)]
        assert list(store.append([mine.commit(1)])) == [Conflict(mine.case(1), 0, 3)]
        assert list(store.find(mine.council, [mine.token("t").value])) == [mine.case(1)]
        assert list(store.find(mine.council, [mine.token("v").value])) == []
        quarters = {one for one in store.quarters() if one.endswith(mine.mark)}
        assert quarters == {mine.token("t").quarter, mine.token("u", "q").quarter}
        listed = mine.ids(store.headers(mine.council, Wanted(), "", MANY).headers)
        assert listed == mine.cases(store.scan(mine.council, "", MANY)) == [mine.case(1), mine.case(2)]
        assert mine.case(1) in mine.ids(store.due(mine.header(1, 3).due_at or mine.noon, MANY))

    @proves("S34", "S5")
    def test_every_one_of_many_commits_is_there_after_reopening(self) -> None:
        """The last of them as well as the first, the long and the short, those of one call and those of many."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.commit(number) for number in range(20)])
            for number in range(20):
                store.append([mine.commit(number, 1)])
            long = attrs.evolve(mine.commit(20), events=(attrs.evolve(mine.commit(20).events[0], sealed=LONG),))
            store.append([long])
            with self.reopened(store) as again:
                for number in range(20):
                    events = mine.commit(number).events + mine.commit(number, 1).events
                    assert kept(again, mine.case(number)) == StoredCase(mine.header(number, 2), events)
                assert kept(again, mine.case(20)).events == long.events

    @proves("S32", "S34")
    def test_what_is_opened_again_can_be_closed_again(self) -> None:
        """A store that was opened twice is whole both times."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.commit(1)])
            with self.reopened(store) as again:
                again.append([mine.commit(1, 1)])
                with self.reopened(again) as third:
                    assert len(kept(third, mine.case(1)).events) == 2


class Connected(Doors):
    """Two connections to the same rows."""

    @proves("S35", "S13")
    @apart
    def test_what_one_connection_wrote_the_other_sees(self) -> None:
        """At once and by every question, also where the other had asked before; conflicts and keys count for both."""
        mine = Mine.apart()
        step = attrs.evolve(mine.commit(1, key="k"), tokens=(mine.token("t"),), effects=(mine.effect(1, 1),))
        step = attrs.evolve(step, header=attrs.evolve(step.header, due_at=mine.noon))
        with self.opened() as store, self.beside(store) as other:
            mine.clear(store)
            assert _asked(other, mine) == _asked(store, mine) == (None, None, (), [], [], [], False)
            store.append([step])
            case, ids = StoredCase(step.header, step.events), [mine.case(1)]
            for one in (other, store):
                assert _asked(one, mine) == (case, step.receipt, (step.header,), ids, ids, ids, True)
                assert isinstance(one.append([mine.commit(1, 1, key="k")])[0], Replayed)
                assert list(one.append([mine.commit(1)])) == [Conflict(mine.case(1), 0, 1)]
            mine.claims(other, step.header.changed_at, step.effects)
            mine.claims(store, step.header.changed_at, [])
            other.done(mine.made)
            mine.claims(store, step.header.changed_at + 2 * HOUR, [])
            other.append([attrs.evolve(mine.changed(1, 1, due_at=None), drop_tokens=True)])
            assert _asked(other, mine) == _asked(store, mine)
            assert _asked(store, mine)[3:] == (ids, [], [], False)
            assert kept(store, mine.case(1), mine.council).header.version == 2
            for one in (store, other):
                assert list(one.append([mine.commit(1)])) == [Conflict(mine.case(1), 0, 2)], "what stood before is told"

    @proves("S35", "S17")
    def test_a_cursor_of_one_connection_leads_on_in_the_other(self) -> None:
        """A list begun here is continued there, and a connection that is closed takes nothing with it."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.commit(number) for number in range(6)])
            with self.beside(store) as other:
                page = other.headers(mine.council, Wanted(), "", 2)
                other.append([mine.commit(9)])
            more = store.headers(mine.council, Wanted(), page.after, 2)
            rest = store.headers(mine.council, Wanted(), more.after, MANY)
        found = mine.ids([*page.headers, *more.headers, *rest.headers])
        assert found == [mine.case(number) for number in (0, 1, 2, 3, 4, 5, 9)]


def _asked(store: CaseStore, mine: Mine) -> tuple[object, ...]:
    """Every question about the first case, its key and its token."""
    return (
        store.load(mine.case(1), mine.council),
        store.receipt(mine.case(1), "k"),
        store.headers(mine.council, Wanted(), "", MANY).headers,
        mine.cases(store.scan(mine.council, "", MANY)),
        mine.ids(store.due(mine.noon, MANY)),
        list(store.find(mine.council, [mine.token("t").value])),
        mine.token("t").quarter in store.quarters(),
    )


class Sealed(Doors):
    """What the bytes tell to whoever reads them without a key."""

    @proves("S36")
    def test_no_particular_is_in_the_bytes_that_are_kept(self) -> None:
        """A platform stands on the store and takes a complaint in: no name, contact, number or word of it is found."""
        canaries = {name: _canary() for name in ("name", "email", "phone", "order_number", "statement", "request")}
        officer = Actor(Role.COUNCIL, "officer-1", HK_CCA.council)
        complaint = attrs.evolve(whole_complaint(), particulars=_said(canaries))
        with self.opened() as store:
            scheme, edition = store.scheme() or (HK_CCA.id, HK_CCA.edition)
            ours = attrs.evolve(HK_CCA, id=scheme, edition=edition)
            platform = Platform(scheme=ours, store=store, keys=MemoryKeyStore(), now=lambda: START)
            platform.lodge(complaint, by=officer, key=_canary())
            dump = self.dumped(store)
        assert ours.council.encode() in dump or len(dump) > 500, "the dump holds nothing"
        found = [name for name, canary in canaries.items() if any(form in dump for form in _forms(canary))]
        assert not found, f"in clear: {', '.join(found)}"


def _said(canaries: Mapping[str, str]) -> Particulars:
    return Particulars(
        name=canaries["name"],
        email=f"{canaries['email']}@example.org",
        phone=canaries["phone"],
        order_number=canaries["order_number"],
        statement=canaries["statement"],
        request=canaries["request"],
    )


def _canary() -> str:
    return "Q" + base64.b32encode(os.urandom(10)).decode().lower().rstrip("=")


def _forms(canary: str) -> Iterator[bytes]:
    """Plain, in other letters, hexadecimal, UTF-16, turned round, and base64 in its three alignments."""
    plain = canary.encode()
    yield from (plain, plain.upper(), plain.lower(), plain[::-1], plain.hex().encode(), plain.hex().upper().encode())
    yield from (canary.encode("utf-16-le"), canary.encode("utf-16-be"))
    for pad in range(3):
        whole = base64.b64encode(b"\0" * pad + plain + b"\0" * 3)
        yield whole[4 : 4 * (len(plain) // 3)]
