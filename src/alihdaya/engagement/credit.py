"""Service credits: what the provider gives back for a month below target, capped by the fee at risk."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Literal, NamedTuple

from alihdaya.engagement.rates.credits import Penalty
from alihdaya.engagement.sla import Attainment
from alihdaya.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Credit:
    """One clock's credit. `percent` of `fee` after the cap; `uncapped` is what the penalty alone would say.

    `clock`: with its level, where that has a figure of its own: "respond P1". `month`: the one that was missed. An
    `earn-back` takes the credit of that month back: its amount is negative.
    """

    service: str
    clock: str
    target: Decimal
    actual: Decimal
    uncapped: Decimal
    percent: Decimal
    fee: Money
    amount: Money
    month: str = ""
    kind: Literal["credit", "earn-back"] = "credit"


class CriticalLevel(NamedTuple):
    """A clock was below the critical level in a month and in as many before it as was agreed: a right to terminate."""

    service: str
    clock: str
    month: str
    below: Decimal
    actuals: tuple[Decimal, ...]


def penalty_percent(penalty: Penalty, attainment: Attainment) -> Decimal:
    """Give the percentage of the fee that a month's attainment costs, before the cap.

    Bands: the deepest band that the attainment lies below. Otherwise each begun percentage point below target
    counts whole. The share is taken exactly, not as it is shown.
    """
    total = attainment.met + attainment.missed
    if attainment.kept or not total:
        return Decimal(0)
    per_point, bands = penalty.rule(attainment.clock)
    if bands:
        hit = [band.percent for band in bands if 100 * attainment.met < band.below * total]
        return max(hit, default=Decimal(0))
    short = attainment.target - Decimal(100 * attainment.met) / total
    return per_point * short.to_integral_value(ROUND_CEILING)


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
            clock=attainment.name,
            target=attainment.target,
            actual=attainment.percent or Decimal(0),
            uncapped=uncapped,
            percent=percent,
            fee=fee,
            amount=amount,
            month=attainment.month,
        )


def earned_back(
    penalty: Penalty, month: str, earlier: Iterable[Credit], attainments: Sequence[Attainment]
) -> Iterator[Credit]:
    """Take back, in `month`, the credits of the month that lies so many months before it as is agreed.

    `earlier`: credits that were given; `attainments`: of the service, in that month and since. A month in which a
    clock measured nothing earns nothing back.
    """
    rule = penalty.earn_back
    if rule is None:
        return
    missed, since = month_before(month, rule.months), [month_before(month, n) for n in range(rule.months)]
    by_clock = _by_clock(attainments)
    for credit in earlier:
        found = [by_clock.get((credit.clock, one)) for one in since]
        if credit.month == missed and credit.amount.minor > 0 and all(_reaches(one, rule.above) for one in found):
            actual = min((one.percent or Decimal(0) for one in found if one is not None), default=Decimal(0))
            yield Credit(
                service=credit.service,
                clock=credit.clock,
                target=rule.above,
                actual=actual,
                uncapped=credit.uncapped,
                percent=credit.percent,
                fee=credit.fee,
                amount=-credit.amount,
                month=missed,
                kind="earn-back",
            )


def critical_levels(penalty: Penalty, month: str, attainments: Sequence[Attainment]) -> Iterator[CriticalLevel]:
    """Give the clocks that were below the critical level in this month and as many months in a row as was agreed."""
    rule = penalty.critical
    if rule is None:
        return
    months = [month_before(month, n) for n in reversed(range(rule.months))]
    by_clock = _by_clock(attainments)
    for clock in dict.fromkeys(one.name for one in attainments):
        found = [by_clock.get((clock, one)) for one in months]
        if all(one is not None and one.met + one.missed and not _reaches(one, rule.below) for one in found):
            actuals = tuple(one.percent or Decimal(0) for one in found if one is not None)
            yield CriticalLevel(attainments[0].service, clock, month, rule.below, actuals)


def _by_clock(attainments: Iterable[Attainment]) -> dict[tuple[str, str], Attainment]:
    return {(one.name, one.month): one for one in attainments}


def _reaches(attainment: Attainment | None, percent: Decimal) -> bool:
    """Whether a month attains a percentage, exactly; one in which nothing was measured does not."""
    if attainment is None or not attainment.met + attainment.missed:
        return False
    return 100 * attainment.met >= percent * (attainment.met + attainment.missed)


def month_before(month: str, count: int = 1) -> str:
    """Give the month ("2013-01") that lies so many months before another."""
    whole = int(month[:4]) * 12 + int(month[5:]) - 1 - count
    return f"{whole // 12:04}-{whole % 12 + 1:02}"
