"""Names in the FEEL of a process that nothing supplies: conditions, scripts, timers, keys, inputs, outputs, loops."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from alihdaya.kernel.errors import Source
from alihdaya.notation.bpmn.details import (
    AdHoc,
    Complex,
    Conditional,
    Detail,
    Formula,
    Message,
    MultiInstance,
    Multiple,
    Rule,
    Script,
    Timer,
    UserWork,
)
from alihdaya.notation.bpmn.findings.supply import ANYTHING, COUNTER, Known, inside, supplied, writes
from alihdaya.notation.bpmn.graph import Kind, Node, Process
from alihdaya.notation.finding import Finding, mark
from alihdaya.notation.finding import Rule as Kinds

_TITLE = mark("names")
_UNKNOWN = Kinds("BPMN961", "error", _TITLE, mark("{what} reads {name!r}, to which nothing before it gives a value"))
_MISSPELT = Kinds(
    "BPMN961",
    "error",
    _TITLE,
    mark("{what} reads {name!r}, to which nothing before it gives a value; did you mean {near!r}?"),
)
_OPEN = Kinds(
    "BPMN962",
    "note",
    _TITLE,
    mark("not checked from here on: any variable may come with what happens here. Not known otherwise: {names}"),
)
_OUTSIDE = Kinds(
    "BPMN963", "note", _TITLE, mark("nothing in this file gives them a value, so whoever starts has to: {names}")
)
_COUNTS = frozenset({
    COUNTER, "numberOfInstances", "numberOfActiveInstances", "numberOfCompletedInstances",
    "numberOfTerminatedInstances",
})  # fmt: skip
_NEAR = 0.75

CONDITION = mark("the condition of a flow")
DECISION = mark("the decision")
_SCRIPT, _TIMER, _PRIORITY = mark("the script"), mark("the timer"), mark("the priority")
_KEY, _EVENT, _GATEWAY = mark("the correlation key"), mark("the condition of the event"), mark("the activation")
_DONE, _LOOP, _COLLECTION = mark("the completion condition"), mark("the loop"), mark("the collection of the loop")
_INPUT, _OUTPUT, _THROWN = mark("a data input"), mark("a data output"), mark("the event thrown by the loop")


class Read(NamedTuple):
    """A node reads a variable: before its work, or (`after`) when the work is done."""

    node: Node
    name: str
    what: str
    source: Source
    after: bool = False


def check_names(process: Process, known: Known) -> list[Finding]:
    """Give the names that are read and that nothing supplies: errors where that is certain.

    Where the set of variables is open (a message, a job, a step brings what it likes), nothing is certain from there
    on: a note says so.
    """
    found = [one for node in process.nodes for one in reads(process, node, known)]
    before = supplied(process, known, {one.name for one in found})
    everything = known.start.union(process.locals, *(writes(known, node) | inside(node) for node in process.nodes))
    findings, unsure = [], set()
    for one in dict.fromkeys(found):
        there = before[one.node.index]
        there = there | writes(known, one.node) | inside(one.node) if one.after else there
        if one.name not in there and ANYTHING not in there:
            findings.append(_unknown(one, everything - {ANYTHING}))
        elif one.name not in everything:
            unsure.add(one.name)
    return [*findings, *_open(process, known, unsure)] if unsure else findings


def _unknown(read: Read, names: frozenset[str]) -> Finding:
    near = get_close_matches(read.name, names - {read.name}, 1, _NEAR) if len(read.name) > 1 else []
    facts = {"what": read.what, "name": read.name} | ({"near": near[0]} if near else {})
    return Finding(_MISSPELT if near else _UNKNOWN, read.source, read.node.id, facts)


def _open(process: Process, known: Known, unsure: set[str]) -> Iterator[Finding]:
    facts = {"names": ", ".join(sorted(unsure))}
    if ANYTHING in known.start:
        yield Finding(_OUTSIDE, process.source, process.id, facts)
        return
    first = next((node for node in process.nodes if ANYTHING in writes(known, node)), None)
    if first is not None:
        yield Finding(_OPEN, first.source, first.id, facts)


def reads(process: Process, node: Node, known: Known) -> Iterator[Read]:
    """Give what the FEEL of a node, and of the flows that leave it, reads beyond what it brings itself."""
    for index in node.outgoing:
        yield from _of(node, process.flows[index].condition, CONDITION, after=True)
    own = inside(node)
    details = node.detail.parts if isinstance(node.detail, Multiple) else (node.detail,)
    read = [one for detail in details for one in _detail(process, node, detail)]
    if isinstance(node.detail, Rule):
        names = known.decisions.get(node.detail.decision, frozenset())
        read += [Read(node, name, DECISION, node.source) for name in sorted(names)]
    yield from (one for one in (*read, *_data(node)) if one.name not in own)
    yield from (one for one in _loop(node) if one.name not in own | _COUNTS)


def _of(node: Node, formula: Formula | None, what: str, *, after: bool = False) -> Iterator[Read]:
    if formula is not None and formula.expr is not None:
        yield from (Read(node, name, what, formula.source, after) for name in sorted(formula.expr.names))


def _detail(process: Process, node: Node, detail: Detail) -> Iterator[Read]:
    match detail:
        case Script():
            yield from _of(node, detail.formula, _SCRIPT)
        case Timer():
            yield from _of(node, detail.formula, _TIMER)
        case UserWork():
            yield from _of(node, detail.priority, _PRIORITY)
        case Conditional():
            yield from _of(node, detail.condition, _EVENT)
        case AdHoc():
            yield from _of(node, detail.done, _DONE, after=True)
        case Complex():
            counts = {"activationCount", *(process.flows[flow].id for flow in node.incoming)}
            yield from (one for one in _of(node, detail.activation, _GATEWAY) if one.name not in counts)
        case Message():
            yield from _of(node, _key(node, detail), _KEY)


def _key(node: Node, message: Message) -> Formula | None:
    """Give the key that is computed from an instance's variables: not from what is sent, or what starts it."""
    if node.kind in (Kind.THROW, Kind.END, Kind.SEND_TASK):
        return None if node.data is not None and node.data.inputs else message.key
    return None if node.kind is Kind.START or node.instantiates else message.awaited or message.key


def _data(node: Node) -> Iterator[Read]:
    if node.data is not None:
        for one in node.data.inputs:
            yield from _of(node, one.formula, _INPUT)
        for one in node.data.outputs:
            yield from _of(node, one.formula, _OUTPUT, after=True)


def _loop(node: Node) -> Iterator[Read]:
    loop = node.loop
    if loop is None:
        return
    if not isinstance(loop, MultiInstance):
        yield from _of(node, loop.condition, _LOOP, after=True)
        return
    if loop.collection:
        yield Read(node, loop.collection, _COLLECTION, node.source)
    yield from _of(node, loop.cardinality, _LOOP)
    yield from _of(node, loop.completion, _DONE, after=True)
    for condition, _ in loop.throws:
        yield from _of(node, condition, _THROWN, after=True)
