"""Which variables an item can have when it reaches a node: what its row, its rules and its people supplied before."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from alihdaya.notation.bpmn import Kind, Node, Process, Rule, Script, Timer, UserWork
from alihdaya.notation.feel.ir import ContextOf
from alihdaya.packs.pack import Pack

ANYTHING = "*"
"""Stands in a set of names for a node that may write variables of any name."""


@dataclass(frozen=True, slots=True)
class Read:
    """A node reads a variable, for the reason `what`."""

    node: Node
    name: str
    what: str


def supplied(pack: Pack, process: Process) -> list[frozenset[str]]:
    """Give for each node the names that may be there when a token arrives, by whatever way it came."""
    start = frozenset(pack.intake.variables)
    begins = [node.index for node in process.nodes if _begins(node) and node.parent is None]
    return _spread(pack, process, dict.fromkeys(begins, start))[0]


def lacking(pack: Pack, node: Node, decisions: Mapping[str, Any]) -> frozenset[str]:
    """Give the names that the models rely on from a node on, and that only what lies before it supplies.

    Whoever begins at the node, as an item does that comes from another version of the pack, must have them already.
    """
    process = pack.process
    usual = supplied(pack, process)
    there, seen = _spread(pack, process, {node.index: frozenset()})
    found: set[str] = set()
    for index in seen:
        reader = process.nodes[index]
        flows = [process.flows[flow].condition for flow in reader.outgoing]
        after = frozenset().union(*(condition.expr.names for condition in flows if condition))
        found |= _unmet(after, usual[index], there[index] | writes(pack, reader))
        if index != node.index:
            names = {read.name for read in reads(process, reader)} - after
            if isinstance(reader.detail, Rule):
                names |= frozenset(decisions[reader.detail.decision].inputs)
            found |= _unmet(names, usual[index], there[index])
    return frozenset(found)


def _unmet(names: AbstractSet[str], usual: AbstractSet[str], there: AbstractSet[str]) -> AbstractSet[str]:
    return frozenset() if ANYTHING in there else (names & usual) - there


def _spread(
    pack: Pack, process: Process, begins: Mapping[int, frozenset[str]]
) -> tuple[list[frozenset[str]], set[int]]:
    """Give for each node what may be there when tokens begin with these names, and the nodes that they come to."""
    before: list[frozenset[str]] = [begins.get(node.index, frozenset()) for node in process.nodes]
    queue = list(begins)
    seen = set(queue)
    while queue:
        node = process.nodes[queue.pop()]
        after = before[node.index] | writes(pack, node)
        for target, names in _next(process, node, before[node.index], after):
            if not names <= before[target] or target not in seen:
                before[target] |= names
                seen.add(target)
                queue.append(target)
    return before, seen


def _next(
    process: Process, node: Node, before: frozenset[str], after: frozenset[str]
) -> Iterator[tuple[int, frozenset[str]]]:
    for flow in node.outgoing:
        yield process.flows[flow].target, after
    for other in process.nodes:
        if other.attached == node.index:
            yield other.index, before
        elif other.parent == node.index and _begins(other):
            yield other.index, before | _inside(node)
    if node.parent is not None:
        for flow in process.nodes[node.parent].outgoing:
            yield process.flows[flow].target, after


def _begins(node: Node) -> bool:
    return not node.incoming and node.attached is None


def _inside(node: Node) -> frozenset[str]:
    """Names that live in a sub-process; where it repeats or has data of its own, any."""
    return frozenset({ANYTHING}) if node.loop or node.data else frozenset(node.locals)


def writes(pack: Pack, node: Node) -> frozenset[str]:
    """Names of the variables that a node may write; ANYTHING among them where only a run could tell."""
    detail = node.detail
    if node.loop or node.data:
        return frozenset({ANYTHING})
    if isinstance(detail, UserWork):
        form = pack.forms.get(detail.form)
        return frozenset(field.name for field in form.fields) if form else frozenset({ANYTHING})
    if isinstance(detail, (Rule, Script)) and detail.result:
        return frozenset({detail.result})
    if isinstance(detail, Script) and isinstance(root := detail.formula.expr.root, ContextOf) and not root.result:
        return frozenset(name for name, _ in root.entries)
    waits = node.kind in (Kind.SERVICE_TASK, Kind.RECEIVE_TASK, Kind.CATCH, Kind.BOUNDARY)
    told = node.kind is Kind.START and detail is not None
    if isinstance(detail, (Rule, Script)) or ((waits or told) and not isinstance(detail, Timer)):
        return frozenset({ANYTHING})
    return frozenset()


def reads(process: Process, node: Node) -> Iterator[Read]:
    """Variables that the FEEL of a node and of the flows that leave it needs."""
    for index in node.outgoing:
        flow = process.flows[index]
        if flow.condition:
            yield from (Read(node, name, f"the condition of flow {flow.id!r}") for name in flow.condition.expr.names)
    detail = node.detail
    if isinstance(detail, Script):
        yield from (Read(node, name, "the script") for name in detail.formula.expr.names)
    if isinstance(detail, Timer) and detail.formula:
        yield from (Read(node, name, "the timer") for name in detail.formula.expr.names)
    if isinstance(detail, UserWork) and detail.priority:
        yield from (Read(node, name, "the priority") for name in detail.priority.expr.names)
