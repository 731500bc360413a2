"""Test with it: your own store held to the contract, and your own scheme walked at random.

Run it with pytest (`pytest examples/test_with_it.py`) or as a script; the extra `testing` brings Hypothesis. You write
next to nothing of these tests yourself:

- `StoreContract` asks of a store what the platform relies on: whole or absent, conflicts, receipts, leases, cursors.
  The same without pytest: `python -m expressplatform.testing check test_with_it:CountingStore`.
- fakes stand in for those outside, and fail when they are told to;
- `CaseMachine` sends random histories through a scheme, and checks after each step what must hold of any history;
- the strategies make any valid complaint, command or event.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import date, timedelta

import attrs
from hypothesis import given, settings

import expressplatform as ep
from expressplatform import commands
from expressplatform.codes import Result
from expressplatform.ports import Answer, CaseStore, Commit
from expressplatform.schemes.levels import house_defaults
from expressplatform.testing.contracts import StoreContract
from expressplatform.testing.fakes import GIVES_UP, ScriptedClock, ScriptedKeys, ScriptedTrader
from expressplatform.testing.fitting import whole_complaint
from expressplatform.testing.machines import CaseMachine
from expressplatform.testing.strategies import complaints
from expressplatform.wire import read_complaint, write_complaint
from expressplatform.workdays import MACAO

# ---- a store of one's own --------------------------------------------------------------------------------------------


class CountingStore(ep.MemoryStore):
    """The store in memory, which counts what it was asked to write."""

    written = 0

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        """Stores as before, and counts."""
        answers = super().append(commits)
        self.written += len(commits)
        return answers


class TestCountingStore(StoreContract):
    """Every promise of a store, asked of ours."""

    def make_store(self) -> CaseStore:
        """A store without cases."""
        return CountingStore()


ASSESSED = ep.ImpactAssessment(
    id="pia-1",
    recipient="taobao",
    instrument=ep.Instrument.COLLABORATION_AGREEMENT,
    made_on=date(2025, 1, 1),
    valid_until=date(2027, 12, 31),
    lawful="Without it nobody can conciliate.",
    effect="A stranger might call.",
    measures="One contact, a code to be said, an end of use.",
    approved_by="officer-2",
)

# ---- a scheme of one's own -------------------------------------------------------------------------------------------

HURRIED = attrs.evolve(
    ep.HK_CCA,
    id="hurried",
    edition="2026.1",
    stop_cap_days=3,
    service_levels=(house_defaults(council=MACAO, trader=MACAO, zone=ep.HK_CCA.zone, retention_days=30),),
)


class Hurried(CaseMachine):
    """Random histories under the scheme above."""

    scheme = HURRIED
    complaint = whole_complaint(HURRIED)


TestHurried = Hurried.TestCase
TestHurried.settings = settings(max_examples=10, stateful_step_count=20, deadline=None)


# ---- somebody outside, with faults ----------------------------------------------------------------------------------


def test_an_alert_that_fails_comes_again() -> None:
    """The line to the trader is down once: the alert is kept, comes again, and the trader goes to work."""
    clock, trader = ScriptedClock(), ScriptedTrader(plan=GIVES_UP, faults=[ConnectionError("down")])
    officer = ep.Actor(ep.Role.COUNCIL, "officer-1", ep.HK_CCA.council)
    platform = ep.Platform(
        scheme=ep.HK_CCA, store=CountingStore(), keys=ScriptedKeys(), now=clock, gateways={"taobao": trader}
    )
    platform.record_impact_assessment(ASSESSED, by=officer)
    case = platform.lodge(whole_complaint(), by=officer, key="form 1")
    accept = commands.Accept(ep.Remark("The officer is satisfied."))
    for command in (accept, commands.Upload(ep.Instrument.COLLABORATION_AGREEMENT, ASSESSED.id)):
        platform.act(case.id, command, by=officer, key=type(command).__name__)
    assert platform.work(limit=10).failed
    clock.wait(minutes=5)
    assert not platform.work(limit=10).failed
    assert [trader.answer(platform) for _ in GIVES_UP] == [1, 1, 1]
    assert platform.facts(case.id, by=officer).case.status is ep.Status.REFERRED_BACK


# ---- values of any shape ---------------------------------------------------------------------------------------------


@settings(max_examples=10, deadline=None)
@given(complaint=complaints())
def test_what_is_written_is_read_back(complaint: ep.Complaint) -> None:
    """Strategies make any valid complaint: here each survives its way through the wire."""
    assert read_complaint(write_complaint(complaint)) == complaint


@settings(max_examples=10, deadline=None)
@given(complaint=complaints())
def test_an_assessment_never_fails(complaint: ep.Complaint) -> None:
    """Whatever somebody told or left out: every criterion answers, and there is one verdict."""
    day = HURRIED.day(ep.utc_now()) + timedelta(days=1)
    found = ep.assess(complaint, scheme=HURRIED, on=day)
    assert all(one.result in Result for one in found.findings)
    assert found.verdict in ep.Verdict


if __name__ == "__main__":
    pytest = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    sys.exit(subprocess.run((*pytest, __file__), check=False).returncode)
