"""Key stores with one fault each, at their edges."""

from __future__ import annotations

import fnmatch
import logging
import os
import posixpath
import threading
from collections.abc import Sequence
from urllib.parse import unquote

from expressplatform.errors import ExpressPlatformError, KeyDestroyed, KeyMissing, StoreUnusable
from expressplatform.ports import KeyStore
from expressplatform.testing.doors import Dump
from tests.faulty.keys import Keys


class Renamed(Keys):
    """A good key store that keeps what it is asked for under another name; the faulty ones choose one badly."""

    def __init__(self, rows: Renamed | None = None) -> None:
        super().__init__(rows)
        self.names: dict[str, str] = rows.names if rows else {}

    def _name(self, name: str) -> str:
        return name

    def _kept(self, name: str) -> str:
        self._open(name)
        return self.names.setdefault(self._name(name), name)

    def create(self, case_ids: Sequence[str], /) -> None:
        self._open(*case_ids)
        super().create([self._kept(one) for one in case_ids])

    def get(self, case_id: str, /) -> bytes:
        return super().get(self._kept(case_id))

    def destroy(self, *case_ids: str) -> None:
        self._open(*case_ids)
        super().destroy(*map(self._kept, case_ids))

    def secret(self, name: str, /) -> bytes:
        return super().secret(self._kept(name))

    def forget(self, name: str, /) -> None:
        super().forget(self._kept(name))


class NumbersAreOne(Renamed):
    """What looks like a number is one, however it is written."""

    breaks = ("K12",)

    def _name(self, name: str) -> str:
        try:
            return str(float(name))
        except ValueError:
            return name


class NoSpaceBefore(Renamed):
    """White space before a name does not count."""

    breaks = ("K12",)

    def _name(self, name: str) -> str:
        return name.lstrip()


class PathsAreOne(Renamed):
    """A name is a path, and two that lead to one place are one."""

    breaks = ("K12",)

    def _name(self, name: str) -> str:
        return posixpath.normpath(f"keys/{name}")


class BeginsLikeOne(Keys):
    """Whoever asks for the beginning of a long name is given its key."""

    breaks = ("K12",)

    def get(self, case_id: str, /) -> bytes:
        try:
            return super().get(case_id)
        except KeyMissing:
            alike = [key for name, key in self.keys.items() if len(case_id) > 40 and name.startswith(case_id)]
            if alike:
                return alike[0]
            raise


class GoneTogether(Keys):
    """Several that were destroyed before cannot be destroyed again in one call."""

    breaks = ("K3",)

    def destroy(self, *case_ids: str) -> None:
        self._open(*case_ids)
        if len(case_ids) > 2 and self.gone.issuperset(case_ids):
            raise KeyDestroyed(case_ids[0])
        super().destroy(*case_ids)


class LongNamesCut(Renamed):
    """A name ends after two hundred and forty letters."""

    breaks = ("K12",)

    def _name(self, name: str) -> str:
        return name[:240]


class ReadAsAnAddress(Renamed):
    """A percent sign and two digits in a name are the sign that they stand for."""

    breaks = ("K12",)

    def _name(self, name: str) -> str:
        return unquote(name)


class PatternsDestroy(Keys):
    """A star in a name stands for anything where a case is destroyed."""

    breaks = ("K12",)

    def destroy(self, *case_ids: str) -> None:
        self._open(*case_ids)
        like = [one for one in case_ids if "*" in one]
        super().destroy(*case_ids, *[one for one in self.keys if any(fnmatch.fnmatchcase(one, it) for it in like)])


class ByHundreds(Keys):
    """A batch is made a hundred at a time, and what comes before a destroyed case stays."""

    breaks = ("K2", "K16")

    def create(self, case_ids: Sequence[str], /) -> None:
        self._open()
        for at in range(0, len(case_ids), 100):
            super().create(case_ids[at : at + 100])


class SecretsAmongCases(Keys):
    """A secret lies among the keys of cases, under a longer name."""

    breaks = ("K6",)

    def secret(self, name: str, /) -> bytes:
        self._open(name)
        return self.keys.setdefault(f"secret-{name}", os.urandom(32))

    def forget(self, name: str, /) -> None:
        self._open(name)
        self.keys.pop(f"secret-{name}", None)


class ThriceIsAnother(Keys):
    """A case that stands three times in a call has another key since."""

    breaks = ("K1",)

    def create(self, case_ids: Sequence[str], /) -> None:
        super().create(case_ids)
        if len(case_ids) < 20:
            self.keys |= {one: self._new(one) for one in set(case_ids) if list(case_ids).count(one) > 2}


class StopsAtARepetition(Keys):
    """What follows a case that is named a second time is not destroyed."""

    breaks = ("K3",)

    def destroy(self, *case_ids: str) -> None:
        known = [one in case_ids[:at] for at, one in enumerate(case_ids)]
        super().destroy(*case_ids[: known.index(True) if True in known else None])


class ItsOwnList(Keys):
    """Whoever is told who was destroyed is given the store's own list."""

    breaks = ("K14",)

    def __init__(self, rows: Keys | None = None) -> None:
        super().__init__(rows)
        self.told: list[str] = rows.told if isinstance(rows, ItsOwnList) else []

    def destroy(self, *case_ids: str) -> None:
        super().destroy(*case_ids)
        self.told += sorted({*case_ids} - {*self.told})

    def destroyed(self) -> Sequence[str]:
        self._open()
        return self.told


