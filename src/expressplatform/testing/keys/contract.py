"""The contract of a key store, as tests: give it a store, and it says whether keys live and die in it as they must.

    class TestMyKeys(KeyStoreContract):
        def make_store(self) -> KeyStore:
            return MyKeys(...)

Laws of this file: those of `contracts`. A key store is never awaited: keys are few and near.
"""

from __future__ import annotations

import uuid
from base64 import b32encode, b64encode, b85encode
from collections.abc import Callable
from contextlib import AbstractContextManager

import attrs

from expressplatform.errors import KeyDestroyed, KeyMissing, StoreUnusable
from expressplatform.ports import KeyStore
from expressplatform.testing.doors import Dump, entered, given, joined, racing, raised, refused
from expressplatform.testing.guarantees import proves
from expressplatform.testing.jostling import listening, told_by
from expressplatform.testing.keys.checks import KeysInNumber
from expressplatform.testing.keys.edges import KeysAtEdges


@attrs.frozen
class _Names:
    """Names that no other check has."""

    mark: str = attrs.field(factory=lambda: uuid.uuid4().hex)

    def __call__(self, name: str) -> str:
        return f"{name}-{self.mark}"


class KeyStoreContract(KeysInNumber, KeysAtEdges):
    """The contract of `KeyStore`. Give `make_store`, and whichever of the others your store can do.

    ``reopen`` unlocks the checks of what lasts, ``second_connection`` that of two connections, ``dump_bytes`` the ones
    that look for keys which are gone.
    """

    def make_store(self) -> KeyStore | AbstractContextManager[KeyStore]:
        """A key store, or a context manager that gives one; it need not be empty."""
        raise NotImplementedError

    def reopen(self, store: KeyStore) -> KeyStore | None:
        """Close the store and open what it has kept; None where it keeps nothing."""
        return None

    def second_connection(self, store: KeyStore) -> KeyStore | None:
        """Another store over the keys of the first, which stays open; None where there is no such thing."""
        return None

    def dump_bytes(self, store: KeyStore) -> Dump:
        """All bytes that the store keeps; None where they cannot be had."""
        return None

    def opened(self) -> AbstractContextManager[KeyStore]:
        """The store of `make_store`, closed when the check is over."""
        return entered(self.make_store())

    def reopened(self, store: KeyStore) -> KeyStore:
        """The store of `reopen`."""
        return given(self.reopen(store), "reopen", "what outlives the store is not known")

    def beside(self, store: KeyStore) -> KeyStore:
        """The store of `second_connection`."""
        return given(self.second_connection(store), "second_connection", "what two do is not known")

    @proves("K1")
    def test_each_case_has_one_key_of_its_own(self) -> None:
        """Two hundred cases, made in one batch and in many, have two hundred keys of 32 bytes."""
        name = _Names()
        with self.opened() as store:
            store.create([name(f"a{number}") for number in range(100)])
            for number in range(100):
                store.create([name(f"b{number}")])
            keys = [store.get(name(f"{letter}{number}")) for letter in "ab" for number in range(100)]
            assert all(type(key) is bytes and len(key) == 32 for key in keys)
            assert len(set(keys)) == 200

    @proves("K1")
    def test_creating_again_changes_no_key(self) -> None:
        """A key is made once, also where its case stands twice in a batch, and among others; none is asked for."""
        name = _Names()
        with self.opened() as store:
            store.create([name("a"), name("a")])
            before = store.get(name("a"))
            store.create([name("b"), name("a")])
            store.create([])
            assert store.get(name("a")) == before != store.get(name("b"))

    @proves("K4")
    def test_a_case_that_was_never_here_has_no_key(self) -> None:
        """It is missing and not destroyed; asking makes none; names that look alike are others."""
        name = _Names()
        with self.opened() as store:
            store.create([name("a")])
            for other in (name("b"), name("A"), name("a") + " ", name("a")[:-1], "%", ""):
                for _ in range(2):
                    assert raised(KeyMissing, lambda other=other: store.get(other)).case_id == other  # type: ignore[misc]
            assert name("b") not in store.destroyed()

    @proves("K3", "K4")
    def test_a_destroyed_key_is_gone_for_ever(self) -> None:
        """Neither got nor made again, however often it is said; the case is named, and no other is touched."""
        name = _Names()
        with self.opened() as store:
            store.create([name("a"), name("b")])
            other = store.get(name("b"))
            for _ in range(2):
                store.destroy(name("a"))
                assert raised(KeyDestroyed, lambda: store.get(name("a"))).case_id == name("a")
                assert raised(KeyDestroyed, lambda: store.create([name("a")])).case_id == name("a")
            assert _mine(store, name) == [name("a")]
            assert store.get(name("b")) == other

    @proves("K3")
    def test_keys_that_are_destroyed_together_are_all_gone(self) -> None:
        """Also where one of them is gone already or never was; none of nothing is harmless, and no other is touched."""
        name = _Names()
        with self.opened() as store:
            store.create([name(case) for case in "abcd"])
            other = store.get(name("d"))
            store.destroy()
            store.destroy(name("b"))
            store.destroy(*(name(case) for case in "abce"))
            for case in "abce":
                raised(KeyDestroyed, lambda case=case: store.get(name(case)))  # type: ignore[misc]
            assert _mine(store, name) == [name(case) for case in "abce"]
            assert store.get(name("d")) == other

    @proves("K3")
    def test_destroying_an_unknown_case_keeps_a_key_from_ever_being_made(self) -> None:
        """A case that is erased before its key was made never gets one."""
        name = _Names()
        with self.opened() as store:
            store.destroy(name("b"))
            store.destroy(name("a"))
            assert _mine(store, name) == [name("a"), name("b")]
            raised(KeyDestroyed, lambda: store.create([name("a")]))
            raised(KeyDestroyed, lambda: store.get(name("b")))

    @proves("K2")
    def test_a_batch_with_a_destroyed_case_makes_no_key_at_all(self) -> None:
        """Neither what stands before it nor what stands after it gets a key."""
        name = _Names()
        with self.opened() as store:
            store.create([name("old")])
            old = store.get(name("old"))
            store.destroy(name("gone"))
            batch = [name("new"), name("old"), name("gone"), name("newer")]
            assert raised(KeyDestroyed, lambda: store.create(batch)).case_id == name("gone")
            for case_id in (name("new"), name("newer")):
                raised(KeyMissing, lambda case_id=case_id: store.get(case_id))  # type: ignore[misc]
            assert store.get(name("old")) == old

    @proves("K5")
    def test_a_secret_is_made_once_and_is_another_one_after_it_was_forgotten(self) -> None:
        """32 bytes, the same each time, unlike those of other names; forgetting what never was is harmless."""
        name = _Names()
        with self.opened() as store:
            first, other = store.secret(name("tokens")), store.secret(name("receipts"))
            assert (type(first), len(first), store.secret(name("tokens"))) == (bytes, 32, first)
            assert first != other
            store.forget(name("tokens"))
            store.forget(name("never made"))
            second = store.secret(name("tokens"))
            assert second not in (first, other)
            assert (store.secret(name("tokens")), store.secret(name("receipts"))) == (second, other)

    @proves("K6")
    def test_a_case_and_a_secret_of_one_name_are_strangers(self) -> None:
        """Neither is the other, and neither goes with the other."""
        name = _Names()
        with self.opened() as store:
            store.create([name("x")])
            key, secret = store.get(name("x")), store.secret(name("x"))
            assert key != secret
            store.forget(name("x"))
            assert store.get(name("x")) == key
            secret = store.secret(name("x"))
            store.destroy(name("x"))
            assert store.secret(name("x")) == secret
            raised(KeyMissing, lambda: store.get(name("y")) if store.secret(name("y")) else None)

    @proves("K7")
    def test_threads_that_ask_at_once_get_the_same(self) -> None:
        """Whoever makes the keys of the same cases, or the same secret, at the same time gets the same ones."""
        name = _Names()
        with self.opened() as store:
            assert len(set(racing(*[lambda: _lived(store, name)] * 4))) == 1

    @proves("K7", "K9")
    def test_connections_that_ask_at_once_get_the_same(self) -> None:
        """Nor does it matter through which connection they come; what one destroyed is gone for the other."""
        name = _Names()
        with self.opened() as store, entered(self.beside(store)) as other:
            raised(KeyMissing, lambda: other.get(name("case-1")))
            assert len(set(racing(*[lambda: _lived(store, name), lambda: _lived(other, name)] * 2))) == 1
            assert store.get(name("case-1")) == other.get(name("case-1"))
            other.destroy(name("case-1"))
            other.forget(name("s"))
            raised(KeyDestroyed, lambda: store.get(name("case-1")))
            raised(KeyDestroyed, lambda: store.create([name("case-1")]))
            assert store.secret(name("s")) == other.secret(name("s"))
            assert _mine(store, name) == [name("case-1")]

    @proves("K8")
    def test_a_closed_store_says_so(self) -> None:
        """Every call after close raises StoreUnusable with the code ``closed``; closing twice is harmless."""
        name = _Names()
        with self.opened() as store:
            store.create([name("a")])
            store.close()
            store.close()
            calls: tuple[Callable[[], object], ...] = (
                lambda: store.get(name("a")),
                lambda: store.create([name("b")]),
                lambda: store.create([]),
                lambda: store.destroy(name("a")),
                store.destroy,
                lambda: store.secret(name("a")),
                lambda: store.forget(name("a")),
                store.destroyed,
            )
            for call in calls:
                refused("closed", call)

    @proves("K9", "K3")
    def test_keys_outlive_the_store_that_made_them(self) -> None:
        """Keys, secrets, what was destroyed and what was forgotten are the same after reopening."""
        name = _Names()
        with self.opened() as store:
            store.create([name("a"), name("b")])
            key, secret, forgotten = store.get(name("a")), store.secret(name("s")), store.secret(name("t"))
            store.destroy(name("b"))
            store.forget(name("t"))
            with entered(self.reopened(store)) as again:
                assert again.get(name("a")) == key
                assert again.secret(name("s")) == secret
                assert again.secret(name("t")) != forgotten
                assert _mine(again, name) == [name("b")]
                raised(KeyDestroyed, lambda: again.get(name("b")))
                raised(KeyDestroyed, lambda: again.create([name("b")]))

    @proves("K10")
    def test_what_is_destroyed_is_in_no_byte_that_is_kept(self) -> None:
        """Neither a destroyed key nor a forgotten secret is found in what the store keeps, plain or written as text."""
        name = _Names()
        with self.opened() as store:
            store.create([name(f"{number}") for number in range(20)])
            gone = [store.get(name(f"{number}")) for number in range(12)]
            for number in range(6):
                store.destroy(name(f"{number}"))
            store.destroy(*(name(f"{number}") for number in range(3, 12)))
            for _ in range(3):
                gone.append(store.secret(name("s")))
                store.forget(name("s"))
            dump = joined(self.dump_bytes(store))
        assert dump, "the dump holds nothing"
        assert not [key for key in gone if any(one in dump for one in (*_spelt(key), *_in_parts(key)))]

    @proves("K10")
    def test_what_is_destroyed_is_gone_at_once(self) -> None:
        """And not with whatever is done next: the key that was destroyed last, several at once, a forgotten secret."""
        for keys, secrets in ((1, 0), (3, 0), (0, 1)):
            name = _Names()
            ids = [name(f"{number}") for number in range(keys)]
            with self.opened() as store:
                store.create([*ids, name("stays")])
                gone = [*map(store.get, ids), *(store.secret(name("s")) for _ in range(secrets))]
                if keys:
                    store.destroy(*ids)
                else:
                    store.forget(name("s"))
                dump = joined(self.dump_bytes(store))
            assert dump, "the dump holds nothing"
            assert not [key for key in gone if any(one in dump for one in (*_spelt(key), *_in_parts(key)))]

    @proves("K11")
    def test_nothing_that_a_store_says_holds_a_key(self) -> None:
        """Neither what it prints and logs nor what its errors, and those behind them, say; its repr names no case."""
        name = _Names()
        with listening() as heard, self.opened() as store:
            store.create([name("a")])
            made = [store.get(name("a")), store.secret(name("s")), store.secret(name("t"))]
            store.destroy(name("b"))
            store.forget(name("t"))
            said = [repr(store), str(store)]
            for error, call in (
                (KeyDestroyed, lambda: store.get(name("b"))),
                (KeyDestroyed, lambda: store.create([name("a"), name("b")])),
                (KeyMissing, lambda: store.get(name("c"))),
            ):
                said.append(told_by(raised(error, call)))
            assert name.mark not in repr(store)
            store.close()
            said.append(told_by(raised(StoreUnusable, lambda: store.get(name("a")))))
            said.append(told_by(raised(StoreUnusable, lambda: store.secret(name("s")))))
        for text in (*said, heard.said):
            assert not any(_is_told(key, text) for key in made), "a key, or a part of one, is told"


