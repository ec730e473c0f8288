"""The engine beside its peers, in one run: in memory and durable, and how long one completion takes under load.

Every engine runs in a process of its own, round after round in turning order; each instance must go the way that plain
Python says. Figures are instances per CPU-second of the engine's process, callers included, medians of the rounds.

`memory` is a call a step (`engine.start`, `engine.complete`): the state is given, the events are made if somebody asks;
`told` makes every event. Durable is the embedded engine with its user task, history and group commit: `durable` 100
callers at the same time, each hears of every step before it asks for the next; `batch` and SpiffWorkflow get one
transaction for 100 instances. `desk` is the whole platform: intake, gate, queue, clocks, log, views.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from statistics import median
from typing import Any

from bench.decide import PEERS, ROOT, ROUNDS
from bench.measure import Series
from bench.running.cluster import BINARIES, Cluster, cluster

UNIT = "instances_per_cpu_s"
CASES = {
    "memory": "in memory, a person's task in three of four",
    "told": "in memory, every event made",
    "durable": "durable on SQLite FULL, 100 together",
    "batch": "durable on SQLite FULL, 100 in a transaction",
    "postgresql": "durable on PostgreSQL, 100 together",
    "desk": "the whole desk, durable on SQLite FULL, 100 together",
}
RATIOS = (
    ("memory", "SpiffWorkflow", "memory"),
    ("told", "SpiffWorkflow", "memory"),
    ("memory", "bpmn-engine", "memory"),
    ("durable", "SpiffWorkflow", "durable"),
    ("batch", "SpiffWorkflow", "durable"),
    ("desk", "SpiffWorkflow", "durable"),
    ("postgresql", "SpiffWorkflow", "durable"),
)
"""Our case, the peer, and its case."""

LATE = {
    "floor": ("a bare SQLite transaction at 1,000 a second", "SQLite by itself"),
    "sqlite": ("one completion at 1,000 a second, sqlite", "alihdaya"),
    "postgresql": ("one completion at 1,000 a second, postgresql", "alihdaya"),
}
"""Case and engine of each latency; the first is what no engine on this machine could pass in the same run."""

NODE = ROOT / "bench" / "running" / "node"
Run = tuple[str, str]


def run() -> Iterator[dict[str, Any]]:
    """Yield the lines of the bench."""
    skipped = dict(_missing())
    runs = [("alihdaya", case) for case in CASES]
    runs += [("SpiffWorkflow", "memory"), ("SpiffWorkflow", "durable"), ("bpmn-engine", "memory")]
    runs = [one for one in runs if one[0] not in skipped and one[1] not in skipped]
    series = {one: Series("engine", CASES[one[1]], one[0], UNIT) for one in runs}
    server = Series("engine", CASES["postgresql"], "PostgreSQL's own processes", "instances_per_server_cpu_s")
    late = {kind: Series("engine", *LATE[kind], "ms") for kind in LATE if kind not in skipped}
    middle: dict[str, list[float]] = {kind: [] for kind in late}
    for number in range(ROUNDS):
        for one in runs if number % 2 == 0 else runs[::-1]:
            series[one].values.append(_timed(one, server))
        for kind, waits in late.items():
            told = _told(("latency", kind))
            waits.values.append(told["p99_ms"])
            middle[kind].append(told["p50_ms"])
    yield from (one.line() for one in series.values())
    if server.values:
        yield server.line()
    for kind, waits in late.items():
        yield waits.line(p50_ms=round(median(middle[kind]), 1), p99_ms=round(median(waits.values), 1), rate=1_000)
    yield from _ratios({one: median(found.values) for one, found in series.items()})
    yield from ({"bench": "engine", "engine": name, "skipped": why} for name, why in skipped.items())


def _missing() -> Iterator[tuple[str, str]]:
    if not PEERS.exists():
        yield "SpiffWorkflow", f"its venv is not there: {PEERS.parents[1].name}"
    if not (NODE / "node_modules").exists():
        yield "bpmn-engine", "node or its modules are not there"
    if not (BINARIES / "initdb").exists():
        yield "postgresql", f"NO POSTGRESQL 15: {BINARIES} has no initdb"


def _ratios(middle: dict[Run, float]) -> Iterator[dict[str, Any]]:
    for case, peer, theirs in RATIOS:
        if ("alihdaya", case) in middle and (peer, theirs) in middle:
            ratio = round(middle["alihdaya", case] / middle[peer, theirs], 1)
            yield {"bench": "engine", "case": CASES[case], "engine": "alihdaya", "ratio": ratio, "vs": peer}


def _timed(one: Run, server: Series) -> float:
    if one[1] != "postgresql":
        return float(_told(one)["per_cpu_s"])
    with cluster() as made:
        before = made.cpu()
        told = _told(one, made)
        server.values.append(told["instances"] / max(made.cpu() - before, 0.01))
    return float(told["per_cpu_s"])


def _told(one: Run, made: Cluster | None = None) -> dict[str, Any]:
    """Run one engine in its own process; gives what it prints."""
    if one == ("latency", "postgresql") and made is None:
        with cluster() as own:
            return _told(one, own)
    engine, case = one
    python = str(PEERS) if engine == "SpiffWorkflow" else sys.executable
    command = [python, "-m", "bench.running.engines", engine, case, *([made.url] if made else [])]
    if engine == "bpmn-engine":
        command = ["node", str(NODE / "engine.mjs")]
    paths = [str(ROOT)] if engine == "SpiffWorkflow" else [str(ROOT / "src"), str(ROOT)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    if done.returncode:
        sys.exit(f"{engine}, {case}: {done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
