"""`AsyncPlatform`: the same flow over an asynchronous store, with the same methods to be awaited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from expressplatform.case import Case
from expressplatform.codes import ErasureReason, Status
from expressplatform.commands import Command, Erase, Lodge
from expressplatform.complaint import Actor, Complaint
from expressplatform.errors import ExpressPlatformError
from expressplatform.events import Event
from expressplatform.indicators import Figures, Tally
from expressplatform.memory import MemoryRegister, MemoryShelf
from expressplatform.platform.aside import InThreads
from expressplatform.platform.faces.aio_admission import AsyncAdmissionFace
from expressplatform.platform.faces.aio_breach import AsyncBreachFace
from expressplatform.platform.faces.aio_evidence import AsyncEvidenceFace
from expressplatform.platform.faces.aio_ledger import AsyncLedgerFace
from expressplatform.platform.faces.aio_network import AsyncNetworkFace
from expressplatform.platform.faces.aio_participants import AsyncParticipantsFace
from expressplatform.platform.faces.aio_privacy import AsyncPrivacyFace
from expressplatform.platform.faces.aio_rights import AsyncRightsFace
from expressplatform.platform.faces.aio_trading import AsyncTradingFace
from expressplatform.platform.faces.editions import EditionsFace
from expressplatform.platform.faces.lifted import LiftedShelf
from expressplatform.platform.flow import NO_GATEWAYS, Flow, approver
from expressplatform.platform.requests import DeadLetter, Opened, Request, Ticked, Worked, wanted_of
from expressplatform.platform.running import never
from expressplatform.platform.system import system_draw, utc_now
from expressplatform.ports import (
    AsyncCaseStore,
    AsyncEvidenceStore,
    AsyncMessenger,
    AsyncShelf,
    Draw,
    KeyStore,
    Messenger,
    Page,
    Register,
    Scan,
    Strip,
    TraderGateway,
    Witness,
)
from expressplatform.privacy.disclosure import Disclosure
from expressplatform.scheme import Assessment, Participant, Scheme


class AsyncPlatform(
    AsyncPrivacyFace,
    AsyncRightsFace,
    AsyncEvidenceFace,
    AsyncBreachFace,
    AsyncLedgerFace,
    AsyncAdmissionFace,
    AsyncNetworkFace,
    AsyncParticipantsFace,
    AsyncTradingFace,
    EditionsFace,
):
    """`Platform` for asynchronous callers: same arguments, same methods, each to be awaited.

    Keys are made and cases folded for figures in threads of the event loop's own pool; documents are looked through and
    freed of their notes in two threads of the platform's. A key that is fetched again after its minute, and the
    register, are asked directly; what travels over a network belongs behind a cache of its own. A messenger that blocks
    is asked directly too: one that travels over a network belongs into a `threads.ThreadedMessenger`.
    """

    def __init__(
        self,
        *,
        scheme: Scheme,
        store: AsyncCaseStore,
        keys: KeyStore,
        now: Callable[[], datetime] = utc_now,
        draw: Draw = system_draw,
        gateways: Mapping[str, TraderGateway] = NO_GATEWAYS,
        participants: Sequence[Participant] = (),
        shelf: AsyncShelf | None = None,
        messenger: Messenger | AsyncMessenger | None = None,
        evidence: AsyncEvidenceStore | None = None,
        scan: Scan | None = None,
        strip: Strip | None = None,
        register: Register | None = None,
        link: str = "",
        witness: Witness | None = None,
        origin: str = "",
        earlier: Sequence[Scheme] = (),
    ) -> None:
        self._flow = Flow(
            scheme=scheme,
            earlier=earlier,
            store=store,
            keys=keys,
            now=now,
            draw=draw,
            gateways=gateways,
            participants=participants,
            shelf=shelf if shelf is not None else LiftedShelf(MemoryShelf()),
            messenger=messenger,
            evidence=evidence,
            scan=scan,
            strip=strip,
            register=register if register is not None else MemoryRegister(),
            link=link,
            witness=witness,
            origin=origin,
            aside=InThreads(),
        )

    async def open(self) -> None:
        """Makes sure that the store belongs to this scheme; a new store belongs to it from now on.

        Raises StoreUnusable where the store belongs to another scheme.
        """
        await self._flow.adopt()

    async def lodge(self, complaint: Complaint, *, by: Actor, key: str, at: datetime | None = None) -> Case:
        """A complaint comes in; the case as it stands, its particulars sealed away.

        ``key`` makes the call safe to repeat: the same key and complaint give the same case. It must not say
        anything about the person (it is stored in clear). ``at`` is for imports and simulations: when it happened.
        Raises InvalidInput (every problem by path), Refused, KeyReused.
        """
        return await self._flow.act(Request(Lodge(complaint), by, key, at=at))

    async def act(
        self,
        case_id: str,
        command: Command,
        *,
        by: Actor,
        key: str,
        expected: int | None = None,
        at: datetime | None = None,
    ) -> Case:
        """Sends a command; the case as it stands afterwards, without particulars.

        ``expected`` is the version that the decision was made on; None takes whatever stands. Raises Refused,
        InvalidInput, StaleVersion, KeyReused, NoSuchCase.
        """
        return await self._flow.act(Request(command, by, key, case_id, expected, at))

    async def submit(self, requests: Sequence[Request]) -> list[Case | ExpressPlatformError]:
        """Sends a batch, stored in one append; for each request, in order, the case or the error that refused it alone.

        Raises only what concerns the batch as a whole: StoreUnusable.
        """
        return await self._flow.submit(requests)

    async def obtain(self, case_id: str, *, by: Actor, key: str, at: datetime | None = None) -> Disclosure:
        """A trader reads the details. The reading is recorded before anything is shown.

        The same key shows what that reading showed, as long as the trader may still read it. Raises Refused,
        NoSuchCase, KeyReused.
        """
        return await self._flow.obtain(case_id, by=by, key=key, at=at)

    async def case(self, case_id: str, *, by: Actor, reason: str) -> Case:
        """A case with the complainant's particulars, for the council or the complainant, with a reason.

        Raises Refused (``reason_missing``, ``not_a_reader``), NoSuchCase.
        """
        return (await self._flow.read(case_id, by=by, reason=reason)).case

    async def history(self, case_id: str, *, by: Actor, reason: str) -> tuple[Event, ...]:
        """Everything that happened in a case, remarks included, in order; for whom and why as in `case`."""
        return (await self._flow.read(case_id, by=by, reason=reason)).events

    async def facts(self, case_id: str, *, by: Actor) -> Opened:
        """A case and its events from their facts alone: nothing personal is opened. Not for a trader, who obtains.

        Raises Refused, NoSuchCase.
        """
        return await self._flow.facts(case_id, by=by)

    async def cases(
        self,
        *,
        by: Actor,
        status: Status | Sequence[Status] = (),
        trader: str = "",
        assignee: str = "",
        reference: str = "",
        due_before: datetime | None = None,
        after: str = "",
        limit: int = 100,
    ) -> Page:
        """Where cases stand that ``by`` may see, by case id; what is left empty does not matter.

        ``due_before`` is an instant, ``after`` the cursor of the page before, ``limit`` from 1 to 1000. Raises
        InvalidInput.
        """
        wanted = wanted_of(status, trader, assignee, reference, due_before)
        return await self._flow.page(by=by, wanted=wanted, after=after, limit=limit)

    async def assess(self, case_id: str, *, by: Actor) -> Assessment:
        """Every finding about a case as at its filing date, and the one verdict. Raises Refused, NoSuchCase."""
        return await self._flow.assess(case_id, by=by)

    async def assess_unlodged(self, complaint: Complaint) -> Assessment:
        """What an assessment would come to if the complaint were lodged now; nothing is stored."""
        return await self._flow.assess_unlodged(complaint)

    async def allowed(self, case_id: str, *, by: Actor) -> tuple[str, ...]:
        """The names of the commands that this actor may send now, guards on their content aside. Raises NoSuchCase."""
        return await self._flow.allowed(case_id, by=by)

    async def erase(
        self,
        case_id: str,
        *,
        by: Actor,
        approved_by: Actor,
        reason: ErasureReason = ErasureReason.REQUEST,
        key: str = "",
    ) -> Case:
        """Makes what is personal in an ended case unreadable for ever; two persons of one council.

        From this step on nothing opens the case; `work` destroys its key. Facts, outcome and figures stay. Raises
        Refused, NoSuchCase.
        """
        command = Erase(reason, approver(by, approved_by, case_id))
        return await self._flow.act(Request(command, by, key or f"erase:{case_id}", case_id))

    async def indicators(self, tally: Tally, *, by: Actor, progress: Callable[[int], None] | None = None) -> Figures:
        """Adds every case that ``by`` may see to a tally, from facts alone; the figures that it comes to.

        ``progress`` is called with the number of cases counted so far, now and then.
        """
        return await self._flow.indicators(tally, by=by, progress=progress)

    async def tick(self, limit: int = 100) -> Ticked:
        """Takes the steps that time asks for, on at most ``limit`` cases; call again while ``steps`` is not 0."""
        return await self._flow.tick(limit)

    async def advance(self, case_ids: Sequence[str], until: datetime) -> int:
        """Takes the steps that time asked of some cases up to an instant, each when it was due (simulations)."""
        return await self._flow.advance(case_ids, until)

    async def work(self, limit: int = 100, *, stopped: Callable[[], bool] = never) -> Worked:
        """Carries out at most ``limit`` of the effects that steps left: alerts, messages, scans, keys to be destroyed.

        Call it now and then, from as many processes as you like; what fails is tried again after a while, ever later,
        and after three days becomes a dead letter. ``stopped`` is asked before each: once it is true, what has not been
        begun is left to the next who calls.
        """
        return await self._flow.work(limit, stopped)

    async def dead_letters(self, *, by: Actor) -> tuple[DeadLetter, ...]:
        """What was tried so often that it was given up, by id: an operator sees to the cause, then replays it.

        For the council's officers and the operator: raises Refused (``wrong_role``).
        """
        return await self._flow.dead_letters(by=by)

    async def replay_dead_letter(self, id: str, *, by: Actor) -> bool:
        """Has a dead letter tried again by the next `work`, its attempts counted anew; False where there is none.

        Raises Refused (``wrong_role``).
        """
        return await self._flow.replay_dead_letter(id, by=by)

    async def reschedule(self) -> Ticked:
        """Computes provisional deadlines again, for after a year was announced; ``steps`` is how many ends moved."""
        return await self._flow.reschedule()

    async def close(self) -> None:
        """Lets go of the store and the keys."""
        await self._flow.close()
