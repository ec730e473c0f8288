"""The proof: every table rebuilt from the log alone, and compared with what stands."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from alihdaya.store import Store
from alihdaya.store.replay import Difference, compare, rebuilt

_MOST = 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a replay found: so many entries were read back, and these rows differ (none: equal)."""

    entries: int
    differences: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        """Whether every state row and view came out the same."""
        return not self.differences


def prove(store: Store, *, report: Callable[[int, int], None] = lambda _done, _all: None) -> Verdict:
    """Rebuild all tables from the log in a store of its own, and compare; the first hundred differences are kept.

    `report` hears how many of all entries were read back. Nobody may write meanwhile: the caller holds the lock, or
    knows that nothing runs.
    """
    last = store.last_seq()
    with rebuilt(store, on_progress=lambda done: report(done, last)) as fresh:
        return Verdict(last, tuple(islice(compare(store, fresh), _MOST)))
