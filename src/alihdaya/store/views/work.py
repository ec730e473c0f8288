"""Who worked how long on which item: read from the log, task by task."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select, text

from alihdaya.kernel.event import tag_of
from alihdaya.store.codec import decode
from alihdaya.store.schema import ITEM, LOG
from alihdaya.store.views.items import Month, delivered_in
from alihdaya.store.working import WorkingSet
from alihdaya.work.events import TaskDone

_TAG = tag_of(TaskDone)
_HOLDS = {
    "sqlite": f"instr(log.body, x'{_TAG.encode().hex()}') > 0",
    "postgresql": f"position('\\x{_TAG.encode().hex()}'::bytea in log.body) > 0",
}


class Worked(NamedTuple):
    """A task that a person finished."""

    item: int
    service: str
    person: str
    seconds: int


class Sold(NamedTuple):
    """An item that was delivered."""

    item: int
    service: str
    unit: str


def worked(store: WorkingSet, engagement: str, month: Month) -> Iterator[Worked]:
    """Yield the tasks that were done within a month on an engagement's items, in the order of the log."""
    query = (
        select(LOG.c.item, ITEM.c.service, LOG.c.body)
        .join_from(LOG, ITEM, ITEM.c.id == LOG.c.item)
        .where(LOG.c.at >= month[0], LOG.c.at < month[1], ITEM.c.engagement == engagement)
        .execution_options(yield_per=10_000)
    )
    with store.snapshot() as connection:
        holds = text(_HOLDS[connection.dialect.name])  # only to read less: the events themselves decide
        for item, service, body in connection.execute(query.where(holds).order_by(LOG.c.seq)):
            for tag, *fields in decode(body):
                if tag == _TAG:
                    yield Worked(item, service, fields[1], fields[2])


def sold(store: WorkingSet, engagement: str, month: Month) -> Iterator[Sold]:
    """Yield the items that were delivered within a month: by service and unit, in the order of delivery."""
    order = (ITEM.c.service, ITEM.c.unit, ITEM.c.closed_at, ITEM.c.id)
    query = select(ITEM.c.id, ITEM.c.service, ITEM.c.unit).where(delivered_in(engagement, month)).order_by(*order)
    with store.snapshot() as connection:
        for row in connection.execute(query.execution_options(yield_per=10_000)):
            yield Sold(*row)
