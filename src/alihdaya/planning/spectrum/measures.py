"""The measures as functions of how often each case counts, so that a bootstrap draws weights and nothing else."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import nan
from typing import TYPE_CHECKING, Any, Final

from alihdaya.planning.sourcing.cost import Item, split
from alihdaya.planning.spectrum.facts import Case

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Weights = NDArray[np.float64]

COORDINATES: Final = frozenset({"review", "advice", "comment", "meeting", "hand-over"})
"""Kinds of time beside tasks that are spent with, or on, others; wrapping up is not."""

Estimate = Callable[[Any], float]
"""How often each case counts (an array) -> the measure in its own unit; nan where it cannot be worked out."""

LEAST_WEEKS: Final = 8
"""Fewer weeks than this say nothing about revenue and volume."""


def ratio(parts: Sequence[tuple[float, float]]) -> Estimate | None:
    """Give the sum of the first parts over the sum of the second; None where no case has a second part."""
    import numpy as np

    above, below = np.array(parts, dtype=float).T if parts else (np.zeros(0), np.zeros(0))
    if not below.any():
        return None

    def at(weights: "Weights") -> float:
        whole = float(weights @ below)
        return float(weights @ above) / whole if whole else nan

    return at


def judgment(cases: Sequence[Case]) -> Estimate | None:
    """Minutes of people's decisions to which no rule gave an answer, of all decision minutes; rules take none."""
    found = ratio([
        (sum(one.minutes for one in case.steps if one.decides and not one.ruled),
         sum(one.minutes for one in case.steps if one.decides))
        for case in cases
    ])  # fmt: skip
    if found is None and any(one.decides for case in cases for one in case.steps):
        return lambda _: 0.0
    return found


def complexity(cases: Sequence[Case]) -> Estimate | None:
    """Entropy rate of the next activity given the current one, times the length of a case: bits a case."""
    import numpy as np

    pairs: dict[tuple[str, str], int] = {}
    codes, owners = [], []
    for number, case in enumerate(cases):
        way = ["", *(one.activity for one in case.steps if one.kind != "skipped"), ""]
        for pair in pairwise(way):
            codes.append(pairs.setdefault(pair, len(pairs)))
            owners.append(number)
    if not any(case.steps for case in cases):
        return None
    first = {name: number for number, name in enumerate(dict.fromkeys(pair[0] for pair in pairs))}
    begins = np.array([first[pair[0]] for pair in pairs])
    code, owner = np.array(codes), np.array(owners)

    def at(weights: "Weights") -> float:
        counts = np.bincount(code, weights[owner], len(pairs))
        totals = np.bincount(begins, counts, len(first))[begins]
        there = counts > 0
        bits = -(counts[there] * np.log2(counts[there] / totals[there])).sum()
        return float(bits / weights.sum())

    return at


def knowledge(cases: Sequence[Case]) -> Estimate | None:
    """Share of the subject in what practice explains.

    log minutes = a + b ln(n same process) + c ln(n same subject) + person; Var(c ln) over Var(b ln) + Var(c ln), both
    within persons. None where no case names a subject.
    """
    import numpy as np

    rows = sorted(
        ((one.at, number, one.person, case.subject, one.minutes) for number, case in enumerate(cases) if case.subject
         for one in case.steps if one.person and one.minutes > 0),
    )  # fmt: skip
    if len({row[3] for row in rows}) < 2:
        return None
    owner = np.array([row[1] for row in rows])
    who = _codes(row[2] for row in rows)
    table = np.array([
        np.log([row[4] for row in rows]),
        np.log(_times(row[2] for row in rows)),
        np.log(_times((row[2], row[3]) for row in rows)),
    ])  # fmt: skip

    def at(weights: "Weights") -> float:
        heavy = weights[owner]
        sums = np.maximum(np.bincount(who, heavy), 1e-300)
        means = [(np.bincount(who, heavy * one) / sums)[who] for one in table]
        minutes, *practice = (np.sqrt(heavy) * (one - mean) for one, mean in zip(table, means, strict=True))
        x = np.array(practice).T
        slopes = np.linalg.lstsq(x, minutes, rcond=None)[0]
        process, subject = slopes**2 * (x**2).sum(axis=0)
        return float(subject / (process + subject)) if process + subject else nan

    return at


