"""Gateways and activities that wait for several tokens (10.6, 13.4): parallel, inclusive, complex, start quantity."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from alihdaya.engine.behaviours.leaving import Condition, choices, split
from alihdaya.engine.events import IncidentCleared, TokensJoined
from alihdaya.engine.plan import STOP, Closure, Join
from alihdaya.engine.scope_events import GatewayActivated, GatewayReset
from alihdaya.notation import feel
from alihdaya.notation.bpmn.details import Complex
from alihdaya.notation.bpmn.graph import Node, Process

if TYPE_CHECKING:
    from alihdaya.engine.run import Run


def join_of(node: Node, leave: Closure) -> Closure:
    """Compile the entry of a parallel gateway with several incoming flows (13.4.1).

    It fires when a token of its scope stands on each incoming flow, consumes one of each (the oldest), and keeps
    the surplus.
    """
    incoming = frozenset(node.incoming)

    def enter(run: "Run", token: int) -> int:
        run.flush(token)
        tokens = run.state.tokens
        first: dict[int, int] = {tokens[token]: token}
        full = run.state.full
        home = run.home(token)
        for other in sorted(tokens):
            place = tokens[other]
            if place in incoming and (full is None or full.homes.get(other, 0) == home):
                first.setdefault(place, other)
        if len(first) < len(incoming):
            return STOP
        consume(run, token, [other for other in first.values() if other != token])
        return leave(run, token)

    return enter


def consume(run: "Run", token: int, others: list[int]) -> None:
    """Let `token` go on for all."""
    for other in others:
        if other in run.state.incidents:
            run.emit(IncidentCleared(other))
            run.disarm(other)
    run.emit(TokensJoined(token, tuple(sorted(others))))


def quantity(node: Node, enter: Closure) -> Closure:
    """Start an activity only when as many tokens as its startQuantity are there (10.3.1)."""
    incoming, needed = frozenset(node.incoming), node.start_quantity

    def gather(run: "Run", token: int) -> int:
        run.flush(token)
        full, home = run.state.full, run.home(token)
        busy = set(run.state.waits) | set(run.state.incidents)
        busy |= {scope.token for scope in full.scopes.values()} if full is not None else set()
        others = [
            other
            for other, place in sorted(run.state.tokens.items())
            if place in incoming and other not in busy and other != token and run.home(other) == home
        ]
        if len(others) + 1 < needed:
            return STOP
        consume(run, token, others[: needed - 1])
        return enter(run, token)

    return gather


def release(run: "Run") -> bool:
    """Once nothing else can move: let waiting gateways fire to which no further token can come; False if none did."""
    if run.state.full is None and len(run.state.tokens) == 0:
        return False
    for join in run.plan.joins:
        incoming = frozenset(join.incoming)
        waiting: dict[int, dict[int, int]] = {}
        for token in sorted(run.state.tokens):
            place = run.state.tokens[token]
            if place in incoming and token not in run.state.incidents:
                waiting.setdefault(run.home(token), {}).setdefault(place, token)
        for scope in _scopes_of(run, join, waiting):
            first = waiting.get(scope, {})
            if join.fire(run, scope, first, complete=_complete(run, join, scope, first)):
                return True
    return False


def _scopes_of(run: "Run", join: Join, waiting: Mapping[int, Any]) -> list[int]:
    node_id = run.plan.process.nodes[join.node].id
    full = run.state.full
    passed = [scope for scope, node in full.passed if node == node_id] if full is not None else []
    return sorted({*waiting, *passed})


def _complete(run: "Run", join: Join, scope: int, first: Mapping[int, int]) -> bool:
    """Tell whether no token can still come to a flow that has had none (13.4.3).

    A token that can also come to a flow which has one already does not count.
    """
    full = run.state.full
    key = (scope, run.plan.process.nodes[join.node].id)
    had = set(first) | set(full.passed.get(key, ()) if full is not None else ())
    bits = sum(1 << at for at, flow in enumerate(join.incoming) if flow in had)
    for token, place in run.state.tokens.items():
        if run.home(token) != scope or place in join.incoming:
            continue
        reach = _reach(run, join, place)
        if reach & ~bits and not reach & bits:
            return False
    return True


def _reach(run: "Run", join: Join, place: int) -> int:
    if place >= 0:
        return join.reach.get(place, 0)
    nodes, found = run.plan.process.nodes, 0
    at = -1 - place
    for node in (at, *run.plan.attached[at]):
        for flow in nodes[node].outgoing:
            found |= join.reach.get(flow, 0)
    return found


def reach_of(process: Process, node: Node) -> dict[int, int]:
    """Compute for each flow which incoming flows of `node` a token on it can come to without passing `node`."""
    found: dict[int, int] = {}
    for bit, target in enumerate(node.incoming):
        todo = [target]
        while todo:
            flow = todo.pop()
            if found.get(flow, 0) >> bit & 1:
                continue
            found[flow] = found.get(flow, 0) | 1 << bit
            origin = process.nodes[process.flows[flow].origin]
            if origin.index == node.index:
                continue
            todo += origin.incoming
            if origin.attached is not None:
                todo += process.nodes[origin.attached].incoming
    return found


def parked(run: "Run", token: int) -> int:
    """Let a token wait at an inclusive or complex gateway; `release` looks after it."""
    run.flush(token)
    return STOP


def inclusive(process: Process, node: Node, leave: Closure) -> Join:
    """Compile an inclusive gateway that joins (13.4.3)."""

    def fire(run: "Run", _scope: int, first: Mapping[int, int], *, complete: bool) -> bool:
        if not first or not complete:
            return False
        token = min(first.values())
        consume(run, token, [other for other in first.values() if other != token])
        run.queue.append((token, node.index, leave))
        return True

    return Join(node.index, node.incoming, reach_of(process, node), fire)


def complex_gateway(process: Process, node: Node) -> Join:
    """Compile a complex gateway (13.4.5): it fires when its condition holds, then waits for the rest and is reset."""
    detail = node.detail
    formula = detail.activation if isinstance(detail, Complex) else None
    holds: Condition = feel.compile_expression(formula.expr) if formula else lambda variables: variables["_complete"]
    choose = choices(process, node)

    def fire(run: "Run", scope: int, first: Mapping[int, int], *, complete: bool) -> bool:
        full = run.state.full
        passed = full.passed.get((scope, node.id)) if full is not None else None
        if passed is None:
            return bool(first) and start(run, scope, first, complete=complete)
        if not complete:
            return False
        run.emit(GatewayReset(scope, node.id))
        for token in first.values():
            run.end(token, node.id)
        return True

    def start(run: "Run", scope: int, first: Mapping[int, int], *, complete: bool) -> bool:
        token = min(first.values())
        counts = {process.flows[flow].id: int(flow in first) for flow in node.incoming}
        seen = {**run.view(token), **counts, "activationCount": len(first), "_complete": complete}
        if holds(seen) is not True:
            return False
        consume(run, token, [other for other in first.values() if other != token])
        if len(node.incoming) > 1:
            run.emit(GatewayActivated(scope, node.id, tuple(first)))
        run.queue.append((token, node.index, lambda work, one: split(work, one, choose(work.view(one)))))
        return True

    return Join(node.index, node.incoming, reach_of(process, node), fire)
