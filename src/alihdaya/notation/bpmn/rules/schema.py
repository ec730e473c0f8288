"""The metamodel's table, read into kinds: what an element may and must have, and what it refers to."""

import re
from dataclasses import dataclass
from functools import cache

from alihdaya.notation.bpmn.rules.metamodel import TABLE
from alihdaya.notation.document import Element

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
"""The namespace of BPMN 2.0 models."""

DI = "http://www.omg.org/spec/BPMN/20100524/DI"
"""The namespace of BPMN 2.0 diagrams."""

ANY = "any"
"""The target of a reference that may lead to an element of every kind."""

_FEATURE = re.compile(r"(@?)(\w+)(?::(\w+))?(?:=([\w,]+))?(?:>(\w+))?([?!+*]?)")
_BOUNDS = {"?": (0, 1), "!": (1, 1), "+": (1, None), "*": (0, None), "": (0, 1)}


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: its datatype ("bool", "int", "qname" or ""), the values it may have, the kind it refers to."""

    name: str
    datatype: str
    values: tuple[str, ...]
    target: str
    required: bool


@dataclass(frozen=True, slots=True)
class Child:
    """A child: how often it occurs, the kind it is; `any_of` where every element of that kind may stand."""

    name: str
    kind: str
    target: str
    least: int
    most: int | None
    any_of: bool
    rank: int


@dataclass(frozen=True, slots=True)
class Kind:
    """An element of the metamodel with all that it inherits; `bases` holds its own name too."""

    name: str
    bases: frozenset[str]
    attributes: dict[str, Attribute]
    children: tuple[Child, ...]

    def child(self, name: str) -> Child | None:
        """Give the child that an element of that name is here; None where it may not stand."""
        return _places(self.name).get(name)

    @property
    def free(self) -> bool:
        """Whether everything may stand inside: text and elements of other vocabularies."""
        return self.name in _FREE


_FREE = frozenset({"extensionElements", "documentation", "text", "script"})


@cache
def kinds() -> dict[str, Kind]:
    """Give every element of the metamodel by its name."""
    found: dict[str, Kind] = {}
    for line in TABLE.splitlines():
        if line.strip():
            kind = _kind(line, found)
            found[kind.name] = kind
    return found


def kind_of(name: str) -> Kind | None:
    """Give the kind of an element by its name; None for a name that BPMN does not have."""
    return kinds().get(name)


def is_a(name: str, base: str) -> bool:
    """Tell whether elements of that name are of a kind or derived from it; "any" is the base of all."""
    kind = kinds().get(name)
    return kind is not None and (base == ANY or base in kind.bases)


def typed(root: Element) -> dict[Element, Kind]:
    """Give the kind of every element below a `definitions` element that the metamodel knows in its place.

    What stands in extension elements is nobody's, and what may not stand where it does has the kind of its name.
    """
    found: dict[Element, Kind] = {}
    todo: list[tuple[Element, Kind | None]] = [(root, kind_of(root.local))]
    while todo:
        element, kind = todo.pop()
        if kind is None or element.namespace != MODEL:
            continue
        found[element] = kind
        if not kind.free:
            todo.extend((child, _kind_of_child(kind, child.local)) for child in reversed(element.children))
    return found


def _kind_of_child(kind: Kind, name: str) -> Kind | None:
    place = kind.child(name)
    if place is None or place.any_of:
        return kind_of(name)
    return None if place.target else kinds()[place.kind]


@cache
def derived(*bases: str) -> tuple[str, ...]:
    """Give the names of all elements of some kinds or derived from them, in the table's order."""
    return tuple(name for name in kinds() if any(is_a(name, base) for base in bases))


@cache
def references() -> frozenset[str]:
    """Give the names of all child elements whose text refers to another element."""
    return frozenset(child.name for kind in kinds().values() for child in kind.children if child.target)


def _kind(line: str, known: dict[str, Kind]) -> Kind:
    head, attributes, children = (part.split() for part in line.split("|"))
    name, bases = head[0], [known[base] for base in "".join(head[2:]).split(",") if base]
    inherited: dict[str, Attribute] = {}
    below: list[Child] = []
    for base in bases:
        inherited |= base.attributes
        below += base.children
    own = (_attribute(text) for text in attributes)
    below += [_child(text, len(below) + place) for place, text in enumerate(children)]
    lineage = frozenset({name}).union(*(base.bases for base in bases))
    return Kind(name, lineage, inherited | {one.name: one for one in own}, tuple(below))


def _attribute(text: str) -> Attribute:
    _, name, datatype, values, target, mark = _parts(text)
    return Attribute(name, datatype, tuple(values.split(",")) if values else (), target, mark == "!")


def _child(text: str, rank: int) -> Child:
    group, name, _, kind, target, mark = _parts(text)
    least, most = _BOUNDS[mark]
    return Child(name, kind or name, target, least, most, bool(group), rank)


def _parts(text: str) -> tuple[str, str, str, str, str, str]:
    found = _FEATURE.fullmatch(text)
    if found is None:
        raise ValueError(f"the metamodel's table has no meaning for {text!r}")
    group, name, datatype, values, target, mark = (part or "" for part in found.groups())
    return group, name, datatype, values, target, mark


@cache
def _places(kind: str) -> dict[str, Child]:
    found: dict[str, Child] = {}
    for child in kinds()[kind].children:
        names = [one for one in kinds() if is_a(one, child.name)] if child.any_of else [child.name]
        for name in names:
            found.setdefault(name, child)
    return found
