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

__all__ = ["CONSUMIDOR_BR", "HK_CCA", "SCHEMES", "scheme_of"]

SCHEMES: Final[Mapping[str, Scheme]] = MappingProxyType({one.id: one for one in (HK_CCA, CONSUMIDOR_BR)})
"""The newest edition of each scheme by its id."""


def scheme_of(scheme_id: str, edition: str) -> Scheme:
    """The scheme that judges a case, by the id and edition written into it.

    Raises InvalidInput when there is no such scheme, or not in that edition.
    """
    scheme = SCHEMES.get(scheme_id)
    if scheme is None:
        raise refuse("$.scheme", "unknown", "no scheme has this id")
    if scheme.edition != edition:
        raise refuse("$.edition", "unknown", "the scheme has no such edition")
    return scheme
