"""A month of a million items: SLA attainment, usage, credits, invoice and margin, and any page behind any line.

The month is made by a generator (described in `bench.monthly.made`; everything follows from its seed) through the
store's own commit, which is not timed. Each figure is of a process of its own, from its first import on, with the
greatest resident size that it ever had; figures are medians. What comes out must equal the generator's own count,
unit by unit, clock by clock, and page by page item by item. The same month is billed once more by a card with the
other kinds of rates (`bench/monthly/kinds.toml`), with the slowest of five pages of each line, and once after that card
was agreed on in its middle. Beside it: plain SQL on a bare table that has every instant ready, and a polars script over
the same as CSV. `ALIHDAYA_BENCH_ITEMS=50000` makes it smaller.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from bench.decide import ROOT
from bench.measure import Series
from bench.monthly import bare
from bench.monthly.made import Counted, Maker, fill
from bench.monthly.naive import expected
from bench.running.cluster import BINARIES, cluster

ITEMS = int(os.environ.get("ALIHDAYA_BENCH_ITEMS", "1000000"))
SEED = 6
RUNS = 3
_MAKER = Maker(1, SEED)
SPAN = _MAKER.start, _MAKER.end


def run() -> Iterator[dict[str, Any]]:
    """Yield the lines of the bench."""
    with tempfile.TemporaryDirectory(prefix="ali-month-") as temporary:
        folder = Path(temporary)
        bare.write(folder, ITEMS, SEED)
        csv = _timed("csv", str(folder / "month.csv"))
        yield _line("polars over a CSV file", "polars", csv)
        counted, made = _filled(f"sqlite:///{folder / 'month.db'}")
        yield {"bench": "month", "store": "sqlite", "items": counted.items, "entries": counted.entries, **made}
        yield from _store("sqlite", f"sqlite:///{folder / 'month.db'}", str(folder / "bare.db"), counted, csv)
        if not (BINARIES / "initdb").exists():
            yield {"bench": "month", "store": "postgresql", "skipped": f"NO POSTGRESQL 15: {BINARIES} has no initdb"}
            return
        with cluster() as server:
            counted, made = _filled(server.url)
            bare.copy_to(server.url, folder)
            yield {"bench": "month", "store": "postgresql", "items": counted.items, **made}
            yield from _store("postgresql", server.url, server.url, counted, csv)


def _filled(url: str) -> tuple[Counted, dict[str, float]]:
    from alihdaya.store import open_store

    wall, cpu = time.perf_counter(), time.process_time()
    with open_store(url, durable=False) as store:
        counted = fill(store, ITEMS, SEED)
    taken = {"made_in_s": round(time.perf_counter() - wall, 1), "made_cpu_s": round(time.process_time() - cpu, 1)}
    return counted, taken


def _store(kind: str, url: str, plain: str, counted: Counted, csv: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    bills, floors = [], []
    for _ in range(RUNS):
        bills.append(_told("bill", url))
        floors.append(_told("sql", plain))
    lines = _timed("lines", url)
    yield _line(f"plain SQL on a bare table, {kind}", kind, floors)
    ours = _line(f"attainment, usage, credits, invoice and margin, {kind}", "alihdaya", bills)
    told = {name: bills[0][name] for name in ("total", "credits", "margin")}
    ratios = {
        "ratio": round(ours["value"] / median(one["whole_s"] for one in floors), 2),
        "vs": "plain SQL on a bare table",
        "ratio_csv": round(ours["value"] / median(one["whole_s"] for one in csv), 2),
    }
    yield {**ours, **ratios, **told, "equal": _equal(bills[0], floors[0], counted)}
    late = Series("month", f"a page of 100 items of any line, 99 of 100 within, {kind}", "alihdaya", "ms")
    late.values = [one["p99_ms"] for one in lines]
    right = all(_right(page, counted) for page in lines[0]["pages"])
    p50 = round(median(one["p50_ms"] for one in lines), 1)
    yield late.line(pages=len(lines[0]["pages"]), p50_ms=p50, equal=right)
    yield _kinds(kind, url, counted)
    yield _amended(kind, url, counted)


def _kinds(kind: str, url: str, counted: Counted) -> dict[str, Any]:
    """Bill the same month by the card with the other kinds of rates."""
    told = [_told("kinds", url) for _ in range(RUNS)]
    series = Series("month", f"the same by overtime, hours, seats, index and currency, {kind}", "alihdaya", "s")
    series.values = [one["billed_s"] for one in told]
    pages = {name: median(one["page_ms"][name] for one in told) for name in told[0]["page_ms"]}
    sums, wanted = told[0]["sums"], expected(counted)
    equal = {name: sums.get(name) for name in wanted} == wanted and told[0]["full_pages"]
    peak = max(one["bill_peak_mib"] for one in told)
    return series.line(total=told[0]["total"], bill_peak_mib=peak, page_ms=pages, equal=equal)


def _amended(kind: str, url: str, counted: Counted) -> dict[str, Any]:
    """Bill the month after its terms were amended in its middle; once, because the store is another one then."""
    told = _told("amended", url)
    late = Series("month", f"a page of 100 items, terms amended, 99 of 100 within, {kind}", "alihdaya", "ms")
    late.values = [told["p99_ms"]]
    places = {
        of: {item: place for place, item in enumerate(counted.ordered(*of))}
        for of in {(service, unit) for service, unit, _ in told["pages"]}
    }
    rows = ([places[service, unit][item] for item in found] for service, unit, found in told["pages"])
    equal = told["usage"] == counted.units() and all(row and row == sorted(row) for row in rows)
    figures = {name: round(told[name], 1) for name in ("billed_s", "p50_ms")}
    more = {"bill_peak_mib": told["bill_peak_mib"], "page_ms": told["page_ms"], "equal": equal and told["full_pages"]}
    return late.line(pages=told["asked"], **figures, **more)


def _equal(told: dict[str, Any], floor: dict[str, Any], counted: Counted) -> bool:
    """Hold the bill against the generator's own count, and the bare table's."""
    clocks = {
        f"{service} {clock}": [counted.clocks[service, f"{clock}_{end}"] for end in ("met", "missed")]
        for service in counted.units()
        for clock in ("respond", "resolve")
    }
    bare_units: dict[str, dict[str, int]] = {}
    for service, unit, n, *_ in floor["rows"]:
        bare_units.setdefault(service, {})[unit] = int(n)
    return bool(told["usage"] == counted.units() == bare_units and told["clocks"] == clocks)


def _right(page: list[Any], counted: Counted) -> bool:
    service, unit, first, found = page
    return bool(found == counted.ordered(service, unit)[first - 1 : first - 1 + len(found)] and found)


def _timed(kind: str, place: str) -> list[dict[str, Any]]:
    return [_told(kind, place) for _ in range(RUNS)]


def _line(case: str, engine: str, told: list[dict[str, Any]]) -> dict[str, Any]:
    series = Series("month", case, engine, "s", [one["whole_s"] for one in told])
    low, middle, high = (round(part([one["whole_s"] for one in told]), 2) for part in (min, median, max))
    digits = {"value": middle, "median": middle, "min": low, "max": high}
    more = {"cpu_s": median(one["cpu_s"] for one in told), "peak_mib": max(one["peak_mib"] for one in told)}
    return {**series.line(), **digits, **more, "seconds_without_imports": median(one["seconds"] for one in told)}


def _told(kind: str, place: str) -> dict[str, Any]:
    """Do one thing in a process of its own; gives what it prints, and the seconds of the whole process."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    start = time.perf_counter()
    floor = kind in {"sql", "csv"}
    module = ["bench.monthly.floor", kind, place, *map(str, SPAN)] if floor else ["bench.monthly.told", kind, place]
    done = subprocess.run(
        [sys.executable, "-m", *module], capture_output=True, text=True, cwd=ROOT, env=environment, check=False
    )
    whole = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{kind}: {done.stderr}")
    told: dict[str, Any] = json.loads(done.stdout)
    return {**told, "whole_s": whole}
