"""What every part of the flow stands on: the store, the keys, the scheme, and one step as rows.

Laws of this file: it decides nothing and answers nobody. A case is judged by the scheme and edition that it was
lodged under; a step is sealed under its case's key; what is not the asker's to see is not there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform.case import Case
from expressplatform.codes import Status
from expressplatform.enrolment import Participation
from expressplatform.errors import InvalidInput, KeyDestroyed, KeyMissing, NoSuchCase, Problem, StoreUnusable
from expressplatform.events import Event
from expressplatform.platform import rows
from expressplatform.platform.aside import Aside
from expressplatform.platform.membership import MemberKey
from expressplatform.platform.requests import Request, numbered
from expressplatform.platform.trader_rows import SeenRow
from expressplatform.ports import (
    AsyncCaseStore,
    AsyncEvidenceStore,
    AsyncMessenger,
    AsyncShelf,
    Commit,
    Draw,
    Header,
    KeyStore,
    Messenger,
    Receipt,
    Register,
    Scan,
    StoredCase,
    Strip,
    TraderGateway,
    Wanted,
    Witness,
)
from expressplatform.scheme import Participant, Scheme
from expressplatform.sealing import CaseKey, KeyRing, Secrets
from expressplatform.signing import SigningKey
from expressplatform.wire import write_command

NO_GATEWAYS: Final[Mapping[str, TraderGateway]] = MappingProxyType({})
_BATCH: Final = 500


def _editions(scheme: Scheme, earlier: Sequence[Scheme]) -> Mapping[str, Scheme]:
    """Every edition by its name; raises InvalidInput for one of another scheme, of another council, or given twice."""
    found = {scheme.edition: scheme}
    problems = []
    for number, one in enumerate(earlier):
        path = f"$.earlier[{number}]"
        if one.id != scheme.id:
            problems.append(Problem(f"{path}.id", "value", "must be the id of the scheme whose edition it is"))
        if one.council != scheme.council:
            problems.append(Problem(f"{path}.council", "value", "must be the council of the present edition"))
        if found.setdefault(one.edition, one) is not one:
            problems.append(Problem(f"{path}.edition", "duplicate", "must be that of no other edition given"))
    if problems:
        raise InvalidInput(tuple(problems))
    return MappingProxyType(found)


@attrs.frozen
class Decided:
    """One step that was decided: the case before and after, and the event between."""

    before: Case | None
    after: Case
    event: Event


class Desk:
    """A store, a shelf, a key store and a scheme, and what is asked of them everywhere."""

    def __init__(
        self,
        *,
        scheme: Scheme,
        earlier: Sequence[Scheme],
        store: AsyncCaseStore,
        keys: KeyStore,
        now: Callable[[], datetime],
        draw: Draw,
        gateways: Mapping[str, TraderGateway],
        participants: Sequence[Participant],
        shelf: AsyncShelf,
        messenger: Messenger | AsyncMessenger | None,
        evidence: AsyncEvidenceStore | None,
        scan: Scan | None,
        strip: Strip | None,
        register: Register,
        link: str,
        witness: Witness | None,
        origin: str,
        aside: Aside,
    ) -> None:
        self.aside = aside
        self.scheme = scheme
        self.editions = _editions(scheme, earlier)
        self.store = store
        self.keys = keys
        self.now = now
        self.draw = draw
        self.gateways = gateways
        self.given: dict[str, tuple[Participant, ...]] = {}
        for one in participants:
            self.given[one.organisation] = (*self.given.get(one.organisation, ()), one)
        self.shelf = shelf
        self.messenger = messenger
        self.evidence = evidence
        self.scan = scan
        self.strip = strip
        self.register = register
        self.link = link
        self.witness = witness
        self.origin = origin or f"{scheme.council}/ledger"
        self.kept_nodes: dict[tuple[int, int], bytes] = {}
        self.ring = KeyRing(keys)
        self.secrets = KeyRing(Secrets(keys))
        self.known_keys: dict[str, tuple[bytes, MemberKey]] = {}
        self.known_members: dict[str, tuple[bytes, Participation]] = {}
        self.seen_rows: dict[tuple[str, str], SeenRow] = {}
        self.signer: SigningKey | None = None
        self._adopted = False

    async def adopt(self) -> None:
        """The store belongs to this scheme; asked of the store once."""
        if not self._adopted:
            await self.store.adopt(self.scheme.id, self.scheme.edition)
            self._adopted = True

    async def close(self) -> None:
        """Lets go of the store, the shelf, the files and the keys."""
        await self.store.close()
        await self.shelf.close()
        if self.evidence is not None:
            await self.evidence.close()
        self.keys.close()

    def _scheme_of(self, case: Case | None) -> Scheme:
        """A case is judged by the scheme and edition it was lodged under; what comes in, by the present one."""
        if case is None:
            return self.scheme
        if not self.judges(case):
            raise StoreUnusable("other_scheme", f"the case belongs to {case.scheme} {case.edition}")
        return self.editions[case.edition]

    def edition_of(self, case: Case) -> Scheme:
        """The edition that a case is shown by: its own, or the present one where its own is not here."""
        return self.editions[case.edition] if self.judges(case) else self.scheme

    def judges(self, case: Case) -> bool:
        """Whether the edition that a case was lodged under is here."""
        return case.scheme == self.scheme.id and case.edition in self.editions

    async def _stored(self, case_id: str, organisation: str) -> StoredCase:
        stored = await self.store.load(numbered(case_id), organisation)
        if stored is None:
            raise NoSuchCase(case_id)
        return stored

    async def _headers(self, organisation: str, wanted: Wanted) -> AsyncIterator[Header]:
        """Every header that is wanted, by case id."""
        after = ""
        while True:
            page = await self.store.headers(organisation, wanted, after, _BATCH)
            for header in page.headers:
                yield header
            if not page.after:
                return
            after = page.after

    async def _duplicates(self, case: Case, quarters: Sequence[str]) -> tuple[str, ...]:
        """Other open cases over the same order at the same trader, found by token."""
        secrets = [self.keys.secret(rows.secret_name(quarter)) for quarter in quarters]
        tokens = [token for secret in secrets if (token := rows.order_token(case, secret)) is not None]
        found = []
        for case_id in await self.store.find(case.file.council, tokens) if tokens else ():
            if case_id != case.id:
                other = await self.store.load(case_id, case.file.council)
                if other is not None and rows.is_open(other.header):
                    found.append(case_id)
        return tuple(found)

    def _key_destroyed(self, case_id: str) -> bool:
        """Whether the key store says that nothing opens a case any more."""
        try:
            self.keys.get(case_id)
        except KeyMissing:
            return False
        except KeyDestroyed:
            return True
        return False

    def _key_for(self, step: Decided) -> CaseKey | None:
        """The key that a step is sealed under. An erased case has none; what may still happen to it is facts alone."""
        if step.before is not None and step.before.status is Status.ERASED:
            return None
        try:
            return self.ring.get(step.after.id)
        except KeyDestroyed:
            if step.after.status is Status.ERASED:
                return None
            raise

    async def cases_of(self, name: str, contact: str, organisation: str) -> tuple[str, ...]:
        """The ids of a person's cases, by token over name and contact, with the secret of every standing quarter."""
        secrets = [self.keys.secret(rows.secret_name(quarter)) for quarter in await self.store.quarters()]
        tokens = [one for secret in secrets if (one := rows.person_token(name, contact, secret)) is not None]
        return tuple(sorted({*await self.store.find(organisation, tokens)})) if tokens else ()

    def _commit(self, step: Decided, request: Request) -> Commit:
        """One step as rows: sealed event, header, effects, receipt, tokens."""
        after, event = step.after, step.event
        key = self._key_for(step)
        receipt = None
        if request.key:
            digest = rows.receipt_digest(write_command(request.command), request.by, key)
            receipt = Receipt(after.id, rows.receipt_key(request.by, request.key), digest, after.version)
        return rows.commit_of(
            case_id=after.id,
            expected=after.version - 1,
            header=rows.header_of(after),
            events=(rows.sealed_row(event, after, key),),
            effects=rows.effects_of(event, after),
            receipt=receipt,
            tokens=rows.tokens_of(after, event, self.keys),
            drop_tokens=after.status is Status.ERASED,
        )
