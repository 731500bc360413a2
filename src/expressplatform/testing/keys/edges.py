"""What a key store must do at its edges: names that a shelf of files or a table would spoil, calls that are large, what
is handed out, and what follows a refusal.

Laws of this file: those of `contracts`. Names are each check's own.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from typing import Final

from expressplatform.errors import KeyDestroyed, KeyMissing
from expressplatform.ports import KeyStore
from expressplatform.testing.doors import ODD, raised, turned_away
from expressplatform.testing.guarantees import proves
from expressplatform.testing.keys.checks import ALIKE, KeyDoors

SIGNS: Final = (
    "a*", "*b", "a?", "?b", "[ab]b", "a.*", "^a", "a//b", "a/./b", "a/", "/a", "./a", "../a", "a/../b", "~a", "a%2Fb",
    "a+b", "a%20b", "a&b", "a\nb", "a\n", "\na", "a\r", "a\tb", "\ta", " ab", "ab\u00a0", "\ufeffab", "a|b",
    "a;b", "a\x1fb", "ab.", "a__b", "-a", "a#b", "$a", "{a}", "a\x7f", "null", "None", "true",
)  # fmt: skip
"""Signs that a path, a pattern, an address, a line of text or a query would take for something else."""
_DRAWERS: Final = (
    "secret",
    "secrets",
    "key",
    "keys",
    "case",
    "cases",
    "s",
    "k",
    "c",
    "",
    "forgotten",
    "destroyed",
    "1",
)
_BETWEEN: Final = ("-", ":", "/", "_")
_WILD: Final = frozenset("*?%_[^.")


class KeysAtEdges(KeyDoors):
    """Odd names, large calls, what is handed out, and what follows a refusal."""

    @proves("K12")
    def test_names_are_told_apart_at_both_ends(self) -> None:
        """Whatever sign a name begins or ends with, numbers, and hundreds of letters: each has a key of its own."""
        mark, number = uuid.uuid4().hex, uuid.uuid4().int % 10**14 + 10**14
        numbers = [f"{number}", f"0{number}", f"{number}.0", f"+{number}", f" {number}", f"{number} ", f"{number}e0"]
        long = [f"{mark}{sign * 300}{end}" for sign in ("z", "\u00e9", "\u4e19") for end in ("1", "2", "")]
        for names in (
            [f"{one}{mark}" for one in (*ALIKE, *SIGNS)],
            [f"{mark}{one}" for one in SIGNS],
            [*numbers, *long],
        ):
            with self.opened() as store:
                self._apart(store, names)

    def _apart(self, store: KeyStore, names: Sequence[str]) -> None:
        """Makes keys and secrets of all names; some go, and the others stay what they are."""
        store.create(names)
        keys = {one: (store.get(one), store.secret(one)) for one in names}
        assert len({part for both in keys.values() for part in both}) == 2 * len(names), "two names have one key"
        for one in names[::3]:
            for other in {one[:-1], one[1:], f"{one}x", f"x{one}"} - {*names}:
                assert raised(KeyMissing, partial(store.get, other)).case_id == other
        going = [one for number, one in enumerate(names) if number % 3 == 0 or _WILD & set(one)]
        store.destroy(*going)
        for one in going:
            store.forget(one)
        for one, (key, secret) in keys.items():
            if one in going:
                assert raised(KeyDestroyed, partial(store.get, one)).case_id == one
                assert store.secret(one) != secret, f"{one!r} has its old secret"
            else:
                assert (store.get(one), store.secret(one)) == (key, secret), f"{one!r} went with another"
        assert sorted(one for one in store.destroyed() if one in keys) == sorted(going)

    @proves("K6")
    def test_no_case_is_a_secret_by_a_longer_name(self) -> None:
        """Whatever word a store might put before a name to tell a secret from a case: they are strangers."""
        mark = uuid.uuid4().hex
        names = [f"{word}{sign}{mark}" for word in _DRAWERS for sign in _BETWEEN]
        names += [f"{mark}{sign}{word}" for word in _DRAWERS for sign in _BETWEEN]
        with self.opened() as store:
            made = [store.secret(mark)]
            store.create([mark, *names])
            made += [store.get(mark), *map(store.get, names), *map(store.secret, names)]
            assert len(set(made)) == len(made), "a case and a secret of other names are one"
            store.forget(mark)
            store.destroy(mark)
            assert [*map(store.get, names), *map(store.secret, names)] == made[2:], "one went with another"

    @proves("K2", "K13", "K16")
    def test_a_large_batch_is_made_whole_or_not_at_all(self) -> None:
        """Where the last of over a thousand is destroyed or no name, none of the others is made, nor destroyed."""
        mark = uuid.uuid4().hex
        names = [f"{mark}-{number:04}" for number in range(1100)]
        gone, none = f"{mark}-gone", f"a{mark}{ODD[0]}"
        with self.opened() as store:
            store.destroy(gone)
            assert raised(KeyDestroyed, lambda: store.create([*names, gone])).case_id == gone
            turned_away(ValueError, mark, lambda: store.create([*names, none]))
            turned_away(ValueError, mark, lambda: store.destroy(*names, none))
            for name in (names[0], names[99], names[500], names[999], names[-1]):
                assert raised(KeyMissing, partial(store.get, name)).case_id == name
            assert [one for one in store.destroyed() if mark in one] == [gone]

    @proves("K1", "K2", "K3")
    def test_a_case_that_stands_several_times_in_a_call_is_one(self) -> None:
        """It has one key, which stays; destroyed twice in a call it is gone once, and so is what follows it; none is
        made where one that is named twice was destroyed."""
        mark = uuid.uuid4().hex
        one, two, three, four = (f"{mark}-{number}" for number in range(4))
        with self.opened() as store:
            store.create([one])
            key = store.get(one)
            store.create([two, one, two, one, two, one, three, two])
            assert store.get(one) == key
            store.get(three)
            store.destroy(one, two, one, one, two, three)
            for again in ((), (one, two, three)):
                store.destroy(*again)
                for name in (one, two, three):
                    raised(KeyDestroyed, partial(store.get, name))
            assert sorted(name for name in store.destroyed() if mark in name) == [one, two, three]
            for batch in ([four, four, one], [one, four, one], [four, one, four, one, two]):
                assert raised(KeyDestroyed, partial(store.create, batch)).case_id in batch
                raised(KeyMissing, partial(store.get, four))

    @proves("K14")
    def test_the_list_of_the_destroyed_is_its_readers(self) -> None:
        """It is a sequence; whoever changes it changes nothing else, and it does not change by itself."""
        mark = uuid.uuid4().hex
        with self.opened() as store:
            store.destroy(f"{mark}-a")
            told = store.destroyed()
            assert isinstance(told, Sequence), "it is no sequence"
            before = list(told)
            store.destroy(f"{mark}-b")
            assert list(told) == before, "it changes while it is read"
            if isinstance(told, list):
                told.clear()
            assert sorted(one for one in store.destroyed() if mark in one) == [f"{mark}-a", f"{mark}-b"]
            raised(KeyDestroyed, lambda: store.create([f"{mark}-a"]))

    @proves("K5")
    def test_a_secret_that_is_forgotten_again_and_again_never_comes_back(self) -> None:
        """Ten of one name, each forgotten before the next was made, are ten."""
        mark = uuid.uuid4().hex
        with self.opened() as store:
            made = []
            for _ in range(10):
                made += [store.secret(mark)]
                store.forget(mark)
                store.forget(mark)
            assert len(set(made)) == len(made)

    @proves("K9", "K13")
    def test_as_many_as_there_are_outlive_the_store(self) -> None:
        """Over a thousand keys and as many destroyed, hundreds of secrets, and names of any sign, after reopening."""
        mark = uuid.uuid4().hex
        names = [f"{mark}-{number:04}" for number in range(2100)]
        signs = [f"{one}{mark}" for one in SIGNS]
        with self.opened() as store:
            store.create([*names[:1050], *signs])
            store.destroy(*names[1050:], *signs[::2])
            keys = {one: store.get(one) for one in (*names[:1050], *signs[1::2])}
            secrets = {one: store.secret(one) for one in (*names[:150], *signs)}
            with closing(self.reopened(store)) as again:
                assert {one: again.get(one) for one in keys} == keys, "a key is another"
                assert {one: again.secret(one) for one in secrets} == secrets, "a secret is another"
                told = sorted(one for one in again.destroyed() if mark in one)
                assert told == sorted([*names[1050:], *signs[::2]]), "not all that were destroyed are told"

    @proves("K9")
    def test_what_follows_a_refusal_is_kept(self) -> None:
        """A key, a secret and a destruction, each right after a call that was refused, outlive the store."""
        mark = uuid.uuid4().hex
        with self.opened() as first:
            store = first
            store.destroy(f"{mark}-gone")
            refusals = (
                (KeyDestroyed, lambda on: on.create([f"{mark}-no", f"{mark}-gone"])),
                (KeyDestroyed, lambda on: on.get(f"{mark}-gone")),
                (KeyMissing, lambda on: on.get(f"{mark}-missing")),
                (ValueError, lambda on: on.create([f"{mark}-no", ODD[1]])),
                (ValueError, lambda on: on.destroy(f"{mark}-no", ODD[1])),
                (ValueError, lambda on: on.secret(ODD[1])),
            )
            for number, (error, refused) in enumerate(refusals):
                raised(error, partial(refused, store))
                store.create([f"{mark}-{number}"])
                key = store.get(f"{mark}-{number}")
                raised(error, partial(refused, store))
                secret = store.secret(f"{mark}-{number}")
                raised(error, partial(refused, store))
                store.destroy(f"{mark}-{number}-gone")
                store = self.reopened(store)
                assert (store.get(f"{mark}-{number}"), store.secret(f"{mark}-{number}")) == (key, secret)
                raised(KeyDestroyed, partial(store.get, f"{mark}-{number}-gone"))
            raised(KeyMissing, partial(store.get, f"{mark}-no"))
            store.close()
