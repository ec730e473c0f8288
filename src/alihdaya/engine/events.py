"""What happens inside an instance. Folding `apply` over these gives the instance's state.

Nodes are named by their BPMN ids, so that a log can be read without the model. Where a token stands, and the way it
went, are small whole numbers: the index of the sequence flow that it took last, or -1 - n for "at node n, entered by
no flow" (a start or boundary event). Tokens and timers are numbered from 1 and never reused within an instance.
"""

from typing import Any, NamedTuple

from alihdaya.kernel.event import event


@event("engine.started")
class InstanceStarted(NamedTuple):
    """Token 1 stands at `node`, where the process starts (its `place` is -1 - index).

    `variables` are those given to Start; `called` says that a call activity waits for the end.
    """

    process: str
    node: str
    place: int
    variables: dict[str, Any]
    called: bool = False


@event("engine.moved")
class Moved(NamedTuple):
    """A token took these sequence flows, by index, one after another: one event for a whole straight run."""

    token: int
    path: tuple[int, ...]


@event("engine.token_moved")
class TokenMoved(NamedTuple):
    """By hand: all that the token waited for at `node` is withdrawn, and it stands at `to`, entered by no flow."""

    token: int
    node: str
    to: str
    place: int


@event("engine.split")
class TokensSplit(NamedTuple):
    """A token became one on each of these flows, numbered from `first` in their order."""

    token: int
    first: int
    flows: tuple[int, ...]


@event("engine.joined")
class TokensJoined(NamedTuple):
    """A parallel join consumed the tokens `others`, one of each further incoming flow, and `token` goes on."""

    token: int
    others: tuple[int, ...]


@event("engine.token_ended")
class TokenEnded(NamedTuple):
    """A token was consumed at an end while others live."""

    token: int
    node: str


@event("engine.boundary_taken")
class BoundaryTaken(NamedTuple):
    """A new token `born` stands at the boundary event `node`; where it interrupts, the activity's token is dead."""

    token: int
    node: str
    born: int
    place: int
    interrupting: bool


@event("engine.decided")
class DecisionMade(NamedTuple):
    """A decision gave `value`; `fired` are the numbers, from 1, of the rules that matched.

    The value becomes the variable `result`; with result "" it is a context, merged into the variables. Where the
    token stands in a `scope`, the VariablesSet that follows says whose variables these are.
    """

    node: str
    decision: str
    value: Any
    fired: tuple[int, ...]
    result: str = ""
    scope: int = 0


@event("engine.variables_set")
class VariablesSet(NamedTuple):
    """These variables of the scope got new values at `node`: a script, a step, a result, a payload."""

    node: str
    variables: dict[str, Any]
    scope: int = 0


@event("engine.task_offered")
class TaskOffered(NamedTuple):
    """A user task waits for a person; what it needs is in the plan (`Plan.work`). A higher priority goes first."""

    token: int
    node: str
    priority: int = 0


@event("engine.task_closed")
class TaskClosed(NamedTuple):
    """The user task no longer waits; `outcome`: completed, withdrawn (interrupted, cancelled) or failed (an error)."""

    token: int
    node: str
    outcome: str


@event("engine.job_offered")
class JobOffered(NamedTuple):
    """A service task waits for a worker. `retries` are left after this attempt; -1: all that the model states."""

    token: int
    node: str
    retries: int = -1


@event("engine.job_closed")
class JobClosed(NamedTuple):
    """The service task no longer waits; `outcome` as of TaskClosed."""

    token: int
    node: str
    outcome: str


@event("engine.timer_set")
class TimerSet(NamedTuple):
    """A timer of the event `node` runs until `due` (microseconds UTC), for the token that waits there or carries it.

    `left` more firings follow (-1 = for ever), each `months` and `micros` after the one before. Of an activity, it
    tries again what an incident stopped there (`left` more retries follow), or ends the wait for its job.
    """

    timer: int
    token: int
    node: str
    due: int
    left: int = 0
    months: int = 0
    micros: int = 0


@event("engine.timer_fired")
class TimerFired(NamedTuple):
    """The due time came."""

    timer: int
    token: int
    node: str


@event("engine.timer_cancelled")
class TimerCancelled(NamedTuple):
    """The timer is no longer needed."""

    timer: int


@event("engine.message_awaited")
class MessageAwaited(NamedTuple):
    """A token waits for a message of this name and correlation key ("" where the message has no key)."""

    token: int
    node: str
    name: str
    key: str


@event("engine.message_correlated")
class MessageCorrelated(NamedTuple):
    """The awaited message came."""

    token: int
    node: str


@event("engine.message_cancelled")
class MessageCancelled(NamedTuple):
    """The message is no longer awaited."""

    token: int
    node: str


@event("engine.error_caught")
class ErrorCaught(NamedTuple):
    """The boundary event `node` catches a BPMN error of the activity where `token` stood; BoundaryTaken follows."""

    token: int
    node: str
    code: str


@event("engine.incident_raised")
class IncidentRaised(NamedTuple):
    """A token cannot go on; it stays where it is until Retry, an interruption or Cancel.

    `stage` says what Retry does: "enter" the node again, "offer" its work again (its timers still run), or only
    "leave" it (its work is done).
    """

    token: int
    node: str
    code: str
    message: str
    stage: str = "enter"


@event("engine.incident_cleared")
class IncidentCleared(NamedTuple):
    """The incident of this token is over: it was tried again or taken away."""

    token: int


@event("engine.ended")
class InstanceEnded(NamedTuple):
    """The last token was consumed at this end event, or a terminate end event consumed all."""

    node: str


@event("engine.cancelled")
class InstanceCancelled(NamedTuple):
    """The instance was stopped from outside."""

    reason: str


@event("engine.migrated")
class Migrated(NamedTuple):
    """The instance goes on in another version of its model, as an instance of `process`.

    `nodes`: old id -> new id of what it names and is called otherwise; `places`: token -> its new place, of all
    tokens; `passed`: (scope, new id, new flows) of every activated complex gateway. What else changes (timers,
    messages, events that can happen) follows as events of its own.
    """

    process: str
    nodes: dict[str, str]
    places: tuple[tuple[int, int], ...]
    passed: tuple[tuple[int, str, tuple[int, ...]], ...] = ()
