"""Whether an instance fits into the new model where it stands: every place and every name has its like there."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from alihdaya.engine.full import Scope
from alihdaya.engine.migrate.route import Reach, Route
from alihdaya.engine.plan import Plan
from alihdaya.engine.state import CALL, RUNNING, Instance
from alihdaya.kernel.errors import Problem, Source
from alihdaya.notation.bpmn.details import AdHoc, Call, MultiInstance, Timer
from alihdaya.notation.bpmn.graph import ACTIVITIES, SCOPES, Kind, Node

_JOINS = frozenset({Kind.PARALLEL, Kind.INCLUSIVE, Kind.COMPLEX})


class Standing(NamedTuple):
    """Where a token stands: at `node`; `entering` says that it has not begun there (an incident stopped it before)."""

    token: int
    node: Node
    entering: bool


def obstacles(route: Route, state: Instance) -> list[Problem]:
    """Give every reason why an instance cannot go over as it stands; the element of each is the old node.

    Codes: not-running, no-target, other-wait, other-scope, repeats-otherwise, no-flow, other-call, removed-event,
    no-handler.
    """
    if state.status != RUNNING:
        return [Problem("not-running", f"the instance is {state.status}")]
    found: dict[Problem, None] = {}
    for standing in standings(route.before, state):
        found.update(dict.fromkeys(_of_token(route, state, standing)))
    found.update(dict.fromkeys(_of_watches(route, state)))
    if state.full is not None:
        for scope in state.full.scopes.values():
            found.update(dict.fromkeys(_of_scope(route, scope)))
        found.update(dict.fromkeys(_of_records(route, state)))
        for _, gateway in state.full.passed:
            found.update(dict.fromkeys(_of_node(route, route.before.node(gateway))))
    return list(found)


def standings(plan: Plan, state: Instance) -> Iterator[Standing]:
    """Say of every token where it stands."""
    carriers = set() if state.full is None else {scope.token for scope in state.full.scopes.values()}
    for token, place in state.tokens.items():
        node = plan.process.nodes[plan.node_at(place)]
        incident = state.incidents.get(token)
        entering = incident is not None and incident.stage == "enter" and token not in carriers
        yield Standing(token, node, entering)


def places(plan: Plan, state: Instance) -> dict[int, Node]:
    """Give token -> node of all that wait somewhere; a token that carries a sub-process or runs waits for those."""
    carriers = set() if state.full is None else {scope.token for scope in state.full.scopes.values()}
    return {one.token: one.node for one in standings(plan, state) if one.token not in carriers}


def new_place(route: Route, place: int) -> int | None:
    """Give the new place of a token; None where it stands before a join, and its flow has no counterpart."""
    target = route.after.process.nodes[route.nodes[route.before.node_at(place)]]
    flow = route.flows.get(place) if place >= 0 else None
    if flow is not None and route.after.target[flow] == target.index:
        return flow
    waits = target.start_quantity > 1 or (target.kind in _JOINS and len(target.incoming) > 1)
    return None if waits else -1 - target.index


def starving(plan: Plan, reach: Reach, state: Instance) -> set[tuple[int, int]]:
    """Give (parallel join, scope) where tokens come to some of a join's flows and none can come to the others."""
    found = set()
    homes = {} if state.full is None else state.full.homes
    for join, flows in reach.items():
        bits: dict[int, int] = {}
        for token, place in state.tokens.items():
            home = homes.get(token, 0)
            bits[home] = bits.get(home, 0) | _ahead(plan, flows, place)
        every = (1 << len(plan.process.nodes[join].incoming)) - 1
        found |= {(join, home) for home, some in bits.items() if some not in (0, every)}
    return found


def _ahead(plan: Plan, flows: Mapping[int, int], place: int) -> int:
    if place >= 0:
        return flows.get(place, 0)
    found, at = 0, -1 - place
    for node in (at, *plan.attached[at]):
        for flow in plan.process.nodes[node].outgoing:
            found |= flows.get(flow, 0)
    return found


def _of_token(route: Route, state: Instance, standing: Standing) -> Iterator[Problem]:
    node = standing.node
    yield from _of_node(route, node)
    index = route.nodes.get(node.index)
    if index is None:
        return
    new = route.after.process.nodes[index]
    if new_place(route, state.tokens[standing.token]) is None:
        yield _problem("no-flow", f"the flow on which a token waits at {new.id!r} has no counterpart", node)
    if standing.entering:
        return
    ours, theirs = _wait(route.before, node), _wait(route.after, new)
    if ours != theirs or node.compensates != new.compensates:
        yield _problem("other-wait", f"it waits as {ours}, {new.id!r} as {theirs}", node)
    elif _repeats(route, node) != _repeats(route, new, new=True):
        yield _problem("repeats-otherwise", f"{new.id!r} repeats in another way, or has data of its own", node)
    wait = state.waits.get(standing.token)
    if wait is not None and wait.kind == CALL and isinstance(new.detail, Call) and new.detail.element != wait.name:
        yield _problem("other-call", f"it called {wait.name!r}, {new.id!r} calls {new.detail.element!r}", node)


