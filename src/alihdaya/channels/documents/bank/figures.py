"""Amounts, days and texts of statements, as strangers write them."""

from datetime import date
from decimal import Decimal, InvalidOperation

from alihdaya.kernel.errors import NotationError, Problem, Source

_MOST_DIGITS = 18
_LONGEST = 500


def refused(code: str, message: str, name: str, line: int | None = None) -> NotationError:
    """Make the error for a statement that cannot be read."""
    return NotationError(Problem(code, message, Source(name, line)))


def amount(text: str, name: str, line: int | None) -> Decimal:
    """Read a decimal number with a point. Raises NotationError."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found.adjusted() >= _MOST_DIGITS or -int(found.as_tuple().exponent) > 3:
        raise refused("bad-amount", f"{text[:40]!r} is no amount such as 125.70", name, line)
    return found


def day(text: str, name: str, line: int | None) -> date:
    """Read an ISO day, or the day of an ISO instant. Raises NotationError."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        raise refused("bad-day", f"{text[:40]!r} is no day such as 2026-04-02", name, line) from None


def told(*texts: str) -> str:
    """Put texts together without control characters, not endlessly long."""
    whole = " ".join(" ".join(text.split()) for text in texts if text.strip())
    return "".join(char for char in whole if char.isprintable())[:_LONGEST]
