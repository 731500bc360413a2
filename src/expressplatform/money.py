"""Money as a currency and a whole number of its smallest units: no floats, no rounding, no guessing.

The file knows how many minor units make a unit of each currency that differs from a hundred (ISO 4217),
and nothing about exchange rates: amounts of two currencies never meet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform.errors import InvalidInput, Problem

# ISO 4217: currencies whose minor unit is not a hundredth.
_EXPONENTS: Final[Mapping[str, int]] = MappingProxyType(
    {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3}
)
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
LARGEST: Final = 10**15
"""No amount is larger (in minor units): JSON readers agree on whole numbers up to 2**53."""


def _currency(_: object, __: attrs.Attribute[str], value: object) -> None:
    if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
        raise InvalidInput((Problem("$.currency", "currency", "must be an ISO 4217 code such as HKD"),))


def _units(_: object, __: attrs.Attribute[int], value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST:
        message = "must be a whole number of the currency's smallest unit, not negative"
        raise InvalidInput((Problem("$.minor_units", "amount", message),))


@attrs.frozen(order=False)
class Money:
    """An amount: ``currency`` is an ISO 4217 code, ``minor_units`` counts its smallest unit (cents, fen).

    >>> str(Money("HKD", 129900))
    'HKD 1299.00'

    Raises InvalidInput for anything that is not a currency code and a whole number from 0 to ``LARGEST``.
    """

    currency: str = attrs.field(validator=_currency)
    minor_units: int = attrs.field(validator=_units)

    def __str__(self) -> str:
        digits = _EXPONENTS.get(self.currency, 2)
        if not digits:
            return f"{self.currency} {self.minor_units}"
        whole, rest = divmod(self.minor_units, 10**digits)
        return f"{self.currency} {whole}.{rest:0{digits}d}"

    def __add__(self, other: Money) -> Money:
        self.same_currency(other)
        return Money(self.currency, self.minor_units + other.minor_units)

    def same_currency(self, other: Money) -> None:
        """Raises InvalidInput unless both amounts are of one currency."""
        if self.currency != other.currency:
            message = "amounts of two currencies cannot be compared or added"
            raise InvalidInput((Problem("$.currency", "currency_mismatch", message),))
