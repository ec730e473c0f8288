"""The writer's desk: what it holds in its head between two commits.

Everything here is read back from the store when a process starts; nothing here is true before it is committed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any, NamedTuple

from alihdaya.engagement.calendar import Calendar
from alihdaya.engagement.sla import Due, Pause, SlaClock
from alihdaya.engagement.terms import Terms
from alihdaya.engine import Instance, Plan
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import HOUSE, Entry, Event
from alihdaya.notation.bpmn import Job, Kind, UserWork
from alihdaya.operations.exchange.board import Board
from alihdaya.operations.jobs.book import Book
from alihdaya.operations.people.programs.book import LeaseBook
from alihdaya.packs import Pack
from alihdaya.packs.facts import FactRule
from alihdaya.packs.jobs import Function
from alihdaya.people.gate import Needs
from alihdaya.people.person import LanguageTest, Person
from alihdaya.store import Store
from alihdaya.store.views.items import Kin, family
from alihdaya.work.item import Task, TaskKey
from alihdaya.work.outbox import Send, SendKey
from alihdaya.work.queue import Queue

if TYPE_CHECKING:
    from alihdaya.operations.floor.hall import Hall

_NEVER = Due(None, None)

CALLED = ""
"""Among an item's doers: no task of its own, but those of the items that it called."""

Awaited = tuple[str, str]
"""A message that is waited for: its name and its correlation key."""

GROUP = 1000
"""So many entries at the most, or a little more, become durable together."""


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """One service of one engagement, under one set of terms and one definition: what an item is bound to at intake."""

    engagement: str
    name: str
    terms: Terms
    pack: Pack
    plan: Plan
    clock: SlaClock
    plans: Mapping[str, Plan] = field(default_factory=dict, repr=False)
    """Every process of the pack by its id; `plan` is the one of those that an item of this service runs through."""
    functions: Mapping[str, Function] = field(default_factory=dict)
    """Name of a job -> the pack's function that does it."""

    def running(self, process: str) -> "Service":
        """Give the same service for an item that runs through another process of its pack. Raises KeyError."""
        return self if process == self.plan.process.id else replace(self, plan=self.plans[process])

    @property
    def channel(self) -> str:
        """The channel under which this service's files come in; external ids are unique within it."""
        return f"{self.engagement}/{self.name}/file"

    @property
    def calendar(self) -> Calendar:
        """The business calendar that was agreed for this service."""
        return self.terms.service(self.name).calendar

    def work(self, node: str) -> UserWork:
        """Give what the model says of the user task `node`. Raises KeyError for a node that is none."""
        work = self.plan.work(node)
        if not isinstance(work, UserWork):
            raise KeyError(node)
        return work

    def job(self, node: str) -> str:
        """Give the name of the job of the service task `node`."""
        work = self.plan.work(node)
        return work.name if isinstance(work, Job) else node

    def needs(self, node: str, doers: Mapping[str, frozenset[str]]) -> Needs:
        """Say what the user task `node` asks of a person; `doers`: user task -> who finished it for this item."""
        work = self.work(node)
        barred = {person for task in work.not_by for person in doers.get(task, ())}
        asked = (work.skill, work.language, work.level, work.certificate, tuple(sorted(barred)))
        return Needs(*asked, test=self.test, client=self.terms.client.name, engagement=self.engagement)

    @property
    def test(self) -> str:
        """The kind of test that this service asks for: spoken for voice, else writing (S8)."""
        return "spoken" if self.pack.manifest.voice else "writing"

    def facts(self, node: str) -> tuple[FactRule, ...]:
        """Say what the pack says about people when `node` is done."""
        rules = self.pack.manifest.facts
        return tuple(rule for rule in rules if rule.node == node) if rules else ()

    @property
    def remembers(self) -> bool:
        """Whether it counts later who did what before: where others check it, or an end says something of people."""
        ends = {
            node.id
            for plan in (self.plan, *self.plans.values())
            for node in plan.process.nodes
            if node.kind is Kind.END
        }
        return self.four_eyes or any(rule.node in ends for rule in self.pack.manifest.facts)

    @property
    def four_eyes(self) -> bool:
        """Whether any task may not be done by whoever did another one."""
        return any(isinstance(node.detail, UserWork) and node.detail.not_by for node in self.plan.process.nodes)


