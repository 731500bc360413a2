"""Who still holds what it obtained, who was told to delete it, and who has confirmed.

Laws of this file: one holding an organisation. The first telling counts, so that telling again never gives more time;
obtaining again, which only a live consent allows, begins anew; confirming settles what was told and nothing else. What
is overdue follows from the telling and an instant: no event says so. Pure values in, pure values out: it knows no event
and no clock, and no word of what was obtained.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

Holdings = tuple["Holding", ...]


@attrs.frozen
class Holding:
    """One organisation's copy: since when, since when it must be deleted, and when that was confirmed.

    ``must_renew_since``: what it holds was corrected, and it has yet to read the correction.
    """

    organisation: str
    obtained_at: datetime
    must_delete_since: datetime | None = None
    confirmed_at: datetime | None = None
    must_renew_since: datetime | None = None

    @property
    def held(self) -> bool:
        """Whether the organisation still has its copy, as far as anybody has said (PIPL Art 47)."""
        return self.confirmed_at is None

    @property
    def owed_since(self) -> datetime | None:
        """Since when it has owed a deletion (PIPL Art 47) or the reading of a correction (PDPO DPP2(1)); or None."""
        if not self.held:
            return None
        told = [at for at in (self.must_delete_since, self.must_renew_since) if at is not None]
        return min(told, default=None)

    @property
    def owed(self) -> bool:
        """Whether it owes a deletion or the reading of a correction (PIPL Art 47; PDPO DPP2(1))."""
        return self.owed_since is not None

    def due(self, days: int) -> datetime | None:
        """The instant at which its time is over: so many days of 24 hours after it was told. None: it owes nothing."""
        since = self.owed_since
        return None if since is None else since + timedelta(days=days)


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


def corrected_at(holdings: Sequence[Holding], handling: str, at: datetime) -> Holdings:
    """The holdings after what was obtained has been corrected (PDPO DPP2(1): recipients told earlier are told).

    The organisation that is ``handling`` (empty: none) is to read again; every other one is told to delete.
    """
    others = told_to_delete([one for one in holdings if one.organisation != handling], None, at)
    own = (
        attrs.evolve(one, must_renew_since=at) if one.held and one.must_renew_since is None else one
        for one in holdings
        if one.organisation == handling
    )
    return (*others, *own)


def owed_since(holdings: Sequence[Holding]) -> datetime | None:
    """Since when anything has been owed, the longest first (PIPL Art 47); None: nothing is."""
    return min((since for one in holdings if (since := one.owed_since) is not None), default=None)


def overdue(holdings: Sequence[Holding], now: datetime, days: int) -> Holdings:
    """The holdings whose organisation has let its time pass (PIPL Art 47): ``days`` as in `Scheme.delete_days`."""
    return tuple(one for one in holdings if (due := one.due(days)) is not None and due <= now)


def confirmed(holdings: Sequence[Holding], organisation: str, at: datetime) -> Holdings:
    """The holdings after an organisation confirmed that it deleted (PIPL Art 47); nothing where it owed nothing."""
    return tuple(
        attrs.evolve(one, confirmed_at=at) if one.owed and one.organisation == organisation else one for one in holdings
    )


def owes(holdings: Sequence[Holding], organisation: str) -> bool:
    """Whether an organisation must still delete, or read a correction (PIPL Art 47; PDPO s.26, DPP2(1))."""
    return any(one.owed and one.organisation == organisation for one in holdings)
