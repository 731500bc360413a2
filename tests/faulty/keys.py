"""Key stores with one fault each."""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import time
import unicodedata
from collections.abc import Sequence
from typing import ClassVar

from expressplatform.errors import KeyDestroyed, KeyMissing, StoreUnusable
from expressplatform.ports import KeyStore, check_texts
from expressplatform.testing.doors import Dump


class Keys:
    """A good key store whose keys are there for whoever opens them again, or opens them twice."""

    breaks: ClassVar[tuple[str, ...]] = ()

    def __init__(self, rows: Keys | None = None) -> None:
        self.keys: dict[str, bytes] = rows.keys if rows else {}
        self.gone: set[str] = rows.gone if rows else set()
        self.secrets: dict[str, bytes] = rows.secrets if rows else {}
        self.closed = False

    def _open(self, *texts: str) -> None:
        if self.closed:
            raise StoreUnusable("closed")
        check_texts(texts)

    def _new(self, name: str) -> bytes:
        return os.urandom(32)

    def create(self, case_ids: Sequence[str], /) -> None:
        self._open(*case_ids)
        for case_id in case_ids:
            if case_id in self.gone:
                raise KeyDestroyed(case_id)
        for case_id in case_ids:
            self.keys.setdefault(case_id, self._new(case_id))

    def get(self, case_id: str, /) -> bytes:
        self._open(case_id)
        if case_id in self.gone:
            raise KeyDestroyed(case_id)
        if case_id not in self.keys:
            raise KeyMissing(case_id)
        return self.keys[case_id]

    def destroy(self, *case_ids: str) -> None:
        self._open(*case_ids)
        for case_id in case_ids:
            self.keys.pop(case_id, None)
            self.gone.add(case_id)

    def secret(self, name: str, /) -> bytes:
        self._open(name)
        return self.secrets.setdefault(name, self._new(name))

    def forget(self, name: str, /) -> None:
        self._open(name)
        self.secrets.pop(name, None)

    def destroyed(self) -> Sequence[str]:
        self._open()
        return sorted(self.gone)

    def close(self) -> None:
        self.closed = True

    def reopen(self) -> KeyStore:
        self.close()
        return type(self)(self)

    def second_connection(self) -> KeyStore:
        return type(self)(self)

    def dump_bytes(self) -> Dump:
        return [*self.keys.values(), *self.secrets.values(), b"end"]


class ShortKeys(Keys):
    """Keys have sixteen bytes."""

    breaks = ("K1",)

    def _new(self, name: str) -> bytes:
        return os.urandom(16)


class OneKey(Keys):
    """All cases of one batch share a key."""

    breaks = ("K1",)

    def create(self, case_ids: Sequence[str], /) -> None:
        super().create(case_ids)
        shared = os.urandom(32)
        self.keys |= dict.fromkeys((one for one in case_ids if len(case_ids) > 2), shared)


class KeysMadeAnew(Keys):
    """Whoever creates again gets another key."""

    breaks = ("K1",)

    def create(self, case_ids: Sequence[str], /) -> None:
        super().create(case_ids)
        self.keys |= {case_id: os.urandom(32) for case_id in case_ids}


class HalfABatch(Keys):
    """Of a batch with a destroyed case the keys before it are made."""

    breaks = ("K2",)

    def create(self, case_ids: Sequence[str], /) -> None:
        for case_id in case_ids:
            super().create([case_id])


class DestroyedIsMissing(Keys):
    """A destroyed key is said to be missing."""

    breaks = ("K3", "K4")

    def get(self, case_id: str, /) -> bytes:
        try:
            return super().get(case_id)
        except KeyDestroyed:
            raise KeyMissing(case_id) from None


class MadeAfterDeath(Keys):
    """A key that was destroyed is made again when somebody creates it."""

    breaks = ("K3",)

    def create(self, case_ids: Sequence[str], /) -> None:
        self.gone.difference_update(case_ids)
        super().create(case_ids)


class OnlyTheKnownDie(Keys):
    """A case without a key cannot be destroyed."""

    breaks = ("K3",)

    def destroy(self, *case_ids: str) -> None:
        super().destroy(*(case_id for case_id in case_ids if case_id in self.keys))


class OnlyTheFirstDies(Keys):
    """Of several that are to be destroyed at once the first one is."""

    breaks = ("K3",)

    def destroy(self, *case_ids: str) -> None:
        super().destroy(*case_ids[:1])


