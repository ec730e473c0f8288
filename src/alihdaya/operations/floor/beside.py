"""What goes on beside tasks: advice to whoever has one, wrapping up afterwards, and the time that both take."""

from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.time import DAY, SECOND
from alihdaya.operations.floor.commands import Advise, AskAdvice
from alihdaya.people.gate import Needs
from alihdaya.people.person import LEVELS
from alihdaya.store.views.items import items
from alihdaya.work.beside import AdviceAsked, AdviceGiven, TimeSpent
from alihdaya.work.floor import CHANNELS, Ask
from alihdaya.work.floor.commands import Consult, EndWrap, Finish
from alihdaya.work.floor.seat import WRAPS
from alihdaya.work.item import TaskKey

if TYPE_CHECKING:
    from alihdaya.operations.desk import Desk
    from alihdaya.operations.floor.hall import Hall

ADVICE: Final = 1 << 40
"""An adviser's part of a task has a token from here on; those of items are below."""

_MOST_ADVISERS: Final = 5


class Clock(NamedTuple):
    """Somebody spends time on the task `token` since `start`, and not beyond `until` (0: no end is set)."""

    person: str
    token: int
    kind: str
    start: int
    until: int

    def seconds(self, at: int) -> int:
        """Give the whole seconds until `at` (microseconds)."""
        return max(0, min(at, self.until or at) - self.start) // SECOND


class Clocks:
    """Who wraps up or advises now, by the key of their part."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._running: dict[TaskKey, Clock] = {}

    def start(self, key: TaskKey, clock: Clock) -> None:
        """Begin to count."""
        self._running[key] = clock

    def spent(self, key: TaskKey, at: int) -> int:
        """Give the seconds that are counted up to now; 0 where nothing is."""
        clock = self._running.get(key)
        return clock.seconds(at) if clock else 0

    def stop(self, key: TaskKey, at: int) -> None:
        """Note the time with its item, where the item is still here; an item of the archive stays as it is."""
        clock = self._running.pop(key, None)
        if clock is None or not clock.seconds(at):
            return
        if key[0] in self._desk.items or self._stored(key[0]):
            fact = TimeSpent(clock.token, clock.person, clock.seconds(at), clock.kind)
            self._desk.append(at, key[0], clock.person, [fact])

    def _stored(self, item: int) -> bool:
        fresh = any(entry.item == item for entry in self._desk.pending)
        return fresh or any(row.id == item for row in items(self._desk.store, after=item - 1, limit=1))


def raised(needs: Needs, more: Needs) -> Needs:
    """Give what a task needs that was escalated: no less than its process says, and what was asked for beyond."""
    level = max(needs.level, more.level, key=lambda one: LEVELS.get(one, 0))
    return needs._replace(level=level, proficiency=max(needs.proficiency, more.proficiency))


def ask_advice(hall: "Hall", wish: AskAdvice) -> None:
    """Let somebody else be asked for advice: it rings at them as a piece of its own. Raises Refused."""
    floor, key = hall.floor, (wish.item, wish.token)
    hold = floor.holds.get(key)
    if wish.channel and wish.channel not in CHANNELS:
        raise Refused(Problem("bad-channel", f"{wish.channel!r} is no channel; there are: {', '.join(CHANNELS)}"))
    if wish.to and wish.to not in hall.desk.people:
        raise Refused(Problem("no-such-person", f"nobody on the roster is called {wish.to!r}"))
    if wish.to == wish.person:
        raise Refused(Problem("oneself", f"{wish.person} asks for advice: somebody else gives it"))
    if len(floor.consults.get(key, ())) >= _MOST_ADVISERS:
        raise Refused(Problem("enough", f"{_MOST_ADVISERS} are asked for advice on it already"))
    asked = hold.piece.ask if hold is not None else Ask(Needs())
    ask = hall.ringing(asked._replace(channel=wish.channel or asked.channel, wrap=0, batch=1))
    token = next(one for one in count(ADVICE) if not floor.knows((wish.item, one)))
    hall.carry_out(Consult(*key, wish.person, token, ask, wish.note, wish.to), hall.begin(0))
    asks = AdviceAsked(wish.token, token, wish.person, wish.note)
    hall.desk.append(hall.begin(0), wish.item, wish.person, [asks])


def advise(hall: "Hall", wish: Advise) -> None:
    """Let an adviser be done; whoever has the task has the answer. Raises Refused."""
    key, at = (wish.item, wish.token), hall.begin(0)
    if wish.token < ADVICE:
        raise Refused(Problem("no-advice", f"{wish.person} is not asked for advice by task {wish.token}"))
    hold = hall.floor.holds.get(key)
    seconds = hall.clocks.spent(key, at)
    hall.carry_out(Finish(*key, wish.person, "", seconds), at)
    if hold is not None:
        given = AdviceGiven(hold.piece.of[1], wish.token, wish.person, wish.note)
        hall.desk.append(at, wish.item, wish.person, [given])


def bad_time(seconds: int, least: int = 0) -> list[Problem]:
    """Say what is wrong with how long somebody says that something took."""
    if least <= seconds <= DAY // SECOND:
        return []
    return [Problem("bad-time", f"{seconds} seconds are no time of one sitting ({least} to a day)")]


def end_wraps(hall: "Hall", person: str) -> None:
    """Let somebody who is ready have wrapped up all that they did."""
    seat = hall.floor.seats.get(person)
    for key in [key for key in seat.held if hall.floor.holds[key].state == WRAPS] if seat else ():
        hall.carry_out(EndWrap(*key, person), hall.begin(0))
