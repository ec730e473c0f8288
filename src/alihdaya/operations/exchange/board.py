"""The board: what the desk holds in its head of what goes between items."""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush

from alihdaya.work.exchange import StartSet

StartKey = tuple[str, str, str, str, int]
"""(engagement, service, process, node, part) of a start event."""


@dataclass(slots=True)
class Board:
    """What is known of start events; all of it is read back from the store when a desk is opened."""

    starts: dict[StartKey, StartSet] = field(default_factory=dict)
    timers: list[tuple[int, StartKey]] = field(default_factory=list)
    """Heap of (due, start event); one that was set anew stays until it comes up and is passed over."""
    starting: bool = True
    """Whether timers start items; not while a rehearsal only finishes what is open."""
    mine: Callable[[str, str], bool] = lambda _channel, _external_id: True
    """Says of a channel and external id whether the item belongs to this desk: of many shards, to one."""

    def set_start(self, start: StartSet) -> None:
        """Know a start event from now on, in place of what was known of it."""
        self.starts[start[:5]] = start
        if start.due is not None:
            heappush(self.timers, (start.due, start[:5]))

    def next_start(self) -> StartSet | None:
        """Give the timer start event that is due next, or None; it stays."""
        while self.timers and self.starting:
            due, key = self.timers[0]
            found = self.starts.get(key)
            if found is not None and found.due == due:
                return found
            heappop(self.timers)
        return None

    def next_alarm(self) -> int | None:
        """Say when something between items is due next (microseconds), None where nothing is."""
        start = self.next_start()
        return None if start is None else start.due
