"""What a month counts once terms were amended or items rebooked, by its days: how many, and any page of them at once.

A delivery counts by the terms that held as its item came in. Terms begin with a day of the client's, so the days on
which items came in say how many deliveries of each day count by which of them; only of the days after a change are some
to be told apart. What was rebooked is known item by item.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alihdaya.engagement.account.events import ItemRebooked
from alihdaya.kernel.time import moment
from alihdaya.store import Store
from alihdaya.store.views.billed.days import day_span
from alihdaya.store.views.billed.deliveries import Deliveries, of_unit
from alihdaya.store.views.billed.lines import OUTCOME_OF, day_counts
from alihdaya.store.views.billed.pieces import Piece, Pieces
from alihdaya.store.views.ledger import Counted

Window = tuple[int, int]
"""Two instants, the second not included."""

Unit = tuple[str, str]
"""Service and unit."""

_FOREVER = 2**61
_NEVER, _ALWAYS = "0000-01-01", "9999-12-31"


Mine = Callable[[Counted], bool]
"""Whether a delivery is one of those that are meant."""


class When(NamedTuple):
    """Some hours: where they lie in the month, and whether any instant is one of them."""

    spans: Sequence[Window]
    holds: Callable[[int], bool]


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

    `crossed`: the same of (service, outcome), where the day of receipt was another one. Days are those of `zone`, and
    are counted before anything is rebooked.
    """

    store: Store
    engagement: str
    within: Window
    zone: ZoneInfo
    counts: Mapping[Unit, Mapping[str, Mapping[str, int]]]
    crossed: Mapping[Unit, Mapping[str, Mapping[str, int]]]
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
        found = {unit: self.of_unit(unit, window) for unit in units}
        return {unit: some for unit, some in found.items() if some}

    def of_unit(self, unit: Unit, window: Window, when: When | None = None) -> Sequence[Counted]:
        """Give the deliveries of a unit that came in between two instants, in their order; those brought here last.

        `when`: of those alone that were delivered in these hours.
        """

        def mine(one: Counted) -> bool:
            return (one.service, one.unit) == unit and window[0] <= one.received_at < window[1]

        stock = of_unit(self.store, (self.engagement, *unit), self.within)
        days = self._days([unit], window)
        sizes = None if when else {day: n for day, (n, _) in days.items()}
        return Pieces(self._pieces(_Asked(stock, window, mine, when), days, sizes))

    def of_outcome(
        self, stock: Deliveries, unit: Unit, met: Callable[[int], bool], window: Window, when: When | None = None
    ) -> Sequence[Counted]:
        """Give the deliveries of a service that were an outcome, as `of_unit` those of a unit.

        `unit`: the service, and the outcome's key; `stock`: all of the month, before anything is rebooked; `met`:
        whether an item's delivery was one.
        """
        service, key = unit

        def mine(one: Counted) -> bool:
            return one.service == service and window[0] <= one.received_at < window[1] and met(one.item)

        low, high = map(self.day, window)
        days: dict[str, tuple[int, bool]] = {}
        for day in sorted({day for one, some in self.counts.items() if one[0] == service for day in some}):
            before = self.crossed.get((service, key), {}).get(day, {})
            total, others = stock.count(day_span(self.zone, day)), sum(before.values())
            some = sum(n for since, n in before.items() if low <= since < high)
            some += total - others if low <= day < high else 0
            days[day] = some, some == total
        sizes = None if when else {day: n for day, (n, _) in days.items()}
        return Pieces(self._pieces(_Asked(stock, window, mine, when), days, sizes))

    def _days(self, units: Iterable[Unit], window: Window) -> dict[str, tuple[int, bool]]:
        """Give day -> how many of these units' deliveries came in between two instants, and whether all of them did."""
        low, high = map(self.day, window)
        found: dict[str, tuple[int, bool]] = defaultdict(lambda: (0, True))
        for unit in units:
            for day, received in self.counts.get(unit, {}).items():
                mine = sum(n for since, n in received.items() if low <= since < high)
                n, all_of_it = found[day]
                found[day] = n + mine, all_of_it and mine == sum(received.values())
        return dict(found)

    def _pieces(
        self, asked: "_Asked", days: Mapping[str, tuple[int, bool]], sizes: Mapping[str, int] | None
    ) -> Iterator[Piece[Counted]]:
        """Yield the pieces; `sizes`: of each whole day before anything is rebooked, where they are known."""
        moved = self._moved(asked.mine)
        for day in sorted({*days, *moved}):
            some, all_of_it = days.get(day, (0, True))
            for span in _cut(day_span(self.zone, day), asked.when):
                size = sizes.get(day, 0) if sizes is not None else None if some else 0
                part = asked.stock.piece(span, None if all_of_it else asked.window, size)
                gone, come = ([one for one in rows if span[0] <= one.closed_at < span[1]] for rows in moved[day])
                yield _patched(part, gone, come) if gone or come else part
        brought = [one for one in self.moved.brought if asked.mine(one) and asked.holds(one)]
        yield Piece(len(brought), lambda first, last: brought[first:last])

    def _moved(self, mine: Mine) -> dict[str, tuple[list[Counted], list[Counted]]]:
        """Give day -> the deliveries that do not count as they were, and those that count as something else."""
        found: dict[str, tuple[list[Counted], list[Counted]]] = defaultdict(lambda: ([], []))
        for item, was in self.moved.was.items():
            here = self.moved.here.get(item)
            before, after = mine(was), here is not None and mine(here)
            if before and not after:
                found[self.day(was.closed_at)][0].append(was)
            if here is not None and after and not before:
                found[self.day(was.closed_at)][1].append(here)
        return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which deliveries are meant: of `stock`, received in a window, delivered in some hours.

    `mine`: whether a rebooked one is.
    """

    stock: Deliveries
    window: Window
    mine: Mine
    when: When | None

    def holds(self, one: Counted) -> bool:
        """Whether a delivery lies in the hours."""
        return self.when is None or self.when.holds(one.closed_at)


def by_days(store: Store, engagement: str, month: str, within: Window, moved: Moved) -> ByDays | None:
    """Count a local month ("2013-01"); None where its items were archived, or its days are not of one zone."""
    found = day_counts(store, engagement, month, within)
    if found is None:
        return None
    zone, rows = found
    counts, crossed = (defaultdict[Unit, dict[str, dict[str, int]]](lambda: defaultdict(dict)) for _ in range(2))
    for one in rows:
        of_outcome = one.unit.startswith(OUTCOME_OF)
        held = crossed if of_outcome else counts
        held[one.service, one.unit.removeprefix(OUTCOME_OF)][one.day][one.received] = one.n
    return ByDays(store, engagement, within, zone, counts, crossed, moved)


def _cut(day: Window, when: When | None) -> list[Window]:
    """Give the parts of a day that lie in some hours; all of it without any."""
    if when is None:
        return [day]
    cut = [(max(low, day[0]), min(high, day[1])) for low, high in when.spans]
    return [(low, high) for low, high in cut if low < high]


def _patched(part: Piece[Counted], gone: Sequence[Counted], come: Sequence[Counted]) -> Piece[Counted]:
    """Give a part without some deliveries and with others; of it no more is read than before."""
    without = {one.item for one in gone}

    def read(first: int, last: int) -> Sequence[Counted]:
        start = max(0, first - len(come))
        rows = part.read(start, min(part.size, last + len(gone))) if part.size else ()
        head = _place(rows[0]) if rows and start else None

        def ahead(some: Sequence[Counted]) -> int:
            return 0 if head is None else sum(_place(one) < head for one in some)

        place = start - ahead(gone) + ahead(come)
        stayed = [one for one in rows if one.item not in without]
        both = sorted([*stayed, *(one for one in come if head is None or _place(one) >= head)], key=_place)
        return both[first - place : last - place]

    return Piece(part.size - len(gone) + len(come), read)


def _place(one: Counted) -> tuple[int, int]:
    return one.closed_at, one.item
