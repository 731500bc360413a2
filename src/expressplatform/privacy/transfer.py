"""Transfers to another place: what must bind the recipient, and when it cannot.

Laws of this file: it judges the instrument named for an upload, before the upload, and answers with a code; a warning
stops nothing. It knows the scheme and the participant, not the complaint: a transfer is in order for all particulars or
for none. The participant's city is where it is registered, in English, as in `GBA_CITIES`; letter case does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import attrs

from expressplatform.citations import GBA_CONTRACT, PDPO_S33, Citation
from expressplatform.codes import Instrument
from expressplatform.scheme import ImpactAssessmentRef, Participant, Scheme

HONG_KONG: Final = "hong kong"
GBA_CITIES: Final = frozenset(
    {
        HONG_KONG,
        "guangzhou",
        "shenzhen",
        "zhuhai",
        "foshan",
        "huizhou",
        "dongguan",
        "zhongshan",
        "jiangmen",
        "zhaoqing",
    }
)
"""Where the GBA standard contract reaches: Hong Kong and nine cities of Guangdong. Macao is not among them."""


def _city(name: str) -> str:
    return " ".join(name.casefold().split())


def gba_contract_applies(exporter_city: str, importer_city: str) -> bool:
    """Whether the GBA Standard Contract may bind a transfer: one end in Hong Kong, the other in the nine cities.

    GBA Standard Contract (2023), scope. A city that nobody has stated lies outside.
    """
    ends = (_city(exporter_city), _city(importer_city))
    return GBA_CITIES.issuperset(ends) and ends.count(HONG_KONG) == 1


def transfer_problem(
    instrument: Instrument,
    *,
    scheme: Scheme,
    participant: Participant | None,
    impact_assessment: str,
    exporter_city: str = HONG_KONG,
    recipient: str = "",
    on: date | None = None,
    assessments: Sequence[ImpactAssessmentRef] | None = None,
) -> str | None:
    """Why a transfer to a participant may not go ahead, as a code; None: nothing stands in its way.

    ``instrument_not_admitted``: the scheme does not admit it (PIPL Art 38; PDPO DPP3, DPP4);
    ``gba_contract_not_applicable``: an end lies outside its area (GBA Standard Contract);
    ``impact_assessment_missing``: no assessment is named, though one must come first (PIPL Art 55);
    ``impact_assessment_unknown``: none of that name is on record for this recipient and instrument, in force on the
    local day ``on`` (PIPL Arts 55-56). ``assessments`` are those on record; None: nobody looked, and the name is taken
    on trust. Whether an assessment is a good one is for people to judge.
    A participant that is None is nowhere in the GBA; whether one must take part is asked elsewhere.
    """
    if instrument not in scheme.instruments:  # PIPL Art 38
        return "instrument_not_admitted"
    if instrument is Instrument.GBA_STANDARD_CONTRACT and not gba_contract_applies(
        exporter_city, participant.city if participant else ""
    ):
        return "gba_contract_not_applicable"
    if not impact_assessment.strip():  # PIPL Arts 55-56
        return "impact_assessment_missing"
    if assessments is not None and not any(
        one.id == impact_assessment and on is not None and one.covers(recipient, instrument, on) for one in assessments
    ):
        return "impact_assessment_unknown"
    return None


@attrs.frozen
class TransferWarning:
    """What to mind about a transfer that may go ahead: a code, a sentence, and where it stands."""

    code: str
    sentence: str
    citation: Citation


_S33: Final = TransferWarning(
    "s33_not_in_operation",
    "Section 33 on transfers out of Hong Kong is enacted and was not in operation when last looked up (March 2025); an "
    "instrument is named all the same.",
    PDPO_S33,
)
_GBA: Final = (
    TransferWarning(
        "gba_no_onward_transfer",
        "The recipient must not pass anything on to a place outside the Greater Bay Area.",
        GBA_CONTRACT,
    ),
    TransferWarning(
        "gba_filing_due",
        "The contract must be filed within 10 working days of taking effect.",
        GBA_CONTRACT,
    ),
)


def transfer_warnings(instrument: Instrument, *, exporter_city: str = HONG_KONG) -> tuple[TransferWarning, ...]:
    """What to mind about a transfer out of a city under an instrument; nothing here stands in its way.

    Out of Hong Kong: PDPO s.33, enacted and not in operation, which is why it warns and never blocks. Under the GBA
    Standard Contract: its bars on onward transfer and its filing. A city that nobody has stated is not Hong Kong.
    """
    home = (_S33,) if _city(exporter_city) == HONG_KONG else ()
    return (*home, *(_GBA if instrument is Instrument.GBA_STANDARD_CONTRACT else ()))
