"""What a month counts once terms were amended or items rebooked, by its days: how many, and any page of them at once.

A delivery counts by the terms that held as its item came in. Terms begin with a day of the client's, so the days on
which items came in say how many deliveries of each day count by which of them; only of the days after a change are some
to be told apart. What was rebooked is known item by item.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import overload
from zoneinfo import ZoneInfo

from alihdaya.engagement.account.events import ItemRebooked
from alihdaya.kernel.time import moment
from alihdaya.store import Store
from alihdaya.store.views.ledger import Counted
from alihdaya.store.views.lines import day_counts, day_span, received_within

Window = tuple[int, int]
"""Two instants, the second not included."""

Unit = tuple[str, str]
"""Service and unit."""

_FOREVER = 2**61
_NEVER, _ALWAYS = "0000-01-01", "9999-12-31"


@dataclass(frozen=True, slots=True)
class Moved:
    """The rebooked items of a month.

    `was`: those that were delivered in it, as they were; `here`: as which they count in it, where they do; `brought`:
    those of other months that count in it, in the order in which they come.
    """

    was: Mapping[int, Counted]
    here: Mapping[int, Counted]
    brought: Sequence[Counted]


def as_booked(one: Counted, fact: ItemRebooked | None, month: str) -> Counted | None:
    """Give an item as it counts in a month, None where it does not."""
    if fact is None:
        return one
    if not fact.billed or fact.month not in {"", month}:
        return None
    return one._replace(unit=fact.unit or one.unit)


@dataclass(frozen=True)
class ByDays:
    """The deliveries of an engagement's month that count. `counts`: unit -> day -> day of receipt -> how many.

    Days are those of `zone`, and are counted before anything is rebooked.
    """

    store: Store
    engagement: str
    zone: ZoneInfo
    counts: Mapping[Unit, Mapping[str, Mapping[str, int]]]
    moved: Moved

    def fits(self, instants: Iterable[int]) -> bool:
        """Whether these are midnights: else days do not say what came in before."""
        return all(abs(at) > _FOREVER or day_span(self.zone, self.day(at))[0] == at for at in instants)

    def day(self, at: int) -> str:
        """Give the local day of an instant; that of one beyond all time is before, or after, any other."""
        if abs(at) > _FOREVER:
            return _NEVER if at < 0 else _ALWAYS
        return moment(at, self.zone).date().isoformat()

    def items(self, window: Window) -> dict[Unit, Sequence[Counted]]:
        """Give what came in between two instants, by service and unit; units without any are left out."""
        booked = chain(self.moved.here.values(), self.moved.brought)
        units = sorted({*self.counts, *((one.service, one.unit) for one in booked)})
        found = {unit: Delivered(self, unit, window) for unit in units}
        return {unit: some for unit, some in found.items() if some}


def by_days(store: Store, engagement: str, month: str, within: Window, moved: Moved) -> ByDays | None:
    """Count a local month ("2013-01"); None where its items were archived, or its days are not of one zone."""
    found = day_counts(store, engagement, month, within)
    if found is None:
        return None
    zone, rows = found
    counts: dict[Unit, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for one in rows:
        counts[one.service, one.unit][one.day][one.received] = one.n
    return ByDays(store, engagement, zone, counts, moved)


class Delivered(Sequence[Counted]):
    """Deliveries of a unit that came in between two instants, in the order of delivery; those brought here come last.

    How many they are is known at once, and so is any slice.
    """

    def __init__(self, days: ByDays, unit: Unit, window: Window) -> None:
        self._days, self._unit, self._window = days, unit, window

    def _mine(self, one: Counted) -> bool:
        return (one.service, one.unit) == self._unit and self._window[0] <= one.received_at < self._window[1]

    @cached_property
    def _natural(self) -> dict[str, tuple[int, bool]]:
        """Day -> how many were delivered on it, and whether these are all of the unit's."""
        low, high = map(self._days.day, self._window)
        found = {}
        for day, received in self._days.counts.get(self._unit, {}).items():
            mine = sum(n for since, n in received.items() if low <= since < high)
            found[day] = mine, mine == sum(received.values())
        return found

    @cached_property
    def _moved(self) -> dict[str, tuple[set[int], list[Counted]]]:
        """Day -> the items that do not count as they were delivered, and those that count as this unit."""
        found: dict[str, tuple[set[int], list[Counted]]] = defaultdict(lambda: (set(), []))
        for item, was in self._days.moved.was.items():
            if self._mine(was):
                found[self._days.day(was.closed_at)][0].add(item)
            here = self._days.moved.here.get(item)
            if here is not None and self._mine(here):
                found[self._days.day(was.closed_at)][1].append(here)
        return dict(found)

    @cached_property
    def _sizes(self) -> list[tuple[str, int]]:
        sizes = []
        for day in sorted({*self._natural, *self._moved}):
            gone, come = self._moved.get(day, ((), ()))
            sizes.append((day, self._natural.get(day, (0, True))[0] - len(gone) + len(come)))
        return sizes

    @cached_property
    def _brought(self) -> list[Counted]:
        return [one for one in self._days.moved.brought if self._mine(one)]

    def __len__(self) -> int:
        return sum(n for _, n in self._sizes) + len(self._brought)

    @overload
    def __getitem__(self, place: int) -> Counted: ...
    @overload
    def __getitem__(self, place: slice) -> list[Counted]: ...
    def __getitem__(self, place: int | slice) -> Counted | list[Counted]:
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            return list(self._between(start, stop)) if step == 1 else list(self)[place]
        wanted = range(len(self))[place]
        return next(self._between(wanted, wanted + 1))

    def __iter__(self) -> Iterator[Counted]:
        return self._between(0, len(self))

    def _between(self, first: int, last: int) -> Iterator[Counted]:
        """Yield from the first to before the last place, from 0."""
        before = 0
        for day, n in self._sizes:
            if before < last and first < before + n:
                yield from self._of_day(day, (max(0, first - before), min(n, last - before)))
            before += n
        yield from self._brought[max(0, first - before) : max(0, last - before)]

    def _of_day(self, day: str, rows: tuple[int, int]) -> Sequence[Counted]:
        some, all_of_it = self._natural.get(day, (0, True))
        gone, come = self._moved.get(day, (set(), []))
        of, span = (self._days.engagement, *self._unit), day_span(self._days.zone, day)
        received = None if all_of_it else self._window
        if not gone and not come:
            return received_within(self._days.store, of, span, received, rows)
        natural = received_within(self._days.store, of, span, received, (0, some))
        stayed = (one for one in natural if one.item not in gone)
        return sorted([*stayed, *come], key=lambda one: (one.closed_at, one.item))[rows[0] : rows[1]]
