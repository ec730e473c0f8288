"""Reading one flow node: its kind, its event definition or its work, and what it may not hold."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alihdaya.kernel.errors import Source
from alihdaya.notation.bpmn.events import definition_of, message_of
from alihdaya.notation.bpmn.graph import Detail, Kind, Rule, Script, Step, UserWork
from alihdaya.notation.bpmn.reading import ALIHDAYA, BPMN, File, local, reference

if TYPE_CHECKING:
    from lxml import etree

_KINDS = {BPMN + kind.value: kind for kind in Kind}
_EVENTS = frozenset({Kind.START, Kind.END, Kind.CATCH, Kind.BOUNDARY})
_OWN: dict[Kind, frozenset[str]] = {
    Kind.USER_TASK: frozenset({"skill", "language", "level", "certificate", "form", "priority", "notBy"}),
    Kind.RULE_TASK: frozenset({"decision", "result"}),
    Kind.SERVICE_TASK: frozenset({"step"}),
    Kind.SCRIPT_TASK: frozenset({"result"}),
}
_NEUTRAL = frozenset(BPMN + part for part in ("documentation", "incoming", "outgoing", "script", "rendering"))
_FALSE_OR_ABSENT = (None, "false", "0")


@dataclass(frozen=True, slots=True)
class RawNode:
    """A node before it is connected: ids of flows and activities are still texts."""

    id: str
    kind: Kind
    name: str
    detail: Detail
    default: str
    attached: str
    interrupting: bool
    listed: dict[str, tuple[str, ...]] = field(compare=False)
    source: Source = field(compare=False)


def read_node(file: File, element: "etree._Element") -> RawNode | None:
    """Read a flow node; None, with a problem, for an element that cannot be executed yet."""
    kind = _KINDS.get(str(element.tag))
    if kind is None:
        file.unsupported(element)
        file.skipped.add(element.get("id", ""))
        return None
    file.check_attributes(element, _OWN.get(kind, frozenset()))
    _check_features(file, element)
    if not element.get("id"):
        file.problem("node-without-id", f"a {kind} needs an id", element)
    detail = definition_of(file, kind, element) if kind in _EVENTS else _work_of(file, kind, element)
    return RawNode(
        id=element.get("id", ""),
        kind=kind,
        name=element.get("name", ""),
        detail=detail,
        default=reference(element.get("default", "")),
        attached=reference(element.get("attachedToRef", "")),
        interrupting=element.get("cancelActivity", "true") in ("true", "1"),
        listed={side: _listed(element, side) for side in ("incoming", "outgoing")},
        source=file.source(element),
    )


def _listed(element: "etree._Element", side: str) -> tuple[str, ...]:
    return tuple(reference(child.text or "") for child in element.findall(BPMN + side))


def _check_features(file: File, element: "etree._Element") -> None:
    for child in element:
        if child.tag == BPMN + "extensionElements":
            file.check_extensions(child)
        elif child.tag not in _NEUTRAL and not local(child).endswith("EventDefinition"):
            file.unsupported(child)
    for name, usual in (("startQuantity", "1"), ("completionQuantity", "1")):
        if element.get(name, usual) != usual:
            file.problem("unsupported-attribute", f"{name}={element.get(name)!r} cannot be executed yet", element)
    for name in ("isForCompensation", "instantiate", "parallelMultiple"):
        if element.get(name) not in _FALSE_OR_ABSENT:
            file.problem("unsupported-attribute", f"{name} cannot be executed yet", element)
    if element.get("operationRef"):
        file.problem("unsupported-attribute", "operationRef cannot be executed yet", element)


def _work_of(file: File, kind: Kind, element: "etree._Element") -> Detail:
    for child in element:
        if local(child).endswith("EventDefinition"):
            file.problem("misplaced-element", f"a {kind} has no {local(child)}", child)
    if kind is Kind.USER_TASK:
        return _user_work(file, element)
    if kind is Kind.RULE_TASK:
        return _rule(file, element)
    if kind is Kind.SCRIPT_TASK:
        return _script(file, element)
    if kind is Kind.RECEIVE_TASK:
        return message_of(file, element.get("messageRef", ""), element)
    step = element.get(ALIHDAYA + "step", "") if kind is Kind.SERVICE_TASK else ""
    return Step(step) if step else None


def _user_work(file: File, element: "etree._Element") -> UserWork:
    texts = {name: element.get(ALIHDAYA + name, "").strip() for name in _OWN[Kind.USER_TASK] - {"priority", "notBy"}}
    priority = element.get(ALIHDAYA + "priority", "")
    not_by = tuple(element.get(ALIHDAYA + "notBy", "").split())
    return UserWork(**texts, priority=file.formula(priority, element) if priority else None, not_by=not_by)


def _rule(file: File, element: "etree._Element") -> Rule | None:
    decision = element.get(ALIHDAYA + "decision", "").strip()
    if not decision:
        file.problem("no-decision", "a business rule task needs alihdaya:decision", element)
        return None
    return Rule(decision, element.get(ALIHDAYA + "result", "").strip())


def _script(file: File, element: "etree._Element") -> Script | None:
    script = element.find(BPMN + "script")
    written = element.get("scriptFormat", "")
    if written.strip().lower() != "text/x-feel":
        file.problem("script-format", f"scripts are FEEL (scriptFormat text/x-feel), not {written!r}", element)
        return None
    if script is None:
        file.problem("no-script", "a script task needs a script", element)
        return None
    formula = file.expression(script)
    return Script(formula, element.get(ALIHDAYA + "result", "").strip()) if formula else None
