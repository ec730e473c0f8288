"""From the table `rates` of terms.toml, or its wire form, to rates, with every problem named by its line and key."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from alihdaya.engagement.document import Table
from alihdaya.engagement.rates.card import (
    KINDS,
    OF_TIME,
    PRICE_DIGITS,
    QUANTITY_DIGITS,
    WHOLE,
    Conversion,
    Indexation,
    Kind,
    Measure,
    Minimum,
    Prices,
    Rate,
    Tier,
)
from alihdaya.engagement.rates.overtime import read_overtime

Span = tuple[date, date]
"""First and last day of an engagement, both covered."""
_OVERTIMED: Final = OF_TIME | {"item", "outcome"}
_DAY: Final = timedelta(days=1)


def read_rates(table: Table, span: Span, currency: str) -> tuple[Rate, ...]:
    """Read every unit's rate. `currency`: the engagement's."""
    if not table.data:
        table.report("missing", "the rate card prices nothing")
    return tuple(_rate(table.table(unit), unit, span, currency) for unit in table.data)


def read_names(table: Table) -> tuple[tuple[str, str], ...]:
    """Read `name`: a text by language, English at least."""
    names = table.table("name")
    if "en" not in names.data:
        names.report("missing", "the name in English is missing", "en")
    return tuple((language, names.text(language)) for language in sorted(names.data))


def _rate(table: Table, unit: str, span: Span, currency: str) -> Rate:
    kind: Any = table.text("kind", "item", like="|".join(KINDS))
    periods = tuple(_prices(one) for one in table.tables("periods")) if "periods" in table.data else ()
    _check_periods(table, periods, span)
    rate = Rate(
        unit=unit,
        names=read_names(table),
        tiers=periods[0].tiers if periods else _tiers(table, needed=kind != "included"),
        kind=kind,
        volume=table.text("scheme", "graduated", like="graduated|volume") == "volume",
        periods=periods,
        minimum=_minimum(table, kind),
        overtime=read_overtime(table, read_names),
        indexation=_indexation(table, span) if "indexation" in table.data else None,
        conversion=_conversion(table, currency) if "conversion" in table.data else None,
        measure=_measure(table, kind),
        price_digits=table.whole("price_digits", PRICE_DIGITS, high=12),
        quantity_digits=table.whole("quantity_digits", QUANTITY_DIGITS, high=6),
    )
    for code, message, key in _contradictions(rate, table):
        table.report(code, message, key)
    table.done()
    return rate


def _contradictions(rate: Rate, table: Table) -> Iterator[tuple[str, str, str]]:
    if rate.kind == "included":
        for key in ("tiers", "periods", "minimum", "overtime", "indexation", "conversion"):
            if key in table.data:
                yield "two-rules", "items that are included have no price", key
    if rate.overtime and rate.kind not in _OVERTIMED:
        yield "no-overtime", f"a rate per {rate.kind} has no overtime: its hours are not told apart", "overtime"
    if "tiers" in table.data and rate.periods:
        yield "two-rules", "give either tiers or periods that hold the tiers by date", "tiers"
    if rate.indexation and rate.periods:
        yield "two-rules", "prices are either dated or indexed", "indexation"
    if rate.minimum and rate.kind == "milestone":
        yield "two-rules", "a milestone is reached or not: it has no minimum", "minimum"


def _prices(table: Table) -> Prices:
    found = Prices(table.day("from"), table.day("until"), _tiers(table))
    if found.until < found.start:
        table.report("bad-dates", "until lies before from", "until")
    table.done()
    return found


def _check_periods(table: Table, periods: tuple[Prices, ...], span: Span) -> None:
    """Every day of the engagement has one price, and a price changes with a month, as tiers begin with it."""
    start, until = span
    if not periods or until < start:
        return
    if periods[0].start > start:
        _report(table, 0, "gap", f"no price holds from {start} to {periods[0].start - _DAY}")
    for n, (before, after) in enumerate(pairwise(periods), 1):
        if after.start <= before.until:
            _report(table, n, "overlap", f"from {after.start} to {before.until} two prices would hold")
        elif after.start > before.until + _DAY:
            _report(table, n, "gap", f"no price holds from {before.until + _DAY} to {after.start - _DAY}")
        elif after.start.day != 1:
            _report(table, n, "within-month", f"a price changes on the first of a month, not on {after.start}")
    if periods[-1].until < until:
        _report(table, len(periods) - 1, "gap", f"no price holds from {periods[-1].until + _DAY} to {until}")


def _report(table: Table, n: int, code: str, message: str) -> None:
    table.document.report(code, message, (*table.path, "periods", n))


def _tiers(table: Table, *, needed: bool = True) -> tuple[Tier, ...]:
    tiers = tuple(_tier(tier) for tier in table.tables("tiers", needed=needed))
    limits = [tier.up_to for tier in tiers]
    if limits and limits[-1] is not None:
        table.report("gap", "the last tier must have no up_to, so that every item has a price", "tiers")
    rising = [limit for limit in limits[:-1] if limit is not None]
    if len(rising) < len(limits) - 1 or any(a >= b for a, b in pairwise(rising)):
        text = "every tier but the last needs an up_to above the one before: an overlap, or no order"
        table.report("tiers-out-of-order", text, "tiers")
    return tiers or (Tier(None, Decimal(0)),)


def _tier(table: Table) -> Tier:
    tier = Tier(table.whole("up_to", None, low=1), table.number("price"))
    table.done()
    return tier


def _minimum(rate: Table, kind: Kind) -> Minimum | None:
    table = rate.table("minimum", needed=False)
    if "minimum" not in rate.data:
        return None
    quantity = table.number("quantity", None, over=True)
    found = Minimum(quantity, table.number("amount", None, over=True))
    if (found.quantity is None) == (found.amount is None):
        table.report("two-rules", "a minimum is either a quantity or an amount")
    if kind in WHOLE and quantity is not None and quantity != quantity.to_integral_value():
        table.report("wrong-type", f"a rate per {kind} has whole quantities", "quantity")
    table.done()
    return found


def _indexation(rate: Table, span: Span) -> Indexation:
    table = rate.table("indexation")
    steps = tuple(_step(one) for one in table.tables("steps", needed=False))
    if any(a[0] >= b[0] for a, b in pairwise(steps)):
        table.report("bad-dates", "each step must come after the one before", "steps")
    series = table.text("series", "")
    if bool(steps) == bool(series):
        table.report("two-rules", "prices rise either in steps or by a series")
    found = Indexation(steps, series)
    if series:
        found = _by_series(table, series)
    days = [day for day, _ in steps] + ([found.start] if found.start else [])
    for day in days:
        if day.day != 1 or day < span[0]:
            table.report("within-month", f"a price changes on the first of a month within the term, not on {day}")
    table.done()
    return found


def _by_series(table: Table, series: str) -> Indexation:
    found = Indexation(
        series=series,
        start=table.day("from"),
        every=table.whole("every", 12, low=1, high=120),
        lag=table.whole("lag", 2, high=24),
        digits=table.whole("digits", 2, high=6),
        cap=table.number("cap", None, low=-100, high=1000),
        floor=table.number("floor", None, low=-100, high=1000),
    )
    if found.cap is not None and found.floor is not None and found.cap < found.floor:
        table.report("bad-range", "the cap lies below the floor", "cap")
    return found


def _step(table: Table) -> tuple[date, Decimal]:
    found = table.day("from"), table.number("percent", low=-100, high=1000)
    table.done()
    return found


def _conversion(rate: Table, currency: str) -> Conversion:
    from alihdaya.engagement.einvoice.codes import known

    table = rate.table("conversion")
    by: Any = table.text("by", "day", like="day|month|fixed")
    found = Conversion(
        currency=table.text("currency", like="[A-Z]{3}"),
        by=by,
        back=table.whole("back", 0, high=31),
        fixed=table.number("fixed", None, over=True),
    )
    if found.currency and not known(found.currency, "iso-4217"):
        table.report("unknown-currency", f"{found.currency!r} is no currency of ISO 4217", "currency")
    if found.currency == currency:
        table.report("two-rules", f"{currency} is the engagement's own currency", "currency")
    if (found.fixed is None) == (by == "fixed"):
        table.report("two-rules", 'a rate is fixed where by = "fixed", and only there', "fixed")
    if found.back and by != "day":
        table.report("two-rules", "only the rate of a day may be of a day before", "back")
    table.done()
    return found


def _measure(rate: Table, kind: Kind) -> Measure:
    table = rate.table("measure", needed=False)
    hours: Any = table.text("hours", "paid", like="worked|paid|present")
    found = Measure(
        of=table.text("of", ""),
        values=tuple(_texts(table, "values")),
        increment=table.whole("increment", 0, high=86_400),
        hours=hours,
        standard=table.number("standard", None, over=True, high=744),
        team=tuple(_texts(table, "team")),
    )
    for code, message, key in _mismeasured(found, kind, set(table.data)):
        table.report(code, message, key)
    table.done()
    return found


def _texts(table: Table, key: str) -> Iterator[str]:
    for value in table.items(key, needed=False):
        if isinstance(value, str) and value.strip():
            yield value
        else:
            table.report("wrong-type", f"must be a list of texts, not {value!r}", key)


_ASKED: Final[dict[str, tuple[Kind, ...]]] = {
    "of": ("outcome",),
    "values": ("outcome",),
    "increment": ("minute", "hour"),
    "hours": ("fte",),
    "standard": ("fte",),
    "team": ("seat", "fte"),
}


def _mismeasured(found: Measure, kind: Kind, given: set[str]) -> Iterator[tuple[str, str, str]]:
    for key, kinds in _ASKED.items():
        if key in given and kind not in kinds:
            yield "unknown-key", f"only rates per {' or '.join(kinds)} have this", key
    if kind == "outcome" and not (found.of and found.values):
        yield "missing", "an outcome is a variable of the result (of) and its values that count (values)", "of"
    if kind == "fte" and found.standard is None:
        yield "missing", "a full-time equivalent needs its standard hours a month", "standard"
    if kind == "fte" and (found.hours == "present") != bool(found.team):
        yield "missing", "hours present, and only these, need the team whose presence counts", "team"
