"""A task: the part of an item that waits for a person."""

from typing import NamedTuple

from alihdaya.people.gate import Needs
from alihdaya.work.events import TaskQueued

TaskKey = tuple[int, int]
"""(item, token): names a task for ever."""


class Task(NamedTuple):
    """One task. `token` is the engine's token that waits at the node; all instants in microseconds.

    `priority`: 0 to 100, higher is more urgent. Due instants are None where the terms set no target.
    """

    item: int
    token: int
    service: str
    node: str
    needs: Needs
    priority: int
    queued_at: int
    respond_due: int | None
    resolve_due: int | None

    @property
    def key(self) -> TaskKey:
        """Give the task's name, (item, token)."""
        return self.item, self.token


def task_of(item: int, queued: TaskQueued, at: int) -> Task:
    """Make the task of an event that happened to `item` at `at`."""
    return Task(
        item=item,
        token=queued.token,
        service=queued.service,
        node=queued.node,
        needs=Needs(*queued.needs),
        priority=queued.priority,
        queued_at=at,
        respond_due=queued.respond_due,
        resolve_due=queued.resolve_due,
    )
