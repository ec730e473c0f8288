"""Messages that nobody has taken yet, and those that nobody took."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from alihdaya.store.schema import ITEM, LOST, MESSAGE, SUBSCRIPTION
from alihdaya.store.working import WorkingSet


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message for nobody: `item` threw it (0: from outside; below 0: an item of that shard).

    `lost` says why it will reach nobody, "" that it may. Instants in microseconds.
    """

    name: str
    key: str
    item: int
    at: int
    until: int
    lost: str


def messages(store: WorkingSet, *, limit: int = 1_000) -> list[MessageRow]:
    """Give messages that wait and those that were lost, the latest first."""
    same = (LOST.c.seq == MESSAGE.c.seq) & (LOST.c.number == MESSAGE.c.number)
    columns = (MESSAGE.c.name, MESSAGE.c.key, MESSAGE.c.item, MESSAGE.c.at, MESSAGE.c.until, LOST.c.why)
    query = select(*columns).outerjoin_from(MESSAGE, LOST, same)
    with store.snapshot() as connection:
        rows = connection.execute(query.order_by(MESSAGE.c.seq.desc(), MESSAGE.c.number.desc()).limit(limit))
        return [MessageRow(*row[:5], row[5] or "") for row in rows]


class Awaited(NamedTuple):
    """A message that an item waits for, at its token."""

    item: int
    token: int
    name: str
    key: str
    external_id: str
    service: str
    definition: str
    engagement: str


def awaited(store: WorkingSet, *, item: int | None = None, name: str = "", limit: int = 200) -> list[Awaited]:
    """Give what items wait for, or one of them, by item and token; `name`: the message, "" any."""
    columns = [SUBSCRIPTION.c[name] for name in Awaited._fields[:4]]
    query = select(*columns, ITEM.c.external_id, ITEM.c.service, ITEM.c.definition, ITEM.c.engagement)
    query = query.join_from(SUBSCRIPTION, ITEM, ITEM.c.id == SUBSCRIPTION.c.item)
    query = query if item is None else query.where(SUBSCRIPTION.c.item == item)
    query = query.where(SUBSCRIPTION.c.name == name) if name else query
    query = query.order_by(SUBSCRIPTION.c.item, SUBSCRIPTION.c.token, SUBSCRIPTION.c.name).limit(limit)
    with store.snapshot() as connection:
        return [Awaited._make(row) for row in connection.execute(query)]
