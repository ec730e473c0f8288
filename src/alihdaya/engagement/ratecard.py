"""From a month's quantity of a unit to priced lines."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from alihdaya.engagement.rates.card import WHOLE, Rate, Tier
from alihdaya.engagement.rates.figures import EXACT
from alihdaya.kernel.money import Money

Part = Literal["usage", "shortfall", "overtime"]
Quantity = int | Decimal
"""Whole numbers where items, seats, outcomes or milestones are counted, else decimals."""
_WHOLE: Final = Fraction(1)


class Charge(NamedTuple):
    """One tier's part of a month. `first` and `last` are ordinal positions in the month's delivered items of the unit.

    Positions count from 1 in the order of delivery and include both ends; of what is measured in parts, the first and
    the last unit that was begun. `tier` counts from 1 too. `amount` = quantity x price, rounded half up to the minor
    unit. `part`: what was delivered; what is short of the minimum; or what overtime costs above its normal price.
    """

    tier: int
    first: int
    last: int
    quantity: Quantity
    price: Decimal
    amount: Money
    part: Part = "usage"
    overtime: str = ""


def charges(rate: Rate, quantity: Quantity, currency: str) -> Iterator[Charge]:
    """Price a quantity by a rate's own tiers; a tier that is not reached gives no line.

    Raises ValueError for a negative quantity.
    """
    yield from _usage(rate, rate.tiers, quantity, currency)


class BilledMonth(NamedTuple):
    """A month's tiers in the currency of the invoice (rates.price), and how much of it the engagement covers."""

    tiers: Sequence[Tier]
    currency: str
    share: Fraction = _WHOLE


def month_charges(
    rate: Rate, month: BilledMonth, quantity: Quantity, overtime: Mapping[str, Quantity]
) -> Iterator[Charge]:
    """Give all lines of a unit in a month: by tier, then what overtime adds, then what the minimum is short of.

    `overtime`: id -> quantity of it, which `quantity` contains. Raises ValueError for a negative quantity.
    """
    usage = tuple(_usage(rate, month.tiers, quantity, month.currency, _least(rate, month.share)))
    yield from usage
    yield from _overtime(rate, month, overtime)
    if rate.minimum is not None and rate.minimum.amount is not None:
        yield from _short_amount(rate.minimum.amount, month, usage)
    elif (least := _least(rate, month.share)) > quantity:
        yield from _shortfall(rate, month, quantity, least)


def _usage(
    rate: Rate, tiers: Sequence[Tier], quantity: Quantity, currency: str, least: Quantity = 0
) -> Iterator[Charge]:
    if quantity < 0:
        raise ValueError(f"{quantity} items of {rate.unit} cannot be billed")
    if rate.kind == "included" or not quantity:
        return
    if rate.volume:
        number = _reached(tiers, max(quantity, least))
        price = tiers[number - 1].price
        yield Charge(number, 1, _begun(quantity), quantity, price, _amount(price, quantity, currency))
        return
    yield from _graduated(tiers, 0, quantity, currency, "usage")


def _graduated(tiers: Sequence[Tier], after: Quantity, until: Quantity, currency: str, part: Part) -> Iterator[Charge]:
    """Price what lies between two quantities, each unit in its own tier."""
    billed = after
    for number, tier in enumerate(tiers, 1):
        last = until if tier.up_to is None else min(until, tier.up_to)
        if last > billed:
            count = last - billed
            amount = _amount(tier.price, count, currency)
            yield Charge(number, _floor(billed) + 1, _begun(last), count, tier.price, amount, part)
            billed = last


def _overtime(rate: Rate, month: BilledMonth, overtime: Mapping[str, Quantity]) -> Iterator[Charge]:
    """Price overtime above its normal price: (multiplier - 1) x the first tier's price, whatever tier is reached."""
    for rule in rate.overtime:
        quantity = overtime.get(rule.id, 0)
        if quantity < 0:
            raise ValueError(f"{quantity} of {rule.id} of {rate.unit} cannot be billed")
        price = EXACT.multiply(month.tiers[0].price, rule.multiplier - 1)
        if quantity:
            amount = _amount(price, quantity, month.currency)
            yield Charge(1, 1, _begun(quantity), quantity, price, amount, "overtime", rule.id)


def _short_amount(minimum: Decimal, month: BilledMonth, usage: Sequence[Charge]) -> Iterator[Charge]:
    """Bill what the lines of a unit, without overtime, are short of an amount."""
    wanted = Money.of(_part_of(minimum, month.share), month.currency)
    missing = wanted - sum((one.amount for one in usage), Money(0, month.currency))
    if missing.minor > 0:
        yield Charge(1, 1, 1, 1, missing.amount, missing, "shortfall")


def _shortfall(rate: Rate, month: BilledMonth, quantity: Quantity, least: Quantity) -> Iterator[Charge]:
    """Bill the units up to the minimum as if they had been delivered."""
    if not rate.volume:
        yield from _graduated(month.tiers, quantity, least, month.currency, "shortfall")
        return
    number, short = _reached(month.tiers, least), least - quantity
    price = month.tiers[number - 1].price
    amount = _amount(price, short, month.currency)
    yield Charge(number, _floor(quantity) + 1, _begun(least), short, price, amount, "shortfall")


def _least(rate: Rate, share: Fraction) -> Quantity:
    """Give the quantity that a month is billed for at least, rounded half up to what the rate can count."""
    if rate.minimum is None or rate.minimum.quantity is None:
        return 0
    digits = 0 if rate.kind in WHOLE else rate.quantity_digits
    wanted = _part_of(rate.minimum.quantity, share).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, EXACT)
    return int(wanted) if rate.kind in WHOLE else wanted


def _part_of(number: Decimal, share: Fraction) -> Decimal:
    return EXACT.divide(EXACT.multiply(number, share.numerator), share.denominator)


def _reached(tiers: Sequence[Tier], quantity: Quantity) -> int:
    """Give the number of the tier that a quantity reaches, from 1."""
    return next(number for number, tier in enumerate(tiers, 1) if tier.up_to is None or quantity <= tier.up_to)


def _amount(price: Decimal, quantity: Quantity, currency: str) -> Money:
    return Money.of(EXACT.multiply(price, quantity), currency)


def _floor(quantity: Quantity) -> int:
    return quantity if isinstance(quantity, int) else int(quantity.to_integral_value(ROUND_FLOOR))


def _begun(quantity: Quantity) -> int:
    return -_floor(-quantity)


def price_of(rate: Rate, position: int) -> Decimal:
    """Give the price of the month's `position`-th item (from 1) of a unit with graduated tiers."""
    return rate.tiers[_reached(rate.tiers, position) - 1].price
