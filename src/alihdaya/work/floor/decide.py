"""What follows from a command: facts, or a refusal that says why."""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from typing import Any, Final, NamedTuple

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import Event
from alihdaya.kernel.time import DAY, MINUTE
from alihdaya.people.gate import gate, render_reason
from alihdaya.people.person import Person
from alihdaya.work.floor import commands as ask_for
from alihdaya.work.floor import events as facts
from alihdaya.work.floor.ask import CHANNELS, FULL, Piece
from alihdaya.work.floor.floor import Floor
from alihdaya.work.floor.seat import READY, RINGS, WORKS, WRAPS, Hold, Seat
from alihdaya.work.item import TaskKey

SPARE: Final = 10 * MINUTE
"""So long nobody is offered again what they declined, did not answer, or passed on."""

FIRST: Final = 2 * MINUTE
"""So long a call-back waits for whoever promised it, before anybody may make it."""

MISSED: Final = "missed"
"""The state of who did not answer: they get nothing new until they say that they are ready."""

FURTHEST: Final = 366 * DAY
"""No call-back lies further ahead: until then nobody else is offered the work."""

KINDS_OF_PASS: Final = ("transfer", "escalate", "hand-over")


class Decision(NamedTuple):
    """What happened, in order, and why the command was refused, if it was: then what happened was only due anyway."""

    events: list[Event]
    refusal: Refused | None = None


class _Act:
    """One command under way: every fact changes the floor as it is noted."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.events: list[Event] = []

    def note(self, event: Event) -> None:
        self.floor.apply(event)
        self.events.append(event)


def decide(floor: Floor, command: Any, now: int) -> Decision:
    """Carry out a command at `now` (microseconds), after all that is due by then. Nothing is routed yet: see `route`.

    The floor is changed by the facts that are given, and by nothing else. Raises KeyError for what is no command.
    """
    station = _STATIONS[type(command)]
    act = _Act(floor)
    floor.advance(now)
    _due(act)
    try:
        station(act, command)
    except Refused as refusal:
        return Decision(act.events, refusal)
    return Decision(act.events)


def next_due(floor: Floor) -> int | None:
    """Say when something may happen by itself next; None where nothing will."""
    return floor.timers[0][0] if floor.timers else None


def _due(act: _Act) -> None:
    floor = act.floor
    while floor.timers and floor.timers[0][0] <= floor.at:
        due, item, token, person = heappop(floor.timers)
        if item:
            _due_piece(act, (item, token), due)
        elif person in floor.seats:
            _silent(act, floor.seats[person])


def _due_piece(act: _Act, key: TaskKey, due: int) -> None:
    floor, hold = act.floor, act.floor.holds.get(key)
    if hold is not None:
        if hold.until == due and hold.state == RINGS:
            _missed(act, key, hold)
        elif hold.until == due and hold.state == WRAPS:
            act.note(facts.Wrapped(*key, hold.person))
        return
    put_off, spared = floor.later.get(key), floor.spared.get(key)
    over = put_off is not None and put_off[1] <= floor.at
    over = over or (key in floor.own and floor.own[key].prefer_until <= floor.at)
    if spared and key in floor.waiting and min(spared.values()) <= floor.at:
        over = True
    if over:
        act.note(facts.Returned(*key))


def _missed(act: _Act, key: TaskKey, hold: Hold) -> None:
    act.note(facts.TimedOut(*key, hold.person, act.floor.at + SPARE))
    if act.floor.seats[hold.person].state == READY:
        act.note(facts.StateSet(hold.person, MISSED))
        _stop_ringing(act, act.floor.seats[hold.person], "not-ready")


def _silent(act: _Act, seat: Seat) -> None:
    """Somebody may have vanished: then what they have waits again, in its old place."""
    if seat.seen + seat.lease > act.floor.at:
        heappush(act.floor.timers, (seat.seen + seat.lease, 0, 0, seat.person.id))
        return
    for key in list(seat.held):
        wraps = act.floor.holds[key].state == WRAPS
        who = seat.person.id
        act.note(facts.Wrapped(*key, who) if wraps else facts.Recalled(*key, who, "vanished"))
    act.note(facts.LoggedOut(seat.person.id, "vanished"))


def _stop_ringing(act: _Act, seat: Seat, reason: str) -> None:
    for key in [key for key in seat.held if act.floor.holds[key].state == RINGS]:
        act.note(facts.Recalled(*key, seat.person.id, reason))


def _refuse(code: str, message: str) -> Refused:
    return Refused(Problem(code, message))


def _seat(act: _Act, person: str) -> Seat:
    """Give somebody's seat; that they say something is a sign of life. Raises Refused."""
    seat = act.floor.seats.get(person)
    if seat is None:
        raise _refuse("not-present", f"{person} is not present")
    seat.seen = act.floor.at
    return seat


