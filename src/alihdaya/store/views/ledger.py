"""What happened between client and provider after the signing, and the items that an invoice counts."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select

from alihdaya.kernel.event import Event
from alihdaya.store.codec import decode, revive
from alihdaya.store.schema import ITEM, LEDGER
from alihdaya.store.working import WorkingSet

_SOME = 500


class Fact(NamedTuple):
    """A fact of the ledger: the entry that it came in, which of its events it was, when, by whom, and what it says."""

    seq: int
    number: int
    at: int
    by: str
    event: Event


class Counted(NamedTuple):
    """A delivered item as invoices count it; instants in microseconds."""

    item: int
    service: str
    unit: str
    received_at: int
    closed_at: int


def facts(store: WorkingSet, engagement: str | None = None) -> list[Fact]:
    """Give the ledger's facts in the order of the log: of one engagement and of none, or all."""
    return list(store.once(("ledger", engagement), lambda: _facts(store, engagement)))


def _facts(store: WorkingSet, engagement: str | None) -> list[Fact]:
    query = select(LEDGER).order_by(LEDGER.c.seq, LEDGER.c.number)
    if engagement is not None:
        query = query.where(LEDGER.c.engagement.in_((engagement, "")))
    with store.snapshot() as connection:
        rows = connection.execute(query).all()
    return [Fact(row.seq, row.number, row.at, row.by, revive([row.tag, *decode(row.body)])) for row in rows]


def counted(store: WorkingSet, engagement: str, month: tuple[int, int]) -> list[Counted]:
    """Give the items of an engagement that were delivered within a month, in the order of delivery (closed_at, id)."""
    columns = (ITEM.c.id, ITEM.c.service, ITEM.c.unit, ITEM.c.received_at, ITEM.c.closed_at)
    query = select(*columns).where(
        ITEM.c.engagement == engagement,
        ITEM.c.status == "delivered",
        ITEM.c.closed_at >= month[0],
        ITEM.c.closed_at < month[1],
    )
    with store.snapshot() as connection:
        return [Counted(*row) for row in connection.execute(query.order_by(ITEM.c.closed_at, ITEM.c.id))]


def delivered_items(store: WorkingSet, items: Collection[int]) -> dict[int, tuple[str, Counted]]:
    """Give the engagement and figures of those of some items that were delivered and are in the store, by number."""
    columns = (ITEM.c.id, ITEM.c.service, ITEM.c.unit, ITEM.c.received_at, ITEM.c.closed_at)
    found: dict[int, tuple[str, Counted]] = {}
    numbers = list(items)
    with store.snapshot() as connection:
        for start in range(0, len(numbers), _SOME):
            wanted = ITEM.c.id.in_(numbers[start : start + _SOME])
            query = select(ITEM.c.engagement, *columns).where(wanted, ITEM.c.status == "delivered")
            found.update((row[1], (row[0], Counted(*row[1:]))) for row in connection.execute(query))
    return found


def delivered_item(store: WorkingSet, item: int) -> tuple[str, Counted] | None:
    """Give the engagement and figures of a delivered item that is in the store; None for any other."""
    columns = (ITEM.c.id, ITEM.c.service, ITEM.c.unit, ITEM.c.received_at, ITEM.c.closed_at)
    query = select(ITEM.c.engagement, *columns).where(ITEM.c.id == item, ITEM.c.status == "delivered")
    with store.snapshot() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else (row[0], Counted(*row[1:]))
