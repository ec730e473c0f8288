"""`apply`: how each event changes the state. The only code that changes an instance."""

from collections.abc import Callable
from typing import Any

from alihdaya.engine import events as happened
from alihdaya.engine.applying.renaming import migrated
from alihdaya.engine.applying.scopes import APPLIERS as SCOPE_APPLIERS
from alihdaya.engine.state import (
    CANCELLED,
    ENDED,
    JOB,
    MESSAGE,
    TASK,
    Incident,
    Instance,
    RunningTimer,
    Wait,
)
from alihdaya.kernel.event import Event


def apply(state: Instance | None, event: Event) -> Instance:
    """Give the state after `event`; `state` is changed in place and given back (None before InstanceStarted).

    Raises KeyError for an event that is not the engine's, and ValueError where the first event does not start.
    """
    if state is None:
        if not isinstance(event, happened.InstanceStarted):
            raise ValueError(f"{type(event).__name__} cannot be the first event of an instance")
        return begin(event)
    if state.shape is not None:
        state.unpack()
    APPLIERS[type(event)](state, event)
    return state


def begin(event: happened.InstanceStarted) -> Instance:
    """Give the state of an instance that has just started."""
    state = Instance(event.process, dict(event.variables))
    state.tokens[1] = event.place
    state.next_token = 2
    state.called = event.called
    return state


def _restarted(state: Instance, _: Event) -> None:
    raise ValueError(f"the instance of {state.process!r} was started twice")


def _moved(state: Instance, event: happened.Moved) -> None:
    state.tokens[event.token] = event.path[-1]


def _gone(state: Instance, token: int) -> None:
    del state.tokens[token]
    if state.full is not None:
        state.full.leave(token)


def _token_moved(state: Instance, event: happened.TokenMoved) -> None:
    state.tokens[event.token] = event.place
    if state.full is not None:
        state.full.unload(event.token)


def _split(state: Instance, event: happened.TokensSplit) -> None:
    full = state.full
    if full is not None and event.token in full.homes:
        for token in range(event.first, event.first + len(event.flows)):
            full.enter(token, full.homes[event.token])
    _gone(state, event.token)
    for token, flow in enumerate(event.flows, event.first):
        state.tokens[token] = flow
    state.next_token = event.first + len(event.flows)


def _joined(state: Instance, event: happened.TokensJoined) -> None:
    for token in event.others:
        _gone(state, token)


def _token_ended(state: Instance, event: happened.TokenEnded) -> None:
    _gone(state, event.token)


def _boundary_taken(state: Instance, event: happened.BoundaryTaken) -> None:
    full = state.full
    if full is not None and event.token in full.homes:
        full.enter(event.born, full.homes[event.token])
    if event.interrupting:
        _gone(state, event.token)
    state.tokens[event.born] = event.place
    state.next_token = event.born + 1


def _decided(state: Instance, event: happened.DecisionMade) -> None:
    if event.scope:
        return
    if event.result:
        state.variables[event.result] = event.value
    else:
        state.variables.update(event.value)


def _variables_set(state: Instance, event: happened.VariablesSet) -> None:
    if event.scope and state.full is not None:
        before = state.full.locals.get(event.scope, {})
        state.full.locals[event.scope] = {**before, **event.variables}
    else:
        state.variables.update(event.variables)


def _task_offered(state: Instance, event: happened.TaskOffered) -> None:
    state.waits[event.token] = Wait(TASK, event.node)


def _job_offered(state: Instance, event: happened.JobOffered) -> None:
    state.waits[event.token] = Wait(JOB, event.node, "", str(event.retries) if event.retries >= 0 else "")


def _message_awaited(state: Instance, event: happened.MessageAwaited) -> None:
    state.waits[event.token] = Wait(MESSAGE, event.node, event.name, event.key)


def _wait_over(state: Instance, event: Any) -> None:
    del state.waits[event.token]


def _timer_set(state: Instance, event: happened.TimerSet) -> None:
    state.timers[event.timer] = RunningTimer(*event[1:])
    state.next_timer = event.timer + 1


def _timer_over(state: Instance, event: Any) -> None:
    del state.timers[event.timer]


def _error_caught(_state: Instance, _event: happened.ErrorCaught) -> None:
    """Change nothing: the BoundaryTaken that follows moves the token."""


def _incident_raised(state: Instance, event: happened.IncidentRaised) -> None:
    state.incidents[event.token] = Incident(event.node, event.code, event.message, event.stage)


def _incident_cleared(state: Instance, event: happened.IncidentCleared) -> None:
    del state.incidents[event.token]


def _ended(state: Instance, event: happened.InstanceEnded) -> None:
    state.tokens.clear()
    state.full = None
    state.status = ENDED
    state.ended_at = event.node


def _cancelled(state: Instance, _: happened.InstanceCancelled) -> None:
    state.tokens.clear()
    state.full = None
    state.status = CANCELLED


APPLIERS: dict[type, Callable[[Instance, Any], None]] = {
    happened.InstanceStarted: _restarted,
    happened.Moved: _moved,
    happened.TokenMoved: _token_moved,
    happened.TokensSplit: _split,
    happened.TokensJoined: _joined,
    happened.TokenEnded: _token_ended,
    happened.BoundaryTaken: _boundary_taken,
    happened.DecisionMade: _decided,
    happened.VariablesSet: _variables_set,
    happened.TaskOffered: _task_offered,
    happened.TaskClosed: _wait_over,
    happened.JobOffered: _job_offered,
    happened.JobClosed: _wait_over,
    happened.TimerSet: _timer_set,
    happened.TimerFired: _timer_over,
    happened.TimerCancelled: _timer_over,
    happened.MessageAwaited: _message_awaited,
    happened.MessageCorrelated: _wait_over,
    happened.MessageCancelled: _wait_over,
    happened.ErrorCaught: _error_caught,
    happened.IncidentRaised: _incident_raised,
    happened.IncidentCleared: _incident_cleared,
    happened.InstanceEnded: _ended,
    happened.InstanceCancelled: _cancelled,
    happened.Migrated: migrated,
    **SCOPE_APPLIERS,
}
"""Event class -> what it does to the state."""
