"""The board: what the desk holds in its head of what goes between items."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any, NamedTuple

from alihdaya.kernel.event import Event
from alihdaya.work.exchange import StartSet
from alihdaya.work.item import TaskKey
from alihdaya.work.outbox import SendKey

StartKey = tuple[str, str, str, str, int]
"""(engagement, service, process, node, part) of a start event."""


class Kept(NamedTuple):
    """A message for which nobody waited yet, kept until `until` (microseconds)."""

    name: str
    key: str
    payload: dict[str, Any]
    until: int
    item: int
    """Who threw it, as in work.exchange.MessageKept."""


class Spread(NamedTuple):
    """A signal under way to its audience of (item, newest catch); the first `done` have had it."""

    name: str
    payload: dict[str, Any]
    audience: list[tuple[int, int]]
    done: int


class Told(NamedTuple):
    """A fact about somebody that is on its way to the house's own log, and by whom it is."""

    by: str
    fact: Any


class Others(NamedTuple):
    """The other shards of a database, as the desk of one of them, `shard`, needs to know them."""

    shard: int
    shards: tuple[int, ...]
    caught: Callable[[str], bool]
    """Says of a message whether somebody in any shard might wait for it."""
    posts: Callable[[str], bool]
    """Says of a message that nobody in any shard waits for whether it goes out."""


@dataclass(slots=True)
class Board:
    """What goes between items; all but the effects is read back from the store when a desk is opened.

    `effects` are events of the command under way that may concern others than their item; none is left at a commit.
    """

    starts: dict[StartKey, StartSet] = field(default_factory=dict)
    timers: list[tuple[int, StartKey]] = field(default_factory=list)
    """Heap of (due, start event); one that was set anew stays until it comes up and is passed over."""
    starting: bool = True
    """Whether timers start items; not while a rehearsal only finishes what is open."""
    mine: Callable[[str, str], bool] = lambda _channel, _external_id: True
    """Says of a channel and external id whether the item belongs to this desk: of many shards, to one."""
    begun: set[tuple[str, str]] = field(default_factory=set)
    """(channel, external id) of items that began by events since the last commit."""
    kept: dict[SendKey, Kept] = field(default_factory=dict)
    """Messages that wait for their receivers, oldest first."""
    named: dict[tuple[str, str], dict[SendKey, None]] = field(default_factory=dict)
    """(name, key) -> the messages that are kept for whoever waits for this, oldest first."""
    ends: list[tuple[int, SendKey]] = field(default_factory=list)
    """Heap of (until, message); one that was taken stays until it comes up and is passed over."""
    watching: dict[str, set[int]] = field(default_factory=dict)
    """Signal -> items that wait for it, and some that did."""
    spreads: dict[SendKey, Spread] = field(default_factory=dict)
    """Signals that have not reached all whom they are for."""
    calls: dict[TaskKey, int] = field(default_factory=dict)
    """(item, token) of a call activity -> the item under way that it called."""
    handed: dict[TaskKey, int] = field(default_factory=dict)
    """(item, token) that was handed over to another service -> the item under way there."""
    others: Others | None = None
    """None where there are no other shards, or none that hear of this one."""
    posts: dict[SendKey, int] = field(default_factory=dict)
    """What has set out for other shards and was not acknowledged yet -> the shard."""
    arrived: dict[int, SendKey] = field(default_factory=dict)
    """Other shard -> the last of its posts that came in."""
    told: dict[SendKey, Told] = field(default_factory=dict)
    """Facts about people that set out for the house's own log, and were not read there yet."""
    amended: bool = False
    """Whether terms came in since the standings were read."""
    fresh: list[SendKey] = field(default_factory=list)
    """Messages that are kept, of which the other shards have not been asked yet whether somebody waits for them."""
    effects: "deque[tuple[Any, Event]]" = field(default_factory=deque)
    busy: bool = False

    def set_start(self, start: StartSet) -> None:
        """Know a start event from now on, in place of what was known of it."""
        self.starts[start[:5]] = start
        if start.due is not None:
            heappush(self.timers, (start.due, start[:5]))

    def named_starts(self, kind: str, name: str) -> list[StartKey]:
        """Give the start events that take a message or signal, in the order of their names."""
        return sorted(key for key, start in self.starts.items() if (start.kind, start.name) == (kind, name))

    def keep(self, message: SendKey, kept: Kept) -> None:
        """Keep a message."""
        self.kept[message] = kept
        self.named.setdefault(kept[:2], {})[message] = None
        heappush(self.ends, (kept.until, message))
        if self.others is not None:
            self.fresh.append(message)

    def kept_for(self, name: str, key: str) -> list[SendKey]:
        """Give the messages that are kept for whoever waits for this, oldest first."""
        return list(self.named.get((name, key), ()))

    def forget(self, message: SendKey) -> None:
        """Keep a message no longer."""
        awaited = self.kept.pop(message)[:2]
        del self.named[awaited][message]
        if not self.named[awaited]:
            del self.named[awaited]

    def watch(self, name: str, item: int, items: Callable[[int], bool]) -> None:
        """Remember that an item waits for a signal; `items` says which items are under way."""
        found = self.watching.setdefault(name, set())
        found.add(item)
        if len(found) % 4096 == 0:
            found.intersection_update([one for one in found if items(one)])

    def next_start(self) -> StartSet | None:
        """Give the timer start event that is due next, or None; it stays."""
        while self.timers and self.starting:
            due, key = self.timers[0]
            found = self.starts.get(key)
            if found is not None and found.due == due:
                return found
            heappop(self.timers)
        return None

    def next_end(self) -> tuple[int, SendKey] | None:
        """Give the message that is given up next as (until, message), or None; it stays."""
        while self.ends:
            if self.ends[0][1] in self.kept:
                return self.ends[0]
            heappop(self.ends)
        return None

    def pass_over(self) -> None:
        """Let what is due next between items not happen for now."""
        due, start = self.next_alarm(), self.next_start()
        if self.spreads:
            self.spreads.clear()
        elif start is not None and start.due == due:
            heappop(self.timers)
        elif due is not None:
            heappop(self.ends)

    def next_alarm(self) -> int | None:
        """Say when something between items is due next (microseconds), 0 for at once, None where nothing is."""
        if self.spreads:
            return 0
        start, end = self.next_start(), self.next_end()
        if end is None:
            return None if start is None else start.due
        return end[0] if start is None or start.due is None else min(start.due, end[0])
