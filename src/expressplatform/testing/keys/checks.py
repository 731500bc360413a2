"""What a key store must do with many keys, odd names, threads and connections.

Laws of this file: those of `contracts`. Names are each check's own.
"""

from __future__ import annotations

import contextlib
import random
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from threading import Barrier
from typing import Final

from expressplatform.errors import KeyDestroyed, KeyMissing
from expressplatform.ports import KeyStore
from expressplatform.testing.doors import ODD, racing, raised, turned_away
from expressplatform.testing.guarantees import NotRun, proves
from expressplatform.testing.jostling import jostled

ALIKE: Final = (
    "ab", "AB", "ab ", "ab-", "a-b", "a_b", "axb", "a%b", "a%", "abc", "a", "a\u00e9", "ae\u0301", "a\u00df", "ass",
    "\uff41b", "a\u200bb", "a'b", 'a"b', "a\\b", "a/b", "a.b", "a,b", "a b", "a:b", "\u4e19", "\U0001f6d2",
    "1", "01", "1.0", "z" * 150 + "1", "z" * 150 + "2",
)  # fmt: skip
"""Names that somebody might take for each other."""
_TURNS: Final = 3
_STEPS: Final = 150
_SHOWN: Final = 12
_ROUNDS: Final = 80


class KeyDoors:
    """The ways to the key store under test; contracts fill them in."""

    def opened(self) -> AbstractContextManager[KeyStore]:
        """The store under test, closed when the check is over."""
        raise NotImplementedError

    def reopened(self, store: KeyStore) -> KeyStore:
        """What opens on the same keys after the store was closed; raises NotRun."""
        raise NotImplementedError

    def beside(self, store: KeyStore) -> KeyStore:
        """A second connection to the keys of a store that stays open; raises NotRun."""
        raise NotImplementedError


