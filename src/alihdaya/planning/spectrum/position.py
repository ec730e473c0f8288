"""Where a service stands between BPO (0) and KPO (1): ten readings, never one number alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Final

from alihdaya.kernel.time import DAY
from alihdaya.planning.sourcing.cost import Item
from alihdaya.planning.spectrum import measures
from alihdaya.planning.spectrum.facts import Case
from alihdaya.planning.spectrum.measures import Estimate

DIFFERENCES: Final = (
    "judgment", "complexity", "knowledge", "insight", "coordination", "talent", "level", "arbitrage", "applied", "list",
)  # fmt: skip
"""The ten differences of S16, in its order; the last one is the label."""

LEAST: Final = 100
"""Under so many cases a measure says nothing."""

_HALFWAY: Final = {"complexity": 10.0, "level": 8.0}
"""Difference -> the value at which its scale is halfway: C / (C + 10), D / (D + 8)."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the log does not say. `prices`: unit -> price; `professional`: certificates that are credentials.

    `study`: what an item costs in-house, its minutes there, and what it costs away (planning.sourcing).
    """

    prices: Mapping[str, float] = field(default_factory=dict)
    professional: frozenset[str] = frozenset()
    study: tuple[Item, float, Item] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One difference of one service. `state`: measured, "too few" or "no facts"; only a measured one has numbers.

    `position`, `low` and `high` (95 %) from 0 (BPO) to 1 (KPO); `value` in the measure's own unit.
    """

    difference: str
    state: str
    position: float | None = None
    low: float | None = None
    high: float | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A service with its readings, in the order of DIFFERENCES. `kind`: its pack's, BPO or KPO (S14, S15)."""

    id: str
    kind: str
    cases: int
    readings: tuple[Reading, ...]


def scaled(difference: str, value: float) -> float:
    """Bring a value to the scale from 0 to 1."""
    halfway = _HALFWAY.get(difference)
    return value if halfway is None else value / (value + halfway)


def estimates(cases: Sequence[Case], given: Given) -> dict[str, Estimate | None]:
    """Give the nine measures of some cases; None where the log has no facts for one."""
    study = given.study
    return {
        "judgment": measures.judgment(cases),
        "complexity": measures.complexity(cases),
        "knowledge": measures.knowledge(cases),
        "insight": measures.insight(cases, dict(given.prices), _week),
        "coordination": measures.coordination(cases),
        "talent": measures.talent(cases, given.professional) if given.professional else None,
        "level": measures.level(cases),
        "arbitrage": measures.arbitrage(cases, *study) if study else None,
        "applied": measures.applied(cases),
    }


def _week(at: int) -> int:
    return (at // DAY + 3) // 7  # 1 January 1970 was a Thursday


def read_service(
    service: str, kind: str, cases: Sequence[Case], given: Given, *, seed: int = 1, draws: int = 400
) -> Service:
    """Measure a service: each difference with the 95 % interval of a bootstrap over its cases (percentiles, seeded)."""
    found = estimates(cases, given)
    readings = [interval(name, found[name], len(cases), seed=seed, draws=draws) for name in DIFFERENCES[:-1]]
    label = Reading("list", "measured", float(kind == "KPO"), value=float(kind == "KPO"))
    return Service(service, kind, len(cases), (*readings, label))


def interval(difference: str, estimate: Estimate | None, cases: int, *, seed: int, draws: int) -> Reading:
    """Work one measure out, and how far it might be off."""
    import numpy as np

    if estimate is None:
        return Reading(difference, "no facts")
    if cases < LEAST:
        return Reading(difference, "too few")
    value = estimate(np.ones(cases))
    if isnan(value):
        return Reading(difference, "no facts")
    chance = np.random.default_rng(seed)
    drawn = [
        scaled(difference, one)
        for one in (
            estimate(np.bincount(chance.integers(0, cases, cases), minlength=cases).astype(float)) for _ in range(draws)
        )
        if not isnan(one)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5]) if drawn else (0.0, 1.0)
    return Reading(difference, "measured", scaled(difference, value), float(low), float(high), value)


def auc(services: Sequence[Service], position: Callable[[Service], float | None]) -> float | None:
    """Give how often a KPO service stands above a BPO one, ties half; None without one of each.

    `position`: of a service, None where it is not measured.
    """
    placed = [(one.kind, position(one)) for one in services]
    high = [place for kind, place in placed if kind == "KPO" and place is not None]
    low = [place for kind, place in placed if kind == "BPO" and place is not None]
    if not high or not low:
        return None
    wins = sum((a > b) + (a == b) / 2 for a in high for b in low)
    return wins / (len(high) * len(low))
