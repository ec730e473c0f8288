"""A page of what was delivered, out of a month of any size."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from alihdaya.kernel.time import micros
from alihdaya.store.codec import decode
from alihdaya.store.project.house import zone_of
from alihdaya.store.schema import ARCHIVE, ENGAGEMENT, ITEM, TALLY
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
        if _archived(connection, within):
            return None
        start, before = _jump(connection, of, month, first)
        query = delivered_units(*of, (max(within[0], start), within[1])).offset(first - before - 1)
        return list(connection.execute(query.limit(max(0, last - first + 1))).scalars())


def deliveries(store: WorkingSet, of: Unit, within: Month) -> list[tuple[int, int]] | None:
    """Give (instant, item) of a unit's deliveries within a month, in their order, read from the index alone.

    None where items of the month were archived.
    """
    with store.snapshot() as connection:
        if _archived(connection, within):
            return None
        query = delivered_units(*of, within).add_columns(ITEM.c.closed_at)
        return [(at, item) for item, at in connection.execute(query)]


def spans_page(
    store: WorkingSet, of: Unit, within: Month, spans: Sequence[Month], page: tuple[int, int]
) -> list[int] | None:
    """Give the items of a unit that were delivered within a month and one of its spans, from the first to the last.

    `page`: both, counted from 1 and both included. None where items of the month were archived. Each span that lies
    before the page is only counted, along the index.
    """
    before, left = page[0] - 1, max(0, page[1] - page[0] + 1)
    found: list[int] = []
    with store.snapshot() as connection:
        if _archived(connection, within):
            return None
        for span in spans:
            query = delivered_units(*of, span)
            if before:
                count = query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
                n = connection.execute(count).scalar_one()
                if before >= n:
                    before -= n
                    continue
            found += connection.execute(query.offset(before).limit(left - len(found))).scalars()
            before = 0
            if len(found) == left:
                break
    return found


def _archived(connection: Connection, within: Month) -> bool:
    archived = connection.execute(select(func.max(ARCHIVE.c.until))).scalar()
    return archived is not None and archived >= within[0]


def _jump(connection: Connection, of: Unit, month: str, position: int) -> tuple[int, int]:
    """Give an instant, and how many of the month's items of this unit came before it: fewer than `position`.

    Days are those of the terms at intake, so the counts are of use where all terms there ever were count the same ones.
    """
    terms = connection.execute(select(ENGAGEMENT.c.terms).where(ENGAGEMENT.c.id == of[0])).scalars()
    zones = {zone_of(decode(one)) for one in terms}
    if len(zones) != 1:
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
            return micros(datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo(*zones))), before
        before += n
    return 0, 0
