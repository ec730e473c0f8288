"""Reading a BPMN 2.0 file into process graphs; whatever cannot be executed yet is a problem, never passed over."""

from collections import Counter
from typing import TYPE_CHECKING

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.bpmn.graph import Definitions, Error, Message, Process
from alihdaya.notation.bpmn.nodes import RawNode, read_node
from alihdaya.notation.bpmn.reading import ALIHDAYA, BPMN, File, local, reference
from alihdaya.notation.bpmn.wiring import connect
from alihdaya.notation.xml import parse_xml

if TYPE_CHECKING:
    from lxml import etree

_DRAWN_ROOTS = frozenset({
    "collaboration", "category", "extension", "extensionElements", "documentation", "itemDefinition", "dataStore",
    "resource", "relationship", "import", "interface", "partnerEntity", "partnerRole",
})  # fmt: skip
_DRAWN_PARTS = frozenset({
    "laneSet", "documentation", "extensionElements", "textAnnotation", "association", "group", "dataObject",
    "dataObjectReference", "dataStoreReference", "auditing", "monitoring",
})  # fmt: skip


def read(data: bytes, name: str, *, names: frozenset[str] = frozenset()) -> Definitions:
    """Read one BPMN 2.0 file. `name` is the file's name for messages, `names` more variables that FEEL may use.

    Names with spaces in them are known to FEEL only from `names` and from the file's own `alihdaya:result`.
    Raises NotationError listing every problem with its line and element. Diagram interchange is not looked at.
    """
    root = parse_xml(data, name)
    file = File(name, names | _result_names(root))
    if local(root) != "definitions" or not str(root.tag).startswith(BPMN):
        file.problem("not-bpmn", "the root element is not a BPMN 2.0 definitions element", root)
        raise NotationError(file.problems)
    _check_ids(file, root)
    _check_language(file, root)
    _read_shared(file, root)
    found = root.findall(BPMN + "process")
    processes = tuple(_read_process(file, element) for element in found if _runs(file, element))
    if not processes and not file.problems:
        file.problem("no-process", "the file has no executable process (isExecutable)", root)
    if file.problems:
        raise NotationError(file.problems)
    return Definitions(root.get("id", ""), root.get("name", ""), processes, file.messages, tuple(file.notes))


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


def _read_shared(file: File, root: "etree._Element") -> None:
    for element in root:
        kind = local(element)
        if kind == "message" and element.get("id"):
            key = element.get(ALIHDAYA + "key")
            formula = file.formula(key, element) if key else None
            file.messages[element.get("id", "")] = Message(element.get("name", ""), formula)
        elif kind == "error" and element.get("id"):
            file.errors[element.get("id", "")] = Error(element.get("errorCode") or None)
        elif str(element.tag).startswith(BPMN) and kind not in _DRAWN_ROOTS | {"process", "message", "error"}:
            file.unsupported(element)
        file.check_attributes(element, {"key"} if kind == "message" else set())


def _runs(file: File, element: "etree._Element") -> bool:
    if element.get("isExecutable") in ("false", "0"):
        file.note("not-executable", "this process is marked as not executable and is left out", element)
        return False
    return True


def _read_process(file: File, element: "etree._Element") -> Process:
    raw: list[RawNode] = []
    flows: list[etree._Element] = []
    for part in element:
        kind = local(part)
        if part.tag == BPMN + "sequenceFlow":
            flows.append(part)
        elif part.tag == BPMN + "extensionElements":
            file.check_extensions(part)
        elif str(part.tag) == BPMN + kind and kind in _DRAWN_PARTS:
            continue
        elif (node := read_node(file, part)) is not None:
            raw.append(node)
    nodes, connected = connect(file, raw, flows)
    identity = element.get("id", "")
    if not identity:
        file.problem("process-without-id", "a process needs an id", element)
    return Process(reference(identity), element.get("name", ""), nodes, connected, file.source(element))
