"""The floor on a store: the one writer carries out commands in groups, routes once a group, and commits.

A group is what waits when the last commit ended: a lone command commits at once, and under load the groups grow by
themselves. Nobody hears of anything before it is durable.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.event import HOUSE, Entry, Event
from alihdaya.operations.floor.bringing import bring_floor
from alihdaya.operations.opening import person_of
from alihdaya.people.person import Person
from alihdaya.store import Store
from alihdaya.store.resume import last_at
from alihdaya.work.floor import decide, route
from alihdaya.work.floor.commands import Enqueue, Tick

ROUTER = "router"


class Answer(NamedTuple):
    """What a group came to: refusals by the place of their command, and all facts, in order. All of it is durable."""

    refusals: dict[int, Refused]
    events: list[Event]


class Switchboard:
    """Owns the floor of a store. `recorded` gives the present in microseconds.

    `people` are all who are known, or a mapping that gives them by id; without them, the store's roster.

    `by_skill` and `window` say how it routes; see work.floor.floor.Floor.

    Raises StoreLocked where another process writes.
    """

    def __init__(
        self,
        store: Store,
        *,
        recorded: Callable[[], int],
        people: Iterable[Person] | Mapping[str, Person] | None = None,
        by_skill: bool = False,
        window: int = 0,
    ) -> None:
        store.lock()
        self.store, self._recorded = store, recorded
        known = [person_of(one) for one in store.persons()] if people is None else people
        self.floor = bring_floor(store, known, at=last_at(store), by_skill=by_skill, window=window)
        self._seq = store.last_seq()

    def carry_out(self, commands: Sequence[Any], now: int) -> Answer:
        """Carry out a group at `now` (microseconds), route, and commit. A refused command changes nothing.

        Raises StoreError where the store refuses; this switchboard no longer agrees with it then, and must be thrown
        away.
        """
        made: list[tuple[str, list[Event]]] = []
        refusals: dict[int, Refused] = {}
        for number, command in enumerate(commands or (Tick(),)):
            events, refusal = decide(self.floor, command, now)
            if refusal is not None:
                refusals[number] = refusal
            if events:
                _note(made, _by(command), events)
        given = route(self.floor, now)
        if given:
            made.append((ROUTER, given))
        made = _together(made)
        self._commit(made)
        return Answer(refusals, [event for _, events in made for event in events])

    def _commit(self, made: list[tuple[str, list[Event]]]) -> None:
        if not made:
            return
        first, at = self._seq + 1, self.floor.at
        entries = [Entry(seq, at, HOUSE, by, tuple(events)) for seq, (by, events) in enumerate(made, first)]
        self.store.commit(entries, recorded_at=self._recorded())
        self._seq += len(entries)

    def close(self) -> None:
        """Let the store go."""
        self.store.close()


def _note(made: list[tuple[str, list[Event]]], by: str, events: list[Event]) -> None:
    """Put the facts of commands that follow one another and are by the same into one entry."""
    if made and made[-1][0] == by:
        made[-1][1].extend(events)
    else:
        made.append((by, list(events)))


def _together(made: list[tuple[str, list[Event]]]) -> list[tuple[str, list[Event]]]:
    """Put all into one entry where many acted: what each of them did says so itself, and one row is one row."""
    if len(made) <= len((ROUTER, "somebody")):
        return made
    return [(ROUTER, [event for _, events in made for event in events])]


def _by(command: Any) -> str:
    kind = type(command)
    if kind is Enqueue:
        return "intake"
    person = getattr(command, "person", None)
    return person if isinstance(person, str) else ROUTER
