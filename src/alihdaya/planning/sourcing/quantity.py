"""A quantity that nobody knows exactly: low, likely and high, and who said so."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from alihdaya.engagement.document import Table

NOT_KNOWN: Final = "assumed"
"""The source of a quantity for which its writer named none."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """Low <= likely <= high in the unit of its place; `source` is shown wherever the quantity is."""

    low: Decimal
    likely: Decimal
    high: Decimal
    source: str = NOT_KNOWN

    @property
    def certain(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high

    def draw(self, chance: Callable[[], float]) -> float:
        """Draw from the triangular distribution; `chance` gives numbers from 0 to 1, and is asked once in any case."""
        low, likely, high = float(self.low), float(self.likely), float(self.high)
        uniform = chance()
        if self.certain:
            return likely
        turn = (likely - low) / (high - low)
        if uniform < turn:
            return low + float((uniform * (high - low) * (likely - low)) ** 0.5)
        return high - float(((1 - uniform) * (high - low) * (high - likely)) ** 0.5)


def exactly(number: Decimal | int | str, source: str = NOT_KNOWN) -> Quantity:
    """Give a quantity that is one number."""
    value = Decimal(number)
    return Quantity(value, value, value, source)


def read_quantity(table: Table, key: str, default: Decimal | None = None, *, high: int | None = None) -> Quantity:
    """Read a number, or a table of low, likely, high and source; problems are kept in the document.

    Every value lies between 0 and `high`. Without a default the quantity is needed.
    """
    value = table.data.get(key)
    if not isinstance(value, dict):
        return exactly(table.number(key, high=high) if default is None else table.number(key, default, high=high))
    inner = table.table(key)
    likely = inner.number("likely", high=high)
    low, most = inner.number("low", likely, high=high), inner.number("high", likely, high=high)
    source = inner.text("source", NOT_KNOWN)
    inner.done()
    if not low <= likely <= most:
        inner.report("bad-range", "low, likely and high must follow one another")
        return exactly(likely, source)
    return Quantity(low, likely, most, source)
