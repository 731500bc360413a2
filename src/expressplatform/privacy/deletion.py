"""Who still holds what it obtained, who was told to delete it, and who has confirmed.

Laws of this file: one holding an organisation. The first telling counts, so that telling again never gives more time;
obtaining again, which only a live consent allows, begins anew; confirming settles what was told and nothing else. Pure
values in, pure values out: it knows no event and no clock, and no word of what was obtained.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

Holdings = tuple["Holding", ...]


@attrs.frozen
class Holding:
    """One organisation's copy: since when, since when it must be deleted, and when that was confirmed."""

    organisation: str
    obtained_at: datetime
    must_delete_since: datetime | None = None
    confirmed_at: datetime | None = None

    @property
    def held(self) -> bool:
        """Whether the organisation still has its copy, as far as anybody has said (PIPL Art 47)."""
        return self.confirmed_at is None

    @property
    def owed(self) -> bool:
        """Whether it was told to delete and has not confirmed (PIPL Art 47)."""
        return self.held and self.must_delete_since is not None


def obtained(holdings: Sequence[Holding], organisation: str, at: datetime) -> Holdings:
    """The holdings after an organisation read the details at an instant (PIPL Art 23).

    Reading again keeps the first instant while the copy is held, and ends a duty to delete it.
    """
    first = next((one.obtained_at for one in holdings if one.organisation == organisation and one.held), at)
    others = (one for one in holdings if one.organisation != organisation)
    return (*others, Holding(organisation, first))


def told_to_delete(holdings: Sequence[Holding], organisation: str | None, at: datetime) -> Holdings:
    """The holdings after one organisation, or all (None), were told to stop and delete (PIPL Art 47; PDPO s.26)."""
    return tuple(
        attrs.evolve(one, must_delete_since=at)
        if one.held and one.must_delete_since is None and organisation in (None, one.organisation)
        else one
        for one in holdings
    )


def confirmed(holdings: Sequence[Holding], organisation: str, at: datetime) -> Holdings:
    """The holdings after an organisation confirmed that it deleted (PIPL Art 47); nothing where it owed nothing."""
    return tuple(
        attrs.evolve(one, confirmed_at=at) if one.owed and one.organisation == organisation else one for one in holdings
    )


def owes(holdings: Sequence[Holding], organisation: str) -> bool:
    """Whether an organisation must still confirm that it deleted (PIPL Art 47; PDPO s.26)."""
    return any(one.owed and one.organisation == organisation for one in holdings)
