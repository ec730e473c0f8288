"""The society of an embedded engine: what is under way is held here, and every change is noted for the next commit."""

from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from typing import Any, NamedTuple

from alihdaya.engine import CompleteTask, FireTimer, Instance, RunningTimer, Wait, complete, start
from alihdaya.engine.full import SIGNAL
from alihdaya.engine.society import Member, Society
from alihdaya.engine.state import MESSAGE, RUNNING
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import Event

Subscription = tuple[str, str, str]
"""Kind, name and key of what may come."""


class Standing(NamedTuple):
    """What the tables say of an instance: how many commands it has had, its waits and timers by number."""

    commands: int = 0
    waits: Mapping[int, Wait] = {}  # never changed, only replaced
    timers: Mapping[int, RunningTimer] = {}


Noted = tuple[Member, int, Instance, list[Event] | None]
"""One command's work: the instance, when, its state then, the events; without these, a packed state tells them."""


class Fellowship(Society):
    """Members are the instances that run, and those that ended since the last commit. `last` is the greatest number.

    `notes` are the commands since the last commit, `standing` what was committed before, by instance.
    """

    def __init__(self, keep: int) -> None:
        super().__init__(keep)
        self.notes: list[Noted] = []
        self.standing: dict[int, Standing] = {}
        self.heap: list[tuple[int, int, int]] = []
        self._listening: dict[Subscription, dict[int, None]] = {}
        self._heard: dict[int, set[Subscription]] = {}
        self._clocked: dict[int, int] = {}

    def start(self, process: str, variables: Mapping[str, Any], now: int, node: str = "") -> int:
        """Start an instance; gives its number. Raises Refused, for an unknown process, too."""
        plan = self.plans.get(process)
        if plan is None:
            raise Refused(Problem("unknown-process", f"there is no process {process!r}"))
        state = start(plan, variables, now, node)
        self.last += 1
        member = self.members[self.last] = Member(self.last, plan, state)
        if state.shape is None:
            self._note(member, list(state.held), now)
            self._settle()
        else:
            self.notes.append((member, now, state, None))
        return member.number

    def send(self, number: int, command: Any, now: int) -> None:
        """Carry out a command on one instance, and all that follows from it. Raises Refused as `decide` does."""
        member = self.members.get(number)
        if member is None:
            raise Refused(Problem("not-running", f"instance {number} does not run: it ended, or never was"))
        if type(command) is CompleteTask and member.caller is None and number not in self._heard:
            state = complete(member.plan, member.state, command.token, command.result, now)
            member.state = state
            if state.shape is not None:
                self.notes.append((member, now, state, None))
                return
            self._note(member, list(state.held), now)
        else:
            self._decide(member, command, now)
        self._settle()

    def hold(self, member: Member, standing: Standing) -> None:
        """Take in an instance as the tables have it."""
        self.members[member.number] = member
        self.standing[member.number] = standing
        self._listen(member)

    def running(self) -> list[Member]:
        """Give the instances that run, oldest first."""
        return [member for _, member in sorted(self.members.items()) if member.state.status == RUNNING]

    def listening(self, kind: str, name: str, key: str) -> Iterable[Member]:
        """Give the instances that wait for a message or signal, oldest first."""
        return [self.members[number] for number in sorted(self._listening.get((kind, name, key), ()))]

    def next_due(self) -> int | None:
        """Say when the next timer is due."""
        while self.heap and not self._runs(*self.heap[0]):
            heappop(self.heap)
        dues = [waking.next.due for waking in self.wakings if waking.next.due is not None]
        dues += [entry[0] for entry in self.heap[:1]]
        return min(dues, default=None)

    def fire_due(self, now: int) -> bool:
        """Fire the timer that has been due longest at `now`; False where none is due."""
        due = self.next_due()
        if due is None or due > now:
            return False
        for place, waking in enumerate(self.wakings):
            if waking.next.due == due:
                self._wake(self.wakings.pop(place), now)
                return True
        _, number, timer = heappop(self.heap)
        self.send(number, FireTimer(timer), max(due, now))
        return True

    def forget(self) -> None:
        """After a commit, let go of the instances that ended."""
        for member, *_ in self.notes:
            if member.state.status != RUNNING and self.members.pop(member.number, None) is not None:
                self.standing.pop(member.number, None)
                self._clocked.pop(member.number, None)
        self.notes = []

    def _note(self, member: Member, happened: list[Event], now: int) -> None:
        super()._note(member, happened, now)
        self.log.clear()
        self.notes.append((member, now, member.state, happened))
        self._listen(member)

    def _listen(self, member: Member) -> None:
        """Keep the timers and subscriptions of an instance in mind."""
        number, state = member.number, member.state
        clocked = self._clocked.get(number, 0)
        for timer, one in state.timers.items():
            if timer >= clocked:
                heappush(self.heap, (one.due, number, timer))
        if state.next_timer > 1:
            self._clocked[number] = state.next_timer
        wanted = subscriptions(state)
        before = self._heard.pop(number, set())
        for gone in before - wanted:
            del self._listening[gone][number]
            if not self._listening[gone]:
                del self._listening[gone]
        for new in wanted - before:
            self._listening.setdefault(new, {})[number] = None
        if wanted:
            self._heard[number] = wanted

    def _runs(self, due: int, number: int, timer: int) -> bool:
        member = self.members.get(number)
        return member is not None and timer in member.state.timers and member.state.timers[timer].due == due


def subscriptions(state: Instance) -> set[Subscription]:
    """Give what may come to an instance from others: messages by name and key, signals by name."""
    found = {(MESSAGE, wait.name, wait.key) for wait in state.waits.values() if wait.kind == MESSAGE}
    if state.full is not None:
        for catch in state.full.catches.values():
            if catch.kind in {MESSAGE, SIGNAL}:
                found.add((catch.kind, catch.name, catch.key))
    return found


def awaited(state: Instance) -> dict[int, Wait]:
    """Give all that an instance waits for by token, and what else may happen to it by the negative of its number."""
    if state.shape is not None or state.full is None or not state.full.catches:
        return state.waits
    others = {-number: Wait(one.kind, one.node, one.name, one.key) for number, one in state.full.catches.items()}
    return {**state.waits, **others}
