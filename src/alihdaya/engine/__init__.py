"""One item's process: `decide(plan, state, command, now)` gives events, `apply(state, event)` gives the state."""

from alihdaya.engine.applying import apply
from alihdaya.engine.commands import (
    Cancel,
    Command,
    CompleteJob,
    CompleteTask,
    DeliverMessage,
    FireTimer,
    Retry,
    Start,
    ThrowError,
)
from alihdaya.engine.compile import DecisionLike, make_plan
from alihdaya.engine.decide import decide
from alihdaya.engine.plan import Plan
from alihdaya.engine.state import CANCELLED, ENDED, RUNNING, Incident, Instance, RunningTimer, Wait, from_wire, to_wire
from alihdaya.engine.values import key_text, pack, unpack
from alihdaya.notation.bpmn.errors import BpmnError

__all__ = [
    "CANCELLED",
    "ENDED",
    "RUNNING",
    "BpmnError",
    "Cancel",
    "Command",
    "CompleteJob",
    "CompleteTask",
    "DecisionLike",
    "DeliverMessage",
    "FireTimer",
    "Incident",
    "Instance",
    "Plan",
    "Retry",
    "RunningTimer",
    "Start",
    "ThrowError",
    "Wait",
    "apply",
    "decide",
    "from_wire",
    "key_text",
    "make_plan",
    "pack",
    "to_wire",
    "unpack",
]
