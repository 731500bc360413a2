"""In which scripts a text stands, and how the one that was asked for is found.

A text is always complete: English, Traditional Chinese as written in Hong Kong, Simplified Chinese as written
on the Mainland, in this order. A language without a script of its own reads the one that `COLUMN` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

Texts: TypeAlias = tuple[str, str, str]
"""English, Traditional Chinese (Hong Kong), Simplified Chinese (Mainland)."""

Table: TypeAlias = Mapping[str, Texts]

SCRIPTS: Final = ("en", "zh-Hant", "zh-Hans")
"""The languages that texts are written in, as their codes are stored and sent."""

COLUMN: Final[Mapping[str, int]] = MappingProxyType({"en": 0, "zh-Hant": 1, "zh-Hans": 2, "pt": 0})
"""Which of a text's three parts a language reads; Portuguese, not written yet, reads English."""


def read(texts: Texts, language: str) -> str:
    """The part of a text for a language code; LookupError for a language that nobody reads here."""
    column = COLUMN.get(language)
    if column is None:
        raise LookupError("no wording in this language")
    return texts[column]
