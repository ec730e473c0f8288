"""The invoice of a month: priced lines, service credits and the total, straight from usage and attainment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from alihdaya.engagement.credit import Credit, CriticalLevel, credits_of, critical_levels, earned_back
from alihdaya.engagement.ratecard import BilledMonth, Charge, Part, Quantity, month_charges
from alihdaya.engagement.rates.card import Kind, Rate, named
from alihdaya.engagement.rates.figures import Figures
from alihdaya.engagement.rates.price import Priced, prices_in
from alihdaya.engagement.rates.wire import decimal_text
from alihdaya.engagement.sla import Attainment
from alihdaya.engagement.terms import Party, Service, Terms
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.money import Money

Usage = Mapping[str, Mapping[str, Quantity]]
"""Service id -> unit -> quantity in the month: of items delivered, or as the rate's kind measures it."""
Overtimes = Mapping[tuple[str, str], Mapping[str, Quantity]]
"""(Service id, unit) -> id of an overtime -> how much of the month's quantity it is."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a bill needs beside its month's usage and attainments.

    `earlier`: credits that were given in the months before, for what is earned back.
    """

    figures: Figures = field(default_factory=Figures)
    overtime: Overtimes = field(default_factory=dict)
    earlier: tuple[Credit, ...] = ()


_NOTHING_MORE = Known()


@dataclass(frozen=True, slots=True)
class Line:
    """One tier of one unit. `first` to `last`: positions in the month's delivered items of that service and unit.

    `part`: what was delivered (usage), what `overtime` adds, or what is short of the minimum. `agreed`: the price as
    the rate card has it, where that was indexed (by the factor `indexed`), converted (at the rate `exchanged`) or
    shared by days (`days`: "14/28"). `since`: in a month with several terms, the day from which this line's hold.
    """

    number: int
    service: str
    unit: str
    names: tuple[tuple[str, str], ...]
    tier: int
    first: int
    last: int
    quantity: Quantity
    price: Decimal
    amount: Money
    part: Part = "usage"
    overtime: str = ""
    kind: Kind = "item"
    agreed: Decimal | None = None
    indexed: Decimal | None = None
    exchanged: Decimal | None = None
    days: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class Invoice:
    """A month's invoice. `first_day` and `last_day` are both covered. No tax is worked out yet.

    `critical`: clocks whose level lets the client terminate.
    """

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
    critical: tuple[CriticalLevel, ...] = ()

    @property
    def fees(self) -> Money:
        """Sum of the lines."""
        return sum((line.amount for line in self.lines), Money(0, self.currency))

    @property
    def credited(self) -> Money:
        """Sum of the service credits, positive; less what was earned back."""
        return sum((credit.amount for credit in self.credits), Money(0, self.currency))

    @property
    def total(self) -> Money:
        """What the client owes: fees less credits."""
        return self.fees - self.credited


def make_invoice(
    terms: Terms,
    month: str,
    usage: Usage,
    attainments: Iterable[Attainment] = (),
    known: Known = _NOTHING_MORE,
) -> Invoice:
    """Make the invoice of a month ("2013-01"), deterministic: the same input gives the same number and lines.

    `attainments` may be of earlier months too: what is earned back and what is critical look at several.
    Raises Refused for a month outside of the engagement, an unknown service or unit, a negative quantity, or a price
    whose exchange rate or index is not recorded.
    """
    days = _days(terms, month)
    _refuse_unpriced(terms, usage, known.overtime)
    lines = _numbered(terms, days, usage, known)
    return invoice_of(terms, month, (days.first, days.last), lines, list(attainments), earlier=known.earlier)


def invoice_of(
    terms: Terms,
    month: str,
    days: tuple[date, date],
    lines: tuple[Line, ...],
    attainments: Sequence[Attainment],
    *,
    earlier: Iterable[Credit],
) -> Invoice:
    """Make the invoice of these lines; credits by these terms. `days` are both billed.

    `attainments` and `earlier` (credits that may be earned back) are of all months that the credits look at.
    """
    given = list(earlier)
    services = [(one, [found for found in attainments if found.service == one.id]) for one in terms.services]
    fees = {one.id: _fee(one.id, lines, terms.currency) for one in terms.services}
    return Invoice(
        number=f"{terms.engagement}-{month}",
        engagement=terms.engagement,
        terms=terms.digest,
        month=month,
        first_day=days[0],
        last_day=days[1],
        client=terms.client,
        provider=terms.provider,
        currency=terms.currency,
        lines=lines,
        credits=tuple(
            credit for service, found in services for credit in _credits(service, fees[service.id], found, month, given)
        ),
        critical=tuple(
            level for service, found in services for level in critical_levels(service.penalty, month, found)
        ),
    )


class _Days(NamedTuple):
    """The billed days of a month, both covered, and the share of the month that they are."""

    first: date
    last: date
    share: Fraction


