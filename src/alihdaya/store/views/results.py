"""What was delivered, and how long it waited for a person: for reports."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select

from alihdaya.store.codec import decode, decode_events
from alihdaya.store.schema import ITEM, LOG, REFUSAL
from alihdaya.store.working import WorkingSet
from alihdaya.work.events import ItemDelivered

_FIRST: Final = 100
"""So many results of a frequent outcome tell whether it counts for anything."""


def delivered_results(store: WorkingSet, engagement: str, of: Collection[str] = ()) -> Iterator[Mapping[str, Any]]:
    """Yield the results of what was delivered, but for a routine that says nothing.

    That is an outcome which over half of all items have, and whose first results have a value for none of the names
    `of`: it would be most of the reading, and count for nothing.
    """
    mine = (ITEM.c.engagement == engagement) & (ITEM.c.status == "delivered")
    outcomes = select(ITEM.c.outcome, func.count()).where(mine).group_by(ITEM.c.outcome)
    with store.snapshot() as connection:
        counts: dict[str | None, int] = {row[0]: row[1] for row in connection.execute(outcomes)}
        query = select(LOG.c.body).join(ITEM, (ITEM.c.id == LOG.c.item) & (ITEM.c.closed_at == LOG.c.at)).where(mine)
        for outcome in [outcome for outcome, n in counts.items() if 2 * n > sum(counts.values()) and len(counts) > 1]:
            first = query.where(ITEM.c.outcome == outcome).order_by(LOG.c.seq).limit(_FIRST)
            found = [result for body in connection.execute(first).scalars() for result in _results(body)]
            if all(result.get(name) is None for result in found for name in of):
                query = query.where(ITEM.c.outcome != outcome)
        for body in connection.execute(query.order_by(LOG.c.seq)).scalars():
            yield from _results(body)


def _results(body: bytes) -> Iterator[Mapping[str, Any]]:
    return (happened.result for happened in decode_events(body) if isinstance(happened, ItemDelivered))


def latest_definition(store: WorkingSet, engagement: str) -> str | None:
    """Give the digest of the definition that the engagement's latest item was bound to; None before the first."""
    query = select(ITEM.c.definition).where(ITEM.c.engagement == engagement).order_by(ITEM.c.id.desc()).limit(1)
    with store.snapshot() as connection:
        found: str | None = connection.execute(query).scalar()
        return found


def waits(store: WorkingSet, engagement: str) -> list[int]:
    """Give how long each item that went to a person waited to be taken, in microseconds."""
    query = select(ITEM.c.responded_at - ITEM.c.received_at)
    query = query.where(ITEM.c.engagement == engagement, ITEM.c.responded_at.is_not(None))
    with store.snapshot() as connection:
        return list(connection.execute(query).scalars())


class Refused(NamedTuple):
    """What the gate refused somebody for the same reasons: how often, and the latest time (microseconds, item)."""

    person: str
    reasons: tuple[str, ...]
    times: int
    at: int
    item: int


def refused(store: WorkingSet) -> list[Refused]:
    """Give every refusal by person and reasons, the latest first."""
    key = (REFUSAL.c.person, REFUSAL.c.reasons)
    query = select(*key, func.count(), func.max(REFUSAL.c.at), func.max(REFUSAL.c.item)).group_by(*key)
    with store.snapshot() as connection:
        rows = connection.execute(query).tuples().all()
    found = [Refused(who, tuple(decode(why)), times, at, item) for who, why, times, at, item in rows]
    return sorted(found, key=lambda one: (-one.at, one.person, one.reasons))
