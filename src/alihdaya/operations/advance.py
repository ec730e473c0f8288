"""From what the engine says happened to what it means for the trade: tasks queued, items delivered or stopped."""

from collections.abc import Callable, Iterable
from typing import Any

from alihdaya.engine import decide
from alihdaya.engine.events import (
    IncidentRaised,
    InstanceCancelled,
    InstanceEnded,
    JobClosed,
    JobOffered,
    MessageAwaited,
    MessageCancelled,
    MessageCorrelated,
    TaskClosed,
    TaskOffered,
    TimerSet,
)
from alihdaya.engine.full import SIGNAL
from alihdaya.engine.scope_events import (
    CallClosed,
    CallRequested,
    CatchClosed,
    CatchOpened,
    CatchTaken,
    ErrorEscaped,
    EscalationThrown,
    MessageThrown,
    SignalThrown,
)
from alihdaya.engine.state import MESSAGE
from alihdaya.kernel.event import Event
from alihdaya.operations.desk import Desk, OpenItem
from alihdaya.operations.instance.clocks import closed, due_of, retarget, turn
from alihdaya.operations.outbox import ask, withdraw
from alihdaya.operations.people.learning import at_end
from alihdaya.work.events import ItemDelivered, ItemStopped, TaskCancelled, TaskQueued
from alihdaya.work.exchange import ItemReturned
from alihdaya.work.item import task_of

Meaning = Callable[[Desk, OpenItem, Any, int], Event | None]


def advance(desk: Desk, item: OpenItem, command: Any, at: int) -> list[Event]:
    """Let the engine carry out a command on an item; returns its events followed by what they mean.

    The item's instance moves on, and the desk's queue, timers and subscribers follow; the caller appends the events.
    Raises Refused, with nothing changed, where the engine refuses the command.
    """
    events, item.instance = decide(item.service.plan, item.instance, command, at)
    return _with_meanings(desk, item, events, at)


def advance_all(desk: Desk, item: OpenItem, commands: Iterable[Any], at: int) -> list[Event]:
    """Let the engine carry out several commands as one, as `advance` does one; all of them or, refused, none."""
    events: list[Event] = []
    instance = item.instance
    for command in commands:
        happened, instance = decide(item.service.plan, instance, command, at)
        events += happened
    item.instance = instance
    return _with_meanings(desk, item, events, at)


def _with_meanings(desk: Desk, item: OpenItem, events: list[Event], at: int) -> list[Event]:
    return [*events, *turn(desk, item, at), *retarget(desk, item, events), *meanings(desk, item, events, at)]


def meanings(desk: Desk, item: OpenItem, events: Iterable[Event], at: int) -> list[Event]:
    """Give the trade's events that follow from the engine's, in their order."""
    found = []
    for happened in events:
        if type(happened) is InstanceEnded and item.service.clock.closes:
            found += closed(item, at)
        meaning = _MEANINGS.get(type(happened))
        if meaning is not None:
            event = meaning(desk, item, happened, at)
            if event is not None:
                found.append(event)
        if type(happened) is InstanceEnded and item.service.facts(happened.node):
            found += at_end(desk, item, happened.node, at)
    return found


def _queue(desk: Desk, item: OpenItem, event: TaskOffered, at: int) -> Event:
    service = item.service
    node = service.plan.node(event.node)
    due = due_of(item)
    needs = desk.needs(item, node.id)
    queued = TaskQueued(event.token, node.id, node.name, service.name, needs[:4], event.priority, *due)
    item.touched, item.rested_at = True, None
    task = task_of(item.item, queued, at)._replace(needs=needs)
    if item.aside is None:
        desk.wait(task, item)
    else:
        item.aside[event.token] = task
    return queued


def _close(desk: Desk, item: OpenItem, event: TaskClosed, at: int) -> Event | None:
    key = (item.item, event.token)
    if key in desk.queue:
        desk.unwait(key)
    elif item.aside is not None:
        item.aside.pop(event.token, None)
    desk.let_go(key)
    if key in desk.board.handed:
        desk.board.effects.append((item, event))
    item.rested_at = at
    return None if event.outcome == "completed" else TaskCancelled(event.token, event.outcome)


