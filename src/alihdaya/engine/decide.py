"""`decide`: what a command does to an instance."""

from collections.abc import Callable, Mapping
from typing import Any

from alihdaya.engine import commands
from alihdaya.engine.applying import begin
from alihdaya.engine.events import (
    IncidentCleared,
    InstanceCancelled,
    InstanceStarted,
    JobClosed,
    MessageCorrelated,
    TaskClosed,
    TimerFired,
    TimerSet,
    VariablesSet,
)
from alihdaya.engine.plan import Plan
from alihdaya.engine.run import Run, Stuck
from alihdaya.engine.state import JOB, MESSAGE, RUNNING, TASK, Instance, RunningTimer, Wait
from alihdaya.engine.timers import after
from alihdaya.engine.values import check_variables
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import Event
from alihdaya.notation.bpmn.details import Message
from alihdaya.notation.bpmn.graph import Kind, Node


def decide(plan: Plan, state: Instance | None, command: commands.Command, now: int) -> tuple[list[Event], Instance]:
    """Give the events of a command and the state after them; `now` is in microseconds UTC.

    Folding `apply` over the events, from `state`, gives that state. The given `state` is never changed.
    Raises Refused (nothing happened) where a rule forbids the command: wrong state, dead token, timer not yet due.
    """
    if state is None:
        run = _begin(plan, command, now)
    else:
        if state.status != RUNNING:
            raise _refused("not-running", f"the instance is {state.status}")
        if state.process != plan.process.id:
            raise _refused("other-process", f"the instance is of {state.process!r}, not of {plan.process.id!r}")
        run = Run(plan, state.copy(), now)
        _HANDLERS[type(command)](run, command)
    run.drain()
    run.settle()
    return run.events, run.state


def _refused(code: str, message: str) -> Refused:
    return Refused(Problem(code, message))


def _begin(plan: Plan, command: commands.Command, now: int) -> Run:
    if type(command) is commands.Start:
        node, variables = _start_node(plan, command.node), command.variables
    elif type(command) is commands.DeliverMessage:
        node, variables = _message_start(plan, command.name), command.payload
    else:
        raise _refused("not-started", "the instance has not started")
    event = InstanceStarted(plan.process.id, node.id, -1 - node.index, _checked(variables))
    run = Run(plan, begin(event), now)
    run.events.append(event)
    run.advance(1, node.index, plan.leave[node.index])
    return run


def _start_node(plan: Plan, node_id: str) -> Node:
    if not node_id and plan.start is not None:
        return plan.start
    for node in plan.starts:
        if node.id == node_id:
            return node
    name = repr(node_id) if node_id else "a single none start event"
    raise _refused("no-such-start", f"the process {plan.process.id!r} does not have {name} to start at")


def _message_start(plan: Plan, name: str) -> Node:
    for node in plan.starts:
        if isinstance(node.detail, Message) and node.detail.name == name:
            return node
    raise _refused("no-such-start", f"no start event of {plan.process.id!r} takes the message {name!r}")


def _checked(variables: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return check_variables(variables)
    except TypeError as error:
        raise _refused("bad-variables", str(error)) from None


def _wait(run: Run, token: int, *kinds: str) -> Wait:
    wait = run.state.waits.get(token)
    if wait is None or wait.kind not in kinds:
        raise _refused("not-waiting", f"token {token} has no open {' or '.join(kinds)}")
    return wait


def _start(run: Run, _: commands.Start) -> None:
    raise _refused("already-started", f"the instance of {run.plan.process.id!r} has already started")


def _complete(run: Run, token: int, node_id: str, result: dict[str, Any]) -> None:
    """Go on after a wait is over: its timers fall, its result becomes variables, its token leaves."""
    if run.state.timers:
        run.cancel_timers(token)
    if result:
        run.emit(VariablesSet(node_id, result))
    node = run.plan.index[node_id]
    run.advance(token, node, run.plan.leave[node], "leave")


def _complete_task(run: Run, command: commands.CompleteTask) -> None:
    wait, result = _wait(run, command.token, TASK), _checked(command.result)
    run.emit(TaskClosed(command.token, wait.node, "completed"))
    _complete(run, command.token, wait.node, result)


def _complete_job(run: Run, command: commands.CompleteJob) -> None:
    wait, result = _wait(run, command.token, JOB), _checked(command.result)
    run.emit(JobClosed(command.token, wait.node, "completed"))
    _complete(run, command.token, wait.node, result)


def _throw_error(run: Run, command: commands.ThrowError) -> None:
    wait = _wait(run, command.token, TASK, JOB)
    run.close(command.token, "failed")
    run.throw(command.token, run.plan.index[wait.node], command.code, command.message, "offer")


def _deliver(run: Run, command: commands.DeliverMessage) -> None:
    sought = (MESSAGE, command.name, command.key)
    tokens = [token for token, wait in run.state.waits.items() if (wait.kind, wait.name, wait.key) == sought]
    if not tokens:
        raise _refused("not-awaited", f"nothing waits for the message {command.name!r} with the key {command.key!r}")
    token, payload = min(tokens), _checked(command.payload)
    node_id = run.state.waits[token].node
    run.emit(MessageCorrelated(token, node_id))
    _complete(run, token, node_id, payload)


def _fire(run: Run, command: commands.FireTimer) -> None:
    timer = run.state.timers.get(command.timer)
    if timer is None:
        raise _refused("no-such-timer", f"timer {command.timer} does not run")
    if run.now < timer.due:
        raise _refused("not-due", f"timer {command.timer} is due {timer.due - run.now} microseconds from now")
    run.emit(TimerFired(command.timer, timer.token, timer.node))
    node = run.plan.node(timer.node)
    if node.kind is Kind.BOUNDARY:
        _take_boundary(run, timer, node)
    else:
        _complete(run, timer.token, timer.node, {})


def _take_boundary(run: Run, timer: RunningTimer, node: Node) -> None:
    if node.interrupting:
        run.withdraw(timer.token, "withdrawn")
    elif timer.left:
        _set_again(run, timer)
    run.branch(timer.token, node.index, interrupting=node.interrupting)


def _set_again(run: Run, timer: RunningTimer) -> None:
    """Set the next firing of a cycle one span after this one was due, so that late firing does not make it drift."""
    try:
        due = after(timer.due, timer.months, timer.micros)
    except Stuck:
        return
    left = timer.left - 1 if timer.left > 0 else timer.left
    run.emit(TimerSet(run.state.next_timer, timer.token, timer.node, due, left, timer.months, timer.micros))


def _cancel(run: Run, command: commands.Cancel) -> None:
    run.withdraw_all()
    run.emit(InstanceCancelled(command.reason))


def _retry(run: Run, command: commands.Retry) -> None:
    token = command.token
    incident = run.state.incidents.get(token)
    if incident is None:
        raise _refused("no-incident", f"token {token} has no incident")
    run.emit(IncidentCleared(token))
    node = run.plan.index[incident.node]
    if incident.stage == "leave":
        run.advance(token, node, run.plan.leave[node], "leave")
    elif incident.stage == "offer":
        run.offer_again(token, node)
    else:
        run.advance(token, node, run.plan.enter[node])


_HANDLERS: dict[type, Callable[[Run, Any], None]] = {
    commands.Start: _start,
    commands.CompleteTask: _complete_task,
    commands.CompleteJob: _complete_job,
    commands.ThrowError: _throw_error,
    commands.FireTimer: _fire,
    commands.DeliverMessage: _deliver,
    commands.Cancel: _cancel,
    commands.Retry: _retry,
}