def _codes(values: Iterable[Any]) -> "NDArray[np.int64]":
    import numpy as np

    known: dict[Any, int] = {}
    return np.array([known.setdefault(one, len(known)) for one in values])


def _times(values: Iterable[Any]) -> list[int]:
    """Give for each value how often it has come by now."""
    seen: dict[Any, int] = {}
    found = []
    for one in values:
        seen[one] = seen.get(one, 0) + 1
        found.append(seen[one])
    return found


def insight(cases: Sequence[Case], prices: "dict[str, float]", week: Callable[[int], int]) -> Estimate | None:
    """1 - R² of a week's revenue on its items. None where fewer than LEAST_WEEKS weeks have priced items."""
    import numpy as np

    billed = [
        (number, week(case.closed_at), prices[case.unit])
        for number, case in enumerate(cases)
        if case.closed_at is not None and case.unit in prices
    ]
    if len({row[1] for row in billed}) < LEAST_WEEKS:
        return None
    owner = np.array([row[0] for row in billed])
    weeks = _codes(row[1] for row in billed)
    price = np.array([row[2] for row in billed])

    def at(weights: "Weights") -> float:
        items, revenue = np.bincount(weeks, weights[owner]), np.bincount(weeks, weights[owner] * price)
        if np.ptp(items) == 0 or np.ptp(revenue) == 0:
            return nan
        return float(1 - np.corrcoef(items, revenue)[0, 1] ** 2)

    return at


def coordination(cases: Sequence[Case]) -> Estimate | None:
    """Minutes of checking, advising, commenting, meeting and handing over, of all minutes of people."""
    return ratio([
        (sum(one.minutes for one in case.steps if one.review)
         + sum(one.minutes for one in case.beside if one.kind in COORDINATES), case.minutes)
        for case in cases
    ])  # fmt: skip


def talent(cases: Sequence[Case], professional: frozenset[str]) -> Estimate | None:
    """Minutes gated by a professional credential, of those and the minutes that a language test alone gates."""
    return ratio([
        (sum(one.minutes for one in case.steps if one.certificate in professional),
         sum(one.minutes for one in case.steps
             if one.certificate in professional or (one.language and not one.certificate)))
        for case in cases
    ])  # fmt: skip


def level(cases: Sequence[Case]) -> Estimate | None:
    """Median working hours from the assignment of a task to the first review of its result."""
    import numpy as np

    pairs = sorted((hours, number) for number, case in enumerate(cases) for hours in case.level)
    if not pairs:
        return None
    values, owner = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])

    def at(weights: "Weights") -> float:
        reached = np.cumsum(weights[owner])
        if not reached[-1]:
            return nan
        low = values[np.searchsorted(reached, reached[-1] / 2, side="left")]
        high = values[np.searchsorted(reached, reached[-1] / 2, side="right")]
        return float((low + high) / 2)

    return at


def arbitrage(cases: Sequence[Case], home: Item, home_minutes: float, away: Item) -> Estimate | None:
    """Knowledge's share of the gain: `home` and `away` are an item's cost, its minutes away are the log's.

    What is paid over the cost in-house is a premium for knowledge. A negative part counts as none.
    """
    import numpy as np

    minutes = np.array([case.minutes for case in cases])
    if not minutes.any():
        return None

    def at(weights: "Weights") -> float:
        spent = float(weights @ minutes / weights.sum())
        if not spent:
            return nan
        parts = split(home, home_minutes, away, spent)
        cost = max(parts.cost, 0.0)
        gained = max(parts.knowledge + parts.errors + max(-parts.saving, 0.0), 0.0)
        return gained / (cost + gained) if cost + gained else nan

    return at


def applied(cases: Sequence[Case]) -> Estimate | None:
    """Share of the steps that are discretionary, ad hoc or skipped, of those executed and skipped."""
    return ratio([(sum(one.kind != "planned" for one in case.steps), len(case.steps)) for case in cases])
