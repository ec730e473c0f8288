"""`python -m simulation SEEDS [--first N] [--trace]`: lives through so many seeds, and prints one JSON object last."""

import argparse
import json
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter

from simulation.run import Report, simulate


def main() -> None:
    """Run the seeds on all cores; with --trace, one after another with their whole history on the error stream."""
    parser = argparse.ArgumentParser(prog="python -m simulation")
    parser.add_argument("seeds", type=int)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--trace", action="store_true", help="print every seed's history")
    wanted = parser.parse_args()
    if wanted.seeds < 1:
        parser.error("at least one seed")
    start = perf_counter()
    seeds = range(wanted.first, wanted.first + wanted.seeds)
    if wanted.trace:
        reports = [_told(simulate(seed, keep=True)) for seed in seeds]
    else:
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            reports = [_told(report) for report in pool.map(simulate, seeds)]
    sys.stdout.write(json.dumps(_summary(reports, perf_counter() - start)) + "\n")


def _told(report: Report) -> Report:
    told = [*report.lines, *(f"seed {report.seed}: {broken}" for broken in report.violations)]
    if report.seed % 20 == 0:
        told.append(f"seed {report.seed} …")
    sys.stderr.writelines(f"{line}\n" for line in told)
    return report


def _summary(reports: list[Report], seconds: float) -> dict[str, object]:
    faults: Counter[str] = Counter()
    for report in reports:
        faults.update(report.faults)
    return {
        "seeds": len(reports),
        "virtual_hours": round(sum(report.hours for report in reports)),
        "faults": faults.total(),
        "violations": sum(len(report.violations) for report in reports),
        "failing_seeds": [report.seed for report in reports if report.violations],
        "by_fault": dict(sorted(faults.items())),
        "log_entries": sum(report.entries for report in reports),
        "simulated": "leases, network, clients, people and clocks; desks, engine and SQLite stores are the real ones",
        "seconds": round(seconds, 1),
    }


if __name__ == "__main__":
    main()
