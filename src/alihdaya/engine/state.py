"""The state of one instance: where its tokens stand, its variables, and all that it waits for."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from alihdaya.engine.full import Full, full_from_wire, full_to_wire
from alihdaya.engine.values import pack_variables, unpack

RUNNING = "running"
ENDED = "ended"
CANCELLED = "cancelled"
FAILED = "failed"

TASK = "task"
JOB = "job"
MESSAGE = "message"
CALL = "call"

WIRE_VERSION = 1
"""First entry of every wire form; it changes when the form does."""


class Wait(NamedTuple):
    """What a token waits for: `kind` is TASK, JOB, MESSAGE or CALL.

    `name` and `key` are those of a message; `name` of a call is the process that is called; `key` of a job says how
    many retries are left after it, "" for all that the model states.
    """

    kind: str
    node: str
    name: str = ""
    key: str = ""


class RunningTimer(NamedTuple):
    """A timer that runs: the fields of TimerSet after its number."""

    token: int
    node: str
    due: int
    left: int
    months: int
    micros: int


class Incident(NamedTuple):
    """Why a token cannot go on: the fields of IncidentRaised after its token."""

    node: str
    code: str
    message: str
    stage: str


class Instance:
    """One instance: running, ended, cancelled or (called, and ended by an error) failed.

    `tokens`: token -> place (see engine.events); `waits` and `incidents`: token -> what; `timers`: timer -> what.
    A token that is in none of these is parked at a parallel join; the join counts such tokens by their flow.
    `ended_at` is the id of the last end event. `called` says that a call activity waits for it. `full` is None as
    long as the instance is straight: no scopes, no catches, no compensation. Only `apply` changes an instance.

    An instance that a compiled segment gave has a `shape`, and its fields are made of it when they are first read
    (see engine.straight.shapes); `held` is what the shape needs, or without one the events that led here.
    """

    FIELDS = (
        "called",
        "ended_at",
        "full",
        "incidents",
        "next_timer",
        "next_token",
        "process",
        "status",
        "timers",
        "tokens",
        "variables",
        "waits",
    )
    __slots__ = (*FIELDS, "held", "shape")

    def __init__(self, process: str, variables: dict[str, Any]) -> None:
        self.process = process
        self.variables = variables
        self.status = RUNNING
        self.ended_at: str | None = None
        self.next_token = 1
        self.next_timer = 1
        self.tokens: dict[int, int] = {}
        self.waits: dict[int, Wait] = {}
        self.timers: dict[int, RunningTimer] = {}
        self.incidents: dict[int, Incident] = {}
        self.called = False
        self.full: Full | None = None
        self.shape: Any = None
        self.held: Sequence[Any] = ()

    def unpack(self) -> None:
        """Write out every field, so that the instance can change."""
        for name in Instance.FIELDS:
            getattr(self, name)
        self.shape, self.held = None, ()

    def copy(self) -> "Instance":
        """Give an instance that can change without this one; values inside variables are shared and never changed."""
        made = Instance(self.process, self.variables.copy())
        made.status = self.status
        made.ended_at = self.ended_at
        made.next_token = self.next_token
        made.next_timer = self.next_timer
        made.tokens = self.tokens.copy()
        made.waits = self.waits.copy()
        made.timers = self.timers.copy()
        made.incidents = self.incidents.copy()
        made.called = self.called
        if self.full is not None:
            made.full = self.full.copy()
        return made

    def within(self, scope: int) -> Mapping[str, Any]:
        """Give the variables that a scope sees: its own, and those of the scopes around it that it does not hide."""
        full = self.full
        if full is None or not full.locals:
            return self.variables
        chain = []
        while scope:
            if scope in full.locals:
                chain.append(full.locals[scope])
            scope = full.scopes[scope].parent
        if not chain:
            return self.variables
        seen = dict(self.variables)
        for variables in reversed(chain):
            seen.update(variables)
        return seen

    def seen(self, token: int) -> Mapping[str, Any]:
        """Give the variables that a token sees."""
        return self.variables if self.full is None else self.within(self.full.homes.get(token, 0))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Instance):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in Instance.FIELDS)

    __hash__ = None  # type: ignore[assignment]  # an instance changes

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in Instance.FIELDS)
        return f"Instance({fields})"


def to_wire(instance: Instance) -> tuple[Any, ...]:
    """Give the instance as plain values that MessagePack and JSON can hold. Raises TypeError for a foreign value."""
    wire = (
        WIRE_VERSION,
        instance.process,
        instance.status,
        instance.ended_at,
        instance.next_token,
        instance.next_timer,
        [list(pair) for pair in instance.tokens.items()],
        pack_variables(instance.variables),
        [[token, *wait] for token, wait in instance.waits.items()],
        [[timer, *running] for timer, running in instance.timers.items()],
        [[token, *incident] for token, incident in instance.incidents.items()],
    )
    if instance.full is None and not instance.called:
        return wire
    return (*wire, instance.called, full_to_wire(instance.full))


def from_wire(wire: Sequence[Any]) -> Instance:
    """Give the instance of a wire form. Raises ValueError where another version wrote it."""
    if wire[0] != WIRE_VERSION:
        raise ValueError(f"an instance of wire version {wire[0]!r} cannot be read; this is version {WIRE_VERSION}")
    made = Instance(wire[1], {name: unpack(value) for name, value in wire[7].items()})
    made.status, made.ended_at, made.next_token, made.next_timer = wire[2:6]
    made.tokens = {token: place for token, place in wire[6]}  # noqa: C416  # pairs come as lists from the wire
    made.waits = {entry[0]: Wait(*entry[1:]) for entry in wire[8]}
    made.timers = {entry[0]: RunningTimer(*entry[1:]) for entry in wire[9]}
    made.incidents = {entry[0]: Incident(*entry[1:]) for entry in wire[10]}
    if len(wire) > 11:  # straight instances, and those written before there were others, end here
        made.called, made.full = wire[11], full_from_wire(wire[12])
    return made
