"""Events that are thrown: error, escalation, signal, message, compensation, cancel, terminate (10.5.5, 13.5)."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from alihdaya.engine.behaviours import arming, compensating, data, scopes
from alihdaya.engine.events import ErrorCaught, InstanceEnded
from alihdaya.engine.full import BODY, PART, SIGNAL
from alihdaya.engine.plan import STOP, Catchers, Closure, Stuck
from alihdaya.engine.scope_events import ErrorEscaped, EscalationThrown, MessageThrown, SignalThrown
from alihdaya.notation.bpmn.details import (
    CancelTransaction,
    Compensate,
    Detail,
    Error,
    Escalation,
    Message,
    Multiple,
    Signal,
    Terminate,
)
from alihdaya.notation.bpmn.graph import Kind, Node

if TYPE_CHECKING:
    from alihdaya.engine.run import Run

Throw = Callable[["Run", int], bool]
"""Throws for a token; says whether the token may go on at once."""

_LAST = (Compensate, Error, CancelTransaction, Terminate)


class _Level(NamedTuple):
    """One step of an error's or escalation's way up: a scope's event sub-processes, or an activity's boundary."""

    scope: int | None
    token: int
    node: Node


def throwing(node: Node, leave: Closure) -> tuple[Closure, Closure]:
    """Compile a throwing event: how it is entered, and how it is left when all is thrown (and compensated).

    A signal or message waits until no other token of the command can move, so that who is about to wait, waits.
    """
    details = node.detail.parts if isinstance(node.detail, Multiple) else (node.detail,)
    ordered = sorted(details, key=lambda detail: isinstance(detail, _LAST))
    throws = [_throw(node, detail) for detail in ordered if detail is not None]
    patient = any(isinstance(detail, Signal | Message) for detail in details)
    left = _cancelled() if any(isinstance(detail, CancelTransaction) for detail in details) else leave

    def act(run: "Run", token: int) -> int:
        run.flush(token)
        for throw in throws:
            if not throw(run, token) or token not in run.state.tokens:
                return STOP
        run.queue.append((token, node.index, left))
        return STOP

    def enter(run: "Run", token: int) -> int:
        run.flush(token)
        run.later.append((token, node.index, act))
        return STOP

    return (enter if patient else act), left


def _throw(node: Node, detail: Detail) -> Throw:
    match detail:
        case Error():
            return lambda run, token: _error_end(run, token, node, detail.code or "")
        case Escalation(code=code):
            return lambda run, token: escalate(run, token, node, code)
        case Signal(name=name):
            return lambda run, token: signal(run, token, node, name)
        case Message():
            return _message(node, detail)
        case Compensate(activity=activity):
            return lambda run, token: (
                not compensating.begin(run, token, node, compensating.target_scope(run, token), activity)
            )
        case CancelTransaction():
            return lambda run, token: _cancel(run, token, node)
        case Terminate():
            return lambda run, token: _terminate(run, token, node)
    raise TypeError(f"a {node.kind} throws no {type(detail).__name__}")


def throw_for(node: Node, detail: Detail) -> Throw:
    """Compile what an activity throws on its own, as multi-instance does."""
    return _throw(node, detail)


def _levels(run: "Run", token: int, node: Node) -> Iterator[_Level]:
    """Walk from a token at a node to the process: boundary, event sub-processes around, boundary, and so on."""
    full = run.state.full
    while True:
        scope = run.home(token)
        here = full.scopes[scope] if scope and full is not None else None
        if here is not None and here.kind == PART and here.node == node.id:
            token = here.token
            continue
        yield _Level(None, token, node)
        yield _Level(scope, token, node)
        if here is None:
            return
        node, token = run.plan.node(here.node), here.token


def _caught(
    run: "Run", level: _Level, code: str | None, boundary: tuple[Catchers, ...], inside: Mapping[int, Catchers]
) -> Node | None:
    nodes = run.plan.process.nodes
    if level.scope is None:
        catchers = boundary[level.node.index]
    else:
        full = run.state.full
        around = full.scopes[level.scope].node if level.scope and full is not None else ""
        catchers = inside.get(run.plan.key(around), {})
    found = (catchers.get(one) for one in (code, None))
    for index in found:
        if index is not None and (level.scope is None or nodes[index].parent != level.node.index):
            return nodes[index]
    return None


def error(run: "Run", token: int, node: int, code: str, message: str) -> bool:
    """Bring an error to what catches it nearest; False where nothing does, and the instance was not called (10.5.6)."""
    at = run.plan.process.nodes[node]
    for level in _levels(run, token, at):
        catcher = _caught(run, level, code, run.plan.catchers, run.plan.errors)
        if catcher is None:
            continue
        if level.scope is None:
            run.withdraw(level.token, "failed")
            run.emit(ErrorCaught(level.token, catcher.id, code))
            run.branch(level.token, catcher.index, interrupting=True)
        else:
            run.emit(ErrorCaught(token, catcher.id, code))
            scopes.start_event_sub_process(run, level.scope, catcher, {})
        return True
    if not run.state.called:
        return False
    run.withdraw_all()
    run.emit(ErrorEscaped(at.id, code, message))
    return True


def _error_end(run: "Run", token: int, node: Node, code: str) -> bool:
    if not error(run, token, node.index, code, ""):
        raise Stuck(code, f"the process ended in the error {code!r}, which nothing catches")
    return False


def escalate(run: "Run", token: int, node: Node, code: str | None) -> bool:
    """Bring an escalation to what catches it nearest; where nothing does, it is ignored (10.5.6)."""
    for level in _levels(run, token, node):
        catcher = _caught(run, level, code, run.plan.risen, run.plan.escalations)
        if catcher is None:
            continue
        run.emit(EscalationThrown(token, node.id, code, catcher.id))
        if level.scope is not None:
            scopes.start_event_sub_process(run, level.scope, catcher, {})
        else:
            if catcher.interrupting:
                run.withdraw(level.token, "withdrawn")
            run.branch(level.token, catcher.index, interrupting=catcher.interrupting)
        return token in run.state.tokens
    run.emit(EscalationThrown(token, node.id, code, ""))
    return True


def signal(run: "Run", token: int, node: Node, name: str) -> bool:
    """Broadcast a signal: all of this instance that wait for it get it now, others by the shell (13.5.2)."""
    payload = data.payload_of(run, token, node)
    run.emit(SignalThrown(token, node.id, name, payload))
    receive_signal(run, name, payload)
    return True


def receive_signal(run: "Run", name: str, payload: Mapping[str, Any]) -> int:
    """Let all that wait for a signal have it; gives how many did."""
    full = run.state.full
    if full is None:
        return 0
    waiting = [number for number, catch in full.catches.items() if (catch.kind, catch.name) == (SIGNAL, name)]
    for number in waiting:
        arming.take(run, number, payload)
    return len(waiting)


def _message(node: Node, message: Message) -> Throw:
    key = arming.key_of(message.key)

    def throw(run: "Run", token: int) -> bool:
        payload = data.payload_of(run, token, node)
        text = key(payload or run.view(token))
        run.emit(MessageThrown(token, node.id, message.name, text, payload))
        return True

    return throw


def _terminate(run: "Run", token: int, node: Node) -> bool:
    """Terminate the scope in which the event stands: all its tokens are gone, and it is done (10.5.3)."""
    scope = run.home(token)
    if not scope:
        run.withdraw_all()
        run.emit(InstanceEnded(node.id))
        return False
    scopes.kill_tokens(run, scope)
    scopes.scope_done(run, scope)
    return False


def _cancel(run: "Run", token: int, node: Node) -> bool:
    """Cancel the transaction: other tokens are gone, what completed is compensated (10.3.5.2)."""
    full = run.state.full
    scope = run.home(token)
    if full is None or not scope or run.plan.node(full.scopes[scope].node).kind is not Kind.TRANSACTION:
        raise Stuck("no-transaction", f"{node.id!r} cancels a transaction, but stands in none")
    scopes.kill_tokens(run, scope, keep=token)
    arming.close_events(run, scope)
    return not compensating.begin(run, token, node, scope)


def _cancelled() -> Closure:
    """After the compensation: leave the transaction by its cancel boundary event (10.5.6)."""

    def act(run: "Run", token: int) -> int:
        full = run.state.full
        if full is None:
            return STOP
        here = full.scopes[run.home(token)]
        at = run.plan.node(here.node)
        nodes = run.plan.process.nodes
        attached = [nodes[one] for one in run.plan.attached[at.index]]
        caught = [one for one in attached if isinstance(one.detail, CancelTransaction)]
        if not caught or here.kind != BODY:
            raise Stuck("nothing-catches-cancel", f"the transaction {at.id!r} has no cancel boundary event")
        carrier = next(_levels(run, here.token, at)).token
        run.withdraw(carrier, "withdrawn")
        run.branch(carrier, caught[0].index, interrupting=True)
        return STOP

    return act