class EveryOtherSecret(Keys):
    """A secret that was forgotten twice is the first one again."""

    breaks = ("K5",)

    def __init__(self, rows: Keys | None = None) -> None:
        super().__init__(rows)
        self.before: dict[str, bytes] = {}

    def secret(self, name: str, /) -> bytes:
        if name not in self.secrets and name in self.before:
            self._open(name)
            self.secrets[name] = self.before.pop(name)
            return self.secrets[name]
        return super().secret(name)

    def forget(self, name: str, /) -> None:
        if name in self.secrets and name not in self.before:
            self.before[name], second = self.secrets[name], self._new(name)
            super().forget(name)
            self.secrets[name] = second
            return
        super().forget(name)


class FewOfTheGone(Keys):
    """Of those that were destroyed five hundred are known when the store is opened again."""

    breaks = ("K9",)

    def reopen(self) -> KeyStore:
        for one in sorted(self.gone)[500:]:
            self.gone.remove(one)
        return super().reopen()


class FewSecrets(Keys):
    """Sixty-four secrets are there when the store is opened again."""

    breaks = ("K9",)

    def reopen(self) -> KeyStore:
        for one in list(self.secrets)[64:]:
            del self.secrets[one]
        return super().reopen()


class LinesOfTheGone(Keys):
    """Those that were destroyed are kept in lines, and a name with a line break is two."""

    breaks = ("K9", "K12", "K15")

    def reopen(self) -> KeyStore:
        lines = "\n".join(self.gone).split("\n")
        self.gone.clear()
        self.gone.update(lines)
        return super().reopen()


class LostSinceARefusal(Keys):
    """What was made after a call was refused is lost when the store is opened again."""

    breaks = ("K9",)

    def __init__(self, rows: Keys | None = None) -> None:
        super().__init__(rows)
        self.then: dict[str, bytes] | None = None

    def create(self, case_ids: Sequence[str], /) -> None:
        try:
            super().create(case_ids)
        except ExpressPlatformError:
            self.then = dict(self.keys) if self.then is None else self.then
            raise

    def reopen(self) -> KeyStore:
        for one in set(self.keys) - set(self.keys if self.then is None else self.then):
            del self.keys[one]
        return super().reopen()


class LeftBehind(Keys):
    """A good key store with a place for what is left of keys, which the faulty ones fill."""

    def __init__(self, rows: LeftBehind | None = None) -> None:
        super().__init__(rows)
        self.left: list[bytes] = rows.left if rows else []

    def _leave(self, key: bytes, *, alone: bool) -> None:
        return

    def destroy(self, *case_ids: str) -> None:
        for one in case_ids:
            if one in self.keys:
                self._leave(self.keys[one], alone=len(case_ids) == 1)
        super().destroy(*case_ids)

    def dump_bytes(self) -> Dump:
        return [*self.left, b"end"]


class HalfIsLeft(LeftBehind):
    """The second half of a destroyed key stays where it was."""

    breaks = ("K10",)

    def _leave(self, key: bytes, *, alone: bool) -> None:
        self.left.append(key[16:])


class LeftAsNumbers(LeftBehind):
    """A destroyed key stays in a list of numbers."""

    breaks = ("K10",)

    def _leave(self, key: bytes, *, alone: bool) -> None:
        self.left.append(str(list(key)).encode())


class LeftWhereMany(LeftBehind):
    """Keys that are destroyed in one call are merely hidden."""

    breaks = ("K10",)

    def _leave(self, key: bytes, *, alone: bool) -> None:
        if not alone:
            self.left.append(key)


class TwiceIsNotLookedAt(Keys):
    """Where a batch names a case twice, what was destroyed is passed over and all others get their keys."""

    breaks = ("K2",)

    def create(self, case_ids: Sequence[str], /) -> None:
        twice = len(set(case_ids)) < len(case_ids)
        super().create([one for one in case_ids if one not in self.gone] if twice else case_ids)


class LeftUntilTheNextCall(LeftBehind):
    """A destroyed key stays until something else is written."""

    breaks = ("K10",)

    def _leave(self, key: bytes, *, alone: bool) -> None:
        self.left.append(key)

    def create(self, case_ids: Sequence[str], /) -> None:
        super().create(case_ids)
        self.left.clear()

    def forget(self, name: str, /) -> None:
        super().forget(name)
        self.left.clear()


class ClosedTells(Keys):
    """The error of a closed store holds the keys that it had."""

    breaks = ("K11",)

    def get(self, case_id: str, /) -> bytes:
        if self.closed:
            raise StoreUnusable("closed") from LookupError(f"{[key.hex() for key in self.keys.values()]}")
        return super().get(case_id)


class TellsTheBeginning(Keys):
    """Its repr tells the first bytes of a key, so that people may tell it from others."""

    breaks = ("K11",)

    def __repr__(self) -> str:
        return f"<Keys {next((key[:8].hex() for key in self.keys.values()), '')}>"


class LogsAside(Keys):
    """A secret is logged, by a thread of its own and in a log that leads nowhere else."""

    breaks = ("K11",)

    def secret(self, name: str, /) -> bytes:
        secret = super().secret(name)
        log = logging.getLogger("tests.faulty.keys_edges")
        log.propagate = False
        thread = threading.Thread(target=log.debug, args=("made %s", secret.hex()))
        thread.start()
        thread.join()
        return secret


GOOD = (Renamed, LeftBehind)
FAULTY = tuple(
    one
    for one in list(vars().values())
    if isinstance(one, type) and issubclass(one, Keys) and one.__module__ == __name__ and one.breaks
)
