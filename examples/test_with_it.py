"""Test with it: your own store held to the contract, and your own scheme walked at random.

Run it with pytest (`pytest examples/test_with_it.py`) or as a script; the extra `testing` brings Hypothesis. You write
next to nothing of these tests yourself:

- `StoreContract` asks of a store what the platform relies on: whole or absent, conflicts, receipts, leases, cursors.
- `CaseMachine` sends random histories through a scheme, and checks after each step what must hold of any history;
- the strategies make any valid complaint, command or event.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta

import attrs
from hypothesis import given, settings

import expressplatform as ep
from expressplatform.codes import Result
from expressplatform.ports import Answer, CaseStore, Commit
from expressplatform.schemes.levels import house_defaults
from expressplatform.testing.contracts import StoreContract
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


# ---- values of any shape ---------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(complaint=complaints())
def test_what_is_written_is_read_back(complaint: ep.Complaint) -> None:
    """Strategies make any valid complaint: here each survives its way through the wire."""
    assert read_complaint(write_complaint(complaint)) == complaint


@settings(max_examples=25, deadline=None)
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
