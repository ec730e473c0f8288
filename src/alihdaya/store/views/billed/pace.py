"""Deliveries counted by quarters of an hour: how many lie between any two instants, and where one of them lies.

Clocks differ by whole quarters, and calendars have their hours at quarters: of nearly any span the counts alone say how
much it holds. What of it lies in a part of a quarter is counted one by one.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

from sqlalchemy import bindparam, func, select

from alihdaya.kernel.time import QUARTER
from alihdaya.store.schema import PACE
from alihdaya.store.working import WorkingSet

Span = tuple[int, int]
"""Two instants in microseconds, the second not included."""


_PACED = (
    select(PACE.c.at, PACE.c.n)
    .where(
        PACE.c.engagement == bindparam("of_engagement"),
        PACE.c.service == bindparam("of_service"),
        PACE.c.measure == bindparam("of_measure"),
        PACE.c.at >= bindparam("low"),
        PACE.c.at < bindparam("high"),
    )
    .order_by(PACE.c.at)
)


class Pace:
    """How many were delivered of something.

    `rows`: (start of a quarter of an hour, count) in order, of each shard its own; `one_by_one`: counts what lies in a
    part of a quarter.
    """

    def __init__(self, rows: Sequence[Any], one_by_one: Callable[[Span], int]) -> None:
        starts, counts = zip(*rows, strict=True) if rows else ((), ())
        if len(set(starts)) < len(starts):
            both = Counter[int]()
            for start, n in rows:
                both[start] += n
            starts, counts = tuple(both), tuple(both.values())
        self._starts: tuple[int, ...] = starts
        self._sums: list[int] = [0, *accumulate(counts)]
        self._one_by_one = one_by_one

    def count(self, span: Span) -> int:
        """Count what was delivered in a span."""
        head, whole, tail = _cut(span)
        return self._part(head) + self._before(whole[1]) - self._before(whole[0]) + self._part(tail)

    def seek(self, span: Span, place: int) -> tuple[int, int]:
        """Say from which instant on a place of a span (from 0) is found, and how many come before it from there on."""
        head, whole, _ = _cut(span)
        ahead = self._part(head)
        if place < ahead or whole[0] == whole[1]:
            return span[0], place
        wanted = self._before(whole[0]) + place - ahead
        quarter = bisect_right(self._sums, wanted) - 1
        if quarter >= len(self._starts):  # past all that was delivered
            return span[1], 0
        return self._starts[quarter], wanted - self._sums[quarter]

    def _before(self, at: int) -> int:
        """Count what was delivered before the start of a quarter."""
        return self._sums[bisect_right(self._starts, at - 1)]

    def _part(self, span: Span) -> int:
        return self._one_by_one(span) if span[0] < span[1] else 0


def pace(store: WorkingSet, of: tuple[str, str, str], within: Span, one_by_one: Callable[[Span], int]) -> Pace:
    """Give the pace of (engagement, service, measure) within two instants; measures are those of the table."""
    return Pace(paced(store, of, (within[0] - within[0] % QUARTER, within[1])), one_by_one)


def paced(store: WorkingSet, of: tuple[str, str, str], within: Span) -> Sequence[Any]:
    """Give (start of a quarter, amount) of (engagement, service, measure) between two instants; of each shard its own.

    Measures are those of the table `pace`.
    """
    return store.once(("paced", of, within), lambda: _paced(store, of, within))


def _paced(store: WorkingSet, of: tuple[str, str, str], within: Span) -> Sequence[Any]:
    asked = dict(zip(("of_engagement", "of_service", "of_measure", "low", "high"), (*of, *within), strict=True))
    with store.snapshot() as connection:
        return connection.execute(_PACED, asked).all()


def total(store: WorkingSet, of: tuple[str, str, str], within: Span) -> int | None:
    """Count what `pace` has within two instants, by the database; None where these are no starts of quarters."""
    if any(at % QUARTER for at in within):
        return None
    same = (PACE.c.engagement == of[0]) & (PACE.c.service == of[1]) & (PACE.c.measure == of[2])
    query = select(func.sum(PACE.c.n)).where(same, PACE.c.at >= within[0], PACE.c.at < within[1])
    with store.snapshot() as connection:
        return int(connection.execute(query).scalar() or 0)


def _cut(span: Span) -> tuple[Span, Span, Span]:
    """Cut a span into a part of a quarter, whole quarters, and a part of one."""
    low, high = span
    first, last = -(-low // QUARTER) * QUARTER, high // QUARTER * QUARTER
    if first > last:
        return (low, high), (last, last), (high, high)
    return (low, first), (first, last), (last, high)
