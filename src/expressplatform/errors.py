"""Every error that expressplatform raises, split by who must act.

    ExpressPlatformError
    ├── InvalidInput        the sender: correct the document (every problem, by path)
    ├── Refused             whoever ``who_must_act`` names: a rule says no
    ├── NoSuchCase          the caller: no case of that name is theirs to see
    ├── StaleVersion        the caller: read the case again, then decide again
    ├── KeyReused           the caller: one key names one command, for ever
    ├── Unreachable         an officer: the complainant cannot be reached in this way
    ├── TransportFailed     the caller: a request had no answer; a write may have been done
    ├── HeldBack            nobody: what cannot be sent now is sent later, by itself
    └── OperatorMustAct     whoever runs the platform
        ├── StoreUnusable   corrupt, newer or foreign files
        ├── SealBroken      a sealed part does not open: wrong key, moved, altered
        ├── SignatureInvalid
        ├── EvidenceMissing a file that a case names is not in the store of evidence
        ├── LedgerBroken    rows are not those that were signed, or a proof does not hold
        ├── KeyMissing      a case's key is not in the key store
        └── KeyDestroyed    it was destroyed: the case has been erased

All are frozen attrs classes: they pickle and copy. As with every exception, only the same one is equal. None
of them ever carries a value that somebody typed; a problem names the place and says what is wrong there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

SHOWN: Final = 6
"""How many allowed commands a refusal prints; its ``allowed`` holds them all."""


@attrs.frozen
class Problem:
    """One thing wrong with a document.

    ``path`` is where (``$.purchase.paid.minor_units``), ``kind`` a stable word for programs,
    ``message`` a sentence for people. The message never quotes the value found there.
    """

    path: str
    kind: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class ExpressPlatformError(Exception):
    """The root of the tree: catch it to catch everything that is ours."""

    code: str


@attrs.frozen(str=False)
class InvalidInput(ExpressPlatformError):
    """The document cannot be read as what it should be; ``problems`` holds every reason at once."""

    problems: tuple[Problem, ...]
    code: str = "invalid_input"

    def __str__(self) -> str:
        return "; ".join(str(problem) for problem in self.problems)


@attrs.frozen(str=False)
class Refused(ExpressPlatformError):
    """A rule says no, and nothing has changed.

    ``code`` is stable and meant for programs. ``who_must_act`` is a role in lower case, or empty when nobody can change
    the answer. ``allowed`` names the commands which this actor may send now. ``reason`` is a sentence.
    """

    code: str
    case_id: str
    who_must_act: str = ""
    allowed: tuple[str, ...] = ()
    reason: str = ""

    def __str__(self) -> str:
        more = ", ..." if len(self.allowed) > SHOWN else ""
        may = f" Allowed now: {', '.join(self.allowed[:SHOWN])}{more}." if self.allowed else ""
        return f"{self.reason or self.code} [{self.code}]{may}"


@attrs.frozen(str=False)
class NoSuchCase(ExpressPlatformError):
    """There is no such case, or it is not the caller's to see: the two answers are the same."""

    case_id: str
    code: str = "no_such_case"

    def __str__(self) -> str:
        return "no case of that number is yours to see"


@attrs.frozen(str=False)
class StaleVersion(ExpressPlatformError):
    """Somebody wrote first: the case stood at ``found`` where ``expected`` was asked for."""

    case_id: str
    expected: int
    found: int
    code: str = "stale_version"

    def __str__(self) -> str:
        return f"the case is at version {self.found}, not {self.expected}: read it again and decide again"


@attrs.frozen(str=False)
class KeyReused(ExpressPlatformError):
    """An idempotency key came back with another command: use a new key for a new command."""

    case_id: str
    code: str = "key_reused"

    def __str__(self) -> str:
        return "this key has carried a different command before: use a new key for a new command"


@attrs.frozen(str=False)
class Unreachable(ExpressPlatformError):
    """A messenger has no way to this person: somebody must tell them by other means. Trying again changes nothing."""

    code: str = "unreachable"

    def __str__(self) -> str:
        return "the complainant cannot be reached by this messenger: tell them by other means"


@attrs.frozen(str=False)
class HeldBack(ExpressPlatformError):
    """A gateway or messenger does not send now, through no fault of what is sent: it is offered again later.

    It counts as no attempt. ``until`` is the instant from which on to offer it again; None: in a minute.
    """

    until: datetime | None = None
    code: str = "held_back"

    def __str__(self) -> str:
        return "held back for now; it is offered again by itself"


@attrs.frozen(str=False)
class TransportFailed(ExpressPlatformError):
    """A request had no answer: ``no_connection``, ``timeout``, ``broken``, ``too_long`` or ``deadline``.

    ``maybe_done`` says whether the other side may have seen it: then a write is asked again under the same key, or read
    back. The address is not part of the error.
    """

    code: str
    maybe_done: bool = True

    def __str__(self) -> str:
        done = "it may have been done: ask again under the same key" if self.maybe_done else "nothing was done"
        return f"the request had no answer [{self.code}]; {done}"


class OperatorMustAct(ExpressPlatformError):
    """The platform's files or keys need attention; the case and the command are not at fault."""


@attrs.frozen(str=False)
class StoreUnusable(OperatorMustAct):
    """A data file is corrupt, of a newer edition, of another scheme, or cannot be written."""

    code: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code


@attrs.frozen(str=False)
class SealBroken(OperatorMustAct):
    """A sealed part does not open: it was altered or moved, or the key is another one."""

    code: str
    case_id: str

    def __str__(self) -> str:
        return f"the sealed part of case {self.case_id} does not open [{self.code}]"


@attrs.frozen(str=False)
class SignatureInvalid(OperatorMustAct):
    """A signature does not match what it should cover."""

    code: str = "signature_invalid"
    key_id: str = ""

    def __str__(self) -> str:
        return f"the signature does not match [{self.code}]"


@attrs.frozen(str=False)
class EvidenceMissing(OperatorMustAct):
    """The store of evidence does not have a file that a case names: it was lost, or belongs to other data."""

    case_id: str
    code: str = "evidence_missing"

    def __str__(self) -> str:
        return f"a file of case {self.case_id} is not in the store of evidence"


@attrs.frozen(str=False)
class LedgerBroken(OperatorMustAct):
    """What is there is not what the ledger signed: rows were changed, moved or removed, or a proof does not hold.

    ``place`` says where: the place of a row, or the number of rows that a checkpoint speaks of. Whatever is wrong
    stands at the place ``since`` or after it.
    """

    code: str
    place: int = 0
    since: int = 0

    def __str__(self) -> str:
        return f"the ledger does not hold at {self.place} [{self.code}]"


@attrs.frozen(str=False)
class KeyMissing(OperatorMustAct):
    """The key store does not know the case: it was lost, or belongs to other data."""

    case_id: str
    code: str = "key_missing"

    def __str__(self) -> str:
        return f"the key of case {self.case_id} is not in the key store"


@attrs.frozen(str=False)
class KeyDestroyed(OperatorMustAct):
    """The case's key was destroyed when the case was erased; nothing opens it again."""

    case_id: str
    code: str = "key_destroyed"

    def __str__(self) -> str:
        return f"case {self.case_id} has been erased: its key no longer exists"
