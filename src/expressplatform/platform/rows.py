"""Events to rows and rows to events: sealing on the way in, opening on the way out.

Laws of this file: what is personal passes through a case's key or not at all; a row's facts are part of what its
seal covers, so a sealed part opens beside its own facts alone. Headers and effects are read off the case and its
event, never kept apart from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

import attrs

from expressplatform import events as e
from expressplatform.case import Case, next_due, replay
from expressplatform.codes import OPEN, Audience, EffectKind, Role, Status
from expressplatform.complaint import Actor, Evidence, Particulars
from expressplatform.errors import KeyDestroyed, Refused, StoreUnusable
from expressplatform.events import Event
from expressplatform.filling import maker
from expressplatform.messages import Tell, answer_for
from expressplatform.ports import Commit, EffectRow, Header, KeyStore, Receipt, StoredCase, StoredEvent, Token, Wanted
from expressplatform.privacy.deletion import owed_since
from expressplatform.records import SCHEMA, event_row, read_event, with_particulars
from expressplatform.sealing import CaseKey, Context, KeyRing, normalised, token

PARTICULARS: Final = "particulars"
COMPLAINT_KINDS: Final = frozenset({"lodged", "information_supplied", "corrected", "uploaded"})
"""The kinds of event whose sealed part belongs to the case as it stands: the particulars, and the code of a turn."""
MESSAGE_KINDS: Final = frozenset({"message_added"})
"""Those whose sealed part is a message, for whoever has the case."""
_stored: Final = maker(StoredEvent)
commit_of: Final = maker(Commit)
"""A step's commit, of parts that are well-formed because they were made here."""


def derive_case_id(organisation: str, key: str) -> str:
    """The id of the case that an organisation lodges under an idempotency key: the same for the same two."""
    return "c" + _derived(b"expressplatform case id 1", organisation, key)


def derive_request_id(organisation: str, key: str) -> str:
    """The id of the request about one's own data that an organisation takes in under an idempotency key."""
    return "r" + _derived(b"expressplatform rights request id 1", organisation, key)


def derive_breach_id(organisation: str, key: str) -> str:
    """The id of the breach that an organisation opens under an idempotency key."""
    return "b" + _derived(b"expressplatform breach id 1", organisation, key)


def _derived(label: bytes, *parts: str) -> str:
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in (one.encode() for one in parts))
    return sha256(label + framed).hexdigest()[:31]


def sealed_row(event: Event, case: Case, key: CaseKey | None) -> StoredEvent:
    """The row of an event that made ``case`` what it is, its particulars sealed under the case's key."""
    return sealed_as(case.id, case.version, event_row(event), key)


def sealed_as(case_id: str, version: int, written: tuple[str, bytes, bytes | None], key: CaseKey | None) -> StoredEvent:
    """The row of an event, as `event_row` wrote it, that is to be the case's ``version``."""
    kind, facts, personal = written
    sealed = b""
    if personal is not None:
        if key is None:
            raise KeyDestroyed(case_id)
        sealed = key.seal(personal, Context(case_id, version, kind, SCHEMA, facts, PARTICULARS))
    return _stored(case_id, version, kind, SCHEMA, facts, sealed)


def fact_of(row: StoredEvent) -> Event:
    """The event of a row, its particulars left sealed."""
    return read_event(row.kind, row.schema, row.facts)


def opened(row: StoredEvent, key: CaseKey) -> Event:
    """The event of a row with its particulars; raises SealBroken where they do not open here."""
    return _with_particulars(row, fact_of(row), key)


def _with_particulars(row: StoredEvent, fact: Event, key: CaseKey) -> Event:
    if not row.sealed:
        return fact
    try:
        context = Context(row.case_id, row.version, row.kind, row.schema, row.facts, PARTICULARS)
        personal = key.open(row.sealed, context)
    except TypeError:  # a file of SQLite holds any value in any column
        raise StoreUnusable("corrupt_event", "a stored event is no bytes where its particulars stand") from None
    return with_particulars(fact, personal)


def fold(stored: StoredCase) -> Case:
    """The case from its facts alone, without any key."""
    return _replayed([fact_of(row) for row in stored.events], stored)


def fold_opened(
    stored: StoredCase,
    ring: KeyRing,
    *,
    everything: bool = False,
    messages: bool = False,
    facts: Sequence[Event] | None = None,
) -> tuple[Case, tuple[Event, ...]]:
    """The case with the complainant's particulars, and its events.

    Messages, and other remarks too, are opened only where they, or ``everything``, are asked for. An erased case folds
    without a key. ``facts`` are the events by `fact_of`, where somebody has read them already.
    """
    key, kinds = _key_of(stored, ring), COMPLAINT_KINDS | MESSAGE_KINDS if messages else COMPLAINT_KINDS
    read = facts if facts is not None else [fact_of(row) for row in stored.events]
    events = tuple(
        _with_particulars(row, fact, key) if key is not None and (everything or row.kind in kinds) else fact
        for row, fact in zip(stored.events, read, strict=True)
    )
    return _replayed(events, stored), events


