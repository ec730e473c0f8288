"""The writer's desk: what it holds in its head between two commits.

Everything here is read back from the store when a process starts; nothing here is true before it is committed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappush

from alihdaya.engagement.terms import Terms
from alihdaya.engine import Instance, Plan
from alihdaya.kernel.event import HOUSE, Entry, Event
from alihdaya.packs import Pack
from alihdaya.store import Store


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """One service of one engagement, under one set of terms and one definition: what an item is bound to at intake."""

    engagement: str
    name: str
    terms: Terms
    pack: Pack
    plan: Plan
    due: Callable[[int], tuple[int | None, int | None]]
    """Instant of intake -> (respond due, resolve due), None where the terms set no target."""

    @property
    def channel(self) -> str:
        """The channel under which this service's files come in; external ids are unique within it."""
        return f"{self.engagement}/{self.name}/file"


@dataclass(slots=True)
class OpenItem:
    """An item that waits: its instance and what its next entries need to know."""

    item: int
    service: Service
    instance: Instance
    received_at: int
    touched: bool = False


@dataclass(slots=True)
class Desk:
    """The working set of the one writer. Stations append entries here; `commit` makes a group of them durable."""

    store: Store
    recorded: Callable[[], int]
    """Give the present in microseconds: when an entry was written, as opposed to when it happened."""
    seq: int = 0
    last_item: int = 0
    at: int = 0
    """When the last entry happened."""
    services: dict[tuple[str, str, str, str], Service] = field(default_factory=dict)
    """By engagement, service, digest of the terms, digest of the definition."""
    items: dict[int, OpenItem] = field(default_factory=dict)
    timers: list[tuple[int, int, int]] = field(default_factory=list)
    """Heap of (due, item, timer); a timer that was cancelled stays until it comes up and is passed over."""
    pending: list[Entry] = field(default_factory=list)
    instances: dict[int, Instance] = field(default_factory=dict)

    def append(self, at: int, item: int, by: str, events: list[Event] | tuple[Event, ...]) -> Entry:
        """Put one entry at the end of the log, durable with the next commit."""
        self.seq += 1
        self.at = at
        entry = Entry(self.seq, at, item, by, tuple(events))
        self.pending.append(entry)
        return entry

    def note(self, at: int, by: str, *events: Event) -> None:
        """Append an entry that is about no item."""
        self.append(at, HOUSE, by, events)

    def keep(self, open_item: OpenItem, instance: Instance) -> None:
        """Hold an item that waits, with the instance as it is after the entry just appended."""
        open_item.instance = instance
        self.items[open_item.item] = open_item
        self.instances[open_item.item] = instance

    def set_timer(self, due: int, item: int, timer: int) -> None:
        """Remember that a timer of an item comes due."""
        heappush(self.timers, (due, item, timer))

    def commit(self) -> int:
        """Make everything appended durable in one transaction; returns how many entries that were.

        If the store refuses, this desk no longer agrees with it and must be thrown away.
        """
        count = len(self.pending)
        if count:
            self.store.commit(self.pending, self.recorded(), self.instances)
            self.pending = []
            self.instances = {}
        return count
