"""What a person is given of their own data, as a document of plain values; `person_text` says the same for readers.

Laws of this file: the fields of a complaint come out of `disclose` alone, as every particular does (PDPO DPP6, s.18;
PIPL Art 45). Beside them stands what was said on the case, who was given what, who read it, and what recipients
confirmed. What tells who somebody else is stays out, and the copy says so: representatives, and who of the staff acted,
wrote or read (PDPO s.20(1)(b), (2)(b)). Words stay as they were written: a name that somebody typed among them is for
an officer to find. Pure: cases, events and readings in, plain values out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

import attrs
import orjson

from expressplatform import events as e
from expressplatform.case import Case
from expressplatform.codes import Audience, Purpose, Role, Stage, Status, Withholding
from expressplatform.complaint import ERASED, CallCode, Complaint, Erased, Particulars, Remark
from expressplatform.events import Event
from expressplatform.privacy.disclosure import Disclosure, disclose
from expressplatform.privacy.log import Access
from expressplatform.privacy.rights import WITHHELD_FROM_COPIES, RightsRequest
from expressplatform.privacy.table import EVERY_FIELD, FACTS
from expressplatform.records import event_row, particulars_of
from expressplatform.scheme import Scheme

Document = dict[str, Any]

FORMAT: Final = "expressplatform.rights-answer"
VERSION: Final = 1
RECIPIENT: Final = "complainant"
"""To whom an access copy is disclosed, as its event says."""
OTHERS: Final = ("particulars.representative_name", "particulars.representative_contact")
"""Fields that tell who another person is (PDPO s.20(1)(b))."""
GIVEN: Final = tuple(field for field in EVERY_FIELD if field not in OTHERS)
"""Fields of which a copy is given."""
STAFF_FIELDS: Final = frozenset({"approved_by", "officer"})
"""Fields of commands that hold a staff id; a test holds them complete over every command."""
_ELSEWHERE: Final = frozenset({"complaint", *STAFF_FIELDS})
_LISTED: Final = frozenset({"consents", "evidence"})


@attrs.frozen
class CaseCopy:
    """One case as the person is given it, and what is left out of it."""

    document: Document = attrs.field(repr=False)
    withheld: tuple[Withholding, ...]
    language: str


def case_copy(case: Case, events: Sequence[Event], readings: Sequence[Access], scheme: Scheme) -> CaseCopy:
    """A case as the person is given it: facts alone where it was erased (PDPO s.18; PIPL Art 45)."""
    shown = _shown(case, case.complaint, scheme)
    data = dict(shown.values)
    consents = data.pop("consents", [])
    facts = [(event, orjson.loads(event_row(event)[1])) for event in events]
    document = {
        "facts": _facts(case),
        "data": data,
        "earlier": list(_earlier(case, events, shown, scheme)),
        "consents": consents,
        "withdrawn": [{"recipient": recipient, "at": at.isoformat()} for recipient, at in case.file.withdrawn],
        "events": [_event(event, said) for event, said in facts],
        "disclosures": [{"at": said["at"], **said["disclosure"]} for _, said in facts if "disclosure" in said],
        "readings": [_reading(one) for one in readings],
        "deletions": [_deletion(said) for event, said in facts if isinstance(event, e.DeletionConfirmed)],
        "holdings": [_plain(attrs.asdict(one)) for one in case.file.holdings],
    }
    represented = any(_names_another(particulars_of(event)) for event in events)
    withheld = (*((Withholding.REPRESENTATIVE,) if represented else ()), Withholding.STAFF)
    return CaseCopy(document, withheld, case.complaint.complainant.language.value)


def _shown(case: Case, complaint: Complaint, scheme: Scheme) -> Disclosure:
    """What the disclosure table opens of a complaint to the person that it is about."""
    return disclose(
        attrs.evolve(complaint, consents=case.file.consents, evidence=case.file.evidence),
        audience=Audience.COMPLAINANT,
        recipient=RECIPIENT,
        purpose=Purpose.RIGHTS,
        stage=Stage.HANDLING,
        consents=case.file.consents,
        scheme=scheme,
        at=case.at,
        use_until=case.at,
        fields=FACTS if complaint.particulars is ERASED else GIVEN,
        code=case.turn.particulars if case.turn is not None else ERASED,
        case_id=case.id,
    )


def _facts(case: Case) -> Document:
    account = case.account
    found: Document = {
        "id": case.id,
        "reference": case.reference,
        "status": case.status,
        "erased": case.status is Status.ERASED,
        "trader": case.trader,
        "lodged_at": case.file.lodged_at,
        "filed_at": case.file.filed_at,
        "changed_at": case.at,
        "on_hold": case.file.on_hold,
        "claimed_outcome": account.claimed,
        "outcome": account.outcome,
        "word": case.word,
        "rating": account.rating,
    }
    return _plain(found)


def _earlier(case: Case, events: Sequence[Event], now: Disclosure, scheme: Scheme) -> Iterator[Document]:
    """What was held before it was replaced: of each version the fields that read otherwise today."""
    complaint: Complaint | None = None
    for event in events:
        if isinstance(event, e.Lodged | e.InformationSupplied):
            complaint = event.asked.complaint
        elif isinstance(event, e.Corrected) and complaint is not None:
            complaint = attrs.evolve(complaint, particulars=event.asked.particulars)
        else:
            continue
        values = _shown(case, complaint, scheme).values
        other = {name: one for name, one in values.items() if name not in _LISTED and now.values.get(name) != one}
        if other:
            yield {"at": event.at.isoformat(), "values": other}


def _event(event: Event, facts: Document) -> Document:
    """What happened, by whom as far as that names no person, and what was said."""
    role, personal = event.by.role, particulars_of(event)
    told: Document = {"at": facts["at"], "kind": type(event).__name__, "role": role.value}
    if role is Role.TRADER:
        told["organisation"] = event.by.organisation
    if event.by.acting_for is not None:
        told["acting_for"] = facts["by"]["acting_for"]
    asked = {name: one for name, one in facts["asked"].items() if name not in _ELSEWHERE and one not in (None, "", [])}
    if asked and "disclosure" not in facts:  # what was handed over stands among the disclosures
        told["details"] = asked
    if isinstance(personal, Remark):
        told["text"] = personal.text
    elif isinstance(personal, CallCode):
        told["call_code"] = personal.digits
    return told


def _reading(entry: Access) -> Document:
    """Who has seen it: the role, when, which fields, in what way and why; not which member of staff."""
    return {
        "at": entry.at.isoformat(),
        "role": entry.by.role.value,
        "how": entry.how.value,
        "fields": list(entry.fields),
        "purpose": entry.reason,
    }


def _deletion(facts: Document) -> Document:
    """What a recipient confirmed: that it deleted, what it kept, on what ground (PIPL Art 47)."""
    return {
        "at": facts["at"],
        "organisation": facts["by"]["organisation"],
        "ground": facts["asked"]["ground"],
        "kept": facts["asked"]["kept"],
    }


def _names_another(held: object) -> bool:
    return isinstance(held, Particulars) and bool(held.representative_name or held.representative_contact)


def _plain(found: Document) -> Document:
    """In the terms of JSON."""
    return cast(Document, orjson.loads(orjson.dumps(found)))


# --- the whole answer -------------------------------------------------------------------------------------------


def answer_document(request: RightsRequest, copies: Sequence[CaseCopy], references: Mapping[str, str]) -> Document:
    """The answer to a request as a document of plain values."""
    asked = request.particulars
    found: Document = {
        "v": VERSION,
        "format": FORMAT,
        "request": {
            "id": request.id,
            "kind": request.kind,
            "channel": request.channel,
            "opened_at": request.opened_at,
            "due": request.due,
            "answered_at": request.ended_at,
            "identity": request.identity,
            "name": "" if isinstance(asked, Erased) else asked.name,
        },
        "held": bool(request.cases),
        "results": [
            {"case": one.case, "reference": references.get(one.case, ""), "result": one.result}
            for one in request.results
        ],
        "cases": [one.document for one in copies],
        "withheld": [{"what": one, "article": str(WITHHELD_FROM_COPIES[one])} for one in request.withheld],
    }
    return _plain(found)
