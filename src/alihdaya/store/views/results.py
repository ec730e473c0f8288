"""What was delivered, and how long it waited for a person: for reports."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, overload

from sqlalchemy import and_, case, func, select

from alihdaya.store.codec import decode, decode_events
from alihdaya.store.schema import ARCHIVE, ITEM, LOG, OUTCOME, REFUSAL, RESULTED
from alihdaya.store.working import WorkingSet
from alihdaya.work.events import ItemDelivered

Span = tuple[int, int]
"""Two instants, the second not included."""


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


class Result(NamedTuple):
    """A delivery that was an outcome: when (microseconds), of which item, and when that came in."""

    at: int
    item: int
    received_at: int


class Results(Sequence[Result]):
    """The deliveries of a service within two instants that were an outcome, in the order of delivery.

    `received`: of those alone that had come in between these instants. How many they are is counted by the database,
    and so is a slice found.
    """

    def __init__(self, store: WorkingSet, of: tuple[str, str, str], within: Span, received: Span | None = None) -> None:
        self._store = store
        done = RESULTED.c
        wanted = and_(
            *(column == value for column, value in zip((done.engagement, done.service, done.outcome), of, strict=True)),
            done.at >= within[0],
            done.at < within[1],
        )
        if received is not None:
            wanted &= (done.received_at >= received[0]) & (done.received_at < received[1])
        self._query = select(done.at, done.item, done.received_at).where(wanted).order_by(done.at, done.item)

    @cached_property
    def _size(self) -> int:
        counted = self._query.order_by(None).with_only_columns(func.count())
        with self._store.snapshot() as connection:
            return int(connection.execute(counted).scalar_one())

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, place: int) -> Result: ...
    @overload
    def __getitem__(self, place: slice) -> list[Result]: ...
    def __getitem__(self, place: int | slice) -> Result | list[Result]:
        if not isinstance(place, slice):
            wanted = range(len(self))[place]
            return self._between(wanted, wanted + 1)[0]
        start, stop, step = place.indices(len(self))
        return self._between(start, stop) if step == 1 else list(self)[place]

    def __iter__(self) -> Iterator[Result]:
        return iter(self._between(0, len(self)))

    def _between(self, first: int, last: int) -> list[Result]:
        query = self._query.offset(first).limit(max(0, last - first))
        with self._store.snapshot() as connection:
            return [Result(*row) for row in connection.execute(query)]


def results(store: WorkingSet, of: tuple[str, str, str], within: Span, received: Span | None = None) -> Results | None:
    """Give the deliveries of (engagement, service, outcome) within a month, see `Results`.

    None where items of the month were archived, and where the outcome was not known as the month began.
    """
    archived = select(func.max(ARCHIVE.c.until))
    known = select(OUTCOME.c.since).where(
        OUTCOME.c.engagement == of[0], OUTCOME.c.service == of[1], OUTCOME.c.outcome == of[2]
    )
    with store.snapshot() as connection:
        until = connection.execute(archived).scalar()
        since = max(connection.execute(known).scalars(), default=None)
    if since is None or since > within[0] or (until is not None and until >= within[0]):
        return None
    return Results(store, of, within, received)
