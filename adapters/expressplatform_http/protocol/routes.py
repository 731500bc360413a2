"""The table of what can be asked over the wire: one row an operation; nothing else is answered.

Laws of this file: steps of cases are read off `lifecycle.ROWS`, every row but the clock's, for each role that it names;
none is written here by hand. A row says who may ask, what the request holds and what is answered. The server, its
OpenAPI document, the reference page and the tests read the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform import commands as c
from expressplatform.codes import Role
from expressplatform.commands import Command
from expressplatform.enrolment import ChangeParticipant, Enrol, LetLeave
from expressplatform.lifecycle import ROWS
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform.wire import NAMES
from expressplatform_http.protocol import council_documents as d
from expressplatform_http.protocol import documents as o
from expressplatform_http.protocol import participants as p
from expressplatform_http.protocol import queries as q

PREFIX: Final = "/v1"
"""Where everything of this protocol stands."""


class Content(StrEnum):
    """What is carried that is no JSON document of a class."""

    FILE = "file"
    """A file, piece by piece: in an answer with its media type; in a request behind what describes it (`uploads`)."""
    STREAM = "stream"
    """A file, piece by piece, sealed to a trader's key (`streams`)."""
    OPEN = "open"
    """A JSON object whose fields the library's reference tells."""
    TEXT = "text"
    """Plain text."""
    PAGE = "page"
    """A page for a browser."""


Carried = type | Content | None


class Who(StrEnum):
    """How whoever asks is known."""

    SIGNATURE = "signature"
    """By a signature of an organisation of the row's role."""
    OWN_KEY = "own_key"
    """By a signature of the very key that the request brings."""
    SESSION = "session"
    """By the token of a session for one case."""
    ANYBODY = "anybody"


@attrs.frozen
class Route:
    """One operation: its name, method and address; who may ask; what it holds and answers.

    ``role`` is that of whoever asks (None: anybody), ``status`` that of a good answer. ``command`` is set for steps of
    cases, ``speaks_for`` where the step is another's word, which whoever asks has taken down. A row that ``writes``
    needs an idempotency key; one that ``follows`` changes what has a version and is no case.
    """

    name: str
    method: str
    path: str
    summary: str
    who: Who
    role: Role | None = None
    query: type | None = None
    body: Carried = None
    answer: Carried = None
    status: int = 200
    command: type[Command] | None = None
    writes: bool = False
    tag: str = ""
    speaks_for: Role | None = None
    follows: bool = False

    @property
    def versioned(self) -> bool:
        """Whether the request may name the version that it was decided on."""
        return self.follows or (self.command is not None and "case_id" in self.parameters and self.role is not None)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names that stand for something in the address, in order."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))


_SIGNED: Final = MappingProxyType({Role.COUNCIL: Who.SIGNATURE, Role.TRADER: Who.SIGNATURE})
_CASE: Final = "/cases/{case_id}"
OVER_THE_WIRE: Final = tuple(role for role in Role if any(row.by is role for row in ROWS) and role is not Role.CLOCK)
"""The roles that the table of the lifecycle names, without the clock."""
_BY_HAND: Final = frozenset({c.Lodge, c.Obtain})
"""Steps whose address or answer is not that of the others."""


def _row(
    role: Role | None, method: str, path: str, name: str, summary: str, *, body: Carried = None,
    answer: Carried = None, query: type | None = None, status: int = 200, writes: bool | None = None,
    who: Who | None = None, command: type[Command] | None = None,
) -> Route:  # fmt: skip
    whose = role.value if role is not None else "public"
    asks = who or (_SIGNED.get(role, Who.SESSION) if role is not None else Who.ANYBODY)
    writing = method != "GET" if writes is None else writes
    return Route(
        f"{whose}.{name}", method, f"{PREFIX}/{whose}{path}", summary, asks, role, query, body, answer, status,
        command, writing, whose,
    )  # fmt: skip


def _first_line(cls: type) -> str:
    return (cls.__doc__ or "").strip().splitlines()[0]


def _steps(role: Role) -> Iterator[Route]:
    """A role's steps of cases, each once, in the order of the table."""
    for command in dict.fromkeys(row.command for row in ROWS if row.by is role and row.command not in _BY_HAND):
        name = NAMES[command]
        path = f"{_CASE}/{name.replace('_', '-')}"
        yield _row(role, "POST", path, name, _first_line(command), body=command, answer=o.Acted, command=command)


