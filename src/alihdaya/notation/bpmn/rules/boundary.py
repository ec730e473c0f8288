"""Boundary events and compensation (10.5.4, 10.7)."""

from collections.abc import Iterator

from alihdaya.notation.bpmn.rules.rule import Hits, rule
from alihdaya.notation.bpmn.rules.view import View
from alihdaya.notation.document import Element
from alihdaya.notation.finding import mark

_TITLE = mark("boundary event")
_NEVER = frozenset({"link", "terminate"})
_ALWAYS_INTERRUPT = frozenset({"error", "cancel", "compensate"})


@rule("BPMN501", _TITLE, mark("a boundary event needs a trigger"))
def has_trigger(view: View) -> Hits:
    """10.5.4, table 10.90: there is no boundary event without a trigger."""
    yield from (event for event in view.every("boundaryEvent") if not view.definitions(event))


@rule("BPMN502", _TITLE, mark("a boundary event has no such trigger: {triggers}"))
def triggers(view: View) -> Hits:
    """10.5.4, table 10.90: links and terminations are not caught; errors, cancels and compensation interrupt."""
    for event in view.every("boundaryEvent"):
        interrupts = view.flag(event, "cancelActivity", default=True)
        wrong = view.triggers(event) & (_NEVER if interrupts else _NEVER | _ALWAYS_INTERRUPT)
        if wrong:
            yield event, {"triggers": ", ".join(sorted(wrong))}


@rule("BPMN503", _TITLE, mark("a cancel event is attached to transactions only"))
def cancel_of_transaction(view: View) -> Hits:
    """10.5.4: a cancel boundary event is attached to the boundary of a transaction."""
    for event in view.every("boundaryEvent"):
        if "cancel" in view.triggers(event) and not view.is_a(view.target(event, "attachedToRef"), "transaction"):
            yield event


@rule("BPMN504", _TITLE, mark("no sequence flow may lead into a boundary event"))
def not_entered(view: View) -> Hits:
    """10.5.4: a boundary event is no target of a sequence flow."""
    yield from (event for event in view.every("boundaryEvent") if view.incoming(event))


@rule("BPMN505", _TITLE, mark("a sequence flow has to leave a boundary event"))
def left(view: View) -> Hits:
    """10.5.4: a boundary event is the source of a sequence flow, but for compensation."""
    for event in view.every("boundaryEvent"):
        if not view.outgoing(event) and "compensate" not in view.triggers(event):
            yield event


@rule("BPMN506", _TITLE, mark("no sequence flow may leave a compensation event: an association leads to its handler"))
def compensation_not_left(view: View) -> Hits:
    """10.5.4, 10.7: a compensation boundary event has no outgoing flow."""
    for event in _compensation(view):
        if view.outgoing(event):
            yield event


@rule("BPMN507", _TITLE, mark("an association has to lead from a compensation event to its handler"))
def compensation_handled(view: View) -> Hits:
    """10.5.4, 10.7: a compensation boundary event is associated with a compensation activity."""
    for event in _compensation(view):
        if not any(view.is_a(one, "activity") for one in _associated(view, event)):
            yield event


@rule("BPMN508", _TITLE, mark("the handler {handler!r} has to be marked as compensation"))
def handler_marked(view: View) -> Hits:
    """10.7: the associated task or subprocess has isForCompensation set."""
    for event in _compensation(view):
        for one in _associated(view, event):
            if view.is_a(one, "activity") and not view.flag(one, "isForCompensation"):
                yield event, {"handler": one.get("id")}


@rule("BPMN509", _TITLE, mark("no sequence flow may lead into a compensation activity or leave it"))
def handler_apart(view: View) -> Hits:
    """10.7: a compensation activity has neither incoming nor outgoing flows."""
    for node in view.every("activity"):
        if view.flag(node, "isForCompensation") and (view.incoming(node) or view.outgoing(node)):
            yield node


@rule("BPMN510", _TITLE, mark("a boundary event stands beside its activity, on the same level"))
def same_level(view: View) -> Hits:
    """10.5.4: an event is attached to an activity of its own process or subprocess."""
    for event in view.every("boundaryEvent"):
        activity = view.target(event, "attachedToRef")
        if activity is not None and activity.parent is not event.parent:
            yield event


def _compensation(view: View) -> Iterator[Element]:
    return (event for event in view.every("boundaryEvent") if "compensate" in view.triggers(event))


def _associated(view: View, event: Element) -> Iterator[Element]:
    for one in view.associations_of(event):
        ends = (view.target(one, "sourceRef"), view.target(one, "targetRef"))
        yield from (end for end in ends if end is not None and end is not event)
