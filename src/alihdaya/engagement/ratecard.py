"""From a month's quantity of a unit to priced lines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from alihdaya.engagement.rates.card import WHOLE, Minimum, Rate, Tier
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
    yield from _usage(rate, BilledMonth(rate.tiers, currency), quantity)


class BilledMonth(NamedTuple):
    """A month's tiers in the currency of the invoice (rates.price), and how much of it the engagement covers.

    `before`: what other cards bill of the unit in the same month, ahead of this one: tiers are counted on from there.
    `after`: what they bill of it behind this one, which only counts where the month's whole volume decides the tier.
    """

    tiers: Sequence[Tier]
    currency: str
    share: Fraction = _WHOLE
    before: Quantity = 0
    after: Quantity = 0


def month_charges(
    rate: Rate, month: BilledMonth, quantity: Quantity, overtime: Mapping[str, Quantity]
) -> Iterator[Charge]:
    """Give all lines of a unit in a month: by tier, then what overtime adds, then what the minimum is short of.

    `overtime`: id -> quantity of it, which `quantity` contains. Raises ValueError for a negative quantity.
    """
    least = least_of(rate, [(rate.minimum, month.share)])
    usage = tuple(part_charges(rate, month, quantity, overtime, least))
    yield from usage
    if rate.minimum is not None and rate.minimum.amount is not None:
        billed = [one.amount for one in usage if one.part == "usage"]
        yield from amount_shortfall(part_of(rate.minimum.amount, month.share), month.currency, billed)
    elif least > quantity:
        yield from shortfall(rate, month, quantity, least)


def part_charges(
    rate: Rate, month: BilledMonth, quantity: Quantity, overtime: Mapping[str, Quantity], least: Quantity = 0
) -> Iterator[Charge]:
    """Give a unit's lines without its minimum: by tier, then what overtime adds.

    `least`: what the month is billed for at least, where the month's whole volume decides the tier. Raises ValueError
    for a negative quantity.
    """
    yield from _usage(rate, month, quantity, least)
    yield from _overtime(rate, month, overtime)


def _usage(rate: Rate, month: BilledMonth, quantity: Quantity, least: Quantity = 0) -> Iterator[Charge]:
    if quantity < 0:
        raise ValueError(f"{quantity} items of {rate.unit} cannot be billed")
    if rate.kind == "included" or not quantity:
        return
    until = month.before + quantity
    if rate.volume:
        number = _reached(month.tiers, max(until + month.after, least))
        price = month.tiers[number - 1].price
        amount = _amount(price, quantity, month.currency)
        yield Charge(number, _floor(month.before) + 1, _begun(until), quantity, price, amount)
        return
    yield from _graduated(month.tiers, month.before, until, month.currency, "usage")


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


def amount_shortfall(least: Decimal, currency: str, billed: Iterable[Money]) -> Iterator[Charge]:
    """Bill what the lines of a unit, without overtime, are short of an amount."""
    missing = Money.of(least, currency) - sum(billed, Money(0, currency))
    if missing.minor > 0:
        yield Charge(1, 1, 1, 1, missing.amount, missing, "shortfall")


def shortfall(rate: Rate, month: BilledMonth, quantity: Quantity, least: Quantity) -> Iterator[Charge]:
    """Bill the units from a month's quantity up to the least as if they had been delivered."""
    if not rate.volume:
        yield from _graduated(month.tiers, quantity, least, month.currency, "shortfall")
        return
    number, short = _reached(month.tiers, least), least - quantity
    price = month.tiers[number - 1].price
    amount = _amount(price, short, month.currency)
    yield Charge(number, _floor(quantity) + 1, _begun(least), short, price, amount, "shortfall")


def least_of(rate: Rate, minimums: Iterable[tuple[Minimum | None, Fraction]]) -> Quantity:
    """Give the quantity that a month is billed for at least: minimums with the part of the month that each holds for.

    Rounded half up, once, to what the rate can count.
    """
    whole = [(one.quantity, share) for one, share in minimums if one is not None and one.quantity is not None]
    if not whole:
        return 0
    digits = 0 if rate.kind in WHOLE else rate.quantity_digits
    exact = sum((Fraction(quantity) * share for quantity, share in whole), Fraction(0))
    wanted = part_of(Decimal(exact.numerator), Fraction(1, exact.denominator))
    wanted = wanted.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, EXACT)
    return int(wanted) if rate.kind in WHOLE else wanted


def part_of(number: Decimal, share: Fraction) -> Decimal:
    """Give a part of a number, to a hundred digits."""
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
