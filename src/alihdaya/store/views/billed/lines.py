"""What was delivered in a month by its days, and by the days on which it had come in."""

from collections import Counter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from alihdaya.store.schema import CARRIED, TALLY
from alihdaya.store.views.billed.days import archived_since, zone_counted
from alihdaya.store.views.items import Month
from alihdaya.store.working import WorkingSet

OUTCOME_OF = "outcome:"
"""How the unit of a DayCount begins that counts an outcome, where it came in on another day."""


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
    zone = zone_counted(store, engagement)
    if zone is None or archived_since(store, within[0]):
        return None
    with store.snapshot() as connection:
        counts = Counter[tuple[str, str, str, str]]()
        for service, measure, day, n in connection.execute(tally).all():
            counts[service, measure.removeprefix(delivered), day, day] += int(n)
        for service, unit, day, received, n in connection.execute(crossed).all():
            counts[service, unit, day, received] += int(n)
            if not unit.startswith(OUTCOME_OF):
                counts[service, unit, day, day] -= int(n)
    return zone, [DayCount(*key, n) for key, n in sorted(counts.items()) if n]
