"""Python's garbage collector kept out of the way of a process that answers.

The collector looks at what is young when so many more objects were made than were let go. Where work replaces work,
as many old objects go as new ones come: the count stands still, what is young grows by millions, and one look at it
stands still for 50 to 200 milliseconds. Looking often costs a millisecond each time.
"""

import gc
from itertools import count

_GROUPS = 32
"""Groups of work between two looks at what is young."""

_OLDER = (100_000, 1_000, 1_000)
"""The thresholds of the rest: what outlived so many looks is looked at every few minutes."""


def stay() -> None:
    """Say that all that was read and imported so far stays: a look at everything takes a tenth of a second else."""
    gc.collect()
    gc.freeze()


class Collector:
    """Of a whole process: make one when all that stays has been read, and call it after each group of work."""

    def __init__(self) -> None:
        stay()
        gc.set_threshold(*_OLDER)
        self._groups = count(1)

    def __call__(self, *_: object) -> None:
        """Look at what is young, now and then."""
        if next(self._groups) % _GROUPS == 0:
            gc.collect(0)
