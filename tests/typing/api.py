"""Uses of the public names, each as a caller writes it: nothing runs here, a type checker reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import assert_type

from expressplatform import (
    ERASED,
    HK_CCA,
    Actor,
    Assessment,
    AsyncPlatform,
    Case,
    Category,
    Channel,
    Complaint,
    Consent,
    DeadLetter,
    Disclosure,
    Erased,
    EvidenceKind,
    ExpressPlatformError,
    Feed,
    Figures,
    IdentityProof,
    ImpactAssessment,
    InvalidInput,
    Language,
    MemoryKeyStore,
    MemoryStore,
    Money,
    Nature,
    NoSuchCase,
    Notice,
    NoticeShown,
    Opened,
    Particulars,
    Platform,
    Problem,
    Purchase,
    Purpose,
    Reapplied,
    Redress,
    Refused,
    Remark,
    Request,
    Right,
    RightsAnswer,
    RightsRequest,
    Role,
    Scheme,
    Sequenced,
    StaleVersion,
    Status,
    Tally,
    Ticked,
    TraderRef,
    Verdict,
    Verified,
    Worked,
    allowed,
    assess,
    decide,
    due,
    replay,
    utc_now,
)
from expressplatform.commands import Accept, AddNote, Command, Confirm, Lodge, ReportResolution
from expressplatform.events import Event
from expressplatform.platform import Document, DocumentCopy, DocumentFile, Session, SignedIn
from expressplatform.ports import (
    Alert,
    AsyncCaseStore,
    AsyncShopConnector,
    CaseStore,
    Connection,
    Header,
    KeyStore,
    Page,
    Paid,
    Performance,
    Promise,
    PurchaseClaim,
    Scanned,
    Shelf,
    ShopConnector,
    Suggestion,
    TraderGateway,
    VerifiedPurchase,
)
from expressplatform.privacy.statement import Statement, statement
from expressplatform.shops import Disconnected, Ok, Throttled
from expressplatform_agent import About, Agent, Desk, Round

OFFICER = Actor(Role.COUNCIL, "officer-1", "hkcc")
TRADER = Actor(role=Role.TRADER, person="agent-1", organisation="taobao")


class Inbox:
    """A gateway is whatever has the method."""

    def alert(self, alert: Alert, /) -> None:
        """Only a number and a date come this way."""
        assert_type(alert.due_at, datetime | None)


def complaint() -> Complaint:
    """A complaint with its particulars."""
    return Complaint(
        trader=TraderRef("taobao"),
        category=Category.CLOTHING,
        nature=Nature.DEFECTIVE,
        purchase=Purchase(paid=Money("HKD", 12900)),
        redress=(Redress.REFUND,),
        consents=(Consent("taobao", Purpose.HANDLING, HK_CCA.notice, utc_now(), Channel.WEB),),
        notice_shown=NoticeShown(HK_CCA.notice, Language.ENGLISH, utc_now(), Channel.WEB),
        particulars=Particulars(name="A. Person", statement="It broke."),
    )


def made(store: CaseStore, keys: KeyStore, now: Callable[[], datetime] = utc_now) -> Platform:
    """A platform over any store and key store."""
    gateway: TraderGateway = Inbox()
    return Platform(scheme=HK_CCA, store=store, keys=keys, now=now, gateways={"taobao": gateway})


def carried() -> str:
    """A complaint's way, and what each step answers."""
    platform = made(MemoryStore(), MemoryKeyStore())
    platform.open()
    case = assert_type(platform.lodge(complaint(), by=OFFICER, key="form-1"), Case)
    case = platform.act(case.id, Accept(), by=OFFICER, key="accept", expected=case.version)
    batch: Sequence[Request] = [Request(AddNote(Remark("A note.")), OFFICER, "note", case.id)]
    for answer in assert_type(platform.submit(batch), list[Case | ExpressPlatformError]):
        if isinstance(answer, StaleVersion):
            return f"{answer.expected} {answer.found}"
    assert_type(platform.obtain(case.id, by=TRADER, key="read"), Disclosure)
    assert_type(platform.history(case.id, by=OFFICER, reason="call back"), tuple[Event, ...])
    assert_type(platform.facts(case.id, by=OFFICER), Opened)
    assert_type(platform.allowed(case.id, by=TRADER), tuple[str, ...])
    return name_of(platform.case(case.id, by=OFFICER, reason="call back"))


