"""How a token leaves a node: by the one flow, by the first or all whose conditions hold, or by ending."""

from collections.abc import Callable, Mapping
from typing import Any

from alihdaya.engine.events import IncidentCleared, TokensJoined, TokensSplit
from alihdaya.engine.plan import Closure
from alihdaya.engine.run import STOP, Run, Stuck
from alihdaya.notation import feel
from alihdaya.notation.bpmn.graph import Flow, Kind, Node, Process

Condition = Callable[[Mapping[str, Any]], Any]


def leave_of(process: Process, node: Node) -> Closure:
    """Compile the way out of a node."""
    flows = [process.flows[index] for index in node.outgoing]
    if not flows:
        return _ending(node)
    if node.kind is Kind.EXCLUSIVE:
        return _choosing(node, flows)
    if all(flow.condition is None for flow in flows):
        return _constant(flows[0].index) if len(flows) == 1 else _splitting(tuple(flow.index for flow in flows))
    return _filtering(node, flows)


def join_of(node: Node, leave: Closure) -> Closure:
    """Compile the entry of a parallel gateway with several incoming flows (13.4.1).

    It fires when a token stands on each incoming flow, consumes one of each (the oldest), and keeps the surplus.
    """
    incoming = frozenset(node.incoming)

    def enter(run: Run, token: int) -> int:
        run.flush(token)
        tokens = run.state.tokens
        first: dict[int, int] = {tokens[token]: token}
        for other in sorted(tokens):
            place = tokens[other]
            if place in incoming:
                first.setdefault(place, other)
        if len(first) < len(incoming):
            return STOP
        others = tuple(sorted(other for other in first.values() if other != token))
        for other in others:
            if other in run.state.incidents:
                run.emit(IncidentCleared(other))
        run.emit(TokensJoined(token, others))
        return leave(run, token)

    return enter


def split(run: Run, token: int, flows: tuple[int, ...]) -> int:
    """Let a token become one on each flow; a single flow is simply taken."""
    if len(flows) == 1:
        return flows[0]
    run.flush(token)
    first = run.state.next_token
    run.emit(TokensSplit(token, first, flows))
    for born, flow in enumerate(flows, first):
        node = run.plan.target[flow]
        run.queue.append((born, node, run.plan.enter[node]))
    return STOP


def _ending(node: Node) -> Closure:
    def end(run: Run, token: int) -> int:
        run.end(token, node.id)
        return STOP

    return end


def _constant(flow: int) -> Closure:
    return lambda _run, _token: flow


def _splitting(flows: tuple[int, ...]) -> Closure:
    return lambda run, token: split(run, token, flows)


def _condition(flow: Flow) -> Condition:
    if flow.condition is None:
        return lambda _: True
    condition: Condition = feel.compile_expression(flow.condition.expr)
    return condition


def _choosing(node: Node, flows: list[Flow]) -> Closure:
    """Exclusive gateway (13.4.2): the first flow whose condition is true, else the default."""
    ways = [(_condition(flow), flow.index) for flow in flows if flow.index != node.default]
    if not ways or (flows[0].condition is None and len(flows) == 1):
        return _constant(flows[0].index)
    default = node.default

    def choose(run: Run, _: int) -> int:
        variables = run.state.variables
        for holds, flow in ways:
            if holds(variables) is True:
                return flow
        if default is None:
            raise Stuck("no-flow", "no condition of an outgoing flow is true and there is no default flow")
        return default

    return choose


def _filtering(node: Node, flows: list[Flow]) -> Closure:
    """Conditional flows of an activity (8.4.13): all whose condition is true; the default if none of those is."""
    always = [flow.index for flow in flows if flow.condition is None and flow.index != node.default]
    ways = [(_condition(flow), flow.index) for flow in flows if flow.condition and flow.index != node.default]
    default = [] if node.default is None else [node.default]

    def leave(run: Run, token: int) -> int:
        variables = run.state.variables
        chosen = [flow for holds, flow in ways if holds(variables) is True] or default
        taken = tuple(sorted(always + chosen))
        if not taken:
            raise Stuck("no-flow", "no condition of an outgoing flow is true and there is no default flow")
        return split(run, token, taken)

    return leave
