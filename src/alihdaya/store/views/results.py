"""What was delivered, and how long it waited for a person: for reports."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import case, func, select

from alihdaya.store.codec import decode, decode_events
from alihdaya.store.schema import ITEM, LOG, REFUSAL
from alihdaya.store.working import WorkingSet
from alihdaya.work.events import ItemDelivered


def delivered_results(store: WorkingSet, engagement: str) -> Iterator[Mapping[str, Any]]:
    """Yield the results of what was delivered, but for the routine: an outcome that over half of all had by rule alone.

    Work of people is never routine, however many items end alike.
    """
    mine = (ITEM.c.engagement == engagement) & (ITEM.c.status == "delivered")
    alone = func.sum(case((ITEM.c.touched, 0), else_=1))
    outcomes = select(ITEM.c.outcome, func.count(), alone).where(mine).group_by(ITEM.c.outcome)
    with store.snapshot() as connection:
        counts = [tuple(row) for row in connection.execute(outcomes)]
        total = sum(n for _, n, _ in counts)
        routine = [outcome for outcome, _, n in counts if 2 * n > total]
        query = select(LOG.c.body).join(ITEM, (ITEM.c.id == LOG.c.item) & (ITEM.c.closed_at == LOG.c.at)).where(mine)
        if len(counts) > 1:
            query = query.where(ITEM.c.outcome.not_in(routine))
        for body in connection.execute(query.order_by(LOG.c.seq)).scalars():
            for happened in decode_events(body):
                if isinstance(happened, ItemDelivered):
                    yield happened.result


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
        rows = connection.execute(query).all()
    found = [Refused(who, tuple(decode(why)), times, at, item) for who, why, times, at, item in rows]
    return sorted(found, key=lambda one: (-one.at, one.person, one.reasons))
