"""References lead to elements of the right kind (8.2.2: elements of imported files too)."""

from collections.abc import Iterator

from alihdaya.notation.bpmn.rules.rule import Hits, rule
from alihdaya.notation.bpmn.rules.schema import ANY, MODEL
from alihdaya.notation.bpmn.rules.view import View
from alihdaya.notation.document import Element
from alihdaya.notation.finding import mark

_TITLE = mark("reference")
_WITHIN = frozenset({
    "sourceRef", "targetRef", "default", "incoming", "outgoing", "attachedToRef", "flowNodeRef", "dataObjectRef",
    "dataInputRefs", "optionalInputRefs", "whileExecutingInputRefs", "outputSetRefs", "dataOutputRefs",
    "optionalOutputRefs", "whileExecutingOutputRefs", "inputSetRefs", "inputDataRef", "outputDataRef",
})  # fmt: skip


@rule("BPMN121", _TITLE, mark("{key} refers to {name!r}, which is not there"))
def resolved(view: View) -> Hits:
    """8.2.1, 15.3: what the schema has as an IDREF is in the file; flows and attached events are so too."""
    yield from _missing(view, within=True)


@rule(
    "BPMN125", _TITLE, mark("{key} refers to {name!r}, which is neither here nor in an imported file"), level="warning"
)
def known(view: View) -> Hits:
    """8.2.2: a QName leads into this file or an imported one; definitions may still come from another place."""
    yield from _missing(view, within=False)


def _missing(view: View, *, within: bool) -> Hits:
    for element, key, name, _ in _references(view):
        if (key in _WITHIN) is within and view.find(element, name) is None and not view.is_foreign(element, name):
            yield element, {"key": key, "name": name.strip()}


@rule("BPMN122", _TITLE, mark("{key} refers to {name!r}, a {found}: it has to be a {wanted}"))
def right_kind(view: View) -> Hits:
    """15.3: a reference leads to an element of the class that the metamodel names."""
    for element, key, name, wanted in _references(view):
        found = view.find(element, name)
        if found is not None and wanted != ANY and not view.is_a(found, wanted):
            yield element, {"key": key, "name": name.strip(), "found": found.local, "wanted": wanted}


@rule("BPMN123", _TITLE, mark("the imported file {location!r} cannot be read"))
def imports_found(view: View) -> Hits:
    """8.2.2: an import says where the file is."""
    for element in view.lost:
        yield element, {"location": element.get("location")}


@rule("BPMN124", _TITLE, mark("this is the namespace of the file itself"))
def imports_others(view: View) -> Hits:
    """8.2.2: what is imported has a namespace that is not that of the importing file."""
    for element in view.every("import"):
        same = element.get("namespace") == view.target_namespace
        if same and element.get("importType").rstrip("/") != MODEL:
            yield element


def _references(view: View) -> Iterator[tuple[Element, str, str, str]]:
    """Give every reference: the element that makes it, the attribute or child, the QName, the kind that is wanted."""
    for element, kind in view.kinds.items():
        for one in kind.attributes.values():
            if one.target and element.get(one.name).strip():
                yield element, one.name, element.get(one.name), one.target
        if kind.free:
            continue
        for child in element.children:
            place = kind.child(child.local) if child.namespace == MODEL else None
            if place is not None and place.target:
                yield child, child.local, child.text, place.target
