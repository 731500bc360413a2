"""One attempted step, as guards and makers see it, and the answer of a guard that says no."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import attrs

from expressplatform.case.state import Case
from expressplatform.commands import Command
from expressplatform.complaint import Actor, Complaint, Remark
from expressplatform.scheme import Assessment, Known, Scheme


class Refusal(NamedTuple):
    """Why a guard says no: a stable code, who can change that (empty: nobody), and a sentence."""

    code: str
    who: str
    reason: str


@attrs.define
class Step:
    """One attempted step: what a guard may look at. ``assessment`` is kept for the event once it was made."""

    case: Case | None
    command: Command
    by: Actor
    at: datetime
    scheme: Scheme
    known: Known
    assessment: Assessment | None = None

    @property
    def stands(self) -> Case:
        """The case; only Lodge has none, and its guards do not ask."""
        if self.case is None:
            raise LookupError("this guard needs a case")
        return self.case

    @property
    def complaint(self) -> Complaint:
        """The complaint as the criteria should see it: the last facts, consents and evidence."""
        file = self.stands.file
        if file.consents is file.complaint.consents and file.evidence is file.complaint.evidence:
            return file.complaint
        return attrs.evolve(file.complaint, consents=file.consents, evidence=file.evidence)


def says_why(command: Command) -> bool:
    """Whether the command carries words."""
    remark = getattr(command, "particulars", None)
    return isinstance(remark, Remark) and bool(remark.text.strip())
