"""Gateways: how many flows they join and split, and what may follow an event-based gateway (10.6)."""

from collections.abc import Iterator

from alihdaya.notation.bpmn.rules.rule import Hits, rule
from alihdaya.notation.bpmn.rules.view import View
from alihdaya.notation.document import Element
from alihdaya.notation.finding import mark

_TITLE = mark("gateway")
_AWAITED = frozenset({"message", "signal", "timer", "conditional"})


@rule("BPMN301", _TITLE, mark("a {direction} gateway may not have several {side} flows"))
def direction_kept(view: View) -> Hits:
    """10.6.1: a converging gateway has at most one outgoing flow, a diverging one at most one incoming flow."""
    for node in view.every("gateway"):
        direction = node.get("gatewayDirection")
        if direction == "Converging" and len(view.outgoing(node)) > 1:
            yield node, {"direction": direction, "side": "outgoing"}
        elif direction == "Diverging" and len(view.incoming(node)) > 1:
            yield node, {"direction": direction, "side": "incoming"}


@rule("BPMN302", _TITLE, mark("a Mixed gateway has several incoming and several outgoing flows"))
def mixed(view: View) -> Hits:
    """10.6.1: a mixed gateway both joins and splits."""
    for node in view.every("gateway"):
        few = min(len(view.incoming(node)), len(view.outgoing(node))) < 2
        if node.get("gatewayDirection") == "Mixed" and few:
            yield node


@rule("BPMN303", _TITLE, mark("a gateway has several incoming or several outgoing flows"))
def joins_or_splits(view: View) -> Hits:
    """10.6.1: a gateway joins flows or splits them (an event-based one that starts a process waits for one event)."""
    for node in view.every("gateway"):
        if len(view.incoming(node)) < 2 and len(view.outgoing(node)) < 2 and not view.flag(node, "instantiate"):
            yield node


@rule("BPMN304", _TITLE, mark("an event-based gateway has at least two outgoing flows"))
def choices(view: View) -> Hits:
    """10.6.6: an event-based gateway has two or more outgoing flows."""
    for node in view.every("eventBasedGateway"):
        if len(view.outgoing(node)) == 1 and len(view.incoming(node)) > 1:
            yield node


@rule("BPMN305", _TITLE, mark("after an event-based gateway only a message, signal, timer or condition is awaited"))
def awaited(view: View) -> Hits:
    """10.6.6: targets are receive tasks and intermediate catch events of those kinds."""
    for flow, node in _configurations(view):
        caught = node.local == "intermediateCatchEvent" and view.triggers(node) <= _AWAITED and view.triggers(node)
        if node.local != "receiveTask" and not caught:
            yield flow


@rule("BPMN306", _TITLE, mark("receive tasks and message events may not both follow an event-based gateway"))
def one_way_of_messages(view: View) -> Hits:
    """10.6.6: where message events are used, receive tasks are not, and the other way round."""
    for node in view.every("eventBasedGateway"):
        targets = [target for flow in view.outgoing(node) if (target := view.target(flow, "targetRef")) is not None]
        tasks = any(target.local == "receiveTask" for target in targets)
        if tasks and any(target.local != "receiveTask" and "message" in view.triggers(target) for target in targets):
            yield node


@rule("BPMN307", _TITLE, mark("a receive task after an event-based gateway has no boundary events"))
def no_boundary(view: View) -> Hits:
    """10.6.6: receive tasks of such a configuration have no events attached."""
    attached = {view.target(event, "attachedToRef") for event in view.every("boundaryEvent")}
    for _, node in _configurations(view):
        if node.local == "receiveTask" and node in attached:
            yield node


@rule("BPMN308", _TITLE, mark("what follows an event-based gateway has no other incoming flow"))
def only_way_in(view: View) -> Hits:
    """10.6.6: targets of an event-based gateway have no further incoming flows."""
    for _, node in _configurations(view):
        if len(view.incoming(node)) > 1:
            yield node


@rule("BPMN309", _TITLE, mark("no flow may lead into an event-based gateway that starts a process"))
def instantiates(view: View) -> Hits:
    """10.6.6: a gateway that instantiates has no incoming flows."""
    for node in view.every("eventBasedGateway"):
        if view.flag(node, "instantiate") and view.incoming(node):
            yield node


@rule("BPMN310", _TITLE, mark("only an event-based gateway that starts a process can be parallel"))
def parallel_only_at_start(view: View) -> Hits:
    """10.6.6: eventGatewayType is Parallel only where instantiate is true."""
    for node in view.every("eventBasedGateway"):
        if node.get("eventGatewayType") == "Parallel" and not view.flag(node, "instantiate"):
            yield node


@rule("BPMN311", _TITLE, mark("the events after a gateway that starts a process have to be messages"), level="warning")
def messages_at_start(view: View) -> Hits:
    """10.6.6: events of a parallel instantiating gateway share a correlation, which only messages have."""
    for flow, node in _configurations(view):
        gateway = view.target(flow, "sourceRef")
        parallel = gateway is not None and gateway.get("eventGatewayType") == "Parallel"
        if parallel and node.local != "receiveTask" and "message" not in view.triggers(node):
            yield node


def _configurations(view: View) -> Iterator[tuple[Element, Element]]:
    """Give each flow that leaves an event-based gateway, with its target."""
    for node in view.every("eventBasedGateway"):
        for flow in view.outgoing(node):
            target = view.target(flow, "targetRef")
            if target is not None:
                yield flow, target
