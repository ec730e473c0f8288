"""The rehearsal: arrivals, timers and the played work of people, merged in the order of time.

Nothing of it is stored. What a person will have done, and when, follows from the open tasks and the seed, so that
after a kill the rehearsal goes on as if nothing had happened, to the same log. A commit may fall between two steps,
never within one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from alihdaya.kernel.time import DAY, SECOND
from alihdaya.operations.commands import Complete, Deliver, Fire
from alihdaya.operations.desk import GROUP, Desk, Hold
from alihdaya.operations.perform import perform
from alihdaya.operations.run.route import Router
from alihdaya.packs import Form
from alihdaya.people.shift import Shifts
from alihdaya.planning.rehearsal import Letter, Script, answer, filled, handling_seconds
from alihdaya.store.resume import last_acts, last_arrival, refusals_since
from alihdaya.work.handover import is_away
from alihdaya.work.item import Task, TaskKey
from alihdaya.work.routing import Assignment

NEVER = 1 << 62

_HOME, _DONE, _TIMER, _SHIFT, _MAIL = range(5)
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
    letters: Mapping[str, Letter] = field(default_factory=dict)
    """Message -> how it is played; nobody outside says anything else."""
    router: Router = field(init=False)
    shifts: dict[str, Shifts] = field(default_factory=dict)
    agenda: list[tuple[int, int, str, TaskKey]] = field(default_factory=list)
    acts: dict[str, int] = field(default_factory=dict)
    """Person -> when they last finished something."""

    def __post_init__(self) -> None:
        self.router = Router(self.desk)
        if self.desk.hall is not None:
            self.desk.hall.paused = True
        if self.present:
            self._take_up(self.desk.at)

    def until(self, at: int) -> None:
        """Let everything happen that is due at `at` or before."""
        while self.next_due() <= at:
            self._step()

    def waits(self, item: int, at: int) -> None:
        """Expect the messages that an item waits for since now."""
        if self.letters and self.present:
            self._write([key for key in self.desk.awaited if key[0] == item], at)

    def _write(self, keys: Iterable[TaskKey], at: int) -> None:
        for key in keys:
            name = self.desk.awaited[key][0]
            letter = self.letters.get(name)
            due = letter.due(self.seed, at, name, *key) if letter else None
            if due is not None:
                heappush(self.agenda, (due, _MAIL, name, key))

    def arrived(self, at: int) -> None:
        """Offer what has just been queued to whoever is free."""
        self._expect(self.router.match(at), at)

    def finish(self) -> None:
        """Play on until nothing is open, or nothing more can happen, or PATIENCE is over."""
        self.desk.commit()
        self.desk.board.starting = False  # what events begin from now on belongs to a time after the file's
        limit = last_arrival(self.desk.store) + PATIENCE
        while self.desk.items and self.next_due() <= limit:
            self._step()
            if len(self.desk.pending) >= GROUP:
                self.desk.commit()

    def next_due(self) -> int:
        """Say when something happens next; NEVER where nothing will."""
        timer = self.desk.next_timer()
        agenda = self.agenda[0][0] if self.agenda else NEVER
        return min(agenda, timer[0]) if timer else agenda

    def _step(self) -> None:
        """Let the next thing happen: when it is due, or now where that is past, because the desk was elsewhere."""
        timer = self.desk.next_timer()
        if timer and (not self.agenda or (timer[0], _TIMER) < self.agenda[0][:2]):
            self._carry_out(Fire(timer[1], timer[2]), max(timer[0], self.desk.at), timer[1])
            return
        due, kind, person, key = heappop(self.agenda)
        at = max(due, self.desk.at)
        if kind == _DONE:
            self._done(person, key, due, at)
        elif kind == _MAIL:
            self._mail(person, key, at)
        elif kind == _SHIFT:
            self._plan_shift(person, due)
            self._release(person, at)
        elif not self.shifts[person].at_work(at):
            self.router.left(person)

    def _done(self, person: str, key: TaskKey, due: int, at: int) -> None:
        hold = self.desk.held.get(key)
        if hold is None or hold.person != person or self.desk.items[key[0]].suspended:
            return  # the task was taken away meanwhile, or nothing of it goes on
        script = self.scripts.get(hold.task.node, Script())
        seconds = handling_seconds(script, self.seed, *self._sitting(hold.task))
        if hold.at + seconds * SECOND != due:
            return  # another task of the item under the same token
        self.acts[person] = at
        sitting = self._sitting(hold.task)
        played = filled(self._form(key, hold), answer(script, self.seed, *sitting), self.seed, *sitting)
        self._carry_out(Complete(*key, person, seconds, played, True), at, key[0])

    def _mail(self, name: str, key: TaskKey, at: int) -> None:
        awaited = self.desk.awaited.get(key)
        if awaited is not None and awaited[0] == name:
            said = answer(self.letters[name], self.seed, name, *key)
            self._carry_out(Deliver(*awaited, {**said, "simulated": True}), at, key[0])

    def _sitting(self, task: Task) -> tuple[object, ...]:
        """Give what the draws for a task depend on: later tasks of an item, and repeated ones, draw anew."""
        first = task.queued_at == self.desk.standing_item(task.item).received_at
        return task.key if first else (*task.key, task.node, task.queued_at)

    def _form(self, key: TaskKey, hold: Hold) -> Form | None:
        service = self.desk.open_item(key[0]).service
        return service.pack.forms.get(service.work(hold.task.node).form)

    def _carry_out(self, command: Fire | Complete | Deliver, at: int, item: int) -> None:
        """Do it, offer what it queued, and find work for whoever has less to do than before."""
        holders = sorted({hold.person for key, hold in self.desk.held.items() if key[0] == item})
        perform(self.desk, command, at)
        self.waits(item, at)
        self.arrived(at)
        for person in holders:
            self._release(person, at)

    def _release(self, person: str, at: int) -> None:
        """Let somebody who has nothing to do have the next task, or go home."""
        shifts = self.shifts.get(person)
        if shifts is None or any(hold.person == person for hold in self.desk.held.values()):
            return
        start = _running_since(shifts, at)
        if start is None:
            self.router.left(person)
        else:
            self._expect(self.router.came_free(person, at, max(start, self.acts.get(person, 0))), at)

    def _expect(self, assignments: Iterable[Assignment], at: int) -> None:
        for task, person in assignments:
            self._play(task, person, at)

    def _play(self, task: Task, person: str, since: int) -> None:
        seconds = handling_seconds(self.scripts.get(task.node, Script()), self.seed, *self._sitting(task))
        heappush(self.agenda, (since + seconds * SECOND, _DONE, person, task.key))

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
        for hold in self.desk.held.values():
            if not is_away(hold.person):
                self._play(hold.task, hold.person, hold.at)
        self._write(self.desk.awaited, now)
        self.acts = last_acts(self.desk.store)
        busy = {hold.person for hold in self.desk.held.values()}
        starts: dict[str, int] = {}
        for name, person in sorted(self.desk.people.items()):
            shifts = self.shifts[name] = Shifts(person.time_zone, person.shifts)
            start = _running_since(shifts, now)
            if start is not None:
                starts[name] = start
            if start == now:  # whether the shift began already, or only what came before it, cannot be told apart
                heappush(self.agenda, (now, _SHIFT, name, (0, 0)))
                continue
            self._plan_shift(name, now)
            if start is not None and name not in busy:
                self.router.free[name] = max(start, self.acts.get(name, 0))
        refusals = refusals_since(self.desk.store, min(starts.values(), default=now))
        self.router.refused = {(who, why) for who, why, at in refusals if at >= starts.get(who, NEVER)}


def _running_since(shifts: Shifts, now: int) -> int | None:
    """Give the start of the shift that runs at `now`; None where none does, 0 for one without beginning."""
    if not shifts.at_work(now):
        return None
    for days in (2, 8, 32, 400):
        start, found = now - days * DAY, 0
        while (following := shifts.next_start(start)) is not None and following <= now:
            start = found = following
        if found:
            return found
    return 0
