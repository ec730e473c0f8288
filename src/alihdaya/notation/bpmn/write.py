"""Interchange of BPMN files without loss: read a file whole, rename, change an id, write it.

The document that `open_bpmn` gives holds every element, attribute, diagram element and extension of the file; writing
it gives the same bytes but for what was edited (BPMN 2.0.2, chapter 15: exchange formats).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.notation.bpmn.rules.schema import DI, MODEL, kind_of, references, typed
from alihdaya.notation.document import Document, Element, read_document

_DI_REFERENCES = ("bpmnElement", "sourceElement", "targetElement", "choreographyActivityShape", "labelStyle")
_OMG = "http://www.omg.org/spec/"
_ID = re.compile(r"[^\W\d][\w.\-]*")


def open_bpmn(data: bytes, name: str) -> Document:
    """Read a BPMN file for interchange; `name` is the file's name for messages.

    Raises NotationError where it is no XML that we read, or its root is not BPMN 2.0 `definitions`.
    """
    document = read_document(data, name)
    root = document.root
    if (root.namespace, root.local) != (MODEL, "definitions"):
        problem = Problem("not-bpmn", "the root element is not a BPMN 2.0 definitions element", document.source(root))
        raise NotationError(problem)
    return document


def element_of(document: Document, identity: str) -> Element:
    """Give the element with an id; NotationError where there is none."""
    owner = _owners(document).get(identity)
    if owner is not None:
        return owner
    raise NotationError(Problem("no-element", f"there is no element {identity!r}", Source(file=document.name)))


def rename(document: Document, identity: str, name: str) -> None:
    """Give the element with an id another name; NotationError where it is not there or its kind has no name."""
    element = element_of(document, identity)
    kind = kind_of(element.local) if element.namespace == MODEL else None
    if kind is None or "name" not in kind.attributes:
        problem = Problem("no-name", f"a {element.local} has no name", document.source(element))
        raise NotationError(problem)
    element.set("name", name)


def change_id(document: Document, old: str, new: str) -> int:
    """Give the element `old` the id `new`; see `change_ids`."""
    return change_ids(document, {old: new})


def change_ids(document: Document, changes: Mapping[str, str]) -> int:
    """Give elements other ids (old to new); all references of the standard follow, those of diagrams too.

    Gives the number of references that followed. What expressions and extension elements say is not looked at.
    Raises NotationError, with nothing changed, where an old id is not there, or a new one is taken or is no id.
    """
    owners = _owners(document)
    _check_changes(document, owners, changes)
    places = [(one, key, _told(one, key)) for one, key in _references(document)]
    for old, identity in changes.items():
        owners[old].set("id", identity)
    followed = 0
    for one, key, text in places:
        prefix, colon, local = text.rpartition(":")
        new = changes.get(local) if _is_ours(one, prefix, document) else None
        if new is not None:
            one.set(key, prefix + colon + new) if key else one.set_text(prefix + colon + new)
            followed += 1
    return followed


def _owners(document: Document) -> dict[str, Element]:
    """Give the elements of BPMN and its diagrams by id; ids inside extensions are those of other vocabularies."""
    every = (element for element in document.root.iter() if element.namespace.startswith(_OMG))
    return {identity: element for element in every if (identity := element.get("id"))}


def _check_changes(document: Document, owners: Mapping[str, Element], changes: Mapping[str, str]) -> None:
    staying, taken = owners.keys() - changes.keys(), Counter(changes.values())
    for old, new in changes.items():
        if old not in owners:
            element_of(document, old)
        elif not _ID.fullmatch(new):
            raise NotationError(Problem("bad-id", f"{new!r} is not an id", document.source(owners[old])))
        elif new in staying or taken[new] > 1:
            raise NotationError(Problem("duplicate-id", f"the id {new!r} is used twice", document.source(owners[old])))


def _told(element: Element, key: str) -> str:
    return element.get(key) if key else element.text.strip()


def _is_ours(element: Element, prefix: str, document: Document) -> bool:
    """Tell whether a prefix leads into this file: by rights that of the target namespace; many files write none."""
    namespace = element.scope.get(prefix, "")
    return not prefix or namespace == document.root.get("targetNamespace")


def _references(document: Document) -> Iterator[tuple[Element, str]]:
    """Walk over all places that refer to an element: an attribute's name, or "" for the element's own text."""
    kinds = typed(document.root)
    for element in document.root.iter():
        if element.namespace == DI:
            yield from ((element, key) for key in _DI_REFERENCES if element.get(key))
        elif element.namespace == MODEL and element.local in references():
            yield element, ""
        elif (kind := kinds.get(element)) is not None:
            yield from ((element, key) for key, one in kind.attributes.items() if one.target and element.get(key))
