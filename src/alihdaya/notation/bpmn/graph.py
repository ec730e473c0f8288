"""A process as a typed graph: nodes and sequence flows under small whole numbers, with the file's own ids kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from alihdaya.kernel.errors import Problem, Source

TimerKind = Literal["duration", "date", "cycle"]


class Kind(StrEnum):
    """What a flow node is, by the local name of its element (BPMN 2.0, chapter 10)."""

    START = "startEvent"
    END = "endEvent"
    CATCH = "intermediateCatchEvent"
    BOUNDARY = "boundaryEvent"
    TASK = "task"
    MANUAL_TASK = "manualTask"
    USER_TASK = "userTask"
    SERVICE_TASK = "serviceTask"
    SCRIPT_TASK = "scriptTask"
    RULE_TASK = "businessRuleTask"
    RECEIVE_TASK = "receiveTask"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"


TASKS = frozenset(kind for kind in Kind if kind.value.lower().endswith("task"))
"""The kinds that are activities: they may carry boundary events."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A FEEL expression: its text, its parsed form (an Expr of notation.feel) and where it stands."""

    text: str
    expr: Any = field(compare=False, repr=False)
    source: Source = field(default=Source(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer event definition (10.5.5). `formula` is None where `text` is plain ISO 8601."""

    kind: TimerKind
    text: str
    formula: Formula | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message (8.4.11): the name that senders use, and `alihdaya:key`, which gives the correlation key."""

    name: str
    key: Formula | None = None


@dataclass(frozen=True, slots=True)
class Error:
    """An error event definition (10.5.5). The code is None where every error is meant."""

    code: str | None


@dataclass(frozen=True, slots=True)
class Terminate:
    """A terminate event definition (10.5.3): the end of the whole process."""


@dataclass(frozen=True, slots=True)
class UserWork:
    """What a user task asks of a person (`alihdaya:` attributes); an empty text asks for nothing.

    `not_by`: ids of user tasks; whoever finished one of them for the same item may not do this one (four eyes).
    """

    skill: str = ""
    language: str = ""
    level: str = ""
    certificate: str = ""
    form: str = ""
    priority: Formula | None = None
    not_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A business rule task: the decision's name or id, and the variable for its value ("" merges a context)."""

    decision: str
    result: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A service task run inline by the pack's pure function of that name."""

    name: str


@dataclass(frozen=True, slots=True)
class Script:
    """A script task in FEEL, and the variable for its value ("" merges a context)."""

    formula: Formula
    result: str = ""


Detail = Timer | Message | Error | Terminate | UserWork | Rule | Step | Script | None


@dataclass(frozen=True, slots=True)
class Node:
    """A flow node. `incoming`, `outgoing` and `default` are flow indexes, `attached` a node index.

    `detail` is the event definition of an event or the work of a task; None for a plain one. `interrupting` is
    cancelActivity of a boundary event. Lists of flows are in the order of the file.
    """

    index: int
    id: str
    kind: Kind
    name: str = ""
    detail: Detail = None
    incoming: tuple[int, ...] = ()
    outgoing: tuple[int, ...] = ()
    default: int | None = None
    attached: int | None = None
    interrupting: bool = True
    source: Source = field(default=Source(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow (8.4.13) between two node indexes. `id` is "" where the file gives none."""

    index: int
    origin: int
    target: int
    id: str = ""
    name: str = ""
    condition: Formula | None = None
    source: Source = field(default=Source(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Process:
    """An executable process; `nodes[i].index == i` and `flows[i].index == i`."""

    id: str
    name: str
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    source: Source = field(default=Source(), compare=False, repr=False)

    def node(self, node_id: str) -> Node:
        """Give the node of that id. Raises KeyError."""
        for node in self.nodes:
            if node.id == node_id:
                return node
        raise KeyError(node_id)


@dataclass(frozen=True, slots=True)
class Definitions:
    """One BPMN file. `notes` are warnings about parts that are drawn but not executed."""

    id: str
    name: str
    processes: tuple[Process, ...]
    messages: Mapping[str, Message]
    notes: tuple[Problem, ...] = ()

    def process(self, process_id: str = "") -> Process:
        """Give the process of that id, or the only one. Raises KeyError."""
        found = [process for process in self.processes if process_id in ("", process.id)]
        if len(found) != 1:
            raise KeyError(process_id or "the file has several processes")
        return found[0]
