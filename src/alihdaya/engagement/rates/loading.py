"""What an hour of a person costs beside the gross wage, and the paid time in which nothing is worked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Literal

from alihdaya.engagement.document import Table
from alihdaya.engagement.rates.wire import decimal_text

Spread = Literal["time", "items"]

PARTS = ("wage", "burden", "benefits", "space", "attrition", "training", "shrinkage", "idle", "support")
"""The parts of labour cost, in the order in which they are added up."""

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Loading:
    """`[service.cost.loading]`: without it, wages on the roster are loaded already.

    `burden` (the employer's contributions) and `benefits` in percent of the wage; `space` (desk, lines, power) an hour
    paid; `attrition`: percent of the staff that leaves in a year, each of whom costs `replacement`; `training` a
    person and year; `hours` paid a person and year. Money is in the wages' currency. `idle`: percent of the time at
    work in which no work is there. `spread`: whether idle time and shrinkage fall on items by the time worked on them,
    or evenly.
    """

    burden: Decimal = Decimal(0)
    benefits: Decimal = Decimal(0)
    space: Decimal = Decimal(0)
    attrition: Decimal = Decimal(0)
    replacement: Decimal = Decimal(0)
    training: Decimal = Decimal(0)
    hours: Decimal = Decimal(2080)
    idle: Decimal = Decimal(0)
    spread: Spread = "time"


NO_LOADING = Loading()


def hour(loading: Loading, wage: Decimal) -> tuple[Decimal, ...]:
    """Give an hour's wage and what is added to it: burden, benefits, space, attrition, training, in this order."""
    leaving = loading.attrition / _HUNDRED * loading.replacement / loading.hours
    shares = (wage * loading.burden / _HUNDRED, wage * loading.benefits / _HUNDRED)
    return wage, *shares, loading.space, leaving, loading.training / loading.hours


def paid(seconds: int, shrinkage: Decimal, idle: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """Give the hours worked on items, at work, and paid."""
    worked = Decimal(seconds) / 3600
    present = worked / (1 - idle / _HUNDRED)
    return worked, present, present / (1 - shrinkage / _HUNDRED)


def parts(loading: Loading, wage: Decimal, hours: tuple[Decimal, Decimal, Decimal], support: Decimal) -> list[Decimal]:
    """Give the cost by PARTS, not rounded: the loaded hours worked, what was not worked, and support on all of it."""
    each = hour(loading, wage)
    loaded = sum(each, Decimal(0))
    worked, present, all_hours = hours
    found = [worked * one for one in each]
    found += [(all_hours - present) * loaded, (present - worked) * loaded]
    return [*found, all_hours * loaded * support / _HUNDRED]


def apportion(total: int, weights: Iterable[int]) -> Iterator[int]:
    """Share `total` minor units out by weights, in their order, so that the shares add up to it exactly.

    Each is within one unit of its exact share: the sums from the first on are rounded, half up. Weights must not be
    negative; if all are 0, the last gets all.
    """
    found: Sequence[int] = list(weights)
    whole = sum(found)
    given = reached = 0
    for place, weight in enumerate(found, 1):
        reached += weight
        upto = (2 * reached * total + whole) // (2 * whole) if whole else (total if place == len(found) else 0)
        yield upto - given
        given = upto


def read_loading(cost: Table) -> Loading | None:
    """Read `loading` of a service's cost; None where there is none."""
    table = cost.table("loading", needed=False)
    if "loading" not in cost.data:
        return None
    limits = {"attrition": 1000, "burden": 1000, "benefits": 1000, "idle": 95}
    numbers = {
        one.name: table.number(one.name, one.default, high=limits.get(one.name), over=one.name == "hours")
        for one in fields(Loading)
        if one.name != "spread"
    }
    spread: Any = table.text("spread", "time", like="time|items")
    if numbers["replacement"] and not numbers["attrition"]:
        table.report("missing", "what a leaver costs is of no use without attrition", "attrition")
    table.done()
    return Loading(**numbers, spread=spread)


def loading_to_wire(loading: Loading | None) -> dict[str, Any]:
    """Give the key `loading` of the wire form; nothing where there is none, so that older terms keep their digest."""
    if loading is None:
        return {}
    made = {one.name: getattr(loading, one.name) for one in fields(Loading)}
    return {"loading": {name: decimal_text(one) if isinstance(one, Decimal) else one for name, one in made.items()}}
