"""What an hour of a service leaves to the provider, with an interval over its items: beside its position."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from alihdaya.planning.spectrum.position import LEAST


class Earned(NamedTuple):
    """What an item left in a month, in major units of its currency, and the hours that people worked on it.

    Item 0 has what belongs to no item, such as the fee of a seat.
    """

    month: str
    item: int
    left: float
    hours: float


class MonthsMargin(NamedTuple):
    """A month's margin an hour."""

    month: str
    left: float
    hours: float

    @property
    def rate(self) -> float | None:
        """Margin an hour; None where nobody worked."""
        return self.left / self.hours if self.hours else None


class MarginHour(NamedTuple):
    """Margin an hour of a service in one currency; `low` and `high` (95 %) are None under LEAST items.

    `left` and `hours` are what the books say: margins of all months, and all hours worked.
    """

    currency: str
    left: float
    hours: float
    items: int
    rate: float
    low: float | None
    high: float | None
    months: tuple[MonthsMargin, ...]


def margin_an_hour(rows: Iterable[Earned], currency: str, *, seed: int = 1, draws: int = 400) -> MarginHour | None:
    """Work it out; None where nobody worked. The bootstrap draws items; what belongs to none counts in every draw."""
    months: dict[str, list[float]] = {}
    items: dict[int, list[float]] = {}
    for month, item, left, hours in rows:
        for sums in (months.setdefault(month, [0.0, 0.0]), items.setdefault(item, [0.0, 0.0])):
            sums[0] += left
            sums[1] += hours
    fixed = items.pop(0, [0.0, 0.0])
    own = list(items.values())
    whole, worked = (sum(one[place] for one in own) + fixed[place] for place in (0, 1))
    if not worked:
        return None
    by_month = tuple(MonthsMargin(month, *sums) for month, sums in sorted(months.items()))
    low, high = _interval(_drawn(own, fixed, seed, draws)) if len(own) >= LEAST else (None, None)
    return MarginHour(currency, whole, worked, len(own), whole / worked, low, high, by_month)


def _drawn(own: Sequence[Sequence[float]], fixed: Sequence[float], seed: int, draws: int) -> list[float]:
    import numpy as np

    values, spent = np.array(own).T
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        some = chance.integers(0, len(values), len(values))
        below = float(spent[some].sum()) + fixed[1]
        if below > 0:
            found.append((float(values[some].sum()) + fixed[0]) / below)
    return found


def _interval(drawn: Sequence[float]) -> tuple[float | None, float | None]:
    import numpy as np

    if not drawn:
        return None, None
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)
