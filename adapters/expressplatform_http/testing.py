"""`FakePlatform`: the real server on this machine, over stores in memory, with a clock that goes as it is told.

For a trader's own tests. Nothing of it is imitated: requests travel over a socket, are signed, checked and limited, and
cases move by the rules of the scheme. What is scripted is what is outside: time, the council, the complainant, and
answers that get lost on their way.

Laws of this file: it listens on loopback alone, on a port that the system picks, and leaves nothing behind. All people
in it are made up. It belongs into tests, not into a running desk.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Self, final

from expressplatform import codes
from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import Channel, EvidenceKind, Nature, Role
from expressplatform.commands import Command
from expressplatform.complaint import (
    Actor,
    Complainant,
    Complaint,
    Consent,
    Flags,
    NoticeShown,
    Particulars,
    PriorContact,
    Purchase,
    Shop,
    TraderRef,
)
from expressplatform.memory import MemoryEvidence, MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.money import Money
from expressplatform.platform import AsyncPlatform, Platform
from expressplatform.platform.faces.lifted import Lifted, LiftedEvidence, LiftedShelf
from expressplatform.ports import Alert, Scanned
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform.scheme import Scheme
from expressplatform.schemes import HK_CCA
from expressplatform.sealing import new_encryption_pair
from expressplatform.signing import SigningKey, VerifyingKey
from expressplatform.transport import AsyncTransport, RetryPolicy, Surroundings, Transport
from expressplatform_http.client import (
    AsyncCouncilClient,
    AsyncTraderClient,
    CouncilClient,
    MemoryKeys,
    Options,
    TraderClient,
    Trust,
)
from expressplatform_http.faulty import Fault, Faulty
from expressplatform_http.protocol.webhooks import Secret, Webhook, sign, write
from expressplatform_http.server import Settings, create_app
from expressplatform_http.server.running import server_of

__all__ = ["START", "FakeClock", "FakePlatform", "Fault", "made_up_complaint"]

START: Final = datetime(2025, 6, 3, 2, tzinfo=UTC)
"""When the clock begins: a Tuesday morning in Hong Kong."""
_SETTINGS: Final = Settings(scheme="http", per_minute=1_000_000, burst=1_000_000, anybody_per_minute=1_000_000)
_OPERATOR: Final = Actor(Role.OPERATOR, "operator-1", "operator")
_ASSESSED: Final = "pia-1"
_TRANSFER: Final = codes.Instrument.COLLABORATION_AGREEMENT
_LONGEST_START: Final = 20.0
_DAY: Final = timedelta(days=1)


@final
class FakeClock:
    """A clock that stands until it is told to go; safe to share between threads."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def wait(self, **span: float) -> datetime:
        """Later by so many days, hours, minutes, seconds."""
        self.at += timedelta(**span)
        return self.at


class _Clean:
    """A scan that finds nothing in any file."""

    def scan(self, content: Iterable[bytes], media_type: str, /) -> Scanned:
        for _ in content:
            pass
        return Scanned.CLEAN


@final
class _Doorbell:
    """A gateway that keeps what it was told, each once."""

    def __init__(self) -> None:
        self.alerts: dict[str, Alert] = {}

    def alert(self, alert: Alert, /) -> None:
        self.alerts.setdefault(alert.id, alert)


def made_up_complaint(
    scheme: Scheme, trader: str, at: datetime, nature: Nature = Nature.DEFECTIVE, number: int = 1
) -> Complaint:
    """A complaint over a purchase a month before ``at``, by somebody made up, with nothing missing.

    ``number`` makes it another purchase: two over the same are for an officer to look at.
    """
    recipients = dict.fromkeys((trader, *scheme.recipients))
    consents = (Consent(one, codes.Purpose.HANDLING, scheme.notice, at, Channel.WEB) for one in recipients)
    return Complaint(
        trader=TraderRef(trader, Shop(trader, "shop-1")),
        category=codes.Category.CLOTHING,
        nature=nature,
        purchase=Purchase(
            ordered_on=scheme.day(at) - timedelta(days=30),
            paid=Money("HKD", 25900),
            bought_by=codes.BoughtBy.WEB,
            subject=codes.Subject.GOODS,
            supplier=codes.Supplier.BUSINESS,
        ),
        redress=(codes.Redress.REFUND,),
        prior_contact=PriorContact(contacted=True),
        proceedings=codes.Proceedings.NONE,
        flags=Flags(injury=False, crime=False, testing_needed=False, suspected_abuse=False),
        complainant=Complainant(codes.Buyer.PRIVATE, codes.AgeBand.ADULT, codes.Residence.HONG_KONG),
        consents=tuple(consents),
        notice_shown=NoticeShown(scheme.notice, codes.Language.ENGLISH, at, Channel.WEB),
        particulars=Particulars(
            name="A. Person",
            email=f"person-{number}@example.org",
            order_number=f"1-{number}",
            statement="It broke.",
            request="Refund.",
        ),
    )


