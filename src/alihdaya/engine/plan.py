"""A plan: one process made ready to run, with one closure per node for entering, offering and leaving it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from alihdaya.notation.bpmn.details import Detail
from alihdaya.notation.bpmn.graph import Node, Process

if TYPE_CHECKING:
    from alihdaya.engine.straight.segments import After, Segment

STOP = -1
"""What a closure gives instead of a flow: the token waits, was split, is parked or is gone."""

ROOT = -1
"""The key of the process itself where scopes are keyed by the index of their node."""


class Stuck(Exception):  # control flow of the engine, caught by Run.advance
    """A node cannot be passed; it becomes an incident of this code and text."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


Closure = Callable[[Any, int], int]
"""Acts for a token in a Run; gives the flow to take next, or STOP."""

Offer = Callable[[Any, int], Any]
"""Gives the event by which a token begins to wait at a node."""

DueAt = Callable[[Mapping[str, Any], int], tuple[int, int, int, int]]
"""From variables and now (microseconds): due, left, months, micros as in TimerSet."""


class Arm(NamedTuple):
    """One definition of an event that can happen: `node` is its index, `part` its place among the definitions.

    `compute` gives from variables and now: what TimerSet says of a timer, the name and key of a message, the name of
    a signal, or whether a condition holds.
    """

    node: int
    id: str
    kind: str
    part: int
    compute: Callable[[Mapping[str, Any], int], tuple[Any, ...]]


class Join(NamedTuple):
    """An inclusive or complex gateway that waits for tokens.

    `reach`: flow -> bits of the incoming flows (in order) that a token on it can come to without passing the gateway.
    """

    node: int
    incoming: tuple[int, ...]
    reach: Mapping[int, int]
    fire: Callable[..., bool]
    """From run, scope, flow -> first token, and `complete` (all is there that can come); says if tokens moved."""


Catchers = Mapping[str | None, int]
"""Code (None = any) -> index of the event that catches it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What `decide` runs. Tuples are by node index, `target` by flow index, mappings of scopes by node index or ROOT.

    `digest` names the process graph (sha256 in hex): equal digests mean equal indexes. `budget` is the greatest
    number of nodes that one command may pass. `start` is the start event that Start takes unless it names one.
    `inner` is what one run of a repeating activity does; `arms` are the events at an activity's boundary or those
    that a catching event waits for. Of a scope: `begins`, the nodes where it begins, `events`, what starts its event
    sub-processes, `errors` and `escalations`, their starts by code, `undo`, the start of its compensation.
    """

    process: Process
    digest: str
    budget: int
    enter: tuple[Closure, ...] = field(repr=False)
    inner: tuple[Closure, ...] = field(repr=False)
    leave: tuple[Closure, ...] = field(repr=False)
    offer: tuple[Offer | None, ...] = field(repr=False)
    target: tuple[int, ...] = field(repr=False)
    arms: tuple[tuple[Arm, ...], ...] = field(repr=False)
    catchers: tuple[Catchers, ...] = field(repr=False)
    risen: tuple[Catchers, ...] = field(repr=False)
    """Boundary events for escalations, as `catchers` are for errors."""
    attached: tuple[tuple[int, ...], ...] = field(repr=False)
    """Boundary events of each activity."""
    joins: tuple[Join, ...] = field(repr=False)
    begins: Mapping[int, tuple[int, ...]] = field(repr=False)
    events: Mapping[int, tuple[Arm, ...]] = field(repr=False)
    errors: Mapping[int, Catchers] = field(repr=False)
    escalations: Mapping[int, Catchers] = field(repr=False)
    undo: Mapping[int, int] = field(repr=False)
    index: Mapping[str, int] = field(repr=False)
    starts: tuple[Node, ...] = field(repr=False)
    start: Node | None = field(repr=False)
    segment: "Segment | None" = field(default=None, repr=False)
    """The compiled way of a new instance (engine.straight.segments), None where there is none."""
    afters: "Mapping[str, After]" = field(default_factory=dict, repr=False)
    """The compiled ways on from people's tasks, by their ids."""

    def node(self, node_id: str) -> Node:
        """Give the node of that id. Raises KeyError."""
        return self.process.nodes[self.index[node_id]]

    def work(self, node_id: str) -> Detail:
        """Give the node's detail: the UserWork of a user task, the Timer of a timer event. Raises KeyError."""
        return self.node(node_id).detail

    def node_at(self, place: int) -> int:
        """Give the index of the node where a token with this place stands."""
        return self.target[place] if place >= 0 else -1 - place

    def key(self, scope_node: str) -> int:
        """Give the key of a scope by its node's id, "" for the process."""
        return self.index[scope_node] if scope_node else ROOT
