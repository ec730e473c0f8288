"""What a month leaves to the provider: revenue less labour and overhead."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from alihdaya.engagement.invoice import Invoice, Usage
from alihdaya.engagement.ratecard import Quantity
from alihdaya.engagement.rates.loading import NO_LOADING, apportion, hour, paid, parts
from alihdaya.engagement.terms import Cost, Terms
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.money import Money

_NO_NOTES: Mapping[str, Money] = {}


class Labour(NamedTuple):
    """Handling time of one person on one service in the month. `wage`: loaded cost an hour, in `currency`."""

    service: str
    person: str
    seconds: int
    wage: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Margin:
    """A month's contribution. `labour_by_person` and `overhead_by_unit` add up to `labour` and `overhead`.

    `notes`: what credit notes took back of the month, by service; the revenue is less that.
    """

    month: str
    revenue: Money
    labour_by_person: tuple[tuple[str, Money], ...]
    overhead_by_unit: tuple[tuple[str, Money], ...]
    notes: tuple[tuple[str, Money], ...] = ()

    @property
    def labour(self) -> Money:
        """Cost of all people."""
        return sum((cost for _, cost in self.labour_by_person), Money(0, self.revenue.currency))

    @property
    def overhead(self) -> Money:
        """Cost of all items beside labour."""
        return sum((cost for _, cost in self.overhead_by_unit), Money(0, self.revenue.currency))

    @property
    def amount(self) -> Money:
        """Revenue less labour and overhead."""
        return self.revenue - self.labour - self.overhead

    @property
    def percent(self) -> Decimal | None:
        """Margin in percent of revenue, to one hundredth, half up; None without revenue."""
        if not self.revenue.minor:
            return None
        return (Decimal(100 * self.amount.minor) / self.revenue.minor).quantize(Decimal("0.01"), ROUND_HALF_UP)


def labour_cost(cost: Cost, labour: Labour) -> Money:
    """Give the cost of a person's handling time, rounded half up to the minor unit.

    Paid time = handling time / (1 - idle) / (1 - shrinkage); cost = paid hours x loaded wage x (1 + support).
    """
    loading = cost.loading or NO_LOADING
    hours = paid(labour.seconds, cost.shrinkage, loading.idle)[2]
    loaded = sum(hour(loading, labour.wage), Decimal(0))
    return Money.of(hours * loaded * (1 + cost.support / 100), labour.currency)


def labour_parts(cost: Cost, labour: Labour) -> tuple[int, ...]:
    """Give the same cost in minor units by `loading.PARTS`, which add up to it exactly."""
    loading = cost.loading or NO_LOADING
    exact = parts(loading, labour.wage, paid(labour.seconds, cost.shrinkage, loading.idle), cost.support)
    weights = [int(one.scaleb(9)) for one in exact]
    return tuple(apportion(labour_cost(cost, labour).minor, weights))


def make_margin(
    terms: Terms,
    invoice: Invoice,
    labour: Iterable[Labour],
    delivered: Usage | None = None,
    notes: Mapping[str, Money] = _NO_NOTES,
) -> Margin:
    """Work out the margin of an invoice. Raises Refused for a wage in another currency or an unknown service.

    `delivered`: what overhead is counted on, service -> unit -> items; where it is not given, what the lines bill.
    `notes`: service -> what credit notes took back of the month.
    """
    people: dict[str, Money] = {}
    for entry in labour:
        if entry.currency != terms.currency or entry.seconds < 0:
            raise Refused(
                Problem("bad-labour", f"{entry.seconds} s of {entry.person} in {entry.currency}, not {terms.currency}")
            )
        try:
            cost = terms.service(entry.service).cost
        except KeyError:
            raise Refused(
                Problem("unknown-service", f"{entry.person} worked on {entry.service!r}, which is not in the terms")
            ) from None
        people[entry.person] = people.get(entry.person, Money(0, terms.currency)) + labour_cost(cost, entry)
    revenue = invoice.total - sum(notes.values(), Money(0, terms.currency))
    overhead = _overhead(terms, invoice, delivered)
    return Margin(invoice.month, revenue, tuple(sorted(people.items())), overhead, tuple(sorted(notes.items())))


def _overhead(terms: Terms, invoice: Invoice, delivered: Usage | None) -> tuple[tuple[str, Money], ...]:
    rates = {(service.id, unit): rate for service in terms.services for unit, rate in service.cost.overhead}
    totals: dict[str, Decimal] = {}
    for service, unit, quantity in _quantities(invoice, delivered):
        each = rates.get((service, unit), Decimal(0))
        totals[unit] = totals.get(unit, Decimal(0)) + each * quantity
    return tuple((unit, Money.of(total, terms.currency)) for unit, total in sorted(totals.items()))


def _quantities(invoice: Invoice, delivered: Usage | None) -> Iterator[tuple[str, str, Quantity]]:
    if delivered is None:
        yield from ((line.service, line.unit, line.quantity) for line in invoice.lines if line.part == "usage")
        return
    for service, units in delivered.items():
        yield from ((service, unit, quantity) for unit, quantity in units.items())


def margin_to_plain(margin: Margin) -> dict[str, Any]:
    """Give the margin as plain dicts and texts that JSON can carry."""
    return {
        "month": margin.month,
        "currency": margin.revenue.currency,
        "revenue": str(margin.revenue.amount),
        **({"credit_notes": {service: str(sum_.amount) for service, sum_ in margin.notes}} if margin.notes else {}),
        "labour": str(margin.labour.amount),
        "overhead": str(margin.overhead.amount),
        "amount": str(margin.amount.amount),
        "percent": None if margin.percent is None else str(margin.percent),
        "labour_by_person": {person: str(cost.amount) for person, cost in margin.labour_by_person},
        "overhead_by_unit": {unit: str(cost.amount) for unit, cost in margin.overhead_by_unit},
    }
