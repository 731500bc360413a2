"""The flow, written once: load, decide, append, and the work that follows.

Laws of this file: the flow awaits its store and nothing else, so that over a store that never suspends it runs to its
end at once (see `sync`), and over one that does, as a coroutine. Its parts share a desk; none calls another but those
that it is built on.
"""

from __future__ import annotations

from expressplatform.codes import Role
from expressplatform.complaint import Actor
from expressplatform.errors import Refused
from expressplatform.platform.assessing import Assessing
from expressplatform.platform.breach_telling import BreachTelling
from expressplatform.platform.desk import NO_GATEWAYS
from expressplatform.platform.evidencing import Evidencing
from expressplatform.platform.proving import Proving
from expressplatform.platform.requests import numbered
from expressplatform.platform.restoring import Restoring
from expressplatform.platform.rights import Answering
from expressplatform.platform.subscribing import Subscribing
from expressplatform.platform.trading import Trading

__all__ = ["NO_GATEWAYS", "Flow", "approver"]


class Flow(Answering, Assessing, Evidencing, Restoring, Proving, BreachTelling, Trading, Subscribing):
    """The platform's one flow over an asynchronous store; `Platform` and `AsyncPlatform` put their face on it."""


def approver(by: Actor, approved_by: Actor, case_id: str) -> str:
    """The second person's id; raises Refused where the second person is of another council, or no officer."""
    if approved_by.role is not Role.COUNCIL or approved_by.organisation != by.organisation:
        raise Refused(
            "second_person_needed", numbered(case_id), Role.COUNCIL, (), "A second officer must approve this."
        )
    return approved_by.person
