"""What an item costs, fully loaded (S2): one formula for every site, in exact or in floating numbers alike."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

SITE: Final = {
    "minutes": None,
    "wage": None,
    "burden": 2,
    "benefits": 2,
    "space": None,
    "shrinkage": 1,
    "occupancy": 1,
    "attrition": 5,
    "hiring": None,
    "hours": None,
    "errors": 1,
}
"""What is asked of every site -> the most that it can be.

minutes of work an item · wage a paid hour · burden (employer's contributions) and benefits, shares of the wage · space,
equipment and systems a paid hour · shrinkage, share of paid time not at work · occupancy, share of time at work that is
busy · attrition, share of people that leaves in a year · hiring: cost of finding and training one · paid hours a person
and year · errors, share of items.
"""

DEFAULTS: Final = {"burden": 0, "benefits": 0, "space": 0, "shrinkage": 0, "occupancy": 1, "attrition": 0, "hiring": 0}
DEFAULTS_OF_ALL: Final = {**DEFAULTS, "hours": 2080, "errors": 0}
"""Quantities that may be left out, and what they are then."""

OPTION: Final = {"margin": 5, "price": None, "governance": 2, "transition": None}
"""What is asked of an option besides: the provider's margin on cost, or its price an item; the client's own cost of
steering, a share of the bill; what going over costs once."""

Number = Any
"""A Fraction, a Decimal or a float: all quantities of one call of the same kind."""


class Item(NamedTuple):
    """The cost of one item in parts, in the currency's units; they add up to `total`.

    `work`: in-house its people, of a provider its bill. `governance` and `transition` are the client's own.
    """

    work: Number
    governance: Number
    transition: Number
    errors: Number

    @property
    def total(self) -> Number:
        """All parts together."""
        return self.work + self.governance + self.transition + self.errors


def loaded_hour(site: Mapping[str, Number]) -> Number:
    """Cost of one paid hour: wage, burden, benefits, space, and what replaces those who leave."""
    wage = site["wage"] * (1 + site["burden"] + site["benefits"])
    return wage + site["space"] + site["attrition"] * site["hiring"] / site["hours"]


def loaded_minute(site: Mapping[str, Number]) -> Number:
    """Cost of one minute of work on an item: idle and shrinkage are spread over the work."""
    return loaded_hour(site) / 60 / ((1 - site["shrinkage"]) * site["occupancy"])


def posts(site: Mapping[str, Number], volume: Number) -> Number:
    """How many posts a year's volume needs at this site."""
    return volume * site["minutes"] / 60 / ((1 - site["shrinkage"]) * site["occupancy"]) / site["hours"]


def in_house(site: Mapping[str, Number], error_cost: Number) -> Item:
    """Cost of an item done in-house."""
    zero = error_cost * 0
    return Item(loaded_minute(site) * site["minutes"], zero, zero, site["errors"] * error_cost)


def contracted(site: Mapping[str, Number], error_cost: Number, items: Number) -> Item:
    """Cost to the client of an item that a provider does; `items`: over how many the transition is spread."""
    bill = site.get("price")
    if bill is None:
        bill = loaded_minute(site) * site["minutes"] * (1 + site["margin"])
    return Item(bill, bill * site["governance"], site["transition"] / items, site["errors"] * error_cost)


class Split(NamedTuple):
    """A saving an item, split without a residual: by cheaper minutes (cost) and by fewer (knowledge)."""

    cost: Number
    knowledge: Number
    errors: Number

    @property
    def saving(self) -> Number:
        """The saving that was split."""
        return self.cost + self.knowledge + self.errors


def split(home: Item, home_minutes: Number, away: Item, away_minutes: Number) -> Split:
    """Split the saving of an item into cost and knowledge arbitrage (S16), exactly where the numbers are.

    With w the all-in cost of a minute and m the minutes, w*m - w'*m' = (w-w')(m+m')/2 + (m-m')(w+w')/2. What fewer
    errors save counts as knowledge as well and is told apart. Minutes are above 0.
    """
    here, there = (home.total - home.errors) / home_minutes, (away.total - away.errors) / away_minutes
    return Split(
        (here - there) * (home_minutes + away_minutes) / 2,
        (home_minutes - away_minutes) * (here + there) / 2,
        home.errors - away.errors,
    )
