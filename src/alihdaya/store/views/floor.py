"""The floor: queues, due times, people and the day's counts, all of one moment."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from alihdaya.store.codec import decode
from alihdaya.store.project.days import Days
from alihdaya.store.project.house import zone_of
from alihdaya.store.schema import ENGAGEMENT, INCIDENT, ITEM, LABOUR, LOG, PERSON, REFUSAL, TALLY, TASK
from alihdaya.store.working import WorkingSet, joined_from

_SOON = 3_600_000_000
_REFUSALS = 50


@dataclass(frozen=True, slots=True)
class Queue:
    """The open tasks of an engagement's service at one node. `oldest`: when the longest waiting one was queued.

    Each open task is in one due state, by the clock that runs (respond until it is assigned, then resolve): overdue,
    soon (within an hour), later, or without a target.
    """

    engagement: str
    service: str
    node: str
    name: str
    waiting: int
    assigned: int
    oldest: int | None
    overdue: int
    soon: int
    later: int
    untargeted: int


@dataclass(frozen=True, slots=True)
class Desk:
    """A person on the floor: what they work on since when, and what they did today. `program`: it is no person."""

    person: str
    name: str
    program: bool
    item: int | None
    task: str | None
    since: int | None
    done_today: int
    seconds_today: int


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """The gate kept a person from a task, for these reasons."""

    seq: int
    item: int
    token: int
    person: str
    reasons: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Floor:
    """The floor at `now`. `seq`, `at`: the log's last entry. `today`: counts of each engagement's local day, summed."""

    now: int
    seq: int
    at: int
    day: str
    queues: tuple[Queue, ...]
    desks: tuple[Desk, ...]
    today: Mapping[str, int]
    totals: Mapping[str, int]
    stopped: int
    refusals: tuple[RefusalRow, ...]


def floor(store: WorkingSet, now: int | None = None) -> Floor:
    """Give the floor as it is at `now` (microseconds; by default the time of the last entry)."""
    with store.snapshot() as connection:
        last = connection.execute(select(LOG.c.seq, LOG.c.at).order_by(LOG.c.seq.desc()).limit(1)).one_or_none()
        seq, at = (0, 0) if last is None else (last.seq, last.at)
        now = at if now is None else now
        days = _days(connection, now)
        return Floor(
            now=now,
            seq=seq,
            at=at,
            day=max(days.values(), default=Days("UTC").day(now)),
            queues=_queues(connection, now),
            desks=_desks(connection, days),
            today=_counts(connection, days),
            totals=_totals(connection),
            stopped=connection.execute(select(func.count(INCIDENT.c.item.distinct()))).scalar_one(),
            refusals=tuple(_refusals(connection, _REFUSALS)),
        )


def refusals(store: WorkingSet, *, limit: int = 1_000) -> list[RefusalRow]:
    """Give assignments that were refused, the latest first."""
    with store.snapshot() as connection:
        return _refusals(connection, limit)


def _days(connection: Connection, now: int) -> dict[str, str]:
    """Give engagement -> its local date at `now`, by the terms signed last."""
    rows = connection.execute(select(ENGAGEMENT).order_by(ENGAGEMENT.c.signed_at, ENGAGEMENT.c.digest))
    days = {row.id: Days(zone_of(decode(row.terms))).day(now) for row in rows}
    return days | {"": Days("UTC").day(now)}


def _queues(connection: Connection, now: int) -> tuple[Queue, ...]:
    tasks: dict[tuple[str, str, str], list[Row[Any]]] = defaultdict(list)
    query = select(TASK, ITEM.c.engagement).join(ITEM, ITEM.c.id == TASK.c.item).where(ITEM.c.status != "suspended")
    for task in connection.execute(query.order_by(TASK.c.service, TASK.c.node, TASK.c.queued_at)):
        tasks[task.service, task.node, task.engagement].append(task)
    return tuple(_queue(some, now) for some in tasks.values())


def _queue(tasks: list[Row[Any]], now: int) -> Queue:
    waiting = [task for task in tasks if task.person is None]
    due = [task.respond_due if task.person is None else task.resolve_due for task in tasks]
    targets = [one for one in due if one is not None]
    overdue, later = sum(one < now for one in targets), sum(one >= now + _SOON for one in targets)
    return Queue(
        engagement=tasks[0].engagement,
        service=tasks[0].service,
        node=tasks[0].node,
        name=tasks[0].name,
        waiting=len(waiting),
        assigned=len(tasks) - len(waiting),
        oldest=waiting[0].queued_at if waiting else None,
        overdue=overdue,
        soon=len(targets) - overdue - later,
        later=later,
        untargeted=len(due) - len(targets),
    )


def _desks(connection: Connection, days: Mapping[str, str]) -> tuple[Desk, ...]:
    busy = {task.person: task for task in connection.execute(select(TASK).where(TASK.c.person.is_not(None)))}
    done: dict[str, tuple[int, int]] = {}
    for row in connection.execute(select(LABOUR).where(LABOUR.c.day.in_(set(days.values())))):
        if days.get(row.engagement) == row.day:
            tasks, seconds = done.get(row.person, (0, 0))
            done[row.person] = (tasks + row.tasks, seconds + row.seconds)
    people = connection.execute(select(PERSON).order_by(PERSON.c.id))
    return tuple(_desk(joined_from(row.facts), busy.get(row.id), done.get(row.id, (0, 0))) for row in people)


def _desk(facts: Any, task: Row[Any] | None, done: tuple[int, int]) -> Desk:
    item, name, since = (None, None, None) if task is None else (task.item, task.name, task.assigned_at)
    return Desk(facts.person, facts.name, facts.program, item, name, since, *done)


def _counts(connection: Connection, days: Mapping[str, str]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    query = select(TALLY).where(TALLY.c.day.in_(set(days.values()))).order_by(TALLY.c.measure)
    for row in connection.execute(query):
        if days.get(row.engagement) == row.day:
            counts[row.measure] += row.n
    return dict(counts)


def _totals(connection: Connection) -> dict[str, int]:
    query = select(TALLY.c.measure, func.sum(TALLY.c.n)).group_by(TALLY.c.measure).order_by(TALLY.c.measure)
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def _refusals(connection: Connection, limit: int) -> list[RefusalRow]:
    query = select(REFUSAL).order_by(REFUSAL.c.seq.desc(), REFUSAL.c.token, REFUSAL.c.person).limit(limit)
    return [
        RefusalRow(row.seq, row.item, row.token, row.person, tuple(decode(row.reasons)), row.at)
        for row in connection.execute(query)
    ]
