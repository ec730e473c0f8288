"""Reading one flow node: its kind, its event definition or its work, and what it may not hold."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alihdaya.kernel.errors import Source
from alihdaya.notation.bpmn.data import data_of, locals_of, loop_of
from alihdaya.notation.bpmn.details import (
    FOR_GOOD,
    SERVICE,
    AdHoc,
    Call,
    Complex,
    Data,
    Detail,
    EventBased,
    Message,
    MultiInstance,
    StandardLoop,
)
from alihdaya.notation.bpmn.events import EVENTS, definition_of, message_of
from alihdaya.notation.bpmn.graph import ACTIVITIES, SCOPES, Kind
from alihdaya.notation.bpmn.iso8601 import Span
from alihdaya.notation.bpmn.reading import ALIHDAYA, BPMN, TRUE, File, local, reference
from alihdaya.notation.bpmn.tasks import own_attributes, retry_of, timeout_of, work_of

if TYPE_CHECKING:
    from lxml import etree

_KINDS = {BPMN + kind.value: kind for kind in Kind if kind is not Kind.EVENT_SUB_PROCESS}
_NEUTRAL = frozenset(
    BPMN + part
    for part in (
        "documentation", "incoming", "outgoing", "script", "rendering", "ioSpecification", "dataInputAssociation",
        "dataOutputAssociation", "property", "dataInput", "dataOutput", "inputSet", "outputSet", "eventDefinitionRef",
        "standardLoopCharacteristics", "multiInstanceLoopCharacteristics", "auditing", "monitoring", "categoryValueRef",
        "resourceRole", "performer", "humanPerformer", "potentialOwner", "activationCondition",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RawNode:
    """A node before it is connected: ids of flows and activities are still texts; `parent` is an index already."""

    id: str
    kind: Kind
    name: str
    detail: Detail
    default: str
    attached: str
    interrupting: bool
    listed: dict[str, tuple[str, ...]] = field(compare=False)
    source: Source = field(compare=False)
    parent: int | None = None
    loop: StandardLoop | MultiInstance | None = None
    data: Data | None = None
    compensates: bool = False
    instantiates: bool = False
    start_quantity: int = 1
    completion_quantity: int = 1
    locals: tuple[str, ...] = ()
    retry: tuple[Span, ...] = ()
    timeout: Span | None = None


def read_node(file: File, element: "etree._Element", parent: int | None = None) -> RawNode | None:
    """Read a flow node; None, with a problem, for an element that BPMN does not have there."""
    kind = kind_of(element)
    if kind is None:
        file.unsupported(element)
        file.skipped.add(element.get("id", ""))
        return None
    file.check_attributes(element, own_attributes(kind))
    _check_features(file, kind, element)
    if not element.get("id"):
        file.problem("node-without-id", f"a {kind} needs an id", element)
    return raw_node(file, kind, element, parent)


def raw_node(file: File, kind: Kind, element: "etree._Element", parent: int | None) -> RawNode:
    """Read an element as a node of this kind."""
    data = data_of(file, element)
    return RawNode(
        id=element.get("id", ""),
        kind=kind,
        name=element.get("name", ""),
        detail=_detail(file, kind, element),
        default=reference(element.get("default", "")),
        attached=reference(element.get("attachedToRef", "")),
        interrupting=element.get("isInterrupting" if kind is Kind.START else "cancelActivity", "true") in TRUE,
        listed={side: _listed(element, side) for side in ("incoming", "outgoing")},
        source=file.source(element),
        parent=parent,
        loop=loop_of(file, element, data) if kind in ACTIVITIES else None,
        data=data,
        compensates=element.get("isForCompensation") in TRUE,
        instantiates=element.get("instantiate") in TRUE,
        start_quantity=_quantity(file, element, "startQuantity"),
        completion_quantity=_quantity(file, element, "completionQuantity"),
        locals=locals_of(file, element) if kind in SCOPES else (),
        retry=retry_of(file, element),
        timeout=timeout_of(file, element),
    )


def kind_of(element: "etree._Element") -> Kind | None:
    """Tell which flow node an element is, if it is one."""
    kind = _KINDS.get(str(element.tag))
    event = kind is Kind.SUB_PROCESS and element.get("triggeredByEvent") in TRUE
    return Kind.EVENT_SUB_PROCESS if event else kind


def _listed(element: "etree._Element", side: str) -> tuple[str, ...]:
    return tuple(reference(child.text or "") for child in element.findall(BPMN + side))


def _quantity(file: File, element: "etree._Element", name: str) -> int:
    text = element.get(name, "1").strip()
    if not text.isdecimal() or int(text) < 1:
        file.problem("bad-quantity", f"{name} is a whole number from 1, not {text!r}", element)
        return 1
    return int(text)


def _check_features(file: File, kind: Kind, element: "etree._Element") -> None:
    for child in element:
        if child.tag == BPMN + "extensionElements":
            file.check_extensions(child)
        elif kind not in SCOPES and child.tag not in _NEUTRAL and not local(child).endswith("EventDefinition"):
            file.unsupported(child)
    if kind not in EVENTS:
        for child in element:
            if local(child).endswith("EventDefinition"):
                file.problem("misplaced-element", f"a {kind} has no {local(child)}", child)


def _detail(file: File, kind: Kind, element: "etree._Element") -> Detail:
    if kind in EVENTS:
        return definition_of(file, kind, element)
    match kind:
        case Kind.CALL:
            return _call(file, element)
        case Kind.EVENT_BASED:
            return EventBased(element.get("instantiate") in TRUE, element.get("eventGatewayType") == "Parallel")
        case Kind.COMPLEX:
            activation = element.find(BPMN + "activationCondition")
            return Complex(file.expression(activation) if activation is not None else None)
        case Kind.AD_HOC:
            return _ad_hoc(file, element)
        case Kind.RECEIVE_TASK | Kind.SEND_TASK:
            return _message(file, kind, element)
    return work_of(file, kind, element)


def _message(file: File, kind: Kind, element: "etree._Element") -> Message | None:
    needed = kind is Kind.RECEIVE_TASK and element.get("instantiate") in TRUE
    return message_of(file, element.get("messageRef", ""), element, needed=needed)


def _call(file: File, element: "etree._Element") -> Call | None:
    called, service = reference(element.get("calledElement", "")), element.get(ALIHDAYA + "service", "").strip()
    if service:
        if called:
            file.problem("two-called", "a call activity calls a process or hands over to a service, not both", element)
        return Call(f"{FOR_GOOD if element.get(ALIHDAYA + 'final') in TRUE else SERVICE}:{service}")
    if not called:
        file.problem("no-called-element", "a call activity needs a calledElement", element)
        return None
    return Call(called)


def _ad_hoc(file: File, element: "etree._Element") -> AdHoc:
    done = element.find(BPMN + "completionCondition")
    return AdHoc(
        sequential=element.get("ordering", "Parallel") == "Sequential",
        done=file.expression(done) if done is not None else None,
        cancel_remaining=element.get("cancelRemainingInstances", "true") in TRUE,
    )
