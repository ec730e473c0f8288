"""The rules of who gets what: the same for instances in memory and for those that a shell keeps in a store."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from alihdaya.engine import commands, events, scope_events
from alihdaya.engine.full import SIGNAL
from alihdaya.engine.plan import Plan
from alihdaya.engine.state import Instance
from alihdaya.engine.timers import after, due_at
from alihdaya.notation.bpmn.details import Message, Multiple, Signal, Timer

MOST_EFFECTS = 10_000
"""Effects of one command on other instances, before the engine takes them for an endless chain."""

DEEPEST_CALL = 50
"""Calls inside calls, before the engine takes them for an endless chain."""

MATTERS = frozenset({
    scope_events.MessageThrown, scope_events.SignalThrown, scope_events.CallRequested, scope_events.CallClosed,
    scope_events.EscalationThrown, scope_events.ErrorEscaped, scope_events.CatchOpened, events.MessageAwaited,
    events.InstanceEnded,
})  # fmt: skip
"""Events of one instance that may concern others."""


class EventStart(NamedTuple):
    """One definition (`part`) of a start event that happens outside: `kind` timer, message or signal, and its name."""

    node: str
    part: int
    kind: str
    name: str
    timer: Timer | None = None


class Next(NamedTuple):
    """When a timer start event is due next, and the rest of its cycle, as in TimerSet; None: never again."""

    due: int | None
    left: int = 0
    months: int = 0
    micros: int = 0

    def then(self) -> "Next":
        """Give what follows once this has gone off; a span beyond the calendar is a Stuck."""
        if self.due is None or not self.left:
            return Next(None)
        left = self.left - 1 if self.left > 0 else self.left
        return Next(after(self.due, self.months, self.micros), left, self.months, self.micros)


def event_starts(plan: Plan) -> Iterator[EventStart]:
    """Yield what can start a process from outside, but for a caller and whoever takes work in."""
    for node in plan.starts:
        parts = node.detail.parts if isinstance(node.detail, Multiple) else (node.detail,)
        for number, part in enumerate(parts):
            if isinstance(part, Timer):
                yield EventStart(node.id, number, "timer", "", part)
            elif isinstance(part, Message | Signal):
                yield EventStart(node.id, number, "message" if isinstance(part, Message) else "signal", part.name)


def first_due(timer: Timer, now: int) -> Next:
    """Say when a timer start event is due first. Times of a cycle that lie before `now` are passed over.

    A value that is no time of its kind is a Stuck.
    """
    due, left, months, span = due_at(timer)({}, now)
    while due < now and left:
        behind = (now - due) // span if span and not months else 0
        behind = max(1, behind if left < 0 else min(behind, left))
        due = after(due, months, span) if months else due + behind * span
        left = left - behind if left > 0 else left
    return Next(due, left, months, span)


def waits_for_signal(state: Instance, name: str) -> bool:
    """Say whether anything in an instance waits for a signal."""
    return state.full is not None and any((one.kind, one.name) == (SIGNAL, name) for one in state.full.catches.values())


def refused_call(plan: Plan | None, process: str, depth: int, token: int) -> commands.ThrowError | None:
    """Give the error of a call that cannot be: of a process that is not there, or calls inside calls without an end."""
    if plan is None:
        return commands.ThrowError(token, "no-process", f"there is no process {process!r}")
    if depth >= DEEPEST_CALL:
        return commands.ThrowError(token, "endless-calls", "calls inside calls without an end")
    return None


def result_of_call(called: Instance, plan: Plan, caller: Instance, token: int) -> dict[str, Any]:
    """Give what a called instance hands back to the caller's `token`: the data outputs of the call activity."""
    data = plan.node(caller.waits[token].node).data
    wanted = {*data.made, *(one.origin for one in data.outputs)} if data is not None else set()
    return {name: value for name, value in called.variables.items() if name in wanted}
