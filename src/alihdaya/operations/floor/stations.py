"""The floor's stations: presence, and what somebody does with a task that rings or is theirs."""

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.commands import Complete
from alihdaya.operations.desk import Desk
from alihdaya.operations.floor.bringing import open_hall
from alihdaya.operations.floor.commands import MOST_PRIORITY, STATES, FloorCommand, HandOn, OfTask
from alihdaya.people.gate import Needs
from alihdaya.work.floor import Ask
from alihdaya.work.floor.commands import LogIn, Pass, SetState
from alihdaya.work.floor.events import Finished
from alihdaya.work.keepable import unkeepable

_LONGEST = 2_000


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
    desk.hall.carry_out(_pass(desk, wish) if isinstance(wish, HandOn) else wish, at)


def finished(desk: Desk, work: Complete, at: int) -> None:
    """Note that somebody present is done with a task, and the wrap-up code of anybody."""
    if desk.hall is not None:
        desk.hall.finished((work.item, work.token), work.person, work.code, work.seconds)
    elif work.code:
        desk.note(at, work.person, Finished(work.item, work.token, work.person, work.code, work.seconds, 0, 0))


def _pass(desk: Desk, wish: HandOn) -> Pass:
    if wish.to and wish.to not in desk.people:
        raise Refused(Problem("no-such-person", f"nobody on the roster is called {wish.to!r}"))
    hold = desk.hall.floor.holds.get((wish.item, wish.token)) if desk.hall is not None else None
    ask, priority = (hold.piece.ask, hold.piece.priority) if hold is not None else (Ask(Needs()), 0)
    if wish.priority is not None:
        priority = min(max(wish.priority, 0), MOST_PRIORITY)
    elif wish.kind == "escalate":
        priority = MOST_PRIORITY
    return Pass(wish.item, wish.token, wish.person, wish.kind, ask, priority, wish.to, wish.note)


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
