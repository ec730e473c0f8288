"""The tiers that hold in a month: dated, then indexed, then converted; rounded once, at the end."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from alihdaya.engagement.rates.card import Rate, Tier
from alihdaya.engagement.rates.figures import EXACT, Figures, factor

_WHOLE: Final = Fraction(1)


@dataclass(frozen=True, slots=True)
class Priced:
    """A month's tiers in the engagement's currency, and what made them of those that were agreed upon.

    `indexed` and `exchanged` are factors; None where prices are neither indexed nor converted. `share`: the part of a
    month's price that is billed.
    """

    tiers: tuple[Tier, ...]
    agreed: tuple[Tier, ...]
    indexed: Decimal | None = None
    exchanged: Decimal | None = None
    share: Fraction = _WHOLE

    @property
    def unchanged(self) -> bool:
        """Whether the prices are those that were agreed upon."""
        return self.indexed is None and self.exchanged is None and self.share == 1


def prices_in(
    rate: Rate, currency: str, billed: tuple[date, date], figures: Figures, share: Fraction = _WHOLE
) -> Priced:
    """Give the prices of a month whose first and last billed days are `billed`, or a `share` of them.

    An indexed, converted or shared price is rounded half up to the rate's `price_digits`, an agreed one never.
    Raises Refused where an index or an exchange rate is not recorded.
    """
    first, last = billed
    begun = [one.tiers for one in rate.periods if one.start <= first]
    agreed = begun[-1] if begun else rate.tiers
    indexed = factor(rate.indexation, first.replace(day=1), figures) if rate.indexation else None
    exchanged = figures.rate(rate.conversion, currency, last) if rate.conversion else None
    if indexed is None and exchanged is None and share == 1:
        return Priced(agreed, agreed)
    by = EXACT.multiply(indexed or Decimal(1), exchanged or Decimal(1))
    digit = Decimal(1).scaleb(-rate.price_digits)
    exact = [EXACT.multiply(EXACT.multiply(tier.price, by), share.numerator) for tier in agreed]
    prices = [EXACT.divide(price, share.denominator).quantize(digit, ROUND_HALF_UP, EXACT) for price in exact]
    tiers = tuple(Tier(tier.up_to, price) for tier, price in zip(agreed, prices, strict=True))
    return Priced(tiers, agreed, indexed, exchanged, share)
