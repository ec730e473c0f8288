"""Making a plan: every node's closures are built once, with their decisions, steps and expressions bound."""

import hashlib
from collections.abc import Mapping
from typing import Any, Protocol

from alihdaya.engine.behaviours import arming, joins
from alihdaya.engine.behaviours.binding import Binder
from alihdaya.engine.behaviours.tasks import StepFunction
from alihdaya.engine.plan import ROOT, Arm, Catchers, Join, Plan
from alihdaya.engine.straight.segments import LARGEST, LIMIT, afters_of, segment_of
from alihdaya.kernel.errors import NotationError, Problem
from alihdaya.notation.bpmn.check import check_process
from alihdaya.notation.bpmn.details import Compensate, Detail, Error, Escalation, EventBased, Multiple, Rule, Step
from alihdaya.notation.bpmn.graph import SCOPES, Kind, Node, Process

STEP_BUDGET = 10_000
"""Nodes that one command may pass before the engine takes it for an endless loop."""


MOST_REACH = 10_000_000
"""Joins that wait for all that can still come, times sequence flows, of one process."""


class DecisionLike(Protocol):
    """What the engine needs of a decision of notation.dmn."""

    def run(self, variables: Mapping[str, Any]) -> tuple[Any, tuple[int, ...]]:
        """Give the decision's value and the numbers, from 1, of the rules that matched."""


Decisions = Mapping[str, DecisionLike]
Steps = Mapping[str, StepFunction]


def make_plan(
    process: Process,
    *,
    decisions: Decisions,
    steps: Steps,
    step_budget: int = STEP_BUDGET,
    compiled: bool = True,
) -> Plan:
    """Make a process ready to run; with `compiled` False, by the interpreter alone.

    Raises NotationError listing the process's structural errors and every decision and step that does not exist.
    """
    _require_sound(process, decisions, steps)
    nodes = process.nodes
    starts = _starts(process)
    arms = tuple(_watched(process, node) for node in nodes)
    binder = Binder(process, arms, decisions, steps)
    behaviours = [binder.behaviour(node) for node in nodes]
    scopes: dict[int, list[Node]] = {ROOT: [], **{node.index: [] for node in nodes if node.kind in SCOPES}}
    for node in nodes:
        scopes[ROOT if node.parent is None else node.parent].append(node)
    handled = {scope: _event_starts(scopes, inside) for scope, inside in scopes.items()}
    start = _only([node for node in starts if node.detail is None and node.kind is Kind.START] or starts)
    straight = compiled and not handled[ROOT] and step_budget > LIMIT and len(nodes) <= LARGEST
    return Plan(
        process=process,
        digest=hashlib.sha256(repr(process).encode()).hexdigest(),
        budget=step_budget,
        enter=tuple(one.enter for one in behaviours),
        inner=tuple(one.inner for one in behaviours),
        leave=tuple(one.leave for one in behaviours),
        offer=tuple(one.offer for one in behaviours),
        target=tuple(flow.target for flow in process.flows),
        arms=arms,
        catchers=tuple(_by_code(binder.attached[node.index], Error) for node in nodes),
        risen=tuple(_by_code(binder.attached[node.index], Escalation) for node in nodes),
        joins=_joins(process, behaviours),
        begins={scope: _begins(inside) for scope, inside in scopes.items()},
        events={scope: tuple(arm for node in some for arm in arms[node.index]) for scope, some in handled.items()},
        errors={scope: _by_code(some, Error) for scope, some in handled.items()},
        escalations={scope: _by_code(some, Escalation) for scope, some in handled.items()},
        attached=tuple(tuple(one.index for one in some) for some in binder.attached),
        undo={scope: node.index for scope, some in handled.items() for node in some if _is(node, Compensate)},
        index={node.id: node.index for node in nodes},
        starts=tuple(starts),
        start=start,
        segment=segment_of(process, start, decisions, steps) if straight else None,
        afters=afters_of(process, decisions, steps) if straight else {},
    )


def _only(nodes: list[Node]) -> Node | None:
    return nodes[0] if len(nodes) == 1 else None


def _parts(node: Node) -> tuple[Detail, ...]:
    return node.detail.parts if isinstance(node.detail, Multiple) else (node.detail,)


