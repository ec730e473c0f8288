"""Builtins on the calendar (DMN 10.3.4.7). `now` and `today` read a variable: time is given."""

from typing import Any

from alihdaya.notation.feel import far
from alihdaya.notation.feel.builtins.registry import builtin

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@builtin("day of year", "date: moment")
def day_of_year(day: Any) -> int:
    """Count the days from the first of January, which is 1."""
    return int(far.split(day)[0].timetuple().tm_yday)


@builtin("day of week", "date: moment")
def day_of_week(day: Any) -> str:
    """Give the English name of the day."""
    return _DAYS[far.split(day)[0].weekday()]


@builtin("month of year", "date: moment")
def month_of_year(day: Any) -> str:
    """Give the English name of the month."""
    return _MONTHS[far.split(day)[0].month - 1]


@builtin("week of year", "date: moment")
def week_of_year(day: Any) -> int:
    """Give the number of the week (ISO 8601)."""
    return int(far.split(day)[0].isocalendar().week)


@builtin("now", "")
@builtin("today", "")
def clock() -> None:
    """Give nothing: a direct call reads the variable `now()`; a function value has no moment to tell."""
