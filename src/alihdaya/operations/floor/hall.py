"""The floor on the desk: tasks of items are its pieces, and what is done there is done to the items, in one commit.

The desk tells the hall of every task that waits, is held or is gone; the hall tells the desk who got what. So there is
one queue, and the gate is asked for every single assignment.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Final

from alihdaya.engagement.sla.cutoff import Counts, counts
from alihdaya.kernel.event import Event
from alihdaya.kernel.time import MINUTE, SECOND
from alihdaya.operations.desk import Hold as Held
from alihdaya.operations.floor.beside import ADVICE, Clock, Clocks, raised
from alihdaya.people.gate import Needs, gate
from alihdaya.people.person import Person
from alihdaya.work.beside import AdviceClosed
from alihdaya.work.events import AssignmentRefused, AssignmentWithdrawn, TaskAssigned
from alihdaya.work.floor import CHANNELS, FULL, Ask, Floor, Piece, decide, next_due, route
from alihdaya.work.floor import events as facts
from alihdaya.work.floor.commands import Know, Tick
from alihdaya.work.floor.decide import FIRST, queued
from alihdaya.work.floor.seat import WORKS, WRAPS, Hold
from alihdaya.work.item import Task, TaskKey

if TYPE_CHECKING:
    from alihdaya.operations.desk import Desk, OpenItem

ROUTER: Final = "router"
RING: Final = {"voice": 20 * SECOND, "chat": MINUTE, "mail": 10 * MINUTE, "office": 10 * MINUTE}
"""So long a task of the channel rings before it goes to somebody else."""


def counts_for(item: "OpenItem") -> Counts | None:
    """Say for which business day an item counts; None where its pack has no cut-off."""
    cut_off = item.service.pack.manifest.floor.cut_off
    return None if cut_off is None else counts(item.service.calendar, cut_off, item.received_at)


def piece_of(task: Task, item: "OpenItem") -> Piece:
    """Give the piece that a task is: by telephone where the spoken test is asked for (S8), else back office."""
    terms = item.service.pack.manifest.floor
    channel = "voice" if task.needs.test == "spoken" else "office"
    due = task.resolve_due if task.respond_due is None else task.respond_due
    if (day := counts_for(item)) is not None:
        due = day.closes if due is None else min(due, day.closes)
    ask = Ask(task.needs, channel, RING[channel], terms.wrap_up * SECOND, terms.batch)
    return Piece(task.item, task.token, ask, task.priority, task.queued_at, due)


class Hall:
    """The floor of a desk while somebody is present. `passed`: how pieces stand that somebody passed on."""

    def __init__(self, desk: "Desk", floor: Floor) -> None:
        self.desk = desk
        self.floor = floor
        self.passed: dict[TaskKey, Piece] = {}
        self.clocks = Clocks(desk)
        self.paused = False
        """Whether somebody else routes: people are played, see operations.run.rehearse."""
        self._gone: dict[TaskKey, Hold | None] = {}

    def begin(self, at: int) -> int:
        """Let it be `at`, or as late as it is already; gives the instant that counts."""
        return self.floor.advance(at)

    def piece(self, task: Task, item: "OpenItem | None" = None) -> Piece:
        """Give the piece that a task is now: with the note and the priority with which it was passed on, if it was."""
        made = piece_of(task, item or self.desk.items[task.item])
        passed = self.passed.get(task.key)
        if passed is None:
            return made
        kept = passed.priority, passed.prefer, passed.prefer_until, passed.note
        ask = made.ask._replace(needs=self.raised(task.key, task.needs))
        return made._replace(ask=ask, priority=kept[0], prefer=kept[1], prefer_until=kept[2], note=kept[3])

    def raised(self, key: TaskKey, needs: Needs) -> Needs:
        """Give what a task needs now: more than its process says where it was escalated."""
        passed = self.passed.get(key)
        return needs if passed is None else raised(needs, passed.ask.needs)

    def ringing(self, ask: Ask) -> Ask:
        """Let a kind of work ring as long as its channel does."""
        return ask._replace(ring=RING[ask.channel])

    def waits(self, task: Task, item: "OpenItem | None" = None, *, first: str = "") -> None:
        """Hear that a task waits; `item`: where the desk does not hold it yet.

        To `first` it is offered before all others, for as long as to whom something is passed on, if they are present.
        That is noted: who takes the floor up again knows whom it waits for.
        """
        piece = self.piece(task, item)
        if first not in self.floor.seats:
            self.floor.enter(piece)
            return
        wanted = piece._replace(prefer=first, prefer_until=self._at() + FIRST)
        events = queued(self.floor, wanted)
        for event in events:
            self.floor.apply(event)
        self.follow(events, ROUTER)

    def has(self, key: TaskKey) -> bool:
        """Say whether a task rings, is held, or was put off: it is not anybody's to fetch."""
        return key in self.floor.holds or key in self.floor.later

    def promised(self, key: TaskKey) -> bool:
        """Say whether a task waits for one person before all others."""
        return key in self.floor.own

    def leaves(self, key: TaskKey) -> None:
        """Hear that a task no longer waits; whom it rang at hears no more of it."""
        hold = self.floor.holds.get(key)
        if hold is not None:
            self._note(facts.Recalled(*key, hold.person, "taken"), ROUTER)
        elif key in self.floor.later:
            self._note(facts.Returned(*key), ROUTER)
        self.floor.leave(key)

    def takes(self, task: Task, person: str) -> None:
        """Hear that somebody has a task; if they are present, it takes its share of their attention."""
        seat = self.floor.seats.get(person)
        if seat is None:
            return
        piece = self.piece(task)
        share = min(seat.shares[CHANNELS.index(piece.ask.channel)], FULL - seat.load)
        self.floor.enter(piece)
        self._note(facts.Assigned(*task.key, person, share), ROUTER)
        self.needs_no_advice(task.key, "holder", person)

    def lets_go(self, key: TaskKey, why: str) -> None:
        """Hear that nobody has a task any more: it was taken away (`why`) and will wait again, or it is closed."""
        floor, hold = self.floor, self.floor.holds.get(key)
        if why and hold is not None:
            self._note(facts.Recalled(*key, hold.person, why), ROUTER)
        if hold is not None:
            floor.leave(key)
        if not why:
            spared, passed = floor.spared.pop(key, None), self.passed.pop(key, None)
            if hold is not None or spared or passed is not None:
                self._gone[key] = hold
            self.needs_no_advice(key, "not-needed")

    def needs_no_advice(self, key: TaskKey, why: str, of: str = "") -> None:
        """Hear that nobody (with `of`: not that person) needs to give advice on a task any more; its item tells why."""
        for other in sorted(self.floor.consults.get(key, ())):
            hold = self.floor.holds.get(other)
            adviser = hold.person if hold is not None else ""
            if not of or adviser == of:
                self.clocks.stop(other, self._at())
                self._note(facts.Dropped(*other, "not-needed"), ROUTER)
                self.desk.append(self._at(), key[0], ROUTER, [AdviceClosed(key[1], other[1], adviser, why)])

    def finished(self, key: TaskKey, person: str, code: str, seconds: int) -> None:
        """Hear that a task is closed because its holder did it; they wrap up, if they may."""
        hold, at = self._gone.pop(key, None), self._at()
        if hold is None:
            if code:
                self.desk.note(at, person, facts.Finished(*key, person, code, seconds, 0, 0))
            return
        until = at + hold.piece.ask.wrap if hold.piece.ask.wrap and not self.paused else 0
        self.desk.note(at, person, facts.Finished(*key, person, code, seconds, hold.share, until))
        if until:
            self.wraps(key, person, hold.share, at, until)

    def wraps(self, key: TaskKey, person: str, share: int, at: int, until: int) -> None:
        """Let somebody wrap up a task that is done, since `at` and no longer than `until`."""
        self.floor.wrap_up(Hold(Piece(*key, Ask(Needs()), 0, at), person, WRAPS, share, at, until))
        self.clocks.start(key, Clock(person, key[1], "wrap-up", at, until))

    def advises(self, key: TaskKey, at: int) -> None:
        """Hear that somebody began to advise."""
        hold = self.floor.holds[key]
        self.clocks.start(key, Clock(hold.person, hold.piece.of[1], "advice", at, 0))

    def knows(self, person: Person, at: int) -> None:
        """Hear of a person's new version: what rings at them is asked again."""
        self.follow(decide(self.floor, Know(person), at).events, ROUTER)

    def takes_back_advice(self, person: Person, at: int) -> None:
        """Hear that somebody may do less: what they advise on, and may not, rings at others."""
        seat = self.floor.seats.get(person.id)
        held = [self.floor.holds[key] for key in seat.held] if seat else []
        for hold in held:
            ask = hold.piece.ask
            if hold.piece.of[0] and hold.state == WORKS and gate(person, ask.needs, at, test=ask.test):
                event = facts.Recalled(*hold.piece.key, person.id, "gate")
                self.floor.apply(event)
                self.follow([event], ROUTER)

    def carry_out(self, command: Any, at: int) -> None:
        """Carry out a command of the floor. Raises Refused; the gate's no is a fact of the item."""
        events, refusal = decide(self.floor, command, at)
        self.follow(events, command.person)
        if refusal is not None:
            raise refusal

    def next_due(self) -> int | None:
        """Say when something may happen by itself next; None where nothing will."""
        return None if self.paused else next_due(self.floor)

    def tick(self, at: int) -> bool:
        """Let happen what is due at `at`; says whether anything was."""
        due = self.next_due()
        if due is None or due > at:
            return False
        self.follow(decide(self.floor, Tick(), at).events, ROUTER)
        return True

    def flush(self) -> None:
        """Note what was closed without having been done."""
        for key in self._gone:
            self.desk.note(self._at(), ROUTER, facts.Dropped(*key, "closed"))
        self._gone.clear()

    def route(self) -> None:
        """Give what waits to whoever is present, may and can, before a commit."""
        self.flush()
        if not self.paused:
            self.follow(route(self.floor, self._at()), ROUTER)

    def follow(self, events: Iterable[Event], by: str) -> None:
        """Write facts down that the floor has applied already, and do to the items what they mean."""
        for event in events:
            if not isinstance(event, facts.GateRefused):
                self.desk.note(self._at(), by, event)
            meaning = self._MEANINGS.get(type(event))
            if meaning is not None:
                meaning(self, event, by)

    def _at(self) -> int:
        return max(self.desk.at, self.floor.at)

    def _note(self, event: Event, by: str) -> None:
        self.floor.apply(event)
        self.desk.note(self._at(), by, event)

    def _came(self, event: facts.LoggedIn, _by: str) -> None:
        """Whoever comes has what they were given before."""
        for hold in [hold for hold in self.desk.held.values() if hold.person == event.person]:
            self.takes(hold.task, event.person)

    def _queued(self, event: facts.Queued, _by: str) -> None:
        if event.token < ADVICE:
            self.passed[event.item, event.token] = self.floor.piece(event)

    def _assigned(self, event: facts.Assigned, by: str) -> None:
        key, at = (event.item, event.token), self._at()
        if event.token >= ADVICE:
            self.advises(key, at)
            return
        self.desk.held[key] = Held(self.desk.queue.remove(*key), event.person, at)
        item = self.desk.items[event.item]
        item.responded_at = at if item.responded_at is None else item.responded_at
        self.desk.append(at, event.item, by, [TaskAssigned(event.token, event.person)])
        self.needs_no_advice(key, "holder", event.person)

    def _refused(self, event: facts.GateRefused, by: str) -> None:
        self.desk.append(self._at(), event.item, by, [AssignmentRefused(*event[1:])])

    def _given_back(self, event: facts.Recalled | facts.Passed | facts.PutOff, by: str) -> None:
        """Let wait again what somebody worked on; what only rang has waited all the time."""
        key = event.item, event.token
        self.clocks.stop(key, self._at())
        hold = self.desk.held.pop(key, None)
        if hold is None:
            return
        why = event.reason if isinstance(event, facts.Recalled) else getattr(event, "kind", "put-off")
        self.desk.append(self._at(), event.item, by, [AssignmentWithdrawn(event.token, event.person, (why,))])
        item = self.desk.items[event.item]
        if item.aside is None:
            self.desk.queue.push(hold.task)
        else:
            item.aside[event.token] = hold.task
            self.floor.leave(key)

    def _over(self, event: facts.Wrapped | facts.Finished | facts.Dropped, _by: str) -> None:
        self.clocks.stop((event.item, event.token), self._at())

    _MEANINGS: ClassVar[dict[type, Callable[[Any, Any, str], None]]] = {
        facts.LoggedIn: _came,
        facts.Queued: _queued,
        facts.Assigned: _assigned,
        facts.GateRefused: _refused,
        facts.Recalled: _given_back,
        facts.Passed: _given_back,
        facts.PutOff: _given_back,
        facts.Wrapped: _over,
        facts.Finished: _over,
        facts.Dropped: _over,
    }
