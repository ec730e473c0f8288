"""The invoice of a month: priced lines, service credits and the total, straight from usage and attainment."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from alihdaya.engagement.credit import Credit, credits_of
from alihdaya.engagement.ratecard import charges
from alihdaya.engagement.sla import Attainment
from alihdaya.engagement.terms import Party, Service, Terms
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.money import Money

Usage = Mapping[str, Mapping[str, int]]
"""Service id -> unit -> number of items delivered in the month."""


@dataclass(frozen=True, slots=True)
class Line:
    """One tier of one unit. `first` to `last`: positions in the month's delivered items of that service and unit."""

    number: int
    service: str
    unit: str
    names: tuple[tuple[str, str], ...]
    tier: int
    first: int
    last: int
    quantity: int
    price: Decimal
    amount: Money


@dataclass(frozen=True, slots=True)
class Invoice:
    """A month's invoice. `first_day` and `last_day` are both covered. No tax is worked out yet."""

    number: str
    engagement: str
    terms: str
    month: str
    first_day: date
    last_day: date
    client: Party
    provider: Party
    currency: str
    lines: tuple[Line, ...]
    credits: tuple[Credit, ...]

    @property
    def fees(self) -> Money:
        """Sum of the lines."""
        return sum((line.amount for line in self.lines), Money(0, self.currency))

    @property
    def credited(self) -> Money:
        """Sum of the service credits, positive."""
        return sum((credit.amount for credit in self.credits), Money(0, self.currency))

    @property
    def total(self) -> Money:
        """What the client owes: fees less credits."""
        return self.fees - self.credited


def make_invoice(terms: Terms, month: str, usage: Usage, attainments: Iterable[Attainment] = ()) -> Invoice:
    """Make the invoice of a month ("2013-01"), deterministic: the same input gives the same number and lines.

    Raises Refused for a month outside of the engagement, an unknown service or unit, or a negative quantity.
    """
    first, last = _days(terms, month)
    _refuse_unpriced(terms, usage)
    lines = tuple(_lines(terms, usage))
    measured = [attainment for attainment in attainments if attainment.month == month]
    credit = tuple(c for service in terms.services for c in _credits(service, lines, measured, terms.currency))
    return Invoice(
        number=f"{terms.engagement}-{month}",
        engagement=terms.engagement,
        terms=terms.digest,
        month=month,
        first_day=max(first, terms.start),
        last_day=min(last, terms.until),
        client=terms.client,
        provider=terms.provider,
        currency=terms.currency,
        lines=lines,
        credits=credit,
    )


def _days(terms: Terms, month: str) -> tuple[date, date]:
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Refused(Problem("bad-month", f"{month!r} is not a month such as 2013-01")) from None
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if last < terms.start or first > terms.until:
        raise Refused(Problem("outside-engagement", f"{month} lies outside of {terms.start} to {terms.until}"))
    return first, last


def _refuse_unpriced(terms: Terms, usage: Usage) -> None:
    priced = {service.id: {rate.unit for rate in service.rates} for service in terms.services}
    problems = [
        Problem("negative-quantity", f"{quantity} items of {service}/{unit}")
        if quantity < 0
        else Problem("no-price", f"the terms price no unit {unit!r} of a service {service!r}")
        for service, units in usage.items()
        for unit, quantity in units.items()
        if quantity < 0 or unit not in priced.get(service, ())
    ]
    if problems:
        raise Refused(problems)


def _lines(terms: Terms, usage: Usage) -> Iterator[Line]:
    number = 0
    for service in terms.services:
        units = usage.get(service.id, {})
        for rate in service.rates:
            for charge in charges(rate, units.get(rate.unit, 0), terms.currency):
                number += 1
                yield Line(number, service.id, rate.unit, rate.names, *charge)


def _credits(
    service: Service, lines: Iterable[Line], measured: Iterable[Attainment], currency: str
) -> Iterator[Credit]:
    fee = sum((line.amount for line in lines if line.service == service.id), Money(0, currency))
    return credits_of(service.penalty, fee, (a for a in measured if a.service == service.id))


def invoice_to_plain(invoice: Invoice) -> dict[str, Any]:
    """Give the invoice as plain dicts, lists, texts and ints that JSON can carry; amounts are decimal texts."""
    return {
        "number": invoice.number,
        "engagement": invoice.engagement,
        "terms": invoice.terms,
        "month": invoice.month,
        "first_day": invoice.first_day.isoformat(),
        "last_day": invoice.last_day.isoformat(),
        "client": _party(invoice.client),
        "provider": _party(invoice.provider),
        "currency": invoice.currency,
        "lines": [_line(line) for line in invoice.lines],
        "credits": [_credit(credit) for credit in invoice.credits],
        "fees": str(invoice.fees.amount),
        "credited": str(invoice.credited.amount),
        "total": str(invoice.total.amount),
    }


def _party(party: Party) -> dict[str, str]:
    return {"name": party.name, "city": party.city, "subdivision": party.subdivision, "country": party.country}


def _line(line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "service": line.service,
        "unit": line.unit,
        "names": dict(line.names),
        "tier": line.tier,
        "first": line.first,
        "last": line.last,
        "quantity": line.quantity,
        "price": f"{line.price:f}",
        "amount": str(line.amount.amount),
    }


def _credit(credit: Credit) -> dict[str, Any]:
    return {
        "service": credit.service,
        "clock": credit.clock,
        "target": f"{credit.target:f}",
        "actual": f"{credit.actual:f}",
        "uncapped": f"{credit.uncapped:f}",
        "percent": f"{credit.percent:f}",
        "fee": str(credit.fee.amount),
        "amount": str(credit.amount.amount),
    }
