"""What is open: items by age, and tasks whose clocks run."""

from typing import NamedTuple

from sqlalchemy import func, select

from alihdaya.store.project.standing import OVER
from alihdaya.store.schema import HANDOVER, ITEM, TASK
from alihdaya.store.working import WorkingSet


class OpenItem(NamedTuple):
    """An item that is not over. `received_at` in microseconds."""

    service: str
    status: str
    received_at: int


class RunningTask(NamedTuple):
    """An open task; `due` by the clock that runs: to respond until somebody has it, then to resolve."""

    item: int
    external_id: str
    service: str
    name: str
    person: str | None
    clock: str
    due: int


class Awaited(NamedTuple):
    """An `item` that token `token` of item `giver` handed over to a service and awaits back; `at` in microseconds.

    `person` asked for it, "" where its process did; `note` says what, and why.
    """

    item: int
    giver: int
    token: int
    engagement: str
    service: str
    person: str
    note: str
    at: int


class Lent(NamedTuple):
    """A task that somebody handed over and awaits back: `token` of `item`, since `at` (microseconds).

    `name` is the task's, `definition` the digest that names its words; `service` is the one that has it now.
    """

    item: int
    token: int
    name: str
    external_id: str
    definition: str
    service: str
    at: int


def handovers(store: WorkingSet, *, item: int = 0) -> list[Awaited]:
    """Give what was handed over between services and is awaited back, the oldest first; or that one `item`."""
    query = select(HANDOVER).where(HANDOVER.c.item == item if item else HANDOVER.c.item > 0)
    with store.snapshot() as connection:
        return [Awaited(*row) for row in connection.execute(query.order_by(HANDOVER.c.item))]


def lent_by(store: WorkingSet, person: str) -> list[Lent]:
    """Give the tasks that somebody handed over to other services and awaits back, the oldest first."""
    name = func.coalesce(func.nullif(TASK.c.name, ""), TASK.c.node)
    columns = (HANDOVER.c.giver, HANDOVER.c.token, name, ITEM.c.external_id, ITEM.c.definition, HANDOVER.c.service)
    same = (TASK.c.item == HANDOVER.c.giver) & (TASK.c.token == HANDOVER.c.token)
    query = select(*columns, HANDOVER.c.at).join_from(HANDOVER, TASK, same).join(ITEM, ITEM.c.id == HANDOVER.c.giver)
    query = query.where(HANDOVER.c.person == person, ITEM.c.status != "suspended").order_by(HANDOVER.c.item)
    with store.snapshot() as connection:
        return [Lent(*row) for row in connection.execute(query)]


def open_items(store: WorkingSet, engagement: str) -> list[OpenItem]:
    """Give the items of an engagement that are not over, the oldest first."""
    query = select(ITEM.c.service, ITEM.c.status, ITEM.c.received_at)
    query = query.where(ITEM.c.engagement == engagement, ITEM.c.status.not_in(OVER)).order_by(ITEM.c.id)
    with store.snapshot() as connection:
        return [OpenItem(*row) for row in connection.execute(query)]


def running_tasks(store: WorkingSet, engagement: str, until: int) -> list[RunningTask]:
    """Give the open tasks of an engagement that are due before `until`, those due first first; no suspended item's."""
    columns = (TASK.c.item, ITEM.c.external_id, TASK.c.service, TASK.c.name, TASK.c.person)
    query = select(*columns, TASK.c.respond_due, TASK.c.resolve_due).join_from(TASK, ITEM, ITEM.c.id == TASK.c.item)
    with store.snapshot() as connection:
        rows = connection.execute(query.where(ITEM.c.engagement == engagement, ITEM.c.status != "suspended")).all()
    found = []
    for item, external_id, service, name, person, respond, resolve in rows:
        clock, due = ("respond", respond) if person is None else ("resolve", resolve)
        if due is not None and due < until:
            found.append(RunningTask(item, external_id, service, name, person, clock, due))
    return sorted(found, key=lambda task: (task.due, task.item))