def _deliver(desk: Desk, item: OpenItem, event: InstanceEnded, _at: int) -> Event:
    desk.items.pop(item.item, None)
    if item.caller is not None:
        desk.board.effects.append((item, event))
        return ItemReturned(event.node, item.touched)
    if item.giver is not None:
        desk.board.effects.append((item, event))
    delivery = item.service.pack.delivery
    variables = item.instance.variables if item.instance is not None else {}
    result = {name: variables[name] for name in delivery.result if name in variables}
    return ItemDelivered(event.node, delivery.units.get(event.node, ""), result, item.touched)


def _fail(desk: Desk, item: OpenItem, event: ErrorEscaped, _at: int) -> Event:
    desk.items.pop(item.item, None)
    desk.board.effects.append((item, event))
    return ItemReturned("", item.touched)


def _give_up(desk: Desk, item: OpenItem, event: InstanceCancelled, _at: int) -> None:
    if item.caller is not None or item.giver is not None:
        desk.board.effects.append((item, event))


def _stop(_desk: Desk, _item: OpenItem, event: IncidentRaised, _at: int) -> Event:
    return ItemStopped(event.code, event.message)


def _set_timer(desk: Desk, item: OpenItem, event: TimerSet, _at: int) -> None:
    desk.set_timer(event.due, item.item, event.timer)


def _await(desk: Desk, item: OpenItem, event: MessageAwaited, _at: int) -> None:
    desk.subscribe(event.name, event.key, item.item, event.token)
    desk.board.effects.append((item, event))


def _watch(desk: Desk, item: OpenItem, event: CatchOpened, _at: int) -> None:
    if event.kind == MESSAGE:
        desk.subscribe(event.name, event.key, item.item, -event.catch)
        desk.board.effects.append((item, event))
    elif event.kind == SIGNAL:
        desk.board.watch(event.name, item.item, desk.items.__contains__)


def _watch_no_longer(desk: Desk, item: OpenItem, event: CatchTaken | CatchClosed, _at: int) -> None:
    stays = isinstance(event, CatchTaken) and event.stays
    if not stays and (item.item, -event.catch) in desk.awaited:
        desk.unsubscribe(item.item, -event.catch)


def _no_longer(desk: Desk, item: OpenItem, event: MessageCorrelated | MessageCancelled, _at: int) -> None:
    desk.unsubscribe(item.item, event.token)


def _post_job(desk: Desk, item: OpenItem, event: JobOffered, at: int) -> Event | None:
    if item.instance is None:
        return None
    name, seen = item.service.job(event.node), dict(item.instance.seen(event.token))
    return ask(desk, item.item, at, token=event.token, node=event.node, name=name, key="", payload=seen)


def _throw(desk: Desk, item: OpenItem, event: MessageThrown, at: int) -> Event | None:
    board = desk.board
    known = desk.subscribers.get((event.name, event.key)) or board.named_starts("message", event.name)
    if board.effects or known or not desk.posts_messages(event.name):
        desk.board.effects.append((item, event))
        return None
    return ask(desk, item.item, at, token=0, node=event.node, name=event.name, key=event.key, payload=event.payload)


def _tell(desk: Desk, item: OpenItem, event: Event, _at: int) -> None:
    desk.board.effects.append((item, event))


def _rise(desk: Desk, item: OpenItem, event: EscalationThrown, _at: int) -> None:
    if not event.caught:
        desk.board.effects.append((item, event))


def _take_back(desk: Desk, item: OpenItem, event: JobClosed, _at: int) -> Event | None:
    return None if event.outcome == "completed" else withdraw(desk, item.item, event.token)


_MEANINGS: dict[type, Meaning] = {
    MessageThrown: _throw,
    SignalThrown: _tell,
    CallRequested: _tell,
    CallClosed: _tell,
    EscalationThrown: _rise,
    ErrorEscaped: _fail,
    InstanceCancelled: _give_up,
    JobOffered: _post_job,
    JobClosed: _take_back,
    TaskOffered: _queue,
    TaskClosed: _close,
    InstanceEnded: _deliver,
    IncidentRaised: _stop,
    TimerSet: _set_timer,
    MessageAwaited: _await,
    MessageCorrelated: _no_longer,
    MessageCancelled: _no_longer,
    CatchOpened: _watch,
    CatchTaken: _watch_no_longer,
    CatchClosed: _watch_no_longer,
}
