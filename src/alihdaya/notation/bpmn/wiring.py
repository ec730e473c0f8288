"""Connecting nodes and sequence flows by index; dangling references and false lists are problems."""

from collections import defaultdict
from typing import TYPE_CHECKING

from alihdaya.kernel.errors import Problem, Source
from alihdaya.notation.bpmn.details import Compensate, Link
from alihdaya.notation.bpmn.graph import ACTIVITIES, Flow, Kind, Node
from alihdaya.notation.bpmn.nodes import RawNode
from alihdaya.notation.bpmn.reading import BPMN, File, reference

if TYPE_CHECKING:
    from lxml import etree


class _Wires:
    """One process while its nodes and flows are being connected."""

    def __init__(self, file: File, raw: list[RawNode]) -> None:
        self.file = file
        self.raw = raw
        self.index = {node.id: place for place, node in enumerate(raw)}
        self.flows: list[Flow] = []
        self.incoming: dict[int, list[Flow]] = defaultdict(list)
        self.outgoing: dict[int, list[Flow]] = defaultdict(list)

    def add(self, element: "etree._Element") -> None:
        """Read a sequence flow (8.4.13)."""
        self.file.check_attributes(element, frozenset())
        ends = [self._end(element, side) for side in ("sourceRef", "targetRef")]
        condition = element.find(BPMN + "conditionExpression")
        formula = self.file.expression(condition) if condition is not None else None
        origin, target = ends
        if origin is None or target is None:
            return
        source = self.file.source(element)
        if self.raw[origin].parent != self.raw[target].parent:
            message = "a sequence flow cannot cross the boundary of a sub-process"
            self.file.problem("flow-across-scopes", message, element)
            return
        identity, name = element.get("id", ""), element.get("name", "")
        flow = Flow(len(self.flows), origin, target, identity, name, formula, source)
        self.flows.append(flow)
        self.outgoing[origin].append(flow)
        self.incoming[target].append(flow)

    def _end(self, element: "etree._Element", side: str) -> int | None:
        ref = element.get(side, "")
        end = self.index.get(reference(ref))
        if end is None and reference(ref) not in self.file.skipped:
            self.file.problem("dangling-flow", f"{side} {ref!r} names no flow node of this process", element)
        return end

    def node(self, place: int, raw: RawNode) -> Node:
        """Give the node with its flows."""
        incoming, outgoing = self.incoming[place], self.outgoing[place]
        self._check_listed(raw, "incoming", incoming)
        self._check_listed(raw, "outgoing", outgoing)
        return Node(
            index=place,
            id=raw.id,
            kind=raw.kind,
            name=raw.name,
            detail=raw.detail,
            incoming=tuple(flow.index for flow in incoming),
            outgoing=tuple(flow.index for flow in outgoing),
            default=self._default(raw, outgoing),
            attached=self._attached(raw),
            interrupting=raw.interrupting,
            source=raw.source,
            parent=raw.parent,
            loop=raw.loop,
            data=raw.data,
            compensates=raw.compensates,
            handler=self._handler(raw),
            instantiates=raw.instantiates,
            start_quantity=raw.start_quantity,
            completion_quantity=raw.completion_quantity,
            locals=raw.locals,
            retry=raw.retry,
            timeout=raw.timeout,
        )

    def _handler(self, raw: RawNode) -> int | None:
        """Find the activity that an association leads to from a compensation boundary event (10.7)."""
        if raw.kind is not Kind.BOUNDARY or not isinstance(raw.detail, Compensate):
            return None
        place = self.index.get(self.file.handlers.get(raw.id, ""))
        if place is None or not self.raw[place].compensates:
            message = "no association leads from this event to an activity with isForCompensation"
            self._problem("no-handler", message, raw.source)
            return None
        return place

    def link(self) -> None:
        """Join each throwing link event with the catching one of its name, in the same scope (10.5.5)."""
        landings: dict[tuple[str, int | None], list[int]] = defaultdict(list)
        for place, raw in enumerate(self.raw):
            if raw.kind is Kind.CATCH and isinstance(raw.detail, Link):
                landings[raw.detail.name, raw.parent].append(place)
        for place, raw in enumerate(self.raw):
            if raw.kind is not Kind.THROW or not isinstance(raw.detail, Link):
                continue
            ends = landings[raw.detail.name, raw.parent]
            if len(ends) != 1:
                message = f"the link {raw.detail.name!r} needs one catching event in its scope; there are {len(ends)}"
                self._problem("link-target", message, raw.source)
                continue
            flow = Flow(len(self.flows), place, ends[0], "", raw.detail.name, None, raw.source)
            self.flows.append(flow)
            self.outgoing[place].append(flow)
            self.incoming[ends[0]].append(flow)

    def _check_listed(self, raw: RawNode, side: str, flows: list[Flow]) -> None:
        real = {flow.id for flow in flows}
        for listed in raw.listed[side]:
            if listed not in real and not self.file.skipped:
                self._problem("false-list", f"lists {listed!r} as {side}, but no such flow is", raw.source)

    def _default(self, raw: RawNode, outgoing: list[Flow]) -> int | None:
        if not raw.default:
            return None
        for flow in outgoing:
            if flow.id == raw.default:
                return flow.index
        if self.file.skipped:
            return None
        self._problem("default-flow", f"default {raw.default!r} is no outgoing flow of this node", raw.source)
        return None

    def _attached(self, raw: RawNode) -> int | None:
        if raw.kind is not Kind.BOUNDARY:
            return None
        place = self.index.get(raw.attached)
        if place is None and raw.attached in self.file.skipped:
            return None
        if place is None or self.raw[place].kind not in ACTIVITIES:
            message = f"attachedToRef {raw.attached!r} names no activity of this process"
            self._problem("boundary-unattached", message, raw.source)
            return None
        return place

    def _problem(self, code: str, message: str, source: Source) -> None:
        self.file.problems.append(Problem(code, message, source))


def connect(
    file: File, raw: list[RawNode], elements: "list[etree._Element]"
) -> tuple[tuple[Node, ...], tuple[Flow, ...]]:
    """Give the nodes and flows of one process under their indexes, in the order of the file."""
    wires = _Wires(file, raw)
    for element in elements:
        wires.add(element)
    wires.link()
    return tuple(wires.node(place, node) for place, node in enumerate(raw)), tuple(wires.flows)
