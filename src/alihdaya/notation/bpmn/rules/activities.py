"""Activities: quantities, receive tasks that start, ad-hoc subprocesses, loops (10.3)."""

from alihdaya.notation.bpmn.rules.rule import Hits, rule
from alihdaya.notation.bpmn.rules.view import View
from alihdaya.notation.document import Element
from alihdaya.notation.finding import mark

_TITLE = mark("activity")


@rule("BPMN601", _TITLE, mark("{attribute} is at least 1"))
def quantities(view: View) -> Hits:
    """10.3, table 10.3: start and completion quantities are not less than one."""
    for node in view.every("activity"):
        for attribute in ("startQuantity", "completionQuantity"):
            if number(node, attribute, 1) < 1:
                yield node, {"attribute": attribute}


@rule("BPMN602", _TITLE, mark("no sequence flow may lead into a receive task that starts a process"))
def receive_starts(view: View) -> Hits:
    """10.3.3: a receive task that instantiates has no incoming flows."""
    for node in view.every("receiveTask"):
        if view.flag(node, "instantiate") and view.incoming(node):
            yield node


@rule("BPMN603", _TITLE, mark("an ad-hoc subprocess holds at least one activity"))
def ad_hoc_filled(view: View) -> Hits:
    """10.3.5: activities are what an ad-hoc subprocess must have."""
    for element in view.every("adHocSubProcess"):
        if not view.below(element, "activity"):
            yield element


@rule("BPMN604", _TITLE, mark("an ad-hoc subprocess may not hold: {child}"))
def ad_hoc_without(view: View) -> Hits:
    """10.3.5: start and end events, conversations and choreography activities are not used in one."""
    for element in view.every("adHocSubProcess"):
        for child in element.children:
            if view.is_a(child, "startEvent", "endEvent", "choreographyActivity", "conversationNode"):
                yield element, {"child": child.local}


@rule(
    "BPMN605", _TITLE, mark("a subprocess has no input and output specification: its data objects are reached directly")
)
def no_specification(view: View) -> Hits:
    """10.4.1: subprocesses have no ioSpecification (call activities do)."""
    for element in view.every("subProcess"):
        if view.parts(element, "ioSpecification"):
            yield element


@rule("BPMN606", _TITLE, mark("loopMaximum is not negative: {value}"))
def rounds(view: View) -> Hits:
    """10.3.8: loopMaximum caps the number of rounds."""
    for loop in view.every("standardLoopCharacteristics"):
        if number(loop, "loopMaximum", 1) < 0:
            yield loop, {"value": loop.get("loopMaximum")}


@rule("BPMN607", _TITLE, mark("with the behavior {behavior}, {attribute} says which event is thrown"), level="warning")
def behaviour_event(view: View) -> Hits:
    """10.3.8, table 10.29: None and One throw the event that they name; Complex has definitions."""
    for loop in view.every("multiInstanceLoopCharacteristics"):
        behavior = loop.get("behavior")
        attribute = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}.get(behavior)
        if attribute and not loop.get(attribute):
            yield loop, {"behavior": behavior, "attribute": attribute}


@rule("BPMN608", _TITLE, mark("the behavior Complex needs a complexBehaviorDefinition"))
def complex_behaviour(view: View) -> Hits:
    """10.3.8, table 10.29: the definitions of a complex behaviour say when which event is thrown."""
    for loop in view.every("multiInstanceLoopCharacteristics"):
        if loop.get("behavior") == "Complex" and not view.parts(loop, "complexBehaviorDefinition"):
            yield loop


@rule("BPMN609", _TITLE, mark("a lane refers to a node of another process"))
def lanes_hold_their_own(view: View) -> Hits:
    """10.8: the nodes of a lane belong to the process or subprocess of its lane set."""
    for lane in view.every("lane"):
        place: Element | None = lane
        while place is not None and not view.is_a(place, "process", "subProcess"):
            place = place.parent
        process = view.process_of(place)
        for node in view.targets(lane, "flowNodeRef"):
            if view.process_of(node) is not process:
                yield lane
                break


def number(element: Element, attribute: str, default: int) -> int:
    """Give a whole number that an attribute holds; the default where it holds none (which another rule tells)."""
    try:
        return int(element.get(attribute).strip() or default)
    except ValueError:
        return default
