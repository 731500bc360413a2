"""What people ask about their own data: taken in, answered or refused; and the log of what was refused.

Laws of this file: only the council's own people act here. Nothing is opened to find a person's cases: name and contact
are compared as tokens, and that search stands in the access log. What an answer does to a case goes through `decide`,
under a key of the request, so that doing it again does nothing twice; an access copy is a disclosure on each case
before anything is shown. Nobody's name or contact stands in an id, a place or a label.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import attrs

from expressplatform import commands as c
from expressplatform.case import Case, allowed
from expressplatform.codes import (
    END,
    Audience,
    Basis,
    Channel,
    IdentityProof,
    Language,
    Purpose,
    Reading,
    RefusalSection,
    Right,
    RightsResult,
    RightsStatus,
    RightsStep,
    Role,
    Status,
    Withholding,
)
from expressplatform.commands import Command
from expressplatform.complaint import ERASED, Actor, Particulars
from expressplatform.errors import KeyReused, Refused
from expressplatform.platform import rows
from expressplatform.platform.changing import Changing
from expressplatform.platform.inquiring import Inquiring, check_watcher
from expressplatform.platform.keeping import ACCESS, OPEN_PLACE, REFUSAL, REQUEST, Standing, place_of
from expressplatform.platform.person_copy import GIVEN, RECIPIENT, CaseCopy, answer_document, case_copy
from expressplatform.platform.person_text import answer_text
from expressplatform.platform.requests import (
    REQUEST_ID,
    Request,
    RightsAnswer,
    judged_ending,
    judged_refusal,
    judged_right,
)
from expressplatform.platform.showing import WHOLE
from expressplatform.ports import StoredCase
from expressplatform.privacy.rights import (
    CaseResult,
    Refusal,
    Requester,
    RightsRequest,
    answered,
    is_overdue,
    moved,
    refusal_of,
    refused,
    requested,
)

Results = tuple[CaseResult, ...]


class Answering(Changing, Inquiring):
    """What answers people about their own data."""

    async def open_request(
        self,
        kind: Right,
        *,
        name: str,
        contact: str,
        channel: Channel,
        by: Actor,
        key: str,
        recipients: Sequence[str] = (),
        corrections: Mapping[str, str] = MappingProxyType({}),
    ) -> RightsRequest:
        """A request comes in: the cases of that person are found, and the 40 days begin (PDPO ss.18-19, 22-23)."""
        who = judged_right(kind, channel, by, key, name, contact, recipients, corrections)
        council_only(by)
        request_id = rows.derive_request_id(by.organisation, key)
        standing = await self.kept(REQUEST, request_id, by.organisation)
        if standing is None:
            draft = requested(
                kind, id=request_id, particulars=who, channel=channel, by=by.person, at=self.now(),
                scheme=self.scheme, cases=(), recipients=recipients,
            )  # fmt: skip
            cases = await self.searched(who.name, who.contact, by, f"rights request {request_id}")
            request = attrs.evolve(draft, cases=cases)
            if await self._put(request, by, follows=0):
                return request
            standing = await self._request(request_id, by)
        found = standing.value
        if (found.kind, found.channel, found.recipients, _asked(found)) != (kind, channel, (*recipients,), who):
            raise KeyReused("")
        return found

    async def answer_request(
        self, request_id: str, *, identity_checked: IdentityProof, by: Actor, key: str
    ) -> RightsAnswer:
        """Answers a request by doing what it asks (PDPO ss.19, 23; PIPL Arts 45-47)."""
        judged_ending(by, key, identity_checked)
        council_only(by)
        standing = await self._request(request_id, by)
        request = standing.value
        if request.status is RightsStatus.ANSWERED and request.ended_key == key:
            return await self._told(request, await self._copies(request, request.results, by), by)
        moved(request.status, RightsStep.ANSWER)
        results = await self._carry_out(request, by)
        copies = await self._copies(request, results, by)
        withheld = [one for one in Withholding if any(one in copy.withheld for copy in copies)]
        done = answered(
            request, identity=identity_checked, by=by.person, at=self.now(), key=key, results=results, withheld=withheld
        )
        if not await self._put(done, by, follows=standing.version):
            return await self.answer_request(request_id, identity_checked=identity_checked, by=by, key=key)
        return await self._told(done, copies, by)

    async def refuse_request(
        self, request_id: str, *, section: RefusalSection, reasons: str, by: Actor
    ) -> RightsRequest:
        """Refuses a request, and enters that in the log (PDPO ss.20-21, 24-25, 27; PIPL Art 50)."""
        judged_refusal(by, section, reasons)
        council_only(by)
        standing = await self._request(request_id, by)
        request = standing.value
        again = refusal_of(request)
        if again is None or (again.section, again.reasons) != (section, reasons):
            request = refused(request, section=section, reasons=reasons, by=by.person, at=self.now())
            if not await self._put(request, by, follows=standing.version):
                return await self.refuse_request(request_id, section=section, reasons=reasons, by=by)
        # The entry stands before the refusal is told (PDPO s.27(2)); repeated, it is there already.
        entry = refusal_of(request)
        if entry is not None:
            await self.keep(REFUSAL, request.id, entry, owner=by.organisation, place=place_of(entry.at))
        return request

    async def requests(self, *, by: Actor, open_only: bool = False, overdue: bool = False) -> tuple[RightsRequest, ...]:
        """Where requests stand, without saying who asked: those that have ended in order of time, then open ones."""
        council_only(by)
        now, since = self.now(), OPEN_PLACE if open_only or overdue else ""
        found = [one.value async for one in self.shelved(REQUEST, by.organisation, since=since)]
        return tuple(attrs.evolve(one, particulars=ERASED) for one in found if not overdue or is_overdue(one, now))

    async def refusals(self, *, by: Actor) -> tuple[Refusal, ...]:
        """The log of refusals, in order of time (PDPO s.27): for those who watch over privacy."""
        check_watcher(by)
        return tuple([one.value async for one in self.shelved(REFUSAL, by.organisation)])

    # --- on the shelf -------------------------------------------------------------------------------------------

    async def _put(self, request: RightsRequest, by: Actor, *, follows: int) -> bool:
        place = f"{OPEN_PLACE}{place_of(request.due)}" if request.ended_at is None else place_of(request.ended_at)
        return await self.keep(REQUEST, request.id, request, owner=by.organisation, place=place, follows=follows)

    async def _request(self, request_id: str, by: Actor) -> Standing[RightsRequest]:
        known = REQUEST_ID.fullmatch(str(request_id))
        standing = await self.kept(REQUEST, request_id, by.organisation) if known else None
        if standing is None:
            raise Refused("no_such_request", "", "", (), "There is no request of that number.")
        return standing

    # --- what an answer does ------------------------------------------------------------------------------------

    async def _carry_out(self, request: RightsRequest, by: Actor) -> Results:
        do = _DEEDS[request.kind]
        results: list[CaseResult] = []
        for case_id in request.cases:
            results += await do(self, request, await self._stored(case_id, by.organisation), by)
        return tuple(results)

    async def _once(self, case_id: str, command: Command, by: Actor, key: str) -> int:
        """A command under a key of the request, unless it was carried out before; the version of the case after it."""
        receipt = await self.store.receipt(case_id, rows.receipt_key(by, key))
        if receipt is not None:
            return receipt.version
        return (await self.act(Request(command, by, key, case_id))).version

    async def copy(self, request: RightsRequest, stored: StoredCase, by: Actor) -> Results:
        """A copy is a disclosure of its own (PDPO s.18; PIPL Art 45); of an erased case there are facts alone."""
        header = stored.header
        if header.status == Status.ERASED:
            return (CaseResult(header.case_id, RightsResult.FACTS_ONLY, header.version),)
        give = c.Disclose(Audience.COMPLAINANT, RECIPIENT, GIVEN, Purpose.RIGHTS, Basis.DATA_SUBJECT_REQUEST)
        version = await self._once(header.case_id, give, by, f"rights:{request.id}")
        return (CaseResult(header.case_id, RightsResult.COPIED, version),)

    async def correct(self, request: RightsRequest, stored: StoredCase, by: Actor) -> Results:
        """What is held and wrong is put right, and nothing is added (PDPO s.23; PIPL Art 46)."""
        case_id, key = stored.header.case_id, f"rights:{request.id}"
        if stored.header.status == Status.ERASED:
            return (CaseResult(case_id, RightsResult.ERASED),)
        if await self.store.receipt(case_id, rows.receipt_key(by, key)) is not None:
            return (CaseResult(case_id, RightsResult.CORRECTED),)
        await self.log(by, Reading.CASE, (case_id,), WHOLE[:1], f"rights request {request.id}")
        held = rows.fold_opened(stored, self.ring)[0].particulars
        right = _corrected(held, request) if isinstance(held, Particulars) else held
        if right == held:
            return (CaseResult(case_id, RightsResult.UNCHANGED),)
        await self._once(case_id, c.Correct(right), by, key)
        return (CaseResult(case_id, RightsResult.CORRECTED),)

    async def may_erase(self, request: RightsRequest, stored: StoredCase, by: Actor) -> Results:
        """Which cases may be erased, and why not; two persons carry it out (PDPO s.26; PIPL Art 47)."""
        return (CaseResult(stored.header.case_id, _erasable(rows.fold(stored))),)

    async def object_to(self, request: RightsRequest, stored: StoredCase, by: Actor) -> Results:
        """The consents to those whose use is objected to are taken back (PIPL Arts 15, 44)."""
        case_id, done = stored.header.case_id, False
        for recipient in request.recipients:
            key = f"rights:{request.id}:{recipient}"
            case = rows.fold(await self._stored(case_id, by.organisation))
            stands = any(one.recipient == recipient for one in case.file.consents)
            if stands and c.WithdrawConsent in allowed(case, by):
                await self._once(case_id, c.WithdrawConsent(recipient), by, key)
            done = done or await self.store.receipt(case_id, rows.receipt_key(by, key)) is not None
        told = RightsResult.CONSENT_WITHDRAWN if done else RightsResult.NOTHING_TO_WITHDRAW
        return (CaseResult(case_id, told),)

    # --- what an answer tells -----------------------------------------------------------------------------------

    async def _copies(self, request: RightsRequest, results: Results, by: Actor) -> list[CaseCopy]:
        """Each copied case as it stood at its disclosure; the reading is on record first."""
        made_from = [one for one in results if one.version]
        if opened := [one.case for one in made_from if one.result is RightsResult.COPIED]:
            await self.log(by, Reading.COPY, opened, WHOLE, f"rights request {request.id}")
        return [await self._copy_of(one, by, request.ended_at) for one in made_from]

    async def _copy_of(self, result: CaseResult, by: Actor, answered_at: datetime | None) -> CaseCopy:
        stored = await self._stored(result.case, by.organisation)
        # As it stood when it was answered; where it has been erased since, nothing opens it, and its facts are told.
        header = attrs.evolve(stored.header, version=result.version)
        then = attrs.evolve(stored, header=header, events=stored.events[: result.version])
        case, events = rows.fold_opened(then, self.ring, everything=True)
        label = f"case:{result.case}"
        log = [one.value async for one in self.shelved(ACCESS, by.organisation, label=label)]
        readings = [one for one in log if answered_at is None or one.at <= answered_at]
        return case_copy(case, events, readings, self._scheme_of(case))

    async def _told(self, request: RightsRequest, copies: Sequence[CaseCopy], by: Actor) -> RightsAnswer:
        headers = [(await self._stored(one.case, by.organisation)).header for one in request.results]
        references = {header.case_id: header.reference for header in headers}
        document = answer_document(request, copies, references)
        language = copies[-1].language if copies else await self._language(request, by)
        return RightsAnswer(request, document, answer_text(document, request, language, self.scheme.zone))

    async def _language(self, request: RightsRequest, by: Actor) -> str:
        """The person's language, as the last of their cases says it; English where there is none."""
        if not request.cases:
            return Language.ENGLISH.value
        case = rows.fold(await self._stored(request.cases[-1], by.organisation))
        return case.complaint.complainant.language.value


