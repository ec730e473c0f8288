"""Data of tasks and calls against operations, messages and what is called (10.3.3, 10.3.6)."""

from collections.abc import Iterator

from alihdaya.notation.bpmn.rules.data import item_of, same_item, sets_of
from alihdaya.notation.bpmn.rules.rule import Hits, rule
from alihdaya.notation.bpmn.rules.view import View
from alihdaya.notation.document import Element
from alihdaya.notation.finding import mark

_TITLE = mark("service")
_SETS = ("dataInput", "dataOutput", "inputSet", "outputSet")


@rule("BPMN801", _TITLE, mark("a {kind} that names its operation or message has one {set}"), execution=True)
def one_set(view: View) -> Hits:
    """10.3.3: a task that uses an operation or message has one set of the side that the message fills."""
    for task, name, _ in _sided(view):
        many = len(list(sets_of(view, task, name)))
        if many > 1 or (not many and name == "inputSet" and task.local == "serviceTask"):
            yield task, {"kind": task.local, "set": name}


@rule("BPMN802", _TITLE, mark("a {kind} has at most one {part}"))
def one_part(view: View) -> Hits:
    """10.3.3: the message is the one data input, or data output, of its task."""
    for task, _, name in _sided(view):
        if len(list(sets_of(view, task, name))) > 1:
            yield task, {"kind": task.local, "part": name}


@rule("BPMN803", _TITLE, mark("the item definition of {part!r} is not that of the message {message!r}"))
def items_of_messages(view: View) -> Hits:
    """10.3.3: the data of a task has the item of the message of its operation, or of its own message."""
    for task in view.every("serviceTask", "sendTask", "receiveTask"):
        for name, message in _messages(view, task):
            for part in sets_of(view, task, name):
                if message is not None and not same_item(view, item_of(view, part), view.target(message, "itemRef")):
                    yield task, {"part": part.get("id"), "message": message.get("id")}


@rule("BPMN804", _TITLE, mark("the data of this call does not match that of {called!r}"))
def data_of_calls(view: View) -> Hits:
    """10.3.6: data inputs, outputs and sets of a call activity match those of what it calls, item by item."""
    for call in view.every("callActivity"):
        called = view.target(call, "calledElement")
        if called is not None and not all(_match(view, call, called, name) for name in _SETS):
            yield call, {"called": called.get("id")}


@rule("BPMN805", _TITLE, mark("what is offered as a service needs a binding of its data to an operation"))
def bound(view: View) -> Hits:
    """10.4.2: a callable element with supported interfaces has an ioBinding."""
    for element in view.every("callableElement"):
        if view.parts(element, "supportedInterfaceRef") and not view.parts(element, "ioBinding"):
            yield element


@rule("BPMN806", _TITLE, mark("the binding does not fit: {side} and operation have different item definitions"))
def bindings_fit(view: View) -> Hits:
    """10.4.2, table 10.58: a binding joins one input and one output with the messages of an operation."""
    for binding in view.every("inputOutputBinding"):
        operation = view.target(binding, "operationRef")
        for side, attribute, child in (
            ("input", "inputDataRef", "inMessageRef"),
            ("output", "outputDataRef", "outMessageRef"),
        ):
            part = view.target(binding, attribute)
            messages = view.targets(operation, child) if operation is not None else []
            if part is not None and messages and not _fits(view, part, messages[0]):
                yield binding, {"side": side}


@rule("BPMN807", _TITLE, mark("the operation {operation!r} is of no interface that is supported here"))
def bound_to_own(view: View) -> Hits:
    """10.4.2: a binding names an operation of a supported interface."""
    for element in view.every("callableElement"):
        offered = view.targets(element, "supportedInterfaceRef")
        for binding in view.parts(element, "ioBinding"):
            operation = view.target(binding, "operationRef")
            if operation is not None and offered and operation.parent not in offered:
                yield binding, {"operation": operation.get("id")}


def _fits(view: View, part: Element, message: Element) -> bool:
    sets = view.targets(part, "dataInputRefs") + view.targets(part, "dataOutputRefs")
    return any(same_item(view, item_of(view, one), view.target(message, "itemRef")) for one in sets or [part])


def _sided(view: View) -> Iterator[tuple[Element, str, str]]:
    """Give tasks with an operation or message: each with the sets and the data that the message fills."""
    for task in view.every("serviceTask"):
        if task.get("operationRef"):
            yield task, "inputSet", "dataInput"
            yield task, "outputSet", "dataOutput"
    for kind, name, part in (("sendTask", "inputSet", "dataInput"), ("receiveTask", "outputSet", "dataOutput")):
        for task in view.every(kind):
            if task.get("messageRef"):
                yield task, name, part


def _messages(view: View, task: Element) -> Iterator[tuple[str, Element | None]]:
    if task.local == "serviceTask":
        operation = view.target(task, "operationRef")
        if operation is not None:
            yield "dataInput", next(iter(view.targets(operation, "inMessageRef")), None)
            yield "dataOutput", next(iter(view.targets(operation, "outMessageRef")), None)
    else:
        yield ("dataInput" if task.local == "sendTask" else "dataOutput"), view.target(task, "messageRef")


def _match(view: View, call: Element, called: Element, name: str) -> bool:
    here, there = list(sets_of(view, call, name)), list(sets_of(view, called, name))
    if len(here) != len(there):
        return False
    pairs = zip(here, there, strict=True)
    return name.endswith("Set") or all(same_item(view, item_of(view, a), item_of(view, b)) for a, b in pairs)
