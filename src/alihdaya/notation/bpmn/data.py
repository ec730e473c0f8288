"""Reading how an activity repeats and what data goes in and out (BPMN 2.0, 10.3.7 and 10.4)."""

from typing import TYPE_CHECKING

from alihdaya.notation.bpmn.details import (
    Association,
    Data,
    Detail,
    Formula,
    MultiInstance,
    StandardLoop,
)
from alihdaya.notation.bpmn.events import event_of
from alihdaya.notation.bpmn.graph import Kind
from alihdaya.notation.bpmn.reading import BPMN, File, reference

if TYPE_CHECKING:
    from lxml import etree

NAMED = frozenset({
    "dataObject", "dataObjectReference", "dataStore", "dataStoreReference", "property", "dataInput", "dataOutput",
    "inputDataItem", "outputDataItem",
})  # fmt: skip
"""Elements that stand for a variable: its name is the element's name, or its id where it has none."""

_TRUE = ("true", "1")


def variable(file: File, ref: str) -> str:
    """Give the variable that an id of a data element stands for; a reference stands for what it refers to."""
    for _ in range(2):
        element = file.data.get(reference(ref))
        if element is None:
            return reference(ref)
        further = element.get("dataObjectRef") or element.get("dataStoreRef")
        if not further:
            return element.get("name") or element.get("id") or ref
        ref = further
    return reference(ref)


def loop_of(file: File, element: "etree._Element", data: Data | None) -> StandardLoop | MultiInstance | None:
    """Read the loop characteristics of an activity, if it has any."""
    standard = element.find(BPMN + "standardLoopCharacteristics")
    if standard is not None:
        return _standard(file, standard)
    several = element.find(BPMN + "multiInstanceLoopCharacteristics")
    return None if several is None else _several(file, several, data or Data())


def _formula(file: File, element: "etree._Element", part: str) -> Formula | None:
    found = element.find(BPMN + part)
    return None if found is None else file.expression(found)


def _standard(file: File, element: "etree._Element") -> StandardLoop | None:
    text = element.get("loopMaximum")
    if text is not None and not text.strip().isdecimal():
        file.problem("loop-maximum", f"loopMaximum is a whole number, not {text!r}", element)
        return None
    condition = _formula(file, element, "loopCondition")
    if condition is None and text is None:
        file.problem("loop-for-ever", "a loop needs a loopCondition or a loopMaximum", element)
    return StandardLoop(condition, element.get("testBefore") in _TRUE, None if text is None else int(text))


def _text(element: "etree._Element", part: str) -> str:
    return (element.findtext(BPMN + part) or "").strip()


def _item(element: "etree._Element", part: str) -> str:
    found = element.find(BPMN + part)
    return "" if found is None else found.get("name") or found.get("id") or ""


def _several(file: File, element: "etree._Element", data: Data) -> MultiInstance:
    collection, results = (variable(file, _text(element, f"loopData{way}Ref")) for way in ("Input", "Output"))
    cardinality = _formula(file, element, "loopCardinality")
    if cardinality is None and not collection:
        file.problem("no-cardinality", "multi-instance needs a loopCardinality or a loopDataInputRef", element)
    return MultiInstance(
        sequential=element.get("isSequential") in _TRUE,
        cardinality=cardinality,
        collection=next((one.origin for one in data.inputs if one.target == collection and one.origin), collection),
        item=_item(element, "inputDataItem"),
        result=_item(element, "outputDataItem"),
        results=next((one.target for one in data.outputs if one.origin == results), results) if results else "",
        completion=_formula(file, element, "completionCondition"),
        throws=tuple(_throws(file, element)),
    )


def _throws(file: File, element: "etree._Element") -> list[tuple[Formula | None, Detail]]:
    """Read what instances throw as they end (10.3.7, `behavior`)."""
    behavior = element.get("behavior", "All")
    if behavior == "Complex":
        return [
            (_formula(file, one, "condition"), event_of(file, Kind.THROW, definition))
            for one in element.findall(BPMN + "complexBehaviorDefinition")
            for definition in one.iterfind(f"{BPMN}event/*")
        ]
    if behavior not in ("One", "None"):
        return []
    definition = file.definitions.get(reference(element.get(f"{behavior.lower()}BehaviorEventRef", "")))
    if definition is None:
        return []
    first = file.formula("numberOfCompletedInstances = 1", element) if behavior == "One" else None
    return [(first, event_of(file, Kind.THROW, definition))]


def data_of(file: File, element: "etree._Element") -> Data | None:
    """Read the data associations of an activity or event; None where it has none."""
    inputs = [one for part in element.findall(BPMN + "dataInputAssociation") for one in _association(file, part)]
    outputs = [one for part in element.findall(BPMN + "dataOutputAssociation") for one in _association(file, part)]
    if not inputs and not outputs:
        return None
    made = [variable(file, one.get("id", "")) for one in element.iterfind(f"{BPMN}ioSpecification/{BPMN}dataOutput")]
    made += [variable(file, one.get("id", "")) for one in element.iterfind(BPMN + "dataOutput")]
    return Data(tuple(inputs), tuple(outputs), tuple(made))


def _association(file: File, element: "etree._Element") -> list[Association]:
    sources = [variable(file, one.text or "") for one in element.findall(BPMN + "sourceRef")]
    target = variable(file, _text(element, "targetRef"))
    assignments = element.findall(BPMN + "assignment")
    if assignments:
        return [_assignment(file, one, target) for one in assignments]
    formula = _formula(file, element, "transformation")
    if formula is None and len(sources) != 1:
        file.problem("association-source", "without a transformation, a data association has one source", element)
    return [Association(target, sources[0] if sources else "", formula)]


def _assignment(file: File, element: "etree._Element", target: str) -> Association:
    return Association(_text(element, "to") or target, "", _formula(file, element, "from"))


def locals_of(file: File, element: "etree._Element") -> tuple[str, ...]:
    """Give the variables that live in a sub-process: its data objects and properties (10.4.1)."""
    found = [*element.findall(BPMN + "dataObject"), *element.findall(BPMN + "property")]
    return tuple(dict.fromkeys(variable(file, one.get("id", "")) for one in found))
