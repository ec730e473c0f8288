"""The service level clocks of an item stand while it waits for the customer alone, at nodes that the terms name.

And while it waits for the answer of another service, to which it was handed over, where the terms say "handed-over".
"""

from alihdaya.engagement.sla import Due, Pause
from alihdaya.engine import Instance
from alihdaya.engine.events import TaskOffered
from alihdaya.engine.migrate import places
from alihdaya.engine.state import TASK
from alihdaya.kernel.event import Event
from alihdaya.notation.bpmn.graph import Kind
from alihdaya.operations.desk import Desk, OpenItem
from alihdaya.work.events import ClockClosed, ClockPaused, ClockResumed, ClockTargeted
from alihdaya.work.handover import ELSEWHERE
from alihdaya.work.item import Task

_NEVER = Due(None, None)
_OURS = frozenset({Kind.USER_TASK, Kind.SERVICE_TASK, Kind.SEND_TASK, Kind.CALL})
"""What the provider has to do: while any of it is open, the clocks run."""


def turn(desk: Desk, item: OpenItem, at: int) -> list[Event]:
    """Let an item's clocks stand or go on, after its instance has moved; gives what is to be noted of that.

    While an item is suspended they run, whatever it waits for: that time is the provider's.
    """
    if not item.service.clock.pauses:
        return []
    node = _awaits(item, item.instance) if item.instance is not None and not item.suspended else ""
    last = item.pauses[-1] if item.pauses else None
    if last is None or last.end is not None:
        if not node:
            return []
        item.pauses = (*item.pauses, Pause(at, None))
        return [ClockPaused(node)]
    if node:
        return []
    ended = Pause(last.start, at)
    item.pauses = (*item.pauses[:-1], ended)
    clock = item.service.clock
    item.due = Due(*(clock.after_pauses(due, item.received_at, (ended,)) for due in item.due))
    _retask_all(desk, item, item.due)  # one that was handed over is open all the time
    return [ClockResumed(last.start, *item.due)]


def retarget(desk: Desk, item: OpenItem, events: list[Event]) -> list[Event]:
    """Set an item's clocks to the level that its variables name, at its first task and whenever that is another.

    They run from the same start; every pause is kept, and an answer that was given keeps the limit it was given under.
    """
    clock, instance = item.service.clock, item.instance
    if not clock.levels or instance is None or instance.status != "running":
        return []
    if item.level is None and not any(type(one) is TaskOffered for one in events):
        return []
    level = clock.level(instance.variables)
    if item.level == (level or ""):
        return []
    item.level = level or ""
    due = clock.due_at(item.received_at, level, [pause for pause in item.pauses if pause.end is not None])
    item.due = due if item.responded_at is None else due._replace(respond=item.due.respond)
    _retask_all(desk, item, due)
    return [ClockTargeted(item.level, *due)]


def set_due(desk: Desk, item: OpenItem, due: Due) -> None:
    """Let an item under way, and every open task of it, be due then."""
    if item.due != _NEVER:
        item.due = due
    _retask_all(desk, item, due)


def _retask_all(desk: Desk, item: OpenItem, due: Due) -> None:
    for token, wait in item.instance.waits.items() if item.instance is not None else ():
        if wait.kind == TASK:
            _retask(desk, item, token, due)


def _retask(desk: Desk, item: OpenItem, token: int, due: Due) -> None:
    """Let an open task be due then, wherever it is."""
    key = (item.item, token)
    if key in desk.queue and (desk.hall is None or not desk.hall.has(key)):
        desk.wait(_due(desk.unwait(key), due))
    elif key in desk.queue:  # it rings, or was put off: that goes on
        desk.queue.push(_due(desk.queue.remove(*key), due))
    elif key in desk.held:
        desk.held[key] = desk.held[key]._replace(task=_due(desk.held[key].task, due))
    elif item.aside is not None and token in item.aside:
        item.aside[token] = _due(item.aside[token], due)


def _due(task: Task, due: Due) -> Task:
    return task._replace(respond_due=due.respond, resolve_due=due.resolve)


def closed(item: OpenItem, at: int) -> list[Event]:
    """Say of an item that ends what its clocks come to, where the terms count by level or by average."""
    if not item.touched or item.caller is not None:
        return []
    clock, ends = item.service.clock, (item.responded_at, item.rested_at or at)
    level = item.level if item.level is not None else ""
    times = [
        clock.elapsed(item.received_at, ends[1] if end is None else end, item.pauses) if average else None
        for end, average in zip(ends, clock.averages(level or None), strict=True)
    ]
    return [ClockClosed(level, *times)]


def due_of(item: OpenItem) -> Due:
    """Give when a task is due that an item asks for now: after its clocks stood, by as much later."""
    clock = item.service.clock
    due = clock.due(item.received_at, item.instance.variables if item.instance is not None else None)
    if not clock.pauses:
        return due
    due = Due(*(clock.after_pauses(one, item.received_at, item.pauses) for one in due))
    item.due = Due(*(former if former is not None else one for former, one in zip(item.due, due, strict=True)))
    return due


def _awaits(item: OpenItem, instance: Instance) -> str:
    """Give the node at which an instance waits for the customer, "" where it does not or the provider has to act."""
    if instance.status != "running" or instance.incidents:
        return ""
    found, pauses = "", item.service.clock.pauses
    for token, node in places(item.service.plan, instance).items():
        if node.id in pauses:
            found = found or node.id
        elif token in item.away and ELSEWHERE in pauses:
            found = found or ELSEWHERE
        elif node.kind in _OURS:
            return ""
    return found