def _days(terms: Terms, month: str) -> _Days:
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Refused(Problem("bad-month", f"{month!r} is not a month such as 2013-01")) from None
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if last < terms.start or first > terms.until:
        raise Refused(Problem("outside-engagement", f"{month} lies outside of {terms.start} to {terms.until}"))
    low, high = max(first, terms.start), min(last, terms.until)
    return _Days(low, high, Fraction((high - low).days + 1, last.day))


def _refuse_unpriced(terms: Terms, usage: Usage, overtime: Overtimes) -> None:
    priced = {service.id: {rate.unit for rate in service.rates} for service in terms.services}
    problems = [
        Problem("negative-quantity", f"{quantity} items of {service}/{unit}")
        if quantity < 0
        else Problem("no-price", f"the terms price no unit {unit!r} of a service {service!r}")
        for service, units in usage.items()
        for unit, quantity in units.items()
        if quantity < 0 or unit not in priced.get(service, ())
    ]
    for (service, unit), parts in overtime.items():
        whole = usage.get(service, {}).get(unit, 0)
        problems += [
            Problem("bad-overtime", f"{part} of {whole} of {service}/{unit} cannot be overtime {name}")
            for name, part in parts.items()
            if not 0 <= part <= whole
        ]
    if problems:
        raise Refused(problems)


def _numbered(terms: Terms, days: _Days, usage: Usage, known: Known) -> tuple[Line, ...]:
    parts = (
        (service, rate, priced, charge)
        for service in terms.services
        for rate, priced, found in _priced(terms, service, days, usage, known)
        for charge in found
    )
    return tuple(line_of(number, *part) for number, part in enumerate(parts, 1))


def _priced(
    terms: Terms, service: Service, days: _Days, usage: Usage, known: Known
) -> Iterator[tuple[Rate, Priced, Iterator[Charge]]]:
    for rate in service.rates:
        quantity = usage.get(service.id, {}).get(rate.unit, 0)
        if quantity or rate.minimum is not None:
            priced = prices_in(rate, terms.currency, (days.first, days.last), known.figures)
            overtime = known.overtime.get((service.id, rate.unit), {})
            month = BilledMonth(priced.tiers, terms.currency, days.share)
            yield rate, priced, month_charges(rate, month, quantity, overtime)


def line_of(number: int, service: Service, rate: Rate, priced: Priced, charge: Charge) -> Line:
    """Make the line of a charge."""
    rule = next((one for one in rate.overtime if one.id == charge.overtime), None)
    names = rate.names if rule is None else tuple(_with(names, rule.names) for names in rate.names)
    line = Line(number, service.id, rate.unit, names, *charge, kind=rate.kind)
    by_amount = charge.part == "shortfall" and rate.minimum is not None and rate.minimum.amount is not None
    if priced.unchanged or by_amount or charge.part == "overtime":
        return line
    agreed = priced.agreed[charge.tier - 1].price
    return replace(line, agreed=agreed, indexed=priced.indexed, exchanged=priced.exchanged)


def _with(name: tuple[str, str], overtime: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    language, text = name
    return language, f"{text}: {named(dict(overtime), language, '')}"


def _credits(
    service: Service, fee: Money, attainments: list[Attainment], month: str, earlier: Iterable[Credit]
) -> Iterator[Credit]:
    yield from credits_of(service.penalty, fee, (one for one in attainments if one.month == month))
    given = (credit for credit in earlier if credit.service == service.id)
    yield from earned_back(service.penalty, month, given, attainments)


def _fee(service: str, lines: Iterable[Line], currency: str) -> Money:
    return sum((line.amount for line in lines if line.service == service), Money(0, currency))


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
        **({"critical": [_critical(one) for one in invoice.critical]} if invoice.critical else {}),
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
        "quantity": line.quantity if isinstance(line.quantity, int) else f"{line.quantity:f}",
        "price": f"{line.price:f}",
        "amount": str(line.amount.amount),
        **_given(line),
    }


def _given(line: Line) -> dict[str, Any]:
    """Give what only some lines have."""
    texts = {"kind": line.kind if line.kind != "item" else "", "part": line.part if line.part != "usage" else ""}
    numbers = {"agreed": line.agreed, "indexed": line.indexed, "exchanged": line.exchanged}
    plain: dict[str, Any] = {**texts, "overtime": line.overtime, "days": line.days, "since": line.since}
    return {name: text for name, text in plain.items() if text} | {
        name: decimal_text(number) for name, number in numbers.items() if number is not None
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
        **({"kind": credit.kind, "month": credit.month} if credit.kind != "credit" else {}),
    }


def _critical(level: CriticalLevel) -> dict[str, Any]:
    return {
        "service": level.service,
        "clock": level.clock,
        "below": f"{level.below:f}",
        "actuals": [f"{actual:f}" for actual in level.actuals],
    }
