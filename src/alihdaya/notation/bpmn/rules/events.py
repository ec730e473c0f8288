"""Start, intermediate and end events: their triggers, their flows, their links (10.5)."""

from alihdaya.notation.bpmn.rules.rule import Hits, rule
from alihdaya.notation.bpmn.rules.view import View
from alihdaya.notation.document import Element
from alihdaya.notation.finding import mark

_TITLE = mark("event")
_STARTS = frozenset({"message", "timer", "conditional", "signal"})
_EVENT_SUBPROCESS = _STARTS | {"error", "escalation", "compensate"}
_CATCHES = _STARTS | {"link"}
_THROWS = frozenset({"message", "escalation", "compensate", "link", "signal"})
_ENDS = frozenset({"message", "error", "escalation", "cancel", "compensate", "signal", "terminate"})


@rule("BPMN401", _TITLE, mark("no sequence flow may lead into a start event"))
def start_not_entered(view: View) -> Hits:
    """10.5.2: a start event is no target of a sequence flow."""
    yield from (event for event in view.every("startEvent") if view.incoming(event))


@rule("BPMN402", _TITLE, mark("a sequence flow has to leave a start event"))
def start_left(view: View) -> Hits:
    """10.5.2: a start event is the source of a sequence flow."""
    yield from (event for event in view.every("startEvent") if not view.outgoing(event))


@rule("BPMN403", _TITLE, mark("a process does not start by: {triggers}"))
def starts_of_processes(view: View) -> Hits:
    """10.5.2, table 10.84: a process starts by a message, a timer, a condition, a signal, several of them or none."""
    for event in view.every("startEvent"):
        wrong = view.triggers(event) - _STARTS
        if wrong and view.is_a(event.parent, "process"):
            yield event, {"triggers": ", ".join(sorted(wrong))}


@rule("BPMN404", _TITLE, mark("the start event of a subprocess has no trigger"))
def starts_of_subprocesses(view: View) -> Hits:
    """10.5.2, table 10.85: a subprocess starts when it is reached."""
    for event in view.every("startEvent"):
        plain = view.is_a(event.parent, "subProcess") and not view.flag(event.parent, "triggeredByEvent")
        if plain and view.definitions(event):
            yield event


@rule("BPMN405", _TITLE, mark("an event subprocess starts by an event, and not by: {triggers}"))
def starts_of_event_subprocesses(view: View) -> Hits:
    """10.3.5, 10.5.2, table 10.86: it has a trigger; errors and compensation interrupt."""
    for event in view.every("startEvent"):
        if not view.is_a(event.parent, "subProcess") or not view.flag(event.parent, "triggeredByEvent"):
            continue
        triggers, interrupts = view.triggers(event), view.flag(event, "isInterrupting", default=True)
        wrong = triggers - (_EVENT_SUBPROCESS if interrupts else _EVENT_SUBPROCESS - {"error", "compensate"})
        if wrong or not triggers:
            yield event, {"triggers": ", ".join(sorted(wrong)) or "none"}


@rule("BPMN406", _TITLE, mark("an event subprocess has exactly one start event"))
def one_start(view: View) -> Hits:
    """10.3.5: an event subprocess has a single start event."""
    for element in view.every("subProcess"):
        if view.flag(element, "triggeredByEvent") and len(view.parts(element, "startEvent")) != 1:
            yield element


@rule("BPMN407", _TITLE, mark("a process that is called needs a start event without a trigger: {process!r} has none"))
def start_of_called(view: View) -> Hits:
    """10.5.2: a call activity starts a process at its start event without a trigger."""
    for call in view.every("callActivity"):
        called = view.target(call, "calledElement")
        starts = view.parts(called, "startEvent")
        if called in view.kinds and starts and all(view.definitions(event) for event in starts):
            yield call, {"process": call.get("calledElement")}


@rule("BPMN408", _TITLE, mark("no sequence flow may leave an end event"))
def end_not_left(view: View) -> Hits:
    """10.5.3: an end event is no source of a sequence flow."""
    yield from (event for event in view.every("endEvent") if view.outgoing(event))


@rule("BPMN409", _TITLE, mark("a sequence flow has to lead into an end event"))
def end_entered(view: View) -> Hits:
    """10.5.3: an end event is the target of a sequence flow."""
    yield from (event for event in view.every("endEvent") if not view.incoming(event))


@rule("BPMN410", _TITLE, mark("an end event has no such result: {triggers}"))
def results_of_ends(view: View) -> Hits:
    """10.5.3, table 10.88: what an end event may throw."""
    yield from _wrong(view, "endEvent", _ENDS)


@rule("BPMN411", _TITLE, mark("a cancel end event stands in a transaction only"))
def cancel_in_transaction(view: View) -> Hits:
    """10.5.3, 10.3.5: cancel end events are used within transactions (their subprocesses included)."""
    for event in view.every("endEvent"):
        place = event.parent
        while place is not None and not view.is_a(place, "transaction"):
            place = place.parent
        if place is None and "cancel" in view.triggers(event):
            yield event


