"""`Platform`: the flow over a store that answers at once.

The flow is one coroutine for both faces. Here the store is lifted into asynchronous methods that never suspend,
so one `send` runs a coroutine to its end; there is no event loop and no thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from expressplatform.case import Case
from expressplatform.codes import ErasureReason, Status
from expressplatform.commands import Command, Erase, Lodge
from expressplatform.complaint import Actor, Complaint
from expressplatform.driving import run
from expressplatform.errors import ExpressPlatformError
from expressplatform.events import Event
from expressplatform.indicators import Figures, Tally
from expressplatform.memory import MemoryRegister, MemoryShelf
from expressplatform.platform.aside import AtOnce
from expressplatform.platform.faces.editions import EditionsFace
from expressplatform.platform.faces.lifted import Lifted, LiftedEvidence, LiftedShelf
from expressplatform.platform.faces.sync_admission import AdmissionFace
from expressplatform.platform.faces.sync_breach import BreachFace
from expressplatform.platform.faces.sync_evidence import EvidenceFace
from expressplatform.platform.faces.sync_ledger import LedgerFace
from expressplatform.platform.faces.sync_network import NetworkFace
from expressplatform.platform.faces.sync_participants import ParticipantsFace
from expressplatform.platform.faces.sync_privacy import PrivacyFace
from expressplatform.platform.faces.sync_rights import RightsFace
from expressplatform.platform.faces.sync_trading import TradingFace
from expressplatform.platform.flow import NO_GATEWAYS, Flow, approver
from expressplatform.platform.requests import DeadLetter, Opened, Request, Ticked, Worked, wanted_of
from expressplatform.platform.running import never
from expressplatform.platform.system import system_draw, utc_now
from expressplatform.ports import (
    CaseStore,
    Draw,
    EvidenceStore,
    KeyStore,
    Messenger,
    Page,
    Register,
    Scan,
    Shelf,
    Strip,
    TraderGateway,
    Witness,
)
from expressplatform.privacy.disclosure import Disclosure
from expressplatform.scheme import Assessment, Participant, Scheme


class Platform(
    PrivacyFace,
    RightsFace,
    EvidenceFace,
    BreachFace,
    LedgerFace,
    AdmissionFace,
    NetworkFace,
    ParticipantsFace,
    TradingFace,
    EditionsFace,
):
    """A council's desk over one store, one key store and one scheme.

    ``scheme`` is the edition under which complaints come in; ``earlier`` are the editions of the same scheme that cases
    live under: each case is judged by its own for ever. A case of an edition that is not here is read and counted, and
    every step on it is refused. ``now`` tells the time (UTC), ``draw`` gives random bytes for references, ``gateways``
    tell traders that a case waits (by organisation), ``participants`` take part besides those that the scheme names and
    those that are enrolled. ``shelf`` keeps what belongs to no case, such as the log of who read what, and ``register``
    which keys were destroyed and which consents taken back: give lasting ones beside a lasting store, for without them
    they live in memory and are gone with the process. ``evidence`` keeps files of documents (none: they are described
    only), ``scan`` looks into them before anybody is handed one, ``strip`` makes the copies of PDF documents that
    traders are handed (none: no trader is). ``messenger`` writes to complainants, and ``link`` is how the address of a
    case's own page begins (such as ``https://council.example/case#``): what opens the page is put behind it in each
    letter.
    """

    def __init__(
        self,
        *,
        scheme: Scheme,
        store: CaseStore,
        keys: KeyStore,
        now: Callable[[], datetime] = utc_now,
        draw: Draw = system_draw,
        gateways: Mapping[str, TraderGateway] = NO_GATEWAYS,
        participants: Sequence[Participant] = (),
        shelf: Shelf | None = None,
        messenger: Messenger | None = None,
        evidence: EvidenceStore | None = None,
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
            store=Lifted(store),
            keys=keys,
            now=now,
            draw=draw,
            gateways=gateways,
            participants=participants,
            shelf=LiftedShelf(shelf if shelf is not None else MemoryShelf()),
            messenger=messenger,
            evidence=LiftedEvidence(evidence) if evidence is not None else None,
            scan=scan,
            strip=strip,
            register=register if register is not None else MemoryRegister(),
            link=link,
            witness=witness,
            origin=origin,
            aside=AtOnce(),
        )

    def open(self) -> None:
        """Makes sure that the store belongs to this scheme; a new store belongs to it from now on.

        Raises StoreUnusable where the store belongs to another scheme.
        """
        run(self._flow.adopt())

    def lodge(self, complaint: Complaint, *, by: Actor, key: str, at: datetime | None = None) -> Case:
        """A complaint comes in; the case as it stands, its particulars sealed away.

        ``key`` makes the call safe to repeat: the same key and complaint give the same case. It must not say
        anything about the person (it is stored in clear). ``at`` is for imports and simulations: when it happened.
        Raises InvalidInput (every problem by path), Refused, KeyReused.
        """
        return run(self._flow.act(Request(Lodge(complaint), by, key, at=at)))

    def act(
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
        return run(self._flow.act(Request(command, by, key, case_id, expected, at)))

    def submit(self, requests: Sequence[Request]) -> list[Case | ExpressPlatformError]:
        """Sends a batch, stored in one append; for each request, in order, the case or the error that refused it alone.

        Raises only what concerns the batch as a whole: StoreUnusable.
        """
        return run(self._flow.submit(requests))

    def obtain(self, case_id: str, *, by: Actor, key: str, at: datetime | None = None) -> Disclosure:
        """A trader reads the details. The reading is recorded before anything is shown.

        The same key shows what that reading showed, as long as the trader may still read it. Raises Refused,
        NoSuchCase, KeyReused.
        """
        return run(self._flow.obtain(case_id, by=by, key=key, at=at))

    def case(self, case_id: str, *, by: Actor, reason: str) -> Case:
        """A case with the complainant's particulars, for the council or the complainant, with a reason.

        Raises Refused (``reason_missing``, ``not_a_reader``), NoSuchCase.
        """
        return (run(self._flow.read(case_id, by=by, reason=reason))).case

    def history(self, case_id: str, *, by: Actor, reason: str) -> tuple[Event, ...]:
        """Everything that happened in a case, remarks included, in order; for whom and why as in `case`."""
        return (run(self._flow.read(case_id, by=by, reason=reason))).events

    def facts(self, case_id: str, *, by: Actor) -> Opened:
        """A case and its events from their facts alone: nothing personal is opened. Not for a trader, who obtains.

        Raises Refused, NoSuchCase.
        """
        return run(self._flow.facts(case_id, by=by))

    def cases(
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
        return run(self._flow.page(by=by, wanted=wanted, after=after, limit=limit))

    def assess(self, case_id: str, *, by: Actor) -> Assessment:
        """Every finding about a case as at its filing date, and the one verdict. Raises Refused, NoSuchCase."""
        return run(self._flow.assess(case_id, by=by))

    def assess_unlodged(self, complaint: Complaint) -> Assessment:
        """What an assessment would come to if the complaint were lodged now; nothing is stored."""
        return run(self._flow.assess_unlodged(complaint))

    def allowed(self, case_id: str, *, by: Actor) -> tuple[str, ...]:
        """The names of the commands that this actor may send now, guards on their content aside. Raises NoSuchCase."""
        return run(self._flow.allowed(case_id, by=by))

    def erase(
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
        return run(self._flow.act(Request(command, by, key or f"erase:{case_id}", case_id)))

    def indicators(self, tally: Tally, *, by: Actor, progress: Callable[[int], None] | None = None) -> Figures:
        """Adds every case that ``by`` may see to a tally, from facts alone; the figures that it comes to.

        ``progress`` is called with the number of cases counted so far, now and then.
        """
        return run(self._flow.indicators(tally, by=by, progress=progress))

    def tick(self, limit: int = 100) -> Ticked:
        """Takes the steps that time asks for, on at most ``limit`` cases; call again while ``steps`` is not 0."""
        return run(self._flow.tick(limit))

    def advance(self, case_ids: Sequence[str], until: datetime) -> int:
        """Takes the steps that time asked of some cases up to an instant, each when it was due (simulations)."""
        return run(self._flow.advance(case_ids, until))

    def work(self, limit: int = 100, *, stopped: Callable[[], bool] = never) -> Worked:
        """Carries out at most ``limit`` of the effects that steps left: alerts, messages, scans, keys to be destroyed.

        Call it now and then, from as many processes as you like; what fails is tried again after a while, ever later,
        and after three days becomes a dead letter. ``stopped`` is asked before each: once it is true, what has not been
        begun is left to the next who calls.
        """
        return run(self._flow.work(limit, stopped))

    def dead_letters(self, *, by: Actor) -> tuple[DeadLetter, ...]:
        """What was tried so often that it was given up, by id: an operator sees to the cause, then replays it.

        For the council's officers and the operator: raises Refused (``wrong_role``).
        """
        return run(self._flow.dead_letters(by=by))

    def replay_dead_letter(self, id: str, *, by: Actor) -> bool:
        """Has a dead letter tried again by the next `work`, its attempts counted anew; False where there is none.

        Raises Refused (``wrong_role``).
        """
        return run(self._flow.replay_dead_letter(id, by=by))

    def reschedule(self) -> Ticked:
        """Computes provisional deadlines again, for after a year was announced; ``steps`` is how many ends moved."""
        return run(self._flow.reschedule())

    def close(self) -> None:
        """Lets go of the store and the keys."""
        run(self._flow.close())
