"""Reading event definitions: timer, message, error, terminate (BPMN 2.0, 10.5.5)."""

from typing import TYPE_CHECKING

from alihdaya.notation.bpmn.graph import Detail, Error, Kind, Message, Terminate, Timer, TimerKind
from alihdaya.notation.bpmn.iso8601 import parse_cycle, parse_duration, parse_instant
from alihdaya.notation.bpmn.reading import BPMN, File, local, reference

if TYPE_CHECKING:
    from lxml import etree

_ALLOWED: dict[Kind, frozenset[str]] = {
    Kind.START: frozenset({"messageEventDefinition", "timerEventDefinition"}),
    Kind.END: frozenset({"errorEventDefinition", "terminateEventDefinition"}),
    Kind.CATCH: frozenset({"messageEventDefinition", "timerEventDefinition"}),
    Kind.BOUNDARY: frozenset({"timerEventDefinition", "errorEventDefinition"}),
}
_TIMER_PARTS: dict[str, TimerKind] = {
    BPMN + "timeDuration": "duration",
    BPMN + "timeDate": "date",
    BPMN + "timeCycle": "cycle",
}
_ISO = {"duration": parse_duration, "date": parse_instant, "cycle": parse_cycle}


def definition_of(file: File, kind: Kind, element: "etree._Element") -> Detail:
    """Read the one event definition of an event; None for a none event, or with a problem."""
    found = [child for child in element if local(child).endswith("EventDefinition")]
    if not found:
        if kind in (Kind.CATCH, Kind.BOUNDARY):
            file.problem("no-event-definition", f"a {kind} needs an event definition", element)
        return None
    if len(found) > 1:
        file.problem("unsupported-element", "several event definitions in one event cannot be executed yet", element)
        return None
    definition = found[0]
    if local(definition) not in _ALLOWED[kind]:
        file.problem("unsupported-element", f"{local(definition)} of a {kind} cannot be executed yet", element)
        return None
    return _read_definition(file, kind, definition)


def _read_definition(file: File, kind: Kind, definition: "etree._Element") -> Detail:
    name = local(definition)
    if name == "timerEventDefinition":
        return _timer(file, definition)
    if name == "messageEventDefinition":
        return message_of(file, definition.get("messageRef", ""), definition)
    if name == "errorEventDefinition":
        return _error(file, kind, definition)
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


def message_of(file: File, ref: str, element: "etree._Element") -> Message | None:
    """Find the message that `ref` names; None, with a problem, where there is none or it has no name."""
    message = file.messages.get(reference(ref))
    if message is None:
        file.problem("unknown-message", f"the file has no message {ref!r}" if ref else "no messageRef given", element)
    elif not message.name:
        file.problem("message-without-name", f"the message {ref!r} has no name for senders to use", element)
    return message


def _error(file: File, kind: Kind, definition: "etree._Element") -> Error | None:
    ref = definition.get("errorRef", "")
    error = file.errors.get(reference(ref))
    if ref and error is None:
        file.problem("unknown-error", f"the file has no error {ref!r}", definition)
    elif kind is Kind.END and (error is None or error.code is None):
        file.problem("error-without-code", "an error end event needs an error with an errorCode", definition)
    return error or Error(None)
