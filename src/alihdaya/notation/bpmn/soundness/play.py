"""The token game: walk over the states that a net can reach, within a budget, and note what goes wrong on the way.

A state is the set of flows that hold a token. Every flow leads to one node only, so that a node that is able to fire
stays able; where one that joins nothing can fire, only it is looked at. Merges, inclusive gateways and ends that take
all tokens away are looked at in every order, and last.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from alihdaya.notation.bpmn.soundness.net import Net, Node, Option

Marking = frozenset[int]
Path = tuple[str, ...]
Move = tuple[int, Option]
"""A node by its number, and the flows whose tokens it takes."""

WORK = 25
"""Tokens that may be looked at for each move of the budget: it bounds the work where many tokens are under way."""


@dataclass(slots=True)
class Outcome:
    """What a walk found; each finding by the node concerned, with the path of node ids that leads there.

    `stuck` nodes wait for ever, `doubled` ones get a second token before the first is gone, `again` are ends reached
    twice in one run; `endless` is a path to where no end can be reached. `dead` nodes are never reached (known only
    where the walk is `complete`).
    """

    stuck: dict[str, Path] = field(default_factory=dict)
    doubled: dict[str, Path] = field(default_factory=dict)
    again: dict[str, Path] = field(default_factory=dict)
    dead: tuple[str, ...] = ()
    endless: Path | None = None
    complete: bool = True
    moves: int = 0


@dataclass(frozen=True, slots=True)
class _State:
    marking: Marking
    ended: frozenset[int]


class _Walk:
    def __init__(self, net: Net, budget: int) -> None:
        self.net, self.budget = net, budget
        self.found = Outcome()
        self.fired: set[int] = set()
        self.cut = False
        self.looked = 0
        self.parents: dict[_State, tuple[_State | None, Path]] = {}
        self.after: dict[_State, set[_State]] = {}
        self.todo: deque[_State] = deque()
        self.good: list[_State] = []
        self.reaches: dict[tuple[int, int], frozenset[int]] = {}

    def run(self) -> Outcome:
        for path, option in self.net.starts:
            self.fired.update(number for number, node in enumerate(self.net.nodes) if node.id in path)
            self._visit(None, _State(frozenset(option), frozenset()), path)
        while self.todo and not self._spent():
            self._expand(self.todo.popleft())
        self.found.complete = not self.todo
        if self.found.complete:
            self._conclude()
        return self.found

    def _spent(self) -> bool:
        return self.found.moves >= self.budget or self.looked >= self.budget * WORK

    def _visit(self, parent: _State | None, state: _State, path: Path) -> None:
        if parent is not None:
            self.after.setdefault(state, set()).add(parent)
        if state not in self.parents:
            self.parents[state] = (parent, path)
            self.todo.append(state)

    def _expand(self, state: _State) -> None:
        """Fire what has no choice at once; then go on from each choice as a state of its own."""
        path: list[str] = []
        now = state
        while True:
            quick, slow = self._enabled(now.marking)
            if self._spent():
                self.todo.append(state)
                return
            if not quick and not slow:
                self._stop(state, now, path)
                return
            if self._collides(state, now, path):
                return
            single = [move for move in quick if len(self.net.nodes[move[0]].options) == 1]
            if not single:
                break
            now = self._rush(state, now, single, path)
        moves = quick[:1] or slow
        for move in moves:
            node = self.net.nodes[move[0]]
            for option in node.options:
                self._visit(state, self._fire(state, now, move, option, path), (*path, node.id))

    def _rush(self, state: _State, now: _State, moves: list[Move], path: list[str]) -> _State:
        """Fire all that has no choice: none of these moves takes another's tokens (see above)."""
        marking, ended = set(now.marking), now.ended
        for number, taken in moves:
            node = self.net.nodes[number]
            self.fired.add(number)
            self.found.moves += 1
            path.append(node.id)
            if node.is_end:
                ended = self._end(state, number, ended, path)
            marking.difference_update(taken)
            if not marking.isdisjoint(node.options[0]):
                flow = next(iter(marking.intersection(node.options[0])))
                self._double(state, path, self.net.nodes[self.net.targets[flow]])
                return _State(frozenset(), ended)
            marking.update(node.options[0])
        return _State(frozenset(marking), ended)

    def _end(self, state: _State, number: int, ended: frozenset[int], path: list[str]) -> frozenset[int]:
        name = self.net.nodes[number].id
        if number in ended and name not in self.found.again:
            self.found.again[name] = (*self._path(state), *path)
        return ended if number in ended else ended | {number}

    def _enabled(self, marking: Marking) -> tuple[list[Move], list[Move]]:
        """Give what can fire, with the tokens that it takes: what is fired at once, and what in every order."""
        self.looked += len(marking)
        quick: list[Move] = []
        slow: list[Move] = []
        tokens: dict[int, list[int]] = {}
        for flow in sorted(marking):
            tokens.setdefault(self.net.targets[flow], []).append(flow)
        for number, flows in sorted(tokens.items()):
            node, held = self.net.nodes[number], tuple(flows)
            if node.join == "any":
                one_way = (len(node.inputs) == 1 or node.is_end) and not node.clears
                (quick if one_way else slow).extend((number, (flow,)) for flow in held)
            elif node.join == "all" and len(held) == len(node.inputs):
                quick.append((number, held))
            elif node.join == "some" and self._nothing_comes(number, node, held, marking):
                slow.append((number, held))
        return quick, slow

    def _nothing_comes(self, number: int, node: Node, held: Option, marking: Marking) -> bool:
        """Tell whether no token can still reach an empty input, but by way of a held one (10.6.3, 13.4.3)."""
        if len(held) == len(node.inputs):
            return True
        if self._spent():
            return False
        empty = frozenset().union(*(self._reach(number, one) for one in node.inputs if one not in held))
        waiting = frozenset().union(*(self._reach(number, one) for one in held))
        return not (marking & empty) - waiting - frozenset(held)

    def _reach(self, number: int, flow: int) -> frozenset[int]:
        """Give the flows from which a token can come to a flow without passing the node that it leads to."""
        known = self.reaches.get((number, flow))
        if known is None:
            seen, todo = {flow}, [flow]
            while todo:
                for source in self._sources[todo.pop()]:
                    if source != number:
                        news = set(self.net.nodes[source].inputs) - seen
                        seen |= news
                        todo.extend(news)
            known = self.reaches[number, flow] = frozenset(seen)
            self.looked += len(seen)
        return known

    @cached_property
    def _sources(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self.net.targets]
        for number, node in enumerate(self.net.nodes):
            for flow in {one for option in node.options for one in option}:
                found[flow].append(number)
        return found

    def _collides(self, state: _State, now: _State, path: list[str]) -> bool:
        """Tell whether two tokens stand before a node that lets each of them through: they would follow each other."""
        seen: set[int] = set()
        for flow in now.marking:
            target = self.net.targets[flow]
            node = self.net.nodes[target]
            if node.join == "any" and not node.is_end:
                if target in seen:
                    self._double(state, path, node)
                    return True
                seen.add(target)
        return False

    def _double(self, state: _State, path: list[str], node: Node) -> None:
        self.cut = True
        self.good.append(state)
        if node.id not in self.found.doubled:
            self.found.doubled[node.id] = (*self._path(state), *path)

    def _fire(self, state: _State, now: _State, move: Move, option: Option, path: list[str]) -> _State:
        number, taken = move
        node = self.net.nodes[number]
        self.fired.add(number)
        self.found.moves += 1
        self.looked += len(now.marking)
        ended = self._end(state, number, now.ended, [*path, node.id]) if node.is_end else now.ended
        if node.clears:
            return _State(frozenset(), ended)
        left = now.marking.difference(taken)
        if not left.isdisjoint(option):
            flow = next(iter(left.intersection(option)))
            self._double(state, [*path, node.id], self.net.nodes[self.net.targets[flow]])
            return _State(frozenset(), ended)
        return _State(left.union(option), ended)

    def _stop(self, state: _State, now: _State, path: list[str]) -> None:
        self.good.append(state)
        for number in {self.net.targets[flow] for flow in now.marking}:
            node = self.net.nodes[number]
            if node.id not in self.found.stuck:
                self.found.stuck[node.id] = (*self._path(state), *path)

    def _path(self, state: _State) -> Path:
        parts: list[Path] = []
        place: _State | None = state
        while place is not None:
            place, step = self.parents[place]
            parts.append(step)
        return tuple(one for step in reversed(parts) for one in step)

    def _conclude(self) -> None:
        reached = set(self.good)
        todo = list(reached)
        while todo:
            news = self.after.get(todo.pop(), set()) - reached
            reached |= news
            todo.extend(news)
        lost = next((state for state in self.parents if state not in reached), None)
        self.found.endless = None if lost is None else self._path(lost)
        if not self.cut:
            self.found.dead = tuple(self._never())

    def _never(self) -> Iterator[str]:
        """Name what no run reaches; boundary events and links that catch are no steps of their own here."""
        for number, node in enumerate(self.net.nodes):
            silent = not node.inputs and node.element.local in {"boundaryEvent", "intermediateCatchEvent"}
            if number not in self.fired and not silent:
                yield node.id


def play(net: Net, budget: int) -> Outcome:
    """Walk over the reachable states of a net, with at most about `budget` moves."""
    return _Walk(net, budget).run()