def _replayed(events: Sequence[Event], stored: StoredCase) -> Case:
    """The case that the events make, unless some of its rows are missing or are not its own."""
    header = stored.header
    if not events or len(events) != header.version:
        raise StoreUnusable("rows_missing", f"case {header.case_id} does not replay to its header")
    try:
        return replay(events)
    except Refused:
        raise StoreUnusable("corrupt_event", f"the events of case {header.case_id} do not follow each other") from None


def _key_of(stored: StoredCase, ring: KeyRing) -> CaseKey | None:
    if stored.header.status == Status.ERASED:
        return None
    return ring.get(stored.header.case_id)


def header_of(case: Case) -> Header:
    """Where the case stands, in clear: read off the case, so that it always is what the events replay to."""
    due_at = next_due(case)
    duty, provisional = _named_duty(case, due_at)
    turn = case.turn
    trader = turn.trader if turn is not None else ""
    owing = {one.organisation for one in case.file.holdings if one.organisation != trader}
    return Header(
        case_id=case.id,
        version=case.version,
        status=case.status.value,
        council=case.file.council,
        trader=trader,
        former=tuple(sorted(owing)),
        assignee=case.file.assignee,
        reference=case.file.reference,
        scheme=case.scheme,
        edition=case.edition,
        nature=case.file.complaint.nature,
        category=case.file.complaint.category,
        lodged_at=case.file.lodged_at,
        changed_at=case.at,
        due_at=due_at,
        duty=duty,
        provisional=provisional,
        owed_since=owed_since(case.file.holdings),
        alarms=case.file.alarms,
    )


def _named_duty(case: Case, due_at: datetime | None) -> tuple[str, bool]:
    """The duty that the clock waits for, and whether its end may still move."""
    for timer in case.timers:
        if due_at in (timer.due, timer.remind_at, timer.paused_until):
            return timer.duty.value, timer.provisional
    return "", False


def effects_of(event: Event, case: Case) -> tuple[EffectRow, ...]:
    """What a step leaves to be done afterwards: references only."""
    told: tuple[EffectRow, ...] = ()
    if isinstance(answer_for(event, case.status, Audience.COMPLAINANT), Tell):
        told = (_effect(case, EffectKind.TELL, ""),)
    if isinstance(event, e.Uploaded):
        return (_effect(case, EffectKind.ALERT_TRADER, event.trader), *told)
    told = (*told, *(_effect(case, EffectKind.ALERT_DUTY, one) for one in _newly_owing(event, case)))
    if isinstance(event, e.EvidenceAdded | e.Redacted) and file_added(event).file:
        return (*told, _effect(case, EffectKind.SCAN, ""))
    if isinstance(event, e.Erased):
        return (*told, _effect(case, EffectKind.DESTROY_KEY, ""))
    if isinstance(event, e.ConsentWithdrawn):
        return (*told, _effect(case, EffectKind.REGISTER_WITHDRAWAL, event.asked.recipient))
    if isinstance(event, e.ResearchConsentSet) and not event.asked.given:
        return (*told, _effect(case, EffectKind.REGISTER_WITHDRAWAL, ""))
    return told


def _newly_owing(event: Event, case: Case) -> tuple[str, ...]:
    """Whom a step leaves owing a deletion or the reading of a correction, and who was handed what it concerns."""
    holdings = case.file.holdings
    owing = [one.organisation for one in holdings if event.at in (one.must_delete_since, one.must_renew_since)]
    told = case.file.told
    if isinstance(event, e.ConsentWithdrawn):
        told = tuple(one for one in told if one == event.asked.recipient)
    handed = told if isinstance(event, e.Corrected | e.ConsentWithdrawn) else ()
    return tuple(dict.fromkeys((*owing, *handed)))


_SEVERAL: Final = frozenset({EffectKind.ALERT_DUTY})
"""The kinds of which one step may leave several, one for each recipient."""


def file_added(event: e.EvidenceAdded | e.Redacted) -> Evidence:
    """The document that an event adds."""
    return event.asked.copy if isinstance(event, e.Redacted) else event.asked.evidence


def evidence_id(key: CaseKey, by: Actor, named: str) -> str:
    """The id of the document that somebody adds under an idempotency key: the same for the same, 16 characters."""
    return "e" + key.address(b"expressplatform evidence id 1|" + receipt_key(by, named).encode()).hex()[:15]


