"""The flow, written once: load, decide, append, and the work that follows.

Laws of this file: nothing is decided here. Every change goes through `decide`, every reading through the rows;
what the core must know is looked up first and handed to it. The flow awaits its store and nothing else, so that
over a store that never suspends it runs to its end at once (see `sync`), and over one that does, as a coroutine.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform import commands as c
from expressplatform.case import Case, allowed, apply, decide, due, next_due
from expressplatform.codes import Audience, EffectKind, Purpose, Role, Stage, Status
from expressplatform.commands import Command
from expressplatform.complaint import ERASED, Actor, Complaint, clock_of
from expressplatform.eligibility import assess
from expressplatform.errors import (
    ExpressPlatformError,
    KeyDestroyed,
    KeyMissing,
    KeyReused,
    NoSuchCase,
    Refused,
    StaleVersion,
    StoreUnusable,
)
from expressplatform.events import Event, Obtained
from expressplatform.indicators import Figures, Tally
from expressplatform.platform import rows
from expressplatform.ports import (
    EVERYONE,
    Alert,
    AsyncCaseStore,
    Commit,
    Conflict,
    Draw,
    EffectRow,
    Header,
    KeyStore,
    Page,
    Receipt,
    Replayed,
    StoredCase,
    TraderGateway,
    Wanted,
)
from expressplatform.privacy.disclosure import Disclosure, disclose
from expressplatform.references import reference
from expressplatform.scheme import Assessment, Known, Participant, Scheme
from expressplatform.sealing import KeyRing
from expressplatform.wire import check, write_command

NO_GATEWAYS: Final[Mapping[str, TraderGateway]] = MappingProxyType({})
LEASE: Final = timedelta(minutes=5)
RETRY: Final = timedelta(minutes=1)
NEEDS_PARTICULARS: Final = (c.Accept, c.Obtain, c.Disclose)
"""Commands that are decided on particulars too: only for these is the complaint opened."""


@attrs.frozen
class Request:
    """One command of a batch: on which case (empty for a Lodge), by whom, under which idempotency key, and when.

    ``expected`` is the version it was decided on, None to take whatever stands. ``at`` is when it happened, None
    for now: only imports and simulations set it, and it never lies before the case's last event. ``on`` is the
    case as an earlier answer showed it, which spares a reading; if it has moved since, the answer is StaleVersion.
    """

    command: Command
    by: Actor
    key: str
    case_id: str = ""
    expected: int | None = None
    at: datetime | None = None
    on: Case | None = None


@attrs.frozen
class Ticked:
    """What one look at the clock did: steps taken, and the cases where a step was refused or failed, with codes."""

    steps: int
    failed: tuple[tuple[str, str], ...] = ()


@attrs.frozen
class Worked:
    """What one round of work did: effects carried out, and those that will be tried again, with codes."""

    done: int
    failed: tuple[tuple[str, str], ...] = ()


@attrs.frozen
class Opened:
    """A case read with its particulars, and everything that happened in it."""

    case: Case
    events: tuple[Event, ...]


@attrs.define
class _Draft:
    """A case within one batch: as it stands, and the commits on their way."""

    case: Case | None
    stored: StoredCase | None
    opened: bool = False


@attrs.define
class _Batch:
    """What one batch has read: its cases, and the quarters behind the store's tokens."""

    drafts: dict[str, _Draft] = attrs.Factory(dict)
    quarters: tuple[str, ...] | None = None


