"""The days of a client: when each begins and ends, by which zone they were counted, and which are in files."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from alihdaya.kernel.time import micros
from alihdaya.store.codec import decode
from alihdaya.store.project.house import zone_of
from alihdaya.store.schema import ARCHIVE, ENGAGEMENT


def day_span(zone: ZoneInfo, day: str) -> tuple[int, int]:
    """Give when a local day ("2013-01-31") begins and ends."""
    first = date.fromisoformat(day)
    both = (first, date.fromordinal(first.toordinal() + 1))
    start, end = (micros(datetime.combine(one, datetime.min.time(), zone)) for one in both)
    return start, end


def archived_since(connection: Connection, at: int) -> bool:
    """Whether items that were delivered from an instant on are archived."""
    until = connection.execute(select(func.max(ARCHIVE.c.until))).scalar()
    return until is not None and until >= at


def zone_counted(connection: Connection, engagement: str) -> ZoneInfo | None:
    """Give the time zone by which the days of an engagement were counted; None where it was not always the same one."""
    terms = connection.execute(select(ENGAGEMENT.c.terms).where(ENGAGEMENT.c.id == engagement)).scalars()
    zones = {zone_of(decode(one)) for one in terms}
    return ZoneInfo(*zones) if len(zones) == 1 else None
