"""How the events around scopes change the state (see engine.applying)."""

from collections.abc import Callable
from typing import Any

from alihdaya.engine import scope_events as happened
from alihdaya.engine.full import Catch, Full, Loop, Record, Scope
from alihdaya.engine.state import CALL, FAILED, Instance, Wait
from alihdaya.kernel.event import Event


def grown(state: Instance) -> Full:
    """Give the full form of an instance, which becomes one if it was straight."""
    if state.full is None:
        state.full = Full()
    return state.full


def _token_born(state: Instance, event: happened.TokenBorn) -> None:
    grown(state).enter(event.token, event.scope)
    state.tokens[event.token] = event.place
    state.next_token = event.token + 1


def _token_killed(state: Instance, event: happened.TokenKilled) -> None:
    del state.tokens[event.token]
    grown(state).leave(event.token)


def _scope_opened(state: Instance, event: happened.ScopeOpened) -> None:
    full = grown(state)
    full.scopes[event.scope] = Scope(event.parent, event.node, event.token, event.kind)
    full.live[event.scope] = 0
    full.next_scope = event.scope + 1
    if event.variables:
        full.locals[event.scope] = dict(event.variables)
    if event.revives:
        for number, record in full.records.items():
            if record.scope == event.revives:
                full.records[number] = record._replace(scope=event.scope)


def _scope_closed(state: Instance, event: happened.ScopeClosed) -> None:
    full = grown(state)
    del full.scopes[event.scope], full.live[event.scope]
    full.locals.pop(event.scope, None)
    if event.outcome != "completed":
        full.forget(event.scope)
    for key in [key for key in full.passed if key[0] == event.scope]:
        del full.passed[key]


def _catch_opened(state: Instance, event: happened.CatchOpened) -> None:
    full = grown(state)
    full.catches[event.catch] = Catch(*event[1:])
    full.next_catch = event.catch + 1


def _catch_taken(state: Instance, event: happened.CatchTaken) -> None:
    if not event.stays:
        del grown(state).catches[event.catch]


def _catch_closed(state: Instance, event: happened.CatchClosed) -> None:
    del grown(state).catches[event.catch]


def _condition_changed(state: Instance, event: happened.ConditionChanged) -> None:
    catches = grown(state).catches
    catches[event.catch] = catches[event.catch]._replace(held=event.held)


def _loop_begun(state: Instance, event: happened.LoopBegun) -> None:
    grown(state).loops[event.token] = Loop(event.total, 0, 0, event.items)


def _loop_started(state: Instance, event: happened.LoopStarted) -> None:
    loops = grown(state).loops
    loops[event.token] = loops[event.token]._replace(started=loops[event.token].started + 1)


def _loop_done(state: Instance, event: happened.LoopDone) -> None:
    full = grown(state)
    full.loops[event.token] = full.loops[event.token]._replace(done=full.loops[event.token].done + 1)
    if event.output is not None:
        full.gathered[event.token, event.run] = event.output


def _activated(state: Instance, event: happened.GatewayActivated) -> None:
    grown(state).passed[event.scope, event.node] = event.flows


def _reset(state: Instance, event: happened.GatewayReset) -> None:
    del grown(state).passed[event.scope, event.node]


def _kept(state: Instance, event: happened.CompensationKept) -> None:
    full = grown(state)
    full.records[event.record] = Record(event.scope, event.node, event.inner, dict(event.variables))
    full.next_record = event.record + 1


def _compensation_begun(state: Instance, event: happened.CompensationBegun) -> None:
    grown(state).pending[event.token] = tuple(event.records)


def _handler_started(state: Instance, event: happened.HandlerStarted) -> None:
    full = grown(state)
    full.pending[event.token] = full.pending[event.token][:-1]
    del full.records[event.record]
    full.enter(event.born, event.scope)
    full.helpers[event.born] = event.token
    state.tokens[event.born] = event.place
    state.next_token = event.born + 1


def _compensation_ended(state: Instance, event: happened.CompensationEnded) -> None:
    del grown(state).pending[event.token]


def _nothing(_state: Instance, _event: Event) -> None:
    """Change nothing: it concerns others."""


def _error_escaped(state: Instance, event: happened.ErrorEscaped) -> None:
    state.tokens.clear()
    state.full = None
    state.status = FAILED
    state.ended_at = event.node


def _call_requested(state: Instance, event: happened.CallRequested) -> None:
    state.waits[event.token] = Wait(CALL, event.node, event.process)


def _call_closed(state: Instance, event: happened.CallClosed) -> None:
    del state.waits[event.token]


APPLIERS: dict[type, Callable[[Instance, Any], None]] = {
    happened.TokenBorn: _token_born,
    happened.TokenKilled: _token_killed,
    happened.ScopeOpened: _scope_opened,
    happened.ScopeClosed: _scope_closed,
    happened.CatchOpened: _catch_opened,
    happened.CatchTaken: _catch_taken,
    happened.CatchClosed: _catch_closed,
    happened.ConditionChanged: _condition_changed,
    happened.LoopBegun: _loop_begun,
    happened.LoopStarted: _loop_started,
    happened.LoopDone: _loop_done,
    happened.GatewayActivated: _activated,
    happened.GatewayReset: _reset,
    happened.CompensationKept: _kept,
    happened.CompensationBegun: _compensation_begun,
    happened.HandlerStarted: _handler_started,
    happened.CompensationEnded: _compensation_ended,
    happened.MessageThrown: _nothing,
    happened.SignalThrown: _nothing,
    happened.EscalationThrown: _nothing,
    happened.ErrorEscaped: _error_escaped,
    happened.CallRequested: _call_requested,
    happened.CallClosed: _call_closed,
}
"""Event class -> what it does to the state."""
