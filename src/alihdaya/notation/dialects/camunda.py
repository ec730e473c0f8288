"""Camunda 7 models (and Activiti's) as the standard's: expressions, collections, error codes, in- and out-mappings.

What has no counterpart (listeners, connectors, Java classes, scripts in Groovy) is left out: a service task becomes
a job for a worker, a script task does nothing.
"""

from typing import TYPE_CHECKING

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.dialects.expressions import to_feel
from alihdaya.notation.xml import local_name, parse_xml

if TYPE_CHECKING:
    from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_VENDORS = ("{http://camunda.org/schema/1.0/bpmn}", "{http://activiti.org/bpmn}")
_FORMULAS = frozenset({
    "conditionExpression", "condition", "loopCondition", "loopCardinality", "completionCondition", "timeDuration",
    "timeDate", "timeCycle", "activationCondition",
})  # fmt: skip
NAMES = {
    "nrOfInstances": "numberOfInstances",
    "nrOfCompletedInstances": "numberOfCompletedInstances",
    "nrOfActiveInstances": "numberOfActiveInstances",
    "loopCounter": "(loopCounter - 1)",
}
"""Names of the vendor's that the standard calls otherwise; its loop counter starts from 0."""


def translate(data: bytes, name: str) -> bytes:
    """Give a model of the dialect as one that `bpmn.read` reads; `name` is the file's name for messages.

    Raises NotationError for what is no XML. An expression that FEEL cannot say stays as it is, so that reading says so.
    """
    from lxml import etree

    root = parse_xml(data, name)
    for language in ("expressionLanguage", "typeLanguage"):
        root.attrib.pop(language, None)
    for element in list(root.iter()):
        kind = local_name(element)
        if kind in _FORMULAS:
            formula(element)
        elif kind == "scriptTask":
            plain_task(element)
        elif kind == "multiInstanceLoopCharacteristics":
            _collection(element)
        elif kind == "errorEventDefinition":
            _error(root, element)
        elif kind == "callActivity":
            _mappings(element)
        elif kind == "boundaryEvent":
            _ending(root, element)
        elif kind == "messageEventDefinition":
            _silent(element)
    _strip(root)
    return etree.tostring(root)


def formula(element: "etree._Element") -> None:
    """Translate the text of an expression element."""
    element.attrib.pop("language", None)
    text = (element.text or "").strip()
    if text[:2] in ("${", "#{"):
        try:
            element.text = to_feel(text, NAMES)
        except NotationError:
            return


def plain_task(element: "etree._Element") -> None:
    """Turn a script task of a foreign language into a task that does nothing."""
    element.tag = BPMN + "task"
    element.attrib.pop("scriptFormat", None)
    for child in element.findall(BPMN + "script"):
        element.remove(child)


def _vendor(element: "etree._Element", name: str) -> str:
    return next((found for space in _VENDORS if (found := element.get(space + name))), "")


def _add(parent: "etree._Element", tag: str, text: str = "", **attributes: str) -> "etree._Element":
    made = parent.makeelement(BPMN + tag, attributes)
    made.text = text
    parent.append(made)
    return made


def _collection(element: "etree._Element") -> None:
    collection, variable = _vendor(element, "collection"), _vendor(element, "elementVariable")
    if collection:
        bare = collection[2:-1] if collection[:2] in ("${", "#{") else collection
        _add(element, "loopDataInputRef", bare)
    if variable:
        _add(element, "inputDataItem", name=variable)


def _error(root: "etree._Element", element: "etree._Element") -> None:
    """Declare what is referred to without being declared: there, the reference is the code."""
    ref = element.get("errorRef", "")
    if ref and not any(one.get("id") == ref for one in root.findall(BPMN + "error")):
        root.insert(0, root.makeelement(BPMN + "error", {"id": ref, "errorCode": ref}))


def _mappings(element: "etree._Element") -> None:
    """Write the in- and out-mappings of a call as data associations."""
    for space in _VENDORS:
        for way, tag in (("in", "dataInputAssociation"), ("out", "dataOutputAssociation")):
            for one in element.findall(f"{BPMN}extensionElements/{space}{way}"):
                _mapping(element, tag, one)


def _mapping(element: "etree._Element", tag: str, one: "etree._Element") -> None:
    target, source = one.get("target", ""), one.get("source", "")
    expression = one.get("sourceExpression", "")
    if not target or not (source or expression):
        return
    if expression:
        made = to_feel(expression, NAMES) if expression[:2] in ("${", "#{") else f'"{expression}"'
    association = _add(element, tag)
    _add(association, "targetRef", target)
    if expression:
        _add(association, "transformation", made)
    else:
        _add(association, "sourceRef", source)


def _silent(element: "etree._Element") -> None:
    """Drop a message end without a message: code behind it would have sent one."""
    parent = element.getparent()
    if parent is not None and local_name(parent) == "endEvent" and not element.get("messageRef"):
        parent.remove(element)


def _ending(root: "etree._Element", element: "etree._Element") -> None:
    """Put an end behind a boundary event that nothing leaves, as the standard asks for."""
    name, parent = element.get("id", ""), element.getparent()
    compensates = element.find(BPMN + "compensateEventDefinition") is not None
    if parent is None or compensates or root.find(f".//{BPMN}sequenceFlow[@sourceRef='{name}']") is not None:
        return
    _add(parent, "endEvent", id=f"{name}-end")
    _add(parent, "sequenceFlow", sourceRef=name, targetRef=f"{name}-end")


def _strip(root: "etree._Element") -> None:
    for element in list(root.iter(BPMN + "extensionElements")):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    for element in root.iter():
        for key in [key for key in map(str, element.attrib) if key.startswith(_VENDORS)]:
            del element.attrib[key]
