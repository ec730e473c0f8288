"""A rate card as plain dicts, lists and texts: the layout of terms.toml.

What has its usual value is left out, so that terms that say nothing of it keep their digest.
"""

from decimal import Decimal
from typing import Any

from alihdaya.engagement.calendar import WEEKDAYS
from alihdaya.engagement.rates.card import (
    PRICE_DIGITS,
    QUANTITY_DIGITS,
    Conversion,
    Indexation,
    Measure,
    Minimum,
    Overtime,
    Prices,
    Rate,
    Tier,
)


def decimal_text(number: Decimal) -> str:
    """Write a number without exponent and idle zeros, so that 0.50 and 0.5 are one term."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


def rate_wire(rate: Rate) -> dict[str, Any]:
    """Give one unit's table."""
    plain: dict[str, Any] = {"name": dict(rate.names)}
    if rate.periods:
        plain["periods"] = [_prices(one) for one in rate.periods]
    elif rate.kind != "included":
        plain["tiers"] = [tier_wire(tier) for tier in rate.tiers]
    given: dict[str, Any] = {
        "kind": "" if rate.kind == "item" else rate.kind,
        "scheme": "volume" if rate.volume else "",
        "minimum": _minimum(rate.minimum) if rate.minimum else None,
        "overtime": [_overtime(one) for one in rate.overtime],
        "indexation": _indexation(rate.indexation) if rate.indexation else None,
        "conversion": _conversion(rate.conversion) if rate.conversion else None,
        "measure": _measure(rate.measure),
        "price_digits": None if rate.price_digits == PRICE_DIGITS else rate.price_digits,
        "quantity_digits": None if rate.quantity_digits == QUANTITY_DIGITS else rate.quantity_digits,
    }
    return plain | _without_empty(given)


def tier_wire(tier: Tier) -> dict[str, Any]:
    """Give one tier."""
    limit = {} if tier.up_to is None else {"up_to": tier.up_to}
    return {**limit, "price": decimal_text(tier.price)}


def _without_empty(plain: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in plain.items() if value not in (None, "", [], {})}


def _prices(prices: Prices) -> dict[str, Any]:
    days = {"from": prices.start.isoformat(), "until": prices.until.isoformat()}
    return {**days, "tiers": [tier_wire(tier) for tier in prices.tiers]}


def _minimum(minimum: Minimum) -> dict[str, Any]:
    if minimum.quantity is not None:
        return {"quantity": decimal_text(minimum.quantity)}
    return {"amount": decimal_text(minimum.amount or Decimal(0))}


def _overtime(overtime: Overtime) -> dict[str, Any]:
    plain = {
        "id": overtime.id,
        "name": dict(overtime.names),
        "multiplier": decimal_text(overtime.multiplier),
        "on": "" if overtime.on == "hours" else overtime.on,
        "days": [WEEKDAYS[day] for day in overtime.days],
        "hours": [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in overtime.periods],
    }
    return _without_empty(plain)


def _indexation(found: Indexation) -> dict[str, Any]:
    if found.steps:
        return {"steps": [{"from": day.isoformat(), "percent": decimal_text(percent)} for day, percent in found.steps]}
    bounds = {"cap": found.cap, "floor": found.floor}
    plain = {
        "series": found.series,
        "from": found.start.isoformat() if found.start else "",
        "every": found.every,
        "lag": found.lag,
        "digits": found.digits,
    }
    return plain | {key: decimal_text(value) for key, value in bounds.items() if value is not None}


def _conversion(found: Conversion) -> dict[str, Any]:
    fixed = {} if found.fixed is None else {"fixed": decimal_text(found.fixed)}
    return {"currency": found.currency, "by": found.by, **({"back": found.back} if found.back else {}), **fixed}


def _measure(found: Measure) -> dict[str, Any]:
    plain = {
        "of": found.of,
        "values": list(found.values),
        "increment": found.increment or None,
        "hours": "" if found.hours == "paid" else found.hours,
        "standard": None if found.standard is None else decimal_text(found.standard),
        "team": list(found.team),
    }
    return _without_empty(plain)
