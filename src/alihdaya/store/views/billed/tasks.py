"""A page of what people finished out of a month of any size."""

from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, func, select

from alihdaya.kernel.time import DAY, QUARTER, moment
from alihdaya.store.project.worked import ROUNDED
from alihdaya.store.schema import FINISHED, LABOUR
from alihdaya.store.views.billed.days import archived_since, day_span, zone_counted
from alihdaya.store.views.billed.pace import Pace, paced
from alihdaya.store.views.billed.worked import Spent, is_rounded
from alihdaya.store.views.items import Month
from alihdaya.store.views.months import Dates, day_sums, first_days
from alihdaya.store.working import WorkingSet

_ALL = Decimal("-Infinity"), Decimal("Infinity")


class FinishedTask(NamedTuple):
    """A finished task: when (microseconds), of which item, by whom, and the seconds that it took."""

    at: int
    item: int
    person: str
    seconds: int


class Work(NamedTuple):
    """Which finished tasks are meant: of a service, `within` these instants.

    The running sum of their seconds, each rounded up to a multiple of `increment` where that is not 0, is above the
    first `bounds` with them and below the second before them. `persons`: of theirs alone; None: of everybody's.
    """

    engagement: str
    service: str
    within: Month
    bounds: tuple[Decimal, Decimal] = _ALL
    increment: int = 0
    persons: Collection[str] | None = None


class _Day(NamedTuple):
    """A piece of the month: from `start` until before `end` so many tasks were finished, of so many seconds."""

    start: int
    end: int
    tasks: int
    seconds: int


def finished(store: WorkingSet, engagement: str, service: str, within: Month) -> list[FinishedTask] | None:
    """Give a service's finished tasks within two instants, in their order: by instant, then by item.

    None where items of that time were archived, and their tasks with them.
    """
    with store.moment(), store.snapshot() as connection:
        if archived_since(store, within[0]):
            return None
        return [FinishedTask(*row) for row in connection.execute(_tasks(Work(engagement, service, within), within))]


def finished_page(store: WorkingSet, work: Work, page: tuple[int, int]) -> list[FinishedTask] | None:
    """Give the finished tasks that are meant, from the first to the last of a page: counted from 1, both included.

    None where items of the month were archived. The days' counts say where the page begins; without them (where it
    was not known how tasks are rounded up, or the engagement changed its time zone) the tasks are added up.
    """
    with store.moment(), store.snapshot() as connection:
        if archived_since(store, work.within[0]):
            return None
        days = list(_days(store, connection, work))
        low, high = work.bounds
        first = page[0] - 1 + (_before(connection, work, days, lambda _, after: after > low) if low >= 0 else 0)
        last = page[1] - page[0] + 1 + first
        if sum(day.seconds for day in days) >= high:
            last = min(last, _before(connection, work, days, lambda before, _: before >= high))
        return _cut(connection, work, days, (first, last))


def seats_page(
    store: WorkingSet, work: Work, seats: tuple[int, int], page: tuple[int, int]
) -> list[FinishedTask] | None:
    """Give a page, as `finished_page` does, of the tasks of those who have the first to the last of some seats.

    Seats count from 1, both included, in the order in which each of them finished a first task within the time. None
    where items of the month were archived.
    """
    with store.moment():
        if archived_since(store, work.within[0]):
            return None
        persons = _persons_of(store, work, *seats)
        return finished_page(store, work._replace(persons=persons), page)


def _persons_of(store: WorkingSet, work: Work, first: int, last: int) -> frozenset[str] | None:
    """Give who has the first to the last of the seats; None where that is everybody."""
    persons: list[str] = []
    newcomers = list(_newcomers(store, work))
    if first <= 1 and sum(len(new) for _, new in newcomers) <= last:
        return None
    for day, new in newcomers:
        known = len(persons)
        persons += new
        if known < first - 1 < len(persons) or known < last < len(persons):
            with store.snapshot() as connection:
                rows = connection.execute(_tasks(work, day).with_only_columns(FINISHED.c.person))
                persons[known:] = dict.fromkeys(person for person in rows.scalars() if person in new)
    return frozenset(persons[first - 1 : last])


def _tasks(work: Work, within: Month) -> Select[Any]:
    done = FINISHED.c
    query = select(done.at, done.item, done.person, done.seconds).where(
        done.engagement == work.engagement, done.service == work.service, done.at >= within[0], done.at < within[1]
    )
    if work.persons is not None:
        query = query.where(done.person.in_(work.persons))
    return query.order_by(done.at, done.item, done.seq, done.token)


