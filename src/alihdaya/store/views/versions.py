"""Versions of definitions: how many items each has."""

from typing import NamedTuple

from sqlalchemy import case, func, select

from alihdaya.store.project.standing import OVER
from alihdaya.store.schema import ITEM
from alihdaya.store.working import WorkingSet


class Counts(NamedTuple):
    """Items that are bound to a definition: in all and under way, and when the last one came in (microseconds)."""

    items: int
    underway: int
    last_intake: int


def counts(store: WorkingSet) -> dict[str, Counts]:
    """Give digest -> counts, of the definitions that items are bound to."""
    open_ = func.sum(case((ITEM.c.status.not_in(OVER), 1), else_=0))
    query = select(ITEM.c.definition, func.count(), open_, func.max(ITEM.c.received_at)).group_by(ITEM.c.definition)
    with store.snapshot() as connection:
        return {row[0]: Counts(int(row[1]), int(row[2]), row[3]) for row in connection.execute(query)}
