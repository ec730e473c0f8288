"""What a token does on entering an activity or event: decide, compute, or begin to wait (10.3.3, 13.3)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from alihdaya.engine.behaviours import arming, data, patience, scopes
from alihdaya.engine.events import DecisionMade, JobOffered, MessageAwaited, TaskOffered, TimerSet, VariablesSet
from alihdaya.engine.plan import STOP, Arm, Closure, Offer, Stuck
from alihdaya.engine.scope_events import CallRequested
from alihdaya.engine.timers import due_at
from alihdaya.engine.values import check_value, check_variables
from alihdaya.notation import feel
from alihdaya.notation.bpmn.details import Call, Formula, Message, Rule, Script, Timer, UserWork
from alihdaya.notation.bpmn.graph import Node

if TYPE_CHECKING:
    from alihdaya.engine.run import Run

Decide = Callable[[Mapping[str, Any]], tuple[Any, tuple[int, ...]]]
StepFunction = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]


def rule(node: Node, work: Rule, decide: Decide, leave: Closure) -> Closure:
    """Make the decision of a business rule task and keep its value."""
    node_id, decision, result = node.id, work.decision, work.result

    def enter(run: "Run", token: int) -> int:
        value, fired = decide(run.view(token))
        if result:
            check_value(value, result)
        else:
            value = _context(value)
        if run.state.full is None:
            run.emit(DecisionMade(node_id, decision, value, fired, result))
            return leave(run, token)
        run.emit(DecisionMade(node_id, decision, value, fired, result, -1))
        scopes.assign(run, run.home(token), node_id, {result: value} if result else value)
        return leave(run, token)

    return enter


def script(node: Node, work: Script, leave: Closure) -> Closure:
    """Script task in FEEL: evaluate and keep the value."""
    node_id, result = node.id, work.result
    evaluate = feel.compile_expression(work.formula.expr)

    def enter(run: "Run", token: int) -> int:
        value = evaluate(run.view(token))
        if result:
            check_value(value, result)
        set_variables(run, token, node_id, {result: value} if result else _context(value))
        return leave(run, token)

    return enter


def step(node: Node, function: StepFunction, leave: Closure) -> Closure:
    """Service task with a step of the pack: call it and merge what it gives (None for nothing)."""
    node_id = node.id

    def enter(run: "Run", token: int) -> int:
        given = function(MappingProxyType(run.view(token)))
        if given:
            set_variables(run, token, node_id, check_variables(given))
        return leave(run, token)

    return enter


def set_variables(run: "Run", token: int, node_id: str, variables: dict[str, Any]) -> None:
    """Set variables as this token does."""
    if run.state.full is None:
        run.emit(VariablesSet(node_id, variables))
    else:
        scopes.assign(run, run.home(token), node_id, variables)


def waiting(offer: Offer, arms: tuple[Arm, ...]) -> Closure:
    """Enter a node that waits: all is computed first, so that a failure leaves nothing half open."""

    def enter(run: "Run", token: int) -> int:
        scope = run.home(token) if arms else 0
        ready = arming.computed(run, scope, arms) if arms else []
        event = offer(run, token)
        run.flush(token)
        run.emit(event)
        if ready:
            arming.open_all(run, token, scope, ready)
        return STOP

    return enter


def watching(arms: tuple[Arm, ...]) -> Closure:
    """Enter an event, or an event-based gateway (10.6.6): wait for what may happen."""

    def enter(run: "Run", token: int) -> int:
        run.flush(token)
        arming.arm(run, token, run.home(token), arms)
        return STOP

    return enter


def armed(inner: Closure, arms: tuple[Arm, ...]) -> Closure:
    """Enter a sub-process: arm its boundary first, then begin."""

    def enter(run: "Run", token: int) -> int:
        run.flush(token)
        arming.arm(run, token, run.home(token), arms)
        return inner(run, token)

    return enter


def unarmed(leave: Closure) -> Closure:
    """Leave an activity whose boundary was armed: what could have happened no longer can."""

    def act(run: "Run", token: int) -> int:
        run.flush(token)
        run.disarm(token)
        return leave(run, token)

    return act


def call(node: Node, work: Call) -> Offer:
    """Call activity: ask for an instance of what it calls, with what its data associations give (10.3.6)."""
    fill = data.filler(node.data.inputs if node.data else ())
    return lambda run, token: CallRequested(token, node.id, work.element, fill(run.view(token)))


def offer_task(node: Node) -> Offer:
    """User task: offer it, with the priority that its expression gives."""
    node_id = node.id
    work = node.detail
    if not isinstance(work, UserWork) or work.priority is None:
        return lambda _, token: TaskOffered(token, node_id)
    priority = _whole(work.priority)
    return lambda run, token: TaskOffered(token, node_id, priority(run.view(token)))


def offer_job(node: Node) -> Offer:
    """Service task without a step: offer it to workers."""
    node_id = node.id
    if not node.retry:
        return lambda _, token: JobOffered(token, node_id)
    return lambda run, token: JobOffered(token, node_id, patience.left_of(run, token, node))


def limited(node: Node, enter: Closure) -> Closure:
    """Enter a job that has to be done in time."""

    def begin(run: "Run", token: int) -> int:
        flow = enter(run, token)
        patience.watch(run, token, node)
        return flow

    return begin


def await_message(node: Node, message: Message | None) -> Offer:
    """Receive task or message catch event: wait for the name and the key; without a message, to be told to go on."""
    node_id, name = node.id, message.name if message else ""
    formula = (message.awaited or message.key) if message else None
    if formula is None:
        return lambda _, token: MessageAwaited(token, node_id, name, "")
    key = arming.key_of(formula)
    return lambda run, token: MessageAwaited(token, node_id, name, key(run.view(token)))


def await_timer(node: Node, timer: Timer) -> Offer:
    """Timer catch event: wait once, even for a cycle."""
    node_id = node.id
    due = due_at(timer)
    return lambda run, token: TimerSet(run.state.next_timer, token, node_id, due(run.view(token), run.now)[0])


def _context(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Stuck("no-result-name", f"{value!r} is no context, and alihdaya:result names no variable for it")
    return check_variables(value)


def _whole(formula: Formula) -> Callable[[Mapping[str, Any]], int]:
    evaluate = feel.compile_expression(formula.expr)

    def whole(variables: Mapping[str, Any]) -> int:
        value = evaluate(variables)
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or value != int(value):
            raise Stuck("priority", f"{formula.text!r} gives {value!r}, which is no whole number")
        return int(value)

    return whole
