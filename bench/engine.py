"""The engine: instances in memory and durable, beside SpiffWorkflow, in one run.

Every engine runs in a process of its own, round after round in turning order; each instance must go the way that plain
Python says. Figures are instances per CPU-second of the engine's process, medians of the rounds. In memory it is the
engine alone. Durable, ours is the whole desk (intake, gate, queue, clocks, log, views), 100 instances under way
together and a commit for each group, SQLite with FULL; SpiffWorkflow gets one transaction for 100 instances, too.
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

UNIT = "instances_per_cpu_s"
CASES = {"memory": "in memory, a person's task in three of four", "durable": "durable on SQLite FULL, 100 together"}
ENGINES = ("alihdaya", "SpiffWorkflow")


def run() -> Iterator[dict[str, Any]]:
    """Yield the lines of the bench."""
    runs = [(engine, case) for case in CASES for engine in ENGINES]
    series = {one: Series("engine", CASES[one[1]], one[0], UNIT) for one in runs}
    skipped = "" if PEERS.exists() else f"its venv is not there: {PEERS.parents[1].name}"
    for number in range(ROUNDS):
        for engine, case in runs if number % 2 == 0 else runs[::-1]:
            if engine == "alihdaya" or not skipped:
                series[engine, case].values.append(_timed(engine, case))
    yield from (one.line() for one in series.values() if one.values)
    for case, title in CASES.items():
        mine, theirs = series["alihdaya", case].values, series["SpiffWorkflow", case].values
        if theirs:
            ratio = round(median(mine) / median(theirs), 1)
            yield {"bench": "engine", "case": title, "engine": "alihdaya", "ratio": ratio, "vs": "SpiffWorkflow"}
    if skipped:
        yield {"bench": "engine", "engine": "SpiffWorkflow", "skipped": skipped}


def _timed(engine: str, case: str) -> float:
    python = sys.executable if engine == "alihdaya" else str(PEERS)
    command = [python, "-m", "bench.running.engines", engine, case]
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)]) if engine == "alihdaya" else str(ROOT)
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
        check=False,
        env={**os.environ, "PYTHONPATH": paths},
    )
    if done.returncode:
        sys.exit(f"{engine}, {case}: {done.stderr}")
    return float(json.loads(done.stdout)["per_cpu_s"])
