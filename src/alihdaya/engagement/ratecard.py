"""From a month's quantity of a unit to priced lines: tiers are monthly and marginal."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from alihdaya.engagement.terms import Rate
from alihdaya.kernel.money import Money


class Charge(NamedTuple):
    """One tier's part of a month. `first` and `last` are ordinal positions in the month's delivered items of the unit.

    Positions count from 1 in the order of delivery and include both ends; `tier` counts from 1 too.
    `amount` = quantity x price, rounded half up to the minor unit.
    """

    tier: int
    first: int
    last: int
    quantity: int
    price: Decimal
    amount: Money


def charges(rate: Rate, quantity: int, currency: str) -> Iterator[Charge]:
    """Price `quantity` delivered items of a unit; a tier that is not reached gives no line.

    Raises ValueError for a negative quantity.
    """
    if quantity < 0:
        raise ValueError(f"{quantity} items of {rate.unit} cannot be billed")
    billed = 0
    for number, tier in enumerate(rate.tiers, 1):
        last = quantity if tier.up_to is None else min(quantity, tier.up_to)
        if last > billed:
            count = last - billed
            yield Charge(number, billed + 1, last, count, tier.price, Money.of(tier.price * count, currency))
            billed = last


def price_of(rate: Rate, position: int) -> Decimal:
    """Give the price of the month's `position`-th item (from 1) of a unit."""
    return next(tier.price for tier in rate.tiers if tier.up_to is None or position <= tier.up_to)
