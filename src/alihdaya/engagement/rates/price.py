"""The tiers that hold in a month: dated, then indexed, then converted; rounded once, at the end."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from alihdaya.engagement.rates.card import Rate, Tier
from alihdaya.engagement.rates.figures import EXACT, Figures, factor


@dataclass(frozen=True, slots=True)
class Priced:
    """A month's tiers in the engagement's currency, and what made them of those that were agreed upon.

    `indexed` and `exchanged` are factors; None where prices are neither indexed nor converted.
    """

    tiers: tuple[Tier, ...]
    agreed: tuple[Tier, ...]
    indexed: Decimal | None = None
    exchanged: Decimal | None = None

    @property
    def unchanged(self) -> bool:
        """Whether the prices are those that were agreed upon."""
        return self.indexed is None and self.exchanged is None


def prices_in(rate: Rate, currency: str, first: date, last: date, figures: Figures) -> Priced:
    """Give the prices of a month whose billed days are `first` to `last`.

    An indexed or converted price is rounded half up to the rate's `price_digits`; an agreed one is never rounded.
    Raises Refused where an index or an exchange rate is not recorded.
    """
    agreed = next((one.tiers for one in rate.periods if one.start <= first <= one.until), rate.tiers)
    indexed = factor(rate.indexation, first.replace(day=1), figures) if rate.indexation else None
    exchanged = figures.rate(rate.conversion, currency, last) if rate.conversion else None
    if indexed is None and exchanged is None:
        return Priced(agreed, agreed)
    by = EXACT.multiply(indexed or Decimal(1), exchanged or Decimal(1))
    digit = Decimal(1).scaleb(-rate.price_digits)
    tiers = tuple(
        Tier(tier.up_to, EXACT.multiply(tier.price, by).quantize(digit, ROUND_HALF_UP, EXACT)) for tier in agreed
    )
    return Priced(tiers, agreed, indexed, exchanged)
