"""Service credits: what the provider gives back for a month below target, capped by the fee at risk."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from alihdaya.engagement.sla import Attainment
from alihdaya.engagement.terms import Penalty
from alihdaya.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Credit:
    """One clock's credit. `percent` of `fee` after the cap; `uncapped` is what the penalty alone would say."""

    service: str
    clock: str
    target: Decimal
    actual: Decimal
    uncapped: Decimal
    percent: Decimal
    fee: Money
    amount: Money


def penalty_percent(penalty: Penalty, attainment: Attainment) -> Decimal:
    """Give the percentage of the fee that a month's attainment costs, before the cap.

    Bands: the deepest band that the attainment lies below. Otherwise each begun percentage point below target
    counts whole. The share is taken exactly, not as it is shown.
    """
    total = attainment.met + attainment.missed
    if attainment.kept or not total:
        return Decimal(0)
    if penalty.bands:
        hit = [band.percent for band in penalty.bands if 100 * attainment.met < band.below * total]
        return max(hit, default=Decimal(0))
    short = attainment.target - Decimal(100 * attainment.met) / total
    return penalty.per_point * short.to_integral_value(ROUND_CEILING)


def credits_of(penalty: Penalty, fee: Money, attainments: Iterable[Attainment]) -> Iterator[Credit]:
    """Give a service's credits of one month; together they never pass `at_risk` percent of its fee.

    Where the cap bites, the clocks are served in their order. Amounts are rounded half up to the minor unit, but
    never past the rest of the capped amount.
    """
    left = penalty.at_risk
    rest = Money.of(fee.amount * penalty.at_risk / 100, fee.currency)
    for attainment in attainments:
        uncapped = penalty_percent(penalty, attainment)
        percent = min(uncapped, left)
        if not percent:
            continue
        left -= percent
        amount = min(Money.of(fee.amount * percent / 100, fee.currency), rest)
        rest -= amount
        yield Credit(
            service=attainment.service,
            clock=attainment.clock,
            target=attainment.target,
            actual=attainment.percent or Decimal(0),
            uncapped=uncapped,
            percent=percent,
            fee=fee,
            amount=amount,
        )
