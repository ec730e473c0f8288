"""What of a month is behind a line of its invoice, fact by fact."""

from collections.abc import Iterable
from decimal import Decimal

from alihdaya.engagement.invoice import Line
from alihdaya.engagement.rates.card import OF_TIME, Rate
from alihdaya.engagement.rates.figures import EXACT
from alihdaya.engagement.terms import Service
from alihdaya.operations.books.measured import Counted, seconds_in

_NOTHING = Decimal(0)
_SHARP = Decimal(1).scaleb(-40)
"""Rate cards and seconds have fewer digits than that; what lies behind them comes from a division."""


def behind(
    service: Service, rate: Rate, line: Line, facts: Iterable[Counted], before: Decimal = _NOTHING
) -> list[Counted]:
    """Give those of a month's facts that a line bills; a fact that lies on the edge of two tiers is behind both.

    `before`: the exact quantity that lies ahead of the first of these facts.
    """
    if line.part == "shortfall":
        return []
    if line.part == "overtime":
        return [one for one in facts if one.overtime.get(line.overtime)]
    if rate.kind == "seat":
        return _of_seats(line, list(facts))
    (low, high), sized = bounds(service, rate, line, before), _is_time(rate)
    found, total = [], 0
    for one in facts:
        after = total + (one.seconds if sized else 1)
        if total < high and after > low:
            found.append(one)
        total = after
    return found


def bounds(service: Service, rate: Rate, line: Line, before: Decimal = _NOTHING) -> tuple[Decimal, Decimal]:
    """Give between which sums of seconds, or numbers of facts, a line of usage lies.

    A fact is behind it if the sum with it is above the first, and the sum before it below the second.
    """
    if rate.volume:
        return Decimal("-Infinity"), Decimal("Infinity")
    unit = seconds_in(service, rate) if _is_time(rate) else Decimal(1)
    low, high = (
        EXACT.multiply(EXACT.subtract(Decimal(place), before), unit).quantize(_SHARP, context=EXACT)
        for place in (line.first - 1, line.last)
    )
    return low, high


def slice_of(service: Service, rate: Rate, line: Line, page: tuple[int, int], before: Decimal = _NOTHING) -> slice:
    """Give where a page of a line of usage lies among all facts that its rate counts; the rate does not count time.

    `page`: its first fact in the line (from 1), and how many it has; `before`: as `behind` has it.
    """
    first, count = page
    low, high = bounds(service, rate, line, before)
    start = (int(low) if low.is_finite() else 0) + first - 1
    return slice(start, min(start + count, int(high)) if high.is_finite() else start + count)


def _is_time(rate: Rate) -> bool:
    return rate.kind in OF_TIME or rate.kind == "fte"


def _of_seats(line: Line, facts: list[Counted]) -> list[Counted]:
    persons = list(dict.fromkeys(one.who for one in facts))
    mine = set(persons[line.first - 1 : line.last])
    return [one for one in facts if one.who in mine]