def _effect(case: Case, kind: EffectKind, recipient: str) -> EffectRow:
    whom = f".{recipient}" if kind in _SEVERAL else ""
    return EffectRow(f"{case.id}.{case.version}.{kind.value}{whom}", case.id, case.version, kind.value, recipient)


# --- tokens ----------------------------------------------------------------------------------------------------


def quarter_of(at: datetime) -> str:
    """The quarter of an instant, as tokens name it: 2026Q4."""
    return f"{at.year}Q{(at.month + 2) // 3}"


def earlier_quarters(quarter: str, years: int = 12) -> tuple[str, ...]:
    """The quarters before one, as far back as cases are kept."""
    year = int(quarter[:4])
    return tuple(f"{y}Q{q}" for y in range(year - years, year + 1) for q in (1, 2, 3, 4) if f"{y}Q{q}" < quarter)


def secret_name(quarter: str) -> str:
    """What the key store calls the secret of a quarter's tokens."""
    return f"tokens:{quarter}"


def tokens_of(case: Case, event: Event, keys: KeyStore) -> tuple[Token, ...]:
    """The tokens that a step adds: made only where particulars come with it."""
    if not isinstance(event, e.Lodged | e.InformationSupplied | e.Corrected):
        return ()
    quarter = quarter_of(event.at)
    secret = keys.secret(secret_name(quarter))
    return tuple(Token(value, quarter) for value in _values(case, secret))


def _values(case: Case, secret: bytes) -> Sequence[bytes]:
    found = []
    if (order := order_token(case, secret)) is not None:
        found.append(order)
    given = case.particulars
    if isinstance(given, Particulars):
        contacts = dict.fromkeys((given.email, given.phone, given.address))
        tokens = (person_token(given.name, contact, secret) for contact in contacts)
        found += [one for one in tokens if one is not None]
    return found


def person_token(name: str, contact: str, secret: bytes) -> bytes | None:
    """The token over (name, one contact), by which a person's cases are found; None where either is blank.

    Never over a contact alone (a list of telephone numbers could be tried): always with the name.
    """
    if not normalised(name) or not normalised(contact):
        return None
    return token(secret, "person", name, contact)


def order_token(case: Case, secret: bytes) -> bytes | None:
    """The token over (trader, order number), by which another complaint over the same order is found."""
    given = case.particulars
    if not isinstance(given, Particulars) or not normalised(given.order_number):
        return None
    return token(secret, "order", case.trader, given.order_number)


def is_open(header: Header) -> bool:
    """Whether a header is that of an open case."""
    return Status(header.status) in OPEN


def receipt_key(by: Actor, key: str) -> str:
    """A key as the store keeps it: each organisation has, in each role, keys of its own."""
    return f"{by.role}:{by.organisation}:{key}"


PLAIN: Final = b"plain:"
"""How the digest of a receipt begins that was made without a key, after the case's was destroyed."""


def receipt_digest(command: bytes, by: Actor, key: CaseKey | None) -> bytes:
    """The digest that tells a repeated command from another one: under the case's key, gone with it.

    After erasure there is no key, and need of none: the commands that are still open hold facts alone.
    """
    asked = b"receipt|" + f"{by.role}|{by.organisation}|".encode() + command
    return PLAIN + sha256(asked).digest() if key is None else key.address(asked)


def is_plain(receipt: Receipt) -> bool:
    """Whether a receipt's digest was made without a key."""
    return receipt.digest.startswith(PLAIN)


def sees(organisation: str, case: Case) -> bool:
    """Whether an organisation may see a case: the council, the trader that has it, and those that owe a deletion."""
    named = {case.file.council, *(one.organisation for one in case.file.holdings)}
    if case.turn is not None:
        named.add(case.turn.trader)
    return organisation in named


READERS: Final = frozenset({Role.COUNCIL, Role.COMPLAINANT})
"""Who may read a case's particulars through the library; a trader obtains them instead."""


def shown_to(header: Header, organisation: str) -> Header:
    """A header as a trader is shown it: nobody else's name, no staff, nothing that others owe.

    While another trader has the case, not where it stands either.
    """
    if header.trader not in ("", organisation):
        header = attrs.evolve(header, status="", due_at=None, duty="", provisional=False)
    return attrs.evolve(
        header,
        trader=organisation if header.trader == organisation else "",
        former=tuple(one for one in header.former if one == organisation),
        assignee="",
        owed_since=None,
        alarms=0,
    )


def still_wanted(header: Header, wanted: Wanted) -> bool:
    """Whether a header, as it is shown to a trader, is one that was asked for: what is hidden finds nothing."""
    due = wanted.due_before
    return (not wanted.status or header.status in wanted.status) and (
        due is None or (header.due_at is not None and header.due_at < due)
    )
