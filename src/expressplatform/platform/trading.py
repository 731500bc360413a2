"""What a trader sees of the cases that it holds, and what it said under its own signature.

Laws of this file: nothing personal is opened for a row of the list; it tells what a trader needs in order to see what
waits, and of the council's own work nothing. Details are handed over by an event alone (`Changing.obtain_details`). A
signed request is kept beside the step that it led to, sealed under the case's key, and goes with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

import attrs

from expressplatform.case import Case, Turn, allowed
from expressplatform.codes import Duty, Reading, Role, Status
from expressplatform.complaint import Actor
from expressplatform.deadlines import duties
from expressplatform.deadlines.arithmetic import days_left
from expressplatform.errors import KeyDestroyed, KeyMissing, NoSuchCase, Refused
from expressplatform.events import Event, Timer
from expressplatform.fields import refuse
from expressplatform.platform import rows
from expressplatform.platform.changing import Changing
from expressplatform.platform.keeping import SIGNED, place_of
from expressplatform.platform.membership import Signed, Statement
from expressplatform.platform.requests import judged_list
from expressplatform.platform.showing import Showing
from expressplatform.platform.trader_rows import Claim, SeenRow, Terms, TraderCase, TraderPage
from expressplatform.ports import StoredCase
from expressplatform.privacy.deletion import Holding
from expressplatform.records import KINDS
from expressplatform.sealing import Context

_MOST_SEEN: Final = 5000
"""How many rows are kept as they were read."""
_MOST_LOOKED: Final = 2000
"""After how many lines of the feed a page ends, however few of them are wanted: one question is no end of work."""
_OWN: Final = frozenset({Duty.OBTAIN, Duty.CONTACT, Duty.RESOLVE, Duty.CONFIRM})
"""The duties that a trader is told of: its own, and until when the complainant may answer it."""
_CLAIMED: Final = frozenset({Status.RESOLUTION_REPORTED, Status.RESOLVED})
"""Where a trader's word stands, and money that it promised is awaited."""
CONCERNS: Final = frozenset(
    {
        "uploaded", "corrected", "message_added", "evidence_shared", "time_granted", "time_refused", "offer_accepted",
        "offer_declined", "confirmed", "disputed", "breach_reported", "consent_withdrawn", "recalled", "withdrawn",
        "clock_stopped", "clock_resumed", "lapsed", "performance_contradicted",
    }
)  # fmt: skip
"""The kinds of event, by others, that a trader has something to read about."""


