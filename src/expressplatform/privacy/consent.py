"""Consents: which one is live, and which are missing.

Laws of this file: a consent names one recipient and one purpose and is never read as one for another (PIPL
Art 23). A consent that was withdrawn is no longer among those handed in: withdrawal stops what comes later
and leaves what came before lawful (PIPL Art 15). It knows consents, not the fields that they open.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from expressplatform.codes import Purpose
from expressplatform.complaint import Consent
from expressplatform.privacy.purposes import covers
from expressplatform.scheme import Scheme


def live(
    consents: Sequence[Consent], recipient: str, at: datetime, purpose: Purpose = Purpose.HANDLING
) -> Consent | None:
    """The latest consent to one recipient and purpose that had been given at an instant (PIPL Arts 14, 23).

    Of two given at the same instant the one that stands later is the latest.

    ``consents`` are those not withdrawn (PIPL Art 15), ``at`` is aware. None: there is none, so nothing goes out.
    """
    latest: Consent | None = None
    for one in consents:
        if one.recipient == recipient and one.given_at <= at and covers(one.purpose, purpose):
            latest = one if latest is None or one.given_at >= latest.given_at else latest
    return latest


def still_given(consent: Consent, withdrawn: Sequence[tuple[str, datetime]]) -> bool:
    """Whether a consent is younger than the last time one to its recipient was taken back (PIPL Art 15).

    ``withdrawn`` holds recipients, each with the instant of the last taking back.
    """
    return all(recipient != consent.recipient or at < consent.given_at for recipient, at in withdrawn)


def informed(consent: Consent, scheme: Scheme) -> bool:
    """Whether the notice shown then told the terms of the scheme's notice now.

    Where purpose, method, kinds of data or transferees change, a fresh consent is needed (PIPL Art 14); the notice
    comes before the collecting (PDPO DPP1(3)).
    """
    return scheme.informed_by(consent.notice)


def missing_for_upload(consents: Sequence[Consent], *, trader: str, scheme: Scheme, at: datetime) -> tuple[str, ...]:
    """The recipients without a live consent under today's terms; empty: the upload may go ahead.

    The trader and each of the scheme's recipients are asked apart, and no consent stands in for another
    (PIPL Art 23; for a recipient abroad Art 39). A consent under a notice of other terms does not count (PIPL
    Art 14; PDPO DPP1(3)).
    """
    missing: list[str] = []
    for recipient in dict.fromkeys((trader, *scheme.recipients)):
        found = live(consents, recipient, at)
        if found is None or not informed(found, scheme):
            missing.append(recipient)
    return tuple(missing)
