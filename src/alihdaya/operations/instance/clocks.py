"""The service level clocks of an item stand while it waits for the customer alone, at nodes that the terms name."""

from alihdaya.engagement.sla import Due, Pause
from alihdaya.engine import Instance
from alihdaya.engine.migrate import places
from alihdaya.kernel.event import Event
from alihdaya.notation.bpmn.graph import Kind
from alihdaya.operations.desk import OpenItem
from alihdaya.work.events import ClockPaused, ClockResumed

_OURS = frozenset({Kind.USER_TASK, Kind.SERVICE_TASK, Kind.SEND_TASK, Kind.CALL})
"""What the provider has to do: while any of it is open, the clocks run."""


def turn(item: OpenItem, at: int) -> list[Event]:
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
    return [ClockResumed(last.start, *item.due)]


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
    found = ""
    for node in places(item.service.plan, instance).values():
        if node.id in item.service.clock.pauses:
            found = found or node.id
        elif node.kind in _OURS:
            return ""
    return found
