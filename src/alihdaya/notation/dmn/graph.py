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


def in_order(
    elements: Iterable[E], requires: Callable[[E], tuple[str, ...]], problems: list[Problem], *, rings: bool = False
) -> list[E]:
    """Order elements so that each comes after those it requires.

    Cycles, and chains too long, go into `problems`. Where `rings` are allowed, as among functions, which may call
    themselves, what stands in a cycle or requires one comes last, in the order of the file.
    """
    waiting = {element.id: element for element in elements}
    needs = {key: {*requires(element)} for key, element in waiting.items()}
    wanted: dict[str, list[str]] = {key: [] for key in waiting}
    for key, required in needs.items():
        for one in required & wanted.keys():
            wanted[one].append(key)
    heights: dict[str, int] = {}
    ordered: list[E] = []
    ready = [key for key, required in needs.items() if not required]
    while ready:
        following: list[str] = []
        for key in ready:
            element = waiting.pop(key)
            heights[key] = 1 + max((heights[one] for one in requires(element)), default=0)
            ordered.append(element)
            for other in wanted[key]:
                needs[other].discard(key)
                if not needs[other]:
                    following.append(other)
        ready = following
    if waiting and rings:
        ordered += waiting.values()
    elif waiting:
        problems.append(_cycle(waiting, requires))
    _check_chain(ordered, heights, problems)
    return ordered


def _check_chain(ordered: list[E], heights: dict[str, int], problems: list[Problem]) -> None:
    if heights and max(heights.values()) > CHAIN_LIMIT:
        tallest = max(ordered, key=lambda element: heights.get(element.id, 0))
        problems.append(Problem("dmn-depth", f"more than {CHAIN_LIMIT} requirements in a chain", tallest.source))


def _cycle(waiting: dict[str, E], requires: Callable[[E], tuple[str, ...]]) -> Problem:
    path: dict[str, None] = {}
    key = next(iter(waiting))
    while key not in path:
        path[key] = None
        key = next(required for required in requires(waiting[key]) if required in waiting)
    ring = [waiting[one] for one in list(path)[list(path).index(key) :]]
    first = min(ring, key=lambda element: element.source.line or 0)
    turned = ring[ring.index(first) :] + ring[: ring.index(first)] + [first]
    shown = turned if len(turned) <= 12 else turned[:11]
    message = " requires ".join(repr(element.name) for element in shown) + (" …" if len(turned) > 12 else "")
    return Problem("requirement-cycle", f"requirements go round: {message}", first.source)
