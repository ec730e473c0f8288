"""Reviews: what waits for one, and how people and engagements fare in those that were done."""

from typing import NamedTuple

from sqlalchemy import Integer, cast, func, select

from alihdaya.store.schema import ITEM, REVIEW
from alihdaya.store.working import WorkingSet


class ReviewRow(NamedTuple):
    """A finished task that waits for a review; `terms` and `definition` are the digests that its item is bound to.

    `disputed`: since when it waits for a second one, as whoever did it did not agree with the first; else None.
    """

    item: int
    token: int
    engagement: str
    service: str
    node: str
    person: str
    at: int
    disputed: int | None
    terms: str
    definition: str


class Reviewed(NamedTuple):
    """A finished task that `reviewer` looked at; `definition`: the digest of the pack that its item is bound to."""

    item: int
    token: int
    engagement: str
    service: str
    node: str
    person: str
    at: int
    reviewer: str
    reviewed_at: int
    percent: int
    passed: bool
    definition: str


class Quality(NamedTuple):
    """How a person fares in a service: tasks in the sample, `reviewed` of them, `passed`, and the mean percent."""

    engagement: str
    service: str
    person: str
    sampled: int
    reviewed: int
    passed: int
    percent: int | None


def open_reviews(store: WorkingSet, *, item: int = 0, limit: int = 1_000) -> list[ReviewRow]:
    """Give what waits for a review, the oldest first; or of one item. What was archived meanwhile waits no more."""
    columns = [column for column in REVIEW.c if column.name not in {"reviewer", "percent", "passed"}]
    query = select(*columns, ITEM.c.terms, ITEM.c.definition).join(ITEM, ITEM.c.id == REVIEW.c.item)
    query = query.where(REVIEW.c.reviewer.is_(None), REVIEW.c.item == item if item else REVIEW.c.item > 0)
    with store.snapshot() as connection:
        rows = connection.execute(query.order_by(REVIEW.c.at, REVIEW.c.item, REVIEW.c.token).limit(limit))
        return [ReviewRow._make(row) for row in rows]


def reviewed(store: WorkingSet, *, person: str = "", item: int = 0, limit: int = 30) -> list[Reviewed]:
    """Give what was looked at, the last first: of what somebody did, or of an item; not what is archived."""
    query = select(*REVIEW.c, ITEM.c.definition).join(ITEM, ITEM.c.id == REVIEW.c.item)
    query = query.where(REVIEW.c.reviewer.is_not(None))
    query = query.where(REVIEW.c.person == person) if person else query
    query = query.where(REVIEW.c.item == item) if item else query
    with store.snapshot() as connection:
        rows = connection.execute(query.order_by(REVIEW.c.reviewed_at.desc(), REVIEW.c.item).limit(limit))
        return [Reviewed._make(row) for row in rows]


def quality(store: WorkingSet, since: int = 0, until: int = 1 << 62) -> list[Quality]:
    """Give how everybody fares, of tasks done in [since, until), by engagement, service and person."""
    key = (REVIEW.c.engagement, REVIEW.c.service, REVIEW.c.person)
    passed = func.sum(cast(REVIEW.c.passed, Integer))
    query = (
        select(*key, func.count(), func.count(REVIEW.c.reviewer), passed, func.sum(REVIEW.c.percent))
        .where(REVIEW.c.at >= since, REVIEW.c.at < until)
        .group_by(*key)
        .order_by(*key)
    )
    with store.snapshot() as connection:
        return [
            Quality(row[0], row[1], row[2], row[3], row[4], int(row[5] or 0), int(row[6]) // row[4] if row[4] else None)
            for row in connection.execute(query)
        ]
