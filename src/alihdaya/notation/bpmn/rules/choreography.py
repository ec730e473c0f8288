"""Choreographies: participants and messages of their activities (11)."""

from alihdaya.notation.bpmn.rules.rule import Hits, rule
from alihdaya.notation.bpmn.rules.view import View
from alihdaya.notation.finding import mark

_TITLE = mark("choreography")


@rule("BPMN171", _TITLE, mark("a choreography task has two participants, another activity at least two"))
def two_participants(view: View) -> Hits:
    """11.5.1, 11.5.2: an interaction is between participants, in a task between two."""
    for activity in view.every("choreographyActivity"):
        many = len(view.parts(activity, "participantRef"))
        if many < 2 or (many > 2 and view.is_a(activity, "choreographyTask")):
            yield activity


@rule("BPMN172", _TITLE, mark("who begins has to be one of the participants"))
def initiator_takes_part(view: View) -> Hits:
    """11.5.1: the initiating participant is one of those of the activity."""
    for activity in view.every("choreographyActivity"):
        first = view.target(activity, "initiatingParticipantRef")
        if first is not None and first not in view.targets(activity, "participantRef"):
            yield activity


@rule("BPMN173", _TITLE, mark("the message flow {flow!r} is not between the participants of this task"))
def messages_between(view: View) -> Hits:
    """11.5.2: the messages of a choreography task go between its two participants."""
    for task in view.every("choreographyTask"):
        partners = set(view.targets(task, "participantRef"))
        for flow in view.targets(task, "messageFlowRef"):
            if {view.target(flow, "sourceRef"), view.target(flow, "targetRef")} != partners:
                yield task, {"flow": flow.get("id")}


@rule("BPMN174", _TITLE, mark("a choreography task has one or two message flows, in opposite directions"))
def two_messages(view: View) -> Hits:
    """11.5.2: there is the message that begins, and its answer."""
    for task in view.every("choreographyTask"):
        flows = view.targets(task, "messageFlowRef")
        sources = [view.target(flow, "sourceRef") for flow in flows]
        if len(flows) > 2 or (len(flows) == 2 and sources[0] is sources[1]):
            yield task
