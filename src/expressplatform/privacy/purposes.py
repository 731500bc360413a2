"""The register of purposes: what a particular may be used for, and which purposes need a consent of their own.

Laws of this file: every `Purpose` stands here once, with a sentence for people and the article that it
follows. It knows no field and no audience (`table` does), and no case. A purpose that is not in the register
cannot be named (PDPO, principle 1(1)).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform.citations import PDPO_DPP3, PDPO_DPP6, PDPO_S58, PIPL_16, Citation
from expressplatform.codes import Purpose


@attrs.frozen
class PurposeEntry:
    """One purpose: what it covers, where the rule stands, and whether it needs a consent beside the complaint's."""

    purpose: Purpose
    sentence: str
    citation: Citation
    fresh_consent: bool = False


_ENTRIES: Final = (
    PurposeEntry(Purpose.HANDLING, "To conciliate this complaint with the trader complained of.", PDPO_DPP3),
    PurposeEntry(
        Purpose.DIRECTLY_RELATED,
        "To do what conciliating this complaint brings with it, such as supervising those who handle it.",
        PDPO_DPP3,
    ),
    PurposeEntry(Purpose.RIGHTS, "To answer the person's own request for access, correction or a copy.", PDPO_DPP6),
    PurposeEntry(
        Purpose.RESEARCH,
        "To study consumer matters. Apart from the complaint and never a condition of it.",
        PIPL_16,
        fresh_consent=True,
    ),
    PurposeEntry(
        Purpose.LAW_ENFORCEMENT,
        "To help an authority against crime or seriously improper conduct, case by case and with a reason.",
        PDPO_S58,
    ),
)

REGISTER: Final[Mapping[Purpose, PurposeEntry]] = MappingProxyType({one.purpose: one for one in _ENTRIES})
"""Every purpose, with what it covers and its source."""


def needs_fresh_consent(purpose: Purpose) -> bool:
    """Whether a purpose is new beside the complaint's own, so that it needs prescribed consent (PDPO, DPP3).

    What is directly related to the complaint is not new. An authority's request is no consent matter: it
    needs a statutory duty (PDPO s.58).
    """
    return REGISTER[purpose].fresh_consent


def covers(consented: Purpose, purpose: Purpose) -> bool:
    """Whether a consent to one purpose reaches another: itself, or what is directly related (PDPO, DPP3)."""
    return purpose is consented or (
        consented is Purpose.HANDLING and purpose is Purpose.DIRECTLY_RELATED  # DPP3(4)
    )
