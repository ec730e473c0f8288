"""What happens around scopes: sub-processes, repetition, events that are caught and thrown, compensation, calls.

Scope 0 is the process itself; others are numbered from 1, as are catches and compensation records, and no number is
reused within an instance. A straight instance has none of these.
"""

from typing import Any, NamedTuple

from alihdaya.kernel.event import event


@event("engine.token_born")
class TokenBorn(NamedTuple):
    """A new token stands in a scope at `place`."""

    token: int
    scope: int
    place: int
    node: str


@event("engine.token_killed")
class TokenKilled(NamedTuple):
    """An interruption took a token away, whatever it was doing."""

    token: int


@event("engine.scope_opened")
class ScopeOpened(NamedTuple):
    """The activity `node`, where `token` stands, has a scope inside `parent` now.

    `kind`: body (content of a sub-process), part (one run of an activity that repeats or has data of its own), or
    revived (a completed scope `revives` that is being compensated). `variables` live in the scope.
    """

    scope: int
    parent: int
    node: str
    token: int
    kind: str
    variables: dict[str, Any]
    revives: int = 0


@event("engine.scope_closed")
class ScopeClosed(NamedTuple):
    """A scope is gone, its tokens before it; `outcome`: completed or interrupted."""

    scope: int
    node: str
    outcome: str


@event("engine.catch_opened")
class CatchOpened(NamedTuple):
    """The event `node` can happen now, to `token` (0 for the process): a message, a signal or a condition.

    What is born of it stands in `scope`. `name` and `key` are those of a message, `name` that of a signal.
    """

    catch: int
    token: int
    scope: int
    node: str
    kind: str
    name: str = ""
    key: str = ""


@event("engine.catch_taken")
class CatchTaken(NamedTuple):
    """What was waited for has come; unless it `stays` for more, the catch is closed."""

    catch: int
    node: str
    stays: bool


@event("engine.catch_closed")
class CatchClosed(NamedTuple):
    """The event can no longer happen."""

    catch: int


@event("engine.condition_changed")
class ConditionChanged(NamedTuple):
    """A condition that was met may be met anew (`held` false), or was met and has to be false first (`held` true)."""

    catch: int
    held: bool


@event("engine.loop_begun")
class LoopBegun(NamedTuple):
    """An activity repeats for `token`: `total` times (-1 where only its condition tells), over `items` if given."""

    token: int
    node: str
    total: int
    items: list[Any] | None = None


@event("engine.loop_started")
class LoopStarted(NamedTuple):
    """The next run of a repeating activity began."""

    token: int


@event("engine.loop_done")
class LoopDone(NamedTuple):
    """Run `run` of a repeating activity, from 0, is done; `output` is its value, where it gives one."""

    token: int
    run: int
    output: Any = None


@event("engine.gateway_activated")
class GatewayActivated(NamedTuple):
    """A complex gateway let tokens pass and waits now for those that may still come; `flows` have had theirs."""

    scope: int
    node: str
    flows: tuple[int, ...]


@event("engine.gateway_reset")
class GatewayReset(NamedTuple):
    """A complex gateway can be activated anew."""

    scope: int
    node: str


@event("engine.compensation_kept")
class CompensationKept(NamedTuple):
    """A completed activity can be compensated: by its handler, or (`inner`) by what was done inside that scope.

    `variables` are those that the scope had at completion.
    """

    record: int
    scope: int
    node: str
    inner: int
    variables: dict[str, Any]


@event("engine.compensation_begun")
class CompensationBegun(NamedTuple):
    """A token waits until these records are compensated, the last one first."""

    token: int
    node: str
    records: tuple[int, ...]


@event("engine.handler_started")
class HandlerStarted(NamedTuple):
    """For the waiting `token`, `born` compensates the last of its records."""

    token: int
    record: int
    born: int
    place: int
    scope: int


@event("engine.compensation_ended")
class CompensationEnded(NamedTuple):
    """All that the token waited for is compensated."""

    token: int


@event("engine.message_thrown")
class MessageThrown(NamedTuple):
    """A message left the instance; the shell brings it to whoever waits, or starts what it starts."""

    token: int
    node: str
    name: str
    key: str
    payload: dict[str, Any]


@event("engine.signal_thrown")
class SignalThrown(NamedTuple):
    """A signal was broadcast; this instance has had it already, the shell brings it to all others."""

    token: int
    node: str
    name: str
    payload: dict[str, Any]


@event("engine.escalation_thrown")
class EscalationThrown(NamedTuple):
    """An escalation rose from `node` and was caught at `caught`; with "" it left the instance (for its caller)."""

    token: int
    node: str
    code: str | None
    caught: str


@event("engine.error_escaped")
class ErrorEscaped(NamedTuple):
    """An error ended the called instance: its caller gets it."""

    node: str
    code: str
    message: str


@event("engine.call_requested")
class CallRequested(NamedTuple):
    """A call activity waits for an instance of `process`, which the shell starts with these variables."""

    token: int
    node: str
    process: str
    variables: dict[str, Any]


@event("engine.call_closed")
class CallClosed(NamedTuple):
    """The call activity no longer waits; `outcome`: completed, failed, or withdrawn (the shell stops the instance)."""

    token: int
    node: str
    outcome: str
