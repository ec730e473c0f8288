"""The floor on a store under load, in real time: every item at its own moment, whatever the ones before do.

One thread brings what has come by now, routes, commits, and hears; what came meanwhile is the next group.
`python -m bench.routing.live URL FOLDER RATE SECONDS BURST BURST_SECONDS` opens what bench.routing.morning left, lives
through the trace, then tries higher rates, a few seconds each, until one is too much.
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alihdaya.operations.floor.collector import Collector
from alihdaya.operations.floor.switchboard import Switchboard
from alihdaya.people.gate import gate
from alihdaya.store import open_store
from alihdaya.work.floor import commands as do
from alihdaya.work.floor.floor import Floor
from bench.routing.crowd import violates
from bench.routing.run import Given, Run
from bench.routing.trace import Roster, Trace, read

GOAL_MS = 100.0
STEP_SECONDS = 6.0
TRIES = 2
STEPS = (1_250, 2_500, 3_750, 5_000, 6_250, 7_500, 8_750, 10_000)


class _Clocked:
    """A store's way to commit, and how many seconds each commit took."""

    def __init__(self, commit: Callable[..., None]) -> None:
        self._commit = commit
        self.took: list[float] = []

    def __call__(self, *entries: Any, **more: Any) -> None:
        begun = time.perf_counter()
        self._commit(*entries, **more)
        self.took.append(time.perf_counter() - begun)


def measure(url: str, folder: Path, rates: list[tuple[float, float]]) -> dict[str, Any]:
    """Run once; gives the figures."""
    roster, trace = read(folder)
    clock, begun = time.process_time(), time.perf_counter()
    gc.disable()
    board = Switchboard(open_store(url), recorded=lambda: time.time_ns() // 1_000, people=roster)
    gc.enable()
    collector = Collector()
    told: dict[str, Any] = {
        "opened_cpu_s": round(time.process_time() - clock, 1),
        "opened_s": round(time.perf_counter() - begun, 1),
    }
    clock = time.process_time()
    clocked = _Clocked(board.store.commit)
    vars(board.store)["commit"] = clocked
    run = Run(board, trace, len(trace.at), busy_at=_ends(rates), after=collector)
    run.go(trace.at)
    spent = time.process_time() - clock
    told |= _told(run, rates, trace)
    told |= {f"commit_p{percent}_ms": _quantile(clocked.took, percent) for percent in (50, 99)}
    told |= {"cpu_s": round(spent, 1), "items_per_cpu_s": round(len(run.given) / spent)}
    told["gate_violations"] = _violations(run, roster, trace)
    told["starved"] = _starved(board.floor)
    told |= {"cohorts": len(board.floor.cohorts.all), "kinds_of_work": len(board.floor.kinds)}
    told["sweep"] = sweep(board, trace, len(trace.at), collector)
    board.close()
    return told


def sweep(board: Switchboard, trace: Trace, last: int, after: Collector) -> list[dict[str, Any]]:
    """Try higher and higher rates on the floor emptied, one that is missed twice; gives the figures of each try."""
    found: list[dict[str, Any]] = []
    for rate in STEPS:
        for _ in range(TRIES):
            found.append(_try(board, trace, rate, last + 1, after))
            last += int(rate * STEP_SECONDS)
            if found[-1]["p99_ms"] < GOAL_MS:
                break
        else:
            break
    return found


def _try(board: Switchboard, trace: Trace, rate: int, first_item: int, after: Collector) -> dict[str, Any]:
    _empty(board)
    gc.collect(0)
    count = int(rate * STEP_SECONDS)
    run = Run(board, trace, count, first_item=first_item, after=after)
    clock = time.process_time()
    run.go([n / rate for n in range(count)], patience=5.0)
    spent = time.process_time() - clock
    return {"rate": rate, **_latency(run, 0.0, STEP_SECONDS), "cpu_share": round(spent / run.ended, 2)}


def _empty(board: Switchboard) -> None:
    """Let everybody be done with what they have, and nothing wait."""
    floor, at = board.floor, board.floor.at + 1
    over: list[Any] = [do.Drop(*piece.key, "cancelled") for piece in floor.waits()]
    over += [do.Finish(*key, hold.person, "done", 1) for key, hold in floor.holds.items()]
    for start in range(0, len(over), 2_000):
        board.carry_out(over[start : start + 2_000], at)


def _told(run: Run, rates: list[tuple[float, float]], trace: Trace) -> dict[str, Any]:
    steady = rates[0][1]
    burst = steady + sum(seconds for _, seconds in rates[1:])
    told: dict[str, Any] = {"items": len(trace.at), "assigned": len(run.given)}
    told |= _latency(run, 0.0, burst)
    for name, start, end in (("steady", 0.0, steady), ("burst", steady, burst)):
        told |= {f"{name}_{key}": value for key, value in _latency(run, start, end).items()}
        count = sum(start <= one.durable < end for one in run.given.values())
        told[f"{name}_items_per_s"] = round(count / (end - start)) if end > start else 0
    told["busy_percent"] = [round(100 * one, 1) for one in run.busy]
    told |= {"events_per_s": round(run.events / run.ended), "commits": run.groups, "seconds": round(run.ended, 1)}
    return told


def _latency(run: Run, start: float, end: float) -> dict[str, Any]:
    """Give the milliseconds of what came in that time.

    `p…`: received until assigned; `router_p99_ms`: from the moment at which it had come and somebody was free;
    `received_p99_ms`: received until that was durable; `nobody_free`: how many found nobody who may do it free.
    """
    some = [one for one in run.given.values() if start <= one.came < end]
    told: dict[str, Any] = {f"p{p}_ms": _quantile([one.durable - one.came for one in some], p) for p in (50, 99)}
    told["router_p99_ms"] = _quantile([one.durable - one.could for one in some], 99)
    told["received_p99_ms"] = _quantile(
        [late for came, late in zip(run.at, run.received, strict=False) if start <= came < end], 99
    )
    told["nobody_free"] = sum(not one.at_once for one in some)
    return told


def _quantile(seconds: list[float], percent: int) -> float:
    ordered = sorted(seconds) or [0.0]
    return round(1_000 * ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 1)


def _violations(run: Run, roster: Roster, trace: Trace) -> int:
    def wrong(item: int, given: Given) -> bool:
        return violates(roster[given.person], trace.asks[trace.ask[item - 1]], given.at)

    return sum(wrong(item, given) for item, given in run.given.items())


def _starved(floor: Floor) -> int:
    """Count what still waits although somebody who is free may do it: looked for among all who are present."""
    return sum(
        any(
            seat.takes(floor.kind(piece.ask).channel)
            and not gate(seat.person, piece.ask.needs, floor.at, test=piece.ask.test)
            for seat in floor.seats.values()
        )
        for piece in list(floor.waits())[:200]
    )


def _ends(rates: list[tuple[float, float]]) -> list[float]:
    return [sum(seconds for _, seconds in rates[: n + 1]) for n in range(len(rates))]


if __name__ == "__main__":
    url, folder, *numbers = sys.argv[1:]
    figures = list(map(float, numbers))
    print(json.dumps(measure(url, Path(folder), list(zip(figures[::2], figures[1::2], strict=True)))))
