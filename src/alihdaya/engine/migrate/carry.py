"""Carrying an instance over: names and places first, then what waits and watches, as the new model has it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from alihdaya.engine.behaviours import arming, scopes
from alihdaya.engine.events import MessageCancelled, Migrated, TimerCancelled, VariablesSet
from alihdaya.engine.full import BODY, PART
from alihdaya.engine.migrate.fit import new_place, obstacles, starving
from alihdaya.engine.migrate.route import Route
from alihdaya.engine.plan import ROOT, Arm, Stuck
from alihdaya.engine.run import Run
from alihdaya.engine.scope_events import CatchClosed
from alihdaya.engine.state import MESSAGE, Instance
from alihdaya.kernel.errors import Problem, Refused, Source
from alihdaya.kernel.event import Event
from alihdaya.notation.bpmn.details import Timer
from alihdaya.notation.bpmn.graph import ACTIVITIES, Kind, Node


def migrate(
    route: Route, state: Instance, now: int, values: Mapping[str, Any] | None = None
) -> tuple[list[Event], Instance]:
    """Give the events that carry an instance over to the new version, and the state after them.

    `values` become variables of the process first. A timer goes on until it was due; what waits for a message waits
    with the key that it had. Only where the new version defines the event otherwise is it watched for anew (timers:
    with `route.reset`). Events that are new watch from `now` on; an event that happened already stays happened.
    Folding `apply` over the events gives the state; the given `state` is never changed. Raises Refused with every
    obstacle (see `fit.obstacles`), `join-starved` where a join would wait for ever, and whatever keeps a new timer or
    message from being computed.
    """
    found = obstacles(route, state)
    if found:
        raise Refused(found)
    run = Run(route.after, state.copy(), now)
    run.emit(_migrated(route, state))
    _require_fed(route, state, run.state)
    if values:
        scopes.assign(run, 0, "", values)
    _complete_locals(run)
    try:
        _renew(route, run, state)
        _open_fresh(route, run)
    except Stuck as stuck:
        raise Refused(Problem(stuck.code, stuck.message)) from None
    run.drain()
    run.settle()
    return run.events, run.state


def _migrated(route: Route, state: Instance) -> Migrated:
    full = state.full
    named = {one.node for table in (state.waits, state.timers, state.incidents) for one in _values(table)}
    passed = []
    if full is not None:
        named |= {one.node for table in (full.scopes, full.catches, full.records) for one in _values(table)}
        for (scope, node), flows in full.passed.items():
            new = tuple(route.flows[flow] for flow in flows if flow in route.flows)
            passed.append((scope, route.name(node), new))
    names = {name: route.name(name) for name in sorted(named) if route.target(name) is not None}
    places = tuple(
        (token, place) for token, old in state.tokens.items() if (place := new_place(route, old)) is not None
    )
    changed = {old: new for old, new in names.items() if old != new}
    return Migrated(route.after.process.id, changed, places, tuple(passed))


def _values(table: Mapping[int, Any]) -> Iterable[Any]:
    return table.values()


def _require_fed(route: Route, before: Instance, after: Instance) -> None:
    """Refuse where a join of the new version would wait for a token that no token of this instance can become."""
    starved = starving(route.after, route.reach_after, after)
    if not starved:
        return
    known = {(route.nodes.get(join), scope) for join, scope in starving(route.before, route.reach_before, before)}
    nodes = route.after.process.nodes
    problems = [
        Problem("join-starved", f"{nodes[join].id!r} would wait for ever", Source(element=nodes[join].id))
        for join, scope in sorted(starved)
        if (join, scope) not in known
    ]
    if problems:
        raise Refused(problems)


def _complete_locals(run: Run) -> None:
    """Give scopes the data objects that are new in their sub-processes, empty."""
    full = run.state.full
    for number, scope in list(full.scopes.items()) if full is not None else ():
        node = run.plan.node(scope.node)
        have = full.locals.get(number, {}) if full is not None else {}
        lacking = {name: None for name in node.locals if name not in have} if scope.kind == BODY else {}
        if lacking:
            run.emit(VariablesSet(node.id, lacking, number))


def _renew(route: Route, run: Run, before: Instance) -> None:
    """Close what is given up; watch anew for what is defined otherwise now."""
    for token, wait in before.waits.items():
        old, new = route.before.node(wait.node), run.plan.node(route.name(wait.node))
        if wait.kind == MESSAGE and old.detail != new.detail:
            event = _offered(run, token, new)
            run.emit(MessageCancelled(token, new.id))
            run.emit(event)
    for token, name in _watched(before):
        old = route.before.node(name)
        index = route.nodes.get(old.index)
        there = None if index is None else run.plan.process.nodes[index]
        if there is not None and old.kind in ACTIVITIES:
            if not (there.retry or there.timeout):
                _close(run, before, token, name)
            continue
        if there is None or _changed(route, old, there):
            _close(run, before, token, name)
            if there is not None:
                _watch_anew(run, token, there)


def _watched(state: Instance) -> Iterable[tuple[int, str]]:
    """Give token and node of all that can happen, each once."""
    catches = state.full.catches.values() if state.full is not None else ()
    return dict.fromkeys((one.token, one.node) for one in (*state.timers.values(), *catches))


def _changed(route: Route, old: Node, new: Node) -> bool:
    if old.detail == new.detail:
        return False
    return route.reset or not (isinstance(old.detail, Timer) and isinstance(new.detail, Timer))


def _close(run: Run, before: Instance, token: int, name: str) -> None:
    """Close what watched for an event, which `before` knows by its old name."""
    for number, timer in before.timers.items():
        if (timer.token, timer.node) == (token, name):
            run.emit(TimerCancelled(number))
    for number, catch in before.full.catches.items() if before.full is not None else ():
        if (catch.token, catch.node) == (token, name):
            run.emit(CatchClosed(number))


def _watch_anew(run: Run, token: int, node: Node) -> None:
    if node.kind is Kind.CATCH and run.plan.offer[node.index] is not None:
        run.emit(_offered(run, token, node))
        return
    bodies = _bodies(run) if node.kind is Kind.START else {}
    scope = bodies.get(token, 0) if node.kind is Kind.START else run.home(token)
    arming.arm(run, token, scope, run.plan.arms[node.index])


def _offered(run: Run, token: int, node: Node) -> Event:
    offer = run.plan.offer[node.index]
    if offer is None:
        raise Stuck("no-offer", f"nothing waits at {node.id!r}")
    event: Event = offer(run, token)
    return event


def _bodies(run: Run) -> dict[int, int]:
    """Give token -> scope of the sub-processes that tokens carry."""
    full = run.state.full
    return {} if full is None else {one.token: number for number, one in full.scopes.items() if one.kind == BODY}


def _open_fresh(route: Route, run: Run) -> None:
    """Watch for the events that are new in the new version, wherever they belong to what is under way."""
    for token in list(run.state.tokens):
        arms = tuple(arm for arm in _arms_at(run, token) if arm.node in route.fresh)
        arming.arm(run, token, run.home(token), arms)
    for token, scope in {0: 0, **_bodies(run)}.items():
        key = ROOT if not token else run.plan.node_at(run.state.tokens[token])
        arms = tuple(arm for arm in run.plan.events.get(key, ()) if arm.node in route.fresh)
        if arms and not _interrupted(run, scope):
            arming.arm(run, token, scope, arms)


def _arms_at(run: Run, token: int) -> Iterator[Arm]:
    """Give what is to be watched for on account of where a token stands, once it has begun there."""
    state, full = run.state, run.state.full
    node = run.plan.process.nodes[run.plan.node_at(state.tokens[token])]
    carried = [] if full is None else [scope.kind for scope in full.scopes.values() if scope.token == token]
    if node.kind is Kind.EVENT_BASED and token not in state.incidents:
        yield from run.plan.arms[node.index]
    elif (token in state.waits or BODY in carried or PART in carried) and not _is_part(run, token, node):
        for boundary in run.plan.attached[node.index]:
            yield from run.plan.arms[boundary]


def _is_part(run: Run, token: int, node: Node) -> bool:
    full = run.state.full
    home = None if full is None else full.scopes.get(full.homes.get(token, 0))
    return home is not None and (home.kind, home.node) == (PART, node.id)


def _interrupted(run: Run, scope: int) -> bool:
    """Tell whether an interrupting event sub-process took the place of what a scope did."""
    full, nodes = run.state.full, run.plan.process.nodes
    for one in full.scopes.values() if full is not None else ():
        node = run.plan.node(one.node)
        if one.parent == scope and node.kind is Kind.EVENT_SUB_PROCESS:
            starts = [other for other in nodes if other.parent == node.index and other.kind is Kind.START]
            if any(start.interrupting for start in starts):
                return True
    return False