@rule("BPMN412", _TITLE, mark("a sequence flow has to lead into this intermediate event"))
def intermediate_entered(view: View) -> Hits:
    """10.5.4: an intermediate event is entered by a flow, but for a link that catches."""
    for event in view.every("intermediateThrowEvent", "intermediateCatchEvent"):
        link = event.local == "intermediateCatchEvent" and "link" in view.triggers(event)
        if not view.incoming(event) and not link:
            yield event


@rule("BPMN413", _TITLE, mark("a sequence flow has to leave this intermediate event"))
def intermediate_left(view: View) -> Hits:
    """10.5.4: an intermediate event is left by a flow, but for a link that throws."""
    for event in view.every("intermediateThrowEvent", "intermediateCatchEvent"):
        link = event.local == "intermediateThrowEvent" and "link" in view.triggers(event)
        if not view.outgoing(event) and not link:
            yield event


@rule("BPMN414", _TITLE, mark("an intermediate event does not wait for: {triggers}"))
def catches(view: View) -> Hits:
    """10.5.4, table 10.89: what an intermediate event may catch; there is none without a trigger."""
    yield from _wrong(view, "intermediateCatchEvent", _CATCHES)
    for event in view.every("intermediateCatchEvent"):
        if not view.definitions(event):
            yield event, {"triggers": "none"}


@rule("BPMN415", _TITLE, mark("an intermediate event does not throw: {triggers}"))
def throws(view: View) -> Hits:
    """10.5.4, table 10.89: what an intermediate event may throw."""
    yield from _wrong(view, "intermediateThrowEvent", _THROWS)


@rule("BPMN416", _TITLE, mark("no sequence flow may leave a link that throws, or lead into one that catches"))
def links_have_one_side(view: View) -> Hits:
    """10.5.4: a link event is never both target and source of sequence flows."""
    for event in view.every("intermediateThrowEvent", "intermediateCatchEvent"):
        flows = view.outgoing(event) if event.local == "intermediateThrowEvent" else view.incoming(event)
        if "link" in view.triggers(event) and flows:
            yield event


@rule("BPMN417", _TITLE, mark("this link leads nowhere: no link that catches belongs to it"))
def links_lead_on(view: View) -> Hits:
    """10.5.5, table 10.98: a link that throws has one target; without one, the link of its name on its level is it."""
    caught = _halves(view, "intermediateCatchEvent")
    for link in _links(view, "intermediateThrowEvent"):
        if not view.parts(link, "target") and (_level(link), link.get("name")) not in caught:
            yield link


@rule("BPMN418", _TITLE, mark("no link leads here"))
def links_come_in(view: View) -> Hits:
    """10.5.5, table 10.98: a link that catches has sources; without them, the links of its name on its level are."""
    thrown = _halves(view, "intermediateThrowEvent")
    for link in _links(view, "intermediateCatchEvent"):
        if not view.parts(link, "source") and (_level(link), link.get("name")) not in thrown:
            yield link


@rule("BPMN419", _TITLE, mark("this link names another that does not name it"))
def links_agree(view: View) -> Hits:
    """10.5.5, table 10.98: source and target of links are the two ends of one connection on one level."""
    for link in view.every("linkEventDefinition"):
        for side, other_side in (("target", "source"), ("source", "target")):
            for other in view.targets(link, side):
                back = view.targets(other, other_side)
                if (back and link not in back) or _level(link) is not _level(other):
                    yield link


@rule("BPMN420", _TITLE, mark("two links of the same name catch on the same level: {name!r}"))
def one_target_a_name(view: View) -> Hits:
    """10.5.4: there is only one target for all links of a name."""
    seen: dict[tuple[Element | None, str], Element] = {}
    for link in _links(view, "intermediateCatchEvent"):
        key = (_level(link), link.get("name"))
        if seen.setdefault(key, link) is not link and not view.parts(link, "source"):
            yield link, {"name": link.get("name")}


@rule("BPMN421", _TITLE, mark("this definition belongs to another event: only those of the file itself are shared"))
def shared_definitions(view: View) -> Hits:
    """10.5.1: eventDefinitionRefs refers to definitions that stand at the top of the file."""
    for event in view.every("event"):
        for one in view.targets(event, "eventDefinitionRef"):
            if view.is_a(one.parent, "event"):
                yield event


def _wrong(view: View, kind: str, allowed: frozenset[str]) -> Hits:
    for event in view.every(kind):
        wrong = view.triggers(event) - allowed
        if wrong:
            yield event, {"triggers": ", ".join(sorted(wrong))}


def _links(view: View, kind: str) -> list[Element]:
    return [one for one in view.every("linkEventDefinition") if one.parent is not None and one.parent.local == kind]


def _halves(view: View, kind: str) -> set[tuple[Element | None, str]]:
    return {(_level(one), one.get("name")) for one in _links(view, kind)}


def _level(link: Element) -> Element | None:
    return link.parent.parent if link.parent is not None else None
