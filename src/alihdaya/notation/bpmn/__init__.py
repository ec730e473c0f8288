"""BPMN 2.0: reading a file into process graphs and checking them."""

from alihdaya.notation.bpmn.check import check, check_process
from alihdaya.notation.bpmn.details import (
    Detail,
    Error,
    Formula,
    Job,
    Message,
    Rule,
    Script,
    Step,
    Terminate,
    Timer,
    UserWork,
)
from alihdaya.notation.bpmn.errors import BpmnError
from alihdaya.notation.bpmn.graph import TASKS, Definitions, Flow, Kind, Node, Process
from alihdaya.notation.bpmn.read import read

__all__ = [
    "TASKS",
    "BpmnError",
    "Definitions",
    "Detail",
    "Error",
    "Flow",
    "Formula",
    "Job",
    "Kind",
    "Message",
    "Node",
    "Process",
    "Rule",
    "Script",
    "Step",
    "Terminate",
    "Timer",
    "UserWork",
    "check",
    "check_process",
    "read",
]
