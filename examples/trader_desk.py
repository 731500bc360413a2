"""A trader's desk: cases are fetched, read, answered and reported, in a loop that can be stopped at any moment.

Run it as a script. `Desk` is what a trader's own system would hold: it lists what waits, obtains the details, has
somebody speak with the complainant, and reports what came of it. It notes how far it is in the list, so that a process
that was killed is followed by one that goes on; and every write has a key made of the case and the step, so that what
is done again is done once.

In earnest ``platform`` is a client over HTTPS. Here it talks to `FakePlatform`: the real server on this machine, with a
clock that goes as it is told and a complainant who answers.
"""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import httpx

import expressplatform as ep
from expressplatform import commands as c
from expressplatform.codes import Channel, KeptGround, Outcome, Redress
from expressplatform.transport import HttpxTransport
from expressplatform_http.client import ReceivedDetails, TraderClient, is_known
from expressplatform_http.protocol.documents import TraderRow
from expressplatform_http.testing import FakePlatform


def speak_with(details: ReceivedDetails) -> tuple[Outcome | None, ep.Money | None]:
    """What your people do: they call, say the code first, and settle or not. Here: a refund of what was paid."""
    assert details.call_code  # whoever does not say it is hung up on
    return (Outcome.SETTLED_MONETARY, details.paid) if details.paid is not None else (None, None)


@attrs.define
class Desk:
    """The loop, over a file in which it notes how far it has come."""

    platform: TraderClient
    notes: Path
    done: list[str] = attrs.Factory(list)

    def round(self) -> None:
        """Everything that waits, once: call it every few minutes, and when a webhook comes."""
        rows = self.platform.cases(status=(ep.Status.UPLOADED,), after=self._cursor())
        for row in rows:
            self._note(rows.after)
            try:
                self._handle(row)
            except ep.Refused as refused:  # a rule says no: who must act now is in it, and what is open instead
                self.done.append(f"{row.reference}: {refused.code}, now it is for the {refused.who_must_act}")
            except ep.ExpressPlatformError as error:
                if not error.retryable:
                    raise
                self.done.append(f"{row.reference}: later ({error.code})")
        self._note("")
        for owed in self.platform.duties():
            if owed.delete_by is not None:
                self._delete(owed.case_id)

    def _note(self, after: str) -> None:
        self.notes.write_text(json.dumps({"after": after}), encoding="utf-8")

    def _cursor(self) -> str:
        return str(json.loads(self.notes.read_text("utf-8"))["after"]) if self.notes.exists() else ""

    def _handle(self, row: TraderRow) -> None:
        """One case. Each key says which step of which case it is: however often it is asked, it is done once."""
        if not is_known(row.status):
            return  # a newer platform says something that this desk does not know: for a person to look at
        case_id, ticket = row.case_id, f"desk-{row.reference}"
        details = self.platform.obtain(case_id, key=f"{ticket}-read")
        self.platform.act(case_id, c.SetReference(ticket), key=f"{ticket}-number")
        outcome, amount = speak_with(details)
        acted = self.platform.act(case_id, c.ReportContact(Channel.PHONE, code_given=True), key=f"{ticket}-call")
        if outcome is None:
            self.platform.act(case_id, c.ReportImpasse(), key=f"{ticket}-end", expected=acted.version)
        else:
            result = c.ReportResolution(outcome, (Redress.REFUND,), amount)
            self.platform.act(case_id, result, key=f"{ticket}-end", expected=acted.version)
        self.done.append(f"{row.reference}: {outcome or 'not settled'}")

    def _delete(self, case_id: str) -> None:
        """Delete what you obtained from your own books first; then say so."""
        self.platform.confirm_deletion(case_id, ground=KeptGround.NOTHING_KEPT, key=f"desk-{case_id}-deleted")
        self.done.append("deleted")


def main() -> None:
    """A week of a small desk."""
    with FakePlatform() as council, httpx.Client() as http:
        notes = Path("desk.json")
        desk = Desk(council.trader(HttpxTransport(http)), notes)
        first, second = council.new_complaint(), council.new_complaint()
        council.lose_reply()  # the network does this now and then: it is asked again under the same key
        desk.round()
        council.confirm(first, rating=5)
        council.dispute(second)
        assert desk.platform.case(first).status is ep.Status.RESOLVED

        council.advance(days=1)
        third = council.new_complaint()
        Desk(council.trader(HttpxTransport(http)), notes, desk.done).round()  # a new process goes on where it stopped
        council.withdraw_consent(third)
        desk.round()
        assert desk.done[-1] == "deleted"
        print(*desk.done, sep="\n")


if __name__ == "__main__":
    main()
