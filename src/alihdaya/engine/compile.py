"""Making a plan: every node's closures are built once, with their decisions, steps and expressions bound."""

import hashlib
from collections.abc import Mapping
from typing import Any, Protocol

from alihdaya.engine import entering
from alihdaya.engine.leaving import join_of, leave_of
from alihdaya.engine.plan import Boundary, Closure, Offer, Plan
from alihdaya.engine.timers import due_at
from alihdaya.kernel.errors import NotationError, Problem
from alihdaya.notation.bpmn.check import check_process
from alihdaya.notation.bpmn.details import Error, Message, Rule, Script, Step, Terminate, Timer
from alihdaya.notation.bpmn.graph import Kind, Node, Process

STEP_BUDGET = 10_000
"""Nodes that one command may pass before the engine takes it for an endless loop."""


class DecisionLike(Protocol):
    """What the engine needs of a decision of notation.dmn."""

    def run(self, variables: Mapping[str, Any]) -> tuple[Any, tuple[int, ...]]:
        """Give the decision's value and the numbers, from 1, of the rules that matched."""


Decisions = Mapping[str, DecisionLike]
Steps = Mapping[str, entering.StepFunction]


def make_plan(process: Process, *, decisions: Decisions, steps: Steps, step_budget: int = STEP_BUDGET) -> Plan:
    """Make a process ready to run.

    Raises NotationError listing the process's structural errors and every decision and step that does not exist.
    """
    problems = [problem for problem in check_process(process) if problem.severity == "error"]
    problems += _missing(process, decisions, steps)
    if problems:
        raise NotationError(problems)
    nodes = process.nodes
    leave = tuple(leave_of(process, node) for node in nodes)
    starts = [node for node in nodes if node.kind is Kind.START]
    attached = _attached(process)
    offers = tuple(_offer_of(node) for node in nodes)
    return Plan(
        process=process,
        digest=hashlib.sha256(repr(process).encode()).hexdigest(),
        budget=step_budget,
        enter=tuple(map(_Binder(attached, decisions, steps).enter_of, nodes, leave, offers)),
        leave=leave,
        offer=offers,
        target=tuple(flow.target for flow in process.flows),
        catchers=tuple(map(_catchers, attached)),
        index={node.id: node.index for node in nodes},
        starts=tuple(starts),
        start=_only([node for node in starts if node.detail is None] or starts),
    )


def _only(nodes: list[Node]) -> Node | None:
    return nodes[0] if len(nodes) == 1 else None


def _missing(process: Process, decisions: Decisions, steps: Steps) -> list[Problem]:
    found = []
    for node in process.nodes:
        if isinstance(node.detail, Rule) and not _has(decisions, node.detail.decision):
            found.append(Problem("unknown-decision", f"there is no decision {node.detail.decision!r}", node.source))
        if isinstance(node.detail, Step) and node.detail.name not in steps:
            found.append(Problem("unknown-step", f"there is no step {node.detail.name!r}", node.source))
    return found


def _has(decisions: Decisions, name: str) -> bool:
    try:
        decisions[name]
    except KeyError:
        return False
    return True


def _offer_of(node: Node) -> Offer | None:
    detail = node.detail
    if node.kind is Kind.USER_TASK:
        return entering.offer_task(node)
    if node.kind is Kind.SERVICE_TASK and detail is None:
        return entering.offer_job(node)
    if node.kind in (Kind.RECEIVE_TASK, Kind.CATCH) and isinstance(detail, Message):
        return entering.await_message(node, detail)
    if node.kind is Kind.CATCH and isinstance(detail, Timer):
        return entering.await_timer(node, detail)
    return None


class _Binder:
    """Builds the closures that enter nodes, with decisions and steps bound."""

    def __init__(self, attached: list[list[Node]], decisions: Decisions, steps: Steps) -> None:
        self.attached = attached
        self.decisions = decisions
        self.steps = steps

    def enter_of(self, node: Node, leave: Closure, offer: Offer | None) -> Closure:
        """Build the closure that enters one node."""
        if offer is not None:
            return entering.waiting(offer, _boundaries(self.attached[node.index]))
        match node.detail:
            case Rule():
                return entering.rule(node, node.detail, self.decisions[node.detail.decision].run, leave)
            case Script():
                return entering.script(node, node.detail, leave)
            case Step():
                return entering.step(node, self.steps[node.detail.name], leave)
            case Terminate():
                return entering.terminate(node)
            case Error(code=str(code)) if node.kind is Kind.END:
                return entering.error_end(code)
        if node.kind is Kind.PARALLEL and len(node.incoming) > 1:
            return join_of(node, leave)
        return leave


def _attached(process: Process) -> list[list[Node]]:
    """Give the boundary events of each node, by node index."""
    found: list[list[Node]] = [[] for _ in process.nodes]
    for node in process.nodes:
        if node.attached is not None:
            found[node.attached].append(node)
    return found


def _boundaries(attached: list[Node]) -> tuple[Boundary, ...]:
    return tuple(Boundary(node.id, due_at(node.detail)) for node in attached if isinstance(node.detail, Timer))


def _catchers(attached: list[Node]) -> dict[str | None, int]:
    return {node.detail.code: node.index for node in attached if isinstance(node.detail, Error)}
