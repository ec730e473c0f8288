"""Collaborations: participants, message flows, conversations (9)."""

from alihdaya.notation.bpmn.rules.activities import number
from alihdaya.notation.bpmn.rules.rule import Hits, rule
from alihdaya.notation.bpmn.rules.view import View
from alihdaya.notation.document import Element
from alihdaya.notation.finding import mark

_TITLE = mark("collaboration")
_CALLED_ONLY = (
    "conversation", "subConversation", "callConversation", "participantAssociation", "messageFlowAssociation",
    "conversationAssociation", "association", "group", "textAnnotation",
)  # fmt: skip


@rule("BPMN151", _TITLE, mark("a multiplicity has at least none, and at most one or more and not less than at least"))
def multiplicity(view: View) -> Hits:
    """9.3.1, table 9.5: minimum is not negative; maximum is one or greater and not less than minimum."""
    for one in view.every("participantMultiplicity"):
        least, most = number(one, "minimum", 0), number(one, "maximum", 1)
        if least < 0 or most < 1 or most < least:
            yield one


@rule("BPMN152", _TITLE, mark("a message flow connects two different pools"))
def between_pools(view: View) -> Hits:
    """9.4: the ends of a message flow are in different pools."""
    for flow in view.every("messageFlow"):
        ends = [view.target(flow, attribute) for attribute in ("sourceRef", "targetRef")]
        pools = [_pool(view, end) for end in ends]
        if pools[0] is not None and pools[0] is pools[1] and not view.is_a(flow.parent, "choreography"):
            yield flow


@rule("BPMN153", _TITLE, mark("no message flow may leave a {kind}"))
def no_source(view: View) -> Hits:
    """10.5.2, 10.5.4: start events and intermediate events that catch send no messages."""
    for flow in view.every("messageFlow"):
        source = view.target(flow, "sourceRef")
        if source is not None and view.is_a(source, "catchEvent"):
            yield source, {"kind": source.local}


@rule("BPMN154", _TITLE, mark("no message flow may lead into a {kind}"))
def no_target(view: View) -> Hits:
    """10.5.3, 10.5.4: end events and intermediate events that throw receive no messages."""
    for flow in view.every("messageFlow"):
        target = view.target(flow, "targetRef")
        if target is not None and view.is_a(target, "throwEvent"):
            yield target, {"kind": target.local}


@rule("BPMN155", _TITLE, mark("a message flow ends here: the event needs a message definition"))
def events_of_messages(view: View) -> Hits:
    """10.5.2-10.5.4: an event at an end of a message flow has the trigger or result message."""
    for flow in view.every("messageFlow"):
        for attribute, kind in (("sourceRef", "throwEvent"), ("targetRef", "catchEvent")):
            event = view.target(flow, attribute)
            if event is not None and view.is_a(event, kind) and "message" not in view.triggers(event):
                yield event


@rule("BPMN156", _TITLE, mark("a global conversation may not hold: {child}"))
def global_conversations(view: View) -> Hits:
    """9.5.4: a global conversation holds no conversation nodes, associations or artifacts."""
    for element in view.every("globalConversation"):
        for child in view.parts(element, *_CALLED_ONLY):
            yield element, {"child": child.local}


@rule("BPMN157", _TITLE, mark("isClosed differs from that of the choreography {choreography!r}"))
def closed_alike(view: View) -> Hits:
    """9.3, table 9.1: a collaboration is closed where its choreography is."""
    for element in view.every("collaboration"):
        for one in view.targets(element, "choreographyRef"):
            if view.flag(element, "isClosed") != view.flag(one, "isClosed"):
                yield element, {"choreography": one.get("id")}


@rule("BPMN158", _TITLE, mark("a conversation has at least two participants"), level="warning")
def conversing(view: View) -> Hits:
    """9.5: a conversation is between two or more participants."""
    for element in view.every("conversation", "subConversation"):
        named = view.parts(element, "participantRef")
        if len(named) == 1:
            yield element


@rule("BPMN159", _TITLE, mark("a call conversation calls collaborations or global conversations only"))
def called_conversations(view: View) -> Hits:
    """9.5.5: what is called is a collaboration (no choreography)."""
    for element in view.every("callConversation"):
        if view.is_a(view.target(element, "calledCollaborationRef"), "choreography"):
            yield element


def _pool(view: View, element: Element | None) -> Element | None:
    """Give what stands for the pool of an element: a process, or a participant without one."""
    if element is not None and view.is_a(element, "participant"):
        return view.target(element, "processRef") or element
    return view.process_of(element)
