"""Scopes: sub-processes open and end, variables live in them, interruptions take them away depth first (13.3.4)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from alihdaya.engine.behaviours import arming, compensating
from alihdaya.engine.events import TokenEnded, VariablesSet
from alihdaya.engine.full import BODY, PART, REVIVED
from alihdaya.engine.plan import STOP, Closure
from alihdaya.engine.scope_events import LoopBegun, LoopStarted, ScopeClosed, ScopeOpened, TokenBorn, TokenKilled
from alihdaya.notation import feel
from alihdaya.notation.bpmn.details import AdHoc
from alihdaya.notation.bpmn.graph import Kind, Node

if TYPE_CHECKING:
    from alihdaya.engine.run import Run


def view(run: "Run", scope: int) -> Mapping[str, Any]:
    """Give the variables that a scope sees: its own, and those of the scopes around it that it does not hide."""
    return run.state.within(scope)


def assign(run: "Run", scope: int, node_id: str, variables: Mapping[str, Any]) -> None:
    """Set variables as a token in the scope does: each where it lives, else in the process."""
    full = run.state.full
    if full is not None and full.catches:
        run.dirty = True
    if not scope or full is None:
        run.emit(VariablesSet(node_id, dict(variables)))
        return
    apart: dict[int, dict[str, Any]] = {}
    for name, value in variables.items():
        apart.setdefault(_owner(run, scope, name), {})[name] = value
    for owner, some in apart.items():
        run.emit(VariablesSet(node_id, some, owner))


def _owner(run: "Run", scope: int, name: str) -> int:
    full = run.state.full
    while scope and full is not None:
        here = full.scopes[scope]
        if name in full.locals.get(scope, ()):
            return scope
        data = run.plan.node(here.node).data if here.kind == PART else None
        if data is not None and name in data.made:
            return scope
        scope = here.parent
    return 0


def open_scope(run: "Run", token: int, node: Node, kind: str, variables: dict[str, Any], *, revives: int = 0) -> int:
    """Open a scope that `token` carries; gives its number."""
    full = run.state.full
    number = 1 if full is None else full.next_scope
    run.emit(ScopeOpened(number, run.home(token), node.id, token, kind, variables, revives))
    return number


def give_birth(run: "Run", scope: int, node: int, act: Closure) -> int:
    """Put a new token into a scope, at a node, where it will act; gives the token."""
    born = run.state.next_token
    run.emit(TokenBorn(born, scope, -1 - node, run.plan.process.nodes[node].id))
    run.queue.append((born, node, act))
    return born


def sub_process(node: Node) -> Closure:
    """Enter a sub-process: open its scope, arm its event sub-processes, and begin (13.3.4)."""
    own = dict.fromkeys(node.locals)
    sequential = isinstance(node.detail, AdHoc) and node.detail.sequential

    def enter(run: "Run", token: int) -> int:
        run.flush(token)
        scope = open_scope(run, token, node, BODY, own)
        arming.arm(run, token, scope, run.plan.events.get(node.index, ()))
        begins = run.plan.begins.get(node.index, ())
        if sequential and begins:
            run.emit(LoopBegun(token, node.id, len(begins)))
            run.emit(LoopStarted(token))
            begins = begins[:1]
        for first in begins:
            give_birth(run, scope, first, begin_at(run, first))
        if not begins:
            scope_done(run, scope)
        return STOP

    return enter


def begin_at(run: "Run", node: int) -> Closure:
    """Give what a new token does where a scope begins: a start event is left, any other node entered."""
    start = run.plan.process.nodes[node].kind is Kind.START
    return run.plan.leave[node] if start else run.plan.enter[node]


def start_event_sub_process(run: "Run", scope: int, start: Node, payload: Mapping[str, Any]) -> None:
    """Start an event sub-process in a scope; an interrupting one first takes all tokens of the scope (13.5.4)."""
    around = run.plan.process.nodes[start.parent or 0]
    if start.interrupting:
        kill_tokens(run, scope)
        arming.close_events(run, scope)
    if payload:
        assign(run, scope, start.id, payload)
    carrier = run.state.next_token
    run.emit(TokenBorn(carrier, scope, -1 - around.index, around.id))
    body = open_scope(run, carrier, around, BODY, dict.fromkeys(around.locals))
    arming.arm(run, carrier, body, run.plan.events.get(around.index, ()))
    give_birth(run, body, start.index, run.plan.leave[start.index])


def tokens_in(run: "Run", scope: int) -> list[int]:
    """Give the tokens that stand in a scope, not in scopes inside it."""
    full = run.state.full
    if full is None:
        return list(run.state.tokens)
    if not scope:
        return [token for token in run.state.tokens if token not in full.homes]
    return [token for token, home in full.homes.items() if home == scope]


def kill_tokens(run: "Run", scope: int, keep: int = 0) -> None:
    """Take all tokens of a scope but one, with all that they carry."""
    for token in tokens_in(run, scope):
        if token != keep and token in run.state.tokens:
            kill(run, token)


def kill(run: "Run", token: int) -> None:
    """Take a token away, with all that it waits for and carries."""
    run.withdraw(token, "withdrawn")
    run.emit(TokenKilled(token))


def kill_inside(run: "Run", token: int) -> None:
    """Take away what a token carries: its scopes, and the handlers that compensate for it."""
    full = run.state.full
    if full is None:
        return
    for helper in [helper for helper, master in full.helpers.items() if master == token]:
        kill(run, helper)
    for scope in [number for number, one in full.scopes.items() if one.token == token]:
        kill_scope(run, scope)


def kill_scope(run: "Run", scope: int) -> None:
    """Take a scope away, its tokens first."""
    full = run.state.full
    if full is None or scope not in full.scopes:
        return
    kill_tokens(run, scope)
    arming.close_events(run, scope)
    run.emit(ScopeClosed(scope, full.scopes[scope].node, "interrupted"))


def end_inside(run: "Run", token: int, node_id: str) -> None:
    """Consume a token that stands in a scope or compensates for another."""
    full = run.state.full
    if full is None:
        return
    scope, master = full.homes.get(token, 0), full.helpers.get(token, 0)
    run.emit(TokenEnded(token, node_id))
    if master:
        compensating.go_on(run, master)
        return
    node = run.plan.node(full.scopes[scope].node)
    if isinstance(node.detail, AdHoc) and full.scopes[scope].kind == BODY:
        _ad_hoc_step(run, scope, node, node.detail)
    elif not full.live[scope]:
        scope_done(run, scope)


def _ad_hoc_step(run: "Run", scope: int, node: Node, work: AdHoc) -> None:
    """See after each activity of an ad-hoc sub-process whether it is done, and if not, what comes next (13.3.5)."""
    full = run.state.full
    if full is None:
        return
    carrier = full.scopes[scope].token
    done = work.done is not None and feel.compile_expression(work.done.expr)(view(run, scope)) is True
    if done and work.cancel_remaining:
        kill_tokens(run, scope)
    elif not done and work.sequential and not full.live[scope]:
        started = full.loops[carrier].started
        begins = run.plan.begins.get(node.index, ())
        if started < len(begins):
            run.emit(LoopStarted(carrier))
            give_birth(run, scope, begins[started], begin_at(run, begins[started]))
            return
    if not full.live[scope]:
        scope_done(run, scope)


def scope_done(run: "Run", scope: int) -> None:
    """End a scope without tokens: its activity is done (13.3.4)."""
    full = run.state.full
    if full is None:
        return
    here = full.scopes[scope]
    node = run.plan.node(here.node)
    arming.close_events(run, scope)
    if here.kind == BODY and node.kind is not Kind.EVENT_SUB_PROCESS:
        compensating.keep_scope(run, scope, node)
    run.emit(ScopeClosed(scope, here.node, "completed"))
    if here.kind == REVIVED or node.kind is Kind.EVENT_SUB_PROCESS:
        run.end(here.token, here.node)
    else:
        run.queue.append((here.token, node.index, run.plan.leave[node.index]))
