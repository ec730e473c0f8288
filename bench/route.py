"""The floor at the load of the world's largest provider: 500,000 people known, 170,000 at work, 1,250 items a second.

People, skills, languages and work come from a documented generator (bench.routing.crowd). Each store has a run of its
own in a process of its own, in real time: `seconds` at `rate`, then `burst_seconds` at `burst`. An item's milliseconds
count from the moment at which it was to come in until its assignment is durable; people finish their work meanwhile.
Whether an assignment was right is counted by a check of the bench's own, not by the gate. The last line of a store has
the figures of both phases together.

`ALIHDAYA_BENCH_ROUTE=known,at_work,rate,seconds,burst,burst_seconds` makes it smaller, such as 20000,8000,60,15,180,5;
`ALIHDAYA_BENCH_ROUTE_STORES` names one store alone; `ALIHDAYA_BENCH_ROUTE_BUSIER` makes all work take so many times
longer.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from statistics import fmean, median
from typing import Any

from bench.decide import ROOT
from bench.measure import Series
from bench.routing.live import GOAL_MS
from bench.running.cluster import BINARIES, cluster

ROUNDS = 3
SAMPLES = 5
FULL = "500000,170000,1250,300,3750,30"
NAMES = ("known", "at_work", "rate", "seconds", "burst", "burst_seconds")
SIZE = os.environ.get("ALIHDAYA_BENCH_ROUTE", FULL).split(",")
RATES = SIZE[2:]
STORES = os.environ.get("ALIHDAYA_BENCH_ROUTE_STORES", "sqlite,postgresql").split(",")


def run() -> Iterator[dict[str, Any]]:
    """Yield the lines of the bench."""
    yield {"bench": "route", "size": dict(zip(NAMES, SIZE, strict=True))}
    yield from _exact()
    yield from _scanned()
    with tempfile.TemporaryDirectory(prefix="ali-route-") as name:
        folder = Path(name)
        yield {"bench": "route", "trace": _json(["bench.routing.trace", name, *SIZE])}
        if "sqlite" in STORES:
            yield from _lines("sqlite", _told(f"sqlite:///{folder / 'floor.db'}", folder))
        if "postgresql" in STORES:
            yield from _postgresql(folder)


def _postgresql(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the figures on a PostgreSQL of the bench's own, which has no processors but these."""
    if not (BINARIES / "initdb").exists():
        yield {"bench": "route", "store": "postgresql", "skipped": f"NO POSTGRESQL 15: {BINARIES} has no initdb"}
        return
    with cluster() as made:
        before = made.cpu()
        told = _told(made.url, folder)
        yield from _lines("postgresql", {**told, "server_cpu_s": round(made.cpu() - before, 1)})


def _scanned() -> Iterator[dict[str, Any]]:
    """Yield the first items of the trace by a naive scan, and by the floor in memory, in turning order."""
    case, unit = "routing alone, in memory", "items_per_cpu_s"
    series = {name: Series("route", case, name, unit) for name in ("alihdaya", "naive scan")}
    for number in range(ROUNDS):
        for name in list(series)[:: 1 if number % 2 == 0 else -1]:
            engine, items = ("ours", "2000") if name == "alihdaya" else ("naive", "20")
            told = _json(["bench.routing.naive", engine, SIZE[0], SIZE[1], items])
            series[name].values.append(1 / max(told["cpu_s_per_item"], 1e-7))
    yield from (one.line() for one in series.values())
    ours, scan = (median(one.values) for one in series.values())
    yield {"bench": "route", "case": case, "engine": "alihdaya", "ratio": round(ours / scan, 1), "vs": "naive scan"}


def _exact() -> Iterator[dict[str, Any]]:
    """Yield how the floor's waits and fits compare with an exact assignment, on samples."""
    if find_spec("scipy") is None:
        yield {"bench": "route", "case": "quality", "skipped": "scipy is not installed"}
        return
    from bench.routing.exact import sample

    pairs = [sample(seed) for seed in range(SAMPLES)]
    for case, (side, engine) in product(("wait", "fit"), enumerate(("by skill", "in windows of 1 s"))):
        ours, exact = (fmean(getattr(one[place], case) for one in pairs) for place in (side, -1))
        yield {
            "bench": "route",
            "case": f"average {case}, small floors, one hour",
            "engine": f"alihdaya, {engine}",
            "value": round(ours, 2),
            "exact": round(exact, 2),
            "unit": "s" if case == "wait" else "proficiency + level",
            "runs": SAMPLES,
            "more_percent": round(100 * (ours - exact) / exact, 1),
        }


def _lines(store: str, told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the figures of one store; a rate is held where 99 of 100 items of it are assigned within the goal."""
    held = [one["rate"] for one in told["sweep"] if one["p99_ms"] < GOAL_MS]
    for case, unit, value in (
        (f"received until assigned, 99 of 100, {store}", "ms", told["p99_ms"]),
        (f"routed and durable after somebody was free, 99 of 100, {store}", "ms", told["router_p99_ms"]),
        (f"events, {store}", "events_per_s", told["events_per_s"]),
        (f"items by CPU, {store}", "items_per_cpu_s", told["items_per_cpu_s"]),
        (f"highest rate tried with 99 of 100 within {GOAL_MS:.0f} ms, {store}", "items_per_s", max(held, default=0)),
    ):
        yield Series("route", case, "alihdaya", unit, [value]).line()
    yield {"bench": "route", "store": store, **told}


def _told(url: str, folder: Path) -> dict[str, Any]:
    """Let everybody log in, then run, each in a process of its own."""
    return _json(["bench.routing.morning", url, str(folder)]) | _json(["bench.routing.live", url, str(folder), *RATES])


def _json(command: list[str]) -> dict[str, Any]:
    """Run a module in a process of its own; gives what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        capture_output=True,
        text=True,
        timeout=7_200,
        cwd=ROOT,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
    )
    if done.returncode:
        sys.exit(f"route, {' '.join(command)}: {done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
