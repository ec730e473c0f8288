"""A page of what was delivered out of a month of any size, by the counts of its days."""

from collections import Counter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from alihdaya.store.schema import CARRIED, TALLY
from alihdaya.store.views.billed.days import archived_since, day_span, zone_counted
from alihdaya.store.views.items import Month, delivered_units
from alihdaya.store.working import WorkingSet

Unit = tuple[str, str, str]
"""Engagement, service and unit."""


def unit_page(store: WorkingSet, of: Unit, month: str, within: Month, page: tuple[int, int]) -> list[int] | None:
    """Give what `unit_items` gives of the local month ("2013-01") that is `within`, from the first to the last.

    `page`: both, counted from 1 and both included. None where items of the month were archived.
    The days' counts say on which day the page begins, and the index of what was delivered the rest.
    """
    first, last = page
    with store.snapshot() as connection:
        if archived_since(connection, within[0]):
            return None
        start, before = _jump(connection, of, month, first)
        query = delivered_units(*of, (max(within[0], start), within[1])).offset(first - before - 1)
        return list(connection.execute(query.limit(max(0, last - first + 1))).scalars())


class DayCount(NamedTuple):
    """So many items of a unit were delivered on a local day ("2013-01-31"), and had come in on another, or the same."""

    service: str
    unit: str
    day: str
    received: str
    n: int


def day_counts(store: WorkingSet, engagement: str, month: str, within: Month) -> tuple[ZoneInfo, list[DayCount]] | None:
    """Give what was delivered in the local month ("2013-01") that is `within`, by its days, and whose days these are.

    None where items of the month were archived, or the engagement's days were not always those of one time zone.
    """
    first, last, delivered = f"{month}-01", f"{month}-31", "delivered:"
    tally = select(TALLY.c.service, TALLY.c.measure, TALLY.c.day, TALLY.c.n).where(
        TALLY.c.engagement == engagement, TALLY.c.day >= first, TALLY.c.day <= last, TALLY.c.measure.like("delivered:%")
    )
    crossed = select(*[CARRIED.c[name] for name in DayCount._fields]).where(
        CARRIED.c.engagement == engagement, CARRIED.c.day >= first, CARRIED.c.day <= last
    )
    with store.snapshot() as connection:
        zone = zone_counted(connection, engagement)
        if zone is None or archived_since(connection, within[0]):
            return None
        counts = Counter[tuple[str, str, str, str]]()
        for service, measure, day, n in connection.execute(tally):
            counts[service, measure.removeprefix(delivered), day, day] += int(n)
        for service, unit, day, received, n in connection.execute(crossed):
            counts[service, unit, day, received] += int(n)
            counts[service, unit, day, day] -= int(n)
    return zone, [DayCount(*key, n) for key, n in sorted(counts.items()) if n]


def _jump(connection: Connection, of: Unit, month: str, position: int) -> tuple[int, int]:
    """Give an instant, and how many of the month's items of this unit came before it: fewer than `position`.

    Days are those of the terms at intake, so the counts are of use where all terms there ever were count the same ones.
    """
    zone = zone_counted(connection, of[0])
    if zone is None:
        return 0, 0
    engagement, service, unit = of
    query = select(TALLY.c.day, TALLY.c.n).where(
        TALLY.c.engagement == engagement,
        TALLY.c.day >= f"{month}-01",
        TALLY.c.day <= f"{month}-31",
        TALLY.c.service == service,
        TALLY.c.measure == f"delivered:{unit}",
    )
    before = 0
    for day, n in connection.execute(query.order_by(TALLY.c.day)):
        if before + n >= position:
            return day_span(zone, day)[0], before
        before += n
    return 0, 0