def _spelt(key: bytes) -> tuple[bytes, ...]:
    """A key as somebody might write it down."""
    plain = b64encode(key).rstrip(b"=")
    return key, key.hex().encode(), key.hex().upper().encode(), plain, plain.translate(bytes.maketrans(b"+/", b"-_"))


def _is_told(key: bytes, text: str) -> bool:
    """Whether a text tells a key, or six bytes in a row of it."""
    parts = [key[at : at + 6] for at in range(len(key) - 5)]
    told = [form for part in parts for form in (part.hex(), part.hex().upper(), repr(part)[2:-1])]
    told += [form.decode() for at in range(0, len(key) - 5, 3) for form in _spelt(key[at : at + 6])[3:]]
    return any(form in text for form in told) or str(list(key[:6]))[1:-1] in text


def _in_parts(key: bytes) -> tuple[bytes, ...]:
    """A key as it may be left behind: by halves, backwards, or as a row of numbers."""
    told = [form for half in (key[:16], key[16:]) for form in (half, half.hex().encode(), half.hex().upper().encode())]
    rows = [sign.join(map(str, part)).encode() for sign in (",", ", ", " ") for part in (key[:16], key[16:])]
    whole = [str(int.from_bytes(key, order)).encode() for order in ("big", "little")]
    return (*told, *rows, *whole, key[::-1], b32encode(key)[:48], b85encode(key))


def _mine(store: KeyStore, name: _Names) -> list[str]:
    """The destroyed cases of this check; the contract leaves their order open."""
    return sorted(one for one in store.destroyed() if one.endswith(name.mark))


def _lived(store: KeyStore, name: _Names) -> tuple[bytes, ...]:
    cases = [name(f"case-{number}") for number in range(20)]
    for case_id in cases:
        store.create([case_id])
    return (*map(store.get, cases), store.secret(name("s")))
