"""What a migration is asked to do: which items, to which version, by which mapping."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from alihdaya.packs import Pack


@dataclass(frozen=True, slots=True)
class Choice:
    """Which items; everything that is said must hold. "" and 0 and () say nothing.

    `version`: a number or the beginning of a digest; `node`: where the item waits; `before`: received before this
    instant (microseconds); `where`: a FEEL expression over the item's variables that must be true.
    """

    version: str = ""
    service: str = ""
    node: str = ""
    before: int = 0
    where: str = ""
    items: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """Items of a pack go to the version `to`: a number, the beginning of a digest, or "" for the newest.

    `nodes`: old node's id -> new one's ("" gives an event up), every other id stays. `values`: variable -> FEEL
    expression over the item's variables, set on the way. `reset`: timers whose definition changed are set anew.
    `given`: a target that is not deployed yet, to see what would be.
    """

    pack: str
    to: str = ""
    nodes: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    reset: bool = False
    choice: Choice = Choice()
    given: Pack | None = None


class Migrate(NamedTuple):
    """Carry out an order for the next items it is about, `most` or fewer, those after item `after`.

    Unless `go`, only look.
    """

    order: Order
    after: int = 0
    most: int = 500
    go: bool = False
