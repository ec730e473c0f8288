"""How large the groups of commands are, and how long each takes to become durable: the writers count as they go."""

from bisect import bisect_left
from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple

SIZES = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
"""Upper bounds of the classes of commands in a group; 0 is a group of timers only."""

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper bounds of the classes of durations."""


class Spread(NamedTuple):
    """A histogram: how many lie at or below each bound, of all how many, and their sum."""

    bounds: Sequence[float]
    upto: tuple[int, ...]
    number: int
    total: float


class Groups:
    """Counts for all writers of a process. One group costs two searches in short tuples under a lock."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sizes = [0] * (len(SIZES) + 1)
        self._seconds = [0] * (len(SECONDS) + 1)
        self._commands = 0
        self._time = 0.0

    def add(self, commands: int, seconds: float) -> None:
        """Count a group that was carried out and committed."""
        size, duration = bisect_left(SIZES, commands), bisect_left(SECONDS, seconds)
        with self._lock:
            self._sizes[size] += 1
            self._seconds[duration] += 1
            self._commands += commands
            self._time += seconds

    def spreads(self) -> tuple[Spread, Spread]:
        """Give the sizes and the durations so far, of one moment."""
        with self._lock:
            sizes, seconds, commands, time = self._sizes.copy(), self._seconds.copy(), self._commands, self._time
        return _spread(SIZES, sizes, commands), _spread(SECONDS, seconds, time)


def _spread(bounds: Sequence[float], counts: Sequence[int], total: float) -> Spread:
    upto = tuple(sum(counts[: place + 1]) for place in range(len(bounds)))
    return Spread(bounds, upto, sum(counts), total)
