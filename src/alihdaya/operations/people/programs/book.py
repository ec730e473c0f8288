"""Which program has which task until when, and what it was spared: of the process, never the truth.

A program's hold stands in the log like a person's. How long it may be silent does not: whoever opens the desk next
lets every lease begin anew.
"""

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final, NamedTuple

from alihdaya.kernel.time import SECOND
from alihdaya.work.item import TaskKey

LEASE: Final = 60 * SECOND
"""How long a program may be silent where nobody knows what it asked for."""


class Lease(NamedTuple):
    """Until when (microseconds) the hold that began at `begun` may be silent."""

    until: int
    begun: int


@dataclass(slots=True)
class LeaseBook:
    """The leases of one desk. `opened`: what was queued later than that cannot have failed before."""

    opened: int = 0
    leases: dict[TaskKey, Lease] = field(default_factory=dict)
    ends: list[tuple[int, TaskKey]] = field(default_factory=list)
    """Heap of (until, task); one that was prolonged meanwhile is passed over."""
    failures: dict[TaskKey, int] = field(default_factory=dict)
    """How often programs failed at a task, where that was asked."""
    spared: dict[tuple[TaskKey, str], int] = field(default_factory=dict)
    """(task, program) -> when it may have the task again that it failed at."""
    tests: dict[tuple[str, str], int] = field(default_factory=dict)
    """(program, certificate) -> the practical test that was set last."""

    def put(self, key: TaskKey, lease: Lease) -> None:
        """Let a lease begin, or go on."""
        self.leases[key] = lease
        heappush(self.ends, (lease.until, key))

    def over(self, now: int) -> list[tuple[TaskKey, Lease]]:
        """Take out the leases that are over."""
        found = []
        while self.ends and self.ends[0][0] <= now:
            until, key = heappop(self.ends)
            lease = self.leases.get(key)
            if lease is not None and lease.until == until:
                del self.leases[key]
                found.append((key, lease))
        return found

    def next_due(self) -> int | None:
        """Say when `over` has something next; None where nothing runs."""
        return self.ends[0][0] if self.ends else None
