"""A table's inputs as a space of dimensions, and the searches in it: a point that some rules miss, boxes, partners.

A point is one class a dimension. A rule covers a point when its bit is set in the mask of every class of the point.
Rules with computed cells are set wherever those stand, so a rule that does not cover a point surely does not match
there; one that covers it surely matches unless it is among the `computed`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_

from alihdaya.notation.dmn.analysis.dimension import Dimension

Place = tuple[int, ...]
"""One class of each dimension."""

Box = tuple[frozenset[int], ...]
"""Some classes of each dimension."""

BUDGET = 60_000
"""Steps that one table's searches may take for one question."""


class TooLargeError(Exception):
    """A search took more steps than it may."""


@dataclass
class Budget:
    """Counts steps. Raises TooLargeError when they are used up."""

    steps: int = BUDGET

    def step(self, count: int = 1) -> None:
        """Take one, or more."""
        self.steps -= count
        if self.steps < 0:
            raise TooLargeError


@dataclass
class Space:
    """The dimensions of a table with `rules` rules, of which `computed` are the ones with a cell that computes."""

    dimensions: tuple[Dimension, ...]
    rules: int
    computed: int = field(init=False)
    _regions: dict[int, Box] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Collect the rules that compute."""
        self.computed = reduce(or_, (one.computed for one in self.dimensions), 0)

    @property
    def all(self) -> int:
        """The bitmap of all rules."""
        return (1 << self.rules) - 1

    def covering(self, place: Place) -> int:
        """Give the rules that cover a point."""
        return reduce(and_, (one.masks[at] for one, at in zip(self.dimensions, place, strict=True)), self.all)

    def region(self, rule: int) -> Box:
        """Give the classes of each dimension that let a rule pass; one of them may be empty."""
        if rule not in self._regions:
            self._regions[rule] = tuple(
                frozenset(place for place, mask in enumerate(one.masks) if mask >> rule & 1) for one in self.dimensions
            )
        return self._regions[rule]

    def touching(self, box: Box) -> int:
        """Give the rules that cover some point of a box."""
        found = self.all
        for one, chosen in zip(self.dimensions, box, strict=True):
            found &= reduce(or_, (one.masks[place] for place in chosen), 0)
        return found

    def whole(self) -> Box:
        """Give the box that holds every point."""
        return tuple(frozenset(range(len(one.masks))) for one in self.dimensions)

    def missed(self, within: Box, against: int, budget: Budget, taken: Iterable[Box] = ()) -> Place | None:
        """Find a point of a box that no rule of `against` covers and that lies in no box of `taken`.

        None where there is none. Raises TooLargeError.
        """
        return _Search(self, within, against, tuple(taken), budget).find()

    def widened(self, place: Place, against: int) -> Box:
        """Widen a point that no rule of `against` covers to a box that none touches and that cannot grow."""
        box = [frozenset({at}) for at in place]
        order = sorted(range(len(box)), key=lambda number: len(self.dimensions[number].masks))
        for number in order:
            self._grow(box, number, frozenset(range(len(self.dimensions[number].masks))), against)
        for number in order:
            for at in range(len(self.dimensions[number].masks)):
                self._grow(box, number, box[number] | {at}, against)
        return tuple(box)

    def _grow(self, box: list[frozenset[int]], number: int, wider: frozenset[int], against: int) -> None:
        before = box[number]
        box[number] = wider
        if self.touching(tuple(box)) & against:
            box[number] = before


class _Search:
    def __init__(self, space: Space, within: Box, against: int, taken: Sequence[Box], budget: Budget) -> None:
        self.budget = budget
        self.dead: set[tuple[int, int]] = set()
        live = against & space.touching(within)
        extra = space.rules
        self.start = live | sum(1 << extra + number for number in range(len(taken)))
        choices = []
        for number, one in enumerate(space.dimensions):
            groups: dict[int, int] = {}
            for at in sorted(within[number]):
                mask = one.masks[at] & live
                mask |= sum(1 << extra + which for which, box in enumerate(taken) if at in box[number])
                groups.setdefault(mask, at)
            choices.append((number, sorted(groups.items(), key=lambda item: item[0].bit_count())))
        self.empty = any(not groups for _, groups in choices)
        choices.sort(key=lambda choice: sum(m.bit_count() for m, _ in choice[1]) / (len(choice[1]) or 1))
        self.choices = choices
        self.sure = [-1] * (len(choices) + 1)
        for level in range(len(choices) - 1, -1, -1):
            self.sure[level] = reduce(and_, (mask for mask, _ in choices[level][1]), self.sure[level + 1])

    def find(self) -> Place | None:
        if self.empty:
            return None
        chosen: dict[int, int] = {}
        if not self._down(0, self.start, chosen):
            return None
        return tuple(chosen[number] for number in range(len(self.choices)))

    def _down(self, level: int, alive: int, chosen: dict[int, int]) -> bool:
        if not alive:
            for number, groups in self.choices[level:]:
                chosen[number] = groups[0][1]
            return True
        if level == len(self.choices) or alive & self.sure[level] or (level, alive) in self.dead:
            return False
        self.budget.step()
        number, groups = self.choices[level]
        seen: set[int] = set()
        for mask, at in groups:
            rest = alive & mask
            if rest in seen:
                continue
            seen.add(rest)
            chosen[number] = at
            if self._down(level + 1, rest, chosen):
                return True
        self.dead.add((level, alive))
        return False