def name_of(case: Case) -> str:
    """Particulars may be gone."""
    given = assert_type(case.particulars, Particulars | Erased)
    return "" if given is ERASED else assert_type(given.name, str)


def listed(platform: Platform) -> tuple[Header, ...]:
    """Pages of headers, figures, the clock and the work."""
    assert_type(platform.tick(), Ticked)
    assert_type(platform.work(limit=10), Worked)
    for letter in assert_type(platform.dead_letters(by=OFFICER), tuple[DeadLetter, ...]):
        assert_type(platform.replay_dead_letter(letter.id, by=OFFICER), bool)
    assert_type(platform.reschedule(), Ticked)
    assert_type(platform.sequence(), Sequenced)
    assert_type(platform.verify([platform.checkpoint() or b""]), Verified)
    assert_type(platform.ledger_bundle("c1", by=TRADER), bytes)
    for one in assert_type(platform.feed(by=TRADER, after="", limit=10), Feed).moved:
        assert_type(one.header, Header | None)
    assert_type(platform.reapply(person="officer-7"), Reapplied)
    assert_type(platform.advance(["c1"], utc_now()), int)
    tally = Tally(as_at=datetime.now(UTC), zone=HK_CCA.zone)
    assert_type(platform.indicators(tally, by=OFFICER), Figures)
    page = assert_type(platform.cases(by=OFFICER, status=[Status.LODGED], limit=10), Page)
    return page.headers


def admitted(platform: Platform, case_id: str, code: str) -> Actor:
    """A complainant comes in by a link and a code, and goes."""
    link = assert_type(platform.open_link(case_id, by=OFFICER), str)
    platform.send_code(link)
    signed = assert_type(platform.sign_in(link, code), SignedIn)
    session = assert_type(platform.session(signed.token), Session)
    platform.sign_out(signed.token)
    platform.bounced(f"{case_id}.1.tell", by=OFFICER)
    return assert_type(session.of(signed.case_id), Actor)


def erased(platform: Platform, case_id: str, second: Actor) -> Status:
    """Two persons."""
    return platform.erase(case_id, by=OFFICER, approved_by=second).status


def asked(platform: Platform, assessment: ImpactAssessment) -> str:
    """What people ask about their own data, and why transfers are in order."""
    assert_type(platform.record_impact_assessment(assessment, by=OFFICER), ImpactAssessment)
    request = platform.open_request(Right.ACCESS, name="A", contact="b", channel=Channel.POST, by=OFFICER, key="letter")
    assert_type(request, RightsRequest)
    assert_type(platform.requests(by=OFFICER, overdue=True), tuple[RightsRequest, ...])
    answer = platform.answer_request(request.id, identity_checked=IdentityProof.ACCOUNT, by=OFFICER, key="answer")
    return assert_type(answer, RightsAnswer).text


def documents(platform: Platform, case_id: str, photo: bytes) -> datetime | None:
    """A document on its way to a trader."""
    case = platform.add_evidence(case_id, [photo], kind=EvidenceKind.ORDER, name="a.jpg", by=OFFICER, key="a")
    evidence_id = case.file.evidence[-1].id
    listed = assert_type(platform.evidence_list(case_id, by=OFFICER), tuple[Document, ...])
    assert_type([one.scanned for one in listed], list[Scanned | None])
    assert_type(platform.redact(case_id, evidence_id, None, by=OFFICER, key="r"), Case)
    assert_type(platform.read_evidence(case_id, evidence_id, by=OFFICER, reason="call back").content, bytes)
    with assert_type(
        platform.read_evidence_file(case_id, evidence_id, by=OFFICER, reason="call back"), DocumentFile
    ).content as content:
        assert_type([len(piece) for piece in content], list[int])
        platform.add_evidence(case_id, content, kind=EvidenceKind.ORDER, name="a.jpg", by=OFFICER, key="b")
    assert_type(platform.obtain_evidence_file(case_id, evidence_id, by=TRADER, key="p").use_until, datetime | None)
    assert_type(platform.sweep_evidence(timedelta(days=2)), int)
    return assert_type(platform.obtain_evidence(case_id, evidence_id, by=TRADER, key="o"), DocumentCopy).use_until


