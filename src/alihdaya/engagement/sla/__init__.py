"""The SLA clock: due instants from the targets, verdicts, and attainment per month."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Literal, NamedTuple

from alihdaya.engagement.clock import Clock
from alihdaya.engagement.terms import Service, Target
from alihdaya.kernel.time import HOUR, MINUTE, SECOND

ClockName = Literal["respond", "resolve"]
Verdict = Literal["met", "missed", "running", "none"]
Rule = tuple[bool, int]
"""A limit: (True, working days) or (False, microseconds of working time)."""
CLOCKS: tuple[ClockName, ...] = ("respond", "resolve")
_UNITS = (HOUR, MINUTE, SECOND)


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

    __slots__ = ("_by", "_by_level", "_closes", "_otherwise", "clock", "pauses", "service")

    def __init__(self, service: Service) -> None:
        self.service = service
        self.clock = Clock(service.calendar)
        self.pauses = frozenset(service.sla.pauses)
        self._by = tuple(service.sla.by.split("/")) if service.sla.by else ()
        self._otherwise = _rule(service.sla.respond), _rule(service.sla.resolve)
        self._by_level = {level.name: (_rule(level.respond), _rule(level.resolve)) for level in service.sla.levels}
        wanted = [service.sla.respond, service.sla.resolve]
        self._closes = bool(self._by_level) or any(target is not None and target.average for target in wanted)

    def level(self, variables: Mapping[str, object] | None) -> str | None:
        """Name the level that applies to an item with these variables; None: the limits that all others have.

        Of a level that is named by several values, such as "P1/telephone", those from the left on may be enough: "P1".
        """
        if not self._by_level or variables is None:
            return None
        values = [str(variables.get(name)) for name in self._by]
        names = ("/".join(values[:n]) for n in range(len(values), 0, -1))
        return next((name for name in names if name in self._by_level), None)

    def rules(self, level: str | None) -> tuple[Rule | None, Rule | None]:
        """Give the limits (respond, resolve) of a level."""
        return self._otherwise if level is None else self._by_level[level]

    @property
    def levels(self) -> bool:
        """Whether there are any."""
        return bool(self._by_level)

    @property
    def closes(self) -> bool:
        """Whether what an item's clocks come to is counted by level or by average."""
        return self._closes

    def averages(self, level: str | None) -> tuple[bool, bool]:
        """Tell of both limits of a level whether they are for the month's mean."""
        return tuple(target is not None and target.average for target in targets(self.service, level))  # type: ignore[return-value]

    def elapsed(self, start: int, at: int, pauses: Iterable[Pause] = ()) -> int:
        """Give the working time from `start` until `at` that lies in no pause; 0 where `at` comes first.

        Pauses may overlap and come in any order; an open one goes on.
        """
        ran, reached = self.clock.working_between(start, max(at, start)), start
        for pause in sorted(pauses):
            low, high = max(pause.start, reached), at if pause.end is None else min(pause.end, at)
            if high > low:
                ran -= self.clock.working_between(low, high)
                reached = high
        return ran

    def due(self, start: int, variables: Mapping[str, object] | None = None) -> Due:
        """Give both due instants of a task of an item that came at `start` and has these variables."""
        return self.due_at(start, self.level(variables))

    def due_at(self, start: int, level: str | None, pauses: Iterable[Pause] = ()) -> Due:
        """Give both due instants of an item of a level that came at `start` and whose clocks stood in `pauses`."""
        respond, resolve = (self._due(start, rule) for rule in self.rules(level))
        if pauses:
            pauses = tuple(pauses)
            respond, resolve = (self.after_pauses(due, start, pauses) for due in (respond, resolve))
        return Due(respond, resolve)

    def _due(self, start: int, rule: Rule | None) -> int | None:
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


def targets(service: Service, level: str | None) -> tuple[Target | None, Target | None]:
    """Give what the terms say of a level's limits (respond, resolve); None: the common ones."""
    found = next((one for one in service.sla.levels if one.name == level), service.sla)
    return found.respond, found.resolve


def _rule(target: Target | None) -> Rule | None:
    if target is None:
        return None
    if target.working_days is not None:
        return True, target.working_days
    return False, int(sum((amount or Decimal(0)) * unit for amount, unit in zip(target.spans, _UNITS, strict=True)))


def verdict(due: int | None, done: int | None, now: int) -> Verdict:
    """Tell how a clock stands: done at the due instant itself is met; not done and past it is missed already."""
    if due is None:
        return "none"
    if done is None:
        return "missed" if now > due else "running"
    return "met" if done <= due else "missed"


@dataclass(frozen=True, slots=True)
class Attainment:
    """What was kept of one clock of one service in a month. `target` in percent.

    `level`: of which items, "" of all that have no figure of their own. Of a mean (`limit`, `mean`: microseconds of
    working time) met and missed are microseconds, too: see goals.attained.
    """

    service: str
    clock: ClockName
    month: str
    met: int
    missed: int
    target: Decimal
    level: str = ""
    limit: int | None = None
    mean: int | None = None

    @property
    def name(self) -> str:
        """The clock and, where it has a figure of its own, the level: "respond", "respond P1"."""
        return f"{self.clock} {self.level}" if self.level else self.clock

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
