"""A month in which terms changed: each part by its own card, tiers and minimums by the month as a whole.

The rules (record 0040): a unit's tiers are counted through the month, the earlier terms' part first. A minimum counts
for the days on which it was agreed. A seat is a month's price: every part bills the month's seats for its days.
Whatever a change leaves alone costs what it would have cost without it.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from alihdaya.engagement.invoice import Line, Overtimes, Usage, line_of
from alihdaya.engagement.ratecard import (
    BilledMonth,
    Charge,
    Quantity,
    amount_shortfall,
    least_of,
    part_charges,
    part_of,
    shortfall,
)
from alihdaya.engagement.rates.card import Rate
from alihdaya.engagement.rates.figures import Figures
from alihdaya.engagement.rates.price import Priced, prices_in
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Problem, Refused


@dataclass(frozen=True, slots=True)
class Part:
    """What one set of terms bills of a month. `since`: from when they hold; `days`: on how many of its billed days.

    `usage` of seats is that of the whole month, in every part.
    """

    terms: Terms
    since: date
    days: int
    usage: Usage
    overtime: Overtimes


class Days(NamedTuple):
    """The billed days of a month, both covered. `until`: the day after which no minimum is agreed, if there is one."""

    first: date
    last: date
    until: date | None = None

    @property
    def billed(self) -> int:
        """How many they are."""
        return (self.last - self.first).days + 1

    @property
    def month(self) -> int:
        """How many the calendar month has."""
        return monthrange(self.first.year, self.first.month)[1]

    def agreed(self, since: date, days: int) -> Fraction:
        """Give the part of the month for which a minimum counts that holds for so many billed days from `since` on."""
        held = days if self.until is None else (self.until - max(self.first, since)).days + 1
        return Fraction(min(max(held, 0), days), self.month)


class PartLine(NamedTuple):
    """A line, and the place of the part that it belongs to, from 0."""

    part: int
    line: Line


class _Same(NamedTuple):
    """A unit as one of the month's parts has it."""

    place: int
    part: Part
    rate: Rate
    quantity: Quantity


class _Month(NamedTuple):
    """All that the lines of a month are made of."""

    parts: Sequence[Part]
    days: Days
    figures: Figures


def part_lines(parts: Sequence[Part], days: Days, figures: Figures) -> list[PartLine]:
    """Give the lines of a month, part by part and numbered from 1.

    Raises Refused for a unit that the terms of its part do not price, and for a figure that is not recorded.
    """
    _refuse_unpriced(parts)
    month = _Month(parts, days, figures)
    made: list[PartLine] = []
    for place, part in enumerate(parts):
        for service in part.terms.services:
            for rate in service.rates:
                for priced, charge in _charges(month, place, service.id, rate, made):
                    line = line_of(len(made) + 1, service, rate, priced, charge)
                    made.append(PartLine(place, _explained(line, priced, month, place)))
    return made


def _refuse_unpriced(parts: Iterable[Part]) -> None:
    problems = [
        Problem("no-price", f"the terms of {part.since} price no unit {unit!r} of a service {service!r}")
        for part in parts
        for service, units in part.usage.items()
        for unit in units
        if _rate(part.terms, service, unit) is None
    ]
    if problems:
        raise Refused(problems)


def _explained(line: Line, priced: Priced, month: _Month, place: int) -> Line:
    """Say on a line by which terms it is priced, and for how many days."""
    part = month.parts[place]
    since = part.since.isoformat() if len(month.parts) > 1 else ""
    by_amount = line.part == "shortfall" and line.agreed is None
    days = "" if priced.share == 1 or by_amount else _written(priced.share, part)
    return replace(line, since=since, days=days)


def _written(share: Fraction, part: Part) -> str:
    return f"{part.days}/{Fraction(part.days) / share}"


def _rate(terms: Terms, service: str, unit: str) -> Rate | None:
    rates = [rate for one in terms.services if one.id == service for rate in one.rates if rate.unit == unit]
    return rates[0] if rates else None


def _charges(
    month: _Month, place: int, service: str, rate: Rate, made: Sequence[PartLine]
) -> Iterator[tuple[Priced, Charge]]:
    same = list(_same(month.parts, service, rate))
    here = next(one for one in same if one.place == place)
    if rate.kind == "seat":
        yield from _seats(here, month.days, month.figures)
        return
    last = same[-1].place == place
    if not here.quantity and not (last and any(one.rate.minimum for one in same)):
        return
    days, currency = month.days, here.part.terms.currency
    least = least_of(rate, [(one.rate.minimum, days.agreed(one.part.since, one.part.days)) for one in same])
    priced = prices_in(rate, currency, (days.first, days.last), month.figures)
    before = sum(one.quantity for one in same if one.place < place)
    after = sum(one.quantity for one in same if one.place > place)
    billed = BilledMonth(priced.tiers, currency, before=before, after=after)
    found = list(part_charges(rate, billed, here.quantity, here.part.overtime.get((service, rate.unit), {}), least))
    if last:
        earlier = [line for _, line in made if (line.service, line.unit, line.kind) == (service, rate.unit, rate.kind)]
        found += _short(same, days, billed, least, [*earlier, *found])
    yield from ((priced, charge) for charge in found)


def _same(parts: Sequence[Part], service: str, rate: Rate) -> Iterator[_Same]:
    for place, part in enumerate(parts):
        found = _rate(part.terms, service, rate.unit)
        if found is not None and found.kind == rate.kind:
            yield _Same(place, part, found, part.usage.get(service, {}).get(rate.unit, 0))


def _short(
    same: Sequence[_Same], days: Days, month: BilledMonth, least: Quantity, lines: Iterable[Line | Charge]
) -> Iterator[Charge]:
    """Bill what the whole month is short of, by the terms that have the unit last."""
    rate, quantity = same[-1].rate, sum(one.quantity for one in same)
    filled = list(shortfall(rate, month, quantity, least)) if least > quantity else []
    yield from filled
    shares = [
        part_of(one.rate.minimum.amount, days.agreed(one.part.since, one.part.days))
        for one in same
        if one.rate.minimum is not None and one.rate.minimum.amount is not None
    ]
    if shares:
        billed = [line.amount for line in lines if line.part == "usage"] + [one.amount for one in filled]
        yield from amount_shortfall(sum(shares, Decimal(0)), month.currency, billed)


def _seats(here: _Same, days: Days, figures: Figures) -> Iterator[tuple[Priced, Charge]]:
    """Bill the month's seats, and what they are short of, for the days of one part."""
    rate, currency = here.rate, here.part.terms.currency
    if not here.part.days or not (here.quantity or rate.minimum):
        return
    share = Fraction(here.part.days, days.billed)
    priced = prices_in(rate, currency, (days.first, days.last), figures, share)
    month = BilledMonth(priced.tiers, currency)
    least = least_of(rate, [(rate.minimum, days.agreed(days.first, days.billed))])
    usage = list(part_charges(rate, month, here.quantity, {}, least))
    yield from ((priced, charge) for charge in usage)
    if least > here.quantity:
        yield from ((priced, charge) for charge in shortfall(rate, month, here.quantity, least))
    if rate.minimum is not None and rate.minimum.amount is not None:
        wanted = part_of(rate.minimum.amount, days.agreed(here.part.since, here.part.days))
        short = amount_shortfall(wanted, currency, [one.amount for one in usage])
        yield from ((priced, charge) for charge in short)
