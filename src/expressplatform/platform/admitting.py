"""How a complainant gets in: a link to one case, a code that is sent to them, and then a session of half an hour.

Laws of this file
- A link, a code and a session are drawn by the operating system, and none is kept: of links and sessions their SHA-256
  stands on the shelf, of a code a digest under the case's key. What is kept opens nothing.
- Whatever does not fit is refused alike: a link that was never made, one that is over, a wrong code, an old one, one
  that was guessed at too often. Asking for a code is answered alike too, whether one was sent or not.
- A try is counted before it is judged. After five tries a code is void; at most five codes an hour are sent for a case.
- A session is for one case. It ends by itself, when the case is withdrawn and when it is erased.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Final

import attrs

from expressplatform.case import Case
from expressplatform.codes import Role, Status
from expressplatform.complaint import Actor, Veiled
from expressplatform.errors import KeyDestroyed, KeyMissing, NoSuchCase, Refused, Unreachable
from expressplatform.messages.letters import LINK_DAYS
from expressplatform.platform import rows
from expressplatform.platform.keeping import CODE, LINK, SESSION, CodeSent, Entered, Link, Standing, place_of
from expressplatform.platform.writing import Writing, reads_alone
from expressplatform.ports import EVERYONE, StoredCase

LINK_LASTS: Final = timedelta(days=LINK_DAYS)
CODE_LASTS: Final = timedelta(minutes=10)
SESSION_LASTS: Final = timedelta(minutes=30)
TRIES: Final = 5
"""How often a code may be tried; then it is void."""
CODES_AN_HOUR: Final = 5
"""How many codes are sent for a case in an hour."""
_HOUR: Final = timedelta(hours=1)
_ROUNDS: Final = 8
"""How often a record is written again that somebody else has written meanwhile."""
_LONGEST: Final = 200
_OCCASION: Final = "code"


@attrs.frozen(repr=False, str=False)
class SignedIn(Veiled):
    """What whoever signed in is given: the token of a session, for which case, and until when. Never prints."""

    token: str
    case_id: str
    until: datetime


@attrs.frozen
class Session:
    """Whose session it is: the complainant as they act, and on which case alone, until when."""

    actor: Actor
    case_id: str
    until: datetime

    def of(self, case_id: str) -> Actor:
        """The complainant as they act on that case; raises NoSuchCase for any but their own."""
        if case_id != self.case_id:
            raise NoSuchCase(case_id)
        return self.actor


class Admitting(Writing):
    """What lets complainants in."""

    # ---- links ------------------------------------------------------------------------------------------------------

    async def page_link(self, case: Case) -> str:
        """The address of a case's own page, with a new link in it; empty where the platform was given none."""
        return self.link + await self._new_link(case) if self.link else ""

    async def open_link(self, case_id: str, *, by: Actor) -> str:
        """A new link to a case, for an officer to hand to the complainant: the address, or the link alone."""
        if by.role is not Role.COUNCIL:
            raise Refused("not_the_council", case_id, Role.COUNCIL, (), "Only the council hands out links.")
        stored = await self._stored(case_id, by.organisation)
        if stored.header.status == Status.ERASED:
            raise Refused("wrong_status", case_id, "", (), "The case has been erased: there is nothing to see.")
        return self.link + await self._new_link(rows.fold(stored))

    async def _new_link(self, case: Case) -> str:
        token, until = secrets.token_urlsafe(32), self.now() + LINK_LASTS
        owner, labels = case.file.council, _labels(case.id)
        await self.keep(LINK, _named(token), Link(case.id, until), owner=owner, place=place_of(until), labels=labels)
        return token

    async def _linked(self, link: str) -> StoredCase | None:
        """The case that a link leads to; None for a link that leads nowhere, any more or ever."""
        standing = await self.kept(LINK, _named(link), EVERYONE)
        if standing is None or standing.value.until <= self.now():
            return None
        stored = await self.store.load(standing.value.case_id, EVERYONE)
        return None if stored is None or stored.header.status == Status.ERASED else stored

    # ---- codes ------------------------------------------------------------------------------------------------------

    async def send_code(self, link: str) -> None:
        """Sends a code to the complainant of the case that a link leads to; silently nothing where there is no way."""
        stored = await self._linked(link)
        if stored is None or self.messenger is None or not reads_alone(rows.fold(stored)):
            return
        try:
            case = rows.fold_opened(stored, self.ring)[0]
            digits = f"{secrets.randbelow(10**6):06}"
            if not await self._note_code(case, digits):
                return
        except (KeyDestroyed, KeyMissing):
            return
        id = f"{case.id}.0.code-{secrets.token_hex(8)}"
        await self.log_message(id, case, _OCCASION)
        minutes = f"{CODE_LASTS // timedelta(minutes=1)}"
        try:
            await self.hand_over(id, case, self.worded(case, _OCCASION, digits=digits, minutes=minutes))
        except Unreachable:
            return

    async def _note_code(self, case: Case, digits: str) -> bool:
        """Keeps the digest of a new code in the place of the last one; False where too many were sent of late."""
        for _ in range(_ROUNDS):
            now, standing = self.now(), await self.kept(CODE, case.id, EVERYONE)
            sent = [at for at in standing.value.sent if at > now - _HOUR] if standing is not None else []
            if len(sent) >= CODES_AN_HOUR:
                return False
            noted = CodeSent(self._digest(case.id, digits), now + CODE_LASTS, 0, (*sent, now))
            if await self._keep_code(case.id, case.file.council, noted, standing):
                return True
        return False

    async def _keep_code(self, case_id: str, owner: str, noted: CodeSent, after: Standing[CodeSent] | None) -> bool:
        place = place_of(max(noted.sent) + _HOUR)
        follows = after.version if after is not None else 0
        return await self.keep(CODE, case_id, noted, owner=owner, place=place, labels=_labels(case_id), follows=follows)

    def _digest(self, case_id: str, digits: str) -> str:
        """A code's digest, under a key that goes when the case is erased; raises KeyDestroyed, KeyMissing."""
        return self.ring.get(case_id).address(b"code of a complainant|" + digits.encode()).hex()

    async def _takes(self, case_id: str, digits: str) -> bool:
        """Whether a code is the one that was sent. The try is counted first; a code that was taken is void."""
        for _ in range(_ROUNDS):
            standing = await self.kept(CODE, case_id, EVERYONE)
            if standing is None or standing.value.tries >= TRIES or standing.value.until <= self.now():
                return False
            counted = attrs.evolve(standing.value, tries=standing.value.tries + 1)
            if not await self._keep_code(case_id, standing.owner, counted, standing):
                continue  # somebody tried at the same moment: that counts too
            if not compare_digest(counted.digest, self._digest(case_id, digits)):
                return False
            used = attrs.evolve(counted, tries=TRIES)
            mine = attrs.evolve(standing, version=standing.version + 1)
            return await self._keep_code(case_id, standing.owner, used, mine)
        return False

    # ---- sessions ---------------------------------------------------------------------------------------------------

    async def sign_in(self, link: str, code: str) -> SignedIn:
        """A session for whoever has a link and the code that was sent for it; raises Refused (``not_admitted``)."""
        stored = await self._linked(link)
        digits = "".join(code.split())
        well_formed = len(digits) == 6 and digits.isascii() and digits.isdigit()
        if stored is None or not well_formed:
            raise _not_admitted()
        header = stored.header
        try:
            taken = await self._takes(header.case_id, digits)
        except (KeyDestroyed, KeyMissing):
            taken = False
        if not taken:
            raise _not_admitted()
        token, until = secrets.token_urlsafe(32), self.now() + SESSION_LASTS
        entered, place = Entered(header.case_id, header.version, until), place_of(until)
        labels = _labels(header.case_id)
        await self.keep(SESSION, _named(token), entered, owner=header.council, place=place, labels=labels)
        return SignedIn(token, header.case_id, until)

    async def session(self, token: str) -> Session:
        """Whose session a token opens; raises Refused (``not_admitted``) where it opens none, any more or ever."""
        standing = await self.kept(SESSION, _named(token), EVERYONE)
        if standing is None or standing.value.until <= self.now():
            raise _not_admitted()
        entered = standing.value
        stored = await self.store.load(entered.case_id, EVERYONE)
        if stored is None or stored.header.status == Status.ERASED or _withdrawn_since(stored, entered.version):
            raise _not_admitted()
        actor = Actor(Role.COMPLAINANT, f"of:{entered.case_id}", standing.owner)
        return Session(actor, entered.case_id, entered.until)

    async def sign_out(self, token: str) -> None:
        """Ends a session; harmless when there is none."""
        await self.shelf.delete(EVERYONE, SESSION.name, (_named(token),))

    async def shut_out(self, case_id: str) -> None:
        """Ends every session of a case, and its links and codes: it has been erased."""
        for kind in (LINK.name, CODE.name, SESSION.name):
            await self.drop_labelled(kind, f"case:{case_id}")


def _named(token: str) -> str:
    """The id under which a link or a session stands: nobody gets from it to the token."""
    return sha256(b"expressplatform token 1|" + token[:_LONGEST].encode("utf-8", "surrogatepass")).hexdigest()


def _labels(case_id: str) -> Sequence[str]:
    return (f"case:{case_id}",)


def _withdrawn_since(stored: StoredCase, version: int) -> bool:
    return any(row.kind == "withdrawn" and row.version > version for row in stored.events)


def _not_admitted() -> Refused:
    """The one answer to whatever does not fit: it does not say what was wrong."""
    reason = "That does not open anything, or not any more. Ask for a new code, or use the link in our last letter."
    return Refused("not_admitted", "", Role.COMPLAINANT, (), reason)
