"""Who worked how long on which item: read from the log, task by task."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import select, text

from alihdaya.kernel.event import tag_of
from alihdaya.store.archive.reading import archived, archived_items
from alihdaya.store.codec import decode
from alihdaya.store.schema import ITEM, LOG
from alihdaya.store.views.facts import item_facts
from alihdaya.store.views.items import ItemRow, Month, delivered_in
from alihdaya.store.working import WorkingSet
from alihdaya.work.beside import TimeSpent
from alihdaya.work.events import TaskDone

_DONE, _BESIDE = tag_of(TaskDone), tag_of(TimeSpent)
_ONE = {
    "sqlite": "instr(log.body, x'{}') > 0",
    "postgresql": "position('\\x{}'::bytea in log.body) > 0",
}
_HOLDS = {name: " or ".join(one.format(tag.encode().hex()) for tag in (_DONE, _BESIDE)) for name, one in _ONE.items()}


class Worked(NamedTuple):
    """A task that a person finished; or time beside one, wrapping up or advising: then `done` is 0."""

    item: int
    service: str
    person: str
    seconds: int
    done: int = 1


class Sold(NamedTuple):
    """An item that was delivered."""

    item: int
    service: str
    unit: str


def worked(store: WorkingSet, engagement: str, month: Month) -> Iterator[Worked]:
    """Yield what was done within a month on an engagement's items, archived or not, and the time beside it.

    In the order of the log.
    """
    if _has_archived(store, month):
        found = item_facts(store, engagement, month, (TaskDone, TimeSpent), (_DONE, _BESIDE))
        for one in sorted(found, key=lambda one: one.seq):
            done: Any = one.fact
            yield Worked(one.item, one.service, done.person, done.seconds, int(isinstance(done, TaskDone)))
        return
    query = (
        select(LOG.c.item, ITEM.c.service, LOG.c.body)
        .join_from(LOG, ITEM, ITEM.c.id == LOG.c.item)
        .where(LOG.c.at >= month[0], LOG.c.at < month[1], ITEM.c.engagement == engagement)
        .execution_options(yield_per=10_000)
    )
    with store.snapshot() as connection:
        holds = text(f"({_HOLDS[connection.dialect.name]})")  # only to read less: the events themselves decide
        for item, service, body in connection.execute(query.where(holds).order_by(LOG.c.seq)):
            for tag, *fields in decode(body):
                if tag in {_DONE, _BESIDE}:
                    yield Worked(item, service, fields[1], fields[2], int(tag == _DONE))


def handled(store: WorkingSet, within: tuple[int, int]) -> dict[str, list[tuple[int, int]]]:
    """Give person -> (instant, seconds) of the handling, and of the time beside it, that ended in [start, end)."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    query = select(LOG.c.at, LOG.c.body).where(LOG.c.at >= within[0], LOG.c.at < within[1]).order_by(LOG.c.seq)
    with store.snapshot() as connection:
        holds = text(f"({_HOLDS[connection.dialect.name]})")
        for at, body in connection.execute(query.where(holds).execution_options(yield_per=10_000)):
            for tag, *fields in decode(body):
                if tag in {_DONE, _BESIDE}:
                    found[fields[1]].append((at, fields[2]))
    return found


def sold(store: WorkingSet, engagement: str, month: Month) -> Iterator[Sold]:
    """Yield the items delivered within a month, archived or not: by service and unit, in the order of delivery."""
    order = (ITEM.c.service, ITEM.c.unit, ITEM.c.closed_at, ITEM.c.id)
    query = select(*order).where(delivered_in(engagement, month)).order_by(*order)
    gone = list(_archived(store, engagement, month)) if _has_archived(store, month) else []
    with store.snapshot() as connection:
        here = connection.execute(query.execution_options(yield_per=10_000))
        for service, unit, _, item in sorted([*gone, *map(tuple, here)]) if gone else here:
            yield Sold(item, service, unit)


def _has_archived(store: WorkingSet, month: Month) -> bool:
    return any(one.until >= month[0] for one in archived(store))


def _archived(store: WorkingSet, engagement: str, month: Month) -> Iterator[tuple[Any, ...]]:
    import polars as pl

    wanted = (pl.col("engagement") == engagement) & (pl.col("status") == "delivered")
    rows = archived_items(store, wanted & pl.col("closed_at").is_between(*month, closed="left"))
    for row in (ItemRow(*row) for row in rows):
        yield row.service, row.unit, row.closed_at, row.id