class Flow:
    """The platform's one flow over an asynchronous store; `Platform` and `AsyncPlatform` put their face on it."""

    def __init__(
        self,
        *,
        scheme: Scheme,
        store: AsyncCaseStore,
        keys: KeyStore,
        now: Callable[[], datetime],
        draw: Draw,
        gateways: Mapping[str, TraderGateway],
        participants: Sequence[Participant],
    ) -> None:
        self.scheme = scheme
        self.store = store
        self.keys = keys
        self.now = now
        self.draw = draw
        self.gateways = gateways
        self.participants = tuple(participants)
        self.ring = KeyRing(keys)

    async def adopt(self) -> None:
        """The store belongs to this scheme."""
        await self.store.adopt(self.scheme.id, self.scheme.edition)

    async def close(self) -> None:
        """Lets go of the store and the keys."""
        await self.store.close()
        self.keys.close()

    # --- changing ----------------------------------------------------------------------------------------------

    async def submit(self, requests: Sequence[Request]) -> list[Case | ExpressPlatformError]:
        """Carries out a batch in one append; an answer for each request: the case after it, or the error."""
        batch = _Batch()
        answers: list[Case | ExpressPlatformError] = []
        commits: list[Commit] = []
        places: list[int] = []
        self._make_keys(requests)
        for place, request in enumerate(requests):
            try:
                case_id = request.case_id or rows.derive_case_id(request.by.organisation, request.key)
                if case_id not in batch.drafts:
                    batch.drafts[case_id] = await self._draft(case_id, request)
                case, commit = await self._step(case_id, batch, request)
                answers.append(_facts_only(case))
                if commit is not None:
                    commits.append(commit)
                    places.append(place)
            except ExpressPlatformError as error:
                answers.append(error)
        for place, commit, answer in zip(places, commits, await self.store.append(commits), strict=True):
            if isinstance(answer, Conflict):
                answers[place] = StaleVersion(commit.case_id, answer.expected, answer.found)
            elif isinstance(answer, Replayed):
                answers[place] = await self._repeated(commit, answer, requests[place])
        return answers

    def _make_keys(self, requests: Sequence[Request]) -> None:
        """Keys come before the append, in one batch: a case is never stored without its key."""
        lodged = [
            rows.derive_case_id(request.by.organisation, request.key)
            for request in requests
            if isinstance(request.command, c.Lodge)
        ]
        if lodged:
            self.keys.create(lodged)

    async def _draft(self, case_id: str, request: Request) -> _Draft:
        if request.on is not None and not isinstance(request.command, NEEDS_PARTICULARS):
            return _Draft(request.on, None)
        stored = await self.store.load(case_id, request.by.organisation)
        if stored is None:
            if isinstance(request.command, c.Lodge):
                return _Draft(None, None)
            raise NoSuchCase(case_id)
        return _Draft(rows.fold(stored), stored)

    async def _step(self, case_id: str, batch: _Batch, request: Request) -> tuple[Case, Commit | None]:
        """One request on one case: the case after it, and the commit unless it had been carried out before."""
        check(request.command)
        draft = batch.drafts[case_id]
        case = draft.case
        if case is not None:
            lodged_before = isinstance(request.command, c.Lodge)
            stale = request.expected is not None and request.expected != case.version
            if lodged_before or stale:
                return await self._already(case, request), None
        at = request.at if request.at is not None else self.now()
        try:
            known = await self._known(case_id, batch, request)
            (event,) = decide(
                draft.case, request.command, by=request.by, at=at, scheme=self._scheme_of(case), known=known
            )
        except Refused as refused:
            return await self._already(case, request, refused), None
        after = apply(draft.case, event)
        commit = self._commit(after, event, request)
        draft.case = after
        return after, commit

    def _scheme_of(self, case: Case | None) -> Scheme:
        """A case is judged by the scheme and edition it was lodged under."""
        if case is not None and (case.scheme, case.edition) != (self.scheme.id, self.scheme.edition):
            raise StoreUnusable("another_scheme", f"the case belongs to {case.scheme} {case.edition}")
        return self.scheme

    async def _already(self, case: Case | None, request: Request, refused: Refused | None = None) -> Case:
        """The case as it stands, if this very command was carried out before; otherwise the refusal."""
        receipt = None
        if case is not None and request.key:
            receipt = await self.store.receipt(case.id, request.key)
        if case is None or receipt is None:
            if refused is not None:
                raise refused
            if case is not None and request.expected is not None:
                raise StaleVersion(case.id, request.expected, case.version)
            raise Refused("already_lodged", case.id if case is not None else "")
        self._same_command(case.id, receipt, request)
        return case

    def _same_command(self, case_id: str, receipt: Receipt, request: Request) -> None:
        """One key names one command for ever. After erasure nothing can be compared, and nothing is done."""
        try:
            digest = rows.receipt_digest(write_command(request.command), request.by, self.ring.get(case_id))
        except (KeyDestroyed, KeyMissing):
            return
        if digest != receipt.digest:
            raise KeyReused(case_id)

    async def _repeated(self, commit: Commit, answer: Replayed, request: Request) -> Case | ExpressPlatformError:
        try:
            self._same_command(commit.case_id, answer.receipt, request)
        except KeyReused as error:
            return error
        stored = await self.store.load(commit.case_id, request.by.organisation)
        return NoSuchCase(commit.case_id) if stored is None else rows.fold(stored)

    async def _known(self, case_id: str, batch: _Batch, request: Request) -> Known:
        """What the core must be told: numbers for a new case; participants and duplicates for a judgement."""
        command = request.command
        if isinstance(command, c.Lodge):
            return Known(case_id, reference(self.draw("reference", case_id, 1)))
        if isinstance(command, NEEDS_PARTICULARS):
            draft = batch.drafts[case_id]
            if not draft.opened:
                draft.case = self._opened_draft(draft)
            if isinstance(command, c.Accept) and draft.case is not None:
                if batch.quarters is None:
                    batch.quarters = tuple(await self.store.quarters())
                found = await self._duplicates(draft.case, batch.quarters)
                return Known(participants=self.participants, duplicates=found)
        return Known(participants=self.participants)

    def _opened_draft(self, draft: _Draft) -> Case | None:
        """The draft's case with its particulars; what came in within this very batch has them already."""
        case, stored = draft.case, draft.stored
        draft.opened = True
        if case is None or stored is None or case.particulars is not ERASED:
            return case
        given = rows.fold_opened(stored, self.ring)[0].particulars
        complaint = attrs.evolve(case.file.complaint, particulars=given)
        return attrs.evolve(case, file=attrs.evolve(case.file, complaint=complaint))

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

    def _commit(self, after: Case, event: Event, request: Request) -> Commit:
        """One step as rows: sealed event, header, effects, receipt, tokens."""
        key = self.ring.get(after.id)
        receipt = None
        if request.key:
            digest = rows.receipt_digest(write_command(request.command), request.by, key)
            receipt = Receipt(after.id, request.key, digest, after.version)
        return Commit(
            case_id=after.id,
            expected=after.version - 1,
            header=rows.header_of(after),
            events=(rows.sealed_row(event, after, key),),
            effects=rows.effects_of(event, after),
            receipt=receipt,
            tokens=rows.tokens_of(after, event, self.keys),
            drop_tokens=after.status is Status.ERASED,
        )

    async def act(self, request: Request) -> Case:
        """One command; raises what refuses it."""
        (answer,) = await self.submit((request,))
        if isinstance(answer, ExpressPlatformError):
            raise answer
        return answer

    async def obtain(self, case_id: str, *, by: Actor, key: str, at: datetime | None = None) -> Disclosure:
        """A trader reads the details: the disclosure is an event first, and what it was given second."""
        await self.act(Request(c.Obtain(), by, key, case_id, at=at))
        stored = await self._stored(case_id, by.organisation)
        case, events = rows.fold_opened(stored, self.ring)
        record = next(event.disclosure for event in reversed(events) if isinstance(event, Obtained))
        return disclose(
            attrs.evolve(case.complaint, evidence=case.file.evidence),
            audience=Audience.TRADER,
            recipient=case.trader,
            purpose=Purpose.HANDLING,
            stage=Stage.HANDLING,
            consents=case.file.consents,
            scheme=self.scheme,
            at=case.at,
            use_until=record.use_until,
            case_id=case_id,
        )

    # --- reading -----------------------------------------------------------------------------------------------

    async def _stored(self, case_id: str, organisation: str) -> StoredCase:
        stored = await self.store.load(case_id, organisation)
        if stored is None:
            raise NoSuchCase(case_id)
        return stored

    async def read(self, case_id: str, *, by: Actor, reason: str) -> Opened:
        """A case with its particulars and every remark, for whoever may read it, with a reason."""
        stored = await self._stored(case_id, by.organisation)
        if by.role not in rows.READERS:
            may = ("Obtain",) if by.role is Role.TRADER else ()
            raise Refused("not_a_reader", case_id, Role.COUNCIL, may, "This role does not read particulars here.")
        if not reason.strip():
            raise Refused("reason_missing", case_id, by.role, (), "Reading particulars needs a reason.")
        case, events = rows.fold_opened(stored, self.ring, everything=True)
        return Opened(case, events)

    async def facts(self, case_id: str, *, by: Actor) -> Opened:
        """A case and its events from their facts alone: no particular is opened."""
        stored = await self._stored(case_id, by.organisation)
        return Opened(rows.fold(stored), tuple(rows.fact_of(row) for row in stored.events))

    async def page(self, *, by: Actor, wanted: Wanted, after: str, limit: int) -> Page:
        """Where cases stand: headers, without any particular."""
        return await self.store.headers(by.organisation, wanted, after, limit)

    async def assess(self, case_id: str, *, by: Actor) -> Assessment:
        """Every finding about a case as at its filing date, and the verdict."""
        stored = await self._stored(case_id, by.organisation)
        case = rows.fold_opened(stored, self.ring)[0]
        complaint = attrs.evolve(case.complaint, consents=case.file.consents, evidence=case.file.evidence)
        known = Known(
            participants=self.participants, duplicates=await self._duplicates(case, await self.store.quarters())
        )
        on = self.scheme.day(case.file.filed_at)
        return assess(complaint, scheme=self._scheme_of(case), on=on, known=known)

    def assess_unlodged(self, complaint: Complaint) -> Assessment:
        """What an assessment would come to if the complaint were lodged now; nothing is stored."""
        known = Known(participants=self.participants)
        return assess(complaint, scheme=self.scheme, on=self.scheme.day(self.now()), known=known)

    async def allowed(self, case_id: str, *, by: Actor) -> tuple[str, ...]:
        """The names of the commands that this actor may send now."""
        stored = await self._stored(case_id, by.organisation)
        return tuple(command.__name__ for command in allowed(rows.fold(stored), by))

    async def all_cases(self, organisation: str, batch: int) -> AsyncIterator[Case]:
        """Every case of an organisation, from its facts: for figures. Needs no key."""
        after = ""
        while True:
            stretch = await self.store.scan(organisation, after, batch)
            for stored in stretch:
                yield rows.fold(stored)
            if len(stretch) < batch:
                return
            after = stretch[-1].header.case_id

    async def indicators(self, tally: Tally, *, by: Actor, progress: Callable[[int], None] | None = None) -> Figures:
        """Adds every case of an organisation to a tally."""
        counted = 0
        async for case in self.all_cases(by.organisation, 500):
            tally.add(case)
            counted += 1
            if progress is not None and counted % 500 == 0:
                progress(counted)
        return tally.figures()

    # --- the clock and the work --------------------------------------------------------------------------------

    async def tick(self, limit: int) -> Ticked:
        """Takes every step that time asks for, at most ``limit`` cases at once; call again while it takes any."""
        now = self.now()
        steps, failed = 0, []
        for header in await self.store.due(now, limit):
            try:
                steps += await self._advance(header, now)
            except ExpressPlatformError as error:
                failed.append((header.case_id, error.code))
        return Ticked(steps, tuple(failed))

    async def _advance(self, header: Header, now: datetime) -> int:
        stored = await self._stored(header.case_id, EVERYONE)
        case, commits = rows.fold(stored), []
        while (command := due(case, now)) is not None:
            case, commit = self._clocked(case, command, now)
            commits.append(commit)
        return await self._append_all(commits)

    def _clocked(self, case: Case, command: Command, at: datetime) -> tuple[Case, Commit]:
        """One step of the clock."""
        request = Request(command, clock_of(case.file.council), "", case.id)
        known = Known(participants=self.participants)
        scheme = self._scheme_of(case)
        (event,) = decide(case, command, by=request.by, at=max(at, case.at), scheme=scheme, known=known)
        after = apply(case, event)
        return after, self._commit(after, event, request)

    async def _append_all(self, commits: Sequence[Commit]) -> int:
        for answer in await self.store.append(commits) if commits else ():
            if isinstance(answer, Conflict):
                raise StaleVersion(answer.case_id, answer.expected, answer.found)
        return len(commits)

    async def advance(self, case_ids: Sequence[str], until: datetime) -> int:
        """The clock's steps on some cases up to an instant, each at the instant it was due."""
        commits: list[Commit] = []
        for case_id in case_ids:
            case = rows.fold(await self._stored(case_id, EVERYONE))
            while (instant := next_due(case)) is not None and instant <= until:
                command = due(case, max(instant, case.at))
                if command is None:
                    break
                case, commit = self._clocked(case, command, instant)
                commits.append(commit)
        return await self._append_all(commits)

    async def reschedule(self) -> int:
        """Computes every provisional end again, for after a year was announced; how many ends moved."""
        moved, after = 0, ""
        while True:
            page = await self.store.headers(EVERYONE, Wanted(), after, 500)
            for header in page.headers:
                if rows.is_open(header):
                    moved += await self._rescheduled(header.case_id)
            if not page.after:
                return moved
            after = page.after

    async def _rescheduled(self, case_id: str) -> int:
        stored = await self._stored(case_id, EVERYONE)
        case, moved = rows.fold(stored), 0
        for timer in case.timers:
            if not timer.provisional:
                continue
            after, commit = self._clocked(case, c.Reschedule(timer.duty), self.now())
            if after.timer(timer.duty) != timer:
                case = after
                moved += await self._append_all((commit,))
        return moved

    async def work(self, limit: int) -> Worked:
        """Carries out what steps have left to be done: alerts and destroyed keys. What fails comes back."""
        now = self.now()
        done, failed = [], []
        for effect in await self.store.claim(now, limit, LEASE):
            try:
                await self._deliver(effect)
                done.append(effect.id)
            except Exception as error:  # noqa: BLE001  a gateway may raise anything; the effect must come back
                code = error.code if isinstance(error, ExpressPlatformError) else type(error).__name__
                failed.append((effect.id, code))
                await self.store.retry(effect.id, now + RETRY)
        await self.store.done(done)
        return Worked(len(done), tuple(failed))

    async def _deliver(self, effect: EffectRow) -> None:
        if effect.kind == EffectKind.DESTROY_KEY:
            self.ring.forget(effect.case_id)
            self.keys.destroy(effect.case_id)
            await self._forget_quarters()
            return
        stored = await self._stored(effect.case_id, EVERYONE)
        header, gateway = stored.header, self.gateways.get(effect.recipient)
        # What was true at the upload may be over by now: a trader is told only while the case waits for it.
        if gateway is None or header.status != Status.UPLOADED or header.trader != effect.recipient:
            return
        alert = Alert(effect.id, header.case_id, effect.recipient, header.reference, header.due_at)
        gateway.alert(alert)

    async def _forget_quarters(self) -> None:
        """The secret of a quarter's tokens goes with the quarter's last case."""
        standing = {*(await self.store.quarters()), rows.quarter_of(self.now())}
        for quarter in rows.earlier_quarters(rows.quarter_of(self.now())):
            if quarter not in standing:
                self.keys.forget(rows.secret_name(quarter))


def approver(by: Actor, approved_by: Actor, case_id: str) -> str:
    """The second person's id; raises Refused where the second person is of another council, or no officer."""
    if approved_by.role is not Role.COUNCIL or approved_by.organisation != by.organisation:
        raise Refused("second_person_needed", case_id, Role.COUNCIL, (), "A second officer must approve this.")
    return approved_by.person


def _facts_only(case: Case) -> Case:
    """The case as a command's answer shows it: reading particulars is a reading, with a reason."""
    if case.particulars is ERASED:
        return case
    complaint = attrs.evolve(case.file.complaint, particulars=ERASED)
    return attrs.evolve(case, file=attrs.evolve(case.file, complaint=complaint))
