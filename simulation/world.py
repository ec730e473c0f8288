"""One clock, one source of chance, one agenda: whatever happens in a simulated world happens here, in one order."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from heapq import heappop, heappush
from random import Random

from alihdaya.kernel.time import SECOND, iso, micros

START = micros(datetime(2026, 3, 2, 6, tzinfo=UTC))
"""A Monday, an hour past midnight in New York."""

Action = Callable[[], None]


class World:
    """A virtual clock in microseconds. The same seed gives the same history; `digest` names it.

    With `keep` every line of the history is kept in `lines`, else only their digest.
    """

    def __init__(self, seed: int, *, keep: bool = False) -> None:
        self.seed = seed
        self.now = START
        self.chance = Random(seed)
        self.faults: Counter[str] = Counter()
        self.calm = False
        """Once calm, no more faults begin."""
        self.lines: list[str] | None = [] if keep else None
        self._history = sha256()
        self._agenda: list[tuple[int, int, Action]] = []
        self._count = 0

    @property
    def digest(self) -> str:
        """The name of all that happened so far."""
        return self._history.hexdigest()[:16]

    def after(self, seconds: float, action: Action) -> None:
        """Let something happen so many seconds from now."""
        self._count += 1
        heappush(self._agenda, (self.now + int(seconds * SECOND), self._count, action))

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Let so much time pass, or less if `until` comes true."""
        end = self.now + int(seconds * SECOND)
        while self._agenda and self._agenda[0][0] <= end and not until():
            self.now, _, action = heappop(self._agenda)
            action()
        if not until():
            self.now = max(self.now, end)

    def tell(self, what: str) -> None:
        """Put a line into the history."""
        line = f"{iso(self.now)} {what}"
        self._history.update(line.encode() + b"\n")
        if self.lines is not None:
            self.lines.append(line)

    def fault(self, kind: str, what: str = "") -> None:
        """Count a fault and tell of it."""
        self.faults[kind] += 1
        self.tell(f"FAULT {kind} {what}".rstrip())

    def happens(self, share: float) -> bool:
        """Say whether something that goes wrong in such a share of cases goes wrong now."""
        return not self.calm and self.chance.random() < share


class Network:
    """Carries messages: usually at once, sometimes late, twice or never."""

    LOST, TWICE, LATE = 0.03, 0.03, 0.05

    def __init__(self, world: World) -> None:
        self.world = world

    def carry(self, name: str, deliver: Action) -> None:
        """Deliver once, or more, or never."""
        world = self.world
        if world.happens(self.LOST):
            world.fault("message lost", name)
            return
        copies = 1
        if world.happens(self.TWICE):
            world.fault("message doubled", name)
            copies = 2
        for _ in range(copies):
            delay = world.chance.expovariate(20)
            if world.happens(self.LATE):
                world.fault("message late", name)
                delay += world.chance.uniform(1, 300)
            world.after(delay, deliver)
