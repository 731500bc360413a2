"""Case references that can be said aloud and typed: random, grouped, with a check character.

Eight random characters of Crockford's alphabet (no I, L, O, U) in two groups, and a check character that finds
every single wrong character and almost every swap of two neighbours. A reference says nothing about the case.
"""

from __future__ import annotations

from typing import Final

from expressplatform.fields import refuse

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD: Final = str.maketrans("ILOU", "110V")
LENGTH: Final = 8
# Odd weights are units modulo 32, so one wrong character always changes the sum.
_WEIGHTS: Final = (1, 3, 5, 7, 9, 11, 13, 15)


def reference(drawn: bytes) -> str:
    """The reference that random bytes make: ``drawn`` holds at least 8 of them, 5 bits of each are used.

    >>> reference(bytes(range(8)))
    '0123-4567-M'
    """
    if len(drawn) < LENGTH:
        raise ValueError("a reference needs at least eight random bytes")
    body = "".join(ALPHABET[byte % 32] for byte in drawn[:LENGTH])
    return f"{body[:4]}-{body[4:]}-{_check(body)}"


def call_code(drawn: bytes) -> str:
    """Six digits that random bytes make: ``drawn`` holds at least 8 of them. Short enough to be said on the telephone.

    >>> call_code(bytes(range(8)))
    '306183'
    """
    if len(drawn) < LENGTH:
        raise ValueError("a code needs at least eight random bytes")
    return f"{int.from_bytes(drawn[:LENGTH], 'big') % 10**6:06}"


def _check(body: str) -> str:
    return ALPHABET[sum(w * ALPHABET.index(char) for w, char in zip(_WEIGHTS, body, strict=True)) % 32]


def read_reference(typed: str) -> str:
    """The reference somebody typed, in its one spelling; spaces, case and misread letters do not matter.

    Raises InvalidInput where it is not a reference or its check character does not fit.
    """
    squeezed = "".join(typed.upper().split()).replace("-", "").translate(_MISREAD)
    body, check = squeezed[:LENGTH], squeezed[LENGTH:]
    if len(squeezed) != LENGTH + 1 or not set(squeezed) <= set(ALPHABET) or _check(body) != check:
        message = "must be a case reference such as 0123-4567-M: check each character"
        raise refuse("$.reference", "reference", message)
    return f"{body[:4]}-{body[4:]}-{check}"
