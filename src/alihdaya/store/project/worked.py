"""Time that people worked, by quarters of an hour: whatever classes of hours it is parted into later, it adds up.

Time is billed in seconds, and a class of hours gets the whole seconds that lie in it; what is left over, and what is
rounded up, goes to the hours in which the work ended. A mark between two classes is a whole second, so each piece of a
task but the first and the last is whole seconds: the sums of the pieces are those of the tasks.
"""

from alihdaya.kernel.time import DAY, QUARTER, SECOND
from alihdaya.store.project.changes import Pending
from alihdaya.store.schema import PACE

WORKED = "worked"
"""Seconds in each quarter, as they were spent; `worked:60` with each task's time rounded up to a multiple of 60."""
ACROSS = "across"
"""Tasks under way at the start of the quarter."""
ENDED = "ended"
"""Tasks that took any time, by the quarter in which they ended: an end at the start of one is of the quarter before."""
ROUNDED = "rounded"
"""`rounded:60`: seconds of the tasks by the quarter of their end, each task's rounded up to a multiple of 60."""
LONG = "long"
"""Tasks of over a day, by the quarter of their end: they have no pieces."""


def pieces(end: int, seconds: int, increment: int = 0) -> list[tuple[int, int]]:
    """Part the work that ended at `end` (microseconds) by quarters: (start of a quarter, seconds in it), in order.

    `increment`: the seconds to whose multiples its time is rounded up; what that adds goes to the last quarter.
    """
    if not seconds:
        return []
    start, found, rest = end - seconds * SECOND, [], seconds + (-seconds % increment if increment else 0)
    for quarter in range(start // QUARTER * QUARTER, end, QUARTER):
        mine = rest if quarter + QUARTER >= end else (quarter + QUARTER - max(start, quarter)) // SECOND
        rest -= mine
        found.append((quarter, mine))
    return found


def note_worked(pending: Pending, of: tuple[str, str], end: int, seconds: int, increments: tuple[int, ...]) -> None:
    """Note a finished task of (engagement, service), also as it is rounded up to each of some increments."""
    for increment in increments:
        whole = seconds + -seconds % increment
        pending.add(PACE, (*of, f"{ROUNDED}:{increment}", end // QUARTER * QUARTER), whole)
    if seconds * SECOND > DAY:
        pending.add(PACE, (*of, LONG, (end - 1) // QUARTER * QUARTER), 1)
        return
    if seconds:
        pending.add(PACE, (*of, ENDED, (end - 1) // QUARTER * QUARTER), 1)
    for place, (quarter, n) in enumerate(pieces(end, seconds)):
        if place:
            pending.add(PACE, (*of, ACROSS, quarter), 1)
        if n:
            pending.add(PACE, (*of, WORKED, quarter), n)
    for increment in increments:
        for quarter, n in pieces(end, seconds, increment):
            if n:
                pending.add(PACE, (*of, f"{WORKED}:{increment}", quarter), n)
