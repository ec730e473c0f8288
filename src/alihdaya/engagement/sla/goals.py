"""What is promised of a month: a share of the items in time, or a mean, for all or for a level; and how it was kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from alihdaya.engagement.sla import CLOCKS, Attainment, ClockName, SlaClock
from alihdaya.engagement.terms import Service, Target


@dataclass(frozen=True, slots=True)
class Goal:
    """One promise. `level` "": all items but those of levels that have a promise of their own.

    `percent` of the items must be in time. With `limit`, the mean may be so many microseconds of working time at most,
    and `percent` is 100.
    """

    service: str
    clock: ClockName
    level: str
    percent: Decimal
    limit: int | None


def goals(service: Service) -> tuple[Goal, ...]:
    """Give what the terms promise of a service's months, in the order of the clocks, the common promise first."""
    return tuple(one for clock in CLOCKS for one in _goals(service, clock))


def _goals(service: Service, clock: ClockName) -> Iterator[Goal]:
    common: Target | None = getattr(service.sla, clock)
    levels = {level.name: getattr(level, clock) for level in service.sla.levels}
    apart = {name: target for name, target in levels.items() if target is not None and _apart(target, common)}
    if common is not None or any(target is not None for name, target in levels.items() if name not in apart):
        yield _goal(service, clock, "", common)
    for name, target in apart.items():
        yield _goal(service, clock, name, target)


def _apart(target: Target, common: Target | None) -> bool:
    return target.percent is not None or target.average or (common is not None and common.average)


def _goal(service: Service, clock: ClockName, level: str, target: Target | None) -> Goal:
    if target is not None and target.average:
        rule = SlaClock(service).rules(level or None)[CLOCKS.index(clock)]
        return Goal(service.id, clock, level, Decimal(100), rule[1] if rule else 0)
    share = target.percent if target is not None and target.percent is not None else service.sla.attainment
    return Goal(service.id, clock, level, share, None)


def attained(service: Service, month: str, measures: Mapping[str, int]) -> tuple[Attainment, ...]:
    """Make a month's figures of a service from what was counted: `respond_met`, `respond_missed:P1`, `respond_time`.

    Of a mean, met and missed are microseconds: what the limit allows all items, as far as it was used, and what they
    took beyond it; so that the share is the limit's part of the mean, and kept at 100.
    """
    wanted = goals(service)
    return tuple(_attained(goal, month, measures, wanted) for goal in wanted)


def _attained(goal: Goal, month: str, measures: Mapping[str, int], wanted: tuple[Goal, ...]) -> Attainment:
    levels = [one.level for one in wanted if one.clock == goal.clock and one.level]
    met, missed = (_count(measures, f"{goal.clock}_{which}", goal.level, levels) for which in ("met", "missed"))
    if goal.limit is None:
        return Attainment(goal.service, goal.clock, month, met, missed, goal.percent, goal.level)
    items = met + missed
    total = measures.get(f"{goal.clock}_time" + (f":{goal.level}" if goal.level else ""), 0)
    within = min(total, goal.limit * items)
    mean = total // items if items else None
    kept = (within, total - within) if total else (items, 0)
    return Attainment(goal.service, goal.clock, month, *kept, goal.percent, goal.level, goal.limit, mean)


def _count(measures: Mapping[str, int], name: str, level: str, levels: list[str]) -> int:
    if level:
        return measures.get(f"{name}:{level}", 0)
    return measures.get(name, 0) - sum(measures.get(f"{name}:{one}", 0) for one in levels)
