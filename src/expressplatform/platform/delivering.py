"""What a step leaves to be done, done: alerts, messages to complainants, scans, entries, destroyed keys and files.

Laws of this file: an effect is a reference. The case is loaded now, and what was true at the step is asked again: an
alert goes to whoever still holds the case or still owes, a message tells what still stands. Whoever cannot be told is
put where an officer sees it. An effect without a way to its recipient is let go.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from expressplatform.case import Case
from expressplatform.codes import Audience, Channel, Duty, EffectKind, Purpose, Stage, Status
from expressplatform.complaint import CallCode
from expressplatform.errors import Unreachable
from expressplatform.lifecycle import WITH_TRADER
from expressplatform.platform import rows
from expressplatform.platform.filing import Filing
from expressplatform.platform.keeping import SIGNED, UNTOLD, Untold, place_of
from expressplatform.platform.registering import REGISTERED, Registering
from expressplatform.ports import EVERYONE, Alert, EffectRow, Message, StoredCase
from expressplatform.privacy.disclosure import Disclosure, disclose
from expressplatform.scheme import Known
from expressplatform.wording import letter

_READ_ALONE: Final = frozenset({Channel.EMAIL, Channel.WEB, Channel.APP})
"""How people are spoken to who read messages by themselves; the others are told by an officer."""
_TO_WRITE: Final = ("particulars.name", "particulars.email", "particulars.phone", "particulars.address", "call_code")


class Delivering(Filing, Registering):
    """What carries effects out."""

    async def deliver(self, effect: EffectRow) -> None:
        """Carries out one effect; raises what keeps it from being done."""
        if effect.kind in REGISTERED:
            await self.put_on_register(effect)
        if effect.kind == EffectKind.REGISTER_WITHDRAWAL:
            return
        if effect.kind == EffectKind.DESTROY_KEY:
            self.ring.forget(effect.case_id)
            self.keys.destroy(effect.case_id)
            if self.evidence is not None:
                await self.drop_files(effect.case_id)
            await self.drop_labelled(SIGNED, f"case:{effect.case_id}")
            return
        stored = await self._stored(effect.case_id, EVERYONE)
        if effect.kind == EffectKind.TELL_UPLOAD:
            await self._tell_upload(effect, stored)
        elif effect.kind == EffectKind.SCAN:
            await self.scan_file(effect, stored)
        else:
            self._alert(effect, stored)

    def _alert(self, effect: EffectRow, stored: StoredCase) -> None:
        """What was true at the step may be over by now: a recipient is told only what is still to be done."""
        header, gateway = stored.header, self.gateways.get(effect.recipient)
        if gateway is None:
            return
        waits, due_at = header.status == Status.UPLOADED and header.trader == effect.recipient, header.due_at
        if effect.kind == EffectKind.ALERT_DUTY:
            waits, due_at = self._duty(rows.fold(stored), effect.recipient)
        if waits:
            at = rows.fact_of(stored.events[effect.version - 1]).at
            gateway.alert(Alert(effect.id, header.case_id, effect.recipient, header.reference, due_at, at))

    def _duty(self, case: Case, organisation: str) -> tuple[bool, datetime | None]:
        """Whether an organisation still has something to delete or read again, and until when; others are just told."""
        for one in case.file.holdings:
            if one.organisation == organisation:
                return one.owed, one.due(self.scheme.delete_days)
        return organisation in case.file.told, None

    async def _tell_upload(self, effect: EffectRow, stored: StoredCase) -> None:
        """The complainant hears who has the case, until when, and which code its callers must say."""
        latest = max((row.version for row in stored.events if row.kind == "uploaded"), default=0)
        if self.messenger is None or latest != effect.version or stored.header.status not in WITH_TRADER:
            return
        case = rows.fold_opened(stored, self.ring)[0]
        code = case.turn.particulars if case.turn is not None else None
        resolve = case.timer(Duty.RESOLVE)
        trader = self.scheme.participant(case.trader, self.scheme.day(case.at), Known(participants=self.participants))
        await self.write(
            effect.id,
            case,
            "uploaded",
            trader=trader.name if trader is not None else case.trader,
            due=f"{self.scheme.day(resolve.due - timedelta.resolution)}" if resolve is not None else "-",
            code=code.digits if isinstance(code, CallCode) else "-",
        )

    async def write(self, id: str, case: Case, occasion: str, labels: Sequence[str] = (), **places: str) -> bool:
        """Writes to the complainant of an opened case; False: no message reaches them, and an officer is to tell them.

        Raises whatever the messenger raises that may go by itself: then it is to be tried again, under the same id.
        """
        try:
            if self.messenger is None or case.complaint.complainant.channel not in _READ_ALONE:
                raise Unreachable
            self.messenger.send(self.write_message(id, case, occasion, **places))
        except Unreachable:
            await self.untold(id, case, labels)
            return False
        return True

    def write_message(self, id: str, case: Case, occasion: str, **places: str) -> Message:
        """A message to the complainant of an opened case, in their language; ``places`` fill the text's open ones."""
        language = case.complaint.complainant.language
        subject, text = letter(occasion, language)
        title = self.scheme.title.get(language) or self.scheme.title["en"]
        filled = {"reference": case.reference, "scheme": title, **places}
        reader = self.reader_of(case)
        return Message(id, reader, language.value, subject.format(**filled), text.format(**filled))

    def reader_of(self, case: Case) -> Disclosure:
        """The complainant of an opened case as a messenger may know them (PDPO DPP3): their name and contacts."""
        return disclose(
            attrs.evolve(case.complaint, evidence=case.file.evidence),
            audience=Audience.COMPLAINANT,
            recipient=Audience.COMPLAINANT.value,
            purpose=Purpose.HANDLING,
            stage=Stage.HANDLING,
            consents=case.file.consents,
            scheme=self.scheme,
            at=case.at,
            use_until=case.at,
            fields=_TO_WRITE,
            case_id=case.id,
        )

    async def untold(self, id: str, case: Case, labels: Sequence[str] = ()) -> None:
        """Notes for an officer that somebody must be told by other means; once for each message."""
        note = Untold(case.id, case.reference, case.trader, self.now())
        found = (f"case:{case.id}", *labels)
        await self.keep(UNTOLD, id, note, owner=case.file.council, place=place_of(note.since), labels=found)