def _held(act: _Act, command: Any, *states: str) -> Hold:
    """Give what the person has. Raises Refused where they do not have it, or not any more."""
    _seat(act, command.person)
    hold = act.floor.holds.get((command.item, command.token))
    if hold is None or hold.person != command.person or hold.state not in states:
        now = f": {hold.person} has it ({hold.state})" if hold else ""
        message = f"{command.person} does not have task {command.token} of item {command.item}{now}"
        raise _refuse("not-theirs", message)
    return hold


def _log_in(act: _Act, command: ask_for.LogIn) -> None:
    if command.person not in act.floor.people:
        raise _refuse("no-such-person", f"nobody on the roster is called {command.person!r}")
    if command.person in act.floor.seats:
        raise _refuse("present", f"{command.person} is present already")
    if len(command.shares) != len(CHANNELS) or not all(0 <= share <= FULL for share in command.shares):
        raise _refuse("bad-shares", f"{command.shares} are not {len(CHANNELS)} shares of {FULL}")
    act.note(facts.LoggedIn(command.person, command.shares, max(0, command.lease)))


def _log_out(act: _Act, command: ask_for.LogOut) -> None:
    seat = _seat(act, command.person)
    holds = [(key, act.floor.holds[key].state) for key in seat.held]
    works = [key for key, state in holds if state == WORKS]
    if works:
        listed = ", ".join(f"{item}" for item, _ in works)
        raise _refuse("holds-work", f"{command.person} still has work: item {listed}")
    _stop_ringing(act, seat, "left")
    for key, state in holds:
        if state == WRAPS:
            act.note(facts.Wrapped(*key, command.person))
    act.note(facts.LoggedOut(command.person, "left"))


def _set_state(act: _Act, command: ask_for.SetState) -> None:
    seat = _seat(act, command.person)
    if seat.state != command.state:
        act.note(facts.StateSet(command.person, command.state))
    if command.state != READY:
        _stop_ringing(act, seat, "not-ready")


def _beat(act: _Act, command: ask_for.Beat) -> None:
    _seat(act, command.person)


def _know(act: _Act, command: ask_for.Know) -> None:
    person: Person = command.person
    act.floor.know(person)
    seat = act.floor.seats.get(person.id)
    for key in list(seat.held) if seat else ():
        hold = act.floor.holds[key]
        if hold.state == RINGS and _reasons(act.floor, person, hold.piece):
            act.note(facts.Recalled(*key, person.id, "gate"))


def _enqueue(act: _Act, command: ask_for.Enqueue) -> None:
    piece = command.piece
    if act.floor.knows(piece.key):
        raise _refuse("twice", f"task {piece.token} of item {piece.item} is on the floor already")
    if piece.ask.channel not in CHANNELS or piece.item < 1:
        raise _refuse("bad-piece", f"item {piece.item} cannot wait for {piece.ask.channel!r}")
    _queue(act, piece)


def _queue(act: _Act, piece: Piece) -> None:
    for event in queued(act.floor, piece):
        act.note(event)


def queued(floor: Floor, piece: Piece) -> list[Event]:
    """Give the facts by which a piece waits, nothing applied yet; what it asks for gets a number where it has none."""
    item, token, ask, priority, queued_at, due, prefer, until, of, note = piece
    number = floor.numbers.get(ask, len(floor.numbers) + 1)
    waits = facts.Queued(item, token, number, priority, queued_at, due, prefer, until, of[0], of[1], note)
    return [waits] if ask in floor.numbers else [facts.Asked(number, ask), waits]


def _reasons(floor: Floor, person: Person, piece: Piece) -> tuple[str, ...]:
    return gate(person, piece.ask.needs, floor.at, test=piece.ask.test)


def _let(act: _Act, person: Person, piece: Piece) -> None:
    """Ask the gate; its no is a fact. Raises Refused."""
    reasons = _reasons(act.floor, person, piece)
    if reasons:
        act.note(facts.GateRefused(*piece.key, person.id, reasons))
        told = (f"{person.id} may not do this: {render_reason(reason, str)}" for reason in reasons)
        raise Refused([Problem("gate", one) for one in told])


def _take(act: _Act, command: ask_for.Take) -> None:
    seat, key, floor = _seat(act, command.person), (command.item, command.token), act.floor
    piece = floor.waiting.pieces[key][0] if key in floor.waiting else floor.own.get(key)
    if piece is None:
        hold = floor.holds.get(key)
        why = f": {hold.person} has it" if hold else ""
        raise _refuse("not-waiting", f"task {command.token} of item {command.item} does not wait{why}")
    _let(act, seat.person, piece)
    channel = CHANNELS.index(piece.ask.channel)
    if seat.load + seat.shares[channel] > FULL or not seat.shares[channel]:
        raise _refuse("no-room", f"{command.person} cannot take one more of {piece.ask.channel}")
    act.note(facts.Assigned(*key, command.person, seat.shares[channel]))