def _days(store: WorkingSet, connection: Connection, work: Work) -> Iterator[_Day]:
    """Give the pieces of the month in which anything was finished, in order."""
    zone = zone_counted(store, work.engagement)
    dates = None if zone is None else _dates(zone, work.within)
    if zone is None or dates is None:
        yield from _added_up(connection, work, DAY)
        return
    if work.persons is None:
        tasks = day_sums(store, (work.engagement, work.service), "done", dates)
        seconds = day_sums(store, (work.engagement, work.service), "handled", dates)
    else:
        same = (LABOUR.c.engagement == work.engagement) & (LABOUR.c.service == work.service)
        query = select(LABOUR.c.day, func.sum(LABOUR.c.tasks), func.sum(LABOUR.c.handled)).where(
            same, LABOUR.c.day >= dates[0], LABOUR.c.day <= dates[1], LABOUR.c.person.in_(work.persons)
        )
        rows = connection.execute(query.group_by(LABOUR.c.day)).all()
        tasks, seconds = ({day: int(row[n]) for day, *row in rows} for n in (0, 1))
    days = [_Day(*day_span(zone, day), n, seconds.get(day, 0)) for day, n in sorted(tasks.items()) if n]
    yield from _rounded(store, connection, work, days) if work.increment else days


def _dates(zone: ZoneInfo, within: Month) -> Dates | None:
    """Give the first and the last local day of some time; None where it is not whole days."""
    first, last = (moment(at, zone).date().isoformat() for at in (within[0], within[1] - 1))
    whole = day_span(zone, first)[0] == within[0] and day_span(zone, last)[1] == within[1]
    return (first, last) if whole else None


def _rounded(store: WorkingSet, connection: Connection, work: Work, days: Sequence[_Day]) -> Iterator[_Day]:
    """Give the days with each task's time rounded up."""
    spent = Spent(work.engagement, work.service, work.increment)
    aligned = not any(at % QUARTER for day in days for at in (day.start, day.end))
    if not aligned or not is_rounded(store, spent, work.within[0]):
        yield from _added_up(connection, work, DAY)
        return
    rounded = paced(store, (work.engagement, work.service, f"{ROUNDED}:{work.increment}"), work.within)
    counts = Pace(rounded, lambda _: 0)
    yield from (day._replace(seconds=counts.count((day.start, day.end))) for day in days)


def _added_up(connection: Connection, work: Work, step: int) -> Iterator[_Day]:
    """Give the pieces of some time, each so long, by adding up its tasks."""
    up = work.increment or 1
    each = _tasks(work, work.within).order_by(None).subquery()
    piece, seconds = each.c.at // step, (each.c.seconds + up - 1) // up * up
    query = select(piece.label("piece"), func.count(), func.sum(seconds)).group_by("piece").order_by("piece")
    for number, tasks, total in connection.execute(query):
        low, high = work.within
        yield _Day(max(number * step, low), min((number + 1) * step, high), int(tasks), int(total))


def _before(connection: Connection, work: Work, days: Sequence[_Day], met: Callable[[int, int], bool]) -> int:
    """Count the tasks before the first one at which it is `met`: a running sum of seconds before it, and with it."""
    count, total, up = 0, 0, work.increment or 1
    for day in days:
        if not met(total + day.seconds, total + day.seconds):
            count, total = count + day.tasks, total + day.seconds
            continue
        for piece in _added_up(connection, work._replace(within=(day.start, day.end)), QUARTER):
            if not met(total + piece.seconds, total + piece.seconds):
                count, total = count + piece.tasks, total + piece.seconds
                continue
            query = _tasks(work, (piece.start, piece.end)).with_only_columns(FINISHED.c.seconds)
            for seconds in connection.execute(query).scalars():
                after = total + -(-seconds // up) * up
                if met(total, after):
                    return count
                count, total = count + 1, after
    return count


def _cut(connection: Connection, work: Work, days: Sequence[_Day], rows: tuple[int, int]) -> list[FinishedTask]:
    """Give the tasks between two places, from 0, the second not included."""
    first, last = rows
    count, before, span = 0, 0, list[_Day]()
    for day in days:
        if count + day.tasks > first and count < last:
            before = before if span else count
            span.append(day)
        count += day.tasks
    if not span or first >= last:
        return []
    query = _tasks(work, (span[0].start, span[-1].end)).offset(first - before).limit(last - first)
    return [FinishedTask(*row) for row in connection.execute(query)]


def _newcomers(store: WorkingSet, work: Work) -> Iterator[tuple[Month, Collection[str]]]:
    """Give the days on which somebody finished a task who had not before within the time, and who."""
    zone = zone_counted(store, work.engagement)
    dates = None if zone is None else _dates(zone, work.within)
    if zone is None or dates is None:
        with store.snapshot() as connection:
            rows = connection.execute(_tasks(work, work.within).with_only_columns(FINISHED.c.person)).scalars()
            yield work.within, dict.fromkeys(rows)
        return
    by_day: dict[str, set[str]] = {}
    for person, day in first_days(store, (work.engagement, work.service), (dates,)).items():
        by_day.setdefault(day, set()).add(person)
    for day, persons in sorted(by_day.items()):
        yield day_span(zone, day), persons
