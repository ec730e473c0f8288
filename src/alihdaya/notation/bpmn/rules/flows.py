"""Sequence flows: what they connect, their conditions, and where a process begins and ends (8.4.13, 10.5)."""

from collections.abc import Iterator

from alihdaya.notation.bpmn.rules.rule import Hits, rule
from alihdaya.notation.bpmn.rules.view import View
from alihdaya.notation.document import Element
from alihdaya.notation.finding import mark

_TITLE = mark("sequence flow")
_CONTAINERS = ("process", "subProcess", "choreography", "subChoreography")


@rule("BPMN201", _TITLE, mark("no sequence flow may lead into an event subprocess or leave it"))
def event_subprocess_apart(view: View) -> Hits:
    """10.3.5: an event subprocess has neither incoming nor outgoing sequence flows."""
    for element in view.every("subProcess"):
        if view.flag(element, "triggeredByEvent") and (view.incoming(element) or view.outgoing(element)):
            yield element


@rule("BPMN202", _TITLE, mark("{node!r} does not list this flow among its {side} flows"))
def listed(view: View) -> Hits:
    """8.4.9: incoming and outgoing are the other ends of targetRef and sourceRef; a file that lists any lists all."""
    for container in _containers(view):
        if not any(view.parts(node, "incoming", "outgoing") for node in view.below(container, "flowNode")):
            continue
        for flow in view.below(container, "sequenceFlow"):
            for attribute, side in (("sourceRef", "outgoing"), ("targetRef", "incoming")):
                node = view.target(flow, attribute)
                if node is not None and flow not in view.targets(node, side):
                    yield flow, {"node": node.get("id"), "side": side}


@rule("BPMN203", _TITLE, mark("{flow!r} is listed here among the {side} flows, but its end is elsewhere"))
def listed_in_its_place(view: View) -> Hits:
    """8.4.9: a node lists only flows that lead to it, or leave it."""
    for node in view.every("flowNode"):
        for side, flows in (("incoming", view.incoming(node)), ("outgoing", view.outgoing(node))):
            for one in view.targets(node, side):
                if one not in flows and view.is_a(one, "sequenceFlow"):
                    yield node, {"flow": one.get("id"), "side": side}


@rule("BPMN204", _TITLE, mark("a sequence flow may not cross the border of a subprocess or of a pool"))
def within_borders(view: View) -> Hits:
    """7.6.1, 10.2: a sequence flow connects nodes of one and the same process or subprocess."""
    for flow in view.every("sequenceFlow"):
        source, target = view.target(flow, "sourceRef"), view.target(flow, "targetRef")
        if source is not None and target is not None and source.parent is not target.parent:
            yield flow


@rule("BPMN205", _TITLE, mark("an activity that a conditional flow leaves needs another outgoing flow"))
def another_way(view: View) -> Hits:
    """8.4.13: where a conditional flow leaves an activity, at least one other flow leaves it."""
    for node in view.every("activity"):
        flows = view.outgoing(node)
        if len(flows) == 1 and view.part(flows[0], "conditionExpression") is not None:
            yield flows[0]


@rule("BPMN206", _TITLE, mark("flows that leave a {kind} have no condition"))
def no_condition(view: View) -> Hits:
    """8.4.13, 10.5.2, 10.6: parallel gateways and start events follow all their flows, event gateways the event."""
    for node in view.every("parallelGateway", "eventBasedGateway", "startEvent"):
        for flow in view.outgoing(node):
            if view.part(flow, "conditionExpression") is not None:
                yield flow, {"kind": node.local}


@rule("BPMN207", _TITLE, mark("the default flow {flow!r} does not leave this element"))
def default_is_own(view: View) -> Hits:
    """8.4.9, 10.6: the default flow is one of the element's own outgoing flows."""
    for node in view.every("activity", "gateway"):
        flow = view.target(node, "default")
        if flow is not None and flow not in view.outgoing(node):
            yield node, {"flow": flow.get("id")}


@rule("BPMN208", _TITLE, mark("an end event is used here, so that a start event is needed"))
def start_for_end(view: View) -> Hits:
    """10.5.2: where there is an end event, there is at least one start event."""
    for container in _containers(view):
        ends = view.parts(container, "endEvent")
        if ends and not any(_begins(view, node) for node in view.below(container, "flowNode")):
            yield ends[0]


@rule("BPMN209", _TITLE, mark("a start event is used here, so that an end event is needed"))
def end_for_start(view: View) -> Hits:
    """10.5.3: where there is a start event, there is at least one end event."""
    for container in _containers(view):
        starts = view.parts(container, "startEvent")
        if starts and not view.parts(container, "endEvent"):
            yield starts[0]


@rule("BPMN210", _TITLE, mark("a start event is used here, so that a flow has to lead into this {kind}"))
def all_entered(view: View) -> Hits:
    """10.5.2: beside a start event all flow nodes have an incoming flow, but for those that begin by other means."""
    for container in _containers(view):
        if view.parts(container, "startEvent"):
            for node in view.below(container, "flowNode"):
                if not view.incoming(node) and not _begins(view, node) and not _stands_apart(view, node, "Catch"):
                    yield node, {"kind": node.local}


@rule("BPMN211", _TITLE, mark("an end event is used here, so that a flow has to leave this {kind}"))
def all_left(view: View) -> Hits:
    """10.5.3: beside an end event all flow nodes have an outgoing flow, but for those that end by other means."""
    for container in _containers(view):
        if view.parts(container, "endEvent"):
            for node in view.below(container, "flowNode"):
                if not view.outgoing(node) and not _stands_apart(view, node, "Throw") and node.local != "endEvent":
                    yield node, {"kind": node.local}


def _containers(view: View) -> Iterator[Element]:
    return (one for one in view.every(*_CONTAINERS) if not view.is_a(one, "adHocSubProcess"))


def _begins(view: View, node: Element) -> bool:
    instantiates = view.is_a(node, "receiveTask", "eventBasedGateway") and view.flag(node, "instantiate")
    return node.local == "startEvent" or instantiates


def _stands_apart(view: View, node: Element, direction: str) -> bool:
    """Tell whether a node needs no flow: links, boundary events, compensation, event subprocesses."""
    if view.is_a(node, "activity"):
        return view.flag(node, "isForCompensation") or view.flag(node, "triggeredByEvent")
    if node.local == "boundaryEvent":
        return direction == "Catch" or "compensate" in view.triggers(node)
    return node.local == f"intermediate{direction}Event" and "link" in view.triggers(node)
