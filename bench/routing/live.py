"""The floor on a store under load, in real time: every item at its own moment, whatever the ones before do.

One thread brings what has come by now, routes, commits, and hears; what came meanwhile is the next group. An item's
time counts from the moment at which it was to come in until its assignment is durable. `python -m bench.routing.live
URL KNOWN AT_WORK RATE SECONDS BURST BURST_SECONDS`.
"""

import gc
import json
import sys
import time
from heapq import heappop, heappush
from typing import Any

from alihdaya.kernel.time import SECOND
from alihdaya.operations.floor.switchboard import Switchboard
from alihdaya.people.gate import gate
from alihdaya.store import open_store
from alihdaya.work.floor import commands as do
from alihdaya.work.floor.events import Assigned
from bench.routing.crowd import Arrival, Crowd, crowd, violates, work

GROUP = 1_000
PATIENCE = 60.0


class Run:
    """One run; times in seconds since its beginning."""

    def __init__(self, board: Switchboard, made: Crowd, arrivals: list[Arrival]) -> None:
        self.board, self.made, self.arrivals = board, made, arrivals
        self.finishing: list[tuple[float, int, str]] = []
        self.given: dict[int, tuple[float, str, int]] = {}
        self.events = self.groups = 0
        self.begun = 0.0
        self.next = 0

    def go(self) -> None:
        """Bring everything at its time, and go on until nothing more can be given out soon."""
        self.begun = time.perf_counter()
        end = self.arrivals[-1].at
        while True:
            now = time.perf_counter() - self.begun
            commands = self._commands(now)
            if commands:
                self._carry_out(commands, now)
            elif self.next == len(self.arrivals) and (len(self.given) == self.next or now > end + PATIENCE):
                return
            else:
                time.sleep(max(0.0, min(self._next() - now, 0.05)))

    def _next(self) -> float:
        due = self.finishing[0][0] if self.finishing else 1e9
        return min(due, self.arrivals[self.next].at if self.next < len(self.arrivals) else 1e9)

    def _commands(self, now: float) -> list[Any]:
        commands: list[Any] = []
        while self.finishing and self.finishing[0][0] <= now and len(commands) < GROUP:
            _, item, person = heappop(self.finishing)
            commands.append(do.Finish(item, 1, person, "done", 1))
        while self.next < len(self.arrivals) and self.arrivals[self.next].at <= now and len(commands) < GROUP:
            commands.append(do.Enqueue(self.arrivals[self.next].piece))
            self.next += 1
        return commands

    def _carry_out(self, commands: list[Any], now: float) -> None:
        at = self.made.now + int(now * SECOND)
        answer = self.board.carry_out(commands, at)
        durable = time.perf_counter() - self.begun
        if answer.refusals:
            raise SystemExit(f"refused: {next(iter(answer.refusals.values()))}")
        self.events += len(answer.events)
        self.groups += 1
        for event in answer.events:
            if type(event) is Assigned:
                arrival = self.arrivals[event.item - 1]
                self.given[event.item] = durable, event.person, at
                heappush(self.finishing, (durable + arrival.seconds, event.item, event.person))


def _log_in(board: Switchboard, made: Crowd) -> None:
    people = [do.LogIn(who, shares) for who, shares, _ in made.at_work]
    for first in range(0, len(people), 10_000):
        board.carry_out(people[first : first + 10_000], made.now)


def _starved(board: Switchboard) -> int:
    """Count what still waits although somebody who is free may do it: looked for among all who are present."""
    floor = board.floor
    return sum(
        any(
            seat.takes(floor.kind(piece.ask).channel)
            and not gate(seat.person, piece.ask.needs, floor.at, test=piece.ask.test)
            for seat in floor.seats.values()
        )
        for piece in list(floor.waits())[:200]
    )


def measure(url: str, known: int, at_work: int, rates: list[tuple[float, float]]) -> dict[str, Any]:
    """Run once on a fresh store; gives the figures."""
    clock = time.process_time()
    made = crowd(known, at_work)
    arrivals = list(work(made, rates))
    generated, clock = time.process_time() - clock, time.process_time()
    board = Switchboard(open_store(url), recorded=lambda: time.time_ns() // 1000, people=made.people.values())
    _log_in(board, made)
    for ask in dict.fromkeys(one.piece.ask for one in arrivals):
        board.floor.kind(ask)  # what a provider's models ask for is known when its people log in
    opened, clock = time.process_time() - clock, time.process_time()
    gc.collect()
    gc.freeze()
    run = Run(board, made, arrivals)
    run.go()
    spent = time.process_time() - clock
    told = _told(run, rates)
    told |= {"cpu_s": round(spent, 1), "generated_cpu_s": round(generated, 1), "opened_cpu_s": round(opened, 1)}
    told |= {"groups_of_people": len(board.floor.cohorts.groups), "kinds_of_work": len(board.floor.kinds)}
    told["starved"] = _starved(board)
    board.close()
    return told


def _told(run: Run, rates: list[tuple[float, float]]) -> dict[str, Any]:
    waits = [(run.given[one.piece.item][0] - one.at) * 1_000 for one in run.arrivals if one.piece.item in run.given]
    steady = rates[0][1]
    before = [wait for wait, one in zip(waits, run.arrivals, strict=False) if one.at < steady]
    took = max(moment for moment, _, _ in run.given.values())
    wrong = sum(
        violates(run.made.people[who], run.arrivals[item - 1].piece.ask, at) for item, (_, who, at) in run.given.items()
    )
    return {
        "items": len(run.arrivals),
        "assigned": len(run.given),
        "items_per_s": _rate(run, 0.0, steady),
        "burst_per_s": _rate(run, steady, steady + rates[1][1]) if len(rates) > 1 else 0,
        **_quantiles("", waits),
        **_quantiles("steady_", before),
        "gate_violations": wrong,
        "events_per_s": round(run.events / took),
        "commits": run.groups,
        "seconds": round(took, 1),
    }


def _rate(run: Run, start: float, end: float) -> int:
    return round(sum(start <= moment < end for moment, _, _ in run.given.values()) / (end - start))


def _quantiles(name: str, waits: list[float]) -> dict[str, float]:
    ordered = sorted(waits)
    return {
        f"{name}p{percent}_ms": round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 1)
        for percent in (50, 99)
    }


if __name__ == "__main__":
    url, *numbers = sys.argv[1:]
    known, at_work, *more = map(float, numbers)
    print(json.dumps(measure(url, int(known), int(at_work), list(zip(more[::2], more[1::2], strict=True)))))
