"""What each service, person and item brought and cost in a month: shares of the month's margin that add up to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from alihdaya.engagement.invoice import Invoice
from alihdaya.engagement.margin import Labour, Margin, labour_cost, labour_parts
from alihdaya.engagement.rates.loading import PARTS, apportion
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Contribution:
    """One row: all amounts in minor units of the engagement's currency; `credits` and costs are positive.

    Credits are service credits, and what credit notes took back of the month.

    `name` is a service's, person's or unit's id, or empty for what belongs to none. `quantity`: items delivered, of a
    person tasks done. `parts`: `labour` by `loading.PARTS`, where it is known.
    """

    month: str
    name: str
    quantity: int
    seconds: int
    fees: int
    credits: int
    labour: int
    overhead: int
    parts: tuple[int, ...] = ()

    @property
    def revenue(self) -> int:
        """Fees less credits."""
        return self.fees - self.credits

    @property
    def amount(self) -> int:
        """Revenue less labour and overhead."""
        return self.revenue - self.labour - self.overhead

    @property
    def percent(self) -> Decimal | None:
        """The amount in percent of the revenue, to one hundredth, half up; None without revenue."""
        if not self.revenue:
            return None
        return (Decimal(100 * self.amount) / self.revenue).quantize(Decimal("0.01"), ROUND_HALF_UP)


def by_service(terms: Terms, invoice: Invoice, labour: Iterable[Labour], margin: Margin) -> tuple[Contribution, ...]:
    """Give a row a service, in the order of the terms; they add up to the month's margin (`make_margin`)."""
    worked = list(labour)
    overhead = overheads(terms, invoice, margin)
    rows = (_service(terms, invoice, one.id, worked, overhead) for one in terms.services)
    notes = dict(margin.notes)
    return tuple(
        replace(row, credits=row.credits + notes[row.name].minor) if row.name in notes else row for row in rows
    )


def _service(
    terms: Terms, invoice: Invoice, service: str, labour: Sequence[Labour], overhead: dict[tuple[str, str], int]
) -> Contribution:
    lines = [line for line in invoice.lines if line.service == service]
    cost = terms.service(service).cost
    mine = [one for one in labour if one.service == service]
    return Contribution(
        month=invoice.month,
        name=service,
        quantity=sum(int(line.quantity) for line in lines if line.part == "usage" and line.kind == "item"),
        seconds=sum(one.seconds for one in mine),
        fees=sum(line.amount.minor for line in lines),
        credits=sum(credit.amount.minor for credit in invoice.credits if credit.service == service),
        labour=sum(labour_cost(cost, one).minor for one in mine),
        overhead=sum(amount for (of, _), amount in overhead.items() if of == service),
        parts=added(labour_parts(cost, one) for one in mine),
    )


def added(rows: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """Add the parts of labour cost up, part by part."""
    return tuple(map(sum, zip((0,) * len(PARTS), *rows, strict=True)))


def overheads(terms: Terms, invoice: Invoice, margin: Margin) -> dict[tuple[str, str], int]:
    """Give (service, unit) -> overhead: a unit's, as the margin has it, shared by what its services' lines bill."""
    rates = {(service.id, unit): rate for service in terms.services for unit, rate in service.cost.overhead}
    exact = dict.fromkeys(rates, Decimal(0))
    for line in invoice.lines:
        if line.part == "usage" and (line.service, line.unit) in rates:
            exact[line.service, line.unit] += rates[line.service, line.unit] * line.quantity
    found: dict[tuple[str, str], int] = {}
    for unit, total in margin.overhead_by_unit:
        same = [key for key in exact if key[1] == unit]
        found.update(zip(same, apportion(total.minor, [int(exact[key].scaleb(9)) for key in same]), strict=True))
    return found


def in_all(rows: Sequence[Contribution], name: str) -> Contribution:
    """Add rows up, all of the first one's month or, where there are several, of none."""
    months = {row.month for row in rows}
    numbers = ("quantity", "seconds", "fees", "credits", "labour", "overhead")
    sums = {one: sum(getattr(row, one) for row in rows) for one in numbers}
    return Contribution(
        months.pop() if len(months) == 1 else "", name, **sums, parts=added(row.parts for row in rows if row.parts)
    )


def to_plain(row: Contribution, currency: str) -> dict[str, Any]:
    """Give a row as plain values that JSON can carry; amounts are decimal texts of the major unit."""
    names = ("fees", "credits", "revenue", "labour", "overhead", "amount")
    amounts = {name: str(Money(getattr(row, name), currency).amount) for name in names}
    return {
        "month": row.month,
        "name": row.name,
        "quantity": row.quantity,
        "seconds": row.seconds,
        "currency": currency,
        **amounts,
        "percent": None if row.percent is None else str(row.percent),
        "labour_parts": {
            part: str(Money(minor, currency).amount) for part, minor in zip(PARTS, row.parts, strict=False) if minor
        },
    }
