"""Incidents that are tried again after pauses, and jobs that must answer in time: `alihdaya:retry`, `alihdaya:timeout`.

Both are timers of the activity itself, carried by the token that stands there: with an incident there the timer tries
again, with an open job it says that nobody answered. How many retries are left goes from the timer to the job that it
offers again (`JobOffered.retries`) and back, so that no failure begins to count anew but after an operator's retry.
"""

from typing import TYPE_CHECKING

from alihdaya.engine.events import TimerCancelled, TimerSet
from alihdaya.engine.plan import Stuck
from alihdaya.engine.state import JOB, RunningTimer
from alihdaya.engine.timers import after
from alihdaya.notation.bpmn.graph import Node
from alihdaya.notation.bpmn.iso8601 import Span

if TYPE_CHECKING:
    from alihdaya.engine.run import Run

ALL = -1
"""So many retries are left as the model states."""

NO_ANSWER = "no-answer"
"""The code of the incident of a job that nobody answered in time."""


def schedule(run: "Run", token: int, node: Node) -> None:
    """After an incident, set the timer that tries again; none where no retry is left."""
    if not node.retry:
        return
    left = left_of(run, token, node)
    left = len(node.retry) if left == ALL else min(left, len(node.retry))
    if left:
        _set(run, token, node, node.retry[-left], left - 1)


def left_of(run: "Run", token: int, node: Node) -> int:
    """Give how many retries this command knows to be left for a token at a node."""
    at, left = run.tries.get(token, (node.index, ALL))
    return left if at == node.index else ALL


def watch(run: "Run", token: int, node: Node) -> None:
    """After a job was offered, set its time limit."""
    wait = run.state.waits.get(token)
    if node.timeout is not None and wait is not None and wait.kind == JOB:
        _set(run, token, node, node.timeout, 0)


def _set(run: "Run", token: int, node: Node, span: Span, left: int) -> None:
    try:
        due = after(run.now, *span)
    except Stuck:  # beyond the calendar: never
        return
    run.emit(TimerSet(run.state.next_timer, token, node.id, due, left))


def forget(run: "Run", token: int, node: Node) -> None:
    """Cancel what is set for a token at the node where it stands."""
    if not (node.retry or node.timeout):
        return
    for number, timer in list(run.state.timers.items()):
        if (timer.token, timer.node) == (token, node.id):
            run.emit(TimerCancelled(number))


def failed_job(run: "Run", token: int, node: Node) -> None:
    """Remember how many retries the job that a token waits for had left."""
    wait = run.state.waits.get(token)
    if wait is not None and wait.kind == JOB and wait.key:
        run.tries[token] = node.index, int(wait.key)


def unanswered(run: "Run", token: int, node: Node) -> None:
    """End the wait for a job that took too long in an incident; an answer that comes later is refused."""
    failed_job(run, token, node)
    run.close(token, "failed")
    run.fail(token, node.index, NO_ANSWER, "nobody answered in time", "offer")


def waits_here(run: "Run", timer: RunningTimer) -> str:
    """Say what a timer is for: "retry" or "timeout" of the activity that it names, "" for an event's own."""
    incident = run.state.incidents.get(timer.token)
    if incident is not None and incident.node == timer.node:
        return "retry"
    wait = run.state.waits.get(timer.token)
    return "timeout" if wait is not None and (wait.kind, wait.node) == (JOB, timer.node) else ""
