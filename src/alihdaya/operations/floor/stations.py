"""The floor's stations: presence, and what somebody does with a task that rings or is theirs."""

from contextlib import suppress

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.time import DAY, SECOND
from alihdaya.operations.commands import Complete
from alihdaya.operations.desk import Desk, Service
from alihdaya.operations.floor.beside import advise, ask_advice, bad_time, end_wraps, raised
from alihdaya.operations.floor.bringing import open_hall
from alihdaya.operations.floor.commands import MOST_PRIORITY, STATES, Advise, AskAdvice, FloorCommand, HandOn, OfTask
from alihdaya.operations.floor.hall import Hall
from alihdaya.people.gate import Needs, gate
from alihdaya.people.person import LEVELS
from alihdaya.work.beside import TimeSpent
from alihdaya.work.floor import Ask
from alihdaya.work.floor.commands import Accept, LogIn, Pass, SetState
from alihdaya.work.floor.events import Finished
from alihdaya.work.floor.seat import READY, RINGS
from alihdaya.work.keepable import unkeepable

_LONGEST = 2_000
_BEST = 5


def on_floor(desk: Desk, wish: FloorCommand, at: int) -> None:
    """Carry out what a person on the floor asks for. Raises Refused where a rule forbids it, or the gate."""
    _require_texts(wish)
    if isinstance(wish, OfTask):
        desk.open_item(wish.item)
    if isinstance(wish, SetState) and wish.state not in STATES:
        raise Refused(Problem("bad-state", f"{wish.state!r} is no state; there are: {', '.join(STATES)}"))
    if isinstance(wish, LogIn) and (known := desk.people.get(wish.person)) and known.program:
        raise Refused(Problem("is-a-program", f"{wish.person} is a program: it fetches its tasks"))
    if desk.hall is None:
        if not isinstance(wish, LogIn):
            raise Refused(Problem("not-present", f"{wish.person} is not present"))
        desk.hall = open_hall(desk)
        desk.hall.begin(at)
    _carry_out(desk.hall, wish, at)
    if isinstance(wish, SetState) and wish.state == READY:
        end_wraps(desk.hall, wish.person)


def _carry_out(hall: Hall, wish: FloorCommand, at: int) -> None:
    if isinstance(wish, AskAdvice):
        ask_advice(hall, wish)
    elif isinstance(wish, Advise):
        advise(hall, wish)
    elif isinstance(wish, Accept):
        accept(hall, wish, at)
    elif isinstance(wish, HandOn):
        hand_on(hall, wish, at)
    else:
        hall.carry_out(wish, at)


def accept(hall: Hall, wish: Accept, at: int) -> None:
    """Take what rings; of a batch all of it. Raises Refused where the one that was named cannot be taken."""
    hold = hall.floor.holds.get((wish.item, wish.token))
    hall.carry_out(wish, at)
    seat = hall.floor.seats.get(wish.person)
    if hold is None or seat is None or hold.piece.ask.batch == 1:
        return
    for key in list(seat.held):
        other = hall.floor.holds[key]
        if other.state == RINGS and other.piece.ask == hold.piece.ask:
            with suppress(Refused):
                hall.carry_out(Accept(*key, wish.person), at)


def hand_on(hall: Hall, wish: HandOn, at: int) -> None:
    """Pass a task on; how long that took, where it is said, is noted with the item."""
    if problems := bad_time(wish.seconds):
        raise Refused(problems)
    hall.carry_out(_pass(hall.desk, wish, at), at)
    if wish.seconds:
        hall.desk.append(at, wish.item, wish.person, [TimeSpent(wish.token, wish.person, wish.seconds, "hand-over")])


def timed(work: Complete, since: int, at: int) -> Complete:
    """Give what somebody did with its handling time: as long as they had it, where they say nothing of it."""
    if work.seconds is not None:
        return work
    return work._replace(seconds=min(max(0, at - since), DAY) // SECOND)


def bad_code(service: Service, code: str) -> list[Problem]:
    """Say what is wrong with a wrap-up code: where a pack names its codes, it has to be one of them."""
    codes = service.pack.manifest.floor.codes
    if code and codes and code not in codes:
        return [Problem("bad-code", f"{code[:40]!r} is no wrap-up code here; there are: {', '.join(codes)}")]
    return unkeepable({"code": code})


def finished(desk: Desk, work: Complete, at: int) -> None:
    """Note that somebody present is done with a task, and the wrap-up code of anybody."""
    key, seconds = (work.item, work.token), work.seconds or 0
    if desk.hall is not None:
        desk.hall.finished(key, work.person, work.code, seconds)
    elif work.code:
        desk.note(at, work.person, Finished(*key, work.person, work.code, seconds, 0, 0))


def _pass(desk: Desk, wish: HandOn, at: int) -> Pass:
    if wish.to and wish.to not in desk.people:
        raise Refused(Problem("no-such-person", f"nobody on the roster is called {wish.to!r}"))
    hold = desk.hall.floor.holds.get((wish.item, wish.token)) if desk.hall is not None else None
    ask, priority = (hold.piece.ask, hold.piece.priority) if hold is not None else (Ask(Needs()), 0)
    if wish.priority is not None:
        priority = min(max(wish.priority, 0), MOST_PRIORITY)
    elif wish.kind == "escalate":
        priority = MOST_PRIORITY
    if wish.level not in {"", *LEVELS} or not 0 <= wish.proficiency <= _BEST:
        raise Refused(Problem("bad-level", f"{wish.level!r} {wish.proficiency}: A1 to C2, and 1 to 5"))
    ask = ask._replace(needs=raised(ask.needs, Needs(level=wish.level, proficiency=wish.proficiency)))
    if (wish.level or wish.proficiency) and hold is not None and hold.person == wish.person:
        _require_somebody(desk, ask, at)
    return Pass(wish.item, wish.token, wish.person, wish.kind, ask, priority, wish.to, wish.note)


def _require_somebody(desk: Desk, ask: Ask, at: int) -> None:
    """Refuse to ask for more than anybody has: nobody could take it back, and the task would wait for ever."""
    if all(gate(desk.people[who], ask.needs, at, test=ask.test) for who in desk.people):
        raise Refused(Problem("nobody-can", "nobody on the roster may do what asks for so much"))


def _require_texts(wish: FloorCommand) -> None:
    texts = {name: value for name, value in wish._asdict().items() if isinstance(value, str)}
    problems = unkeepable(texts)
    problems += [
        Problem("bad-value", f"{name} has more than {_LONGEST:,} characters")
        for name, text in texts.items()
        if len(text) > _LONGEST
    ]
    if problems:
        raise Refused(problems)
