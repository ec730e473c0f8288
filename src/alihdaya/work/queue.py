"""The queue: which task comes next, in an order that lets nobody starve."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Final

from alihdaya.kernel.time import DAY, MINUTE
from alihdaya.people.gate import Needs
from alihdaya.work.item import Task, TaskKey

PRIORITY_WORTH: Final = 6 * MINUTE
"""A point of priority moves a task as far forward as this much waiting: 100 points are worth ten hours."""

PATIENCE: Final = 7 * DAY
"""A task without a due time stands as if it were due this long after it was queued."""

Place = tuple[int, int, int]
"""(urgency, item, token): the order of the queue, smallest first."""


def place(task: Task) -> Place:
    """Give a task's place. It never changes while the task waits, so that nothing has to be sorted again.

    Urgency is the instant by which the task should begin (respond due, else resolve due, else PATIENCE after it was
    queued), brought forward by PRIORITY_WORTH for each point of priority from 0 to 100. As time goes by, new tasks
    come with later instants: that is the ageing. A waiting task can be overtaken only by tasks queued less than
    ten hours and the longest target after it; the queue ahead of it is finite, so nobody starves.
    """
    due = task.respond_due if task.respond_due is not None else task.resolve_due
    if due is None:
        due = task.queued_at + PATIENCE
    return due - min(max(task.priority, 0), 100) * PRIORITY_WORTH, task.item, task.token


class Queue:
    """Waiting tasks, in one heap for each set of needs. Push, take and remove are O(log n), taken over many calls.

    The order is total and does not depend on the order of arrival: ties fall to the lower item, then token.
    """

    __slots__ = ("_heaps", "_tasks", "_waiting")

    def __init__(self) -> None:
        self._tasks: dict[TaskKey, Task] = {}
        self._heaps: dict[Needs, list[Place]] = {}
        self._waiting: dict[Needs, int] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    def __contains__(self, key: TaskKey) -> bool:
        return key in self._tasks

    def task(self, item: int, token: int) -> Task:
        """Give a waiting task. Raises KeyError where it does not wait."""
        return self._tasks[item, token]

    def push(self, task: Task) -> None:
        """Let a task wait. Raises ValueError where it waits already."""
        if task.key in self._tasks:
            raise ValueError(f"task {task.token} of item {task.item} is in the queue already")
        self._tasks[task.key] = task
        heappush(self._heaps.setdefault(task.needs, []), place(task))
        self._waiting[task.needs] = self._waiting.get(task.needs, 0) + 1

    def remove(self, item: int, token: int) -> Task:
        """Take a task out, because somebody got it or because it is gone. Raises KeyError where it does not wait."""
        task = self._tasks.pop((item, token))
        left = self._waiting[task.needs] - 1
        self._waiting[task.needs] = left
        heap = self._heaps[task.needs]
        if not left:
            del self._waiting[task.needs], self._heaps[task.needs]
        elif heap[0][1:] == task.key:
            heappop(heap)
        elif len(heap) > 2 * left + 64:
            heap[:] = [entry for entry in heap if self._stands(entry, task.needs)]
            heapify(heap)
        return task

    def _stands(self, entry: Place, needs: Needs) -> bool:
        """Tell a place that counts from one left behind by a task that was removed, or that came back changed."""
        task = self._tasks.get((entry[1], entry[2]))
        return task is not None and task.needs == needs and place(task) == entry

    def head(self, needs: Needs) -> Task | None:
        """Give the next task with exactly these needs; it goes on waiting."""
        heap = self._heaps.get(needs)
        while heap:
            if self._stands(heap[0], needs):
                return self._tasks[heap[0][1], heap[0][2]]
            heappop(heap)
        return None

    def pop(self, needs: Needs | None = None) -> Task | None:
        """Take out the next task, of these needs or of all; None where nothing waits."""
        heads = self.heads() if needs is None else [head for head in (self.head(needs),) if head]
        if not heads:
            return None
        best = min(heads, key=place)
        return self.remove(best.item, best.token)

    def heads(self) -> list[Task]:
        """Give the next task of every set of needs that somebody waits with."""
        return [head for needs in list(self._heaps) if (head := self.head(needs)) is not None]

    def waiting(self) -> dict[Needs, int]:
        """Count the waiting tasks by their needs."""
        return dict(self._waiting)

    def first(self, needs: Needs) -> Iterator[Task]:
        """Walk the tasks of these needs in order; the first k cost O(k log k), however many wait.

        The queue must not change during the walk.
        """
        heap = self._heaps.get(needs, [])
        ahead = [(heap[0], 0)] if heap else []
        last = None
        while ahead:
            entry, n = heappop(ahead)
            for child in (2 * n + 1, 2 * n + 2):
                if child < len(heap):
                    heappush(ahead, (heap[child], child))
            # A task that was removed and came back unchanged stands in the heap twice.
            if entry != last and self._stands(entry, needs):
                last = entry
                yield self._tasks[entry[1], entry[2]]

    def __iter__(self) -> Iterator[Task]:
        """Walk all tasks in the order of the queue."""
        return iter(sorted(self._tasks.values(), key=place))
