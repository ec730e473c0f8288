"""Cases that act on instances from outside, step by step, and check what stands where."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from alihdaya.engine import CompleteTask, FireTimer, GoOn, SetVariables, make_plan
from alihdaya.engine.events import InstanceEnded, Moved, TokenEnded, TokensSplit
from alihdaya.engine.full import SIGNAL
from alihdaya.engine.society import Member, Society
from alihdaya.engine.state import MESSAGE, RUNNING, TASK
from alihdaya.kernel.time import SECOND
from alihdaya.notation.bpmn import Node, read
from alihdaya.notation.dialects import translate
from conformance.bpmn_betsy import BEGIN, plain


class Wrong(Exception):  # a verdict, not a fault
    """What a case expected is not so."""


class Task(NamedTuple):
    """An open user task."""

    instance: int
    token: int
    node: Node


class Stage:
    """One case being played: its instances, its clock, and what its steps have named."""

    def __init__(self, folder: Path, case: dict[str, Any], *, compiled: bool = True) -> None:
        self.folder = folder
        self.compiled = compiled
        self.society = Society()
        self.now = BEGIN
        self.named: dict[str, Any] = {}
        for path in [case["model"], *case.get("also_deploy", [])]:
            self.deploy(path)

    def deploy(self, path: str) -> None:
        """Deploy all processes of a model."""
        data = translate((self.folder / path).read_bytes(), path)
        for process in read(data, path).processes:
            plan = make_plan(process, decisions={}, steps={}, compiled=self.compiled)
            self.society.deploy(plan, self.now)

    def members(self, step: dict[str, Any]) -> list[Member]:
        """Give the live instances that a step speaks of."""
        found = self.society.running()
        if "instance" in step:
            found = [one for one in found if one.number == self.named[step["instance"]]]
        if "process" in step:
            found = [one for one in found if one.plan.process.id == step["process"]]
        if "super" in step:
            found = [one for one in found if one.caller and one.caller[0] == self.named[step["super"]]]
        return found

    def tasks(self, step: dict[str, Any]) -> list[Task]:
        """Give the open user tasks that match."""
        found = [
            Task(member.number, token, member.plan.node(wait.node))
            for member in self.members({k: v for k, v in step.items() if k == "instance"})
            for token, wait in member.state.waits.items()
            if wait.kind == TASK
        ]
        found = [one for one in found if step.get("key", one.node.id) == one.node.id]
        found = [one for one in found if step.get("name", one.node.name) == one.node.name]
        return sorted(found, key=lambda one: one.node.name) if step.get("order_by") == "name" else found

    def task(self, given: Any) -> Task | None:
        """Give a task by the name of a step, or by its place in a list of one."""
        if isinstance(given, dict):
            some: list[Task] = self.named[given["list"]]
            return some[given["index"]]
        found: Task | None = self.named[given]
        return found

    def open_task(self, given: Any) -> Task:
        """Give a task that must be there."""
        found = self.task(given)
        if found is None:
            raise Wrong(f"there is no task {given!r}")
        return found

    def timers(self, step: dict[str, Any]) -> list[tuple[int, int, int]]:
        """Give instance, timer and due time of the pending timers."""
        return [
            (member.number, number, timer.due)
            for member in self.members(step)
            for number, timer in member.state.timers.items()
            if step.get("activity") in (None, timer.node)
        ]

    def at(self, step: dict[str, Any]) -> list[tuple[Member, int]]:
        """Give the tokens that stand at the activity of a step."""
        return [
            (member, token)
            for member in self.members(step)
            for token, place in member.state.tokens.items()
            if member.plan.process.nodes[member.plan.node_at(place)].id == step["activity"]
        ]


def _start(stage: Stage, step: dict[str, Any]) -> None:
    for path in step.get("also_deploy", []):
        stage.deploy(path)
    stage.named[step["as"]] = stage.society.start(step["process"], plain(step.get("variables", {})), stage.now)


def _start_by_message(stage: Stage, step: dict[str, Any]) -> None:
    variables = plain(step.get("variables", {}))
    stage.named[step["as"]] = stage.society.message(step["message"], "", variables, stage.now)


def _find_task(stage: Stage, step: dict[str, Any]) -> None:
    found = stage.tasks(step)
    if len(found) > 1:
        raise Wrong(f"{len(found)} tasks match {step}")
    stage.named[step["as"]] = found[0] if found else None


def _find_tasks(stage: Stage, step: dict[str, Any]) -> None:
    stage.named[step["as"]] = stage.tasks(step)


def _complete(stage: Stage, step: dict[str, Any]) -> None:
    task = stage.open_task(step["task"])
    stage.society.send(task.instance, CompleteTask(task.token, plain(step.get("variables", {}))), stage.now)


def _set_variables(stage: Stage, step: dict[str, Any]) -> None:
    variables = plain(step["variables"])
    if "task" in step:
        task = stage.open_task(step["task"])
        number, token = task.instance, task.token
    elif "at_activity" in step:
        [(member, token)] = stage.at({"activity": step["at_activity"]})
        number = member.number
    else:
        number, token = stage.named[step["instance"]], 0
    stage.society.send(number, SetVariables(variables, token), stage.now)


def _message(stage: Stage, step: dict[str, Any]) -> None:
    variables = plain(step.get("variables", {}))
    if stage.society.message(step["message"], "", variables, stage.now, step.get("activity", "")) is None:
        raise Wrong(f"nobody waits for the message {step['message']!r}")


def _signal(stage: Stage, step: dict[str, Any]) -> None:
    stage.society.signal(step["signal"], plain(step.get("variables", {})), stage.now)


def _trigger(stage: Stage, step: dict[str, Any]) -> None:
    waiting = [
        (member.number, token)
        for member in stage.members(step)
        for token, wait in member.state.waits.items()
        if wait.kind == MESSAGE and step.get("activity") in (None, wait.node)
    ]
    [(number, token)] = waiting
    stage.society.send(number, GoOn(token, plain(step.get("variables", {}))), stage.now)


def _fire_timer(stage: Stage, step: dict[str, Any]) -> None:
    [(number, timer, due)] = stage.timers(step)
    stage.now = max(stage.now, due)
    stage.society.send(number, FireTimer(timer), stage.now)


def _advance_clock(stage: Stage, step: dict[str, Any]) -> None:
    until = stage.now + round(float(step["seconds"]) * SECOND)
    while (due := stage.society.next_due()) is not None and due <= until:
        stage.now = max(stage.now, due)
        stage.society.fire_due(stage.now)
    stage.now = until


def _find_process(stage: Stage, step: dict[str, Any]) -> None:
    found = stage.members(step)
    if len(found) > 1:
        raise Wrong(f"{len(found)} instances match {step}")
    stage.named[step["as"]] = found[0].number if found else None


def _check(stage: Stage, step: dict[str, Any]) -> None:
    found = CHECKS[step["what"]](stage, step)
    wanted = step.get("equals", True)
    if "exists" in step:
        found, wanted = found is not None, step["exists"]
    if found != wanted:
        raise Wrong(f"{step}: it is {found!r}")


def _ended(stage: Stage, step: dict[str, Any]) -> bool:
    return stage.society.members[stage.named[step["instance"]]].state.status != RUNNING


def _variable(stage: Stage, step: dict[str, Any]) -> Any:
    return stage.society.members[stage.named[step["instance"]]].state.variables.get(step["name"])


def _waiting_for(stage: Stage, step: dict[str, Any]) -> bool:
    kind, name = (MESSAGE, step["message"]) if "message" in step else (SIGNAL, step["signal"])
    waits = [
        one
        for member in stage.members(step)
        for one in [
            *member.state.waits.values(),
            *(member.state.full.catches.values() if member.state.full is not None else ()),
        ]
    ]
    return any((one.kind, one.name) == (kind, name) for one in waits)


def _finished(stage: Stage, step: dict[str, Any]) -> int:
    """Count how often an activity was left, or ended a token."""
    count = 0
    for number, events in stage.society.log:
        plan = stage.society.members[number].plan
        for event in events:
            flows = event.path if isinstance(event, Moved) else ()
            flows = event.flows[:1] if isinstance(event, TokensSplit) else flows
            count += sum(plan.process.nodes[plan.process.flows[flow].origin].id == step["activity"] for flow in flows)
            count += isinstance(event, TokenEnded | InstanceEnded) and event.node == step["activity"]
    return count


CHECKS: dict[str, Callable[[Stage, dict[str, Any]], Any]] = {
    "task_count": lambda stage, step: len(stage.tasks(step)),
    "task_exists": lambda stage, step: stage.task(step["task"]) is not None,
    "task_name": lambda stage, step: stage.open_task(step["task"]).node.name,
    "task_key": lambda stage, step: stage.open_task(step["task"]).node.id,
    "list_size": lambda stage, step: len(stage.named[step["of"]]),
    "ended": _ended,
    "instance_exists": lambda stage, step: stage.named[step["instance"]] is not None,
    "instance_count": lambda stage, step: len(stage.members(step)),
    "variable": _variable,
    "token_at": lambda stage, step: bool(stage.at(step)),
    "waiting_for": _waiting_for,
    "pending_timer": lambda stage, step: bool(stage.timers(step)),
    "pending_timer_count": lambda stage, step: len(stage.timers(step)),
    "activity_finished_count": _finished,
}

STEPS: dict[str, Callable[[Stage, dict[str, Any]], None]] = {
    "start": _start,
    "start_by_message": _start_by_message,
    "find_task": _find_task,
    "find_tasks": _find_tasks,
    "complete": _complete,
    "set_variables": _set_variables,
    "message": _message,
    "signal": _signal,
    "trigger": _trigger,
    "fire_timer": _fire_timer,
    "advance_clock": _advance_clock,
    "find_process": _find_process,
    "check": _check,
}


def play_steps(folder: Path, case: dict[str, Any], *, compiled: bool = True) -> str | None:
    """Play a case, by the interpreter alone or with compiled segments; None where all its checks hold."""
    stage = Stage(folder, case, compiled=compiled)
    for number, step in enumerate(case["steps"], 1):
        try:
            STEPS[step["do"]](stage, step)
        except Wrong as wrong:
            return f"step {number}: {wrong}"
    return None
