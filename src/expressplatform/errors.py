"""Every error that expressplatform raises, split by who must act.

    ExpressPlatformError
    ├── InvalidInput        the sender: correct the document (every problem, by path)
    ├── Refused             whoever ``who_must_act`` names: a rule says no
    ├── NoSuchCase          the caller: no case of that name is theirs to see
    ├── StaleVersion        the caller: read the case again, then decide again
    ├── KeyReused           the caller: one key names one command, for ever
    ├── Unauthenticated     the caller: nobody is known to have sent this request
    ├── WebhookInvalid      the receiver: what came is no webhook of the platform's, or one too old
    ├── LimitReached        the caller: wait, then ask again
    ├── ServerFailed        whoever runs the server: ask again later under the same key
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
    """The root of the tree: catch it to catch everything that is ours.

    ``code`` is a stable word for programs. ``who_must_act`` is ``caller``, ``operator``, a role in lower case, or empty
    (nobody need, or can). ``retryable`` says whether the very same request, under the same key, may be answered
    otherwise later.
    """

    code: str
    who_must_act: str = "caller"
    retryable: bool = False


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
    """Somebody wrote first: the case stood at ``found`` where ``expected`` was asked for.

    ``case_id`` is empty where it was no case: a participant, which has versions too.
    """

    case_id: str
    expected: int
    found: int
    code: str = "stale_version"

    def __str__(self) -> str:
        what = "the case" if self.case_id else "it"
        return f"{what} is at version {self.found}, not {self.expected}: read it again and decide again"


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
    who_must_act = "council"

    def __str__(self) -> str:
        return "the complainant cannot be reached by this messenger: tell them by other means"


@attrs.frozen(str=False)
class HeldBack(ExpressPlatformError):
    """A gateway or messenger does not send now, through no fault of what is sent: it is offered again later.

    It counts as no attempt. ``until`` is the instant from which on to offer it again; None: in a minute.
    """

    until: datetime | None = None
    code: str = "held_back"
    who_must_act = ""
    retryable = True

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
    retryable = True

    def __str__(self) -> str:
        done = "it may have been done: ask again under the same key" if self.maybe_done else "nothing was done"
        return f"the request had no answer [{self.code}]; {done}"


@attrs.frozen(str=False)
class Unauthenticated(ExpressPlatformError):
    """Nobody is known to have sent a request: it is unsigned, altered, too old, a repetition, or its key is not in use.

    ``reason`` is a stable word for the log of whoever runs the server; over the wire all these refusals are the same.
    ``skew`` is for the caller: by how many seconds its clock is ahead of the server's, where that is known and much.
    """

    reason: str = ""
    skew: int = 0
    code: str = "not_authenticated"

    def __str__(self) -> str:
        off = f" Your clock is off by {self.skew} seconds." if self.skew else ""
        return f"the request is not known to be yours: check its key, its signature and your clock.{off}"


@attrs.frozen(str=False)
class WebhookInvalid(ExpressPlatformError):
    """What came is not what the platform sent: forged, altered, unreadable, or older than is taken. Answer it with 400.

    ``code`` says which: ``headers``, ``time``, ``signature``, ``too_large`` or ``unreadable`` (rightly signed, but not
    to be understood: then the receiver's edition is too old).
    """

    code: str

    def __str__(self) -> str:
        return f"not a webhook that can be taken [{self.code}]"


@attrs.frozen(str=False)
class LimitReached(ExpressPlatformError):
    """Too many requests: nothing was done. ``wait`` is after how many seconds to ask again."""

    wait: int = 0
    code: str = "limit_reached"
    retryable = True

    def __str__(self) -> str:
        return f"too many requests: ask again in {self.wait} seconds"


@attrs.frozen(str=False)
class ServerFailed(ExpressPlatformError):
    """A server could not answer, or its answer is none that is known. ``status`` is that of the answer.

    A write may have been done: it is asked again under the same key. ``request`` is the number of the request, for
    whoever runs the server.
    """

    status: int
    request: str = ""
    code: str = "server_failed"
    who_must_act = "operator"
    retryable = True

    def __str__(self) -> str:
        name = f", request {self.request}" if self.request else ""
        return f"the server could not answer [{self.code}, status {self.status}{name}]: ask again under the same key"


class OperatorMustAct(ExpressPlatformError):
    """The platform's files or keys need attention; the case and the command are not at fault."""

    who_must_act = "operator"


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
    who_must_act = ""

    def __str__(self) -> str:
        return f"case {self.case_id} has been erased: its key no longer exists"
