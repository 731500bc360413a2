"""The audit bundle: what was disclosed, consented to, confirmed, erased, refused and assessed in a span, signed.

Laws of this file: facts alone, so no seal of a case is opened and nothing personal stands in a bundle; of a refused
request it tells the section, not the words. What each file
holds is one function over a case's events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, time
from functools import partial
from hmac import compare_digest
from types import MappingProxyType
from typing import Any, Final

import attrs
import orjson

from expressplatform import events as e
from expressplatform.complaint import Actor, Consent
from expressplatform.events import Event
from expressplatform.platform import rows
from expressplatform.platform.inquiring import Inquiring, check_watcher
from expressplatform.platform.keeping import IMPACT, REFUSAL
from expressplatform.ports import StoredCase
from expressplatform.privacy.rights import GROUNDS, Refusal
from expressplatform.signed_files import under_manifest
from expressplatform.signing import SigningKey

SIGNING: Final = "signing:council"
"""What the key store calls the seed of the council's signing key."""
_BATCH: Final = 500
_KINDS: Final = frozenset(
    {
        "lodged", "information_supplied", "consent_given", "consent_withdrawn", "research_consent_set", "obtained",
        "disclosed", "deletion_confirmed", "erased",
    }
)  # fmt: skip
Line = dict[str, Any]


class Auditing(Inquiring):
    """What an auditor takes away."""

    def signing_key(self) -> SigningKey:
        """The council's Ed25519 key, made where it is not there: asked for each time, and made of its seed once."""
        seed, held = self.keys.secret(SIGNING), self.signer
        if held is None or not compare_digest(held.seed(), seed):
            held = self.signer = SigningKey(seed)
        return held

    async def audit_bundle(
        self, *, by: Actor, since: datetime, until: datetime, progress: Callable[[int], None] | None = None
    ) -> Mapping[str, bytes]:
        """Everything of a span that a commissioner asks for (PIPL Arts 54-56), as signed files by name."""
        check_watcher(by)
        lines: dict[str, list[Line]] = {name: [] for name in FILES}
        seen = 0
        async for stored in self.all_stored(by.organisation, _BATCH):
            for at, name, line in _lines(stored):
                if since <= at < until:
                    lines[name].append({"at": at, **line})
            seen += 1
            if progress is not None and seen % _BATCH == 0:
                progress(seen)
        for name, at, line in await self._from_shelf(by.organisation):
            if since <= at < until:
                lines[name].append({"at": at, **line})
        signer = self.signing_key()
        said = {
            "council": by.organisation, "scheme": self.scheme.id, "edition": self.scheme.edition,
            "since": since, "until": until, "made_at": self.now(), "made_by": by.person,
            "public_key": signer.public.hex(),
        }  # fmt: skip
        return under_manifest({name: _written(lines[name]) for name in FILES}, said, signer.sign)

    async def _from_shelf(self, council: str) -> list[tuple[str, datetime, Line]]:
        """What belongs to no case: refusals, without their reasons (those are somebody's words), and assessments."""
        refused = [one.value async for one in self.shelved(REFUSAL, council)]
        assessed = [one.value async for one in self.shelved(IMPACT, council)]
        midnight = partial(datetime.combine, time=time(), tzinfo=self.scheme.zone)
        return [
            *(("refusals.jsonl", one.at, _refusal(one)) for one in refused),
            *(("impact_assessments.jsonl", midnight(one.made_on), attrs.asdict(one)) for one in assessed),
        ]


def _refusal(entry: Refusal) -> Line:
    return {
        "request": entry.request, "kind": entry.kind, "section": entry.section,
        "citation": str(GROUNDS[entry.section].citation), "by": entry.by,
    }  # fmt: skip


def _written(lines: list[Line]) -> bytes:
    """One JSON object a line, in order of time."""
    ordered = sorted(lines, key=lambda line: (line["at"], line.get("case", "")))
    return b"".join(orjson.dumps(line, option=orjson.OPT_SORT_KEYS) + b"\n" for line in ordered)


def _lines(stored: StoredCase) -> Iterator[tuple[datetime, str, Line]]:
    """What a case adds: when, to which file, and the line. A consent that is supplied again is the same one."""
    seen: set[Consent] = set()
    for row in stored.events:
        if row.kind in _KINDS:
            event = rows.fact_of(row)
            about = {"case": stored.header.case_id, "by": {"role": event.by.role, "person": event.by.person}}
            yield from ((at, name, {**about, **line}) for at, name, line in _said(event, seen))


def _said(event: Event, seen: set[Consent]) -> Iterator[tuple[datetime, str, Line]]:
    if isinstance(event, e.Obtained | e.Disclosed):
        yield event.at, "disclosures.jsonl", _disclosure(event.disclosure)
    elif isinstance(event, e.Lodged | e.InformationSupplied):
        new = [consent for consent in event.asked.complaint.consents if consent not in seen]
        seen.update(new)
        for consent in new:
            yield consent.given_at, "consents.jsonl", _consent(consent)
    elif isinstance(event, e.ConsentGiven):
        yield event.at, "consents.jsonl", _consent(event.asked.consent)
    elif isinstance(event, e.ConsentWithdrawn):
        yield event.at, "consents.jsonl", {"what": "withdrawn", "recipient": event.asked.recipient}
    elif isinstance(event, e.ResearchConsentSet):
        yield event.at, "consents.jsonl", {"what": "given" if event.asked.given else "withdrawn", "purpose": "research"}
    elif isinstance(event, e.DeletionConfirmed):
        yield event.at, "deletions.jsonl", {"ground": event.asked.ground, "kept": list(event.asked.kept)}
    elif isinstance(event, e.Erased):
        yield event.at, "erasures.jsonl", {"reason": event.asked.reason, "approved_by": event.asked.approved_by}


def _disclosure(record: e.DisclosureRecord) -> Line:
    return {
        "id": record.id, "audience": record.audience, "recipient": record.recipient, "fields": list(record.fields),
        "purpose": record.purpose, "basis": record.basis, "article": record.article, "notice": record.notice,
        "use_until": record.use_until,
    }  # fmt: skip


def _consent(consent: Consent) -> Line:
    return {
        "what": "given", "recipient": consent.recipient, "purpose": consent.purpose, "notice": consent.notice,
        "given_at": consent.given_at, "channel": consent.channel,
    }  # fmt: skip


FILES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "disclosures.jsonl": "who received which fields of which case, when, for what, on what basis",
        "consents.jsonl": "consents given and taken back",
        "deletions.jsonl": "what recipients confirmed to have deleted, and what they kept",
        "erasures.jsonl": "cases erased, why, and by which two persons",
        "refusals.jsonl": "requests about one's own data that were refused, and on what section",
        "impact_assessments.jsonl": "impact assessments made",
    }
)
"""The files of a bundle, and what stands in each."""
