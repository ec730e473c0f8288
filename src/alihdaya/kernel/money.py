"""Money as whole minor units of an ISO 4217 currency; never a float."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Final

_NO_MINOR: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THOUSANDTHS: Final = "BHD IQD JOD KWD LYD OMR TND"
_EXPONENT: Final = {
    **dict.fromkeys(_NO_MINOR.split(), 0),
    **dict.fromkeys(_THOUSANDTHS.split(), 3),
    "CLF": 4,
    "UYW": 4,
}
_DECIMAL: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_UP: Final = Context(prec=100, rounding=ROUND_HALF_UP)
_EVEN: Final = Context(prec=100, rounding=ROUND_HALF_EVEN)


def exponent(currency: str) -> int:
    """Give the number of decimal places of a currency's minor unit (ISO 4217); 2 unless listed."""
    return _EXPONENT.get(currency, 2)


def plain_decimal(text: str) -> Decimal | None:
    """Read a number as people write it, such as -125.70; None for anything else: 4_6, 1e5, digits of other scripts."""
    return Decimal(text) if len(text) <= 100 and _DECIMAL.fullmatch(text) else None


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount: `minor` units (cents) of `currency`. Adding two currencies raises ValueError."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str, *, half_even: bool = False) -> "Money":
        """Round a decimal amount of major units to the minor unit: half up, as invoices do, or half even."""
        context = _EVEN if half_even else _UP
        scaled = context.scaleb(Decimal(amount), exponent(currency))
        return cls(int(context.quantize(scaled, Decimal(1))), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with the currency's decimal places."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added without a rate")

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        return f"{self.amount:,} {self.currency}"