class AllDieOrNone(Keys):
    """Nothing is destroyed where one of several was destroyed before."""

    breaks = ("K3",)

    def destroy(self, *case_ids: str) -> None:
        if len(case_ids) == 1 or not self.gone.intersection(case_ids):
            super().destroy(*case_ids)


class AskingMakes(Keys):
    """Whoever asks for a key that is not there gets a new one."""

    breaks = ("K4",)

    def get(self, case_id: str, /) -> bytes:
        self.create([case_id])
        return super().get(case_id)


class NamesNobody(Keys):
    """An error does not say of which case it speaks."""

    breaks = ("K2", "K3", "K4")

    def create(self, case_ids: Sequence[str], /) -> None:
        try:
            super().create(case_ids)
        except KeyDestroyed:
            raise KeyDestroyed("") from None


class SecretFromItsName(Keys):
    """A secret is made from its name, so that the next of that name is the same."""

    breaks = ("K5",)

    def secret(self, name: str, /) -> bytes:
        self._open()
        return hashlib.sha256(name.encode()).digest()


class SecretNeverForgotten(Keys):
    """What was forgotten is still there."""

    breaks = ("K5",)

    def forget(self, name: str, /) -> None:
        self._open()


class OneDrawer(Keys):
    """Cases and secrets lie in one drawer."""

    breaks = ("K6",)

    def secret(self, name: str, /) -> bytes:
        self._open()
        return self.keys.setdefault(name, os.urandom(32))


class FasterIsAnother(Keys):
    """Whoever asks second gets what was made second."""

    breaks = ("K7",)
    asked = 0

    def create(self, case_ids: Sequence[str], /) -> None:
        new = {case_id: os.urandom(32) for case_id in case_ids if case_id not in self.keys}
        self.asked += 1
        time.sleep(0.02 + 0.005 * (self.asked % 4))  # one after the other: each sees its own before the next comes
        super().create(case_ids)
        self.keys |= new

    def get(self, case_id: str, /) -> bytes:
        key = super().get(case_id)
        return key if self.keys[case_id] is key else self.keys[case_id]


class ClosedGives(Keys):
    """A closed key store still gives keys."""

    breaks = ("K8",)

    def close(self) -> None:
        return


class LostSecrets(Keys):
    """Secrets are lost when the store is opened again."""

    breaks = ("K9",)

    def reopen(self) -> KeyStore:
        self.secrets.clear()
        return super().reopen()


class ForgottenDeath(Keys):
    """What was destroyed is merely missing when the store is opened again."""

    breaks = ("K9", "K3")

    def reopen(self) -> KeyStore:
        self.gone.clear()
        return super().reopen()


class KeyLeftInTheFile(Keys):
    """A destroyed key stays among the bytes that are kept."""

    breaks = ("K10",)

    def __init__(self, rows: Keys | None = None) -> None:
        super().__init__(rows)
        self.old: list[bytes] = []

    def destroy(self, *case_ids: str) -> None:
        self.old += [self.keys[case_id] for case_id in case_ids if case_id in self.keys]
        super().destroy(*case_ids)

    def dump_bytes(self) -> Dump:
        return [*self.old, b"end"]


class PrintsKeys(Keys):
    """A key store prints what it holds."""

    breaks = ("K11",)

    def __repr__(self) -> str:
        return f"Keys({self.keys})"


class TwoLines(Keys):
    """Between looking for a key and keeping a new one nothing keeps others out."""

    breaks = ("K7",)

    def create(self, case_ids: Sequence[str], /) -> None:
        self._open()
        for case_id in case_ids:
            if case_id in self.gone:
                raise KeyDestroyed(case_id)
            if case_id not in self.keys:
                self.keys[case_id] = self._new(case_id)


class BroughtBack(Keys):
    """A key that is destroyed while it is made is there again."""

    breaks = ("K3",)

    def create(self, case_ids: Sequence[str], /) -> None:
        super().create(case_ids)
        for case_id in case_ids:
            self.keys.setdefault(case_id, self._new(case_id))

    def get(self, case_id: str, /) -> bytes:
        self._open()
        return self.keys[case_id] if case_id in self.keys else super().get(case_id)


class WordForWord(Keys):
    """A key is made of its case's name and nothing else."""

    breaks = ("K1",)

    def _new(self, name: str) -> bytes:
        return hashlib.sha256(f"a constant {name} {len(self.gone)}".encode()).digest()


class HalfOfChance(Keys):
    """Both halves of a key are the same."""

    breaks = ("K1",)

    def _new(self, name: str) -> bytes:
        return os.urandom(16) * 2


