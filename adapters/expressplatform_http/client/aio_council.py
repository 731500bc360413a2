"""`AsyncCouncilClient`: what a council's own system calls. `CouncilClient` is the same for those who do not await."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from expressplatform.codes import Channel, IdentityProof, RefusalSection, Role, Status
from expressplatform.commands import Command, Lodge
from expressplatform.complaint import Complaint
from expressplatform.enrolment import ChangeParticipant, Enrol, LetLeave
from expressplatform.fields import refuse
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform.wire import NAMES
from expressplatform_http.client.aio_member import AsyncMember, Progress, case_of, new_key
from expressplatform_http.client.calling import Sent
from expressplatform_http.client.files import Content, ReceivedFile, read_plainly
from expressplatform_http.client.rows import AsyncRows, Stretch
from expressplatform_http.protocol import council_documents as d
from expressplatform_http.protocol import documents as o
from expressplatform_http.protocol import participants as p
from expressplatform_http.protocol import queries as q
from expressplatform_http.protocol.routes import BY_NAME
from expressplatform_http.protocol.uploads import Masked


class AsyncCouncilClient(AsyncMember):
    """A council's calls: taking in, deciding, uploading, reading with a reason, rights, who takes part.

    ``base`` is the address of the platform, ``transport`` carries requests (`AsyncHttpxTransport` over a client of
    httpx or httpx2 that is yours), ``signer`` signs with the council's key (`signing.SigningKey` is one).
    """

    _role = Role.COUNCIL
    __slots__ = ()

    # --- cases ----------------------------------------------------------------------------------------------------

    async def lodge(self, complaint: Complaint, *, key: str) -> o.Acted:
        """Takes a complaint in. ``key`` and what is raised are as in `act`."""
        return await self._caller.read(o.Acted, "council.lodge", Sent(body=Lodge(complaint), key=key))

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
    ) -> AsyncRows[d.CouncilRow]:
        """Where the council's cases stand, by case id, as an iterator that can go on.

        What is left out does not matter; ``due_before`` is an instant, ``after`` the cursor of an earlier iterator of
        the same list, ``limit`` how many rows are fetched at once.
        """
        query = q.CouncilQuery(after, limit, tuple(status), trader, assignee, reference, due_before)
        return AsyncRows(lambda place: self.page(attrs.evolve(query, after=place)), after)

    async def page(self, query: q.CouncilQuery) -> Stretch[d.CouncilRow]:
        """One page of the list."""
        found = await self._caller.read(d.CouncilPage, "council.cases", Sent(query=query))
        return Stretch(found.cases, found.after, bool(found.after))

    async def case(self, case_id: str) -> d.CouncilCase:
        """A case as facts: nothing personal. Raises NoSuchCase."""
        return await self._caller.read(d.CouncilCase, "council.case", Sent(case_of(case_id)))

    async def reading(self, case_id: str, *, reason: str, key: str = "") -> d.CaseReading:
        """A case with everything in it. Who read it, and why, stands in the log. ``key``: a new one unless given."""
        sent = Sent(case_of(case_id), body=q.Why(reason), key=key or new_key())
        return await self._caller.read(d.CaseReading, "council.reading", sent)

    async def take_down(
        self, case_id: str, command: Command, *, channel: Channel, key: str, expected: int | None = None
    ) -> o.Acted:
        """Writes down the complainant's own word, taken by a channel such as the telephone: a step that is theirs.

        It stands as theirs, with who wrote it down. ``key`` and ``expected`` as for `act`; raises as `act`.
        """
        name = f"council.take_down_{NAMES.get(type(command), '')}"
        if name not in BY_NAME:
            raise refuse("$.command", "command", "must be a step that is the complainant's alone")
        places = {**case_of(case_id), "channel": channel.value}
        return await self._caller.read(o.Acted, name, Sent(places, body=command, key=key, expected=expected))

    async def signed(self, case_id: str, *, reason: str, key: str = "") -> d.StatementsShown:
        """What organisations signed about a case, with their signatures: a reading, as `reading` is."""
        sent = Sent(case_of(case_id), body=q.Why(reason), key=key or new_key())
        return await self._caller.read(d.StatementsShown, "council.signed", sent)

    async def assessment(self, case_id: str) -> d.AssessmentShown:
        """How a case stands by every criterion."""
        return await self._caller.read(d.AssessmentShown, "council.assessment", Sent(case_of(case_id)))

    async def judge(self, complaint: Complaint) -> d.AssessmentShown:
        """How a complaint would stand if it were lodged now; nothing is kept of it."""
        return await self._caller.read(d.AssessmentShown, "council.judge", Sent(body=q.Judge(complaint)))

    # --- documents ------------------------------------------------------------------------------------------------

    async def read_evidence(self, case_id: str, evidence_id: str, *, reason: str, key: str = "") -> bytes:
        """A document as it was handed in: a reading, as `reading` is."""
        with await self.read_evidence_file(case_id, evidence_id, reason=reason, key=key) as file:
            return file.whole()

    async def read_evidence_file(self, case_id: str, evidence_id: str, *, reason: str, key: str = "") -> ReceivedFile:
        """A document as it was handed in, in pieces: a reading, as `reading` is. Close it when you are done.

        It is handed over once it is here whole and its digest is right: raises SealBroken where that is not so.
        """
        sent = Sent(_document(case_id, evidence_id), body=q.Why(reason), key=key or new_key())
        return await read_plainly(
            lambda taker: self._caller.ask("council.read_evidence", attrs.evolve(sent, taker=taker)),
            case_id,
            evidence_id,
        )

    async def mask_evidence(
        self, case_id: str, evidence_id: str, content: Content = b"", *, key: str, progress: Progress | None = None
    ) -> o.Acted:
        """Puts a masked copy beside a document; without ``content``, one is made of a text by rule."""
        return await self._upload("mask_evidence", _document(case_id, evidence_id), Masked(), content, key, progress)

    # --- what waits -----------------------------------------------------------------------------------------------

    async def queue(self) -> tuple[d.WaitsShown, ...]:
        """What waits for an officer beside the deadlines of cases, the longest first."""
        return (await self._caller.read(d.QueueShown, "council.queue")).waits

    async def told(self, id: str, *, key: str) -> tuple[d.WaitsShown, ...]:
        """A complainant has been told by other means; what waits now."""
        return (await self._caller.read(d.QueueShown, "council.told", Sent({"id": id}, key=key))).waits

    # --- rights ---------------------------------------------------------------------------------------------------

    async def open_request(self, request: q.OpenRequest, *, key: str) -> d.RequestShown:
        """Takes in what a person asks about their own data (PDPO ss.18-24; PIPL Arts 44-47)."""
        return await self._caller.read(d.RequestShown, "council.open_request", Sent(body=request, key=key))

    async def requests(self, *, open_only: bool = False, overdue: bool = False) -> tuple[d.RequestShown, ...]:
        """Where such requests stand."""
        query = q.RequestsQuery(open_only, overdue)
        return (await self._caller.read(d.RequestsShown, "council.requests", Sent(query=query))).requests

    async def answer_request(self, id: str, *, identity_checked: IdentityProof, key: str) -> d.RequestAnswered:
        """Answers a request by doing what it asks; what the person is handed is in the answer."""
        sent = Sent({"id": id}, body=q.AnswerRequest(identity_checked), key=key)
        return await self._caller.read(d.RequestAnswered, "council.answer_request", sent)

    async def refuse_request(self, id: str, *, section: RefusalSection, reasons: str, key: str) -> d.RequestShown:
        """Refuses a request on a section, with reasons."""
        sent = Sent({"id": id}, body=q.RefuseRequest(section, reasons), key=key)
        return await self._caller.read(d.RequestShown, "council.refuse_request", sent)

    async def refusals(self) -> tuple[d.RefusalShown, ...]:
        """The log of refusals (PDPO s.27)."""
        return (await self._caller.read(d.RefusalsShown, "council.refusals")).refusals

    async def record_impact_assessment(self, made: ImpactAssessment, *, key: str) -> d.ImpactAssessmentShown:
        """Puts an impact assessment on record (PIPL Art 56)."""
        sent = Sent(body=made, key=key)
        return await self._caller.read(d.ImpactAssessmentShown, "council.record_impact_assessment", sent)

    async def impact_assessments(self) -> tuple[d.ImpactAssessmentShown, ...]:
        """The impact assessments on record."""
        return (await self._caller.read(d.ImpactAssessmentsShown, "council.impact_assessments")).assessments

    # --- who is connected -----------------------------------------------------------------------------------------

    async def organisations(self) -> tuple[o.OrganisationShown, ...]:
        """Who is connected."""
        return (await self._caller.read(o.OrganisationsShown, "council.organisations")).organisations

    async def keys_of(self, organisation: str) -> tuple[o.KeyShown, ...]:
        """The keys of an organisation, ended ones too."""
        return (await self._caller.read(o.KeysShown, "council.keys_of", Sent({"organisation": organisation}))).keys

    async def end_key_of(self, organisation: str, key_id: str, *, key: str, at: datetime | None = None) -> o.KeyShown:
        """Ends somebody's key, at once or from the instant ``at`` on."""
        sent = Sent({"organisation": organisation, "key_id": key_id}, body=q.EndKey(at), key=key)
        return await self._caller.read(o.KeyShown, "council.end_key_of", sent)

    # --- who takes part -------------------------------------------------------------------------------------------

    async def participations(self) -> tuple[p.ParticipationShown, ...]:
        """Who takes part, with what was entered by whom, and the version that it comes to."""
        return (await self._caller.read(p.ParticipationsShown, "council.participants")).participants

    async def participation(self, organisation: str) -> p.ParticipationShown:
        """The same for one organisation. Raises Refused (``no_such_participant``)."""
        return await self._caller.read(p.ParticipationShown, "council.participant", _organisation(organisation))

    async def enrol(self, asked: Enrol, *, key: str, expected: int | None = None) -> p.ParticipationShown:
        """Has a trader take part from a day on.

        ``key`` is as in `act`, ``expected`` the version that was decided on (0: of an organisation about which nothing
        was entered). Raises Refused (``not_the_schemes_council``, ``takes_part``), InvalidInput, StaleVersion,
        KeyReused.
        """
        sent = Sent(body=asked, key=key, expected=expected)
        return await self._caller.read(p.ParticipationShown, "council.enrol", sent)

    async def change_participant(
        self, organisation: str, asked: ChangeParticipant, *, key: str, expected: int | None = None
    ) -> p.ParticipationShown:
        """Changes what is told of a participant, from a day on; days before it stay as they were told.

        Raises as `enrol`, and Refused (``no_such_participant``, ``takes_no_part`` on that day).
        """
        sent = attrs.evolve(_organisation(organisation), body=asked, key=key, expected=expected)
        return await self._caller.read(p.ParticipationShown, "council.change_participant", sent)

    async def let_leave(
        self, organisation: str, asked: LetLeave, *, key: str, expected: int | None = None
    ) -> p.ParticipationShown:
        """Lets a participant leave with a day; cases that it holds go on. Raises as `change_participant`."""
        sent = attrs.evolve(_organisation(organisation), body=asked, key=key, expected=expected)
        return await self._caller.read(p.ParticipationShown, "council.let_leave", sent)


def _organisation(organisation: str) -> Sent:
    return Sent({"organisation": organisation})


def _document(case_id: str, evidence_id: str) -> Mapping[str, str]:
    return {**case_of(case_id), "evidence_id": evidence_id}
