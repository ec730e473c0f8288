"""Time that people worked within a month, summed by quarters of an hour, in whatever classes of hours."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, select

from alihdaya.engagement.rates.increment import increment_key
from alihdaya.kernel.time import DAY, QUARTER, SECOND
from alihdaya.store.project.worked import ACROSS, LONG, WORKED, pieces
from alihdaya.store.schema import FINISHED, OUTCOME, PACE
from alihdaya.store.views.billed.days import archived_since
from alihdaya.store.working import WorkingSet

Span = tuple[int, int]
"""Two instants in microseconds, the second not included."""

_SOME = 500


class Spent(NamedTuple):
    """Whose time is meant: of (engagement, service), each task's rounded up to a multiple of `increment` seconds."""

    engagement: str
    service: str
    increment: int = 0


def worked(store: WorkingSet, spent: Spent, within: Span, class_of: Callable[[int], str]) -> Counter[str] | None:
    """Give the seconds of the tasks that were finished within two instants, by class of hours.

    `class_of`: the class of an instant; it changes at starts of quarters alone, from a day before these instants on.
    None where the instants are no such starts, where items of the time were archived, where the increment was not
    known from the first instant on, and where somebody took over a day for a task.
    """
    found = Counter[str]()
    with store.snapshot() as connection:
        if not told(connection, spent, within):
            return None
        measure = f"{WORKED}:{spent.increment}" if spent.increment else WORKED
        for quarter, n in amounts(connection, spent, measure, within):
            found[class_of(quarter)] += n
        for end, seconds in _over(connection, spent, within[0]):  # begun before, and all of it counts
            if end < within[1]:
                for quarter, n in pieces(end, seconds, spent.increment):
                    found[class_of(quarter)] += n if quarter < within[0] else 0
        for end, seconds in _over(connection, spent, within[1]):  # counted where it was spent, and ends afterwards
            for quarter, n in pieces(end, seconds, spent.increment):
                found[class_of(quarter)] -= n if within[0] <= quarter < within[1] else 0
    return found


def told(connection: Connection, spent: Spent, within: Span) -> bool:
    """Whether quarters tell of the time spent within two instants that are starts of quarters, see `worked`."""
    if any(at % QUARTER for at in within):
        return False
    if archived_since(connection, within[0]):
        return False
    if any(True for _ in amounts(connection, spent, LONG, (within[0] - QUARTER, within[1] + DAY))):
        return False
    return is_rounded(connection, spent, within[0])


def is_rounded(connection: Connection, spent: Spent, since: int) -> bool:
    """Whether time was noted as it is rounded up from an instant on; always so without an increment."""
    known = select(OUTCOME.c.since).where(
        OUTCOME.c.engagement == spent.engagement,
        OUTCOME.c.service == spent.service,
        OUTCOME.c.outcome == increment_key(spent.increment),
    )
    found = max(connection.execute(known).scalars(), default=None) if spent.increment else 0
    return found is not None and found <= since


def amounts(connection: Connection, spent: Spent, measure: str, within: Span) -> Iterator[tuple[int, int]]:
    """Yield (start of a quarter, amount) of a measure within two starts of quarters; of each shard its own."""
    same = (PACE.c.engagement == spent.engagement) & (PACE.c.service == spent.service) & (PACE.c.measure == measure)
    query = select(PACE.c.at, PACE.c.n).where(same, PACE.c.at >= within[0], PACE.c.at < within[1]).order_by(PACE.c.at)
    return ((at, n) for at, n in connection.execute(query).all())


def _over(connection: Connection, spent: Spent, edge: int) -> Iterator[tuple[int, int]]:
    """Yield (end, seconds) of the tasks that began before a start of a quarter and ended at it or afterwards."""
    under_way = sum(n for _, n in amounts(connection, spent, ACROSS, (edge, edge + 1)))
    done = FINISHED.c
    query = select(done.at, done.seconds).where(
        done.engagement == spent.engagement,
        done.service == spent.service,
        done.at >= edge,
        done.at <= edge + (DAY if under_way else 0),
    )
    with connection.execute(query.order_by(done.at).execution_options(yield_per=_SOME)) as tasks:
        for end, seconds in tasks:
            if end > edge and not under_way:
                return
            if end - seconds * SECOND < edge:
                under_way -= end > edge
                yield end, seconds
