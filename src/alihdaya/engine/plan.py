"""A plan: one process made ready to run, with one closure per node for entering, offering and leaving it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from alihdaya.notation.bpmn.details import Detail, Timer
from alihdaya.notation.bpmn.graph import Node, Process

Closure = Callable[[Any, int], int]
"""Acts for a token in a Run; gives the flow to take next, or STOP."""

Offer = Callable[[Any, int], Any]
"""Gives the event by which a token begins to wait at a node."""

DueAt = Callable[[Mapping[str, Any], int], tuple[int, int, int, int]]
"""From variables and now (microseconds): due, left, months, micros as in TimerSet."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """A boundary timer of an activity: its node's id and its due time."""

    id: str
    due: DueAt


@dataclass(frozen=True, slots=True)
class Plan:
    """What `decide` runs. Tuples are by node index, `target` by flow index.

    `digest` names the process graph (sha256 in hex): equal digests mean equal indexes. `budget` is the greatest
    number of nodes that one command may pass. `catchers[n]`: error code (None = any) -> boundary node index.
    `start` is the start event that Start takes unless it names one.
    """

    process: Process
    digest: str
    budget: int
    enter: tuple[Closure, ...] = field(repr=False)
    leave: tuple[Closure, ...] = field(repr=False)
    offer: tuple[Offer | None, ...] = field(repr=False)
    target: tuple[int, ...] = field(repr=False)
    catchers: tuple[Mapping[str | None, int], ...] = field(repr=False)
    index: Mapping[str, int] = field(repr=False)
    starts: tuple[Node, ...] = field(repr=False)
    start: Node | None = field(repr=False)

    def node(self, node_id: str) -> Node:
        """Give the node of that id. Raises KeyError."""
        return self.process.nodes[self.index[node_id]]

    def work(self, node_id: str) -> Detail:
        """Give the node's detail: the UserWork of a user task, the Timer of a timer event. Raises KeyError."""
        return self.node(node_id).detail

    def timer_starts(self) -> tuple[tuple[str, Timer], ...]:
        """Give the ids and timers of the timer start events, for the shell that wakes them."""
        return tuple((node.id, node.detail) for node in self.starts if isinstance(node.detail, Timer))

    def node_at(self, place: int) -> int:
        """Give the index of the node where a token with this place stands."""
        return self.target[place] if place >= 0 else -1 - place
