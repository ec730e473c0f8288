"""Compiled segments: the straight way from the start or from a person's task to the next wait, as one function.

A segment is a shortcut and never another meaning. What it does not know it leaves to the interpreter (`run.Run`):
from the start, where data is unusual or a decision, script or step fails; or from the node where it stops.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from alihdaya.engine.behaviours.tasks import StepFunction
from alihdaya.engine.events import InstanceStarted, TaskClosed, VariablesSet
from alihdaya.engine.state import Instance
from alihdaya.engine.straight.shapes import Found, Straight
from alihdaya.engine.straight.writing import LIMIT, Root, Way, Writer
from alihdaya.notation.bpmn.graph import Kind, Node, Process
from alihdaya.notation.feel.emitter import Emitter

__all__ = ["LARGEST", "LIMIT", "After", "Segment", "afters_of", "segment_of"]

LARGEST = 1_000
"""Nodes of the largest process that is compiled; a larger one runs by the interpreter alone."""

Segment = Callable[[Mapping[str, Any], str, bool], Straight | Found | None]
"""From what Start says; gives a packed instance, or None where the interpreter must take it from the start."""

After = Callable[[Instance, int, Mapping[str, Any]], Straight | Found | None]
"""From an instance with one token, that token, and the result of its task; gives what a Segment gives."""


def segment_of(
    process: Process, start: Node | None, decisions: Mapping[str, Any], steps: Mapping[str, StepFunction]
) -> Segment | None:
    """Compile the segment from the start event `start`; None where nothing is straight there.

    The process must have no event sub-process of its own: those are armed before anything moves.
    """
    if start is None or start.kind is not Kind.START or start.detail is not None or len(start.outgoing) != 1:
        return None
    if start.parent is not None or start.data is not None or process.flows[start.outgoing[0]].condition is not None:
        return None
    writer = Writer(process, decisions, steps, _STARTING)
    _write(writer, start, {})
    if not writer.passed:
        return None
    general = writer.build(_start_head(writer.out, start), _PARAMETERS)
    return _ordinary(Writer(process, decisions, steps, _STARTING), start, writer.inputs, general)


_PARAMETERS = "base, node, called"


def _write(writer: Writer, start: Node, bound: Mapping[str, str]) -> None:
    constant, flow = writer.out.constant, start.outgoing[0]
    place = -1 - start.index
    fields = ", ".join(map(constant, (writer.process.id, start.id, place)))
    first = f"new({constant(InstanceStarted)}, ({fields}, base, called))"
    way = Way((first,), (flow,), frozenset({start.index}), bound, place=constant(place))
    writer.go(writer.process.flows[flow].target, way)


def _ordinary(writer: Writer, start: Node, inputs: Mapping[str, str], general: Segment) -> Segment:
    """Compile the same way once more for variables that are of the types that the first decisions want.

    Whatever is otherwise goes the general way.
    """
    if not inputs:
        return general
    out, tests = writer.out, ["not node"]
    bound = {name: out.fresh("v") for name in inputs}
    for name, local in bound.items():
        kind = out.kinds[local] = out.fresh("k")
        python = {"number": int, "string": str, "boolean": bool}[inputs[name]]
        out.facts[local] = frozenset({int, Decimal} if python is int else {python})
        test = f"({kind} is int or {kind} is Decimal and {local}.is_finite())"
        tests.append(test if python is int else f"{kind} is {python.__name__}")
    _write(writer, start, bound)
    otherwise = f"return {out.constant(general)}({_PARAMETERS})"
    before = [
        f" if type(base) is not dict: {otherwise}",
        " try:",
        *(f"  {local} = base[{out.constant(name)}]" for name, local in bound.items()),
        f" except Exception: {otherwise}",
        *(f" {out.kinds[local]} = type({local})" for local in bound.values()),
        f" if not ({' and '.join(tests)}): {otherwise}",
    ]
    copied = f" base = base.copy() if len(base) == {len(bound)} else check_variables(base)"
    segment: Segment = writer.build([copied], _PARAMETERS, before)
    return segment


def afters_of(process: Process, decisions: Mapping[str, Any], steps: Mapping[str, StepFunction]) -> dict[str, After]:
    """Compile the segments that begin where a person's task was finished, by the task's id."""
    found: dict[str, After] = {}
    for node in process.nodes:
        if node.kind is not Kind.USER_TASK:
            continue
        for root in (_CHAINED, _MERGED):
            writer = Writer(process, decisions, steps, root)
            if node.parent is None and writer.offers(node):
                flow = node.outgoing[0]
                first = _task_done(writer.out, node)
                way = Way(first, (flow,), frozenset({node.index}), {}, place="before.tokens[token]")
                writer.go(process.flows[flow].target, way)
            if writer.passed and (root.based or not writer.reads):
                found[node.id] = writer.build(_after_head(root), "before, token, mapping")
                break
    return found


_STARTING = Root(
    held=("base", "called"),
    variables="base.copy()",
    facts={"called": "called", "next_token": "2", "next_timer": "1"},
    moving="1",
    based=True,
)

_MERGED = Root(
    held=("base", "token", "mapping", "called", "next_token", "next_timer"),
    variables="base.copy()",
    facts={"called": "called", "next_token": "next_token", "next_timer": "next_timer"},
    moving="token",
    based=True,
)
"""After a task, where the way depends on variables, or waits again: they are merged at once."""

_CHAINED = Root(
    held=("was", "past", "token", "mapping"),
    variables="{**earlier['variables'], **mapping}",
    facts={name: f"earlier['{name}']" for name in ("called", "next_token", "next_timer")},
    moving="token",
    based=False,
)
"""After a task, where the instance ends whatever its variables are: nobody may ever ask for them."""


def _start_head(out: Emitter, start: Node) -> list[str]:
    return [
        f" if node and node != {out.constant(start.id)}: return None",
        *_checked("base"),
    ]


def _after_head(root: Root) -> list[str]:
    straight = "before.full is None and len(before.tokens) == 1 and not before.timers and not before.incidents"
    merged = [
        " base = {**before.variables, **mapping}",
        " called, next_token, next_timer = before.called, before.next_token, before.next_timer",
    ]
    chained = [" was, past = (before.shape, before.held) if before.shape is not None else packed(before)"]
    return [
        f" if before.shape is None and not ({straight}): return None",
        *_checked("mapping"),
        *(merged if root.based else chained),
    ]


def _task_done(out: Emitter, node: Node) -> tuple[str, ...]:
    node_id = out.constant(node.id)
    result = f"new({out.constant(VariablesSet)}, ({node_id}, mapping, 0))"
    return (f"new({out.constant(TaskClosed)}, (token, {node_id}, 'completed'))", result)


def _checked(name: str) -> tuple[str, ...]:
    """Write how variables that come in are checked and copied: quickly, where nothing in them is unusual."""
    return (
        f" if type({name}) is dict:",
        f"  {name} = {name}.copy()",
        f"  for key in {name}:",
        f"   if type(key) is not str or type({name}[key]) not in ATOMS: {name} = check_variables({name}); break",
        f" else: {name} = check_variables({name})",
    )
