"""Reading a BPMN 2.0 file into process graphs; whatever cannot be executed yet is a problem, never passed over."""

from collections import Counter
from typing import TYPE_CHECKING

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.bpmn.data import NAMED, locals_of, variable
from alihdaya.notation.bpmn.details import Error, Escalation, Message, Signal
from alihdaya.notation.bpmn.graph import SCOPES, Definitions, Kind, Process
from alihdaya.notation.bpmn.iso8601 import parse_duration
from alihdaya.notation.bpmn.nodes import RawNode, raw_node, read_node
from alihdaya.notation.bpmn.reading import ALIHDAYA, BPMN, File, local, reference
from alihdaya.notation.bpmn.tasks import OWN
from alihdaya.notation.bpmn.wiring import connect
from alihdaya.notation.xml import parse_xml

if TYPE_CHECKING:
    from lxml import etree

_DRAWN_ROOTS = frozenset({
    "collaboration", "category", "extension", "extensionElements", "documentation", "itemDefinition", "dataStore",
    "resource", "relationship", "import", "interface", "partnerEntity", "partnerRole", "endPoint", "conversation",
    "globalConversation", "choreography", "correlationProperty",
})  # fmt: skip
_DRAWN_PARTS = frozenset({
    "laneSet", "documentation", "extensionElements", "textAnnotation", "association", "group", "dataObject",
    "dataObjectReference", "dataStoreReference", "auditing", "monitoring", "incoming", "outgoing", "property",
    "ioSpecification", "dataInputAssociation", "dataOutputAssociation", "standardLoopCharacteristics",
    "multiInstanceLoopCharacteristics", "completionCondition", "ioBinding", "supports", "correlationSubscription",
    "resourceRole", "performer", "humanPerformer", "potentialOwner", "supportedInterfaceRef",
})  # fmt: skip
_GLOBAL = {
    "globalTask": Kind.TASK,
    "globalManualTask": Kind.MANUAL_TASK,
    "globalUserTask": Kind.USER_TASK,
    "globalScriptTask": Kind.SCRIPT_TASK,
    "globalBusinessRuleTask": Kind.RULE_TASK,
}


def read(data: bytes, name: str, *, names: frozenset[str] = frozenset()) -> Definitions:
    """Read one BPMN 2.0 file. `name` is the file's name for messages, `names` more variables that FEEL may use.

    Names with spaces in them are known to FEEL only from `names` and from the file's own `alihdaya:result`.
    A global task (10.3.4) becomes a process of that one task. Raises NotationError listing every problem with its
    line and element. Diagram interchange is not looked at.
    """
    root = parse_xml(data, name)
    file = File(name, names | _result_names(root))
    if local(root) != "definitions" or not str(root.tag).startswith(BPMN):
        file.problem("not-bpmn", "the root element is not a BPMN 2.0 definitions element", root)
        raise NotationError(file.problems)
    _check_ids(file, root)
    _check_language(file, root)
    _gather(file, root)
    _read_shared(file, root)
    found = root.findall(BPMN + "process")
    processes = [_read_process(file, element) for element in found if _runs(file, element)]
    processes += [_read_global(file, element) for element in root if local(element) in _GLOBAL]
    if not processes and not file.problems:
        file.problem("no-process", "the file has no executable process (isExecutable)", root)
    if file.problems:
        raise NotationError(file.problems)
    return Definitions(root.get("id", ""), root.get("name", ""), tuple(processes), file.messages, tuple(file.notes))


def _result_names(root: "etree._Element") -> frozenset[str]:
    found = (element.get(ALIHDAYA + "result", "") for element in root.iter())
    return frozenset(result for result in found if result)


def _check_ids(file: File, root: "etree._Element") -> None:
    seen: Counter[str] = Counter()
    for element in root.iter():
        identity = element.get("id")
        if identity is not None:
            seen[identity] += 1
            if seen[identity] == 2:
                file.problem("duplicate-id", f"the id {identity!r} is used more than once", element)


def _check_language(file: File, root: "etree._Element") -> None:
    language = root.get("expressionLanguage", "")
    if language and "feel" not in language.lower():
        file.problem("expression-language", f"expressions are read as FEEL, not as {language!r}", root)


def _gather(file: File, root: "etree._Element") -> None:
    """Note what other elements refer to: data by id, and where associations lead."""
    for element in root.iter():
        kind = local(element)
        if kind in NAMED and element.get("id"):
            file.data[element.get("id", "")] = element
        elif kind == "association":
            file.handlers[reference(element.get("sourceRef", ""))] = reference(element.get("targetRef", ""))
        elif kind == "correlationPropertyRetrievalExpression":
            _message_path(file, element)


