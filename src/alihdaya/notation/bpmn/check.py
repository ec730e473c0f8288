"""Structural rules that a readable process may still break (BPMN 2.0, chapters 8 and 10)."""

from collections.abc import Iterable, Iterator

from alihdaya.kernel.errors import Problem, Severity
from alihdaya.notation.bpmn.details import Compensate, Error, EventBased, Link
from alihdaya.notation.bpmn.graph import ACTIVITIES, GATEWAYS, Definitions, Flow, Kind, Node, Process

_CHOOSERS = ACTIVITIES | {Kind.EXCLUSIVE, Kind.INCLUSIVE, Kind.COMPLEX}


def check(definitions: Definitions) -> list[Problem]:
    """Give every finding about every process: errors first stop a plan, warnings do not. The read notes come last."""
    found = [problem for process in definitions.processes for problem in check_process(process)]
    return [*found, *definitions.notes]


def check_process(process: Process) -> list[Problem]:
    """Give the findings about one process, in the order of its nodes."""
    return [
        *_ends(process),
        *(problem for node in process.nodes for rule in _RULES for problem in rule(process, node)),
        *_errors(process),
        *_reach(process),
    ]


def _at(node: Node, code: str, message: str, severity: Severity = "error") -> Problem:
    return Problem(code, message, node.source, severity)


def _ends(process: Process) -> Iterator[Problem]:
    """Ask for a start event where there is an end event (10.5.2); a start without an end is run, but said (10.5.3)."""
    nodes = [node for node in process.nodes if node.parent is None]
    starts = any(node.kind is Kind.START or node.instantiates or _instantiates(node) for node in nodes)
    ends = any(node.kind is Kind.END for node in nodes)
    if ends and not starts:
        yield Problem("no-start", f"the process {process.id!r} has no startEvent", process.source)
    if starts and not ends:
        yield Problem("no-end", f"the process {process.id!r} has no endEvent", process.source, "warning")


def _instantiates(node: Node) -> bool:
    return isinstance(node.detail, EventBased) and node.detail.instantiate


def _connections(_: Process, node: Node) -> Iterator[Problem]:
    """Start and boundary events are entered by nothing, end events are left by nothing (10.5.2-10.5.4)."""
    if node.incoming and node.kind in (Kind.START, Kind.BOUNDARY, Kind.EVENT_SUB_PROCESS):
        yield _at(node, "flow-into-event", f"no sequence flow may lead into a {node.kind}")
    if node.outgoing and node.kind in (Kind.END, Kind.EVENT_SUB_PROCESS):
        yield _at(node, "flow-out-of-end", f"no sequence flow may leave a {node.kind}")
    if (node.incoming or node.outgoing) and node.compensates:
        yield _at(node, "flow-of-handler", "no sequence flow may lead to or leave a compensation handler")
    if not node.outgoing and not _may_end(node):
        if node.kind in (Kind.START, Kind.BOUNDARY) or node.kind in GATEWAYS:
            yield _at(node, "no-outgoing", f"a {node.kind} needs an outgoing sequence flow")
        else:
            yield _at(node, "implicit-end", "no sequence flow leaves this node: a token that arrives ends", "warning")


def _may_end(node: Node) -> bool:
    never_left = isinstance(node.detail, (Compensate, Link)) and node.kind is not Kind.START
    return node.kind in (Kind.END, Kind.EVENT_SUB_PROCESS) or node.compensates or never_left


def _conditions(process: Process, node: Node) -> Iterator[Problem]:
    """Activities and gateways that choose have conditions (8.4.13); a chooser needs a way for every case."""
    flows = [process.flows[index] for index in node.outgoing]
    if node.kind in _CHOOSERS:
        bare = any(flow.condition is None and flow.index != node.default for flow in flows)
        if node.kind is Kind.EXCLUSIVE and len(flows) > 1 and bare:
            yield _at(node, "gateway-condition", "each outgoing flow needs a condition or has to be the default")
        yield from _no_way(node, flows)
    elif node.default is not None or any(flow.condition for flow in flows):
        says = "are ignored" if node.kind in GATEWAYS else "are not the standard's"
        message = f"conditions and defaults of flows that leave a {node.kind} {says}"
        yield _at(node, "condition-not-allowed", message, "warning")
    for flow in flows:
        if flow.condition and flow.index == node.default:
            yield _at(node, "default-condition", "the condition of a default flow is never looked at", "warning")


def _no_way(node: Node, flows: list[Flow]) -> Iterator[Problem]:
    if flows and node.default is None and all(flow.condition for flow in flows):
        yield _at(node, "no-default", "without a default flow, an item that meets no condition stops here", "warning")


_RULES = (_connections, _conditions)


def _errors(process: Process) -> Iterator[Problem]:
    """Error boundary events always interrupt (10.5.4) and differ in their codes."""
    seen: dict[tuple[int | None, str | None], str] = {}
    for node in process.nodes:
        if node.kind is not Kind.BOUNDARY or not isinstance(node.detail, Error):
            continue
        if not node.interrupting:
            yield _at(node, "error-not-interrupting", "an error boundary event always interrupts its activity")
        first = seen.setdefault((node.attached, node.detail.code), node.id)
        if first != node.id:
            yield _at(node, "same-error-twice", f"{first!r} already catches this error on the same activity")


def _reach(process: Process) -> Iterator[Problem]:
    onward: dict[int, set[int]] = {node.index: set() for node in process.nodes}
    back: dict[int, set[int]] = {node.index: set() for node in process.nodes}
    for origin, target in _edges(process):
        onward[origin].add(target)
        back[target].add(origin)
    inside: dict[int | None, list[Node]] = {}
    for node in process.nodes:
        inside.setdefault(node.parent, []).append(node)
    begun = {parent: list(_begins(nodes)) for parent, nodes in inside.items()}
    for parent, first in begun.items():
        if parent is not None:
            onward[parent].update(first)
    reached = _closure(begun.get(None, []), onward)
    ending = _closure((node.index for node in process.nodes if not node.outgoing), back)
    for node in process.nodes:
        if begun.get(None) and node.index not in reached:
            yield _at(node, "unreachable", "no path leads from a start event to this node")
        elif node.index not in ending:
            yield _at(node, "no-way-out", "no path leads from this node to an end", "warning")


def _begins(inside: list[Node]) -> Iterator[int]:
    """Give the nodes of a scope that no flow has to reach: where it begins, handlers, event sub-processes."""
    implicit = not any(node.kind is Kind.START for node in inside)
    for node in inside:
        begins = node.kind in (Kind.START, Kind.EVENT_SUB_PROCESS) or node.compensates or node.instantiates
        if begins or _instantiates(node) or (implicit and not node.incoming and node.attached is None):
            yield node.index


def _edges(process: Process) -> Iterator[tuple[int, int]]:
    for flow in process.flows:
        yield flow.origin, flow.target
    for node in process.nodes:
        if node.attached is not None:
            yield node.attached, node.index


def _closure(first: Iterable[int], edges: dict[int, set[int]]) -> set[int]:
    seen: set[int] = set()
    todo = list(first)
    while todo:
        place = todo.pop()
        if place not in seen:
            seen.add(place)
            todo.extend(edges[place])
    return seen
