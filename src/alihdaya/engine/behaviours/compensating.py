"""Compensation: what completed is kept, and undone in reverse order when it is asked for (13.5.5)."""

from typing import TYPE_CHECKING

from alihdaya.engine.behaviours import scopes
from alihdaya.engine.full import PART, REVIVED
from alihdaya.engine.plan import Closure
from alihdaya.engine.scope_events import CompensationBegun, CompensationEnded, CompensationKept, HandlerStarted
from alihdaya.notation.bpmn.graph import Kind, Node

if TYPE_CHECKING:
    from alihdaya.engine.run import Run


def keep(run: "Run", scope: int, node: Node, inner: int, variables: dict[str, object]) -> None:
    """Keep what is needed to compensate an activity that has just completed in `scope`."""
    full = run.state.full
    number = 1 if full is None else full.next_record
    run.emit(CompensationKept(number, scope, node.id, inner, variables))


def keep_scope(run: "Run", scope: int, node: Node) -> None:
    """Keep a completed scope, where something inside it could be compensated and it has no handler of its own."""
    full = run.state.full
    if full is None or has_handler(run, node):
        return
    if node.index in run.plan.undo or any(record.scope == scope for record in full.records.values()):
        keep(run, full.scopes[scope].parent, node, scope, full.locals.get(scope, {}))


def has_handler(run: "Run", node: Node) -> bool:
    """Tell whether a compensation event stands on the boundary of an activity."""
    return handler_of(run, node) is not None


def handler_of(run: "Run", node: Node) -> Node | None:
    """Find the activity that compensates another."""
    nodes = run.plan.process.nodes
    handlers = (nodes[one].handler for one in run.plan.attached[node.index])
    return next((nodes[handler] for handler in handlers if handler is not None), None)


def begin(run: "Run", token: int, node: Node, scope: int, activity: str = "") -> bool:
    """Let a token wait until a scope's activities (or the one of that id) are compensated; False if none can be."""
    full = run.state.full
    if full is None:
        return False
    due = tuple(n for n, record in full.records.items() if record.scope == scope and activity in ("", record.node))
    if not due:
        return False
    run.emit(CompensationBegun(token, node.id, due))
    go_on(run, token)
    return True


def target_scope(run: "Run", token: int) -> int:
    """Find the scope that a compensation thrown by `token` means: an event sub-process speaks for what is around it."""
    full = run.state.full
    scope = run.home(token)
    while scope and full is not None:
        here = full.scopes[scope]
        if run.plan.node(here.node).kind is not Kind.EVENT_SUB_PROCESS:
            return scope
        scope = here.parent
    return scope


def go_on(run: "Run", token: int) -> None:
    """Compensate the last activity that a token waits for, or let the token go on when there are no more."""
    full = run.state.full
    if full is None:
        return
    if not full.pending[token]:
        run.emit(CompensationEnded(token))
        _over(run, token)
        return
    number = full.pending[token][-1]
    record = full.records[number]
    node = run.plan.node(record.node)
    handler = handler_of(run, node)
    born = run.state.next_token
    at = handler or node
    run.emit(HandlerStarted(token, number, born, -1 - at.index, record.scope))
    if handler is None:
        _revive(run, born, node, record.inner, record.variables)
    elif record.variables:
        part = scopes.open_scope(run, born, handler, PART, record.variables)
        scopes.give_birth(run, part, handler.index, run.plan.inner[handler.index])
    else:
        run.queue.append((born, handler.index, run.plan.enter[handler.index]))


def _revive(run: "Run", token: int, node: Node, inner: int, variables: dict[str, object]) -> None:
    """Open a completed scope anew to undo what was done in it, by its own event sub-process if it has one."""
    scope = scopes.open_scope(run, token, node, REVIVED, variables, revives=inner)
    start = run.plan.undo.get(node.index)
    if start is not None:
        scopes.start_event_sub_process(run, scope, run.plan.process.nodes[start], {})
    elif not begin(run, token, node, scope):
        scopes.scope_done(run, scope)


def _over(run: "Run", token: int) -> None:
    """All is compensated: a revived scope closes, a throwing event goes on."""
    full = run.state.full
    revived = None
    if full is not None:
        revived = next((n for n, one in full.scopes.items() if (one.token, one.kind) == (token, REVIVED)), None)
    if revived is not None:
        scopes.scope_done(run, revived)
        return
    node = run.plan.node_at(run.state.tokens[token])
    run.queue.append((token, node, run.plan.leave[node]))


def after(node: Node, leave: Closure, *, several: bool) -> Closure:
    """Keep a completed activity for its handler, then leave it; of several instances each was kept on its own."""

    def act(run: "Run", token: int) -> int:
        run.flush(token)
        if not several:
            keep(run, run.home(token), node, 0, {})
        return leave(run, token)

    return act
