"""Decisions: one table call and one DRG call, beside zen-engine, SpiffWorkflow and Python by hand, in one run.

Every engine runs in a process of its own, round after round in turning order, on the same rows; before a figure
counts, its answers on 400 rows must be those of all the others (to nine digits, as some reckon in floats). Figures are
decisions per CPU-second, medians of the rounds. Peers live in a venv of their own, which `make bench` sets up.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from bench.deciding.cases import CASES
from bench.deciding.engines import ENGINES, EXACT
from bench.measure import Series

ROOT = Path(__file__).parents[1]
PEERS = Path(os.environ.get("ALIHDAYA_BENCH_PEERS", ROOT / ".venv-bench" / "bin" / "python"))
ROUNDS = int(os.environ.get("ALIHDAYA_BENCH_ROUNDS", "5"))
UNIT = "decisions_per_cpu_s"
TITLES = {
    "table": "one table call: 3 inputs, 12 rules",
    "drg": "one DRG call: 3 decisions",
    "wide": "one table call: 3 inputs, 300 rules",
}


def run() -> Iterator[dict[str, Any]]:
    """Yield the lines of the bench."""
    runs = [(engine, case) for case in CASES for engine in ENGINES if case != "wide" or "hand" not in engine]
    series = {(engine, case): Series("decide", TITLES[case], engine, UNIT) for engine, case in runs}
    answers: dict[str, list[str]] = {}
    skipped: dict[str, str] = {}
    for number in range(ROUNDS):
        for engine, case in runs if number % 2 == 0 else runs[::-1]:
            found = {} if engine in skipped else _timed(engine, case, skipped)
            if found:
                _same(answers.setdefault(case, found["answers"]), found["answers"], f"{engine}, {case}")
                series[engine, case].values.append(found["per_cpu_s"])
    yield from _lines(series)
    for engine, reason in skipped.items():
        yield {"bench": "decide", "engine": engine, "skipped": reason}


def _timed(engine: str, case: str, skipped: dict[str, str]) -> dict[str, Any]:
    """Run an engine in a process of its own; an engine that is not there is noted as skipped."""
    python = sys.executable if engine in EXACT else str(PEERS)
    if not Path(python).exists():
        skipped[engine] = f"its venv is not there: {PEERS.parents[1].name}"
        return {}
    command = [python, "-m", "bench.deciding.engines", engine, case]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=ROOT, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        if "ModuleNotFoundError" not in str(last):
            sys.exit(f"{engine}, {case}: {done.stderr}")
        skipped[engine] = last[0]
        return {}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _same(wanted: list[str], found: list[str], who: str) -> None:
    for row, (one, other) in enumerate(zip(wanted, found, strict=True)):
        if abs(float(one) - float(other)) > 1e-9 * max(1.0, abs(float(one))):
            sys.exit(f"{who}: row {row} gives {other}, another engine gave {one}")


def _lines(series: dict[tuple[str, str], Series]) -> Iterator[dict[str, Any]]:
    for one in series.values():
        if one.values:
            yield one.line()
    for (engine, case), one in series.items():
        mine = series["alihdaya", case]
        if engine != "alihdaya" and one.values:
            ratio = round(median(mine.values) / median(one.values), 2)
            yield {"bench": "decide", "case": TITLES[case], "engine": "alihdaya", "ratio": ratio, "vs": engine}
    small, wide = series["alihdaya", "table"], series["alihdaya", "wide"]
    slower = round(median(small.values) / median(wide.values), 2)
    yield {
        "bench": "decide",
        "case": "300 rules beside 12",
        "engine": "alihdaya",
        "value": slower,
        "unit": "times_slower",
    }
