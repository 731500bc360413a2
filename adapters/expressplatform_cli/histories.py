"""What a published row implies: the commands of one complaint's whole way, at the row's own dates.

Laws of this file: it knows rows, commands and the scheme's actors; it knows no store. A history is a generator
that is sent the case after each step, so that instants which only the rules know (when a duty is over) are read
from the case and not computed twice. Everything follows from the file and the line: played again, a history asks
for the same commands under the same keys. People are made up; nothing in a row tells who complained.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Generator
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Final

from attrs import frozen

from expressplatform.case import Case
from expressplatform.codes import (
    AgeBand,
    BoughtBy,
    Buyer,
    Channel,
    Duty,
    Instrument,
    Language,
    Outcome,
    Purpose,
    Role,
    StopReason,
    Supplier,
)
from expressplatform.commands import (
    Accept,
    Command,
    Confirm,
    Dispute,
    Lapse,
    Lodge,
    Obtain,
    Record,
    Remind,
    ReportResolution,
    ResumeClock,
    StopClock,
    Upload,
)
from expressplatform.complaint import (
    Actor,
    Complainant,
    Complaint,
    Consent,
    KeyDates,
    Particulars,
    PriorContact,
    Purchase,
    TraderRef,
    clock_of,
)
from expressplatform.platform import Request
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform.scheme import Participant, Scheme
from expressplatform_cli.consumidor import HistoryRow
from expressplatform_cli.consumidor_codes import category, nature

History = Generator[Request, Case, None]

ASSESSED: Final = ImpactAssessment(
    id="consumidor-gov-br",
    recipient="*",
    instrument=Instrument.PLATFORM_TERMS,
    made_on=date(2000, 1, 1),
    valid_until=date(2099, 12, 31),
    lawful="Made up for a replay: the file names no person, and those in the store are made up.",
    effect="Made up for a replay: nobody is affected.",
    measures="Made up for a replay: nothing leaves the store.",
    approved_by="replay",
)
"""The assessment on which every replayed upload stands."""
OPENED: Final = time(9)
ANSWERED: Final = time(12)
ENDED: Final = time(18)
"""The hours at which a day's lodging, reply and last word are placed: the data give days only."""
MINUTE: Final = timedelta(minutes=1)
_GIVEN: Final = ("Ana", "Bruno", "Carla", "Davi", "Elisa", "Fabio", "Gilda", "Hugo", "Iara", "Joel", "Lia", "Mauro")
_FAMILY: Final = ("Inventado", "Exemplo", "Ficticio", "Suposto", "Figurado", "Imaginado", "Simulado", "Modelo")


def organisation_of(trader: str) -> str:
    """The id of a firm by its published name: the same name gives the same id, two names never one."""
    plain = unicodedata.normalize("NFKD", trader).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9.]+", "-", plain).strip("-.")[:50]
    if slug == trader.lower():
        return slug
    return f"{slug or 'trader'}-{sha256(trader.encode()).hexdigest()[:6]}"


def participant_of(trader: str) -> Participant:
    """The firm as a participant: it takes part, as it stands in the file."""
    return Participant(organisation_of(trader), trader, platform=False)


@frozen
class Teller:
    """Tells the histories of one file: ``digest`` names the file, ``scheme`` is the one that judges."""

    digest: str
    scheme: Scheme

    def tell(self, row: HistoryRow) -> History:
        """The steps of one row, one after the other; send the case back after each."""
        steps = _Steps(self, row)
        yield from steps.to_the_trader()
        if row.responded is not None:
            yield from steps.answered(row.responded)
        else:
            yield from steps.clock(Lapse(Duty.RESOLVE), steps.due(Duty.RESOLVE, steps.ended))
        yield from steps.last_word()

    def at(self, day: date, hour: time) -> datetime:
        """A local hour of a day, as an instant."""
        return datetime.combine(day, hour, self.scheme.zone)


