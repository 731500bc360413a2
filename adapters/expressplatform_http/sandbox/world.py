"""What happens in a sandbox outside of a trader's system: complaints come in, people answer, time passes.

Laws of this file: every deed goes through the platform as anybody's would, under the scheme's rules. The council takes
each complaint, accepts it and uploads it by itself. Time is pushed a day at a time, and everything that falls due in
a day has happened before the next. One deed at a time.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, final

import attrs

from expressplatform import codes
from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import Nature, Role
from expressplatform.commands import Command
from expressplatform.complaint import Actor, Complaint, Remark
from expressplatform.errors import Refused
from expressplatform.events import Event
from expressplatform.platform import Delivery, Endpoint, Platform
from expressplatform.ports import Alert, Header, Scanned
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform_http.sandbox.clock import PushedClock
from expressplatform_http.sandbox.holding import HeldGateways

ASSESSED: Final = "sandbox"
_TRANSFER: Final = codes.Instrument.COLLABORATION_AGREEMENT
_DAY: Final = timedelta(days=1)
_LONGEST_SILENCE: Final = timedelta(days=400)
_ROUNDS: Final = 10_000
_CASE_ID: Final = re.compile(r"c[0-9a-f]{31}")
Tell = Callable[[int, datetime, Nature | None, str], Complaint]
"""Makes the complaint of a number, told at an instant: over what (None: whatever comes), asking what of the trader."""


class NothingFound:
    """A scan that finds nothing in any file: in a sandbox there is nobody to be harmed."""

    def scan(self, content: Iterable[bytes], media_type: str, /) -> Scanned:
        """Reads everything, and says that it is clean."""
        for _ in content:
            pass
        return Scanned.CLEAN


@attrs.frozen
class Deed:
    """What a complainant does to a case: the command, made from the case, the trader and a rating."""

    says: str
    command: Callable[[Case, str, int | None], Command]


def _offer(case: Case) -> int:
    """The number of the offer that stands; raises Refused where none does."""
    offers = case.turn.offers if case.turn is not None else ()
    number = next((one.number for one in reversed(offers) if one.open), 0)
    if not number:
        raise Refused("no_offer", case.id, Role.TRADER, (), "There is no open offer: the trader makes one first.")
    return number


DEEDS: Final[Mapping[str, Deed]] = MappingProxyType(
    {
        "confirm": Deed("The complainant says that it is resolved.", lambda case, trader, rating: c.Confirm(rating)),
        "dispute": Deed("The complainant says that it is not.", lambda case, trader, rating: c.Dispute(rating)),
        "accept-offer": Deed(
            "The complainant takes the offer that stands.", lambda case, trader, rating: c.AcceptOffer(_offer(case))
        ),
        "decline-offer": Deed(
            "The complainant does not take it.", lambda case, trader, rating: c.DeclineOffer(_offer(case))
        ),
        "withdraw-consent": Deed(
            "The complainant takes the consent to the trader back.",
            lambda case, trader, rating: c.WithdrawConsent(trader),
        ),
        "withdraw": Deed("The complainant withdraws the complaint.", lambda case, trader, rating: c.Withdraw()),
    }
)
"""What complainants do when they are told to."""


@final
class World:
    """A council and its complainants over a platform, for one trader."""

    def __init__(
        self, platform: Platform, clock: PushedClock, gateways: HeldGateways, *, trader: str, tell: Tell
    ) -> None:
        self.platform, self.clock, self.gateways, self.trader = platform, clock, gateways, trader
        scheme = platform.scheme
        self._officer = Actor(Role.COUNCIL, "officer-1", scheme.council)
        self._complainant = Actor(Role.COMPLAINANT, "account-1", scheme.council)
        self._desk = Actor(Role.TRADER, "desk-1", trader)
        self._tell = tell
        self._lock = threading.RLock()
        self._number = 0

    # --- its beginning --------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Puts on record what uploads need, and counts the complaints that are there."""
        with self._lock:
            if ASSESSED not in {one.id for one in self.platform.impact_assessments(by=self._officer)}:
                self.platform.record_impact_assessment(self._assessment(), by=self._officer)
            self._number = len(self.cases())

    def _assessment(self) -> ImpactAssessment:
        day = self.platform.scheme.day(self.clock())
        return ImpactAssessment(
            ASSESSED, "*", _TRANSFER, day - timedelta(days=30), day + timedelta(days=36500),
            "Made up for a sandbox.", "Nobody is affected: the people are made up.", "None is needed.", "officer-2",
        )  # fmt: skip

    def connect(self, signing: bytes, sealing: bytes) -> None:
        """Lets the trader in, with its first public keys."""
        operator = Actor(Role.OPERATOR, "operator-1", self.platform.scheme.council)
        with self._lock:
            invited = self.platform.invite(self.trader, role=Role.TRADER, name=self.trader, by=operator)
            self.platform.register_organisation(invited.code, signing=signing, sealing=sealing, person="desk-1")

    # --- what is there --------------------------------------------------------------------------------------------

    def cases(self) -> tuple[Header, ...]:
        """Where every case stands."""
        found: list[Header] = []
        after, more = "", True
        while more:
            page = self.platform.cases(by=self._officer, after=after, limit=500)
            found += page.headers
            after, more = page.after, bool(page.after)
        return tuple(found)

    def case_id(self, typed: str) -> str:
        """The id of the case that is named by its id or its reference."""
        if _CASE_ID.fullmatch(typed):
            return typed
        wanted = "".join(typed.split()).replace("-", "").upper()
        ids = {one.reference.replace("-", "").upper(): one.case_id for one in self.cases()}
        return ids.get(wanted, typed.strip().lower())

    def case(self, case_id: str) -> Case:
        """A case, without its particulars."""
        return self.platform.facts(case_id, by=self._officer).case

    def events(self, case_id: str) -> tuple[Event, ...]:
        """What happened in a case, without particulars."""
        return self.platform.facts(case_id, by=self._officer).events

    # --- deeds ----------------------------------------------------------------------------------------------------

    def new_complaints(self, count: int = 1, nature: Nature | None = None, ask: str = "") -> tuple[Case, ...]:
        """Complaints come in, are accepted and uploaded to the trader."""
        with self._lock:
            made = tuple(self._new_complaint(nature, ask) for _ in range(count))
            self.settle()
            return made

    def _new_complaint(self, nature: Nature | None, ask: str) -> Case:
        self._number += 1
        complaint = self._tell(self._number, self.clock(), nature, ask)
        case = self.platform.lodge(complaint, by=self._officer, key=secrets.token_hex(8))
        self._act(case.id, c.Acknowledge(), self._officer)
        self._act(case.id, c.Accept(Remark("Taken for the sandbox.")), self._officer)
        return self._act(case.id, c.Upload(_TRANSFER, ASSESSED), self._officer)

    def does(self, deed: str, case_id: str, rating: int | None = None) -> Case:
        """A complainant does one of `DEEDS`; raises what a rule says against it."""
        with self._lock:
            command = DEEDS[deed].command(self.case(case_id), self.trader, rating)
            case = self._act(case_id, command, self._complainant)
            self.settle()
            return case

    def silent(self, case_id: str) -> Case:
        """Nobody does anything about a case: time passes until it has moved by itself.

        Raises Refused where nothing will move it.
        """
        with self._lock:
            before, until = self.case(case_id).status, self.clock() + _LONGEST_SILENCE
            while self.case(case_id).status is before:
                if self.clock() >= until:
                    raise Refused("nothing_due", case_id, "", (), "Time alone does not move this case.")
                self.advance(_DAY)
            return self.case(case_id)

    def advance(self, by: timedelta) -> datetime:
        """Time passes, and everything happens that falls due in it; the instant afterwards."""
        with self._lock:
            while by > timedelta():
                step = min(by, _DAY)
                self.clock.push(step)
                by -= step
                self.settle()
            return self.clock()

    def settle(self) -> None:
        """Everything that is to be done now is done: steps of the clock, places in the feed, effects."""
        with self._lock:
            self.gateways.lapse()
            for _ in range(_ROUNDS):
                done = self.platform.tick().steps + self.platform.sequence().placed + self.platform.work().done
                if not done:
                    return

    # --- webhooks -------------------------------------------------------------------------------------------------

    def webhook(self, url: str) -> Endpoint:
        """The trader is told at an address from now on; its secret is in the answer."""
        with self._lock:
            return self.platform.add_endpoint(url, by=self._desk)

    def endpoints(self) -> int:
        """At how many addresses the trader is told."""
        return sum(one.disabled_at is None for one in self.platform.endpoints(by=self._desk))

    def shuffled(self, first: str, second: str) -> tuple[Delivery, ...]:
        """Two held webhooks go out, the ``first`` before the ``second``, and then the second once more.

        Every attempt that was made about the two, one for each address.
        """
        with self._lock:
            self.gateways.release([self._alert(one) for one in (first, second)])
            told = [one for one in self.platform.deliveries(by=self._desk) if one.case_id in (first, second)]
            return (*told, *self.gateways.again(self.platform, self._desk, second))

    def _alert(self, case_id: str) -> Alert:
        case = self.case(case_id)
        due = min((one.due for one in case.timers), default=None)
        return Alert(f"sandbox.{case_id}", case_id, self.trader, case.reference, due, self.clock())

    def _act(self, case_id: str, command: Command, by: Actor) -> Case:
        return self.platform.act(case_id, command, by=by, key=secrets.token_hex(8))
