"""What a piece of work asks for, and how it stands in the queue."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from alihdaya.people.gate import Needs
from alihdaya.work.item import TaskKey
from alihdaya.work.queue import PATIENCE, PRIORITY_WORTH, Place

CHANNELS: Final = ("voice", "chat", "mail", "office")
"""The degrees of contact (S7): by telephone, by text at once, by e-mail, none at all."""

FULL: Final = 60
"""A person's whole attention: it can be parted into 2, 3, 4, 5 or 6 equal shares."""

SPOKEN: Final = "spoken"


class Ask(NamedTuple):
    """A kind of work; all its pieces wait in one line. Spans in microseconds.

    `ring`: so long a person may take to accept, 0: it is theirs at once. `wrap`: so long they may take to wrap up
    afterwards. `batch`: so many pieces of a line one person gets together, where as many wait.
    """

    needs: Needs
    channel: str = "office"
    ring: int = 0
    wrap: int = 0
    batch: int = 1

    @property
    def test(self) -> str:
        """Which test of the sponsor's language counts (S8): the spoken one for voice, else the needed one."""
        return SPOKEN if self.channel == "voice" else self.needs.test


class Piece(NamedTuple):
    """A piece of work: the task `token` of `item`. Instants in microseconds.

    `priority`: 0 to 100. `due`: when it should begin; for back office the cut-off, less the time that it takes.
    `prefer`: the preferred or last agent, waited for until `prefer_until`. `of`: the task that it helps with, where
    somebody asked for advice. `note` is the context that goes along when it is passed on (S18).
    """

    item: int
    token: int
    ask: Ask
    priority: int
    queued_at: int
    due: int | None = None
    prefer: str = ""
    prefer_until: int = 0
    of: tuple[int, int] = (0, 0)
    note: str = ""

    @property
    def key(self) -> TaskKey:
        """Give the task's name."""
        return self.item, self.token


def place(piece: Piece) -> Place:
    """Give a piece's place in the order of all: as of work.queue.place, so that whatever waits grows older and wins."""
    due = piece.queued_at + PATIENCE if piece.due is None else piece.due
    return due - min(max(piece.priority, 0), 100) * PRIORITY_WORTH, piece.item, piece.token


def shares(most: Mapping[str, int]) -> tuple[int, ...]:
    """Give the share of FULL that one piece takes, by CHANNELS: `most` pieces of a channel at the same time.

    A channel that is not named, or 0 times, is not served. Raises ValueError for an unknown channel or a number
    above FULL.
    """
    if unknown := most.keys() - set(CHANNELS):
        raise ValueError(f"no channel is called {min(unknown)!r}; there are: {', '.join(CHANNELS)}")
    if wrong := [n for n in most.values() if not 0 <= n <= FULL]:
        raise ValueError(f"{wrong[0]} pieces at the same time; it must be 0 to {FULL}")
    return tuple(FULL // most[channel] if most.get(channel) else 0 for channel in CHANNELS)


def ask_of(wire: Sequence[Any]) -> Ask:
    """Give the kind of work that stands in a list of its fields, as the stores keep it."""
    needs, *kind = wire
    fields: list[Any] = [tuple(one) if isinstance(one, list) else one for one in needs]
    return Ask(Needs(*fields), *kind)
