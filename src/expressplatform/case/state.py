"""What a case is at one moment: frozen values, folded from its events.

Laws of this file: types and their plain questions only. A `Case` has a slim part that every step changes
(version, status, timers) and three parts that few do: the *file* (the complaint and what stands around it), the
*turn* (the trader at work) and the *account* (what was said of the outcome). Particulars stand in the file, and the
code of a turn in it.
"""

from __future__ import annotations

from datetime import date, datetime

import attrs

from expressplatform.codes import OPEN, Outcome, Role, Status, Verdict, Word
from expressplatform.commands import MakeOffer
from expressplatform.complaint import ERASED, CallCode, Complaint, Consent, Erased, Evidence, Particulars, Said
from expressplatform.events import Timer
from expressplatform.money import Money
from expressplatform.privacy.deletion import Holding


@attrs.frozen
class File:
    """The complaint and what stands around it.

    ``complaint`` holds the facts as last supplied, its particulars as last corrected (`ERASED` where the case was
    read without its key). ``filed_at`` is the official filing instant. ``references`` are (organisation, number),
    ``withdrawn`` (recipient, when a consent to it was last taken back), ``told`` whoever was handed something beside
    the traders. ``alarms`` are those of the ``impostors`` after which no officer has made a note.
    """

    council: str
    reference: str
    lodged_at: datetime
    filed_at: datetime
    complaint: Complaint
    consents: tuple[Consent, ...]
    evidence: tuple[Evidence, ...]
    research_consent: bool
    acknowledged: bool = False
    verdict: Verdict | None = None
    references: tuple[tuple[str, str], ...] = ()
    withdrawn: tuple[tuple[str, datetime], ...] = ()
    shared: tuple[tuple[str, str], ...] = ()
    assignee: str = ""
    on_hold: bool = False
    holdings: tuple[Holding, ...] = ()
    disclosures: int = 0
    impostors: int = 0
    alarms: int = 0
    missed: int = 0
    told: tuple[str, ...] = ()


@attrs.frozen
class Offer:
    """A proposed settlement and whether it still stands."""

    number: int
    terms: MakeOffer
    open: bool = True


@attrs.frozen
class Turn:
    """One trader at work on the case: from the upload until the case leaves it.

    ``particulars`` is the code that its callers must say, `ERASED` where the case was read without its key, and so are
    the words of ``messages``: the latest that others wrote while the case was with it.
    """

    trader: str
    uploaded_at: datetime
    obtained_at: datetime | None = None
    contacted_at: datetime | None = None
    attempts: int = 0
    offers: tuple[Offer, ...] = ()
    asked_days: int | None = None
    resolve: Timer | None = None
    perform_by: date | None = None
    particulars: CallCode | Erased = ERASED
    messages: tuple[Said, ...] = ()


@attrs.frozen
class Account:
    """What was said of the outcome, and by whom: the trader's word is not the outcome.

    ``claimed_by`` stays empty for a bare reply. ``word`` is the complainant's last word, None where there was
    none. ``days_used`` are the counted days of the first answer, where that was a report of a result;
    ``referred_back`` counts returns to the council. ``ended_at`` is when the case last came to rest; ``outside`` says
    that it was erased before it did, while it stood outside the scheme.
    """

    first_uploaded_at: datetime | None = None
    answered_at: datetime | None = None
    days_used: int | None = None
    late: bool = False
    claimed_by: Role | None = None
    claimed: Outcome | None = None
    confirmed_by: Role | None = None
    word: Word | None = None
    rating: int | None = None
    offer_accepted: bool = False
    lapsed_silent: bool = False
    promised: Money | None = None
    proved: bool = False
    contradicted: bool = False
    outcome: Outcome | None = None
    referred_back: int = 0
    withdrawn: bool = False
    ended_at: datetime | None = None
    outside: bool = False


@attrs.frozen
class Case:
    """A case as its events have made it. Only `apply` makes one; only `decide` says what may come next."""

    id: str
    scheme: str
    edition: str
    version: int
    status: Status
    since: datetime
    at: datetime
    timers: tuple[Timer, ...]
    file: File
    turn: Turn | None
    account: Account

    @property
    def trader(self) -> str:
        """The trader complained of now."""
        return self.file.complaint.trader.organisation

    @property
    def complaint(self) -> Complaint:
        """The complaint as last supplied and corrected."""
        return self.file.complaint

    @property
    def particulars(self) -> Particulars | Erased:
        """Who complains, or `ERASED` where that cannot be read."""
        return self.file.complaint.particulars

    @property
    def reference(self) -> str:
        """The number that people say and type."""
        return self.file.reference

    @property
    def claimed_by(self) -> Role | None:
        """Who claimed an outcome: a trader, or nobody."""
        return self.account.claimed_by

    @property
    def confirmed_by(self) -> Role | None:
        """Who confirmed the outcome."""
        return self.account.confirmed_by

    @property
    def word(self) -> Word | None:
        """The complainant's word, SILENT where the case ended without one, None while it may still come."""
        if self.account.word is not None:
            return self.account.word
        if self.account.offer_accepted:
            return Word.CONFIRMED
        return Word.SILENT if self.silent else None

    @property
    def silent(self) -> bool:
        """Whether a case that reached a trader ended without any word of the complainant."""
        account = self.account
        return (
            account.ended_at is not None
            and account.first_uploaded_at is not None
            and account.word is None
            and not account.offer_accepted
            and not account.withdrawn
        )

    @property
    def is_open(self) -> bool:
        """Whether anybody still owes anything but keeping or deleting."""
        return self.status in OPEN

    def timer(self, duty: str) -> Timer | None:
        """The running timer of a duty."""
        for timer in self.timers:
            if timer.duty == duty:
                return timer
        return None


Parts = tuple[File, Turn | None, Account]
"""The three parts of a case that few steps change: what a fold gives back."""
