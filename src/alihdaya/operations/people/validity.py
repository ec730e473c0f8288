"""How long a certificate is valid: FEEL's durations and dates as instants."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from alihdaya.kernel.time import micros
from alihdaya.notation.feel.values import YearsMonths


def ends(valid: Any, at: int) -> int | None:
    """Say when what begins at `at` ends: after a duration, or as a date begins in UTC; None for anything else.

    Months count by the calendar, and the last day of a shorter month stands for days that it has not.
    """
    if isinstance(valid, timedelta):
        return at + valid // timedelta(microseconds=1)
    if isinstance(valid, YearsMonths):
        start = datetime.fromtimestamp(at // 1_000_000, UTC)
        year, month = divmod(start.year * 12 + start.month - 1 + valid.months, 12)
        if not 1 <= year <= 9999:
            return None
        day = min(start.day, monthrange(year, month + 1)[1])
        return micros(start.replace(year=year, month=month + 1, day=day)) + at % 1_000_000
    if isinstance(valid, date) and not isinstance(valid, datetime):
        return micros(datetime.combine(valid, time(), UTC))
    return None