class Trading(Changing, Showing):
    """What answers traders."""

    async def trader_case(self, case_id: str, *, by: Actor) -> TraderCase:
        """One case as its trader sees it."""
        stored = await self._stored(case_id, by.organisation)
        if by.role is not Role.TRADER:
            raise Refused("wrong_role", case_id, Role.TRADER, (), "This is what the trader sees.")
        return self._row_for(stored, by)

    async def trader_cases(
        self, *, by: Actor, status: Sequence[Status] = (), due_before: datetime | None = None,
        changed_since: datetime | None = None, shop: str = "", unread: bool | None = None, after: str = "",
        limit: int = 100,
    ) -> TraderPage:  # fmt: skip
        """The cases that a trader holds or owes something about, in the order in which they last moved.

        Where little fits what is asked for, a page may be short, or empty, and lead on.
        """
        judged_list(limit, after=after, shop=shop)
        if by.role is not Role.TRADER:
            raise Refused("wrong_role", "", Role.TRADER, (), "This is what the trader sees.")
        if not set(status) <= set(Status):
            raise refuse("$.status", "code", "must be one of: " + ", ".join(Status))
        place = _place_in_feed(after)
        found: dict[str, TraderCase] = {}
        gone: dict[str, None] = {}
        looked = 0
        while moved := await self.store.feed(by.organisation, place, limit):
            if looked >= _MOST_LOOKED:
                return TraderPage(tuple(found.values()), tuple(gone), str(place), True)
            looked += len(moved)
            for row in moved:
                if len(found) == limit and row.case_id not in found:
                    return TraderPage(tuple(found.values()), tuple(gone), str(place), True)
                place = row.place + 1
                if row.header is None:
                    gone[row.case_id] = None
                    continue
                if row.case_id in found:
                    continue
                stored = await self.store.load(row.case_id, by.organisation)
                shown = self._row_for(stored, by) if stored is not None else None
                if shown is None or (status and shown.status not in status):
                    continue
                if changed_since is not None and shown.changed_at < changed_since:
                    continue
                if _is_wanted(shown, due_before, shop, unread):
                    found[row.case_id] = shown
        return TraderPage(tuple(found.values()), tuple(gone), str(place), False)

    def _row_for(self, stored: StoredCase, by: Actor) -> TraderCase:
        """The row of a case: read off its events once for each version; only its days are counted anew."""
        name, last = (stored.header.case_id, by.organisation), stored.events[-1]
        seen = self.seen_rows.get(name)
        now = self.now()
        if seen is not None and seen.version == last.version and seen.facts == last.facts and seen.counts_at(now):
            return seen.row
        if seen is None or seen.version != last.version or seen.facts != last.facts:
            if len(self.seen_rows) >= _MOST_SEEN:
                self.seen_rows.clear()
            seen = self._read_row(stored, by)
        seen = self.seen_rows[name] = self._counted(seen, now)
        return seen.row

    def _counted(self, seen: SeenRow, now: datetime) -> SeenRow:
        """The row with the days that are left now, and between which instants they are as many."""
        timer = seen.timer
        if timer is None:
            return seen
        zone = duties.length_of(timer, seen.scheme).term.zone
        today = now.astimezone(zone).date()
        since, until = (
            datetime.combine(day, time(), zone).astimezone(UTC) for day in (today, today + timedelta(days=1))
        )
        if now < timer.due:
            until = min(until, timer.due)
        else:
            since = max(since, timer.due)
        row = attrs.evolve(seen.row, working_days_left=days_left(duties.explained(timer, seen.scheme), now))
        return attrs.evolve(seen, row=row, since=since, until=until)

    def _read_row(self, stored: StoredCase, by: Actor) -> SeenRow:
        case, organisation, last = rows.fold(stored), by.organisation, stored.events[-1]
        if not rows.sees(organisation, case):
            raise NoSuchCase(case.id)
        turn = case.turn if case.turn is not None and case.turn.trader == organisation else None
        timer = self._owed(case) if turn is not None else None
        holding = next((one for one in case.file.holdings if one.organisation == organisation and one.owed), None)
        scheme = self.edition_of(case)
        until = holding.due(scheme.delete_days) if holding is not None else None
        deletes = holding is not None and holding.must_delete_since is not None
        shop = case.complaint.trader.shop
        row = TraderCase(
            case_id=case.id,
            reference=case.reference,
            status=case.status if turn is not None else None,
            version=case.version if turn is not None else 0,
            changed_at=_told_at(holding, case.at) if turn is None else case.at,
            shop=shop.shop_id if shop is not None and turn is not None else "",
            uploaded_at=turn.uploaded_at if turn is not None else None,
            duty=timer.duty if timer is not None else None,
            due_at=timer.due if timer is not None else None,
            working_days_left=None,
            allowed=tuple(one.__name__ for one in allowed(case, by)),
            unread=_unread(stored, organisation) if turn is not None else holding is not None,
            their_reference=dict(case.file.references).get(organisation, ""),
            days_asked=turn.asked_days if turn is not None else None,
            offers=tuple(Terms(one.number, one.open, one.terms.expires) for one in turn.offers) if turn else (),
            delete_by=until if deletes else None,
            read_again_by=until if not deletes else None,
            since=case.since if turn is not None else None,
            claim=_claim(case, turn),
        )
        return SeenRow(last.version, last.facts, row, timer if self.judges(case) else None, scheme)

    def _owed(self, case: Case) -> Timer | None:
        return min((one for one in case.timers if one.duty in _OWN), key=lambda one: one.due, default=None)

    # --- what a trader signed --------------------------------------------------------------------------------------

    async def keep_signed(
        self, case_id: str, *, by: Actor, key: str, key_id: str, base: str, signature: str, body: bytes
    ) -> bool:
        """Keeps a signed request beside the step that its idempotency key led to; the first one stands."""
        receipt = await self.store.receipt(case_id, rows.receipt_key(by, key))
        if receipt is None:
            raise NoSuchCase(case_id)
        try:
            sealed = self.ring.get(case_id).seal(body, _place(case_id, receipt.version, base)).hex()
        except (KeyDestroyed, KeyMissing):
            return False  # an erased case keeps facts alone
        now = self.now()
        record = Signed(
            case_id, receipt.version, by.organisation, by.person, key_id, base, signature, sealed, now
        )  # fmt: skip
        stored = await self._stored(case_id, by.organisation)
        return await self.keep(
            SIGNED, f"{case_id}.{receipt.version}", record, owner=stored.header.council, place=place_of(now),
            labels=(f"case:{case_id}",),
        )  # fmt: skip

    async def statements(self, case_id: str, *, by: Actor, reason: str) -> tuple[Statement, ...]:
        """The signed requests of a case, opened, in the order of its steps; a reading, for the council alone."""
        await self._stored(case_id, by.organisation)
        if by.role is not Role.COUNCIL:
            raise Refused("not_the_council", case_id, Role.COUNCIL, (), "Only the council does this.")
        if not reason.strip():
            raise Refused("reason_missing", case_id, by.role, (), "Reading particulars needs a reason.")
        await self.log(by, Reading.CASE, (case_id,), ("signed",), reason)
        found = []
        async for one in self.shelved(SIGNED, by.organisation, label=f"case:{case_id}"):
            held = one.value
            place = _place(case_id, held.version, held.base)
            body = self.ring.get(case_id).open(bytes.fromhex(held.body), place)
            found.append(Statement(held, body))
        return tuple(sorted(found, key=lambda one: one.signed.version))


