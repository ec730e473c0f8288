"""Present people by what they are capable of, waiting pieces by what they ask for, and which of them go together.

A group and a kind are compared once, by the gate; what that gave is kept, because it depends on nothing else.
"""

from collections import deque
from collections.abc import Iterator
from heapq import heapify, heappop, heappush, heapreplace
from typing import Final

from alihdaya.people.capability import Capability, stand_in
from alihdaya.people.gate import gate
from alihdaya.people.person import LEVELS
from alihdaya.work.floor.ask import CHANNELS, Ask, Piece
from alihdaya.work.floor.seat import Seat
from alihdaya.work.item import TaskKey
from alihdaya.work.queue import Place

_SLACK: Final = 64

Avoid = frozenset[str]
NOBODY: Final[Avoid] = frozenset()


class Group:
    """Present people of equal capability. `free`, by channel: (since, seat) of those who could take one more piece.

    What stands in `free` may be over; only a seat's own `since` says whether it is not.
    """

    __slots__ = ("capability", "free", "kinds", "members", "number", "stand_in")

    def __init__(self, number: int, capable: Capability) -> None:
        self.number = number
        self.capability = capable
        self.stand_in = stand_in(capable)
        self.members = 0
        self.free: tuple[deque[tuple[int, Seat]], ...] = tuple(deque() for _ in CHANNELS)
        self.kinds: tuple[list[Kind], ...] = tuple([] for _ in CHANNELS)

    def head(self, channel: int) -> tuple[int, Seat] | None:
        """Give who could take a piece of this channel, the longest idle first."""
        line = self.free[channel]
        while line:
            since, seat = line[0]
            if seat.since[channel] == since and seat.group is self:
                return line[0]
            line.popleft()
        return None

    def all_free(self, channel: int) -> Iterator[Seat]:
        """Walk all who could take a piece of this channel, the longest idle first."""
        for since, seat in self.free[channel]:
            if seat.since[channel] == since and seat.group is self:
                yield seat

    def enlist(self, seat: Seat, channel: int, now: int) -> None:
        """Let somebody stand at the end of those who could take a piece of this channel."""
        line = self.free[channel]
        seat.since[channel] = now
        if not line:
            for kind in self.kinds[channel]:
                kind.listen(self, now)
        line.append((now, seat))
        if len(line) > 4 * self.members + _SLACK:
            standing = list(dict.fromkeys(one for one in line if one[1].since[channel] == one[0]))
            line.clear()
            line.extend(one for one in standing if one[1].group is self)


class Line:
    """Pieces of one kind that wait, and that the same people are to be spared: a heap of places."""

    __slots__ = ("avoid", "count", "heap", "kind")

    def __init__(self, kind: "Kind", avoid: Avoid) -> None:
        self.kind = kind
        self.avoid = avoid
        self.heap: list[Place] = []
        self.count = 0


class Kind:
    """All that asks for the same. `ranks`: number of a group that may do it -> its rank, the smallest goes first.

    `free` is a heap of (rank, since, group) over those groups in which somebody may be free: since is never later than
    that of the group's longest idle, and is put right when it comes up.
    """

    __slots__ = ("ask", "channel", "count", "free", "lines", "listed", "ranks")

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.channel = CHANNELS.index(ask.channel)
        self.ranks: dict[int, int] = {}
        self.free: list[tuple[int, int, int]] = []
        self.listed: set[int] = set()
        self.lines: dict[Avoid, Line] = {}
        self.count = 0

    def meet(self, group: Group, *, by_skill: bool) -> None:
        """Ask the gate about a group, once; `by_skill`: the best go first, else whoever is idle the longest."""
        if gate(group.stand_in, self.ask.needs, 0, test=self.ask.test):
            return
        self.ranks[group.number] = -fit(group, self.ask) if by_skill else 0
        group.kinds[self.channel].append(self)
        head = group.head(self.channel)
        if head is not None:
            self.listen(group, head[0])

    def listen(self, group: Group, since: int) -> None:
        """Take up a group in which somebody came to be free."""
        if group.number not in self.listed:
            self.listed.add(group.number)
            heappush(self.free, (self.ranks[group.number], since, group.number))

    def best(self, groups: list[Group], avoid: Avoid) -> Seat | None:
        """Give who should get the next piece of this kind; None where nobody is free."""
        free, channel = self.free, self.channel
        passed: list[tuple[int, int, int]] = []
        found = None
        while free and found is None:
            rank, since, number = free[0]
            head = groups[number].head(channel)
            if head is None:
                heappop(free)
                self.listed.discard(number)
            elif head[0] != since:
                heapreplace(free, (rank, head[0], number))
            elif head[1].person.id not in avoid:
                found = head[1]
            else:
                found = next((one for one in groups[number].all_free(channel) if one.person.id not in avoid), None)
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
        elif len(heap) > 2 * line.count + _SLACK:
            heap[:] = {one for one in heap if self._stands(one, line)}
            heapify(heap)
        return kind

    def _stands(self, where: Place, line: Line) -> bool:
        key = where[1:]
        return self._lines.get(key) is line and self.pieces[key][1] == where

    def head(self, line: Line) -> Place | None:
        """Give the place of a line's first piece."""
        heap = line.heap
        while heap:
            if self._stands(heap[0], line):
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
