"""Office hours that a client and the people who deliver have in common, by the time zones alone."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from alihdaya.engagement.terms import Service, Terms
from alihdaya.kernel.time import moment

OPENS, CLOSES = 9, 17
"""The office hours that are compared, local on both sides."""


def overlap(terms: Terms, service: Service, at: int) -> tuple[Decimal, Decimal] | None:
    """Give the fewest and the most office hours in common on a working day of the year from `at` on.

    They differ where one side changes its clocks and the other does not. None where the work is delivered from a
    country that is not the provider's own, so that no time zone is agreed.
    """
    if service.delivery_country != terms.provider.country:
        return None
    here, there = ZoneInfo(terms.client.time_zone), ZoneInfo(terms.provider.time_zone)
    first = moment(at, here).date()
    hours = {_common(datetime(day.year, day.month, day.day, tzinfo=here), there) for day in _days(first)}
    return min(hours), max(hours)


def _days(first: date) -> list[date]:
    return [first + timedelta(days=7 * week) for week in range(53)]


def _common(midnight: datetime, there: ZoneInfo) -> Decimal:
    opens, closes = midnight.replace(hour=OPENS).timestamp(), midnight.replace(hour=CLOSES).timestamp()
    shared = Decimal(0)
    for days in (-1, 0, 1):
        day = midnight.date() + timedelta(days=days)
        begin, end = (
            datetime(day.year, day.month, day.day, hour, tzinfo=there).timestamp() for hour in (OPENS, CLOSES)
        )
        shared += Decimal(max(0, min(closes, end) - max(opens, begin))) / 3600
    return shared.normalize() + 0
