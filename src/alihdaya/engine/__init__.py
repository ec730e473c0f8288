"""One item's process: `decide(plan, state, command, now)` gives events, `apply(state, event)` gives the state."""

from alihdaya.engine.applying import apply
from alihdaya.engine.commands import (
    Cancel,
    Command,
    CompleteCall,
    CompleteJob,
    CompleteTask,
    DeliverMessage,
    DeliverSignal,
    Escalate,
    FireTimer,
    GoOn,
    Move,
    Retry,
    SetVariables,
    Start,
    ThrowError,
)
from alihdaya.engine.compile import DecisionLike, make_plan
from alihdaya.engine.decide import complete, decide, start
from alihdaya.engine.plan import Plan
from alihdaya.engine.state import (
    CANCELLED,
    ENDED,
    FAILED,
    RUNNING,
    Incident,
    Instance,
    RunningTimer,
    Wait,
    from_wire,
    to_wire,
)
from alihdaya.engine.straight.shapes import happened
from alihdaya.engine.values import key_text, pack, unpack
from alihdaya.notation.bpmn.errors import BpmnError

__all__ = [
    "CANCELLED",
    "ENDED",
    "FAILED",
    "RUNNING",
    "BpmnError",
    "Cancel",
    "Command",
    "CompleteCall",
    "CompleteJob",
    "CompleteTask",
    "DecisionLike",
    "DeliverMessage",
    "DeliverSignal",
    "Escalate",
    "FireTimer",
    "GoOn",
    "Incident",
    "Instance",
    "Move",
    "Plan",
    "Retry",
    "RunningTimer",
    "SetVariables",
    "Start",
    "ThrowError",
    "Wait",
    "apply",
    "complete",
    "decide",
    "from_wire",
    "happened",
    "key_text",
    "make_plan",
    "pack",
    "start",
    "to_wire",
    "unpack",
]
