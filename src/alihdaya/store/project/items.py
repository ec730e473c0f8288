"""What happens to items, as rows: where each stands, what is open about it, and what counts in the views."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Table

from alihdaya.engine.events import VariablesSet
from alihdaya.kernel.event import Entry, Event
from alihdaya.kernel.time import QUARTER
from alihdaya.people.events import CoursePlayed, RecordingDeleted
from alihdaya.store.codec import encode
from alihdaya.store.errors import StoreError, problem
from alihdaya.store.project.changes import Pending
from alihdaya.store.project.exchange import EXCHANGE
from alihdaya.store.project.house import House
from alihdaya.store.project.sends import SENDS
from alihdaya.store.project.standing import NARROW, OVER, Standing
from alihdaya.store.project.waits import STANDS, WAITS, fold
from alihdaya.store.schema import (
    CALLED,
    CARRIED,
    FINISHED,
    HANDOVER,
    INCIDENT,
    ITEM,
    LABOUR,
    PACE,
    PAUSE,
    RECEIVED,
    REFUSAL,
    REVIEW,
    TALLY,
    TASK,
)
from alihdaya.work.beside import TimeSpent
from alihdaya.work.events import (
    AssignmentRefused,
    AssignmentWithdrawn,
    ClockClosed,
    ClockPaused,
    ClockResumed,
    ClockTargeted,
    InstanceMigrated,
    ItemCancelled,
    ItemDelivered,
    ItemReceived,
    ItemResumed,
    ItemStopped,
    ItemSuspended,
    SendRetried,
    TaskAssigned,
    TaskCancelled,
    TaskChanged,
    TaskDone,
    TaskQueued,
)
from alihdaya.work.exchange import ItemCalled, ItemReturned
from alihdaya.work.handover import AWAY, HandedBack, HandedOver, TakenOver
from alihdaya.work.review import ReviewDisputed, ReviewDone, ReviewDue

Handler = Callable[[Standing, Entry, Any], None]

_IN_THE_LOG_ALONE = frozenset({CoursePlayed, RecordingDeleted})
"""Events, each alone in its entry, that no table tells of."""

_MOST = 200_000


class Items:
    """Items under way, and the rows and counters of those that went straight through in this batch."""

    def __init__(self, house: House, pending: Pending) -> None:
        self._house = house
        self._pending = pending
        self._standing: dict[int, Standing] = {}
        self._dirty: dict[int, Standing] = {}
        self._rows: list[tuple[Any, ...]] = []
        self._received: list[tuple[str, str, int]] = []
        self._finished: list[tuple[Any, ...]] = []
        self._straight: Counter[tuple[str, str, str, str]] = Counter()
        self._paced: Counter[tuple[str, str, str, int]] = Counter()
        self._handlers: dict[type, Handler] = {
            TaskQueued: self._queued,
            TaskAssigned: self._assigned,
            AssignmentRefused: self._refused,
            TaskDone: self._done,
            TimeSpent: self._beside,
            ReviewDue: self._sampled,
            ReviewDone: self._reviewed,
            ReviewDisputed: self._disputed,
            TaskCancelled: self._cancelled,
            TaskChanged: self._changed,
            AssignmentWithdrawn: self._withdrawn,
            InstanceMigrated: self._migrated,
            ItemDelivered: self._delivered,
            ItemStopped: self._stopped,
            ClockClosed: self._clock_closed,
            ClockTargeted: self._clock_targeted,
            ClockPaused: self._clock_paused,
            ClockResumed: self._clock_resumed,
            ItemSuspended: self._suspended,
            ItemResumed: self._resumed,
            ItemCancelled: self._given_up,
            **dict.fromkeys(WAITS, self._waits),
            **dict.fromkeys(SENDS, self._sends),
            **dict.fromkeys(EXCHANGE, self._exchange),
            ItemReturned: self._returned,
            HandedOver: self._handed_over,
            TakenOver: self._taken_over,
            HandedBack: self._handed_back,
        }
        self._eventful = frozenset(self._handlers) - {ItemDelivered}

    def unknown(self, items: Iterable[int]) -> set[int]:
        """Of these items, those to be loaded by `remember` before entries about them are taken."""
        return set(items).difference(self._standing)

    def remember(self, standing: Iterable[Standing]) -> None:
        """Take up items that the tables hold already."""
        self._standing.update((one.id, one) for one in standing)

    def take(self, entry: Entry, instance: Any) -> None:
        """Take the next entry about an item; `instance` saves folding its engine events, where the caller did."""
        events = entry.events
        first = events[0]
        if type(first) in _IN_THE_LOG_ALONE:  # maybe of an item that went straight through, in this very batch
            return
        if type(first) is ItemReceived:
            self._receive(entry, first)
            last = events[-1]
            if type(last) is ItemDelivered and not last.touched and self._eventful.isdisjoint(map(type, events)):
                self._straight_through(entry, first, last)
                return
            self._standing[entry.item] = begun = _begin(entry, first)
            self._count(begun, entry.at, "received")
        elif type(first) is ItemCalled:
            self._standing[entry.item] = _begin_called(entry, first)
            self._pending.put(CALLED, (entry.item,), (first.caller, first.token))
        standing = self._find(entry)
        self._dirty[entry.item] = standing
        if fold(standing, events, instance) and not _only_facts(events):
            self._close(standing, INCIDENT, 0)
        for event in events:
            kind = type(event)
            if kind in STANDS:
                standing.node = getattr(event, "node", None)
            handler = self._handlers.get(kind)
            if handler is not None:
                handler(standing, entry, event)
        standing.settle()

    def flush(self) -> None:
        """Put the rows and counters of the batch, and forget what came to its end in it."""
        rows = self._rows
        for item, standing in self._dirty.items():
            row = standing.as_row()
            if standing.fresh:
                rows.append(row)
                standing.fresh = False
            else:
                self._pending.put(ITEM, (item,), row[1:])
            if standing.status in OVER:
                del self._standing[item]
        self._pending.insert(ITEM, rows)
        self._pending.insert(RECEIVED, self._received)
        self._pending.insert(FINISHED, self._finished)
        self._count_straight()
        self._rows, self._received, self._finished = [], [], []
        self._dirty.clear()
        if len(self._standing) > _MOST:  # the tables hold them, too
            self._standing.clear()

    def _find(self, entry: Entry) -> Standing:
        try:
            return self._standing[entry.item]
        except KeyError:
            message = f"entry {entry.seq} is about item {entry.item}, which was never received"
            raise StoreError(problem("unknown-item", message, "log")) from None

    def _receive(self, entry: Entry, event: ItemReceived) -> None:
        self._received.append((event.channel, event.external_id, entry.item))
        if event.source:
            self._house.count_row(event.source, event.row, 5)

    def _straight_through(self, entry: Entry, received: ItemReceived, delivered: ItemDelivered) -> None:
        engagement, service, _, external_id, source, row, terms, definition, _ = received
        at, item = entry.at, entry.item
        head = (item, engagement, service, external_id, definition, terms, source, row, "delivered", None, None)
        self._rows.append((*head, at, None, at, None, None, delivered.outcome, delivered.unit, False))
        self._house.resulted((engagement, service, item, at), at, delivered.result)
        self._straight[engagement, self._house.days(engagement, terms).day(at), service, delivered.unit] += 1
        self._paced[engagement, service, delivered.unit, at // QUARTER] += 1

    def _count_straight(self) -> None:
        for (engagement, day, service, unit), n in self._straight.items():
            for measure in ("received", "straight_through", "delivered", f"delivered:{unit}"):
                self._pending.add(TALLY, (engagement, day, service, measure), n)
        for (engagement, service, unit, quarter), n in self._paced.items():
            self._pending.add(PACE, (engagement, service, f"delivered:{unit}", quarter * QUARTER), n)
        self._straight.clear()
        self._paced.clear()

    def _count(self, standing: Standing, at: int, *measures: str, n: int = 1) -> None:
        day = self._house.days(standing.engagement, standing.terms).day(at)
        for measure in measures:
            self._pending.add(TALLY, (standing.engagement, day, standing.service, measure), n)

    def _open(self, standing: Standing, table: Table, token: int, rest: tuple[Any, ...]) -> None:
        standing.open[table.name][token] = rest
        self._pending.put(table, (standing.id, token), rest)

    def _close(self, standing: Standing, table: Table, token: int) -> None:
        if standing.open[table.name].pop(token, None) is not None:
            self._pending.drop(table, (standing.id, token))

    def _waits(self, standing: Standing, entry: Entry, event: Any) -> None:
        wait = WAITS[type(event)](event, entry.at)
        if wait is None:
            return
        if wait.rest is None:
            self._close(standing, wait.table, wait.token)
        else:
            self._open(standing, wait.table, wait.token, wait.rest)

    def _sends(self, standing: Standing, entry: Entry, event: Any) -> None:
        SENDS[type(event)](self._pending, entry, event)
        if type(event) is SendRetried:
            self._close(standing, INCIDENT, 0)

    def _exchange(self, _: Standing, entry: Entry, event: Any) -> None:
        EXCHANGE[type(event)](self._pending, entry, event)

    def _queued(self, standing: Standing, entry: Entry, event: TaskQueued) -> None:
        rest = (event.node, event.name, event.service, *event.needs, event.priority, entry.at)
        self._open(standing, TASK, event.token, (*rest, event.respond_due, event.resolve_due, None, None))
        standing.node, standing.closed_at = event.node, None
        if standing.respond_due is None:
            standing.respond_due = event.respond_due
        if standing.resolve_due is None:
            standing.resolve_due = event.resolve_due
        if not standing.touched:
            standing.touched = True
            self._count(standing, entry.at, "to_people")

    def _assigned(self, standing: Standing, entry: Entry, event: TaskAssigned) -> None:
        task = standing.open[TASK.name].get(event.token)
        if task is not None:
            self._open(standing, TASK, event.token, (*task[:-2], event.person, entry.at))
        if standing.responded_at is None:
            standing.responded_at = entry.at
        self._count(standing, entry.at, "assigned")

    def _refused(self, standing: Standing, entry: Entry, event: AssignmentRefused) -> None:
        row = (standing.id, encode(event.reasons), entry.at)
        self._pending.put(REFUSAL, (entry.seq, event.token, event.person), row)
        self._count(standing, entry.at, "refused")

    def _done(self, standing: Standing, entry: Entry, event: TaskDone) -> None:
        self._close(standing, TASK, event.token)
        self._rest(standing, entry.at)
        day = self._house.days(standing.engagement, standing.terms).day(entry.at)
        seconds, of = event.seconds, (standing.engagement, standing.service)
        self._pending.add(LABOUR, (of[0], day, of[1], event.person), seconds, 1, seconds)
        self._house.worked(of, entry.at, seconds)
        self._finished.append((*of, entry.at, entry.item, entry.seq, event.token, event.person, seconds))
        self._count(standing, entry.at, "done", *["simulated"] * event.simulated)
        self._count(standing, entry.at, "seconds_worked", "handled", n=seconds)

    def _beside(self, standing: Standing, entry: Entry, event: TimeSpent) -> None:
        day = self._house.days(standing.engagement, standing.terms).day(entry.at)
        self._pending.add(LABOUR, (standing.engagement, day, standing.service, event.person), event.seconds, 0, 0)
        self._count(standing, entry.at, "seconds_worked", n=event.seconds)

    def _sampled(self, standing: Standing, entry: Entry, event: ReviewDue) -> None:
        rest = (standing.engagement, standing.service, event.node, event.person, entry.at, None, None, None, None)
        self._pending.put(REVIEW, (standing.id, event.token), rest)

    def _reviewed(self, standing: Standing, entry: Entry, event: ReviewDone) -> None:
        head = (standing.engagement, standing.service, event.node, event.person, event.at)
        rest = (*head, event.reviewer, entry.at, event.percent, event.passed)
        self._pending.put(REVIEW, (standing.id, event.token), rest)

    def _disputed(self, standing: Standing, entry: Entry, event: ReviewDisputed) -> None:
        """Let it wait again; that somebody looked at it already is all that is kept here of the first time."""
        head = (standing.engagement, standing.service, event.node, event.person, event.at)
        self._pending.put(REVIEW, (standing.id, event.token), (*head, None, entry.at, None, None))

    def _cancelled(self, standing: Standing, entry: Entry, event: TaskCancelled) -> None:
        self._close(standing, TASK, event.token)
        self._rest(standing, entry.at)
        self._count(standing, entry.at, "cancelled")

    def _rest(self, standing: Standing, at: int) -> None:
        """Note in `closed_at` of an item that is still open since when nothing of it waits for people."""
        standing.closed_at = None if standing.open[TASK.name] else at

    def _migrated(self, standing: Standing, _: Entry, event: InstanceMigrated) -> None:
        standing.definition = event.after
        if standing.node is not None:
            standing.node = event.nodes.get(standing.node) or standing.node
        for token, (node, *rest) in standing.open[INCIDENT.name].items():
            self._open(standing, INCIDENT, token, (event.nodes.get(node) or node, *rest))

    def _changed(self, standing: Standing, _: Entry, event: TaskChanged) -> None:
        task = standing.open[TASK.name][event.token]
        self._open(standing, TASK, event.token, (event.node, event.name, task[2], *event.needs, *task[7:]))

    def _withdrawn(self, standing: Standing, _: Entry, event: AssignmentWithdrawn) -> None:
        task = standing.open[TASK.name][event.token]
        self._open(standing, TASK, event.token, (*task[:-2], None, None))

    def _stopped(self, standing: Standing, entry: Entry, event: ItemStopped) -> None:
        if not standing.open[INCIDENT.name]:
            self._open(standing, INCIDENT, 0, (standing.node or "", event.code, event.message, entry.at))
        self._count(standing, entry.at, "stopped")

    def _clock_paused(self, standing: Standing, entry: Entry, event: ClockPaused) -> None:
        self._open(standing, PAUSE, len(standing.open[PAUSE.name]) + 1, (event.node, entry.at, None))

    def _clock_resumed(self, standing: Standing, entry: Entry, event: ClockResumed) -> None:
        number = len(standing.open[PAUSE.name])
        self._open(standing, PAUSE, number, (*standing.open[PAUSE.name][number][:2], entry.at))
        standing.respond_due, standing.resolve_due = event.respond_due, event.resolve_due
        for token, task in list(standing.open[TASK.name].items()):
            self._open(standing, TASK, token, (*task[:-4], event.respond_due, event.resolve_due, *task[-2:]))

    def _clock_targeted(self, standing: Standing, _: Entry, event: ClockTargeted) -> None:
        if standing.responded_at is None or event.answered:
            standing.respond_due = event.respond_due
        standing.resolve_due = event.resolve_due
        for token, task in list(standing.open[TASK.name].items()):
            self._open(standing, TASK, token, (*task[:-4], event.respond_due, event.resolve_due, *task[-2:]))

    def _clock_closed(self, standing: Standing, _: Entry, event: ClockClosed) -> None:
        standing.closing = event

    def _suspended(self, standing: Standing, _: Entry, __: ItemSuspended) -> None:
        standing.status = "suspended"

    def _resumed(self, standing: Standing, _: Entry, __: ItemResumed) -> None:
        standing.status = "waiting"

    def _given_up(self, standing: Standing, entry: Entry, _: ItemCancelled) -> None:
        standing.status, standing.node, standing.closed_at = "cancelled", None, entry.at
        self._close_all(standing)
        self._count(standing, entry.at, "given_up")

    def _close_all(self, standing: Standing) -> None:
        for table in NARROW:
            for token in list(standing.open[table.name]):
                self._close(standing, table, token)

    def _delivered(self, standing: Standing, entry: Entry, event: ItemDelivered) -> None:
        at, resolved_at = entry.at, standing.closed_at or entry.at
        standing.status, standing.node, standing.closed_at = "delivered", None, at
        standing.outcome, standing.unit, standing.touched = event.outcome, event.unit, event.touched
        self._close_all(standing)
        kept = _met(standing, resolved_at)
        days = self._house.days(standing.engagement, standing.terms)
        came = (standing.engagement, standing.service, standing.id, standing.received_at)
        received, day = days.day(standing.received_at), days.day(at)
        self._house.resulted(came, at, event.result, (received, day))
        if received != day:
            self._pending.add(CARRIED, (standing.engagement, day, standing.service, event.unit, received), 1)
        self._paced[standing.engagement, standing.service, event.unit, at // QUARTER] += 1
        self._count(standing, at, "delivered", f"delivered:{event.unit}", *kept)
        level, *times = standing.closing
        if level:
            self._count(standing, at, *[f"{one}:{level}" for one in kept])
        for clock, time in zip(("respond", "resolve"), times, strict=True):
            if time is not None:
                self._count(standing, at, f"{clock}_time" + (f":{level}" if level else ""), n=time)

    def _handed_over(self, standing: Standing, entry: Entry, event: HandedOver) -> None:
        self._count(standing, entry.at, "handed_over")
        task = standing.open[TASK.name].get(event.token)
        if event.final:
            standing.status, standing.node, standing.closed_at = "handed-over", None, entry.at
            self._close_all(standing)
            self._count(standing, entry.at, "handed_on")
        elif task is not None:
            whose = f"{AWAY}{event.engagement}/{event.service}"
            self._open(standing, TASK, event.token, (*task[:-2], whose, entry.at))

    def _taken_over(self, standing: Standing, entry: Entry, event: TakenOver) -> None:
        self._count(standing, entry.at, "taken_over")
        if not event.final:
            rest = (standing.engagement, standing.service, event.person, event.note, entry.at)
            self._pending.put(HANDOVER, (standing.id,), (event.giver, event.token, *rest))

    def _handed_back(self, standing: Standing, entry: Entry, event: HandedBack) -> None:
        self._count(standing, entry.at, "handed_back", f"handed_back:{event.status}")
        self._pending.drop(HANDOVER, (event.item,))
        task = standing.open[TASK.name].get(event.token)
        if task is not None:
            self._open(standing, TASK, event.token, (*task[:-2], None, None))

    def _returned(self, standing: Standing, entry: Entry, event: ItemReturned) -> None:
        standing.status, standing.node, standing.closed_at = "returned", None, entry.at
        standing.outcome, standing.touched = event.outcome, event.touched
        self._close_all(standing)


def _only_facts(events: tuple[Event, ...]) -> bool:
    """Tell whether somebody only set variables by hand, at no node: what stopped the item still does."""
    return all(isinstance(happened, VariablesSet) and not happened.node for happened in events)


def _begin(entry: Entry, event: ItemReceived) -> Standing:
    row = (entry.item, event.engagement, event.service, event.external_id, event.definition, event.terms, event.source)
    return Standing((*row, event.row, "running", None, None, entry.at, *[None] * 6, False), fresh=True)


def _begin_called(entry: Entry, event: ItemCalled) -> Standing:
    row = (entry.item, event.engagement, event.service, event.external_id, event.definition, event.terms, 0, 0)
    return Standing((*row, "running", None, None, entry.at, *[None] * 6, False), fresh=True)


def _met(standing: Standing, resolved_at: int) -> list[str]:
    """Say how an item's clocks ended. The clocks are of people's tasks: without one, none ran.

    What the item waited for after the last task (a customer's consent, say) is not counted.
    """
    if not standing.touched:
        return ["straight_through"]
    answered = standing.responded_at
    clocks = (("respond", standing.respond_due, answered), ("resolve", standing.resolve_due, resolved_at))
    return [
        f"{clock}_{'met' if when is not None and when <= due else 'missed'}"
        for clock, due, when in clocks
        if due is not None
    ]