def _taken_down() -> Iterator[Route]:
    """The complainant's own word, taken by a channel and written down by an officer: the steps that no council has."""
    own = {row.command for row in ROWS if row.by is Role.COUNCIL}
    for command in dict.fromkeys(row.command for row in ROWS if row.by is Role.COMPLAINANT and row.command not in own):
        name = NAMES[command]
        path = f"{_CASE}/taken-down/{{channel}}/{name.replace('_', '-')}"
        said = f"{_first_line(command)} Taken down by an officer."
        row = _row(Role.COUNCIL, "POST", path, f"take_down_{name}", said, body=command, answer=o.Acted, command=command)
        yield attrs.evolve(row, speaks_for=Role.COMPLAINANT)


def _council() -> Iterator[Route]:
    C = Role.COUNCIL  # noqa: N806  a column of the table
    yield _row(
        C, "POST", "/cases", "lodge", _first_line(c.Lodge), body=c.Lodge, answer=o.Acted, status=201, command=c.Lodge
    )
    yield _row(
        C, "GET", "/cases", "cases", "Where cases stand, by case id.", query=q.CouncilQuery, answer=d.CouncilPage
    )
    yield _row(C, "GET", _CASE, "case", "A case as facts: nothing personal.", answer=d.CouncilCase)
    yield _row(
        C, "POST", f"{_CASE}/reading", "reading", "A case with everything in it: a reading, with a reason.",
        body=q.Why, answer=d.CaseReading,
    )  # fmt: skip
    yield _row(
        C, "GET", f"{_CASE}/assessment", "assessment", "How a case stands by every criterion.",
        answer=d.AssessmentShown,
    )  # fmt: skip
    yield _row(
        C, "POST", "/assessment", "judge", "How a complaint would stand if it were lodged now.", body=q.Judge,
        answer=d.AssessmentShown, writes=False,
    )  # fmt: skip
    yield from _steps(C)
    yield from _taken_down()
    yield from _documents(C)
    yield _row(
        C, "POST", f"{_CASE}/evidence/{{evidence_id}}/masked-copy", "mask_evidence",
        "A masked copy that stands in for a document.", body=Content.FILE, answer=o.Acted, status=201,
    )  # fmt: skip
    yield _row(
        C, "POST", f"{_CASE}/signed", "signed", "What organisations signed about a case: a reading, with a reason.",
        body=q.Why, answer=d.StatementsShown,
    )  # fmt: skip
    yield _row(C, "GET", "/queue", "queue", "What waits beside the deadlines of cases.", answer=d.QueueShown)
    yield _row(
        C, "POST", "/queue/{id}/told", "told", "A complainant has been told by other means.", body=q.Nothing,
        answer=d.QueueShown,
    )  # fmt: skip
    yield from _rights()
    yield _row(
        C, "GET", "/indicators", "indicators", "Counts and rates over the council's cases.", query=q.FiguresQuery,
        answer=Content.OPEN,
    )  # fmt: skip
    yield _row(C, "GET", "/organisations", "organisations", "Who is connected.", answer=o.OrganisationsShown)
    yield _row(
        C, "GET", "/organisations/{organisation}/keys", "keys_of", "The keys of an organisation.", answer=o.KeysShown
    )
    yield _row(
        C, "POST", "/organisations/{organisation}/keys/{key_id}/end", "end_key_of", "Ends somebody's key.",
        body=q.EndKey, answer=o.KeyShown,
    )  # fmt: skip
    yield from _keys(C)
    yield from _participants()


def _participants() -> Iterator[Route]:
    C = Role.COUNCIL  # noqa: N806
    yield _row(
        C, "GET", "/participants", "participants", "Who takes part, and what was entered by whom.",
        answer=p.ParticipationsShown,
    )  # fmt: skip
    yield _row(
        C, "GET", "/participants/{organisation}", "participant", "How one organisation takes part.",
        answer=p.ParticipationShown,
    )  # fmt: skip
    for path, name, body, status in (
        ("/participants", "enrol", Enrol, 201),
        ("/participants/{organisation}/change", "change_participant", ChangeParticipant, 200),
        ("/participants/{organisation}/leave", "let_leave", LetLeave, 200),
    ):
        made = _row(C, "POST", path, name, _first_line(body), body=body, answer=p.ParticipationShown, status=status)
        yield attrs.evolve(made, follows=True)


