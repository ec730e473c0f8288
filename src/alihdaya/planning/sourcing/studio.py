"""The function that may be handed over, its options, and the comparison: exact at the likely values, drawn around."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alihdaya.engagement.shore import Shore, shore
from alihdaya.planning.sourcing.cost import Item, Split, contracted, in_house, posts, split
from alihdaya.planning.sourcing.quantity import Quantity

DAY_BEGINS, DAY_ENDS = time(9), time(17)
"""The office day from which the overlap of two places is counted."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where and by whom the work is done. `kind`: "in-house", "BPO" or "KPO"; `quantities` as in `cost.SITE`."""

    name: str
    kind: str
    country: str
    time_zone: str
    languages: tuple[str, ...]
    quantities: Mapping[str, Quantity]


@dataclass(frozen=True, slots=True)
class Function:
    """What may be handed over. `volume` in items a year, `months` is the horizon over which a transition is spread.

    `core`: the client's reason to be; `basis`: "rules" or "judgment"; `data_stays`: data may not leave the country.
    """

    name: str
    currency: str
    volume: Quantity
    months: int
    error_cost: Quantity
    core: bool
    basis: str
    data_stays: bool
    language: str
    home: Site
    options: tuple[Site, ...]


class Spread(NamedTuple):
    """Percentiles of the draws."""

    p5: float
    p50: float
    p95: float


class Swing(NamedTuple):
    """A bar of the tornado: the saving a year with one quantity at its low and at its high, all others likely."""

    quantity: str
    low: Fraction
    high: Fraction
    source: str

    @property
    def width(self) -> Fraction:
        """How far the quantity moves the saving."""
        return abs(self.high - self.low)


