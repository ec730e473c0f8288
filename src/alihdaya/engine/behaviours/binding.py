"""Which behaviour a node has: a table from kinds and definitions to closures, with decisions and steps bound."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from alihdaya.engine.behaviours import compensating, joins, scopes, tasks, throwing
from alihdaya.engine.behaviours.leaving import leave_of
from alihdaya.engine.behaviours.loops import Repeater
from alihdaya.engine.plan import Arm, Closure, Offer
from alihdaya.notation.bpmn.details import Call, Job, Link, Message, MultiInstance, Rule, Script, Step, Timer
from alihdaya.notation.bpmn.graph import ACTIVITIES, SCOPES, Kind, Node, Process

_THROWING = frozenset({Kind.THROW, Kind.END})


class Behaviour(NamedTuple):
    """A node's closures: on entering, in one run of a repeating activity, on leaving, and what it offers to others."""

    enter: Closure
    inner: Closure
    leave: Closure
    offer: Offer | None


class Binder:
    """Builds the closures of nodes."""

    def __init__(
        self,
        process: Process,
        arms: tuple[tuple[Arm, ...], ...],
        decisions: Mapping[str, Any],
        steps: Mapping[str, tasks.StepFunction],
    ) -> None:
        self.process = process
        self.arms = arms
        self.decisions = decisions
        self.steps = steps
        self.attached: list[list[Node]] = [[] for _ in process.nodes]
        for node in process.nodes:
            if node.attached is not None:
                self.attached[node.attached].append(node)

    def behaviour(self, node: Node) -> Behaviour:
        """Build the closures of one node."""
        leave = leave_of(self.process, node)
        if node.kind in _THROWING and node.detail is not None and not isinstance(node.detail, Link):
            enter, left = throwing.throwing(node, leave)
            return Behaviour(enter, enter, left, None)
        if node.kind in ACTIVITIES:
            return self._activity(node, leave)
        if node.kind is Kind.PARALLEL and len(node.incoming) > 1:
            enter = joins.join_of(node, leave)
        elif node.kind is Kind.COMPLEX or (node.kind is Kind.INCLUSIVE and len(node.incoming) > 1):
            enter = joins.parked
        elif node.kind is Kind.EVENT_BASED:
            enter = tasks.watching(self.arms[node.index])
        elif node.kind is Kind.CATCH:
            return self._catch(node, leave)
        else:
            enter = leave
        return Behaviour(enter, enter, leave, None)

    def _catch(self, node: Node, leave: Closure) -> Behaviour:
        """Events with one message or timer have waits of their own; all others are watched for."""
        offer: Offer | None = None
        if isinstance(node.detail, Message):
            offer = tasks.await_message(node, node.detail)
        elif isinstance(node.detail, Timer):
            offer = tasks.await_timer(node, node.detail)
        enter = tasks.waiting(offer, ()) if offer else tasks.watching(self.arms[node.index])
        if not offer and not self.arms[node.index]:
            enter = leave  # the catching half of a link
        return Behaviour(enter, enter, leave, offer)

    def _activity(self, node: Node, leave: Closure) -> Behaviour:
        attached = self.attached[node.index]
        boundary = tuple(arm for one in attached for arm in self.arms[one.index])
        repeats = node.loop is not None or (node.data is not None and node.kind is not Kind.SEND_TASK)
        if any(one.handler is not None for one in attached):
            leave = compensating.after(node, leave, several=isinstance(node.loop, MultiInstance))
        if boundary and (repeats or node.kind in SCOPES):
            leave = tasks.unarmed(leave)
        if not repeats:
            plain = self._once(node, leave, boundary)
            return plain if node.start_quantity == 1 else plain._replace(enter=joins.quantity(node, plain.enter))
        repeater = Repeater(node, leave, boundary)
        once = self._once(node, repeater.done, ())
        repeater.inner = once.enter
        enter = repeater.enter if node.start_quantity == 1 else joins.quantity(node, repeater.enter)
        return Behaviour(enter, once.enter, repeater.done, once.offer)

    def _once(self, node: Node, leave: Closure, boundary: tuple[Arm, ...]) -> Behaviour:
        offer = self._offer(node)
        if offer is not None:
            enter = tasks.waiting(offer, boundary)
            if node.timeout is not None:
                enter = tasks.limited(node, enter)
        elif node.kind in SCOPES:
            enter = scopes.sub_process(node)
            if boundary:
                enter = tasks.armed(enter, boundary)
        else:
            enter = self._work(node, leave)
        return Behaviour(enter, enter, leave, offer)

    def _work(self, node: Node, leave: Closure) -> Closure:
        match node.detail:
            case Rule():
                return tasks.rule(node, node.detail, self.decisions[node.detail.decision].run, leave)
            case Script():
                return tasks.script(node, node.detail, leave)
            case Step():
                return tasks.step(node, self.steps[node.detail.name], leave)
            case Message() if node.kind is Kind.SEND_TASK:
                return throwing.throwing(node, leave)[0]
        return leave

    def _offer(self, node: Node) -> Offer | None:
        if node.kind is Kind.USER_TASK:
            return tasks.offer_task(node)
        if node.kind in (Kind.SERVICE_TASK, Kind.SEND_TASK) and isinstance(node.detail, Job | None):
            return tasks.offer_job(node)
        if node.kind is Kind.RECEIVE_TASK:
            return tasks.await_message(node, node.detail if isinstance(node.detail, Message) else None)
        if isinstance(node.detail, Call):
            return tasks.call(node, node.detail)
        return None
