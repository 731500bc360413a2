"""Changing cases: requests are judged, decided, stored in one append, and answered.

Laws of this file: nothing is decided here; every change goes through `decide`, and what the core must know is looked
up first and handed to it. The same request twice changes nothing the second time, and one that is refused does not
disturb its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import attrs

from expressplatform import commands as c
from expressplatform.case import Case, allowed, apply, brought, decide
from expressplatform.codes import Audience, Purpose, Role, Stage
from expressplatform.commands import Command
from expressplatform.complaint import ERASED, Actor, CallCode
from expressplatform.errors import (
    ExpressPlatformError,
    KeyDestroyed,
    KeyMissing,
    KeyReused,
    NoSuchCase,
    Refused,
    StaleVersion,
)
from expressplatform.events import Obtained
from expressplatform.fields import refuse
from expressplatform.platform import rows
from expressplatform.platform.desk import Decided
from expressplatform.platform.enrolling import Enrolling, asked_about
from expressplatform.platform.filing import Filing
from expressplatform.platform.keeping import IMPACT
from expressplatform.platform.requests import Request, judged, numbered
from expressplatform.ports import Answer, Commit, Conflict, Receipt, Replayed, StoredCase
from expressplatform.privacy.disclosure import Disclosure, disclose
from expressplatform.references import call_code, reference
from expressplatform.scheme import ImpactAssessmentRef, Known
from expressplatform.wire import write_command

ATTEMPTS: Final = 10
"""How often a request is decided again because somebody wrote in between, before its caller hears of it."""
NO_SUCH_FILE: Final = "no_such_file"
NEEDS_PARTICULARS: Final = (c.Accept, c.Obtain, c.Disclose)
"""Commands that are decided on particulars too: only for these is the complaint opened."""


@attrs.frozen
class HandedOver:
    """Details as a trader is handed them: of which case, under which number of the record, and what it is shown.

    ``version`` is the case's after the reading.
    """

    case_id: str
    disclosure_id: str
    version: int
    disclosure: Disclosure


@attrs.define
class _Draft:
    """A case within one batch: as it stands, and the rows that it was read from."""

    case: Case | None
    stored: StoredCase | None
    opened: bool = False

    @property
    def version(self) -> int:
        return 0 if self.case is None else self.case.version


@attrs.define
class _Batch:
    """What one round of a batch has read and decided.

    Cases as they stand; by place the case that a request is about, and the step that it came to; ``first`` holds the
    place of each key, ``twins`` the places that bring the same key again; the quarters behind the store's tokens, the
    impact assessments on record by name, and who takes part by organisation. ``again`` says that the requests were
    decided before, on cases that have moved since.
    """

    again: bool
    drafts: dict[str, _Draft] = attrs.Factory(dict)
    about: dict[int, str] = attrs.Factory(dict)
    first: dict[tuple[str, str], int] = attrs.Factory(dict)
    twins: set[int] = attrs.Factory(set)
    steps: dict[int, Decided] = attrs.Factory(dict)
    quarters: tuple[str, ...] | None = None
    assessments: dict[str, tuple[ImpactAssessmentRef, ...]] = attrs.Factory(dict)
    members: dict[str, Known] = attrs.Factory(lambda: {"": Known()})


class Changing(Filing, Enrolling):
    """What changes a case."""

    async def submit(self, requests: Sequence[Request]) -> list[Case | ExpressPlatformError]:
        """Carries out a batch in one append; an answer for each request: the case after it, or the error.

        What was decided on a case that somebody else has moved since is decided again, unless the request names
        the version that it stands on.
        """
        await self.adopt()
        answers: dict[int, Case | ExpressPlatformError] = {}
        places: Sequence[int] = range(len(requests))
        for attempt in range(ATTEMPTS):
            if places:
                places = await self._round(requests, places, answers, attempt > 0)
        return [answers[place] for place in range(len(requests))]

    async def _round(
        self,
        requests: Sequence[Request],
        places: Sequence[int],
        answers: dict[int, Case | ExpressPlatformError],
        again: bool,
    ) -> list[int]:
        """Decides the requests at some places and appends what they come to; the places to be decided again."""
        batch = _Batch(again)
        for place in places:
            try:
                answers[place] = _facts_only(await self._step(batch, place, requests[place]))
            except ExpressPlatformError as error:
                answers[place] = error
        commits = await self._commits(batch, requests, answers)
        stored = dict(zip(commits, await self.store.append(tuple(commits.values())), strict=True))
        return await self._settled(batch, requests, stored, answers)

    async def _settled(
        self,
        batch: _Batch,
        requests: Sequence[Request],
        stored: Mapping[int, Answer],
        answers: dict[int, Case | ExpressPlatformError],
    ) -> list[int]:
        """What the store made of a round, as answers; the places to be decided again."""
        moved: set[str] = set()
        again = []
        for place, case_id in batch.about.items():
            request, answer = requests[place], stored.get(place)
            if isinstance(answer, Replayed):
                answers[place] = await self._repeated(case_id, answer.receipt, request)
            elif isinstance(answer, Conflict):
                answers[place] = StaleVersion(case_id, answer.expected, answer.found)
            takes_what_stands = request.expected is None and request.on is None
            lost = isinstance(answer, Conflict) and takes_what_stands
            if place in batch.twins or (not isinstance(answer, Replayed) and (lost or case_id in moved)):
                again.append(place)
            if isinstance(answer, Conflict | Replayed):
                moved.add(case_id)  # what followed in this round was decided on a case that never was
        return again

    async def _commits(
        self, batch: _Batch, requests: Sequence[Request], answers: dict[int, Case | ExpressPlatformError]
    ) -> dict[int, Commit]:
        """The decided steps as commits. Keys come first, in one batch: a case is never stored without its key."""
        lodged = [step.after.id for step in batch.steps.values() if step.before is None]
        if lodged:
            await self.aside.wait(lambda: self._make_keys(lodged))
        commits = {}
        for place, step in batch.steps.items():
            try:
                commits[place] = self._commit(step, requests[place])
            except ExpressPlatformError as error:
                answers[place] = error
        return commits

    def _make_keys(self, case_ids: Sequence[str]) -> None:
        try:
            self.keys.create(case_ids)
        except KeyDestroyed:  # of one of them: the others get theirs, and its own step says so
            for case_id in case_ids if len(case_ids) > 1 else ():
                self._make_keys((case_id,))

    async def _draft(self, case_id: str, batch: _Batch, request: Request) -> _Draft:
        """The case as this batch knows it; it is there only for those whose it is to see."""
        draft = batch.drafts.get(case_id)
        if draft is None:
            draft = batch.drafts[case_id] = await self._read_draft(case_id, request)
        organisation = request.by.organisation
        if draft.case is not None and not rows.sees(organisation, draft.case):
            raise NoSuchCase(case_id)
        return draft

    async def _read_draft(self, case_id: str, request: Request) -> _Draft:
        if request.on is not None and not isinstance(request.command, NEEDS_PARTICULARS):
            return _Draft(request.on, None)
        stored = await self.store.load(case_id, request.by.organisation)
        if stored is None:
            if isinstance(request.command, c.Lodge):
                return _Draft(None, None)
            raise NoSuchCase(case_id)
        return _Draft(rows.fold(stored), stored)

    async def _step(self, batch: _Batch, place: int, request: Request) -> Case:
        """One request on one case: the case after it. What is to be stored is noted in the batch."""
        judged(request)
        lodges = isinstance(request.command, c.Lodge)
        case_id = rows.derive_case_id(request.by.organisation, request.key) if lodges else numbered(request.case_id)
        batch.about[place] = case_id
        draft = await self._draft(case_id, batch, request)
        case = draft.case
        named = case_id, rows.receipt_key(request.by, request.key)
        if case is not None and named in batch.first:
            batch.twins.add(place)  # the same key again: the next round finds its receipt
            return case
        if case is not None and batch.again and await self._receipt_stands(case, request):
            return case
        if case is not None and (lodges or request.expected not in (None, case.version)):
            return await self._already(case, request)
        at = self._instant(case, request)
        try:
            known = await self._known(case_id, batch, request)
            (event,) = decide(
                draft.case, request.command, by=request.by, at=at, scheme=self._scheme_of(case), known=known
            )
            await self._check_files(case_id, case, request)
        except Refused as refused:
            return await self._already(case, request, refused)
        before, draft.case = draft.case, apply(draft.case, event)
        batch.steps[place] = Decided(before, draft.case, event)
        batch.first[named] = place
        return draft.case

    async def _check_files(self, case_id: str, case: Case | None, request: Request) -> None:
        """Files that a command names are in the store before the event is that names them, or the case has them."""
        held = {one.file for one in case.file.evidence} if case is not None else set()
        for one in brought(request.command):
            if one.file and one.file not in held and not await self.is_kept(case_id, one.file):
                raise Refused(NO_SUCH_FILE, case_id, request.by.role, (), "That file is not kept: hand it in first.")

    def _instant(self, case: Case | None, request: Request) -> datetime:
        """When it happened: as the request says, but never later than now; or now, by whichever clock is ahead."""
        now = self.now()
        if request.at is None:
            return now if case is None else max(now, case.at)
        if request.at.utcoffset() is not None and request.at > now:
            raise refuse("$.at", "instant", "must not lie in the future")
        return request.at

    async def _already(self, case: Case | None, request: Request, refused: Refused | None = None) -> Case:
        """The case as it stands, if this very command was carried out before; otherwise the refusal."""
        if case is not None and await self._receipt_stands(case, request):
            return case
        if refused is not None:
            raise refused
        if case is not None and request.expected is not None:
            raise StaleVersion(case.id, request.expected, case.version)
        raise Refused("already_lodged", case.id if case is not None else "")

    async def _receipt_stands(self, case: Case, request: Request) -> bool:
        """Whether this very command was carried out before; raises KeyReused where the key carried another one."""
        receipt = await self.store.receipt(case.id, rows.receipt_key(request.by, request.key))
        if receipt is not None:
            self._same_command(case.id, receipt, request)
        return receipt is not None

    def _same_command(self, case_id: str, receipt: Receipt, request: Request) -> None:
        """One key names one command for ever. What was asked before an erasure cannot be compared any more."""
        command = write_command(request.command)
        try:
            key = None if rows.is_plain(receipt) else self.ring.get(case_id)
        except (KeyDestroyed, KeyMissing):
            return
        if rows.receipt_digest(command, request.by, key) != receipt.digest:
            raise KeyReused(case_id)

    async def _repeated(self, case_id: str, receipt: Receipt, request: Request) -> Case | ExpressPlatformError:
        try:
            self._same_command(case_id, receipt, request)
        except KeyReused as error:
            return error
        stored = await self.store.load(case_id, request.by.organisation)
        return NoSuchCase(case_id) if stored is None else rows.fold(stored)

    async def _known(self, case_id: str, batch: _Batch, request: Request) -> Known:
        """What the core must be told: numbers for a new case; participants and duplicates for a judgement."""
        command = request.command
        if isinstance(command, c.Lodge):
            return Known(case_id, reference(self.draw("reference", case_id, 1)))
        if isinstance(command, NEEDS_PARTICULARS):
            draft = batch.drafts[case_id]
            if not draft.opened:
                if draft.stored is None:  # the caller brought the case: its particulars are in the store alone
                    draft.stored = await self.store.load(case_id, request.by.organisation)
                draft.case = self._opened_draft(draft)
            if isinstance(command, c.Accept) and draft.case is not None:
                if batch.quarters is None:
                    batch.quarters = tuple(await self.store.quarters())
                found = await self._duplicates(draft.case, batch.quarters)
                return attrs.evolve(await self._members(batch, command, draft.case), duplicates=found)
        if isinstance(command, c.Erase):
            return Known(key_destroyed=self._key_destroyed(case_id))
        if isinstance(command, c.Upload):
            version = batch.drafts[case_id].version + 1
            drawn = CallCode(call_code(self.draw("call_code", case_id, version)))
            found_here = await self._assessments(batch, command.impact_assessment, request.by.organisation)
            known = await self._members(batch, command, batch.drafts[case_id].case)
            return attrs.evolve(known, call_code=drawn, assessments=found_here)
        return await self._members(batch, command, batch.drafts[case_id].case)

    async def _members(self, batch: _Batch, command: Command, case: Case | None) -> Known:
        """What is said of the organisation whose taking part a step turns on, looked up once in a batch."""
        if (about := asked_about(command, case)) not in batch.members:
            batch.members[about] = await self.told_of(about)
        return batch.members[about]

    async def _assessments(self, batch: _Batch, name: str, council: str) -> tuple[ImpactAssessmentRef, ...]:
        """What is on record under the name of an impact assessment, looked up once in a batch (PIPL Arts 55-56)."""
        if name not in batch.assessments:
            standing = await self.kept(IMPACT, assessment_id(council, name), council)
            batch.assessments[name] = () if standing is None else (standing.value.ref,)
        return batch.assessments[name]

    def _opened_draft(self, draft: _Draft) -> Case | None:
        """The draft's case with its particulars; what came in within this very batch has them already."""
        case, stored = draft.case, draft.stored
        draft.opened = True
        if case is None or stored is None or case.particulars is not ERASED:
            return case
        opened = rows.fold_opened(stored, self.ring)[0]
        complaint = attrs.evolve(case.file.complaint, particulars=opened.particulars)
        turn = case.turn
        if turn is not None and opened.turn is not None and turn.particulars is ERASED:
            turn = attrs.evolve(turn, particulars=opened.turn.particulars)
        return attrs.evolve(case, file=attrs.evolve(case.file, complaint=complaint), turn=turn)

    async def act(self, request: Request) -> Case:
        """One command; raises what refuses it."""
        (answer,) = await self.submit((request,))
        if isinstance(answer, ExpressPlatformError):
            raise answer
        return answer

    async def obtain(self, case_id: str, *, by: Actor, key: str, at: datetime | None = None) -> Disclosure:
        """A trader reads the details: the disclosure is an event first, and what it was given second."""
        return (await self.obtain_details(case_id, by=by, key=key, at=at)).disclosure

    async def obtain_details(
        self, case_id: str, *, by: Actor, key: str, at: datetime | None = None, expected: int | None = None
    ) -> HandedOver:
        """The same, with the number under which the disclosure stands in the record."""
        after = await self.act(Request(c.Obtain(), by, key, case_id, expected, at))
        stored = await self._stored(case_id, by.organisation)
        case, events = rows.fold_opened(stored, self.ring, messages=True)
        check_reading(case, by)
        reading = next(one for one in reversed(events) if isinstance(one, Obtained) and not one.asked.evidence)
        record, said = reading.disclosure, case.turn.messages if case.turn is not None else ()
        disclosure = disclose(
            attrs.evolve(case.complaint, evidence=case.file.evidence),
            audience=Audience.TRADER,
            recipient=case.trader,
            purpose=Purpose.HANDLING,
            stage=Stage.HANDLING,
            consents=case.file.consents,
            scheme=self._scheme_of(case),
            at=max(at if at is not None else self.now(), case.at),
            use_until=record.use_until,
            fields=record.fields,  # a reading repeated shows no more than was recorded
            code=case.turn.particulars if case.turn is not None else ERASED,
            messages=[one for one in said if one.at <= reading.at],
            case_id=case_id,
        )
        return HandedOver(case_id, record.id, after.version, disclosure)