_Deed = Callable[[Answering, RightsRequest, StoredCase, Actor], Awaitable[Results]]
_DEEDS: Final[Mapping[Right, _Deed]] = MappingProxyType(
    {
        Right.ACCESS: Answering.copy,
        Right.CORRECTION: Answering.correct,
        Right.ERASURE: Answering.may_erase,
        Right.OBJECTION: Answering.object_to,
    }
)


def council_only(by: Actor) -> None:
    """Raises Refused for whoever is not of a council."""
    if by.role is not Role.COUNCIL:
        raise Refused("not_the_council", "", Role.COUNCIL, (), "Only the council does this.")


def _asked(request: RightsRequest) -> object:
    """Who asked, and for what, without the reasons that a refusal may have added."""
    held = request.particulars
    return Requester(held.name, held.contact, held.corrections) if isinstance(held, Requester) else held


def _corrected(held: Particulars, request: RightsRequest) -> Particulars:
    """The particulars put right where they hold something: a correction collects nothing (PDPO DPP1(1))."""
    asked = request.particulars
    wanted = {one.field: one.value for one in asked.corrections} if isinstance(asked, Requester) else {}
    evolve: Any = attrs.evolve  # particulars are attrs classes that hide it from the type checker
    right: Particulars = evolve(held, **{field: value for field, value in wanted.items() if getattr(held, field)})
    return right


def _erasable(case: Case) -> RightsResult:
    if case.status is Status.ERASED:
        return RightsResult.ERASED
    if case.status not in END:
        return RightsResult.NOT_ENDED
    return RightsResult.ON_HOLD if case.file.on_hold else RightsResult.MAY_BE_ERASED
