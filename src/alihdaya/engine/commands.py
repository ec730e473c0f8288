"""What may be asked of an instance. A command that a rule forbids is refused and changes nothing."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Start(NamedTuple):
    """Start a new instance (its state is None) with these variables, whose values are FEEL values, never floats.

    `node` names the start event; "" means the only none start event, else the only start event. `called` says that
    a call activity waits for the end.
    """

    variables: Mapping[str, Any]
    node: str = ""
    called: bool = False


class CompleteTask(NamedTuple):
    """A person finished the user task of this token; `result` is merged into the variables."""

    token: int
    result: Mapping[str, Any]


class CompleteJob(NamedTuple):
    """A worker finished the service task of this token; `result` is merged into the variables."""

    token: int
    result: Mapping[str, Any]


class ThrowError(NamedTuple):
    """A task or job of this token ends in a BPMN error; without a boundary event for it, an incident."""

    token: int
    code: str
    message: str = ""


class FireTimer(NamedTuple):
    """The due time of this timer has come; refused before it.

    With `trouble` nothing goes on after it: every token that it would move gets an incident that says so.
    """

    timer: int
    trouble: str = ""


class DeliverMessage(NamedTuple):
    """A message for the waiting token with this name and correlation key; `payload` is merged into the variables.

    With no instance yet (state None), it starts one at the message start event of that name. `node` says which of
    several that wait is meant, "" that any will do.
    """

    name: str
    key: str
    payload: Mapping[str, Any]
    node: str = ""


class DeliverSignal(NamedTuple):
    """A signal for all that wait for it; refused where nothing does. Starts an instance as DeliverMessage does."""

    name: str
    payload: Mapping[str, Any]


class CompleteCall(NamedTuple):
    """The instance that the call activity of this token asked for has ended; `result` is merged into the variables."""

    token: int
    result: Mapping[str, Any]


class Escalate(NamedTuple):
    """An escalation rose out of the instance that the call activity of this token asked for."""

    token: int
    code: str | None


class SetVariables(NamedTuple):
    """Set variables from outside, as the token does: each where it lives, else in the process (token 0: there)."""

    variables: Mapping[str, Any]
    token: int = 0


class GoOn(NamedTuple):
    """Let the token that waits at a receive task or catch event go on, as if what it waits for had come."""

    token: int
    payload: Mapping[str, Any]


class Cancel(NamedTuple):
    """Stop the whole instance; every open wait is withdrawn."""

    reason: str


class Retry(NamedTuple):
    """Try again what the incident of this token stopped; the retries that the model states count anew."""

    token: int


class Move(NamedTuple):
    """Withdraw what this token waits for and carries, and let it enter `node`, of the same scope, anew."""

    token: int
    node: str


Command = (
    Start
    | CompleteTask
    | CompleteJob
    | CompleteCall
    | ThrowError
    | Escalate
    | FireTimer
    | DeliverMessage
    | DeliverSignal
    | SetVariables
    | GoOn
    | Cancel
    | Retry
    | Move
)
