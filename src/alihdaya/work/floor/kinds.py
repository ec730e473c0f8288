"""What asks for the same, in lines, and who should get the next of it."""

from heapq import heapify, heappop, heappush, heapreplace
from typing import Final

from alihdaya.people.gate import gate
from alihdaya.people.person import LEVELS
from alihdaya.work.floor.ask import CHANNELS, Ask, Piece
from alihdaya.work.floor.groups import SLACK, Cohort, Group, View
from alihdaya.work.floor.seat import Seat
from alihdaya.work.item import TaskKey
from alihdaya.work.queue import Place

Avoid = frozenset[str]
NOBODY: Final[Avoid] = frozenset()

_UNSEEN: Final = 1


class Line:
    """Pieces of one kind that wait, and that the same people are to be spared: a heap of places."""

    __slots__ = ("avoid", "count", "heap", "kind")

    def __init__(self, kind: "Kind", avoid: Avoid) -> None:
        self.kind = kind
        self.avoid = avoid
        self.heap: list[Place] = []
        self.count = 0


class Kind:
    """All that asks for the same. `ranks`: number of a cohort that may do it -> its rank, the smallest goes first.

    `by_skill`: the best go first, else whoever is idle the longest. `free` is a heap of (rank, since, cohort) over
    those cohorts in which somebody may be free: since is never later than that of the cohort's longest idle, and is put
    right when it comes up.
    """

    __slots__ = ("_seen", "ask", "by_skill", "channel", "count", "free", "lines", "listed", "number", "ranks", "test")

    def __init__(self, number: int, ask: Ask, *, by_skill: bool) -> None:
        self.number = number
        self.ask = ask
        self.test = ask.test
        self.by_skill = by_skill
        self.channel = CHANNELS.index(ask.channel)
        self.ranks: dict[int, int] = {}
        self.free: list[tuple[int, int, int]] = []
        self.listed: set[int] = set()
        self.lines: dict[Avoid, Line] = {}
        self.count = 0
        self._seen: dict[View, int | None] = {}

    def rank(self, group: Group) -> int | None:
        """Say which rank a group has, None where the gate refuses it; the gate is asked once for all who look alike."""
        view = group.view(self.ask.needs, self.test)
        found = self._seen.get(view, _UNSEEN)
        if found == _UNSEEN:
            refused = gate(group.stand_in, self.ask.needs, 0, test=self.test)
            found = self._seen[view] = None if refused else -fit(group, self.ask) if self.by_skill else 0
        return found

    def admits(self, group: Group) -> bool:
        """Say whether a group may do it."""
        cohort = group.stands.get(self.ask.needs.skill)
        return cohort is not None and cohort.number in self.ranks

    def listen(self, cohort: Cohort, since: int) -> None:
        """Take up a cohort in which somebody came to be free."""
        if cohort.number not in self.listed:
            self.listed.add(cohort.number)
            heappush(self.free, (self.ranks[cohort.number], since, cohort.number))

    def best(self, cohorts: list[Cohort], avoid: Avoid) -> Seat | None:
        """Give who should get the next piece of this kind; None where nobody is free."""
        free, channel = self.free, self.channel
        passed: list[tuple[int, int, int]] = []
        found = None
        while free and found is None:
            rank, since, number = free[0]
            head = cohorts[number].head(channel)
            if head is None:
                heappop(free)
                self.listed.discard(number)
            elif head[0] != since:
                heapreplace(free, (rank, head[0], number))
            elif head[1].person.id not in avoid:
                found = head[1]
            else:
                found = next((one for one in cohorts[number].all_free(channel) if one.person.id not in avoid), None)
                if found is None:
                    passed.append(heappop(free))
        for one in passed:
            heappush(free, one)
        return found


def fit(group: Group, ask: Ask) -> int:
    """Say how well a group's skill and language fit, from 0 to 11: proficiency plus language level."""
    person, needs = group.stand_in, ask.needs
    skill = person.proficient(needs.skill) if needs.skill else 0
    return skill + (LEVELS.get(person.languages.get(needs.language, ""), 0) if needs.language else 0)


class Waiting:
    """The pieces that wait for anybody who may, by kind and whom to spare; push and remove cost O(log n)."""

    __slots__ = ("_lines", "pieces")

    def __init__(self) -> None:
        self.pieces: dict[TaskKey, tuple[Piece, Place]] = {}
        self._lines: dict[TaskKey, Line] = {}

    def push(self, kind: Kind, piece: Piece, where: Place, avoid: Avoid) -> Line:
        """Let a piece wait; gives its line."""
        line = kind.lines.get(avoid)
        if line is None:
            line = kind.lines[avoid] = Line(kind, avoid)
        key = piece.key
        self.pieces[key] = piece, where
        self._lines[key] = line
        heappush(line.heap, where)
        line.count += 1
        kind.count += 1
        return line

    def remove(self, key: TaskKey) -> Kind:
        """Take a piece out; gives its kind. Raises KeyError where it waits in no line."""
        line = self._lines.pop(key)
        _, where = self.pieces.pop(key)
        line.count -= 1
        kind = line.kind
        kind.count -= 1
        heap = line.heap
        if not line.count:
            heap.clear()
            if line.avoid:
                del kind.lines[line.avoid]
        elif heap[0] == where:
            heappop(heap)
        elif len(heap) > 2 * line.count + SLACK:
            heap[:] = {one for one in heap if self.stands(one, line)}
            heapify(heap)
        return kind

    def stands(self, where: Place, line: Line) -> bool:
        """Say whether a place in a line's heap still counts."""
        key = where[1:]
        return self._lines.get(key) is line and self.pieces[key][1] == where

    def head(self, line: Line) -> Place | None:
        """Give the place of a line's first piece."""
        heap = line.heap
        while heap:
            if self.stands(heap[0], line):
                return heap[0]
            heappop(heap)
        return None

    def __contains__(self, key: TaskKey) -> bool:
        return key in self._lines

    def line_of(self, key: TaskKey) -> Line:
        """Give the line that a piece waits in. Raises KeyError."""
        return self._lines[key]

    def at(self, where: Place) -> Piece:
        """Give the piece at a place."""
        return self.pieces[where[1:]][0]
