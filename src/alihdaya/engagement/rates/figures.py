"""Figures from outside that bills need, as facts of the log: exchange rates, index values, milestones reached."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

from alihdaya.engagement.events import ExchangeQuoted, IndexPublished, MilestoneReached
from alihdaya.engagement.rates.card import Conversion, Indexation
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import Event

EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
"""Arithmetic that never rounds by itself: no rate card reaches a hundred digits."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known. Exchange rates by (base, quote, day or month); index values by (series, month)."""

    exchange: dict[tuple[str, str, str], Decimal] = field(default_factory=dict)
    indices: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    milestones: tuple[MilestoneReached, ...] = ()

    @classmethod
    def of(cls, facts: Iterable[Event]) -> "Figures":
        """Gather them; a later figure of the same day, month or milestone corrects an earlier one."""
        exchange, indices, milestones = {}, {}, {}
        for fact in facts:
            if isinstance(fact, ExchangeQuoted):
                exchange[fact.base, fact.quote, fact.on] = Decimal(fact.rate)
            elif isinstance(fact, IndexPublished):
                indices[fact.series, fact.month] = Decimal(fact.value)
            elif isinstance(fact, MilestoneReached):
                milestones[fact[:4]] = fact
        return cls(exchange, indices, tuple(milestones.values()))

    def rate(self, conversion: Conversion, currency: str, last_day: date) -> Decimal:
        """Give the units of `currency` for one of the price's, on the last day of an invoice. Raises Refused."""
        if conversion.fixed is not None:
            return conversion.fixed
        base = conversion.currency
        days = [last_day - timedelta(days=back) for back in range(conversion.back + 1)]
        keys = [day.isoformat() for day in days] if conversion.by == "day" else [f"{last_day:%Y-%m}"]
        found = next((self.exchange[base, currency, on] for on in keys if (base, currency, on) in self.exchange), None)
        if found is None:
            when = f"for {keys[0]}" if len(keys) == 1 else f"from {keys[-1]} to {keys[0]}"
            text = f"prices are in {base}, and no rate from {base} to {currency} is recorded {when}"
            raise Refused(Problem("no-rate", text))
        return found

    def index(self, series: str, month: date) -> Decimal:
        """Give an index's value for a month. Raises Refused where none was published."""
        found = self.indices.get((series, f"{month:%Y-%m}"))
        if found is None:
            raise Refused(Problem("no-index", f"no value of the index {series} is recorded for {month:%Y-%m}"))
        return found


def factor(indexation: Indexation, month: date, figures: Figures) -> Decimal:
    """Give what prices are multiplied by in a month (its first day), exactly. Raises Refused without the index."""
    if not indexation.series:
        return _product(percent for day, percent in indexation.steps if day <= month)
    return _product(_changes(indexation, month, figures))


def _product(percents: Iterable[Decimal]) -> Decimal:
    made = Decimal(1)
    for percent in percents:
        made = EXACT.multiply(made, EXACT.add(1, EXACT.scaleb(percent, -2)))
    return made


def _changes(indexation: Indexation, month: date, figures: Figures) -> Iterable[Decimal]:
    """Give the change in percent at every review so far, rounded and within its bounds."""
    review = indexation.start or month
    while review <= month:
        after = figures.index(indexation.series, _months(review, -indexation.lag))
        before = figures.index(indexation.series, _months(review, -indexation.lag - indexation.every))
        change = EXACT.subtract(EXACT.divide(EXACT.multiply(after, 100), before), 100)
        change = change.quantize(Decimal(1).scaleb(-indexation.digits), ROUND_HALF_UP, EXACT)
        if indexation.cap is not None:
            change = min(change, indexation.cap)
        if indexation.floor is not None:
            change = max(change, indexation.floor)
        yield change
        review = _months(review, indexation.every)


def _months(first: date, count: int) -> date:
    whole = first.year * 12 + first.month - 1 + count
    return date(whole // 12, whole % 12 + 1, 1)
