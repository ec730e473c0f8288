"""The days of a client: when each begins and ends, by which zone they were counted, and which are in files."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from alihdaya.kernel.time import micros
from alihdaya.store.project.house import zone_of
from alihdaya.store.schema import ARCHIVE, OUTCOME
from alihdaya.store.working import WorkingSet


@lru_cache(maxsize=4_000)
def day_span(zone: ZoneInfo, day: str) -> tuple[int, int]:
    """Give when a local day ("2013-01-31") begins and ends."""
    first = date.fromisoformat(day)
    both = (first, date.fromordinal(first.toordinal() + 1))
    start, end = (micros(datetime.combine(one, datetime.min.time(), zone)) for one in both)
    return start, end


def archived_since(store: WorkingSet, at: int) -> bool:
    """Whether items that were delivered from an instant on are archived."""
    until = store.once("archived", lambda: _archived(store))
    return until is not None and until >= at


def _archived(store: WorkingSet) -> int | None:
    with store.snapshot() as connection:
        return connection.execute(select(func.max(ARCHIVE.c.until))).scalar()


def zone_counted(store: WorkingSet, engagement: str) -> ZoneInfo | None:
    """Give the time zone by which the days of an engagement were counted; None where it was not always the same one."""
    zones = {zone_of(one.terms) for one in store.engagements() if one.id == engagement}
    return ZoneInfo(*zones) if len(zones) == 1 else None


def noted_since(store: WorkingSet, of: tuple[str, str, str]) -> int | None:
    """Give the instant since when an outcome or an increment (engagement, service, key) is noted as it happens.

    0: always; None: it is not.
    """
    return store.once(("noted", of[0]), lambda: _noted(store, of[0])).get(of[1:])


def _noted(store: WorkingSet, engagement: str) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    query = select(OUTCOME.c.service, OUTCOME.c.outcome, OUTCOME.c.since).where(OUTCOME.c.engagement == engagement)
    with store.snapshot() as connection:
        for service, key, since in connection.execute(query):  # each shard says its own: the last of them counts
            found[service, key] = max(since, found.get((service, key), since))
    return found
