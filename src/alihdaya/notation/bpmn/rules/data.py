"""Data: collections, input and output sets, data associations, data of events (10.4)."""

from collections.abc import Iterator

from alihdaya.notation.bpmn.rules.rule import Hits, rule
from alihdaya.notation.bpmn.rules.view import View
from alihdaya.notation.document import Element
from alihdaya.notation.finding import mark

_TITLE = mark("data")
_SIDES = (("inputSet", "Input", "dataInputRefs"), ("outputSet", "Output", "dataOutputRefs"))


@rule("BPMN701", _TITLE, mark("isCollection differs from that of the item definition {item!r}"))
def collections(view: View) -> Hits:
    """10.4.1, tables 10.51, 10.59, 10.60: isCollection matches the definition of the referenced item."""
    for element in view.every("dataObject", "dataInput", "dataOutput"):
        item = view.target(element, "itemSubjectRef")
        if item is not None and view.flag(element, "isCollection") != view.flag(item, "isCollection"):
            yield element, {"item": item.get("id")}


@rule("BPMN702", _TITLE, mark("no {set} refers to this {kind}"))
def in_a_set(view: View) -> Hits:
    """10.4.2: each data input is in at least one input set, each data output in at least one output set."""
    for holder in view.every("inputOutputSpecification", "event"):
        for name, side, refs in _SIDES:
            used = {one for group in view.parts(holder, name) for one in view.targets(group, refs)}
            for part in view.parts(holder, f"data{side}"):
                if part not in used and not (view.is_a(holder, "event") and not view.parts(holder, name)):
                    yield part, {"set": name, "kind": part.local}


@rule("BPMN703", _TITLE, mark("{part!r} is in {refs} and has to be in {wanted} too"))
def parts_of_a_set(view: View) -> Hits:
    """10.4.2, tables 10.61, 10.62: what is optional or taken while executing is one of the set's own."""
    for name, side, wanted in _SIDES:
        for group in view.every(name):
            own = view.targets(group, wanted)
            for refs in (f"optional{side}Refs", f"whileExecuting{side}Refs"):
                for part in view.targets(group, refs):
                    if part not in own:
                        yield group, {"part": part.get("id"), "refs": refs, "wanted": wanted}


@rule("BPMN704", _TITLE, mark("{other!r} does not refer back to this {kind}"))
def sets_agree(view: View) -> Hits:
    """10.4.2, tables 10.61, 10.62: inputSetRefs and outputSetRefs are the two ends of one rule."""
    for name, refs, back in (
        ("inputSet", "outputSetRefs", "inputSetRefs"),
        ("outputSet", "inputSetRefs", "outputSetRefs"),
    ):
        for group in view.every(name):
            for other in view.targets(group, refs):
                if group not in view.targets(other, back):
                    yield group, {"other": other.get("id"), "kind": name}


@rule("BPMN705", _TITLE, mark("source and target have different item definitions, and nothing transforms one"))
def associated_items(view: View) -> Hits:
    """10.4.2: without a transformation or assignments, source and target of an association have the same item."""
    for one in view.every("dataAssociation"):
        if view.parts(one, "transformation", "assignment"):
            continue
        target = next(iter(view.targets(one, "targetRef")), None)
        for source in view.targets(one, "sourceRef"):
            if target is not None and items_differ(view, item_of(view, source), item_of(view, target)):
                yield one


@rule("BPMN706", _TITLE, mark("several sources need a transformation or assignments"))
def several_sources(view: View) -> Hits:
    """10.4.2, table 10.66: an association of more than one source has a transformation."""
    for one in view.every("dataAssociation"):
        if len(view.parts(one, "sourceRef")) > 1 and not view.parts(one, "transformation", "assignment"):
            yield one


@rule("BPMN707", _TITLE, mark("an event with data has one {kind} for each of its event definitions"))
def data_of_events(view: View) -> Hits:
    """10.5.1: data inputs and outputs of an event correspond to its definitions, one each."""
    for event in view.every("event"):
        parts = view.parts(event, "dataInput", "dataOutput")
        if parts and len(parts) != len(view.definitions(event)):
            yield event, {"kind": parts[0].local}


@rule("BPMN708", _TITLE, mark("the item definition of {part!r} is not that of what the event carries"))
def items_of_events(view: View) -> Hits:
    """10.5.1: data of an event has the item of the message, signal, error or escalation in the same place."""
    for event in view.every("event"):
        parts, definitions = view.parts(event, "dataInput", "dataOutput"), view.definitions(event)
        if len(parts) != len(definitions):
            continue
        for part, definition in zip(parts, definitions, strict=True):
            carried = _carried(view, definition)
            if carried is not None and items_differ(view, item_of(view, part), carried):
                yield definition, {"part": part.get("id")}


def _carried(view: View, definition: Element) -> Element | None:
    """Give the item definition of what an event definition sends or receives."""
    message = view.target(view.target(definition, "messageRef") or definition, "itemRef")
    others = (view.target(definition, attribute) for attribute in ("signalRef", "errorRef", "escalationRef"))
    items = (view.target(other, "structureRef") for other in others if other is not None)
    return message or next(items, None)


def item_of(view: View, element: Element) -> Element | None:
    """Give the item definition of an item-aware element; that of the data object for a reference to one (10.4.1)."""
    behind = view.target(element, "dataObjectRef") or view.target(element, "dataStoreRef")
    own = view.target(element, "itemSubjectRef")
    return own if own is not None or behind is None else view.target(behind, "itemSubjectRef")


def items_differ(view: View, one: Element | None, other: Element | None) -> bool:
    """Tell whether two item definitions, both given, say different structures."""
    return one is not None and other is not None and not same_item(view, one, other)


def same_item(view: View, one: Element | None, other: Element | None) -> bool:
    """Tell whether two item definitions are one, or say the same structure."""
    del view
    if one is None or other is None:
        return one is other
    structure = one.get("structureRef").strip()
    return one is other or (
        bool(structure) and one.expand(structure) == other.expand(other.get("structureRef").strip())
    )


def sets_of(view: View, element: Element, name: str) -> Iterator[Element]:
    """Give the parts of an element's input and output specification with a name, such as "dataInput"."""
    yield from view.parts(view.part(element, "ioSpecification"), name)
