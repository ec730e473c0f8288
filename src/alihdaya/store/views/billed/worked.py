"""Time that people worked within a month, summed by quarters of an hour, in whatever classes of hours."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, select

from alihdaya.engagement.rates.increment import increment_key
from alihdaya.kernel.time import DAY, QUARTER, SECOND
from alihdaya.store.project.worked import ACROSS, LONG, WORKED, pieces
from alihdaya.store.schema import FINISHED
from alihdaya.store.views.billed.days import archived_since, noted_since
from alihdaya.store.views.billed.pace import Span, paced
from alihdaya.store.working import WorkingSet

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
    measure = f"{WORKED}:{spent.increment}" if spent.increment else WORKED
    with store.moment(), store.snapshot() as connection:
        if not told(store, spent, within):
            return None
        for quarter, n in paced(store, (spent.engagement, spent.service, measure), within):
            found[class_of(quarter)] += n
        for end, seconds in _over(connection, spent, _under_way(store, spent, within[0])):  # begun before, all counts
            if end < within[1]:
                for quarter, n in pieces(end, seconds, spent.increment):
                    found[class_of(quarter)] += n if quarter < within[0] else 0
        for end, seconds in _over(connection, spent, _under_way(store, spent, within[1])):  # counted, but ends later
            for quarter, n in pieces(end, seconds, spent.increment):
                found[class_of(quarter)] -= n if within[0] <= quarter < within[1] else 0
    return found


def told(store: WorkingSet, spent: Spent, within: Span) -> bool:
    """Whether quarters tell of the time spent within two instants that are starts of quarters, see `worked`."""
    if any(at % QUARTER for at in within) or archived_since(store, within[0]):
        return False
    if paced(store, (spent.engagement, spent.service, LONG), (within[0] - QUARTER, within[1] + DAY)):
        return False
    return is_rounded(store, spent, within[0])


def is_rounded(store: WorkingSet, spent: Spent, since: int) -> bool:
    """Whether time was noted as it is rounded up from an instant on; always so without an increment."""
    if not spent.increment:
        return True
    found = noted_since(store, (spent.engagement, spent.service, increment_key(spent.increment)))
    return found is not None and found <= since


def _under_way(store: WorkingSet, spent: Spent, edge: int) -> tuple[int, int]:
    """Give a start of a quarter, and how many tasks were under way then."""
    return edge, sum(n for _, n in paced(store, (spent.engagement, spent.service, ACROSS), (edge, edge + 1)))


def _over(connection: Connection, spent: Spent, mark: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield (end, seconds) of the tasks that began before a mark, see `_under_way`, and ended at it or afterwards."""
    edge, under_way = mark
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