def _is(node: Node, kind: type) -> bool:
    return any(isinstance(part, kind) for part in _parts(node))


def _starts(process: Process) -> list[Node]:
    """Find where instances start: start events, what instantiates, else what no flow leads to (10.5.2)."""
    nodes = [node for node in process.nodes if node.parent is None]
    found = [node for node in nodes if node.kind is Kind.START or node.instantiates]
    for gateway in nodes:
        if isinstance(gateway.detail, EventBased) and gateway.detail.instantiate:
            found += [process.nodes[process.flows[flow].target] for flow in gateway.outgoing]
    return found or [process.nodes[index] for index in _begins(nodes)[:1]]


def _begins(inside: list[Node]) -> tuple[int, ...]:
    """Find where a scope begins: its none start events, else every activity and gateway that no flow leads to."""
    starts = [node for node in inside if node.kind is Kind.START]
    if starts:
        return tuple(node.index for node in starts if node.detail is None)
    return tuple(
        node.index
        for node in inside
        if not node.incoming
        and node.attached is None
        and not node.compensates
        and node.kind is not Kind.EVENT_SUB_PROCESS
    )


def _event_starts(scopes: dict[int, list[Node]], inside: list[Node]) -> list[Node]:
    around = [node.index for node in inside if node.kind is Kind.EVENT_SUB_PROCESS]
    return [node for one in around for node in scopes[one] if node.kind is Kind.START]


def _by_code(nodes: list[Node], kind: type[Error | Escalation]) -> Catchers:
    found: dict[str | None, int] = {}
    for node in nodes:
        for part in _parts(node):
            if isinstance(part, kind):
                found.setdefault(part.code, node.index)
    return found


def _watched(process: Process, node: Node) -> tuple[Arm, ...]:
    """Compile what has to be watched for at a node that catches; of an event-based gateway, all that follows it."""
    if node.kind in (Kind.BOUNDARY, Kind.START, Kind.CATCH, Kind.RECEIVE_TASK):
        return arming.arms_of(node)
    if node.kind is Kind.EVENT_BASED:
        following = (process.nodes[process.flows[flow].target] for flow in node.outgoing)
        return tuple(arm for one in following for arm in arming.arms_of(one))
    return ()


def _joins(process: Process, behaviours: list[Any]) -> tuple[Join, ...]:
    found = []
    for node in process.nodes:
        if node.kind is Kind.INCLUSIVE and len(node.incoming) > 1:
            found.append(joins.inclusive(process, node, behaviours[node.index].leave))
        elif node.kind is Kind.COMPLEX:
            found.append(joins.complex_gateway(process, node))
    return tuple(found)


def _require_sound(process: Process, decisions: Decisions, steps: Steps) -> None:
    problems = [problem for problem in check_process(process) if problem.severity == "error"]
    problems += [*_missing(process, decisions, steps), *_too_many_joins(process)]
    if problems:
        raise NotationError(problems)


def _missing(process: Process, decisions: Decisions, steps: Steps) -> list[Problem]:
    found = []
    for node in process.nodes:
        if isinstance(node.detail, Rule) and not _has(decisions, node.detail.decision):
            found.append(Problem("unknown-decision", f"there is no decision {node.detail.decision!r}", node.source))
        if isinstance(node.detail, Step) and node.detail.name not in steps:
            found.append(Problem("unknown-step", f"there is no step {node.detail.name!r}", node.source))
    return found


def _too_many_joins(process: Process) -> list[Problem]:
    """Refuse what could not be held in memory: each of these joins keeps from which flows a token can come to it."""
    joins = sum(
        node.kind is Kind.COMPLEX or (node.kind is Kind.INCLUSIVE and len(node.incoming) > 1) for node in process.nodes
    )
    if joins * len(process.flows) <= MOST_REACH:
        return []
    message = f"{joins:,} inclusive and complex joins over {len(process.flows):,} flows are more than can be watched"
    return [Problem("too-many-joins", f"{message}; call activities make smaller processes of it", process.source)]


def _has(decisions: Decisions, name: str) -> bool:
    try:
        decisions[name]
    except KeyError:
        return False
    return True
