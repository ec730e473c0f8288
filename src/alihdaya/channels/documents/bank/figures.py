"""Amounts, days and texts of statements, as strangers write them."""

import re
from datetime import date
from decimal import Decimal

from alihdaya.engagement.einvoice.codes import known
from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.kernel.money import exponent, plain_decimal

_MOST_DIGITS = 18
_LONGEST = 500
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def refused(code: str, message: str, name: str, line: int | None = None) -> NotationError:
    """Make the error for a statement that cannot be read."""
    return NotationError(Problem(code, message, Source(name, line)))


def amount(text: str, name: str, line: int | None) -> Decimal:
    """Read a decimal number with a point. Raises NotationError."""
    found = plain_decimal(text.strip())
    if found is None or found.adjusted() >= _MOST_DIGITS:
        raise refused("bad-amount", f"{text[:40]!r} is no amount such as 125.70", name, line)
    return found


def priced(value: Decimal, currency: str, name: str, line: int | None) -> tuple[Decimal, str]:
    """Give amount and currency where both are real. Raises NotationError for no currency, or parts of its cent."""
    if not known(currency, "iso-4217"):
        raise refused("bad-currency", f"{currency[:20]!r} is no currency such as EUR", name, line)
    if -int(value.normalize().as_tuple().exponent) > exponent(currency):
        raise refused("bad-amount", f"{value} {currency} has more than {exponent(currency)} decimals", name, line)
    return value, currency


def day(text: str, name: str, line: int | None) -> date:
    """Read an ISO day, or the day of an ISO instant. Raises NotationError."""
    try:
        return date.fromisoformat(text.strip()[:10] if _DAY.match(text.strip()) else "")
    except ValueError:
        raise refused("bad-day", f"{text[:40]!r} is no day such as 2026-04-02", name, line) from None


def told(*texts: str) -> str:
    """Put texts together without control characters, not endlessly long."""
    whole = " ".join(" ".join(text.split()) for text in texts if text.strip())
    return "".join(char for char in whole if char.isprintable())[:_LONGEST]
