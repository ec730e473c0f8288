"""How a syntax binds the terms of EN 16931 to its elements: paths from a group's element to those of its terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

ALLOWANCE: Final = " false 0 "
CHARGE: Final = " true 1 "
"""How xs:boolean may be written that tells the two apart."""

Paths = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Binding:
    """A group: the path from its parent's element, its terms' paths, and the groups below it.

    A path is XPath 1.0. Several groups, or several values of a term, may be found by one path.
    """

    path: str
    terms: Paths = field(default_factory=dict)
    groups: Mapping[str, "Binding"] = field(default_factory=dict)
