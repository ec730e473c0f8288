"""The working clock for a million items at once: the arithmetic of `Clock` and `SlaClock` on arrays, same to the unit.

Instants and spans are int64 microseconds. Of each lookup the cost is one binary search in the calendar's periods.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from alihdaya.engagement.clock import Clock
from alihdaya.engagement.sla import Due, SlaClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Instants = NDArray[Any]


class Pauses(NamedTuple):
    """Closed pauses of many items: `of` is the item's place in the other arrays; sorted by (of, start).

    Those of one item do not overlap.
    """

    of: "Instants"
    start: "Instants"
    end: "Instants"


def elapsed_many(clock: Clock, starts: "Instants", ends: "Instants", pauses: Pauses | None = None) -> "Instants":
    """Give the working time from each start to its end, without what lies in the item's pauses.

    An end before its start gives 0. Raises ValueError for years that the clock does not know.
    """
    import numpy as np

    starts = np.asarray(starts, np.int64)
    ends = np.maximum(np.asarray(ends, np.int64), starts)
    found = _between(clock, starts, ends)
    if pauses is not None and len(pauses.of):
        low = np.maximum(pauses.start, starts[pauses.of])
        high = np.maximum(np.minimum(pauses.end, ends[pauses.of]), low)
        np.subtract.at(found, pauses.of, _between(clock, low, high))
    return found


def due_many(
    sla: SlaClock, starts: "Instants", levels: "Sequence[str | None] | None" = None, pauses: Pauses | None = None
) -> tuple["Instants | None", "Instants | None"]:
    """Give the due instants (respond, resolve) of many items; an array is None where no item has such a target.

    `levels`: each item's level as of `SlaClock.level`; items without a target have -1.
    """
    import numpy as np

    starts = np.asarray(starts, np.int64)
    names = np.asarray(["" if levels is None else one or "" for one in levels or [""] * len(starts)])
    made: list[Instants | None] = []
    for which in range(len(Due._fields)):
        due = np.full(len(starts), -1, np.int64)
        for name in np.unique(names):
            rule = sla.rules(str(name) or None)[which]
            if rule is not None:
                chosen = names == name
                days, amount = rule
                add = add_days_many if days else add_many
                due[chosen] = add(sla.clock, starts[chosen], amount)
        if pauses is not None:
            due = after_pauses_many(sla.clock, due, starts, pauses)
        made.append(due if (due >= 0).any() else None)
    return made[0], made[1]


def add_many(clock: Clock, starts: "Instants", span: int) -> "Instants":
    """Do `Clock.add_working` for many starts. Raises ValueError for a negative span."""
    import numpy as np

    if span < 0:
        raise ValueError("working time cannot be added backwards")
    starts = np.asarray(starts, np.int64)
    if not span or not len(starts):
        return starts.copy()
    return _reach(clock, _position(clock, starts) + span)


def add_days_many(clock: Clock, starts: "Instants", days: int) -> "Instants":
    """Do `Clock.add_working_days` for many starts."""
    import numpy as np

    starts = np.asarray(starts, np.int64)
    if not len(starts):
        return starts.copy()
    clock.add_working_days(int(starts.max()), days)  # lays out the years that are needed
    clock.hold(int(starts.min()))
    closes = clock.arrays().closes
    return np.asarray(closes[np.searchsorted(closes, starts, "right") + days])


def after_pauses_many(clock: Clock, due: "Instants", starts: "Instants", pauses: Pauses) -> "Instants":
    """Do `SlaClock.after_pauses` for many items; a due instant below 0 stays."""
    import numpy as np

    due = np.asarray(due, np.int64).copy()
    if not len(pauses.of):
        return due
    first = np.searchsorted(pauses.of, pauses.of, "left")
    rank = np.arange(len(pauses.of)) - first
    for turn in range(int(rank.max()) + 1):
        chosen = np.flatnonzero(rank == turn)
        of, low = pauses.of[chosen], np.maximum(pauses.start[chosen], np.asarray(starts)[pauses.of[chosen]])
        high = np.maximum(pauses.end[chosen], low)
        counts = (pauses.start[chosen] < due[of]) & (high > low)
        of, span = of[counts], _between(clock, low[counts], high[counts])
        moved = span > 0
        if moved.any():
            of, span = of[moved], span[moved]
            due[of] = _reach(clock, _position(clock, due[of]) + span)
    return due


def _between(clock: Clock, low: "Instants", high: "Instants") -> "Instants":
    before = _position(clock, low)  # first, since it may lay out earlier years and count from there
    return _position(clock, high) - before


def _position(clock: Clock, at: "Instants") -> "Instants":
    import numpy as np

    if not len(at):
        return np.zeros(0, np.int64)
    clock.hold(int(at.min()))
    clock.hold(int(at.max()))
    starts, ends, before, _ = clock.arrays()
    n = np.maximum(np.searchsorted(starts, at, "right") - 1, 0)
    return np.asarray(before[n] + np.maximum(np.minimum(at, ends[n]) - starts[n], 0))


def _reach(clock: Clock, goal: "Instants") -> "Instants":
    """Give the first instants at which the clock stands at `goal`, as `_position` counts."""
    import numpy as np

    clock.reach(int(goal.max()))
    laid = clock.arrays()
    n = np.searchsorted(laid.before, goal, "left") - 1
    return np.asarray(laid.starts[n] + goal - laid.before[n])
