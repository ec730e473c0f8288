"""Moving a token by hand: what it waits for is withdrawn, and it enters another activity of the same scope."""

from typing import TYPE_CHECKING

from alihdaya.engine.events import TokenMoved
from alihdaya.engine.full import BODY
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.notation.bpmn.graph import ACTIVITIES, Kind, Node

if TYPE_CHECKING:
    from alihdaya.engine.run import Run

_TARGETS = (ACTIVITIES | {Kind.CATCH, Kind.THROW, Kind.END}) - {Kind.EVENT_SUB_PROCESS}


def move(run: "Run", token: int, node_id: str) -> None:
    """Withdraw all that a token waits for and carries, and let it enter `node_id` anew.

    Raises Refused where it may not go there; then nothing happened.
    """
    plan = run.plan
    if token not in run.state.tokens:
        raise _refused("no-such-token", f"there is no token {token}")
    if node_id not in plan.index:
        raise _refused("no-such-node", f"the process {plan.process.id!r} has no {node_id!r}")
    stood, node = plan.process.nodes[plan.node_at(run.state.tokens[token])], plan.node(node_id)
    _require_free(run, token, stood)
    _require_same_scope(run, token, node)
    if node.kind not in _TARGETS or node.compensates or node.start_quantity != 1:
        message = f"{node_id!r} ({node.kind}) cannot be entered by hand: activities, intermediate events and ends can"
        raise _refused("not-enterable", message)
    run.withdraw(token, "withdrawn")
    run.emit(TokenMoved(token, stood.id, node.id, -1 - node.index))
    run.queue.append((token, node.index, plan.enter[node.index]))


def _require_free(run: "Run", token: int, stood: Node) -> None:
    full = run.state.full
    bound = full is not None and (token in full.helpers or token in full.pending)
    if bound or stood.kind is Kind.EVENT_SUB_PROCESS:
        raise _refused("not-movable", f"token {token} compensates or handles an event, and cannot leave {stood.id!r}")


def _require_same_scope(run: "Run", token: int, node: Node) -> None:
    full, home = run.state.full, run.home(token)
    around = full.scopes[home] if full is not None and home else None
    if around is not None and around.kind != BODY:
        message = f"token {token} is one run of {around.node!r}; move the token that carries them all"
        raise _refused("other-scope", message)
    within = None if around is None else run.plan.index[around.node]
    if node.parent != within:
        where = "the process" if around is None else repr(around.node)
        raise _refused("other-scope", f"token {token} stands in {where}, {node.id!r} does not")


def _refused(code: str, message: str) -> Refused:
    return Refused(Problem(code, message))