def _rights() -> Iterator[Route]:
    C = Role.COUNCIL  # noqa: N806
    yield _row(
        C, "POST", "/rights-requests", "open_request", "Takes in what a person asks about their own data.",
        body=q.OpenRequest, answer=d.RequestShown, status=201,
    )  # fmt: skip
    yield _row(
        C, "GET", "/rights-requests", "requests", "Where such requests stand.", query=q.RequestsQuery,
        answer=d.RequestsShown,
    )  # fmt: skip
    yield _row(
        C, "POST", "/rights-requests/{id}/answer", "answer_request", "Answers a request by doing what it asks.",
        body=q.AnswerRequest, answer=d.RequestAnswered,
    )  # fmt: skip
    yield _row(
        C, "POST", "/rights-requests/{id}/refusal", "refuse_request", "Refuses a request on a section, with reasons.",
        body=q.RefuseRequest, answer=d.RequestShown,
    )  # fmt: skip
    yield _row(C, "GET", "/refusals", "refusals", "The log of refusals (PDPO s.27).", answer=d.RefusalsShown)
    yield _row(
        C, "POST", "/impact-assessments", "record_impact_assessment", "Puts an impact assessment on record.",
        body=ImpactAssessment, answer=d.ImpactAssessmentShown, status=201,
    )  # fmt: skip
    yield _row(
        C, "GET", "/impact-assessments", "impact_assessments", "The impact assessments on record.",
        answer=d.ImpactAssessmentsShown,
    )  # fmt: skip


def _documents(role: Role) -> Iterator[Route]:
    at = f"{_CASE}/evidence"
    yield _row(role, "GET", at, "evidence", "The documents of a case, described.", answer=o.DocumentsShown)
    yield _row(
        role, "POST", at, "upload_evidence", "Takes a document in.", body=Content.FILE, answer=o.Acted, status=201
    )
    if role is not Role.TRADER:
        yield _row(
            role, "POST", f"{at}/{{evidence_id}}/reading", "read_evidence",
            "A document as it was handed in: a reading, with a reason.", body=q.Why, answer=Content.FILE,
        )  # fmt: skip


def _keys(role: Role) -> Iterator[Route]:
    yield _row(role, "GET", "/keys", "keys", "The organisation's own keys.", answer=o.KeysShown)
    yield _row(
        role, "POST", "/keys", "add_key", "One more key; the older ones stay good.", body=q.NewKey,
        answer=o.KeyShown, status=201,
    )  # fmt: skip
    yield _row(
        role, "POST", "/keys/{key_id}/end", "end_key", "Ends a key, at once or at an instant.", body=q.EndKey,
        answer=o.KeyShown,
    )  # fmt: skip


def _trader() -> Iterator[Route]:
    T = Role.TRADER  # noqa: N806
    yield _row(
        T, "GET", "/cases", "cases", "The cases that wait for the trader.", query=q.TraderQuery, answer=o.TraderList
    )
    yield _row(T, "GET", _CASE, "case", "Where a case stands.", answer=o.TraderRow)
    yield _row(
        T, "POST", f"{_CASE}/obtain", "obtain", _first_line(c.Obtain), body=q.Nothing, answer=o.SealedShown,
        command=c.Obtain,
    )  # fmt: skip
    yield _row(
        T, "POST", "/obtain", "obtain_several", "The details of up to 100 cases at once.", body=q.ObtainSeveral,
        answer=o.ObtainedSeveral, command=c.Obtain,
    )  # fmt: skip
    yield from _steps(T)
    yield from _documents(T)
    yield _row(
        T, "POST", f"{_CASE}/evidence/{{evidence_id}}/obtain", "obtain_evidence",
        "A document that was shared, sealed to the trader's key.", body=q.Nothing, answer=Content.STREAM,
        command=c.Obtain,
    )  # fmt: skip
    yield _row(T, "GET", "/duties", "duties", "What the trader owes: deletions, corrections.", answer=o.OwedList)
    yield _row(
        T, "GET", "/indicators", "indicators", "Counts and rates over the trader's own cases.", query=q.FiguresQuery,
        answer=Content.OPEN,
    )  # fmt: skip
    yield from _keys(T)
    yield _row(T, "GET", "/webhooks", "endpoints", "Where the trader is told.", answer=o.EndpointsShown)
    yield _row(
        T, "POST", "/webhooks", "add_endpoint", "One more endpoint; its secret is shown this once.",
        body=q.NewEndpoint, answer=o.EndpointShown, status=201,
    )  # fmt: skip
    for name, summary in (("rotate", "A new secret beside the old one."), ("remove", "No more is sent there.")):
        yield _row(
            T, "POST", f"/webhooks/{{id}}/{name}", f"{name}_endpoint", summary, body=q.Nothing,
            answer=o.EndpointShown,
        )  # fmt: skip
    yield _row(T, "GET", "/deliveries", "deliveries", "What became of webhooks.", answer=o.DeliveriesShown)
    yield _row(
        T, "POST", "/deliveries/{id}/replay", "replay_delivery", "Sends a webhook again.", body=q.Nothing,
        answer=o.DeliveryShown,
    )  # fmt: skip


