"""The same trace through a naive scan: for every item, everybody who is present is looked at.

Also the floor's own work for the trace in memory, without a store.

`python -m bench.routing.naive ours|naive KNOWN AT_WORK ITEMS`: CPU seconds for an item, of the first ITEMS.
"""

import gc
import json
import sys
import time
from collections.abc import Iterable

from alihdaya.people.gate import gate
from alihdaya.people.person import Person
from alihdaya.work.floor import CHANNELS, FULL, Floor, Piece, decide, route
from alihdaya.work.floor import commands as do
from alihdaya.work.floor.ask import place
from bench.routing.crowd import Arrival, Crowd, crowd, work


class Scan:
    """Who is present, in a list; what waits, in a list."""

    def __init__(self, made: Crowd) -> None:
        self.seats = [_Seat(made.people[who], shares, n) for n, (who, shares, _) in enumerate(made.at_work)]
        self.waits: list[Piece] = []

    def enqueue(self, piece: Piece, now: int) -> str | None:
        """Give the piece to the one who is idle the longest of all who may and can; gives who that is."""
        channel = CHANNELS.index(piece.ask.channel)
        best = None
        for seat in self.seats:
            share = seat.shares[channel]
            if not share or seat.load + share > FULL or (best is not None and seat.since >= best.since):
                continue
            if not gate(seat.person, piece.ask.needs, now, test=piece.ask.test):
                best = seat
        if best is None:
            self.waits.append(piece)
            self.waits.sort(key=place)
            return None
        best.load += best.shares[channel]
        best.since = now
        return best.person.id


class _Seat:
    __slots__ = ("load", "person", "shares", "since")

    def __init__(self, person: Person, shares: tuple[int, ...], since: int) -> None:
        self.person, self.shares, self.since, self.load = person, shares, since, 0


def naive(made: Crowd, arrivals: Iterable[Arrival]) -> float:
    """Give the CPU seconds of an item by scanning."""
    scan = Scan(made)
    begun, count = time.process_time(), 0
    for arrival in arrivals:
        scan.enqueue(arrival.piece, made.now + count)
        count += 1
    return (time.process_time() - begun) / count


def ours(made: Crowd, arrivals: Iterable[Arrival]) -> float:
    """Give the CPU seconds of an item on the floor, people and kinds known beforehand."""
    floor, some = Floor(made.people), list(arrivals)
    for who, shares, _ in made.at_work:
        decide(floor, do.LogIn(who, shares), made.now)
    for arrival in some:
        floor.kind(arrival.piece.ask)
    gc.collect()
    gc.freeze()
    begun = time.process_time()
    for number, arrival in enumerate(some):
        decide(floor, do.Enqueue(arrival.piece), made.now + number)
        route(floor, made.now + number)
    return (time.process_time() - begun) / len(some)


if __name__ == "__main__":
    engine, known, at_work, items = sys.argv[1], *map(int, sys.argv[2:])
    people = crowd(known, at_work)
    trace = [arrival for _, arrival in zip(range(items), work(people, [(1_250, 3_600)]), strict=False)]
    print(json.dumps({"cpu_s_per_item": {"ours": ours, "naive": naive}[engine](people, trace)}))
