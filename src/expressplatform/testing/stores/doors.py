"""The ways to the case store under test: by the door, again after it was closed, by a second door at once."""

from __future__ import annotations

from contextlib import AbstractContextManager

from expressplatform.ports import CaseStore


class Doors:
    """The ways to the store under test; contracts fill them in."""

    def opened(self) -> AbstractContextManager[CaseStore]:
        """The store under test, closed when the check is over."""
        raise NotImplementedError

    def reopened(self, store: CaseStore) -> AbstractContextManager[CaseStore]:
        """What opens on the same rows after the store was closed; raises NotRun."""
        raise NotImplementedError

    def beside(self, store: CaseStore) -> AbstractContextManager[CaseStore]:
        """A second connection to the rows of a store that stays open; raises NotRun."""
        raise NotImplementedError

    def dumped(self, store: CaseStore) -> bytes:
        """All bytes that the store keeps; raises NotRun."""
        raise NotImplementedError
