"""Writing to complainants: the reading is noted, the message goes out, and whoever it does not reach is an officer's.

Laws of this file: a message is a disclosure to the complainant of their own data, and stands in the access log before
it is handed to the messenger, once for each message (PDPO DPP4; PIPL Art 51). Whoever cannot be written to waits in the
officers' queue, and so does whoever a message bounced from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from expressplatform.case import Case
from expressplatform.codes import Audience, Channel, Purpose, Reading, Role, Stage
from expressplatform.complaint import Actor, clock_of
from expressplatform.errors import NoSuchCase, Refused, Unreachable
from expressplatform.messages import Letter, told_over
from expressplatform.platform import rows
from expressplatform.platform.keeping import ACCESS, UNTOLD, Keeping, Untold, place_of
from expressplatform.ports import Message
from expressplatform.privacy.disclosure import Disclosure, disclose
from expressplatform.privacy.log import Access
from expressplatform.wording import letter

READ_ALONE: Final = frozenset({Channel.EMAIL, Channel.WEB, Channel.APP})
"""How people are spoken to who read messages by themselves; the others are told by an officer."""
_CONTACTS: Final = ("particulars.name", "particulars.email", "particulars.phone", "particulars.address")
_TO_WRITE: Final = (*_CONTACTS, "call_code")
_CARRIES_CODE: Final = "uploaded"
_HEARS_OF_BOUNCES: Final = frozenset({Role.COUNCIL, Role.OPERATOR})
_DIGITS: Final = frozenset("0123456789abcdef")


class Writing(Keeping):
    """What writes to complainants."""

    async def write(self, id: str, case: Case, occasion: str, labels: Sequence[str] = (), **places: str) -> bool:
        """Writes to the complainant of an opened case; False: no message reaches them, and an officer is to tell them.

        Raises whatever the messenger raises that may go by itself: then it is to be tried again, under the same id.
        """
        return await self.send(id, case, self.worded(case, occasion, **places), occasion, labels)

    def worded(self, case: Case, occasion: str, **places: str) -> Letter:
        """A letter that is no step's, in the language of the complainant; ``places`` fill its open ones."""
        language = case.complaint.complainant.language
        subject, text = letter(occasion, language)
        titles = self.edition_of(case).title
        title = titles.get(language) or titles["en"]
        filled = {"reference": case.reference, "scheme": title, **places}
        return Letter(subject.format(**filled), text.format(**filled))

    async def send(self, id: str, case: Case, words: Letter, occasion: str, labels: Sequence[str] = ()) -> bool:
        """Sends a letter to the complainant of an opened case; False and raises as `write`."""
        try:
            await self.hand_over(id, case, words)
        except Unreachable:
            await self.untold(id, case, occasion, labels)
            return False
        return True

    async def hand_over(self, id: str, case: Case, words: Letter) -> None:
        """Gives a letter to the messenger; raises Unreachable where there is no way to the complainant."""
        if self.messenger is None or not reads_alone(case):
            raise Unreachable
        language = case.complaint.complainant.language.value
        sending = self.messenger.send(Message(id, self.reader_of(case), language, words.subject, words.text))
        if sending is not None:
            await sending

    def reader_of(self, case: Case) -> Disclosure:
        """The complainant of an opened case as a messenger may know them (PDPO DPP3): their name and contacts."""
        return disclose(
            attrs.evolve(case.complaint, evidence=case.file.evidence),
            audience=Audience.COMPLAINANT,
            recipient=Audience.COMPLAINANT.value,
            purpose=Purpose.HANDLING,
            stage=Stage.HANDLING,
            consents=case.file.consents,
            scheme=self.edition_of(case),
            at=case.at,
            use_until=case.at,
            fields=_TO_WRITE,
            case_id=case.id,
        )

    async def log_message(self, id: str, case: Case, occasion: str) -> None:
        """Notes that a message shows the complainant something, under the message's id: repeats are one entry."""
        by, now = clock_of(case.file.council), self.now()
        fields = (*_CONTACTS, "call_code") if occasion == _CARRIES_CODE else _CONTACTS
        entry = Access(by, Reading.MESSAGE, (case.id,), fields, occasion, now)
        labels = (f"by:{by.person}", f"case:{case.id}")
        await self.keep(ACCESS, f"message.{id}", entry, owner=case.file.council, place=place_of(now), labels=labels)

    async def untold(self, id: str, case: Case, occasion: str, labels: Sequence[str] = ()) -> None:
        """Notes for an officer that somebody must be told by other means; once for each message."""
        note = Untold(case.id, case.reference, case.trader, self.now(), occasion)
        found = (f"case:{case.id}", *labels)
        await self.keep(UNTOLD, id, note, owner=case.file.council, place=place_of(note.since), labels=found)

    async def bounced(self, message_id: str, *, by: Actor) -> None:
        """A message came back: an officer is to tell its reader by other means.

        Raises NoSuchCase for an id of no message about a case of the asker's organisation, Refused (``wrong_role``).
        """
        if by.role not in _HEARS_OF_BOUNCES:
            raise Refused("wrong_role", "", Role.COUNCIL, (), "What bounced is for the council or the operator.")
        breach, case_id, version = _parts(message_id)
        stored = await self._stored(case_id, by.organisation)
        steps, case = told_over(rows.fact_of(row) for row in stored.events)
        told = steps[version - 1].told if 0 < version <= len(steps) else None
        occasion = "breach" if breach else told.occasion if told is not None else ""
        await self.untold(message_id, case, occasion, (f"breach:{breach}",) if breach else ())


def reads_alone(case: Case) -> bool:
    """Whether the complainant is spoken to in a way in which they read messages by themselves."""
    return case.complaint.complainant.channel in READ_ALONE


def _parts(message_id: str) -> tuple[str, str, int]:
    """The breach (empty: none), the case and the version that a message's id names; raises NoSuchCase for no id."""
    first, _, rest = message_id.partition(".")
    if _is_id(first, "b") and _is_id(rest, "c"):
        return first, rest, 0
    version, _, kind = rest.partition(".")
    if _is_id(first, "c") and kind and version.isascii() and version.isdigit() and len(version) < 10:
        return "", first, int(version)
    raise NoSuchCase("")


def _is_id(text: str, letter: str) -> bool:
    return len(text) == 32 and text[0] == letter and _DIGITS.issuperset(text[1:])