class KeysInNumber(KeyDoors):
    """Many keys, odd names, and those who ask at once."""

    @proves("K1", "K13")
    def test_many_keys_are_made_of_chance_and_stay(self) -> None:
        """Over a thousand, made in one call, in several and one by one: each is read twice, and no part comes twice."""
        mark = uuid.uuid4().hex
        names = [f"{mark}-{number:04}" for number in range(1300)]
        calls = [names[:1100], *(names[at : at + 40] for at in range(1100, 1260, 40)), *([one] for one in names[1260:])]
        with self.opened() as store:
            first: list[bytes] = []
            for call in calls:
                store.create(call)
                first += map(store.get, call)
            assert [store.get(one) for one in names] == first, "a key has changed since it was made"
            secrets = [store.secret(one) for one in names[:150]]
            assert [store.secret(one) for one in names[:150]] == secrets, "a secret has changed since it was made"
        made = first + secrets
        assert {(type(key), len(key)) for key in made} == {(bytes, 32)}, "not every key has 32 bytes"
        _by_chance(made)

    @proves("K1")
    def test_two_stores_do_not_make_the_same_keys(self) -> None:
        """What one store makes no other does, though it be asked for the same names in the same order."""
        mark = uuid.uuid4().hex
        with self.opened() as store, contextlib.suppress(KeyDestroyed):
            store.create([f"{mark}-a", f"{mark}-b"])
            made = [store.get(f"{mark}-a"), store.get(f"{mark}-b"), store.secret(f"{mark}-s")]
            store.destroy(f"{mark}-a", f"{mark}-b")
            store.forget(f"{mark}-s")
            with self.opened() as other:
                assert other.secret(f"{mark}-s") not in made
                other.create([f"{mark}-a", f"{mark}-b"])  # KeyDestroyed: both are over the same keys
                assert not {other.get(f"{mark}-a"), other.get(f"{mark}-b")} & set(made)

    @proves("K12")
    def test_names_that_look_alike_are_others(self) -> None:
        """Large and small letters, spaces, accents, signs that a query knows and long names: each has its own key."""
        mark = uuid.uuid4().hex
        names = [f"{mark}-{one}" for one in ALIKE]
        with self.opened() as store:
            store.create(names)
            keys = {one: store.get(one) for one in names}
            secrets = {one: store.secret(one) for one in names}
            assert len({*keys.values(), *secrets.values()}) == 2 * len(names), "two names have one key"
            for gone in names[::2]:
                store.destroy(gone)
                store.forget(gone)
                del keys[gone]
                assert store.secret(gone) != secrets.pop(gone), f"{gone!r} has its old secret"
                for one, key in keys.items():
                    assert store.get(one) == key, f"{one!r} has another key since {gone!r} was destroyed"
                for one, secret in secrets.items():
                    assert store.secret(one) == secret, f"{one!r} is another since {gone!r} was forgotten"
            assert sorted(one for one in store.destroyed() if one.startswith(mark)) == sorted(names[::2])

    @proves("K16")
    def test_a_name_that_is_no_text_is_refused(self) -> None:
        """A nought or half of a pair in a name is a ValueError, and nothing is done for the others of its call."""
        mark = uuid.uuid4().hex
        with self.opened() as store:
            store.create([f"{mark}-a"])
            key = store.get(f"{mark}-a")
            for odd in ODD:
                name = f"a{mark}{odd}z"
                turned_away(ValueError, mark, partial(store.create, [f"{mark}-b", name]))
                turned_away(ValueError, mark, partial(store.destroy, f"{mark}-a", name))
                for ask in (store.get, store.secret, store.forget):
                    turned_away(ValueError, mark, partial(ask, name))
            assert store.get(f"{mark}-a") == key
            assert raised(KeyMissing, partial(store.get, f"{mark}-b")).case_id == f"{mark}-b"

    @proves("K3", "K13", "K14")
    def test_a_thousand_are_destroyed_in_one_call(self) -> None:
        """All that are named and nothing else; `destroyed` names each of them once, and nobody besides."""
        mark = uuid.uuid4().hex
        names = [f"{mark}-{number:04}" for number in range(1200)]
        with self.opened() as store:
            store.create(names)
            store.destroy(*names[:1100])
            for name in names[:1100:50]:
                store.destroy(name)
            for name in names[:1100]:
                raised(KeyDestroyed, lambda name=name: store.get(name))  # type: ignore[misc]
            for name in names[1100:]:
                store.get(name)
            assert sorted(one for one in store.destroyed() if one.startswith(mark)) == names[:1100]

    @proves("K5")
    def test_what_is_forgotten_is_another_each_time(self) -> None:
        """Two hundred names and more, forgotten once: none has its secret again."""
        mark = uuid.uuid4().hex
        names = [f"{mark}-{number:04}" for number in range(220)]
        with self.opened() as store:
            before = [store.secret(one) for one in names]
            for one in names:
                store.forget(one)
            assert not {store.secret(one) for one in names} & set(before)

    @proves("K7")
    def test_threads_that_ask_in_the_same_breath_get_the_same(self) -> None:
        """However three threads interleave that make, and read, the same new key and the same new secret."""
        mark = uuid.uuid4().hex
        together = Barrier(3)
        with self.opened() as store:

            def ask() -> list[tuple[bytes, bytes]]:
                got: list[tuple[bytes, bytes]] = []
                for number in range(_ROUNDS):
                    together.wait(60)
                    store.create([f"{mark}-{number}"])
                    got.append((store.get(f"{mark}-{number}"), store.secret(f"{mark}-{number}")))
                return got

            one, *others = jostled(ask, ask, ask, together=together)
            assert others == [one, one]

    @proves("K3", "K7")
    def test_destroyed_while_it_is_made_is_destroyed(self) -> None:
        """Whoever creates in the very moment in which somebody destroys does not bring the key back."""
        mark = uuid.uuid4().hex
        together = Barrier(2)
        with self.opened() as store:

            def create() -> None:
                for number in range(_ROUNDS):
                    together.wait(60)
                    with contextlib.suppress(KeyDestroyed):
                        store.create([f"{mark}-{number}"])

            def destroy() -> None:
                for number in range(_ROUNDS):
                    together.wait(60)
                    store.destroy(f"{mark}-{number}")

            jostled(create, destroy, together=together)
            for number in range(_ROUNDS):
                raised(KeyDestroyed, lambda number=number: store.get(f"{mark}-{number}"))  # type: ignore[misc]

    @proves("K7")
    def test_connections_that_make_many_at_once_wait_for_each_other(self) -> None:
        """Two that each make hundreds of keys at the same time: none is turned away, and both have the same."""
        mark = uuid.uuid4().hex
        names = [f"{mark}-{number:04}" for number in range(1200)]
        with self.opened() as store, contextlib.closing(self.beside(store)) as other:

            def make(on: KeyStore) -> list[bytes]:
                for at in range(0, len(names), 200):
                    on.create(names[at : at + 200])
                return [on.get(one) for one in names]

            one, another = racing(lambda: make(store), lambda: make(other))
            assert one == another

    @proves("K9")
    def test_whatever_was_said_last_is_kept(self) -> None:
        """A key, a secret, a destruction and a forgetting each outlive the store that was closed right after it."""
        mark = uuid.uuid4().hex
        key, secret, gone, lost = (f"{mark}-{one}" for one in ("key", "secret", "gone", "lost"))
        with ExitStack() as stack:

            def again(store: KeyStore) -> KeyStore:
                new = self.reopened(store)
                stack.callback(new.close)
                return new

            store = again(stack.enter_context(self.opened()))
            store.create([key])
            was = store.get(key)
            store = again(store)
            assert store.get(key) == was
            made = store.secret(secret)
            store = again(store)
            assert store.secret(secret) == made, "a secret was not kept"
            store.destroy(gone)
            store = again(store)
            raised(KeyDestroyed, lambda: store.get(gone))
            old = store.secret(lost)
            store.forget(lost)
            store = again(store)
            assert store.secret(lost) != old, "what was forgotten is back"

    @proves("K15")
    def test_whatever_is_asked_in_whatever_order_keys_live_and_die_as_they_must(self) -> None:
        """Calls at random, over two connections and after reopening where there are such: each is answered rightly."""
        for _ in range(_TURNS):
            seed = random.SystemRandom().randrange(10**9)
            walk = _Walk(random.Random(seed))
            with self.opened() as store, ExitStack() as stack:
                try:
                    walk.take(self._doors(store, stack))
                except Exception as error:
                    error.add_note(f"seed {seed}; in the end: {'; '.join(walk.asked)}")
                    raise AssertionError(f"{type(error).__name__}: {error} after {'; '.join(walk.asked)}") from error

    def _doors(self, store: KeyStore, stack: ExitStack) -> Callable[[bool], list[KeyStore]]:
        """The open stores; reopened first, if that is said and can be done."""
        doors = [store]
        with contextlib.suppress(NotRun):
            doors.append(stack.enter_context(contextlib.closing(self.beside(store))))

        def ways(reopen: bool) -> list[KeyStore]:
            if reopen:
                with contextlib.suppress(NotRun):
                    doors[-1] = stack.enter_context(contextlib.closing(self.reopened(doors[-1])))
            return doors

        return ways