def _claim(case: Case, turn: Turn | None) -> Claim | None:
    """The trader's own word in its own turn; what another trader said before is nothing of its business."""
    account = case.account
    if turn is None or account.claimed_by is not Role.TRADER or case.status not in _CLAIMED:
        return None
    return Claim(account.claimed, account.promised, turn.perform_by, account.proved, account.contradicted)


def _told_at(holding: Holding | None, otherwise: datetime) -> datetime:
    """When an organisation was told what it owes."""
    since = None if holding is None else holding.owed_since
    return otherwise if since is None else since


def _place_in_feed(after: str) -> int:
    if after and not (after.isascii() and after.isdigit() and len(after) < 19):
        raise refuse("$.after", "cursor", "must be where an earlier answer said that it goes on, or empty")
    return int(after or "0")


def _place(case_id: str, version: int, base: str) -> Context:
    return Context(case_id, version, "signed", 1, base.encode(), "signed")


def _is_wanted(row: TraderCase, due_before: datetime | None, shop: str, unread: bool | None) -> bool:
    due = min((at for at in (row.due_at, row.delete_by, row.read_again_by) if at is not None), default=None)
    return (
        (due_before is None or (due is not None and due < due_before))
        and shop in ("", row.shop)
        and unread in (None, row.unread)
    )


def _unread(stored: StoredCase, organisation: str) -> bool:
    """Whether something that concerns an organisation has happened since it last did something."""
    for row in reversed(stored.events):
        event = rows.fact_of(row)
        if event.by.role is Role.TRADER and event.by.organisation == organisation:
            return False
        if row.kind in CONCERNS and _reaches(event, organisation):
            return True
    return False


def _reaches(event: Event, organisation: str) -> bool:
    """Documents are shared with one, a consent is to one; the rest concerns whoever holds the case."""
    asked = event.asked
    recipient: str = getattr(asked, "recipient", organisation)
    return recipient == organisation and KINDS[type(event)] in CONCERNS