async def awaited(store: AsyncCaseStore, keys: KeyStore) -> Verdict:
    """The same, awaited."""
    platform = AsyncPlatform(scheme=HK_CCA, store=store, keys=keys)
    await platform.open()
    case = assert_type(await platform.lodge(complaint(), by=OFFICER, key="form-1"), Case)
    shown = assert_type(await platform.obtain(case.id, by=TRADER, key="read"), Disclosure)
    found = assert_type(await platform.assess(case.id, by=OFFICER), Assessment)
    assert_type(shown.fields, tuple[str, ...])
    await platform.close()
    return found.verdict


def told(platform: Platform, command: Command) -> tuple[Problem, ...] | tuple[str, ...] | None:
    """Errors are told apart by who must act."""
    try:
        platform.act("c1", command, by=OFFICER, key="k")
    except InvalidInput as error:
        return assert_type(error.problems, tuple[Problem, ...])
    except Refused as error:
        return assert_type(error.allowed, tuple[str, ...])
    except NoSuchCase:
        return None
    return None


def by_hand(scheme: Scheme, at: datetime) -> Case:
    """The core without a platform."""
    events = assert_type(decide(None, Lodge(complaint()), by=OFFICER, at=at, scheme=scheme), tuple[Event, ...])
    case = assert_type(replay(events), Case)
    assert_type(due(case, at + timedelta(days=1)), Command | None)
    assert_type(allowed(case, OFFICER), tuple[type[Command], ...])
    assert_type(assess(complaint(), scheme=scheme, on=scheme.day(at)), Assessment)
    return case


def open_about(scheme: Scheme, on: date) -> str:
    """The privacy notice and the statement."""
    notice = assert_type(scheme.notice_of(scheme.notice), Notice | None)
    assert_type(scheme.informed_by("v1"), bool)
    assert_type(statement(scheme, on=on), Statement)
    return "" if notice is None else assert_type(notice.text(Language.TRADITIONAL_CHINESE), str)


def tend(desk: Desk, connectors: Mapping[str, ShopConnector], shelf: Shelf, keys: KeyStore) -> Sequence[str]:
    """An agent takes whatever has the shape of a client and of connectors."""
    agent = Agent(desk, connectors, shelf=shelf, keys=keys, owner="taobao")
    done = assert_type(agent.round(), Round)
    assert_type(agent.standing().shops, tuple[Connection, ...])
    return [line.id for line in agent.lines() if line.about is About.CHANGE and done.changes]


def ask_a_shop(connector: ShopConnector, shop: str, claim: PurchaseClaim) -> str:
    """A connector's answers are told apart by their types."""
    match connector.verify_purchase(shop, claim):
        case Ok(found):
            return assert_type(found, VerifiedPurchase).purchase.value
        case Throttled(until):
            assert_type(until, datetime | None)
        case Disconnected(reason):
            return assert_type(reason, str)
    page = connector.changes(shop, "", 10)
    if isinstance(page, Ok):
        assert_type(page.value.suggestions, tuple[Suggestion, ...])
    assert_type(connector.connections(), Sequence[Connection])
    return ""


async def ask_a_shop_awaited(connector: AsyncShopConnector, shop: str, promise: Promise) -> Paid | None:
    """The same, awaited."""
    answer = await connector.performance(shop, promise)
    return assert_type(answer.value, Performance).paid if isinstance(answer, Ok) else None


COMMANDS: tuple[Command, ...] = (Confirm(rating=5), ReportResolution(amount=Money("HKD", 1)))
