"""Rows for the checks of a store: ids that no other check has, and commits made of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from expressplatform.ports import CaseStore, Commit, EffectRow, Header, Receipt, StoredEvent, Token

NOON: Final = datetime(2026, 3, 2, 4, 0, 0, 123_457, tzinfo=UTC)
MANY: Final = 1_000_000
EVERY_BYTE: Final = bytes(range(256))


@attrs.frozen
class Mine:
    """Ids that no other test has, and rows made of them."""

    mark: str = attrs.field(factory=lambda: uuid.uuid4().hex)

    @property
    def council(self) -> str:
        """A council of this test's own."""
        return f"council-{self.mark}"

    @property
    def trader(self) -> str:
        """A trader of this test's own."""
        return f"trader-{self.mark}"

    def case(self, number: int) -> str:
        """The id of this test's n-th case; ids sort as their numbers do."""
        return f"{self.mark}-{number:04}"

    def token(self, name: str, quarter: str = "2026Q1") -> Token:
        """A token of this test's own, of a quarter of its own."""
        return Token(f"{name}-{self.mark}".encode(), f"{quarter}-{self.mark}")

    def header(self, number: int, version: int) -> Header:
        """A header with every field filled but the trader and the former traders."""
        return Header(
            case_id=self.case(number),
            version=version,
            status="LODGED",
            council=self.council,
            trader="",
            former=(),
            assignee="officer 7",
            reference=f"EP-{self.mark}-{number}",
            scheme="HK_CCA",
            edition="2025",
            nature="QUALITY",
            category="電器",
            lodged_at=NOON,
            changed_at=NOON + timedelta(minutes=version),
            due_at=NOON + timedelta(days=7),
            duty="ACCEPT",
            provisional=True,
        )

    def effect(self, number: int, version: int, kind: str = "ALERT") -> EffectRow:
        """An effect of one step of one case."""
        case_id = self.case(number)
        return EffectRow(f"{case_id}/{version}/{kind}", case_id, version, kind, self.trader)

    def commit(self, number: int, expected: int = 0, *, events: int = 1, key: str = "") -> Commit:
        """A step of one case, with a receipt where a key is given."""
        case_id, version = self.case(number), expected + events
        return Commit(
            case_id=case_id,
            expected=expected,
            header=self.header(number, version),
            events=tuple(
                StoredEvent(
                    case_id, v, f"KIND_{v}", 1, EVERY_BYTE + bytes([v & 255]), bytes([v & 255]) * ((v - 1) & 255)
                )
                for v in range(expected + 1, version + 1)
            ),
            receipt=Receipt(case_id, key, EVERY_BYTE[:32], version) if key else None,
        )

    def changed(self, number: int, expected: int = 0, **fields: object) -> Commit:
        """A step after which the header says something else."""
        commit = self.commit(number, expected)
        return attrs.evolve(commit, header=attrs.evolve(commit.header, **fields))  # type: ignore[arg-type]

    def ids(self, headers: Sequence[Header]) -> list[str]:
        """Those of the ids that are this test's, in their order."""
        return [header.case_id for header in headers if header.case_id.startswith(self.mark)]

    def claimed(self, store: CaseStore, now: datetime, lease: timedelta = timedelta(minutes=1)) -> list[str]:
        """The ids of this test's effects that can be claimed now."""
        return [effect.id for effect in store.claim(now, MANY, lease) if effect.case_id.startswith(self.mark)]

    def attempts(self, store: CaseStore, now: datetime) -> list[int]:
        """How often this test's effects that can be claimed now have been claimed with this time."""
        claimed = store.claim(now, MANY, timedelta(minutes=1))
        return [effect.attempts for effect in claimed if effect.case_id.startswith(self.mark)]