def _message_path(file: File, element: "etree._Element") -> None:
    path, owner = element.find(BPMN + "messagePath"), element.getparent()
    if path is not None and owner is not None:
        paths = file.paths.setdefault(reference(element.get("messageRef", "")), {})
        paths[owner.get("id", "")] = path


def _bindings(element: "etree._Element") -> "dict[str, etree._Element]":
    """Find by which data a process subscribes to correlation properties (8.4.2)."""
    found = {}
    for one in element.iterfind(f"{BPMN}correlationSubscription/{BPMN}correlationPropertyBinding"):
        path = one.find(BPMN + "dataPath")
        if path is not None:
            found[reference(one.get("correlationPropertyRef", ""))] = path
    return found


def _read_shared(file: File, root: "etree._Element") -> None:
    for element in root:
        kind, identity = local(element), element.get("id", "")
        if kind == "message" and identity:
            key = element.get(ALIHDAYA + "key")
            formula = file.formula(key, element) if key else file.key(list(file.paths.get(identity, {}).values()))
            file.messages[identity] = Message(element.get("name", ""), formula, keep=_keep(file, element))
        elif kind == "error" and identity:
            file.errors[identity] = Error(element.get("errorCode") or None)
        elif kind == "signal" and identity:
            file.signals[identity] = Signal(element.get("name") or identity)
        elif kind == "escalation" and identity:
            file.escalations[identity] = Escalation(element.get("escalationCode") or None)
        elif kind.endswith("EventDefinition"):
            file.definitions[identity] = element
        elif str(element.tag).startswith(BPMN) and kind not in _DRAWN_ROOTS | {"process"} | _GLOBAL.keys():
            file.unsupported(element)
        if kind not in _GLOBAL:
            file.check_attributes(element, {"key", "keep"} if kind == "message" else set())


def _keep(file: File, element: "etree._Element") -> int | None:
    """Read how long a message waits for its receiver: days and less, so that it does not depend on the calendar."""
    text = element.get(ALIHDAYA + "keep")
    span = None if text is None else parse_duration(text)
    if text is not None and (span is None or span.months or span.micros < 0):
        file.problem("bad-duration", f"alihdaya:keep is a duration such as PT2H or P3D, not {text!r}", element)
    return None if span is None else span.micros


def _runs(file: File, element: "etree._Element") -> bool:
    if element.get("isExecutable") in ("false", "0"):
        file.note("not-executable", "this process is marked as not executable and is left out", element)
        return False
    return True


def _read_process(file: File, element: "etree._Element") -> Process:
    raw: list[RawNode] = []
    flows: list[etree._Element] = []
    file.bindings = _bindings(element)
    _read_scope(file, element, None, raw, flows)
    nodes, connected = connect(file, raw, flows)
    identity = element.get("id", "")
    if not identity:
        file.problem("process-without-id", "a process needs an id", element)
    inputs = (variable(file, one.get("id", "")) for one in element.iterfind(f"{BPMN}ioSpecification/{BPMN}dataInput"))
    data = (*locals_of(file, element), *inputs)
    return Process(reference(identity), element.get("name", ""), nodes, connected, file.source(element), data)


def _read_scope(
    file: File, element: "etree._Element", parent: int | None, raw: list[RawNode], flows: "list[etree._Element]"
) -> None:
    """Read the flow nodes and flows of a process or sub-process, and of those inside it."""
    for part in element:
        kind = local(part)
        if part.tag == BPMN + "sequenceFlow":
            flows.append(part)
        elif part.tag == BPMN + "extensionElements":
            if parent is None:
                file.check_extensions(part)
        elif str(part.tag) == BPMN + kind and kind in _DRAWN_PARTS:
            continue
        elif (node := read_node(file, part, parent)) is not None:
            raw.append(node)
            if node.kind in SCOPES:
                _read_scope(file, part, len(raw) - 1, raw, flows)


def _read_global(file: File, element: "etree._Element") -> Process:
    """Make a process of a global task: a start, the task, an end."""
    kind = _GLOBAL[local(element)]
    file.check_attributes(element, OWN.get(kind, frozenset()))
    names = [element.get("id", ""), f"{element.get('id')}-start", f"{element.get('id')}-end"]
    kinds = (kind, Kind.START, Kind.END)
    ends = [element.makeelement(BPMN + kinds[n].value, {"id": names[n]}) for n in (1, 2)]
    raw = [raw_node(file, one, shape, None) for one, shape in zip(kinds, [element, *ends], strict=True)]
    ways = ((names[1], names[0]), (names[0], names[2]))
    flows = [element.makeelement(BPMN + "sequenceFlow", {"sourceRef": a, "targetRef": b}) for a, b in ways]
    nodes, connected = connect(file, raw, flows)
    return Process(names[0], element.get("name", ""), nodes, connected, file.source(element))