class _Steps:
    """The steps of one row: who sends what, when, under which key; and the case as the last step left it."""

    def __init__(self, teller: Teller, row: HistoryRow) -> None:
        self.teller, self.row, self.scheme = teller, row, teller.scheme
        council = self.scheme.council
        self.officer = Actor(Role.COUNCIL, "replay", council)
        self.complainant = Actor(Role.COMPLAINANT, f"line-{row.line}", council)
        self.trader = Actor(Role.TRADER, "desk", organisation_of(row.trader))
        self.timekeeper = clock_of(council)
        self.lodged = teller.at(row.opened, OPENED)
        self.ended = teller.at(row.closed, ENDED)
        self.case: Case | None = None
        self.number = 0

    def step(self, command: Command, by: Actor, at: datetime) -> History:
        """The next step, under a key that the file, the line and the step's number make."""
        key = f"{self.teller.digest}:{self.row.line}:{self.number}"
        self.number += 1
        if self.case is None:
            self.case = yield Request(command, by, key, at=at)
        else:
            self.case = yield Request(command, by, key, self.case.id, at=max(at, self.case.at), on=self.case)

    def clock(self, command: Command, at: datetime) -> History:
        """A step that time asks for."""
        yield from self.step(command, self.timekeeper, at)

    def due(self, duty: Duty, otherwise: datetime) -> datetime:
        """When a duty is over; ``otherwise`` where the case has gone on already (a run that is repeated)."""
        timer = self.case.timer(duty) if self.case is not None else None
        return timer.due if timer is not None else otherwise

    def to_the_trader(self) -> History:
        """Lodged, taken in, uploaded; and the clock stopped for as long as the service did not count."""
        complaint = made_up_complaint(self.row, self.scheme, self.lodged, self.teller.digest)
        yield from self.step(Lodge(complaint), self.complainant, self.lodged)
        yield from self.step(Accept(), self.officer, self.lodged + MINUTE)
        upload = Upload(ASSESSED.instrument, ASSESSED.id)
        yield from self.step(upload, self.officer, self.lodged + 2 * MINUTE)
        if days := self.uncounted():
            at = self.lodged + 3 * MINUTE
            until = self.teller.at((at + timedelta(days=days)).date(), at.time())
            yield from self.step(StopClock(Duty.RESOLVE, StopReason.MANAGER_REVIEW, until), self.officer, at)
            yield from self.clock(ResumeClock(Duty.RESOLVE), until)

    def uncounted(self) -> int:
        """Days that passed before the reply and were not counted."""
        row = self.row
        if row.responded is None or row.response_days is None:
            return 0
        return (row.responded - row.opened).days - row.response_days

    def answered(self, responded: date) -> History:
        """The firm reads and replies; a reply claims nothing. After the firm's time it is a late one."""
        at = self.teller.at(responded, ANSWERED)
        over = self.due(Duty.RESOLVE, at + MINUTE)
        yield from self.step(Obtain(), self.trader, min(at, over) - MINUTE)
        if over <= at:
            yield from self.clock(Lapse(Duty.RESOLVE), over)
        yield from self.step(ReportResolution(), self.trader, at)

    def last_word(self) -> History:
        """The consumer's word and what follows; or none, after a reminder."""
        row = self.row
        if row.verdict == "resolved":
            yield from self.step(Confirm(row.rating), self.complainant, self.ended)
        elif row.verdict == "unresolved":
            yield from self.step(Dispute(row.rating), self.complainant, self.ended)
            yield from self.step(Record(), self.officer, self.ended + MINUTE)
        elif row.answered:
            timer = self.case.timer(Duty.CONFIRM) if self.case is not None else None
            reminder = timer.remind_at if timer is not None else None
            yield from self.clock(Remind(Duty.CONFIRM), reminder or self.ended)
            yield from self.clock(Lapse(Duty.CONFIRM), max(self.ended, self.due(Duty.CONFIRM, self.ended)))
        else:
            yield from self.step(Record(Outcome.NO_RESPONSE), self.officer, self.ended)


_BOUGHT: Final = {"internet": BoughtBy.WEB, "telefone": BoughtBy.PHONE, "loja física": BoughtBy.SHOP}


def made_up_complaint(row: HistoryRow, scheme: Scheme, at: datetime, digest: str) -> Complaint:
    """The row as a complaint: what is published, and a made-up person who follows from file and line."""
    trader = organisation_of(row.trader)
    seed = sha256(f"{digest}:{row.line}".encode()).digest()
    return Complaint(
        trader=TraderRef(trader),
        category=category(row.area, row.subject),
        nature=nature(row.problem, row.problem_group),
        purchase=Purchase(bought_by=_BOUGHT.get(row.how_bought.casefold(), BoughtBy.OTHER), supplier=Supplier.BUSINESS),
        dates=KeyDates(known_on=row.opened),
        prior_contact=PriorContact(row.contacted_trader),
        complainant=Complainant(
            buyer=Buyer.PRIVATE,
            age=None if row.age_band.startswith("até") else AgeBand.ADULT,
            language=Language.PORTUGUESE,
        ),
        consents=(Consent(trader, Purpose.HANDLING, scheme.notice, at, Channel.WEB),),
        particulars=Particulars(
            name=f"{_GIVEN[seed[0] % len(_GIVEN)]} {_FAMILY[seed[1] % len(_FAMILY)]} {seed[2:5].hex()}",
            email=f"pessoa-{seed[5:12].hex()}@exemplo.invalid",
            order_number=seed[12:18].hex(),
            statement=f"Relato inventado número {seed[18:24].hex()}.",
            request="Pedido inventado.",
        ),
    )
