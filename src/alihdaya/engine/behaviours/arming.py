"""Events that can happen: armed with an activity or scope, taken when they come, closed when it is too late (13.5)."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from alihdaya.engine.behaviours import scopes
from alihdaya.engine.events import Moved, TimerCancelled, TimerSet
from alihdaya.engine.full import CONDITION, SIGNAL, Catch
from alihdaya.engine.plan import Arm, Stuck
from alihdaya.engine.scope_events import CatchClosed, CatchOpened, CatchTaken, ConditionChanged
from alihdaya.engine.state import MESSAGE
from alihdaya.engine.timers import due_at
from alihdaya.engine.values import key_text
from alihdaya.notation import feel
from alihdaya.notation.bpmn.details import Conditional, Detail, Formula, Message, Multiple, Signal, Timer
from alihdaya.notation.bpmn.graph import Kind, Node

if TYPE_CHECKING:
    from alihdaya.engine.run import Run

TIMER = "timer"


def arms_of(node: Node) -> tuple[Arm, ...]:
    """Compile the definitions of an event that something has to watch for; errors and their like are found by code."""
    details = node.detail.parts if isinstance(node.detail, Multiple) else (node.detail,)
    made = (_arm(node, part, detail) for part, detail in enumerate(details))
    return tuple(arm for arm in made if arm is not None)


def _arm(node: Node, part: int, detail: Detail) -> Arm | None:
    match detail:
        case Timer():
            return Arm(node.index, node.id, TIMER, part, due_at(detail))
        case Message():
            name, key = detail.name, key_of(detail.awaited or detail.key)
            return Arm(node.index, node.id, MESSAGE, part, lambda variables, _: (name, key(variables)))
        case Signal():
            called = (detail.name,)
            return Arm(node.index, node.id, SIGNAL, part, lambda _variables, _now: called)
        case Conditional():
            holds = feel.compile_expression(detail.condition.expr)
            return Arm(node.index, node.id, CONDITION, part, lambda variables, _: (holds(variables) is True,))
    return None


def key_of(key: Formula | None) -> Callable[[Mapping[str, Any]], str]:
    """Compile what gives a correlation key from variables, "" without a formula; Stuck where the value is no key."""
    if key is None:
        return lambda _: ""
    evaluate = feel.compile_expression(key.expr)

    def compute(variables: Mapping[str, Any]) -> str:
        value = evaluate(variables)
        text = key_text(value)
        if text is None:
            raise Stuck("message-key", f"{key.text!r} gives {value!r}, which is no correlation key")
        return text

    return compute


def computed(run: "Run", scope: int, arms: Iterable[Arm]) -> list[tuple[Arm, tuple[Any, ...]]]:
    """Compute when and for what events are to be watched for; Stuck, with nothing armed, where that fails."""
    variables = scopes.view(run, scope)
    return [(arm, () if arm.kind == CONDITION else arm.compute(variables, run.now)) for arm in arms]


def arm(run: "Run", token: int, scope: int, arms: Iterable[Arm]) -> None:
    """Watch for events: `token` carries what they belong to, in `scope` stands what is born of them."""
    if arms:
        open_all(run, token, scope, computed(run, scope, arms))


def open_all(run: "Run", token: int, scope: int, ready: Iterable[tuple[Arm, tuple[Any, ...]]]) -> None:
    """Open what was computed."""
    for one, values in ready:
        if one.kind == TIMER:
            run.emit(TimerSet(run.state.next_timer, token, one.id, *values))
            continue
        full = run.state.full
        number = 1 if full is None else full.next_catch
        if one.kind == CONDITION:
            run.dirty = True
            run.emit(CatchOpened(number, token, scope, one.id, CONDITION, "", str(one.part)))
        else:
            run.emit(CatchOpened(number, token, scope, one.id, one.kind, *values))


def close_catches(run: "Run", numbers: Iterable[int]) -> None:
    """Close catches by number."""
    for number in numbers:
        run.emit(CatchClosed(number))


def close_events(run: "Run", scope: int) -> None:
    """Close what could start the event sub-processes of a scope."""
    full, nodes = run.state.full, run.plan.process.nodes
    if full is None:
        return
    here = full.scopes.get(scope)
    arms = run.plan.events.get(run.plan.key(here.node if here else ""), ())
    if not arms:
        return
    carrier, starts = here.token if here else 0, {nodes[one.node].id for one in arms}
    for number, running in list(run.state.timers.items()):
        if running.token == carrier and running.node in starts:
            run.emit(TimerCancelled(number))
    close_catches(run, [n for n, one in full.catches.items() if one.token == carrier and one.node in starts])


def check_conditions(run: "Run") -> None:
    """Take every condition that has become true, and note those that may become so anew (13.5.2)."""
    full = run.state.full
    if full is None:
        return
    for number, catch in list(full.catches.items()):
        if catch.kind != CONDITION or number not in full.catches:
            continue
        node = run.plan.node(catch.node)
        one = next(one for one in _arms(run, node) if str(one.part) == catch.key)
        (holds,) = one.compute(scopes.view(run, catch.scope), run.now)
        if holds and not catch.held:
            if stays(node):
                run.emit(ConditionChanged(number, True))
            take(run, number, {})
        elif catch.held and not holds:
            run.emit(ConditionChanged(number, False))


def _arms(run: "Run", node: Node) -> Iterable[Arm]:
    return run.plan.arms[node.index]


def stays(node: Node) -> bool:
    """Tell whether an event can happen again after it did: those that do not interrupt."""
    parallel = isinstance(node.detail, Multiple) and node.detail.parallel
    return node.kind in (Kind.BOUNDARY, Kind.START) and not node.interrupting and not parallel


def take(run: "Run", number: int, payload: Mapping[str, Any]) -> None:
    """Let what a catch waits for come."""
    full = run.state.full
    if full is None or number not in full.catches:
        return
    catch = full.catches[number]
    node = run.plan.node(catch.node)
    run.emit(CatchTaken(number, catch.node, stays(node)))
    happen(run, node, catch, payload)


def happen(run: "Run", node: Node, catch: Catch, payload: Mapping[str, Any]) -> None:
    """Let an event happen, once all its definitions have where it needs all (13.5.2)."""
    full = run.state.full
    if isinstance(node.detail, Multiple) and node.detail.parallel and full is not None:
        mine = (catch.token, node.id)
        if mine in _armed(run):
            scopes.assign(run, catch.scope, node.id, payload)
            return
        if node.kind in (Kind.BOUNDARY, Kind.START) and not node.interrupting:
            arm(run, catch.token, catch.scope, run.plan.arms[node.index])
    if node.kind is Kind.START:
        scopes.start_event_sub_process(run, catch.scope, node, payload)
        return
    if payload:
        scopes.assign(run, catch.scope, node.id, payload)
    if node.kind is Kind.BOUNDARY:
        if node.interrupting:
            run.withdraw(catch.token, "withdrawn")
        run.branch(catch.token, node.index, interrupting=node.interrupting)
    else:
        _go_on(run, catch.token, node)


def _armed(run: "Run") -> set[tuple[int, str]]:
    """Give token and node of all that is watched for."""
    full = run.state.full
    catches = {(one.token, one.node) for one in full.catches.values()} if full is not None else set()
    return catches | {(one.token, one.node) for one in run.state.timers.values()}


def _go_on(run: "Run", token: int, node: Node) -> None:
    """Let a token that waited for this event leave it; one at an event-based gateway takes its flow first (10.6.6)."""
    run.disarm(token)
    stood = run.plan.process.nodes[run.plan.node_at(run.state.tokens[token])]
    if stood.index != node.index:
        flow = next(flow for flow in stood.outgoing if run.plan.target[flow] == node.index)
        run.emit(Moved(token, (flow,)))
    run.queue.append((token, node.index, run.plan.leave[node.index]))