@final
class FakePlatform:
    """A running platform: ``with FakePlatform() as platform: ...``.

    ``traders`` are connected, each with keys of its own; all must take part in the ``scheme``. ``clock`` is the clock
    of the server and of the clients that are made here; `advance` lets time pass. ``platform`` is the platform itself,
    for whatever has no method here. ``base`` is its address while it runs.
    """

    def __init__(
        self,
        *,
        traders: Sequence[str] = ("taobao", "jd"),
        scheme: Scheme = HK_CCA,
        start: datetime = START,
        settings: Settings = _SETTINGS,
    ) -> None:
        self.clock = FakeClock(start)
        self.base = ""
        self._scheme, self._settings = scheme, settings
        self._officer = Actor(Role.COUNCIL, "officer-1", scheme.council)
        self._complainant = Actor(Role.COMPLAINANT, "account-1", scheme.council)
        self._bells = {trader: _Doorbell() for trader in traders}
        self._keys = {name: MemoryKeys(SigningKey.generate(), (new_encryption_pair(),)) for name in traders}
        self._council = SigningKey.generate()
        store, shelf, keys, evidence = MemoryStore(), MemoryShelf(), MemoryKeyStore(), MemoryEvidence()
        self.platform = Platform(
            scheme=scheme, store=store, shelf=shelf, keys=keys, evidence=evidence, now=self.clock, scan=_Clean(),
            gateways=self._bells,
        )  # fmt: skip
        served = AsyncPlatform(
            scheme=scheme, store=Lifted(store), shelf=LiftedShelf(shelf), keys=keys,
            evidence=LiftedEvidence(evidence), now=self.clock, scan=_Clean(),
        )  # fmt: skip
        self._app = Faulty(create_app(served, now=self.clock, settings=settings), self.clock, self.platform.sequence)
        self._server = server_of(self._app, host="127.0.0.1", port=0)
        self._server.config.date_header = False
        self._numbers = itertools.count(1)
        self._thread = threading.Thread(target=self._serve, name="fake-platform", daemon=True)

    # --- its life -------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self.platform.open()
        self._connect()
        # with its protocol named: only then does the event loop send answers without waiting for more
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread.start()
        until = time.monotonic() + _LONGEST_START
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > until:
                raise RuntimeError("the server did not start: is the port of the loopback closed to this process?")
            time.sleep(0.005)
        return self

    def __exit__(self, *raised: object) -> None:
        self._server.should_exit = True
        self._thread.join(_LONGEST_START)
        self._socket.close()
        self.platform.close()

    def _serve(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def _connect(self) -> None:
        day = self._scheme.day(self.clock())
        assessment = ImpactAssessment(
            _ASSESSED, "*", _TRANSFER, day - timedelta(days=30), day + timedelta(days=3650),
            "Without it nobody can conciliate.", "A stranger might call.", "A code that callers must say.", "officer-2",
        )  # fmt: skip
        self.platform.record_impact_assessment(assessment, by=self._officer)
        council, name = self._scheme.council, "The council"
        invited = self.platform.invite(council, role=Role.COUNCIL, name=name, by=_OPERATOR)
        self.platform.register_organisation(invited.code, signing=self._council.public, person="officer-1")
        for trader, keys in self._keys.items():
            invited = self.platform.invite(trader, role=Role.TRADER, name=trader, by=_OPERATOR)
            signing, (pair,) = keys.signing.public, keys.sealing
            self.platform.register_organisation(invited.code, signing=signing, sealing=pair.public, person="desk-1")

    # --- clients --------------------------------------------------------------------------------------------------

    def keys(self, trader: str = "taobao") -> MemoryKeys:
        """A trader's own keys."""
        return self._keys[trader]

    def trust(self, trader: str = "taobao") -> Trust:
        """What a trader knows of the council."""
        return Trust(trader, (VerifyingKey(self.platform.audit_key()),))

    def trader(self, transport: Transport, trader: str = "taobao", options: Options | None = None) -> TraderClient:
        """A client for a trader, over a transport of yours. Waits between attempts pass at once, on the fake clock."""
        return TraderClient(
            self.base, transport, keys=self.keys(trader), trust=self.trust(trader),
            options=options or _options("desk-1"), around=self.around(),
        )  # fmt: skip

    def async_trader(
        self, transport: AsyncTransport, trader: str = "taobao", options: Options | None = None
    ) -> AsyncTraderClient:
        """The same for those who await."""
        return AsyncTraderClient(
            self.base, transport, keys=self.keys(trader), trust=self.trust(trader),
            options=options or _options("desk-1"), around=self.around(),
        )  # fmt: skip

    def council(self, transport: Transport, options: Options | None = None) -> CouncilClient:
        """A client for the council."""
        return CouncilClient(
            self.base, transport, signer=self._council, options=options or _options("officer-1"), around=self.around()
        )

    def async_council(self, transport: AsyncTransport, options: Options | None = None) -> AsyncCouncilClient:
        """The same for those who await."""
        return AsyncCouncilClient(
            self.base, transport, signer=self._council, options=options or _options("officer-1"), around=self.around()
        )

    def around(self) -> Surroundings:
        """The world of a client that lives by the fake clock."""

        async def pause(seconds: float) -> None:
            self.clock.wait(seconds=seconds)

        return Surroundings(pause=pause, clock=lambda: self.clock().timestamp(), now=self.clock)

    # --- what happens outside -------------------------------------------------------------------------------------

    def new_complaint(self, *, trader: str = "taobao", nature: Nature = Nature.DEFECTIVE) -> str:
        """A complaint comes in, is accepted and uploaded to a trader: the number of its case."""
        complaint = made_up_complaint(self._scheme, trader, self.clock(), nature, next(self._numbers))
        case = self.platform.lodge(complaint, by=self._officer, key=secrets.token_hex(8))
        self._council_does(case.id, c.Accept())
        self._council_does(case.id, c.Upload(_TRANSFER, _ASSESSED))
        self.platform.work()
        return case.id

    def advance(self, **span: float) -> None:
        """Time passes (``days=3, hours=1``), a day at a time, and everything happens that is due in it."""
        until = self.clock() + timedelta(**span)
        while (now := self.clock()) < until:
            self.clock.wait(seconds=min(_DAY, until - now).total_seconds())
            while self.platform.tick().steps or self.platform.work().done:
                pass

    def share_evidence(self, case_id: str, content: bytes, *, trader: str = "taobao") -> str:
        """The complainant hands a document in, the council shares it with the trader: the document's id."""
        key = secrets.token_hex(8)
        case = self.platform.add_evidence(
            case_id, content, kind=EvidenceKind.PHOTOGRAPH, name="picture", by=self._complainant, key=key
        )
        evidence_id = case.file.evidence[-1].id
        while self.platform.work().done:
            pass
        self._council_does(case_id, c.ShareEvidence(trader, (evidence_id,)))
        return evidence_id

    def confirm(self, case_id: str, rating: int | None = None) -> Case:
        """The complainant says that it is resolved."""
        return self.act(case_id, c.Confirm(rating))

    def dispute(self, case_id: str, rating: int | None = None) -> Case:
        """The complainant says that it is not."""
        return self.act(case_id, c.Dispute(rating))

    def accept_offer(self, case_id: str, number: int = 1) -> Case:
        """The complainant takes an offer."""
        return self.act(case_id, c.AcceptOffer(number))

    def decline_offer(self, case_id: str, number: int = 1) -> Case:
        """The complainant does not take it."""
        return self.act(case_id, c.DeclineOffer(number))

    def withdraw_consent(self, case_id: str, trader: str = "taobao") -> Case:
        """The complainant takes the consent back: the trader owes a deletion."""
        case = self.act(case_id, c.WithdrawConsent(trader))
        self.platform.work()
        return case

    def act(self, case_id: str, command: Command, *, role: Role = Role.COMPLAINANT) -> Case:
        """Whatever else the complainant or, with ``role``, the council does."""
        by = self._complainant if role is Role.COMPLAINANT else self._officer
        return self.platform.act(case_id, command, by=by, key=secrets.token_hex(8))

    def _council_does(self, case_id: str, command: Command) -> None:
        self.act(case_id, command, role=Role.COUNCIL)

    # --- the way between ------------------------------------------------------------------------------------------

    def fail(self, *faults: Fault) -> None:
        """The next requests are answered so, one for each fault."""
        self._app.add(faults)

    def lose_reply(self, times: int = 1) -> None:
        """The next requests are done, and their answers are lost."""
        self._app.add([Fault(502, done=True)] * times)

    def webhooks(self, secret: Secret, trader: str = "taobao") -> tuple[tuple[bytes, tuple[tuple[str, str], ...]], ...]:
        """Every webhook that the trader should have had so far, signed now: bodies and headers, for its receiver."""
        found = []
        for alert in self._bells[trader].alerts.values():
            body = write(Webhook(alert.id, alert.at or self.clock(), alert.case_id, alert.reference, alert.due_at))
            found.append((body, sign(alert.id, body, secrets=(secret,), at=self.clock())))
        return tuple(found)


def _options(person: str) -> Options:
    return Options(person, policy=RetryPolicy(first=0.1))
