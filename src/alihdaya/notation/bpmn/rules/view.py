"""A typed view of a whole BPMN file: elements by kind and by id, what they refer to, and how flows connect them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.bpmn.rules.schema import ANY, MODEL, Kind, derived, typed
from alihdaya.notation.document import Document, Element

Load = Callable[[str], bytes | None]
"""Gives the bytes of a file by the location that an import names; None where it is not there."""

BPMN_IMPORT = MODEL
"""The import type of another BPMN file."""

_DEEPEST = 8
"""How far imports of imports are followed."""


class View:
    """One file. `kinds` types every element, `ids` finds them, `imports` holds the views of imported BPMN files."""

    def __init__(self, document: Document, load: Load | None = None, depth: int = 0) -> None:
        self.document, self.root = document, document.root
        self.target_namespace = self.root.get("targetNamespace")
        self.kinds = typed(self.root)
        self.ids: dict[str, Element] = {}
        self.doubles: list[Element] = []
        self._named: dict[str, list[Element]] = defaultdict(list)
        for element, kind in self.kinds.items():
            self._named[kind.name].append(element)
        for element in self.kinds:
            identity = element.get("id")
            if identity and self.ids.setdefault(identity, element) is not element:
                self.doubles.append(element)
        self.imports: dict[str, View | None] = {}
        self.lost: list[Element] = []
        for element in self._named["import"]:
            self._import(element, load, depth)

    def _import(self, element: Element, load: Load | None, depth: int) -> None:
        namespace = element.get("namespace")
        self.imports.setdefault(namespace, None)
        if element.get("importType").rstrip("/") != BPMN_IMPORT or load is None or depth >= _DEEPEST:
            return
        data = load(element.get("location"))
        try:
            if data is None:
                self.lost.append(element)
            else:
                self.imports[namespace] = View(_read(data, element.get("location")), load, depth + 1)
        except NotationError:
            self.lost.append(element)

    def every(self, *names: str) -> Iterator[Element]:
        """Walk over all elements of kinds and of those derived from them."""
        for kind in derived(*names):
            yield from self._named.get(kind, ())

    def is_a(self, element: Element | None, *names: str) -> bool:
        """Tell whether an element is of one of these kinds, or derived from it."""
        if element is None:
            return False
        kind = self.kind_of(element)
        return kind is not None and any(name == ANY or name in kind.bases for name in names)

    def kind_of(self, element: Element) -> Kind | None:
        """Give the kind of an element of this file or of one that it imports."""
        views = (view for view in self.imports.values() if view is not None)
        return self.kinds.get(element) or next((kind for view in views if (kind := view.kind_of(element))), None)

    def find(self, element: Element, name: str) -> Element | None:
        """Give the element that a QName written at `element` refers to, here or in an imported file."""
        prefix, _, local = name.strip().rpartition(":")
        namespace = element.scope.get(prefix, "")
        other = self.imports.get(namespace) if prefix or namespace not in {MODEL, self.target_namespace} else None
        if other is not None:
            return other.ids.get(local)
        if prefix and namespace != self.target_namespace:
            return None
        return self.ids.get(local)

    def is_foreign(self, element: Element, name: str) -> bool:
        """Tell whether a QName leads into an imported namespace whose elements are not known here."""
        prefix, _, _ = name.strip().rpartition(":")
        namespace = element.scope.get(prefix, "")
        return namespace in self.imports and self.imports[namespace] is None

    def target(self, element: Element, attribute: str) -> Element | None:
        """Give the element that an attribute refers to; None where it refers to none or is not there."""
        name = element.get(attribute)
        return self.find(element, name) if name else None

    def targets(self, element: Element, child: str) -> list[Element]:
        """Give the elements that child elements of a name refer to by their text."""
        found = (self.find(one, one.text) for one in self.parts(element, child))
        return [one for one in found if one is not None]

    def parts(self, element: Element | None, *names: str) -> list[Element]:
        """Give the child elements with one of these names, in their order."""
        if element is None:
            return []
        return [one for one in element.children if one.local in names and one.namespace == MODEL]

    def part(self, element: Element | None, *path: str) -> Element | None:
        """Give the first element down a path of child names; None where the path ends."""
        for name in path:
            element = next(iter(self.parts(element, name)), None)
        return element

    def below(self, element: Element, name: str) -> list[Element]:
        """Give the child elements of a kind or derived from it."""
        return [one for one in element.children if self.is_a(one, name)]

    @cached_property
    def _ends(self) -> tuple[dict[Element, list[Element]], dict[Element, list[Element]]]:
        coming: dict[Element, list[Element]] = defaultdict(list)
        going: dict[Element, list[Element]] = defaultdict(list)
        for flow in self.every("sequenceFlow"):
            for ends, attribute in ((coming, "targetRef"), (going, "sourceRef")):
                node = self.target(flow, attribute)
                if node is not None:
                    ends[node].append(flow)
        return dict(coming), dict(going)

    def incoming(self, node: Element) -> list[Element]:
        """Give the sequence flows that lead into a node."""
        return self._ends[0].get(node, [])

    def outgoing(self, node: Element) -> list[Element]:
        """Give the sequence flows that leave a node."""
        return self._ends[1].get(node, [])

    @cached_property
    def _associations(self) -> dict[Element, list[Element]]:
        found: dict[Element, list[Element]] = defaultdict(list)
        for one in self.every("association"):
            for end in (self.target(one, "sourceRef"), self.target(one, "targetRef")):
                if end is not None:
                    found[end].append(one)
        return dict(found)

    def associations_of(self, element: Element) -> list[Element]:
        """Give the associations that begin or end at an element."""
        return self._associations.get(element, [])

    def process_of(self, element: Element | None) -> Element | None:
        """Give the process (or choreography) that an element stands in."""
        while element is not None and not self.is_a(element, "process", "choreography"):
            element = element.parent
        return element

    def is_executable(self, element: Element) -> bool:
        """Tell whether an element stands in a process that is marked as executable."""
        return self.flag(self.process_of(element), "isExecutable")

    def flag(self, element: Element | None, attribute: str, *, default: bool = False) -> bool:
        """Give a truth value; `default` where it is not said."""
        value = element.get(attribute).strip() if element is not None else ""
        return value in {"true", "1"} if value else default

    def definitions(self, event: Element) -> list[Element]:
        """Give an event's definitions: those inside, and those it refers to (10.5.1)."""
        return [*self.below(event, "eventDefinition"), *self.targets(event, "eventDefinitionRef")]

    def triggers(self, event: Element) -> set[str]:
        """Give the names of an event's definitions without their ending, such as "message"."""
        return {self.kinds[one].name.removesuffix("EventDefinition") for one in self._known(self.definitions(event))}

    def _known(self, elements: Iterable[Element]) -> Iterator[Element]:
        return (one for one in elements if one in self.kinds)


def _read(data: bytes, name: str) -> Document:
    from alihdaya.notation.document import read_document

    return read_document(data, name)
