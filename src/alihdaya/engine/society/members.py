"""Many instances together: calls, messages and signals go from one to others; time and the clock come in.

The rules of who gets what are here, without a store; a shell that keeps instances elsewhere follows the same rules.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from alihdaya.engine import commands, events, scope_events
from alihdaya.engine.decide import decide
from alihdaya.engine.full import SIGNAL
from alihdaya.engine.plan import Plan
from alihdaya.engine.society.rules import (
    MATTERS,
    MOST_EFFECTS,
    Next,
    event_starts,
    first_due,
    refused_call,
    result_of_call,
    waits_for_signal,
)
from alihdaya.engine.state import MESSAGE, RUNNING, Instance
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import Event
from alihdaya.kernel.time import HOUR


class Buffered(NamedTuple):
    """A message for which nobody waited yet, kept until `until` (microseconds UTC)."""

    name: str
    key: str
    payload: Mapping[str, Any]
    until: int


class Waking(NamedTuple):
    """A timer start event of a process, and when it is due next."""

    next: Next
    process: str
    node: str


@dataclass(slots=True)
class Member:
    """One instance; `caller` is the number and token of the call activity that waits for it."""

    number: int
    plan: Plan
    state: Instance
    caller: tuple[int, int] | None = None
    depth: int = 0


Effect = Callable[[], None]


class Society:
    """Instances by number, the processes that they may call, and messages that nobody has taken yet.

    `log` holds (instance, events) of every command, in order. `last` is the number given last.
    `keep`: microseconds that a message is buffered.
    """

    def __init__(self, keep: int = HOUR) -> None:
        self.plans: dict[str, Plan] = {}
        self.members: dict[int, Member] = {}
        self.buffer: list[Buffered] = []
        self.wakings: list[Waking] = []
        self.log: list[tuple[int, list[Event]]] = []
        self.last = 0
        self.keep = keep
        self._effects: deque[Effect] = deque()
        self._busy = False

    def deploy(self, plan: Plan, now: int) -> None:
        """Make a process known; its timer start events begin to run."""
        self.plans[plan.process.id] = plan
        for start in event_starts(plan):
            if start.timer is not None:
                self.wakings.append(Waking(first_due(start.timer, now), plan.process.id, start.node))

    def start(self, process: str, variables: Mapping[str, Any], now: int, node: str = "") -> int:
        """Start an instance; gives its number. Raises KeyError for an unknown process, Refused as `decide` does."""
        number = self._begin(self.plans[process], commands.Start(variables, node), now)
        self._settle()
        return number

    def send(self, number: int, command: commands.Command, now: int) -> None:
        """Carry out a command on one instance, and all that follows from it. Raises Refused as `decide` does."""
        self._decide(self.members[number], command, now)
        self._settle()

    def message(self, name: str, key: str, payload: Mapping[str, Any], now: int, node: str = "") -> int | None:
        """Bring a message to the oldest instance that waits, else to a process that it starts, else keep it.

        Gives the instance's number, None where the message is kept.
        """
        number = self._deliver(name, key, payload, now, node)
        self._settle()
        return number

    def signal(self, name: str, payload: Mapping[str, Any], now: int, but: int = 0) -> None:
        """Broadcast a signal to all instances (`but` the one that threw it) and processes that it starts."""
        self._broadcast(name, payload, now, but)
        self._settle()

    def next_due(self) -> int | None:
        """Say when the next timer is due."""
        return min((due for due, _, _ in self._timers()), default=None)

    def fire_due(self, now: int) -> bool:
        """Fire the timer that has been due longest at `now`; False where none is due."""
        due = [one for one in self._timers() if one[0] <= now]
        if not due:
            return False
        at, number, timer = min(due)
        if number:
            self.send(number, commands.FireTimer(timer), max(at, now))
        else:
            self._wake(self.wakings.pop(timer), now)
        return True

    def running(self) -> list[Member]:
        """Give the instances that run, oldest first."""
        return [member for member in self.members.values() if member.state.status == RUNNING]

    def listening(self, _kind: str, _name: str, _key: str) -> Iterable[Member]:
        """Give the instances that may wait for such a message or signal, oldest first."""
        return self.running()

    def _timers(self) -> Iterable[tuple[int, int, int]]:
        for member in self.running():
            for timer, one in member.state.timers.items():
                yield one.due, member.number, timer
        for place, waking in enumerate(self.wakings):
            if waking.next.due is not None:
                yield waking.next.due, 0, place

    def _wake(self, waking: Waking, now: int) -> None:
        following = waking.next.then()
        if following.due is not None:
            self.wakings.append(waking._replace(next=following))
        self.start(waking.process, {}, now, waking.node)

    def _settle(self) -> None:
        """Carry out all effects, in the order in which they came to be."""
        if self._busy:
            return
        self._busy = True
        try:
            for _ in range(MOST_EFFECTS):
                if not self._effects:
                    return
                self._effects.popleft()()
            self._effects.clear()
            raise Refused(Problem("endless-chain", f"more than {MOST_EFFECTS:,} effects of one command on others"))
        finally:
            self._busy = False

    def _begin(self, plan: Plan, command: commands.Command, now: int, member: Member | None = None) -> int:
        happened, state = decide(plan, None, command, now)
        self.last += 1
        born = Member(self.last, plan, state)
        if member is not None:
            born.caller, born.depth = member.caller, member.depth
        self.members[self.last] = born
        self._note(born, happened, now)
        return born.number

    def _decide(self, member: Member, command: commands.Command, now: int) -> None:
        happened, member.state = decide(member.plan, member.state, command, now)
        self._note(member, happened, now)

    def _note(self, member: Member, happened: list[Event], now: int) -> None:
        self.log.append((member.number, happened))
        for event in happened:
            if type(event) in MATTERS:
                self._effects.append(lambda event=event: self._carry_out(member, event, now))  # type: ignore[misc]

    def _carry_out(self, member: Member, event: Event, now: int) -> None:
        match event:
            case scope_events.MessageThrown():
                self._deliver(event.name, event.key, event.payload, now)
            case scope_events.SignalThrown():
                self._broadcast(event.name, event.payload, now, member.number)
            case scope_events.CallRequested():
                self._call(member, event, now)
            case scope_events.CallClosed():
                self._withdrawn(member, event, now)
            case scope_events.EscalationThrown():
                self._escalated(member, event, now)
            case scope_events.ErrorEscaped():
                self._failed(member, event, now)
            case events.InstanceEnded():
                self._ended(member, event, now)
            case events.MessageAwaited() | scope_events.CatchOpened(kind="message"):
                self._awaited(member, event, now)

    def _deliver(self, name: str, key: str, payload: Mapping[str, Any], now: int, node: str = "") -> int | None:
        for member in self.listening(MESSAGE, name, key):
            if _awaits(member.state, name, key, node):
                self._decide(member, commands.DeliverMessage(name, key, payload, node), now)
                return member.number
        for plan in self.plans.values():
            if _starts(plan, "message", name):
                return self._begin(plan, commands.DeliverMessage(name, key, payload), now)
        self.buffer = [one for one in self.buffer if one.until > now]
        self.buffer.append(Buffered(name, key, payload, now + self.keep))
        return None

    def _broadcast(self, name: str, payload: Mapping[str, Any], now: int, but: int) -> None:
        for member in self.listening(SIGNAL, name, ""):
            if member.number != but and waits_for_signal(member.state, name):
                self._decide(member, commands.DeliverSignal(name, payload), now)
        for plan in list(self.plans.values()):
            if _starts(plan, "signal", name):
                self._begin(plan, commands.DeliverSignal(name, payload), now)

    def _awaited(self, member: Member, event: Any, now: int) -> None:
        """Give a buffered message to an instance that has begun to wait for it."""
        for one in self.buffer:
            if (one.name, one.key) == (event.name, event.key) and one.until > now:
                if _awaits(member.state, one.name, one.key, ""):
                    self.buffer.remove(one)
                    self._decide(member, commands.DeliverMessage(*one[:3]), now)
                return

    def _call(self, member: Member, event: scope_events.CallRequested, now: int) -> None:
        plan = self.plans.get(event.process)
        if member.state.status != RUNNING or event.token not in member.state.waits:
            return
        refused = refused_call(plan, event.process, member.depth, event.token)
        if refused is not None:
            self._decide(member, refused, now)
            return
        assert plan is not None  # noqa: S101 (narrowing: else the call was refused)
        caller = Member(0, plan, member.state, (member.number, event.token), member.depth + 1)
        self._begin(plan, commands.Start(event.variables, called=True), now, caller)

    def _withdrawn(self, member: Member, event: scope_events.CallClosed, now: int) -> None:
        if event.outcome == "completed":
            return
        for other in self.running():
            if other.caller == (member.number, event.token):
                self._decide(other, commands.Cancel("its caller no longer waits"), now)

    def _answer(self, member: Member, now: int, make: Callable[[int, Member], commands.Command]) -> None:
        if member.caller is None:
            return
        number, token = member.caller
        caller = self.members.get(number)
        if caller is not None and caller.state.status == RUNNING and token in caller.state.waits:
            self._decide(caller, make(token, caller), now)

    def _ended(self, member: Member, _: Event, now: int) -> None:
        def completed(token: int, caller: Member) -> commands.Command:
            return commands.CompleteCall(token, result_of_call(member.state, caller.plan, caller.state, token))

        self._answer(member, now, completed)

    def _failed(self, member: Member, event: scope_events.ErrorEscaped, now: int) -> None:
        self._answer(member, now, lambda token, _: commands.ThrowError(token, event.code, event.message))

    def _escalated(self, member: Member, event: scope_events.EscalationThrown, now: int) -> None:
        if not event.caught:
            self._answer(member, now, lambda token, _: commands.Escalate(token, event.code))


def _awaits(state: Instance, name: str, key: str, node: str) -> bool:
    waits = [*state.waits.values(), *(state.full.catches.values() if state.full is not None else ())]
    return any((one.kind, one.name, one.key) == (MESSAGE, name, key) and node in ("", one.node) for one in waits)


def _starts(plan: Plan, kind: str, name: str) -> bool:
    return any((one.kind, one.name) == (kind, name) for one in event_starts(plan))
