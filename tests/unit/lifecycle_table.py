"""The lifecycle as the design tells it, typed by hand: nothing here is drawn from the rows of the library.

Each line reads: from where | which commands | by whom | to where. Groups of statuses have a name of their own;
``=`` means that the case stays where it is. Three lines hold more than the design has: see the decision pages
"Rescheduling is an event" and "What is gone stays gone".
"""

from __future__ import annotations

from typing import Final, NamedTuple

GROUPS: Final = {
    "W": "UPLOADED OBTAINED IN_CONCILIATION",
    "W+": "UPLOADED OBTAINED IN_CONCILIATION RESOLUTION_REPORTED",
    "READING": "OBTAINED IN_CONCILIATION RESOLUTION_REPORTED",
    "END": "RECORDED CLOSED WITHDRAWN",
    "OPEN": (
        "LODGED NEEDS_INFORMATION ELIGIBLE OUTSIDE_SCHEME UPLOADED OBTAINED IN_CONCILIATION"
        " RESOLUTION_REPORTED RESOLVED REFERRED_BACK FURTHER_HANDLING"
    ),
    "OPEN-BUT-RESOLVED": (
        "LODGED NEEDS_INFORMATION ELIGIBLE OUTSIDE_SCHEME UPLOADED OBTAINED IN_CONCILIATION"
        " RESOLUTION_REPORTED REFERRED_BACK FURTHER_HANDLING"
    ),
    "ALL-BUT-ERASED": (
        "LODGED NEEDS_INFORMATION ELIGIBLE OUTSIDE_SCHEME UPLOADED OBTAINED IN_CONCILIATION"
        " RESOLUTION_REPORTED RESOLVED REFERRED_BACK FURTHER_HANDLING RECORDED CLOSED WITHDRAWN"
    ),
    "ALL": (
        "LODGED NEEDS_INFORMATION ELIGIBLE OUTSIDE_SCHEME UPLOADED OBTAINED IN_CONCILIATION"
        " RESOLUTION_REPORTED RESOLVED REFERRED_BACK FURTHER_HANDLING RECORDED CLOSED WITHDRAWN ERASED"
    ),
}

MOVES: Final = """
-                                          | Lodge                   | council complainant   | LODGED
LODGED                                     | RequestInformation      | council               | NEEDS_INFORMATION
LODGED NEEDS_INFORMATION                   | SupplyInformation       | complainant council   | LODGED
NEEDS_INFORMATION                          | Lapse                   | clock                 | RECORDED
LODGED                                     | Accept                  | council               | ELIGIBLE
LODGED NEEDS_INFORMATION ELIGIBLE          | Decline                 | council               | OUTSIDE_SCHEME
ELIGIBLE REFERRED_BACK                     | Upload                  | council               | UPLOADED
REFERRED_BACK                              | Redirect                | council               | LODGED
OUTSIDE_SCHEME REFERRED_BACK               | TakeUp                  | council               | FURTHER_HANDLING
OUTSIDE_SCHEME REFERRED_BACK               | Record                  | council               | RECORDED
UPLOADED                                   | Obtain                  | trader                | OBTAINED
OBTAINED                                   | ReportContact           | trader                | IN_CONCILIATION
IN_CONCILIATION                            | AcceptOffer             | complainant           | RESOLVED
OBTAINED IN_CONCILIATION                   | ReportResolution        | trader                | RESOLUTION_REPORTED
REFERRED_BACK FURTHER_HANDLING             | ReportResolution        | trader                | RESOLUTION_REPORTED
OBTAINED IN_CONCILIATION                   | ReportImpasse           | trader                | REFERRED_BACK
W                                          | Reject                  | trader                | REFERRED_BACK
W                                          | Lapse                   | clock                 | REFERRED_BACK
W+                                         | Recall                  | council               | REFERRED_BACK
W+ REFERRED_BACK FURTHER_HANDLING          | Confirm                 | complainant           | RESOLVED
RESOLUTION_REPORTED RESOLVED               | Dispute                 | complainant           | REFERRED_BACK
RESOLUTION_REPORTED                        | Lapse                   | clock                 | RESOLVED
RESOLUTION_REPORTED RESOLVED               | ContradictPerformance   | trader council        | REFERRED_BACK
RESOLVED                                   | ReportBreach            | complainant           | REFERRED_BACK
RESOLVED                                   | Lapse                   | clock                 | CLOSED
FURTHER_HANDLING                           | Close                   | council               | CLOSED
LODGED NEEDS_INFORMATION ELIGIBLE          | WithdrawConsent         | complainant council   | OUTSIDE_SCHEME
W+                                         | WithdrawConsent         | complainant council   | REFERRED_BACK
OPEN-BUT-RESOLVED                          | Withdraw                | complainant council   | WITHDRAWN
RECORDED WITHDRAWN                         | Reopen                  | council               | LODGED
CLOSED                                     | Reopen                  | council               | FURTHER_HANDLING
END                                        | Erase                   | clock council         | ERASED
OPEN                                       | Erase                   | clock                 | ERASED
"""
"""What moves a case."""

