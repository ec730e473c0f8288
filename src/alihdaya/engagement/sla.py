"""The SLA clock: due instants from the targets, verdicts, and attainment per month."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Literal, NamedTuple

from alihdaya.engagement.clock import Clock
from alihdaya.engagement.terms import Service, Target
from alihdaya.kernel.time import HOUR

ClockName = Literal["respond", "resolve"]
Verdict = Literal["met", "missed", "running", "none"]
CLOCKS: tuple[ClockName, ...] = ("respond", "resolve")


class Due(NamedTuple):
    """Until when to begin and to finish, in microseconds; None where the terms set no target."""

    respond: int | None
    resolve: int | None


class Pause(NamedTuple):
    """The clock stood from `start` until before `end`; `end` is None while it still stands."""

    start: int
    end: int | None


class SlaClock:
    """The clocks of one service. Making one lays out its calendar; keep it for as long as the terms hold."""

    __slots__ = ("_by_level", "_otherwise", "clock", "pauses", "service")

    def __init__(self, service: Service) -> None:
        self.service = service
        self.clock = Clock(service.calendar)
        self.pauses = frozenset(service.sla.pauses)
        self._otherwise = _rule(service.sla.respond), _rule(service.sla.resolve)
        self._by_level = {level.name: (_rule(level.respond), _rule(level.resolve)) for level in service.sla.levels}

    def due(self, start: int, variables: Mapping[str, object] | None = None) -> Due:
        """Give both due instants of a task of an item that came at `start` and has these variables."""
        rules = self._otherwise
        if self._by_level and variables is not None:
            rules = self._by_level.get(str(variables.get(self.service.sla.by)), rules)
        return Due(self._due(start, rules[0]), self._due(start, rules[1]))

    def _due(self, start: int, rule: tuple[bool, int] | None) -> int | None:
        if rule is None:
            return None
        days, amount = rule
        return self.clock.add_working_days(start, amount) if days else self.clock.add_working(start, amount)

    def after_pauses(self, due: int | None, start: int, pauses: Iterable[Pause]) -> int | None:
        """Move a due instant by the working time of the pauses that began before it came; None while one is open.

        Pauses may overlap and come in any order; what lies before `start` does not count. A re-assignment or a new
        priority has no part in this, so neither can lose a pause.
        """
        reached = start
        for pause in sorted(pauses):
            if due is None or pause.start >= due:
                break
            if pause.end is None:
                return None
            low = max(pause.start, reached)
            if pause.end > low:
                due = self.clock.add_working(due, self.clock.working_between(low, pause.end))
                reached = pause.end
        return due


def _rule(target: Target | None) -> tuple[bool, int] | None:
    if target is None:
        return None
    if target.working_days is not None:
        return True, target.working_days
    return False, int((target.working_hours or Decimal(0)) * HOUR)


def verdict(due: int | None, done: int | None, now: int) -> Verdict:
    """Tell how a clock stands: done at the due instant itself is met; not done and past it is missed already."""
    if due is None:
        return "none"
    if done is None:
        return "missed" if now > due else "running"
    return "met" if done <= due else "missed"


@dataclass(frozen=True, slots=True)
class Attainment:
    """What was kept of one clock of one service in a month. `target` in percent."""

    service: str
    clock: ClockName
    month: str
    met: int
    missed: int
    target: Decimal

    @property
    def percent(self) -> Decimal | None:
        """The share kept, in percent to one hundredth, rounded down so that 94.999 never reads 95; None of none."""
        total = self.met + self.missed
        if not total:
            return None
        return (Decimal(100 * self.met) / total).quantize(Decimal("0.01"), ROUND_DOWN)

    @property
    def kept(self) -> bool:
        """Whether the target was kept, exactly; a month without measured tasks keeps it."""
        return 100 * self.met >= self.target * (self.met + self.missed)


def attain(service: Service, month: str, counts: dict[ClockName, tuple[int, int]]) -> tuple[Attainment, ...]:
    """Make the month's figures of a service from (met, missed) per clock, in the order of the clocks."""
    target = service.sla.attainment
    return tuple(Attainment(service.id, clock, month, *counts[clock], target) for clock in CLOCKS if clock in counts)
