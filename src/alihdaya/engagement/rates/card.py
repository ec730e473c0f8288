"""What a rate card says of one unit: what is counted, its price, and what changes the price."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal

Kind = Literal["item", "minute", "hour", "seat", "fte", "outcome", "milestone", "included"]
KINDS: Final[tuple[Kind, ...]] = ("item", "minute", "hour", "seat", "fte", "outcome", "milestone", "included")
"""What is counted: items delivered of the unit; minutes or hours of handling time; seats, which are distinct persons;
full-time equivalents; items delivered with a certain result; milestones reached. `included` items are delivered, but
another rate pays for them."""
OF_ITEMS: Final = frozenset({"item", "included"})
"""Kinds whose unit is that of the delivered items."""
OF_TIME: Final = frozenset({"minute", "hour"})
WHOLE: Final = frozenset({"item", "seat", "outcome", "milestone"})
"""Kinds whose quantities are whole numbers."""
PRICE_DIGITS: Final = 6
QUANTITY_DIGITS: Final = 2


@dataclass(frozen=True, slots=True)
class Tier:
    """A price for each unit up to the `up_to`-th of the month; None: for all the rest."""

    up_to: int | None
    price: Decimal


@dataclass(frozen=True, slots=True)
class Prices:
    """Tiers that hold from the day `start` to the day `until`, both covered."""

    start: date
    until: date
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Minimum:
    """What a month is billed for at least: a quantity of the unit, or an amount of the engagement's currency."""

    quantity: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Overtime:
    """Hours that cost `multiplier` times the price of the first tier; what is above one time is a line of its own.

    On the days that the service's calendar closes (`on` = "holidays"), outside of its working periods ("outside"), or
    ("hours") on `days` (0 is Monday; none: any) in `periods` (minutes of the calendar's wall clock, from until before).
    """

    id: str
    names: tuple[tuple[str, str], ...]
    multiplier: Decimal
    on: Literal["holidays", "outside", "hours"]
    days: tuple[int, ...] = ()
    periods: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Indexation:
    """How prices rise. Either `steps`, (first day, percent), one upon the other; or by an index `series`.

    A series is looked up every `every` months from the day `start` on: the price changes as the index did between
    `lag` months before that day and `every` months before that, in percent rounded half up to `digits`, not above
    `cap` and not below `floor`.
    """

    steps: tuple[tuple[date, Decimal], ...] = ()
    series: str = ""
    start: date | None = None
    every: int = 12
    lag: int = 2
    digits: int = 2
    cap: Decimal | None = None
    floor: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Conversion:
    """Prices are in `currency`, invoiced at the rate of the invoice's last day, or of the month.

    `back`: so many days before that day a rate may be where the bank quoted none. `fixed`: a rate agreed upon.
    """

    currency: str
    by: Literal["day", "month", "fixed"] = "day"
    back: int = 0
    fixed: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """How a quantity is counted that is not simply items.

    `of` a variable of the result and the `values` of it that are an outcome; `increment`: seconds to whose multiples
    each task's time is rounded up; `hours` that make a full-time equivalent of `standard` hours a month: worked (the
    handling time), paid (worked, with its share of shrinkage) or present; `team`: persons whose presence makes a seat.
    """

    of: str = ""
    values: tuple[str, ...] = ()
    increment: int = 0
    hours: Literal["worked", "paid", "present"] = "paid"
    standard: Decimal | None = None
    team: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit is called (language code -> name) and costs. Tiers are monthly, in rising order.

    Tiers are graduated (each unit has the price of its own tier) or, with `volume`, all units have the price of the
    tier that the month reaches. `periods`, where given, hold the tiers by date, and `tiers` are those of the first.
    """

    unit: str
    names: tuple[tuple[str, str], ...]
    tiers: tuple[Tier, ...]
    kind: Kind = "item"
    volume: bool = False
    periods: tuple[Prices, ...] = ()
    minimum: Minimum | None = None
    overtime: tuple[Overtime, ...] = ()
    indexation: Indexation | None = None
    conversion: Conversion | None = None
    measure: Measure = field(default_factory=Measure)
    price_digits: int = PRICE_DIGITS
    quantity_digits: int = QUANTITY_DIGITS

    def name(self, language: str = "en") -> str:
        """Give the name in a language, else in English."""
        return named(dict(self.names), language, self.unit)

    @property
    def simple(self) -> bool:
        """Whether the number of items delivered says all about a month."""
        return self.kind in OF_ITEMS and not self.overtime


def named(names: Mapping[str, str], language: str, otherwise: str) -> str:
    """Give the name in a language, else in English, else another text."""
    return names.get(language) or names.get("en") or otherwise