def _by_chance(keys: list[bytes]) -> None:
    """Raises AssertionError for keys that are not drawn from all that 32 bytes can be; by chance it never does."""
    parts = [key[at : at + 8] for key in keys for at in range(0, 32, 8)]
    assert len(set(parts)) == len(parts), "a part of one key is a part of another"
    assert all(len({key[at] for key in keys}) > 128 for at in range(32)), "a byte of the keys takes few values"


class _Walk:
    """A walk at random beside what must be so."""

    def __init__(self, luck: random.Random) -> None:
        self._luck = luck
        mark = uuid.uuid4().hex
        self._names = [f"{mark}-{one}" for one in luck.sample(ALIKE, 9)]
        self._keys: dict[str, bytes | None] = {}
        self._gone: set[str] = set()
        self._secrets: dict[str, bytes] = {}
        self._old: set[bytes] = set()
        self.asked: deque[str] = deque(maxlen=_SHOWN)

    def take(self, doors: Callable[[bool], list[KeyStore]]) -> None:
        """So many steps, each through one of the doors."""
        steps = (
            self._create,
            self._create,
            self._get,
            self._get,
            self._destroy,
            self._secret,
            self._forget,
            self._told,
        )
        for number in range(_STEPS):
            ways = doors(number % 40 == 39)
            at = self._luck.randrange(len(ways))
            step = self._luck.choice(steps)
            names = self._luck.sample(self._names, self._luck.randint(1, 3))
            self.asked.append(f"{step.__name__[1:]} {[one[33:] for one in names]} at {at}")
            step(ways[at], names)

    def _create(self, store: KeyStore, names: list[str]) -> None:
        if gone := [one for one in names if one in self._gone]:
            assert raised(KeyDestroyed, lambda: store.create(names)).case_id in gone
            return
        store.create(names)
        for one in names:
            self._keys.setdefault(one, None)

    def _get(self, store: KeyStore, names: list[str]) -> None:
        for one in names:
            if one in self._gone or one not in self._keys:
                wanted: type[Exception] = KeyDestroyed if one in self._gone else KeyMissing
                assert raised(wanted, lambda one=one: store.get(one)).case_id == one  # type: ignore[misc]
                continue
            key, was = store.get(one), self._keys[one]
            if was is None:
                self._made(key)
                self._keys[one] = key
            assert key == self._keys[one], "another key"

    def _destroy(self, store: KeyStore, names: list[str]) -> None:
        names = names[: self._luck.choice((0, 1, 1, 2))]
        store.destroy(*names)
        self._gone.update(names)
        if len(self._gone) > 5:
            self._names = [*self._names[1:], f"{self._names[0][:33]}{uuid.uuid4().hex}"]

    def _secret(self, store: KeyStore, names: list[str]) -> None:
        secret = store.secret(names[0])
        if names[0] not in self._secrets:
            self._made(secret)
        assert secret == self._secrets.setdefault(names[0], secret), "another secret"

    def _forget(self, store: KeyStore, names: list[str]) -> None:
        store.forget(names[0])
        self._secrets.pop(names[0], None)

    def _told(self, store: KeyStore, names: list[str]) -> None:
        mark = names[0][:33]
        assert sorted(one for one in store.destroyed() if one.startswith(mark)) == sorted(self._gone)

    def _made(self, key: bytes) -> None:
        assert (type(key), len(key)) == (bytes, 32)
        assert key not in self._old, "a key that was there before"
        self._old.add(key)
