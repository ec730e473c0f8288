"""What a node holds beyond its kind: the definitions of an event, the work of a task, how an activity repeats."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from alihdaya.kernel.errors import Source

SERVICE: Final = "service"
FOR_GOOD: Final = "for-good"
"""Before a colon, what a call activity calls that hands over to a service (Call)."""

TimerKind = Literal["duration", "date", "cycle"]


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
    """A message (8.4.11): the name that senders use, and what gives its correlation key.

    `key` is `alihdaya:key` or made of the message paths of correlation properties; `awaited` is made of the data paths
    by which a process subscribes to them (8.4.2), and is None where the same formula gives both. `keep`: microseconds
    that it waits for its receiver (`alihdaya:keep`), None where the model does not say.
    """

    name: str
    key: Formula | None = None
    awaited: Formula | None = None
    keep: int | None = None


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
class Job:
    """A service task that is done outside the engine, under this name: by the pack's function, or a worker.

    A task that has neither step nor job is a job under its own id.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Script:
    """A script task in FEEL, and the variable for its value ("" merges a context)."""

    formula: Formula
    result: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal (10.5.5): the name by which it is broadcast."""

    name: str


@dataclass(frozen=True, slots=True)
class Escalation:
    """An escalation event definition (10.5.5). The code is None where every escalation is meant."""

    code: str | None


@dataclass(frozen=True, slots=True)
class Conditional:
    """A conditional event definition (10.5.5): it happens as the FEEL condition becomes true."""

    condition: Formula


@dataclass(frozen=True, slots=True)
class Link:
    """A link event definition (10.5.5): a throwing link goes on at the catching one of the same name and scope."""

    name: str


@dataclass(frozen=True, slots=True)
class Compensate:
    """A compensation event definition (10.5.5). `activity` is the id of the one that is meant, "" for all."""

    activity: str = ""


@dataclass(frozen=True, slots=True)
class CancelTransaction:
    """A cancel event definition (10.5.5): the transaction is given up."""


@dataclass(frozen=True, slots=True)
class Multiple:
    """Several definitions of one event: a throwing event throws all, a catching one needs one, or (parallel) all."""

    parts: tuple["Detail", ...]
    parallel: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call activity (10.3.6): the id of the process or global task that it calls.

    Or, with `alihdaya:service`, of the service that the item is handed over to: "service:NAME", "for-good:NAME" where
    nothing comes back (`alihdaya:final`). No process has such an id.
    """

    element: str


@dataclass(frozen=True, slots=True)
class Complex:
    """A complex gateway (10.6.5): when it lets tokens pass, in FEEL over `activationCount` and the variables."""

    activation: Formula | None


@dataclass(frozen=True, slots=True)
class EventBased:
    """An event-based gateway (10.6.6); an instantiating one starts the process, a parallel one needs all events."""

    instantiate: bool = False
    parallel: bool = False


@dataclass(frozen=True, slots=True)
class AdHoc:
    """An ad-hoc sub-process (10.3.5): activities in any order, one after another or all at once, until `done`."""

    sequential: bool = False
    done: Formula | None = None
    cancel_remaining: bool = True


Detail = (
    Timer
    | Message
    | Error
    | Terminate
    | UserWork
    | Rule
    | Step
    | Job
    | Script
    | Signal
    | Escalation
    | Conditional
    | Link
    | Compensate
    | CancelTransaction
    | Multiple
    | Call
    | Complex
    | EventBased
    | AdHoc
    | None
)


@dataclass(frozen=True, slots=True)
class StandardLoop:
    """Standard loop (10.3.7): again while `condition` holds, `maximum` times at the most (None = no bound)."""

    condition: Formula | None = None
    before: bool = False
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """Multi-instance (10.3.7): `cardinality` instances, or one for each entry of the variable `collection`.

    `item` is the variable that holds an instance's entry; the values of `result` are gathered in the list `results`.
    `throws` (condition, event) after an instance is done: behavior None, One ("numberOfCompletedInstances = 1") and
    Complex.
    """

    sequential: bool
    cardinality: Formula | None = None
    collection: str = ""
    item: str = ""
    result: str = ""
    results: str = ""
    completion: Formula | None = None
    throws: tuple[tuple[Formula | None, Detail], ...] = ()


@dataclass(frozen=True, slots=True)
class Association:
    """A data association (10.4.2): the variable `target` becomes `formula`, or the value of the variable `origin`."""

    target: str
    origin: str = ""
    formula: Formula | None = None


@dataclass(frozen=True, slots=True)
class Data:
    """Data inputs and outputs of an activity or event, and how they are filled and emptied (10.4.2)."""

    inputs: tuple[Association, ...] = ()
    outputs: tuple[Association, ...] = ()
    made: tuple[str, ...] = ()
    """Names of the data outputs: what the work sets under these names stays with it until the associations run."""
