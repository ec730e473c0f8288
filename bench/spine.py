"""The spine: flights decided one by one through the durable path, beside what SQLite itself can commit.

`flights`: 336,776 real flights (or what ALIHDAYA_BENCH_ROWS says), read from Parquet, each received, decided by the
pack's DMN, and committed with its log entry, item row and views, in groups, WAL and synchronous=FULL; people's work
is played by the rehearsal. `floor`: one insert and one update a transition with a payload of 120 bytes, 1,000 a
commit, same settings. Runs are interleaved; figures are per CPU-second of this process, which does all the work.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from bench.measure import Series, Spent, clock

RUNS = 3
ROWS = int(os.environ.get("ALIHDAYA_BENCH_ROWS", "0")) or None
TRANSITIONS = 200_000
GROUP = 1_000


def run() -> Iterator[dict[str, Any]]:
    """Yield the lines of the bench."""
    flights = Series("spine", "flights, decided one by one and committed", "alihdaya", "flights_per_cpu_s")
    wall = Series("spine", "flights, decided one by one and committed", "alihdaya", "flights_per_s")
    floor = Series("spine", "SQLite floor: insert and update, 1,000 a commit", "sqlite", "transitions_per_cpu_s")
    rows = 0
    with tempfile.TemporaryDirectory(prefix="alihdaya-bench-") as folder:
        source = Path(folder) / "flights.parquet"
        rows = _source(source)
        for n in range(RUNS):
            spent = _floor(Path(folder) / f"floor{n}.db")
            floor.values.append(TRANSITIONS / spent.cpu)
            spent = _flights(source, Path(folder) / f"run{n}")
            flights.values.append(rows / spent.cpu)
            wall.values.append(rows / spent.wall)
    yield floor.line(transitions=TRANSITIONS)
    yield wall.line(rows=rows)
    ratio = round(median(flights.values) / median(floor.values), 3)
    yield flights.line(rows=rows, ratio=ratio, vs="sqlite floor")


def _source(target: Path) -> int:
    from alihdaya.channels.flights import write_flights

    return write_flights(target, limit=ROWS)


def _flights(source: Path, folder: Path) -> Spent:
    """Time the run alone, without start-up, replay and report."""
    from alihdaya.cli.runs.workshop import Order, opened
    from alihdaya.cli.settings import Settings, now
    from alihdaya.operations.run.flow import run as run_flow

    order = Order("disruption", source, None, None, folder, True, 2013)
    with opened(Settings("en").at(folder), order) as (desk, service, file, scripts), clock() as spent:
        run_flow(desk, service, file, now=now, seed=order.seed, scripts=scripts)
    return spent


def _floor(path: Path) -> Spent:
    payload = "x" * 120
    states = 10_000
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("pragma journal_mode=WAL")
    base.execute("pragma synchronous=FULL")
    base.execute("create table state(id integer primary key, node int, body text)")
    base.execute("create table event(seq integer primary key, instance int, body text)")
    base.execute("begin")
    base.executemany("insert into state values(?,0,?)", [(n, payload) for n in range(states)])
    base.execute("commit")
    with clock() as spent:
        for first in range(0, TRANSITIONS, GROUP):
            ids = [(n * 7919) % states for n in range(first, first + GROUP)]
            base.execute("begin")
            base.executemany("insert into event(instance, body) values(?,?)", [(n, payload) for n in ids])
            base.executemany("update state set node=node+1, body=? where id=?", [(payload, n) for n in ids])
            base.execute("commit")
    base.close()
    return spent
