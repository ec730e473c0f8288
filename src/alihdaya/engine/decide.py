"""`decide`: what a command does to an instance."""

from collections.abc import Callable, Mapping
from typing import Any

from alihdaya.engine import commands
from alihdaya.engine.applying import begin
from alihdaya.engine.behaviours import arming, data, moving, patience, scopes, throwing
from alihdaya.engine.events import (
    IncidentCleared,
    InstanceCancelled,
    InstanceStarted,
    JobClosed,
    MessageCorrelated,
    TaskClosed,
    TimerFired,
    TimerSet,
)
from alihdaya.engine.full import BODY, PART, Catch
from alihdaya.engine.plan import ROOT, Plan, Stuck
from alihdaya.engine.run import Run
from alihdaya.engine.scope_events import CallClosed
from alihdaya.engine.state import CALL, JOB, MESSAGE, RUNNING, TASK, Instance, RunningTimer, Wait
from alihdaya.engine.straight.shapes import Found, Straight, happened
from alihdaya.engine.timers import after
from alihdaya.engine.values import check_variables
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import Event
from alihdaya.notation.bpmn.details import EventBased, Message, Multiple, Signal
from alihdaya.notation.bpmn.graph import Kind, Node


def decide(plan: Plan, state: Instance | None, command: commands.Command, now: int) -> tuple[list[Event], Instance]:
    """Give the events of a command and the state after them; `now` is in microseconds UTC.

    Folding `apply` over the events, from `state`, gives that state. The given `state` is never changed.
    Raises Refused (nothing happened) where a rule forbids the command: wrong state, dead token, timer not yet due.
    """
    if state is not None:
        _require_running(plan, state)
    found = _straight(plan, state, command)
    if found is None:
        run = _interpreted(plan, state, command, now)
    elif isinstance(found, Found):
        run = _resumed(plan, found, now)
    else:
        return happened(found), found
    return run.events, run.state


def start(plan: Plan, variables: Mapping[str, Any], now: int = 0, node: str = "") -> Instance:
    """Start an instance as `decide` does; its events are made when `happened` asks for them.

    Raises Refused where a rule forbids it.
    """
    segment = plan.segment
    if segment is not None:
        found = segment(variables, node, False)
        if type(found) is Straight:
            return found
        if found is not None:
            return _told(_resumed(plan, found, now))
    return _told(_interpreted(plan, None, commands.Start(variables, node), now))


def complete(plan: Plan, state: Instance, token: int, result: Mapping[str, Any], now: int = 0) -> Instance:
    """Finish the user task of a token as `decide` does with CompleteTask; the given state is not changed.

    The events are made when `happened` asks for them. Raises Refused where a rule forbids it.
    """
    if state.process == plan.process.id:
        try:
            after = plan.afters[state.waits[token][1]]  # its node: by number it is found faster
        except KeyError:
            after = None
        if after is not None:
            found = after(state, token, result)
            if type(found) is Straight:
                return found
            if found is not None:
                return _told(_resumed(plan, found, now))
    _require_running(plan, state)
    return _told(_interpreted(plan, state, commands.CompleteTask(token, result), now))


def _told(run: Run) -> Instance:
    run.state.held = run.events
    return run.state


def _interpreted(plan: Plan, state: Instance | None, command: commands.Command, now: int) -> Run:
    if state is None:
        run = _begin(plan, command, now)
    else:
        run = Run(plan, state.copy(), now)
        _HANDLERS[type(command)](run, command)
    run.drain()
    run.settle()
    return run


def _require_running(plan: Plan, state: Instance) -> None:
    if state.status != RUNNING:
        raise _refused("not-running", f"the instance is {state.status}")
    if state.process != plan.process.id:
        raise _refused("other-process", f"the instance is of {state.process!r}, not of {plan.process.id!r}")


def _straight(plan: Plan, state: Instance | None, command: commands.Command) -> Straight | Found | None:
    """Take a compiled segment, where there is one for this command and it knows the data."""
    found: Straight | Found | None = None
    if state is None:
        if plan.segment is not None and type(command) is commands.Start:
            found = plan.segment(*command)
    elif plan.afters and type(command) is commands.CompleteTask:
        wait = state.waits.get(command.token)
        after = plan.afters.get(wait.node) if wait is not None and wait.kind == TASK else None
        found = None if after is None else after(state, command.token, command.result)
    return found


def _resumed(plan: Plan, found: Found, now: int) -> Run:
    """Let the interpreter go on where a compiled segment stopped."""
    run = Run(plan, found.state.copy(), now)
    run.events = happened(found.state)
    run.path.extend(found.path)
    run.left -= found.steps
    run.advance(found.token, found.node, plan.enter[found.node])
    run.drain()
    run.settle()
    return run