def _of_node(route: Route, node: Node) -> Iterator[Problem]:
    """Check that a node has a counterpart, and that it lies in the counterpart of the scope around it."""
    index = route.nodes.get(node.index)
    if index is None:
        yield _problem("no-target", "nothing in the new version is its counterpart", node)
        return
    new = route.after.process.nodes[index]
    around = None if node.parent is None else route.nodes.get(node.parent)
    if around != new.parent or (node.parent is not None and around is None):
        yield _problem("other-scope", f"{new.id!r} lies in another sub-process", node)


def _of_scope(route: Route, scope: Scope) -> Iterator[Problem]:
    node = route.before.node(scope.node)
    yield from _of_node(route, node)
    index = route.nodes.get(node.index)
    if index is not None and node.kind in SCOPES and route.after.process.nodes[index].kind is not node.kind:
        yield _problem("other-wait", f"it is a {node.kind}, its counterpart is none", node)


def _of_records(route: Route, state: Instance) -> Iterator[Problem]:
    """See that what can be compensated still can be."""
    for record in state.full.records.values() if state.full is not None else ():
        node = route.before.node(record.node)
        index = route.nodes.get(node.index)
        yield from _of_node(route, node)
        if index is None:
            continue
        nodes = route.after.process.nodes
        handled = any(nodes[one].handler is not None for one in route.after.attached[index])
        if handled == bool(record.inner):
            yield _problem("no-handler", f"it could be compensated, {nodes[index].id!r} not in the same way", node)


def _of_watches(route: Route, state: Instance) -> Iterator[Problem]:
    """See that what can happen still can, unless the mapping gives it up."""
    catches = state.full.catches.values() if state.full is not None else ()
    watched = {one.node: one.token for one in (*state.timers.values(), *catches)}
    for name, token in watched.items():
        node = route.before.node(name)
        if node.index in route.closed or node.kind in ACTIVITIES:  # an activity's own: it goes with its token
            continue
        index = route.nodes.get(node.index)
        if index is None:
            what = "it can happen now, and the new version does not have it; give it up with an empty target"
            yield _problem("removed-event", what, node)
            continue
        new = route.after.process.nodes[index]
        yield from _of_node(route, node)
        if new.kind is not node.kind:
            yield _problem("other-wait", f"it is a {node.kind}, {new.id!r} a {new.kind}", node)
        elif new.attached != (None if node.attached is None else route.nodes.get(node.attached)):
            yield _problem("other-scope", f"{new.id!r} stands at another activity", node)
        elif token and not _watched_there(route, state, node, new, token):
            yield _problem("other-wait", f"{new.id!r} does not follow the same gateway", node)


def _watched_there(route: Route, state: Instance, node: Node, new: Node, token: int) -> bool:
    """Of an event after an event-based gateway: whether its counterpart follows the gateway's counterpart."""
    stands = route.before.node_at(state.tokens[token])
    if stands == node.index or route.before.process.nodes[stands].kind is not Kind.EVENT_BASED:
        return True
    gateway = route.nodes.get(stands)
    return gateway is None or any(arm.node == new.index for arm in route.after.arms[gateway])


def _wait(plan: Plan, node: Node) -> str:
    """Say in a word how a token stands at a node."""
    if plan.offer[node.index] is not None:
        if isinstance(node.detail, Call):
            return "call"
        if node.kind in (Kind.RECEIVE_TASK, Kind.CATCH):
            return "timer" if isinstance(node.detail, Timer) else "message"
        return "task" if node.kind is Kind.USER_TASK else "job"
    if node.kind in _JOINS and len(node.incoming) > 1:
        return f"{node.kind} that joins"
    return str(node.kind)


def _repeats(route: Route, node: Node, *, new: bool = False) -> tuple[object, ...]:
    """Say how an activity repeats, and in which order an ad-hoc sub-process begins its activities."""
    loop = node.loop
    sequential = loop.sequential if isinstance(loop, MultiInstance) else None
    own = node.data is not None and node.kind not in (Kind.SEND_TASK, Kind.CATCH)
    order: tuple[int | None, ...] = ()
    if isinstance(node.detail, AdHoc) and node.detail.sequential:
        plan = route.after if new else route.before
        begins = plan.begins.get(node.index, ())
        order = begins if new else tuple(route.nodes.get(one) for one in begins)
    return type(loop), sequential, own, order


def _problem(code: str, message: str, node: Node) -> Problem:
    return Problem(code, message, Source(element=node.id))