def assessment_id(council: str, name: str) -> str:
    """An impact assessment's id on the shelf: each council has names of its own."""
    return f"{council}/{name}"


def check_reading(case: Case, by: Actor) -> None:
    """A repeated Obtain shows nothing once the case has left this trader, or has come anew and is not yet read."""
    may = allowed(case, by)
    if c.Obtain in may and case.turn is not None and case.turn.obtained_at is not None:
        return
    names = tuple(command.__name__ for command in may)
    raise Refused("wrong_status", case.id, Role.COUNCIL, names, "What that reading showed is no longer open.")


def _facts_only(case: Case) -> Case:
    """The case as a command's answer shows it: reading particulars is a reading, with a reason."""
    turn = case.turn
    if turn is not None and turn.particulars is not ERASED:
        turn = attrs.evolve(turn, particulars=ERASED)
        case = attrs.evolve(case, turn=turn)
    if turn is not None and any(one.particulars is not ERASED for one in turn.messages):
        turn = attrs.evolve(turn, messages=tuple(attrs.evolve(one, particulars=ERASED) for one in turn.messages))
        case = attrs.evolve(case, turn=turn)
    if turn is not None and any(offer.terms.particulars is not ERASED for offer in turn.offers):
        offers = tuple(attrs.evolve(one, terms=attrs.evolve(one.terms, particulars=ERASED)) for one in turn.offers)
        case = attrs.evolve(case, turn=attrs.evolve(turn, offers=offers))
    if case.particulars is ERASED:
        return case
    complaint = attrs.evolve(case.file.complaint, particulars=ERASED)
    return attrs.evolve(case, file=attrs.evolve(case.file, complaint=complaint))
