"""What is known of a cell: the constants between which it is always true or never, and the names that it reads."""

from typing import Any

from alihdaya.notation.feel.far import FAR
from alihdaya.notation.feel.ir import (
    INPUT,
    Against,
    Between,
    Compare,
    For,
    In,
    Interval,
    Lambda,
    Literal,
    Logic,
    Name,
    Node,
    Quantified,
    children,
)
from alihdaya.notation.feel.values import KINDS

GRIDDED = frozenset({"number", "string", "date", "days and time duration", "years and months duration"})
"""Kinds whose values stand in an order that cut points divide."""

KNOWN = GRIDDED | {"boolean", "null"}
_FORMS = (In, Against, Interval, Between, Compare, Logic)


def constants(cell: Node) -> list[Any] | None:
    """Give the constants that a cell compares `?` with; None where it computes anything.

    Between two neighbouring constants such a cell gives the same answer for every value of their kind. These are the
    cells of the compiled table's grid, and besides them comparisons of `?` joined by `and` and `or`.
    """
    if isinstance(cell, Literal):
        return []
    found: list[Any] = []
    return found if _collect(cell, found) else None


def _collect(node: Node, found: list[Any]) -> bool:
    if isinstance(node, Literal):
        if KINDS.get(type(node.value)) not in KNOWN or type(node.value) in FAR:
            return False
        found.append(node.value)
        return True
    if isinstance(node, Name):
        return node.name == INPUT
    return isinstance(node, _FORMS) and all(_collect(child, found) for child in children(node))


def equality_only(cell: Node) -> bool:
    """Tell whether a cell asks for equality alone, so that all values it does not name are alike to it."""
    if isinstance(cell, Interval | Between):
        return False
    if isinstance(cell, Against | Compare) and cell.op not in {"=", "!="}:
        return False
    return all(equality_only(child) for child in children(cell))


def names_in(node: Node) -> frozenset[str]:
    """Give the names that a tree reads from outside, `?` left out; more than that where a name is bound within."""
    found: set[str] = set()
    bound: set[str] = set()
    open_nodes = [node]
    while open_nodes:
        one = open_nodes.pop()
        if isinstance(one, Name):
            found.add(one.name)
        if isinstance(one, For | Quantified):
            bound |= {*one.names, "partial"}
        if isinstance(one, Lambda):
            bound |= {*one.parameters}
        open_nodes.extend(children(one))
    return frozenset(found - bound - {INPUT})