def _accept(act: _Act, command: ask_for.Accept) -> None:
    hold = _held(act, command, RINGS)
    try:
        _let(act, act.floor.seats[command.person].person, hold.piece)
    except Refused:
        act.note(facts.Recalled(*hold.piece.key, command.person, "gate"))
        raise
    act.note(facts.Assigned(*hold.piece.key, command.person, hold.share))


def _decline(act: _Act, command: ask_for.Decline) -> None:
    hold = _held(act, command, RINGS)
    act.note(facts.Declined(*hold.piece.key, command.person, command.reason, act.floor.at + SPARE))


def _finish(act: _Act, command: ask_for.Finish) -> None:
    hold = _held(act, command, WORKS)
    until = act.floor.at + hold.piece.ask.wrap if hold.piece.ask.wrap else 0
    act.note(facts.Finished(*hold.piece.key, command.person, command.code, command.seconds, hold.share, until))
    for key in _helping(act.floor, hold.piece.key):
        act.note(facts.Dropped(*key, "not-needed"))


def _helping(floor: Floor, key: TaskKey) -> Iterator[TaskKey]:
    """Find the pieces by which somebody was asked for advice about this one, and that are not done."""
    for other in sorted(floor.consults.get(key, ())):
        hold = floor.holds.get(other)
        if hold is None or hold.state != WRAPS:
            yield other


def _end_wrap(act: _Act, command: ask_for.EndWrap) -> None:
    hold = _held(act, command, WRAPS)
    act.note(facts.Wrapped(*hold.piece.key, command.person))


def _pass(act: _Act, command: ask_for.Pass) -> None:
    hold = _held(act, command, WORKS)
    if command.kind not in KINDS_OF_PASS:
        raise _refuse("bad-pass", f"work is not passed on by {command.kind!r}, but by {', '.join(KINDS_OF_PASS)}")
    if command.ask.channel not in CHANNELS:
        raise _refuse("bad-piece", f"nothing can wait for {command.ask.channel!r}")
    until = act.floor.at + FIRST if command.prefer else 0
    piece = hold.piece._replace(ask=command.ask, priority=command.priority, note=command.note)
    piece = piece._replace(prefer=command.prefer, prefer_until=until)
    act.note(facts.Passed(*piece.key, command.kind, command.person, act.floor.at + SPARE))
    _queue(act, piece)


def _consult(act: _Act, command: ask_for.Consult) -> None:
    hold = _held(act, command, WORKS)
    key = command.item, command.help_token
    if act.floor.knows(key):
        raise _refuse("twice", f"task {command.help_token} of item {command.item} is on the floor already")
    until = act.floor.at + FIRST if command.prefer else 0
    _queue(
        act,
        Piece(
            *key,
            command.ask,
            hold.piece.priority,
            act.floor.at,
            min(act.floor.at, hold.piece.due or act.floor.at),  # whoever asks waits for it
            command.prefer,
            until,
            of=hold.piece.key,
            note=command.note,
        ),
    )


def _call_back(act: _Act, command: ask_for.CallBack) -> None:
    hold = _held(act, command, WORKS)
    if command.due <= act.floor.at:
        raise _refuse("past", "a call-back must lie in the future")
    if command.due > act.floor.at + FURTHEST:
        raise _refuse("too-far", "a call-back lies at most a year ahead")
    first = command.due + FIRST
    act.note(facts.PutOff(*hold.piece.key, command.person, command.due, command.person, first))


def _drop(act: _Act, command: ask_for.Drop) -> None:
    if not act.floor.knows((command.item, command.token)):
        raise _refuse("not-here", f"task {command.token} of item {command.item} is not on the floor")
    act.note(facts.Dropped(*command))


_STATIONS: dict[type, Callable[[_Act, Any], None]] = {
    ask_for.LogIn: _log_in,
    ask_for.LogOut: _log_out,
    ask_for.SetState: _set_state,
    ask_for.Beat: _beat,
    ask_for.Know: _know,
    ask_for.Enqueue: _enqueue,
    ask_for.Take: _take,
    ask_for.Accept: _accept,
    ask_for.Decline: _decline,
    ask_for.Finish: _finish,
    ask_for.EndWrap: _end_wrap,
    ask_for.Pass: _pass,
    ask_for.Consult: _consult,
    ask_for.CallBack: _call_back,
    ask_for.Drop: _drop,
    ask_for.Tick: lambda _, __: None,
}