def _refused(code: str, message: str) -> Refused:
    return Refused(Problem(code, message))


def _begin(plan: Plan, command: commands.Command, now: int) -> Run:
    called = False
    if type(command) is commands.Start:
        node, variables, called = _start_node(plan, command.node), command.variables, command.called
    elif type(command) in (commands.DeliverMessage, commands.DeliverSignal):
        node, variables = _event_start(plan, command), command.payload  # type: ignore[union-attr]
        variables = data.received({}, node, variables)
    else:
        raise _refused("not-started", "the instance has not started")
    event = InstanceStarted(plan.process.id, node.id, -1 - node.index, _checked(variables), called)
    run = Run(plan, begin(event), now)
    run.events.append(event)
    arming.arm(run, 0, 0, plan.events[ROOT])
    first = plan.enter if node.kind not in _LEFT and not node.instantiates else plan.leave
    if run.dirty:
        run.queue.append((1, node.index, first[node.index]))
    else:
        run.advance(1, node.index, first[node.index])
    _begin_others(run, node)
    return run


_LEFT = (Kind.START, Kind.CATCH, Kind.RECEIVE_TASK)
"""What has happened when it starts an instance, and is left at once."""


def _begin_others(run: Run, node: Node) -> None:
    """Begin at further nodes: of a process without start events, or beside a parallel event-based gateway (10.6.6)."""
    plan, nodes = run.plan, run.plan.process.nodes
    if node.kind not in _LEFT:
        others = [index for index in plan.begins[ROOT] if index != node.index]
    else:
        around = [nodes[plan.process.flows[flow].origin] for flow in node.incoming]
        others = [
            plan.target[flow]
            for gateway in around
            if isinstance(gateway.detail, EventBased) and gateway.detail.instantiate and gateway.detail.parallel
            for flow in gateway.outgoing
            if plan.target[flow] != node.index
        ]
    for other in others:
        scopes.give_birth(run, 0, other, plan.enter[other])


def _start_node(plan: Plan, node_id: str) -> Node:
    if not node_id and plan.start is not None:
        return plan.start
    for node in plan.starts:
        if node.id == node_id:
            return node
    name = repr(node_id) if node_id else "a single none start event"
    raise _refused("no-such-start", f"the process {plan.process.id!r} does not have {name} to start at")


def _event_start(plan: Plan, command: Any) -> Node:
    kind = Message if type(command) is commands.DeliverMessage else Signal
    for node in plan.starts:
        parts = node.detail.parts if isinstance(node.detail, Multiple) else (node.detail,)
        if any(isinstance(part, kind) and part.name == command.name for part in parts):
            return node
    raise _refused(
        "no-such-start", f"no start event of {plan.process.id!r} takes the {kind.__name__.lower()} {command.name!r}"
    )


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
    run.disarm(token)
    if result:
        scopes.assign(run, run.home(token), node_id, result)
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
    wait = _wait(run, command.token, TASK, JOB, CALL)
    patience.failed_job(run, command.token, run.plan.node(wait.node))
    run.close(command.token, "failed")
    run.throw(command.token, run.plan.index[wait.node], command.code, command.message, "offer")


def _complete_call(run: Run, command: commands.CompleteCall) -> None:
    wait, result = _wait(run, command.token, CALL), _checked(command.result)
    run.emit(CallClosed(command.token, wait.node, "completed"))
    _complete(run, command.token, wait.node, result)


def _escalate(run: Run, command: commands.Escalate) -> None:
    wait = _wait(run, command.token, CALL)
    throwing.escalate(run, command.token, run.plan.node(wait.node), command.code)


def _deliver(run: Run, command: commands.DeliverMessage) -> None:
    sought, payload = (MESSAGE, command.name, command.key), _checked(command.payload)
    tokens = [
        token
        for token, wait in run.state.waits.items()
        if (wait.kind, wait.name, wait.key) == sought and command.node in ("", wait.node)
    ]
    if tokens:
        _receive(run, min(tokens), payload)
        return
    catches = run.state.full.catches if run.state.full is not None else {}
    for number, catch in catches.items():
        if (catch.kind, catch.name, catch.key) == sought and command.node in ("", catch.node):
            _take(run, number, catch, payload)
            return
    raise _refused("not-awaited", f"nothing waits for the message {command.name!r} with the key {command.key!r}")


def _take(run: Run, number: int, catch: Catch, payload: dict[str, Any]) -> None:
    node = run.plan.node(catch.node)
    arming.take(run, number, data.received(scopes.view(run, catch.scope), node, payload))


