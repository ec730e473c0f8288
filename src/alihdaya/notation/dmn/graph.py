"""The requirements between elements of a DRG: an order in which each comes after those it requires, or the cycle."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from alihdaya.kernel.errors import Problem, Source

CHAIN_LIMIT = 200
"""Most decisions that may stand one above the other."""


class Element(Protocol):
    """What has an id, a name and a place."""

    @property
    def id(self) -> str:
        """The element's id."""

    @property
    def name(self) -> str:
        """The element's name."""

    @property
    def source(self) -> Source:
        """Where it stands."""


E = TypeVar("E", bound=Element)


def in_order(elements: Iterable[E], requires: Callable[[E], tuple[str, ...]], problems: list[Problem]) -> list[E]:
    """Order elements so that each comes after those it requires; cycles, and chains too long, go into `problems`."""
    waiting = {element.id: element for element in elements}
    heights: dict[str, int] = {}
    ordered: list[E] = []
    while ready := [e for e in waiting.values() if all(key in heights for key in requires(e))]:
        for element in ready:
            heights[element.id] = 1 + max((heights[key] for key in requires(element)), default=0)
            ordered.append(waiting.pop(element.id))
    if waiting:
        problems.append(_cycle(waiting, requires))
    if heights and max(heights.values()) > CHAIN_LIMIT:
        tallest = max(ordered, key=lambda element: heights[element.id])
        problems.append(Problem("dmn-depth", f"more than {CHAIN_LIMIT} requirements in a chain", tallest.source))
    return ordered


def _cycle(waiting: dict[str, E], requires: Callable[[E], tuple[str, ...]]) -> Problem:
    path: list[str] = []
    key = next(iter(waiting))
    while key not in path:
        path.append(key)
        key = next(required for required in requires(waiting[key]) if required in waiting)
    ring = [waiting[one] for one in path[path.index(key) :]]
    first = min(ring, key=lambda element: element.source.line or 0)
    turned = ring[ring.index(first) :] + ring[: ring.index(first)] + [first]
    message = " requires ".join(repr(element.name) for element in turned)
    return Problem("requirement-cycle", f"requirements go round: {message}", first.source)
