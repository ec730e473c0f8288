"""What a monitor asks of a store, in a few questions that do not grow with its history."""

from dataclasses import dataclass

from sqlalchemy import case, func, select

from alihdaya.store.schema import ATTEMPT, INCIDENT, ITEM, OUTBOX, TALLY, TASK, TIMER
from alihdaya.store.working import WorkingSet

MEASURES = (
    "received",
    "delivered",
    "stopped",
    "cancelled",
    "respond_met",
    "respond_missed",
    "resolve_met",
    "resolve_missed",
)
"""Which of the daily counts are summed."""

Service = tuple[str, str]
"""Engagement and service."""


@dataclass(frozen=True, slots=True)
class Gauges:
    """One moment of a store. `counts`: what happened since the beginning, by service and measure.

    `tasks`: open tasks by service and whether somebody holds them. `outbox`: what is to go out, by "job" or "message";
    `oldest` is since when the oldest of it waits (microseconds, None where nothing does), `dead` what was given up.
    """

    counts: dict[tuple[str, str, str], int]
    tasks: dict[tuple[str, str, bool], int]
    incidents: dict[Service, int]
    overdue: int
    outbox: dict[str, int]
    oldest: int | None
    dead: int


def gauges(store: WorkingSet, now: int) -> Gauges:
    """Read the figures as of `now` (microseconds)."""
    service = (ITEM.c.engagement, ITEM.c.service)
    held = TASK.c.person.is_not(None)
    kind = case((OUTBOX.c.token != 0, "job"), else_="message")
    counts = select(TALLY.c.engagement, TALLY.c.service, TALLY.c.measure, func.sum(TALLY.c.n)).where(
        TALLY.c.measure.in_(MEASURES)
    )
    tasks = select(*service, held, func.count()).join_from(TASK, ITEM, ITEM.c.id == TASK.c.item)
    incidents = select(*service, func.count()).join_from(INCIDENT, ITEM, ITEM.c.id == INCIDENT.c.item)
    with store.snapshot() as connection:
        waiting = connection.execute(select(kind, func.count(), func.min(OUTBOX.c.queued_at)).group_by(kind)).all()
        return Gauges(
            counts={
                (row[0], row[1], row[2]): int(row[3])
                for row in connection.execute(counts.group_by(TALLY.c.engagement, TALLY.c.service, TALLY.c.measure))
            },
            tasks={
                (row[0], row[1], bool(row[2])): row[3] for row in connection.execute(tasks.group_by(*service, held))
            },
            incidents={(row[0], row[1]): row[2] for row in connection.execute(incidents.group_by(*service))},
            overdue=connection.execute(select(func.count()).select_from(TIMER).where(TIMER.c.due <= now)).scalar_one(),
            outbox={row[0]: row[1] for row in waiting},
            oldest=min((row[2] for row in waiting), default=None),
            dead=connection.execute(
                select(func.count()).select_from(ATTEMPT).where(ATTEMPT.c.next_at == 0)
            ).scalar_one(),
        )
