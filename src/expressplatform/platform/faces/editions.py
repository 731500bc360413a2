"""The editions that a platform holds: values that are there, so that nobody has to wait for them."""

from __future__ import annotations

from expressplatform.case import Case
from expressplatform.platform.flow import Flow
from expressplatform.scheme import Scheme


class EditionsFace:
    """Which scheme judges what; both faces have it alike."""

    _flow: Flow

    @property
    def scheme(self) -> Scheme:
        """The scheme in the edition under which complaints come in."""
        return self._flow.scheme

    @property
    def earlier(self) -> tuple[Scheme, ...]:
        """The earlier editions that cases may live under, as they were given."""
        return tuple(one for one in self._flow.editions.values() if one is not self._flow.scheme)

    def edition_of(self, case: Case) -> Scheme:
        """The scheme in the edition by which a case is judged, and its duties, terms and criteria explained.

        The present edition, by which it is shown and never judged, where its own was not given.
        """
        return self._flow.edition_of(case)
