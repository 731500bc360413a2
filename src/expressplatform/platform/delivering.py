"""What a step leaves to be done, done: alerts, messages to complainants, scans, entries, destroyed keys and files.

Laws of this file: an effect is a reference. The case is loaded now, and what was true at the step is asked again: an
alert goes to whoever still holds the case or still owes, a letter tells what still stands, in the words of the case as
it is now. Whoever cannot be told is put where an officer sees it. An effect without a way to its recipient is let go.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from expressplatform.case import Case
from expressplatform.codes import EffectKind, Status
from expressplatform.messages import letter_of, named_in, stands, told_over
from expressplatform.platform import rows
from expressplatform.platform.admitting import Admitting
from expressplatform.platform.enrolling import Enrolling
from expressplatform.platform.filing import Filing
from expressplatform.platform.keeping import SIGNED
from expressplatform.platform.registering import REGISTERED, Registering
from expressplatform.platform.writing import reads_alone
from expressplatform.ports import EVERYONE, Alert, EffectRow, StoredCase

_TELLING: Final = frozenset({EffectKind.TELL.value, EffectKind.TELL_UPLOAD.value})


class Delivering(Filing, Registering, Admitting, Enrolling):
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
            await self.shut_out(effect.case_id)
            if self.evidence is not None:
                await self.drop_files(effect.case_id)
            await self.drop_labelled(SIGNED.name, f"case:{effect.case_id}")
            return
        if effect.kind in _TELLING and self.messenger is None:
            return
        stored = await self._stored(effect.case_id, EVERYONE)
        if effect.kind in _TELLING:
            await self._tell(effect, stored)
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
                return one.owed, one.due(self.edition_of(case).delete_days)
        return organisation in case.file.told, None

    async def _tell(self, effect: EffectRow, stored: StoredCase) -> None:
        """The complainant hears what happened and what comes next, unless it is over or a newer letter says it."""
        facts = [rows.fact_of(row) for row in stored.events]
        steps, case = told_over(facts)
        step = steps[effect.version - 1]
        told = step.told
        if told is None or not stands(told, step.version, steps, Status(stored.header.status)):
            return
        if not reads_alone(case):
            await self.untold(effect.id, case, told.occasion)
            return
        scheme = self._scheme_of(case)  # by another edition the days and the reasons would not be those of the step
        case = rows.fold_opened(stored, self.ring, facts=facts)[0]
        await self.log_message(effect.id, case, told.occasion)
        known, link = await self.told_of(*named_in(step, case)), await self.page_link(case)
        words = letter_of(told.occasion, step, case, scheme=scheme, known=known, link=link)
        if words is not None:
            await self.send(effect.id, case, words, told.occasion)
