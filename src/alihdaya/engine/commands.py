"""What may be asked of an instance. A command that a rule forbids is refused and changes nothing."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Start(NamedTuple):
    """Start a new instance (its state is None) with these variables, whose values are FEEL values, never floats.

    `node` names the start event; "" means the only none start event, else the only start event.
    """

    variables: Mapping[str, Any]
    node: str = ""


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
    """The due time of this timer has come; refused before it."""

    timer: int


class DeliverMessage(NamedTuple):
    """A message for the waiting token with this name and correlation key; `payload` is merged into the variables.

    With no instance yet (state None), it starts one at the message start event of that name.
    """

    name: str
    key: str
    payload: Mapping[str, Any]


class Cancel(NamedTuple):
    """Stop the whole instance; every open wait is withdrawn."""

    reason: str


class Retry(NamedTuple):
    """Try again what the incident of this token stopped."""

    token: int


Command = Start | CompleteTask | CompleteJob | ThrowError | FireTimer | DeliverMessage | Cancel | Retry