class TextKeys(Keys):
    """Keys are lines of text, and lose the white space at their end."""

    breaks = ("K1", "K13")

    def get(self, case_id: str, /) -> bytes:
        return super().get(case_id).rstrip()


class SignsAreWild(Keys):
    """A percent sign in a name stands for anything where a case is destroyed."""

    breaks = ("K12",)

    def destroy(self, *case_ids: str) -> None:
        like = [one.partition("%")[0] for one in case_ids if "%" in one]
        super().destroy(*case_ids, *[one for one in self.keys if any(map(one.startswith, like))])


class AccentsAreOne(Keys):
    """An accent that is written as a sign of its own is not told apart."""

    breaks = ("K12",)

    def create(self, case_ids: Sequence[str], /) -> None:
        super().create([unicodedata.normalize("NFC", one) for one in case_ids])

    def get(self, case_id: str, /) -> bytes:
        return super().get(unicodedata.normalize("NFC", case_id))


class NamesToTheirNought(Keys):
    """A name ends where a nought is in it."""

    breaks = ("K16",)

    def get(self, case_id: str, /) -> bytes:
        return super().get(case_id.partition("\0")[0])


class MadeUntilItIsNone(Keys):
    """What is named before what is no text has its key made."""

    breaks = ("K16",)

    def create(self, case_ids: Sequence[str], /) -> None:
        for case_id in case_ids:
            super().create([case_id])


class HalvesAreTheDriversTrouble(Keys):
    """Half of a pair in a secret's name is an error that holds the name."""

    breaks = ("K16",)

    def secret(self, name: str, /) -> bytes:
        return super().secret(name.encode().decode())


class AHundredDie(Keys):
    """Of a call that destroys a hundred are destroyed."""

    breaks = ("K13", "K3")

    def destroy(self, *case_ids: str) -> None:
        super().destroy(*case_ids[:100])


class TellsAHundred(Keys):
    """Of those whose keys were destroyed a hundred are named."""

    breaks = ("K14",)

    def destroyed(self) -> Sequence[str]:
        return super().destroyed()[:100]


class MissingStaysMissing(Keys):
    """A key that was missing once is missing for that connection, until it makes it itself."""

    breaks = ("K15", "K7")

    def __init__(self, rows: Keys | None = None) -> None:
        super().__init__(rows)
        self.missed: set[str] = set()

    def create(self, case_ids: Sequence[str], /) -> None:
        super().create(case_ids)
        self.missed.difference_update(case_ids)

    def get(self, case_id: str, /) -> bytes:
        if case_id in self.missed:
            raise KeyMissing(case_id)
        try:
            return super().get(case_id)
        except KeyMissing:
            self.missed.add(case_id)
            raise


class LastSecretLost(Keys):
    """The secret that was made last is lost when the store is opened again."""

    breaks = ("K9",)
    last = ""

    def secret(self, name: str, /) -> bytes:
        self.last = name
        return super().secret(name)

    def destroy(self, *case_ids: str) -> None:
        self.last = ""
        super().destroy(*case_ids)

    def reopen(self) -> KeyStore:
        self.secrets.pop(self.last, None)
        return super().reopen()


class KeptInBase64(Keys):
    """A destroyed key stays in a line of text."""

    breaks = ("K10",)

    def __init__(self, rows: Keys | None = None) -> None:
        super().__init__(rows)
        self.lines: list[bytes] = []

    def destroy(self, *case_ids: str) -> None:
        self.lines += [base64.b64encode(self.keys[case_id]) for case_id in case_ids if case_id in self.keys]
        super().destroy(*case_ids)

    def dump_bytes(self) -> Dump:
        return [*self.lines, b"end"]


class CauseTellsKeys(Keys):
    """The error behind an error holds all keys."""

    breaks = ("K11",)

    def get(self, case_id: str, /) -> bytes:
        try:
            return super().get(case_id)
        except KeyMissing:
            raise KeyMissing(case_id) from LookupError(repr(self.keys))


class LogsKeys(Keys):
    """A secret is logged when it is made."""

    breaks = ("K11",)

    def secret(self, name: str, /) -> bytes:
        secret = super().secret(name)
        logging.getLogger("keys").debug("made %s", secret.hex())
        return secret


GOOD = (Keys,)
FAULTY = tuple(one for one in list(vars().values()) if isinstance(one, type) and issubclass(one, Keys) and one.breaks)
