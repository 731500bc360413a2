"""The register of purposes: what a particular may be used for, and which purposes need a consent of their own.

Laws of this file: every `Purpose` stands here once, with a sentence for people (in three scripts, from `wording`) and
the article that it follows. It knows no field and no audience (`table` does), and no case. A purpose that is not in the
register cannot be named (PDPO, principle 1(1)).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform.citations import PDPO_DPP3, PDPO_DPP6, PDPO_S58, PIPL_16, Citation
from expressplatform.codes import Purpose
from expressplatform.wording.privacy import PURPOSES
from expressplatform.wording.scripts import Texts


@attrs.frozen
class PurposeEntry:
    """One purpose: what it covers, where the rule stands, and whether it needs a consent beside the complaint's."""

    purpose: Purpose
    texts: Texts
    citation: Citation
    fresh_consent: bool = False

    @property
    def sentence(self) -> str:
        """What it covers, in English."""
        return self.texts[0]


_SOURCES: Final[tuple[tuple[Purpose, Citation], ...]] = (
    (Purpose.HANDLING, PDPO_DPP3),
    (Purpose.DIRECTLY_RELATED, PDPO_DPP3),
    (Purpose.RIGHTS, PDPO_DPP6),
    (Purpose.RESEARCH, PIPL_16),
    (Purpose.LAW_ENFORCEMENT, PDPO_S58),
)
_APART: Final = frozenset({Purpose.RESEARCH})

REGISTER: Final[Mapping[Purpose, PurposeEntry]] = MappingProxyType(
    {one: PurposeEntry(one, PURPOSES[one.value], citation, one in _APART) for one, citation in _SOURCES}
)
"""Every purpose, with what it covers and its source."""


def needs_fresh_consent(purpose: Purpose) -> bool:
    """Whether a purpose is new beside the complaint's own, so that it needs a consent apart (PDPO DPP3; PIPL Art 16).

    What is directly related to the complaint is not new. An authority's request is no consent matter: it
    needs a statutory duty (PDPO s.58).
    """
    return REGISTER[purpose].fresh_consent


def covers(consented: Purpose, purpose: Purpose) -> bool:
    """Whether a consent to one purpose reaches another: itself, or what is directly related (PDPO, DPP3)."""
    return purpose is consented or (
        consented is Purpose.HANDLING and purpose is Purpose.DIRECTLY_RELATED  # DPP3(4)
    )
