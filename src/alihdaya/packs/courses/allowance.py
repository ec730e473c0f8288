"""How often and how much a course may have noted in one attempt: it is a stranger's program, and the log is for ever.

How a module goes (its status and score), and where it was left, always get through; of what it tells in between, the
latest counts, and is taken as often as its length allows. Notes that are as before are not written again.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from alihdaya.kernel.errors import Problem
from alihdaya.kernel.event import Entry
from alihdaya.kernel.time import SECOND
from alihdaya.packs.courses.run import Run
from alihdaya.people.events import CoursePlayed

MOST_BYTES: Final = 8_000_000
"""So many bytes of notes are kept of an attempt, in all; after that the last ones stay."""

SHORTEST: Final = 5 * SECOND
"""Microseconds between two reports of an attempt that tell of no more than progress."""

BYTES_A_SECOND: Final = 300
"""The next report waits longer after long notes: 64,000 bytes are taken every 214 seconds."""

FREELY: Final = 1_000
"""So many entries of an attempt may come at once, where they tell how a module goes or that it is closed."""

LATER: Final = 60 * SECOND
"""Microseconds between two of them after that."""


class Told(NamedTuple):
    """What the log has of an attempt up to its entry `seq`.

    `runs`: module -> how it stands, with its notes; `size`: bytes of all notes, `last` of the latest entry's, which
    came at `at` (microseconds).
    """

    seq: int = 0
    runs: Mapping[str, Run] = {}
    entries: int = 0
    size: int = 0
    last: int = 0
    at: int = 0


class Allowed(NamedTuple):
    """What is to be noted; `same`: its notes are those of the entry before."""

    run: Run
    same: bool


def told_by(before: Told, entries: Iterable[Entry], package: str, attempt: int) -> Told:
    """Give what is told with these further entries of an item."""
    seq, runs, count, size, last, at = before
    runs = dict(runs)
    for entry in entries:
        seq = max(seq, entry.seq)
        for one in entry.events:
            if isinstance(one, CoursePlayed) and (one.package, one.attempt) == (package, attempt):
                former = runs.get(one.module, Run())
                notes = former[3:] if one.same else (one.place, one.held)
                runs[one.module] = Run(one.status, one.percent, one.seconds, *notes)
                last = 0 if one.same else _size(runs[one.module])
                count, size, at = count + 1, size + last, entry.at
    return Told(seq, runs, count, size, last, at)


def allow(told: Told, module: str, run: Run, now: int, *, closed: bool) -> Allowed | Problem:
    """Say what of a report that comes `now` is noted: all, or without its notes, or nothing, and why.

    `closed`: the module is. Problems: "too-soon", with the seconds after which to ask again as its fact, and
    "too-much": notes of this attempt are no longer kept.
    """
    former = told.runs.get(module)
    matters = closed or former is None or (run.status, run.percent) != (former.status, former.percent)
    freely = matters and told.entries < FREELY
    left = 0 if freely or not told.entries else told.at + _pause(told, matters=matters) - now
    if left > 0:
        seconds = str(-(-left // SECOND))
        return Problem(
            "too-soon", f"the course reports too often: the latest is taken in {seconds} s", facts=(seconds,)
        )
    if former is not None and former[3:] == run[3:]:
        return Allowed(run, same=True)
    if told.size + _size(run) <= MOST_BYTES:
        return Allowed(run, same=False)
    if matters:
        kept = former or Run()
        return Allowed(run._replace(place=kept.place, held=kept.held), same=former is not None)
    return Problem("too-much", f"more than {MOST_BYTES:,} bytes of notes in one attempt: those before stay")


def _pause(told: Told, *, matters: bool) -> int:
    if matters:
        return LATER
    return max(SHORTEST, told.last * SECOND // BYTES_A_SECOND)


def _size(run: Run) -> int:
    return len(run.place.encode()) + len(run.held.encode())
