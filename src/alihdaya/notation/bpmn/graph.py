"""A process as a typed graph: nodes and sequence flows under small whole numbers, with the file's own ids kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from alihdaya.kernel.errors import Problem, Source
from alihdaya.notation.bpmn.details import Data, Detail, Formula, Message, MultiInstance, StandardLoop
from alihdaya.notation.bpmn.iso8601 import Span


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
    THROW = "intermediateThrowEvent"
    SEND_TASK = "sendTask"
    CALL = "callActivity"
    SUB_PROCESS = "subProcess"
    TRANSACTION = "transaction"
    AD_HOC = "adHocSubProcess"
    EVENT_SUB_PROCESS = "eventSubProcess"
    """A subProcess with triggeredByEvent; the only kind whose name is not its element's."""
    INCLUSIVE = "inclusiveGateway"
    COMPLEX = "complexGateway"
    EVENT_BASED = "eventBasedGateway"


TASKS = frozenset(kind for kind in Kind if kind.value.lower().endswith("task"))
"""The kinds that are tasks."""

SCOPES = frozenset({Kind.SUB_PROCESS, Kind.TRANSACTION, Kind.AD_HOC, Kind.EVENT_SUB_PROCESS})
"""The kinds that hold flow nodes of their own."""

ACTIVITIES = TASKS | SCOPES | {Kind.CALL}
"""The kinds that are activities: they may carry boundary events and repeat."""

GATEWAYS = frozenset({Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE, Kind.COMPLEX, Kind.EVENT_BASED})
"""The kinds that are gateways."""


@dataclass(frozen=True, slots=True)
class Node:
    """A flow node. `incoming`, `outgoing` and `default` are flow indexes, `attached` a node index.

    `detail` is the event definition of an event or the work of a task; None for a plain one. `interrupting` is
    cancelActivity of a boundary event, isInterrupting of an event sub-process's start. Lists of flows are in the
    order of the file. `parent` is the index of the sub-process around the node, None where that is the process.
    `handler` of a compensation boundary event is the index of the activity that it starts. `locals` are the data
    objects and properties that live in a sub-process. `retry`: pauses after which an incident here is tried again;
    `timeout`: how long a job may take.
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
    parent: int | None = None
    loop: StandardLoop | MultiInstance | None = None
    data: Data | None = None
    compensates: bool = False
    handler: int | None = None
    instantiates: bool = False
    start_quantity: int = 1
    completion_quantity: int = 1
    locals: tuple[str, ...] = ()
    retry: tuple[Span, ...] = ()
    timeout: Span | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow (8.4.13) between two node indexes. `id` is "" where the file gives none.

    A pair of link events is joined by a flow too, whose name is the link's.
    """

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
    locals: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """Variables that are there from the start: data objects, properties and data inputs (10.4.1)."""

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
