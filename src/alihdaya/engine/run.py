"""One command at work: tokens move, events happen and are applied at once, until every token waits or is gone."""

from collections import deque
from collections.abc import Mapping
from typing import Any

from alihdaya.engine.applying import APPLIERS
from alihdaya.engine.behaviours import arming, joins, patience, scopes, throwing
from alihdaya.engine.events import (
    BoundaryTaken,
    IncidentCleared,
    IncidentRaised,
    InstanceEnded,
    JobClosed,
    MessageCancelled,
    Moved,
    TaskClosed,
    TimerCancelled,
    TokenEnded,
)
from alihdaya.engine.plan import STOP, Closure, Plan, Stuck
from alihdaya.engine.scope_events import CallClosed
from alihdaya.engine.state import CALL, JOB, RUNNING, TASK, Instance
from alihdaya.kernel.event import Event
from alihdaya.notation.bpmn.errors import BpmnError

__all__ = ["STOP", "Run", "Stuck"]


class Run:
    """The work of one command on one instance. `path` holds flows taken since the last Moved of the moving token.

    `queue` holds tokens that can move, `later` those that throw once no other can; `dirty` says that variables
    changed for which somebody may wait. `tries`: token -> (node, retries left there), where not all are. `left` steps
    may still be taken; `halt`: code and message of the incident after these, where it is not the usual one.
    """

    __slots__ = ("dirty", "events", "halt", "later", "left", "now", "path", "plan", "queue", "state", "tries")

    def __init__(self, plan: Plan, state: Instance, now: int) -> None:
        self.plan = plan
        self.state = state
        self.now = now
        self.events: list[Event] = []
        self.path: list[int] = []
        self.queue: deque[tuple[int, int, Closure]] = deque()
        self.later: deque[tuple[int, int, Closure]] = deque()
        self.left = plan.budget
        self.halt: tuple[str, str] | None = None
        self.dirty = False
        self.tries: dict[int, tuple[int, int]] = {}

    def emit(self, event: Event) -> None:
        """Let an event happen: the state changes by `apply` and by nothing else."""
        self.events.append(event)
        APPLIERS[type(event)](self.state, event)

    def flush(self, token: int) -> None:
        """Let the flows taken so far happen as one Moved; called before anything that depends on the place."""
        if self.path:
            self.emit(Moved(token, tuple(self.path)))
            self.path.clear()

    def view(self, token: int) -> Mapping[str, Any]:
        """Give the variables that a token sees."""
        full = self.state.full
        if full is None or token not in full.homes:
            return self.state.variables
        return scopes.view(self, full.homes[token])

    def home(self, token: int) -> int:
        """Give the number of the scope in which a token stands."""
        full = self.state.full
        return 0 if full is None else full.homes.get(token, 0)

    def advance(self, token: int, node: int, act: Closure, stage: str = "enter") -> None:
        """Let a token act at `node` and go on until it stops; whatever goes wrong becomes an incident there."""
        enter, target, path, left = self.plan.enter, self.plan.target, self.path, self.left
        try:
            while True:
                left -= 1
                if left < 0:
                    usual = "step-budget", f"more than {self.plan.budget:,} steps in one command"
                    raise Stuck(*(self.halt or usual))  # noqa: TRY301
                flow = act(self, token)
                if flow < 0:
                    break
                path.append(flow)
                node = target[flow]
                act, stage = enter[node], "enter"
                if self.dirty:
                    self.flush(token)
                    self.queue.appendleft((token, node, act))
                    break
        except Stuck as stuck:
            self.fail(token, node, stuck.code, stuck.message, stage)
        except BpmnError as error:
            self.throw(token, node, error.code, error.message, stage)
        except Exception as failure:  # noqa: BLE001  # a step of a pack may raise anything: it is an incident
            self.fail(token, node, type(failure).__name__, str(failure), stage)
        self.left = max(left, 0)

    def offer_again(self, token: int, node: int) -> None:
        """Offer a node's work once more, with its timers left as they are."""

        def act(run: Run, waiting: int) -> int:
            offer = run.plan.offer[node]
            if offer is not None:
                run.emit(offer(run, waiting))
                patience.watch(run, waiting, run.plan.process.nodes[node])
            return STOP

        self.advance(token, node, act, "offer")

    def drain(self) -> None:
        """Move every token that can move, in the order in which they came to be; those that throw go last."""
        queue, later = self.queue, self.later
        while True:
            if self.dirty:
                self.dirty = False
                arming.check_conditions(self)
            if queue:
                token, node, act = queue.popleft()
            elif later:
                token, node, act = later.popleft()
            elif not (self.plan.joins and self.left and joins.release(self)):
                return
            else:
                continue
            if token in self.state.tokens:
                self.advance(token, node, act, "leave" if act is self.plan.leave[node] else "enter")

    def settle(self) -> None:
        """Raise an incident where only joins are waited at: nothing could ever bring the missing tokens."""
        state = self.state
        if state.status != RUNNING or state.waits or state.timers or state.incidents or not state.tokens:
            return
        full = state.full
        if full is not None and full.catches:
            return
        carriers = set() if full is None else {scope.token for scope in full.scopes.values()}
        token = min(state.tokens.keys() - carriers, default=0)
        if token:
            node = self.plan.node_at(state.tokens[token])
            self.fail(token, node, "join-starved", "no token is left that could complete this join", "enter")

    def fail(self, token: int, node: int, code: str, message: str, stage: str) -> None:
        """Stop a token by an incident."""
        self.flush(token)
        at = self.plan.process.nodes[node]
        patience.forget(self, token, at)
        self.emit(IncidentRaised(token, at.id, _kept(code), _kept(message), stage))
        patience.schedule(self, token, at)

    def throw(self, token: int, node: int, code: str, message: str, stage: str) -> None:
        """Take what catches a BPMN error of the node (10.5.6); where nothing does, it is an incident."""
        self.flush(token)
        if not throwing.error(self, token, node, code, message):
            self.fail(token, node, code, message or f"nothing catches the error {code!r}", stage)

    def branch(self, token: int, boundary: int, *, interrupting: bool) -> None:
        """Put a new token on a boundary event of the activity where `token` stands, and queue it."""
        born = self.state.next_token
        self.emit(BoundaryTaken(token, self.plan.process.nodes[boundary].id, born, -1 - boundary, interrupting))
        self.queue.append((born, boundary, self.plan.leave[boundary]))

    def withdraw(self, token: int, outcome: str) -> None:
        """Close all that a token waits for or carries: its wait, timers, catches, incident, scopes, handlers."""
        self.close(token, outcome)
        self.disarm(token)
        if token in self.state.incidents:
            self.emit(IncidentCleared(token))
        if self.state.full is not None:
            scopes.kill_inside(self, token)

    def close(self, token: int, outcome: str) -> None:
        """Close the wait of a token, if it has one."""
        wait = self.state.waits.get(token)
        if wait is None:
            return
        if wait.kind == TASK:
            self.emit(TaskClosed(token, wait.node, outcome))
        elif wait.kind == JOB:
            self.emit(JobClosed(token, wait.node, outcome))
        elif wait.kind == CALL:
            self.emit(CallClosed(token, wait.node, outcome))
        else:
            self.emit(MessageCancelled(token, wait.node))

    def disarm(self, token: int) -> None:
        """Cancel every timer and catch that belongs to a token."""
        if self.state.timers:
            for timer in [number for number, running in self.state.timers.items() if running.token == token]:
                self.emit(TimerCancelled(timer))
        full = self.state.full
        if full is not None and full.catches:
            arming.close_catches(self, [number for number, catch in full.catches.items() if catch.token == token])

    def withdraw_all(self) -> None:
        """Close all that any token waits for."""
        for token in list(self.state.tokens):
            self.close(token, "withdrawn")
            self.disarm(token)
            if token in self.state.incidents:
                self.emit(IncidentCleared(token))
        self.disarm(0)

    def end(self, token: int, node_id: str) -> None:
        """Consume a token; with the last one its scope, or the instance, ends (10.5.3)."""
        self.flush(token)
        full = self.state.full
        if full is not None and (token in full.homes or token in full.helpers):
            scopes.end_inside(self, token, node_id)
        elif len(self.state.tokens) - (0 if full is None else len(full.homes)) == 1:
            self.disarm(0)
            self.emit(InstanceEnded(node_id))
        else:
            self.emit(TokenEnded(token, node_id))


def _kept(text: str) -> str:
    """Write out what no store holds: half characters and NUL, which an error's text may carry."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
