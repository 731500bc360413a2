"""The complaints of a sandbox: whole, by people who do not exist, over what was asked for.

Laws of this file: the people are those of the simulated year, drawn from the complaint's number. Nothing is missing, so
that the council takes each at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

import attrs

from expressplatform.codes import Nature, Redress
from expressplatform.complaint import Complaint, Shop, TraderRef
from expressplatform.scheme import Scheme
from expressplatform_cli.simulated_people import ASKED_FOR, consent_to, invent, tell

SEED: Final = 20160315


def complaints(scheme: Scheme, trader: str) -> Callable[[int, datetime, Nature | None, str], Complaint]:
    """Makes complaints against one trader."""

    def made(number: int, at: datetime, nature: Nature | None, ask: str) -> Complaint:
        whole = tell(SEED, number, at, scheme).whole
        wanted = nature or whole.nature
        return attrs.evolve(
            whole,
            trader=TraderRef(trader, Shop(trader, "shop-1")),
            nature=wanted,
            redress=tuple(ASKED_FOR.get(wanted, (Redress.REFUND,)))[:1],
            consents=tuple(consent_to(one, at, scheme) for one in (trader, *scheme.recipients)),
            particulars=invent(number, number, wanted, ask),
        )

    return made
