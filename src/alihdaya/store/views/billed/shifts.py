"""The finished tasks of which any time lies in a class of hours, found by quarters of an hour.

Nearly all of them ended in those hours, and are counted by the quarter of their end. The others were under way as the
hours came to their end: how many were is counted, too, so they are looked for until all of them are found.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, text

from alihdaya.kernel.time import DAY, QUARTER, SECOND
from alihdaya.store.project.worked import ACROSS, ENDED
from alihdaya.store.schema import FINISHED
from alihdaya.store.views.billed.pace import Pace, Span, paced
from alihdaya.store.views.billed.pieces import Piece, Pieces
from alihdaya.store.views.billed.tasks import FinishedTask
from alihdaya.store.views.billed.worked import Spent, told
from alihdaya.store.working import WorkingSet

_SOME = 400
_CROSSING = f"""
with edge(b) as (values {{edges}})
select edge.b, f.at, f.item, f.seq, f.token, f.person, f.seconds from edge join finished f
on f.engagement = :engagement and f.service = :service and f.at > edge.b + :low and f.at <= edge.b + :high
and f.at - f.seconds * {SECOND} < edge.b
"""  # noqa: S608 (whole numbers of our own)


class _Task(NamedTuple):
    """A finished task, in the order in which time is billed."""

    at: int
    item: int
    seq: int
    token: int
    person: str
    seconds: int

    @property
    def told(self) -> FinishedTask:
        """As it is told."""
        return FinishedTask(self.at, self.item, self.person, self.seconds)


@dataclass(frozen=True)
class Shift:
    """A class of hours. `spans`: where it holds, from a day before the time that is asked for until its end, in order.

    They begin and end with quarters. `holds`: whether an instant is in it; `has`: whether any time of a task is.
    """

    spans: Sequence[Span]
    holds: Callable[[int], bool]
    has: Callable[[FinishedTask], bool]


def shift_tasks(store: WorkingSet, spent: Spent, within: Span, shift: Shift) -> Pieces[FinishedTask] | None:
    """Give the tasks finished within two instants of which any time lies in a class of hours, in their order.

    None where quarters do not tell, see `worked.worked`.
    """
    with store.moment(), store.snapshot() as connection:
        if not told(store, spent, within):
            return None
        ended = Pace(paced(store, (spent.engagement, spent.service, ENDED), within), lambda _: 0)
        across = paced(store, (spent.engagement, spent.service, ACROSS), (within[0] - DAY, within[1]))
        crossing = _crossing(connection, spent, (within, across), shift)
        others = sorted({*_at(connection, spent, within[0], shift), *crossing})
        last = _ended_at(connection, spent, within[1]) if shift.holds(within[1] - 1) else 0
    return Pieces(_pieces(store, spent, within, shift.spans, _Found(ended, [one.told for one in others], last)))


class _Found(NamedTuple):
    """Tasks by their end; `others`: that ended at other hours; `last`: how many of the counted ended too late."""

    ended: Pace
    others: list[FinishedTask]
    last: int


def _pieces(
    store: WorkingSet, spent: Spent, within: Span, spans: Sequence[Span], found: _Found
) -> Iterator[Piece[FinishedTask]]:
    done = 0
    for start, end in spans:
        span = max(start, within[0]), min(end, within[1])
        if span[0] >= span[1]:
            continue
        before = sum(one.at <= span[0] for one in found.others[done:])
        yield _known(found.others[done : done + before])
        done += before
        size = found.ended.count(span) - (found.last if span[1] == within[1] else 0)
        yield Piece(size, _reader(store, spent, within, span, found.ended))
    yield _known(found.others[done:])


def _known(tasks: list[FinishedTask]) -> Piece[FinishedTask]:
    return Piece(len(tasks), lambda first, last: tasks[first:last])


def _reader(
    store: WorkingSet, spent: Spent, within: Span, span: Span, ended: Pace
) -> Callable[[int, int], list[FinishedTask]]:
    def read(first: int, last: int) -> list[FinishedTask]:
        since, skipped = ended.seek(span, first)
        done = FINISHED.c
        query = select(done.at, done.item, done.person, done.seconds).where(
            done.engagement == spent.engagement,
            done.service == spent.service,
            done.at > since,
            done.at <= span[1],
            done.at < within[1],
            done.seconds > 0,
        )
        query = query.order_by(done.at, done.item, done.seq, done.token).offset(skipped).limit(last - first)
        with store.snapshot() as connection:
            return [FinishedTask(*row) for row in connection.execute(query)]

    return read


def _at(connection: Connection, spent: Spent, edge: int, shift: Shift) -> Iterator[_Task]:
    """Yield the tasks that ended at an instant: their last quarter lies before it."""
    columns = [FINISHED.c[name] for name in _Task._fields]
    query = select(*columns).where(
        FINISHED.c.engagement == spent.engagement, FINISHED.c.service == spent.service, FINISHED.c.at == edge
    )
    tasks = [_Task(*row) for row in connection.execute(query)]
    yield from (one for one in tasks if shift.has(one.told))


def _ended_at(connection: Connection, spent: Spent, edge: int) -> int:
    query = select(func.count()).where(
        FINISHED.c.engagement == spent.engagement,
        FINISHED.c.service == spent.service,
        FINISHED.c.at == edge,
        FINISHED.c.seconds > 0,
    )
    return int(connection.execute(query).scalar_one())


def _crossing(connection: Connection, spent: Spent, time: tuple[Span, Sequence[Any]], shift: Shift) -> Iterator[_Task]:
    """Yield the tasks under way as the hours ended, that ended themselves at other hours.

    `time`: within which they ended, and (start of a quarter, tasks that were under way then) from a day before on.
    """
    within, across = time
    ends = {end for _, end in shift.spans if within[0] - DAY < end < within[1]}
    missing = dict.fromkeys(ends, 0)
    for at, n in across:
        if at in missing:
            missing[at] += n
    low, high = 0, QUARTER
    while (edges := sorted(edge for edge, n in missing.items() if n > 0)) and low < DAY:
        for start in range(0, len(edges), _SOME):
            query = _CROSSING.format(edges=", ".join(f"({edge})" for edge in edges[start : start + _SOME]))
            of = {"engagement": spent.engagement, "service": spent.service, "low": low, "high": high}
            for edge, *row in connection.execute(text(query), of):
                missing[edge] -= 1
                task = _Task(*row)
                if within[0] <= task.at < within[1] and not shift.holds(task.at - 1) and shift.has(task.told):
                    yield task
        low, high = high, 3 * high
