"""Whether two raters see the same: Cohen's kappa with quadratic weights, and its interval, criterion by criterion.

A distance of two points weighs four times that of one; 0 is what chance would give, 1 is full agreement. Needs
`alihdaya[people]` (statsmodels).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from alihdaya.store import Store
from alihdaya.work.events import TaskDone, TaskQueued

TOTAL = "total"
"""The criterion that is the sum of the others."""

Pair = tuple[int, int]


class Agreement(NamedTuple):
    """How two raters agree: `pairs` rated by both, percent that are `equal`; kappa and its 95 % interval.

    Without a kappa: both gave the same one value always, or there are too few to tell.
    """

    criterion: str
    pairs: int
    equal: int
    kappa: float | None
    low: float | None
    high: float | None


def rated(store: Store, first: str, second: str) -> dict[str, list[Pair]]:
    """Give criterion -> points of both, wherever an item had both user tasks done; of several rounds each for itself.

    The fields of the two forms belong together by their names; where all of a form's begin with the same word and a
    low line, such as first_content, by what follows.
    It reads the whole log.
    """
    nodes: dict[tuple[int, int], str] = {}
    given: dict[int, dict[str, list[Mapping[str, Any]]]] = defaultdict(lambda: {first: [], second: []})
    for entry in store.read_log():
        for event in entry.events:
            if isinstance(event, TaskQueued) and event.node in {first, second}:
                nodes[entry.item, event.token] = event.node
            elif isinstance(event, TaskDone) and (entry.item, event.token) in nodes:
                given[entry.item][nodes.pop((entry.item, event.token))].append(event.result)
    found: dict[str, list[Pair]] = defaultdict(list)
    for results in given.values():
        for one, other in zip(results[first], results[second], strict=False):
            _pair(found, _points(one), _points(other))
    return dict(found)


def _pair(found: dict[str, list[Pair]], one: Mapping[str, int], other: Mapping[str, int]) -> None:
    both = [name for name in one if name in other]
    for name in both:
        found[name].append((one[name], other[name]))
    if len(both) > 1:
        found[TOTAL].append((sum(one[name] for name in both), sum(other[name] for name in both)))


def _points(result: Mapping[str, Any]) -> dict[str, int]:
    heads = {name.partition("_")[:2] for name in result}
    start = sum(map(len, next(iter(heads)))) if len(heads) == 1 and len(result) > 1 else 0
    found = {}
    for name, value in result.items():
        if isinstance(value, int) and not isinstance(value, bool):
            found[name[start:]] = value
        elif isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 4:
            found[name[start:]] = int(value)
    return found


def agreement(criterion: str, pairs: Sequence[Pair]) -> Agreement:
    """Give how two raters agree on a criterion. Raises ImportError without statsmodels."""
    equal = round(100 * sum(one == other for one, other in pairs) / len(pairs)) if pairs else 0
    kappa = _kappa(pairs) if pairs else None
    return Agreement(criterion, len(pairs), equal, *(kappa or (None, None, None)))


def _kappa(pairs: Sequence[Pair]) -> tuple[float, float, float] | None:
    import numpy as np
    from statsmodels.stats.inter_rater import cohens_kappa

    points = [point for pair in pairs for point in pair]
    least, size = min(points), max(points) - min(points) + 1
    if size == 1 or size > 1000:
        return None
    table = np.zeros((size, size))
    for one, other in pairs:
        table[one - least, other - least] += 1
    found = cohens_kappa(table, wt="quadratic")
    figures = (float(found.kappa), float(found.kappa_low), float(found.kappa_upp))
    if not all(-1e6 < figure < 1e6 for figure in figures):
        return None
    return figures[0], max(-1.0, figures[1]), min(1.0, figures[2])
