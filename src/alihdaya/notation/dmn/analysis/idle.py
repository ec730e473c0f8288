"""Columns that test nothing, and columns that never change a table's answer.

The answer as a function of the points is built as a reduced decision diagram: a node whose branches are all the same is
left out, so a dimension without a node in it changes nothing.
"""

from collections.abc import Iterator

from alihdaya.notation.dmn.analysis import kinds
from alihdaya.notation.dmn.analysis.columns import Room
from alihdaya.notation.dmn.analysis.space import Budget, TooLargeError
from alihdaya.notation.dmn.analysis.telling import not_analysed, numbers
from alihdaya.notation.dmn.table import conclude, joined
from alihdaya.notation.feel.ir import Literal
from alihdaya.notation.finding import Finding

_STEPS = 200_000


def idle_columns(room: Room) -> Iterator[Finding]:
    """Give the columns that no rule tests, and those that never change the answer."""
    if room.space.rules < 2:
        return
    untested = set()
    for number, one in enumerate(room.space.dimensions):
        if not one.computed and all(mask == room.space.all for mask in one.masks):
            untested.add(number)
            source = room.table.inputs[one.columns[0]].expression.source
            yield Finding(kinds.UNTESTED, source, room.site.owner.id, {"column": one.label})
    if not room.node.literal or room.space.computed:
        return
    yield from _idle(room, untested)


def _idle(room: Room, untested: set[int]) -> Iterator[Finding]:
    diagram = _Diagram(room)
    doubtful = [
        number
        for number, one in enumerate(room.space.dimensions)
        if number not in untested and len(one.masks) > 1 and not diagram.works_somewhere(number)
    ]
    if not doubtful:
        return
    try:
        working = diagram.working()
    except TooLargeError:
        yield not_analysed(room, kinds.IDLE)
        return
    for number in doubtful:
        if number not in working:
            one = room.space.dimensions[number]
            source = room.table.inputs[one.columns[0]].expression.source
            yield Finding(kinds.IDLE_COLUMN, source, room.site.owner.id, {"column": one.label})


class _Diagram:
    def __init__(self, room: Room) -> None:
        self.room = room
        self.budget = Budget(_STEPS)
        self.nodes: dict[tuple[object, ...], int] = {}
        self.answers: dict[int, str] = {}
        self.known: dict[tuple[int, int], int] = {}
        self.order = sorted(
            range(len(room.space.dimensions)), key=lambda number: len(room.space.dimensions[number].masks)
        )

    def works_somewhere(self, number: int) -> bool:
        """Tell whether the answer changes with a dimension at some rule's plainest point: a quick look."""
        space = self.room.space
        for rule in range(space.rules):
            box = space.region(rule)
            if not all(box):
                continue
            others = space.all
            for other, (one, chosen) in enumerate(zip(space.dimensions, box, strict=True)):
                others &= one.masks[min(chosen)] if other != number else space.all
            answers = {self._answer(others & mask) for mask in space.dimensions[number].masks}
            if len(answers) > 1:
                return True
        return False

    def working(self) -> set[int]:
        """Give the dimensions on which the answer depends. Raises TooLargeError."""
        self._node(0, self.room.space.all)
        return {key[1] for key in self.nodes if key[0] == "node" and isinstance(key[1], int)}

    def _node(self, level: int, alive: int) -> int:
        if level == len(self.order) or not alive:
            return self._interned(("answer", self._answer(alive)))
        if (level, alive) in self.known:
            return self.known[level, alive]
        number = self.order[level]
        self.budget.step(len(self.room.space.dimensions[number].masks))
        branches = tuple(self._node(level + 1, alive & mask) for mask in self.room.space.dimensions[number].masks)
        found = branches[0] if len({*branches}) == 1 else self._interned(("node", number, branches))
        self.known[level, alive] = found
        return found

    def _interned(self, key: tuple[object, ...]) -> int:
        return self.nodes.setdefault(key, len(self.nodes))

    def _answer(self, alive: int) -> str:
        found = self.answers.get(alive)
        if found is None:
            found = self.answers[alive] = self._concluded(alive)
        return found

    def _concluded(self, alive: int) -> str:
        node = self.room.node

        def row(rule: int) -> object:
            return joined(node, [cell.value for cell in node.outputs[rule] if isinstance(cell, Literal)])

        def default() -> object:
            return joined(node, [cell.value for cell in node.defaults if isinstance(cell, Literal)])

        return repr(conclude(node, tuple(numbers(alive)), row, default)[0])
