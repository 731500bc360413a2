"""The provisions that bear on a complaint's data, and of those that no function enforces, why.

Three texts: the PDPO and the PIPL, which bind the council and the trader, and the GBA Standard Contract. Every
provision of `PROVISIONS` is either enforced (a function's docstring names it, and a test quotes it) or there is a
reason why not: here in `NOT_ENFORCED`, or in the privacy statement, which says too what of the enforced ones is left
to people.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_PDPO: Final = (
    *("DPP1(1)", "DPP1(2)", "DPP1(3)", "DPP2(1)", "DPP2(2)", "DPP2(3)", "DPP3", "DPP4", "DPP4(2)", "DPP5", "DPP6"),
    *("s.18", "s.19", "s.20", "s.21", "s.22", "s.23", "s.24", "s.25", "s.26", "s.27", "s.28", "s.33", "s.58"),
)
_PIPL: Final = (
    *(3, 4, 5, 6, 7, 8, 9, 13, 14, 15, 16, 17, 19, 20, 21, 23, 24, 25, 28, 29, 30, 31, 32),
    *(36, 37, 38, 39, 41, 44, 45, 46, 47, 48, 49, 50, 51, 54, 55, 56, 57, 70, 73),
)
GBA: Final = "GBA Standard Contract"
PROVISIONS: Final = (*(f"PDPO {one}" for one in _PDPO), *(f"PIPL Art {one}" for one in _PIPL), GBA)
"""In the order of the texts. A paragraph that has no entry of its own falls under the provision it is part of."""


NOT_ENFORCED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "PDPO DPP1(2)": "Whether data were collected by fair means is seen by people; the channel is on record.",
        "PDPO DPP2(3)": "A contract with whoever runs the machines is the council's to make.",
        "PDPO DPP4(2)": "A contract with whoever runs the machines is the council's to make.",
        "PDPO s.28": "No fee is charged, so none can be excessive.",
        "PIPL Art 3": "It says whom the law binds. Both laws are followed for every case, so nothing turns on it.",
        "PIPL Art 4": "It says what is personal. Here whatever was told about a case is, until it is erased.",
        "PIPL Art 5": "Lawful, needed and in good faith: a principle that the articles below turn into rules.",
        "PIPL Art 8": "Quality of data is held by correction (Art 46); nobody can check what a person tells.",
        "PIPL Art 9": "Answering for what one does is a council's, not a program's.",
        "PIPL Art 20": "Council, association and traders each decide for themselves: nobody handles jointly.",
        "PIPL Art 24": "Nothing is decided by a machine alone: criteria suggest, and an officer accepts or declines.",
        "PIPL Art 29": "The one sensitive question, whether anybody was hurt, may be left out; no trader is told.",
        "PIPL Art 30": "What is said of that one question, and why it is asked, is the text of the council's notice.",
        "PIPL Art 32": "Licences for sensitive kinds, where a regulation asks for one, are the handler's to hold.",
        "PIPL Art 41": "Which authority is a foreign one, the council knows that hands something over.",
        "PIPL Art 48": "The rules of handling are explained by people, with the notice and this page in hand.",
        "PIPL Art 49": "Who is next of kin is proved to an officer, who then acts for them as a representative.",
        "PIPL Art 70": "It gives consumer organisations standing to sue: nothing to enforce against oneself.",
        "PIPL Art 73": "It defines words. Figures are counted, and small ones suppressed, whatever they are called.",
    }
)
"""What no function enforces, and why. The day one does, its line here must go: a test sees to that."""