@dataclass(slots=True)
class OpenItem:
    """An item under way: its instance, None before the first event, and what its next entries need to know."""

    item: int
    service: Service
    received_at: int
    instance: Instance | None = None
    touched: bool = False
    caller: TaskKey | None = None
    """The item and token of the call activity that began this one, if one did."""
    giver: TaskKey | None = None
    """The item and token that wait for the answer of this one, which was handed over to its service."""
    asker: str = ""
    """Who handed it over and awaits it back: what comes back is theirs first. "" where a process did."""
    doers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """User task -> who finished it: for tasks that somebody else has to check, and for what an end says of people."""
    due: Due = _NEVER
    """When the whole item is due."""
    pauses: tuple[Pause, ...] = ()
    """When its clocks stood; the last may be open."""
    level: str | None = None
    """The level that its clocks are set to, "" the common limits; None before its first task, or without levels."""
    responded_at: int | None = None
    rested_at: int | None = None
    """Since when no task of it is open."""
    family: tuple[Kin, ...] = ()
    """The items from which it came, the nearest first: that called it, or handed it over, and theirs in turn."""
    away: frozenset[int] = frozenset()
    """Tokens that wait for the answer of another service, to which they handed over."""
    aside: dict[int, Task] | None = None
    """While the item is suspended: token -> task that stood in the queue; else None."""

    @property
    def suspended(self) -> bool:
        """Whether nothing of the item may go on."""
        return self.aside is not None

    @property
    def handed_by(self) -> tuple[str, ...]:
        """The other engagements that handed it over, directly or not."""
        return tuple(sorted({kin.engagement for kin in self.family} - {self.service.engagement, ""}))

    def below(self) -> tuple[Kin, ...]:
        """Give the family of an item that comes from this one."""
        return (Kin(self.item, self.service.engagement), *self.family)

    def done(self, node: str, person: str) -> None:
        """Remember that somebody finished a task."""
        self.doers = {**self.doers, node: self.doers.get(node, frozenset()) | {person}}


