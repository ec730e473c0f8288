"""Reading event definitions (BPMN 2.0, 10.5.5): what an event waits for, or throws."""

from dataclasses import replace
from typing import TYPE_CHECKING

from alihdaya.notation.bpmn.details import (
    CancelTransaction,
    Compensate,
    Conditional,
    Detail,
    Error,
    Escalation,
    Link,
    Message,
    Multiple,
    Signal,
    Terminate,
    Timer,
    TimerKind,
)
from alihdaya.notation.bpmn.graph import Kind
from alihdaya.notation.bpmn.iso8601 import parse_cycle, parse_duration, parse_instant
from alihdaya.notation.bpmn.reading import BPMN, File, local, reference

if TYPE_CHECKING:
    from lxml import etree

EVENTS = frozenset({Kind.START, Kind.END, Kind.CATCH, Kind.BOUNDARY, Kind.THROW})
"""The kinds that are events."""

_CAUGHT = frozenset({"message", "timer", "signal", "conditional"})
_THROWN = frozenset({"message", "signal", "escalation", "compensate"})
ALLOWED: dict[Kind, frozenset[str]] = {
    Kind.START: _CAUGHT | {"error", "escalation", "compensate"},
    Kind.END: _THROWN | {"error", "terminate", "cancel"},
    Kind.THROW: _THROWN | {"link"},
    Kind.CATCH: _CAUGHT | {"link"},
    Kind.BOUNDARY: _CAUGHT | {"error", "escalation", "compensate", "cancel"},
}
"""Event definitions that an event of each kind may have, without their suffix."""

_TIMER_PARTS: dict[str, TimerKind] = {
    BPMN + "timeDuration": "duration",
    BPMN + "timeDate": "date",
    BPMN + "timeCycle": "cycle",
}
_ISO = {"duration": parse_duration, "date": parse_instant, "cycle": parse_cycle}


def definition_of(file: File, kind: Kind, element: "etree._Element") -> Detail:
    """Read the event definitions of an event, its own and those it refers to; None for a none event."""
    found = [child for child in element if local(child).endswith("EventDefinition")]
    found += [one for ref in element.findall(BPMN + "eventDefinitionRef") for one in _shared(file, ref)]
    if not found:
        if kind in (Kind.CATCH, Kind.BOUNDARY) and element.find(BPMN + "eventDefinitionRef") is None:
            file.problem("no-event-definition", f"a {kind} needs an event definition", element)
        return None
    details = [_definition(file, kind, element, one) for one in found]
    if len(details) == 1:
        return details[0]
    parallel = element.get("parallelMultiple") in ("true", "1")
    return Multiple(tuple(details), parallel and kind not in (Kind.END, Kind.THROW))


def _shared(file: File, ref: "etree._Element") -> "list[etree._Element]":
    definition = file.definitions.get(reference(ref.text or ""))
    if definition is None:
        file.problem("unknown-definition", f"the file has no event definition {ref.text!r}", ref)
        return []
    return [definition]


def _definition(file: File, kind: Kind, event: "etree._Element", definition: "etree._Element") -> Detail:
    name = local(definition).removesuffix("EventDefinition")
    if name not in ALLOWED[kind]:
        file.problem("unsupported-element", f"a {kind} cannot have a {local(definition)}", event)
        return None
    return event_of(file, kind, definition)


def event_of(file: File, kind: Kind, definition: "etree._Element") -> Detail:
    """Read one event definition, as one of an event of this kind."""
    match local(definition).removesuffix("EventDefinition"):
        case "timer":
            return _timer(file, definition)
        case "message":
            return message_of(file, definition.get("messageRef", ""), definition, needed=kind is not Kind.THROW)
        case "signal":
            return signal_of(file, definition)
        case "error":
            return _error(file, kind, definition)
        case "escalation":
            return _escalation(file, definition)
        case "conditional":
            return _conditional(file, definition)
        case "link":
            return _link(file, definition)
        case "compensate":
            return Compensate(reference(definition.get("activityRef", "")))
        case "cancel":
            return CancelTransaction()
    return Terminate()


def _timer(file: File, definition: "etree._Element") -> Timer | None:
    parts = [child for child in definition if child.tag in _TIMER_PARTS]
    if len(parts) != 1:
        message = "a timer needs exactly one of timeDuration, timeDate, timeCycle"
        file.problem("timer-definition", message, definition)
        return None
    kind = _TIMER_PARTS[str(parts[0].tag)]
    text = (parts[0].text or "").strip()
    if text and _ISO[kind](text) is not None:
        return Timer(kind, text)
    formula = file.expression(parts[0])
    return Timer(kind, text, formula) if formula else None


def message_of(file: File, ref: str, element: "etree._Element", *, needed: bool = True) -> Message | None:
    """Find the message that `ref` names; None, with a problem, where it is not there or has no name.

    An event that needs no message may leave the reference out: then it sends nothing.
    """
    message = file.messages.get(reference(ref))
    if message is None:
        if ref or needed:
            text = f"the file has no message {ref!r}" if ref else "no messageRef given"
            file.problem("unknown-message", text, element)
    elif not message.name:
        file.problem("message-without-name", f"the message {ref!r} has no name for senders to use", element)
    else:
        awaited = [file.bindings[one] for one in file.paths.get(reference(ref), ()) if one in file.bindings]
        return replace(message, awaited=file.key(awaited)) if awaited else message
    return message


def signal_of(file: File, definition: "etree._Element") -> Signal | None:
    """Find the signal that a definition names; None, with a problem, where it is not there."""
    ref = definition.get("signalRef", "")
    signal = file.signals.get(reference(ref))
    if signal is None:
        text = f"the file has no signal {ref!r}" if ref else "no signalRef given"
        file.problem("unknown-signal", text, definition)
    return signal


def _error(file: File, kind: Kind, definition: "etree._Element") -> Error | None:
    ref = definition.get("errorRef", "")
    error = file.errors.get(reference(ref))
    if ref and error is None:
        file.problem("unknown-error", f"the file has no error {ref!r}", definition)
    elif kind is Kind.END and (error is None or error.code is None):
        file.problem("error-without-code", "an error end event needs an error with an errorCode", definition)
    return error or Error(None)


def _escalation(file: File, definition: "etree._Element") -> Escalation | None:
    ref = definition.get("escalationRef", "")
    escalation = file.escalations.get(reference(ref))
    if ref and escalation is None:
        file.problem("unknown-escalation", f"the file has no escalation {ref!r}", definition)
    return escalation or Escalation(None)


def _conditional(file: File, definition: "etree._Element") -> Conditional | None:
    condition = definition.find(BPMN + "condition")
    if condition is None:
        file.problem("no-condition", "a conditional event needs a condition", definition)
        return None
    formula = file.expression(condition)
    return Conditional(formula) if formula else None


def _link(file: File, definition: "etree._Element") -> Link | None:
    name = definition.get("name", "")
    if not name:
        file.problem("link-without-name", "a link event needs a name, by which it finds its other half", definition)
        return None
    return Link(name)
