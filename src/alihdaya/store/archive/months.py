"""Months in UTC, as the store is parted by: names such as "2013-01", and where they begin and end."""

from datetime import UTC, datetime

from alihdaya.kernel.time import micros, moment


def month_of(at: int) -> str:
    """Give the month of an instant (microseconds)."""
    return moment(at).strftime("%Y-%m").rjust(7, "0")


def later(month: str, by: int = 1) -> str:
    """Give the month that is `by` months later, or earlier where `by` is negative."""
    year, number = divmod(int(month[:-3]) * 12 + int(month[-2:]) - 1 + by, 12)
    return f"{year:04}-{number + 1:02}"


def start_of(month: str) -> int:
    """Give the instant at which a month begins, in microseconds."""
    return micros(datetime(int(month[:-3]), int(month[-2:]), 1, tzinfo=UTC))


def end_of(month: str) -> int:
    """Give the instant at which a month is over: the first of the next one."""
    return start_of(later(month))
