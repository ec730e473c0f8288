"""One command at work: tokens move, events happen and are applied at once, until every token waits or is gone."""

from collections import deque

from alihdaya.engine.applying import APPLIERS
from alihdaya.engine.events import (
    BoundaryTaken,
    ErrorCaught,
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
from alihdaya.engine.plan import Closure, Plan
from alihdaya.engine.state import JOB, RUNNING, TASK, Instance
from alihdaya.kernel.event import Event
from alihdaya.notation.bpmn.errors import BpmnError

STOP = -1
"""What a closure gives instead of a flow: the token waits, was split, is parked or is gone."""


class Stuck(Exception):  # control flow of the engine, caught by Run.advance
    """A node cannot be passed; it becomes an incident of this code and text."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


class Run:
    """The work of one command on one instance. `path` holds flows taken since the last Moved of the moving token."""

    __slots__ = ("events", "left", "now", "path", "plan", "queue", "state")

    def __init__(self, plan: Plan, state: Instance, now: int) -> None:
        self.plan = plan
        self.state = state
        self.now = now
        self.events: list[Event] = []
        self.path: list[int] = []
        self.queue: deque[tuple[int, int, Closure]] = deque()
        self.left = plan.budget

    def emit(self, event: Event) -> None:
        """Let an event happen: the state changes by `apply` and by nothing else."""
        self.events.append(event)
        APPLIERS[type(event)](self.state, event)

    def flush(self, token: int) -> None:
        """Let the flows taken so far happen as one Moved; called before anything that depends on the place."""
        if self.path:
            self.emit(Moved(token, tuple(self.path)))
            self.path.clear()

    def advance(self, token: int, node: int, act: Closure, stage: str = "enter") -> None:
        """Let a token act at `node` and go on until it stops; whatever goes wrong becomes an incident there."""
        enter, target, path, left = self.plan.enter, self.plan.target, self.path, self.left
        try:
            while True:
                left -= 1
                if left < 0:
                    raise Stuck("step-budget", f"more than {self.plan.budget:,} steps in one command")  # noqa: TRY301
                flow = act(self, token)
                if flow < 0:
                    break
                path.append(flow)
                node = target[flow]
                act, stage = enter[node], "enter"
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
            return STOP

        self.advance(token, node, act, "offer")

    def drain(self) -> None:
        """Move every token that can move, in the order in which they came to be."""
        queue = self.queue
        while queue:
            token, node, act = queue.popleft()
            if token in self.state.tokens:
                self.advance(token, node, act)

    def settle(self) -> None:
        """Raise an incident where only joins are waited at: nothing could ever bring the missing tokens."""
        state = self.state
        if state.status != RUNNING or state.waits or state.timers or state.incidents or not state.tokens:
            return
        token = min(state.tokens)
        node = self.plan.node_at(state.tokens[token])
        self.fail(token, node, "join-starved", "no token is left that could complete this parallel join", "enter")

    def fail(self, token: int, node: int, code: str, message: str, stage: str) -> None:
        """Stop a token by an incident."""
        self.flush(token)
        self.emit(IncidentRaised(token, self.plan.process.nodes[node].id, code, message, stage))

    def throw(self, token: int, node: int, code: str, message: str, stage: str) -> None:
        """Take the boundary event for a BPMN error of the activity `node` (10.5.6); without one, an incident."""
        catchers = self.plan.catchers[node]
        caught = catchers.get(code, catchers.get(None))
        if caught is None:
            self.fail(token, node, code, message or f"nothing catches the error {code!r}", stage)
            return
        self.flush(token)
        self.withdraw(token, "failed")
        self.emit(ErrorCaught(token, self.plan.process.nodes[caught].id, code))
        self.branch(token, caught, interrupting=True)

    def branch(self, token: int, boundary: int, *, interrupting: bool) -> None:
        """Put a new token on a boundary event of the activity where `token` stands, and queue it."""
        born = self.state.next_token
        self.emit(BoundaryTaken(token, self.plan.process.nodes[boundary].id, born, -1 - boundary, interrupting))
        self.queue.append((born, boundary, self.plan.leave[boundary]))

    def withdraw(self, token: int, outcome: str) -> None:
        """Close all that a token waits for: its wait, its timers, its incident."""
        self.close(token, outcome)
        self.cancel_timers(token)
        if token in self.state.incidents:
            self.emit(IncidentCleared(token))

    def close(self, token: int, outcome: str) -> None:
        """Close the wait of a token, if it has one."""
        wait = self.state.waits.get(token)
        if wait is None:
            return
        if wait.kind == TASK:
            self.emit(TaskClosed(token, wait.node, outcome))
        elif wait.kind == JOB:
            self.emit(JobClosed(token, wait.node, outcome))
        else:
            self.emit(MessageCancelled(token, wait.node))

    def cancel_timers(self, token: int) -> None:
        """Cancel every timer that belongs to a token."""
        for timer in [number for number, running in self.state.timers.items() if running.token == token]:
            self.emit(TimerCancelled(timer))

    def withdraw_all(self) -> None:
        """Close all that any token waits for."""
        for token in list(self.state.tokens):
            self.withdraw(token, "withdrawn")

    def end(self, token: int, node_id: str) -> None:
        """Consume a token; with the last one the instance ends (10.5.3)."""
        self.flush(token)
        if len(self.state.tokens) == 1:
            self.emit(InstanceEnded(node_id))
        else:
            self.emit(TokenEnded(token, node_id))