def _complainant() -> Iterator[Route]:
    P = Role.COMPLAINANT  # noqa: N806
    yield _row(
        P, "POST", "/cases", "lodge", "A complaint comes in, where the scheme takes them from people themselves.",
        body=c.Lodge, answer=o.Acted, status=201, command=c.Lodge, who=Who.ANYBODY,
    )  # fmt: skip
    for path, name, summary, body, answer in (
        ("/codes", "send_code", "Has a code sent to whoever a link is for; the answer tells nothing.", q.AskCode, None),
        ("/sessions", "sign_in", "A session of thirty minutes, by a link and its code.", q.SignIn, o.SessionShown),
        ("/sessions/end", "sign_out", "Ends a session.", q.SignOut, None),
    ):
        yield _row(
            P, "POST", path, name, summary, body=body, answer=answer or o.HealthShown, who=Who.ANYBODY, writes=False
        )
    yield _row(P, "GET", _CASE, "case", "Where one's case stands.", answer=o.ComplainantCase)
    yield _row(
        P, "POST", f"{_CASE}/reading", "reading", "One's case with everything in it.", body=q.Why, answer=d.CaseReading
    )
    yield from _steps(P)
    yield from _documents(P)
    yield _row(
        P, "POST", f"{_CASE}/rights-requests", "open_request", "Asks something about one's own data.",
        body=q.OpenRequest, answer=d.RequestShown, status=201,
    )  # fmt: skip


def _public() -> Iterator[Route]:
    yield _row(
        None, "POST", "/register", "register", "Connects an organisation by the code of its invitation.",
        body=q.Register, answer=o.OrganisationShown, status=201, who=Who.OWN_KEY,
    )  # fmt: skip
    yield _row(
        None, "GET", "/indicators", "indicators", "Published figures: small counts are left out.",
        query=q.PublishedQuery, answer=Content.OPEN,
    )  # fmt: skip
    yield _row(None, "GET", "/diagram", "diagram", "The machine by which cases move.", answer=o.DiagramShown)
    yield _row(
        None, "GET", "/privacy-statement", "privacy_statement", "How personal data are handled.", answer=Content.OPEN
    )
    yield _row(None, "GET", "/participants", "participants", "The traders that take part.", answer=o.ParticipantsShown)
    yield _row(None, "GET", "/openapi.json", "openapi", "This table as an OpenAPI document.", answer=Content.OPEN)
    for name, summary, carried in (
        ("health", "Whether the server is there.", o.HealthShown),
        ("ready", "Whether it can do its work.", o.HealthShown),
        ("metrics", "Counters for Prometheus.", Content.TEXT),
    ):
        yield Route(f"public.{name}", "GET", f"/{name}", summary, Who.ANYBODY, answer=carried, tag="operation")


ROUTES: Final[tuple[Route, ...]] = (*_council(), *_trader(), *_complainant(), *_public())
"""Everything that can be asked."""
BY_NAME: Final = MappingProxyType({route.name: route for route in ROUTES})
"""The same, by name."""
