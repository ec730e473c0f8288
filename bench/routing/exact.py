"""Quality: the floor beside an exact assignment, on small floors lived through second by second.

Both get the same people and work, 90 % busy if everybody could do all of it. Every second the exact one assigns all who
are free to what waits at once (scipy's `linear_sum_assignment`): as many as possible, the most urgent first, then by
the best fit; it sees everybody and everything. The floor routes by skill, and in windows of a second. Compared: the
average wait of all items, and the average fit (proficiency and language level of whoever gets it, 1 to 11).
"""

from collections.abc import Callable
from heapq import heappop, heappush
from statistics import fmean
from typing import Any, NamedTuple

from alihdaya.kernel.time import SECOND
from alihdaya.people.gate import gate
from alihdaya.people.person import LEVELS, Person
from alihdaya.work.floor import Ask, Floor, Piece, decide, route, shares
from alihdaya.work.floor import commands as do
from alihdaya.work.floor.ask import place
from alihdaya.work.floor.events import Assigned
from alihdaya.work.queue import PATIENCE
from bench.routing.crowd import PROFILES, SECONDS, Crowd, crowd, work

ALONE = shares({"voice": 1, "chat": 1, "mail": 1, "office": 1})
PEOPLE, HOUR, BUSY = 120, 3_600, 0.9
SETTLED = 300 * SECOND
"""Certificates of the crowd end within so long, or not at all."""


class Quality(NamedTuple):
    """Average wait in seconds, average fit, how many items."""

    wait: float
    fit: float
    items: int


Match = Callable[[int, list[Piece], list[str]], list[tuple[int, str]]]
"""At a time, what came and who finished since the last one: who gets which item."""


def sample(seed: int) -> tuple[Quality, Quality, Quality]:
    """Live through one hour with each; gives that by skill, that in windows, and the exact one."""
    made = crowd(PEOPLE, PEOPLE, seed=seed)
    handling = sum(w * share * SECONDS[name] for w, _, mix in PROFILES for name, share in mix) / 10_000
    arrivals = list(work(made, [(PEOPLE * BUSY / handling, HOUR)], seed=seed))
    return tuple(_live(made, arrivals, make(made)) for make in (_by_skill, _in_windows, _exact))  # type: ignore[return-value]


def fit(person: Person, ask: Ask) -> int:
    """Say how well somebody fits, from the facts alone."""
    return person.proficient(ask.needs.skill) + LEVELS[person.languages[ask.needs.language]]


def _live(made: Crowd, arrivals: list[Any], match: Match) -> Quality:
    finishing: list[tuple[float, str, int]] = []
    waits, fits, number = [], [], 0
    for second in range(HOUR * 3):
        came = []
        while number < len(arrivals) and arrivals[number].at <= second:
            came.append(arrivals[number].piece)
            number += 1
        done = []
        while finishing and finishing[0][0] <= second:
            _, _, item = heappop(finishing)
            done.append(f"{item}")
        for item, who in match(made.now + second * SECOND, came, done):
            arrival = arrivals[item - 1]
            waits.append(second - arrival.at)
            fits.append(fit(made.people[who], arrival.piece.ask))
            heappush(finishing, (second + arrival.seconds, who, item))
    return Quality(fmean(waits), fmean(fits), len(waits))


def _by_skill(made: Crowd) -> Match:
    return _floor(made, Floor(made.people, by_skill=True))


def _in_windows(made: Crowd) -> Match:
    return _floor(made, Floor(made.people, by_skill=True, window=SECOND))


def _floor(made: Crowd, floor: Floor) -> Match:
    for who, _, _ in made.at_work:
        decide(floor, do.LogIn(who, ALONE), made.now)

    def match(now: int, came: list[Piece], done: list[str]) -> list[tuple[int, str]]:
        for item in map(int, done):
            decide(floor, do.Finish(item, 1, floor.holds[item, 1].person), now)
        for piece in came:
            decide(floor, do.Enqueue(piece), now)
        return [(one.item, one.person) for one in route(floor, now) if isinstance(one, Assigned)]

    return match


class _Verdicts:
    """What the gate says; kept, once it cannot change any more."""

    def __init__(self, settled: int) -> None:
        self.settled = settled
        self._kept: dict[tuple[str, Ask], bool] = {}

    def __call__(self, person: Person, ask: Ask, now: int) -> bool:
        found = self._kept.get((person.id, ask))
        if found is None:
            found = not gate(person, ask.needs, now, test=ask.test)
            if now >= self.settled:
                self._kept[person.id, ask] = found
        return found


def _exact(made: Crowd) -> Match:
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    free = {who: made.people[who] for who, _, _ in made.at_work}
    waiting: dict[int, Piece] = {}
    has: dict[int, str] = {}
    may = _Verdicts(made.now + SETTLED)

    def match(now: int, came: list[Piece], done: list[str]) -> list[tuple[int, str]]:
        for item in map(int, done):
            who = has.pop(item)
            free[who] = made.people[who]
        waiting.update({piece.item: piece for piece in came})
        if not waiting or not free:
            return []
        order = sorted(waiting.values(), key=lambda piece: piece.queued_at)
        people = sorted(free.values(), key=lambda person: person.id)
        gain = np.zeros((len(order), len(people)))
        for row, piece in enumerate(order):
            for column, person in enumerate(people):
                if may(person, piece.ask, now):
                    urgency = (now + PATIENCE - place(piece)[0]) / SECOND
                    gain[row, column] = 1e7 + urgency * 20 + fit(person, piece.ask)
        found = [
            (order[row].item, people[column].id)
            for row, column in zip(*linear_sum_assignment(gain, maximize=True), strict=True)
            if gain[row, column]
        ]
        for item, who in found:
            has[item] = who
            del waiting[item], free[who]
        return found

    return match
