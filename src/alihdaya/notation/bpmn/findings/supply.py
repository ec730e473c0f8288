"""Which variables can be there when a token comes to a node: what the start, and the nodes before it, supplied."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alihdaya.notation.bpmn.details import (
    Call,
    Detail,
    Error,
    Escalation,
    Message,
    MultiInstance,
    Multiple,
    Rule,
    Script,
    Signal,
    UserWork,
)
from alihdaya.notation.bpmn.graph import GATEWAYS, SCOPES, Kind, Node, Process
from alihdaya.notation.feel.ir import ContextOf

ANYTHING = "*"
"""Stands in a set of names for names that only a run could tell."""

COUNTER = "loopCounter"
"""What each run of a repeating activity sees of itself (10.3.7)."""

_CARRIERS = (Message, Signal, Error, Escalation)
_TOGETHER = frozenset({Kind.PARALLEL, Kind.INCLUSIVE, Kind.COMPLEX, Kind.EVENT_SUB_PROCESS, Kind.AD_HOC})
_LARGEST = 1 << 28
"""Nodes times names up to which ways through a process are told apart (bits)."""


@dataclass(frozen=True)
class Known:
    """What is known of the world around a file.

    `start`: names that an instance starts with; of `process`, by its id, where that is said: others are called, and
    get what the call gives. `forms`: fields by form. `decisions`: the names that a decision reads.
    """

    start: frozenset[str] = frozenset({ANYTHING})
    forms: Mapping[str, frozenset[str]] = field(default_factory=dict)
    decisions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    process: str = ""


NOTHING_KNOWN = Known()
"""A file by itself: whoever starts an instance may bring what he likes."""


def writes(known: Known, node: Node) -> frozenset[str]:
    """Names of the variables that a node may write; ANYTHING among them where only a run could tell."""
    found = _own(known, node)
    if node.data is not None:
        found = (found - frozenset(node.data.made)) | frozenset(one.target for one in node.data.outputs)
        if not isinstance(node.detail, UserWork | Rule | Script) and node.data.outputs:
            found -= {ANYTHING}  # what comes in goes where the associations say
    if isinstance(node.loop, MultiInstance) and node.loop.results:
        found |= {node.loop.results}
    return found


def _own(known: Known, node: Node) -> frozenset[str]:
    detail = node.detail
    if isinstance(detail, UserWork):
        return known.forms.get(detail.form, frozenset({ANYTHING}))
    if isinstance(detail, Rule | Script) and detail.result:
        return frozenset({detail.result})
    if isinstance(detail, Script) and isinstance(root := detail.formula.expr.root, ContextOf) and not root.result:
        return frozenset(name for name, _ in root.entries)
    open_ended = isinstance(detail, Rule | Script | Call) or node.kind in (Kind.SERVICE_TASK, Kind.RECEIVE_TASK)
    if open_ended or (node.kind in (Kind.START, Kind.CATCH, Kind.BOUNDARY) and _carries(detail)):
        return frozenset({ANYTHING})
    return frozenset()


def _carries(detail: Detail) -> bool:
    """Tell whether an event brings variables of any name with it."""
    parts = detail.parts if isinstance(detail, Multiple) else (detail,)
    return any(isinstance(part, _CARRIERS) for part in parts)


def inside(node: Node) -> frozenset[str]:
    """Names that only what stands inside an activity sees: its data, and what a run of a repeating one gets."""
    found = set(node.locals)
    if node.data is not None:
        found.update(one.target for one in node.data.inputs)
        found.update(node.data.made)
    if node.loop is not None:
        found.add(COUNTER)
    if isinstance(node.loop, MultiInstance):
        found.update(name for name in (node.loop.item, node.loop.result) if name)
    return frozenset(found)


def supplied(process: Process, known: Known, names: Iterable[str]) -> list[frozenset[str]]:
    """Give for each node which of `names`, and ANYTHING, may be there when a token arrives, by whatever way.

    Where tokens go side by side, or steps repeat inside a scope, what one node writes may be there at any other.
    """
    bits = {name: 1 << number for number, name in enumerate((ANYTHING, *sorted(set(names))))}
    flow = _Supply(process, known, bits)
    sets = flow.everywhere() if _together(process) or len(bits) * len(process.nodes) > _LARGEST else flow.by_ways()[0]
    seen: dict[int, frozenset[str]] = {}
    for one in sets:
        if one not in seen:
            seen[one] = frozenset(name for name, bit in bits.items() if one & bit)
    return [seen[one] for one in sets]


def supplied_from(
    process: Process, known: Known, names: Iterable[str], places: Iterable[int]
) -> dict[int, frozenset[str]]:
    """Give which of `names`, and ANYTHING, may be there at each node that tokens come to which begin at `places`.

    They bring nothing themselves.
    """
    bits = {name: 1 << number for number, name in enumerate((ANYTHING, *sorted(set(names))))}
    before, seen = _Supply(process, known, bits).by_ways(places)
    return {index: frozenset(name for name, bit in bits.items() if before[index] & bit) for index in seen}


def _together(process: Process) -> bool:
    return any(
        node.kind in _TOGETHER
        or (node.kind is Kind.BOUNDARY and not node.interrupting)
        or (node.kind in SCOPES and node.loop is not None)
        or (node.kind not in GATEWAYS and len(node.outgoing) > 1)
        or node.completion_quantity > 1
        for node in process.nodes
    )


class _Supply:
    def __init__(self, process: Process, known: Known, bits: Mapping[str, int]) -> None:
        self.process, self.bits = process, bits
        self.start = self._bits(known.start | frozenset(process.locals))
        self.written = [self._bits(writes(known, node)) for node in process.nodes]
        self.children: dict[int, list[Node]] = {}
        self.attached: dict[int, list[int]] = {}
        for node in process.nodes:
            if node.parent is not None:
                self.children.setdefault(node.parent, []).append(node)
            if node.attached is not None:
                self.attached.setdefault(node.attached, []).append(node.index)

    def _bits(self, names: Iterable[str]) -> int:
        return sum(self.bits[name] for name in frozenset(names) if name in self.bits)

    def everywhere(self) -> Sequence[int]:
        """Give each node what the start and all nodes together supply."""
        found = self.start
        for node, written in zip(self.process.nodes, self.written, strict=True):
            found |= written | self._bits(inside(node))
        return [found] * len(self.process.nodes)

    def by_ways(self, places: Iterable[int] | None = None) -> tuple[Sequence[int], set[int]]:
        """Give each node what was supplied on some way to it, and the nodes that there is a way to.

        Ways begin with the process, or with nothing supplied at `places`.
        """
        before = [0] * len(self.process.nodes)
        begins = (node.index for node in self.process.nodes if _begins(node) and node.parent is None)
        queue = deque(begins if places is None else places)
        seen = set(queue)
        for index in queue:
            before[index] = self.start if places is None else 0
        while queue:
            node = self.process.nodes[queue.popleft()]
            for target, names in self._next(node, before[node.index]):
                if names & ~before[target] or target not in seen:
                    before[target] |= names
                    seen.add(target)
                    queue.append(target)
        return before, seen

    def _next(self, node: Node, before: int) -> Iterator[tuple[int, int]]:
        after = before | self.written[node.index]
        for flow in node.outgoing:
            yield self.process.flows[flow].target, after
        for other in self.attached.get(node.index, ()):
            yield other, before
        for child in self.children.get(node.index, ()):
            if _begins(child):
                yield child.index, before | self._bits(inside(node))
        if node.parent is not None:
            for flow in self.process.nodes[node.parent].outgoing:
                yield self.process.flows[flow].target, after
            for other in self.attached.get(node.parent, ()):
                yield other, after


def _begins(node: Node) -> bool:
    return not node.incoming and node.attached is None