@dataclass(frozen=True, slots=True)
class Compared:
    """An option against in-house: an item exactly at the likely values, a year with its range.

    `chance`: share of the draws in which it saves. `even_months`: after so many months the transition is earned back
    (None: never); `even_items`: so many items within the horizon earn it back. `overlap`: hours of the office day in
    common, on the days of the year when they are fewest.
    """

    site: Site
    shore: Shore
    item: Item
    split: Split
    year: Spread
    saving: Spread
    chance: float
    even_months: Fraction | None
    even_items: Fraction | None
    overlap: float
    tornado: tuple[Swing, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """The whole comparison. `home` is an item in-house, `posts` how many posts the function has there."""

    function: Function
    home: Item
    home_year: Spread
    posts: Fraction
    options: tuple[Compared, ...]
    draws: int


def study(function: Function, chance: Callable[[], float], on: date, draws: int = 10_000) -> Study:
    """Compare all options with in-house. `chance` gives numbers from 0 to 1; the same ones, the same figures.

    `on`: the year whose shifts of the clocks count. All sites share a draw of the volume and of an error's cost, so
    that a saving is a difference of like with like. Raises KeyError for a country that there is not.
    """
    shores = [shore(function.home.country, option.country) for option in function.options]
    drawn = [_draw(function, chance) for _ in range(draws)]
    home_years = [one.home for one in drawn]
    compared = []
    for n, option in enumerate(function.options):
        years = [one.options[n] for one in drawn]
        savings = [home - away for home, away in zip(home_years, years, strict=True)]
        drawn_so = _Range(_spread(years), _spread(savings), sum(one > 0 for one in savings) / draws)
        compared.append(_compared(function, option, shores[n], drawn_so, on.year))
    likely = _likely(function.home)
    volume = Fraction(function.volume.likely)
    return Study(
        function,
        in_house(likely, Fraction(function.error_cost.likely)),
        _spread(home_years),
        posts(likely, volume),
        tuple(compared),
        draws,
    )


class _Range(NamedTuple):
    year: Spread
    saving: Spread
    chance: float


class _Drawn(NamedTuple):
    home: float
    options: list[float]


def _draw(function: Function, chance: Callable[[], float]) -> _Drawn:
    volume, error_cost = function.volume.draw(chance), function.error_cost.draw(chance)
    items = max(volume * function.months / 12, 1e-9)
    home = in_house({key: one.draw(chance) for key, one in function.home.quantities.items()}, error_cost)
    away = [
        contracted({key: one.draw(chance) for key, one in option.quantities.items()}, error_cost, items)
        for option in function.options
    ]
    return _Drawn(home.total * volume, [item.total * volume for item in away])


def _spread(values: list[float]) -> Spread:
    ordered = sorted(values)
    last = len(ordered) - 1
    return Spread(*(ordered[round(last * share)] for share in (0.05, 0.5, 0.95)))


def _likely(site: Site) -> dict[str, Fraction]:
    return {key: Fraction(one.likely) for key, one in site.quantities.items()}


def _compared(function: Function, option: Site, near: Shore, drawn: _Range, year: int) -> Compared:
    home, away = _likely(function.home), _likely(option)
    error_cost, volume = Fraction(function.error_cost.likely), Fraction(function.volume.likely)
    here, there = in_house(home, error_cost), contracted(away, error_cost, volume * function.months / 12)
    running = here.total - (there.total - there.transition)
    once = away["transition"]
    earned = running > 0
    return Compared(
        site=option,
        shore=near,
        item=there,
        split=split(here, home["minutes"], there, away["minutes"]),
        year=drawn.year,
        saving=drawn.saving,
        chance=drawn.chance,
        even_months=once / (running * volume / 12) if earned else None,
        even_items=once / running if earned else None,
        overlap=overlap(function.home.time_zone, option.time_zone, year),
        tornado=_tornado(function, option),
    )


def _tornado(function: Function, option: Site) -> tuple[Swing, ...]:
    """Give a bar for every uncertain quantity, the widest first."""
    own = {"volume": function.volume, "error_cost": function.error_cost}
    groups: list[tuple[str, Mapping[str, Quantity]]] = [
        ("", own),
        (function.home.name, function.home.quantities),
        (option.name, option.quantities),
    ]
    bars = []
    for number, (name, quantities) in enumerate(groups):
        for key, one in quantities.items():
            if one.certain:
                continue
            low, high = (_saving(function, option, (number, key, Fraction(end))) for end in (one.low, one.high))
            bars.append(Swing(f"{name}: {key}" if name else key, low, high, one.source))
    return tuple(sorted(bars, key=lambda bar: (-bar.width, bar.quantity)))


def _saving(function: Function, option: Site, changed: tuple[int, str, Fraction]) -> Fraction:
    """Give a year's saving with one quantity changed."""
    own = {"volume": Fraction(function.volume.likely), "error_cost": Fraction(function.error_cost.likely)}
    parts = [own, _likely(function.home), _likely(option)]
    number, key, value = changed
    parts[number][key] = value
    volume, error_cost = parts[0]["volume"], parts[0]["error_cost"]
    items = max(volume * function.months / 12, Fraction(1, 1000))
    saving: Fraction = in_house(parts[1], error_cost).total - contracted(parts[2], error_cost, items).total
    return saving * volume


def overlap(here: str, there: str, year: int) -> float:
    """Hours of the office day that two places share, on the days of the year when they are fewest."""
    return min(_overlap(ZoneInfo(here), ZoneInfo(there), date(year, month, 15)) for month in range(1, 13))


def _overlap(here: ZoneInfo, there: ZoneInfo, day: date) -> float:
    """Hours in common; the other's day before and after count, since midnight lies elsewhere."""

    def hours(zone: ZoneInfo, shift: int) -> tuple[datetime, datetime]:
        at = day + timedelta(days=shift)
        return datetime.combine(at, DAY_BEGINS, zone), datetime.combine(at, DAY_ENDS, zone)

    begin, end = hours(here, 0)
    shared = (min(end, theirs[1]) - max(begin, theirs[0]) for theirs in (hours(there, shift) for shift in (-1, 0, 1)))
    return max(0.0, *(one.total_seconds() / 3600 for one in shared))


def share(part: Fraction, whole: Fraction) -> Decimal:
    """Give a share of four decimal places; 0 of nothing."""
    return Decimal(round(part / whole * 10_000)) / 10_000 if whole else Decimal(0)
