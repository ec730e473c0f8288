"""The rehearsal: arrivals, timers and the played work of people, merged in the order of time.

Nothing of it is stored. What a person will have done, and when, follows from the open tasks and the seed, so that
after a kill the rehearsal goes on as if nothing had happened, to the same log. A commit may fall between two steps,
never within one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from alihdaya.kernel.time import DAY, SECOND
from alihdaya.operations.commands import Complete, Fire
from alihdaya.operations.desk import GROUP, Desk
from alihdaya.operations.perform import perform
from alihdaya.operations.route import Router
from alihdaya.people.shift import Shifts
from alihdaya.planning.rehearsal import Script, answer, handling_seconds
from alihdaya.store.resume import last_acts, refusals_since
from alihdaya.work.item import TaskKey
from alihdaya.work.routing import Assignment

NEVER = 1 << 62

_DONE, _TIMER, _SHIFT, _HOME = range(4)
"""The order of what happens at the same instant; arrivals come last."""

PATIENCE = 40 * DAY
"""So long after the last arrival the rehearsal waits for open work; then what is open stays open."""


@dataclass(slots=True)
class Rehearsal:
    """Plays the people of the desk's roster. `scripts`: user task's node -> how it is played.

    With `present` False nobody is at work, so that only timers go off.
    """

    desk: Desk
    seed: int
    scripts: Mapping[str, Script]
    present: bool = True
    router: Router = field(init=False)
    shifts: dict[str, Shifts] = field(default_factory=dict)
    agenda: list[tuple[int, int, str, TaskKey]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.router = Router(self.desk)
        if self.present:
            self._take_up(self.desk.at)

    def until(self, at: int) -> None:
        """Let everything happen that is due at `at` or before."""
        while (due := self.next_due()) <= at:
            self._step(due)

    def arrived(self, at: int) -> None:
        """Offer what has just been queued to whoever is free."""
        self._expect(self.router.match(at), at)

    def finish(self) -> None:
        """Play on until nothing is open, or nothing more can happen, or PATIENCE is over."""
        limit = self.desk.at + PATIENCE
        while self.desk.items and (due := self.next_due()) <= limit:
            self._step(due)
            if len(self.desk.pending) >= GROUP:
                self.desk.commit()

    def next_due(self) -> int:
        """Say when something happens next; NEVER where nothing will."""
        timer = self.desk.next_timer()
        agenda = self.agenda[0][0] if self.agenda else NEVER
        return min(agenda, timer[0]) if timer else agenda

    def _step(self, at: int) -> None:
        timer = self.desk.next_timer()
        if timer and (not self.agenda or (timer[0], _TIMER) < self.agenda[0][:2]):
            perform(self.desk, Fire(timer[1], timer[2]), at)
            self.arrived(at)
            return
        _, kind, person, key = heappop(self.agenda)
        if kind == _DONE:
            self._done(person, key, at)
        elif kind == _SHIFT:
            self._begin(person, at)
        else:
            self._go(person, at)

    def _begin(self, person: str, at: int) -> None:
        self._plan_shift(person, at)
        if not self._busy(person):
            self._ask(person, at)

    def _go(self, person: str, at: int) -> None:
        if not self.shifts[person].at_work(at):
            self.router.left(person)

    def _busy(self, person: str) -> bool:
        return any(hold.person == person for hold in self.desk.held.values())

    def _ask(self, person: str, at: int) -> None:
        self._expect(self.router.came_free(person, at), at)

    def _done(self, person: str, key: TaskKey, at: int) -> None:
        hold = self.desk.held.get(key)
        if hold is not None and hold.person == person:
            script = self.scripts.get(hold.task.node, Script())
            played = answer(script, self.seed, *key)
            perform(self.desk, Complete(*key, person, (at - hold.at) // SECOND, dict(played), True), at)
            self.arrived(at)
        if self.shifts[person].at_work(at):
            self._ask(person, at)
        else:
            self.router.left(person)

    def _expect(self, assignments: Iterable[Assignment], at: int) -> None:
        for task, person in assignments:
            self._play(task.key, task.node, person, at)

    def _play(self, key: TaskKey, node: str, person: str, since: int) -> None:
        seconds = handling_seconds(self.scripts.get(node, Script()), self.seed, *key)
        heappush(self.agenda, (since + seconds * SECOND, _DONE, person, key))

    def _plan_shift(self, person: str, at: int) -> None:
        """Put the end of the running shift and the start of the next on the agenda."""
        shifts = self.shifts[person]
        end, start = shifts.next_end(at), shifts.next_start(at)
        if end is not None and shifts.at_work(at):
            heappush(self.agenda, (end, _HOME, person, (0, 0)))
        if start is not None:
            heappush(self.agenda, (start, _SHIFT, person, (0, 0)))

    def _take_up(self, now: int) -> None:
        """Go on from what the desk holds, as if there had been no interruption."""
        for key, hold in self.desk.held.items():
            self._play(key, hold.task.node, hold.person, hold.at)
        acts = last_acts(self.desk.store)
        refusals = refusals_since(self.desk.store, now - 2 * DAY)
        for name, person in sorted(self.desk.people.items()):
            shifts = self.shifts[name] = Shifts(person.time_zone, person.shifts)
            start = _running_since(shifts, now)
            if start == now:  # whether the shift began already, or only what came before it, cannot be told apart
                heappush(self.agenda, (now, _SHIFT, name, (0, 0)))
            else:
                self._plan_shift(name, now)
            if start is not None:
                self.router.refused |= {(who, why) for who, why, at in refusals if who == name and at >= start}
                if start < now and not self._busy(name):
                    self.router.free[name] = max(start, acts.get(name, 0))


def _running_since(shifts: Shifts, now: int) -> int | None:
    """Give the start of the shift that runs at `now`, None where none does."""
    if not shifts.at_work(now):
        return None
    start, found = now - 2 * DAY, now
    while (following := shifts.next_start(start)) is not None and following <= now:
        start = found = following
    return found
