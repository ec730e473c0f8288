"""One present person: what they can still take, and what they have."""

from typing import TYPE_CHECKING, Final, NamedTuple

from alihdaya.people.person import Person
from alihdaya.work.floor.ask import FULL, Piece
from alihdaya.work.item import TaskKey
from alihdaya.work.queue import Place

if TYPE_CHECKING:
    from alihdaya.work.floor.groups import Group

READY: Final = "ready"
NOT_LISTED: Final = -1

RINGS: Final = "rings"
WORKS: Final = "works"
WRAPS: Final = "wraps"
LATER: Final = "later"
"""The states of a piece that does not wait in the queue; later: it was put off."""


class Hold(NamedTuple):
    """A piece that somebody has: it rings, they work on it, or they wrap it up, since `at`, until `until` if not 0."""

    piece: Piece
    person: str
    state: str
    share: int
    at: int
    until: int


class Own:
    """What of one channel waits for one person alone: a heap of places."""

    __slots__ = ("channel", "heap", "seat")

    def __init__(self, seat: "Seat", channel: int) -> None:
        self.seat = seat
        self.channel = channel
        self.heap: list[Place] = []


class Seat:
    """A present person. `since` by channel: since when they could take one more piece of it, NOT_LISTED if they cannot.

    `load` is the share of FULL that is taken; `seen` their last sign of life. `own`, by channel, is what waits for
    nobody else.
    """

    __slots__ = ("group", "held", "lease", "load", "own", "person", "seen", "shares", "since", "state")

    def __init__(self, person: Person, shares: tuple[int, ...], lease: int, now: int, group: "Group") -> None:
        self.person = person
        self.shares = shares
        self.lease = lease
        self.seen = now
        self.state = READY
        self.load = 0
        self.since = [NOT_LISTED] * len(shares)
        self.held: dict[TaskKey, None] = {}
        self.own: dict[int, Own] = {}
        self.group = group

    def takes(self, channel: int) -> bool:
        """Say whether one more piece of a channel fits."""
        share = self.shares[channel]
        return bool(share) and self.load + share <= FULL and self.state == READY

    def own_line(self, channel: int) -> Own:
        """Give what of a channel waits for them alone."""
        if channel not in self.own:
            self.own[channel] = Own(self, channel)
        return self.own[channel]
