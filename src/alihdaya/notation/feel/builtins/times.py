"""Builtins on the calendar (DMN 10.3.4.7). `now` and `today` are left out: time comes in as a variable."""

from datetime import date

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
def day_of_year(day: date) -> int:
    """Count the days from the first of January, which is 1."""
    return day.timetuple().tm_yday


@builtin("day of week", "date: moment")
def day_of_week(day: date) -> str:
    """Give the English name of the day."""
    return _DAYS[day.weekday()]


@builtin("month of year", "date: moment")
def month_of_year(day: date) -> str:
    """Give the English name of the month."""
    return _MONTHS[day.month - 1]


@builtin("week of year", "date: moment")
def week_of_year(day: date) -> int:
    """Give the number of the week (ISO 8601)."""
    return day.isocalendar().week
