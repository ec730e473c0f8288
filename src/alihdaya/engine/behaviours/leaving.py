"""How a token leaves a node: by the one flow, by the first or all whose conditions hold, or by ending."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from alihdaya.engine.events import TokensSplit
from alihdaya.engine.plan import STOP, Closure, Stuck
from alihdaya.notation import feel
from alihdaya.notation.bpmn.graph import Flow, Kind, Node, Process

if TYPE_CHECKING:
    from alihdaya.engine.run import Run

Condition = Callable[[Mapping[str, Any]], Any]


def leave_of(process: Process, node: Node) -> Closure:
    """Compile the way out of a node."""
    flows = [process.flows[index] for index in node.outgoing]
    if not flows:
        return _ending(node)
    if node.kind is Kind.EXCLUSIVE:
        return _choosing(node, flows)
    if node.kind in (Kind.PARALLEL, Kind.EVENT_BASED) or all(flow.condition is None for flow in flows):
        indexes = tuple(flow.index for flow in flows) * node.completion_quantity
        return _constant(indexes[0]) if len(indexes) == 1 else _splitting(indexes)
    choose, times = choices(process, node), node.completion_quantity
    return lambda run, token: split(run, token, choose(run.view(token)) * times)


def split(run: "Run", token: int, flows: tuple[int, ...]) -> int:
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
    def end(run: "Run", token: int) -> int:
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

    def choose(run: "Run", token: int) -> int:
        variables = run.view(token)
        for holds, flow in ways:
            if holds(variables) is True:
                return flow
        if default is None:
            raise Stuck("no-flow", "no condition of an outgoing flow is true and there is no default flow")
        return default

    return choose


def choices(process: Process, node: Node) -> Callable[[Mapping[str, Any]], tuple[int, ...]]:
    """Compile conditional flows (8.4.13, 13.4.2): all whose condition is true; the default if none of those is."""
    flows = [process.flows[index] for index in node.outgoing]
    always = [flow.index for flow in flows if flow.condition is None and flow.index != node.default]
    ways = [(_condition(flow), flow.index) for flow in flows if flow.condition and flow.index != node.default]
    default = [] if node.default is None else [node.default]

    def choose(variables: Mapping[str, Any]) -> tuple[int, ...]:
        chosen = [flow for holds, flow in ways if holds(variables) is True] or default
        taken = tuple(sorted(always + chosen))
        if not taken:
            raise Stuck("no-flow", "no condition of an outgoing flow is true and there is no default flow")
        return taken

    return choose
