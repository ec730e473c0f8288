"""The structure that the standard's schema gives a file: elements, attributes, how often, in which order."""

import re
from collections import Counter
from itertools import pairwise

from alihdaya.notation.bpmn.rules.rule import Hits, rule
from alihdaya.notation.bpmn.rules.schema import MODEL, Attribute, Child, kind_of
from alihdaya.notation.bpmn.rules.view import View
from alihdaya.notation.document import Element
from alihdaya.notation.finding import mark

_TITLE = mark("structure of the file")
_INTEGER = re.compile(r"\s*[+-]?\d+\s*")
_TRUTH = frozenset({"true", "false", "0", "1"})
_EXPRESSIONS = frozenset({"tExpression", "tFormalExpression", ""})


@rule("BPMN101", _TITLE, mark("a {parent} has no {child}"))
def known_children(view: View) -> Hits:
    """15.3: an element holds only the children that the schema names for it."""
    for element, kind in view.kinds.items():
        if kind.free:
            continue
        for child in element.children:
            if child.namespace == MODEL and kind.child(child.local) is None:
                yield child, {"parent": kind.name, "child": child.local}


@rule("BPMN102", _TITLE, mark("a {element} has no attribute {attribute}"))
def known_attributes(view: View) -> Hits:
    """15.3: attributes without a namespace are those of the schema; others belong into a namespace of their own."""
    for element, kind in view.kinds.items():
        for name in element.attributes:
            if ":" not in name and name != "xmlns" and name not in kind.attributes and "expression" not in kind.bases:
                yield element, {"element": kind.name, "attribute": name}


@rule("BPMN103", _TITLE, mark("a {element} needs the attribute {attribute}"))
def required_attributes(view: View) -> Hits:
    """15.3: attributes whose lower bound is one are there."""
    for element, kind in view.kinds.items():
        for one in kind.attributes.values():
            if one.required and one.name not in element.attributes:
                yield element, {"element": kind.name, "attribute": one.name}


@rule("BPMN104", _TITLE, mark("{value!r} is no value of {attribute}"))
def attribute_values(view: View) -> Hits:
    """15.3: truth values, whole numbers and named values are written as the schema has them."""
    for element, kind in view.kinds.items():
        for one in kind.attributes.values():
            value = element.attributes.get(one.name)
            if value is not None and not _fits(one, value):
                yield element, {"value": value, "attribute": one.name}


def _fits(attribute: Attribute, value: str) -> bool:
    if attribute.values:
        return value in attribute.values
    if attribute.datatype == "bool":
        return value.strip() in _TRUTH
    return attribute.datatype != "int" or _INTEGER.fullmatch(value) is not None


@rule("BPMN105", _TITLE, mark("a {parent} needs a {child}"))
def required_children(view: View) -> Hits:
    """15.3: children whose lower bound is one are there."""
    for element, kind in view.kinds.items():
        needed = [one for one in kind.children if one.least]
        if needed:
            present = {place for child in element.children if (place := kind.child(child.local))}
            for one in needed:
                if one not in present:
                    yield element, {"parent": kind.name, "child": one.name}


@rule("BPMN106", _TITLE, mark("a {parent} has at most one {child}"))
def repeated_children(view: View) -> Hits:
    """15.3: children whose upper bound is one are not repeated."""
    for element, kind in view.kinds.items():
        places = (kind.child(child.local) for child in element.children if child.namespace == MODEL)
        for place, number in Counter(filter(None, places)).items():
            if place.most is not None and number > place.most:
                yield element, {"parent": kind.name, "child": place.name}


@rule("BPMN107", _TITLE, mark("the schema has {child} before {other} in a {parent}"), level="warning")
def order_of_children(view: View) -> Hits:
    """15.3: the schema gives children an order; most tools read any."""
    for element, kind in view.kinds.items():
        if len(element.content) < 2 or kind.free:
            continue
        placed = [(child, place) for child in element.children if (place := _place(kind.name, child))]
        for (_, before), (child, after) in pairwise(placed):
            if after.rank < before.rank:
                yield child, {"child": child.local, "other": before.name, "parent": kind.name}
                break


def _place(kind: str, child: Element) -> Child | None:
    known = kind_of(kind)
    return known.child(child.local) if known is not None and child.namespace == MODEL else None


@rule("BPMN108", _TITLE, mark("the id {id!r} is used more than once"))
def unique_ids(view: View) -> Hits:
    """8.2.1: the id of an element is its own in the file."""
    for element in view.doubles:
        yield element, {"id": element.get("id")}


@rule("BPMN109", _TITLE, mark("{type} is no kind of expression"))
def kinds_of_expressions(view: View) -> Hits:
    """8.4.7, 8.4.8: what says an xsi:type where an expression stands is an Expression or a FormalExpression."""
    for element in view.every("expression"):
        if type_of(element) not in _EXPRESSIONS:
            yield element, {"type": type_of(element)}


def type_of(element: Element) -> str:
    """Give the local part of an element's xsi:type; the empty string where it has none."""
    for name, value in element.attributes.items():
        if name.endswith(":type") and element.expand(name)[0] == "http://www.w3.org/2001/XMLSchema-instance":
            return element.expand(value)[1]
    return ""
