"""Whole schemes as values: pick one, or make your own from the same parts.

Laws of this package: a scheme is assembled here and nowhere judged. An edition never changes after a case was
lodged under it; what changes gets a new edition, and the old one stays to be found by `scheme_of`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from expressplatform.fields import refuse
from expressplatform.scheme import Scheme
from expressplatform.schemes.consumidor_br import CONSUMIDOR_BR
from expressplatform.schemes.hk_cca import HK_CCA

__all__ = ["CONSUMIDOR_BR", "EDITIONS", "HK_CCA", "SCHEMES", "scheme_of"]

EDITIONS: Final[Mapping[str, tuple[Scheme, ...]]] = MappingProxyType(
    {HK_CCA.id: (HK_CCA,), CONSUMIDOR_BR.id: (CONSUMIDOR_BR,)}
)
"""Every edition of each scheme by its id, the newest last."""
SCHEMES: Final[Mapping[str, Scheme]] = MappingProxyType({name: editions[-1] for name, editions in EDITIONS.items()})
"""The newest edition of each scheme by its id."""


def scheme_of(scheme_id: str, edition: str) -> Scheme:
    """The scheme that judges a case, by the id and edition written into it.

    Raises InvalidInput when there is no such scheme, or not in that edition.
    """
    editions = EDITIONS.get(scheme_id)
    if editions is None:
        raise refuse("$.scheme", "unknown", "no scheme has this id")
    for one in editions:
        if one.edition == edition:
            return one
    raise refuse("$.edition", "unknown", "the scheme has no such edition")
