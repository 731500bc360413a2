"""`CouncilClient`: what a council's own system calls, without awaiting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from expressplatform.codes import Channel, IdentityProof, RefusalSection, Status
from expressplatform.commands import Command
from expressplatform.complaint import Complaint
from expressplatform.driving import run
from expressplatform.enrolment import ChangeParticipant, Enrol, LetLeave
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform.transport import LiftedTransport, Surroundings, Transport
from expressplatform_http.client.aio_council import AsyncCouncilClient
from expressplatform_http.client.aio_member import Progress, new_nonce
from expressplatform_http.client.calling import Options
from expressplatform_http.client.files import Content, ReceivedFile
from expressplatform_http.client.member import SLEEPING, Member
from expressplatform_http.client.rows import Rows, Stretch
from expressplatform_http.protocol import council_documents as d
from expressplatform_http.protocol import documents as o
from expressplatform_http.protocol import participants as p
from expressplatform_http.protocol import queries as q
from expressplatform_http.protocol.signatures import RequestSigner


class CouncilClient(Member):
    """A council's calls: taking in, deciding, uploading, reading with a reason, rights, who takes part.

    ``base`` is the address of the platform, ``transport`` carries requests (`HttpxTransport` over a client of httpx or
    httpx2 that is yours), ``signer`` signs with the council's key (`signing.SigningKey` is one).
    """

    _flow: AsyncCouncilClient
    __slots__ = ()

    def __init__(
        self,
        base: str,
        transport: Transport,
        *,
        signer: RequestSigner,
        options: Options,
        around: Surroundings = SLEEPING,
        nonce: Callable[[], str] = new_nonce,
    ) -> None:
        lifted = LiftedTransport(transport)
        self._flow = AsyncCouncilClient(base, lifted, signer=signer, options=options, around=around, nonce=nonce)

    def lodge(self, complaint: Complaint, *, key: str) -> o.Acted:
        """Takes a complaint in. ``key`` and what is raised are as in `act`."""
        return run(self._flow.lodge(complaint, key=key))

    def cases(
        self,
        *,
        status: Sequence[Status] = (),
        trader: str = "",
        assignee: str = "",
        reference: str = "",
        due_before: datetime | None = None,
        after: str = "",
        limit: int = 100,
    ) -> Rows[d.CouncilRow]:
        """Where the council's cases stand, by case id, as an iterator that can go on.

        What is left out does not matter; ``due_before`` is an instant, ``after`` the cursor of an earlier iterator of
        the same list, ``limit`` how many rows are fetched at once.
        """
        rows = self._flow.cases(
            status=status,
            trader=trader,
            assignee=assignee,
            reference=reference,
            due_before=due_before,
            after=after,
            limit=limit,
        )
        return Rows(lambda place: run(rows.fetch(place)), after)

    def page(self, query: q.CouncilQuery) -> Stretch[d.CouncilRow]:
        """One page of the list."""
        return run(self._flow.page(query))

    def case(self, case_id: str) -> d.CouncilCase:
        """A case as facts: nothing personal. Raises NoSuchCase."""
        return run(self._flow.case(case_id))

    def reading(self, case_id: str, *, reason: str, key: str = "") -> d.CaseReading:
        """A case with everything in it. Who read it, and why, stands in the log. ``key``: a new one unless given."""
        return run(self._flow.reading(case_id, reason=reason, key=key))

    def take_down(
        self, case_id: str, command: Command, *, channel: Channel, key: str, expected: int | None = None
    ) -> o.Acted:
        """Writes down the complainant's own word, taken by a channel such as the telephone: a step that is theirs.

        It stands as theirs, with who wrote it down. ``key`` and ``expected`` as for `act`; raises as `act`.
        """
        return run(self._flow.take_down(case_id, command, channel=channel, key=key, expected=expected))

    def signed(self, case_id: str, *, reason: str, key: str = "") -> d.StatementsShown:
        """What organisations signed about a case, with their signatures: a reading, as `reading` is."""
        return run(self._flow.signed(case_id, reason=reason, key=key))

    def assessment(self, case_id: str) -> d.AssessmentShown:
        """How a case stands by every criterion."""
        return run(self._flow.assessment(case_id))

    def judge(self, complaint: Complaint) -> d.AssessmentShown:
        """How a complaint would stand if it were lodged now; nothing is kept of it."""
        return run(self._flow.judge(complaint))

    def read_evidence(self, case_id: str, evidence_id: str, *, reason: str, key: str = "") -> bytes:
        """A document as it was handed in: a reading, as `reading` is."""
        return run(self._flow.read_evidence(case_id, evidence_id, reason=reason, key=key))

    def read_evidence_file(self, case_id: str, evidence_id: str, *, reason: str, key: str = "") -> ReceivedFile:
        """A document as it was handed in, in pieces: a reading, as `reading` is. Close it when you are done.

        It is handed over once it is here whole and its digest is right: raises SealBroken where that is not so.
        """
        return run(self._flow.read_evidence_file(case_id, evidence_id, reason=reason, key=key))

    def mask_evidence(
        self, case_id: str, evidence_id: str, content: Content = b"", *, key: str, progress: Progress | None = None
    ) -> o.Acted:
        """Puts a masked copy beside a document; without ``content``, one is made of a text by rule."""
        return run(self._flow.mask_evidence(case_id, evidence_id, content, key=key, progress=progress))

    def queue(self) -> tuple[d.WaitsShown, ...]:
        """What waits for an officer beside the deadlines of cases, the longest first."""
        return run(self._flow.queue())

    def told(self, id: str, *, key: str) -> tuple[d.WaitsShown, ...]:
        """A complainant has been told by other means; what waits now."""
        return run(self._flow.told(id, key=key))

    def open_request(self, request: q.OpenRequest, *, key: str) -> d.RequestShown:
        """Takes in what a person asks about their own data (PDPO ss.18-24; PIPL Arts 44-47)."""
        return run(self._flow.open_request(request, key=key))

    def requests(self, *, open_only: bool = False, overdue: bool = False) -> tuple[d.RequestShown, ...]:
        """Where such requests stand."""
        return run(self._flow.requests(open_only=open_only, overdue=overdue))

    def answer_request(self, id: str, *, identity_checked: IdentityProof, key: str) -> d.RequestAnswered:
        """Answers a request by doing what it asks; what the person is handed is in the answer."""
        return run(self._flow.answer_request(id, identity_checked=identity_checked, key=key))

    def refuse_request(self, id: str, *, section: RefusalSection, reasons: str, key: str) -> d.RequestShown:
        """Refuses a request on a section, with reasons."""
        return run(self._flow.refuse_request(id, section=section, reasons=reasons, key=key))

    def refusals(self) -> tuple[d.RefusalShown, ...]:
        """The log of refusals (PDPO s.27)."""
        return run(self._flow.refusals())

    def record_impact_assessment(self, made: ImpactAssessment, *, key: str) -> d.ImpactAssessmentShown:
        """Puts an impact assessment on record (PIPL Art 56)."""
        return run(self._flow.record_impact_assessment(made, key=key))

    def impact_assessments(self) -> tuple[d.ImpactAssessmentShown, ...]:
        """The impact assessments on record."""
        return run(self._flow.impact_assessments())

    def organisations(self) -> tuple[o.OrganisationShown, ...]:
        """Who is connected."""
        return run(self._flow.organisations())

    def keys_of(self, organisation: str) -> tuple[o.KeyShown, ...]:
        """The keys of an organisation, ended ones too."""
        return run(self._flow.keys_of(organisation))

    def end_key_of(self, organisation: str, key_id: str, *, key: str, at: datetime | None = None) -> o.KeyShown:
        """Ends somebody's key, at once or from the instant ``at`` on."""
        return run(self._flow.end_key_of(organisation, key_id, key=key, at=at))

    def participations(self) -> tuple[p.ParticipationShown, ...]:
        """Who takes part, with what was entered by whom, and the version that it comes to."""
        return run(self._flow.participations())

    def participation(self, organisation: str) -> p.ParticipationShown:
        """The same for one organisation. Raises Refused (``no_such_participant``)."""
        return run(self._flow.participation(organisation))

    def enrol(self, asked: Enrol, *, key: str, expected: int | None = None) -> p.ParticipationShown:
        """Has a trader take part from a day on.

        ``key`` is as in `act`, ``expected`` the version that was decided on (0: of an organisation about which nothing
        was entered). Raises Refused (``not_the_schemes_council``, ``takes_part``), InvalidInput, StaleVersion,
        KeyReused.
        """
        return run(self._flow.enrol(asked, key=key, expected=expected))

    def change_participant(
        self, organisation: str, asked: ChangeParticipant, *, key: str, expected: int | None = None
    ) -> p.ParticipationShown:
        """Changes what is told of a participant, from a day on; days before it stay as they were told.

        Raises as `enrol`, and Refused (``no_such_participant``, ``takes_no_part`` on that day).
        """
        return run(self._flow.change_participant(organisation, asked, key=key, expected=expected))

    def let_leave(
        self, organisation: str, asked: LetLeave, *, key: str, expected: int | None = None
    ) -> p.ParticipationShown:
        """Lets a participant leave with a day; cases that it holds go on. Raises as `change_participant`."""
        return run(self._flow.let_leave(organisation, asked, key=key, expected=expected))