class Hold(NamedTuple):
    """A task that somebody took, and when."""

    task: Task
    person: str
    at: int


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
    standings: Mapping[str, Any] = field(default_factory=dict)
    """Engagement -> what changed since it was signed (books.account.agree.Standing); most have none."""
    binder: Callable[[str, str, str, str], Service] | None = None
    """Puts together a service that is not among `services` yet."""
    shard: int = 0
    """Which shard this is the desk of, where nodes share a database; else 0."""
    walled: dict[str, set[str]] = field(default_factory=dict)
    """An item's name in walls -> whom they keep from it; most desks have none."""
    people: dict[str, Person] = field(default_factory=dict)
    applicants: dict[str, tuple[LanguageTest, ...]] = field(default_factory=dict)
    """Who took a test and is not on the roster yet -> their tests."""
    items: dict[int, OpenItem] = field(default_factory=dict)
    queue: Queue = field(default_factory=Queue)
    held: dict[TaskKey, Hold] = field(default_factory=dict)
    hall: "Hall | None" = None
    """Who is present, in step with `queue` and `held`; None while nobody is."""
    leases: LeaseBook = field(default_factory=LeaseBook)
    """How long programs may be silent that hold tasks."""
    timers: list[tuple[int, int, int]] = field(default_factory=list)
    """Heap of (due, item, timer); a timer that was cancelled stays until it comes up and is passed over."""
    subscribers: dict[Awaited, set[TaskKey]] = field(default_factory=dict)
    """(message name, key) -> (item, token) of all who wait for it."""
    awaited: dict[TaskKey, Awaited] = field(default_factory=dict)
    """(item, token) -> the message that it waits for."""
    outbox: dict[SendKey, Send] = field(default_factory=dict)
    """What is to go out and was not acknowledged yet."""
    unposted: list[SendKey] = field(default_factory=list)
    """Sends that whoever carries them out has not heard of yet (see node.dispatch)."""
    book: Book | None = None
    """Of the jobs that workers may fetch; None where nobody fetches any."""
    does: Callable[[Send], bool] = lambda _: False
    """Says of a send whether this process carries it out itself, so that no worker is to have it."""
    posts_messages: Callable[[str], bool] = lambda _: False
    """Says of a message that is thrown, and that nobody here waits for, whether it goes out by the outbox."""
    board: Board = field(default_factory=Board)
    """What goes between items."""
    pending: list[Entry] = field(default_factory=list)
    instances: dict[int, Instance] = field(default_factory=dict)

    def append(self, at: int, item: int, by: str, events: list[Event] | tuple[Event, ...]) -> None:
        """Put one entry at the end of the log, durable with the next commit."""
        self.seq += 1
        self.at = at
        self.pending.append(Entry(self.seq, at, item, by, tuple(events)))

    def note(self, at: int, by: str, *events: Event) -> None:
        """Append an entry that is about no item."""
        self.append(at, HOUSE, by, events)

    def record(self, item: OpenItem, at: int, by: str, events: list[Event]) -> None:
        """Append an entry about an item that did not go straight through, and hold it as it is now."""
        self.append(at, item.item, by, events)
        if item.instance is not None:
            self.instances[item.item] = item.instance

    def service(self, engagement: str, name: str, terms: str, definition: str) -> Service:
        """Give a service by name and digests. Raises KeyError for one that there is not, else as its binder."""
        key = (engagement, name, terms, definition)
        if key not in self.services and self.binder is not None:
            self.services[key] = self.binder(*key)
        return self.services[key]

    def open_item(self, item: int) -> OpenItem:
        """Give an item that is under way and may go on. Raises Refused for one that is not, or is suspended."""
        found = self.standing_item(item)
        if found.suspended:
            raise Refused(Problem("suspended", f"item {item} is suspended: nothing of it goes on until it is resumed"))
        return found

    def standing_item(self, item: int) -> OpenItem:
        """Give an item that is under way, even if it is suspended. Raises Refused for one that is not."""
        found = self.items.get(item)
        if found is None:
            message = f"item {item} is not under way: delivered or cancelled already, or never received"
            raise Refused(Problem("not-open", message))
        return found

    def family(self, number: int) -> tuple[Kin, ...]:
        """Give the items from which an item came, under way or not, the nearest first; () of one that is archived."""
        found = self.items.get(number)
        return family(self.store, number) if found is None else found.family

    def names(self, item: OpenItem) -> tuple[str, ...]:
        """Give the names in walls of an item, and of those from which it came."""
        return tuple(map(self.named, (item.item, *(kin.item for kin in item.family))))

    def named(self, number: int) -> str:
        """Give the name in walls of the item of that number: 12, or 3-12 in shard 3 of a database that nodes share."""
        factor = self.store.factor
        if factor == 1:
            return f"{self.shard}-{number}" if self.shard else str(number)
        return f"{number % factor}-{number // factor}"

    def kept_from(self, item: OpenItem) -> tuple[str, ...]:
        """Give whom walls keep from this very item, or from one that it came from."""
        if not self.walled:
            return ()
        return tuple(sorted({person for name in self.names(item) for person in self.walled.get(name, ())}))

    def needs(self, item: OpenItem, node: str) -> Needs:
        """Say what the user task `node` of an item asks of a person now."""
        return self.behind_walls(item, item.service.needs(node, item.doers))

    def behind_walls(self, item: OpenItem, needs: Needs) -> Needs:
        """Give the needs of a task of an item with what walls say of the item, and of those from which it came."""
        if not (self.walled or item.family):
            return needs
        return needs._replace(walled=self.kept_from(item), handed_by=item.handed_by)

    def wait(self, task: Task, item: OpenItem | None = None, *, first: str = "") -> None:
        """Let a task wait for whoever may do it, `first` before all others; `item`: if not among `items` yet."""
        self.queue.push(task)
        if self.hall is not None:
            self.hall.waits(task, item, first=first)

    def unwait(self, key: TaskKey) -> Task:
        """Let a task no longer wait. Raises KeyError where it does not."""
        task = self.queue.remove(*key)
        if self.hall is not None:
            self.hall.leaves(key)
        return task

    def hold(self, task: Task, person: str, at: int) -> None:
        """Let somebody have a task since `at`."""
        self.held[task.key] = Hold(task, person, at)
        if self.hall is not None:
            self.hall.takes(task, person)

    def let_go(self, key: TaskKey, why: str = "") -> Hold | None:
        """Let nobody have a task any more; gives who had it. `why`: it was taken from them, and will wait again."""
        if self.hall is not None:
            self.hall.lets_go(key, why)
        return self.held.pop(key, None)

    def offer(self, key: SendKey) -> None:
        """Let whoever carries things out hear of a send that is new, or to be tried again."""
        self.unposted.append(key)
        self.index(key)

    def index(self, key: SendKey) -> None:
        """Bring the book up to what the outbox says of a send."""
        if self.book is not None and not self.does(self.outbox[key]):
            self.book.put(key, self.outbox[key])

    def next_due(self) -> int | None:
        """Say when something happens by itself: a timer, the end of a pause or a lease; None where nothing does."""
        timer = self.next_timer()
        book = self.book.next_due() if self.book is not None else None
        dues = (book, self.leases.next_due(), timer and timer[0])
        return min((due for due in dues if due is not None), default=None)

    def set_timer(self, due: int, item: int, timer: int) -> None:
        """Remember that a timer of an item comes due."""
        heappush(self.timers, (due, item, timer))

    def next_timer(self) -> tuple[int, int, int] | None:
        """Give the next timer that still runs as (due, item, timer), or None; it stays. HOUSE's are no item's."""
        timer, alarm = self._next_of_items(), self.board.next_alarm()
        call = self.hall.next_due() if self.hall is not None else None
        alarm = min((due for due in (alarm, call) if due is not None), default=None)
        if alarm is None or (timer is not None and timer[0] <= alarm):
            return timer
        return alarm, HOUSE, 0

    def _next_of_items(self) -> tuple[int, int, int] | None:
        while self.timers:
            _, item, timer = self.timers[0]
            found = self.items.get(item)
            running = found is not None and not found.suspended and found.instance is not None
            if found and found.instance and running and timer in found.instance.timers:
                return self.timers[0]
            heappop(self.timers)
        return None

    def pass_over(self, timer: tuple[int, int, int]) -> None:
        """Let what `next_timer` gave not go off on this desk; it comes up again with the next one."""
        if timer[1] == HOUSE:
            if self.board.next_alarm() == timer[0]:
                self.board.pass_over()
        elif timer in self.timers:
            self.timers.remove(timer)
            heapify(self.timers)

    def subscribe(self, name: str, key: str, item: int, token: int) -> None:
        """Remember that a token of an item waits for a message."""
        self.subscribers.setdefault((name, key), set()).add((item, token))
        self.awaited[item, token] = name, key

    def unsubscribe(self, item: int, token: int) -> None:
        """Forget the message that a token waited for."""
        message = self.awaited.pop((item, token))
        waiting = self.subscribers[message]
        waiting.remove((item, token))
        if not waiting:
            del self.subscribers[message]

    def commit(self) -> int:
        """Give what waits to who is present, and make all durable in one transaction; returns how many entries.

        If the store refuses, this desk no longer agrees with it and must be thrown away.
        """
        if self.hall is not None:
            self.hall.route()
        count = len(self.pending)
        if count:
            self.store.commit(self.pending, recorded_at=self.recorded(), instances=self.instances)
            self.pending = []
            self.instances = {}
            self.board.begun.clear()
        return count

    def close(self) -> None:
        """Let the store go; what was not committed never happened."""
        self.store.close()
