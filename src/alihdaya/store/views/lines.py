"""A page of what was delivered, or of what people finished, out of a month of any size."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Connection, Select, bindparam, func, literal_column, select

from alihdaya.kernel.time import DAY, micros
from alihdaya.store.codec import decode
from alihdaya.store.project.house import zone_of
from alihdaya.store.schema import ARCHIVE, CARRIED, ENGAGEMENT, FINISHED, ITEM, LABOUR, TALLY
from alihdaya.store.views.items import Month, delivered_units
from alihdaya.store.views.ledger import Counted
from alihdaya.store.working import WorkingSet

Unit = tuple[str, str, str]
"""Engagement, service and unit."""

_ALL = Decimal("-Infinity"), Decimal("Infinity")
_SOME = 500


class FinishedTask(NamedTuple):
    """A finished task: when (microseconds), of which item, by whom, and the seconds that it took."""

    at: int
    item: int
    person: str
    seconds: int


class Work(NamedTuple):
    """Which finished tasks are meant: of a local month ("2013-01") of a service, which is `within` these instants.

    The running sum of their seconds, each rounded up to a multiple of `increment` where that is not 0, is above the
    first `bounds` with them and below the second before them. `persons`: of theirs alone; None: of everybody's.
    """

    engagement: str
    service: str
    month: str
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


def unit_page(store: WorkingSet, of: Unit, month: str, within: Month, page: tuple[int, int]) -> list[int] | None:
    """Give what `unit_items` gives of the local month ("2013-01") that is `within`, from the first to the last.

    `page`: both, counted from 1 and both included. None where items of the month were archived.
    The days' counts say on which day the page begins, and the index of what was delivered the rest.
    """
    first, last = page
    with store.snapshot() as connection:
        if _archived(connection, within):
            return None
        start, before = _jump(connection, of, month, first)
        query = delivered_units(*of, (max(within[0], start), within[1])).offset(first - before - 1)
        return list(connection.execute(query.limit(max(0, last - first + 1))).scalars())


class DayCount(NamedTuple):
    """So many items of a unit were delivered on a local day ("2013-01-31"), and had come in on another, or the same."""

    service: str
    unit: str
    day: str
    received: str
    n: int


def day_counts(store: WorkingSet, engagement: str, month: str, within: Month) -> tuple[ZoneInfo, list[DayCount]] | None:
    """Give what was delivered in the local month ("2013-01") that is `within`, by its days, and whose days these are.

    None where items of the month were archived, or the engagement's days were not always those of one time zone.
    """
    first, last, delivered = f"{month}-01", f"{month}-31", "delivered:"
    tally = select(TALLY.c.service, TALLY.c.measure, TALLY.c.day, TALLY.c.n).where(
        TALLY.c.engagement == engagement, TALLY.c.day >= first, TALLY.c.day <= last, TALLY.c.measure.like("delivered:%")
    )
    crossed = select(*[CARRIED.c[name] for name in DayCount._fields]).where(
        CARRIED.c.engagement == engagement, CARRIED.c.day >= first, CARRIED.c.day <= last
    )
    with store.snapshot() as connection:
        zone = _zone(connection, engagement)
        if zone is None or _archived(connection, within):
            return None
        counts = Counter[tuple[str, str, str, str]]()
        for service, measure, day, n in connection.execute(tally):
            counts[service, measure.removeprefix(delivered), day, day] += int(n)
        for service, unit, day, received, n in connection.execute(crossed):
            counts[service, unit, day, received] += int(n)
            counts[service, unit, day, day] -= int(n)
    return zone, [DayCount(*key, n) for key, n in sorted(counts.items()) if n]


def received_within(
    store: WorkingSet, of: Unit, closed: Month, received: Month | None, rows: tuple[int, int]
) -> list[Counted]:
    """Give a unit's deliveries between two instants, from the first to before the last place (from 0), in their order.

    `received`: of those alone that had come in between these instants.
    """
    columns = (ITEM.c.id, ITEM.c.service, ITEM.c.unit, ITEM.c.received_at, ITEM.c.closed_at)
    query = delivered_units(*of, closed).with_only_columns(*columns)
    if received is not None:
        query = query.where(ITEM.c.received_at >= received[0], ITEM.c.received_at < received[1])
    with store.snapshot() as connection:
        page = query.offset(rows[0]).limit(rows[1] - rows[0])
        return [Counted(*row) for row in connection.execute(page)]


def day_span(zone: ZoneInfo, day: str) -> Month:
    """Give when a local day begins and ends."""
    first = date.fromisoformat(day)
    both = (first, date.fromordinal(first.toordinal() + 1))
    start, end = (micros(datetime.combine(one, datetime.min.time(), zone)) for one in both)
    return start, end


def deliveries(store: WorkingSet, of: Unit, within: Month) -> list[tuple[int, int]] | None:
    """Give (instant, item) of a unit's deliveries within a month, in their order, read from the index alone.

    None where items of the month were archived.
    """
    with store.snapshot() as connection:
        if _archived(connection, within):
            return None
        query = delivered_units(*of, within).add_columns(ITEM.c.closed_at)
        return [(at, item) for item, at in connection.execute(query)]


def spans_page(
    store: WorkingSet, of: Unit, within: Month, spans: Sequence[Month], page: tuple[int, int]
) -> list[int] | None:
    """Give the items of a unit that were delivered within a month and one of its spans, from the first to the last.

    `page`: both, counted from 1 and both included. None where items of the month were archived. Each span that lies
    before the page is only counted, along the index.
    """
    before, left = page[0] - 1, max(0, page[1] - page[0] + 1)
    found: list[int] = []
    with store.snapshot() as connection:
        if _archived(connection, within):
            return None
        for span in spans:
            if before:
                n = _count(connection, of, span)
                if before >= n:
                    before -= n
                    continue
            rest = {"before": before, "left": left - len(found)}
            found += connection.execute(_IN_SPAN, {**_which(of, span), **rest}).scalars()
            before = 0
            if len(found) == left:
                break
    return found


def spans_counts(
    store: WorkingSet, of: Unit, within: Month, spans: Mapping[str, Sequence[Month]]
) -> dict[str, int] | None:
    """Count a unit's deliveries of a month in the spans of each name, along the index.

    None where items of the month were archived.
    """
    with store.snapshot() as connection:
        if _archived(connection, within):
            return None
        return {name: sum(_count(connection, of, span) for span in some) for name, some in spans.items()}


_LOW, _HIGH = bindparam("low", type_=BigInteger), bindparam("high", type_=BigInteger)
_SPANNED = (
    (ITEM.c.engagement == bindparam("engagement"))
    & (ITEM.c.service == bindparam("service"))
    & (ITEM.c.unit == bindparam("unit"))
    & (ITEM.c.status == literal_column("'delivered'"))
    & (ITEM.c.closed_at >= _LOW)
    & (ITEM.c.closed_at < _HIGH)
)
_COUNT = select(func.count()).select_from(ITEM).where(_SPANNED)
"""Made once: of a month with overtime there are some sixty spans to be counted."""

_IN_SPAN = (
    select(ITEM.c.id)
    .where(_SPANNED)
    .order_by(ITEM.c.closed_at, ITEM.c.id)
    .offset(bindparam("before", type_=BigInteger))
    .limit(bindparam("left", type_=BigInteger))
)


def _which(of: Unit, span: Month) -> dict[str, Any]:
    return dict(zip(("engagement", "service", "unit", "low", "high"), (*of, *span), strict=True))


def _count(connection: Connection, of: Unit, span: Month) -> int:
    return int(connection.execute(_COUNT, _which(of, span)).scalar_one())


def finished(store: WorkingSet, engagement: str, service: str, within: Month) -> list[FinishedTask] | None:
    """Give a service's finished tasks within two instants, in their order: by instant, then by item.

    None where items of that time were archived, and their tasks with them.
    """
    with store.snapshot() as connection:
        if _archived(connection, within):
            return None
        return [FinishedTask(*row) for row in connection.execute(_tasks(Work(engagement, service, "", within), within))]


def finished_page(store: WorkingSet, work: Work, page: tuple[int, int]) -> list[FinishedTask] | None:
    """Give the finished tasks that are meant, from the first to the last of a page: counted from 1, both included.

    None where items of the month were archived. The days' counts say where the page begins; without them (where tasks
    are rounded up one by one, or the engagement changed its time zone) the month's tasks are added up by the database.
    """
    with store.snapshot() as connection:
        if _archived(connection, work.within):
            return None
        days = list(_days(connection, work))
        low, high = work.bounds
        first = page[0] - 1 + (_before(connection, work, days, lambda _, after: after > low) if low >= 0 else 0)
        last = page[1] - page[0] + 1 + first
        if sum(day.seconds for day in days) >= high:
            last = min(last, _before(connection, work, days, lambda before, _: before >= high))
        return _cut(connection, work, days, (first, last))


def persons_of_seats(store: WorkingSet, work: Work, first: int, last: int) -> frozenset[str] | None:
    """Give the first to last (from 1, both included) of those who finished tasks, in the order of their first one.

    None where items of the month were archived.
    """
    with store.snapshot() as connection:
        if _archived(connection, work.within):
            return None
        persons: list[str] = []
        for day, new in _newcomers(connection, work):
            known = len(persons)
            persons += new
            if known < first - 1 < len(persons) or known < last < len(persons):
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


def _days(connection: Connection, work: Work) -> Iterator[_Day]:
    """Give the pieces of the month in which anything was finished, in order."""
    zone = _zone(connection, work.engagement)
    if zone is None or work.increment:
        yield from _added_up(connection, work)
        return
    query = _labour(work, LABOUR.c.day, func.sum(LABOUR.c.tasks), func.sum(LABOUR.c.handled))
    if work.persons is not None:
        query = query.where(LABOUR.c.person.in_(work.persons))
    for day, tasks, seconds in connection.execute(query.group_by(LABOUR.c.day).order_by(LABOUR.c.day)):
        if tasks:
            yield _Day(*day_span(zone, day), int(tasks), int(seconds))


def _labour(work: Work, *columns: Any) -> Select[Any]:
    first, last = f"{work.month}-01", f"{work.month}-31"
    same = (LABOUR.c.engagement == work.engagement) & (LABOUR.c.service == work.service)
    return select(*columns).where(same, LABOUR.c.day >= first, LABOUR.c.day <= last)


def _added_up(connection: Connection, work: Work) -> Iterator[_Day]:
    up = work.increment or 1
    each = _tasks(work, work.within).order_by(None).subquery()
    day, seconds = each.c.at // DAY, (each.c.seconds + up - 1) // up * up
    query = select(day.label("day"), func.count(), func.sum(seconds)).group_by("day").order_by("day")
    for number, tasks, total in connection.execute(query):
        low, high = work.within
        yield _Day(max(number * DAY, low), min((number + 1) * DAY, high), int(tasks), int(total))


def _before(connection: Connection, work: Work, days: Sequence[_Day], met: Callable[[int, int], bool]) -> int:
    """Count the tasks before the first one at which it is `met`: a running sum of seconds before it, and with it."""
    count, total, up = 0, 0, work.increment or 1
    for day in days:
        if not met(total + day.seconds, total + day.seconds):
            count, total = count + day.tasks, total + day.seconds
            continue
        query = _tasks(work, (day.start, day.end)).with_only_columns(FINISHED.c.seconds)
        with connection.execute(query.execution_options(yield_per=_SOME)) as found:
            for seconds in found.scalars():
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


def _newcomers(connection: Connection, work: Work) -> Iterator[tuple[Month, Collection[str]]]:
    """Give the days on which somebody finished a task who had not before within the month, and who."""
    zone = _zone(connection, work.engagement)
    if zone is None:
        rows = connection.execute(_tasks(work, work.within).with_only_columns(FINISHED.c.person)).scalars()
        yield work.within, dict.fromkeys(rows)
        return
    query = _labour(work, LABOUR.c.person, func.min(LABOUR.c.day)).where(LABOUR.c.tasks > 0).group_by(LABOUR.c.person)
    by_day: dict[str, set[str]] = {}
    for person, day in connection.execute(query):
        by_day.setdefault(day, set()).add(person)
    for day, persons in sorted(by_day.items()):
        yield day_span(zone, day), persons


def _archived(connection: Connection, within: Month) -> bool:
    archived = connection.execute(select(func.max(ARCHIVE.c.until))).scalar()
    return archived is not None and archived >= within[0]


def _zone(connection: Connection, engagement: str) -> ZoneInfo | None:
    """Give the time zone by which the days of an engagement were counted; None where it was not always the same one."""
    terms = connection.execute(select(ENGAGEMENT.c.terms).where(ENGAGEMENT.c.id == engagement)).scalars()
    zones = {zone_of(decode(one)) for one in terms}
    return ZoneInfo(*zones) if len(zones) == 1 else None


def _jump(connection: Connection, of: Unit, month: str, position: int) -> tuple[int, int]:
    """Give an instant, and how many of the month's items of this unit came before it: fewer than `position`.

    Days are those of the terms at intake, so the counts are of use where all terms there ever were count the same ones.
    """
    zone = _zone(connection, of[0])
    if zone is None:
        return 0, 0
    engagement, service, unit = of
    query = select(TALLY.c.day, TALLY.c.n).where(
        TALLY.c.engagement == engagement,
        TALLY.c.day >= f"{month}-01",
        TALLY.c.day <= f"{month}-31",
        TALLY.c.service == service,
        TALLY.c.measure == f"delivered:{unit}",
    )
    before = 0
    for day, n in connection.execute(query.order_by(TALLY.c.day)):
        if before + n >= position:
            return day_span(zone, day)[0], before
        before += n
    return 0, 0
