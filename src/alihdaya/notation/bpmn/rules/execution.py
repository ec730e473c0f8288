"""What a process needs for every engine to execute it: the class "common executable" (2.2.3)."""

from collections.abc import Iterator

from alihdaya.notation.bpmn.rules.data import item_of, items_differ
from alihdaya.notation.bpmn.rules.rule import Hits, rule
from alihdaya.notation.bpmn.rules.structure import type_of
from alihdaya.notation.bpmn.rules.view import View
from alihdaya.notation.document import Element
from alihdaya.notation.finding import mark

_TITLE = mark("executable process")
_FORMAL = "tFormalExpression"
_TIMES = ("timeDate", "timeCycle", "timeDuration")


@rule(
    "BPMN901",
    _TITLE,
    mark("{element} in natural language: a process that is executed needs a formal expression"),
    execution=True,
)
def formal(view: View) -> Hits:
    """8.4.7: expressions of executable processes are formal."""
    for element in _expressions(view):
        if type_of(element) != _FORMAL and view.kinds[element].name == "expression":
            yield element, {"element": element.local}


@rule("BPMN902", _TITLE, mark("{element} is empty"), execution=True)
def expression_said(view: View) -> Hits:
    """8.4.8: a formal expression has a body."""
    for element in view.every("expression"):
        formal_kind = type_of(element) == _FORMAL or view.kinds[element].name == "formalExpression"
        if formal_kind and not element.text.strip() and not element.children:
            yield element, {"element": element.local}


@rule("BPMN903", _TITLE, mark("isImmediate may not be false"), execution=True)
def immediate(view: View) -> Hits:
    """8.4.13: nothing stands between the ends of a flow that is executed."""
    for flow in view.every("sequenceFlow"):
        if view.is_executable(flow) and not view.flag(flow, "isImmediate", default=True):
            yield flow


@rule("BPMN904", _TITLE, mark("a script needs its format"), execution=True)
def script_format(view: View) -> Hits:
    """10.3.3: a script task with a script says in which language it is; a global one too."""
    for kind, attribute in (("scriptTask", "scriptFormat"), ("globalScriptTask", "scriptLanguage")):
        for task in view.every(kind):
            if view.parts(task, "script") and not task.get(attribute).strip():
                yield task


@rule("BPMN905", _TITLE, mark("a message event needs a message"), execution=True)
def message_named(view: View) -> Hits:
    """10.5.5, table 10.99: messageRef is there where the process is executed."""
    for event, definition in _triggered(view, "messageEventDefinition"):
        if not definition.get("messageRef"):
            yield event


@rule("BPMN906", _TITLE, mark("a message event needs an operation"), execution=True)
def operation_named(view: View) -> Hits:
    """10.5.5, table 10.99: operationRef is there where the process is executed."""
    for event, definition in _triggered(view, "messageEventDefinition"):
        if not view.parts(definition, "operationRef"):
            yield event


@rule("BPMN907", _TITLE, mark("what is thrown needs a code: {kind}"), execution=True)
def code_named(view: View) -> Hits:
    """8.4.3, 8.4.4: an escalation that is thrown, and an error that ends a process, have codes."""
    for kind, attribute, code in (
        ("escalation", "escalationRef", "escalationCode"),
        ("error", "errorRef", "errorCode"),
    ):
        for event, definition in _triggered(view, f"{kind}EventDefinition"):
            named = view.target(definition, attribute)
            if view.is_a(event, "throwEvent") and (named is None or not named.get(code).strip()):
                yield event, {"kind": kind}


@rule("BPMN908", _TITLE, mark("timeDate, timeCycle and timeDuration exclude each other"))
def one_time(view: View) -> Hits:
    """10.5.5, table 10.101: where one of the three is set, the others are not."""
    for definition in view.every("timerEventDefinition"):
        if len(view.parts(definition, *_TIMES)) > 1:
            yield definition


@rule("BPMN913", _TITLE, mark("a timer without a time never fires"), level="warning")
def timer_set(view: View) -> Hits:
    """10.5.5, table 10.101: timeDate, timeCycle or timeDuration says when; the standard lets it open."""
    for event, definition in _triggered(view, "timerEventDefinition"):
        if not view.parts(definition, *_TIMES):
            yield event


@rule("BPMN909", _TITLE, mark("a signal event needs a signal"), level="warning")
def signal_named(view: View) -> Hits:
    """10.5.5: a signal that is executed is known by its definition."""
    for event, definition in _triggered(view, "signalEventDefinition"):
        if not definition.get("signalRef"):
            yield event


@rule("BPMN910", _TITLE, mark("a multi-instance activity needs loopCardinality or loopDataInputRef"), execution=True)
def instances_counted(view: View) -> Hits:
    """10.3.8, table 10.29: one of the two says how many instances there are."""
    for loop in _loops(view):
        if not view.parts(loop, "loopCardinality", "loopDataInputRef"):
            yield loop


@rule("BPMN911", _TITLE, mark("{ref} has to refer to a {part} of its own task"), execution=True)
def loop_data_own(view: View) -> Hits:
    """10.3.8, table 10.29: for tasks, loop data is one of their own inputs or outputs."""
    for loop in _loops(view):
        for ref, part, _ in _LOOP_DATA:
            own = view.parts(view.part(loop.parent, "ioSpecification"), part)
            for one in view.targets(loop, ref):
                if one not in own and not view.is_a(loop.parent, "subProcess"):
                    yield loop, {"ref": ref, "part": part}


@rule("BPMN912", _TITLE, mark("{item} has to be one of what {ref} is a collection of"), execution=True)
def loop_items(view: View) -> Hits:
    """10.3.8, table 10.29: the item of one instance is the scalar of the collection's type."""
    for loop in _loops(view):
        for ref, _, name in _LOOP_DATA:
            item = view.part(loop, name)
            for collection in view.targets(loop, ref):
                if item is not None and not _scalar(view, item, collection):
                    yield loop, {"item": name, "ref": ref}


_LOOP_DATA = (("loopDataInputRef", "dataInput", "inputDataItem"), ("loopDataOutputRef", "dataOutput", "outputDataItem"))


def _scalar(view: View, item: Element, collection: Element) -> bool:
    one, many = item_of(view, item), item_of(view, collection)
    if one is None or many is None:
        return True
    structures = [view.document.root.expand(each.get("structureRef")) for each in (one, many)]
    return not view.flag(one, "isCollection") and (structures[0] == structures[1] or not items_differ(view, one, many))


def _loops(view: View) -> Iterator[Element]:
    return (loop for loop in view.every("multiInstanceLoopCharacteristics") if view.is_executable(loop))


def _expressions(view: View) -> Iterator[Element]:
    """Give the expressions of executable processes: what stands in extension elements is nobody's."""
    return (one for one in view.every("expression") if view.is_executable(one))


def _triggered(view: View, kind: str) -> Iterator[tuple[Element, Element]]:
    """Give the definitions inside events of executable processes: those at the top of a file are of no process."""
    for event in view.every("event"):
        if view.is_executable(event):
            yield from ((event, one) for one in view.below(event, kind))
