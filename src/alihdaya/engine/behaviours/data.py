"""Data that goes into and out of activities and events by associations (10.4.2, 13.3.2)."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from alihdaya.engine.values import check_value
from alihdaya.notation import feel
from alihdaya.notation.bpmn.details import Association
from alihdaya.notation.bpmn.graph import Node

if TYPE_CHECKING:
    from alihdaya.engine.run import Run

Fill = Callable[[Mapping[str, Any]], dict[str, Any]]


def filler(associations: tuple[Association, ...]) -> Fill:
    """Compile associations: from what is visible, the variables that they set. Nothing comes of what is not there."""
    ways = [
        (one.target, one.origin, feel.compile_expression(one.formula.expr) if one.formula is not None else None)
        for one in associations
    ]

    def fill(variables: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for target, origin, formula in ways:
            if formula is not None:
                made[target] = formula(variables)
                check_value(made[target], target)
            elif origin in variables:
                made[target] = variables[origin]
        return made

    return fill


def payload_of(run: "Run", token: int, node: Node) -> dict[str, Any]:
    """Give what a throwing event or send task sends: what its input associations give."""
    if node.data is None or not node.data.inputs:
        return {}
    return filler(node.data.inputs)(run.view(token))


def received(scope_view: Mapping[str, Any], node: Node, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the variables that a payload sets: all of it, or what the event's output associations say."""
    if node.data is None or not node.data.outputs or not payload:
        return payload
    return filler(node.data.outputs)({**scope_view, **payload})
