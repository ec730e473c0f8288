"""What a token does on entering a node: pass, decide, compute, or begin to wait."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from alihdaya.engine.events import (
    DecisionMade,
    InstanceEnded,
    JobOffered,
    MessageAwaited,
    TaskOffered,
    TimerSet,
    VariablesSet,
)
from alihdaya.engine.plan import Boundary, Closure, Offer
from alihdaya.engine.run import STOP, Run, Stuck
from alihdaya.engine.timers import due_at
from alihdaya.engine.values import check_value, check_variables, key_text
from alihdaya.kernel.event import Event
from alihdaya.notation import feel
from alihdaya.notation.bpmn.details import Formula, Message, Rule, Script, Timer, UserWork
from alihdaya.notation.bpmn.graph import Node

Decide = Callable[[Mapping[str, Any]], tuple[Any, tuple[int, ...]]]
StepFunction = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]


def rule(node: Node, work: Rule, decide: Decide, leave: Closure) -> Closure:
    """Make the decision of a business rule task and keep its value."""
    node_id, decision, result = node.id, work.decision, work.result

    def enter(run: Run, token: int) -> int:
        value, fired = decide(run.state.variables)
        if result:
            check_value(value, result)
        else:
            value = _context(value)
        run.emit(DecisionMade(node_id, decision, value, fired, result))
        return leave(run, token)

    return enter


def script(node: Node, work: Script, leave: Closure) -> Closure:
    """Script task in FEEL: evaluate and keep the value."""
    node_id, result = node.id, work.result
    evaluate = feel.compile_expression(work.formula.expr)

    def enter(run: Run, token: int) -> int:
        value = evaluate(run.state.variables)
        if result:
            check_value(value, result)
            run.emit(VariablesSet(node_id, {result: value}))
        else:
            run.emit(VariablesSet(node_id, _context(value)))
        return leave(run, token)

    return enter


def step(node: Node, function: StepFunction, leave: Closure) -> Closure:
    """Service task with a step of the pack: call it and merge what it gives (None for nothing)."""
    node_id = node.id

    def enter(run: Run, token: int) -> int:
        given = function(MappingProxyType(run.state.variables))
        if given:
            run.emit(VariablesSet(node_id, check_variables(given)))
        return leave(run, token)

    return enter


def terminate(node: Node) -> Closure:
    """Terminate end event (10.5.3): every token is gone."""

    def enter(run: Run, token: int) -> int:
        run.flush(token)
        run.withdraw_all()
        run.emit(InstanceEnded(node.id))
        return STOP

    return enter


def error_end(code: str) -> Closure:
    """Error end event: nothing outside the process can catch the error, so it is an incident, never a silent end."""

    def enter(_run: Run, _token: int) -> int:
        raise Stuck(code, f"the process ended in the error {code!r}, which nothing catches")

    return enter


def waiting(offer: Offer, boundaries: tuple[Boundary, ...]) -> Closure:
    """Enter a node that waits: all is computed first, so that a failure leaves nothing half open."""

    def enter(run: Run, token: int) -> int:
        state = run.state
        dues = [(boundary.id, boundary.due(state.variables, run.now)) for boundary in boundaries]
        event = offer(run, token)
        run.flush(token)
        run.emit(event)
        for boundary, due in dues:
            run.emit(TimerSet(state.next_timer, token, boundary, *due))
        return STOP

    return enter


def offer_task(node: Node) -> Offer:
    """User task: offer it, with the priority that its expression gives."""
    node_id = node.id
    work = node.detail
    if not isinstance(work, UserWork) or work.priority is None:
        return lambda _, token: TaskOffered(token, node_id)
    priority = _whole(work.priority)
    return lambda run, token: TaskOffered(token, node_id, priority(run.state.variables))


def offer_job(node: Node) -> Offer:
    """Service task without a step: offer it to workers."""
    node_id = node.id
    return lambda _, token: JobOffered(token, node_id)


def await_message(node: Node, message: Message) -> Offer:
    """Receive task or message catch event: wait for the name and the key."""
    node_id, name = node.id, message.name
    if message.key is None:
        return lambda _, token: MessageAwaited(token, node_id, name, "")
    text = message.key.text
    formula = feel.compile_expression(message.key.expr)

    def offer(run: Run, token: int) -> Event:
        value = formula(run.state.variables)
        key = key_text(value)
        if key is None:
            raise Stuck("message-key", f"{text!r} gives {value!r}, which is no correlation key")
        return MessageAwaited(token, node_id, name, key)

    return offer


def await_timer(node: Node, timer: Timer) -> Offer:
    """Timer catch event: wait once, even for a cycle."""
    node_id = node.id
    due = due_at(timer)
    return lambda run, token: TimerSet(run.state.next_timer, token, node_id, due(run.state.variables, run.now)[0])


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
