"""One run in real time: what comes at its moment, who gets it, and when that is durable."""

import time
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Any, NamedTuple

from alihdaya.kernel.time import SECOND
from alihdaya.operations.floor.switchboard import Switchboard
from alihdaya.work.floor import FULL
from alihdaya.work.floor import commands as do
from alihdaya.work.floor.events import Assigned
from bench.routing.trace import Trace

GROUP = 1_000
PATIENCE = 60.0
PAUSE = 0.008
"""Seconds from one group to the next at the least: what a commit costs is shared by what comes meanwhile."""


class Given(NamedTuple):
    """Who got an item, `at` (microseconds of the floor). Seconds of the run: when it `came`, and was `durable`.

    `could`: when it had come and this person was free for it; `at_once`: it was given in the first routing it was in.
    """

    came: float
    could: float
    durable: float
    person: str
    at: int
    at_once: bool


class Run:
    """One run of `count` items of a trace, numbered from `first_item`; times in seconds since its beginning.

    `after` is called after each group.
    """

    def __init__(
        self,
        board: Switchboard,
        trace: Trace,
        count: int,
        *,
        first_item: int = 1,
        busy_at: Sequence[float] = (),
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self.board, self.trace, self.count, self.first_item = board, trace, count, first_item
        self.at: Sequence[float] = ()
        self.given: dict[int, Given] = {}
        self.received: list[float] = []
        """How late each item was in the queue, durably."""
        self.busy: list[float] = []
        """The share of everybody's attention that was taken, at each of `busy_at`."""
        self.events = self.groups = 0
        self.ended = 0.0
        self._busy_at = list(busy_at)
        self._after = after
        self._finishing: list[tuple[float, int, str]] = []
        self._freed: dict[str, float] = {}
        self._base = board.floor.at + 1
        self._begun = 0.0
        self._last = 0.0

    def go(self, at: Sequence[float], *, patience: float = PATIENCE) -> None:
        """Bring everything at its time, and go on until all is given out, or `patience` after the last one came."""
        self.at = at
        self._begun = time.perf_counter()
        end = at[self.count - 1]
        while True:
            now = time.perf_counter() - self._begun
            if self._busy_at and now >= self._busy_at[0]:
                del self._busy_at[0]
                self.busy.append(self._taken())
            if now < self._last + PAUSE:
                time.sleep(self._last + PAUSE - now)
                continue
            commands, came = self._commands(now)
            if commands:
                self._last = now
                self._carry_out(commands, came, now)
            elif len(self.received) == self.count and (len(self.given) == self.count or now > end + patience):
                self.busy += [self._taken()] * len(self._busy_at)
                return
            else:
                time.sleep(max(0.0, min(self._next() - now, 0.05)))

    def _taken(self) -> float:
        seats = self.board.floor.seats
        return sum(seat.load for seat in seats.values()) / (FULL * max(1, len(seats)))

    def _next(self) -> float:
        due = self._finishing[0][0] if self._finishing else 1e9
        number = len(self.received)
        return min(due, self.at[number] if number < self.count else 1e9)

    def _commands(self, now: float) -> tuple[list[Any], int]:
        """Give what has come by now, and how many new items are among it."""
        commands: list[Any] = []
        while self._finishing and self._finishing[0][0] <= now and len(commands) < GROUP:
            due, item, person = heappop(self._finishing)
            self._freed[person] = due
            commands.append(do.Finish(item, 1, person, "done", 1))
        first = number = len(self.received)
        at, size = self.at, len(self.trace.at)
        while number < self.count and at[number] <= now and len(commands) < GROUP:
            made = self.trace.arrival(number % size, at=at[number], item=self.first_item + number)
            commands.append(do.Enqueue(made.piece))
            number += 1
        return commands, number - first

    def _carry_out(self, commands: list[Any], came: int, now: float) -> None:
        at = self._base + int(now * SECOND)
        answer = self.board.carry_out(commands, at)
        durable = time.perf_counter() - self._begun
        if answer.refusals:
            raise SystemExit(f"refused: {next(iter(answer.refusals.values()))}")
        first, size = len(self.received), len(self.trace.at)
        self.received += [durable - one for one in self.at[first : first + came]]
        self.events += len(answer.events)
        self.groups += 1
        self.ended = durable
        for event in answer.events:
            if type(event) is Assigned:
                number = event.item - self.first_item
                came_at = self.at[number]
                at_once = number >= first
                could = came_at if at_once else max(came_at, self._freed.get(event.person, 0.0))
                self.given[event.item] = Given(came_at, could, durable, event.person, at, at_once)
                heappush(self._finishing, (durable + self.trace.took[number % size], event.item, event.person))
        self._after()
