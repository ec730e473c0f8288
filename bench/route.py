"""The floor at the load of the world's largest provider: 500,000 people known, 170,000 at work, 1,250 items a second.

People, skills, languages and work come from a documented generator (bench.routing.crowd). Each store has a run of its
own in a process of its own, in real time: `seconds` at `rate`, then `burst_seconds` at `burst`. An item's milliseconds
count from the moment at which it was to come in until its assignment is durable; people finish their work meanwhile.
Whether an assignment was right is counted by a check of the bench's own, not by the gate. The last line of a store has
the figures of both phases together.

`ALIHDAYA_BENCH_ROUTE=known,at_work,rate,seconds,burst,burst_seconds` makes it smaller, such as 20000,8000,60,15,180,5.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.decide import ROOT
from bench.measure import Series
from bench.running.cluster import BINARIES, cluster

FULL = "500000,170000,1250,300,3750,30"
NAMES = ("known", "at_work", "rate", "seconds", "burst", "burst_seconds")
SIZE = os.environ.get("ALIHDAYA_BENCH_ROUTE", FULL).split(",")


def run() -> Iterator[dict[str, Any]]:
    """Yield the lines of the bench."""
    yield {"bench": "route", "size": dict(zip(NAMES, SIZE, strict=True))}
    with tempfile.TemporaryDirectory(prefix="ali-route-") as folder:
        yield from _lines("sqlite", _told(f"sqlite:///{Path(folder) / 'floor.db'}"))
    if not (BINARIES / "initdb").exists():
        yield {"bench": "route", "store": "postgresql", "skipped": f"NO POSTGRESQL 15: {BINARIES} has no initdb"}
        return
    with cluster() as made:
        before = made.cpu()
        told = _told(made.url)
        yield from _lines("postgresql", {**told, "server_cpu_s": round(made.cpu() - before, 1)})


def _lines(store: str, told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for case, unit, value in (
        (f"received until assigned, 99 of 100, {store}", "ms", told["p99_ms"]),
        (f"items by CPU, {store}", "items_per_cpu_s", told["items"] / told["cpu_s"]),
    ):
        yield Series("route", case, "alihdaya", unit, [value]).line()
    yield {"bench": "route", "store": store, **told}


def _told(url: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.routing.live", url, *SIZE],
        capture_output=True,
        text=True,
        timeout=7_200,
        cwd=ROOT,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
    )
    if done.returncode:
        sys.exit(f"route, {url}: {done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