STAYS: Final = """
LODGED                                     | Acknowledge             | council               | =
READING                                    | Obtain                  | trader                | =
OBTAINED IN_CONCILIATION                   | ReportAttempt           | trader                | =
OBTAINED IN_CONCILIATION                   | AskInformation          | trader                | =
OBTAINED IN_CONCILIATION                   | AskTime                 | trader                | =
OBTAINED IN_CONCILIATION                   | GrantTime RefuseTime    | council               | =
IN_CONCILIATION                            | MakeOffer               | trader                | =
IN_CONCILIATION                            | DeclineOffer            | complainant           | =
REFERRED_BACK FURTHER_HANDLING             | Dispute                 | complainant           | =
RESOLUTION_REPORTED RESOLVED               | ReportPerformance       | trader council        | =
OUTSIDE_SCHEME REFERRED_BACK               | WithdrawConsent         | complainant council   | =
FURTHER_HANDLING RESOLVED END              | WithdrawConsent         | complainant council   | =
LODGED NEEDS_INFORMATION ELIGIBLE          | GiveConsent             | complainant council   | =
OUTSIDE_SCHEME REFERRED_BACK FURTHER_HANDLING| GiveConsent             | complainant council   | =
ALL-BUT-ERASED                             | SetResearchConsent      | complainant council   | =
ALL-BUT-ERASED                             | Disclose                | council               | =
RESOLVED                                   | Confirm                 | complainant           | =
OPEN                                       | ShareEvidence Redact    | council complainant   | =
OPEN                                       | SetReference            | council               | =
READING                                    | SetReference            | trader                | =
NEEDS_INFORMATION RESOLUTION_REPORTED      | Remind                  | clock                 | =
W+                                         | StopClock               | council               | =
W+                                         | ResumeClock             | council clock         | =
LODGED ELIGIBLE OUTSIDE_SCHEME             | MissDeadline            | clock                 | =
REFERRED_BACK FURTHER_HANDLING             | MissDeadline            | clock                 | =
OPEN                                       | AddMessage AddEvidence  | complainant council   | =
READING                                    | AddMessage AddEvidence  | trader                | =
OPEN                                       | Assign                  | council               | =
W+ RESOLVED REFERRED_BACK FURTHER_HANDLING | ReportImpostor          | complainant council   | =
ALL-BUT-ERASED                             | Correct                 | complainant council   | =
ALL-BUT-ERASED                             | AddNote                 | council               | =
ALL-BUT-ERASED                             | Hold ReleaseHold        | council               | =
ALL                                        | ConfirmDeletion         | trader                | =
OPEN                                       | Reschedule              | clock                 | =
"""
"""What leaves it where it is."""


class Line(NamedTuple):
    """One legal step by its names; ``source`` is ``-`` where there is no case yet."""

    source: str
    command: str
    role: str
    target: str


def lines(table: str) -> list[Line]:
    """A table in full: one line for each source, command and role, in its order."""
    found: list[Line] = []
    for row in filter(None, table.splitlines()):
        sources, commands, roles, target = (cell.strip() for cell in row.split("|"))
        for source in " ".join(GROUPS.get(name, name) for name in sources.split()).split():
            to = source if target == "=" else target
            found += [Line(source, command, role, to) for command in commands.split() for role in roles.split()]
    return found