def _receive(run: Run, token: int, payload: dict[str, Any]) -> None:
    node = run.plan.node(run.state.waits[token].node)
    run.emit(MessageCorrelated(token, node.id))
    own = node.data if node.kind is Kind.CATCH else None
    _complete(run, token, node.id, dict(data.received(run.view(token), node, payload) if own else payload))


def _deliver_signal(run: Run, command: commands.DeliverSignal) -> None:
    if not throwing.receive_signal(run, command.name, _checked(command.payload)):
        raise _refused("not-awaited", f"nothing waits for the signal {command.name!r}")


def _set_variables(run: Run, command: commands.SetVariables) -> None:
    if command.token and command.token not in run.state.tokens:
        raise _refused("no-such-token", f"there is no token {command.token}")
    scopes.assign(run, run.home(command.token), "", _checked(command.variables))


def _go_on(run: Run, command: commands.GoOn) -> None:
    token, payload = command.token, _checked(command.payload)
    wait = run.state.waits.get(token)
    if wait is not None and wait.kind == MESSAGE:
        _receive(run, token, payload)
        return
    place = run.state.tokens.get(token)
    node = None if place is None else run.plan.process.nodes[run.plan.node_at(place)]
    full = run.state.full
    timers = [
        n for n, one in run.state.timers.items() if node is not None and (one.token, one.node) == (token, node.id)
    ]
    watched = full is not None and any(one.token == token for one in full.catches.values())
    if node is None or node.kind is not Kind.CATCH or not (timers or watched):
        raise _refused("not-waiting", f"token {token} waits for no event")
    run.disarm(token)
    _complete(run, token, node.id, payload)


def _fire(run: Run, command: commands.FireTimer) -> None:
    timer = run.state.timers.get(command.timer)
    if timer is None:
        raise _refused("no-such-timer", f"timer {command.timer} does not run")
    if run.now < timer.due:
        raise _refused("not-due", f"timer {command.timer} is due {timer.due - run.now} microseconds from now")
    if command.trouble:
        run.left, run.halt = 0, ("timer-failed", command.trouble)
    run.emit(TimerFired(command.timer, timer.token, timer.node))
    node = run.plan.node(timer.node)
    purpose = patience.waits_here(run, timer)
    if purpose == "timeout":
        patience.unanswered(run, timer.token, node)
        return
    if purpose == "retry":
        run.tries[timer.token] = node.index, timer.left
        _try_again(run, timer.token)
        return
    if arming.stays(node) and timer.left:
        _set_again(run, timer)
    arming.happen(run, node, Catch(timer.token, _scope_of(run, timer, node), timer.node, "timer"), {})


def _scope_of(run: Run, timer: RunningTimer, node: Node) -> int:
    """Find where what is born of a timer stands: of an event sub-process's, in the scope that its token carries."""
    full = run.state.full
    if full is None or not timer.token:
        return 0
    if node.kind is not Kind.START:
        return run.home(timer.token)
    return next(n for n, scope in full.scopes.items() if (scope.token, scope.kind) == (timer.token, BODY))


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
    incident = run.state.incidents.get(command.token)
    if incident is None:
        raise _refused("no-incident", f"token {command.token} has no incident")
    patience.forget(run, command.token, run.plan.node(incident.node))
    _try_again(run, command.token)


def _try_again(run: Run, token: int) -> None:
    incident = run.state.incidents[token]
    run.emit(IncidentCleared(token))
    node = run.plan.index[incident.node]
    if incident.stage == "leave":
        run.advance(token, node, run.plan.leave[node], "leave")
    elif incident.stage == "offer":
        run.offer_again(token, node)
    else:
        run.advance(token, node, (run.plan.inner if _in_part(run, token, incident.node) else run.plan.enter)[node])


def _move(run: Run, command: commands.Move) -> None:
    moving.move(run, command.token, command.node)


def _in_part(run: Run, token: int, node_id: str) -> bool:
    """Tell whether a token is one run of a repeating activity, and not the one that carries them."""
    full = run.state.full
    scope = full.scopes.get(full.homes.get(token, 0)) if full is not None else None
    return scope is not None and (scope.kind, scope.node) == (PART, node_id)


_HANDLERS: dict[type, Callable[[Run, Any], None]] = {
    commands.Start: _start,
    commands.CompleteTask: _complete_task,
    commands.CompleteJob: _complete_job,
    commands.CompleteCall: _complete_call,
    commands.Escalate: _escalate,
    commands.DeliverSignal: _deliver_signal,
    commands.SetVariables: _set_variables,
    commands.GoOn: _go_on,
    commands.ThrowError: _throw_error,
    commands.FireTimer: _fire,
    commands.DeliverMessage: _deliver,
    commands.Cancel: _cancel,
    commands.Retry: _retry,
    commands.Move: _move,
}
